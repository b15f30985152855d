//! `reconcile sandbox`.

use crate::served::Served;
use crate::support::Project;
use insta::assert_snapshot;
use std::io::{BufRead, BufReader};
use std::process::{Command, Stdio};

#[test]
fn state_lasts_until_it_is_reset() {
    let project = Project::example();
    let changes = |project: &Project| project.run(&["plan", "--detailed-exitcode"]).code;
    assert_eq!(changes(&project), 2);
    project.run(&["apply", "--yes"]);
    assert_eq!(changes(&project), 0);
    assert_snapshot!(project.run(&["sandbox", "--reset"]), @"
    exit 0
    --- stdout
    The sandbox in .reconcile/sandbox.db was reset to its seed.
    --- stderr
    ");
    assert_eq!(changes(&project), 2);
}

#[test]
fn it_serves_over_http_like_any_other_environment() {
    let mut served = Served::start();
    assert_eq!(served.keys.len(), 3, "{:?}", served.keys);
    let embedded = Project::example().run(&["plan"]);
    let plan = served.run(&["plan"]);
    assert_eq!(plan.stdout.replace("for local", "for sandbox"), embedded.stdout, "{plan}");
    served.stop();
    assert_eq!(served.run(&["plan"]).code, 1, "it is gone");
}

#[test]
fn a_sandbox_that_is_being_served_goes_on_after_a_reset() {
    let served = Served::start();
    let initial = served.run(&["plan"]);
    let apply = ["apply", "--yes", "--only", "indigo-denim"];
    assert_eq!(served.run(&apply).code, 0);
    assert_ne!(served.run(&["plan"]).stdout, initial.stdout);
    let reset = served.project.run(&["sandbox", "--reset"]);
    assert_eq!(reset.code, 0, "{reset}");
    let plan = served.run(&["plan"]);
    assert_eq!((plan.code, plan.stdout), (0, initial.stdout));
    let run = served.run(&apply);
    assert_eq!(run.code, 0, "{run}");
    let requests = served.project.run(&["sandbox", "--requests"]);
    assert!(requests.stdout.contains("PATCH"), "{requests}");
}

#[test]
fn a_file_that_is_not_a_sandbox_is_left_alone() {
    let project = Project::example();
    std::fs::create_dir(project.path(".reconcile")).unwrap();
    let project = project.file(".reconcile/sandbox.db", "precious");
    assert_snapshot!(project.run(&["plan"]).stderr, @"
    error: .reconcile/sandbox.db is not a sandbox database; name another file, or start over with `reconcile sandbox --reset`, which keeps this one under another name
    hint: `reconcile sandbox --reset` restores the sandbox's initial state
    ");
    let kept = std::fs::read_to_string(project.path(".reconcile/sandbox.db")).unwrap();
    assert_eq!(kept, "precious");
    assert_eq!(project.run(&["sandbox", "--reset"]).code, 0);
    assert_eq!(project.run(&["plan"]).code, 0);
}

/// Simulates the partner, and returns the connote of the return.
fn upload(project: &Project, retailer: &str) -> String {
    let run = project.run(&["sandbox", "--upload", retailer]);
    assert_eq!((run.code, run.stderr.as_str()), (0, ""), "{run}");
    run.stdout.split(' ').nth(3).unwrap().to_owned()
}

#[test]
fn the_partner_and_the_hub_can_be_simulated() {
    let project = Project::example();
    assert_snapshot!(project.run(&["sandbox", "--upload", "granite-gear"]), @"
    exit 0
    --- stdout
    Uploaded the return SBX00000001 of Granite Gear.
    --- stderr
    ");
    let process = ["sandbox", "--process", "Granite Gear", "SBX00000001"];
    assert_snapshot!(project.run(&process), @"
    exit 0
    --- stdout
    The hub has processed SBX00000001 of Granite Gear.
    --- stderr
    ");
    assert_snapshot!(project.run(&process).stdout, @"The hub had already processed SBX00000001 of Granite Gear.");
    let uploads = project.store().uploads(507).unwrap();
    let [only] = uploads.as_slice() else { panic!("{uploads:?}") };
    assert!(only.processed_at.is_some(), "{only:?}");
    let events = project.store().deliveries().unwrap();
    assert_eq!(events.len(), 2, "created and processed: {events:?}");
}

#[test]
fn a_simulation_without_its_retailer_or_its_return_is_refused() {
    let project = Project::example();
    assert_snapshot!(project.run(&["sandbox", "--upload", "aurora-outdoor"]), @"
    exit 1
    --- stdout
    --- stderr
    error: OmniRPS in the sandbox has no retailer called `Aurora Outdoor`
    hint: see what it has with `reconcile plan`; `reconcile apply` creates new retailers
    ");
    let other = upload(&project, "harbor-kids");
    let process = project.run(&["sandbox", "--process", "granite-gear", &other]);
    assert_snapshot!(process, @"
    exit 1
    --- stdout
    --- stderr
    error: nobody has uploaded a return `SBX00000001` of Granite Gear
    hint: copy the connote from the output of `reconcile verify`
    ");
    assert_eq!(project.run(&["sandbox", "--process", "granite-gear"]).code, 64);
    assert_eq!(project.run(&["sandbox", "--upload", "nobody"]).code, 64);
    assert_eq!(project.run(&["sandbox", "--upload", "granite-gear", "--reset"]).code, 64);
}

#[test]
fn a_simulation_reaches_a_sandbox_that_another_process_has_open() {
    let project = Project::example();
    let mut server = Command::new(env!("CARGO_BIN_EXE_reconcile"))
        .arg("sandbox")
        .current_dir(project.path("."))
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let mut lines = BufReader::new(server.stdout.take().unwrap()).lines().map(Result::unwrap);
    assert!(lines.any(|line| line.starts_with("Press")));
    let connotes: Vec<String> = std::thread::scope(|scope| {
        let players: Vec<_> =
            (0..4).map(|_| scope.spawn(|| upload(&project, "granite-gear"))).collect();
        players.into_iter().map(|player| player.join().unwrap()).collect()
    });
    for connote in &connotes {
        let run = project.run(&["sandbox", "--process", "granite-gear", connote]);
        assert_eq!(run.code, 0, "{run}");
    }
    server.kill().unwrap();
    server.wait().unwrap();
    let uploads = project.store().uploads(507).unwrap();
    assert_eq!(uploads.iter().filter(|upload| upload.processed_at.is_some()).count(), 4);
}

#[test]
fn an_unwritable_log_is_reported_once() {
    let project = Project::example();
    assert_eq!(project.run(&["plan"]).stderr, "");
    // The same as for a read-only folder, which the superuser could write.
    let state = rusqlite::Connection::open(project.path(".reconcile/sandbox.db")).unwrap();
    let full = "CREATE TRIGGER full BEFORE INSERT ON requests BEGIN
                  SELECT RAISE(ABORT, 'attempt to write a readonly database');
                END";
    state.execute_batch(full).unwrap();
    let run = project.run(&["plan"]);
    assert_eq!(run.code, 0, "{run}");
    assert_snapshot!(run.stderr, @" WARN requests to the sandbox are not logged: the sandbox's state (.reconcile/sandbox.db) cannot be used: attempt to write a readonly database; check that the file and its folder can be written");
    assert_eq!(project.run(&["plan", "--quiet"]).stderr, "");
}

#[test]
fn an_invalid_seed_is_reported_with_position_and_hint() {
    let reset = |seed: &str| {
        let project = Project::example().file("seed.yaml", seed);
        project.run(&["sandbox", "--reset", "--seed", "seed.yaml"])
    };
    let run = reset("OmniParcel:\n  - {AccountId: 1, AccountNmae: Acme}\n");
    assert_snapshot!(run, @"
    exit 64
    --- stdout
    --- stderr
    error: seed.yaml:2:20: OmniParcel[0]: unknown field `AccountNmae`, expected one of `AccountId`, `AccountName`, `Disabled`
    hint: correct it; `reconcile schema seed` prints what the file may contain
    ");
    let run = reset("OmniRPS:\n  - RetailerName: Acme\n    Disabled: perhaps\n");
    assert_snapshot!(run.stderr, @r#"
    error: seed.yaml:3:15: OmniRPS[0].Disabled: invalid type: string "perhaps", expected a boolean
    hint: correct it; `reconcile schema seed` prints what the file may contain
    "#);
    for (seed, place) in [
        ("a: 1\n---\nb: 2\n", "1:1"),
        ("OmniParcel: [", "2:1"),
        ("OmniParcel:\n\t- a\n", "2:1"),
        ("OmniParcel: 7\n", "1:13"),
        ("[]\n", "1:1"),
    ] {
        let run = reset(seed);
        assert_eq!((run.code, run.stdout.as_str()), (64, ""), "{seed:?}: {run}");
        assert!(run.stderr.starts_with(&format!("error: seed.yaml:{place}: ")), "{seed:?}: {run}");
        assert!(run.stderr.contains("\nhint: "), "{run}");
    }
    let deep = format!("OmniParcel:\n  - é{}", "[".repeat(20_000));
    assert_snapshot!(reset(&deep).stderr, @"
    error: seed.yaml:2:134: values are nested too deeply
    hint: correct it; `reconcile schema seed` prints what the file may contain
    ");
    // Invalid records are rejected before the old state is lost.
    let run = reset("OmniReturns: [{RetailerName: Acme, CompanyId: 9}]\n");
    assert_snapshot!(run, @r#"
    exit 64
    --- stdout
    --- stderr
    error: seed.yaml:1:36: OmniReturns[0].CompanyId: "9": no such company
    hint: give each record a unique id, and a company that is among the `Companies`
    "#);
    for (seed, place, what) in [
        ("OmniRPS:\n- {RetailerName: A}\n- {RetailerId: 1, RetailerName: B}\n", "3:4", "id 1,"),
        (
            "OmniParcel:\n- AccountId: 7\n  AccountName: A\n- AccountName: B\n  AccountId: 7\n",
            "5:3",
            "id 7,",
        ),
        (
            "Companies:\n- {CompanyId: 1, CompanyName: A}\n- {CompanyId: 1, CompanyName: B}\n",
            "3:4",
            "id 1,",
        ),
        (
            "Uploads:\n- &up {RetailerId: 1, ConsignmentNo: C, ReceivedAt: 2026-01-01T00:00:00Z}\n- *up\n",
            "3:3",
            "connote C",
        ),
    ] {
        let run = reset(seed);
        assert_eq!((run.code, run.stdout.as_str()), (64, ""), "{seed:?}: {run}");
        assert!(run.stderr.starts_with(&format!("error: seed.yaml:{place}: ")), "{seed:?}: {run}");
        assert!(run.stderr.contains(what) && run.stderr.contains("\nhint: "), "{seed:?}: {run}");
    }
}

#[test]
fn invalid_faults_are_reported_with_position_and_hint() {
    let plan = |faults: &str| {
        let project = Project::example().file("faults.yaml", faults);
        project.run(&["plan", "--sandbox-faults", "faults.yaml"])
    };
    assert_snapshot!(plan("- system: omnirps\n  effect: fire\n"), @"
    exit 64
    --- stdout
    --- stderr
    error: faults.yaml:2:11: [0].effect: unknown variant `fire`, expected one of `latency`, `status`, `drop_before`, `drop_after`, `html`, `truncate`, `content_type`, `wrong_key`, `small_pages`, `move_list`, `booleans`, `swap_ids`, `published`, `echo_key`
    hint: correct it; `reconcile schema faults` prints what the file may contain
    ");
    assert_snapshot!(plan("- system: omnirps\n  when: now\n  effect: html\n").stderr, @"
    error: faults.yaml:2:3: [0]: unknown field `when`, expected one of `system`, `method`, `path`, `skip`, `times`, `probability`, `after`, `effect`
    hint: correct it; `reconcile schema faults` prints what the file may contain
    ");
    let run = plan("- effect: {latency: {ms: -1}}\n");
    assert_eq!(run.code, 64, "{run}");
    assert!(run.stderr.starts_with("error: faults.yaml:1:"), "{run}");
}

/// Returns a separate project whose environment `local` is a served sandbox.
fn elsewhere(served: &Served) -> Project {
    let environments = std::fs::read_to_string(served.project.path("reconcile.yaml")).unwrap();
    Project::example().file("reconcile.yaml", &environments)
}

#[test]
fn a_copy_of_an_environment_is_planned_on_like_the_environment() {
    let mut served = Served::start();
    served.run(&["apply", "--yes", "--only", "indigo-denim"]);
    let project = elsewhere(&served);
    let keys = served.keys.clone();
    let keys: Vec<(&str, &str)> =
        keys.iter().map(|(name, key)| (name.as_str(), key.as_str())).collect();
    let before = served.project.methods().len();
    let run = project.run_with(&["sandbox", "--seed-from", "local"], &keys);
    assert_snapshot!(run, @"
    exit 0
    --- stdout
    The sandbox in .reconcile/sandbox.db holds a copy of `local`:
      OmniParcel: records: 10
      OmniRPS: records: 11
      OmniReturns: records: 10
    Keys and uploads are not copied; e-mail addresses and hidden parts of webhook addresses are placeholders.
    Rehearse with `reconcile plan -e sandbox`.
    --- stderr
    ");
    let sent = served.project.methods().split_off(before);
    assert!(!sent.is_empty() && sent.iter().all(|method| method == "GET"), "{sent:?}");
    let there = project.run_with(&["plan", "-e", "local"], &keys).stdout;
    let here = project.run(&["plan", "-e", "sandbox"]).stdout;
    let replaced = there
        .replace("for local", "for sandbox")
        .replace("ops@kestrelaudio.example", "address-1@example.invalid");
    assert_ne!(there, replaced);
    assert_eq!(here, replaced);
    let state = std::fs::read(project.path(".reconcile/sandbox.db")).unwrap();
    let state = String::from_utf8_lossy(&state);
    assert!(state.contains("address-1@example.invalid"));
    assert!(!state.contains("kestrelaudio"), "no address of a person is kept");
    served.stop();
    let failed = project.run_with(&["sandbox", "--seed-from", "local"], &keys);
    assert_eq!((failed.code, failed.stdout.as_str()), (1, ""), "{failed}");
    assert!(failed.stderr.contains("the sandbox was not changed"), "{failed}");
    assert_eq!(project.run(&["plan", "-e", "sandbox"]).stdout, here);
}

#[test]
fn a_copy_that_the_sandbox_cannot_hold_changes_nothing() {
    let project = Project::example();
    assert_eq!(project.run(&["apply", "--yes", "--only", "indigo-denim"]).code, 0);
    let file = std::fs::read_to_string(project.path("reconcile.yaml")).unwrap();
    let query = include_str!("../../src/systems/sql/examples/omnirps.sql")
        .replace("retailer_id as id", "iif(retailer_id = 504, '7', '07') as id")
        .replace("order by", "where retailer_id in (504, 505) order by");
    let office = format!(
        "environments:\n  office:\n    omnirps: {{sql: {{url: {{env: DB}}, query: {}}}}}\n    \
         omniparcel: {{read: none}}\n    omnireturns: {{read: none}}\n",
        serde_json::Value::from(query)
    );
    let project = project.file("reconcile.yaml", &file.replace("environments:\n", &office));
    std::fs::create_dir_all(project.path(".reconcile/probes/sandbox")).unwrap();
    let project = project.file(".reconcile/probes/sandbox/kestrel-audio.json", "a test run");
    let database = format!("sqlite://{}", project.path(".reconcile/sandbox.db").display());
    let kept = [".reconcile/sandbox.db", ".reconcile/probes/sandbox/kestrel-audio.json"];
    let kept = || kept.map(|path| std::fs::read(project.path(path)).unwrap());
    let before = kept();
    let run = project.run_with(&["sandbox", "--seed-from", "office"], &[("DB", &database)]);
    assert_snapshot!(run, @"
    exit 1
    --- stdout
    --- stderr
    error: the sandbox cannot hold a copy, so it was not changed: OmniRPS[1].RetailerId: another of them has the id 7, too
    hint: correct the record in the environment, then copy again
    ");
    assert!(kept() == before);
}

#[test]
fn a_seed_for_a_sandbox_with_records_is_ignored_with_a_warning() {
    let seed = "OmniRPS: [{RetailerId: 1, RetailerName: Seeded}]\n";
    let project = Project::example().file("seed.yaml", seed);
    let requests = ["sandbox", "--requests", "--seed", "seed.yaml"];
    assert_eq!(project.run(&requests).stderr, "", "the state is new");
    assert_eq!(project.store().records(reconcile::System::Omnirps).unwrap().len(), 1);
    assert_snapshot!(project.run(&requests), @"
    exit 0
    --- stdout
    --- stderr
    warning: the sandbox has records already, so the seed file is not used; `reconcile sandbox --reset --seed FILE` replaces them
    ");
    assert_eq!(project.run(&["sandbox", "--reset", "--seed", "seed.yaml"]).stderr, "");
    assert_eq!(project.run(&["sandbox", "--requests"]).stderr, "");
}

#[test]
fn a_copy_of_no_real_environment_is_refused() {
    let project = Project::example();
    assert_snapshot!(project.run(&["sandbox", "--seed-from", "sandbox"]), @"
    exit 64
    --- stdout
    --- stderr
    error: `sandbox` is the sandbox itself, and is not copied into it
    hint: name an environment of real systems; `reconcile sandbox --reset` restores its initial state
    ");
    let unknown = project.run(&["sandbox", "--seed-from", "nowhere"]);
    assert_eq!(unknown.code, 64, "{unknown}");
    assert!(unknown.stderr.starts_with("error: there is no environment `nowhere`"), "{unknown}");
    for other in [&["--reset"][..], &["--seed", "seed.yaml"], &["--requests"], &["--port", "1"]] {
        let run = project.run(&[&["sandbox", "--seed-from", "sandbox"], other].concat());
        assert_eq!(run.code, 64, "{run}");
    }
    let served = Served::start();
    let project = elsewhere(&served);
    let run = project.run(&["sandbox", "--seed-from", "local"]);
    assert_eq!(run.code, 1, "no key is set: {run}");
    assert!(!project.path(".reconcile/sandbox.db").exists(), "nothing is changed");
}

#[test]
fn a_state_whose_proofs_cannot_be_forgotten_is_kept() {
    let project = Project::example();
    assert_eq!(project.run(&["apply", "--yes", "--only", "harbor-kids"]).code, 0);
    let project = project.file(".reconcile/probes", "not a folder");
    let run = project.run(&["sandbox", "--reset"]);
    assert_eq!(run.code, 1, "{run}");
    let plan = project.run(&["plan", "--detailed-exitcode", "--only", "harbor-kids"]);
    assert_eq!(plan.code, 0, "what was applied is still there: {plan}");
}

#[test]
fn where_its_state_cannot_be_written_a_reset_does_not_help() {
    // Not a folder, so that nothing can be written in it, whoever runs this.
    let project = Project::example().file(".reconcile", "");
    assert_snapshot!(project.run(&["plan"]).stderr, @"
    error: the sandbox's state (.reconcile/sandbox.db) cannot be used: unable to open database file: .reconcile/sandbox.db: Error code 14: unable to open database file
    hint: check that you may write there and that the disk is not full; `reconcile validate` and `reconcile status --offline` need no sandbox
    ");
    // What the hint names works.
    for arguments in [&["validate"][..], &["status", "--offline"]] {
        let run = project.run(arguments);
        assert_eq!(run.code, 0, "{run}");
    }
}
