//! Which live retailers no file declares.
//!
//! Matching decides which records a file declares. A record that prevents a file's match is
//! not undeclared either, because a second file for it would be wrong.

use super::group::{Group, groups};
use super::{ImportInput, LeftOut, ids};
use crate::matching::{Match, match_each};
use crate::model::name::{self, closest_name};
use crate::model::{Advice, System};
use std::collections::BTreeMap;

/// The live retailers.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Census<'a> {
    /// The retailers that no file declares, sorted by name.
    pub(super) undeclared: Vec<UndeclaredRetailer<'a>>,
    /// The declared retailers, each with its file.
    declared: Vec<(Group<'a>, String)>,
}

/// A live retailer that no file declares.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct UndeclaredRetailer<'a> {
    pub(super) group: Group<'a>,
    /// The reason why no file can be written for it.
    pub(super) left_out: Option<LeftOut>,
}

/// Why a requested retailer cannot be imported.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum NotFound {
    Declared {
        file: String,
    },
    /// No retailer has this name; `close` is the most similar one.
    Unknown {
        close: Option<String>,
    },
}

/// How a file refers to a record.
enum Claim {
    Declares(String),
    /// The record prevents a match: the file and the reason.
    Contests(String, String),
}

/// Compares the live retailers with the files.
pub(crate) fn census<'a>(input: &ImportInput<'a>) -> Census<'a> {
    let claims = claims(input);
    let groups = groups(input.live, input.partner);
    let mut named: BTreeMap<&str, Vec<&Group>> = BTreeMap::new();
    for group in &groups {
        named.entry(&group.name).or_default().push(group);
    }
    let mut census = Census::default();
    for group in &groups {
        let why = match group_status(group, &claims) {
            GroupStatus::Declared(file) => {
                census.declared.push((group.clone(), file));
                continue;
            }
            GroupStatus::Contested(why) => Some(why),
            GroupStatus::Free => {
                let twins = named[group.name.as_str()].iter().copied();
                shared_name(group, &twins.filter(|twin| *twin != group).collect::<Vec<_>>())
            }
        };
        let left_out = why.map(|why| left_out(group, why));
        census.undeclared.push(UndeclaredRetailer { group: group.clone(), left_out });
    }
    census
}

impl<'a> Census<'a> {
    /// Returns the records of the retailer with this name, and the name of another one that has the
    /// word as its OmniRPS id.
    pub(crate) fn two_of(&self, word: &str) -> Option<(String, &str)> {
        let declared = self.declared.iter().map(|(group, _)| group);
        let all = self.undeclared.iter().map(|member| &member.group).chain(declared);
        let named = all.clone().find(|group| has_name(group, word))?;
        let other = all.clone().find(|group| has_id(group, word) && !has_name(group, word))?;
        Some((describe(named), &other.name))
    }

    /// Checks that an OmniRPS name or id belongs to undeclared retailers.
    pub(crate) fn find(&self, name: &str) -> Result<(), NotFound> {
        if self.undeclared.iter().any(|member| is_named(&member.group, name)) {
            return Ok(());
        }
        if let Some((_, file)) = self.declared.iter().find(|(group, _)| is_named(group, name)) {
            return Err(NotFound::Declared { file: file.clone() });
        }
        Err(NotFound::Unknown { close: closest_name(self.names(), name).map(str::to_owned) })
    }

    /// Returns the names of the undeclared retailers.
    pub(crate) fn names(&self) -> impl Iterator<Item = &str> {
        self.undeclared.iter().map(|member| member.group.name.as_str())
    }

    /// Returns the undeclared retailers with these names, or all if there are no names.
    pub(super) fn select(&self, names: &[&str]) -> Vec<&UndeclaredRetailer<'a>> {
        let is_named = |member: &&UndeclaredRetailer| {
            names.is_empty() || names.iter().any(|name| is_named(&member.group, name))
        };
        self.undeclared.iter().filter(is_named).collect()
    }
}

fn is_named(group: &Group, word: &str) -> bool {
    has_name(group, word) || has_id(group, word)
}

fn has_name(group: &Group, name: &str) -> bool {
    group.name == name || group.all().any(|(_, record)| record.name == name)
}

fn has_id(group: &Group, id: &str) -> bool {
    let mut records = group.all();
    records.any(|(system, record)| system == System::Omnirps && record.id.as_str() == id)
}

type Claims<'a> = BTreeMap<(System, &'a str), Claim>;

fn claims<'a>(input: &ImportInput<'a>) -> Claims<'a> {
    let mut claims = Claims::new();
    let seen = match_each(input.fleet, input.partner, input.live);
    for (retailer, seen) in input.fleet.iter().zip(seen) {
        for (system, matched) in seen {
            for record in matched.records() {
                let place = claims.entry((system, record.id.as_str()));
                let file = retailer.file.clone();
                // A record that one file declares is not contested by another.
                match &matched.found {
                    Match::Blocked(problem) => {
                        place.or_insert(Claim::Contests(file, problem.message.clone()));
                    }
                    _ => {
                        place.insert_entry(Claim::Declares(file));
                    }
                }
            }
        }
    }
    claims
}

enum GroupStatus {
    Free,
    Declared(String),
    Contested(Advice),
}

fn group_status(group: &Group, claims: &Claims) -> GroupStatus {
    let ids = group.all().map(|(system, record)| (system, record.id.as_str()));
    let claimed: Vec<(System, &str, Option<&Claim>)> =
        ids.map(|(system, id)| (system, id, claims.get(&(system, id)))).collect();
    let anchor = claimed.iter().find(|(system, _, _)| *system == System::Omnirps);
    if let Some((_, _, Some(Claim::Declares(file)))) = anchor {
        return GroupStatus::Declared(file.clone());
    }
    let contested = claimed.iter().find_map(|(_, _, claim)| match claim {
        Some(Claim::Contests(file, why)) => Some((file, why)),
        _ => None,
    });
    if let Some((file, why)) = contested {
        return GroupStatus::Contested(Advice::new(
            format!("it conflicts with {file}: {why}"),
            format!("pin the right record under `ids` in {file}, then import again"),
        ));
    }
    let declared = claimed.iter().find_map(|(system, id, claim)| match claim {
        Some(Claim::Declares(file)) => Some((system, id, file)),
        _ => None,
    });
    match declared {
        None => GroupStatus::Free,
        Some((_, _, file)) if claimed.iter().all(|(_, _, claim)| claim.is_some()) => {
            GroupStatus::Declared(file.clone())
        }
        Some((system, id, file)) => GroupStatus::Contested(Advice::new(
            format!("its {system} record {id} is declared by {file}"),
            format!("if all of it belongs to that retailer, pin its records under `ids` in {file}"),
        )),
    }
}

/// Returns why a group has no file whose name others have. That of an account without an OmniRPS
/// retailer is its name without the suffix, or without a variant of it.
fn shared_name(group: &Group, twins: &[&Group]) -> Option<Advice> {
    if twins.is_empty() {
        return None;
    }
    let all = [group].into_iter().chain(twins.iter().copied());
    let (anchored, others): (Vec<&Group>, Vec<&Group>) =
        all.partition(|group| group.records.contains_key(&System::Omnirps));
    let accounts = others.iter().filter_map(|group| group.records.get(&System::Omnireturns));
    let mut named_otherwise = accounts.flatten().filter(|account| account.name != group.name);
    // Two OmniRPS retailers of one name stay two after the account is renamed.
    Some(match named_otherwise.next().filter(|_| anchored.len() < 2) {
        Some(account) => Advice::new(
            format!(
                "OmniReturns record {} is called \"{}\", so it is unknown whether it is that of \
                 \"{}\"",
                account.id,
                name::escaped(&account.name),
                name::escaped(&group.name)
            ),
            "write the file by hand and pin the right records under `ids`",
        ),
        None => {
            let twins: Vec<String> = twins.iter().map(|twin| describe(twin)).collect();
            Advice::new(
                format!("another live retailer has the same name ({})", twins.join("; ")),
                "write the file by hand and pin the right record as `ids.omnirps`",
            )
        }
    })
}

/// Returns why a group has no file.
pub(super) fn left_out(group: &Group, why: Advice) -> LeftOut {
    let Advice { message: reason, hint } = why;
    LeftOut { name: group.name.clone(), records: describe(group), reason, hint }
}

/// Returns a group's records in the form used in messages.
fn describe(group: &Group) -> String {
    ids(group.all().map(|(system, record)| (system, record.id.as_str())))
}
