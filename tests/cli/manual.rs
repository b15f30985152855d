//! `reconcile completions` and `reconcile man`.

use crate::support::Project;
use insta::assert_snapshot;

/// The commands that the help lists.
fn commands(project: &Project) -> Vec<String> {
    let help = project.run(&["--help"]).stdout;
    let listed = help.split("\nCommands:\n").nth(1).unwrap().split("\n\n").next().unwrap();
    let names = listed.lines().map(|line| line.split_whitespace().next().unwrap().to_owned());
    let names: Vec<String> = names.filter(|name| name != "help").collect();
    assert!(names.len() >= 8, "{names:?}");
    names
}

#[test]
fn completions_of_every_shell_know_every_command() {
    let project = Project::empty();
    for shell in ["bash", "zsh", "fish", "powershell", "elvish"] {
        let run = project.run(&["completions", shell]);
        assert_eq!((run.code, run.stderr.as_str()), (0, ""), "{shell}");
        for command in commands(&project) {
            assert!(run.stdout.contains(&command), "{shell} does not know {command}");
        }
    }
    assert_eq!(project.run(&["completions", "cmd"]).code, 64);
}

#[test]
fn the_manual_page_tells_every_command_and_exit_code() {
    let project = Project::empty();
    let page = project.run(&["man"]);
    assert_eq!((page.code, page.stderr.as_str()), (0, ""));
    for command in commands(&project) {
        assert!(page.stdout.contains(&format!("reconcile\\-{command}(1)")), "{command}");
    }
    let (_, status) = page.stdout.split_once(".SH \"EXIT STATUS\"\n").unwrap();
    assert_snapshot!(status, @r#"
    .TP
    \fB0\fR
    done; with \-\-detailed\-exitcode: nothing to change
    .TP
    \fB1\fR
    failed: a system could not be read, a write failed, or the run was refused
    .TP
    \fB2\fR
    with \-\-detailed\-exitcode: changes are pending or were applied; drift was found
    .TP
    \fB3\fR
    the files are invalid; no system was touched
    .TP
    \fB4\fR
    partly applied: some actions succeeded, others did not
    .TP
    \fB5\fR
    applied all that could be, but a retailer is blocked and needs a person
    .TP
    \fB64\fR
    wrong usage of the command line
    "#);
}

#[test]
fn every_command_has_a_page_of_its_own() {
    let project = Project::empty();
    let run = project.run(&["man", "--out", "man"]);
    assert_eq!(run.to_string(), "exit 0\n--- stdout\n--- stderr\n");
    let read =
        |name: &str| std::fs::read_to_string(project.path(&format!("man/{name}.1"))).unwrap();
    assert_eq!(read("reconcile"), project.run(&["man"]).stdout);
    for command in commands(&project) {
        let page = read(&format!("reconcile-{command}"));
        assert!(page.contains(&format!(".TH reconcile-{command} 1")), "{page}");
        assert!(page.contains(".SH \"EXIT STATUS\""), "{page}");
    }
}
