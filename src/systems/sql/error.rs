//! The errors of reading a database.

use super::columns::WrongColumns;
use crate::systems::budget::TooLarge;
use std::time::Duration;

/// A query of a system, by its name in the project file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum QueryName {
    Query,
    Companies,
    Uploads,
}

impl std::fmt::Display for QueryName {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(match self {
            QueryName::Query => "`query`",
            QueryName::Companies => "`companies`",
            QueryName::Uploads => "`uploads`",
        })
    }
}

/// Why a database returned nothing usable. All texts of the database are redacted.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum SqlError {
    #[error("no connection to the database: {0}")]
    Connection(String),
    #[error("no encrypted connection to the database: {0}")]
    Tls(String),
    #[error("the database rejected the login: {0}")]
    Login(String),
    #[error(transparent)]
    TooLarge(#[from] TooLarge),
    #[error("the database returned no result within {} s", .0.as_secs_f32())]
    Timeout(Duration),
    #[error("{0} would change the database, but only reading is allowed")]
    Writes(QueryName),
    #[error("{0} returns no rows, so it is not a `select`")]
    NoRows(QueryName),
    #[error("{0} is more than one statement")]
    Statements(QueryName),
    #[error("{0} has parameters, but there are no values for them")]
    Parameters(QueryName),
    #[error("{part} {wrong}")]
    Columns { part: QueryName, wrong: WrongColumns },
    #[error("{part} compares a parameter with the type {kind}, which it cannot be bound as")]
    Kind { part: QueryName, kind: String },
    #[error("the column `{column}` of {part} has the unsupported type {kind}")]
    Type { part: QueryName, column: String, kind: String },
    #[error("row {row} of {part}{} has {wrong}", with_id(.id.as_deref()))]
    Row { part: QueryName, row: usize, id: Option<String>, wrong: String },
    #[error("{part} returns two rows with the id {id}")]
    Twice { part: QueryName, id: String },
    #[error("the database rejected {part}: {message}")]
    Refused { part: QueryName, message: String },
}

fn with_id(id: Option<&str>) -> String {
    id.map(|id| format!(" (id {id})")).unwrap_or_default()
}

impl SqlError {
    /// Returns what to do about it; completes "hint: …".
    pub fn hint(&self) -> &'static str {
        match self {
            SqlError::Connection(_) => {
                "check that the database is up and that its URL, which the project file \
                 names, is right"
            }
            SqlError::Tls(_) => {
                "configure the database with a TLS certificate for its name that this machine \
                 trusts, or set `sslmode` in its URL: `require` (MySQL: `required`) encrypts and \
                 accepts any certificate"
            }
            SqlError::Login(_) => {
                "check the user and the password in the database's URL; in a password, write \
                 special characters percent-encoded"
            }
            SqlError::TooLarge(_) => TooLarge::hint(),
            SqlError::Timeout(_) => "make the query cheaper, or raise `limits.timeout_seconds`",
            SqlError::Writes(_) | SqlError::NoRows(_) => "write a `select` that changes nothing",
            SqlError::Statements(_) => "write one statement, with at most one `;` at its end",
            SqlError::Parameters(_) => {
                "write the values into the query; only `uploads` has `{id}` and `{since}`"
            }
            SqlError::Columns { .. } => {
                "spell each column exactly and quote it: select url as \
                 \"omnirps.tracking_webhook.url\", in MySQL and MariaDB with backticks"
            }
            SqlError::Kind { .. } => {
                "compare it with text: cast(… as text) = {id}; a day may be compared with a date"
            }
            SqlError::Type { .. } => {
                "cast it to text in the query: cast(… as text), in MySQL and MariaDB \
                 cast(… as char)"
            }
            SqlError::Row { .. } => "correct the query, or the data",
            SqlError::Twice { .. } => {
                "a join returns several rows per record; combine them into one row"
            }
            SqlError::Refused { .. } => {
                "correct the query, which must be one statement, or grant its user `select` on what \
                 it reads"
            }
        }
    }
}
