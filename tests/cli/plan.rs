//! `reconcile plan`.

use crate::support::Project;
use insta::assert_snapshot;

#[test]
fn the_example_fleet_shows_every_kind_of_entry() {
    let project = Project::example();
    assert_snapshot!(project.run(&["plan"]), @r#"
    exit 0
    --- stdout
    !! [no-credits]: Cobalt Cycles is live and has a tracking webhook that is switched off, so its customers get no credits
       hint: OmniRPS retries a delivery without a 200 response after 60 minutes, 24 hours and 48 hours, then switches the webhook off by itself: find out why it was not answered with 200, then run `reconcile apply` to switch it on again, with --only for a single retailer; what was processed while it was off is not sent again by itself: ask SEKO support to send it

    !! [no-credits]: Fjord Knitwear has switched over and has no tracking webhook, so its customers get no credits
    !! [no-credits]: Granite Gear has switched over and has no tracking webhook, so its customers get no credits
       hint: run `reconcile apply` to set it, with --only for a single retailer

    !! [no-credits]: Harbor Kids has switched over and has a tracking webhook that points elsewhere, so its customers get no credits
       hint: find out who changed it, then run `reconcile apply` to set it again, with --only for a single retailer

    Aurora Outdoor  retailers/aurora-outdoor.yaml
      ⏸ held until the milestone documents_completed is stated
          omniparcel.account: (unset) → present  N5, otherwise no return label can be made for the retailer
          omnirps.retailer: (unset) → present  N5, otherwise no hub can process the retailer's returns
          omnirps.tracking_webhook.url: (unset) → https://api.loopreturns.com/hook/v1/seko/update  N5.2.1, otherwise customers get no credits
          omnirps.tracking_webhook.enabled: (unset) → true  N5.2.1, otherwise customers get no credits
          omnireturns.retailer: (unset) → present  N5, otherwise Loop cannot create return labels
          omnireturns.name: (unset) → Aurora Outdoor  N5, otherwise the account in OmniReturns can be taken for another one
          omnireturns.company: (unset) → Loop  N5, otherwise OmniReturns keeps the retailer among those that pay for access
          omnireturns.portal: (unset) → unpublished  N5, otherwise customers can return through two portals

    Brightwater Swim  retailers/brightwater-swim.yaml
      + create in OmniParcel: "Brightwater Swim"
          omniparcel.account: (unset) → present  N5, otherwise no return label can be made for the retailer
      + create in OmniRPS: "Brightwater Swim"
          omnirps.retailer: (unset) → present  N5, otherwise no hub can process the retailer's returns
          omnirps.tracking_webhook.url: (unset) → https://api.loopreturns.com/hook/v1/seko/update  N5.2.1, otherwise customers get no credits
          omnirps.tracking_webhook.enabled: (unset) → true  N5.2.1, otherwise customers get no credits
      + create in OmniReturns: "Brightwater Swim"
          omnireturns.retailer: (unset) → present  N5, otherwise Loop cannot create return labels
          omnireturns.name: (unset) → Brightwater Swim  N5, otherwise the account in OmniReturns can be taken for another one
          omnireturns.company: (unset) → Loop  N5, otherwise OmniReturns keeps the retailer among those that pay for access
          omnireturns.portal: (unset) → unpublished  N5, otherwise customers can return through two portals
          omnireturns.omnirps_retailer_id: (unset) → (the id of the new OmniRPS retailer)  N5, otherwise labels and hub processing are not tied to one retailer

    Cobalt Cycles  retailers/cobalt-cycles.yaml
      ~ update in OmniRPS: Cobalt Cycles (id 503)
          omnirps.tracking_webhook.enabled: false → true  N5.2.1, otherwise customers get no credits

    Dune & Co  retailers/dune-and-co.yaml
      ! blocked in OmniRPS [name-near-miss]: no OmniRPS record is called "Dune & Co", but "Dune  & Co" (id 504) looks like it: character 6 is a space instead of `&`; changes in OmniReturns wait for this
          hint: if that is the retailer, correct `retailer` in retailers/dune-and-co.yaml: OmniRPS refuses uploads under any other name, and nothing can be renamed there
      + create in OmniParcel: "Dune & Co"
          omniparcel.account: (unset) → present  N5, otherwise no return label can be made for the retailer

    Ember Ceramics  retailers/ember-ceramics.yaml
      ⏸ held until the milestone switched_to_loop is stated
          omnirps.tracking_webhook.url: (unset) → https://api.loopreturns.com/hook/v1/seko/update  N5.2.1, otherwise customers get no credits
          omnirps.tracking_webhook.enabled: false → true  N5.2.1, otherwise customers get no credits
      ⏸ held until the milestone switched_to_loop is stated and omnireturns_access is decided
          omnireturns_access: required or not_required?  E5, decides what is changed

    Fjord Knitwear  retailers/fjord-knitwear.yaml
      ~ update in OmniRPS: Fjord Knitwear (id 506)
          omnirps.tracking_webhook.url: (unset) → https://api.loopreturns.com/hook/v1/seko/update  N5.2.1, otherwise customers get no credits
          omnirps.tracking_webhook.enabled: false → true  N5.2.1, otherwise customers get no credits
      ⏸ held until omnireturns_access is decided
          omnireturns_access: required or not_required?  E5, decides what is changed

    Granite Gear  retailers/granite-gear.yaml
      ~ update in OmniRPS: Granite Gear (id 507)
          omnirps.tracking_webhook.url: (unset) → https://api.loopreturns.com/hook/v1/seko/update  N5.2.1, otherwise customers get no credits
          omnirps.tracking_webhook.enabled: false → true  N5.2.1, otherwise customers get no credits
          omnirps.shopify_integration: enabled → disabled  E6.3, otherwise OmniRPS and Loop can both refund the same return
          omnirps.track_and_trace_emails: enabled → disabled  E6.4, otherwise customers get e-mails from both SEKO and Loop
      ~ update in OmniReturns: Granite Gear (id 1007)
          omnireturns.company: SEKO Retail → Loop  E6.1, otherwise OmniReturns keeps the retailer among those that pay for access
          omnireturns.portal: published → unpublished  E6.2, otherwise customers can return through two portals

    Harbor Kids  retailers/harbor-kids.yaml
      ~ update in OmniRPS: Harbor Kids (id 508)
          omnirps.tracking_webhook.url: https://relay.harborkids.example/seko → https://api.loopreturns.com/hook/v1/seko/update  N5.2.1, otherwise customers get no credits
          omnirps.track_and_trace_emails: enabled → disabled  E7.2, otherwise customers get e-mails from both SEKO and Loop
      ~ update in OmniReturns: Harbor Kids (id 1008)
          omnireturns.name: Harbor Kids → Harbor Kids - Loop  E7.1, otherwise the account in OmniReturns can be taken for another one

    Indigo Denim  retailers/indigo-denim.yaml
      ~ update in OmniRPS: Indigo Denim (id 509)
          omnirps.track_and_trace_emails: enabled → disabled  E6.4, otherwise customers get e-mails from both SEKO and Loop

    Kestrel Audio  retailers/kestrel-audio.yaml
      ☐ manual step
          omnireturns.emails: ops@kestrelaudio.example → none  N5.1.1, otherwise a user account exists that Loop's retailers do not need
          SEKO onboarding: in OmniReturns admin, Retailers, General info (/admin/retailer/retailer_view), remove ops@kestrelaudio.example from `omnireturns.emails` of "Kestrel Audio" (id 1011)
      ☐ manual step
          omnireturns.hubs: SEKO OMNI UK → none  N5.1.2, otherwise hubs are set up that labels made through the API do not use
          SEKO onboarding: in OmniReturns admin, Retailers, Assign Hubs, remove SEKO OMNI UK from `omnireturns.hubs` of "Kestrel Audio" (id 1011)

    Lumen Lighting  retailers/lumen-lighting.yaml
      ⏸ held until the milestone switched_to_loop is stated
          omnirps.tracking_webhook.url: (unset) → https://api.loopreturns.com/hook/v1/seko/update  N5.2.1, otherwise customers get no credits
          omnirps.tracking_webhook.enabled: false → true  N5.2.1, otherwise customers get no credits
          omnirps.shopify_integration: enabled → disabled  E6.3, otherwise OmniRPS and Loop can both refund the same return
          omnirps.track_and_trace_emails: enabled → disabled  E6.4, otherwise customers get e-mails from both SEKO and Loop
          omnireturns.company: SEKO Retail → Loop  E6.1, otherwise OmniReturns keeps the retailer among those that pay for access
          omnireturns.portal: published → unpublished  E6.2, otherwise customers can return through two portals

    Plan for sandbox: 4 to create, 7 to update, 2 manual, 18 held, 1 blocked, 1 unchanged; 1 undeclared in OmniRPS.
    --- stderr
    "#);
}

#[test]
fn planning_writes_nothing_and_reads_little() {
    let project = Project::example();
    assert_eq!(project.run(&["plan"]).code, 0);
    assert_eq!(project.run(&["plan", "--format", "diff"]).code, 0);
    assert_eq!(project.methods(), vec!["GET"; 8], "one page of each system, and the companies");
}

#[test]
fn json_is_the_contract() {
    let project = Project::example();
    let run = project.run(&["plan", "--only", "granite-gear", "--json"]);
    assert_snapshot!(run, @r#"
    exit 0
    --- stdout
    {
      "format_version": "1.0",
      "environment": "sandbox",
      "fingerprint": "86f76604b0dee07c1592fe62ea13aa5ac25bf62c3a6cefa7c55b7e1700e4f3e0",
      "summary": {
        "create": 0,
        "update": 2,
        "manual": 0,
        "held": 0,
        "blocked": 0,
        "unchanged": 0
      },
      "unknown_systems": [],
      "retailers": [
        {
          "retailer": "Granite Gear",
          "file": "retailers/granite-gear.yaml",
          "source": "90dafba56eaf42cd056d347c07fc9df2d3e324af4351e1d122363f72b701f4fc",
          "actions": [
            {
              "id": "granite-gear/omnirps/update",
              "system": "omnirps",
              "kind": "update",
              "target_id": "507",
              "name": "Granite Gear",
              "depends_on": [],
              "changes": [
                {
                  "setting": "omnirps.tracking_webhook.url",
                  "before": null,
                  "after": "https://api.loopreturns.com/hook/v1/seko/update",
                  "step": "N5.2.1"
                },
                {
                  "setting": "omnirps.tracking_webhook.enabled",
                  "before": false,
                  "after": true,
                  "step": "N5.2.1"
                },
                {
                  "setting": "omnirps.shopify_integration",
                  "before": "enabled",
                  "after": "disabled",
                  "step": "E6.3"
                },
                {
                  "setting": "omnirps.track_and_trace_emails",
                  "before": "enabled",
                  "after": "disabled",
                  "step": "E6.4"
                }
              ]
            },
            {
              "id": "granite-gear/omnireturns/update",
              "system": "omnireturns",
              "kind": "update",
              "target_id": "1007",
              "name": "Granite Gear",
              "depends_on": [
                "granite-gear/omnirps/update"
              ],
              "changes": [
                {
                  "setting": "omnireturns.company",
                  "before": "SEKO Retail",
                  "after": "Loop",
                  "step": "E6.1",
                  "after_id": "7"
                },
                {
                  "setting": "omnireturns.portal",
                  "before": "published",
                  "after": "unpublished",
                  "step": "E6.2"
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
              "message": "Granite Gear has switched over and has no tracking webhook, so its customers get no credits",
              "hint": "run `reconcile apply` to set it, with --only for a single retailer"
            }
          ]
        }
      ]
    }
    --- stderr
    "#);
    assert_eq!(
        project.run(&["plan", "--only", "Granite Gear", "--format", "json"]).stdout,
        run.stdout
    );
}

#[test]
fn held_manual_and_blocked_entries_are_in_json() {
    let project = Project::example();
    let only = ["--only", "ember-ceramics", "--only", "kestrel-audio", "--only", "dune-and-co"];
    assert_snapshot!(project.run(&[&["plan", "--json"], &only[..]].concat()), @r#"
    exit 0
    --- stdout
    {
      "format_version": "1.0",
      "environment": "sandbox",
      "fingerprint": "ce087c33301557f8089027dd3c8b93a16f80f906177c74aa725579bef80ebc28",
      "summary": {
        "create": 1,
        "update": 0,
        "manual": 2,
        "held": 3,
        "blocked": 1,
        "unchanged": 0
      },
      "unknown_systems": [],
      "retailers": [
        {
          "retailer": "Dune & Co",
          "file": "retailers/dune-and-co.yaml",
          "source": "5b86ea679b05e02238cdd81121a52b6faacb942d59ffa96b7ff08841d1288ee7",
          "actions": [
            {
              "id": "dune-and-co/omniparcel/create",
              "system": "omniparcel",
              "kind": "create",
              "target_id": null,
              "name": "Dune & Co",
              "depends_on": [],
              "changes": [
                {
                  "setting": "omniparcel.account",
                  "before": null,
                  "after": "present",
                  "step": "N5"
                }
              ]
            }
          ],
          "held": [],
          "manual": [],
          "blocked": [
            {
              "code": "name-near-miss",
              "system": "omnirps",
              "message": "no OmniRPS record is called \"Dune & Co\", but \"Dune  & Co\" (id 504) looks like it: character 6 is a space instead of `&`; changes in OmniReturns wait for this",
              "hint": "if that is the retailer, correct `retailer` in retailers/dune-and-co.yaml: OmniRPS refuses uploads under any other name, and nothing can be renamed there"
            }
          ]
        },
        {
          "retailer": "Ember Ceramics",
          "file": "retailers/ember-ceramics.yaml",
          "source": "7c29ff563d7ad05e3a608883ea8dcc321dbc2b0744a153961fbb31119dfd1896",
          "actions": [],
          "held": [
            {
              "setting": "omnirps.tracking_webhook.url",
              "before": null,
              "after": "https://api.loopreturns.com/hook/v1/seko/update",
              "step": "N5.2.1",
              "waiting_for": [
                "switched_to_loop"
              ]
            },
            {
              "setting": "omnirps.tracking_webhook.enabled",
              "before": false,
              "after": true,
              "step": "N5.2.1",
              "waiting_for": [
                "switched_to_loop"
              ]
            },
            {
              "setting": "omnireturns_access",
              "before": null,
              "after": null,
              "step": "E5",
              "waiting_for": [
                "switched_to_loop",
                "omnireturns_access"
              ]
            }
          ],
          "manual": [],
          "blocked": []
        },
        {
          "retailer": "Kestrel Audio",
          "file": "retailers/kestrel-audio.yaml",
          "source": "b877271126eaa2d108e2dcf516157ffe3af364ea179287408a060abc0dabeaf1",
          "actions": [],
          "held": [],
          "manual": [
            {
              "setting": "omnireturns.emails",
              "before": [
                "ops@kestrelaudio.example"
              ],
              "after": "none",
              "step": "N5.1.1",
              "instruction": "SEKO onboarding: in OmniReturns admin, Retailers, General info (/admin/retailer/retailer_view), remove ops@kestrelaudio.example from `omnireturns.emails` of \"Kestrel Audio\" (id 1011)"
            },
            {
              "setting": "omnireturns.hubs",
              "before": [
                "SEKO OMNI UK"
              ],
              "after": "none",
              "step": "N5.1.2",
              "instruction": "SEKO onboarding: in OmniReturns admin, Retailers, Assign Hubs, remove SEKO OMNI UK from `omnireturns.hubs` of \"Kestrel Audio\" (id 1011)"
            }
          ],
          "blocked": []
        }
      ]
    }
    --- stderr
    "#);
}

#[test]
fn diff_is_a_unified_diff_of_each_record() {
    let project = Project::example();
    let off = project.run(&["plan", "--format", "diff", "--only", "cobalt-cycles"]);
    assert_snapshot!(off, @"
    exit 0
    --- stdout
    !! [no-credits]: Cobalt Cycles is live and has a tracking webhook that is switched off, so its customers get no credits
       hint: OmniRPS retries a delivery without a 200 response after 60 minutes, 24 hours and 48 hours, then switches the webhook off by itself: find out why it was not answered with 200, then run `reconcile apply` to switch it on again, with --only for a single retailer; what was processed while it was off is not sent again by itself: ask SEKO support to send it

    --- live/cobalt-cycles/omnirps.yaml
    +++ desired/cobalt-cycles/omnirps.yaml
    @@ -1 +1 @@
    -omnirps.tracking_webhook.enabled: false
    +omnirps.tracking_webhook.enabled: true
    --- stderr
    ");
    let only = ["--only", "brightwater-swim", "--only", "harbor-kids"];
    assert_snapshot!(project.run(&[&["plan", "--format", "diff"], &only[..]].concat()), @"
    exit 0
    --- stdout
    !! [no-credits]: Harbor Kids has switched over and has a tracking webhook that points elsewhere, so its customers get no credits
       hint: find out who changed it, then run `reconcile apply` to set it again, with --only for a single retailer

    --- /dev/null
    +++ desired/brightwater-swim/omniparcel.yaml
    @@ -0,0 +1 @@
    +omniparcel.account: present
    --- /dev/null
    +++ desired/brightwater-swim/omnirps.yaml
    @@ -0,0 +1,3 @@
    +omnirps.retailer: present
    +omnirps.tracking_webhook.enabled: true
    +omnirps.tracking_webhook.url: https://api.loopreturns.com/hook/v1/seko/update
    --- /dev/null
    +++ desired/brightwater-swim/omnireturns.yaml
    @@ -0,0 +1,5 @@
    +omnireturns.company: Loop
    +omnireturns.name: Brightwater Swim
    +omnireturns.omnirps_retailer_id: (the id that brightwater-swim/omnirps/create gets)
    +omnireturns.portal: unpublished
    +omnireturns.retailer: present
    --- live/harbor-kids/omnirps.yaml
    +++ desired/harbor-kids/omnirps.yaml
    @@ -1,2 +1,2 @@
    -omnirps.track_and_trace_emails: enabled
    -omnirps.tracking_webhook.url: https://relay.harborkids.example/seko
    +omnirps.track_and_trace_emails: disabled
    +omnirps.tracking_webhook.url: https://api.loopreturns.com/hook/v1/seko/update
    --- live/harbor-kids/omnireturns.yaml
    +++ desired/harbor-kids/omnireturns.yaml
    @@ -1 +1 @@
    -omnireturns.name: Harbor Kids
    +omnireturns.name: Harbor Kids - Loop
    --- stderr
    ");
}

#[test]
fn the_detailed_exit_code_counts_actions_only() {
    let project = Project::example();
    let code = |only: &str| project.run(&["plan", "--detailed-exitcode", "--only", only]).code;
    assert_eq!(code("granite-gear"), 2);
    assert_eq!(code("juniper-home"), 0, "in sync");
    assert_eq!(code("lumen-lighting"), 0, "held");
    assert_eq!(code("kestrel-audio"), 0, "manual");
    assert_eq!(project.run(&["plan", "--only", "granite-gear"]).code, 0);
}

#[test]
fn an_empty_fleet_is_an_error_for_commands_about_retailers() {
    let project = Project::empty();
    assert_snapshot!(project.run(&["plan"]), @"
    exit 3
    --- stdout
    --- stderr
    error[no-retailers]: there is no retailer file here
    --> retailers:1:1
     = hint: write one with `reconcile new`, fetch them with `reconcile import`, or run this beside the `retailers` folder, or name it with --retailers
    ");
    for command in [
        &["validate"][..],
        &["apply", "--yes"],
        &["drift"],
        &["status"],
        &["explain", "acme"],
        &["verify", "acme"],
        &["handoff", "acme"],
        &["attest", "acme", "live"],
        &["decide", "acme", "required", "--by", "dana"],
        &["message", "acme"],
        &["uploads"],
    ] {
        let run = project.run(command);
        assert_eq!(run.code, 3, "{run}");
        assert!(run.stderr.starts_with("error[no-retailers]: "), "{run}");
    }
    for command in [&["import", "--dry-run"][..], &["doctor"], &["history"], &["schema", "plan"]] {
        assert_eq!(project.run(command).code, 0, "{command:?}");
    }
}

#[test]
fn the_plan_is_also_saved() {
    let project = Project::example();
    let shown = project.run(&["plan", "--json"]).stdout;
    let run = project.run(&["plan", "--json", "--out", "plan.json"]);
    assert_eq!(run.stdout, shown, "--out leaves stdout as it is");
    assert_eq!(std::fs::read_to_string(project.path("plan.json")).unwrap(), shown);
    assert_snapshot!(project.run(&["plan", "--out", "no/such/plan.json"]).stderr, @"
    error: `no/such/plan.json` cannot be written: its folder does not exist
    hint: choose another place
    ");
}

#[test]
fn a_plan_is_saved_neither_to_stdout_nor_over_a_file_that_was_read() {
    let project = Project::example();
    for command in [&["plan"][..], &["rollback", "latest"]] {
        let run = project.run(&[command, &["--out", "-"]].concat());
        assert_eq!((run.code, run.stdout.as_str()), (64, ""), "{run}");
    }
    assert_snapshot!(project.run(&["plan", "--out=-"]).stderr, @"
    error: invalid value '-' for '--out <FILE>': the plan is shown on stdout; --format json shows there what would be saved

    For more information, try '--help'.
    ");
    let retailer = project.path("retailers/granite-gear.yaml");
    let before = std::fs::read_to_string(&retailer).unwrap();
    std::os::unix::fs::symlink(&retailer, project.path("plan.json")).unwrap();
    for out in ["./retailers/../retailers/granite-gear.yaml", "plan.json"] {
        for command in [&["plan"][..], &["rollback", "latest"]] {
            let run = project.run(&[command, &["--out", out]].concat());
            assert_eq!((run.code, run.stdout.as_str()), (64, ""), "{run}");
            assert!(run.stderr.contains("`retailers/granite-gear.yaml` is an input"), "{run}");
        }
    }
    assert_eq!(std::fs::read_to_string(&retailer).unwrap(), before);
    assert_snapshot!(project.run(&["plan", "--out", "reconcile.yaml"]).stderr, @"
    error: `reconcile.yaml` is an input of this command, and is not overwritten
    hint: name another file to write to
    ");
    // Nor is what the project uses beside its files.
    for folder in ["keys", "templates"] {
        std::fs::create_dir(project.path(folder)).unwrap();
    }
    let used = "environments:\n  production:\n    omnirps: {url: \"https://x.example\", key: {file: keys/rps}}\n";
    let project = project
        .file("reconcile.yaml", used)
        .file("keys/rps", "key")
        .file("templates/documents.txt", "text")
        .file("proposed.yaml", "{}")
        .file("faults.yaml", "[]");
    for (kept, command) in [
        ("keys/rps", &["plan", "--out=keys/rps"][..]),
        ("keys/rps", &["plan", "--report=text=keys/../keys/rps"]),
        ("keys/rps", &["status", "--format=json", "--out=keys/rps"]),
        ("templates/documents.txt", &["status", "--format=html", "--out=templates/documents.txt"]),
        ("proposed.yaml", &["plan", "--partner-from=proposed.yaml", "--out=proposed.yaml"]),
        ("faults.yaml", &["plan", "--sandbox-faults=faults.yaml", "--out=faults.yaml"]),
    ] {
        let before = std::fs::read_to_string(project.path(kept)).unwrap();
        let run = project.run(command);
        assert_eq!((run.code, run.stdout.as_str()), (64, ""), "{command:?}: {run}");
        assert!(run.stderr.contains("is an input of this command"), "{command:?}: {run}");
        assert_eq!(std::fs::read_to_string(project.path(kept)).unwrap(), before);
    }
    assert_eq!(project.run(&["plan", "--out", "templates/plan.json"]).code, 0);
    // Two outputs do not replace each other.
    for outs in [
        ["--out=plan.new", "--report=json=./plan.new"],
        ["--report=json=plan.new", "--report=markdown=plan.new"],
    ] {
        let run = project.run(&["plan", outs[0], outs[1]]);
        assert_eq!((run.code, run.stdout.as_str()), (64, ""), "{run}");
        assert!(run.stderr.contains("two outputs would be written to `"), "{run}");
    }
    assert!(!project.path("plan.new").exists());
    assert_eq!(project.run(&["plan", "--out=plan.new", "--report=json=plan.json.new"]).code, 0);
    let run = project.run(&["validate", "--report", "json=retailers/granite-gear.yaml"]);
    assert_eq!((run.code, std::fs::read_to_string(&retailer).unwrap()), (64, before), "{run}");
    // An unread file is overwritten.
    std::fs::write(project.path("retailers/notes.txt"), "before").unwrap();
    let run = project.run(&["plan", "--out", "retailers/notes.txt"]);
    assert_eq!(run.code, 0, "{run}");
}

#[test]
fn colours_are_optional() {
    let project = Project::example();
    let plan = |arguments: &[&str], variables: &[(&str, &str)]| {
        let run = project.run_with(&[&["plan"], arguments].concat(), variables);
        run.stdout.contains('\u{1b}')
    };
    assert!(!plan(&[], &[]), "no terminal");
    assert!(plan(&["--color", "always"], &[]));
    assert!(!plan(&["--color", "never"], &[("CLICOLOR_FORCE", "1")]));
    assert!(plan(&[], &[("CLICOLOR_FORCE", "1")]));
    assert!(!plan(&[], &[("NO_COLOR", "1"), ("CLICOLOR_FORCE", "1")]));
}

#[test]
fn a_thousand_retailers_cost_few_reads() {
    let mut project = Project::empty();
    for number in 0..1000 {
        let text = format!(
            "retailer: Retailer {number}\njourney: new\nmilestones: {{documents_completed: 2026-10-01}}\n"
        );
        project = project.file(&format!("retailers/retailer-{number}.yaml"), &text);
    }
    let project = project
        .file("reconcile.yaml", "safety: {max_changed_retailers_percent: 100}\n")
        .file("seed.yaml", "Companies: [{CompanyId: 7, CompanyName: Loop}]\n");
    assert_eq!(project.run(&["sandbox", "--reset", "--seed", "seed.yaml"]).code, 0);
    let apply = project.run(&["apply", "--yes", "--quiet"]);
    assert_eq!(apply.code, 0, "{}", apply.stderr);
    let before = project.methods().len();
    let plan = project.run(&["plan", "--detailed-exitcode"]);
    assert_snapshot!(plan, @"
    exit 0
    --- stdout
    Plan for sandbox: 0 to create, 0 to update, 0 manual, 0 held, 0 blocked, 1000 unchanged.
    --- stderr
    ");
    let reads = project.methods().len() - before;
    assert!(reads <= 1000usize.div_ceil(200) * 3 + 3, "{reads} reads");
}
