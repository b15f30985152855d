//! `reconcile apply`.

use crate::support::Project;
use insta::assert_snapshot;
use reconcile::System;
use serde_json::json;

/// Retailers with a small plan.
const ONLY: [&str; 4] = ["--only", "cobalt-cycles", "--only", "harbor-kids"];

#[test]
fn the_example_fleet_converges() {
    let project = Project::example();
    let apply = project.run(&["apply", "--yes"]);
    assert_eq!(apply.code, 5, "a blocked entry beside what was applied: {apply}");
    let reason =
        "error: Dune & Co (OmniRPS) is blocked; all other changes of the plan were applied\n";
    assert!(apply.stderr.contains(reason), "{apply}");
    assert_eq!(
        apply.stdout.lines().last(),
        Some("Applied to sandbox: 11 applied, 0 already so, 0 failed, 0 skipped, 0 stale.")
    );
    let writes = project.methods().iter().filter(|method| *method != "GET").count();
    assert_eq!(writes, 11, "one write per action");

    let plan = project.run(&["plan", "--detailed-exitcode"]);
    assert_eq!(plan.code, 0, "{plan}");
    let again = project.run(&["apply", "--yes"]);
    assert_eq!(again.code, 5, "blocked entries alone: {again}");
    let quiet = project.run(&["apply", "--yes", "--quiet"]);
    assert_snapshot!(quiet.stderr, @"
    error: Dune & Co (OmniRPS) is blocked; there is nothing else to apply
    hint: `reconcile plan` shows what blocks each and what to do about it
    ");
    let after = project.methods().iter().filter(|method| *method != "GET").count();
    assert_eq!(after, writes, "the second apply sent no write");
}

#[test]
fn progress_is_on_stderr_and_the_summary_on_stdout() {
    let project = Project::example();
    let only = ["--only", "cobalt-cycles"];
    assert_snapshot!(project.run(&[&["apply", "--yes"], &only[..]].concat()), @"
    exit 0
    --- stdout
    !! [no-credits]: Cobalt Cycles is live and has a tracking webhook that is switched off, so its customers get no credits
       hint: OmniRPS retries a delivery without a 200 response after 60 minutes, 24 hours and 48 hours, then switches the webhook off by itself: find out why it was not answered with 200, then run `reconcile apply` to switch it on again, with --only for a single retailer; what was processed while it was off is not sent again by itself: ask SEKO support to send it

    Cobalt Cycles  retailers/cobalt-cycles.yaml
      ~ update in OmniRPS: Cobalt Cycles (id 503)
          omnirps.tracking_webhook.enabled: false → true  N5.2.1, otherwise customers get no credits

    Plan for sandbox: 0 to create, 1 to update, 0 manual, 0 held, 0 blocked, 0 unchanged.
    Applied to sandbox: 1 applied, 0 already so, 0 failed, 0 skipped, 0 stale.
    --- stderr
    applied: Cobalt Cycles in OmniRPS
    ");
}

#[test]
fn exit_codes_reflect_the_outcome() {
    let project = Project::example();
    let apply = |arguments: &[&str]| project.run(&[&["apply", "--yes"], arguments].concat()).code;
    assert_eq!(apply(&["--only", "juniper-home", "--detailed-exitcode"]), 0, "in sync");
    assert_eq!(apply(&["--only", "harbor-kids", "--detailed-exitcode"]), 2, "applied");
    assert_eq!(apply(&["--only", "harbor-kids", "--detailed-exitcode"]), 0, "nothing left");
    assert_eq!(apply(&["--only", "granite-gear"]), 0);
    assert_eq!(apply(&["--only", "lumen-lighting"]), 0, "held");
    assert_eq!(apply(&["--only", "dune-and-co"]), 5, "created in OmniParcel, blocked in OmniRPS");
    assert_eq!(apply(&["--only", "dune-and-co"]), 5, "blocked alone");
}

#[test]
fn systems_that_could_not_be_read_are_named_together() {
    let project = Project::example().file(
        "down.yaml",
        "[{system: omnirps, effect: wrong_key}, {system: omnireturns, effect: wrong_key}]",
    );
    let only = ["--only", "juniper-home"];
    let run = project.run(
        &[&["--sandbox-faults", "down.yaml", "apply", "--yes", "--quiet"], &only[..]].concat(),
    );
    assert_eq!(run.code, 1, "{run}");
    let end = "error: OmniRPS and OmniReturns could not be read, so their changes were left out \
               for Juniper Home\n\
               hint: `reconcile doctor` shows why; run the command again once they can be read\n";
    assert!(run.stderr.ends_with(end), "{run}");
}

#[test]
fn without_a_terminal_confirmation_is_required() {
    let project = Project::example();
    let run = project.run(&["apply", "--only", "cobalt-cycles"]);
    assert_eq!(run.code, 1);
    assert_snapshot!(run.stderr, @"
    error: confirmation needs a terminal, so nothing was applied
    hint: review the plan, then run apply with --yes
    ");
    assert!(project.methods().iter().all(|method| method == "GET"));
    assert_eq!(project.run(&["apply", "--only", "juniper-home"]).code, 0, "nothing to ask about");
}

#[test]
fn the_report_is_also_json() {
    let project = Project::example();
    let run =
        project.run(&[&["apply", "--yes", "--quiet", "--format", "json"], &ONLY[..]].concat());
    let stdout = regex_free(&run.stdout);
    assert_snapshot!(format!("exit {}\n{stdout}{}", run.code, run.stderr), @r#"
    exit 0
    {
      "format_version": "1.0",
      "run_id": "[run]",
      "environment": "sandbox",
      "summary": {
        "applied": 3,
        "already": 0,
        "failed": 0,
        "skipped": 0,
        "stale": 0
      },
      "actions": [
        {
          "id": "cobalt-cycles/omnirps/update",
          "retailer": "Cobalt Cycles",
          "system": "omnirps",
          "kind": "update",
          "outcome": "applied",
          "message": ""
        },
        {
          "id": "harbor-kids/omnirps/update",
          "retailer": "Harbor Kids",
          "system": "omnirps",
          "kind": "update",
          "outcome": "applied",
          "message": ""
        },
        {
          "id": "harbor-kids/omnireturns/update",
          "retailer": "Harbor Kids",
          "system": "omnireturns",
          "kind": "update",
          "outcome": "applied",
          "message": ""
        }
      ]
    }
    "#);
}

/// Replaces the run id, the only part that differs between runs.
fn regex_free(json: &str) -> String {
    let mut lines: Vec<String> = json.lines().map(str::to_owned).collect();
    for line in &mut lines {
        if line.contains("\"run_id\"") {
            *line = "  \"run_id\": \"[run]\",".into();
        }
    }
    lines.join("\n") + "\n"
}

#[test]
fn a_saved_plan_is_applied_as_it_was_reviewed() {
    let project = Project::example();
    project.run(&[&["plan", "--out", "plan.json"], &ONLY[..]].concat());
    let run = project.run(&["apply", "plan.json", "--yes", "--detailed-exitcode"]);
    assert_eq!(run.code, 2, "{run}");
    let again = project.run(&["apply", "plan.json", "--yes", "--detailed-exitcode"]);
    assert_eq!(again.code, 0, "what live holds already is done: {again}");
    assert!(again.stdout.ends_with("0 applied, 3 already so, 0 failed, 0 skipped, 0 stale.\n"));
}

#[test]
fn a_saved_plan_is_stale_if_live_changed() {
    let project = Project::example();
    let fleet = ["--only", "cobalt-cycles", "--only", "brightwater-swim", "--only", "harbor-kids"];
    project.run(&[&["plan", "--out", "plan.json"], &fleet[..]].concat());
    let store = project.store();
    let url = json!({"RetailerId": 508, "TrackingWebhook": {"Url": "https://other.example/"}});
    store.put(System::Omnirps, &url).unwrap();
    store.put(System::Omniparcel, &json!({"AccountName": "Brightwater Swim"})).unwrap();
    drop(store);
    let run = project.run(&["apply", "plan.json", "--yes", "--quiet"]);
    assert_eq!(run.code, 4);
    let report: Vec<&str> = run.stdout.lines().skip_while(|line| !line.starts_with("! ")).collect();
    assert_snapshot!(report.join("\n"), @"
    ! stale Harbor Kids in OmniRPS (harbor-kids/omnirps/update): `omnirps.tracking_webhook.url` of record 508 is https://other.example/, but the plan was made from https://relay.harborkids.example/seko
      hint: someone changed it since; plan again and review the new plan
    ! skipped Harbor Kids in OmniReturns (harbor-kids/omnireturns/update): harbor-kids/omnirps/update did not succeed before it
    Applied to sandbox: 3 applied, 1 already so, 0 failed, 1 skipped, 1 stale.
    ");
}

#[test]
fn a_saved_plan_can_be_applied_again() {
    let project = Project::example();
    let only = [&ONLY[..], &["--only", "brightwater-swim"]].concat();
    assert_eq!(project.run(&[&["plan", "--out", "plan.json"], &only[..]].concat()).code, 0);
    let first = project.run(&["apply", "--yes", "plan.json"]);
    assert_eq!(first.code, 0, "{first}");
    let again = project.run(&["apply", "--yes", "plan.json"]);
    assert_eq!(again.code, 0, "{again}");
    assert_eq!(
        again.stdout.lines().last(),
        Some("Applied to sandbox: 0 applied, 6 already so, 0 failed, 0 skipped, 0 stale.")
    );
    let history = project.run(&["history", "latest", "--format", "json"]).stdout;
    let history: serde_json::Value = serde_json::from_str(&history).unwrap();
    assert_eq!(history["run"]["totals"]["already"], 6, "creates and updates: {history:#}");
}

#[test]
fn a_report_does_not_replace_the_plan_that_is_applied() {
    let project = Project::example();
    assert_eq!(project.run(&[&["plan", "--out", "plan.json"], &ONLY[..]].concat()).code, 0);
    let plan = std::fs::read(project.path("plan.json")).unwrap();
    let run = project.run(&["apply", "--yes", "plan.json", "--report", "json=./plan.json"]);
    assert_eq!(run.code, 64, "{run}");
    assert_snapshot!(run.stderr, @"
    error: `plan.json` is an input of this command, and is not overwritten
    hint: name another file to write to
    ");
    let run = project.run(&["plan", "--show", "plan.json", "--report", "markdown=plan.json"]);
    assert_eq!(run.code, 64, "{run}");
    assert_eq!(std::fs::read(project.path("plan.json")).unwrap(), plan);
    let run = project.run(&["plan", "--show", "plan.json", "--report", "markdown=plan.md"]);
    assert_eq!(run.code, 0, "{run}");
    let run = project.run(&["apply", "--yes", "plan.json", "--report", "json=report.json"]);
    assert_eq!(run.code, 0, "{run}");
}

#[test]
fn a_saved_plan_skips_a_retailer_whose_file_changed() {
    let project = Project::example();
    assert_eq!(project.run(&[&["plan", "--out", "plan.json"], &ONLY[..]].concat()).code, 0);
    let file = project.path("retailers/harbor-kids.yaml");
    let text = std::fs::read_to_string(&file).unwrap();
    std::fs::write(&file, text.replace('\n', "\r\n")).unwrap();
    let run = project.run(&["apply", "--yes", "--quiet", "plan.json"]);
    assert_eq!(run.code, 4, "{run}");
    assert_snapshot!(run.stderr, @"
    error: nothing was applied for Harbor Kids
    hint: the report names each action that was not done; make a new plan of the stale actions, review it, and apply that
    ");
    assert!(run.stdout.contains("retailers/harbor-kids.yaml has changed since the plan was made"));
    std::fs::remove_file(&file).unwrap();
    let run = project.run(&["apply", "--yes", "--quiet", "plan.json"]);
    assert_eq!(run.code, 1, "the file is gone, and nothing was written: {run}");
}

#[test]
fn a_saved_plan_skips_a_retailer_for_which_the_partner_changed() {
    let project = Project::example();
    let only = [&ONLY[..], &["--only", "brightwater-swim"]].concat();
    assert_eq!(project.run(&[&["plan", "--out", "plan.json"], &only[..]].concat()).code, 0);
    let file = project.path("reconcile.yaml");
    let text = std::fs::read_to_string(&file).unwrap();
    std::fs::write(&file, text.replace("hook/v1/", "hook/v2/")).unwrap();
    let run = project.run(&["apply", "--yes", "--quiet", "plan.json"]);
    let stale: Vec<&str> = run.stdout.lines().filter(|line| line.contains("stale ")).collect();
    assert_snapshot!(stale.join("\n"), @"
    ! stale Brightwater Swim in OmniParcel (brightwater-swim/omniparcel/create): reconcile.yaml has changed since the plan was made
    ! stale Brightwater Swim in OmniRPS (brightwater-swim/omnirps/create): reconcile.yaml has changed since the plan was made
    ! stale Brightwater Swim in OmniReturns (brightwater-swim/omnireturns/create): reconcile.yaml has changed since the plan was made
    ! stale Harbor Kids in OmniRPS (harbor-kids/omnirps/update): reconcile.yaml has changed since the plan was made
    ! stale Harbor Kids in OmniReturns (harbor-kids/omnireturns/update): reconcile.yaml has changed since the plan was made
    ");
    assert_eq!(run.code, 4, "{run}");
}

#[test]
fn a_modified_plan_is_refused() {
    const EMPTY: &str =
        r#"{"retailer": "Z", "file": "z", "actions": [], "held": [], "manual": [], "blocked": []}"#;
    let project = Project::example();
    project.run(&[&["plan", "--out", "plan.json"], &ONLY[..]].concat());
    let plan = std::fs::read_to_string(project.path("plan.json")).unwrap();
    let bound = |line: &&str| !line.contains("\"source\"");
    let unbound: Vec<&str> = plan.lines().filter(bound).collect();
    let project = project
        .file("unbound.json", &unbound.join("\n"))
        .file("edited.json", &plan.replace("\"after\": true", "\"after\": false"))
        .file("wrong.json", &plan.replace("\"after\": true", "\"after\": 5"))
        .file("short.json", &plan[..plan.len() / 2])
        .file("later.json", &plan.replace("\"1.0\"", "\"2.0\""))
        .file("elsewhere.json", &plan.replace("\"sandbox\"", "\"production\""))
        .file(
            "padded.json",
            &plan.replace("\"retailers\": [", &format!("\"retailers\": [{EMPTY},")),
        )
        .file("empty.json", "");
    let refused = |file: &str| {
        let run = project.run(&["apply", file, "--yes"]);
        assert_eq!((run.code, run.stdout.as_str()), (1, ""), "{file}: {run}");
        run.stderr
    };
    assert_snapshot!(refused("edited.json"), @"
    error: `edited.json` was edited after it was saved: its fingerprint does not match
    hint: save the plan again with `reconcile plan --out FILE`
    ");
    assert!(refused("unbound.json").contains("its fingerprint does not match"));
    assert_snapshot!(refused("wrong.json"), @"
    error: `wrong.json` is not a saved plan: not a value of a setting: null, a flag, a text or a list of texts at line 33 column 13
    hint: save the plan again with `reconcile plan --out FILE`
    ");
    assert_snapshot!(refused("short.json"), @"
    error: `short.json` is not a saved plan: EOF while parsing a string at line 51 column 22
    hint: save the plan again with `reconcile plan --out FILE`
    ");
    assert_snapshot!(refused("later.json"), @"
    error: `later.json` is a plan of format 2.0, which this version does not support
    hint: apply it with the version of reconcile that made it, or plan again
    ");
    assert_snapshot!(refused("elsewhere.json"), @"
    error: `elsewhere.json` was edited after it was saved: its fingerprint does not match
    hint: save the plan again with `reconcile plan --out FILE`
    ");
    assert_snapshot!(refused("padded.json"), @"
    error: `padded.json` was edited after it was saved: its summary does not match its retailers
    hint: save the plan again with `reconcile plan --out FILE`
    ");
    assert_snapshot!(refused("empty.json"), @"
    error: `empty.json` is not a saved plan: EOF while parsing a value at line 1 column 0
    hint: save the plan again with `reconcile plan --out FILE`
    ");
    assert_snapshot!(refused("none.json"), @"
    error: `none.json` cannot be read: No such file or directory (os error 2)
    hint: check the path
    ");
    assert!(project.methods().iter().all(|method| method == "GET"));
}

#[test]
fn a_retailer_instead_of_a_plan_file_is_named_as_such() {
    let project = Project::example();
    for word in [
        "granite-gear",
        "Granite Gear",
        "retailers/granite-gear.yaml",
        "./retailers/granite-gear.yaml",
    ] {
        for (command, hint) in [
            (
                &["apply", word][..],
                "hint: for this retailer alone, run `reconcile apply --only granite-gear`\n",
            ),
            (
                &["plan", "--show", word],
                "hint: for this retailer alone, run `reconcile plan granite-gear`\n",
            ),
        ] {
            let run = project.run(command);
            assert_eq!((run.code, run.stdout.as_str()), (1, ""), "{command:?}: {run}");
            assert!(run.stderr.ends_with(hint), "{command:?}: {run}");
        }
    }
    let run = project.run(&["apply", "granite"]);
    assert!(run.stderr.ends_with("hint: check the path\n"), "{run}");
}

#[test]
fn a_plan_for_another_environment_is_refused() {
    let project = Project::example();
    project.run(&["plan", "--out", "plan.json"]);
    let project = project.file(
        "reconcile.yaml",
        "default_environment: other\nenvironments: {other: {embedded: true}}\n",
    );
    let run = project.run(&["apply", "plan.json", "--yes"]);
    assert_eq!(run.code, 1);
    assert_snapshot!(run.stderr, @"
    error: `plan.json` is a plan for the environment `sandbox`, not for `other`
    hint: apply it with --environment sandbox
    ");
}

#[test]
fn the_safety_limit_refuses_before_the_first_write() {
    let project = Project::example().file(
        "reconcile.yaml",
        "safety: {max_changed_retailers_percent: 50, from_retailers: 10}\n",
    );
    let run = project.run(&["apply", "--yes"]);
    assert_eq!(run.code, 1);
    assert_snapshot!(run.stderr, @"
    error: the plan changes 7 of 12 retailers, more than `safety.max_changed_retailers_percent` (50 %) allows: Brightwater Swim, Cobalt Cycles, Dune & Co, Fjord Knitwear, Granite Gear, Harbor Kids and Indigo Denim
    hint: review the plan; --force applies it anyway, --only makes a plan of a part
    ");
    // The limit also applies to a saved plan, and no plan covers more retailers than there are.
    assert_eq!(project.run(&["plan", "--out", "plan.json"]).code, 0);
    let plan = std::fs::read_to_string(project.path("plan.json")).unwrap();
    let more = plan.replace("\"unchanged\": ", "\"unchanged\": 100");
    assert_ne!(more, plan);
    let endless = plan.replace("\"unchanged\": ", &format!("\"unchanged\": {}", u64::MAX / 100));
    for plan in [&more, &endless, &plan] {
        std::fs::write(project.path("plan.json"), plan).unwrap();
        let saved = project.run(&["apply", "plan.json", "--yes"]);
        assert_eq!((saved.code, saved.stderr), (1, run.stderr.clone()));
    }
    // Without the files, the plan alone says how many there are.
    std::fs::rename(project.path("retailers"), project.path("elsewhere")).unwrap();
    let saved = project.run(&["apply", "plan.json", "--yes"]);
    assert_eq!((saved.code, saved.stderr), (1, run.stderr.clone()));
    std::fs::rename(project.path("elsewhere"), project.path("retailers")).unwrap();
    assert!(project.methods().iter().all(|method| method == "GET"));
    let forced = project.run(&["apply", "--yes", "--force", "--only", "cobalt-cycles"]);
    assert_eq!(forced.code, 0);
    let forced = project.run(&["apply", "--yes", "--force"]);
    assert_eq!(forced.code, 5, "{forced}");
}

#[test]
fn a_second_apply_is_refused_while_one_runs() {
    let project = Project::example();
    std::fs::create_dir_all(project.path(".reconcile")).unwrap();
    let lock = std::fs::File::create(project.path(".reconcile/apply-sandbox.lock")).unwrap();
    lock.lock().unwrap();
    std::fs::write(project.path(".reconcile/apply-sandbox.lock"), "20261123T080000.000Z-7")
        .unwrap();
    let run = project.run(&["apply", "--yes"]);
    assert_eq!(run.code, 1);
    assert_snapshot!(run.stderr, @"
    error: another apply is running here, the run 20261123T080000.000Z-7
    hint: wait until it has ended, then run this one again
    ");
    drop(lock);
    // One that applies to another environment is in nobody's way.
    let other = std::fs::File::create(project.path(".reconcile/apply-other.lock")).unwrap();
    other.lock().unwrap();
    assert_eq!(project.run(&["apply", "--yes"]).code, 5);
}

#[test]
fn a_rollout_can_use_waves() {
    let project = Project::example();
    let first = project.run(&["apply", "--yes", "--wave", "10%"]);
    assert_eq!(first.code, 5, "{first}");
    let blocked =
        "error: Dune & Co (OmniRPS) is blocked; all other changes of the plan were applied\n";
    assert!(first.stderr.contains(blocked), "{first}");
    assert_snapshot!(first.stdout.lines().last().unwrap(), @"Applied to sandbox: 4 applied, 0 already so, 0 failed, 0 skipped, 0 stale.");
    assert!(first.stderr.contains("retailers that remain: 5"), "{first}");
    let second = project.run(&["apply", "--yes", "--limit", "1"]);
    assert!(second.stderr.contains("retailers that remain: 4"), "{second}");
    let another = project.run(&["apply", "--yes", "--limit", "1", "--only", "harbor-kids"]);
    assert_eq!(another.code, 0, "a wave without a blocked retailer: {another}");
    let rest = project.run(&["apply", "--yes", "--limit", "100"]);
    assert!(!rest.stderr.contains("later"), "{rest}");
    let done = project.run(&["apply", "--yes", "--limit", "1", "--quiet"]);
    assert_eq!(done.code, 5, "{done}");
    let counts = "0 to create, 0 to update, 0 manual, 0 held, 1 blocked, ";
    assert!(done.stdout.contains(counts), "{done}");
    assert_eq!(project.run(&["plan", "--detailed-exitcode"]).code, 0);
    assert_eq!(project.run(&["apply", "--wave", "200%"]).code, 64);
}

#[test]
fn a_force_names_what_it_overrides() {
    let project = Project::example().file(
        "reconcile.yaml",
        "safety: {max_changed_retailers_percent: 100, max_switch_offs: 1, max_unpublished_portals: 0}\n",
    );
    let run = project.run(&["apply", "--yes", "--only", "granite-gear"]);
    assert_eq!(run.code, 1);
    assert_snapshot!(run.stderr, @"
    error: the plan unpublishes the portals of 1 of 1 retailers, more than `safety.max_unpublished_portals` (0) allows; the plan switches 2 settings off, more than `safety.max_switch_offs` (1) allows: Granite Gear
    hint: review the plan; --force applies it anyway, --only makes a plan of a part
    ");
    let run = project.run(&["apply", "--yes", "--only", "granite-gear", "--force"]);
    assert_eq!(run.code, 0);
    assert_snapshot!(run.stderr, @"
    warning: the plan unpublishes the portals of 1 of 1 retailers, more than `safety.max_unpublished_portals` (0) allows; --force ignores it
    warning: the plan switches 2 settings off, more than `safety.max_switch_offs` (1) allows; --force ignores it
    applied: Granite Gear in OmniRPS
    applied: Granite Gear in OmniReturns
    ");
}

#[test]
fn only_the_plan_with_the_expected_digest_is_applied() {
    let project = Project::example();
    let only = ["--only", "granite-gear"];
    let plan: serde_json::Value =
        serde_json::from_str(&project.run(&[&["plan", "--json"], &only[..]].concat()).stdout)
            .unwrap();
    let digest = plan["fingerprint"].as_str().unwrap();
    let apply = |arguments: &[&str]| {
        let run = project.run(&[&["apply", "--yes", "--quiet"], arguments].concat());
        (run.code, run.stderr)
    };
    // A run without a reviewed plan must not match any plan.
    for other in ["", "0000"] {
        let (code, stderr) = apply(&[&["--expect-digest", other], &only[..]].concat());
        assert_eq!(code, 1, "{stderr}");
        assert_eq!(
            stderr,
            format!(
                "error: the plan is not the one that was reviewed: its fingerprint is {digest}, and \
                 `{other}` was expected\nhint: review the plan as it is now, then apply it with \
                 its fingerprint\n"
            )
        );
    }
    assert_eq!(project.run(&["plan", "--out", "whole.json"]).code, 0);
    assert_eq!(apply(&["whole.json", "--expect-digest", digest]).0, 1, "a saved plan");
    assert!(!project.methods().contains(&"PATCH".to_owned()), "nothing was written");
    assert_eq!(apply(&[&["--expect-digest", digest], &only[..]].concat()), (0, String::new()));
    assert!(project.methods().contains(&"PATCH".to_owned()));
    assert_eq!(apply(&[&["--expect-digest", digest], &only[..]].concat()).0, 1, "done already");
}

#[test]
fn what_was_written_is_shown_and_counted_though_a_report_cannot_be_written() {
    let project = Project::example();
    for place in ["nowhere/report.json", "retailers"] {
        let run = project.run(&["apply", "--yes", "--report", &format!("json={place}")]);
        assert_eq!((run.code, run.stdout.as_str()), (1, ""), "known before anything: {run}");
        assert!(run.stderr.contains(&format!("`{place}` cannot be written: it")), "{run}");
    }
    assert!(!project.methods().contains(&"PATCH".to_owned()), "nothing was written");
    let run = project.run(&["apply", "--yes", "--report", "json=/dev/full"]);
    assert_eq!(run.code, 4, "{run}");
    assert!(run.stdout.contains("Applied to"), "{run}");
    assert!(run.stderr.contains("/dev/full"), "{run}");
}

#[cfg(unix)]
#[test]
fn a_run_that_is_stopped_before_its_first_action_releases_its_lease() {
    let faults = "[{method: GET, effect: {latency: {ms: 2500}}}]";
    let project = Project::example()
        .file("faults.yaml", faults)
        .file("reconcile.yaml", "state: {folder: shared}\n");
    for signal in ["-INT", "-TERM", "-HUP"] {
        let child = std::process::Command::new(env!("CARGO_BIN_EXE_reconcile"))
            .args(["apply", "--yes", "--sandbox-faults", "faults.yaml"])
            .current_dir(project.path(""))
            .env_clear()
            .stdout(std::process::Stdio::null())
            .stderr(std::process::Stdio::piped())
            .spawn()
            .unwrap();
        let lease = project.path("shared/leases/sandbox.json");
        let is_held = || {
            let lease = std::fs::read_to_string(&lease).unwrap_or_default();
            lease.replace(' ', "").contains("\"is_held\":true")
        };
        let end = std::time::Instant::now() + std::time::Duration::from_secs(20);
        while !is_held() {
            assert!(std::time::Instant::now() < end, "no lease was taken");
            std::thread::sleep(std::time::Duration::from_millis(20));
        }
        let pid = child.id().to_string();
        std::process::Command::new("kill").args([signal, &pid]).status().unwrap();
        let output = child.wait_with_output().unwrap();
        let stderr = String::from_utf8_lossy(&output.stderr);
        assert_eq!(output.status.code(), Some(1), "{signal}: {stderr}");
        assert!(stderr.contains("error: the run was stopped before anything was"), "{stderr}");
        assert!(!is_held(), "{signal}");
    }
    assert!(!project.methods().contains(&"PATCH".to_owned()));
}
