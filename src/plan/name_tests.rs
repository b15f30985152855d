//! Which name a record gets in OmniReturns, and where that name is taken.

use super::BlockerCode;
use crate::model::System;
use crate::testing::{plan, shown};
use insta::assert_snapshot;

const NEW: &str = "
retailer: Acme
journey: new
milestones: {documents_completed: 2026-10-01}
settings: {omnireturns.name: {value: Acme Z, reason: brand}}
";
const RPS: &str = "omnirps: [{id: 77, name: Acme, tracking_webhook.url: 'https://api.loopreturns.com/hook/v1/seko/update', tracking_webhook.enabled: true, track_and_trace_emails: disabled}]\n";

/// A retailer that keeps its access, with these lines more.
fn required(retailer: &str, more: &str) -> String {
    format!(
        "retailer: {retailer}\njourney: existing\nomnireturns_access: required\n\
         milestones: {{switched_to_loop: 2026-10-12}}\n{more}\n"
    )
}

fn blocked(fleet: &str, live: &str) -> Vec<(BlockerCode, System)> {
    let plan = plan(fleet, live);
    let problems = plan.retailers.iter().flat_map(|retailer| &retailer.blocked);
    problems.map(|problem| (problem.code, problem.system)).collect()
}

/// The actions in OmniReturns.
fn actions(fleet: &str, live: &str) -> Vec<String> {
    let plan = plan(fleet, live);
    let there = plan.actions().filter(|(_, action)| action.system == System::Omnireturns);
    there.map(|(_, action)| action.id.clone()).collect()
}

#[test]
fn a_new_record_is_found_under_the_name_that_the_file_asks_for() {
    assert_eq!(actions(NEW, RPS), ["acme/omnireturns/create"]);
    let link = "omnirps_retailer_id: '77', company: Loop, portal: unpublished";
    let live = |name: &str| format!("{RPS}omnireturns: [{{id: 9, name: {name}, {link}}}]\n");
    assert_eq!(actions(NEW, &live("Acme Z")), [] as [&str; 0]);
    assert_eq!(blocked(NEW, &live("Acme Z")), []);
    assert_eq!(actions(NEW, &live("Acme")), ["acme/omnireturns/update"]);
    let near = [(BlockerCode::NameNearMiss, System::Omnireturns)];
    assert_eq!(blocked(NEW, &live("ACME Z")), near);
    assert_eq!(actions(NEW, &live("Zenith")), ["acme/omnireturns/create"]);
}

#[test]
fn an_existing_record_is_found_under_the_name_that_the_file_asks_for() {
    let asks = "settings: {omnireturns.name: {value: Acme Z, reason: brand}}";
    let kept = required("Acme", asks);
    let moved = kept.replace("required", "not_required");
    let live = |name: &str| {
        format!("{RPS}omnireturns: [{{id: 9, name: {name}, company: Loop, portal: unpublished}}]")
    };
    for fleet in [&kept, &moved] {
        for name in ["Acme", "Acme - Loop"] {
            assert_eq!(actions(fleet, &live(name)), ["acme/omnireturns/update"], "{name}");
        }
        assert_eq!(actions(fleet, &live("Acme Z")), [] as [&str; 0]);
        assert_eq!(blocked(fleet, &live("Acme Z")), []);
        let missing = [(BlockerCode::RecordNotFound, System::Omnireturns)];
        assert_eq!(blocked(fleet, &live("Acme Y")), missing);
    }
    let two = format!("{RPS}omnireturns: [{{id: 9, name: Acme}}, {{id: 10, name: Acme Z}}]");
    assert_eq!(blocked(&kept, &two), [(BlockerCode::AmbiguousName, System::Omnireturns)]);
    // A name that the process would find anyway fits once.
    for name in ["Acme", "Acme - Loop"] {
        let same = kept.replace("Acme Z", name);
        assert_eq!(blocked(&same, &live(name)), [], "{name}");
    }
}

#[test]
fn two_files_that_would_create_one_name_are_both_blocked() {
    let two = format!("{NEW}---{}", NEW.replace("retailer: Acme", "retailer: Zenith"));
    let claim = (BlockerCode::DuplicateClaim, System::Omnireturns);
    assert_eq!(blocked(&two, "{}"), [claim, claim]);
    let apart = two.replacen("Acme Z", "Acme Y", 1);
    assert_eq!(blocked(&apart, "{}"), []);
}

#[test]
fn a_record_is_not_renamed_to_what_another_one_is_called() {
    let taken = [(BlockerCode::AmbiguousName, System::Omnireturns)];
    let live = |other: &str| {
        format!("{RPS}omnireturns: [{{id: 9, name: Acme}}, {{id: 10, name: {other}}}]")
    };
    let pinned = required("Acme", "ids: {omnireturns: 9}");
    assert_snapshot!(shown(&pinned, &live("Acme - Loop")), @r#"
    Acme  retailers/acme.yaml
      ! blocked in OmniReturns [ambiguous-name]: "Acme" (id 9) would be called "Acme - Loop", but id 10 is called so already
          hint: if id 10 is the retailer's, pin it as `ids.omnireturns` in retailers/acme.yaml; otherwise rename it in OmniReturns, or correct the name in the file

    Plan for test: 0 to create, 0 to update, 0 manual, 0 held, 1 blocked, 0 unchanged.
    "#);
    assert_eq!(blocked(&pinned, &live("Acme - Loom")), []);
    assert_eq!(actions(&pinned, &live("Acme - Loom")), ["acme/omnireturns/update"]);
    // Who has the name keeps it.
    assert_eq!(blocked(&required("Acme", "ids: {omnireturns: 10}"), &live("Acme - Loop")), []);

    let asks =
        "ids: {omnireturns: 9}\nsettings: {omnireturns.name: {value: Acme Z, reason: brand}}";
    assert_eq!(blocked(&required("Acme", asks), &live("Acme Z")), taken);
    assert_eq!(blocked(&required("Acme", asks), &live("Acme Y")), []);

    // Nothing is renamed before the switch-over.
    let held = pinned.replace("milestones: {switched_to_loop: 2026-10-12}", "");
    assert_eq!(blocked(&held, &live("Acme - Loop")), []);
}

#[test]
fn two_files_that_rename_to_one_name_are_both_blocked() {
    let live = "
omnirps: [{id: 77, name: Acme}, {id: 78, name: Beta}]
omnireturns: [{id: 9, name: Acme}, {id: 10, name: Beta}]
";
    let claim = (BlockerCode::DuplicateClaim, System::Omnireturns);
    let beta = |more: &str| required("Beta", &format!("ids: {{omnireturns: 10}}\n{more}"));
    let two = |more: &str| format!("{}---\n{}", required("Acme", ""), beta(more));

    let same = two("omnireturns: {name: Acme}");
    assert_snapshot!(shown(&same, live), @r#"
    !! [no-credits]: Acme has switched over and has no tracking webhook, so its customers get no credits
    !! [no-credits]: Beta has switched over and has no tracking webhook, so its customers get no credits
       hint: have it set now

    Acme  retailers/acme.yaml
      ! blocked in OmniReturns [duplicate-claim]: retailers/acme.yaml and retailers/beta.yaml claim the OmniReturns name "Acme - Loop"
          hint: give one of them another `omnireturns.name`
      ~ update in OmniRPS: Acme (id 77)
          omnirps.tracking_webhook.url: (unset) → https://api.loopreturns.com/hook/v1/seko/update  N5.2.1, otherwise customers get no credits
          omnirps.tracking_webhook.enabled: false → true  N5.2.1, otherwise customers get no credits
          omnirps.track_and_trace_emails: enabled → disabled  E7.2, otherwise customers get e-mails from both SEKO and Loop

    Beta  retailers/beta.yaml
      ! blocked in OmniReturns [duplicate-claim]: retailers/acme.yaml and retailers/beta.yaml claim the OmniReturns name "Acme - Loop"
          hint: give one of them another `omnireturns.name`
      ~ update in OmniRPS: Beta (id 78)
          omnirps.tracking_webhook.url: (unset) → https://api.loopreturns.com/hook/v1/seko/update  N5.2.1, otherwise customers get no credits
          omnirps.tracking_webhook.enabled: false → true  N5.2.1, otherwise customers get no credits
          omnirps.track_and_trace_emails: enabled → disabled  E7.2, otherwise customers get e-mails from both SEKO and Loop

    Plan for test: 0 to create, 2 to update, 0 manual, 0 held, 2 blocked, 0 unchanged.
    "#);
    assert_eq!(blocked(&two("omnireturns: {name: Acme AU}"), live), []);
    let done = live.replace("id: 9, name: Acme", "id: 9, name: Acme - Loop");
    let taken = (BlockerCode::AmbiguousName, System::Omnireturns);
    assert_eq!(blocked(&same, &done), [taken], "one has the name already");

    let asks =
        |name: &str| format!("settings: {{omnireturns.name: {{value: {name}, reason: why}}}}");
    assert_eq!(blocked(&two(&asks("Acme - Loop")), live), [claim, claim]);
    assert_eq!(blocked(&two(&asks("Acme Z")), live), []);

    let new = format!("{NEW}---\n{}", beta(&asks("Acme Z")));
    let live = live.replace("{id: 9, name: Acme}, ", "");
    assert_eq!(blocked(&new, &live), [claim, claim], "one is created");
    assert_eq!(blocked(&new.replacen("Acme Z", "Acme Y", 1), &live), []);
}
