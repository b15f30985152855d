//! The file of one live retailer whose exact name is known, for `new`.

use super::{Draft, ImportInput, LeftOut, census, slug, trial};
use crate::model::System;
use std::collections::BTreeSet;

/// Drafts the file of the OmniRPS retailer with exactly this name, or returns `None` if
/// there is none.
pub(crate) fn exact(input: &ImportInput, name: &str) -> Option<Result<Draft, LeftOut>> {
    let census = census(input);
    let is_it = |member: &&census::UndeclaredRetailer<'_>| {
        member.group.name == name && member.group.records.contains_key(&System::Omnirps)
    };
    let member = census.undeclared.iter().find(is_it)?;
    if let Some(left_out) = &member.left_out {
        return Some(Err(left_out.clone()));
    }
    let trial::Trial { mut drafts, mut withdrawn, .. } = trial::trial(input, vec![&member.group]);
    drafts.pop().map(Ok).or_else(|| withdrawn.pop().map(Err))
}

/// Returns an unused slug for a name.
pub(crate) fn free_slug(input: &ImportInput, name: &str) -> String {
    let slugs = input.sources.retailers.iter().map(|source| crate::config::slug(&source.path));
    let mut taken: BTreeSet<String> = slugs.map(str::to_lowercase).collect();
    slug::unique(slug::slug(name, "retailer"), &mut taken)
}
