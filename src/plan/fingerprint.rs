//! The fingerprint of a plan: a digest over all that apply would do.
//!
//! It covers the environment and every action in order, with `before` and `after`. It
//! leaves out where the files lie and what people have to do, so that two plans with
//! one fingerprint have the same effects.

use super::{Action, Plan};
use serde::Serialize;
use sha2::{Digest, Sha256};

#[derive(Serialize)]
struct Effects<'a> {
    environment: &'a str,
    actions: Vec<(&'a str, &'a Action)>,
}

/// Returns the plan's fingerprint: a SHA-256 in lower-case hex.
pub fn fingerprint(plan: &Plan) -> String {
    let effects = Effects {
        environment: &plan.environment,
        actions: plan
            .actions()
            .map(|(retailer, action)| (retailer.retailer.as_str(), action))
            .collect(),
    };
    let mut digest = Sha256::new();
    // Plain data with text keys: there is nothing that JSON cannot hold.
    digest.update(serde_json::to_vec(&effects).unwrap_or_default());
    digest.finalize().iter().map(|byte| format!("{byte:02x}")).collect()
}
