//! What the process asks for, on both journeys, before and after each gate.

use super::{
    BOTH, NEW, NOT_REQUIRED, REQUIRED, WEBHOOK_RIGHT, decisions, only, stating, stating_nothing,
};
use insta::assert_snapshot;

#[test]
fn new_is_held_until_its_documents_are_completed_and_then_created() {
    assert_snapshot!(only(&["omniparcel", "omnirps.tracking_webhook.enabled", "omnireturns.name", "omnireturns.omnirps"], decisions(&stating_nothing(NEW), "{}")), @"
    omniparcel.account               held        (unset) → present  until documents_completed
    omnirps.tracking_webhook.enabled held        (unset) → true  until documents_completed
    omnireturns.name                 held        (unset) → Acme  until documents_completed
    omnireturns.omnirps_retailer_id  held        (unset) → id of new OmniRPS  until documents_completed  unlisted
    ");
    // That of an account that is there differs from live.
    let tied = "omnireturns: [{id: 9, name: Acme, omnirps_retailer_id: '78'}]";
    let tied = decisions(&stating_nothing(NEW), tied);
    assert_snapshot!(only(&["omnireturns.omnirps"], tied), @"omnireturns.omnirps_retailer_id  held        78 → id of new OmniRPS  until documents_completed");
    assert_snapshot!(decisions(NEW, "{}"), @"
    omniparcel.account               apply       (unset) → present
    omnirps.retailer                 apply       (unset) → present
    omnirps.tracking_webhook.url     apply       (unset) → Loop's URL
    omnirps.tracking_webhook.enabled apply       (unset) → true
    omnireturns.retailer             apply       (unset) → present
    omnireturns.name                 apply       (unset) → Acme
    omnireturns.company              apply       (unset) → Loop (id 7)
    omnireturns.portal               apply       (unset) → unpublished
    omnireturns.omnirps_retailer_id  apply       (unset) → id of new OmniRPS
    ");
}

#[test]
fn new_gets_its_webhook_on_again_and_its_missing_link_and_keeps_its_name() {
    let url = "tracking_webhook.url: 'https://api.loopreturns.com/hook/v1/seko/update'";
    let live = format!(
        "omniparcel: [{{id: 1, name: Acme}}]\nomnirps: [{{id: 77, name: Acme, {url}}}]\n\
         omnireturns: [{{id: 9, name: Acme - Loop, company: Loop, portal: unpublished}}]"
    );
    assert_snapshot!(only(&["omnirps", "omnireturns.name", "omnireturns.omnirps"], decisions(NEW, &live)), @"
    omnirps.retailer                 in-sync     present
    omnirps.tracking_webhook.url     in-sync     Loop's URL
    omnirps.tracking_webhook.enabled apply       false → true
    omnireturns.name                 not-managed Acme - Loop
    omnireturns.omnirps_retailer_id  apply       (unset) → 77 (id 77)
    ");
    let right = live.replace(url, &format!("{url}, tracking_webhook.enabled: true"));
    let right = right.replace("id: 9", "id: 9, omnirps_retailer_id: '77'");
    assert_snapshot!(only(&["omnirps.tracking_webhook.enabled", "omnireturns.omnirps_retailer_id"], decisions(NEW, &right)), @"
    omnirps.tracking_webhook.enabled in-sync     true
    omnireturns.omnirps_retailer_id  in-sync     77
    ");
}

/// Acme in OmniReturns, where only its company and its portal are wrong.
fn set_up(more: &str) -> String {
    format!("{WEBHOOK_RIGHT}omniparcel: [{{id: 1, name: Acme}}]\n").replace(
        "id: 9",
        &format!("id: 9, omnirps_retailer_id: '77', company: Other, portal: published{more}"),
    )
}

#[test]
fn new_is_set_up_until_its_keys_are_handed_over() {
    let of_set_up = |file: &str| {
        only(&["omnireturns.company", "omnireturns.portal"], decisions(file, &set_up("")))
    };
    assert_snapshot!(of_set_up(NEW), @"
    omnireturns.company              apply       Other → Loop (id 7)
    omnireturns.portal               apply       published → unpublished
    ");
    assert_snapshot!(of_set_up(&stating(NEW, "keys_supplied")), @"
    omnireturns.company              not-managed Other
    omnireturns.portal               not-managed published
    ");
}

#[test]
fn new_is_set_up_by_hand_once_it_may_be_in_use() {
    let in_use = set_up(", emails: [b@acme.example, a@acme.example], hubs: [SEKO OMNI NZ]");
    assert_snapshot!(only(&["omnireturns.company", "omnireturns.portal", "omnireturns.emails", "omnireturns.hubs"], decisions(NEW, &in_use)), @"
    omnireturns.company              manual      Other → Loop  noted
    omnireturns.portal               manual      published → unpublished  noted
    omnireturns.emails               manual      b@acme.example, a@acme.example → none
    omnireturns.hubs                 manual      SEKO OMNI NZ → none
    ");
    let company = |more: &str| only(&["omnireturns.company"], decisions(NEW, &set_up(more)));
    assert_snapshot!(company(", key_issued: true"), @"omnireturns.company              manual      Other → Loop  noted");
    assert_snapshot!(company(", hubs: [Auckland]"), @"omnireturns.company              manual      Other → Loop  noted");
    assert_snapshot!(company(", emails: [a@b.example]"), @"omnireturns.company              manual      Other → Loop  noted");
    assert_snapshot!(company(""), @"omnireturns.company              apply       Other → Loop (id 7)");
}

#[test]
fn an_account_that_is_tied_to_another_retailer_is_changed_by_hand_once_it_may_be_in_use() {
    let link = |file: &str, linked: &str, more: &str| {
        let live = set_up(more).replace("retailer_id: '77'", &format!("retailer_id: {linked}"));
        only(&["omnireturns.omnirps_retailer_id"], decisions(file, &live))
    };
    let manual = "omnireturns.omnirps_retailer_id  manual      55 → 77  noted";
    for in_use in [", key_issued: true", ", hubs: [Auckland]", ", emails: [a@b.example]"] {
        assert_eq!(link(NEW, "'55'", in_use), manual);
    }
    assert_snapshot!(link(NEW, "'55'", ""), @"omnireturns.omnirps_retailer_id  apply       55 → 77 (id 77)");
    assert_snapshot!(link(NEW, "null", ", key_issued: true"), @"omnireturns.omnirps_retailer_id  apply       (unset) → 77 (id 77)");
    assert_snapshot!(link(NEW, "'77'", ", key_issued: true"), @"omnireturns.omnirps_retailer_id  in-sync     77");
    let given = "settings: {omnireturns.omnirps_retailer_id: {value: 77, reason: it moved}}\n";
    assert_snapshot!(link(&format!("{NEW}{given}"), "'55'", ", key_issued: true"), @"omnireturns.omnirps_retailer_id  apply       55 → 77 (id 77)");
}

#[test]
fn existing_without_access_is_moved_unpublished_and_switched_off_after_the_switch_over() {
    assert_snapshot!(only(&["omnirps.shopify", "omnireturns.portal"], decisions(&stating_nothing(NOT_REQUIRED), BOTH)), @"
    omnirps.shopify_integration      held        enabled → disabled  until switched_to_loop
    omnireturns.portal               held        published → unpublished  until switched_to_loop
    ");
    assert_snapshot!(decisions(NOT_REQUIRED, BOTH), @"
    omnirps.tracking_webhook.url     apply       (unset) → Loop's URL
    omnirps.tracking_webhook.enabled apply       false → true
    omnirps.shopify_integration      apply       enabled → disabled
    omnirps.track_and_trace_emails   apply       enabled → disabled
    omnireturns.company              apply       SEKO → Loop (id 7)
    omnireturns.portal               apply       published → unpublished
    !! no-credits
    ");
}

#[test]
fn existing_with_access_gets_the_suffix_after_the_switch_over() {
    assert_snapshot!(only(&["omnireturns"], decisions(&stating_nothing(REQUIRED), BOTH)), @"omnireturns.name                 held        Acme → Acme - Loop  until switched_to_loop");
    assert_snapshot!(decisions(REQUIRED, BOTH), @"
    omnirps.tracking_webhook.url     apply       (unset) → Loop's URL
    omnirps.tracking_webhook.enabled apply       false → true
    omnirps.track_and_trace_emails   apply       enabled → disabled
    omnireturns.name                 apply       Acme → Acme - Loop
    !! no-credits
    ");
}

#[test]
fn existing_that_is_tied_to_another_retailer_is_changed_by_hand() {
    let account = |file: &str, link: &str, more: &str| {
        let tied = format!("id: 9, omnirps_retailer_id: {link}{more}");
        only(&["omnireturns"], decisions(file, &WEBHOOK_RIGHT.replace("id: 9", &tied)))
    };
    assert_snapshot!(account(REQUIRED, "'55'", ""), @"omnireturns.name                 manual      Acme → Acme - Loop  noted");
    let manual = account(NOT_REQUIRED, "'55'", ", key_issued: true");
    assert_snapshot!(manual, @"
    omnireturns.company              manual      SEKO → Loop  noted
    omnireturns.portal               manual      published → unpublished  noted
    ");
    assert_eq!(account(NOT_REQUIRED, "'55'", ""), manual);
    let apply = account(NOT_REQUIRED, "null", ", key_issued: true");
    assert_snapshot!(apply, @"
    omnireturns.company              apply       SEKO → Loop (id 7)
    omnireturns.portal               apply       published → unpublished
    ");
    assert_eq!(account(NOT_REQUIRED, "'77'", ", key_issued: true"), apply);
    let pinned = format!("{NOT_REQUIRED}ids: {{omnireturns: '9'}}\n");
    assert_eq!(account(&pinned, "'55'", ", key_issued: true"), apply);
    let given = "settings: {omnireturns.omnirps_retailer_id: {value: 55, reason: one shop}}\n";
    let given = account(&format!("{NOT_REQUIRED}{given}"), "'55'", ", key_issued: true");
    assert!(given.starts_with(&apply), "{given}");
}

#[test]
fn existing_undecided_gets_only_its_webhook_after_the_switch_over() {
    let undecided = REQUIRED.replace("omnireturns_access: required\n", "");
    assert_snapshot!(decisions(&stating_nothing(&undecided), BOTH), @"
    omnirps.tracking_webhook.url     held        (unset) → Loop's URL  until switched_to_loop
    omnirps.tracking_webhook.enabled held        false → true  until switched_to_loop
    omnireturns_access held until switched_to_loop, omnireturns_access
    ");
    assert_snapshot!(decisions(&undecided, BOTH), @"
    omnirps.tracking_webhook.url     apply       (unset) → Loop's URL
    omnirps.tracking_webhook.enabled apply       false → true
    omnireturns_access held until omnireturns_access
    !! no-credits
    ");
}

#[test]
fn an_override_gives_another_value_or_leaves_a_setting_alone() {
    let file = format!(
        "{NOT_REQUIRED}settings:
  omnirps.shopify_integration: {{value: enabled, reason: until March}}
  omnireturns.hubs: {{value: none, reason: moves out}}
  omnirps.tracking_webhook: {{manage: false, reason: own relay}}
"
    );
    let live = "
omnirps: [{id: 77, name: Acme, shopify_integration: disabled}]
omnireturns: [{id: 9, name: Acme, hubs: [SEKO OMNI NZ]}]
";
    assert_snapshot!(decisions(&file, live), @"
    omnirps.tracking_webhook.url     not-managed (unset)
    omnirps.tracking_webhook.enabled not-managed false
    omnirps.shopify_integration      apply       disabled → enabled
    omnirps.track_and_trace_emails   apply       enabled → disabled
    omnireturns.company              apply       SEKO → Loop (id 7)
    omnireturns.portal               apply       published → unpublished
    omnireturns.hubs                 manual      SEKO OMNI NZ → none
    ");
    let webhook = "omnirps.tracking_webhook: {manage: false, reason: own relay}";
    assert_snapshot!(only(&["omnirps.tracking", "omnireturns.hubs"], decisions(&file.replace(webhook, ""), live)), @"
    omnirps.tracking_webhook.url     apply       (unset) → Loop's URL
    omnirps.tracking_webhook.enabled apply       false → true
    omnireturns.hubs                 manual      SEKO OMNI NZ → none
    ");
}

#[test]
fn credits_are_missing_where_a_retailer_in_use_has_no_right_webhook() {
    let live = stating(&stating(NOT_REQUIRED, "uploads_checked"), "live");
    let relay = "settings: {omnirps.tracking_webhook: {manage: false, reason: own relay}}\n";
    let alert = |file: &str, url: &str, enabled: bool| {
        let webhook =
            format!("id: 77, tracking_webhook.url: {url}, tracking_webhook.enabled: {enabled}");
        only(&["!!"], decisions(file, &BOTH.replace("id: 77", &webhook)))
    };
    let right = "https://api.loopreturns.com/hook/v1/seko/update";
    for file in [&live, NOT_REQUIRED] {
        assert_eq!(alert(file, "null", true), "!! no-credits", "missing");
        assert_eq!(alert(file, "https://elsewhere.example", true), "!! no-credits", "elsewhere");
        assert_eq!(alert(file, right, false), "!! no-credits", "switched off");
        assert_eq!(alert(file, right, true), "", "right");
        assert_eq!(alert(&format!("{file}{relay}"), "null", false), "", "not managed");
    }
    assert_eq!(alert(&stating_nothing(NOT_REQUIRED), "null", false), "", "before it is in use");
}
