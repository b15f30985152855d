//! Journey `new`, stage by stage.

use super::{NEW, SET_UP, new, notes, of, shown};
use insta::assert_snapshot;
use std::collections::BTreeMap;

#[test]
fn new_begins_with_the_introduction() {
    assert_snapshot!(shown("retailer: Acme\njourney: new\n", ""), @r#"
    new Acme: N1 (introduction)
      next: N1 introduced
      waiting: N2, N3 onboarding_form_sent, N4 documents_completed, N5, N5.1.1, N5.1.2, N5.2.1, N6 keys_supplied, N7 test_label, N7 test_return, N8 connote_processed, N9 confirmed_by_seko, N9 confirmed_by_loop, N10 live
      > Loop ["N1"]: introduce the retailer to SEKO
        $ reconcile attest acme introduced
    "#);
}

#[test]
fn after_the_introduction_several_are_asked_at_once() {
    assert_snapshot!(shown("retailer: Acme\njourney: new\nmilestones: {introduced: 2026-10-01}\n", ""), @r#"
    new Acme: N4 (introduction)
      done: N1 introduced
      next: N2, N3 onboarding_form_sent, N4 documents_completed
      waiting: N5, N5.1.1, N5.1.2, N5.2.1, N6 keys_supplied, N7 test_label, N7 test_return, N8 connote_processed, N9 confirmed_by_seko, N9 confirmed_by_loop, N10 live
      > SEKO account manager ["N2"] since 2026-10-01 (53): take the retailer on, and name the account manager
        $ reconcile attest acme --account-manager NAME
      > Loop ["N3"] since 2026-10-01 (53): send the retailer the partner's onboarding form, https://zfrmz.com/G3SkIjW9RIsg7SYQJaI2
        $ reconcile attest acme onboarding_form_sent
      > SEKO account manager ["N4"] since 2026-10-01 (53): have the retailer complete SEKO's onboarding documents
        $ reconcile attest acme documents_completed
    "#);
    // The form is still required while the accounts are set up, but blocks nobody.
    let documents = "retailer: Acme\njourney: new\nmilestones: {introduced: 2026-10-01, documents_completed: 2026-10-05}\n";
    assert_snapshot!(shown(documents, ""), @r#"
    new Acme: N5 (accounts)
      done: N1 introduced, N4 documents_completed
      next: N2, N3 onboarding_form_sent, N5, N5.2.1
      waiting: N5.1.1, N5.1.2, N6 keys_supplied, N7 test_label, N7 test_return, N8 connote_processed, N9 confirmed_by_seko, N9 confirmed_by_loop, N10 live
      > SEKO account manager ["N2"] since 2026-10-01 (53): take the retailer on, and name the account manager
        $ reconcile attest acme --account-manager NAME
      > Loop ["N3"] since 2026-10-01 (53): send the retailer the partner's onboarding form, https://zfrmz.com/G3SkIjW9RIsg7SYQJaI2
        $ reconcile attest acme onboarding_form_sent
      > SEKO onboarding ["N5", "N5.2.1"] since 2026-10-05 (49): apply the changes in OmniParcel, OmniRPS and OmniReturns
        $ reconcile apply --only acme
    "#);
}

#[test]
fn new_with_documents_waits_for_its_accounts() {
    assert_snapshot!(shown(&new(&NEW[..3]), ""), @r#"
    new Acme: N5 (accounts)
      done: N1 introduced, N2, N3 onboarding_form_sent, N4 documents_completed
      next: N5, N5.2.1
      waiting: N5.1.1, N5.1.2, N6 keys_supplied, N7 test_label, N7 test_return, N8 connote_processed, N9 confirmed_by_seko, N9 confirmed_by_loop, N10 live
      > SEKO onboarding ["N5", "N5.2.1"] since 2026-10-03 (51): apply the changes in OmniParcel, OmniRPS and OmniReturns
        $ reconcile apply --only acme
    "#);
}

#[test]
fn new_with_accounts_waits_for_its_keys() {
    assert_snapshot!(shown(&new(&NEW[..3]), SET_UP), @r#"
    new Acme: N6 (keys)
      done: N1 introduced, N2, N3 onboarding_form_sent, N4 documents_completed, N5, N5.1.1, N5.1.2, N5.2.1
      next: N6 keys_supplied
      waiting: N7 test_label, N7 test_return, N8 connote_processed, N9 confirmed_by_seko, N9 confirmed_by_loop, N10 live
      > SEKO onboarding ["N6"] since 2026-10-03 (51): hand over the keys and the exact name in OmniRPS
        $ reconcile handoff acme
        $ reconcile attest acme keys_supplied
    "#);
}

#[test]
fn new_with_keys_is_tested() {
    assert_snapshot!(shown(&new(&NEW[..4]), SET_UP), @r#"
    new Acme: N7 (test)
      done: N1 introduced, N2, N3 onboarding_form_sent, N4 documents_completed, N5, N5.1.1, N5.1.2, N5.2.1, N6 keys_supplied
      next: N7 test_label, N7 test_return
      waiting: N8 connote_processed, N9 confirmed_by_seko, N9 confirmed_by_loop, N10 live
      > Loop ["N7"] since 2026-10-04 (50): make a test label in production, and make a test return in production
        $ reconcile verify acme --record
        $ reconcile attest acme test_label --connote NO
        $ reconcile attest acme test_return --connote NO
    "#);
    assert_snapshot!(shown(&new(&NEW[..5]), SET_UP), @r#"
    new Acme: N7 (test)
      done: N1 introduced, N2, N3 onboarding_form_sent, N4 documents_completed, N5, N5.1.1, N5.1.2, N5.2.1, N6 keys_supplied, N7 test_label
      next: N7 test_return
      waiting: N8 connote_processed, N9 confirmed_by_seko, N9 confirmed_by_loop, N10 live
      > Loop ["N7"] since 2026-10-04 (50): make a test return in production
        $ reconcile verify acme --record
        $ reconcile attest acme test_return --connote NO
    "#);
}

#[test]
fn new_that_was_tested_waits_for_the_hub() {
    assert_snapshot!(shown(&new(&NEW[..6]), SET_UP), @r#"
    new Acme: N8 (test)
      done: N1 introduced, N2, N3 onboarding_form_sent, N4 documents_completed, N5, N5.1.1, N5.1.2, N5.2.1, N6 keys_supplied, N7 test_label, N7 test_return
      next: N8 connote_processed
      waiting: N9 confirmed_by_seko, N9 confirmed_by_loop, N10 live
      > SEKO hub ["N8"] since 2026-10-06 (48): process the connote of the test return in OmniRPS
        $ reconcile verify acme --record
        $ reconcile attest acme connote_processed --connote NO
    "#);
}

#[test]
fn new_that_was_processed_is_confirmed_by_both() {
    assert_snapshot!(shown(&new(&NEW[..7]), SET_UP), @r#"
    new Acme: N9 (go-live)
      done: N1 introduced, N2, N3 onboarding_form_sent, N4 documents_completed, N5, N5.1.1, N5.1.2, N5.2.1, N6 keys_supplied, N7 test_label, N7 test_return, N8 connote_processed
      next: N9 confirmed_by_seko, N9 confirmed_by_loop
      waiting: N10 live
      > SEKO account manager Dana Reyes ["N9"] since 2026-10-07 (47): confirm that the integration is ready
        $ reconcile attest acme confirmed_by_seko
      > Loop ["N9"] since 2026-10-07 (47): confirm that the integration is ready
        $ reconcile attest acme confirmed_by_loop
    "#);
    assert_snapshot!(shown(&new(&NEW[..8]), SET_UP), @r#"
    new Acme: N9 (go-live)
      done: N1 introduced, N2, N3 onboarding_form_sent, N4 documents_completed, N5, N5.1.1, N5.1.2, N5.2.1, N6 keys_supplied, N7 test_label, N7 test_return, N8 connote_processed, N9 confirmed_by_seko
      next: N9 confirmed_by_loop
      waiting: N10 live
      > Loop ["N9"] since 2026-10-07 (47): confirm that the integration is ready
        $ reconcile attest acme confirmed_by_loop
    "#);
    assert_snapshot!(shown(&new(&NEW[..9]), SET_UP), @r#"
    new Acme: N10 (go-live)
      done: N1 introduced, N2, N3 onboarding_form_sent, N4 documents_completed, N5, N5.1.1, N5.1.2, N5.2.1, N6 keys_supplied, N7 test_label, N7 test_return, N8 connote_processed, N9 confirmed_by_seko, N9 confirmed_by_loop
      next: N10 live
      > SEKO account manager Dana Reyes and Loop ["N10"] since 2026-10-09 (45): go live
        $ reconcile attest acme live
    "#);
}

#[test]
fn new_that_is_live_and_right_is_done() {
    assert_snapshot!(shown(&new(&NEW), SET_UP), @"
    new Acme: through (live), done
      done: N1 introduced, N2, N3 onboarding_form_sent, N4 documents_completed, N5, N5.1.1, N5.1.2, N5.2.1, N6 keys_supplied, N7 test_label, N7 test_return, N8 connote_processed, N9 confirmed_by_seko, N9 confirmed_by_loop, N10 live
    ");
}

#[test]
fn implied_milestones_are_not_asked_for() {
    let fleet = "retailer: Acme\njourney: new\nmilestones: {keys_supplied: 2026-10-05}\n";
    assert_snapshot!(shown(fleet, SET_UP), @r#"
    new Acme: N7 (test)
      done: N5, N5.1.1, N5.1.2, N5.2.1, N6 keys_supplied
      next: N7 test_label, N7 test_return
      waiting: N8 connote_processed, N9 confirmed_by_seko, N9 confirmed_by_loop, N10 live
      not stated: N1 introduced, N2, N3 onboarding_form_sent, N4 documents_completed
      > Loop ["N7"] since 2026-10-05 (49): make a test label in production, and make a test return in production
        $ reconcile verify acme --record
        $ reconcile attest acme test_label --connote NO
        $ reconcile attest acme test_return --connote NO
    "#);
    // Unless something is held for it.
    assert_snapshot!(shown(fleet, ""), @r#"
    new Acme: N7 (test)
      done: N6 keys_supplied
      next: N4 documents_completed, N7 test_label, N7 test_return
      waiting: N5, N5.1.1, N5.1.2, N5.2.1, N8 connote_processed, N9 confirmed_by_seko, N9 confirmed_by_loop, N10 live
      not stated: N1 introduced, N2, N3 onboarding_form_sent
      > SEKO account manager ["N4"]: have the retailer complete SEKO's onboarding documents
        $ reconcile attest acme documents_completed
      > Loop ["N7"] since 2026-10-05 (49): make a test label in production, and make a test return in production
        $ reconcile verify acme --record
        $ reconcile attest acme test_label --connote NO
        $ reconcile attest acme test_return --connote NO
    "#);
}

#[test]
fn keys_of_accounts_that_do_not_exist_are_noted() {
    let keys = new(&NEW[..4]);
    let lacking = "stated, but without an account in OmniParcel, OmniRPS and OmniReturns";
    for (live, expected) in [("", lacking), (SET_UP, "")] {
        assert_eq!(notes(&of(&keys, Some(live), &BTreeMap::new()), "N6"), expected);
    }
}
