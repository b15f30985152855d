//! Opening and recreating the state, and telling sandbox databases from other files.

use super::{Store, fill};
use crate::files;
use crate::sandbox::{SandboxError, Seed, Storage};
use rusqlite::{Connection, Transaction, TransactionBehavior};
use std::fs;
use std::io::{ErrorKind, Read};
use std::path::{Path, PathBuf};
use std::time::Duration;

/// The SQLite application id of sandbox databases: the letters `RCSB`. It is not
/// registered; it only has to differ from those of other programs.
const APPLICATION_ID: i64 = 0x5243_5342;

/// The version of `schema.sql`, increased with each change to it.
const SCHEMA_VERSION: i64 = 3;

/// The offset of the application id in a file's header
/// (<https://www.sqlite.org/fileformat.html>, section 1.3, seen on 2026-11-27).
const APPLICATION_ID_AT: usize = 68;

/// How long a statement waits for another process. Programs hold the lock for milliseconds;
/// if a person has an open transaction, the error should come before clients time out (30 s
/// by default).
const BUSY_TIMEOUT: Duration = Duration::from_secs(5);

impl Store {
    /// Opens the state. New state is filled from the seed.
    pub fn open(state: &Storage, seed: &Seed) -> Result<Store, SandboxError> {
        let (name, connection) = match state {
            Storage::Memory => ("memory".to_owned(), Connection::open_in_memory()),
            Storage::File(path) => {
                make_folder(path)?;
                // Created here, before SQLite would create it with the default permissions. If
                // this fails, SQLite reports the error.
                drop(files::private_options().create_new(true).write(true).open(path));
                (path.display().to_string(), Connection::open(path))
            }
        };
        let failed = |source| classify(state, &name, source);
        let mut connection = connection.map_err(failed)?;
        connection.busy_timeout(BUSY_TIMEOUT).map_err(failed)?;
        // Checked before any setting is changed, because the file may belong to another
        // program.
        is_new(&connection, state, &name)?;
        connection
            .execute_batch(
                // The state can be recreated, so commits do not wait for the disk. Only a power
                // failure could damage it, not a killed process.
                "PRAGMA synchronous = OFF; PRAGMA foreign_keys = ON;",
            )
            .map_err(failed)?;
        let transaction =
            connection.transaction_with_behavior(TransactionBehavior::Immediate).map_err(failed)?;
        // Checked again under the lock, because another process may have created it meanwhile.
        if is_new(&transaction, state, &name)? {
            transaction.execute_batch(include_str!("schema.sql")).map_err(failed)?;
            transaction.pragma_update(None, "application_id", APPLICATION_ID).map_err(failed)?;
            transaction.pragma_update(None, "user_version", SCHEMA_VERSION).map_err(failed)?;
            fill(&transaction, seed)?;
        }
        transaction.commit().map_err(failed)?;
        Ok(Store::new(connection, &name))
    }

    /// Recreates the state: an existing sandbox database is emptied, or removed if it is damaged
    /// or of another version; any other file is moved aside.
    pub(crate) fn recreate(state: &Storage, seed: &Seed) -> Result<Store, SandboxError> {
        if let Storage::File(path) = state {
            // In place, because a sandbox that is being served has the file open.
            if is_ours(path) {
                let store = Store::open(state, seed);
                match store.and_then(|store| store.reset(seed).map(|()| store)) {
                    Err(error) if error.is_damage() => {}
                    done => return done,
                }
            }
            let with = |suffix: &str| {
                let mut name = path.clone().into_os_string();
                name.push(suffix);
                PathBuf::from(name)
            };
            if is_ours(path) {
                for path in [path.clone(), with("-journal")] {
                    files::if_there(fs::remove_file(&path))
                        .map_err(|source| SandboxError::Remove { path, source })?;
                }
            } else if path.exists() {
                let aside = with(".before-reset");
                let moved = if aside.exists() {
                    Err(ErrorKind::AlreadyExists.into())
                } else {
                    fs::rename(path, &aside)
                };
                moved.map_err(|source| SandboxError::MoveAside {
                    path: path.clone(),
                    aside: aside.clone(),
                    source,
                })?;
            }
        }
        Store::open(state, seed)
    }
}

/// Empties all tables and restarts ids and log numbers at one.
pub(super) fn clear(transaction: &Transaction<'_>) -> Result<(), SandboxError> {
    let cleared = transaction.execute_batch(
        "DELETE FROM omnireturns_records; DELETE FROM omnireturns_labels;
         DELETE FROM omnirps_records; DELETE FROM uploads;
         DELETE FROM omniparcel_records; DELETE FROM companies;
         DELETE FROM idempotency_keys; DELETE FROM webhook_deliveries;
         DELETE FROM requests; DELETE FROM sqlite_sequence;",
    );
    cleared.map_err(|source| SandboxError::State { state: "reset".into(), source })
}

/// Returns whether the database is new and empty. If it is neither new nor a sandbox's of this
/// version, that is an error.
fn is_new(connection: &Connection, state: &Storage, name: &str) -> Result<bool, SandboxError> {
    let number = |sql: &str| -> Result<i64, SandboxError> {
        connection
            .query_row(sql, [], |row| row.get(0))
            .map_err(|source| classify(state, name, source))
    };
    let path = PathBuf::from(name);
    let application = number("PRAGMA application_id")?;
    let found = number("PRAGMA user_version")?;
    let objects = number("SELECT COUNT(*) FROM sqlite_master")?;
    match (application, found, objects) {
        (APPLICATION_ID, SCHEMA_VERSION, _) => Ok(false),
        (APPLICATION_ID, found, _) => {
            Err(SandboxError::OtherVersion { path, found, expected: SCHEMA_VERSION })
        }
        (0, 0, 0) => Ok(true),
        _ => Err(SandboxError::NotSandbox { path }),
    }
}

/// Distinguishes a file that is not a database from other errors.
fn classify(state: &Storage, name: &str, source: rusqlite::Error) -> SandboxError {
    match (state, source.sqlite_error_code()) {
        (Storage::File(path), Some(rusqlite::ErrorCode::NotADatabase)) => {
            SandboxError::NotSandbox { path: path.clone() }
        }
        _ => SandboxError::State { state: name.to_owned(), source },
    }
}

/// Creates the file's parent folder, such as `.reconcile`, but no folder above it, because
/// a missing one is probably a typing error.
fn make_folder(path: &Path) -> Result<(), SandboxError> {
    let Some(folder) = path.parent().filter(|folder| !folder.as_os_str().is_empty()) else {
        return Ok(());
    };
    let above = folder.parent().filter(|above| !above.as_os_str().is_empty());
    let made = match folder.try_exists() {
        Ok(true) if !folder.ends_with(files::OWN_FOLDER) => Ok(()),
        _ if above.is_some_and(|above| !above.exists()) => fs::create_dir(folder),
        _ => files::create_private_folder(folder),
    };
    match made {
        Err(source) if source.kind() != ErrorKind::AlreadyExists => {
            Err(SandboxError::Folder { path: folder.to_owned(), source })
        }
        _ => Ok(()),
    }
}

/// Returns whether a file is a sandbox database of any schema version, even if it is
/// damaged.
fn is_ours(path: &Path) -> bool {
    let mut header = [0; APPLICATION_ID_AT];
    let mut id = [0; size_of::<u32>()];
    fs::File::open(path)
        .and_then(|mut file| {
            file.read_exact(&mut header)?;
            file.read_exact(&mut id)
        })
        .is_ok_and(|()| {
            header.starts_with(b"SQLite format 3\0")
                && i64::from(u32::from_be_bytes(id)) == APPLICATION_ID
        })
}
