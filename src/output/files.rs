//! Files that a command writes in addition to what it prints.

use crate::cli::ReportFile;
use crate::exit::Failure;
use crate::files::{self, Readers};
use std::io::{self, Write};
use std::path::Path;

/// Writes each report to its file, atomically.
pub(super) fn write_reports<F: Copy>(
    reports: &[ReportFile<F>],
    show: impl Fn(F, &mut dyn Write) -> io::Result<()>,
) -> Result<(), Failure> {
    reports.iter().try_for_each(|ReportFile { format, path }| {
        write_file(path, "the report", "--report FORMAT=FILE", |out| show(*format, out))
    })
}

/// Writes a file atomically, without colours. `option` is the one that named it.
pub(super) fn write_file(
    path: &Path,
    what: &str,
    option: &str,
    show: impl FnOnce(&mut dyn Write) -> io::Result<()>,
) -> Result<(), Failure> {
    let mut bytes = Vec::new();
    let written = show(&mut anstream::StripStream::new(&mut bytes))
        .and_then(|()| files::overwrite(path, &bytes, Readers::Usual));
    written.map_err(|error| {
        Failure::failed(
            format!("{what} cannot be written to `{}`: {}", path.display(), error.kind()),
            format!("choose another place with {option}"),
        )
    })
}
