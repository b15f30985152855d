//! Problems that block the plan of a retailer in a system.

use super::System;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// A problem that blocks the plan of a retailer in a system.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[schemars(deny_unknown_fields)]
pub struct Blocker {
    pub code: BlockerCode,
    pub system: System,
    /// The problem, as a sentence.
    pub message: String,
    /// What to do about it.
    pub hint: String,
    /// The line of the file that the entry is about, where it was looked up; see
    /// [`mod@crate::locate`].
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub line: Option<usize>,
}

/// The kinds of blockers.
#[derive(
    Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, JsonSchema,
)]
#[serde(rename_all = "kebab-case")]
pub enum BlockerCode {
    /// Two live records match.
    AmbiguousName,
    /// A live record differs only in case, white space, Unicode form or look-alike
    /// characters.
    NameNearMiss,
    /// No live record has the pinned id.
    IdNotFound,
    /// Two files claim one record.
    DuplicateClaim,
    /// No live record matches, and the journey requires one.
    RecordNotFound,
    /// OmniReturns has no company of that name.
    CompanyNotFound,
    /// The live name ends in a variant of the suffix, but not in the suffix itself.
    SuffixVariant,
    /// The system could not be read.
    SystemUnknown,
}

impl BlockerCode {
    #[cfg(test)]
    pub(crate) const ALL: [BlockerCode; 8] = [
        BlockerCode::AmbiguousName,
        BlockerCode::NameNearMiss,
        BlockerCode::IdNotFound,
        BlockerCode::DuplicateClaim,
        BlockerCode::RecordNotFound,
        BlockerCode::CompanyNotFound,
        BlockerCode::SuffixVariant,
        BlockerCode::SystemUnknown,
    ];

    /// Returns the code as it is shown.
    pub(crate) fn as_str(self) -> &'static str {
        match self {
            BlockerCode::AmbiguousName => "ambiguous-name",
            BlockerCode::NameNearMiss => "name-near-miss",
            BlockerCode::IdNotFound => "id-not-found",
            BlockerCode::DuplicateClaim => "duplicate-claim",
            BlockerCode::RecordNotFound => "record-not-found",
            BlockerCode::CompanyNotFound => "company-not-found",
            BlockerCode::SuffixVariant => "suffix-variant",
            BlockerCode::SystemUnknown => "system-unknown",
        }
    }
}
