//! Who changes a system, who reads it, and what has to come first across systems.

use super::{
    BOTH, NEW, NOT_REQUIRED, REQUIRED, WEBHOOK_RIGHT, by_people, changed, decisions, decisions_by,
    only, stating, stating_nothing,
};
use crate::model::{Capabilities, ChangedBy, Setting, System};
use insta::assert_snapshot;

const PERSON: ChangedBy = ChangedBy::Person { note: None };

#[test]
fn people_put_the_webhook_right_before_anything_else() {
    let people = by_people(&System::ALL);
    assert_snapshot!(only(&["omnirps", "omnireturns.portal"], decisions_by(&people, NOT_REQUIRED, BOTH)), @"
    omnirps.tracking_webhook.url     manual      (unset) → Loop's URL
    omnirps.tracking_webhook.enabled manual      false → true
    omnirps.shopify_integration      manual      enabled → disabled  after omnirps.tracking_webhook.url, omnirps.tracking_webhook.enabled
    omnirps.track_and_trace_emails   manual      enabled → disabled  after omnirps.tracking_webhook.url, omnirps.tracking_webhook.enabled
    omnireturns.portal               manual      published → unpublished  after omnirps.tracking_webhook.url, omnirps.tracking_webhook.enabled
    ");
    // A step ends once live shows the value.
    let right = WEBHOOK_RIGHT.replace("id: 77", "id: 77, shopify_integration: disabled");
    assert_snapshot!(only(&["omnirps.shop", "omnireturns.portal"], decisions_by(&people, NOT_REQUIRED, &right)), @"
    omnirps.shopify_integration      in-sync     disabled
    omnireturns.portal               manual      published → unpublished
    ");
}

#[test]
fn the_tool_waits_for_a_webhook_that_people_put_right() {
    let people = by_people(&[System::Omnirps]);
    assert_snapshot!(only(&["omnirps.shop", "omnireturns"], decisions_by(&people, NOT_REQUIRED, BOTH)), @"
    omnirps.shopify_integration      manual      enabled → disabled  after omnirps.tracking_webhook.url, omnirps.tracking_webhook.enabled
    omnireturns.company              held        SEKO → Loop  until omnirps.tracking_webhook.url, omnirps.tracking_webhook.enabled
    omnireturns.portal               held        published → unpublished  until omnirps.tracking_webhook.url, omnirps.tracking_webhook.enabled
    ");
    let portal =
        |file: &str, live| only(&["omnireturns.portal"], decisions_by(&people, file, live));
    assert_snapshot!(portal(NOT_REQUIRED, WEBHOOK_RIGHT), @"omnireturns.portal               apply       published → unpublished");
    let own = "settings: {omnirps.tracking_webhook: {manage: false, reason: relays}}\n";
    assert_snapshot!(portal(&format!("{NOT_REQUIRED}{own}"), BOTH), @"omnireturns.portal               apply       published → unpublished");
}

#[test]
fn a_switch_off_waits_for_the_part_of_the_webhook_that_people_put_right() {
    let enabled = changed(&PERSON, [Setting::OmnirpsTrackingWebhookEnabled]);
    assert_snapshot!(only(&["omnirps", "omnireturns.portal"], decisions_by(&enabled, NOT_REQUIRED, BOTH)), @"
    omnirps.tracking_webhook.url     apply       (unset) → Loop's URL
    omnirps.tracking_webhook.enabled manual      false → true
    omnirps.shopify_integration      held        enabled → disabled  until omnirps.tracking_webhook.enabled
    omnirps.track_and_trace_emails   held        enabled → disabled  until omnirps.tracking_webhook.enabled
    omnireturns.portal               held        published → unpublished  until omnirps.tracking_webhook.enabled
    ");
}

#[test]
fn people_create_an_omnirps_record_before_the_tool_creates_in_omnireturns() {
    let people = by_people(&[System::Omnirps]);
    assert_snapshot!(only(&["omnirps", "omnireturns.retailer", "omnireturns.omnirps"], decisions_by(&people, NEW, "{}")), @"
    omnirps.retailer                 manual      (unset) → present
    omnirps.tracking_webhook.url     manual      (unset) → Loop's URL
    omnirps.tracking_webhook.enabled manual      (unset) → true
    omnireturns.retailer             held        (unset) → present  until omnirps.retailer
    omnireturns.omnirps_retailer_id  held        (unset) → id of new OmniRPS  until omnirps.retailer  unlisted
    ");
    let nobody = changed(&ChangedBy::Nobody, [Setting::OmnirpsRetailer]);
    assert_snapshot!(only(&["omnirps", "omnireturns.retailer"], decisions_by(&nobody, NEW, "{}")), @"
    omnirps.retailer                 observed    (unset) → present
    omnireturns.retailer             held        (unset) → present  until omnirps.retailer
    ");
}

#[test]
fn people_who_create_a_record_set_it_up_and_give_it_its_name() {
    let created = changed(&PERSON, [Setting::OmnireturnsRetailer]);
    assert_snapshot!(only(&["omnireturns"], decisions_by(&created, NEW, "{}")), @"
    omnireturns.retailer             manual      (unset) → present
    omnireturns.company              manual      (unset) → Loop
    omnireturns.portal               manual      (unset) → unpublished
    omnireturns.omnirps_retailer_id  manual      (unset) → id of new OmniRPS
    ");
}

#[test]
fn what_the_tool_sets_on_creation_only_is_left_to_people_afterwards() {
    let portal = Setting::OmnireturnsPortal;
    let mut creating = changed(&PERSON, [portal]);
    let portal_of = |capabilities: &Capabilities, live: &str| {
        only(&[portal.key()], decisions_by(capabilities, NEW, live))
    };
    assert_snapshot!(portal_of(&creating, "{}"), @"omnireturns.portal               manual      (unset) → unpublished");
    creating.settable_on_create.insert(portal);
    assert_snapshot!(portal_of(&creating, "{}"), @"omnireturns.portal               apply       (unset) → unpublished");
    assert_snapshot!(portal_of(&creating, WEBHOOK_RIGHT), @"omnireturns.portal               manual      published → unpublished");
}

#[test]
fn what_nobody_changes_is_observed_once_its_gate_is_open_and_its_record_is_there() {
    let nobody = changed(
        &ChangedBy::Nobody,
        [Setting::OmnirpsShopifyIntegration, Setting::OmnirpsTrackingWebhookEnabled],
    );
    let settings = ["omnirps.shopify_integration", "omnirps.tracking_webhook.enabled"];
    let observed = |file: &str, live: &str| only(&settings, decisions_by(&nobody, file, live));
    assert_snapshot!(observed(NOT_REQUIRED, BOTH), @"
    omnirps.tracking_webhook.enabled observed    false → true
    omnirps.shopify_integration      observed    enabled → disabled
    ");
    assert_snapshot!(observed(&stating_nothing(NOT_REQUIRED), BOTH), @"
    omnirps.tracking_webhook.enabled held        false → true  until switched_to_loop  unlisted
    omnirps.shopify_integration      held        enabled → disabled  until switched_to_loop  unlisted
    ");
    assert_snapshot!(observed(NEW, BOTH), @"omnirps.tracking_webhook.enabled observed    false → true");
    assert_snapshot!(observed(NEW, "{}"), @"");
}

#[test]
fn people_look_at_a_system_that_is_not_read_until_a_milestone_or_a_pin_says_so() {
    let people = by_people(&[System::Omniparcel]);
    let account =
        |file: &str| only(&["omniparcel"], decisions_by(&people, file, "unread: [omniparcel]"));
    assert_snapshot!(account(&stating_nothing(NEW)), @"omniparcel.account               held        ? → present  until documents_completed");
    assert_snapshot!(account(NEW), @"omniparcel.account               manual      ? → present  unseen");
    assert_snapshot!(account(&stating(NEW, "keys_supplied")), @"omniparcel.account               unknown     ? → present");
    assert_snapshot!(account(&format!("{NEW}ids: {{omniparcel: 5}}\n")), @"omniparcel.account               unknown     ? → present");
    let nobody = changed(&ChangedBy::Nobody, [Setting::OmniparcelAccount]);
    let observed = decisions_by(&nobody, NEW, "unread: [omniparcel]");
    assert_snapshot!(only(&["omniparcel"], observed), @"omniparcel.account               unknown     ? → present");
}

#[test]
fn people_look_at_all_of_omnireturns_that_the_process_asks_for() {
    let people = by_people(&[System::Omnireturns]);
    let live = format!("{WEBHOOK_RIGHT}unread: [omnireturns]\n");
    let held = decisions_by(&people, &stating_nothing(NEW), &live);
    assert_snapshot!(only(&["omnireturns.name", "omnireturns.company", "omnireturns.hubs"], held), @"
    omnireturns.name                 unknown     ? → Acme
    omnireturns.company              held        ? → Loop  until documents_completed
    omnireturns.hubs                 held        ? → none  until documents_completed
    ");
    assert_snapshot!(only(&["omnireturns.retailer", "omnireturns.name", "omnireturns.omnirps", "omnireturns.hubs"], decisions_by(&people, NEW, &live)), @"
    omnireturns.retailer             manual      ? → present  unseen
    omnireturns.name                 unknown     ? → Acme
    omnireturns.omnirps_retailer_id  manual      ? → 77  unseen
    omnireturns.hubs                 manual      ? → none  unseen
    ");
    let unread = "unread: [omnirps, omnireturns]\n";
    let people = by_people(&System::ALL);
    let link = |file: &str| {
        only(&["omnireturns.omnirps_retailer_id"], decisions_by(&people, file, unread))
    };
    assert_snapshot!(link(NEW), @"omnireturns.omnirps_retailer_id  manual      ? → id of new OmniRPS  after omnirps.retailer  unseen");
    assert_snapshot!(link(&format!("{NEW}ids: {{omnirps: 77}}\n")), @"omnireturns.omnirps_retailer_id  manual      ? → 77  unseen");
}

#[test]
fn a_webhook_that_nobody_reads_holds_the_rest_until_a_milestone() {
    let people = by_people(&[System::Omnirps]);
    let live = format!("{BOTH}unread: [omnirps]\n");
    let all = decisions_by(&people, NOT_REQUIRED, &live);
    assert_snapshot!(only(&["omnirps.tracking_webhook.enabled", "omnirps.shop", "omnireturns.portal"], all), @"
    omnirps.tracking_webhook.enabled manual      ? → true  unseen
    omnirps.shopify_integration      manual      ? → disabled  after omnirps.tracking_webhook.url, omnirps.tracking_webhook.enabled  unseen
    omnireturns.portal               held        published → unpublished  until omnirps.tracking_webhook.url, omnirps.tracking_webhook.enabled
    ");
    let tool = decisions(NOT_REQUIRED, &live);
    assert_snapshot!(only(&["omnireturns.portal"], tool), @"omnireturns.portal               held        published → unpublished  until omnirps.tracking_webhook.url, omnirps.tracking_webhook.enabled");
    let closed = decisions_by(&people, &stating(NOT_REQUIRED, "uploads_checked"), &live);
    assert_snapshot!(only(&["omnirps.tracking", "omnireturns.portal"], closed), @"
    omnirps.tracking_webhook.url     unknown     ? → Loop's URL
    omnirps.tracking_webhook.enabled unknown     ? → true
    omnireturns.portal               apply       published → unpublished
    ");
}

#[test]
fn a_milestone_closes_only_what_was_asked_for_on_its_day() {
    let people = by_people(&System::ALL);
    let mut unreadable = changed(&PERSON, [Setting::OmnireturnsPortal]);
    unreadable.unreadable.insert(Setting::OmnireturnsPortal);
    let portal = |decided: &str, closed: &str| {
        let file = format!(
            "retailer: Acme\njourney: existing\n\
             omnireturns_access: {{value: not_required{decided}}}\n\
             milestones: {{switched_to_loop: 2026-10-12, {closed}}}\n"
        );
        let unread = decisions_by(&people, &file, "unread: [omnirps, omnireturns]\n");
        let webhook = only(&["omnirps.tracking_webhook.url"], unread.clone());
        assert_eq!(webhook, "omnirps.tracking_webhook.url     unknown     ? → Loop's URL");
        let read = only(&["omnireturns.portal"], decisions_by(&unreadable, &file, WEBHOOK_RIGHT));
        let portal = only(&["omnireturns.portal"], unread);
        assert_eq!(portal, read);
        portal
    };
    let checked = "uploads_checked: 2026-10-13";
    assert_snapshot!(portal(", on: 2026-10-20", checked), @"omnireturns.portal               manual      ? → unpublished  unseen");
    assert_snapshot!(portal(", on: 2026-10-13", checked), @"omnireturns.portal               unknown     ? → unpublished");
    assert_snapshot!(portal(", on: 2026-10-20", &format!("{checked}, live: 2026-10-20")), @"omnireturns.portal               manual      ? → unpublished  unseen");
    assert_snapshot!(portal(", on: 2026-10-20", &format!("{checked}, live: 2026-10-19")), @"omnireturns.portal               manual      ? → unpublished  unseen");
    assert_snapshot!(portal(", on: 2026-10-20", "live: 2026-10-20"), @"omnireturns.portal               unknown     ? → unpublished");
    assert_snapshot!(portal("", checked), @"omnireturns.portal               unknown     ? → unpublished");
}

#[test]
fn a_new_account_needs_the_id_that_only_people_know() {
    let people = by_people(&[System::Omnirps]);
    let created = |file: &str| {
        let settings = ["omnireturns.retailer", "omnireturns.omnirps"];
        only(&settings, decisions_by(&people, file, "unread: [omnirps]"))
    };
    assert_snapshot!(created(NEW), @"
    omnireturns.retailer             held        (unset) → present  until omnirps.retailer
    omnireturns.omnirps_retailer_id  unknown     ? → ?
    ");
    assert_snapshot!(created(&format!("{NEW}ids: {{omnirps: 77}}\n")), @"
    omnireturns.retailer             apply       (unset) → present
    omnireturns.omnirps_retailer_id  apply       (unset) → 77 (id 77)
    ");
    // The account that was made without it gets it afterwards.
    let linked = |id: &str| {
        let live = format!(
            "unread: [omnirps]\nomnireturns: [{{id: 9, name: Acme, omnirps_retailer_id: {id}}}]"
        );
        let file = format!("{NEW}ids: {{omnirps: 77}}\n");
        only(&["omnireturns.omnirps"], decisions_by(&people, &file, &live))
    };
    assert_snapshot!(linked("''"), @"omnireturns.omnirps_retailer_id  apply        → 77 (id 77)");
    assert_snapshot!(linked("'77'"), @"omnireturns.omnirps_retailer_id  in-sync     77");
}

#[test]
fn people_look_at_a_setting_that_a_system_does_not_return_until_a_milestone() {
    let note = Some("the contract of OmniReturns does not map `omnireturns.portal`".into());
    let mut capabilities = changed(&ChangedBy::Person { note }, [Setting::OmnireturnsPortal]);
    capabilities.unreadable.insert(Setting::OmnireturnsPortal);
    let portal = |file: &str| {
        only(&["omnireturns.portal"], decisions_by(&capabilities, file, WEBHOOK_RIGHT))
    };
    assert_snapshot!(portal(&stating_nothing(NOT_REQUIRED)), @"omnireturns.portal               held        ? → unpublished  until switched_to_loop");
    assert_snapshot!(portal(NOT_REQUIRED), @"omnireturns.portal               manual      ? → unpublished  unseen  noted");
    assert_snapshot!(portal(&stating(NOT_REQUIRED, "uploads_checked")), @"omnireturns.portal               unknown     ? → unpublished");
}

#[test]
fn what_blocks_omnirps_blocks_omnireturns_and_not_omniparcel() {
    let unknown = "unknown: [omnirps]\nomnireturns: [{id: 9, name: Acme}]";
    assert_snapshot!(only(&["omnirps.track_and", "omnireturns", "!"], decisions(REQUIRED, unknown)), @"
    omnirps.track_and_trace_emails   blocked     ? → disabled
    omnireturns.name                 blocked     Acme → Acme - Loop
    ! OmniRPS system-unknown
    ");
    assert_snapshot!(only(&["omniparcel", "omnirps.retailer", "omnireturns.retailer", "omnireturns.omnirps", "!"], decisions(NEW, "unknown: [omnirps]")), @"
    omniparcel.account               apply       (unset) → present
    omnirps.retailer                 blocked     ? → present
    omnireturns.retailer             blocked     (unset) → present
    omnireturns.omnirps_retailer_id  blocked     ? → ?
    ! OmniRPS system-unknown
    ");
    // An account that is there belongs to N5 as well.
    let look_alike =
        "omnirps: [{id: 7, name: ACME}]\nomnireturns: [{id: 9, name: Acme, company: Loop}]";
    for (live, code) in [(unknown, "system-unknown"), (look_alike, "name-near-miss")] {
        let decided = decisions(NEW, live);
        let portal = only(&["omnireturns.portal"], decided.clone());
        assert_eq!(portal, "omnireturns.portal               blocked     published → unpublished");
        assert_eq!(only(&["!"], decided), format!("! OmniRPS {code}"));
    }
    assert_snapshot!(only(&["omnireturns.company", "omnireturns.omnirps"], decisions(NEW, look_alike)), @"
    omnireturns.company              in-sync     Loop
    omnireturns.omnirps_retailer_id  blocked     ? → ?
    ");
}

#[test]
fn a_system_that_could_not_be_read_blocks_only_those_whom_it_concerns() {
    let fleet = format!("{NEW}---\n{}", NOT_REQUIRED.replace("Acme", "Zenith"));
    let live = BOTH.replace("Acme", "Zenith") + "unknown: [omniparcel]\n";
    table! { "only new has an account", fleet, live => "Acme: omnirps/create, omnireturns/create, omniparcel system-unknown; Zenith: omnirps/update, omnireturns/update"; }
}

#[test]
fn without_the_partners_company_only_omnireturns_is_blocked_and_only_where_it_is_needed() {
    let live = format!("{BOTH}companies: {{SEKO: 1}}\n");
    table! {
        "moved", NOT_REQUIRED, live => "Acme: omnirps/update, omnireturns company-not-found";
        "created", NEW, "companies: {SEKO: 1}" => "Acme: omniparcel/create, omnirps/create, omnireturns company-not-found";
        "kept", REQUIRED, live => "Acme: omnirps/update, omnireturns/update";
        "known", NOT_REQUIRED, BOTH => "Acme: omnirps/update, omnireturns/update";
    }
}

#[test]
fn an_account_depends_on_omnirps_even_if_the_file_manages_nothing_there() {
    let without = |file: &str, settings: &[&str]| {
        let left = |of: &&str| format!("  {of}: {{manage: false, reason: by hand}}\n");
        format!("{file}settings:\n{}", settings.iter().map(left).collect::<String>())
    };
    let new = without(NEW, &["omnirps.retailer", "omnirps.tracking_webhook"]);
    let omnirps = "omnirps: [{id: 77, name: Acme}]\n";
    let look_alike = "omnirps: [{id: 77, name: ACME}]\n";
    let settings =
        ["omnirps.retailer", "omnirps.tracking_webhook", "omnireturns.omnirps_retailer_id"];
    table! {
        "there", new, omnirps => "Acme: omniparcel/create, omnireturns/create";
        "missing", new, "{}" => "Acme: omniparcel/create, omnirps record-not-found";
        "a look-alike", new, look_alike => "Acme: omniparcel/create, omnirps name-near-miss";
        "not read", new, "unknown: [omnirps]" => "Acme: omniparcel/create, omnirps system-unknown";
        "without the link", without(NEW, &settings), "{}" => "Acme: omniparcel/create, omnireturns/create";
    }
    let link = |live: &str| only(&["omnireturns.omnirps"], decisions(&new, live));
    assert_snapshot!(link(omnirps), @"omnireturns.omnirps_retailer_id  apply       (unset) → 77 (id 77)");
    let elsewhere =
        "omnireturns: [{id: 9, name: Acme, omnirps_retailer_id: '78', key_issued: true}]";
    assert_snapshot!(link(&format!("{omnirps}{elsewhere}")), @"omnireturns.omnirps_retailer_id  manual      78 → 77  noted");
    let people = by_people(&[System::Omnirps]);
    assert_snapshot!(only(&["omnireturns.retailer"], decisions_by(&people, &new, "unread: [omnirps]")), @"omnireturns.retailer             held        (unset) → present  until omnirps.retailer");

    let kept = without(REQUIRED, &["omnirps.tracking_webhook", "omnirps.track_and_trace_emails"]);
    let account = "omnireturns: [{id: 9, name: Acme}]\n";
    table! {
        "there", kept, BOTH => "Acme: omnireturns/update";
        "missing", kept, account => "Acme: omnirps record-not-found";
        "a look-alike", kept, format!("{look_alike}{account}") => "Acme: omnirps name-near-miss";
        "not read", kept, format!("{account}unknown: [omnirps]") => "Acme: omnirps system-unknown";
    }
    let tied = decisions(&kept, &format!("{omnirps}{elsewhere}"));
    assert_snapshot!(only(&["omnireturns"], tied), @"omnireturns.name                 manual      Acme → Acme - Loop  noted");
}
