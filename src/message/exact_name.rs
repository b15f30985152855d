//! Compares the name that a text states byte for byte with the one in OmniRPS.

use crate::identity::Identity;
use crate::matching::{Match, match_each};
use crate::model::{Advice, Live, Partner, Retailer, System};

/// Rejects a retailer whose OmniRPS record has another name, as a handoff does. Returns a warning if
/// that is not known. A record that is still to be created gets the name of the file.
pub(crate) fn check_name(
    retailer: &Retailer,
    fleet: &[Retailer],
    partner: &Partner,
    live: Option<&Live>,
) -> Result<Option<String>, Advice> {
    let not_compared = format!("the name of {} was not compared with OmniRPS", retailer.name);
    let Some(live) = live else { return Ok(Some(not_compared)) };
    let at = fleet.iter().position(|other| other.slug == retailer.slug);
    let mut all = match_each(fleet, partner, live);
    let seen = at.map(|at| all.swap_remove(at)).unwrap_or_default();
    let found = seen.get(&System::Omnirps).map(|seen| seen.found.clone());
    match (found, Identity::seen(retailer, live, seen).exact_omnirps()) {
        (Some(Match::Absent), _) | (_, Ok(_)) => Ok(None),
        (None, Err(Advice { message, .. })) => Ok(Some(format!("{not_compared}: {message}"))),
        (Some(_), Err(advice)) => Err(advice),
    }
}
