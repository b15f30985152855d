//! An apply that is killed at every event of its journal in turn, and then run again.

use crate::support::Project;
use reconcile::model::System;
use reconcile::sandbox::{Effect, Faults, Options, Rule, Sandbox, Seed, key, start};
use serde_json::Value;
use std::path::Path;
use std::process::{Command, Stdio};

/// Three creates and two updates: with start and end, twelve events.
const ONLY: [&str; 4] = ["--only", "brightwater-swim", "--only", "harbor-kids"];
const EVENTS: usize = 12;

/// A project whose systems outlive the killed process, and take their time, so that it
/// can be met at each event.
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

/// The number of events that are on the disk.
fn events(project: &Project) -> usize {
    let runs = std::fs::read_dir(project.path(".reconcile/runs")).into_iter().flatten();
    let lines = |path: &Path| {
        std::fs::read_to_string(path).map_or(0, |text| text.bytes().filter(|b| *b == b'\n').count())
    };
    runs.map(|run| lines(&run.unwrap().path())).sum()
}

/// The actions that the journals say were done: seen to succeed, or found done by the
/// next run. Each of them once.
fn done(project: &Project) -> Vec<String> {
    let mut done = Vec::new();
    for run in std::fs::read_dir(project.path(".reconcile/runs")).unwrap() {
        let text = std::fs::read_to_string(run.unwrap().path()).unwrap();
        for line in text.lines() {
            // The last line of a run that was killed may be half a line.
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

fn kill_at(project: &Project, event: usize) {
    let mut child = Command::new(env!("CARGO_BIN_EXE_reconcile"))
        .args(["apply", "--yes", "--quiet"])
        .args(ONLY)
        .current_dir(project.path("."))
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn()
        .unwrap();
    while events(project) < event && child.try_wait().unwrap().is_none() {
        std::thread::sleep(std::time::Duration::from_millis(1));
    }
    // A child that has ended by itself is no less dead.
    let _ = child.kill();
    child.wait().unwrap();
}

#[test]
fn whenever_it_is_killed_the_next_run_ends_the_work() {
    let runtime = tokio::runtime::Runtime::new().unwrap();
    for event in 1..=EVENTS {
        let faults = Faults(vec![
            Rule { method: Some("POST".into()), ..Rule::new(Effect::Latency { ms: 4 }) },
            Rule { method: Some("PATCH".into()), ..Rule::new(Effect::Latency { ms: 4 }) },
        ]);
        let options = Options { seed: Seed::default(), faults, ..Options::default() };
        let sandbox = runtime.block_on(start(options)).unwrap();
        let project = project(&sandbox);
        kill_at(&project, event);

        let again = project.run(&[&["apply", "--yes"], &ONLY[..]].concat());
        assert_eq!(again.code, 0, "killed at event {event}: {again}");
        let plan = project.run(&[&["plan", "--detailed-exitcode"], &ONLY[..]].concat());
        assert_eq!(plan.code, 0, "killed at event {event}: {plan}");
        let requests = sandbox.store().requests().unwrap();
        let writes = requests.iter().filter(|request| request.effect).count();
        assert_eq!(writes, 5, "killed at event {event}: each write had its effect once");
        for system in System::ALL {
            let records = sandbox.store().records(system).unwrap();
            let created =
                records.iter().filter(|record| record.to_string().contains("Brightwater"));
            assert_eq!(created.count(), 1, "killed at event {event}: {system}");
        }
        assert_eq!(
            done(&project).len(),
            5,
            "killed at event {event}: the journals account for all"
        );
        let history = project.run(&["history"]);
        assert_eq!(history.code, 0, "killed at event {event}: {history}");
        runtime.block_on(sandbox.stop());
    }
}
