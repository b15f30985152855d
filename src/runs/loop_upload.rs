//! The stored proofs that the partner itself uploads returns, one document per environment.
//!
//! They are apart from the test runs: `verify` can find such an upload whoever made the test.

use super::{Document, RunStore, StoreError, document, segment};
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
    Ok(read(store.load(&key(environment)).await?.as_ref()))
}

/// Reads a document of proofs. One that was forgotten, or is none, has no proofs: they are found
/// again.
fn read(document: Option<&Document>) -> LoopUploads {
    document.and_then(|found| serde_json::from_slice(&found.bytes).ok()).unwrap_or_default()
}

/// Adds proofs of retailers that have none yet.
pub(crate) async fn add(
    store: &dyn RunStore,
    environment: &str,
    found: LoopUploads,
) -> Result<(), StoreError> {
    // Another verification may add its own meanwhile.
    let add = |document: Option<&Document>| {
        let mut all = read(document);
        let before = all.len();
        for (name, arrival) in &found {
            all.entry(name.clone()).or_insert_with(|| arrival.clone());
        }
        let json = || serde_json::to_vec_pretty(&all).expect("a map of texts is plain JSON");
        Ok((all.len() > before).then(json))
    };
    document::update(store, &key(environment), add).await.map(|_| ())
}
