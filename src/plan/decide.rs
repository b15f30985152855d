//! Decides what to do about each setting of a retailer.
//!
//! Enters: the retailer, its desired state, the matching live records, and the capabilities of
//! the environment. Leaves: one [`Decision`] per setting, and the blockers that explain the
//! blocked ones. All outputs about a setting (the plan, `explain`, `drift`, `status`) are views
//! of its decision, so they cannot disagree.

use super::instruction::{ManualStep, instruction, named_id};
use super::{Alert, Blocker, BlockerCode};
use crate::diff::{After, Comparison, compare};
use crate::matching::{Match, Matches, Records};
use crate::model::{
    Advice, Capabilities, ChangedBy, Id, Journey, Live, Record, Retailer, Setting, System, Value,
};
use crate::process::{
    self, DesiredSetting, DesiredState, DesiredValue, ManagePolicy, Precondition, Step,
};

/// The decision about one setting of one retailer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Decision<'a> {
    pub setting: Setting,
    /// The live value, or `None` if it is unknown.
    pub before: Option<Value>,
    /// The desired value, or `None` if the file excludes the setting from management or the
    /// value is the id of an unknown record.
    pub after: Option<After>,
    pub step: &'static Step,
    /// The reason, if the retailer file overrides the process.
    pub override_reason: Option<&'a str>,
    /// The preconditions of the process for changing the setting.
    pub gate: &'a [Precondition],
    pub disposition: Disposition,
}

/// What is done about a setting.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Disposition {
    /// Live is as desired.
    InSync,
    /// `apply` writes the desired value.
    Apply {
        /// The id of the company or record that the value names, if it names one.
        id: Option<Id>,
        /// The settings that the same plan must correct first.
        first: Vec<Setting>,
    },
    /// Live differs, and people must first state or do something.
    Held {
        waiting_for: Vec<Precondition>,
        /// Whether it is an entry of the plan. The link to a record that does not exist yet is
        /// part of creating it, and a change that nobody makes is not waited for.
        listed: bool,
    },
    /// Live differs, and a person must change it.
    Manual {
        instruction: String,
        /// Whether the live value is not readable.
        unseen: bool,
        /// Why the tool cannot do it, although the environment allows it.
        note: Option<String>,
    },
    /// Live differs, and by configuration nobody changes it.
    Observed,
    /// A blocker of this system or of OmniRPS prevents a decision.
    Blocked,
    /// The file excludes the setting, or the process sets it only on creation.
    NotManaged,
    /// The live value is unknown and nothing is planned: people stated that it is right, the
    /// system does not return it, or the record matters only after the switch-over.
    Unknown,
}

/// The prerequisites of a change.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Prerequisites {
    /// A blocker of OmniRPS also blocks the change.
    Cause,
    /// These settings must be right first, if there are any.
    Settings(Vec<Setting>),
}

impl Prerequisites {
    pub(super) const NOTHING: Prerequisites = Prerequisites::Settings(Vec::new());
}

/// All decisions for one retailer.
#[derive(Clone, Debug)]
pub(crate) struct RetailerDecisions<'a> {
    pub retailer: &'a Retailer,
    pub desired: &'a DesiredState,
    pub matches: &'a Matches<'a>,
    /// In the order of [`Setting::ALL`]. A setting that is set when its record is created has none
    /// until then.
    pub decisions: Vec<Decision<'a>>,
    pub blocked: Vec<Blocker>,
    pub alerts: Vec<Alert>,
}

impl RetailerDecisions<'_> {
    /// Returns the decision about a setting.
    pub(crate) fn get(&self, setting: Setting) -> Option<&Decision<'_>> {
        self.decisions.iter().find(|decision| decision.setting == setting)
    }

    /// Returns whether people alone see something that the process asks for: a system that is
    /// deliberately not read, or a setting that is not readable.
    pub(crate) fn is_unseen(&self) -> bool {
        let mut decisions = self.decisions.iter();
        self.matches.iter().any(|(_, found)| *found == Match::NotRead)
            || decisions.any(|decision| decision.disposition == Disposition::Unknown)
    }
}

/// The input of the decisions about one retailer.
pub(super) struct Decider<'a, 'l> {
    pub retailer: &'a Retailer,
    pub desired: &'a DesiredState,
    pub matches: &'a Matches<'a>,
    pub capabilities: &'a Capabilities,
    pub live: &'a Live,
    pub records: &'a [Records<'l>; System::ALL.len()],
}

impl<'a> Decider<'a, '_> {
    /// Decides about all settings.
    pub(super) fn decide(&self) -> RetailerDecisions<'a> {
        let Decider { retailer, desired, matches, .. } = *self;
        let mut decisions = Vec::with_capacity(desired.settings.len());
        let mut blocked = Vec::new();
        for system in System::ALL {
            let (of_system, blocker) = self.system(system);
            let waits_for_omnirps = |decision: &Decision| {
                decision.disposition == Disposition::Blocked && decision.after.is_some()
            };
            if blocker.is_none() && of_system.iter().any(waits_for_omnirps) {
                name_dependents(&mut blocked);
            }
            decisions.extend(of_system);
            blocked.extend(blocker);
        }
        decisions.extend(self.not_managed());
        decisions.sort_by_key(|decision| decision.setting);
        RetailerDecisions { retailer, desired, matches, decisions, blocked, alerts: Vec::new() }
    }

    /// Decides about the settings of one system, and returns its blocker. Without a blocker, it
    /// is one of OmniRPS that blocks a change.
    fn system(&self, system: System) -> (Vec<Decision<'a>>, Option<Blocker>) {
        let record = match &self.matches[system] {
            Match::NotApplicable => return (Vec::new(), None),
            Match::Deferred(_) => return (self.all(system, &Disposition::Unknown), None),
            Match::Blocked(blocker) => {
                return (self.all(system, &Disposition::Blocked), Some(blocker.as_ref().clone()));
            }
            Match::NotRead => return (self.unseen(system), None),
            Match::Failed(advice) => {
                let blocker = unknown(system, advice);
                return (self.all(system, &Disposition::Blocked), Some(blocker));
            }
            Match::Record(record) => Some(*record),
            Match::Absent => None,
        };
        if record.is_none() && self.desired.get(Setting::presence(system)).is_none() {
            return (self.all(system, &Disposition::Blocked), Some(self.not_created(system)));
        }
        let mut decisions = Vec::with_capacity(self.of(system).count());
        for desired in self.of(system) {
            match self.setting(desired, record) {
                Ok(decision) => decisions.extend(decision),
                Err(blocker) => return (self.all_blocked(system, record), Some(blocker)),
            }
        }
        (decisions, None)
    }

    /// Decides about one setting of a record that exists or is to be created.
    fn setting(
        &self,
        desired: &'a DesiredSetting,
        record: Option<&Record>,
    ) -> Result<Option<Decision<'a>>, Blocker> {
        if record.is_none() && !self.has_own_decision(desired) {
            return Ok(None);
        }
        let mut decision = self.undecided(desired);
        let compared = match (desired.managed, record) {
            (ManagePolicy::OnCreate, Some(record)) => {
                decision.before = record.value(desired.setting);
                decision.disposition = Disposition::NotManaged;
                return Ok(Some(decision));
            }
            // A new record has no e-mail addresses or hubs to remove.
            (ManagePolicy::ByHand, None) => return Ok(None),
            _ => self.compare(desired, record),
        };
        let (before, after) = match compared {
            Comparison::Same(before) => {
                if let DesiredValue::Suffixed { .. } = desired.value {
                    // Whatever precedes the suffix is as desired, too.
                    decision.after = Some(After::Value(before.clone()));
                }
                decision.before = Some(before);
                decision.disposition = Disposition::InSync;
                return Ok(Some(decision));
            }
            Comparison::Unknown => {
                if decision.after.is_none() && self.omnirps() == Prerequisites::Cause {
                    decision.disposition = Disposition::Blocked;
                }
                return Ok(Some(decision));
            }
            Comparison::Different(before, after) => (before, after),
        };
        let changed_by = self.changed_by(desired, record);
        decision.disposition = if desired.waiting_for.is_empty() {
            self.open_gate(desired, record, &before, &after, changed_by)?
        } else {
            // A change that nobody makes is not an entry while its gate is closed.
            let listed = changed_by != ChangedBy::Nobody && is_listed(record, &after);
            Disposition::Held { waiting_for: desired.waiting_for.clone(), listed }
        };
        let is_seen = record.is_none() || self.capabilities.is_readable(desired.setting);
        decision.before = is_seen.then_some(before);
        decision.after = Some(after);
        Ok(Some(decision))
    }

    /// Decides about a difference whose gate is open.
    fn open_gate(
        &self,
        desired: &DesiredSetting,
        record: Option<&Record>,
        before: &Value,
        after: &After,
        changed_by: ChangedBy,
    ) -> Result<Disposition, Blocker> {
        let setting = desired.setting;
        if changed_by == ChangedBy::Nobody {
            return Ok(Disposition::Observed);
        }
        self.refuse_taken(setting, after, record)?;
        let first = match desired.managed {
            ManagePolicy::ByHand => Prerequisites::NOTHING,
            _ => self.prerequisites(setting),
        };
        let Prerequisites::Settings(first) = first else { return Ok(Disposition::Blocked) };
        let id = match after {
            After::IdOf(id) => Some(id.clone()),
            After::Value(value) => named_id(setting, value, self.live)?,
            After::IdOfNew(_) => None,
        };
        match changed_by {
            ChangedBy::Person { note } => {
                Ok(self.manual(desired, record, before, after, &first, note))
            }
            _ => {
                let beyond = self.beyond_this_plan(&first);
                if beyond.is_empty() {
                    return Ok(Disposition::Apply { id, first });
                }
                let waiting_for = beyond.into_iter().map(Precondition::Setting).collect();
                Ok(Disposition::Held { waiting_for, listed: is_listed(record, after) })
            }
        }
    }

    /// Decides about a system that only people can read.
    fn unseen(&self, system: System) -> Vec<Decision<'a>> {
        self.of(system).map(|desired| self.unseen_setting(desired)).collect()
    }

    fn unseen_setting(&self, desired: &'a DesiredSetting) -> Decision<'a> {
        let (setting, mut decision) = (desired.setting, self.undecided(desired));
        let is_pinned_presence = setting.is_presence() && self.is_pinned(setting.system());
        let is_name =
            desired.managed == ManagePolicy::OnCreate && setting == Setting::OmnireturnsName;
        if self.is_closed(setting)
            || self.capabilities.changed_by(setting) == ChangedBy::Nobody
            || is_name
            || is_pinned_presence
        {
            return decision;
        }
        let Some(after) = self.after_unseen(desired) else { return decision };
        // There is nothing to remove before the account exists.
        let waiting_for = match desired.managed {
            ManagePolicy::ByHand => process::journey_gate(self.retailer),
            _ => desired.waiting_for.clone(),
        };
        decision.disposition = if waiting_for.is_empty() {
            match self.prerequisites(setting) {
                Prerequisites::Cause => Disposition::Blocked,
                Prerequisites::Settings(first) => {
                    self.manual(desired, None, &Value::Unset, &after, &first, None)
                }
            }
        } else {
            Disposition::Held { waiting_for, listed: is_listed(None, &after) }
        };
        decision.after = Some(after);
        decision
    }

    /// Returns who changes a setting that is not as desired. Whoever creates a record by hand also
    /// sets it up, including its name.
    fn changed_by(&self, desired: &DesiredSetting, record: Option<&Record>) -> ChangedBy {
        let setting = desired.setting;
        let changed_by = match record {
            None if desired.managed != ManagePolicy::ByHand => self.created_by(desired),
            _ => self.capabilities.changed_by(setting),
        };
        match (desired.managed, changed_by) {
            (ManagePolicy::ByHand, ChangedBy::Tool) => ChangedBy::Person { note: None },
            (ManagePolicy::DuringSetUp, ChangedBy::Tool)
                if record.is_some_and(Record::may_be_in_use) =>
            {
                let note = "the account has e-mail addresses, hubs or an issued key, so it may be \
                            in use already";
                ChangedBy::Person { note: Some(note.into()) }
            }
            (_, ChangedBy::Tool) => match self.tied_elsewhere(desired, record) {
                None => ChangedBy::Tool,
                Some(linked) => {
                    let note = format!(
                        "the account is tied to the {} retailer {linked}, and it may be in use there",
                        System::Omnirps
                    );
                    ChangedBy::Person { note: Some(note) }
                }
            },
            (_, changed_by) => changed_by,
        }
    }

    /// Returns the OmniRPS retailer that an account is tied to, if that is another than the file's:
    /// the account, or its key, may be that retailer's. Whom an override names is decided.
    fn tied_elsewhere(&self, desired: &DesiredSetting, record: Option<&Record>) -> Option<String> {
        let (record, link) = (record?, Setting::OmnireturnsOmnirpsRetailerId);
        let Value::Text(linked) = record.value(link)? else { return None };
        let is_elsewhere = match self.retailer.journey {
            // Until then the tool sets the account up.
            Journey::New => {
                matches!(desired.value, DesiredValue::IdIn(_)) && record.may_be_in_use()
            }
            Journey::Existing { .. } => {
                let own = match &self.matches[System::Omnirps] {
                    Match::Record(omnirps) => Some(omnirps.id.as_str()),
                    Match::NotRead => self.retailer.ids.get(&System::Omnirps).map(String::as_str),
                    _ => None,
                };
                own.is_some_and(|own| linked != own)
                    && !self.is_pinned(System::Omnireturns)
                    && !self.retailer.overrides.contains_key(&link)
            }
        };
        is_elsewhere.then(|| linked.into_owned())
    }

    /// Returns who sets a setting of a record that is to be created.
    fn created_by(&self, desired: &DesiredSetting) -> ChangedBy {
        let setting = desired.setting;
        let presence = self.capabilities.changed_by(Setting::presence(setting.system()));
        let is_named =
            desired.managed == ManagePolicy::OnCreate && setting == Setting::OmnireturnsName;
        if presence != ChangedBy::Tool || is_named {
            return presence;
        }
        self.capabilities.changed_by_on_create(setting)
    }

    /// Returns whether a setting of a missing record has its own decision. Settings that nobody
    /// changes cannot be observed before the record exists, and people who create it also name
    /// it.
    fn has_own_decision(&self, desired: &DesiredSetting) -> bool {
        let setting = desired.setting;
        setting.is_presence()
            || match self.changed_by(desired, None) {
                ChangedBy::Tool => true,
                ChangedBy::Person { .. } => setting != Setting::OmnireturnsName,
                ChangedBy::Nobody => false,
            }
    }

    /// Compares one desired value with live. A setting that the system does not return differs
    /// until people state that it is right.
    pub(super) fn compare(&self, desired: &DesiredSetting, record: Option<&Record>) -> Comparison {
        if self.capabilities.is_readable(desired.setting) || record.is_none() {
            return match self.pinned_where_people_look(desired) {
                None => compare(desired, record, self.matches),
                Some(id) => {
                    let before = record.map_or(Some(Value::Unset), |of| of.value(desired.setting));
                    match before {
                        None => Comparison::Unknown,
                        Some(before) if before.is_text(id) => Comparison::Same(before),
                        Some(before) => Comparison::Different(before, After::IdOf(Id::text(id))),
                    }
                }
            };
        }
        match self.after_unseen(desired) {
            Some(after) if !self.is_closed(desired.setting) => {
                Comparison::Different(Value::Unset, after)
            }
            _ => Comparison::Unknown,
        }
    }

    /// Returns the pinned id of the OmniRPS record that a setting names, in an environment in
    /// which only people look into OmniRPS.
    fn pinned_where_people_look(&self, desired: &DesiredSetting) -> Option<&str> {
        let DesiredValue::IdIn(system @ System::Omnirps) = desired.value else { return None };
        match &self.matches[system] {
            Match::NotRead => self.retailer.ids.get(&system).map(String::as_str),
            _ => None,
        }
    }

    fn after_unseen(&self, desired: &DesiredSetting) -> Option<After> {
        let after = crate::diff::after(&desired.value, self.matches);
        match desired.value {
            DesiredValue::IdIn(System::Omnirps) => after
                .or_else(|| {
                    let pinned = self.retailer.ids.get(&System::Omnirps)?;
                    Some(After::IdOf(Id::text(pinned)))
                })
                .or(Some(After::IdOfNew(System::Omnirps))),
            _ => after,
        }
    }

    fn manual(
        &self,
        desired: &DesiredSetting,
        record: Option<&Record>,
        before: &Value,
        after: &After,
        first: &[Setting],
        note: Option<String>,
    ) -> Disposition {
        let found = &self.matches[desired.setting.system()];
        let is_read = !matches!(found, Match::Failed(_) | Match::NotRead);
        let is_readable = record.is_none() || self.capabilities.is_readable(desired.setting);
        let unseen = !is_read || !is_readable;
        let (setting, retailer) = (desired.setting, self.retailer);
        let is_tied_elsewhere = self.tied_elsewhere(desired, record).is_some();
        let step = ManualStep {
            setting,
            before,
            after,
            retailer,
            record,
            unseen,
            first,
            is_tied_elsewhere,
        };
        Disposition::Manual { instruction: instruction(&step), unseen, note }
    }

    /// Returns whether people have stated that a setting is right, if it is unreadable.
    pub(super) fn is_closed(&self, setting: Setting) -> bool {
        process::is_closed(self.retailer, setting)
    }

    /// Returns whether the file pins the record of a system.
    pub(super) fn is_pinned(&self, system: System) -> bool {
        self.retailer.ids.contains_key(&system)
    }

    fn of(&self, system: System) -> impl Iterator<Item = &'a DesiredSetting> + use<'a> {
        let settings: &'a [DesiredSetting] = &self.desired.settings;
        settings.iter().filter(move |desired| desired.setting.system() == system)
    }

    /// Returns a decision that has only the desired value.
    fn undecided(&self, desired: &'a DesiredSetting) -> Decision<'a> {
        Decision {
            setting: desired.setting,
            before: None,
            after: crate::diff::after(&desired.value, self.matches),
            step: desired.step,
            override_reason: desired.override_reason.as_deref(),
            gate: &desired.waiting_for,
            disposition: Disposition::Unknown,
        }
    }

    /// Returns the same decision for all settings of a system.
    fn all(&self, system: System, disposition: &Disposition) -> Vec<Decision<'a>> {
        let decide =
            |desired| Decision { disposition: disposition.clone(), ..self.undecided(desired) };
        self.of(system).map(decide).collect()
    }

    /// Blocks every setting of a record, except those that are in sync.
    fn all_blocked(&self, system: System, record: Option<&Record>) -> Vec<Decision<'a>> {
        let mut all = self.all(system, &Disposition::Blocked);
        for (decision, desired) in all.iter_mut().zip(self.of(system)) {
            decision.before = record.and_then(|record| record.value(desired.setting));
            if let (Some(_), Comparison::Same(_)) = (record, self.compare(desired, record)) {
                decision.disposition = Disposition::InSync;
            }
        }
        all
    }

    /// Returns the decisions about excluded settings.
    fn not_managed(&self) -> impl Iterator<Item = Decision<'a>> {
        let desired: &'a DesiredState = self.desired;
        desired.unmanaged.iter().map(|(setting, step, reason)| Decision {
            setting: *setting,
            before: match &self.matches[setting.system()] {
                Match::Record(record) => record.value(*setting),
                _ => None,
            },
            after: None,
            step,
            override_reason: Some(reason),
            gate: &[],
            disposition: Disposition::NotManaged,
        })
    }

    fn not_created(&self, system: System) -> Blocker {
        Blocker::new(
            BlockerCode::RecordNotFound,
            system,
            format!(
                "there is no {system} record, and the file takes `{}` out of management",
                Setting::presence(system)
            ),
            format!(
                "create the record by hand, or remove that entry from `settings` in {}",
                self.retailer.file
            ),
        )
    }
}

/// Returns whether a change that is held is listed. The link to a record that does not exist yet
/// has no value before or after, unless the account has another link.
fn is_listed(record: Option<&Record>, after: &After) -> bool {
    let link = record.and_then(|record| record.value(Setting::OmnireturnsOmnirpsRetailerId));
    !matches!(after, After::IdOfNew(_)) || link.is_some_and(|link| link != Value::Unset)
}

/// Adds to the blockers of OmniRPS that OmniReturns changes depend on it.
fn name_dependents(blocked: &mut [Blocker]) {
    for blocker in blocked.iter_mut().filter(|blocker| blocker.system == System::Omnirps) {
        blocker.message.push_str("; changes in OmniReturns wait for this");
    }
}

/// Describes a system that could not be read.
pub(crate) fn unknown(system: System, Advice { message, hint }: &Advice) -> Blocker {
    Blocker::new(
        BlockerCode::SystemUnknown,
        system,
        format!("{system} could not be read: {message}"),
        format!("{hint}, then plan again"),
    )
}
