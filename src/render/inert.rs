//! Prevents texts from files and systems from acting as CI runner commands in a log.
//!
//! A runner reads commands from the output of a step in two forms: `::name::` at the start of a
//! line, also after white space, and `##[name]` anywhere in a line
//! (<https://github.com/actions/runner/blob/main/src/Runner.Common/ActionCommand.cs>, seen on
//! 2026-11-26); Azure Pipelines reads `##vso[name]` anywhere
//! (<https://learn.microsoft.com/azure/devops/pipelines/scripts/logging-commands>, seen on
//! 2026-11-26). [`Inert`] is the last writer before a stream. Structured formats escape `##[`
//! in their own syntax beforehand, so that their data is unchanged.

use std::io::{self, Write};

/// The prefixes of the commands that are recognized anywhere in a line, up to the bracket.
const ANYWHERE: [&str; 2] = ["##", "##vso"];

/// A writer that escapes lines that a runner would execute.
pub(crate) struct Inert<W: Write> {
    inner: W,
    /// The unfinished line.
    line: Vec<u8>,
}

impl<W: Write> Inert<W> {
    /// Wraps a writer.
    pub(crate) fn new(inner: W) -> Inert<W> {
        Inert { inner, line: Vec::new() }
    }

    fn pass(&mut self) -> io::Result<()> {
        let disarmed = may_be_command(&self.line).then(|| disarmed_line(&self.line)).flatten();
        let written =
            self.inner.write_all(disarmed.as_deref().map_or(&self.line[..], str::as_bytes));
        self.line.clear();
        written
    }
}

impl<W: Write> Write for Inert<W> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        if self.line.is_empty() && bytes.ends_with(b"\n") && !may_be_command(bytes) {
            self.inner.write_all(bytes)?;
            return Ok(bytes.len());
        }
        // A lone carriage return also ends a line for the runner.
        for part in bytes.split_inclusive(|byte| matches!(byte, b'\n' | b'\r')) {
            self.line.extend_from_slice(part);
            if part.ends_with(b"\n") || part.ends_with(b"\r") {
                self.pass()?;
            }
        }
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        self.pass()?;
        self.inner.flush()
    }
}

impl<W: Write> Drop for Inert<W> {
    fn drop(&mut self) {
        // Callers flush to learn of a failure.
        let _ = self.pass();
    }
}

/// Returns whether lines need closer inspection, which is rare.
fn may_be_command(lines: &[u8]) -> bool {
    lines.contains(&b'\x1b') || has_pair(lines, b':') || has_pair(lines, b'#')
}

/// Returns whether a byte occurs twice in a row. It always checks every byte, several at a
/// time: a loop that can end early is slower.
pub(super) fn has_pair(bytes: &[u8], byte: u8) -> bool {
    let pairs = bytes.iter().zip(bytes.get(1..).unwrap_or_default());
    pairs.fold(false, |found, (a, b)| found | (*a == byte) & (*b == byte))
}

/// Returns the line without styles and with its command escaped, if it has one, and without
/// escape characters that begin no style.
fn disarmed_line(line: &[u8]) -> Option<String> {
    let text = String::from_utf8_lossy(line);
    // Another sequence could go on in the next line, and hide the start of that one.
    let is_styled = text.split('\x1b').skip(1).all(is_style);
    let text = if is_styled { text } else { text.replace('\x1b', "").into() };
    // Styles may be stripped later, so neither form of the line may be a command.
    let plain = anstream::adapter::strip_str(&text).to_string();
    if is_command(&plain) || is_command(&text) {
        return Some(disarmed(&plain));
    }
    (!is_styled).then(|| text.into_owned())
}

/// Returns whether what follows an escape character begins with the rest of a style.
fn is_style(text: &str) -> bool {
    let rest = text.strip_prefix('[');
    let end = |rest: &str| rest.find(|c: char| !c.is_ascii_digit() && c != ';');
    rest.is_some_and(|rest| end(rest).is_some_and(|end| rest[end..].starts_with('m')))
}

/// Escapes a text so that it is not a command, as part of a line or as its own line.
pub(crate) fn inert(text: &str) -> String {
    if is_command(text) { disarmed(text) } else { text.to_owned() }
}

fn is_command(line: &str) -> bool {
    line.trim_start().starts_with("::") || bracketed(line, "") != line
}

/// Escapes the characters that make a line a command.
fn disarmed(line: &str) -> String {
    escaped(line, "\\u{3a}", "\\u{5b}")
}

/// Replaces the colon and the bracket that make a line a command.
pub(super) fn escaped(line: &str, colon: &str, bracket: &str) -> String {
    let text = line.trim_start();
    let space = &line[..line.len() - text.len()];
    let text = match text.strip_prefix("::") {
        Some(rest) => format!("{colon}:{rest}"),
        None => text.to_owned(),
    };
    format!("{space}{}", bracketed(&text, bracket))
}

/// Returns the number of characters of a text after it was escaped.
pub(super) fn escaped_len(text: &str) -> usize {
    text.split_inclusive(['\n', '\r']).map(|line| inert(line).chars().count()).sum()
}

/// Replaces the brackets of commands that are recognized anywhere.
pub(crate) fn bracketed(line: &str, bracket: &str) -> String {
    ANYWHERE.iter().fold(line.to_owned(), |line, begin| {
        line.replace(&format!("{begin}["), &format!("{begin}{bracket}"))
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    /// Returns whether the runner finds a command in a log: its two parsers, without the table
    /// of known commands.
    fn has_command(log: &str) -> bool {
        log.split(['\n', '\r']).any(|line| {
            line.trim_start().starts_with("::") || line.contains("##[") || line.contains("##vso[")
        })
    }

    fn passed(parts: &[String]) -> String {
        let mut out = Vec::new();
        let mut writer = Inert::new(&mut out);
        for part in parts {
            writer.write_all(part.as_bytes()).unwrap();
        }
        drop(writer);
        String::from_utf8(out).unwrap()
    }

    #[test]
    fn both_forms_are_escaped() {
        let shown = |text: &str| passed(&[text.to_owned()]);
        assert_eq!(shown("::stop-commands::x\n"), "\\u{3a}:stop-commands::x\n");
        assert_eq!(shown("a\n \u{a0}::debug::x"), "a\n \u{a0}\\u{3a}:debug::x");
        assert_eq!(shown("a ##[add-mask]true\n"), "a ##\\u{5b}add-mask]true\n");
        assert_eq!(shown("##vso[task.debug]x"), "##vso\\u{5b}task.debug]x");
        assert_eq!(shown("\u{1b}[1m::x::\u{1b}[0m y\n"), "\\u{3a}:x:: y\n");
        assert_eq!(shown("#\u{1b}[1m#\u{1b}[0m[x]\n"), "##\\u{5b}x]\n");
        assert_eq!(shown("\u{1b}]\n#\u{1b}#[::x::\n"), "]\n##\\u{5b}::x::\n");
        assert_eq!(shown("a\r::x::\n"), "a\r\\u{3a}:x::\n");
        assert_eq!(passed(&["a:".into(), ":b ##".into(), "[".into()]), "a::b ##\\u{5b}");
    }

    #[test]
    fn other_text_is_unchanged() {
        for text in ["", "a::b\n", "  \u{1b}[1mname\u{1b}[0m: x\r\n\n", "# [x]\n## [y]\n", "a: :"] {
            assert_eq!(passed(&[text.to_owned()]), text);
        }
    }

    proptest! {
        #[test]
        fn no_text_is_a_command(parts in prop::collection::vec(r"[:#\[\]avso \t\r\n\x1bm0\u{a0}\u{3000}é]{0,8}", 0..8)) {
            let shown = passed(&parts);
            let plain = anstream::adapter::strip_str(&shown).to_string();
            prop_assert!(!has_command(&shown) && !has_command(&plain), "{shown:?}");
        }
    }
}
