//! Lists in comments, which say how many names they leave out.

use super::written;
use crate::model::{Capabilities, Partner, ProjectFile};
use crate::render::markdown;
use crate::status::Status;
use crate::testing;
use std::collections::BTreeMap;

fn status_of(live: &str) -> Status {
    let fleet = "retailer: Acme\njourney: new\n";
    testing::status_by(&Capabilities::default(), fleet, Some(live), &BTreeMap::new(), &[])
}

/// Returns the line about undeclared retailers.
fn undeclared(names: impl Iterator<Item = String>) -> String {
    let records =
        names.enumerate().map(|(id, name)| format!("- {{id: {}, name: '{name}'}}\n", id + 1));
    let status = status_of(&format!("omnirps:\n{}", records.collect::<String>()));
    let project = ProjectFile::default();
    let partner = Partner::default();
    let roles = crate::model::Roles { partner: &partner.name, people: &project.people };
    let shown = written(|out| markdown::status::table(&status, roles, out));
    shown.lines().find(|line| line.starts_with("Undeclared in OmniRPS")).unwrap().to_owned()
}

#[test]
fn undeclared_retailers_are_listed_by_whole_names() {
    let name = |number: usize| format!("Northern Outdoor Equipment Trust {number:02}");
    let shown = undeclared((0..25).map(name));
    let names: Vec<String> = (0..20).map(name).collect();
    let expected = format!(
        "Undeclared in OmniRPS (25): {} and 5 more. <code>reconcile import</code> writes their files.",
        names.join(", ")
    );
    assert_eq!(shown, expected);
    let long = undeclared((0..25).map(|number| format!("{number:02}{}", "|".repeat(1_000))));
    assert!(long.len() < 10_000, "{} bytes", long.len());
    let end = " and 23 more. <code>reconcile import</code> writes their files.";
    assert!(long.ends_with(end), "{long}");
}

#[test]
fn a_table_that_is_too_small_has_the_blocked_retailers() {
    let file = |number: usize, journey: &str| {
        let name = format!("{number:03} {}", "x".repeat(100));
        format!("retailer: '{name}'\njourney: {journey}\n---\n")
    };
    let mut fleet: String = (0..600).map(|number| file(number, "new")).collect();
    // Its accounts are another's.
    let blocked = "ids: {omnirps: 7}\nmilestones: {keys_requested: 2026-10-01}\n---\n";
    fleet.push_str(&file(900, "existing").replace("---\n", blocked));
    let none = BTreeMap::new();
    let status = testing::status_by(&Capabilities::default(), &fleet, Some("{}"), &none, &[]);
    assert_eq!(status.retailers.last().map(|of| of.open.blocked > 0), Some(true));
    let (partner, project) = (Partner::default(), ProjectFile::default());
    let roles = crate::model::Roles { partner: &partner.name, people: &project.people };
    let shown = written(|out| markdown::status::table(&status, roles, out));
    assert!(shown.len() < 60_000, "{}", shown.len());
    let rows = |start: &str| shown.lines().filter(|line| line.starts_with(start)).count();
    assert_eq!(rows("| 900 "), 1, "{shown}");
    let left_out = 601 - (0..=9).map(|digit| rows(&format!("| {digit}"))).sum::<usize>();
    let left_out = format!("**{left_out} of 601 retailers are left out**");
    assert!(rows("| 000 ") == 1 && shown.contains(&left_out), "{left_out}");
}

#[test]
fn an_instruction_is_whole_however_many_values_it_has() {
    let emails: Vec<String> =
        (1..=20).map(|number| format!("customer.returns.team{number:02}@acme.example")).collect();
    let fleet = "retailer: Acme\njourney: new\nmilestones: {documents_completed: 2026-10-01}\n";
    let live = format!("omnireturns: [{{id: 9, name: Acme, emails: [{}]}}]", emails.join(", "));
    let shown = written(|out| markdown::plan(&testing::plan(fleet, &live), None, out));
    let item = shown.lines().find(|line| line.contains("remove ")).unwrap();
    for email in &emails {
        let escaped = email.replace('@', "&#64;");
        assert_eq!(item.matches(&escaped).count(), 2, "{item}");
    }
    let what = "from <code>omnireturns.emails</code> of <code>\"Acme\"</code> (id 9)<br>";
    assert!(item.contains(what), "{item}");
}
