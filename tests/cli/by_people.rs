//! An environment in which people read and change every system, so that they alone see whether a
//! setting is right.

use crate::support::Project;
use insta::assert_snapshot;

const ELBA: &str = "retailers/elba.yaml";
const FINA: &str = "retailers/fina.yaml";

/// Returns a project whose default environment only people read and change.
fn project() -> Project {
    let systems = reconcile::System::ALL
        .map(|system| format!("    {}: {{read: none, write: manual}}\n", system.key()));
    let file = format!(
        "default_environment: production\nenvironments:\n  production:\n{}",
        systems.concat()
    );
    Project::empty().file("reconcile.yaml", &file)
}

/// Returns a retailer whose uploads were checked before the decision about its access.
fn checked_too_early() -> Project {
    project().file(
        ELBA,
        "retailer: Elba\njourney: existing\naccount_manager: Dana Reyes\nmilestones:\n  \
         keys_requested: 2026-10-01\n  keys_supplied: 2026-10-02\n  test_label: {on: 2026-10-03, \
         connote: TK100200111NZ}\n  test_return: {on: 2026-10-03, connote: TK100200111NZ}\n  \
         switched_to_loop: {on: 2026-10-10, by: loop}\n  uploads_checked: 2026-10-15\n",
    )
}

#[test]
fn a_go_live_is_not_asked_for_before_the_manual_steps_are_done() {
    let project = checked_too_early();
    let undecided = project.run(&["status", "elba"]);
    assert!(!undecided.stdout.contains("attest elba live"), "{undecided}");
    let decide = ["decide", "elba", "required", "--by", "Dana Reyes", "--on", "2026-10-20"];
    let decided = project.run(&decide);
    assert_eq!(decided.code, 0, "{decided}");
    assert!(!decided.stdout.contains("attest elba live"), "{decided}");
    for offline in [&[][..], &["--offline"]] {
        let status = project.run(&[&["status", "elba"], offline].concat());
        assert!(!status.stdout.contains("attest elba live"), "{status}");
    }

    // Stated all the same, it does not mark as checked what nobody was asked to check.
    let live = project.run(&["attest", "elba", "live", "--on", "2026-10-21"]);
    assert_eq!(live.code, 0, "{live}");
    let status = project.run(&["status", "elba"]).stdout;
    for step in ["E7.1", "E7.2"] {
        assert!(status.contains(&format!("▶ {step}")), "{status}");
    }
    let next: Vec<&str> = status.lines().filter(|line| line.contains("make sure that")).collect();
    assert_snapshot!(next.join("\n"), @r#"
          in OmniRPS, Admin > Customer Tracking Alerts > Settings, make sure that `omnirps.track_and_trace_emails` of "Elba" is disabled; once all manual steps of the retailer are done, state `uploads_checked` in retailers/elba.yaml again, as of a day since the decision
          in OmniReturns admin, Retailers, General info (/admin/retailer/retailer_view), make sure that `omnireturns.name` of "Elba" is Elba - Loop; once all manual steps of the retailer are done, state `uploads_checked` in retailers/elba.yaml again, as of a day since the decision
    "#);

    let again = ["attest", "elba", "uploads_checked", "--on", "2026-10-20", "--replace"];
    let again = project.run(&again);
    assert_snapshot!(again.stderr, @"warning: `uploads_checked` marks `omnirps.track_and_trace_emails` and `omnireturns.name` of Elba as checked, which only people can see; if one of them is not right yet, take it back with `reconcile attest elba uploads_checked --undo`");
    let status = project.run(&["status", "elba"]).stdout;
    assert!(status.contains("Next: nothing, the retailer is live"), "{status}");
}

#[test]
fn a_milestone_that_closes_settings_names_them() {
    let project = project().file(
        FINA,
        "retailer: Fina\njourney: new\naccount_manager: Dana Reyes\nids: {omniparcel: 7}\n\
         milestones: {introduced: 2026-10-01, onboarding_form_sent: 2026-10-01, \
         documents_completed: 2026-10-02}\n",
    );
    let plan = project.run(&["plan", "fina"]).stdout;
    let first = plan.lines().find(|line| line.contains("make sure that")).unwrap();
    assert_snapshot!(first.trim(), @r#"SEKO onboarding: in OmniRPS, Admin > Manage > Retailer, make sure that "Fina" exists; then pin its id as `ids.omnirps`, or, once all manual steps of the retailer are done, state `keys_supplied` in retailers/fina.yaml"#);
    let done = project.run(&["attest", "fina", "keys_supplied", "--on", "2026-10-03"]);
    assert_eq!(done.code, 0, "{done}");
    assert_snapshot!(done.stderr, @"warning: `keys_supplied` marks `omnirps.retailer`, `omnirps.tracking_webhook.url`, `omnirps.tracking_webhook.enabled`, `omnireturns.retailer`, `omnireturns.company`, `omnireturns.portal`, `omnireturns.omnirps_retailer_id`, `omnireturns.emails` and `omnireturns.hubs` of Fina as checked, which only people can see; if one of them is not right yet, take it back with `reconcile attest fina keys_supplied --undo`");
    let undone = project.run(&["attest", "fina", "keys_supplied", "--undo"]);
    assert_eq!((undone.code, undone.stderr.as_str()), (0, ""), "{undone}");

    // Without the milestone before it, a go-live closes them.
    let project = checked_too_early();
    let undo = project.run(&["attest", "elba", "uploads_checked", "--undo"]);
    assert_eq!(undo.code, 0, "{undo}");
    let decide = ["decide", "elba", "not_required", "--by", "Dana", "--on", "2026-10-12"];
    assert_eq!(project.run(&decide).code, 0);
    let live = project.run(&["attest", "elba", "live", "--on", "2026-10-21"]);
    assert_eq!(live.code, 0, "{live}");
    assert_snapshot!(live.stderr.lines().last().unwrap(), @"warning: `live` marks `omnirps.tracking_webhook.url`, `omnirps.tracking_webhook.enabled`, `omnirps.shopify_integration`, `omnirps.track_and_trace_emails`, `omnireturns.company` and `omnireturns.portal` of Elba as checked, which only people can see; if one of them is not right yet, take it back with `reconcile attest elba live --undo`");
}

#[test]
fn keys_that_cannot_be_read_are_handed_over_by_hand() {
    let cora = "retailers/cora.yaml";
    let project =
        project().file(cora, "retailer: Cora\njourney: existing\naccount_manager: Dana Reyes\n");
    let asked = project.run(&["attest", "cora", "keys_requested", "--on", "2026-10-01"]);
    let status = project.run(&["status", "cora"]);
    for shown in [&asked.stdout, &status.stdout] {
        assert!(!shown.contains("reconcile handoff"), "{shown}");
        assert!(shown.contains("$ reconcile attest cora keys_supplied"), "{shown}");
    }
    let supplied = project.run(&["attest", "cora", "keys_supplied", "--on", "2026-10-02"]);
    assert!(!supplied.stdout.contains("reconcile verify"), "{supplied}");
    assert!(supplied.stdout.contains("$ reconcile attest cora test_label"), "{supplied}");
    assert_eq!(project.run(&["attest", "cora", "keys_supplied", "--undo"]).code, 0);
    let handoff = project.run(&["handoff", "cora"]);
    assert_eq!(handoff.code, 1, "{handoff}");
    assert_snapshot!(handoff.stderr, @"
    error: the keys of Cora cannot be fetched from OmniRPS here
    hint: hand them over by hand, and state it with `reconcile attest cora keys_supplied`; or add the system's `url` and `key`, with `read: http`, in the project file, and the `key` call in its contract
    ");
    let message = project.run(&["message", "cora"]);
    assert_eq!(message.code, 0, "{message}");
    assert_snapshot!(message.stderr.lines().next().unwrap(), @"warning: no handoff of the keys of Cora is recorded; no file can be made, because keys cannot be fetched from OmniRPS: hand them over by hand, and change what the text says of an encrypted file");
}

#[test]
fn what_no_apply_changes_is_done_by_hand() {
    let decided = checked_too_early();
    let decide = ["decide", "elba", "required", "--by", "Dana Reyes", "--on", "2026-10-20"];
    let decided = decided.run(&decide).stdout;
    assert_snapshot!(decided.split_once("next: ").unwrap().1, @"
    SEKO onboarding: do by hand what the plan shows
          $ reconcile plan --only elba
    ");
}
