//! The next step of one retailer, according to its file alone.

use super::{RetailerStatus, StatusInput, StepStatus, TaskState, WaitingFor, status};
use crate::model::{Capabilities, Project, Retailer, Role};
use jiff::civil::Date;
use std::collections::{BTreeMap, BTreeSet};

/// A step, and its commands.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct NextStep {
    pub who: String,
    pub to_do: String,
    pub commands: Vec<String>,
}

/// Returns the next steps of a retailer. No system is read: if settings come next, the plan
/// shows what to change.
pub(crate) fn next(retailer: &Retailer, project: &Project, today: Date) -> Vec<NextStep> {
    let one = offline(retailer, project, today);
    let is_stated = |step: &StepStatus| step.on.is_some();
    let after = one.steps.iter().rposition(is_stated).map_or(0, |last| last + 1);
    let open = one.steps[after..]
        .iter()
        .find(|step| matches!(step.state, TaskState::Unknown | TaskState::Next));
    if open.is_some_and(|step| step.state == TaskState::Unknown) {
        let slug = &retailer.slug;
        let command = |command: &str| format!("reconcile {command} --only {slug}");
        return vec![NextStep {
            who: project.roles().title(Role::Onboarding),
            to_do: "see what is to be changed, and have it changed".into(),
            commands: vec![command("plan"), command("apply")],
        }];
    }
    let waiting = one.waiting_for.into_iter();
    waiting
        .map(|WaitingFor { who, to_do, commands, .. }| NextStep { who, to_do, commands })
        .collect()
}

/// Returns a retailer's status from statements by people alone.
fn offline(retailer: &Retailer, project: &Project, today: Date) -> RetailerStatus {
    let mut found = status(&StatusInput {
        environment: "",
        option: "",
        partner: &project.partner,
        people: &project.people,
        due_days: &project.due_days,
        fleet: std::slice::from_ref(retailer),
        in_scope: &|_| true,
        live: None,
        is_whole: false,
        capabilities: &Capabilities::default(),
        // Run records are not read for this.
        handoffs: &BTreeMap::new(),
        loop_uploads: &BTreeSet::new(),
        today,
    });
    found.retailers.swap_remove(0)
}
