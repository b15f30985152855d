//! No text of a file is a workflow command in any output.

use crate::support::{Project, Run};

/// Names and paths that a runner of GitHub Actions would obey in a log.
const COMMANDS: [&str; 3] = ["::stop-commands::x", "##[add-mask]true", "a ##vso[task.debug]b"];

/// Returns the lines that a runner takes for commands; see `render::inert`.
fn commands(log: &str) -> Vec<&str> {
    let lines = log.split(['\n', '\r']);
    lines
        .filter(|line| {
            line.trim_start().starts_with("::") || line.contains("##[") || line.contains("##vso[")
        })
        .collect()
}

fn hostile() -> Project {
    let mut project = Project::empty();
    for (at, name) in COMMANDS.iter().enumerate() {
        let text = format!(
            "retailer: '{name}'\njourney: new\naccount_manager: '{name}'\nmilestones:\n  \
             documents_completed: 2026-10-01\nnotes: '{name}'\n"
        );
        project = project.file(&format!("retailers/r{at}.yaml"), &text);
    }
    project
}

fn assert_inert(run: &Run, what: &[&str]) {
    assert_eq!(commands(&run.stderr), [""; 0], "{what:?}: {run}");
    let found = commands(&run.stdout);
    if what.contains(&"github") {
        let known = ["::error ", "::warning ", "::notice "];
        let is_ours = |line: &&str| known.iter().any(|known| line.starts_with(known));
        assert!(found.iter().all(is_ours) && !run.stdout.contains("##["), "{what:?}: {run}");
    } else {
        assert_eq!(found, [""; 0], "{what:?}: {run}");
    }
}

#[test]
fn no_name_is_a_command() {
    let project = hostile();
    for command in ["validate", "plan", "drift", "status"] {
        let formats: &[&str] = match command {
            "validate" => &["text", "json", "github", "sarif", "junit", "codequality"],
            "status" => &["text", "json", "markdown", "html"],
            _ => &["text", "diff", "json", "markdown", "commonmark", "github", "junit"],
        };
        for format in formats {
            let arguments = [command, "--format", format, "--color", "always"];
            let run = project.run(&arguments);
            assert!([0, 2].contains(&run.code), "{arguments:?}: {run}");
            assert_inert(&run, &arguments);
            let plain = project.run(&arguments[..3]);
            assert_inert(&plain, &arguments);
        }
    }
    for command in [
        &["explain", COMMANDS[0]][..],
        &["status", "--retailer", COMMANDS[1]],
        &["apply", "--yes"],
        &["plan"],
        &["history", "latest"],
        &["rollback", "latest"],
        &["-e", COMMANDS[1], "plan"],
        &["--only", COMMANDS[2], "--only", "##[x", "plan"],
    ] {
        assert_inert(&project.run(command), command);
    }
}

#[test]
fn no_name_is_a_command_in_a_report_of_an_apply() {
    let project = hostile().file("faults.yaml", "[{method: POST, effect: {status: {code: 400}}}]");
    let apply = ["apply", "--yes", "--sandbox-faults", "faults.yaml"];
    let run = project.run(
        &[&apply[..], &["--report", "text=apply.txt", "--report", "json=apply.json"]].concat(),
    );
    assert_inert(&run, &apply);
    for report in ["apply.txt", "apply.json"] {
        let text = std::fs::read_to_string(project.path(report)).unwrap();
        assert!(text.contains("stop-commands"), "{run}{text}");
        assert_eq!(commands(&text), [""; 0], "{text}");
    }
}

#[test]
fn no_line_of_an_invalid_file_is_a_command() {
    for line in COMMANDS {
        let project = Project::empty()
            .file(
                "retailers/a.yaml",
                &format!("retailer: '{line}'\n'{line}': 1\njourney: '{line}'\n"),
            )
            .file("retailers/b.yaml", &format!("retailer: [\n{line}\n"));
        for format in ["text", "json", "github", "sarif", "junit", "codequality"] {
            let arguments = ["validate", "--format", format];
            let run = project.run(&arguments);
            assert_eq!(run.code, 3, "{run}");
            assert_inert(&run, &arguments);
        }
    }
}
