//! Every branch of the process: facts and a live state, and the resulting status.

mod capabilities;
mod existing;
mod new;
mod next;
mod tested;

use super::{HandedOver, LoopUpload, Status, TaskState};
use crate::model::Capabilities;
use crate::testing::status_by;
use insta::assert_snapshot;
use jiff::civil::date;
use std::collections::BTreeMap;
use std::fmt::Write;

/// Live after N5.
const SET_UP: &str = "
omniparcel: [{id: 1, name: Acme}]
omnirps: [{id: 77, name: Acme, tracking_webhook.url: 'https://api.loopreturns.com/hook/v1/seko/update', tracking_webhook.enabled: true}]
omnireturns: [{id: 9, name: Acme, company: Loop, portal: unpublished, omnirps_retailer_id: '77'}]
";

/// Live before a switch-over.
const SERVED: &str = "
omnirps: [{id: 77, name: Acme}]
omnireturns: [{id: 9, name: Acme}]
";

/// Live after E6.
const GIVEN_UP: &str = "
omnirps: [{id: 77, name: Acme, tracking_webhook.url: 'https://api.loopreturns.com/hook/v1/seko/update', tracking_webhook.enabled: true, shopify_integration: disabled, track_and_trace_emails: disabled}]
omnireturns: [{id: 9, name: Acme, company: Loop, portal: unpublished}]
";

fn of(fleet_yaml: &str, live: Option<&str>, handoffs: &BTreeMap<String, HandedOver>) -> Status {
    of_by(&Capabilities::default(), fleet_yaml, live, handoffs)
}

/// The same in an environment with these capabilities.
fn of_by(
    capabilities: &Capabilities,
    fleet_yaml: &str,
    live: Option<&str>,
    handoffs: &BTreeMap<String, HandedOver>,
) -> Status {
    status_by(capabilities, fleet_yaml, live, handoffs, &[])
}

fn text(status: &Status) -> String {
    let mut out = String::new();
    for retailer in &status.retailers {
        let stage = &retailer.stage;
        let step = stage.step.unwrap_or("through");
        write!(out, "{} {}: {step} ({})", retailer.journey.key(), retailer.retailer, stage.phase)
            .unwrap();
        let flags = [
            (retailer.done, ", done"),
            (retailer.drift, ", drift"),
            (retailer.has_no_credits(), ", no credits"),
        ];
        out.extend(flags.iter().filter(|(is, _)| *is).map(|(_, word)| *word));
        out.push('\n');
        for state in TaskState::ALL {
            let steps: Vec<String> = retailer
                .steps
                .iter()
                .filter(|step| step.state == state)
                .map(|step| match step.milestone {
                    Some(milestone) => format!("{} {milestone}", step.step),
                    None => step.step.into(),
                })
                .collect();
            if !steps.is_empty() {
                writeln!(out, "  {}: {}", state.words(), steps.join(", ")).unwrap();
            }
        }
        for waiting in &retailer.waiting_for {
            let since = waiting.since.map(|on| format!(" since {on} ({})", waiting.days.unwrap()));
            writeln!(
                out,
                "  > {} {:?}{}: {}",
                waiting.who,
                waiting.steps,
                since.unwrap_or_default(),
                waiting.to_do
            )
            .unwrap();
            for command in &waiting.commands {
                writeln!(out, "    $ {command}").unwrap();
            }
        }
    }
    out
}

fn shown(fleet: &str, live: &str) -> String {
    text(&of(fleet, Some(live), &BTreeMap::new()))
}

fn offline(fleet: &str) -> String {
    text(&of(fleet, None, &BTreeMap::new()))
}

/// Returns the notes of one step.
fn notes(status: &Status, step: &str) -> String {
    let steps = status.retailers.iter().flat_map(|retailer| &retailer.steps);
    steps
        .filter(|found| found.step == step)
        .flat_map(|step| step.notes.clone())
        .collect::<Vec<_>>()
        .join("\n")
}

/// Returns a new retailer with these milestones, in order.
fn new(milestones: &[&str]) -> String {
    file("new", "account_manager: Dana Reyes\n", milestones)
}

fn file(journey: &str, more: &str, milestones: &[&str]) -> String {
    let mut file = format!("retailer: Acme\njourney: {journey}\n{more}milestones:\n");
    for (at, milestone) in milestones.iter().enumerate() {
        writeln!(file, "  {milestone}: 2026-10-{:02}", at + 1).unwrap();
    }
    if milestones.is_empty() { file.replace("milestones:\n", "") } else { file }
}

const NEW: [&str; 10] = [
    "introduced",
    "onboarding_form_sent",
    "documents_completed",
    "keys_supplied",
    "test_label",
    "test_return",
    "connote_processed",
    "confirmed_by_seko",
    "confirmed_by_loop",
    "live",
];

const EXISTING: [&str; 5] =
    ["keys_requested", "keys_supplied", "test_label", "test_return", "switched_to_loop"];

#[test]
fn a_live_retailer_without_credits_drifted() {
    let off = SET_UP.replace("enabled: true", "enabled: false");
    assert_snapshot!(shown(&new(&NEW), &off), @r#"
    new Acme: through (live), drift, no credits
      done: N1 introduced, N2, N3 onboarding_form_sent, N4 documents_completed, N5, N5.1.1, N5.1.2, N6 keys_supplied, N7 test_label, N7 test_return, N8 connote_processed, N9 confirmed_by_seko, N9 confirmed_by_loop, N10 live
      next: N5.2.1
      > SEKO onboarding ["N5.2.1"]: apply the changes in OmniRPS
        $ reconcile apply --only acme
    "#);
    let status = of(&new(&NEW), Some(&off), &BTreeMap::new());
    assert_eq!(
        (status.summary.no_credits, status.summary.drift, status.alerts.len()),
        (Some(1), 1, 1)
    );
    let right = of(&new(&NEW), Some(SET_UP), &BTreeMap::new());
    assert_eq!(
        (right.summary.no_credits, right.summary.drift, right.alerts.len()),
        (Some(0), 0, 0)
    );
}

#[test]
fn a_manual_step_waits_for_who_does_it() {
    let emails = SET_UP.replace("company: Loop", "company: Loop, emails: [ops@acme.example]");
    assert_snapshot!(shown(&new(&NEW[..4]), &emails), @r#"
    new Acme: N7 (test)
      done: N1 introduced, N2, N3 onboarding_form_sent, N4 documents_completed, N5, N5.1.2, N5.2.1, N6 keys_supplied
      next: N5.1.1, N7 test_label, N7 test_return
      waiting: N8 connote_processed, N9 confirmed_by_seko, N9 confirmed_by_loop, N10 live
      > SEKO onboarding ["N5.1.1"]: in OmniReturns admin, Retailers, General info (/admin/retailer/retailer_view), remove ops@acme.example from `omnireturns.emails` of "Acme" (id 9)
      > Loop ["N7"] since 2026-10-04 (50): make a test label in production, and make a test return in production
        $ reconcile verify acme --record
        $ reconcile attest acme test_label --connote NO
        $ reconcile attest acme test_return --connote NO
    "#);
    assert_snapshot!(notes(&of(&new(&NEW[..4]), Some(&emails), &BTreeMap::new()), "N5.1.1"), @"omnireturns.emails: ops@acme.example → none");
}

#[test]
fn blocked_changes_wait_for_onboarding() {
    assert_snapshot!(shown(&new(&NEW[..3]), "omnirps: [{id: 77, name: ACME}]"), @r#"
    new Acme: N5 (accounts)
      done: N1 introduced, N2, N3 onboarding_form_sent, N4 documents_completed
      next: N5, N5.2.1
      waiting: N6 keys_supplied, N7 test_label, N7 test_return, N8 connote_processed, N9 confirmed_by_seko, N9 confirmed_by_loop, N10 live
      not known: N5.1.1, N5.1.2
      > SEKO onboarding ["N5"] since 2026-10-03 (51): apply the changes in OmniParcel
        $ reconcile apply --only acme
      > SEKO onboarding ["N5", "N5.2.1"] since 2026-10-03 (51): no OmniRPS record is called "Acme", but "ACME" (id 77) looks like it: character 2 is `C` instead of `c`; changes in OmniReturns wait for this: if that is the retailer, correct `retailer` in retailers/acme.yaml: OmniRPS refuses uploads under any other name, and nothing can be renamed there
    "#);
    // What waits for a blocked system is not known to be right.
    let fleet = file("existing", "omnireturns_access: not_required\n", &EXISTING);
    assert_snapshot!(shown(&fleet, "omnirps: [{id: 77, name: ACME}]\nomnireturns: [{id: 9, name: Acme}]"), @r#"
    existing Acme: N5.2.1 (settings)
      done: E1 keys_requested, E2 keys_supplied, E3 test_label, E3 test_return, E4 switched_to_loop, E5
      next: N5.2.1, E6.3, E6.4
      waiting: E8 uploads_checked, E8 live
      not needed: E7.1, E7.2
      not known: E6.1, E6.2
      > SEKO onboarding ["N5.2.1", "E6.3", "E6.4"] since 2026-10-05 (49): no OmniRPS record is called "Acme", but "ACME" (id 77) looks like it: character 2 is `C` instead of `c`; changes in OmniReturns wait for this: if that is the retailer, correct `retailer` in retailers/acme.yaml: OmniRPS refuses uploads under any other name, and nothing can be renamed there
    "#);
}

#[test]
fn an_unread_system_is_not_known() {
    let unread = format!("{}\nunknown: [omnirps]", SET_UP);
    assert_snapshot!(shown(&new(&NEW), &unread), @r#"
    new Acme: through (live)
      done: N1 introduced, N2, N3 onboarding_form_sent, N4 documents_completed, N5.1.1, N5.1.2, N6 keys_supplied, N7 test_label, N7 test_return, N8 connote_processed, N9 confirmed_by_seko, N9 confirmed_by_loop, N10 live
      not known: N5, N5.2.1
      > SEKO onboarding ["N5", "N5.2.1"]: find out why OmniRPS cannot be read
        $ reconcile doctor
    "#);
    assert_snapshot!(shown(&new(&NEW[..3]), &unread), @r#"
    new Acme: N5 (accounts)
      done: N1 introduced, N2, N3 onboarding_form_sent, N4 documents_completed, N5.1.1, N5.1.2
      waiting: N6 keys_supplied, N7 test_label, N7 test_return, N8 connote_processed, N9 confirmed_by_seko, N9 confirmed_by_loop, N10 live
      not known: N5, N5.2.1
      > SEKO onboarding ["N5", "N5.2.1"]: find out why OmniRPS cannot be read
        $ reconcile doctor
    "#);
    let status = of(&new(&NEW), Some(&unread), &BTreeMap::new());
    assert_eq!((status.summary.done, status.unknown_systems.len()), (0, 1));
    assert_eq!(status.summary.no_credits, None, "nobody knows");
    assert_snapshot!(notes(&status, "N5.2.1"), @"OmniRPS could not be read");
}

#[test]
fn a_system_that_people_look_at_is_closed_by_them() {
    let unread = format!("{}\nunread: [omnirps]", SET_UP);
    assert_snapshot!(shown(&new(&NEW[..3]), &unread), @r#"
    new Acme: N5 (accounts)
      done: N1 introduced, N2, N3 onboarding_form_sent, N4 documents_completed, N5.1.1, N5.1.2
      next: N5, N5.2.1
      waiting: N6 keys_supplied, N7 test_label, N7 test_return, N8 connote_processed, N9 confirmed_by_seko, N9 confirmed_by_loop, N10 live
      > SEKO onboarding ["N5"] since 2026-10-03 (51): in OmniRPS, Admin > Manage > Retailer, make sure that "Acme" exists; then pin its id as `ids.omnirps`, or, once all manual steps of the retailer are done, state `keys_supplied` in retailers/acme.yaml
      > SEKO onboarding ["N5.2.1"] since 2026-10-03 (51): in OmniRPS, tracking webhook settings of the retailer (where exactly is not publicly documented), make sure that `omnirps.tracking_webhook.url` of "Acme" is https://api.loopreturns.com/hook/v1/seko/update; once all manual steps of the retailer are done, state `keys_supplied` in retailers/acme.yaml
      > SEKO support ["N5.2.1"] since 2026-10-03 (51): in OmniRPS, tracking webhook settings of the retailer (where exactly is not publicly documented), make sure that `omnirps.tracking_webhook.enabled` of "Acme" is true; once all manual steps of the retailer are done, state `keys_supplied` in retailers/acme.yaml
    "#);
    assert_snapshot!(shown(&new(&NEW), &unread), @"
    new Acme: through (live), done
      done: N1 introduced, N2, N3 onboarding_form_sent, N4 documents_completed, N5, N5.1.1, N5.1.2, N5.2.1, N6 keys_supplied, N7 test_label, N7 test_return, N8 connote_processed, N9 confirmed_by_seko, N9 confirmed_by_loop, N10 live
    ");
    let closed = of(&new(&NEW), Some(&unread), &BTreeMap::new());
    assert_snapshot!(notes(&closed, "N5.2.1"), @"not checked, closed by keys_supplied");
}

#[test]
fn an_override_is_a_separate_task() {
    let fleet = "retailer: Acme\njourney: existing\nomnireturns_access: required\nsettings:\n  \
        omnireturns.portal: {value: unpublished, reason: asked for it}\n  \
        omnirps.tracking_webhook: {manage: false, reason: own relay}\n\
        milestones: {switched_to_loop: 2026-10-12}\n";
    assert_snapshot!(shown(fleet, SERVED), @r#"
    existing Acme: E7.1 (settings)
      done: E4 switched_to_loop, E5
      next: E7.1, E7.2, override
      waiting: E8 uploads_checked, E8 live
      not needed: N5.2.1, E6.1, E6.2, E6.3, E6.4
      not stated: E1 keys_requested, E2 keys_supplied, E3 test_label, E3 test_return
      > SEKO onboarding ["E7.1", "E7.2", "override"] since 2026-10-12 (42): apply the changes in OmniRPS and OmniReturns
        $ reconcile apply --only acme
    "#);
    assert_snapshot!(notes(&of(fleet, Some(SERVED), &BTreeMap::new()), "N5.2.1"), @"
    omnirps.tracking_webhook.url is not managed: own relay
    omnirps.tracking_webhook.enabled is not managed: own relay
    ");
}

#[test]
fn offline_shows_what_people_stated() {
    assert_snapshot!(offline(&new(&NEW[..2])), @r#"
    new Acme: N4 (introduction)
      done: N1 introduced, N2, N3 onboarding_form_sent
      next: N4 documents_completed
      waiting: N5, N5.2.1, N6 keys_supplied, N7 test_label, N7 test_return, N8 connote_processed, N9 confirmed_by_seko, N9 confirmed_by_loop, N10 live
      not known: N5.1.1, N5.1.2
      > SEKO account manager Dana Reyes ["N4"] since 2026-10-01 (53): have the retailer complete SEKO's onboarding documents
        $ reconcile attest acme documents_completed
    "#);
    assert_snapshot!(offline(&new(&NEW[..3])), @r#"
    new Acme: N5 (accounts)
      done: N1 introduced, N2, N3 onboarding_form_sent, N4 documents_completed
      next: N6 keys_supplied
      waiting: N7 test_label, N7 test_return, N8 connote_processed, N9 confirmed_by_seko, N9 confirmed_by_loop, N10 live
      not known: N5, N5.1.1, N5.1.2, N5.2.1
      > SEKO onboarding ["N6"] since 2026-10-03 (51): hand over the keys and the exact name in OmniRPS
        $ reconcile handoff acme
        $ reconcile attest acme keys_supplied
    "#);
    assert_snapshot!(offline(&new(&NEW)), @"
    new Acme: through (live), done
      done: N1 introduced, N2, N3 onboarding_form_sent, N4 documents_completed, N6 keys_supplied, N7 test_label, N7 test_return, N8 connote_processed, N9 confirmed_by_seko, N9 confirmed_by_loop, N10 live
      not known: N5, N5.1.1, N5.1.2, N5.2.1
    ");
    assert_snapshot!(offline(&file("existing", "omnireturns_access: required\n", &EXISTING)), @r#"
    existing Acme: N5.2.1 (settings)
      done: E1 keys_requested, E2 keys_supplied, E3 test_label, E3 test_return, E4 switched_to_loop, E5
      next: E8 uploads_checked
      waiting: E8 live
      not needed: E6.1, E6.2, E6.3, E6.4
      not known: N5.2.1, E7.1, E7.2
      > SEKO onboarding ["E8"] since 2026-10-05 (49): check that returns arrive in OmniRPS
        $ reconcile verify acme --record
        $ reconcile attest acme uploads_checked
    "#);
}

#[test]
fn a_handoff_is_evidence() {
    let handed = |checked| {
        let handed = HandedOver {
            on: date(2026, 11, 20),
            name: "Acme".into(),
            has_other_hubs: false,
            checked,
        };
        BTreeMap::from([("acme".to_owned(), handed)])
    };
    let status = of(&new(&NEW[..3]), Some(SET_UP), &handed(None));
    assert_snapshot!(format!("{}{}", text(&status), notes(&status, "N6")), @r#"
    new Acme: N6 (keys)
      done: N1 introduced, N2, N3 onboarding_form_sent, N4 documents_completed, N5, N5.1.1, N5.1.2, N5.2.1
      next: N6 keys_supplied
      waiting: N7 test_label, N7 test_return, N8 connote_processed, N9 confirmed_by_seko, N9 confirmed_by_loop, N10 live
      > SEKO onboarding ["N6"] since 2026-10-03 (51): state that the keys have been handed over
        $ reconcile attest acme keys_supplied
    handed over on 2026-11-20
    no `hub_addresses` are named in the file or the project file
    "#);
    let status = of(&new(&NEW[..4]), Some(SET_UP), &handed(Some((date(2026, 11, 21), vec![]))));
    assert_snapshot!(format!("{}{}", text(&status), notes(&status, "N6")), @r#"
    new Acme: N7 (test)
      done: N1 introduced, N2, N3 onboarding_form_sent, N4 documents_completed, N5, N5.1.1, N5.1.2, N5.2.1, N6 keys_supplied
      next: N7 test_label, N7 test_return
      waiting: N8 connote_processed, N9 confirmed_by_seko, N9 confirmed_by_loop, N10 live
      > Loop ["N7"] since 2026-10-04 (50): make a test label in production, and make a test return in production
        $ reconcile verify acme --record
        $ reconcile attest acme test_label --connote NO
        $ reconcile attest acme test_return --connote NO
    handed over on 2026-11-20, still the same keys when checked on 2026-11-21
    "#);
    let other = Some((date(2026, 11, 21), vec!["the name", "the OmniRPS key"]));
    let status = of(&new(&NEW), Some(SET_UP), &handed(other.clone()));
    assert_snapshot!(format!("{}{}", text(&status), notes(&status, "N6")), @r#"
    new Acme: through (live)
      done: N1 introduced, N2, N3 onboarding_form_sent, N4 documents_completed, N5, N5.1.1, N5.1.2, N5.2.1, N6 keys_supplied, N7 test_label, N7 test_return, N8 connote_processed, N9 confirmed_by_seko, N9 confirmed_by_loop, N10 live
      > SEKO onboarding ["N6"] since 2026-11-21 (2): hand over the keys again: the name and the OmniRPS key changed since
        $ reconcile handoff acme
    handed over on 2026-11-20; when checked on 2026-11-21, the name and the OmniRPS key had changed
    "#);
    // If the old keys were not stated as supplied, the new ones are handed over first.
    let status = of(&new(&NEW[..3]), Some(SET_UP), &handed(other));
    assert_snapshot!(text(&status), @r#"
    new Acme: N6 (keys)
      done: N1 introduced, N2, N3 onboarding_form_sent, N4 documents_completed, N5, N5.1.1, N5.1.2, N5.2.1
      next: N6 keys_supplied
      waiting: N7 test_label, N7 test_return, N8 connote_processed, N9 confirmed_by_seko, N9 confirmed_by_loop, N10 live
      > SEKO onboarding ["N6"] since 2026-10-03 (51): hand over the keys again: the name and the OmniRPS key changed since
        $ reconcile handoff acme
        $ reconcile attest acme keys_supplied
    "#);
}

#[test]
fn a_handoff_under_another_name_is_repeated() {
    let fleet = file("existing", "", &EXISTING[..2]);
    let status = |checked: Option<(_, Vec<&'static str>)>| {
        let handed = HandedOver {
            on: date(2026, 11, 20),
            name: "Acme Ltd".into(),
            has_other_hubs: false,
            checked,
        };
        of(&fleet, None, &BTreeMap::from([("acme".to_owned(), handed)]))
    };
    let unchecked = status(None);
    assert_snapshot!(format!("{}{}", text(&unchecked), notes(&unchecked, "E2")), @r#"
    existing Acme: E3 (test)
      done: E1 keys_requested, E2 keys_supplied
      next: E3 test_label, E3 test_return
      waiting: E4 switched_to_loop, E5, N5.2.1, E6.1, E6.2, E6.3, E6.4, E7.1, E7.2, E8 uploads_checked, E8 live
      > SEKO onboarding ["E2"]: hand over the keys again: the name changed since
        $ reconcile handoff acme
      > Loop ["E3"] since 2026-10-02 (52): make a test label, and upload a test return
        $ reconcile verify acme --record
        $ reconcile attest acme test_label --connote NO
        $ reconcile attest acme test_return --connote NO
    handed over on 2026-11-20 as "Acme Ltd"
    "#);
    let again = |status: &Status| status.retailers[0].waiting_for[0].to_do.clone();
    for (changed, expected) in [
        (vec![], "hand over the keys again: the name changed since"),
        (vec!["the name"], "hand over the keys again: the name changed since"),
        (
            vec!["the OmniRPS key"],
            "hand over the keys again: the name and the OmniRPS key changed since",
        ),
    ] {
        assert_eq!(again(&status(Some((date(2026, 11, 21), changed)))), expected);
    }
}

#[test]
fn a_difference_is_as_old_as_what_it_waits_for() {
    let since = |fleet: &str, live: &str| {
        let status = of(fleet, Some(live), &BTreeMap::new());
        let waiting = &status.retailers[0].waiting_for;
        let apply = waiting.iter().find(|of| of.to_do.starts_with("apply"));
        apply.and_then(|of| of.since).map(|on| on.to_string())
    };
    // The webhook does not wait for the decision, which the other settings do.
    let decided = "omnireturns_access: {value: required, on: 2026-11-20}\n";
    let decided = file("existing", decided, &EXISTING);
    assert_eq!(since(&decided, SERVED).as_deref(), Some("2026-10-05"));
    let (with_webhook, off) = (GIVEN_UP, "enabled: true");
    assert_eq!(since(&decided, with_webhook).as_deref(), Some("2026-11-20"));
    assert_eq!(
        since(&decided, &with_webhook.replace(off, "enabled: false")).as_deref(),
        Some("2026-10-05")
    );
    // Nothing waits for the form.
    let late = "retailer: Acme\njourney: new\nmilestones: {introduced: 2026-09-01, \
        onboarding_form_sent: 2026-11-20, documents_completed: 2026-10-02}\n";
    assert_eq!(since(late, "omnirps: []").as_deref(), Some("2026-10-02"));
    let later =
        late.replace("documents_completed", "keys_supplied: 2026-10-04, documents_completed");
    let status = of(&later, None, &BTreeMap::new());
    assert_eq!(status.retailers[0].waiting_for[0].since, Some(date(2026, 10, 4)));
}

#[test]
fn retailers_are_sorted_by_journey_and_name() {
    let fleet = "retailer: Zeta\njourney: new\nmilestones: {introduced: 2026-10-01}\n---\n\
        retailer: Beta\njourney: existing\n---\nretailer: Alpha\njourney: new\n\
        milestones: {documents_completed: 2026-10-01}\n---\nretailer: Eta\njourney: new\n";
    let status = of(fleet, None, &BTreeMap::new());
    let names: Vec<&str> =
        status.retailers.iter().map(|retailer| retailer.retailer.as_str()).collect();
    assert_eq!(names, ["Eta", "Zeta", "Alpha", "Beta"]);
}
