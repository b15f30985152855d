//! Settings that nobody changes, and settings that cannot be read.

use super::*;
use crate::model::{ChangedBy, ReadBy, Setting, System};
use crate::render::status::nothing_next;

const REQUIRED: &str = "omnireturns_access: required\n";
const LIVE: [&str; 7] = [
    "keys_requested",
    "keys_supplied",
    "test_label",
    "test_return",
    "switched_to_loop",
    "uploads_checked",
    "live",
];

/// Live after E7, except the webhook.
const RENAMED: &str = "
omnirps: [{id: 77, name: Acme, tracking_webhook.url: 'https://api.loopreturns.com/hook/v1/seko/update', track_and_trace_emails: disabled}]
omnireturns: [{id: 9, name: Acme - Loop}]
";

fn live_by(capabilities: &Capabilities, live: &str) -> Status {
    of_by(capabilities, &file("existing", REQUIRED, &LIVE), Some(live), &BTreeMap::new())
}

#[test]
fn observed_differences_are_not_right() {
    let mut capabilities = Capabilities::default();
    capabilities.changes.insert(Setting::OmnirpsTrackingWebhookEnabled, ChangedBy::Nobody);
    let status = live_by(&capabilities, RENAMED);
    assert_snapshot!(format!("{}{}", text(&status), notes(&status, "N5.2.1")), @r#"
    existing Acme: through (live), no credits
      done: E1 keys_requested, E2 keys_supplied, E3 test_label, E3 test_return, E4 switched_to_loop, E5, E7.1, E7.2, E8 uploads_checked, E8 live
      only observed: N5.2.1
      not needed: E6.1, E6.2, E6.3, E6.4
      > SEKO support ["N5.2.1"]: correct `omnirps.tracking_webhook.enabled` in OmniRPS, from false to true: customers get no credits
    omnirps.tracking_webhook.enabled: false → true
    "#);
    assert_eq!((status.summary.done, status.retailers[0].open.observed), (0, 1));
    let mut through = status.retailers[0].clone();
    through.alerts.clear();
    assert_eq!(nothing_next(&through, true), "nothing: all differences are only observed");
    through.open.held = 1;
    assert_eq!(nothing_next(&through, true), "nothing known");
    // Later settings of the switch-over wait for it, so whoever can correct it is asked.
    let live =
        RENAMED.replace("track_and_trace_emails: disabled", "track_and_trace_emails: enabled");
    let fleet = file("existing", REQUIRED, &LIVE[..5]);
    let status = of_by(&capabilities, &fleet, Some(&live), &BTreeMap::new());
    assert_snapshot!(text(&status), @r#"
    existing Acme: E7.2 (settings), no credits
      done: E1 keys_requested, E2 keys_supplied, E3 test_label, E3 test_return, E4 switched_to_loop, E5, E7.1
      waiting: E7.2, E8 uploads_checked, E8 live
      only observed: N5.2.1
      not needed: E6.1, E6.2, E6.3, E6.4
      > SEKO support ["E7.2"] since 2026-10-05 (49): correct `omnirps.tracking_webhook.enabled` in OmniRPS, from false to true: E7.2 waits for it
    "#);
}

#[test]
fn unreadable_settings_are_not_right() {
    let mut capabilities = Capabilities::default();
    capabilities.read.insert(System::Omnirps, ReadBy::Http);
    capabilities.unreadable.insert(Setting::OmnirpsTrackingWebhookEnabled);
    // Its content is not readable.
    let status =
        live_by(&capabilities, &RENAMED.replace("77, ", "77, tracking_webhook.enabled: true, "));
    assert_snapshot!(notes(&status, "N5.2.1"), @"
    set correctly
    omnirps.tracking_webhook.enabled is not checked, closed by uploads_checked
    ");
    assert_snapshot!(text(&status), @"
    existing Acme: through (live), done
      done: E1 keys_requested, E2 keys_supplied, E3 test_label, E3 test_return, E4 switched_to_loop, E5, N5.2.1, E7.1, E7.2, E8 uploads_checked, E8 live
      not needed: E6.1, E6.2, E6.3, E6.4
    ");
}

#[test]
fn what_is_held_for_ever_is_not_done() {
    let unread = format!("{}\nunread: [omnirps]", SET_UP.replace("omnirps: [", "#"));
    let without_account = unread.replace("omnireturns: [", "#");
    let all = |status: Status| format!("{}{}", text(&status), notes(&status, "N5"));
    let of = |more: &str, live: &str| of(&file("new", more, &NEW), Some(live), &BTreeMap::new());
    // The id that the new account needs is known to people alone.
    assert_snapshot!(all(of("", &without_account)), @r#"
    new Acme: through (live)
      done: N1 introduced, N3 onboarding_form_sent, N4 documents_completed, N5.2.1, N6 keys_supplied, N7 test_label, N7 test_return, N8 connote_processed, N9 confirmed_by_seko, N9 confirmed_by_loop, N10 live
      waiting: N5, N5.1.1, N5.1.2
      not stated: N2
      > SEKO onboarding ["N5"]: pin the id of the OmniRPS record as `ids.omnirps` in retailers/acme.yaml: N5 waits for it
    waits for omnirps.retailer
    "#);
    let pinned = "ids: {omnirps: 77}\n";
    assert_snapshot!(all(of(pinned, &without_account)), @r#"
    new Acme: through (live), drift
      done: N1 introduced, N3 onboarding_form_sent, N4 documents_completed, N5.2.1, N6 keys_supplied, N7 test_label, N7 test_return, N8 connote_processed, N9 confirmed_by_seko, N9 confirmed_by_loop, N10 live
      next: N5
      waiting: N5.1.1, N5.1.2
      not stated: N2
      > SEKO onboarding ["N5"]: apply the changes in OmniReturns
        $ reconcile apply --only acme
    omnireturns.retailer: (unset) → present
    omnireturns.name: (unset) → Acme
    omnireturns.company: (unset) → Loop
    omnireturns.portal: (unset) → unpublished
    omnireturns.omnirps_retailer_id: (unset) → 77
    "#);
    // Whether the account is linked to the right record cannot be compared.
    assert_snapshot!(all(of("", &unread)), @"
    new Acme: through (live), done
      done: N1 introduced, N3 onboarding_form_sent, N4 documents_completed, N5, N5.1.1, N5.1.2, N5.2.1, N6 keys_supplied, N7 test_label, N7 test_return, N8 connote_processed, N9 confirmed_by_seko, N9 confirmed_by_loop, N10 live
      not stated: N2
    set correctly
    not checked, closed by keys_supplied
    omnireturns.omnirps_retailer_id is not checked, closed by keys_supplied
    ");
    assert_snapshot!(all(of(pinned, &unread)), @"
    new Acme: through (live), done
      done: N1 introduced, N3 onboarding_form_sent, N4 documents_completed, N5, N5.1.1, N5.1.2, N5.2.1, N6 keys_supplied, N7 test_label, N7 test_return, N8 connote_processed, N9 confirmed_by_seko, N9 confirmed_by_loop, N10 live
      not stated: N2
    set correctly
    not checked, closed by keys_supplied
    ");
}

#[test]
fn a_milestone_before_the_decision_does_not_close_what_it_asks_for() {
    let decided = |on: &str| {
        let more = format!("omnireturns_access: {{value: not_required, on: {on}}}\n");
        of(
            &file("existing", &more, &LIVE),
            Some("unread: [omniparcel, omnirps, omnireturns]"),
            &BTreeMap::new(),
        )
    };
    // LIVE is stated day by day, `uploads_checked` on the sixth and `live` on the seventh.
    let later = decided("2026-10-08");
    assert_snapshot!(text(&later), @r#"
    existing Acme: through (live)
      done: E1 keys_requested, E2 keys_supplied, E3 test_label, E3 test_return, E4 switched_to_loop, E5, N5.2.1, E8 uploads_checked, E8 live
      next: E6.1, E6.2, E6.3, E6.4
      not needed: E7.1, E7.2
      > SEKO account manager ["E6.3"] since 2026-10-08 (46): in OmniRPS, Shopify integration of the retailer (where exactly is not publicly documented), make sure that `omnirps.shopify_integration` of "Acme" is disabled; once all manual steps of the retailer are done, state `uploads_checked` in retailers/acme.yaml again, as of a day since the decision
      > SEKO onboarding ["E6.4"] since 2026-10-08 (46): in OmniRPS, Admin > Customer Tracking Alerts > Settings, make sure that `omnirps.track_and_trace_emails` of "Acme" is disabled; once all manual steps of the retailer are done, state `uploads_checked` in retailers/acme.yaml again, as of a day since the decision
      > SEKO onboarding ["E6.1"] since 2026-10-08 (46): in OmniReturns admin, Retailers, General info (/admin/retailer/retailer_view), make sure that `omnireturns.company` of "Acme" is Loop; once all manual steps of the retailer are done, state `uploads_checked` in retailers/acme.yaml again, as of a day since the decision
      > SEKO onboarding ["E6.2"] since 2026-10-08 (46): in OmniReturns admin, Retailers, General info (/admin/retailer/retailer_view) (where exactly is not publicly documented), make sure that `omnireturns.portal` of "Acme" is unpublished; once all manual steps of the retailer are done, state `uploads_checked` in retailers/acme.yaml again, as of a day since the decision
    "#);
    assert_snapshot!(notes(&later, "N5.2.1"), @"not checked, closed by uploads_checked");
    assert_snapshot!(notes(&decided("2026-10-06"), "N5.2.1"), @"not checked, closed by uploads_checked");
    assert_snapshot!(notes(&decided("2026-10-06"), "E6.1"), @"not checked, closed by uploads_checked");
    assert_snapshot!(notes(&decided("2026-10-07"), "E6.1"), @"omnireturns.company: only people can check it");
    assert_eq!((decided("2026-10-06").summary.done, later.summary.done), (1, 0));
}

#[test]
fn what_is_decided_after_the_uploads_were_checked_is_no_drift() {
    let decided = |on: &str, live: &str| {
        let more = format!("omnireturns_access: {{value: not_required, on: {on}}}\n");
        of(&file("existing", &more, &LIVE), Some(live), &BTreeMap::new()).summary.drift
    };
    let undone = GIVEN_UP.replace("portal: unpublished", "portal: published");
    assert_eq!(decided("2026-10-07", &undone), 0);
    assert_eq!(decided("2026-10-06", &undone), 1);
    assert_eq!(decided("2026-10-07", &GIVEN_UP.replace("enabled: true", "enabled: false")), 1);
}

#[test]
fn a_record_that_no_step_asks_for_yet_blocks_the_step_of_the_decision() {
    let undecided = file("existing", "", &LIVE[..5]);
    let live = "omnirps: [{id: 77, name: Acme}]";
    assert_snapshot!(shown(&undecided, live), @r#"
    existing Acme: E5 (decision), no credits
      done: E1 keys_requested, E2 keys_supplied, E3 test_label, E3 test_return, E4 switched_to_loop
      next: E5, N5.2.1
      waiting: E6.1, E6.2, E6.3, E6.4, E7.1, E7.2, E8 uploads_checked, E8 live
      > SEKO account manager ["E5"] since 2026-10-05 (49): confirm whether the retailer still needs access to OmniReturns: `required` or `not_required`
        $ reconcile decide acme ACCESS --by NAME
      > SEKO onboarding ["N5.2.1"] since 2026-10-05 (49): apply the changes in OmniRPS
        $ reconcile apply --only acme
      > SEKO onboarding ["E5"] since 2026-10-05 (49): no OmniReturns record is called "Acme": a retailer on journey `existing` must exist already: correct the name in retailers/acme.yaml, pin `ids.omnireturns`, or use journey `new`
    "#);
}

#[test]
fn offline_a_webhook_waits_for_the_switch_over_alone() {
    let status = of(&file("existing", "", &LIVE[..4]), None, &BTreeMap::new());
    assert_snapshot!(notes(&status, "N5.2.1"), @"waits for switched_to_loop");
    let status = of(&file("existing", "", &LIVE[..5]), None, &BTreeMap::new());
    assert_snapshot!(notes(&status, "N5.2.1"), @"not checked");
}
