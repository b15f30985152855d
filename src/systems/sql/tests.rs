//! Reading SQLite files, which works on every machine; the tests of the other engines are
//! in `tests/databases`.

use super::{Database, SqlError, Terms, Uploads};
use crate::model::{Id, Limits, Setting, System, SystemState, Value};
use crate::systems::budget::{MemoryBudget, MemoryShare};
use crate::verify::is_reference;
use insta::assert_snapshot;
use secrecy::SecretString;
use std::time::Duration;

/// Reads a system from a new file in which these statements were run.
async fn read(system: System, sql: &str, query: &str) -> Result<SystemState, SqlError> {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("a.db");
    rusqlite::Connection::open(&path).unwrap().execute_batch(sql).unwrap();
    let url = SecretString::from(format!("sqlite:{}", path.display()));
    let terms = Terms::alone(Duration::from_secs(60));
    Database::open(system, &url, query.into(), None, terms).unwrap().read_all().await
}

/// Returns why a query for accounts fails.
async fn why(query: &str) -> String {
    let error = read(System::Omniparcel, "create table a (id, name)", query).await.unwrap_err();
    format!("{error}\nhint: {}", error.hint())
}

#[tokio::test]
async fn ids_keep_their_type() {
    let rows = "values (7, 'Ally'), ('8', 'Bram'), (9.0, 10)";
    let query = format!("with a (id, name) as ({rows}) select name, id from a");
    let records = read(System::Omniparcel, "create table b (n)", &query).await.unwrap().records;
    let ids: Vec<String> = records.iter().map(|record| record.id.to_json().to_string()).collect();
    assert_eq!(ids, ["7", "\"8\"", "9"]);
    assert_eq!(records[2].name, "10");
    assert_eq!(records[0].id, Id::text("7"));
}

#[tokio::test]
async fn a_row_that_is_no_record_is_named() {
    assert_snapshot!(why("select 1 as id, 'a' as name union all select null, 'b'").await, @"
    row 2 of `query` has no `id`
    hint: correct the query, or the data
    ");
    assert_snapshot!(why("select '' as id, 'a' as name").await, @"
    row 1 of `query` has no `id`
    hint: correct the query, or the data
    ");
    assert_snapshot!(why("select -5 as id, 'a' as name").await, @"
    row 1 of `query` has -5 in the column `id`
    hint: correct the query, or the data
    ");
    assert_snapshot!(why("select 7 as id, null as name").await, @"
    row 1 of `query` (id 7) has no `name`
    hint: correct the query, or the data
    ");
    assert_snapshot!(why("select 7 as id, 'a' as name union all select '7', 'b'").await, @"
    `query` returns two rows with the id 7
    hint: a join returns several rows per record; combine them into one row
    ");
    assert_snapshot!(why("select 7 as id, x'00' as name").await, @"
    the column `name` of `query` has the unsupported type blob
    hint: cast it to text in the query: cast(… as text), in MySQL and MariaDB cast(… as char)
    ");
}

#[tokio::test]
async fn a_url_is_read_without_its_secrets() {
    let query = r#"select 7 as id, 'a' as name,
                          'https://u:pw@x.example/hook?token=abc' as "omnirps.tracking_webhook.url",
                          1 as "omnirps.tracking_webhook.enabled",
                          1 as "omnirps.shopify_integration",
                          1 as "omnirps.track_and_trace_emails""#;
    let records = read(System::Omnirps, "create table a (n)", query).await.unwrap().records;
    let url = records[0].value(Setting::OmnirpsTrackingWebhookUrl);
    assert_eq!(url, Some(Value::text("https://***@x.example/hook?***")));
}

#[tokio::test]
async fn a_value_that_is_none_is_named() {
    let why = async |enabled: &str, shopify: &str| {
        let query = format!(
            r#"select 7 as id, 'a' as name, '' as "omnirps.tracking_webhook.url",
                      {enabled} as "omnirps.tracking_webhook.enabled",
                      {shopify} as "omnirps.shopify_integration",
                      1 as "omnirps.track_and_trace_emails""#
        );
        read(System::Omnirps, "create table a (n)", &query).await.unwrap_err().to_string()
    };
    assert_snapshot!(
        why("'s3cret'", "1").await,
        @"row 1 of `query` (id 7) has text that is not one of its values in the column `omnirps.tracking_webhook.enabled`"
    );
    assert_snapshot!(
        why("1", "null").await,
        @"row 1 of `query` (id 7) has nothing in the column `omnirps.shopify_integration`"
    );
}

#[tokio::test]
async fn a_query_that_is_no_select_of_the_columns_is_refused() {
    assert_snapshot!(why("select id from a").await, @r#"
    `query` lacks the column `name`
    hint: spell each column exactly and quote it: select url as "omnirps.tracking_webhook.url", in MySQL and MariaDB with backticks
    "#);
    assert_snapshot!(why("delete from a").await, @"
    `query` would change the database, but only reading is allowed
    hint: write a `select` that changes nothing
    ");
    assert_snapshot!(why("").await, @"
    `query` returns no rows, so it is not a `select`
    hint: write a `select` that changes nothing
    ");
    assert_snapshot!(why("select id, name from a; select 1").await, @"
    `query` is more than one statement
    hint: write one statement, with at most one `;` at its end
    ");
    assert_snapshot!(why("select id, name from a where id = ?").await, @"
    `query` has parameters, but there are no values for them
    hint: write the values into the query; only `uploads` has `{id}` and `{since}`
    ");
    assert_snapshot!(why("select id, name from b").await, @"
    the database rejected `query`: no such table: b
    hint: correct the query, which must be one statement, or grant its user `select` on what it reads
    ");
    assert_snapshot!(why("selec id").await, @r#"
    the database rejected `query`: near "selec": syntax error
    hint: correct the query, which must be one statement, or grant its user `select` on what it reads
    "#);
    for query in ["select id, name from a;", "select id, name from a; -- all"] {
        let empty = read(System::Omniparcel, "create table a (id, name)", query).await;
        assert_eq!(empty, Ok(SystemState::default()), "{query}");
    }
}

#[tokio::test]
async fn lists_come_as_json_or_as_one_text() {
    for (cell, list) in [
        ("'[\"b\", \"a\", null]'", Value::List(vec!["a".into(), "b".into()])),
        ("'one'", Value::List(vec!["one".into()])),
        ("'[one'", Value::List(vec!["[one".into()])),
        ("'[]'", Value::none()),
        ("''", Value::none()),
        ("null", Value::none()),
    ] {
        let query = format!(
            r#"select 7 as id, 'a' as name, 'b' as "omnireturns.company",
                      'Y' as "omnireturns.portal", 5 as "omnireturns.omnirps_retailer_id",
                      {cell} as "omnireturns.emails", null as "omnireturns.hubs""#
        );
        let state = read(System::Omnireturns, "create table a (n)", &query).await.unwrap();
        assert_eq!(state.records[0].value(Setting::OmnireturnsEmails), Some(list), "{cell}");
    }
}

#[tokio::test]
async fn companies_have_an_id_and_a_name() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("a.db");
    rusqlite::Connection::open(&path).unwrap().execute_batch("create table a (n)").unwrap();
    let url = SecretString::from(format!("sqlite:{}", path.display()));
    let open = |companies: Option<&str>| {
        let query = "select 1 as id, 'a' as name".into();
        let companies = companies.map(str::to_owned);
        let terms = Terms::alone(Duration::from_secs(60));
        Database::open(System::Omniparcel, &url, query, companies, terms).unwrap()
    };
    assert_eq!(open(None).read_all().await.unwrap().companies, None);
    let database = open(Some("select 7 as id, 'Loop' as name"));
    assert_eq!(database.read_all().await.unwrap().companies.unwrap()[0].name, "Loop");
    assert_eq!(database.read_all().await.map(|state| state.records.len()), Ok(1));
    let database = open(Some("select 7 as id, 'Loop' as title"));
    assert_snapshot!(
        database.read_all().await.unwrap_err(),
        @"`companies` lacks the column `name`, and has the unknown column `title`"
    );
}

/// Reads accounts on these terms, from an empty database.
async fn accounts(terms: &Terms, query: &str) -> Result<(SystemState, MemoryShare), SqlError> {
    records(System::Omniparcel, terms, query).await
}

/// Reads a system's records on these terms, from an empty database.
async fn records(
    system: System,
    terms: &Terms,
    query: &str,
) -> Result<(SystemState, MemoryShare), SqlError> {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("a.db");
    rusqlite::Connection::open(&path).unwrap().execute_batch("create table a (n)").unwrap();
    let url = SecretString::from(format!("sqlite:{}", path.display()));
    let database = Database::open(system, &url, query.into(), None, terms.clone()).unwrap();
    database.read_with_share().await
}

fn numbers(count: u32, name: &str) -> String {
    format!(
        "with recursive numbers (n) as (select 1 union all select n + 1 from numbers where n < {count})
         select n as id, {name} as name from numbers"
    )
}

#[tokio::test]
async fn a_result_beyond_a_limit_is_given_up() {
    let limits = Limits { max_records: 20, max_list_mib: 1, max_held_mib: 2, ..Limits::default() };
    let terms =
        || Terms { limits, budget: MemoryBudget::new(2), ..Terms::alone(Duration::from_mins(1)) };
    let large = "hex(zeroblob(200000))";
    assert_eq!(accounts(&terms(), &numbers(20, "n")).await.unwrap().0.records.len(), 20);
    let error = accounts(&terms(), &numbers(21, "n")).await.unwrap_err();
    assert_snapshot!(format!("{error}\nhint: {}", error.hint()), @"
    the result of `query` is more than 20 records (`limits.max_records`)
    hint: if the system really has this much data, raise the limit in the project file
    ");
    assert_snapshot!(accounts(&terms(), &numbers(3, large)).await.unwrap_err(), @"the result of `query` is more than 1 MiB (`limits.max_list_mib`)");
    // Memory that one system holds is not available to another.
    let shared = terms();
    let held = accounts(&shared, &numbers(2, large)).await.unwrap();
    let also_held = accounts(&shared, &numbers(2, large)).await.unwrap();
    assert_snapshot!(accounts(&shared, &numbers(2, large)).await.unwrap_err(), @"what is read of all systems at once is more than 2 MiB (`limits.max_held_mib`)");
    drop((held, also_held));
    assert!(accounts(&shared, &numbers(2, large)).await.is_ok());
}

#[tokio::test]
async fn no_text_of_a_database_holds_a_key_of_any_system() {
    let terms = Terms::alone(Duration::from_mins(1));
    terms.redactor.add(SecretString::from("k-0123456789"));
    let refused =
        accounts(&terms, "select 7 as id, 'K%2D0123456789 & Co' as name").await.unwrap_err();
    assert_snapshot!(refused, @"row 1 of `query` (id 7) has a `name` that holds a key");
    let (state, _hold) = accounts(&terms, "select 7 as id, 'K%2D012345678' as name").await.unwrap();
    assert_eq!(state.records[0].name, "K%2D012345678");
    let refused = accounts(&terms, "select 'k-0123456789' as id, 'a' as name").await.unwrap_err();
    assert_snapshot!(refused, @"row 1 of `query` has an `id` that holds a key");
    let refused = accounts(&terms, "select 7 as id, [k-0123456789] as name from a").await;
    assert!(!refused.unwrap_err().to_string().contains("0123456789"));
}

#[tokio::test]
async fn a_declared_address_is_read_although_it_holds_a_key() {
    let terms = Terms::alone(Duration::from_mins(1));
    terms.redactor.add(SecretString::from("k-0123456789"));
    let declared = "https://relay.example/hook?shop=k-0123456789";
    terms.addresses.declare(declared);
    for (live, read) in [
        (declared, declared),
        ("https://relay.example/k-0123456789", "https://relay.example/***"),
        ("https://k-0123456789.example/hook", "[redacted]"),
    ] {
        let query = format!(
            r#"select 7 as id, 'a' as name, '{live}' as "omnirps.tracking_webhook.url",
                      1 as "omnirps.tracking_webhook.enabled", 1 as "omnirps.shopify_integration",
                      1 as "omnirps.track_and_trace_emails""#
        );
        let (state, _hold) = records(System::Omnirps, &terms, &query).await.unwrap();
        let url = state.records[0].value(Setting::OmnirpsTrackingWebhookUrl);
        assert_eq!(url, Some(Value::text(read)));
    }
}

#[tokio::test]
async fn a_test_of_this_tool_stays_one_although_its_order_holds_a_key() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("a.db");
    rusqlite::Connection::open(&path).unwrap().execute_batch("create table a (n)").unwrap();
    let url = SecretString::from(format!("sqlite:{}", path.display()));
    let terms = Terms::alone(Duration::from_mins(1));
    terms.redactor.add(SecretString::from("reconcile"));
    for (order, is_test) in [("RECONCILE-acme-20261013", true), ("of reconcile-acme", false)] {
        let query = format!(
            "select 'TK1' as connote, '{order}' as order_number, null as source, \
             '2026-11-20' as received_at, null as processed_at where {{id}} = 7"
        );
        let uploads = Uploads::open(&url, query, terms.clone()).unwrap();
        let found = uploads.read("7", jiff::civil::date(2026, 11, 1)).await.unwrap();
        let order = found[0].order.as_deref().unwrap();
        assert_eq!(is_reference(order), is_test, "{order}");
        assert!(order.contains("[redacted]") && !order.contains("of reconcile"), "{order}");
    }
}

#[tokio::test]
async fn an_id_in_uploads_compares_with_every_type() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("a.db");
    let tables = "create table untyped (rid); insert into untyped values (7), (8);
                  create table texts (rid text); insert into texts values ('7'), ('8');
                  create table numbers (rid integer); insert into numbers values (7), (8);";
    rusqlite::Connection::open(&path).unwrap().execute_batch(tables).unwrap();
    let url = SecretString::from(format!("sqlite:{}", path.display()));
    for rows in ["untyped where rid", "texts where rid", "numbers where rid + 0"] {
        let query = format!(
            "select 'TK' || rid as connote, null as order_number, null as source, \
             '2026-11-20' as received_at, null as processed_at from {rows} = {{id}}"
        );
        let uploads = Uploads::open(&url, query, Terms::alone(Duration::from_secs(60))).unwrap();
        let found = uploads.read("7", jiff::civil::date(2026, 11, 1)).await.unwrap();
        let connotes: Vec<&str> = found.iter().map(|upload| upload.connote.as_str()).collect();
        assert_eq!(connotes, ["TK7"], "{rows}");
    }
}
