//! No message contains the secrets of a URL.

use crate::databases::{Mariadb, PASSWORD, PASSWORD_IN_URL, Postgres, USER};
use crate::engine::{Engine, Sql, assert_no_secret, on_each_engine, read};
use insta::assert_snapshot;
use reconcile::SqlError;
use reconcile::System;
use std::time::Duration;

const QUERY: &str = "select 1 as id, 'a' as name";

fn failure(url: &str) -> SqlError {
    let error = read(url, Duration::from_secs(60), System::Omniparcel, QUERY).unwrap_err();
    assert_no_secret(&error);
    error
}

#[test]
#[ignore = "needs PostgreSQL"]
fn a_wrong_password_of_postgresql_is_a_refused_login() {
    let url = Postgres::start().url();
    assert_snapshot!(
        failure(&url.replace(PASSWORD_IN_URL, "s3cret-other")),
        @"the database rejected the login: password authentication failed for user [redacted]"
    );
    assert_snapshot!(
        failure(&format!("{url}?sslmode=require")),
        @"no encrypted connection to the database: server does not support TLS"
    );
}

#[test]
#[ignore = "needs MariaDB"]
fn a_wrong_password_of_mariadb_is_a_refused_login() {
    let url = Mariadb::start().url();
    assert_snapshot!(
        failure(&url.replace(PASSWORD_IN_URL, "s3cret-other")),
        @"the database rejected the login: Access denied for user [redacted]@'127.0.0.1' (using password: YES)"
    );
    assert_snapshot!(
        failure(&format!("{url}?sslmode=required")),
        @"no encrypted connection to the database: server does not support TLS"
    );
}

#[test]
fn a_missing_database_is_a_connection_error() {
    let at_no_port = format!("{USER}:{PASSWORD_IN_URL}@127.0.0.1:9/fleet");
    assert_snapshot!(
        failure(&format!("postgres://{at_no_port}")),
        @"no connection to the database: Connection refused (os error 111)"
    );
    assert_snapshot!(
        failure(&format!("mysql://{at_no_port}")),
        @"no connection to the database: Connection refused (os error 111)"
    );
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("a.db");
    let failure = |path: &std::path::Path| {
        failure(&format!("sqlite:{}", path.display()))
            .to_string()
            .replace(&*folder.path().to_string_lossy(), "[folder]")
    };
    assert_snapshot!(
        failure(&path),
        @"no connection to the database: unable to open database file: [folder]/a.db"
    );
    assert!(!path.exists(), "it is not created");
    std::fs::write(&path, "this is no database, and long enough to be seen to be none").unwrap();
    assert_snapshot!(failure(&path), @"no connection to the database: file is not a database");
}

on_each_engine!(what_a_database_echoes_is_redacted,);

fn what_a_database_echoes_is_redacted(engine: &Engine) {
    // SQLite's URL has no password.
    let is_sqlite = matches!(engine, Engine::Sqlite(_));
    let passwords = [PASSWORD_IN_URL, PASSWORD].into_iter().filter(|_| !is_sqlite);
    let url = engine.url();
    for echoed in passwords.chain([url.as_str()]) {
        // PostgreSQL truncates names at 63 characters, but not an invalid number.
        let query = engine.pick(Sql {
            postgres: "select 'ECHO'::int as id, 'a' as name",
            mariadb: "select id from 'ECHO'",
            sqlite: "select [ECHO] as id",
        });
        let query = query.replace("ECHO", echoed);
        let error = engine.read_all(System::Omniparcel, &query).unwrap_err();
        let shown = format!("{error} {error:?}");
        assert!(!shown.contains(echoed) && !shown.contains("s3cret"), "{shown}");
        assert!(shown.contains("[redacted]"), "{echoed}: {shown}");
    }
}
