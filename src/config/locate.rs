//! Finds the lines of the files that a plan's entries are about, for annotations; and the
//! line of one key.
//!
//! Enters: a plan and the files that it was made from. Leaves: the same plan with lines.
//! A stage of its own, because places cost a second, slower reading: only files with such
//! an entry are read again, and only where somebody wants the lines.

use super::text::decode;
use super::tree::{Kind, Node};
use super::{Source, Sources, slug};
use crate::model::System;
use crate::plan::Plan;
use crate::process::Precondition;
use std::collections::BTreeMap;

/// Returns the plan with the line of each held, manual and blocked entry.
pub(crate) fn locate(mut plan: Plan, sources: &Sources) -> Plan {
    let files: BTreeMap<&str, &[u8]> = sources
        .retailers
        .iter()
        .map(|source| (source.path.as_str(), source.bytes.as_slice()))
        .collect();
    for retailer in &mut plan.retailers {
        if retailer.held.is_empty() && retailer.manual.is_empty() && retailer.blocked.is_empty() {
            continue;
        }
        let Some(lines) = files.get(retailer.file.as_str()).and_then(|bytes| Lines::read(bytes))
        else {
            continue;
        };
        for entry in &mut retailer.held {
            entry.line = lines.of_gate(entry.waiting_for.last());
        }
        for entry in &mut retailer.manual {
            entry.line = lines.of_record(entry.setting.system());
        }
        for problem in &mut retailer.blocked {
            problem.line = lines.of_record(problem.system);
        }
    }
    plan
}

/// Returns the line of the key at the end of a path.
pub(crate) fn line(source: &Source, path: &[&str]) -> Option<usize> {
    Lines::read(&source.bytes)?.first(&[path])
}

/// Returns whether a file, which may be invalid, is named so or declares a retailer of this
/// name.
pub(crate) fn is_called(source: &Source, name: &str) -> bool {
    let declared = || {
        let tree = Lines::read(&source.bytes)?.tree;
        Some(tree.at(&["retailer".to_owned()])?.kind == Kind::Text(name.to_owned()))
    };
    slug(&source.path) == name || declared().unwrap_or(false)
}

/// Returns the line and the column of a key of an item of a list, or of the nearest thing around
/// it that is there.
pub(crate) fn place_of_item(text: &str, list: &str, index: usize, key: &str) -> (usize, usize) {
    let start = || {
        let tree = Node::parse(text)?;
        let list = tree.entry(list)?;
        let Kind::Sequence(items) = &list.value.kind else { return Some(list.key_range.start) };
        let Some(item) = items.get(index) else { return Some(list.key_range.start) };
        Some(item.entry(key).map_or(item.range.start, |entry| entry.key_range.start))
    };
    let before = text.get(..start().unwrap_or(0)).unwrap_or_default();
    let line_start = before.rfind('\n').map_or(0, |at| at + 1);
    (before.matches('\n').count() + 1, before[line_start..].chars().count() + 1)
}

/// A file in which places are looked up.
struct Lines<'a> {
    text: &'a str,
    tree: Node,
}

impl<'a> Lines<'a> {
    fn read(bytes: &'a [u8]) -> Option<Lines<'a>> {
        let text = decode(bytes).ok()?;
        Some(Lines { text, tree: Node::read(text)? })
    }

    /// The line where people will state what is waited for. What is missing has no line
    /// of its own; the one above it that exists is where it goes.
    fn of_gate(&self, waiting: Option<&Precondition>) -> Option<usize> {
        match waiting {
            Some(Precondition::OmnireturnsAccess) => {
                self.first(&[&["omnireturns_access"], &["journey"]])
            }
            Some(Precondition::Setting(setting)) => self.of_record(setting.system()),
            Some(Precondition::Milestone(_)) | None => self.first(&[&["milestones"], &["journey"]]),
        }
    }

    /// The line that says which live record is meant: its id, or the name.
    fn of_record(&self, system: System) -> Option<usize> {
        let id = ["ids", system.key()];
        match system {
            System::Omnireturns => self.first(&[&id, &["omnireturns", "name"], &["retailer"]]),
            System::Omniparcel | System::Omnirps => self.first(&[&id, &["retailer"]]),
        }
    }

    /// The line of the first of these keys that the file has.
    fn first(&self, paths: &[&[&str]]) -> Option<usize> {
        paths.iter().find_map(|path| {
            let path: Vec<String> = path.iter().map(|key| (*key).to_owned()).collect();
            let start = self.tree.entry_at(&path)?.key_range.start;
            Some(self.text[..start].matches('\n').count() + 1)
        })
    }
}
