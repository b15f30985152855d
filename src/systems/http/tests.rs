//! Reading and writing with contracts of other shapes, over real HTTP.

mod believed;
mod busy;
mod create;
mod effect;
pub(super) mod encodings;
mod guards;
mod limits;
mod permit;
mod runtime;
mod scripted;
mod secrets;

use super::CallError;
use crate::apply::Outcome;
use crate::model::{Id, Limits, Setting, System, Value};
use crate::plan::{Action, Change, Kind};
use scripted::{ReceivedRequest, ScriptedSystem};
use secrecy::ExposeSecret;
use serde_json::{Value as Json, json};
use std::collections::BTreeSet;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};

fn record(id: u64, portal: bool) -> Json {
    json!({"id": id, "name": format!("Shop {id}"), "portal": portal})
}

/// Returns the records from one number up to, but not including, another.
fn records(from: u64, to: u64) -> Vec<Json> {
    (from..to).map(|id| record(id, true)).collect()
}

fn numbers(from: u64, to: u64) -> Vec<String> {
    (from..to).map(|id| id.to_string()).collect()
}

fn change(setting: Setting, before: Value, after: Value) -> Change {
    Change::new(setting, before, after, "")
}

fn unpublish() -> Change {
    let (before, after) = (Value::text("published"), Value::text("unpublished"));
    change(Setting::OmnireturnsPortal, before, after)
}

fn create(changes: Vec<Change>) -> Action {
    Action {
        id: "a/omnireturns/create".into(),
        system: System::Omnireturns,
        kind: Kind::Create,
        target_id: None,
        name: "Acme".into(),
        depends_on: Vec::new(),
        changes,
    }
}

#[tokio::test]
async fn counted_pages_may_begin_at_nought() {
    let contract = "  list: {path: /all, items: /i, paging: \
                    {style: page, page: p, size: n, ask: 2, first: 0, total: /t}}";
    let bench = ScriptedSystem::start(contract, |asked| {
        let page = asked.call.strip_prefix("GET /base/all?p=").unwrap();
        let page: u64 = page.split('&').next().unwrap().parse().unwrap();
        (200, json!({"i": records(page * 2, (page * 2 + 2).min(5)), "t": 5}))
    })
    .await;
    assert_eq!(bench.ids().await, Ok(numbers(0, 5)));
    assert_eq!(bench.client.probe().await.unwrap().records, 5);
    let calls: BTreeSet<String> = bench.asked().into_iter().map(|(call, _)| call).collect();
    let expected = ["0", "1", "2"].map(|page| format!("GET /base/all?p={page}&n=2"));
    assert_eq!(calls, expected.into());
}

#[tokio::test]
async fn a_list_by_post_has_its_parameters_in_the_body() {
    let contract = "  list: {method: POST, path: '/all?v=1', items: /i, paging: \
                    {style: offset, offset: skip, limit: take, ask: 2}}\n  \
                    companies: {method: POST, path: /groups, items: /g, id: /id, name: /name}";
    let bench = ScriptedSystem::start(contract, |asked| {
        if asked.call == "POST /base/groups" {
            return (200, json!({"g": [{"id": 7, "name": "Loop"}]}));
        }
        let skip = asked.body["skip"].as_u64().unwrap();
        (200, json!({"i": records(skip, (skip + 2).min(3))}))
    })
    .await;
    assert_eq!(bench.ids().await, Ok(numbers(0, 3)));
    let page = |skip| ("POST /base/all?v=1".to_owned(), json!({"skip": skip, "take": 2}));
    assert_eq!(bench.asked(), [page(0), page(2), page(3)]);
    let (state, _) = bench.client.read_all().await.unwrap();
    assert_eq!(state.companies.unwrap()[0].name, "Loop");
    assert_eq!(bench.client.probe().await.unwrap().records, 3, "nobody counts but the reader");
}

#[tokio::test]
async fn a_page_without_new_records_does_not_end_a_list_that_changes() {
    let contract = "  list: {path: /all, items: /i, paging: \
                    {style: offset, offset: skip, limit: take, ask: 2}}";
    // Two records are added before the others while the list is read for the first time.
    let asked_before = Arc::new(Mutex::new(0));
    let bench = ScriptedSystem::start(contract, move |asked| {
        let skip = asked.call.strip_prefix("GET /base/all?skip=").unwrap();
        let skip: u64 = skip.split('&').next().unwrap().parse().unwrap();
        let mut before = asked_before.lock().unwrap();
        *before += 1;
        let from = skip + if *before == 1 { 2 } else { 0 };
        (200, json!({"i": records(from, (from + 2).min(6))}))
    })
    .await;
    assert_eq!(bench.ids().await, Ok(numbers(0, 6)), "read again");

    let ignored = ScriptedSystem::start(contract, |_| (200, json!({"i": records(0, 1)}))).await;
    assert_eq!(ignored.ids().await, Ok(numbers(0, 1)), "the position is ignored");
    assert_eq!(ignored.asked().len(), 3);
}

#[tokio::test]
async fn no_record_is_on_a_single_page_twice() {
    let contract = "  list: {path: /all, items: /i, paging: {style: none}}";
    let twice = json!({"i": [record(1, true), record(2, true), record(1, false)]});
    let bench = ScriptedSystem::start(contract, move |_| (200, twice.clone())).await;
    assert_eq!(bench.ids().await, Err(CallError::Shifted { tries: 3 }));
}

#[tokio::test]
async fn cursors_are_texts_or_numbers_and_idle_pages_have_an_end() {
    let contract = "  list: {path: /all, items: /i, paging: \
                    {style: cursor, cursor: after, next: /next}}";
    let bench = ScriptedSystem::start(contract, |asked| {
        (
            200,
            match asked.call.strip_prefix("GET /base/all") {
                Some("") => json!({"i": records(0, 2), "next": 9}),
                Some("?after=9") => json!({"i": [], "next": "a/b&c"}),
                Some("?after=a%2Fb%26c") => json!({"i": records(2, 3), "next": ""}),
                other => panic!("{other:?}"),
            },
        )
    })
    .await;
    assert_eq!(bench.ids().await, Ok(numbers(0, 3)));

    let count = Mutex::new(0);
    let count = Arc::new(count);
    let endless = ScriptedSystem::start(contract, move |_| {
        let mut count = count.lock().unwrap();
        *count += 1;
        (200, json!({"i": [], "next": *count}))
    })
    .await;
    let error = endless.ids().await.unwrap_err().to_string();
    assert!(error.ends_with("the list does not end: 100 pages in a row contained no new record"));
    assert_eq!(endless.asked().len(), 100);
}

#[tokio::test]
async fn without_a_call_for_one_record_it_is_looked_up() {
    let contract = "  update: {path: '/one/{id}', sends: record}";
    let bench = ScriptedSystem::start(contract, |asked| match asked.call.as_str() {
        "GET /base/all" => (200, json!(records(1, 4))),
        _ => (204, Json::Null),
    })
    .await;
    let ids = BTreeSet::from(["2".to_owned(), "9".to_owned()]);
    let some = bench.client.pinned(&ids).await.unwrap();
    assert_eq!(some.records.len(), 1);
    assert_eq!(bench.client.record("9").await.unwrap_err(), CallError::NotFound);
    let outcome = bench.client.update("2", "Shop 2", &[unpublish()]).await;
    let Outcome::Failed(failure) = outcome else { panic!("{outcome:?}") };
    assert!(failure.message.contains("is published instead of unpublished"), "read again");
    let sent = bench.asked().into_iter().find(|(call, _)| call.starts_with("PATCH")).unwrap();
    assert_eq!(sent, ("PATCH /base/one/2".to_owned(), record(2, false)));
}

#[tokio::test]
async fn an_id_goes_where_the_contract_says_and_nothing_escapes_it() {
    let contract = "  read: {path: '/get?shop={id}&all', record: /it}";
    let odd = "a/..?b=c&d#e f";
    let bench =
        ScriptedSystem::start(contract, move |_| (200, json!({"it": {"id": odd, "name": "x"}})));
    let bench = bench.await;
    // A missing switch makes the reading fail; only the path matters here.
    bench.client.record(odd).await.unwrap_err();
    let path = "GET /base/get?shop=a%2F..%3Fb%3Dc%26d%23e%20f&all";
    assert_eq!(bench.asked()[0].0, path);
}

#[tokio::test]
async fn another_record_than_the_one_asked_for_is_never_written() {
    let contract = "  read: {method: POST, path: /get, record: \"\"}\n  \
                    update: {method: POST, path: /set}";
    let bench = ScriptedSystem::start(contract, |_| (200, record(6, true))).await;
    let outcome = bench.client.update("5", "Shop 5", &[unpublish()]).await;
    let Outcome::Failed(failure) = outcome else { panic!("{outcome:?}") };
    assert!(failure.message.contains("asked for record 5, got record 6"), "{failure:?}");
    assert_eq!(bench.asked(), [("POST /base/get".to_owned(), json!({"id": 5}))]);
}

#[tokio::test]
async fn the_fields_go_where_the_contract_says() {
    let fields = "  fields:\n    \
                  omnireturns.portal: {at: /sites/0/state, on: up, off: down}\n    \
                  omnireturns.company: {at: /group/name, write_at: /group/id}\n    \
                  omnireturns.omnirps_retailer_id: {at: /hub, write_at: /hub_id}\n";
    let live = json!({
        "id": "r5", "name": "Acme", "sites": [{"state": "up", "url": "u"}, {"state": "up"}],
        "group": {"id": 1, "name": "SEKO", "kind": "x"}, "hub": "77", "more": [1],
    });
    let company = Change {
        after_id: Id::from_json(&json!(7)),
        ..change(Setting::OmnireturnsCompany, Value::text("SEKO"), Value::text("Loop"))
    };
    let linked = Setting::OmnireturnsOmnirpsRetailerId;
    let hub = change(linked, Value::text("77"), Value::text("78"));
    for (sends, expected) in [
        (
            "changes",
            json!({"it": {
                "id": "r5", "sites": [{"state": "down", "url": "u"}, {"state": "up"}],
                "group": {"id": 7}, "hub_id": "78",
            }}),
        ),
        (
            "record",
            json!({"it": {
                "id": "r5", "name": "Acme", "sites": [{"state": "down", "url": "u"}, {"state": "up"}],
                "group": {"id": 7, "name": "Loop", "kind": "x"}, "hub": "77", "hub_id": "78",
                "more": [1],
            }}),
        ),
    ] {
        let contract = format!(
            "{fields}  read: {{path: '/one/{{id}}', record: /data}}\n  \
             update: {{method: PUT, path: /set, body: /it, record: /data, sends: {sends}}}"
        );
        let live = live.clone();
        let bench = ScriptedSystem::start(&contract, move |_| (200, json!({"data": live}))).await;
        let changes = [unpublish(), company.clone(), hub.clone()];
        bench.client.update("r5", "Acme", &changes).await;
        let (call, body) = bench.asked().remove(1);
        assert_eq!((call.as_str(), body), ("PUT /base/set", expected), "{sends}");
    }
}

#[tokio::test]
async fn a_record_with_a_number_that_was_rounded_is_not_sent() {
    for (number, is_sent) in [
        (json!(0.25), true),
        (json!(u64::MAX), true),
        (json!(i64::MIN), true),
        (json!(-1.0e19), false),
        (json!(-1.5e300), false),
        (json!(1.2345678901234568e22), false),
    ] {
        let contract = "  read: {path: '/one/{id}', record: /data}\n  \
                        update: {method: PUT, path: /set, sends: record}";
        let live = json!({"data": {"id": 5, "name": "Acme", "portal": true, "n": [number]}});
        let bench = ScriptedSystem::start(contract, move |_| (200, live.clone())).await;
        let Outcome::Failed(failure) = bench.client.update("5", "Acme", &[unpublish()]).await
        else {
            panic!()
        };
        let writes = bench.asked().iter().filter(|(call, _)| call.starts_with("PUT")).count();
        assert_eq!(writes > 0, is_sent, "{failure:?}");
        assert_eq!(failure.message.contains("would be sent back as another one"), !is_sent);
    }
}

#[tokio::test]
async fn a_create_without_an_answer_is_found_by_name() {
    let contract = "  idempotency_header: X-Once\n  \
                    create: {method: PUT, path: /new, body: /shop, carries: [omnireturns.portal]}";
    let publish = change(Setting::OmnireturnsPortal, Value::Unset, Value::text("published"));
    let bench = ScriptedSystem::start(contract, |asked| match asked.call.as_str() {
        "GET /base/all" => (200, json!([{"id": 9, "name": "Acme", "portal": true}])),
        _ => (201, Json::Null),
    })
    .await;
    let outcome = bench.client.create(&create(vec![publish.clone()]), "run/1").await;
    let Outcome::Applied(written) = outcome else { panic!("{outcome:?}") };
    assert_eq!(written.id.as_str(), "9");
    let body = json!({"shop": {"name": "Acme", "portal": true}});
    assert_eq!(bench.asked()[0], ("PUT /base/new".to_owned(), body));
    let once = bench.asked.lock().unwrap()[0].headers["x-once"].clone();
    assert_eq!(once, "run/1");

    let bench = ScriptedSystem::start(contract, |asked| match asked.call.as_str() {
        "GET /base/all" => (200, json!([])),
        _ => (200, json!("OK")),
    })
    .await;
    let outcome = bench.client.create(&create(vec![publish]), "run/1").await;
    let Outcome::Failed(failure) = outcome else { panic!("{outcome:?}") };
    assert!(failure.effect.is_possible() && failure.message.contains("no record called \"Acme\""));
}

#[tokio::test]
async fn an_answer_that_was_lost_at_the_last_attempt_is_looked_up() {
    let contract = "  read: {path: '/{id}', record: ''}\n  \
                    create: {path: /new, record: ''}\n  \
                    update: {path: '/{id}', record: ''}";
    let once = Limits { retries: 0, ..Limits::default() };
    for is_there in [true, false] {
        let written = Arc::new(AtomicBool::new(false));
        let bench = ScriptedSystem::limited(once, contract, move |asked| {
            let portal = !(is_there && written.load(Ordering::Relaxed));
            let record = json!({"id": 9, "name": "Acme", "portal": portal});
            match asked.call.as_str() {
                "POST /base/new" | "PATCH /base/9" => {
                    written.store(true, Ordering::Relaxed);
                    (500, Json::Null)
                }
                "GET /base/all" if !is_there => (200, json!([])),
                "GET /base/all" => (200, json!([record])),
                _ => (200, record),
            }
        })
        .await;
        let outcomes = [
            bench.client.create(&create(vec![unpublish()]), "run/1").await,
            bench.client.update("9", "Acme", &[unpublish()]).await,
        ];
        for outcome in outcomes {
            match outcome {
                Outcome::Applied(_) | Outcome::Already(_) => assert!(is_there),
                Outcome::Failed(failure) => assert!(failure.effect.is_possible() && !is_there),
                other => panic!("{other:?}"),
            }
        }
    }
}

#[tokio::test]
async fn a_write_is_in_doubt_until_somebody_could_look() {
    let contract = "  read: {path: '/{id}', record: ''}\n  \
                    create: {path: /new, record: ''}\n  \
                    update: {path: '/{id}', record: ''}";
    let doubt = |outcome| match outcome {
        Outcome::Failed(failure) => (failure.message, failure.effect.is_possible()),
        other => panic!("{other:?}"),
    };
    // The write gets no response, and then the system refuses this client.
    let bench = ScriptedSystem::start(contract, |asked| match asked.call.as_str() {
        "POST /base/new" => (500, Json::Null),
        _ => (403, Json::Null),
    })
    .await;
    let created = doubt(bench.client.create(&create(vec![]), "run/1").await);
    assert_eq!(
        created.0,
        "looking up \"Acme\" after creating it in OmniReturns failed: the key was rejected: HTTP 403"
    );
    assert!(created.1);
    let unsent = doubt(bench.client.update("5", "Shop 5", &[unpublish()]).await);
    assert_eq!(unsent.0, "reading record 5 in OmniReturns failed: the key was rejected: HTTP 403");
    assert!(!unsent.1, "nothing was sent");

    let reads = Arc::new(Mutex::new(0));
    let bench = ScriptedSystem::start(contract, move |asked| {
        let mut reads = reads.lock().unwrap();
        match asked.call.as_str() {
            "PATCH /base/5" => (500, Json::Null),
            _ if *reads > 0 => (403, Json::Null),
            _ => {
                *reads += 1;
                (200, record(5, true))
            }
        }
    })
    .await;
    assert!(doubt(bench.client.update("5", "Shop 5", &[unpublish()]).await).1);

    // An invalid success: a proxy's page, or a response without the record.
    for answer in [json!("<html>"), json!({"id": 6})] {
        let bench = ScriptedSystem::start(contract, move |asked| match asked.call.as_str() {
            "GET /base/5" => (200, record(5, true)),
            _ => (200, answer.clone()),
        })
        .await;
        assert!(doubt(bench.client.create(&create(vec![]), "run/1").await).1);
        assert!(doubt(bench.client.update("5", "Shop 5", &[unpublish()]).await).1);
    }
}

#[tokio::test]
async fn without_a_flag_the_status_tells_what_was_refused() {
    for (contract, body, said) in [
        ("  success:", json!({"why": "taken"}), "HTTP 422: {\"why\":\"taken\"}"),
        ("  success: {message: /why}", json!({"why": "taken"}), "HTTP 422: taken"),
        ("  success: {message: /why}", json!("no"), "HTTP 422: \"no\""),
        ("  success:", Json::Null, "HTTP 422"),
    ] {
        let bench = ScriptedSystem::start(contract, move |_| (422, body.clone())).await;
        assert_eq!(bench.ids().await, Err(CallError::Rejected(said.into())), "{contract}");
        assert_eq!(bench.asked().len(), 1, "what was refused is not asked again");
    }
    for (body, is_refused) in [(json!({"error": "bad"}), true), (json!({"ok": true}), false)] {
        let bench = ScriptedSystem::start("  success: {flag: /ok}", move |_| (400, body.clone()));
        let bench = bench.await;
        let error = bench.ids().await.unwrap_err();
        assert_eq!(matches!(error, CallError::Refused(_)), is_refused, "{error}");
        assert_eq!(error.may_have_happened(), !is_refused);
        assert_eq!(bench.asked().len(), 1, "it is not a transient error");
    }
    let bench = ScriptedSystem::start("  success:", |_| (500, Json::Null)).await;
    assert!(matches!(bench.ids().await, Err(CallError::Server { status: 500, .. })));
}

const KEY_CALL: &str = "  key: {path: \"/shop/{id}/key\", at: /issued/key}";

#[tokio::test]
async fn a_key_is_fetched_and_then_hidden() {
    let bench = ScriptedSystem::start(KEY_CALL, |asked| match asked.call.as_str() {
        "GET /base/shop/7%2F1/key" => (200, json!({"issued": {"key": "zq9-key"}})),
        _ => (400, json!("who is zq9-key?")),
    })
    .await;
    let key = bench.client.retailer_key("7/1", "Acme").await.unwrap();
    assert_eq!(key.expose_secret(), "zq9-key");
    assert_eq!(bench.asked(), [("GET /base/shop/7%2F1/key".to_owned(), Json::Null)]);
    let error = bench.client.records().await.unwrap_err();
    assert_eq!(error, CallError::Refused("HTTP 400: \"who is [redacted]?\"".into()));
}

#[tokio::test]
async fn an_answer_that_may_hold_a_key_is_not_quoted() {
    let success = "  success: {flag: /ok, message: /why}";
    let of = |text: &str| json!({"ok": false, "why": text, "key": "zq9-key"});
    for (contract, status, body) in [
        (KEY_CALL.to_owned(), 200, json!({"issued": {"kye": "zq9-key"}})),
        (KEY_CALL.to_owned(), 200, json!({"issued": {"key": ["zq9-key"]}})),
        (KEY_CALL.to_owned(), 200, json!({"issued": {"key": ""}, "old": "zq9-key"})),
        (KEY_CALL.to_owned(), 400, json!("zq9-key")),
        (KEY_CALL.to_owned(), 500, json!("zq9-key")),
        (format!("{KEY_CALL}\n{success}"), 200, of("zq9-key is locked")),
        (format!("{KEY_CALL}\n{success}"), 502, json!({"ok": true, "key": "zq9-key"})),
    ] {
        let answer = body.clone();
        let bench = ScriptedSystem::start(&contract, move |_| (status, answer.clone())).await;
        let error = bench.client.retailer_key("1", "Acme").await.unwrap_err();
        let told = format!("{error} {error:?}");
        assert!(!told.contains("zq9"), "{status} {body}: {told}");
    }
}

#[tokio::test]
async fn a_key_that_was_not_issued_is_none() {
    for nothing in [json!(""), json!(null)] {
        let answer = json!({"issued": {"key": nothing}});
        let bench = ScriptedSystem::start(KEY_CALL, move |_| (200, answer.clone())).await;
        assert_eq!(bench.client.retailer_key("1", "Acme").await.unwrap_err(), CallError::NoKey);
    }
    let bench = ScriptedSystem::start(KEY_CALL, |_| (200, json!({"issued": 7}))).await;
    let error = bench.client.retailer_key("1", "Acme").await.unwrap_err();
    assert!(matches!(error, CallError::Contract(_)), "{error}");
}

#[tokio::test]
async fn without_a_call_no_key_is_asked_for() {
    let bench =
        ScriptedSystem::start("  read: {path: \"/{id}\", record: /r}", |_| (200, json!({}))).await;
    let error = bench.client.retailer_key("1", "Acme").await.unwrap_err();
    assert_eq!(error.to_string(), "the contract has no `key` call");
    assert_eq!(bench.asked(), []);
}
