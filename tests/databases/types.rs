//! The types of each server.

use crate::engine::Engine;
use reconcile::{Setting, System, Value};
use std::fmt::Write;

/// Reads an expression as a name, as the webhook's switch and as a list.
struct Case {
    sql: &'static str,
    name: Option<&'static str>,
    flag: Option<bool>,
    list: Option<&'static [&'static str]>,
}

const fn name(sql: &'static str, name: &'static str) -> Case {
    Case { sql, name: Some(name), flag: None, list: None }
}

const fn flag(sql: &'static str, flag: bool) -> Case {
    Case { sql, name: None, flag: Some(flag), list: None }
}

const fn list(sql: &'static str, list: &'static [&'static str]) -> Case {
    Case { sql, name: None, flag: None, list: Some(list) }
}

const fn not_understood(sql: &'static str) -> Case {
    Case { sql, name: None, flag: None, list: None }
}

const POSTGRES: &[Case] = &[
    name("'Ö x'::text", "Ö x"),
    name("'a'", "a"),
    name("'a '::varchar(5)", "a "),
    name("'a '::char(5)", "a"),
    name("'a'::name", "a"),
    name("'a'::\"char\"", "a"),
    name("'6ec0bd7f-11c0-43da-975e-2a8ad9ebae0b'::uuid", "6ec0bd7f-11c0-43da-975e-2a8ad9ebae0b"),
    name("(-7)::smallint", "-7"),
    name("70000", "70000"),
    name("9223372036854775807", "9223372036854775807"),
    name("18446744073709551615::numeric", "18446744073709551615"),
    name("120000.00::numeric(20, 2)", "120000"),
    name("'\"a\"'::json", "a"),
    name("'\"a\"'::jsonb", "a"),
    flag("true", true),
    flag("'n'::\"char\"", false),
    flag("1::bigint", true),
    flag("'false'::jsonb", false),
    list("array['b', 'a', null, '']", &["a", "b"]),
    list("array['b', 'a']::varchar(5)[]", &["a", "b"]),
    list("array['a,\"b']::name[]", &["a,\"b"]),
    list("array[]::text[]", &[]),
    list("'[\"a\", null]'::json", &["a"]),
    list("'[]'::jsonb", &[]),
    list("(select json_agg(x) from (values ('b'), ('a')) v (x))", &["a", "b"]),
    list("(select json_agg(x) from (values ('b')) v (x) where x = '')", &[]),
    list("'a'::text", &["a"]),
    not_understood("now()"),
    not_understood("7.5::numeric"),
    not_understood("'NaN'::numeric"),
    not_understood("7.0::float8"),
    not_understood("'x'::bytea"),
    not_understood("array[array['a']]"),
    not_understood("array[now()]"),
    not_understood("row(1, 2)"),
];

const MARIADB: &[Case] = &[
    name("'Ö x'", "Ö x"),
    name("cast('a' as char(5))", "a"),
    name("'a' collate utf8mb4_bin", "a"),
    name("cast(-7 as signed)", "-7"),
    name("18446744073709551615", "18446744073709551615"),
    name("cast(120000 as decimal(20, 2))", "120000"),
    name("concat(7, '')", "7"),
    name("user_name", "b"),
    flag("tiny", true),
    flag("one_bit", true),
    flag("true", true),
    flag("word", false),
    list("json_array('b', 'a')", &["a", "b"]),
    list("(select json_arrayagg(word) from kinds)", &["n"]),
    list("json_object_list", &["a"]),
    list("json_array()", &[]),
    list("''", &[]),
    list("'a'", &["a"]),
    not_understood("now()"),
    not_understood("7.5"),
    not_understood("7e0"),
    not_understood("x'00'"),
    not_understood("cast('a' as binary(3))"),
];

fn check(engine: &Engine, cases: &[Case], from: &str) {
    let quote = if matches!(engine, Engine::Mariadb(_)) { '`' } else { '"' };
    let read = |system: System, given: &[(&str, &str)]| {
        let mut query = "select 1 as id".to_owned();
        for (column, cell) in given {
            write!(query, ", {cell} as {quote}{column}{quote}").unwrap();
        }
        let holdings = engine.read_all(system, &format!("{query} {from}"));
        holdings.map(|mut holdings| holdings.records.remove(0))
    };
    for case in cases {
        let sql = case.sql;
        if let Some(name) = case.name {
            let record = read(System::Omniparcel, &[("name", sql)]).unwrap();
            assert_eq!(record.name, name, "{sql}");
        } else if let Some(flag) = case.flag {
            let given = [
                ("name", "'a'"),
                ("omnirps.tracking_webhook.url", "null"),
                ("omnirps.tracking_webhook.enabled", sql),
                ("omnirps.shopify_integration", "1"),
                ("omnirps.track_and_trace_emails", "1"),
            ];
            let record = read(System::Omnirps, &given).unwrap();
            let value = record.values.get(&Setting::OmnirpsTrackingWebhookEnabled);
            assert_eq!(value, Some(&Value::Flag(flag)), "{sql}");
        } else if let Some(list) = case.list {
            let given = [
                ("name", "'a'"),
                ("omnireturns.company", "null"),
                ("omnireturns.portal", "1"),
                ("omnireturns.omnirps_retailer_id", "null"),
                ("omnireturns.emails", sql),
                ("omnireturns.hubs", "null"),
            ];
            let record = read(System::Omnireturns, &given).unwrap();
            let value = record.values.get(&Setting::OmnireturnsEmails);
            let items: Vec<String> = list.iter().map(|item| (*item).to_owned()).collect();
            let expected = if items.is_empty() { Value::none() } else { Value::List(items) };
            assert_eq!(value, Some(&expected), "{sql}");
        } else {
            let error = read(System::Omniparcel, &[("name", sql)]).unwrap_err().to_string();
            assert!(error.contains("has the unsupported type"), "{sql}: {error}");
        }
    }
}

// The cells of SQLite have few types, which the unit tests cover.

#[test]
#[ignore = "needs PostgreSQL"]
fn each_type_of_postgresql_is_read_or_named() {
    check(&Engine::postgresql(), POSTGRES, "");
}

#[test]
#[ignore = "needs MariaDB"]
fn each_type_of_mariadb_is_read_or_named() {
    let engine = Engine::mariadb();
    engine.execute(
        "create or replace table kinds (
             user_name varchar(9) character set latin1, tiny tinyint(1), one_bit bit(1),
             word enum('Y', 'n'), json_object_list json);
         insert into kinds values ('b', 1, 1, 'n', '[\"a\"]')",
    );
    check(&engine, MARIADB, "from kinds");
}
