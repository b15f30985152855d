//! Journey `existing`, stage by stage, on both branches of the decision.

use super::{EXISTING, GIVEN_UP, SERVED, file, notes, of, shown};
use insta::assert_snapshot;
use std::collections::BTreeMap;

#[test]
fn existing_begins_with_its_keys() {
    assert_snapshot!(shown(&file("existing", "", &[]), SERVED), @r#"
    existing Acme: E1 (keys)
      next: E1 keys_requested
      waiting: E2 keys_supplied, E3 test_label, E3 test_return, E4 switched_to_loop, E5, N5.2.1, E6.1, E6.2, E6.3, E6.4, E7.1, E7.2, E8 uploads_checked, E8 live
      > the retailer ["E1"]: ask SEKO for the keys
        $ reconcile attest acme keys_requested
    "#);
    assert_snapshot!(shown(&file("existing", "", &EXISTING[..1]), SERVED), @r#"
    existing Acme: E2 (keys)
      done: E1 keys_requested
      next: E2 keys_supplied
      waiting: E3 test_label, E3 test_return, E4 switched_to_loop, E5, N5.2.1, E6.1, E6.2, E6.3, E6.4, E7.1, E7.2, E8 uploads_checked, E8 live
      > SEKO onboarding ["E2"] since 2026-10-01 (53): hand over the keys and the exact name in OmniRPS
        $ reconcile handoff acme
        $ reconcile attest acme keys_supplied
    "#);
}

#[test]
fn existing_is_tested_and_switches_over() {
    assert_snapshot!(shown(&file("existing", "", &EXISTING[..2]), SERVED), @r#"
    existing Acme: E3 (test)
      done: E1 keys_requested, E2 keys_supplied
      next: E3 test_label, E3 test_return
      waiting: E4 switched_to_loop, E5, N5.2.1, E6.1, E6.2, E6.3, E6.4, E7.1, E7.2, E8 uploads_checked, E8 live
      > Loop ["E3"] since 2026-10-02 (52): make a test label, and upload a test return
        $ reconcile verify acme --record
        $ reconcile attest acme test_label --connote NO
        $ reconcile attest acme test_return --connote NO
    "#);
    assert_snapshot!(shown(&file("existing", "omnireturns_access: required\n", &EXISTING[..4]), SERVED), @r#"
    existing Acme: E4 (switch-over)
      done: E1 keys_requested, E2 keys_supplied, E3 test_label, E3 test_return, E5
      next: E4 switched_to_loop
      waiting: N5.2.1, E7.1, E7.2, E8 uploads_checked, E8 live
      not needed: E6.1, E6.2, E6.3, E6.4
      > Loop and the retailer ["E4"] since 2026-10-04 (50): confirm that the retailer has switched over
        $ reconcile attest acme switched_to_loop
    "#);
}

#[test]
fn existing_that_is_undecided_waits_for_the_decision_and_gets_its_webhook() {
    assert_snapshot!(shown(&file("existing", "account_manager: Tom Okafor\n", &EXISTING), SERVED), @r#"
    existing Acme: E5 (decision), no credits
      done: E1 keys_requested, E2 keys_supplied, E3 test_label, E3 test_return, E4 switched_to_loop
      next: E5, N5.2.1
      waiting: E6.1, E6.2, E6.3, E6.4, E7.1, E7.2, E8 uploads_checked, E8 live
      > SEKO account manager Tom Okafor ["E5"] since 2026-10-05 (49): confirm whether the retailer still needs access to OmniReturns: `required` or `not_required`
        $ reconcile decide acme ACCESS --by NAME
      > SEKO onboarding ["N5.2.1"] since 2026-10-05 (49): apply the changes in OmniRPS
        $ reconcile apply --only acme
    "#);
}

#[test]
fn existing_takes_the_branch_that_was_decided() {
    let not_required = file("existing", "omnireturns_access: not_required\n", &EXISTING);
    assert_snapshot!(shown(&not_required, SERVED), @r#"
    existing Acme: N5.2.1 (settings), no credits
      done: E1 keys_requested, E2 keys_supplied, E3 test_label, E3 test_return, E4 switched_to_loop, E5
      next: N5.2.1, E6.1, E6.2, E6.3, E6.4
      waiting: E8 uploads_checked, E8 live
      not needed: E7.1, E7.2
      > SEKO onboarding ["N5.2.1", "E6.1", "E6.2", "E6.3", "E6.4"] since 2026-10-05 (49): apply the changes in OmniRPS and OmniReturns
        $ reconcile apply --only acme
    "#);
    assert_snapshot!(shown(&not_required, GIVEN_UP), @r#"
    existing Acme: E8 (go-live)
      done: E1 keys_requested, E2 keys_supplied, E3 test_label, E3 test_return, E4 switched_to_loop, E5, N5.2.1, E6.1, E6.2, E6.3, E6.4
      next: E8 uploads_checked
      waiting: E8 live
      not needed: E7.1, E7.2
      > SEKO onboarding ["E8"] since 2026-10-05 (49): check that returns arrive in OmniRPS
        $ reconcile verify acme --record
        $ reconcile attest acme uploads_checked
    "#);
    let required = file("existing", "omnireturns_access: required\n", &EXISTING);
    assert_snapshot!(shown(&required, SERVED), @r#"
    existing Acme: N5.2.1 (settings), no credits
      done: E1 keys_requested, E2 keys_supplied, E3 test_label, E3 test_return, E4 switched_to_loop, E5
      next: N5.2.1, E7.1, E7.2
      waiting: E8 uploads_checked, E8 live
      not needed: E6.1, E6.2, E6.3, E6.4
      > SEKO onboarding ["N5.2.1", "E7.1", "E7.2"] since 2026-10-05 (49): apply the changes in OmniRPS and OmniReturns
        $ reconcile apply --only acme
    "#);
    let status = of(&required, Some(SERVED), &BTreeMap::new());
    assert_snapshot!(notes(&status, "E7.1"), @"omnireturns.name: Acme → Acme - Loop");
    assert_snapshot!(notes(&status, "E6.1"), @"access is required");
}

#[test]
fn existing_that_is_live_asks_for_nothing_earlier() {
    let live = "omnireturns_access: not_required\nmilestones: {switched_to_loop: 2026-10-01, uploads_checked: 2026-10-02, live: 2026-10-03}\n";
    assert_snapshot!(shown(&format!("retailer: Acme\njourney: existing\n{live}"), GIVEN_UP), @"
    existing Acme: through (live), done
      done: E4 switched_to_loop, E5, N5.2.1, E6.1, E6.2, E6.3, E6.4, E8 uploads_checked, E8 live
      not needed: E7.1, E7.2
      not stated: E1 keys_requested, E2 keys_supplied, E3 test_label, E3 test_return
    ");
    // Without the decision that everything depends on.
    let undecided = live.replace("omnireturns_access: not_required\n", "");
    assert_snapshot!(shown(&format!("retailer: Acme\njourney: existing\n{undecided}"), GIVEN_UP), @r#"
    existing Acme: through (live)
      done: E4 switched_to_loop, N5.2.1, E8 uploads_checked, E8 live
      next: E5
      waiting: E6.1, E6.2, E6.3, E6.4, E7.1, E7.2
      not stated: E1 keys_requested, E2 keys_supplied, E3 test_label, E3 test_return
      > SEKO account manager ["E5"] since 2026-10-01 (53): confirm whether the retailer still needs access to OmniReturns: `required` or `not_required`
        $ reconcile decide acme ACCESS --by NAME
    "#);
}

#[test]
fn an_overridden_setting_is_shown_with_its_reason() {
    let more = "omnireturns_access: not_required\nsettings: {omnirps.shopify_integration: {value: \
                enabled, reason: winds down}}\n";
    let fleet = file("existing", more, &EXISTING);
    let enabled = GIVEN_UP.replace("integration: disabled", "integration: enabled");
    for (live, expected) in [
        (GIVEN_UP, "omnirps.shopify_integration: disabled → enabled, overridden: winds down"),
        (&enabled, "omnirps.shopify_integration: enabled, set correctly, overridden: winds down"),
    ] {
        assert_eq!(notes(&of(&fleet, Some(live), &BTreeMap::new()), "E6.3"), expected);
    }
}
