//! `reconcile message`.

use crate::support::Project;
use insta::assert_snapshot;

fn acme(rest: &str) -> Project {
    Project::empty().file("retailers/acme.yaml", &format!("retailer: Acme & Co\n{rest}"))
}

#[test]
fn the_next_steps_text_is_printed() {
    let project =
        acme("journey: new\naccount_manager: Dana Reyes\nmilestones: {introduced: 2026-10-01}\n");
    assert_snapshot!(project.run(&["message", "acme"]), @r#"
    exit 0
    --- stdout
    Subject: Connecting Acme & Co to Loop

    Hello,

    To set up returns for Acme & Co with SEKO and Loop, we need a few details from you.
    Please complete the onboarding form:

    https://zfrmz.com/G3SkIjW9RIsg7SYQJaI2

    Please write your shop's name there exactly as "Acme & Co". If you want another name, tell us
    before you send the form: it cannot be changed later.

    Kind regards
    Loop
    --- stderr
    "#);
    let run = project.run(&["message", "acme", "--kind", "live"]);
    assert_eq!(run.code, 0, "{run}");
    assert!(run.stdout.starts_with("Subject: Acme & Co: is it live"), "{run}");
    assert_snapshot!(run.stderr, @"warning: Acme & Co is at step N4, and this text is for N10");
}

#[test]
fn no_text_is_for_a_step_that_is_done() {
    let project = Project::example();
    let documents = project.run(&["message", "aurora-outdoor"]);
    assert_eq!(documents.code, 0, "{documents}");
    assert!(documents.stdout.contains("Attached are SEKO's onboarding documents"));
    let accounts = project.run(&["message", "brightwater-swim"]);
    assert_eq!((accounts.code, accounts.stdout.as_str()), (1, ""), "{accounts}");
    let forced = project.run(&["message", "brightwater-swim", "--kind", "handover"]);
    assert_eq!(forced.code, 0, "{forced}");
    assert_snapshot!(forced.stderr, @"
    warning: Brightwater Swim is at step N5, and this text is for N6
    warning: no handoff of the keys of Brightwater Swim is recorded; `reconcile handoff brightwater-swim` makes the encrypted file
    warning: the text has no hub addresses: no `hub_addresses` are named in retailers/brightwater-swim.yaml or the project file
    ");
    let apply = project.run(&["apply", "--yes", "--only", "brightwater-swim"]);
    assert_eq!(apply.code, 0, "{apply}");
    let keys = project.run(&["message", "brightwater-swim"]);
    assert!(keys.code == 0 && !keys.stderr.contains("settings"), "{keys}");
    assert!(keys.stdout.starts_with("Subject: Brightwater Swim: keys and set-up"), "{keys}");
}

#[test]
fn a_project_replaces_a_text_and_a_broken_one_is_located() {
    let project = acme("journey: existing\n");
    std::fs::create_dir(project.path("templates")).unwrap();
    let project =
        project.file("templates/keys-request.txt", "For {{ retailer }} from {{ partner }}\n");
    assert_eq!(project.run(&["message", "acme"]).stdout, "For Acme & Co from Loop\n");
    let project = project
        .file("templates/keys-request.txt", "For\n{{ retailr }}\n")
        .file("templates/keys.txt", "");
    assert_snapshot!(project.run(&["message", "acme"]), @"
    exit 3
    --- stdout
    --- stderr
    warning: templates/keys.txt replaces no text; the names are onboarding-form.txt, documents.txt, keys-request.txt, handover.txt, test.txt, connote.txt, confirmation.txt, switch-over.txt, access.txt, uploads.txt, live.txt
    error: templates/keys-request.txt:2:1: the template cannot be used: `{{ retailr }}` has an undefined variable; there are `retailer`, `account_manager`, `connote`, `hub_addresses`, `returns_arrive`, `partner`, `company`, `name_suffix` and `onboarding_form_url`
    hint: correct it, or delete it to use the built-in text
    ");
}

#[cfg(unix)]
#[test]
fn a_template_that_leads_out_is_refused_unread() {
    use std::fs::{create_dir_all, remove_dir_all, remove_file, rename};
    use std::os::unix::fs::symlink;
    let outside = Project::bare().file("x.txt", "s3cret: outside\n");
    create_dir_all(outside.path("templates")).unwrap();
    let outside = outside.file("templates/s3cret.txt", "");
    let project = Project::example().file(
        "reconcile.yaml",
        "environments:\n  e: {omnirps: {url: \"https://x.example\", key: {file: keys/rps}}}\n\
         default_environment: e\n",
    );
    for folder in ["keys", ".reconcile", "templates", "shared"] {
        create_dir_all(project.path(folder)).unwrap();
    }
    let project = project
        .file("keys/rps", "s3cret: key\n")
        .file(".reconcile/x.txt", "s3cret: state\n")
        .file("shared/x.txt", "shared text\n");
    let documents = ["message", "aurora-outdoor", "--kind", "documents"];
    let link = project.path("templates/documents.txt");
    let outside_file = outside.path("x.txt").display().to_string();
    for target in ["../keys/rps", "../.reconcile/x.txt", &outside_file, "../../../none"] {
        symlink(target, &link).unwrap();
        let run = project.run(&documents);
        assert_eq!((run.code, run.stdout.as_str()), (3, ""), "{target}: {run}");
        let error = "error: `templates/documents.txt` cannot be read: it is a link to a place \
            where nothing is read [link-leads-out]\n";
        assert!(run.stderr.starts_with(error), "{target}: {run}");
        let board = project.run(&["status", "--format", "html", "--offline"]);
        assert!(board.stderr.contains("texts to send are left out"), "{target}: {board}");
        assert!(!board.to_string().contains("s3cret"), "{target}: {board}");
        remove_file(&link).unwrap();
    }
    symlink("../shared/x.txt", &link).unwrap();
    assert_eq!(project.run(&documents).stdout, "shared text\n");
    remove_file(&link).unwrap();
    // Nor is a folder that is a link.
    remove_dir_all(project.path("templates")).unwrap();
    symlink(outside.path("templates"), project.path("templates")).unwrap();
    let run = project.run(&documents);
    assert!(run.code == 3 && run.stderr.contains("link-leads-out"), "{run}");
    assert!(!run.to_string().contains("s3cret"), "{run}");
    remove_file(project.path("templates")).unwrap();
    rename(project.path("shared/x.txt"), project.path("shared/documents.txt")).unwrap();
    symlink("shared", project.path("templates")).unwrap();
    assert_eq!(project.run(&documents).stdout, "shared text\n");
    let built_in = project.run(&["message", "aurora-outdoor", "--kind", "keys-request"]);
    assert_eq!(built_in.code, 0, "{built_in}");
}

#[test]
fn a_system_that_cannot_be_read_is_a_warning_beside_the_text() {
    let project = acme("journey: new\nmilestones: {documents_completed: 2026-10-01}\n")
        .file("faults.yaml", "[{system: omnirps, effect: wrong_key}]");
    let handover = ["message", "acme", "--kind", "handover", "--sandbox-faults", "faults.yaml"];
    let run = project.run(&handover);
    assert_eq!(run.code, 0, "{run}");
    assert!(!run.stdout.is_empty() && !run.stderr.contains("error"), "{run}");
    assert!(run.stderr.contains("warning: OmniRPS could not be read: the key was"), "{run}");
    assert!(
        run.stderr.contains("warning: whether the settings of Acme & Co are right is not known")
    );
}

#[test]
fn a_step_without_a_message_is_reported() {
    let project = acme("journey: new\n");
    assert_snapshot!(project.run(&["message", "acme"]), @"
    exit 1
    --- stdout
    --- stderr
    error: the next step of Acme & Co needs no message
    hint: choose one with --kind, as `reconcile message --help` lists them; `reconcile status acme` shows what comes next
    ");
    assert_eq!(project.run(&["message", "nobody"]).code, 64);
    assert_eq!(project.run(&["message", "acme", "--kind", "poem"]).code, 64);
    assert_eq!(acme("journey: old\n").run(&["message", "acme"]).code, 3);
}

#[test]
fn a_broken_file_only_affects_its_own_retailer() {
    let project = Project::example().file("retailers/acme.yaml", "retailer: Acme\njourny: new\n");
    let own = project.run(&["message", "acme"]);
    assert_eq!((own.code, own.stdout.as_str()), (3, ""), "{own}");
    assert!(own.stderr.contains("retailers/acme.yaml:2:1"), "{own}");
    let other = project.run(&["message", "lumen-lighting"]);
    assert_eq!((other.code, other.stderr.as_str()), (0, ""), "{other}");
    let live = project.run(&["message", "kestrel-audio", "--kind", "live"]);
    assert!(live.stderr.starts_with("warning: the systems are not read while files are"), "{live}");
    assert!(!project.path(".reconcile/sandbox.db").exists(), "nothing was asked");
    let project = project.file("reconcile.yaml", "partner: {nmae: Loop}\n");
    assert_eq!(project.run(&["message", "lumen-lighting"]).code, 3);
    let unknown = Project::example().run(&["message", "nobody"]);
    assert_eq!((unknown.code, unknown.stdout.as_str()), (64, ""), "{unknown}");
}

#[test]
fn settings_that_are_not_right_come_before_a_text_that_follows_them() {
    let project = Project::example();
    let message = |arguments: &[&str]| project.run(&[&["message"], arguments].concat());
    let none = message(&["harbor-kids"]);
    assert_eq!((none.code, none.stdout.as_str()), (1, ""), "{none}");
    for kind in ["uploads", "live"] {
        let early = message(&["granite-gear", "--kind", kind]);
        let warning = "warning: Granite Gear is at step N5.2.1, and this text is for E8\n";
        assert_eq!((early.code, early.stderr.as_str()), (0, warning));
    }
    let board = project.run(&["status", "--format", "html"]).stdout;
    assert!(board.contains("do you still need") && !board.contains("do returns arrive?"));
    assert_eq!(project.run(&["apply", "--yes", "--only", "harbor-kids"]).code, 0);
    let uploads = message(&["harbor-kids"]);
    assert!(uploads.stdout.starts_with("Subject: Harbor Kids: do returns arrive?"), "{uploads}");
    assert_eq!(uploads.stderr, "");
}

#[test]
fn a_text_about_settings_that_are_not_right_is_warned_of() {
    let project = acme(
        "journey: new\nmilestones: {introduced: 2026-10-01, keys_supplied: 2026-10-02, \
              documents_completed: 2026-10-01}\n",
    );
    let test = project.run(&["message", "acme"]);
    assert!(test.stdout.starts_with("Subject: Acme & Co: test label and test return"), "{test}");
    assert_snapshot!(test.stderr, @"warning: the settings of Acme & Co are not right yet (N5, N5.1.1, N5.1.2, N5.2.1)");
}

#[test]
fn a_retailer_without_a_next_step_is_told_to_choose_a_text() {
    assert_snapshot!(Project::example().run(&["message", "juniper-home"]), @"
    exit 1
    --- stdout
    --- stderr
    error: no milestone of Juniper Home is due
    hint: choose one with --kind, as `reconcile message --help` lists them; `reconcile status juniper-home` shows whether its settings are right
    ");
}

#[test]
fn the_exact_name_is_the_one_in_omnirps() {
    let project = Project::example();
    let file = std::fs::read_to_string(project.path("retailers/dune-and-co.yaml")).unwrap();
    let dune = |rest: &str| {
        Project::example().file("retailers/dune-and-co.yaml", &format!("{file}{rest}"))
    };
    for project in [project, dune("ids: {omnirps: \"504\"}\n")] {
        for kind in ["handover", "connote", "onboarding-form"] {
            let run = project.run(&["message", "dune-and-co", "--kind", kind]);
            assert_eq!((run.code, run.stdout.as_str()), (1, ""), "{run}");
            let why = "the name of Dune & Co in OmniRPS (record 504) is not the one in \
                retailers/dune-and-co.yaml: character 6 is";
            assert!(run.stderr.contains(why), "{run}");
        }
        // Other texts do not state it for the uploads.
        let run = project.run(&["message", "dune-and-co", "--kind", "documents"]);
        assert_eq!(run.code, 0, "{run}");
    }
    let right = Project::example().run(&["message", "granite-gear", "--kind", "handover"]);
    assert!(right.code == 0 && !right.stderr.contains("not compared"), "{right}");
    let corrected = file.replace("retailer: Dune & Co", "retailer: Dune  & Co");
    let corrected = Project::example().file("retailers/dune-and-co.yaml", &corrected);
    let run = corrected.run(&["message", "dune-and-co", "--kind", "handover"]);
    assert!(run.code == 0 && run.stdout.contains("    Dune  & Co\n"), "{run}");
}

#[test]
fn a_name_that_cannot_be_compared_is_a_warning() {
    let unread = Project::example()
        .file("faults.yaml", "[{system: omnirps, effect: wrong_key}]")
        .run(&["message", "dune-and-co", "--kind", "handover", "--sandbox-faults", "faults.yaml"]);
    let warning = "warning: the name of Dune & Co was not compared with OmniRPS: OmniRPS could not \
        be read: ";
    assert!(unread.code == 0 && unread.stderr.contains(warning), "{unread}");
    let project = "default_environment: a\nenvironments: {a: {omniparcel: {read: none, write: \
        manual}, omnirps: {read: none, write: manual}, omnireturns: {read: none, write: manual}}}\n";
    let by_hand = acme("journey: new\nmilestones: {documents_completed: 2026-10-01}\n");
    let by_hand = by_hand.file("reconcile.yaml", project);
    let run = by_hand.run(&["message", "acme", "--kind", "handover"]);
    let warning = "warning: the name of Acme & Co was not compared with OmniRPS: OmniRPS is not \
        read in this environment, so its record is unknown\n";
    assert!(run.code == 0 && run.stderr.contains(warning), "{run}");
    let missing = acme("journey: new\nmilestones: {documents_completed: 2026-10-01}\n");
    let run = missing.run(&["message", "acme", "--kind", "handover"]);
    assert!(run.code == 0 && !run.stderr.contains("not compared"), "it gets this name: {run}");
}
