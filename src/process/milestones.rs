//! The milestones of each journey: their step, and what each needs before it.

use crate::model::{Journey, Milestone};

/// One milestone of a journey.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Stage {
    pub milestone: Milestone,
    /// The step of the process that ends with it.
    pub step: &'static str,
    /// Who makes it happen.
    pub who: &'static str,
    /// What has to have happened before.
    pub needs: &'static [Milestone],
}

impl Stage {
    /// Returns what it needs and has not been reached.
    pub fn missing(
        &self,
        is_reached: impl Fn(Milestone) -> bool,
    ) -> impl Iterator<Item = Milestone> {
        self.needs.iter().copied().filter(move |needed| !is_reached(*needed))
    }
}

use Milestone::*;

const NEW: [Stage; 10] = [
    Stage { milestone: Introduced, step: "N1", who: "Loop", needs: &[] },
    Stage { milestone: OnboardingFormSent, step: "N3", who: "Loop", needs: &[] },
    Stage { milestone: DocumentsCompleted, step: "N4", who: "SEKO account manager", needs: &[] },
    Stage { milestone: KeysSupplied, step: "N6", who: "SEKO onboarding team", needs: &[] },
    Stage { milestone: TestLabel, step: "N7", who: "Loop", needs: &[] },
    Stage { milestone: TestReturn, step: "N7", who: "Loop", needs: &[] },
    Stage { milestone: ConnoteProcessed, step: "N8", who: "SEKO hub", needs: &[] },
    Stage {
        milestone: ConfirmedBySeko,
        step: "N9",
        who: "SEKO",
        needs: &[TestLabel, TestReturn, ConnoteProcessed],
    },
    Stage {
        milestone: ConfirmedByLoop,
        step: "N9",
        who: "Loop",
        needs: &[TestLabel, TestReturn, ConnoteProcessed],
    },
    Stage {
        milestone: Live,
        step: "N10",
        who: "SEKO and Loop",
        needs: &[ConfirmedBySeko, ConfirmedByLoop],
    },
];

const EXISTING: [Stage; 7] = [
    Stage { milestone: KeysRequested, step: "E1", who: "retailer", needs: &[] },
    Stage { milestone: KeysSupplied, step: "E2", who: "SEKO", needs: &[] },
    Stage { milestone: TestLabel, step: "E3", who: "Loop", needs: &[] },
    Stage { milestone: TestReturn, step: "E3", who: "Loop", needs: &[] },
    Stage { milestone: SwitchedToLoop, step: "E4", who: "Loop or the retailer", needs: &[] },
    Stage { milestone: UploadsChecked, step: "E8", who: "SEKO", needs: &[SwitchedToLoop] },
    Stage { milestone: Live, step: "E8", who: "SEKO and Loop", needs: &[SwitchedToLoop] },
];

/// Returns the milestones of a journey in the order in which they are reached.
pub fn stages(journey: Journey) -> &'static [Stage] {
    match journey {
        Journey::New => &NEW,
        Journey::Existing { .. } => &EXISTING,
    }
}

/// Returns what has to have happened before a retailer's keys are handed over: a retailer
/// that SEKO serves already asks for them (step E1). One that is new to SEKO was introduced
/// for this, and has its records by then (step N5).
pub fn before_handoff(journey: Journey) -> Option<&'static Stage> {
    stage(journey, KeysRequested)
}

/// Returns the journey's stage that a milestone ends, or `None` where the milestone is
/// one of the other journey.
pub fn stage(journey: Journey, milestone: Milestone) -> Option<&'static Stage> {
    stages(journey).iter().find(|stage| stage.milestone == milestone)
}
