//! The stored proofs that the partner itself uploads returns, one document per environment.
//!
//! They are apart from the test runs: `verify` can find such an upload whoever made the test.

use super::document::{Swap, compare_and_set};
use super::{RunStore, StoreError, segment};
use crate::verify::ArrivalProven;
use std::collections::BTreeMap;

/// The first return that was found of each retailer, by name.
pub(crate) type LoopUploads = BTreeMap<String, ArrivalProven>;

/// Returns the key of an environment's proofs.
pub(super) fn key(environment: &str) -> String {
    format!("loop-uploads/{}", segment(environment))
}

/// Reads the proofs of an environment.
pub(crate) async fn loop_uploads(
    store: &dyn RunStore,
    environment: &str,
) -> Result<LoopUploads, StoreError> {
    Ok(read(store, &key(environment)).await?.0)
}

/// Reads a document of proofs, and its version. One that was forgotten, or is none, has no proofs:
/// they are found again.
async fn read(
    store: &dyn RunStore,
    key: &str,
) -> Result<(LoopUploads, Option<String>), StoreError> {
    let Some(document) = store.load(key).await? else { return Ok(Default::default()) };
    Ok((serde_json::from_slice(&document.bytes).unwrap_or_default(), Some(document.version)))
}

/// Adds proofs of retailers that have none yet.
pub(crate) async fn add(
    store: &dyn RunStore,
    environment: &str,
    found: LoopUploads,
) -> Result<(), StoreError> {
    let key = key(environment);
    loop {
        let (mut all, version) = read(store, &key).await?;
        let before = all.len();
        for (name, arrival) in &found {
            all.entry(name.clone()).or_insert_with(|| arrival.clone());
        }
        if all.len() == before {
            return Ok(());
        }
        let json = serde_json::to_vec_pretty(&all).expect("a map of texts is plain JSON");
        // Another verification may have added its own meanwhile.
        if let Swap::Done { .. } = compare_and_set(store, &key, &json, version.as_deref()).await? {
            return Ok(());
        }
    }
}
