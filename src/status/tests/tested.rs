//! What a test with the retailer's keys shows, and what it does not: this tool can make it alone.

use super::{
    EXISTING, GIVEN_UP, HandedOver, LoopUpload, NEW, SERVED, SET_UP, Status, TaskState, file, new,
    of, of_by, shown, status_by, text,
};
use crate::model::{Capabilities, Milestone};
use insta::assert_snapshot;
use jiff::civil::date;
use std::collections::BTreeMap;

const TESTS: [&str; 3] = ["test_label", "test_return", "connote_processed"];

fn proven(fleet: &str, live: &str) -> Status {
    status_by(&Capabilities::default(), fleet, Some(live), &BTreeMap::new(), &["acme"])
}

/// Returns the step that is next, and the state of the milestone.
fn next(status: &Status, milestone: Milestone) -> (&'static str, TaskState) {
    let retailer = &status.retailers[0];
    let mut steps = retailer.steps.iter();
    let of = steps.find(|step| step.milestone == Some(milestone)).unwrap();
    (retailer.stage.step.unwrap_or("through"), of.state)
}

#[test]
fn a_test_does_not_close_the_handover_of_the_keys() {
    assert_snapshot!(shown(&file("existing", "", &["keys_requested", "test_label", "test_return"]), SERVED), @r#"
    existing Acme: E2 (keys)
      done: E1 keys_requested, E3 test_label, E3 test_return
      next: E2 keys_supplied
      waiting: E4 switched_to_loop, E5, N5.2.1, E6.1, E6.2, E6.3, E6.4, E7.1, E7.2, E8 uploads_checked, E8 live
      > SEKO onboarding ["E2"] since 2026-10-01 (53): hand over the keys and the exact name in OmniRPS
        $ reconcile handoff acme
        $ reconcile attest acme keys_supplied
    "#);
    assert_snapshot!(shown(&new(&["introduced", "documents_completed", TESTS[0], TESTS[1], TESTS[2]]), SET_UP), @r#"
    new Acme: N6 (keys)
      done: N1 introduced, N2, N4 documents_completed, N5, N5.1.1, N5.1.2, N5.2.1, N7 test_label, N7 test_return, N8 connote_processed
      next: N3 onboarding_form_sent, N6 keys_supplied
      waiting: N9 confirmed_by_seko, N9 confirmed_by_loop, N10 live
      > Loop ["N3"] since 2026-10-01 (53): send the retailer the partner's onboarding form, https://zfrmz.com/G3SkIjW9RIsg7SYQJaI2
        $ reconcile attest acme onboarding_form_sent
      > SEKO onboarding ["N6"] since 2026-10-02 (52): hand over the keys and the exact name in OmniRPS
        $ reconcile handoff acme
        $ reconcile attest acme keys_supplied
    "#);
}

#[test]
fn a_test_closes_no_step_of_other_people() {
    for (fleet, live, expected, milestone) in [
        (file("existing", "", &TESTS[..2]), SERVED, "E1", Milestone::KeysRequested),
        (new(&TESTS), SET_UP, "N1", Milestone::Introduced),
        (new(&["introduced", TESTS[0]]), SET_UP, "N4", Milestone::DocumentsCompleted),
    ] {
        let status = of(&fleet, Some(live), &BTreeMap::new());
        assert_eq!(next(&status, milestone), (expected, TaskState::Next), "{}", text(&status));
    }
    // A processed connote shows that there was a label and a return, but the confirmations need
    // them stated.
    let status = of(&new(&TESTS[2..]), Some(SET_UP), &BTreeMap::new());
    assert_eq!(next(&status, Milestone::TestReturn), ("N1", TaskState::Waiting));
    let status = of(&new(&["keys_supplied", TESTS[2]]), Some(SET_UP), &BTreeMap::new());
    assert_eq!(next(&status, Milestone::TestReturn), ("N7", TaskState::Next));
    assert_eq!(next(&status, Milestone::ConfirmedBySeko), ("N7", TaskState::Waiting));
}

#[test]
fn keys_that_the_partner_has_need_not_be_stated() {
    let tested = file("existing", "", &["keys_requested", "test_label", "test_return"]);
    let handed = HandedOver {
        on: date(2026, 11, 20),
        name: "Acme".into(),
        has_other_hubs: false,
        checked: None,
    };
    let recorded = of(&tested, Some(SERVED), &[("acme".to_owned(), handed)].into());
    let switched_over = file("existing", "omnireturns_access: not_required\n", &EXISTING[2..]);
    let switched_over = of(&switched_over, Some(GIVEN_UP), &BTreeMap::new());
    let confirmed = of(&new(&NEW[4..8]), Some(SET_UP), &BTreeMap::new());
    for (status, expected) in [
        (recorded, "E4"),
        (proven(&tested, SERVED), "E4"),
        (switched_over, "E8"),
        (confirmed, "N9"),
        (proven(&new(&TESTS), SET_UP), "N9"),
    ] {
        let found = next(&status, Milestone::KeysSupplied);
        assert_eq!(found, (expected, TaskState::NotStated), "{}", text(&status));
    }
}

#[test]
fn before_live_it_says_whether_the_partner_itself_uploads() {
    let last = |status: &Status| status.retailers[0].steps.last().unwrap().notes.join("\n");
    let not_proven = "an upload by Loop itself is not proven yet, `reconcile verify` looks for one";
    let tested = format!("tested with the retailer's keys; {not_proven}");
    let proven_note = "an upload by Loop itself is proven";
    let decided =
        |milestones: &[&str]| file("existing", "omnireturns_access: not_required\n", milestones);
    for (fleet, live, expected, expected_proven) in [
        (new(&NEW[..6]), SET_UP, "", proven_note),
        (new(&NEW[..7]), SET_UP, tested.as_str(), proven_note),
        (new(&NEW[..9]), SET_UP, &tested, proven_note),
        (new(&NEW), SET_UP, "", ""),
        (decided(&EXISTING[..4]), SERVED, "", proven_note),
        (decided(&EXISTING), GIVEN_UP, &tested, proven_note),
        (decided(&EXISTING[4..]), GIVEN_UP, not_proven, proven_note),
    ] {
        assert_eq!(last(&of(&fleet, Some(live), &BTreeMap::new())), expected, "{fleet}");
        assert_eq!(last(&proven(&fleet, live)), expected_proven, "{fleet}");
    }
    // Where uploads cannot be read, nothing looks for one, and people state that they arrive.
    let unread = Capabilities { no_uploads: true, ..Capabilities::default() };
    let served = of_by(&unread, &decided(&EXISTING[..5]), Some(GIVEN_UP), &BTreeMap::new());
    let found = last(&served);
    assert!(
        found.ends_with("not proven yet; the environment has no way to read uploads"),
        "{found}"
    );
    let commands: Vec<_> = served.retailers[0].waiting_for.iter().map(|of| &of.commands).collect();
    assert_eq!(commands, [&["reconcile attest acme uploads_checked"]]);
    let checked = decided(&["switched_to_loop", "uploads_checked"]);
    let checked = of(&checked, Some(GIVEN_UP), &BTreeMap::new());
    assert_eq!(last(&checked), format!("stated on 2026-10-02 that returns arrive; {not_proven}"));
    assert_eq!(checked.retailers[0].loop_upload, LoopUpload::NotProven);
}
