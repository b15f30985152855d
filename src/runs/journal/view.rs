//! A journal's lines put together: one run with its actions. Pure.

use super::chain::{Broken, Chain, PastRun};
use super::event::{
    ActionStarted, Commit, JournalEvent, Line, NotDone, RunEnded, RunStarted, Succeeded,
    UnresolvedAction, slug,
};
use crate::model::System;
use crate::plan::Change;
use jiff::Timestamp;
use schemars::JsonSchema;
use serde::Serialize;
use std::collections::BTreeMap;

/// One run.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, JsonSchema)]
pub(crate) struct RunView {
    pub run_id: String,
    pub state: RunState,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub broken: Option<Broken>,
    /// How many lines can be believed.
    pub lines: usize,
    pub started_at: Option<Timestamp>,
    pub ended_at: Option<Timestamp>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub started: Option<RunStarted>,
    pub totals: Totals,
    /// In the order in which they began.
    pub actions: Vec<ActionView>,
    /// What earlier runs left in doubt, and what this one found.
    pub in_doubt_before: Vec<UnresolvedAction>,
}

/// One run in the list of runs.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, JsonSchema)]
pub(crate) struct RunRow {
    pub run_id: String,
    pub started_at: Option<Timestamp>,
    pub environment: Option<String>,
    pub who: Option<String>,
    /// The commit that the files are from.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub commit: Option<Commit>,
    /// The machine that it ran on.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub host: Option<String>,
    /// The address of the CI job that ran it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub job: Option<String>,
    pub totals: Totals,
    pub state: RunState,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub broken: Option<Broken>,
}

/// How a run stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub(crate) enum RunState {
    /// It came to its end.
    Complete,
    /// It came to its end early, because somebody asked it to stop.
    Interrupted,
    /// It still goes on.
    Running,
    /// It has no end: the program or the machine died.
    Crashed,
    /// Its journal is not as it was written.
    Broken,
}

impl RunState {
    /// The state in words.
    pub(crate) fn as_str(self) -> &'static str {
        match self {
            RunState::Complete => "complete",
            RunState::Interrupted => "interrupted",
            RunState::Running => "running",
            RunState::Crashed => "crashed",
            RunState::Broken => "broken chain",
        }
    }
}

/// How many actions came to what.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, JsonSchema)]
pub(crate) struct Totals {
    pub applied: usize,
    pub already: usize,
    pub failed: usize,
    pub in_doubt: usize,
    pub skipped: usize,
    pub stale: usize,
}

/// One action of a run.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, JsonSchema)]
pub(crate) struct ActionView {
    pub id: String,
    pub retailer: String,
    pub system: System,
    pub outcome: Outcome,
    #[serde(skip_serializing_if = "String::is_empty")]
    pub message: String,
    #[serde(skip_serializing_if = "String::is_empty")]
    pub hint: String,
    /// The record that was written.
    pub record_id: Option<String>,
    /// What was to be written; `None` for an action that was never started.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub write: Option<ActionStarted>,
}

impl ActionView {
    /// The changes that were to be written.
    pub(crate) fn changes(&self) -> &[Change] {
        self.write.as_ref().map_or(&[], |write| &write.changes)
    }
}

/// What came of an action.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Outcome {
    Applied,
    Already,
    Failed,
    /// The write may have had its effect, and nobody looked.
    InDoubt,
    Skipped,
    Stale,
}

impl Outcome {
    /// The outcome in words.
    pub(crate) fn as_str(self) -> &'static str {
        match self {
            Outcome::Applied => "applied",
            Outcome::Already => "already so",
            Outcome::Failed => "failed",
            Outcome::InDoubt => "in doubt",
            Outcome::Skipped => "skipped",
            Outcome::Stale => "stale",
        }
    }
}

impl RunView {
    /// Puts a journal's lines together.
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

    /// Returns whether the run came far enough to have looked at what earlier runs left.
    pub(crate) fn has_resolved_earlier(&self) -> bool {
        self.ended_at.is_some() || !self.actions.is_empty()
    }

    /// Adds the event of a line. `places` has the index of each action.
    fn add(&mut self, line: &Line, places: &mut BTreeMap<String, usize>) {
        let (told, outcome) = match &line.event {
            JournalEvent::RunStarted(started) => {
                self.started_at = Some(line.at);
                self.started = Some(started.clone());
                return;
            }
            JournalEvent::InDoubtResolved(doubt) | JournalEvent::InDoubtUnresolved(doubt) => {
                self.in_doubt_before.push(doubt.clone());
                return;
            }
            JournalEvent::ActionStarted(write) => {
                places.insert(write.id.clone(), self.actions.len());
                self.actions.push(started(write));
                return;
            }
            JournalEvent::ActionSucceeded(Succeeded { id, record_id, already }) => {
                if let Some(&at) = places.get(id) {
                    let action = &mut self.actions[at];
                    action.outcome = if *already { Outcome::Already } else { Outcome::Applied };
                    action.record_id = Some(record_id.to_string());
                }
                return;
            }
            JournalEvent::RunEnded(RunEnded { summary: _, interrupted }) => {
                self.ended_at = Some(line.at);
                self.state = if *interrupted { RunState::Interrupted } else { RunState::Complete };
                return;
            }
            JournalEvent::ActionFailed(told) if told.in_doubt => (told, Outcome::InDoubt),
            JournalEvent::ActionFailed(told) => (told, Outcome::Failed),
            JournalEvent::ActionStale(told) => (told, Outcome::Stale),
            JournalEvent::ActionSkipped(told) => (told, Outcome::Skipped),
        };
        let NotDone { id, retailer, system, message, hint, in_doubt: _ } = told;
        let (message, hint) = (message.clone(), hint.clone());
        match places.get(id) {
            Some(&at) => {
                let action = &mut self.actions[at];
                (action.outcome, action.message, action.hint) = (outcome, message, hint);
            }
            None => self.actions.push(ActionView {
                id: id.clone(),
                retailer: retailer.clone(),
                system: *system,
                outcome,
                message,
                hint,
                record_id: None,
                write: None,
            }),
        }
    }

    /// Returns where the run was made, if it is known.
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

    /// Leaves out the actions of other retailers.
    pub(crate) fn retain(&mut self, wanted: impl Fn(&str, &str) -> bool) {
        self.actions.retain(|action| wanted(&action.retailer, action.slug()));
        self.count();
    }

    /// Returns whether the run has actions of a retailer, by name or by slug.
    pub(crate) fn has(&self, retailer: &str) -> bool {
        self.actions.iter().any(|action| action.retailer == retailer || action.slug() == retailer)
    }

    fn count(&mut self) {
        let mut totals = Totals::default();
        for action in &self.actions {
            match action.outcome {
                Outcome::Applied => totals.applied += 1,
                Outcome::Already => totals.already += 1,
                Outcome::Failed => totals.failed += 1,
                Outcome::InDoubt => totals.in_doubt += 1,
                Outcome::Skipped => totals.skipped += 1,
                Outcome::Stale => totals.stale += 1,
            }
        }
        self.totals = totals;
    }
}

impl ActionView {
    /// The slug of the retailer.
    pub(crate) fn slug(&self) -> &str {
        slug(&self.id)
    }
}

/// Until its end is told, an action may have been done.
fn started(write: &ActionStarted) -> ActionView {
    ActionView {
        id: write.id.clone(),
        retailer: write.retailer.clone(),
        system: write.system,
        outcome: Outcome::InDoubt,
        message: String::new(),
        hint: String::new(),
        record_id: write.target_id.clone(),
        write: Some(write.clone()),
    }
}
