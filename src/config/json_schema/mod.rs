//! JSON Schemas of the files, for editors that complete and check while one types.
//!
//! Enters: nothing but the tables that the checks use too (settings, stages, ranges).
//! Leaves: three schemas of draft 2020-12. They must not read files.
//!
//! # Design
//!
//! The schemas are written out here, and not derived from the types of `schema.rs`:
//! those read a file leniently, so that the checks can say more than a type could, and a
//! derived schema would be as lenient. What may drift, a test holds: the keys of each
//! mapping are those that the types take, and what a schema refuses, the checks refuse.
//!
//! A schema knows less than the checks (no dates that lie ahead, no order of milestones,
//! no other files). In one thing it asks for more: a key without a value is the same as
//! no key to the tool, and unfinished to an editor.

mod retailer;
mod words;

/// Returns the schema of `reconcile.yaml`.
pub(crate) fn project() -> Value {
    schema::<ProjectFile>("Project file of reconcile")
}

/// Returns the schema of a contract file.
pub(crate) fn contract() -> Value {
    schema::<ContractFile>("Contract file of reconcile")
}
pub(crate) use retailer::retailer;

use super::checks::ADDRESS_PATTERN;
use crate::model::ProjectFile;
use crate::model::contract::ContractFile;
use crate::model::types::schema;
use serde_json::{Map, Value, json};

/// The draft that the schemas are written in.
const DRAFT: &str = "https://json-schema.org/draft/2020-12/schema";

/// A mapping with these keys and no others. A test asks each for its keys.
fn mapping(description: &str, properties: Value) -> Value {
    json!({
        "description": description,
        "type": "object",
        "additionalProperties": false,
        "properties": properties,
    })
}

/// The same mapping, which may also be left empty.
fn section(description: &str, properties: Value) -> Value {
    with(mapping(description, properties), json!({"type": ["object", "null"]}))
}

/// A schema with more in it.
fn with(schema: Value, more: Value) -> Value {
    let (mut all, more) = (keywords(schema), keywords(more));
    all.extend(more);
    Value::Object(all)
}

fn keywords(schema: Value) -> Map<String, Value> {
    match schema {
        Value::Object(keywords) => keywords,
        _ => Map::new(),
    }
}

fn text(description: &str) -> Value {
    json!({"description": description, "type": "string", "pattern": r"\S"})
}

/// One line without white space at its ends.
const NAME_PATTERN: &str = r"^\S(.*\S)?$";

/// A name on one line, without white space at its ends.
fn name(description: &str) -> Value {
    json!({"description": description, "type": "string", "pattern": NAME_PATTERN})
}

fn id(description: &str) -> Value {
    let types = json!(["string", "integer"]);
    json!({"description": description, "type": types, "pattern": r"\S", "minimum": 0})
}

fn url(description: &str) -> Value {
    json!({"description": description, "type": "string", "pattern": ADDRESS_PATTERN})
}

fn date(description: &str) -> Value {
    let pattern = "^[0-9]{4}-(0[1-9]|1[0-2])-(0[1-9]|[12][0-9]|3[01])$";
    json!({"description": description, "type": "string", "pattern": pattern})
}
