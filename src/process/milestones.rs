//! The milestones of each journey: their step, their roles, and their prerequisites.

use crate::model::{Journey, Milestone, Role};

/// A milestone of a journey.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Stage {
    pub milestone: Milestone,
    /// The step of the process that the milestone completes.
    pub step: &'static str,
    /// What the step asks for, in the imperative.
    pub asks: &'static str,
    /// The roles that complete it.
    pub who: &'static [Role],
    /// The milestones that must be reached first.
    pub needs: &'static [Milestone],
}

impl Stage {
    /// Returns the prerequisites that have not been reached.
    pub(crate) fn missing(
        &self,
        is_reached: impl Fn(Milestone) -> bool,
    ) -> impl Iterator<Item = Milestone> {
        self.needs.iter().copied().filter(move |needed| !is_reached(*needed))
    }
}

use Milestone::*;
use Role::{AccountManager, Hub, Onboarding, Partner, Retailer};

const NEW: [Stage; 10] = [
    Stage {
        milestone: Introduced,
        step: "N1",
        asks: "introduce the client to SEKO",
        who: &[Partner],
        needs: &[],
    },
    Stage {
        milestone: OnboardingFormSent,
        step: "N3",
        asks: "send the client the partner's onboarding form",
        who: &[Partner],
        needs: &[],
    },
    Stage {
        milestone: DocumentsCompleted,
        step: "N4",
        asks: "have the client complete SEKO's onboarding documents",
        who: &[AccountManager],
        needs: &[],
    },
    Stage {
        milestone: KeysSupplied,
        step: "N6",
        asks: "hand over the keys and the exact name in OmniRPS",
        who: &[Onboarding],
        needs: &[],
    },
    Stage {
        milestone: TestLabel,
        step: "N7",
        asks: "make a test label in production",
        who: &[Partner],
        needs: &[],
    },
    Stage {
        milestone: TestReturn,
        step: "N7",
        asks: "make a test return in production",
        who: &[Partner],
        needs: &[],
    },
    Stage {
        milestone: ConnoteProcessed,
        step: "N8",
        asks: "process the connote of the test return in OmniRPS",
        who: &[Hub],
        needs: &[],
    },
    Stage {
        milestone: ConfirmedBySeko,
        step: "N9",
        asks: "confirm that the integration is ready",
        who: &[AccountManager],
        needs: &[TestLabel, TestReturn, ConnoteProcessed],
    },
    Stage {
        milestone: ConfirmedByLoop,
        step: "N9",
        asks: "confirm that the integration is ready",
        who: &[Partner],
        needs: &[TestLabel, TestReturn, ConnoteProcessed],
    },
    Stage {
        milestone: Live,
        step: "N10",
        asks: "go live",
        who: &[AccountManager, Partner],
        needs: &[ConfirmedBySeko, ConfirmedByLoop],
    },
];

const EXISTING: [Stage; 7] = [
    Stage {
        milestone: KeysRequested,
        step: "E1",
        asks: "ask SEKO for the keys",
        who: &[Retailer],
        needs: &[],
    },
    Stage {
        milestone: KeysSupplied,
        step: "E2",
        asks: "hand over the keys and the exact name in OmniRPS",
        who: &[Onboarding],
        needs: &[],
    },
    Stage {
        milestone: TestLabel,
        step: "E3",
        asks: "make a test label",
        who: &[Partner],
        needs: &[],
    },
    Stage {
        milestone: TestReturn,
        step: "E3",
        asks: "upload a test return",
        who: &[Partner],
        needs: &[],
    },
    Stage {
        milestone: SwitchedToLoop,
        step: "E4",
        asks: "confirm that the retailer has switched over",
        who: &[Partner, Retailer],
        needs: &[],
    },
    Stage {
        milestone: UploadsChecked,
        step: "E8",
        asks: "check that returns arrive in OmniRPS",
        who: &[Onboarding],
        needs: &[SwitchedToLoop],
    },
    Stage {
        milestone: Live,
        step: "E8",
        asks: "go live",
        who: &[AccountManager, Partner],
        needs: &[SwitchedToLoop],
    },
];

/// Returns the milestones of a journey in the order in which they are reached.
pub fn stages(journey: Journey) -> &'static [Stage] {
    match journey {
        Journey::New => &NEW,
        Journey::Existing { .. } => &EXISTING,
    }
}

/// Returns the milestone that must be reached before a retailer's keys are handed over. A
/// retailer that SEKO already serves asks for them (step E1). A retailer that is new to
/// SEKO was introduced for this purpose, and has its records by then (step N5).
pub(crate) fn before_handoff(journey: Journey) -> Option<&'static Stage> {
    stage(journey, KeysRequested)
}

/// Returns the journey's stage for a milestone, or `None` if the milestone belongs to the
/// other journey.
pub(crate) fn stage(journey: Journey, milestone: Milestone) -> Option<&'static Stage> {
    stages(journey).iter().find(|stage| stage.milestone == milestone)
}
