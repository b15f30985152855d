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

/// Returns the texts that fit into a room, which is reduced by their sizes, and the number of the
/// others.
fn fitting(
    texts: impl IntoIterator<Item = String>,
    size: fn(&str) -> usize,
    room: &mut usize,
) -> (String, usize) {
    let mut shown = String::new();
    let mut left_out = 0;
    for text in texts {
        match room.checked_sub(size(&text)) {
            Some(rest) => {
                *room = rest;
                shown.push_str(&text);
            }
            None => left_out += 1,
        }
    }
    (shown, left_out)
}

/// Like [`fitting`], of the texts of items. If not all fit, those of the items that come first are
/// tried before the others.
pub(super) fn fitting_first<T: Copy>(
    mut items: Vec<T>,
    comes_first: impl Fn(T) -> bool,
    text: impl Fn(T) -> String,
    size: fn(&str) -> usize,
    room: &mut usize,
) -> (String, usize) {
    let mut rest = Some(*room);
    let mut fits = |item: &T| {
        rest = rest.and_then(|rest| rest.checked_sub(size(&text(*item))));
        rest.is_some()
    };
    if !items.iter().all(&mut fits) {
        items.sort_by_cached_key(|item| !comes_first(*item));
    }
    fitting(items.into_iter().map(text), size, room)
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
