//! The status of each retailer in its journey, and who must do what next.
//!
//! Enters: the fleet, the plan at the same time, the recorded handoffs, and the day. Leaves: a
//! [`Status`], which all outputs of `reconcile status` show. Pure: no systems, files or clock.
//!
//! # Design
//!
//! A journey is a table of tasks in turns ([`crate::process::journey`]). Statements by people
//! are trusted, even out of order: if a milestone of a later turn is stated, an earlier unstated
//! one is "not stated" and not asked for, unless something is held for it or a milestone that is
//! still to be stated needs it. The milestones of a test are an exception: `verify` makes a test
//! with the retailer's keys alone, so it does not show that anyone has handed them over, or has
//! done what comes before that. Settings are never trusted: whatever was stated, the plan decides
//! whether they are right.

mod build;
mod filter;
mod input;
mod next;
mod overdue;
mod settings;
mod tasks;
#[cfg(test)]
mod tests;
mod uploads;
mod waiting;

pub(crate) use build::status;
pub(crate) use filter::{Filter, Order, role};
pub(crate) use input::{JourneyRecords, StatusInput};
pub(crate) use next::{NextStep, next, of_one};
pub(crate) use uploads::StatusUploads;

use crate::model::{JourneyKind, Milestone, Role, System, keyed};
use crate::plan::{Alert, AlertCode, FailOn, Undeclared};
use crate::uploads::Arrivals;
use jiff::civil::Date;
use schemars::JsonSchema;
use serde::Serialize;
use std::collections::BTreeMap;

/// The version of the JSON format. Consumers may rely on the major number.
pub(crate) const FORMAT_VERSION: &str = "1.0";

/// The status of all retailers.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, JsonSchema)]
#[schemars(deny_unknown_fields)]
pub(crate) struct Status {
    /// The version of this format. Minor versions add keys, major versions change them.
    pub format_version: &'static str,
    pub environment: String,
    /// The day to which days are counted.
    pub as_of: Date,
    /// Whether the systems were read; otherwise only statements by people are known.
    pub live_read: bool,
    pub summary: StatusSummary,
    /// Systems whose state is unknown: they could not be read, or are deliberately not read.
    pub unknown_systems: Vec<System>,
    /// Conditions that harm customers, now or once they use the partner.
    pub alerts: Vec<RetailerAlert>,
    /// Sorted by journey, phase and name.
    pub retailers: Vec<RetailerStatus>,
    /// The live OmniRPS retailers that no file declares, sorted by name; absent if OmniRPS was
    /// not fully read.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub undeclared: Option<Vec<Undeclared>>,
    /// Whether returns arrive from the retailers in use; absent if not requested.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub uploads: Option<StatusUploads>,
}

impl Status {
    /// Returns the retailers of which something is not known.
    pub(crate) fn unknown(&self) -> impl Iterator<Item = &str> {
        let is_unknown = |of: &&RetailerStatus| {
            of.has_failed_read || of.steps.iter().any(|step| step.state == TaskState::Unknown)
        };
        self.retailers.iter().filter(is_unknown).map(|of| of.retailer.as_str())
    }

    /// Returns whether it has what a command is to fail on.
    pub(crate) fn has(&self, what: FailOn) -> bool {
        match what {
            FailOn::NoCredits => self.summary.no_credits.is_some_and(|count| count > 0),
            FailOn::Blocked => self.summary.blocked > 0,
            FailOn::Undeclared => self.undeclared.as_ref().is_some_and(|found| !found.is_empty()),
        }
    }

    /// Returns everything that is not about a single retailer.
    pub(crate) fn without_retailers(&self) -> Status {
        Status {
            format_version: self.format_version,
            environment: self.environment.clone(),
            as_of: self.as_of,
            live_read: self.live_read,
            summary: self.summary.clone(),
            unknown_systems: self.unknown_systems.clone(),
            alerts: self.alerts.clone(),
            retailers: Vec::new(),
            undeclared: self.undeclared.clone(),
            uploads: self.uploads,
        }
    }
}

/// The numbers of retailers. If live was not read, settings are unknown and their numbers are
/// 0.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, JsonSchema)]
pub(crate) struct StatusSummary {
    pub retailers: usize,
    /// Retailers that are live, with nothing to do and, as far as live was read, all settings
    /// right.
    pub done: usize,
    /// Retailers whose customers get no credits; `None` if OmniRPS was not read.
    pub no_credits: Option<usize>,
    /// Retailers with `drift`.
    pub drift: usize,
    /// Actions that apply would execute.
    pub to_apply: usize,
    pub manual: usize,
    pub held: usize,
    pub blocked: usize,
    /// Retailers with an overdue step.
    pub overdue: usize,
    /// The number of retailers that wait for each role.
    pub waiting_for: BTreeMap<&'static str, usize>,
}

/// A condition that harms customers, now or once they use the partner.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, JsonSchema)]
#[schemars(rename = "Alert")]
pub(crate) struct RetailerAlert {
    pub slug: String,
    pub retailer: String,
    #[serde(flatten)]
    pub alert: Alert,
}

/// The status of one retailer.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, JsonSchema)]
pub(crate) struct RetailerStatus {
    /// The name as entered in OmniRPS.
    pub retailer: String,
    pub slug: String,
    /// The path of the retailer's file from the current folder.
    pub file: String,
    /// `new` or `existing`.
    #[schemars(with = "&str")]
    pub journey: JourneyKind,
    pub account_manager: Option<String>,
    pub stage: Stage,
    /// Whether the partner itself uploads returns, not only this tool in a test.
    pub loop_upload: LoopUpload,
    /// Live, with all settings right and nothing to do.
    pub done: bool,
    /// Whether a system that the process asks something of is deliberately not read, or a setting
    /// is not readable, so that only people know it.
    #[serde(skip)]
    pub is_unseen: bool,
    /// Whether its plan is blocked because a system could not be read, also if no step of its
    /// settings is due.
    #[serde(skip)]
    pub has_failed_read: bool,
    /// The codes of the alerts.
    pub alerts: Vec<AlertCode>,
    /// Whether apply would change settings that people have stated to be done.
    pub drift: bool,
    pub open: Open,
    /// The number of days beyond the stage's limit; absent if not overdue.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub overdue_days: Option<i32>,
    pub waiting_for: Vec<WaitingFor>,
    /// The returns that have arrived; absent if the retailer is not in use, or if not
    /// requested.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub uploads: Option<Arrivals>,
    pub steps: Vec<StepStatus>,
}

impl RetailerStatus {
    /// Returns whether customers get no credits.
    pub(crate) fn has_no_credits(&self) -> bool {
        self.alerts.contains(&AlertCode::NoCredits)
    }

    /// Returns the days without a return, if they exceed the limit.
    pub(crate) fn silent_days(&self) -> Option<i32> {
        self.uploads.as_ref()?.silent_days()
    }

    /// Returns the roles that are waited for, without duplicates.
    pub(crate) fn roles(&self) -> Vec<Role> {
        let mut roles: Vec<Role> =
            self.waiting_for.iter().flat_map(|waiting| waiting.roles.iter().copied()).collect();
        roles.sort();
        roles.dedup();
        roles
    }

    /// Returns the longest wait: its first day and its days.
    pub(crate) fn since(&self) -> Option<(Date, i32)> {
        self.waiting_for.iter().filter_map(WaitingFor::since).min()
    }
}

/// Where a retailer is in its journey: the first phase that is not done, and the step in it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, JsonSchema)]
pub(crate) struct Stage {
    /// The key of the phase; unique in a journey.
    pub phase: &'static str,
    pub title: &'static str,
    /// The step in it; `None` for a completed retailer.
    pub step: Option<&'static str>,
}

/// Whether a return that this tool did not create has arrived.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, schemars::JsonSchema)]
#[serde(rename_all = "snake_case")]
pub(crate) enum LoopUpload {
    Proven,
    NotProven,
}

/// The numbers of a retailer's plan entries.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, JsonSchema)]
pub(crate) struct Open {
    /// Actions that apply would execute.
    pub to_apply: usize,
    pub manual: usize,
    pub held: usize,
    pub blocked: usize,
    /// Differences that nobody changes, by configuration.
    pub observed: usize,
}

/// Who must act now.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, JsonSchema)]
pub(crate) struct WaitingFor {
    pub roles: Vec<Role>,
    /// The roles as text, with the name of the person if known.
    pub who: String,
    pub steps: Vec<&'static str>,
    /// What to do, as an imperative.
    pub to_do: String,
    /// The commands that do it, or that prepare it and then state it.
    pub commands: Vec<String>,
    /// Whether the first command also states what the others do, so that either is enough.
    #[serde(skip)]
    pub is_choice: bool,
    /// The day since which it is due, if known.
    pub since: Option<Date>,
    /// The days since then.
    pub days: Option<i32>,
    /// The number of days beyond the stage's limit; absent if there are none.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub overdue_days: Option<i32>,
    /// The people with these roles, if the files name them.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub people: Vec<String>,
}

impl WaitingFor {
    /// Returns the day since which it is due, and the days since then.
    pub(crate) fn since(&self) -> Option<(Date, i32)> {
        self.since.zip(self.days)
    }
}

/// A task of the journey.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, JsonSchema)]
pub(crate) struct StepStatus {
    pub step: &'static str,
    pub who: &'static [Role],
    pub asks: &'static str,
    pub state: TaskState,
    /// The milestone that ends it, if any.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub milestone: Option<Milestone>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub on: Option<Date>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub by: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub connote: Option<String>,
    /// Remarks: the live state, what differs, what it waits for.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub notes: Vec<String>,
}

keyed! {
    /// The state of a task.
    #[derive(Serialize, JsonSchema)]
    pub(crate) enum TaskState {
        Done = "done" as "done",
        /// Someone must do it now.
        Next = "next" as "next",
        /// Something else comes first.
        Waiting = "waiting" as "waiting",
        /// Live is not right, and by configuration nobody changes it.
        Observed = "observed" as "only observed",
        /// It is on the branch not taken, or the file excludes it.
        NotNeeded = "not_needed" as "not needed",
        /// Nobody has stated it, but something after it.
        NotStated = "not_stated" as "not stated",
        /// Live was not read.
        Unknown = "unknown" as "not known",
    }
}

impl TaskState {
    /// Returns the mark in front of the task.
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
}

/// The handoff of a retailer's keys.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct HandedOver {
    pub on: Date,
    /// The name that was handed over.
    pub name: String,
    /// Whether the files name other hub addresses now.
    pub has_other_hubs: bool,
    /// When live was compared with the handoff, and what had changed.
    pub checked: Option<(Date, Vec<&'static str>)>,
}

impl HandedOver {
    /// Returns what has changed, if the retailer now has this name, and the day on which live was
    /// compared. That another name was handed over, or other hub addresses, shows without live.
    pub(crate) fn changed(&self, name: &str) -> Option<(Option<Date>, String)> {
        const NAME: &str = "the name";
        const HUBS: &str = "the list of hub addresses";
        let checked = self.checked.as_ref().filter(|(_, changed)| !changed.is_empty());
        let found = checked.map_or(&[][..], |(_, changed)| changed);
        let is_renamed = self.name != name && !found.contains(&NAME);
        let name = is_renamed.then_some(NAME).into_iter();
        // A check is not needed to see whether they were set back.
        let found = found.iter().copied().filter(|what| *what != HUBS);
        let hubs = self.has_other_hubs.then_some(HUBS);
        let changed: Vec<&str> = name.chain(found).chain(hubs).collect();
        let day = checked.map(|(day, _)| *day);
        (!changed.is_empty()).then(|| (day, changed.join(" and ")))
    }
}
