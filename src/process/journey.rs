//! The journeys as tables: each task of each step, its roles, and how its completion is
//! detected.
//!
//! What a milestone asks for, and of whom, is in [`super::milestones`]; what a setting asks
//! for is with the setting. These tables only define the order.

use super::milestones::{MilestoneRule, milestone_rule};
use super::{Step, existing, new};
use crate::model::{Access, Journey, Milestone, Role};

/// A part of a journey that outputs show as one unit, such as a column of the board.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Phase {
    /// The key for programs; unique in a journey.
    pub key: &'static str,
    pub title: &'static str,
    /// A summary of its steps.
    pub steps: &'static str,
    /// Groups of tasks that can be under way at the same time; the groups follow each
    /// other.
    turns: &'static [&'static [Row]],
}

/// Returns a phase, by its fields in order.
const fn phase(
    key: &'static str,
    title: &'static str,
    steps: &'static str,
    turns: &'static [&'static [Row]],
) -> Phase {
    Phase { key, title, steps, turns }
}

/// One row of a table.
#[derive(Debug, PartialEq, Eq)]
enum Row {
    /// Done once people state the milestone.
    Stated(Milestone),
    /// Like `Stated`, but no later task waits for it.
    StatedNonblocking(Milestone),
    /// Done once the file names the account manager; no later task waits for it.
    AccountManager(Step),
    /// Done once the file decides the access to OmniReturns.
    Access(Step),
    /// Done once every setting of the step is in sync with live.
    Settings(Step),
    /// Like `Settings`, but only on one branch of the decision.
    Branch(Access, Step),
}

/// A task of a journey.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Task {
    pub step: Step,
    /// The roles that are asked. If there are several, either all have to act or any of
    /// them can confirm it.
    pub who: &'static [Role],
    pub done_by: DoneBy,
    pub phase: &'static Phase,
    /// The number of its turn, counted over the whole journey.
    pub turn: usize,
    /// Whether later turns start without it.
    pub is_nonblocking: bool,
}

impl Task {
    /// Returns the milestone that completes the task, if one does.
    pub(crate) fn milestone(&self) -> Option<Milestone> {
        match self.done_by {
            DoneBy::Milestone(milestone) => Some(milestone),
            DoneBy::AccountManager | DoneBy::Access | DoneBy::Settings(_) => None,
        }
    }
}

/// How the completion of a task is detected.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum DoneBy {
    Milestone(Milestone),
    AccountManager,
    Access,
    /// All settings of the step are in sync; with a branch, only on that branch.
    Settings(Option<Access>),
}

const N2: Step = Step { id: "N2", asks: "take the retailer on" };

use Milestone::*;
use Row::*;

const NEW: [Phase; 6] = [
    phase(
        "introduction",
        "Introduction",
        "N1–N4",
        &[
            &[Stated(Introduced)],
            &[
                AccountManager(N2),
                StatedNonblocking(OnboardingFormSent),
                Stated(DocumentsCompleted),
            ],
        ],
    ),
    phase(
        "accounts",
        "Accounts",
        "N5",
        &[&[
            Settings(new::N5),
            Settings(new::N5_1_1),
            Settings(new::N5_1_2),
            Settings(new::N5_2_1),
        ]],
    ),
    phase("keys", "Keys", "N6", &[&[Stated(KeysSupplied)]]),
    phase(
        "test",
        "Test",
        "N7–N8",
        &[&[Stated(TestLabel), Stated(TestReturn)], &[Stated(ConnoteProcessed)]],
    ),
    phase(
        "go-live",
        "Go-live",
        "N9–N10",
        &[&[Stated(ConfirmedBySeko), Stated(ConfirmedByLoop)], &[Stated(Live)]],
    ),
    LIVE,
];

const EXISTING: [Phase; 7] = [
    phase("keys", "Keys", "E1–E2", &[&[Stated(KeysRequested)], &[Stated(KeysSupplied)]]),
    phase("test", "Test", "E3", &[&[Stated(TestLabel), Stated(TestReturn)]]),
    phase("switch-over", "Switch-over", "E4", &[&[Stated(SwitchedToLoop)]]),
    phase("decision", "Decision", "E5", &[&[Access(existing::E5)]]),
    phase(
        "settings",
        "Settings",
        "E6–E7",
        &[&[
            Settings(new::N5_2_1),
            Branch(Access::NotRequired, existing::E6_1),
            Branch(Access::NotRequired, existing::E6_2),
            Branch(Access::NotRequired, existing::E6_3),
            Branch(Access::NotRequired, existing::E6_4),
            Branch(Access::Required, existing::E7_1),
            Branch(Access::Required, existing::E7_2),
        ]],
    ),
    phase("go-live", "Go-live", "E8", &[&[Stated(UploadsChecked)], &[Stated(Live)]]),
    LIVE,
];

/// The phase of a retailer that has completed its journey.
const LIVE: Phase = phase("live", "Live", "", &[]);

/// Returns the phases of a journey. The last one is for retailers that have completed it.
pub(crate) fn phases(journey: Journey) -> &'static [Phase] {
    match journey {
        Journey::New => &NEW,
        Journey::Existing { .. } => &EXISTING,
    }
}

/// Returns the tasks of a journey in the order of its steps.
pub(crate) fn tasks(journey: Journey) -> Vec<Task> {
    let turns =
        phases(journey).iter().flat_map(|phase| phase.turns.iter().map(move |rows| (phase, *rows)));
    turns
        .enumerate()
        .flat_map(|(turn, (phase, rows))| {
            rows.iter().map(move |row| task(journey, row, turn, phase))
        })
        .collect()
}

fn task(journey: Journey, row: &Row, turn: usize, phase: &'static Phase) -> Task {
    let (step, who, done_by): (Step, &[Role], DoneBy) = match *row {
        Row::Stated(milestone) | Row::StatedNonblocking(milestone) => {
            let rule = milestone_rule(journey, milestone);
            let MilestoneRule { step, asks, who, .. } =
                *rule.expect("each table has milestones of its own journey only");
            (Step { id: step, asks }, who, DoneBy::Milestone(milestone))
        }
        Row::AccountManager(step) => (step, &[Role::AccountManager], DoneBy::AccountManager),
        Row::Access(step) => (step, &[Role::AccountManager], DoneBy::Access),
        Row::Settings(step) => (step, &[Role::Onboarding], DoneBy::Settings(None)),
        Row::Branch(branch, step) => (step, &[Role::Onboarding], DoneBy::Settings(Some(branch))),
    };
    let is_nonblocking = matches!(row, Row::StatedNonblocking(_) | Row::AccountManager(_));
    Task { step, who, done_by, phase, turn, is_nonblocking }
}

/// Returns the command that helps a retailer to reach a milestone, other than stating it.
pub(crate) fn helper_command(milestone: Milestone, slug: &str) -> Option<String> {
    match milestone {
        Milestone::KeysSupplied => Some(format!("reconcile handoff {slug}")),
        Milestone::TestLabel
        | Milestone::TestReturn
        | Milestone::ConnoteProcessed
        | Milestone::UploadsChecked => Some(format!("reconcile verify {slug} --record")),
        Milestone::Introduced
        | Milestone::OnboardingFormSent
        | Milestone::DocumentsCompleted
        | Milestone::KeysRequested
        | Milestone::ConfirmedBySeko
        | Milestone::ConfirmedByLoop
        | Milestone::SwitchedToLoop
        | Milestone::Live => None,
    }
}
