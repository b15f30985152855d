//! Parses a text to a typed value and all its problems.
//!
//! A valid file is parsed once, by `serde_yaml`. Others are parsed again as a tree, to locate
//! each problem and to continue after the first one.
//!
//! # Design
//!
//! Both ways use the same types, so that the keys have one definition. Rejected: spans in the
//! types (all files would pay for them, and the types would no longer be plain), and parsing
//! everything as a tree (four times slower).

use super::finding::{Finding, Path, Place, Problem};
use super::mask;
use super::syntax::{self, Syntax};
use super::tree::{self, Kind, Node};
use crate::diagnostic::first_line;
use crate::model::types::{Format, Scope, ValueReader};
use std::collections::HashSet;
use std::ops::Range;
use yaml_edit::SyntaxKind;

/// The maximum number of displayed problems of one file: more than one fixes at a time.
const MAX_PROBLEMS: usize = 100;

/// The maximum number of located findings of one file. Above [`MAX_PROBLEMS`], because only the
/// position shows which of them come first.
const MAX_FINDINGS: usize = 1000;

/// A typed value, as far as it could be read, and all problems of its file.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Parsed<T> {
    pub value: Option<T>,
    /// Sorted by position.
    pub problems: Vec<Problem>,
}

/// How strictly a file is parsed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum FileKind {
    /// It must not be empty. What could be read of it is checked.
    Retailer,
    /// A file for all retailers. It may be empty, and is checked only if its structure is valid.
    Shared,
}

/// Parses a text in a format and checks it.
pub(super) fn parse<F: Format>(
    text: &str,
    kind: FileKind,
    check: impl Fn(&F::Value) -> Vec<Finding>,
) -> Parsed<F::Value> {
    let fast = F::fast(Scope::default(), serde_yaml::Deserializer::from_str(text)).ok();
    if let Some(value) = &fast
        && !may_be_unusual(text)
        && !text.trim().is_empty()
        && !mask::has_identity(text)
        && check(value).is_empty()
    {
        return Parsed { value: fast, problems: vec![] };
    }
    let mut parsed = parse_slowly::<F>(text, kind, check);
    sort_and_cap(&mut parsed.problems, MAX_PROBLEMS);
    parsed
}

/// Returns whether a text has characters of anchors, aliases, tags or numbers in an unusual
/// notation: an id must be read as written. The search has no early exit and adds up bytes, so that
/// the compiler can vectorize it.
fn may_be_unusual(text: &str) -> bool {
    let one_of =
        |byte: u8, others: &[u8]| others.iter().map(|other| u8::from(byte == *other)).sum::<u8>();
    let bytes = text.as_bytes();
    let pairs = bytes.iter().zip(bytes.get(1..).unwrap_or_default());
    let marks = bytes.iter().fold(0, |found, byte| found | one_of(*byte, b"&*!+"));
    let bases =
        pairs.fold(0, |found, (zero, base)| found | (one_of(*zero, b"0") & one_of(*base, b"xob")));
    (marks | bases) != 0
}

fn sort_and_cap(problems: &mut Vec<Problem>, most: usize) {
    problems.sort_by(|a, b| (a.primary.start, a.code).cmp(&(b.primary.start, b.code)));
    if problems.len() > most {
        let left_off = problems.len() - most;
        problems.truncate(most);
        let last = problems.last().map_or(0..0, |problem| problem.primary.clone());
        let message = format!("the file has at least {left_off} more problems");
        let hint = "fix the problems above and run again";
        problems.push(Problem::error("too-many-problems", last, message, hint));
    }
}

fn parse_slowly<F: Format>(
    text: &str,
    kind: FileKind,
    check: impl Fn(&F::Value) -> Vec<Finding>,
) -> Parsed<F::Value> {
    let failed = |problem| Parsed { value: None, problems: vec![problem] };
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
        let message = "a second YAML document begins here";
        let hint = "write one file per retailer, and remove the line `---`";
        let range = tree::second_document(text);
        return failed(Problem::error("many-documents", range, message, hint));
    }
    let mut problems: Vec<Problem> =
        references.into_iter().map(|(kind, range)| alias_problem(kind, range)).collect();

    let original = match tree {
        None | Some(Node { kind: Kind::Null, .. }) => {
            if kind == FileKind::Retailer {
                let hint = "write `retailer` and `journey`, or delete the file";
                return failed(Problem::error("empty-file", 0..0, "the file is empty", hint));
            }
            Node { range: 0..0, kind: Kind::Mapping(vec![]) }
        }
        Some(tree @ Node { kind: Kind::Mapping(_), .. }) => tree,
        Some(tree) => {
            let range = first_line(text, tree.range);
            let hint = "write `key: value` lines, as in `retailer: Acme Apparel`";
            let problem = Problem::error("wrong-type", range, "the file holds no keys", hint);
            return failed(problems.into_iter().next().unwrap_or(problem));
        }
    };

    let mut tree = original.clone();
    let mut unreadable = tree.take_unreadable(text, &mut problems);
    let mut reader = ValueReader::new(text, unreadable.clone());
    let value = F::slow(Scope::default(), &tree, &mut reader);
    problems.append(&mut reader.problems);
    unreadable.append(&mut reader.unreadable);
    if let Some(value) = &value
        && (kind == FileKind::Retailer || problems.is_empty())
    {
        for finding in check(value).into_iter().take(MAX_FINDINGS) {
            if !is_moot(&finding, &unreadable) {
                let range = |place: Place| first_line(text, original.locate(&place));
                problems.push(finding.map(range));
            }
        }
    }
    if problems.iter().any(Problem::is_error) {
        explain_by_layout(text, &mut problems);
    }
    problems.extend(identity_problems(text, &problems));
    if value.is_none() && problems.is_empty() {
        let hint = "use only the YAML that the examples in docs/reference.md use";
        problems.push(Problem::error("yaml-syntax", 0..0, "the file cannot be read", hint));
    }
    Parsed { value, problems }
}

/// Replaces the problems in lines whose indentation or colon is odd by the problem of that.
fn explain_by_layout(text: &str, problems: &mut Vec<Problem>) {
    let line = |of: &Problem| text[..of.primary.start].rfind('\n').map_or(0, |end| end + 1);
    let with_problem: HashSet<usize> = problems.iter().map(line).collect();
    let mut odd = syntax::odd_indents(text);
    // In a text such a line is not wrong.
    odd.retain(|odd| with_problem.contains(&line(odd)));
    odd.extend(syntax::odd_colon(text));
    let explained: HashSet<usize> = odd.iter().map(line).collect();
    problems.retain(|problem| !explained.contains(&line(problem)));
    problems.append(&mut odd);
}

/// Returns the problems of secret keys anywhere in the text that are not reported yet.
fn identity_problems(text: &str, reported: &[Problem]) -> Vec<Problem> {
    let reported: Vec<&Range<usize>> = reported
        .iter()
        .filter(|problem| problem.code == "literal-key")
        .map(|problem| &problem.primary)
        .take(MAX_FINDINGS)
        .collect();
    mask::identities(text)
        .into_iter()
        .take(MAX_FINDINGS)
        .filter(|key| {
            !reported.iter().any(|reported| reported.start < key.end && key.start < reported.end)
        })
        .map(|range| {
            let message = "this is the secret half of an age key pair; the file is in Git, and a \
                           secret key must not be";
            let hint = "remove it, and have a new pair made: Git keeps the old one";
            Problem::error("literal-key", range, message, hint)
        })
        .collect()
}

fn alias_problem(kind: SyntaxKind, range: Range<usize>) -> Problem {
    let (what, hint) = match kind {
        SyntaxKind::ANCHOR => {
            ("an anchor (`&name`)", "remove it; text that begins with `&` needs quotes")
        }
        SyntaxKind::TAG => ("a tag (`!name`)", "remove it; text that begins with `!` needs quotes"),
        SyntaxKind::MERGE_KEY => ("a merge key (`<<`)", "write the keys out"),
        _ => ("an alias (`*name`)", "write the value out; text that begins with `*` needs quotes"),
    };
    Problem::error("yaml-alias", range, format!("the file uses {what}"), hint)
}

/// Returns whether a finding is about something that exists but could not be read.
fn is_moot(finding: &Finding, unreadable: &[Path]) -> bool {
    let is_unreadable = |absent: &Path| unreadable.iter().any(|path| absent.starts_with(path));
    finding.primary.absent.iter().any(is_unreadable)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::RetailerFile;

    fn fast(text: &str) -> Option<RetailerFile> {
        RetailerFile::fast(Scope::default(), serde_yaml::Deserializer::from_str(text)).ok()
    }

    #[test]
    fn what_is_read_fast_is_read_alike_with_all_its_problems() {
        const WRITTEN: &[&str] = &[
            "Acme",
            "'Acme'",
            "7",
            "'7'",
            "\"7\"",
            "007",
            "7.5",
            "-7",
            "1e3",
            ".5",
            "'.5'",
            ".inf",
            "-.inf",
            ".nan",
            "nan",
            "inf",
            "~",
            "'~'",
            "null",
            "Null",
            "'null'",
            "true",
            "TRUE",
            "'true'",
            "tRue",
            "yes",
            "7 For All",
            "7-Eleven",
            "7e",
            "2026-01-05",
            "1_000",
            "''",
            "",
            "|\n  7",
            "|\n  true",
            ">\n  Acme\n  Apparel",
            "99999999999999999999",
            "- 7",
            "{}",
            "Acme 'n' Sons",
            "new",
            "'new'",
            "existing",
            "required",
            "Ünïcode",
        ];
        for written in WRITTEN {
            for before in [
                "retailer: ",
                "journey: ",
                "account_manager: ",
                "notes: ",
                "omnireturns_access: ",
                "ids:\n omnirps: ",
                "milestones:\n live: ",
                "milestones:\n test_label:\n  on: 2026-01-05\n  connote: ",
            ] {
                let text = format!("{before}{written}\n");
                let slow = parse_slowly::<RetailerFile>(&text, FileKind::Retailer, |_| Vec::new());
                if let Some(fast) = fast(&text) {
                    assert_eq!((Some(fast), vec![]), (slow.value, slow.problems), "{text}");
                }
            }
        }
        // Most files need no second reading.
        for text in
            ["retailer: Acme", "retailer: 'Acme'", "retailer: 7 For All", "ids: {omnirps: 7}"]
        {
            assert!(fast(text).is_some(), "{text}");
        }
    }

    #[test]
    fn unusual_notations_are_noticed_anywhere() {
        for text in ["a: &b", "a: *b", "a: !b", "a: +1", "0x1F", "a: 0o7", "a: 0b1", "\n\n0b"] {
            assert!(may_be_unusual(text), "{text}");
        }
        for text in ["", "0", "a: 10", "a: b0", "x0: 1", "2026-10-05"] {
            assert!(!may_be_unusual(text), "{text}");
        }
    }
}
