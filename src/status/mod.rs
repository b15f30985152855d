//! Where each retailer stands in its journey, and who has to do what next.
//!
//! Enters: the fleet, the plan of the same moment, what was handed over, and the day.
//! Leaves: a [`Status`], which every output of `reconcile status` shows. Pure: no systems,
//! files or clock.
//!
//! # Design
//!
//! A journey is a table of tasks in turns ([`crate::process::journey`]). People are trusted
//! with what they state, also out of order: where a later milestone is stated, an earlier
//! one that nobody stated is "not stated" and nobody is asked for it, unless something is
//! held for it. Settings are never taken on trust: whatever was stated, the plan says
//! whether live is right.

mod build;
mod filter;
mod next;
mod overdue;
mod settings;
mod tasks;
#[cfg(test)]
mod tests;
mod uploads;
mod waiting;

pub(crate) use build::{StatusInput, journey_key, status};
pub(crate) use filter::{Filter, Order};
pub(crate) use next::{NextStep, next};
pub(crate) use uploads::{Arrivals, StatusUploads};

use crate::model::{Milestone, Role, System};
use crate::plan::{AlertCode, Undeclared};
use jiff::civil::Date;
use schemars::JsonSchema;
use serde::Serialize;
use std::collections::BTreeMap;

/// The version of the JSON form. Consumers may rely on the major number.
pub(crate) const FORMAT_VERSION: &str = "1.0";

/// Where every retailer stands.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, JsonSchema)]
#[schemars(deny_unknown_fields)]
pub(crate) struct Status {
    /// The version of this form. Minor versions add keys, major ones change them.
    pub format_version: &'static str,
    pub environment: String,
    /// The day that days are counted to.
    pub as_of: Date,
    /// Whether the systems were asked; otherwise only what people stated is known.
    pub live_read: bool,
    pub summary: StatusSummary,
    /// Systems of which nothing is known: they could not be read, or are not read on
    /// purpose.
    pub unknown_systems: Vec<System>,
    /// What harms customers already.
    pub alerts: Vec<Alert>,
    /// By journey, phase and name.
    pub retailers: Vec<RetailerStatus>,
    /// The live OmniRPS retailers that no file declares, by name; left out where OmniRPS was
    /// not read whole.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub undeclared: Option<Vec<Undeclared>>,
    /// Whether returns arrive from the retailers in use; left out where nobody asked for it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub uploads: Option<StatusUploads>,
}

/// How many there are. Where live was not read, nothing is known of settings, and their
/// numbers are 0.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, JsonSchema)]
pub(crate) struct StatusSummary {
    pub retailers: usize,
    /// Retailers that are live, with nothing to do and, as far as live was read, every
    /// setting right.
    pub done: usize,
    /// Retailers whose customers get no credits; `None` where OmniRPS was not read.
    pub no_credits: Option<usize>,
    /// Retailers with settings that were right once.
    pub drift: usize,
    /// Actions that apply would do.
    pub to_apply: usize,
    pub manual: usize,
    pub held: usize,
    pub blocked: usize,
    /// Retailers for which somebody has been waited for longer than a stage should take.
    pub overdue: usize,
    /// The number of retailers that wait for each role.
    pub waiting_for: BTreeMap<&'static str, usize>,
}

/// Something that harms customers already.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, JsonSchema)]
pub(crate) struct Alert {
    pub slug: String,
    pub retailer: String,
    pub code: AlertCode,
    /// What is wrong, as a sentence.
    pub message: String,
    /// What to do.
    pub hint: String,
}

impl Alert {
    /// Returns what to do, and then the code and what is wrong.
    pub(crate) fn parts(&self) -> (&str, (AlertCode, &str)) {
        let Alert { slug: _, retailer: _, code, message, hint } = self;
        (hint, (*code, message))
    }
}

/// Where one retailer stands.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, JsonSchema)]
pub(crate) struct RetailerStatus {
    /// The name as entered in OmniRPS.
    pub retailer: String,
    pub slug: String,
    /// The retailer's file as found from the current folder.
    pub file: String,
    /// `new` or `existing`.
    pub journey: &'static str,
    pub account_manager: Option<String>,
    pub stage: Stage,
    /// Whether the partner uploads returns itself, and not only this tool in a test.
    pub loop_upload: LoopUpload,
    /// Live, every setting right, and nothing to do.
    pub done: bool,
    /// The codes of what harms customers already.
    pub alerts: Vec<AlertCode>,
    /// Whether apply would change what people have already stated to be done.
    pub drift: bool,
    pub open: Open,
    /// How many days the stage has taken beyond those that it should; left out where it has
    /// not.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub overdue_days: Option<i32>,
    pub waiting_for: Vec<WaitingFor>,
    /// The returns that have arrived; left out where the retailer is not in use, or nobody asked.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub uploads: Option<Arrivals>,
    pub steps: Vec<StepStatus>,
}

impl RetailerStatus {
    /// Returns whether customers get no credits.
    pub(crate) fn has_no_credits(&self) -> bool {
        self.alerts.contains(&AlertCode::NoCredits)
    }

    /// Returns the roles that are waited for, each once.
    pub(crate) fn roles(&self) -> Vec<Role> {
        let mut roles: Vec<Role> =
            self.waiting_for.iter().flat_map(|waiting| waiting.roles.iter().copied()).collect();
        roles.sort();
        roles.dedup();
        roles
    }

    /// Returns the day since which somebody has been waited for the longest.
    pub(crate) fn since(&self) -> Option<(Date, i32)> {
        self.waiting_for.iter().filter_map(|waiting| waiting.since.zip(waiting.days)).min()
    }
}

/// The first part of the journey that is not done.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, JsonSchema)]
pub(crate) struct Stage {
    /// The key of the phase; unique in a journey.
    pub phase: &'static str,
    pub title: &'static str,
    /// The step in it; `None` for a retailer that is through.
    pub step: Option<&'static str>,
}

/// Whether a return that this tool did not make has arrived.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, schemars::JsonSchema)]
#[serde(rename_all = "snake_case")]
pub(crate) enum LoopUpload {
    Proven,
    NotProven,
}

/// How many entries the plan has for a retailer.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, JsonSchema)]
pub(crate) struct Open {
    /// Actions that apply would do.
    pub to_apply: usize,
    pub manual: usize,
    pub held: usize,
    pub blocked: usize,
    /// Differences that nobody changes here.
    pub observed: usize,
}

/// Who has to do something now.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, JsonSchema)]
pub(crate) struct WaitingFor {
    pub roles: Vec<Role>,
    /// The roles in words, with the name of the person where it is known.
    pub who: String,
    pub steps: Vec<&'static str>,
    /// What to do, as an order.
    pub to_do: String,
    /// The commands that do it, or that help with it and then state it.
    pub commands: Vec<String>,
    /// The day on which it became their turn, where that is known.
    pub since: Option<Date>,
    /// The days since then.
    pub days: Option<i32>,
    /// How many of these days are beyond those that the stage should take; left out where
    /// none is.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub overdue_days: Option<i32>,
    /// Whoever has the roles, as far as the files name them.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub people: Vec<String>,
}

/// One task of the journey.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, JsonSchema)]
pub(crate) struct StepStatus {
    pub step: &'static str,
    pub who: &'static [Role],
    pub asks: &'static str,
    pub state: TaskState,
    /// The milestone that ends it, if one does.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub milestone: Option<Milestone>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub on: Option<Date>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub by: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub connote: Option<String>,
    /// What else there is to say: what live holds, what differs, what it waits for.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub notes: Vec<String>,
}

/// How a task stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub(crate) enum TaskState {
    Done,
    /// It is somebody's turn.
    Next,
    /// Something else comes before.
    Waiting,
    /// Live is not right, and the environment says that nobody changes it.
    Observed,
    /// It is on the branch that was not taken, or the file leaves it alone.
    NotNeeded,
    /// Nobody has stated it, and what comes after it has been stated.
    NotStated,
    /// Live was not read.
    Unknown,
}

impl TaskState {
    /// Every state.
    pub(crate) const ALL: [TaskState; 7] = [
        TaskState::Done,
        TaskState::Next,
        TaskState::Waiting,
        TaskState::Observed,
        TaskState::NotNeeded,
        TaskState::NotStated,
        TaskState::Unknown,
    ];

    /// The mark in front of it.
    pub(crate) fn mark(self) -> &'static str {
        match self {
            TaskState::Done => "☑",
            TaskState::Next => "▶",
            TaskState::Waiting => "☐",
            TaskState::Observed => "≠",
            TaskState::NotNeeded | TaskState::NotStated => "–",
            TaskState::Unknown => "?",
        }
    }

    /// The state in words.
    pub(crate) fn as_str(self) -> &'static str {
        match self {
            TaskState::Done => "done",
            TaskState::Next => "next",
            TaskState::Waiting => "waiting",
            TaskState::Observed => "only observed",
            TaskState::NotNeeded => "not needed",
            TaskState::NotStated => "not stated",
            TaskState::Unknown => "not known",
        }
    }
}

/// When a retailer's keys were handed over.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct HandedOver {
    pub on: Date,
    /// When what is live was compared with what was handed over, and what had changed.
    pub checked: Option<(Date, Vec<&'static str>)>,
}

impl HandedOver {
    /// Says on which day what was found to be another one.
    pub(crate) fn changed(&self) -> Option<(Date, String)> {
        let (day, changed) = self.checked.as_ref().filter(|(_, changed)| !changed.is_empty())?;
        Some((*day, changed.join(" and ")))
    }
}
