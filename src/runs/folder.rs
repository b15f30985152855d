//! Run records in a folder: `.reconcile/` of one machine, or a network mount of a few.
//!
//! A document is `KEY.json`, a journal `runs/RUN.jsonl`. All writes are made under one file
//! lock, which is held only while writing; the system releases it if the process dies.
//!
//! A process that is stopped while it holds the lock keeps it. After [`LOCK_PATIENCE`] another
//! file replaces the lock file. The pending write of the stopped process is then prevented:
//!
//! - A document is written to a file in `pending/`, then the lock is checked, then the file
//!   is moved to its place. Each process that writes a document first removes all files in
//!   `pending/`, so a file that was not moved before is never moved.
//! - Lines of a journal may be appended late, after the lock and the token were checked. They
//!   belong only to the stopped run, and it sends no request for them: it checks its lease
//!   again after writing them, by a clock that includes sleep.
//!
//! The locks are those of `flock`. A network file system must support them across machines,
//! and must set the times of files itself (NFS from version 4 on, SMB).

use super::{
    AppendError, Batch, Document, Exclusion, JournalText, Put, Run, RunStore, StoreError, lease,
    segment,
};
use crate::files::{self, input};
use crate::plan::fingerprint::sha256;
use async_trait::async_trait;
use jiff::Timestamp;
use serde::Deserialize;
use std::collections::HashMap;
use std::fs::{self, File, TryLockError};
use std::io::{self, BufRead, BufReader, ErrorKind, Read, Write};
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, OnceLock, PoisonError};
use std::time::{Duration, Instant};
use tempfile::NamedTempFile;

/// How long another process may hold the write lock. It is held for one write, which takes
/// milliseconds. A lease that is acquired after this wait must still be trusted, for which the
/// shortest leaves 1.8 s.
const LOCK_PATIENCE: Duration = Duration::from_secs(1);

/// The pause between two attempts to acquire it.
const LOCK_PAUSE: Duration = Duration::from_millis(5);

/// How much of a lock file is read: many times the length of a run's id.
const MAX_RUN_ID_BYTES: usize = 1024;

/// Run records in a folder.
#[derive(Clone)]
pub(crate) struct FolderStore(Arc<Inner>);

struct Inner {
    root: PathBuf,
    /// The folder of the journals.
    runs: PathBuf,
    is_shared: bool,
    /// Whether this process has created or checked the folder.
    is_made: OnceLock<()>,
    /// The journals that this process writes, each locked.
    open: Mutex<HashMap<String, File>>,
    /// Flushes the names in a folder.
    sync: fn(&Path) -> io::Result<()>,
}

impl FolderStore {
    /// Returns the store of a folder that machines share, which the first write creates.
    pub(crate) fn shared(root: PathBuf) -> FolderStore {
        FolderStore(Arc::new(Inner::new(root, true)))
    }

    /// Returns the store of a folder of this machine, which the first write creates.
    pub(crate) fn local(root: PathBuf) -> FolderStore {
        FolderStore(Arc::new(Inner::new(root, false)))
    }

    /// Returns a shared store that flushes folders with this.
    #[cfg(test)]
    pub(super) fn flushed_with(root: PathBuf, sync: fn(&Path) -> io::Result<()>) -> FolderStore {
        FolderStore(Arc::new(Inner { sync, ..Inner::new(root, true) }))
    }

    /// Returns the store whose journals are in a folder.
    pub(crate) fn runs_in(runs: &Path) -> FolderStore {
        let runs = runs.to_owned();
        FolderStore(Arc::new(Inner { runs: runs.clone(), ..Inner::new(runs, false) }))
    }

    fn journals(&self) -> String {
        format!("`{}`", self.0.runs.display())
    }

    async fn run<T: Send + 'static>(
        &self,
        what: &'static str,
        place: String,
        call: impl FnOnce(&Inner) -> io::Result<T> + Send + 'static,
    ) -> Result<T, StoreError> {
        let inner = Arc::clone(&self.0);
        let result = tokio::task::spawn_blocking(move || call(&inner)).await;
        result
            .map_err(io::Error::other)
            .and_then(|result| result)
            .map_err(|error| StoreError::new(place, what, error.to_string()))
    }
}

impl Inner {
    fn new(root: PathBuf, is_shared: bool) -> Inner {
        let (runs, is_made, open) = (root.join("runs"), OnceLock::new(), Mutex::default());
        Inner { root, runs, is_shared, is_made, open, sync: files::sync_folder }
    }

    fn journal(&self, run_id: &str) -> PathBuf {
        self.runs.join(format!("{run_id}.jsonl"))
    }

    /// Reads the environment of a run; `None` if its first line is incomplete.
    fn environment(&self, run_id: &str) -> Option<String> {
        #[derive(Deserialize)]
        struct Line {
            event: Started,
        }
        #[derive(Deserialize)]
        struct Started {
            environment: String,
        }
        let path = self.journal(run_id);
        // Opening a pipe would block.
        if !fs::metadata(&path).ok()?.is_file() {
            return None;
        }
        let mut line = Vec::new();
        let file = File::open(path).ok()?.take(input::MAX_TEXT_BYTES as u64);
        BufReader::new(file).read_until(b'\n', &mut line).ok()?;
        Some(serde_json::from_slice::<Line>(&line).ok()?.event.environment)
    }

    /// Creates the folder.
    fn make(&self) -> io::Result<()> {
        files::create_private_folder(&self.root)
    }

    /// Fails if something is absent because the folder is not there and cannot be created, such as
    /// behind a link to nothing: then nothing is known of the records.
    fn check_absent(&self) -> io::Result<()> {
        let is_there = |folder: &&Path| folder.symlink_metadata().is_ok();
        let Some(there) = self.root.ancestors().find(is_there) else { return Ok(()) };
        let metadata = fs::metadata(there)?;
        let is_root = there == self.root;
        match metadata.is_dir() {
            true if is_root || !metadata.permissions().readonly() => Ok(()),
            true => Err(ErrorKind::PermissionDenied.into()),
            false => Err(ErrorKind::NotADirectory.into()),
        }
    }

    /// Returns the names in a folder; empty if the folder does not exist.
    fn names(&self, folder: &Path) -> io::Result<Vec<String>> {
        let Some(entries) = files::if_there(fs::read_dir(folder))? else {
            self.check_absent()?;
            return Ok(Vec::new());
        };
        let names = entries.map(|entry| Ok(entry?.file_name().into_string().ok()));
        let names: io::Result<Vec<Option<String>>> = names.collect();
        Ok(names?.into_iter().flatten().collect())
    }

    fn lock_path(&self) -> PathBuf {
        self.root.join("records.lock")
    }

    /// Acquires the write lock. A holder that does not release it is asleep: then a new file
    /// replaces the lock file, which the holder detects before it writes.
    fn lock(&self) -> io::Result<File> {
        if self.is_made.get().is_none() {
            self.make()?;
            let _ = self.is_made.set(());
        }
        let path = self.lock_path();
        loop {
            let file = files::lock_file(&path).or_else(|error| match error.kind() {
                ErrorKind::NotFound => self.make().and_then(|()| files::lock_file(&path)),
                _ => Err(error),
            })?;
            let start = Instant::now();
            loop {
                match file.try_lock() {
                    Ok(()) if is_at(&file, &path)? => return Ok(file),
                    Err(TryLockError::WouldBlock) if is_at(&file, &path)? => {
                        if start.elapsed() >= LOCK_PATIENCE {
                            let fresh = tempfile::Builder::new()
                                .prefix(".reconcile-")
                                .tempfile_in(&self.root)?;
                            fresh.persist(&path)?;
                            break;
                        }
                        std::thread::sleep(LOCK_PAUSE);
                    }
                    // Another file has replaced it.
                    Ok(()) | Err(TryLockError::WouldBlock) => break,
                    Err(TryLockError::Error(error)) => return Err(error),
                }
            }
        }
    }

    fn pending(&self) -> PathBuf {
        self.root.join("pending")
    }

    /// Removes the pending files of processes that lost the lock or died.
    fn clear_pending(&self) -> io::Result<()> {
        let pending = self.pending();
        for name in self.names(&pending)? {
            files::if_there(fs::remove_file(pending.join(name)))?;
        }
        Ok(())
    }

    /// Writes a file to be moved to its place.
    fn write_pending(&self, bytes: &[u8]) -> io::Result<NamedTempFile> {
        let pending = self.pending();
        files::create_private_folder(&pending)?;
        let mut file = tempfile::Builder::new().tempfile_in(pending)?;
        file.write_all(bytes)?;
        file.as_file().sync_all()?;
        Ok(file)
    }

    /// Moves a pending file to its place. From then on it is what everyone reads, so if its name
    /// cannot be flushed, the write has nevertheless succeeded.
    fn persist(&self, lock: &File, file: NamedTempFile, path: &Path) -> io::Result<()> {
        self.still_locked(lock)?;
        file.persist(path)?;
        if let Err(error) = (self.sync)(path.parent().unwrap_or(&self.root)) {
            tracing::warn!(path = %path.display(), %error, "its folder was not flushed");
        }
        Ok(())
    }

    /// Fails if another process has taken over the lock.
    fn still_locked(&self, lock: &File) -> io::Result<()> {
        if is_at(lock, &self.lock_path())? {
            return Ok(());
        }
        Err(io::Error::other("another process took the lock while this one was suspended"))
    }

    fn load(&self, key: &str) -> io::Result<Option<Document>> {
        let path = self.root.join(format!("{key}.json"));
        let Some(bytes) = files::if_there(input::read(&path, input::MAX_TEXT_BYTES))? else {
            self.check_absent()?;
            return Ok(None);
        };
        let modified = Timestamp::try_from(fs::metadata(&path)?.modified()?);
        Ok(Some(Document {
            version: sha256(&bytes),
            bytes,
            // The result of a write under the lock is always known, so no attempt is
            // searched for.
            attempt: String::new(),
            modified: modified.map_err(io::Error::other)?,
        }))
    }

    fn put(&self, key: &str, bytes: &[u8], expected: Option<&str>) -> io::Result<Option<String>> {
        let lock = self.lock()?;
        self.clear_pending()?;
        let found = self.load(key)?;
        if found.as_ref().map(|found| found.version.as_str()) != expected {
            return Ok(None);
        }
        let path = self.root.join(format!("{key}.json"));
        if let Some(folder) = path.parent() {
            files::create_private_folder(folder)?;
        }
        let file = self.write_pending(bytes)?;
        self.persist(&lock, file, &path)?;
        Ok(Some(sha256(bytes)))
    }

    /// Appends lines; returns `false` if the token is no longer the latest.
    fn append(&self, run: &Run, batch: &Batch) -> io::Result<bool> {
        // Ends need no lock: no other process writes this journal.
        let lock = batch.is_fenced.then(|| self.lock()).transpose()?;
        if batch.is_fenced {
            let token = self
                .load(&lease::key(&run.environment))?
                .and_then(|found| lease::token(&found.bytes));
            if token != Some(run.token) {
                return Ok(false);
            }
        }
        let mut open = self.open.lock().unwrap_or_else(PoisonError::into_inner);
        if !open.contains_key(&run.run_id) {
            let path = self.journal(&run.run_id);
            let folder = &self.runs;
            files::create_private_folder(folder)?;
            let file = files::private_options().create_new(true).append(true).open(&path)?;
            file.try_lock()?;
            if let Err(error) = (self.sync)(folder) {
                // Nothing is in it yet, so it can be created again.
                fs::remove_file(&path)?;
                return Err(error);
            }
            open.insert(run.run_id.clone(), file);
        }
        let mut file = &open[&run.run_id];
        if let Some(lock) = &lock {
            self.still_locked(lock)?;
        }
        let before = file.metadata()?.len();
        // One call, so that only the system itself can leave an incomplete line.
        let written = file.write_all(batch.lines.as_bytes()).and_then(|()| file.sync_data());
        if written.is_err() {
            // The same lines may be appended again. After a failed flush a later one may
            // succeed without having written these bytes, so they are written again.
            file.set_len(before)?;
        }
        written.map(|()| true)
    }
}

/// Returns whether a file is the one at a path.
#[cfg(unix)]
fn is_at(file: &File, path: &Path) -> io::Result<bool> {
    use std::os::unix::fs::MetadataExt;
    let id = |metadata: fs::Metadata| (metadata.dev(), metadata.ino());
    let Some(there) = files::if_there(fs::metadata(path))? else { return Ok(false) };
    Ok(id(file.metadata()?) == id(there))
}

/// On other systems a locked file cannot be replaced.
#[cfg(not(unix))]
fn is_at(_file: &File, _path: &Path) -> io::Result<bool> {
    Ok(true)
}

#[async_trait]
impl RunStore for FolderStore {
    fn place(&self) -> String {
        format!("`{}`", self.0.root.display())
    }

    fn document_place(&self, key: &str) -> String {
        format!("`{}`", self.0.root.join(format!("{key}.json")).display())
    }

    fn is_shared(&self) -> bool {
        self.0.is_shared
    }

    async fn exclude(&self, run_id: &str, environment: &str) -> Result<Exclusion, StoreError> {
        if self.0.is_shared {
            return Ok(Exclusion::NotNeeded);
        }
        let run_id = run_id.to_owned();
        let lock = format!("apply-{}.lock", segment(environment));
        self.run("locked", self.place(), move |inner| {
            inner.make()?;
            let path = inner.root.join(lock);
            let mut file = files::lock_file(&path)?;
            match file.try_lock() {
                Ok(()) => {
                    file.set_len(0)?;
                    file.write_all(run_id.as_bytes())?;
                    Ok(Exclusion::Held(file))
                }
                Err(TryLockError::WouldBlock) => {
                    let holder = input::read_text(&path, MAX_RUN_ID_BYTES).unwrap_or_default();
                    let run_id = Some(holder.trim().to_owned()).filter(|id| !id.is_empty());
                    Ok(Exclusion::Busy { run_id })
                }
                Err(TryLockError::Error(error)) => Err(error),
            }
        })
        .await
    }

    async fn load(&self, key: &str) -> Result<Option<Document>, StoreError> {
        let key = key.to_owned();
        self.run("read", self.document_place(&key), move |inner| inner.load(&key)).await
    }

    async fn put(&self, key: &str, put: Put<'_>) -> Result<Option<String>, StoreError> {
        let (key, bytes) = (key.to_owned(), put.bytes.to_owned());
        let expected = put.expected.map(str::to_owned);
        let place = self.document_place(&key);
        self.run("written", place, move |inner| inner.put(&key, &bytes, expected.as_deref())).await
    }

    async fn list(&self, under: &str) -> Result<Vec<String>, StoreError> {
        let under = under.to_owned();
        self.run("read", self.place(), move |inner| {
            let mut keys: Vec<String> = inner
                .names(&inner.root.join(&under))?
                .iter()
                .filter_map(|name| name.strip_suffix(".json"))
                // Temporary files of a crashed process start with a dot.
                .filter(|name| !name.starts_with('.'))
                .map(|name| format!("{under}{name}"))
                .collect();
            keys.sort();
            Ok(keys)
        })
        .await
    }

    /// Returns the time of the file system: that of a file written now.
    async fn clock(&self) -> Result<Timestamp, StoreError> {
        self.run("written", self.place(), |inner| {
            inner.make()?;
            let mut file =
                tempfile::Builder::new().prefix(".reconcile-").tempfile_in(&inner.root)?;
            file.write_all(b"now")?;
            file.as_file().sync_all()?;
            let modified = file.as_file().metadata()?.modified()?;
            Timestamp::try_from(modified).map_err(io::Error::other)
        })
        .await
    }

    /// Does nothing: a start is written under the lock under which the token changes.
    async fn fence(&self, _run: &Run) -> Result<(), AppendError> {
        Ok(())
    }

    async fn append(&self, run: &Run, batch: &Batch) -> Result<(), AppendError> {
        let (run, batch) = (run.clone(), batch.clone());
        match self.run("written", self.place(), move |inner| inner.append(&run, &batch)).await? {
            true => Ok(()),
            false => Err(AppendError::Lost),
        }
    }

    async fn runs(&self, environment: Option<&str>) -> Result<Vec<String>, StoreError> {
        let environment = environment.map(str::to_owned);
        self.run("read", self.journals(), move |inner| {
            let names = inner.names(&inner.runs)?;
            let runs = names.iter().filter_map(|name| name.strip_suffix(".jsonl"));
            let mut runs: Vec<String> = runs.map(str::to_owned).collect();
            if let Some(environment) = environment {
                runs.retain(|run| inner.environment(run).is_none_or(|is| is == environment));
            }
            runs.sort();
            Ok(runs)
        })
        .await
    }

    async fn read(&self, run_id: &str) -> Result<JournalText, StoreError> {
        let run_id = run_id.to_owned();
        self.run("read", self.journals(), move |inner| {
            let path = inner.journal(&run_id);
            let place = format!("`{}`", path.display());
            // Checked before opening, because opening a pipe would block.
            if !fs::metadata(&path)?.is_file() {
                return Err(io::Error::other(format!("{place} is not a file")));
            }
            let file = File::open(&path)?;
            // A run holds this lock until its process ends.
            let is_locked = matches!(file.try_lock_shared(), Err(TryLockError::WouldBlock));
            let bytes = input::read_open(&file, input::MAX_TEXT_BYTES)?;
            Ok(JournalText { bytes, place, is_locked })
        })
        .await
    }
}

#[cfg(all(test, unix))]
mod tests {
    use super::*;

    #[test]
    fn a_process_that_was_stopped_before_it_moves_a_document_replaces_nothing() {
        let folder = tempfile::tempdir().unwrap();
        let store = FolderStore::shared(folder.path().to_owned()).0;
        let version = store.put("leases/live", b"one", None).unwrap().unwrap();
        // It has looked at its lock, and is stopped.
        let lock = store.lock().unwrap();
        let file = store.write_pending(b"stale").unwrap();
        store.still_locked(&lock).unwrap();
        let other = FolderStore::shared(folder.path().to_owned()).0;
        let done = other.put("leases/live", b"two", Some(&version)).unwrap();
        assert!(done.is_some());
        let path = folder.path().join("leases/live.json");
        let error = file.persist(&path).unwrap_err().error;
        assert_eq!(error.kind(), ErrorKind::NotFound);
        assert_eq!(other.load("leases/live").unwrap().unwrap().bytes, b"two");
        // Nor is it later, when it looks again.
        let late = store.write_pending(b"stale").unwrap();
        store.persist(&lock, late, &path).unwrap_err();
        assert_eq!(store.names(&store.pending()).unwrap(), Vec::<String>::new());
    }

    /// Fails the first time on a thread, as a disk that has an error once.
    fn fails_once(_: &Path) -> io::Result<()> {
        use std::cell::Cell;
        thread_local!(static HAS_FAILED: Cell<bool> = const { Cell::new(false) });
        match HAS_FAILED.replace(true) {
            true => Ok(()),
            false => Err(io::Error::from_raw_os_error(5)),
        }
    }

    #[test]
    fn a_write_whose_folder_is_not_flushed_is_done() {
        let folder = tempfile::tempdir().unwrap();
        let store = FolderStore::flushed_with(folder.path().to_owned(), fails_once).0;
        let done = store.put("leases/live", b"one", None).unwrap();
        assert!(done.is_some());
        assert_eq!(store.put("leases/live", b"one", None).unwrap(), None);
    }

    #[test]
    fn a_journal_whose_folder_is_not_flushed_can_be_created_again() {
        let folder = tempfile::tempdir().unwrap();
        let store = FolderStore::flushed_with(folder.path().to_owned(), fails_once).0;
        let run = Run { environment: "live".into(), run_id: "r".into(), token: 1 };
        let batch = Batch { first: 1, lines: "{}\n".into(), is_fenced: false };
        assert_eq!(store.append(&run, &batch).unwrap_err().raw_os_error(), Some(5));
        assert!(!store.journal("r").exists());
        assert!(store.append(&run, &batch).unwrap());
        assert_eq!(fs::read(store.journal("r")).unwrap(), b"{}\n");
    }

    #[test]
    fn nothing_is_known_of_records_whose_folder_cannot_be() {
        let folder = tempfile::tempdir().unwrap();
        let at = |path: &str| FolderStore::shared(folder.path().join(path)).0;
        std::os::unix::fs::symlink("nowhere", folder.path().join("link")).unwrap();
        fs::write(folder.path().join("file"), "").unwrap();
        for path in ["link", "link/below", "file", "file/below", "/proc/nowhere/below"] {
            at(path).load("leases/live").unwrap_err();
            at(path).names(&at(path).runs).unwrap_err();
        }
        assert_eq!(at("new/below").load("leases/live").unwrap(), None);
        assert_eq!(at("new").names(&at("new").runs).unwrap(), Vec::<String>::new());
    }
}
