//! What `verify` and `handoff` accept as evidence from systems with unusual responses.

use crate::support::{Project, Run, files_below};
use axum::Router;
use axum::http::{HeaderMap, Method, StatusCode, Uri};
use insta::assert_snapshot;
use serde_json::{Value, json};
use std::sync::{Arc, Mutex};
use tokio::net::TcpListener;
use tokio::runtime::Runtime;

/// A part of `METHOD path`, and the response.
type Script = (&'static str, u16, String);

/// Systems that have one retailer, Acme, and respond by a script.
struct Scripted {
    project: Project,
    script: Arc<Mutex<Vec<Script>>>,
    asked: Arc<Mutex<Vec<String>>>,
    _runtime: Runtime,
}

const KEYS: [(&str, &str); 3] = [
    ("PARCEL_KEY", "parcel-admin-1"),
    ("RPS_KEY", "rps-admin-22"),
    ("RETURNS_KEY", "ret-admin-333"),
];

const LABEL: &str = "POST /ret/api/labels/printshipment";
const UPLOAD: &str = "POST /rps/app/return_upload/add_returns";
const UPLOADS: &str = "GET /rps/admin/retailers/7/uploads";
const RPS_KEY: &str = "GET /rps/admin/retailers/7/key";

fn usual(call: &str) -> Value {
    let retailer = json!({
        "RetailerId": 7, "RetailerName": "Acme",
        "TrackingWebhook": {"Url": "", "Enabled": false},
        "ShopifyIntegrationEnabled": false, "TrackAndTraceEmailsEnabled": false,
        "CompanyName": "Loop", "PortalPublished": false, "OmniRPSRetailerId": 7,
        "Emails": [], "Hubs": [],
    });
    let one = json!({"Retailers": [retailer], "Page": 1, "PageSize": 200, "Total": 1});
    match call.split('?').next().unwrap() {
        "GET /rps/admin/retailers" | "GET /ret/admin/retailers" => one,
        "GET /ret/admin/companies" => json!({"Companies": []}),
        RPS_KEY => json!({"ApiKey": "acme-rps-key"}),
        "GET /ret/admin/retailers/7/key" => json!({"AccessKey": "acme-ret-key"}),
        UPLOADS => json!({"Uploads": []}),
        UPLOAD => json!({"Success": true}),
        LABEL => json!({"Errors": [], "Consignments": [{"Connote": "TK100342334NZ"}]}),
        _ => json!({"Success": false, "Message": "no such call"}),
    }
}

impl Scripted {
    fn start(file: &str) -> Scripted {
        let runtime = Runtime::new().unwrap();
        let listener = runtime.block_on(TcpListener::bind("127.0.0.1:0")).unwrap();
        let base = format!("http://{}", listener.local_addr().unwrap());
        let script: Arc<Mutex<Vec<Script>>> = Arc::default();
        let asked: Arc<Mutex<Vec<String>>> = Arc::default();
        let (scripted, log) = (Arc::clone(&script), Arc::clone(&asked));
        let handler = move |method: Method, uri: Uri, _: HeaderMap| {
            let call = format!("{method} {}", uri.path_and_query().unwrap());
            log.lock().unwrap().push(call.clone());
            let own = scripted.lock().unwrap();
            let own = own.iter().find(|(part, ..)| call.starts_with(part)).cloned();
            let (_, status, text) = own.unwrap_or_else(|| ("", 200, usual(&call).to_string()));
            async move { (StatusCode::from_u16(status).unwrap(), text) }
        };
        let router = Router::new().fallback(handler);
        runtime.spawn(async { axum::serve(listener, router).await.unwrap() });
        let recipient = "age1grsyt5s65ref6y8qx5pywvpq4hhase0w22uvnwnem8fdchak3adqmql7rp";
        let config = format!(
            "partner: {{recipients: {{Loop: {recipient}}}}}\ndefault_environment: real\n\
             environments:\n  real:\n    limits: {{retries: 0}}\n    \
             omniparcel: {{url: \"{base}/parcel\", key: {{env: PARCEL_KEY}}}}\n    \
             omnirps: {{url: \"{base}/rps\", key: {{env: RPS_KEY}}}}\n    \
             omnireturns: {{url: \"{base}/ret\", key: {{env: RETURNS_KEY}}}}\n"
        );
        let project =
            Project::empty().file("reconcile.yaml", &config).file("retailers/acme.yaml", file);
        Scripted { project, script, asked, _runtime: runtime }
    }

    fn new() -> Scripted {
        Scripted::start("retailer: Acme\njourney: new\nmilestones: {keys_supplied: 2026-10-01}\n")
    }

    /// Sets the response to a call.
    fn answer(&self, call: &'static str, status: u16, text: impl ToString) {
        let mut script = self.script.lock().unwrap();
        script.retain(|(part, ..)| *part != call);
        script.push((call, status, text.to_string()));
    }

    fn list(&self, uploads: Value) {
        self.answer(UPLOADS, 200, json!({"Uploads": uploads}));
    }

    fn run(&self, arguments: &[&str]) -> Run {
        self.project.run_with(arguments, &KEYS)
    }

    fn verify(&self, more: &[&str]) -> Run {
        let usual = ["verify", "acme", "--in-production", "--timeout", "0s", "--record"];
        self.run(&[&usual, more].concat())
    }

    /// Returns the findings of a verification: `proof outcome`.
    fn findings(&self, more: &[&str]) -> Vec<String> {
        let run = self.verify(&[more, &["--format", "json"]].concat());
        let report: Value = serde_json::from_str(&run.stdout).unwrap_or_else(|_| panic!("{run}"));
        let word = |found: &Value, key: &str| found[key].as_str().unwrap().to_owned();
        let findings = report["findings"].as_array().unwrap().iter();
        findings.map(|found| word(found, "proof") + " " + &word(found, "outcome")).collect()
    }

    fn sent(&self, call: &str) -> usize {
        self.asked.lock().unwrap().iter().filter(|asked| asked.starts_with(call)).count()
    }

    fn file(&self) -> String {
        std::fs::read_to_string(self.project.path("retailers/acme.yaml")).unwrap()
    }
}

fn upload(connote: &str, processed_at: Value) -> Value {
    let now = jiff::Timestamp::now().to_string();
    json!({"ConsignmentNo": connote, "OrderNumber": "R-1", "ReceivedAt": now,
           "ProcessedAt": processed_at})
}

fn today() -> String {
    jiff::Timestamp::now().strftime("%Y-%m-%d").to_string()
}

#[test]
fn a_label_with_errors_beside_its_connote_was_made() {
    let answer = json!({"Errors": [{"Property": "Email", "Message": "is not deliverable"}],
        "Consignments": [{"Connote": "TK100342334NZ"}]});
    for status in [200, 400, 500] {
        let systems = Scripted::new();
        systems.answer(LABEL, status, &answer);
        let run = systems.verify(&["label"]);
        assert_eq!(run.code, 0, "{run}");
        assert!(run.stderr.contains("warning: the label TK100342334NZ was made"), "{run}");
        assert!(run.stderr.contains("is not deliverable"), "{run}");
        assert!(systems.file().contains("test_label:"), "{run}");
        assert_eq!(systems.verify(&["label"]).code, 0);
        assert_eq!(systems.sent(LABEL), 1, "no second label is requested");
    }
}

#[test]
fn an_upload_is_proven_by_a_sign_of_success_and_by_nothing_else() {
    for answer in [
        r#"{"status":"error","message":"no"}"#,
        r#"{"errors":["no"]}"#,
        r#""Invalid token""#,
        r#"{"Success":null}"#,
        r#"{"Response":{"CallStatus":{"Success":"False"}}}"#,
        "",
        "{}",
        "<html>ok</html>",
    ] {
        let systems = Scripted::new();
        systems.answer(UPLOAD, 200, answer);
        let run = systems.verify(&[]);
        assert_eq!(run.code, 1, "{answer}: {run}");
        assert!(run.stdout.contains("return (not proven)"), "{answer}: {run}");
        assert!(!systems.file().contains("test_return"), "{answer}: {run}");
        // The next run checks before it sends.
        systems.list(json!([upload("TK100342334NZ", Value::Null)]));
        assert!(systems.verify(&[]).stdout.contains("return (proven)"), "{answer}");
        assert_eq!((systems.sent(LABEL), systems.sent(UPLOAD)), (1, 1), "{answer}");
        assert!(systems.file().contains("test_return"), "{answer}");
    }
    let systems = Scripted::new();
    assert_eq!(systems.findings(&[]), ["label proven", "return proven", "processed waiting"]);
}

#[test]
fn an_upload_that_is_listed_is_proven_whatever_was_answered() {
    let systems = Scripted::new();
    assert_eq!(systems.verify(&["label"]).code, 0);
    systems.answer(UPLOAD, 200, "{}");
    systems.list(json!([upload("TK100342334NZ", Value::Null)]));
    assert_eq!(systems.findings(&["return"]), ["return proven"]);
}

#[test]
fn an_implausible_time_of_processing_is_reported() {
    let systems = Scripted::new();
    systems.verify(&[]);
    for none in [
        json!("0000-00-00 00:00:00"),
        json!("0001-01-01T00:00:00"),
        json!("1970-01-01"),
        json!("1899-12-30"),
        json!("9999-12-31"),
        json!("N/A"),
        json!("-"),
        json!("Pending"),
        json!(0),
        json!("2026-01-01T00:00:00Z"),
    ] {
        systems.list(json!([upload("TK100342334NZ", none.clone())]));
        let run = systems.verify(&["processed"]);
        assert_eq!(run.code, 1, "{none}: {run}");
        assert!(run.stdout.contains("is not a believable day"), "{none}: {run}");
        assert!(run.stdout.contains("Hub Settings in OmniRPS"), "{run}");
        assert!(!systems.file().contains("connote_processed"), "{none}");
    }
    systems.list(json!([upload("TK100342334NZ", json!(format!("{} 10:00:00", today())))]));
    assert_eq!(systems.verify(&["processed"]).code, 0);
    assert!(systems.file().contains("connote_processed"));
}

#[test]
fn a_connote_that_differs_in_case_alone_is_named() {
    let systems = Scripted::new();
    systems.verify(&[]);
    systems.list(json!([upload("tk100342334nz", json!(today()))]));
    let run = systems.verify(&["processed"]);
    assert_eq!(run.code, 1, "{run}");
    assert!(
        run.stdout.contains("OmniRPS lists tk100342334nz, which differs in case alone"),
        "{run}"
    );
}

#[test]
fn an_earlier_test_of_another_machine_is_found_before_another_label() {
    let systems = Scripted::new();
    let mut own = upload("TK200300400NZ", Value::Null);
    own["OrderNumber"] = json!("RECONCILE-acme-0a1b2c3d");
    systems.list(json!([upload("TK100342334NZ", Value::Null), own]));
    let run = systems.verify(&[]);
    assert!(run.stdout.contains("TK200300400NZ was made in an earlier test"), "{run}");
    assert_eq!((systems.sent(LABEL), systems.sent(UPLOAD)), (0, 0), "{run}");
    assert!(systems.file().contains("test_return"), "{run}");

    let systems = Scripted::new();
    systems.answer(UPLOADS, 500, "{}");
    let run = systems.verify(&["label"]);
    assert!(run.stderr.contains("whether another machine has made a test label"), "{run}");
}

#[test]
fn an_upload_by_others_proves_that_the_partner_uploads() {
    let live = "retailer: Acme\njourney: existing\nomnireturns_access: required\n\
                milestones: {switched_to_loop: 2026-10-01}\n";
    let systems = Scripted::start(live);
    let mut own = upload("TK200300400NZ", Value::Null);
    own["OrderNumber"] = json!("RECONCILE-acme-0a1b2c3d");
    systems.list(json!([own]));
    assert_eq!(systems.findings(&["loop_upload"]), ["loop_upload failed"]);
    systems.list(json!([own, upload("TK100342334NZ", Value::Null)]));
    let status = systems.run(&["status", "--uploads", "--format", "json"]);
    let status: Value = serde_json::from_str(&status.stdout).unwrap();
    assert_eq!(status["retailers"][0]["loop_upload"], "proven");
    assert_eq!(systems.findings(&["loop_upload"]), ["loop_upload proven"]);
    // Before the journey requires it, its absence is not a failure.
    let systems = Scripted::new();
    assert_eq!(systems.findings(&["loop_upload"]), ["loop_upload not_called_for"]);
}

#[test]
fn status_shows_an_upload_by_the_partner_whoever_made_the_test() {
    let tested = "retailer: Acme\njourney: new\nmilestones: {test_label: 2026-10-01, \
                  test_return: 2026-10-01, connote_processed: 2026-10-01}\n";
    let with_connote = "{on: 2026-10-01, connote: TK100342334NZ}";
    let stated = tested.replace("test_return: 2026-10-01", &format!("test_return: {with_connote}"));
    let live = "retailer: Acme\njourney: existing\nomnireturns_access: required\n\
                milestones: {switched_to_loop: 2026-10-01}\n";
    for file in [tested, &stated, live] {
        for verify in [&["verify", "acme", "loop_upload"][..], &["verify"]] {
            let systems = Scripted::start(file);
            let shown = || {
                let run = systems.run(&["status", "--offline", "--format", "json"]);
                let status: Value = serde_json::from_str(&run.stdout).unwrap();
                status["retailers"][0]["loop_upload"].as_str().unwrap().to_owned()
            };
            systems.run(verify);
            assert_eq!(shown(), "not_proven", "{file}");
            systems.list(json!([upload("TK900900900NZ", Value::Null)]));
            systems.run(verify);
            assert_eq!(shown(), "proven", "{file}: {verify:?}");
            systems.run(&["verify", "acme", "loop_upload"]);
            assert_eq!(shown(), "proven", "{file}: once is enough");
        }
    }
}

#[test]
fn uploads_do_not_close_settings_that_only_people_can_see() {
    let live = "retailer: Acme\njourney: existing\nomnireturns_access: required\n\
                milestones: {switched_to_loop: 2026-10-01}\n";
    let undecided = live.replace("omnireturns_access: required\n", "");
    let closed = |decided: &str| {
        live.replace("required", &format!("{{value: required, on: {decided}}}")).replace(
            "switched_to_loop: 2026-10-01",
            "switched_to_loop: 2026-10-01, live: 2026-10-10",
        )
    };
    let (before, after) = (closed("2026-10-11"), closed("2026-10-10"));
    for (file, is_closed) in [(live, false), (&undecided, false), (&before, false), (&after, true)]
    {
        for (only, is_read) in [("read: none, write: manual, ", false), ("", true)] {
            let is_recorded = is_read || is_closed;
            let systems = Scripted::start(file);
            systems.list(json!([upload("TK100342334NZ", Value::Null)]));
            let path = systems.project.path("reconcile.yaml");
            let config = std::fs::read_to_string(&path).unwrap();
            let changed = config.replace("omnireturns: {", &format!("omnireturns: {{{only}"));
            std::fs::write(&path, changed).unwrap();
            let run = systems.verify(&["uploads"]);
            assert!(run.stdout.contains("uploads (proven)"), "{run}");
            assert_eq!(systems.file().contains("uploads_checked:"), is_recorded, "{run}");
            assert_eq!(run.code, i32::from(!is_recorded), "{run}");
            if !is_recorded && file == live {
                assert_snapshot!(run.stderr, @"
                error: `uploads_checked` was not written to retailers/acme.yaml: it would also mark omnireturns.name as checked, which only people can see
                hint: check them, then run `reconcile attest acme uploads_checked`
                ");
            }
        }
    }
}

#[test]
fn status_shows_whether_the_partner_uploads_itself() {
    let systems = Scripted::new();
    let shown = || {
        let run = systems.run(&["status", "--offline", "--format", "json"]);
        let status: Value = serde_json::from_str(&run.stdout).unwrap_or_else(|_| panic!("{run}"));
        status["retailers"][0]["loop_upload"].as_str().unwrap().to_owned()
    };
    systems.verify(&[]);
    assert_eq!(shown(), "not_proven", "the tool's own test proves nothing of the partner");
    systems
        .list(json!([upload("TK100342334NZ", Value::Null), upload("TK900900900NZ", Value::Null)]));
    assert_eq!(systems.findings(&["loop_upload"]), ["loop_upload proven"]);
    assert_eq!(shown(), "proven");
    assert!(!systems.file().contains("TK900900900NZ"), "it is no milestone");
    systems.verify(&["label", "--again"]);
    assert_eq!(shown(), "proven");
}

#[test]
fn an_invalid_key_is_not_handed_over() {
    for (key, told) in [
        ("rps-admin-22", "one of the environment's own keys"),
        ("ret-admin-333", "one of the environment's own keys"),
        ("parcel-admin-1", "one of the environment's own keys"),
        ("Bearer rps-admin-22", "one of the environment's own keys"),
        ("\"rps-admin-22\"", "one of the environment's own keys"),
        ("cnBzLWFkbWluLTIy", "one of the environment's own keys"),
        ("   ", "only spaces"),
        ("null", "a placeholder"),
        ("********", "a masked key"),
        ("••••••9f3a", "a masked key"),
        ("<html>Sign in</html>", "an HTML page"),
        ("one\ntwo", "no header can carry"),
        ("one\0two", "no header can carry"),
    ] {
        let systems = Scripted::new();
        systems.answer(RPS_KEY, 200, json!({"ApiKey": key}));
        for command in [&["handoff", "acme"][..], &["verify", "acme", "--in-production"]] {
            let run = systems.run(command);
            assert_eq!(run.code, 1, "{key:?}: {run}");
            assert!(run.to_string().contains(told), "{key:?}: {run}");
            assert!(
                key.trim().is_empty() || key == "null" || !run.to_string().contains(key),
                "{run}"
            );
        }
        assert!(!systems.project.path("acme.age").exists(), "{key:?}");
        assert_eq!(systems.sent(LABEL), 0, "{key:?}");
    }
    let run = Scripted::new().run(&["handoff", "acme"]);
    assert_eq!(run.code, 0, "{run}");
}

#[test]
fn a_key_of_a_system_that_people_look_after_is_not_handed_over() {
    for (key, header, is_own) in [
        ("parcel-admin-1", "X-Gate: {env: GATE_KEY}", true),
        ("gate-55555", "X-Gate: {env: GATE_KEY}", true),
        ("k3y-of-acme", "X-Gate: {env: GATE_KEY}", false),
        // What is not set cannot be compared.
        ("k3y-of-acme", "X-Gate: {env: NOT_SET}", false),
        ("parcel-admin-1", "X-Gate: {env: NOT_SET}", true),
        ("k3y-of-acme", "X-Gate: {env: EMPTY_KEY}", false),
    ] {
        let systems = Scripted::new();
        let path = systems.project.path("reconcile.yaml");
        let config = std::fs::read_to_string(&path).unwrap();
        let by_people = format!("omniparcel: {{read: none, write: manual, headers: {{{header}}}, ");
        std::fs::write(&path, config.replace("omniparcel: {", &by_people)).unwrap();
        systems.answer(RPS_KEY, 200, json!({"ApiKey": key}));
        let variables = [&KEYS[..], &[("GATE_KEY", "gate-55555"), ("EMPTY_KEY", "")]].concat();
        let run = systems.project.run_with(&["handoff", "acme"], &variables);
        let told = run.to_string();
        assert_eq!(run.code, i32::from(is_own), "{key} {header}: {run}");
        assert_eq!(told.contains("one of the environment's own keys"), is_own, "{run}");
        assert_eq!(systems.project.path("acme.age").exists(), !is_own, "{run}");
        assert!(!told.contains(key), "{run}");
    }
}

#[test]
fn a_name_that_cannot_be_sent_is_a_warning_at_the_handoff() {
    let name = "Kid\u{2019}s Bay\u{2122}";
    let systems = Scripted::start(&format!(
        "retailer: {name}\njourney: new\nids: {{omnirps: 7, omnireturns: 7}}\n"
    ));
    let renamed = |call| usual(call).to_string().replace("Acme", name);
    let one = |call| {
        let all: Value = serde_json::from_str(&renamed(call)).unwrap();
        json!({"Retailer": all["Retailers"][0]})
    };
    systems.answer("GET /rps/admin/retailers/7/key", 200, usual(RPS_KEY));
    systems.answer("GET /ret/admin/retailers/7/key", 200, usual("GET /ret/admin/retailers/7/key"));
    systems.answer("GET /rps/admin/retailers/7", 200, one("GET /rps/admin/retailers"));
    systems.answer("GET /ret/admin/retailers/7", 200, one("GET /ret/admin/retailers"));
    let run = systems.run(&["handoff", "acme"]);
    assert_eq!(run.code, 0, "{run}");
    assert!(run.stderr.contains("`\u{2019}` (U+2019)"), "{run}");
    assert!(run.stderr.contains("name-not-sendable"), "{run}");
    let run = Scripted::new().run(&["handoff", "acme"]);
    assert!(!run.stderr.contains("name-not-sendable"), "{run}");
}

#[test]
fn a_connote_with_a_key_in_it_is_none_and_is_shown_nowhere() {
    let hex: String = "acme-ret-key-1".bytes().map(|byte| format!("{byte:02x}")).collect();
    for (key, connote) in [
        ("acme-ret-key-1234", json!("acme-ret-key-1234")),
        ("acme-ret-key-1", json!(hex)),
        ("acme-ret-key-1", json!("ret-admin-333-4")),
        ("700100342334", json!(700_100_342_334_u64)),
    ] {
        let systems = Scripted::new();
        systems.answer("GET /ret/admin/retailers/7/key", 200, json!({"AccessKey": key}));
        let made = json!({"Success": true, "Consignments": [{"Connote": connote}]});
        systems.answer(LABEL, 200, made);
        for expected in ["holds a key", "was requested on"] {
            let run = systems.verify(&[]);
            assert_eq!(run.code, 1, "{run}");
            assert!(run.stdout.contains(expected), "{run}");
            assert!(run.stdout.contains("look for a label with the reference RECONCILE-"), "{run}");
            let connote = connote.to_string();
            let connote = connote.trim_matches('"');
            assert!(!run.to_string().contains(connote), "{run}");
            for file in files_below(&systems.project.path("")) {
                let text = std::fs::read(&file).unwrap();
                assert!(!String::from_utf8_lossy(&text).contains(connote), "{file:?}");
            }
        }
        assert_eq!((systems.sent(LABEL), systems.sent(UPLOAD)), (1, 0), "asked for once");
    }
}

#[test]
fn a_refused_upload_that_is_listed_was_taken() {
    let systems = Scripted::new();
    systems.answer(UPLOAD, 200, json!({"Success": false, "Message": "Duplicate"}));
    assert_eq!(systems.findings(&[]), ["label proven", "return failed"]);
    systems.list(json!([upload("TK100342334NZ", Value::Null)]));
    assert_eq!(systems.findings(&["return"]), ["return proven"]);
    assert_eq!((systems.sent(LABEL), systems.sent(UPLOAD)), (1, 1), "looked for before it is sent");
}
