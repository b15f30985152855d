//! The records of handoffs, and their use by `handoff --check` and `status`.

use crate::handoff::{change, dated, for_loop};
use crate::support::Project;
use insta::assert_snapshot;
use reconcile::System;
use serde_json::{Value, json};
use std::process::Command;

#[cfg(unix)]
#[test]
fn what_cannot_be_delivered_or_recorded_is_not_handed_over() {
    let project = for_loop();
    let output = Command::new(env!("CARGO_BIN_EXE_reconcile"))
        .args(["handoff", "ember-ceramics", "--out", "-"])
        .current_dir(project.path("."))
        .stdout(std::fs::OpenOptions::new().write(true).open("/dev/full").unwrap())
        .output()
        .unwrap();
    assert_eq!(output.status.code(), Some(1), "{output:?}");
    assert!(!project.path(".reconcile/handoffs").exists());
    // A folder that cannot be created.
    std::os::unix::fs::symlink("/nowhere/at/all", project.path(".reconcile/handoffs")).unwrap();
    let run = project.run(&["handoff", "ember-ceramics"]);
    assert_snapshot!(run, @"
    exit 1
    --- stdout
    --- stderr
    error: the run records in `.reconcile/handoffs/sandbox/ember-ceramics.json` cannot be written: `.reconcile/handoffs` is a link
    hint: check that the store can be reached, read and written to
    ");
    assert!(!project.path("ember-ceramics.age").exists());
}

fn record(project: &Project) -> Value {
    let path = project.path(".reconcile/handoffs/sandbox/ember-ceramics.json");
    serde_json::from_slice(&std::fs::read(path).unwrap()).unwrap()
}

/// Replaces the OmniRPS record of Ember Ceramics with one that has another key.
fn replace_omnirps(project: &Project, name: &str) {
    let store = project.store();
    assert!(store.delete(System::Omnirps, 505).unwrap());
    let other = store.put(System::Omnirps, &json!({"RetailerName": name})).unwrap();
    change(project, System::Omnireturns, 1005, "OmniRPSRetailerId", other["RetailerId"].clone());
}

#[test]
fn a_check_reports_whether_the_keys_are_the_same() {
    let project = for_loop();
    let check = ["handoff", "--check", "ember-ceramics"];
    assert_snapshot!(project.run(&check), @"
    exit 1
    --- stdout
    --- stderr
    error: no handoff of the keys of Ember Ceramics in sandbox is recorded in `.reconcile`
    hint: hand them over with `reconcile handoff ember-ceramics`, or check where it was done
    ");
    assert!(project.methods().is_empty(), "nothing was asked for");
    assert_eq!(project.run(&["handoff", "ember-ceramics"]).code, 0);
    assert_eq!(record(&project)["checked"], Value::Null);
    assert_snapshot!(dated(&project.run(&check)), @"
    exit 0
    --- stdout
    Ember Ceramics: handed over on [today], still the same keys and name
    --- stderr
    ");
    let same =
        json!({"retailer": true, "omnireturns": true, "omnirps": true, "hub_addresses": true});
    assert_eq!(record(&project)["checked"]["same"], same);

    replace_omnirps(&project, "Ember Ceramics");
    assert_snapshot!(dated(&project.run(&check)), @"
    exit 1
    --- stdout
    Ember Ceramics: the OmniRPS key has changed since it was handed over on [today]
    next: hand over again: reconcile handoff ember-ceramics
    --- stderr
    error: what was handed over for Ember Ceramics has changed since
    hint: hand it over again with `reconcile handoff`
    ");
    let same =
        json!({"retailer": true, "omnireturns": true, "omnirps": false, "hub_addresses": true});
    assert_eq!(record(&project)["checked"]["same"], same);

    let again = project.run(&["handoff", "ember-ceramics", "--out", "again.age"]);
    assert_snapshot!(dated(&again), @"
    exit 0
    --- stdout
    wrote again.age: the keys and the exact name of Ember Ceramics in sandbox
      only for: Loop integrations (age1grsyt5s6…)
      the OmniRPS key has changed since the last handoff, on [today]
      nothing is to be sent: these are keys of the embedded sandbox, whose systems are fictitious
    next: state it: reconcile attest ember-ceramics keys_supplied --by WHO
    --- stderr
    warning: the file has no hub addresses: neither retailers/ember-ceramics.yaml nor the project file has `hub_addresses`; add them and hand over again if Loop needs them
    ");
    assert_eq!(project.run(&check).code, 0);
    // In another environment nothing was handed over.
    let elsewhere = "environments:\n  other: {embedded: true}\n";
    let text = std::fs::read_to_string(project.path("reconcile.yaml")).unwrap();
    let project = project.file("reconcile.yaml", &text.replace("environments:\n", elsewhere));
    let run = project.run(&["handoff", "--check", "ember-ceramics", "-e", "other"]);
    assert!(run.code == 1 && run.stderr.contains("no handoff"), "{run}");
}

#[test]
fn a_status_shows_the_handoff() {
    let project = for_loop();
    let told = || {
        let run = project.run(&["status", "--retailer", "ember-ceramics"]);
        assert_eq!(run.code, 0, "{run}");
        let lines: Vec<String> = dated(&run)
            .lines()
            .map(str::trim)
            .filter(|line| line.contains("hand over") || line.contains("handed over"))
            .map(str::to_owned)
            .collect();
        lines.join("\n")
    };
    assert_snapshot!(told(), @"
    ▶ E2     hand over the keys and the exact name in OmniRPS                SEKO onboarding
    hand over the keys and the exact name in OmniRPS
    ");
    assert_eq!(project.run(&["handoff", "ember-ceramics"]).code, 0);
    assert_snapshot!(told(), @"
    ▶ E2     hand over the keys and the exact name in OmniRPS                SEKO onboarding
    handed over on [today]
    state that the keys have been handed over
    ");
    let asked = project.methods().len();
    assert_eq!(project.run(&["handoff", "--check", "ember-ceramics"]).code, 0);
    assert!(project.methods().len() > asked);
    assert_snapshot!(told(), @"
    ▶ E2     hand over the keys and the exact name in OmniRPS                SEKO onboarding
    handed over on [today], still the same keys when checked on [today]
    state that the keys have been handed over
    ");
    replace_omnirps(&project, "Ember Ceramics");
    assert_eq!(project.run(&["handoff", "--check", "ember-ceramics"]).code, 1);
    assert_snapshot!(told(), @"
    ▶ E2     hand over the keys and the exact name in OmniRPS                SEKO onboarding
    handed over on [today]; when checked on [today], the OmniRPS key had changed
    hand over the keys again: the OmniRPS key changed since
    ");

    let requests = project.run(&["sandbox", "--requests"]).stdout;
    let keys = requests.lines().filter(|line| line.contains("/key")).count();
    assert_eq!(keys, 6, "a status fetches no key");
    let project = project.file(".reconcile/handoffs/sandbox/ember-ceramics.json", "{");
    let run = project.run(&["status", "--retailer", "ember-ceramics"]);
    assert_eq!(run.code, 0, "{run}");
    assert_snapshot!(run.stderr, @"warning: a handoff of keys is left out: `.reconcile/handoffs/sandbox/ember-ceramics.json` is not a record of a handoff: EOF while parsing an object at line 1 column 1; delete it and hand the keys over again");
}

#[test]
fn a_name_that_changed_on_both_sides_is_reported_too() {
    let project = for_loop();
    assert_eq!(project.run(&["handoff", "ember-ceramics"]).code, 0);
    replace_omnirps(&project, "Ember");
    change(&project, System::Omnireturns, 1005, "RetailerName", json!("Ember"));
    let path = "retailers/ember-ceramics.yaml";
    let text = std::fs::read_to_string(project.path(path)).unwrap();
    let project = project.file(path, &text.replace("retailer: Ember Ceramics", "retailer: Ember"));
    assert_snapshot!(dated(&project.run(&["handoff", "--check", "ember-ceramics"])), @"
    exit 1
    --- stdout
    Ember: the name and the OmniRPS key have changed since it was handed over on [today]
    next: hand over again: reconcile handoff ember-ceramics
    --- stderr
    error: what was handed over for Ember has changed since
    hint: hand it over again with `reconcile handoff`
    ");
}

#[test]
fn other_hub_addresses_are_handed_over_again() {
    let path = "retailers/ember-ceramics.yaml";
    let with_hub = |project: Project, file: &str, name: &str| {
        let hub = format!("hub_addresses:\n  - {{name: {name}, lines: [1 First St]}}\n");
        project.file(path, &format!("{file}{hub}"))
    };
    let project = for_loop();
    let file = std::fs::read_to_string(project.path(path)).unwrap();
    let project = with_hub(project, &file, "Hub One");
    assert_eq!(project.run(&["handoff", "ember-ceramics"]).code, 0);
    let check = ["handoff", "--check", "ember-ceramics"];
    let message = ["message", "ember-ceramics", "--kind", "handover"];
    assert_eq!(project.run(&check).code, 0);
    assert_eq!(project.run(&message).stderr, "");

    let project = with_hub(project, &file, "Hub Two");
    let status = project.run(&["status", "--retailer", "ember-ceramics"]);
    assert!(dated(&status).contains("handed over on [today] with other hub addresses"), "{status}");
    let again = "hand over the keys again: the list of hub addresses changed since";
    assert!(status.stdout.contains(again), "{status}");
    assert_snapshot!(project.run(&message).stderr, @"warning: the list of hub addresses of Ember Ceramics changed since the keys were handed over; `reconcile handoff ember-ceramics` makes the encrypted file");
    assert_snapshot!(dated(&project.run(&check)), @"
    exit 1
    --- stdout
    Ember Ceramics: the list of hub addresses has changed since it was handed over on [today]
    next: hand over again: reconcile handoff ember-ceramics
    --- stderr
    error: what was handed over for Ember Ceramics has changed since
    hint: hand it over again with `reconcile handoff`
    ");
    let all = project.run(&["handoff", "--check"]);
    assert!(all.stdout.contains("0 the same, 1 changed, 0 not compared"), "{all}");
    // Set back, they are those that were handed over, which needs no other check.
    let project = with_hub(project, &file, "Hub One");
    assert_eq!(project.run(&message).stderr, "");
    let project = with_hub(project, &file, "Hub Two");
    assert_eq!(project.run(&["handoff", "ember-ceramics", "--out", "again.age"]).code, 0);
    assert_eq!(project.run(&check).code, 0);
    assert_eq!(project.run(&message).stderr, "");
}

#[test]
fn without_the_fingerprint_key_nothing_can_be_compared() {
    let project = for_loop();
    assert_eq!(project.run(&["handoff", "ember-ceramics"]).code, 0);
    let key = project.path(".reconcile/handoff.key");
    std::fs::remove_file(&key).unwrap();
    let check = ["handoff", "--check", "ember-ceramics"];
    assert_snapshot!(project.run(&check), @"
    exit 1
    --- stdout
    --- stderr
    error: the keys of Ember Ceramics cannot be compared: `.reconcile/handoff.key` is not the key of the handoff
    hint: restore it from a backup, or hand over again: `reconcile handoff ember-ceramics`
    ");
    let other = project.run(&["handoff", "granite-gear"]);
    assert_eq!(other.code, 0, "{other}");
    assert_eq!(project.run(&check).code, 1, "the key is another one");
    std::fs::remove_file(project.path("ember-ceramics.age")).unwrap();
    assert_snapshot!(dated(&project.run(&["handoff", "ember-ceramics"])), @"
    exit 0
    --- stdout
    wrote ember-ceramics.age: the keys and the exact name of Ember Ceramics in sandbox
      only for: Loop integrations (age1grsyt5s6…)
      they cannot be compared with those of the last handoff, on [today]: handoff.key has changed since
      nothing is to be sent: these are keys of the embedded sandbox, whose systems are fictitious
    next: state it: reconcile attest ember-ceramics keys_supplied --by WHO
    --- stderr
    warning: the file has no hub addresses: neither retailers/ember-ceramics.yaml nor the project file has `hub_addresses`; add them and hand over again if Loop needs them
    ");
    assert_eq!(project.run(&check).code, 0);
    std::fs::write(&key, "half").unwrap();
    assert_snapshot!(project.run(&check).stderr, @"
    error: `.reconcile/handoff.key` is not a valid key: it has 4 bytes
    hint: restore the file from a backup; if you delete it, keys handed over before can no longer be compared
    ");
    let record = ".reconcile/handoffs/sandbox/ember-ceramics.json";
    let project = project.file(record, "{\n");
    assert_snapshot!(project.run(&check).stderr, @"
    error: `.reconcile/handoffs/sandbox/ember-ceramics.json` is not a record of a handoff: EOF while parsing an object at line 2 column 0
    hint: delete it and hand the keys over again
    ");
}

#[test]
fn a_record_that_cannot_be_read_is_not_said_to_be_absent() {
    let project = for_loop();
    let check = ["handoff", "--check", "--only", "granite-gear"];
    let absent = project.run(&check);
    assert!(absent.stdout.contains("; 1 with `keys_supplied` and no record"), "{absent}");
    let folder = project.path(".reconcile/handoffs/sandbox");
    std::fs::create_dir_all(&folder).unwrap();
    std::fs::write(folder.join("granite-gear.json"), "{").unwrap();
    for all in [false, true] {
        if all {
            std::fs::remove_dir_all(&folder).unwrap();
            std::fs::write(&folder, "").unwrap();
        }
        let run = project.run(&check);
        assert_eq!(run.code, 1, "{run}");
        assert!(run.stdout.contains("0 not compared; 1 whose record could not be read."), "{run}");
    }
}

#[test]
fn a_reset_of_the_sandbox_forgets_what_was_handed_over_from_it() {
    let project = for_loop();
    assert_eq!(project.run(&["handoff", "ember-ceramics"]).code, 0);
    assert_eq!(project.run(&["sandbox", "--reset"]).code, 0);
    let check = ["handoff", "--check", "ember-ceramics"];
    assert_snapshot!(project.run(&check).stderr, @"
    error: no handoff of the keys of Ember Ceramics in sandbox is recorded in `.reconcile`
    hint: hand them over with `reconcile handoff ember-ceramics`, or check where it was done
    ");
    let status = project.run(&["status", "ember-ceramics"]);
    assert!(status.code == 0 && !status.stdout.contains("handed over on"), "{status}");
    let all = project.run(&["handoff", "--check"]);
    assert!(!all.to_string().contains("is not a record"), "{all}");
    std::fs::remove_file(project.path("ember-ceramics.age")).unwrap();
    assert_eq!(project.run(&["handoff", "ember-ceramics"]).code, 0);
    assert_eq!(project.run(&check).code, 0);
}
