//! Breaks lines of text at the terminal's width, between words alone; what is left of a line
//! is indented below it. A word that is wider than the terminal has a line of its own.
//!
//! [`Wrap`] is the one place for this: renderers write whole lines. Tables are made narrower
//! before (see [`super::columns`]).

use std::io::{self, Write};
use unicode_width::UnicodeWidthStr;

/// The width of what is no terminal: nothing is broken.
pub(crate) const ENDLESS: usize = usize::MAX;

/// How much further than its line the rest of it is indented.
const HANGING: usize = 2;

/// What begins an entry; its rest is below the text and not below the mark.
const MARKS: [&str; 7] = ["+", "~", "-", "!", "!!", "$", "hint:"];

/// Passes lines on, none of them wider than the terminal.
pub(crate) struct Wrap<W: Write> {
    inner: W,
    width: usize,
    /// The line that has no end yet.
    line: Vec<u8>,
}

impl<W: Write> Wrap<W> {
    pub(crate) fn new(inner: W, width: usize) -> Wrap<W> {
        Wrap { inner, width, line: Vec::new() }
    }

    fn pass(&mut self) -> io::Result<()> {
        let line = std::mem::take(&mut self.line);
        match std::str::from_utf8(&line) {
            Ok(text) if visible(text) > self.width => {
                self.inner.write_all(wrapped(text, self.width).as_bytes())
            }
            _ => self.inner.write_all(&line),
        }
    }
}

impl<W: Write> Write for Wrap<W> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        if self.width == ENDLESS {
            return self.inner.write(bytes);
        }
        for part in bytes.split_inclusive(|byte| *byte == b'\n') {
            self.line.extend_from_slice(part);
            if part.ends_with(b"\n") {
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

/// Returns a text with its lines broken.
pub(crate) fn wrapped(text: &str, width: usize) -> String {
    let plain = anstream::adapter::strip_str(text).to_string();
    let own = plain.len() - plain.trim_start_matches(' ').len();
    let first = plain.split_whitespace().next().unwrap_or_default();
    let mark = if MARKS.contains(&first) { first.width() + 1 } else { HANGING };
    let indent = (own + mark).min(width / 2);
    let mut out = String::new();
    // The width of what is in the line, and of the spaces that a next word has before it.
    let (mut column, mut gap) = (0, 0);
    for (at, word) in text.trim_end_matches('\n').split(' ').enumerate() {
        gap += usize::from(at > 0);
        let wide = visible(word);
        if wide == 0 {
            // A space more, or a style alone.
            out.push_str(word);
            continue;
        }
        if column > 0 && column + gap + wide > width {
            out.push('\n');
            (column, gap) = (0, indent);
        }
        out.push_str(&" ".repeat(gap));
        out.push_str(word);
        column += gap + wide;
        gap = 0;
    }
    if text.ends_with('\n') {
        out.push('\n');
    }
    out
}

/// Returns how wide a text is on the screen, without its styles.
fn visible(text: &str) -> usize {
    anstream::adapter::strip_str(text).map(|part| part.trim_end_matches('\n').width()).sum()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shown(text: &str, width: usize) -> String {
        let mut out = Vec::new();
        let mut wrap = Wrap::new(&mut out, width);
        wrap.write_all(text.as_bytes()).unwrap();
        wrap.flush().unwrap();
        String::from_utf8(out).unwrap()
    }

    #[test]
    fn lines_are_broken_between_words_with_a_hanging_indent() {
        let text = "  + create in OmniRPS: Acme\n      a: before the change -> after it  (E6.1)\n";
        insta::assert_snapshot!(shown(text, 24), @r"
          + create in OmniRPS:
            Acme
              a: before the
                change -> after
                it  (E6.1)
        ");
        assert_eq!(shown(text, ENDLESS), text);
        assert_eq!(shown(text, 80), text);
        assert_eq!(shown("no end of the line", 12), "no end of\n  the line");
    }

    #[test]
    fn styles_have_no_width_and_a_word_is_never_broken() {
        let text = "\u{1b}[1mAcme\u{1b}[0m  \u{1b}[2mretailers/acme.yaml\u{1b}[0m\n";
        assert_eq!(shown(text, 25), text);
        assert_eq!(
            shown(text, 10),
            "\u{1b}[1mAcme\u{1b}[0m\n  \u{1b}[2mretailers/acme.yaml\u{1b}[0m\n"
        );
        assert_eq!(shown("日本語 日本語\n", 7), "日本語\n  日本語\n");
    }
}
