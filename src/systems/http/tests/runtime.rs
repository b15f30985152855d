//! The calls with a retailer's own keys.

use super::{CallError, ReceivedRequest, ScriptedSystem};
use crate::model::contract::{Label, SuccessRule, Upload as UploadCall};
use crate::model::{Contract, System, Upload};
use crate::verify::{LabelAnswer, UploadAnswer, is_reference};
use jiff::civil::{Date, date};
use secrecy::SecretString;
use serde_json::{Value as Json, json};

const SINCE: Date = date(2026, 11, 2);

fn key() -> SecretString {
    SecretString::from("zq9-key")
}

/// OmniReturns with the built-in contract.
async fn returns(
    answer: impl Fn(&ReceivedRequest) -> (u16, Json) + Clone + Send + Sync + 'static,
) -> ScriptedSystem {
    ScriptedSystem::serve(
        System::Omnireturns,
        Contract::built_in(System::Omnireturns).clone(),
        answer,
    )
    .await
}

/// OmniRPS with the built-in contract.
async fn rps(
    answer: impl Fn(&ReceivedRequest) -> (u16, Json) + Clone + Send + Sync + 'static,
) -> ScriptedSystem {
    ScriptedSystem::serve(System::Omnirps, Contract::built_in(System::Omnirps).clone(), answer)
        .await
}

fn made(connote: &str) -> LabelAnswer {
    LabelAnswer { connote: connote.into(), errors: None }
}

#[tokio::test]
async fn a_label_is_made_with_the_retailers_key_alone() {
    let bench =
        returns(|_| (200, json!({"Errors": [], "Consignments": [{"Connote": " TK100001 "}]})));
    let bench = bench.await;
    let body = json!({"DeliveryReference": "R"});
    assert_eq!(bench.client.label(&key(), body.clone()).await, Ok(made("TK100001")));
    assert_eq!(bench.asked(), [("POST /base/api/labels/printshipment".to_owned(), body)]);
    let headers = bench.asked.lock().unwrap()[0].headers.clone();
    let keys: Vec<_> = headers.get_all("access_key").iter().collect();
    assert_eq!(keys, ["zq9-key"], "and not the admin's");
}

#[tokio::test]
async fn what_a_label_comes_back_as_is_told_apart() {
    let label = async |status, answer: Json| {
        let bench = returns(move |_| (status, answer.clone())).await;
        let error = bench.client.label(&key(), json!({})).await.unwrap_err();
        assert_eq!(bench.asked().len(), 1, "a label is asked for once");
        assert!(!format!("{error:?}").contains("zq9"), "{error:?}");
        error
    };
    let invalid = json!({"Success": "FALSE", "Message": "Invalid token"});
    assert_eq!(label(200, invalid).await, CallError::KeyRefused("Invalid token".into()));
    assert_eq!(label(401, Json::Null).await, CallError::KeyRefused("HTTP 401".into()));
    let errors = json!({"Errors": [{"Property": "Destination", "Message": "no such hub"}]});
    let refused = CallError::Refused("Destination: no such hub".into());
    assert_eq!(label(200, errors).await, refused);
    let unlike = CallError::Contract("no connote at `/Consignments/0/Connote`".into());
    for odd in [
        json!({"Errors": []}),
        json!({"Errors": [], "Consignments": []}),
        json!({"Errors": [], "Consignments": [{"Connote": ""}]}),
        json!([]),
    ] {
        assert_eq!(label(200, odd).await, unlike);
    }
    let page = label(200, json!("<h1>Sorry</h1>")).await;
    assert_eq!(page.to_string(), "the answer is not JSON (HTTP 200): <h1>Sorry</h1>");
    assert!(matches!(label(503, Json::Null).await, CallError::Server { status: 503, .. }));
}

#[tokio::test]
async fn calls_may_be_at_another_address_than_the_admins() {
    let labels = returns(|_| (200, json!({"Consignments": [{"Connote": "TK100001"}]}))).await;
    let base = labels.client.base.join("/index.php/").unwrap();
    let mut contract = Contract::built_in(System::Omnireturns).clone();
    contract.headers.insert("X-Admin".into(), "1".into());
    let (path, key_header) = ("/print".into(), "Access-Key".into());
    contract.label = Some(Label { url: Some(base), path, key_header });
    let admin = ScriptedSystem::serve(System::Omnireturns, contract, |_| (500, Json::Null)).await;
    assert_eq!(admin.client.label(&key(), json!({})).await, Ok(made("TK100001")));
    assert_eq!(admin.asked(), []);
    let asked = labels.asked.lock().unwrap()[0].clone();
    assert_eq!(asked.call, "POST /index.php/print");
    assert_eq!(asked.headers["access-key"], "zq9-key");
    assert!(!asked.headers.contains_key("x-admin") && !asked.headers.contains_key("access_key"));
}

#[tokio::test]
async fn a_return_carries_the_exact_name() {
    let bench = rps(|_| (200, json!({"Success": true, "Errors": []}))).await;
    for name in ["Acme & Co", "Caf\u{e9}"] {
        assert_eq!(
            bench.client.upload(&key(), name, json!([{"Sku": "s"}])).await,
            Ok(UploadAnswer::Confirmed)
        );
        let asked = bench.asked.lock().unwrap().pop().unwrap();
        assert_eq!(asked.headers["retailername"].as_bytes(), name.as_bytes());
        assert_eq!(asked.headers["token"], "zq9-key");
    }
    let error = bench.client.upload(&key(), "A\nB", json!([])).await.unwrap_err();
    assert!(matches!(error, CallError::Contract(_)), "{error:?}");
    assert_eq!(bench.asked(), []);
}

#[tokio::test]
async fn an_answer_with_a_connote_is_a_label_whatever_else_it_says() {
    let label = async |status, answer: Json| {
        let bench = returns(move |_| (status, answer.clone())).await;
        bench.client.label(&key(), json!({})).await
    };
    let consignments = json!([{"Connote": "TK100342334NZ"}]);
    let with = |errors: &str| LabelAnswer { errors: Some(errors.into()), ..made("TK100342334NZ") };
    let errors = json!({"Errors": [{"Property": "Email", "Message": "is not valid"}],
        "Message": "Connote created.", "Consignments": consignments});
    assert_eq!(label(200, errors.clone()).await, Ok(with("Connote created.; Email: is not valid")));
    assert_eq!(label(400, errors).await, Ok(with("Connote created.; Email: is not valid")));
    let bare = json!({"Consignments": consignments});
    for status in [401, 404, 409, 500, 503] {
        assert_eq!(label(status, bare.clone()).await, Ok(with(&format!("HTTP {status}"))));
    }
    let refused = json!({"Success": "FALSE", "Message": "Odd", "Consignments": consignments});
    assert_eq!(label(200, refused).await, Ok(with("Odd")));
    let number = json!({"Errors": [], "Consignments": [{"Connote": 7010342334u64}]});
    assert_eq!(label(200, number).await, Ok(made("7010342334")));
    let second = json!({"Consignments": [{"Connote": null}, {"Connote": "TK100342334NZ"}]});
    assert_eq!(label(200, second).await, Ok(made("TK100342334NZ")));
}

#[tokio::test]
async fn a_value_in_place_of_the_connote_is_no_refusal() {
    let label = async |status, answer: Json| {
        let bench = returns(move |_| (status, answer.clone())).await;
        bench.client.label(&key(), json!({})).await.unwrap_err()
    };
    for value in
        [json!("TK 100342334"), json!("00340434161094042557/1"), json!("SK12"), json!(7010000000.0)]
    {
        let consignments = json!([{"Connote": ""}, {"Connote": value}]);
        let wrong = "Postcode is not valid";
        for (status, answer, reported) in [
            (200, json!({"Errors": [wrong], "Consignments": consignments}), wrong),
            (200, json!({"Success": false, "Consignments": consignments}), "reports"),
            (400, json!({"Errors": [wrong], "Consignments": consignments}), wrong),
            (401, json!({"Consignments": consignments}), "HTTP 401"),
        ] {
            let error = label(status, answer.clone()).await;
            assert!(error.to_string().contains(reported), "{answer}: {error}");
            assert!(error.may_have_happened(), "{answer}: {error:?}");
            let shown = value.as_str().map_or_else(|| value.to_string(), str::to_owned);
            assert!(error.to_string().contains(&shown), "{answer}: {error}");
        }
    }
    let tracked = json!({"Errors": ["x"], "Consignments": [{"Connote": "", "Items":
        [{"TrackingNo": ""}, {"TrackingNo": "00340434161094042557"}]}]});
    let error = label(200, tracked).await;
    assert!(error.may_have_happened() && error.to_string().contains("0034043416109"), "{error}");
    for none in [json!(""), json!(" "), json!(null), json!(false), json!([]), json!({})] {
        let refused = json!({"Errors": ["x"], "Consignments": [{"Connote": none}]});
        assert_eq!(label(200, refused).await, CallError::Refused("x".into()), "{none}");
    }
    let holds_key = json!({"Errors": ["x"], "Consignments": [{"Connote": "of zq9-key"}]});
    let bench = returns(move |_| (200, holds_key.clone())).await;
    bench.client.redactor.add(key());
    let error = bench.client.label(&key(), json!({})).await.unwrap_err();
    assert!(error.may_have_happened() && !format!("{error:?}").contains("zq9"), "{error:?}");
}

#[tokio::test]
async fn an_upload_is_confirmed_by_the_sign_of_the_contract_alone() {
    let upload_with = async |success: Option<SuccessRule>, status, answer: Json| {
        let mut contract = Contract::built_in(System::Omnirps).clone();
        if let (Some(call), Some(rule)) = (&mut contract.upload, success) {
            call.success = Some(rule);
        }
        let bench =
            ScriptedSystem::serve(System::Omnirps, contract, move |_| (status, answer.clone()))
                .await;
        bench.client.upload(&key(), "Acme", json!([])).await
    };
    let upload = async |status, answer: Json| upload_with(None, status, answer).await;
    for answer in [
        json!({"Success": true}),
        json!({"Success": "TRUE", "Errors": []}),
        json!({"Success": 1, "Uploads": []}),
    ] {
        assert_eq!(upload(200, answer.clone()).await, Ok(UploadAnswer::Confirmed), "{answer}");
    }
    for answer in [
        json!({"status": "error", "message": "no"}),
        json!({"errors": ["no"]}),
        json!("Invalid token"),
        json!({"Success": null}),
        json!({"Success": "maybe"}),
        json!({"Response": {"CallStatus": {"Success": "False"}}}),
        json!({"anything": 1}),
        json!([]),
        json!(true),
    ] {
        assert_eq!(upload(200, answer.clone()).await, Ok(UploadAnswer::Unclear(None)), "{answer}");
    }
    for answer in [Json::Null, json!("<p>")] {
        let error = upload(200, answer).await.unwrap_err();
        assert!(error.may_have_happened(), "{error:?}");
    }
    let mismatch = json!({"Success": "FALSE", "Message": "Retailer name does not match."});
    let refused = CallError::Refused("Retailer name does not match.".into());
    assert_eq!(upload(200, mismatch).await, Err(refused));
    let both = upload(200, json!({"Success": true, "Errors": ["line 2"]})).await;
    assert_eq!(both, Ok(UploadAnswer::Unclear(Some("line 2".into()))));
    let error = upload(500, json!({"Success": true})).await.unwrap_err();
    assert!(error.may_have_happened(), "{error:?}");

    let ok = SuccessRule {
        flag: Some("/status".into()),
        is: Some(vec!["ok".into()]),
        ..SuccessRule::default()
    };
    let own = async |answer: Json| upload_with(Some(ok.clone()), 200, answer).await;
    assert_eq!(own(json!({"status": "ok"})).await, Ok(UploadAnswer::Confirmed));
    assert_eq!(own(json!({"status": "error"})).await, Ok(UploadAnswer::Unclear(None)));
    assert_eq!(own(json!({"Success": true})).await, Ok(UploadAnswer::Unclear(None)));
    let none = Some(SuccessRule::default());
    assert_eq!(
        upload_with(none, 200, json!({"Success": true})).await,
        Ok(UploadAnswer::Unclear(None))
    );
}

#[tokio::test]
async fn uploads_are_read_with_the_admins_key() {
    let bench = rps(|asked| match asked.call.as_str() {
        "GET /base/admin/retailers/7/uploads?Since=2026-11-02" => (
            200,
            json!({"Uploads": [
                {"ConsignmentNo": "TK1", "OrderNumber": 12, "Source": "API",
                 "ReceivedAt": "2026-11-03T01:02:03Z", "ProcessedAt": "2026-11-04 05:06"},
                {"ConsignmentNo": "TK2", "OrderNumber": "", "ReceivedAt": "2026-11-03",
                 "ProcessedAt": ""},
            ]}),
        ),
        _ => (404, Json::Null),
    })
    .await;
    let uploads = bench.client.uploads("7", SINCE).await.unwrap();
    let first = Upload {
        connote: "TK1".into(),
        order: Some("12".into()),
        source: Some("API".into()),
        received_at: "2026-11-03T01:02:03Z".into(),
        processed_at: Some("2026-11-04 05:06".into()),
    };
    let second = Upload {
        connote: "TK2".into(),
        order: None,
        source: None,
        received_at: "2026-11-03".into(),
        processed_at: None,
    };
    assert_eq!(uploads, [first, second]);
    assert_eq!(bench.asked.lock().unwrap()[0].headers["token"], "k");
}

#[tokio::test]
async fn a_key_that_an_upload_repeats_is_not_shown() {
    let upload = json!({"ConsignmentNo": "TK100001", "OrderNumber": "no zq9-key", "Source": "zq9-key",
        "ReceivedAt": "2026-11-03", "ProcessedAt": "zq9-key"});
    let bench = rps(move |_| (200, json!({"Uploads": [upload.clone()]}))).await;
    bench.client.redactor.add(key());
    let uploads = bench.client.uploads("7", SINCE).await.unwrap();
    assert_eq!(uploads[0].order.as_deref(), Some("no [redacted]"));
    assert!(!format!("{uploads:?}").contains("zq9"), "{uploads:?}");
}

#[tokio::test]
async fn a_test_of_this_tool_stays_one_although_its_order_holds_a_key() {
    for (order, is_test) in [("RECONCILE-acme-20261013", true), ("of reconcile-acme", false)] {
        let upload =
            json!({"ConsignmentNo": "TK1", "OrderNumber": order, "ReceivedAt": "2026-11-03"});
        let bench = rps(move |_| (200, json!({"Uploads": [upload.clone()]}))).await;
        bench.client.redactor.add(SecretString::from("reconcile"));
        let uploads = bench.client.uploads("7", SINCE).await.unwrap();
        let shown = uploads[0].order.as_deref().unwrap();
        assert_eq!(is_reference(shown), is_test, "{shown}");
        assert!(shown.contains("[redacted]") && !shown.contains("acme-2026"), "{shown}");
    }
}

#[tokio::test]
async fn a_key_of_digits_that_an_upload_repeats_as_a_number_is_not_shown() {
    for (key, number) in [
        ("700100342334", "700100342334"),
        ("000700100342334", "700100342334"),
        ("90012003400450056006", "90012003400450056006"),
    ] {
        let upload = format!(
            r#"{{"ConsignmentNo": {number}, "OrderNumber": {number}, "Source": {number},
                 "ReceivedAt": "2026-11-03", "ProcessedAt": {number}}}"#
        );
        let upload: Json = serde_json::from_str(&upload).unwrap();
        let bench = rps(move |_| (200, json!({"Uploads": [upload.clone()]}))).await;
        bench.client.redactor.add(SecretString::from(key));
        let uploads = bench.client.uploads("7", SINCE).await.unwrap();
        assert_eq!(uploads[0].connote, "[redacted]", "{uploads:?}");
        let shown = format!("{uploads:?}");
        assert!(!shown.contains("70010034") && !shown.contains("00120034"), "{shown}");
    }
}

#[tokio::test]
async fn an_upload_without_its_parts_is_no_upload() {
    for (item, told) in [
        (json!({"ReceivedAt": "2026-11-03"}), "an upload has no value at `/ConsignmentNo`"),
        (json!({"ConsignmentNo": "TK1"}), "an upload has no value at `/ReceivedAt`"),
        (
            json!({"ConsignmentNo": "TK1", "ReceivedAt": "yesterday"}),
            "an upload has a time at `/ReceivedAt` that does not start with a date",
        ),
    ] {
        let bench = rps(move |_| (200, json!({"Uploads": [item.clone()]}))).await;
        let error = bench.client.uploads("7", SINCE).await.unwrap_err();
        assert_eq!(error, CallError::Contract(told.into()));
    }
}

#[tokio::test]
async fn without_a_call_nothing_is_sent() {
    let contract = Contract { label: None, ..Contract::built_in(System::Omnireturns).clone() };
    let bench = ScriptedSystem::serve(System::Omnireturns, contract, |_| (200, json!({}))).await;
    let error = bench.client.label(&key(), json!({})).await.unwrap_err();
    assert_eq!(error, CallError::NoCall("label"));
    let none: Option<UploadCall> = None;
    let contract =
        Contract { upload: none, uploads: None, ..Contract::built_in(System::Omnirps).clone() };
    let bench = ScriptedSystem::serve(System::Omnirps, contract, |_| (200, json!({}))).await;
    let error = bench.client.upload(&key(), "Acme", json!([])).await.unwrap_err();
    assert_eq!(error, CallError::NoCall("upload"));
    assert_eq!(bench.client.uploads("7", SINCE).await, Err(CallError::NoCall("uploads")));
    assert_eq!(bench.asked(), []);
}
