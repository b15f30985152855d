//! Writes the encrypted file, or prints it.

use crate::files::{self, Readers};
use crate::model::Advice;
use std::io::{self, Write};
use std::path::Path;

/// Writes the encrypted file, or prints it. Here a closed stdout is an error, because
/// nothing was handed over.
pub(crate) fn deliver(file: Option<&Path>, sealed: &[u8]) -> Result<(), Advice> {
    let Some(file) = file else {
        let mut stdout = io::stdout().lock();
        return stdout.write_all(sealed).and_then(|()| stdout.flush()).map_err(|error| {
            Advice::new(
                format!("the output cannot be written: {error}"),
                "check the file or program that receives it",
            )
        });
    };
    files::create(file, sealed, Readers::Owner).map_err(|error| match error.kind() {
        io::ErrorKind::AlreadyExists => exists(file),
        _ => Advice::new(
            // The error itself would name a temporary file that no longer exists.
            format!("`{}` cannot be written: {}", file.display(), error.kind()),
            "choose another place with --out",
        ),
    })
}

/// Rejects an existing file, because what was handed over is never overwritten, and a missing
/// folder.
pub(crate) fn check(file: &Path) -> Result<(), Advice> {
    if file.symlink_metadata().is_ok() {
        return Err(exists(file));
    }
    if files::folder(file).is_dir() {
        return Ok(());
    }
    Err(Advice::new(
        format!("`{}` cannot be written: its folder does not exist", file.display()),
        "choose another place with --out",
    ))
}

fn exists(file: &Path) -> Advice {
    if file.is_dir() {
        return Advice::new(format!("`{}` is a folder", file.display()), "name a file in it");
    }
    Advice::new(
        format!("`{}` exists already, and is not overwritten", file.display()),
        "delete it once it is sent, or choose another file with --out",
    )
}
