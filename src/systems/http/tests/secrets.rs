//! Responses that hold a key.

use super::ScriptedSystem;
use secrecy::SecretString;
use serde_json::json;

const KEY: &str = "k-0123456789";

#[tokio::test]
async fn a_name_that_holds_a_key_makes_the_system_unknown() {
    let contract = "  companies: {path: /companies, items: \"\", id: /id, name: /name}";
    for (name, company, told) in [
        ("Happy Returns", "Loop", None),
        ("Happy K%2D0123456789", "Loop", Some("record 7 has a name at `/name` that holds a key")),
        ("Happy Returns", "Loop k-0123456789", Some("a company has a name that holds a key")),
    ] {
        let bench = ScriptedSystem::start(contract, move |asked| match asked.call.as_str() {
            "GET /base/companies" => (200, json!([{"id": 1, "name": company}])),
            _ => (200, json!([{"id": 7, "name": name, "portal": true}])),
        })
        .await;
        bench.client.redactor.add(SecretString::from(KEY));
        match (bench.client.read_all().await.map(|(state, _hold)| state), told) {
            (Ok(state), None) => assert_eq!(state.records[0].name, name),
            (Err(error), Some(told)) => assert!(error.to_string().ends_with(told), "{error}"),
            (read, told) => panic!("{read:?} {told:?}"),
        }
    }
}
