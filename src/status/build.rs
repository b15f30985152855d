//! Builds the status of all retailers.

use super::input::StatusInput;
use super::overdue;
use super::settings::{Known, Planned};
use super::tasks::tasks;
use super::waiting::WhoMustAct;
use super::{
    FORMAT_VERSION, Open, RetailerAlert, RetailerStatus, Stage, Status, StatusSummary, TaskState,
};
use crate::model::{Retailer, Role, System};
use crate::plan::{PlanInput, RetailerPlan, decide_fleet};
use crate::process::journey::phases;
use crate::process::{self, DesiredState};
use std::collections::BTreeMap;

/// Builds the status of all retailers in scope.
pub(crate) fn status(input: &StatusInput) -> Status {
    let StatusInput { environment, partner, fleet, in_scope, live, today, .. } = *input;
    let StatusInput { capabilities, is_whole, .. } = *input;
    let (mut found, undeclared): (Vec<(usize, RetailerStatus, Vec<RetailerAlert>)>, _) = match live
    {
        Some(live) => {
            let fleet = fleet.iter().collect();
            decide_fleet(
                &PlanInput { environment, partner, fleet, in_scope, live, capabilities, is_whole },
                |decided| {
                    let entries = RetailerPlan::of(&decided);
                    let planned = Planned { live, decided: &decided, entries: &entries };
                    retailer(input, decided.retailer, decided.desired, Some(planned))
                },
            )
        }
        None => {
            let mut fleet: Vec<&Retailer> = fleet.iter().filter(|of| in_scope(of)).collect();
            fleet.sort_by(|a, b| (&a.name, &a.slug).cmp(&(&b.name, &b.slug)));
            let status = |of: &Retailer| retailer(input, of, &process::desired(of, partner), None);
            (fleet.into_iter().map(status).collect(), None)
        }
    };
    let alerts = found.iter_mut().flat_map(|(.., alerts)| std::mem::take(alerts)).collect();
    found.sort_by_key(|(phase, retailer, _)| (retailer.journey, *phase));
    let retailers: Vec<RetailerStatus> =
        found.into_iter().map(|(_, retailer, _)| retailer).collect();
    let unknown_systems: Vec<System> = live.iter().flat_map(|live| live.unknown()).collect();
    let is_read = live.is_some() && !unknown_systems.contains(&System::Omnirps);
    Status {
        format_version: FORMAT_VERSION,
        environment: environment.into(),
        as_of: today,
        live_read: live.is_some(),
        summary: summary(&retailers, is_read),
        unknown_systems,
        alerts,
        retailers,
        undeclared,
        uploads: None,
    }
}

/// Returns one retailer's status, the number of its phase, and its alerts.
fn retailer(
    input: &StatusInput,
    retailer: &Retailer,
    desired: &DesiredState,
    planned: Option<Planned>,
) -> (usize, RetailerStatus, Vec<RetailerAlert>) {
    let StatusInput { people, due_days, .. } = *input;
    let known = Known { input, retailer, desired, planned };
    let tasks = tasks(&known);
    let mut waiting_for = WhoMustAct { known: &known, tasks: &tasks }.waiting_for();
    overdue::mark(&mut waiting_for, &tasks, due_days);

    let phases = phases(retailer.journey);
    let first = tasks.first_open();
    let through = phases.len() - 1;
    let at = first.and_then(|task| phases.iter().position(|phase| phase == task.phase));
    let at = at.unwrap_or(through);
    let phase = &phases[at];
    let is_known = |state: TaskState| state != TaskState::Unknown || planned.is_none();
    let open = planned.map(|planned| open(planned.entries)).unwrap_or_default();
    let alerts = planned.iter().flat_map(|planned| &planned.entries.alerts);
    let alerts: Vec<RetailerAlert> = alerts
        .map(|alert| RetailerAlert {
            slug: retailer.slug.clone(),
            retailer: retailer.name.clone(),
            alert: alert.clone(),
        })
        .collect();
    let done = at == through
        && waiting_for.is_empty()
        && alerts.is_empty()
        && open == Open::default()
        && tasks.all.iter().all(|(_, step)| is_known(step.state));
    let status = RetailerStatus {
        retailer: retailer.name.clone(),
        slug: retailer.slug.clone(),
        file: retailer.file.clone(),
        journey: retailer.journey.kind(),
        account_manager: retailer.account_manager.clone().or(people.account_manager.clone()),
        loop_upload: known.loop_upload(),
        stage: Stage { phase: phase.key, title: phase.title, step: first.map(|task| task.step.id) },
        done,
        is_unseen: planned.is_some_and(|planned| planned.decided.is_unseen()),
        has_failed_read: planned.is_some_and(|planned| planned.entries.has_failed_read()),
        alerts: alerts.iter().map(|of| of.alert.code).collect(),
        drift: planned.is_some_and(|planned| has_drifted(retailer, planned.entries)),
        open,
        overdue_days: waiting_for.iter().filter_map(|waiting| waiting.overdue_days).max(),
        waiting_for,
        uploads: None,
        steps: tasks.all.into_iter().map(|(_, step)| step).collect(),
    };
    (at, status, alerts)
}

/// Returns whether a change is of a setting that people have confirmed.
fn has_drifted(retailer: &Retailer, planned: &RetailerPlan) -> bool {
    let mut changes = planned.actions.iter().flat_map(|action| &action.changes);
    changes.any(|change| process::is_closed(retailer, change.setting))
}

fn open(planned: &RetailerPlan) -> Open {
    let RetailerPlan { actions, held, manual, blocked, observed, .. } = planned;
    Open {
        to_apply: actions.len(),
        manual: manual.len(),
        held: held.len(),
        blocked: blocked.len(),
        observed: observed.len(),
    }
}

/// Counts the retailers; `is_read` is whether OmniRPS was read.
pub(super) fn summary(retailers: &[RetailerStatus], is_read: bool) -> StatusSummary {
    let count =
        |is: fn(&RetailerStatus) -> bool| retailers.iter().filter(|retailer| is(retailer)).count();
    let sum = |of: fn(&Open) -> usize| retailers.iter().map(|retailer| of(&retailer.open)).sum();
    let mut waiting_for: BTreeMap<&str, usize> = Role::ALL.map(|role| (role.key(), 0)).into();
    for role in retailers.iter().flat_map(RetailerStatus::roles) {
        *waiting_for.entry(role.key()).or_default() += 1;
    }
    StatusSummary {
        retailers: retailers.len(),
        done: count(|retailer| retailer.done),
        no_credits: is_read.then(|| count(RetailerStatus::has_no_credits)),
        drift: count(|retailer| retailer.drift),
        to_apply: sum(|open| open.to_apply),
        manual: sum(|open| open.manual),
        held: sum(|open| open.held),
        blocked: sum(|open| open.blocked),
        overdue: count(|retailer| retailer.overdue_days.is_some()),
        waiting_for,
    }
}
