//! What to read of the systems for some retailers of a fleet.

use super::{concerns, new_name};
use crate::model::{Record, Retailer, Setting, System};
use crate::process::{DesiredState, DesiredValue};
use std::collections::BTreeMap;

/// The part of a system to read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum ReadScope {
    /// Nothing is needed from the system.
    Nothing,
    /// Only these records: every retailer concerned pins its record. Each has the names that
    /// it is to get: one of them may be another record's.
    Records(BTreeMap<String, Vec<DesiredValue>>),
    All,
}

impl ReadScope {
    /// Returns the scope that reads all systems completely.
    pub(crate) fn everything() -> BTreeMap<System, ReadScope> {
        System::ALL.map(|system| (system, ReadScope::All)).into()
    }
}

/// Returns whether a record is to get another name, so that those of all others must be known.
pub(crate) fn is_renamed(names: &BTreeMap<String, Vec<DesiredValue>>, record: &Record) -> bool {
    let Some(live) = record.value(Setting::OmnireturnsName) else { return false };
    let names = names.get(record.id.as_str());
    names.is_some_and(|names| names.iter().any(|name| !name.is_met_by(&live)))
}

/// Above this number of pinned records, the whole system is read: it is the size of one
/// page.
const MAX_SINGLE_READS: usize = 200;

/// Returns what to read for some retailers of a fleet.
pub(crate) fn read_scopes<'a>(
    retailers: impl Iterator<Item = (&'a Retailer, DesiredState)>,
) -> BTreeMap<System, ReadScope> {
    let mut scopes: BTreeMap<System, ReadScope> =
        System::ALL.map(|system| (system, ReadScope::Nothing)).into();
    for (retailer, desired) in retailers {
        for (&system, scope) in &mut scopes {
            let name = new_name(&desired).filter(|_| system == System::Omnireturns).cloned();
            match (retailer.ids.get(&system), &mut *scope) {
                (_, ReadScope::All) => {}
                (Some(id), ReadScope::Records(records)) if records.len() < MAX_SINGLE_READS => {
                    records.entry(id.clone()).or_default().extend(name);
                }
                (Some(_), ReadScope::Records(_)) => *scope = ReadScope::All,
                (Some(id), ReadScope::Nothing) => {
                    *scope = ReadScope::Records(BTreeMap::from([(
                        id.clone(),
                        name.into_iter().collect(),
                    )]));
                }
                (None, _) if concerns(retailer, &desired, system) => *scope = ReadScope::All,
                (None, _) => {}
            }
        }
    }
    scopes
}
