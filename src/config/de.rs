//! Reads typed values from a [`Node`]: the same types that `serde_yaml` reads from text,
//! with errors that say where they are and what was expected.

use super::finding::Path;
use super::tree::{Entry, Kind, Node};
use serde::de::value::StrDeserializer;
use serde::de::{self, DeserializeSeed, Expected, MapAccess, SeqAccess, Unexpected, Visitor};
use std::fmt;
use std::slice;

/// What keeps a tree from being read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Reason {
    UnknownKey {
        expected: &'static [&'static str],
    },
    UnknownValue {
        found: String,
        expected: &'static [&'static str],
    },
    /// What was found never repeats the value, which may be a secret.
    WrongType {
        found: &'static str,
        expected: String,
    },
    Empty {
        expected: String,
    },
    Other,
}

/// A reason and the path of the entry that it is about.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Error {
    pub reason: Reason,
    /// From the innermost key outwards while the error travels; see [`Error::path`].
    keys: Vec<String>,
}

impl Error {
    fn new(reason: Reason) -> Error {
        Error { reason, keys: Vec::new() }
    }

    fn below(mut self, key: &str) -> Error {
        self.keys.push(key.to_owned());
        self
    }

    pub(crate) fn path(&self) -> Path {
        self.keys.iter().rev().cloned().collect()
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:?}", self.reason)
    }
}

impl std::error::Error for Error {}

impl de::Error for Error {
    fn custom<T: fmt::Display>(_: T) -> Error {
        Error::new(Reason::Other)
    }

    fn unknown_field(_: &str, expected: &'static [&'static str]) -> Error {
        Error::new(Reason::UnknownKey { expected })
    }

    fn unknown_variant(found: &str, expected: &'static [&'static str]) -> Error {
        Error::new(Reason::UnknownValue { found: found.to_owned(), expected })
    }

    fn invalid_type(found: Unexpected<'_>, expected: &dyn Expected) -> Error {
        Error::new(Reason::WrongType { found: name(found), expected: expected.to_string() })
    }

    fn invalid_value(found: Unexpected<'_>, expected: &dyn Expected) -> Error {
        match found {
            Unexpected::Str("") => Error::new(Reason::Empty { expected: expected.to_string() }),
            _ => Self::invalid_type(found, expected),
        }
    }
}

fn name(found: Unexpected<'_>) -> &'static str {
    match found {
        Unexpected::Bool(true) => "the flag `true`",
        Unexpected::Bool(false) => "the flag `false`",
        Unexpected::Unsigned(_) | Unexpected::Signed(_) | Unexpected::Float(_) => "a number",
        Unexpected::Str(_) | Unexpected::Char(_) => "a text",
        Unexpected::Seq => "a list",
        Unexpected::Map => "a mapping",
        Unexpected::Unit | Unexpected::Option => "nothing",
        // A whole number beyond 64 bits; nothing else comes from a tree.
        _ => "a number",
    }
}

/// Reads a typed value from a tree.
pub(super) fn from_node<'a, T: de::Deserialize<'a>>(node: &'a Node) -> Result<T, Error> {
    T::deserialize(node)
}

impl<'de> de::Deserializer<'de> for &'de Node {
    type Error = Error;

    fn deserialize_any<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Error> {
        match &self.kind {
            Kind::Null | Kind::Alias => visitor.visit_unit(),
            Kind::Flag(flag) => visitor.visit_bool(*flag),
            Kind::Number(number) => visitor.visit_u64(*number),
            Kind::Negative(number) => visitor.visit_i64(*number),
            Kind::Huge(number) => visitor.visit_u128(*number),
            Kind::Fraction(number) => visitor.visit_f64(*number),
            Kind::Text(text) => visitor.visit_borrowed_str(text),
            Kind::Mapping(entries) => {
                visitor.visit_map(Entries { left: entries.iter(), value: None })
            }
            Kind::Sequence(items) => visitor.visit_seq(Items(items.iter())),
        }
    }

    fn deserialize_option<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Error> {
        match self.kind {
            Kind::Null | Kind::Alias => visitor.visit_none(),
            _ => visitor.visit_some(self),
        }
    }

    serde::forward_to_deserialize_any! {
        bool i8 i16 i32 i64 i128 u8 u16 u32 u64 u128 f32 f64 char str string bytes byte_buf
        unit unit_struct newtype_struct seq tuple tuple_struct map struct enum identifier
        ignored_any
    }
}

struct Entries<'de> {
    left: slice::Iter<'de, Entry>,
    value: Option<(&'de str, &'de Node)>,
}

impl<'de> MapAccess<'de> for Entries<'de> {
    type Error = Error;

    fn next_key_seed<K: DeserializeSeed<'de>>(
        &mut self,
        seed: K,
    ) -> Result<Option<K::Value>, Error> {
        let Some(entry) = self.left.next() else { return Ok(None) };
        let key = entry.key.as_deref().unwrap_or_default();
        self.value = Some((key, &entry.value));
        let read = seed.deserialize(StrDeserializer::<Error>::new(key));
        read.map(Some).map_err(|error| error.below(key))
    }

    fn next_value_seed<V: DeserializeSeed<'de>>(&mut self, seed: V) -> Result<V::Value, Error> {
        let Some((key, node)) = self.value.take() else { return Err(Error::new(Reason::Other)) };
        seed.deserialize(node).map_err(|error| error.below(key))
    }
}

struct Items<'de>(slice::Iter<'de, Node>);

impl<'de> SeqAccess<'de> for Items<'de> {
    type Error = Error;

    fn next_element_seed<T: DeserializeSeed<'de>>(
        &mut self,
        seed: T,
    ) -> Result<Option<T::Value>, Error> {
        self.0.next().map(|node| seed.deserialize(node)).transpose()
    }
}
