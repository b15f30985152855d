//! The format of a retailer file. Rules that depend on the day, the journey or other keys
//! are checked in `config`, which also adds the process's milestones and settings to the
//! JSON Schema.

use super::project::HubAddress;
use super::types::{
    Day, DeclaredName, MilestoneName, Name, NotManaged, Reason, RecordId, SettingName,
    SettingValue, ShortOrLong, StrictMap, Text, mapping, words,
};
use super::{Access, Fact, Journey, Milestone, System, Value};
use jiff::civil::Date;
use serde_json::{Value as Json, json};
use std::collections::BTreeMap;

mapping! {
    /// One retailer: the facts that people know about it. `reconcile` derives its settings in
    /// OmniParcel, OmniReturns and OmniRPS from them.
    pub(crate) struct RetailerFile {
        /// The retailer's name exactly as it is, or will be, entered in OmniRPS. Loop's uploads
        /// are rejected if it differs by one character.
        retailer: Option<String> as Option<DeclaredName>,
        /// The kind of onboarding. new: SEKO does not serve the retailer yet (steps N1 to N10).
        /// existing: SEKO already serves it (steps E1 to E8).
        journey: Option<Journey> as Option<JourneyWord>,
        /// The account manager at SEKO (step N1).
        account_manager: Option<String> as Option<Text>,
        /// Whether an existing retailer still needs, and pays for, OmniReturns (step E5).
        /// required: it keeps its portal and gets the suffix (E7). not_required: it is moved to
        /// the partner's company and its portal is unpublished (E6). Omit the key until it is
        /// decided.
        omnireturns_access: Option<AccessDecision> as Option<WrittenAccess>,
        /// Exceptions for the retailer in OmniReturns.
        omnireturns: Omnireturns as Omnireturns,
        /// The ids of the retailer's records, if known. A record is then found by its id,
        /// regardless of its name.
        ids: Ids as Ids,
        /// The hubs to which the retailer's returns are sent, if they differ from the project
        /// file. `handoff` includes them.
        hub_addresses: Vec<HubAddress> as Vec<HubAddress>,
        /// What has happened, and when: one entry per completed step. Write `journey` first.
        milestones: BTreeMap<Milestone, Fact> as StrictMap<MilestoneName, WrittenFact>,
        /// Deviations from the process: a different value, or a setting that the tool does not
        /// manage. Each needs a reason, which plans show.
        settings: BTreeMap<String, OverrideKeys> as StrictMap<SettingName, OverrideKeys>,
        /// Free text for people.
        notes: Option<String> as Option<Text>,
    }
    // A file without them is still checked for its other problems.
    also |_| json!({"type": "object", "required": ["retailer", "journey"]})
}

words! {
    /// The name of a journey.
    JourneyWord: Journey {
        "new" => Journey::New, "existing" => Journey::EXISTING,
    }
}

words! {
    /// Whether a retailer keeps its access to OmniReturns.
    AccessWord: Access { "required" => Access::Required, "not_required" => Access::NotRequired }
}

mapping! {
    /// The decision of step E5, with its date and who made it.
    pub(crate) struct AccessDecision {
        /// The decision.
        value: Access as AccessWord,
        /// The date of the decision, as in 2026-10-12.
        on: Option<Date> as Option<Day>,
        /// Who decided it.
        by: Option<String> as Option<Name>,
    }
}

mapping! {
    /// Exceptions for the retailer in OmniReturns.
    pub(crate) struct Omnireturns {
        /// The retailer's name in OmniReturns if it differs from `retailer`, without the
        /// partner's suffix (step E7.1 adds it).
        name: Option<String> as Option<DeclaredName>,
    }
}

mapping! {
    /// The ids of the retailer's records, if known.
    pub(crate) struct Ids {
        /// The id of its record in OmniParcel.
        omniparcel: Option<String> as Option<RecordId>,
        /// The id of its record in OmniReturns.
        omnireturns: Option<String> as Option<RecordId>,
        /// The id of its record in OmniRPS.
        omnirps: Option<String> as Option<RecordId>,
    }
}

impl Ids {
    pub(crate) fn get(&self, system: System) -> Option<&String> {
        match system {
            System::Omniparcel => self.omniparcel.as_ref(),
            System::Omnireturns => self.omnireturns.as_ref(),
            System::Omnirps => self.omnirps.as_ref(),
        }
    }
}

mapping! {
    /// A deviation from the process in one setting.
    pub(crate) struct OverrideKeys {
        /// The value to use instead.
        value: Option<Value> as Option<SettingValue>,
        /// `false`: the setting is not managed, and no plan mentions it.
        manage: Option<()> as Option<NotManaged>,
        /// The setting is known to differ, and is not changed up to and including a date.
        acknowledge: Option<Acknowledge> as Option<Acknowledge>,
        /// The reason for the deviation, which `explain` and `status` show, and plans beside a change
        /// to the `value`. Required with `value` and `manage`.
        reason: Option<String> as Option<Reason>,
    }
    also |scope: Scope| {
        let value = scope.setting.map(|_| json!({"required": ["value", "reason"]}));
        let others = [json!({"required": ["manage", "reason"]}), json!({"required": ["acknowledge"]})];
        let each: Vec<Json> = value.into_iter().chain(others).collect();
        json!({"type": "object", "oneOf": each})
    }
}

mapping! {
    /// The setting is known to differ, and is not changed up to and including a date.
    pub(crate) struct Acknowledge {
        /// The last date, as in 2026-12-31. Afterwards the setting is managed again.
        until: Date as Day,
        /// The reason for the deviation, which `explain` and `status` show.
        reason: Option<String> as Option<Reason>,
    }
    also |_| json!({"required": ["until", "reason"]})
}

/// The format of a milestone: a date alone, or a mapping.
type WrittenFact = ShortOrLong<Day, Fact>;

/// The format of a decision about access: a word alone, or a mapping.
type WrittenAccess = ShortOrLong<AccessWord, AccessDecision>;

impl From<Date> for Fact {
    fn from(on: Date) -> Fact {
        Fact { on, by: None, connote: None }
    }
}

impl From<Access> for AccessDecision {
    fn from(value: Access) -> AccessDecision {
        AccessDecision { value, on: None, by: None }
    }
}
