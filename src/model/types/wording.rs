//! Wording shared by messages: names in backticks, lists, and "did you mean".

use crate::diagnostic::is_invisible;
use crate::model::joined;
use crate::model::name::character;
use crate::model::secret::has_identity;

/// The maximum length of quoted text in a message: longer than any name in use, and short
/// enough for one line.
const SHOWN: usize = 60;

/// Quotes text from a file for a message: in backticks, without control characters,
/// truncated. A secret key is not shown.
pub(crate) fn shown(text: &str) -> String {
    if has_identity(text) {
        return "`(a secret key)`".to_owned();
    }
    let mut plain: String =
        text.chars().take(SHOWN).map(|c| if is_invisible(c) { '\u{fffd}' } else { c }).collect();
    if text.chars().nth(SHOWN).is_some() {
        plain.push('…');
    }
    format!("`{plain}`")
}

/// Returns "`a`, `b` or `c`".
pub(crate) fn one_of(words: &[&str]) -> String {
    list(words, "or")
}

/// Returns "`a`, `b` and `c`".
pub(crate) fn all_of(words: &[&str]) -> String {
    list(words, "and")
}

fn list(words: &[&str], last: &str) -> String {
    let quoted: Vec<String> = words.iter().map(|word| format!("`{word}`")).collect();
    joined(&quoted, last)
}

/// Returns the hint for a word that is not one of those allowed.
pub(crate) fn instead_of(word: &str, allowed: &[&str], or_else: impl FnOnce() -> String) -> String {
    match closest_word(word, allowed) {
        Some(close) => did_you_mean(word, close),
        None => or_else(),
    }
}

/// Returns the hint for a key that is not one of those allowed.
pub(crate) fn key_instead_of(
    key: &str,
    allowed: &[&str],
    or_else: impl FnOnce() -> String,
) -> String {
    match fused(key, allowed) {
        Some(known) => with_space(known),
        None => instead_of(key, allowed, or_else),
    }
}

/// Returns the hint for a misspelt word. A letter of another alphabet may look the same.
pub(super) fn did_you_mean(word: &str, close: &str) -> String {
    let odd = word.chars().find(|c| !c.is_ascii() && !close.contains(*c)).map(character);
    let odd = odd.map(|odd| format!(" the text here contains {odd}")).unwrap_or_default();
    format!("did you mean `{close}`?{odd}")
}

/// Returns the known key with which a key begins whose colon, or the space after it, is missing.
pub(super) fn fused<'a>(key: &str, known: &[&'a str]) -> Option<&'a str> {
    let is_fused = |known: &&str| {
        key.strip_prefix(*known).is_some_and(|rest| rest.starts_with([' ', ':', ';', '=']))
    };
    known.iter().copied().find(is_fused)
}

/// Returns the hint for a key whose colon, or the space after it, is missing.
pub(super) fn with_space(known: &str) -> String {
    format!("write a colon and a space after the key, as in `{known}: …`")
}

/// Returns whether a text looks like a key and its value, without a space between them.
pub(crate) fn is_key_without_space(text: &str) -> bool {
    let is_key =
        |key: &str| key.bytes().all(|byte| byte.is_ascii_lowercase() || b"_.".contains(&byte));
    text.split_once(':').is_some_and(|(key, value)| {
        !key.is_empty() && is_key(key) && !value.is_empty() && !value.starts_with([' ', '/'])
    })
}

/// Returns the allowed word that was probably meant.
pub(crate) fn closest_word<'a>(word: &str, allowed: &[&'a str]) -> Option<&'a str> {
    // Longer than any key plus a few typing errors, so that hostile keys are cheap to
    // compare.
    const MAX_BYTES: usize = 64;
    if word.len() > MAX_BYTES {
        return None;
    }
    let plain = |text: &str| text.to_lowercase().replace(['-', ' '], "_");
    let wanted = plain(word);
    allowed
        .iter()
        .map(|candidate| (strsim::osa_distance(&wanted, &plain(candidate)), *candidate))
        // One error in three characters is still recognizable; more is a different word.
        .filter(|(distance, candidate)| distance * 3 <= candidate.len().max(wanted.len()))
        .min()
        .map(|(_, candidate)| candidate)
}
