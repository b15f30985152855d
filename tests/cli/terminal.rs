//! Output in a terminal: no line is too wide, and no word is broken. The terminal is created by
//! `script`, which is part of util-linux.

use crate::programs;
use crate::support::Project;
use std::io::Write;
use std::process::{Command, Stdio};
use unicode_width::UnicodeWidthStr;

/// Returns a fleet of three hundred with long names, many with something to do.
fn fleet() -> Project {
    let mut project = Project::empty();
    for at in 0..300 {
        let name = format!("Retailer with quite a long name of its own number {at}");
        let facts = match at % 3 {
            0 => "journey: new\nmilestones: {documents_completed: 2026-09-30}\n",
            1 => {
                "journey: existing\nomnireturns_access: required\n\
                  milestones: {switched_to_loop: 2026-10-01}\n"
            }
            _ => "journey: existing\n",
        };
        let text = format!("retailer: {name}\naccount_manager: Dana Reyes\n{facts}");
        project = project.file(&format!("retailers/retailer-{at:03}.yaml"), &text);
    }
    project
}

/// Runs a command in a terminal of a width, and returns everything that it wrote there.
fn written(script: &std::path::Path, project: &Project, columns: usize, command: &str) -> String {
    let binary = env!("CARGO_BIN_EXE_reconcile");
    let output = Command::new(script)
        .args(["-q", "-e", "-c", &format!("stty cols {columns} rows 50; '{binary}' {command}")])
        .arg("/dev/null")
        .current_dir(project.path(""))
        .env_clear()
        .env("PATH", std::env::var_os("PATH").unwrap_or_default())
        .env("TERM", "xterm")
        .stdin(Stdio::null())
        .output()
        .unwrap();
    String::from_utf8(output.stdout).unwrap()
}

/// Runs a command in a terminal of a width, and returns its screen content, without styles.
fn screen(script: &std::path::Path, project: &Project, columns: usize, command: &str) -> String {
    let text = written(script, project, columns, command);
    // Text before a carriage return is progress, which is overwritten.
    let lines = text.split('\n').map(|line| {
        let line = line.trim_end_matches('\r');
        line.rsplit('\r').next().unwrap_or_default().to_owned()
    });
    anstream::adapter::strip_str(&lines.collect::<Vec<_>>().join("\n")).to_string()
}

#[test]
fn no_line_is_wider_than_the_terminal_and_no_word_is_broken() {
    let script = programs::find(&["script"]);
    let project = fleet();
    let piped = project.run(&["plan"]);
    assert!(piped.stdout.lines().any(|line| line.width() > 80), "a pipe has no width: {piped}");
    for command in [
        "plan",
        "drift",
        "status",
        "status retailer-001",
        "uploads",
        "explain retailer-001",
        "explain names-look-alike",
        "doctor",
        "verify retailer-001",
        "apply --yes --force --limit 4",
        "history",
    ] {
        for columns in [80, 60] {
            let screen = screen(&script, &project, columns, command);
            assert!(screen.lines().count() > 2, "{command}: {screen}");
            for line in screen.lines() {
                let is_one_word = !line.trim().contains(' ');
                let is_command = line.contains(" $ reconcile ");
                let may_be_wide = is_one_word || is_command;
                assert!(line.width() <= columns || may_be_wide, "{command} {columns}: {line}");
            }
            // A broken word would span two lines.
            for line in screen.lines() {
                assert!(!line.ends_with("Retail") && !line.starts_with("etailer"), "{line}");
            }
        }
    }
}

#[test]
fn problems_of_files_are_as_wide_as_the_terminal() {
    let script = programs::find(&["script"]);
    let long = format!("retailer: Acme\njourny: new # {}\n", "much of a comment ".repeat(12));
    let warned = "retailer: Juniper 東京ストア 101\njourney: new\n";
    let odd = Project::empty().file("retailers/juniper.yaml", warned);
    let invalid = Project::empty()
        .file("retailers/acme.yaml", &long)
        .file(
            "retailers/one.yaml",
            "retailer: Quite a long name of a retailer Pty Ltd\njourney: new\n",
        )
        .file(
            "retailers/two.yaml",
            "retailer: Quite a long name of a Retailer Pty Ltd\njourney: new\n",
        );
    for (project, command) in
        [(&odd, "plan"), (&odd, "validate"), (&invalid, "validate"), (&invalid, "status")]
    {
        for columns in [80, 60] {
            let screen = screen(&script, project, columns, command);
            assert!(screen.contains("hint: "), "{screen}");
            for line in screen.lines() {
                assert!(line.width() <= columns, "{command} {columns}: {line}\n{screen}");
            }
        }
    }
}

#[test]
fn a_checklist_is_wrapped_at_the_column_of_its_text() {
    let script = programs::find(&["script"]);
    let project = Project::example();
    for columns in [40, 60, 80] {
        let screen = screen(&script, &project, columns, "status aurora-outdoor");
        let (_, steps) = screen.split_once("\n\n").unwrap();
        let (steps, _) = steps.split_once("\n\n").unwrap();
        for line in steps.lines() {
            let is_step = ["  ☑", "  ▶", "  ☐", "  –", "  ?"].iter().any(|m| line.starts_with(m));
            // The width of the mark and of the longest step, `N5.1.1`.
            assert!(is_step || line.starts_with(&" ".repeat(11)), "{columns}: {line}\n{screen}");
        }
        assert!(steps.contains("SEKO account manager"), "{screen}");
    }
}

#[test]
fn text_is_the_same_in_a_wide_terminal_as_in_a_pipe() {
    let script = programs::find(&["script"]);
    let project = Project::example();
    for command in ["plan", "explain granite-gear"] {
        let piped = project.run(&command.split(' ').collect::<Vec<_>>());
        let screen = screen(&script, &project, 400, command);
        assert_eq!(screen, piped.stdout, "{command}");
    }
    let json = screen(&script, &project, 40, "plan --json");
    assert_eq!(json, project.run(&["plan", "--json"]).stdout, "JSON is not text");
}

/// Answers the questions of `new` in a terminal, and returns the screen content with the exit
/// code last. The answers end with Ctrl-D.
fn asked(script: &std::path::Path, project: &Project, answers: &str) -> String {
    let binary = env!("CARGO_BIN_EXE_reconcile");
    let mut child = Command::new(script)
        .args(["-q", "-c", &format!("'{binary}' new; echo exit $?"), "/dev/null"])
        .current_dir(project.path(""))
        .env_clear()
        .env("PATH", std::env::var_os("PATH").unwrap_or_default())
        .env("TERM", "xterm")
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    child.stdin.take().unwrap().write_all(answers.as_bytes()).unwrap();
    let output = child.wait_with_output().unwrap();
    anstream::adapter::strip_str(&String::from_utf8(output.stdout).unwrap()).to_string()
}

#[test]
fn new_asks_for_what_it_needs() {
    let script = programs::find(&["script"]);
    let project = Project::empty();
    let written =
        |slug: &str| std::fs::read_to_string(project.path(&format!("retailers/{slug}.yaml"))).ok();
    let screen = asked(&script, &project, "Brook & Sons\nexisting\nDana Reyes \n");
    let file = written("brook-and-sons").unwrap_or_else(|| panic!("{screen}"));
    assert!(file.contains("journey: existing\naccount_manager: Dana Reyes\n"), "{file}");
    // An empty answer selects the default: the live value, or nobody.
    let screen = asked(&script, &project, "Cedar\n\n\n");
    assert!(screen.contains("[new]") && screen.contains("next: "), "{screen}");
    let file = written("cedar").unwrap_or_else(|| panic!("{screen}"));
    assert!(file.contains("journey: new\n# TODO account_manager"), "{file}");
    // An unknown journey is asked for again.
    let screen = asked(&script, &project, "Dune\nold\nExisting\n\n");
    assert!(screen.contains("choose `new` or `existing`"), "{screen}");
    let file = written("dune").unwrap_or_else(|| panic!("{screen}"));
    assert!(file.contains("journey: existing\n"), "{file}");
    // A taken name is refused before anything else is asked.
    for name in ["BROOK & SONS\n", "Marlow  Optics\n"] {
        let screen = asked(&script, &project, name);
        assert!(screen.contains("exit 1") && !screen.contains("Journey"), "{screen}");
    }
    // Nothing is written for an invalid or missing answer.
    for (answers, exit, message) in [
        ("BROOK & SONS\n\n\n", "exit 1", "names-look-alike"),
        ("\n\n\n", "exit 64", "hint: "),
        ("", "exit 1", "nothing was entered"),
        ("Elm\n", "exit 1", "nothing was entered"),
    ] {
        let screen = asked(&script, &project, answers);
        assert!(screen.contains(exit) && screen.contains(message), "{answers:?}: {screen}");
    }
    assert_eq!(std::fs::read_dir(project.path("retailers")).unwrap().count(), 3);
}

#[test]
fn slow_reads_show_progress_in_a_terminal() {
    let script = programs::find(&["script"]);
    let slow = Project::example().file(
        "slow.yaml",
        "- {system: omnirps, method: GET, times: 1, effect: {latency: {ms: 1500}}}\n",
    );
    let raw = |options: &str| {
        written(&script, &slow, 80, &format!("--sandbox-faults slow.yaml plan {options}"))
    };
    let shown = raw("");
    assert!(shown.contains("reading the systems ("), "{shown}");
    assert!(!raw("--quiet").contains("reading the systems"));
    // Without a terminal, progress is not printed.
    assert_eq!(slow.run(&["--sandbox-faults", "slow.yaml", "plan"]).stderr, "");
}
