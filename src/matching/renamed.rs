//! Records in OmniRPS that were renamed, found by the OmniReturns accounts that are tied to them.

use super::{Match, Records};
use crate::model::{BlockerCode, Record, Retailer, name};

/// Names the record in OmniRPS that may be the missing one of a retailer under another name.
pub(super) fn explain_renamed(
    retailer: &Retailer,
    found: &mut Match,
    account: Option<&Record>,
    omnirps: &Records,
) {
    if let Match::Blocked(problem) | Match::Deferred(problem) = found
        && problem.code == BlockerCode::RecordNotFound
        && let Some(hint) = renamed(retailer, account, omnirps)
    {
        problem.hint = hint;
    }
}

/// Describes the OmniRPS record, of another name, to which a retailer's OmniReturns account is
/// tied.
pub(crate) fn renamed(
    retailer: &Retailer,
    account: Option<&Record>,
    omnirps: &Records,
) -> Option<String> {
    let Record { id, name, .. } =
        omnirps.tied_to(account?).filter(|record| record.name != retailer.name)?;
    Some(format!(
        "its OmniReturns account is tied to OmniRPS record {id}, which is called \"{}\": if that is \
         its record, correct `retailer` in {}, or have the name set back",
        name::escaped(name),
        retailer.file
    ))
}
