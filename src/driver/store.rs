//! The test run of a retailer, as it is kept between runs: read, and compared and set.

use crate::exit::Failure;
use crate::files::{self, Readers};
use crate::verify::{FORMAT_VERSION, TestRun};
use std::cell::RefCell;
use std::collections::{BTreeMap, BTreeSet};
use std::fs::{self, File, TryLockError};
use std::io::{self, ErrorKind};
use std::path::{Path, PathBuf};

/// Where a retailer's test run is kept, while nobody else may verify the retailer.
pub(crate) struct TestRunStore {
    path: PathBuf,
    /// What was read or written last: nothing else is replaced.
    last: RefCell<Option<TestRun>>,
    /// Released when the process ends, however it ends.
    _lock: File,
}

/// The folder of an environment's test runs.
pub(crate) fn folder(state: &Path, environment: &str) -> PathBuf {
    files::of_environment(state, "probes", environment)
}

impl TestRunStore {
    /// Takes the lock.
    pub(crate) fn open(
        state: &Path,
        environment: &str,
        slug: &str,
    ) -> Result<TestRunStore, Failure> {
        let folder = folder(state, environment);
        let lock = folder.join(format!("{slug}.lock"));
        files::private_folder(&folder).map_err(|error| cannot("written", &folder, &error))?;
        let file = files::lock_file(&lock).map_err(|error| cannot("written", &lock, &error))?;
        match file.try_lock() {
            Ok(()) => Ok(TestRunStore {
                path: folder.join(format!("{slug}.json")),
                last: RefCell::default(),
                _lock: file,
            }),
            Err(TryLockError::WouldBlock) => Err(Failure::failed(
                format!("another verification of `{slug}` is running here"),
                "wait until it has ended, or stop it, then run this one again",
            )),
            Err(TryLockError::Error(error)) => Err(cannot("locked", &lock, &error)),
        }
    }

    /// Reads the test run; `None` where there is none.
    pub(crate) fn load(&self) -> Result<Option<TestRun>, Failure> {
        let run = self.read()?;
        self.last.replace(run.clone());
        Ok(run)
    }

    /// Replaces the test run that was read or written last, all of it or nothing; `None` takes
    /// it away. It is on the disk when this returns.
    pub(crate) fn replace(&self, run: Option<&TestRun>) -> Result<(), Failure> {
        if self.read()? != *self.last.borrow() {
            return Err(Failure::failed(
                format!("`{}` was changed meanwhile", self.path.display()),
                "find out who changed it, then run this again",
            ));
        }
        let written = match run {
            Some(run) => {
                let mut json = Vec::new();
                crate::render::json::write(run, &mut json)
                    .and_then(|()| files::overwrite(&self.path, &json, Readers::Owner))
            }
            None => fs::remove_file(&self.path),
        };
        written.map_err(|error| cannot("written", &self.path, &error))?;
        self.last.replace(run.cloned());
        Ok(())
    }

    fn read(&self) -> Result<Option<TestRun>, Failure> {
        let text = match files::input::read_text(&self.path, files::input::MOST_TEXT) {
            Ok(text) => text,
            Err(error) if error.kind() == ErrorKind::NotFound => return Ok(None),
            Err(error) => return Err(cannot("read", &self.path, &error)),
        };
        let wrong = |why: String| {
            Failure::failed(
                format!("`{}` is not a test run: {why}", self.path.display()),
                "look whether it names a label that was made, then take the file away",
            )
        };
        let run: TestRun = serde_json::from_str(&text).map_err(|error| wrong(error.to_string()))?;
        if run.format_version != FORMAT_VERSION {
            return Err(wrong(format!("it has the format {}", run.format_version)));
        }
        Ok(Some(run))
    }
}

/// Returns the slugs of the retailers whose partner is known to upload itself.
pub(crate) fn loop_uploads(state: &Path, environment: &str) -> BTreeSet<String> {
    let runs = test_runs(state, environment).into_iter();
    runs.filter_map(|(slug, run)| run.loop_upload.map(|_| slug)).collect()
}

/// Returns every test run that is kept of an environment, by slug. One that cannot be read
/// shows nothing; `verify` reports it.
pub(crate) fn test_runs(state: &Path, environment: &str) -> BTreeMap<String, TestRun> {
    let Ok(entries) = fs::read_dir(folder(state, environment)) else { return BTreeMap::new() };
    let runs = entries.filter_map(|entry| {
        let path = entry.ok()?.path();
        let slug = path.file_name()?.to_str()?.strip_suffix(".json")?.to_owned();
        let run: TestRun = serde_json::from_slice(&fs::read(&path).ok()?).ok()?;
        Some((slug, run))
    });
    runs.collect()
}

fn cannot(what: &str, path: &Path, error: &io::Error) -> Failure {
    Failure::failed(
        format!("`{}` cannot be {what}: {error}", path.display()),
        "check the folder; without it a label could be made twice, so nothing is sent",
    )
}
