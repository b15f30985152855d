//! The events of a journal, line by line.

use crate::apply::ApplySummary;
use crate::model::{Id, System};
use crate::plan::{Change, Kind};
use jiff::Timestamp;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// The version of the journal's form. Readers refuse another major number.
pub(crate) const FORMAT_VERSION: &str = "1.0";

/// One line of a journal without its hash, which is taken over exactly this.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, JsonSchema, Deserialize)]
pub(crate) struct Line {
    /// The line's number, from 1.
    pub n: u64,
    pub at: Timestamp,
    /// The hash of the line before.
    pub previous: String,
    pub event: JournalEvent,
}

/// Something that happened in a run.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, JsonSchema, Deserialize)]
#[serde(tag = "type", rename_all = "snake_case")]
pub(crate) enum JournalEvent {
    RunStarted(RunStarted),
    /// What an earlier run left in doubt, and what live held when this one looked.
    InDoubtResolved(UnresolvedAction),
    /// What an earlier run left in doubt in a system that could not be read. It stays in
    /// doubt.
    InDoubtUnresolved(UnresolvedAction),
    /// A write is about to be sent.
    ActionStarted(ActionStarted),
    ActionSucceeded(Succeeded),
    ActionFailed(NotDone),
    /// Live held something that the plan did not see; nothing was written.
    ActionStale(NotDone),
    /// The action was never started.
    ActionSkipped(NotDone),
    RunEnded(RunEnded),
}

/// How a run began.
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
    /// Who ran it; never an e-mail address.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub who: Option<String>,
    /// The token of the lease that it ran under.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub token: Option<u64>,
    /// The machine that it ran on.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub host: Option<String>,
    /// The address of the CI job that ran it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub job: Option<String>,
    /// How many retailers the plan changes.
    pub retailers: usize,
    /// How many actions the plan has.
    pub actions: usize,
}

/// The commit that files are from.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, JsonSchema, Deserialize)]
pub(crate) struct Commit {
    pub id: String,
    /// Whether files are known to differ from it.
    pub dirty: bool,
}

/// A write that is about to be sent: all that it takes to look for it later, and to put
/// back what it changed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, JsonSchema, Deserialize)]
pub(crate) struct ActionStarted {
    pub id: String,
    pub retailer: String,
    /// The retailer's file as the plan names it.
    pub file: String,
    pub system: System,
    pub kind: Kind,
    pub target_id: Option<String>,
    pub name: String,
    pub changes: Vec<Change>,
    /// The key that goes out with a create.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub idempotency_key: Option<String>,
}

/// Returns the slug with which the id of an action begins.
pub(super) fn slug(id: &str) -> &str {
    id.split('/').next().unwrap_or_default()
}

/// A write whose changes live holds.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, JsonSchema, Deserialize)]
pub(crate) struct Succeeded {
    pub id: String,
    pub record_id: Id,
    /// Whether live held everything before anything was sent.
    pub already: bool,
}

/// An action that was not, or not surely, done.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, JsonSchema, Deserialize)]
pub(crate) struct NotDone {
    pub id: String,
    pub retailer: String,
    pub system: System,
    pub message: String,
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub hint: String,
    /// Whether the write may have had its effect all the same.
    pub in_doubt: bool,
}

/// What became of an action that an earlier run left in doubt.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, JsonSchema, Deserialize)]
pub(crate) struct UnresolvedAction {
    /// The run that left it in doubt.
    pub run_id: String,
    pub action: ActionStarted,
    pub found: Found,
    /// What live holds, in words.
    pub detail: String,
}

/// What live holds of a change that was in doubt.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, JsonSchema, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Found {
    /// Live holds all that was written.
    There,
    /// Live is as before.
    NotThere,
    /// Live holds something else, or a part.
    SomethingElse,
    /// The system could not be read.
    Unknown,
}

/// How a run ended.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, JsonSchema, Deserialize)]
pub(crate) struct RunEnded {
    pub summary: ApplySummary,
    /// Whether somebody asked it to stop.
    pub interrupted: bool,
}
