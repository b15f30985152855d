//! Rejected or limited queries: writes, several statements, endless queries.

use crate::engine::{Engine, Sql, assert_no_secret, on_each_engine};
use reconcile::System;
use std::time::Duration;

/// Creates a table with two accounts.
fn two_accounts(engine: &Engine, table: &str) {
    engine.execute(&format!(
        "drop table if exists {table};
         create table {table} (id int, name varchar(20));
         insert into {table} values (1, 'Ally'), (2, 'Bram')"
    ));
}

on_each_engine!(
    a_query_that_writes_is_refused_and_changes_nothing,
    a_query_is_one_statement_without_parameters,
    a_query_that_takes_too_long_is_cancelled,
    columns_are_checked_before_anything_runs,
    twenty_thousand_records_are_read,
);

fn a_query_that_writes_is_refused_and_changes_nothing(engine: &Engine) {
    two_accounts(engine, "kept");
    let mut queries = vec![
        "update kept set name = 'x'",
        "delete from kept",
        "insert into kept values (3, 'Cor')",
        "drop table kept",
    ];
    if let Engine::Postgres(_) = engine {
        queries.extend([
            "with gone as (delete from kept returning *) select id, name from gone",
            "truncate kept",
            "commit",
            "select id, set_config('transaction_read_only', 'off', false) as name from kept",
        ]);
    }
    if let Engine::Mariadb(_) = engine {
        queries.extend([
            "select id, name from kept into outfile 'kept-by-reconcile'",
            "select id, name from kept limit 1 into @id, @name",
        ]);
    }
    queries.push(engine.pick(Sql {
        postgres: "update kept set name = 'x' returning id, name",
        mariadb: "delete from kept returning id, name",
        sqlite: "update kept set name = 'x' returning id, name",
    }));
    for query in queries {
        let refusal = engine.refusal(query);
        let known = ["would change the database", "is not a `select`", "the database rejected"];
        assert!(known.iter().any(|part| refusal.contains(part)), "{query}: {refusal}");
        let kept = "select count(*) from kept where name in ('Ally', 'Bram')";
        assert_eq!(engine.number(kept), 2, "{} {query}", engine.name());
        assert_eq!(engine.number("select count(*) from kept"), 2, "{query}");
    }
    assert_eq!(
        engine.refusal(engine.pick(Sql {
            postgres: "delete from kept returning id, name",
            mariadb: "delete from kept returning id, name",
            sqlite: "delete from kept returning id, name",
        })),
        "`query` would change the database, but only reading is allowed",
        "{}",
        engine.name()
    );
}

fn a_query_is_one_statement_without_parameters(engine: &Engine) {
    two_accounts(engine, "alone");
    let refusal = engine.refusal("select id, name from alone; delete from alone");
    let parsed = match engine {
        // Its parser rejects a second statement.
        Engine::Mariadb(_) => "You have an error in your SQL syntax",
        _ => "`query` is more than one statement",
    };
    assert!(refusal.contains(parsed), "{refusal}");
    assert_eq!(engine.number("select count(*) from alone"), 2, "{}", engine.name());
    let query = engine.pick(Sql {
        postgres: "select id, name from alone where id = $1",
        ..Sql::same("select id, name from alone where id = ?")
    });
    let expected = "`query` has parameters, but there are no values for them";
    assert_eq!(engine.refusal(query), expected, "{}", engine.name());
}

fn a_query_that_takes_too_long_is_cancelled(engine: &Engine) {
    let slow = Sql {
        postgres: "select 1 as id, pg_sleep(600)::text as name",
        mariadb: "select sleep(600) as id, 'a' as name",
        sqlite: "with recursive numbers (n) as (select 1 union all select n + 1 from numbers)
                 select count(*) as id, 'a' as name from numbers",
    };
    let limit = Duration::from_millis(400);
    let query = engine.pick(slow);
    let error = engine.holdings_within(limit, System::Omniparcel, query).unwrap_err();
    assert_no_secret(&error);
    assert_eq!(error.to_string(), "the database returned no result within 0.4 s");
    // The servers also cancel abandoned queries.
    let left = match engine {
        Engine::Postgres(_) => {
            "select count(*) from pg_stat_activity where query like '%pg_sleep(600)%' and state = \
             'active' and pid <> pg_backend_pid()"
        }
        Engine::Mariadb(_) => {
            "select count(*) from information_schema.processlist where info like '%sleep(600)%' \
             and id <> connection_id()"
        }
        Engine::Sqlite(_) => return,
    };
    wait_until_none(|| engine.number(left));
}

fn wait_until_none(left: impl Fn() -> i64) {
    let start = std::time::Instant::now();
    while left() > 0 {
        assert!(start.elapsed() < Duration::from_secs(60), "the query goes on");
        std::thread::sleep(Duration::from_millis(50));
    }
}

fn columns_are_checked_before_anything_runs(engine: &Engine) {
    two_accounts(engine, "empty_one");
    engine.execute("delete from empty_one");
    assert_eq!(
        engine.refusal("select id, name as title, 1 as colour from empty_one"),
        "`query` lacks the column `name`, and has the unknown columns `title` and `colour`",
        "{}",
        engine.name()
    );
    let holdings = engine.read_all(System::Omniparcel, "select id, name from empty_one");
    assert_eq!(holdings.unwrap().records, []);
}

fn twenty_thousand_records_are_read(engine: &Engine) {
    let query = engine.pick(Sql {
        postgres: "select n as id, 'Retailer ' || n as name from generate_series(1, 20000) n",
        mariadb: "select seq as id, concat('Retailer ', seq) as name from seq_1_to_20000",
        sqlite: "with recursive numbers (n) as
                         (select 1 union all select n + 1 from numbers where n < 20000)
                     select n as id, 'Retailer ' || n as name from numbers",
    });
    let records = engine.read_all(System::Omniparcel, query).unwrap().records;
    assert_eq!(records.len(), 20000, "{}", engine.name());
    assert_eq!(records[19999].name, "Retailer 20000", "{}", engine.name());
}
