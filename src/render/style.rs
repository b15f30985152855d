//! The colours of all output, and the escaping of texts from systems for terminals.
//!
//! Renderers always write styles; the stream strips them if they are not wanted.

use crate::diagnostic::is_invisible;
use crate::model::Value;
use anstyle::{AnsiColor, Style};

pub(crate) const HEADING: Style = Style::new().bold();
pub(crate) const CREATE: Style = AnsiColor::Green.on_default();
pub(crate) const UPDATE: Style = AnsiColor::Yellow.on_default();
pub(crate) const HELD: Style = AnsiColor::Cyan.on_default();
pub(crate) const MANUAL: Style = AnsiColor::Magenta.on_default();
pub(crate) const BLOCKED: Style = AnsiColor::Red.on_default().bold();
pub(crate) const FAINT: Style = Style::new().dimmed();

/// Formats a text in a style.
pub(crate) fn styled(style: Style, text: impl std::fmt::Display) -> String {
    format!("{style}{text}{style:#}")
}

/// Escapes invisible characters, which may control a terminal.
pub(crate) fn clean(text: &str) -> String {
    let mut shown = String::with_capacity(text.len());
    for c in text.chars() {
        if is_invisible(c) { shown.extend(c.escape_unicode()) } else { shown.push(c) }
    }
    shown
}

/// Formats a value for a plan.
pub(crate) fn value(value: &Value) -> String {
    clean(&value.to_string())
}

/// Truncates a text to a number of characters, and states how many are omitted.
pub(crate) fn shorten(text: &str, most: usize) -> String {
    match text.char_indices().nth(most) {
        None => text.to_owned(),
        Some((end, _)) => {
            let left_out = text[end..].chars().count();
            format!("{}… ({left_out} more characters)", &text[..end])
        }
    }
}
