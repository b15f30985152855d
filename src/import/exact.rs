//! The file of one live retailer whose exact name is known, for `new`.

use super::census::left_out;
use super::group::{Group, link};
use super::{Draft, ImportInput, LeftOut, census, slug, trial};
use crate::model::{Advice, Record, System, name};
use std::collections::BTreeSet;

/// Drafts the file of the OmniRPS retailer with exactly this name, or returns `None` if
/// there is none.
pub(crate) fn exact(
    input: &ImportInput<'_>,
    name: &str,
    omnireturns_name: Option<&str>,
) -> Option<Result<Draft, LeftOut>> {
    let census = census(input);
    let is_it = |member: &&census::UndeclaredRetailer<'_>| {
        member.group.name == name && member.group.records.contains_key(&System::Omnirps)
    };
    let member = census.undeclared.iter().find(is_it)?;
    if let Some(left_out) = &member.left_out {
        return Some(Err(left_out.clone()));
    }
    let mut group = member.group.clone();
    if let Some(base) = omnireturns_name
        && let Err(why) = set_account(&mut group, base, input)
    {
        return Some(Err(left_out(&group, why)));
    }
    let trial::Trial { mut drafts, mut withdrawn, .. } = trial::trial(input, vec![&group]);
    drafts.pop().map(Ok).or_else(|| withdrawn.pop().map(Err))
}

/// Gives a group the accounts in OmniReturns of this name instead of those of its own name. One
/// that is linked to it must have the name.
fn set_account<'a>(
    group: &mut Group<'a>,
    base: &str,
    input: &ImportInput<'a>,
) -> Result<(), Advice> {
    let is_named = |record: &&Record| name::base(&record.name, &input.partner.name_suffix) == base;
    let own = group.one(System::Omnirps).map(|record| record.id.as_str());
    let all = input.live.records(System::Omnireturns).iter();
    let is_linked = |record: &&Record| own.is_some() && link(record) == own;
    if let Some(linked) = all.clone().filter(is_linked).find(|record| !is_named(record)) {
        return Err(Advice::new(
            format!(
                "the account of {} in OmniReturns is \"{}\" (id {}), and not \"{}\"",
                name::escaped(&group.name),
                name::escaped(&linked.name),
                name::escaped(linked.id.as_str()),
                name::escaped(base)
            ),
            "leave --omnireturns-name out, or have the account's link corrected",
        ));
    }
    group.records.remove(&System::Omnireturns);
    let named: Vec<&Record> = all.filter(is_named).collect();
    let is_tied = |record: &&&Record| link(record).is_some_and(|id| Some(id) != own);
    if let Some(tied) = named.iter().find(is_tied) {
        return Err(Advice::new(
            format!(
                "the account \"{}\" (id {}) in OmniReturns is tied to the OmniRPS retailer {}",
                name::escaped(&tied.name),
                name::escaped(tied.id.as_str()),
                name::escaped(link(tied).unwrap_or_default())
            ),
            "find out whose account it is; leave --omnireturns-name out if it is that retailer's",
        ));
    }
    if !named.is_empty() {
        group.records.insert(System::Omnireturns, named);
    }
    Ok(())
}

/// Returns an unused slug for a name.
pub(crate) fn free_slug(input: &ImportInput, name: &str) -> String {
    let slugs = input.sources.retailers.iter().map(|source| crate::config::slug(&source.path));
    let mut taken: BTreeSet<String> = slugs.map(str::to_lowercase).collect();
    slug::unique(slug::slug(name, "retailer"), &mut taken)
}
