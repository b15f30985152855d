//! A file's values with their places in the text. `config` builds them; formats read them.

use std::ops::Range;

/// A value and its place.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Node {
    pub range: Range<usize>,
    pub kind: Kind,
}

#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Kind {
    Null,
    Flag(bool),
    /// A whole number that is not negative.
    Number(u64),
    /// A whole number below zero.
    Negative(i64),
    /// A whole number beyond 64 bits.
    Huge(u128),
    Fraction(f64),
    Text(String),
    Mapping(Vec<Entry>),
    Sequence(Vec<Node>),
    /// An alias: it has no value of its own.
    Alias,
}

#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Entry {
    /// `None` where the key is a mapping or a list.
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

    /// Returns what the value is, in the words of messages.
    pub(crate) fn what(&self) -> &'static str {
        match &self.kind {
            Kind::Null | Kind::Alias => "nothing",
            Kind::Flag(true) => "the flag `true`",
            Kind::Flag(false) => "the flag `false`",
            Kind::Number(_) | Kind::Negative(_) | Kind::Huge(_) | Kind::Fraction(_) => "a number",
            Kind::Text(_) => "a text",
            Kind::Mapping(_) => "a mapping",
            Kind::Sequence(_) => "a list",
        }
    }
}
