//! From a text to a typed value and every problem in it.
//!
//! A file without a problem is read once, by `serde_yaml`. Any other is read again as a
//! tree, to say where each problem is and to get past the first one.
//!
//! # Design
//!
//! Both ways read the same types, so that there is one description of the keys.
//! Rejected: spans in the types (every file would pay for them, and the types could no
//! longer be plain), and reading everything as a tree (four times slower).

use super::de::{self, Reason};
use super::finding::{Finding, Part, Path, Place, Problem};
use super::mask;
use super::scalar::{self, Keys};
use super::schema::{self, RawOverride};
use super::syntax::{self, Syntax};
use super::tree::{self, Entry, Kind, Node, Unreadable};
use crate::model::secret::is_secret_name;
use crate::model::types::{Format, Reader, Scope, all_of, instead_of, one_of, shown};
use serde::de::DeserializeOwned;
use std::cell::Cell;
use std::ops::Range;
use yaml_edit::SyntaxKind;

/// How many problems of one file are shown: more than a careful reader mends in one go.
const MAX_PROBLEMS: usize = 100;

/// How many findings of one file are given a place. Above [`MAX_PROBLEMS`], because
/// only the place says which of them come first.
const MAX_FINDINGS: usize = 1000;

/// A typed value, as far as it could be read, and every problem of its file.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Parsed<T> {
    pub value: T,
    /// Sorted by place.
    pub problems: Vec<Problem>,
    /// Keys that are there but could not be read.
    pub unreadable: Vec<Path>,
}

/// Whether a file may be empty.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Empty {
    Allowed,
    Refused,
}

/// Reads a text and checks it.
pub(super) fn parse<T: DeserializeOwned + Default>(
    text: &str,
    empty: Empty,
    check: impl Fn(&T) -> Vec<Finding>,
) -> Parsed<T> {
    let fast = serde_yaml::from_str::<T>(text).ok();
    parse_with(text, empty, fast, read_past_errors, check)
}

/// Reads a text in a format and checks it. Checks see a file whose shape is right.
pub(super) fn read_as<F: Format>(
    text: &str,
    empty: Empty,
    check: impl Fn(&F::Value) -> Vec<Finding>,
) -> Parsed<Option<F::Value>> {
    let scope = Scope::default();
    let fast = F::fast(scope, serde_yaml::Deserializer::from_str(text)).ok().map(Some);
    let has_shape = Cell::new(true);
    let slowly = |text: &str, tree: &mut Node, problems: &mut Vec<_>, unreadable: &mut Vec<_>| {
        let mut reader = Reader::new(text, unreadable.clone());
        let value = F::slow(scope, tree, &mut reader);
        problems.append(&mut reader.problems);
        has_shape.set(problems.is_empty());
        value
    };
    parse_with(text, empty, fast, slowly, |value: &Option<F::Value>| match value {
        Some(value) if has_shape.get() => check(value),
        _ => Vec::new(),
    })
}

fn parse_with<T: Default>(
    text: &str,
    empty: Empty,
    fast: Option<T>,
    slowly: impl FnOnce(&str, &mut Node, &mut Vec<Problem>, &mut Vec<Path>) -> T,
    check: impl Fn(&T) -> Vec<Finding>,
) -> Parsed<T> {
    // A text without these characters has no anchors, aliases or tags.
    if let (Some(value), false) = (&fast, text.contains(['&', '*', '!']))
        && !text.trim().is_empty()
        && !mask::has_identity(text)
        && check(value).is_empty()
    {
        return Parsed { value: fast.unwrap_or_default(), problems: vec![], unreadable: vec![] };
    }
    let mut parsed = parse_slowly(text, empty, fast, slowly, check);
    sort_and_cap(&mut parsed.problems, MAX_PROBLEMS);
    parsed
}

fn sort_and_cap(problems: &mut Vec<Problem>, most: usize) {
    problems.sort_by(|a, b| (a.range.start, a.code).cmp(&(b.range.start, b.code)));
    if problems.len() > most {
        let left_off = problems.len() - most;
        problems.truncate(most);
        let last = problems.last().map_or(0..0, |problem| problem.range.clone());
        problems.push(Problem::error(
            "too-many-problems",
            last,
            format!("the file has at least {left_off} more problems"),
            "mend those above and run again",
        ));
    }
}

fn parse_slowly<T: Default>(
    text: &str,
    empty: Empty,
    fast: Option<T>,
    slowly: impl FnOnce(&str, &mut Node, &mut Vec<Problem>, &mut Vec<Path>) -> T,
    check: impl Fn(&T) -> Vec<Finding>,
) -> Parsed<T> {
    let mut is_readable = fast.is_some();
    let failed = |problem| Parsed {
        value: T::default(),
        problems: vec![problem],
        // Everything may be there.
        unreadable: vec![vec![]],
    };
    let syntax = match syntax::read(text) {
        Ok(syntax) => syntax,
        Err(problem) => return failed(problem),
    };
    let tree = Node::parse(text);
    let references = tree::references(text, tree.as_ref());
    if syntax == Syntax::Bomb {
        let range = references.first().map_or(0..0, |(_, range)| range.clone());
        return failed(alias_problem(SyntaxKind::REFERENCE, range));
    }
    if let Syntax::Documents(2..) = syntax {
        return failed(Problem::error(
            "many-documents",
            tree::second_document(text),
            "a second YAML document begins here",
            "write one file per retailer, and take out the line `---`",
        ));
    }
    let mut problems: Vec<Problem> =
        references.into_iter().map(|(kind, range)| alias_problem(kind, range)).collect();

    let original = match tree {
        None | Some(Node { kind: Kind::Null, .. }) => {
            if empty == Empty::Refused {
                return failed(Problem::error(
                    "empty-file",
                    0..0,
                    "the file is empty",
                    "write `retailer` and `journey`, or delete the file",
                ));
            }
            is_readable = true;
            Node { range: 0..0, kind: Kind::Mapping(vec![]) }
        }
        Some(tree @ Node { kind: Kind::Mapping(_), .. }) => tree,
        Some(tree) => {
            let problem = Problem::error(
                "wrong-type",
                first_line(text, tree.range),
                "the file holds no keys",
                "write `key: value` lines, as in `retailer: Acme Apparel`",
            );
            return failed(problems.into_iter().next().unwrap_or(problem));
        }
    };

    let mut tree = original.clone();
    let mut unreadable = Vec::new();
    for found in tree.take_unreadable() {
        match found {
            Unreadable::Alias(path) => unreadable.push(path),
            Unreadable::OddKey(range) => problems.push(Problem::error(
                "wrong-type",
                first_line(text, range),
                "a key has to be one word, not a list or a mapping",
                "write `key: value`",
            )),
            Unreadable::Twice { key, first, again } => problems.push(Problem {
                related: vec![(first, "here first".to_owned())],
                ..Problem::error(
                    "duplicate-key",
                    again,
                    format!("the key {} occurs twice", shown(&key)),
                    "keep one of the two",
                )
            }),
        }
    }

    let value = match fast {
        // Where the two readers disagree, the one that everybody knows is right.
        Some(value) if unreadable.is_empty() => value,
        _ => slowly(text, &mut tree, &mut problems, &mut unreadable),
    };
    for finding in check(&value).into_iter().take(MAX_FINDINGS) {
        if !is_moot(&finding, &unreadable) {
            problems.push(resolve(&finding, &original, text));
        }
    }
    problems.extend(identity_problems(text, &problems));
    if !is_readable && problems.is_empty() {
        problems.push(Problem::error(
            "yaml-syntax",
            0..0,
            "the file cannot be read",
            "write it as plainly as the example in the README",
        ));
    }
    Parsed { value, problems, unreadable }
}

/// Reads the tree again and again, taking out what cannot be read, until it can.
fn read_past_errors<T: DeserializeOwned + Default>(
    text: &str,
    tree: &mut Node,
    problems: &mut Vec<Problem>,
    unreadable: &mut Vec<Path>,
) -> T {
    for _ in 0..MAX_FINDINGS {
        let error = match de::from_node::<T>(tree) {
            Ok(value) => return value,
            Err(error) => error,
        };
        let path = error.path();
        let (Some(entry), Some((_, parent))) = (tree.entry_at(&path), path.split_last()) else {
            break;
        };
        if let Reason::UnknownKey { expected } = error.reason {
            // All of a mapping at once, so that a file full of them is read once.
            for entry in tree.at(parent).map_or(&[][..], Node::entries) {
                if let Some(key) = &entry.key
                    && !expected.contains(&key.as_str())
                {
                    problems.push(unknown_key(text, key, parent, entry, expected));
                }
            }
            tree.retain(parent, expected);
        } else {
            let range = match error.reason {
                Reason::Empty { .. } => entry.value.range.clone(),
                _ => tree.locate(&Place { path: path.clone(), part: Part::Value }),
            };
            problems.push(wrong_value(first_line(text, range), &path, error.reason));
            tree.remove(&path);
            unreadable.push(path);
        }
    }
    unreadable.push(vec![]);
    T::default()
}

fn unknown_key(
    text: &str,
    key: &str,
    parent: &[String],
    entry: &Entry,
    expected: &'static [&'static str],
) -> Problem {
    if is_secret_name(key) && mask::is_literal(&entry.value) {
        return Problem::error(
            "literal-key",
            first_line(text, entry.value.range.clone()),
            format!("{} holds a key or password in plain text", shown(key)),
            "take it out, and have a new one issued: Git keeps the old one",
        );
    }
    let place = match parent {
        [] => String::new(),
        keys => format!(" in {}", shown(&keys.join("."))),
    };
    let hint = if key == "true" && expected.contains(&"on") {
        "write `on`: programs that read YAML 1.1 take `on` for `true` when they save a file"
            .to_owned()
    } else {
        instead_of(key, expected, || format!("the keys here are {}", all_of(expected)))
    };
    Problem::error(
        "unknown-key",
        entry.key_range.clone(),
        format!("unknown key {}{place}", shown(key)),
        hint,
    )
}

fn wrong_value(range: Range<usize>, path: &[String], reason: Reason) -> Problem {
    let name = shown(&path.join("."));
    match reason {
        Reason::UnknownValue { found, expected } => Problem::error(
            "unknown-value",
            range,
            format!("{name} cannot be {}", shown(&found)),
            instead_of(&found, expected, || format!("write {}", one_of(expected))),
        ),
        Reason::Empty { expected } => Problem::error(
            "empty-value",
            range,
            format!("{name} is empty, but has to be {expected}"),
            "write the value, or take the line out",
        ),
        Reason::WrongType { found: "nothing", expected } => Problem::error(
            "missing-key",
            range,
            format!("{name} has no value; it has to be {expected}"),
            "write the value, or take the line out",
        ),
        Reason::WrongType { found, expected } => Problem::error(
            "wrong-type",
            range,
            format!("{name} is {found}, but has to be {expected}"),
            type_hint(found, &expected),
        ),
        Reason::UnknownKey { .. } | Reason::Other => Problem::error(
            "wrong-type",
            range,
            format!("{name} cannot be read"),
            "write it as the README shows",
        ),
    }
}

fn type_hint(found: &str, expected: &str) -> &'static str {
    match expected {
        scalar::TEXT if matches!(found, "a list" | "a mapping") => "write one text",
        scalar::TEXT => "put the value in quotes",
        scalar::ID => "write the id as a whole number, or in quotes",
        scalar::FLAG => "write `true` or `false`, without quotes",
        scalar::DATE | schema::FACT => "write the day, as in `2026-10-12`",
        RawOverride::EXPECTS => "write it as `{value: …, reason: \"why\"}`",
        _ if expected.starts_with('`') => "write one of these words",
        _ => "write its keys on lines of their own below it, indented",
    }
}

/// Returns the problems of secret keys that nothing else has told, wherever they stand.
fn identity_problems(text: &str, told: &[Problem]) -> Vec<Problem> {
    let told: Vec<&Range<usize>> = told
        .iter()
        .filter(|problem| problem.code == "literal-key")
        .map(|problem| &problem.range)
        .take(MAX_FINDINGS)
        .collect();
    mask::identities(text)
        .into_iter()
        .take(MAX_FINDINGS)
        .filter(|key| !told.iter().any(|told| told.start < key.end && key.start < told.end))
        .map(|range| {
            Problem::error(
                "literal-key",
                range,
                "this is the secret half of an age key pair; the file is in Git, and a secret \
                 key must not be",
                "take it out, and have a new pair made: Git keeps the old one",
            )
        })
        .collect()
}

fn alias_problem(kind: SyntaxKind, range: Range<usize>) -> Problem {
    let (what, hint) = match kind {
        SyntaxKind::ANCHOR => {
            ("an anchor (`&name`)", "take it out; a text that begins with `&` needs quotes")
        }
        SyntaxKind::TAG => {
            ("a tag (`!name`)", "take it out; a text that begins with `!` needs quotes")
        }
        SyntaxKind::MERGE_KEY => ("a merge key (`<<`)", "write the keys out"),
        _ => {
            ("an alias (`*name`)", "write the value out; a text that begins with `*` needs quotes")
        }
    };
    Problem::error("yaml-alias", range, format!("the file uses {what}"), hint)
}

/// Cuts a range at the end of its first line, so that it marks one line.
pub(super) fn first_line(text: &str, range: Range<usize>) -> Range<usize> {
    let end = text[range.clone()].find(['\n', '\r']).map_or(range.end, |at| range.start + at);
    range.start..end
}

/// Says whether a finding is about something that is there but could not be read.
pub(super) fn is_moot(finding: &Finding, unreadable: &[Path]) -> bool {
    finding.absent.iter().any(|absent| unreadable.iter().any(|path| absent.starts_with(path)))
}

/// Gives a finding its place.
pub(super) fn resolve(finding: &Finding, tree: &Node, text: &str) -> Problem {
    let at = |place| first_line(text, tree.locate(place));
    Problem {
        code: finding.code,
        severity: finding.severity,
        range: at(&finding.at),
        message: finding.message.clone(),
        hint: finding.hint.clone(),
        related: finding.related.iter().map(|(place, text)| (at(place), text.clone())).collect(),
    }
}
