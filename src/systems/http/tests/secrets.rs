//! Responses that hold a key.

use super::{KEY_CALL, ScriptedSystem, unpublish};
use crate::apply::Outcome;
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

#[tokio::test]
async fn a_number_that_is_a_key_is_not_quoted() {
    let success = "  success: {flag: /Success}";
    for (number, is_key) in [(json!(1234567890123_u64), true), (json!(77), false)] {
        let answer = json!({"Success": number, "issued": {"key": "zq9-key"}});
        let contract = format!("{KEY_CALL}\n{success}");
        let bench = ScriptedSystem::start(&contract, move |_| (200, answer.clone())).await;
        bench.client.redactor.add(SecretString::from("1234567890123"));
        let told = bench.ids().await.unwrap_err().to_string();
        assert_eq!(told.contains("is [redacted]; if that means success"), is_key, "{told}");
        assert_eq!(told.contains("is 77; if that means success"), !is_key, "{told}");
        let told = bench.client.retailer_key("7", "Acme").await.unwrap_err().to_string();
        assert!(told.contains("the flag of success"), "{told}");
        assert!(!told.contains("1234567") && !told.contains("77"), "{told}");
    }
    let contract = "  read: {path: '/one/{id}', record: /data}\n  \
                    update: {method: PUT, path: /set, sends: record}";
    for (number, is_key) in [(1.234567890123457e24, true), (1.5e300, false)] {
        let live = json!({"data": {"id": 5, "name": "Acme", "portal": true, "n": number}});
        let bench = ScriptedSystem::start(contract, move |_| (200, live.clone())).await;
        bench.client.redactor.add(SecretString::from("1234567890123457000000000"));
        let Outcome::Failed(failure) = bench.client.update("5", "Acme", &[unpublish()]).await
        else {
            panic!()
        };
        let told = failure.message;
        assert_eq!(told.contains("the number [redacted], which"), is_key, "{told}");
        assert_eq!(told.contains("the number 1.5e+300, which"), !is_key, "{told}");
    }
}
