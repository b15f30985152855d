//! The request log, which tests use to check what a client did.

use super::rows::document;
use super::{Store, prune};
use crate::sandbox::SandboxError;
use crate::sandbox::omnirps::format_seconds;
use serde::{Deserialize, Serialize};

/// A received request. Headers and bodies are not kept, as they contain keys.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct LoggedRequest {
    /// A sequence number from one on.
    pub n: i64,
    pub at: String,
    /// The system's key, such as `omnirps`.
    pub system: String,
    pub method: String,
    /// Path and query relative to the system's URL, with anything that looks like a key
    /// removed.
    pub path: String,
    /// Absent if the connection was closed without a response.
    pub status: Option<u16>,
    /// Whether a record was created or changed.
    pub effect: bool,
    /// The names of the applied faults.
    pub fault: Option<String>,
}

/// A request to log, before it has a number and a time.
pub(in crate::sandbox) struct Received {
    pub system: &'static str,
    pub method: String,
    pub path: String,
    pub status: Option<u16>,
    pub effect: bool,
    pub fault: Option<String>,
}

impl Store {
    /// Returns the logged requests, oldest first.
    pub fn requests(&self) -> Result<Vec<LoggedRequest>, SandboxError> {
        self.with(|connection| {
            connection
                .prepare_cached(
                    "SELECT json_object('n', n, 'at', at, 'system', system, 'method', method,
                         'path', path, 'status', status, 'fault', fault,
                         'effect', json(iif(effect, 'true', 'false')))
                     FROM requests ORDER BY n",
                )?
                .query_map([], document)?
                .collect()
        })
    }

    pub(in crate::sandbox) fn log(&self, received: &Received) -> Result<(), SandboxError> {
        let Received { system, method, path, status, effect, fault } = received;
        self.write(|transaction| {
            transaction
                .prepare_cached(
                    "INSERT INTO requests (at, system, method, path, status, effect, fault)
                     VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)",
                )?
                .execute((
                    format_seconds(jiff::Timestamp::now()),
                    system,
                    method,
                    path,
                    status,
                    effect,
                    fault,
                ))?;
            prune(transaction, "requests", transaction.last_insert_rowid())
        })
    }
}
