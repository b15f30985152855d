//! What is known of an update that was not answered as it should have been.

use super::believed::{CONTRACT, failed, limited_system, scripted_system, writes};
use super::{ScriptedSystem, change, record, unpublish};
use crate::apply::{Outcome, WriteEffect};
use crate::model::{Setting, Value};
use serde_json::{Value as Json, json};
use std::sync::{Arc, Mutex};

/// The answer to an update may show the record as it was before.
#[tokio::test]
async fn an_update_whose_answer_does_not_hold_it_is_looked_up() {
    for (then, is_applied) in [(record(5, false), true), (record(5, true), false)] {
        let sent = Arc::new(Mutex::new(false));
        let system = scripted_system(move |call| {
            let mut sent = sent.lock().unwrap();
            let is_after = *sent && call.starts_with("GET");
            *sent = *sent || call.starts_with("PATCH");
            (200, if is_after { then.clone() } else { record(5, true) })
        })
        .await;
        match system.client.update("5", "Shop 5", &[unpublish()]).await {
            Outcome::Applied(_) => assert!(is_applied),
            outcome => {
                assert_eq!(failed(outcome).effect, WriteEffect::Possible);
                assert!(!is_applied);
            }
        }
        assert_eq!(writes(&system), 1);
    }
}

#[tokio::test]
async fn an_update_after_which_the_record_has_another_name_is_in_doubt() {
    let renamed = || json!({"id": 5, "name": "SHOP 5", "portal": false});
    for status in [200, 500] {
        let sent = Arc::new(Mutex::new(false));
        let system = limited_system(0, move |call| {
            let mut sent = sent.lock().unwrap();
            *sent = *sent || call.starts_with("PATCH");
            let status = if call.starts_with("PATCH") { status } else { 200 };
            (status, if *sent { renamed() } else { record(5, true) })
        })
        .await;
        let failure = failed(system.client.update("5", "Shop 5", &[unpublish()]).await);
        assert!(failure.effect.is_possible(), "{failure:?}");
        if status == 200 {
            assert_eq!(failure.effect, WriteEffect::Partial);
            assert!(failure.message.contains("is called \"SHOP 5\""), "{failure:?}");
        }
    }
}

/// What an update wrote shows, whatever its answer says; what the record held before does not.
#[tokio::test]
async fn a_part_of_an_update_that_a_look_up_shows_was_written() {
    let contract = format!(
        "{CONTRACT}\n  fields: {{omnireturns.portal: {{at: /portal}}, omnireturns.company: {{at: \
         /group}}}}"
    );
    let shop = |portal: bool, group: &str| json!({"id": 5, "name": "Shop 5", "portal": portal, "group": group});
    let group = change(Setting::OmnireturnsCompany, Value::text("SEKO"), Value::text("Loop"));
    let changes = [unpublish(), group];
    let refused = || json!({"Success": false, "Message": "in use"});
    for (before, after, (status, answer), effect) in [
        (shop(true, "SEKO"), shop(true, "Loop"), (500, Json::Null), WriteEffect::Partial),
        (shop(false, "SEKO"), shop(false, "SEKO"), (500, Json::Null), WriteEffect::Possible),
        // The next attempt sees another value.
        (shop(true, "SEKO"), shop(false, "Other"), (500, Json::Null), WriteEffect::Partial),
        (shop(false, "SEKO"), shop(false, "Other"), (500, Json::Null), WriteEffect::Possible),
        // A refusal by the body or by the status.
        (shop(true, "SEKO"), shop(true, "Loop"), (200, refused()), WriteEffect::Partial),
        (shop(true, "SEKO"), shop(false, "Loop"), (409, refused()), WriteEffect::Partial),
        (shop(true, "SEKO"), shop(true, "SEKO"), (422, refused()), WriteEffect::None),
        (shop(false, "SEKO"), shop(false, "SEKO"), (400, refused()), WriteEffect::None),
    ] {
        let live = Arc::new(Mutex::new(before.clone()));
        let sent = after.clone();
        let contract = format!("{contract}\n  success: {{flag: /Success, message: /Message}}");
        let system = ScriptedSystem::start(&contract, move |asked| {
            let mut live = live.lock().unwrap();
            if asked.call.starts_with("PATCH") {
                *live = sent.clone();
                return (status, answer.clone());
            }
            (200, live.clone())
        })
        .await;
        let failure = failed(system.client.update("5", "Shop 5", &changes).await);
        assert_eq!(failure.effect, effect, "{before} {after} {status}: {failure:?}");
    }
}
