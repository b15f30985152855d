//! What commands print as JSON fits the schema that the program gives of it.

use crate::support::Project;
use serde_json::Value;

fn json(project: &Project, arguments: &[&str]) -> Value {
    let run = project.run(arguments);
    serde_json::from_str(&run.stdout).unwrap_or_else(|error| panic!("{error}: {run}"))
}

fn assert_fits(project: &Project, of: &str, arguments: &[&str]) -> Value {
    let schema = json(project, &["schema", of]);
    jsonschema::draft202012::meta::validate(&schema).unwrap();
    let validator = jsonschema::draft202012::new(&schema).unwrap();
    let printed = json(project, arguments);
    let errors: Vec<String> =
        validator.iter_errors(&printed).map(|e| format!("{} {e}", e.instance_path())).collect();
    assert!(errors.is_empty(), "{of}: {errors:#?}");
    let mut more = printed.clone();
    more["nothing"] = 1.into();
    assert!(!validator.is_valid(&more), "{of}: a member that is not described fits");
    printed
}

#[test]
fn every_output_fits_its_schema() {
    let project = Project::example();
    for (of, arguments) in [
        ("plan", &["plan", "--json"][..]),
        ("drift", &["drift", "--json"]),
        ("status", &["status", "--format", "json"]),
        ("explain", &["explain", "granite-gear", "--format", "json"]),
        ("explain", &["explain", "dune-and-co", "--format", "json"]),
        ("explain", &["explain", "fjord-knitwear", "--format", "json"]),
        ("verify", &["verify", "granite-gear", "webhook", "--format", "json"]),
        ("doctor", &["doctor", "--format", "json"]),
        ("apply", &["apply", "--yes", "--format", "json"]),
        ("history", &["history", "--format", "json"]),
        ("history", &["history", "latest", "--format", "json"]),
        ("validate", &["validate", "--format", "json"]),
    ] {
        assert_fits(&project, of, arguments);
    }
    let project = project
        .file("retailers/more.yaml", "retailer: [\n")
        .file("faults.yaml", "[{system: omnirps, effect: wrong_key}]");
    let found = assert_fits(&project, "validate", &["validate", "--format", "json"]);
    assert!(!found["problems"].as_array().unwrap().is_empty());
    std::fs::remove_file(project.path("retailers/more.yaml")).unwrap();
    let faults = ["--sandbox-faults", "faults.yaml"];
    let doctor = [&["doctor", "--format", "json"][..], &faults].concat();
    let found = assert_fits(&project, "doctor", &doctor);
    let looks = found["looks"].as_array().unwrap();
    let ill = looks.iter().find(|look| look["system"] == "omnirps").unwrap();
    assert_eq!((&ill["healthy"], &ill["records"]), (&false.into(), &Value::Null));
    assert!(ill["message"].is_string() && ill["hint"].is_string());
    assert_fits(&project, "plan", &[&["plan", "--json"][..], &faults].concat());
}
