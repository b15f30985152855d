//! Records the events of an apply in its journal.

use super::event::{ActionStarted, JournalEvent, NotDone, Succeeded};
use super::write::Journal;
use crate::apply::{self, EventSink, Outcome, Stop, WriteFailure, Written};
use crate::model::{Advice, Id, Setting};
use crate::plan::{Action, RetailerPlan};

impl EventSink for Journal {
    async fn event(&self, event: apply::ApplyEvent<'_>) -> Result<(), Stop> {
        match event {
            apply::ApplyEvent::ActionStarted { retailer, action, idempotency_key } => {
                let line = JournalEvent::ActionStarted(started(retailer, action, idempotency_key));
                self.start(line).await.map_err(|error| Stop { because: error.message })
            }
            apply::ApplyEvent::ActionEnded { retailer, action, outcome } => {
                self.note(ended(retailer, action, outcome));
                Ok(())
            }
        }
    }
}

fn started(
    retailer: &RetailerPlan,
    action: &Action,
    idempotency_key: Option<&str>,
) -> ActionStarted {
    let Action { id, system, kind, target_id, name, depends_on: _, changes } = action;
    ActionStarted {
        id: id.clone(),
        retailer: retailer.retailer.clone(),
        file: retailer.file.clone(),
        system: *system,
        kind: *kind,
        target_id: target_id.clone(),
        name: name.clone(),
        changes: changes.clone(),
        idempotency_key: idempotency_key.map(str::to_owned),
    }
}

fn ended(retailer: &RetailerPlan, action: &Action, outcome: &Outcome) -> JournalEvent {
    let not_done = |message: &str, hint: &str| NotDone {
        id: action.id.clone(),
        retailer: retailer.retailer.clone(),
        system: action.system,
        message: message.into(),
        hint: hint.into(),
        in_doubt: false,
        already_so: Vec::new(),
    };
    let succeeded = |record_id: &Id, already: bool, already_so: &[Setting]| {
        JournalEvent::ActionSucceeded(Succeeded {
            id: action.id.clone(),
            retailer: already.then(|| retailer.retailer.clone()),
            system: already.then_some(action.system),
            record_id: record_id.clone(),
            already,
            already_so: already_so.to_vec(),
        })
    };
    match outcome {
        Outcome::Applied(Written { id, already_so }) => succeeded(id, false, already_so),
        Outcome::Already(id) => succeeded(id, true, &[]),
        Outcome::Stale(Advice { message, hint }) => {
            JournalEvent::ActionStale(not_done(message, hint))
        }
        Outcome::Failed(WriteFailure { message, hint, effect, already_so }) => {
            let (in_doubt, already_so) = (effect.is_possible(), already_so.clone());
            JournalEvent::ActionFailed(NotDone { in_doubt, already_so, ..not_done(message, hint) })
        }
        Outcome::Skipped { because } => JournalEvent::ActionSkipped(not_done(because, "")),
    }
}
