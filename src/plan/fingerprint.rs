//! The fingerprint of a plan: a hash of everything that apply would do.
//!
//! It covers the environment and all actions in order, with `before` and `after`, and whether a
//! retailer's file has to be the same when they are applied. It excludes file paths, the bytes of
//! files, reasons and manual steps, so plans with equal fingerprints have equal effects.

use super::{Action, Change, Entry, Kind, Plan, RetailerPlan};
use crate::model::{Id, Setting, System, Value};
use serde::Serialize;
use sha2::{Digest, Sha256};

#[derive(Serialize)]
struct Effects<'a> {
    environment: &'a str,
    actions: Vec<ActionEffect<'a>>,
}

#[derive(Serialize)]
struct ActionEffect<'a> {
    retailer: &'a str,
    /// Whether the action is bound to the retailer's file.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    has_source: bool,
    id: &'a str,
    system: System,
    kind: Kind,
    target_id: Option<&'a str>,
    name: &'a str,
    depends_on: &'a [String],
    changes: Vec<ChangeEffect<'a>>,
}

#[derive(Serialize)]
struct ChangeEffect<'a> {
    setting: Setting,
    before: &'a Value,
    after: &'a Value,
    after_id: Option<&'a Id>,
    after_from: Option<&'a str>,
}

/// Returns the plan's fingerprint: a SHA-256 in lower-case hex.
pub(crate) fn fingerprint(plan: &Plan) -> String {
    let effects = Effects {
        environment: &plan.environment,
        actions: plan.actions().map(|(retailer, action)| action_effect(retailer, action)).collect(),
    };
    // Plain data with string keys always serializes to JSON.
    sha256(&serde_json::to_vec(&effects).unwrap_or_default())
}

/// Returns the SHA-256 of the bytes in lower-case hex.
pub(crate) fn sha256(bytes: &[u8]) -> String {
    Sha256::digest(bytes).iter().map(|byte| format!("{byte:02x}")).collect()
}

fn action_effect<'a>(retailer: &'a RetailerPlan, action: &'a Action) -> ActionEffect<'a> {
    let Action { id, system, kind, target_id, name, depends_on, changes } = action;
    ActionEffect {
        retailer: &retailer.retailer,
        has_source: retailer.source.is_some(),
        id,
        system: *system,
        kind: *kind,
        target_id: target_id.as_deref(),
        name,
        depends_on,
        changes: changes.iter().map(change_effect).collect(),
    }
}

fn change_effect(change: &Change) -> ChangeEffect<'_> {
    let Change { entry, after_id, after_from, rollback_of: _ } = change;
    let Entry { setting, before, after, step: _, override_reason: _, origin: _ } = entry;
    ChangeEffect {
        setting: *setting,
        before,
        after,
        after_id: after_id.as_ref(),
        after_from: after_from.as_deref(),
    }
}
