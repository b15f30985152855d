//! Matching: which live record belongs to which retailer, decided before anything is
//! compared.
//!
//! Enters: the fleet and the state of the systems. Leaves: for each retailer and system a
//! record, the certainty that there is none, or the reason why this cannot be decided.
//!
//! A pinned id takes precedence over a name; names match byte for byte. A record that
//! matches only after folding is a near miss and blocks, because creating another record
//! would duplicate it: `not_exact` decides that, [`name::fold`] folds, and `near` has the texts.

mod claims;
mod near;
mod read_scope;
mod renamed;

pub(crate) use read_scope::{ReadScope, is_renamed, read_scopes};
pub(crate) use renamed::renamed;

use crate::lookup::Lookup;
use crate::model::name::LookAlikes;
use crate::model::{
    Access, Advice, Journey, Live, Milestone, Partner, Record, Retailer, Setting, System,
    SystemReading, Value, name,
};
use crate::model::{Blocker, BlockerCode};
use crate::parallel;
use crate::process::{DesiredSetting, DesiredState, DesiredValue, ManagePolicy};
use crate::shell::word;
use claims::shared_claims;
use near::{list, near_miss};
use renamed::explain_renamed;
use std::collections::BTreeMap;
use std::ops::Index;
use std::sync::OnceLock;

/// The result of matching a retailer in one system.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) enum Match<'a> {
    /// The process asks for nothing in the system.
    #[default]
    NotApplicable,
    Record(&'a Record),
    /// No record matches, and the journey may create one.
    Absent,
    /// It cannot be decided which record is the retailer's, or a required record does not
    /// exist.
    Blocked(Box<Blocker>),
    /// Like `Blocked`, but nothing can be done in the system yet; it blocks once the
    /// retailer has switched over.
    Deferred(Box<Blocker>),
    /// The system could not be read.
    Failed(&'a Advice),
    /// The environment configures the system as not read.
    NotRead,
}

impl<'a> Match<'a> {
    /// Returns the retailer's record, if it was found.
    pub(crate) fn record(&self) -> Option<&'a Record> {
        match self {
            Match::Record(record) => Some(record),
            _ => None,
        }
    }
}

/// The results of matching a retailer in every system.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Matches<'a>([Match<'a>; System::ALL.len()]);

impl<'a> Matches<'a> {
    /// Returns the results of all systems.
    pub(crate) fn iter(&self) -> impl Iterator<Item = (System, &Match<'a>)> {
        System::ALL.into_iter().zip(&self.0)
    }

    pub(crate) fn insert(&mut self, system: System, found: Match<'a>) {
        self.0[system as usize] = found;
    }
}

impl<'a> Index<System> for Matches<'a> {
    type Output = Match<'a>;

    fn index(&self, system: System) -> &Match<'a> {
        &self.0[system as usize]
    }
}

/// The records of a retailer in one system, whether or not the process asks for anything
/// there.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct MatchResult<'a> {
    pub found: Match<'a>,
    /// The records that prevent a match; see [`MatchResult::records`].
    others: Vec<&'a Record>,
}

impl<'a> MatchResult<'a> {
    fn of(record: &'a Record, found: Match<'a>) -> MatchResult<'a> {
        let others = if matches!(found, Match::Record(_)) { Vec::new() } else { vec![record] };
        MatchResult { found, others }
    }

    /// Returns the candidate records: the one that matches, or those that prevent a match.
    pub(crate) fn records(&self) -> impl Iterator<Item = &'a Record> {
        let matched = match self.found {
            Match::Record(record) => Some(record),
            _ => None,
        };
        matched.into_iter().chain(self.others.iter().copied())
    }
}

/// Matches every retailer in every system, even if the process asks for nothing there.
///
/// The results are in the order of `fleet`; a system that could not be read is missing.
pub(crate) fn match_each<'a>(
    fleet: &[Retailer],
    partner: &Partner,
    live: &'a Live,
) -> Vec<BTreeMap<System, MatchResult<'a>>> {
    let retailers: Vec<&Retailer> = fleet.iter().collect();
    let mut seen: Vec<BTreeMap<System, MatchResult>> = vec![BTreeMap::new(); fleet.len()];
    for system in System::ALL {
        let SystemReading::Observed(state) = live.reading(system) else { continue };
        let index = Records::new(&state.records);
        let mut found = match_system(&retailers, partner, &index, system, |_| true);
        explain_ids(&mut found, live);
        for (seen, result) in seen.iter_mut().zip(found) {
            seen.insert(system, result);
        }
    }
    let omnirps = Records::new(live.records(System::Omnirps));
    for (retailer, seen) in retailers.into_iter().zip(&mut seen) {
        let account = seen.get(&System::Omnireturns).and_then(|seen| seen.found.record());
        if let Some(seen) = seen.get_mut(&System::Omnirps) {
            explain_renamed(retailer, &mut seen.found, account, &omnirps);
        }
    }
    seen
}

/// What matching has to know of a desired state, which is not kept for the whole fleet: it is
/// derived again when the retailer is decided.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Outline {
    /// Whether anything is wanted of each system.
    concerned: [bool; System::ALL.len()],
    /// Whether a record may be given another name.
    pub renames: bool,
}

impl Outline {
    pub(crate) fn of(retailer: &Retailer, wanted: &DesiredState) -> Outline {
        Outline {
            concerned: System::ALL.map(|system| concerns(retailer, wanted, system)),
            renames: new_name(wanted).is_some(),
        }
    }

    fn concerns(&self, system: System) -> bool {
        self.concerned[system as usize]
    }
}

/// Returns the name that a record in OmniReturns may be given.
fn new_name(wanted: &DesiredState) -> Option<&DesiredValue> {
    let name = wanted.get(Setting::OmnireturnsName)?;
    (name.managed == ManagePolicy::Always).then_some(&name.value)
}

/// Matches the whole fleet, so that two files that claim the same record are detected. Returns the
/// results in the order of the fleet, and the ids of the OmniRPS records that a file declares, or
/// that look like one that a file declares.
pub(crate) fn match_fleet<'a>(
    fleet: &[(&Retailer, Outline)],
    partner: &Partner,
    live: &'a Live,
    records: &[Records<'a>; System::ALL.len()],
) -> (Vec<Matches<'a>>, Lookup<&'a str, ()>) {
    let retailers: Vec<&Retailer> = fleet.iter().map(|(retailer, _)| *retailer).collect();
    let mut matched: Vec<Matches> = vec![Matches::default(); fleet.len()];
    let mut declared = Lookup::default();
    let is_concerned = |system: System, at: usize| {
        let (retailer, outline) = fleet[at];
        outline.concerns(system) || retailer.ids.contains_key(&system)
    };
    let unknown = |found| vec![MatchResult { found, others: Vec::new() }; fleet.len()];
    let found = parallel::each(System::ALL.into_iter(), |system| match live.reading(system) {
        // A file declares its OmniRPS record even if it manages none of its settings.
        SystemReading::Observed(_) => {
            let mut found =
                match_system(&retailers, partner, &records[system as usize], system, |at| {
                    system == System::Omnirps || is_concerned(system, at)
                });
            explain_ids(&mut found, live);
            found
        }
        SystemReading::Failed(advice) => unknown(Match::Failed(advice)),
        SystemReading::NotRead => unknown(Match::NotRead),
    });
    for (system, found) in System::ALL.into_iter().zip(found) {
        for (at, result) in found.into_iter().enumerate() {
            let ((retailer, outline), matches) = (fleet[at], &mut matched[at]);
            if system == System::Omnirps {
                result.records().for_each(|record| declared.insert(record.id.as_str(), ()));
            }
            let found = match result.found {
                _ if !is_concerned(system, at) => Match::NotApplicable,
                // A pinned id alone asks nothing of a system that was not read.
                Match::Failed(_) | Match::NotRead if !outline.concerns(system) => {
                    Match::NotApplicable
                }
                Match::Blocked(problem) if is_deferred(retailer, &problem) => {
                    Match::Deferred(problem)
                }
                found => found,
            };
            matches.insert(system, found);
        }
    }
    for ((retailer, _), matches) in fleet.iter().zip(&mut matched) {
        let account = matches[System::Omnireturns].record();
        let found = &mut matches.0[System::Omnirps as usize];
        explain_renamed(retailer, found, account, &records[System::Omnirps as usize]);
    }
    (matched, declared)
}

/// Returns a test of whether a retailer may claim a record that was read, or a new name. One that
/// pins other records may not.
pub(crate) fn may_claim(live: &Live) -> impl Fn(&Retailer) -> bool {
    let observed = System::ALL.into_iter().filter_map(|system| match live.reading(system) {
        SystemReading::Observed(state) => Some((system, Records::new(&state.records))),
        SystemReading::Failed(_) | SystemReading::NotRead => None,
    });
    let observed: Vec<_> = observed.collect();
    move |retailer| {
        observed.iter().any(|(system, records)| match retailer.ids.get(system) {
            Some(id) => records.with_id(id).is_some(),
            None => true,
        })
    }
}

/// Matches the retailers that a system concerns, and detects multiple claims to a record.
fn match_system<'a>(
    retailers: &[&Retailer],
    partner: &Partner,
    index: &Records<'a>,
    system: System,
    concerned: impl Fn(usize) -> bool + Sync,
) -> Vec<MatchResult<'a>> {
    let mut seen: Vec<MatchResult> =
        parallel::map(retailers.iter().enumerate(), |(at, retailer)| {
            if concerned(at) {
                find(index, retailer, partner, system)
            } else {
                MatchResult { found: Match::NotApplicable, others: Vec::new() }
            }
        });
    for (at, problem) in shared_claims(retailers, &seen, partner, system) {
        let others = seen[at].records().collect();
        seen[at] = MatchResult { found: Match::Blocked(Box::new(problem)), others };
    }
    seen
}

/// Explains missing ids in a sandbox beside the systems that have them.
fn explain_ids(found: &mut [MatchResult], live: &Live) {
    let Some(environment) = live.rehearses() else { return };
    for result in found {
        if let Match::Blocked(problem) = &mut result.found
            && problem.code == BlockerCode::IdNotFound
        {
            problem.hint = format!(
                "the ids in the files are those of the systems in `{environment}`: copy their \
                 records first with `reconcile sandbox --seed-from {}`; if that was done, the id is \
                 wrong",
                word(environment)
            );
        }
    }
}

/// Returns whether a problem can be ignored until the switch-over.
///
/// A file that pins a record in another system means the right retailer, so a missing record
/// is not caused by a misspelt name, and journey `existing` creates none. Before the
/// switch-over nothing is written to it either. A look-alike is nevertheless reported at once:
/// waiting does not correct a wrong name.
fn is_deferred(retailer: &Retailer, problem: &Blocker) -> bool {
    matches!(problem.code, BlockerCode::RecordNotFound | BlockerCode::AmbiguousName)
        && matches!(retailer.journey, Journey::Existing { .. })
        && retailer.ids.keys().any(|pinned| *pinned != problem.system)
        && !retailer.reached(Milestone::SwitchedToLoop)
}

/// Returns whether the process asks for anything in a system, or needs its record. While E5 is
/// undecided, OmniReturns and OmniRPS are both concerned, because both branches change them.
fn concerns(retailer: &Retailer, wanted: &DesiredState, system: System) -> bool {
    wanted.settings.iter().any(|desired| {
        desired.setting.system() == system
            || (system == System::Omnirps && needs_omnirps(retailer, desired))
    }) || (wanted.undecided.is_some() && system != System::Omniparcel)
}

/// Returns whether a setting in OmniReturns depends on the OmniRPS record: the account of a new
/// retailer is tied to it (N5), and that of an existing one is changed after it (E6, E7).
fn needs_omnirps(retailer: &Retailer, desired: &DesiredSetting) -> bool {
    match retailer.journey {
        Journey::New => desired.value == DesiredValue::IdIn(System::Omnirps),
        Journey::Existing { .. } => {
            desired.setting.system() == System::Omnireturns
                && desired.managed != ManagePolicy::ByHand
        }
    }
}

/// Returns the names that a retailer's record may have, without duplicates. In OmniReturns
/// the record may already have the name that the file asks for, or the suffix (step E7.1).
pub(crate) fn candidate_names(
    retailer: &Retailer,
    partner: &Partner,
    system: System,
) -> Vec<String> {
    match system {
        System::Omniparcel | System::Omnirps => vec![retailer.name.clone()],
        System::Omnireturns => {
            let base = retailer.omnireturns_base_name();
            let mut names = vec![base.to_owned(), name::with_suffix(base, &partner.name_suffix)];
            if let Some(name) = retailer.overridden_name() {
                names.retain(|other| other != name);
                names.insert(0, name.to_owned());
            }
            names
        }
    }
}

/// The records of a system, indexed by id, by name and by folded name on first use.
pub(crate) struct Records<'a> {
    records: &'a [Record],
    by_id: OnceLock<Lookup<&'a str, &'a Record>>,
    /// Sorted by name, then by id.
    by_name: OnceLock<Vec<&'a Record>>,
    look_alikes: OnceLock<LookAlikes<&'a Record>>,
}

impl<'a> Records<'a> {
    pub(crate) fn new(records: &'a [Record]) -> Self {
        Records {
            records,
            by_id: OnceLock::new(),
            by_name: OnceLock::new(),
            look_alikes: OnceLock::new(),
        }
    }

    /// Returns the OmniRPS record of these to which an OmniReturns account is tied.
    pub(crate) fn tied_to(&self, account: &Record) -> Option<&'a Record> {
        match account.value(Setting::OmnireturnsOmnirpsRetailerId)? {
            Value::Text(id) => self.with_id(&id),
            _ => None,
        }
    }

    /// Returns the record of an id.
    pub(crate) fn with_id(&self, id: &str) -> Option<&'a Record> {
        let by_id = self.by_id.get_or_init(|| {
            self.records.iter().map(|record| (record.id.as_str(), record)).collect()
        });
        by_id.get(id).copied()
    }

    /// Returns the records of a name, by id.
    pub(crate) fn named(&self, name: &str) -> &[&'a Record] {
        let by_name = self.by_name.get_or_init(|| {
            let mut records: Vec<&Record> = self.records.iter().collect();
            records.sort_by(|a, b| (&a.name, a.id.as_str()).cmp(&(&b.name, b.id.as_str())));
            records
        });
        let start = by_name.partition_point(|record| record.name.as_str() < name);
        let length = by_name[start..].iter().take_while(|record| record.name == name).count();
        &by_name[start..start + length]
    }

    /// Returns the records whose names look like this one, by id.
    pub(crate) fn look_alikes(&self, name: &str) -> BTreeMap<&'a str, &'a Record> {
        let look_alikes = self.look_alikes.get_or_init(|| {
            let records = self.records.iter();
            LookAlikes::new(records.map(|record| (record.name.as_str(), record)))
        });
        look_alikes.of(name).into_iter().map(|record| (record.id.as_str(), *record)).collect()
    }
}

fn find<'a>(
    index: &Records<'a>,
    retailer: &Retailer,
    partner: &Partner,
    system: System,
) -> MatchResult<'a> {
    if let Some(id) = retailer.ids.get(&system) {
        return match index.with_id(id) {
            Some(record) => MatchResult::of(record, found(record, retailer, partner, system)),
            None => blocked(
                Vec::new(),
                Blocker::new(
                    BlockerCode::IdNotFound,
                    system,
                    format!("no {system} record has the pinned id \"{}\"", name::escaped(id)),
                    format!(
                        "correct `ids.{}` in {}, or remove it to match by name",
                        system.key(),
                        retailer.file
                    ),
                ),
            ),
        };
    }
    let names = candidate_names(retailer, partner, system);
    let exact: Vec<&Record> =
        names.iter().flat_map(|name| index.named(name).iter().copied()).collect();
    match exact.as_slice() {
        [record] => MatchResult::of(record, found(record, retailer, partner, system)),
        [] => not_exact(index, retailer, partner, system, &names),
        several => {
            let problem = Blocker::new(
                BlockerCode::AmbiguousName,
                system,
                format!("{} {system} records fit: {}", several.len(), list(several)),
                format!("pin the right one as `ids.{}` in {}", system.key(), retailer.file),
            );
            blocked(exact, problem)
        }
    }
}

fn blocked(others: Vec<&Record>, problem: Blocker) -> MatchResult<'_> {
    MatchResult { found: Match::Blocked(Box::new(problem)), others }
}

/// Returns the match for a record that is pinned or has exactly the name. A name that ends in a
/// variant of the suffix must not get the suffix as well (step E7.1).
fn found<'a>(
    record: &'a Record,
    retailer: &Retailer,
    partner: &Partner,
    system: System,
) -> Match<'a> {
    if system == System::Omnireturns
        && gets_suffix(retailer)
        && name::suffix_variant_base(&record.name, &partner.name_suffix).is_some()
    {
        return Match::Blocked(Box::new(suffix_variant(record, retailer, partner)));
    }
    Match::Record(record)
}

fn not_exact<'a>(
    index: &Records<'a>,
    retailer: &Retailer,
    partner: &Partner,
    system: System,
    names: &[String],
) -> MatchResult<'a> {
    let mut near: BTreeMap<&str, &Record> = BTreeMap::new();
    for name in names {
        near.extend(index.look_alikes(name));
    }
    let near: Vec<&Record> = near.into_values().collect();
    if system == System::Omnireturns
        && let Some(record) = near.iter().find(|record| {
            name::suffix_variant_base(&record.name, &partner.name_suffix)
                == Some(retailer.omnireturns_base_name())
        })
    {
        let problem = suffix_variant(record, retailer, partner);
        return blocked(near, problem);
    }
    if !near.is_empty() {
        let problem = near_miss(retailer, system, names, &near);
        return blocked(near, problem);
    }
    if retailer.journey == Journey::New {
        return MatchResult { found: Match::Absent, others: Vec::new() };
    }
    let live = index.records.iter().map(|record| record.name.as_str());
    let meant = name::mistyped(live, &names[0]);
    let meant = meant.map(|meant| format!("did you mean \"{}\"? ", name::escaped(meant)));
    // A record of another name in OmniRPS is of no use.
    let can_pin = system != System::Omnirps;
    let or_pin = if can_pin { format!("pin `ids.{}`, ", system.key()) } else { String::new() };
    let problem = Blocker::new(
        BlockerCode::RecordNotFound,
        system,
        format!("no {system} record is called \"{}\"", name::escaped(&names[0])),
        format!(
            "{}a retailer on journey `existing` must exist already: correct the name in {}, {or_pin}or \
             use journey `new`",
            meant.unwrap_or_default(),
            retailer.file
        ),
    );
    blocked(Vec::new(), problem)
}

/// Returns whether the process adds the suffix to the name in OmniReturns (E7.1).
fn gets_suffix(retailer: &Retailer) -> bool {
    let journey = Journey::Existing { omnireturns_access: Some(Access::Required) };
    retailer.journey == journey && !retailer.overrides.contains_key(&Setting::OmnireturnsName)
}

fn suffix_variant(record: &Record, retailer: &Retailer, partner: &Partner) -> Blocker {
    let or_pin = if gets_suffix(retailer) {
        String::new()
    } else {
        format!(", or pin `ids.omnireturns` in {} if no suffix is wanted", retailer.file)
    };
    let base = name::suffix_variant_base(&record.name, &partner.name_suffix).unwrap_or_default();
    Blocker::new(
        BlockerCode::SuffixVariant,
        System::Omnireturns,
        format!(
            "the name of OmniReturns record {} is \"{}\", which ends in a variant of the suffix \
             \"{}\"",
            record.id,
            name::escaped(&record.name),
            partner.name_suffix
        ),
        format!(
            "rename it in OmniReturns to \"{}\"{or_pin}",
            name::with_suffix(base, &partner.name_suffix)
        ),
    )
}
