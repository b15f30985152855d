//! Values as indented JSON, with a final line end.

use super::inert::{bracketed, has_pair};
use serde::Serialize;
use std::io::{self, Write};

/// Writes a value, with CI runner commands escaped.
pub(crate) fn write(value: &impl Serialize, out: &mut dyn Write) -> io::Result<()> {
    let mut blocks = Blocks { out, block: Vec::new() };
    serde_json::to_writer_pretty(&mut blocks, value)?;
    blocks.block.push(b'\n');
    blocks.pass()
}

/// The size at which a block is passed on: the capacity of a pipe on Linux.
const BLOCK_BYTES: usize = 64 * 1024;

/// A writer that passes JSON on in blocks of whole lines, because a string never continues on
/// another line. So the JSON of a fleet is not buffered as a whole.
struct Blocks<'a> {
    out: &'a mut dyn Write,
    block: Vec<u8>,
}

impl Blocks<'_> {
    fn pass(&mut self) -> io::Result<()> {
        if has_pair(&self.block, b'#') {
            // A JSON reader decodes the same text, and a runner sees no command.
            let block = bracketed(&String::from_utf8_lossy(&self.block), "\\u005b");
            self.out.write_all(block.as_bytes())?;
        } else {
            self.out.write_all(&self.block)?;
        }
        self.block.clear();
        Ok(())
    }
}

impl Write for Blocks<'_> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.block.extend_from_slice(bytes);
        // A line end is always the last byte of a write.
        if self.block.len() >= BLOCK_BYTES && bytes.ends_with(b"\n") {
            self.pass()?;
        }
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        self.out.flush()
    }
}
