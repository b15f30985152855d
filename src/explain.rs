//! Explains a retailer's settings: each with its step, its desired and live value, and what
//! the plan does about it.
//!
//! This is a view of the decisions that the plan is made from, so the two cannot differ.

use crate::diff::After;
use crate::matching::Match;
use crate::model::{NOT_READ, Setting, System, Value, keyed};
use crate::plan::{Alert, Blocker, Decision, Disposition, Held, RetailerDecisions, RetailerPlan};
use crate::process::Precondition;
use schemars::JsonSchema;
use serde::Serialize;

/// All decisions for one retailer.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, JsonSchema)]
#[schemars(deny_unknown_fields)]
pub(crate) struct Explanation {
    pub retailer: String,
    pub file: String,
    pub journey: &'static str,
    pub environment: String,
    pub systems: Vec<Found>,
    pub settings: Vec<Row>,
    /// The decision of step E5, while it is open: the settings that it requires are not known yet.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub undecided: Option<Held>,
    /// What cannot be planned, and why, as in the plan.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub blocked: Vec<Blocker>,
    /// Conditions that harm customers, as in the plan.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub alerts: Vec<Alert>,
}

/// The retailer's record in one system.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, JsonSchema)]
pub(crate) struct Found {
    pub system: System,
    pub id: Option<String>,
    pub name: Option<String>,
    /// Why there is no record.
    pub note: String,
}

/// The decision for one setting.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, JsonSchema)]
pub(crate) struct Row {
    pub setting: Setting,
    /// `None` if the file excludes the setting from management.
    pub desired: Option<Value>,
    /// Whether the desired value is the id of a record that has yet to be created. Then
    /// `desired` is unset.
    #[serde(skip)]
    pub is_id_of_new: bool,
    /// `None` if live is unknown.
    pub live: Option<Value>,
    pub step: &'static str,
    pub asks: &'static str,
    pub state: State,
    pub waiting_for: Vec<Precondition>,
    pub consequence: &'static str,
    #[serde(rename = "override", skip_serializing_if = "Option::is_none")]
    pub override_reason: Option<String>,
}

keyed! {
    /// What the plan does about a setting.
    #[derive(Serialize, JsonSchema)]
    pub(crate) enum State {
        InSync = "in_sync" as "in sync",
        Apply = "apply" as "apply",
        Held = "held" as "held",
        Manual = "manual" as "manual",
        Observed = "observed" as "observed",
        Blocked = "blocked" as "blocked",
        NotManaged = "not_managed" as "not managed",
        Unknown = "unknown" as "not known",
    }
}

impl State {
    fn of(Decision { disposition, after, .. }: &Decision) -> State {
        match disposition {
            Disposition::InSync => State::InSync,
            Disposition::Apply { .. } => State::Apply,
            // Nobody changes it, even once what it waits for is stated.
            Disposition::Held { listed: false, .. }
                if !matches!(after, Some(After::IdOfNew(_))) =>
            {
                State::Observed
            }
            Disposition::Held { .. } => State::Held,
            Disposition::Manual { .. } => State::Manual,
            Disposition::Observed => State::Observed,
            Disposition::Blocked => State::Blocked,
            Disposition::NotManaged => State::NotManaged,
            Disposition::Unknown => State::Unknown,
        }
    }
}

/// Explains the decisions for one retailer.
pub(crate) fn explain(decided: &RetailerDecisions, environment: &str) -> Explanation {
    let RetailerDecisions { retailer, matches, decisions, blocked, alerts, .. } = decided;
    let systems = matches.iter().filter_map(|(system, found)| {
        let (record, note) = match found {
            Match::NotApplicable => return None,
            Match::Record(record) => (Some(record), String::new()),
            Match::Absent => (None, "no record yet".into()),
            Match::Blocked(blocker) => {
                (None, format!("{}: {}", blocker.code.key(), blocker.message))
            }
            Match::Deferred(blocker) => {
                (None, format!("{}; to be resolved before the switch-over", blocker.message))
            }
            Match::NotRead => (None, NOT_READ.into()),
            Match::Failed(advice) => (None, format!("could not be read: {}", advice.message)),
        };
        let id = record.map(|record| record.id.to_string());
        Some(Found { system, id, name: record.map(|record| record.name.clone()), note })
    });
    Explanation {
        retailer: retailer.name.clone(),
        file: retailer.file.clone(),
        journey: retailer.journey.key(),
        environment: environment.into(),
        systems: systems.collect(),
        settings: decisions.iter().map(row).collect(),
        undecided: RetailerPlan::undecided(decided.desired),
        blocked: blocked.clone(),
        alerts: alerts.clone(),
    }
}

fn row(decision: &Decision) -> Row {
    let Decision { setting, before, after, step, override_reason, gate, disposition } = decision;
    let state = State::of(decision);
    let waiting_for: &[Precondition] = match disposition {
        Disposition::Held { .. } if state == State::Observed => &[],
        Disposition::Held { waiting_for, .. } => waiting_for,
        _ => gate,
    };
    Row {
        setting: *setting,
        desired: after.as_ref().map(After::value),
        is_id_of_new: matches!(after, Some(After::IdOfNew(_))),
        live: before.clone(),
        step: step.id,
        asks: step.asks,
        state,
        waiting_for: waiting_for.to_vec(),
        consequence: setting.info().consequence,
        override_reason: override_reason.map(str::to_owned),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::{Capabilities, ChangedBy};
    use crate::plan::decide_fleet;
    use crate::testing::with_input;

    #[test]
    fn what_nobody_changes_is_observed_even_if_its_gate_is_closed() {
        let file = "retailer: Acme\njourney: existing\nomnireturns_access: required\n";
        let live = "omnirps: [{id: 77, name: Acme}]";
        let state = |capabilities: &Capabilities| {
            let explained = |decided: RetailerDecisions| explain(&decided, "test");
            let explained =
                with_input(capabilities, file, live, |input| decide_fleet(&input, explained).0);
            let of = Setting::OmnirpsTrackAndTraceEmails;
            explained[0].settings.iter().find(|row| row.setting == of).unwrap().state
        };
        let mut capabilities = Capabilities::default();
        assert_eq!(state(&capabilities), State::Held);
        capabilities.changes.insert(Setting::OmnirpsTrackAndTraceEmails, ChangedBy::Nobody);
        assert_eq!(state(&capabilities), State::Observed);
    }
}
