//! The lines that a plan's entries are about.

use super::locate;
use crate::config::{Source, Sources, check};
use crate::model::Partner;
use crate::plan::{Plan, PlanInput};
use crate::testing::{live, today};

/// Plans files against a live state, and says for each entry of the first retailer on
/// which line it is.
fn lines(content: &str, live_yaml: &str) -> Vec<String> {
    let sources = Sources {
        root: ".".into(),
        retailers: vec![Source::new("retailers/acme.yaml".into(), content.into())],
        ..Sources::default()
    };
    let retailers = check(&sources, today()).retailers;
    let plan: Plan = crate::plan::plan(&PlanInput {
        environment: "test",
        partner: &Partner::default(),
        fleet: retailers.iter().collect(),
        in_scope: &|_| true,
        live: &live(live_yaml),
        capabilities: &crate::model::Capabilities::default(),
        is_whole: true,
    });
    let located = locate(plan.clone(), &sources);
    assert_eq!(located.fingerprint, crate::plan::fingerprint::fingerprint(&located));
    assert_eq!(plan.fingerprint, located.fingerprint, "lines are no effect");
    let retailer = &located.retailers[0];
    let shown = |what: &str, line: Option<usize>| format!("{what} {}", line.unwrap());
    let held = retailer.held.iter().map(|entry| shown(&entry.setting, entry.line));
    let manual = retailer.manual.iter().map(|entry| shown(entry.setting.key(), entry.line));
    let blocked = retailer.blocked.iter().map(|problem| shown(problem.code.key(), problem.line));
    held.chain(manual).chain(blocked).collect()
}

const LIVE: &str = "
omnirps: [{id: 77, name: Acme, tracking_webhook.url: 'https://api.loopreturns.com/hook/v1/seko/update'}]
omnireturns: [{id: '1042', name: Acme}]
";

#[test]
fn held_entries_are_at_the_milestones_they_wait_for() {
    let with = "# Acme\nretailer: Acme\njourney: existing\nnotes: |\n  milestones:\nmilestones:\n  keys_requested: 2026-10-01\n";
    assert_eq!(
        lines(with, LIVE),
        ["omnirps.tracking_webhook.enabled 6", "omnireturns_access 3"],
        "the decision has no key yet, and stands beside the journey"
    );
    let without = "retailer: Acme\r\n\r\njourney: existing\r\nomnireturns_access: required\r\n";
    assert_eq!(
        lines(without, LIVE)[0],
        "omnirps.tracking_webhook.enabled 3",
        "no milestones yet: they go below the journey"
    );
}

#[test]
fn blocked_and_manual_entries_are_at_what_names_the_record() {
    let pinned = "journey: existing\nids: {omniparcel: 1,\n  omnirps: 78}\nretailer: Acme\nomnireturns:\n  name: Acme AU\nmilestones: {switched_to_loop: 2026-10-12}\n";
    assert_eq!(
        lines(pinned, LIVE),
        ["omnireturns_access 1", "id-not-found 2", "id-not-found 3", "record-not-found 6"],
        "the pinned ids, and the name in OmniReturns"
    );
    let named =
        "\u{feff}journey: new\nmilestones: {documents_completed: 2026-10-01}\nretailer: ACME\n";
    assert_eq!(lines(named, LIVE), ["name-near-miss 3", "name-near-miss 3"]);
    let manual = "journey: new\nmilestones: {documents_completed: 2026-10-01}\nretailer: Acme\nids:\n  omnireturns: 9\n";
    let with_emails = "
omniparcel: [{id: 1, name: Acme}]
omnirps: [{id: 77, name: Acme, tracking_webhook.url: 'https://api.loopreturns.com/hook/v1/seko/update', tracking_webhook.enabled: true}]
omnireturns: [{id: 9, name: Acme - Loop, omnirps_retailer_id: '77', emails: [a@acme.example]}]
";
    let manual = lines(manual, with_emails);
    assert_eq!(manual, ["omnireturns.company 5", "omnireturns.portal 5", "omnireturns.emails 5"]);
}

#[test]
fn a_file_that_is_not_there_has_no_lines() {
    let plan = crate::testing::plan("retailer: Acme\njourney: existing\n", "{}");
    let located = locate(plan.clone(), &Sources::default());
    assert_eq!(located, plan);
}
