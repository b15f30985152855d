//! Puts together where every retailer stands.

use super::settings::Looked;
use super::tasks::tasks;
use super::waiting::Turn;
use super::{
    Alert, FORMAT_VERSION, HandedOver, Open, RetailerStatus, Stage, Status, StatusSummary,
    TaskState,
};
use crate::model::{Capabilities, Journey, Partner, Retailer, Role, System};
use crate::plan::{AlertCode, Plan, RetailerPlan};
use crate::process;
use crate::process::journey::phases;
use jiff::civil::Date;
use std::collections::BTreeMap;

/// What a status is made from.
pub(crate) struct StatusInput<'a> {
    pub environment: &'a str,
    /// What a command needs to work on this environment; empty for the default one.
    pub option: &'a str,
    pub partner: &'a Partner,
    pub fleet: &'a [Retailer],
    pub in_scope: &'a dyn Fn(&Retailer) -> bool,
    /// The plan for the same retailers; `None` where no system was asked.
    pub plan: Option<&'a Plan>,
    /// How settings are read.
    pub capabilities: &'a Capabilities,
    /// When keys were handed over, by slug.
    pub handoffs: &'a BTreeMap<String, HandedOver>,
    pub today: Date,
}

/// Says where every retailer stands.
pub(crate) fn status(input: &StatusInput) -> Status {
    let StatusInput {
        environment,
        option: _,
        partner: _,
        fleet,
        in_scope,
        plan,
        capabilities: _,
        handoffs: _,
        today,
    } = *input;
    let planned = plan.iter().flat_map(|plan| &plan.retailers);
    let planned: BTreeMap<&str, &RetailerPlan> =
        planned.map(|retailer| (retailer.file.as_str(), retailer)).collect();
    let mut alerts = Vec::new();
    let mut retailers: Vec<(usize, RetailerStatus)> = Vec::new();
    let mut in_scope: Vec<&Retailer> = fleet.iter().filter(|retailer| in_scope(retailer)).collect();
    in_scope.sort_by(|a, b| (&a.name, &a.slug).cmp(&(&b.name, &b.slug)));
    for of in in_scope {
        let planned = planned.get(of.file.as_str()).copied();
        alerts.extend(planned.iter().flat_map(|planned| &planned.alerts).map(|alert| Alert {
            slug: of.slug.clone(),
            retailer: of.name.clone(),
            code: alert.code,
            message: alert.message.clone(),
            hint: alert.hint.clone(),
        }));
        retailers.push(retailer(input, of, planned));
    }
    retailers.sort_by_key(|(phase, retailer)| (retailer.journey != NEW, *phase));
    let retailers: Vec<RetailerStatus> =
        retailers.into_iter().map(|(_, retailer)| retailer).collect();
    Status {
        format_version: FORMAT_VERSION,
        environment: environment.into(),
        as_of: today,
        live_read: plan.is_some(),
        summary: summary(&retailers, plan),
        unknown_systems: plan.map(|plan| plan.unknown_systems.clone()).unwrap_or_default(),
        alerts,
        retailers,
    }
}

/// The key of a journey, as the files say it.
pub(crate) fn journey_key(journey: Journey) -> &'static str {
    match journey {
        Journey::New => NEW,
        Journey::Existing { .. } => "existing",
    }
}

const NEW: &str = "new";

/// Says where one retailer stands, and the number of the phase.
fn retailer(
    input: &StatusInput,
    retailer: &Retailer,
    planned: Option<&RetailerPlan>,
) -> (usize, RetailerStatus) {
    let StatusInput { option, partner, plan, capabilities, handoffs, today, .. } = *input;
    let wanted = process::desired(retailer, partner);
    let looked = Looked { retailer, wanted: &wanted, plan, planned, capabilities };
    let handed = handoffs.get(&retailer.slug);
    let tasks = tasks(&looked, handed);
    let waiting_for =
        Turn { looked: &looked, tasks: &tasks, handed, option, partner, today }.waiting_for();

    let phases = phases(retailer.journey);
    let first = tasks.first_open();
    let through = phases.len() - 1;
    let at = first.and_then(|task| phases.iter().position(|phase| phase == task.phase));
    let at = at.unwrap_or(through);
    let phase = &phases[at];
    let is_known = |state: TaskState| state != TaskState::Unknown || plan.is_none();
    let open = planned.map(open).unwrap_or_default();
    let alerts: Vec<AlertCode> =
        planned.iter().flat_map(|planned| &planned.alerts).map(|alert| alert.code).collect();
    let done = at == through
        && waiting_for.is_empty()
        && alerts.is_empty()
        && open.observed == 0
        && tasks.all.iter().all(|(_, step)| is_known(step.state));
    let status = RetailerStatus {
        retailer: retailer.name.clone(),
        slug: retailer.slug.clone(),
        file: retailer.file.clone(),
        journey: journey_key(retailer.journey),
        account_manager: retailer.account_manager.clone(),
        stage: Stage { phase: phase.key, title: phase.title, step: first.map(|task| task.step.id) },
        done,
        alerts,
        drift: open.to_apply > 0 && process::is_closed(retailer),
        open,
        waiting_for,
        steps: tasks.all.into_iter().map(|(_, step)| step).collect(),
    };
    (at, status)
}

fn open(planned: &RetailerPlan) -> Open {
    let RetailerPlan { retailer: _, file: _, actions, held, manual, blocked, observed, alerts: _ } =
        planned;
    Open {
        to_apply: actions.len(),
        manual: manual.len(),
        held: held.len(),
        blocked: blocked.len(),
        observed: observed.len(),
    }
}

fn summary(retailers: &[RetailerStatus], plan: Option<&Plan>) -> StatusSummary {
    let is_read = plan.is_some_and(|plan| !plan.unknown_systems.contains(&System::Omnirps));
    let count =
        |is: fn(&RetailerStatus) -> bool| retailers.iter().filter(|retailer| is(retailer)).count();
    let sum = |of: fn(&Open) -> usize| retailers.iter().map(|retailer| of(&retailer.open)).sum();
    let waits =
        |role: Role| retailers.iter().filter(|retailer| retailer.roles().contains(&role)).count();
    StatusSummary {
        retailers: retailers.len(),
        done: count(|retailer| retailer.done),
        no_credits: is_read.then(|| count(RetailerStatus::has_no_credits)),
        drift: count(|retailer| retailer.drift),
        to_apply: sum(|open| open.to_apply),
        manual: sum(|open| open.manual),
        held: sum(|open| open.held),
        blocked: sum(|open| open.blocked),
        waiting_for: Role::ALL.into_iter().map(|role| (role.key(), waits(role))).collect(),
    }
}
