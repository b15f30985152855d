//! Determines the origin of each difference in a plan: drift, or a change of the files.
//!
//! A difference is drift if the files at the base also require a change of the same setting:
//! then live already differed from the declaration before the files changed. All other
//! differences are pending: the files add them, or they wait for people. [`mark`] sets the
//! origins in the plan of the current files; [`beside`] also shows drift that the current files
//! hide.

use super::{
    Alert, AlertCode, BlockerCode, Entry, Held, ID_OF_NEW, Origin, Plan, RetailerPlan, fingerprint,
};
use crate::model::{Setting, System, Value};
use schemars::JsonSchema;
use serde::Serialize;
use std::collections::{BTreeMap, BTreeSet};

/// Sets the origin of each change, held entry and manual entry of a plan by comparing it with
/// the plan of the files at the base against the same live state. An entry that is also held
/// there has none.
pub(crate) fn mark(plan: &mut Plan, base: &Plan) {
    let declared: BTreeMap<&str, &RetailerPlan> =
        base.retailers.iter().map(|retailer| (retailer.retailer.as_str(), retailer)).collect();
    for retailer in &mut plan.retailers {
        let before = declared.get(retailer.retailer.as_str());
        let asked: BTreeSet<&str> = before
            .iter()
            .flat_map(|before| before.differences().map(|entry| entry.setting.key()))
            .collect();
        set_origins(retailer, |setting| {
            if asked.contains(setting) { Origin::Drift } else { Origin::Pending }
        });
        // What was held before waits for people; the files do not bring it.
        let held: Vec<_> =
            before.iter().flat_map(|before| before.held.iter().map(differs)).collect();
        for entry in &mut retailer.held {
            if held.contains(&differs(entry)) {
                entry.origin = None;
            }
        }
    }
}

/// Returns what a held entry would change.
fn differs(Held { entry, .. }: &Held) -> (String, Value) {
    (entry.setting.clone(), entry.after.clone())
}

/// Combines drift and pending changes in one plan.
///
/// All entries of the plan of the files at the base are drift, whatever the current files
/// declare. Entries only in the plan of the current files are pending, and so are held entries.
/// `retailers` is the number of retailers in both plans together.
pub(crate) fn beside(base: Plan, mut now: Plan, retailers: usize) -> Plan {
    let not_checked = std::mem::take(&mut now.not_checked);
    let not_checked: BTreeSet<String> = base.not_checked.into_iter().chain(not_checked).collect();
    let mut undeclared = now.undeclared.take();
    // A file may have been deleted since: at the base it declares its retailer.
    if let (Some(undeclared), Some(then)) = (&mut undeclared, &base.undeclared) {
        undeclared.retain(|of| then.binary_search(of).is_ok());
    }
    let mut merged: BTreeMap<String, RetailerPlan> = base
        .retailers
        .into_iter()
        .map(|planned| (planned.retailer.clone(), drifted(planned)))
        .collect();
    for mut planned in std::mem::take(&mut now.retailers) {
        set_origins(&mut planned, |_| Origin::Pending);
        match merged.get_mut(&planned.retailer) {
            Some(drifted) => add_pending(drifted, planned),
            None => drop(merged.insert(planned.retailer.clone(), planned)),
        }
    }
    let not_checked = not_checked.into_iter().filter(|of| !merged.contains_key(of)).collect();
    let entries: Vec<RetailerPlan> = merged.into_values().collect();
    let unchanged = retailers.saturating_sub(entries.len());
    Plan { undeclared, not_checked, ..now.with_entries(entries, unchanged) }
}

/// Marks all entries as drift, except held ones.
pub(crate) fn alone(now: Plan) -> Plan {
    let retailers = now.retailers.into_iter().map(drifted).collect();
    let plan = Plan { retailers, ..now };
    Plan { fingerprint: fingerprint::fingerprint(&plan), ..plan }
}

/// Marks the entries of a plan as drift, and the held ones as pending.
fn drifted(mut planned: RetailerPlan) -> RetailerPlan {
    set_origins(&mut planned, |_| Origin::Drift);
    planned.held.iter_mut().for_each(|held| held.origin = Some(Origin::Pending));
    planned
}

/// Sets the origin of each entry by its setting.
fn set_origins(planned: &mut RetailerPlan, origin: impl Fn(&str) -> Origin) {
    let changes = planned.actions.iter_mut().flat_map(|action| &mut action.changes);
    let changes = changes.map(|change| &mut change.entry);
    let manual = planned.manual.iter_mut().map(|manual| &mut manual.entry);
    for entry in changes.chain(manual).chain(&mut planned.observed) {
        entry.origin = Some(origin(entry.setting.key()));
    }
    for held in &mut planned.held {
        held.origin = Some(origin(&held.setting));
    }
}

/// Adds the pending entries to a retailer's drift.
fn add_pending(drifted: &mut RetailerPlan, now: RetailerPlan) {
    let RetailerPlan { actions, held, manual, blocked, observed, alerts, .. } = now;
    for action in actions {
        let mut of_base = drifted.actions.iter_mut();
        let same = of_base.find(|of| (&of.id, &of.target_id) == (&action.id, &action.target_id));
        let Some(same) = same else {
            drifted.actions.push(action);
            continue;
        };
        add_new(&mut same.changes, action.changes, |asked, change| {
            (asked.setting, &asked.after, &asked.after_from)
                == (change.setting, &change.after, &change.after_from)
        });
    }
    // Entries held at the base waited for people too, so only the current ones count.
    drifted.held = held;
    let asks_same = |asked: &Entry, entry: &Entry| {
        (asked.setting, &asked.after) == (entry.setting, &entry.after)
    };
    add_new(&mut drifted.manual, manual, |asked, manual| asks_same(asked, manual));
    add_new(&mut drifted.observed, observed, asks_same);
    add_new(&mut drifted.blocked, blocked, |before, problem| {
        (before.system, before.code) == (problem.system, problem.code)
    });
    add_new(&mut drifted.alerts, alerts, |before, alert| before.code == alert.code);
}

/// Adds the entries that are the same as none of those before.
fn add_new<T>(all: &mut Vec<T>, entries: Vec<T>, is_same: impl Fn(&T, &T) -> bool) {
    let before = all.len();
    for entry in entries {
        if !all[..before].iter().any(|of_base| is_same(of_base, &entry)) {
            all.push(entry);
        }
    }
}

/// Returns the retailer and system of each blocked entry of a plan.
pub(crate) fn blocked(plan: &Plan) -> BTreeSet<(String, System)> {
    let retailers = plan.retailers.iter();
    let blocked = retailers
        .flat_map(|retailer| retailer.blocked.iter().map(move |problem| (retailer, problem)));
    blocked.map(|(retailer, problem)| (retailer.retailer.clone(), problem.system)).collect()
}

/// The output of `drift --format json`: the plan, and how much of it is drift.
#[derive(Serialize, JsonSchema)]
#[schemars(deny_unknown_fields)]
pub(crate) struct DriftPlan<'a> {
    #[serde(flatten)]
    plan: &'a Plan,
    drift: DriftCounts,
}

/// The number of differences of each origin.
#[derive(Serialize, JsonSchema)]
#[schemars(deny_unknown_fields)]
struct DriftCounts {
    /// Differences between live and the declaration at the base.
    drifted: usize,
    /// Changes and blocked entries that the files add.
    pending: usize,
}

impl<'a> DriftPlan<'a> {
    /// Creates the output from a plan and its drift.
    pub(crate) fn new(plan: &'a Plan, drift: &Drift) -> DriftPlan<'a> {
        let counts = DriftCounts { drifted: drift.entries.len(), pending: drift.pending };
        DriftPlan { plan, drift: counts }
    }
}

/// The drift, for text output and for the exit code.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Drift {
    /// The retailers in use whose tracking webhook is off although its URL is right: OmniRPS
    /// switched it off after failed deliveries.
    pub webhooks_off: Vec<String>,
    /// The alerts of all other retailers.
    pub alerts: Vec<String>,
    /// The drifted changes and the blocked entries, one line each.
    pub entries: Vec<String>,
    /// How many of them, the last ones, only state that a system could not be read, and the systems.
    pub unknown: usize,
    pub failed_systems: BTreeSet<System>,
    /// The number of retailers with such entries.
    pub retailers: usize,
    /// The number of changes and blocked entries that the files add.
    pub pending: usize,
    pub manual: usize,
    pub held: usize,
    pub in_sync: usize,
    /// The number of retailers without an entry of which people alone see something, and the systems
    /// that are deliberately not read.
    pub not_checked: usize,
    pub unread_systems: Vec<System>,
    /// Where only the current files block: the retailer's name and the system.
    pub blocked_now: BTreeSet<(String, System)>,
    /// The files removed since the base; each is also pending.
    pub removed: Vec<String>,
    /// The files that are invalid at the base, so their declarations are unknown.
    pub invalid: Vec<String>,
}

impl Drift {
    /// Summarizes the result of [`beside`]. `blocked_at_base` has the places that are blocked for
    /// the files at the base: they are drift, those only of the current files are not.
    pub(crate) fn of(
        plan: &Plan,
        blocked_at_base: &BTreeSet<(String, System)>,
        removed: Vec<String>,
        invalid: Vec<String>,
    ) -> Drift {
        let pending = removed.len();
        let not_checked = plan.not_checked.len();
        let mut drift = Drift {
            in_sync: plan.summary.unchanged.saturating_sub(not_checked),
            not_checked,
            unread_systems: plan.unread_systems.clone(),
            pending,
            removed,
            invalid,
            ..Drift::default()
        };
        let mut unknown = Vec::new();
        for retailer in &plan.retailers {
            let name = &retailer.retailer;
            let before = drift.entries.len() + unknown.len();
            let changes = retailer.changes().map(|change| {
                let is_id_of_new = change.after_from.is_some();
                (&change.entry, is_id_of_new, "")
            });
            let observed =
                retailer.observed.iter().map(|of| (of, of.is_id_of_new(), " (observed)"));
            for (entry, is_id_of_new, note) in changes.chain(observed) {
                match entry.origin {
                    Some(Origin::Drift) => {
                        drift.entries.push(difference(name, entry, is_id_of_new) + note);
                    }
                    _ => drift.pending += 1,
                }
            }
            for problem in &retailer.blocked {
                let place = (name.clone(), problem.system);
                if blocked_at_base.contains(&place) {
                    let is_unknown = problem.code == BlockerCode::SystemUnknown;
                    if is_unknown {
                        drift.failed_systems.insert(problem.system);
                    }
                    let code = problem.code.key();
                    let entries = if is_unknown { &mut unknown } else { &mut drift.entries };
                    entries.push(format!("{name}: blocked in {} [{code}]", problem.system));
                } else {
                    drift.pending += 1;
                    drift.blocked_now.insert(place);
                }
            }
            drift.retailers += usize::from(drift.entries.len() + unknown.len() > before);
            drift.manual += retailer.manual.len();
            drift.held += retailer.held.len();
            let is_off = was_switched_off(retailer);
            if is_off {
                drift.webhooks_off.push(retailer.retailer.clone());
            }
            // A webhook that is off is what that alert is about.
            let is_reported = |alert: &&Alert| is_off && alert.code == AlertCode::NoCredits;
            let alerts = retailer.alerts.iter().filter(|alert| !is_reported(alert));
            drift.alerts.extend(alerts.map(|alert| alert.message.clone()));
        }
        drift.unknown = unknown.len();
        drift.entries.extend(unknown);
        drift
    }

    /// Returns whether nothing is known to have drifted, because a system could not be read.
    pub(crate) fn is_unknown(&self) -> bool {
        self.unknown > 0 && self.unknown == self.entries.len()
    }

    /// Returns whether any change, observed difference or blocked entry is drift.
    pub(crate) fn is_drift(&self) -> bool {
        !self.entries.is_empty()
    }
}

/// Returns whether the tracking webhook of a retailer in use is off although its URL is right, as
/// after OmniRPS switched it off because of failed deliveries ([`super::alerts::RULE`]). Counts
/// whoever is responsible for switching it on again.
fn was_switched_off(retailer: &RetailerPlan) -> bool {
    let drifted_off = retailer.differences().any(|entry| {
        entry.setting == Setting::OmnirpsTrackingWebhookEnabled
            && entry.before == Value::Flag(false)
            && entry.origin == Some(Origin::Drift)
    });
    let is_url = |entry: &Entry| entry.setting == Setting::OmnirpsTrackingWebhookUrl;
    // Before a retailer is in use, it harms nobody, and there is no alert.
    retailer.alerts.iter().any(|alert| alert.code == AlertCode::NoCredits)
        && drifted_off
        && !retailer.differences().any(is_url)
}

fn difference(retailer: &str, entry: &Entry, is_id_of_new: bool) -> String {
    let Entry { setting, before, after, .. } = entry;
    let remark = before.remark(after);
    let after = if is_id_of_new { ID_OF_NEW.to_owned() } else { after.to_string() };
    format!("{retailer}: {setting} is {before}{remark}, not {after}")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::{Capabilities, ChangedBy};
    use crate::testing;

    fn drift(fleet: &str, live: &str) -> Drift {
        let now = testing::plan(fleet, live);
        let blocked = blocked(&now);
        Drift::of(&alone(now), &blocked, Vec::new(), Vec::new())
    }

    #[test]
    fn a_webhook_that_is_off_costs_credits_once_a_retailer_is_in_use() {
        let live = "omniparcel: [{id: 1, name: Acme}]\n\
            omnirps: [{id: 77, name: Acme, tracking_webhook.enabled: false, \
            tracking_webhook.url: 'https://api.loopreturns.com/hook/v1/seko/update'}]";
        let set_up =
            "retailer: Acme\njourney: new\nmilestones: {documents_completed: 2026-09-30}\n";
        let in_use = "retailer: Acme\njourney: new\nmilestones: {\
            documents_completed: 2026-09-30, test_label: 2026-10-01, test_return: 2026-10-01, \
            connote_processed: 2026-10-02, confirmed_by_seko: 2026-10-03, \
            confirmed_by_loop: 2026-10-03, live: 2026-10-04}\n";
        for (file, expected) in [(set_up, &[][..]), (in_use, &["Acme".to_owned()])] {
            let drift = drift(file, live);
            assert_eq!(drift.webhooks_off, expected);
            let entry = "Acme: omnirps.tracking_webhook.enabled is false, not true";
            assert!(drift.entries.iter().any(|of| of == entry), "{:?}", drift.entries);
        }
    }

    #[test]
    fn what_a_system_that_was_not_read_blocks_comes_last() {
        let file = |name: &str| {
            format!(
                "retailer: {name}\njourney: new\nmilestones: {{documents_completed: 2026-10-01}}\n---\n"
            )
        };
        let fleet = file("Acme") + &file("Birch") + &file("Cedar");
        let live = "omnireturns: [{id: 1, name: Cedar, company: SEKO}]\nunknown: [omnirps]";
        let drift = drift(&fleet, live);
        assert_eq!(drift.unknown, 3, "{:?}", drift.entries);
        let (known, unknown) = drift.entries.split_at(drift.entries.len() - drift.unknown);
        assert!(known.iter().any(|entry| entry.starts_with("Cedar: ")), "{known:?}");
        assert!(unknown.iter().all(|entry| entry.ends_with("[system-unknown]")), "{unknown:?}");
        assert_eq!(drift.retailers, 3);
    }

    #[test]
    fn the_id_of_a_new_record_is_not_unset() {
        let new = "retailer: Acme\njourney: new\nmilestones: {documents_completed: 2026-09-30}\n";
        let expected = "Acme: omnireturns.omnirps_retailer_id is (unset), not (the id of the new \
                        OmniRPS retailer)";
        let drift = drift(new, "{}");
        assert!(drift.entries.iter().any(|of| of == expected), "{:?}", drift.entries);
        let mut capabilities = Capabilities::default();
        let id = Setting::OmnireturnsOmnirpsRetailerId;
        capabilities.changes.insert(id, ChangedBy::Nobody);
        let live = "omnireturns: [{id: 9, name: Acme}]";
        let observed = alone(testing::plan_by(&capabilities, new, live));
        let drift = Drift::of(&observed, &BTreeSet::new(), Vec::new(), Vec::new());
        let expected = format!("{expected} (observed)");
        assert!(drift.entries.contains(&expected), "{:?}", drift.entries);
        let text = testing::text_of(&observed);
        let expected = "_retailer_id: (unset) → (the id of the new OmniRPS retailer)";
        assert!(text.contains(expected), "{text}");
    }
}
