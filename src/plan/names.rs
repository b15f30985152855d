//! Detects OmniReturns names that are already in use: no two records may share a name.
//!
//! The name of a create is checked by matching. The name of a rename is checked here, against
//! the live records and the other files.

use super::decide::Decider;
use super::{Blocker, BlockerCode};
use crate::diff::{After, Comparison, compare};
use crate::matching::{Match, Matches, Outline};
use crate::model::{
    Capabilities, ChangedBy, Partner, Record, Retailer, Setting, System, Value, name,
};
use crate::process::{self, DesiredState};
use std::collections::BTreeMap;

impl Decider<'_, '_> {
    /// Rejects a rename to the name of another live record.
    pub(super) fn refuse_taken(
        &self,
        setting: Setting,
        after: &After,
        record: Option<&Record>,
    ) -> Result<(), Blocker> {
        let (Some(record), Some(name)) = (record, name_after(setting, after)) else {
            return Ok(());
        };
        let mut others = self.records[System::Omnireturns as usize].named(name).iter();
        let Some(other) = others.find(|other| other.id != record.id) else { return Ok(()) };
        Err(Blocker::new(
            BlockerCode::AmbiguousName,
            System::Omnireturns,
            taken_by(&record.name, record.id.as_str(), name, other),
            format!(
                "if id {} is the retailer's, pin it as `ids.omnireturns` in {}; otherwise rename it \
                 in OmniReturns, or correct the name in the file",
                other.id, self.retailer.file
            ),
        ))
    }
}

/// Describes the rename of a record to a name that another record has.
pub(super) fn taken_by(record: &str, id: &str, name: &str, other: &Record) -> String {
    format!(
        "\"{}\" (id {id}) would be called \"{}\", but id {} already has that name",
        name::escaped(record),
        name::escaped(name),
        other.id
    )
}

/// Finds files that require the same name: two renames, or a rename and a create. The result is
/// by position in the fleet.
pub(super) fn shared(
    fleet: &[(&Retailer, Outline)],
    matched: &[Matches],
    partner: &Partner,
    capabilities: &Capabilities,
) -> BTreeMap<usize, Blocker> {
    let mut claims: BTreeMap<String, Vec<usize>> = BTreeMap::new();
    for (at, ((retailer, outline), matches)) in fleet.iter().zip(matched).enumerate() {
        // Most have a record that keeps its name.
        let may_name = match &matches[System::Omnireturns] {
            Match::Absent => true,
            Match::Record(_) => outline.renames,
            _ => false,
        };
        if may_name
            && let Some(name) =
                desired_name(&process::desired(retailer, partner), matches, capabilities)
        {
            claims.entry(name).or_default().push(at);
        }
    }
    let mut problems = BTreeMap::new();
    for (name, claimants) in claims.iter().filter(|(_, claimants)| claimants.len() > 1) {
        let files: Vec<&str> = claimants.iter().map(|&at| fleet[at].0.file.as_str()).collect();
        let problem = Blocker::new(
            BlockerCode::DuplicateClaim,
            System::Omnireturns,
            format!(
                "{} claim the OmniReturns name \"{}\"",
                files.join(" and "),
                name::escaped(name)
            ),
            "give one of them another `omnireturns.name`",
        );
        problems.extend(claimants.iter().map(|&at| (at, problem.clone())));
    }
    problems
}

/// Returns the name that a retailer's record is to get by a create or a rename.
fn desired_name(
    desired_state: &DesiredState,
    matches: &Matches,
    capabilities: &Capabilities,
) -> Option<String> {
    let desired = desired_state.get(Setting::OmnireturnsName)?;
    let record = match &matches[System::Omnireturns] {
        Match::Absent => None,
        Match::Record(_) if capabilities.changed_by(desired.setting) == ChangedBy::Nobody => {
            return None;
        }
        Match::Record(record) => Some(*record),
        Match::NotApplicable
        | Match::Blocked(_)
        | Match::Deferred(_)
        | Match::Failed(_)
        | Match::NotRead => {
            return None;
        }
    };
    match compare(desired, record, matches) {
        Comparison::Different(_, after) => name_after(desired.setting, &after).map(str::to_owned),
        Comparison::Same(_) | Comparison::Unknown => None,
    }
}

fn name_after(setting: Setting, after: &After) -> Option<&str> {
    match (setting, after) {
        (Setting::OmnireturnsName, After::Value(Value::Text(name))) => Some(name),
        _ => None,
    }
}
