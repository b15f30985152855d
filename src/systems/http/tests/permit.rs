//! Writes that are sent again, or follow another: while the run loses its lease, or after an
//! attempt whose answer was lost.

use super::create::{CREATE, FIELDS, UPDATE, changes, shop};
use super::{ScriptedSystem, create, record, unpublish};
use crate::apply::{Outcome, WriteEffect, WriteFailure};
use crate::systems::Permit;
use async_trait::async_trait;
use serde_json::{Value as Json, json};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

const CONTRACT: &str = "  read: {path: '/{id}', record: ''}\n  \
                        create: {path: /new, record: ''}\n  \
                        update: {path: '/{id}', record: ''}";

/// The lease is lost after the first write.
struct FirstOnly;

#[async_trait]
impl Permit for FirstOnly {
    async fn confirm(&self, is_repeated: bool) -> Result<(), String> {
        if is_repeated { Err("the lease is another's".into()) } else { Ok(()) }
    }
}

fn losing(system: &ScriptedSystem) {
    system.client.set_permit(Arc::new(FirstOnly));
}

fn failed(outcome: Outcome) -> WriteFailure {
    let Outcome::Failed(failure) = outcome else { panic!("{outcome:?}") };
    failure
}

fn writes(system: &ScriptedSystem) -> usize {
    system.asked().iter().filter(|(call, _)| !call.starts_with("GET")).count()
}

#[tokio::test]
async fn a_write_is_not_sent_again_after_the_lease_was_lost() {
    for (status, in_doubt) in [(429, false), (503, true)] {
        let system = ScriptedSystem::start(CONTRACT, move |asked| match asked.call.as_str() {
            "GET /base/5" => (200, record(5, true)),
            "GET /base/all" => (200, json!([])),
            _ => (status, Json::Null),
        })
        .await;
        losing(&system);
        let created = failed(system.client.create(&create(vec![]), "key").await);
        assert_eq!(
            (created.effect.is_possible(), writes(&system)),
            (in_doubt, 1),
            "{status}: {created:?}"
        );
        let updated = failed(system.client.update("5", "Shop 5", &[unpublish()]).await);
        assert_eq!(
            (updated.effect.is_possible(), writes(&system)),
            (in_doubt, 2),
            "{status}: {updated:?}"
        );
        for failure in [created, updated] {
            assert!(failure.message.contains("the lease is another's"), "{failure:?}");
            assert!(failure.effect != WriteEffect::Partial, "{failure:?}");
        }
    }
}

#[tokio::test]
async fn the_second_write_of_a_create_is_not_sent_after_the_lease_was_lost() {
    let contract = format!("{CREATE}\n{FIELDS}\n{UPDATE}");
    let system = ScriptedSystem::start(&contract, |asked| match asked.call.as_str() {
        "POST /base/new" | "GET /base/9" => (200, shop("Loop", false, "")),
        other => panic!("{other}"),
    })
    .await;
    losing(&system);
    let failure = failed(system.client.create(&create(changes()), "key").await);
    assert_eq!(writes(&system), 1);
    assert_eq!(failure.effect, WriteEffect::Partial, "{failure:?}");
    let message = "created with id 9, but then updating record 9 in OmniReturns failed: it was not \
                   sent: the lease is another's";
    assert_eq!(failure.message, message);
}

#[tokio::test]
async fn a_lost_attempt_stays_in_doubt_after_the_next_one_was_refused() {
    let sent = Arc::new(AtomicUsize::new(0));
    let system = ScriptedSystem::start(CONTRACT, move |asked| match asked.call.as_str() {
        "GET /base/5" => (200, record(5, true)),
        "GET /base/all" => (200, json!([])),
        _ if sent.fetch_add(1, Ordering::Relaxed).is_multiple_of(2) => (500, Json::Null),
        _ => (400, json!({"Message": "no"})),
    })
    .await;
    for outcome in [
        system.client.create(&create(vec![]), "key").await,
        system.client.update("5", "Shop 5", &[unpublish()]).await,
    ] {
        let failure = failed(outcome);
        assert!(
            failure.effect.is_possible() && failure.message.contains("HTTP 400"),
            "{failure:?}"
        );
    }
    assert_eq!(writes(&system), 4);
}
