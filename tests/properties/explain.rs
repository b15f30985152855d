//! `explain` reports for every setting of generated fleets what `plan` does with it: both
//! run as programs, against the same systems.

use crate::world::{Case, World, generated, runtime, world};
use reconcile::System;
use reconcile::sandbox::{Effect, Faults, Rule, key};
use serde_json::{Value, json};
use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;
use std::process::Command;

/// Enough for every state of a setting, with each way of reading and writing.
const WORLDS: u64 = 24;

/// How the systems of a world are read and written: by default, partly by people, partly
/// not at all.
const ROUTES: [[&str; 3]; 4] = [
    ["", "", ""],
    ["", ", write: manual", ""],
    [", read: none, write: manual", "", ", write: manual"],
    ["", ", settings: {omnirps.shopify_integration: observe}", ""],
];

/// The decision about one setting: its state, both values, the step, the reason of an
/// override.
type Fate = (String, Value, Value, Value, Value);

#[test]
fn it_says_of_every_setting_what_the_plan_does_with_it() {
    let mut states = BTreeSet::new();
    let mut codes = BTreeSet::new();
    for seed in 0..WORLDS {
        let (cases, company): (Vec<Case>, bool) = generated(world(), seed);
        runtime().block_on(async {
            let world = World::new(&cases, company).await;
            if seed.is_multiple_of(6) {
                let down = Effect::Status { code: 400, retry_after: None, as_date: false };
                let rule = Rule { system: Some(System::Omnirps), ..Rule::new(down) };
                world.sandbox.set_faults(Faults(vec![rule]));
            }
            let folder = tempfile::tempdir().unwrap();
            write(folder.path(), &cases, &world, seed);
            let plan = run(folder.path(), &["plan", "--json"]);
            for number in 0..cases.len() {
                let slug = format!("r{number}");
                let explained = run(folder.path(), &["explain", &slug, "--format", "json"]);
                let rows = explained["settings"].as_array().unwrap();
                states.extend(rows.iter().map(|row| row["state"].as_str().unwrap().to_owned()));
                let retailers = plan["retailers"].as_array().unwrap();
                let planned =
                    retailers.iter().find(|planned| planned["retailer"] == explained["retailer"]);
                let planned = planned.cloned().unwrap_or_default();
                let observed = route(seed)[1].contains("observe");
                let told = told(rows, observed);
                assert_eq!(told, entries(&planned), "seed {seed}, {slug}: {explained:#}");
                for shared in ["alerts", "blocked"] {
                    let all = |of: &Value| of[shared].as_array().cloned().unwrap_or_default();
                    assert_eq!(all(&explained), all(&planned), "seed {seed}, {slug}: {shared}");
                }
                let held = planned["held"].as_array().cloned().unwrap_or_default();
                let mut held = held.iter();
                let decision = held.find(|entry| entry["setting"] == "omnireturns_access");
                assert_eq!(explained.get("undecided"), decision, "seed {seed}, {slug}");
                // Where a system is blocked, so are all its settings that are managed; and without
                // a blocker, none is.
                let blockers = planned["blocked"].as_array().cloned().unwrap_or_default();
                for blocker in &blockers {
                    let system = format!("{}.", blocker["system"].as_str().unwrap());
                    let of_system = rows
                        .iter()
                        .filter(|row| row["setting"].as_str().unwrap().starts_with(&system));
                    for row in of_system.filter(|row| row["state"] != "not_managed") {
                        assert_eq!(row["state"], "blocked", "seed {seed}, {slug}: {explained:#}");
                    }
                }
                let stopped = rows.iter().any(|row| row["state"] == "blocked");
                assert!(!blockers.is_empty() || !stopped, "seed {seed}, {slug}: {explained:#}");
                codes.extend(blockers.iter().map(|of| of["code"].as_str().unwrap().to_owned()));
            }
            world.sandbox.stop().await;
        });
    }
    let expected =
        ["apply", "blocked", "held", "in_sync", "manual", "not_managed", "observed", "unknown"];
    assert_eq!(states.iter().map(String::as_str).collect::<Vec<_>>(), expected);
    let expected = [
        "ambiguous-name",
        "company-not-found",
        "duplicate-claim",
        "id-not-found",
        "name-near-miss",
        "record-not-found",
        "suffix-variant",
        "system-unknown",
    ];
    assert_eq!(codes.iter().map(String::as_str).collect::<Vec<_>>(), expected);
}

fn route(seed: u64) -> [&'static str; 3] {
    ROUTES[seed as usize % ROUTES.len()]
}

/// Writes a project with the systems of a world.
fn write(folder: &Path, cases: &[Case], world: &World, seed: u64) {
    let mut project = "default_environment: test\nenvironments:\n  test:\n".to_owned();
    for (system, route) in System::ALL.into_iter().zip(route(seed)) {
        let (name, url) = (system.key(), world.sandbox.url(system));
        let key = name.to_uppercase();
        project
            .push_str(&format!("    {name}: {{url: \"{url}\", key: {{env: {key}_KEY}}{route}}}\n"));
    }
    std::fs::write(folder.join("reconcile.yaml"), project).unwrap();
    std::fs::create_dir(folder.join("retailers")).unwrap();
    for (number, case) in cases.iter().enumerate() {
        let path = folder.join("retailers").join(format!("r{number}.yaml"));
        std::fs::write(path, &case.file).unwrap();
    }
}

fn run(folder: &Path, arguments: &[&str]) -> Value {
    let mut command = Command::new(env!("CARGO_BIN_EXE_reconcile"));
    command.args(arguments).current_dir(folder).env_clear();
    for system in System::ALL {
        command.env(format!("{}_KEY", system.key().to_uppercase()), key(system));
    }
    let output = command.output().unwrap();
    let stderr = String::from_utf8_lossy(&output.stderr);
    serde_json::from_slice(&output.stdout).unwrap_or_else(|_| panic!("{arguments:?}: {stderr}"))
}

/// Returns what `explain` reports about the settings that have an entry in the plan.
fn told(rows: &[Value], is_observed: bool) -> BTreeMap<String, Fate> {
    let has_entry = |row: &&Value| {
        let state = row["state"].as_str().unwrap();
        // The link to a record that does not exist yet has no entry of its own, and neither
        // has a setting that nobody will change once its gate opens.
        let is_link = row["setting"] == "omnireturns.omnirps_retailer_id";
        let is_link = is_link && row["desired"].is_null();
        let is_observed = is_observed && row["setting"] == "omnirps.shopify_integration";
        let is_left_out = state == "held" && (is_link || is_observed);
        ["apply", "held", "manual", "observed"].contains(&state) && !is_left_out
    };
    rows.iter().filter(has_entry).map(|row| fate(&row["state"], row, "live", "desired")).collect()
}

/// Returns what a plan does with the settings of one retailer.
fn entries(planned: &Value) -> BTreeMap<String, Fate> {
    let list = |value: &Value| value.as_array().cloned().unwrap_or_default();
    let changes = list(&planned["actions"]).into_iter().flat_map(|action| list(&action["changes"]));
    let changes = changes.map(|entry| ("apply", entry));
    let others = ["held", "manual", "observed"]
        .into_iter()
        .flat_map(|key| list(&planned[key]).into_iter().map(move |entry| (key, entry)));
    changes
        .chain(others)
        // The decision of E5 is not a setting.
        .filter(|(_, entry)| entry["setting"] != "omnireturns_access")
        .map(|(state, entry)| fate(&json!(state), &entry, "before", "after"))
        .collect()
}

fn fate(state: &Value, of: &Value, before: &str, after: &str) -> (String, Fate) {
    let setting = of["setting"].as_str().unwrap().to_owned();
    let state = state.as_str().unwrap().to_owned();
    let values = |key: &str| of.get(key).cloned().unwrap_or_default();
    (setting, (state, values(before), values(after), values("step"), values("override")))
}
