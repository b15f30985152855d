//! Combines a journal's lines: a run with its actions. Pure.

use super::chain::{Broken, Chain, PastRun};
use super::event::{
    ActionStarted, Commit, JournalEvent, Line, NotDone, RunEnded, RunStarted, Succeeded,
    UnresolvedAction, slug,
};
use crate::apply::OutcomeKind;
use crate::model::{Setting, System, keyed};
use crate::plan::Change;
use jiff::Timestamp;
use schemars::JsonSchema;
use serde::Serialize;
use std::collections::BTreeMap;

/// A run.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, JsonSchema)]
pub(crate) struct RunView {
    pub run_id: String,
    pub state: RunState,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub broken: Option<Broken>,
    /// The number of verified lines.
    pub lines: usize,
    pub started_at: Option<Timestamp>,
    pub ended_at: Option<Timestamp>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub started: Option<RunStarted>,
    pub totals: Totals,
    /// In the order in which they started.
    pub actions: Vec<ActionView>,
    /// The actions that earlier runs left in doubt, with what this run found.
    pub in_doubt_before: Vec<UnresolvedAction>,
}

/// A run in the list of runs.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, JsonSchema)]
pub(crate) struct RunRow {
    pub run_id: String,
    pub started_at: Option<Timestamp>,
    pub environment: Option<String>,
    pub who: Option<String>,
    /// The commit that the files are from.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub commit: Option<Commit>,
    /// The machine that the run was on.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub host: Option<String>,
    /// The URL of the CI job.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub job: Option<String>,
    pub totals: Totals,
    pub state: RunState,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub broken: Option<Broken>,
}

keyed! {
    /// The state of a run.
    #[derive(Serialize, JsonSchema)]
    pub(crate) enum RunState {
        /// The run has ended.
        Complete = "complete" as "complete",
        /// The run was asked to stop and has ended early.
        Interrupted = "interrupted" as "interrupted",
        /// The run is in progress.
        Running = "running" as "running",
        /// The run has no recorded end: the program or the machine died.
        Crashed = "crashed" as "crashed",
        /// The journal was changed after it was written.
        Broken = "broken" as "broken chain",
    }
}

/// The number of actions per outcome.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, JsonSchema)]
pub(crate) struct Totals {
    pub applied: usize,
    pub already: usize,
    pub failed: usize,
    pub in_doubt: usize,
    pub skipped: usize,
    pub stale: usize,
}

/// An action of a run.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, JsonSchema)]
pub(crate) struct ActionView {
    pub id: String,
    pub retailer: String,
    pub system: System,
    pub outcome: OutcomeKind,
    #[serde(skip_serializing_if = "String::is_empty")]
    pub message: String,
    #[serde(skip_serializing_if = "String::is_empty")]
    pub hint: String,
    /// The record that was written.
    pub record_id: Option<String>,
    /// The write; absent for an action that was never started.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub write: Option<ActionStarted>,
    /// The settings of the write that were already so, and that the run did not write.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub already_so: Vec<Setting>,
}

impl ActionView {
    /// Returns the slug of the retailer.
    pub(crate) fn slug(&self) -> &str {
        slug(&self.id)
    }

    /// Returns the changes of the write.
    pub(crate) fn changes(&self) -> &[Change] {
        self.write.as_ref().map_or(&[], |write| &write.changes)
    }
}

impl RunView {
    /// Combines the lines of a journal.
    pub(crate) fn new(past: &PastRun) -> RunView {
        let mut view = RunView {
            run_id: past.run_id.clone(),
            state: if past.running { RunState::Running } else { RunState::Crashed },
            broken: None,
            lines: past.parsed.lines.len(),
            started_at: None,
            ended_at: None,
            started: None,
            totals: Totals::default(),
            actions: Vec::new(),
            in_doubt_before: Vec::new(),
        };
        let mut places = BTreeMap::new();
        for line in &past.parsed.lines {
            view.add(line, &mut places);
        }
        if let Chain::Broken(broken) = &past.parsed.chain {
            view.state = RunState::Broken;
            view.broken = Some(broken.clone());
        }
        view.count();
        view
    }

    /// Returns whether the run has resolved what earlier runs left in doubt.
    pub(crate) fn has_resolved_earlier(&self) -> bool {
        self.ended_at.is_some() || !self.actions.is_empty()
    }

    /// Adds the event of a line. `places` contains the index of each action.
    fn add(&mut self, line: &Line, places: &mut BTreeMap<String, usize>) {
        let (not_done, outcome) = match &line.event {
            JournalEvent::RunStarted(started) => {
                self.started_at = Some(line.at);
                self.started = Some(started.clone());
                return;
            }
            JournalEvent::InDoubtResolved(found) | JournalEvent::InDoubtUnresolved(found) => {
                self.in_doubt_before.push(found.clone());
                return;
            }
            JournalEvent::ActionStarted(write) => {
                places.insert(write.id.clone(), self.actions.len());
                let action = self.add_action(&write.id, &write.retailer, write.system);
                (action.record_id, action.write) = (write.target_id.clone(), Some(write.clone()));
                return;
            }
            JournalEvent::ActionSucceeded(done) => {
                self.add_done(done, places.get(&done.id).copied());
                return;
            }
            JournalEvent::RunEnded(RunEnded { summary: _, interrupted }) => {
                self.ended_at = Some(line.at);
                self.state = if *interrupted { RunState::Interrupted } else { RunState::Complete };
                return;
            }
            JournalEvent::ActionFailed(failed) if failed.in_doubt => (failed, OutcomeKind::InDoubt),
            JournalEvent::ActionFailed(failed) => (failed, OutcomeKind::Failed),
            JournalEvent::ActionStale(stale) => (stale, OutcomeKind::Stale),
            JournalEvent::ActionSkipped(skipped) => (skipped, OutcomeKind::Skipped),
        };
        let NotDone { id, retailer, system, message, hint, in_doubt: _, already_so } = not_done;
        let action = match places.get(id) {
            Some(&at) => &mut self.actions[at],
            None => self.add_action(id, retailer, *system),
        };
        (action.outcome, action.message, action.hint) = (outcome, message.clone(), hint.clone());
        action.already_so.clone_from(already_so);
    }

    /// Adds an action: until its end is recorded, it is in doubt.
    fn add_action(&mut self, id: &str, retailer: &str, system: System) -> &mut ActionView {
        self.actions.push_mut(ActionView {
            id: id.into(),
            retailer: retailer.into(),
            system,
            outcome: OutcomeKind::InDoubt,
            message: String::new(),
            hint: String::new(),
            record_id: None,
            write: None,
            already_so: Vec::new(),
        })
    }

    /// Adds the end of an action whose changes are live; `at` is its index, if it has a start.
    fn add_done(&mut self, done: &Succeeded, at: Option<usize>) {
        let Succeeded { id, retailer, system, record_id, already, already_so } = done;
        let action = match (at, retailer, system) {
            (Some(at), ..) => &mut self.actions[at],
            (None, Some(retailer), Some(system)) => self.add_action(id, retailer, *system),
            // An earlier version did not record whose action it was.
            (None, ..) => return,
        };
        action.outcome = if *already { OutcomeKind::Already } else { OutcomeKind::Applied };
        action.record_id = Some(record_id.to_string());
        action.already_so.clone_from(already_so);
    }

    /// Returns the environment of the run, if it is known.
    pub(crate) fn environment(&self) -> Option<&String> {
        self.started.as_ref().map(|started| &started.environment)
    }

    /// Returns the run's line in the list of runs.
    pub(crate) fn row(&self) -> RunRow {
        let started = self.started.as_ref();
        RunRow {
            run_id: self.run_id.clone(),
            started_at: self.started_at,
            environment: self.environment().cloned(),
            who: started.and_then(|started| started.who.clone()),
            commit: started.and_then(|started| started.commit.clone()),
            host: started.and_then(|started| started.host.clone()),
            job: started.and_then(|started| started.job.clone()),
            totals: self.totals,
            state: self.state,
            broken: self.broken.clone(),
        }
    }

    /// Keeps only the actions of the wanted retailers, by name and slug.
    pub(crate) fn retain(&mut self, wanted: impl Fn(&str, &str) -> bool) {
        self.actions.retain(|action| wanted(&action.retailer, action.slug()));
        self.count();
    }

    /// Returns whether the run has actions of a wanted retailer, by name and slug.
    pub(crate) fn has(&self, wanted: impl Fn(&str, &str) -> bool) -> bool {
        self.actions.iter().any(|action| wanted(&action.retailer, action.slug()))
    }

    fn count(&mut self) {
        let [applied, already, failed, in_doubt, skipped, stale] =
            OutcomeKind::counts(self.actions.iter().map(|action| action.outcome));
        self.totals = Totals { applied, already, failed, in_doubt, skipped, stale };
    }
}
