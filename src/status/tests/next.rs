//! The next steps according to a file alone, held against its status without the systems.

use super::super::{JourneyRecords, NextStep, RetailerStatus, TaskState, next, of_one};
use crate::config::{self, Sources};
use crate::model::{Access, Capabilities, Fact, Journey, Milestone, Project, Retailer, Setting};
use crate::process::milestones::milestone_rules;
use crate::process::{is_closed, use_by_customers};
use crate::shell::CommandOptions;
use crate::testing::{fleet, today};

const APPLY: &str = "review and apply the changes";
const WEBHOOK: Setting = Setting::OmnirpsTrackingWebhookUrl;

fn project() -> Project {
    config::check(&Sources::default(), today()).project
}

fn next_of(of: &Retailer, before: Option<&Retailer>) -> Vec<NextStep> {
    let with = (&CommandOptions::default(), &Capabilities::default());
    next(of, before, &project(), with, today())
}

fn to_do(steps: &[NextStep]) -> Vec<&str> {
    steps.iter().map(|step| step.to_do.as_str()).collect()
}

fn retailer(journey: Journey, milestones: &[Milestone]) -> Retailer {
    let mut retailer = fleet("retailer: Acme\njourney: new\naccount_manager: Dana\n").remove(0);
    retailer.journey = journey;
    let fact = Fact { on: today(), by: None, connote: None };
    retailer.milestones = milestones.iter().map(|of| (*of, fact.clone())).collect();
    retailer
}

/// Returns retailers that have stated any of their milestones, in any order.
fn retailers() -> Vec<Retailer> {
    let decisions = [None, Some(Access::Required), Some(Access::NotRequired)];
    let existing = decisions.map(|omnireturns_access| Journey::Existing { omnireturns_access });
    let journeys = [Journey::New].into_iter().chain(existing);
    let of_journey = |journey| {
        let all: Vec<Milestone> =
            milestone_rules(journey).iter().map(|rule| rule.milestone).collect();
        (0..1 << all.len()).map(move |stated: usize| {
            let milestones = all.iter().enumerate().filter(|(at, _)| stated >> at & 1 == 1);
            let milestones: Vec<Milestone> = milestones.map(|(_, milestone)| *milestone).collect();
            retailer(journey, &milestones)
        })
    };
    journeys.flat_map(of_journey).collect()
}

fn state(status: &RetailerStatus, step: &str) -> Option<TaskState> {
    status.steps.iter().find(|of| of.step == step).map(|of| of.state)
}

#[test]
fn they_are_those_of_the_status_without_the_systems() {
    let retailers = retailers();
    assert_eq!(retailers.len(), (1 << 10) + 3 * (1 << 7));
    for of in retailers {
        let offline = (None, &Capabilities::default());
        let (options, records) = (CommandOptions::default(), JourneyRecords::default());
        let status = of_one(&of, &project(), &options, &records, offline, today());
        let steps = next_of(&of, None);
        let about = format!("{:?} {:?}: {steps:#?}", of.journey, of.milestones.keys());
        let mut printed = to_do(&steps);
        let apply = printed.iter().position(|step| *step == APPLY);
        let is_undecided = of.journey == Journey::Existing { omnireturns_access: None };
        let webhook = state(&status, "N5.2.1") == Some(TaskState::Unknown);
        assert_eq!(
            apply.is_some(),
            webhook && (is_undecided || !is_closed(&of, WEBHOOK)),
            "{about}"
        );
        if let Some(at) = apply {
            let is_first = use_by_customers(&of).is_some();
            assert!(!is_first || at == 0, "customers get no credits meanwhile: {about}");
            printed.remove(at);
        }
        let settings = status.steps.iter().position(|step| step.step == "N5.2.1").unwrap();
        let after = &status.steps[settings..];
        let are_hidden = apply.is_some() && after.iter().all(|step| step.on.is_none());
        let expected = status.waiting_for.iter().filter(|waiting| {
            let waits = after.iter().any(|step| waiting.steps.contains(&step.step));
            !(are_hidden && waits)
        });
        let expected: Vec<&str> = expected.map(|step| step.to_do.as_str()).collect();
        assert_eq!(printed, expected, "{about}");
    }
}

#[test]
fn the_webhook_does_not_wait_for_the_decision() {
    let undecided = Journey::Existing { omnireturns_access: None };
    let decide = "confirm whether the retailer still needs access to OmniReturns: `required` or \
                  `not_required`";
    let switched = retailer(undecided, &[Milestone::SwitchedToLoop]);
    assert_eq!(to_do(&next_of(&switched, None)), [APPLY, decide]);
    let live = retailer(undecided, &[Milestone::SwitchedToLoop, Milestone::Live]);
    assert_eq!(to_do(&next_of(&live, None)), [APPLY, decide]);
    // Nothing is set before the switch-over.
    let before = retailer(undecided, &[Milestone::KeysRequested]);
    assert_eq!(
        to_do(&next_of(&before, None)),
        ["hand over the keys and the exact name in OmniRPS"]
    );
}

#[test]
fn a_late_statement_that_opens_the_settings_asks_for_them() {
    let early = retailer(Journey::New, &[Milestone::KeysSupplied]);
    let now = retailer(Journey::New, &[Milestone::DocumentsCompleted, Milestone::KeysSupplied]);
    assert_eq!(to_do(&next_of(&now, Some(&early)))[0], APPLY);
    // What was confirmed with the settings open is trusted.
    assert!(!to_do(&next_of(&now, Some(&now))).contains(&APPLY));

    let undecided = Journey::Existing { omnireturns_access: None };
    let decided = Journey::Existing { omnireturns_access: Some(Access::Required) };
    let live = [Milestone::SwitchedToLoop, Milestone::Live];
    let (before, now) = (retailer(undecided, &live), retailer(decided, &live));
    assert_eq!(to_do(&next_of(&now, Some(&before))), [APPLY]);
    assert!(next_of(&now, Some(&now)).is_empty());
    // Another decision asks for other settings.
    let other =
        retailer(Journey::Existing { omnireturns_access: Some(Access::NotRequired) }, &live);
    assert_eq!(to_do(&next_of(&other, Some(&now))), [APPLY]);
}
