//! Problems that block the plan of a retailer in a system.

use super::System;
use super::keyed::keyed;
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
    /// The line of the file that the entry is about, if it was located.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub line: Option<usize>,
}

impl Blocker {
    pub(crate) fn new(
        code: BlockerCode,
        system: System,
        message: impl Into<String>,
        hint: impl Into<String>,
    ) -> Blocker {
        Blocker { code, system, message: message.into(), hint: hint.into(), line: None }
    }
}

keyed! {
    /// The kinds of blockers.
    #[derive(Serialize, Deserialize, JsonSchema)]
    pub enum BlockerCode {
        /// Two live records match.
        AmbiguousName = "ambiguous-name",
        /// A live record differs only in case, white space, Unicode form or look-alike
        /// characters.
        NameNearMiss = "name-near-miss",
        /// No live record has the pinned id.
        IdNotFound = "id-not-found",
        /// Two files claim one record.
        DuplicateClaim = "duplicate-claim",
        /// No live record matches, and the journey requires one.
        RecordNotFound = "record-not-found",
        /// OmniReturns has no company of that name.
        CompanyNotFound = "company-not-found",
        /// The live name ends in a variant of the suffix, but not in the suffix itself.
        SuffixVariant = "suffix-variant",
        /// The system could not be read.
        SystemUnknown = "system-unknown",
    }
}
