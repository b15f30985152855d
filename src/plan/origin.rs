//! Where the differences of a plan come from: drift, or changes of the files.
//!
//! A difference is drift when the files at the base ask for a change of the same setting
//! already: then live differed from what was declared before the files changed. Anything
//! else is pending: the files bring it, or it waits for people.

use super::{Entry, Origin, Plan, RetailerPlan};
use crate::model::{Setting, System};
use schemars::JsonSchema;
use serde::Serialize;
use std::collections::{BTreeMap, BTreeSet};

/// Marks every change, held and manual entry of a plan by comparing it with the plan of
/// the files at the base against the same live state.
pub(crate) fn mark(plan: &mut Plan, base: &Plan) {
    let declared: BTreeMap<&str, BTreeSet<&str>> = base
        .retailers
        .iter()
        .map(|retailer| (retailer.retailer.as_str(), asked_for(retailer)))
        .collect();
    let nothing = BTreeSet::new();
    for retailer in &mut plan.retailers {
        let asked = declared.get(retailer.retailer.as_str()).unwrap_or(&nothing);
        let origin = |setting: &str| {
            Some(if asked.contains(setting) { Origin::Drift } else { Origin::Pending })
        };
        for change in retailer.actions.iter_mut().flat_map(|action| &mut action.changes) {
            change.origin = origin(change.setting.key());
        }
        for held in &mut retailer.held {
            held.origin = origin(&held.setting);
        }
        for manual in &mut retailer.manual {
            manual.origin = origin(manual.setting.key());
        }
        for observed in &mut retailer.observed {
            observed.origin = origin(observed.setting.key());
        }
    }
}

/// The settings that a plan changes, has people change, or only reports.
fn asked_for(retailer: &RetailerPlan) -> BTreeSet<&str> {
    let changes = retailer.actions.iter().flat_map(|action| &action.changes);
    changes
        .map(|change| change.setting)
        .chain(retailer.manual.iter().map(|entry| entry.setting))
        .chain(retailer.observed.iter().map(|entry| entry.setting))
        .map(Setting::key)
        .collect()
}

/// What `drift --format json` prints: the plan, and how much of it is drift.
#[derive(Serialize, JsonSchema)]
#[schemars(deny_unknown_fields)]
pub(crate) struct DriftPlan<'a> {
    #[serde(flatten)]
    plan: &'a Plan,
    drift: DriftCounts,
}

/// How many differences there are of each origin.
#[derive(Serialize, JsonSchema)]
#[schemars(deny_unknown_fields)]
struct DriftCounts {
    /// Where live is not as declared at the base.
    drifted: usize,
    /// Changes that the files bring.
    pending: usize,
}

impl<'a> DriftPlan<'a> {
    /// Returns a plan with what was counted.
    pub(crate) fn new(plan: &'a Plan, drift: &Drift) -> DriftPlan<'a> {
        let counts = DriftCounts { drifted: drift.entries.len(), pending: drift.pending };
        DriftPlan { plan, drift: counts }
    }
}

/// What has drifted, for people and for the exit code.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Drift {
    /// The retailers whose tracking webhook is off although it points where it should:
    /// OmniRPS switched it off after failed deliveries.
    pub webhooks_off: Vec<String>,
    /// The changes of settings that differ from what is declared, and the blocked
    /// entries, a line each.
    pub entries: Vec<String>,
    /// The retailers that these are of.
    pub retailers: usize,
    /// Changes that the files bring.
    pub pending: usize,
    pub manual: usize,
    pub held: usize,
    pub in_sync: usize,
}

impl Drift {
    /// Sums up a marked plan. `base` is the plan of the files at the base: what they
    /// blocked already is drift, what only the new files block is not.
    pub(crate) fn of(plan: &Plan, base: &Plan) -> Drift {
        let blocked_before: BTreeSet<(&str, System)> = base
            .retailers
            .iter()
            .flat_map(|retailer| {
                retailer.blocked.iter().map(|problem| (retailer.retailer.as_str(), problem.system))
            })
            .collect();
        let mut drift = Drift { in_sync: plan.summary.unchanged, ..Drift::default() };
        for retailer in &plan.retailers {
            let name = &retailer.retailer;
            let before = drift.entries.len();
            for change in retailer.actions.iter().flat_map(|action| &action.changes) {
                let Entry { setting, before, after, .. } = &change.entry;
                match change.origin {
                    Some(Origin::Drift) => {
                        drift.entries.push(format!("{name}: {setting} is {before}, not {after}"));
                    }
                    _ => drift.pending += 1,
                }
            }
            for Entry { setting, before, after, origin, .. } in &retailer.observed {
                match origin {
                    Some(Origin::Drift) => drift
                        .entries
                        .push(format!("{name}: {setting} is {before}, not {after} (observed)")),
                    _ => drift.pending += 1,
                }
            }
            for problem in &retailer.blocked {
                if blocked_before.contains(&(name, problem.system)) {
                    let code = problem.code.as_str();
                    drift.entries.push(format!("{name}: blocked in {} [{code}]", problem.system));
                }
            }
            drift.retailers += usize::from(drift.entries.len() > before);
            drift.manual += retailer.manual.len();
            drift.held += retailer.held.len();
            if super::webhook_is_off(retailer) {
                drift.webhooks_off.push(retailer.retailer.clone());
            }
        }
        drift
    }

    /// Says whether live is not as declared, in what this tool would change or only
    /// observes.
    pub(crate) fn is_drift(&self) -> bool {
        !self.entries.is_empty()
    }
}
