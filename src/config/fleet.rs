//! Checks across all retailer files: no two files claim the same thing.
//!
//! Invalid files take part with what could be read of them, so that all problems are reported
//! at once. Each look-up is by key; no file is compared with all others.

use super::finding::{Place, value};
use crate::diagnostic::Problem;
use crate::model::name::{difference, fold};
use crate::model::types::shown;
use crate::model::{Retailer, RetailerFile, System};
use crate::parallel;
use hashbrown::{DefaultHashBuilder, HashMap};
use std::collections::BTreeSet;
use std::hash::BuildHasher;

/// The parts of a file that the checks use.
#[derive(Clone, Copy, Debug)]
pub(super) struct Member<'a> {
    slug: &'a str,
    name: Option<&'a str>,
    /// Indexed by system.
    ids: [Option<&'a str>; System::ALL.len()],
}

impl<'a> Member<'a> {
    pub(super) fn of_file(slug: &'a str, file: Option<&'a RetailerFile>) -> Member<'a> {
        let id = |system| file?.ids.get(system).map(String::as_str);
        let name = file.and_then(|file| file.retailer.as_deref());
        Member { slug, name, ids: System::ALL.map(id) }
    }

    /// Returns the claims of a checked file.
    pub(super) fn of_retailer(retailer: &'a Retailer) -> Member<'a> {
        let ids = System::ALL.map(|system| retailer.ids.get(&system).map(String::as_str));
        Member { slug: &retailer.slug, name: Some(&retailer.name), ids }
    }

    fn id(&self, system: System) -> Option<&'a str> {
        self.ids[system as usize]
    }
}

/// A problem whose places are in several files.
pub(super) type FleetFinding = Problem<(usize, Place)>;

type Check = fn(&[Member<'_>], &mut Vec<FleetFinding>);

/// In two parts that take about equally long and run in parallel.
const CHECKS: [&[Check]; 2] = [&[slugs, retailers, ids], &[look_alikes]];

/// Runs all checks, over members sorted by path.
pub(super) fn check(members: &[Member<'_>]) -> Vec<FleetFinding> {
    let run = |checks: &&[Check]| {
        let mut findings = Vec::new();
        checks.iter().for_each(|check| check(members, &mut findings));
        findings
    };
    parallel::each(CHECKS.iter(), run).into_iter().flatten().collect()
}

/// What two files must not have in common.
struct Clash {
    code: &'static str,
    /// The place in both files.
    place: Place,
    /// What is there in the first file.
    first: &'static str,
    hint: &'static str,
}

impl Clash {
    fn between(&self, member: usize, before: usize, message: String) -> FleetFinding {
        FleetFinding::error(self.code, (member, self.place.clone()), message, self.hint)
            .with((before, self.place.clone()), self.first)
    }

    /// Finds the members that claim the same as an earlier one.
    fn find<'a>(
        &self,
        members: &[Member<'a>],
        claim: impl Fn(&Member<'a>) -> Option<&'a str>,
        message: impl Fn(&str) -> String,
        findings: &mut Vec<FleetFinding>,
    ) {
        let mut first: HashMap<&str, usize> = HashMap::with_capacity(members.len());
        for (index, member) in members.iter().enumerate() {
            let Some(claim) = claim(member) else { continue };
            let before = *first.entry(claim).or_insert(index);
            if before != index {
                findings.push(self.between(index, before, message(claim)));
            }
        }
    }
}

/// File names are unique.
fn slugs(members: &[Member<'_>], findings: &mut Vec<FleetFinding>) {
    let clash = Clash {
        code: "duplicate-slug",
        place: value([]),
        first: "the other file",
        hint: "rename one of them; the name without folder and ending must be unique",
    };
    let message = |slug: &str| format!("another file is named {} too", shown(slug));
    clash.find(members, |member| Some(member.slug), message, findings);
}

/// Retailers are unique.
fn retailers(members: &[Member<'_>], findings: &mut Vec<FleetFinding>) {
    let clash = Clash {
        code: "duplicate-retailer",
        place: value(["retailer"]),
        first: "declared here first",
        hint: "keep one of the two files, or correct the name in one of them",
    };
    let message = |name: &str| format!("two files declare the retailer {}", shown(name));
    clash.find(members, |member| member.name, message, findings);
}

/// Ids are unique in a system.
fn ids(members: &[Member<'_>], findings: &mut Vec<FleetFinding>) {
    for system in System::ALL {
        let clash = Clash {
            code: "duplicate-id",
            place: value(["ids", system.key()]),
            first: "claimed here first",
            hint: "correct the id in one of the two files",
        };
        let message = |id: &str| format!("two files claim the {system} record {}", shown(id));
        clash.find(members, |member| member.id(system), message, findings);
    }
}

/// The files seen so far with the same key, as far as a later file may clash with them.
#[derive(Default)]
struct Seen {
    /// Up to two files, with different names.
    any: [Option<usize>; 2],
    /// The same, of files that do not pin their OmniRPS record.
    unpinned: [Option<usize>; 2],
}

/// No two names look alike.
fn look_alikes(members: &[Member<'_>], findings: &mut Vec<FleetFinding>) {
    let clash = Clash {
        code: "names-look-alike",
        place: value(["retailer"]),
        first: "the other name",
        hint: "correct the name that is wrong; if both are right, pin `ids.omnirps` in both \
               files",
    };
    let mut seen: HashMap<String, Seen> = HashMap::new();
    for index in that_may_look_alike(members) {
        let member = &members[index];
        let Some(own) = member.name else { continue };
        let is_pinned = member.id(System::Omnirps).is_some();
        // Equal names have their own check.
        let differs = |other: &&usize| members[**other].name != Some(own);
        let mut before: Option<usize> = None;
        for key in fold(own).keys {
            let seen = seen.entry(key).or_default();
            let clashing = if is_pinned { &seen.unpinned } else { &seen.any };
            let found = clashing.iter().flatten().find(differs).copied();
            before = before.into_iter().chain(found).min();
            seen.any = remember(seen.any, index, differs);
            if !is_pinned {
                seen.unpinned = remember(seen.unpinned, index, differs);
            }
        }
        let Some(before) = before else { continue };
        let other = members[before].name.unwrap_or_default();
        let at = difference(other, own).map_or_else(String::new, |at| format!(" ({at})"));
        let message = format!(
            "{} and {} look alike{at}, so a record could be matched to the wrong one",
            shown(own),
            shown(other)
        );
        findings.push(clash.between(index, before, message));
    }
}

/// Returns the members that share a folded name with another one, and rarely a few more. Keeping
/// the hashes alone takes a tenth of the time and memory of keeping the names.
fn that_may_look_alike(members: &[Member<'_>]) -> BTreeSet<usize> {
    let hasher = DefaultHashBuilder::default();
    let hashes = parallel::map(members.iter(), |member| {
        let keys = member.name.map(|name| fold(name).keys).unwrap_or_default();
        keys.iter().map(|key| hasher.hash_one(key)).collect::<Vec<u64>>()
    });
    let mut hashes: Vec<(u64, usize)> = hashes
        .into_iter()
        .enumerate()
        .flat_map(|(index, hashes)| hashes.into_iter().map(move |hash| (hash, index)))
        .collect();
    hashes.sort_unstable();
    let same = hashes.chunk_by(|(a, _), (b, _)| a == b).filter(|same| same.len() > 1);
    same.flatten().map(|(_, index)| *index).collect()
}

/// Adds a file to the remembered ones if its name differs from theirs.
fn remember(
    files: [Option<usize>; 2],
    index: usize,
    differs: impl Fn(&&usize) -> bool,
) -> [Option<usize>; 2] {
    match files {
        [None, _] => [Some(index), None],
        [Some(first), None] if differs(&&first) => [Some(first), Some(index)],
        files => files,
    }
}
