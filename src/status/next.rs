//! The next step of one retailer, according to its file alone.

use super::{HandedOver, RetailerStatus, StatusInput, StepStatus, TaskState, WaitingFor, status};
use crate::model::{Capabilities, Live, Project, Retailer, Role};
use crate::shell::CommandOptions;
use jiff::civil::Date;
use std::collections::{BTreeMap, BTreeSet};

/// A step, and its commands.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct NextStep {
    pub who: String,
    pub to_do: String,
    pub commands: Vec<String>,
    /// Whether the first command also states what the others do, so that either is enough.
    pub is_choice: bool,
}

/// Returns the next steps of a retailer. No system is read: if settings come next, the plan
/// shows what to change.
pub(crate) fn next(
    retailer: &Retailer,
    project: &Project,
    options: &CommandOptions,
    today: Date,
) -> Vec<NextStep> {
    let one = one(retailer, project, options, &JourneyRecords::default(), None, today);
    let is_stated = |step: &StepStatus| step.on.is_some();
    let after = one.steps.iter().rposition(is_stated).map_or(0, |last| last + 1);
    let open = one.steps[after..]
        .iter()
        .find(|step| matches!(step.state, TaskState::Unknown | TaskState::Next));
    let settings = open.filter(|step| step.state == TaskState::Unknown);
    // What does not wait for the settings is next as well.
    let before = settings.map_or(&one.steps[..], |_| &one.steps[..after]);
    let is_before = |of: &WaitingFor| before.iter().any(|step| of.steps.contains(&step.step));
    let waiting = one.waiting_for.iter().filter(|of| is_before(of)).cloned();
    let mut next: Vec<NextStep> = waiting
        .map(|WaitingFor { who, to_do, commands, is_choice, .. }| NextStep {
            who,
            to_do,
            commands,
            is_choice,
        })
        .collect();
    if settings.is_some() {
        let slug = &retailer.slug;
        let command = |command: &str| options.add_to(&format!("reconcile {command} --only {slug}"));
        next.push(NextStep {
            who: project.roles().title(Role::Onboarding),
            to_do: "review and apply the changes".into(),
            commands: vec![command("plan"), command("apply")],
            is_choice: false,
        });
    }
    next
}

/// Run records: when keys were handed over, by slug, and the slugs of the retailers for whom the
/// partner itself is known to upload.
pub(crate) type JourneyRecords = (BTreeMap<String, HandedOver>, BTreeSet<String>);

/// Returns the status of one retailer, as far as it is known without the other files.
pub(crate) fn of_one(
    retailer: &Retailer,
    project: &Project,
    records: &JourneyRecords,
    live: Option<(&Live, &Capabilities)>,
    today: Date,
) -> RetailerStatus {
    one(retailer, project, &CommandOptions::default(), records, live, today)
}

fn one(
    retailer: &Retailer,
    project: &Project,
    options: &CommandOptions,
    (handoffs, loop_uploads): &JourneyRecords,
    live: Option<(&Live, &Capabilities)>,
    today: Date,
) -> RetailerStatus {
    let mut found = status(&StatusInput {
        environment: "",
        options,
        partner: &project.partner,
        people: &project.people,
        due_days: &project.due_days,
        fleet: std::slice::from_ref(retailer),
        in_scope: &|_| true,
        live: live.map(|(live, _)| live),
        is_whole: false,
        capabilities: live.map_or(&Capabilities::default(), |(_, capabilities)| capabilities),
        handoffs,
        loop_uploads,
        today,
    });
    found.retailers.swap_remove(0)
}
