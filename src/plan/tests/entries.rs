//! What becomes of the decisions in a plan: its actions, its counts and its limits.

use super::{
    BOTH, NEW, NOT_REQUIRED, OMNIRPS_DONE, REQUIRED, WEBHOOK_RIGHT, by_people, changed,
    stating_nothing,
};
use crate::model::{Capabilities, ChangedBy, Id, Safety, Setting, System, Value};
use crate::plan::wave::{self, Wave};
use crate::plan::{Action, Plan, Summary, fingerprint, safety};
use crate::testing::{plan, plan_by, with_input};
use insta::assert_snapshot;

/// The actions, each with what it waits for, and the changes that name a record.
fn actions(plan: &Plan) -> String {
    let line = |action: &Action| {
        let ids = action.changes.iter().filter_map(|change| {
            let id = change.after_id.as_ref().map(Id::to_string).or(change.after_from.clone())?;
            Some(format!("\n  {} = {id}", change.setting))
        });
        let target = action.target_id.as_deref().unwrap_or("new");
        let ids: String = ids.collect();
        format!("{} {target} {:?} after {:?}{ids}", action.id, action.name, action.depends_on)
    };
    plan.actions().map(|(_, action)| line(action)).collect::<Vec<_>>().join("\n")
}

#[test]
fn the_changes_of_one_record_are_one_action_that_waits_for_omnirps() {
    assert_snapshot!(actions(&plan(NEW, "{}")), @r#"
    acme/omniparcel/create new "Acme" after []
    acme/omnirps/create new "Acme" after []
    acme/omnireturns/create new "Acme" after ["acme/omnirps/create"]
      omnireturns.company = 7
      omnireturns.omnirps_retailer_id = acme/omnirps/create
    "#);
    let named = format!("{NEW}omnireturns: {{name: Acme AU}}\n");
    assert_snapshot!(actions(&plan(&named, WEBHOOK_RIGHT)), @r#"
    acme/omniparcel/create new "Acme" after []
    acme/omnireturns/create new "Acme AU" after []
      omnireturns.company = 7
      omnireturns.omnirps_retailer_id = 77
    "#);
    assert_snapshot!(actions(&plan(NOT_REQUIRED, BOTH)), @r#"
    acme/omnirps/update 77 "Acme" after []
    acme/omnireturns/update 9 "Acme" after ["acme/omnirps/update"]
      omnireturns.company = 7
    "#);
}

#[test]
fn every_kind_of_entry_is_counted() {
    let count = |capabilities: &Capabilities, fleet: &str, live: &str| {
        let Summary { create, update, manual, held, blocked, observed, unchanged } =
            plan_by(capabilities, fleet, live).summary;
        [create, update, manual, held, blocked, observed, unchanged]
    };
    let tool = Capabilities::default();
    assert_eq!(count(&tool, NEW, "{}"), [3, 0, 0, 0, 0, 0, 0]);
    assert_eq!(count(&tool, NOT_REQUIRED, BOTH), [0, 2, 0, 0, 0, 0, 0]);
    assert_eq!(count(&by_people(&System::ALL), NOT_REQUIRED, BOTH), [0, 0, 6, 0, 0, 0, 0]);
    // The link to a record that does not exist yet is part of creating it.
    assert_eq!(count(&tool, &stating_nothing(NEW), "{}"), [0, 0, 0, 8, 0, 0, 0]);
    assert_eq!(count(&tool, NOT_REQUIRED, "{}"), [0, 0, 0, 0, 2, 0, 0]);
    let nobody = changed(&ChangedBy::Nobody, Setting::ALL);
    assert_eq!(count(&nobody, NOT_REQUIRED, BOTH), [0, 0, 0, 0, 0, 6, 0]);
    let undecided = REQUIRED.replace("omnireturns_access: required\n", "");
    assert_eq!(count(&tool, &undecided, BOTH), [0, 1, 0, 1, 0, 0, 0]);
    let done = format!("{OMNIRPS_DONE}omnireturns: [{{id: 9, name: Acme - Loop}}]");
    assert_eq!(count(&tool, REQUIRED, &done), [0, 0, 0, 0, 0, 0, 1]);
}

#[test]
fn a_system_that_is_not_read_on_purpose_does_not_make_a_plan_incomplete() {
    assert_eq!(plan(NEW, "unread: [omniparcel]").unknown_systems, [System::Omniparcel]);
    assert!(!plan(NEW, "unread: [omniparcel]").is_incomplete());
    assert!(plan(NEW, "unknown: [omniparcel]").is_incomplete());
}

#[test]
fn live_retailers_without_a_file_are_undeclared() {
    let undeclared = |live: &str| {
        let undeclared = plan(NEW, live).undeclared?;
        Some(undeclared.into_iter().map(|retailer| retailer.name).collect::<Vec<_>>())
    };
    let others = "{id: 5, name: Zed}, {id: 4, name: Beta}, {id: 6, name: Off, disabled: true}";
    let of = |own: &str| undeclared(&format!("omnirps: [{{id: 77, name: {own}}}, {others}]"));
    assert_eq!(of("Acme").unwrap(), ["Beta", "Zed"]);
    assert_eq!(of("ACME").unwrap(), ["Beta", "Zed"], "a look-alike is blocked, not undeclared");
    let claimed = format!("{NEW}---\nretailer: Other\njourney: existing\nids: {{omnirps: 77}}\n");
    let claimed = plan(&claimed, &format!("omnirps: [{{id: 77, name: Acme}}, {others}]"));
    assert_eq!(claimed.summary.blocked, 2, "two files claim record 77");
    assert_eq!(claimed.undeclared.unwrap().len(), 2);
    assert_eq!(undeclared("omnirps: []").unwrap(), Vec::<String>::new());
    assert_eq!(undeclared("unknown: [omnirps]"), None, "unknown is not empty");
}

#[test]
fn a_name_that_cannot_be_sent_is_a_warning_beside_its_creation() {
    let odd = NEW.replace("Acme", "Kid\u{2019}s Bay");
    let warnings = |capabilities, fleet: &str, live: &str| {
        let warnings = plan_by(capabilities, fleet, live).warnings.into_iter();
        warnings.map(|it| format!("{}: {}", it.retailer, it.code)).collect::<Vec<_>>()
    };
    let (tool, people) = (Default::default(), by_people(&[System::Omnirps]));
    assert_eq!(warnings(&tool, &odd, "{}"), ["Kid\u{2019}s Bay: name-not-sendable"]);
    assert_eq!(warnings(&people, &odd, "{}"), ["Kid\u{2019}s Bay: name-not-sendable"]);
    assert_eq!(warnings(&tool, NEW, "{}"), [""; 0]);
    let there = "omnirps: [{id: 77, name: Kid\u{2019}s Bay}]\n";
    assert_eq!(warnings(&tool, &odd, there), [""; 0]);
}

#[test]
fn the_order_of_the_fleet_does_not_matter() {
    let fleet = format!("{NEW}---\n{}", NOT_REQUIRED.replace("Acme", "Zenith"));
    let live = "omnirps: [{id: 1, name: Acme}, {id: 2, name: Zenith}]";
    let reversed = with_input(&Default::default(), &fleet, live, |mut input| {
        input.fleet.reverse();
        crate::plan::plan(&input)
    });
    assert_eq!(reversed.retailers.len(), 2);
    assert_eq!(reversed, plan(&fleet, live));
}

#[test]
fn the_fingerprint_covers_effects_and_nothing_else() {
    let base = plan(NOT_REQUIRED, BOTH);
    let same = |change: &dyn Fn(&mut Plan)| {
        let mut changed = base.clone();
        change(&mut changed);
        fingerprint::fingerprint(&changed) == base.fingerprint
    };
    assert!(same(&|plan| plan.retailers[0].file = "elsewhere/acme.yaml".into()));
    assert!(same(&|plan| plan.summary.unchanged = 9));
    assert!(!same(&|plan| plan.retailers[0].actions[1].changes[0].before = Value::Unset));
    assert!(!same(&|plan| plan.environment = "production".into()));
    let of_file = |text: &'static str| {
        let mut plan = base.clone();
        plan.note_sources(|_| Some(text.as_bytes()));
        plan.fingerprint
    };
    assert_ne!(
        of_file("retailer: Acme"),
        base.fingerprint,
        "without a source, no file is compared"
    );
    assert_eq!(of_file("retailer: Acme"), of_file("retailer:  Acme"));
}

#[test]
fn the_safety_share_is_inclusive_and_applies_from_a_size_on() {
    let mut plan = plan(NOT_REQUIRED, BOTH);
    let cases = [(3, 10, true), (4, 10, false), (9, 9, true), (6, 20, true), (7, 20, false)];
    for (changed, in_scope, is_allowed) in cases {
        plan.retailers = vec![plan.retailers[0].clone(); changed];
        let over = safety::check(&plan, in_scope, &Safety::default());
        assert_eq!(over.is_empty(), is_allowed, "{changed} of {in_scope}");
    }
}

#[test]
fn unpublished_portals_and_switch_offs_have_limits_of_their_own() {
    let plan = plan(NOT_REQUIRED, BOTH);
    let over = |safety: Safety| safety::check(&plan, 1, &safety);
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
    the plan switches settings off for 1 of 1 retailers, more than `safety.max_switch_offs_percent` (99 %) allows
    the plan switches 2 settings off, more than `safety.max_switch_offs` (1) allows
    ");
}

#[test]
fn a_wave_is_the_first_retailers_with_an_action() {
    let named = |name: &str| NOT_REQUIRED.replace("Acme", name);
    let dune = "retailer: Dune\njourney: existing\n".into();
    let fleet = [named("Acme"), named("Birch"), named("Cove"), dune];
    let live = "omnirps: [{id: 1, name: Acme}, {id: 2, name: Birch}, {id: 3, name: Cove}, {id: 4, name: Dune}]";
    let plan = plan(&fleet.join("---\n"), live);
    let names = |wave| {
        let (first, left) = wave::first(&plan, wave);
        assert_ne!(first.fingerprint, "");
        assert_eq!(first.summary.blocked, plan.summary.blocked, "whichever wave it is in");
        let changed = first.retailers.iter().filter(|retailer| !retailer.actions.is_empty());
        let names: Vec<&str> = changed.map(|retailer| &*retailer.retailer).collect();
        (names.join(" "), left)
    };
    assert!(plan.summary.blocked > 0);
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
fn an_id_that_a_file_gives_is_written_as_its_system_gave_it() {
    let omnirps = "omnirps: [{id: 77, name: Acme}, {id: 'r-8', name: Other}]\n";
    let live = format!("{omnirps}omnireturns: [{{id: 9, name: Acme, omnirps_retailer_id: '1'}}]");
    let linked_to = |id: &str| {
        let file = format!(
            "{NEW}settings: {{omnireturns.omnirps_retailer_id: {{value: {id}, reason: moved}}}}\n"
        );
        let plan = plan(&file, &live);
        let changes = plan.actions().flat_map(|(_, action)| &action.changes);
        let mut links =
            changes.filter(|change| change.setting == Setting::OmnireturnsOmnirpsRetailerId);
        links.next().unwrap().after_id.as_ref().map(Id::to_json)
    };
    assert_eq!(linked_to("77"), Some(77.into()));
    assert_eq!(linked_to("'77'"), Some(77.into()));
    assert_eq!(linked_to("r-8"), Some("r-8".into()));
    assert_eq!(linked_to("99"), None, "no record has it");
}
