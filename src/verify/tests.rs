//! Tests of the next steps of a verification, and of its findings about live.

use super::evidence::{ArrivalProven, LabelProven, ProcessingProven, UploadProven};
use super::finding::{arrivals, webhook};
use super::test_run::{Label, Return};
use super::*;
use crate::model::{Id, Partner, Record, Setting, Upload, Value};
use crate::process;
use crate::testing::fleet;
use jiff::civil::{Date, date};
use std::collections::BTreeSet;

const DAY: Date = date(2026, 11, 20);
const TODAY: Date = date(2026, 11, 23);

fn test_run(label: Label, returned: Return, processed: Option<ProcessingProven>) -> TestRun {
    let new = TestRun::new(beginning(), DAY, BTreeSet::new());
    TestRun { label, returned, processed, ..new }
}

fn beginning() -> Beginning {
    Beginning {
        retailer: "Acme".into(),
        reference: "RECONCILE-acme-1".into(),
        started_at: "2026-11-20T10:00:00Z".into(),
    }
}

fn label() -> LabelProven {
    LabelProven::answered("TK100001", DAY).unwrap()
}

fn made() -> Label {
    Label::Made(label())
}

fn arrived(on: Date) -> UploadProven {
    UploadProven::confirmed(on)
}

fn accepted() -> Return {
    Return::Accepted(arrived(DAY))
}

fn processed(on: Date) -> ProcessingProven {
    let listed = [upload("TK100001", "2026-11-20", Some(&on.to_string()))];
    ProcessingProven::by(&label(), &listed, TODAY).unwrap().0
}

fn retailer(yaml: &str) -> Retailer {
    fleet(yaml).remove(0)
}

fn of(journey: &str, more: &str) -> Retailer {
    retailer(&format!("retailer: Acme\njourney: {journey}\nmilestones: {{{more}}}\n"))
}

fn words(proofs: &[Proof]) -> String {
    proofs.iter().map(|proof| proof.key()).collect::<Vec<_>>().join(" ")
}

#[test]
fn the_journey_says_what_is_proven_next() {
    let made = "test_label: {on: 2026-11-01, connote: TK100001}";
    let returned = "test_return: {on: 2026-11-01, connote: TK100001}";
    let processed = "connote_processed: 2026-11-02";
    for (journey, milestones, expected) in [
        ("new", String::new(), "label return processed"),
        ("new", made.to_owned(), "return processed"),
        ("new", format!("{made}, {returned}"), "processed"),
        ("new", format!("{made}, {returned}, {processed}"), "loop_upload webhook"),
        ("existing", String::new(), "label return"),
        ("existing", made.to_owned(), "return"),
        ("existing", format!("{made}, {returned}"), ""),
        ("existing", "switched_to_loop: 2026-11-02".to_owned(), "uploads loop_upload webhook"),
    ] {
        let next = next(&of(journey, &milestones));
        assert_eq!(words(&next), expected, "{journey} {milestones}");
    }
}

#[test]
fn a_milestone_is_stated_where_the_journey_has_it() {
    let (new, existing) = (of("new", "").journey, of("existing", "").journey);
    assert_eq!(Proof::Label.milestone(new), Some(Milestone::TestLabel));
    assert_eq!(Proof::Return.milestone(existing), Some(Milestone::TestReturn));
    assert_eq!(Proof::Processed.milestone(new), Some(Milestone::ConnoteProcessed));
    assert_eq!(Proof::Processed.milestone(existing), None);
    assert_eq!(Proof::Uploads.milestone(existing), Some(Milestone::UploadsChecked));
    assert_eq!(Proof::Uploads.milestone(new), None);
    assert_eq!(Proof::Webhook.milestone(new), None);
}

#[test]
fn a_test_is_done_when_its_journey_has_all_of_it() {
    let (new, existing) = (of("new", "").journey, of("existing", "").journey);
    for (run, of_new, of_existing) in [
        (test_run(Label::Sent { on: DAY }, Return::NotSent, None), false, false),
        (test_run(made(), Return::NotSent, None), false, false),
        (test_run(made(), Return::Sent { on: DAY }, None), false, false),
        (test_run(made(), accepted(), None), false, true),
        (test_run(made(), accepted(), Some(processed(DAY))), true, true),
    ] {
        assert_eq!((run.is_done(new), run.is_done(existing)), (of_new, of_existing));
    }
}

#[test]
fn what_would_be_sent_is_what_is_left_and_what_there_are_calls_for() {
    let acme = of("new", "");
    let all = test(acme.journey);
    let calls = [Proof::Label, Proof::Return, Proof::Uploads];
    let sent = |run: Option<TestRun>, calls: &[Proof]| {
        words(&TestRun::proofs_to_send(run.as_ref(), &acme, all, calls))
    };
    let in_doubt = || Some(test_run(Label::Sent { on: DAY }, Return::NotSent, None));
    let labelled = || Some(test_run(made(), Return::NotSent, None));
    let lost = || Some(test_run(made(), Return::Sent { on: DAY }, None));
    assert_eq!(sent(None, &calls), "label return");
    assert_eq!(sent(in_doubt(), &calls), "");
    assert_eq!(sent(labelled(), &calls), "return");
    assert_eq!(sent(lost(), &calls), "return");
    assert_eq!(sent(Some(test_run(made(), accepted(), None)), &calls), "");
    assert_eq!(sent(None, &[Proof::Return, Proof::Uploads]), "", "people make the label");
    assert_eq!(sent(None, &[Proof::Label]), "label");
    assert_eq!(sent(labelled(), &[Proof::Label]), "");
    let blind = [Proof::Label, Proof::Return];
    assert_eq!((sent(labelled(), &blind), sent(lost(), &blind)), ("return".into(), String::new()));

    let others = [Proof::Processed, Proof::Uploads, Proof::Webhook];
    assert_eq!(TestRun::proofs_to_send(None, &acme, &others, &calls), []);
    assert_eq!(
        TestRun::proofs_to_send(None, &acme, &[Proof::Return], &calls),
        [],
        "without a label"
    );
    let stated = of("new", "test_label: {on: 2026-11-20, connote: TK100001}");
    assert_eq!(TestRun::proofs_to_send(None, &stated, &[Proof::Return], &calls), [Proof::Return]);
}

#[test]
fn what_people_have_found_out_is_gone_on_from() {
    let earlier = BTreeSet::from(["TK100000".to_owned()]);
    let on = |milestones: &str, label: Label, returned: Return| {
        let kept = TestRun { earlier: earlier.clone(), ..test_run(label, returned, None) };
        let TestRun { label, returned, .. } = kept.with_stated(&of("new", milestones));
        (label, returned)
    };
    let label = "test_label: {on: 2026-11-20, connote: TK100001}";
    let returned = "test_return: {on: 2026-11-20, connote: TK100001}";
    let both = format!("{label}, {returned}");
    let in_doubt = || Label::Sent { on: DAY };
    assert_eq!(on("", in_doubt(), Return::NotSent), (in_doubt(), Return::NotSent));
    assert_eq!(on(label, in_doubt(), Return::NotSent), (made(), Return::NotSent));
    assert_eq!(on(&both, in_doubt(), Return::NotSent), (made(), accepted()));
    let old = both.replace("TK100001", "TK100000");
    assert_eq!(on(&old, in_doubt(), Return::NotSent), (in_doubt(), Return::NotSent));
    let mixed = format!("{label}, {}", returned.replace("TK100001", "TK100000"));
    assert_eq!(on(&mixed, in_doubt(), Return::NotSent), (made(), Return::NotSent));
    let lost = Return::Sent { on: DAY };
    assert_eq!(on(&both, made(), lost.clone()), (made(), accepted()));
    assert_eq!(on(&old, made(), lost.clone()), (made(), lost));
    let later = Return::Accepted(arrived(TODAY));
    assert_eq!(on(&both, made(), later.clone()), (made(), later));
    let ahead = || Label::Made(LabelProven::answered("TK100001", TODAY).unwrap());
    assert_eq!(on(label, ahead(), Return::NotSent), (made(), Return::NotSent));
    assert_eq!(on(&old, ahead(), Return::NotSent), (ahead(), Return::NotSent));
}

#[test]
fn what_the_file_says_of_another_test_is_named() {
    let whole = test_run(made(), accepted(), None);
    let named = |run: &TestRun, milestones: &str| {
        let named = run.contradictions(&of("new", milestones));
        named.iter().map(|proven| proven.proof().key()).collect::<Vec<_>>().join(" ")
    };
    let both = "test_label: {on: 2026-11-01, connote: TK100000}, \
                test_return: {on: 2026-11-01, connote: TK100000}";
    assert_eq!(named(&whole, both), "label return");
    assert_eq!(named(&whole, &both.replace("TK100000", "TK100001")), "");
    assert_eq!(named(&whole, "test_label: 2026-11-01"), "");
    assert_eq!(named(&test_run(made(), Return::NotSent, None), both), "label");
    assert_eq!(named(&test_run(Label::Sent { on: DAY }, Return::NotSent, None), both), "");
}

#[test]
fn what_people_have_stated_is_gone_on_from() {
    let stated = |milestones: &str| TestRun::stated(&of("new", milestones), beginning());
    assert_eq!(stated(""), None);
    assert_eq!(stated("test_label: 2026-11-20"), None);
    let label = stated("test_label: {on: 2026-11-20, connote: TK100001}").unwrap();
    assert_eq!((label.label, label.returned), (made(), Return::NotSent));
    let both = "test_label: 2026-11-19, test_return: {on: 2026-11-20, connote: TK100001}";
    let both = stated(both).unwrap();
    assert_eq!((both.label_day(), both.returned, both.processed), (LABEL_DAY, accepted(), None));
}

const LABEL_DAY: Date = date(2026, 11, 19);

#[test]
fn a_stated_label_is_of_its_own_day() {
    let day = |label: &str| {
        let both =
            format!("test_label: {label}, test_return: {{on: 2026-11-21, connote: TK100001}}");
        TestRun::stated(&of("new", &both), beginning()).unwrap().label_day()
    };
    assert_eq!(day("2026-11-19"), LABEL_DAY);
    assert_eq!(day("{on: 2026-11-19, connote: TK100001}"), LABEL_DAY);
    assert_eq!(day("{on: 2026-11-19, connote: TK100002}"), date(2026, 11, 21));
    assert_eq!(day("2026-11-22"), date(2026, 11, 21), "made before it was sent");
}

#[test]
fn a_test_run_is_read_as_it_was_written() {
    for run in [
        test_run(Label::Sent { on: DAY }, Return::NotSent, None),
        test_run(made(), Return::Sent { on: DAY }, None),
        test_run(made(), accepted(), Some(processed(TODAY))),
    ] {
        let text = serde_json::to_string(&run).unwrap();
        assert_eq!(serde_json::from_str::<TestRun>(&text).unwrap(), run);
    }
}

fn record_with(name: &str, values: &[(Setting, Value)]) -> Record {
    let values = values.iter().cloned().collect();
    Record { id: Id::text("77"), name: name.into(), disabled: false, key_issued: false, values }
}

#[test]
fn a_name_that_no_header_carries_is_told() {
    let called = |name: &str| Retailer { name: name.into(), ..of("new", "") };
    for name in ["Acme & Co", "Caf\u{e9}"] {
        assert_eq!(unsendable(&called(name)), None, "{name}");
    }
    let advice = unsendable(&called("\u{141}\u{f3}d\u{17a} Shoes")).unwrap();
    insta::assert_snapshot!(advice.message, @"the name of Łódź Shoes has `Ł` (U+0141), which the header of an upload cannot carry");
    insta::assert_snapshot!(advice.hint, @"nothing can be renamed in OmniRPS: settle with the partner how its uploads send the name in the header");
    assert!(unsendable(&called("A\tB")).is_some());
}

fn upload(connote: &str, received_at: &str, processed_at: Option<&str>) -> Upload {
    Upload {
        connote: connote.into(),
        order: Some("1001".into()),
        source: Some("API".into()),
        received_at: received_at.into(),
        processed_at: processed_at.map(str::to_owned),
    }
}

#[test]
fn arrivals_count_without_tests() {
    let acme = of("existing", "switched_to_loop: 2026-11-20");
    let test = upload("TK100001", "2026-11-21T01:00:00Z", None);
    let one = upload("TK100002", "2026-11-21T02:00:00Z", None);
    let two = upload("TK100003", "2026-11-22T02:00:00Z", Some("2026-11-22T09:00:00Z"));
    let is_test = |upload: &Upload| {
        upload.connote == "TK100001" || upload.order.as_deref().is_some_and(is_reference)
    };
    let found = |uploads: &[Upload]| {
        let arrival = ArrivalProven::by(uploads, is_test, TODAY);
        arrivals(&acme, uploads, is_test, arrival, DAY, TODAY)
    };
    let none = found(&[]);
    assert_eq!(none.outcome, Outcome::Failed);
    insta::assert_snapshot!(none.message, @"no return of Acme has arrived since 2026-11-20");
    let tested = found(std::slice::from_ref(&test));
    assert_eq!(tested.outcome, Outcome::Failed);
    insta::assert_snapshot!(tested.message, @"no return of Acme has arrived since 2026-11-20 but a test");
    let own = Upload { order: Some(reference("acme", "0a1b2c3d")), ..one.clone() };
    let two_tests = found(&[test.clone(), own]);
    assert_eq!(two_tests.outcome, Outcome::Failed);
    insta::assert_snapshot!(two_tests.message, @"no return of Acme has arrived since 2026-11-20 but 2 tests");
    let first = found(&[test.clone(), one.clone()]);
    assert_eq!(first.outcome, Outcome::Proven);
    insta::assert_snapshot!(first.message, @"1 return has arrived since 2026-11-20; the latest is TK100002 (order 1001, by API), received at 2026-11-21T02:00:00Z, not processed yet");
    let bare = Upload { order: None, source: None, ..two };
    let both = found(&[test, one, bare]);
    insta::assert_snapshot!(both.message, @"2 returns have arrived since 2026-11-20; the latest is TK100003, received at 2026-11-22T02:00:00Z, processed at 2026-11-22T09:00:00Z");
    assert_eq!(both.connote.as_deref(), Some("TK100003"));
}

const URL: Setting = Setting::OmnirpsTrackingWebhookUrl;
const ENABLED: Setting = Setting::OmnirpsTrackingWebhookEnabled;

/// Returns the finding about a webhook, without the rule of OmniRPS, which has no variants.
fn webhook_of(retailer: &Retailer, values: &[(Setting, Value)]) -> String {
    let desired = process::desired(retailer, &Partner::default());
    let Finding { outcome, message, hint, .. } =
        webhook(retailer, &desired, &record_with("Acme", values));
    let told = format!("{outcome:?}: {message}\nhint: {}", hint.unwrap_or_default());
    told.replace(crate::plan::alerts::RULE, "[rule]")
}

#[test]
fn the_webhook_is_what_live_says() {
    let switched = of("existing", "switched_to_loop: 2026-11-20");
    let loops = Value::text("https://api.loopreturns.com/hook/v1/seko/update");
    let on = (ENABLED, Value::Flag(true));
    let off = (ENABLED, Value::Flag(false));
    let told = |values: &[(Setting, Value)]| webhook_of(&switched, values);
    insta::assert_snapshot!(told(&[(URL, loops.clone()), on.clone()]), @"
    Proven: it is https://api.loopreturns.com/hook/v1/seko/update and on; [rule], and only SEKO support or `apply` can switch it on again
    hint:
    ");
    insta::assert_snapshot!(told(&[(URL, loops.clone()), off.clone()]), @"
    Failed: Acme has a tracking webhook that is switched off: it is https://api.loopreturns.com/hook/v1/seko/update and switched off
    hint: [rule]. Ask the partner why it did not respond; then SEKO support or `reconcile apply --only acme` can switch it on again; what was processed while it was off is not sent again by itself: ask SEKO support to send it
    ");
    insta::assert_snapshot!(told(&[(URL, Value::text("https://x.example/")), on.clone()]), @"
    Failed: Acme has a tracking webhook that points elsewhere: it is https://x.example/ and on
    hint: find out who changed it; then run `reconcile apply --only acme` to set it again
    ");
    insta::assert_snapshot!(told(&[(URL, Value::Unset), off.clone()]), @"
    Failed: Acme has no tracking webhook
    hint: run `reconcile apply --only acme` to set it
    ");
    insta::assert_snapshot!(told(&[]), @"
    LeftToPeople: the OmniRPS records of this environment have no field for it
    hint: check the tracking webhook in OmniRPS
    ");
    let before = of("existing", "");
    let kept_off = retailer(
        "retailer: Acme\njourney: existing\nmilestones: {switched_to_loop: 2026-11-20}\n\
         settings: {omnirps.tracking_webhook.enabled: {value: false, reason: outage}}\n",
    );
    insta::assert_snapshot!(webhook_of(&kept_off, &[(URL, loops.clone()), off.clone()]), @"
    NotCalledFor: the file keeps the tracking webhook off; it is https://api.loopreturns.com/hook/v1/seko/update and switched off
    hint:
    ");
    insta::assert_snapshot!(webhook_of(&before, &[(URL, Value::Unset), off]), @"
    NotCalledFor: not required before switched_to_loop; there is none
    hint:
    ");
    let alone = retailer(
        "retailer: Acme\njourney: existing\nmilestones: {switched_to_loop: 2026-11-20}\n\
         settings: {omnirps.tracking_webhook: {manage: false, reason: own}}\n",
    );
    insta::assert_snapshot!(webhook_of(&alone, &[(URL, loops), on]), @"
    NotCalledFor: the file states that the tracking webhook is not managed; it is https://api.loopreturns.com/hook/v1/seko/update and on
    hint:
    ");
}

#[test]
fn a_webhook_fails_where_customers_get_no_credits() {
    let loops = || (URL, Value::text("https://api.loopreturns.com/hook/v1/seko/update"));
    let elsewhere = || (URL, Value::text("https://x.example/"));
    let enabled = |is: bool| (ENABLED, Value::Flag(is));
    // The file takes one of the two members out of management.
    let managed = |member: &str, values: &[(Setting, Value)]| {
        let other = retailer(&format!(
            "retailer: Acme\njourney: existing\nmilestones: {{switched_to_loop: 2026-11-20}}\n\
             settings: {{omnirps.tracking_webhook.{member}: {{manage: false, reason: own}}}}\n"
        ));
        webhook_of(&other, values)
    };
    insta::assert_snapshot!(managed("enabled", &[elsewhere(), enabled(true)]), @"
    Failed: Acme has a tracking webhook that points elsewhere: it is https://x.example/ and on
    hint: find out who changed it; then run `reconcile apply --only acme` to set it again
    ");
    insta::assert_snapshot!(managed("enabled", &[loops(), enabled(false)]), @"
    NotCalledFor: the file states that `omnirps.tracking_webhook.enabled` is not managed; it is https://api.loopreturns.com/hook/v1/seko/update and switched off
    hint:
    ");
    insta::assert_snapshot!(managed("url", &[elsewhere(), enabled(false)]), @"
    Failed: Acme has a tracking webhook that is switched off: it is https://x.example/ and switched off
    hint: [rule]. Ask the partner why it did not respond; then SEKO support or `reconcile apply --only acme` can switch it on again; what was processed while it was off is not sent again by itself: ask SEKO support to send it
    ");
    insta::assert_snapshot!(managed("url", &[elsewhere(), enabled(true)]), @"
    NotCalledFor: the file states that `omnirps.tracking_webhook.url` is not managed; it is https://x.example/ and on
    hint:
    ");
    // A live retailer whose documents were not stated.
    let tested = "test_label: 2026-10-01, test_return: 2026-10-01, connote_processed: 2026-10-02, \
                  confirmed_by_seko: 2026-10-03, confirmed_by_loop: 2026-10-03";
    let new = |live: &str, values: &[(Setting, Value)]| {
        webhook_of(&of("new", &format!("{tested}{live}")), values)
    };
    let live = ", live: 2026-10-04";
    insta::assert_snapshot!(new(live, &[(URL, Value::Unset), enabled(false)]), @"
    Failed: Acme has no tracking webhook
    hint: run `reconcile apply --only acme` to set it; the plan holds it until `documents_completed` is stated
    ");
    insta::assert_snapshot!(new(live, &[loops(), enabled(true)]), @"
    Proven: it is https://api.loopreturns.com/hook/v1/seko/update and on; [rule], and only SEKO support or `apply` can switch it on again
    hint:
    ");
    insta::assert_snapshot!(new("", &[(URL, Value::Unset), enabled(false)]), @"
    NotCalledFor: not required before documents_completed; there is none
    hint:
    ");
}

#[test]
fn a_test_of_an_earlier_version_is_read() {
    let run = test_run(Label::Sent { on: DAY }, Return::NotSent, None);
    let mut json = serde_json::to_value(&run).unwrap();
    assert_eq!(json.get("loop_upload"), None, "it is a record of its own");
    json["loop_upload"] = serde_json::json!({"on": "2026-11-26", "connote": "TK900900900NZ"});
    let read: TestRun = serde_json::from_value(json).unwrap();
    assert_eq!(TestRun { loop_upload: None, ..read }, run);
}
