//! What prevents a plan for a retailer in a system.

use super::System;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// Why nothing can be planned for a retailer in a system.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[schemars(deny_unknown_fields)]
pub struct Blocker {
    pub code: BlockerCode,
    pub system: System,
    /// What is wrong, as a sentence.
    pub message: String,
    /// What to do.
    pub hint: String,
    /// The line of the file that the entry is about, where it was looked up; see
    /// [`mod@crate::locate`].
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub line: Option<usize>,
}

/// The kinds of problem that block.
#[derive(
    Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, JsonSchema,
)]
#[serde(rename_all = "kebab-case")]
pub enum BlockerCode {
    /// Two live records fit.
    AmbiguousName,
    /// A live record differs only in what people overlook.
    NameNearMiss,
    /// No live record has the pinned id.
    IdNotFound,
    /// Two files claim one record.
    DuplicateClaim,
    /// No live record fits, and there has to be one.
    RecordNotFound,
    /// OmniReturns has no company of that name.
    CompanyNotFound,
    /// The live name ends in something like the suffix, but not in it.
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

    /// The code as it is shown.
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
