//! What an import did, for people to read.

use super::style::{UPDATE, clean, styled};
use crate::import::LeftOut;
use std::io::{self, Write};

/// What was done to a file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Done {
    Wrote,
    Pinned,
}

/// Writes a line for a file.
pub(crate) fn file(
    done: Done,
    file: &str,
    name: &str,
    ids: &str,
    out: &mut dyn Write,
) -> io::Result<()> {
    let word = match done {
        Done::Wrote => "wrote",
        Done::Pinned => "pinned",
    };
    writeln!(out, "{word} {}: {} ({})", clean(file), clean(name), clean(ids))
}

/// Writes why there is no file for a retailer.
pub(crate) fn left_out(left_out: &LeftOut, out: &mut dyn Write) -> io::Result<()> {
    let LeftOut { name, records, reason, hint } = left_out;
    let head = styled(UPDATE, "left out");
    writeln!(out, "{head}: {} ({}): {}", clean(name), clean(records), clean(reason))?;
    writeln!(out, "hint: {}", clean(hint))
}

/// Writes the last line, which counts.
pub(crate) fn summary(
    environment: &str,
    wrote: usize,
    pinned: usize,
    left_out: usize,
    out: &mut dyn Write,
) -> io::Result<()> {
    writeln!(
        out,
        "Imported from {environment}: {wrote} written, {pinned} pinned, {left_out} left out."
    )
}
