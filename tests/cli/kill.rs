//! Kills an apply at each event of its journal, and runs it again.

use crate::support::Project;
use reconcile::System;
use reconcile::sandbox::{Effect, Faults, Options, Rule, Sandbox, Seed, key, start};
use serde_json::Value;
use std::path::Path;
use std::process::{Child, Command, Stdio};

/// Three creates and two updates: with start and end, twelve events.
const ONLY: [&str; 4] = ["--only", "brightwater-swim", "--only", "harbor-kids"];
const EVENTS: usize = 12;

/// Returns a project whose systems outlive the killed process, and are slow enough to kill it
/// at each event.
fn project(sandbox: &Sandbox) -> Project {
    let mut file = "default_environment: live\nenvironments:\n  live:\n".to_owned();
    let mut project = Project::example();
    for system in System::ALL {
        let (name, url) = (system.key(), sandbox.url(system));
        file.push_str(&format!("    {name}: {{url: \"{url}\", key: {{file: {name}.key}}}}\n"));
        project = project.file(&format!("{name}.key"), key(system));
    }
    project.file("reconcile.yaml", &format!("{file}    limits: {{concurrency: 1}}\n"))
}

/// Returns the number of events on disk.
fn events(project: &Project) -> usize {
    let runs = std::fs::read_dir(project.path(".reconcile/runs")).into_iter().flatten();
    let lines = |path: &Path| {
        std::fs::read_to_string(path).map_or(0, |text| text.bytes().filter(|b| *b == b'\n').count())
    };
    runs.map(|run| lines(&run.unwrap().path())).sum()
}

/// Returns the actions that are done according to the journals: succeeded, or found done by the
/// next run. Each occurs once.
fn done(project: &Project) -> Vec<String> {
    let mut done = Vec::new();
    for run in std::fs::read_dir(project.path(".reconcile/runs")).unwrap() {
        let text = std::fs::read_to_string(run.unwrap().path()).unwrap();
        for line in text.lines() {
            // The last line of a killed run may be incomplete.
            let Ok(line) = serde_json::from_str::<Value>(line) else { continue };
            let event = &line["event"];
            let succeeded = event["type"] == "action_succeeded" && event["already"] == false;
            let found = event["type"] == "in_doubt_resolved" && event["found"] == "there";
            let id = if found { &event["action"]["id"] } else { &event["id"] };
            if succeeded || found {
                done.push(id.as_str().unwrap().to_owned());
            }
        }
    }
    let all = done.len();
    done.sort();
    done.dedup();
    assert_eq!(done.len(), all, "{done:?}");
    done
}

fn start_apply(project: &Project) -> Child {
    Command::new(env!("CARGO_BIN_EXE_reconcile"))
        .args(["apply", "--yes", "--quiet"])
        .args(ONLY)
        .current_dir(project.path("."))
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn()
        .unwrap()
}

/// Kills an apply as soon as a condition holds.
fn kill_when(project: &Project, is_so: impl Fn() -> bool) {
    let mut child = start_apply(project);
    while !is_so() && child.try_wait().unwrap().is_none() {
        std::thread::sleep(std::time::Duration::from_millis(1));
    }
    // A child that has already exited is fine.
    let _ = child.kill();
    child.wait().unwrap();
}

fn records(sandbox: &Sandbox, system: System) -> Vec<Value> {
    let records = sandbox.store().records(system).unwrap();
    records.into_iter().filter(|record| record.to_string().contains("Brightwater")).collect()
}

/// Runs the apply again, and asserts that everything is done with this number of effective
/// writes.
fn ends_the_work(sandbox: &Sandbox, project: &Project, writes: usize, killed: &str) {
    let again = project.run(&[&["apply", "--yes"], &ONLY[..]].concat());
    assert_eq!(again.code, 0, "killed {killed}: {again}");
    let plan = project.run(&[&["plan", "--detailed-exitcode"], &ONLY[..]].concat());
    assert_eq!(plan.code, 0, "killed {killed}: {plan}");
    let requests = sandbox.store().requests().unwrap();
    let effects = requests.iter().filter(|request| request.effect).count();
    assert_eq!(effects, writes, "killed {killed}: each write had its effect once");
    for system in System::ALL {
        assert_eq!(records(sandbox, system).len(), 1, "killed {killed}: {system}");
    }
    let portal = &records(sandbox, System::Omnireturns)[0]["PortalPublished"];
    assert_eq!(*portal, Value::Bool(false), "killed {killed}");
    assert_eq!(done(project).len(), 5, "killed {killed}: the journals account for all");
    let history = project.run(&["history"]);
    assert_eq!(history.code, 0, "killed {killed}: {history}");
    let quiet = project.run(&[&["apply", "--yes"], &ONLY[..]].concat());
    assert_eq!((quiet.code, quiet.stderr.contains("in doubt")), (0, false), "{killed}: {quiet}");
}

/// Kills an apply at each event. With `published`, new portals are published first, which takes
/// one more write.
fn kill_at_each_event(published: Option<Rule>) {
    let runtime = tokio::runtime::Runtime::new().unwrap();
    let writes = if published.is_some() { 6 } else { 5 };
    for event in 1..=EVENTS {
        let latency = |method: &str| Rule {
            method: Some(method.into()),
            ..Rule::new(Effect::Latency { ms: 4 })
        };
        let mut faults = vec![latency("POST"), latency("PATCH")];
        faults.extend(published.clone());
        let options =
            Options { seed: Seed::default(), faults: Faults(faults), ..Options::default() };
        let sandbox = runtime.block_on(start(options)).unwrap();
        let project = project(&sandbox);
        kill_when(&project, || events(&project) >= event);
        ends_the_work(&sandbox, &project, writes, &format!("at event {event}"));
        runtime.block_on(sandbox.stop());
    }
}

#[test]
fn the_next_run_completes_the_work_after_any_kill() {
    kill_at_each_event(None);
}

#[test]
fn no_portal_stays_published_after_any_kill() {
    kill_at_each_event(Some(Rule::new(Effect::Published)));
}

#[test]
fn a_create_that_is_killed_half_way_is_completed_by_the_next_run() {
    let runtime = tokio::runtime::Runtime::new().unwrap();
    // The update after the create hangs, and then never takes effect.
    let update = |effect| Rule {
        system: Some(System::Omnireturns),
        method: Some("PATCH".into()),
        times: Some(1),
        ..Rule::new(effect)
    };
    let faults = Faults(vec![
        Rule::new(Effect::Published),
        update(Effect::Latency { ms: 1000 }),
        update(Effect::DropBefore),
    ]);
    let options = Options { seed: Seed::default(), faults, ..Options::default() };
    let sandbox = runtime.block_on(start(options)).unwrap();
    let project = project(&sandbox);
    kill_when(&project, || !records(&sandbox, System::Omnireturns).is_empty());
    let plan = project.run(&[&["plan"], &ONLY[..]].concat());
    let portal = "omnireturns.portal: published → unpublished  N5";
    assert!(plan.stdout.contains(portal), "{plan}");
    let explained = project.run(&["explain", "brightwater-swim"]);
    assert!(explained.stdout.contains("omnireturns.portal: apply"), "{explained}");
    ends_the_work(&sandbox, &project, 6, "between create and update");

    // Once the keys are handed over, the portal belongs to the retailer.
    let attested = project.run(&["attest", "brightwater-swim", "keys_supplied"]);
    assert_eq!(attested.code, 0, "{attested}");
    let mut record = records(&sandbox, System::Omnireturns).remove(0);
    record["PortalPublished"] = Value::Bool(true);
    sandbox.store().put(System::Omnireturns, &record).unwrap();
    let plan = project.run(&[&["plan", "--detailed-exitcode"], &ONLY[..]].concat());
    assert_eq!(plan.code, 0, "{plan}");
    let explained = project.run(&["explain", "brightwater-swim"]);
    assert!(explained.stdout.contains("omnireturns.portal: not managed"), "{explained}");
    assert!(
        explained.stdout.contains("set with the account, and not managed afterwards"),
        "{explained}"
    );
    runtime.block_on(sandbox.stop());
}
