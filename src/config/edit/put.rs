//! Inserts an entry into a text without changing other lines.
//!
//! # Design
//!
//! The text is cut and joined at the positions in [`Node`]. There may be several positions for
//! a new entry, and what YAML reads depends on the context, so each is tried and parsed again:
//! the first result with the old meaning plus the entry is used. Rejected: editing with
//! `yaml-edit`, which indents a new section by two spaces regardless of the file, and cannot
//! add the first entry of an empty section.

use crate::config::tree::{Entry, Kind, Node};
use crate::model::RetailerFile;
use crate::model::types::Format;
use serde_yaml::{Mapping, Value};
use std::ops::Range;

/// The indentation of a section if no other section of the file shows it.
const STEP: &str = "  ";

/// The top-level keys of a retailer file, in order.
pub(super) const KEYS: &[&str] = RetailerFile::KEYS;

/// Returns the text with this value at this path, or `None` if that requires other changes.
///
/// `value` is YAML on one line. A new entry is inserted in order if its siblings are in order,
/// and last otherwise. Of the parent mappings, only a section at the top level may be missing.
pub fn put(text: &str, path: &[&str], value: &str, order: &[&str]) -> Option<String> {
    let old: Value = serde_yaml::from_str(text).ok()?;
    let wanted = with(old.clone(), path, serde_yaml::from_str(value).ok()?)?;
    if wanted == old {
        return Some(text.to_owned());
    }
    let root = Node::read(text)?;
    let candidates = Text(text).put(&root, path, value, order)?;
    candidates.into_iter().find(|candidate| has_value(candidate, &wanted))
}

pub(super) fn has_value(text: &str, wanted: &Value) -> bool {
    serde_yaml::from_str::<Value>(text).is_ok_and(|found| found == *wanted)
}

fn with(mut found: Value, path: &[&str], value: Value) -> Option<Value> {
    let mut at = &mut found;
    for key in path {
        if at.is_null() {
            *at = Value::Mapping(Mapping::new());
        }
        at = at.as_mapping_mut()?.entry((*key).into()).or_insert(Value::Null);
    }
    *at = value;
    Some(found)
}

/// A new entry in both styles.
struct New {
    /// Its lines, without the indentation of its siblings.
    block: Vec<String>,
    flow: String,
}

impl New {
    fn of(key: &str, value: &str) -> New {
        let line = format!("{key}: {value}");
        New { block: vec![line.clone()], flow: line }
    }

    /// Wraps the entry in a new section.
    fn within(self, section: &str, step: &str) -> New {
        let mut block = vec![format!("{section}:")];
        block.extend(self.block.iter().map(|line| format!("{step}{line}")));
        New { block, flow: format!("{section}: {{{}}}", self.flow) }
    }
}

/// Where a new entry goes, relative to the index of an existing one.
enum Slot {
    Before(usize),
    After(usize),
}

/// A text that can be cut and joined.
#[derive(Clone, Copy)]
pub(super) struct Text<'a>(pub(super) &'a str);

impl Text<'_> {
    /// Returns candidate texts. The first that parses as intended is the right one.
    fn put(self, root: &Node, path: &[&str], value: &str, order: &[&str]) -> Option<Vec<String>> {
        let (key, parents) = path.split_last()?;
        if let Some(entry) = root.entry_at(path) {
            return Some(self.replace(entry, value).into_iter().collect());
        }
        let new = New::of(key, value);
        match (root.at(parents), parents) {
            (Some(mapping), _) if !mapping.entries().is_empty() => {
                let slot = slot(mapping.entries(), key, order)?;
                Some(self.insert(mapping, &slot, &new))
            }
            (Some(_), [section]) => Some(vec![self.fill(root, root.entry(section)?, &new)?]),
            (None, [section]) => {
                let slot = section_slot(root.entries(), section)?;
                Some(self.insert(root, &slot, &new.within(section, &self.step(root))))
            }
            _ => None,
        }
    }

    /// Replaces the value of an entry that is on one line.
    fn replace(self, entry: &Entry, value: &str) -> Option<String> {
        let range = entry.value.range.clone();
        if self.0[range.clone()].is_empty() {
            let (at, colon) = self.after_key(entry);
            return Some(self.splice(at..at, &format!("{colon} {value}")));
        }
        let is_one_line = !self.0[range.clone()].contains('\n');
        is_one_line.then(|| self.splice(range, value))
    }

    /// Adds the first entry of an empty section.
    fn fill(self, root: &Node, section: &Entry, new: &New) -> Option<String> {
        let range = section.value.range.clone();
        let value = &self.0[range.clone()];
        let (at, colon) = self.after_key(section);
        let in_line = range.is_empty() || !self.0[at..range.end].contains('\n');
        let is_nothing = value.chars().all(|c| matches!(c, '{' | ' ' | '}'));
        if self.is_flow(root) || !in_line || !(is_nothing || section.value.kind == Kind::Null) {
            return match &section.value.kind {
                Kind::Null if value.is_empty() => {
                    Some(self.splice(at..at, &format!("{colon} {{{}}}", new.flow)))
                }
                Kind::Mapping(_) if !is_nothing => {
                    let start = range.start + 1;
                    Some(self.splice(start..start, &new.flow))
                }
                Kind::Null | Kind::Mapping(_) => {
                    Some(self.splice(range, &format!("{{{}}}", new.flow)))
                }
                _ => None,
            };
        }
        let indent = self.indent(section)?;
        let bare = if range.is_empty() { at..at } else { at..range.end };
        let bare = self.splice(bare, "");
        let lines: Vec<String> =
            new.block.iter().map(|line| format!("{indent}{}{line}", self.step(root))).collect();
        let at = Text(&bare).below(at, indent.len());
        Some(Text(&bare).add_lines(at, &lines))
    }

    fn insert(self, mapping: &Node, slot: &Slot, new: &New) -> Vec<String> {
        let entries = mapping.entries();
        let (Slot::Before(index) | Slot::After(index)) = slot;
        let entry = &entries[*index];
        if self.is_flow(mapping) {
            let edited = match slot {
                Slot::Before(_) => {
                    let at = entry.key_range.start;
                    self.splice(at..at, &format!("{}, ", new.flow))
                }
                Slot::After(_) => {
                    let at = self.end(entry);
                    self.splice(at..at, &format!(", {}", new.flow))
                }
            };
            return vec![edited];
        }
        let Some(indent) = self.indent(entry) else { return vec![] };
        let lines: Vec<String> = new.block.iter().map(|line| format!("{indent}{line}")).collect();
        let places = match slot {
            Slot::Before(_) => {
                let start = self.line_start(entry.key_range.start);
                vec![self.above_comments(start), start]
            }
            Slot::After(_) => {
                let next = entries.get(index + 1);
                let next = next.map_or(self.0.len(), |next| self.line_start(next.key_range.start));
                // A block scalar that keeps trailing blank lines extends up to the next entry.
                vec![self.below(self.end(entry), indent.len()), self.above_comments(next), next]
            }
        };
        places.into_iter().map(|at| self.add_lines(at, &lines)).collect()
    }

    /// Adds whole lines at the start of a line, or at the end of the text.
    fn add_lines(self, at: usize, lines: &[String]) -> String {
        let before = &self.0[..at];
        let is_open = !before.is_empty() && !before.ends_with('\n');
        let is_crlf = if is_open { self.0.contains("\r\n") } else { before.ends_with("\r\n") };
        let line_end = if is_crlf { "\r\n" } else { "\n" };
        let mut added = String::from(if is_open { line_end } else { "" });
        lines.iter().for_each(|line| added.extend([line, line_end]));
        self.splice(at..at, &added)
    }

    pub(super) fn splice(self, range: Range<usize>, with: &str) -> String {
        format!("{}{with}{}", &self.0[..range.start], &self.0[range.end..])
    }

    pub(super) fn is_flow(self, mapping: &Node) -> bool {
        self.0[mapping.range.start..].starts_with('{')
    }

    /// Returns the indentation of the file's sections.
    fn step(self, root: &Node) -> String {
        let sections = root.entries().iter().filter(|section| !self.is_flow(&section.value));
        let mut inner = sections.filter_map(|section| {
            let own = self.indent(section)?;
            let inner = self.indent(section.value.entries().first()?)?;
            inner.strip_prefix(own).filter(|step| !step.is_empty()).map(str::to_owned)
        });
        inner.next().unwrap_or_else(|| STEP.to_owned())
    }

    /// Returns the text before a key, or `None` if it is not only white space.
    fn indent(&self, entry: &Entry) -> Option<&str> {
        let indent = &self.0[self.line_start(entry.key_range.start)..entry.key_range.start];
        indent.chars().all(|c| c == ' ').then_some(indent)
    }

    /// Returns the position after the colon of an entry without a value; or the end of the key,
    /// and the missing colon.
    fn after_key(self, entry: &Entry) -> (usize, &'static str) {
        let end = entry.key_range.end;
        let rest = &self.0[end..];
        let spaces = rest.len() - rest.trim_start_matches(' ').len();
        if rest[spaces..].starts_with(':') { (end + spaces + 1, "") } else { (end, ":") }
    }

    /// Returns the end of an entry, excluding line ends and comments.
    pub(super) fn end(self, entry: &Entry) -> usize {
        self.end_of(&entry.value).unwrap_or_else(|| self.after_key(entry).0)
    }

    fn end_of(self, node: &Node) -> Option<usize> {
        match &node.kind {
            Kind::Mapping(entries) if !self.is_flow(node) => {
                entries.last().map(|last| self.end(last))
            }
            Kind::Sequence(items) if !self.0[node.range.start..].starts_with('[') => {
                self.end_of(items.last()?)
            }
            _ => {
                let found = self.0[node.range.clone()].trim_end();
                (!found.is_empty()).then(|| node.range.start + found.len())
            }
        }
    }

    pub(super) fn line_start(self, at: usize) -> usize {
        self.0[..at].rfind('\n').map_or(0, |end| end + 1)
    }

    /// Returns the start of the next line.
    pub(super) fn line_end(self, at: usize) -> usize {
        self.0[at..].find('\n').map_or(self.0.len(), |end| at + end + 1)
    }

    /// Returns the start of the line below a position and its comments: those that are indented
    /// deeper than `indent`.
    fn below(self, at: usize, indent: usize) -> usize {
        let mut below = self.line_end(at);
        let mut end = below;
        for line in self.0[below..].split_inclusive('\n') {
            end += line.len();
            let own = line.len() - line.trim_start_matches(' ').len();
            if line.trim_start().starts_with('#') && own > indent {
                below = end;
            } else if !line.trim().is_empty() {
                break;
            }
        }
        below
    }

    /// Returns the start of the comments directly above a line.
    fn above_comments(self, start: usize) -> usize {
        let lines = self.0[..start].split_inclusive('\n').rev();
        let comments = lines.take_while(|line| line.trim_start().starts_with('#'));
        start - comments.map(str::len).sum::<usize>()
    }
}

/// Returns the slot of a key in a mapping that has entries.
fn slot(entries: &[Entry], key: &str, order: &[&str]) -> Option<Slot> {
    let rank = |key: &str| order.iter().position(|other| *other == key);
    let ranks: Option<Vec<usize>> =
        entries.iter().map(|entry| rank(entry.key.as_deref()?)).collect();
    match (ranks, rank(key)) {
        (Some(ranks), Some(own)) if ranks.is_sorted() => {
            Some(ranks.iter().rposition(|rank| *rank < own).map_or(Slot::Before(0), Slot::After))
        }
        _ => Some(Slot::After(entries.len().checked_sub(1)?)),
    }
}

/// Returns the slot of a new section: below every key that precedes it in [`KEYS`].
fn section_slot(entries: &[Entry], section: &str) -> Option<Slot> {
    let before = KEYS.split(|key| *key == section).next().unwrap_or_default();
    let comes_before =
        |entry: &Entry| entry.key.as_deref().is_some_and(|key| before.contains(&key));
    let last = entries.iter().rposition(comes_before);
    (!entries.is_empty()).then(|| last.map_or(Slot::Before(0), Slot::After))
}
