//! Makes texts from files and systems safe to put into a comment on GitHub.
//!
//! # Design
//!
//! Markdown that was made from a text must show the text and do nothing else: no tags, no
//! table cells, no links, and nobody is notified. Two measures together do that.
//!
//! - Whatever could begin Markdown or HTML becomes a numeric entity. An entity is never
//!   syntax, neither in a paragraph nor in a table nor inside `<summary>`, so one function
//!   serves all places.
//! - What GitHub looks for once the entities are resolved (mentions, references to issues
//!   and commits, addresses, emoji) is put into a `<code>` element, where it does not look.
//!   Entities alone do not prevent a mention, and invisible characters in between would be
//!   copied along with a name that has to be exact.

use super::super::style::{clean, shorten};

/// How much of one text is shown, in characters: some times the longest name or hint that
/// a person would write. Longer ones say how much is missing.
const LONGEST: usize = 500;

/// Returns a value, exactly as it is.
pub(super) fn code(text: &str) -> String {
    element(&short(text))
}

/// Returns a name or a sentence. What stands in backticks or quotes, words that GitHub
/// would act upon, and spaces that HTML would swallow are shown as code.
pub(super) fn prose(text: &str) -> String {
    let text = short(text);
    if text.trim() != text {
        return element(&text);
    }
    let mut shown = String::new();
    let mut rest = text.as_str();
    while let Some(at) = rest.find(['`', '"']) {
        let (before, marked) = rest.split_at(at);
        let Some(end) = closing(marked) else {
            // A mark without its pair marks nothing.
            shown.push_str(&words(&rest[..=at]));
            rest = &rest[at + 1..];
            continue;
        };
        shown.push_str(&words(before));
        let inside = &marked[1..end];
        // Quotes stay: they show where a name begins and ends.
        let keeps_marks = marked.starts_with('"') || inside.is_empty();
        shown.push_str(&element(if keeps_marks { &marked[..=end] } else { inside }));
        rest = &marked[end + 1..];
    }
    shown + &words(rest)
}

/// Returns where the mark closes that a text begins with. In quotes, a backslash stands
/// before a quote that belongs to the name.
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
    shorten(&clean(text), LONGEST)
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

/// Returns whether GitHub makes something of a word: `@name`, `#1`, `GH-1`, `:tada:`, an
/// address, or the hash of a commit.
fn acts(word: &str) -> bool {
    let lower = word.to_ascii_lowercase();
    let is_hash = |part: &str| {
        // GitHub takes seven digits for a short hash.
        part.len() >= 7 && part.bytes().all(|byte| byte.is_ascii_hexdigit())
    };
    word.contains(['@', '#', '$'])
        || word.matches(':').count() > 1
        || ["://", "www.", "gh-"].iter().any(|begins| lower.contains(begins))
        || lower.split(|c: char| !c.is_ascii_alphanumeric()).any(is_hash)
}

/// Replaces what could be syntax anywhere but at the start of a line, where no text stands.
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
