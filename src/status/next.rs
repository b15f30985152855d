//! The next step of one retailer, according to its file alone.

use super::{
    JourneyRecords, RetailerStatus, StatusInput, StepStatus, TaskState, WaitingFor, status,
};
use crate::model::{Capabilities, Live, Project, Retailer, Role};
use crate::process::{self, Precondition};
use crate::shell::CommandOptions;
use jiff::civil::Date;

/// A step, and its commands.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct NextStep {
    pub who: String,
    pub to_do: String,
    pub commands: Vec<String>,
    /// Whether the first command also states what the others do, so that either is enough.
    pub is_choice: bool,
}

impl NextStep {
    fn of(WaitingFor { who, to_do, commands, is_choice, .. }: WaitingFor) -> NextStep {
        NextStep { who, to_do, commands, is_choice }
    }
}

/// Returns the next steps of a retailer, whose file declared `before` until now. No system is
/// read: if settings come next, the plan shows what to change. They come next as soon as nothing
/// holds them, whatever else is open.
pub(crate) fn next(
    retailer: &Retailer,
    before: Option<&Retailer>,
    project: &Project,
    (options, capabilities): (&CommandOptions, &Capabilities),
    today: Date,
) -> Vec<NextStep> {
    let records = JourneyRecords::default();
    let one = of_one(retailer, project, options, &records, (None, capabilities), today);
    let is_settings = |step: &StepStatus| step.state == TaskState::Unknown;
    let settings =
        if are_due(retailer, before) { one.steps.iter().position(is_settings) } else { None };
    let later = settings.map_or(&[][..], |at| &one.steps[at..]);
    let is_later = |of: &WaitingFor| later.iter().any(|step| of.steps.contains(&step.step));
    let (later_steps, steps): (Vec<WaitingFor>, Vec<WaitingFor>) =
        one.waiting_for.iter().cloned().partition(is_later);
    let mut next: Vec<NextStep> = steps.into_iter().map(NextStep::of).collect();
    if settings.is_some() {
        let slug = &retailer.slug;
        let command = |command: &str| options.add_to(&format!("reconcile {command} --only {slug}"));
        let (to_do, commands) = match capabilities.can_apply() {
            true => ("review and apply the changes", vec![command("plan"), command("apply")]),
            false => ("do by hand what the plan shows", vec![command("plan")]),
        };
        let apply = NextStep {
            who: project.roles().title(Role::Onboarding),
            to_do: to_do.into(),
            commands,
            is_choice: false,
        };
        // Until the webhook is set, customers of a retailer in use get no credits.
        let has_customers = process::use_by_customers(retailer).is_some();
        next.insert(if has_customers { 0 } else { next.len() }, apply);
    }
    // What waits for the settings is next only if people have gone on without them.
    if later.iter().any(|step| step.on.is_some()) || settings.is_none() {
        next.extend(later_steps.into_iter().map(NextStep::of));
    }
    next
}

/// Returns whether settings are to be applied, as far as the files show it: nothing holds them,
/// and nobody has confirmed since that they are right.
fn are_due(retailer: &Retailer, before: Option<&Retailer>) -> bool {
    let gate = process::journey_gate(retailer);
    let is_undecided = gate.contains(&Precondition::OmnireturnsAccess);
    // The webhook does not wait for the decision.
    let is_open = gate.iter().all(|of| *of == Precondition::OmnireturnsAccess);
    // Another decision asks for other settings.
    let has_opened = before.is_some_and(|before| {
        process::journey_gate(before) != gate || before.journey != retailer.journey
    });
    is_open && (!process::is_all_closed(retailer) || is_undecided || has_opened)
}

/// Returns the status of one retailer, as far as it is known without the other files.
pub(crate) fn of_one(
    retailer: &Retailer,
    project: &Project,
    options: &CommandOptions,
    records: &JourneyRecords,
    (live, capabilities): (Option<&Live>, &Capabilities),
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
        live,
        is_whole: false,
        capabilities,
        records,
        today,
    });
    found.retailers.swap_remove(0)
}
