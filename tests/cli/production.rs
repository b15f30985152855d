//! `reconcile verify` against systems that it must treat as real.

use crate::served::Served;
use crate::support::Run;
use crate::verify::{assert_shown, sent};
use insta::assert_snapshot;
use std::io::{BufRead, BufReader, ErrorKind, Write};
use std::net::{TcpListener, TcpStream};
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

fn verify(served: &Served, arguments: &[&str]) -> Run {
    served.run(&[&["verify"], arguments].concat())
}

#[test]
fn records_that_a_job_takes_with_it_are_warned_of() {
    let mut served = Served::start();
    let path = served.project.path("reconcile.yaml");
    let text = std::fs::read_to_string(&path).unwrap();
    let recipients = format!("partner: {{recipients: {{Loop: {}}}}}\n", crate::handoff::LOOP);
    std::fs::write(&path, text + &recipients).unwrap();
    let local = "warning: run records are stored on this machine only, so ";
    let commands: [(&[&str], &str); 3] = [
        (&["verify", "kestrel-audio", "label", "--in-production"], "a later job does not know"),
        (&["handoff", "ember-ceramics"], "later jobs do not know of this handoff"),
        (&["apply", "--yes", "--only", "harbor-kids"], "another job can apply at the same time"),
    ];
    served.keys.push(("CI".to_owned(), "true".to_owned()));
    for (command, so) in commands {
        let run = served.run(command);
        assert!(run.stderr.contains(&format!("{local}{so}")), "{command:?}: {run}");
    }
    let run = served.run(&["verify", "kestrel-audio", "webhook"]);
    assert!(!run.stderr.contains(local), "nothing is sent: {run}");
    served.keys.pop();
    let run = served.run(&["handoff", "ember-ceramics", "--out=again.age"]);
    assert!(!run.stderr.contains(local), "{run}");
}

#[test]
fn real_systems_require_permission() {
    let served = Served::start();
    assert_snapshot!(verify(&served, &["kestrel-audio"]), @"
    exit 64
    --- stdout
    --- stderr
    error: this would make a real label and upload a real return for Kestrel Audio in `local`
    hint: pass --in-production if that is intended, or rehearse with --environment sandbox
    ");
    assert_snapshot!(verify(&served, &["kestrel-audio", "label"]).stderr, @"
    error: this would make a real label for Kestrel Audio in `local`
    hint: pass --in-production if that is intended, or rehearse with --environment sandbox
    ");
    assert_eq!(verify(&served, &["kestrel-audio", "webhook"]).code, 0, "looking needs no leave");
    let given = ["kestrel-audio", "--in-production", "--timeout", "0s"];
    // One system elsewhere is enough to make it real.
    let path = served.project.path("reconcile.yaml");
    let text = std::fs::read_to_string(&path).unwrap();
    let (before, after) = text.split_once("http://127.0.0.1").unwrap();
    std::fs::write(&path, format!("{before}https://elsewhere.example{after}")).unwrap();
    let without_label = verify(&served, &given);
    std::fs::write(&path, text).unwrap();
    assert_shown!(without_label, @"
    exit 1
    --- stdout
    Kestrel Audio  retailers/kestrel-audio.yaml
    verified in local
      ! label (not proven): the environment does not define the request of a test label
          hint: name a file with `verify: {label: FILE}` in the environment; docs/connecting.md shows one
          would prove that the OmniReturns key is this retailer's, and labels can be made
          would not prove that OmniRPS and the hub have the label
    --- stderr
    error: not proven for Kestrel Audio (label)
    hint: the report shows why and what to do; run the command again afterwards
    ");
    assert_eq!(sent(&served.project), (0, 0));

    let served = served.with("    verify: {label: label.yaml}\n");
    let label = concat!(env!("CARGO_MANIFEST_DIR"), "/src/sandbox/label.yaml");
    std::fs::copy(label, served.project.path("label.yaml")).unwrap();
    let run = verify(&served, &given);
    assert_shown!(run, @"
    exit 1
    --- stdout
    Kestrel Audio  retailers/kestrel-audio.yaml
    verified in local, reference RECONCILE-kestrel-audio-[id]
      ✓ label (proven): the label SBX00000001 was made
          proves that the OmniReturns key is this retailer's, and labels can be made
          does not prove that OmniRPS and the hub have the label
      ✓ return (proven): OmniRPS accepted the return of SBX00000001
          proves that the OmniRPS key and the exact name are right, and returns arrive
          does not prove that a hub can process the return
      ⏸ processed (waiting): SBX00000001 is not processed yet
          hint: a SEKO hub operator has to process SBX00000001 in OmniRPS; the hub must be among the retailer's Hub Settings in OmniRPS, or it cannot process it; run the same command again to continue waiting
          would prove that a hub finds the retailer's returns and can process them
          would not prove that the partner was notified and credits the customer
    --- stderr
    error: not proven for Kestrel Audio (processed: waiting)
    hint: the report shows why and what to do; run the command again afterwards
    ");
    assert_eq!(sent(&served.project), (1, 1));
    let waiting = verify(&served, &["kestrel-audio", "--timeout", "0s"]);
    assert!(
        waiting.stdout.contains("processed (waiting)"),
        "what is sent needs no leave: {waiting}"
    );
}

#[test]
fn on_this_machine_a_label_needs_no_file() {
    let served = Served::start();
    let run = verify(&served, &["kestrel-audio", "label", "--in-production"]);
    assert_shown!(run, @"
    exit 0
    --- stdout
    Kestrel Audio  retailers/kestrel-audio.yaml
    verified in local, reference RECONCILE-kestrel-audio-[id]
      ✓ label (proven): the label SBX00000001 was made
          proves that the OmniReturns key is this retailer's, and labels can be made
          does not prove that OmniRPS and the hub have the label
    --- stderr
    warning: the environment names no file with the request of a test label; its systems are on this machine, so the addresses of the sandbox are used
    ");
}

#[test]
fn what_the_contract_lacks_is_left_to_people() {
    let text = include_str!("../../src/systems/http/contract.yaml");
    let without: String = text
        .lines()
        .filter(|line| !line.starts_with("  label:"))
        .map(|line| format!("{line}\n"))
        .collect();
    assert_ne!(without, text);
    let served = Served::start().with("    contract: contract.yaml\n");
    std::fs::write(served.project.path("contract.yaml"), without).unwrap();
    assert_shown!(verify(&served, &["kestrel-audio"]), @"
    exit 0
    --- stdout
    Kestrel Audio  retailers/kestrel-audio.yaml
    verified in local
      ☐ label (manual): the contract of this environment has no call for it
          hint: make a test label with the retailer's OmniReturns key, then state it with `reconcile attest kestrel-audio test_label --connote NO`
          would prove that the OmniReturns key is this retailer's, and labels can be made
          would not prove that OmniRPS and the hub have the label
    --- stderr
    ");
}

#[test]
fn permission_is_required_for_what_the_contract_can_send() {
    let text = include_str!("../../src/systems/http/contract.yaml");
    let without = text.replace("  upload: ", "  # upload: ");
    assert_ne!(without, text);
    let served = Served::start().with("    contract: contract.yaml\n");
    std::fs::write(served.project.path("contract.yaml"), without).unwrap();
    assert_snapshot!(verify(&served, &["kestrel-audio"]).stderr, @"
    error: this would make a real label for Kestrel Audio in `local`
    hint: pass --in-production if that is intended, or rehearse with --environment sandbox
    ");
    let made = verify(&served, &["kestrel-audio", "--in-production"]);
    assert!(made.stdout.contains("return (manual)"), "{made}");
    let on = verify(&served, &["kestrel-audio", "--timeout", "0s"]);
    assert_eq!(on.code, 0, "{on}");
    assert_eq!(sent(&served.project), (1, 0));
}

#[test]
fn the_sandboxs_addresses_cause_one_warning() {
    let served = Served::start();
    let run = verify(&served, &["kestrel-audio", "--in-production", "--timeout", "0s"]);
    assert!(run.stdout.contains("return (proven)"), "{run}");
    assert_eq!(run.stderr.matches("the environment names no file").count(), 1, "{run}");
}

#[test]
fn an_unlisted_return_is_reported() {
    let served = Served::start();
    let run = verify(&served, &["lumen-lighting", "processed", "--timeout", "0s"]);
    assert_shown!(run, @"
    exit 1
    --- stdout
    Lumen Lighting  retailers/lumen-lighting.yaml
    verified in local, reference RECONCILE-lumen-lighting-[id]
      ⏸ processed (waiting): TK100200502NZ is not processed yet, and OmniRPS does not list it
          hint: a SEKO hub operator has to process TK100200502NZ in OmniRPS; the hub must be among the retailer's Hub Settings in OmniRPS, or it cannot process it; run the same command again to continue waiting
          would prove that a hub finds the retailer's returns and can process them
          would not prove that the partner was notified and credits the customer
    --- stderr
    error: not proven for Lumen Lighting (processed: waiting)
    hint: the report shows why and what to do; run the command again afterwards
    ");
}

/// Configures another URL for one call.
fn with_call_at(served: Served, call: &str, url: &str) -> Served {
    let text = include_str!("../../src/systems/http/contract.yaml");
    let call = format!("\n  {call}: {{");
    let elsewhere = text.replace(&call, &format!("{call}url: \"{url}\", "));
    assert_ne!(elsewhere, text);
    let served = served.with("    contract: contract.yaml\n");
    std::fs::write(served.project.path("contract.yaml"), elsewhere).unwrap();
    served
}

#[test]
fn a_call_to_another_address_is_not_a_rehearsal() {
    let command = ["kestrel-audio", "label", "--in-production"];
    for call in ["upload", "label"] {
        let served = with_call_at(Served::start(), call, "https://elsewhere.example/api");
        let run = verify(&served, &command);
        let refused = run.stdout.contains("does not define the request of a test label");
        assert!(refused, "{call}: {run}");
        assert_eq!(sent(&served.project), (0, 0));
    }
}

#[test]
fn a_label_that_is_made_elsewhere_is_asked_for_as_on_the_network() {
    let served = with_call_at(Served::start(), "label", "https://labels.example/api");
    // The URL is unreachable, but the proxy is used for it.
    let mut served = served.with("    verify: {label: label.yaml}\n");
    let label = concat!(env!("CARGO_MANIFEST_DIR"), "/src/sandbox/label.yaml");
    std::fs::copy(label, served.project.path("label.yaml")).unwrap();
    let proxy = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = format!("http://{}", proxy.local_addr().unwrap());
    let asked = std::thread::spawn(move || {
        let mut stream = accept(&proxy);
        let asked = head(&mut stream);
        stream.write_all(b"HTTP/1.1 502 Bad Gateway\r\nContent-Length: 0\r\n\r\n").unwrap();
        asked
    });
    served.keys.push(("HTTPS_PROXY".into(), address));
    let run = verify(&served, &["kestrel-audio", "label", "--in-production"]);
    assert_eq!(run.code, 1, "{run}");
    let asked = asked.join().unwrap();
    assert!(asked.starts_with("CONNECT labels.example:443 "), "{asked}");
}

#[test]
fn a_label_whose_request_was_not_sent_is_not_in_doubt() {
    // Nothing listens there.
    let served = with_call_at(Served::start(), "label", "http://127.0.0.1:9");
    let command = ["kestrel-audio", "label", "--in-production"];
    let run = verify(&served, &command);
    assert_eq!(run.code, 1, "{run}");
    assert!(run.stdout.contains("was not made: no response: "), "{run}");
    let contract = served.project.path("contract.yaml");
    let text = std::fs::read_to_string(&contract).unwrap();
    std::fs::write(contract, text.replace("url: \"http://127.0.0.1:9\", ", "")).unwrap();
    assert_eq!(verify(&served, &command).code, 0, "it needs no --again");
    assert_eq!(sent(&served.project), (1, 0));
}

/// Waits for a connection, with a time-out.
pub(super) fn accept(listener: &TcpListener) -> TcpStream {
    listener.set_nonblocking(true).unwrap();
    let begun = Instant::now();
    loop {
        match listener.accept() {
            Ok((stream, _)) => {
                stream.set_nonblocking(false).unwrap();
                return stream;
            }
            Err(error) if error.kind() == ErrorKind::WouldBlock => {}
            Err(error) => panic!("{error}"),
        }
        assert!(begun.elapsed() < Duration::from_secs(60), "nobody connects");
        std::thread::sleep(Duration::from_millis(20));
    }
}

/// Reads the head of a request.
fn head(stream: &mut TcpStream) -> String {
    let lines = BufReader::new(stream).lines().map(Result::unwrap);
    lines.take_while(|line| !line.is_empty()).map(|line| line + "\n").collect()
}

#[cfg(unix)]
#[test]
fn an_interrupted_run_starts_nothing_more() {
    let labels = TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("http://{}", labels.local_addr().unwrap());
    let served = with_call_at(Served::start(), "label", &url);
    let mut child = Command::new(env!("CARGO_BIN_EXE_reconcile"))
        .args(["verify", "kestrel-audio", "--in-production", "--quiet", "-e", "local"])
        .current_dir(served.project.path("."))
        .envs(served.keys.iter().cloned())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    // The label is in progress, and its response arrives after the run was interrupted.
    let mut stream = accept(&labels);
    let asked = head(&mut stream);
    assert!(asked.starts_with("POST /api/labels/printshipment "), "{asked}");
    let id = child.id().to_string();
    assert!(Command::new("kill").args(["-INT", &id]).status().unwrap().success());
    let mut told = String::new();
    BufReader::new(child.stderr.as_mut().unwrap()).read_line(&mut told).unwrap();
    assert!(told.starts_with("stopping: "), "{told}");
    let body = r#"{"Success": true, "Consignments": [{"Connote": "TK100077"}]}"#;
    let length = body.len();
    write!(stream, "HTTP/1.1 200 OK\r\nContent-Length: {length}\r\n\r\n{body}").unwrap();
    let output = child.wait_with_output().unwrap();
    assert_eq!(output.status.code(), Some(1));
    let stdout = String::from_utf8(output.stdout).unwrap();
    assert_shown!(stdout, @"
    Kestrel Audio  retailers/kestrel-audio.yaml
    verified in local, reference RECONCILE-kestrel-audio-[id]
      ✓ label (proven): the label TK100077 was made
          proves that the OmniReturns key is this retailer's, and labels can be made
          does not prove that OmniRPS and the hub have the label
      ! return (not proven): the run was stopped before this step
          hint: run the same command again to continue from here
          would prove that the OmniRPS key and the exact name are right, and returns arrive
          would not prove that a hub can process the return
    ");
    let on = verify(&served, &["kestrel-audio", "--in-production", "--timeout", "0s"]);
    assert!(on.stdout.contains("OmniRPS accepted the return of TK100077"), "{on}");
}

#[test]
fn uploads_may_be_looked_up_in_a_database_beside_http() {
    let query = include_str!("../../src/systems/sql/examples/uploads.sql").replace('\n', " ");
    let served = Served::start();
    let path = served.project.path("reconcile.yaml");
    let text = std::fs::read_to_string(&path).unwrap();
    let sql = format!("omnirps: {{sql: {{url: {{env: RPS_DB}}, uploads: \"{query}\"}}, ");
    let with = text.replace("omnirps: {", &sql);
    assert_ne!(with, text);
    let without = include_str!("../../src/systems/http/contract.yaml").replace("/uploads?", "/no?");
    std::fs::write(path, with).unwrap();
    let mut served = served.with("    contract: contract.yaml\n");
    std::fs::write(served.project.path("contract.yaml"), without).unwrap();
    served.keys.push(("RPS_DB".into(), "sqlite:.reconcile/sandbox.db".into()));
    let none = verify(&served, &["granite-gear", "uploads"]);
    assert_eq!(none.code, 1, "{none}");
    assert!(none.stderr.starts_with("error: not proven for Granite Gear (uploads)"), "{none}");
    assert!(none.stdout.contains("no return of Granite Gear has arrived"), "{none}");
    served.project.run(&["sandbox", "--upload", "granite-gear"]);
    let some = verify(&served, &["granite-gear", "uploads"]);
    assert_eq!(some.code, 0, "{some}");
    assert!(some.stdout.contains("1 return has arrived"), "{some}");
    served.keys.pop();
    let missing = verify(&served, &["granite-gear", "uploads"]);
    assert!(missing.stderr.contains("the database URL of OmniRPS"), "{missing}");
}

#[test]
fn one_query_gives_the_uploads_of_the_whole_fleet() {
    let query = "select retailer_id as omnirps_id, consignment_no as connote, order_number, \
                 source, received_at, processed_at from omnirps_uploads where received_at >= {since}";
    let mut served = Served::start();
    let path = served.project.path("reconcile.yaml");
    let text = std::fs::read_to_string(&path).unwrap();
    let sql = format!("omnirps: {{sql: {{url: {{env: RPS_DB}}, uploads: \"{query}\"}}, ");
    std::fs::write(path, text.replace("omnirps: {", &sql)).unwrap();
    served.keys.push(("RPS_DB".into(), "sqlite:.reconcile/sandbox.db".into()));
    for retailer in ["granite-gear", "granite-gear", "fjord-knitwear"] {
        served.project.run(&["sandbox", "--upload", retailer]);
    }
    let run = served.run(&["uploads", "--format", "json"]);
    assert_eq!(run.code, 0, "{run}");
    let all: serde_json::Value = serde_json::from_str(&run.stdout).unwrap();
    let retailers = all["retailers"].as_array().unwrap();
    let of =
        |slug: &str| retailers.iter().find(|of| of["slug"] == slug).unwrap()["uploads"].clone();
    assert_eq!((of("granite-gear"), of("fjord-knitwear")), (2.into(), 1.into()), "{all:#}");
    let asked = served.project.run(&["sandbox", "--requests"]);
    assert!(!asked.stdout.contains("/uploads"), "no retailer was asked for over HTTP: {asked}");
    let one = verify(&served, &["granite-gear", "uploads"]);
    assert!(one.stdout.contains("2 returns have arrived"), "its own alone: {one}");

    // A row without a day makes the returns of its retailer unknown, and no other's.
    let path = served.project.path("reconcile.yaml");
    let text = std::fs::read_to_string(&path).unwrap();
    let of_fjord = "select retailer_id from omnirps_retailers where retailer_name like 'Fjord%'";
    let day = format!("iif(retailer_id = ({of_fjord}), 'soon', received_at) as received_at");
    let text = text.replace("received_at, processed_at", &format!("{day}, processed_at"));
    std::fs::write(path, text).unwrap();
    let run = served.run(&["uploads", "--format", "json"]);
    assert_eq!(run.code, 1, "{run}");
    let all: serde_json::Value = serde_json::from_str(&run.stdout).unwrap();
    let retailers = all["retailers"].as_array().unwrap();
    let unread: Vec<_> = retailers.iter().filter(|of| !of["error"].is_null()).collect();
    assert_eq!((unread.len(), &unread[0]["slug"]), (1, &"fjord-knitwear".into()), "{all:#}");
}
