//! How long a plan and an apply of a large fleet take, and how much memory.
//!
//! `cargo bench --bench fleet` runs it for 20,000 retailers of which one in twenty differs;
//! other numbers can be given: `cargo bench --bench fleet -- 100000 1`. The sandbox runs in
//! this process and the binary in its own, so the memory is the binary's alone.

#![expect(clippy::unwrap_used, clippy::print_stdout, reason = "it prints, and fails by panicking")]

use futures_util::{StreamExt, stream};
use reconcile::System;
use reconcile::sandbox::{Options, Sandbox, Seed, key, start};
use std::fmt::Write;
use std::path::Path;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

/// The fleet that the design has in mind.
const RETAILERS: usize = 20_000;

/// One retailer of so many differs from what is declared.
const ONE_DIFFERS_IN: usize = 20;

fn main() {
    let mut numbers = std::env::args().filter_map(|argument| argument.parse().ok());
    let retailers = numbers.next().unwrap_or(RETAILERS);
    let one_differs_in = numbers.next().unwrap_or(ONE_DIFFERS_IN);
    let runtime = tokio::runtime::Runtime::new().unwrap();
    let folder = tempfile::tempdir().unwrap();
    let sandbox = runtime.block_on(start(Options {
        seed: Seed::from_yaml(&seed(retailers, one_differs_in)).unwrap(),
        ..Options::default()
    }));
    let sandbox = sandbox.unwrap();
    project(folder.path(), retailers, &sandbox);

    let started = Instant::now();
    let reads = runtime.block_on(fetch_all(&sandbox, retailers));
    println!("{retailers} retailers, one in {one_differs_in} differs");
    println!("bare client, the same {reads} pages: {:.2?}", started.elapsed());
    for (what, arguments) in [
        ("validate", &["validate"][..]),
        ("plan", &["plan", "--format", "json"]),
        ("apply", &["apply", "--yes", "--quiet", "--force"]),
        ("plan, in sync", &["plan", "--detailed-exitcode"]),
    ] {
        let (elapsed, peak) = measure(folder.path(), arguments);
        println!("{what}: {elapsed:.2?}, peak memory {} MB", peak / 1000);
    }
}

fn seed(retailers: usize, one_differs_in: usize) -> String {
    let mut companies = "Companies: [{CompanyId: 7, CompanyName: Loop}]\n".to_owned();
    let (mut omniparcel, mut omnirps, mut omnireturns) =
        ("OmniParcel:\n".to_owned(), "OmniRPS:\n".to_owned(), "OmniReturns:\n".to_owned());
    for number in 0..retailers {
        let enabled = !number.is_multiple_of(one_differs_in);
        writeln!(omniparcel, "- {{AccountName: Retailer {number}}}").unwrap();
        writeln!(
            omnirps,
            "- {{RetailerName: Retailer {number}, TrackingWebhook: {{Enabled: {enabled}, \
             Url: 'https://api.loopreturns.com/hook/v1/seko/update'}}}}"
        )
        .unwrap();
        writeln!(
            omnireturns,
            "- {{RetailerName: Retailer {number}, CompanyId: 7, OmniRPSRetailerId: {}}}",
            number + 1
        )
        .unwrap();
    }
    companies.push_str(&omniparcel);
    companies.push_str(&omnirps);
    companies.push_str(&omnireturns);
    companies
}

fn project(folder: &Path, retailers: usize, sandbox: &Sandbox) {
    std::fs::create_dir(folder.join("retailers")).unwrap();
    for number in 0..retailers {
        let file = format!(
            "retailer: Retailer {number}\njourney: new\naccount_manager: Dana Reyes\nmilestones:\n  \
             introduced: 2026-01-05\n  documents_completed: 2026-01-12\n  keys_supplied: 2026-01-14\n"
        );
        std::fs::write(folder.join(format!("retailers/retailer-{number}.yaml")), file).unwrap();
    }
    let mut file = "default_environment: bench\nenvironments:\n  bench:\n".to_owned();
    for system in System::ALL {
        let name = system.key();
        writeln!(
            file,
            "    {name}: {{url: \"{}\", key: {{file: {name}.key}}}}",
            sandbox.url(system)
        )
        .unwrap();
        std::fs::write(folder.join(format!("{name}.key")), key(system)).unwrap();
    }
    file.push_str("    limits: {requests_per_second: 10000}\n");
    std::fs::write(folder.join("reconcile.yaml"), file).unwrap();
}

/// Fetches every page as a client without any further purpose would.
async fn fetch_all(sandbox: &Sandbox, retailers: usize) -> usize {
    // A second installation is refused and of no account.
    let _ = rustls::crypto::ring::default_provider().install_default();
    let client = reqwest::Client::builder().no_proxy().tls_certs_only(std::iter::empty()).build();
    let client = client.unwrap();
    let pages: Vec<(System, String)> = System::ALL
        .iter()
        .flat_map(|&system| {
            let path = if system == System::Omniparcel { "accounts" } else { "retailers" };
            let url = sandbox.url(system);
            (1..=retailers.div_ceil(200))
                .map(move |page| (system, format!("{url}/admin/{path}?Page={page}&PageSize=200")))
        })
        .collect();
    let count = pages.len();
    stream::iter(pages)
        .for_each_concurrent(48, |(system, url)| {
            let header = if system == System::Omnirps { "Token" } else { "access_key" };
            let request = client.get(url).header(header, key(system));
            async move {
                request.send().await.unwrap().bytes().await.unwrap();
            }
        })
        .await;
    count
}

/// Runs the binary; returns how long it took and its peak memory in kB.
fn measure(folder: &Path, arguments: &[&str]) -> (Duration, u64) {
    let started = Instant::now();
    let mut child = Command::new(env!("CARGO_BIN_EXE_reconcile"))
        .args(arguments)
        .current_dir(folder)
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .spawn()
        .unwrap();
    let status = format!("/proc/{}/status", child.id());
    let mut peak = 0;
    loop {
        let now = std::fs::read_to_string(&status).unwrap_or_default();
        let line = now.lines().find_map(|line| line.strip_prefix("VmHWM:"));
        let number = line.and_then(|line| line.split_whitespace().next()?.parse().ok());
        peak = peak.max(number.unwrap_or(0));
        if let Some(status) = child.try_wait().unwrap() {
            assert_eq!(status.code(), Some(0), "{arguments:?}");
            return (started.elapsed(), peak);
        }
        std::thread::sleep(Duration::from_millis(5));
    }
}
