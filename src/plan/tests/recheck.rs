//! Which actions of a saved plan do not count any more.

use super::{BOTH, NEW, NOT_REQUIRED, OMNIRPS_DONE, REQUIRED, WEBHOOK_RIGHT, by_people, changed};
use crate::model::{
    Capabilities, ChangedBy, Live, Record, Retailer, Setting, System, SystemReading, Value,
};
use crate::plan::{Outdated, Plan, PlanInput, Recheck, decide_fleet};
use crate::testing::{live, plan, with_input};
use insta::assert_snapshot;

/// Returns the actions of a plan of the first retailer that do not count any more.
fn outdated(plan: &Plan, capabilities: &Capabilities, fleet: &str, live: &Live) -> String {
    let planned = &plan.retailers[0];
    let recheck = Recheck::new(live, capabilities, "reconcile.yaml");
    shown(with_input(capabilities, fleet, "", |input| {
        let in_scope = &|retailer: &Retailer| retailer.name == planned.retailer;
        let input = PlanInput { in_scope, live, is_whole: false, ..input };
        decide_fleet(&input, |decided| recheck.by_decisions(planned, &decided)).0.concat()
    }))
}

/// Like [`outdated`], of a plan that was not made from files.
fn outdated_without_files(plan: &Plan, capabilities: &Capabilities, live: &Live) -> String {
    let recheck = Recheck::new(live, capabilities, "reconcile.yaml");
    shown(recheck.by_capabilities(&plan.retailers[0]))
}

fn shown(outdated: Vec<(String, Outdated)>) -> String {
    let line = |(id, why): (String, Outdated)| match why {
        Outdated::File(file) => format!("{id}: {file} has changed"),
        Outdated::Undeclared(_) => format!("{id}: not declared"),
        Outdated::Decision(why) => format!("{id}: {why}"),
        Outdated::Unread(system, _) => format!("{id}: {system} not read"),
    };
    outdated.into_iter().map(line).collect::<Vec<_>>().join("\n")
}

/// Returns a live state in which some changes of a plan have been made.
fn with_changes(before: &Live, plan: &Plan, is_made: impl Fn(usize) -> bool) -> Live {
    let readings = System::ALL.map(|system| {
        let mut reading = before.reading(system).clone();
        let SystemReading::Observed(state) = &mut reading else { return (system, reading) };
        let changes = plan.actions().flat_map(|(_, action)| {
            action.changes.iter().map(move |change| (action.target_id.as_deref(), change))
        });
        for (_, (id, change)) in changes.enumerate().filter(|(at, _)| is_made(*at)) {
            let of = |record: &&mut Record| {
                change.setting.system() == system && Some(record.id.as_str()) == id
            };
            let Some(record) = state.records.iter_mut().find(of) else { continue };
            if let (Setting::OmnireturnsName, Value::Text(name)) = (change.setting, &change.after) {
                record.name = name.to_string();
            }
            record.values.insert(change.setting, change.after.clone());
        }
        (system, reading)
    });
    Live::new(readings.into())
}

#[test]
fn whatever_of_a_plan_is_done_the_rest_still_counts() {
    let set_up = format!("{OMNIRPS_DONE}omnireturns: [{{id: 9, name: Acme, company: SEKO}}]\n");
    for (file, before) in [(NOT_REQUIRED, BOTH), (REQUIRED, BOTH), (NEW, &set_up)] {
        let (plan, before) = (plan(file, before), live(before));
        let count = plan.retailers[0].changes().count();
        assert!(count > 2, "{plan:?}");
        for made in 0..1_usize << count {
            let now = with_changes(&before, &plan, |at| made & 1 << at != 0);
            assert_eq!(
                outdated(&plan, &Capabilities::default(), file, &now),
                "",
                "{file} {made:b}"
            );
            assert_eq!(
                outdated_without_files(&plan, &Capabilities::default(), &now),
                "",
                "{file} {made:b}"
            );
        }
    }
}

#[test]
fn what_is_done_counts_whatever_is_decided_now() {
    let plan = plan(REQUIRED, BOTH);
    let done = with_changes(&live(BOTH), &plan, |_| true);
    let observed = changed(&ChangedBy::Nobody, Setting::ALL);
    assert_eq!(outdated(&plan, &observed, REQUIRED, &done), "");
    assert_eq!(outdated_without_files(&plan, &observed, &done), "");
    // Another account has a name that fits, so nothing else is decided in OmniReturns.
    let twin = format!(
        "{OMNIRPS_DONE}omnireturns: [{{id: 9, name: Acme - Loop}}, {{id: 10, name: Acme}}]"
    );
    assert_eq!(outdated(&plan, &Capabilities::default(), REQUIRED, &live(&twin)), "");
}

#[test]
fn what_is_left_to_people_or_observed_by_now_does_not_count() {
    let (plan, before) = (plan(NOT_REQUIRED, BOTH), live(BOTH));
    let both = |capabilities: &Capabilities| {
        let without_files = outdated_without_files(&plan, capabilities, &before);
        assert_eq!(outdated(&plan, capabilities, NOT_REQUIRED, &before), without_files);
        without_files
    };
    let shopify = [Setting::OmnirpsShopifyIntegration];
    assert_snapshot!(both(&changed(&ChangedBy::Nobody, shopify)), @"acme/omnirps/update: reconcile.yaml lets the tool only observe `omnirps.shopify_integration`");
    let note = Some("the contract has no call for it".to_owned());
    assert_snapshot!(both(&changed(&ChangedBy::Person { note }, shopify)), @"acme/omnirps/update: `omnirps.shopify_integration` is left to people: the contract has no call for it");
    assert_snapshot!(both(&by_people(&[System::Omnireturns])), @"acme/omnireturns/update: reconcile.yaml leaves `omnireturns.company` to people");
    assert_snapshot!(outdated(&plan, &by_people(&[System::Omnirps]), NOT_REQUIRED, &before), @"
    acme/omnirps/update: reconcile.yaml leaves `omnirps.tracking_webhook.url` to people
    acme/omnireturns/update: `omnireturns.company` waits for omnirps.tracking_webhook.url and omnirps.tracking_webhook.enabled now
    ");
    let creates = crate::testing::plan(NEW, "");
    let people = by_people(&[System::Omnirps]);
    assert_snapshot!(outdated_without_files(&creates, &people, &live("")), @"acme/omnirps/create: reconcile.yaml leaves `omnirps.retailer` to people");
    assert_snapshot!(outdated(&creates, &people, NEW, &live("")), @"
    acme/omnirps/create: reconcile.yaml leaves `omnirps.retailer` to people
    acme/omnireturns/create: `omnireturns.retailer` waits for omnirps.retailer now
    ");
}

#[test]
fn what_another_file_or_another_record_prevents_does_not_count() {
    let (plan, before) = (plan(REQUIRED, WEBHOOK_RIGHT), live(WEBHOOK_RIGHT));
    let other =
        format!("{REQUIRED}---\nretailer: Beta\njourney: existing\nids: {{omnireturns: '9'}}\n");
    assert_snapshot!(outdated(&plan, &Capabilities::default(), &other, &before), @r#"acme/omnireturns/update: OmniReturns is blocked now: retailers/acme.yaml and retailers/beta.yaml claim OmniReturns record 9, "Acme" (pinned in retailers/beta.yaml)"#);
    let twin = WEBHOOK_RIGHT
        .replace("[{id: 9, name: Acme}]", "[{id: 9, name: Acme}, {id: 10, name: Acme - Loop}]");
    assert_snapshot!(outdated(&plan, &Capabilities::default(), REQUIRED, &live(&twin)), @r#"acme/omnireturns/update: OmniReturns is blocked now: 2 OmniReturns records fit: "Acme" (id 9) and "Acme - Loop" (id 10)"#);
    assert_snapshot!(outdated_without_files(&plan, &Capabilities::default(), &live(&twin)), @r#"acme/omnireturns/update: "Acme" (id 9) would be called "Acme - Loop", but id 10 already has that name"#);
    let moved = WEBHOOK_RIGHT.replace("id: 9, name: Acme", "id: 10, name: Acme");
    assert_snapshot!(outdated(&plan, &Capabilities::default(), REQUIRED, &live(&moved)), @r#"acme/omnireturns/update: the retailer's record in OmniReturns is "Acme" (id 10) now"#);
}

#[test]
fn nothing_is_created_beside_the_record_that_is_the_retailers_by_now() {
    let named = "settings: {omnireturns.name: {value: Acme AU, reason: its own}}\n";
    let named = format!("{NEW}{named}");
    let plan = plan(&named, "");
    let by_now = live("omnireturns: [{id: 9, name: Acme}]\n");
    assert_eq!(outdated(&plan, &Capabilities::default(), &named, &live("")), "");
    assert_snapshot!(outdated(&plan, &Capabilities::default(), &named, &by_now), @r#"acme/omnireturns/create: the retailer's record in OmniReturns is "Acme" (id 9) now"#);
}

#[test]
fn an_account_that_came_into_use_is_left_to_people() {
    let set_up =
        format!("{OMNIRPS_DONE}omnireturns: [{{id: 9, name: Acme, omnirps_retailer_id: '77'}}]\n");
    let plan = plan(NEW, &set_up);
    let in_use = set_up.replace(
        "name: Acme, omnirps_retailer_id",
        "name: Acme, key_issued: true, omnirps_retailer_id",
    );
    assert_snapshot!(outdated(&plan, &Capabilities::default(), NEW, &live(&in_use)), @"acme/omnireturns/update: `omnireturns.company` is left to people: the account has e-mail addresses, hubs or an issued key, so it may be in use already");
    let moved = set_up.replace("'77'", "'55'");
    let plan = crate::testing::plan(NEW, &moved);
    let renumbered = moved.replace("id: 77", "id: 79");
    assert_snapshot!(outdated(&plan, &Capabilities::default(), NEW, &live(&renumbered)), @"acme/omnireturns/update: `omnireturns.omnirps_retailer_id` has to be 79 now, not 77");
}

#[test]
fn nothing_is_switched_off_once_the_webhook_is() {
    let plan = plan(NOT_REQUIRED, WEBHOOK_RIGHT);
    let off = WEBHOOK_RIGHT.replace("enabled: true", "enabled: false");
    assert_snapshot!(outdated(&plan, &Capabilities::default(), NOT_REQUIRED, &live(&off)), @"
    acme/omnirps/update: `omnirps.tracking_webhook.enabled` has to be right before `omnirps.shopify_integration` is changed, and the plan does not correct it
    acme/omnireturns/update: `omnirps.tracking_webhook.enabled` has to be right before `omnireturns.company` is changed, and the plan does not correct it
    ");
    let with_webhook = crate::testing::plan(NOT_REQUIRED, &off);
    assert_eq!(outdated(&with_webhook, &Capabilities::default(), NOT_REQUIRED, &live(&off)), "");
    // A setting that the plan does not change may be left to people.
    let people =
        changed(&ChangedBy::Person { note: None }, [Setting::OmnirpsTrackingWebhookEnabled]);
    assert_snapshot!(outdated(&plan, &people, NOT_REQUIRED, &live(&off)), @"
    acme/omnirps/update: `omnirps.shopify_integration` waits for omnirps.tracking_webhook.enabled now
    acme/omnireturns/update: `omnireturns.company` waits for omnirps.tracking_webhook.enabled now
    ");
    assert_eq!(outdated(&plan, &people, NOT_REQUIRED, &live(WEBHOOK_RIGHT)), "");
}

#[test]
fn an_unread_system_leaves_it_unknown() {
    let plan = plan(NOT_REQUIRED, BOTH);
    for (unread, expected) in
        [("unknown: [omnirps]", "OmniRPS"), ("unknown: [omnireturns]", "OmniReturns")]
    {
        let live = live(&format!("{unread}\n{BOTH}"));
        let ids = outdated(&plan, &Capabilities::default(), NOT_REQUIRED, &live);
        assert!(
            !ids.is_empty()
                && ids.lines().all(|line| line.ends_with(&format!("{expected} not read"))),
            "{ids}"
        );
        assert_eq!(ids.lines().count(), if expected == "OmniRPS" { 2 } else { 1 }, "{ids}");
        assert_eq!(
            outdated_without_files(&plan, &Capabilities::default(), &live).lines().count(),
            1
        );
    }
    assert_snapshot!(outdated_without_files(&plan, &Capabilities::default(), &live(&format!("unread: [omnirps]\n{BOTH}"))), @"acme/omnirps/update: reconcile.yaml does not let the tool read OmniRPS");
}
