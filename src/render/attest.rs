//! What an attestation wrote, as the diff that will be reviewed.

use super::style::clean;
use similar::TextDiff;
use std::io::{self, Write};

/// Writes the name of a file that was edited, and a unified diff of it.
pub(crate) fn wrote(
    file: &str,
    name: &str,
    before: &str,
    after: &str,
    out: &mut dyn Write,
) -> io::Result<()> {
    let file = clean(file);
    writeln!(out, "wrote {file}: {}", clean(name))?;
    let diff = TextDiff::from_lines(before, after);
    let diff = diff.unified_diff().header(&file, &file).to_string();
    // Line ends of another system would move the cursor.
    diff.lines().try_for_each(|line| writeln!(out, "{}", clean(line)))
}

/// Writes that a file says already what was to be written.
pub(crate) fn unchanged(file: &str, name: &str, says: &str, out: &mut dyn Write) -> io::Result<()> {
    writeln!(out, "unchanged {}: {} has {}", clean(file), clean(name), clean(says))
}
