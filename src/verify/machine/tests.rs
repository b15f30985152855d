//! Tests of the steps that a verification takes, for each possible answer.

use super::*;
use crate::model::{Live, Partner};
use crate::process;
use crate::testing::{fleet, live};
use crate::verify::evidence::{ProcessingProven, UploadProven};
use crate::verify::finding::Outcome;
use crate::verify::test_run::{Label, Return};
use jiff::civil::date;

const TODAY: Date = date(2026, 11, 23);
const CONNOTE: &str = "TK100342334NZ";
const CALLS: [Proof; 3] = [Proof::Label, Proof::Return, Proof::Uploads];

fn one_live() -> Live {
    live("omnirps: [{id: 5, name: Acme}]\nomnireturns: [{id: 7, name: Acme}]\n")
}

/// Runs a verification with these answers in turn. Returns the steps, including what was
/// recorded, and the findings.
fn steps(
    run: Option<TestRun>,
    proofs: &[Proof],
    calls: &[Proof],
    answers: Vec<Answer>,
) -> (String, String) {
    let (taken, report, _) = reported(run, proofs, calls, answers);
    let found = |found: &Finding| format!("{} {:?}", found.proof, found.outcome);
    (taken, report.findings.iter().map(found).collect::<Vec<_>>().join(", "))
}

/// Like [`steps`], with the whole report and the warnings.
fn reported(
    run: Option<TestRun>,
    proofs: &[Proof],
    calls: &[Proof],
    answers: Vec<Answer>,
) -> (String, Report, Vec<String>) {
    stopped(run, proofs, calls, answers, "never")
}

/// Like [`reported`], for a run that is stopped during the step that is shown so.
fn stopped(
    run: Option<TestRun>,
    proofs: &[Proof],
    calls: &[Proof],
    answers: Vec<Answer>,
    during: &str,
) -> (String, Report, Vec<String>) {
    let fleet = fleet("retailer: Acme\njourney: new\nmilestones: {keys_supplied: 2026-11-01}\n");
    let (retailer, partner, live) = (&fleet[0], Partner::default(), one_live());
    let input = VerifyInput {
        retailer,
        environment: "test",
        desired: process::desired(retailer, &partner),
        identity: Identity::new(retailer, &fleet, &partner, &live),
        proofs: proofs.to_vec(),
        sent: TestRun::proofs_to_send(run.as_ref(), retailer, proofs, calls),
        calls: calls.to_vec(),
        // Beside a recorded test, only --again makes a label; alone it is always made.
        again: run.is_some() && proofs == [Proof::Label],
        is_read_only: false,
        is_embedded: false,
        label_body: Ok(()),
        since: None,
        today: TODAY,
        beginning: beginning(),
    };
    let mut verification = Verification::new(input, run);
    let mut answers = answers.into_iter().peekable();
    let mut taken = Vec::new();
    let mut step = verification.start();
    while step != Step::Finished {
        taken.push(shown(&step));
        if shown(&step) == during {
            verification.stop();
        }
        // Every record succeeds, unless the answers have its failure.
        let answer = match (&step, answers.peek()) {
            (Step::Record(_), Some(Answer::Recorded(_))) => answers.next(),
            (Step::Record(_), _) => Some(Answer::Recorded(Ok(()))),
            _ => answers.next(),
        };
        let Some(answer) = answer else { break };
        step = verification.answered(answer);
    }
    assert!(answers.next().is_none(), "answers are left: {taken:?}");
    let warnings = verification.take_warnings();
    (taken.join(", "), verification.finish().0, warnings)
}

fn shown(step: &Step) -> String {
    match step {
        Step::FetchKey { system, id } => format!("key {} {id}", system.key()),
        Step::Record(None) => "record nothing".into(),
        Step::Record(Some(TestRun { label, returned, processed, .. })) => {
            let label = matches!(label, Label::Made(_));
            let returned = match returned {
                Return::NotSent => "not sent",
                Return::Sent { .. } => "sent",
                Return::Accepted(_) => "accepted",
            };
            let processed = if processed.is_some() { " processed" } else { "" };
            let label = if label { "label made" } else { "label sent" };
            format!("record ({label}, return {returned}{processed})")
        }
        Step::MakeLabel { .. } => "make label".into(),
        Step::Upload { connote, .. } => format!("upload {connote}"),
        Step::ListUploads { id, since } => format!("list {id} since {since}"),
        Step::Wait { .. } => "wait".into(),
        Step::Finished => "finished".into(),
    }
}

fn beginning() -> Beginning {
    Beginning {
        retailer: "Acme".into(),
        reference: "RECONCILE-acme-1".into(),
        started_at: "2026-11-23T10:00:00Z".into(),
    }
}

fn made() -> Answer {
    Answer::Label(Ok(LabelAnswer { connote: CONNOTE.into(), errors: None }))
}

fn failed(may_have_happened: bool) -> CallFailure {
    CallFailure { advice: Advice::new("it failed", "try"), may_have_happened }
}

fn key() -> Answer {
    Answer::Key(Ok(()))
}

fn listed(connotes: &[(&str, Option<&str>)]) -> Answer {
    let upload = |(connote, processed_at): &(&str, Option<&str>)| Upload {
        connote: (*connote).into(),
        order: None,
        source: None,
        received_at: "2026-11-23T10:00:00Z".into(),
        processed_at: processed_at.map(str::to_owned),
    };
    Answer::Listed(Ok(connotes.iter().map(upload).collect()))
}

fn unreadable() -> Answer {
    Answer::Listed(Err(Advice::new("no answer", "try")))
}

/// A test whose label was created.
fn labelled(returned: Return) -> TestRun {
    let label = Label::Made(LabelProven::answered(CONNOTE, TODAY).unwrap());
    let new = TestRun::new(beginning(), TODAY, std::collections::BTreeSet::new());
    TestRun { label, returned, ..new }
}

const ALL: [Proof; 3] = [Proof::Label, Proof::Return, Proof::Processed];

#[test]
fn a_test_is_recorded_before_each_request_and_after_each_proof() {
    let answers = vec![
        key(),
        listed(&[]),
        key(),
        made(),
        Answer::Upload(Ok(UploadAnswer::Confirmed)),
        listed(&[]),
        Answer::Waited { is_over: false },
        listed(&[(CONNOTE, Some("N/A"))]),
        Answer::Waited { is_over: false },
        listed(&[(CONNOTE, Some("2026-11-23"))]),
    ];
    let (steps, findings) = steps(None, &ALL, &CALLS, answers);
    insta::assert_snapshot!(steps, @"key omnirps 5, list 5 since 2026-08-25, key omnireturns 7, record (label sent, return not sent), make label, record (label made, return not sent), record (label made, return sent), upload TK100342334NZ, record (label made, return accepted), list 5 since 2026-11-22, wait, list 5 since 2026-11-22, wait, list 5 since 2026-11-22, record (label made, return accepted processed)");
    assert_eq!(findings, "label Proven, return Proven, processed Proven");
}

#[test]
fn a_test_is_continued_from_what_is_recorded() {
    let sent = || TestRun::new(beginning(), TODAY, std::collections::BTreeSet::new());
    let accepted = || labelled(Return::Accepted(UploadProven::confirmed(TODAY)));
    let uploads = [Upload {
        connote: CONNOTE.into(),
        order: None,
        source: None,
        received_at: "2026-11-23T10:00:00Z".into(),
        processed_at: Some("2026-11-23".into()),
    }];
    let label = LabelProven::answered(CONNOTE, TODAY).unwrap();
    let processed = ProcessingProven::by(&label, &uploads, TODAY).map(|(proven, _)| proven);
    let done = TestRun { processed, ..accepted() };
    let look = "key omnirps 5, list 5 since 2026-08-25";
    for (run, answers, taken, findings) in [
        (sent(), vec![], "", "label Failed"),
        (labelled(Return::NotSent), vec![key()], look, "label Proven"),
        (labelled(Return::Sent { on: TODAY }), vec![key()], look, "label Proven"),
        (accepted(), vec![], "list 5 since 2026-08-25", "label Proven, return Proven"),
        (done, vec![], "", "label Proven, return Proven, processed Proven"),
    ] {
        let shown = steps(Some(run), &ALL, &CALLS, answers);
        assert_eq!(shown, (taken.to_owned(), findings.to_owned()));
    }
    let failed = |run, proof| steps(run, &[proof], &CALLS, Vec::new());
    for run in [None, Some(sent())] {
        assert_eq!(failed(run, Proof::Return), (String::new(), "return Failed".to_owned()));
    }
    for returned in [Return::NotSent, Return::Sent { on: TODAY }] {
        let run = Some(labelled(returned));
        assert_eq!(failed(run, Proof::Processed), (String::new(), "processed Failed".to_owned()));
    }
    assert_eq!(failed(None, Proof::Processed).1, "processed Failed");
}

#[test]
fn a_label_is_requested_once_whatever_is_answered() {
    let label = |answer| steps(None, &[Proof::Label], &CALLS, vec![listed(&[]), key(), answer]);
    let (taken, findings) = label(Answer::Label(Err(failed(true))));
    assert!(taken.ends_with("record (label sent, return not sent), make label"), "{taken}");
    assert_eq!(findings, "label Failed");
    // A request without effect is removed from the record.
    let (taken, findings) = label(Answer::Label(Err(failed(false))));
    assert!(taken.ends_with("make label, record nothing"), "{taken}");
    assert_eq!(findings, "label Failed");
    // A response without a connote proves nothing.
    let odd = LabelAnswer { connote: "PENDING".into(), errors: None };
    let (taken, findings) = label(Answer::Label(Ok(odd)));
    assert!(taken.ends_with("make label"), "{taken}");
    assert_eq!(findings, "label Failed");
    // This machine's records show that there is no label.
    let (_, findings) = steps(None, &[Proof::Label], &CALLS, vec![unreadable(), key(), made()]);
    assert_eq!(findings, "label Proven");
    let blind = [Proof::Label, Proof::Return];
    let (taken, _) = steps(None, &[Proof::Label], &blind, vec![key(), made()]);
    assert!(taken.starts_with("key omnireturns 7, record (label sent"), "{taken}");
}

#[test]
fn the_connote_of_an_earlier_test_is_no_new_label() {
    let again = |connote: &str| {
        let answer = LabelAnswer { connote: connote.into(), errors: None };
        let answers = vec![key(), Answer::Label(Ok(answer))];
        reported(Some(labelled(Return::NotSent)), &[Proof::Label], &CALLS, answers)
    };
    let (taken, report, _) = again(CONNOTE);
    assert!(taken.ends_with("record (label sent, return not sent), make label"), "{taken}");
    assert_eq!(report.findings[0].outcome, Outcome::Failed);
    assert!(report.findings[0].message.contains("of an earlier test"), "{report:?}");
    assert_eq!(again("TK100342335NZ").1.findings[0].outcome, Outcome::Proven);
}

#[test]
fn a_return_that_is_not_clear_is_looked_up() {
    let run = || Some(labelled(Return::NotSent));
    let upload = |answer, after: Answer| {
        let answers = vec![key(), listed(&[]), Answer::Upload(answer), after];
        steps(run(), &[Proof::Return], &CALLS, answers)
    };
    for unclear in [Ok(UploadAnswer::Unclear(None)), Err(failed(true))] {
        let (taken, findings) = upload(unclear.clone(), listed(&[(CONNOTE, None)]));
        assert!(
            taken.ends_with("list 5 since 2026-08-25, record (label made, return accepted)"),
            "{taken}"
        );
        assert_eq!(findings, "return Proven");
        let in_other_case = listed(&[("tk100342334nz", None)]);
        let other = listed(&[("TK100342335NZ", None)]);
        for after in [other, in_other_case, listed(&[]), unreadable()] {
            let (taken, findings) = upload(unclear.clone(), after);
            assert!(taken.ends_with("upload TK100342334NZ, list 5 since 2026-08-25"), "{taken}");
            assert_eq!(findings, "return Failed");
        }
    }
}

#[test]
fn a_refused_return_is_looked_up() {
    let returned = |calls: &[Proof], after: Vec<Answer>| {
        let mut answers = vec![key()];
        if calls.contains(&Proof::Uploads) {
            answers.push(listed(&[]));
        }
        answers.push(Answer::Upload(Err(failed(false))));
        answers.extend(after);
        reported(Some(labelled(Return::NotSent)), &[Proof::Return], calls, answers)
    };
    let (taken, report, warnings) = returned(&CALLS, vec![listed(&[(CONNOTE, None)])]);
    assert!(taken.ends_with("list 5 since 2026-08-25, record (label made, return accepted)"));
    assert_eq!(report.findings[0].outcome, Outcome::Proven);
    assert!(warnings[0].contains("although it refused it: it failed"), "{warnings:?}");
    for (after, last, shown) in [
        (listed(&[]), "record (label made, return not sent)", "was not accepted"),
        (unreadable(), "list 5 since 2026-08-25", "was refused"),
    ] {
        let (taken, report, _) = returned(&CALLS, vec![after]);
        assert!(taken.ends_with(last), "{taken}");
        assert!(report.findings[0].message.contains(shown), "{report:?}");
    }
    let (taken, report, _) = returned(&[Proof::Label, Proof::Return], Vec::new());
    assert!(taken.ends_with("record (label made, return not sent)"), "{taken}");
    assert_eq!(report.findings[0].outcome, Outcome::Failed);
}

#[test]
fn a_label_of_an_earlier_run_is_uploaded_once_whoever_uploads_it() {
    let run = || Some(labelled(Return::NotSent));
    let (taken, findings) =
        steps(run(), &[Proof::Return], &CALLS, vec![key(), listed(&[(CONNOTE, None)])]);
    assert!(!taken.contains("upload"), "{taken}");
    assert_eq!(findings, "return Proven");
}

#[test]
fn what_happened_is_reported_although_it_is_not_recorded() {
    let lost = || Answer::Recorded(Err(Advice::new("the store is gone", "nothing is sent")));
    let advice = |answers| {
        let (taken, report, _) = reported(None, &ALL, &CALLS, answers);
        let last = report.findings.last().unwrap().clone();
        assert_eq!((last.outcome, last.proven), (Outcome::Failed, None));
        (taken, format!("{}: {}", last.message, last.hint.unwrap()))
    };
    let (taken, shown) = advice(vec![key(), listed(&[]), key(), lost()]);
    assert!(!taken.contains("make label"), "{taken}");
    assert_eq!(shown, "the store is gone: nothing is sent");
    let (taken, shown) = advice(vec![key(), listed(&[]), key(), made(), lost()]);
    assert!(!taken.contains("upload"), "{taken}");
    insta::assert_snapshot!(shown, @"the label TK100342334NZ was made, but this is not recorded: the store is gone: state it with `reconcile attest acme test_label --connote TK100342334NZ`, then check the store");
    let sent = Answer::Upload(Ok(UploadAnswer::Confirmed));
    let (_, shown) = advice(vec![key(), listed(&[]), key(), made(), sent, lost()]);
    assert!(
        shown.contains("accepted the return of TK100342334NZ, but this is not recorded"),
        "{shown}"
    );
    assert!(shown.contains("attest acme test_return --connote TK100342334NZ"), "{shown}");
}

#[test]
fn a_stopped_run_sends_nothing_more() {
    let taken = |run, proofs: &[Proof], during: &str, answers| {
        let (taken, report, _) = stopped(run, proofs, &CALLS, answers, during);
        let last = report.findings.last().unwrap();
        assert_eq!(
            (last.outcome, &*last.message),
            (Outcome::Failed, wording::stopped().message.as_str())
        );
        taken
    };
    let label = |during: &str, answers| taken(None, &[Proof::Label], during, answers);
    let search = "list 5 since 2026-08-25";
    assert_eq!(label(search, vec![listed(&[])]), search);
    let fetch = "key omnireturns 7";
    assert_eq!(label(fetch, vec![listed(&[]), key()]), format!("{search}, {fetch}"));
    let record = "record (label sent, return not sent)";
    let recorded = label(record, vec![listed(&[]), key()]);
    assert_eq!(recorded, format!("{search}, {fetch}, {record}, record nothing"));

    for (before, put_back) in [
        (Return::NotSent, "record (label made, return not sent)"),
        (Return::Sent { on: TODAY }, "record (label made, return sent)"),
    ] {
        let returned = |during: &str| {
            let run = Some(labelled(before.clone()));
            taken(run, &[Proof::Return], during, vec![key(), listed(&[])])
        };
        let look = "list 5 since 2026-08-25";
        assert_eq!(returned(look), format!("key omnirps 5, {look}"));
        let record = "record (label made, return sent)";
        assert_eq!(returned(record), format!("key omnirps 5, {look}, {record}, {put_back}"));
    }

    // A request that has left is followed to its end.
    let answers = vec![listed(&[]), key(), made()];
    let (taken, report, _) = stopped(None, &[Proof::Label], &CALLS, answers, "make label");
    assert!(taken.ends_with("make label, record (label made, return not sent)"), "{taken}");
    assert_eq!(report.findings[0].outcome, Outcome::Proven);
}

#[test]
fn a_return_that_was_sent_before_is_looked_up_before_it_is_sent_again() {
    let run = || Some(labelled(Return::Sent { on: TODAY }));
    let (taken, findings) =
        steps(run(), &[Proof::Return], &CALLS, vec![key(), listed(&[(CONNOTE, None)])]);
    assert!(!taken.contains("upload"), "{taken}");
    assert_eq!(findings, "return Proven");
    let again = vec![key(), listed(&[]), Answer::Upload(Ok(UploadAnswer::Confirmed))];
    let (taken, findings) = steps(run(), &[Proof::Return], &CALLS, again);
    assert!(
        taken.contains("list 5 since 2026-08-25, record (label made, return sent), upload"),
        "{taken}"
    );
    assert_eq!(findings, "return Proven");
    for unclear in [unreadable(), listed(&[("tk100342334nz", None)])] {
        let (taken, findings) = steps(run(), &[Proof::Return], &CALLS, vec![key(), unclear]);
        assert!(!taken.contains("upload"), "{taken}");
        assert_eq!(findings, "return Failed");
    }
    let blind = [Proof::Label, Proof::Return];
    let (taken, findings) = steps(run(), &[Proof::Return], &blind, Vec::new());
    assert_eq!((taken.as_str(), findings.as_str()), ("", "return Failed"));
}

#[test]
fn the_first_part_that_is_not_proven_ends_the_test() {
    let no_key = Answer::Key(Err(Advice::new("no key", "issue one")));
    let (taken, findings) = steps(None, &ALL, &CALLS, vec![no_key]);
    assert_eq!((taken.as_str(), findings.as_str()), ("key omnirps 5", "return Failed"));
    let answers = vec![key(), listed(&[]), key(), Answer::Label(Err(failed(false)))];
    let (_, findings) = steps(None, &ALL, &CALLS, answers);
    assert_eq!(findings, "label Failed");
}

#[test]
fn what_other_machines_have_tested_is_gone_on_from() {
    let own = Upload {
        connote: CONNOTE.into(),
        order: Some("RECONCILE-acme-9".into()),
        source: None,
        received_at: "2026-11-20T10:00:00Z".into(),
        processed_at: None,
    };
    let answers =
        vec![key(), Answer::Listed(Ok(vec![own])), listed(&[]), Answer::Waited { is_over: true }];
    let (taken, findings) = steps(None, &ALL, &CALLS, answers);
    assert_eq!(
        taken,
        "key omnirps 5, list 5 since 2026-08-25, record (label made, return accepted), \
         list 5 since 2026-11-19, wait"
    );
    assert_eq!(findings, "label Proven, return Proven, processed Waiting");
}
