//! A file as a tree in which every key and value has its position in the text.
//!
//! Built only if positions are needed: to locate a finding, to edit a file, to find a line. All
//! other files are only parsed by `serde_yaml`.

use super::finding::{Part, Path, Place, Problem};
use super::syntax::{self, Syntax};
use crate::diagnostic::first_line;
use crate::model::secret::shown_twice;
use crate::model::types::shown;
pub(crate) use crate::model::types::{Entry, Kind, Node};
use serde_yaml::Value;
use std::collections::HashMap;
use std::ops::Range;
use yaml_edit::{Document, SyntaxKind, YamlFile, YamlNode};

impl Node {
    /// Parses an unchecked text, or returns `None` if it is not a single YAML document.
    pub(crate) fn read(text: &str) -> Option<Node> {
        match syntax::read(text) {
            Ok(Syntax::Documents(0 | 1)) => Node::parse(text),
            _ => None,
        }
    }

    /// Parses the first document of a text, or returns `None` if it has no value.
    ///
    /// The text must be valid YAML without deep nesting.
    pub(crate) fn parse(text: &str) -> Option<Node> {
        let file = YamlFile::parse(text).tree();
        let document: Document = file.documents().next()?;
        let root = if let Some(mapping) = document.as_mapping() {
            YamlNode::Mapping(mapping)
        } else if let Some(sequence) = document.as_sequence() {
            YamlNode::Sequence(sequence)
        } else if let Some(tagged) = document.as_tagged() {
            YamlNode::TaggedNode(tagged)
        } else {
            YamlNode::Scalar(document.as_scalar()?)
        };
        Some(convert(&root))
    }

    /// Returns the position of a key or value, or of its nearest existing ancestor. The key of a
    /// list item is its index. A path into a scalar means the scalar: some mappings have a short
    /// form.
    pub(crate) fn locate(&self, place: &Place) -> Range<usize> {
        let mut node = self;
        // Fall back to the start of the file.
        let mut found = 0..0;
        for (depth, key) in place.path.iter().enumerate() {
            if let Kind::Sequence(items) = &node.kind
                && let Some(item) = key.parse().ok().and_then(|index: usize| items.get(index))
            {
                found = item.range.clone();
                node = item;
                continue;
            }
            let Some(entry) = node.entry(key) else {
                let is_value = depth > 0 && place.part == Part::Value && node.is_short();
                return if is_value { node.range.clone() } else { found };
            };
            found = entry.key_range.clone();
            let last = depth + 1 == place.path.len();
            if last && place.part == Part::Value && entry.value.is_short() {
                return entry.value.range.clone();
            }
            node = &entry.value;
        }
        found
    }

    /// Returns the mapping or value at a path.
    pub(crate) fn at(&self, path: &[&str]) -> Option<&Node> {
        path.iter().try_fold(self, |node, key| Some(&node.entry(key)?.value))
    }

    /// Returns the nodes at a path, in which `*` is any key or item.
    pub(super) fn all_at(&self, path: &[&str]) -> Vec<&Node> {
        let Some((key, rest)) = path.split_first() else { return vec![self] };
        match &self.kind {
            Kind::Mapping(entries) => {
                let is_at = |entry: &&Entry| *key == "*" || entry.key.as_deref() == Some(key);
                entries.iter().filter(is_at).flat_map(|entry| entry.value.all_at(rest)).collect()
            }
            Kind::Sequence(items) if *key == "*" => {
                items.iter().flat_map(|item| item.all_at(rest)).collect()
            }
            _ => Vec::new(),
        }
    }

    /// Returns the entry at a path.
    pub(crate) fn entry_at(&self, path: &[&str]) -> Option<&Entry> {
        let (last, rest) = path.split_last()?;
        self.at(rest)?.entry(last)
    }

    /// Removes what no typed value can represent, and reports it: duplicate keys (with the first
    /// position) and keys that are not scalars. Also removes aliases and merge keys, which are
    /// reported already, and returns their paths.
    pub(super) fn take_unreadable(&mut self, text: &str, problems: &mut Vec<Problem>) -> Vec<Path> {
        let mut aliases = Vec::new();
        self.take_below(text, &mut Vec::new(), &mut aliases, problems);
        aliases
    }

    fn take_below(
        &mut self,
        text: &str,
        path: &mut Path,
        aliases: &mut Vec<Path>,
        problems: &mut Vec<Problem>,
    ) {
        match &mut self.kind {
            Kind::Mapping(entries) => {
                let mut first: HashMap<String, Range<usize>> = HashMap::new();
                entries.retain_mut(|entry| {
                    let again = entry.key_range.clone();
                    let Some(key) = &entry.key else {
                        let message = "a key must be one word, not a list or a mapping";
                        let (range, hint) = (first_line(text, again), "write `key: value`");
                        problems.push(Problem::error("wrong-type", range, message, hint));
                        return false;
                    };
                    if let Some(before) = first.get(key) {
                        let message =
                            format!("the key {} occurs twice", shown(&shown_twice(path, entry)));
                        let hint =
                            "keep one of the two; if both have keys below them, move all below one";
                        let problem = Problem::error("duplicate-key", again, message, hint);
                        problems.push(problem.with(before.clone(), "here first"));
                        return false;
                    }
                    first.insert(key.clone(), again);
                    // A plain `<<`; quoted it is four bytes long and an ordinary key.
                    let is_merge = key == "<<" && entry.key_range.len() == key.len();
                    let keep = entry.value.kind != Kind::Alias && !is_merge;
                    path.push(key.clone());
                    if keep {
                        entry.value.take_below(text, path, aliases, problems);
                    } else {
                        aliases.push(path.clone());
                    }
                    path.pop();
                    keep
                });
            }
            Kind::Sequence(items) => {
                for item in items {
                    item.take_below(text, path, aliases, problems);
                }
            }
            _ => {}
        }
    }
}

/// Returns the anchors, aliases, tags and merge keys of a text, in order.
pub(super) fn references(text: &str, root: Option<&Node>) -> Vec<(SyntaxKind, Range<usize>)> {
    tokens(text, root, |kind| {
        matches!(
            kind,
            SyntaxKind::ANCHOR | SyntaxKind::REFERENCE | SyntaxKind::TAG | SyntaxKind::MERGE_KEY
        )
    })
}

/// Returns the comments of a text, in order.
pub(super) fn comments(text: &str, root: &Node) -> Vec<Range<usize>> {
    let found = tokens(text, Some(root), |kind| kind == SyntaxKind::COMMENT);
    found.into_iter().map(|(_, range)| range).collect()
}

/// Returns the wanted tokens of a text outside its scalars, in order.
fn tokens(
    text: &str,
    root: Option<&Node>,
    is_wanted: impl Fn(SyntaxKind) -> bool,
) -> Vec<(SyntaxKind, Range<usize>)> {
    let mut found = Vec::new();
    let mut at = 0;
    for (kind, token) in yaml_edit::lex(text) {
        let range = at..at + token.len();
        at = range.end;
        if is_wanted(kind) {
            found.push((kind, range));
        }
    }
    if found.is_empty() {
        return found;
    }
    // Inside a scalar these are ordinary characters.
    let mut texts = Vec::new();
    if let Some(root) = root {
        root.collect_texts(&mut texts);
    }
    texts.sort_by_key(|range| range.start);
    found.retain(|(_, range)| {
        let before = texts.partition_point(|text| text.start < range.start);
        before == 0 || texts[before - 1].end <= range.start
    });
    found
}

impl Node {
    fn collect_texts(&self, texts: &mut Vec<Range<usize>>) {
        match &self.kind {
            Kind::Mapping(entries) => {
                for entry in entries {
                    if entry.key.is_some() {
                        texts.push(entry.key_range.clone());
                    }
                    entry.value.collect_texts(texts);
                }
            }
            Kind::Sequence(items) => items.iter().for_each(|item| item.collect_texts(texts)),
            Kind::Text(_) => texts.push(self.range.clone()),
            _ => {}
        }
    }
}

/// Returns the line that starts the second document of a text.
pub(super) fn second_document(text: &str) -> Range<usize> {
    let second = YamlFile::parse(text).tree().documents().nth(1);
    let start = second.map_or(0, |document| document.byte_range().start as usize);
    first_line(text, start..text.len())
}

fn convert(node: &YamlNode) -> Node {
    let kind = match node {
        YamlNode::Scalar(scalar) => {
            let text = scalar.as_string();
            if scalar.is_quoted() || scalar.is_block() { Kind::Text(text) } else { plain(text) }
        }
        YamlNode::Mapping(mapping) => Kind::Mapping(
            mapping
                .entries()
                .map(|entry| {
                    let key = entry.key_node();
                    let value = entry.value_node();
                    let key_range = key.as_ref().map_or(0..0, range);
                    let end = key_range.end;
                    Entry {
                        key: key.as_ref().and_then(YamlNode::as_scalar).map(|key| key.as_string()),
                        key_range,
                        value: value
                            .as_ref()
                            .map_or(Node { range: end..end, kind: Kind::Null }, convert),
                    }
                })
                .collect(),
        ),
        YamlNode::Sequence(sequence) => {
            Kind::Sequence(sequence.values().map(|item| convert(&item)).collect())
        }
        YamlNode::Alias(_) | YamlNode::TaggedNode(_) => Kind::Alias,
    };
    Node { range: range(node), kind }
}

fn range(node: &YamlNode) -> Range<usize> {
    let position = node.byte_range();
    position.start as usize..position.end as usize
}

/// Resolves a plain scalar as `serde_yaml` does, by parsing it.
fn plain(text: String) -> Kind {
    // Only these can start something other than a text; parsing costs more than this test.
    if text.starts_with(|c: char| c.is_ascii_alphabetic() && !"ntfNTF".contains(c)) {
        return Kind::Text(text);
    }
    if text.is_empty() {
        return Kind::Null;
    }
    match serde_yaml::from_str(&text) {
        Ok(Value::Null) => Kind::Null,
        Ok(Value::Bool(flag)) => Kind::Flag(flag),
        Ok(Value::Number(number)) => Kind::Number(number.as_u64()),
        Err(_) if is_long_number(&text) => Kind::Number(None),
        _ => Kind::Text(text),
    }
}

/// Returns whether a text is a whole number beyond 64 bits, which a [`Value`] cannot hold.
fn is_long_number(text: &str) -> bool {
    serde_yaml::from_str::<u128>(text).is_ok() || serde_yaml::from_str::<i128>(text).is_ok()
}
