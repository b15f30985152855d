//! The complete journeys from `docs/onboarding.md`: a new retailer from an empty file to
//! `live`, and an existing one on each branch. The commands are those of the page, and only the
//! binary runs; the sandbox simulates the hub and Loop.

use crate::readme::{blocks, section};
use crate::support::{Project, Run};
use reconcile::System;
use serde_json::Value;

/// Returns the lines of the block that starts with this comment.
fn way(comment: &str) -> Vec<String> {
    let block = blocks("sh").into_iter().find(|block| block.starts_with(comment));
    let block = block.unwrap_or_else(|| panic!("no page has a block that begins `{comment}`"));
    block.lines().skip(1).map(str::to_owned).collect()
}

/// Returns the example fleet, with the recipient of the page.
fn project() -> Project {
    let section = section("docs/onboarding.md", "Handing over the keys");
    let shown = section.split("```yaml\n").nth(1).unwrap().split("```").next().unwrap();
    let project = Project::example();
    let text = std::fs::read_to_string(project.path("reconcile.yaml")).unwrap();
    project.file("reconcile.yaml", &text.replace("partner:\n", shown))
}

/// Runs a line of a block, without its comment.
fn run(project: &Project, line: &str) -> Run {
    let command = line.split("  #").next().unwrap().trim();
    let arguments = command.strip_prefix("reconcile ").unwrap_or_else(|| panic!("{line}"));
    project.run(&arguments.split(' ').collect::<Vec<_>>())
}

/// Returns the status of a retailer.
fn status(project: &Project, slug: &str) -> Value {
    let run = project.run(&["status", "--retailer", slug, "--format", "json"]);
    assert_eq!(run.code, 0, "{run}");
    let mut status: Value = serde_json::from_str(&run.stdout).unwrap();
    status["retailers"][0].take()
}

/// Returns the step of a retailer, or `live` for a completed one.
fn step(project: &Project, slug: &str) -> String {
    let stage = &status(project, slug)["stage"];
    stage["step"].as_str().or(stage["phase"].as_str()).unwrap().to_owned()
}

/// Asserts that nothing is left to do for a completed retailer.
fn assert_through(project: &Project, slug: &str) {
    let status = status(project, slug);
    assert_eq!(status["done"], true, "{status:#}");
    assert_eq!(status["waiting_for"], Value::Array(Vec::new()));
    for command in [&["plan", "--detailed-exitcode"][..], &["drift"]] {
        let run = project.run(&[command, &["--only", slug]].concat());
        assert_eq!(run.code, 0, "{run}");
    }
    assert_eq!(project.run(&["validate"]).code, 0);
}

fn record(project: &Project, system: System, name: &str) -> Value {
    let records = project.store().records(system).unwrap();
    let named = |record: &Value| record["RetailerName"] == name;
    records.into_iter().find(named).unwrap_or_else(|| panic!("no {name} in {system}"))
}

#[test]
fn a_new_retailer_goes_from_an_empty_file_to_live() {
    let file = "retailers/acme-apparel.yaml";
    let project = project().file(file, "");
    let empty = project.run(&["validate"]);
    assert_eq!(empty.code, 3, "{empty}");
    assert!(empty.stderr.contains(file), "{empty}");
    let shortest = blocks("yaml").into_iter().find(|block| block.starts_with(&format!("# {file}")));
    let project = project.file(file, &shortest.unwrap());

    let mut steps = vec![step(&project, "acme-apparel")];
    for line in way("# a new retailer") {
        let before = project.run(&["plan", "--only", "acme-apparel"]);
        let run = run(&project, &line);
        // It waits for the hub, which is simulated next.
        let expected = if line.contains("--timeout") { 1 } else { 0 };
        assert_eq!(run.code, expected, "{line}\n{run}\nafter\n{before}");
        let step = step(&project, "acme-apparel");
        if steps.last() != Some(&step) {
            steps.push(step);
        }
    }
    assert_eq!(steps, ["N1", "N4", "N5", "N6", "N7", "N9", "N10", "live"]);
    assert_through(&project, "acme-apparel");
    let rps = record(&project, System::Omnirps, "Acme Apparel");
    assert_eq!(rps["TrackingWebhook"]["Enabled"], true);
    let returns = record(&project, System::Omnireturns, "Acme Apparel");
    assert_eq!(
        (&returns["CompanyName"], &returns["PortalPublished"]),
        (&"Loop".into(), &false.into())
    );
    let stated = std::fs::read_to_string(project.path(file)).unwrap();
    assert!(stated.contains("connote_processed: {on: 20") && stated.contains("SBX"), "{stated}");
}

/// Runs the journey of an existing retailer on one branch; returns its steps.
fn walk(project: &Project, access: &str) -> Vec<String> {
    let mut steps = Vec::new();
    for line in way("# a retailer that SEKO serves already") {
        // The page shows one of the two decisions.
        let run = run(project, &line.replace(" not_required ", &format!(" {access} ")));
        assert_eq!(run.code, 0, "{line}\n{run}");
        let step = step(project, "marlow-optics");
        if steps.last() != Some(&step) {
            steps.push(step);
        }
    }
    assert_through(project, "marlow-optics");
    steps
}

#[test]
fn an_existing_retailer_that_gives_its_access_up_goes_to_live() {
    let project = project();
    let steps = walk(&project, "not_required");
    assert_eq!(steps, ["E1", "E2", "E3", "E4", "E5", "N5.2.1", "E8", "live"]);
    let returns = record(&project, System::Omnireturns, "Marlow Optics");
    assert_eq!(
        (&returns["CompanyName"], &returns["PortalPublished"]),
        (&"Loop".into(), &false.into())
    );
    let rps = record(&project, System::Omnirps, "Marlow Optics");
    assert_eq!(rps["ShopifyIntegrationEnabled"], false);
    assert_eq!(rps["TrackAndTraceEmailsEnabled"], false);
}

#[test]
fn an_existing_retailer_that_keeps_its_access_goes_to_live() {
    let project = project();
    project.run(&["sandbox", "--reset"]);
    let before = record(&project, System::Omnireturns, "Marlow Optics");
    let shopify =
        record(&project, System::Omnirps, "Marlow Optics")["ShopifyIntegrationEnabled"].clone();
    let steps = walk(&project, "required");
    assert_eq!(steps, ["E1", "E2", "E3", "E4", "E5", "N5.2.1", "E8", "live"]);
    let returns = record(&project, System::Omnireturns, "Marlow Optics - Loop");
    for kept in ["CompanyName", "PortalPublished"] {
        assert_eq!(returns[kept], before[kept], "{kept}");
    }
    let rps = record(&project, System::Omnirps, "Marlow Optics");
    assert_eq!(rps["ShopifyIntegrationEnabled"], shopify);
    assert_eq!(rps["TrackAndTraceEmailsEnabled"], false);
}
