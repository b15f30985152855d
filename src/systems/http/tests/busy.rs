//! Systems that ask to slow down, or fail for a moment.

use super::{ReceivedRequest, ScriptedSystem, create, record, unpublish};
use crate::apply::Outcome;
use crate::model::Limits;
use futures_util::future::join_all;
use reqwest::header::{HeaderMap, HeaderValue, RETRY_AFTER};
use serde_json::{Value as Json, json};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

const CONTRACT: &str = "  read: {path: '/{id}', record: ''}\n  \
                        create: {path: /new, record: ''}\n  \
                        update: {path: '/{id}', record: ''}";

/// Starts a system that answers each request as `status` says of its number, counted from 0, with
/// this `Retry-After`.
async fn system(
    limits: Limits,
    retry_after: &'static str,
    status: impl Fn(usize) -> u16 + Clone + Send + Sync + 'static,
) -> ScriptedSystem {
    let count = Arc::new(AtomicUsize::new(0));
    let answer = move |_: &_| {
        let status = status(count.fetch_add(1, Ordering::Relaxed));
        let headers = [(RETRY_AFTER, HeaderValue::from_static(retry_after))];
        (status, HeaderMap::from_iter(headers), record(5, true))
    };
    ScriptedSystem::limited_with_headers(limits, CONTRACT, answer).await
}

/// Returns how many of some reads at the same time succeed.
async fn reads(system: &ScriptedSystem, count: usize) -> usize {
    let reads = join_all((0..count).map(|_| system.client.record("5"))).await;
    reads.iter().filter(|read| read.is_ok()).count()
}

#[tokio::test]
async fn a_system_that_takes_no_request_gets_each_as_often_as_is_configured() {
    for retries in [0, 2] {
        let busy = system(Limits { retries, ..Limits::default() }, "0", |_| 429).await;
        assert_eq!(reads(&busy, 1).await, 0);
        assert_eq!(busy.asked().len(), retries as usize + 1);
    }
    // What others get through is no reason to go on if no retries are wanted.
    let busy = system(Limits { retries: 0, ..Limits::default() }, "0", |number| match number {
        0 => 200,
        _ => 429,
    })
    .await;
    assert_eq!((reads(&busy, 1).await, reads(&busy, 1).await), (1, 0));
    assert_eq!(busy.asked().len(), 2);
}

#[tokio::test]
async fn a_pause_that_a_system_asks_for_is_one_of_all_requests() {
    for (status, is_kept) in [(429, true), (503, true), (400, false)] {
        let first = Arc::new(Mutex::new(None));
        let seen = Arc::clone(&first);
        let answer = move |_: &_| {
            let status = match seen.lock().unwrap().replace(Instant::now()) {
                None => status,
                Some(_) => 200,
            };
            (status, HeaderMap::from_iter([(RETRY_AFTER, 2.into())]), record(5, true))
        };
        let limits = Limits { retries: 0, ..Limits::default() };
        let system = ScriptedSystem::limited_with_headers(limits, CONTRACT, answer).await;
        assert_eq!(reads(&system, 1).await, 0);
        let refused = first.lock().unwrap().unwrap();
        assert_eq!(reads(&system, 1).await, 1);
        let pause = first.lock().unwrap().unwrap() - refused;
        assert_eq!(pause >= Duration::from_millis(1_900), is_kept, "{status}: {pause:?}");
    }
}

#[tokio::test]
async fn a_moment_in_which_all_requests_fail_stops_nothing() {
    let limits = Limits { concurrency: 64, ..Limits::default() };
    // Without a pause, and with one that is longer than the tool's own together.
    for (failures, retry_after) in [(100, "soon"), (64, "7")] {
        let status = move |number| if number < failures { 503 } else { 200 };
        assert_eq!(reads(&system(limits, retry_after, status).await, 64).await, 64);
    }
}

#[tokio::test]
async fn a_write_that_is_always_put_off_ends() {
    // The reads of its own record are no reason to go on.
    for read in ["GET", "POST"] {
        let contract = format!(
            "  read: {{method: {read}, path: '/{{id}}', record: ''}}\n  \
             update: {{method: POST, path: '/set/{{id}}', record: ''}}"
        );
        let answer = |asked: &ReceivedRequest| {
            let status = if asked.call.contains("/set/") { 429 } else { 200 };
            (status, HeaderMap::from_iter([(RETRY_AFTER, 0.into())]), record(5, true))
        };
        let limits = Limits { retries: 2, ..Limits::default() };
        let system = ScriptedSystem::limited_with_headers(limits, &contract, answer).await;
        let outcome = system.client.update("5", "Shop 5", &[unpublish()]).await;
        assert!(matches!(outcome, Outcome::Failed(_)), "{outcome:?}");
        let writes = system.asked().iter().filter(|(call, _)| call.contains("/set/")).count();
        assert_eq!(writes, 3, "{read}");
    }
}

#[tokio::test]
async fn a_time_out_of_a_proxy_is_one_of_the_system() {
    let sent = Arc::new(AtomicUsize::new(0));
    let took_effect = Arc::clone(&sent);
    let system = ScriptedSystem::start(CONTRACT, move |asked| match asked.call.as_str() {
        "GET /base/5" => (200, record(5, took_effect.load(Ordering::Relaxed) == 0)),
        "GET /base/all" => (200, json!([{"id": 9, "name": "Acme", "portal": true}])),
        _ => {
            sent.fetch_add(1, Ordering::Relaxed);
            (408, Json::Null)
        }
    })
    .await;
    for outcome in [
        system.client.update("5", "Shop 5", &[unpublish()]).await,
        system.client.create(&create(vec![]), "key").await,
    ] {
        assert!(matches!(outcome, Outcome::Applied(_)), "{outcome:?}");
    }
    let writes = system.asked().iter().filter(|(call, _)| !call.starts_with("GET")).count();
    assert_eq!(writes, 2, "what took effect is not sent again");
}
