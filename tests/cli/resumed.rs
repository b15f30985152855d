//! How `reconcile verify` continues an earlier run in any state.

use crate::served::Served;
use crate::support::Project;
use crate::verify::{assert_shown, probe, rehearse, sent, spawn, verify};
use std::time::{Duration, Instant};

/// The label is created, but its response is lost.
const LOST: &str = "[{path: '/printshipment', times: 1, effect: drop_after}]";

#[test]
fn a_test_continues_from_a_label_that_people_found() {
    let project = Project::example();
    let lost = rehearse(&project, LOST, &["kestrel-audio"]);
    assert!(
        lost.stdout.contains("`reconcile attest kestrel-audio test_label --connote NO`"),
        "{lost}"
    );
    let stated =
        project.run(&["attest", "kestrel-audio", "test_label", "--connote", "SBX00000001"]);
    assert_eq!(stated.code, 0, "{stated}");
    let reference = probe(&project, "kestrel-audio")["reference"].clone();
    let label = verify(&project, &["kestrel-audio", "label"]);
    assert!(label.stdout.contains("the label SBX00000001 was made on"), "{label}");
    let run = verify(&project, &["kestrel-audio", "--timeout", "0s"]);
    assert!(run.stdout.contains("OmniRPS accepted the return of SBX00000001"), "{run}");
    assert!(run.stdout.contains("processed (waiting)"), "{run}");
    assert_eq!(probe(&project, "kestrel-audio")["reference"], reference);
    assert_eq!(sent(&project), (1, 1));
}

#[test]
fn an_earlier_label_is_not_the_one_in_doubt() {
    let project = Project::example();
    verify(&project, &["kestrel-audio", "label", "--record"]);
    rehearse(&project, LOST, &["kestrel-audio", "label", "--again"]);
    let run = verify(&project, &["kestrel-audio", "--timeout", "0s"]);
    assert!(run.stdout.contains("there is no label yet"), "{run}");
    assert_eq!(sent(&project), (2, 0));
    let attest = ["attest", "kestrel-audio", "test_label", "--connote", "SBX00000002", "--replace"];
    assert_eq!(project.run(&attest).code, 0);
    let run = verify(&project, &["kestrel-audio", "--timeout", "0s"]);
    assert!(run.stdout.contains("OmniRPS accepted the return of SBX00000002"), "{run}");
    assert_eq!(sent(&project), (2, 1));
}

#[test]
fn a_test_continues_from_a_return_that_people_found() {
    let contract = include_str!("../../src/systems/http/contract.yaml");
    let without = contract.replace("  uploads:\n", "  # nobody tells of uploads\n  x:\n");
    let (before, rest) = without.split_once("  x:\n").unwrap();
    let after: String =
        rest.split_inclusive('\n').skip_while(|line| line.starts_with("    ")).collect();
    let served = Served::start_with("[{path: '/add_returns', effect: drop_after}]")
        .with("    contract: contract.yaml\n");
    std::fs::write(served.project.path("contract.yaml"), format!("{before}{after}")).unwrap();
    let run = |arguments: &[&str]| {
        served.run(&[&["verify", "kestrel-audio", "--timeout", "0s"], arguments].concat())
    };
    let lost = run(&["--in-production", "-q"]);
    assert_shown!(lost, @"
    exit 1
    --- stdout
    Kestrel Audio  retailers/kestrel-audio.yaml
    verified in local, reference RECONCILE-kestrel-audio-[id]
      ✓ label (proven): the label SBX00000001 was made
          proves that the OmniReturns key is this retailer's, and labels can be made
          does not prove that OmniRPS and the hub have the label
      ! return (not proven): the return of SBX00000001 for Kestrel Audio in OmniRPS (record 511) may have arrived: no response: connection closed before message completed; the contract of this environment has no call that lists uploads
          hint: look for SBX00000001 in OmniRPS; if it is there, state it with `reconcile attest kestrel-audio test_return --connote SBX00000001`, otherwise start over with `reconcile verify kestrel-audio --again --in-production`
          would prove that the OmniRPS key and the exact name are right, and returns arrive
          would not prove that a hub can process the return
    --- stderr
    error: not proven for Kestrel Audio (return)
    hint: the report shows why and what to do; run the command again afterwards
    ");
    let again = run(&["return"]);
    assert_eq!(again.code, 1, "nothing can be sent, so no leave is asked for: {again}");
    assert!(again.stdout.contains("has no call that lists uploads"), "{again}");
    for milestone in ["test_label", "test_return"] {
        let attest = ["attest", "kestrel-audio", milestone, "--connote", "SBX00000001"];
        let stated = served.project.run(&attest);
        assert_eq!(stated.code, 0, "{stated}");
    }
    assert_shown!(run(&[]), @"
    exit 0
    --- stdout
    Kestrel Audio  retailers/kestrel-audio.yaml
    verified in local, reference RECONCILE-kestrel-audio-[id]
      ☐ processed (manual): the contract of this environment has no call for it
          hint: have a SEKO hub process SBX00000001, then state it with `reconcile attest kestrel-audio connote_processed --connote NO`
          would prove that a hub finds the retailer's returns and can process them
          would not prove that the partner was notified and credits the customer
    --- stderr
    ");
    assert_eq!(sent(&served.project), (1, 1));
}

#[test]
fn a_probe_that_cannot_be_read_stops_everything() {
    let project = Project::example();
    verify(&project, &["kestrel-audio", "label"]);
    let path = ".reconcile/probes/sandbox/kestrel-audio.json";
    let kept = std::fs::read_to_string(project.path(path)).unwrap();
    let project =
        project.file(path, &kept.replace("\"format_version\": \"1\"", "\"format_version\": \"9\""));
    insta::assert_snapshot!(verify(&project, &["kestrel-audio"]), @"
    exit 1
    --- stdout
    --- stderr
    error: `.reconcile/probes/sandbox/kestrel-audio.json` has the format 9, which another version of this program wrote
    hint: run that version, or check whether the document names a label that was made, then delete it
    ");
    let project = project.file(path, &kept[..kept.len() / 2]);
    let damaged = verify(&project, &["kestrel-audio"]);
    assert_eq!((damaged.code, damaged.stdout.as_str()), (1, ""), "{damaged}");
    assert!(damaged.stderr.contains("is not a test run: "), "{damaged}");
    // Its retailer's file was renamed, so it may be found under no other name.
    let file = project.path("retailers/kestrel-audio.yaml");
    std::fs::rename(&file, project.path("retailers/kestrel.yaml")).unwrap();
    let unnamed = kept.replace("\"retailer\": \"Kestrel Audio\",", "");
    assert_ne!(unnamed, kept);
    let later = unnamed.replace("\"format_version\": \"1\"", "\"format_version\": \"9\"");
    for (kept, why) in [
        (&kept[..kept.len() / 2], "is not a test run: "),
        (&later, "has the format 9"),
        (&unnamed, "does not name its retailer; no file is called `kestrel-audio`"),
    ] {
        std::fs::write(project.path(path), kept).unwrap();
        let renamed = verify(&project, &["kestrel", "label"]);
        assert_eq!((renamed.code, renamed.stdout.as_str()), (1, ""), "{renamed}");
        assert!(renamed.stderr.contains(why), "{renamed}");
        let uploads = verify(&project, &["kestrel", "uploads"]);
        assert!(!uploads.stderr.contains(why), "nothing is sent: {uploads}");
    }
    std::fs::rename(project.path("retailers/kestrel.yaml"), &file).unwrap();
    let project = project.file(path, &kept);
    let sound = verify(&project, &["kestrel-audio", "label"]);
    assert!(sound.stdout.contains("the label SBX00000001 was made on"), "{sound}");
    assert_eq!(sent(&project), (1, 0));
}

#[test]
fn a_return_that_the_sandbox_does_not_have_is_not_waited_for() {
    let project = Project::example();
    assert_shown!(verify(&project, &["lumen-lighting", "processed", "--timeout", "30s"]), @"
    exit 1
    --- stdout
    Lumen Lighting  retailers/lumen-lighting.yaml
    verified in sandbox, reference RECONCILE-lumen-lighting-[id]
      ⏸ processed (waiting): TK100200502NZ is not processed yet, and OmniRPS does not list it
          hint: that return was uploaded elsewhere; rehearse with another one: `reconcile verify lumen-lighting label`, then `reconcile verify lumen-lighting return`
          would prove that a hub finds the retailer's returns and can process them
          would not prove that the partner was notified and credits the customer
    --- stderr
    error: not proven for Lumen Lighting (processed: waiting)
    hint: the report shows why and what to do; run the command again afterwards
    ");
    let label = verify(&project, &["lumen-lighting", "label"]);
    assert!(label.stdout.contains("the label SBX00000001 was made\n"), "{label}");
    assert_eq!(verify(&project, &["lumen-lighting", "return"]).code, 0);
    let listed = verify(&project, &["lumen-lighting", "processed", "--timeout", "0s"]);
    let play = "reconcile sandbox --process lumen-lighting SBX00000001";
    assert!(listed.stdout.contains(play), "{listed}");
    let words: Vec<&str> = play.split(' ').skip(1).collect();
    assert_eq!(project.run(&words).code, 0);
    assert_eq!(verify(&project, &["lumen-lighting", "processed"]).code, 0);
    // The sandbox is a new one, and the probe is from the old one.
    std::fs::remove_file(project.path(".reconcile/sandbox.db")).unwrap();
    let kept = project.path(".reconcile/probes/sandbox/lumen-lighting.json");
    let open = std::fs::read_to_string(&kept).unwrap();
    let (before, _) = open.split_once("\"processed\"").unwrap();
    std::fs::write(&kept, format!("{before}\"processed\": null}}")).unwrap();
    let gone = verify(&project, &["lumen-lighting", "processed", "--timeout", "30s"]);
    assert!(gone.stdout.contains("`reconcile verify lumen-lighting label --again`"), "{gone}");
    assert_eq!(verify(&project, &["lumen-lighting", "label", "--again"]).code, 0);
}

#[test]
fn a_run_that_was_killed_while_it_sent_its_return_continues() {
    let project = Project::example()
        .file("faults.yaml", "[{path: '/add_returns', effect: {latency: {ms: 600000}}}]");
    let mut child = spawn(&project, &["kestrel-audio", "--sandbox-faults", "faults.yaml"]);
    let path = project.path(".reconcile/probes/sandbox/kestrel-audio.json");
    let is_sending = || {
        let text = std::fs::read_to_string(&path).unwrap_or_default();
        let probe: serde_json::Value = serde_json::from_str(&text).unwrap_or_default();
        probe["return"]["sent"].is_object()
    };
    let begun = Instant::now();
    while !is_sending() {
        std::thread::sleep(Duration::from_millis(20));
        assert!(child.try_wait().unwrap().is_none(), "it ended before it was killed");
        assert!(begun.elapsed() < Duration::from_secs(60), "it sends nothing");
    }
    child.kill().unwrap();
    child.wait().unwrap();
    let run = verify(&project, &["kestrel-audio", "--timeout", "0s"]);
    assert!(run.stdout.contains("the label SBX00000001 was made on"), "{run}");
    assert!(run.stdout.contains("OmniRPS accepted the return of SBX00000001"), "{run}");
    assert_eq!(sent(&project).0, 1);
    assert_eq!(project.store().uploads(511).unwrap().len(), 1);
}

#[test]
fn a_file_that_states_an_earlier_test_is_named_while_the_later_one_waits() {
    let project = Project::example();
    let record = ["kestrel-audio", "--timeout", "0s", "--record"];
    let other = "and retailers/kestrel-audio.yaml states another test";
    assert!(!verify(&project, &record).stdout.contains(other));
    let again = verify(&project, &[&record[..], &["--again"]].concat());
    assert!(again.stderr.contains(" has a return that a hub may still process\n"), "{again}");
    project.run(&["sandbox", "--process", "kestrel-audio", "SBX00000001"]);
    let later = verify(&project, &record);
    assert!(later.code == 1 && later.stdout.contains(other), "{later}");
    let state = ["attest", "kestrel-audio", "test_label", "test_return"];
    let latest = ["--connote", "SBX00000002", "--replace"];
    assert_eq!(project.run(&[&state[..], &latest].concat()).code, 0);
    assert!(!verify(&project, &record).stdout.contains(other));
}
