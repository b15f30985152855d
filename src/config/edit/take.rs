//! Removes an entry from a text without changing other lines. Comments stay.

use super::put::{Text, has_value};
use crate::config::tree::{Entry, Node, comments};
use serde_yaml::Value;
use std::ops::Range;

/// Returns the text without this entry, or `None` if that requires other changes. A section
/// with no other entry is removed too.
pub(super) fn take(text: &str, path: &[&str]) -> Option<String> {
    let old: Value = serde_yaml::from_str(text).ok()?;
    let wanted = without(old, path)?;
    let root = Node::read(text)?;
    let (last, parents) = path.split_last()?;
    let mapping = root.at(parents)?;
    let entry = mapping.entry(last)?;
    let comments = comments(text, &root);
    let text = Text(text);
    let candidate = match root.entry_at(parents) {
        Some(section) if mapping.entries().len() == 1 && text.is_flow(&root) => {
            text.splice(in_flow(text, &comments, &root, section)?, "")
        }
        // The section is removed with its only entry.
        Some(section) if mapping.entries().len() == 1 => {
            lines(text, &comments, section.key_range.start, entry)?
        }
        _ if text.is_flow(mapping) => text.splice(in_flow(text, &comments, mapping, entry)?, ""),
        _ => lines(text, &comments, entry.key_range.start, entry)?,
    };
    has_value(&candidate, &wanted).then_some(candidate)
}

/// Returns the text without this entry on its own lines, or `None` if that would remove
/// anything else, including a comment.
pub(super) fn take_plain(text: &str, path: &[&str]) -> Option<String> {
    let wanted = without(serde_yaml::from_str(text).ok()?, path)?;
    let root = Node::read(text)?;
    let entry = root.entry_at(path)?;
    let text = Text(text);
    let lines = text.line_start(entry.key_range.start)..text.line_end(text.end(entry));
    let is_plain = text.0[lines.clone()].trim_end().len() + lines.start == text.end(entry);
    let candidate = text.splice(lines, "");
    (is_plain && has_value(&candidate, &wanted)).then_some(candidate)
}

/// Removes the lines from a key to the end of an entry, except their comments.
fn lines(text: Text<'_>, comments: &[Range<usize>], start: usize, entry: &Entry) -> Option<String> {
    // The end of a section with one entry in flow style is after its bracket.
    let lines = text.line_start(start)..text.line_end(text.end(entry));
    let is_one_line = text.line_start(entry.key_range.start) == text.line_start(text.end(entry));
    let mut kept = String::new();
    for comment in comments.iter().filter(|comment| lines.contains(&comment.start)) {
        let before = &text.0[text.line_start(comment.start)..comment.start];
        let code = before.trim_start();
        // It may be about a part of the entry.
        if !code.is_empty() && !is_one_line {
            return None;
        }
        kept.push_str(&before[..before.len() - code.len()]);
        kept.push_str(&text.0[comment.start..text.line_end(comment.start)]);
    }
    Some(text.splice(lines, &kept))
}

/// Returns the range of an entry in flow style, including its comma.
fn in_flow(
    text: Text<'_>,
    comments: &[Range<usize>],
    mapping: &Node,
    entry: &Entry,
) -> Option<Range<usize>> {
    let entries = mapping.entries();
    let at = entries.iter().position(|other| other.key_range == entry.key_range)?;
    let range = match (at.checked_sub(1), entries.get(at + 1)) {
        (_, Some(next)) => entry.key_range.start..next.key_range.start,
        (Some(before), None) => text.end(&entries[before])..text.end(entry),
        (None, None) => entry.key_range.start..text.end(entry),
    };
    // A comment between the two must stay.
    (!comments.iter().any(|comment| range.contains(&comment.start))).then_some(range)
}

fn without(mut file: Value, path: &[&str]) -> Option<Value> {
    let (last, parents) = path.split_last()?;
    let mut at = file.as_mapping_mut()?;
    for (depth, key) in parents.iter().enumerate() {
        // The section is removed with its last entry.
        if depth + 1 == parents.len() && at.get(*key)?.as_mapping()?.len() == 1 {
            at.get(*key)?.as_mapping()?.get(*last)?;
            at.remove(*key);
            return Some(file);
        }
        at = at.get_mut(*key)?.as_mapping_mut()?;
    }
    at.remove(*last)?;
    Some(file)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn taken(text: &str) -> String {
        take(text, &["milestones", "live"]).unwrap_or_else(|| "(by hand)".into())
    }

    #[test]
    fn an_entry_is_removed_and_its_comments_stay() {
        for (text, expected) in [
            ("milestones:\n  a: 1\n  live: 2\nx: y\n", "milestones:\n  a: 1\nx: y\n"),
            ("milestones:\n  live: 2 # b\n  a: 1\n", "milestones:\n  # b\n  a: 1\n"),
            ("x: y\nmilestones: # a\n  # b\n  live: 2 # c\n", "x: y\n# a\n  # b\n  # c\n"),
            ("x: y\r\nmilestones:\r\n  live: 2\r\n", "x: y\r\n"),
            ("milestones: {live: 2, a: 1}\n", "milestones: {a: 1}\n"),
            ("milestones: {a: 1, live: 2} # b\n", "milestones: {a: 1} # b\n"),
            ("x: y\nmilestones: {live: 2} # b\n", "x: y\n# b\n"),
            ("{x: y, milestones: {live: 2}}\n", "{x: y}\n"),
            ("milestones:\n  live:\n    on: 2\n    by: x\n  a: 1\n", "milestones:\n  a: 1\n"),
            // A comment begins with its first `#`, and a text in quotes has none.
            ("milestones:\n  live: 2 # a #1\n  a: 1\n", "milestones:\n  # a #1\n  a: 1\n"),
            ("milestones:\n  live: 2\t# a\n  a: 1\n", "milestones:\n  # a\n  a: 1\n"),
            ("x: y\nmilestones: # a #1\n  live: 2\n", "x: y\n# a #1\n"),
            ("x: y\nmilestones: {live: 2} # a #1\n", "x: y\n# a #1\n"),
            ("milestones:\n  live: {on: 2, by: \"x #1\"}\n  a: 1\n", "milestones:\n  a: 1\n"),
            ("x: y\nmilestones:\n  live: {by: 'x #1'} # b\n", "x: y\n  # b\n"),
            ("milestones:\n  live:\n    by: \"x #1\"\n  a: 1\n", "milestones:\n  a: 1\n"),
            ("milestones: {live: {by: \"x #1\"}, a: 1}\n", "milestones: {a: 1}\n"),
        ] {
            assert_eq!(taken(text), expected, "{text}");
        }
    }

    #[test]
    fn an_entry_that_cannot_be_removed_alone_is_left() {
        for text in [
            "milestones:\n  live:\n    on: 2 # b\n    by: x\n  a: 1\n",
            "milestones: {live: 2, # b\n  a: 1}\n",
            "milestones:\n  a: 1\n",
            "x: y\n",
        ] {
            assert_eq!(taken(text), "(by hand)", "{text}");
        }
    }
}
