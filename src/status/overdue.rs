//! Determines which milestones have been waited for too long.

use super::tasks::Tasks;
use super::{TaskState, WaitingFor};
use crate::model::Milestone;
use std::collections::BTreeMap;

/// Marks overdue steps. A stage ends with the next unstated milestone, whatever else it
/// requires.
pub(super) fn mark(waiting: &mut [WaitingFor], tasks: &Tasks, due_days: &BTreeMap<Milestone, u32>) {
    for waiting in waiting {
        let first = tasks.all.iter().position(|(task, _)| waiting.steps.contains(&task.step.id));
        let mut rest = tasks.all.iter().skip(first.unwrap_or(0));
        let is_open = |state| matches!(state, TaskState::Next | TaskState::Waiting);
        let ending = rest.find_map(|(task, step)| task.milestone().filter(|_| is_open(step.state)));
        let due = ending.and_then(|milestone| due_days.get(&milestone));
        let due = due.and_then(|days| i32::try_from(*days).ok());
        let over = waiting.days.zip(due).map(|(days, due)| days - due);
        waiting.overdue_days = over.filter(|over| *over > 0);
    }
}
