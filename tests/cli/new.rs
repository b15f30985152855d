//! `reconcile new`.

use crate::support::Project;
use insta::assert_snapshot;

fn files(project: &Project) -> Vec<String> {
    let entries = std::fs::read_dir(project.path("retailers")).unwrap();
    let mut names: Vec<String> =
        entries.map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect();
    names.sort();
    names
}

#[test]
fn the_first_file_of_a_project_is_written() {
    let project = Project::empty();
    let run = project.run(&["new", "Some & Name: #1"]);
    assert_eq!((run.code, run.stderr.as_str()), (0, ""), "{run}");
    assert!(run.stdout.contains("\nnext: Loop: introduce the retailer to SEKO\n"), "{run}");
    assert_eq!(files(&project), ["some-and-name-1.yaml"]);
    let text = std::fs::read_to_string(project.path("retailers/some-and-name-1.yaml")).unwrap();
    assert_eq!(
        text,
        "# Written by `reconcile new`.\nretailer: \"Some & Name: #1\"\njourney: new\n# TODO \
         account_manager: who looks after the retailer at SEKO\n"
    );
    let valid = project.run(&["validate"]);
    assert_eq!(valid.code, 0, "{valid}");
    let named = project.run(&["attest", "some-and-name-1", "--account-manager", "Dana"]);
    assert_eq!(named.code, 0, "{named}");
    let text = std::fs::read_to_string(project.path("retailers/some-and-name-1.yaml")).unwrap();
    assert!(!text.contains("TODO"), "{text}");
}

#[test]
fn a_live_retailer_of_exactly_that_name_is_existing_with_its_ids() {
    let project = Project::empty();
    let run = project.run(&["new", "Marlow Optics", "--account-manager", "Dana Reyes"]);
    assert_eq!(run.code, 0, "{run}");
    let text = std::fs::read_to_string(project.path("retailers/marlow-optics.yaml")).unwrap();
    for line in ["journey: existing\n", "ids:\n", "  omnirps: ", "account_manager: Dana Reyes\n"] {
        assert!(text.contains(line), "{line}\n{text}");
    }
    assert!(!text.contains("TODO account_manager") && !text.contains("import"), "{text}");
    let plan = project.run(&["plan", "--detailed-exitcode", "--only", "marlow-optics"]);
    assert_eq!(plan.code, 0, "{plan}");
}

#[test]
fn a_name_like_another_is_refused() {
    let project = Project::empty();
    let live = project.run(&["new", "Marlow  Optics"]);
    assert_eq!(live.code, 1, "{live}");
    assert!(
        live.stderr.contains("name-near-miss") && live.stderr.contains("Marlow Optics"),
        "{live}"
    );
    assert!(live.stderr.contains("character 8 is `O` instead of a space"), "{live}");
    assert!(!live.stderr.contains("renamed"), "{live}");
    assert_eq!(files(&project), [""; 0]);
    assert_eq!(project.run(&["new", "Brook Shoes"]).code, 0);
    for (name, code) in [("BROOK SHOES", "names-look-alike"), ("Brook Shoes", "duplicate-retailer")]
    {
        let run = project.run(&["new", name]);
        assert_eq!(run.code, 1, "{run}");
        assert!(run.stderr.contains(code) && run.stderr.contains("brook-shoes.yaml"), "{run}");
    }
    assert_eq!(files(&project), ["brook-shoes.yaml"]);
}

#[test]
fn an_existing_file_is_not_overwritten() {
    let project =
        Project::empty().file("retailers/aux-retailer.yaml", "retailer: X\njourney: new\n");
    let taken = project.run(&["new", "Brook", "--slug", "aux-retailer"]);
    assert_eq!(taken.code, 1, "{taken}");
    let run = project.run(&["new", "AUX"]);
    assert_eq!(run.code, 0, "{run}");
    assert_eq!(files(&project), ["aux-retailer-2.yaml", "aux-retailer.yaml"]);
}

#[test]
fn what_the_project_does_not_have_is_wrong_usage() {
    let project = Project::example();
    for option in [["--only", "zz"], ["--environment", "nope"]] {
        let run = project.run(&[&["unlock", "some-run"], &option[..]].concat());
        assert_eq!((run.code, run.stdout.as_str()), (64, ""), "{option:?}: {run}");
    }
}

#[test]
fn a_slug_names_a_file_of_the_folder() {
    let project = Project::empty();
    for slug in ["sub/brook", "../brook", "/brook", ".", "", "Brook"] {
        let run = project.run(&["new", "Brook", "--slug", slug]);
        assert_eq!((run.code, run.stdout.as_str()), (64, ""), "{slug:?}: {run}");
    }
    assert_eq!(files(&project), Vec::<String>::new());
}

#[test]
fn an_invalid_name_is_refused_before_anything_is_written() {
    let project = Project::empty();
    for name in ["dana@example.com", "", " Acme", "a\u{1b}[2Kb", "Acme - Loop"] {
        let run = project.run(&["new", name]);
        assert_eq!((run.code, run.stdout.as_str()), (64, ""), "{name:?}: {run}");
        let bare = Project::bare();
        assert_eq!(bare.run(&["new", name]).code, 64, "{name:?}");
        assert_eq!(std::fs::read_dir(bare.path("")).unwrap().count(), 0, "{name:?}");
    }
    assert_eq!(files(&project), [""; 0]);
    let suffixed = ["new", "Acme - Loop", "--omnireturns-name", "Acme"];
    assert_eq!(project.run(&suffixed).code, 0);
}

#[test]
fn the_journey_can_be_given() {
    let project = Project::empty();
    let twin = project.run(&["new", "Marlow Optics", "--journey", "new"]);
    assert_eq!(twin.code, 0, "{twin}");
    assert!(twin.stderr.contains("journey: existing"), "{twin}");
    let absent = project.run(&["new", "Brook", "--journey", "existing"]);
    assert_eq!(absent.code, 0, "{absent}");
    assert!(absent.stderr.contains("record-not-found"), "{absent}");
}

#[test]
fn without_live_the_file_is_written_with_a_warning() {
    let project = Project::empty().file(
        "reconcile.yaml",
        "environments:\n  real:\n    omnirps: {url: 'http://127.0.0.1:9', key: {env: NO_KEY}}\n",
    );
    let run = project.run(&["new", "Brook", "--environment", "real"]);
    assert_eq!(run.code, 0, "{run}");
    let why = "the key of OmniRPS is in the environment variable `NO_KEY`, which is not set";
    assert!(
        run.stderr.contains("OmniParcel, OmniRPS and OmniReturns could not be checked"),
        "{run}"
    );
    assert_eq!(run.stderr.matches(why).count(), 1, "{run}");
    assert!(!run.stderr.contains("does not name it"), "{run}");
    assert_eq!(files(&project), ["brook.yaml"]);
    // Here the environment names only one system, and that one is not there.
    let run = project.run_with(&["new", "Cedar", "-e", "real"], &[("NO_KEY", "some-key")]);
    assert_eq!(run.code, 0, "{run}");
    let unread = "could not be checked for this name and similar ones:";
    let unnamed = format!("OmniParcel and OmniReturns {unread} the environment does not name it");
    assert!(run.stderr.contains(&unnamed), "{run}");
    assert!(run.stderr.contains(&format!("OmniRPS {unread} ")), "{run}");
}

#[test]
fn the_first_file_of_a_project_needs_no_folder() {
    let project = Project::bare();
    let run = project.run(&["new", "Acme"]);
    assert_eq!((run.code, run.stderr.as_str()), (0, ""), "{run}");
    assert!(project.path("retailers/acme.yaml").is_file());
    let named = Project::bare().run(&["new", "Acme", "--retailers", "fleet"]);
    assert_eq!(named.code, 64, "{named}");
}

#[test]
fn a_similar_name_is_written_with_a_warning() {
    let project = Project::example();
    let run = project.run(&["new", "Granite-Gear", "--journey", "new"]);
    assert_eq!(run.code, 0, "{run}");
    let warning = "warning: retailers/granite-gear.yaml declares a retailer of a similar name, \
                   `Granite Gear`; delete the new file if it is the same retailer\n";
    assert!(run.stderr.contains(warning), "{run}");
    let live = project.run(&["new", "Marlow Optic"]);
    let warning = "warning: OmniRPS has a retailer called \"Marlow Optics\"; ";
    assert!(live.code == 0 && live.stderr.starts_with(warning), "{live}");
    let other = project.run(&["new", "Granite and Gear", "--journey", "new"]);
    assert!(!other.stderr.contains("similar name"), "{other}");
}

#[test]
fn without_a_terminal_nothing_is_asked() {
    let project = Project::empty();
    let run = project.run(&["new"]);
    assert_eq!((run.code, run.stdout.as_str()), (64, ""), "{run}");
    assert!(run.stderr.contains("no terminal to prompt for it"), "{run}");
    let run = project.run(&["new", "Acme", "--journey", "old"]);
    assert_eq!((run.code, run.stdout.as_str()), (64, ""), "{run}");
    let broken = project.file("retailers/acme.yaml", "retailer: [");
    let run = broken.run(&["new", "Other", "--journey", "new"]);
    assert_eq!((run.code, run.stdout.as_str()), (3, ""), "{run}");
    assert!(run.stderr.contains("retailers/acme.yaml:1:"), "{run}");
    assert!(!broken.path("retailers/other.yaml").exists());
}

#[test]
fn a_hint_names_an_option_of_the_command_and_no_file() {
    let project = Project::empty();
    let hint = |args: &[&str], code| {
        let run = project.run(&[&["new"], args].concat());
        assert_eq!(run.code, code, "{run}");
        run.stderr.lines().last().unwrap().to_owned()
    };
    assert_snapshot!(hint(&["Foo - Loop"], 64), @"hint: give the name as OmniRPS has it, usually without the suffix; if OmniRPS has it with the suffix, also give the OmniReturns name without it with --omnireturns-name");
    assert_snapshot!(hint(&[""], 64), @"hint: give the name exactly as it is or will be entered in OmniRPS");
    assert_snapshot!(hint(&["Zed", "--slug", "Zed File"], 64), @"hint: give --slug lower-case letters and digits joined by `-`, as in `acme-apparel`");
}

#[test]
fn a_text_that_a_file_cannot_state_is_refused() {
    let project = Project::empty();
    for (arguments, expected) in [
        (
            &["--account-manager", "Dana Reyes "][..],
            "error: --account-manager `Dana Reyes ` begins or ends with white space\nhint: delete the \
             white space before or after it\n",
        ),
        (&["--account-manager", ""], "error: --account-manager is empty\nhint: leave it out\n"),
        (&["--omnireturns-name", ""], "error: --omnireturns-name is empty\nhint: leave it out\n"),
        (
            &["Shop", "Pty"],
            "error: the name is given as several words\nhint: put it in quotes, as in `reconcile new \
             'Zeta Shop Pty'`\n",
        ),
    ] {
        let run = project.run(&[&["new", "Zeta"], arguments].concat());
        assert_eq!((run.code, run.stderr.as_str()), (64, expected), "{run}");
    }
    assert_eq!(files(&project), [""; 0]);
}

#[test]
fn an_account_of_a_retailer_that_seko_serves_is_a_warning() {
    let suffixed = "Juniper Home & Garden - Loop";
    let base = ["--omnireturns-name", "Juniper Home & Garden"];
    for arguments in [&["Juniper Home & Garden"][..], &[suffixed, base[0], base[1]]] {
        let run = Project::empty().run(&[&["new"], arguments].concat());
        assert_eq!(run.code, 0, "{run}");
        insta::allow_duplicates! {
            assert_snapshot!(run.stderr, @r#"warning: OmniReturns has an account called "Juniper Home & Garden - Loop" for the OmniRPS record 510, "Juniper Home"; delete the new file if that is the retailer, and run `reconcile new 'Juniper Home' --omnireturns-name 'Juniper Home & Garden'`"#);
        }
    }
    let declared = Project::example().run(&["new", "Juniper Home & Garden"]);
    assert!(declared.stderr.contains("retailers/juniper-home.yaml and "), "{declared}");
    let right = Project::empty().run(&["new", "Juniper Home", base[0], base[1]]);
    assert_eq!((right.code, right.stderr.as_str()), (0, ""), "{right}");
}

#[test]
fn a_name_that_was_not_looked_up_in_omnirps_is_looked_up_again() {
    let project = Project::empty().file("faults.yaml", "- {system: omnirps, effect: wrong_key}\n");
    let run = project.run(&["--sandbox-faults", "faults.yaml", "new", "Marlow Optics"]);
    assert_eq!(run.code, 0, "{run}");
    assert!(run.stdout.contains("journey: new"), "{run}");
    assert_snapshot!(run.stderr, @r#"
    warning: OmniRPS could not be checked for this name and similar ones: the key was rejected: Invalid token; check the key that the project file names for the system, then delete the new file and run this again
    warning: OmniParcel has a retailer called "Marlow Optics" already; write `journey: existing` if SEKO serves it
    "#);
}

#[test]
fn a_name_that_a_file_has_is_declared_already() {
    let run = Project::example().run(&["new", "Granite Gear"]);
    assert_eq!(run.code, 1, "{run}");
    assert_snapshot!(run.stderr, @"
    error: no file was written: a file declares the retailer already (retailers/granite-gear.yaml) [duplicate-retailer]
    hint: go on with the file that is there, or give another name
    ");
}
