//! Rollback: an ordinary plan that undoes a run, made from the run's journal and live.
//!
//! Pure. Enters: a run, the fleet and live. Leaves: a plan for every value that live still
//! holds as the run wrote it, and remarks about everything else. Nothing is deleted:
//! records that the run created stay.
//!
//! The order is the reverse of the process's: OmniReturns first, and OmniRPS with its
//! webhook after that, so that the partner is notified for as long as possible. If customers
//! keep using the partner after that, an alert leads the plan.

#[cfg(test)]
mod tests;

use crate::config::yaml;
use crate::model::address::masked;
use crate::model::secret::is_whole;
use crate::model::types::WEBHOOK_MEMBERS;
use crate::model::{
    Capabilities, ChangedBy, Live, Milestone, Partner, Record, Retailer, Setting, System,
    SystemReading, Value, ValueKind, name,
};
use crate::plan::{
    self, Action, Alert, AlertCode, Blocker, BlockerCode, Change, Entry, Kind, Plan, RetailerPlan,
    named_id,
};
use crate::process::{self, ROLLBACK};
use crate::runs::journal::{
    ActionStarted, ActionView, Found, OutcomeKind, RunView, UnresolvedAction, recovery,
};
use std::collections::{BTreeMap, BTreeSet};

/// The input of a rollback.
pub(crate) struct RollbackInput<'a> {
    pub environment: &'a str,
    pub partner: &'a Partner,
    pub fleet: &'a [Retailer],
    pub in_scope: &'a dyn Fn(&Retailer) -> bool,
    pub run: &'a RunView,
    /// What later runs found of the actions that the run left in doubt.
    pub found: &'a [UnresolvedAction],
    pub live: &'a Live,
    /// What the environment can read and change.
    pub capabilities: &'a Capabilities,
}

/// A plan that undoes a run, and what it leaves unchanged.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Rollback {
    pub plan: Plan,
    /// What stays as the run made it, even if other values are restored.
    pub lasting: Vec<Remark>,
    /// Changes of the run that the plan does not undo.
    pub left: Vec<Remark>,
    pub reapplied: Vec<Reapplied>,
}

/// A remark about one retailer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Remark {
    pub retailer: String,
    pub text: String,
}

/// Changes that the next plan would make again, because the retailer's file still asks for
/// them.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Reapplied {
    pub retailer: String,
    pub file: String,
    /// Entries for the file's `settings` that keep the restored values.
    pub settings: Vec<String>,
    /// The milestones that opened the gate.
    pub milestones: Vec<Milestone>,
}

/// Plans to undo the changes of a run.
pub(crate) fn rollback(input: &RollbackInput) -> Rollback {
    let mut by_retailer: BTreeMap<&str, Vec<&ActionView>> = BTreeMap::new();
    for action in &input.run.actions {
        by_retailer.entry(&action.retailer).or_default().push(action);
    }
    let mut undoing = Undoing { input, lasting: Vec::new(), left: Vec::new() };
    let retailers: Vec<RetailerPlan> =
        by_retailer.iter().map(|(name, actions)| undoing.retailer(name, actions)).collect();
    let others = input
        .fleet
        .iter()
        .filter(|retailer| (input.in_scope)(retailer))
        .filter(|retailer| !by_retailer.contains_key(retailer.name.as_str()));
    let mut plan = Plan::new(input.environment, input.live, retailers, others.count());
    let then = plan_after(input, &plan);
    add_alerts(&mut plan, &then);
    let reapplied = reapplied(input, &plan, &then);
    Rollback { plan, lasting: undoing.lasting, left: undoing.left, reapplied }
}

/// A rollback whose actions are being planned, and the remarks so far.
struct Undoing<'a> {
    input: &'a RollbackInput<'a>,
    lasting: Vec<Remark>,
    left: Vec<Remark>,
}

/// What a rollback does about a change of the run.
enum Reversal {
    Restore,
    /// It had no effect, so there is nothing to say either.
    Nothing,
    /// The change stays, for this reason.
    Leave(String),
}

impl Undoing<'_> {
    /// Adds a remark about a change of the run that is not undone.
    fn leave(&mut self, action: &ActionView, text: String) {
        self.left.push(Remark { retailer: action.retailer.clone(), text });
    }

    /// Adds a remark about something that stays as the run made it.
    fn lasts(&mut self, action: &ActionView, text: String) {
        self.lasting.push(Remark { retailer: action.retailer.clone(), text });
    }

    fn retailer(&mut self, name: &str, actions: &[&ActionView]) -> RetailerPlan {
        let declared = self.input.fleet.iter().find(|retailer| retailer.name == name);
        let written = actions.iter().find_map(|action| action.write.as_ref());
        let mut planned = RetailerPlan {
            retailer: name.into(),
            file: match (declared, written) {
                (Some(retailer), _) => retailer.file.clone(),
                (None, Some(write)) => write.file.clone(),
                (None, None) => String::new(),
            },
            ..RetailerPlan::default()
        };
        for system in System::ALL.into_iter().rev() {
            for action in actions.iter().filter(|action| action.system == system) {
                let back = match self.undo(action) {
                    Ok(Some(back)) => back,
                    Ok(None) => continue,
                    Err(problem) => {
                        planned.blocked.push(problem);
                        continue;
                    }
                };
                let before =
                    |other: System| system == System::Omnirps && other == System::Omnireturns;
                let mut blocking =
                    planned.blocked.iter_mut().filter(|problem| before(problem.system)).peekable();
                if blocking.peek().is_some() {
                    for problem in blocking {
                        problem.message.push_str("; changes in OmniRPS wait for this");
                    }
                    continue;
                }
                let earlier = planned.actions.iter().filter(|earlier| before(earlier.system));
                let depends_on = earlier.map(|earlier| earlier.id.clone()).collect();
                for change in &back.changes {
                    let setting = change.setting;
                    if let Some(lasting) = lasting(change) {
                        self.lasts(action, format!("`{setting}` is put back, but {lasting}"));
                    }
                }
                planned.actions.push(Action { depends_on, ..back });
            }
        }
        planned
    }

    /// Plans to undo one action, or returns `None` if there is nothing to undo.
    fn undo(&mut self, action: &ActionView) -> Result<Option<Action>, Blocker> {
        let system = action.system;
        if action.outcome == OutcomeKind::Already {
            let why = format!("{system} was already as planned, so the run wrote nothing there");
            self.leave(action, why);
            return Ok(None);
        }
        let Some(write) = &action.write else { return Ok(None) };
        if let OutcomeKind::Skipped | OutcomeKind::Stale = action.outcome {
            return Ok(None);
        }
        let state = self.input.live.reading(system).state();
        let state = state.map_err(|advice| plan::unknown(system, &advice))?;
        if write.kind == Kind::Create {
            self.remark_created(action);
            return Ok(None);
        }
        let id = action.record_id.as_deref().unwrap_or_default();
        let Some(record) = state.records.iter().find(|record| record.id.as_str() == id) else {
            self.leave(action, format!("{system} record {id} is gone"));
            return Ok(None);
        };
        let base = |name| name::fold(name::base(name, &self.input.partner.name_suffix));
        let live = base(&record.name);
        if ![&write.name, &action.retailer].iter().any(|name| base(name).same_as(&live)) {
            let name = name::escaped(&record.name);
            self.leave(action, format!("{system} record {id} is now called \"{name}\""));
            return Ok(None);
        }
        let mut changes = Vec::new();
        for change in &write.changes {
            match self.reversal(action, write, record, change) {
                Reversal::Restore => changes.push(self.reversed(record, change)?),
                Reversal::Nothing => {}
                Reversal::Leave(why) => self.leave(action, why),
            }
        }
        Ok((!changes.is_empty()).then(|| Action {
            id: write.id.clone(),
            system,
            kind: Kind::Update,
            target_id: Some(record.id.to_string()),
            name: record.name.clone(),
            depends_on: Vec::new(),
            changes,
        }))
    }

    /// Returns what a later run found of an action that the run left in doubt.
    fn found(&self, action: &ActionView) -> Option<&UnresolvedAction> {
        self.input.found.iter().find(|found| found.action.id == action.id)
    }

    /// Adds a remark about a record that the run created: it is never deleted.
    fn remark_created(&mut self, action: &ActionView) {
        let Some(write) = &action.write else { return };
        let (system, name) = (action.system, &write.name);
        let lasting = Setting::presence(system).info().irreversible.unwrap_or("it stays");
        if recovery::find(write, self.input.live).0 == Found::NotApplied {
            return;
        }
        let is_not_made = action.outcome == OutcomeKind::Failed
            || self.found(action).is_some_and(|found| found.found == Found::NotApplied);
        if is_not_made {
            let why =
                format!("\"{name}\" is in {system}, but not by that run: it failed to create it");
            return self.leave(action, why);
        }
        let made = match action.outcome {
            OutcomeKind::Applied => "was created",
            _ => "may have been created",
        };
        let id = action.record_id.as_ref().map_or_else(String::new, |id| format!(" (id {id})"));
        self.lasts(action, format!("\"{name}\" {made} in {system}{id}: {lasting}"));
    }

    /// Returns what to do about a change: it is put back if live still holds what the run wrote.
    fn reversal(
        &self,
        action: &ActionView,
        write: &ActionStarted,
        record: &Record,
        change: &Change,
    ) -> Reversal {
        let Entry { setting, before, after, .. } = &change.entry;
        if action.already_so.contains(setting) {
            let why = format!("`{setting}` was already {after}, so the run did not write it");
            return Reversal::Leave(why);
        }
        if let Some(why) = self.reason_to_leave_webhook(write, record, change) {
            return Reversal::Leave(why);
        }
        let live = record.value(*setting);
        let holds_after = live.as_ref() == Some(after);
        let outcome = match self.found(action) {
            Some(found) if recovery::is_unwritten(found, *setting) => OutcomeKind::Failed,
            _ => action.outcome,
        };
        Reversal::Leave(match (outcome, live) {
            (OutcomeKind::Failed, _) if holds_after => {
                format!("`{setting}` is {after}, but not by that run: it failed to write it")
            }
            (OutcomeKind::Failed, _) => return Reversal::Nothing,
            (_, Some(_)) if holds_after && *before == Value::Unset && !can_be_unset(*setting) => {
                format!("`{setting}` had no value before, and it cannot be unset")
            }
            (_, Some(_)) if holds_after && is_masked(change) => {
                let by_hand = setting.info().by_hand;
                format!(
                    "`{setting}` stays {after}: the address before, {}, had a secret in it, which is \
                     not stored anywhere; to restore it, {} has to set it by hand in {}",
                    masked(&before.to_string()),
                    by_hand.who(),
                    by_hand.screen
                )
            }
            (_, Some(_)) if holds_after => match self.reason_not_to_change(*setting) {
                None => return Reversal::Restore,
                Some(why) => format!("`{setting}` stays {after}: {why}"),
            },
            (OutcomeKind::InDoubt, Some(live)) if live == *before => return Reversal::Nothing,
            (_, Some(live)) if live == *before => format!("`{setting}` is {live} again already"),
            (_, Some(live)) => {
                let did = match action.outcome {
                    OutcomeKind::InDoubt => "may have changed",
                    _ => "changed",
                };
                format!("`{setting}` is now {live}; the run {did} it from {before} to {after}")
            }
            (_, None) => format!("`{setting}` is not returned by {}", action.system),
        })
    }

    /// Reverses a change.
    fn reversed(&self, record: &Record, change: &Change) -> Result<Change, Blocker> {
        let Entry { setting, before, after, .. } = &change.entry;
        if let (Setting::OmnireturnsName, Value::Text(name)) = (setting, before) {
            check_no_duplicate(self.input.live, record, name)?;
        }
        let after_id = named_id(*setting, before, self.input.live).map_err(|problem| Blocker {
            hint: "add the company in OmniReturns (/admin/companies) again, then roll back".into(),
            ..problem
        })?;
        let rollback_of = Some(self.input.run.run_id.clone());
        let back = Change::new(*setting, after.clone(), before.clone(), ROLLBACK.id);
        Ok(Change { after_id, rollback_of, ..back })
    }

    /// Returns why the tool does not put a setting back in this environment.
    fn reason_not_to_change(&self, setting: Setting) -> Option<String> {
        let by_hand = setting.info().by_hand;
        match self.input.capabilities.changed_by(setting) {
            ChangedBy::Tool => None,
            ChangedBy::Person { .. } => Some(format!(
                "it is left to people; to restore it, {} has to set it by hand in {}",
                by_hand.who(),
                by_hand.screen
            )),
            ChangedBy::Nobody => Some("it is only observed in this environment".into()),
        }
    }

    /// Returns why the webhook's state is not restored: its address is not put back, or has changed.
    fn reason_to_leave_webhook(
        &self,
        write: &ActionStarted,
        record: &Record,
        change: &Change,
    ) -> Option<String> {
        let url = Setting::OmnirpsTrackingWebhookUrl;
        if change.setting != Setting::OmnirpsTrackingWebhookEnabled {
            return None;
        }
        let written = write.changes.iter().find(|change| change.setting == url)?;
        let live = record.value(url);
        let is_after = live.as_ref() == Some(&written.after);
        if is_after && (is_masked(written) || self.reason_not_to_change(url).is_some()) {
            return Some(format!("`{}` depends on `{url}`, which is not put back", change.setting));
        }
        let ours = is_after || live.as_ref() == Some(&written.before);
        (!ours).then(|| format!("`{}` depends on `{url}`, which has changed since", change.setting))
    }
}

/// Returns what stays as it is after a change that puts a value back.
fn lasting(back: &Change) -> Option<&'static str> {
    let info = back.setting.info();
    let is_off = matches!(info.kind, ValueKind::Switch { off, .. } if back.after.is_text(off));
    match back.setting {
        Setting::OmnirpsTrackAndTraceEmails if is_off => {
            Some("an e-mail that was sent meanwhile cannot be taken back")
        }
        _ => info.irreversible,
    }
}

/// Returns whether the value before is masked, because it was a URL with a secret in it.
fn is_masked(change: &Change) -> bool {
    let is_url = change.setting.info().kind == ValueKind::Url;
    matches!(&change.before, Value::Text(url) if is_url && !is_whole(url))
}

fn can_be_unset(setting: Setting) -> bool {
    setting != Setting::OmnireturnsCompany
        && setting != Setting::OmnireturnsName
        && matches!(setting.info().kind, ValueKind::Text | ValueKind::Url | ValueKind::Id)
}

/// Rejects a name that another record, or a look-alike, has now.
fn check_no_duplicate(live: &Live, record: &Record, name: &str) -> Result<(), Blocker> {
    let folded = name::fold(name);
    let records = live.records(System::Omnireturns).iter();
    let mut others = records.filter(|other| other.id != record.id);
    let Some(twin) = others.find(|other| name::fold(&other.name).same_as(&folded)) else {
        return Ok(());
    };
    Err(Blocker::new(
        BlockerCode::NameNearMiss,
        System::Omnireturns,
        format!(
            "\"{}\" (id {}) cannot be called \"{name}\" again: \"{}\" (id {}) looks like it",
            name::escaped(&record.name),
            record.id,
            name::escaped(&twin.name),
            twin.id
        ),
        "decide which of the two is the retailer's, and rename the other",
    ))
}

/// Returns the process's plan for live after the rollback.
fn plan_after(input: &RollbackInput, rollback: &Plan) -> Plan {
    let touched: BTreeSet<&str> =
        rollback.actions().map(|(retailer, _)| retailer.retailer.as_str()).collect();
    plan::plan(&plan::PlanInput {
        environment: input.environment,
        partner: input.partner,
        fleet: input.fleet.iter().collect(),
        in_scope: &|retailer| touched.contains(retailer.name.as_str()),
        live: &live_after(input.live, rollback),
        // The desired state does not depend on who makes the changes.
        capabilities: &Capabilities::default(),
        is_whole: false,
    })
}

/// Adds an alert for each retailer whose customers use the partner and whose webhook the
/// rollback takes away.
fn add_alerts(rollback: &mut Plan, then: &Plan) {
    let is_webhook = |change: &Change| WEBHOOK_MEMBERS.contains(&change.setting);
    for retailer in &mut rollback.retailers {
        let after = then.retailers.iter().find(|after| after.retailer == retailer.retailer);
        let Some(after) = after.filter(|_| retailer.changes().any(is_webhook)) else { continue };
        let alerts = after.alerts.iter().filter(|alert| alert.code == AlertCode::NoCredits);
        retailer.alerts.extend(alerts.map(|alert| {
            Alert {
                code: alert.code,
                message: format!("after this, {}", alert.message),
                hint: "apply this only if no customer returns through the partner any more; \
                   otherwise roll back the others alone, with --only"
                    .into(),
            }
        }));
    }
}

/// Finds what the process would change again after the rollback.
fn reapplied(input: &RollbackInput, rollback: &Plan, then: &Plan) -> Vec<Reapplied> {
    let again: BTreeSet<(System, Option<&str>, Setting)> =
        then.actions().flat_map(|(_, action)| keys(action)).collect();
    let mut reapplied = Vec::new();
    for planned in &rollback.retailers {
        let changes: Vec<&Change> = planned
            .actions
            .iter()
            .flat_map(|action| action.changes.iter().zip(keys(action)))
            .filter(|(_, key)| again.contains(key))
            .map(|(change, _)| change)
            .collect();
        let declared = input.fleet.iter().find(|retailer| retailer.name == planned.retailer);
        let (Some(retailer), false) = (declared, changes.is_empty()) else { continue };
        let milestones: BTreeSet<Milestone> = changes
            .iter()
            .flat_map(|change| process::gate_milestones(retailer, input.partner, change.setting))
            .collect();
        reapplied.push(Reapplied {
            retailer: planned.retailer.clone(),
            file: retailer.file.clone(),
            settings: changes.iter().map(|change| entry(change)).collect(),
            milestones: milestones.into_iter().collect(),
        });
    }
    reapplied
}

fn keys(action: &Action) -> impl Iterator<Item = (System, Option<&str>, Setting)> {
    let id = action.target_id.as_deref();
    action.changes.iter().map(move |change| (action.system, id, change.setting))
}

/// Returns live as it will be after a plan of updates.
fn live_after(live: &Live, plan: &Plan) -> Live {
    let actions: BTreeMap<(System, &str), &Action> = plan
        .actions()
        .filter_map(|(_, action)| Some(((action.system, action.target_id.as_deref()?), action)))
        .collect();
    let readings = System::ALL.map(|system| {
        let mut reading = live.reading(system).clone();
        if let SystemReading::Observed(state) = &mut reading {
            for record in &mut state.records {
                let Some(action) = actions.get(&(system, record.id.as_str())) else { continue };
                for change in &action.changes {
                    if let (Setting::OmnireturnsName, Value::Text(name)) =
                        (change.setting, &change.after)
                    {
                        record.name = name.to_string();
                    }
                    record.values.insert(change.setting, change.after.clone());
                }
            }
        }
        (system, reading)
    });
    Live::new(readings.into())
}

/// Returns the entry of `settings` that keeps a restored value.
fn entry(change: &Change) -> String {
    let setting = change.setting;
    let value = match (&change.after, setting.info().kind) {
        (Value::Text(word), ValueKind::Switch { .. }) => Some(word.to_string()),
        (Value::Flag(flag), _) => Some(flag.to_string()),
        (Value::Text(text), ValueKind::Text) => Some(yaml::quoted(text)),
        (Value::Text(url), ValueKind::Url) if url.starts_with("https://") => {
            Some(yaml::quoted(url))
        }
        // A file cannot ask for an unset value or a plain http address.
        _ => None,
    };
    match value {
        Some(value) => format!("{setting}: {{value: {value}, reason: \"…\"}}"),
        None => format!("{setting}: {{manage: false, reason: \"…\"}}"),
    }
}
