//! Systems that cannot be read, and settings that are only observed.

use crate::drift::Chat;
use crate::support::{Project, Run};
use insta::assert_snapshot;
use reconcile::sandbox;

/// Returns a sandbox that lasts as long as a test, and a project with it as environment `a`.
pub(crate) fn project(omniparcel: &str, omnirps: &str) -> (Project, tokio::runtime::Runtime) {
    let runtime = tokio::runtime::Runtime::new().unwrap();
    let started = runtime.block_on(sandbox::start(sandbox::Options::default())).unwrap();
    let mut file = "environments:\n  a:\n".to_owned();
    for system in reconcile::System::ALL {
        let more = match system.key() {
            "omniparcel" => omniparcel,
            "omnirps" => omnirps,
            _ => "",
        };
        let key = system.key();
        file.push_str(&format!(
            "    {key}: {{url: \"{}\", key: {{env: {}}}{more}}}\n",
            started.url(system),
            key.to_uppercase()
        ));
    }
    // It serves until the runtime ends.
    std::mem::forget(started);
    (Project::example().file("a.yaml", &file), runtime)
}

pub(crate) fn run(project: &Project, arguments: &[&str]) -> Run {
    run_with(project, arguments, &[])
}

/// Runs with wrong keys of some systems.
fn run_with(project: &Project, arguments: &[&str], wrong: &[(&str, &str)]) -> Run {
    let keys =
        reconcile::System::ALL.map(|system| (system.key().to_uppercase(), sandbox::key(system)));
    let mut keys: Vec<(&str, &str)> =
        keys.iter().map(|(name, key)| (name.as_str(), *key)).collect();
    keys.extend(wrong);
    let arguments = [arguments, &["--config", "a.yaml", "-e", "a"]].concat();
    project.run_with(&arguments, &keys)
}

#[test]
fn a_system_that_is_not_read_is_unknown_without_a_failure() {
    let (project, _runtime) = project(", read: none, write: manual", "");
    let plan = run(&project, &["plan", "--json"]);
    assert_eq!(plan.code, 0, "{plan}");
    let json: serde_json::Value = serde_json::from_str(&plan.stdout).unwrap();
    assert_eq!(json["unknown_systems"], serde_json::json!(["omniparcel"]));
    assert!(!plan.stdout.contains("system-unknown"), "{plan}");
    assert!(plan.stdout.contains("\"unseen\": true"), "{plan}");
    let apply = run(&project, &["apply", "--yes", "--only", "brightwater-swim"]);
    assert_eq!(apply.code, 0, "{apply}");
}

#[test]
fn observed_differences_are_drift_and_stay() {
    let observe = ", settings: {omnirps.shopify_integration: observe}";
    let (project, _runtime) = project("", observe);
    let apply = run(&project, &["apply", "--yes", "--only", "granite-gear"]);
    assert_eq!(apply.code, 0, "{apply}");
    let plan = run(&project, &["plan", "--detailed-exitcode", "--only", "granite-gear"]);
    assert_eq!(plan.code, 0, "nothing is left that the tool changes: {plan}");
    assert!(plan.stdout.contains("observed, not changed"), "{plan}");
    let drift = run(&project, &["drift", "--only", "granite-gear"]);
    assert_eq!(drift.code, 2, "{drift}");
    assert!(drift.stdout.contains("omnirps.shopify_integration: enabled → disabled"), "{drift}");
    let doctor = run(&project, &["doctor"]);
    let line = "omnirps.shopify_integration: read over HTTP, only observed, never changed";
    assert!(doctor.stdout.contains(line), "{doctor}");
}

#[test]
fn a_chat_is_notified_of_a_webhook_that_people_switch_on() {
    let (project, _runtime) = project("", ", write: manual");
    let chat = Chat::new();
    let command = ["drift", "-q", "--only", "cobalt-cycles", "--notify", &chat.url];
    let drift = run(&project, &command);
    // A manual step alone is not drift.
    assert_eq!(drift.code, 0, "{drift}");
    let heard = chat.heard();
    let text = heard[0]["text"].as_str().unwrap();
    let first = "Tracking webhook off, so customers get no credits: Cobalt Cycles\n";
    assert!(text.starts_with(first), "{text}");
    run(&project, &command);
    assert_eq!(chat.heard().len(), 0, "told already today");
}

#[test]
fn a_system_that_cannot_be_read_is_not_said_to_differ() {
    let (project, _runtime) = project("", "");
    let apply = run(&project, &["apply", "--yes", "--only", "granite-gear"]);
    assert_eq!(apply.code, 0, "{apply}");
    let chat = Chat::new();
    let only = ["drift", "-q", "--only", "granite-gear", "--notify", &chat.url];
    let wrong = [("OMNIRPS", "wrong")];
    let drift = run_with(&project, &only, &wrong);
    assert_eq!(drift.code, 1, "{drift}");
    assert_snapshot!(drift.stdout, @"
    Not known: whether live is as declared

    Granite Gear  retailers/granite-gear.yaml
      ! blocked in OmniRPS [system-unknown]: OmniRPS could not be read: the key was rejected: Invalid token
          hint: check the key that the project file names for the system, then plan again

    Drift in a: 1 not known in 1 retailer (not read: OmniRPS); 0 pending, 0 manual, 0 held, 0 in sync.
    ");
    assert_snapshot!(chat.heard()[0]["text"].as_str().unwrap(), @"
    Could not be read: OmniRPS
    Drift in a: 1 not known in 1 retailer (not read: OmniRPS); 0 pending, 0 manual, 0 held, 0 in sync.
    ");
    let json = run_with(&project, &["drift", "--json", "--only", "granite-gear"], &wrong);
    let json: serde_json::Value = serde_json::from_str(&json.stdout).unwrap();
    assert_eq!(json["drift"], serde_json::json!({"drifted": 1, "pending": 0}));
    let both = ["drift", "-q", "--only", "granite-gear", "--only", "harbor-kids"];
    let both = run_with(&project, &both, &[("OMNIRETURNS", "wrong")]);
    assert_snapshot!(both.stdout, @"
    !! [no-credits]: Harbor Kids has switched over and has a tracking webhook that points elsewhere, so its customers get no credits
       hint: find out who changed it, then run `reconcile apply` to set it again, with --only for a single retailer

    ! blocked in OmniReturns [system-unknown]: OmniReturns could not be read: the key was rejected: Invalid token; it stops 2 retailers
        hint: check the key that the project file names for the system, then plan again

    Drift: live is not as declared

    Harbor Kids  retailers/harbor-kids.yaml
      ~ update in OmniRPS: Harbor Kids (id 508)
          omnirps.tracking_webhook.url: https://relay.harborkids.example/seko → https://api.loopreturns.com/hook/v1/seko/update  N5.2.1, otherwise customers get no credits
          omnirps.track_and_trace_emails: enabled → disabled  E7.2, otherwise customers get e-mails from both SEKO and Loop

    Drift in a: 4 drifted in 2 retailers, 2 of them not known (not read: OmniReturns); 0 pending, 0 manual, 0 held, 0 in sync.
    ");
}

#[test]
fn what_is_deliberately_not_read_is_not_said_to_be_right() {
    let unread = |systems: &[&str]| {
        let systems = systems.iter().map(|of| format!("    {of}: {{read: none, write: manual}}\n"));
        let existing = "retailer: Acme\njourney: existing\nomnireturns_access: not_required\n\
            milestones: {switched_to_loop: 2026-10-01, uploads_checked: 2026-10-02, live: \
            2026-10-03}\n";
        let new = "retailer: Birch\njourney: new\naccount_manager: Dana\nmilestones: {introduced: \
            2026-10-01, documents_completed: 2026-10-02, keys_supplied: 2026-10-03}\n";
        Project::empty()
            .file(
                "reconcile.yaml",
                &format!(
                    "default_environment: a\nenvironments:\n  a:\n{}",
                    systems.collect::<String>()
                ),
            )
            .file("retailers/acme.yaml", existing)
            .file("retailers/birch.yaml", new)
    };
    let all = unread(&["omniparcel", "omnirps", "omnireturns"]);
    let read = |name: &str| std::fs::read_to_string(all.path(name)).unwrap();
    let drift = all.run(&["drift", "--report", "junit=drift.xml", "--report", "markdown=drift.md"]);
    assert_eq!(drift.code, 0, "{drift}");
    let counts = "Drift in a: 0 drifted in 0 retailers; 0 pending, 0 manual, 0 held, 0 in sync, \
        2 not checked (not read: OmniParcel, OmniRPS, OmniReturns)";
    assert_eq!(drift.stdout, format!("{counts}.\n"));
    assert!(read("drift.md").starts_with(&format!("### {counts}\n")), "{}", read("drift.md"));
    assert_snapshot!(read("drift.xml"), @r#"
    <?xml version="1.0" encoding="UTF-8"?>
    <testsuites name="reconcile" tests="2" failures="0" errors="0">
      <testsuite name="reconcile drift a" tests="2" failures="0" errors="0" skipped="0">
        <testcase name="Acme" classname="retailers/acme.yaml">
          <system-out>not checked (not read: OmniParcel, OmniRPS, OmniReturns)</system-out>
        </testcase>
        <testcase name="Birch" classname="retailers/birch.yaml">
          <system-out>not checked (not read: OmniParcel, OmniRPS, OmniReturns)</system-out>
        </testcase>
      </testsuite>
    </testsuites>
    "#);
    let plan = all.run(&["plan", "--show", "unchanged", "--out", "plan.json"]);
    assert_snapshot!(plan.stdout, @"
    Unchanged: none

    Not checked: Acme, Birch

    Plan for a: 0 to create, 0 to update, 0 manual, 0 held, 0 blocked, 0 unchanged, 2 not checked (not read: OmniParcel, OmniRPS, OmniReturns).
    ");
    let json: serde_json::Value = serde_json::from_str(&read("plan.json")).unwrap();
    assert_eq!(
        (&json["summary"]["unchanged"], &json["not_checked"][1]),
        (&2.into(), &"Birch".into())
    );
    let wave = all.run(&["apply", "--yes", "--limit", "1"]);
    assert!(wave.stdout.contains("0 unchanged, 2 not checked"), "{wave}");
    let saved = all.run(&["plan", "--show", "plan.json", "--format", "markdown"]);
    assert_snapshot!(saved.stdout.lines().next().unwrap(), @"### Plan for a: 0 to create, 0 to update, 0 manual, 0 held, 0 blocked, 0 unchanged, 2 not checked (not read: OmniParcel, OmniRPS, OmniReturns)");
    let table = all.run(&["status"]).stdout;
    let waits_for = "Acme      live     nobody, closed by people, not checked\n";
    assert!(table.contains(waits_for) && !table.contains("right"), "{table}");
    let acme = all.run(&["status", "acme"]).stdout;
    assert_snapshot!(acme.lines().last().unwrap(), @"Next: nothing, the retailer is live; its settings were closed by people, not checked.");
}

#[test]
fn a_retailer_whose_systems_are_read_is_in_sync_beside_one_that_is_not() {
    let (project, _runtime) = project(", read: none, write: manual", "");
    let drift = run(&project, &["drift", "--only", "juniper-home", "--only", "cobalt-cycles"]);
    assert_snapshot!(drift.stdout, @"
    !! [no-credits]: Cobalt Cycles is live and has a tracking webhook that is switched off, so its customers get no credits
       hint: OmniRPS retries a delivery without a 200 response after 60 minutes, 24 hours and 48 hours, then switches the webhook off by itself: find out why it was not answered with 200, then run `reconcile apply` to switch it on again, with --only for a single retailer; what was processed while it was off is not sent again by itself: ask SEKO support to send it

    Tracking webhook off, so customers get no credits: Cobalt Cycles

    Drift: live is not as declared

    Cobalt Cycles  retailers/cobalt-cycles.yaml
      ~ update in OmniRPS: Cobalt Cycles (id 503)
          omnirps.tracking_webhook.enabled: false → true  N5.2.1, otherwise customers get no credits

    Drift in a: 1 drifted in 1 retailer; 0 pending, 0 manual, 0 held, 1 in sync.
    ");
    let juniper = run(&project, &["status", "juniper-home"]);
    assert_snapshot!(juniper.stdout.lines().last().unwrap(), @"Next: nothing, the retailer is live and every setting is right.");
}

/// Returns the example fleet with an environment `a` that only people read and change.
fn by_people(more: &str) -> Project {
    let systems = reconcile::System::ALL
        .map(|system| format!("    {}: {{read: none, write: manual}}\n", system.key()));
    let file = format!("default_environment: a\nenvironments:\n  a:\n{}", systems.concat());
    let read = format!("    omnirps: {{read: none, write: manual{more}}}\n");
    let file = file.replace("    omnirps: {read: none, write: manual}\n", &read);
    Project::example().file("a.yaml", &file)
}

#[test]
fn what_is_not_read_on_purpose_is_left_to_people_by_verify() {
    let with_url = ", url: 'http://127.0.0.1:9', key: {env: OMNIRPS}";
    for more in ["", with_url] {
        let project = by_people(more);
        let run = run(&project, &["verify", "granite-gear"]);
        assert_eq!((run.code, run.stderr.as_str()), (0, ""), "{run}");
        insta::allow_duplicates! {
            assert_snapshot!(run.stdout, @"
            Granite Gear  retailers/granite-gear.yaml
            verified in a
              ☐ uploads (manual): OmniRPS is not read in this environment
                  hint: look in the database of OmniRPS whether the partner uploads returns, then state it with `reconcile attest granite-gear uploads_checked`
                  would prove that the partner uploads this retailer's returns to OmniRPS
                  would not prove that every return is uploaded
              ☐ loop_upload (manual): OmniRPS is not read in this environment
                  hint: look in the database of OmniRPS whether the partner uploads returns
                  would prove that the partner has entered the keys and the name, and uploads itself
                  would not prove that a hub can process what it uploads
              ☐ webhook (manual): OmniRPS is not read in this environment
                  hint: check the tracking webhook in OmniRPS
                  would prove that OmniRPS is set up to report returns to the partner
                  would not prove that the partner answers what is reported
            ");
        }
        let fleet = self::run(&project, &["verify", "granite-gear", "--format", "json"]);
        assert!(!fleet.stdout.contains("not_proven"), "{fleet}");
        let status = self::run(&project, &["status", "granite-gear"]);
        assert!(!status.stdout.contains("reconcile verify"), "{status}");
        assert!(status.stdout.contains("has no way to read uploads"), "{status}");
    }
    // So is a return that a hub has to process, and nothing is asked about a webhook that the file
    // does not manage.
    let waiting = "retailer: Brook\njourney: new\nids: {omnirps: \"601\"}\nsettings:\n  \
        omnirps.tracking_webhook.url: {manage: false, reason: own}\n  \
        omnirps.tracking_webhook.enabled: {manage: false, reason: own}\nmilestones:\n  \
        documents_completed: 2026-10-01\n  keys_supplied: 2026-10-02\n  test_label: {on: \
        2026-10-03, connote: SBX00000009}\n  test_return: {on: 2026-10-04, connote: SBX00000009}\n";
    let project = by_people(with_url).file("retailers/brook.yaml", waiting);
    let processed = run(&project, &["verify", "brook", "processed"]);
    assert_eq!(processed.code, 0, "{processed}");
    assert!(processed.stdout.contains("☐ processed (manual): OmniRPS is not read"), "{processed}");
    let webhook = run(&project, &["verify", "brook", "webhook"]);
    assert_eq!(webhook.code, 0, "{webhook}");
    let unmanaged =
        "webhook (not required): the file states that the tracking webhook is not managed";
    assert!(webhook.stdout.contains(unmanaged), "{webhook}");
    let status = run(&project, &["status", "brook"]);
    assert!(!status.stdout.contains("reconcile verify"), "{status}");
    // A system that could not be read is not proven.
    let (project, _runtime) = self::project("", "");
    let failed = run_with(&project, &["verify", "granite-gear"], &[("OMNIRPS", "wrong")]);
    assert_eq!(failed.code, 1, "{failed}");
    assert!(failed.stdout.contains("! webhook (not proven)"), "{failed}");
    let status = run(&project, &["status", "granite-gear"]);
    assert!(status.stdout.contains("`reconcile verify` looks for one"), "{status}");
}

#[test]
fn a_new_file_is_not_checked_again_in_a_system_that_is_not_read() {
    let project = by_people("");
    let run = run(&project, &["new", "Brook"]);
    assert_eq!(run.code, 0, "{run}");
    assert_snapshot!(run.stderr, @"warning: OmniParcel, OmniRPS and OmniReturns could not be checked for this name and similar ones: the environment does not read it; check it in its admin screens, or configure in the project file how it is read");
    // One that could not be read this time is.
    let (project, _runtime) = self::project("", "");
    let failed = run_with(&project, &["new", "Brook"], &[("OMNIRPS", "wrong")]);
    assert!(failed.stderr.ends_with("delete the new file and run this again\n"), "{failed}");
}

#[test]
fn an_id_that_is_not_known_yet_is_not_unset() {
    let project = by_people("");
    let plan = run(&project, &["plan", "--only", "brightwater-swim"]);
    assert_eq!(plan.code, 0, "{plan}");
    let id = plan.stdout.lines().find(|line| line.contains("omnirps_retailer_id:"));
    assert_snapshot!(id.unwrap(), @"      omnireturns.omnirps_retailer_id: (not known) → (the id of the new OmniRPS retailer)  N5, otherwise labels and hub processing are not tied to one retailer");
    // A pinned id is known.
    let file = std::fs::read_to_string(project.path("retailers/brightwater-swim.yaml")).unwrap();
    let file = format!("{file}ids: {{omnirps: \"777\"}}\n");
    let project = project.file("retailers/brightwater-swim.yaml", &file);
    let plan = run(&project, &["plan", "--only", "brightwater-swim"]);
    assert!(plan.stdout.contains("omnirps_retailer_id: (not known) → 777"), "{plan}");
}
