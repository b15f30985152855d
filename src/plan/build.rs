//! Builds a plan: which differences may be acted on, in which order.

use super::entries::{Company, Draft, ManualStep, company, held, manual, observed};
use super::names;
use super::order::Before;
use super::{Action, Blocker, BlockerCode, Change, Kind, Manual, Plan, RetailerPlan};
use crate::diff::{After, Difference, after, difference};
use crate::matching::{Match, Matches, match_fleet};
use crate::model::{
    Capabilities, ChangedBy, Id, Live, Partner, ReadFailure, Record, Retailer, Setting, System,
    Value,
};
use crate::process::{
    self, DesiredSetting, DesiredState, DesiredValue, ManagePolicy, Precondition,
};
use std::collections::BTreeSet;

/// Records whose creation was begun and has not come to its end, by slug and system. What
/// is managed on creation is managed for them as long as that is so.
pub type Unfinished = BTreeSet<(String, System)>;

/// What a plan is made from.
pub struct PlanInput<'a> {
    pub environment: &'a str,
    pub partner: &'a Partner,
    /// The whole fleet: files outside the scope still claim their records.
    pub fleet: &'a [Retailer],
    pub in_scope: &'a dyn Fn(&Retailer) -> bool,
    pub live: &'a Live,
    /// Who changes what in the environment.
    pub capabilities: &'a Capabilities,
    pub unfinished: &'a Unfinished,
}

/// Makes the plan. The same input gives the same plan; the order of the fleet is of no
/// account.
pub fn plan(input: &PlanInput) -> Plan {
    let wanted: Vec<DesiredState> =
        input.fleet.iter().map(|retailer| process::desired(retailer, input.partner)).collect();
    let mut fleet: Vec<(&Retailer, &DesiredState)> = input.fleet.iter().zip(&wanted).collect();
    fleet.sort_by(|(a, _), (b, _)| (&a.name, &a.slug).cmp(&(&b.name, &b.slug)));
    let mut matched = match_fleet(&fleet, input.partner, input.live);
    for (at, problem) in names::shared(&fleet, &matched, input.capabilities) {
        matched[at].insert(System::Omnireturns, Match::Blocked(problem));
    }

    let taken = names::taken(input.live);
    let retailers = fleet
        .iter()
        .zip(&matched)
        .filter(|((retailer, _), _)| (input.in_scope)(retailer))
        .map(|((retailer, wanted), matches)| {
            let PlanInput { capabilities, live, unfinished, .. } = *input;
            Planner { retailer, wanted, matches, capabilities, live, unfinished, taken: &taken }
                .plan()
        })
        .collect();
    let (unknown, unread) = unknown_systems(input.live);
    Plan::new(input.environment, unknown, unread, retailers, 0)
}

/// Returns the systems of which nothing is known, and those of them that are not read on
/// purpose.
pub(crate) fn unknown_systems(live: &Live) -> (Vec<System>, Vec<System>) {
    let on_purpose = live.unknown().filter(|(_, unread)| unread.on_purpose);
    (
        live.unknown().map(|(system, _)| system).collect(),
        on_purpose.map(|(system, _)| system).collect(),
    )
}

/// Plans one retailer.
pub(super) struct Planner<'a> {
    pub retailer: &'a Retailer,
    pub wanted: &'a DesiredState,
    pub matches: &'a Matches<'a>,
    pub capabilities: &'a Capabilities,
    live: &'a Live,
    unfinished: &'a Unfinished,
    taken: &'a names::Taken<'a>,
}

impl Planner<'_> {
    fn plan(&self) -> RetailerPlan {
        let mut planned = RetailerPlan {
            retailer: self.retailer.name.clone(),
            file: self.retailer.file.clone(),
            actions: Vec::new(),
            held: Vec::new(),
            manual: Vec::new(),
            blocked: Vec::new(),
            observed: Vec::new(),
            alerts: self.no_credits().into_iter().collect(),
        };
        for system in System::ALL {
            match self.system(system) {
                Ok(draft) => {
                    if draft.stopped {
                        self.tell_cause(&mut planned.blocked);
                    }
                    planned.held.extend(draft.held);
                    planned.manual.extend(draft.manual);
                    planned.observed.extend(draft.observed);
                    planned.actions.extend(self.action(system, draft.changes, &planned.actions));
                }
                Err(problem) => planned.blocked.push(problem),
            }
        }
        planned.held.extend(self.wanted.undecided.as_ref().map(held::undecided));
        planned
    }

    /// Drafts everything for one system, or says what blocks it.
    fn system(&self, system: System) -> Result<Draft, Blocker> {
        let record = match &self.matches[&system] {
            Match::NotApplicable | Match::Deferred(_) => return Ok(Draft::default()),
            Match::Blocked(problem) => return Err(problem.clone()),
            Match::Unknown(unread) if unread.on_purpose => return Ok(self.unseen(system)),
            Match::Unknown(unread) => return Err(unknown(system, unread)),
            Match::Record(record) => Some(*record),
            Match::Absent => None,
        };
        if record.is_none() && self.wanted.get(Setting::presence(system)).is_none() {
            return Err(self.not_created(system));
        }
        let mut draft = Draft::default();
        for difference in self.differences(system, record) {
            self.draft(&difference, record, &mut draft)?;
        }
        Ok(draft)
    }

    /// Decides what becomes of one difference.
    fn draft(
        &self,
        difference: &Difference,
        record: Option<&Record>,
        draft: &mut Draft,
    ) -> Result<(), Blocker> {
        let desired = difference.desired;
        let changes = self.changes(desired, record);
        if !desired.waiting_for.is_empty() {
            // What nobody changes waits for nothing.
            if changes != ChangedBy::Nobody {
                draft.held.extend(held::difference(difference, &desired.waiting_for));
            }
            return Ok(());
        }
        if changes != ChangedBy::Nobody {
            names::refuse_taken(difference, record, self.retailer, self.taken)?;
        }
        let before = match desired.managed {
            ManagePolicy::ByHand => Before::Nothing,
            ManagePolicy::Always | ManagePolicy::OnCreate => self.before(desired.setting, record),
        };
        match (changes, before) {
            (ChangedBy::Nobody, _) => draft.observed.push(observed(difference)),
            (_, Before::Cause) => draft.stopped = true,
            (ChangedBy::Person { note }, before) => {
                company(difference, self.live)?;
                let first = match before {
                    Before::Settings(settings) => settings,
                    Before::Nothing | Before::Cause => Vec::new(),
                };
                draft.manual.push(self.by_person(difference, record, &first, note));
            }
            (ChangedBy::Tool, before) => {
                let company = company(difference, self.live)?;
                let first = match before {
                    Before::Settings(settings) => self.beyond_this_plan(settings),
                    Before::Nothing | Before::Cause => Vec::new(),
                };
                if first.is_empty() {
                    draft.changes.push(self.change(difference, company));
                } else {
                    let waiting: Vec<Precondition> =
                        first.into_iter().map(Precondition::Setting).collect();
                    draft.held.extend(held::difference(difference, &waiting));
                }
            }
        }
        Ok(())
    }

    /// Who brings a desired value about. A record that people create is set up by them; its
    /// name goes with creating it.
    fn changes(&self, desired: &DesiredSetting, record: Option<&Record>) -> ChangedBy {
        let setting = desired.setting;
        let presence = self.capabilities.changed_by(Setting::presence(setting.system()));
        let changes = match (desired.managed, record) {
            (ManagePolicy::ByHand, _) | (_, Some(_)) => self.capabilities.changed_by(setting),
            (_, None) if presence != ChangedBy::Tool => presence,
            (ManagePolicy::OnCreate, None) if setting == Setting::OmnireturnsName => presence,
            (_, None) => self.capabilities.changed_by_on_create(setting),
        };
        match (desired.managed, changes) {
            (ManagePolicy::ByHand, ChangedBy::Tool) => ChangedBy::Person { note: None },
            (_, changes) => changes,
        }
    }

    fn differences(&self, system: System, record: Option<&Record>) -> Vec<Difference<'_>> {
        let is_unfinished = self.unfinished.contains(&(self.retailer.slug.clone(), system));
        let of_system =
            self.wanted.settings.iter().filter(|desired| desired.setting.system() == system);
        of_system
            .filter(|desired| match (desired.managed, record) {
                (ManagePolicy::Always, _)
                | (ManagePolicy::OnCreate, None)
                | (ManagePolicy::ByHand, Some(_)) => true,
                (ManagePolicy::OnCreate, Some(_)) => is_unfinished,
                // A new record has no e-mail addresses and no hubs to take away.
                (ManagePolicy::ByHand, None) => false,
            })
            // What nobody is to change of a record is not there to be seen before it is, and
            // people who create it give it its name.
            .filter(|desired| {
                let is_name = desired.setting == Setting::OmnireturnsName;
                record.is_some()
                    || desired.setting == Setting::presence(system)
                    || match self.changes(desired, record) {
                        ChangedBy::Tool => true,
                        ChangedBy::Person { .. } => !is_name,
                        ChangedBy::Nobody => false,
                    }
            })
            .filter_map(|desired| self.difference(desired, record))
            .collect()
    }

    /// Compares one desired value with live. Where live does not tell it, it differs until
    /// people state that it is done.
    pub(super) fn difference<'d>(
        &self,
        desired: &'d DesiredSetting,
        record: Option<&Record>,
    ) -> Option<Difference<'d>> {
        if self.capabilities.is_readable(desired.setting) || record.is_none() {
            return difference(desired, record, self.matches);
        }
        if self.is_closed() {
            return None;
        }
        self.not_seen(desired)
    }

    fn not_seen<'d>(&self, desired: &'d DesiredSetting) -> Option<Difference<'d>> {
        let pinned = || Some(After::IdOf(Id::text(self.retailer.ids.get(&System::Omnirps)?)));
        let after = match desired.value {
            DesiredValue::IdIn(System::Omnirps) => after(&desired.value, self.matches)
                .or_else(pinned)
                .unwrap_or(After::IdOfNew(System::Omnirps)),
            _ => after(&desired.value, self.matches)?,
        };
        Some(Difference { desired, before: Value::Unset, after })
    }

    /// Drafts the manual steps in a system that nobody but people looks at.
    fn unseen(&self, system: System) -> Draft {
        let mut draft = Draft::default();
        if self.is_closed() {
            return draft;
        }
        let gate = process::journey_gate(self.retailer);
        let of_system =
            self.wanted.settings.iter().filter(|desired| desired.setting.system() == system);
        for desired in of_system {
            let is_presence = desired.setting == Setting::presence(system);
            let changes = self.capabilities.changed_by(desired.setting);
            let is_given = desired.managed == ManagePolicy::OnCreate
                && desired.setting == Setting::OmnireturnsName;
            if changes == ChangedBy::Nobody || is_given || (is_presence && self.is_pinned(system)) {
                continue;
            }
            let Some(difference) = self.not_seen(desired) else { continue };
            // There is nothing to take away before there is an account.
            let waiting = match desired.managed {
                ManagePolicy::ByHand => &gate,
                ManagePolicy::Always | ManagePolicy::OnCreate => &desired.waiting_for,
            };
            if !waiting.is_empty() {
                draft.held.extend(held::difference(&difference, waiting));
                continue;
            }
            match self.before(desired.setting, None) {
                Before::Cause => draft.stopped = true,
                Before::Nothing => {
                    draft.manual.push(self.by_person(&difference, None, &[], None));
                }
                Before::Settings(first) => {
                    draft.manual.push(self.by_person(&difference, None, &first, None));
                }
            }
        }
        draft
    }

    fn by_person(
        &self,
        difference: &Difference,
        record: Option<&Record>,
        first: &[Setting],
        note: Option<String>,
    ) -> Manual {
        let system = difference.setting().system();
        let is_read = !matches!(&self.matches[&system], Match::Unknown(_));
        let tells = record.is_none() || self.capabilities.is_readable(difference.setting());
        let unseen = !is_read || !tells;
        let retailer = self.retailer;
        manual(ManualStep { difference, retailer, record, unseen, first, note })
    }

    /// Says whether people have stated that what nobody can look at is done.
    pub(super) fn is_closed(&self) -> bool {
        process::is_closed(self.retailer)
    }

    /// Says whether the file names the record of a system.
    pub(super) fn is_pinned(&self, system: System) -> bool {
        self.retailer.ids.contains_key(&system)
    }

    /// Adds to what blocks OmniRPS that changes in OmniReturns wait for it.
    fn tell_cause(&self, blocked: &mut [Blocker]) {
        for problem in blocked.iter_mut().filter(|problem| problem.system == System::Omnirps) {
            problem.message.push_str("; changes in OmniReturns wait for this");
        }
    }

    fn change(&self, difference: &Difference, company: Option<Company>) -> Change {
        let (id, after_from) = match &difference.after {
            After::Value(_) => (None, None),
            After::IdOf(id) => (Some(id.clone()), None),
            After::IdOfNew(system) => (None, Some(self.action_id(*system, Kind::Create))),
        };
        Change {
            setting: difference.setting(),
            before: difference.before.clone(),
            after: difference.after.value(),
            step: difference.desired.step.id.into(),
            override_reason: difference.desired.override_reason.clone(),
            after_id: company.map(|company| company.id).or(id),
            after_from,
            origin: None,
            rollback_of: None,
        }
    }

    fn action_id(&self, system: System, kind: Kind) -> String {
        let kind = match kind {
            Kind::Create => "create",
            Kind::Update => "update",
        };
        format!("{}/{}/{kind}", self.retailer.slug, system.key())
    }

    /// All the changes of one record are one action. In OmniReturns it waits for the
    /// retailer's action in OmniRPS, if there is one.
    fn action(&self, system: System, changes: Vec<Change>, earlier: &[Action]) -> Option<Action> {
        if changes.is_empty() {
            return None;
        }
        let (kind, target_id, name) = match &self.matches[&system] {
            Match::Record(record) => {
                (Kind::Update, Some(record.id.to_string()), record.name.clone())
            }
            _ => (Kind::Create, None, self.new_name(system, &changes)),
        };
        let depends_on = earlier
            .iter()
            .filter(|action| system == System::Omnireturns && action.system == System::Omnirps)
            .map(|action| action.id.clone())
            .collect();
        let id = self.action_id(system, kind);
        Some(Action { id, system, kind, target_id, name, depends_on, changes })
    }

    fn new_name(&self, system: System, changes: &[Change]) -> String {
        let named = changes.iter().find(|change| change.setting == Setting::OmnireturnsName);
        match named.map(|change| &change.after) {
            Some(Value::Text(name)) => name.clone(),
            _ => self.retailer.new_name(system).into(),
        }
    }

    fn not_created(&self, system: System) -> Blocker {
        Blocker {
            code: BlockerCode::RecordNotFound,
            system,
            message: format!(
                "there is no {system} record, and the file takes `{}` out of management",
                Setting::presence(system)
            ),
            hint: format!(
                "create the record by hand, or take that entry out of `settings` in {}",
                self.retailer.file
            ),
            line: None,
        }
    }
}

/// Describes a system that could not be read.
pub(crate) fn unknown(system: System, unread: &ReadFailure) -> Blocker {
    Blocker {
        code: BlockerCode::SystemUnknown,
        system,
        message: format!("{system} could not be read: {}", unread.why),
        hint: format!("{}, then plan again", unread.hint),
        line: None,
    }
}
