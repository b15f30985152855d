//! Wraps lines at the terminal's width, between words only; continuation lines are indented. A
//! word that is wider than the terminal has its own line. A command line is never wrapped: its
//! first half can be a complete command, with another effect.
//!
//! [`Wrap`] is the only place that wraps: renderers write whole lines. Tables are narrowed
//! beforehand (see [`super::columns`]).

use std::io::{self, Write};
use unicode_width::UnicodeWidthStr;

/// The width of a stream that is not a terminal: nothing is wrapped.
pub(crate) const ENDLESS: usize = usize::MAX;

/// The extra indentation of continuation lines.
const HANGING: usize = 2;

/// The marks that start an entry; continuation lines align with the text after the mark.
const MARKS: [&str; 6] = ["+", "~", "-", "!", "!!", "hint:"];

/// A writer that wraps lines at the terminal's width.
pub(crate) struct Wrap<W: Write> {
    inner: W,
    width: usize,
    /// The unfinished line.
    line: Vec<u8>,
}

impl<W: Write> Wrap<W> {
    pub(crate) fn new(inner: W, width: usize) -> Wrap<W> {
        Wrap { inner, width, line: Vec::new() }
    }

    fn pass(&mut self) -> io::Result<()> {
        let line = std::mem::take(&mut self.line);
        match std::str::from_utf8(&line) {
            Ok(text) if visible(text) > self.width && !is_command(text) => {
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

/// Wraps the lines of a text.
pub(crate) fn wrapped(text: &str, width: usize) -> String {
    let plain = anstream::adapter::strip_str(text).to_string();
    let own = plain.len() - plain.trim_start_matches(' ').len();
    let first = plain.split_whitespace().next().unwrap_or_default();
    let mark = if MARKS.contains(&first) { first.width() + 1 } else { HANGING };
    wrapped_at(text, width, own + mark)
}

/// Wraps the lines of a text, with this indentation of continuation lines.
pub(crate) fn wrapped_at(text: &str, width: usize, indent: usize) -> String {
    let indent = indent.min(width / 2);
    let mut out = String::new();
    // The width of the line so far, and of the spaces before the next word.
    let (mut column, mut gap) = (0, 0);
    for (at, word) in text.trim_end_matches('\n').split(' ').enumerate() {
        gap += usize::from(at > 0);
        let wide = visible(word);
        if wide == 0 {
            // An additional space, or only a style.
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

/// Returns whether a line is a command, as in `$ reconcile plan` and `or $ reconcile plan`.
fn is_command(line: &str) -> bool {
    let plain = anstream::adapter::strip_str(line).to_string();
    let mut words = plain.split_whitespace();
    matches!((words.next(), words.next()), (Some("$"), _) | (Some("or"), Some("$")))
}

/// Returns the displayed width of a text, without styles.
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
    fn a_command_line_is_never_broken() {
        for text in [
            "     $ reconcile apply --only acme --environment rehearsal\n",
            "   or $ reconcile attest acme test_label --connote NO\n",
            "  \u{1b}[2m$ reconcile apply\u{1b}[0m --only acme --environment rehearsal\n",
        ] {
            assert_eq!(shown(text, 24), text);
        }
        assert_eq!(shown("or reconcile apply $ 100\n", 16), "or reconcile\n  apply $ 100\n");
        assert_eq!(shown("run $ reconcile apply\n", 16), "run $ reconcile\n  apply\n");
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
