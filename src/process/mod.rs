//! The onboarding process: from the facts in a retailer file to desired values.
//!
//! Enters: a [`Retailer`] and the [`Partner`]. Leaves: the retailer's desired settings,
//! each with its step and its unmet preconditions. This is the only module that knows the
//! steps. Pure: no systems, files or clock.

mod existing;
pub(crate) mod journey;
pub(crate) mod milestones;
mod new;
mod overrides;
#[cfg(test)]
mod tests;

use crate::model::{Journey, Milestone, Partner, Retailer, Setting, System, Value, name};
use jiff::civil::Date;
use serde::{Deserialize, Serialize};

/// A step of the process.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Step {
    /// The id of the step, such as `E7.1`.
    pub id: &'static str,
    /// What the step asks for, in the imperative.
    pub asks: &'static str,
}

/// The step of settings that only the file's own `settings` ask for.
pub(crate) const OVERRIDE: Step =
    Step { id: "override", asks: "set what the retailer file overrides" };

/// The step of changes that undo a run.
pub(crate) const ROLLBACK: Step = Step { id: "rollback", asks: "revert what a run changed" };

/// The desired value of a setting, from the process or from an override in the file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct DesiredSetting {
    pub setting: Setting,
    pub value: DesiredValue,
    pub step: &'static Step,
    /// The preconditions that are not met; empty if the gate is open.
    pub waiting_for: Vec<Precondition>,
    pub managed: ManagePolicy,
    /// The reason of the override that sets the value.
    pub override_reason: Option<String>,
}

impl DesiredSetting {
    /// Returns a setting that is changed whenever live differs and its gate is open.
    fn new(
        setting: Setting,
        step: &'static Step,
        value: impl Into<DesiredValue>,
        waiting_for: Vec<Precondition>,
    ) -> DesiredSetting {
        let (value, managed) = (value.into(), ManagePolicy::Always);
        DesiredSetting { setting, value, step, waiting_for, managed, override_reason: None }
    }
}

/// A desired value.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum DesiredValue {
    Value(Value),
    /// A name with the partner's suffix. A live name with the suffix is in sync whatever
    /// precedes it: the process adds a suffix and renames nothing else.
    Suffixed {
        base: String,
        suffix: String,
    },
    /// The id of the retailer's record in another system, known once that record is
    /// matched.
    IdIn(System),
}

impl DesiredValue {
    /// Returns whether a live value is as desired. The id of another record is not compared.
    pub(crate) fn is_met_by(&self, live: &Value) -> bool {
        match self {
            DesiredValue::Value(value) => value == live,
            DesiredValue::Suffixed { suffix, .. } => {
                matches!(live, Value::Text(live) if name::has_suffix(live, suffix))
            }
            DesiredValue::IdIn(_) => false,
        }
    }
}

impl From<Value> for DesiredValue {
    fn from(value: Value) -> DesiredValue {
        DesiredValue::Value(value)
    }
}

/// When, and by whom, a setting is changed to its desired value.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum ManagePolicy {
    /// Whenever live differs.
    Always,
    /// Only as part of creating the record; afterwards the retailer controls it.
    OnCreate,
    /// While the record is being set up: by the tool while the record cannot be in use,
    /// otherwise by a person.
    DuringSetUp,
    /// By a person whenever live differs; never by the tool.
    ByHand,
}

/// What must be true before a change is made.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Precondition {
    Milestone(Milestone),
    /// The decision of step E5.
    OmnireturnsAccess,
    /// A setting that must be corrected first by someone other than this tool.
    Setting(Setting),
}

impl Precondition {
    /// Returns all preconditions.
    pub(crate) fn all() -> impl Iterator<Item = Precondition> {
        let milestones = Milestone::ALL.into_iter().map(Precondition::Milestone);
        let settings = Setting::ALL.into_iter().map(Precondition::Setting);
        milestones.chain([Precondition::OmnireturnsAccess]).chain(settings)
    }

    /// Returns the key of the retailer file that states it, or of the setting.
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
            .ok_or_else(|| serde::de::Error::custom(format!("`{key}` is not a precondition")))
    }
}

/// A decision that must be made before further settings can be derived.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Undecided {
    pub step: &'static Step,
    pub waiting_for: Vec<Precondition>,
}

/// Everything that the process asks for in one retailer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct DesiredState {
    /// In the order of [`Setting::ALL`].
    pub settings: Vec<DesiredSetting>,
    pub undecided: Option<Undecided>,
    /// Settings that the process mentions and the file excludes, with the reason.
    pub unmanaged: Vec<(Setting, &'static Step, String)>,
}

impl DesiredState {
    /// Returns the desired value of a setting.
    pub(crate) fn get(&self, setting: Setting) -> Option<&DesiredSetting> {
        self.settings.iter().find(|desired| desired.setting == setting)
    }

    /// Returns whether a setting is to have a value, as far as it is known without live: the id of
    /// another record is not compared.
    pub(crate) fn asks_for(&self, setting: Setting, value: &Value) -> bool {
        self.get(setting).is_some_and(|desired| match &desired.value {
            DesiredValue::IdIn(_) => true,
            desired => desired.is_met_by(value),
        })
    }
}

/// Derives the desired state of a retailer.
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

/// Returns the unmet preconditions of the whole journey.
///
/// They also apply to an override of a setting that the process does not mention.
pub(crate) fn journey_gate(retailer: &Retailer) -> Vec<Precondition> {
    match retailer.journey {
        Journey::New => new::gate(retailer),
        Journey::Existing { .. } => existing::gate(retailer),
    }
}

/// Returns the milestones that confirm work which no system shows: each can only be stated
/// once the settings of the journey are in sync.
///
/// The keys of a new retailer (N6) are handed over once its accounts are set up (N5). The
/// uploads of an existing retailer (E8) are checked after the switch-over (E6, E7).
pub(crate) fn closing_milestones(journey: Journey) -> &'static [Milestone] {
    match journey {
        Journey::New => &[Milestone::KeysSupplied, Milestone::Live],
        Journey::Existing { .. } => &[Milestone::UploadsChecked, Milestone::Live],
    }
}

/// Returns the milestone with which people confirmed a setting: one of the [`closing_milestones`].
///
/// The first that is stated counts: a go-live confirms nothing that the check before it does not.
/// One of a day before the decision of step E5 does not confirm what that asks for: nobody was
/// asked for it on that day.
pub(crate) fn closed_by(retailer: &Retailer, setting: Setting) -> Option<Milestone> {
    let asked_on = match retailer.journey {
        Journey::Existing { omnireturns_access } if existing::is_undecided(retailer, setting) => {
            omnireturns_access?;
            retailer.decided.on
        }
        Journey::New | Journey::Existing { .. } => None,
    };
    let mut closing = closing_milestones(retailer.journey).iter().copied();
    let first = closing.find(|milestone| retailer.reached(*milestone))?;
    let stated_on = retailer.milestones[&first].on;
    asked_on.is_none_or(|asked_on| stated_on >= asked_on).then_some(first)
}

/// Returns whether people confirmed a setting; see [`closed_by`].
pub(crate) fn is_closed(retailer: &Retailer, setting: Setting) -> bool {
    closed_by(retailer, setting).is_some()
}

/// Returns whether people confirmed all settings of the journey.
pub(crate) fn is_all_closed(retailer: &Retailer) -> bool {
    Setting::ALL.into_iter().all(|setting| is_closed(retailer, setting))
}

/// Returns how the retailer's customers already use the partner, as in "Acme is live", or
/// `None` if they do not yet.
///
/// Customers of an existing retailer use it from the switch-over (E4) on, those of a new
/// one from its go-live (N10) on.
pub(crate) fn use_by_customers(retailer: &Retailer) -> Option<&'static str> {
    if retailer.reached(Milestone::Live) {
        return Some("is live");
    }
    retailer.reached(Milestone::SwitchedToLoop).then_some("has switched over")
}

/// Returns the day on which a retailer's customers began to use the partner: the
/// switch-over of an existing retailer, the go-live of a new one.
pub(crate) fn in_use_since(retailer: &Retailer) -> Option<Date> {
    let first = [Milestone::SwitchedToLoop, Milestone::Live];
    first.iter().find_map(|milestone| Some(retailer.milestones.get(milestone)?.on))
}

/// Returns the day on which the gate of the first of these settings opened, as far as the file
/// states it.
pub(crate) fn open_since(
    retailer: &Retailer,
    partner: &Partner,
    settings: &[Setting],
) -> Option<Date> {
    let mut before = retailer.clone();
    before.milestones.clear();
    if let Journey::Existing { omnireturns_access } = &mut before.journey {
        *omnireturns_access = None;
    }
    let desired_state = desired(&before, partner);
    let stated = |precondition: &Precondition| match precondition {
        Precondition::Milestone(milestone) => Some(retailer.milestones.get(milestone)?.on),
        Precondition::OmnireturnsAccess => retailer.decided.on,
        Precondition::Setting(_) => None,
    };
    let opened = |setting: &Setting| match desired_state.get(*setting) {
        Some(desired) => desired.waiting_for.iter().filter_map(stated).max(),
        // Before the decision it is not known.
        None => journey_gate(&before).iter().filter_map(stated).max(),
    };
    settings.iter().filter_map(opened).min()
}

/// Returns the milestones that opened a setting's gate: without any of them the setting
/// would be held.
pub(crate) fn gate_milestones(
    retailer: &Retailer,
    partner: &Partner,
    setting: Setting,
) -> Vec<Milestone> {
    let waits = |milestone: Milestone| {
        let mut without = retailer.clone();
        without.milestones.remove(&milestone);
        let desired_state = desired(&without, partner);
        let waiting = desired_state.get(setting).map(|desired| desired.waiting_for.as_slice());
        waiting.is_some_and(|waiting| waiting.contains(&Precondition::Milestone(milestone)))
    };
    retailer.milestones.keys().copied().filter(|&milestone| waits(milestone)).collect()
}

/// Returns the milestone as a precondition, unless it has been stated.
fn unless_reached(retailer: &Retailer, milestone: Milestone) -> Vec<Precondition> {
    if retailer.reached(milestone) { Vec::new() } else { vec![Precondition::Milestone(milestone)] }
}
