//! JSON Schemas of the files, for editors that complete and check while one types.
//!
//! Enters: the formats of the files, and the tables of the process. Leaves: three schemas of
//! draft 2020-12. They must not read files.
//!
//! A schema knows less than the checks (no dates that lie ahead, no order of milestones,
//! no other files). In one thing it asks for more: a key without a value is the same as
//! no key to the tool, and unfinished to an editor.

mod retailer;
pub(crate) mod words;

pub(crate) use retailer::retailer;

use crate::model::ProjectFile;
use crate::model::contract::ContractFile;
use crate::model::types::schema;
use serde_json::Value;

/// Returns the schema of `reconcile.yaml`.
pub(crate) fn project() -> Value {
    schema::<ProjectFile>("Project file of reconcile")
}

/// Returns the schema of a contract file.
pub(crate) fn contract() -> Value {
    schema::<ContractFile>("Contract file of reconcile")
}
