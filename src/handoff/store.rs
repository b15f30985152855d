//! The records of handoffs in the state folder, and the key of their fingerprints.

use super::fingerprint::FingerprintKey;
use super::record::{Check, FORMAT_VERSION, Record};
use crate::files::{self, Readers};
use serde::Deserialize;
use std::collections::BTreeMap;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use zeroize::Zeroizing;

/// Why records cannot be read or written.
#[derive(Debug, thiserror::Error)]
pub(crate) enum StoreError {
    #[error("`{}` cannot be read", path.display())]
    Read { path: PathBuf, source: io::Error },
    #[error("`{}` cannot be written", path.display())]
    Write { path: PathBuf, source: io::Error },
    #[error("`{}` is no record of a handoff", path.display())]
    NoRecord { path: PathBuf, source: serde_json::Error },
    #[error("`{}` was written by another version of this program ({found})", path.display())]
    Version { path: PathBuf, found: String },
    #[error("`{}` holds no key: it has {found} bytes", path.display())]
    NoKey { path: PathBuf, found: usize },
    #[error("there is no randomness for a key")]
    Random(#[source] getrandom::Error),
}

impl StoreError {
    /// What to do about it.
    pub(crate) fn hint(&self) -> &'static str {
        match self {
            StoreError::Read { .. } | StoreError::Write { .. } => "check the folder and the file",
            StoreError::NoRecord { .. } | StoreError::Version { .. } => {
                "take the file away and hand the keys over again"
            }
            StoreError::NoKey { .. } => {
                "put the file back from a copy; or take it away, and what was handed over before \
                 can no longer be compared"
            }
            StoreError::Random(_) => "look at the system's source of randomness",
        }
    }
}

fn folder(state: &Path, environment: &str) -> PathBuf {
    files::of_environment(state, "handoffs", environment)
}

fn file(state: &Path, environment: &str, slug: &str) -> PathBuf {
    folder(state, environment).join(format!("{slug}.json"))
}

/// Reads the record of a retailer's last handoff; `None` where there was none.
pub(crate) fn load(
    state: &Path,
    environment: &str,
    slug: &str,
) -> Result<Option<Record>, StoreError> {
    let path = file(state, environment, slug);
    match files::input::read(&path, files::input::MOST_KEY) {
        Ok(bytes) => read(path, &bytes).map(Some),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
        Err(source) => Err(StoreError::Read { path, source }),
    }
}

/// The records of an environment's retailers.
#[derive(Debug, Default)]
pub(crate) struct Records {
    pub by_slug: BTreeMap<String, Record>,
    /// Why others cannot be read.
    pub errors: Vec<StoreError>,
}

/// Reads the records of all retailers of an environment.
pub(crate) fn records(state: &Path, environment: &str) -> Records {
    let folder = folder(state, environment);
    let unreadable = |source| StoreError::Read { path: folder.clone(), source };
    let mut records = Records::default();
    let entries = match fs::read_dir(&folder) {
        Ok(entries) => entries,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return records,
        Err(error) => return Records { errors: vec![unreadable(error)], ..records },
    };
    for entry in entries {
        let name = match entry {
            Ok(entry) => entry.file_name(),
            Err(error) => {
                records.errors.push(unreadable(error));
                continue;
            }
        };
        let slug = name.to_str().and_then(|name| name.strip_suffix(".json"));
        // What a crash left behind begins with a dot.
        let Some(slug) = slug.filter(|slug| !slug.starts_with('.')) else { continue };
        match load(state, environment, slug) {
            Ok(record) => records.by_slug.extend(record.map(|record| (slug.to_owned(), record))),
            Err(error) => records.errors.push(error),
        }
    }
    records
}

fn read(path: PathBuf, bytes: &[u8]) -> Result<Record, StoreError> {
    // Another version may have other keys, so that is looked at first.
    #[derive(Deserialize)]
    struct Versioned {
        format_version: String,
    }
    let major = |version: &str| version.split('.').next().map(str::to_owned);
    match serde_json::from_slice::<Versioned>(bytes) {
        Ok(Versioned { format_version: found }) if major(&found) != major(FORMAT_VERSION) => {
            Err(StoreError::Version { path, found })
        }
        _ => serde_json::from_slice(bytes).map_err(|source| StoreError::NoRecord { path, source }),
    }
}

/// Writes the record of a retailer's last handoff.
pub(crate) fn save(
    state: &Path,
    environment: &str,
    slug: &str,
    record: &Record,
) -> Result<(), StoreError> {
    let path = file(state, environment, slug);
    let written =
        serde_json::to_vec_pretty(record).map_err(io::Error::from).and_then(|mut json| {
            json.push(b'\n');
            files::private_folder(&folder(state, environment))?;
            files::overwrite(&path, &json, Readers::Owner)
        });
    written.map_err(|source| StoreError::Write { path, source })
}

/// Adds to the record of a handoff what a check of it found, and returns it; `None`, and
/// nothing is written, where right before that it is not the last handoff any more.
pub(crate) fn save_check(
    state: &Path,
    environment: &str,
    slug: &str,
    checked: &Record,
    check: Check,
) -> Result<Option<Record>, StoreError> {
    let unchecked = |record: &Record| Record { checked: None, ..record.clone() };
    let last = load(state, environment, slug)?;
    if last.as_ref().map(unchecked) != Some(unchecked(checked)) {
        return Ok(None);
    }
    let record = Record { checked: Some(check), ..checked.clone() };
    save(state, environment, slug, &record)?;
    Ok(Some(record))
}

fn key_file(state: &Path) -> PathBuf {
    state.join("handoff.key")
}

/// Reads the key of the fingerprints; `None` where there is none yet.
pub(crate) fn fingerprint_key(state: &Path) -> Result<Option<FingerprintKey>, StoreError> {
    let path = key_file(state);
    let bytes = match files::input::read(&path, files::input::MOST_KEY) {
        Ok(bytes) => Zeroizing::new(bytes),
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
        Err(source) => return Err(StoreError::Read { path, source }),
    };
    match <[u8; FingerprintKey::BYTES]>::try_from(bytes.as_slice()) {
        Ok(key) => Ok(Some(FingerprintKey::new(Zeroizing::new(key)))),
        Err(_) => Err(StoreError::NoKey { path, found: bytes.len() }),
    }
}

/// Reads the key of the fingerprints, and makes it where there is none yet.
pub(crate) fn ensure_fingerprint_key(state: &Path) -> Result<FingerprintKey, StoreError> {
    if let Some(key) = fingerprint_key(state)? {
        return Ok(key);
    }
    let mut bytes = Zeroizing::new([0; FingerprintKey::BYTES]);
    getrandom::fill(&mut *bytes).map_err(StoreError::Random)?;
    let key = FingerprintKey::new(bytes);
    let path = key_file(state);
    let created = files::private_folder(state)
        .and_then(|()| files::create(&path, key.bytes(), Readers::Owner));
    match created {
        Ok(()) => Ok(key),
        // Another handoff made it meanwhile.
        Err(error) if error.kind() == io::ErrorKind::AlreadyExists => {
            fingerprint_key(state)?.ok_or(StoreError::NoKey { path, found: 0 })
        }
        Err(source) => Err(StoreError::Write { path, source }),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::handoff::Same;
    use crate::handoff::fingerprint::Fingerprints;

    fn record(retailer: &str) -> Record {
        let fingerprints =
            Fingerprints { made_with: "k".into(), omnireturns: "aa".into(), omnirps: "bb".into() };
        let at = "2026-11-23T09:00:00Z".parse().unwrap();
        Record::new(retailer, at, &BTreeMap::new(), fingerprints)
    }

    fn state() -> tempfile::TempDir {
        tempfile::tempdir().unwrap()
    }

    #[test]
    fn records_are_kept_by_environment_and_slug() {
        let state = state();
        let state = state.path();
        assert_eq!(load(state, "production", "acme").unwrap(), None);
        assert_eq!(records(state, "production").by_slug, BTreeMap::new());
        save(state, "production", "acme", &record("Acme")).unwrap();
        save(state, "production", "acme", &record("ACME")).unwrap();
        save(state, "production", "beta", &record("Beta")).unwrap();
        save(state, "../production", "acme", &record("Elsewhere")).unwrap();
        fs::write(folder(state, "production").join(".reconcile-x.json"), "half").unwrap();
        assert_eq!(load(state, "production", "acme").unwrap(), Some(record("ACME")));
        let Records { by_slug: all, errors } = records(state, "production");
        assert_eq!(errors.len(), 0, "{errors:?}");
        assert_eq!(all.keys().collect::<Vec<_>>(), ["acme", "beta"]);
        assert_eq!(all["beta"], record("Beta"));
        let odd = records(state, "../production").by_slug;
        assert_eq!(odd["acme"], record("Elsewhere"));
        assert!(state.join("handoffs/%2E%2E%2Fproduction/acme.json").exists());
    }

    #[test]
    fn a_check_is_kept_with_the_handoff_that_it_is_about() {
        let state = state();
        let state = state.path();
        let checked = record("Acme");
        let check = |at: &str, retailer| Check {
            at: at.parse().unwrap(),
            same: Same { retailer, omnireturns: true, omnirps: true },
        };
        let save_check = |check| save_check(state, "a", "acme", &checked, check).unwrap();
        let first = check("2026-11-23T10:00:00Z", true);
        assert_eq!(save_check(first.clone()), None, "the record was taken away");
        assert_eq!(load(state, "a", "acme").unwrap(), None);

        save(state, "a", "acme", &checked).unwrap();
        let kept = Record { checked: Some(first.clone()), ..checked.clone() };
        assert_eq!(save_check(first), Some(kept));
        // Another check since then is no other handoff.
        let second = check("2026-11-23T11:00:00Z", false);
        let kept = Record { checked: Some(second.clone()), ..checked.clone() };
        assert_eq!(save_check(second.clone()), Some(kept.clone()));
        assert_eq!(load(state, "a", "acme").unwrap(), Some(kept));

        let later = Record { at: "2026-11-23T10:30:00Z".parse().unwrap(), ..checked.clone() };
        let fingerprints = Fingerprints { omnirps: "cc".into(), ..checked.fingerprints.clone() };
        for anew in [later, Record { fingerprints, ..checked.clone() }] {
            save(state, "a", "acme", &anew).unwrap();
            assert_eq!(save_check(second.clone()), None, "it is about another handoff");
            assert_eq!(load(state, "a", "acme").unwrap(), Some(anew));
        }
    }

    #[test]
    fn a_file_that_is_no_record_is_named() {
        let state = state();
        let state = state.path();
        save(state, "a", "acme", &record("Acme")).unwrap();
        let path = file(state, "a", "acme");
        fs::write(&path, "{}").unwrap();
        let error = load(state, "a", "acme").unwrap_err();
        assert!(matches!(&error, StoreError::NoRecord { path: at, .. } if *at == path), "{error}");
        fs::write(&path, r#"{"format_version": "2.0", "other": "keys"}"#).unwrap();
        let error = load(state, "a", "acme").unwrap_err();
        assert!(matches!(&error, StoreError::Version { found, .. } if found == "2.0"), "{error}");
        save(state, "a", "beta", &record("Beta")).unwrap();
        let Records { by_slug, errors } = records(state, "a");
        assert_eq!(by_slug.keys().collect::<Vec<_>>(), ["beta"], "the rest is read all the same");
        assert!(matches!(errors.as_slice(), [StoreError::Version { .. }]), "{errors:?}");
        let minor = Record { format_version: "1.7".into(), ..record("Acme") };
        save(state, "a", "acme", &minor).unwrap();
        assert_eq!(load(state, "a", "acme").unwrap(), Some(minor));
    }

    #[test]
    fn the_fingerprint_key_is_made_once() {
        let folder = state();
        let state = &folder.path().join("state");
        assert_eq!(fingerprint_key(state).unwrap(), None);
        let key = ensure_fingerprint_key(state).unwrap();
        assert!(key.bytes().iter().any(|byte| *byte != 0));
        assert_eq!(ensure_fingerprint_key(state).unwrap(), key);
        assert_eq!(fingerprint_key(state).unwrap(), Some(key.clone()));
        assert_ne!(ensure_fingerprint_key(&folder.path().join("other")).unwrap(), key);
        fs::write(key_file(state), "short").unwrap();
        let error = ensure_fingerprint_key(state).unwrap_err();
        assert!(matches!(error, StoreError::NoKey { found: 5, .. }), "{error}");
    }

    #[cfg(unix)]
    #[test]
    fn only_the_owner_may_read_them() {
        use std::os::unix::fs::PermissionsExt;
        let state = state();
        ensure_fingerprint_key(state.path()).unwrap();
        save(state.path(), "a", "acme", &record("Acme")).unwrap();
        for path in [key_file(state.path()), file(state.path(), "a", "acme")] {
            assert_eq!(fs::metadata(path).unwrap().permissions().mode() & 0o777, 0o600);
        }
    }
}
