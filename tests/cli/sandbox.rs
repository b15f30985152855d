//! `reconcile sandbox`.

use crate::support::Project;
use insta::assert_snapshot;
use std::io::{BufRead, BufReader};
use std::process::{Command, Stdio};

#[test]
fn state_lasts_until_it_is_reset() {
    let project = Project::example();
    let changes = |project: &Project| project.run(&["plan", "--detailed-exitcode"]).code;
    assert_eq!(changes(&project), 2);
    project.run(&["apply", "--yes"]);
    assert_eq!(changes(&project), 0);
    assert_snapshot!(project.run(&["sandbox", "--reset"]), @"
    exit 0
    --- stdout
    The sandbox in .reconcile/sandbox.db holds its seed again.
    --- stderr
    ");
    assert_eq!(changes(&project), 2);
}

#[test]
fn it_serves_over_http_like_any_other_environment() {
    let project = Project::example();
    let mut server = Command::new(env!("CARGO_BIN_EXE_reconcile"))
        .arg("sandbox")
        .current_dir(project.path("."))
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let lines: Vec<String> = BufReader::new(server.stdout.take().unwrap())
        .lines()
        .map(Result::unwrap)
        .take_while(|line| !line.starts_with("Press"))
        .collect();
    let environment: String = lines
        .iter()
        .skip_while(|line| *line != "environments:")
        .take_while(|line| !line.is_empty())
        .map(|line| format!("{line}\n"))
        .collect();
    let keys: Vec<(&str, &str)> =
        lines.iter().filter_map(|line| line.strip_prefix("export ")?.split_once('=')).collect();
    assert_eq!(keys.len(), 3, "{lines:?}");
    let embedded = project.run(&["plan"]);
    let project = project.file("reconcile.yaml", &environment);
    let served = project.run_with(&["plan", "-e", "local"], &keys);
    assert_eq!(served.stdout.replace("for local", "for sandbox"), embedded.stdout, "{served}");
    server.kill().unwrap();
    server.wait().unwrap();
    assert_eq!(project.run_with(&["plan", "-e", "local"], &keys).code, 1, "it is gone");
}

#[test]
fn a_file_that_is_no_sandbox_is_left_alone() {
    let project = Project::example();
    std::fs::create_dir(project.path(".reconcile")).unwrap();
    let project = project.file(".reconcile/sandbox.db", "precious");
    assert_snapshot!(project.run(&["plan"]).stderr, @"
    error: .reconcile/sandbox.db is not a sandbox database; name another file, or start anew with `reconcile sandbox --reset`, which keeps this one under another name
    hint: `reconcile sandbox --reset` starts the sandbox afresh
    ");
    let kept = std::fs::read_to_string(project.path(".reconcile/sandbox.db")).unwrap();
    assert_eq!(kept, "precious");
    assert_eq!(project.run(&["sandbox", "--reset"]).code, 0);
    assert_eq!(project.run(&["plan"]).code, 0);
}
