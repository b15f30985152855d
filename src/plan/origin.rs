//! Where the differences of a plan come from: drift, or changes of the files.
//!
//! A difference is drift when the files at the base ask for a change of the same setting
//! already: then live differed from what was declared before the files changed. Anything
//! else is pending: the files bring it, or it waits for people. [`mark`] says so of the
//! plan of the files now; [`beside`] also shows the drift that the files now hide.

use super::{Blocker, Change, Entry, Manual, Origin, Plan, RetailerPlan, fingerprint};
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

/// Returns what has drifted beside what is pending, as one plan.
///
/// All that the plan of the files at the base asks for is drift, whatever the files say
/// now. What only the plan of the files now asks for is pending, and so is what waits for
/// people. `retailers` is the number of retailers that one plan or the other is for.
pub(crate) fn beside(base: Plan, now: Plan, retailers: usize) -> Plan {
    let Plan { environment, unknown_systems, unread_systems, undeclared, .. } = now;
    let mut merged: BTreeMap<String, RetailerPlan> = base
        .retailers
        .into_iter()
        .map(|planned| (planned.retailer.clone(), drifted(planned)))
        .collect();
    for mut planned in now.retailers {
        set_origin(&mut planned, Origin::Pending);
        match merged.get_mut(&planned.retailer) {
            Some(drifted) => add_pending(drifted, planned),
            None => drop(merged.insert(planned.retailer.clone(), planned)),
        }
    }
    let entries: Vec<RetailerPlan> = merged.into_values().collect();
    let unchanged = retailers.saturating_sub(entries.len());
    let plan = Plan::new(&environment, unknown_systems, unread_systems, entries, unchanged);
    Plan { undeclared, ..plan }
}

/// Returns what has drifted where nothing is pending but what waits for people.
pub(crate) fn alone(now: Plan) -> Plan {
    let retailers = now.retailers.into_iter().map(drifted).collect();
    let plan = Plan { retailers, ..now };
    Plan { fingerprint: fingerprint::fingerprint(&plan), ..plan }
}

/// Marks all that a plan asks for as drift, and what waits for people as pending.
fn drifted(mut planned: RetailerPlan) -> RetailerPlan {
    set_origin(&mut planned, Origin::Drift);
    planned.held.iter_mut().for_each(|held| held.origin = Some(Origin::Pending));
    planned
}

fn set_origin(planned: &mut RetailerPlan, origin: Origin) {
    let origin = Some(origin);
    let changes = planned.actions.iter_mut().flat_map(|action| &mut action.changes);
    changes.for_each(|change| change.origin = origin);
    planned.held.iter_mut().for_each(|held| held.origin = origin);
    planned.manual.iter_mut().for_each(|manual| manual.origin = origin);
    planned.observed.iter_mut().for_each(|observed| observed.origin = origin);
}

/// Adds to what has drifted of a retailer what only the files now ask for.
fn add_pending(drifted: &mut RetailerPlan, now: RetailerPlan) {
    let RetailerPlan { actions, held, manual, blocked, observed, alerts, .. } = now;
    for mut action in actions {
        let mut of_base = drifted.actions.iter_mut();
        let same = of_base.find(|of| (&of.id, &of.target_id) == (&action.id, &action.target_id));
        let Some(same) = same else {
            drifted.actions.push(action);
            continue;
        };
        let asked: Vec<Change> = same.changes.clone();
        action.changes.retain(|change| {
            let is_same = |asked: &Change| {
                (asked.setting, &asked.after, &asked.after_from)
                    == (change.setting, &change.after, &change.after_from)
            };
            !asked.iter().any(is_same)
        });
        same.changes.extend(action.changes);
    }
    // What is held now counts: what was held at the base waited for people, too.
    drifted.held = held;
    let is_new = |entry: &Manual| {
        let asked = drifted.manual.iter();
        !asked.clone().any(|asked| (asked.setting, &asked.after) == (entry.setting, &entry.after))
    };
    let manual: Vec<Manual> = manual.into_iter().filter(is_new).collect();
    drifted.manual.extend(manual);
    let is_new = |entry: &Entry| {
        let mut asked = drifted.observed.iter();
        !asked.any(|asked| (asked.setting, &asked.after) == (entry.setting, &entry.after))
    };
    let observed: Vec<Entry> = observed.into_iter().filter(is_new).collect();
    drifted.observed.extend(observed);
    let is_new = |problem: &Blocker| {
        let mut before = drifted.blocked.iter();
        !before.any(|before| (before.system, before.code) == (problem.system, problem.code))
    };
    let blocked: Vec<Blocker> = blocked.into_iter().filter(is_new).collect();
    drifted.blocked.extend(blocked);
    if drifted.alerts.is_empty() {
        drifted.alerts = alerts;
    }
}

/// Returns where a plan has blocked entries: the retailer's name and the system.
pub(crate) fn blocked(plan: &Plan) -> BTreeSet<(String, System)> {
    let retailers = plan.retailers.iter();
    let blocked = retailers
        .flat_map(|retailer| retailer.blocked.iter().map(move |problem| (retailer, problem)));
    blocked.map(|(retailer, problem)| (retailer.retailer.clone(), problem.system)).collect()
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
    /// The systems in which only the files now block a retailer, by its name.
    pub blocked_now: BTreeSet<(String, System)>,
    /// The files that were removed since the base; each is pending, too.
    pub removed: Vec<String>,
    /// The files that are invalid at the base, so that what they declared is unknown.
    pub invalid: Vec<String>,
}

impl Drift {
    /// Sums up what [`beside`] returned. `base` is the plan of the files at the base: what
    /// they blocked already is drift, what only the new files block is not.
    pub(crate) fn of(
        plan: &Plan,
        base: &BTreeSet<(String, System)>,
        removed: Vec<String>,
        invalid: Vec<String>,
    ) -> Drift {
        let pending = removed.len();
        let in_sync = plan.summary.unchanged;
        let mut drift = Drift { in_sync, pending, removed, invalid, ..Drift::default() };
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
                let place = (name.clone(), problem.system);
                if base.contains(&place) {
                    let code = problem.code.as_str();
                    drift.entries.push(format!("{name}: blocked in {} [{code}]", problem.system));
                } else {
                    drift.blocked_now.insert(place);
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

    /// Returns whether live is not as declared, in what this tool would change or only
    /// observes.
    pub(crate) fn is_drift(&self) -> bool {
        !self.entries.is_empty()
    }
}
