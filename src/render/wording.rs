//! Numbers and lists of names as parts of sentences.

use super::style::clean;

/// Formats a number with its noun.
pub(crate) fn counted(count: usize, noun: &str) -> String {
    format!("{count} {noun}{}", if count == 1 { "" } else { "s" })
}

/// Formats an age in days.
pub(super) fn days(days: i32) -> String {
    match days {
        0 => "today".into(),
        1 => "1 day".into(),
        days => format!("{days} days"),
    }
}

/// Formats the numbers that are not zero, each with its word.
pub(super) fn nonzero(counts: &[(usize, &str)]) -> String {
    let nonzero = counts.iter().filter(|(count, _)| *count > 0);
    let words: Vec<String> = nonzero.map(|(count, word)| format!("{count} {word}")).collect();
    words.join(", ")
}

/// Lists the first names, and counts the others.
pub(super) fn first<'a>(names: impl ExactSizeIterator<Item = &'a str>, most: usize) -> String {
    let more = match names.len().saturating_sub(most) {
        0 => String::new(),
        more => format!(" and {more} more"),
    };
    let names: Vec<String> = names.take(most).map(clean).collect();
    format!("{}{more}", names.join(", "))
}
