//! Determines the state of each task of a retailer's journey.

use super::settings::Known;
use super::{HandedOver, LoopUpload, StepStatus, TaskState};
use crate::model::{
    Access, Attribution, Fact, Journey, Milestone, Partner, Retailer, listed, name,
};
use crate::plan::Kind;
use crate::process::journey::{self, DoneBy, Task};
use crate::process::milestones::{MilestoneRule, milestone_rules};
use crate::process::{self, OVERRIDE, Precondition};
use jiff::civil::Date;

/// A retailer's tasks with their states.
pub(super) struct Tasks {
    pub all: Vec<(Task, StepStatus)>,
    /// The last turn in which people have stated something.
    reached: usize,
}

impl Tasks {
    /// Returns the first open task that later turns wait for, from the last stated turn on.
    pub(super) fn first_open(&self) -> Option<&Task> {
        let is_open = |task: &Task, state| {
            task.turn >= self.reached && !task.is_nonblocking && !passes(state)
        };
        let found = self.all.iter().find(|(task, step)| is_open(task, step.state));
        found.map(|(task, _)| task)
    }

    /// Returns the latest date that people have stated in the turns before this one, of what it
    /// waits for.
    pub(super) fn since(&self, turn: usize) -> Option<Date> {
        let is_before = |task: &Task| task.turn < turn && !task.is_nonblocking;
        let before = self.all.iter().filter(|(task, _)| is_before(task));
        before.filter_map(|(_, step)| step.on).max()
    }
}

/// Returns whether the next turn may start.
fn passes(state: TaskState) -> bool {
    match state {
        TaskState::Done | TaskState::Observed | TaskState::NotNeeded | TaskState::NotStated => true,
        TaskState::Next | TaskState::Waiting | TaskState::Unknown => false,
    }
}

/// Determines the state of each task.
pub(super) fn tasks(known: &Known) -> Tasks {
    let retailer = known.retailer;
    let mut all = journey::tasks(retailer.journey);
    add_override(known, &mut all);
    let is_stated =
        |task: &&Task| task.milestone().is_some_and(|milestone| retailer.reached(milestone));
    let latest = |counts: &dyn Fn(&Task) -> bool| {
        let stated = all.iter().filter(is_stated).filter(|task| counts(task));
        stated.map(|task| task.turn).max()
    };
    // A test does not imply the steps of other people, because this tool can run it without them.
    let tested = latest(&|_| true);
    let partner_has_keys = partner_has_keys(known);
    let stated = latest(&|task| partner_has_keys || !is_test(task));
    let is_missing =
        |task: &&Task| task.milestone().is_some_and(|milestone| is_missing(retailer, milestone));
    let missing = all.iter().filter(is_missing).map(|task| task.turn).min();
    let reached = stated.unwrap_or(0).min(missing.unwrap_or(usize::MAX));

    // A task without a state is open; below it becomes next or waiting.
    let found: Vec<(Task, Option<TaskState>, Vec<String>)> = all
        .into_iter()
        .map(|task| {
            let is_past = Some(task.turn) < if is_test(&task) { tested } else { stated };
            let (state, notes) = found(known, &task, is_past);
            (task, state, notes)
        })
        .collect();
    let is_blocking = |(task, state, _): &&(Task, Option<TaskState>, Vec<String>)| {
        let is_unread = *state == Some(TaskState::Unknown) && known.planned.is_none();
        task.turn >= reached && !task.is_nonblocking && !is_unread && !state.is_some_and(passes)
    };
    let first_open = found.iter().filter(is_blocking).map(|(task, ..)| task.turn).min();
    let holds_live = found.iter().any(|(task, state, _)| holds_go_live(known, task, *state));
    let all = found.into_iter().map(|(task, state, notes)| {
        let is_held = holds_live && task.done_by == DoneBy::Milestone(Milestone::Live);
        let has_come = !is_held && first_open.is_none_or(|first| task.turn <= first);
        let state = state.unwrap_or(if has_come { TaskState::Next } else { TaskState::Waiting });
        let step = step(known, &task, state, notes);
        (task, step)
    });
    Tasks { all: all.collect(), reached }
}

/// Returns whether a retailer cannot go live because of a task, even if people have gone on without
/// it: its settings are not right, or the decision about them is open.
fn holds_go_live(known: &Known, task: &Task, state: Option<TaskState>) -> bool {
    let retailer = known.retailer;
    match (task.done_by, state) {
        // Without the systems, they are known only to be open if they were confirmed too early.
        (DoneBy::Settings(_), Some(TaskState::Unknown)) if known.planned.is_none() => {
            let first = process::closing_milestones(retailer.journey)[0];
            retailer.reached(first) && !process::is_all_closed(retailer)
        }
        (DoneBy::Settings(_) | DoneBy::Access, state) => !state.is_some_and(passes),
        (DoneBy::Milestone(_) | DoneBy::AccountManager, _) => false,
    }
}

/// Returns whether a task is part of a test of the keys.
fn is_test(task: &Task) -> bool {
    use Milestone::{ConnoteProcessed, TestLabel, TestReturn};
    matches!(task.milestone(), Some(TestLabel | TestReturn | ConnoteProcessed))
}

/// Returns whether the partner is known to have the retailer's keys.
fn partner_has_keys(known: &Known) -> bool {
    known.retailer.reached(Milestone::KeysSupplied)
        || known.handed_over().is_some()
        || known.loop_upload() == LoopUpload::Proven
}

/// Adds a task for overrides: a file may require more than the process does.
fn add_override(known: &Known, all: &mut Vec<Task>) {
    let is_override = |id: &str| id == OVERRIDE.id;
    let desired = known.desired;
    let asks = desired.settings.iter().any(|desired| is_override(desired.step.id))
        || desired.unmanaged.iter().any(|(_, step, _)| is_override(step.id));
    let settings = |task: &Task| matches!(task.done_by, DoneBy::Settings(_));
    if let (true, Some(last)) = (asks, all.iter().rposition(settings)) {
        let more = Task { step: OVERRIDE, done_by: DoneBy::Settings(None), ..all[last] };
        all.insert(last + 1, more);
    }
}

/// Returns the state of a task, or `None` if it is open.
fn found(known: &Known, task: &Task, is_past: bool) -> (Option<TaskState>, Vec<String>) {
    let retailer = known.retailer;
    let access = access(retailer);
    let state = match task.done_by {
        DoneBy::Milestone(milestone) if retailer.reached(milestone) => Some(TaskState::Done),
        DoneBy::Milestone(milestone)
            if is_past && !is_held(known, milestone) && !is_missing(retailer, milestone) =>
        {
            Some(TaskState::NotStated)
        }
        DoneBy::AccountManager if retailer.account_manager.is_some() => Some(TaskState::Done),
        DoneBy::AccountManager if is_past => Some(TaskState::NotStated),
        DoneBy::Access if access.is_some() => Some(TaskState::Done),
        DoneBy::Milestone(_) | DoneBy::AccountManager | DoneBy::Access => None,
        DoneBy::Settings(branch) => {
            let (state, notes) = match (branch, access) {
                (Some(branch), None) => {
                    (TaskState::Waiting, vec![format!("only if access is {}", word(branch))])
                }
                (Some(branch), Some(decided)) if decided != branch => {
                    (TaskState::NotNeeded, vec![format!("access is {}", word(decided))])
                }
                _ => known.step(task.step.id, is_past),
            };
            return (Some(state), notes);
        }
    };
    (state, Vec::new())
}

/// Returns whether a milestone that is not stated yet needs this one, which is not stated either.
fn is_missing(retailer: &Retailer, milestone: Milestone) -> bool {
    let mut rules = milestone_rules(retailer.journey).iter();
    let needs =
        |rule: &MilestoneRule| !retailer.reached(rule.milestone) && rule.needs.contains(&milestone);
    !retailer.reached(milestone) && rules.any(needs)
}

/// Returns whether a change waits for the milestone, so it must be stated after all.
fn is_held(known: &Known, milestone: Milestone) -> bool {
    let waiting = Precondition::Milestone(milestone);
    match known.planned {
        None => process::journey_gate(known.retailer).contains(&waiting),
        Some(planned) => {
            planned.entries.held.iter().any(|held| held.waiting_for.contains(&waiting))
        }
    }
}

fn access(retailer: &Retailer) -> Option<Access> {
    match retailer.journey {
        Journey::New => None,
        Journey::Existing { omnireturns_access } => omnireturns_access,
    }
}

fn word(access: Access) -> &'static str {
    match access {
        Access::Required => "required",
        Access::NotRequired => "not required",
    }
}

fn step(known: &Known, task: &Task, state: TaskState, mut notes: Vec<String>) -> StepStatus {
    let retailer = known.retailer;
    let milestone = task.milestone();
    let fact = milestone.and_then(|milestone| retailer.milestones.get(&milestone)).cloned();
    let (on, by, connote) = match fact {
        Some(Fact { on, by, connote }) => (Some(on), by, connote),
        None if task.done_by == DoneBy::Access => {
            let Attribution { on, by } = retailer.decided.clone();
            (on, by, None)
        }
        None => (None, None, None),
    };
    match task.done_by {
        DoneBy::AccountManager => notes.extend(retailer.account_manager.clone()),
        DoneBy::Access => {
            notes.extend(access(retailer).map(|access| format!("access is {}", word(access))));
        }
        DoneBy::Milestone(Milestone::KeysSupplied) => {
            notes.extend(known.handed_over().map(|handed| handed_over(handed, retailer)));
            notes.extend(hub_addresses(retailer, known.input.partner, state));
            notes.extend(without_account(known).filter(|_| state == TaskState::Done));
        }
        DoneBy::Milestone(Milestone::Live) => notes.extend(loop_upload(known)),
        DoneBy::Milestone(_) | DoneBy::Settings(_) => {}
    }
    StepStatus {
        step: task.step.id,
        who: task.who,
        asks: task.step.asks,
        state,
        milestone,
        on,
        by,
        connote,
        notes,
    }
}

/// Describes whether the partner itself uploads returns, from when it is expected to until the
/// go-live: a test with the retailer's keys does not show it.
fn loop_upload(known: &Known) -> Option<String> {
    let Known { input, retailer, .. } = known;
    if retailer.reached(Milestone::Live) {
        return None;
    }
    let upload = format!("an upload by {} itself is", input.partner.name);
    let expected = match retailer.journey {
        Journey::New => Milestone::ConnoteProcessed,
        Journey::Existing { .. } => Milestone::SwitchedToLoop,
    };
    match known.loop_upload() {
        LoopUpload::Proven => Some(format!("{upload} proven")),
        LoopUpload::NotProven => retailer.reached(expected).then(|| {
            let known = match retailer.milestones.get(&Milestone::UploadsChecked) {
                Some(Fact { on, .. }) => format!("stated on {on} that returns arrive; "),
                None if retailer.reached(Milestone::TestReturn) => {
                    "tested with the retailer's keys; ".into()
                }
                None => String::new(),
            };
            let how = match input.capabilities.no_uploads {
                true => "; the environment has no way to read uploads",
                false => ", `reconcile verify` looks for one",
            };
            format!("{known}{upload} not proven yet{how}")
        }),
    }
}

/// Describes in which systems the retailer has no account, so there is no key either.
fn without_account(known: &Known) -> Option<String> {
    let actions = &known.planned?.entries.actions;
    let creates = actions.iter().filter(|action| action.kind == Kind::Create);
    let systems: Vec<String> = creates.map(|action| action.system.to_string()).collect();
    (!systems.is_empty()).then(|| format!("stated, but without an account in {}", listed(&systems)))
}

/// Describes which hub addresses go with the keys: if none is entered at the partner, returns
/// go to the shop's own address.
fn hub_addresses(retailer: &Retailer, partner: &Partner, state: TaskState) -> Option<String> {
    let names: Vec<&str> = retailer.hubs(partner).iter().map(|hub| hub.name.as_str()).collect();
    match names.as_slice() {
        [] => (state == TaskState::Next)
            .then(|| "no `hub_addresses` are named in the file or the project file".into()),
        names => Some(format!("hub addresses: {}", names.join(", "))),
    }
}

fn handed_over(handed: &HandedOver, retailer: &Retailer) -> String {
    let HandedOver { on, name, has_other_hubs, checked } = handed;
    let other_name = (*name != retailer.name).then(|| format!(" as \"{}\"", name::escaped(name)));
    let other_hubs = if *has_other_hubs { " with other hub addresses" } else { "" };
    let handed = format!("handed over on {on}{}{other_hubs}", other_name.unwrap_or_default());
    match checked {
        None => handed,
        Some((day, changed)) if changed.is_empty() => {
            format!("{handed}, still the same keys when checked on {day}")
        }
        Some((day, changed)) => {
            format!("{handed}; when checked on {day}, {} had changed", changed.join(" and "))
        }
    }
}
