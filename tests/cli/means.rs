//! Systems that cannot be read, and settings that are only observed.

use crate::drift::Chat;
use crate::support::{Project, Run};
use reconcile::sandbox;

/// Returns a sandbox that lasts as long as a test, and a project with it as environment `a`.
fn project(omniparcel: &str, omnirps: &str) -> (Project, tokio::runtime::Runtime) {
    let runtime = tokio::runtime::Runtime::new().unwrap();
    let started = runtime.block_on(sandbox::start(sandbox::Options::default())).unwrap();
    let mut file = "environments:\n  a:\n".to_owned();
    for system in reconcile::System::ALL {
        let more = match system.key() {
            "omniparcel" => omniparcel,
            "omnirps" => omnirps,
            _ => "",
        };
        let key = system.key();
        file.push_str(&format!(
            "    {key}: {{url: \"{}\", key: {{env: {}}}{more}}}\n",
            started.url(system),
            key.to_uppercase()
        ));
    }
    // It serves until the runtime ends.
    std::mem::forget(started);
    (Project::example().file("a.yaml", &file), runtime)
}

fn run(project: &Project, arguments: &[&str]) -> Run {
    let keys =
        reconcile::System::ALL.map(|system| (system.key().to_uppercase(), sandbox::key(system)));
    let keys: Vec<(&str, &str)> = keys.iter().map(|(name, key)| (name.as_str(), *key)).collect();
    let arguments = [arguments, &["--config", "a.yaml", "-e", "a"]].concat();
    project.run_with(&arguments, &keys)
}

#[test]
fn a_system_that_is_not_read_is_unknown_without_a_failure() {
    let (project, _runtime) = project(", read: none, write: manual", "");
    let plan = run(&project, &["plan", "--json"]);
    assert_eq!(plan.code, 0, "{plan}");
    let json: serde_json::Value = serde_json::from_str(&plan.stdout).unwrap();
    assert_eq!(json["unknown_systems"], serde_json::json!(["omniparcel"]));
    assert!(!plan.stdout.contains("system-unknown"), "{plan}");
    assert!(plan.stdout.contains("\"unseen\": true"), "{plan}");
    let apply = run(&project, &["apply", "--yes", "--only", "brightwater-swim"]);
    assert_eq!(apply.code, 0, "{apply}");
}

#[test]
fn observed_differences_are_drift_and_stay() {
    let observe = ", settings: {omnirps.shopify_integration: observe}";
    let (project, _runtime) = project("", observe);
    let apply = run(&project, &["apply", "--yes", "--only", "granite-gear"]);
    assert_eq!(apply.code, 0, "{apply}");
    let plan = run(&project, &["plan", "--detailed-exitcode", "--only", "granite-gear"]);
    assert_eq!(plan.code, 0, "nothing is left that the tool changes: {plan}");
    assert!(plan.stdout.contains("observed, not changed"), "{plan}");
    let drift = run(&project, &["drift", "--only", "granite-gear"]);
    assert_eq!(drift.code, 2, "{drift}");
    assert!(drift.stdout.contains("omnirps.shopify_integration: enabled → disabled"), "{drift}");
    let doctor = run(&project, &["doctor"]);
    let line = "omnirps.shopify_integration: read over HTTP, changed by nobody, only observed";
    assert!(doctor.stdout.contains(line), "{doctor}");
}

#[test]
fn a_chat_is_notified_of_a_webhook_that_people_switch_on() {
    let (project, _runtime) = project("", ", write: manual");
    let chat = Chat::new();
    let command = ["drift", "-q", "--only", "cobalt-cycles", "--notify", &chat.url];
    let drift = run(&project, &command);
    // A manual step alone is not drift.
    assert_eq!(drift.code, 0, "{drift}");
    let heard = chat.heard();
    let text = heard[0]["text"].as_str().unwrap();
    let first = "Tracking webhook off, so that customers get no credits: Cobalt Cycles\n";
    assert!(text.starts_with(first), "{text}");
    run(&project, &command);
    assert_eq!(chat.heard().len(), 0, "told already today");
}
