//! `reconcile status` for one person, role or stage, and what is overdue.

use crate::support::Project;

#[test]
fn mine_and_overdue() {
    let config = "people: {onboarding: Noa Berg}\ndue_days: {keys_supplied: 3, live: 5}\n";
    let project = Project::empty()
        .file("reconcile.yaml", config)
        .file(
            "retailers/acme.yaml",
            "retailer: Acme\njourney: existing\nmilestones: {keys_requested: 2026-09-01}\n",
        )
        .file("retailers/birch.yaml", "retailer: Birch\njourney: new\naccount_manager: Kim\n")
        .file(
            "retailers/cedar.yaml",
            "retailer: Cedar\njourney: existing\nmilestones: {keys_requested: 2026-08-01}\n",
        );
    let names = |options: &[&str]| -> Vec<String> {
        let run = project.run(&[&["status", "--offline", "--format=json"], options].concat());
        assert_eq!(run.code, 0, "{run}");
        let status: serde_json::Value = serde_json::from_str(&run.stdout).unwrap();
        let retailers = status["retailers"].as_array().unwrap();
        assert_eq!(status["summary"]["retailers"], retailers.len());
        let name = |retailer: &serde_json::Value| retailer["retailer"].as_str().unwrap().into();
        retailers.iter().map(name).collect()
    };
    assert_eq!(names(&["--mine", "noa berg"]), ["Acme", "Cedar"]);
    assert_eq!(names(&["--mine", "Kim"]), ["Birch"]);
    assert_eq!(names(&["--waits-for", "onboarding"]), ["Acme", "Cedar"]);
    for word in ["partner", "loop", "Loop", "PARTNER"] {
        assert_eq!(names(&["--waits-for", word]), ["Birch"], "{word}");
    }
    for word in ["SEKO onboarding", "Onboarding", "seko_onboarding"] {
        assert_eq!(names(&["--waits-for", word]), ["Acme", "Cedar"], "{word}");
    }
    assert_eq!(names(&["--waits-for", "hub"]), [""; 0]);
    assert_eq!(names(&["--stage", "keys", "--sort", "age"]), ["Cedar", "Acme"]);
    for stage in ["E2", "e2", "Keys", "E2 keys"] {
        assert_eq!(names(&["--stage", stage, "--sort", "name"]), ["Acme", "Cedar"], "{stage}");
    }
    for (option, word, known) in [
        ("--mine", "Nobody", "Kim"),
        ("--waits-for", "boss", "account_manager"),
        ("--stage", "N99", "switch-over"),
        ("--stage", "E2 test", "switch-over"),
        ("--sort", "size", "age"),
    ] {
        let run = project.run(&["status", "--offline", option, word]);
        assert_eq!(run.code, 64, "{run}");
        assert!(run.stderr.contains(known), "{run}");
    }
    let status = |format| project.run(&["status", "--offline", "--format", format]).stdout;
    let json: serde_json::Value = serde_json::from_str(&status("json")).unwrap();
    assert_eq!(json["summary"]["overdue"], 2, "{json:#}");
    let acme = json["retailers"].as_array().unwrap().iter().find(|of| of["slug"] == "acme");
    let acme = acme.unwrap();
    let waiting = &acme["waiting_for"][0];
    assert_eq!(waiting["people"][0], "Noa Berg");
    assert_eq!(acme["overdue_days"].as_i64(), waiting["days"].as_i64().map(|days| days - 3));
    for format in ["text", "markdown", "html"] {
        assert!(status(format).contains("overdue"), "{format}");
    }
    for format in ["markdown", "html"] {
        assert!(status(format).contains("Noa Berg"), "{format}");
    }
    assert!(status("text").contains("SEKO onboarding Noa Berg: 2"), "{}", status("text"));
}
