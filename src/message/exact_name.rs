//! Compares the names that texts state byte for byte with those in OmniRPS.

use crate::identity::Identity;
use crate::matching::{Match, MatchResult, match_each};
use crate::model::{Advice, Live, Partner, Retailer, System};
use std::collections::BTreeMap;

/// The records of a fleet's retailers, for comparing their names.
pub(crate) struct ExactNames<'a> {
    live: Option<&'a Live>,
    by_slug: BTreeMap<&'a str, BTreeMap<System, MatchResult<'a>>>,
}

impl<'a> ExactNames<'a> {
    /// Matches the records of a fleet, as far as live was read.
    pub(crate) fn new(
        fleet: &'a [Retailer],
        partner: &Partner,
        live: Option<&'a Live>,
    ) -> ExactNames<'a> {
        let seen = live.map(|live| match_each(fleet, partner, live)).unwrap_or_default();
        let by_slug = fleet.iter().map(|retailer| retailer.slug.as_str()).zip(seen).collect();
        ExactNames { live, by_slug }
    }

    /// Rejects a retailer whose OmniRPS record has another name, as a handoff does. Returns a
    /// warning if that is not known. A record that is still to be created gets the name of the file.
    pub(crate) fn check(&self, retailer: &Retailer) -> Result<Option<String>, Advice> {
        let not_compared = format!("the name of {} was not compared with OmniRPS", retailer.name);
        let Some(live) = self.live else { return Ok(Some(not_compared)) };
        let seen = self.by_slug.get(retailer.slug.as_str()).cloned().unwrap_or_default();
        let found = seen.get(&System::Omnirps).map(|seen| seen.found.clone());
        match (found, Identity::seen(retailer, live, seen).exact_omnirps()) {
            (Some(Match::Absent), _) | (_, Ok(_)) => Ok(None),
            (None, Err(Advice { message, .. })) => Ok(Some(format!("{not_compared}: {message}"))),
            (Some(_), Err(advice)) => Err(advice),
        }
    }
}
