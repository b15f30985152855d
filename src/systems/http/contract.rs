//! The HTTP contract of a system as data: where its calls are and what its fields are
//! called. `contract.yaml` beside this file is the one that is built in.

use crate::model::{Setting, System};
use serde::Deserialize;
use std::collections::BTreeMap;

const BUILT_IN: &str = include_str!("contract.yaml");

/// How one system is spoken to.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Contract {
    /// The header that carries the key.
    pub key_header: String,
    pub success: SuccessRule,
    pub list: List,
    pub read: Call,
    pub create: Option<Create>,
    pub update: Option<Call>,
    pub companies: Option<Companies>,
    /// A pointer to a record's id.
    pub id: String,
    /// A pointer to a record's name.
    pub name: String,
    pub fields: BTreeMap<Setting, Field>,
}

/// Pointers to the parts of a body that tell success from failure.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SuccessRule {
    pub flag: String,
    pub message: String,
    pub errors: String,
}

/// A call for all records.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct List {
    pub path: String,
    /// A pointer to the array of records.
    pub items: String,
    pub paging: Paging,
}

/// How a list is cut into pages.
#[derive(Clone, Debug, Deserialize)]
#[serde(tag = "style", rename_all = "lowercase", deny_unknown_fields)]
pub enum Paging {
    /// Numbered pages, from 1.
    Page {
        /// The query parameter for the page's number.
        page: String,
        /// The query parameter for the page's size.
        size: String,
        /// The size to ask for.
        ask: u32,
        /// A pointer to the number of all records.
        total: String,
        /// A pointer to the page size that the system used.
        used: String,
    },
}

/// A call for one record.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Call {
    pub path: String,
    /// A pointer to the record in the answer.
    pub record: String,
}

/// A call that creates a record.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Create {
    pub path: String,
    pub record: String,
    /// What the call takes beside the name.
    pub carries: Vec<Setting>,
}

/// A call for all companies.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Companies {
    pub path: String,
    pub items: String,
    pub id: String,
    pub name: String,
}

/// Where a setting is in a record.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Field {
    /// A pointer to read from.
    pub at: String,
    /// A pointer to write an id to, for a setting that is read by name.
    pub write_at: Option<String>,
}

impl Contract {
    /// Returns the built-in contract of a system.
    pub fn built_in(system: System) -> Contract {
        let mut all: BTreeMap<System, Contract> =
            serde_yaml::from_str(BUILT_IN).expect("a test reads the built-in contract");
        all.remove(&system).expect("a test reads the built-in contract")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_built_in_contract_maps_every_setting() {
        for system in System::ALL {
            let contract = Contract::built_in(system);
            for setting in Setting::ALL {
                let mapped = contract.fields.contains_key(&setting);
                let expected = setting.system() == system && setting != Setting::presence(system);
                assert_eq!(mapped, expected, "{setting} in {system}");
            }
        }
    }
}
