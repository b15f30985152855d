//! Run records: what machines have to agree on, over one small trait.
//!
//! Enters: the project file's `state` section, and what runs do. Leaves: journals, a lease
//! for each environment, and small documents (test runs of `verify`, handovers, notices of
//! drift), in a folder, a PostgreSQL database or an S3-compatible store.
//!
//! # Protocol
//!
//! **A document** is bytes under a key, with a version that the store gives. It is written
//! by compare-and-set alone: create where there is none, or replace exactly this version.
//! Each attempt to write carries a random id. After a refusal or a lost answer the document
//! is read back: with our id, we have written it; with the version that we meant to
//! replace, nothing has happened yet, and the same attempt is sent again; with anything
//! else, another has. A read that fails leaves it unknown, and unknown is an error, never a
//! guess. No layer below sends a conditional write a second time. ([`document`])
//!
//! **A lease** is the document `leases/ENVIRONMENT`. It holds a token that only grows, the
//! run that has it or had it last, and whether it is held. It is never deleted: releasing
//! it and `unlock` mark it free, by compare-and-set like everything else. It is taken
//! where it is free or has run out; the store's clock alone decides that, from the moment
//! at which the store has written it last. ([`lease`])
//!
//! **Trust.** A holder renews its lease at a quarter of its time. It believes in it from
//! *before* the request that got or renewed it, less a margin, by a clock that also counts
//! sleep. It looks before a start is recorded, after it is, and once more right before each
//! request that writes. A renewal that is refused ends the lease at once; one that fails
//! lets it run out.
//!
//! **Fence, then look, then act.** A run takes the token, fences the journal
//! ([`RunStore::fence`]), reads what earlier runs left unresolved, and then acts. From the
//! fence on, no start of an earlier token can be recorded:
//!
//! - `folder`: a start is written under the lock under which leases are replaced, after a
//!   look at the token.
//! - `postgres`: the statement that inserts a start takes a share lock on the lease's row
//!   and inserts nothing where its token is another.
//! - `s3`: starts are create-only objects in one numbered sequence per environment, and the
//!   fence is one of them. A run that was paused fails at its next number by itself.
//!
//! Ends are appended without a look at the token: they say what has happened, and a run
//! that lost its lease still knows that.
//!
//! **Order.** A run's id begins with a time that is later than that of every run before it,
//! whatever the machine's clock is, and ends in random digits. Sorted ids are in the order
//! of the tokens. ([`id`])

pub(crate) mod boot;
pub(crate) mod document;
pub(crate) mod folder;
pub(crate) mod id;
pub(crate) mod journal;
pub(crate) mod lease;
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
use std::fmt::Debug;
use std::time::Duration;

/// How long a store that does not answer is asked again before a call fails: a restart of a
/// database takes less.
const PATIENCE: Duration = Duration::from_secs(10);

/// A store of run records.
#[async_trait]
pub(crate) trait RunStore: Debug + Send + Sync {
    /// Where it is, without anything secret.
    fn place(&self) -> String;

    /// Where one of its documents is.
    fn document_place(&self, key: &str) -> String {
        format!("`{key}` in {}", self.place())
    }

    /// Whether other machines can use it: then a lease outlives its process, until its time
    /// is over.
    fn is_shared(&self) -> bool;

    /// Keeps other processes of this machine out, where the store is not shared.
    async fn exclude(&self, _run_id: &str) -> Result<Exclusion, StoreError> {
        Ok(Exclusion::NotNeeded)
    }

    /// Reads a document.
    async fn load(&self, key: &str) -> Result<Option<Document>, StoreError>;

    /// Sends one conditional write, once. After an error it is unknown whether it was written.
    async fn put(&self, key: &str, put: Put<'_>) -> Result<PutOutcome, StoreError>;

    /// Returns the keys of the documents that begin so, sorted.
    async fn list(&self, under: &str) -> Result<Vec<String>, StoreError>;

    /// Reads the store's clock.
    async fn clock(&self) -> Result<Timestamp, StoreError>;

    /// Makes sure that no earlier token can record a start any more.
    async fn fence(&self, run: &Run) -> Result<(), AppendError>;

    /// Appends lines to a run's journal. A batch with a start in it is appended only while
    /// the run's token is the environment's last, as one step.
    async fn append(&self, run: &Run, batch: &Batch) -> Result<(), AppendError>;

    /// Adds the journal of a run that is over, of another store.
    async fn import(&self, run: &Run, batch: &Batch) -> Result<(), AppendError> {
        self.append(run, batch).await
    }

    /// Returns the ids of all runs, or of those in one environment, sorted. A run whose
    /// environment is unknown counts for each.
    async fn runs(&self, environment: Option<&str>) -> Result<Vec<String>, StoreError>;

    /// Reads the journal of a run.
    async fn read(&self, run_id: &str) -> Result<JournalText, StoreError>;
}

/// Whether other processes of this machine are kept out.
#[derive(Debug)]
pub(crate) enum Exclusion {
    /// The lease does that.
    NotNeeded,
    /// They are, as long as this lives.
    Held(#[expect(dead_code, reason = "it is kept for its lock")] std::fs::File),
    /// Another process was first; this is the run that it named.
    Busy { run_id: String },
}

/// A document as it was read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Document {
    pub bytes: Vec<u8>,
    /// Another one after each write.
    pub version: String,
    /// The id of the attempt that wrote it; empty where the store needs none.
    pub attempt: String,
    /// When it was written, by the store's clock.
    pub modified: Timestamp,
}

/// A conditional write.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Put<'a> {
    pub bytes: &'a [u8],
    pub attempt: &'a str,
    /// The version that is replaced; `None` where there is to be no document yet.
    pub expected: Option<&'a str>,
}

/// What came of a conditional write.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum PutOutcome {
    Done {
        version: String,
    },
    /// The document is not what was expected; perhaps because this very write has landed.
    Refused,
}

/// A run that has, or had, a lease.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Run {
    pub environment: String,
    pub run_id: String,
    pub token: u64,
}

/// Lines of one journal that are appended together.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Batch {
    /// The number of the first line.
    pub first: u64,
    /// Whole lines, each with its end.
    pub lines: String,
    /// Whether the run's token has to be the last one.
    pub is_fenced: bool,
}

/// A journal as it is kept.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct JournalText {
    pub bytes: Vec<u8>,
    /// Where it is.
    pub place: String,
    /// Whether a process of this machine still writes it.
    pub is_locked: bool,
}

/// Why a store cannot be used.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the run records in {place} cannot be {what}: {why}")]
pub(crate) struct StoreError {
    pub place: String,
    pub what: &'static str,
    pub why: String,
    /// What to change, where the store has answered and would answer the same again.
    pub remedy: Option<&'static str>,
}

impl StoreError {
    /// Returns an error that may be over with the next try.
    pub(crate) fn new(place: String, what: &'static str, why: impl Into<String>) -> StoreError {
        StoreError { place, what, why: why.into(), remedy: None }
    }

    /// What to do about it.
    pub(crate) fn hint(&self) -> &'static str {
        self.remedy.unwrap_or("check that the store can be reached, read and written to")
    }
}

impl From<StoreError> for Failure {
    fn from(error: StoreError) -> Failure {
        Failure::because(&error, error.hint())
    }
}

/// Why lines were not, or not surely, appended.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub(crate) enum AppendError {
    /// The environment has another token.
    #[error("the lease is another run's")]
    Lost,
    /// They may have been appended all the same.
    #[error(transparent)]
    Store(#[from] StoreError),
}
