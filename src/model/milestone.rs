//! The milestones of a journey.

use super::keyed::keyed;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

keyed! {
    /// A fact about a journey that people state.
    #[derive(Serialize, Deserialize, JsonSchema)]
    pub enum Milestone by key {
        Introduced = "introduced",
        OnboardingFormSent = "onboarding_form_sent",
        DocumentsCompleted = "documents_completed",
        KeysRequested = "keys_requested",
        KeysSupplied = "keys_supplied",
        TestLabel = "test_label",
        TestReturn = "test_return",
        ConnoteProcessed = "connote_processed",
        ConfirmedBySeko = "confirmed_by_seko",
        ConfirmedByLoop = "confirmed_by_loop",
        SwitchedToLoop = "switched_to_loop",
        UploadsChecked = "uploads_checked",
        Live = "live",
    }
}

impl Milestone {
    /// Returns whether the milestone is about one label or return.
    pub(crate) fn has_connote(self) -> bool {
        matches!(self, Milestone::TestLabel | Milestone::TestReturn | Milestone::ConnoteProcessed)
    }

    /// Returns whether a connote may be stated with the milestone: uploads that were checked have
    /// one of many.
    pub(crate) fn may_have_connote(self) -> bool {
        self.has_connote() || self == Milestone::UploadsChecked
    }
}

impl std::fmt::Display for Milestone {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(self.key())
    }
}
