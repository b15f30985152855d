//! The onboarding process: from the facts in a retailer file to desired values.
//!
//! Enters: a [`Retailer`] and the [`Partner`]. Leaves: every setting that the process
//! wants for that retailer, each with the step it comes from and what it still waits
//! for. This is the only module that knows steps. Pure: no systems, files or clock.

mod existing;
pub(crate) mod journey;
pub(crate) mod milestones;
mod new;
mod overrides;
#[cfg(test)]
mod tests;

use crate::model::{Journey, Milestone, Partner, Retailer, Setting, System, Value};
use jiff::civil::Date;
use serde::{Deserialize, Serialize};

/// A step of the process.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Step {
    /// The id of the step, such as `E7.1`.
    pub id: &'static str,
    /// What the step asks for, as an order to somebody.
    pub asks: &'static str,
}

/// What a file's own `settings` ask for where the process says nothing.
pub(crate) const OVERRIDE: Step = Step { id: "override", asks: "do as the retailer file says" };

/// What puts back a value that a run has changed.
pub(crate) const ROLLBACK: Step = Step { id: "rollback", asks: "put back what a run changed" };

/// One setting that the process, or an override in the file, wants to have a value.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct DesiredSetting {
    pub setting: Setting,
    pub value: DesiredValue,
    pub step: Step,
    /// What has to happen before the setting may be changed; empty where the gate is
    /// open.
    pub waiting_for: Vec<Precondition>,
    pub managed: ManagePolicy,
    /// The reason for the override that this value comes from.
    pub override_reason: Option<String>,
}

/// A value that is wanted.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum DesiredValue {
    Value(Value),
    /// A name with the partner's suffix. A live name that has the suffix is right
    /// whatever stands before it: the process adds a suffix and renames nothing else.
    Suffixed {
        base: String,
        suffix: String,
    },
    /// The id of the retailer's record in another system, known once that is matched.
    IdIn(System),
}

/// When, and by whom, a desired value is brought about.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum ManagePolicy {
    /// Whenever live differs.
    Always,
    /// Only as part of creating the record; afterwards it is the retailer's own.
    OnCreate,
    /// While the record is being set up: by the tool while nobody can be using the record,
    /// by a person otherwise.
    DuringSetUp,
    /// By a person whenever live differs; never by the tool.
    ByHand,
}

/// Something that a person has to state before a change is made.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Precondition {
    Milestone(Milestone),
    /// The decision of step E5.
    OmnireturnsAccess,
    /// A setting that somebody else than this tool has to put right first.
    Setting(Setting),
}

impl Precondition {
    /// Everything that can be waited for.
    pub(crate) fn all() -> impl Iterator<Item = Precondition> {
        let milestones = Milestone::ALL.into_iter().map(Precondition::Milestone);
        let settings = Setting::ALL.into_iter().map(Precondition::Setting);
        milestones.chain([Precondition::OmnireturnsAccess]).chain(settings)
    }

    /// The key of the retailer file that states it, or of the setting.
    pub(crate) fn key(self) -> &'static str {
        match self {
            Precondition::Milestone(milestone) => milestone.key(),
            Precondition::OmnireturnsAccess => "omnireturns_access",
            Precondition::Setting(setting) => setting.key(),
        }
    }
}

impl Serialize for Precondition {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.key())
    }
}

impl<'de> Deserialize<'de> for Precondition {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let key = String::deserialize(deserializer)?;
        Precondition::all()
            .find(|waiting| waiting.key() == key)
            .ok_or_else(|| serde::de::Error::custom(format!("`{key}` is nothing to wait for")))
    }
}

/// A decision that has to be made before the process says what to do.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Undecided {
    pub step: Step,
    pub waiting_for: Vec<Precondition>,
}

/// Everything that the process wants for one retailer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct DesiredState {
    /// In the order of [`Setting::ALL`].
    pub settings: Vec<DesiredSetting>,
    pub undecided: Option<Undecided>,
    /// Settings that the process mentions and the file leaves alone, with the reason.
    pub unmanaged: Vec<(Setting, Step, String)>,
}

impl DesiredState {
    /// Returns what is wanted of one setting.
    pub(crate) fn get(&self, setting: Setting) -> Option<&DesiredSetting> {
        self.settings.iter().find(|desired| desired.setting == setting)
    }
}

/// Derives everything that the process wants for a retailer.
pub(crate) fn desired(retailer: &Retailer, partner: &Partner) -> DesiredState {
    let (settings, undecided) = match retailer.journey {
        Journey::New => (new::desired(retailer, partner), None),
        Journey::Existing { omnireturns_access } => (
            existing::desired(retailer, partner, omnireturns_access),
            existing::undecided(retailer, omnireturns_access),
        ),
    };
    overrides::apply(retailer, settings, undecided)
}

/// Returns what the gate of the retailer's whole journey still waits for.
///
/// A retailer's own override of something that the process does not mention waits for
/// it too.
pub(crate) fn journey_gate(retailer: &Retailer) -> Vec<Precondition> {
    match retailer.journey {
        Journey::New => new::gate(retailer),
        Journey::Existing { .. } => existing::gate(retailer),
    }
}

/// Returns the milestones that close what people did where nobody can look: each can only
/// be stated once the settings of the journey are right.
///
/// The keys of a new retailer (N6) are handed over once its accounts are set up (N5). That
/// an existing retailer's uploads arrive (E8) is checked after the switch-over (E6, E7).
pub(crate) fn closing(journey: Journey) -> &'static [Milestone] {
    match journey {
        Journey::New => &[Milestone::KeysSupplied, Milestone::Live],
        Journey::Existing { .. } => &[Milestone::UploadsChecked, Milestone::Live],
    }
}

/// Returns whether people have stated that what nobody can look at is done.
pub(crate) fn is_closed(retailer: &Retailer) -> bool {
    closing(retailer.journey).iter().any(|&milestone| retailer.reached(milestone))
}

/// Returns in what way the retailer's customers use the partner already, as in "Acme is
/// live"; `None` where they do not yet.
///
/// Customers of an existing retailer use it from the switch-over (E4) on, those of a new
/// one from its go-live (N10) on.
pub(crate) fn in_use(retailer: &Retailer) -> Option<&'static str> {
    if retailer.reached(Milestone::Live) {
        return Some("is live");
    }
    retailer.reached(Milestone::SwitchedToLoop).then_some("has switched over")
}

/// Returns the day since which a retailer's customers use the partner: the switch-over of an
/// existing one, the go-live of a new one.
pub(crate) fn in_use_since(retailer: &Retailer) -> Option<Date> {
    let first = [Milestone::SwitchedToLoop, Milestone::Live];
    first.iter().find_map(|milestone| Some(retailer.milestones.get(milestone)?.on))
}

/// Returns the milestones that opened a setting's gate: without any one of them the
/// setting would wait.
pub(crate) fn opened_by(
    retailer: &Retailer,
    partner: &Partner,
    setting: Setting,
) -> Vec<Milestone> {
    let waits = |milestone: Milestone| {
        let mut without = retailer.clone();
        without.milestones.remove(&milestone);
        let wanted = desired(&without, partner);
        let waiting = wanted.get(setting).map(|desired| desired.waiting_for.as_slice());
        waiting.is_some_and(|waiting| waiting.contains(&Precondition::Milestone(milestone)))
    };
    retailer.milestones.keys().copied().filter(|&milestone| waits(milestone)).collect()
}

/// Returns the milestone as something to wait for, unless it has been stated.
fn unless_reached(retailer: &Retailer, milestone: Milestone) -> Vec<Precondition> {
    if retailer.reached(milestone) { Vec::new() } else { vec![Precondition::Milestone(milestone)] }
}
