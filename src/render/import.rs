//! The result of an import as text.

use super::style::{UPDATE, clean, styled};
use crate::import::LeftOut;
use std::io::{self, Write};

/// Writes a line for a file; `done` is what was done to it.
pub(crate) fn file(
    done: &str,
    file: &str,
    name: &str,
    ids: &str,
    out: &mut dyn Write,
) -> io::Result<()> {
    writeln!(out, "{done} {}: {} ({})", clean(file), clean(name), clean(ids))
}

/// Writes why a retailer has no file.
pub(crate) fn left_out(left_out: &LeftOut, out: &mut dyn Write) -> io::Result<()> {
    let LeftOut { name, records, reason, hint } = left_out;
    let head = styled(UPDATE, "left out");
    writeln!(out, "{head}: {} ({}): {}", clean(name), clean(records), clean(reason))?;
    writeln!(out, "hint: {}", clean(hint))
}

/// Writes the count line.
pub(crate) fn summary(
    environment: &str,
    is_dry: bool,
    [wrote, pinned, left_out]: [usize; 3],
    out: &mut dyn Write,
) -> io::Result<()> {
    let head = if is_dry { "To import" } else { "Imported" };
    let counts = format!("{wrote} written, {pinned} pinned, {left_out} left out");
    writeln!(out, "{head} from {environment}: {counts}.")
}
