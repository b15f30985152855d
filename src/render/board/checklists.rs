//! What the script draws checklists from.

use crate::model::Roles;
use crate::render::status as words;
use crate::render::style::clean;
use crate::status::{RetailerStatus, TaskState};
use serde::Serialize;

/// The checklists of all retailers, in the order of their cards.
#[derive(Serialize)]
pub(super) struct Data<'a> {
    /// Step, who, and what it asks for: said once for all retailers.
    rows: Vec<(&'a str, String, &'a str)>,
    /// Words, mark and class of each state.
    states: Vec<(&'static str, &'static str, &'static str)>,
    /// What is searched, and the tasks.
    retailers: Vec<(String, Vec<TaskData>)>,
}

/// The row, the state and the evidence of a task.
type TaskData = (usize, usize, Vec<String>);

impl<'a> Data<'a> {
    /// Returns the data of no retailer.
    pub(super) fn new() -> Data<'a> {
        let states =
            TaskState::ALL.map(|state| (state.as_str(), state.mark(), class(state))).into();
        Data { rows: Vec::new(), states, retailers: Vec::new() }
    }

    /// Adds a retailer's checklist.
    pub(super) fn add(&mut self, retailer: &'a RetailerStatus, roles: Roles<'_>) {
        let manager = retailer.account_manager.as_deref().unwrap_or_default();
        let searched = format!("{} {} {manager}", retailer.retailer, retailer.slug);
        let mut tasks = Vec::new();
        for step in &retailer.steps {
            let row = (
                step.step,
                clean(&roles.titles_for(step.who, retailer.account_manager.as_deref())),
                step.asks,
            );
            let at = self.rows.iter().position(|other| *other == row).unwrap_or_else(|| {
                self.rows.push(row);
                self.rows.len() - 1
            });
            let state =
                TaskState::ALL.iter().position(|state| *state == step.state).unwrap_or_default();
            let notes = words::evidence(step).iter().map(|note| clean(note)).collect();
            tasks.push((at, state, notes));
        }
        self.retailers.push((searched, tasks));
    }
}

fn class(state: TaskState) -> &'static str {
    match state {
        TaskState::Done => "done",
        TaskState::Next => "next",
        TaskState::Observed => "observed",
        TaskState::Waiting => "waiting",
        TaskState::NotNeeded | TaskState::NotStated => "left",
        TaskState::Unknown => "unknown",
    }
}
