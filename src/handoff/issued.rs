//! Finds a retailer's records and fetches the keys issued for them.

use super::document::{IssuedKey, Keys};
use crate::identity::{self, Identity};
use crate::model::{Advice, Partner, Record, Retailer, System};
use crate::systems::Reader;

/// Fetches the keys of one retailer of a fleet. Its OmniRPS record must have exactly its
/// name.
pub(crate) async fn fetch(
    reader: &Reader,
    retailer: &Retailer,
    fleet: &[Retailer],
    partner: &Partner,
) -> Result<Keys, Advice> {
    let live = reader.read_scopes(&identity::read_scopes(retailer)).await;
    fetch_of(reader, retailer, &Identity::new(retailer, fleet, partner, &live)).await
}

/// Like [`fetch`], for a retailer whose records are already matched.
pub(crate) async fn fetch_of(
    reader: &Reader,
    retailer: &Retailer,
    identity: &Identity<'_>,
) -> Result<Keys, Advice> {
    let omnirps = identity.exact_omnirps()?;
    let omnireturns = identity.record(System::Omnireturns)?;
    Ok(Keys {
        omnireturns: issued(reader, retailer, System::Omnireturns, omnireturns).await?,
        omnirps: issued(reader, retailer, System::Omnirps, omnirps).await?,
    })
}

async fn issued(
    reader: &Reader,
    retailer: &Retailer,
    system: System,
    record: &Record,
) -> Result<IssuedKey, Advice> {
    let id = record.id.to_string();
    match reader.retailer_key(system, &id, &retailer.name).await {
        Ok(key) => Ok(IssuedKey { id, key, usage: reader.usage(system) }),
        Err(Advice { message, hint }) => Err(Advice::new(
            format!("the {system} key of {} (id {id}) cannot be fetched: {message}", retailer.name),
            hint,
        )),
    }
}
