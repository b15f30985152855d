//! `reconcile decide`, and `attest` with several milestones or retailers.

use crate::support::Project;
use insta::assert_snapshot;

const ACME: &str = "retailers/acme.yaml";
const EXISTING: &str = "\
# as in OmniRPS
retailer: Acme
journey: existing
# TODO omnireturns_access: required or not_required, once the retailer has said whether it still needs OmniReturns
milestones:
  keys_requested: 2026-09-14   # by mail
";

fn read(project: &Project, file: &str) -> String {
    std::fs::read_to_string(project.path(file)).unwrap()
}

#[test]
fn a_decision_is_written_with_its_day_and_who_made_it() {
    let project = Project::empty().file(ACME, EXISTING);
    let decide = ["decide", "acme", "not_required", "--by", "Dana Reyes", "--on", "2026-10-12"];
    let run = project.run(&decide);
    assert_eq!(run.code, 0, "{run}");
    assert!(run.stdout.contains("\nnext: "), "{run}");
    assert_eq!(
        read(&project, ACME),
        "# as in OmniRPS\nretailer: Acme\njourney: existing\nomnireturns_access: {value: \
         not_required, on: 2026-10-12, by: Dana Reyes}\nmilestones:\n  keys_requested: \
         2026-09-14   # by mail\n"
    );
    assert_eq!(project.run(&["validate"]).code, 0);
    let again = project.run(&decide[..5]);
    assert_eq!((again.code, again.stdout.starts_with("unchanged ")), (0, true), "{again}");

    let other = ["decide", "acme", "required", "--by", "Kim"];
    let refused = project.run(&other);
    assert_eq!(refused.code, 1, "{refused}");
    assert!(
        refused.stderr.contains("retailers/acme.yaml:4 already states another value"),
        "{refused}"
    );
    let replaced = project.run(&[&other[..], &["--replace"]].concat());
    assert_eq!(replaced.code, 0, "{replaced}");
    assert!(read(&project, ACME).contains("{value: required, on: 20"), "{replaced}");
}

#[test]
fn a_bare_decision_gets_a_date() {
    let project = Project::empty()
        .file(ACME, "retailer: Acme\njourney: existing\nomnireturns_access: required # E5\n");
    let run = project.run(&["decide", "acme", "required", "--by", "Kim", "--on", "2026-10-12"]);
    assert_eq!(run.code, 0, "{run}");
    let expected = "omnireturns_access: {value: required, on: 2026-10-12, by: Kim} # E5\n";
    assert!(read(&project, ACME).ends_with(expected), "{run}");
}

#[test]
fn an_invalid_decision_is_refused() {
    let project = Project::empty().file(ACME, "retailer: Acme\njourney: new\n");
    let decide = |arguments: &[&str]| project.run(&[&["decide"], arguments].concat());
    let new = decide(&["acme", "required", "--by", "Kim"]);
    assert_eq!(new.code, 1, "{new}");
    assert!(new.stderr.contains("journey `new`"), "{new}");
    for usage in [
        &["acme", "required"][..],
        &["acme", "perhaps", "--by", "Kim"],
        &["acne", "required", "--by", "Kim"],
        &["acme", "required", "--by", " "],
        &["acme", "required", "--by", "Kim", "--on", "yesterday"],
    ] {
        assert_eq!(decide(usage).code, 64, "{usage:?}");
    }
    let project = Project::empty().file(ACME, "retailer: Acme\njourney: existing\n");
    let future = ["decide", "acme", "required", "--by", "Kim", "--on", "9999-12-31"];
    let future = project.run(&future);
    assert_eq!(future.code, 1, "{future}");
    let project = project.file(ACME, "retailer: [Acme\n");
    assert_eq!(project.run(&["decide", "acme", "required", "--by", "Kim"]).code, 3);
    let none = Project::empty().run(&["decide", "acme", "required", "--by", "Kim"]);
    assert!(none.code == 3 && none.stderr.contains("no-retailers"), "{none}");
}

#[test]
fn several_milestones_of_several_retailers() {
    let birch = "retailers/birch.yaml";
    let project = Project::empty()
        .file(ACME, "retailer: Acme\njourney: new\n")
        .file(birch, "retailer: Birch\njourney: new\n");
    let both = ["attest", "acme", "Birch", "documents_completed", "introduced"];
    let run = project.run(&[&both[..], &["--on", "2026-10-01"]].concat());
    assert_eq!(run.code, 0, "{run}");
    for file in [ACME, birch] {
        let expected = "milestones:\n  introduced: 2026-10-01\n  documents_completed: 2026-10-01\n";
        assert!(read(&project, file).ends_with(expected), "{run}");
    }
    // A rejected one leaves the others unchanged.
    let before = read(&project, ACME);
    let refused = project.run(&["attest", "acme", "birch", "keys_supplied", "live"]);
    assert_eq!(refused.code, 1, "{refused}");
    assert_eq!((read(&project, ACME), refused.stdout.as_str()), (before, ""));
    let connote = ["attest", "acme", "birch", "test_label", "--connote", "TK100200387AU"];
    assert_eq!(project.run(&connote).code, 64);
}

#[cfg(target_os = "linux")]
#[test]
fn none_of_several_files_is_written_if_one_cannot_be() {
    let project = Project::empty()
        .file(ACME, "retailer: Acme\njourney: new\n")
        .unwritable("birch.yaml", "retailer: Birch\njourney: new\n");
    let before = read(&project, ACME);
    let run = project.run(&["attest", "acme", "birch", "introduced"]);
    assert_eq!((run.code, run.stdout.as_str()), (1, ""), "{run}");
    assert!(run.stderr.contains("/birch.yaml cannot be written: "), "{run}");
    assert_eq!(read(&project, ACME), before);
    // Nothing is to be written to it, so it does not matter.
    let run = project.run(&["attest", "acme", "introduced"]);
    assert_eq!(run.code, 0, "{run}");
}

#[test]
fn a_milestone_is_withdrawn() {
    let text = "retailer: Acme\njourney: new\n# a\nmilestones:\n  introduced: 2026-10-01 # b\n";
    let project = Project::empty().file(ACME, text);
    let label = ["attest", "acme", "test_label", "test_return", "connote_processed"];
    assert_eq!(project.run(&label).code, 0);
    assert_eq!(project.run(&["attest", "acme", "confirmed_by_loop"]).code, 0);
    let needed = project.run(&["attest", "acme", "test_label", "--undo"]);
    assert_eq!(needed.code, 1, "{needed}");
    assert!(needed.stderr.contains("acme test_label confirmed_by_loop --undo"), "{needed}");
    let undo = ["attest", "acme", "test_label", "test_return", "connote_processed"];
    let run = project.run(&[&undo[..], &["confirmed_by_loop", "--undo"]].concat());
    assert_eq!(run.code, 0, "{run}");
    assert_eq!(read(&project, ACME), text);
    let again = project.run(&["attest", "acme", "live", "--undo"]);
    assert_eq!((again.code, again.stdout.starts_with("unchanged ")), (0, true), "{again}");
    assert_eq!(project.run(&["attest", "acme", "live", "--undo", "--by", "Kim"]).code, 64);
}

#[test]
fn an_account_manager_is_named() {
    let project = Project::empty().file(ACME, "retailer: Acme\njourney: new\n");
    let name = |name| project.run(&["attest", "acme", "--account-manager", name]);
    assert_eq!(name("Dana Reyes").code, 0);
    assert_eq!(read(&project, ACME), "retailer: Acme\njourney: new\naccount_manager: Dana Reyes\n");
    assert!(name("Dana Reyes").stdout.starts_with("unchanged "));
    assert_eq!(name("Kim").code, 1);
    assert_eq!(project.run(&["attest", "acme"]).code, 64);
}

#[test]
fn today_is_in_the_persons_time_zone() {
    let project = Project::empty().file(ACME, "retailer: Acme\njourney: new\n");
    let zone = jiff::tz::TimeZone::fixed(jiff::tz::offset(14));
    let there = || jiff::Timestamp::now().to_zoned(zone.clone()).date();
    let before = there();
    let run = project.run_with(&["attest", "acme", "introduced"], &[("TZ", "<+14>-14")]);
    assert_eq!(run.code, 0, "{run}");
    let text = read(&project, ACME);
    assert!([before, there()].iter().any(|day| text.ends_with(&format!("introduced: {day}\n"))));
}

#[test]
fn a_decision_is_undone_and_replaced_as_a_milestone_is() {
    let dated = "omnireturns_access: {value: required, on: 2026-10-12, by: Kim} # E5\n";
    let project = Project::empty().file(ACME, &format!("{EXISTING}{dated}"));
    let undone = project.run(&["decide", "acme", "--undo"]);
    assert_eq!((undone.code, undone.stderr.as_str()), (0, ""), "{undone}");
    assert_eq!(read(&project, ACME), format!("{EXISTING}# E5\n"));
    let again = project.run(&["decide", "acme", "--undo"]);
    assert_eq!((again.code, again.stdout.starts_with("unchanged ")), (0, true), "{again}");
    for usage in [&["required", "--undo"][..], &["--undo", "--by", "Kim"], &["--by", "Kim"], &[]] {
        assert_eq!(project.run(&[&["decide", "acme"], usage].concat()).code, 64, "{usage:?}");
    }
    // What is not given is left out.
    let project = project.file(ACME, &format!("{EXISTING}{dated}"));
    let replaced = project.run(&["decide", "acme", "required", "--by", "Noa", "--replace"]);
    let text = read(&project, ACME);
    assert!(replaced.code == 0 && text.contains("by: Noa"), "{replaced}");
    assert!(!text.contains("2026-10-12"), "the day was Kim's: {text}");
}

#[test]
fn what_was_set_for_what_no_longer_holds_is_warned_of() {
    let project = Project::example();
    let decide =
        |arguments: &[&str]| project.run(&[&["decide", "granite-gear"], arguments].concat());
    let other = decide(&["required", "--by", "dana", "--replace"]);
    assert_eq!(other.code, 0, "{other}");
    insta::assert_snapshot!(other.stderr, @"warning: `omnirps.shopify_integration`, `omnireturns.company` and `omnireturns.portal` may have been set by an earlier apply, and no plan shows that; `reconcile history --only granite-gear` lists such a run, and `reconcile rollback RUN --only granite-gear --out back.json`, then `reconcile apply back.json`, puts back what it changed");
    let same = decide(&["required", "--by", "noa", "--replace"]);
    assert_eq!((same.code, same.stderr.as_str()), (0, ""), "{same}");
    let undone = decide(&["--undo"]);
    assert!(undone.stderr.contains(" and `omnireturns.name` may have been set"), "{undone}");
    let milestone = project.run(&["attest", "granite-gear", "switched_to_loop", "--undo"]);
    assert_eq!(milestone.code, 0, "{milestone}");
    assert!(milestone.stderr.contains("webhook.enabled` may have been set by"), "{milestone}");
    let keys = project.run(&["attest", "granite-gear", "test_return", "--undo"]);
    assert_eq!((keys.code, keys.stderr.as_str()), (0, ""), "{keys}");
    // Before the switch-over nothing was set.
    let early = project.run(&["decide", "ember-ceramics", "required", "--by", "dana"]);
    assert_eq!((early.code, early.stderr.as_str()), (0, ""), "{early}");
    let early = project.run(&["decide", "ember-ceramics", "--undo"]);
    assert_eq!((early.code, early.stderr.as_str()), (0, ""), "{early}");
}

#[test]
fn a_hint_about_a_statement_can_be_followed() {
    let milestones = "{introduced: 2026-10-01, test_label: 2026-10-01, test_return: 2026-10-01, \
                      connote_processed: 2026-10-01, confirmed_by_seko: 2026-10-02, \
                      confirmed_by_loop: 2026-10-02, live: 2026-10-03}";
    let file = format!("retailer: Acme\njourney: new\nmilestones: {milestones}\n");
    let project = Project::empty().file(ACME, &file);
    let told = |line: &str| {
        let run = project.run(&line.split(' ').collect::<Vec<_>>());
        assert_ne!(run.code, 0, "{run}");
        run.stderr
            .lines()
            .filter(|line| !line.starts_with("warning"))
            .collect::<Vec<_>>()
            .join("\n")
    };
    assert_snapshot!(told("attest acme test_label --undo"), @"
    error: `test_label` cannot be removed from retailers/acme.yaml: `confirmed_by_seko`, `confirmed_by_loop` and `live` need it
    hint: remove all that needs it as well: `reconcile attest acme test_label confirmed_by_seko confirmed_by_loop live --undo`
    ");
    assert_snapshot!(told("attest acme confirmed_by_loop --undo"), @"
    error: `confirmed_by_loop` cannot be removed from retailers/acme.yaml: `live` needs it
    hint: remove all that needs it as well: `reconcile attest acme confirmed_by_loop live --undo`
    ");
    let run = project.run(&[
        "attest",
        "acme",
        "test_label",
        "confirmed_by_seko",
        "confirmed_by_loop",
        "live",
        "--undo",
    ]);
    assert_eq!(run.code, 0, "{run}");
    assert_snapshot!(told("attest onboarding_form_sent acme"), @"
    error: `onboarding_form_sent` is a milestone, and the retailer comes first
    hint: write `reconcile attest acme onboarding_form_sent`
    ");
    assert_snapshot!(told("attest acme documents_completed --connote TK100342334NZ"), @"
    error: --connote is for `test_label`, `test_return`, `connote_processed` and `uploads_checked`
    hint: leave it out, or name the milestone that it belongs to
    ");
    assert_snapshot!(told("attest acme documents_completed --on 2026-11-31"), @"
    error: invalid value '2026-11-31' for '--on <YYYY-MM-DD>': there is no such day; correct the month or the day

    For more information, try '--help'.
    ");
    assert_snapshot!(told("decide acme required --by "), @"
    error: invalid value '' for '--by <NAME>': write who decided it

    For more information, try '--help'.
    ");
    assert_snapshot!(told("uploads --silent-after x"), @"
    error: invalid value 'x' for '--silent-after <DAYS>': write a whole number of days

    For more information, try '--help'.
    ");
}
