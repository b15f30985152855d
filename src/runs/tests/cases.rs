//! The cases that every shared store has to pass.

use super::*;
use crate::runs::document::{Swap, compare_and_set, rejects_stale_writes, swap_within};
use crate::runs::{id, lease};
use crate::systems::Permit as _;

/// Runs all cases but the slow ones.
pub(super) async fn all(open: Open<'_>) {
    a_document_is_replaced_only_as_it_is_expected(open).await;
    a_write_that_loses_against_itself_is_done(open).await;
    a_write_may_be_done_whose_result_cannot_be_read(open).await;
    a_store_that_ignores_a_condition_is_found(open).await;
    of_many_that_take_a_lease_one_gets_it(open).await;
    a_lease_that_ran_out_is_taken_and_its_holder_is_told(open).await;
    a_released_lease_is_free_and_its_token_grows(open).await;
    a_paused_run_records_no_start_after_another_took_over(open).await;
    an_unlocked_run_records_no_start(open).await;
    an_unlocked_run_sends_nothing_late_or_again(open).await;
    trust_ends_by_the_clock_that_counts_sleep(open).await;
    starts_and_ends_are_read_in_order(open).await;
    runs_are_listed_by_environment(open).await;
    a_renewal_that_lands_late_is_the_runs_own(open).await;
    super::rival::at_each_step(open).await;
}

async fn a_document_is_replaced_only_as_it_is_expected(open: Open<'_>) {
    let (one, two) = (open(), open());
    let key = format!("probes/{}/acme", id::attempt());
    assert_eq!(one.load(&key).await.unwrap(), None);
    let swap = |store: Arc<dyn RunStore>, bytes: &'static [u8], expected: Option<String>| {
        let key = key.clone();
        async move { compare_and_set(&*store, &key, bytes, expected.as_deref()).await.unwrap() }
    };
    let Swap::Done { version } = swap(one.clone(), b"one", None).await else { panic!() };
    let found = two.load(&key).await.unwrap().unwrap();
    assert_eq!((found.bytes.as_slice(), &found.version), (&b"one"[..], &version));
    let Swap::Refused(Some(found)) = swap(two.clone(), b"two", None).await else { panic!() };
    assert_eq!(found.bytes, b"one");
    let Swap::Done { version: second } = swap(two, b"two", Some(version.clone())).await else {
        panic!()
    };
    assert_ne!(version, second);
    assert!(matches!(swap(one.clone(), b"three", Some(version)).await, Swap::Refused(Some(_))));
    let folder = key.trim_end_matches("acme");
    assert_eq!(one.list(folder).await.unwrap(), std::slice::from_ref(&key));
}

async fn a_write_that_loses_against_itself_is_done(open: Open<'_>) {
    use Fault::{AnswerLost, RefusedByItself, RequestLost};
    let is_folder = open().place().starts_with('`');
    for faults in [
        &[AnswerLost][..],
        &[RefusedByItself],
        &[RequestLost],
        &[RequestLost, RequestLost, AnswerLost],
    ] {
        // In a folder no answer can be lost, and nothing below it sends again.
        if is_folder && faults != [RequestLost] {
            continue;
        }
        let key = format!("probes/{}/acme", id::attempt());
        let flaky = Flaky::new(open(), faults);
        let swap = compare_and_set(&*flaky, &key, b"one", None).await.unwrap();
        let Swap::Done { version } = swap else { panic!("{faults:?}: {swap:?}") };
        *flaky.faults.lock().unwrap() = faults.iter().rev().copied().collect();
        let swap = compare_and_set(&*flaky, &key, b"two", Some(&version)).await.unwrap();
        assert!(matches!(swap, Swap::Done { .. }), "{faults:?}: {swap:?}");

        let environment = environment("lost");
        *flaky.faults.lock().unwrap() = faults.iter().rev().copied().collect();
        let lease = acquire(flaky.clone(), &environment, "one", 30).await.unwrap();
        assert_eq!(lease.permit().check(), Ok(()), "the run owns its lease");
        assert!(acquire(open(), &environment, "two", 30).await.is_err());
        lease.release().await;
    }
}

async fn a_write_may_be_done_whose_result_cannot_be_read(open: Open<'_>) {
    let key = format!("probes/{}/acme", id::attempt());
    for fault in [Fault::RequestLost, Fault::Down] {
        let flaky = Flaky::new(open(), &[fault]);
        let error = swap_within(&*flaky, &key, b"one", None, Duration::ZERO).await.unwrap_err();
        assert!(error.may_be_written, "{fault:?}");
        let there = open().load(&key).await.unwrap().is_some();
        assert_eq!(there, fault == Fault::Down);
    }
}

async fn a_store_that_ignores_a_condition_is_found(open: Open<'_>) {
    use Fault::{Nothing, Unconditional};
    assert_eq!(rejects_stale_writes(&*open()).await, Ok(true));
    // One write replaces the document, one creates it again, one is outdated.
    for (faults, rejects) in [
        ([Nothing, Nothing, Nothing], true),
        ([Nothing, Unconditional, Nothing], false),
        ([Nothing, Nothing, Unconditional], false),
    ] {
        let flaky = Flaky::new(open(), &faults);
        assert_eq!(rejects_stale_writes(&*flaky).await, Ok(rejects), "{faults:?}");
    }
}

async fn of_many_that_take_a_lease_one_gets_it(open: Open<'_>) {
    for round in 0..5 {
        let environment = environment("race");
        let racing = (0..6).map(|at| {
            let (store, environment) = (open(), environment.clone());
            tokio::spawn(
                async move { acquire(store, &environment, &format!("machine {at}"), 30).await },
            )
        });
        let racing: Vec<_> = racing.collect();
        let mut won = Vec::new();
        for racer in racing {
            match racer.await.unwrap() {
                Ok(lease) => won.push(lease),
                Err(Refused::Held { record, until }) => {
                    assert!(record.is_held && until.is_some(), "{record:?}");
                }
                Err(other) => panic!("{other:?}"),
            }
        }
        assert_eq!(won.len(), 1, "round {round}: one applies at a time");
        for lease in won {
            lease.release().await;
        }
    }
}

async fn a_lease_that_ran_out_is_taken_and_its_holder_is_told(open: Open<'_>) {
    let environment = environment("expiry");
    // Its machine is asleep: nothing renews the lease.
    let first = {
        let lease = acquire(open(), &environment, "one", 2).await.unwrap();
        let (run, permit) = (lease.run().clone(), lease.permit());
        drop(lease);
        (run, permit)
    };
    let refused = acquire(open(), &environment, "two", 2).await.err().unwrap();
    let Refused::Held { record, .. } = refused else { panic!("{refused:?}") };
    assert_eq!(
        (record.run_id.as_str(), record.place.as_str()),
        (&*first.0.run_id, "one's machine")
    );
    // A second more than the lease: some stores tell the time in whole seconds.
    tokio::time::sleep(Duration::from_millis(3_300)).await;
    assert!(first.1.has_only_expired().await);
    let second = acquire(open(), &environment, "two", 30).await.unwrap();
    assert!(second.run().token > first.0.token && second.run().run_id > first.0.run_id);
    assert!(first.1.check().is_err(), "the first does not trust its lease any more");
    assert!(!first.1.has_only_expired().await);
    let whose = first.1.find_holder().await;
    assert!(whose.contains(&second.run().run_id) && whose.contains("by two"), "{whose}");
    second.release().await;
}

async fn a_released_lease_is_free_and_its_token_grows(open: Open<'_>) {
    let environment = environment("release");
    let mut last = (0, String::new());
    for _ in 0..3 {
        let lease = acquire(open(), &environment, "one", 30).await.unwrap();
        let now = (lease.run().token, lease.run().run_id.clone());
        assert!(now.0 > last.0 && now.1 > last.1, "{last:?} {now:?}");
        last = now;
        lease.release().await;
        let found = lease::find(&*open(), &environment).await.unwrap().unwrap();
        assert!(!found.record.is_held && found.record.run_id == last.1, "it is remembered");
    }
}

async fn a_paused_run_records_no_start_after_another_took_over(open: Open<'_>) {
    let environment = environment("fence");
    let store = open();
    let paused = acquire(store.clone(), &environment, "one", 2).await.unwrap();
    let run = paused.run().clone();
    store.append(&run, &batch(1, "start", true)).await.unwrap();
    drop(paused);
    tokio::time::sleep(Duration::from_millis(3_300)).await;
    let other = open();
    let second = acquire(other.clone(), &environment, "two", 30).await.unwrap();
    assert_eq!(store.append(&run, &batch(2, "late", true)).await, Err(AppendError::Lost));
    other.append(second.run(), &batch(1, "start", true)).await.unwrap();
    assert_eq!(store.append(&run, &batch(2, "late", true)).await, Err(AppendError::Lost));
    store.append(&run, &batch(2, "end", false)).await.unwrap();
    let journal = text(&*other, &run.run_id).await;
    assert_eq!(journal, "{\"n\":1,\"text\":\"start\"}\n{\"n\":2,\"text\":\"end\"}\n");
    let runs = other.runs(None).await.unwrap();
    let at = |run: &str| runs.iter().position(|known| known == run).unwrap();
    assert!(at(&run.run_id) < at(&second.run().run_id));
    second.release().await;
}

async fn an_unlocked_run_records_no_start(open: Open<'_>) {
    let environment = environment("unlock");
    let store = open();
    let dead = acquire(store.clone(), &environment, "one", 30).await.unwrap();
    let run = dead.run().clone();
    store.append(&run, &batch(1, "start", true)).await.unwrap();
    assert_eq!(lease::unlock(&*open(), "no such run", "dana").await.unwrap(), None);
    let ended = lease::unlock(&*open(), &run.run_id, "dana").await.unwrap().unwrap();
    assert_eq!(ended.run_id, run.run_id);
    assert_eq!(lease::unlock(&*open(), &run.run_id, "dana").await.unwrap(), None, "once");
    assert_eq!(store.append(&run, &batch(2, "late", true)).await, Err(AppendError::Lost));
    let whose = dead.permit().find_holder().await;
    assert!(whose.contains("`reconcile unlock` by dana"), "{whose}");
    let next = acquire(open(), &environment, "two", 30).await.unwrap();
    assert!(next.run().token > run.token + 1);
    dead.release().await;
    let found = lease::find(&*open(), &environment).await.unwrap().unwrap();
    assert!(found.record.is_held, "the dead run frees no lease that is another's");
    next.release().await;
}

async fn an_unlocked_run_sends_nothing_late_or_again(open: Open<'_>) {
    let environment = environment("late");
    let store = open();
    for is_repeated in [false, true] {
        let clock = TestClock::default();
        let request = asks(&environment, "one", 3600);
        let lease = Lease::acquire(store.clone(), request, clock.clock()).await.unwrap();
        let (run, permit) = (lease.run().clone(), lease.permit());
        clock.pass(Duration::from_secs(2));
        assert_eq!(permit.confirm(true).await, Ok(()));
        lease::unlock(&*open(), &run.run_id, "dana").await.unwrap().unwrap();
        assert_eq!(permit.confirm(false).await, Ok(()), "its start is recent");
        assert_eq!(permit.check(), Ok(()), "it does not know yet");
        clock.pass(Duration::from_secs(if is_repeated { 0 } else { 2 }));
        let refused = permit.confirm(is_repeated).await.unwrap_err();
        assert!(refused.contains("`reconcile unlock` by dana"), "{refused}");
        assert!(permit.check().is_err(), "now it does");
        lease.release().await;
    }
}

async fn trust_ends_by_the_clock_that_counts_sleep(open: Open<'_>) {
    let environment = environment("trust");
    let clock = TestClock::default();
    let lease = Lease::acquire(open(), asks(&environment, "one", 3600), clock.clock());
    let lease = lease.await.unwrap();
    assert_eq!(lease.permit().check(), Ok(()));
    clock.pass(Duration::from_secs(3594));
    assert_eq!(lease.permit().check(), Ok(()));
    clock.pass(Duration::from_secs(1));
    assert!(lease.permit().check().is_err(), "less a margin");
    lease.release().await;
    let found = lease::find(&*open(), &environment).await.unwrap().unwrap();
    assert!(found.record.is_held, "nobody waits for a store to free what runs out");
}

async fn starts_and_ends_are_read_in_order(open: Open<'_>) {
    let environment = environment("order");
    let store = open();
    let lease = acquire(store.clone(), &environment, "one", 30).await.unwrap();
    let run = lease.run();
    for n in 1..=12 {
        store.append(run, &batch(n, "x", n % 3 != 0)).await.unwrap();
    }
    let numbers: Vec<String> = (1..=12).map(|n| batch(n, "x", true).lines).collect();
    assert_eq!(text(&*open(), &run.run_id).await, numbers.concat());
    lease.release().await;
}

async fn runs_are_listed_by_environment(open: Open<'_>) {
    let environments = [environment("one"), environment("other")];
    let mut runs = Vec::new();
    for environment in &environments {
        let store = open();
        let lease = acquire(store.clone(), environment, "one", 30).await.unwrap();
        let event = format!("{{\"n\":1,\"event\":{{\"environment\":\"{environment}\"}}}}\n");
        let batch = Batch { first: 1, lines: event, is_fenced: true };
        store.append(lease.run(), &batch).await.unwrap();
        runs.push(lease.run().run_id.clone());
        lease.release().await;
    }
    let all = open().runs(None).await.unwrap();
    assert!(runs.iter().all(|run| all.contains(run)) && all.is_sorted(), "{all:?}");
    for at in [0, 1] {
        let listed = open().runs(Some(&environments[at])).await.unwrap();
        assert!(listed.contains(&runs[at]) && !listed.contains(&runs[1 - at]), "{listed:?}");
    }
}

async fn a_renewal_that_lands_late_is_the_runs_own(open: Open<'_>) {
    let environment = environment("late");
    let store = open();
    let lease = acquire(store.clone(), &environment, "one", 2).await.unwrap();
    let key = store.list("leases/").await.unwrap();
    let key = key.iter().find(|key| key.contains(&crate::runs::segment(&environment))).unwrap();
    let found = store.load(key).await.unwrap().unwrap();
    let mut record: serde_json::Value = serde_json::from_slice(&found.bytes).unwrap();
    record["renewal"] = "given up, and landed".into();
    let late = serde_json::to_vec(&record).unwrap();
    compare_and_set(&*open(), key, &late, Some(&found.version)).await.unwrap();
    // Longer than it is trusted without a renewal.
    tokio::time::sleep(Duration::from_millis(2_500)).await;
    assert_eq!(lease.permit().check(), Ok(()), "it goes on from its own version");
    lease.release().await;
}
