//! Which responses to writes are accepted, and for which record.

use super::CallError;
use super::{ReceivedRequest, ScriptedSystem, change, create, record, unpublish};
use crate::apply::{Outcome, WriteEffect, WriteFailure};
use crate::model::{Advice, Id, Limits, Setting, Value};
use crate::plan::Change;
use serde_json::{Value as Json, json};
use std::sync::{Arc, Mutex};

pub(super) const CONTRACT: &str = "  read: {path: '/{id}', record: ''}\n  \
                        create: {path: /new, record: '', carries: [omnireturns.portal]}\n  \
                        update: {path: '/{id}', record: ''}";

pub(super) fn failed(outcome: Outcome) -> WriteFailure {
    match outcome {
        Outcome::Failed(failure) => failure,
        other => panic!("{other:?}"),
    }
}

fn stale(outcome: Outcome) -> Advice {
    match outcome {
        Outcome::Stale(advice) => advice,
        other => panic!("{other:?}"),
    }
}

fn acme(id: u64, portal: bool) -> Json {
    json!({"id": id, "name": "Acme", "portal": portal})
}

fn unpublished() -> Vec<Change> {
    vec![change(Setting::OmnireturnsPortal, Value::Unset, Value::text("unpublished"))]
}

pub(super) async fn scripted_system(
    answer: impl Fn(&str) -> (u16, Json) + Clone + Send + Sync + 'static,
) -> ScriptedSystem {
    limited_system(1, answer).await
}

/// Like [`scripted_system`], for a client that retries as often as this.
pub(super) async fn limited_system(
    retries: u32,
    answer: impl Fn(&str) -> (u16, Json) + Clone + Send + Sync + 'static,
) -> ScriptedSystem {
    let limits = Limits { retries, ..Limits::default() };
    let answer = move |asked: &ReceivedRequest| answer(asked.call.as_str());
    ScriptedSystem::limited(limits, CONTRACT, answer).await
}

pub(super) fn writes(scripted_system: &ScriptedSystem) -> usize {
    scripted_system.asked().iter().filter(|(call, _)| !call.starts_with("GET")).count()
}

#[tokio::test]
async fn a_create_that_is_answered_with_another_record_is_in_doubt() {
    for there in [json!([]), json!([acme(9, false)]), json!([acme(8, false), acme(9, false)])] {
        let listed = there.clone();
        let scripted_system = scripted_system(move |call| match call {
            "GET /base/all" => (200, listed.clone()),
            "POST /base/new" => (200, record(77, true)),
            other => panic!("{other}"),
        })
        .await;
        let failure = failed(scripted_system.client.create(&create(unpublished()), "key").await);
        let effect = if there == json!([]) { WriteEffect::Possible } else { WriteEffect::Partial };
        assert_eq!(failure.effect, effect, "{failure:?}");
        assert!(
            failure.message.contains("asked for a record called \"Acme\", got \"Shop 77\" (id 77)"),
            "{failure:?}"
        );
        assert!(failure.hint.contains("pin its id"), "{failure:?}");
        assert_eq!(writes(&scripted_system), 1, "record 77 is left alone");
    }
}

#[tokio::test]
async fn a_create_whose_record_is_not_found_is_in_doubt() {
    for (live, said) in [
        ((404, Json::Null), "with id 9, which no record has"),
        ((200, json!({"id": 9, "name": "Birch", "portal": false})), "got \"Birch\" (id 9)"),
    ] {
        let scripted_system = scripted_system(move |call| match call {
            "POST /base/new" => (200, acme(9, false)),
            "GET /base/all" => (200, json!([])),
            _ => live.clone(),
        })
        .await;
        let failure = failed(scripted_system.client.create(&create(unpublished()), "key").await);
        assert!(failure.effect.is_possible() && failure.message.contains(said), "{failure:?}");
        assert!(failure.hint.contains("--fresh-idempotency-keys"), "{failure:?}");
    }
}

#[tokio::test]
async fn an_update_that_is_answered_with_another_record_is_in_doubt() {
    let scripted_system = scripted_system(|call| match call {
        "GET /base/5" => (200, record(5, true)),
        "PATCH /base/5" => (200, record(6, false)),
        other => panic!("{other}"),
    })
    .await;
    let failure = failed(scripted_system.client.update("5", "Shop 5", &[unpublish()]).await);
    assert_eq!(failure.effect, WriteEffect::Possible, "{failure:?}");
    assert!(failure.message.contains("asked for record 5, got record 6"), "{failure:?}");
    assert!(failure.message.ends_with("a look-up does not show all changes"), "{failure:?}");
}

#[tokio::test]
async fn a_record_that_was_renamed_is_stale() {
    let scripted_system = scripted_system(|call| match call {
        "GET /base/5" => (200, record(5, true)),
        other => panic!("{other}"),
    })
    .await;
    for seen in ["Acme", "SHOP 5"] {
        let failure = stale(scripted_system.client.update("5", seen, &[unpublish()]).await);
        assert!(failure.message.contains("is called \"Shop 5\""), "{failure:?}");
    }
    assert_eq!(writes(&scripted_system), 0);
}

#[tokio::test]
async fn a_record_that_has_the_name_that_is_set_goes_on() {
    let scripted_system = ScriptedSystem::start(
        &format!("{CONTRACT}\n  fields: {{omnireturns.portal: {{at: /portal}}, omnireturns.name: {{at: /name}}}}"),
        |asked| match asked.call.as_str() {
            "GET /base/5" => (200, record(5, true)),
            "PATCH /base/5" => (200, record(5, false)),
            other => panic!("{other}"),
        },
    )
    .await;
    let rename = change(Setting::OmnireturnsName, Value::text("Acme"), Value::text("Shop 5"));
    let outcome = scripted_system.client.update("5", "Acme", &[rename, unpublish()]).await;
    assert!(matches!(outcome, Outcome::Applied(_)), "{outcome:?}");
}

#[tokio::test]
async fn a_create_that_is_rejected_is_looked_up() {
    for status in [409, 422] {
        for (there, done) in [
            (json!([]), None),
            (json!([acme(9, false)]), Some(true)),
            (json!([acme(9, true)]), Some(false)),
            (json!([acme(8, false), acme(9, false)]), Some(false)),
        ] {
            let listed = there.clone();
            let scripted_system = scripted_system(move |call| match call {
                "GET /base/all" => (200, listed.clone()),
                _ => (status, json!({"Success": false, "Message": "taken"})),
            })
            .await;
            let outcome = scripted_system.client.create(&create(unpublished()), "key").await;
            match done {
                None => assert!(!failed(outcome).effect.is_possible(), "nothing is there"),
                Some(true) => assert!(matches!(outcome, Outcome::Already(_)), "{outcome:?}"),
                Some(false) => drop(stale(outcome)),
            }
            assert_eq!(writes(&scripted_system), 1, "{status} {there}");
        }
    }
}

#[tokio::test]
async fn a_create_that_is_refused_after_a_lost_answer_is_looked_up() {
    for is_there in [true, false] {
        let answers = Arc::new(Mutex::new(vec![400, 500]));
        let looks = Arc::new(Mutex::new(0));
        let scripted_system = scripted_system(move |call| match call {
            "GET /base/all" => {
                // The record is not visible at once.
                *looks.lock().unwrap() += 1;
                let is_seen = is_there && *looks.lock().unwrap() > 1;
                (200, if is_seen { json!([acme(9, false)]) } else { json!([]) })
            }
            _ => (answers.lock().unwrap().pop().unwrap(), json!("it exists")),
        })
        .await;
        let outcome = scripted_system.client.create(&create(unpublished()), "key").await;
        assert_eq!(writes(&scripted_system), 2);
        match is_there {
            true => assert!(matches!(outcome, Outcome::Applied(_)), "{outcome:?}"),
            false => assert!(failed(outcome).effect.is_possible()),
        }
    }
}

#[tokio::test]
async fn a_create_that_is_delayed_after_a_lost_answer_is_looked_up() {
    // The first answer is lost, or the first attempt had no effect; then the system is busy.
    for (first, is_there, expected) in [(500, true, 2), (500, false, 3), (429, false, 3)] {
        let answers = Arc::new(Mutex::new(vec![200, 429, first]));
        let sent = Arc::clone(&answers);
        let system = limited_system(2, move |call| match call {
            "GET /base/all" if is_there && sent.lock().unwrap().len() == 1 => {
                (200, json!([acme(9, false)]))
            }
            "GET /base/all" => (200, json!([])),
            "GET /base/9" => (200, acme(9, false)),
            _ => (answers.lock().unwrap().pop().unwrap(), acme(9, false)),
        })
        .await;
        let outcome = system.client.create(&create(unpublished()), "key").await;
        assert!(matches!(outcome, Outcome::Applied(_)), "{outcome:?}");
        assert_eq!(writes(&system), expected, "{first} {is_there}");
        let lists = system.asked().iter().filter(|(call, _)| call == "GET /base/all").count();
        assert_eq!(lists, if first == 500 { 2 } else { 0 }, "{first} {is_there}");
    }
}

#[tokio::test]
async fn an_answer_with_an_unclear_flag_is_no_success() {
    let contract = "  success: {flag: /ok}\n  \
                    list: {path: /all, items: /i, paging: {style: none}}\n  \
                    create: {path: /new, record: ''}";
    for (flag, is_read) in [(json!("error"), false), (Json::Null, true), (json!(1), true)] {
        let listed = json!({"i": [acme(9, false)], "ok": flag});
        let system = ScriptedSystem::start(contract, move |_| (200, listed.clone())).await;
        assert_eq!(system.ids().await.is_ok(), is_read, "{flag}");
    }
    let system = ScriptedSystem::start(contract, |asked| match asked.call.as_str() {
        "POST /base/new" => (200, json!({"ok": "error", "id": 9, "name": "Acme"})),
        _ => (200, json!({"i": []})),
    })
    .await;
    assert!(failed(system.client.create(&create(vec![]), "key").await).effect.is_possible());
    assert!(system.asked().iter().any(|(call, _)| call == "GET /base/all"), "it is looked up");
}

#[tokio::test]
async fn two_records_after_a_lost_answer_are_in_doubt() {
    let scripted_system = scripted_system(|call| match call {
        "GET /base/all" => (200, json!([acme(8, false), acme(9, false)])),
        _ => (500, Json::Null),
    })
    .await;
    let failure = failed(scripted_system.client.create(&create(unpublished()), "key").await);
    assert!(
        failure.effect.is_possible() && failure.message.contains("2 records called"),
        "{failure:?}"
    );
}

#[tokio::test]
async fn a_byte_order_mark_is_skipped() {
    let seen = Arc::new(Mutex::new(0));
    let scripted_system = scripted_system(move |_| {
        *seen.lock().unwrap() += 1;
        (200, json!(format!("<BOM>{}", json!([acme(9, true)]))))
    })
    .await;
    assert_eq!(scripted_system.ids().await, Ok(vec!["9".to_owned()]));
}

#[tokio::test]
async fn a_page_without_json_does_not_say_that_a_record_is_gone() {
    for (answer, is_gone) in [
        (Json::Null, true),
        (json!({"message": "unknown"}), true),
        (json!("<html>no such host</html>"), false),
    ] {
        let system = scripted_system(move |_| (404, answer.clone())).await;
        let error = system.client.record("9").await.unwrap_err();
        assert_eq!(error == CallError::NotFound, is_gone, "{error}");
        let outcome = system.client.update("9", "Acme", &unpublished()).await;
        assert_eq!(matches!(outcome, Outcome::Stale(_)), is_gone, "{outcome:?}");
    }
}

#[tokio::test]
async fn a_company_that_is_another_by_now_makes_a_write_stale() {
    let contract = format!(
        "{CONTRACT}\n  fields: {{omnireturns.company: {{at: /group, write_at: /group_id}}}}\n  \
         companies: {{path: /groups, items: /g, id: /id, name: /name}}"
    );
    let company = change(Setting::OmnireturnsCompany, Value::text("SEKO"), Value::text("Loop"));
    let company = Change { after_id: Id::from_json(&json!(2)), ..company };
    let group = |id: u64, name: &str| json!({"id": id, "name": name});
    for (groups, now) in [
        (json!([group(2, "Loop NZ")]), "no company has that name any more"),
        (json!([group(2, "Loop NZ"), group(9, "Loop")]), "that name now belongs to id 9"),
        (json!([group(2, "Loop"), group(9, "Loop")]), "2 companies now have that name"),
    ] {
        let system = ScriptedSystem::start(&contract, move |asked| match asked.call.as_str() {
            "GET /base/groups" => (200, json!({"g": groups})),
            "GET /base/5" => (200, json!({"id": 5, "name": "Shop 5", "group": "SEKO"})),
            other => panic!("{other}"),
        })
        .await;
        let failure =
            stale(system.client.update("5", "Shop 5", std::slice::from_ref(&company)).await);
        assert!(failure.message.ends_with(now), "{failure:?}");
        stale(system.client.create(&create(vec![company.clone()]), "key").await);
        let calls = system.asked().into_iter().filter(|(call, _)| call == "GET /base/groups");
        assert_eq!((calls.count(), writes(&system)), (1, 0), "the companies are read once");
    }
}

#[tokio::test]
async fn companies_that_could_not_be_read_are_read_again() {
    let contract = format!(
        "{CONTRACT}\n  fields: {{omnireturns.company: {{at: /group, write_at: /group_id}}}}\n  \
         companies: {{path: /groups, items: /g, id: /id, name: /name}}"
    );
    let company = change(Setting::OmnireturnsCompany, Value::text("SEKO"), Value::text("Loop"));
    let company = Change { after_id: Id::from_json(&json!(2)), ..company };
    let (is_down, is_moved) = (Arc::new(Mutex::new(true)), Arc::new(Mutex::new(false)));
    let down = Arc::clone(&is_down);
    let system = ScriptedSystem::start(&contract, move |asked| {
        let group = if *is_moved.lock().unwrap() { "Loop" } else { "SEKO" };
        let record = json!({"id": 5, "name": "Shop 5", "group": group});
        match asked.call.as_str() {
            "GET /base/groups" if *down.lock().unwrap() => (500, json!({})),
            "GET /base/groups" => (200, json!({"g": [{"id": 2, "name": "Loop"}]})),
            "GET /base/5" => (200, record),
            "PATCH /base/5" => {
                *is_moved.lock().unwrap() = true;
                (200, json!({"id": 5, "name": "Shop 5", "group": "Loop"}))
            }
            other => panic!("{other}"),
        }
    })
    .await;
    let update = || system.client.update("5", "Shop 5", std::slice::from_ref(&company));
    let failure = failed(update().await);
    assert!(failure.message.starts_with("reading the companies"), "{failure:?}");
    assert_eq!((failure.effect.is_possible(), writes(&system)), (false, 0));
    *is_down.lock().unwrap() = false;
    let outcome = update().await;
    assert!(matches!(outcome, Outcome::Applied(_)), "{outcome:?}");
}

/// Returns answers to a write that was taken which do not hold the record.
fn unusable() -> [(u16, Json); 6] {
    [
        (204, Json::Null),
        (200, Json::Null),
        (200, json!("<html>done</html>")),
        (201, json!("<{\"id\": 9, \"na")),
        (200, json!([])),
        (303, Json::Null),
    ]
}

#[tokio::test]
async fn an_update_whose_answer_is_unusable_is_looked_up() {
    for answer in unusable() {
        for taken in [true, false] {
            let (live, sent) = (Arc::new(Mutex::new(true)), answer.clone());
            let system = scripted_system(move |call| match call {
                "GET /base/5" => (200, record(5, *live.lock().unwrap())),
                "PATCH /base/5" => {
                    *live.lock().unwrap() = !taken;
                    sent.clone()
                }
                other => panic!("{other}"),
            })
            .await;
            let outcome = system.client.update("5", "Shop 5", &[unpublish()]).await;
            assert_eq!(writes(&system), 1, "{answer:?}");
            if taken {
                assert!(matches!(outcome, Outcome::Applied(_)), "{answer:?}: {outcome:?}");
                continue;
            }
            let failure = failed(outcome);
            assert!(failure.effect.is_possible(), "{answer:?}: {failure:?}");
            assert!(
                failure.message.ends_with("a look-up does not show all changes"),
                "{failure:?}"
            );
        }
    }
}

#[tokio::test]
async fn a_create_whose_answer_is_unusable_is_looked_up() {
    for answer in unusable() {
        for there in [json!([acme(9, false)]), json!([]), json!([acme(8, false), acme(9, false)])] {
            let (listed, sent) = (there.clone(), answer.clone());
            let system = scripted_system(move |call| match call {
                "GET /base/all" => (200, listed.clone()),
                "POST /base/new" => sent.clone(),
                other => panic!("{other}"),
            })
            .await;
            let outcome = system.client.create(&create(unpublished()), "key").await;
            assert_eq!(writes(&system), 1, "{answer:?}");
            match there.as_array().unwrap().len() {
                1 => assert!(matches!(outcome, Outcome::Applied(_)), "{answer:?}: {outcome:?}"),
                0 => {
                    let failure = failed(outcome);
                    assert!(failure.effect.is_possible(), "{answer:?}");
                    let found = "a look-up finds no record of that name";
                    assert!(failure.message.ends_with(found), "{failure:?}");
                }
                _ => assert!(failed(outcome).message.contains("2 records called"), "{answer:?}"),
            }
        }
    }
}

#[tokio::test]
async fn an_update_that_may_have_landed_is_not_stale() {
    let named = |name: &str, portal: bool, group: &str| json!({"id": 5, "name": name, "portal": portal, "group": group});
    let before = named("Shop 5", true, "SEKO");
    for (then, effect) in [
        ((404, Json::Null), WriteEffect::Possible),
        ((200, named("Other", true, "SEKO")), WriteEffect::Possible),
        ((200, named("Other", false, "SEKO")), WriteEffect::Partial),
        ((200, named("Shop 5", true, "Other")), WriteEffect::Possible),
        ((200, named("Shop 5", false, "Other")), WriteEffect::Partial),
    ] {
        for is_sent in [true, false] {
            let sent = Arc::new(Mutex::new(!is_sent));
            let (before, after) = (before.clone(), then.clone());
            let contract = format!(
                "{CONTRACT}\n  fields: {{omnireturns.portal: {{at: /portal}}, \
                 omnireturns.company: {{at: /group}}}}"
            );
            let scripted_system = ScriptedSystem::start(&contract, move |asked| {
                let mut sent = sent.lock().unwrap();
                match asked.call.as_str() {
                    "GET /base/5" if *sent => after.clone(),
                    "GET /base/5" => (200, before.clone()),
                    "PATCH /base/5" => {
                        *sent = true;
                        (500, Json::Null)
                    }
                    other => panic!("{other}"),
                }
            })
            .await;
            let group =
                change(Setting::OmnireturnsCompany, Value::text("SEKO"), Value::text("Loop"));
            let changes = [unpublish(), group];
            let outcome = scripted_system.client.update("5", "Shop 5", &changes).await;
            if is_sent {
                let failure = failed(outcome);
                assert_eq!(failure.effect, effect, "{failure:?}");
                let start = "an attempt may have taken effect, and then ";
                assert!(failure.message.starts_with(start), "{failure:?}");
            } else {
                stale(outcome);
            }
        }
    }
}

#[tokio::test]
async fn a_record_of_somebody_else_is_not_taken_for_a_lost_create() {
    let contract = CONTRACT.replace("carries: [", "carries: [omnireturns.company, ")
        + "\n  fields: {omnireturns.portal: {at: /portal}, omnireturns.company: {at: /group}, \
           omnireturns.emails: {at: /emails}}";
    let there = |portal: bool, group: &str, emails: Json| json!({"id": 9, "name": "Acme", "portal": portal, "group": group, "emails": emails});
    let group = || change(Setting::OmnireturnsCompany, Value::Unset, Value::text("Loop"));
    for (record, is_ours) in [
        (there(false, "Loop", json!([])), true),
        (there(false, "", json!([])), true),
        (there(true, "Loop", json!([])), false),
        (there(false, "SEKO", json!([])), false),
        (there(false, "Loop", json!(["boss@acme.example"])), false),
    ] {
        let live = Arc::new(Mutex::new(json!([])));
        let whole = there(false, "Loop", json!([]));
        let scripted_system = ScriptedSystem::start(&contract, move |asked| {
            let mut live = live.lock().unwrap();
            match asked.call.as_str() {
                "GET /base/all" => (200, live.clone()),
                "GET /base/9" => (200, live[0].clone()),
                "PATCH /base/9" => {
                    *live = json!([whole]);
                    (200, whole.clone())
                }
                "POST /base/new" => {
                    *live = json!([record]);
                    (503, Json::Null)
                }
                other => panic!("{other}"),
            }
        })
        .await;
        let changes = [unpublished(), vec![group()]].concat();
        let outcome = scripted_system.client.create(&create(changes), "key").await;
        let patches =
            scripted_system.asked().iter().filter(|(call, _)| call.starts_with("PATCH")).count();
        if is_ours {
            assert!(matches!(outcome, Outcome::Applied(_)), "{outcome:?}");
        } else {
            let failure = failed(outcome);
            assert_eq!(failure.effect, WriteEffect::Possible, "{failure:?}");
            assert!(failure.message.contains("another user may have created it"), "{failure:?}");
            assert_eq!(patches, 0);
        }
    }
}

#[tokio::test]
async fn what_a_record_held_before_an_update_was_not_written() {
    let contract = CONTRACT.replace("carries: [", "carries: [omnireturns.company, ")
        + "\n  fields: {omnireturns.portal: {at: /portal}, omnireturns.company: {at: /group}}";
    let published = |portal: bool, group: &str| json!({"id": 9, "name": "Acme", "portal": portal, "group": group});
    let company = Setting::OmnireturnsCompany;
    let changes = [change(company, Value::text("SEKO"), Value::text("Loop")), unpublish()];
    // The first attempt may be lost after it took effect; what it wrote is the run's.
    for (portal, first, already_so) in [
        (false, 200, vec![Setting::OmnireturnsPortal]),
        (true, 200, vec![]),
        (false, 500, vec![Setting::OmnireturnsPortal]),
        (true, 500, vec![]),
    ] {
        let live = Arc::new(Mutex::new(published(portal, "SEKO")));
        let system = ScriptedSystem::start(&contract, move |asked| {
            let mut live = live.lock().unwrap();
            let is_patch = asked.call == "PATCH /base/9";
            if is_patch {
                *live = published(false, "Loop");
            }
            (if is_patch { first } else { 200 }, live.clone())
        })
        .await;
        let outcome = system.client.update("9", "Acme", &changes).await;
        let Outcome::Applied(written) = outcome else { panic!("{outcome:?}") };
        assert_eq!(written.already_so, already_so, "{portal} {first}");
    }
    // One in doubt says so, too: the system ignores a field, or its answers are lost.
    for (status, portal) in [(200, true), (500, true), (200, false), (500, false)] {
        let ignored = published(portal, "SEKO");
        let system = ScriptedSystem::start(&contract, move |asked| {
            (if asked.call.starts_with("PATCH") { status } else { 200 }, ignored.clone())
        })
        .await;
        let failure = failed(system.client.update("9", "Acme", &changes).await);
        assert_eq!(failure.effect, WriteEffect::Possible, "{failure:?}");
        let expected = if portal { vec![] } else { vec![Setting::OmnireturnsPortal] };
        assert_eq!(failure.already_so, expected, "{status} {portal}");
    }
    // What a create has set is written by it.
    let system = ScriptedSystem::start(&contract, move |asked| {
        let is_whole = asked.call.starts_with("PATCH");
        let record = published(false, if is_whole { "Loop" } else { "SEKO" });
        (200, if asked.call.ends_with("/all") { json!([]) } else { record })
    })
    .await;
    let company = change(company, Value::Unset, Value::text("Loop"));
    let outcome = system.client.create(&create([unpublished(), vec![company]].concat()), "k").await;
    let Outcome::Applied(written) = outcome else { panic!("{outcome:?}") };
    assert_eq!(written.already_so, []);
}
