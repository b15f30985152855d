//! Values as indented JSON, with a final line end.

use super::inert::{bracketed, has_pair};
use crate::diagnostic::is_invisible;
use crate::parallel;
use serde::Serialize;
use serde_json::Serializer;
use serde_json::ser::Formatter;
use std::borrow::Cow;
use std::io::{self, Write};

/// Writes a value, with CI runner commands escaped.
pub(crate) fn write(value: &impl Serialize, out: &mut dyn Write) -> io::Result<()> {
    let mut blocks = Blocks { out, block: Vec::new() };
    format(value, 0, &mut blocks)?;
    blocks.block.push(b'\n');
    blocks.pass()
}

/// Writes an object in which a list is empty, with these items in the list. They are formatted on
/// all cores: for a large fleet this takes longer than to decide about it.
pub(crate) fn write_with_items<T: Serialize + Sync>(
    object: &impl Serialize,
    list: &str,
    items: &[T],
    out: &mut dyn Write,
) -> io::Result<()> {
    let mut whole = Vec::new();
    write(object, &mut whole)?;
    if items.is_empty() {
        return out.write_all(&whole);
    }
    let whole = String::from_utf8_lossy(&whole);
    // A string has no line end, so this can only be a key of the object itself.
    let place = format!("\n  \"{list}\": [");
    let at = whole.find(&place).expect("the object has the list") + place.len();
    let (before, after) = whole.split_at(at);
    out.write_all(format!("{before}\n").as_bytes())?;
    let mut left = items.len().div_ceil(PART_ITEMS);
    for some in items.chunks(PART_ITEMS * PARTS_AT_ONCE) {
        for text in parallel::each(some.chunks(PART_ITEMS), format_items) {
            left -= 1;
            let mut text = text?;
            text.extend_from_slice(if left > 0 { SEPARATOR } else { b"\n" });
            out.write_all(&text)?;
        }
    }
    out.write_all(format!("  {after}").as_bytes())
}

/// The number of items that are formatted together.
const PART_ITEMS: usize = 64;

/// The number of parts whose texts are kept at once: of a status, a few megabytes.
const PARTS_AT_ONCE: usize = 16;

/// What is between two items of a list.
const SEPARATOR: &[u8] = b",\n";

/// Formats items of a list in an object.
fn format_items<T: Serialize>(items: &[T]) -> io::Result<Vec<u8>> {
    let mut text = Vec::new();
    for (at, item) in items.iter().enumerate() {
        text.extend_from_slice(if at > 0 { SEPARATOR } else { b"" });
        text.extend_from_slice(b"    ");
        let start = text.len();
        format(item, 2, &mut text)?;
        // Few items have anything but ASCII, and a search in those takes long.
        if let Cow::Owned(escaped) = escaped(&text[start..]) {
            text.truncate(start);
            text.extend_from_slice(&escaped);
        }
        if at == 0 {
            // The others are about as long.
            text.reserve(text.len() * items.len());
        }
    }
    Ok(text)
}

/// Formats a value that begins at this level of indentation.
fn format<W: Write>(value: &impl Serialize, level: usize, out: &mut W) -> io::Result<()> {
    let formatter = Indented { level, ..Indented::default() };
    Ok(value.serialize(&mut Serializer::with_formatter(out, formatter))?)
}

/// Escapes CI runner commands, and what JSON leaves as it is and a terminal obeys, drops or does not
/// show: a JSON reader decodes the same text.
fn escaped(text: &[u8]) -> Cow<'_, [u8]> {
    // All bytes are looked at, several at once: an early end would take longer.
    let is_plain = |text: &[u8]| text.iter().fold(true, |plain, byte| plain & (*byte < 0x7f));
    let has_command = has_pair(text, b'#');
    if is_plain(text) && !has_command {
        return Cow::Borrowed(text);
    }
    let text = if has_command {
        bracketed(&String::from_utf8_lossy(text), "\\u005b").into_bytes().into()
    } else {
        Cow::Borrowed(text)
    };
    let mut escaped = Vec::with_capacity(text.len());
    for line in text.split_inclusive(|byte| *byte == b'\n') {
        if is_plain(line) {
            escaped.extend_from_slice(line);
            continue;
        }
        for c in String::from_utf8_lossy(line).chars() {
            if c == '\n' || !is_invisible(c) {
                escaped.extend_from_slice(c.encode_utf8(&mut [0; 4]).as_bytes());
                continue;
            }
            for unit in c.encode_utf16(&mut [0; 2]) {
                escaped.extend_from_slice(format!("\\u{unit:04x}").as_bytes());
            }
        }
    }
    Cow::Owned(escaped)
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
        self.out.write_all(&escaped(&self.block))?;
        self.block.clear();
        Ok(())
    }
}

impl Write for Blocks<'_> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let mut rest = bytes;
        if self.block.len() >= BLOCK_BYTES
            && let Some(end) = bytes.iter().position(|byte| *byte == b'\n')
        {
            self.block.extend_from_slice(&bytes[..=end]);
            self.pass()?;
            rest = &bytes[end + 1..];
        }
        self.block.extend_from_slice(rest);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        self.out.flush()
    }
}

/// Formats JSON like `serde_json`'s `PrettyFormatter`, which writes each step of an indentation by
/// itself: most of the time that a status of a large fleet would take.
#[derive(Default)]
struct Indented {
    level: usize,
    has_items: bool,
}

impl Indented {
    fn open<W: Write + ?Sized>(&mut self, writer: &mut W, bracket: &[u8]) -> io::Result<()> {
        self.level += 1;
        self.has_items = false;
        writer.write_all(bracket)
    }

    fn close<W: Write + ?Sized>(&mut self, writer: &mut W, bracket: &[u8]) -> io::Result<()> {
        self.level -= 1;
        if self.has_items {
            self.begin_line(writer, true)?;
        }
        writer.write_all(bracket)
    }

    fn begin_line<W: Write + ?Sized>(&self, writer: &mut W, is_first: bool) -> io::Result<()> {
        const LINE: &[u8] = b",\n                                        ";
        let length = 2 + 2 * self.level;
        writer.write_all(&LINE[usize::from(is_first)..length.min(LINE.len())])?;
        (LINE.len()..length).try_for_each(|_| writer.write_all(b" "))
    }
}

impl Formatter for Indented {
    fn begin_array<W: Write + ?Sized>(&mut self, writer: &mut W) -> io::Result<()> {
        self.open(writer, b"[")
    }

    fn end_array<W: Write + ?Sized>(&mut self, writer: &mut W) -> io::Result<()> {
        self.close(writer, b"]")
    }

    fn begin_array_value<W: Write + ?Sized>(
        &mut self,
        writer: &mut W,
        is_first: bool,
    ) -> io::Result<()> {
        self.begin_line(writer, is_first)
    }

    fn end_array_value<W: Write + ?Sized>(&mut self, _: &mut W) -> io::Result<()> {
        self.has_items = true;
        Ok(())
    }

    fn begin_object<W: Write + ?Sized>(&mut self, writer: &mut W) -> io::Result<()> {
        self.open(writer, b"{")
    }

    fn end_object<W: Write + ?Sized>(&mut self, writer: &mut W) -> io::Result<()> {
        self.close(writer, b"}")
    }

    fn begin_object_key<W: Write + ?Sized>(
        &mut self,
        writer: &mut W,
        is_first: bool,
    ) -> io::Result<()> {
        self.begin_line(writer, is_first)
    }

    fn begin_object_value<W: Write + ?Sized>(&mut self, writer: &mut W) -> io::Result<()> {
        writer.write_all(b": ")
    }

    fn end_object_value<W: Write + ?Sized>(&mut self, _: &mut W) -> io::Result<()> {
        self.has_items = true;
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::{Value, json};

    fn written(value: &Value) -> String {
        let mut out = Vec::new();
        write(value, &mut out).unwrap();
        String::from_utf8(out).unwrap()
    }

    #[test]
    fn json_is_indented_like_that_of_others() {
        let deep = (0..30).fold(json!({"a": [1]}), |inner, _| json!({"in": [inner, {}]}));
        for value in
            [json!(1), json!([]), json!({}), json!({"a": [], "b": {"c": [{}, "x\n"]}}), deep]
        {
            assert_eq!(written(&value), format!("{value:#}\n"));
        }
    }

    #[test]
    fn no_stream_drops_a_character() {
        let value = json!("a\u{7f}b\u{1b}[1mc");
        let text = written(&value);
        assert_eq!(anstream::adapter::strip_str(&text).to_string(), text);
        assert_eq!(serde_json::from_str::<Value>(&text).unwrap(), value);
    }

    #[test]
    fn what_a_terminal_does_not_show_is_escaped() {
        let value = json!("a\u{9b}31m\u{202e}\u{e0041}\u{7f} é – 🏬");
        let text = written(&value);
        assert_eq!(text, "\"a\\u009b31m\\u202e\\udb40\\udc41\\u007f é – 🏬\"\n");
        assert_eq!(serde_json::from_str::<Value>(&text).unwrap(), value);
    }

    #[test]
    fn a_list_in_an_object_is_written_like_any_other() {
        for items in [0, 1, PART_ITEMS, PARTS_AT_ONCE * PART_ITEMS + 1] {
            let text = |at: usize| if at.is_multiple_of(3) { "\u{9b}é" } else { "##[y]" };
            let items: Vec<Value> =
                (0..items).map(|at| json!({"at": at, "x": [text(at)]})).collect();
            let mut out = Vec::new();
            let object = json!({"a": {"list": []}, "list": [], "z": "\n  \"list\": ["});
            write_with_items(&object, "list", &items, &mut out).unwrap();
            let mut whole = object;
            whole["list"] = items.into();
            assert_eq!(String::from_utf8(out).unwrap(), written(&whole));
        }
    }

    #[test]
    fn long_json_is_passed_on_in_whole_lines() {
        struct Lines(usize);
        impl Write for Lines {
            fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
                assert!(bytes.ends_with(b"\n"));
                self.0 += 1;
                Ok(bytes.len())
            }

            fn flush(&mut self) -> io::Result<()> {
                Ok(())
            }
        }
        let many: Vec<String> = vec!["text".repeat(10); 10_000];
        let mut lines = Lines(0);
        write(&many, &mut lines).unwrap();
        assert!(lines.0 > 4);
    }
}
