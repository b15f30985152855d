//! A common interface to the three engines.

use crate::databases::{Mariadb, PASSWORD, PASSWORD_IN_URL, Postgres, USER, block_on};
use reconcile::{Database, SqlError, Terms};
use reconcile::{System, SystemState};
use secrecy::SecretString;
use std::time::Duration;
use tempfile::TempDir;

/// A time-out that exceeds any query that should finish.
const PATIENT: Duration = Duration::from_secs(60);

/// Runs a case on each engine; those that are servers are ignored where none is.
macro_rules! on_each_engine {
    ($($case:ident),* $(,)?) => {
        mod sqlite {
            $(#[test] fn $case() { super::$case(&crate::engine::Engine::sqlite()); })*
        }
        mod postgresql {
            $(#[test] #[ignore = "needs PostgreSQL"] fn $case() {
                super::$case(&crate::engine::Engine::postgresql());
            })*
        }
        mod mariadb {
            $(#[test] #[ignore = "needs MariaDB"] fn $case() {
                super::$case(&crate::engine::Engine::mariadb());
            })*
        }
    };
}

pub(crate) use on_each_engine;

/// A database that tests may write to.
pub(crate) enum Engine {
    Postgres(&'static Postgres),
    Mariadb(&'static Mariadb),
    Sqlite(TempDir),
}

/// A text per engine, or one for all.
#[derive(Clone, Copy)]
pub(crate) struct Sql {
    pub postgres: &'static str,
    pub mariadb: &'static str,
    pub sqlite: &'static str,
}

impl Sql {
    pub(crate) fn same(sql: &'static str) -> Sql {
        Sql { postgres: sql, mariadb: sql, sqlite: sql }
    }
}

impl Engine {
    /// Returns a new and empty SQLite file.
    pub(crate) fn sqlite() -> Engine {
        let sqlite = Engine::Sqlite(tempfile::tempdir().unwrap());
        sqlite.execute("create table first (n)");
        sqlite
    }

    pub(crate) fn postgresql() -> Engine {
        Engine::Postgres(Postgres::start())
    }

    pub(crate) fn mariadb() -> Engine {
        Engine::Mariadb(Mariadb::start())
    }

    pub(crate) fn name(&self) -> &'static str {
        match self {
            Engine::Postgres(_) => "postgres",
            Engine::Mariadb(_) => "mariadb",
            Engine::Sqlite(_) => "sqlite",
        }
    }

    pub(crate) fn url(&self) -> String {
        match self {
            Engine::Postgres(server) => server.url(),
            Engine::Mariadb(server) => server.url(),
            Engine::Sqlite(folder) => format!("sqlite:{}", folder.path().join("a.db").display()),
        }
    }

    pub(crate) fn pick(&self, sql: Sql) -> &'static str {
        match self {
            Engine::Postgres(_) => sql.postgres,
            Engine::Mariadb(_) => sql.mariadb,
            Engine::Sqlite(_) => sql.sqlite,
        }
    }

    /// Executes statements that write.
    pub(crate) fn execute(&self, sql: &str) {
        match self {
            Engine::Postgres(server) => server.execute(sql),
            Engine::Mariadb(server) => server.execute(sql),
            Engine::Sqlite(_) => self.file().execute_batch(sql).unwrap(),
        }
    }

    /// Queries a single number.
    pub(crate) fn number(&self, sql: &str) -> i64 {
        match self {
            Engine::Postgres(server) => server.number(sql),
            Engine::Mariadb(server) => server.number(sql),
            Engine::Sqlite(_) => self.file().query_row(sql, [], |row| row.get(0)).unwrap(),
        }
    }

    fn file(&self) -> rusqlite::Connection {
        rusqlite::Connection::open(self.url().trim_start_matches("sqlite:")).unwrap()
    }

    /// Reads a system.
    pub(crate) fn read_all(&self, system: System, query: &str) -> Result<SystemState, SqlError> {
        self.holdings_within(PATIENT, system, query)
    }

    pub(crate) fn holdings_within(
        &self,
        timeout: Duration,
        system: System,
        query: &str,
    ) -> Result<SystemState, SqlError> {
        read(&self.url(), timeout, system, query)
    }

    /// Returns the error message of a query for accounts that must fail, without secrets.
    pub(crate) fn refusal(&self, query: &str) -> String {
        let error = self.read_all(System::Omniparcel, query).unwrap_err();
        assert_no_secret(&error);
        error.to_string()
    }
}

pub(crate) fn read(
    url: &str,
    timeout: Duration,
    system: System,
    query: &str,
) -> Result<SystemState, SqlError> {
    let url = SecretString::from(url);
    let database = Database::open(system, &url, query.into(), None, Terms::alone(timeout)).unwrap();
    let shown = database.address();
    assert!(!shown.contains(USER) && !shown.contains("s3cret"), "{shown}");
    block_on(database.read_all())
}

pub(crate) fn assert_no_secret(error: &SqlError) {
    let shown = format!("{error} {error:?} {}", error.hint());
    for secret in [USER, PASSWORD, PASSWORD_IN_URL, "s3cret"] {
        assert!(!shown.contains(secret), "{shown}");
    }
}
