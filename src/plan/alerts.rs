//! The alerts. One is for a fault that costs customers money: the tracking webhook of a retailer
//! in use is missing, wrong or switched off, or its OmniRPS record is missing. Then the partner
//! receives no events about its returns, so nobody is credited (step N5.2.1). The other is for a
//! pinned OmniRPS record that has another name than the file: the partner uploads under that of
//! the file (step N6), which OmniRPS refuses.

use super::decide::{Disposition, RetailerDecisions};
use super::{Alert, AlertCode, BlockerCode};
use crate::diff::{Comparison, compare};
use crate::matching::{Match, Matches, Records, renamed};
use crate::model::{Capabilities, ChangedBy, Record, Setting, System, Value, name};
use crate::process::{self, DesiredSetting, DesiredState};

/// How OmniRPS treats a webhook that does not respond with 200 (Tracking Status Webhook API,
/// <https://seko.atlassian.net/wiki/spaces/RSC/pages/2162327828>, seen on 2026-11-27).
pub(crate) const RULE: &str = "OmniRPS retries a delivery without a 200 response after 60 minutes, \
                               24 hours and 48 hours, then switches the webhook off by itself";

/// What a webhook that is switched on again does not bring back.
pub(crate) const NOT_SENT_AGAIN: &str = "what was processed while it was off is not sent again by \
                                         itself: ask SEKO support to send it";

/// A fault of a tracking webhook.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Fault {
    Missing,
    Elsewhere,
    Off,
}

impl Fault {
    /// Describes the webhook of the retailer.
    pub(crate) fn what(self) -> &'static str {
        match self {
            Fault::Missing => "has no tracking webhook",
            Fault::Elsewhere => "has a tracking webhook that points elsewhere",
            Fault::Off => "has a tracking webhook that is switched off",
        }
    }

    /// Returns the hint, which is the same for one retailer and for many: an outage of the
    /// partner switches off hundreds at once.
    fn hint(self, decided: &RetailerDecisions) -> String {
        let (setting, first, mend) = match self {
            Fault::Missing => (Setting::OmnirpsTrackingWebhookUrl, String::new(), "set it"),
            Fault::Elsewhere => (
                Setting::OmnirpsTrackingWebhookUrl,
                "find out who changed it, then ".into(),
                "set it again",
            ),
            Fault::Off => (
                Setting::OmnirpsTrackingWebhookEnabled,
                format!("{RULE}: find out why it was not answered with 200, then "),
                "switch it on again",
            ),
        };
        let is_applied = decided.decisions.iter().any(|decision| {
            decision.setting == setting && matches!(decision.disposition, Disposition::Apply { .. })
        });
        let mut hint = if is_applied {
            format!("{first}run `reconcile apply` to {mend}, with --only for a single retailer")
        } else {
            format!("{first}have {} {mend}", setting.info().by_hand.who())
        };
        if self == Fault::Off {
            hint.push_str(&format!("; {NOT_SENT_AGAIN}"));
        }
        hint
    }
}

/// Returns the fault of a record's webhook, as far as live is known.
pub(crate) fn fault(desired: &DesiredState, record: &Record, matches: &Matches) -> Option<Fault> {
    let wrong = |setting| match compare(desired.get(setting)?, Some(record), matches) {
        Comparison::Different(before, _) => Some(before),
        Comparison::Same(_) | Comparison::Unknown => None,
    };
    let url = wrong(Setting::OmnirpsTrackingWebhookUrl);
    let enabled = wrong(Setting::OmnirpsTrackingWebhookEnabled);
    match (url, enabled) {
        (Some(Value::Unset), _) => Some(Fault::Missing),
        (Some(_), _) => Some(Fault::Elsewhere),
        // A file may want it off, and it is on.
        (None, Some(Value::Flag(true)) | None) => None,
        (None, Some(_)) => Some(Fault::Off),
    }
}

/// Returns the alert if the retailer's customers use the partner and the partner is known to
/// receive no events about their returns.
pub(super) fn no_credits(
    decided: &RetailerDecisions,
    capabilities: &Capabilities,
    omnirps: &Records,
) -> Option<Alert> {
    let RetailerDecisions { retailer, desired, matches, alerts, .. } = decided;
    let in_use = process::use_by_customers(retailer)?;
    let webhook = desired.get(Setting::OmnirpsTrackingWebhookUrl);
    let no_record = || {
        webhook?;
        let hint = "find out why the record is missing, then have it set up again";
        let renamed = renamed(retailer, matches[System::Omnireturns].record(), omnirps);
        let renamed = renamed.map_or_else(String::new, |renamed| format!("; {renamed}"));
        Some(("has no record in OmniRPS", format!("{hint}{renamed}")))
    };
    let of_record = |record: &Record| {
        let fault = fault(desired, record, matches)?;
        Some((fault.what(), fault.hint(decided)))
    };
    let (what, mut hint) = match &matches[System::Omnirps] {
        Match::Record(record) => of_record(record)?,
        // Another file claims it, and it has exactly this retailer's name.
        Match::Blocked(blocker) if blocker.code == BlockerCode::DuplicateClaim => {
            let [record] = omnirps.named(&retailer.name) else { return None };
            let pinned = retailer.ids.get(&System::Omnirps);
            of_record(record).filter(|_| pinned.is_none_or(|id| id == record.id.as_str()))?
        }
        Match::Absent => no_record()?,
        Match::Blocked(blocker) if blocker.code == BlockerCode::RecordNotFound => no_record()?,
        Match::Blocked(blocker)
            if blocker.code == BlockerCode::IdNotFound
                && omnirps.look_alikes(&retailer.name).is_empty() =>
        {
            no_record()?
        }
        // The record may exist, with a correct webhook.
        Match::Blocked(_)
        | Match::Deferred(_)
        | Match::Failed(_)
        | Match::NotRead
        | Match::NotApplicable => {
            return None;
        }
    };
    if let Some(differs) = alerts.iter().find(|alert| alert.code == AlertCode::NameDiffers) {
        let code = differs.code.key();
        hint.insert_str(0, &format!("find out first whose record it is [{code}], then "));
    }
    // A retailer can be live without a milestone that its accounts wait for.
    let is_changed =
        |webhook: &&DesiredSetting| capabilities.changed_by(webhook.setting) != ChangedBy::Nobody;
    let webhook = webhook.filter(is_changed);
    for waiting in webhook.iter().flat_map(|webhook| &webhook.waiting_for) {
        hint.push_str(&format!("; the plan holds it until `{}` is stated", waiting.key()));
    }
    Some(Alert {
        code: AlertCode::NoCredits,
        message: format!("{} {in_use} and {what}, so its customers get no credits", retailer.name),
        hint,
    })
}

/// Returns the alert if the retailer's OmniRPS record has another name, which only a pinned one can
/// have: nothing renames a record there.
pub(super) fn name_differs(
    RetailerDecisions { retailer, matches, .. }: &RetailerDecisions,
) -> Option<Alert> {
    let Match::Record(record) = &matches[System::Omnirps] else { return None };
    let difference = name::difference(&retailer.name, &record.name)?;
    Some(Alert {
        code: AlertCode::NameDiffers,
        message: format!(
            "{} has the name \"{}\" in OmniRPS (record {}), not \"{}\" as in {}: {difference}",
            retailer.name,
            name::escaped(&record.name),
            record.id,
            name::escaped(&retailer.name),
            retailer.file
        ),
        hint: format!(
            "if the record is this retailer's, correct `retailer` in the file: {}; if it is \
             another's, correct `ids.omnirps`",
            name::ONLY_THIS_NAME
        ),
    })
}

#[cfg(test)]
mod tests {
    use crate::model::{Capabilities, ChangedBy, Setting};
    use crate::testing::{shown, shown_by};

    const NEW: &str = "retailer: Acme\njourney: new\nmilestones: {\
        documents_completed: 2026-09-30, test_label: 2026-10-01, test_return: 2026-10-01, \
        connote_processed: 2026-10-02, confirmed_by_seko: 2026-10-03, \
        confirmed_by_loop: 2026-10-03, live: 2026-10-04}\n";
    const EXISTING: &str = "retailer: Acme\njourney: existing\nomnireturns_access: required\n\
        milestones: {switched_to_loop: 2026-10-01, live: 2026-10-04}\n";

    #[test]
    fn a_pinned_record_with_another_name_is_an_alert() {
        let pinned = "retailer: Acme Co\njourney: existing\nids: {omnirps: 77}\n";
        let live = |name: &str| format!("omnirps: [{{id: 77, name: {name}}}]");
        insta::assert_snapshot!(shown(pinned, &live("Acme  Co")), @r#"
        !! [name-differs]: Acme Co has the name "Acme  Co" in OmniRPS (record 77), not "Acme Co" as in retailers/acme-co.yaml: character 6 is a space instead of `C`
           hint: if the record is this retailer's, correct `retailer` in the file: OmniRPS refuses uploads under any other name, and nothing can be renamed there; if it is another's, correct `ids.omnirps`

        Acme Co  retailers/acme-co.yaml
          ⏸ held until the milestone switched_to_loop is stated
              omnirps.tracking_webhook.url: (unset) → https://api.loopreturns.com/hook/v1/seko/update  N5.2.1, otherwise customers get no credits
              omnirps.tracking_webhook.enabled: false → true  N5.2.1, otherwise customers get no credits
          ⏸ held until the milestone switched_to_loop is stated and omnireturns_access is decided
              omnireturns_access: required or not_required?  E5, decides what is changed

        Plan for test: 0 to create, 0 to update, 0 manual, 3 held, 0 blocked, 0 unchanged.
        "#);
        for equal in [shown(pinned, &live("Acme Co")), shown(pinned, "omnirps: []")] {
            assert!(!equal.contains("name-differs"), "{equal}");
        }
        // OmniReturns adds the suffix, and OmniParcel is not asked for uploads.
        let others = "retailer: Acme\njourney: new\nids: {omniparcel: 1, omnireturns: 9}\n\
            milestones: {documents_completed: 2026-10-01}\n";
        let live = "omniparcel: [{id: 1, name: ACME}]\nomnireturns: [{id: 9, name: Acme - Loop}]";
        assert!(!shown(others, live).contains("name-differs"));
    }

    #[test]
    fn a_record_of_another_name_comes_before_its_webhook() {
        let pinned = format!("{}ids: {{omnirps: 77}}\n", EXISTING.replace("Acme", "Acme Co"));
        let shown = shown(&pinned, "omnirps: [{id: 77, name: Acme}]");
        let alerts: Vec<&str> = shown.lines().take(4).collect();
        insta::assert_snapshot!(alerts.join("\n"), @r#"
        !! [name-differs]: Acme Co has the name "Acme" in OmniRPS (record 77), not "Acme Co" as in retailers/acme-co.yaml: character 5 is the end instead of a space
           hint: if the record is this retailer's, correct `retailer` in the file: OmniRPS refuses uploads under any other name, and nothing can be renamed there; if it is another's, correct `ids.omnirps`

        !! [no-credits]: Acme Co is live and has no tracking webhook, so its customers get no credits
        "#);
    }

    #[test]
    fn a_record_that_another_file_claims_hides_no_alert() {
        let other = "retailer: Other\njourney: existing\nids: {omnirps: 77}\n";
        let live = "omnirps: [{id: 77, name: Acme}, {id: 78, name: Other}]";
        let shown = shown(&format!("{EXISTING}---\n{other}"), live);
        assert!(
            shown.starts_with("!! [no-credits]: Acme is live and has no tracking webhook"),
            "{shown}"
        );
        // Acme's own record has the other name.
        let live = live.replace("77, name: Acme", "77, name: Other Acme");
        let pinned = format!("{EXISTING}ids: {{omnirps: 78}}\n");
        let other = other.replace("omnirps: 77", "omnirps: 5");
        let shown = crate::testing::shown(&format!("{pinned}---\n{other}"), &live);
        assert!(!shown.contains("[no-credits]: Acme is live and has no record"), "{shown}");
    }

    #[test]
    fn a_renamed_record_is_found_by_the_account_that_is_tied_to_it() {
        let live = "omnirps: [{id: 77, name: Acme AU}]\n\
            omnireturns: [{id: 9, name: Acme, omnirps_retailer_id: '77'}]";
        let shown = shown(EXISTING, live);
        let alert: Vec<&str> = shown.lines().take(2).collect();
        insta::assert_snapshot!(alert.join("\n"), @r#"
        !! [no-credits]: Acme is live and has no record in OmniRPS, so its customers get no credits
           hint: find out why the record is missing, then have it set up again; its OmniReturns account is tied to OmniRPS record 77, which is called "Acme AU": if that is its record, correct `retailer` in retailers/acme.yaml, or have the name set back
        "#);
    }

    #[test]
    fn a_live_retailer_without_a_record_gets_no_credits() {
        for file in [NEW, EXISTING] {
            let gone = "!! [no-credits]: Acme is live and has no record in OmniRPS, so its customers \
                        get no credits\n   hint: find out why the record is missing, then have it \
                        set up again\n";
            assert!(shown(file, "omnirps: []").starts_with(gone));
            // This record may be the retailer's, with a correct webhook.
            assert!(!shown(file, "omnirps: [{id: 77, name: ACME}]").contains("no-credits"));
            assert!(!shown(file, "unknown: [omnirps]").contains("no-credits"));
            let relay =
                "settings: {omnirps.tracking_webhook: {manage: false, reason: own relay}}\n";
            assert!(!shown(&format!("{file}{relay}"), "omnirps: []").contains("no-credits"));
        }
        let switched_over = EXISTING.replace(", live: 2026-10-04", "");
        assert!(shown(&switched_over, "omnirps: []").contains("Acme has switched over and"));
        let not_in_use = [
            NEW.replace(", live: 2026-10-04", ""),
            switched_over.replace("milestones: {switched_to_loop: 2026-10-01}\n", ""),
        ];
        for file in not_in_use {
            assert!(!shown(&file, "omnirps: []").contains("no-credits"));
        }
    }

    #[test]
    fn a_pinned_record_that_is_gone_gives_no_credits_unless_another_may_be_meant() {
        let pinned = format!("{EXISTING}ids: {{omnirps: 99}}\n");
        let is_alert = |file: &str, live: &str| {
            shown(file, live).contains("[no-credits]: Acme is live and has no record in OmniRPS")
        };
        let other = "omnirps: [{id: 5, name: Other}]";
        assert!(is_alert(&pinned, other));
        for name in ["Acme", "ACME"] {
            assert!(!is_alert(&pinned, &format!("omnirps: [{{id: 5, name: {name}}}]")), "{name}");
        }
        assert!(!is_alert(&pinned, "omnirps: [{id: 99, name: Other}]"));
        assert!(!is_alert(&pinned.replace(", live: 2026-10-04", ""), other));
    }

    #[test]
    fn a_webhook_that_is_on_against_the_file_is_no_fault() {
        let off = "settings: {omnirps.tracking_webhook.enabled: {value: false, reason: outage}}\n";
        let live = |enabled| {
            format!(
                "omnirps: [{{id: 77, name: Acme, tracking_webhook.enabled: {enabled}, \
                 tracking_webhook.url: 'https://api.loopreturns.com/hook/v1/seko/update'}}]"
            )
        };
        assert!(!shown(&format!("{EXISTING}{off}"), &live(true)).contains("no-credits"));
        assert!(!shown(EXISTING, &live(true)).contains("no-credits"));
    }

    #[test]
    fn what_was_processed_while_a_webhook_was_off_is_not_sent_again() {
        let live = "omnirps: [{id: 77, name: Acme, tracking_webhook.enabled: false, \
                    tracking_webhook.url: 'https://api.loopreturns.com/hook/v1/seko/update'}]";
        let shown = shown(EXISTING, live);
        assert!(shown.contains("switched off"), "{shown}");
        let lost = "to switch it on again, with --only for a single retailer; what was processed \
                    while it was off is not sent again by itself: ask SEKO support to send it\n";
        assert!(shown.contains(lost), "{shown}");
    }

    #[test]
    fn it_is_reported_even_if_the_plan_is_held() {
        let gap = NEW.replace("documents_completed: 2026-09-30, ", "");
        let first = shown(&gap, "omnirps: [{id: 77, name: Acme}]");
        assert!(
            first.starts_with(
                "!! [no-credits]: Acme is live and has no tracking webhook, so its customers get no \
                 credits\n   hint: have SEKO onboarding set it; the plan holds it until \
                 `documents_completed` is stated\n"
            ),
            "{first}"
        );
    }

    #[test]
    fn it_is_reported_even_if_the_plan_is_otherwise_empty() {
        let mut capabilities = Capabilities::default();
        capabilities.changes.insert(Setting::OmnirpsTrackingWebhookUrl, ChangedBy::Nobody);
        capabilities.changes.insert(Setting::OmnirpsTrackingWebhookEnabled, ChangedBy::Nobody);
        let gap = NEW.replace("documents_completed: 2026-09-30, ", "");
        let live = "omniparcel: [{id: 1, name: Acme}]\nomnirps: [{id: 77, name: Acme}]\n\
            omnireturns: [{id: 9, name: Acme, omnirps_retailer_id: '77'}]";
        insta::assert_snapshot!(shown_by(&capabilities, &gap, live), @"
        !! [no-credits]: Acme is live and has no tracking webhook, so its customers get no credits
           hint: have SEKO onboarding set it

        Acme  retailers/acme.yaml
          ⏸ held until the milestone documents_completed is stated
              omnireturns.company: SEKO → Loop  N5, otherwise OmniReturns keeps the retailer among those that pay for access
              omnireturns.portal: published → unpublished  N5, otherwise customers can return through two portals

        Plan for test: 0 to create, 0 to update, 0 manual, 2 held, 0 blocked, 0 unchanged.
        ");
    }
}
