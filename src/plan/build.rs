//! Builds a plan: matches the fleet, decides about each retailer, and lists the entries.

use super::alerts;
use super::decide::{Decider, Decision, Disposition, RetailerDecisions};
use super::names;
use super::{Action, Change, Entry, Held, Kind, Manual, Plan, RetailerPlan, Undeclared};
use crate::diff::After;
use crate::lookup::Lookup;
use crate::matching::{Match, Outline, Records, match_fleet, may_claim};
use crate::model::{
    Capabilities, Id, Live, Partner, Record, Retailer, Setting, System, SystemReading, Value,
};
use crate::parallel;
use crate::process::{self, DesiredState, Precondition};
use std::collections::BTreeMap;

/// The input of a plan.
pub struct PlanInput<'a> {
    pub environment: &'a str,
    pub partner: &'a Partner,
    /// The whole fleet: files outside the scope still claim their records.
    pub fleet: Vec<&'a Retailer>,
    pub in_scope: &'a (dyn Fn(&Retailer) -> bool + Sync),
    pub live: &'a Live,
    /// What the environment can read and change.
    pub capabilities: &'a Capabilities,
    /// Whether all records of the systems were read.
    pub is_whole: bool,
}

/// Builds the plan. The result does not depend on the order of the fleet.
pub fn plan(input: &PlanInput) -> Plan {
    let entries = |decided: RetailerDecisions| {
        let planned = RetailerPlan::of(&decided);
        // Most are empty, and take no more room than a pointer.
        (!planned.is_empty() || decided.is_unseen()).then(|| Box::new(planned))
    };
    let (retailers, undeclared) = decide_fleet(input, entries);
    let all = retailers.len();
    let retailers: Vec<RetailerPlan> = retailers.into_iter().flatten().map(|of| *of).collect();
    let unchanged = all - retailers.len();
    let not_checked = retailers.iter().filter(|of| of.is_empty());
    let not_checked = not_checked.map(|of| of.retailer.clone()).collect();
    let plan = Plan::new(input.environment, input.live, retailers, unchanged);
    Plan { undeclared, not_checked, ..plan }
}

/// Decides about all retailers in scope, on all cores. Returns the result of `view` for each,
/// sorted by name, and the undeclared live retailers.
pub(crate) fn decide_fleet<T: Send>(
    input: &PlanInput,
    view: impl Fn(RetailerDecisions) -> T + Sync,
) -> (Vec<T>, Option<Vec<Undeclared>>) {
    let mut retailers = input.fleet.clone();
    if !input.is_whole {
        let may_claim = may_claim(input.live);
        retailers.retain(|retailer| (input.in_scope)(retailer) || may_claim(retailer));
    }
    retailers.sort_by(|a, b| (&a.name, &a.slug).cmp(&(&b.name, &b.slug)));
    let fleet: Vec<(&Retailer, Outline)> = parallel::map(retailers.iter(), |retailer| {
        (*retailer, Outline::of(retailer, &process::desired(retailer, input.partner)))
    });
    let records = &System::ALL.map(|system| Records::new(input.live.records(system)));
    let (mut matched, declared) = match_fleet(&fleet, input.partner, input.live, records);
    let omnireturns = &records[System::Omnireturns as usize];
    let PlanInput { partner, capabilities, .. } = *input;
    for (at, problem) in names::shared(&fleet, &matched, partner, capabilities, omnireturns) {
        matched[at].insert(System::Omnireturns, Match::Blocked(Box::new(problem)));
    }

    let matched = retailers.iter().zip(&matched);
    let in_scope = matched.filter(|(retailer, _)| (input.in_scope)(retailer));
    let retailers = parallel::map(in_scope, |(retailer, matches)| {
        let PlanInput { capabilities, live, partner, .. } = *input;
        let desired = &process::desired(retailer, partner);
        let decider = Decider { retailer, desired, matches, capabilities, live, records };
        let mut decided = decider.decide();
        let omnirps = &records[System::Omnirps as usize];
        decided.alerts.extend(alerts::name_differs(&decided));
        decided.alerts.extend(alerts::no_credits(&decided, capabilities, omnirps));
        view(decided)
    });
    (retailers, undeclared(input, &declared))
}

/// Returns the live OmniRPS retailers that no file declares, or `None` if OmniRPS was not fully
/// read. A disabled retailer needs no file.
fn undeclared(input: &PlanInput, declared: &Lookup<&str, ()>) -> Option<Vec<Undeclared>> {
    let SystemReading::Observed(state) = input.live.reading(System::Omnirps) else { return None };
    if !input.is_whole {
        return None;
    }
    let undeclared =
        |record: &&Record| !record.disabled && declared.get(record.id.as_str()).is_none();
    let mut undeclared: Vec<Undeclared> = state
        .records
        .iter()
        .filter(undeclared)
        .map(|record| Undeclared {
            name: record.name.clone(),
            ids: BTreeMap::from([(System::Omnirps, record.id.to_string())]),
        })
        .collect();
    undeclared.sort();
    Some(undeclared)
}

impl RetailerPlan {
    /// Converts the decisions about a retailer to plan entries.
    pub(crate) fn of(decided: &RetailerDecisions) -> RetailerPlan {
        let RetailerDecisions { retailer, desired, matches, decisions, blocked, alerts } = decided;
        let mut planned = RetailerPlan {
            retailer: retailer.name.clone(),
            file: retailer.file.clone(),
            blocked: blocked.clone(),
            alerts: alerts.clone(),
            ..RetailerPlan::default()
        };
        for system in System::ALL {
            let mut changes = Vec::new();
            for decision in decisions.iter().filter(|d| d.setting.system() == system) {
                let entry = || entry(decision);
                match &decision.disposition {
                    Disposition::Apply { id, .. } => {
                        changes.push(change(retailer, decision, id.clone()));
                    }
                    Disposition::Held { waiting_for, listed: true } => {
                        let waiting_for = waiting_for.clone();
                        planned.held.push(Held { entry: entry().keyed(), waiting_for, line: None });
                    }
                    Disposition::Manual { instruction, unseen, note } => {
                        planned.manual.push(Manual {
                            entry: entry(),
                            instruction: instruction.clone(),
                            unseen: *unseen,
                            note: note.clone(),
                            line: None,
                        });
                    }
                    Disposition::Observed => planned.observed.push(entry()),
                    Disposition::InSync
                    | Disposition::Held { listed: false, .. }
                    | Disposition::Blocked
                    | Disposition::NotManaged
                    | Disposition::Unknown => {}
                }
            }
            let found = &matches[system];
            planned.actions.extend(action(retailer, system, found, changes, &planned.actions));
        }
        planned.held.extend(RetailerPlan::undecided(desired));
        planned
    }

    /// Returns the entry for the decision of step E5, while it is open.
    pub(crate) fn undecided(desired: &DesiredState) -> Option<Held> {
        let undecided = desired.undecided.as_ref()?;
        let entry = Entry {
            setting: Precondition::OmnireturnsAccess.key().into(),
            before: Value::Unset,
            after: Value::Unset,
            step: undecided.step.id.into(),
            override_reason: None,
            origin: None,
        };
        Some(Held { entry, waiting_for: undecided.waiting_for.clone(), line: None })
    }
}

/// Returns the part that all entries of a plan share.
fn entry(decision: &Decision) -> Entry {
    Entry {
        setting: decision.setting,
        before: decision.before.clone().unwrap_or(Value::Unset),
        after: decision.after.as_ref().map_or(Value::Unset, After::value),
        step: decision.step.id.into(),
        override_reason: decision.override_reason.map(str::to_owned),
        origin: None,
    }
}

fn change(retailer: &Retailer, decision: &Decision, after_id: Option<Id>) -> Change {
    let after_from = match &decision.after {
        Some(After::IdOfNew(system)) => Some(action_id(retailer, *system, Kind::Create)),
        Some(After::Value(_) | After::IdOf(_)) | None => None,
    };
    Change { entry: entry(decision), after_id, after_from, rollback_of: None }
}

fn action_id(retailer: &Retailer, system: System, kind: Kind) -> String {
    format!("{}/{}/{}", retailer.slug, system.key(), kind.key())
}

/// Combines all changes of one record into one action. In OmniReturns it depends on the
/// retailer's action in OmniRPS, if any.
fn action(
    retailer: &Retailer,
    system: System,
    found: &Match,
    changes: Vec<Change>,
    earlier: &[Action],
) -> Option<Action> {
    if changes.is_empty() {
        return None;
    }
    let (kind, target_id, name) = match found {
        Match::Record(record) => (Kind::Update, Some(record.id.to_string()), record.name.clone()),
        _ => (Kind::Create, None, new_name(retailer, system, &changes)),
    };
    let depends_on = earlier
        .iter()
        .filter(|action| system == System::Omnireturns && action.system == System::Omnirps)
        .map(|action| action.id.clone())
        .collect();
    let id = action_id(retailer, system, kind);
    Some(Action { id, system, kind, target_id, name, depends_on, changes })
}

fn new_name(retailer: &Retailer, system: System, changes: &[Change]) -> String {
    let named = changes.iter().find(|change| change.setting == Setting::OmnireturnsName);
    match named.map(|change| &change.after) {
        Some(Value::Text(name)) => name.to_string(),
        _ => retailer.new_name(system).into(),
    }
}
