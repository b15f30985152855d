//! File formats: each is described once, and reading it, collecting its problems and its
//! JSON Schema follow from the description.
//!
//! A mapping is a struct in a [`mapping!`] block. Each field names the type that the rest
//! of the program works with, and after `as` the format that it is written in; its doc
//! comment is the text of the JSON Schema. A format of a single value is a [`Scalar`]:
//! how it is parsed, which pattern the schema has, and the hint, in one place.
//!
//! [`Format::fast`] reads with `serde_yaml` and stops at the first problem. Only a file
//! with a problem is read again, by [`Format::slow`], which collects every problem with
//! its place and skips what cannot be read.
//!
//! # Adding a key to a call of the contract
//!
//! 1. a field with its doc comment in the call's `mapping!` in [`super::contract`],
//! 2. the place in `systems` that uses it,
//! 3. the built-in contract, `systems/http/contract.yaml`, where it needs the key.
//!
//! # Design
//!
//! Rejected: `serde`'s and `schemars`' derives, because a derived struct also reads a list,
//! coerces no null, and stops at the first problem; and `deserr`, which collects problems
//! but would be a third description beside the other two derives.

mod address;
mod call;
mod container;
mod kept;
mod mapping;
mod name;
mod node;
mod reader;
mod retailer;
mod scalar;
mod wording;

pub(crate) use address::{Address, BaseUrl, PageUrl, WebhookUrl, address};
pub(crate) use call::{
    AnyPath, HeaderName, HeaderText, Inside, OtherHeader, PathOfRecord, PathOfUploads,
    PathWithoutId, Pointer,
};
pub(crate) use container::{AtLeastOne, For, Named, OMNIPARCEL, OMNIRETURNS, OMNIRPS, Only};
pub(crate) use kept::{KeptHandoffKey, KeptHeader, KeptKey, KeptUrl};
pub(crate) use mapping::{mapping, tagged};
pub(crate) use name::{
    MilestoneName, Name, RecipientKey, RecipientName, SettingName, TRACKING_WEBHOOK, VariableName,
    WEBHOOK_MEMBERS, is_variable_name, named,
};
pub(crate) use node::{Entry, Kind, Node};
pub(crate) use reader::{Defs, Reader, Section};
pub(crate) use retailer::{DeclaredName, NotManaged, Reason, RecordId, SettingValue, misstated};
pub(crate) use scalar::{Day, Flag, Flaw, Raw, Refusal, Scalar, Text, Whole, parse_day, words};
pub(crate) use wording::{all_of, instead_of, one_of, shown};

use super::{Setting, System};
use serde::de::{DeserializeSeed, Deserializer};
use serde_json::Value as Json;
use std::marker::PhantomData;

/// Where in a file a format is used, as far as it matters to the format.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Scope {
    /// The system that the keys are about.
    pub system: Option<System>,
    /// The setting that the keys are about.
    pub setting: Option<Setting>,
}

/// How a value is written in a file.
pub(crate) trait Format {
    /// What is read.
    type Value;

    /// Returns what the value has to be, in the words of messages.
    fn expects() -> String;

    /// Returns what an absent key stands for; `None` where the key is required.
    fn absent(_: Scope) -> Option<Self::Value> {
        None
    }

    /// Reads a default as a schema shows it.
    fn of(_: Scope, _: &Json) -> Option<Self::Value> {
        None
    }

    /// Returns whether the key exists in this scope.
    fn is_taken(_: Scope) -> bool {
        true
    }

    /// Reads a value, or fails without saying much.
    fn fast<'de, D: Deserializer<'de>>(scope: Scope, from: D) -> Result<Self::Value, D::Error>;

    /// Reads a value and reports every problem in it; `None` where it cannot be read.
    fn slow(scope: Scope, node: &Node, at: &mut Reader<'_>) -> Option<Self::Value>;

    /// Returns the JSON Schema.
    fn schema(scope: Scope, defs: &mut Defs) -> Json;
}

/// Returns what a file stands for that says nothing.
pub(crate) fn usual<F: Format<Value = F>>() -> F {
    F::absent(Scope::default()).expect("only mappings without required keys ask for this")
}

/// [`Format::fast`] where `serde` asks for a seed.
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

/// Returns the JSON Schema of a whole file.
pub(crate) fn schema<F: Format>(title: &str) -> Json {
    let mut defs = Defs::default();
    let root = F::schema(Scope::default(), &mut defs);
    defs.root(root, title)
}
