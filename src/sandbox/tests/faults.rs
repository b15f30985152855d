//! One case per fault, and the rules that select requests.

use super::*;
use System::{Omniparcel, Omnirps};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

const ACCOUNTS: &str = "/admin/accounts";

/// Sends a create over a raw connection.
async fn send_create(bench: &Bench) -> TcpStream {
    let mut stream = TcpStream::connect(bench.sandbox.shared.address).await.unwrap();
    let body = r#"{"AccountName":"New"}"#;
    let head = format!(
        "POST /omniparcel/admin/accounts HTTP/1.1\r\nHost: sandbox\r\naccess_key: {}\r\n\
         Content-Length: {}\r\n\r\n",
        key(Omniparcel),
        body.len()
    );
    stream.write_all(format!("{head}{body}").as_bytes()).await.unwrap();
    stream
}

/// Sends a create over a raw connection and returns all bytes of the response.
async fn bytes_of_a_create(bench: &Bench) -> Vec<u8> {
    let mut bytes = Vec::new();
    send_create(bench).await.read_to_end(&mut bytes).await.unwrap();
    bytes
}

#[tokio::test]
async fn dropped_before_nothing_is_done() {
    let bench = Bench::faulty(vec![Rule::new(Effect::DropBefore)]).await;
    assert!(bytes_of_a_create(&bench).await.is_empty());
    assert_eq!(bench.sandbox.store().records(Omniparcel).unwrap().len(), 2);
    assert_eq!(bench.log(), ["POST /admin/accounts - drop_before"]);
}

#[tokio::test]
async fn dropped_after_the_work_is_done() {
    let bench = Bench::faulty(vec![Rule::new(Effect::DropAfter)]).await;
    assert!(bytes_of_a_create(&bench).await.is_empty());
    assert_eq!(bench.sandbox.store().records(Omniparcel).unwrap().len(), 3);
    assert_eq!(bench.log(), ["POST /admin/accounts - effect drop_after"]);
}

#[tokio::test]
async fn a_status_may_say_when_to_try_again() {
    let status = |code, retry_after, as_date| Effect::Status { code, retry_after, as_date };
    for (effect, code, header) in [
        (status(429, Some(7), false), 429, Some("7")),
        (status(503, None, false), 503, None),
        (status(500, None, false), 500, None),
        (status(503, Some(60), true), 503, Some("GMT")),
        (status(503, Some(u32::MAX), true), 503, Some("GMT")),
    ] {
        let bench = Bench::faulty(vec![Rule::new(effect)]).await;
        let response = bench.request(Omniparcel, "GET", ACCOUNTS).send().await.unwrap();
        assert_eq!(response.status().as_u16(), code);
        let found = response.headers().get("retry-after").map(|value| value.to_str().unwrap());
        assert_eq!(found.is_some(), header.is_some());
        assert!(found.unwrap_or_default().ends_with(header.unwrap_or_default()));
    }
}

#[tokio::test]
async fn a_status_or_a_page_comes_instead_of_the_work_or_after_it() {
    let status = Effect::Status { code: 502, retry_after: None, as_date: false };
    for (effect, after) in
        [(status, false), (status, true), (Effect::Html, false), (Effect::Html, true)]
    {
        let bench = Bench::faulty(vec![Rule { after, ..Rule::new(effect) }]).await;
        let body = json!({"AccountName": "New"});
        let reply = bench.send(Omniparcel, "POST", ACCOUNTS, body).await;
        assert!(serde_json::from_str::<Value>(&reply.text).is_err(), "{reply:?}");
        assert_eq!(reply.status, if effect == Effect::Html { 200 } else { 502 });
        let found = bench.sandbox.store().records(Omniparcel).unwrap().len();
        assert_eq!(found, if after { 3 } else { 2 });
    }
}

#[tokio::test]
async fn work_goes_on_when_the_client_has_lost_patience() {
    for after in [false, true] {
        let slow = Rule { after, times: Some(1), ..Rule::new(Effect::Latency { ms: 50 }) };
        let bench = Bench::faulty(vec![slow]).await;
        let stream = send_create(&bench).await;
        // Time for the request to be under way. If the connection closed earlier, the test
        // would only check less.
        tokio::time::sleep(Duration::from_millis(20)).await;
        drop(stream);
        eventually(async || (!bench.log().is_empty()).then_some(())).await;
        assert_eq!(bench.log(), ["POST /admin/accounts 200 effect latency"]);
        assert_eq!(bench.sandbox.store().records(Omniparcel).unwrap().len(), 3);
    }
}

#[tokio::test]
async fn bodies_are_spoiled() {
    let bench = Bench::new().await;
    let whole = bench.get(Omniparcel, ACCOUNTS).await;
    let with = async |effect| {
        bench.sandbox.set_faults(Faults(vec![Rule::new(effect)]));
        bench.get(Omniparcel, ACCOUNTS).await
    };
    let half = with(Effect::Truncate).await;
    assert_eq!(half.text, whole.text[..whole.text.len() / 2]);
    let mistyped = with(Effect::ContentType).await;
    assert!(mistyped.content_type.starts_with("text/html"));
    assert_eq!(mistyped.text, whole.text);
    let page = with(Effect::Html).await;
    assert!(page.status == 200 && page.text.starts_with("<html>"));
    let refused = with(Effect::WrongKey).await;
    assert_eq!(refused.json(), json!({"Success": "FALSE", "Message": "Invalid token"}));
    for echo in [Echo::Json, Echo::Html] {
        let echoed = with(Effect::EchoKey(echo)).await;
        assert_eq!(echoed.status, 500);
        assert!(echoed.text.contains(key(Omniparcel)));
    }
    assert!(bench.sandbox.store().requests().unwrap().iter().all(|r| !r.effect));
}

#[tokio::test]
async fn values_are_spelled_otherwise() {
    let bench = Bench::new().await;
    let record = async |effect, system, path| {
        bench.sandbox.set_faults(Faults(vec![Rule::new(effect)]));
        bench.get(system, path).await.json()
    };
    for (spelling, yes, no) in [
        (Booleans::YesNo, json!("Y"), json!("N")),
        (Booleans::Digits, json!(1), json!(0)),
        (Booleans::DigitTexts, json!("1"), json!("0")),
        (Booleans::Text, json!("TRUE"), json!("FALSE")),
    ] {
        let path = "/admin/retailers/301";
        let body = record(Effect::Booleans(spelling), Omnirps, path).await;
        let retailer = &body["Retailer"];
        assert_eq!((&body["Success"], &retailer["KeyIssued"]), (&yes, &yes));
        assert_eq!((&retailer["Disabled"], &retailer["TrackingWebhook"]["Enabled"]), (&no, &no));
    }
    let rps = record(Effect::SwapIds, Omnirps, "/admin/retailers/301").await;
    assert_eq!(rps["Retailer"]["RetailerId"], json!("301"));
    let returns = record(Effect::SwapIds, System::Omnireturns, "/admin/retailers/202").await;
    let ids = ["RetailerId", "CompanyId", "OmniRPSRetailerId"].map(|id| &returns["Retailer"][id]);
    assert_eq!(ids, [&json!(202), &json!(1), &json!("")]);
}

#[tokio::test]
async fn a_new_portal_may_be_published() {
    let bench = Bench::new().await;
    let portal = async |name: &str| {
        let body = json!({"RetailerName": name, "CompanyId": "1"});
        let created = bench.send(System::Omnireturns, "POST", "/admin/retailers", body).await;
        created.ok()["Retailer"]["PortalPublished"].clone()
    };
    assert_eq!(portal("One").await, json!(false));
    bench.sandbox.set_faults(Faults(vec![Rule::new(Effect::Published)]));
    assert_eq!(portal("Two").await, json!(true));
    let account = bench.send(Omniparcel, "POST", ACCOUNTS, json!({"AccountName": "Two"})).await;
    assert_eq!(account.ok()["Account"]["AccountName"], json!("Two"), "which has no portal");
}

#[tokio::test]
async fn lists_move_and_pages_shrink() {
    let bench = Bench::with(Options { seed: many(6), ..options() }).await;
    let read = async |effect| {
        bench.sandbox.set_faults(Faults(vec![Rule::new(effect)]));
        let mut ids = Vec::new();
        for page in 1..=3 {
            let path = format!("{ACCOUNTS}?PageSize=2&Page={page}");
            let body = bench.get(Omniparcel, &path).await.ok();
            assert_eq!(body["Total"], json!(6));
            let accounts = body["Accounts"].as_array().unwrap();
            ids.extend(accounts.iter().map(|a| a["AccountId"].as_i64().unwrap()));
        }
        ids
    };
    assert_eq!(read(Effect::MoveList(ListShift::Inserted)).await, [1, 2, 2, 3, 4, 5]);
    assert_eq!(read(Effect::MoveList(ListShift::Removed)).await, [1, 2, 4, 5, 6]);
    assert_eq!(read(Effect::SmallPages { size: 1 }).await, [1, 2, 3]);
    let size = bench.get(Omniparcel, "/admin/accounts?PageSize=2").await.ok()["PageSize"].clone();
    assert_eq!(size, json!(1));
}

#[tokio::test]
async fn a_moved_list_that_ends_within_a_page_still_misses_its_last_record() {
    let bench = Bench::with(Options { seed: many(3), ..options() }).await;
    bench.sandbox.set_faults(Faults(vec![Rule::new(Effect::MoveList(ListShift::Inserted))]));
    let body = bench.get(Omniparcel, "/admin/accounts?PageSize=2&Page=2").await.ok();
    let accounts = body["Accounts"].as_array().unwrap();
    let ids: Vec<_> = accounts.iter().map(|a| a["AccountId"].as_i64().unwrap()).collect();
    assert_eq!(ids, [2]);
}

#[tokio::test]
async fn rules_choose_their_requests() {
    let status = Effect::Status { code: 503, retry_after: None, as_date: false };
    let rule = Rule {
        system: Some(Omnirps),
        method: Some("get".into()),
        path: Some("/301".into()),
        skip: 1,
        times: Some(2),
        ..Rule::new(status)
    };
    let bench = Bench::faulty(vec![rule]).await;
    let mut found = Vec::new();
    for _ in 0..4 {
        assert_eq!(bench.get(Omniparcel, "/admin/accounts/301").await.status, 404);
        assert_eq!(bench.get(Omnirps, "/admin/retailers/302").await.status, 200);
        let patch = bench.send(Omnirps, "PATCH", "/admin/retailers/301", json!({})).await;
        assert_eq!(patch.status, 200);
        found.push(bench.get(Omnirps, "/admin/retailers/301").await.status);
    }
    assert_eq!(found, [200, 503, 503, 200]);
}

#[test]
fn a_chance_is_the_same_for_the_same_seed() {
    let hits = |seed, of| {
        let rule =
            Rule { probability: Some(Probability { of, seed }), ..Rule::new(Effect::DropBefore) };
        let faults = ActiveFaults::new(Faults(vec![rule]));
        (0..1000).map(|_| !faults.apply(Omnirps, "GET", "/").is_empty()).collect::<Vec<_>>()
    };
    let count = |hits: Vec<bool>| hits.into_iter().filter(|hit| *hit).count();
    assert_eq!(hits(1, 0.3), hits(1, 0.3));
    assert_ne!(hits(1, 0.3), hits(2, 0.3));
    assert!((200..400).contains(&count(hits(1, 0.3))));
    assert_eq!((count(hits(1, 0.0)), count(hits(1, 1.0))), (0, 1000));
}

#[test]
fn several_faults_apply_to_one_request() {
    let late = Rule::new(Effect::Latency { ms: 0 });
    let faults = ActiveFaults::new(Faults(vec![late, Rule::new(Effect::Truncate)]));
    let met: Vec<_> =
        faults.apply(Omnirps, "GET", "/").iter().map(|met| met.effect.name()).collect();
    assert_eq!(met, ["latency", "truncate"]);
}

#[test]
fn faults_read_alike_from_yaml_and_json() {
    let yaml = "
- {system: omnirps, method: PATCH, times: 2, effect: {status: {code: 503, retry_after: 1}}}
- {path: /key, effect: drop_after}
- {skip: 1, probability: {of: 0.5, seed: 3}, effect: {booleans: YN}}
- {effect: {move_list: removed}}
- {after: true, effect: {latency: {ms: 5}}}
";
    let faults: Faults = serde_yaml::from_str(yaml).unwrap();
    assert_eq!(faults.0.len(), 5);
    assert_eq!(faults.0[3].effect, Effect::MoveList(ListShift::Removed));
    let json = serde_json::to_string(&faults).unwrap();
    assert_eq!(serde_json::from_str::<Faults>(&json).unwrap(), faults);
    let again = serde_yaml::to_string(&faults).unwrap();
    assert_eq!(serde_yaml::from_str::<Faults>(&again).unwrap(), faults);
    assert!(serde_yaml::from_str::<Faults>("[{efect: html}]").is_err());
}
