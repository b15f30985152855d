//! Values as indented JSON, with a final line end.

use super::inert::bracketed;
use serde::Serialize;
use std::io::{self, Write};

/// Writes a value, with CI runner commands escaped.
pub(crate) fn write(value: &impl Serialize, out: &mut dyn Write) -> io::Result<()> {
    let mut lines = Lines { out, line: Vec::new() };
    serde_json::to_writer_pretty(&mut lines, value)?;
    lines.write_all(b"\n")
}

/// A writer that passes JSON on by the line, because a string never continues on another line.
/// So the JSON of a fleet is not buffered as a whole.
struct Lines<'a> {
    out: &'a mut dyn Write,
    line: Vec<u8>,
}

impl Write for Lines<'_> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.line.extend_from_slice(bytes);
        if bytes.contains(&b'\n') {
            if self.line.windows(2).any(|pair| pair == b"##") {
                // A JSON reader decodes the same text, and a runner sees no command.
                let line = bracketed(&String::from_utf8_lossy(&self.line), "\\u005b");
                self.out.write_all(line.as_bytes())?;
            } else {
                self.out.write_all(&self.line)?;
            }
            self.line.clear();
        }
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        self.out.flush()
    }
}
