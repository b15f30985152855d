//! Finds and reads the journals of past runs.

use super::chain::{Parsed, parse};
use crate::files::input;
use std::fs::{self, File, TryLockError};
use std::io;
use std::path::{Path, PathBuf};

/// What stands for the newest run.
const LATEST: &str = "latest";

/// A journal that has been read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Past {
    pub run_id: String,
    pub path: PathBuf,
    pub parsed: Parsed,
    /// Whether the run still goes on.
    pub running: bool,
}

/// Why a journal cannot be read.
#[derive(Debug, thiserror::Error)]
pub(crate) enum ReadError {
    #[error("there is no run in `{}`", folder.display())]
    None { folder: PathBuf },
    #[error("there is no run `{name}`")]
    Unknown { name: String },
    #[error("`{name}` is the beginning of {} runs: {}", runs.len(), runs.join(", "))]
    Ambiguous { name: String, runs: Vec<String> },
    #[error("`{}` cannot be read", path.display())]
    Io { path: PathBuf, source: io::Error },
}

/// Returns the ids of all runs with their journals, newest first. Without a folder there
/// was no run.
pub(crate) fn past(folder: &Path) -> Result<Vec<(String, PathBuf)>, ReadError> {
    let failed = |source| ReadError::Io { path: folder.into(), source };
    let entries = match fs::read_dir(folder) {
        Ok(entries) => entries,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(Vec::new()),
        Err(error) => return Err(failed(error)),
    };
    let mut runs = Vec::new();
    for entry in entries {
        let path = entry.map_err(failed)?.path();
        let name = path.file_name().and_then(|name| name.to_str());
        if let Some(run_id) = name.and_then(|name| name.strip_suffix(".jsonl")) {
            runs.push((run_id.to_owned(), path.clone()));
        }
    }
    // A run's id begins with its time.
    runs.sort_by(|(a, _), (b, _)| b.cmp(a));
    Ok(runs)
}

/// Finds a run by its id, by the beginning of its id, or as `latest`.
pub(crate) fn find(folder: &Path, name: &str) -> Result<(String, PathBuf), ReadError> {
    let mut runs = past(folder)?;
    if runs.is_empty() {
        return Err(ReadError::None { folder: folder.into() });
    }
    if name == LATEST {
        return Ok(runs.swap_remove(0));
    }
    if let Some(at) = runs.iter().position(|(run_id, _)| run_id == name) {
        return Ok(runs.swap_remove(at));
    }
    runs.retain(|(run_id, _)| run_id.starts_with(name));
    match runs.len() {
        0 => Err(ReadError::Unknown { name: name.into() }),
        1 => Ok(runs.swap_remove(0)),
        _ => {
            let runs = runs.into_iter().map(|(run_id, _)| run_id).collect();
            Err(ReadError::Ambiguous { name: name.into(), runs })
        }
    }
}

/// Reads one journal.
pub(crate) fn read((run_id, path): (String, PathBuf)) -> Result<Past, ReadError> {
    let read = || -> io::Result<(Vec<u8>, bool)> {
        if !fs::metadata(&path)?.is_file() {
            return Err(io::Error::new(io::ErrorKind::InvalidInput, input::NOT_A_FILE));
        }
        let file = File::open(&path)?;
        // A run holds this lock until its process ends, however it ends.
        let running = matches!(file.try_lock_shared(), Err(TryLockError::WouldBlock));
        Ok((input::read_open(&file, input::MOST_TEXT)?, running))
    };
    match read() {
        Ok((bytes, running)) => Ok(Past { run_id, parsed: parse(&bytes), path, running }),
        Err(source) => Err(ReadError::Io { path, source }),
    }
}
