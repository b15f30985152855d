//! What is planned, as people see it. Each rule has a case that fires and one beside it
//! that does not.

use super::wave::{self, Wave};
use super::{BlockerCode, safety};
use crate::model::{Safety, System};
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
const UNDECIDED: &str =
    "retailer: Acme\njourney: existing\nmilestones: {switched_to_loop: 2026-10-12}\n";
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
fn new_is_created_in_order() {
    assert_snapshot!(shown(NEW, "{}"), @r#"
    Acme  retailers/acme.yaml
      + create in OmniParcel: "Acme"
          omniparcel.account: (unset) → present  N5, otherwise no return label can be made for the retailer
      + create in OmniRPS: "Acme"
          omnirps.retailer: (unset) → present  N5, otherwise no hub can process the retailer's returns
          omnirps.tracking_webhook.url: (unset) → https://api.loopreturns.com/hook/v1/seko/update  N5.2.1, otherwise customers get no credits
          omnirps.tracking_webhook.enabled: (unset) → true  N5.2.1, otherwise customers get no credits
      + create in OmniReturns: "Acme"
          omnireturns.retailer: (unset) → present  N5, otherwise Loop cannot create return labels
          omnireturns.name: (unset) → Acme  N5, otherwise OmniReturns does not show that the partner serves the retailer
          omnireturns.company: (unset) → Loop  N5, otherwise OmniReturns keeps the retailer among those that pay for access
          omnireturns.portal: (unset) → unpublished  N5, otherwise customers can return through two portals
          omnireturns.omnirps_retailer_id: (unset) → (the id of the new OmniRPS retailer)  N5, otherwise labels and hub processing are not tied to one retailer

    Plan for test: 3 to create, 0 to update, 0 manual, 0 held, 0 blocked, 0 unchanged.
    "#);
    let plan = plan(NEW, "{}");
    let depends: Vec<_> = plan.actions().map(|(_, action)| action.depends_on.clone()).collect();
    assert_eq!(depends, [vec![], vec![], vec!["acme/omnirps/create".to_owned()]]);
}

#[test]
fn new_before_its_documents_is_held() {
    assert_snapshot!(shown("retailer: Acme\njourney: new\n", "{}"), @"
    Acme  retailers/acme.yaml
      ⏸ held until the milestone documents_completed is stated
          omniparcel.account: (unset) → present  N5, otherwise no return label can be made for the retailer
          omnirps.retailer: (unset) → present  N5, otherwise no hub can process the retailer's returns
          omnirps.tracking_webhook.url: (unset) → https://api.loopreturns.com/hook/v1/seko/update  N5.2.1, otherwise customers get no credits
          omnirps.tracking_webhook.enabled: (unset) → true  N5.2.1, otherwise customers get no credits
          omnireturns.retailer: (unset) → present  N5, otherwise Loop cannot create return labels
          omnireturns.name: (unset) → Acme  N5, otherwise OmniReturns does not show that the partner serves the retailer
          omnireturns.company: (unset) → Loop  N5, otherwise OmniReturns keeps the retailer among those that pay for access
          omnireturns.portal: (unset) → unpublished  N5, otherwise customers can return through two portals

    Plan for test: 0 to create, 0 to update, 0 manual, 8 held, 0 blocked, 0 unchanged.
    ");
}

#[test]
fn new_gets_its_webhook_on_again_and_its_missing_link() {
    let live = "
omniparcel: [{id: 1, name: Acme}]
omnirps: [{id: 77, name: Acme, tracking_webhook.url: 'https://api.loopreturns.com/hook/v1/seko/update'}]
omnireturns: [{id: 9, name: Acme, emails: [b@acme.example, a@acme.example], hubs: [SEKO OMNI NZ]}]
";
    assert_snapshot!(shown(NEW, live), @r#"
    Acme  retailers/acme.yaml
      ~ update in OmniRPS: Acme (id 77)
          omnirps.tracking_webhook.enabled: false → true  N5.2.1, otherwise customers get no credits
      ~ update in OmniReturns: Acme (id 9)
          omnireturns.omnirps_retailer_id: (unset) → 77  N5, otherwise labels and hub processing are not tied to one retailer
      ☐ manual, for a person to do
          omnireturns.company: SEKO → Loop  N5, otherwise OmniReturns keeps the retailer among those that pay for access
          SEKO onboarding: in OmniReturns admin, Retailers, General info (/admin/retailer/retailer_view), change `omnireturns.company` of "Acme" (id 9) from SEKO to Loop
          by hand because the account has e-mail addresses, hubs or an issued key, so it may be in use already
      ☐ manual, for a person to do
          omnireturns.portal: published → unpublished  N5, otherwise customers can return through two portals
          SEKO onboarding: in OmniReturns admin, Retailers, General info (/admin/retailer/retailer_view) (where exactly is not publicly documented), change `omnireturns.portal` of "Acme" (id 9) from published to unpublished
          by hand because the account has e-mail addresses, hubs or an issued key, so it may be in use already
      ☐ manual, for a person to do
          omnireturns.emails: b@acme.example, a@acme.example → none  N5.1.1, otherwise a user account exists that Loop's retailers do not need
          SEKO onboarding: in OmniReturns admin, Retailers, General info (/admin/retailer/retailer_view), remove b@acme.example, a@acme.example from `omnireturns.emails` of "Acme" (id 9)
      ☐ manual, for a person to do
          omnireturns.hubs: SEKO OMNI NZ → none  N5.1.2, otherwise hubs are set up that labels made through the API do not use
          SEKO onboarding: in OmniReturns admin, Retailers, Assign Hubs, remove SEKO OMNI NZ from `omnireturns.hubs` of "Acme" (id 9)

    Plan for test: 0 to create, 2 to update, 4 manual, 0 held, 0 blocked, 0 unchanged.
    "#);
}

#[test]
fn existing_without_access_is_moved_unpublished_and_switched_off() {
    assert_snapshot!(shown(NOT_REQUIRED, BOTH), @"
    !! [no-credits]: Acme has switched over and has no tracking webhook, so its customers get no credits
       hint: have it set now

    Acme  retailers/acme.yaml
      ~ update in OmniRPS: Acme (id 77)
          omnirps.tracking_webhook.url: (unset) → https://api.loopreturns.com/hook/v1/seko/update  N5.2.1, otherwise customers get no credits
          omnirps.tracking_webhook.enabled: false → true  N5.2.1, otherwise customers get no credits
          omnirps.shopify_integration: enabled → disabled  E6.3, otherwise OmniRPS and Loop can both refund the same return
          omnirps.track_and_trace_emails: enabled → disabled  E6.4, otherwise customers get e-mails from both SEKO and Loop
      ~ update in OmniReturns: Acme (id 1042)
          omnireturns.company: SEKO → Loop  E6.1, otherwise OmniReturns keeps the retailer among those that pay for access
          omnireturns.portal: published → unpublished  E6.2, otherwise customers can return through two portals

    Plan for test: 0 to create, 2 to update, 0 manual, 0 held, 0 blocked, 0 unchanged.
    ");
}

#[test]
fn existing_with_access_gets_the_suffix() {
    assert_snapshot!(shown(REQUIRED, BOTH), @"
    !! [no-credits]: Acme has switched over and has no tracking webhook, so its customers get no credits
       hint: have it set now

    Acme  retailers/acme.yaml
      ~ update in OmniRPS: Acme (id 77)
          omnirps.tracking_webhook.url: (unset) → https://api.loopreturns.com/hook/v1/seko/update  N5.2.1, otherwise customers get no credits
          omnirps.tracking_webhook.enabled: false → true  N5.2.1, otherwise customers get no credits
          omnirps.track_and_trace_emails: enabled → disabled  E7.2, otherwise customers get e-mails from both SEKO and Loop
      ~ update in OmniReturns: Acme (id 1042)
          omnireturns.name: Acme → Acme - Loop  E7.1, otherwise OmniReturns does not show that the partner serves the retailer

    Plan for test: 0 to create, 2 to update, 0 manual, 0 held, 0 blocked, 0 unchanged.
    ");
}

#[test]
fn existing_undecided_gets_its_webhook_and_holds_the_rest() {
    assert_snapshot!(shown(UNDECIDED, BOTH), @"
    !! [no-credits]: Acme has switched over and has no tracking webhook, so its customers get no credits
       hint: have it set now

    Acme  retailers/acme.yaml
      ~ update in OmniRPS: Acme (id 77)
          omnirps.tracking_webhook.url: (unset) → https://api.loopreturns.com/hook/v1/seko/update  N5.2.1, otherwise customers get no credits
          omnirps.tracking_webhook.enabled: false → true  N5.2.1, otherwise customers get no credits
      ⏸ held until omnireturns_access is decided
          omnireturns_access: required or not_required?  E5, decides what is changed

    Plan for test: 0 to create, 1 to update, 0 manual, 1 held, 0 blocked, 0 unchanged.
    ");
}

#[test]
fn existing_before_the_switch_is_held() {
    let file = "retailer: Acme\njourney: existing\nomnireturns_access: required\n";
    assert_snapshot!(shown(file, BOTH), @"
    Acme  retailers/acme.yaml
      ⏸ held until the milestone switched_to_loop is stated
          omnirps.tracking_webhook.url: (unset) → https://api.loopreturns.com/hook/v1/seko/update  N5.2.1, otherwise customers get no credits
          omnirps.tracking_webhook.enabled: false → true  N5.2.1, otherwise customers get no credits
          omnirps.track_and_trace_emails: enabled → disabled  E7.2, otherwise customers get e-mails from both SEKO and Loop
          omnireturns.name: Acme → Acme - Loop  E7.1, otherwise OmniReturns does not show that the partner serves the retailer

    Plan for test: 0 to create, 0 to update, 0 manual, 4 held, 0 blocked, 0 unchanged.
    ");
    assert_snapshot!(shown("retailer: Acme\njourney: existing\n", BOTH), @"
    Acme  retailers/acme.yaml
      ⏸ held until the milestone switched_to_loop is stated
          omnirps.tracking_webhook.url: (unset) → https://api.loopreturns.com/hook/v1/seko/update  N5.2.1, otherwise customers get no credits
          omnirps.tracking_webhook.enabled: false → true  N5.2.1, otherwise customers get no credits
      ⏸ held until the milestone switched_to_loop is stated and omnireturns_access is decided
          omnireturns_access: required or not_required?  E5, decides what is changed

    Plan for test: 0 to create, 0 to update, 0 manual, 3 held, 0 blocked, 0 unchanged.
    ");
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
fn an_override_is_shown_with_its_reason() {
    let file = format!(
        "{NOT_REQUIRED}settings:
  omnirps.shopify_integration: {{value: enabled, reason: until March}}
  omnireturns.hubs: {{value: none, reason: moves out}}
  omnirps.tracking_webhook: {{manage: false, reason: own relay}}
"
    );
    let live = "
omnirps: [{id: 77, name: Acme, shopify_integration: disabled}]
omnireturns: [{id: 9, name: Acme, hubs: [SEKO OMNI NZ]}]
";
    assert_snapshot!(shown(&file, live), @r#"
    Acme  retailers/acme.yaml
      ~ update in OmniRPS: Acme (id 77)
          omnirps.shopify_integration: disabled → enabled  E6.3, overridden: until March
          omnirps.track_and_trace_emails: enabled → disabled  E6.4, otherwise customers get e-mails from both SEKO and Loop
      ~ update in OmniReturns: Acme (id 9)
          omnireturns.company: SEKO → Loop  E6.1, otherwise OmniReturns keeps the retailer among those that pay for access
          omnireturns.portal: published → unpublished  E6.2, otherwise customers can return through two portals
      ☐ manual, for a person to do
          omnireturns.hubs: SEKO OMNI NZ → none  override, overridden: moves out
          SEKO onboarding: in OmniReturns admin, Retailers, Assign Hubs, remove SEKO OMNI NZ from `omnireturns.hubs` of "Acme" (id 9)

    Plan for test: 0 to create, 2 to update, 1 manual, 0 held, 0 blocked, 0 unchanged.
    "#);
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
fn the_order_of_the_fleet_is_of_no_account() {
    let other = NOT_REQUIRED.replace("Acme", "Zenith");
    let live = "omnirps: [{id: 1, name: Acme}, {id: 2, name: Zenith}]";
    assert_eq!(
        plan(&format!("{NEW}---\n{other}"), live),
        plan(&format!("{other}---\n{NEW}"), live)
    );
}

#[test]
fn the_fingerprint_covers_effects_and_nothing_else() {
    let base = plan(NOT_REQUIRED, BOTH);
    let mut moved = base.clone();
    moved.retailers[0].file = "elsewhere/acme.yaml".into();
    moved.summary.unchanged = 9;
    assert_eq!(super::fingerprint::fingerprint(&moved), base.fingerprint);
    let mut edited = base.clone();
    edited.retailers[0].actions[1].changes[0].before = crate::model::Value::Unset;
    assert_ne!(super::fingerprint::fingerprint(&edited), base.fingerprint);
    let mut elsewhere = base.clone();
    elsewhere.environment = "production".into();
    assert_ne!(super::fingerprint::fingerprint(&elsewhere), base.fingerprint);
}

#[test]
fn the_safety_share_is_inclusive_and_applies_from_a_size_on() {
    let mut plan = plan(NOT_REQUIRED, BOTH);
    let mut check = |changed: usize, in_scope: usize| {
        plan.retailers = vec![plan.retailers[0].clone(); changed];
        safety::check(&plan, in_scope, &Safety::default()).is_empty()
    };
    assert!(check(3, 10));
    assert!(!check(4, 10));
    assert!(check(9, 9));
    assert!(check(6, 20));
    assert!(!check(7, 20));
}

#[test]
fn a_wave_is_the_first_retailers_with_an_action() {
    let named = |name: &str| NOT_REQUIRED.replace("Acme", name);
    let fleet = [
        named("Acme"),
        named("Birch"),
        named("Cove"),
        "retailer: Dune\njourney: existing\n".into(),
    ];
    let live = "omnirps: [{id: 1, name: Acme}, {id: 2, name: Birch}, {id: 3, name: Cove}, {id: 4, name: Dune}]";
    let plan = plan(&fleet.join("---\n"), live);
    let names = |wave| {
        let (first, left) = wave::first(&plan, wave);
        assert_ne!(first.fingerprint, "");
        let names: Vec<String> = first.retailers.iter().map(|r| r.retailer.clone()).collect();
        (names.join(" "), left)
    };
    assert_eq!(names(Wave::Retailers(2)), ("Acme Birch".into(), 1));
    assert_eq!(names(Wave::Retailers(9)), ("Acme Birch Cove".into(), 0));
    assert_eq!(names(Wave::Percent(1)), ("Acme".into(), 2), "at least one");
    assert_eq!(names(Wave::Percent(50)), ("Acme Birch".into(), 1), "of the four in scope");
    assert_eq!("10%".parse(), Ok(Wave::Percent(10)));
    for wrong in ["10", "0%", "101%", "x%", "%", "-1%"] {
        assert!(wrong.parse::<Wave>().is_err(), "{wrong}");
    }
}

#[test]
fn unpublished_portals_and_switch_offs_have_limits_of_their_own() {
    let plan = plan(NOT_REQUIRED, BOTH);
    let over = |safety: Safety| {
        let over = safety::check(&plan, 1, &safety);
        over.iter().map(ToString::to_string).collect::<Vec<_>>()
    };
    let none = Safety { from_retailers: 2, ..Safety::default() };
    assert!(over(none).is_empty());
    let exact = Safety {
        max_changed_retailers: Some(1),
        max_unpublished_portals: Some(1),
        max_switch_offs: Some(2),
        max_switch_offs_percent: Some(100),
        ..none
    };
    assert!(over(exact).is_empty());
    let tight = Safety {
        from_retailers: 0,
        max_changed_retailers_percent: 100,
        max_changed_retailers: Some(0),
        max_unpublished_portals: Some(0),
        max_unpublished_portals_percent: Some(99),
        max_switch_offs: Some(1),
        max_switch_offs_percent: Some(99),
    };
    assert_snapshot!(over(tight).join("\n"), @"
    the plan changes 1 of 1 retailers, more than `safety.max_changed_retailers` (0) allows
    the plan unpublishes the portals of 1 of 1 retailers, more than `safety.max_unpublished_portals_percent` (99 %) allows
    the plan unpublishes the portals of 1 of 1 retailers, more than `safety.max_unpublished_portals` (0) allows
    the plan switches something off for 1 of 1 retailers, more than `safety.max_switch_offs_percent` (99 %) allows
    the plan switches 2 things off, more than `safety.max_switch_offs` (1) allows
    ");
}

/// A live retailer of journey `existing` with this webhook.
fn live_with(webhook: &str) -> String {
    let file = "
retailer: Acme
journey: existing
omnireturns_access: not_required
milestones: {switched_to_loop: 2026-10-12, uploads_checked: 2026-10-13, live: 2026-10-14}
";
    let right = "{id: '1042', name: Acme, company: Loop, portal: unpublished}";
    let live = format!(
        "omnirps: [{{id: 77, name: Acme, shopify_integration: disabled, \
         track_and_trace_emails: disabled, {webhook}}}]\nomnireturns: [{right}]\n"
    );
    shown(file, &live)
}

#[test]
fn a_live_retailer_without_credits_leads_the_plan() {
    let url = "tracking_webhook.url: 'https://api.loopreturns.com/hook/v1/seko/update'";
    let first = |webhook: &str| live_with(webhook).lines().next().unwrap_or_default().to_owned();
    assert_snapshot!(first("tracking_webhook.enabled: true"), @"!! [no-credits]: Acme is live and has no tracking webhook, so its customers get no credits");
    assert_snapshot!(first("tracking_webhook.url: 'https://elsewhere.example'"), @"!! [no-credits]: Acme is live and has a tracking webhook that points elsewhere, so its customers get no credits");
    assert_snapshot!(live_with(&format!("{url}, tracking_webhook.enabled: false")), @"
    !! [no-credits]: Acme is live and has a tracking webhook that is switched off, so its customers get no credits
       hint: OmniRPS tries a delivery that was not answered with 200 again after 60 minutes, 24 hours and 48 hours, then switches the webhook off by itself: find out why it was not answered, then have it switched on again

    Acme  retailers/acme.yaml
      ~ update in OmniRPS: Acme (id 77)
          omnirps.tracking_webhook.enabled: false → true  N5.2.1, otherwise customers get no credits

    Plan for test: 0 to create, 1 to update, 0 manual, 0 held, 0 blocked, 0 unchanged.
    ");
    assert_snapshot!(live_with(&format!("{url}, tracking_webhook.enabled: true")), @"Plan for test: 0 to create, 0 to update, 0 manual, 0 held, 0 blocked, 1 unchanged.");
    // Before it is live, the switch-over itself brings the webhook.
    assert!(shown(NOT_REQUIRED, BOTH).starts_with("!! [no-credits]: Acme has switched over and"));
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
