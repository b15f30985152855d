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
fn an_instruction_is_whole_however_many_values_it_has() {
    let emails: Vec<String> =
        (1..=20).map(|number| format!("customer.returns.team{number:02}@acme.example")).collect();
    let fleet = "retailer: Acme\njourney: new\nmilestones: {documents_completed: 2026-10-01}\n";
    let live = format!("omnireturns: [{{id: 9, name: Acme, emails: [{}]}}]", emails.join(", "));
    let shown = written(|out| markdown::plan(&testing::plan(fleet, &live), out));
    let item = shown.lines().find(|line| line.contains("remove ")).unwrap();
    for email in &emails {
        let escaped = email.replace('@', "&#64;");
        assert_eq!(item.matches(&escaped).count(), 2, "{item}");
    }
    let what = "from <code>omnireturns.emails</code> of <code>\"Acme\"</code> (id 9)<br>";
    assert!(item.contains(what), "{item}");
}
