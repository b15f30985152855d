//! Machines that share a store of run records: each is a clone of its own.

use crate::databases::{Bucket, PASSWORD_IN_URL, Postgres, USER};
use crate::proxy::Proxy;
use crate::support::{Project, Run, files_below};
use reconcile::System;
use reconcile::sandbox::{Effect, Faults, Options, Rule, Sandbox, Seed, key, start};
use std::path::Path;
use std::process::{Child, Command, Output, Stdio};
use std::sync::Mutex;
use std::sync::atomic::{AtomicBool, AtomicU32, Ordering};
use std::time::{Duration, Instant};
use tokio::runtime::Runtime;

const ONLY: [&str; 4] = ["--only", "brightwater-swim", "--only", "harbor-kids"];

/// Systems, a store, and as many machines as a test asks for.
struct Shared {
    runtime: Runtime,
    sandbox: Sandbox,
    store: Store,
    lease_seconds: u32,
    /// The name of the environment: a server's records outlive a test.
    environment: String,
}

/// Where the machines keep their records.
enum Store {
    Folder(tempfile::TempDir),
    Postgres(Proxy),
    S3(Proxy),
}

#[derive(Clone, Copy, Debug)]
enum Kind {
    Folder,
    Postgres,
    S3,
}

impl Store {
    fn open(kind: Kind) -> Store {
        match kind {
            Kind::Folder => Store::Folder(tempfile::tempdir().unwrap()),
            Kind::Postgres => Store::Postgres(Proxy::before(Postgres::start().port())),
            Kind::S3 => Store::S3(Proxy::before(Bucket::start().port())),
        }
    }

    /// The line of the project file.
    fn yaml(&self) -> String {
        match self {
            Store::Folder(folder) => format!("folder: \"{}\"", folder.path().display()),
            Store::Postgres(_) => "postgres: {url: {env: STATE}}".into(),
            Store::S3(proxy) => format!(
                "s3: {{bucket: {}, prefix: production/, region: us-east-1, \
                 endpoint: \"http://127.0.0.1:{}\"}}",
                Bucket::NAME,
                proxy.port()
            ),
        }
    }

    fn variables(&self) -> Vec<(&'static str, String)> {
        let mut variables = vec![("USER", "dana".to_owned())];
        match self {
            Store::Folder(_) => {}
            Store::Postgres(proxy) => variables.push((
                "STATE",
                format!("postgres://{USER}:{PASSWORD_IN_URL}@127.0.0.1:{}/postgres", proxy.port()),
            )),
            Store::S3(_) => variables.extend([
                ("AWS_ACCESS_KEY_ID", "test".to_owned()),
                ("AWS_SECRET_ACCESS_KEY", "test".to_owned()),
            ]),
        }
        variables
    }

    /// The line to the server of the store.
    fn line(&self) -> &Proxy {
        match self {
            Store::Folder(_) => panic!("a folder has no line"),
            Store::Postgres(proxy) | Store::S3(proxy) => proxy,
        }
    }
}

impl Shared {
    /// Starts systems whose writes take this long.
    fn start(kind: Kind, milliseconds: u64, lease_seconds: u32) -> Shared {
        Shared::slow(kind, &["POST", "PATCH"], milliseconds, lease_seconds)
    }

    /// Starts systems whose answers to these methods take this long.
    fn slow(kind: Kind, methods: &[&str], milliseconds: u64, lease_seconds: u32) -> Shared {
        let slow = |method: &&str| Rule {
            method: Some((*method).into()),
            ..Rule::new(Effect::Latency { ms: milliseconds })
        };
        Shared::faulty(kind, Faults(methods.iter().map(slow).collect()), lease_seconds)
    }

    /// Starts systems with these faults.
    fn faulty(kind: Kind, faults: Faults, lease_seconds: u32) -> Shared {
        static COUNT: AtomicU32 = AtomicU32::new(0);
        let runtime = Runtime::new().unwrap();
        let options = Options { seed: Seed::default(), faults, ..Options::default() };
        let sandbox = runtime.block_on(start(options)).unwrap();
        let environment = match kind {
            Kind::Folder => "live".to_owned(),
            _ => format!("live{}", COUNT.fetch_add(1, Ordering::SeqCst)),
        };
        Shared { runtime, sandbox, store: Store::open(kind), lease_seconds, environment }
    }

    /// A project with recipients of keys, whose handoffs are recorded in the store. The key of
    /// their fingerprints is in `HANDOFF`.
    fn project_with_recipients(&self) -> Project {
        let project = crate::handoff::for_loop();
        let text = std::fs::read_to_string(project.path("reconcile.yaml")).unwrap();
        let text = text.replace("sandbox", &self.environment);
        let state = format!("state: {{{}, handoff_key: {{env: HANDOFF}}}}\n", self.store.yaml());
        project.file("reconcile.yaml", &format!("{text}{state}"))
    }

    /// A fresh clone.
    fn machine(&self) -> Project {
        let environment = &self.environment;
        let mut file =
            format!("default_environment: {environment}\nenvironments:\n  {environment}:\n");
        let mut project = Project::example();
        for system in System::ALL {
            let (name, url) = (system.key(), self.sandbox.url(system));
            file.push_str(&format!("    {name}: {{url: \"{url}\", key: {{file: {name}.key}}}}\n"));
            project = project.file(&format!("{name}.key"), key(system));
        }
        file.push_str("    limits: {concurrency: 1}\n");
        let (store, lease) = (self.store.yaml(), self.lease_seconds);
        file.push_str(&format!("state: {{{store}, lease_seconds: {lease}}}\n"));
        project.file("reconcile.yaml", &file)
    }

    /// Runs a command on a machine.
    fn run(&self, machine: &Project, arguments: &[&str]) -> Run {
        let variables = self.store.variables();
        let variables: Vec<(&str, &str)> =
            variables.iter().map(|(name, value)| (*name, value.as_str())).collect();
        machine.run_with(arguments, &variables)
    }

    fn apply(&self, machine: &Project) -> Run {
        self.run(machine, &[&["apply", "--yes"], &ONLY[..]].concat())
    }

    /// Starts an apply on a machine.
    fn spawn(&self, machine: &Project) -> Child {
        Command::new(env!("CARGO_BIN_EXE_reconcile"))
            .args(["apply", "--yes"])
            .args(ONLY)
            .current_dir(machine.path("."))
            .env_clear()
            .envs(self.store.variables())
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap()
    }

    /// The runs in this environment, newest first, as a machine sees them.
    fn runs(&self, machine: &Project) -> Vec<serde_json::Value> {
        let history = self.run(machine, &["history", "--format", "json"]);
        assert_eq!(history.code, 0, "{history}");
        let json: serde_json::Value = serde_json::from_str(&history.stdout).unwrap();
        // Other tests may use the same store, each with an environment of its own.
        let runs = json["runs"].as_array().unwrap().iter();
        runs.filter(|run| run["environment"] == *self.environment).cloned().collect()
    }

    /// How many writes have had their effect.
    fn writes(&self) -> usize {
        self.sandbox.store().requests().unwrap().iter().filter(|request| request.effect).count()
    }

    /// Waits until a machine has written so much.
    fn wait_for(&self, writes: usize) {
        let start = Instant::now();
        while self.writes() < writes {
            assert!(start.elapsed() < Duration::from_secs(60), "{writes} writes do not come");
            std::thread::sleep(Duration::from_millis(2));
        }
    }

    /// Applies as soon as the lease of a dead run is over; returns how long that took.
    fn apply_when_free(&self, machine: &Project) -> Duration {
        let start = Instant::now();
        loop {
            let run = self.apply(machine);
            if run.code == 0 {
                return start.elapsed();
            }
            let is_held = run.code == 1 && run.stderr.contains("another run holds");
            // A machine that is too busy to renew a short lease stops by itself.
            let is_late = run.code == 4 && run.stderr.contains("could not be renewed in time");
            assert!((is_held || is_late) && start.elapsed() < Duration::from_secs(60), "{run}");
            std::thread::sleep(Duration::from_millis(100));
        }
    }
}

impl Drop for Shared {
    fn drop(&mut self) {
        // What is left ends with the runtime.
        let _ = &self.runtime;
    }
}

/// How often the cases run that are about chance: more with `RECONCILE_LONG=1`.
fn rounds(short: usize, long: usize) -> usize {
    if std::env::var("RECONCILE_LONG").is_ok_and(|value| value == "1") { long } else { short }
}

/// Runs the rounds of a case, as many at once as a small machine renews short leases for.
fn at_once<T: Send>(rounds: impl IntoIterator<Item = T>, case: impl Fn(T) + Sync) {
    const AT_ONCE: usize = 3;
    let mut rounds = rounds.into_iter().peekable();
    while rounds.peek().is_some() {
        std::thread::scope(|scope| {
            let case = &case;
            let running: Vec<_> = rounds
                .by_ref()
                .take(AT_ONCE)
                .map(|round| scope.spawn(move || case(round)))
                .collect();
            running.into_iter().for_each(|thread| thread.join().unwrap());
        });
    }
}

fn signal(child: &Child, name: &str) {
    let status = Command::new("kill").args([name, &child.id().to_string()]).status().unwrap();
    assert!(status.success());
}

fn stderr(output: &Output) -> String {
    String::from_utf8_lossy(&output.stderr).into_owned()
}

/// The run that a refusal names.
fn named_run(stderr: &str) -> String {
    let (_, after) = stderr.split_once("reconcile unlock ").unwrap();
    after.trim_end().trim_end_matches('`').to_owned()
}

/// Runs a case on each store that is a server; ignored where none is.
macro_rules! on_each_server {
    ($($case:ident),* $(,)?) => {
        mod postgres {
            $(#[test] #[ignore = "needs PostgreSQL"] fn $case() {
                super::$case(super::Kind::Postgres);
            })*
        }
        mod s3 {
            $(#[test] #[ignore = "needs moto's server"] fn $case() {
                super::$case(super::Kind::S3);
            })*
        }
    };
}

/// Runs a case on each store.
macro_rules! on_each_store {
    ($($case:ident),* $(,)?) => {
        mod folder {
            $(#[test] fn $case() { super::$case(super::Kind::Folder); })*
        }
        on_each_server!($($case),*);
    };
}

mod losses;
mod outside;
mod rights;
mod unlocked;

on_each_store!(
    what_one_machine_did_another_knows,
    of_two_that_apply_at_once_one_does,
    a_killed_run_keeps_others_out_until_its_lease_is_over_or_unlocked,
    a_run_that_is_killed_at_any_record_is_continued_elsewhere,
    a_run_that_was_stopped_past_its_lease_writes_nothing_more,
    a_run_whose_lease_was_ended_starts_nothing,
    a_run_whose_lease_was_ended_before_its_journal_began_writes_nothing,
    a_test_of_a_label_is_continued_elsewhere,
);

fn what_one_machine_did_another_knows(kind: Kind) {
    let shared = Shared::start(kind, 0, 60);
    let (one, two) = (shared.machine(), shared.machine());
    let run = shared.apply(&one);
    assert_eq!(run.code, 0, "{run}");
    let own = shared.runs(&two);
    assert_eq!(own.len(), 1, "{own:?}");
    assert_eq!(own[0]["totals"]["applied"], 5, "{own:?}");
    assert_eq!(own[0]["state"], "complete");
    let back = shared.run(&two, &["rollback", own[0]["run_id"].as_str().unwrap()]);
    assert_eq!(back.code, 0, "{back}");
    let again = shared.apply(&two);
    assert_eq!((again.code, shared.writes()), (0, 5), "{again}");
    let doctor = shared.run(&two, &["doctor"]);
    assert!(doctor.stdout.contains("ok, shared; rejects outdated writes"), "{doctor}");
    for project in [&one, &two] {
        assert!(!project.path(".reconcile/runs").exists(), "nothing is kept on the machine");
    }
}

#[expect(clippy::print_stdout, reason = "the figures are the result")]
fn of_two_that_apply_at_once_one_does(kind: Kind) {
    let (mut twins, mut both) = (0, 0);
    let all = rounds(3, 50);
    for round in 0..all {
        let shared = Shared::start(kind, 40, 60);
        if let Store::Postgres(line) | Store::S3(line) = &shared.store {
            // There and back.
            line.delay(20);
        }
        let (one, two) = (shared.machine(), shared.machine());
        let running = [shared.spawn(&one), shared.spawn(&two)];
        let ended: Vec<Output> =
            running.into_iter().map(|child| child.wait_with_output().unwrap()).collect();
        let codes: Vec<_> = ended.iter().map(|output| output.status.code()).collect();
        assert!(codes.contains(&Some(0)), "round {round}: {codes:?} {ended:?}");
        for output in &ended {
            let refused = output.status.code() == Some(1)
                && stderr(output).contains(&format!("another run holds `{}`", shared.environment));
            assert!(output.status.code() == Some(0) || refused, "round {round}: {ended:?}");
        }
        twins += usize::from(shared.writes() != 5);
        // The second began when the first had ended.
        both += usize::from(codes == [Some(0), Some(0)]);
    }
    println!("{kind:?}: {all} races, {twins} with twins, {both} one after the other");
    assert_eq!(twins, 0);
}

fn a_killed_run_keeps_others_out_until_its_lease_is_over_or_unlocked(kind: Kind) {
    let shared = Shared::start(kind, 150, 60);
    let (one, two) = (shared.machine(), shared.machine());
    let mut killed = shared.spawn(&one);
    shared.wait_for(2);
    killed.kill().unwrap();
    killed.wait().unwrap();
    let refused = shared.apply(&two);
    assert_eq!(refused.code, 1, "{refused}");
    let holds = format!("another run holds `{}`", shared.environment);
    assert!(refused.stderr.contains(&holds), "{refused}");
    assert!(refused.stderr.contains("started by dana on "), "{refused}");
    assert!(refused.stderr.contains("its lease ends at 20"), "{refused}");
    let run = named_run(&refused.stderr);
    assert_eq!(shared.run(&two, &["unlock", "no-such-run"]).code, 1);
    let unlocked = shared.run(&two, &["unlock", &run]);
    assert_eq!(unlocked.code, 0, "{unlocked}");
    assert!(unlocked.stdout.contains(&run), "{unlocked}");
    let again = shared.apply(&two);
    assert_eq!(again.code, 0, "{again}");
    assert_eq!(shared.writes(), 5, "nothing is done twice");
    let plan = shared.run(&two, &[&["plan", "--detailed-exitcode"], &ONLY[..]].concat());
    assert_eq!(plan.code, 0, "{plan}");
}

/// Kills a run right after each of its records in turn, before it hears of that; the next run
/// is on another machine.
#[expect(clippy::print_stdout, reason = "the figures are the result")]
fn a_run_that_is_killed_at_any_record_is_continued_elsewhere(kind: Kind) {
    let times = Mutex::new(Vec::new());
    let has_ended = AtomicBool::new(false);
    let rounds = (0..).take_while(|_| !has_ended.load(Ordering::SeqCst));
    at_once(rounds, |record| match killed_at(kind, record) {
        Some(took) => times.lock().unwrap().push(took),
        None => has_ended.store(true, Ordering::SeqCst),
    });
    let times = times.into_inner().unwrap();
    let longest = times.iter().max().unwrap();
    println!("{kind:?}: killed at each of {} records, continued within {longest:?}", times.len());
    assert!(times.len() >= 8, "lease, begin, five starts, end: {}", times.len());
}

/// Returns how long the next run took; `None` where the run came to its end before.
fn killed_at(kind: Kind, record: usize) -> Option<Duration> {
    let shared = Shared::start(kind, 10, 2);
    let (one, two) = (shared.machine(), shared.machine());
    let records = || match &shared.store {
        // The lines of its journal.
        Store::Folder(folder) => files_below(folder.path())
            .iter()
            .filter(|path| path.extension().is_some_and(|extension| extension == "jsonl"))
            .map(|path| std::fs::read_to_string(path).unwrap_or_default().lines().count())
            .sum(),
        // All that it writes: lease, journal, what it was continued from.
        Store::Postgres(line) | Store::S3(line) => record + usize::from(line.is_held()),
    };
    if let Store::Postgres(line) | Store::S3(line) = &shared.store {
        line.hold(&["insert into reconcile.", "update reconcile.", "PUT /records/"], record);
    }
    let mut child = shared.spawn(&one);
    while records() <= record && child.try_wait().unwrap().is_none() {
        std::thread::sleep(Duration::from_millis(1));
    }
    let _ = child.kill();
    if child.wait().unwrap().success() {
        return None;
    }
    let took = shared.apply_when_free(&two);
    assert_eq!(shared.writes(), 5, "killed at {record}: nothing is done twice");
    let plan = shared.run(&two, &[&["plan", "--detailed-exitcode"], &ONLY[..]].concat());
    assert_eq!(plan.code, 0, "killed at {record}: {plan}");
    Some(took)
}

#[expect(clippy::print_stdout, reason = "the figures are the result")]
fn a_run_that_was_stopped_past_its_lease_writes_nothing_more(kind: Kind) {
    let all = rounds(3, 20);
    let late = AtomicU32::new(0);
    at_once(0..all, |round| {
        while !stopped_after(kind, 1 + round % 4) {
            assert!(late.fetch_add(1, Ordering::SeqCst) < 10, "no run renews its lease in time");
        }
    });
    let late = late.into_inner();
    println!(
        "{kind:?}: {all} runs stopped past their leases, 0 writes afterwards; {late} too late"
    );
}

/// Stops a run after so many writes. Returns `false` where the machine was too busy to renew a
/// short lease until then, so that the run has stopped by itself.
fn stopped_after(kind: Kind, writes: usize) -> bool {
    let shared = Shared::start(kind, 60, 2);
    let (one, two) = (shared.machine(), shared.machine());
    let mut stopped = shared.spawn(&one);
    while shared.writes() < writes {
        if stopped.try_wait().unwrap().is_some() {
            let output = stopped.wait_with_output().unwrap();
            let is_late = stderr(&output).contains("could not be renewed in time");
            assert!(output.status.code() == Some(4) && is_late, "{}", stderr(&output));
            return false;
        }
        std::thread::sleep(Duration::from_millis(2));
    }
    signal(&stopped, "-STOP");
    // A request that had left before may still land.
    shared.apply_when_free(&two);
    let before = shared.writes();
    assert_eq!(before, 5, "stopped after {writes}");
    signal(&stopped, "-CONT");
    let output = stopped.wait_with_output().unwrap();
    let (code, text) = (output.status.code(), stderr(&output));
    assert_eq!(shared.writes(), before, "stopped after {writes}: {text}");
    // It may have been at its end already.
    assert!(code == Some(4) || writes == 4, "stopped after {writes}: {code:?}: {text}");
    let is_named = text.contains("is now held by the run 20") && text.contains(" applied for ");
    assert!(code != Some(4) || is_named, "{text}");
    true
}

fn a_run_whose_lease_was_ended_starts_nothing(kind: Kind) {
    at_once(1..=2, |writes| {
        let shared = Shared::start(kind, 100, 60);
        let (one, two) = (shared.machine(), shared.machine());
        let running = shared.spawn(&one);
        shared.wait_for(writes);
        // It may not come to its end before its lease is ended.
        signal(&running, "-STOP");
        let run = named_run(&shared.apply(&two).stderr);
        assert_eq!(shared.run(&two, &["unlock", &run]).code, 0);
        let seen = shared.writes();
        signal(&running, "-CONT");
        let output = running.wait_with_output().unwrap();
        assert_eq!(output.status.code(), Some(4), "{}", stderr(&output));
        assert!(stderr(&output).contains("ended with `reconcile unlock`"), "{}", stderr(&output));
        // A start that was recorded before may still be sent: the lease has not run out.
        assert!(shared.writes() <= seen + 1, "{seen}, then {}", shared.writes());
        assert_eq!(shared.apply(&two).code, 0);
        assert_eq!(shared.writes(), 5);
    });
}

fn a_run_whose_lease_was_ended_before_its_journal_began_writes_nothing(kind: Kind) {
    let shared = Shared::slow(kind, &["GET"], 300, 60);
    let (one, two) = (shared.machine(), shared.machine());
    let running = shared.spawn(&one);
    let start = Instant::now();
    // It has its lease, and reads the systems.
    while shared.sandbox.store().requests().unwrap().is_empty() {
        assert!(start.elapsed() < Duration::from_secs(60), "it does not read the systems");
        std::thread::sleep(Duration::from_millis(5));
    }
    signal(&running, "-STOP");
    let run = named_run(&shared.apply(&two).stderr);
    assert_eq!(shared.run(&two, &["unlock", &run]).code, 0);
    signal(&running, "-CONT");
    let output = running.wait_with_output().unwrap();
    let text = stderr(&output);
    assert_eq!((output.status.code(), shared.writes()), (Some(4), 0), "{text}");
    assert!(text.contains("ended with `reconcile unlock`"), "{text}");
    assert!(text.contains("the next run performs the remaining actions"), "{text}");
}

fn a_test_of_a_label_is_continued_elsewhere(kind: Kind) {
    let shared = Shared::start(kind, 0, 60);
    let (one, two) = (shared.machine(), shared.machine());
    let verify = ["verify", "kestrel-audio", "--in-production", "--timeout", "1s"];
    let first = shared.run(&one, &verify);
    assert!(first.stdout.contains("label"), "{first}");
    let labels = || {
        let requests = shared.sandbox.store().requests().unwrap();
        requests.iter().filter(|request| request.path.contains("label")).count()
    };
    assert_eq!(labels(), 1, "{first}");
    let second = shared.run(&two, &verify);
    assert_eq!(labels(), 1, "{second}");
    assert!(!one.path(".reconcile/probes").exists(), "nothing is kept on the machine");
}
