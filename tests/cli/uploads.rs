//! `reconcile uploads`.

use crate::support::{Project, Run};
use jsonschema::Validator;
use serde_json::Value;

/// Returns a fleet with two retailers in use; the sandbox has one upload of each.
fn project() -> Project {
    let retailer = |name: &str, id: u32, rest: &str| {
        format!(
            "retailer: {name}\njourney: existing\nomnireturns_access: required\n\
             ids: {{omnirps: \"{id}\"}}\n{rest}"
        )
    };
    Project::empty()
        .file(
            "retailers/cobalt-cycles.yaml",
            &retailer("Cobalt Cycles", 503, "milestones: {switched_to_loop: 2026-08-20}\n"),
        )
        .file(
            "retailers/juniper-home.yaml",
            &retailer("Juniper Home", 510, "milestones: {switched_to_loop: 2026-06-11}\n"),
        )
        .file("retailers/granite-gear.yaml", &retailer("Granite Gear", 507, ""))
}

fn json(run: &Run) -> Value {
    let schema: Value =
        serde_json::from_str(&Project::empty().run(&["schema", "uploads"]).stdout).unwrap();
    let value: Value = serde_json::from_str(&run.stdout).unwrap();
    let schema: Validator = jsonschema::draft202012::new(&schema).unwrap();
    assert!(schema.is_valid(&value), "{value:#}");
    value
}

#[test]
fn returns_are_counted_from_the_switch_over_on() {
    let project = project();
    let run = project.run(&["uploads"]);
    assert_eq!(run.code, 0, "whoever is silent: {run}");
    for shown in [
        "!! Cobalt Cycles  1        2026-08-24  silent for ",
        "!! Juniper Home   0        none        silent for ",
        "  in use since 2026-06-11\n",
        "2 retailers in use, 1 return, 2 silent for more than 7 days, 0 unknown.\n",
    ] {
        assert!(run.stdout.contains(shown), "{shown}: {run}");
    }
    assert!(!run.stdout.contains("Granite"), "it has not switched over: {run}");
    let all = json(&project.run(&["uploads", "--format", "json"]));
    let [cobalt, juniper] = all["retailers"].as_array().unwrap().as_slice() else {
        panic!("{all}")
    };
    assert_eq!(cobalt["uploads"], 1, "{all:#}");
    assert_eq!(cobalt["last"], "2026-08-24T02:10:00Z");
    assert_eq!((&juniper["uploads"], &juniper["last"]), (&0.into(), &Value::Null));
    assert_eq!(all["summary"]["silent"], 2);
}

#[test]
fn a_silent_retailer_exits_2_on_request() {
    let project = project();
    assert_eq!(project.run(&["uploads", "--fail-on", "silent"]).code, 2);
    let patient = project.run(&["uploads", "--fail-on", "silent", "--silent-after", "90000"]);
    assert_eq!(patient.code, 0, "{patient}");
}

#[test]
fn an_upload_of_today_ends_the_silence_and_the_tools_own_does_not() {
    let project = project();
    assert_eq!(project.run(&["sandbox", "--upload", "juniper-home"]).code, 0);
    let all = json(&project.run(&["uploads", "juniper-home", "--format", "json"]));
    assert_eq!(all["retailers"].as_array().unwrap().len(), 1, "{all:#}");
    assert_eq!(all["retailers"][0]["silent"], false, "{all:#}");
    let text = project.run(&["uploads", "juniper-home"]).stdout;
    assert!(text.contains("  today  in use since ") && !text.contains("0 days"), "{text}");
    project.run(&["verify", "cobalt-cycles", "label"]);
    let verified = project.run(&["verify", "cobalt-cycles", "return", "--timeout", "0s"]);
    let all = json(&project.run(&["uploads", "cobalt-*", "--format", "json"]));
    assert_eq!(all["retailers"][0]["uploads"], 1, "{verified} {all:#}");
    assert_eq!(project.store().uploads(503).unwrap().len(), 2, "{verified}");
}

#[test]
fn an_unreadable_retailer_fails_the_command_and_the_others_are_shown() {
    let project = project().file(
        "faults.yaml",
        "[{system: omnirps, path: /503/uploads, effect: {status: {code: 403}}}]",
    );
    let run = project.run(&["--sandbox-faults", "faults.yaml", "uploads", "--fail-on", "silent"]);
    assert_eq!(run.code, 1, "a failure before silence: {run}");
    assert!(run.stderr.contains("the returns of Cobalt Cycles could not be read"), "{run}");
    assert!(run.stdout.contains("!! Juniper Home"), "{run}");
    assert!(!run.stderr.contains("`reconcile uploads`"), "this is the command: {run}");
    let down = project.file("down.yaml", "[{system: omnirps, effect: wrong_key}]");
    let run = down.run(&["--sandbox-faults", "down.yaml", "uploads"]);
    assert_eq!(run.code, 1, "{run}");
    let causes = run.stdout.matches("the key was rejected").count();
    assert_eq!(causes, 1, "a system that is down is said once: {run}");
}

#[test]
fn what_cannot_be_counted_is_refused() {
    let broken = project().file("retailers/other.yaml", "retailer: Other\njourny: new\n");
    let run = broken.run(&["uploads"]);
    assert_eq!((run.code, run.stdout.as_str()), (3, ""), "{run}");
    assert!(run.stderr.contains("retailers/other.yaml:2:1"), "{run}");
    for wrong in [
        &["nobody"][..],
        &["--silent-after", "soon"],
        &["--fail-on", "silents"],
        &["--format", "html"],
    ] {
        let run = project().run(&[&["uploads"], wrong].concat());
        assert_eq!((run.code, run.stdout.as_str()), (64, ""), "{wrong:?}: {run}");
        assert!(run.stderr.starts_with("error: "), "{wrong:?}: {run}");
    }
}

#[test]
fn a_counted_return_proves_that_the_partner_uploads() {
    let project = Project::example();
    project.run(&["sandbox", "--upload", "granite-gear"]);
    let note = |more: &[&str]| {
        let run = project.run(&[&["status", "granite-gear"], more].concat());
        run.stdout.lines().find(|line| line.contains("Loop itself")).unwrap().trim().to_owned()
    };
    let open = "tested with the retailer's keys; an upload by Loop itself is not proven yet, \
                `reconcile verify` looks for one";
    assert_eq!(note(&[]), open);
    assert_eq!(note(&["--uploads"]), "an upload by Loop itself is proven");
}

#[test]
fn a_stated_check_proves_no_upload_and_silence_is_not_right() {
    let project = Project::example();
    let status = |more: &[&str]| project.run(&[&["status", "juniper-home"], more].concat());
    for more in [&[][..], &["--uploads"], &["--offline"]] {
        let found = status(&[more, &["--format", "json"]].concat());
        assert!(found.stdout.contains(r#""loop_upload": "not_proven""#), "{found}");
    }
    let silent = status(&["--uploads"]);
    let next = "Next: every setting is right, but no returns arrive: find out from the partner why";
    assert!(silent.stdout.contains(next), "{silent}");
    let table = project.run(&["status", "--uploads"]);
    assert!(!table.stdout.contains("all is right"), "{table}");
}
