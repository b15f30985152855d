//! `reconcile import`.

use crate::support::{Project, Run};
use insta::assert_snapshot;
use reconcile::System;
use serde_json::json;
use std::collections::BTreeMap;

/// Returns the files in `retailers`, by name.
fn files(project: &Project) -> BTreeMap<String, String> {
    let entries = std::fs::read_dir(project.path("retailers")).unwrap();
    entries
        .map(|entry| {
            let entry = entry.unwrap();
            let name = entry.file_name().into_string().unwrap();
            (name, std::fs::read_to_string(entry.path()).unwrap())
        })
        .collect()
}

/// Returns the example fleet with these additional OmniRPS records.
fn with_retailers(names: &[&str]) -> Project {
    let project = Project::example();
    project.run(&["plan"]);
    for (at, name) in names.iter().enumerate() {
        let record = json!({
            "RetailerId": 700 + at, "RetailerName": name,
            "TrackingWebhook": {"Url": "", "Enabled": false},
        });
        project.store().put(System::Omnirps, &record).unwrap();
    }
    project
}

fn held_only(project: &Project, only: &[&str]) -> Run {
    let run = project.run(&["validate", "--quiet"]);
    assert_eq!((run.code, run.stderr.as_str()), (0, ""), "{run}");
    let only: Vec<&str> = only.iter().flat_map(|name| ["--only", name]).collect();
    let run = project.run(&[&["plan", "--json"], &only[..]].concat());
    let plan: serde_json::Value = serde_json::from_str(&run.stdout).unwrap();
    for kind in ["create", "update", "manual", "blocked"] {
        assert_eq!(plan["summary"][kind], 0, "{run}");
    }
    run
}

#[test]
fn the_example_fleet_lacks_one_retailer() {
    let project = Project::example();
    let before = files(&project);
    assert_snapshot!(project.run(&["import"]), @r#"
    exit 0
    --- stdout
    wrote retailers/marlow-optics.yaml: Marlow Optics (omnirps 513, omniparcel 313, omnireturns 1013)
    Imported from sandbox: 1 written, 0 pinned, 1 left out.
    next: SEKO onboarding: add what the files mark with TODO, then see where the retailers are in their journeys
          $ reconcile validate
          $ reconcile status
    --- stderr
    left out: Dune  & Co (omnirps 504): it conflicts with retailers/dune-and-co.yaml: no OmniRPS record is called "Dune & Co", but "Dune  & Co" (id 504) looks like it: character 6 is a space instead of `&`
    hint: pin the right record under `ids` in retailers/dune-and-co.yaml, then import again
    "#);
    let mut after = files(&project);
    assert_snapshot!(after.remove("marlow-optics.yaml").unwrap(), @r#"
    # Written from the live records by `reconcile import`.
    retailer: Marlow Optics
    journey: existing
    # TODO account_manager: who looks after the retailer at SEKO
    # TODO omnireturns_access: required or not_required, once the retailer has said whether it still needs OmniReturns
    ids:
      omniparcel: "313"
      omnirps: "513"
      omnireturns: "1013"
    # TODO milestones: the day of each that has been reached: keys_requested, keys_supplied, test_label, test_return, uploads_checked, live
    # TODO milestones.switched_to_loop: the day of the switch-over and who did it, as in {on: 2026-10-12, by: loop}; nothing is changed before that day
    "#);
    assert_eq!(after, before);
    held_only(&project, &["marlow-optics"]);
    let again = project.run(&["import", "--quiet"]);
    assert_snapshot!(again, @"
    exit 0
    --- stdout
    Imported from sandbox: 0 written, 0 pinned, 1 left out.
    --- stderr
    ");
    assert!(project.methods().iter().all(|method| method == "GET"));
}

#[test]
fn only_named_retailers_are_imported() {
    let project = with_retailers(&["Acme", "Birch"]);
    for (arguments, expected) in [
        (&["import", "Birch"][..], "wrote retailers/birch.yaml: Birch (omnirps 701)\n"),
        (&["import", "700"], "wrote retailers/acme.yaml: Acme (omnirps 700)\n"),
        (
            &["import", "--only", "M?rlow*"],
            "wrote retailers/marlow-optics.yaml: Marlow Optics (omnirps 513, omniparcel 313, omnireturns 1013)\n",
        ),
    ] {
        let run = project.run(arguments);
        assert_eq!(run.code, 0, "{run}");
        assert_eq!(
            run.stdout,
            format!(
                "{expected}Imported from sandbox: 1 written, 0 pinned, 0 left out.\n\
                 next: SEKO onboarding: add what the files mark with TODO, then see where the \
                 retailers are in their journeys\n      $ reconcile validate\n      $ reconcile status\n"
            )
        );
        assert_eq!(run.stderr, "", "{run}");
    }
    held_only(&project, &["acme", "birch", "marlow-optics"]);
    assert_snapshot!(project.run(&["import", "Birch"]), @"
    exit 64
    --- stdout
    --- stderr
    error: `Birch` is declared already, by retailers/birch.yaml
    hint: leave it out; --pin adds ids to existing files
    ");
    assert_snapshot!(project.run(&["import", "granite-gear"]).stderr, @"
    error: `granite-gear` is declared already, by retailers/granite-gear.yaml
    hint: leave it out; --pin adds ids to existing files
    ");
    let project = Project::example();
    assert_snapshot!(project.run(&["import", "Marlow Optcs"]), @"
    exit 64
    --- stdout
    --- stderr
    error: no live retailer is called `Marlow Optcs`
    hint: did you mean `Marlow Optics`?
    ");
    assert_snapshot!(project.run(&["import", "Dune  & Co"]), @r#"
    exit 1
    --- stdout
    Imported from sandbox: 0 written, 0 pinned, 1 left out.
    --- stderr
    left out: Dune  & Co (omnirps 504): it conflicts with retailers/dune-and-co.yaml: no OmniRPS record is called "Dune & Co", but "Dune  & Co" (id 504) looks like it: character 6 is a space instead of `&`
    hint: pin the right record under `ids` in retailers/dune-and-co.yaml, then import again
    "#);
    assert_eq!(files(&project), files(&Project::example()));
}

#[test]
fn hostile_names_make_valid_files_or_none() {
    let names = [
        "yes",
        "1984",
        "- x",
        ": ",
        "a: b # c",
        "say \"hi\"",
        "🙂",
        "Вега",
        "../../etc/passwd",
        "Acme - Loop",
        " lead",
        "new\nline",
        "esc\u{1b}[31m",
        "ops@acme.example",
    ];
    let project = with_retailers(&names);
    assert_snapshot!(project.run(&["import"]), @r#"
    exit 0
    --- stdout
    wrote retailers/x.yaml: - x (omnirps 702)
    wrote retailers/etc-passwd.yaml: ../../etc/passwd (omnirps 708)
    wrote retailers/1984.yaml: 1984 (omnirps 701)
    wrote retailers/acme-loop.yaml: Acme - Loop (omnirps 709)
    wrote retailers/marlow-optics.yaml: Marlow Optics (omnirps 513, omniparcel 313, omnireturns 1013)
    wrote retailers/a-b-c.yaml: a: b # c (omnirps 704)
    wrote retailers/say-hi.yaml: say "hi" (omnirps 705)
    wrote retailers/yes.yaml: yes (omnirps 700)
    wrote retailers/retailer-707.yaml: Вега (omnirps 707)
    wrote retailers/retailer-706.yaml: 🙂 (omnirps 706)
    Imported from sandbox: 10 written, 0 pinned, 6 left out.
    next: SEKO onboarding: add what the files mark with TODO, then see where the retailers are in their journeys
          $ reconcile validate
          $ reconcile status
    --- stderr
    left out:  lead (omnirps 710): its file would be invalid [name-white-space]: `retailer` begins or ends with white space
    hint: have the name corrected in the system, or write the file by hand with the right name and `ids`
    left out: :  (omnirps 703): its file would be invalid [name-white-space]: `retailer` begins or ends with white space
    hint: have the name corrected in the system, or write the file by hand with the right name and `ids`
    left out: Dune  & Co (omnirps 504): it conflicts with retailers/dune-and-co.yaml: no OmniRPS record is called "Dune & Co", but "Dune  & Co" (id 504) looks like it: character 6 is a space instead of `&`
    hint: pin the right record under `ids` in retailers/dune-and-co.yaml, then import again
    left out: esc\u{1b}[31m (omnirps 712): its file would be invalid [name-white-space]: `retailer` contains an invisible character
    hint: have the name corrected in the system, or write the file by hand with the right name and `ids`
    left out: new\u{a}line (omnirps 711): its file would be invalid [name-white-space]: `retailer` contains a line break
    hint: have the name corrected in the system, or write the file by hand with the right name and `ids`
    left out: ops@acme.example (omnirps 713): its file would be invalid [email-in-name]: `retailer` is `ops@acme.example`, which is or contains an e-mail address
    hint: have the name corrected in the system, or write the file by hand with the right name and `ids`
    "#);
    let new: Vec<String> = files(&project)
        .into_keys()
        .filter(|name| !files(&Project::example()).contains_key(name))
        .map(|name| name.replace(".yaml", ""))
        .collect();
    let new: Vec<&str> = new.iter().map(String::as_str).collect();
    held_only(&project, &new);
}

#[test]
fn an_existing_file_is_never_overwritten() {
    let project = Project::example();
    std::fs::create_dir(project.path("retailers/marlow-optics.yaml")).unwrap();
    let run = project.run(&["import"]);
    assert_eq!(run.code, 1, "{run}");
    assert_snapshot!(run.stderr.lines().skip(2).collect::<Vec<_>>().join("\n"), @"
    error: retailers/marlow-optics.yaml cannot be written: File exists (os error 17)
    hint: check the folder and the file, then import again
    ");
    assert_eq!(run.stdout, "Imported from sandbox: 0 written, 0 pinned, 1 left out.\n");
    let left = std::fs::read_dir(project.path("retailers")).unwrap().count();
    assert_eq!(left, files(&Project::example()).len() + 1, "nothing is left behind");
}

#[test]
fn an_incomplete_read_writes_nothing() {
    for system in ["omniparcel", "omnirps", "omnireturns"] {
        let faults = format!("[{{system: {system}, effect: wrong_key}}]");
        let project = Project::example().file("faults.yaml", &faults);
        let run = project.run(&["import", "--pin", "--sandbox-faults", "faults.yaml"]);
        assert_eq!((run.code, run.stdout.as_str()), (1, ""), "{run}");
        assert!(run.stderr.contains("no file was written"), "{run}");
        assert_eq!(files(&project), files(&Project::example()));
    }
}

#[test]
fn where_omnirps_is_not_read_nothing_is_imported() {
    let manual = "{read: none, write: manual}";
    let systems = format!("{{omniparcel: {manual}, omnirps: {manual}, omnireturns: {manual}}}");
    let project = Project::example().file(
        "reconcile.yaml",
        &format!("default_environment: a\nenvironments: {{a: {systems}}}\n"),
    );
    let before = files(&project);
    for arguments in [&["import"][..], &["import", "--pin"], &["import", "--dry-run"]] {
        let run = project.run(arguments);
        assert_eq!((run.code, run.stdout.as_str()), (1, ""), "{run}");
        assert!(run.stderr.contains("the environment does not read OmniRPS"), "{run}");
        assert_eq!(files(&project), before);
    }
}

#[test]
fn pins_are_added_and_nothing_else_changes() {
    let project = Project::example();
    let before = files(&project);
    assert_snapshot!(project.run(&["import", "--pin"]), @r#"
    exit 0
    --- stdout
    pinned retailers/cobalt-cycles.yaml: Cobalt Cycles (omnirps 503, omniparcel 303, omnireturns 1003)
    pinned retailers/ember-ceramics.yaml: Ember Ceramics (omnirps 505, omniparcel 305, omnireturns 1005)
    pinned retailers/fjord-knitwear.yaml: Fjord Knitwear (omnirps 506, omniparcel 306, omnireturns 1006)
    pinned retailers/granite-gear.yaml: Granite Gear (omnirps 507, omniparcel 307, omnireturns 1007)
    pinned retailers/harbor-kids.yaml: Harbor Kids (omnirps 508, omniparcel 308, omnireturns 1008)
    pinned retailers/indigo-denim.yaml: Indigo Denim (omnirps 509, omniparcel 309, omnireturns 1009)
    pinned retailers/juniper-home.yaml: Juniper Home (omniparcel 310)
    pinned retailers/kestrel-audio.yaml: Kestrel Audio (omnirps 511, omniparcel 311, omnireturns 1011)
    pinned retailers/lumen-lighting.yaml: Lumen Lighting (omnirps 512, omniparcel 312, omnireturns 1012)
    wrote retailers/marlow-optics.yaml: Marlow Optics (omnirps 513, omniparcel 313, omnireturns 1013)
    Imported from sandbox: 1 written, 9 pinned, 1 left out.
    next: SEKO onboarding: add what the files mark with TODO, then see where the retailers are in their journeys
          $ reconcile validate
          $ reconcile status
    --- stderr
    left out: Dune  & Co (omnirps 504): it conflicts with retailers/dune-and-co.yaml: no OmniRPS record is called "Dune & Co", but "Dune  & Co" (id 504) looks like it: character 6 is a space instead of `&`
    hint: pin the right record under `ids` in retailers/dune-and-co.yaml, then import again
    "#);
    let after = files(&project);
    for (name, text) in &before {
        let mut rest = after[name].lines();
        for line in text.lines() {
            assert!(rest.any(|other| other == line), "{name}: {line}");
        }
    }
    assert_snapshot!(after["granite-gear.yaml"], @r#"
    # yaml-language-server: $schema=_schema/retailer.schema.json
    # Has switched over and gives up OmniReturns: the branch that moves, unpublishes and
    # switches off.
    retailer: Granite Gear
    journey: existing
    account_manager: Dana Reyes
    omnireturns_access: not_required
    ids:
      omniparcel: "307"
      omnirps: "507"
      omnireturns: "1007"
    milestones:
      keys_requested: 2026-09-14
      keys_supplied: 2026-09-15
      test_label: {on: 2026-09-28, connote: TK100200387AU}
      test_return: {on: 2026-09-28, connote: TK100200387AU}
      switched_to_loop: {on: 2026-11-02, by: loop}
    "#);
    assert_snapshot!(after["juniper-home.yaml"], @r#"
    # yaml-language-server: $schema=_schema/retailer.schema.json
    # Done: live and wholly in sync. Its records are pinned by id, because OmniReturns knows
    # it under another name.
    retailer: Juniper Home
    journey: existing
    account_manager: Dana Reyes
    omnireturns_access: required
    omnireturns:
      name: Juniper Home & Garden
    ids:
      omnireturns: "1010"
      omnirps: "510"
      omniparcel: "310"
    milestones:
      keys_requested: 2026-06-01
      keys_supplied: 2026-06-02
      test_label: {on: 2026-06-10, connote: TK100200177AU}
      test_return: {on: 2026-06-10, connote: TK100200177AU}
      switched_to_loop: {on: 2026-07-06, by: loop}
      uploads_checked: 2026-07-08
      live: 2026-07-09
    "#);
    assert_eq!(project.run(&["validate"]).code, 0);
    let plan = |project: &Project| project.run(&["plan", "--only", "granite-gear"]).stdout;
    assert_eq!(plan(&project), plan(&Project::example()), "the plan is the same");
    let again = project.run(&["import", "--pin", "-q"]);
    assert_eq!(again.stdout, "Imported from sandbox: 0 written, 0 pinned, 1 left out.\n");
    assert_eq!(files(&project), after);
}

#[test]
fn a_word_for_two_retailers_is_refused() {
    let project = Project::empty()
        .file("retailers/acme.yaml", "retailer: Bee\njourney: existing\n")
        .file("retailers/bee.yaml", "retailer: acme\njourney: existing\n");
    let run = project.run(&["import", "--pin", "--only", "acme"]);
    assert_eq!((run.code, run.stdout.as_str()), (64, ""), "{run}");
    let run = project.run(&["import", "--only", "X*"]);
    assert_eq!((run.code, run.stdout.as_str()), (64, ""), "{run}");
}

#[test]
fn a_word_for_the_name_of_one_and_the_id_of_another_is_refused() {
    let seed =
        "OmniRPS:\n- {RetailerId: 1, RetailerName: '2'}\n- {RetailerId: 2, RetailerName: X Shop}\n";
    let project = Project::empty().file("seed.yaml", seed);
    assert_eq!(project.run(&["sandbox", "--reset", "--seed", "seed.yaml"]).code, 0);
    assert_snapshot!(project.run(&["import", "2"]), @"
    exit 64
    --- stdout
    --- stderr
    error: `2` means two retailers: it is the name of one (omnirps 1) and the OmniRPS id of `X Shop`
    hint: give the OmniRPS id of the one, `X Shop` for the other
    ");
    assert_eq!(files(&project).len(), 0);
    let run = project.run(&["import", "1"]);
    assert!(run.stdout.starts_with("wrote retailers/2.yaml: 2 (omnirps 1)\n"), "{run}");
    // Also if the file of one of them is there.
    let run = project.run(&["import", "2"]);
    assert!(run.code == 64 && run.stderr.contains("means two retailers"), "{run}");
    let run = project.run(&["import", "--only", "*"]);
    assert!(run.stdout.starts_with("wrote retailers/x-shop.yaml: X Shop (omnirps 2)\n"), "{run}");
    std::fs::remove_file(project.path("retailers/2.yaml")).unwrap();
    std::fs::remove_file(project.path("retailers/x-shop.yaml")).unwrap();
    let run = project.run(&["import", "--only", "*"]);
    assert_eq!(files(&project).len(), 2, "{run}");
}

#[test]
fn pins_of_named_files_only() {
    let project = Project::example();
    let run = project.run(&["import", "--pin", "--only", "ember-ceramics"]);
    assert_eq!(run.code, 0, "{run}");
    assert_snapshot!(run.stdout, @"
    pinned retailers/ember-ceramics.yaml: Ember Ceramics (omnirps 505, omniparcel 305, omnireturns 1005)
    Imported from sandbox: 0 written, 1 pinned, 0 left out.
    next: SEKO onboarding: check that the plan is the same with the ids
          $ reconcile plan
    ");
    let project = project
        .file("retailers/cobalt-cycles.yaml", "retailer: Cobalt Cycles\njourney: new\nids: ~\n");
    let run = project.run(&["import", "--pin", "Cobalt Cycles"]);
    assert_snapshot!(run, @"
    exit 1
    --- stdout
    Imported from sandbox: 0 written, 0 pinned, 0 left out.
    --- stderr
    error: retailers/cobalt-cycles.yaml was not changed: its ids cannot be added without touching more
    hint: write `ids` there as a mapping, one id per line, or add them by hand
    ");
}

#[cfg(target_os = "linux")]
#[test]
fn no_ids_are_added_if_a_file_cannot_be_written() {
    let acme = "retailers/cobalt.yaml";
    let project = Project::empty()
        .file(acme, "retailer: Cobalt Cycles\njourney: existing\n")
        .unwritable("gear.yaml", "retailer: Granite Gear\njourney: existing\n");
    let before = std::fs::read_to_string(project.path(acme)).unwrap();
    let run = project.run(&["import", "--pin", "Cobalt Cycles", "Granite Gear"]);
    assert_eq!(run.code, 1, "{run}");
    assert!(run.stderr.contains("/gear.yaml cannot be written: "), "{run}");
    assert_eq!(std::fs::read_to_string(project.path(acme)).unwrap(), before);
    let run = project.run(&["import", "--pin", "Cobalt Cycles"]);
    assert_eq!(run.code, 0, "{run}");
}

#[test]
fn a_dry_run_prints_the_same_and_writes_nothing() {
    let project = Project::empty();
    let dry = project.run(&["import", "--dry-run"]);
    assert_eq!((dry.code, dry.stderr.as_str()), (0, ""), "{dry}");
    assert_eq!(std::fs::read_dir(project.path("retailers")).unwrap().count(), 0);
    let run = project.run(&["import"]);
    let words = run.stdout.replace("wrote ", "would write ").replace("Imported", "To import");
    let (words, next) = words.split_once("next: ").unwrap();
    assert_eq!(dry.stdout, words);
    assert!(next.contains("$ reconcile status"), "{run}");
}
