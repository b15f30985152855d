//! Tests of labels, uploads, processing and the tracking webhook.

use super::*;
use crate::sandbox::runtime::retailer_key;
use System::{Omnireturns, Omnirps};
use axum::Router;
use axum::http::StatusCode;
use axum::routing::post;
use std::sync::Mutex;

fn shipment() -> Value {
    json!({
        "Origin": {"Name": "Customer"}, "Destination": {"Name": "SEKO OMNI NZ"},
        "Packages": [{"Kg": 1}], "Commodities": [{"SKU": "s"}], "DeliveryReference": "1001",
        "ShipType": "INBOUND", "RPSProcessing": true,
    })
}

fn line(connote: &str, sku: &str) -> Value {
    json!({
        "ConsignmentNo": connote, "OrderNumber": "1001", "Sku": sku, "EAN": "1", "Reason": "Size",
        "ReturnAction": "REFUND", "CommodityInfo": "Shirt", "CommodityCode": "610910",
        "ItemWeight": 0.5, "ItemDescription": "Shirt", "ItemValue": "10.00",
        "CustomerName": "A", "CustomerEmail": "a@customer.example", "RMA": "R1",
        "Suburb": "Sydney", "Country": "Australia-AU",
    })
}

impl Bench {
    async fn label(&self, key: &str, body: Value) -> Reply {
        let url = format!("{}/api/labels/printshipment", self.sandbox.url(Omnireturns));
        let request = self.client.post(url).header("access_key", key).json(&body);
        Reply::of(request.send().await.unwrap()).await
    }

    async fn upload(&self, key: &str, name: &str, body: Value) -> Reply {
        let url = format!("{}/app/return_upload/add_returns", self.sandbox.url(Omnirps));
        let name = reqwest::header::HeaderValue::from_bytes(name.as_bytes()).unwrap();
        let request = self.client.post(url).header("Token", key).header("RetailerName", name);
        Reply::of(request.json(&body).send().await.unwrap()).await
    }

    async fn process(&self, id: i64, connote: &str) -> Reply {
        let path = format!("/admin/retailers/{id}/process");
        self.send(Omnirps, "POST", &path, json!({"ConsignmentNo": connote})).await
    }

    async fn uploads(&self, query: &str) -> Value {
        let path = format!("/admin/retailers/301/uploads{query}");
        self.get(Omnirps, &path).await.ok()["Uploads"].clone()
    }

    /// Waits until `count` delivery attempts are recorded.
    async fn deliveries(&self, count: usize) -> Vec<Delivery> {
        eventually(async || {
            let found = self.sandbox.store().deliveries().unwrap();
            (found.len() >= count).then_some(found)
        })
        .await
    }
}

#[tokio::test]
async fn a_retailer_s_key_makes_a_label() {
    let bench = Bench::new().await;
    let key = retailer_key(Omnireturns, 201);
    let reply = bench.label(&key, shipment()).await;
    assert!(reply.content_type.starts_with("text/html"));
    let body = reply.json();
    assert_eq!((&body["Errors"], body.get("Success")), (&json!([]), None));
    let consignment = &body["Consignments"][0];
    assert_eq!(consignment["Connote"], json!("SBX00000001"));
    let file = consignment["OutputFiles"]["LABEL_PDF"][0].as_str().unwrap();
    // The base64 of `%PDF-`.
    assert!(file.starts_with("JVBERi"));
    assert_ne!(bench.label(&key, shipment()).await.json()["Consignments"][0], *consignment);
    for key in [retailer_key(Omnirps, 301), super::key(Omnireturns).into(), "x".into()] {
        let refused = bench.label(&key, shipment()).await.json();
        assert_eq!(refused, json!({"Success": "FALSE", "Message": "Invalid token"}));
    }
}

#[tokio::test]
async fn a_label_needs_its_mandatory_fields() {
    let bench = Bench::new().await;
    let key = retailer_key(Omnireturns, 201);
    let all = ["Origin", "Destination", "Packages", "Commodities", "DeliveryReference", "ShipType"];
    assert_eq!(bench.label(&key, json!({})).await.refused(), all);
    for (name, value) in [
        ("ShipType", json!("OUTBOUND")),
        ("Outputs", json!(["LABEL_ZPL_100X150"])),
        ("Packages", json!([])),
    ] {
        let mut body = shipment();
        body[name] = value;
        assert_eq!(bench.label(&key, body).await.refused(), [name]);
    }
}

#[tokio::test]
async fn an_upload_needs_the_exact_name() {
    let bench = Bench::new().await;
    bench
        .sandbox
        .store()
        .put(Omnirps, &json!({"RetailerId": 301, "RetailerName": "Café Ü"}))
        .unwrap();
    let key = retailer_key(Omnirps, 301);
    for name in ["Cafe\u{301} Ü", "café Ü", "Café  Ü", ""] {
        let reply = bench.upload(&key, name, json!([line("C1", "s")])).await;
        assert_eq!(reply.refused(), ["RetailerName"], "{name:?}");
        assert!(!reply.json()["Message"].as_str().unwrap().contains("Café Ü"));
    }
    bench.upload(&key, "Café Ü", json!([line("C1", "s")])).await.ok();
    let refused = bench.upload("x", "Café Ü", json!([line("C1", "s")])).await.json();
    assert_eq!(refused["Message"], json!("Invalid token"));
}

#[tokio::test]
async fn uploads_are_recorded_once_per_connote() {
    let bench = Bench::new().await;
    let key = retailer_key(Omnirps, 301);
    let lines = json!([line("C1", "a"), line("C1", "b"), line("C2", "a")]);
    bench.upload(&key, "Acme Apparel", lines.clone()).await.ok();
    bench.upload(&key, "Acme Apparel", lines).await.ok();
    let uploads = bench.uploads("").await;
    let found: Vec<_> =
        uploads.as_array().unwrap().iter().map(|u| [&u["ConsignmentNo"], &u["Source"]]).collect();
    assert_eq!(found, [["SBX00000001", "Shopify"], ["C1", "API"], ["C2", "API"]]);
    assert_eq!(uploads[1]["ProcessedAt"], json!(""));
    assert_eq!(bench.uploads("?Since=2026-10-02").await.as_array().unwrap().len(), 2);
    assert_eq!(bench.uploads("?Since=2026-10-01").await.as_array().unwrap().len(), 3);
    assert_eq!(bench.uploads("?Since=20261002").await.as_array().unwrap().len(), 2);
    let earlier = bench.uploads("?Since=2026-10-02T00:00:00%2B23:59").await;
    assert_eq!(earlier.as_array().unwrap().len(), 3, "it is in UTC");
    let path = "/admin/retailers/301/uploads?Since=yesterday";
    assert_eq!(bench.get(Omnirps, path).await.refused(), ["Since"]);
}

#[tokio::test]
async fn an_upload_s_lines_are_checked() {
    let bench = Bench::new().await;
    let key = retailer_key(Omnirps, 301);
    let with = |name: &str, value: Value| {
        let mut line = line("C1", "s");
        line[name] = value;
        line
    };
    let mut light = with("OrderWeight", json!(1.5));
    light.as_object_mut().unwrap().remove("ItemWeight");
    bench.upload(&key, "Acme Apparel", json!([light])).await.ok();
    for (body, property) in [
        (json!([]), ""),
        (line("C1", "s"), ""),
        (json!(["x"]), "[0]"),
        (json!([line("C1", "s"), with("EAN", json!(7))]), "[1].EAN"),
        (json!([with("ReturnAction", json!("KEEP"))]), "[0].ReturnAction"),
        (json!([with("SKU", json!("s"))]), "[0].SKU"),
        (json!([with("RMA", json!(""))]), "[0].RMA"),
    ] {
        let reply = bench.upload(&key, "Acme Apparel", body).await;
        assert_eq!(reply.refused(), [property]);
    }
}

/// Starts a subscriber that records the events it gets and responds with `status`.
async fn subscriber(status: StatusCode) -> (String, Arc<Mutex<Vec<Value>>>) {
    let got = Arc::new(Mutex::new(Vec::new()));
    let keep = Arc::clone(&got);
    let answer = post(async move |axum::Json(body): axum::Json<Value>| {
        keep.lock().unwrap().push(body);
        status
    });
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}/hook", listener.local_addr().unwrap());
    tokio::spawn(async { axum::serve(listener, Router::new().route("/hook", answer)).await });
    (url, got)
}

async fn with_webhook(url: &str) -> Bench {
    let bench =
        Bench::with(Options { webhook_retries: vec![Duration::from_millis(1); 3], ..options() })
            .await;
    let webhook = json!({"RetailerId": 301, "TrackingWebhook": {"Url": url, "Enabled": true}});
    bench.sandbox.store().put(Omnirps, &webhook).unwrap();
    bench
}

#[tokio::test]
async fn events_follow_a_return_to_the_webhook() {
    let (url, got) = subscriber(StatusCode::OK).await;
    let bench = with_webhook(&url).await;
    let key = retailer_key(Omnirps, 301);
    let lines = json!([line("C1", "a"), line("C1", "b")]);
    bench.upload(&key, "Acme Apparel", lines).await.ok();
    bench.deliveries(1).await;
    let processed = bench.process(301, "C1").await.ok();
    assert_ne!(processed["Upload"]["ProcessedAt"], json!(""));
    bench.deliveries(2).await;
    let again = bench.process(301, "C1").await.ok();
    assert_eq!(again["Upload"], processed["Upload"]);
    assert_eq!(bench.process(301, "C9").await.status, 404);
    let effects: Vec<_> =
        bench.sandbox.store().requests().unwrap().iter().map(|r| r.effect).collect();
    assert_eq!(effects, [true, true, false, false]);
    bench.sandbox.stop().await;
    let got = got.lock().unwrap();
    let codes: Vec<_> = got
        .iter()
        .map(|events| {
            let events = events.as_array().unwrap();
            events.iter().map(|e| format!("{} {}", e["Code"], e["ItemNo"])).collect::<Vec<_>>()
        })
        .collect();
    assert_eq!(codes, [["\"RC\" \"a\"", "\"RC\" \"b\""], ["\"RP\" \"a\"", "\"RP\" \"b\""]]);
    let event = got[0][0].as_object().unwrap();
    assert_eq!(event["SourceLocation"], json!("Sydney, Australia-AU"));
    assert_eq!(event["Status"], json!("Return Created"));
    assert!(event.len() == 16 && event.values().all(Value::is_string), "{event:?}");
    assert_eq!(event["EventDT"].as_str().unwrap().len(), "2026-10-01 08:30:00".len());
}

#[tokio::test]
async fn a_webhook_that_keeps_failing_switches_itself_off() {
    let (url, got) = subscriber(StatusCode::ACCEPTED).await;
    let bench = with_webhook(&url).await;
    let before = bench.get(Omnirps, "/admin/retailers/301").await.etag;
    let key = retailer_key(Omnirps, 301);
    bench.upload(&key, "Acme Apparel", json!([line("C1", "a")])).await.ok();
    let attempts: Vec<_> = bench
        .deliveries(4)
        .await
        .into_iter()
        .map(|delivery| (delivery.attempt, delivery.outcome))
        .collect();
    assert_eq!(attempts, [1, 2, 3, 4].map(|n| (n, "answered 202".to_owned())));
    let webhook = eventually(async || {
        let reply = bench.get(Omnirps, "/admin/retailers/301").await;
        (reply.etag != before).then(|| reply.ok()["Retailer"]["TrackingWebhook"].clone())
    })
    .await;
    assert_eq!(webhook, json!({"Url": url, "Enabled": false}));
    bench.upload(&key, "Acme Apparel", json!([line("C2", "a")])).await.ok();
    let last = bench.deliveries(5).await.pop().unwrap();
    assert_eq!(last.outcome, "not sent: the webhook is off");
    assert_eq!(got.lock().unwrap().len(), 4);
}

#[tokio::test]
async fn a_webhook_that_hangs_is_switched_off_before_the_sandbox_has_stopped() {
    // Connections wait to be accepted.
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let bench = with_webhook(&format!("http://{}/hook", listener.local_addr().unwrap())).await;
    let key = retailer_key(Omnirps, 301);
    bench.upload(&key, "Acme Apparel", json!([line("C1", "a")])).await.ok();
    let store = bench.sandbox.store().clone();
    bench.sandbox.stop().await;
    let outcomes: Vec<_> = store.deliveries().unwrap().into_iter().map(|of| of.outcome).collect();
    assert_eq!(outcomes, ["not reached"; 4]);
    assert_eq!(store.records(Omnirps).unwrap()[0]["TrackingWebhook"]["Enabled"], json!(false));
}

#[tokio::test]
async fn events_for_other_hosts_stay_here() {
    let bench = with_webhook("https://api.loopreturns.com/hook/v1/seko/update").await;
    let key = retailer_key(Omnirps, 301);
    bench.upload(&key, "Acme Apparel", json!([line("C1", "a")])).await.ok();
    let delivery = bench.deliveries(1).await.remove(0);
    assert_eq!(delivery.outcome, "not sent: the sandbox posts to loopback addresses only");
    let store = bench.sandbox.store().clone();
    bench.sandbox.stop().await;
    assert_eq!(store.deliveries().unwrap().len(), 1);
    assert_eq!(store.records(Omnirps).unwrap()[0]["TrackingWebhook"]["Enabled"], json!(true));
}
