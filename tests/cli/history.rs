//! `reconcile history`, and an apply after one that was killed.

use crate::support::{Project, Run};
use insta::assert_snapshot;
use reconcile::System;
use serde_json::Value;
use std::path::PathBuf;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

/// The time-out for a program to reach a point: far more than it needs.
const PATIENCE: Duration = Duration::from_secs(60);

/// A latency in milliseconds that exceeds all tests.
const FOR_EVER: u32 = 600_000;

/// Returns the journals, oldest first.
fn journals(project: &Project) -> Vec<PathBuf> {
    let Ok(entries) = std::fs::read_dir(project.path(".reconcile/runs")) else { return Vec::new() };
    let mut paths: Vec<PathBuf> = entries.map(|entry| entry.unwrap().path()).collect();
    paths.sort();
    paths
}

fn newest(project: &Project) -> String {
    let path = journals(project).pop().unwrap();
    std::fs::read_to_string(path).unwrap()
}

/// Returns the events in order: the type and the action of each.
fn events(journal: &str) -> Vec<String> {
    journal
        .lines()
        .map(|line| {
            let event = &serde_json::from_str::<Value>(line).unwrap()["event"];
            let id = event["id"].as_str().or(event["action"]["id"].as_str()).unwrap_or_default();
            format!("{} {id}", event["type"].as_str().unwrap()).trim().to_owned()
        })
        .collect()
}

/// Masks what differs between runs in snapshots, until dropped.
fn settled() -> insta::internals::SettingsBindDropGuard {
    let mut settings = insta::Settings::clone_current();
    settings.add_filter(r"\d{8}T\d{6}\.\d{3}Z-[0-9a-f]+", "[run]");
    settings.add_filter(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z", "[time]");
    settings.add_filter(r"[0-9a-f]{64}", "[hash]");
    settings.add_filter(r"(  on       ).+", "${1}[host]");
    settings.add_filter(r#"("host": ?)"[^"]+""#, "${1}[host]");
    settings.add_filter(r"\[run\] +\[time\] +", "[run]  [time]  ");
    settings.add_filter(r"RUN +WHEN +", "RUN    WHEN    ");
    settings.add_filter(r"(\[run\] .*  )\S+\n", "${1}[host]\n");
    settings.bind_to_scope()
}

fn dana(project: &Project, arguments: &[&str]) -> Run {
    project.run_with(arguments, &[("USER", "dana")])
}

const HARBOR: [&str; 4] = ["apply", "--yes", "--only", "harbor-kids"];

#[test]
fn runs_are_listed_and_shown() {
    let _settled = settled();
    let project = Project::example();
    assert_snapshot!(project.run(&["history"]), @"
    exit 0
    --- stdout
    There are no runs.
    --- stderr
    ");
    assert_eq!(dana(&project, &HARBOR).code, 0);
    assert_eq!(project.run(&["apply", "--yes"]).code, 5);
    assert_snapshot!(project.run(&["history"]), @"
    exit 0
    --- stdout
    RUN    WHEN    ENVIRONMENT  WHO   COMMIT  ACTIONS    STATE     WHERE
    [run]  [time]  sandbox      -     -       9 applied  complete  [host]
    [run]  [time]  sandbox      dana  -       2 applied  complete  [host]
    --- stderr
    ");
    let oldest = journals(&project)[0].file_stem().unwrap().to_str().unwrap().to_owned();
    assert_snapshot!(project.run(&["history", &oldest]), @"
    exit 0
    --- stdout
    Run [run]  complete
      started  [time]
      ended    [time]
      by       dana
      on       [host]
      plan     2 actions of 1 retailer for sandbox, fingerprint [hash]
      version  0.2.0

    applied: Harbor Kids update in OmniRPS (id 508)  harbor-kids/omnirps/update
          omnirps.tracking_webhook.url: https://relay.harborkids.example/seko → https://api.loopreturns.com/hook/v1/seko/update
          omnirps.track_and_trace_emails: enabled → disabled
    applied: Harbor Kids update in OmniReturns (id 1008)  harbor-kids/omnireturns/update
          omnireturns.name: Harbor Kids → Harbor Kids - Loop

    2 applied.
    The hash chain of 6 lines is intact.
    --- stderr
    ");
    let only = project.run(&["history", "latest", "--only", "cobalt-cycles"]);
    assert_snapshot!(only, @"
    exit 0
    --- stdout
    Run [run]  complete
      started  [time]
      ended    [time]
      by       -
      on       [host]
      plan     9 actions of 6 retailers for sandbox, fingerprint [hash]
      version  0.2.0

    applied: Cobalt Cycles update in OmniRPS (id 503)  cobalt-cycles/omnirps/update
          omnirps.tracking_webhook.enabled: false → true

    1 applied.
    The hash chain of 20 lines is intact.
    --- stderr
    ");
    assert_eq!(project.run(&HARBOR).code, 0);
    assert_eq!(journals(&project).len(), 2, "an apply with nothing to do is no run");
}

#[test]
fn history_is_also_json() {
    let _settled = settled();
    let project = Project::example();
    assert_eq!(dana(&project, &["apply", "--yes", "--only", "cobalt-cycles"]).code, 0);
    assert_snapshot!(project.run(&["history", "--format", "json"]), @r#"
    exit 0
    --- stdout
    {
      "format_version": "1.0",
      "runs": [
        {
          "run_id": "[run]",
          "started_at": "[time]",
          "environment": "sandbox",
          "who": "dana",
          "host": [host],
          "totals": {
            "applied": 1,
            "already": 0,
            "failed": 0,
            "in_doubt": 0,
            "skipped": 0,
            "stale": 0
          },
          "state": "complete"
        }
      ]
    }
    --- stderr
    "#);
    assert_snapshot!(project.run(&["history", "latest", "--format", "json"]), @r#"
    exit 0
    --- stdout
    {
      "format_version": "1.0",
      "run": {
        "run_id": "[run]",
        "state": "complete",
        "lines": 4,
        "started_at": "[time]",
        "ended_at": "[time]",
        "started": {
          "format_version": "1.0",
          "run_id": "[run]",
          "environment": "sandbox",
          "fingerprint": "[hash]",
          "tool_version": "0.2.0",
          "who": "dana",
          "token": 1,
          "host": [host],
          "retailers": 1,
          "actions": 1
        },
        "totals": {
          "applied": 1,
          "already": 0,
          "failed": 0,
          "in_doubt": 0,
          "skipped": 0,
          "stale": 0
        },
        "actions": [
          {
            "id": "cobalt-cycles/omnirps/update",
            "retailer": "Cobalt Cycles",
            "system": "omnirps",
            "outcome": "applied",
            "record_id": "503",
            "write": {
              "id": "cobalt-cycles/omnirps/update",
              "retailer": "Cobalt Cycles",
              "file": "retailers/cobalt-cycles.yaml",
              "system": "omnirps",
              "kind": "update",
              "target_id": "503",
              "name": "Cobalt Cycles",
              "changes": [
                {
                  "setting": "omnirps.tracking_webhook.enabled",
                  "before": false,
                  "after": true,
                  "step": "N5.2.1"
                }
              ]
            }
          }
        ],
        "in_doubt_before": []
      }
    }
    --- stderr
    "#);
}

#[test]
fn an_event_is_journaled_before_it_happens() {
    let _settled = settled();
    let project = Project::example();
    dana(&project, &HARBOR);
    let journal = newest(&project);
    assert_snapshot!(journal, @r#"
    {"n":1,"at":"[time]","previous":"[hash]","event":{"type":"run_started","format_version":"1.0","run_id":"[run]","environment":"sandbox","fingerprint":"[hash]","tool_version":"0.2.0","who":"dana","token":1,"host":[host],"retailers":1,"actions":2},"hash":"[hash]"}
    {"n":2,"at":"[time]","previous":"[hash]","event":{"type":"action_started","id":"harbor-kids/omnirps/update","retailer":"Harbor Kids","file":"retailers/harbor-kids.yaml","system":"omnirps","kind":"update","target_id":"508","name":"Harbor Kids","changes":[{"setting":"omnirps.tracking_webhook.url","before":"https://relay.harborkids.example/seko","after":"https://api.loopreturns.com/hook/v1/seko/update","step":"N5.2.1"},{"setting":"omnirps.track_and_trace_emails","before":"enabled","after":"disabled","step":"E7.2"}]},"hash":"[hash]"}
    {"n":3,"at":"[time]","previous":"[hash]","event":{"type":"action_succeeded","id":"harbor-kids/omnirps/update","record_id":508,"already":false},"hash":"[hash]"}
    {"n":4,"at":"[time]","previous":"[hash]","event":{"type":"action_started","id":"harbor-kids/omnireturns/update","retailer":"Harbor Kids","file":"retailers/harbor-kids.yaml","system":"omnireturns","kind":"update","target_id":"1008","name":"Harbor Kids","changes":[{"setting":"omnireturns.name","before":"Harbor Kids","after":"Harbor Kids - Loop","step":"E7.1"}]},"hash":"[hash]"}
    {"n":5,"at":"[time]","previous":"[hash]","event":{"type":"action_succeeded","id":"harbor-kids/omnireturns/update","record_id":"1008","already":false},"hash":"[hash]"}
    {"n":6,"at":"[time]","previous":"[hash]","event":{"type":"run_ended","summary":{"applied":2,"already":0,"failed":0,"skipped":0,"stale":0},"interrupted":false},"hash":"[hash]"}
    "#);
    assert_eq!(journal.lines().count(), 6);
}

#[cfg(target_os = "linux")]
#[test]
fn a_line_can_be_verified_without_this_program() {
    let project = Project::example();
    project.run(&HARBOR);
    // As documented in `src/runs/journal/mod.rs`.
    let script = r#"sed -n 3p "$0" | sed 's/,"hash":"[0-9a-f]*"}$//' | tr -d '\n' | sha256sum"#;
    let path = journals(&project).pop().unwrap();
    let output = Command::new("sh").args(["-c", script]).arg(&path).output().unwrap();
    let sum = String::from_utf8(output.stdout).unwrap();
    let third: Value = serde_json::from_str(newest(&project).lines().nth(2).unwrap()).unwrap();
    assert_eq!(sum.split(' ').next().unwrap(), third["hash"]);
}

#[test]
fn a_run_records_its_user_and_commit() {
    let project = Project::example().file(".gitignore", "/.reconcile\n");
    let git = |arguments: &[&str]| {
        let status = Command::new("git")
            .arg("-C")
            .arg(project.path(""))
            .args(arguments)
            .stdout(Stdio::null())
            .status();
        assert!(status.unwrap().success(), "git {arguments:?}");
    };
    git(&["init", "-q"]);
    git(&["config", "user.name", "Dana Reyes"]);
    git(&["config", "user.email", "dana@example.com"]);
    git(&["add", "."]);
    git(&["commit", "-q", "--no-gpg-sign", "-m", "first"]);
    let path = std::env::var("PATH").unwrap();
    let apply = |only: &str, who: &[(&str, &str)]| {
        let variables = [&[("PATH", path.as_str())], who].concat();
        let run = project.run_with(&["apply", "--yes", "--only", only], &variables);
        assert_eq!(run.code, 0, "{run}");
        let journal = newest(&project);
        assert!(!journal.contains('@'), "{journal}");
        let first: Value = serde_json::from_str(journal.lines().next().unwrap()).unwrap();
        let started = &first["event"];
        assert_eq!(started["commit"]["id"].as_str().unwrap().len(), 40, "{started}");
        (started["who"].clone(), started["commit"]["dirty"].clone())
    };
    assert_eq!(apply("cobalt-cycles", &[]), ("Dana Reyes".into(), false.into()));
    std::fs::write(project.path("retailers/_note.yaml"), "draft").unwrap();
    let ci = [("USER", "runner"), ("GITHUB_ACTOR", "priya")];
    assert_eq!(apply("harbor-kids", &ci), ("priya".into(), true.into()));
    // Git sets it in hooks, also for another repository.
    let other = tempfile::tempdir().unwrap();
    let address = [("USER", "dana@example.com"), ("GIT_DIR", other.path().to_str().unwrap())];
    assert_eq!(apply("granite-gear", &address).0, "Dana Reyes");
}

#[test]
fn a_run_is_named_by_the_beginning_of_its_id() {
    let _settled = settled();
    let project = Project::example();
    assert_snapshot!(project.run(&["history", "latest"]), @"
    exit 64
    --- stdout
    --- stderr
    error: there is no run in `.reconcile`
    hint: `reconcile apply` records its runs there
    ");
    project.run(&HARBOR);
    project.run(&["apply", "--yes", "--only", "cobalt-cycles"]);
    assert_eq!(project.run(&["history", "nothing"]).code, 64);
    let both = project.run(&["history", "2"]);
    assert_eq!(both.code, 64);
    assert_snapshot!(both.stderr, @"
    error: `2` is the beginning of 2 runs: [run], [run]
    hint: `reconcile history` lists the runs; `latest` is the newest
    ");
    let id = journals(&project)[0].file_stem().unwrap().to_str().unwrap().to_owned();
    let run = project.run(&["history", &id[..id.len() - 1]]);
    assert!(run.stdout.starts_with(&format!("Run {id}")), "{run}");
}

#[test]
fn an_edited_line_is_named() {
    let _settled = settled();
    let project = Project::example();
    project.run(&HARBOR);
    let path = journals(&project).pop().unwrap();
    let journal = std::fs::read_to_string(&path).unwrap();
    std::fs::write(&path, journal.replacen("enabled", "disabled", 1)).unwrap();
    let run = project.run(&["history", "latest"]);
    assert_eq!(run.code, 1);
    assert!(run.stdout.contains("The chain is broken at line 2"), "{run}");
    assert_snapshot!(run.stderr, @"
    error: `.reconcile/runs/[run].jsonl` is broken at line 2: it was changed after it was written: its hash does not match
    hint: do not trust its content from there on; look for another copy of the file
    ");
    let list = project.run(&["history"]);
    assert!(list.code == 0 && list.stdout.contains("broken chain at line 2"), "{list}");
    assert_eq!(project.run(&["rollback", "latest"]).code, 1, "nobody plans from such a journal");
    let again = project.run(&["apply", "--yes", "--only", "cobalt-cycles"]);
    assert_eq!(again.code, 0);
    assert!(again.stderr.starts_with("warning: the journal `"), "{again}");
}

#[test]
fn a_torn_last_line_is_a_crash() {
    let project = Project::example();
    project.run(&HARBOR);
    let path = journals(&project).pop().unwrap();
    let journal = std::fs::read_to_string(&path).unwrap();
    std::fs::write(&path, &journal[..journal.len() - 30]).unwrap();
    let run = project.run(&["history", "latest"]);
    assert_eq!(run.code, 0, "{run}");
    assert!(run.stdout.contains("  crashed\n"), "{run}");
}

#[test]
fn without_a_journal_nothing_is_written() {
    let _settled = settled();
    let project = Project::example();
    std::fs::create_dir_all(project.path(".reconcile")).unwrap();
    std::fs::write(project.path(".reconcile/runs"), "in the way").unwrap();
    let run = project.run(&["apply", "--yes"]);
    assert_eq!(run.code, 1);
    assert_snapshot!(run.stderr, @"
    error: the run records in `.reconcile/runs` cannot be read: Not a directory (os error 20)
    hint: check that the store can be reached, read and written to
    ");
    assert!(project.methods().iter().all(|method| method == "GET"));
}

#[test]
fn no_key_is_in_a_journal() {
    let project = Project::example();
    let faults =
        "[{method: PATCH, effect: {echo_key: html}}, {method: POST, effect: {echo_key: json}}]";
    std::fs::write(project.path("faults.yaml"), faults).unwrap();
    let run = project.run(&["apply", "--yes", "--sandbox-faults", "faults.yaml"]);
    assert!(run.stdout.contains("Applied to sandbox: 0 applied, "), "{run}");
    let journal = newest(&project);
    assert!(journal.contains("action_failed") && journal.contains("[redacted]"), "{journal}");
    for system in ["omniparcel", "omnirps", "omnireturns"] {
        assert!(!journal.contains(&format!("sandbox-{system}-key")), "{journal}");
    }
}

/// Starts an apply in a project whose sandbox delays the responses to these requests.
fn held(project: &Project, rule: &str, only: &str, ms: u32) -> Child {
    let faults = format!("[{{{rule}, effect: {{latency: {{ms: {ms}}}}}}}]");
    std::fs::write(project.path("faults.yaml"), faults).unwrap();
    Command::new(env!("CARGO_BIN_EXE_reconcile"))
        .args(["apply", "--yes", "--only", only, "--sandbox-faults", "faults.yaml"])
        .current_dir(project.path(""))
        .env_clear()
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap()
}

/// Waits until a condition holds.
fn wait(what: &str, so: impl Fn() -> bool) {
    let end = Instant::now() + PATIENCE;
    while !so() {
        assert!(Instant::now() < end, "{what} did not come about");
        std::thread::sleep(Duration::from_millis(20));
    }
}

fn started(project: &Project, id: &str) -> bool {
    let line = format!("\"type\":\"action_started\",\"id\":\"{id}\"");
    !journals(project).is_empty() && newest(project).contains(&line)
}

/// Returns the names of a system's records.
fn names(project: &Project, system: System) -> Vec<String> {
    let records = project.store().records(system).unwrap();
    let name = |record: &Value| {
        record.get("RetailerName").or(record.get("AccountName")).unwrap().as_str().unwrap().into()
    };
    records.iter().map(name).collect()
}

#[test]
fn a_run_that_was_killed_before_its_write_arrived_is_reported_and_continued() {
    let _settled = settled();
    let project = Project::example();
    let id = "harbor-kids/omnirps/update";
    let mut child = held(&project, "method: PATCH", "harbor-kids", FOR_EVER);
    wait("the start in the journal", || started(&project, id));
    let running = project.run(&["history"]);
    assert!(running.stdout.contains("running"), "{running}");
    assert_eq!(project.run(&["rollback", "latest"]).code, 1, "it still goes on");
    child.kill().unwrap();
    child.wait().unwrap();
    assert!(project.run(&["history"]).stdout.contains("crashed"));

    let again = project.run(&HARBOR);
    assert_eq!(again.code, 0, "{again}");
    assert_snapshot!(again.stderr, @"
    in doubt since run [run]: Harbor Kids update in OmniRPS (harbor-kids/omnirps/update): it was not done: the system is as it was before
    applied: Harbor Kids in OmniRPS
    applied: Harbor Kids in OmniReturns
    ");
    assert_eq!(events(&newest(&project))[1], format!("in_doubt_resolved {id}"));
    let quiet = project.run(&["apply", "--yes", "--only", "cobalt-cycles"]);
    assert_eq!(quiet.stderr, "applied: Cobalt Cycles in OmniRPS\n", "it is told once");
}

#[test]
fn a_create_that_was_done_before_the_kill_is_found_and_not_done_again() {
    let _settled = settled();
    let project = Project::example();
    let id = "brightwater-swim/omnirps/create";
    let rule = "system: omnirps, method: POST, after: true";
    let mut child = held(&project, rule, "brightwater-swim", FOR_EVER);
    wait("the record", || {
        started(&project, id)
            && names(&project, System::Omnirps).contains(&"Brightwater Swim".to_owned())
    });
    child.kill().unwrap();
    child.wait().unwrap();

    let again = project.run(&["apply", "--yes", "--only", "brightwater-swim"]);
    assert_eq!(again.code, 0, "{again}");
    assert_snapshot!(again.stderr, @"
    in doubt since run [run]: Brightwater Swim create in OmniRPS (brightwater-swim/omnirps/create): it was done: the record exists as id 514
    applied: Brightwater Swim in OmniReturns
    ");
    for system in System::ALL {
        let names = names(&project, system);
        let count = names.iter().filter(|name| *name == "Brightwater Swim").count();
        assert_eq!(count, 1, "{system}: {names:?}");
    }
}

#[test]
fn a_retailer_instead_of_a_run_is_named_as_such() {
    let project = Project::example();
    assert_eq!(project.run(&["apply", "--yes", "--only", "harbor-kids"]).code, 0);
    for command in ["history", "rollback"] {
        let run = project.run(&[command, "harbor-kids"]);
        assert_eq!((run.code, run.stdout.as_str()), (64, ""), "{run}");
        let hint = "hint: for this retailer alone, run `reconcile history --only harbor-kids`\n";
        assert!(run.stderr.ends_with(hint), "{run}");
        let run = project.run(&[command, "harbor"]);
        assert!(run.stderr.ends_with("`latest` is the newest\n"), "{run}");
    }
}

#[cfg(unix)]
#[test]
fn an_interrupted_run_finishes_its_current_actions() {
    let _settled = settled();
    let project = Project::example();
    let child = held(&project, "method: PATCH, times: 1", "harbor-kids", 5000);
    wait("the start in the journal", || started(&project, "harbor-kids/omnirps/update"));
    let pid = child.id().to_string();
    assert!(Command::new("kill").args(["-INT", &pid]).status().unwrap().success());
    let output = child.wait_with_output().unwrap();
    assert_eq!(output.status.code(), Some(4));
    assert_snapshot!(String::from_utf8(output.stderr).unwrap(), @"
    stopping: finishing what is under way, starting nothing new; Ctrl-C again stops at once
    applied: Harbor Kids in OmniRPS
    skipped: Harbor Kids in OmniReturns
    error: not everything was applied for Harbor Kids
    hint: the report names each action that was not done; run the command again once its cause is removed
    ");
    assert_eq!(
        events(&newest(&project)),
        [
            "run_started",
            "action_started harbor-kids/omnirps/update",
            "action_succeeded harbor-kids/omnirps/update",
            "action_skipped harbor-kids/omnireturns/update",
            "run_ended",
        ]
    );
    assert!(project.run(&["history"]).stdout.contains("interrupted"));
    assert_eq!(project.run(&HARBOR).code, 0);
}

#[cfg(unix)]
#[test]
fn a_second_signal_ends_a_run_at_once_and_names_its_retailers() {
    let _settled = settled();
    let project = Project::example();
    let child = held(&project, "method: PATCH, times: 1", "harbor-kids", 5000);
    wait("the start in the journal", || started(&project, "harbor-kids/omnirps/update"));
    let pid = child.id().to_string();
    for _ in 0..2 {
        assert!(Command::new("kill").args(["-INT", &pid]).status().unwrap().success());
        // Two signals at once would be one.
        std::thread::sleep(std::time::Duration::from_millis(300));
    }
    let output = child.wait_with_output().unwrap();
    assert_eq!(output.status.code(), Some(4));
    assert_snapshot!(String::from_utf8(output.stderr).unwrap(), @"
    stopping: finishing what is under way, starting nothing new; Ctrl-C again stops at once
    error: the run was stopped before everything was done for Harbor Kids
    hint: run the command again: it looks up what was under way
    ");
}

#[cfg(unix)]
#[test]
fn closing_the_terminal_interrupts_a_run() {
    let _settled = settled();
    let project = Project::example();
    let child = held(&project, "method: PATCH, times: 1", "harbor-kids", 2000);
    wait("the start in the journal", || started(&project, "harbor-kids/omnirps/update"));
    let pid = child.id().to_string();
    assert!(Command::new("kill").args(["-HUP", &pid]).status().unwrap().success());
    let output = child.wait_with_output().unwrap();
    assert_eq!(output.status.code(), Some(4));
    assert_eq!(events(&newest(&project)).last().unwrap(), "run_ended");
}

#[test]
fn names_of_past_runs_can_be_selected() {
    let project = Project::example();
    assert_eq!(project.run(&HARBOR).code, 0);
    let text = std::fs::read_to_string(project.path("reconcile.yaml")).unwrap();
    let renamed = text.replace("  sandbox:\n", "  other:\n");
    let renamed = renamed.replace("default_environment: sandbox", "default_environment: other");
    let project = project.file("reconcile.yaml", &renamed);
    std::fs::remove_file(project.path("retailers/harbor-kids.yaml")).unwrap();
    let listed = |arguments: &[&str]| {
        let run = project.run(&[&["history"], arguments].concat());
        (run.code, run.stdout.contains("applied"))
    };
    assert_eq!(listed(&["--only", "harbor-kids"]), (0, true));
    assert_eq!(listed(&["latest", "--only", "Harbor Kids"]), (0, true));
    assert_eq!(listed(&["--only", "harbor-*"]), (0, true));
    assert_eq!(listed(&["latest", "--only", "Harbor ????"]), (0, true));
    assert_eq!(listed(&["--only", "harbour-*"]), (64, false));
    assert_eq!(listed(&["-e", "sandbox"]), (0, true));
    assert_eq!(listed(&["latest", "-e", "sandbox"]), (0, true));
    // The newest of all is another's.
    assert_eq!(project.run(&["apply", "--yes", "--only", "granite-gear"]).code, 0);
    let newest = |arguments: &[&str]| project.run(&[&["history", "latest"], arguments].concat());
    assert!(newest(&[]).stdout.contains("granite-gear"), "{}", newest(&[]));
    let of_sandbox = newest(&["-e", "sandbox"]).stdout;
    assert!(of_sandbox.contains("harbor-kids"), "{of_sandbox}");
    // For an existing retailer and environment there may be no runs.
    assert_eq!(listed(&["--only", "juniper-home"]), (0, false));
    assert_eq!(listed(&["-e", "other", "--only", "juniper-home"]), (0, false));
    for run in [&[][..], &["latest"]] {
        assert_eq!(listed(&[run, &["--only", "nope"]].concat()), (64, false));
        assert_eq!(listed(&[run, &["-e", "nope"]].concat()), (64, false));
    }
}
