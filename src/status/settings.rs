//! Whether the settings that a step asks for are right live, as the plan says.

use super::TaskState;
use crate::model::{Capabilities, Retailer, Setting, System, Value};
use crate::plan::{BlockerCode, Plan, RetailerPlan};
use crate::process::{self, DesiredState, Precondition};

/// What is known of one retailer's settings.
pub(super) struct Looked<'a> {
    pub retailer: &'a Retailer,
    pub wanted: &'a DesiredState,
    /// `None` where no system was asked.
    pub plan: Option<&'a Plan>,
    /// `None` where the plan has nothing to tell about the retailer.
    pub planned: Option<&'a RetailerPlan>,
    /// How settings are read.
    pub capabilities: &'a Capabilities,
}

impl Looked<'_> {
    /// Says how the settings of a step stand; `is_past` where people have stated what comes
    /// after it.
    pub(super) fn step(&self, step: &str, is_past: bool) -> (TaskState, Vec<String>) {
        let wanted = self.wanted.settings.iter().filter(|desired| desired.step.id == step);
        let mut found: Vec<(TaskState, Option<String>)> = wanted
            .map(|desired| self.setting(desired.setting, &desired.waiting_for, is_past))
            .collect();
        let left = self.wanted.unmanaged.iter().filter(|(_, of, _)| of.id == step);
        found.extend(left.map(|(setting, _, reason)| {
            (TaskState::NotNeeded, Some(format!("{setting} is left alone: {reason}")))
        }));
        let first = [
            TaskState::Next,
            TaskState::Waiting,
            TaskState::Unknown,
            TaskState::Observed,
            TaskState::Done,
        ];
        let state = first.into_iter().find(|state| found.iter().any(|(found, _)| found == state));
        let state = state.unwrap_or(TaskState::NotNeeded);
        let told = found
            .into_iter()
            .filter(|(found, _)| *found == state || *found == TaskState::NotNeeded);
        let mut notes: Vec<String> = Vec::new();
        for note in told.filter_map(|(_, note)| note) {
            if !notes.contains(&note) {
                notes.push(note);
            }
        }
        (state, notes)
    }

    fn setting(
        &self,
        setting: Setting,
        gate: &[Precondition],
        is_past: bool,
    ) -> (TaskState, Option<String>) {
        let Some(plan) = self.plan else {
            return match gate {
                [] => (TaskState::Unknown, Some("not looked at".into())),
                gate => (TaskState::Waiting, Some(format!("waits for {}", keys(gate)))),
            };
        };
        if let Some(entry) = self.planned.and_then(|planned| entry(planned, setting)) {
            return entry;
        }
        // Before the switch-over, a plan says nothing of a record that it did not find.
        if !gate.is_empty() && !is_past {
            return (TaskState::Waiting, Some(format!("waits for {}", keys(gate))));
        }
        if let Some(planned) = self.planned {
            if let Some(blocked) = blocked(planned, setting.system()) {
                return blocked;
            }
            let presence = Setting::presence(setting.system());
            if let Some((state, _)) = entry(planned, presence).filter(|_| setting != presence) {
                let waits =
                    if state == TaskState::Observed { state } else { TaskState::Waiting };
                return (waits, Some(format!("waits for {presence}")));
            }
            // What waits for a blocked system is left out of a plan.
            if setting.system() == System::Omnireturns
                && blocked(planned, System::Omnirps).is_some()
            {
                return (TaskState::Unknown, Some("not known while OmniRPS is blocked".into()));
            }
        }
        let is_read = !plan.unread_systems.contains(&setting.system());
        if !is_read || !self.capabilities.is_readable(setting) {
            let closing = process::closing(self.retailer.journey);
            let stated = closing.iter().find(|milestone| self.retailer.reached(**milestone));
            // Where others of the step are looked at, it has to be said which is not.
            let what = if is_read { format!("{setting} is ") } else { String::new() };
            let note = stated.map_or_else(
                || format!("{what}left to people"),
                |milestone| format!("{what}not looked at, closed by {milestone}"),
            );
            return (TaskState::Done, Some(note));
        }
        (TaskState::Done, Some("live is right".into()))
    }
}

/// What the plan says of one setting.
fn entry(planned: &RetailerPlan, setting: Setting) -> Option<(TaskState, Option<String>)> {
    let RetailerPlan { actions, held, manual, observed, .. } = planned;
    let differs = |before: &Value, after: &str| format!("{setting}: {before} → {after}");
    let change =
        actions.iter().flat_map(|action| &action.changes).find(|change| change.setting == setting);
    if let Some(change) = change {
        let after = match &change.after_from {
            Some(_) => "(the id of the new record)".into(),
            None => change.after.to_string(),
        };
        return Some((TaskState::Next, Some(differs(&change.before, &after))));
    }
    if let Some(entry) = manual.iter().find(|entry| entry.setting == setting) {
        let note = if entry.unseen {
            format!("{setting}: nobody but people can look")
        } else {
            differs(&entry.before, &entry.after.to_string())
        };
        return Some((TaskState::Next, Some(note)));
    }
    if let Some(entry) = observed.iter().find(|entry| entry.setting == setting) {
        let note = differs(&entry.before, &entry.after.to_string());
        return Some((TaskState::Observed, Some(note)));
    }
    let entry = held.iter().find(|entry| entry.setting == setting.key())?;
    Some((TaskState::Waiting, Some(format!("waits for {}", keys(&entry.waiting_for)))))
}

fn blocked(planned: &RetailerPlan, system: System) -> Option<(TaskState, Option<String>)> {
    let problem = planned.blocked.iter().find(|problem| problem.system == system)?;
    Some(match problem.code {
        BlockerCode::SystemUnknown => {
            (TaskState::Unknown, Some(format!("{system} could not be read")))
        }
        BlockerCode::AmbiguousName
        | BlockerCode::NameNearMiss
        | BlockerCode::IdNotFound
        | BlockerCode::DuplicateClaim
        | BlockerCode::RecordNotFound
        | BlockerCode::CompanyNotFound
        | BlockerCode::SuffixVariant => {
            (TaskState::Next, Some(format!("blocked in {system} [{}]", problem.code.as_str())))
        }
    })
}

fn keys(waiting: &[Precondition]) -> String {
    let keys: Vec<&str> = waiting.iter().map(|waiting| waiting.key()).collect();
    keys.join(" and ")
}
