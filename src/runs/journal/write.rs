//! Writes a journal: each event is on the disk before the call that told it returns.

use super::chain::{NOTHING_BEFORE, seal};
use super::event::{JournalEvent, Line, RunStarted};
use crate::files;
use jiff::{Timestamp, Unit};
use std::fs::File;
use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};

/// The journal of one run, shared by all its retailers.
///
/// The file is locked for as long as this lives, and the system releases the lock
/// however the process ends: readers can tell a run that goes on from one that died.
#[derive(Debug)]
pub(crate) struct Journal {
    path: PathBuf,
    file: Arc<File>,
    state: Mutex<RunState>,
    /// The number of the last line that is on the disk.
    synced: tokio::sync::Mutex<u64>,
}

#[derive(Debug)]
struct RunState {
    /// The number of the last line.
    n: u64,
    previous: String,
    /// Why nothing can be written any more. A line behind half a line would break the
    /// chain, so the first failure is the last one.
    failed: Option<String>,
}

/// Why a journal cannot be written.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the journal `{}` cannot be written: {why}", path.display())]
pub(crate) struct JournalError {
    pub path: PathBuf,
    why: String,
}

impl Journal {
    /// Creates the journal of a run and writes how the run starts.
    pub(crate) async fn create(
        folder: &Path,
        started: RunStarted,
    ) -> Result<Journal, JournalError> {
        let path = folder.join(format!("{}.jsonl", started.run_id));
        let file = open(folder, &path)
            .map_err(|error| JournalError { path: path.clone(), why: error.to_string() })?;
        let journal = Journal {
            path,
            file: Arc::new(file),
            state: Mutex::new(RunState { n: 0, previous: NOTHING_BEFORE.into(), failed: None }),
            synced: tokio::sync::Mutex::new(0),
        };
        journal.append(JournalEvent::RunStarted(started)).await?;
        Ok(journal)
    }

    /// Writes an event, and returns when it is on the disk.
    pub(crate) async fn append(&self, event: JournalEvent) -> Result<(), JournalError> {
        let n = self.write(event)?;
        // While one flush is under way others write and wait here; the next flush is for
        // all of them.
        let mut synced = self.synced.lock().await;
        if *synced >= n {
            return Ok(());
        }
        let written = {
            let state = self.state();
            // After a flush that failed a later one may say that all is well.
            if let Some(why) = &state.failed {
                return Err(JournalError { path: self.path.clone(), why: why.clone() });
            }
            state.n
        };
        let file = Arc::clone(&self.file);
        let flushed = tokio::task::spawn_blocking(move || file.sync_data()).await;
        match flushed.map_err(io::Error::other).and_then(|flushed| flushed) {
            Ok(()) => {
                *synced = written;
                Ok(())
            }
            Err(error) => Err(self.fail(&error.to_string())),
        }
    }

    fn write(&self, event: JournalEvent) -> Result<u64, JournalError> {
        let mut state = self.state();
        if let Some(why) = &state.failed {
            return Err(JournalError { path: self.path.clone(), why: why.clone() });
        }
        let now = Timestamp::now();
        let at = now.round(Unit::Millisecond).unwrap_or(now);
        let n = state.n + 1;
        let line = Line { n, at, previous: state.previous.clone(), event };
        let written = seal(&line).map_err(io::Error::other).and_then(|(text, hash)| {
            let mut file = &*self.file;
            // One call, so that a line is torn only where the system itself tears it.
            file.write_all(format!("{text}\n").as_bytes())?;
            Ok(hash)
        });
        match written {
            Ok(hash) => {
                state.n = n;
                state.previous = hash;
                Ok(n)
            }
            Err(error) => {
                let why = error.to_string();
                state.failed = Some(why.clone());
                Err(JournalError { path: self.path.clone(), why })
            }
        }
    }

    fn fail(&self, why: &str) -> JournalError {
        self.state().failed = Some(why.to_owned());
        JournalError { path: self.path.clone(), why: why.to_owned() }
    }

    fn state(&self) -> std::sync::MutexGuard<'_, RunState> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn open(folder: &Path, path: &Path) -> io::Result<File> {
    files::private_folder(folder)?;
    let file = files::private().create_new(true).append(true).open(path)?;
    file.try_lock()?;
    // The name of the file has to last as well as its lines. Where a folder cannot be
    // opened as a file, the system has no such call.
    if let Ok(folder) = File::open(folder) {
        folder.sync_all()?;
    }
    Ok(file)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::apply::{self, Outcome};
    use crate::plan::Action;

    fn started() -> RunStarted {
        RunStarted {
            format_version: super::super::FORMAT_VERSION.into(),
            run_id: "r".into(),
            environment: "test".into(),
            fingerprint: "f".into(),
            tool_version: "0".into(),
            commit: None,
            who: None,
            retailers: 0,
            actions: 0,
        }
    }

    /// Is never to be asked.
    struct NoWriter;

    impl apply::Write for NoWriter {
        async fn write(&self, action: &Action) -> Outcome {
            panic!("{} was written", action.id)
        }
    }

    #[tokio::test]
    async fn a_journal_has_one_run_and_is_locked_while_it_goes_on() {
        let folder = tempfile::tempdir().unwrap();
        let journal = Journal::create(folder.path(), started()).await.unwrap();
        let other = Journal::create(folder.path(), started()).await.unwrap_err();
        assert_eq!(other.path, journal.path);
        let running = || {
            let past = super::super::past(folder.path()).unwrap().remove(0);
            super::super::read(past).unwrap().running
        };
        assert!(running());
        drop(journal);
        assert!(!running());
    }

    #[cfg(target_os = "linux")]
    #[tokio::test]
    async fn a_journal_that_cannot_be_written_lets_no_action_start() {
        let full = File::options().write(true).open("/dev/full").unwrap();
        let journal = Journal {
            path: "r.jsonl".into(),
            file: Arc::new(full),
            state: Mutex::new(RunState { n: 0, previous: NOTHING_BEFORE.into(), failed: None }),
            synced: tokio::sync::Mutex::new(0),
        };
        let files = "retailer: Acme\njourney: new\nmilestones: {documents_completed: 2026-10-01}\n";
        let plan = crate::testing::plan(files, "{}");
        let report = apply::apply(&plan, "r", &NoWriter, &journal, 4).await;
        assert_eq!((report.summary.skipped, report.actions.len()), (3, 3));
        insta::assert_snapshot!(report.actions[0].message, @"the journal `r.jsonl` cannot be written: No space left on device (os error 28)");
        let ended = RunStarted { run_id: "again".into(), ..started() };
        assert!(journal.append(JournalEvent::RunStarted(ended)).await.is_err(), "it stays so");
    }
}
