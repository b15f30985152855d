//! The page of milestones.

use super::{Page, anchor, code_list, sentence};
use crate::config::json_schema::words;
use crate::model::{Journey, Milestone, Partner};
use crate::process::Precondition;
use crate::process::milestones::{MilestoneRule, milestone_rule, milestone_rules};

const JOURNEYS: [(&str, Journey); 2] =
    [("new", Journey::New), ("existing", Journey::Existing { omnireturns_access: None })];

pub(super) fn page() -> Page {
    let mut page = Page::new(
        "milestones.md",
        "Milestones",
        "What people state under `milestones` in a retailer file, with `reconcile attest` or an \
         editor: a day, or a mapping with \
         [`on`, `by` and `connote`](retailer-file.md#milestonesmilestoneon).",
    );
    page.section("In order");
    page.list(JOURNEYS.map(|(word, journey)| {
        let of = |rule: &MilestoneRule| {
            let key = rule.milestone.key();
            format!("[`{key}`](#{})", anchor(key))
        };
        let order: Vec<String> = milestone_rules(journey).iter().map(of).collect();
        format!("Journey `{word}`: {}.", order.join(", "))
    }));
    page.section("Each milestone");
    for milestone in Milestone::ALL {
        page.name(milestone.key());
        page.paragraph(&sentence(milestone.words()));
        let journeys = JOURNEYS.iter().filter_map(|(word, journey)| {
            Some(format!("Journey `{word}`: {}", of_rule(milestone_rule(*journey, milestone)?)))
        });
        page.list(journeys.chain(opens(milestone)));
    }
    page
}

fn of_rule(rule: &MilestoneRule) -> String {
    let MilestoneRule { milestone: _, step, asks, who, needs } = rule;
    let partner = Partner::default().name;
    let who: Vec<&str> = who.iter().map(|role| role.title(&partner)).collect();
    let needs = match needs {
        [] => String::new(),
        needs => format!(" It needs {}.", code_list(needs.iter().map(|needed| needed.key()))),
    };
    format!("step {step}, {asks} ({}).{needs}", who.join(" and "))
}

/// Returns the settings that wait for the milestone, by journey.
fn opens(milestone: Milestone) -> Vec<String> {
    let waits = Precondition::Milestone(milestone);
    let branches = words::branches().into_iter().filter_map(|(branch, state)| {
        let waiting = state.settings.iter().filter(|it| it.waiting_for.contains(&waits));
        let links: Vec<String> = waiting
            .map(|it| it.setting.key())
            .map(|key| format!("[`{key}`](settings.md#{})", anchor(key)))
            .collect();
        let first = format!("Held until it is stated, with {branch}: {}.", links.join(", "));
        (!links.is_empty()).then_some(first)
    });
    branches.collect()
}
