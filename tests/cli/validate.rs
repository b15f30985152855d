//! `reconcile validate`.

use crate::support::Project;
use insta::assert_snapshot;
use serde_json::Value;

#[test]
fn the_example_fleet_is_valid() {
    let project = Project::example();
    assert_snapshot!(project.run(&["validate"]), @"
    exit 0
    --- stdout
    13 files checked: 0 errors, 0 warnings
    --- stderr
    ");
    assert!(!project.path(".reconcile").exists(), "validate starts nothing");
}

#[test]
fn wrong_usage_comes_before_any_output() {
    let report = ["--report", "json=out.json"];
    for project in [
        Project::example(),
        Project::example().file("retailers/broken.yaml", "retailer: Broken Bay\n"),
    ] {
        for wrong in [&["nope"][..], &["--only", "nope"], &["-e", "nope"]] {
            let run = project.run(&[&["validate"], wrong, &report].concat());
            assert_eq!((run.code, run.stdout.as_str()), (64, ""), "{wrong:?}: {run}");
            assert!(run.stderr.starts_with("error: ") && !run.stderr.contains("checked"), "{run}");
            assert!(!project.path("out.json").exists(), "{wrong:?}");
        }
    }
}

#[test]
fn every_problem_of_every_file_is_reported_in_one_run() {
    let project = Project::empty()
        .file(
            "retailers/acme-apparel.yaml",
            "retailer: Acme Apparel\njourny: existing\nmilestones:\n  live: 2026-13-01\n  switched_to_lop: 2026-10-01\n",
        )
        .file(
            "retailers/birch.yaml",
            "retailer: Birch\njourney: new\nomnireturns_access: required\nmilestones:\n  live: 2026-10-01\n",
        )
        .file("retailers/broken.yaml", "retailer: [Broken\n");
    let run = project.run(&["validate"]);
    assert_snapshot!(run, @"
    exit 3
    --- stdout
    3 files checked: 6 errors, 0 warnings
    --- stderr
    error[unknown-key]: unknown key `journy`
     --> retailers/acme-apparel.yaml:2:1
      |
    2 | journy: existing
      | ^^^^^^
      |
      = hint: did you mean `journey`?

    error[bad-date]: `milestones.live` is `2026-13-01`, which is not a date
     --> retailers/acme-apparel.yaml:4:9
      |
    4 |   live: 2026-13-01
      |         ^^^^^^^^^^
      |
      = hint: there is no such day; correct the month or the day

    error[unknown-key]: `milestones.switched_to_lop` is not a milestone
     --> retailers/acme-apparel.yaml:5:3
      |
    5 |   switched_to_lop: 2026-10-01
      |   ^^^^^^^^^^^^^^^
      |
      = hint: did you mean `switched_to_loop`?

    error[access-on-new]: `omnireturns_access` is decided for existing retailers only (step E5)
     --> retailers/birch.yaml:3:1
      |
    2 | journey: new
      |          --- the journey
    3 | omnireturns_access: required
      | ^^^^^^^^^^^^^^^^^^
      |
      = hint: remove the line, or write `journey: existing`

    error[missing-milestone]: `live` (step N10) needs `confirmed_by_seko` (step N9) and `confirmed_by_loop` (step N9)
     --> retailers/birch.yaml:5:3
      |
    5 |   live: 2026-10-01
      |   ^^^^
      |
      = hint: state what it needs, with the dates, or take `live` out

    error[yaml-syntax]: a bracket is not closed, or a comma is missing
     --> retailers/broken.yaml:1:18
      |
    1 | retailer: [Broken
      |                  ^
      |
      = hint: close the bracket, perhaps further up, or put a value that contains brackets or commas in quotes
    ");
    assert_eq!(project.run(&["plan"]).stderr, run.stderr, "other commands say the same");
    assert_eq!(project.run(&["apply", "--yes"]).code, 3);
    assert!(!project.path(".reconcile").exists(), "nothing was read from any system");
}

#[test]
fn hostile_files_end_in_a_diagnostic() {
    let bomb = (1..10).fold("a0: &a0 [x,x,x,x,x,x,x,x,x]\n".to_owned(), |text, level| {
        let below = level - 1;
        let aliases = vec![format!("*a{below}"); 9].join(",");
        format!("{text}a{level}: &a{level} [{aliases}]\n")
    });
    let project = Project::empty()
        .file("retailers/bomb.yaml", &bomb)
        .file("retailers/deep.yaml", &"[".repeat(20_000))
        .file(
            "retailers/deep-block.yaml",
            &(0..5000).map(|n| format!("{}a:\n", " ".repeat(n))).collect::<String>(),
        )
        .file("retailers/huge.yaml", &"x".repeat(5_000_000))
        .file("retailers/nul.yaml", "retailer: a\0b\n")
        .file("retailers/empty.yaml", "");
    std::fs::write(project.path("retailers/binary.yaml"), [0xff, 0xfe, 0x00, 0x80]).unwrap();
    let run = project.run(&["validate"]);
    assert_eq!(run.code, 3);
    for file in ["binary", "bomb", "deep", "deep-block", "empty", "huge", "nul"] {
        let place = format!("retailers/{file}.yaml:");
        assert!(run.stderr.contains(&place), "nothing was said of {file}");
    }
    assert!(run.stderr.len() < 20_000, "{} bytes", run.stderr.len());
}

/// Returns a project with an error in one file and a warning in another.
fn with_problems() -> Project {
    Project::empty()
        .file("retailers/acme.yaml", "retailer: Acme\njourny: existing\njourney: new\n")
        .file(
            "retailers/birch.yaml",
            "retailer: Birch\njourney: existing\nmilestones: {switched_to_loop: 2026-10-01, live: 2026-10-02}\n",
        )
}

#[test]
fn problems_annotate_their_lines_on_github() {
    assert_snapshot!(with_problems().run(&["validate", "--format", "github"]), @"
    exit 3
    --- stdout
    ::error file=retailers/acme.yaml,line=2,col=1,title=unknown-key::unknown key `journy`%0Ahint: did you mean `journey`?
    ::warning file=retailers/birch.yaml,line=3,col=44,title=live-while-undecided::the retailer is live, and its access to OmniReturns is not decided (E5)%0Ahint: add `omnireturns_access: required` or `omnireturns_access: not_required`
    ::warning file=retailers/birch.yaml,line=3,col=44,title=live-without-uploads-checked::the retailer is live, and nobody has stated that returns arrive in OmniRPS (E8)%0Ahint: check the uploads, then add the milestone `uploads_checked`
    2 files checked: 1 error, 2 warnings
    --- stderr
    error: not valid: retailers/acme.yaml
    hint: correct what the output lists
    ");
    assert_snapshot!(Project::example().run(&["validate", "--format", "github"]), @"
    exit 0
    --- stdout
    13 files checked: 0 errors, 0 warnings
    --- stderr
    ");
}

#[test]
fn problems_are_a_log_for_code_scanning() {
    let run = with_problems().run(&["validate", "--format", "sarif"]);
    assert_eq!(run.code, 3);
    let log: serde_json::Value = serde_json::from_str(&run.stdout).unwrap();
    let results = log["runs"][0]["results"].as_array().unwrap();
    let found: Vec<String> = results
        .iter()
        .map(|result| {
            let place = &result["locations"][0]["physicalLocation"];
            let region = &place["region"];
            format!(
                "{} {} {}:{}-{}",
                result["ruleId"],
                place["artifactLocation"]["uri"],
                region["startLine"],
                region["startColumn"],
                region["endColumn"]
            )
        })
        .collect();
    assert_snapshot!(found.join("\n"), @r#"
    "unknown-key" "retailers/acme.yaml" 2:1-7
    "live-while-undecided" "retailers/birch.yaml" 3:44-48
    "live-without-uploads-checked" "retailers/birch.yaml" 3:44-48
    "#);
    let run = Project::example().run(&["validate", "--format", "sarif"]);
    assert_eq!(run.code, 0);
    let log: serde_json::Value = serde_json::from_str(&run.stdout).unwrap();
    assert_eq!(log["runs"][0]["results"], serde_json::json!([]));
}

#[test]
fn a_related_place_may_be_further_down_in_another_file() {
    let comment = "# a comment that makes this file longer than the other one\n".repeat(5);
    let project = Project::empty()
        .file(
            "retailers/granite-gear.yaml",
            &format!("{comment}retailer: Granite Gear\njourney: new\n"),
        )
        .file("retailers/granite.yaml", "retailer: Granite  Gear\njourney: new\n");
    assert_snapshot!(project.run(&["validate"]), @"
    exit 3
    --- stdout
    2 files checked: 1 error, 0 warnings
    --- stderr
    error[names-look-alike]: `Granite  Gear` and `Granite Gear` look alike (character 9 is a space instead of `G`), so a record could be matched to the wrong one
     --> retailers/granite.yaml:1:11
      |
    1 | retailer: Granite  Gear
      |           ^^^^^^^^^^^^^
      |
     --> retailers/granite-gear.yaml:6:11
      |
    6 | retailer: Granite Gear
      |           ------------ the other name
      |
      = hint: correct the name that is wrong; if both are right, pin `ids.omnirps` in both files
    ");
    let accents = "# é\n".repeat(3);
    let project = Project::empty()
        .file("retailers/a.yaml", &format!("{accents}retailer: Acme\njourney: new\n"))
        .file("retailers/b.yaml", "retailer: éééééééé\nretailer: Acme\njourney: new\n");
    assert_eq!(project.run(&["validate"]).code, 3, "a place inside another file's character");
}

#[test]
fn a_quiet_run_prints_errors_and_no_warnings() {
    let live = "retailer: Acme\njourney: existing\nomnireturns_access: required\nmilestones: {switched_to_loop: 2026-10-01, live: 2026-10-02}\n";
    let project = Project::empty().file("retailers/acme.yaml", live);
    for command in ["validate", "plan"] {
        let run = project.run(&[command]);
        assert!(run.stderr.starts_with("warning[live-without-uploads-checked]"), "{run}");
        let run = project.run(&[command, "--quiet"]);
        assert_eq!((run.code, run.stderr.as_str()), (0, ""), "{run}");
    }
    let project = project.file("retailers/odd.yaml", "retailer: Odd\njourney: no\n");
    for command in ["validate", "plan"] {
        let run = project.run(&[command, "--quiet"]);
        assert_eq!(run.code, 3, "{run}");
        assert!(run.stderr.starts_with("error[unknown-value]"), "{run}");
        assert!(!run.stderr.contains("warning["), "{run}");
    }
}

#[cfg(unix)]
#[test]
fn a_file_that_cannot_be_read_is_one_problem_among_others() {
    let project = Project::empty()
        .file("retailers/acme.yaml", "retailer: Acme\njourney: existing\n")
        .file("retailers/bad.yaml", "retailer: Bad\njourney: no\n");
    std::os::unix::fs::symlink("nothing", project.path("retailers/gone.yaml")).unwrap();
    assert_snapshot!(project.run(&["validate"]), @"
    exit 3
    --- stdout
    3 files checked: 2 errors, 0 warnings
    --- stderr
    error[unknown-value]: `journey` cannot be `no`
     --> retailers/bad.yaml:2:10
      |
    2 | journey: no
      |          ^^
      |
      = hint: write `new` or `existing`

    error[unreadable-file]: the file cannot be read: it is a broken link
    --> retailers/gone.yaml:1:1
     = hint: correct the link, or remove it
    ");
    assert_eq!(project.run(&["plan"]).code, 3);
    let run = project.run(&["attest", "gone", "keys_requested"]);
    assert!(run.code == 3 && run.stderr.contains("error[unreadable-file]"), "{run}");
    let run = project.run(&["attest", "acme", "keys_requested"]);
    assert_eq!(run.code, 0, "{run}");
    // So is a project file.
    std::os::unix::fs::symlink("nothing", project.path("reconcile.yaml")).unwrap();
    let run = project.run(&["validate", "--format", "json"]);
    assert_eq!(run.code, 3, "{run}");
    let report: Value = serde_json::from_str(&run.stdout).unwrap();
    let problems: Vec<(&str, &str)> = report["problems"]
        .as_array()
        .unwrap()
        .iter()
        .map(|it| (it["file"].as_str().unwrap(), it["code"].as_str().unwrap()))
        .collect();
    let expected = [
        ("reconcile.yaml", "unreadable-file"),
        ("retailers/bad.yaml", "unknown-value"),
        ("retailers/gone.yaml", "unreadable-file"),
    ];
    assert_eq!(problems, expected);
}
