//! Executes a plan. It makes no choices: the plan says what is written, from which
//! value to which, in which order.
//!
//! Retailers proceed side by side; the actions of one run in order; an action that
//! fails takes only those along that depend on it.

mod report;

use crate::model::{Id, Value};
use crate::plan::{Action, Change, Plan, RetailerPlan};
use futures_util::{StreamExt, stream};
pub use report::{ActionReport, Report, Summary};
use std::collections::BTreeMap;
use std::future::Future;

/// Writes one action to its system.
pub trait Write {
    /// Brings the action's changes about, or says why not.
    fn write(&self, action: &Action) -> impl Future<Output = Outcome>;
}

/// What came of an action.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Outcome {
    Applied(Written),
    /// Live held every `after` value before anything was sent.
    Already(Written),
    /// Live holds something that the plan did not see; nothing was written.
    Stale(Refusal),
    Failed(Refusal),
    /// An action that this one depends on did not succeed.
    Skipped {
        because: String,
    },
}

/// What a write left behind.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Written {
    /// The id of the record that was written.
    pub id: Id,
}

/// Why an action was not, or not surely, done.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Refusal {
    pub message: String,
    /// What to do about it.
    pub hint: String,
    /// Whether the write may have had its effect all the same.
    pub in_doubt: bool,
}

/// What happens during an apply, as it happens.
#[derive(Clone, Copy, Debug)]
pub enum Event<'a> {
    ActionStarted(&'a RetailerPlan, &'a Action),
    ActionEnded(&'a RetailerPlan, &'a Action, &'a Outcome),
}

/// Is told what happens.
pub trait EventSink {
    fn event(&self, event: Event<'_>);
}

/// Applies a plan, `concurrency` retailers at a time.
pub async fn apply(
    plan: &Plan,
    run_id: &str,
    writer: &impl Write,
    events: &impl EventSink,
    concurrency: usize,
) -> Report {
    let busy = plan.retailers.iter().enumerate();
    let mut done: Vec<(usize, Vec<(Action, Outcome)>)> = stream::iter(busy)
        .map(|(at, retailer)| async move { (at, apply_retailer(retailer, writer, events).await) })
        .buffer_unordered(concurrency.max(1))
        .collect()
        .await;
    done.sort_by_key(|(at, _)| *at);
    let done = done.into_iter().flat_map(|(_, outcomes)| outcomes);
    let names = plan.actions().map(|(retailer, _)| retailer.retailer.clone());
    Report::new(plan, run_id, names.zip(done))
}

async fn apply_retailer(
    retailer: &RetailerPlan,
    writer: &impl Write,
    events: &impl EventSink,
) -> Vec<(Action, Outcome)> {
    let mut written: BTreeMap<&str, Id> = BTreeMap::new();
    let mut done = Vec::with_capacity(retailer.actions.len());
    for action in &retailer.actions {
        let failed = action.depends_on.iter().find(|id| !written.contains_key(id.as_str()));
        let outcome = match failed {
            Some(cause) => {
                Outcome::Skipped { because: format!("{cause} did not succeed before it") }
            }
            None => {
                events.event(Event::ActionStarted(retailer, action));
                writer.write(&resolved(action, &written)).await
            }
        };
        if let Outcome::Applied(record) | Outcome::Already(record) = &outcome {
            written.insert(&action.id, record.id.clone());
        }
        events.event(Event::ActionEnded(retailer, action, &outcome));
        done.push((action.clone(), outcome));
    }
    done
}

/// Fills in the ids of records that earlier actions created.
fn resolved(action: &Action, written: &BTreeMap<&str, Id>) -> Action {
    let resolve = |change: &Change| {
        let created = change.after_from.as_deref().and_then(|from| written.get(from));
        match created {
            None => change.clone(),
            Some(id) => Change {
                after: Value::text(id.as_str()),
                after_id: Some(id.clone()),
                after_from: None,
                ..change.clone()
            },
        }
    };
    Action { changes: action.changes.iter().map(resolve).collect(), ..action.clone() }
}
