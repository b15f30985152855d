//! The milestones of each journey: their step, their roles, and their prerequisites.

use crate::model::{Journey, Milestone, Role};

/// What a journey asks for a milestone: its step, its roles and its prerequisites.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct MilestoneRule {
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

impl MilestoneRule {
    const fn after(self, needs: &'static [Milestone]) -> MilestoneRule {
        MilestoneRule { needs, ..self }
    }

    /// Returns the prerequisites that have not been reached.
    pub(crate) fn missing(
        &self,
        is_reached: impl Fn(Milestone) -> bool,
    ) -> impl Iterator<Item = Milestone> {
        self.needs.iter().copied().filter(move |needed| !is_reached(*needed))
    }
}

/// Returns the rule of a milestone without prerequisites.
const fn rule(
    milestone: Milestone,
    step: &'static str,
    asks: &'static str,
    who: &'static [Role],
) -> MilestoneRule {
    MilestoneRule { milestone, step, asks, who, needs: &[] }
}

use Milestone::*;
use Role::{AccountManager, Hub, Onboarding, Partner, Retailer};

/// The milestones of a test in production.
const TESTED: &[Milestone] = &[TestLabel, TestReturn, ConnoteProcessed];

const NEW: [MilestoneRule; 10] = [
    rule(Introduced, "N1", "introduce the retailer to SEKO", &[Partner]),
    rule(OnboardingFormSent, "N3", "send the retailer the partner's onboarding form", &[Partner]),
    rule(
        DocumentsCompleted,
        "N4",
        "have the retailer complete SEKO's onboarding documents",
        &[AccountManager],
    ),
    rule(KeysSupplied, "N6", "hand over the keys and the exact name in OmniRPS", &[Onboarding]),
    rule(TestLabel, "N7", "make a test label in production", &[Partner]),
    rule(TestReturn, "N7", "make a test return in production", &[Partner]),
    rule(ConnoteProcessed, "N8", "process the connote of the test return in OmniRPS", &[Hub]),
    rule(ConfirmedBySeko, "N9", "confirm that the integration is ready", &[AccountManager])
        .after(TESTED),
    rule(ConfirmedByLoop, "N9", "confirm that the integration is ready", &[Partner]).after(TESTED),
    rule(Live, "N10", "go live", &[AccountManager, Partner])
        .after(&[ConfirmedBySeko, ConfirmedByLoop]),
];

const EXISTING: [MilestoneRule; 7] = [
    rule(KeysRequested, "E1", "ask SEKO for the keys", &[Retailer]),
    rule(KeysSupplied, "E2", "hand over the keys and the exact name in OmniRPS", &[Onboarding]),
    rule(TestLabel, "E3", "make a test label", &[Partner]),
    rule(TestReturn, "E3", "upload a test return", &[Partner]),
    rule(SwitchedToLoop, "E4", "confirm that the retailer has switched over", &[Partner, Retailer]),
    rule(UploadsChecked, "E8", "check that returns arrive in OmniRPS", &[Onboarding])
        .after(&[SwitchedToLoop]),
    rule(Live, "E8", "go live", &[AccountManager, Partner]).after(&[SwitchedToLoop]),
];

/// Returns the rules of a journey's milestones, in the order in which they are reached.
pub fn milestone_rules(journey: Journey) -> &'static [MilestoneRule] {
    match journey {
        Journey::New => &NEW,
        Journey::Existing { .. } => &EXISTING,
    }
}

/// Returns the milestone that must be reached before a retailer's keys are handed over. A
/// retailer that SEKO already serves asks for them (step E1). A retailer that is new to
/// SEKO was introduced for this purpose, and has its records by then (step N5).
pub(crate) fn before_handoff(journey: Journey) -> Option<&'static MilestoneRule> {
    milestone_rule(journey, KeysRequested)
}

/// Returns the journey's rule for a milestone, or `None` if the milestone belongs to the
/// other journey.
pub(crate) fn milestone_rule(
    journey: Journey,
    milestone: Milestone,
) -> Option<&'static MilestoneRule> {
    milestone_rules(journey).iter().find(|rule| rule.milestone == milestone)
}
