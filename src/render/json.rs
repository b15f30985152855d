//! Values as JSON, indented, with a final line end.

use super::inert::bracketed;
use serde::Serialize;
use std::io::{self, Write};

/// Writes a plan, a report or an explanation, without what a runner takes for a command.
pub(crate) fn write(value: &impl Serialize, out: &mut dyn Write) -> io::Result<()> {
    let json = serde_json::to_string_pretty(value)?;
    // The same text to a JSON reader, and no workflow command.
    writeln!(out, "{}", bracketed(&json, "\\u005b"))
}
