//! Compares the actions of a saved plan with what is decided now.
//!
//! A saved plan may be older than the project file, than other retailers' files and than live.
//! Enters: a retailer's part of the plan, live, and the decisions about the retailer; or the
//! capabilities of the environment, for a plan that was not made from files. Leaves: the actions
//! that a plan made now would not have, with the reason. Pure.
//!
//! What live holds already is done, whatever is decided now, so that a plan can be applied again
//! after a run that died half-way.

use super::decide::{Disposition, RetailerDecisions};
use super::names::taken_by;
use super::{Action, Change, ID_OF_NEW, Kind, Plan, RetailerPlan};
use crate::diff::After;
use crate::matching::{Match, Records};
use crate::model::{
    Advice, Capabilities, ChangedBy, Live, Setting, System, SystemReading, Value, name,
};
use std::collections::BTreeSet;

/// Why an action of a saved plan does not count any more.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Outdated {
    /// This file has changed, and now asks for something else for the retailer.
    File(String),
    /// No file declares the retailer any more; this one did.
    Undeclared(String),
    /// A plan made now would not have the action, for this reason.
    Decision(String),
    /// What a plan made now would have is unknown, because a system could not be read.
    Unread(System, Advice),
}

/// What the actions of a saved plan are compared with.
pub(crate) struct Recheck<'a> {
    live: &'a Live,
    capabilities: &'a Capabilities,
    /// The path of the project file.
    project_file: &'a str,
    records: [Records<'a>; System::ALL.len()],
}

impl<'a> Recheck<'a> {
    pub(crate) fn new(
        live: &'a Live,
        capabilities: &'a Capabilities,
        project_file: &'a str,
    ) -> Recheck<'a> {
        let records = System::ALL.map(|system| Records::new(live.records(system)));
        Recheck { live, capabilities, project_file, records }
    }

    /// Returns the ids of a retailer's actions that do not count any more, of a plan that was made
    /// from files.
    pub(crate) fn by_decisions(
        &self,
        planned: &RetailerPlan,
        decided: &RetailerDecisions,
    ) -> Vec<(String, Outdated)> {
        let asks_for = |change: &Change| decided.desired.asks_for(change.setting, &change.after);
        if !planned.changes().all(asks_for) {
            return planned.all_outdated(&Outdated::File(self.project_file.into()));
        }
        planned.outdated(|action| {
            let left = left(&self.records, action, &|_| None);
            left.first()?;
            match &decided.matches[action.system] {
                Match::Record(record)
                    if action.target_id.as_deref() != Some(record.id.as_str()) =>
                {
                    Some(Outdated::Decision(format!(
                        "the retailer's record in {} is \"{}\" (id {}) now",
                        action.system,
                        name::escaped(&record.name),
                        record.id
                    )))
                }
                _ => left.iter().find_map(|change| self.by_decision(planned, change, decided)),
            }
        })
    }

    /// Returns the ids of a retailer's actions that do not count any more, of a plan that was not
    /// made from files.
    pub(crate) fn by_capabilities(&self, planned: &RetailerPlan) -> Vec<(String, Outdated)> {
        planned.outdated(|action| {
            match self.live.reading(action.system) {
                SystemReading::Observed(_) => {}
                SystemReading::Failed(advice) => {
                    return Some(Outdated::Unread(action.system, advice.clone()));
                }
                SystemReading::NotRead => {
                    return Some(Outdated::Decision(format!(
                        "{} does not let the tool read {}",
                        self.project_file, action.system
                    )));
                }
            }
            left(&self.records, action, &|_| None).iter().find_map(|change| {
                self.by_whom(change.setting, self.changed_by(action, change.setting))
                    .or_else(|| self.taken(action, change))
                    .map(Outdated::Decision)
            })
        })
    }

    /// Compares a change with the decision about its setting.
    fn by_decision(
        &self,
        planned: &RetailerPlan,
        change: &Change,
        decided: &RetailerDecisions,
    ) -> Option<Outdated> {
        let setting = change.setting;
        let Some(decision) = decided.get(setting) else { return Some(unplanned(setting)) };
        let why = match &decision.disposition {
            Disposition::InSync => self.moved(change, decision.after.as_ref())?,
            Disposition::Apply { first, .. } => {
                let is_planned =
                    |first: &Setting| planned.changes().any(|change| change.setting == *first);
                match first.iter().find(|first| !is_planned(first)) {
                    None => self.moved(change, decision.after.as_ref())?,
                    Some(first) => format!(
                        "`{first}` has to be right before `{setting}` is changed, and the plan \
                         does not correct it"
                    ),
                }
            }
            Disposition::Held { waiting_for, .. } => {
                let keys: Vec<&str> = waiting_for.iter().map(|of| of.key()).collect();
                format!("`{setting}` waits for {} now", keys.join(" and "))
            }
            Disposition::Manual { note, .. } => {
                self.by_whom(setting, ChangedBy::Person { note: note.clone() })?
            }
            Disposition::Observed => self.by_whom(setting, ChangedBy::Nobody)?,
            Disposition::Blocked => return Some(blocked(setting, decided)),
            Disposition::NotManaged | Disposition::Unknown => return Some(unplanned(setting)),
        };
        Some(Outdated::Decision(why))
    }

    /// Returns how the record that a change names differs from the one that it has to name now.
    /// All other values are compared before. The id of a record that the same plan creates is
    /// known once it is created.
    fn moved(&self, change: &Change, after: Option<&After>) -> Option<String> {
        let now = match after? {
            After::IdOf(id) if !change.after.is_text(id.as_str()) => id.as_str(),
            After::IdOfNew(_) => ID_OF_NEW,
            After::IdOf(_) | After::Value(_) => return None,
        };
        let Change { after_from: None, .. } = change else { return None };
        Some(format!("`{}` has to be {now} now, not {}", change.setting, change.after))
    }

    /// Returns who sets a setting, if it is known without files.
    fn changed_by(&self, action: &Action, setting: Setting) -> ChangedBy {
        match (action.kind, setting) {
            (Kind::Update, _) => self.capabilities.changed_by(setting),
            // Whoever creates a record names it.
            (Kind::Create, Setting::OmnireturnsName) => {
                self.capabilities.changed_by(Setting::presence(action.system))
            }
            (Kind::Create, _) => self.capabilities.changed_by_on_create(setting),
        }
    }

    /// Returns why a setting is not changed by the tool.
    fn by_whom(&self, setting: Setting, by: ChangedBy) -> Option<String> {
        match by {
            ChangedBy::Tool => None,
            ChangedBy::Person { note: Some(note) } => {
                Some(format!("`{setting}` is left to people: {note}"))
            }
            ChangedBy::Person { note: None } => {
                Some(format!("{} leaves `{setting}` to people", self.project_file))
            }
            ChangedBy::Nobody => {
                Some(format!("{} lets the tool only observe `{setting}`", self.project_file))
            }
        }
    }

    /// Returns which other record has the name that an update sets.
    fn taken(&self, action: &Action, change: &Change) -> Option<String> {
        let (Some(id), Setting::OmnireturnsName) = (&action.target_id, change.setting) else {
            return None;
        };
        let Value::Text(name) = &change.after else { return None };
        let mut others = self.records[action.system as usize].named(name).iter();
        let other = others.find(|other| other.id.as_str() != id)?;
        Some(taken_by(&action.name, id, name, other))
    }
}

/// Returns the ids of the updates of a plan that live holds already. `created` returns the id of the
/// record that another action of the plan has created.
pub(crate) fn done<'p, 'i>(
    plan: &'p Plan,
    live: &Live,
    created: impl Fn(&str) -> Option<&'i str>,
) -> BTreeSet<&'p str> {
    let records = System::ALL.map(|system| Records::new(live.records(system)));
    let actions = plan.actions().map(|(_, action)| action);
    let done = actions.filter(|action| left(&records, action, &created).is_empty());
    done.map(|action| action.id.as_str()).collect()
}

/// Returns the changes of an action that live does not hold already. A record of another name than
/// the plan saw or sets is another's.
fn left<'p, 'i>(
    records: &[Records; System::ALL.len()],
    action: &'p Action,
    created: &impl Fn(&str) -> Option<&'i str>,
) -> Vec<&'p Change> {
    let of_system = &records[action.system as usize];
    let record = action.target_id.as_deref().and_then(|id| of_system.with_id(id));
    let record = record.filter(|record| {
        let mut names = action.changes.iter().filter(|of| of.setting == Setting::OmnireturnsName);
        record.name == action.name || names.any(|change| change.after.is_text(&record.name))
    });
    let live = |change: &Change| record.and_then(|record| record.value(change.setting));
    let is_done = |change: &&Change| match (&change.after_from, live(change)) {
        (_, None) => false,
        (None, Some(live)) => live == change.after,
        (Some(from), Some(live)) => created(from).is_some_and(|id| live.is_text(id)),
    };
    action.changes.iter().filter(|change| !is_done(change)).collect()
}

impl RetailerPlan {
    /// Returns the ids of all actions, none of which counts any more.
    pub(crate) fn all_outdated(&self, why: &Outdated) -> Vec<(String, Outdated)> {
        self.outdated(|_| Some(why.clone()))
    }

    fn outdated(&self, why: impl Fn(&Action) -> Option<Outdated>) -> Vec<(String, Outdated)> {
        let actions = self.actions.iter();
        actions.filter_map(|action| Some((action.id.clone(), why(action)?))).collect()
    }
}

fn unplanned(setting: Setting) -> Outdated {
    Outdated::Decision(format!("a plan made now does not change `{setting}`"))
}

/// Returns what blocks a setting: a blocker of its system or, as the settings of OmniReturns depend
/// on OmniRPS, of that.
fn blocked(setting: Setting, decided: &RetailerDecisions) -> Outdated {
    let systems = [setting.system(), System::Omnirps];
    let mut found = decided.blocked.iter().filter(|of| systems.contains(&of.system));
    let Some(blocker) = found.next() else { return unplanned(setting) };
    match &decided.matches[blocker.system] {
        Match::Failed(advice) => Outdated::Unread(blocker.system, (*advice).clone()),
        _ => Outdated::Decision(format!("{} is blocked now: {}", blocker.system, blocker.message)),
    }
}
