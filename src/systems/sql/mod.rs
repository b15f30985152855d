//! Systems read from a database: one query returns the records of a system, another the companies
//! of OmniReturns. Supports PostgreSQL, MySQL and MariaDB, and SQLite.
//!
//! Enters: a URL, queries, a time limit. Leaves: [`SystemState`], as from HTTP. A database is only
//! read. Each query runs in a read-only transaction with a time limit, as a prepared statement (so
//! it is a single statement), and only after its columns have been checked. Nevertheless the URL
//! should have a user that may only `select`.
//!
//! A result is bounded by the limits for lists: the number of rows, and their size in memory, for
//! one query and for all systems together. The driver holds one whole row before it can be counted.
//!
//! # Columns
//!
//! The columns are `id`, `name` and every setting of the system by its key, except for presence.
//! Keys contain dots, so they are quoted, and names are case-sensitive:
//! `"omnirps.tracking_webhook.url"`, in MySQL and MariaDB between backticks. In OmniReturns the
//! name is a setting: its column is `name` or `"omnireturns.name"`, not both.
//!
//! Values are parsed as leniently as over HTTP: booleans are `true`, `Y`, `1` and so on, and `NULL`
//! is unset. A list is an array of texts (PostgreSQL), text with a JSON array (`json_agg`,
//! `json_arrayagg`, `json_group_array`), or other text, which is its only entry. Unsupported types
//! must be cast to text.
//!
//! # URL
//!
//! The URL starts with `postgres://`, `postgresql://`, `mysql://`, `mariadb://` or `sqlite:`;
//! relative SQLite paths are relative to the working directory. Connections to other hosts are
//! encrypted, and the host must have a certificate for its name that this machine trusts, unless
//! `sslmode` in the URL says otherwise: `require` (MySQL: `required`) encrypts but accepts any
//! certificate, including that of an attacker between the two.
//!
//! # Examples
//!
//! The sandbox stores its state in `.reconcile/sandbox.db`. With the URL
//! `sqlite:.reconcile/sandbox.db`, these queries return what it serves over HTTP.
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
//! OmniReturns, whose ids are text:
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
//! A retailer's uploads have their own query, with `{id}` in the place of the retailer's id
//! and `{since}` in the place of a day:
//!
//! ```sql
#![doc = include_str!("examples/uploads.sql")]
//! ```
//!
//! Without `{id}` it returns the uploads of all retailers, with an additional column
//! `omnirps_id`, the retailer's id; then `reconcile uploads` runs it once for the whole
//! fleet.

mod address;
mod bound;
mod cell;
mod columns;
mod error;
mod mysql;
mod postgres;
mod rows;
mod server;
mod sqlite;
mod terms;
#[cfg(test)]
mod tests;
mod upload_rows;
mod uploads;

pub(crate) use address::{Address, UrlError, read as read_address};
pub use error::SqlError;
pub use terms::Terms;
pub use uploads::Uploads;

use super::budget::MemoryShare;
use crate::model::{Company, Record, System, SystemState};
use rows::{Query, Rows};
use secrecy::SecretString;
use sqlx::{MySql, Postgres};
use std::sync::Arc;

/// The database of one system.
pub struct Database {
    address: Address,
    /// The query for records, then the one for companies if there is one.
    queries: Arc<[Query]>,
    terms: Terms,
}

impl Database {
    /// Parses a database's URL without connecting.
    pub fn open(
        system: System,
        url: &SecretString,
        query: String,
        companies: Option<String>,
        terms: Terms,
    ) -> Result<Database, UrlError> {
        let (address, redactor) = address::read(url)?;
        terms.redactor.absorb(&redactor);
        let companies = companies.map(Query::companies);
        let queries = std::iter::once(Query::records(system, query)).chain(companies).collect();
        Ok(Database { address, queries, terms })
    }

    /// Returns the address of the database without its secret parts.
    pub fn address(&self) -> String {
        self.address.to_string()
    }

    /// Reads all records and, if there is a query for them, all companies, both from one
    /// snapshot.
    pub async fn read_all(&self) -> Result<SystemState, SqlError> {
        Ok(self.read_with_share().await?.0)
    }

    /// Like [`Database::read_all`], with the share of the memory budget.
    pub(super) async fn read_with_share(&self) -> Result<(SystemState, MemoryShare), SqlError> {
        let mut hold = MemoryShare::new(&self.terms.budget);
        let mut tables = read(&self.address, &self.queries, &self.terms).await?.into_iter();
        let mut records = || match tables.next() {
            Some(Rows::Records(rows)) => {
                hold.absorb(rows.size.hold);
                Some(rows.records)
            }
            Some(Rows::Uploads(_)) | None => None,
        };
        let company = |found: Record| Company { id: found.id, name: found.name };
        let all = records().unwrap_or_default();
        let companies = records().map(|found| found.into_iter().map(company).collect());
        Ok((SystemState { records: all, companies }, hold))
    }
}

/// Runs queries in one transaction.
async fn read(
    address: &Address,
    queries: &Arc<[Query]>,
    terms: &Terms,
) -> Result<Vec<Rows>, SqlError> {
    match address {
        Address::Sqlite(path) => sqlite::read(path, queries, terms).await,
        Address::Postgres(options) => server::read::<Postgres>(options, queries, terms).await,
        Address::Mysql(options) => server::read::<MySql>(options, queries, terms).await,
    }
}
