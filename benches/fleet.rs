//! Measures the cost of a run over a large fleet compared with a bare client.
//!
//! `cargo bench --bench fleet` prints, for 1,000 and 10,000 retailers, the wall time, the
//! processor time and the peak memory of each command, and their ratios to a bare client that
//! reads the same files with `serde_yaml` and fetches the same pages. Other numbers of
//! retailers can be given: `cargo bench --bench fleet -- 100000`. Five of a hundred retailers
//! differ from their files.
//!
//! This process serves pages recorded from the sandbox; the bare client and `reconcile` run in
//! processes of their own. Each figure is the median of several runs, each paired with one of
//! the bare client.

#![expect(clippy::unwrap_used, clippy::print_stdout, reason = "it prints, and fails by panicking")]

use axum::Router;
use axum::extract::{Request, State};
use axum::http::StatusCode;
use axum::response::IntoResponse;
use futures_util::{StreamExt, stream};
use reconcile::System;
use reconcile::sandbox::{Options, Sandbox, Seed, key, start};
use serde::Deserialize;
use std::collections::BTreeMap;
use std::fmt::Write;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::Arc;
use std::time::{Duration, Instant};

/// The default fleet sizes.
const FLEETS: [usize; 2] = [1_000, 10_000];

/// One in this many retailers differs from its declaration.
const ONE_DIFFERS_IN: usize = 20;

/// The number of records per page: the largest page of the built-in contract.
const PAGE_SIZE: usize = 200;

/// The number of concurrent requests of the bare client per system, the same as in `reconcile`.
const CONCURRENCY: usize = 16;

/// The number of measurements per command.
const RUNS: usize = 7;

fn main() {
    let arguments: Vec<String> = std::env::args().collect();
    if let [_, word, folder, address] = arguments.as_slice()
        && word == "--bare"
    {
        return bare(Path::new(folder), address);
    }
    let latency = arguments.iter().position(|word| word == "--latency");
    let latency = latency.map_or(0, |at| arguments[at + 1].parse().unwrap());
    let numbers = arguments.iter().take_while(|word| *word != "--latency");
    let mut fleets: Vec<usize> = numbers.filter_map(|argument| argument.parse().ok()).collect();
    if fleets.is_empty() {
        fleets.extend(FLEETS);
    }
    let runtime = tokio::runtime::Runtime::new().unwrap();
    for retailers in fleets {
        fleet(&runtime, retailers, Duration::from_millis(latency));
    }
}

fn fleet(runtime: &tokio::runtime::Runtime, retailers: usize, latency: Duration) {
    let folder = tempfile::tempdir().unwrap();
    let address = runtime.block_on(async {
        let sandbox = start(Options {
            seed: Seed::from_yaml(&seed(retailers)).unwrap(),
            ..Options::default()
        });
        let sandbox = sandbox.await.unwrap();
        let pages = record(&sandbox, retailers).await;
        sandbox.stop().await;
        replay(pages, latency).await
    });
    project(folder.path(), retailers, &address);
    let git = |arguments: &[&str]| {
        let run = Command::new("git").args(arguments).current_dir(folder.path()).output().unwrap();
        assert!(run.status.success(), "{run:?}");
    };
    git(&["init", "--quiet"]);
    git(&["add", "."]);
    let me = ["-c", "user.name=bench", "-c", "user.email=bench@example.org"];
    git(&[&me[..], &["commit", "--quiet", "--message", "all"]].concat());

    println!("{retailers} retailers, one in {ONE_DIFFERS_IN} differs, answers take {latency:?}");
    println!("| command | wall | ratio | processor | ratio | memory |");
    println!("|---|---|---|---|---|---|");
    let bare: [&str; 3] = ["--bare", folder.path().to_str().unwrap(), &address];
    let myself = std::env::current_exe().unwrap();
    let tool = PathBuf::from(env!("CARGO_BIN_EXE_reconcile"));
    let pull_request: &[&str] = &["plan", "--base", "HEAD", "--format", "json"];
    let commands: [(&str, &[&str]); 6] = [
        ("validate", &["validate"]),
        ("plan", &["plan", "--format", "json"]),
        ("drift", &["drift", "--format", "json"]),
        ("status", &["status", "--format", "json"]),
        ("plan --base, one file", pull_request),
        ("explain", &["explain", "retailer-7"]),
    ];
    let mut shown_bare = false;
    for (what, arguments) in commands {
        if arguments == pull_request {
            let file = folder.path().join("retailers/retailer-0.yaml");
            let text = fs::read_to_string(&file).unwrap();
            fs::write(&file, format!("{text}notes: changed\n")).unwrap();
        }
        let mut pairs = Vec::new();
        for _ in 0..RUNS {
            let floor = measure(&myself, &bare, folder.path());
            pairs.push((measure(&tool, arguments, folder.path()), floor));
        }
        if !shown_bare {
            shown_bare = true;
            let floor = |of: fn(&Cost) -> f64| median(pairs.iter().map(|(_, bare)| of(bare)));
            println!(
                "| bare client | {:.3} s | 1 | {:.3} s | 1 | {:.0} MB |",
                floor(|cost| cost.wall),
                floor(|cost| cost.processor),
                floor(|cost| cost.memory)
            );
        }
        let cost = |of: fn(&Cost) -> f64| median(pairs.iter().map(|(cost, _)| of(cost)));
        let ratio =
            |of: fn(&Cost) -> f64| median(pairs.iter().map(|(cost, bare)| of(cost) / of(bare)));
        println!(
            "| {what} | {:.3} s | {:.2} | {:.3} s | {:.2} | {:.0} MB |",
            cost(|cost| cost.wall),
            ratio(|cost| cost.wall),
            cost(|cost| cost.processor),
            ratio(|cost| cost.processor),
            cost(|cost| cost.memory)
        );
    }
    println!();
}

fn median(figures: impl Iterator<Item = f64>) -> f64 {
    let mut figures: Vec<f64> = figures.collect();
    figures.sort_by(f64::total_cmp);
    figures[figures.len() / 2]
}

fn seed(retailers: usize) -> String {
    let mut text = "Companies: [{CompanyId: 7, CompanyName: Loop}]\n".to_owned();
    text.push_str("OmniParcel:\n");
    for number in 0..retailers {
        writeln!(text, "- {{AccountName: Retailer {number}}}").unwrap();
    }
    text.push_str("OmniRPS:\n");
    for number in 0..retailers {
        let enabled = !number.is_multiple_of(ONE_DIFFERS_IN);
        writeln!(
            text,
            "- {{RetailerName: Retailer {number}, TrackingWebhook: {{Enabled: {enabled}, \
             Url: 'https://api.loopreturns.com/hook/v1/seko/update'}}}}"
        )
        .unwrap();
    }
    text.push_str("OmniReturns:\n");
    for number in 0..retailers {
        writeln!(
            text,
            "- {{RetailerName: Retailer {number}, CompanyId: 7, OmniRPSRetailerId: {}}}",
            number + 1
        )
        .unwrap();
    }
    text
}

/// Returns all paths that the systems are asked for, with the system.
fn paths(retailers: usize) -> Vec<(System, String)> {
    let lists = System::ALL.into_iter().flat_map(|system| {
        let path = if system == System::Omniparcel { "accounts" } else { "retailers" };
        (1..=retailers.div_ceil(PAGE_SIZE))
            .map(move |page| (system, format!("/admin/{path}?Page={page}&PageSize={PAGE_SIZE}")))
    });
    lists.chain([(System::Omnireturns, "/admin/companies".to_owned())]).collect()
}

fn header(system: System) -> &'static str {
    if system == System::Omnirps { "Token" } else { "access_key" }
}

fn client() -> reqwest::Client {
    // A second installation is rejected, and the first one stays in use.
    let _ = rustls::crypto::ring::default_provider().install_default();
    let client = reqwest::Client::builder().no_proxy().tls_certs_only(std::iter::empty()).build();
    client.unwrap()
}

/// Records the responses of the sandbox, by system and path.
async fn record(sandbox: &Sandbox, retailers: usize) -> Pages {
    let client = client();
    let mut pages = Pages::new();
    let single = ["/admin/retailers/1", "/admin/accounts/1"].map(str::to_owned);
    let single = System::ALL.into_iter().flat_map(|system| {
        single.iter().map(move |path| (system, path.clone())).collect::<Vec<_>>()
    });
    for (system, path) in paths(retailers).into_iter().chain(single) {
        let url = format!("{}{path}", sandbox.url(system));
        let answer = client.get(url).header(header(system), key(system)).send().await.unwrap();
        if answer.status().is_success() {
            let at = format!("/{}{path}", system.key());
            pages.insert(at, answer.bytes().await.unwrap().to_vec());
        }
    }
    pages
}

type Pages = BTreeMap<String, Vec<u8>>;

/// Serves these pages with a latency, until the process ends.
async fn replay(pages: Pages, latency: Duration) -> String {
    async fn answer(
        State((pages, latency)): State<(Arc<Pages>, Duration)>,
        request: Request,
    ) -> impl IntoResponse {
        if !latency.is_zero() {
            tokio::time::sleep(latency).await;
        }
        let at = request.uri().path_and_query().map_or("", |at| at.as_str());
        match pages.get(at) {
            Some(page) => (StatusCode::OK, [("content-type", "application/json")], page.clone())
                .into_response(),
            None => (StatusCode::NOT_FOUND, "{}").into_response(),
        }
    }
    let router = Router::new().fallback(answer).with_state((Arc::new(pages), latency));
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = format!("http://{}", listener.local_addr().unwrap());
    tokio::spawn(async move { axum::serve(listener, router).await });
    address
}

fn project(folder: &Path, retailers: usize, address: &str) {
    fs::create_dir(folder.join("retailers")).unwrap();
    for number in 0..retailers {
        let id = number + 1;
        let file = format!(
            "retailer: Retailer {number}\njourney: new\naccount_manager: Dana Reyes\nids:\n  \
             omniparcel: {id}\n  omnireturns: {id}\n  omnirps: {id}\nmilestones:\n  introduced: \
             2026-01-05\n  documents_completed: 2026-01-12\n  keys_supplied: 2026-01-14\n"
        );
        fs::write(folder.join(format!("retailers/retailer-{number}.yaml")), file).unwrap();
    }
    let mut file = "default_environment: bench\nenvironments:\n  bench:\n".to_owned();
    for system in System::ALL {
        let name = system.key();
        writeln!(file, "    {name}: {{url: \"{address}/{name}\", key: {{file: {name}.key}}}}")
            .unwrap();
        fs::write(folder.join(format!("{name}.key")), key(system)).unwrap();
    }
    file.push_str("    limits: {requests_per_second: 10000}\n");
    fs::write(folder.join("reconcile.yaml"), file).unwrap();
}

/// The fields of a retailer file that the bare client reads.
#[derive(Deserialize)]
#[expect(dead_code, reason = "it is read, and nothing is done with it")]
struct Retailer {
    retailer: String,
    journey: String,
    account_manager: Option<String>,
    ids: BTreeMap<String, u64>,
    milestones: BTreeMap<String, String>,
}

/// Reads all files on all cores while all pages are fetched, and discards them.
fn bare(folder: &Path, address: &str) {
    let retailers = fs::read_dir(folder.join("retailers")).unwrap();
    let files: Vec<PathBuf> = retailers.map(|entry| entry.unwrap().path()).collect();
    let pages = paths(files.len());
    let threads = std::thread::available_parallelism().map_or(1, usize::from);
    std::thread::scope(|scope| {
        for part in files.chunks(files.len().div_ceil(threads)) {
            scope.spawn(move || {
                for file in part {
                    let text = fs::read_to_string(file).unwrap();
                    let retailer: Retailer = serde_yaml::from_str(&text).unwrap();
                    assert!(!retailer.retailer.is_empty());
                }
            });
        }
        scope.spawn(|| {
            let runtime = tokio::runtime::Runtime::new().unwrap();
            let client = client();
            let fetch = |(system, path): (System, String)| {
                let url = format!("{address}/{}{path}", system.key());
                let request = client.get(url).header(header(system), key(system));
                async move {
                    let answer = request.send().await.unwrap();
                    assert!(answer.status().is_success());
                    answer.bytes().await.unwrap();
                }
            };
            let fetched =
                stream::iter(pages).for_each_concurrent(CONCURRENCY * System::ALL.len(), fetch);
            runtime.block_on(fetched);
        });
    });
}

/// The cost of a run: wall seconds, processor seconds, and peak megabytes.
struct Cost {
    wall: f64,
    processor: f64,
    memory: f64,
}

/// Runs a program and measures it with Linux's `/proc`.
fn measure(program: &Path, arguments: &[&str], folder: &Path) -> Cost {
    let before = children();
    let started = Instant::now();
    let mut child = Command::new(program)
        .args(arguments)
        .current_dir(folder)
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .spawn()
        .unwrap();
    let status = format!("/proc/{}/status", child.id());
    let mut peak = 0.0_f64;
    loop {
        let now = fs::read_to_string(&status).unwrap_or_default();
        let line = now.lines().find_map(|line| line.strip_prefix("VmHWM:"));
        let number = line.and_then(|line| line.split_whitespace().next()?.parse().ok());
        peak = peak.max(number.unwrap_or(0.0));
        if let Some(status) = child.try_wait().unwrap() {
            let wall = started.elapsed().as_secs_f64();
            // Drift exits with 2.
            assert!(matches!(status.code(), Some(0 | 2)), "{arguments:?}: {status}");
            let processor = (children() - before) as f64 / TICKS_PER_SECOND;
            return Cost {
                wall,
                processor: processor.max(1.0 / TICKS_PER_SECOND),
                memory: peak / 1000.0,
            };
        }
        std::thread::sleep(Duration::from_millis(1));
    }
}

/// The unit of the times in `/proc`, on all current architectures of Linux.
const TICKS_PER_SECOND: f64 = 100.0;

/// Returns the processor time of all children that have ended, in ticks.
fn children() -> u64 {
    let stat = fs::read_to_string("/proc/self/stat").unwrap();
    let after_name = stat.rsplit_once(')').unwrap().1;
    let fields: Vec<&str> = after_name.split_whitespace().collect();
    // Fields 16 and 17 of proc_pid_stat(5): the third comes first here.
    fields[13].parse::<u64>().unwrap() + fields[14].parse::<u64>().unwrap()
}
