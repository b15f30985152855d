//! What the client never does: write over a version that it did not read, follow a redirect, or
//! ask a system that is down again and again.

use super::{CallError, ScriptedSystem, change, record, unpublish};
use crate::apply::Outcome;
use crate::model::{Limits, Setting, Value};
use axum::http::HeaderMap;
use axum::http::header::{ETAG, IF_MATCH, LOCATION};
use serde_json::{Value as Json, json};
use std::sync::{Arc, Mutex};

const CALLS: &str = "  read: {path: '/{id}', record: ''}\n  update: {path: '/{id}', record: ''}";

#[tokio::test]
async fn an_update_names_the_version_that_was_read() {
    for etag in [Some("\"v1\""), None] {
        let system = ScriptedSystem::with_headers(CALLS, move |asked| {
            let etag = etag.iter().map(|etag| (ETAG, etag.parse().unwrap()));
            (200, etag.collect(), record(5, asked.call.starts_with("GET")))
        })
        .await;
        let outcome = system.client.update("5", "Shop 5", &[unpublish()]).await;
        assert!(matches!(outcome, Outcome::Applied(_)), "{outcome:?}");
        let asked = system.asked.lock().unwrap();
        let [read, written] = asked.as_slice() else { panic!("{asked:?}") };
        assert_eq!(read.headers.get(IF_MATCH), None);
        let sent = written.headers.get(IF_MATCH).map(|value| value.to_str().unwrap());
        assert_eq!(sent, etag);
    }
}

/// The first write is refused because the record has changed; then it is read and compared again.
#[tokio::test]
async fn a_record_that_changed_since_it_was_read_is_compared_again() {
    let calls = format!(
        "{CALLS}\n  fields:\n    omnireturns.portal: {{at: /portal}}\n    \
         omnireturns.omnirps_retailer_id: {{at: /hub}}"
    );
    let link = change(Setting::OmnireturnsOmnirpsRetailerId, Value::text("77"), Value::text("78"));
    // The portal is not part of the change, the link is.
    for (edited, is_stale) in [
        (json!({"id": 5, "name": "Shop 5", "portal": false, "hub": "77"}), false),
        (json!({"id": 5, "name": "Shop 5", "portal": true, "hub": "79"}), true),
    ] {
        let live = json!({"id": 5, "name": "Shop 5", "portal": true, "hub": "77"});
        let live = Arc::new(Mutex::new((live, "\"v1\"")));
        let system = ScriptedSystem::with_headers(&calls, move |asked| {
            let mut live = live.lock().unwrap();
            let is_outdated = asked.headers.get(IF_MATCH).is_some_and(|etag| etag == "\"v1\"");
            if is_outdated {
                *live = (edited.clone(), "\"v2\"");
                return (412, HeaderMap::new(), Json::Null);
            }
            if let Some(hub) = asked.body.get("hub") {
                live.0["hub"] = hub.clone();
            }
            (200, HeaderMap::from_iter([(ETAG, live.1.parse().unwrap())]), live.0.clone())
        })
        .await;
        let outcome = system.client.update("5", "Shop 5", std::slice::from_ref(&link)).await;
        match outcome {
            Outcome::Applied(_) => assert!(!is_stale),
            Outcome::Stale(failure) => {
                assert!(
                    is_stale && failure.message.contains("is 79, but the plan was made from 77")
                );
            }
            other => panic!("{other:?}"),
        }
        let writes = system.asked().iter().filter(|(call, _)| call.starts_with("PATCH")).count();
        assert_eq!(writes, if is_stale { 1 } else { 2 });
    }
}

#[tokio::test]
async fn a_record_that_keeps_changing_is_stale() {
    let system = ScriptedSystem::start(CALLS, |asked| match asked.call.as_str() {
        "GET /base/5" => (200, record(5, true)),
        _ => (412, Json::Null),
    })
    .await;
    let outcome = system.client.update("5", "Shop 5", &[unpublish()]).await;
    let Outcome::Stale(stale) = outcome else { panic!("{outcome:?}") };
    assert!(stale.message.contains("record 5 keeps changing"), "{stale:?}");
    assert_eq!(system.asked().len(), 4, "one attempt, and one retry");
}

#[tokio::test]
async fn a_system_that_rejects_its_own_version_is_told() {
    for (is_same, said) in [(true, "rejects its own version"), (false, "keeps changing")] {
        let reads = Arc::new(Mutex::new(0));
        let system = ScriptedSystem::with_headers(CALLS, move |asked| {
            if asked.call.starts_with("PATCH") {
                return (412, HeaderMap::new(), Json::Null);
            }
            let mut reads = reads.lock().unwrap();
            *reads += 1;
            let version = if is_same { 1 } else { *reads };
            let etag = format!("W/\"{version}\"").parse().unwrap();
            (200, HeaderMap::from_iter([(ETAG, etag)]), record(5, true))
        })
        .await;
        let outcome = system.client.update("5", "Shop 5", &[unpublish()]).await;
        let Outcome::Stale(stale) = outcome else { panic!("{outcome:?}") };
        assert!(stale.message.contains(said), "{stale:?}");
    }
}

#[tokio::test]
async fn a_redirect_is_not_followed_and_its_target_gets_no_key() {
    for status in [301, 302, 303, 307, 308] {
        let other = ScriptedSystem::start(CALLS, |_| (200, record(5, true))).await;
        let target = other.client.base.join("5").unwrap().to_string();
        let system = ScriptedSystem::with_headers(CALLS, move |asked| {
            let to = HeaderMap::from_iter([(LOCATION, target.parse().unwrap())]);
            match asked.call.as_str() {
                "GET /base/5" => (200, HeaderMap::new(), record(5, true)),
                _ => (status, to, Json::Null),
            }
        })
        .await;
        let redirect = CallError::Redirect(status);
        assert_eq!(system.client.record("6").await.unwrap_err(), redirect);
        let outcome = system.client.update("5", "Shop 5", &[unpublish()]).await;
        let Outcome::Failed(failure) = outcome else { panic!("{outcome:?}") };
        assert!(failure.message.contains(&redirect.to_string()), "{failure:?}");
        // After a form was accepted, browsers are sent elsewhere with these.
        let is_in_doubt = matches!(status, 302 | 303);
        assert_eq!(failure.effect.is_possible(), is_in_doubt, "{failure:?}");
        assert_eq!(other.asked(), [], "{status}");
    }
    insta::assert_snapshot!(
        CallError::Redirect(307),
        @"responds with a redirect (HTTP 307), which is not followed because it would expose the key"
    );
}

#[tokio::test]
async fn a_system_that_failed_many_times_in_a_row_gets_no_more_requests() {
    let once = Limits { retries: 0, ..Limits::default() };
    let system = ScriptedSystem::limited(once, CALLS, |asked| match asked.call.as_str() {
        "GET /base/1" => (200, record(1, true)),
        _ => (503, Json::Null),
    })
    .await;
    let fail = async |times| {
        for _ in 0..times {
            let error = system.client.record("2").await.unwrap_err();
            assert!(matches!(error, CallError::Server { status: 503, .. }), "{error}");
        }
    };
    fail(39).await;
    assert!(system.client.record("1").await.is_ok(), "one failure fewer");
    fail(40).await;
    assert_eq!(system.client.record("1").await.unwrap_err(), CallError::Down(40));
    assert_eq!(system.asked().len(), 39 + 1 + 40, "the last one was not sent");
}
