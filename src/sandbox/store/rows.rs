//! Reading and writing records of any system.

use super::{Store, prune};
use crate::model::System;
use crate::sandbox::SandboxError;
use crate::sandbox::fields::FieldError;
use crate::sandbox::record::Record;
use rusqlite::types::Type;
use rusqlite::{Connection, OptionalExtension, Row};
use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::Value;

/// A page of a list.
#[derive(Clone, Copy, Debug)]
pub(in crate::sandbox) struct Page {
    pub offset: i64,
    pub limit: i64,
}

impl Page {
    /// All records: in SQLite a negative limit means no limit.
    pub(in crate::sandbox) const ALL: Page = Page { offset: 0, limit: -1 };
}

/// The result of a create.
pub(in crate::sandbox) enum Created {
    /// The new record in the contract's form, and its version.
    New(Value, i64),
    /// The response to an earlier request with the same idempotency key, and the version
    /// then.
    Replayed(Value, i64),
    Refused(Vec<FieldError>),
}

/// The result of an update.
pub(in crate::sandbox) enum Updated {
    Done(Value, i64),
    /// The request changes nothing.
    Unchanged(Value, i64),
    Refused(Vec<FieldError>),
    /// The record's version is not one that the request allows.
    VersionMismatch,
    Missing,
}

impl Store {
    /// Returns a page of records sorted by id, and the total count.
    pub(in crate::sandbox) fn page<R: Record>(
        &self,
        page: Page,
    ) -> Result<(Vec<R>, i64), SandboxError> {
        self.with(|connection| {
            // One transaction, so that count and page are consistent.
            let transaction = connection.transaction()?;
            let total = transaction
                .prepare_cached(&format!("SELECT COUNT(*) FROM {}", table(R::SYSTEM)))?
                .query_row([], |row| row.get(0))?;
            let records = transaction
                .prepare_cached(&format!("{} ORDER BY id LIMIT ?1 OFFSET ?2", select::<R>()))?
                .query_map((page.limit, page.offset), document)?
                .collect::<rusqlite::Result<_>>()?;
            Ok((records, total))
        })
    }

    /// Returns a record and its version.
    pub(in crate::sandbox) fn record<R: Record>(
        &self,
        id: i64,
    ) -> Result<Option<(R, i64)>, SandboxError> {
        self.with(|connection| get(connection, id))
    }

    /// Creates a record, once per idempotency key.
    pub(in crate::sandbox) fn create<R: Record>(
        &self,
        record: &R,
        idempotency_key: Option<&str>,
    ) -> Result<Created, SandboxError> {
        self.write(|transaction| {
            if let Some(key) = idempotency_key
                && let Some((answer, version)) = answered_before::<R>(transaction, key)?
            {
                return Ok(Created::Replayed(answer, version));
            }
            let problems = record.check(transaction)?;
            if !problems.is_empty() {
                return Ok(Created::Refused(problems));
            }
            let id = insert(transaction, record)?;
            let (stored, version) =
                get::<R>(transaction, id)?.ok_or(rusqlite::Error::QueryReturnedNoRows)?;
            let answer = stored.answer();
            if let Some(key) = idempotency_key {
                let row = (R::SYSTEM.key(), key, answer.to_string(), version);
                transaction
                    .prepare_cached(
                        "INSERT INTO idempotency_keys
                             (system, idempotency_key, answer, version) VALUES (?1, ?2, ?3, ?4)",
                    )?
                    .execute(row)?;
                prune(transaction, "idempotency_keys", transaction.last_insert_rowid())?;
            }
            Ok(Created::New(answer, version))
        })
    }

    /// Updates a record if its version is allowed.
    ///
    /// `change` returns the errors of the requested change, or `None` if there is nothing
    /// to change.
    pub(in crate::sandbox) fn update<R: Record>(
        &self,
        id: i64,
        allowed: impl FnOnce(i64) -> bool,
        change: impl FnOnce(&mut R) -> Option<Vec<FieldError>>,
    ) -> Result<Updated, SandboxError> {
        self.write(|transaction| {
            let Some((mut record, version)) = get::<R>(transaction, id)? else {
                return Ok(Updated::Missing);
            };
            if !allowed(version) {
                return Ok(Updated::VersionMismatch);
            }
            let Some(mut problems) = change(&mut record) else {
                return Ok(Updated::Unchanged(record.answer(), version));
            };
            if problems.is_empty() {
                problems = record.check(transaction)?;
            }
            if !problems.is_empty() {
                return Ok(Updated::Refused(problems));
            }
            update(transaction, &record)?;
            let (stored, version) =
                get::<R>(transaction, id)?.ok_or(rusqlite::Error::QueryReturnedNoRows)?;
            Ok(Updated::Done(stored.answer(), version))
        })
    }
}

fn answered_before<R: Record>(
    connection: &Connection,
    key: &str,
) -> rusqlite::Result<Option<(Value, i64)>> {
    let row: Option<(String, i64)> = connection
        .prepare_cached(
            "SELECT answer, version FROM idempotency_keys
             WHERE system = ?1 AND idempotency_key = ?2",
        )?
        .query_row((R::SYSTEM.key(), key), |row| Ok((row.get(0)?, row.get(1)?)))
        .optional()?;
    // Unparsable text was not written by this program; return null instead of failing.
    Ok(row.map(|(answer, version)| (answer.parse().unwrap_or_default(), version)))
}

/// Returns the name of the table with a system's records.
pub(super) fn table(system: System) -> String {
    format!("{}_records", system.key())
}

/// Returns the start of a query for records and their versions.
fn select<R: Record>() -> String {
    format!("SELECT {}, version FROM {}", R::DOCUMENT, table(R::SYSTEM))
}

/// Parses the document in the first column.
pub(super) fn document<T: DeserializeOwned>(row: &Row<'_>) -> rusqlite::Result<T> {
    let text: String = row.get(0)?;
    serde_json::from_str(&text)
        .map_err(|source| rusqlite::Error::FromSqlConversionFailure(0, Type::Text, source.into()))
}

/// Returns a value as a document.
pub(super) fn to_document(value: &impl Serialize) -> rusqlite::Result<String> {
    serde_json::to_string(value)
        .map_err(|source| rusqlite::Error::ToSqlConversionFailure(source.into()))
}

pub(super) fn get<R: Record>(
    connection: &Connection,
    id: i64,
) -> rusqlite::Result<Option<(R, i64)>> {
    connection
        .prepare_cached(&format!("{} WHERE id = ?1", select::<R>()))?
        .query_row([id], |row| Ok((document(row)?, row.get(1)?)))
        .optional()
}

/// Returns a stored record as JSON, with the given fields in place of its own.
pub(super) fn patched(
    connection: &Connection,
    system: System,
    id: Option<i64>,
    given: &Value,
) -> rusqlite::Result<Option<Value>> {
    let sql = format!("SELECT json_patch(document, ?2) FROM {} WHERE id = ?1", table(system));
    connection.prepare_cached(&sql)?.query_row((id, given.to_string()), document).optional()
}

/// Inserts a record and returns its id.
pub(super) fn insert<R: Record>(connection: &Connection, record: &R) -> rusqlite::Result<i64> {
    let sql = format!("INSERT INTO {} (id, document) VALUES (?1, ?2)", table(R::SYSTEM));
    connection.prepare_cached(&sql)?.insert((record.id(), to_document(record)?))
}

/// Updates a stored record, increments its version and returns its id.
pub(super) fn update<R: Record>(connection: &Connection, record: &R) -> rusqlite::Result<i64> {
    let id = record.id().ok_or(rusqlite::Error::QueryReturnedNoRows)?;
    let sql = format!(
        "UPDATE {} SET document = ?2, version = version + 1 WHERE id = ?1",
        table(R::SYSTEM)
    );
    connection.prepare_cached(&sql)?.execute((id, to_document(record)?))?;
    Ok(id)
}
