//! `reconcile attest`.

use crate::support::{Project, Run};
use insta::assert_snapshot;

const ACME: &str = "retailers/acme.yaml";

fn acme(text: &str) -> Project {
    Project::empty().file(ACME, text)
}

fn read(project: &Project) -> String {
    std::fs::read_to_string(project.path(ACME)).unwrap()
}

/// Runs a command that must be rejected, and returns the run.
fn refused(project: &Project, arguments: &[&str]) -> Run {
    let before = read(project);
    let run = project.run(&[&["attest"], arguments].concat());
    assert_ne!(run.code, 0, "{run}");
    assert_eq!(run.stdout, "", "{run}");
    assert_eq!(read(project), before, "{run}");
    assert_nothing_left(project);
    run
}

fn assert_nothing_left(project: &Project) {
    let names = std::fs::read_dir(project.path("retailers")).unwrap();
    let names: Vec<_> = names.map(|entry| entry.unwrap().file_name()).collect();
    assert!(names.iter().all(|name| !name.to_string_lossy().starts_with('.')), "{names:?}");
    assert!(!project.path(".reconcile").exists(), "no system was started");
}

const BLOCK: &str = "\
# Says hello in spring.
retailer: Acme   # as in OmniRPS
journey: existing
milestones:
  # the beginning
  keys_requested: 2026-09-14
  switched_to_loop: {on: 2026-11-02, by: loop}   # at last

notes: |
  none
";

#[test]
fn a_milestone_is_added_to_a_block() {
    let project = acme(BLOCK);
    let run = project.run(&["attest", "acme", "keys_supplied", "--on", "2026-09-15"]);
    assert_snapshot!(run, @"
    exit 0
    --- stdout
    wrote retailers/acme.yaml: Acme
    --- retailers/acme.yaml
    +++ retailers/acme.yaml
    @@ -4,6 +4,7 @@
     milestones:
       # the beginning
       keys_requested: 2026-09-14
    +  keys_supplied: 2026-09-15
       switched_to_loop: {on: 2026-11-02, by: loop}   # at last
     
     notes: |
    next: SEKO onboarding: review and apply the changes
          $ reconcile plan --only acme
          $ reconcile apply --only acme
    next: SEKO account manager: confirm whether the retailer still needs access to OmniReturns: `required` or `not_required`
          $ reconcile decide acme ACCESS --by NAME
    --- stderr
    ");
    let run = project.run(&["validate"]);
    assert_eq!((run.code, run.stderr.as_str()), (0, ""), "{run}");
    assert_nothing_left(&project);
    let run = project.run(&[
        "attest",
        "Acme",
        "test_label",
        "--on=2026-10-05",
        "--by=loop",
        "--connote=TK100200387AU",
    ]);
    assert_eq!((run.code, run.stderr.as_str()), (0, ""), "{run}");
    assert_snapshot!(read(&project), @"
    # Says hello in spring.
    retailer: Acme   # as in OmniRPS
    journey: existing
    milestones:
      # the beginning
      keys_requested: 2026-09-14
      keys_supplied: 2026-09-15
      test_label: {on: 2026-10-05, by: loop, connote: TK100200387AU}
      switched_to_loop: {on: 2026-11-02, by: loop}   # at last

    notes: |
      none
    ");
}

#[test]
fn today_is_the_default_date() {
    let project = acme("retailer: Acme\njourney: new\n");
    let today = || jiff::Timestamp::now().to_zoned(jiff::tz::TimeZone::UTC).date();
    let before = today();
    let run = project.run(&["attest", "acme", "introduced"]);
    assert_eq!(run.code, 0, "{run}");
    let stated = |day| read(&project).ends_with(&format!("milestones:\n  introduced: {day}\n"));
    assert!(stated(before) || stated(today()), "{}", read(&project));
}

#[test]
fn today_is_not_before_the_day_of_what_is_needed_in_another_time_zone() {
    let before = |days: i64| {
        let today = jiff::Timestamp::now().to_zoned(jiff::tz::TimeZone::UTC).date();
        today.saturating_sub(jiff::Span::new().days(days))
    };
    // A day behind.
    let west = [("TZ", "WST24")];
    for (switched, stated) in [(0, 0), (3, 1)] {
        let [switched, yesterday] = [before(switched), before(stated)];
        let project = acme(&format!(
            "retailer: Acme\njourney: existing\nmilestones:\n  switched_to_loop: {switched}\n"
        ));
        let run = project.run_with(&["attest", "acme", "uploads_checked"], &west);
        assert_eq!(run.code, 0, "{run}");
        // The day may have changed meanwhile.
        let may_be = [yesterday, before(stated)];
        let is_stated = |day| read(&project).ends_with(&format!("uploads_checked: {day}\n"));
        assert!(may_be.into_iter().any(is_stated), "{run}");
    }
    // What only comes first would be a warning.
    let project = acme(&format!(
        "retailer: Acme\njourney: new\nmilestones:\n  test_return: {{on: {}, connote: \
         TK100342334NZ}}\n",
        before(0)
    ));
    let run = project.run_with(&["attest", "acme", "connote_processed"], &west);
    assert!(run.code == 0 && !run.stderr.contains("odd-order"), "{run}");
    // A day that a person gives is that day.
    let project = acme(&format!(
        "retailer: Acme\njourney: existing\nmilestones:\n  switched_to_loop: {}\n",
        before(0)
    ));
    let yesterday = before(1).to_string();
    refused(&project, &["attest", "acme", "uploads_checked", "--on", &yesterday]);
}

#[test]
fn a_milestone_is_added_to_a_flow() {
    let project = acme("{retailer: Acme, journey: new, milestones: {introduced: 2026-10-01}}\n");
    assert_snapshot!(project.run(&["attest", "acme", "documents_completed", "--on", "2026-10-12"]), @"
    exit 0
    --- stdout
    wrote retailers/acme.yaml: Acme
    --- retailers/acme.yaml
    +++ retailers/acme.yaml
    @@ -1 +1 @@
    -{retailer: Acme, journey: new, milestones: {introduced: 2026-10-01}}
    +{retailer: Acme, journey: new, milestones: {introduced: 2026-10-01, documents_completed: 2026-10-12}}
    next: SEKO account manager: take the retailer on, and name the account manager
          $ reconcile attest acme --account-manager NAME
    next: Loop: send the retailer the partner's onboarding form, https://zfrmz.com/G3SkIjW9RIsg7SYQJaI2
          $ reconcile attest acme onboarding_form_sent
    next: SEKO onboarding: review and apply the changes
          $ reconcile plan --only acme
          $ reconcile apply --only acme
    --- stderr
    ");
}

#[test]
fn a_missing_section_is_added() {
    let project = acme("retailer: Acme\njourney: new\n\nnotes: x");
    assert_snapshot!(project.run(&["attest", "acme", "introduced", "--on", "2026-10-01"]), @r"
    exit 0
    --- stdout
    wrote retailers/acme.yaml: Acme
    --- retailers/acme.yaml
    +++ retailers/acme.yaml
    @@ -1,4 +1,6 @@
     retailer: Acme
     journey: new
    +milestones:
    +  introduced: 2026-10-01
     
     notes: x
    \ No newline at end of file
    next: SEKO account manager: take the retailer on, and name the account manager
          $ reconcile attest acme --account-manager NAME
    next: Loop: send the retailer the partner's onboarding form, https://zfrmz.com/G3SkIjW9RIsg7SYQJaI2
          $ reconcile attest acme onboarding_form_sent
    next: SEKO account manager: have the retailer complete SEKO's onboarding documents
          $ reconcile attest acme documents_completed
    --- stderr
    ");
}

#[test]
fn steps_beside_the_settings_are_next_as_well() {
    let project = acme("retailer: Acme\njourney: new\naccount_manager: Dana\n");
    let run = project.run(&["attest", "acme", "introduced", "documents_completed"]);
    let next: Vec<&str> = run.stdout.lines().filter(|line| line.starts_with("next: ")).collect();
    assert!(next.len() == 2 && next[0].contains("send the retailer the partner's"), "{run}");
    assert_eq!(next[1], "next: SEKO onboarding: review and apply the changes");
}

#[test]
fn line_ends_and_permissions_are_preserved() {
    let project = acme(&BLOCK.replace('\n', "\r\n"));
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        let mode = std::fs::Permissions::from_mode(0o640);
        std::fs::set_permissions(project.path(ACME), mode).unwrap();
    }
    let run = project.run(&["attest", "acme", "keys_supplied", "--on", "2026-09-15"]);
    assert_eq!(run.code, 0, "{run}");
    assert!(!run.stdout.contains('\r'), "{run}");
    let added = "  keys_supplied: 2026-09-15\r\n  switched_to_loop";
    assert_eq!(read(&project), BLOCK.replace('\n', "\r\n").replace("  switched_to_loop", added));
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        let mode = std::fs::metadata(project.path(ACME)).unwrap().permissions().mode();
        assert_eq!(mode & 0o777, 0o640);
    }
}

#[test]
fn odd_texts_are_quoted() {
    for odd in ["a: b # c", "say \"hi\"", "Zoë Вега 🙂", "00123", "yes", "},"] {
        let project = acme("retailer: Acme\njourney: new\n");
        let (by, connote) = (format!("--by={odd}"), format!("--connote={odd}"));
        let arguments = ["attest", "acme", "test_label", "--on=2026-10-05", &by, &connote];
        let run = project.run(&arguments);
        assert_eq!(run.code, 0, "{run}");
        assert_eq!(project.run(&["validate"]).code, 0, "{}", read(&project));
        let said: serde_yaml::Value = serde_yaml::from_str(&read(&project)).unwrap();
        let said = &said["milestones"]["test_label"];
        assert_eq!([said["by"].as_str(), said["connote"].as_str()], [Some(odd); 2], "{run}");
        assert!(project.run(&arguments).stdout.starts_with("unchanged "), "{run}");
    }
}

#[test]
fn a_placeholder_of_a_suggested_command_is_refused() {
    let project = acme(BLOCK);
    for command in [
        &["attest", "acme", "--account-manager", "NAME"][..],
        &["attest", "acme", "introduced", "--by", "WHO"],
        &["attest", "acme", "test_label", "--connote", "NO"],
        &["decide", "acme", "required", "--by", "NAME"],
        &["new", "Birch", "--account-manager", "NAME"],
    ] {
        let run = project.run(command);
        assert_eq!((run.code, run.stdout.as_str()), (64, ""), "{command:?}: {run}");
        let placeholder = command.last().unwrap();
        assert!(run.stderr.contains(&format!("has the placeholder `{placeholder}`")), "{run}");
    }
    for command in [&["plan", "--out", "FILE"], &["schema", "--out", "DIR"]] {
        let run = project.run(command);
        assert_eq!(run.code, 64, "{run}");
        assert!(run.stderr.contains("it is a placeholder; name a f"), "{run}");
        assert!(!project.path(command[2]).exists(), "{run}");
    }
    let named = project.run(&["attest", "acme", "--account-manager", "Naomi No"]);
    assert_eq!(named.code, 0, "{named}");
    assert_snapshot!(refused(&project, &["acme", "introduced", "--by", "WHO"]), @"
    exit 64
    --- stdout
    --- stderr
    error: --by has the placeholder `WHO`
    hint: write the name of who did it or decided it instead
    ");
}

#[test]
fn all_that_a_milestone_needs_is_named_at_once() {
    let project = acme("retailer: Acme\njourney: new\n");
    assert_snapshot!(refused(&project, &["acme", "live", "--on", "2026-10-12"]), @"
    exit 1
    --- stdout
    --- stderr
    error: `live: 2026-10-12` would make retailers/acme.yaml invalid: `live` (step N10) needs `confirmed_by_seko` (step N9) and `confirmed_by_loop` (step N9)
    hint: once reached, state what it needs: `reconcile attest acme test_label test_return connote_processed confirmed_by_seko confirmed_by_loop --connote NO`
    ");
    let needed = project.run(&[
        "attest",
        "acme",
        "test_label",
        "test_return",
        "connote_processed",
        "confirmed_by_seko",
        "confirmed_by_loop",
    ]);
    assert_eq!(needed.code, 0, "{needed}");
    assert_eq!(project.run(&["attest", "acme", "live"]).code, 0);
}

#[test]
fn invisible_text_is_refused() {
    let project = acme(BLOCK);
    assert_snapshot!(refused(&project, &["acme", "test_label", "--by", " "]), @"
    exit 64
    --- stdout
    --- stderr
    error: --by is empty
    hint: leave it out
    ");
    assert_snapshot!(refused(&project, &["acme", "test_label", "--connote", "TK 1 "]), @"
    exit 64
    --- stdout
    --- stderr
    error: --connote `TK 1 ` begins or ends with white space
    hint: delete the white space before or after it
    ");
    assert_snapshot!(refused(&project, &["acme", "test_label", "--by", "a\u{1b}[2Kb"]), @"
    exit 64
    --- stdout
    --- stderr
    error: --by `a�[2Kb` contains an invisible character
    hint: type it instead of pasting it
    ");
    for odd in ["", " a", "a\nb", "a\tb", "a\u{200b}b"] {
        for option in ["--by", "--connote"] {
            let run = refused(&project, &["acme", "test_label", option, odd]);
            assert_eq!(run.code, 64, "{odd:?}: {run}");
        }
    }
}

#[test]
fn a_secret_key_is_neither_stated_nor_shown() {
    let project = acme(BLOCK);
    let secret = "AGE-SECRET-KEY-1QQQQSECRETQQQQ";
    assert_snapshot!(refused(&project, &["acme", "test_label", "--by", secret]), @"
    exit 64
    --- stdout
    --- stderr
    error: --by holds a secret key
    hint: have a new pair made, and keep its secret key out of files and commands
    ");
    for odd in [secret.to_lowercase(), format!(" the key is {secret}\n")] {
        for option in ["--by", "--connote"] {
            let run = refused(&project, &["acme", "test_label", option, &odd]);
            assert_eq!(run.code, 64, "{run}");
            assert!(!run.to_string().to_uppercase().contains("QQQQ"), "{run}");
        }
    }
}

#[test]
fn a_stated_milestone_is_replaced_only_on_request() {
    let project = acme(BLOCK);
    let same = ["attest", "acme", "switched_to_loop", "--on=2026-11-02", "--by=loop"];
    assert_snapshot!(project.run(&same), @"
    exit 0
    --- stdout
    unchanged retailers/acme.yaml: Acme has `switched_to_loop: {on: 2026-11-02, by: loop}`
    --- stderr
    ");
    assert_eq!(read(&project), BLOCK);
    let other = ["acme", "switched_to_loop", "--on=2026-11-03"];
    assert_snapshot!(refused(&project, &other), @"
    exit 1
    --- stdout
    --- stderr
    error: retailers/acme.yaml:7 already states another value: `switched_to_loop: {on: 2026-11-02, by: loop}`
    hint: pass --replace to change it to `switched_to_loop: 2026-11-03`
    ");
    let run = project.run(&[&["attest", "--replace"], &other[..]].concat());
    assert_snapshot!(run, @"
    exit 0
    --- stdout
    wrote retailers/acme.yaml: Acme
    --- retailers/acme.yaml
    +++ retailers/acme.yaml
    @@ -4,7 +4,7 @@
     milestones:
       # the beginning
       keys_requested: 2026-09-14
    -  switched_to_loop: {on: 2026-11-02, by: loop}   # at last
    +  switched_to_loop: 2026-11-03   # at last
     
     notes: |
       none
    next: SEKO onboarding: review and apply the changes
          $ reconcile plan --only acme
          $ reconcile apply --only acme
    next: SEKO account manager: confirm whether the retailer still needs access to OmniReturns: `required` or `not_required`
          $ reconcile decide acme ACCESS --by NAME
    --- stderr
    ");
}

#[test]
fn the_order_of_the_process_is_enforced() {
    let project = Project::example().file(
        ACME,
        "
retailer: Acme
journey: new
milestones:
  test_label: 2026-10-05
  test_return: 2026-10-06
  connote_processed: 2026-10-08
  confirmed_by_loop: 2026-10-09
",
    );
    assert_snapshot!(refused(&project, &["acme", "live", "--on", "2026-10-12"]), @"
    exit 1
    --- stdout
    --- stderr
    error: `live: 2026-10-12` would make retailers/acme.yaml invalid: `live` (step N10) needs `confirmed_by_seko` (step N9)
    hint: once reached, state what it needs: `reconcile attest acme confirmed_by_seko`
    ");
    assert_snapshot!(refused(&project, &["acme", "confirmed_by_seko", "--on", "2026-10-07"]), @"
    exit 1
    --- stdout
    --- stderr
    error: `confirmed_by_seko: 2026-10-07` would make retailers/acme.yaml invalid: `confirmed_by_seko` (step N9) is dated 2026-10-07, before `connote_processed`, which it needs: `connote_processed` is dated 2026-10-08
    hint: give the right day with --on, or correct the other milestone first, with --replace
    ");
    assert_snapshot!(refused(&project, &["acme", "test_label", "--on", "2026-10-10", "--replace"]), @"
    exit 1
    --- stdout
    --- stderr
    error: `test_label: 2026-10-10` would make retailers/acme.yaml invalid: `confirmed_by_loop` (step N9) is dated 2026-10-09, before `test_label`, which it needs: `test_label` is dated 2026-10-10
    hint: give the right day with --on, or correct the other milestone first, with --replace
    ");
    assert_snapshot!(refused(&project, &["acme", "switched_to_loop", "--on", "2026-10-12"]), @"
    exit 1
    --- stdout
    --- stderr
    error: `switched_to_loop: 2026-10-12` would make retailers/acme.yaml invalid: `switched_to_loop` belongs to journey `existing` (step E4), and this retailer's journey is `new`
    hint: choose one of introduced, onboarding_form_sent, documents_completed, keys_supplied, test_label, test_return, connote_processed, confirmed_by_seko, confirmed_by_loop, live
    ");
    let run = refused(&project, &["acme", "confirmed_by_seko", "--on", "9999-12-31"]);
    assert_eq!(run.code, 1, "{run}");
    assert!(run.stderr.starts_with("error: `confirmed_by_seko: 9999-12-31` would make retailers/acme.yaml invalid: 9999-12-31 is in the future; today is "), "{run}");
    for milestone in ["confirmed_by_seko", "live"] {
        let run = project.run(&["attest", "acme", milestone, "--on", "2026-10-12"]);
        assert_eq!((run.code, run.stderr.as_str()), (0, ""), "{run}");
    }
    assert_snapshot!(read(&project), @"

    retailer: Acme
    journey: new
    milestones:
      test_label: 2026-10-05
      test_return: 2026-10-06
      connote_processed: 2026-10-08
      confirmed_by_seko: 2026-10-12
      confirmed_by_loop: 2026-10-09
      live: 2026-10-12
    ");
}

#[test]
fn a_warning_about_the_file_is_shown() {
    let project = acme(BLOCK);
    let run = project.run(&["attest", "acme", "live", "--on", "2026-11-09"]);
    assert_eq!(run.code, 0, "{run}");
    assert_snapshot!(run.stderr, @"
    warning[live-while-undecided]: the retailer is live, and its access to OmniReturns is not decided (E5)
     --> retailers/acme.yaml:8:3
      |
    8 |   live: 2026-11-09
      |   ^^^^
      |
      = hint: add `omnireturns_access: required` or `omnireturns_access: not_required`

    warning[live-without-uploads-checked]: the retailer is live, and nobody has stated that returns arrive in OmniRPS (E8)
     --> retailers/acme.yaml:8:3
      |
    8 |   live: 2026-11-09
      |   ^^^^
      |
      = hint: check the uploads, then add the milestone `uploads_checked`
    ");
    let project = acme(BLOCK);
    let run = project.run(&["attest", "acme", "live", "--on", "2026-11-09", "-q"]);
    assert_eq!((run.code, run.stderr.as_str()), (0, ""), "{run}");
}

#[test]
fn wrong_usage_is_64() {
    let project = acme(BLOCK);
    assert_snapshot!(refused(&project, &["acme", "key_supplied"]), @"
    exit 64
    --- stdout
    --- stderr
    error: `key_supplied` is not a milestone
    hint: did you mean `keys_supplied`?
    ");
    assert_snapshot!(refused(&project, &["acne", "keys_supplied"]), @"
    exit 64
    --- stdout
    --- stderr
    error: no file declares a retailer called `acne`
    hint: did you mean `acme`?
    ");
    assert_snapshot!(refused(&project, &["acme", "keys_supplied", "--on", "15.9.2026"]), @"
    exit 64
    --- stdout
    --- stderr
    error: invalid value '15.9.2026' for '--on <YYYY-MM-DD>': write the day as YYYY-MM-DD, as in `2026-10-12`

    For more information, try '--help'.
    ");
    for day in ["2026-02-30", "2026-9-15", "20260915", "yesterday", ""] {
        let run = refused(&project, &["acme", "keys_supplied", "--on", day]);
        assert_eq!(run.code, 64, "{run}");
    }
}

#[test]
fn errors_of_other_files_are_ignored() {
    let project = acme(BLOCK)
        .file("retailers/broken.yaml", "retailer: [\n")
        .file("retailers/odd.yaml", "retailer: Odd\njourney: no\n");
    let run = project.run(&["attest", "acme", "keys_supplied", "--on", "2026-09-15"]);
    assert_eq!((run.code, run.stderr.as_str()), (0, ""), "{run}");
    assert_snapshot!(project.run(&["attest", "Odd", "keys_supplied"]), @"
    exit 3
    --- stdout
    --- stderr
    error[unknown-value]: `journey` cannot be `no`
     --> retailers/odd.yaml:2:10
      |
    2 | journey: no
      |          ^^
      |
      = hint: write `new` or `existing`
    ");
    assert_eq!(project.run(&["attest", "broken", "keys_supplied"]).code, 3);

    let project = project.file("retailers/twin.yaml", "retailer: Acme\njourney: new\n");
    assert_snapshot!(refused(&project, &["acme", "test_label"]), @"
    exit 3
    --- stdout
    --- stderr
    error[duplicate-retailer]: two files declare the retailer `Acme`
     --> retailers/twin.yaml:1:11
      |
    1 | retailer: Acme
      |           ^^^^
      |
     --> retailers/acme.yaml:2:11
      |
    2 | retailer: Acme   # as in OmniRPS
      |           ---- declared here first
      |
      = hint: keep one of the two files, or correct the name in one of them
    ");
}

#[test]
fn an_unsupported_layout_is_reported() {
    let text = "\
retailer: Acme
journey: existing
milestones:
  test_label:
    on: 2026-10-05
    connote: TK1 # as on the parcel
";
    let project = acme(text);
    let other = ["acme", "test_label", "--on=2026-10-06", "--by=a: b", "--replace"];
    assert_snapshot!(refused(&project, &other), @r#"
    exit 1
    --- stdout
    --- stderr
    error: retailers/acme.yaml was not changed: `test_label` cannot be changed without touching other lines of the file
    hint: write it by hand, below `milestones:`, as `test_label: {on: 2026-10-06, by: "a: b"}`
    "#);
}

#[cfg(unix)]
#[test]
fn a_link_stays_one() {
    let project = acme(BLOCK);
    std::fs::rename(project.path(ACME), project.path("acme.yaml")).unwrap();
    std::os::unix::fs::symlink("../acme.yaml", project.path(ACME)).unwrap();
    let run = project.run(&["attest", "acme", "keys_supplied", "--on", "2026-09-15"]);
    assert_eq!(run.code, 0, "{run}");
    assert!(project.path(ACME).is_symlink());
    assert!(read(&project).contains("keys_supplied"), "{run}");
}
