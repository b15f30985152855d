//! The request log, which tests use to check what a client did.

use super::Store;
use crate::sandbox::SandboxError;
use serde::{Deserialize, Serialize};

/// A received request. Headers and bodies are not kept, as they contain keys.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct LoggedRequest {
    /// A sequence number from one on, which the log assigns.
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

impl Store {
    /// Returns the logged requests, oldest first.
    pub fn requests(&self) -> Result<Vec<LoggedRequest>, SandboxError> {
        self.logged("requests")
    }

    /// Logs a request.
    pub(in crate::sandbox) fn log_request(
        &self,
        request: &LoggedRequest,
    ) -> Result<(), SandboxError> {
        self.log("requests", request)
    }
}
