//! What is beside the machines: a store that dies, clocks, credentials; and what is kept on a
//! machine.

use super::*;

on_each_server!(
    a_store_that_dies_lets_nothing_be_written_without_a_record,
    nothing_is_kept_on_the_machine,
);

/// The store goes away before, during and after an apply, and comes back.
fn a_store_that_dies_lets_nothing_be_written_without_a_record(kind: Kind) {
    at_once([5, 2, 0, 3, 1].into_iter().take(rounds(3, 5)), |writes| dies_after(kind, writes));
}

fn dies_after(kind: Kind, writes: usize) {
    let shared = Shared::start(kind, 200, 5);
    let (one, two) = (shared.machine(), shared.machine());
    shared.store.line().delay(5);
    // What it is like with records in it.
    let history = shared.run(&one, &["history"]);
    assert_eq!(history.code, 0, "{history}");
    let running = shared.spawn(&one);
    shared.wait_for(writes);
    shared.store.line().set_down(true);
    let output = running.wait_with_output().unwrap();
    let code = output.status.code();
    assert!(matches!(code, Some(1 | 4)), "down after {writes}: {code:?} {}", stderr(&output));
    assert!(stderr(&output).contains("run records"), "{}", stderr(&output));
    let done = shared.writes();
    assert!(done < 5 || writes == 5, "down after {writes}");
    let certain = stderr(&output).contains("the actions listed as applied are done");
    assert!(certain || done == 0, "down after {writes}: {}", stderr(&output));
    // Each of them waits for the store.
    let [plan, apply, history] = std::thread::scope(|scope| {
        [
            scope.spawn(|| shared.run(&two, &["plan"])),
            scope.spawn(|| shared.apply(&two)),
            scope.spawn(|| shared.run(&two, &["history"])),
        ]
        .map(|command| command.join().unwrap())
    });
    assert!(plan.code == 0 && plan.stderr.contains("apply is refused"), "{plan}");
    assert_eq!((apply.code, shared.writes()), (1, done), "{apply}");
    assert_eq!(history.code, 1, "{history}");
    shared.store.line().set_down(false);
    shared.apply_when_free(&two);
    assert_eq!(shared.writes(), 5, "down after {writes}: nothing is done twice");
    let runs = shared.runs(&two);
    let count = |run: &serde_json::Value, word: &str| run["totals"][word].as_u64().unwrap();
    let started: u64 = runs.iter().map(|run| count(run, "applied") + count(run, "in_doubt")).sum();
    assert!(started >= 5, "no write is without its record: {runs:?}");
}

/// Variables that give a process a clock that is off by `offset`.
///
/// The library is loaded without its program `faketime`: a kill would end that program and not
/// the run, and it fails where an earlier one of the same process id was killed.
fn at_clock(offset: &str) -> [(&str, &str); 4] {
    [
        ("LD_PRELOAD", "/usr/$LIB/faketime/libfaketimeMT.so.1"),
        ("FAKETIME", offset),
        // The times of files come from the store, and waiting does not use this clock.
        ("NO_FAKE_STAT", "1"),
        ("FAKETIME_DONT_FAKE_MONOTONIC", "1"),
    ]
}

/// One machine's clock is an hour behind, the other's an hour ahead.
fn clocks_that_differ_change_nothing(kind: Kind) {
    // The loader only warns of a library that is absent.
    let date = Command::new("date").arg("+%s").envs(at_clock("+1h")).output().unwrap();
    let ahead: i64 = String::from_utf8(date.stdout).unwrap().trim().parse().unwrap();
    assert!(
        ahead - jiff::Timestamp::now().as_second() > 3_500,
        "the library of faketime is not there"
    );
    let shared = Shared::start(kind, 800, 3);
    let (one, two) = (shared.machine(), shared.machine());
    let run = |machine: &Project, clock: &str| {
        let mut command = Command::new(env!("CARGO_BIN_EXE_reconcile"));
        command
            .args(["apply", "--yes"])
            .args(ONLY)
            .current_dir(machine.path("."))
            .env_clear()
            .envs(shared.store.variables())
            .envs(at_clock(clock))
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped());
        command.spawn().unwrap()
    };
    // Ahead first: what comes behind sorts behind all the same.
    let mut killed = run(&two, "+1h");
    shared.wait_for(2);
    let refused = run(&one, "-1h").wait_with_output().unwrap();
    assert!(stderr(&refused).contains("another run holds"), "{}", stderr(&refused));
    killed.kill().unwrap();
    killed.wait().unwrap();
    let start = Instant::now();
    let third = shared.machine();
    loop {
        let refused = run(&third, "+1h").wait_with_output().unwrap();
        if refused.status.success() {
            break;
        }
        let text = stderr(&refused);
        let is_early = text.contains("another run holds") || text.contains("in time");
        assert!(is_early && start.elapsed() < Duration::from_secs(60), "{text}");
    }
    assert_eq!(shared.writes(), 5, "nothing is done twice");
    assert!(start.elapsed() > Duration::from_secs(1), "an hour ahead is not past the lease");
    let again = run(&one, "-1h").wait_with_output().unwrap();
    assert_eq!((again.status.code(), shared.writes()), (Some(0), 5), "{}", stderr(&again));
}

#[test]
#[ignore = "needs faketime"]
fn clocks_that_differ_change_nothing_in_a_folder() {
    clocks_that_differ_change_nothing(Kind::Folder);
}

#[test]
#[ignore = "needs faketime and PostgreSQL"]
fn clocks_that_differ_change_nothing_in_a_database() {
    clocks_that_differ_change_nothing(Kind::Postgres);
}

#[test]
#[ignore = "needs faketime and moto's server"]
fn clocks_that_differ_change_nothing_in_a_bucket() {
    clocks_that_differ_change_nothing(Kind::S3);
}

#[test]
#[ignore = "needs moto's server"]
fn credentials_of_a_file_are_used_and_no_machine_is_asked_where_that_is_closed() {
    let shared = Shared::start(Kind::S3, 0, 60);
    let one = shared.machine();
    let home = tempfile::tempdir().unwrap();
    std::fs::create_dir(home.path().join(".aws")).unwrap();
    let file = "[default]\naws_access_key_id = OFDEFAULT\naws_secret_access_key = a\n\
                [deploy]\naws_access_key_id = OFDEPLOY\naws_secret_access_key = b\n";
    let path = home.path().join(".aws/credentials");
    std::fs::write(&path, file).unwrap();
    let folder = home.path().to_str().unwrap();
    let line = shared.store.line();
    for (variables, id) in [(&[][..], "OFDEFAULT"), (&[("AWS_PROFILE", "deploy")], "OFDEPLOY")] {
        assert!(!line.has_sent(&format!("Credential={id}/")));
        let run = one.run_with(&["history"], &[&[("HOME", folder)], variables].concat());
        assert_eq!(run.code, 0, "{run}");
        assert!(line.has_sent(&format!("Credential={id}/")), "{id}");
    }
    let metadata = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    metadata.set_nonblocking(true).unwrap();
    let address = format!("http://{}", metadata.local_addr().unwrap());
    std::fs::remove_file(path).unwrap();
    let closed = [
        ("HOME", folder),
        ("AWS_EC2_METADATA_DISABLED", "true"),
        ("AWS_METADATA_ENDPOINT", &address),
    ];
    let run = one.run_with(&["history"], &closed);
    assert_eq!(run.code, 1, "{run}");
    assert!(run.stderr.contains("set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY"), "{run}");
    assert!(metadata.accept().is_err(), "the machine is not asked");
}

/// Takes messages, for as long as the test binary runs; returns where.
fn messages() -> String {
    use std::io::{Read, Write};
    let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let address = format!("http://{}/", listener.local_addr().unwrap());
    std::thread::spawn(move || {
        for mut client in listener.incoming().flatten() {
            let _ = client.read(&mut [0; 65536]);
            let _ = client
                .write_all(b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\nConnection: close\r\n\r\n");
        }
    });
    address
}

/// Only the sandbox's state and a `.gitignore` are on the machine, whatever ran.
fn nothing_is_kept_on_the_machine(kind: Kind) {
    let shared = Shared::start(kind, 0, 60);
    let project = shared.project_with_recipients();
    let (home, temporary) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    let before = files_below(&project.path("."));
    let secret = "0123456789abcdef0123456789abcdef";
    let mut variables = shared.store.variables();
    variables.extend([
        ("HOME", home.path().display().to_string()),
        ("TMPDIR", temporary.path().display().to_string()),
        ("HANDOFF", secret.to_owned()),
        ("RECONCILE_NOTIFY_URL", messages()),
    ]);
    let variables: Vec<(&str, &str)> =
        variables.iter().map(|(name, value)| (*name, value.as_str())).collect();
    for command in [
        &["apply", "--yes", "--only", "harbor-kids"][..],
        &["verify", "kestrel-audio", "--timeout", "0s"],
        &["handoff", "ember-ceramics", "--out", "keys.age"],
        &["handoff", "ember-ceramics", "--check"],
        &["drift"],
        &["history"],
        &["status"],
    ] {
        let run = project.run_with(command, &variables);
        assert!(run.code < 3, "{command:?}: {run}");
        assert!(!run.stderr.contains("run records"), "{command:?}: {run}");
    }
    assert_eq!(files_below(home.path()), Vec::<std::path::PathBuf>::new());
    assert_eq!(files_below(temporary.path()), Vec::<std::path::PathBuf>::new());
    for path in files_below(&project.path(".")) {
        let name = path.file_name().unwrap().to_str().unwrap();
        let own = name.starts_with("sandbox.db") || [".gitignore", "keys.age"].contains(&name);
        assert!(own || before.contains(&path), "{}", path.display());
    }
    let line = shared.store.line();
    assert!(!line.has_sent(secret), "the secret of fingerprints is not in the store");
    let digits: String = secret.bytes().map(|byte| format!("{byte:02x}")).collect();
    assert!(!line.has_sent(&digits));
    for key in ["sandbox-omnirps-505-", "sandbox-omnireturns-1005-", "sandbox-omnirps-key"] {
        let digits: String = key.bytes().map(|byte| format!("{byte:02x}")).collect();
        assert!(!line.has_sent(key) && !line.has_sent(&digits), "{key}");
    }
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
    let refused = |run: Run, code: i32, reason: &str| {
        assert_eq!((run.code, run.stdout.as_str()), (code, ""), "{run}");
        assert!(run.stderr.contains(reason), "{run}");
    };
    for none in [".reconcile", "nowhere"] {
        refused(import(&one.path(none)), 1, "there are no run records in");
    }
    let json = ["history", "--format", "json", "--import", "."];
    refused(two.run(&json), 64, "cannot be used with");
    let journal = std::fs::read_dir(&folder).unwrap().next().unwrap().unwrap().path();
    let whole = std::fs::read_to_string(&journal).unwrap();
    let (shorter, _) = whole.trim_end().rsplit_once('\n').unwrap();
    std::fs::write(&journal, format!("{shorter}\n")).unwrap();
    refused(import(&folder), 1, "are different journals of the same run");
    std::fs::write(&journal, whole).unwrap();
    let other = journal.with_file_name("20260101T000000Z-0a0a0a0a.jsonl");
    std::fs::copy(&journal, &other).unwrap();
    let another = import(&folder);
    assert!(another.stderr.contains("it is the journal of another run, "), "{another}");
    std::fs::remove_file(other).unwrap();
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
    let apply = [&["apply", "--yes"], &ONLY[..]].concat();
    // Each of them waits for the store.
    let [apply, plan, status, history, verify, check] = std::thread::scope(|scope| {
        [
            &apply,
            &["plan"][..],
            &["status"],
            &["history"],
            &["verify", "kestrel-audio"],
            &["handoff", "ember-ceramics", "--check"],
        ]
        .map(|arguments| scope.spawn(|| one.run_with(arguments, &[("STATE", url)])))
        .map(|command| command.join().unwrap())
    });
    assert_eq!((apply.code, shared.writes()), (1, 0), "{apply}");
    assert!(apply.stderr.contains("the run records in PostgreSQL on 127.0.0.1:1"), "{apply}");
    assert!(
        plan.code == 0
            && plan.stderr.contains("apply is refused until the run records can be read"),
        "{plan}"
    );
    assert!(
        status.code == 0
            && status.stderr.contains("handoffs and the partner's own uploads are left out"),
        "{status}"
    );
    for refused in [history, verify, check] {
        assert_eq!(refused.code, 1, "{refused}");
    }
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
