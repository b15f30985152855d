//! The checks of `reconcile verify` before it sends anything.

use crate::support::Project;
use crate::verify::{KESTREL, assert_shown, sent, verify};
use reconcile::System;
use serde_json::json;

#[test]
fn no_label_is_made_for_a_return_without_a_key() {
    let project = Project::example();
    project.run(&["sandbox", "--reset"]);
    let without = json!({"RetailerId": 511, "KeyIssued": false});
    project.store().put(System::Omnirps, &without).unwrap();
    assert_shown!(verify(&project, &["kestrel-audio"]), @"
    exit 1
    --- stdout
    Kestrel Audio  retailers/kestrel-audio.yaml
    verified in sandbox
      ! return (not proven): the OmniRPS key of Kestrel Audio (record 511) was not fetched: rejected; its message is not shown, because it may contain a key
          hint: check in the system whether a key has been issued
          would prove that the OmniRPS key and the exact name are right, and returns arrive
          would not prove that a hub can process the return
    --- stderr
    error: not proven for Kestrel Audio (return)
    hint: the report shows why and what to do; run the command again afterwards
    ");
    assert_eq!(sent(&project), (0, 0));
    let label = verify(&project, &["kestrel-audio", "label"]);
    assert_eq!(label.code, 0, "a label alone needs no such key: {label}");
}

#[test]
fn each_key_is_fetched_once() {
    let project = Project::example();
    verify(&project, &["kestrel-audio", "--timeout", "0s"]);
    let requests = project.run(&["sandbox", "--requests"]).stdout;
    for key in ["/511/key", "/1011/key"] {
        assert_eq!(requests.matches(key).count(), 1, "{requests}");
    }
}

#[test]
fn a_name_is_not_checked_if_nothing_is_sent() {
    let project = Project::example();
    let text = std::fs::read_to_string(project.path(KESTREL)).unwrap();
    verify(&project, &["kestrel-audio", "--timeout", "0s"]);
    let other = text.replace("retailer: Kestrel Audio\n", "retailer: Kestrel\u{a0}Audio\n");
    let pinned = format!("{other}ids: {{omnirps: 511, omnireturns: 1011}}\n");
    let project = project.file(KESTREL, &pinned);
    let run = verify(&project, &["kestrel-audio", "--timeout", "0s"]);
    assert!(run.stdout.contains("processed (waiting)"), "{run}");
    assert!(!run.stdout.contains("not proven"), "{run}");
}

#[test]
fn a_non_ascii_name_is_a_warning_before_it_is_sent() {
    let project = Project::example();
    let text = std::fs::read_to_string(project.path(KESTREL)).unwrap();
    let name = "K\u{e9}strel Audio";
    let ids = "ids: {omnirps: 511, omnireturns: 1011}\n";
    let project = project
        .file(KESTREL, &format!("{}{ids}", text.replace("Kestrel Audio\n", &format!("{name}\n"))));
    project.run(&["sandbox", "--reset"]);
    let store = project.store();
    store.put(System::Omnirps, &json!({"RetailerId": 511, "RetailerName": name})).unwrap();
    drop(store);
    let warned = "the name has letters beyond ASCII";
    let label = verify(&project, &["kestrel-audio", "label"]);
    assert!(!label.stderr.contains(warned), "no return is sent yet: {label}");
    let first = verify(&project, &["kestrel-audio", "--timeout", "0s"]);
    assert!(first.stdout.contains("return (proven)"), "{first}");
    assert_eq!(first.stderr.matches(warned).count(), 1, "{first}");
    let look = verify(&project, &["kestrel-audio", "--timeout", "0s"]);
    assert!(look.stdout.contains("processed (waiting)"), "{look}");
    assert!(!look.stderr.contains(warned), "{look}");
}

#[test]
fn a_word_that_is_one_retailers_slug_and_anothers_name_is_refused() {
    let project = Project::example()
        .file("retailers/hearth.yaml", "retailer: Hearth & Home\njourney: new\n")
        .file("retailers/hearth-wood.yaml", "retailer: hearth\njourney: new\n");
    for command in [
        &["verify", "hearth"][..],
        &["handoff", "hearth"],
        &["explain", "hearth"],
        &["attest", "hearth", "introduced"],
        &["sandbox", "--upload", "hearth"],
        &["plan", "--only", "hearth"],
        &["status", "--retailer", "hearth"],
    ] {
        let run = project.run(command);
        assert_eq!((run.code, run.stdout.as_str()), (64, ""), "{command:?}: {run}");
        assert!(run.stderr.contains("Hearth & Home (retailers/hearth.yaml)"), "{run}");
        assert!(run.stderr.contains("hearth (retailers/hearth-wood.yaml)"), "{run}");
    }
    let run = project.run(&["attest", "hearth-wood", "introduced"]);
    assert_eq!(run.code, 0, "{run}");
}
