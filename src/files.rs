//! Writes files atomically and durably, and defines where the data of an environment is stored.
//! [`input`] reads files, [`nesting`] limits their depth, and [`links`] restricts the targets of
//! links.

pub(crate) mod input;
pub(crate) mod links;
pub(crate) mod nesting;

use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};
use std::collections::BTreeSet;
use std::fs;
use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::sync::{Mutex, MutexGuard};
use tempfile::{NamedTempFile, PersistError};

/// Who may read a new file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Readers {
    /// Anyone whom the user's umask allows.
    Usual,
    /// Only its owner.
    Owner,
}

/// The characters of an environment name that a folder name keeps: none that change the path.
const KEPT: &AsciiSet = &NON_ALPHANUMERIC.remove(b'-').remove(b'_');

/// Returns the folder of a kind of data for an environment.
pub(crate) fn of_environment(state: &Path, kind: &str, environment: &str) -> PathBuf {
    state.join(kind).join(segment(environment))
}

/// Returns the name of an environment as one segment of a path or a key.
pub(crate) fn segment(environment: &str) -> String {
    utf8_percent_encode(environment, KEPT).to_string()
}

/// The name of the tool's own folder.
pub(crate) const OWN_FOLDER: &str = ".reconcile";

/// Creates a folder for the tool's data, and its parents. The tool's own folder is private,
/// ignored by Git, and not written to through a link.
pub(crate) fn create_private_folder(path: &Path) -> io::Result<()> {
    let own = path.ancestors().find(|folder| folder.ends_with(OWN_FOLDER));
    let Some(own) = own else { return fs::create_dir_all(path) };
    let below = path.ancestors().take_while(|folder| *folder != own).chain([own]);
    for folder in below {
        if folder.is_symlink() {
            return Err(io::Error::other(format!("`{}` is a link", folder.display())));
        }
    }
    let mut builder = fs::DirBuilder::new();
    builder.recursive(true);
    #[cfg(unix)]
    {
        use std::os::unix::fs::{DirBuilderExt, PermissionsExt};
        builder.mode(0o700);
        // Version 0.1.0 made it readable for others. Only its owner can change that.
        if let Ok(metadata) = fs::metadata(own)
            && metadata.permissions().mode() & 0o077 != 0
        {
            let _ = fs::set_permissions(own, fs::Permissions::from_mode(0o700));
        }
    }
    builder.create(path)?;
    let ignored = own.join(".gitignore");
    if ignored.symlink_metadata().is_ok() {
        return Ok(());
    }
    match create(&ignored, b"*\n", Readers::Owner) {
        // Another run has created it meanwhile.
        Err(error) if error.kind() != io::ErrorKind::AlreadyExists => Err(error),
        _ => Ok(()),
    }
}

/// Returns options for a file that only its user can read.
pub(crate) fn private_options() -> fs::OpenOptions {
    #[cfg_attr(not(unix), expect(unused_mut, reason = "there are no modes"))]
    let mut options = fs::OpenOptions::new();
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    options
}

/// Opens a lock file without truncating it. Links are not followed.
pub(crate) fn lock_file(path: &Path) -> io::Result<fs::File> {
    match fs::symlink_metadata(path) {
        Ok(metadata) if !metadata.is_file() => Err(io::Error::other(input::NOT_A_FILE)),
        _ => private_options().create(true).truncate(false).write(true).open(path),
    }
}

/// Returns `None` if there is nothing at a path.
pub(crate) fn if_there<T>(found: io::Result<T>) -> io::Result<Option<T>> {
    match found {
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
        found => found.map(Some),
    }
}

/// Writes a file that does not exist yet.
pub(crate) fn create(path: &Path, bytes: &[u8], readers: Readers) -> io::Result<()> {
    finish_rename(path, temporary(path, bytes, readers)?.persist_noclobber(path))
}

/// Writes a generated file over an existing one, which keeps its group and permissions. Links are
/// preserved, and special files such as pipes are written to.
pub(crate) fn overwrite(path: &Path, bytes: &[u8], readers: Readers) -> io::Result<()> {
    match fs::metadata(path) {
        Ok(metadata) if metadata.is_file() => {
            let path = fs::canonicalize(path)?;
            let file = temporary(&path, bytes, Readers::Owner)?;
            keep_access(file.as_file(), &metadata)?;
            finish_rename(&path, file.persist(&path))
        }
        Ok(_) => fs::OpenOptions::new().write(true).open(path)?.write_all(bytes),
        Err(error) if error.kind() == io::ErrorKind::NotFound => {
            let path = followed(path);
            finish_rename(&path, temporary(&path, bytes, readers)?.persist(&path))
        }
        Err(error) => Err(error),
    }
}

/// Replaces a file, unless it has changed since it was read. Its group and permissions stay.
pub(crate) fn replace(path: &Path, before: &[u8], text: &str) -> io::Result<()> {
    // Preserve links.
    let path = fs::canonicalize(path)?;
    let original = locked(&path, before)?;
    let file = temporary(&path, text.as_bytes(), Readers::Owner)?;
    keep_access(file.as_file(), &original.metadata()?)?;
    // Windows replaces no file that is open; what another writes right then is lost there.
    let _locked = (!cfg!(windows)).then_some(original);
    finish_rename(&path, file.persist(&path))
}

/// Gives a file the permissions of the one that it replaces, and its owner and group if the user
/// may do so: root may, and members of a group may give files to it.
fn keep_access(file: &fs::File, replaced: &fs::Metadata) -> io::Result<()> {
    #[cfg(unix)]
    {
        use std::os::unix::fs::{MetadataExt, fchown};
        let group = Some(replaced.gid());
        let _ = fchown(file, Some(replaced.uid()), group).or_else(|_| fchown(file, None, group));
    }
    // A change of the group resets some of them.
    file.set_permissions(replaced.permissions())
}

/// Checks that a file could be replaced now, so that of several files none is if one cannot.
pub(crate) fn check_replaceable(path: &Path, before: &[u8]) -> io::Result<()> {
    let path = fs::canonicalize(path)?;
    locked(&path, before)?;
    temporary(&path, b"", Readers::Owner).map(drop)
}

/// Opens and locks a file, unless it has changed since it was read.
fn locked(path: &Path, before: &[u8]) -> io::Result<fs::File> {
    // Prevents a replacement between the comparison and the end; another writer that waits here
    // then finds a different file at the path. Some file systems only lock writable files.
    let original = fs::OpenOptions::new().read(true).write(true).open(path)?;
    match original.lock() {
        // Some file systems have no locks: there, only the comparison protects.
        Err(error) if error.kind() != io::ErrorKind::Unsupported => return Err(error),
        _ => {}
    }
    if fs::read(path)? != before {
        return Err(io::Error::other("it has changed since it was read"));
    }
    Ok(original)
}

/// The prefix of temporary files. It keeps a leftover file out of the fleet.
const TEMPORARY: &str = ".reconcile-";

/// The number of letters and digits that follow: as many as tempfile adds.
const RANDOM: usize = 6;

/// Creates a temporary file next to its destination.
fn temporary(path: &Path, bytes: &[u8], readers: Readers) -> io::Result<NamedTempFile> {
    remove_leftovers(folder(path));
    loop {
        let file = new_temporary(path, bytes, readers)?;
        // A cleanup may have removed it before it was locked.
        if !is_gone(file.as_file()) {
            return Ok(file);
        }
    }
}

#[cfg(unix)]
fn is_gone(file: &fs::File) -> bool {
    use std::os::unix::fs::MetadataExt;
    file.metadata().is_ok_and(|metadata| metadata.nlink() == 0)
}

#[cfg(not(unix))]
fn is_gone(_: &fs::File) -> bool {
    false
}

/// Removes the leftovers of killed runs from a folder, once per folder and run. A file that is
/// still being written is locked.
fn remove_leftovers(folder: &Path) {
    static CLEANED: Mutex<BTreeSet<PathBuf>> = Mutex::new(BTreeSet::new());
    let Ok(folder) = fs::canonicalize(folder) else { return };
    let is_first = |mut cleaned: MutexGuard<BTreeSet<PathBuf>>| cleaned.insert(folder.clone());
    if !CLEANED.lock().is_ok_and(is_first) {
        return;
    }
    let is_leftover = |name: &str| {
        let random = name.strip_prefix(TEMPORARY);
        random.is_some_and(|random| {
            random.len() == RANDOM && random.bytes().all(|byte| byte.is_ascii_alphanumeric())
        })
    };
    for entry in fs::read_dir(&folder).into_iter().flatten().flatten() {
        let is_file = entry.file_type().is_ok_and(|kind| kind.is_file());
        if is_file
            && entry.file_name().to_str().is_some_and(is_leftover)
            && let Ok(file) = fs::OpenOptions::new().read(true).write(true).open(entry.path())
            && file.try_lock().is_ok()
        {
            // What cannot be removed is left to the next run.
            let _ = fs::remove_file(entry.path());
        }
    }
}

fn new_temporary(path: &Path, bytes: &[u8], readers: Readers) -> io::Result<NamedTempFile> {
    #[cfg(not(unix))]
    let _ = readers;
    let mut builder = tempfile::Builder::new();
    builder.prefix(TEMPORARY).rand_bytes(RANDOM);
    #[cfg(unix)]
    if readers == Readers::Usual {
        use std::os::unix::fs::PermissionsExt;
        // The default of new files, restricted by the user's umask.
        builder.permissions(fs::Permissions::from_mode(0o666));
    }
    let mut file = builder.tempfile_in(folder(path))?;
    // If files cannot be locked, leftovers are not removed either.
    let _ = file.as_file().lock();
    file.write_all(bytes)?;
    file.as_file().sync_all()?;
    Ok(file)
}

/// Returns the target of a link even if it does not exist. Circular links do not get here:
/// resolving them fails with another error.
fn followed(path: &Path) -> PathBuf {
    let mut path = path.to_owned();
    while let Ok(to) = fs::read_link(&path) {
        path = folder(&path).join(to);
    }
    path
}

/// Returns the folder that a file is in.
pub(crate) fn folder(path: &Path) -> &Path {
    let parent = path.parent().filter(|folder| !folder.as_os_str().is_empty());
    parent.unwrap_or(Path::new("."))
}

/// Syncs the folder to disk: otherwise a crash can undo a rename.
fn finish_rename(path: &Path, persisted: Result<fs::File, PersistError>) -> io::Result<()> {
    persisted?;
    sync_folder(folder(path))
}

/// Flushes the names in a folder to the disk, which must be as durable as the files' content. A
/// folder that cannot be opened as a file, or flushed by its file system, is as durable as it can
/// be.
pub(crate) fn sync_folder(folder: &Path) -> io::Result<()> {
    let Ok(opened) = fs::File::open(folder) else { return Ok(()) };
    opened.sync_all().or_else(|error| is_unsupported(&error).then_some(()).ok_or(error))
}

/// Returns whether a file system refuses to flush a folder because it never does.
fn is_unsupported(error: &io::Error) -> bool {
    matches!(error.kind(), io::ErrorKind::InvalidInput | io::ErrorKind::Unsupported)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[cfg(target_os = "linux")]
    #[test]
    fn a_folder_that_its_file_system_never_flushes_is_no_failure() {
        let folder = tempfile::tempdir().unwrap();
        sync_folder(folder.path()).unwrap();
        sync_folder(&folder.path().join("none")).unwrap();
        for (number, expected) in [(22, true), (95, true), (5, false)] {
            assert_eq!(is_unsupported(&io::Error::from_raw_os_error(number)), expected, "{number}");
        }
    }

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

    #[cfg(unix)]
    #[test]
    fn the_own_folder_is_private_and_not_a_link() {
        use std::os::unix::fs::{PermissionsExt, symlink};
        let mode = |path: &Path| fs::metadata(path).unwrap().permissions().mode() & 0o777;
        let folder = tempfile::tempdir().unwrap();
        let own = folder.path().join(OWN_FOLDER);
        fs::create_dir(&own).unwrap();
        fs::set_permissions(&own, fs::Permissions::from_mode(0o755)).unwrap();
        create_private_folder(&own.join("runs")).unwrap();
        assert_eq!((mode(&own), mode(&own.join("runs"))), (0o700, 0o700));
        assert_eq!(fs::read(own.join(".gitignore")).unwrap(), b"*\n");
        create_private_folder(&folder.path().join("shared/state")).unwrap();
        assert!(!folder.path().join("shared/state/.gitignore").exists());

        let target = folder.path().join("target");
        fs::write(&target, "x").unwrap();
        symlink(&target, own.join("apply.lock")).unwrap();
        assert!(lock_file(&own.join("apply.lock")).is_err());
        lock_file(&own.join("other.lock")).unwrap();
        assert_eq!(mode(&own.join("other.lock")), 0o600);
        fs::rename(&own, folder.path().join("moved")).unwrap();
        symlink("moved", &own).unwrap();
        assert!(create_private_folder(&own.join("runs")).is_err());
    }

    #[test]
    fn leftovers_are_removed_and_files_in_progress_are_not() {
        let folder = tempfile::tempdir().unwrap();
        for name in
            [".reconcile-abc123", ".reconcile-abc12", ".reconcile-a-note", ".reconcile-Zyx987"]
        {
            fs::write(folder.path().join(name), "half").unwrap();
        }
        let written = fs::File::open(folder.path().join(".reconcile-Zyx987")).unwrap();
        written.lock().unwrap();
        create(&folder.path().join("a"), b"one", Readers::Usual).unwrap();
        let mut left: Vec<String> = fs::read_dir(folder.path())
            .unwrap()
            .map(|entry| entry.unwrap().file_name().into_string().unwrap())
            .collect();
        left.sort();
        assert_eq!(left, [".reconcile-Zyx987", ".reconcile-a-note", ".reconcile-abc12", "a"]);
    }

    #[cfg(unix)]
    #[test]
    fn a_file_that_is_overwritten_keeps_its_mode() {
        use std::os::unix::fs::PermissionsExt;
        let mode = |path: &Path| fs::metadata(path).unwrap().permissions().mode() & 0o777;
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("a.txt");
        overwrite(&path, b"one", Readers::Owner).unwrap();
        assert_eq!(mode(&path), 0o600);
        overwrite(&path, b"two", Readers::Usual).unwrap();
        assert_eq!(mode(&path), 0o600, "nobody else can read it now");
        fs::set_permissions(&path, fs::Permissions::from_mode(0o640)).unwrap();
        overwrite(&path, b"three", Readers::Owner).unwrap();
        assert_eq!((mode(&path), fs::read(&path).unwrap().as_slice()), (0o640, &b"three"[..]));
    }

    #[cfg(unix)]
    #[test]
    fn a_file_that_is_replaced_keeps_its_owner_and_group() {
        use std::os::unix::fs::{MetadataExt, PermissionsExt, chown};
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("a.yaml");
        create(&path, b"one", Readers::Owner).unwrap();
        // Only root may give it away.
        let _ = chown(&path, Some(1001), Some(2000));
        fs::set_permissions(&path, fs::Permissions::from_mode(0o660)).unwrap();
        let access = || {
            let metadata = fs::metadata(&path).unwrap();
            (metadata.uid(), metadata.gid(), metadata.mode() & 0o7777)
        };
        let before = access();
        replace(&path, b"one", "two").unwrap();
        assert_eq!(access(), before);
        overwrite(&path, b"three", Readers::Owner).unwrap();
        assert_eq!(access(), before);
    }

    #[cfg(unix)]
    #[test]
    fn a_link_is_preserved_when_overwritten() {
        use std::os::unix::fs::symlink;
        let folder = tempfile::tempdir().unwrap();
        fs::create_dir(folder.path().join("real")).unwrap();
        let [target, first, second] =
            ["real/a.txt", "first", "second"].map(|name| folder.path().join(name));
        symlink("real/a.txt", &first).unwrap();
        symlink("first", &second).unwrap();
        for text in ["new", "replaced"] {
            overwrite(&second, text.as_bytes(), Readers::Usual).unwrap();
            assert_eq!(fs::read_to_string(&target).unwrap(), text);
            assert!(first.is_symlink() && second.is_symlink() && !target.is_symlink());
        }
        assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 3, "nothing is left behind");
        fs::remove_file(&target).unwrap();
        symlink("../second", &target).unwrap();
        overwrite(&second, b"x", Readers::Usual).unwrap_err();
        assert!(second.is_symlink(), "links in a circle lead to no file");
    }

    #[cfg(unix)]
    #[test]
    fn a_special_file_is_written_to() {
        use std::os::unix::fs::FileTypeExt;
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("pipe");
        assert!(std::process::Command::new("mkfifo").arg(&path).status().unwrap().success());
        let reader = std::thread::spawn({
            let path = path.clone();
            move || fs::read(path).unwrap()
        });
        overwrite(&path, b"through", Readers::Owner).unwrap();
        assert!(fs::metadata(&path).unwrap().file_type().is_fifo(), "it is still a pipe");
        assert_eq!(reader.join().unwrap(), b"through");
        overwrite(folder.path(), b"x", Readers::Owner).unwrap_err();
    }

    #[test]
    fn one_of_several_concurrent_replacements_succeeds() {
        // Enough for some to write between the comparison and the end of another.
        const WRITERS: usize = 8;
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("a.yaml");
        for round in 0..50 {
            fs::write(&path, "before").unwrap();
            let start = std::sync::Barrier::new(WRITERS);
            let write = |writer: usize| {
                start.wait();
                replace(&path, b"before", &format!("{round} by {writer}"))
            };
            let results: Vec<io::Result<()>> = std::thread::scope(|scope| {
                let write = &write;
                let running: Vec<_> =
                    (0..WRITERS).map(|writer| scope.spawn(move || write(writer))).collect();
                running.into_iter().map(|thread| thread.join().unwrap()).collect()
            });
            let won: Vec<usize> = (0..WRITERS).filter(|writer| results[*writer].is_ok()).collect();
            let [winner] = won.as_slice() else { panic!("in round {round} {won:?} won") };
            let text = fs::read_to_string(&path).unwrap();
            assert_eq!(text, format!("{round} by {winner}"));
            for error in results.into_iter().filter_map(Result::err) {
                assert_eq!(error.to_string(), "it has changed since it was read");
            }
        }
        assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 1, "nothing is left behind");
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
