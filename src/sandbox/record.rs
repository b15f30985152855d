//! The interface shared by the three systems' records, and lenient parsing of ids in seeds.

use super::answer::{Rejection, not_found};
use super::fields::{FieldError, Fields};
use crate::model::{System, exact_number};
use rusqlite::Connection;
use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::de::{DeserializeOwned, Error, Visitor};
use serde::{Deserializer, Serialize};
use serde_json::Value;
use std::borrow::Cow;

/// A kind of record with admin endpoints and a table.
///
/// The serde form is what is stored, and is used in seeds and by [`super::Store::put`].
pub(super) trait Record: Serialize + DeserializeOwned + Send + 'static {
    const SYSTEM: System;
    /// The name of the id in the contract.
    const ID: &'static str;
    /// An SQL expression for the stored document with its id and what is derived.
    const DOCUMENT: &'static str;
    /// The contract's names for one record and for a list.
    const NAMES: (&'static str, &'static str);

    /// Parses the id in a path.
    fn parse_id(id: &str) -> Result<i64, Rejection> {
        exact_number(id).ok_or_else(|| not_found(Self::NAMES.0).into())
    }

    fn id(&self) -> Option<i64>;

    /// Returns whether a key for the runtime endpoints was issued. Accounts have none.
    fn key_issued(&self) -> bool {
        false
    }

    /// Returns the contract's form: by default the serde form.
    fn answer(&self) -> Value {
        serde_json::to_value(self).unwrap_or_default()
    }

    /// Creates a record from the fields of a request; absent fields have the defaults of a
    /// new account.
    fn create(fields: &mut Fields) -> Self;
    /// Publishes the portal of a new account. Only OmniReturns has portals.
    fn publish(&mut self) {}
    /// Applies the fields of an update.
    fn change(&mut self, fields: &mut Fields);

    /// Checks the record against other records and returns what is invalid.
    fn check(&self, _connection: &Connection) -> rusqlite::Result<Vec<FieldError>> {
        Ok(Vec::new())
    }
}

/// Sets a field to what an update gives, if it gives anything.
pub(super) fn set<T>(field: &mut T, given: Option<T>) {
    if let Some(given) = given {
        *field = given;
    }
}

/// Parses an id that is a number, text, empty or absent; for `deserialize_with`.
pub(super) fn lenient_id<'de, D: Deserializer<'de>>(input: D) -> Result<Option<i64>, D::Error> {
    struct Id;
    impl Visitor<'_> for Id {
        type Value = Option<i64>;
        fn expecting(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
            f.write_str("an id: a whole number, or its digits as text")
        }
        fn visit_i64<E: Error>(self, id: i64) -> Result<Self::Value, E> {
            Ok(Some(id))
        }
        fn visit_u64<E: Error>(self, id: u64) -> Result<Self::Value, E> {
            i64::try_from(id).map(Some).map_err(E::custom)
        }
        fn visit_str<E: Error>(self, id: &str) -> Result<Self::Value, E> {
            if id.is_empty() { Ok(None) } else { id.parse().map(Some).map_err(E::custom) }
        }
        fn visit_unit<E: Error>(self) -> Result<Self::Value, E> {
            Ok(None)
        }
    }
    input.deserialize_any(Id)
}

/// The JSON Schema of what [`lenient_id`] accepts.
pub(super) struct LenientId;

impl JsonSchema for LenientId {
    fn schema_name() -> Cow<'static, str> {
        "Id".into()
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({
            "description": "The id of a record: a whole number, or its digits as text.",
            "type": ["integer", "string", "null"],
            "pattern": "^[+-]?[0-9]+$|^$",
        })
    }
}

/// Returns the default of a flag that is true unless a seed says otherwise.
pub(super) fn default_true() -> bool {
    true
}
