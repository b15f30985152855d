//! Which name a record gets in OmniReturns, and where that name is taken.

use super::BlockedCode;
use crate::model::System;
use crate::testing::plan;

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

fn blocked(fleet: &str, live: &str) -> Vec<(BlockedCode, System)> {
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
    let near = [(BlockedCode::NameNearMiss, System::Omnireturns)];
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
        let missing = [(BlockedCode::RecordNotFound, System::Omnireturns)];
        assert_eq!(blocked(fleet, &live("Acme Y")), missing);
    }
    let two = format!("{RPS}omnireturns: [{{id: 9, name: Acme}}, {{id: 10, name: Acme Z}}]");
    assert_eq!(blocked(&kept, &two), [(BlockedCode::AmbiguousName, System::Omnireturns)]);
    // A name that the process would find anyway fits once.
    for name in ["Acme", "Acme - Loop"] {
        let same = kept.replace("Acme Z", name);
        assert_eq!(blocked(&same, &live(name)), [], "{name}");
    }
}

#[test]
fn two_files_that_would_create_one_name_are_both_blocked() {
    let two = format!("{NEW}---{}", NEW.replace("retailer: Acme", "retailer: Zenith"));
    let claim = (BlockedCode::DuplicateClaim, System::Omnireturns);
    assert_eq!(blocked(&two, "{}"), [claim, claim]);
    let apart = two.replacen("Acme Z", "Acme Y", 1);
    assert_eq!(blocked(&apart, "{}"), []);
}
