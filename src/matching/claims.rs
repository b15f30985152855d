//! Records, and names of new records, that several files claim.

use super::{Match, MatchResult};
use crate::model::{Blocker, BlockerCode, Record, Retailer, System, name};
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
/// look-alike names. Returns positions in the fleet.
pub(super) fn shared_claims(
    retailers: &[&Retailer],
    seen: &[MatchResult<'_>],
    system: System,
) -> BTreeMap<usize, Blocker> {
    let mut claims: Vec<(Claim, usize)> = Vec::with_capacity(seen.len());
    for (at, result) in seen.iter().enumerate() {
        match &result.found {
            Match::Record(record) => {
                claims.push((Claim::Record(std::ptr::from_ref(*record).addr()), at));
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
        let files: Vec<&str> = claimants.iter().map(|&at| retailers[at].file.as_str()).collect();
        let mut pinned = claimants.iter().map(|&at| retailers[at]);
        let pinned = pinned.find(|retailer| retailer.ids.contains_key(&system));
        let claimed = match (&seen[claimants[0]].found, pinned) {
            (Match::Record(Record { id, name, .. }), Some(Retailer { file, .. })) => {
                let name = name::escaped(name);
                format!("{system} record {id}, \"{name}\" (pinned in {file})")
            }
            (Match::Record(record), None) => format!("{system} record {}", record.id),
            _ => format!("a new {system} record with the same name"),
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
        for at in claimants {
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
