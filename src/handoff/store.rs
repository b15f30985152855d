//! The handoff records in the run store, and the key of their fingerprints.

use super::fingerprint::FingerprintKey;
use super::record::{Check, FORMAT_VERSION, HandoffRecord};
use crate::exit::Failure;
use crate::files::{self, Readers};
use crate::model::{KeySource, State};
use crate::runs::{self, Document, RunStore, document};
use crate::systems::secret::{self, SecretError};
use secrecy::ExposeSecret;
use serde::Deserialize;
use sha2::{Digest, Sha256};
use std::collections::BTreeMap;
use std::io;
use std::path::{Path, PathBuf};
use zeroize::Zeroizing;

/// The minimum length of `state.handoff_key` in characters: the output length of
/// HMAC-SHA256.
const MIN_KEY_CHARS: usize = 32;

/// Why records cannot be read or written.
#[derive(Debug, thiserror::Error)]
pub(crate) enum HandoffStoreError {
    #[error(transparent)]
    Records(#[from] runs::StoreError),
    #[error("{place} is not a record of a handoff")]
    NoRecord { place: String, source: serde_json::Error },
    #[error("{place} was written by another version of this program ({found})")]
    Version { place: String, found: String },
    #[error("`{}` cannot be read", path.display())]
    ReadKey { path: PathBuf, source: io::Error },
    #[error("`{}` cannot be written", path.display())]
    WriteKey { path: PathBuf, source: io::Error },
    #[error("`{}` is not a valid key: it has {found} bytes", path.display())]
    NoKey { path: PathBuf, found: usize },
    #[error("cannot generate a random key")]
    Random(#[source] getrandom::Error),
    #[error("records are shared, and the project file names no `state.handoff_key`")]
    NotNamed,
    #[error("`state.handoff_key`")]
    Secret(#[source] SecretError),
    #[error("`state.handoff_key` has fewer than {} characters", MIN_KEY_CHARS)]
    Short,
}

impl HandoffStoreError {
    /// Returns whether a record may have been written nevertheless.
    pub(super) fn may_be_written(&self) -> bool {
        matches!(self, HandoffStoreError::Records(error) if error.may_be_written)
    }

    /// Returns what to do about it.
    pub(crate) fn hint(&self) -> &'static str {
        match self {
            HandoffStoreError::Records(error) => error.hint(),
            HandoffStoreError::ReadKey { .. }
            | HandoffStoreError::WriteKey { .. }
            | HandoffStoreError::Secret(SecretError::Unreadable { .. }) => {
                "check the folder and the file"
            }
            HandoffStoreError::NoRecord { .. } | HandoffStoreError::Version { .. } => {
                "delete it and hand the keys over again"
            }
            HandoffStoreError::NoKey { .. } => {
                "restore the file from a backup; if you delete it, keys handed over before can no \
                 longer be compared"
            }
            HandoffStoreError::Random(_) => "check the system's source of randomness",
            HandoffStoreError::NotNamed
            | HandoffStoreError::Secret(_)
            | HandoffStoreError::Short => {
                "generate a secret with `openssl rand -hex 32`, store it with the other keys, and \
                 add `handoff_key: {env: NAME}` under `state`"
            }
        }
    }
}

impl From<HandoffStoreError> for Failure {
    fn from(error: HandoffStoreError) -> Failure {
        Failure::because(&error, error.hint())
    }
}

fn folder(environment: &str) -> String {
    format!("handoffs/{}/", runs::segment(environment))
}

fn key(environment: &str, slug: &str) -> String {
    format!("{}{slug}", folder(environment))
}

/// Reads the record of a retailer's last handoff, if there is one.
pub(crate) async fn load(
    store: &dyn RunStore,
    environment: &str,
    slug: &str,
) -> Result<Option<HandoffRecord>, HandoffStoreError> {
    let key = key(environment, slug);
    let Some(document) = store.load(&key).await? else { return Ok(None) };
    read(store.document_place(&key), &document)
}

/// Removes the records of an environment whose keys no longer exist.
pub(crate) async fn forget(
    store: &dyn RunStore,
    environment: &str,
) -> Result<(), HandoffStoreError> {
    Ok(document::forget(store, store.list(&folder(environment)).await?).await?)
}

/// The handoff records of an environment.
#[derive(Debug, Default)]
pub(crate) struct HandoffRecords {
    pub by_slug: BTreeMap<String, HandoffRecord>,
    /// The errors of records that cannot be read, with the slug of one or without for all.
    pub errors: Vec<(Option<String>, HandoffStoreError)>,
}

impl HandoffRecords {
    /// Returns whether the record of a retailer could not be read.
    pub(crate) fn is_unknown(&self, slug: &str) -> bool {
        self.errors.iter().any(|(of, _)| of.as_deref().is_none_or(|of| of == slug))
    }
}

/// Reads the records of all retailers of an environment.
pub(crate) async fn records(store: &dyn RunStore, environment: &str) -> HandoffRecords {
    let folder = folder(environment);
    let mut records = HandoffRecords::default();
    let keys = match store.list(&folder).await {
        Ok(keys) => keys,
        Err(error) => return HandoffRecords { errors: vec![(None, error.into())], ..records },
    };
    for key in keys {
        let slug = key.strip_prefix(&folder).unwrap_or(&key);
        match load(store, environment, slug).await {
            Ok(record) => records.by_slug.extend(record.map(|record| (slug.to_owned(), record))),
            Err(error) => records.errors.push((Some(slug.to_owned()), error)),
        }
    }
    records
}

/// Reads a record, unless it was removed.
fn read(place: String, document: &Document) -> Result<Option<HandoffRecord>, HandoffStoreError> {
    // Another version may have other keys, so the version is checked first.
    #[derive(Deserialize)]
    struct Versioned {
        format_version: String,
    }
    let major = |version: &str| version.split('.').next().map(str::to_owned);
    match serde_json::from_slice::<Option<Versioned>>(&document.bytes) {
        Ok(Some(Versioned { format_version: found })) if major(&found) != major(FORMAT_VERSION) => {
            Err(HandoffStoreError::Version { place, found })
        }
        _ => serde_json::from_slice(&document.bytes)
            .map_err(|source| HandoffStoreError::NoRecord { place, source }),
    }
}

/// Writes the record of a retailer's last handoff, replacing any earlier one.
pub(crate) async fn save(
    store: &dyn RunStore,
    environment: &str,
    slug: &str,
    record: &HandoffRecord,
) -> Result<(), HandoffStoreError> {
    // The last writer made the last handoff.
    let last = |_: Option<&Document>| Ok(Some(bytes(record)));
    document::update(store, &key(environment, slug), last).await.map(|_| ())
}

fn bytes(record: &HandoffRecord) -> Vec<u8> {
    let mut json = serde_json::to_vec_pretty(record).expect("a record is plain JSON");
    json.push(b'\n');
    json
}

/// Adds the result of a check to the record of a handoff and returns it, or returns `None`
/// without writing if there has been another handoff meanwhile.
pub(crate) async fn save_check(
    store: &dyn RunStore,
    environment: &str,
    slug: &str,
    checked: &HandoffRecord,
    check: Check,
) -> Result<Option<HandoffRecord>, HandoffStoreError> {
    let key = key(environment, slug);
    let unchecked = |record: &HandoffRecord| HandoffRecord { checked: None, ..record.clone() };
    let record = HandoffRecord { checked: Some(check), ..checked.clone() };
    let add = |document: Option<&Document>| -> Result<_, HandoffStoreError> {
        let Some(document) = document else { return Ok(None) };
        let Some(last) = read(store.document_place(&key), document)? else { return Ok(None) };
        Ok((unchecked(&last) == unchecked(checked)).then(|| bytes(&record)))
    };
    Ok(document::update(store, &key, add).await?.then_some(record))
}

/// Where the fingerprint key is stored.
#[derive(Clone, Debug)]
pub(crate) enum KeyPlace {
    /// A file on this machine, created if it is missing.
    File(PathBuf),
    /// The source that the project file names. The store never contains it.
    Named(KeySource),
    /// Records are shared, but `state.handoff_key` is not set.
    Missing,
}

impl KeyPlace {
    /// Returns where a project stores the key; `local` is its `.reconcile/`.
    pub(crate) fn of(state: &State, local: &Path) -> KeyPlace {
        match &state.handoff_key {
            Some(source) => KeyPlace::Named(source.clone()),
            None if state.is_shared() => KeyPlace::Missing,
            None => KeyPlace::File(local.join("handoff.key")),
        }
    }

    /// Reads the key, if there is one.
    pub(crate) fn read(&self) -> Result<Option<FingerprintKey>, HandoffStoreError> {
        let path = match self {
            KeyPlace::Missing => return Err(HandoffStoreError::NotNamed),
            KeyPlace::Named(source) => return named(source).map(Some),
            KeyPlace::File(path) => path,
        };
        let bytes = match files::input::read(path, files::input::MAX_KEY_BYTES) {
            Ok(bytes) => Zeroizing::new(bytes),
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
            Err(source) => return Err(HandoffStoreError::ReadKey { path: path.clone(), source }),
        };
        match <[u8; FingerprintKey::BYTES]>::try_from(bytes.as_slice()) {
            Ok(key) => Ok(Some(FingerprintKey::new(Zeroizing::new(key)))),
            Err(_) => Err(HandoffStoreError::NoKey { path: path.clone(), found: bytes.len() }),
        }
    }

    /// Reads the key, creating it if there is none.
    pub(crate) fn ensure(&self) -> Result<FingerprintKey, HandoffStoreError> {
        if let Some(key) = self.read()? {
            return Ok(key);
        }
        let KeyPlace::File(path) = self else { return Err(HandoffStoreError::NotNamed) };
        let mut bytes = Zeroizing::new([0; FingerprintKey::BYTES]);
        getrandom::fill(&mut *bytes).map_err(HandoffStoreError::Random)?;
        let key = FingerprintKey::new(bytes);
        let created = files::create_private_folder(files::folder(path))
            .and_then(|()| files::create(path, key.bytes(), Readers::Owner));
        match created {
            Ok(()) => Ok(key),
            // Another handoff created it meanwhile.
            Err(error) if error.kind() == io::ErrorKind::AlreadyExists => {
                self.read()?.ok_or(HandoffStoreError::NoKey { path: path.clone(), found: 0 })
            }
            Err(source) => Err(HandoffStoreError::WriteKey { path: path.clone(), source }),
        }
    }
}

fn named(source: &KeySource) -> Result<FingerprintKey, HandoffStoreError> {
    let secret = secret::read(source).map_err(HandoffStoreError::Secret)?;
    let secret = secret.expose_secret();
    if secret.chars().count() < MIN_KEY_CHARS {
        return Err(HandoffStoreError::Short);
    }
    // An HMAC hashes a key that is longer than its block; this one is always hashed.
    Ok(FingerprintKey::new(Zeroizing::new(Sha256::digest(secret).into())))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::handoff::Same;
    use crate::handoff::fingerprint::Fingerprints;
    use crate::runs::folder::FolderStore;
    use std::fs;

    fn record(retailer: &str) -> HandoffRecord {
        let fingerprints =
            Fingerprints { made_with: "k".into(), omnireturns: "aa".into(), omnirps: "bb".into() };
        let at = "2026-11-23T09:00:00Z".parse().unwrap();
        HandoffRecord::new(retailer, at, &BTreeMap::new(), &[], fingerprints)
    }

    fn state() -> (tempfile::TempDir, FolderStore) {
        let folder = tempfile::tempdir().unwrap();
        let store = FolderStore::local(folder.path().to_owned());
        (folder, store)
    }

    #[tokio::test]
    async fn records_are_kept_by_environment_and_slug() {
        let (state, store) = state();
        assert_eq!(load(&store, "production", "acme").await.unwrap(), None);
        assert_eq!(records(&store, "production").await.by_slug, BTreeMap::new());
        save(&store, "production", "acme", &record("Acme")).await.unwrap();
        save(&store, "production", "acme", &record("ACME")).await.unwrap();
        save(&store, "production", "beta", &record("Beta")).await.unwrap();
        save(&store, "../production", "acme", &record("Elsewhere")).await.unwrap();
        fs::write(state.path().join("handoffs/production/.reconcile-x.json"), "half").unwrap();
        assert_eq!(load(&store, "production", "acme").await.unwrap(), Some(record("ACME")));
        let HandoffRecords { by_slug: all, errors } = records(&store, "production").await;
        assert_eq!(errors.len(), 0, "{errors:?}");
        assert_eq!(all.keys().collect::<Vec<_>>(), ["acme", "beta"]);
        assert_eq!(all["beta"], record("Beta"));
        let odd = records(&store, "../production").await.by_slug;
        assert_eq!(odd["acme"], record("Elsewhere"));
        assert!(state.path().join("handoffs/%2E%2E%2Fproduction/acme.json").exists());
    }

    #[tokio::test]
    async fn a_check_is_kept_with_the_handoff_that_it_is_about() {
        let (_state, store) = state();
        let checked = record("Acme");
        let check = |at: &str, retailer| Check {
            at: at.parse().unwrap(),
            same: Same { retailer, omnireturns: true, omnirps: true, hub_addresses: true },
        };
        let save_check =
            async |check| save_check(&store, "a", "acme", &checked, check).await.unwrap();
        let first = check("2026-11-23T10:00:00Z", true);
        assert_eq!(save_check(first.clone()).await, None, "the record was taken away");
        assert_eq!(load(&store, "a", "acme").await.unwrap(), None);

        save(&store, "a", "acme", &checked).await.unwrap();
        let kept = HandoffRecord { checked: Some(first.clone()), ..checked.clone() };
        assert_eq!(save_check(first).await, Some(kept));
        // A further check is not another handoff.
        let second = check("2026-11-23T11:00:00Z", false);
        let kept = HandoffRecord { checked: Some(second.clone()), ..checked.clone() };
        assert_eq!(save_check(second.clone()).await, Some(kept.clone()));
        assert_eq!(load(&store, "a", "acme").await.unwrap(), Some(kept));

        let later =
            HandoffRecord { at: "2026-11-23T10:30:00Z".parse().unwrap(), ..checked.clone() };
        let fingerprints = Fingerprints { omnirps: "cc".into(), ..checked.fingerprints.clone() };
        for anew in [later, HandoffRecord { fingerprints, ..checked.clone() }] {
            save(&store, "a", "acme", &anew).await.unwrap();
            assert_eq!(save_check(second.clone()).await, None, "it is about another handoff");
            assert_eq!(load(&store, "a", "acme").await.unwrap(), Some(anew));
        }
    }

    #[tokio::test]
    async fn a_file_that_is_no_record_is_named() {
        let (state, store) = state();
        save(&store, "a", "acme", &record("Acme")).await.unwrap();
        let path = state.path().join("handoffs/a/acme.json");
        fs::write(&path, "{}").unwrap();
        let error = load(&store, "a", "acme").await.unwrap_err();
        let named = format!("`{}`", path.display());
        assert!(
            matches!(&error, HandoffStoreError::NoRecord { place, .. } if *place == named),
            "{error}"
        );
        fs::write(&path, r#"{"format_version": "2.0", "other": "keys"}"#).unwrap();
        let error = load(&store, "a", "acme").await.unwrap_err();
        assert!(
            matches!(&error, HandoffStoreError::Version { found, .. } if found == "2.0"),
            "{error}"
        );
        save(&store, "a", "beta", &record("Beta")).await.unwrap();
        let HandoffRecords { by_slug, errors } = records(&store, "a").await;
        assert_eq!(by_slug.keys().collect::<Vec<_>>(), ["beta"], "the rest is read all the same");
        assert!(
            matches!(errors.as_slice(), [(Some(_), HandoffStoreError::Version { .. })]),
            "{errors:?}"
        );
        let minor = HandoffRecord { format_version: "1.7".into(), ..record("Acme") };
        save(&store, "a", "acme", &minor).await.unwrap();
        assert_eq!(load(&store, "a", "acme").await.unwrap(), Some(minor));
    }

    #[test]
    fn the_fingerprint_key_is_made_once() {
        let folder = tempfile::tempdir().unwrap();
        let place = KeyPlace::File(folder.path().join("state/handoff.key"));
        assert_eq!(place.read().unwrap(), None);
        let key = place.ensure().unwrap();
        assert!(key.bytes().iter().any(|byte| *byte != 0));
        assert_eq!(place.ensure().unwrap(), key);
        assert_eq!(place.read().unwrap(), Some(key.clone()));
        let other = KeyPlace::File(folder.path().join("other/handoff.key"));
        assert_ne!(other.ensure().unwrap(), key);
        fs::write(folder.path().join("state/handoff.key"), "short").unwrap();
        let error = place.ensure().unwrap_err();
        assert!(matches!(error, HandoffStoreError::NoKey { found: 5, .. }), "{error}");
    }

    #[test]
    fn shared_records_take_the_key_that_is_named() {
        let folder = tempfile::tempdir().unwrap();
        let state = State {
            postgres: None,
            s3: None,
            folder: Some("shared".into()),
            lease_seconds: 60,
            handoff_key: None,
        };
        let place = KeyPlace::of(&state, folder.path());
        assert!(matches!(place.ensure(), Err(HandoffStoreError::NotNamed)));
        assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 0, "none is made");
        let path = folder.path().join("key");
        let named = State { handoff_key: Some(KeySource::File(path.clone())), ..state };
        let place = KeyPlace::of(&named, folder.path());
        fs::write(&path, "too short\n").unwrap();
        assert!(matches!(place.ensure(), Err(HandoffStoreError::Short)));
        fs::write(&path, "0123456789abcdef0123456789abcdef\n").unwrap();
        let key = place.ensure().unwrap();
        fs::write(&path, "0123456789abcdef0123456789abcdef").unwrap();
        assert_eq!(place.ensure().unwrap(), key, "a line end is no part of it");
    }

    #[cfg(unix)]
    #[tokio::test]
    async fn only_the_owner_may_read_them() {
        use std::os::unix::fs::PermissionsExt;
        let (state, store) = state();
        let key = state.path().join("handoff.key");
        KeyPlace::File(key.clone()).ensure().unwrap();
        save(&store, "a", "acme", &record("Acme")).await.unwrap();
        for path in [key, state.path().join("handoffs/a/acme.json")] {
            assert_eq!(fs::metadata(path).unwrap().permissions().mode() & 0o777, 0o600);
        }
    }
}
