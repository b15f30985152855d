//! Requests to a store that are lost before they have landed, and answers that are cut
//! afterwards.

use super::*;
use crate::proxy::Fault;

on_each_server!(a_run_goes_on_whose_writes_or_answers_are_lost);

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
