//! File formats: each is defined once; parsing, collecting problems and the JSON Schema are
//! derived from the definition.
//!
//! A mapping is a struct in a [`mapping!`] block. Each field has the type that the rest of the
//! program uses and, after `as`, the format that it is written in; its doc comment is the text of
//! the JSON Schema. A format of a single value is a [`Scalar`], which defines its parser, the
//! pattern of its schema and its hint in one place.
//!
//! [`Format::fast`] parses with `serde_yaml` and stops at the first problem. Only a file with a
//! problem is parsed again, by [`Format::slow`], which collects every problem with its location
//! and skips what it cannot parse.
//!
//! # Adding a key to a call of the contract
//!
//! 1. a field with its doc comment in the call's `mapping!` in [`super::contract`],
//! 2. the place in `systems` that uses it,
//! 3. the built-in contract, `systems/http/contract.yaml`, if it needs the key.
//!
//! # Design
//!
//! Rejected: the derives of `serde` and `schemars`, because a derived struct also accepts a list,
//! does not accept null, and stops at the first problem; and `deserr`, which collects problems but
//! would be a third description next to the two derives.

mod address;
mod call;
mod container;
mod flaw;
mod mapping;
mod name;
mod node;
mod reader;
mod retailer;
mod scalar;
mod secret_location;
mod wording;

pub(crate) use address::{BaseUrl, PageUrl, WebhookUrl, address};
pub(crate) use call::{
    AnyPath, HeaderName, HeaderText, InnerPointer, OtherHeader, PathOfRecord, PathOfUploads,
    PathWithoutId, Pointer,
};
pub(crate) use container::{AtLeastOne, ShortOrLong, StrictMap};
pub(crate) use flaw::{Flaw, Refusal};
pub(crate) use mapping::{mapping, tagged};
pub(crate) use name::{
    MilestoneName, Name, RecipientKey, RecipientName, SettingName, TRACKING_WEBHOOK, VariableName,
    WEBHOOK_MEMBERS, is_variable_name, named,
};
pub(crate) use node::{Entry, Kind, Node};
pub(crate) use reader::{Defs, MappingSchema, ValueReader};
pub(crate) use retailer::{
    DeclaredName, NotManaged, Reason, RecordId, SettingValue, statement_flaw,
};
pub(crate) use scalar::{
    Bool, Day, Kinds, Raw, Scalar, Text, Whole, day_hint, parse_day, texts, words,
};
pub(crate) use secret_location::{KeySource, SecretLocation};
pub(crate) use wording::{
    all_of, closest_word, instead_of, is_key_without_space, key_instead_of, one_of, shown,
};

use super::{Setting, System};
use serde::de::{DeserializeSeed, Deserializer, Error, Visitor};
use serde_json::Value as Json;
use std::fmt;
use std::marker::PhantomData;

/// The context in which a format is used, as far as the format depends on it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Scope {
    /// The system that the keys are about.
    pub system: Option<System>,
    /// The setting that the keys are about.
    pub setting: Option<Setting>,
}

/// How a value is written in a file.
pub(crate) trait Format {
    /// The type of the parsed value.
    type Value;

    /// The keys of a mapping, in the order of its description.
    const KEYS: &'static [&'static str] = &[];

    /// Returns the expected value in words, for messages.
    fn expects() -> String;

    /// Returns the default of an absent key, or `None` if the key is required.
    fn absent() -> Option<Self::Value> {
        None
    }

    /// Parses a default from its JSON form in a schema.
    fn of(_: &Json) -> Option<Self::Value> {
        None
    }

    /// Parses a value, or fails with a minimal error.
    fn fast<'de, D: Deserializer<'de>>(scope: Scope, from: D) -> Result<Self::Value, D::Error>;

    /// Parses a value and reports all its problems; returns `None` if it cannot be parsed.
    fn slow(scope: Scope, node: &Node, at: &mut ValueReader<'_>) -> Option<Self::Value>;

    /// Returns the JSON Schema.
    fn schema(scope: Scope, defs: &mut Defs) -> Json;
}

/// Returns the value of an empty file.
pub(crate) fn default_of<F: Format<Value = F>>() -> F {
    F::absent().expect("only mappings without required keys ask for this")
}

/// [`Format::fast`] as a `serde` seed.
pub(crate) struct Fast<F>(Scope, PhantomData<F>);

impl<F> Fast<F> {
    pub(crate) fn new(scope: Scope) -> Fast<F> {
        Fast(scope, PhantomData)
    }
}

impl<'de, F: Format> DeserializeSeed<'de> for Fast<F> {
    type Value = F::Value;

    fn deserialize<D: Deserializer<'de>>(self, from: D) -> Result<F::Value, D::Error> {
        F::fast(self.0, from)
    }
}

/// Reads a key with a function, without storing its text.
pub(crate) struct ReadKey<F>(pub F);

impl<'de, T, F: FnOnce(&str) -> Option<T>> DeserializeSeed<'de> for ReadKey<F> {
    type Value = T;

    fn deserialize<D: Deserializer<'de>>(self, from: D) -> Result<T, D::Error> {
        from.deserialize_str(self)
    }
}

impl<T, F: FnOnce(&str) -> Option<T>> Visitor<'_> for ReadKey<F> {
    type Value = T;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a key")
    }

    fn visit_str<E: Error>(self, key: &str) -> Result<T, E> {
        (self.0)(key).ok_or_else(|| E::custom("not a key"))
    }
}

/// Returns the JSON Schema of a whole file.
pub(crate) fn schema<F: Format>(title: &str) -> Json {
    let mut defs = Defs::default();
    let root = F::schema(Scope::default(), &mut defs);
    defs.root(root, title)
}
