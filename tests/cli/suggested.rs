//! The commands that outputs suggest: they are about the same files and the same environment.

use crate::support::Project;
use insta::assert_snapshot;

const PROJECT: &str = "\
default_environment: test
environments: {test: {embedded: true}, other: {embedded: true}}
";

/// Returns the commands that a run suggests.
fn suggested(arguments: &[&str]) -> Vec<String> {
    let acme = "retailer: Acme\njourney: new\naccount_manager: Dana Reyes\nmilestones: {introduced: \
                2026-10-01, onboarding_form_sent: 2026-10-02}\n";
    let project = Project::bare().file("other files.yaml", PROJECT);
    std::fs::create_dir(project.path("fleet")).unwrap();
    let project = project.file("fleet/acme.yaml", acme);
    let run = project.run(arguments);
    assert_eq!(run.code, 0, "{run}");
    run.stdout.lines().filter_map(|line| Some(line.split_once("$ ")?.1.to_owned())).collect()
}

#[test]
fn they_name_the_same_files() {
    let files = ["--config", "other files.yaml", "--retailers", "fleet"];
    let attest = ["attest", "acme", "documents_completed", "--on", "2026-10-03"];
    assert_eq!(
        suggested(&[&files[..], &attest].concat()),
        [
            "reconcile plan --only acme --config 'other files.yaml' --retailers fleet",
            "reconcile apply --only acme --config 'other files.yaml' --retailers fleet",
        ]
    );
    assert_eq!(
        suggested(&[&files[..], &["status", "acme", "--offline"]].concat()),
        ["reconcile attest acme documents_completed --config 'other files.yaml' --retailers fleet"]
    );
}

#[test]
fn they_name_the_environment_if_they_use_it() {
    let options = ["--config", "other files.yaml", "--retailers", "fleet", "-e", "other"];
    let attest = ["attest", "acme", "documents_completed", "--on", "2026-10-03"];
    let named = "--only acme --config 'other files.yaml' --retailers fleet --environment other";
    assert_eq!(
        suggested(&[&options[..], &attest].concat()),
        [format!("reconcile plan {named}"), format!("reconcile apply {named}")]
    );
    let default = ["--config", "other files.yaml", "--retailers", "fleet", "-e", "test"];
    assert!(!suggested(&[&default[..], &attest].concat())[0].contains("--environment"));
}

#[test]
fn either_command_of_a_choice_is_enough_and_both_can_be_run() {
    let real = "default_environment: production
environments:
  production:
    omniparcel: {url: https://parcel.example, key: {env: PARCEL}}
    omnireturns: {url: https://returns.example, key: {env: RETURNS}}
    omnirps: {url: https://rps.example, key: {env: RPS}}
  staging: {omnirps: {url: https://staging.example, key: {env: RPS}}}
";
    let acme = "retailer: Acme\njourney: existing\nmilestones: {keys_requested: 2026-10-01}\n";
    let next = |config: &str, environment: &[&str]| {
        let project = Project::empty().file("reconcile.yaml", config);
        let project = project.file("retailers/acme.yaml", acme);
        let attest = ["attest", "acme", "keys_supplied", "--on", "2026-10-02"];
        let run = project.run(&[&attest, environment].concat());
        let step = run.stdout.split_once("next: Loop: ").unwrap_or_else(|| panic!("{run}")).1;
        let status = project.run(&[&["status", "acme", "--offline"], environment].concat()).stdout;
        let (_, commands) = step.split_once('\n').unwrap();
        assert!(status.contains(commands), "{status}");
        commands.to_owned()
    };
    let attest = "reconcile attest acme";
    for (config, environment, verify, can_state) in [
        ("", &[][..], "--record", true),
        (real, &[], "--record --in-production", true),
        // What it shows is not true of the environment that the file is about.
        (real, &["-e", "sandbox"], "--environment sandbox", false),
        (real, &["-e", "staging"], "--in-production --environment staging", false),
    ] {
        let verify = format!("      $ reconcile verify acme {verify}\n");
        let state = format!(
            "   or $ {attest} test_label --connote NO\n      $ {attest} test_return --connote NO\n"
        );
        let state = if can_state { state } else { String::new() };
        assert_eq!(next(config, environment), verify + &state);
    }
}

#[test]
fn a_test_that_is_stated_without_its_connote_is_asked_for_it() {
    let project = Project::example();
    let attest = ["attest", "kestrel-audio", "test_label", "test_return", "--on", "2026-11-20"];
    assert_eq!(project.run(&attest).code, 0);
    for proof in ["processed", "return"] {
        let run = project.run(&["verify", "kestrel-audio", proof]);
        assert_eq!(run.code, 1, "{run}");
        let connote = format!(
            "`reconcile attest kestrel-audio {} --on 2026-11-20 --connote NO --replace`",
            if proof == "processed" { "test_return" } else { "test_label" }
        );
        assert!(
            run.stdout.contains("without its connote") && run.stdout.contains(&connote),
            "{run}"
        );
        assert!(!run.stdout.contains("reconcile verify kestrel-audio label"), "{run}");
    }
    assert_snapshot!(project.run(&["verify", "kestrel-audio"]), @"
    exit 1
    --- stdout
    Kestrel Audio  retailers/kestrel-audio.yaml
    verified in sandbox
      ! processed (not proven): retailers/kestrel-audio.yaml states `test_return` without its connote
          hint: state which one it is: `reconcile attest kestrel-audio test_return --on 2026-11-20 --connote NO --replace`
          would prove that a hub finds the retailer's returns and can process them
          would not prove that the partner was notified and credits the customer
    --- stderr
    error: not proven for Kestrel Audio (processed)
    hint: the report shows why and what to do; run the command again afterwards
    ");
    // Its tests were never made here.
    let state = ["attest", "kestrel-audio", "test_return", "--on", "2026-11-20", "--replace"];
    let connote = ["--connote", "TK100200387AU"];
    assert_eq!(project.run(&[&state[..], &connote].concat()).code, 0);
    let run = project.run(&["verify", "kestrel-audio", "--timeout", "0s"]);
    assert!(run.stdout.contains("TK100200387AU"), "{run}");
}
