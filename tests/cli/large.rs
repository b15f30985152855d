//! The text output of large fleets: applicable changes come first, the rest is counted, an
//! unavailable system is reported once, and people are named with their roles.

use crate::support::{Project, Run};

/// Returns a fleet of sixty: a third has applicable changes, the rest waits for documents.
fn fleet() -> Project {
    let mut project = Project::empty();
    for at in 0..60 {
        let facts = match at % 3 {
            0 => "journey: new\nmilestones: {documents_completed: 2026-09-30}\n",
            1 => "journey: new\nmilestones: {introduced: 2026-09-30}\n",
            _ => "journey: new\n",
        };
        let text = format!("retailer: Retailer {at:02}\n{facts}");
        project = project.file(&format!("retailers/retailer-{at:02}.yaml"), &text);
    }
    project
}

fn at(run: &Run, text: &str) -> usize {
    run.stdout.find(text).unwrap_or_else(|| panic!("no {text}: {run}"))
}

#[test]
fn a_large_plan_lists_what_can_be_done_and_counts_the_rest() {
    let project = fleet();
    let run = project.run(&["plan"]);
    assert_eq!(run.code, 0, "{run}");
    assert!(run.stdout.contains("Retailer 57  retailers/"), "{run}");
    for held in ["Retailer 01  retailers/", "Retailer 02  retailers/"] {
        assert!(!run.stdout.contains(held), "{run}");
    }
    let counted = "Not listed: 40 retailers with changes that are held. `reconcile plan --show \
                   held` lists them.\n\nPlan for sandbox: ";
    assert!(run.stdout.contains(counted), "{run}");
    let held = project.run(&["plan", "--show", "held"]);
    assert!(at(&held, "Retailer 57  retailers/") < at(&held, "Retailer 01  retailers/"), "{held}");
    assert!(!held.stdout.contains("Not listed"), "{held}");
    let manual = project.run(&["plan", "--show", "manual,unchanged"]);
    assert!(manual.stdout.contains("Not listed: 40 "), "{manual}");
    assert!(manual.stdout.contains("\nUnchanged: none\n"), "{manual}");
    // JSON is complete.
    let json = project.run(&["plan", "--json"]);
    assert_eq!(json.stdout.matches("\"file\": ").count(), 60, "{json}");
    let one = project.run(&["plan", "retailer-01"]);
    assert!(one.stdout.contains("⏸ held until"), "a small plan is as it was: {one}");
}

#[test]
fn a_word_of_the_list_wins_over_a_file_of_that_name() {
    let project = Project::example();
    assert_eq!(project.run(&["plan", "--out", "held"]).code, 0);
    let saved = project.run(&["plan", "--show", "./held"]);
    assert_eq!(saved.code, 0, "{saved}");
    assert_eq!(saved.stdout, project.run(&["plan", "--show", "held"]).stdout);
    for wrong in [
        &["plan", "--show", "./held", "--base", "HEAD"][..],
        &["plan", "--show", "./held", "--out", "x"],
        &["plan", "--show", "./held", "granite-gear"],
        &["plan", "--show", "./held", "--only", "granite-gear"],
        &["plan", "--show", "./held", "--environment", "sandbox"],
        &["plan", "--show", "./held", "--show", "./held"],
        &["plan", "--show", "./held", "--show", "unchanged"],
    ] {
        let run = project.run(wrong);
        assert_eq!((run.code, run.stdout.as_str()), (64, ""), "{wrong:?}: {run}");
    }
    let typo = project.run(&["plan", "--show", "hold"]);
    assert_eq!(typo.code, 1, "{typo}");
    assert!(typo.stderr.contains("held, manual, unchanged"), "{typo}");
}

#[test]
fn a_system_that_is_down_is_reported_once() {
    let project = fleet().file("down.yaml", "[{system: omnirps, effect: wrong_key}]");
    for command in ["plan", "drift"] {
        let run = project.run(&["--sandbox-faults", "down.yaml", command]);
        assert_eq!(run.code, 1, "{run}");
        let told = run.stdout.matches("could not be read").count();
        assert_eq!(told, 1, "{command}: {run}");
        assert!(run.stdout.contains("; it stops 60 retailers\n"), "{command}: {run}");
        assert!(run.stdout.contains("60 blocked") || command == "drift", "counts stay: {run}");
    }
    let json = project.run(&["--sandbox-faults", "down.yaml", "plan", "--json"]);
    assert_eq!(json.stdout.matches("\"system-unknown\"").count(), 60, "{json}");
    let status = project.run(&["--sandbox-faults", "down.yaml", "status"]);
    assert_eq!(status.stdout.matches("Not read: OmniRPS").count(), 1, "{status}");
    assert!(status.stdout.contains(" It stops "), "{status}");
}

#[test]
fn people_are_named_with_their_roles() {
    let people = "people:\n  onboarding: Noa Berg\n  support: Ilse Tan\n  partner: Kim Soto\n";
    let project = Project::example();
    let own = std::fs::read_to_string(project.path("reconcile.yaml")).unwrap();
    let before = project.run(&["plan"]);
    assert!(!before.stdout.contains("Ilse Tan") && !before.stdout.contains("ask: "), "{before}");
    let project = project.file("reconcile.yaml", &format!("{own}{people}"));
    let run = project.run(&["plan"]);
    for shown in [
        "   ask: SEKO onboarding Noa Berg, SEKO support Ilse Tan, Loop Kim Soto\n",
        "held until the milestone switched_to_loop is stated (Loop Kim Soto and the retailer)\n",
    ] {
        assert!(run.stdout.contains(shown), "{shown}: {run}");
    }
    let status = project.run(&["status"]);
    assert!(status.stdout.contains("   ask: SEKO onboarding Noa Berg, "), "{status}");
    // All text formats name the step that a person does.
    for format in ["text", "markdown", "commonmark", "junit", "github"] {
        let run = project.run(&["plan", "kestrel-audio", "--format", format]);
        assert!(run.stdout.contains("SEKO onboarding Noa Berg: in "), "{format}: {run}");
    }
    // JSON has only the roles.
    assert!(!project.run(&["plan", "--json"]).stdout.contains("Noa Berg"));
}

#[test]
fn a_status_shows_silent_retailers_on_request() {
    let project = Project::example();
    let plain = project.run(&["status"]);
    assert!(!plain.stdout.to_lowercase().contains("silent"), "{plain}");
    assert!(!project.methods().is_empty());
    let requests = || project.run(&["sandbox", "--requests"]).stdout;
    assert!(!requests().contains("/uploads"), "they are read only where it is asked");
    let run = project.run(&["status", "--uploads"]);
    assert_eq!(run.code, 0, "{run}");
    assert!(run.stdout.contains("\nSilent for more than 7 days: Juniper Home ("), "{run}");
    assert!(run.stdout.contains(", 6 silent; "), "{run}");
    let patient = project.run(&["status", "--uploads", "--silent-after", "90000"]);
    assert!(patient.stdout.contains(", 0 silent; "), "{patient}");
    let one = project.run(&["status", "--uploads", "juniper-home"]);
    assert!(one.stdout.contains("0 returns since 2026-07-06; silent for "), "{one}");
    let markdown = project.run(&["status", "--uploads", "--format", "markdown"]);
    assert!(markdown.stdout.contains("Silent for more than 7 days: Juniper Home"), "{markdown}");

    let json = project.run(&["status", "--uploads", "--format", "json"]);
    let status: serde_json::Value = serde_json::from_str(&json.stdout).unwrap();
    assert_eq!(status["uploads"]["silent"], 6, "{status:#}");
    let all = status["retailers"].as_array().unwrap();
    let in_use: Vec<&str> = all
        .iter()
        .filter(|of| of["uploads"]["silent"] == true)
        .map(|of| of["slug"].as_str().unwrap())
        .collect();
    assert_eq!(in_use.len(), 6, "{in_use:?}");
    let schema = project.run(&["schema", "status"]).stdout;
    let schema = jsonschema::draft202012::new(&serde_json::from_str(&schema).unwrap()).unwrap();
    assert!(schema.is_valid(&status), "{status:#}");
    // The displayed retailers are counted.
    let mine = project.run(&["status", "--uploads", "--waits-for", "retailer", "--format", "json"]);
    let mine: serde_json::Value = serde_json::from_str(&mine.stdout).unwrap();
    assert!(mine["uploads"]["retailers"].as_u64().unwrap() < 6, "{mine:#}");

    let project = project.file(
        "faults.yaml",
        "[{system: omnirps, path: /503/uploads, effect: {status: {code: 403}}}]",
    );
    let unread = project.run(&["--sandbox-faults", "faults.yaml", "status", "--uploads"]);
    assert_eq!(unread.code, 1, "{unread}");
    assert!(unread.stderr.contains("the returns of Cobalt Cycles could not be read"), "{unread}");
    assert!(unread.stdout.contains(", 5 silent (1 not known); "), "{unread}");
    for wrong in [
        &["status", "--uploads", "--offline"][..],
        &["status", "--silent-after", "3"],
        &["status", "--uploads", "--silent-after", "soon"],
    ] {
        assert_eq!(project.run(wrong).code, 64, "{wrong:?}");
    }
}

#[test]
fn a_saved_plan_names_the_command_that_lists_its_rest() {
    let project = fleet();
    assert_eq!(project.run(&["plan", "--out", "the plan.json"]).code, 0);
    let command = "`reconcile plan --show 'the plan.json' --show held` lists them.\n";
    let apply = project.run(&["apply", "the plan.json"]);
    assert!(apply.code == 1 && apply.stdout.contains(command), "{apply}");
    let saved = project.run(&["plan", "--show", "the plan.json"]);
    assert!(saved.stdout.contains(command), "{saved}");
    let held = project.run(&["plan", "--show", "the plan.json", "--show", "held"]);
    assert!(held.code == 0 && held.stdout.contains("Retailer 01  retailers/"), "{held}");
    assert!(!held.stdout.contains("Not listed"), "{held}");
}
