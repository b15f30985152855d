//! The stored test run of a retailer, with compare-and-set.

use super::document::{self, Swap, compare_and_set};
use super::{Document, RunStore, StoreError, loop_upload, segment};
use crate::exit::Failure;
use crate::files;
use crate::model::Advice;
use crate::verify::{FORMAT_VERSION, TestRun};
use serde::Deserialize;
use std::collections::{BTreeMap, BTreeSet};
use std::fs::{File, TryLockError};
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};
use tokio::sync::OnceCell;

/// Where a retailer's test run is stored.
pub(crate) struct TestRunStore {
    store: Arc<dyn RunStore>,
    environment: String,
    key: String,
    /// The version last read or written; no other version is replaced.
    version: Mutex<Option<String>>,
    /// The file whose lock excludes other processes of this machine. With a shared store there is
    /// none: the first of two runs that record a step excludes the other.
    lock: Option<PathBuf>,
    /// Keeps the lock until this is dropped.
    held: Option<File>,
}

/// Returns the key prefix of an environment's test runs.
fn folder(environment: &str) -> String {
    format!("probes/{}/", segment(environment))
}

impl TestRunStore {
    /// Opens the test run of a retailer; `local` is the project's `.reconcile/`.
    pub(crate) fn open(
        store: Arc<dyn RunStore>,
        local: &Path,
        environment: &str,
        slug: &str,
    ) -> Result<TestRunStore, Failure> {
        let locks = files::of_environment(local, "probes", environment);
        let path = locks.join(format!("{slug}.lock"));
        let lock = (!store.is_shared()).then_some(path);
        let held = lock.as_deref().map(self::lock).transpose()?;
        let key = format!("{}{slug}", folder(environment));
        let environment = environment.to_owned();
        Ok(TestRunStore { store, environment, key, version: Mutex::default(), lock, held })
    }

    /// Releases the lock, for a process with many test runs that sends nothing: then each write
    /// acquires it, and fails if the test run has changed since it was read.
    pub(crate) fn released(self) -> TestRunStore {
        TestRunStore { held: None, ..self }
    }

    /// Reads the test run, if there is one: that of the file, or the one of the retailer's name
    /// from before the file was renamed. `all` has the test runs of the environment once they
    /// were needed.
    pub(crate) async fn load(
        &self,
        name: &str,
        all: &OnceCell<BTreeMap<String, TestRun>>,
    ) -> Result<Option<TestRun>, Failure> {
        if let Some(run) = self.load_own().await? {
            return Ok(Some(run));
        }
        let all = all.get_or_try_init(|| test_runs(&*self.store, &self.environment)).await;
        let mut runs = all.map_err(|error| unusable(&error))?.values();
        Ok(runs.find(|run| run.retailer.as_deref() == Some(name)).cloned())
    }

    /// Reads the test run of the file, unless there is none or it was removed.
    async fn load_own(&self) -> Result<Option<TestRun>, Failure> {
        let document = self.store.load(&self.key).await.map_err(|error| unusable(&error))?;
        let Some(Document { bytes, version, .. }) = document else { return Ok(None) };
        *self.version.lock().unwrap_or_else(PoisonError::into_inner) = Some(version);
        Ok(parse(&self.store.document_place(&self.key), &bytes)?)
    }

    /// Fails if a test run that no file belongs to may be of this retailer, whose file was renamed.
    pub(crate) async fn check_no_other(
        &self,
        is_slug: impl Fn(&str) -> bool,
    ) -> Result<(), Failure> {
        let slugs = test_run_slugs(&*self.store, &self.environment).await;
        for slug in slugs.map_err(|error| unusable(&error))?.iter().filter(|slug| !is_slug(slug)) {
            let key = format!("{}{slug}", folder(&self.environment));
            let document = self.store.load(&key).await.map_err(|error| unusable(&error))?;
            let Some(Document { bytes, .. }) = document else { continue };
            let place = self.store.document_place(&key);
            let Advice { message, hint } = match parse(&place, &bytes) {
                Err(advice) => advice,
                Ok(Some(run)) if run.is_untraceable() => {
                    let hint = "if it is, give the file that name until the test is done; \
                                otherwise delete the document";
                    Advice::new(format!("{place} does not name its retailer"), hint)
                }
                Ok(_) => continue,
            };
            let may_be_its = format!(
                "{message}; no file is called `{slug}`, so it may be an earlier test of this retailer"
            );
            return Err(Failure::failed(may_be_its, hint));
        }
        Ok(())
    }

    /// Replaces the test run last read or written; `None` removes it. The change is in the
    /// store when this returns.
    pub(crate) async fn replace(&self, run: Option<&TestRun>) -> Result<(), Advice> {
        let lock = self.lock.as_deref().filter(|_| self.held.is_none());
        let _held = lock.map(self::lock).transpose()?;
        let mut json = serde_json::to_vec_pretty(&run).expect("a test run is plain JSON");
        json.push(b'\n');
        let last = self.version.lock().unwrap_or_else(PoisonError::into_inner).clone();
        let swap = compare_and_set(&*self.store, &self.key, &json, last.as_deref()).await;
        match swap.map_err(|error| unusable(&error))? {
            Swap::Done { version } => {
                *self.version.lock().unwrap_or_else(PoisonError::into_inner) = Some(version);
                Ok(())
            }
            Swap::Refused(_) => Err(Advice::new(
                format!("{} was changed by another process", self.store.document_place(&self.key)),
                "another verification of the retailer may be running: wait until it has ended, \
                 then run the command again",
            )),
        }
    }
}

/// What to do about a document that is not a test run.
const DELETE: &str = "check whether it names a label that was made, then delete it";

/// Parses a stored test run, unless it was removed.
fn parse(place: &str, bytes: &[u8]) -> Result<Option<TestRun>, Advice> {
    // Another version may have other members, so the version is checked first.
    #[derive(Deserialize)]
    struct Versioned {
        format_version: String,
    }
    match serde_json::from_slice::<Option<Versioned>>(bytes) {
        Ok(Some(Versioned { format_version: found })) if found != FORMAT_VERSION => {
            Err(Advice::new(
                format!(
                    "{place} has the format {found}, which another version of this program wrote"
                ),
                "run that version, or check whether the document names a label that was made, then \
                 delete it",
            ))
        }
        _ => serde_json::from_slice(bytes)
            .map_err(|error| Advice::new(format!("{place} is not a test run: {error}"), DELETE)),
    }
}

/// Returns the slugs of the retailers with a test run in an environment.
pub(crate) async fn test_run_slugs(
    store: &dyn RunStore,
    environment: &str,
) -> Result<BTreeSet<String>, StoreError> {
    let folder = folder(environment);
    let keys = store.list(&folder).await?;
    Ok(keys.iter().filter_map(|key| key.strip_prefix(&folder)).map(str::to_owned).collect())
}

/// Returns all test runs of an environment, by slug, without those that cannot be read;
/// `verify` reports them.
pub(crate) async fn test_runs(
    store: &dyn RunStore,
    environment: &str,
) -> Result<BTreeMap<String, TestRun>, StoreError> {
    let folder = folder(environment);
    let mut runs = BTreeMap::new();
    for key in store.list(&folder).await? {
        let Some(document) = store.load(&key).await? else { continue };
        if let (Some(slug), Ok(Some(run))) =
            (key.strip_prefix(&folder), parse(&key, &document.bytes))
        {
            runs.insert(slug.to_owned(), run);
        }
    }
    Ok(runs)
}

/// Removes what was proven with the labels and returns of an environment, which no longer exist.
pub(crate) async fn forget(store: &dyn RunStore, environment: &str) -> Result<(), StoreError> {
    let tests = store.list(&folder(environment)).await?;
    let keys = std::iter::once(loop_upload::key(environment)).chain(tests);
    // A verification may be recording its next step, which is then refused.
    document::forget(store, keys).await
}

/// Locks the file of a retailer's test run.
fn lock(path: &Path) -> Result<File, Advice> {
    let cannot = |error: std::io::Error| {
        Advice::new(
            format!("`{}` cannot be locked: {error}", path.display()),
            "check the folder; without it a label could be made twice, so nothing is sent",
        )
    };
    let folder = path.parent().unwrap_or(path);
    files::create_private_folder(folder).map_err(cannot)?;
    let file = files::lock_file(path).map_err(cannot)?;
    match file.try_lock() {
        Ok(()) => Ok(file),
        Err(TryLockError::WouldBlock) => Err(Advice::new(
            format!(
                "another verification of `{}` is running here",
                path.file_stem().unwrap_or_default().display()
            ),
            "wait until it has ended, or stop it, then run this one again",
        )),
        Err(TryLockError::Error(error)) => Err(cannot(error)),
    }
}

fn unusable(error: &StoreError) -> Advice {
    Advice::because(
        error,
        "check the store; without it a label could be made twice, so nothing is sent",
    )
}
