//! Detects OmniReturns names that are already in use: no two records may share a name.
//!
//! Matching compares the names of creates. Here those of renames are checked against the live
//! records, and both against the names under which the other files look for their records.

use super::decide::Decider;
use super::{Blocker, BlockerCode};
use crate::diff::{After, Comparison, compare};
use crate::matching::{Match, Matches, Outline, Records};
use crate::model::{
    Capabilities, ChangedBy, Partner, Record, Retailer, Setting, System, Value, name,
};
use crate::process::{self, DesiredState};
use std::collections::{BTreeMap, BTreeSet};

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

/// Finds files whose record is to get a name that another file's gets, too, or under which another
/// file looks for its record: that one would no longer be found. The result is by position in the
/// fleet.
pub(super) fn shared(
    fleet: &[(&Retailer, Outline)],
    matched: &[Matches],
    partner: &Partner,
    capabilities: &Capabilities,
    omnireturns: &Records,
) -> BTreeMap<usize, Blocker> {
    let mut takers: BTreeMap<String, Vec<usize>> = BTreeMap::new();
    for (at, ((retailer, outline), matches)) in fleet.iter().zip(matched).enumerate() {
        // Most have a record that keeps its name.
        let may_name = match &matches[System::Omnireturns] {
            Match::Absent => true,
            Match::Record(_) => outline.renames,
            _ => false,
        };
        if may_name
            && let Some(name) =
                desired_name(retailer, &process::desired(retailer, partner), matches, capabilities)
        {
            takers.entry(name).or_default().push(at);
        }
    }
    let others = looked_for(fleet, matched, partner, &takers);
    let mut problems = BTreeMap::new();
    for (name, taking) in &takers {
        // What a live record is called already is refused together with that record.
        let others = others.get(name.as_str()).filter(|_| omnireturns.named(name).is_empty());
        let others = others.map_or(&[][..], Vec::as_slice);
        if taking.len() + others.len() < 2 {
            continue;
        }
        let claimants: BTreeSet<usize> = taking.iter().chain(others).copied().collect();
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
        // A file without a record would take the other's for its own.
        let has_none =
            |at: &&usize| matches!(matched[**at][System::Omnireturns], Match::Deferred(_));
        let blocked = taking.iter().chain(others.iter().filter(has_none));
        problems.extend(blocked.map(|&at| (at, problem.clone())));
    }
    problems
}

/// Returns the files that look for their record under a name that the record of another is to get.
/// One that pins its record needs no name.
fn looked_for<'a>(
    fleet: &[(&Retailer, Outline)],
    matched: &[Matches],
    partner: &Partner,
    takers: &'a BTreeMap<String, Vec<usize>>,
) -> BTreeMap<&'a str, Vec<usize>> {
    let mut found: BTreeMap<&str, Vec<usize>> = BTreeMap::new();
    if takers.is_empty() {
        return found;
    }
    // By name without the suffix, so that no name has to be put together for each file.
    let base = |name: &'a str| name.strip_suffix(partner.name_suffix.as_str())?.strip_suffix(' ');
    let suffixed: BTreeMap<&str, &str> =
        takers.keys().filter_map(|name| Some((base(name)?, name.as_str()))).collect();
    for (at, ((retailer, _), matches)) in fleet.iter().zip(matched).enumerate() {
        let is_looked_for = match &matches[System::Omnireturns] {
            Match::Record(_) | Match::Absent | Match::Blocked(_) | Match::Deferred(_) => {
                !retailer.ids.contains_key(&System::Omnireturns)
            }
            Match::NotApplicable | Match::Failed(_) | Match::NotRead => false,
        };
        if is_looked_for {
            let own = retailer.omnireturns_base_name();
            let names = [Some(own), retailer.overridden_name()].into_iter().flatten();
            let exact = names.filter_map(|name| Some(takers.get_key_value(name)?.0.as_str()));
            let all = exact.chain(suffixed.get(own).copied());
            for name in all.filter(|name| takers[*name] != [at]) {
                found.entry(name).or_default().push(at);
            }
        }
    }
    found
}

/// Returns the name that a retailer's record is to get by a create or a rename.
fn desired_name(
    retailer: &Retailer,
    desired_state: &DesiredState,
    matches: &Matches,
    capabilities: &Capabilities,
) -> Option<String> {
    let changed = |setting| {
        let desired = desired_state.get(setting)?;
        (capabilities.changed_by(setting) != ChangedBy::Nobody).then_some(desired)
    };
    let record = match &matches[System::Omnireturns] {
        Match::Absent => {
            changed(Setting::OmnireturnsRetailer)?;
            return Some(retailer.new_name(System::Omnireturns).to_owned());
        }
        Match::Record(record) => *record,
        Match::NotApplicable
        | Match::Blocked(_)
        | Match::Deferred(_)
        | Match::Failed(_)
        | Match::NotRead => {
            return None;
        }
    };
    let desired = changed(Setting::OmnireturnsName)?;
    match compare(desired, Some(record), matches) {
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
