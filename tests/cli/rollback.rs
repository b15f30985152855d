//! `reconcile rollback`.

use crate::support::Project;
use insta::assert_snapshot;
use reconcile::System;
use serde_json::{Value, json};
use std::collections::BTreeMap;

fn settled() -> insta::internals::SettingsBindDropGuard {
    let mut settings = insta::Settings::clone_current();
    settings.add_filter(r"\d{8}T\d{6}\.\d{3}Z-[0-9a-f]+", "[run]");
    settings.bind_to_scope()
}

/// Returns all records of the systems.
fn live(project: &Project) -> BTreeMap<System, Vec<Value>> {
    let store = project.store();
    System::ALL.map(|system| (system, store.records(system).unwrap())).into()
}

const FLEET: [&str; 4] = ["--only", "granite-gear", "--only", "harbor-kids"];

fn apply(project: &Project, arguments: &[&str]) {
    let run = project.run(&[&["apply", "--yes", "-q"], arguments].concat());
    assert_eq!(run.code, 0, "{run}");
}

#[test]
fn a_run_is_rolled_back_and_live_is_restored() {
    let _settled = settled();
    let project = Project::example();
    project.run(&["plan"]);
    let start = live(&project);
    apply(&project, &FLEET);
    assert_ne!(live(&project), start);

    let rollback = project.run(&["rollback", "latest", "--out", "back.json"]);
    assert_snapshot!(rollback, @r#"
    exit 0
    --- stdout
    !! [no-credits]: after this, Granite Gear has switched over and has no tracking webhook, so its customers get no credits
    !! [no-credits]: after this, Harbor Kids has switched over and has a tracking webhook that points elsewhere, so its customers get no credits
       hint: apply this only if no customer returns through the partner any more; otherwise roll back the others alone, with --only

    Granite Gear  retailers/granite-gear.yaml
      ~ update in OmniReturns: Granite Gear (id 1007)
          omnireturns.company: Loop → SEKO Retail  rollback of run [run]
          omnireturns.portal: unpublished → published  rollback of run [run]
      ~ update in OmniRPS: Granite Gear (id 507)
          omnirps.tracking_webhook.url: https://api.loopreturns.com/hook/v1/seko/update → (unset)  rollback of run [run]
          omnirps.tracking_webhook.enabled: true → false  rollback of run [run]
          omnirps.shopify_integration: disabled → enabled  rollback of run [run]
          omnirps.track_and_trace_emails: disabled → enabled  rollback of run [run]

    Harbor Kids  retailers/harbor-kids.yaml
      ~ update in OmniReturns: Harbor Kids - Loop (id 1008)
          omnireturns.name: Harbor Kids - Loop → Harbor Kids  rollback of run [run]
      ~ update in OmniRPS: Harbor Kids (id 508)
          omnirps.tracking_webhook.url: https://api.loopreturns.com/hook/v1/seko/update → https://relay.harborkids.example/seko  rollback of run [run]
          omnirps.track_and_trace_emails: disabled → enabled  rollback of run [run]

    Plan for sandbox: 0 to create, 4 to update, 0 manual, 0 held, 0 blocked, 10 unchanged.
    --- stderr
    cannot be undone: Granite Gear: `omnirps.track_and_trace_emails` is put back, but an e-mail that was not sent meanwhile is never sent
    cannot be undone: Harbor Kids: `omnirps.track_and_trace_emails` is put back, but an e-mail that was not sent meanwhile is never sent
    warning: Granite Gear: the process still requires this, so the next plan shows it as drift, unless you remove switched_to_loop or write in retailers/granite-gear.yaml:
      settings:
        omnireturns.company: {value: "SEKO Retail", reason: "…"}
        omnireturns.portal: {value: published, reason: "…"}
        omnirps.tracking_webhook.url: {manage: false, reason: "…"}
        omnirps.tracking_webhook.enabled: {value: false, reason: "…"}
        omnirps.shopify_integration: {value: enabled, reason: "…"}
        omnirps.track_and_trace_emails: {value: enabled, reason: "…"}
    warning: Harbor Kids: the process still requires this, so the next plan shows it as drift, unless you remove switched_to_loop or write in retailers/harbor-kids.yaml:
      settings:
        omnireturns.name: {value: "Harbor Kids", reason: "…"}
        omnirps.tracking_webhook.url: {value: "https://relay.harborkids.example/seko", reason: "…"}
        omnirps.track_and_trace_emails: {value: enabled, reason: "…"}
    next: reconcile apply back.json
    "#);
    apply(&project, &["back.json"]);
    assert_eq!(live(&project), start, "all of it can be put back");
    let again = project.run(&["apply", "back.json", "--yes", "-q"]);
    assert!(again.stdout.contains(" 0 applied, 4 already so,"), "{again}");

    // Rolling back a rollback is an ordinary rollback too.
    apply(&project, &["--only", "cobalt-cycles"]);
    let runs = project.run(&["history"]).stdout;
    let back = runs.lines().nth(3).unwrap().split(' ').next().unwrap().to_owned();
    let forward = project.run(&["rollback", &back, "-q"]);
    assert!(forward.stdout.contains("4 to update"), "{forward}");
}

#[test]
fn the_suggested_override_keeps_the_restored_value() {
    let project = Project::example();
    apply(&project, &FLEET);
    let rollback = project.run(&["rollback", "latest", "--out", "back.json"]);
    apply(&project, &["back.json"]);
    let drift = project.run(&[&["plan", "--detailed-exitcode"], &FLEET[..]].concat());
    assert_eq!(drift.code, 2, "the process wants it again: {drift}");

    let mut file = String::new();
    for line in rollback.stderr.lines() {
        if let Some((_, path)) =
            line.strip_suffix(':').and_then(|line| line.split_once("write in "))
        {
            file = path.to_owned();
        } else if let Some(entry) = line.strip_prefix("  ") {
            let path = project.path(&file);
            let text = std::fs::read_to_string(&path).unwrap();
            std::fs::write(&path, format!("{text}{entry}\n")).unwrap();
        }
    }
    let plan = project.run(&[&["plan"], &FLEET[..]].concat());
    assert_eq!(
        plan.stdout,
        "Plan for sandbox: 0 to create, 0 to update, 0 manual, 0 held, 0 blocked, 2 unchanged.\n",
        "{plan}"
    );
}

#[test]
fn a_value_that_changed_since_is_left_alone() {
    let _settled = settled();
    let project = Project::example();
    apply(&project, &["--only", "granite-gear"]);
    let company = json!({"RetailerId": 1007, "CompanyId": 2});
    project.store().put(System::Omnireturns, &company).unwrap();
    let rollback = project.run(&["rollback", "latest", "--out", "back.json"]);
    assert_snapshot!(rollback.stderr, @r#"
    cannot be undone: Granite Gear: `omnirps.track_and_trace_emails` is put back, but an e-mail that was not sent meanwhile is never sent
    left unchanged: Granite Gear: `omnireturns.company` is now Nordic Brands; the run changed it from SEKO Retail to Loop
    warning: Granite Gear: the process still requires this, so the next plan shows it as drift, unless you remove switched_to_loop or write in retailers/granite-gear.yaml:
      settings:
        omnireturns.portal: {value: published, reason: "…"}
        omnirps.tracking_webhook.url: {manage: false, reason: "…"}
        omnirps.tracking_webhook.enabled: {value: false, reason: "…"}
        omnirps.shopify_integration: {value: enabled, reason: "…"}
        omnirps.track_and_trace_emails: {value: enabled, reason: "…"}
    next: reconcile apply back.json
    "#);
    apply(&project, &["back.json"]);
    let record = live(&project)[&System::Omnireturns]
        .iter()
        .find(|record| record["RetailerName"] == "Granite Gear")
        .cloned()
        .unwrap();
    assert_eq!(record["CompanyName"], "Nordic Brands", "{record}");
    assert_eq!(record["PortalPublished"], true, "{record}");
}

#[test]
fn a_record_that_has_another_name_by_now_is_left_alone() {
    let _settled = settled();
    let project = Project::example();
    apply(&project, &["--only", "granite-gear"]);
    let renamed = json!({"RetailerId": 1007, "RetailerName": "Garnet Garments"});
    project.store().put(System::Omnireturns, &renamed).unwrap();
    let rollback = project.run(&["rollback", "latest", "--format", "json"]);
    let left =
        "left unchanged: Granite Gear: OmniReturns record 1007 is now called \"Garnet Garments\"";
    assert!(rollback.stderr.contains(left), "{rollback}");
    assert!(!rollback.stdout.contains("\"1007\""), "{rollback}");
    assert!(rollback.stdout.contains("\"507\""), "{rollback}");
}

#[test]
fn created_records_stay_and_are_reported() {
    let _settled = settled();
    let project = Project::example();
    apply(&project, &["--only", "brightwater-swim"]);
    let rollback = project.run(&["rollback", "latest"]);
    assert_snapshot!(rollback, @r#"
    exit 0
    --- stdout
    Plan for sandbox: 0 to create, 0 to update, 0 manual, 0 held, 0 blocked, 12 unchanged.
    --- stderr
    cannot be undone: Brightwater Swim: "Brightwater Swim" was created in OmniReturns (id 1014): a retailer is never deleted
    cannot be undone: Brightwater Swim: "Brightwater Swim" was created in OmniRPS (id 514): a retailer is never deleted
    cannot be undone: Brightwater Swim: "Brightwater Swim" was created in OmniParcel (id 314): an account is never deleted
    "#);
    assert!(project.methods().iter().all(|method| method != "DELETE"));
}

#[test]
fn the_plan_is_also_json_and_a_diff() {
    let _settled = settled();
    let project = Project::example();
    apply(&project, &["--only", "cobalt-cycles"]);
    assert_snapshot!(project.run(&["rollback", "latest", "--format", "json", "-q"]).stdout, @r#"
    {
      "format_version": "1.0",
      "environment": "sandbox",
      "fingerprint": "e3be37a3106064f71a0ecf33ce9627a5c934663da0ba56bd8631bd480e31705b",
      "summary": {
        "create": 0,
        "update": 1,
        "manual": 0,
        "held": 0,
        "blocked": 0,
        "unchanged": 11
      },
      "unknown_systems": [],
      "retailers": [
        {
          "retailer": "Cobalt Cycles",
          "file": "retailers/cobalt-cycles.yaml",
          "actions": [
            {
              "id": "cobalt-cycles/omnirps/update",
              "system": "omnirps",
              "kind": "update",
              "target_id": "503",
              "name": "Cobalt Cycles",
              "depends_on": [],
              "changes": [
                {
                  "setting": "omnirps.tracking_webhook.enabled",
                  "before": true,
                  "after": false,
                  "step": "rollback",
                  "rollback_of": "[run]"
                }
              ]
            }
          ],
          "held": [],
          "manual": [],
          "blocked": [],
          "alerts": [
            {
              "code": "no-credits",
              "message": "after this, Cobalt Cycles is live and has a tracking webhook that is switched off, so its customers get no credits",
              "hint": "apply this only if no customer returns through the partner any more; otherwise roll back the others alone, with --only"
            }
          ]
        }
      ]
    }
    "#);
    assert_snapshot!(project.run(&["rollback", "latest", "--format", "diff", "-q"]).stdout, @"
    !! [no-credits]: after this, Cobalt Cycles is live and has a tracking webhook that is switched off, so its customers get no credits
       hint: apply this only if no customer returns through the partner any more; otherwise roll back the others alone, with --only

    --- live/cobalt-cycles/omnirps.yaml
    +++ desired/cobalt-cycles/omnirps.yaml
    @@ -1 +1 @@
    -omnirps.tracking_webhook.enabled: true
    +omnirps.tracking_webhook.enabled: false
    ");
}

#[test]
fn a_part_of_a_run_can_be_rolled_back() {
    let project = Project::example();
    apply(&project, &FLEET);
    let part = project.run(&["rollback", "latest", "-q", "--only", "harbor-kids"]);
    assert!(part.stdout.contains("2 to update") && !part.stdout.contains("Granite"), "{part}");
    assert_eq!(project.run(&["rollback", "latest", "--only", "juniper-home"]).code, 64);
    let typo = ["rollback", "latest", "--only", "harbor-kids", "--only", "harbour-kids"];
    assert!(project.run(&typo).stderr.contains("did you mean `harbor-kids`?"));
    assert_eq!(project.run(&["rollback", "latest", "--environment", "other"]).code, 64);
    assert_eq!(project.run(&["rollback", "nothing"]).code, 64);
}

#[test]
fn a_word_for_two_retailers_is_refused() {
    let project = Project::example();
    apply(&project, &FLEET);
    let project = project
        .file("retailers/acme.yaml", "retailer: Bee\njourney: existing\n")
        .file("retailers/bee.yaml", "retailer: acme\njourney: existing\n");
    for command in [&["rollback", "latest"][..], &["history"], &["history", "latest"]] {
        let run = project.run(&[command, &["--only", "acme"]].concat());
        assert_eq!((run.code, run.stdout.as_str()), (64, ""), "{run}");
        assert!(run.stderr.contains("means two retailers"), "{run}");
    }
}

#[test]
fn what_somebody_else_had_done_already_is_not_rolled_back() {
    let project = Project::example();
    let only = ["--only", "granite-gear"];
    assert_eq!(project.run(&[&["plan", "--out", "plan.json"], &only[..]].concat()).code, 0);
    let unpublished = json!({"RetailerId": 1007, "PortalPublished": false});
    project.store().put(System::Omnireturns, &unpublished).unwrap();
    apply(&project, &["plan.json"]);
    let shown = project.run(&["history", "latest"]).stdout;
    let lines: Vec<&str> = shown.lines().filter(|line| line.contains("omnireturns.")).collect();
    assert_snapshot!(lines.join("\n"), @"
    omnireturns.company: SEKO Retail → Loop
    omnireturns.portal: published → unpublished (was already so, not written)
    ");
    let back = project.run(&["rollback", "latest", "--out", "back.json"]);
    let portal = "left unchanged: Granite Gear: `omnireturns.portal` was already unpublished";
    assert!(back.stderr.contains(portal) && !back.stdout.contains("portal:"), "{back}");
    assert!(back.stdout.contains("omnireturns.company: Loop → SEKO Retail"), "{back}");
}

#[test]
fn what_a_later_run_wrote_instead_of_a_crashed_one_is_not_rolled_back() {
    let project = Project::example();
    let only = ["--only", "granite-gear"];
    assert_eq!(project.run(&["plan"]).code, 0);
    let before = live(&project);
    apply(&project, &only);
    // As if the machine had died when it was about to send the first write.
    for (system, records) in &before {
        for record in records {
            project.store().put(*system, record).unwrap();
        }
    }
    let journal = std::fs::read_dir(project.path(".reconcile/runs")).unwrap().next().unwrap();
    let journal = journal.unwrap().path();
    let crashed = journal.file_stem().unwrap().to_str().unwrap().to_owned();
    let lines = std::fs::read_to_string(&journal).unwrap();
    let start: String = lines.split_inclusive('\n').take(2).collect();
    assert!(start.contains("action_started"), "{start}");
    std::fs::write(&journal, start).unwrap();

    let later = project.run(&[&["apply", "--yes"], &only[..]].concat());
    assert!(later.stderr.contains("it was not done"), "{later}");
    let back = project.run(&["rollback", &crashed]);
    assert!(back.stdout.contains("0 to update"), "{back}");
    assert!(back.stderr.contains("but not by that run: it failed to write it"), "{back}");
    let back = project.run(&["rollback", "latest"]);
    assert!(back.stdout.contains("2 to update"), "{back}");

    let journals = std::fs::read_dir(project.path(".reconcile/runs")).unwrap();
    let journals = journals.map(|entry| entry.unwrap().path());
    let later = journals.filter(|path| path.extension().is_some_and(|of| of == "jsonl")).max();
    let later = later.unwrap();
    let lines = std::fs::read_to_string(&later).unwrap();
    for line in [1, 2] {
        let kept = lines.split_inclusive('\n').enumerate().filter(|(at, _)| at + 1 != line);
        std::fs::write(&later, kept.map(|(_, text)| text).collect::<String>()).unwrap();
        let back = project.run(&["rollback", &crashed]);
        assert_eq!((back.code, back.stdout.as_str()), (1, ""), "{back}");
        assert!(back.stderr.contains(&format!("is broken at line {line}")), "{back}");
    }
}
