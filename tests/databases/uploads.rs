//! The query for uploads, with bound parameters.

use crate::databases::block_on;
use crate::engine::{Engine, Sql, assert_no_secret, on_each_engine};
use jiff::civil::{Date, date};
use reconcile::Upload;
use reconcile::{SqlError, Terms, Uploads};
use secrecy::SecretString;
use std::time::Duration;

const SINCE: Date = date(2026, 11, 2);

fn read(engine: &Engine, query: &str, id: &str) -> Result<Vec<Upload>, SqlError> {
    let url = SecretString::from(engine.url());
    let uploads = Uploads::open(&url, query.into(), Terms::alone(Duration::from_secs(60))).unwrap();
    let read = block_on(uploads.read(id, SINCE));
    if let Err(error) = &read {
        assert_no_secret(error);
    }
    read
}

fn connotes(uploads: &[Upload]) -> Vec<&str> {
    uploads.iter().map(|upload| upload.connote.as_str()).collect()
}

/// Creates and fills a table of uploads with certain types of id and time.
fn table(engine: &Engine, name: &str, id: &str, time: &str) {
    engine.execute(&format!("drop table if exists {name}"));
    engine.execute(&format!(
        "create table {name} (retailer {id}, connote varchar(20), order_no varchar(20), \
         came {time}, done {time} null)"
    ));
    engine.execute(&format!(
        "insert into {name} values \
         (7, 'TK1', '1', '2026-11-01 10:00:00', null), \
         (7, 'TK2', '2', '2026-11-02 10:00:00', '2026-11-03 11:00:00'), \
         (7, 'TK3', '', '2026-11-04 10:00:00', null), \
         (8, 'TK4', '4', '2026-11-05 10:00:00', null)"
    ));
}

fn query(engine: &Engine, name: &str) -> String {
    let text = engine.pick(Sql {
        postgres: "cast(TIME as text)",
        mariadb: "cast(TIME as char)",
        sqlite: "TIME",
    });
    let (came, done) = (text.replace("TIME", "came"), text.replace("TIME", "done"));
    format!(
        "select connote, order_no as order_number, 'api' as source, {came} as received_at, \
         {done} as processed_at from {name} where retailer = {{id}} and came >= {{since}} \
         order by connote"
    )
}

on_each_engine!(
    a_retailers_uploads_are_read_since_a_day_whatever_the_types_are,
    an_id_is_a_value_and_never_a_part_of_the_query,
    a_query_may_name_a_place_twice_or_leave_the_day_out,
    an_invalid_query_for_uploads_is_refused,
);

fn a_retailers_uploads_are_read_since_a_day_whatever_the_types_are(engine: &Engine) {
    for (number, (id, time)) in [
        (
            "integer",
            engine.pick(Sql { postgres: "timestamp", mariadb: "datetime", sqlite: "text" }),
        ),
        (
            "bigint",
            engine.pick(Sql { postgres: "timestamptz", mariadb: "timestamp", sqlite: "text" }),
        ),
        ("smallint", engine.pick(Sql::same("date"))),
        ("varchar(10)", engine.pick(Sql::same("varchar(30)"))),
    ]
    .into_iter()
    .enumerate()
    {
        let name = format!("uploads_{number}");
        table(engine, &name, id, time);
        let at = format!("{} {id} {time}", engine.name());
        let uploads = read(engine, &query(engine, &name), "7").expect(&at);
        assert_eq!(connotes(&uploads), ["TK2", "TK3"], "{at}");
        assert_eq!(uploads[0].order.as_deref(), Some("2"), "{at}");
        assert_eq!(uploads[1].order, None, "{at}");
        assert!(uploads[0].received_at.starts_with("2026-11-02"), "{at}: {uploads:?}");
        let done = uploads[0].processed_at.as_deref().unwrap_or_default();
        assert!(done.starts_with("2026-11-03"), "{at}: {uploads:?}");
        assert_eq!(uploads[1].processed_at, None, "{at}");
    }
}

fn an_id_is_a_value_and_never_a_part_of_the_query(engine: &Engine) {
    table(engine, "injected", "varchar(60)", "varchar(30)");
    for id in ["7' or '1'='1", "7 or 1=1", "7; drop table injected", "' --"] {
        let uploads = read(engine, &query(engine, "injected"), id).unwrap();
        assert_eq!(connotes(&uploads), [""; 0], "{} {id}", engine.name());
    }
    assert_eq!(engine.number("select count(*) from injected"), 4, "{}", engine.name());
}

fn a_query_may_name_a_place_twice_or_leave_the_day_out(engine: &Engine) {
    table(engine, "twice", "integer", "varchar(30)");
    let columns = "connote, order_no as order_number, '' as source, came as received_at, \
                       done as processed_at";
    let twice = format!(
        "select {columns} from twice where came >= {{since}} and retailer = {{id}} and came >= \
             {{since}} order by connote"
    );
    assert_eq!(connotes(&read(engine, &twice, "7").unwrap()), ["TK2", "TK3"]);
    let all = format!("select {columns} from twice where retailer = {{id}} order by connote");
    assert_eq!(connotes(&read(engine, &all, "7").unwrap()), ["TK1", "TK2", "TK3"]);
}

fn an_invalid_query_for_uploads_is_refused(engine: &Engine) {
    table(engine, "wrong", "integer", "varchar(30)");
    let why = |query: &str| read(engine, query, "7").unwrap_err().to_string();
    let name = engine.name();
    let lacks = why("select connote, 1 as more from wrong where retailer = {id}");
    assert_eq!(
        lacks,
        "`uploads` lacks the columns `order_number`, `source`, `received_at` and \
             `processed_at`, and has the unknown column `more`",
        "{name}"
    );
    let all = "connote, order_no as order_number, '' as source, came as received_at, \
                   done as processed_at";
    let day =
        why("select connote, '' as order_number, '' as source, 'soon' as received_at, done as \
             processed_at from wrong where retailer = {id}");
    assert_eq!(
        day, "row 1 of `uploads` has a `received_at` that does not start with a date",
        "{name}"
    );
    let quoted = why(&format!("select {all} from wrong where connote = '{{id}}'"));
    assert_eq!(quoted, "`uploads` has parameters, but there are no values for them", "{name}");
    let writes = why("delete from wrong where retailer = {id}");
    assert!(writes.contains("`uploads`"), "{name}: {writes}");
    assert_eq!(engine.number("select count(*) from wrong"), 4, "{name}");
}

#[test]
#[ignore = "needs PostgreSQL"]
fn postgres_says_what_an_id_cannot_be_compared_with() {
    let engine = Engine::postgresql();
    for (kind, id) in [("numeric", "7"), ("uuid", "7"), ("bigint", "seven"), ("smallint", "70000")]
    {
        table(&engine, "kinds", "integer", "timestamp");
        let query =
            query(&engine, "kinds").replace("retailer = ", &format!("cast(null as {kind}) = "));
        let error = read(&engine, &query, id).unwrap_err();
        assert!(matches!(error, SqlError::Kind { .. }), "{kind}: {error}");
        let said = error.to_string();
        assert!(said.starts_with("`uploads` compares a parameter with the type"), "{said}");
    }
}
