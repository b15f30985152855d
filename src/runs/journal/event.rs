//! The events of a journal, line by line.

use crate::apply::ApplySummary;
use crate::model::{Id, Setting, System, keyed};
use crate::plan::{Change, Kind};
use jiff::Timestamp;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// The version of the journal's format. Readers reject other major numbers.
pub(crate) const FORMAT_VERSION: &str = "1.0";

/// One line of a journal without its hash, which is computed over exactly this.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, JsonSchema, Deserialize)]
pub(crate) struct Line {
    /// The line's number, from 1.
    pub n: u64,
    pub at: Timestamp,
    /// The hash of the line before.
    pub previous: String,
    pub event: JournalEvent,
}

/// An event of a run.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, JsonSchema, Deserialize)]
#[serde(tag = "type", rename_all = "snake_case")]
pub(crate) enum JournalEvent {
    RunStarted(RunStarted),
    /// An action that an earlier run left in doubt, resolved from live by this run.
    InDoubtResolved(UnresolvedAction),
    /// An action that an earlier run left in doubt in a system that could not be read. It
    /// remains in doubt.
    InDoubtUnresolved(UnresolvedAction),
    /// A write is about to be sent.
    ActionStarted(ActionStarted),
    ActionSucceeded(Succeeded),
    ActionFailed(NotDone),
    /// Live had changed since the plan was made; nothing was written.
    ActionStale(NotDone),
    /// The action was never started.
    ActionSkipped(NotDone),
    RunEnded(RunEnded),
}

/// The start of a run.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, JsonSchema, Deserialize)]
pub(crate) struct RunStarted {
    pub format_version: String,
    pub run_id: String,
    pub environment: String,
    /// The fingerprint of the plan.
    pub fingerprint: String,
    /// The version of this program.
    pub tool_version: String,
    /// The commit that the files are from.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub commit: Option<Commit>,
    /// The user; never an e-mail address.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub who: Option<String>,
    /// The token of the run's lease.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub token: Option<u64>,
    /// The machine that the run was on.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub host: Option<String>,
    /// The URL of the CI job.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub job: Option<String>,
    /// The number of retailers that the plan changes.
    pub retailers: usize,
    /// The number of actions in the plan.
    pub actions: usize,
}

/// The commit that the files are from.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, JsonSchema, Deserialize)]
pub(crate) struct Commit {
    pub id: String,
    /// Whether files are known to differ from it.
    pub dirty: bool,
}

/// A write that is about to be sent, with everything needed to look it up later and to roll
/// it back.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, JsonSchema, Deserialize)]
pub(crate) struct ActionStarted {
    pub id: String,
    pub retailer: String,
    /// The path of the retailer's file in the plan.
    pub file: String,
    pub system: System,
    pub kind: Kind,
    pub target_id: Option<String>,
    pub name: String,
    pub changes: Vec<Change>,
    /// The idempotency key that is sent with a create.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub idempotency_key: Option<String>,
}

/// Returns the slug at the start of an action's id.
pub(super) fn slug(id: &str) -> &str {
    id.split('/').next().unwrap_or_default()
}

/// A write whose changes are live.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, JsonSchema, Deserialize)]
pub(crate) struct Succeeded {
    pub id: String,
    /// The retailer of an action whose changes were already live; it may have no start.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub retailer: Option<String>,
    /// The system of such an action.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub system: Option<System>,
    pub record_id: Id,
    /// Whether all changes were already live before anything was sent.
    pub already: bool,
    /// The settings of an update that were already live, so that they were not written.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub already_so: Vec<Setting>,
}

/// An action that was not done, or may not have been.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, JsonSchema, Deserialize)]
pub(crate) struct NotDone {
    pub id: String,
    pub retailer: String,
    pub system: System,
    pub message: String,
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub hint: String,
    /// Whether the write may still have taken effect.
    pub in_doubt: bool,
    /// The settings of an update that were already live, so that they were not written.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub already_so: Vec<Setting>,
}

/// An action that an earlier run left in doubt, and its live state.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, JsonSchema, Deserialize)]
pub(crate) struct UnresolvedAction {
    /// The run that left it in doubt.
    pub run_id: String,
    pub action: ActionStarted,
    pub found: Found,
    /// A description of the live state.
    pub detail: String,
    /// The settings that do not have the value of the write.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub not_written: Vec<Setting>,
}

keyed! {
    /// The live state of an action that was in doubt.
    #[derive(Serialize, JsonSchema, Deserialize)]
    pub(crate) enum Found {
        /// All changes are live.
        Applied = "there" as "it was done",
        /// None of the changes is live.
        NotApplied = "not_there" as "it was not done",
        /// Live has other values, or only some of the changes.
        Differs = "something_else" as "the system has another value",
        /// The system could not be read.
        Unknown = "unknown" as "it stays in doubt",
    }
}

/// The end of a run.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, JsonSchema, Deserialize)]
pub(crate) struct RunEnded {
    pub summary: ApplySummary,
    /// Whether the run was asked to stop.
    pub interrupted: bool,
}
