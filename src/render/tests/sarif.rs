//! Validates the SARIF log against the published schema.

use super::written;
use crate::codes;
use crate::config::{Source, Sources, check};
use crate::diagnostic::Diagnostics;
use crate::render::sarif;
use crate::testing::today;
use insta::assert_snapshot;
use serde_json::Value;

/// The schema as published by OASIS, from <https://github.com/oasis-tcs/sarif-spec>,
/// `Schemata/sarif-schema-2.1.0.json`.
const SCHEMA: &str = include_str!("../../../tests/fixtures/sarif-schema-2.1.0.json");

fn schema() -> Value {
    let mut schema: Value = serde_json::from_str(SCHEMA).unwrap();
    // These patterns are invalid in the published schema, and match texts that the log does not
    // use.
    for holder in ["run", "toolComponent"] {
        let language = &mut schema["definitions"][holder]["properties"]["language"];
        language.as_object_mut().unwrap().remove("pattern").unwrap();
    }
    schema
}

fn report(files: &[(&str, &str)]) -> Diagnostics {
    let retailers =
        files.iter().map(|(path, text)| Source::new((*path).into(), (*text).into())).collect();
    check(&Sources { root: ".".into(), retailers, ..Sources::default() }, today()).report
}

/// Returns the log of a report, validated.
fn log(report: &Diagnostics) -> Value {
    let log: Value = serde_json::from_str(&written(|out| sarif::report(report, out))).unwrap();
    let schema = schema();
    let validator = jsonschema::options().should_validate_formats(true).build(&schema).unwrap();
    let errors: Vec<String> = validator
        .iter_errors(&log)
        .map(|error| format!("{error} at {}", error.instance_path()))
        .collect();
    assert!(errors.is_empty(), "{errors:#?}");
    log
}

#[test]
fn problems_have_positions_and_hints() {
    let report = report(&[
        ("retailers/acme.yaml", "retailer: Acme\njourny: existing\n"),
        ("retailers/Été 1.yaml", "retailer: Birch\njourney: new\nids: {omnirps: 1}\n"),
        ("retailers/birch.yaml", "retailer: Été\njourney: new\nids: {omnirps: 1}\n"),
        (
            "retailers/cedar.yaml",
            "retailer: Cedar\njourney: existing\nmilestones: {switched_to_loop: 2026-10-01, live: 2026-10-02}\n",
        ),
    ]);
    let log = log(&report);
    let shown = serde_json::to_string_pretty(&log["runs"][0]["results"]).unwrap();
    assert_snapshot!(shown, @r#"
    [
      {
        "level": "error",
        "locations": [
          {
            "physicalLocation": {
              "artifactLocation": {
                "uri": "retailers/acme.yaml"
              },
              "region": {
                "endColumn": 7,
                "endLine": 2,
                "startColumn": 1,
                "startLine": 2
              }
            }
          }
        ],
        "message": {
          "text": "unknown key `journy`\nhint: did you mean `journey`?"
        },
        "ruleId": "unknown-key",
        "ruleIndex": 46
      },
      {
        "level": "error",
        "locations": [
          {
            "physicalLocation": {
              "artifactLocation": {
                "uri": "retailers/birch.yaml"
              },
              "region": {
                "endColumn": 17,
                "endLine": 3,
                "startColumn": 16,
                "startLine": 3
              }
            }
          }
        ],
        "message": {
          "text": "two files claim the OmniRPS record `1`\nhint: correct the id in one of the two files"
        },
        "relatedLocations": [
          {
            "id": 0,
            "message": {
              "text": "claimed here first"
            },
            "physicalLocation": {
              "artifactLocation": {
                "uri": "retailers/%C3%89t%C3%A9%201.yaml"
              },
              "region": {
                "endColumn": 17,
                "endLine": 3,
                "startColumn": 16,
                "startLine": 3
              }
            }
          }
        ],
        "ruleId": "duplicate-id",
        "ruleIndex": 9
      },
      {
        "level": "warning",
        "locations": [
          {
            "physicalLocation": {
              "artifactLocation": {
                "uri": "retailers/cedar.yaml"
              },
              "region": {
                "endColumn": 48,
                "endLine": 3,
                "startColumn": 44,
                "startLine": 3
              }
            }
          }
        ],
        "message": {
          "text": "the retailer is live, and its access to OmniReturns is not decided (E5)\nhint: add `omnireturns_access: required` or `omnireturns_access: not_required`"
        },
        "ruleId": "live-while-undecided",
        "ruleIndex": 23
      },
      {
        "level": "warning",
        "locations": [
          {
            "physicalLocation": {
              "artifactLocation": {
                "uri": "retailers/cedar.yaml"
              },
              "region": {
                "endColumn": 48,
                "endLine": 3,
                "startColumn": 44,
                "startLine": 3
              }
            }
          }
        ],
        "message": {
          "text": "the retailer is live, and nobody has stated that returns arrive in OmniRPS (E8)\nhint: check the uploads, then add the milestone `uploads_checked`"
        },
        "ruleId": "live-without-uploads-checked",
        "ruleIndex": 24
      },
      {
        "level": "error",
        "locations": [
          {
            "physicalLocation": {
              "artifactLocation": {
                "uri": "retailers/%C3%89t%C3%A9%201.yaml"
              },
              "region": {
                "startColumn": 1,
                "startLine": 1
              }
            }
          }
        ],
        "message": {
          "text": "the file name `Été 1` is not lower-case kebab-case\nhint: rename it to lower-case letters and digits joined by `-`, as in `acme-apparel.yaml`"
        },
        "ruleId": "bad-slug",
        "ruleIndex": 6
      }
    ]
    "#);
}

#[test]
fn every_code_has_its_rule() {
    let log = log(&Diagnostics::default());
    assert_eq!(log["runs"][0]["results"], Value::Array(vec![]));
    let rules = log["runs"][0]["tool"]["driver"]["rules"].as_array().unwrap();
    let ids: Vec<&str> = rules.iter().map(|rule| rule["id"].as_str().unwrap()).collect();
    let codes: Vec<&str> = codes::in_files().map(|known| known.code).collect();
    assert_eq!(ids, codes);
    assert_snapshot!(serde_json::to_string_pretty(&rules[0]).unwrap(), @r#"
    {
      "fullDescription": {
        "text": "`omnireturns_access` on a retailer that is new to SEKO"
      },
      "help": {
        "text": "remove `omnireturns_access`, or set `journey: existing`; see docs/reference/codes.md#access-on-new or run `reconcile explain access-on-new`"
      },
      "id": "access-on-new",
      "shortDescription": {
        "text": "`omnireturns_access` on a retailer that is new to SEKO"
      }
    }
    "#);
    let mut without_version = log.clone();
    without_version["version"] = "2.0.0".into();
    assert!(!jsonschema::is_valid(&schema(), &without_version), "the schema does refuse");
}

#[test]
fn hostile_files_give_a_valid_log() {
    let log = log(&report(&[
        ("retailers/[x](https:e)%.yaml", "retailer: '[x](https://e.example) {0}'\njourny: new\n"),
        ("/absolute/a b.yaml", "\"[a](b)\u{202e}\": 1\n"),
        ("../c:d.yaml", "retailer: [\n"),
    ]));
    let text = log.to_string();
    assert!(!text.contains("]("), "{text}");
    let uris: Vec<&str> = log["runs"][0]["results"]
        .as_array()
        .unwrap()
        .iter()
        .map(|result| &result["locations"][0]["physicalLocation"]["artifactLocation"]["uri"])
        .map(|uri| uri.as_str().unwrap())
        .collect();
    for expected in
        ["../c%3Ad.yaml", "file:///absolute/a%20b.yaml", "retailers/%5Bx%5D%28https%3Ae%29%25.yaml"]
    {
        assert!(uris.contains(&expected), "{uris:?}");
    }
}
