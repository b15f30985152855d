//! Escapes texts from files and systems for comments on GitHub.
//!
//! # Design
//!
//! Markdown made from a text must show the text and have no other effect: no tags, table cells,
//! links or notifications. Two measures ensure this.
//!
//! - Each character that could start Markdown or HTML becomes a numeric entity. Entities are
//!   never syntax, whether in paragraphs, tables or `<summary>`, so one function is enough.
//! - What GitHub processes after it resolves entities (mentions, references to issues and
//!   commits, addresses, emoji) is put into a `<code>` element, which it skips. Entities alone do
//!   not prevent a mention, and invisible separators would be copied along with a name that must
//!   be exact.

use super::super::style::{clean, shorten};

/// The maximum length of one text, in characters: several times the longest name or hint that a
/// person would write. Longer texts state how much is omitted.
const MAX_TEXT: usize = 500;

/// The maximum length of sentences and of a list of values, in characters: such a list has a live
/// value for each e-mail address of an account, and what to do with them comes after it.
const MAX_SENTENCES: usize = 5_000;

/// Formats a value without changing it.
pub(super) fn code(text: &str) -> String {
    element(&short(text))
}

/// Like [`code`], for a list of values.
pub(super) fn code_list(text: &str) -> String {
    element(&shorten(&clean(text), MAX_SENTENCES))
}

/// Formats a name. Text in backticks or quotes, words that GitHub interprets, and spaces that HTML
/// collapses are formatted as code.
pub(in crate::render) fn prose(text: &str) -> String {
    marked_up(&short(text))
}

/// Like [`prose`], for sentences such as an instruction.
pub(super) fn sentences(text: &str) -> String {
    marked_up(&shorten(&clean(text), MAX_SENTENCES))
}

fn marked_up(text: &str) -> String {
    if text.trim() != text {
        return element(text);
    }
    let mut shown = String::new();
    let mut rest = text;
    while let Some(at) = rest.find(['`', '"']) {
        let (before, marked) = rest.split_at(at);
        let Some(end) = closing(marked) else {
            // An unpaired mark has no effect.
            shown.push_str(&words(&rest[..=at]));
            rest = &rest[at + 1..];
            continue;
        };
        shown.push_str(&words(before));
        let inside = &marked[1..end];
        // Quotes stay, because they show where a name begins and ends.
        let keeps_marks = marked.starts_with('"') || inside.is_empty();
        shown.push_str(&element(if keeps_marks { &marked[..=end] } else { inside }));
        rest = &marked[end + 1..];
    }
    shown + &words(rest)
}

/// Returns the position of the mark that closes the one at the start of the text. In quotes, a
/// backslash escapes a quote that is part of the name.
fn closing(text: &str) -> Option<usize> {
    let mark = text.chars().next()?;
    let mut escaped = false;
    text.char_indices().skip(1).find_map(|(at, c)| {
        let closes = c == mark && !escaped;
        escaped = mark == '"' && c == '\\' && !escaped;
        closes.then_some(at)
    })
}

fn short(text: &str) -> String {
    shorten(&clean(text), MAX_TEXT)
}

fn element(text: &str) -> String {
    format!("<code>{}</code>", entities(text))
}

fn words(text: &str) -> String {
    if text.contains("  ") {
        return element(text);
    }
    text.split_inclusive(' ')
        .map(|word| {
            let bare = word.trim_end_matches(' ');
            let space = &word[bare.len()..];
            format!("{}{space}", if acts(bare) { element(bare) } else { entities(bare) })
        })
        .collect()
}

/// Returns whether GitHub interprets a word: `@name`, `#1`, `GH-1`, `:tada:`, an address, or a
/// commit hash.
fn acts(word: &str) -> bool {
    let lower = word.to_ascii_lowercase();
    let is_hash = |part: &str| {
        // GitHub recognizes short hashes from seven digits.
        part.len() >= 7 && part.bytes().all(|byte| byte.is_ascii_hexdigit())
    };
    word.contains(['@', '#', '$'])
        || word.matches(':').count() > 1
        || ["://", "www.", "gh-"].iter().any(|begins| lower.contains(begins))
        || lower.split(|c: char| !c.is_ascii_alphanumeric()).any(is_hash)
}

/// Replaces each character that could be syntax anywhere but at the start of a line, which a
/// text never occupies.
fn entities(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    let mut characters = text.chars().peekable();
    while let Some(c) = characters.next() {
        match c {
            '&' => escaped.push_str("&amp;"),
            '<' => escaped.push_str("&lt;"),
            '>' => escaped.push_str("&gt;"),
            '`' | '*' | '_' | '~' | '[' | ']' | '\\' | '|' | '!' | '@' | '#' | '$' | '^' | '{'
            | '}' => escaped.push_str(&format!("&#{};", u32::from(c))),
            // `://` and `www.` become links before entities are resolved.
            ':' if characters.peek() == Some(&'/') => escaped.push_str("&#58;"),
            '.' if escaped.ends_with(['w', 'W']) => escaped.push_str("&#46;"),
            _ => escaped.push(c),
        }
    }
    escaped
}
