//! Machines that share a store of run records: each is a clone of its own.

use crate::databases::{Bucket, PASSWORD_IN_URL, Postgres, USER};
use crate::proxy::Proxy;
use crate::support::{Project, Run};
use reconcile::System;
use reconcile::sandbox::{Effect, Faults, Options, Rule, Sandbox, Seed, key, start};
use std::path::Path;
use std::process::{Child, Command, Output, Stdio};
use std::sync::atomic::{AtomicU32, Ordering};
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
            Kind::Postgres => {
                Store::Postgres(Proxy::before(Postgres::start().expect("PostgreSQL").port()))
            }
            Kind::S3 => Store::S3(Proxy::before(Bucket::start().expect("moto_server").port())),
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
        static COUNT: AtomicU32 = AtomicU32::new(0);
        let runtime = Runtime::new().unwrap();
        let slow = |method: &str| Rule {
            method: Some(method.into()),
            ..Rule::new(Effect::Latency { ms: milliseconds })
        };
        let faults = Faults(vec![slow("POST"), slow("PATCH")]);
        let options = Options { seed: Seed::default(), faults, ..Options::default() };
        let sandbox = runtime.block_on(start(options)).unwrap();
        let environment = match kind {
            Kind::Folder => "live".to_owned(),
            _ => format!("live{}", COUNT.fetch_add(1, Ordering::SeqCst)),
        };
        Shared { runtime, sandbox, store: Store::open(kind), lease_seconds, environment }
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
            assert!((is_held || is_late) && start.elapsed() < Duration::from_secs(20), "{run}");
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

/// Runs a case on each store; those that need a server are ignored where none is.
macro_rules! on_each_store {
    ($($case:ident),* $(,)?) => {
        mod folder {
            $(#[test] fn $case() { super::$case(super::Kind::Folder); })*
        }
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

on_each_store!(
    what_one_machine_did_another_knows,
    of_two_that_apply_at_once_one_does,
    a_killed_run_keeps_others_out_until_its_lease_is_over_or_unlocked,
    a_run_that_is_killed_anywhere_is_continued_elsewhere,
    a_run_that_was_stopped_past_its_lease_writes_nothing_more,
    a_run_whose_lease_was_ended_starts_nothing,
    a_test_of_a_label_is_continued_elsewhere,
);

fn what_one_machine_did_another_knows(kind: Kind) {
    let shared = Shared::start(kind, 0, 60);
    let (one, two) = (shared.machine(), shared.machine());
    let run = shared.apply(&one);
    assert_eq!(run.code, 0, "{run}");
    let history = shared.run(&two, &["history", "--format", "json"]);
    let json: serde_json::Value = serde_json::from_str(&history.stdout).unwrap();
    // Other tests may use the same store, each with an environment of its own.
    let runs = json["runs"].as_array().unwrap().iter();
    let own: Vec<_> = runs.filter(|run| run["environment"] == *shared.environment).collect();
    assert_eq!(own.len(), 1, "{history}");
    assert_eq!(own[0]["totals"]["applied"], 5, "{history}");
    assert_eq!(own[0]["state"], "complete");
    let back = shared.run(&two, &["rollback", own[0]["run_id"].as_str().unwrap()]);
    assert_eq!(back.code, 0, "{back}");
    let again = shared.apply(&two);
    assert_eq!((again.code, shared.writes()), (0, 5), "{again}");
    let doctor = shared.run(&two, &["doctor"]);
    assert!(doctor.stdout.contains("ok, shared; a stale write is refused"), "{doctor}");
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

fn a_run_that_is_killed_anywhere_is_continued_elsewhere(kind: Kind) {
    for writes in 0..rounds(3, 5) {
        let shared = Shared::start(kind, 60, 2);
        let (one, two) = (shared.machine(), shared.machine());
        let mut killed = shared.spawn(&one);
        shared.wait_for(writes);
        killed.kill().unwrap();
        killed.wait().unwrap();
        let took = shared.apply_when_free(&two);
        assert!(took < Duration::from_secs(2 + 5), "killed after {writes}: {took:?}");
        assert_eq!(shared.writes(), 5, "killed after {writes}: nothing is done twice");
    }
}

fn a_run_that_was_stopped_past_its_lease_writes_nothing_more(kind: Kind) {
    for round in 0..rounds(2, 20) {
        let stopped_after = 1 + round % 4;
        let shared = Shared::start(kind, 60, 2);
        let (one, two) = (shared.machine(), shared.machine());
        let stopped = shared.spawn(&one);
        shared.wait_for(stopped_after);
        signal(&stopped, "-STOP");
        // A request that had left before may still land.
        shared.apply_when_free(&two);
        let before = shared.writes();
        assert_eq!(before, 5, "stopped after {stopped_after}");
        signal(&stopped, "-CONT");
        let output = stopped.wait_with_output().unwrap();
        let code = output.status.code();
        assert_eq!(shared.writes(), before, "stopped after {stopped_after}");
        // It may have been at its end already.
        assert!(code == Some(4) || stopped_after == 4, "{code:?}: {}", stderr(&output));
    }
}

fn a_run_whose_lease_was_ended_starts_nothing(kind: Kind) {
    for writes in 1..=2 {
        let shared = Shared::start(kind, 400, 60);
        let (one, two) = (shared.machine(), shared.machine());
        let running = shared.spawn(&one);
        shared.wait_for(writes);
        let run = named_run(&shared.apply(&two).stderr);
        assert_eq!(shared.run(&two, &["unlock", &run]).code, 0);
        let seen = shared.writes();
        let output = running.wait_with_output().unwrap();
        assert_eq!(output.status.code(), Some(4), "{}", stderr(&output));
        assert!(stderr(&output).contains("ended with `reconcile unlock`"), "{}", stderr(&output));
        // What had left when the lease ended may still land.
        assert!(shared.writes() <= seen + 1, "{seen}, then {}", shared.writes());
        assert_eq!(shared.apply(&two).code, 0);
        assert_eq!(shared.writes(), 5);
    }
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

/// The store goes away before, during and after an apply, and comes back.
fn a_store_that_dies(kind: Kind) {
    // Each call that meets a dead store waits for it.
    for writes in (0..4).rev().take(rounds(1, 4)) {
        let shared = Shared::start(kind, 200, 5);
        let (one, two) = (shared.machine(), shared.machine());
        shared.store.line().delay(5);
        // What it is like with records in it.
        assert_eq!(shared.run(&one, &["history"]).code, 0);
        let running = shared.spawn(&one);
        shared.wait_for(writes);
        shared.store.line().set_down(true);
        let output = running.wait_with_output().unwrap();
        let code = output.status.code();
        assert!(matches!(code, Some(1 | 4)), "down after {writes}: {code:?} {}", stderr(&output));
        assert!(stderr(&output).contains("run records"), "{}", stderr(&output));
        let done = shared.writes();
        assert!(done < 5, "down after {writes}");
        let plan = shared.run(&two, &["plan"]);
        assert!(plan.code == 0 && plan.stderr.contains("apply is refused"), "{plan}");
        assert_eq!((shared.apply(&two).code, shared.writes()), (1, done));
        assert_eq!(shared.run(&two, &["history"]).code, 1);
        shared.store.line().set_down(false);
        shared.apply_when_free(&two);
        assert_eq!(shared.writes(), 5, "down after {writes}: nothing is done twice");
        let history = shared.run(&two, &["history", "--format", "json"]);
        let json: serde_json::Value = serde_json::from_str(&history.stdout).unwrap();
        let runs = json["runs"].as_array().unwrap();
        let count = |run: &serde_json::Value, word: &str| run["totals"][word].as_u64().unwrap();
        let ours = runs.iter().filter(|run| run["environment"] == *shared.environment);
        let started: u64 = ours.map(|run| count(run, "applied") + count(run, "in_doubt")).sum();
        assert!(started >= 5, "no write is without its record: {history}");
    }
}

#[test]
#[ignore = "needs PostgreSQL"]
fn a_database_that_dies_lets_nothing_be_written_without_a_record() {
    a_store_that_dies(Kind::Postgres);
}

#[test]
#[ignore = "needs moto's server"]
fn a_bucket_that_dies_lets_nothing_be_written_without_a_record() {
    a_store_that_dies(Kind::S3);
}

#[test]
fn journals_of_one_machine_are_imported_once() {
    let shared = Shared::start(Kind::Folder, 0, 60);
    let one = Project::example();
    assert_eq!(one.run(&["apply", "--yes", "--only", "granite-gear"]).code, 0);
    let two = shared.machine();
    let folder = one.path(".reconcile/runs");
    let import = |folder: &Path| two.run(&["history", "--import", &folder.display().to_string()]);
    let first = import(&folder);
    assert_eq!(first.code, 0, "{first}");
    assert!(first.stdout.starts_with("Imported 1 of 1 runs"), "{first}");
    let again = import(&folder);
    assert!(again.stdout.starts_with("Imported 0 of 1 runs"), "{again}");
    let history = two.run(&["history", "latest"]);
    assert!(history.stdout.contains("Granite Gear"), "{history}");
    let journal = std::fs::read_dir(&folder).unwrap().next().unwrap().unwrap().path();
    let text = std::fs::read_to_string(&journal).unwrap().replace("Granite", "Basalt");
    std::fs::write(&journal, text).unwrap();
    let broken = import(&folder);
    assert_eq!(broken.code, 1, "{broken}");
    assert!(broken.stderr.contains("is broken at line"), "{broken}");
}

#[test]
fn without_its_store_a_machine_plans_and_applies_nothing() {
    let shared = Shared::start(Kind::Folder, 0, 60);
    let one = shared.machine();
    let text = std::fs::read_to_string(one.path("reconcile.yaml")).unwrap();
    let (before, _) = text.split_once("state:").unwrap();
    let url = "postgres://nobody@127.0.0.1:1/none";
    let one = one
        .file("reconcile.yaml", &format!("{before}state: {{postgres: {{url: {{env: STATE}}}}}}\n"));
    let run = |arguments: &[&str]| one.run_with(arguments, &[("STATE", url)]);
    let apply = run(&[&["apply", "--yes"], &ONLY[..]].concat());
    assert_eq!((apply.code, shared.writes()), (1, 0), "{apply}");
    assert!(apply.stderr.contains("the run records in PostgreSQL on 127.0.0.1:1"), "{apply}");
    let plan = run(&["plan"]);
    assert!(
        plan.code == 0 && plan.stderr.contains("until they can be, apply is refused"),
        "{plan}"
    );
    let status = run(&["status"]);
    assert!(
        status.code == 0 && status.stderr.contains("handoffs and test runs are left out"),
        "{status}"
    );
    assert_eq!(run(&["history"]).code, 1);
    assert_eq!(run(&["verify", "kestrel-audio"]).code, 1);
    assert_eq!(run(&["handoff", "ember-ceramics", "--check"]).code, 1);
    assert!(!one.path(".reconcile/runs").exists(), "nothing is kept on the machine");
}

#[test]
fn a_lone_run_of_ci_is_told_how_not_to_be() {
    let shared = Shared::start(Kind::Folder, 0, 60);
    let one = shared.machine();
    let text = std::fs::read_to_string(one.path("reconcile.yaml")).unwrap();
    let (before, _) = text.split_once("state:").unwrap();
    let shared_file = text.clone();
    let one = one.file("reconcile.yaml", before);
    let arguments = [&["apply", "--yes"], &ONLY[..]].concat();
    let run = one.run_with(&arguments, &[("CI", "true")]);
    assert_eq!(run.code, 0, "{run}");
    assert_eq!(run.stderr.matches("state:\n").count(), 1, "{run}");
    let quiet = one.run(&arguments);
    assert!(!quiet.stderr.contains("state:"), "{quiet}");
    let one = one.file("reconcile.yaml", &shared_file);
    let quiet = one.run_with(&arguments, &[("CI", "true")]);
    assert!(!quiet.stderr.contains("state:"), "{quiet}");
}
