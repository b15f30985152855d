//! A project file that a change proposes: `plan --partner-from`, and what `--base` names of it.

use crate::elsewhere::{CONTRACT, Elsewhere, KEYS};
use crate::support::{Project, Run};
use insta::assert_snapshot;
use serde_json::Value;
use std::io::ErrorKind;
use std::net::TcpListener;

const PROPOSED: &str = "proposed/reconcile.yaml";

/// Returns a project at the deployment elsewhere, beside another version of its shared files.
fn project(elsewhere: &Elsewhere, proposed: &str, contract: &str) -> Project {
    let project = Project::example().file("reconcile.yaml", &elsewhere.project());
    for folder in ["contracts", "proposed", "proposed/contracts"] {
        std::fs::create_dir(project.path(folder)).unwrap();
    }
    project
        .file("contracts/elsewhere.yaml", CONTRACT)
        .file(PROPOSED, proposed)
        .file("proposed/contracts/elsewhere.yaml", contract)
}

fn plan(project: &Project) -> Run {
    project.run_with(&["plan", "--partner-from", PROPOSED, "--json"], &KEYS)
}

/// Returns all values after a change of a setting.
fn after(run: &Run, setting: &str) -> Vec<String> {
    let plan: Value = serde_json::from_str(&run.stdout).unwrap_or_else(|_| panic!("{run}"));
    let of = |retailer: &Value| retailer["actions"].as_array().unwrap().clone();
    let actions = plan["retailers"].as_array().unwrap().iter().flat_map(of);
    let changes = actions.flat_map(|action| action["changes"].as_array().unwrap().clone());
    let changes = changes.filter(|change| change["setting"] == setting);
    changes.map(|change| change["after"].as_str().unwrap().to_owned()).collect()
}

#[test]
fn the_plan_uses_the_proposed_partner_and_nothing_else_of_the_proposal() {
    let elsewhere = Elsewhere::start();
    let stranger = TcpListener::bind("127.0.0.1:0").unwrap();
    stranger.set_nonblocking(true).unwrap();
    let theirs = format!("127.0.0.1:{}/rps/", stranger.local_addr().unwrap().port());
    let ours = elsewhere.project();
    let at = ours.find("127.0.0.1").unwrap();
    let host = &ours[at..at + ours[at..].find('/').unwrap()];
    let proposed = ours
        .replace(&format!("{host}/rps/"), &theirs)
        .replace("\"- Loop\"", "\"- LOOP\"")
        .replace("    contract:", "    limits: {retries: 0}\n    contract:")
        .replace("percent: 30", "percent: 100");
    let project = project(&elsewhere, &proposed, &CONTRACT.replace("/sends_emails", "/mails"));
    let run = plan(&project);
    assert_eq!(run.code, 0, "{run}");
    assert_eq!(after(&run, "omnireturns.name")[1..], ["Harbor Kids - LOOP"], "{run}");
    assert_eq!(stranger.accept().unwrap_err().kind(), ErrorKind::WouldBlock, "nothing is sent");
    assert_snapshot!(run.stderr, @"
    warning: this plan is made with the proposed `partner.name_suffix`
    warning: `environments.sandbox.omnirps`, `environments.sandbox.limits`, `safety`, `contracts/elsewhere.yaml` would change as well; this plan ignores that
    ");

    // What is the same is not named.
    let same = project.file(PROPOSED, &ours).file("proposed/contracts/elsewhere.yaml", CONTRACT);
    let run = plan(&same);
    assert_eq!(run.stderr, "", "{run}");
    assert_eq!(after(&run, "omnireturns.name")[1..], ["Harbor Kids - Loop"], "{run}");
}

#[test]
fn a_proposal_that_is_invalid_is_refused_and_its_secrets_are_not_shown() {
    let elsewhere = Elsewhere::start();
    let literal = elsewhere.project().replace("{env: RPS_KEY}", "sk-9f8a7b6c5d4e3f");
    let project = project(&elsewhere, &literal, CONTRACT);
    let run = plan(&project);
    assert_eq!(run.code, 3, "{run}");
    assert!(run.stderr.contains("proposed/reconcile.yaml:"), "{run}");
    assert!(!run.stderr.contains("9f8a7b6c5d4e3f"), "{run}");
    assert_eq!(elsewhere.requests(), [""; 0]);

    std::fs::remove_file(project.path(PROPOSED)).unwrap();
    let run = plan(&project);
    assert_eq!(run.code, 64, "{run}");
    #[cfg(unix)]
    {
        std::os::unix::fs::symlink("/etc/passwd", project.path(PROPOSED)).unwrap();
        let run = plan(&project);
        assert_eq!(run.code, 3, "{run}");
        assert!(run.stderr.contains("link-leads-out"), "{run}");
        // Nor is a key of the project file that is in use.
        project.git(&["init", "--quiet"]);
        let used = elsewhere.project().replace("{env: RPS_KEY}", "{file: key}");
        let project = project.file("reconcile.yaml", &used).file("key", "sk-9f8a7b6c5d4e3f\n");
        std::fs::remove_file(project.path(PROPOSED)).unwrap();
        std::os::unix::fs::symlink("../key", project.path(PROPOSED)).unwrap();
        let run = plan(&project);
        assert_eq!(run.code, 3, "{run}");
        assert!(run.stderr.contains("link-leads-out"), "{run}");
        assert!(!run.stderr.contains("9f8a7b6c5d4e3f"), "{run}");
    }
}

#[test]
fn a_proposed_suffix_is_what_names_are_checked_with() {
    let project = Project::example();
    std::fs::create_dir(project.path("proposed")).unwrap();
    let project = project.file(PROPOSED, "partner: {name_suffix: Kids}\n");
    let run = project.run(&["plan", "--partner-from", PROPOSED]);
    assert_eq!(run.code, 3, "{run}");
    assert!(run.stderr.contains("retailers/harbor-kids.yaml:"), "{run}");
    let saved = ["plan", "--partner-from", PROPOSED, "--show", "plan.json"];
    assert_eq!(project.run(&saved).code, 64);
}

#[test]
fn what_differs_from_the_base_in_shared_files_is_named() {
    let elsewhere = Elsewhere::start();
    let project = project(&elsewhere, "", CONTRACT);
    project.git(&["init", "--quiet", "--initial-branch", "main"]);
    project.commit("the fleet");
    let plan = |project: &Project| {
        let run = project.run_with(&["plan", "--base", "main", "--json"], &KEYS);
        assert_eq!(run.code, 0, "{run}");
        run.stderr
    };
    assert_eq!(plan(&project), "");
    let changed =
        elsewhere.project().replace("    contract:", "    limits: {retries: 0}\n    contract:");
    let project = project
        .file("reconcile.yaml", &changed)
        .file("contracts/elsewhere.yaml", &format!("{CONTRACT}# changed\n"));
    assert_snapshot!(plan(&project), @"warning: what all retailers share has changed since main: `environments.sandbox.limits`, `contracts/elsewhere.yaml`");
}
