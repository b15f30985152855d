//! The sandbox's state in SQLite: opening, seeding, and access for tests.
//!
//! Other programs must be able to read the file while the sandbox runs, so it is a single
//! file with a rollback journal. A write-ahead log would keep committed rows in a second
//! file, and a reader without write access to the folder could not open it.

mod open;
mod requests;
mod rows;
mod uploads;

pub use requests::LoggedRequest;
pub(super) use rows::{Created, Page, Updated};
pub use uploads::Delivery;

use super::fields::FieldError;
use super::omniparcel::Account;
use super::omnireturns::{Company, ReturnsRetailer};
use super::omnirps::{RpsRetailer, Upload};
use super::record::{Record, lenient_id};
use super::{SandboxError, Seed};
use crate::model::System;
use rusqlite::{Connection, ErrorCode, Transaction, TransactionBehavior};
use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::Value;
use std::sync::{Arc, Mutex, PoisonError};

/// The maximum number of rows in each table of past events: the request log, deliveries,
/// idempotency keys. Enough to read each of 20,000 retailers once (the largest rehearsal
/// that a test covers), and small enough (about 3 MB) that a sandbox can run for weeks
/// without filling a disk.
const MAX_EVENT_ROWS: i64 = 20_000;

/// The sandbox's state; clones share it.
#[derive(Clone, Debug)]
pub struct Store {
    connection: Arc<Mutex<Connection>>,
    /// The name of the state in error messages.
    name: Arc<str>,
}

impl Store {
    fn new(connection: Connection, name: &str) -> Store {
        Store { connection: Arc::new(Mutex::new(connection)), name: name.into() }
    }

    /// Replaces all records with the seed and clears the request log.
    pub(crate) fn reset(&self, seed: &Seed) -> Result<(), SandboxError> {
        self.transact(|transaction| {
            open::clear(transaction)?;
            fill(transaction, seed)
        })
    }

    /// Returns a system's records in the contract's form, sorted by id.
    pub fn records(&self, system: System) -> Result<Vec<Value>, SandboxError> {
        match system {
            System::Omniparcel => self.all::<Account>(),
            System::Omnireturns => self.all::<ReturnsRetailer>(),
            System::Omnirps => self.all::<RpsRetailer>(),
        }
    }

    fn all<R: Record>(&self) -> Result<Vec<Value>, SandboxError> {
        let (records, _) = self.page::<R>(Page::ALL)?;
        Ok(records.iter().map(Record::answer).collect())
    }

    /// Inserts a record, or updates the given fields of the one with the given id, and
    /// returns it in the contract's form. This simulates a change by hand, so it is not
    /// logged.
    pub fn put(&self, system: System, given: &Value) -> Result<Value, SandboxError> {
        match system {
            System::Omniparcel => self.put_record::<Account>(given),
            System::Omnireturns => self.put_record::<ReturnsRetailer>(given),
            System::Omnirps => self.put_record::<RpsRetailer>(given),
        }
    }

    fn put_record<R: Record>(&self, given: &Value) -> Result<Value, SandboxError> {
        let refused = |reason: String| SandboxError::Record { system: R::SYSTEM, reason };
        let failed = |source| self.failed(source);
        let id = given.get(R::ID).and_then(|id| lenient_id(id).ok()).flatten();
        self.transact(|transaction| {
            let patched = rows::patched(transaction, R::SYSTEM, id, given).map_err(failed)?;
            let write = if patched.is_some() { rows::update } else { rows::insert };
            let record = serde_json::from_value(patched.unwrap_or_else(|| given.clone()));
            let record: R = record.map_err(|error| refused(error.to_string()))?;
            if let Some(problem) = record.check(transaction).map_err(failed)?.first() {
                return Err(refused(format!("{} {}", problem.property, problem.message)));
            }
            let id = write(transaction, &record).map_err(failed)?;
            let stored = rows::get::<R>(transaction, id).map_err(failed)?;
            Ok(stored.map(|(record, _)| record.answer()).unwrap_or_default())
        })
    }

    /// Deletes a record, as a person could by hand. Returns whether it existed.
    pub fn delete(&self, system: System, id: i64) -> Result<bool, SandboxError> {
        self.with(|connection| {
            let sql = format!("DELETE FROM {} WHERE id = ?1", rows::table(system));
            connection.execute(&sql, [id])
        })
        .map(|deleted| deleted > 0)
    }

    /// Returns the companies of OmniReturns, sorted by id.
    pub(crate) fn companies(&self) -> Result<Vec<Company>, SandboxError> {
        self.with(|connection| {
            connection
                .prepare_cached("SELECT company_id, company_name FROM companies ORDER BY 1")?
                .query_map([], |row| {
                    Ok(Company { company_id: row.get(0)?, company_name: row.get(1)? })
                })?
                .collect()
        })
    }

    /// Adds an event to a log, and deletes its oldest ones.
    fn log(&self, table: &str, event: &impl Serialize) -> Result<(), SandboxError> {
        self.write(|transaction| {
            let sql = format!("INSERT INTO {table} (document) VALUES (?1)");
            let n = transaction.prepare_cached(&sql)?.insert([rows::to_document(event)?])?;
            prune(transaction, table, n)
        })
    }

    /// Returns the events of a log with their numbers, oldest first.
    fn logged<T: DeserializeOwned>(&self, table: &str) -> Result<Vec<T>, SandboxError> {
        self.with(|connection| {
            let sql = format!("SELECT json_set(document, '$.n', n) FROM {table} ORDER BY n");
            connection.prepare_cached(&sql)?.query_map([], rows::document)?.collect()
        })
    }

    /// Runs a function on the connection.
    fn with<T>(
        &self,
        work: impl FnOnce(&mut Connection) -> rusqlite::Result<T>,
    ) -> Result<T, SandboxError> {
        work(&mut self.lock()).map_err(|source| self.failed(source))
    }

    /// Runs a function in a transaction.
    fn write<T>(
        &self,
        work: impl FnOnce(&Transaction<'_>) -> rusqlite::Result<T>,
    ) -> Result<T, SandboxError> {
        self.transact(|transaction| work(transaction).map_err(|source| self.failed(source)))
    }

    /// Runs a function with errors of its own in a transaction.
    fn transact<T>(
        &self,
        work: impl FnOnce(&Transaction<'_>) -> Result<T, SandboxError>,
    ) -> Result<T, SandboxError> {
        let mut connection = self.lock();
        // Immediate, because another process may write as well, and SQLite does not wait
        // for a lock that a transaction upgrades to later.
        let transaction = connection
            .transaction_with_behavior(TransactionBehavior::Immediate)
            .map_err(|source| self.failed(source))?;
        let done = work(&transaction)?;
        transaction.commit().map_err(|source| self.failed(source))?;
        Ok(done)
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, Connection> {
        // A panic while the lock was held has rolled its transaction back.
        self.connection.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn failed(&self, source: rusqlite::Error) -> SandboxError {
        SandboxError::State { state: self.name.to_string(), source }
    }
}

/// Inserts a seed's records into empty tables.
fn fill(transaction: &Transaction<'_>, seed: &Seed) -> Result<(), SandboxError> {
    let Seed { companies, omniparcel, omnireturns, omnirps, uploads } = seed;
    let id = |company: &Company| format!("the id {}", company.company_id);
    fill_list("Companies", "CompanyId", companies, id, |Company { company_id, company_name }| {
        transaction
            .prepare_cached("INSERT INTO companies (company_id, company_name) VALUES (?1, ?2)")?
            .execute((company_id, company_name))
            .map(|_| None)
    })?;
    fill_with(transaction, omniparcel)?;
    fill_with(transaction, omnirps)?;
    fill_with(transaction, omnireturns)?;
    let connote = |of: &Upload| format!("the connote {} of this retailer", of.consignment_no);
    fill_list("Uploads", "ConsignmentNo", uploads, connote, |upload| {
        uploads::insert(transaction, upload).map(|()| None)
    })
}

/// Inserts the records of one system into an empty table.
fn fill_with<R: Record>(transaction: &Transaction<'_>, records: &[R]) -> Result<(), SandboxError> {
    let id = |record: &R| format!("the id {}", record.id().unwrap_or_default());
    fill_list(R::SYSTEM.title(), R::ID, records, id, |record| {
        match record.check(transaction)?.into_iter().next() {
            None => rows::insert(transaction, record).map(|_| None),
            invalid => Ok(invalid),
        }
    })
}

/// Inserts one list of a seed. `insert` returns why an item is invalid; `key` is the property that
/// no two items share, and `shown` its value in a message.
fn fill_list<T>(
    list: &'static str,
    key: &str,
    items: &[T],
    shown: impl Fn(&T) -> String,
    insert: impl Fn(&T) -> rusqlite::Result<Option<FieldError>>,
) -> Result<(), SandboxError> {
    for (index, item) in items.iter().enumerate() {
        let (property, reason) = match insert(item) {
            Ok(None) => continue,
            Ok(Some(FieldError { property, value, message, key: _ })) => {
                (property, format!("{value:?}: {message}"))
            }
            Err(error) if error.sqlite_error_code() == Some(ErrorCode::ConstraintViolation) => {
                (key.to_owned(), format!("another of them has {}, too", shown(item)))
            }
            Err(source) => return Err(SandboxError::State { state: "seed".into(), source }),
        };
        return Err(SandboxError::Seeded { list, index, property, reason });
    }
    Ok(())
}

/// Deletes all but the newest [`MAX_EVENT_ROWS`] rows of a table of past events.
fn prune(connection: &Connection, table: &str, newest: i64) -> rusqlite::Result<()> {
    connection
        .prepare_cached(&format!("DELETE FROM {table} WHERE n <= ?1"))?
        .execute([newest - MAX_EVENT_ROWS])?;
    Ok(())
}
