//! The formats that forges read, and the files that they go to.

use crate::support::{Project, Run};
use serde_json::Value;

const BROKEN: &str = "retailer: Birch\njourny: new\nmilestones:\n  live: 2026-13-01\n";

fn json(run: &Run) -> Value {
    serde_json::from_str(&run.stdout).unwrap_or_else(|error| panic!("{error}: {run}"))
}

fn count(text: &str, part: &str) -> usize {
    text.matches(part).count()
}

#[test]
fn problems_as_json() {
    let project = Project::empty().file("retailers/birch.yaml", BROKEN);
    let run = project.run(&["validate", "--format", "json"]);
    let found = json(&run);
    assert_eq!(run.code, 3);
    assert_eq!((&found["format_version"], &found["files"]), (&"1.0".into(), &1.into()));
    let problems = found["problems"].as_array().unwrap();
    let codes: Vec<&str> = problems.iter().map(|it| it["code"].as_str().unwrap()).collect();
    assert_eq!(codes, ["unknown-key", "bad-date"]);
    let last = &problems[1];
    assert_eq!(last["severity"], "error");
    assert_eq!(last["file"], "retailers/birch.yaml");
    assert_eq!((&last["line"], &last["column"]), (&4.into(), &9.into()));
    assert!(last["message"].is_string() && last["hint"].is_string());
}

#[test]
fn fingerprints_of_problems_survive_moved_lines_and_another_checkout() {
    let fingerprints = |project: &Project, arguments: &[&str]| -> Vec<String> {
        let run = project.run(&[arguments, &["validate", "--format", "codequality"]].concat());
        assert_eq!(run.code, 3, "{run}");
        let issues = json(&run);
        let issues = issues.as_array().unwrap();
        for issue in issues {
            assert_eq!(issue["severity"], "major");
            assert!(issue["description"].is_string() && issue["check_name"].is_string());
            assert!(issue["location"]["lines"]["begin"].as_u64().unwrap() > 0);
        }
        issues.iter().map(|issue| issue["fingerprint"].as_str().unwrap().to_owned()).collect()
    };
    let twice = "retailer: Cedar\njourney: new\nids: {omnirps: [1], omnireturns: [1]}\n";
    let project =
        Project::empty().file("retailers/birch.yaml", BROKEN).file("retailers/cedar.yaml", twice);
    let before = fingerprints(&project, &[]);
    let unique: std::collections::BTreeSet<&String> = before.iter().collect();
    assert_eq!((before.len(), unique.len()), (4, 4), "{before:?}");
    let elsewhere = Project::empty();
    let folder = project.path("retailers").to_string_lossy().into_owned();
    assert_eq!(fingerprints(&elsewhere, &["--retailers", &folder]), before);
    let project = project.file("retailers/birch.yaml", &format!("# a\n\n# b\n{BROKEN}"));
    assert_eq!(fingerprints(&project, &[]), before);
    let project = project.file("retailers/birch.yaml", &BROKEN.replace("journy", "journney"));
    assert_ne!(fingerprints(&project, &[]), before);
}

#[test]
fn junit_has_a_case_for_each_file() {
    let project = Project::empty()
        .file("retailers/birch.yaml", BROKEN)
        .file("retailers/cedar.yaml", "retailer: <Cedar> & \"Sons\"\njourney: new\n");
    let run = project.run(&["validate", "--format", "junit"]);
    assert_eq!(run.code, 3);
    let xml = &run.stdout;
    assert!(xml.starts_with("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<testsuites "), "{run}");
    assert!(xml.contains("tests=\"2\" failures=\"1\" errors=\"0\""), "{run}");
    assert!(xml.contains("<testcase name=\"retailers/cedar.yaml\" classname=\"validate\"/>"));
    assert!(xml.contains("<failure message=\"2 errors\">retailers/birch.yaml:2:1: "), "{run}");
    assert!(xml.ends_with("  </testsuite>\n</testsuites>\n"), "{run}");
}

#[test]
fn junit_has_a_case_for_each_retailer() {
    let project = Project::example();
    let plan = json(&project.run(&["plan", "--json"]));
    let blocked = plan["retailers"].as_array().unwrap().iter();
    let blocked = blocked.filter(|it| !it["blocked"].as_array().unwrap().is_empty()).count();
    let run = project.run(&["plan", "--format", "junit"]);
    assert_eq!(run.code, 0, "{run}");
    assert_eq!(count(&run.stdout, "<testcase "), 12, "{run}");
    assert!(blocked > 0 && count(&run.stdout, "<failure ") == blocked, "{run}");
    let one = project.run(&["plan", "--format", "junit", "--only", "aurora-outdoor"]);
    assert_eq!(count(&one.stdout, "<testcase "), 1, "{one}");
    let drift = project.run(&["drift", "--format", "junit"]);
    assert_eq!(drift.code, 2, "{drift}");
    assert_eq!(count(&drift.stdout, "<testcase "), 12, "{drift}");
    assert!(drift.stdout.contains("<failure message=\"live is not as declared\">"), "{drift}");
}

#[test]
fn drift_is_counted_and_annotated() {
    let project = Project::example();
    let drift = json(&project.run(&["drift", "--json"]));
    let drifted = drift["drift"]["drifted"].as_u64().unwrap();
    assert!(drifted > 0 && drift["drift"]["pending"] == 0 && drift["summary"].is_object());
    let run = project.run(&["drift", "--format", "github"]);
    assert_eq!(run.code, 2, "{run}");
    assert!(run.stdout.contains("%3A drift in OmniReturns::omnireturns.company: "), "{run}");
    let last = run.stdout.lines().last().unwrap();
    assert!(last.starts_with(&format!("Drift in sandbox: {drifted} drifted in ")), "{run}");
}

#[test]
fn commonmark_has_no_html_and_a_limit() {
    let mut project = Project::empty();
    let run = Project::example().run(&["plan", "--format", "commonmark"]);
    assert!(run.code == 0 && !run.stdout.contains("left out"), "{run}");
    for at in 0..300 {
        let text = format!(
            "retailer: 'A{at} <b>```` [x](y) @noa ```` ##[a]##[b]##[c]'\njourney: new\n\
             milestones: {{documents_completed: 2026-10-01}}\n"
        );
        project = project.file(&format!("retailers/a{at}.yaml"), &text);
    }
    let run = project.run(&["plan", "--format", "commonmark"]);
    assert_eq!(run.code, 0, "{run}");
    let characters = run.stdout.chars().count();
    assert!(characters <= 32_000 && characters > 30_000, "{characters}");
    // Each retailer is a block in fences.
    let shown = run.stdout.lines().filter(|line| *line == "`````").count() / 2;
    let left_out = format!("**{} of 300 retailers are left out**", 300 - shown);
    assert!(shown > 0 && run.stdout.contains(&left_out), "{left_out}: {run}");
    // All that files say is inside fences, and these are longer than any in a name.
    let mut is_code = false;
    for line in run.stdout.lines() {
        if line == "`````" || line == "```" {
            is_code = !is_code;
        } else {
            assert!(is_code || !line.contains(['<', '&', '@']), "{line}");
        }
    }
    assert!(!is_code);
}

#[test]
fn one_run_writes_several_formats() {
    let project = Project::example();
    for (command, format, report) in
        [("plan", "text", "junit"), ("plan", "json", "markdown"), ("drift", "text", "github")]
    {
        let run = project.run(&[command, "--format", format, "--report", &format!("{report}=r")]);
        let alone = project.run(&[command, "--format", report]);
        assert_eq!(std::fs::read_to_string(project.path("r")).unwrap(), alone.stdout);
        assert_eq!(run.stdout, project.run(&[command, "--format", format]).stdout);
        assert_eq!(run.code, alone.code);
    }
    let run = project.run(&["validate", "--report", "json=a", "--report", "junit=b"]);
    assert_eq!(run.stdout, "13 files checked: 0 errors, 0 warnings\n");
    let written = ["a", "b"].map(|name| std::fs::read_to_string(project.path(name)).unwrap());
    assert!(written[0].starts_with('{') && written[1].starts_with("<?xml"), "{written:?}");
    let run = project.run(&["apply", "--yes", "--report", "json=a"]);
    let report: Value = serde_json::from_slice(&std::fs::read(project.path("a")).unwrap()).unwrap();
    assert!(report["summary"]["applied"].as_u64().unwrap() > 0, "{run}");
}

#[test]
fn a_report_names_a_format_and_a_file() {
    let project = Project::example();
    for wrong in ["json", "json=", "json=-", "nothing=a", "=a"] {
        let run = project.run(&["plan", "--report", wrong]);
        assert_eq!((run.code, run.stdout.as_str()), (64, ""), "{wrong}: {run}");
    }
    let run = project.run(&["plan", "--report", "json=retailers/aurora-outdoor.yaml"]);
    assert_eq!(run.code, 64, "{run}");
    let run = project.run(&["plan", "--report", "json=missing/a"]);
    assert_eq!(run.code, 1, "{run}");
}

#[test]
fn a_saved_plan_is_shown_again_without_a_system() {
    let project = Project::example();
    project.run(&["plan", "--out", "plan.json"]);
    let asked = project.methods().len();
    for format in ["text", "diff", "json", "markdown", "commonmark"] {
        let made = project.run(&["plan", "--format", format]).stdout;
        let before = project.methods().len();
        let run = project.run(&["plan", "--show", "plan.json", "--format", format]);
        assert!(run.code == 0 && run.stdout == made, "{run}");
        assert_eq!(project.methods().len(), before);
    }
    assert!(project.methods().len() > asked);
    let run = project.run(&["plan", "--show", "plan.json", "--detailed-exitcode"]);
    assert_eq!(run.code, 2, "{run}");
    let text = std::fs::read_to_string(project.path("plan.json")).unwrap();
    let project = project
        .file("plan.json", &text.replacen("\"after\": \"disabled\"", "\"after\": \"enabled\"", 1));
    assert_eq!(project.run(&["plan", "--show", "plan.json"]).code, 1);
    assert_eq!(project.run(&["plan", "--show", "plan.json", "--base", "HEAD"]).code, 64);
}

#[test]
fn the_markdown_of_a_status_is_bounded() {
    let mut project = Project::empty();
    for at in 0..900 {
        let text = format!("retailer: 'A retailer with a long name, number {at}'\njourney: new\n");
        project = project.file(&format!("retailers/a{at}.yaml"), &text);
    }
    let run = project.run(&["status", "--offline", "--format", "markdown"]);
    assert_eq!(run.code, 0, "{run}");
    assert!((50_000..60_000).contains(&run.stdout.len()), "{}", run.stdout.len());
    let shown = count(&run.stdout, "\n| A retailer");
    let left_out = format!("**{} of 900 retailers are left out**", 900 - shown);
    assert!(shown > 0 && run.stdout.contains(&left_out), "{shown}: {run}");
}
