//! Run records in a PostgreSQL database.
//!
//! Every call is one statement in the simple protocol, so a pooler in transaction mode may
//! use a different connection for each: nothing is prepared, no lock outlives its statement,
//! and the session has no settings. Values are sent as hexadecimal digits, so that none can
//! be parsed as SQL.
//!
//! The tables are created before the first write. Reading needs no permission to write.
//! Tables of another version are neither read nor written.

use super::document::Patience;
use super::{
    AppendError, Batch, Document, JournalText, PATIENCE, Put, Run, RunStore, StoreError, lease,
};
use crate::systems::http::Redactor;
use crate::systems::innermost;
use async_trait::async_trait;
use jiff::Timestamp;
use sqlx::postgres::{PgConnectOptions, PgConnection, PgRow};
use sqlx::{AssertSqlSafe, Connection, Row};
use std::time::Duration;
use tokio::sync::Mutex;

/// How long one statement may take: each touches a few rows.
const TIMEOUT: Duration = Duration::from_secs(5);

/// The version of the tables. No release has written another one.
const VERSION: i64 = 2;

/// The statements that create the tables. They are sent together and take effect together or
/// not at all. Two machines may send them at once, so each is idempotent.
const TABLES: &str = "create schema if not exists reconcile;
     -- One row per lease, and per other document.
     create table if not exists reconcile.documents (
         key text primary key,
         body bytea not null,
         version bigint not null,
         attempt text not null,
         -- Of a lease alone.
         token bigint,
         modified timestamptz not null default clock_timestamp()
     );
     create table if not exists reconcile.journal (
         run_id text not null,
         first bigint not null,
         environment text not null,
         token bigint not null,
         lines text not null,
         written timestamptz not null default clock_timestamp(),
         primary key (run_id, first)
     );
     -- Finds the runs of an environment without scanning all lines.
     create index if not exists journal_by_environment
         on reconcile.journal (environment, run_id);
     -- The version is a document, so that every role that can read documents can read it.
     insert into reconcile.documents (key, body, version, attempt)
     values ('schema', convert_to('2', 'UTF8'), 1, '')
     on conflict (key) do nothing;";

/// Reads the version of the tables.
const READ_VERSION: &str = "select convert_from(body, 'UTF8')::bigint
    from reconcile.documents where key = 'schema'";

/// Run records in a PostgreSQL database.
pub(crate) struct PostgresStore {
    options: PgConnectOptions,
    place: String,
    redactor: Redactor,
    /// `None` until the first call, and after a failure.
    connection: Mutex<Option<PgConnection>>,
}

impl PostgresStore {
    /// Returns the store of a database, without connecting to it.
    pub(crate) fn new(
        options: PgConnectOptions,
        place: String,
        redactor: Redactor,
    ) -> PostgresStore {
        // Poolers reject start-up parameters that they do not track
        // (https://www.pgbouncer.org/config.html, `ignore_startup_parameters`, seen
        // 2026-11-26).
        let options = options.extra_float_digits(None);
        PostgresStore { options, place, redactor, connection: Mutex::new(None) }
    }

    fn error(&self, what: &'static str, why: impl std::fmt::Display) -> StoreError {
        let why = self.redactor.message(&why.to_string());
        StoreError::new(self.place.clone(), what, why)
    }

    /// Converts an error of the database or of the connection.
    fn failed(&self, what: &'static str, error: &sqlx::Error) -> Failed {
        let code = error.as_database_error().and_then(|error| error.code());
        let code = code.as_deref().unwrap_or_default();
        // https://www.postgresql.org/docs/current/errcodes-appendix.html, seen 2026-11-26.
        let remedy = match code {
            // The schema or a table does not exist.
            "3F000" | "42P01" => return Failed::NoTables,
            "42501" => Some(
                "grant the role USAGE on the schema `reconcile`, and SELECT, INSERT and UPDATE on \
                 all its tables, and CREATE on the database if that schema does not exist",
            ),
            "3D000" => Some("create the database, or correct its name in `state.postgres.url`"),
            _ if code.starts_with("28") => {
                Some("check the user and the password in `state.postgres.url`")
            }
            _ => None,
        };
        Failed::Other(StoreError { remedy, ..self.error(what, innermost(error)) })
    }

    /// Connects. Tables of another version are an error; missing tables are not.
    async fn connect(&self, what: &'static str) -> Result<PgConnection, Failed> {
        let mut connection = PgConnection::connect_with(&self.options)
            .await
            .map_err(|error| self.failed(what, &error))?;
        let found = match sqlx::raw_sql(READ_VERSION).fetch_optional(&mut connection).await {
            Ok(Some(row)) => self.column(&row, 0).map_err(Failed::Other)?,
            Ok(None) => VERSION,
            Err(error) => match self.failed(what, &error) {
                Failed::NoTables => VERSION,
                failed @ Failed::Other(_) => return Err(failed),
            },
        };
        if found != VERSION {
            let why = format!("its schema has version {found}, and this program's is {VERSION}");
            let remedy = Some("update reconcile on this machine");
            return Err(Failed::Other(StoreError { remedy, ..self.error(what, why) }));
        }
        Ok(connection)
    }

    /// Runs a statement once.
    async fn rows(&self, what: &'static str, sql: &str) -> Result<Vec<PgRow>, Failed> {
        let mut slot = self.connection.lock().await;
        // A connection that is not put back, because it did not respond, is closed.
        let before = slot.take();
        let run = async {
            let mut connection = match before {
                Some(connection) => connection,
                None => self.connect(what).await?,
            };
            let rows = sqlx::raw_sql(AssertSqlSafe(sql)).fetch_all(&mut connection).await;
            Ok((connection, rows.map_err(|error| self.failed(what, &error))))
        };
        let (connection, rows) = tokio::time::timeout(TIMEOUT, run).await.unwrap_or_else(|_| {
            let why = format!("no response within {} s", TIMEOUT.as_secs());
            Err(Failed::Other(self.error(what, why)))
        })?;
        if matches!(rows, Ok(_) | Err(Failed::NoTables)) {
            *slot = Some(connection);
        }
        rows
    }

    /// Runs a query; without tables it returns no rows.
    async fn read(&self, sql: &str) -> Result<Vec<PgRow>, StoreError> {
        let patience = Patience::new(PATIENCE);
        loop {
            match self.rows("read", sql).await {
                Ok(rows) => return Ok(rows),
                Err(Failed::NoTables) => return Ok(Vec::new()),
                Err(Failed::Other(error)) => patience.pause_after(error).await?,
            }
        }
    }

    /// Runs a statement that writes, once, after creating the tables if needed.
    async fn write(&self, sql: &str) -> Result<Vec<PgRow>, StoreError> {
        let mut rows = self.rows("written", sql).await;
        if matches!(rows, Err(Failed::NoTables)) {
            let made = self.rows("made", TABLES).await;
            // If two machines do this at once, one may fail although the tables are there now.
            rows = match self.rows("written", sql).await {
                Err(Failed::NoTables) => made.and(Err(Failed::NoTables)),
                rows => rows,
            };
        }
        rows.map_err(|failed| match failed {
            Failed::NoTables => self.error("made", "the statements had no effect"),
            Failed::Other(error) => error,
        })
    }

    fn column<T>(&self, row: &PgRow, at: usize) -> Result<T, StoreError>
    where
        T: for<'r> sqlx::Decode<'r, sqlx::Postgres> + sqlx::Type<sqlx::Postgres>,
    {
        row.try_get(at).map_err(|error| self.error("read", error))
    }

    fn texts(&self, rows: &[PgRow]) -> Result<Vec<String>, StoreError> {
        rows.iter().map(|row| self.column(row, 0)).collect()
    }
}

/// Why a statement failed.
enum Failed {
    NoTables,
    Other(StoreError),
}

/// Returns bytes as an SQL expression.
fn bytes(bytes: &[u8]) -> String {
    let digits: String = bytes.iter().map(|byte| format!("{byte:02x}")).collect();
    format!("decode('{digits}', 'hex')")
}

/// Returns a text as an SQL expression.
fn text(text: &str) -> String {
    format!("convert_from({}, 'UTF8')", bytes(text.as_bytes()))
}

fn timestamp(micros: i64) -> Timestamp {
    Timestamp::from_microsecond(micros).unwrap_or(Timestamp::MAX)
}

#[async_trait]
impl RunStore for PostgresStore {
    fn place(&self) -> String {
        self.place.clone()
    }

    fn is_shared(&self) -> bool {
        true
    }

    async fn load(&self, key: &str) -> Result<Option<Document>, StoreError> {
        let sql = format!(
            "select encode(body, 'hex'), version::text, attempt,
                    (extract(epoch from modified) * 1000000)::bigint
             from reconcile.documents where key = {}",
            text(key)
        );
        let rows = self.read(&sql).await?;
        let Some(row) = rows.first() else { return Ok(None) };
        let digits: String = self.column(row, 0)?;
        let bytes = (0..digits.len() / 2)
            .map(|at| u8::from_str_radix(&digits[2 * at..2 * at + 2], 16))
            .collect::<Result<_, _>>()
            .map_err(|error| self.error("read", error))?;
        Ok(Some(Document {
            bytes,
            version: self.column(row, 1)?,
            attempt: self.column(row, 2)?,
            modified: timestamp(self.column(row, 3)?),
        }))
    }

    async fn put(&self, key: &str, put: Put<'_>) -> Result<Option<String>, StoreError> {
        let (key, body, attempt) = (text(key), bytes(put.bytes), text(put.attempt));
        let token = lease::token(put.bytes).map_or("null".into(), |token| token.to_string());
        let sql = match put.expected.map(str::parse::<i64>) {
            None => format!(
                "insert into reconcile.documents (key, body, version, attempt, token)
                 values ({key}, {body}, 1, {attempt}, {token})
                 on conflict (key) do nothing returning version::text"
            ),
            Some(Ok(version)) => format!(
                "update reconcile.documents
                 set body = {body}, version = version + 1, attempt = {attempt}, token = {token},
                     modified = clock_timestamp()
                 where key = {key} and version = {version} returning version::text"
            ),
            Some(Err(_)) => return Ok(None),
        };
        Ok(self.texts(&self.write(&sql).await?)?.pop())
    }

    async fn list(&self, under: &str) -> Result<Vec<String>, StoreError> {
        let sql = format!(
            "select key from reconcile.documents where starts_with(key, {}) order by key collate \"C\"",
            text(under)
        );
        self.texts(&self.read(&sql).await?)
    }

    async fn clock(&self) -> Result<Timestamp, StoreError> {
        let rows =
            self.read("select (extract(epoch from clock_timestamp()) * 1000000)::bigint").await?;
        let row = rows.first().ok_or_else(|| self.error("read", "it does not return the time"))?;
        Ok(timestamp(self.column(row, 0)?))
    }

    /// Does nothing: the statement that inserts a start checks the token.
    async fn fence(&self, _run: &Run) -> Result<(), AppendError> {
        Ok(())
    }

    async fn append(&self, run: &Run, batch: &Batch) -> Result<(), AppendError> {
        let (run_id, environment) = (text(&run.run_id), text(&run.environment));
        let (token, first, lines) = (run.token, batch.first, text(&batch.lines));
        // The share lock makes a process that acquires the lease wait until the start is
        // inserted, and makes this statement see the token of a process that was first.
        let held = match batch.is_fenced {
            true => format!(
                "(select 1 from reconcile.documents where key = {} and token = {token} for share)",
                text(&lease::key(&run.environment))
            ),
            false => "(select 1)".into(),
        };
        let insert = format!(
            "with held as {held}
             insert into reconcile.journal (run_id, first, environment, token, lines)
             select {run_id}, {first}, {environment}, {token}, {lines} from held
             on conflict (run_id, first) do nothing returning first::text"
        );
        let written = format!(
            "select lines from reconcile.journal where run_id = {run_id} and first = {first}"
        );
        let patience = Patience::new(PATIENCE);
        loop {
            let error = match self.write(&insert).await {
                Ok(rows) if !rows.is_empty() => return Ok(()),
                Ok(_) => None,
                Err(error) => Some(error),
            };
            // No other process writes lines of this run, so existing ones are from this call.
            match (self.texts(&self.read(&written).await?)?.pop(), error) {
                (Some(lines), _) if lines == batch.lines => return Ok(()),
                (Some(_), _) => return Err(self.error("written", "its lines differ").into()),
                (None, None) => return Err(AppendError::Lost),
                (None, Some(error)) => patience.pause_after(error).await?,
            }
        }
    }

    async fn runs(&self, environment: Option<&str>) -> Result<Vec<String>, StoreError> {
        let only = environment
            .map_or_else(String::new, |name| format!("where environment = {}", text(name)));
        let sql = format!(
            "select distinct run_id collate \"C\" from reconcile.journal {only} order by 1"
        );
        self.texts(&self.read(&sql).await?)
    }

    async fn read(&self, run_id: &str) -> Result<JournalText, StoreError> {
        let sql = format!(
            "select lines from reconcile.journal where run_id = {} order by first",
            text(run_id)
        );
        let bytes = self.texts(&PostgresStore::read(self, &sql).await?)?.concat().into_bytes();
        let place = format!("the journal of {run_id} in {}", self.place);
        Ok(JournalText { bytes, place, is_locked: false })
    }
}
