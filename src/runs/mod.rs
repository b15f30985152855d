//! Run records: the state that machines share, over one small trait.
//!
//! Enters: the `state` section of the project file, and the events of runs. Leaves: journals,
//! a lease per environment, and small documents (test runs of `verify`, handoffs, the last
//! message about drift), in a folder, a PostgreSQL database or an S3-compatible store.
//!
//! # Protocol
//!
//! **A document** is bytes under a key, with a version that the store assigns. It is written
//! by compare-and-set only: create it if it does not exist, or replace exactly one version.
//! Each attempt to write carries a random id. If a write is refused or its response is lost,
//! the document is read back: if it has the attempt's id, the write succeeded; if it has the
//! version to be replaced, nothing has happened yet, and the same attempt is sent again; in
//! any other case another process has written it. If that read fails, the result is unknown,
//! which is an error and never guessed. No layer below resends a conditional write.
//! ([`document`])
//!
//! **A lease** is the document `leases/ENVIRONMENT`. It contains a token that only grows, the
//! run that holds or last held it, and whether it is held. It is never deleted: a release and
//! `unlock` mark it free, by compare-and-set like every other write. It can be acquired if it
//! is free or has expired. Only the store's clock decides that, counting from the store's
//! last write of it. ([`lease`])
//!
//! **Trust.** A holder renews its lease after a quarter of its duration. It trusts it from
//! *before* the request that acquired or renewed it, less a margin, by a clock that includes
//! sleep. It checks it before and after a start is recorded, and again immediately before
//! each request that writes. A request that does not follow such a record closely, or is not the
//! first of its action, leaves only after the store has shown that the run still holds the lease.
//! A refused renewal ends the lease at once; after a failed one it expires unless a later one
//! succeeds.
//!
//! **Fence, then read, then act.** A run acquires the token, fences the journal
//! ([`RunStore::fence`]), reads the unresolved actions of earlier runs, and then acts. After
//! the fence no start with an earlier token can be recorded:
//!
//! - `folder`: a start is written under the lock under which leases are replaced, after the
//!   token was checked.
//! - `postgres`: the statement that inserts a start takes a share lock on the lease's row
//!   and inserts nothing if that has another token.
//! - `s3`: starts are create-only objects in one numbered sequence per environment, and the
//!   fence is one of them. A run that was paused fails to create its next number.
//!
//! Ends are appended without checking the token: they record what has happened, which a run
//! knows even after it has lost its lease.
//!
//! **Order.** A run's id starts with a time later than that of every earlier run, whatever
//! the machine's clock shows, and ends with random digits. Sorted ids are in the order of
//! the tokens. ([`id`])

pub(crate) mod document;
pub(crate) mod folder;
pub(crate) mod id;
pub(crate) mod journal;
pub(crate) mod lease;
pub(crate) mod lease_clock;
pub(crate) mod loop_upload;
mod open;
mod postgres;
mod refused;
mod s3;
pub(crate) mod test_run;
#[cfg(test)]
mod tests;

pub(crate) use crate::files::segment;
pub(crate) use open::open;

use crate::exit::Failure;
use async_trait::async_trait;
use jiff::Timestamp;
use std::time::Duration;

/// How long a failing call is retried: a restart of a database takes less.
const PATIENCE: Duration = Duration::from_secs(10);

/// A store of run records.
#[async_trait]
pub(crate) trait RunStore: Send + Sync {
    /// Returns where the store is, without secrets.
    fn place(&self) -> String;

    /// Returns where one of its documents is.
    fn document_place(&self, key: &str) -> String {
        format!("`{key}` in {}", self.place())
    }

    /// Returns whether other machines can use the store. If so, a lease outlives its process,
    /// until it expires.
    fn is_shared(&self) -> bool;

    /// Excludes other processes of this machine that apply to the environment, if the store is not
    /// shared.
    async fn exclude(&self, _run_id: &str, _environment: &str) -> Result<Exclusion, StoreError> {
        Ok(Exclusion::NotNeeded)
    }

    /// Reads a document.
    async fn load(&self, key: &str) -> Result<Option<Document>, StoreError>;

    /// Sends one conditional write, once, and returns the new version; `None` if the document does
    /// not have the expected one, possibly because this attempt has already written it. After an
    /// error the result is unknown.
    async fn put(&self, key: &str, put: Put<'_>) -> Result<Option<String>, StoreError>;

    /// Returns the keys of the documents with a prefix, sorted.
    async fn list(&self, under: &str) -> Result<Vec<String>, StoreError>;

    /// Reads the store's clock.
    async fn clock(&self) -> Result<Timestamp, StoreError>;

    /// Prevents runs with an earlier token from recording a start.
    async fn fence(&self, run: &Run) -> Result<(), AppendError>;

    /// Appends lines to a run's journal. A fenced batch is appended only if the run's token is
    /// the environment's latest, in one atomic step.
    async fn append(&self, run: &Run, batch: &Batch) -> Result<(), AppendError>;

    /// Adds the journal of a completed run from another store.
    async fn import(&self, run: &Run, batch: &Batch) -> Result<(), AppendError> {
        self.append(run, batch).await
    }

    /// Returns the ids of all runs, or of those in one environment, sorted. A run with an
    /// unknown environment belongs to every one.
    async fn runs(&self, environment: Option<&str>) -> Result<Vec<String>, StoreError>;

    /// Reads the journal of a run.
    async fn read(&self, run_id: &str) -> Result<JournalText, StoreError>;
}

/// Whether other processes of this machine are excluded.
#[derive(Debug)]
pub(crate) enum Exclusion {
    /// The lease is sufficient.
    NotNeeded,
    /// They are excluded until this value is dropped.
    Held(#[expect(dead_code, reason = "it is kept for its lock")] std::fs::File),
    /// Another process was first, with this run if it is known.
    Busy { run_id: Option<String> },
}

/// A stored document.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Document {
    pub bytes: Vec<u8>,
    /// Changes with each write.
    pub version: String,
    /// The id of the attempt that wrote it; empty if the store needs none.
    pub attempt: String,
    /// The time of the last write, by the store's clock.
    pub modified: Timestamp,
}

/// A conditional write.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Put<'a> {
    pub bytes: &'a [u8],
    pub attempt: &'a str,
    /// The version to replace; `None` if the document must not exist yet.
    pub expected: Option<&'a str>,
}

/// A run that holds, or held, a lease.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Run {
    pub environment: String,
    pub run_id: String,
    pub token: u64,
}

/// Lines of one journal to append together.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Batch {
    /// The number of the first line.
    pub first: u64,
    /// Complete lines, each with its line end.
    pub lines: String,
    /// Whether the run's token has to be the latest.
    pub is_fenced: bool,
}

/// A stored journal.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct JournalText {
    pub bytes: Vec<u8>,
    /// Where it is.
    pub place: String,
    /// Whether a process of this machine is still writing it.
    pub is_locked: bool,
}

/// Why a store cannot be used.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the run records in {place} cannot be {what}: {why}")]
pub(crate) struct StoreError {
    pub place: String,
    pub what: &'static str,
    pub why: String,
    /// What to change, if the store has responded and would respond the same again.
    pub remedy: Option<&'static str>,
    /// Whether it was a write that may have been done nevertheless.
    pub may_be_written: bool,
}

impl StoreError {
    /// Returns an error that a retry may resolve.
    pub(crate) fn new(place: String, what: &'static str, why: impl Into<String>) -> StoreError {
        StoreError { place, what, why: why.into(), remedy: None, may_be_written: false }
    }

    /// Returns what to do about it.
    pub(crate) fn hint(&self) -> &'static str {
        self.remedy.unwrap_or("check that the store can be reached, read and written to")
    }
}

impl From<StoreError> for Failure {
    fn from(error: StoreError) -> Failure {
        Failure::because(&error, error.hint())
    }
}

/// Why lines were not appended, or may not have been.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub(crate) enum AppendError {
    /// The environment has another token.
    #[error("another run holds the lease")]
    Lost,
    /// They may have been appended nevertheless.
    #[error(transparent)]
    Store(#[from] StoreError),
}
