//! The README is true: what it shows was run as shown.

use crate::support::Project;
use std::path::Path;

/// Returns the README's blocks of one language.
pub(crate) fn blocks(language: &str) -> Vec<String> {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("README.md");
    let text = std::fs::read_to_string(path).unwrap();
    text.split(&format!("```{language}\n"))
        .skip(1)
        .map(|block| block.split("```").next().unwrap().to_owned())
        .collect()
}

/// The words of a status without the day on which it was made and the days up to then.
fn undated(text: &str) -> Vec<&str> {
    let words: Vec<&str> = text.split_whitespace().collect();
    let is_of_the_day = |at: usize| match words.get(at + 1) {
        Some(&"d") => words[at].parse::<u32>().is_ok(),
        _ => at > 0 && words[at - 1] == "on" && words[at].ends_with(':'),
    };
    (0..words.len()).map(|at| if is_of_the_day(at) { "…" } else { words[at] }).collect()
}

#[test]
fn the_console_blocks_show_real_output() {
    let project = Project::example();
    let mut commands = 0;
    for block in blocks("console") {
        // What is indented is output that names a command.
        for shown in format!("\n{block}").split("\n$ reconcile ").skip(1) {
            let (command, expected) = shown.split_once('\n').unwrap();
            let arguments: Vec<&str> = command.split(' ').collect();
            let run = project.run(&arguments);
            let printed = format!("{}{}", run.stdout, run.stderr);
            // A line of dots stands for lines that are left out.
            let (from, expected) = match expected.strip_prefix("...\n") {
                Some(rest) => (printed.find(rest.trim_end()).unwrap_or(0), rest),
                None => (0, expected),
            };
            if command.starts_with("status") {
                assert_eq!(undated(&printed), undated(expected), "reconcile {command}");
            } else {
                assert_eq!(printed[from..].trim_end(), expected.trim_end(), "reconcile {command}");
            }
            commands += 1;
        }
    }
    assert!(commands >= 3, "{commands} commands");
}

/// A project with one retailer.
fn one() -> Project {
    Project::empty().file("retailers/acme.yaml", "retailer: Acme\njourney: new\n")
}

#[test]
fn the_yaml_blocks_are_valid() {
    let retailers: Vec<String> =
        blocks("yaml").into_iter().filter(|block| block.contains("retailer: ")).collect();
    assert!(retailers.len() >= 2);
    for retailer in retailers {
        let project = Project::empty().file("retailers/shown.yaml", &retailer);
        let run = project.run(&["validate"]);
        assert_eq!(run.code, 0, "{run}");
    }
    let projects: Vec<String> =
        blocks("yaml").into_iter().filter(|block| block.contains("environments:")).collect();
    assert_eq!(projects.len(), 1);
    let run = one().file("reconcile.yaml", &projects[0]).run(&["validate"]);
    assert_eq!(run.code, 0, "{run}");
    let contracts: Vec<String> =
        blocks("yaml").into_iter().filter(|block| block.contains("paging:")).collect();
    assert_eq!(contracts.len(), 1);
    let named = projects[0].replace("  production:\n", "  production:\n    contract: a.yaml\n");
    let project = one().file("reconcile.yaml", &named).file("a.yaml", &contracts[0]);
    let run = project.run(&["validate"]);
    assert!(run.stdout.starts_with("3 files checked: 0 errors"), "{run}");
    let routes: Vec<String> =
        blocks("yaml").into_iter().filter(|block| block.contains("read: sql")).collect();
    assert_eq!(routes.len(), 1);
    let nested: String = routes[0].lines().map(|line| format!("    {line}\n")).collect();
    let file = format!("environments:\n  production:\n{nested}");
    let run = one().file("reconcile.yaml", &file).run(&["validate"]);
    assert_eq!((run.code, run.stderr.as_str()), (0, ""), "{run}");
    let labels: Vec<String> =
        blocks("yaml").into_iter().filter(|block| block.contains("Origin:")).collect();
    assert_eq!(labels.len(), 1);
    let named =
        projects[0].replace("  production:\n", "  production:\n    verify: {label: a.yaml}\n");
    let project = one().file("reconcile.yaml", &named).file("a.yaml", &labels[0]);
    assert_eq!(project.run(&["validate"]).code, 0);
    let faults: Vec<String> =
        blocks("yaml").into_iter().filter(|block| block.contains("faults.yaml")).collect();
    let project = Project::example().file("faults.yaml", &faults[0]);
    let run = project.run(&["apply", "--yes", "--sandbox-faults", "faults.yaml"]);
    assert_eq!(run.code, 5, "{run}");
    assert!(run.stdout.contains("11 applied"), "{run}");
}
