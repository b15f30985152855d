//! `reconcile verify`.

use crate::support::{Project, Run, files_below};
use insta::assert_snapshot;
use reconcile::System;
use serde_json::Value;
use std::io::{BufRead, BufReader};
use std::process::{Child, Command, Stdio};

pub(crate) const KESTREL: &str = "retailers/kestrel-audio.yaml";

/// Masks what differs in each run: references, times and today's date.
macro_rules! assert_shown {
    ($run:expr, @$shown:literal) => {{
        let today = $crate::verify::today();
        insta::with_settings!({filters => vec![
            (r"(RECONCILE-[a-z-]+)-[0-9a-f]{8}", "$1-[id]"),
            (r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ", "[time]"),
            (today.as_str(), "[today]"),
        ]}, {
            insta::assert_snapshot!($run, @$shown);
        })
    }};
}

pub(crate) use assert_shown;

/// A pattern of today's date, also if the day has changed since the run.
pub(crate) fn today() -> String {
    let today = jiff::Timestamp::now().to_zoned(jiff::tz::TimeZone::UTC).date();
    format!("{}|{today}", today.yesterday().unwrap())
}

pub(crate) fn verify(project: &Project, arguments: &[&str]) -> Run {
    project.run(&[&["verify"], arguments].concat())
}

pub(crate) fn rehearse(project: &Project, faults: &str, arguments: &[&str]) -> Run {
    std::fs::write(project.path("faults.yaml"), faults).unwrap();
    project.run(&[&["verify"], arguments, &["--sandbox-faults", "faults.yaml"]].concat())
}

/// Returns the numbers of requested labels and uploaded returns, with or without a response.
pub(crate) fn sent(project: &Project) -> (usize, usize) {
    let requests = project.run(&["sandbox", "--requests"]).stdout;
    let count = |path: &str| requests.lines().filter(|line| line.contains(path)).count();
    (count("/labels/printshipment"), count("/add_returns"))
}

pub(crate) fn probe(project: &Project, slug: &str) -> Value {
    let path = project.path(&format!(".reconcile/probes/sandbox/{slug}.json"));
    serde_json::from_str(&std::fs::read_to_string(path).unwrap()).unwrap()
}

#[test]
fn a_new_retailer_is_verified_to_the_end() {
    let project = Project::example();
    let run = verify(&project, &["kestrel-audio", "--timeout", "1s"]);
    assert_shown!(run, @"
    exit 1
    --- stdout
    Kestrel Audio  retailers/kestrel-audio.yaml
    verified in sandbox, reference RECONCILE-kestrel-audio-[id]
      ✓ label (proven): the label SBX00000001 was made
          proves that the OmniReturns key is this retailer's, and labels can be made
          does not prove that OmniRPS and the hub have the label
      ✓ return (proven): OmniRPS accepted the return of SBX00000001
          proves that the OmniRPS key and the exact name are right, and returns arrive
          does not prove that a hub can process the return
      ⏸ processed (waiting): SBX00000001 is not processed yet
          hint: simulate the hub with `reconcile sandbox --process kestrel-audio SBX00000001`; the hub must be among the retailer's Hub Settings in OmniRPS, or it cannot process it; run the same command again to continue waiting
          would prove that a hub finds the retailer's returns and can process them
          would not prove that the partner was notified and credits the customer
    --- stderr
    waiting until a hub has processed SBX00000001: simulate the hub with `reconcile sandbox --process kestrel-audio SBX00000001`
    error: not proven for Kestrel Audio (processed: waiting)
    hint: the report shows why and what to do; run the command again afterwards
    ");
    let again = verify(&project, &["Kestrel Audio", "--timeout", "0s", "-q"]);
    assert_eq!(again.code, 1, "{again}");
    assert!(
        again.stderr.starts_with("error: not proven for Kestrel Audio (processed: waiting)"),
        "{again}"
    );
    assert_eq!(sent(&project), (1, 1));

    let before = std::fs::read_to_string(project.path(KESTREL)).unwrap();
    project.run(&["sandbox", "--process", "kestrel-audio", "SBX00000001"]);
    assert_shown!(verify(&project, &["kestrel-audio", "--record"]), @"
    exit 0
    --- stdout
    Kestrel Audio  retailers/kestrel-audio.yaml
    verified in sandbox, reference RECONCILE-kestrel-audio-[id]
      ✓ label (proven): the label SBX00000001 was made on [today]
          proves that the OmniReturns key is this retailer's, and labels can be made
          does not prove that OmniRPS and the hub have the label
      ✓ return (proven): OmniRPS accepted the return of SBX00000001 on [today]
          proves that the OmniRPS key and the exact name are right, and returns arrive
          does not prove that a hub can process the return
      ✓ processed (proven): a hub processed SBX00000001 at [time]
          proves that a hub finds the retailer's returns and can process them
          does not prove that the partner was notified and credits the customer
    wrote retailers/kestrel-audio.yaml: Kestrel Audio
    --- retailers/kestrel-audio.yaml
    +++ retailers/kestrel-audio.yaml
    @@ -9,3 +9,6 @@
       onboarding_form_sent: 2026-09-29
       documents_completed: 2026-10-13
       keys_supplied: 2026-10-16
    +  test_label: {on: [today], connote: SBX00000001}
    +  test_return: {on: [today], connote: SBX00000001}
    +  connote_processed: {on: [today], connote: SBX00000001}
    next: SEKO account manager Priya Natarajan: confirm that the integration is ready
          $ reconcile attest kestrel-audio confirmed_by_seko
    next: Loop: confirm that the integration is ready
          $ reconcile attest kestrel-audio confirmed_by_loop
    --- stderr
    ");
    let after = std::fs::read_to_string(project.path(KESTREL)).unwrap();
    assert!(after.starts_with(&before), "{after}");
    assert_eq!(after.lines().count(), before.lines().count() + 3);
    assert_eq!(project.run(&["validate"]).code, 0);
    assert_eq!(sent(&project), (1, 1));

    let next = verify(&project, &["kestrel-audio"]);
    assert_eq!(next.code, 0);
    assert!(next.stdout.contains("webhook (proven)"), "{next}");
    assert_shown!(verify(&project, &["kestrel-audio", "processed", "--format", "json"]).stdout, @r#"
    {
      "format_version": "1.0",
      "environment": "sandbox",
      "retailer": "Kestrel Audio",
      "file": "retailers/kestrel-audio.yaml",
      "reference": "RECONCILE-kestrel-audio-[id]",
      "findings": [
        {
          "proof": "processed",
          "outcome": "proven",
          "message": "a hub processed SBX00000001 on [today]",
          "hint": null,
          "connote": "SBX00000001",
          "proves": "a hub finds the retailer's returns and can process them",
          "does_not_prove": "that the partner was notified and credits the customer"
        }
      ],
      "recorded": []
    }
    "#);
}

#[test]
fn an_existing_retailer_is_verified_before_and_after_its_switch_over() {
    let project = Project::example();
    let run = verify(&project, &["ember-ceramics", "--record"]);
    assert_shown!(run, @"
    exit 0
    --- stdout
    Ember Ceramics  retailers/ember-ceramics.yaml
    verified in sandbox, reference RECONCILE-ember-ceramics-[id]
      ✓ label (proven): the label SBX00000001 was made
          proves that the OmniReturns key is this retailer's, and labels can be made
          does not prove that OmniRPS and the hub have the label
      ✓ return (proven): OmniRPS accepted the return of SBX00000001
          proves that the OmniRPS key and the exact name are right, and returns arrive
          does not prove that a hub can process the return
    wrote retailers/ember-ceramics.yaml: Ember Ceramics
    --- retailers/ember-ceramics.yaml
    +++ retailers/ember-ceramics.yaml
    @@ -5,3 +5,5 @@
     account_manager: Tom Okafor
     milestones:
       keys_requested: 2026-11-16
    +  test_label: {on: [today], connote: SBX00000001}
    +  test_return: {on: [today], connote: SBX00000001}
    next: SEKO onboarding: hand over the keys and the exact name in OmniRPS
          $ reconcile handoff ember-ceramics
          $ reconcile attest ember-ceramics keys_supplied
    --- stderr
    ");
    let done = verify(&project, &["ember-ceramics"]);
    assert_shown!(done, @"
    exit 0
    --- stdout
    nothing to prove for Ember Ceramics now: retailers/ember-ceramics.yaml states its test, and what comes next waits for switched_to_loop
    name a proof to run it anyway, as in `reconcile verify ember-ceramics webhook`
    --- stderr
    ");

    let json = verify(&project, &["ember-ceramics", "--format", "json"]);
    assert_snapshot!(json, @r#"
    exit 0
    --- stdout
    {
      "format_version": "1.0",
      "environment": "sandbox",
      "retailer": "Ember Ceramics",
      "file": "retailers/ember-ceramics.yaml",
      "reference": null,
      "findings": [],
      "recorded": []
    }
    --- stderr
    "#);

    let none = verify(&project, &["granite-gear", "uploads"]);
    assert_shown!(none, @"
    exit 1
    --- stdout
    Granite Gear  retailers/granite-gear.yaml
    verified in sandbox
      ! uploads (not proven): no return of Granite Gear has arrived since 2026-11-02
          hint: ask the partner whether customers have returned anything since, and whether it uploads under the exact name and with the key that it was given
          would prove that the partner uploads this retailer's returns to OmniRPS
          would not prove that every return is uploaded
    --- stderr
    error: not proven for Granite Gear (uploads)
    hint: the report shows why and what to do; run the command again afterwards
    ");
    project.run(&["sandbox", "--upload", "granite-gear"]);
    let some = verify(&project, &["granite-gear", "uploads", "--record"]);
    assert_shown!(some, @"
    exit 0
    --- stdout
    Granite Gear  retailers/granite-gear.yaml
    verified in sandbox
      ✓ uploads (proven): 1 return has arrived since 2026-11-02; the latest is SBX00000002 (order SBX-2, by API), received at [time], not processed yet
          proves that the partner uploads this retailer's returns to OmniRPS
          does not prove that every return is uploaded
    wrote retailers/granite-gear.yaml: Granite Gear
    --- retailers/granite-gear.yaml
    +++ retailers/granite-gear.yaml
    @@ -11,3 +11,4 @@
       test_label: {on: 2026-09-28, connote: TK100200387AU}
       test_return: {on: 2026-09-28, connote: TK100200387AU}
       switched_to_loop: {on: 2026-11-02, by: loop}
    +  uploads_checked: {on: [today], connote: SBX00000002}
    next: SEKO account manager Dana Reyes and Loop: go live
          $ reconcile attest granite-gear live
    --- stderr
    ");
    let later = verify(&project, &["granite-gear", "uploads", "--since", "2999-01-01"]);
    assert_eq!(later.code, 1, "{later}");
}

#[test]
fn the_test_itself_does_not_prove_that_returns_arrive() {
    let project = Project::example();
    assert_eq!(verify(&project, &["granite-gear", "label"]).code, 0);
    assert_eq!(verify(&project, &["granite-gear", "return"]).code, 0);
    let run = verify(&project, &["granite-gear", "uploads"]);
    assert_eq!(run.code, 1);
    assert!(run.stdout.contains("since 2026-11-02 but a test"), "{run}");
}

#[test]
fn a_webhook_that_is_wrong_fails_and_one_that_is_right_does_not() {
    let project = Project::example();
    let run = verify(&project, &["cobalt-cycles", "webhook"]);
    assert_shown!(run, @"
    exit 1
    --- stdout
    Cobalt Cycles  retailers/cobalt-cycles.yaml
    verified in sandbox
      ! webhook (not proven): Cobalt Cycles has a tracking webhook that is switched off: it is https://api.loopreturns.com/hook/v1/seko/update and switched off
          hint: OmniRPS retries a delivery without a 200 response after 60 minutes, 24 hours and 48 hours, then switches the webhook off by itself. Ask the partner why it did not respond; then SEKO support or `reconcile apply --only cobalt-cycles` can switch it on again; what was processed while it was off is not sent again by itself: ask SEKO support to send it
          would prove that OmniRPS is set up to report returns to the partner
          would not prove that the partner answers what is reported
    --- stderr
    error: not proven for Cobalt Cycles (webhook)
    hint: the report shows why and what to do; run the command again afterwards
    ");
    project.run(&["apply", "--yes", "--only", "cobalt-cycles"]);
    assert_eq!(verify(&project, &["cobalt-cycles", "webhook"]).code, 0);
    let before = verify(&project, &["lumen-lighting", "webhook"]);
    assert_eq!(before.code, 0, "{before}");
    assert!(before.stdout.contains("webhook (not required)"), "{before}");
}

#[test]
fn a_name_that_differs_by_one_byte_sends_nothing() {
    let project = Project::example();
    let text = std::fs::read_to_string(project.path(KESTREL)).unwrap();
    let other = text.replace("retailer: Kestrel Audio\n", "retailer: Kestrel\u{a0}Audio\n");
    assert_ne!(text, other);
    for pinned in ["", "ids: {omnirps: 511, omnireturns: 1011}\n"] {
        let project = Project::example().file(KESTREL, &format!("{other}{pinned}"));
        let run = verify(&project, &["kestrel-audio"]);
        assert_eq!(run.code, 1, "{run}");
        assert!(
            run.stdout.contains("character 8 is a space instead of U+00A0 (no-break space)"),
            "{run}"
        );
        assert_eq!(sent(&project), (0, 0));
    }
}

#[test]
fn a_refused_label_names_its_key_and_may_be_retried() {
    let project = Project::example();
    let wrong = "[{path: '/printshipment', effect: wrong_key}]";
    let run = rehearse(&project, wrong, &["kestrel-audio"]);
    assert_shown!(run, @"
    exit 1
    --- stdout
    Kestrel Audio  retailers/kestrel-audio.yaml
    verified in sandbox
      ! label (not proven): the label of Kestrel Audio in OmniReturns (record 1011) was not made: the key was rejected: Invalid token
          hint: OmniReturns rejects the key that it returned for this retailer: ask SEKO to issue a new one before it is handed over
          would prove that the OmniReturns key is this retailer's, and labels can be made
          would not prove that OmniRPS and the hub have the label
    --- stderr
    error: not proven for Kestrel Audio (label)
    hint: the report shows why and what to do; run the command again afterwards
    ");
    let run = rehearse(&project, "[{path: '/1011/key', effect: wrong_key}]", &["kestrel-audio"]);
    assert_eq!(run.code, 1);
    assert!(run.stdout.contains("OmniReturns key of Kestrel Audio (record 1011)"), "{run}");
    let kept = project.path(".reconcile/probes/sandbox/kestrel-audio.json");
    assert_eq!(std::fs::read_to_string(kept).unwrap(), "null\n", "no label is under way");
    let run = verify(&project, &["kestrel-audio", "label"]);
    assert_eq!(run.code, 0, "{run}");
}

#[test]
fn another_label_that_is_refused_leaves_the_first_as_it_was() {
    let project = Project::example();
    verify(&project, &["kestrel-audio", "--timeout", "0s"]);
    let before = probe(&project, "kestrel-audio");
    let wrong = "[{path: '/printshipment', effect: wrong_key}]";
    let run = rehearse(&project, wrong, &["kestrel-audio", "label", "--again"]);
    assert_eq!(run.code, 1);
    assert!(run.stderr.contains("warning: the label SBX00000001 with the reference"), "{run}");
    assert_eq!(probe(&project, "kestrel-audio"), before);
    let run = verify(&project, &["kestrel-audio", "label", "--again"]);
    assert!(run.stdout.contains("the label SBX00000002 was made\n"), "{run}");
    let after = probe(&project, "kestrel-audio");
    assert_ne!(after["reference"], before["reference"]);
    assert_eq!(after["return"], "not_sent");
}

#[test]
fn a_refused_return_may_be_retried_without_another_label() {
    let project = Project::example();
    let wrong = "[{path: '/add_returns', effect: wrong_key}]";
    let run = rehearse(&project, wrong, &["kestrel-audio"]);
    assert_shown!(run, @"
    exit 1
    --- stdout
    Kestrel Audio  retailers/kestrel-audio.yaml
    verified in sandbox, reference RECONCILE-kestrel-audio-[id]
      ✓ label (proven): the label SBX00000001 was made
          proves that the OmniReturns key is this retailer's, and labels can be made
          does not prove that OmniRPS and the hub have the label
      ! return (not proven): the return of SBX00000001 for Kestrel Audio in OmniRPS (record 511) was not accepted: the key was rejected: Invalid token
          hint: OmniRPS rejects the key that it returned for this retailer: ask SEKO to issue a new one before it is handed over
          would prove that the OmniRPS key and the exact name are right, and returns arrive
          would not prove that a hub can process the return
    --- stderr
    error: not proven for Kestrel Audio (return)
    hint: the report shows why and what to do; run the command again afterwards
    ");
    assert_eq!(probe(&project, "kestrel-audio")["return"], "not_sent");
    let run = verify(&project, &["kestrel-audio", "--timeout", "0s"]);
    assert!(run.stdout.contains("return (proven)"), "{run}");
    assert_eq!(sent(&project), (1, 2));
}

#[test]
fn a_label_whose_answer_was_lost_is_not_made_again_by_itself() {
    for effect in [
        "drop_after",
        "{status: {code: 502}}, after: true",
        "{status: {code: 502, retry_after: 3600}}, after: true",
        "html, after: true",
    ] {
        let project = Project::example();
        let faults = format!("[{{path: '/printshipment', times: 1, effect: {effect}}}]");
        let run = rehearse(&project, &faults, &["kestrel-audio"]);
        assert_eq!(run.code, 1, "{run}");
        let reference = probe(&project, "kestrel-audio")["reference"].as_str().unwrap().to_owned();
        assert!(run.stdout.contains(&format!("with the reference {reference}")), "{run}");
        let again = verify(&project, &["kestrel-audio", "--timeout", "0s"]);
        assert_eq!(again.code, 1);
        assert!(again.stdout.contains(&reference) && again.stdout.contains("--again"), "{again}");
        assert_eq!(sent(&project), (1, 0), "{effect}");
        let another = verify(&project, &["kestrel-audio", "--timeout", "0s", "--again"]);
        assert!(another.stdout.contains("processed (waiting)"), "{another}");
        let warned = format!("warning: the label with the reference {reference} remains unused");
        assert!(another.stderr.contains(&warned), "{another}");
        assert_eq!(sent(&project), (2, 1), "{effect}");
    }
}

#[test]
fn a_return_whose_answer_was_lost_is_looked_up() {
    let project = Project::example();
    let faults = "[{path: '/add_returns', effect: drop_after}]";
    let run = rehearse(&project, faults, &["kestrel-audio", "--timeout", "0s"]);
    assert!(run.stdout.contains("return (proven)"), "{run}");
    assert_eq!(sent(&project), (1, 1));

    let project = Project::example();
    let faults = "[{path: '/add_returns', times: 1, effect: drop_before}]";
    let run = rehearse(&project, faults, &["kestrel-audio", "--timeout", "0s"]);
    assert_eq!(run.code, 1);
    assert!(run.stdout.contains("return (not proven)") && run.stdout.contains("again"), "{run}");
    let run = verify(&project, &["kestrel-audio", "--timeout", "0s"]);
    assert!(run.stdout.contains("return (proven)"), "{run}");

    // It arrived, the response was lost, and it could not be looked up at once.
    let project = Project::example();
    let faults = "[{path: '/add_returns', effect: drop_after}, {path: '/uploads', effect: html}]";
    let run = rehearse(&project, faults, &["kestrel-audio", "--timeout", "0s"]);
    assert!(run.stdout.contains("may have arrived"), "{run}");
    let run = verify(&project, &["kestrel-audio", "--timeout", "0s"]);
    assert!(run.stdout.contains("return (proven)"), "{run}");
    assert_eq!(sent(&project), (1, 1));
}

pub(crate) fn spawn(project: &Project, arguments: &[&str]) -> Child {
    Command::new(env!("CARGO_BIN_EXE_reconcile"))
        .arg("verify")
        .args(arguments)
        .current_dir(project.path("."))
        .env_clear()
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap()
}

#[test]
fn a_wait_reports_when_the_hub_is_done_and_excludes_others() {
    let project = Project::example();
    let mut child = spawn(&project, &["kestrel-audio", "--timeout", "10m"]);
    let mut stderr = BufReader::new(child.stderr.take().unwrap()).lines().map(Result::unwrap);
    let told = stderr.next().unwrap();
    let says = "simulate the hub with `reconcile sandbox --process kestrel-audio SBX00000001`";
    assert!(told.contains(says), "{told}");
    let second = verify(&project, &["kestrel-audio"]);
    assert_snapshot!(second, @"
    exit 1
    --- stdout
    --- stderr
    error: another verification of `kestrel-audio` is running here
    hint: wait until it has ended, or stop it, then run this one again
    ");
    assert_eq!(verify(&project, &["ember-ceramics"]).code, 0, "others are free");
    let played = project.run(&["sandbox", "--process", "kestrel-audio", "SBX00000001"]);
    assert_eq!(played.code, 0, "{played}");
    let output = child.wait_with_output().unwrap();
    assert_eq!(output.status.code(), Some(0));
    let stdout = String::from_utf8(output.stdout).unwrap();
    assert!(stdout.contains("processed (proven)"), "{stdout}");
}

#[cfg(unix)]
#[test]
fn an_interrupted_wait_can_be_continued() {
    let project = Project::example();
    let mut child = spawn(&project, &["kestrel-audio", "--timeout", "10m"]);
    let mut stderr = BufReader::new(child.stderr.take().unwrap()).lines().map(Result::unwrap);
    assert!(stderr.next().unwrap().starts_with("waiting until"));
    let id = child.id().to_string();
    assert!(Command::new("kill").args(["-INT", &id]).status().unwrap().success());
    let output = child.wait_with_output().unwrap();
    assert_eq!(output.status.code(), Some(1));
    let stdout = String::from_utf8(output.stdout).unwrap();
    assert!(stdout.contains("run the same command again to continue waiting"), "{stdout}");
}

#[test]
fn a_reset_of_the_sandbox_forgets_the_tests_in_it() {
    let project = Project::example();
    verify(&project, &["kestrel-audio", "label"]);
    assert_eq!(project.run(&["sandbox", "--reset"]).code, 0);
    let run = verify(&project, &["kestrel-audio", "label"]);
    assert!(run.stdout.contains("the label SBX00000001 was made\n"), "{run}");
}

#[test]
fn a_different_statement_is_not_overwritten() {
    let project = Project::example();
    let text = std::fs::read_to_string(project.path(KESTREL)).unwrap();
    let stated = format!("{text}  test_label: {{on: 2026-11-01, connote: TK900001}}\n");
    let project = project.file(KESTREL, &stated);
    let run = verify(&project, &["kestrel-audio", "label", "--record"]);
    assert_shown!(run, @"
    exit 1
    --- stdout
    Kestrel Audio  retailers/kestrel-audio.yaml
    verified in sandbox, reference RECONCILE-kestrel-audio-[id]
      ✓ label (proven): the label SBX00000001 was made
          proves that the OmniReturns key is this retailer's, and labels can be made
          does not prove that OmniRPS and the hub have the label
    --- stderr
    error: retailers/kestrel-audio.yaml:12 already states another value: `test_label: {on: 2026-11-01, connote: TK900001}`
    hint: run `reconcile attest kestrel-audio test_label --on [today] --connote SBX00000001 --replace` to state it again
    ");
    assert_eq!(std::fs::read_to_string(project.path(KESTREL)).unwrap(), stated);
}

#[test]
fn a_label_that_people_made_is_returned() {
    let project = Project::example();
    let text = std::fs::read_to_string(project.path(KESTREL)).unwrap();
    let stated = format!("{text}  test_label: {{on: 2026-11-01, connote: TK900001, by: loop}}\n");
    let project = project.file(KESTREL, &stated);
    let run = verify(&project, &["kestrel-audio", "--timeout", "0s"]);
    assert!(run.stdout.contains("OmniRPS accepted the return of TK900001"), "{run}");
    assert_eq!(sent(&project), (0, 1));
    let uploads = project.store().uploads(511).unwrap();
    assert_eq!(uploads[0].consignment_no, "TK900001");
}

#[test]
fn wrong_usage_is_reported() {
    let project = Project::example();
    for arguments in [
        &["kestrel-audio", "lable"][..],
        &["kestrel-audio", "--timeout", "15"],
        &["kestrel-audio", "--timeout=-1m"],
        &["kestrel-audio", "--since", "2026-11-01"],
        &["kestrel-audio", "return", "--again"],
        &["kestrel-audio", "label", "--again"],
        &["kestrel-audio", "uploads"],
        &["nobody"],
    ] {
        let run = verify(&project, arguments);
        assert_eq!((run.code, run.stdout.as_str()), (64, ""), "{arguments:?}: {run}");
        assert!(run.stderr.contains("hint: ") || run.stderr.contains("For more"), "{run}");
    }
    assert!(!project.path(".reconcile/sandbox.db").exists(), "no system was started");
}

#[test]
fn premature_steps_name_what_comes_first() {
    let project = Project::example();
    let told = |proof: &str| {
        let run = verify(&project, &["kestrel-audio", proof, "--timeout", "0s"]);
        assert_eq!(run.code, 1);
        run.stdout.lines().nth(2).unwrap().trim().to_owned()
            + "\n"
            + run.stdout.lines().nth(3).unwrap().trim()
    };
    assert_snapshot!(told("return"), @"
    ! return (not proven): there is no label yet that Kestrel Audio could return
    hint: make one with `reconcile verify kestrel-audio label`
    ");
    assert_snapshot!(told("processed"), @"
    ! processed (not proven): there is no return of Kestrel Audio to process yet
    hint: upload one with `reconcile verify kestrel-audio return`
    ");
}

#[test]
fn keys_are_in_no_output_and_no_file() {
    let project = Project::example();
    // The sandbox derives a retailer's key from its id and a hash.
    let keys: Vec<String> = [(System::Omnireturns, 1011), (System::Omnirps, 511)]
        .map(|(system, id)| format!("sandbox-{}-{id}-", system.key()))
        .into_iter()
        .chain(System::ALL.map(|system| reconcile::sandbox::key(system).to_owned()))
        .collect();
    let echo = "[{path: '/printshipment', effect: {echo_key: json}}]";
    let runs = [
        rehearse(&project, echo, &["kestrel-audio", "-vv"]),
        verify(&project, &["kestrel-audio", "--again", "-vv", "--timeout", "0s"]),
        verify(&project, &["kestrel-audio", "--record", "--timeout", "0s", "--format", "json"]),
    ];
    for run in &runs {
        let shown = run.to_string();
        assert!(!keys.iter().any(|key| shown.contains(key.as_str())), "{shown}");
    }
    let mut files = 0;
    for entry in files_below(&project.path(".")) {
        let is_database = entry.to_string_lossy().contains("sandbox.db");
        if !is_database {
            let bytes = std::fs::read(&entry).unwrap();
            let text = String::from_utf8_lossy(&bytes);
            assert!(!keys.iter().any(|key| text.contains(key.as_str())), "{}", entry.display());
            files += 1;
        }
    }
    assert!(files > 10, "{files} files");
}
