//! Parsed values of a file with their locations. `config` builds them; formats parse them.

use std::ops::Range;

/// A value and its location.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Node {
    pub range: Range<usize>,
    pub kind: Kind,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Kind {
    Null,
    Flag(bool),
    /// A number, with its value if that is whole and from 0 to 2⁶⁴ - 1.
    Number(Option<u64>),
    Text(String),
    Mapping(Vec<Entry>),
    Sequence(Vec<Node>),
    /// An alias, which has no value of its own.
    Alias,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Entry {
    /// `None` if the key is a mapping or a list.
    pub key: Option<String>,
    pub key_range: Range<usize>,
    pub value: Node,
}

impl Node {
    pub(crate) fn entries(&self) -> &[Entry] {
        match &self.kind {
            Kind::Mapping(entries) => entries,
            _ => &[],
        }
    }

    pub(crate) fn entry(&self, key: &str) -> Option<&Entry> {
        self.entries().iter().find(|entry| entry.key.as_deref() == Some(key))
    }

    /// Returns whether a diagnostic should mark the value itself rather than its key.
    pub(crate) fn is_short(&self) -> bool {
        !self.range.is_empty() && !matches!(self.kind, Kind::Mapping(_) | Kind::Sequence(_))
    }

    /// Returns the kind of value in words, for messages.
    pub(crate) fn what(&self) -> &'static str {
        match &self.kind {
            Kind::Null | Kind::Alias => "nothing",
            Kind::Flag(true) => "the flag `true`",
            Kind::Flag(false) => "the flag `false`",
            Kind::Number(_) => "a number",
            Kind::Text(_) => "text",
            Kind::Mapping(_) => "a mapping",
            Kind::Sequence(_) => "a list",
        }
    }
}
