//! The retailers that a command covers, and how it finds its project.

use crate::support::Project;

#[test]
fn plain_arguments_and_patterns_narrow_a_command_down() {
    let project = Project::example();
    for command in ["plan", "drift", "validate"] {
        let plain = project.run(&[command, "Ember Ceramics", "granite-gear"]);
        let only = project.run(&[command, "--only", "ember-ceramics", "--only", "granite-gear"]);
        assert_eq!((plain.code, &plain.stdout), (only.code, &only.stdout), "{command}: {plain}");
        let pattern = project.run(&[command, "e?ber*", "--only", "Granite *"]);
        assert_eq!(pattern.stdout, only.stdout, "{command}: {pattern}");
        let none = project.run(&[command, "x*"]);
        assert_eq!(none.code, 64, "{command}: {none}");
        assert!(none.stderr.contains("`x*`"), "{none}");
    }
    let plan = project.run(&["plan", "granite-gear"]);
    assert!(plan.stdout.contains("Granite Gear"), "{plan}");
    assert!(!plan.stdout.contains("Ember Ceramics"), "{plan}");
}

#[test]
fn a_plain_retailer_shows_its_checklist_and_several_a_table() {
    let project = Project::example();
    let one = project.run(&["status", "granite-gear"]);
    assert_eq!(one.stdout, project.run(&["status", "--retailer", "granite-gear"]).stdout);
    let two = project.run(&["status", "granite-gear", "ember-ceramics"]);
    assert!(two.stdout.contains("2 retailers"), "{two}");
    let both = project.run(&["status", "granite-gear", "--retailer", "ember-ceramics"]);
    assert_eq!(both.code, 64, "{both}");
}

#[test]
fn an_exact_name_wins_over_a_pattern() {
    let file = |name: &str| format!("retailer: {name}\njourney: new\n");
    let project = Project::empty()
        .file("retailers/who.yaml", &file("Who?"))
        .file("retailers/whom.yaml", &file("Whom"));
    let run = project.run(&["status", "--offline", "Who?"]);
    assert!(run.stdout.contains("Who?  retailers/who.yaml"), "{run}");
    let run = project.run(&["status", "--offline", "Wh*"]);
    assert!(run.stdout.contains("2 retailers"), "{run}");
}

#[test]
fn the_project_is_found_from_a_folder_below_it() {
    let project = Project::example();
    std::fs::create_dir_all(project.path("retailers/deep/er")).unwrap();
    std::fs::create_dir_all(project.path("notes")).unwrap();
    for (below, up) in [("notes", "../"), ("retailers", "../"), ("retailers/deep/er", "../../../")]
    {
        let run = project.run_in(below, &["plan", "granite-gear"]);
        assert_eq!(run.code, 0, "{below}: {run}");
        let file = format!("{up}retailers/granite-gear.yaml");
        assert!(run.stdout.contains(&file), "{below}: {run}");
    }
    assert!(!project.path("notes/.reconcile").exists());
}

#[test]
fn the_search_for_a_project_ends_at_the_top_of_a_repository() {
    let project = Project::example();
    std::fs::create_dir_all(project.path("other/.git")).unwrap();
    let run = project.run_in("other", &["validate"]);
    assert_eq!(run.code, 3, "{run}");
    assert!(run.stdout.contains("0 files checked"), "{run}");
}

#[test]
fn a_project_may_begin_with_an_empty_folder() {
    for (args, code) in [
        (&["validate"][..], 3),
        (&["plan"], 3),
        (&["status"], 3),
        (&["doctor"], 0),
        (&["history"], 0),
        (&["sandbox", "--requests"], 0),
        (&["unlock", "x"], 1),
        (&["import", "--dry-run"], 0),
        (&["plan", "--retailers", "none"], 64),
        (&["plan", "--config", "none.yaml"], 64),
    ] {
        let run = Project::bare().run(args);
        assert_eq!(run.code, code, "{args:?}: {run}");
        assert_eq!(run.stderr.contains("[no-retailers]"), code == 3, "{args:?}: {run}");
    }
    let project = Project::bare();
    assert_eq!(project.run(&["import"]).code, 0);
    assert!(project.path("retailers/granite-gear.yaml").is_file());
}

#[test]
fn a_plan_and_a_status_can_fail_on_what_they_find() {
    let project = Project::example();
    for command in ["plan", "status"] {
        let code = |only: &str, what: &str| {
            project.run(&[command, "--fail-on", what, "--only", only]).code
        };
        assert_eq!(code("granite-gear", "no-credits"), 2, "{command}");
        assert_eq!(code("juniper-home", "no-credits,blocked"), 0, "{command}");
        assert_eq!(code("dune-and-co", "blocked"), 2, "{command}");
        let part = project.run(&[command, "--fail-on", "undeclared", "--only", "granite-gear"]);
        assert_eq!(part.code, 0, "OmniRPS was not read whole: {part}");
        assert!(part.stderr.contains("--fail-on undeclared had no effect"), "{part}");
        assert_eq!(code("granite-gear", "anything"), 64, "{command}");
        let all = project.run(&[command, "--fail-on", "no-credits,undeclared"]);
        assert_eq!(all.code, 2, "{command}");
        assert!(!all.stderr.contains("had no effect"), "{all}");
        assert_eq!(project.run(&[command]).code, 0, "{command}");
    }
    let run = project.run(&["status", "--fail-on", "undeclared", "--stage", "N5"]);
    assert!(run.code == 0 && run.stderr.contains("had no effect"), "{run}");
    let names = "Undeclared in OmniRPS (1): Marlow Optics.";
    for format in ["text", "diff", "junit", "markdown", "commonmark", "github"] {
        let fail_on = |what| project.run(&["plan", "--fail-on", what, "--format", format]);
        let run = fail_on("undeclared");
        let shown = run.stdout.replace('`', "").replace("<code>", "");
        assert!(shown.contains(names) && run.code == 2 && run.stderr.is_empty(), "{format}: {run}");
        assert!(!fail_on("blocked").stdout.contains("Marlow"), "{format}");
    }
    project.run(&["plan", "--out", "plan.json"]);
    let saved = project.run(&["plan", "--show", "plan.json", "--fail-on", "undeclared"]);
    assert!(saved.stdout.contains(names) && saved.code == 2, "{saved}");
    let run = project.run(&["status", "--format", "markdown"]);
    assert!(run.stdout.contains(names), "{run}");
}

#[test]
fn what_is_not_looked_for_has_no_effect_and_says_so() {
    let systems = ["omniparcel", "omnireturns", "omnirps"];
    let systems = systems.map(|system| format!("    {system}: {{read: none, write: manual}}\n"));
    let project = Project::empty()
        .file(
            "reconcile.yaml",
            &format!("default_environment: p\nenvironments:\n  p:\n{}", systems.concat()),
        )
        .file("retailers/acme.yaml", "retailer: Acme\njourney: existing\n");
    for command in ["plan", "status"] {
        for what in ["no-credits", "undeclared"] {
            let run = project.run(&[command, "--fail-on", what]);
            let told = format!(
                "warning: --fail-on {what} had no effect: the environment does not read OmniRPS\n"
            );
            assert_eq!((run.code, run.stderr), (0, told), "{command} {what}");
        }
        let run = project.run(&[command, "--fail-on", "blocked"]);
        assert_eq!((run.code, run.stderr.as_str()), (0, ""), "{run}");
    }
}

#[test]
fn warnings_are_about_the_retailers_in_scope() {
    let odd = "retailer: Odd &amp; Co\njourney: existing\n";
    let project = Project::example().file("retailers/odd.yaml", odd);
    for (args, is_shown) in [
        (&["plan"][..], true),
        (&["plan", "--only", "odd"], true),
        (&["plan", "granite-gear"], false),
        (&["status", "granite-gear"], false),
        (&["explain", "granite-gear"], false),
        (&["plan", "--only", "nobody"], false),
        (&["validate", "granite-gear"], true),
    ] {
        let run = project.run(args);
        assert_eq!(run.stderr.contains("[odd-name]"), is_shown, "{args:?}: {run}");
    }
}

#[test]
fn a_record_with_almost_the_name_is_suggested() {
    let file = "retailer: Granit Gear\njourney: existing\n";
    let project = Project::empty().file("retailers/gear.yaml", file);
    let plan = project.run(&["plan"]);
    assert!(plan.stdout.contains("hint: did you mean \"Granite Gear\"? a retailer on"), "{plan}");
}

#[test]
fn a_pattern_is_for_commands_about_several_retailers() {
    let project = Project::example();
    for command in [
        &["attest", "gran*", "live"][..],
        &["decide", "gran*", "required", "--by", "Dana"],
        &["explain", "gran*"],
        &["message", "gran*"],
        &["verify", "gran*"],
        &["handoff", "gran*"],
    ] {
        let run = project.run(command);
        assert_eq!(run.code, 64, "{command:?}: {run}");
        let message = "error: `gran*` is a pattern, which is not accepted here\n";
        assert!(run.stderr.starts_with(message), "{command:?}: {run}");
    }
    let none = project.run(&["plan", "--only", "none-*"]);
    assert!(none.code == 64 && none.stderr.contains("no retailer matches `none-*`"), "{none}");
    assert_eq!(project.run(&["plan", "--only", "gran*"]).code, 0);
}

#[test]
fn a_pattern_may_mean_the_name_of_an_invalid_file() {
    let invalid = "retailer: Acme Apparel\njourney: new\njourny: new\n";
    let project = Project::example().file("retailers/of-old.yaml", invalid);
    for (pattern, code) in [("Acme *", 3), ("of-*", 3), ("Acmee *", 64)] {
        let run = project.run(&["plan", "--only", pattern]);
        assert_eq!(run.code, code, "{pattern}: {run}");
    }
}

#[test]
fn wrong_usage_comes_before_a_folder_without_retailers() {
    let project = Project::empty();
    for command in [
        &["plan", "-e", "nope"][..],
        &["status", "-e", "nope"],
        &["attest", "acme", "live", "-e", "nope"],
        &["decide", "acme", "required", "--by", "Dana", "-e", "nope"],
        &["message", "acme", "-e", "nope"],
        &["status", "--waits-for", "nobody"],
        &["status", "--stage", "none"],
    ] {
        let run = project.run(command);
        assert_eq!(run.code, 64, "{command:?}: {run}");
    }
    // Whom they mean depends on the files.
    for command in [&["status", "--mine", "Dana"][..], &["plan", "--only", "acme"]] {
        let run = project.run(command);
        assert_eq!(run.code, 3, "{command:?}: {run}");
    }
}

#[test]
fn a_scoped_run_gives_no_record_the_name_of_another() {
    let acme = "retailer: Acme\njourney: existing\nomnireturns_access: required\n\
                ids: {omnirps: 1, omnireturns: 10}\n\
                milestones: {switched_to_loop: 2026-11-01}\n";
    let beta = acme
        .replace("retailer: Acme", "retailer: Beta\nomnireturns: {name: Acme}")
        .replace("omnirps: 1, omnireturns: 10", "omnirps: 2, omnireturns: 11");
    let seed = |second: &str| {
        format!(
            "Companies: [{{CompanyId: 7, CompanyName: Loop}}]\n\
             OmniRPS: [{{RetailerId: 1, RetailerName: Acme}}, {{RetailerId: 2, RetailerName: Beta}}]\n\
             OmniReturns: [{{RetailerId: 10, RetailerName: Acme, CompanyId: 7}}, \
             {{RetailerId: 11, RetailerName: {second}, CompanyId: 7}}]\n"
        )
    };
    // The name is another record's, or another file asks for it as well.
    for (second, others, code) in
        [("Acme - Loop", None, "ambiguous-name"), ("Beta", Some(&beta), "duplicate-claim")]
    {
        let mut project =
            Project::empty().file("retailers/acme.yaml", acme).file("seed.yaml", &seed(second));
        if let Some(beta) = others {
            project = project.file("retailers/beta.yaml", beta);
        }
        let reset = project.run(&["sandbox", "--reset", "--seed", "seed.yaml"]);
        assert_eq!(reset.code, 0, "{reset}");
        for arguments in [&["plan"][..], &["plan", "acme"], &["drift", "--only", "acme"]] {
            let run = project.run(arguments);
            assert!(run.stdout.contains(code), "{arguments:?}: {run}");
        }
        let run = project.run(&["apply", "--yes", "--only", "acme"]);
        assert_eq!(run.code, 5, "{run}");
        let run = project.run(&["plan", "--only", "acme"]);
        assert!(run.stdout.contains(code), "{run}");
    }
}

#[test]
fn a_project_without_its_file_is_found_from_its_retailers_folder() {
    let project = Project::empty();
    std::fs::create_dir_all(project.path("retailers/deep/er")).unwrap();
    for (below, up, slug) in
        [("retailers", "../", "one"), ("retailers/deep/er", "../../../", "two")]
    {
        let run = project.run_in(below, &["new", slug]);
        assert_eq!(run.code, 0, "{below}: {run}");
        let file = format!("{up}retailers/{slug}.yaml");
        assert!(run.stdout.contains(&file), "{below}: {run}");
        assert!(project.path(&format!("retailers/{slug}.yaml")).exists(), "{below}: {run}");
    }
    // A project above with its file goes first.
    std::fs::create_dir_all(project.path("retailers/deep/retailers")).unwrap();
    let project = project.file("reconcile.yaml", "");
    let run = project.run_in("retailers/deep/retailers", &["new", "three"]);
    assert!(run.stdout.contains("../../../retailers/three.yaml"), "{run}");
}

#[test]
fn a_folder_of_another_name_and_one_above_the_repository_are_no_project() {
    for (folder, is_top) in [("shops", false), ("retailers", true)] {
        let project = Project::bare();
        let top = if is_top { format!("{folder}/.git") } else { folder.to_owned() };
        std::fs::create_dir_all(project.path(&top)).unwrap();
        let run = project.run_in(folder, &["new", "One"]);
        assert_eq!(run.code, 0, "{run}");
        assert!(project.path(&format!("{folder}/retailers/one.yaml")).exists(), "{run}");
    }
}

#[test]
fn a_pinned_record_that_is_gone_is_missed_alone_as_among_all() {
    let file = |name: &str, id: u32| {
        format!(
            "retailer: {name}\njourney: existing\nids: {{omnirps: {id}}}\n\
             milestones: {{switched_to_loop: 2026-09-01}}\n"
        )
    };
    // OmniRPS has a record that is called Granite Gear, and none of the other name.
    let project = Project::example()
        .file("retailers/granite-gear.yaml", &file("Granite Gear", 998))
        .file("retailers/nowhere.yaml", &file("Nowhere", 999));
    for command in ["plan", "status"] {
        for (slug, code) in [("granite-gear", 0), ("nowhere", 2)] {
            let run = project.run(&[command, "--only", slug, "--fail-on", "no-credits"]);
            assert_eq!(run.code, code, "{command} {slug}: {run}");
        }
        let all = project.run(&[command]).stdout;
        assert!(all.contains("Nowhere has switched over and has no record in OmniRPS"), "{all}");
        assert!(!all.contains("Granite Gear has switched over"), "{all}");
    }
}
