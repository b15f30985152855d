//! Run records in a PostgreSQL database.
//!
//! Every call is one statement in the simple protocol, so a pooler in transaction mode may
//! use a different connection for each: nothing is prepared, no lock outlives its statement,
//! and the session has no settings. Values are sent as hexadecimal digits, so that none can
//! be parsed as SQL.
//!
//! The tables are created, or migrated, before the first write that needs it. Reading needs
//! no permission to write, and supports the tables of every earlier version. Tables of a
//! later version are neither read nor written.

use super::document::Patience;
use super::{
    AppendError, Batch, Document, JournalText, PATIENCE, Put, PutOutcome, Run, RunStore,
    StoreError, lease,
};
use crate::systems::http::Redactor;
use crate::systems::innermost;
use async_trait::async_trait;
use jiff::Timestamp;
use sqlx::postgres::{PgConnectOptions, PgConnection, PgRow};
use sqlx::{AssertSqlSafe, Connection, Row};
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::Duration;
use tokio::sync::Mutex;

/// How long one statement may take: each touches a few rows.
const TIMEOUT: Duration = Duration::from_secs(5);

/// The statements that migrate the tables to each version from the one before; the first
/// creates them. Two machines may send them at once, so each is idempotent.
const MIGRATIONS: [&str; 2] = [
    // `documents` has one row per lease.
    "create schema if not exists reconcile;
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
     );",
    // Finds the runs of an environment without scanning all lines.
    "create index if not exists journal_by_environment
         on reconcile.journal (environment, run_id);",
];

/// The version of the tables that this program writes.
const VERSION: u32 = MIGRATIONS.len() as u32;

/// Reads the version of the tables. It is a document, so that every role that can read
/// documents can read it; the first version has none.
const READ_VERSION: &str = "select coalesce(max(convert_from(body, 'UTF8')::bigint), 1)
    from reconcile.documents where key = 'schema'";

/// Returns the statements that migrate tables of a version to this program's. They are sent
/// together and take effect together or not at all.
fn migration(from: u32) -> String {
    let steps = MIGRATIONS[from as usize..].concat();
    format!(
        "{steps}
         insert into reconcile.documents as schema (key, body, version, attempt)
         values ('schema', convert_to('{VERSION}', 'UTF8'), 1, '')
         on conflict (key) do update set body = excluded.body, version = schema.version + 1
         where convert_from(schema.body, 'UTF8')::bigint < {VERSION};"
    )
}

/// Run records in a PostgreSQL database.
pub(crate) struct PostgresStore {
    options: PgConnectOptions,
    place: String,
    redactor: Redactor,
    /// `None` until the first call, and after a failure.
    connection: Mutex<Option<PgConnection>>,
    /// The version of the tables; 0 until they exist and it is known.
    version: AtomicU32,
}

impl std::fmt::Debug for PostgresStore {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("PostgresStore").field("place", &self.place).finish_non_exhaustive()
    }
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
        let (connection, version) = (Mutex::new(None), AtomicU32::new(0));
        PostgresStore { options, place, redactor, connection, version }
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
                 all its tables; where there is no such schema yet, CREATE on the database",
            ),
            "3D000" => Some("create the database, or correct its name in `state.postgres.url`"),
            _ if code.starts_with("28") => {
                Some("check the user and the password in `state.postgres.url`")
            }
            _ => None,
        };
        Failed::Other(StoreError { remedy, ..self.error(what, innermost(error)) })
    }

    /// Runs a statement once.
    async fn rows(&self, what: &'static str, sql: &str) -> Result<Vec<PgRow>, Failed> {
        let mut slot = self.connection.lock().await;
        // A connection that is not put back, because it did not respond, is closed.
        let before = slot.take();
        let run = async {
            let mut connection = match before {
                Some(connection) => connection,
                None => PgConnection::connect_with(&self.options).await?,
            };
            let rows = sqlx::raw_sql(AssertSqlSafe(sql)).fetch_all(&mut connection).await;
            Ok::<_, sqlx::Error>((connection, rows))
        };
        let (connection, rows) = match tokio::time::timeout(TIMEOUT, run).await {
            Ok(Ok(done)) => done,
            Ok(Err(error)) => return Err(self.failed(what, &error)),
            Err(_) => {
                let why = format!("no response within {} s", TIMEOUT.as_secs());
                return Err(Failed::Other(self.error(what, why)));
            }
        };
        match rows {
            Ok(rows) => {
                *slot = Some(connection);
                Ok(rows)
            }
            Err(error) => {
                let failed = self.failed(what, &error);
                if matches!(failed, Failed::NoTables) {
                    *slot = Some(connection);
                }
                Err(failed)
            }
        }
    }

    /// Returns the version of the tables; 0 if there are none.
    async fn version(&self, what: &'static str) -> Result<u32, StoreError> {
        let known = self.version.load(Ordering::SeqCst);
        if known > 0 {
            return Ok(known);
        }
        let found: i64 = match self.rows(what, READ_VERSION).await {
            Ok(rows) => rows.first().map(|row| self.column(row, 0)).transpose()?.unwrap_or(1),
            Err(Failed::NoTables) => return Ok(0),
            Err(Failed::Other(error)) => return Err(error),
        };
        match u32::try_from(found).ok().filter(|found| *found <= VERSION) {
            Some(found) => {
                self.version.store(found, Ordering::SeqCst);
                Ok(found)
            }
            None => {
                let why = format!(
                    "its schema has version {found}, and this program knows up to {VERSION}"
                );
                let remedy = Some("update reconcile on this machine");
                Err(StoreError { remedy, ..self.error(what, why) })
            }
        }
    }

    /// Creates the tables, or migrates them to the version that this program writes.
    async fn migrate(&self, from: u32) -> Result<(), StoreError> {
        let what = if from == 0 { "made" } else { "migrated" };
        let done = self.rows(what, &migration(from)).await;
        // If two machines do this at once, one may fail although the tables are migrated.
        self.version.store(0, Ordering::SeqCst);
        if self.version("written").await? == VERSION {
            return Ok(());
        }
        Err(match done {
            Err(Failed::Other(error)) if from > 0 && error.remedy.is_some() => {
                let owner = "run `reconcile doctor` once as the role that owns the schema \
                             `reconcile`, which migrates it";
                StoreError { remedy: Some(owner), ..error }
            }
            Err(Failed::Other(error)) => error,
            _ => self.error(what, "the statements had no effect"),
        })
    }

    /// Runs a query; without tables it returns no rows.
    async fn read(&self, sql: &str) -> Result<Vec<PgRow>, StoreError> {
        let patience = Patience::new(PATIENCE);
        loop {
            let rows = match self.version("read").await {
                Ok(_) => self.rows("read", sql).await,
                Err(error) => Err(Failed::Other(error)),
            };
            match rows {
                Ok(rows) => return Ok(rows),
                Err(Failed::NoTables) => return Ok(Vec::new()),
                Err(Failed::Other(error)) => patience.pause_after(error).await?,
            }
        }
    }

    /// Runs a statement that writes, once, after creating or migrating the tables if needed.
    async fn write(&self, sql: &str) -> Result<Vec<PgRow>, StoreError> {
        let version = self.version("written").await?;
        if version < VERSION {
            self.migrate(version).await?;
        }
        match self.rows("written", sql).await {
            Ok(rows) => Ok(rows),
            Err(Failed::Other(error)) => Err(error),
            Err(Failed::NoTables) => {
                Err(self.error("written", "its tables are not there any more"))
            }
        }
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

    async fn put(&self, key: &str, put: Put<'_>) -> Result<PutOutcome, StoreError> {
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
            Some(Err(_)) => return Ok(PutOutcome::Refused),
        };
        match self.texts(&self.write(&sql).await?)?.pop() {
            Some(version) => Ok(PutOutcome::Done { version }),
            None => Ok(PutOutcome::Refused),
        }
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
