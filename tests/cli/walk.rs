//! Both journeys from an empty folder to `live` with commands only: no file is edited by hand,
//! and people state what others did.

use crate::support::{Project, Run};
use serde_json::Value;

/// Runs a command and asserts its exit code.
fn run(project: &Project, code: i32, arguments: &[&str]) -> Run {
    let run = project.run(arguments);
    assert_eq!(run.code, code, "{arguments:?}\n{run}");
    run
}

/// Asserts that the message of the next step starts with this subject.
fn assert_message(project: &Project, slug: &str, subject: &str) {
    let message = run(project, 0, &["message", slug]);
    assert!(message.stdout.starts_with(&format!("Subject: {subject}")), "{message}");
}

/// Returns the status of the only retailer.
fn status(project: &Project) -> Value {
    let status: Value =
        serde_json::from_str(&run(project, 0, &["status", "--format", "json"]).stdout).unwrap();
    assert_eq!(status["retailers"].as_array().unwrap().len(), 1, "{status:#}");
    status["retailers"][0].clone()
}

/// Asserts that a retailer is live, and that nothing is left to change.
fn assert_live(project: &Project, slug: &str) {
    let status = status(project);
    assert_eq!((&status["done"], &status["stage"]["phase"]), (&true.into(), &"live".into()));
    assert_eq!(status["waiting_for"], Value::Array(Vec::new()), "{status:#}");
    run(project, 0, &["plan", slug, "--detailed-exitcode"]);
    assert_eq!(
        run(project, 0, &["validate"]).stdout.trim_end(),
        "1 file checked: 0 errors, 0 warnings"
    );
}

#[test]
fn a_new_retailer_goes_from_an_empty_folder_to_live() {
    let project = Project::bare();
    run(&project, 0, &["new", "Acme Apparel", "--journey", "new"]);
    run(&project, 0, &["attest", "acme-apparel", "--account-manager", "Dana Reyes"]);
    run(&project, 0, &["attest", "acme-apparel", "introduced", "--by", "loop"]);
    assert_message(&project, "acme-apparel", "Connecting Acme Apparel to Loop\n");
    // Nothing is created before the documents are complete.
    run(&project, 0, &["plan", "acme-apparel", "--detailed-exitcode"]);
    run(&project, 0, &["attest", "acme-apparel", "onboarding_form_sent", "documents_completed"]);
    let plan = run(&project, 2, &["plan", "acme-apparel", "--detailed-exitcode"]);
    assert!(plan.stdout.contains("Plan for sandbox: 3 to create, 0 to update"), "{plan}");
    let apply = run(&project, 0, &["apply", "--yes", "--only", "acme-apparel"]);
    assert!(apply.stdout.contains("3 applied, 0 already so, 0 failed"), "{apply}");
    assert_message(&project, "acme-apparel", "Acme Apparel: keys and set-up for Loop\n");
    run(&project, 0, &["attest", "acme-apparel", "keys_supplied", "--by", "seko"]);
    let early = run(&project, 1, &["attest", "acme-apparel", "live"]);
    assert!(early.stderr.contains("confirmed_by_"), "{early}");
    let tested = ["attest", "acme-apparel", "test_label", "test_return", "connote_processed"];
    run(&project, 0, &[&tested[..], &["--connote", "TK100200387AU"]].concat());
    assert_message(&project, "acme-apparel", "Acme Apparel: ready to go live?\n");
    run(&project, 0, &["attest", "acme-apparel", "confirmed_by_seko", "confirmed_by_loop"]);
    assert_eq!(status(&project)["stage"]["step"], "N10");
    run(&project, 0, &["attest", "acme-apparel", "live"]);
    assert_live(&project, "acme-apparel");
}

#[test]
fn an_existing_retailer_goes_from_an_empty_folder_to_live() {
    let project = Project::bare();
    let new = ["new", "Marlow Optics", "--journey", "existing", "--account-manager", "Dana Reyes"];
    run(&project, 0, &new);
    assert_message(&project, "marlow-optics", "Marlow Optics: your keys for Loop\n");
    run(&project, 0, &["attest", "marlow-optics", "keys_requested", "keys_supplied"]);
    let tested = ["attest", "marlow-optics", "test_label", "test_return"];
    run(&project, 0, &[&tested[..], &["--connote", "TK100200387AU"]].concat());
    assert_message(&project, "marlow-optics", "Marlow Optics: please confirm the switch-over");
    // Nothing is changed before the switch-over.
    run(&project, 0, &["plan", "marlow-optics", "--detailed-exitcode"]);
    run(&project, 0, &["attest", "marlow-optics", "switched_to_loop", "--by", "loop"]);
    let plan = run(&project, 2, &["plan", "marlow-optics", "--detailed-exitcode"]);
    assert!(plan.stdout.contains("held until omnireturns_access is decided"), "{plan}");
    assert_message(&project, "marlow-optics", "Marlow Optics: do you still need OmniReturns?\n");
    run(&project, 0, &["decide", "marlow-optics", "not_required", "--by", "Dana Reyes"]);
    let plan = run(&project, 2, &["plan", "marlow-optics", "--detailed-exitcode"]);
    assert!(plan.stdout.contains("0 to create, 2 to update, 0 manual, 0 held"), "{plan}");
    let apply = run(&project, 0, &["apply", "--yes", "--only", "marlow-optics"]);
    assert!(apply.stdout.contains("2 applied, 0 already so, 0 failed"), "{apply}");
    assert_eq!(status(&project)["stage"]["step"], "E8");
    run(&project, 0, &["attest", "marlow-optics", "uploads_checked"]);
    run(&project, 0, &["attest", "marlow-optics", "live"]);
    assert_live(&project, "marlow-optics");
}
