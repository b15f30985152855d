//! `plan` and `apply` against servers that send too much, or send keys back.

use crate::encodings::encodings;
use crate::support::{Project, files_below};
use axum::Router;
use axum::http::{HeaderMap, Method, StatusCode, Uri, header};
use axum::response::{IntoResponse, Response};
use flate2::Compression;
use flate2::write::GzEncoder;
use serde_json::json;
use std::io::Write;
use std::process::{Command, Stdio};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;
use tokio::net::TcpListener;
use tokio::runtime::Runtime;

const KEY: &str = "s3cret-value&more";

/// The memory limit of a plan, whatever a server sends.
const MAX_KB: u64 = 300_000;

/// A server for all three systems, which runs until it is dropped.
struct Hostile {
    base: String,
    _runtime: Runtime,
}

impl Hostile {
    fn start(
        answer: impl Fn(&Method, &Uri) -> Response + Clone + Send + Sync + 'static,
    ) -> Hostile {
        let runtime = Runtime::new().unwrap();
        let listener = runtime.block_on(TcpListener::bind("127.0.0.1:0")).unwrap();
        let base = format!("http://{}", listener.local_addr().unwrap());
        let router = Router::new().fallback(move |method: Method, uri: Uri, _: HeaderMap| {
            let answer = answer(&method, &uri);
            async move { answer }
        });
        runtime.spawn(async { axum::serve(listener, router).await.unwrap() });
        Hostile { base, _runtime: runtime }
    }

    fn project(&self) -> Project {
        let mut file = "default_environment: production\nenvironments:\n  production:\n".to_owned();
        for system in ["omniparcel", "omnireturns", "omnirps"] {
            let base = &self.base;
            file.push_str(&format!(
                "    {system}: {{url: \"{base}/{system}\", key: {{env: KEY}}}}\n"
            ));
        }
        file.push_str("    limits: {retries: 0, requests_per_second: 1000}\n");
        file.push_str("safety: {max_changed_retailers_percent: 100}\n");
        Project::example().file("reconcile.yaml", &file)
    }
}

fn gzip(body: &[u8]) -> Vec<u8> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::fast());
    encoder.write_all(body).unwrap();
    encoder.finish().unwrap()
}

fn packed(body: Vec<u8>) -> Response {
    let headers = [(header::CONTENT_ENCODING, "gzip"), (header::CONTENT_TYPE, "application/json")];
    (headers, body).into_response()
}

/// Runs `plan`; returns its stderr and its peak memory in kB.
fn plan(project: &Project) -> (String, u64) {
    let mut child = Command::new(env!("CARGO_BIN_EXE_reconcile"))
        .arg("plan")
        .current_dir(project.path("."))
        .env_clear()
        .env("KEY", KEY)
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    let status = format!("/proc/{}/status", child.id());
    let mut peak = 0;
    while child.try_wait().unwrap().is_none() {
        let now = std::fs::read_to_string(&status).unwrap_or_default();
        // Before the program is loaded, the process shares the memory of this test.
        let is_loaded = now.lines().next() == Some("Name:\treconcile");
        let line = now.lines().find_map(|line| line.strip_prefix("VmHWM:"));
        let line = line.filter(|_| is_loaded);
        let number = line.and_then(|line| line.split_whitespace().next()?.parse().ok());
        peak = peak.max(number.unwrap_or(0));
        std::thread::sleep(Duration::from_millis(2));
    }
    let output = child.wait_with_output().unwrap();
    assert_eq!(output.status.code(), Some(1), "an incomplete read is no success");
    (String::from_utf8(output.stderr).unwrap(), peak)
}

/// Returns a body with one record and additional content.
fn page(total: u64, more: &str) -> Vec<u8> {
    format!(
        r#"{{"Success":true,"Errors":[],"Companies":[],"Page":1,"PageSize":1,"Total":{total},
            "Accounts":[{{"AccountId":1,"AccountName":"A"}}],
            "Retailers":[{{"RetailerId":1,"RetailerName":"A","PortalPublished":true,
                "ShopifyIntegrationEnabled":true,"TrackAndTraceEmailsEnabled":true}}]{more}}}"#
    )
    .into_bytes()
}

fn junk(mib: usize) -> String {
    format!(",\"Junk\":[{}1]", "{\"a\":{}},".repeat((mib << 20) / 9))
}

#[test]
fn a_page_that_decompresses_to_too_much_is_refused() {
    let body = gzip(&page(1, &junk(31)));
    assert!(body.len() < 400_000, "{}", body.len());
    let server = Hostile::start(move |_, _| packed(body.clone()));
    let (stderr, peak) = plan(&server.project());
    for system in ["OmniParcel", "OmniRPS", "OmniReturns"] {
        let said = format!(
            "{system} could not be read: the body of one answer is more than 16 MiB \
             (`limits.max_body_mib`)"
        );
        assert!(stderr.contains(&said), "{stderr}");
    }
    assert!((1..MAX_KB).contains(&peak), "{peak} kB");
}

#[test]
fn pages_that_are_too_large_together_are_refused() {
    let body = gzip(&page(1000, &junk(14)));
    let server = Hostile::start(move |_, _| packed(body.clone()));
    let (stderr, peak) = plan(&server.project());
    assert!(stderr.contains("max_list_mib") || stderr.contains("max_held_mib"), "{stderr}");
    assert!((1..MAX_KB).contains(&peak), "{peak} kB");
}

#[test]
fn a_total_that_is_too_large_is_unknown_at_once() {
    let pages = Arc::new(AtomicUsize::new(0));
    let asked = Arc::clone(&pages);
    let server = Hostile::start(move |_, _| {
        asked.fetch_add(1, Ordering::Relaxed);
        page(5_000_000, "").into_response()
    });
    let (stderr, peak) = plan(&server.project());
    assert!(stderr.contains("the list is more than 250000 records"), "{stderr}");
    // 0 if it ended before it could be measured.
    assert!(peak < MAX_KB, "{peak} kB");
    let pages = pages.load(Ordering::Relaxed);
    assert!((3..=4).contains(&pages), "the first page of each list, and the companies: {pages}");
}

#[test]
fn values_that_are_too_large_are_refused() {
    // Small objects instead of a list of texts, and endless errors.
    let lists = format!("[{}1]", "{},".repeat(5 << 20));
    for body in [
        String::from_utf8(page(1, ""))
            .unwrap()
            .replace("\"PortalPublished\"", &format!("\"Emails\":{lists},\"PortalPublished\"")),
        format!("{{\"Success\":false,\"Errors\":{lists}}}"),
    ] {
        let body = gzip(body.as_bytes());
        let server = Hostile::start(move |_, _| packed(body.clone()));
        let (stderr, peak) = plan(&server.project());
        assert!(stderr.contains("could not be read"), "{stderr}");
        assert!((1..MAX_KB).contains(&peak), "{peak} kB");
    }
}

#[test]
fn an_answer_is_no_command_of_a_runner_in_the_log() {
    for body in ["##vso[task.debug]x", "##[add-mask]true", "a\n::stop-commands::x"] {
        let server = Hostile::start(move |_, _| (StatusCode::BAD_GATEWAY, body).into_response());
        let project = server.project();
        let report = ["apply", "--yes", "-vv", "--report", "text=a.txt", "--report", "json=a.json"];
        let run = project.run_with(&report, &[("KEY", KEY)]);
        assert!(run.stderr.contains("DEBUG request"), "{run}");
        assert!(run.stderr.contains("HTTP 502"), "{run}");
        for log in [run.stdout, run.stderr, read(&project, "a.txt"), read(&project, "a.json")] {
            assert!(!log.contains("##[") && !log.contains("##vso["), "{log}");
            assert!(!log.lines().any(|line| line.trim_start().starts_with("::")), "{log}");
        }
    }
}

fn read(project: &Project, path: &str) -> String {
    std::fs::read_to_string(project.path(path)).unwrap()
}

/// Rejects everything: with a JSON body, a text and a page, each containing the key.
fn refusal(system: &str, key: &str) -> Response {
    match system {
        "omniparcel" => {
            let errors = json!([{"Property": key, "Message": key}]);
            let message = format!("bad key {key}");
            let body = json!({"Success": false, "Message": message, "Errors": errors});
            (StatusCode::OK, body.to_string()).into_response()
        }
        "omnirps" => (StatusCode::OK, format!("bad key {key}")).into_response(),
        _ => (StatusCode::BAD_GATEWAY, format!("<p title=\"{key}\">{key}</p>")).into_response(),
    }
}

/// Returns records made of the key: an id in one system, names and values in others.
fn records(system: &str, key: &str) -> Response {
    let retailer = json!({"RetailerId": 508, "RetailerName": "Harbor Kids", "CompanyName": key,
        "PortalPublished": true, "ShopifyIntegrationEnabled": true, "Emails": [key],
        "TrackAndTraceEmailsEnabled": true,
        "TrackingWebhook": {"Url": format!("https://x.example/{key}"), "Enabled": true}});
    let named = json!({"RetailerId": 1, "RetailerName": key, "PortalPublished": true,
        "ShopifyIntegrationEnabled": true, "TrackAndTraceEmailsEnabled": key});
    let retailers = if system == "omnirps" { json!([retailer, named]) } else { json!([retailer]) };
    let total = if system == "omnirps" { 2 } else { 1 };
    let accounts = json!([{"AccountId": key, "AccountName": "A"}]);
    let companies = json!([{"CompanyId": 1, "CompanyName": key}]);
    let body = json!({"Success": true, "Errors": [], "Total": total, "Accounts": accounts,
        "Retailers": retailers, "Companies": companies});
    body.to_string().into_response()
}

#[test]
fn a_returned_key_is_neither_shown_nor_stored() {
    let encodings = encodings(KEY);
    assert!(encodings.len() > 25);
    let plain = |text: &str| {
        text.chars().filter(char::is_ascii_alphanumeric).collect::<String>().to_lowercase()
    };
    for (name, encoded) in encodings {
        for answer in [refusal, records] {
            let sent = encoded.clone();
            let server = Hostile::start(move |_, uri| {
                answer(uri.path().split('/').nth(1).unwrap_or_default(), &sent)
            });
            let project = server.project();
            let run = |arguments: &[&str]| project.run_with(arguments, &[("KEY", KEY)]).to_string();
            let mut outputs = run(&["plan", "-vv", "--out", "plan.json"]);
            outputs.push_str(&run(&["apply", "--yes", "-vv"]));
            for path in files_below(&project.path(".")) {
                outputs.push_str(&String::from_utf8_lossy(&std::fs::read(path).unwrap()));
            }
            assert!(!outputs.contains(&encoded), "{name}: {outputs}");
            assert!(!plain(&outputs).contains(&plain(KEY)), "{name}: {outputs}");
        }
    }
}
