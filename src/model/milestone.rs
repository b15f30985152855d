//! The milestones of a journey.

use super::keyed::keyed;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

keyed! {
    /// A fact about a journey that people state.
    #[derive(Serialize, Deserialize, JsonSchema)]
    pub enum Milestone {
        Introduced = "introduced" as "Loop has introduced the retailer to SEKO",
        OnboardingFormSent = "onboarding_form_sent" as
            "The retailer has been sent the onboarding form",
        DocumentsCompleted = "documents_completed" as
            "The retailer has completed the onboarding documents; from then on its accounts are \
             created",
        KeysRequested = "keys_requested" as "The retailer has asked SEKO for its keys",
        KeysSupplied = "keys_supplied" as "The keys and the exact name have been handed over",
        TestLabel = "test_label" as "A test label has been made in production",
        TestReturn = "test_return" as "A test return has been uploaded in production",
        ConnoteProcessed = "connote_processed" as
            "A hub has processed the connote of the test return",
        ConfirmedBySeko = "confirmed_by_seko" as "SEKO has confirmed that the integration is ready",
        ConfirmedByLoop = "confirmed_by_loop" as "Loop has confirmed that the integration is ready",
        SwitchedToLoop = "switched_to_loop" as
            "The retailer has switched over to Loop; nothing is changed before that day",
        UploadsChecked = "uploads_checked" as "Loop's returns have been seen to arrive in OmniRPS",
        Live = "live" as "The retailer is live on Loop",
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
