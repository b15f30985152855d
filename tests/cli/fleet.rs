//! `verify` and `handoff --check` of a whole fleet, which send nothing.

use crate::handoff::{change, for_loop};
use crate::support::{Project, Run};
use crate::verify::{KESTREL, sent, verify};
use reconcile::System;
use serde_json::Value;

fn json(run: &Run) -> Value {
    let schema: Value =
        serde_json::from_str(&Project::empty().run(&["schema", "verify"]).stdout).unwrap();
    let value: Value = serde_json::from_str(&run.stdout).unwrap();
    let schema = jsonschema::draft202012::new(&schema).unwrap();
    let errors: Vec<String> = schema.iter_errors(&value).map(|error| error.to_string()).collect();
    assert!(errors.is_empty(), "{errors:#?} {value:#}");
    value
}

/// Returns the line of a retailer.
fn line<'a>(run: &'a Run, name: &str) -> &'a str {
    run.stdout.lines().find(|line| line.starts_with(name)).unwrap_or_else(|| panic!("{run}"))
}

#[test]
fn a_fleet_is_checked_and_nothing_is_sent() {
    let project = Project::example();
    let run = verify(&project, &[]);
    assert_eq!(run.code, 1, "{run}");
    assert!(run.stderr.starts_with("error: not proven for Cobalt Cycles (loop_upload, "), "{run}");
    assert_eq!(sent(&project), (0, 0), "{run}");
    assert!(project.methods().iter().all(|method| method == "GET"), "{run}");
    assert!(!run.stdout.contains("Kestrel Audio"), "its test has not begun: {run}");
    let cobalt = line(&run, "Cobalt Cycles");
    assert!(cobalt.contains("! not proven") && cobalt.contains("webhook"), "{run}");
    assert!(run.stdout.contains("\nVerified in sandbox: "), "{run}");

    let all = json(&verify(&project, &["--format", "json"]));
    let retailers = all["retailers"].as_array().unwrap();
    let names: Vec<&str> = retailers.iter().map(|of| of["retailer"].as_str().unwrap()).collect();
    assert!(names.is_sorted() && names.contains(&"Cobalt Cycles"), "{all:#}");
    let counts = all["summary"].as_object().unwrap().values().map(|count| count.as_u64().unwrap());
    let files = std::fs::read_dir(project.path("retailers")).unwrap().filter(|entry| {
        let path = entry.as_ref().unwrap().path();
        path.extension().is_some_and(|extension| extension == "yaml")
    });
    assert_eq!(counts.sum::<u64>(), files.count() as u64, "every retailer is counted: {all:#}");
}

#[test]
fn a_test_in_progress_is_followed_and_recorded() {
    let project = Project::example();
    verify(&project, &["kestrel-audio", "label"]);
    let only = ["--only", "kestrel-audio"];
    let run = verify(&project, &only);
    assert_eq!(run.code, 1, "{run}");
    let waits = line(&run, "Kestrel Audio");
    assert!(
        waits.contains("⏸ waiting") && waits.contains("SBX00000001 has not been uploaded"),
        "{run}"
    );
    verify(&project, &["kestrel-audio", "return"]);
    assert_eq!(sent(&project), (1, 1));
    let run = verify(&project, &only);
    assert_eq!(run.code, 1, "{run}");
    assert!(line(&run, "Kestrel Audio").contains("SBX00000001 is not processed yet"), "{run}");
    let hub = project.run(&["sandbox", "--process", "kestrel-audio", "SBX00000001"]);
    assert_eq!(hub.code, 0, "{hub}");
    let run = verify(&project, &["--only", "kestrel-audio", "--record"]);
    assert_eq!(run.code, 0, "{run}");
    assert!(line(&run, "Kestrel Audio").contains("✓ proven"), "{run}");
    assert!(run.stdout.contains("\nwrote retailers/kestrel-audio.yaml"), "{run}");
    assert!(run.stdout.contains("\nnext: "), "{run}");
    assert_eq!(sent(&project), (1, 1), "nothing more was sent: {run}");
    let text = std::fs::read_to_string(project.path(KESTREL)).unwrap();
    assert!(text.contains("connote_processed:"), "{text}");
}

#[test]
fn a_failure_hides_no_other_and_a_common_cause_is_reported_once() {
    let project = Project::example();
    let one = "[{system: omnirps, path: /503/uploads, effect: {status: {code: 403}}}]";
    let run = crate::verify::rehearse(&project, one, &[]);
    assert_eq!(run.code, 1, "{run}");
    assert!(line(&run, "Cobalt Cycles").contains("could not be read"), "{run}");
    assert!(line(&run, "Fjord Knitwear").contains("no return of Fjord Knitwear"), "{run}");
    let all = "[{system: omnirps, path: /uploads, effect: {status: {code: 403}}}]";
    let run = crate::verify::rehearse(&project, all, &[]);
    assert_eq!(run.stdout.matches("could not be read").count(), 1, "{run}");
    let down = "[{system: omnirps, effect: wrong_key}]";
    let run = crate::verify::rehearse(&project, down, &[]);
    assert_eq!(run.code, 1, "{run}");
    assert!(run.stderr.contains("OmniRPS could not be read"), "{run}");
    assert_eq!(sent(&project), (0, 0));
    std::fs::write(project.path(".reconcile/probes/sandbox/granite-gear.json"), "{").unwrap();
    let run = verify(&project, &[]);
    assert_eq!(run.code, 1, "{run}");
    assert!(line(&run, "Granite Gear").contains("is not a test run"), "{run}");
    assert!(line(&run, "Fjord Knitwear").contains("no return of Fjord Knitwear"), "{run}");
}

#[cfg(unix)]
#[test]
fn a_fleet_may_have_more_retailers_than_files_can_be_open() {
    let mut project = Project::example();
    for n in 0..150 {
        let file = format!(
            "retailer: Shop {n}\njourney: existing\nmilestones: {{switched_to_loop: 2026-10-12}}\n"
        );
        project = project.file(&format!("retailers/shop-{n}.yaml"), &file);
    }
    let output = std::process::Command::new("sh")
        .args(["-c", "ulimit -n 128; exec \"$0\" verify", env!("CARGO_BIN_EXE_reconcile")])
        .current_dir(project.path(""))
        .env_clear()
        .output()
        .unwrap();
    let shown = String::from_utf8(output.stdout).unwrap();
    assert!(shown.contains("\nShop 149") && !shown.contains("cannot be locked"), "{shown}");
}

#[test]
fn sending_and_waiting_require_one_retailer() {
    let project = Project::example();
    for option in
        [&["--in-production"][..], &["--again"], &["--timeout", "1s"], &["--since", "2026-10-01"]]
    {
        let run = verify(&project, option);
        assert_eq!((run.code, run.stdout.as_str()), (64, ""), "{option:?}: {run}");
    }
    let run = verify(&project, &["webhook"]);
    assert_eq!(run.code, 64, "{run}");
    assert!(run.stderr.contains("`reconcile verify RETAILER webhook`"), "{run}");
    assert_eq!(verify(&project, &["--only", "nobody"]).code, 64);
    assert_eq!(verify(&Project::empty(), &[]).code, 3);
}

#[test]
fn the_keys_of_a_fleet_are_compared() {
    let project = for_loop();
    let none = project.run(&["handoff", "--check"]);
    assert_eq!((none.code, none.stderr.as_str()), (0, ""), "{none}");
    assert!(none.stdout.starts_with("Handoffs in sandbox: 0 the same, 0 changed, 0 not"), "{none}");
    assert!(project.methods().is_empty(), "nothing was asked for");
    for retailer in ["ember-ceramics", "granite-gear"] {
        let run = project.run(&["handoff", retailer]);
        assert_eq!(run.code, 0, "{run}");
    }
    let same = project.run(&["handoff", "--check"]);
    assert_eq!((same.code, same.stderr.as_str()), (0, ""), "{same}");
    assert_eq!(same.stdout.matches("still the same keys and name").count(), 2, "{same}");

    change(&project, System::Omnirps, 507, "RetailerName", "Granite Gears".into());
    let changed = project.run(&["handoff", "--check"]);
    assert_eq!(changed.code, 1, "{changed}");
    assert!(
        line(&changed, "Granite Gear: not compared: ").contains("no OmniRPS record"),
        "{changed}"
    );
    assert!(line(&changed, "Ember Ceramics: ").contains("still the same"), "{changed}");
    assert!(changed.stdout.contains(": 1 the same, 0 changed, 1 not compared"), "{changed}");
    let only = project.run(&["handoff", "--check", "--only", "ember-ceramics"]);
    assert_eq!(only.code, 0, "{only}");
    assert!(!only.stdout.contains("Granite"), "{only}");

    let project = project.file("down.yaml", "[{system: omnirps, effect: wrong_key}]");
    let down = project.run(&["--sandbox-faults", "down.yaml", "handoff", "--check"]);
    assert_eq!(down.code, 1, "{down}");
    assert_eq!(down.stdout.matches("OmniRPS could not be read").count(), 1, "told once: {down}");
    assert_eq!(down.stdout.matches(": not compared\n").count(), 2, "{down}");
    // An unreadable record does not hide others.
    let broken = project.path(".reconcile/handoffs/sandbox/granite-gear.json");
    std::fs::write(broken, "{").unwrap();
    let run = project.run(&["handoff", "--check"]);
    assert_eq!(run.code, 1, "{run}");
    assert!(run.stderr.contains("is not a record of a handoff"), "{run}");
    assert!(line(&run, "Ember Ceramics: ").contains("still the same"), "{run}");
}
