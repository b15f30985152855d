//! JSON Schemas of the files, for completion and validation in editors.
//!
//! Enters: the formats of the files, and the tables of the process. Leaves: three schemas of
//! draft 2020-12. They must not read files.
//!
//! A schema validates less than the checks (no dates in the future, no order of milestones, no
//! other files). In one respect it is stricter: the tool treats a key without a value as
//! absent, an editor reports it as unfinished.

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
