//! The JSON Schemas and the checks have the same keys, and agree on all files that a schema can
//! judge.

use super::{checked, checked_one, codes};
use crate::config::json_schema;
use jsonschema::Validator;
use serde_json::Value;

fn retailer() -> Validator {
    jsonschema::draft202012::new(&json_schema::retailer()).unwrap()
}

fn project() -> Validator {
    jsonschema::draft202012::new(&json_schema::project()).unwrap()
}

fn takes(validator: &Validator, yaml: &str) -> bool {
    validator.is_valid(&serde_yaml::from_str(yaml).unwrap())
}

/// Walks every mapping of a schema, and asserts that it describes its keys and rejects others.
fn assert_told(schema: &Value, node: &Value, at: &str) {
    let (Some(map), true) = (node.as_object(), node["type"] != "string") else { return };
    let is_condition = ["if", "then", "oneOf", "not", "dependentSchemas"]
        .iter()
        .any(|keyword| at.contains(&format!("/{keyword}")));
    if let (Some(properties), false) = (map.get("properties"), is_condition) {
        assert_eq!(node["additionalProperties"], false, "{at}");
        for (key, property) in properties.as_object().unwrap() {
            let refers_to = property["$ref"].as_str().or(property["anyOf"][0]["$ref"].as_str());
            let of = refers_to.and_then(|to| schema.pointer(&to[1..]));
            let description = property["description"].as_str();
            let description = description.or(of.and_then(|of| of["description"].as_str()));
            assert!(description.is_some_and(|text| text.len() > 10), "{at}/{key} is not described");
        }
    }
    for (key, child) in map {
        assert_told(schema, child, &format!("{at}/{key}"));
        for (n, child) in child.as_array().into_iter().flatten().enumerate() {
            assert_told(schema, child, &format!("{at}/{key}/{n}"));
        }
    }
}

#[test]
fn every_key_is_described_and_no_other_is_taken() {
    for schema in [
        json_schema::retailer(),
        json_schema::project(),
        json_schema::contract(),
        crate::plan::schema::of::<crate::plan::Plan>("Plan"),
    ] {
        assert_told(&schema, &schema, "");
    }
}

#[test]
fn the_words_of_the_schema_come_from_the_process() {
    let schema = json_schema::retailer();
    let description = |at: &str| {
        let description = &schema.pointer(at).unwrap()["description"];
        description.as_str().unwrap().to_owned()
    };
    insta::assert_snapshot!(description("/properties/settings/properties/omnirps.track_and_trace_emails"), @"Overrides this setting of OmniRPS. Steps of the process: E6.4: disable Track and Trace e-mails; E7.2: disable Track and Trace e-mails. While it is wrong, customers get e-mails from both SEKO and Loop. A change cannot be wholly undone: an e-mail that was not sent meanwhile is never sent.");
    insta::assert_snapshot!(description("/$defs/MilestonesOfNew/properties/confirmed_by_seko"), @"SEKO has confirmed that the integration is ready (step N9, SEKO account manager). It needs test_label, test_return, connote_processed.");
}

const HEAD: &str = "retailer: Acme\njourney: existing\n";

#[test]
fn what_the_schema_of_a_retailer_refuses_the_checks_refuse() {
    let schema = retailer();
    // Each invalid line is next to a valid one.
    for (good, bad) in [
        (HEAD, "retailer: Acme\n"),
        (HEAD, "journey: existing\n"),
        (HEAD, "retailer: Acme\njourney: old\n"),
        ("retailer: '7'\njourney: new\n", "retailer: 7\njourney: new\n"),
        ("retailer: A b\njourney: new\n", "retailer: 'A b '\njourney: new\n"),
        (
            "retailer: Acme\njourney: existing\nomnireturns_access: required\n",
            "retailer: Acme\njourney: new\nomnireturns_access: required\n",
        ),
        (
            "retailer: Acme\njourney: new\nmilestones: {introduced: 2026-10-01}\n",
            "retailer: Acme\njourney: existing\nmilestones: {introduced: 2026-10-01}\n",
        ),
    ] {
        assert!(takes(&schema, good), "{good}");
        assert_eq!(codes(&checked_one(good)), [""; 0], "{good}");
        assert!(!takes(&schema, bad), "{bad}");
        assert_ne!(codes(&checked_one(bad)), [""; 0], "{bad}");
    }
    for (good, bad) in [
        ("milestones:", "milestones: []"),
        ("notes: x", "note: x"),
        ("account_manager: Dana", "account_manager: ' '"),
        ("omnireturns_access: not_required", "omnireturns_access: no"),
        ("omnireturns: {name: Acme AU}", "omnireturns: {nam: Acme AU}"),
        ("ids: {omnirps: 77}", "ids: {omnirps: -77}"),
        ("ids: {omnirps: '77'}", "ids: {omnirps: 7.7}"),
        ("ids: {omnireturns: 1}", "ids: {shopify: 1}"),
        ("milestones: {keys_requested: 2026-10-01}", "milestones: {keys_requested: 2026-13-01}"),
        ("milestones: {keys_requested: 2026-10-01}", "milestones: {keys_requested: }"),
        ("milestones: {keys_requested: {on: 2026-10-01}}", "milestones: {keys_requested: {by: x}}"),
        (
            "milestones: {test_label: {on: 2026-10-01, connote: TK10034}}",
            "milestones: {test_labl: x}",
        ),
        (
            "milestones: {test_label: {on: 2026-10-01, connote: TK10034}}",
            "milestones: {test_label: {on: 2026-10-01, connote: 'TK10034 '}}",
        ),
        (
            "milestones: {test_label: {on: 2026-10-01, by: Dana Reyes}}",
            "milestones: {test_label: {on: 2026-10-01, by: ' Dana'}}",
        ),
        ("settings: {omnirps.retailer: {value: present, reason: x}}", "settings: {omnirps: {}}"),
        (
            "settings: {omnireturns.portal: {value: published, reason: x}}",
            "settings: {omnireturns.portal: {value: published}}",
        ),
        (
            "settings: {omnireturns.portal: {manage: false, reason: x}}",
            "settings: {omnireturns.portal: {manage: true, reason: x}}",
        ),
        (
            "settings: {omnireturns.portal: {value: unpublished, reason: x}}",
            "settings: {omnireturns.portal: {value: hidden, reason: x}}",
        ),
        (
            "settings: {omnireturns.hubs: {value: none, reason: x}}",
            "settings: {omnireturns.hubs: {value: [], reason: x}}",
        ),
        (
            "settings: {omnirps.tracking_webhook.enabled: {value: true, reason: x}}",
            "settings: {omnirps.tracking_webhook.enabled: {value: 'true', reason: x}}",
        ),
        (
            "settings: {omnirps.tracking_webhook.url: {value: 'https://a.example/x', reason: x}}",
            "settings: {omnirps.tracking_webhook.url: {value: 'http://a.example/x', reason: x}}",
        ),
        (
            "settings: {omnirps.tracking_webhook.url: {value: 'http://[::1]:8/x', reason: x}}",
            "settings: {omnirps.tracking_webhook.url: {value: 'https://a:b@c.example', reason: x}}",
        ),
        (
            "settings: {omnirps.tracking_webhook: {manage: false, reason: x}}",
            "settings: {omnirps.tracking_webhook: {value: true, reason: x}}",
        ),
        (
            "settings: {omnireturns.portal: {manage: false, reason: x}}",
            "settings: {omnireturns.portal: {manage: false, value: published, reason: x}}",
        ),
        (
            "settings: {omnirps.tracking_webhook: {manage: false, reason: x}}",
            "settings: {omnirps.tracking_webhook: {manage: false, reason: x}, \
             omnirps.tracking_webhook.url: {manage: false, reason: x}}",
        ),
    ] {
        let [good, bad] = [good, bad].map(|line| format!("{HEAD}{line}\n"));
        assert!(takes(&schema, &good), "{good}");
        assert_eq!(codes(&checked_one(&good)), [""; 0], "{good}");
        assert!(!takes(&schema, &bad), "{bad}");
        assert_ne!(codes(&checked_one(&bad)), [""; 0], "{bad}");
    }
}

#[test]
fn what_the_schema_of_the_project_refuses_the_checks_refuse() {
    let schema = project();
    let keys = "key: {env: A_KEY}";
    for (good, bad) in [
        ("{}", "partnr: {}"),
        ("partner:", "partner: Loop"),
        ("partner: {company: Loop}", "partner: {company: ' Loop'}"),
        (
            "partner: {recipients: {Loop: age1grsyt5s65ref6y8qx5pywvpq4hhase0w22uvnwnem8fdchak3adqmql7rp}}",
            "partner: {recipients: {Loop: age1grsyt5s65ref}}",
        ),
        (
            "partner: {recipients: {Loop: age1grsyt5s65ref6y8qx5pywvpq4hhase0w22uvnwnem8fdchak3adqmql7rp}}",
            "partner: {recipients: {Loop: AGE1GRSYT5S65REF6Y8QX5PYWVPQ4HHASE0W22UVNWNEM8FDCHAK3ADQMQL7RP}}",
        ),
        (
            "partner: {recipients: {Loop: age1grsyt5s65ref6y8qx5pywvpq4hhase0w22uvnwnem8fdchak3adqmql7rp}}",
            "partner: {recipients: {'': age1grsyt5s65ref6y8qx5pywvpq4hhase0w22uvnwnem8fdchak3adqmql7rp}}",
        ),
        (
            "partner: {recipients: {Loop: age1grsyt5s65ref6y8qx5pywvpq4hhase0w22uvnwnem8fdchak3adqmql7rp}}",
            "partner: {recipients: {' Loop': age1grsyt5s65ref6y8qx5pywvpq4hhase0w22uvnwnem8fdchak3adqmql7rp}}",
        ),
        ("partner: {recipients: {}}", "partner: {recipients: []}"),
        (
            "partner: {tracking_webhook_url: 'https://a.example'}",
            "partner: {tracking_webhook_url: a.example}",
        ),
        ("environments: {a: {embedded: true}}", "environments: {a: {embedded: false}}"),
        ("environments: {a: {embedded: true}}", "environments: {a: }"),
        ("environments: {a: {embedded: true, limits: }}", "environments: {a: {limits: }}"),
        (
            "environments: {a: {embedded: true}}",
            "environments: {a: {embedded: true, contract: contracts/a.yaml}}",
        ),
        (
            "safety: {max_changed_retailers_percent: 100}",
            "safety: {max_changed_retailers_percent: 101}",
        ),
        ("safety: {from_retailers: 0}", "safety: {from_retailers: '0'}"),
    ] {
        assert_agreed(&schema, good, bad);
    }
    for (good, bad) in [
        (
            format!("omnirps: {{url: 'https://a.example', {keys}}}"),
            format!("embedded: true, omnirps: {{url: 'https://a.example', {keys}}}"),
        ),
        (
            format!("omnirps: {{url: 'http://127.0.0.1:8', {keys}}}"),
            format!("omnirps: {{url: 'http://a.example', {keys}}}"),
        ),
        (
            format!("omnirps: {{url: 'https://a.example', {keys}, key_header: X-Key}}"),
            format!("omnirps: {{url: 'https://a.example', {keys}, key_header: 'X Key'}}"),
        ),
        (
            "omnirps: {url: 'https://a.example', key: {file: a}}".to_owned(),
            "omnirps: {url: 'https://a.example', key: abc}".to_owned(),
        ),
        (
            "omnirps: {url: 'https://a.example', key: {env: A}}".to_owned(),
            "omnirps: {url: 'https://a.example', key: {env: A-B}}".to_owned(),
        ),
        (
            "omnirps: {url: 'https://a.example', key: {env: A}}".to_owned(),
            "omnirps: {url: 'https://a.example', key: {env: A, file: a}}".to_owned(),
        ),
        (
            "embedded: true, limits: {retries: 0}".to_owned(),
            "embedded: true, limits: {concurrency: 0}".to_owned(),
        ),
    ] {
        let [good, bad] = [good, bad].map(|text| format!("environments: {{a: {{{text}}}}}\n"));
        assert_agreed(&schema, &good, &bad);
    }
}

#[test]
fn what_the_schema_of_a_contract_refuses_the_checks_refuse() {
    let schema = jsonschema::draft202012::new(&json_schema::contract()).unwrap();
    for (code, bad, good) in super::contract::CASES {
        let [bad, good] = [bad, good].map(|part| super::contract::file(part));
        assert!(takes(&schema, &good), "{good}");
        // Some problems are only visible to the checks.
        if !matches!(*code, "literal-key") && !bad.contains("seen by checks") {
            assert!(!takes(&schema, &bad), "{bad}");
        }
    }
    let built_in = crate::config::BUILT_IN;
    assert!(takes(&schema, built_in));
}

fn assert_agreed(schema: &Validator, good: &str, bad: &str) {
    assert!(takes(schema, good), "{good}");
    assert_eq!(codes(&checked(&[("reconcile.yaml", good)])), [""; 0], "{good}");
    assert!(!takes(schema, bad), "{bad}");
    assert_ne!(codes(&checked(&[("reconcile.yaml", bad)])), [""; 0], "{bad}");
}
