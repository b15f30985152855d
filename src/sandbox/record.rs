//! What the three systems' records have in common, and reading them leniently in seeds.

use super::fields::{FieldError, Fields};
use crate::model::System;
use rusqlite::types::Value as Sql;
use rusqlite::{Connection, Row};
use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::de::{DeserializeOwned, Error, Visitor};
use serde::{Deserializer, Serialize};
use serde_json::Value;
use std::borrow::Cow;

/// A kind of record that has admin endpoints and a table.
///
/// The serde form is that of seeds and [`super::Store::put`]; [`Record::answer`] is the
/// form of the contract, in which each system spells ids in its own way.
pub(super) trait Record: Serialize + DeserializeOwned + Send + 'static {
    const SYSTEM: System;
    const TABLE: &'static str;
    /// The column and the contract's name of the id.
    const ID: (&'static str, &'static str);
    /// The columns beside the id and `version`, in the order of [`Record::values`].
    const COLUMNS: &'static [&'static str];
    /// What to select beside them.
    const DERIVED: &'static [&'static str] = &[];
    /// The contract's name of one record and of many.
    const NAMES: (&'static str, &'static str);

    fn id(&self) -> Option<i64>;
    fn values(&self) -> Vec<Sql>;
    /// Reads the id, [`Record::COLUMNS`] and [`Record::DERIVED`], in this order.
    fn from_row(row: &Row<'_>) -> rusqlite::Result<Self>;
    fn answer(&self) -> Value;
    /// Makes a record from the fields of a create; defaults are those of a new account.
    fn create(fields: &mut Fields) -> Self;
    /// Publishes the portal of a new account. Only OmniReturns has one.
    fn publish(&mut self) {}
    /// Takes over the fields of an update.
    fn change(&mut self, fields: &mut Fields);

    /// Says what is wrong with the record beside other records.
    fn check(&self, _connection: &Connection) -> rusqlite::Result<Vec<FieldError>> {
        Ok(Vec::new())
    }
}

/// Returns a list as the JSON text of its column.
pub(super) fn list_to_sql(list: &[String]) -> Sql {
    Sql::Text(Value::from(list).to_string())
}

/// Reads a list back from the JSON text of its column.
pub(super) fn list_from_sql(row: &Row<'_>, column: usize) -> rusqlite::Result<Vec<String>> {
    let text: String = row.get(column)?;
    serde_json::from_str(&text).map_err(|source| {
        rusqlite::Error::FromSqlConversionFailure(
            column,
            rusqlite::types::Type::Text,
            Box::new(source),
        )
    })
}

/// Reads an id that may be a number or text, absent or empty, for `deserialize_with`.
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

/// What [`lenient_id`] reads, for the schema alone.
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

/// The value of a flag that is true unless a seed says otherwise.
pub(super) fn yes() -> bool {
    true
}
