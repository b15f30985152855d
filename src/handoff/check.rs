//! Compares a retailer's keys with those of its handoff, and records the check.

use super::issued::fetch_of;
use super::store::{self, KeyPlace};
use super::{Check, FingerprintKey, HandoffRecord, Keys, Same, now};
use crate::exit::Failure;
use crate::identity::Identity;
use crate::matching::match_each;
use crate::model::{Live, Partner, Retailer};
use crate::runs::RunStore;
use crate::systems::Reader;
use futures_util::stream::{self, StreamExt};
use std::collections::BTreeMap;

/// Compares keys in one environment.
pub(crate) struct Checker<'a> {
    store: &'a dyn RunStore,
    environment: &'a str,
    partner: &'a Partner,
    place: &'a KeyPlace,
    key: FingerprintKey,
}

/// What a comparison found: the handoff, and what is unchanged.
pub(crate) type Compared = Result<(HandoffRecord, Same), Failure>;

impl<'a> Checker<'a> {
    /// Reads the fingerprint key, which the handoff of this retailer has created.
    pub(crate) fn new(
        store: &'a dyn RunStore,
        environment: &'a str,
        partner: &'a Partner,
        place: &'a KeyPlace,
        retailer: &Retailer,
    ) -> Result<Checker<'a>, Failure> {
        let key = place.read()?.ok_or_else(|| no_key(place, retailer))?;
        Ok(Checker { store, environment, partner, place, key })
    }

    /// Compares keys with the handoff, and records the check.
    pub(crate) async fn compare(
        &self,
        retailer: &Retailer,
        record: &HandoffRecord,
        keys: &Keys,
    ) -> Compared {
        let Retailer { slug, name, .. } = retailer;
        let same = record
            .compare(name, retailer.hubs(self.partner), &self.key.of(keys))
            .ok_or_else(|| no_key(self.place, retailer))?;
        let check = Check { at: now(), same };
        // The record was read before the systems, which take a while.
        let kept = store::save_check(self.store, self.environment, slug, record, check).await?;
        let record = kept.ok_or_else(|| {
            Failure::failed(
                format!("the keys of {name} were handed over again during the check"),
                format!("check again: `reconcile handoff {slug} --check`"),
            )
        })?;
        Ok((record, same))
    }

    /// Compares the keys of several retailers, `concurrency` at a time. A failure for one
    /// does not hide the others.
    pub(crate) async fn compare_all(
        &self,
        reader: &Reader,
        live: &Live,
        fleet: &[Retailer],
        recorded: &[(&Retailer, &HandoffRecord)],
        concurrency: usize,
    ) -> Vec<Compared> {
        let seen = match_each(fleet, self.partner, live);
        let seen: BTreeMap<&str, _> =
            fleet.iter().map(|retailer| retailer.slug.as_str()).zip(seen).collect();
        let seen = &seen;
        let checks = recorded.iter().map(|(retailer, record)| async move {
            let seen = seen.get(retailer.slug.as_str()).cloned().unwrap_or_default();
            let identity = Identity::seen(retailer, live, seen);
            let keys = fetch_of(reader, retailer, &identity).await?;
            self.compare(retailer, record, &keys).await
        });
        stream::iter(checks).buffered(concurrency.max(1)).collect().await
    }
}

fn no_key(place: &KeyPlace, retailer: &Retailer) -> Failure {
    let Retailer { name, slug, .. } = retailer;
    let place = match place {
        KeyPlace::File(path) => format!("`{}`", path.display()),
        KeyPlace::Named(_) | KeyPlace::Missing => "`state.handoff_key`".into(),
    };
    Failure::failed(
        format!("the keys of {name} cannot be compared: {place} is not the key of the handoff"),
        format!("restore it from a backup, or hand over again: `reconcile handoff {slug}`"),
    )
}
