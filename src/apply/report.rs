//! The result of an apply, as printed by `apply --format json`.

use super::{Action, Outcome, OutcomeKind, Warning, WriteEffect, WriteFailure};
use crate::model::{Advice, System};
use crate::plan::{FORMAT_VERSION, Kind, Plan};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use std::collections::BTreeSet;

/// The result of an apply.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, JsonSchema)]
#[schemars(deny_unknown_fields)]
pub struct ApplyReport {
    pub format_version: &'static str,
    pub run_id: String,
    pub environment: String,
    pub summary: ApplySummary,
    /// In the order of the plan.
    pub actions: Vec<ActionReport>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub warnings: Vec<Warning>,
    /// The systems that could not be read.
    #[serde(skip)]
    pub failed_systems: BTreeSet<System>,
    /// The retailers for which an action of an earlier run stays in doubt because of that.
    #[serde(skip)]
    pub in_doubt: BTreeSet<String>,
}

/// The number of actions per outcome.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, JsonSchema, Deserialize)]
pub struct ApplySummary {
    pub applied: usize,
    pub already: usize,
    pub failed: usize,
    pub skipped: usize,
    pub stale: usize,
}

impl ApplySummary {
    /// Returns the number of actions whose changes may not be live.
    pub fn not_done(&self) -> usize {
        self.failed + self.skipped + self.stale
    }
}

/// The result of one action.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, JsonSchema)]
pub struct ActionReport {
    pub id: String,
    pub retailer: String,
    pub system: System,
    pub kind: Kind,
    /// One of the keys of the summary.
    #[schemars(with = "&str")]
    pub outcome: OutcomeKind,
    /// Why the action was not done; empty if it was.
    pub message: String,
    /// What to do about it.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub hint: String,
    /// What an action that failed has written nevertheless.
    #[serde(skip)]
    pub effect: WriteEffect,
}

impl ActionReport {
    /// Returns whether the action's changes are live now.
    pub(crate) fn is_done(&self) -> bool {
        matches!(self.outcome, OutcomeKind::Applied | OutcomeKind::Already)
    }
}

impl ApplyReport {
    /// Returns whether anything was certainly written.
    pub(crate) fn has_written(&self) -> bool {
        let is_partial = |action: &ActionReport| action.effect == WriteEffect::Partial;
        self.summary.applied > 0 || self.actions.iter().any(is_partial)
    }

    /// Creates the report of a run of a plan.
    pub(crate) fn new(
        plan: &Plan,
        run_id: &str,
        done: impl Iterator<Item = (String, (Action, Outcome))>,
    ) -> ApplyReport {
        let report = |(retailer, (action, outcome)): (String, (Action, Outcome))| {
            let kind = outcome.kind();
            let effect = match &outcome {
                Outcome::Failed(failure) => failure.effect,
                _ => WriteEffect::None,
            };
            let (message, hint) = match outcome {
                Outcome::Applied(_) | Outcome::Already(_) => (String::new(), String::new()),
                Outcome::Failed(WriteFailure { message, hint, .. }) if effect.is_possible() => {
                    (format!("{message}; some or all of its changes may have taken effect"), hint)
                }
                Outcome::Failed(WriteFailure { message, hint, .. })
                | Outcome::Stale(Advice { message, hint }) => (message, hint),
                Outcome::Skipped { because } => (because, String::new()),
            };
            ActionReport {
                id: action.id,
                retailer,
                system: action.system,
                kind: action.kind,
                outcome: kind,
                message,
                hint,
                effect,
            }
        };
        let actions: Vec<ActionReport> = done.map(report).collect();
        let [applied, already, failed, _, skipped, stale] =
            OutcomeKind::counts(actions.iter().map(|action| action.outcome));
        ApplyReport {
            format_version: FORMAT_VERSION,
            run_id: run_id.into(),
            environment: plan.environment.clone(),
            summary: ApplySummary { applied, already, failed, skipped, stale },
            actions,
            warnings: Vec::new(),
            failed_systems: BTreeSet::new(),
            in_doubt: BTreeSet::new(),
        }
    }
}
