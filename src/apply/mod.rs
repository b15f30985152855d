//! Executes a plan. It makes no decisions: the plan defines what is written, from which value
//! to which, in which order.
//!
//! Retailers are processed concurrently, the actions of one retailer in order. If an action
//! fails, only those that depend on it are skipped.

mod exit_code;
mod report;
pub(crate) mod saved;

use crate::model::{Advice, Id, Setting, System, Value, keyed};
use crate::plan::fingerprint::sha256;
use crate::plan::{Action, Change, Plan, RetailerPlan};
pub(crate) use exit_code::{exit_code, not_done};
use futures_util::{StreamExt, stream};
pub use report::ApplyReport;
pub(crate) use report::{ActionReport, ApplySummary};
use saved::Settled;
use serde::Serialize;
use std::collections::BTreeMap;
use std::future::Future;
use std::sync::atomic::{AtomicBool, Ordering};

/// Writes actions to their systems.
pub trait Write {
    /// Returns the key by which a system recognizes that a create is repeated, if it is one.
    fn idempotency_key(&self, _action: &Action) -> Option<String> {
        None
    }

    /// Writes the action's changes, with its key if it has one, or returns why it cannot.
    fn write(&self, action: &Action, key: Option<&str>) -> impl Future<Output = Outcome>;

    /// Checks the created records, after the last action.
    fn check_creates(&self) -> impl Future<Output = Vec<Warning>> {
        std::future::ready(Vec::new())
    }
}

/// A warning about a run, in addition to its actions.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, schemars::JsonSchema)]
pub struct Warning {
    /// `twin-created`: a system has two records with the name of a created one.
    /// `twins-unknown`: the system could not be listed to check this, or did not list the
    /// created record yet.
    pub code: &'static str,
    pub system: System,
    pub message: String,
    pub hint: String,
    /// The names of the records that it is about.
    #[serde(skip)]
    pub names: Vec<String>,
}

/// The outcome of an action.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// The write has taken effect.
    Applied(Written),
    /// Live already had every `after` value before anything was sent.
    Already(Id),
    /// Live has changed since the plan was made; nothing was written.
    Stale(Advice),
    Failed(WriteFailure),
    /// An action that this one depends on did not succeed.
    Skipped {
        because: String,
    },
}

/// What an action has written.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Written {
    /// The record.
    pub id: Id,
    /// The settings of an update that live held already, so that they were not written.
    pub already_so: Vec<Setting>,
}

impl From<Id> for Written {
    fn from(id: Id) -> Written {
        Written { id, already_so: Vec::new() }
    }
}

impl Outcome {
    /// Returns its word in a report.
    pub(crate) fn kind(&self) -> OutcomeKind {
        match self {
            Outcome::Applied(_) => OutcomeKind::Applied,
            Outcome::Already(_) => OutcomeKind::Already,
            Outcome::Stale(_) => OutcomeKind::Stale,
            Outcome::Failed(_) => OutcomeKind::Failed,
            Outcome::Skipped { .. } => OutcomeKind::Skipped,
        }
    }

    /// Returns whether something was written, or may have been.
    pub(crate) fn may_have_written(&self) -> bool {
        match self {
            Outcome::Applied(_) => true,
            Outcome::Failed(failure) => failure.effect.is_possible(),
            Outcome::Already(_) | Outcome::Stale(_) | Outcome::Skipped { .. } => false,
        }
    }
}

keyed! {
    /// The outcome of an action.
    #[derive(Serialize, schemars::JsonSchema)]
    #[schemars(rename = "Outcome")]
    pub enum OutcomeKind {
        Applied = "applied" as "applied",
        Already = "already" as "already so",
        Failed = "failed" as "failed",
        /// The write may have taken effect, and this was not checked.
        InDoubt = "in_doubt" as "in doubt",
        Skipped = "skipped" as "skipped",
        Stale = "stale" as "stale",
    }
}

impl OutcomeKind {
    /// Counts outcomes by kind, in the order of [`OutcomeKind::ALL`].
    pub(crate) fn counts(of: impl Iterator<Item = OutcomeKind>) -> [usize; 6] {
        let mut counts = [0; OutcomeKind::ALL.len()];
        of.for_each(|kind| counts[kind as usize] += 1);
        counts
    }
}

/// Why an action was not done, or may not have been.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct WriteFailure {
    pub message: String,
    /// What to do about it.
    pub hint: String,
    pub effect: WriteEffect,
    /// The settings of an update that live held already, so that they were not written.
    pub already_so: Vec<Setting>,
}

/// The effect of a write that failed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum WriteEffect {
    /// It certainly has none.
    None,
    /// It may have taken effect.
    Possible,
    /// At least a part of it certainly has.
    Partial,
}

impl WriteEffect {
    /// Returns whether something was written, or may have been.
    pub(crate) fn is_possible(self) -> bool {
        self != WriteEffect::None
    }
}

impl WriteFailure {
    /// Returns the reason for an action that has certainly had no effect.
    pub(crate) fn new(message: impl Into<String>, hint: impl Into<String>) -> WriteFailure {
        WriteFailure {
            message: message.into(),
            hint: hint.into(),
            effect: WriteEffect::None,
            already_so: Vec::new(),
        }
    }

    /// Returns the failure with another effect.
    pub(crate) fn with(self, effect: WriteEffect) -> WriteFailure {
        WriteFailure { effect, ..self }
    }
}

/// An event of an apply, reported immediately.
#[derive(Clone, Copy, Debug)]
pub enum ApplyEvent<'a> {
    /// The action is written as soon as all sinks have accepted this event.
    ActionStarted {
        retailer: &'a RetailerPlan,
        /// With the ids of records that earlier actions created.
        action: &'a Action,
        /// The key that is sent with a create.
        idempotency_key: Option<&'a str>,
    },
    ActionEnded {
        retailer: &'a RetailerPlan,
        action: &'a Action,
        outcome: &'a Outcome,
    },
}

/// Receives the events before and after each action.
pub trait EventSink {
    /// Handles an event. If a start is rejected, the action is skipped; an end cannot be
    /// rejected.
    fn event(&self, event: ApplyEvent<'_>) -> impl Future<Output = Result<(), Stop>>;
}

/// Forwards events to both sinks, in order. The second does not receive a start that the first
/// rejects, but it receives every end.
impl<A: EventSink, B: EventSink> EventSink for (A, B) {
    async fn event(&self, event: ApplyEvent<'_>) -> Result<(), Stop> {
        let first = self.0.event(event).await;
        if first.is_err() && matches!(event, ApplyEvent::ActionStarted { .. }) {
            return first;
        }
        first.and(self.1.event(event).await)
    }
}

impl<S: EventSink> EventSink for &S {
    async fn event(&self, event: ApplyEvent<'_>) -> Result<(), Stop> {
        (*self).event(event).await
    }
}

/// What to do with the other retailers when an action fails.
#[derive(Clone, Copy, Debug, PartialEq, Eq, clap::ValueEnum)]
pub(crate) enum OnError {
    /// Skip only the actions that depend on it
    Continue,
    /// Start nothing new
    Abort,
}

/// Rejects every start after a failure, with [`OnError::Abort`].
#[derive(Debug)]
pub(crate) struct StopOnError {
    on_error: OnError,
    failed: AtomicBool,
}

impl StopOnError {
    pub(crate) fn new(on_error: OnError) -> StopOnError {
        StopOnError { on_error, failed: AtomicBool::new(false) }
    }
}

impl EventSink for StopOnError {
    async fn event(&self, event: ApplyEvent<'_>) -> Result<(), Stop> {
        match event {
            ApplyEvent::ActionStarted { .. }
                if self.on_error == OnError::Abort && self.failed.load(Ordering::SeqCst) =>
            {
                Err(Stop { because: "another action failed before it (--on-error abort)".into() })
            }
            ApplyEvent::ActionEnded { outcome: Outcome::Failed(_) | Outcome::Stale(_), .. } => {
                self.failed.store(true, Ordering::SeqCst);
                Ok(())
            }
            _ => Ok(()),
        }
    }
}

/// Why no further action may start.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Stop {
    pub because: String,
}

/// Returns the key by which a system recognizes repeated creates. It is the same for all runs
/// and machines, so two runs of one create make one record. `run` makes the key unique to that
/// run, for systems that repeat their first rejection.
pub(crate) fn idempotency_key(environment: &str, action: &Action, run: Option<&str>) -> String {
    let Action { system, name, .. } = action;
    // No part contains a NUL, so different creates give different bytes.
    let text = format!("{environment}\0{}\0{name}", system.key());
    let of_run = run.map(|run| format!("\0{run}")).unwrap_or_default();
    sha256((text + &of_run).as_bytes())
}

/// Applies a plan in which the settled actions already have an outcome, with `concurrency`
/// retailers at a time.
pub async fn apply(
    plan: &Plan,
    settled: &Settled,
    run_id: &str,
    writer: &impl Write,
    events: &impl EventSink,
    concurrency: usize,
) -> ApplyReport {
    let busy = plan.retailers.iter().enumerate();
    let mut done: Vec<(usize, Vec<(Action, Outcome)>)> = stream::iter(busy)
        .map(|(at, retailer)| async move {
            (at, apply_retailer(retailer, settled, writer, events).await)
        })
        .buffer_unordered(concurrency.max(1))
        .collect()
        .await;
    done.sort_by_key(|(at, _)| *at);
    let done = done.into_iter().flat_map(|(_, outcomes)| outcomes);
    let names = plan.actions().map(|(retailer, _)| retailer.retailer.clone());
    let warnings = writer.check_creates().await;
    ApplyReport { warnings, ..ApplyReport::new(plan, run_id, names.zip(done)) }
}

async fn apply_retailer(
    retailer: &RetailerPlan,
    settled: &Settled,
    writer: &impl Write,
    events: &impl EventSink,
) -> Vec<(Action, Outcome)> {
    let mut written: BTreeMap<&str, Id> = BTreeMap::new();
    let mut done = Vec::with_capacity(retailer.actions.len());
    for action in &retailer.actions {
        let failed = action.depends_on.iter().find(|id| !written.contains_key(id.as_str()));
        let outcome = match (settled.get(&action.id), failed) {
            (Some(outcome), _) => outcome.clone(),
            (None, Some(cause)) => {
                Outcome::Skipped { because: format!("{cause} did not succeed before it") }
            }
            (None, None) => {
                let action = &resolved(action, &written);
                let key = writer.idempotency_key(action);
                let started =
                    ApplyEvent::ActionStarted { retailer, action, idempotency_key: key.as_deref() };
                match events.event(started).await {
                    Ok(()) => writer.write(action, key.as_deref()).await,
                    Err(Stop { because }) => Outcome::Skipped { because },
                }
            }
        };
        if let Outcome::Applied(Written { id, .. }) | Outcome::Already(id) = &outcome {
            written.insert(&action.id, id.clone());
        }
        // A sink that cannot handle an end rejects the next start.
        let _ = events.event(ApplyEvent::ActionEnded { retailer, action, outcome: &outcome }).await;
        done.push((action.clone(), outcome));
    }
    done
}

/// Fills in the ids of records that earlier actions created.
fn resolved(action: &Action, written: &BTreeMap<&str, Id>) -> Action {
    let resolve = |change: &Change| {
        let mut change = change.clone();
        if let Some(id) = change.after_from.as_deref().and_then(|from| written.get(from)) {
            change.after = Value::text(id.to_string());
            change.after_id = Some(id.clone());
            change.after_from = None;
        }
        change
    };
    Action { changes: action.changes.iter().map(resolve).collect(), ..action.clone() }
}

#[cfg(test)]
mod tests {
    use super::idempotency_key;

    #[test]
    fn a_create_has_one_key_in_all_runs_unless_a_fresh_one_is_asked_for() {
        let plan = crate::testing::plan(
            "retailer: Acme\njourney: new\nmilestones: {documents_completed: 2026-10-01}\n",
            "",
        );
        let creates: Vec<_> = plan.actions().map(|(_, action)| action).collect();
        let key = |environment, at: usize, run| idempotency_key(environment, creates[at], run);
        assert_eq!(key("production", 0, None), key("production", 0, None));
        let others = [
            key("production", 0, None),
            key("sandbox", 0, None),
            key("production", 1, None),
            key("production", 0, Some("run/1")),
            key("production", 0, Some("run/2")),
        ];
        let different: std::collections::BTreeSet<&String> = others.iter().collect();
        assert_eq!(different.len(), others.len());
    }
}
