//! What is undone and what is not. Each rule has a case that applies next to one that does
//! not.

use super::{Rollback, RollbackInput, entry, rollback};
use crate::model::{Capabilities, ChangedBy, Partner, Setting, Value};
use crate::plan::Change;
use crate::runs::journal::recovery::{OpenAction, resolve};
use crate::runs::journal::{
    ActionStarted, ActionView, OutcomeKind, RunState, RunView, Totals, UnresolvedAction,
};
use crate::shell::CommandOptions;
use crate::testing::{fleet, live, plan};
use insta::assert_snapshot;

const NOT_REQUIRED: &str = "
retailer: Acme
journey: existing
omnireturns_access: not_required
milestones: {switched_to_loop: 2026-10-12}
";
const REQUIRED: &str = "
retailer: Acme
journey: existing
omnireturns_access: required
milestones: {switched_to_loop: 2026-10-12}
";
const BEFORE: &str = "
omnirps: [{id: 77, name: Acme}]
omnireturns: [{id: '1042', name: Acme}]
";
const URL: &str = "https://api.loopreturns.com/hook/v1/seko/update";

/// Live after the run over [`NOT_REQUIRED`].
fn after() -> String {
    format!(
        "
omnirps: [{{id: 77, name: Acme, tracking_webhook.url: '{URL}', tracking_webhook.enabled: true, shopify_integration: disabled, track_and_trace_emails: disabled}}]
omnireturns: [{{id: '1042', name: Acme, company: Loop, portal: unpublished}}]
"
    )
}

/// A run in which every planned action had this outcome.
fn run(fleet: &str, before: &str, outcome: OutcomeKind) -> RunView {
    let plan = plan(fleet, before);
    let actions = plan.actions().map(|(retailer, action)| ActionView {
        id: action.id.clone(),
        retailer: retailer.retailer.clone(),
        system: action.system,
        outcome,
        message: String::new(),
        hint: String::new(),
        record_id: action.target_id.clone(),
        write: Some(ActionStarted {
            id: action.id.clone(),
            retailer: retailer.retailer.clone(),
            file: retailer.file.clone(),
            system: action.system,
            kind: action.kind,
            target_id: action.target_id.clone(),
            name: action.name.clone(),
            changes: action.changes.clone(),
            idempotency_key: None,
        }),
        already_so: Vec::new(),
    });
    RunView {
        run_id: "r1".into(),
        state: RunState::Complete,
        broken: None,
        lines: 0,
        started_at: None,
        ended_at: None,
        started: None,
        totals: Totals::default(),
        actions: actions.collect(),
        in_doubt_before: Vec::new(),
    }
}

fn back(run: &RunView, files: &str, now: &str) -> Rollback {
    back_by(&Capabilities::default(), run, files, now)
}

fn back_by(capabilities: &Capabilities, run: &RunView, files: &str, now: &str) -> Rollback {
    back_after(&[], capabilities, run, files, now)
}

/// Rolls back after later runs have found this.
fn back_after(
    found: &[UnresolvedAction],
    capabilities: &Capabilities,
    run: &RunView,
    files: &str,
    now: &str,
) -> Rollback {
    rollback(&RollbackInput {
        environment: "test",
        partner: &Partner::default(),
        fleet: &fleet(files),
        in_scope: &|_| true,
        run,
        found,
        live: &live(now),
        capabilities,
    })
}

/// Shows the plan and the remarks as text.
fn shown(rollback: &Rollback) -> String {
    let mut text = Vec::new();
    crate::render::text::plan(&rollback.plan, &Default::default(), &mut text).unwrap();
    crate::render::rollback::remarks(rollback, None, &CommandOptions::default(), &mut text)
        .unwrap();
    anstream::adapter::strip_str(&String::from_utf8(text).unwrap()).to_string()
}

#[test]
fn what_a_run_wrote_is_put_back_in_the_reverse_order() {
    let run = run(NOT_REQUIRED, BEFORE, OutcomeKind::Applied);
    let rollback = back(&run, NOT_REQUIRED, &after());
    assert_snapshot!(shown(&rollback), @r#"
    !! [no-credits]: after this, Acme has switched over and has no tracking webhook, so its customers get no credits
       hint: apply this only if no customer returns through the partner any more; otherwise roll back the others alone, with --only

    Acme  retailers/acme.yaml
      ~ update in OmniReturns: Acme (id 1042)
          omnireturns.company: Loop → SEKO  rollback of run r1
          omnireturns.portal: unpublished → published  rollback of run r1
      ~ update in OmniRPS: Acme (id 77)
          omnirps.tracking_webhook.url: https://api.loopreturns.com/hook/v1/seko/update → (unset)  rollback of run r1
          omnirps.tracking_webhook.enabled: true → false  rollback of run r1
          omnirps.shopify_integration: disabled → enabled  rollback of run r1
          omnirps.track_and_trace_emails: disabled → enabled  rollback of run r1

    Plan for test: 0 to create, 2 to update, 0 manual, 0 held, 0 blocked, 0 unchanged.
    cannot be undone: Acme: `omnirps.track_and_trace_emails` is put back, but an e-mail that was not sent meanwhile is never sent
    warning: Acme: the process still requires this, so the next plan shows it as drift, unless you remove switched_to_loop or write in retailers/acme.yaml:
      settings:
        omnireturns.company: {value: "SEKO", reason: "…"}
        omnireturns.portal: {value: published, reason: "…"}
        omnirps.tracking_webhook.url: {manage: false, reason: "…"}
        omnirps.tracking_webhook.enabled: {value: false, reason: "…"}
        omnirps.shopify_integration: {value: enabled, reason: "…"}
        omnirps.track_and_trace_emails: {value: enabled, reason: "…"}
    next: nothing was changed; save this plan with `--out FILE`, then run `reconcile apply FILE`
    "#);
    let depends: Vec<_> =
        rollback.plan.actions().map(|(_, action)| action.depends_on.clone()).collect();
    assert_eq!(depends, [vec![], vec!["acme/omnireturns/update".to_owned()]]);
}

#[test]
fn a_value_that_somebody_changed_since_is_left_alone() {
    let run = run(NOT_REQUIRED, BEFORE, OutcomeKind::Applied);
    let now = after()
        .replace("portal: unpublished", "portal: published")
        .replace(URL, "https://relay.example/");
    assert_snapshot!(shown(&back(&run, NOT_REQUIRED, &now)), @r#"
    Acme  retailers/acme.yaml
      ~ update in OmniReturns: Acme (id 1042)
          omnireturns.company: Loop → SEKO  rollback of run r1
      ~ update in OmniRPS: Acme (id 77)
          omnirps.shopify_integration: disabled → enabled  rollback of run r1
          omnirps.track_and_trace_emails: disabled → enabled  rollback of run r1

    Plan for test: 0 to create, 2 to update, 0 manual, 0 held, 0 blocked, 0 unchanged.
    cannot be undone: Acme: `omnirps.track_and_trace_emails` is put back, but an e-mail that was not sent meanwhile is never sent
    left unchanged: Acme: `omnireturns.portal` is published again already
    left unchanged: Acme: `omnirps.tracking_webhook.url` is now https://relay.example/; the run changed it from (unset) to https://api.loopreturns.com/hook/v1/seko/update
    left unchanged: Acme: `omnirps.tracking_webhook.enabled` depends on `omnirps.tracking_webhook.url`, which has changed since
    warning: Acme: the process still requires this, so the next plan shows it as drift, unless you remove switched_to_loop or write in retailers/acme.yaml:
      settings:
        omnireturns.company: {value: "SEKO", reason: "…"}
        omnirps.shopify_integration: {value: enabled, reason: "…"}
        omnirps.track_and_trace_emails: {value: enabled, reason: "…"}
    next: nothing was changed; save this plan with `--out FILE`, then run `reconcile apply FILE`
    "#);
}

#[test]
fn an_address_with_a_secret_in_it_is_left_with_its_switch() {
    let before = |url: &str| {
        let given = format!("name: Acme, tracking_webhook.url: '{url}'}}]\nomnireturns");
        BEFORE.replacen("name: Acme}]\nomnireturns", &given, 1)
    };
    // Before URLs were read without their secrets, journals contained them.
    for url in ["https://***@old.example/hook?token=***", "https://u:pw@old.example/hook?token=tok"]
    {
        let run = run(NOT_REQUIRED, &before(url), OutcomeKind::Applied);
        let rollback = back(&run, NOT_REQUIRED, &after());
        let left: Vec<&str> = rollback.left.iter().map(|remark| remark.text.as_str()).collect();
        insta::allow_duplicates! { assert_snapshot!(left.join("\n"), @"
        `omnirps.tracking_webhook.url` stays https://api.loopreturns.com/hook/v1/seko/update: the address before, https://***@old.example/hook?***, had a secret in it, which is not stored anywhere; to restore it, SEKO onboarding has to set it by hand in OmniRPS, tracking webhook settings of the retailer
        `omnirps.tracking_webhook.enabled` depends on `omnirps.tracking_webhook.url`, which is not put back
        "); }
        let json = serde_json::to_string(&rollback.plan).unwrap();
        assert!(!json.contains("tracking_webhook") && json.contains("shopify"), "{json}");
    }
    let run =
        run(NOT_REQUIRED, &before("https://old.example/hook?shop=acme"), OutcomeKind::Applied);
    let rollback = back(&run, NOT_REQUIRED, &after());
    assert_eq!(rollback.left, []);
    let json = serde_json::to_string(&rollback.plan).unwrap();
    assert!(json.contains("https://old.example/hook?shop=acme"), "{json}");
}

#[test]
fn what_the_tool_must_not_change_any_more_is_left() {
    let mut capabilities = Capabilities::default();
    capabilities.changes.extend([
        (Setting::OmnirpsTrackingWebhookUrl, ChangedBy::Nobody),
        (Setting::OmnirpsShopifyIntegration, ChangedBy::Person { note: None }),
        (Setting::OmnireturnsCompany, ChangedBy::Person { note: None }),
    ]);
    let run = run(NOT_REQUIRED, BEFORE, OutcomeKind::Applied);
    let rollback = back_by(&capabilities, &run, NOT_REQUIRED, &after());
    assert_snapshot!(shown(&rollback), @r#"
    Acme  retailers/acme.yaml
      ~ update in OmniReturns: Acme (id 1042)
          omnireturns.portal: unpublished → published  rollback of run r1
      ~ update in OmniRPS: Acme (id 77)
          omnirps.track_and_trace_emails: disabled → enabled  rollback of run r1

    Plan for test: 0 to create, 2 to update, 0 manual, 0 held, 0 blocked, 0 unchanged.
    cannot be undone: Acme: `omnirps.track_and_trace_emails` is put back, but an e-mail that was not sent meanwhile is never sent
    left unchanged: Acme: `omnireturns.company` stays Loop: it is left to people; to restore it, SEKO onboarding has to set it by hand in OmniReturns admin, Retailers, General info (/admin/retailer/retailer_view)
    left unchanged: Acme: `omnirps.tracking_webhook.url` stays https://api.loopreturns.com/hook/v1/seko/update: it is only observed in this environment
    left unchanged: Acme: `omnirps.tracking_webhook.enabled` depends on `omnirps.tracking_webhook.url`, which is not put back
    left unchanged: Acme: `omnirps.shopify_integration` stays disabled: it is left to people; to restore it, SEKO account manager has to set it by hand in OmniRPS, Shopify integration of the retailer
    warning: Acme: the process still requires this, so the next plan shows it as drift, unless you remove switched_to_loop or write in retailers/acme.yaml:
      settings:
        omnireturns.portal: {value: published, reason: "…"}
        omnirps.track_and_trace_emails: {value: enabled, reason: "…"}
    next: nothing was changed; save this plan with `--out FILE`, then run `reconcile apply FILE`
    "#);
}

#[test]
fn a_file_that_does_not_ask_for_it_any_more_needs_no_warning() {
    let run = run(NOT_REQUIRED, BEFORE, OutcomeKind::Applied);
    let taken_back = "retailer: Acme\njourney: existing\nomnireturns_access: not_required\n";
    assert_eq!(back(&run, taken_back, &after()).reapplied, []);
    assert_eq!(back(&run, "retailer: Birch\njourney: new\n", &after()).reapplied, []);
    assert_eq!(back(&run, NOT_REQUIRED, &after()).reapplied.len(), 1);
}

#[test]
fn a_company_that_is_gone_blocks_and_omnirps_waits() {
    let run = run(NOT_REQUIRED, BEFORE, OutcomeKind::Applied);
    let now = format!("{}companies: {{Loop: 7}}\n", after());
    assert_snapshot!(shown(&back(&run, NOT_REQUIRED, &now)), @r#"
    Acme  retailers/acme.yaml
      ! blocked in OmniReturns [company-not-found]: OmniReturns has no company called "SEKO"; changes in OmniRPS wait for this
          hint: add the company in OmniReturns (/admin/companies) again, then roll back

    Plan for test: 0 to create, 0 to update, 0 manual, 0 held, 1 blocked, 0 unchanged.
    "#);
}

#[test]
fn a_system_that_could_not_be_read_blocks() {
    let run = run(NOT_REQUIRED, BEFORE, OutcomeKind::Applied);
    let now = format!("{}unknown: [omnireturns]\n", after());
    let plan = back(&run, NOT_REQUIRED, &now).plan;
    assert_eq!(
        (plan.actions().count(), plan.summary.blocked, plan.unknown_systems.len()),
        (0, 1, 1)
    );
    let now = format!("{}unknown: [omnirps]\n", after());
    let plan = back(&run, NOT_REQUIRED, &now).plan;
    assert_eq!((plan.actions().count(), plan.summary.blocked), (1, 1), "OmniReturns goes first");
}

#[test]
fn a_name_goes_back_unless_a_twin_has_it_by_now() {
    let run = run(REQUIRED, BEFORE, OutcomeKind::Applied);
    let renamed = "{id: '1042', name: Acme - Loop}";
    let one = format!("omnireturns: [{renamed}]\nomnirps: []\n");
    let plan = back(&run, REQUIRED, &one).plan;
    assert_eq!((plan.summary.update, plan.summary.blocked), (1, 0));
    let two = format!("omnireturns: [{renamed}, {{id: '9', name: acme}}]\nomnirps: []\n");
    assert_snapshot!(shown(&back(&run, REQUIRED, &two)), @r#"
    Acme  retailers/acme.yaml
      ! blocked in OmniReturns [name-near-miss]: "Acme - Loop" (id 1042) cannot be called "Acme" again: "acme" (id 9) looks like it
          hint: decide which of the two is the retailer's, and rename the other

    Plan for test: 0 to create, 0 to update, 0 manual, 0 held, 1 blocked, 0 unchanged.
    left unchanged: Acme: OmniRPS record 77 is gone
    "#);
}

#[test]
fn what_was_created_stays() {
    let new = "retailer: Acme\njourney: new\nmilestones: {documents_completed: 2026-10-01}\n";
    let run = run(new, "{}", OutcomeKind::Applied);
    let now = "
omniparcel: [{id: 1, name: Acme}]
omnirps: [{id: 77, name: Acme}]
";
    assert_snapshot!(shown(&back(&run, new, now)), @r#"
    Plan for test: 0 to create, 0 to update, 0 manual, 0 held, 0 blocked, 1 unchanged.
    cannot be undone: Acme: "Acme" was created in OmniRPS: a retailer is never deleted
    cannot be undone: Acme: "Acme" was created in OmniParcel: an account is never deleted
    "#);
}

#[test]
fn only_what_the_run_wrote_or_may_have_written_goes_back() {
    let count = |outcome| {
        let rollback = back(&run(NOT_REQUIRED, BEFORE, outcome), NOT_REQUIRED, &after());
        (rollback.plan.actions().count(), rollback.left.len())
    };
    assert_eq!(count(OutcomeKind::Applied), (2, 0));
    assert_eq!(count(OutcomeKind::InDoubt), (2, 0));
    assert_eq!(count(OutcomeKind::Failed), (0, 6), "somebody else made these so");
    assert_eq!(count(OutcomeKind::Already), (0, 2), "a run before made these so");
    for outcome in [OutcomeKind::Skipped, OutcomeKind::Stale] {
        assert_eq!(count(outcome), (0, 0), "{outcome:?}");
    }
    let in_doubt = back(&run(NOT_REQUIRED, BEFORE, OutcomeKind::InDoubt), NOT_REQUIRED, BEFORE);
    assert_eq!((in_doubt.plan.actions().count(), in_doubt.left), (0, vec![]), "it never arrived");
}

#[test]
fn what_a_later_run_wrote_does_not_go_back() {
    /// Rolls back a run in doubt after a later run has found this of it.
    fn after_look(files: &str, before: &str, looked_at: &str, now: &str) -> Rollback {
        let run = run(files, before, OutcomeKind::InDoubt);
        let open = run.actions.iter().filter_map(|action| action.write.clone());
        let open = open.map(|action| OpenAction { run_id: run.run_id.clone(), action });
        let found: Vec<_> = open.map(|open| resolve(&open, &live(looked_at))).collect();
        back_after(&found, &Capabilities::default(), &run, files, now)
    }
    let restored = |rollback: &Rollback| -> Vec<Setting> {
        let changes = rollback.plan.retailers.iter().flat_map(|retailer| retailer.changes());
        changes.map(|change| change.setting).collect()
    };
    let of = |looked_at: &str| after_look(NOT_REQUIRED, BEFORE, looked_at, &after());
    let written = of(&after());
    assert_eq!((restored(&written).len(), written.left.len()), (6, 0));
    let not_written = of(BEFORE);
    assert_eq!((restored(&not_written).len(), not_written.left.len()), (0, 6));
    let why = "but not by that run: it failed to write it";
    assert!(not_written.left.iter().all(|remark| remark.text.ends_with(why)), "{not_written:?}");
    let in_part = of(&after().replace("portal: unpublished", "portal: published"));
    assert_eq!((restored(&in_part).len(), in_part.left.len()), (5, 1));
    assert!(!restored(&in_part).contains(&Setting::OmnireturnsPortal));

    let new = "retailer: Acme\njourney: new\nmilestones: {documents_completed: 2026-10-01}\n";
    let created = "omniparcel: [{id: 1, name: Acme}]\n";
    let texts = |looked_at: &str| {
        let Rollback { left, lasting, .. } = after_look(new, "{}", looked_at, created);
        left.into_iter().chain(lasting).map(|remark| remark.text).collect::<Vec<_>>()
    };
    assert_eq!(
        texts("{}"),
        ["\"Acme\" is in OmniParcel, but not by that run: it failed to create it"]
    );
    assert_eq!(
        texts(created),
        ["\"Acme\" may have been created in OmniParcel: an account is never deleted"]
    );
}

/// Returns the alerts of the plan that undoes a run over a retailer file.
fn alerts(file: &str, before: &str, after: &str) -> Vec<String> {
    let rollback = back(&run(file, before, OutcomeKind::Applied), file, after);
    rollback.plan.alerts().map(|alert| alert.message.clone()).collect()
}

#[test]
fn a_webhook_that_customers_need_is_not_taken_away_silently() {
    let elsewhere = BEFORE.replace(
        "name: Acme}]\nomnireturns",
        "name: Acme, tracking_webhook.url: 'https://relay.example/', tracking_webhook.enabled: \
         true}]\nomnireturns",
    );
    let off = after().replace("enabled: true", "enabled: false");
    for (before, expected) in [
        (
            BEFORE,
            "after this, Acme has switched over and has no tracking webhook, so its customers get no credits",
        ),
        (
            &elsewhere,
            "after this, Acme has switched over and has a tracking webhook that points elsewhere, so its customers get no credits",
        ),
        (
            &off,
            "after this, Acme has switched over and has a tracking webhook that is switched off, so its customers get no credits",
        ),
    ] {
        assert_eq!(alerts(NOT_REQUIRED, before, &after()), [expected]);
    }
    let live = after().replace(", shopify_integration: disabled", "");
    assert_eq!(alerts(NOT_REQUIRED, &live, &after()), [""; 0], "the webhook is not touched");
    let relay = format!(
        "{NOT_REQUIRED}settings: {{omnirps.tracking_webhook.enabled: {{value: false, reason: own \
         relay}}}}\n"
    );
    let again = back(&run(NOT_REQUIRED, &off, OutcomeKind::Applied), &relay, &after());
    assert_eq!(again.plan.alerts().count(), 0, "the file asks for it");
}

#[test]
fn a_retailer_that_is_not_in_use_may_lose_its_webhook() {
    let file = "retailer: Acme\njourney: new\nmilestones: {documents_completed: 2026-10-01}\n";
    let created = "omniparcel: [{id: 1, name: Acme}]\nomnirps: [{id: 77, name: Acme}]\n\
        omnireturns: [{id: 9, name: Acme, company: Loop, portal: unpublished, \
        omnirps_retailer_id: '77'}]\n";
    let set_up = created.replace(
        "77, name: Acme}",
        &format!("77, name: Acme, tracking_webhook.url: '{URL}', tracking_webhook.enabled: true}}"),
    );
    let rollback = back(&run(file, created, OutcomeKind::Applied), file, &set_up);
    assert!(rollback.plan.has_actions());
    assert_eq!(rollback.plan.alerts().count(), 0);
}

#[test]
fn a_restored_text_is_one_of_yaml() {
    let name = Value::text("Acme\u{200b} \"1\"");
    let change = Change::new(Setting::OmnireturnsName, Value::text("Acme"), name, "E7.1");
    let expected = r#"omnireturns.name: {value: "Acme\u200B \"1\"", reason: "…"}"#;
    assert_eq!(entry(&change), expected);
}

#[test]
fn e_mails_were_sent_while_they_were_on() {
    let on = format!(
        "{NOT_REQUIRED}settings: {{omnirps.track_and_trace_emails: {{value: enabled, reason: own}}}}\n"
    );
    let disabled = after();
    let enabled = disabled.replace("emails: disabled", "emails: enabled");
    for (files, before, now, expected) in [
        (
            on.as_str(),
            &disabled,
            &enabled,
            "an e-mail that was sent meanwhile cannot be taken back",
        ),
        (NOT_REQUIRED, &enabled, &disabled, "an e-mail that was not sent meanwhile is never sent"),
    ] {
        let rollback = back(&run(files, before, OutcomeKind::Applied), files, now);
        let [remark] = rollback.lasting.as_slice() else { panic!("{rollback:?}") };
        assert_eq!(
            remark.text,
            format!("`omnirps.track_and_trace_emails` is put back, but {expected}")
        );
    }
}

#[test]
fn what_was_already_so_stays() {
    let mut run = run(NOT_REQUIRED, BEFORE, OutcomeKind::Applied);
    let back_of = |run: &RunView| {
        let rollback = back(run, NOT_REQUIRED, &after());
        let changes = rollback.plan.retailers.iter().flat_map(|retailer| retailer.changes());
        let portal = changes.filter(|change| change.setting == Setting::OmnireturnsPortal).count();
        let left: Vec<String> = rollback.left.iter().map(|remark| remark.text.clone()).collect();
        (portal, left.join("\n"))
    };
    assert_eq!(back_of(&run), (1, String::new()));
    for action in &mut run.actions {
        action.already_so = vec![Setting::OmnireturnsPortal];
    }
    let (portal, left) = back_of(&run);
    assert_eq!(portal, 0);
    assert_eq!(left, "`omnireturns.portal` was already unpublished, so the run did not write it");
}

#[test]
fn a_third_value_is_told_of_what_is_in_doubt() {
    let run = run(NOT_REQUIRED, BEFORE, OutcomeKind::InDoubt);
    let now = after().replace(URL, "https://relay.example/");
    let left = back(&run, NOT_REQUIRED, &now).left;
    assert_snapshot!(left[0].text, @"`omnirps.tracking_webhook.url` is now https://relay.example/; the run may have changed it from (unset) to https://api.loopreturns.com/hook/v1/seko/update");
}
