//! Runs whose lease is ended while they wait to send a request again.

use super::*;

on_each_store!(a_run_whose_lease_was_ended_while_it_waited_sends_nothing_again);

fn a_run_whose_lease_was_ended_while_it_waited_sends_nothing_again(kind: Kind) {
    at_once(["POST", "PATCH"], |method| {
        let busy = Rule {
            method: Some(method.into()),
            times: Some(1),
            ..Rule::new(Effect::Status { code: 429, retry_after: Some(3), as_date: false })
        };
        let shared = Shared::faulty(kind, Faults(vec![busy]), 60);
        let (one, two) = (shared.machine(), shared.machine());
        let sent = || {
            let requests = shared.sandbox.store().requests().unwrap();
            requests.iter().filter(|request| request.method != "GET").count()
        };
        let is_refused = || {
            let requests = shared.sandbox.store().requests().unwrap();
            requests.iter().any(|request| request.status == Some(429))
        };
        let running = shared.spawn(&one);
        let start = Instant::now();
        while !is_refused() {
            assert!(start.elapsed() < Duration::from_secs(60), "it sends no {method}");
            std::thread::sleep(Duration::from_millis(2));
        }
        // However slow this machine is, it does not send again before its lease is ended.
        signal(&running, "-STOP");
        let run = named_run(&shared.apply(&two).stderr);
        assert_eq!(shared.run(&two, &["unlock", &run]).code, 0);
        let before = sent();
        signal(&running, "-CONT");
        let output = running.wait_with_output().unwrap();
        let text = stderr(&output);
        assert_eq!((output.status.code(), sent()), (Some(4), before), "{text}");
        assert!(text.contains("ended with `reconcile unlock`"), "{text}");
        let next = shared.apply(&two);
        assert_eq!((next.code, shared.writes()), (0, 5), "{next}");
        assert!(!next.stderr.contains("in doubt"), "{next}");
    });
}
