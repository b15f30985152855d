//! Decodes bytes to text, before YAML is parsed.

use super::finding::Problem;
use crate::files::input::MAX_YAML_BYTES;
use crate::files::nesting::{MAX_OPEN, too_deep_at};

/// A binary file has invalid characters everywhere; more positions would not help.
const MAX_CONTROL_CHARACTERS: usize = 10;

/// Returns a file's text without a byte order mark, or the displayable part of it and why it is
/// not text.
pub(super) fn decode(bytes: &[u8]) -> Result<&str, (String, Vec<Problem>)> {
    if bytes.len() > MAX_YAML_BYTES {
        let message = format!("the file is larger than {} KiB", MAX_YAML_BYTES / 1024);
        let hint = "keep one retailer per file, and keep long notes elsewhere";
        let problem = Problem::error("file-too-large", 0..0, message, hint);
        return Err((String::new(), vec![problem]));
    }
    let text = match std::str::from_utf8(bytes) {
        Ok(text) => text.strip_prefix('\u{feff}').unwrap_or(text),
        Err(error) => {
            let start = error.valid_up_to();
            let shown = String::from_utf8_lossy(bytes).into_owned();
            // The replacement character is at the first invalid byte.
            let end = start + '\u{fffd}'.len_utf8();
            let message = "the file is not UTF-8 text";
            let problem = Problem::error("not-utf8", start..end, message, "save it as UTF-8");
            return Err((shown, vec![problem]));
        }
    };
    let is_opened = |byte| matches!(byte, b'[' | b'{');
    let opened: u32 = text.bytes().map(|byte| u32::from(is_opened(byte))).sum();
    if is_printable_ascii(text) && opened as usize <= MAX_OPEN {
        return Ok(text);
    }
    let problems: Vec<Problem> = text
        .char_indices()
        .filter(|(_, c)| {
            is_line_separator(*c) || c.is_control() && !matches!(c, '\t' | '\r' | '\n')
        })
        .take(MAX_CONTROL_CHARACTERS)
        .map(|(at, c)| {
            let what = if is_line_separator(c) { "line separator" } else { "control character" };
            let message = format!("the file contains the {what} U+{:04X}", u32::from(c));
            let hint = "delete the character; it may be invisible in an editor";
            Problem::error("control-character", at..at + c.len_utf8(), message, hint)
        })
        .collect();
    let problems = if problems.is_empty() { too_deep(text) } else { problems };
    if problems.is_empty() { Ok(text) } else { Err((text.to_owned(), problems)) }
}

/// Returns whether a character ends a line for YAML 1.1, and so for the parser, but not for YAML 1.2
/// (section 5.4) and editors: a key could hide in what they show as a comment.
fn is_line_separator(c: char) -> bool {
    matches!(c, '\u{2028}' | '\u{2029}')
}

/// Returns whether a text has nothing but printable ASCII characters and line feeds. It does not
/// stop at the first other one, so that many bytes are checked at once.
fn is_printable_ascii(text: &str) -> bool {
    text.bytes().fold(true, |is, byte| is & matches!(byte, b' '..=b'~' | b'\n'))
}

fn too_deep(text: &str) -> Vec<Problem> {
    let problem = |at| {
        Problem::error(
            "yaml-syntax",
            at..at + 1,
            "values are nested too deeply",
            "a retailer or project file needs three or four levels; check the brackets",
        )
    };
    too_deep_at(text.as_bytes()).map(problem).into_iter().collect()
}
