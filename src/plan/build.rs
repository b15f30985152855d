//! Builds a plan: which differences may be acted on, in which order.

use super::entries::{Company, Draft, company, held, manual};
use super::{Action, BlockedCode, Change, Kind, Plan, Problem, RetailerPlan};
use crate::diff::{After, Difference, difference};
use crate::matching::{Match, Matches, match_fleet};
use crate::model::{Journey, Live, Partner, Record, Retailer, Setting, System, Unread, Value};
use crate::process::{self, Managed, Wanted};

/// What a plan is made from.
pub struct Input<'a> {
    pub environment: &'a str,
    pub partner: &'a Partner,
    /// The whole fleet: files outside the scope still claim their records.
    pub fleet: &'a [Retailer],
    pub in_scope: &'a dyn Fn(&Retailer) -> bool,
    pub live: &'a Live,
}

/// Makes the plan. The same input gives the same plan; the order of the fleet is of no
/// account.
pub fn plan(input: &Input) -> Plan {
    let wanted: Vec<Wanted> =
        input.fleet.iter().map(|retailer| process::desired(retailer, input.partner)).collect();
    let mut fleet: Vec<(&Retailer, &Wanted)> = input.fleet.iter().zip(&wanted).collect();
    fleet.sort_by(|(a, _), (b, _)| (&a.name, &a.slug).cmp(&(&b.name, &b.slug)));
    let matched = match_fleet(&fleet, input.partner, input.live);

    let retailers = fleet
        .iter()
        .zip(&matched)
        .filter(|((retailer, _), _)| (input.in_scope)(retailer))
        .map(|((retailer, wanted), matches)| {
            Planner { retailer, wanted, matches, live: input.live }.plan()
        })
        .collect();
    let unknown = input.live.unknown().map(|(system, _)| system).collect();
    Plan::new(input.environment, unknown, retailers, 0)
}

/// Plans one retailer.
struct Planner<'a> {
    retailer: &'a Retailer,
    wanted: &'a Wanted,
    matches: &'a Matches<'a>,
    live: &'a Live,
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
        };
        for system in System::ALL {
            match self.system(system) {
                Ok(draft) => {
                    if draft.stopped {
                        self.tell_cause(&mut planned.blocked);
                    }
                    planned.held.extend(draft.held);
                    planned.manual.extend(draft.manual);
                    planned.actions.extend(self.action(system, draft.changes, &planned.actions));
                }
                Err(problem) => planned.blocked.push(problem),
            }
        }
        planned.held.extend(self.wanted.undecided.as_ref().map(held::undecided));
        planned
    }

    /// Drafts everything for one system, or says what blocks it.
    fn system(&self, system: System) -> Result<Draft, Problem> {
        let record = match &self.matches[&system] {
            Match::NotConcerned | Match::Postponed(_) => return Ok(Draft::default()),
            Match::Blocked(problem) => return Err(problem.clone()),
            Match::Unknown(unread) => return Err(unknown(system, unread)),
            Match::Record(record) => Some(*record),
            Match::Missing => None,
        };
        if record.is_none() && self.wanted.get(Setting::presence(system)).is_none() {
            return Err(self.not_created(system));
        }
        let mut draft = Draft::default();
        for difference in self.differences(system, record) {
            let desired = difference.desired;
            if desired.managed == Managed::ByHand && desired.waiting_for.is_empty() {
                draft.manual.push(manual(&difference, record));
            } else if !desired.waiting_for.is_empty() {
                draft.held.extend(held::difference(&difference));
            } else if self.may_change(system, record, &difference) {
                let company = company(&difference, self.live)?;
                draft.changes.push(self.change(&difference, company));
            } else {
                draft.stopped = true;
            }
        }
        Ok(draft)
    }

    fn differences(&self, system: System, record: Option<&Record>) -> Vec<Difference<'_>> {
        self.wanted
            .settings
            .iter()
            .filter(|desired| desired.setting.system() == system)
            .filter(|desired| match (desired.managed, record) {
                (Managed::Always, _) | (Managed::OnCreate, None) | (Managed::ByHand, Some(_)) => {
                    true
                }
                // A new record has no e-mail addresses and no hubs to take away.
                (Managed::OnCreate, Some(_)) | (Managed::ByHand, None) => false,
            })
            .filter_map(|desired| difference(desired, record, self.matches))
            .collect()
    }

    /// Says whether OmniRPS stands in the way of a change in OmniReturns: in N5 a new
    /// account needs the OmniRPS id; in E6 and E7 the webhook has to be right first.
    fn may_change(&self, system: System, record: Option<&Record>, difference: &Difference) -> bool {
        if system != System::Omnireturns {
            return true;
        }
        let omnirps = match &self.matches[&System::Omnirps] {
            Match::Record(_) => true,
            Match::Missing => self.wanted.get(Setting::OmnirpsRetailer).is_some(),
            Match::Blocked(_) | Match::Postponed(_) | Match::Unknown(_) => false,
            // Everything in OmniRPS is left alone on purpose.
            Match::NotConcerned => return true,
        };
        let depends = match self.retailer.journey {
            Journey::Existing { .. } => true,
            Journey::New => {
                record.is_none() || difference.setting() == Setting::OmnireturnsOmnirpsRetailerId
            }
        };
        omnirps || !depends
    }

    /// Adds to what blocks OmniRPS that changes in OmniReturns wait for it.
    fn tell_cause(&self, blocked: &mut [Problem]) {
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
        match (system, named.map(|change| &change.after)) {
            (_, Some(Value::Text(name))) => name.clone(),
            (System::Omnireturns, _) => self.retailer.omnireturns_base_name().into(),
            _ => self.retailer.name.clone(),
        }
    }

    fn not_created(&self, system: System) -> Problem {
        Problem {
            code: BlockedCode::RecordNotFound,
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
pub fn unknown(system: System, unread: &Unread) -> Problem {
    Problem {
        code: BlockedCode::SystemUnknown,
        system,
        message: format!("{system} could not be read: {}", unread.why),
        hint: format!("{}, then plan again", unread.hint),
        line: None,
    }
}
