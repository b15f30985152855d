//! Records, and names of new records, that several files claim.

use super::{Match, MatchResult, candidate_names, is_deferred};
use crate::model::{Blocker, BlockerCode, Partner, Record, Retailer, System, name};
use std::collections::BTreeMap;

/// What a retailer claims in a system.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Claim {
    /// The record at this address. A number is compared faster than an id.
    Record(usize),
    /// A new record with a name that folds to this key.
    Name(String),
}

/// Finds records that two files claim, and records that two files would create under
/// look-alike names. Returns positions in the fleet. A file that is blocked already claims the
/// records that it pins or that have its names, and keeps its problem.
pub(super) fn shared_claims(
    retailers: &[&Retailer],
    seen: &[MatchResult<'_>],
    partner: &Partner,
    system: System,
) -> BTreeMap<usize, Blocker> {
    let address = |record: &Record| std::ptr::from_ref(record).addr();
    let mut claims: Vec<(Claim, usize)> = Vec::with_capacity(seen.len());
    for (at, result) in seen.iter().enumerate() {
        match &result.found {
            Match::Record(record) => claims.push((Claim::Record(address(record)), at)),
            Match::Blocked(problem)
                if !result.others.is_empty() && !is_deferred(retailers[at], problem) =>
            {
                let names = candidate_names(retailers[at], partner, system);
                let is_pinned = retailers[at].ids.contains_key(&system);
                let own = result.others.iter().filter(|it| is_pinned || names.contains(&it.name));
                claims.extend(own.map(|record| (Claim::Record(address(record)), at)));
            }
            Match::Absent => {
                let keys = name::fold(retailers[at].new_name(system)).keys;
                claims.extend(keys.into_iter().map(|key| (Claim::Name(key), at)));
            }
            Match::NotApplicable
            | Match::Blocked(_)
            | Match::Deferred(_)
            | Match::Failed(_)
            | Match::NotRead => {}
        }
    }
    claims.sort_unstable();
    let mut problems = BTreeMap::new();
    let claimed = claims.chunk_by(|(a, _), (b, _)| a == b);
    for claims in claimed.filter(|claims| claims.len() > 1) {
        let claimants: Vec<usize> = claims.iter().map(|(_, at)| *at).collect();
        let is_blocked = |at: &usize| matches!(seen[*at].found, Match::Blocked(_));
        if claimants.iter().all(is_blocked) {
            continue;
        }
        let record = match claims[0].0 {
            Claim::Record(at) => seen[claimants[0]].records().find(|record| address(record) == at),
            Claim::Name(_) => None,
        };
        let files: Vec<&str> = claimants.iter().map(|&at| retailers[at].file.as_str()).collect();
        let mut pinned = claimants.iter().map(|&at| retailers[at]);
        let pinned = pinned.find(|retailer| retailer.ids.contains_key(&system));
        let claimed = match (record, pinned) {
            (Some(Record { id, name, .. }), Some(Retailer { file, .. })) => {
                let name = name::escaped(name);
                format!("{system} record {id}, \"{name}\" (pinned in {file})")
            }
            (Some(record), None) => format!("{system} record {}", record.id),
            (None, _) => format!("a new {system} record with the same name"),
        };
        let key = system.key();
        let hint = match pinned {
            Some(_) => format!(
                "find out whose record it is, and correct `ids.{key}` or the name in the other file"
            ),
            None => {
                format!("pin `ids.{key}` in each file, or correct the name in one of them")
            }
        };
        for at in claimants.into_iter().filter(|at| !is_blocked(at)) {
            problems.insert(
                at,
                Blocker::new(
                    BlockerCode::DuplicateClaim,
                    system,
                    format!("{} claim {claimed}", files.join(" and ")),
                    hint.clone(),
                ),
            );
        }
    }
    problems
}
