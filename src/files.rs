//! Writes files, each of them whole or not at all, and on the disk before the call returns;
//! and says where what is kept of an environment is.

use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};
use std::fs::{self, Permissions};
use std::io::{self, Write};
use std::path::{Path, PathBuf};
use tempfile::{NamedTempFile, PersistError};

/// Who may read a new file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Readers {
    /// Whoever the user's mask lets.
    Usual,
    /// Its owner alone.
    Owner,
}

/// What the name of an environment keeps in the name of a folder: nothing that leads
/// elsewhere.
const KEPT: &AsciiSet = &NON_ALPHANUMERIC.remove(b'-').remove(b'_');

/// Returns the folder, below that of a kind, for what is kept of an environment.
pub fn of_environment(state: &Path, kind: &str, environment: &str) -> PathBuf {
    state.join(kind).join(utf8_percent_encode(environment, KEPT).to_string())
}

/// Writes a file that is not there yet.
pub fn create(path: &Path, bytes: &[u8], readers: Readers) -> io::Result<()> {
    keep(path, temporary(path, bytes, readers)?.persist_noclobber(path))
}

/// Writes a file that is made anew each time, over the one that is there.
pub fn overwrite(path: &Path, bytes: &[u8], readers: Readers) -> io::Result<()> {
    keep(path, temporary(path, bytes, readers)?.persist(path))
}

/// Replaces a file, unless it has changed since it was read. Whoever could read it can
/// still read it.
pub fn replace(path: &Path, before: &[u8], text: &str) -> io::Result<()> {
    // A link stays one.
    let path = fs::canonicalize(path)?;
    let permissions = fs::metadata(&path)?.permissions();
    let file = temporary(&path, text.as_bytes(), Readers::Owner)?;
    file.as_file().set_permissions(permissions)?;
    if fs::read(&path)? != before {
        return Err(io::Error::other("it has changed since it was read"));
    }
    keep(&path, file.persist(&path))
}

/// Makes a file beside the one that it becomes.
fn temporary(path: &Path, bytes: &[u8], readers: Readers) -> io::Result<NamedTempFile> {
    let mut builder = tempfile::Builder::new();
    // The name keeps the file out of the fleet if it is left behind.
    builder.prefix(".reconcile-");
    #[cfg(unix)]
    if readers == Readers::Usual {
        use std::os::unix::fs::PermissionsExt;
        // What any new file gets; the user's mask takes away from it.
        builder.permissions(Permissions::from_mode(0o666));
    }
    let mut file = builder.tempfile_in(folder(path))?;
    file.write_all(bytes)?;
    file.as_file().sync_all()?;
    Ok(file)
}

fn folder(path: &Path) -> &Path {
    let parent = path.parent().filter(|folder| !folder.as_os_str().is_empty());
    parent.unwrap_or(Path::new("."))
}

/// Brings the folder's list of files to the disk: without it a crash can undo a rename.
fn keep(path: &Path, persisted: Result<fs::File, PersistError>) -> io::Result<()> {
    persisted?;
    // Elsewhere a folder cannot be opened as a file.
    if cfg!(unix) { fs::File::open(folder(path))?.sync_all() } else { Ok(()) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_is_created_once_and_overwritten_at_will() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("a.age");
        create(&path, b"one", Readers::Owner).unwrap();
        let error = create(&path, b"two", Readers::Usual).unwrap_err();
        assert_eq!(error.kind(), io::ErrorKind::AlreadyExists);
        assert_eq!(fs::read(&path).unwrap(), b"one");
        overwrite(&path, b"two", Readers::Owner).unwrap();
        assert_eq!(fs::read(&path).unwrap(), b"two");
        assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 1, "nothing is left behind");
        assert!(create(&folder.path().join("no/a.age"), b"x", Readers::Owner).is_err());
    }

    #[test]
    fn a_file_that_changed_since_it_was_read_is_not_replaced() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("a.yaml");
        create(&path, b"one", Readers::Usual).unwrap();
        replace(&path, b"one", "two").unwrap();
        assert!(replace(&path, b"one", "three").is_err());
        assert_eq!(fs::read(&path).unwrap(), b"two");
        assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 1, "nothing is left behind");
    }
}
