//! Requests to a store that are lost before they have landed, and answers that are cut
//! afterwards.

use super::*;
use crate::proxy::Fault;

on_each_server!(
    a_run_goes_on_whose_writes_or_answers_are_lost,
    keys_are_kept_whose_handoff_may_be_recorded,
);

/// What a write has in it: in the first run of an environment, and in one that takes over.
fn writes(kind: Kind) -> &'static [[&'static str; 2]] {
    match kind {
        Kind::Folder => panic!("a folder has no line"),
        Kind::Postgres => &[
            // The lease.
            ["insert into reconcile.documents (", "update reconcile.documents"],
            // Starts and ends.
            ["insert into reconcile.journal", "insert into reconcile.journal"],
        ],
        Kind::S3 => &[
            ["PUT /records/production/leases/", "PUT /records/production/leases/"],
            // Fences and starts; then ends.
            ["PUT /records/production/log/", "PUT /records/production/log/"],
            ["PUT /records/production/ends/", "PUT /records/production/ends/"],
        ],
    }
}

fn a_run_goes_on_whose_writes_or_answers_are_lost(kind: Kind) {
    let mut cases = Vec::new();
    for needles in writes(kind) {
        for fault in [Fault::Lost, Fault::Cut] {
            cases
                .extend([1, 3].into_iter().take(rounds(1, 2)).map(|times| (needles, fault, times)));
        }
    }
    at_once(cases, |(needles, fault, times)| goes_on(kind, *needles, fault, times));
}

fn goes_on(kind: Kind, [first, second]: [&str; 2], fault: Fault, times: usize) {
    let shared = Shared::start(kind, 0, 60);
    let line = shared.store.line();
    for (needle, retailer) in [(first, ONLY[1]), (second, ONLY[3])] {
        line.disturb(fault, needle, times);
        let run = shared.run(&shared.machine(), &["apply", "--yes", "--only", retailer]);
        assert_eq!(run.code, 0, "{fault:?} {times} {needle}: {run}");
        // Fewer may come: what has landed is not sent again.
        assert!(line.left() < times, "{fault:?} {needle}");
        assert!(fault == Fault::Cut || line.left() == 0, "{needle}");
    }
    line.disturb(fault, "", 0);
    assert_eq!(shared.writes(), 5, "{fault:?} {times} {first}: nothing twice");
    let again = shared.apply(&shared.machine());
    assert_eq!((again.code, shared.writes()), (0, 5), "{again}");
    assert!(!again.stderr.contains("in doubt"), "{again}");
    let runs = shared.runs(&shared.machine());
    let ended: Vec<_> = runs.iter().map(|run| (&run["state"], &run["totals"]["applied"])).collect();
    let expected = [2, 3].map(|applied| ("complete".into(), applied.into()));
    let expected: Vec<_> = expected.iter().map(|(state, all)| (state, all)).collect();
    assert_eq!(ended, expected, "{fault:?} {times} {first}");
}

/// The record of a handoff is written, its answer is lost, and then the store is down.
fn keys_are_kept_whose_handoff_may_be_recorded(kind: Kind) {
    let shared = Shared::start(kind, 0, 60);
    let project = shared.project_with_recipients();
    let mut variables = shared.store.variables();
    variables.push(("HANDOFF", "0123456789abcdef0123456789abcdef".to_owned()));
    let variables: Vec<(&str, &str)> =
        variables.iter().map(|(name, value)| (*name, value.as_str())).collect();
    let handoff = |arguments: &[&str]| {
        project.run_with(&[&["handoff", "ember-ceramics"], arguments].concat(), &variables)
    };
    // The first handoff makes the tables.
    assert_eq!(handoff(&["--out", "first.age"]).code, 0);
    let (needles, skipped): (&[&str], usize) = match kind {
        Kind::Folder => panic!("a folder has no line"),
        // The first connection comes before the write, and the second to read its result.
        Kind::Postgres => (&["user\0", "update reconcile.documents"], 1),
        // Two reads come before the write.
        Kind::S3 => (&["/handoffs/"], 2),
    };
    shared.store.line().cut_from(needles, skipped);
    let run = handoff(&["--out", "one.age"]);
    assert_eq!(run.code, 1, "{run}");
    assert!(run.stderr.contains("it is unknown whether the handoff was recorded"), "{run}");
    assert!(project.path("one.age").exists(), "somebody has to have it: {run}");
    shared.store.line().disturb(Fault::Cut, "", 0);
    let check = handoff(&["--check"]);
    assert_eq!(check.code, 0, "it was recorded: {check}");
    assert_eq!(handoff(&["--out", "two.age"]).code, 0);
}
