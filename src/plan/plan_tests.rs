//! What is planned, as people see it. Each rule has a case that fires and one beside it
//! that does not.

use super::BlockerCode;
use crate::model::System;
use crate::testing::{plan, shown};
use insta::assert_snapshot;

const NEW: &str = "retailer: Acme\njourney: new\nmilestones: {documents_completed: 2026-10-01}\n";
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
const BOTH: &str = "
omnirps: [{id: 77, name: Acme}]
omnireturns: [{id: '1042', name: Acme}]
";

/// The codes of everything that is blocked.
fn blocked(fleet: &str, live: &str) -> Vec<(BlockerCode, System)> {
    let plan = plan(fleet, live);
    let problems = plan.retailers.iter().flat_map(|retailer| &retailer.blocked);
    problems.map(|problem| (problem.code, problem.system)).collect()
}

/// The ids of all actions.
fn actions(fleet: &str, live: &str) -> Vec<String> {
    plan(fleet, live).actions().map(|(_, action)| action.id.clone()).collect()
}

#[test]
fn a_suffix_is_never_added_twice() {
    let suffixed = |name: &str| {
        format!(
            "omnirps: [{{id: 77, name: Acme, tracking_webhook.url: 'https://api.loopreturns.com/hook/v1/seko/update', tracking_webhook.enabled: true, track_and_trace_emails: disabled}}]\nomnireturns: [{{id: 9, name: '{name}'}}]"
        )
    };
    assert!(actions(REQUIRED, &suffixed("Acme - Loop")).is_empty());
    assert_eq!(actions(REQUIRED, &suffixed("Acme")), ["acme/omnireturns/update"]);
    for variant in ["Acme-Loop", "Acme- Loop", "Acme – Loop", "Acme -  loop"] {
        let expected = [(BlockerCode::SuffixVariant, System::Omnireturns)];
        assert_eq!(blocked(REQUIRED, &suffixed(variant)), expected, "{variant}");
        let pinned = format!("{REQUIRED}ids: {{omnireturns: 9}}\n");
        assert_eq!(blocked(&pinned, &suffixed(variant)), expected, "{variant}, pinned");
    }
    let pinned = format!("{REQUIRED}ids: {{omnireturns: 9}}\n");
    assert!(actions(&pinned, &suffixed("Acme Group - Loop")).is_empty());
    // A brand may be called so, and is declared as it is; only the suffix waits.
    let brand = REQUIRED.replace("Acme", "Froot-Loop");
    let live = "omnirps: [{id: 77, name: Froot-Loop}]\nomnireturns: [{id: 9, name: Froot-Loop}]";
    assert_eq!(blocked(&brand, live), [(BlockerCode::SuffixVariant, System::Omnireturns)]);
    assert_eq!(actions(&brand, live), ["froot-loop/omnirps/update"]);
    let kept = brand.replace("required", "not_required");
    assert_eq!(blocked(&kept, live), []);
}

#[test]
fn two_records_that_fit_are_ambiguous() {
    let two = "
omnirps: [{id: 77, name: Acme}, {id: 78, name: Acme}]
omnireturns: [{id: 9, name: Acme}, {id: 10, name: Acme - Loop}]
";
    assert_snapshot!(shown(REQUIRED, two), @r#"
    Acme  retailers/acme.yaml
      ! blocked in OmniRPS [ambiguous-name]: 2 OmniRPS records fit: "Acme" (id 77) and "Acme" (id 78)
          hint: pin the right one as `ids.omnirps` in retailers/acme.yaml
      ! blocked in OmniReturns [ambiguous-name]: 2 OmniReturns records fit: "Acme" (id 9) and "Acme - Loop" (id 10)
          hint: pin the right one as `ids.omnireturns` in retailers/acme.yaml

    Plan for test: 0 to create, 0 to update, 0 manual, 0 held, 2 blocked, 0 unchanged.
    "#);
    assert_eq!(blocked(REQUIRED, BOTH), []);
}

#[test]
fn a_look_alike_blocks_and_an_exact_record_wins() {
    for name in ["ACME", "Ac me", "Аcme", "Ａcme"] {
        let live = format!("omnirps: [{{id: 77, name: '{name}'}}]");
        assert_eq!(blocked(NEW, &live), [(BlockerCode::NameNearMiss, System::Omnirps)], "{name}");
        assert_eq!(actions(NEW, &live), ["acme/omniparcel/create"], "{name}");
        let both = format!("omnirps: [{{id: 77, name: '{name}'}}, {{id: 78, name: Acme}}]");
        assert_eq!(blocked(NEW, &both), [], "{name}");
    }
    assert_snapshot!(shown(NOT_REQUIRED, "omnirps: [{id: 77, name: ACME}]\nomnireturns: [{id: 9, name: Acme}]"), @r#"
    Acme  retailers/acme.yaml
      ! blocked in OmniRPS [name-near-miss]: no OmniRPS record is called "Acme", but "ACME" (id 77) looks like it; changes in OmniReturns wait for this
          hint: if that is the retailer, correct the name on one side or pin `ids.omnirps` in retailers/acme.yaml

    Plan for test: 0 to create, 0 to update, 0 manual, 0 held, 1 blocked, 0 unchanged.
    "#);
}

#[test]
fn a_pinned_id_beats_a_name_and_has_to_exist() {
    let pinned = format!("{NOT_REQUIRED}ids: {{omnirps: 78, omnireturns: 11}}\n");
    let live = "
omnirps: [{id: 77, name: Acme}, {id: 78, name: Other}]
omnireturns: [{id: 9, name: Acme}]
";
    assert_snapshot!(shown(&pinned, live), @"
    !! [no-credits]: Acme has switched over and has no tracking webhook, so its customers get no credits
       hint: have it set now

    Acme  retailers/acme.yaml
      ! blocked in OmniReturns [id-not-found]: no OmniReturns record has the pinned id 11
          hint: correct `ids.omnireturns` in retailers/acme.yaml, or take it out to match by name
      ~ update in OmniRPS: Other (id 78)
          omnirps.tracking_webhook.url: (unset) → https://api.loopreturns.com/hook/v1/seko/update  N5.2.1, otherwise customers get no credits
          omnirps.tracking_webhook.enabled: false → true  N5.2.1, otherwise customers get no credits
          omnirps.shopify_integration: enabled → disabled  E6.3, otherwise OmniRPS and Loop can both refund the same return
          omnirps.track_and_trace_emails: enabled → disabled  E6.4, otherwise customers get e-mails from both SEKO and Loop

    Plan for test: 0 to create, 1 to update, 0 manual, 0 held, 1 blocked, 0 unchanged; 1 undeclared in OmniRPS.
    ");
}

#[test]
fn existing_that_is_not_there_is_not_created() {
    assert_snapshot!(shown(NOT_REQUIRED, "{}"), @r#"
    !! [no-credits]: Acme has switched over and has no record in OmniRPS, so its customers get no credits
       hint: find out why the record is missing, then have it set up again

    Acme  retailers/acme.yaml
      ! blocked in OmniRPS [record-not-found]: no OmniRPS record is called "Acme"
          hint: a retailer on journey `existing` has to be there already: correct the name in retailers/acme.yaml, pin `ids.omnirps`, or use journey `new`
      ! blocked in OmniReturns [record-not-found]: no OmniReturns record is called "Acme"
          hint: a retailer on journey `existing` has to be there already: correct the name in retailers/acme.yaml, pin `ids.omnireturns`, or use journey `new`

    Plan for test: 0 to create, 0 to update, 0 manual, 0 held, 2 blocked, 0 unchanged.
    "#);
}

#[test]
fn what_is_missing_of_a_pinned_retailer_waits_for_the_switch() {
    let rps = "omnirps: [{id: 77, name: Acme}]\n";
    let two = "omnireturns: [{id: 1, name: Acme}, {id: 2, name: Acme - Loop}]\n";
    let look_alike = "omnireturns: [{id: 1, name: ACME}]\n";
    let pinned = "retailer: Acme\njourney: existing\nids: {omnirps: '77'}\n";
    for live in [rps, &format!("{rps}{two}")] {
        let plan = plan(pinned, live);
        assert_eq!((plan.summary.blocked, plan.summary.held), (0, 3), "{live}");
    }
    assert_snapshot!(shown("retailer: Acme\njourney: existing\nids: {omnireturns: '1'}\n", "omnireturns: [{id: 1, name: Acme}]"), @"
    Acme  retailers/acme.yaml
      ⏸ held until the milestone switched_to_loop is stated and omnireturns_access is decided
          omnireturns_access: required or not_required?  E5, decides what is changed

    Plan for test: 0 to create, 0 to update, 0 manual, 1 held, 0 blocked, 0 unchanged.
    ");
    let missing = vec![(BlockerCode::RecordNotFound, System::Omnireturns)];
    let near = vec![(BlockerCode::NameNearMiss, System::Omnireturns)];
    assert_eq!(blocked("retailer: Acme\njourney: existing\n", rps), missing, "nothing is pinned");
    let switched = format!("{pinned}milestones: {{switched_to_loop: 2026-10-12}}\n");
    assert_eq!(blocked(&switched, rps), missing, "something is to be done");
    assert_eq!(blocked(pinned, &format!("{rps}{look_alike}")), near, "the name is wrong anyway");
}

#[test]
fn omnireturns_problems_do_not_stop_omnirps() {
    let live = "omnirps: [{id: 77, name: Acme}]";
    assert_eq!(blocked(REQUIRED, live), [(BlockerCode::RecordNotFound, System::Omnireturns)]);
    assert_eq!(actions(REQUIRED, live), ["acme/omnirps/update"]);
}

#[test]
fn omnirps_problems_stop_omnireturns_and_not_omniparcel() {
    let unknown = "unknown: [omnirps]\nomnireturns: [{id: 9, name: Acme}]";
    assert_eq!(actions(REQUIRED, unknown), [] as [&str; 0]);
    assert_eq!(actions(NEW, "unknown: [omnirps]"), ["acme/omniparcel/create"]);
    assert_snapshot!(shown(REQUIRED, unknown), @"
    Acme  retailers/acme.yaml
      ! blocked in OmniRPS [system-unknown]: OmniRPS could not be read: no answer: connection refused; changes in OmniReturns wait for this
          hint: check that it is up, then plan again

    Plan for test: 0 to create, 0 to update, 0 manual, 0 held, 1 blocked, 0 unchanged.
    ");
}

#[test]
fn two_files_that_claim_one_record_are_both_blocked() {
    let two = "
retailer: Acme
journey: new
milestones: {documents_completed: 2026-10-01}
---
retailer: Zenith
journey: new
omnireturns: {name: Acme}
milestones: {documents_completed: 2026-10-01}
";
    let expected = (BlockerCode::DuplicateClaim, System::Omnireturns);
    assert_eq!(blocked(two, "omnireturns: [{id: 9, name: Acme}]"), [expected, expected]);
    assert_eq!(blocked(two, "{}"), [expected, expected]);
    let apart = two.replace("name: Acme}", "name: Zenith AU}");
    assert_eq!(blocked(&apart, "{}"), []);
}

#[test]
fn without_the_partners_company_nothing_is_done_in_omnireturns() {
    let live = format!("{BOTH}companies: {{SEKO: 1}}\n");
    assert_snapshot!(shown(NOT_REQUIRED, &live), @r#"
    !! [no-credits]: Acme has switched over and has no tracking webhook, so its customers get no credits
       hint: have it set now

    Acme  retailers/acme.yaml
      ! blocked in OmniReturns [company-not-found]: OmniReturns has no company called "Loop"
          hint: add the company in OmniReturns (/admin/companies), or correct `partner.company` in the project file
      ~ update in OmniRPS: Acme (id 77)
          omnirps.tracking_webhook.url: (unset) → https://api.loopreturns.com/hook/v1/seko/update  N5.2.1, otherwise customers get no credits
          omnirps.tracking_webhook.enabled: false → true  N5.2.1, otherwise customers get no credits
          omnirps.shopify_integration: enabled → disabled  E6.3, otherwise OmniRPS and Loop can both refund the same return
          omnirps.track_and_trace_emails: enabled → disabled  E6.4, otherwise customers get e-mails from both SEKO and Loop

    Plan for test: 0 to create, 1 to update, 0 manual, 0 held, 1 blocked, 0 unchanged.
    "#);
    assert_eq!(actions(REQUIRED, &live), ["acme/omnirps/update", "acme/omnireturns/update"]);
    let expected = [(BlockerCode::CompanyNotFound, System::Omnireturns)];
    assert_eq!(blocked(NEW, "companies: {SEKO: 1}"), expected);
}

#[test]
fn a_system_that_was_not_read_blocks_only_those_whom_it_concerns() {
    let both = format!("{NEW}---\n{}", NOT_REQUIRED.replace("Acme", "Zenith"));
    let live = "
unknown: [omniparcel]
omnirps: [{id: 77, name: Zenith}]
omnireturns: [{id: 9, name: Zenith}]
";
    assert_eq!(blocked(&both, live), [(BlockerCode::SystemUnknown, System::Omniparcel)]);
    assert_eq!(
        actions(&both, live),
        [
            "acme/omnirps/create",
            "acme/omnireturns/create",
            "zenith/omnirps/update",
            "zenith/omnireturns/update"
        ]
    );
}

#[test]
fn a_name_that_cannot_be_sent_is_a_warning_beside_its_creation() {
    let live = "omnireturns: []\nomnirps: []\ncompanies: {Loop: 9}\n";
    let odd = NEW.replace("Acme", "Kid\u{2019}s Bay");
    let warnings = |fleet: &str, live: &str| {
        let plan = plan(fleet, live);
        plan.warnings
            .into_iter()
            .map(|warning| (warning.code, warning.retailer))
            .collect::<Vec<_>>()
    };
    let expected = ("name-not-sendable".to_owned(), "Kid\u{2019}s Bay".to_owned());
    assert_eq!(warnings(&odd, live), [expected]);
    assert!(shown(&odd, live).contains("! warning[name-not-sendable]: "));
    assert_eq!(warnings(NEW, live), []);
    let there = "omnirps: [{id: 77, name: Kid\u{2019}s Bay}]\nomnireturns: []\n";
    assert_eq!(warnings(&odd, there), []);
}
