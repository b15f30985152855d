//! The outputs of `reconcile status`: the board, files, stdout.

use crate::status::{masked, narrow, within_a_day};
use crate::support::Project;
use insta::assert_snapshot;

#[test]
fn html_in_one_file() {
    let project = Project::example();
    let run = project.run(&["status", "--format=html"]);
    assert_eq!((run.code, run.stderr.as_str()), (0, ""), "{run}");
    let page = run.stdout;
    assert!(page.starts_with("<!doctype html>"), "{page}");
    for outside in ["src=", "url(", "@import", "<link", "href=\"http", "<iframe"] {
        assert!(!page.contains(outside), "the board asks for something: {outside}");
    }
    // Granite Gear and eight others wait for SEKO onboarding.
    assert_eq!(page.matches("<a class=\"row\"").count(), 15);
    assert!(page.contains("Dune &amp; Co"), "{page}");
    // The tiles count retailers.
    let foot = "have 11 writes to apply, 2 manual steps, 18 held, 1 blocked.";
    assert!(page.contains(foot), "{page}");
    // The same input gives the same bytes in all outputs.
    let [shown, written] = within_a_day(|| {
        let shown = project.run(&["status", "--format=html"]).stdout;
        let run = project.run(&["status", "--format=html", "--out=board.html"]);
        assert_eq!((run.code, run.stdout.as_str(), run.stderr.as_str()), (0, "", ""), "{run}");
        [shown, std::fs::read_to_string(project.path("board.html")).unwrap()]
    });
    // Everything except the creation time.
    assert_eq!(without_time(&written), without_time(&shown));
}

fn without_time(page: &str) -> String {
    let (before, rest) = page.split_once("<time id=\"made\"").unwrap();
    let (time, after) = rest.split_once("</time>").unwrap();
    assert!(time.ends_with(" UTC"), "{time}");
    format!("{before}{after}")
}

#[test]
fn the_board_has_the_texts_to_send() {
    let project = Project::example();
    let run = project.run(&["status", "--format=html", "--offline"]);
    assert_eq!((run.code, run.stderr.as_str()), (0, ""), "{run}");
    assert!(run.stdout.contains("\"Subject: Ember Ceramics: keys and set-up for Loop\""), "{run}");
    std::fs::create_dir(project.path("templates")).unwrap();
    let project = project.file("templates/handover.txt", "Here are {{ retailer }}'s keys.\n");
    let run = project.run(&["status", "--format=html", "--offline"]);
    assert!(run.stdout.contains("\"Here are Ember Ceramics's keys.\""), "{run}");
    // An unusable template does not prevent the board.
    let project = project.file("templates/handover.txt", "{{ retailr }}\n");
    let run = project.run(&["status", "--format=html", "--offline"]);
    assert_eq!(run.code, 0, "{run}");
    assert_snapshot!(run.stderr, @"warning: texts to send are left out: templates/handover.txt:1:1: the template cannot be used: `{{ retailr }}` has an undefined variable; there are `retailer`, `account_manager`, `connote`, `hub_addresses`, `returns_arrive`, `partner`, `company`, `name_suffix` and `onboarding_form_url`");
}

#[test]
fn the_board_has_its_commit() {
    let project = Project::example();
    assert!(!project.run(&["status", "--format=html", "--offline"]).stdout.contains("Commit"));
    project.git(&["init", "--quiet"]);
    project.git(&["remote", "add", "origin", "https://dana:s3cret@github.com/acme/retailers.git"]);
    project.commit("all");
    let page = project.run(&["status", "--format=html", "--offline"]).stdout;
    assert!(page.contains("<dt>Commit</dt>") && !page.contains("not committed"), "{page}");
    assert!(page.contains("https://github.com/acme/retailers/blob/"), "{page}");
    assert!(page.contains("\"retailers/juniper-home.yaml\"") && !page.contains("s3cret"), "{page}");
    let project = project.file("retailers/new.yaml", "retailer: New\njourney: new\n");
    let page = project.run(&["status", "--format=html", "--offline"]).stdout;
    assert!(page.contains("with changes that are not committed"), "{page}");
}

#[test]
fn a_file_is_replaced_atomically() {
    let project = Project::example().file("status.txt", "before");
    let [written, shown] = within_a_day(|| {
        let run = project.run(&["status", "--out=status.txt", "--color=always"]);
        assert_eq!((run.code, run.stdout.as_str()), (0, ""), "{run}");
        let written = std::fs::read_to_string(project.path("status.txt")).unwrap();
        [written, project.run(&["status"]).stdout]
    });
    assert_eq!(written, shown);
    let run = project.run(&["status", "--out=no/such/folder.txt"]);
    assert_eq!((run.code, run.stdout.as_str()), (1, ""), "{run}");
    assert_snapshot!(run.stderr, @"
    error: `no/such/folder.txt` cannot be written: its folder does not exist
    hint: choose another place
    ");
}

#[test]
fn a_dash_is_stdout_and_no_file_that_was_read_is_overwritten() {
    let _masked = masked();
    let project = Project::example();
    let run = project.run(&["status", "--offline", "--only=juniper-home", "--out=-"]);
    assert_snapshot!(narrow(&run), @"
    exit 0
    --- stdout
    No system was read: this is what people have stated.

    Already with SEKO
    retailer  stage  waits for  since  open
    Juniper Home  live  nobody

    Status of sandbox on [today]: 1 retailer, 1 live; their settings are not known.
    --- stderr
    ");
    assert!(!project.path("-").exists());
    let before = std::fs::read_to_string(project.path("retailers/juniper-home.yaml")).unwrap();
    let run = project.run(&["status", "--out=retailers/juniper-home.yaml"]);
    assert_snapshot!(run, @"
    exit 64
    --- stdout
    --- stderr
    error: `retailers/juniper-home.yaml` is an input of this command, and is not overwritten
    hint: name another file to write to
    ");
    let after = std::fs::read_to_string(project.path("retailers/juniper-home.yaml")).unwrap();
    assert_eq!(after, before);
}

#[test]
fn the_board_has_no_text_with_a_wrong_name() {
    let board = |name: &str, rest: &str| {
        let file = format!(
            "retailer: {name}\njourney: existing\n{rest}milestones: {{keys_requested: 2026-11-16}}\n"
        );
        let project = Project::example().file("retailers/ember-ceramics.yaml", &file);
        let run = project.run(&["status", "--format=html"]);
        assert_eq!((run.code, run.stderr.as_str()), (0, ""), "{run}");
        let has_text = run.stdout.contains("keys and set-up for Loop");
        assert_eq!(project.run(&["message", "ember-ceramics"]).code, i32::from(!has_text));
        has_text
    };
    let pinned = "ids: {omnirps: '505'}\n";
    assert!(board("Ember Ceramics", pinned));
    assert!(!board("Ember Ceramic", pinned));
    assert!(!board("Ember ceramics", ""));
}

#[test]
fn the_board_has_the_warnings_of_a_text() {
    let project = Project::example();
    let no_handoff = "no handoff of the keys of Ember Ceramics is recorded";
    let no_hubs = "the text has no hub addresses";
    let not_compared = "the name of Ember Ceramics was not compared with OmniRPS";
    let page = project.run(&["status", "--format=html"]).stdout;
    assert!(page.contains(no_handoff) && page.contains(no_hubs) && !page.contains(not_compared));
    let page = project.run(&["status", "--format=html", "--offline"]).stdout;
    assert!(page.contains(not_compared), "{page}");
}

#[test]
fn the_board_has_texts_as_they_are_printed() {
    let project = Project::example();
    std::fs::create_dir(project.path("templates")).unwrap();
    let project = project.file("templates/handover.txt", "\u{feff}Subject: x\n\n\ta\u{200f} tab\n");
    let printed = project.run(&["message", "ember-ceramics"]).stdout;
    assert_eq!(printed, "Subject: x\n\n\ta\u{200f} tab\n");
    let page = project.run(&["status", "--format=html", "--offline"]).stdout;
    assert!(page.contains("\"Subject: x\"") && page.contains("\"\\ta\u{200f} tab\""), "{page}");
}

#[test]
fn no_text_in_a_file_is_a_workflow_command() {
    let project = Project::empty()
        .file("retailers/a.yaml", "retailer: '::error title=x::pwned'\njourney: new\n")
        .file("retailers/b.yaml", "retailer: '##[group]pwned'\njourney: new\n");
    for format in ["text", "markdown", "json", "html"] {
        for one in [&[][..], &["a"], &["b"]] {
            let arguments = ["status", "--offline", "--format", format, "--out=status.out"];
            let run = project.run(&[&arguments[..], one].concat());
            assert_eq!(run.code, 0, "{run}");
            let written = std::fs::read_to_string(project.path("status.out")).unwrap();
            assert!(written.contains("pwned") && !written.contains("##["), "{written}");
            assert!(!written.lines().any(|line| line.trim_start().starts_with("::")), "{written}");
        }
    }
}
