//! `reconcile schema`: validates the files of this repository, and plans.

use super::readme;
use crate::support::Project;
use jsonschema::Validator;
use std::path::{Path, PathBuf};

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

fn schema(of: &str) -> Validator {
    let run = Project::empty().run(&["schema", of]);
    assert_eq!((run.code, run.stderr.as_str()), (0, ""));
    let schema = serde_json::from_str(&run.stdout).unwrap();
    jsonschema::draft202012::meta::validate(&schema).unwrap();
    jsonschema::draft202012::new(&schema).unwrap()
}

fn assert_valid(validator: &Validator, yaml: &str, name: &str) {
    let value = serde_yaml::from_str(yaml).unwrap();
    let errors: Vec<String> =
        validator.iter_errors(&value).map(|e| format!("{} {e}", e.instance_path())).collect();
    assert!(errors.is_empty(), "{name}: {errors:#?}");
}

/// Returns all example files, with the editor comment in their first line.
fn examples() -> Vec<(PathBuf, String)> {
    let mut files = vec![root().join("reconcile.yaml")];
    for entry in std::fs::read_dir(root().join("retailers")).unwrap() {
        let path = entry.unwrap().path();
        if path.extension().is_some_and(|extension| extension == "yaml") {
            files.push(path);
        }
    }
    files.into_iter().map(|path| (path.clone(), std::fs::read_to_string(path).unwrap())).collect()
}

#[test]
fn the_example_files_are_valid_against_the_schema_that_they_name() {
    let files = examples();
    assert!(files.len() > 10);
    for (path, text) in files {
        let first = text.lines().next().unwrap();
        let Some(named) = first.strip_prefix("# yaml-language-server: $schema=") else {
            panic!("{} does not name its schema first", path.display());
        };
        let named = std::fs::read_to_string(path.parent().unwrap().join(named)).unwrap();
        let named = serde_json::from_str(&named).unwrap();
        let named = jsonschema::draft202012::new(&named).unwrap();
        assert_valid(&named, &text, &path.display().to_string());
    }
}

#[test]
fn the_schemas_beside_the_retailers_are_those_that_the_command_prints() {
    for of in ["retailer", "project", "contract"] {
        let file = root().join(format!("retailers/_schema/{of}.schema.json"));
        let is_same =
            std::fs::read_to_string(&file).unwrap() == Project::empty().run(&["schema", of]).stdout;
        assert!(is_same, "write {of} anew: reconcile schema {of} > {}", file.display());
    }
    let project = Project::empty();
    project.run(&["schema", "--out", "a"]);
    let [written, kept] = [project.path("a"), root().join("retailers/_schema")]
        .map(|folder| std::fs::read_to_string(folder.join("contract.yaml")).unwrap());
    assert!(written == kept, "write them anew: reconcile schema --out retailers/_schema");
    assert_valid(&schema("contract"), &kept, "the built-in contract");
    assert_valid(&schema("contract"), crate::elsewhere::CONTRACT, "the contract of a test");
}

#[test]
fn the_files_that_the_documents_show_are_valid() {
    let blocks = readme::blocks("yaml");
    let of = |word: &str| blocks.iter().filter(|block| block.contains(word)).collect::<Vec<_>>();
    let (retailers, projects) = (of("retailer: "), of("environments:"));
    for block in of("paging:") {
        assert_valid(&schema("contract"), block, block);
    }
    assert!(retailers.len() >= 2 && !projects.is_empty());
    for block in retailers {
        assert_valid(&schema("retailer"), block, block);
    }
    for block in projects {
        assert_valid(&schema("project"), block, block);
    }
}

#[test]
fn a_plan_with_every_kind_of_entry_is_valid() {
    let plans = schema("plan");
    let plan = Project::example().run(&["plan", "--json"]).stdout;
    for kind in ["actions", "held", "manual", "blocked"] {
        assert!(plan.contains(&format!("\"{kind}\": [\n")), "the plan has no {kind}");
    }
    assert_valid(&plans, &plan, "the plan of the example fleet");
    // The fleet has no overrides, links or comparisons with a base.
    let more = plan.replacen(
        "\"after\": \"disabled\",",
        "\"after\": \"disabled\", \"override\": \"why\", \"after_id\": 7, \
         \"after_from\": \"a/b/create\", \"origin\": \"drift\",",
        1,
    );
    assert_ne!(more, plan);
    assert_valid(&plans, &more, "the plan with more in it");
    for (good, bad) in [
        ("\"kind\": \"create\"", "\"kind\": \"delete\""),
        ("\"setting\": \"omnirps.", "\"setting\": \"shopify."),
        ("\"held\": [", "\"waiting\": ["),
        ("\"waiting_for\": [", "\"waiting_for\": [7, "),
    ] {
        let broken = plan.replacen(good, bad, 1);
        assert_ne!(broken, plan, "{good}");
        assert!(!plans.is_valid(&serde_json::from_str(&broken).unwrap()), "{bad}");
    }
}

#[test]
fn all_schemas_are_written_at_once() {
    let project = Project::empty();
    let run = project.run(&["schema", "--out", "a/b"]);
    assert_eq!((run.code, run.to_string().as_str()), (0, "exit 0\n--- stdout\n--- stderr\n"));
    for of in ["retailer", "project", "contract", "plan"] {
        let written = std::fs::read_to_string(project.path(&format!("a/b/{of}.schema.json")));
        assert_eq!(written.unwrap(), project.run(&["schema", of]).stdout);
    }
    assert_eq!(project.run(&["schema"]).stdout, project.run(&["schema", "retailer"]).stdout);
    assert_eq!(project.run(&["schema", "nothing"]).code, 64);
    assert_eq!(project.run(&["schema", "plan", "--out", "a"]).code, 64);
    let project = project.file("taken", "");
    let run = project.run(&["schema", "--out", "taken"]);
    assert_eq!(run.code, 1, "{run}");
    assert!(run.stderr.starts_with("error: `taken` cannot be written: "), "{run}");
}

#[test]
fn the_sample_seed_is_valid_and_a_bad_one_is_not() {
    let seed = schema("seed");
    for file in ["src/sandbox/seed.yaml", "src/sandbox/tests/sample.yaml"] {
        assert_valid(&seed, &std::fs::read_to_string(root().join(file)).unwrap(), file);
    }
    let as_text = r#"OmniReturns: [{RetailerId: "7", RetailerName: A, CompanyId: "1", OmniRPSRetailerId: ""}]"#;
    assert_valid(&seed, as_text, "ids as text");
    for bad in [
        "Other: []",
        "OmniParcel: [{AccountId: 1}]",
        "OmniParcel: [{AccountName: A, Name: B}]",
        "OmniParcel: [{AccountName: A, AccountId: one}]",
        "OmniReturns: [{RetailerName: A}]",
        "OmniRPS: [{RetailerName: A, TrackingWebhook: {Address: a}}]",
    ] {
        assert!(!seed.is_valid(&serde_yaml::from_str(bad).unwrap()), "{bad}");
        let project = Project::empty().file("seed.yaml", bad);
        let run = project.run(&["sandbox", "--reset", "--seed", "seed.yaml"]);
        assert_eq!(run.code, 64, "the command refuses what the schema refuses: {bad}\n{run}");
    }
}

#[test]
fn faults_of_every_kind_are_valid_and_bad_ones_are_not() {
    let faults = schema("faults");
    for effect in [
        "{latency: {ms: 5}}",
        "{status: {code: 503, retry_after: 1, as_date: true}}",
        "drop_before",
        "wrong_key",
        "{small_pages: {size: 3}}",
        "{move_list: inserted}",
        "{booleans: '01'}",
    ] {
        let rule = format!(
            "[{{system: omnirps, method: GET, path: a, skip: 1, times: 2, after: true, \
             probability: {{of: 0.5, seed: 1}}, effect: {effect}}}]"
        );
        assert_valid(&faults, &rule, effect);
        let project = Project::example().file("faults.yaml", &rule);
        let run = project.run(&["plan", "--sandbox-faults", "faults.yaml"]);
        assert_ne!(run.code, 64, "the command takes what the schema takes: {run}");
    }
    for bad in [
        "{effect: html}",
        "[{}]",
        "[{effect: fire}]",
        "[{effect: html, when: now}]",
        "[{effect: {status: {code: 99}}}]",
        "[{effect: {status: {code: 1000}}}]",
        "[{effect: html, probability: {of: 2}}]",
        "[{effect: html, probability: {of: -1}}]",
        "[{effect: {status: {code: 503, retry_after: 300000000000, as_date: true}}}]",
        "[{effect: {status: {code: 503, retry_after: 18446744073709551615}}}]",
    ] {
        assert!(!faults.is_valid(&serde_yaml::from_str(bad).unwrap()), "{bad}");
        let project = Project::example().file("faults.yaml", bad);
        let run = project.run(&["plan", "--sandbox-faults", "faults.yaml"]);
        assert_eq!(run.code, 64, "the command refuses what the schema refuses: {bad}\n{run}");
    }
}

#[test]
fn no_schema_has_a_link_of_the_source() {
    let help = Project::empty().run(&["schema", "nothing"]).stderr;
    let words = help.split_once("possible values: ").unwrap().1.split_once(']').unwrap().0;
    let words: Vec<&str> = words.split(", ").collect();
    assert!(words.contains(&"plan") && words.contains(&"doctor"), "{words:?}");
    for of in words {
        let schema = Project::empty().run(&["schema", of]).stdout;
        let links = ["[`", "crate::"];
        let found = schema.lines().find(|line| links.iter().any(|link| line.contains(link)));
        assert_eq!(found, None, "{of}");
    }
}
