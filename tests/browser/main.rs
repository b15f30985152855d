//! Boards of `reconcile status --format html`, made by the real binary, in a real browser.
//!
//! The scripts beside this file run in Node.js. `.ci/browser` installs what they use; where
//! that, Node.js or Chromium is missing, they are left out, unless
//! `RECONCILE_REQUIRE_PROGRAMS=1`. They keep pictures of the board in the folder that
//! `RECONCILE_PICTURES` names.

#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

mod fleet;
#[path = "../support/programs.rs"]
mod programs;
#[path = "../support/mod.rs"]
mod support;

use std::path::Path;
use std::process::Command;
use support::Project;

/// Makes the board of a project and runs a script on it.
fn check(script: &str, project: &Project, arguments: &[&str], variables: &[(&str, &str)]) {
    let Some(node) = programs::find("a browser", &["node"]) else { return };
    let Some(chromium) = programs::find("a browser", &["chromium", "google-chrome"]) else {
        return;
    };
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/browser");
    if !folder.join("node_modules").exists() {
        programs::go_without("a browser", "`.ci/browser` has not installed what the scripts use");
        return;
    }
    let run = project
        .run(&[&["status", "--quiet", "--format=html", "--out=board.html"], arguments].concat());
    assert_eq!((run.code, run.stdout.as_str(), run.stderr.as_str()), (0, "", ""), "{run}");
    let output = Command::new(node)
        .args(["--test", "--test-reporter=tap", script])
        .current_dir(folder)
        .env("CHROMIUM", chromium)
        .env("BOARD", project.path("board.html"))
        .envs(variables.iter().copied())
        .output()
        .unwrap();
    let said = String::from_utf8_lossy(&output.stdout);
    assert!(output.status.success(), "{said}{}", String::from_utf8_lossy(&output.stderr));
    assert!(!said.contains("# tests 0") && said.contains("# fail 0"), "{said}");
}

/// The example fleet with somebody who has a role, and with something that is late.
fn example() -> Project {
    let project = Project::example();
    let config = std::fs::read_to_string(project.path("reconcile.yaml")).unwrap();
    let more = "people: {onboarding: Noa Berg}\ndue_days: {keys_supplied: 3}\n";
    project.file("reconcile.yaml", &format!("{config}\n{more}"))
}

#[test]
fn the_example_fleet() {
    let project = example();
    let message = project.run(&["message", "ember-ceramics"]).stdout;
    check("example.test.mjs", &project, &[], &[("MESSAGE", &message)]);
}

#[test]
fn for_everybody() {
    check("access.test.mjs", &example(), &[], &[("NAME", "12")]);
}

#[test]
fn offline() {
    check("offline.test.mjs", &Project::example(), &["--offline"], &[]);
}

#[test]
fn with_returns() {
    check("silent.test.mjs", &Project::example(), &["--uploads"], &[("NAME", "12")]);
}

#[test]
fn in_a_repository() {
    let project = example();
    project.git(&["init", "--quiet"]);
    project.git(&["remote", "add", "origin", "git@github.com:acme/retailers.git"]);
    project.commit("all");
    check("links.test.mjs", &project, &[], &[("NAME", "12")]);
}

#[test]
fn some_hundreds() {
    let first = [
        "Alder", "Amber", "Anchor", "Basalt", "Birch", "Canyon", "Cedar", "Clover", "Copper",
        "Echo", "Fern", "Flint", "Glacier", "Harbor", "Juniper", "Lantern", "Maple", "North",
        "Otter", "Pine",
    ];
    let last = [
        "Apparel",
        "Audio",
        "Bags",
        "Beauty",
        "Books",
        "Denim",
        "Footwear",
        "Home",
        "Kids",
        "Knitwear",
        "Lighting",
        "Optics",
        "Outdoor",
        "Stationery",
        "Surf",
        "Swim",
    ];
    let project = Project::empty();
    fleet::write(&project.path(""), 300, |number| {
        format!("{} {}", first[number / last.len()], last[number % last.len()])
    });
    check("hundreds.test.mjs", &project, &["--offline"], &[("NAME", "300")]);
}

#[test]
fn hostile_texts() {
    let names = [
        "</script><img src=x onerror=globalThis.pwned=1>",
        "\"><svg onload=globalThis.pwned=1>",
        "{{ 7 * 7 }}{% raw %}",
        "' onmouseover=globalThis.pwned=1 x='",
        "<!--<script>",
        "&lt;b&gt; & \\u003cb\\u003e",
        "javascript:globalThis.pwned=1",
    ];
    let mut project = Project::empty();
    for (at, name) in names.iter().enumerate() {
        let quoted = serde_json::to_string(name).unwrap();
        let file = format!(
            "retailer: {quoted}\njourney: new\naccount_manager: {quoted}\nmilestones:\n  introduced: \
             {{on: 2026-10-01, by: \"</script><script>pwned=1</script>\"}}\n"
        );
        project = project.file(&format!("retailers/name-{at}.yaml"), &file);
    }
    let names = serde_json::to_string(&names).unwrap();
    check("hostile.test.mjs", &project, &["--offline"], &[("NAMES", &names)]);
}

/// How many retailers a board has to stay usable with.
const MANY: usize = 5_000;

#[test]
fn many_retailers() {
    let project = Project::empty();
    let hub = fleet::write(&project.path(""), MANY, |number| format!("Retailer {number}"));
    check("large.test.mjs", &project, &["--offline"], &[("HUB", &hub.to_string())]);
}
