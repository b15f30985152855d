//! Lists that exceed the limits.

use super::{CallError, ScriptedSystem, numbers, record, records};
use crate::model::Limits;
use crate::systems::budget::TooLarge;
use serde_json::json;
use std::sync::{Arc, Mutex};

const CURSOR: &str =
    "  list: {path: /all, items: /i, paging: {style: cursor, cursor: after, next: /next}}";
const TOTAL: &str = "  list: {path: /all, items: /i, paging: \
                     {style: page, page: p, size: n, ask: 2, total: /t}}";
const COUNTED: &str =
    "  list: {path: /all, items: /i, paging: {style: page, page: p, size: n, ask: 2}}";

fn limits() -> Limits {
    Limits { max_pages: 5, max_records: 20, max_list_mib: 1, retries: 1, ..Limits::default() }
}

/// Returns the limit that a list exceeded, and the number of requests.
async fn beyond(bench: &ScriptedSystem) -> (&'static str, usize) {
    match bench.ids().await.unwrap_err() {
        CallError::TooLarge(TooLarge { key, .. }) => (key, bench.asked().len()),
        other => panic!("{other}"),
    }
}

#[tokio::test]
async fn a_list_without_an_end_is_given_up() {
    for (contract, new_a_page, key, requests) in
        [(CURSOR, 1, "max_pages", 5), (CURSOR, 8, "max_records", 3), (COUNTED, 2, "max_pages", 5)]
    {
        let count = Arc::new(Mutex::new(0));
        let bench = ScriptedSystem::limited(limits(), contract, move |_| {
            let mut count = count.lock().unwrap();
            let from = *count;
            *count += new_a_page;
            (200, json!({"i": records(from, *count), "next": *count}))
        })
        .await;
        assert_eq!(beyond(&bench).await, (key, requests), "{contract}");
    }
}

#[tokio::test]
async fn full_pages_that_are_all_the_same_are_not_the_whole_list() {
    let offset =
        "  list: {path: /all, items: /i, paging: {style: offset, offset: o, limit: n, ask: 2}}";
    for (contract, position) in [(COUNTED, "p"), (offset, "o")] {
        let system = ScriptedSystem::start(contract, |_| (200, json!({"i": records(0, 2)}))).await;
        let error = system.ids().await.unwrap_err();
        assert!(matches!(error, CallError::Contract(_)), "{error}");
        assert!(error.to_string().contains(&format!("ignores `{position}`, or")), "{error}");
    }
    // A system that ignores the size as well returns all that it has.
    let system = ScriptedSystem::start(COUNTED, |_| (200, json!({"i": records(0, 3)}))).await;
    assert_eq!(system.ids().await, Ok(numbers(0, 3)));
    // A system that repeats its last page beyond the end.
    let system = ScriptedSystem::start(COUNTED, |asked| {
        let from = if asked.call.contains("p=1&") { 0 } else { 2 };
        (200, json!({"i": records(from, from + 2)}))
    })
    .await;
    assert_eq!(system.ids().await, Ok(numbers(0, 4)));
}

#[tokio::test]
async fn a_total_that_grows_meanwhile_is_a_list_that_moved() {
    for (totals, is_whole) in [([4, 4], true), ([4, 5], false), ([4, 3], true)] {
        let system = ScriptedSystem::limited(limits(), TOTAL, move |asked| {
            let is_first = asked.call == "GET /base/all?p=1&n=2";
            let (total, from) = if is_first { (totals[0], 0) } else { (totals[1], 2) };
            (200, json!({"i": records(from, from + 2), "t": total}))
        })
        .await;
        match system.ids().await {
            Ok(ids) => assert!(is_whole && ids.len() == 4, "{totals:?}"),
            Err(error) => assert!(matches!(error, CallError::Moved { total: 5, .. }), "{error}"),
        }
        assert_eq!(system.asked().len(), if is_whole { 2 } else { 6 }, "{totals:?}");
    }
}

#[tokio::test]
async fn of_two_lists_under_one_name_the_last_counts() {
    let contract = "  list: {path: /all, items: /i, paging: {style: none}}";
    let first = json!([record(1, true)]);
    let last = json!([record(2, true)]);
    // A page that begins with `<` is sent as it is.
    let twice = format!("<BOM>{{\"i\": {first}, \"i\": {last}}}");
    let system = ScriptedSystem::start(contract, move |_| (200, json!(twice))).await;
    assert_eq!(system.ids().await, Ok(numbers(2, 3)));
}

#[tokio::test]
async fn a_total_beyond_the_limits_is_believed_at_once() {
    for (total, key) in [(5_000_000, "max_records"), (20, "max_pages")] {
        let bench = ScriptedSystem::limited(limits(), TOTAL, move |_| {
            (200, json!({"i": [record(1, true)], "t": total}))
        })
        .await;
        assert_eq!(beyond(&bench).await, (key, 1));
        let error = bench.ids().await.unwrap_err();
        assert!(error.hint().contains("raise the limit"), "{error}");
    }
}

#[tokio::test]
async fn a_whole_list_has_a_size() {
    let junk = "x".repeat(300 << 10);
    let bench = ScriptedSystem::limited(limits(), TOTAL, move |asked| {
        let page: u64 = asked.call.split("p=").nth(1).unwrap()[..1].parse().unwrap();
        (200, json!({"i": records(page * 2 - 2, page * 2), "t": 10, "junk": junk}))
    })
    .await;
    assert_eq!(beyond(&bench).await.0, "max_list_mib");
}

#[tokio::test]
async fn one_body_has_a_size_and_is_not_asked_for_again() {
    let body = Limits { max_body_mib: 1, ..Limits::default() };
    let bench =
        ScriptedSystem::limited(body, TOTAL, |_| (200, json!({"junk": "x".repeat(2 << 20)}))).await;
    assert_eq!(beyond(&bench).await, ("max_body_mib", 1));
}
