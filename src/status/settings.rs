//! Determines whether the settings of a step are right live, as the plan decided.

use super::input::StatusInput;
use super::{HandedOver, LoopUpload, TaskState};
use crate::diff::After;
use crate::model::{Live, Retailer, Setting, System};
use crate::plan::{BlockerCode, Decision, Disposition, ID_OF_NEW, RetailerDecisions, RetailerPlan};
use crate::process::{self, DesiredSetting, DesiredState, DesiredValue, Precondition};

/// What is known of one retailer.
pub(super) struct Known<'a> {
    pub input: &'a StatusInput<'a>,
    pub retailer: &'a Retailer,
    pub desired: &'a DesiredState,
    /// `None` if no system was read.
    pub planned: Option<Planned<'a>>,
}

/// The plan of one retailer.
#[derive(Clone, Copy)]
pub(super) struct Planned<'a> {
    pub live: &'a Live,
    pub decided: &'a RetailerDecisions<'a>,
    pub entries: &'a RetailerPlan,
}

impl Known<'_> {
    /// Returns the handoff of the retailer's keys, if one is recorded.
    pub(super) fn handed_over(&self) -> Option<&HandedOver> {
        self.input.records.handoffs.get(&self.retailer.slug)
    }

    /// Returns whether an upload by the partner itself was seen. A milestone proves none.
    pub(super) fn loop_upload(&self) -> LoopUpload {
        if self.input.records.loop_uploads.contains(&self.retailer.slug) {
            LoopUpload::Proven
        } else {
            LoopUpload::NotProven
        }
    }

    /// Returns the state of a step's settings; `is_past` is whether people have stated
    /// something after it.
    pub(super) fn step(&self, step: &str, is_past: bool) -> (TaskState, Vec<String>) {
        let desired = self.desired.settings.iter().filter(|desired| desired.step.id == step);
        let mut found: Vec<(TaskState, Option<String>)> = desired
            .map(|desired| {
                let (state, note) = self.setting(desired.setting, &desired.waiting_for, is_past);
                (state, overridden(desired, state, note))
            })
            .collect();
        let left = self.desired.unmanaged.iter().filter(|(_, of, _)| of.id == step);
        found.extend(left.map(|(setting, _, reason)| {
            (TaskState::NotNeeded, Some(format!("{setting} is not managed: {reason}")))
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
        let shown = found
            .into_iter()
            .filter(|(found, _)| *found == state || *found == TaskState::NotNeeded);
        let mut notes: Vec<String> = Vec::with_capacity(1);
        for note in shown.filter_map(|(_, note)| note) {
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
        let waits = |preconditions: &[Precondition]| {
            let keys: Vec<&str> = preconditions.iter().map(|of| of.key()).collect();
            (TaskState::Waiting, Some(format!("waits for {}", keys.join(" and "))))
        };
        let Some(planned) = self.planned else {
            return match gate {
                [] => (TaskState::Unknown, Some("not checked".into())),
                gate => waits(gate),
            };
        };
        let decision = planned.decided.get(setting);
        match decision.map(|decision| (&decision.disposition, decision)) {
            Some((Disposition::Held { waiting_for, .. }, _)) => waits(waiting_for),
            Some((Disposition::Manual { unseen: true, .. }, _)) => {
                (TaskState::Next, Some(format!("{setting}: only people can check it")))
            }
            Some((Disposition::Apply { .. } | Disposition::Manual { .. }, decision)) => {
                (TaskState::Next, Some(difference(decision)))
            }
            Some((Disposition::Observed, decision)) => {
                (TaskState::Observed, Some(difference(decision)))
            }
            // Before the switch-over, settings that are right or unknown can still change.
            _ if !gate.is_empty() && !is_past => waits(gate),
            Some((Disposition::Blocked, _)) => self.blocked(planned.decided, setting.system()),
            Some((Disposition::Unknown, _)) => {
                (TaskState::Done, Some(self.closed(planned, setting)))
            }
            Some((Disposition::InSync, _)) => (TaskState::Done, Some("set correctly".into())),
            Some((Disposition::NotManaged, _)) => (TaskState::Done, None),
            None => self.before_record(planned.decided, setting.system()),
        }
    }

    /// Describes a setting that is set when its missing record is created.
    fn before_record(
        &self,
        decided: &RetailerDecisions,
        system: System,
    ) -> (TaskState, Option<String>) {
        let presence = Setting::presence(system);
        let disposition = decided.get(presence).map(|decision| &decision.disposition);
        let state = match disposition {
            Some(Disposition::Blocked) => return self.blocked(decided, system),
            Some(Disposition::Observed) => TaskState::Observed,
            _ => TaskState::Waiting,
        };
        (state, Some(format!("waits for {presence}")))
    }

    fn blocked(&self, decided: &RetailerDecisions, system: System) -> (TaskState, Option<String>) {
        let blocker = decided.blocked.iter().find(|blocker| blocker.system == system);
        match blocker.map(|blocker| blocker.code) {
            // A plan omits what depends on a blocked system.
            None => (TaskState::Unknown, Some("OmniRPS is blocked".into())),
            Some(BlockerCode::SystemUnknown) => {
                (TaskState::Unknown, Some(format!("{system} could not be read")))
            }
            Some(code) => (TaskState::Next, Some(format!("blocked in {system} [{}]", code.key()))),
        }
    }

    /// Describes a setting that was not compared, because it is not readable or the id that it
    /// names is not known.
    fn closed(&self, planned: Planned, setting: Setting) -> String {
        let is_read = !planned.live.unknown().any(|system| system == setting.system());
        let is_readable = self.input.capabilities.is_readable(setting);
        // If others of the step are readable, name the one that is not.
        let what = if is_read { format!("{setting} is ") } else { String::new() };
        process::closed_by(self.retailer, setting).map_or_else(
            || format!("{what}{}", if is_read && is_readable { "not known" } else { "manual" }),
            |milestone| format!("{what}not checked, closed by {milestone}"),
        )
    }
}

/// Adds to a note on a setting that the file overrides it, and why: the step asks for another
/// value.
fn overridden(desired: &DesiredSetting, state: TaskState, note: Option<String>) -> Option<String> {
    let Some(reason) = &desired.override_reason else { return note };
    let note = match (&desired.value, note) {
        (DesiredValue::Value(value), Some(note)) if state == TaskState::Done => {
            format!("{}: {value}, {note}", desired.setting)
        }
        (_, note) => note.unwrap_or_default(),
    };
    Some(format!("{note}, overridden: {reason}"))
}

fn difference(decision: &Decision) -> String {
    let after = match &decision.after {
        Some(After::IdOfNew(_)) => ID_OF_NEW.into(),
        Some(after) => after.value().to_string(),
        None => String::new(),
    };
    let before = decision.before.as_ref().map_or_else(String::new, |before| {
        let remark = decision.after.as_ref().map_or("", |after| before.remark(&after.value()));
        format!("{before}{remark}")
    });
    format!("{}: {before} → {after}", decision.setting)
}
