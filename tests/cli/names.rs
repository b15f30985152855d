//! OmniReturns names, tested with apply.

use crate::support::Project;
use reconcile::System;

const ASKS: &str = "settings:\n  omnireturns.name: {value: Zenith NZ, reason: its brand}\n";

/// Returns the number of OmniReturns records with a name.
fn called(project: &Project, name: &str) -> usize {
    let records = project.store().records(System::Omnireturns).unwrap();
    records.iter().filter(|record| record["RetailerName"] == name).count()
}

/// Applies, and asserts that nothing is left to do.
fn converges(project: &Project, slug: &str) {
    let apply = project.run(&["apply", "--yes", "--only", slug]);
    assert_eq!(apply.code, 0, "{apply}");
    assert_eq!(called(project, "Zenith NZ"), 1, "{apply}");
    let plan = project.run(&["plan", "--detailed-exitcode", "--only", slug]);
    assert_eq!(plan.code, 0, "{plan}");
    assert!(plan.stdout.contains("0 blocked, 1 unchanged"), "{plan}");
    let again = project.run(&["apply", "--yes", "--only", slug]);
    assert_eq!(again.code, 0, "{again}");
    assert_eq!(called(project, "Zenith NZ"), 1, "{again}");
}

#[test]
fn a_new_retailer_is_created_once_under_the_name_that_its_file_asks_for() {
    let file = format!(
        "retailer: Zenith\njourney: new\nmilestones: {{introduced: 2026-10-01, \
         onboarding_form_sent: 2026-10-02, documents_completed: 2026-10-03}}\n{ASKS}"
    );
    let project = Project::example().file("retailers/zenith.yaml", &file);
    converges(&project, "zenith");
    assert_eq!(called(&project, "Zenith"), 0);
}

#[test]
fn an_existing_retailer_is_renamed_once_as_its_file_asks() {
    let project = Project::example();
    let path = project.path("retailers/harbor-kids.yaml");
    let file = std::fs::read_to_string(&path).unwrap();
    assert!(!file.contains("settings:"), "{file}");
    std::fs::write(&path, format!("{file}{ASKS}")).unwrap();
    converges(&project, "harbor-kids");
    assert_eq!(called(&project, "Harbor Kids - Loop"), 0);
}

#[test]
fn a_pinned_record_with_another_name_is_shown_by_every_view() {
    let file = std::fs::read_to_string(Project::example().path("retailers/granite-gear.yaml"));
    let file = file.unwrap();
    let views: [(&[&str], i32); 6] = [
        (&["plan", "--only", "granite-gear"], 0),
        (&["plan", "--only", "granite-gear", "--format", "markdown"], 0),
        (&["drift", "--only", "granite-gear"], 2),
        (&["status", "granite-gear"], 0),
        (&["explain", "granite-gear"], 0),
        (&["plan", "--only", "granite-gear", "--json"], 0),
    ];
    let renamed = file.replace("retailer: Granite Gear", "retailer: Granite  Gear");
    let differs = Project::example()
        .file("retailers/granite-gear.yaml", &format!("{renamed}ids: {{omnirps: \"507\"}}\n"));
    let same = Project::example()
        .file("retailers/granite-gear.yaml", &format!("{file}ids: {{omnirps: \"507\"}}\n"));
    for (view, code) in views {
        let (differs, same) = (differs.run(view), same.run(view));
        assert_eq!((differs.code, same.code), (code, code), "{differs}{same}");
        assert!(differs.stdout.contains("name-differs"), "{differs}");
        assert!(!same.stdout.contains("name-differs"), "{same}");
    }
    // An alert is no entry.
    let example = Project::example();
    let right = std::fs::read_to_string(example.path("retailers/juniper-home.yaml")).unwrap();
    let right = right.replace("retailer: Juniper Home", "retailer: Juniper  Home");
    let right = Project::example().file("retailers/juniper-home.yaml", &right);
    let plan: serde_json::Value =
        serde_json::from_str(&right.run(&["plan", "--only", "juniper-home", "--json"]).stdout)
            .unwrap();
    assert_eq!(plan["retailers"][0]["alerts"][0]["code"], "name-differs", "{plan}");
    assert_eq!(plan["summary"]["unchanged"], 1, "{plan}");
    let drift = right.run(&["drift", "--only", "juniper-home"]).stdout;
    assert!(drift.ends_with("0 held, 1 in sync.\n"), "{drift}");
    let waits = ["status", "--waits-for", "onboarding", "--only", "juniper-home"];
    let waiting = right.run(&waits).stdout;
    assert!(waiting.contains("Juniper  Home"), "{waiting}");
    let nobody = example.run(&waits).stdout;
    assert!(!nobody.contains("Juniper"), "{nobody}");
}

#[test]
fn drift_shows_the_alerts_that_the_present_files_add() {
    let base = "retailer: \"Granite  Gear\"\njourney: existing\nids: {omnirps: \"507\"}\n";
    let project = Project::example().file("retailers/granite-gear.yaml", base);
    project.git(&["init", "--quiet"]);
    project.commit("base");
    let only = ["drift", "--only", "granite-gear"];
    let before = project.run(&only).stdout;
    assert!(before.contains("[name-differs]") && !before.contains("[no-credits]"), "{before}");
    let now = format!("{base}milestones: {{switched_to_loop: 2026-11-02}}\n");
    let after = project.file("retailers/granite-gear.yaml", &now).run(&only).stdout;
    assert!(after.contains("[name-differs]") && after.contains("[no-credits]"), "{after}");
}
