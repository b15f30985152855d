//! `reconcile sandbox`.

use crate::served::Served;
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
    let mut served = Served::start();
    assert_eq!(served.keys.len(), 3, "{:?}", served.keys);
    let embedded = Project::example().run(&["plan"]);
    let plan = served.run(&["plan"]);
    assert_eq!(plan.stdout.replace("for local", "for sandbox"), embedded.stdout, "{plan}");
    served.stop();
    assert_eq!(served.run(&["plan"]).code, 1, "it is gone");
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

/// Plays the partner, and returns the connote of the return.
fn upload(project: &Project, retailer: &str) -> String {
    let run = project.run(&["sandbox", "--upload", retailer]);
    assert_eq!((run.code, run.stderr.as_str()), (0, ""), "{run}");
    run.stdout.split(' ').nth(3).unwrap().to_owned()
}

#[test]
fn the_partner_and_the_hub_can_be_played() {
    let project = Project::example();
    assert_snapshot!(project.run(&["sandbox", "--upload", "granite-gear"]), @"
    exit 0
    --- stdout
    Uploaded the return SBX00000001 of Granite Gear.
    --- stderr
    ");
    let process = ["sandbox", "--process", "Granite Gear", "SBX00000001"];
    assert_snapshot!(project.run(&process), @"
    exit 0
    --- stdout
    The hub has processed SBX00000001 of Granite Gear.
    --- stderr
    ");
    assert_snapshot!(project.run(&process).stdout, @"The hub had processed SBX00000001 of Granite Gear before.");
    let uploads = project.store().uploads(507).unwrap();
    let [only] = uploads.as_slice() else { panic!("{uploads:?}") };
    assert!(only.processed_at.is_some(), "{only:?}");
    let events = project.store().deliveries().unwrap();
    assert_eq!(events.len(), 2, "created and processed: {events:?}");
}

#[test]
fn a_play_without_its_retailer_or_its_return_is_refused() {
    let project = Project::example();
    assert_snapshot!(project.run(&["sandbox", "--upload", "aurora-outdoor"]), @"
    exit 1
    --- stdout
    --- stderr
    error: OmniRPS in the sandbox has no retailer called `Aurora Outdoor`
    hint: see what it has with `reconcile plan`; `reconcile apply` creates new retailers
    ");
    let other = upload(&project, "harbor-kids");
    let process = project.run(&["sandbox", "--process", "granite-gear", &other]);
    assert_snapshot!(process, @"
    exit 1
    --- stdout
    --- stderr
    error: nobody has uploaded a return `SBX00000001` of Granite Gear
    hint: copy the connote from the output of `reconcile verify`
    ");
    assert_eq!(project.run(&["sandbox", "--process", "granite-gear"]).code, 64);
    assert_eq!(project.run(&["sandbox", "--upload", "nobody"]).code, 64);
    assert_eq!(project.run(&["sandbox", "--upload", "granite-gear", "--reset"]).code, 64);
}

#[test]
fn a_play_reaches_a_sandbox_that_another_process_has_open() {
    let project = Project::example();
    let mut server = Command::new(env!("CARGO_BIN_EXE_reconcile"))
        .arg("sandbox")
        .current_dir(project.path("."))
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let mut lines = BufReader::new(server.stdout.take().unwrap()).lines().map(Result::unwrap);
    assert!(lines.any(|line| line.starts_with("Press")));
    let connotes: Vec<String> = std::thread::scope(|scope| {
        let players: Vec<_> =
            (0..4).map(|_| scope.spawn(|| upload(&project, "granite-gear"))).collect();
        players.into_iter().map(|player| player.join().unwrap()).collect()
    });
    for connote in &connotes {
        let run = project.run(&["sandbox", "--process", "granite-gear", connote]);
        assert_eq!(run.code, 0, "{run}");
    }
    server.kill().unwrap();
    server.wait().unwrap();
    let uploads = project.store().uploads(507).unwrap();
    assert_eq!(uploads.iter().filter(|upload| upload.processed_at.is_some()).count(), 4);
}

#[test]
fn a_log_that_cannot_be_written_is_told_once_and_plainly() {
    let project = Project::example();
    assert_eq!(project.run(&["plan"]).stderr, "");
    // What a folder that cannot be written does to all but the superuser.
    let state = rusqlite::Connection::open(project.path(".reconcile/sandbox.db")).unwrap();
    let full = "CREATE TRIGGER full BEFORE INSERT ON requests BEGIN
                  SELECT RAISE(ABORT, 'attempt to write a readonly database');
                END";
    state.execute_batch(full).unwrap();
    let run = project.run(&["plan"]);
    assert_eq!(run.code, 0, "{run}");
    assert_snapshot!(run.stderr, @" WARN requests to the sandbox are not logged: the sandbox's state (.reconcile/sandbox.db) cannot be used: attempt to write a readonly database; check that the file and its folder can be written");
    assert_eq!(project.run(&["plan", "--quiet"]).stderr, "");
}
