//! Writes files, each of them whole or not at all.

use std::fs::{self, Permissions};
use std::io::{self, Write};
use std::path::Path;
use tempfile::NamedTempFile;

/// Writes a file that is not there yet, all of it or nothing.
pub fn create(path: &Path, text: &str) -> io::Result<()> {
    temporary(path, text.as_bytes(), None)?.persist_noclobber(path)?;
    Ok(())
}

/// Replaces a file, all of it or nothing, unless it has changed since it was read.
pub fn replace(path: &Path, before: &[u8], text: &str) -> io::Result<()> {
    // A link stays one.
    let path = fs::canonicalize(path)?;
    let permissions = fs::metadata(&path)?.permissions();
    let file = temporary(&path, text.as_bytes(), Some(permissions))?;
    if fs::read(&path)? != before {
        return Err(io::Error::other("it has changed since it was read"));
    }
    file.persist(&path)?;
    Ok(())
}

/// Writes a file that is made anew each time, over the one that is there.
pub fn overwrite(path: &Path, bytes: &[u8]) -> io::Result<()> {
    temporary(path, bytes, None)?.persist(path)?;
    Ok(())
}

fn temporary(
    path: &Path,
    bytes: &[u8],
    permissions: Option<Permissions>,
) -> io::Result<NamedTempFile> {
    let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty());
    let mut builder = tempfile::Builder::new();
    // The name keeps the file out of the fleet if it is left behind.
    builder.prefix(".reconcile-");
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        // What any new file gets; the user's mask takes away from it.
        builder.permissions(Permissions::from_mode(0o666));
    }
    let mut file = builder.tempfile_in(folder.unwrap_or(Path::new(".")))?;
    file.write_all(bytes)?;
    if let Some(permissions) = permissions {
        file.as_file().set_permissions(permissions)?;
    }
    file.as_file().sync_all()?;
    Ok(file)
}
