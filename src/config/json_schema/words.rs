//! Descriptions of milestones and settings for the authors of files.

use crate::model::{Access, Journey, Partner, Retailer, Setting, ValueKind};
use crate::process::milestones::MilestoneRule;
use crate::process::{self, DesiredState, Step};
use std::collections::BTreeMap;

/// Describes a milestone of a journey: what it states, its step, and its requirements.
pub(super) fn milestone(rule: &MilestoneRule) -> String {
    let MilestoneRule { milestone, step, asks: _, who, needs } = rule;
    let needs: Vec<&str> = needs.iter().map(|needed| needed.key()).collect();
    let needs = match needs.as_slice() {
        [] => String::new(),
        needs => format!(" It needs {}.", needs.join(", ")),
    };
    let partner = Partner::default().name;
    let who: Vec<&str> = who.iter().map(|role| role.title(&partner)).collect();
    let who = who.join(" and ");
    format!("{} (step {step}, {who}).{needs}", milestone.words())
}

/// Describes an override of a setting: its steps, its values, its purpose.
pub(super) fn setting(setting: Setting, steps: &[&Step]) -> String {
    let info = setting.info();
    let steps = match steps {
        [] => "No step of the process asks for it.".to_owned(),
        steps => {
            let asks: Vec<String> =
                steps.iter().map(|step| format!("{}: {}", step.id, step.asks)).collect();
            format!("Steps of the process: {}.", asks.join("; "))
        }
    };
    let irreversible = match info.irreversible {
        Some(why) => format!(" A change cannot be wholly undone: {why}."),
        None => String::new(),
    };
    format!(
        "Overrides this setting of {}. {steps} While it is wrong, {}.{irreversible}",
        info.system, info.consequence
    )
}

/// Describes the values of a setting.
pub(super) fn value(kind: ValueKind) -> &'static str {
    match kind {
        ValueKind::Present => "`present`: the record exists.",
        ValueKind::Text => "The text to use instead.",
        ValueKind::Url => "The https address to use instead.",
        ValueKind::Id => "The id to use instead, as a whole number or in quotes.",
        ValueKind::Flag => "`true` or `false`, without quotes.",
        ValueKind::Switch { .. } => "The word to use instead.",
        ValueKind::Empty => "`none`: the list is empty.",
    }
}

/// Finds the steps that require each setting by evaluating the process.
pub(super) fn steps() -> BTreeMap<Setting, Vec<&'static Step>> {
    let mut steps: BTreeMap<Setting, Vec<&'static Step>> = BTreeMap::new();
    for (_, state) in branches() {
        for desired in state.settings {
            let asking = steps.entry(desired.setting).or_default();
            if !asking.contains(&desired.step) {
                asking.push(desired.step);
            }
        }
    }
    steps
}

/// Returns the desired state in each branch of the process, before any milestone.
pub(crate) fn branches() -> [(&'static str, DesiredState); 3] {
    let existing = |access| Journey::Existing { omnireturns_access: Some(access) };
    [
        ("journey `new`", Journey::New),
        (
            "journey `existing` and `omnireturns_access: not_required`",
            existing(Access::NotRequired),
        ),
        ("journey `existing` and `omnireturns_access: required`", existing(Access::Required)),
    ]
    .map(|(branch, journey)| (branch, process::desired(&anybody(journey), &Partner::default())))
}

fn anybody(journey: Journey) -> Retailer {
    Retailer::new(String::new(), String::new(), String::new(), journey)
}
