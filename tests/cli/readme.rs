//! Tests the documents: the console blocks of the README and `docs` are run, and their links
//! are checked.

use crate::support::{Project, files_below};
use std::path::{Path, PathBuf};

/// The README is the entry page of all readers: it stays short enough to be read completely.
const LONGEST_README: usize = 250;

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

/// Returns the pages at the top and below `docs`, by path.
fn pages() -> Vec<(PathBuf, String)> {
    let mut paths = files_below(&root().join("docs"));
    paths.retain(|path| path.extension().is_some_and(|extension| extension == "md"));
    paths.extend(["README.md", "CONTRIBUTING.md", "SECURITY.md"].map(|page| root().join(page)));
    paths.sort();
    let text = |path: &PathBuf| std::fs::read_to_string(path).unwrap();
    paths.into_iter().map(|path| (path.clone(), text(&path))).collect()
}

/// Returns a text's code blocks of one language.
fn blocks_of(text: &str, language: &str) -> Vec<String> {
    text.split(&format!("```{language}\n"))
        .skip(1)
        .map(|block| block.split("```").next().unwrap().to_owned())
        .collect()
}

/// Returns the code blocks of one language on all pages.
pub(crate) fn blocks(language: &str) -> Vec<String> {
    pages().iter().flat_map(|(_, text)| blocks_of(text, language)).collect()
}

/// Returns the section of a page below this heading.
pub(crate) fn section(page: &str, heading: &str) -> String {
    let text = std::fs::read_to_string(root().join(page)).unwrap();
    let (_, section) = text.split_once(&format!("\n## {heading}\n")).unwrap();
    section.split("\n## ").next().unwrap().to_owned()
}

/// Returns whether a command's output depends on the day.
fn is_of_the_day(command: &str) -> bool {
    command.starts_with("status") || command.starts_with("uploads")
}

/// Returns the lines of a status without its date and ages.
fn undated(text: &str) -> String {
    let line = |line: &str| {
        let words: Vec<&str> = line.split_whitespace().collect();
        let is_of_the_day = |at: usize| match words.get(at + 1) {
            Some(&("d" | "days")) => words[at].parse::<u32>().is_ok(),
            _ => at > 0 && words[at - 1] == "on" && words[at].ends_with(':'),
        };
        let word = |at: usize| if is_of_the_day(at) { "…" } else { words[at] };
        (0..words.len()).map(word).collect::<Vec<_>>().join(" ")
    };
    text.lines().map(line).collect::<Vec<_>>().join("\n")
}

/// Splits a command line at blanks outside double quotes.
fn words(line: &str) -> Vec<String> {
    let mut words = vec![String::new()];
    let mut is_quoted = false;
    for character in line.chars() {
        match character {
            '"' => is_quoted = !is_quoted,
            ' ' if !is_quoted => words.push(String::new()),
            _ => words.last_mut().unwrap().push(character),
        }
    }
    words
}

/// Runs a page's console blocks in their own project; returns the number of commands.
fn run_console_blocks(page: &str, text: &str) -> usize {
    let project = Project::example();
    let mut commands = 0;
    for block in blocks_of(text, "console") {
        // Indented lines are output that contains a command.
        for shown in format!("\n{block}").split("\n$ reconcile ").skip(1) {
            let (command, expected) = shown.split_once('\n').unwrap();
            let arguments = words(command);
            let run = project.run(&arguments.iter().map(String::as_str).collect::<Vec<_>>());
            let printed = format!("{}{}", run.stdout, run.stderr);
            let printed = if is_of_the_day(command) { undated(&printed) } else { printed };
            let mut rest = printed.trim_end();
            // A line of dots represents omitted lines.
            for (at, part) in format!("\n{expected}").split("\n...\n").enumerate() {
                let part = if is_of_the_day(command) { undated(part) } else { part.to_owned() };
                let part = part.trim_matches('\n').trim_end();
                let found =
                    if at == 0 { rest.starts_with(part).then_some(0) } else { rest.find(part) };
                let Some(found) = found else {
                    panic!("{page}: reconcile {command}\nshows\n{part}\nbut prints\n{rest}");
                };
                rest = rest[found + part.len()..].trim_start_matches('\n');
            }
            let ends_in_dots = expected.trim_end().ends_with("\n...");
            assert!(rest.is_empty() || ends_in_dots, "{page}: reconcile {command} also\n{rest}");
            commands += 1;
        }
    }
    commands
}

#[test]
fn the_console_blocks_show_real_output() {
    let mut commands = 0;
    for (path, text) in pages() {
        commands += run_console_blocks(&path.display().to_string(), &text);
    }
    assert!(commands >= 15, "{commands} commands");
}

#[test]
fn the_commands_of_shell_blocks_exist() {
    let project = Project::example();
    assert!(project.run(&["plan", "--no-such-option"]).stderr.contains("Usage: "));
    let mut commands = 0;
    for line in blocks("sh").iter().flat_map(|block| block.lines()) {
        let command = line.split("  #").next().unwrap().trim();
        let Some(arguments) = command.strip_prefix("reconcile ") else { continue };
        let arguments = words(arguments);
        let run = project.run(&arguments.iter().map(String::as_str).collect::<Vec<_>>());
        assert!(!run.stderr.contains("Usage: "), "{line}\n{run}");
        commands += 1;
    }
    assert!(commands > 30, "{commands} commands");
}

#[test]
fn the_readme_is_short() {
    let text = std::fs::read_to_string(root().join("README.md")).unwrap();
    assert!(text.lines().count() <= LONGEST_README, "{} lines", text.lines().count());
}

#[test]
fn the_reference_has_every_option_of_every_help() {
    let (_, page) = pages().into_iter().find(|(path, _)| path.ends_with("commands.md")).unwrap();
    let project = Project::example();
    let commands: Vec<String> = project
        .run(&["--help"])
        .stdout
        .split("Commands:\n")
        .nth(1)
        .unwrap()
        .lines()
        .take_while(|line| !line.is_empty())
        .filter_map(|line| line.strip_prefix("  ")?.split_whitespace().next().map(str::to_owned))
        .filter(|name| name != "help")
        .collect();
    assert!(commands.len() > 20, "{commands:?}");
    let mut options = 0;
    for command in commands {
        let heading = format!("\n## reconcile {command}\n");
        let section = page.split(&heading).nth(1).unwrap_or_else(|| panic!("no {command}"));
        let section = section.split("\n## ").next().unwrap();
        let global = page.split("\n## Global options\n").nth(1).unwrap();
        let global = global.split("\n## ").next().unwrap();
        let help = project.run(&[&command, "--help"]).stdout;
        let named = |line: &str| {
            let line = line.trim_start();
            let long = line.find("--").filter(|_| line.starts_with('-'))?;
            let name = line[long..].split(|c: char| c != '-' && !c.is_ascii_lowercase()).next()?;
            Some(name.to_owned())
        };
        for option in help.lines().filter_map(named).filter(|name| name != "--help") {
            let is_there = [section, global].iter().any(|text| text.contains(&option));
            assert!(is_there, "docs/reference/commands.md lacks {option} of {command}");
            options += 1;
        }
    }
    assert!(options > 200, "{options} options");
}

/// Returns the anchors of a page's headings, as generated by GitHub.
fn anchors(text: &str) -> Vec<String> {
    let mut is_code = false;
    let mut anchors = Vec::new();
    for line in text.lines() {
        is_code ^= line.starts_with("```");
        if let (false, true) = (is_code, line.starts_with('#')) {
            let heading = line.trim_start_matches('#').trim().to_lowercase();
            let kept = |character: &char| character.is_alphanumeric() || " -_".contains(*character);
            let anchor = heading.chars().filter(kept).collect::<String>().replace(' ', "-");
            assert!(!anchors.contains(&anchor), "the heading `{heading}` is there twice");
            anchors.push(anchor);
        }
    }
    anchors
}

#[test]
fn the_links_lead_somewhere() {
    let mut links = 0;
    for (path, text) in pages() {
        // Links in code are ignored.
        let prose: String = text.split("```").step_by(2).collect();
        let targets = prose.split("](").skip(1).map(|rest| rest.split(')').next().unwrap());
        for target in targets.filter(|target| !target.contains("://")) {
            let (file, anchor) = target.split_once('#').unwrap_or((target, ""));
            let to = if file.is_empty() { path.clone() } else { path.parent().unwrap().join(file) };
            assert!(to.exists(), "{}: {target}", path.display());
            if !anchor.is_empty() {
                let there = anchors(&std::fs::read_to_string(&to).unwrap());
                assert!(there.iter().any(|it| it == anchor), "{}: {target}", path.display());
            }
            links += 1;
        }
    }
    assert!(links > 100, "{links} links");
}

/// Returns a project with one retailer.
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
