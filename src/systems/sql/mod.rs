//! Systems read from a database: one query gives the records of a system, another the
//! companies of OmniReturns. PostgreSQL, MySQL and MariaDB, and SQLite.
//!
//! Enters: a URL, queries, a time limit. Leaves: [`SystemState`], as if they had come over
//! HTTP. A database is only read. Each query runs in a read-only transaction with a time
//! limit, as a prepared statement, so that it is one statement, and only after its
//! columns were found right. All the same, give the URL a user that may only `select`.
//!
//! A result is bounded by the limits for lists: a number of rows, and how much of them is
//! held, of one query and of all systems at once. The driver holds one row whole before it
//! can be counted.
//!
//! # What a query gives
//!
//! The columns are `id`, `name` and every setting of the system by its key, except the
//! one that says that the record is there. Keys have dots, so they are quoted, and names
//! count to the letter: `"omnirps.tracking_webhook.url"`, in MySQL and MariaDB between
//! backticks. In OmniReturns the name is a setting: its column is `name` or
//! `"omnireturns.name"`, not both.
//!
//! Values are read as tolerantly as over HTTP: booleans are `true`, `Y`, `1` and so on,
//! and `NULL` is unset. A list is an array of texts (PostgreSQL), a text with a JSON array
//! (`json_agg`, `json_arrayagg`, `json_group_array`) or a text, which is its only entry. A
//! type that is not understood has to be cast to text.
//!
//! # Where the database is
//!
//! The URL starts with `postgres://`, `postgresql://`, `mysql://`, `mariadb://` or
//! `sqlite:`; a relative path of SQLite is below the working directory. The connection to
//! another host is encrypted, and the host has to show a certificate for its name that this
//! machine trusts, unless `sslmode` in the URL says otherwise: `require` (MySQL: `required`)
//! encrypts and believes any certificate, which whoever is in between can have.
//!
//! # Examples
//!
//! The sandbox keeps its state in `.reconcile/sandbox.db`. With the URL
//! `sqlite:.reconcile/sandbox.db`, these queries give what it serves over HTTP.
//! OmniParcel:
//!
//! ```sql
#![doc = include_str!("examples/omniparcel.sql")]
//! ```
//!
//! OmniRPS:
//!
//! ```sql
#![doc = include_str!("examples/omnirps.sql")]
//! ```
//!
//! OmniReturns, whose ids are texts:
//!
//! ```sql
#![doc = include_str!("examples/omnireturns.sql")]
//! ```
//!
//! And its companies:
//!
//! ```sql
#![doc = include_str!("examples/companies.sql")]
//! ```
//!
//! The returns that were uploaded for a retailer are a query of their own, with `{id}` in
//! the place of the retailer's id and `{since}` in that of a day:
//!
//! ```sql
#![doc = include_str!("examples/uploads.sql")]
//! ```
//!
//! Without `{id}` it gives the uploads of all retailers, and one column more, `omnirps_id`,
//! which is the retailer's id; then `reconcile uploads` runs it once for the whole fleet.

mod address;
mod bound;
mod cell;
mod columns;
mod error;
mod mysql;
mod postgres;
mod rows;
mod sqlite;
mod terms;
#[cfg(test)]
mod tests;
mod uploads;

pub(crate) use address::{Address, UrlError, read as read_address};
pub use error::SqlError;
pub(crate) use terms::Terms;
pub use uploads::Uploads;

use super::addresses::Addresses;
use super::budget::Hold;
use crate::model::{Company, Record, System, SystemState};
use rows::{Query, Table};
use secrecy::SecretString;
use std::sync::Arc;
use std::time::Duration;

/// A database that holds what one system holds.
pub struct Database {
    system: System,
    address: Address,
    /// The query for the records, then the one for the companies, where there is one.
    queries: Arc<[Query]>,
    terms: Terms,
}

impl Database {
    /// Reads a database's URL. Nothing is connected to.
    ///
    /// The timeout is for connecting and all queries together.
    pub fn open(
        system: System,
        url: &SecretString,
        query: String,
        companies: Option<String>,
        timeout: Duration,
    ) -> Result<Database, UrlError> {
        let terms = Terms::alone(timeout);
        Database::open_with(system, url, query, companies, terms, &Addresses::default())
    }

    /// The same, on the terms of an environment and with the addresses that the files ask for.
    pub(super) fn open_with(
        system: System,
        url: &SecretString,
        query: String,
        companies: Option<String>,
        terms: Terms,
        addresses: &Addresses,
    ) -> Result<Database, UrlError> {
        let (address, redactor) = address::read(url)?;
        terms.redactor.absorb(&redactor);
        let companies = companies.map(Query::companies);
        let records = Query::records(system, query, addresses.clone());
        let queries = std::iter::once(records).chain(companies).collect();
        Ok(Database { system, address, queries, terms })
    }

    /// Where the database is, without what has to stay secret.
    pub fn address(&self) -> String {
        self.address.to_string()
    }

    /// Reads all records and, where there is a query for them, all companies; both as
    /// they were at one moment.
    pub async fn holdings(&self) -> Result<SystemState, SqlError> {
        Ok(self.held().await?.0)
    }

    /// The same, with what it takes of the budget.
    pub(super) async fn held(&self) -> Result<(SystemState, Hold), SqlError> {
        let mut hold = Hold::new(&self.terms.budget);
        let mut tables = read(&self.address, &self.queries, &self.terms).await?.into_iter();
        let mut records = || match tables.next() {
            Some((Table::Records(records), part)) => {
                hold.absorb(part);
                Some(records)
            }
            Some((Table::Uploads(_), _)) | None => None,
        };
        let company = |found: Record| Company { id: found.id, name: found.name };
        let all = records().unwrap_or_default();
        let companies = records().map(|found| found.into_iter().map(company).collect());
        Ok((SystemState { records: all, companies }, hold))
    }

    /// Reads everything, to see whether the queries give what they should, and counts the
    /// records.
    pub async fn probe(&self) -> Result<u64, SqlError> {
        Ok(self.holdings().await?.records.len() as u64)
    }
}

/// Runs queries, all in one transaction.
async fn read(
    address: &Address,
    queries: &Arc<[Query]>,
    terms: &Terms,
) -> Result<Vec<(Table, Hold)>, SqlError> {
    let timeout = terms.timeout;
    let late = SqlError::Timeout(timeout);
    match address {
        Address::Sqlite(path) => sqlite::read(path, queries, terms).await,
        Address::Postgres(options) => {
            let read = postgres::read(options, queries, terms);
            tokio::time::timeout(timeout, read).await.unwrap_or(Err(late))
        }
        Address::Mysql(options) => {
            let read = mysql::read(options, queries, terms);
            tokio::time::timeout(timeout, read).await.unwrap_or(Err(late))
        }
    }
}

impl std::fmt::Debug for Database {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Database")
            .field("system", &self.system)
            .field("address", &self.address())
            .finish_non_exhaustive()
    }
}
