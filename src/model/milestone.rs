//! The milestones of a journey.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// A fact about a journey that people state.
#[derive(
    Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema,
)]
#[serde(rename_all = "snake_case")]
pub enum Milestone {
    Introduced,
    OnboardingFormSent,
    DocumentsCompleted,
    KeysRequested,
    KeysSupplied,
    TestLabel,
    TestReturn,
    ConnoteProcessed,
    ConfirmedBySeko,
    ConfirmedByLoop,
    SwitchedToLoop,
    UploadsChecked,
    Live,
}

impl Milestone {
    pub const ALL: [Milestone; 13] = [
        Milestone::Introduced,
        Milestone::OnboardingFormSent,
        Milestone::DocumentsCompleted,
        Milestone::KeysRequested,
        Milestone::KeysSupplied,
        Milestone::TestLabel,
        Milestone::TestReturn,
        Milestone::ConnoteProcessed,
        Milestone::ConfirmedBySeko,
        Milestone::ConfirmedByLoop,
        Milestone::SwitchedToLoop,
        Milestone::UploadsChecked,
        Milestone::Live,
    ];

    /// Returns the key used in files and plans.
    pub fn key(self) -> &'static str {
        match self {
            Milestone::Introduced => "introduced",
            Milestone::OnboardingFormSent => "onboarding_form_sent",
            Milestone::DocumentsCompleted => "documents_completed",
            Milestone::KeysRequested => "keys_requested",
            Milestone::KeysSupplied => "keys_supplied",
            Milestone::TestLabel => "test_label",
            Milestone::TestReturn => "test_return",
            Milestone::ConnoteProcessed => "connote_processed",
            Milestone::ConfirmedBySeko => "confirmed_by_seko",
            Milestone::ConfirmedByLoop => "confirmed_by_loop",
            Milestone::SwitchedToLoop => "switched_to_loop",
            Milestone::UploadsChecked => "uploads_checked",
            Milestone::Live => "live",
        }
    }
}

impl std::fmt::Display for Milestone {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(self.key())
    }
}
