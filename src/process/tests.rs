//! Each row of the process, for both journeys and both branches.

use super::journey::{DoneBy, tasks};
use super::milestones::milestone_rules;
use super::{DesiredValue, desired};
use crate::model::{Journey, Milestone, Partner, Value};
use crate::testing::fleet;
use insta::assert_snapshot;
use std::collections::BTreeSet;

/// Shows the desired settings: setting, value, step, preconditions, policy.
fn wanted(file: &str) -> String {
    let fleet = fleet(file);
    let wanted = desired(&fleet[0], &Partner::default());
    let mut lines: Vec<String> = wanted
        .settings
        .iter()
        .map(|desired| {
            let value = match &desired.value {
                DesiredValue::Value(value) => value.clone(),
                DesiredValue::Suffixed { base, suffix } => Value::text(format!("{base} {suffix}")),
                DesiredValue::IdIn(system) => Value::text(format!("id in {system}")),
            };
            let waits: Vec<&str> =
                desired.waiting_for.iter().map(|waiting| waiting.key()).collect();
            let mut line = format!("{} = {value}  {}", desired.setting, desired.step.id);
            if desired.managed != super::ManagePolicy::Always {
                line.push_str(&format!("  {:?}", desired.managed));
            }
            if !waits.is_empty() {
                line.push_str(&format!("  waits for {}", waits.join(", ")));
            }
            if let Some(reason) = &desired.override_reason {
                line.push_str(&format!("  because {reason}"));
            }
            line
        })
        .collect();
    lines.extend(wanted.undecided.iter().map(|undecided| {
        let waits: Vec<&str> = undecided.waiting_for.iter().map(|waiting| waiting.key()).collect();
        format!("undecided  {}  waits for {}", undecided.step.id, waits.join(", "))
    }));
    lines.extend(
        wanted
            .unmanaged
            .iter()
            .map(|(setting, step, reason)| format!("not {setting}  {}  because {reason}", step.id)),
    );
    lines.join("\n")
}

#[test]
fn new_waits_for_the_documents() {
    assert_snapshot!(wanted("retailer: Acme\njourney: new\n"), @"
    omniparcel.account = present  N5  waits for documents_completed
    omnirps.retailer = present  N5  waits for documents_completed
    omnirps.tracking_webhook.url = https://api.loopreturns.com/hook/v1/seko/update  N5.2.1  waits for documents_completed
    omnirps.tracking_webhook.enabled = true  N5.2.1  waits for documents_completed
    omnireturns.retailer = present  N5  waits for documents_completed
    omnireturns.name = Acme  N5  OnCreate  waits for documents_completed
    omnireturns.company = Loop  N5  DuringSetUp  waits for documents_completed
    omnireturns.portal = unpublished  N5  DuringSetUp  waits for documents_completed
    omnireturns.omnirps_retailer_id = id in OmniRPS  N5  waits for documents_completed
    omnireturns.emails = none  N5.1.1  ByHand
    omnireturns.hubs = none  N5.1.2  ByHand
    ");
}

#[test]
fn new_with_documents_is_set_up() {
    assert_snapshot!(wanted("
retailer: Acme
journey: new
omnireturns: {name: Acme AU}
milestones: {documents_completed: 2026-10-01}
"), @"
    omniparcel.account = present  N5
    omnirps.retailer = present  N5
    omnirps.tracking_webhook.url = https://api.loopreturns.com/hook/v1/seko/update  N5.2.1
    omnirps.tracking_webhook.enabled = true  N5.2.1
    omnireturns.retailer = present  N5
    omnireturns.name = Acme AU  N5  OnCreate
    omnireturns.company = Loop  N5  DuringSetUp
    omnireturns.portal = unpublished  N5  DuringSetUp
    omnireturns.omnirps_retailer_id = id in OmniRPS  N5
    omnireturns.emails = none  N5.1.1  ByHand
    omnireturns.hubs = none  N5.1.2  ByHand
    ");
}

#[test]
fn existing_undecided_wants_only_the_webhook() {
    assert_snapshot!(wanted("retailer: Acme\njourney: existing\n"), @"
    omnirps.tracking_webhook.url = https://api.loopreturns.com/hook/v1/seko/update  N5.2.1  waits for switched_to_loop
    omnirps.tracking_webhook.enabled = true  N5.2.1  waits for switched_to_loop
    undecided  E5  waits for switched_to_loop, omnireturns_access
    ");
    assert_snapshot!(wanted("
retailer: Acme
journey: existing
milestones: {switched_to_loop: 2026-10-12}
"), @"
    omnirps.tracking_webhook.url = https://api.loopreturns.com/hook/v1/seko/update  N5.2.1
    omnirps.tracking_webhook.enabled = true  N5.2.1
    undecided  E5  waits for omnireturns_access
    ");
}

#[test]
fn existing_without_access_takes_branch_e6() {
    assert_snapshot!(wanted("
retailer: Acme
journey: existing
omnireturns_access: not_required
"), @"
    omnirps.tracking_webhook.url = https://api.loopreturns.com/hook/v1/seko/update  N5.2.1  waits for switched_to_loop
    omnirps.tracking_webhook.enabled = true  N5.2.1  waits for switched_to_loop
    omnirps.shopify_integration = disabled  E6.3  waits for switched_to_loop
    omnirps.track_and_trace_emails = disabled  E6.4  waits for switched_to_loop
    omnireturns.company = Loop  E6.1  waits for switched_to_loop
    omnireturns.portal = unpublished  E6.2  waits for switched_to_loop
    ");
    assert_snapshot!(wanted("
retailer: Acme
journey: existing
omnireturns_access: not_required
milestones: {switched_to_loop: 2026-10-12}
"), @"
    omnirps.tracking_webhook.url = https://api.loopreturns.com/hook/v1/seko/update  N5.2.1
    omnirps.tracking_webhook.enabled = true  N5.2.1
    omnirps.shopify_integration = disabled  E6.3
    omnirps.track_and_trace_emails = disabled  E6.4
    omnireturns.company = Loop  E6.1
    omnireturns.portal = unpublished  E6.2
    ");
}

#[test]
fn existing_with_access_takes_branch_e7() {
    assert_snapshot!(wanted("
retailer: Acme
journey: existing
omnireturns_access: required
omnireturns: {name: Acme AU}
milestones: {switched_to_loop: 2026-10-12}
"), @"
    omnirps.tracking_webhook.url = https://api.loopreturns.com/hook/v1/seko/update  N5.2.1
    omnirps.tracking_webhook.enabled = true  N5.2.1
    omnirps.track_and_trace_emails = disabled  E7.2
    omnireturns.name = Acme AU - Loop  E7.1
    ");
}

#[test]
fn an_override_keeps_step_and_gate() {
    assert_snapshot!(wanted("
retailer: Acme
journey: existing
omnireturns_access: not_required
settings:
  omnirps.shopify_integration: {value: enabled, reason: until March}
  omnirps.tracking_webhook: {manage: false, reason: own relay}
"), @"
    omnirps.shopify_integration = enabled  E6.3  waits for switched_to_loop  because until March
    omnirps.track_and_trace_emails = disabled  E6.4  waits for switched_to_loop
    omnireturns.company = Loop  E6.1  waits for switched_to_loop
    omnireturns.portal = unpublished  E6.2  waits for switched_to_loop
    not omnirps.tracking_webhook.url  N5.2.1  because own relay
    not omnirps.tracking_webhook.enabled  N5.2.1  because own relay
    ");
}

#[test]
fn an_override_of_what_the_process_leaves_alone_has_its_own_step() {
    assert_snapshot!(wanted("
retailer: Acme
journey: existing
omnireturns_access: required
settings:
  omnireturns.portal: {value: unpublished, reason: asked for it}
  omnireturns.emails: {value: none, reason: asked for it}
"), @"
    omnirps.tracking_webhook.url = https://api.loopreturns.com/hook/v1/seko/update  N5.2.1  waits for switched_to_loop
    omnirps.tracking_webhook.enabled = true  N5.2.1  waits for switched_to_loop
    omnirps.track_and_trace_emails = disabled  E7.2  waits for switched_to_loop
    omnireturns.name = Acme - Loop  E7.1  waits for switched_to_loop
    omnireturns.portal = unpublished  override  waits for switched_to_loop  because asked for it
    omnireturns.emails = none  override  ByHand  waits for switched_to_loop  because asked for it
    ");
    assert_snapshot!(wanted("
retailer: Acme
journey: new
settings:
  omnirps.shopify_integration: {value: disabled, reason: asked for it}
  omnireturns.portal: {value: published, reason: own portal}
"), @"
    omniparcel.account = present  N5  waits for documents_completed
    omnirps.retailer = present  N5  waits for documents_completed
    omnirps.tracking_webhook.url = https://api.loopreturns.com/hook/v1/seko/update  N5.2.1  waits for documents_completed
    omnirps.tracking_webhook.enabled = true  N5.2.1  waits for documents_completed
    omnirps.shopify_integration = disabled  override  waits for documents_completed  because asked for it
    omnireturns.retailer = present  N5  waits for documents_completed
    omnireturns.name = Acme  N5  OnCreate  waits for documents_completed
    omnireturns.company = Loop  N5  DuringSetUp  waits for documents_completed
    omnireturns.portal = published  N5  waits for documents_completed  because own portal
    omnireturns.omnirps_retailer_id = id in OmniRPS  N5  waits for documents_completed
    omnireturns.emails = none  N5.1.1  ByHand
    omnireturns.hubs = none  N5.1.2  ByHand
    ");
}

#[test]
fn an_override_waits_for_the_decision_only_where_it_decides() {
    assert_snapshot!(wanted("
retailer: Acme
journey: existing
milestones: {switched_to_loop: 2026-10-12}
settings:
  omnireturns.portal: {value: published, reason: asked for it}
  omnireturns.hubs: {value: none, reason: asked for it}
"), @"
    omnirps.tracking_webhook.url = https://api.loopreturns.com/hook/v1/seko/update  N5.2.1
    omnirps.tracking_webhook.enabled = true  N5.2.1
    omnireturns.hubs = none  override  ByHand  waits for omnireturns_access  because asked for it
    undecided  E5  waits for omnireturns_access
    ");
}

#[test]
fn a_company_that_is_not_managed_is_set_on_creation() {
    let company = |setting: &str| {
        let file = format!(
            "retailer: Acme\njourney: new\nmilestones: {{documents_completed: 2026-08-09}}\n\
             settings: {{{setting}: {{manage: false, reason: own}}}}\n"
        );
        wanted(&file).lines().find(|line| line.contains(setting)).unwrap().to_owned()
    };
    assert_eq!(company("omnireturns.company"), "omnireturns.company = Loop  N5  OnCreate");
    assert_eq!(company("omnireturns.portal"), "not omnireturns.portal  N5  because own");
    // Where the account is not managed either, nothing is created.
    let own = "{manage: false, reason: own}";
    let file = format!(
        "retailer: Acme\njourney: new\nsettings: {{omnireturns.retailer: {own}, \
         omnireturns.company: {own}}}\n"
    );
    let wanted = wanted(&file);
    assert!(wanted.contains("not omnireturns.company  N5  because own"), "{wanted}");
}

#[test]
fn an_acknowledged_setting_is_left_alone_up_to_its_day() {
    let file = |until: &str| {
        format!(
            "retailer: Acme\njourney: existing\nomnireturns_access: required\nsettings:\n  \
             omnireturns.name: {{acknowledge: {{until: {until}, reason: a sale}}}}\n"
        )
    };
    let today = crate::testing::today();
    let named = |until: jiff::civil::Date| {
        wanted(&file(&until.to_string()))
            .lines()
            .filter(|line| line.contains("omnireturns.name"))
            .collect::<String>()
    };
    assert_snapshot!(named(today), @"not omnireturns.name  E7.1  because a sale (acknowledged until 2026-11-23)");
    assert_snapshot!(named(today.yesterday().unwrap()), @"omnireturns.name = Acme - Loop  E7.1  waits for switched_to_loop");
}

#[test]
fn an_override_waits_while_access_is_undecided() {
    assert_snapshot!(wanted("
retailer: Acme
journey: existing
milestones: {switched_to_loop: 2026-10-12}
settings:
  omnireturns.portal: {value: unpublished, reason: asked for it}
  omnirps.tracking_webhook.url: {value: \"https://relay.example/hook\", reason: own relay}
"), @"
    omnirps.tracking_webhook.url = https://relay.example/hook  N5.2.1  because own relay
    omnirps.tracking_webhook.enabled = true  N5.2.1
    undecided  E5  waits for omnireturns_access
    ");
}

#[test]
fn every_milestone_has_a_stage_and_a_row() {
    let mut all = BTreeSet::new();
    for journey in Journey::ALL {
        let staged: Vec<Milestone> =
            milestone_rules(journey).iter().map(|rule| rule.milestone).collect();
        let tasks = tasks(journey).into_iter();
        let rows: Vec<Milestone> = tasks
            .filter_map(|task| match task.done_by {
                DoneBy::Milestone(milestone) => Some(milestone),
                DoneBy::AccountManager | DoneBy::Access | DoneBy::Settings(_) => None,
            })
            .collect();
        assert_eq!(rows, staged);
        all.extend(staged);
    }
    assert!(all.iter().eq(&Milestone::ALL));
}
