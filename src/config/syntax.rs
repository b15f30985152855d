//! Checks that a text is YAML and does not exhaust the parser.

use super::finding::Problem;
use crate::model::types::is_key_without_space;
use serde::de::{
    self, Deserialize, Deserializer, EnumAccess, IgnoredAny, MapAccess, SeqAccess, VariantAccess,
    Visitor,
};
use std::fmt;
use std::ops::Range;

/// The content of a text.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Syntax {
    Documents(usize),
    /// Aliases that would expand to far more than the text.
    Bomb,
}

/// Parses the whole text without keeping anything.
///
/// `serde_yaml` limits the nesting of values (128) and the expansion of aliases, so later
/// readers need no limits.
pub(super) fn read(text: &str) -> Result<Syntax, Problem> {
    let mut documents = 0;
    for document in serde_yaml::Deserializer::from_str(text) {
        if let Err(error) = Anything::deserialize(document) {
            return match error.location() {
                Some(location) => Err(problem(text, &error, location.index())),
                None if is_empty(&error) => Ok(Syntax::Documents(0)),
                None => Ok(Syntax::Bomb),
            };
        }
        documents += 1;
        if documents > 1 {
            break;
        }
    }
    Ok(Syntax::Documents(documents))
}

fn is_empty(error: &serde_yaml::Error) -> bool {
    error.to_string().starts_with("EOF")
}

fn problem(text: &str, error: &serde_yaml::Error, index: usize) -> Problem {
    if let Some(marker) = conflict_marker(text) {
        return Problem::error("yaml-syntax", marker, CONFLICT.0, CONFLICT.1);
    }
    let at = position(text, index);
    if text[at.start..].starts_with('\t') {
        return Problem::error("yaml-syntax", at, TAB.0, TAB.1);
    }
    let odd = odd_colon(text).or_else(|| odd_indent_before(text, &at));
    if let Some(odd) = odd.or_else(|| late_mark(text, &at)) {
        return odd;
    }
    if let Some(line) = without_colon(text, &at) {
        let (message, hint) = if text[line.clone()].contains(':') { NO_SPACE } else { NO_COLON };
        return Problem::error("yaml-syntax", line, message, hint);
    }
    let libyaml = error.to_string();
    if libyaml.contains(NO_COLON_FOUND)
        && let Some(line) = without_space(text, &at)
    {
        return Problem::error("yaml-syntax", line, NO_SPACE.0, NO_SPACE.1);
    }
    // The message of libyaml, followed only by a position.
    let (message, hint) = TRANSLATED
        .iter()
        .find(|(words, _, _)| libyaml.contains(words))
        .map_or((UNREADABLE.0, UNREADABLE.1), |(_, message, hint)| (*message, *hint));
    Problem::error("yaml-syntax", at, message, hint)
}

/// Returns the line before an error if it begins a block and has no colon, or none with a space
/// after it. YAML takes it for text that continues below, so the error is the colon of the next
/// line.
fn without_colon(text: &str, at: &Range<usize>) -> Option<Range<usize>> {
    let indent = |line: &str| line.len() - line.trim_start_matches(' ').len();
    let start = text[..at.start].rfind('\n')? + 1;
    let (key, value) = text[start..].lines().next()?.split_once(':')?;
    if !text[at.start..].starts_with(':') || start + key.len() != at.start || value.contains(": ") {
        return None;
    }
    // The lines above, the last one first, each with its position.
    let mut at = start;
    let above = text[..start].split_inclusive('\n').rev().map(|line| {
        at -= line.len();
        (at, line.trim_end())
    });
    let has_content = |line: &str| !line.is_empty() && !line.trim_start().starts_with('#');
    let mut above = above.filter(|(_, line)| has_content(line));
    let (start, line) = above.next()?;
    let begins = above.next().is_none_or(|(_, line)| line.ends_with(':'));
    let is_key = |text: &str| text.bytes().all(|byte| byte.is_ascii_lowercase() || byte == b'_');
    let has_key = line.split_once(':').is_none_or(|(key, _)| is_key(key.trim_start()));
    if !begins || !has_key || line.contains(": ") || indent(line) != indent(key) {
        return None;
    }
    Some(start + indent(line)..start + line.len())
}

/// Returns the line of an error, or the line above, if it has a key whose colon has no space after
/// it.
fn without_space(text: &str, at: &Range<usize>) -> Option<Range<usize>> {
    let end = line_end(text, at);
    // The lines, the last one first, each with its position.
    let mut start = end + 1;
    let lines = text[..end].rsplit('\n').map(|line| {
        start -= line.len() + 1;
        (start, line)
    });
    let mut lines = lines.filter(|(_, line)| !line.trim().is_empty());
    let (own, above) = (lines.next()?, lines.next());
    // The line above can be the cause only if the line of the error has a colon itself.
    let above = above.filter(|(start, _)| own.1.contains(':') && !is_in_text(text, *start));
    let mut both = std::iter::once(own).chain(above);
    let (start, line) = both.find(|(_, line)| is_key_without_space(line.trim()))?;
    Some(start + line.len() - line.trim_start().len()..start + line.trim_end().len())
}

/// Returns the last byte order mark that begins a line up to that of an error.
fn late_mark(text: &str, at: &Range<usize>) -> Option<Problem> {
    let is_first = |at: &usize| text[..*at].is_empty() || text[..*at].ends_with('\n');
    let mut marks = text[..line_end(text, at)].rmatch_indices(MARK).map(|(at, _)| at);
    let mark = marks.find(is_first)?;
    let message = "this line begins with a byte order mark (U+FEFF), which is invisible";
    let hint = "delete it; only the start of a file may have one";
    Some(Problem::error("yaml-syntax", mark..mark + MARK.len_utf8(), message, hint))
}

const MARK: char = '\u{feff}';

/// Returns the end of the line of an error.
fn line_end(text: &str, at: &Range<usize>) -> usize {
    text[at.start..].find('\n').map_or(text.len(), |length| at.start + length)
}

/// Returns the first key of a text whose colon is not followed by a space that YAML knows, or is
/// not one itself. YAML takes the key for a part of a text, so the error shows elsewhere.
pub(super) fn odd_colon(text: &str) -> Option<Problem> {
    text.match_indices([':', '：']).find_map(|(at, colon)| {
        let after = text[at + colon.len()..].chars().next();
        let odd = after.filter(|c| !c.is_ascii() && c.is_whitespace());
        let (start, odd, message, hint) = match (colon, odd) {
            ("：", _) => (at, '：', "this colon is", "write an ordinary colon and a space"),
            (_, Some(odd)) => {
                (at + 1, odd, "the space after this colon is", "write an ordinary space")
            }
            _ => return None,
        };
        let is_of_key = |c: char| c.is_ascii_lowercase() || c == '_';
        let key = text[..at].trim_end_matches(is_of_key);
        let before = key.trim_end_matches(' ');
        let is_key = before.is_empty() || before.ends_with(['\n', '{', ',']);
        let message = format!("{message} U+{:04X}, which YAML does not know", u32::from(odd));
        let range = start..start + odd.len_utf8();
        (is_key && key.len() < at).then(|| Problem::error("yaml-syntax", range, message, hint))
    })
}

/// Returns the lines of a text that are indented with a space that YAML does not know, and takes
/// for a part of the key.
pub(super) fn odd_indents(text: &str) -> Vec<Problem> {
    let mut start = 0;
    let lines = text.split_inclusive('\n').filter_map(|line| {
        let indent = start..start + line.len() - line.trim_start().len();
        start += line.len();
        let odd = line.trim_start_matches(' ').chars().next()?;
        let is_odd = !odd.is_ascii() && odd.is_whitespace() && indent.end < start;
        let message = format!(
            "this line is indented with U+{:04X}, which YAML does not know",
            u32::from(odd)
        );
        is_odd.then(|| Problem::error("yaml-syntax", indent, message, TAB.1))
    });
    lines.collect()
}

/// Returns such a line if the error is there or in the next line.
fn odd_indent_before(text: &str, at: &Range<usize>) -> Option<Problem> {
    let end = line_end(text, at);
    let odd = odd_indents(&text[..end]).pop()?;
    let is_near = text[odd.primary.start..end].matches('\n').count() <= 1;
    (is_near && !is_in_text(text, odd.primary.start)).then_some(odd)
}

/// Returns whether a line belongs to a text that begins with `|` or `>` further up.
fn is_in_text(text: &str, start: usize) -> bool {
    let indent = |line: &str| line.len() - line.trim_start_matches(' ').len();
    let own = indent(&text[start..]);
    let mut above = text[..start].lines().rev();
    let head = above.find(|line| !line.trim().is_empty() && indent(line) < own);
    let is_sign = |c: char| c.is_ascii_digit() || ['+', '-'].contains(&c);
    head.is_some_and(|head| head.trim_end().trim_end_matches(is_sign).ends_with(['|', '>']))
}

const NO_COLON: (&str, &str) = ("this line has no colon after its key", "write `key: value`");

/// libyaml's message about a key without a colon, or without a space after it.
const NO_COLON_FOUND: &str = "could not find expected ':'";

const NO_SPACE: (&str, &str) =
    ("a space is missing after the colon", "write `key: value`, as in `journey: new`");

const TAB: (&str, &str) = ("this line is indented with a tab", "indent with spaces");

/// Returns the position of the first line that Git writes into a file that it could not merge
/// (git-merge(1), "How conflicts are presented").
fn conflict_marker(text: &str) -> Option<Range<usize>> {
    let mut start = 0;
    text.split_inclusive('\n').find_map(|line| {
        let at = start;
        start += line.len();
        let line = line.trim_end();
        let is_marker =
            ["<<<<<<< ", "||||||| ", ">>>>>>> "].iter().any(|mark| line.starts_with(mark))
                || line == "=======";
        is_marker.then(|| at..at + line.len())
    })
}

const CONFLICT: (&str, &str) = (
    "this line marks a merge conflict",
    "keep the right parts of both versions, and remove the lines that begin with `<<<<<<<`, \
     `=======` and `>>>>>>>`",
);

const UNREADABLE: (&str, &str) = (
    "this is not valid YAML",
    "check the indentation, the colons and the quotes here and on the line above",
);

/// Messages of libyaml, with their meaning and hint.
const TRANSLATED: &[(&str, &str, &str)] = &[
    (
        "recursion limit",
        "values are nested too deeply",
        "a retailer or project file needs three or four levels; check the brackets",
    ),
    (
        "unknown anchor",
        "an alias names an anchor that is not there",
        "write the value out; in a text, put it in quotes",
    ),
    ("tab character", TAB.0, TAB.1),
    (
        "<document start>",
        "there is text after the end of the previous value",
        "align it with the keys above, and keep brackets and quotes in pairs",
    ),
    (
        "cannot start any token",
        "a value cannot begin with this character",
        "put the value in quotes",
    ),
    (
        "found unexpected document indicator",
        "a quoted text does not end",
        "add the closing quote; the text may have begun further up",
    ),
    (
        "unexpected end of stream",
        "a quoted text does not end",
        "add the closing quote; the text may have begun further up",
    ),
    (
        "mapping values are not allowed",
        "this line has a second colon, or its indentation is wrong",
        "put a value that contains `: ` in quotes, or align the key with those beside it",
    ),
    (NO_COLON_FOUND, "a key has no colon after it", "write `key: value`"),
    (
        "did not find expected key",
        "a key was expected here",
        "align it with the keys above, or close the quote or bracket before it",
    ),
    (
        "did not find expected ',' or",
        "a bracket is not closed, or a comma is missing",
        "close the bracket, perhaps further up, or put a value that contains brackets or commas in quotes",
    ),
    (
        "did not find expected '-' indicator",
        "a list ends in the middle",
        "align the line with those above",
    ),
    (
        "found unknown escape character",
        "a backslash in double quotes begins an escape that YAML does not define",
        "use single quotes, or write the backslash twice",
    ),
    (
        "invalid Unicode character escape code",
        "an escape stands for no character",
        "write the character itself; YAML does not know JSON's pairs of escapes, as in `\\ud83d\\ude00`",
    ),
];

/// Returns the position of the character at an index of libyaml, which counts bytes.
fn position(text: &str, index: usize) -> Range<usize> {
    // A second byte order mark is not counted, so the index may be inside a character.
    let mut at = text.floor_char_boundary(index);
    if at == text.len() {
        // At the end of the file, show the end of the last non-empty line.
        at = text.trim_end().len();
    }
    let width = text[at..].chars().next().filter(|c| !c.is_control()).map_or(0, char::len_utf8);
    at..at + width
}

/// Any value, parsed to its end and dropped.
struct Anything;

/// Methods of a visitor that drop a scalar.
macro_rules! scalars {
    ($($visit:ident($type:ty))*) => {
        $(fn $visit<E: de::Error>(self, _: $type) -> Result<Anything, E> {
            Ok(Anything)
        })*
    };
}

impl<'de> Deserialize<'de> for Anything {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Read;
        impl<'de> Visitor<'de> for Read {
            type Value = Anything;
            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("anything")
            }
            scalars! {
                visit_bool(bool) visit_i64(i64) visit_u64(u64) visit_i128(i128) visit_u128(u128)
                visit_f64(f64) visit_str(&str)
            }
            fn visit_unit<E: de::Error>(self) -> Result<Anything, E> {
                Ok(Anything)
            }
            fn visit_none<E: de::Error>(self) -> Result<Anything, E> {
                Ok(Anything)
            }
            fn visit_seq<A: SeqAccess<'de>>(self, mut seq: A) -> Result<Anything, A::Error> {
                while seq.next_element::<Anything>()?.is_some() {}
                Ok(Anything)
            }
            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Anything, A::Error> {
                while map.next_entry::<Anything, Anything>()?.is_some() {}
                Ok(Anything)
            }
            fn visit_enum<A: EnumAccess<'de>>(self, tagged: A) -> Result<Anything, A::Error> {
                let (_, value) = tagged.variant::<IgnoredAny>()?;
                value.newtype_variant::<Anything>()
            }
        }
        deserializer.deserialize_any(Read)
    }
}
