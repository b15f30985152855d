//! Tests of starting, stopping, state files, seeds, and changes by hand.

use super::*;
use System::{Omniparcel, Omnireturns, Omnirps};
use rusqlite::Connection;

fn file(folder: &tempfile::TempDir) -> Storage {
    Storage::File(folder.path().join("sandbox.db"))
}

#[tokio::test]
async fn other_addresses_than_loopback_are_refused() {
    let listen = "0.0.0.0:0".parse().unwrap();
    let error = start(Options { listen, ..options() }).await.unwrap_err();
    assert!(matches!(error, SandboxError::NotLoopback { .. }), "{error}");
    let listen = "[::1]:0".parse().unwrap();
    match start(Options { listen, ..options() }).await {
        Ok(sandbox) => assert!(sandbox.url(Omnirps).as_str().starts_with("http://[::1]:")),
        // A machine without IPv6.
        Err(error) => assert!(matches!(error, SandboxError::Listen { .. }), "{error}"),
    }
}

#[tokio::test]
async fn sandboxes_run_side_by_side() {
    let (one, two) = (Bench::new().await, Bench::new().await);
    one.send(Omniparcel, "POST", "/admin/accounts", json!({"AccountName": "New"})).await.ok();
    assert_eq!(one.sandbox.store().records(Omniparcel).unwrap().len(), 3);
    assert_eq!(two.sandbox.store().records(Omniparcel).unwrap().len(), 2);
    assert!(two.log().is_empty());
}

#[tokio::test]
async fn stopping_lets_requests_end() {
    let bench = Bench::faulty(vec![Rule::new(Effect::Latency { ms: 50 })]).await;
    let request = bench.request(Omniparcel, "GET", "/admin/accounts");
    let address = bench.sandbox.shared.address;
    let reply = tokio::spawn(async { Reply::of(request.send().await.unwrap()).await });
    while bench.sandbox.shared.faults.applied() == 0 {
        tokio::time::sleep(Duration::from_millis(1)).await;
    }
    bench.sandbox.stop().await;
    reply.await.unwrap().ok();
    assert!(tokio::net::TcpStream::connect(address).await.is_err());
}

#[tokio::test]
async fn a_state_file_outlives_its_sandbox() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join(".reconcile").join("sandbox.db");
    let options = || Options { state: Storage::File(path.clone()), ..options() };
    let first = Bench::with(options()).await;
    first.send(Omniparcel, "POST", "/admin/accounts", json!({"AccountName": "New"})).await.ok();
    first.sandbox.stop().await;
    // The seed applies to new state only.
    let second = Bench::with(Options { seed: Seed::empty(), ..options() }).await;
    assert_eq!(second.sandbox.store().records(Omniparcel).unwrap().len(), 3);
    // Two sandboxes can share the file, and other programs can read it, at the same time.
    let third = Bench::with(options()).await;
    third.send(Omniparcel, "POST", "/admin/accounts", json!({"AccountName": "More"})).await.ok();
    let reader =
        Connection::open_with_flags(&path, rusqlite::OpenFlags::SQLITE_OPEN_READ_ONLY).unwrap();
    let count: i64 =
        reader.query_row("SELECT COUNT(*) FROM omniparcel_accounts", [], |r| r.get(0)).unwrap();
    assert_eq!(count, 4);
    assert_eq!(second.sandbox.store().records(Omniparcel).unwrap().len(), 4);
}

#[test]
fn files_that_are_no_sandbox_database_are_left_alone() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("notes.txt");
    let text = "not a database, but long enough to have a header ".repeat(20);
    std::fs::write(&path, &text).unwrap();
    let state = Storage::File(path.clone());
    let seed = sample();
    let error = Store::open(&state, &seed).unwrap_err().to_string();
    assert!(error.contains("notes.txt") && error.contains("reconcile sandbox --reset"), "{error}");
    assert_eq!(std::fs::read_to_string(&path).unwrap(), text);
    Store::recreate(&state, &seed).unwrap();
    let aside = folder.path().join("notes.txt.before-reset");
    assert_eq!(std::fs::read_to_string(&aside).unwrap(), text);
    Store::open(&state, &seed).unwrap();

    let path = folder.path().join("other.db");
    Connection::open(&path).unwrap().execute_batch("CREATE TABLE t (x)").unwrap();
    let error = Store::open(&Storage::File(path), &seed).unwrap_err();
    assert!(matches!(error, SandboxError::NotSandbox { .. }), "{error}");
}

#[test]
fn another_schema_version_asks_for_a_reset() {
    let folder = tempfile::tempdir().unwrap();
    let state = file(&folder);
    let seed = sample();
    drop(Store::open(&state, &seed).unwrap());
    let Storage::File(path) = &state else { unreachable!() };
    Connection::open(path).unwrap().pragma_update(None, "user_version", 99).unwrap();
    let error = Store::open(&state, &seed).unwrap_err();
    assert!(matches!(error, SandboxError::OtherVersion { found: 99, .. }), "{error}");
    let text = error.to_string();
    assert!(text.contains("sandbox.db") && text.contains("reconcile sandbox --reset"), "{text}");
    Store::recreate(&state, &seed).unwrap();
    assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 1, "there is one file");
    assert_eq!(Store::open(&state, &seed).unwrap().records(Omniparcel).unwrap().len(), 2);
}

#[test]
fn a_state_in_use_is_not_recreated_but_a_damaged_one_is() {
    let folder = tempfile::tempdir().unwrap();
    let state = file(&folder);
    let seed = sample();
    drop(Store::open(&state, &seed).unwrap());
    let Storage::File(path) = &state else { unreachable!() };
    let other = Connection::open(path).unwrap();
    other.execute_batch("BEGIN IMMEDIATE; DELETE FROM companies").unwrap();
    let before = std::fs::read(path).unwrap();
    let error = Store::recreate(&state, &seed).unwrap_err();
    assert!(matches!(error, SandboxError::State { .. }), "{error}");
    assert!(error.hint().contains("another program"), "{}", error.hint());
    other.execute_batch("ROLLBACK").unwrap();
    assert_eq!(std::fs::read(path).unwrap(), before);
    // It is the same file still.
    Store::recreate(&state, &seed).unwrap();
    let count = "SELECT COUNT(*) FROM companies";
    assert_eq!(other.query_row(count, [], |row| row.get::<_, i64>(0)).unwrap(), 2);
    other.execute_batch("DROP TABLE companies").unwrap();
    drop(other);
    Store::recreate(&state, &seed).unwrap();
    let mut damaged = std::fs::read(path).unwrap();
    damaged[100..].fill(0xff);
    std::fs::write(path, damaged).unwrap();
    Store::recreate(&state, &seed).unwrap();
    assert_eq!(Store::open(&state, &seed).unwrap().records(Omniparcel).unwrap().len(), 2);
}

#[tokio::test]
async fn control_endpoints_show_requests_and_take_faults_and_resets() {
    let bench = Bench::new().await;
    let base = format!("http://{}", bench.sandbox.shared.address);
    let about = bench.client.get(&base).send().await.unwrap().text().await.unwrap();
    for part in ["not SEKO's", "/omnireturns", "sandbox-omnirps-key"] {
        assert!(about.contains(part), "{about}");
    }
    let post = async |path: &str, body: Value| {
        let request = bench.client.post(format!("{base}/_sandbox/{path}")).json(&body);
        Reply::of(request.send().await.unwrap()).await
    };
    post("faults", json!([{"times": 1, "effect": {"status": {"code": 503}}}])).await.ok();
    assert_eq!(bench.get(Omnirps, "/admin/retailers/301").await.status, 503);
    assert_eq!(post("faults", json!([{"effect": "magic"}])).await.status, 400);
    bench.send(Omniparcel, "POST", "/admin/accounts", json!({"AccountName": "New"})).await.ok();
    let requests = bench.client.get(format!("{base}/_sandbox/requests")).send().await.unwrap();
    let requests: Vec<LoggedRequest> = requests.json().await.unwrap();
    assert_eq!(requests, bench.sandbox.store().requests().unwrap());
    assert_eq!((requests[0].fault.as_deref(), requests[1].effect), (Some("status"), true));
    post("reset", json!({})).await.ok();
    assert_eq!(bench.sandbox.store().records(Omniparcel).unwrap().len(), 2);
    assert!(bench.log().is_empty());
    let new = bench.send(Omniparcel, "POST", "/admin/accounts", json!({"AccountName": "N"})).await;
    assert_eq!(new.ok()["Account"]["AccountId"], json!(103), "ids start anew too");
}

#[tokio::test]
async fn a_large_list_is_read_to_its_end() {
    // The largest rehearsal that the sandbox supports.
    let bench = Bench::with(Options { seed: many(20_000), ..options() }).await;
    let mut ids = std::collections::BTreeSet::new();
    for page in 1..=100 {
        let path = format!("/admin/retailers?PageSize=200&Page={page}");
        let body = bench.get(Omnireturns, &path).await.ok();
        let retailers = body["Retailers"].as_array().unwrap();
        ids.extend(retailers.iter().map(|r| r["RetailerId"].as_str().unwrap().to_owned()));
    }
    assert_eq!(ids.len(), 20_000);
}

#[test]
fn records_are_put_and_deleted_by_hand() {
    let store = Store::open(&Storage::Memory, &sample()).unwrap();
    for system in System::ALL {
        let records = store.records(system).unwrap();
        assert_eq!(store.put(system, &records[0]).unwrap(), records[0], "{system}");
        assert_eq!(store.records(system).unwrap(), records);
    }
    let moved = store.put(Omnireturns, &json!({"RetailerId": "201", "CompanyId": 2})).unwrap();
    assert_eq!((&moved["CompanyName"], &moved["PortalPublished"]), (&json!("Loop"), &json!(true)));
    let webhook = json!({"RetailerId": 302, "TrackingWebhook": {"Enabled": false}});
    let webhook = &store.put(Omnirps, &webhook).unwrap()["TrackingWebhook"];
    assert!(webhook["Url"].as_str().unwrap().starts_with("https://api.loopreturns.com"));
    let new = store.put(Omnirps, &json!({"RetailerName": "New"})).unwrap();
    assert_eq!(new["RetailerId"], json!(303));
    let fixed = store.put(Omnirps, &json!({"RetailerId": 900, "RetailerName": "N"})).unwrap();
    assert_eq!(fixed["RetailerId"], json!(900));
    assert!(store.delete(Omnirps, 900).unwrap());
    assert!(!store.delete(Omnirps, 900).unwrap());
    for wrong in [
        json!({"RetailerName": "X"}),
        json!({"RetailerName": "X", "CompanyId": 9}),
        json!({"RetailerName": "X", "CompanyId": 1, "CompanyName": "Loop"}),
        json!({"RetailerName": "X", "CompanyId": 1, "Portal": true}),
        json!([]),
    ] {
        let error = store.put(Omnireturns, &wrong).unwrap_err();
        assert!(matches!(error, SandboxError::Record { system: Omnireturns, .. }), "{error}");
    }
}

#[test]
fn seeds_are_read_strictly_and_written_back() {
    let seed = sample();
    let yaml = serde_yaml::to_string(&seed).unwrap();
    assert_eq!(Seed::from_yaml(&yaml).unwrap(), seed);
    assert_eq!(Seed::from_yaml("{}").unwrap(), Seed::empty());
    assert!(Seed::from_yaml("OmniRps: []").is_err());
    assert!(Seed::from_yaml("OmniRPS: [{RetailerName: X, Shopify: true}]").is_err());
    let homeless = "OmniReturns: [{RetailerName: X, CompanyId: 1}]";
    let error = Store::open(&Storage::Memory, &Seed::from_yaml(homeless).unwrap()).unwrap_err();
    assert!(error.to_string().contains("no such company"), "{error}");
}
