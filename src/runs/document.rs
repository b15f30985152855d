//! Writes documents by compare-and-set, and resolves writes whose response was lost.

use super::{Document, PATIENCE, Put, RunStore, StoreError, id};
use std::time::{Duration, Instant};

/// The pause between two attempts: long enough not to burden a store, short enough for a
/// person who waits.
const PAUSE: Duration = Duration::from_millis(100);

/// Limits the time for which a failing call is retried.
pub(super) struct Patience {
    start: Instant,
    limit: Duration,
}

impl Patience {
    /// Starts the retry window.
    pub(super) fn new(limit: Duration) -> Patience {
        Patience { start: Instant::now(), limit }
    }

    /// Pauses before a retry. Returns the error if the time has passed, or if the store would
    /// respond the same again.
    pub(super) async fn pause_after(&self, error: StoreError) -> Result<(), StoreError> {
        if error.remedy.is_some() || self.start.elapsed() >= self.limit {
            return Err(error);
        }
        tokio::time::sleep(PAUSE).await;
        Ok(())
    }
}

/// The result of a compare-and-set.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Swap {
    Done {
        version: String,
    },
    /// Another process has written the document; this is the present one.
    Refused(Option<Document>),
}

/// Writes a document if it has the expected version.
pub(crate) async fn compare_and_set(
    store: &dyn RunStore,
    key: &str,
    bytes: &[u8],
    expected: Option<&str>,
) -> Result<Swap, StoreError> {
    swap_within(store, key, bytes, expected, PATIENCE).await
}

/// Like [`compare_and_set`], with a limit for the retries. An error says whether an attempt may
/// have been written: its response was lost, and no later read has shown its result.
pub(crate) async fn swap_within(
    store: &dyn RunStore,
    key: &str,
    bytes: &[u8],
    expected: Option<&str>,
    patience: Duration,
) -> Result<Swap, StoreError> {
    let attempt = id::attempt();
    // A folder of this machine would refuse the same write again.
    let limit = if store.is_shared() { patience } else { Duration::ZERO };
    let patience = Patience::new(limit);
    let mut may_be_written = false;
    loop {
        let put = Put { bytes, attempt: &attempt, expected };
        let error = match store.put(key, put).await {
            Ok(Some(version)) => return Ok(Swap::Done { version }),
            // Possibly because this attempt has already written it.
            Ok(None) => None,
            Err(error) => {
                // A folder of this machine, and a store that refuses, have written nothing.
                may_be_written |= store.is_shared() && error.remedy.is_none();
                Some(error)
            }
        };
        let error = match store.load(key).await {
            Ok(Some(found)) if found.attempt == attempt => {
                return Ok(Swap::Done { version: found.version });
            }
            // Nothing has happened yet. The attempt may still arrive, so the same one is sent
            // again.
            Ok(found) if found.as_ref().map(|found| found.version.as_str()) == expected => error,
            Ok(found) => return Ok(Swap::Refused(found)),
            Err(unread) => Some(error.unwrap_or(unread)),
        };
        let error = error.unwrap_or_else(|| {
            let why = "the store rejects a write, but has the version that the write expects";
            StoreError::new(store.place(), "written", why)
        });
        let paused = patience.pause_after(error).await;
        paused.map_err(|error| StoreError { may_be_written, ..error })?;
    }
}

/// Replaces a document by what `change` makes of it, and makes it again of each one that another
/// process has written meanwhile; `None` leaves the document. Returns whether it was written.
pub(crate) async fn update<E: From<StoreError>>(
    store: &dyn RunStore,
    key: &str,
    mut change: impl FnMut(Option<&Document>) -> Result<Option<Vec<u8>>, E>,
) -> Result<bool, E> {
    loop {
        let found = store.load(key).await?;
        let Some(bytes) = change(found.as_ref())? else { return Ok(false) };
        let version = found.as_ref().map(|found| found.version.as_str());
        if let Swap::Done { .. } = compare_and_set(store, key, &bytes, version).await? {
            return Ok(true);
        }
    }
}

/// The content of a document that is removed.
const NONE: &[u8] = b"null\n";

/// Removes documents, whatever others write into them meanwhile.
pub(crate) async fn forget(
    store: &dyn RunStore,
    keys: impl IntoIterator<Item = String>,
) -> Result<(), StoreError> {
    for key in keys {
        let none = |found: Option<&Document>| Ok(found.map(|_| NONE.to_vec()));
        update::<StoreError>(store, &key, none).await?;
    }
    Ok(())
}

/// Writes a document, then creates it again and replaces the version before, and returns
/// whether the store refuses both. A store that accepts one of them cannot be used.
pub(crate) async fn rejects_stale_writes(store: &dyn RunStore) -> Result<bool, StoreError> {
    const KEY: &str = "doctor/check";
    let before = match store.load(KEY).await? {
        Some(document) => document.version,
        None => match compare_and_set(store, KEY, id::attempt().as_bytes(), None).await? {
            Swap::Done { version } => version,
            // Another check has created it.
            Swap::Refused(found) => found.map(|found| found.version).unwrap_or_default(),
        },
    };
    compare_and_set(store, KEY, id::attempt().as_bytes(), Some(&before)).await?;
    for expected in [None, Some(before.as_str())] {
        let attempt = id::attempt();
        let put = Put { bytes: attempt.as_bytes(), attempt: &attempt, expected };
        if store.put(KEY, put).await?.is_some() {
            return Ok(false);
        }
    }
    Ok(true)
}
