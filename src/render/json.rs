//! Values as JSON, indented, with a final line end.

use serde::Serialize;
use std::io::{self, Write};

/// Writes a plan, a report or an explanation.
pub(crate) fn write(value: &impl Serialize, out: &mut dyn Write) -> io::Result<()> {
    serde_json::to_writer_pretty(&mut *out, value)?;
    writeln!(out)
}
