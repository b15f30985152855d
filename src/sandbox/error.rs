//! Errors of starting the sandbox and of its storage.

use crate::model::System;
use std::io;
use std::net::SocketAddr;
use std::path::PathBuf;

/// An error of the sandbox itself; a rejected request is a response, not an error.
#[derive(Debug, thiserror::Error)]
pub enum SandboxError {
    #[error(
        "the sandbox listens on loopback addresses only, not on {listen}; use 127.0.0.1 or [::1]"
    )]
    NotLoopback { listen: SocketAddr },
    #[error("the sandbox cannot listen on {listen}; choose another port, or 0 for any free one")]
    Listen { listen: SocketAddr, source: io::Error },
    #[error(
        "{} is not a sandbox database; name another file, or start over with `reconcile sandbox \
         --reset`, which keeps this one under another name",
        path.display()
    )]
    NotSandbox { path: PathBuf },
    #[error(
        "{} is a sandbox database of schema version {found}, but this program requires \
         version {expected}; recreate it with `reconcile sandbox --reset`",
        path.display()
    )]
    OtherVersion { path: PathBuf, found: i64, expected: i64 },
    #[error("{} cannot be moved aside to {}", path.display(), aside.display())]
    MoveAside { path: PathBuf, aside: PathBuf, source: io::Error },
    #[error("{} cannot be removed to recreate it", path.display())]
    Remove { path: PathBuf, source: io::Error },
    #[error("the folder {} cannot be created for the sandbox's state", path.display())]
    Folder { path: PathBuf, source: io::Error },
    #[error("the sandbox's state ({state}) cannot be used")]
    State { state: String, source: rusqlite::Error },
    #[error("the seed is not valid")]
    Seed { source: serde_yaml::Error },
    #[error("the sandbox cannot keep this {system} record: {reason}")]
    Record { system: System, reason: String },
    #[error("{list}[{index}].{property}: {reason}")]
    Seeded { list: &'static str, index: usize, property: String, reason: String },
    #[error("the sandbox's webhook client cannot be built")]
    Client { source: reqwest::Error },
}

impl SandboxError {
    /// Returns whether the state is damaged or of another version, so that it can only be recreated.
    pub(super) fn is_damage(&self) -> bool {
        use rusqlite::ErrorCode::{DatabaseCorrupt, NotADatabase, Unknown};
        match self {
            SandboxError::NotSandbox { .. } | SandboxError::OtherVersion { .. } => true,
            // A table that is missing has no code of its own.
            SandboxError::State { source, .. } => source
                .sqlite_error_code()
                .is_none_or(|code| matches!(code, DatabaseCorrupt | NotADatabase | Unknown)),
            _ => false,
        }
    }

    /// Returns what to do about it.
    pub(crate) fn hint(&self) -> &'static str {
        use rusqlite::ErrorCode::{
            CannotOpen, DatabaseBusy, DatabaseLocked, DiskFull, PermissionDenied, ReadOnly,
        };
        if let SandboxError::State { source, .. } = self
            && let Some(DatabaseBusy | DatabaseLocked) = source.sqlite_error_code()
        {
            return "another program has locked it: close that one, then run the command again";
        }
        let is_of_files = match self {
            SandboxError::MoveAside { .. }
            | SandboxError::Remove { .. }
            | SandboxError::Folder { .. } => true,
            SandboxError::State { source, .. } => matches!(
                source.sqlite_error_code(),
                Some(CannotOpen | DiskFull | PermissionDenied | ReadOnly)
            ),
            _ => false,
        };
        if is_of_files {
            "check that you may write there and that the disk is not full; `reconcile validate` and \
             `reconcile status --offline` need no sandbox"
        } else {
            "`reconcile sandbox --reset` restores the sandbox's initial state"
        }
    }

    /// Formats the error and its source as one log line.
    pub(super) fn line(&self) -> String {
        match std::error::Error::source(self) {
            Some(source) => format!("{self}: {source}"),
            None => self.to_string(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_reset_is_the_remedy_only_where_it_can_be_written() {
        let path = || PathBuf::from(".reconcile/sandbox.db");
        let source = || io::ErrorKind::PermissionDenied.into();
        let state = |code| SandboxError::State {
            state: "sandbox.db".into(),
            source: rusqlite::Error::SqliteFailure(rusqlite::ffi::Error::new(code), None),
        };
        let resets = |error: SandboxError| error.hint().contains("--reset");
        assert!(!resets(SandboxError::Folder { path: path(), source: source() }));
        assert!(!resets(SandboxError::Remove { path: path(), source: source() }));
        assert!(!resets(state(rusqlite::ffi::SQLITE_READONLY)));
        assert!(resets(state(rusqlite::ffi::SQLITE_CORRUPT)));
        assert!(resets(SandboxError::NotSandbox { path: path() }));
    }
}
