//! `reconcile handoff`, against the sandbox over HTTP. Its output is decrypted by `age`,
//! another implementation of the format.

use crate::elsewhere::{CONTRACT, Elsewhere, KEYS};
use crate::programs::find;
use crate::support::{Project, Run, files_below};
use insta::assert_snapshot;
use reconcile::System;
use serde_json::{Value, json};
use std::path::Path;
use std::process::{Command, Output, Stdio};

/// A public key whose private key is unknown.
pub(crate) const LOOP: &str = "age1grsyt5s65ref6y8qx5pywvpq4hhase0w22uvnwnem8fdchak3adqmql7rp";

/// A part of all keys that the sandbox issued for Ember Ceramics.
const EMBERS_KEYS: [&str; 2] = ["sandbox-omnireturns-1005-", "sandbox-omnirps-505-"];

/// Returns the example fleet with these recipients.
fn project(recipients: &[(&str, &str)]) -> Project {
    let project = Project::example();
    let text = std::fs::read_to_string(project.path("reconcile.yaml")).unwrap();
    let lines = recipients.iter().map(|(name, key)| format!("    {name}: {key}\n"));
    let section = format!("partner:\n  recipients:\n{}", lines.collect::<String>());
    let text = text.replace("partner:\n", &section);
    project.file("reconcile.yaml", &text)
}

pub(crate) fn for_loop() -> Project {
    project(&[("Loop integrations", LOOP)])
}

/// Returns a run's output with each date replaced.
pub(crate) fn dated(run: &Run) -> String {
    let text = run.to_string();
    let parts = text.split(" on ").map(|part| match part.split_at_checked("2026-11-23".len()) {
        Some((day, rest)) if day.parse::<jiff::civil::Date>().is_ok() => format!("[today]{rest}"),
        _ => part.to_owned(),
    });
    parts.collect::<Vec<_>>().join(" on ")
}

/// Creates an identity in a file of the project; returns its public key.
fn identity(project: &Project, name: &str) -> String {
    let keygen = find(&["age-keygen"]);
    let made = Command::new(&keygen).arg("-o").arg(project.path(name)).output().unwrap();
    assert!(made.status.success(), "{made:?}");
    let public = Command::new(keygen).arg("-y").arg(project.path(name)).output().unwrap();
    String::from_utf8(public.stdout).unwrap().trim().to_owned()
}

/// Decrypts a file of the project with `age`.
fn open(project: &Project, identity: &str, file: &str) -> Output {
    Command::new(find(&["age"]))
        .args(["--decrypt", "-i"])
        .args([project.path(identity), project.path(file)])
        .stdin(Stdio::null())
        .output()
        .unwrap()
}

/// Changes a field of a retailer's record in a system.
pub(crate) fn change(project: &Project, system: System, id: i64, field: &str, value: Value) {
    project.store().put(system, &json!({"RetailerId": id, field: value})).unwrap();
}

/// Asserts that no file below a folder contains a text.
fn assert_nowhere(folder: &Path, text: &str) {
    for path in files_below(folder) {
        let bytes = std::fs::read(&path).unwrap();
        let found = bytes.windows(text.len()).any(|window| window == text.as_bytes());
        assert!(!found, "{text} is in {}", path.display());
    }
}

/// Runs a handoff that must be rejected, and returns the run.
fn refused(project: &Project, retailer: &str) -> Run {
    let run = project.run(&["handoff", retailer]);
    assert_eq!((run.code, run.stdout.as_str()), (1, ""), "{run}");
    assert!(!project.path(&format!("{retailer}.age")).exists(), "{run}");
    assert!(!project.path(".reconcile/handoffs").exists(), "{run}");
    run
}

#[test]
#[ignore = "needs age"]
fn the_keys_and_the_name_reach_the_recipient() {
    let project = Project::example();
    let recipient = identity(&project, "loop.key");
    let text = std::fs::read_to_string(project.path("reconcile.yaml")).unwrap();
    let text =
        text.replace("partner:\n", &format!("partner:\n  recipients: {{Loop: {recipient}}}\n"));
    let text =
        text.replace("partner:\n", "partner:\n  hub_addresses: [{name: Hub, lines: [1 Quay]}]\n");
    let project = project.file("reconcile.yaml", &text);
    let run = project.run(&["handoff", "ember-ceramics"]);
    assert_eq!((run.code, run.stderr.as_str()), (0, ""), "{run}");

    let sealed = std::fs::read_to_string(project.path("ember-ceramics.age")).unwrap();
    assert!(sealed.starts_with("-----BEGIN AGE ENCRYPTED FILE-----\n"), "{sealed}");
    let opened = open(&project, "loop.key", "ember-ceramics.age");
    assert!(opened.status.success(), "{opened:?}");
    let opened: Value = serde_json::from_slice(&opened.stdout).unwrap();
    assert_eq!(opened["retailer"], "Ember Ceramics");
    assert_eq!(opened["environment"], "sandbox");
    assert_eq!(opened["omnirps"]["retailer_id"], "505");
    for (system, known) in [("omnireturns", EMBERS_KEYS[0]), ("omnirps", EMBERS_KEYS[1])] {
        let key = opened[system]["key"].as_str().unwrap();
        assert!(key.starts_with(known), "{key}");
        assert_nowhere(&project.path("."), key);
    }
    assert_eq!(opened["omnireturns"]["key_header"], "access_key");
    assert_eq!(opened["omnirps"]["key_header"], "Token");
    assert_eq!(opened["omnirps"]["name_header"], "RetailerName");
}

#[test]
#[ignore = "needs age"]
fn only_recipients_can_decrypt_it() {
    let folder = Project::bare();
    let [one, two] = ["one.key", "two.key"].map(|name| identity(&folder, name));
    identity(&folder, "stranger.key");
    let project = project(&[("Loop", &one), ("Loop's vault", &two)]);
    let run = project.run(&["handoff", "ember-ceramics", "--out", "keys.age"]);
    assert_eq!(run.code, 0, "{run}");
    std::fs::copy(project.path("keys.age"), folder.path("keys.age")).unwrap();
    let [first, second] = ["one.key", "two.key"].map(|name| open(&folder, name, "keys.age"));
    assert!(first.status.success() && second.status.success(), "{first:?} {second:?}");
    assert_eq!(first.stdout, second.stdout);
    let stranger = open(&folder, "stranger.key", "keys.age");
    assert!(!stranger.status.success());
    assert_eq!(stranger.stdout, b"");
}

#[test]
fn the_output_names_the_file_its_recipients_and_the_next_step() {
    let project = for_loop();
    assert_snapshot!(project.run(&["handoff", "ember-ceramics"]), @"
    exit 0
    --- stdout
    wrote ember-ceramics.age: the keys and the exact name of Ember Ceramics in sandbox
      only for: Loop integrations (age1grsyt5s6…)
      nothing is to be sent: these are keys of the embedded sandbox, whose systems are fictitious
    next: state it: reconcile attest ember-ceramics keys_supplied --by WHO
    --- stderr
    warning: the file has no hub addresses: neither retailers/ember-ceramics.yaml nor the project file has `hub_addresses`; add them and hand over again if Loop needs them
    ");
    // The milestone is already stated.
    assert_snapshot!(project.run(&["handoff", "kestrel-audio"]), @"
    exit 0
    --- stdout
    wrote kestrel-audio.age: the keys and the exact name of Kestrel Audio in sandbox
      only for: Loop integrations (age1grsyt5s6…)
      nothing is to be sent: these are keys of the embedded sandbox, whose systems are fictitious
    --- stderr
    warning: the file has no hub addresses: neither retailers/kestrel-audio.yaml nor the project file has `hub_addresses`; add them and hand over again if Loop needs them
    ");
    std::fs::remove_file(project.path("ember-ceramics.age")).unwrap();
    assert_snapshot!(dated(&project.run(&["handoff", "ember-ceramics"])), @"
    exit 0
    --- stdout
    wrote ember-ceramics.age: the keys and the exact name of Ember Ceramics in sandbox
      only for: Loop integrations (age1grsyt5s6…)
      the same as those of the last handoff, on [today]
      nothing is to be sent: these are keys of the embedded sandbox, whose systems are fictitious
    next: state it: reconcile attest ember-ceramics keys_supplied --by WHO
    --- stderr
    warning: the file has no hub addresses: neither retailers/ember-ceramics.yaml nor the project file has `hub_addresses`; add them and hand over again if Loop needs them
    ");
    let keys = project.run(&["handoff", "ember-ceramics", "--out", "-"]);
    assert!(keys.stdout.starts_with("-----BEGIN AGE ENCRYPTED FILE-----\n"), "{keys}");
    assert!(keys.stdout.ends_with("-----END AGE ENCRYPTED FILE-----\n"), "{keys}");
    assert!(keys.stderr.contains("wrote to stdout: the keys"), "{keys}");
    let quiet = project.run(&["handoff", "ember-ceramics", "--out", "-", "--quiet"]);
    assert_eq!((quiet.code, quiet.stderr.as_str()), (0, ""), "{quiet}");
}

#[test]
fn no_key_is_anywhere_but_in_the_encrypted_file() {
    let project = for_loop();
    for arguments in [
        &["handoff", "ember-ceramics"][..],
        &["handoff", "ember-ceramics", "-vv", "--out", "-"],
        &["handoff", "ember-ceramics", "-vv", "--check"],
    ] {
        let run = project.run(arguments);
        assert_eq!(run.code, 0, "{run}");
        for key in EMBERS_KEYS {
            assert!(!run.to_string().contains(key), "{run}");
        }
    }
    for key in EMBERS_KEYS {
        assert_nowhere(&project.path("."), key);
    }
}

#[cfg(unix)]
#[test]
fn the_file_is_private_and_no_file_is_overwritten() {
    use std::os::unix::fs::PermissionsExt;
    let project = for_loop();
    assert_eq!(project.run(&["handoff", "ember-ceramics"]).code, 0);
    let kept = [
        "ember-ceramics.age",
        ".reconcile/handoff.key",
        ".reconcile/handoffs/sandbox/ember-ceramics.json",
    ];
    for path in kept {
        let mode = std::fs::metadata(project.path(path)).unwrap().permissions().mode();
        assert_eq!(mode & 0o777, 0o600, "{path}");
    }
    let before = kept.map(|path| std::fs::read(project.path(path)).unwrap());
    let run = project.run(&["handoff", "ember-ceramics"]);
    assert_snapshot!(run, @"
    exit 1
    --- stdout
    --- stderr
    error: `ember-ceramics.age` exists already, and is not overwritten
    hint: delete it once it is sent, or choose another file with --out
    ");
    assert_eq!(kept.map(|path| std::fs::read(project.path(path)).unwrap()), before);
    let run = project.run(&["handoff", "ember-ceramics", "--out", "retailers"]);
    assert_eq!(run.stderr, "error: `retailers` is a folder\nhint: name a file in it\n", "{run}");
    let run = project.run(&["handoff", "ember-ceramics", "--out", "no/such/folder.age"]);
    assert_snapshot!(run, @"
    exit 1
    --- stdout
    --- stderr
    error: `no/such/folder.age` cannot be written: its folder does not exist
    hint: choose another place with --out
    ");
    assert_eq!(std::fs::read(project.path(kept[2])).unwrap(), before[2], "nothing is recorded");
}

#[test]
fn a_name_that_differs_by_a_byte_is_refused() {
    let told = |name: &str| {
        let project = for_loop();
        assert_eq!(project.run(&["sandbox", "--reset"]).code, 0);
        change(&project, System::Omnirps, 505, "RetailerName", json!(name));
        let run = refused(&project, "ember-ceramics");
        run.stderr.lines().next().unwrap().to_owned()
    };
    assert_snapshot!(told("Ember Ceramics "), @"error: the name of Ember Ceramics in OmniRPS (record 505) is not the one in retailers/ember-ceramics.yaml: character 15 is a space instead of the end");
    assert_snapshot!(told("Ember\u{a0}Ceramics"), @"error: the name of Ember Ceramics in OmniRPS (record 505) is not the one in retailers/ember-ceramics.yaml: character 6 is U+00A0 (no-break space) instead of a space");
    assert_snapshot!(told("Ember CeramIcs"), @"error: the name of Ember Ceramics in OmniRPS (record 505) is not the one in retailers/ember-ceramics.yaml: character 12 is `I` instead of `i`");
    // The same if the id is pinned.
    let project = for_loop();
    let path = "retailers/ember-ceramics.yaml";
    let text = std::fs::read_to_string(project.path(path)).unwrap();
    let project = project.file(path, &format!("{text}ids: {{omnirps: 505}}\n"));
    assert_eq!(project.run(&["sandbox", "--reset"]).code, 0);
    change(&project, System::Omnirps, 505, "RetailerName", json!("Ember Ceramic"));
    assert_snapshot!(refused(&project, "ember-ceramics").stderr, @"
    error: the name of Ember Ceramics in OmniRPS (record 505) is not the one in retailers/ember-ceramics.yaml: character 14 is the end instead of `s`
    hint: correct `retailer` in retailers/ember-ceramics.yaml: OmniRPS refuses uploads under any other name, and nothing can be renamed there
    ");
}

#[test]
fn the_key_of_another_retailer_is_refused() {
    let project = for_loop();
    assert_eq!(project.run(&["sandbox", "--reset"]).code, 0);
    change(&project, System::Omnireturns, 1005, "OmniRPSRetailerId", json!(507));
    assert_snapshot!(refused(&project, "ember-ceramics").stderr, @"
    error: the OmniReturns record of Ember Ceramics (id 1005) is tied to the OmniRPS retailer 507, but the OmniRPS record of Ember Ceramics is 505
    hint: find out whose key it has; then correct omnireturns.omnirps_retailer_id in OmniReturns, or pin the right records as `ids.omnireturns` and `ids.omnirps` in retailers/ember-ceramics.yaml
    ");
    assert_eq!(project.run(&["verify", "ember-ceramics", "label"]).code, 1);
    assert!(!project.methods().iter().any(|method| method == "POST"));
    change(&project, System::Omnireturns, 1005, "OmniRPSRetailerId", Value::Null);
    assert_eq!(project.run(&["handoff", "ember-ceramics"]).code, 0);
}

#[test]
fn a_retailer_that_is_not_ready_is_refused() {
    let project = for_loop();
    // New, and nothing is set up yet.
    assert_snapshot!(refused(&project, "aurora-outdoor").stderr, @r#"
    error: no OmniRPS record is called "Aurora Outdoor"
    hint: create it first: `reconcile plan --only aurora-outdoor` shows what that waits for
    "#);
    let path = "retailers/ember-ceramics.yaml";
    let text = std::fs::read_to_string(project.path(path)).unwrap();
    let unasked = text.replace("milestones:\n  keys_requested: 2026-11-16\n", "");
    assert_ne!(unasked, text);
    let project = project.file(path, &unasked);
    assert_snapshot!(refused(&project, "ember-ceramics").stderr, @"
    error: Ember Ceramics has not asked for its keys: retailers/ember-ceramics.yaml does not state keys_requested (step E1)
    hint: once it has, state it: `reconcile attest ember-ceramics keys_requested`
    ");
    assert!(!project.methods().iter().any(|method| method == "POST"));
    assert_snapshot!(refused(&Project::example(), "ember-ceramics").stderr, @"
    error: no recipient of the keys is configured
    hint: ask the partner for an age public key, which `age-keygen` makes, and add it below `partner:` in the project file (`reconcile.yaml`) as `recipients: {NAME: age1…}`
    ");
}

#[test]
fn a_key_that_cannot_be_fetched_is_refused_and_nothing_is_quoted() {
    let told = |effect: &str| {
        let faults = format!("[{{system: omnirps, path: /key, effect: {effect}}}]");
        let project = for_loop().file("faults.yaml", &faults);
        let run = project.run(&["handoff", "ember-ceramics", "--sandbox-faults", "faults.yaml"]);
        assert_eq!((run.code, run.stdout.as_str()), (1, ""), "{run}");
        assert!(!project.path("ember-ceramics.age").exists());
        assert!(!project.path(".reconcile/handoffs").exists());
        run.stderr
    };
    assert_snapshot!(told("html"), @"
    error: the OmniRPS key of Ember Ceramics (id 505) cannot be fetched: the answer is not JSON (HTTP 200)
    hint: check the system's `url` in the project file
    ");
    assert_snapshot!(told("truncate"), @"
    error: the OmniRPS key of Ember Ceramics (id 505) cannot be fetched: the answer is not JSON (HTTP 200)
    hint: check the system's `url` in the project file
    ");
    assert_snapshot!(told("{status: {code: 403}}"), @"
    error: the OmniRPS key of Ember Ceramics (id 505) cannot be fetched: the key was rejected: HTTP 403
    hint: check the key that the project file names for the system
    ");
    let project = for_loop();
    assert_eq!(project.run(&["sandbox", "--reset"]).code, 0);
    change(&project, System::Omnirps, 505, "KeyIssued", json!(false));
    assert_snapshot!(refused(&project, "ember-ceramics").stderr, @"
    error: the OmniRPS key of Ember Ceramics (id 505) cannot be fetched: rejected; its message is not shown, because it may contain a key
    hint: check in the system whether a key has been issued
    ");
    // A transient failure is retried.
    let faults = "[{path: /key, times: 2, effect: {status: {code: 503, retry_after: 0}}}]";
    let project = for_loop().file("faults.yaml", faults);
    let run = project.run(&["handoff", "ember-ceramics", "--sandbox-faults", "faults.yaml"]);
    assert_eq!(run.code, 0, "{run}");
}

#[test]
fn where_keys_are_not_fetched_over_http_people_hand_them_over() {
    let elsewhere = Elsewhere::start();
    let recipients = format!("partner:\n  recipients: {{Loop: {LOOP}}}\n");
    let text = elsewhere.project().replace("partner:\n", &recipients);
    let project = Project::example().file("reconcile.yaml", &text);
    std::fs::create_dir(project.path("contracts")).unwrap();
    let project = project.file("contracts/elsewhere.yaml", CONTRACT);
    let run = project.run_with(&["handoff", "granite-gear"], &KEYS);
    assert_eq!((run.code, run.stdout.as_str()), (1, ""), "{run}");
    assert_snapshot!(run.stderr, @"
    error: the keys of Granite Gear cannot be fetched from OmniRPS here
    hint: hand them over by hand, and state it with `reconcile attest granite-gear keys_supplied`; or add the system's `url` and `key`, with `read: http`, in the project file, and the `key` call in its contract
    ");

    let project = for_loop();
    assert_eq!(project.run(&["sandbox", "--reset"]).code, 0);
    let sql = |query: &str| {
        // A JSON string is a YAML string.
        format!("{{sql: {{url: {{env: DB}}, query: {}}}}}", Value::from(query))
    };
    let office = format!(
        "environments:\n  office:\n    omnirps: {}\n    omnireturns: {}\n",
        sql(include_str!("../../src/systems/sql/examples/omnirps.sql")),
        sql(include_str!("../../src/systems/sql/examples/omnireturns.sql"))
    );
    let file = std::fs::read_to_string(project.path("reconcile.yaml")).unwrap();
    let project = project.file("reconcile.yaml", &file.replace("environments:\n", &office));
    let database = format!("sqlite://{}", project.path(".reconcile/sandbox.db").display());
    let run = project.run_with(&["handoff", "granite-gear", "-e", "office"], &[("DB", &database)]);
    assert_eq!((run.code, run.stdout.as_str()), (1, ""), "{run}");
    assert_snapshot!(run.stderr, @"
    error: the keys of Granite Gear cannot be fetched from OmniRPS here
    hint: hand them over by hand, and state it with `reconcile attest granite-gear keys_supplied`; or add the system's `url` and `key`, with `read: http`, in the project file, and the `key` call in its contract
    ");
}

/// Returns a block of the documents about handing over keys.
fn documented(language: &str) -> String {
    let section = crate::readme::section("docs/onboarding.md", "Handing over the keys");
    let (_, block) = section.split_once(&format!("```{language}\n")).unwrap();
    block.split("```").next().unwrap().to_owned()
}

#[test]
fn the_documented_commands_work() {
    let project = Project::example();
    let text = std::fs::read_to_string(project.path("reconcile.yaml")).unwrap();
    let text = text.replace("partner:\n", &documented("yaml"));
    let project = project.file("reconcile.yaml", &text);
    let block = documented("text");
    let (command, told) = block.split_once('\n').unwrap();
    let command = command.strip_prefix("$ reconcile ").unwrap();
    let run = project.run(&command.split(' ').collect::<Vec<_>>());
    assert_eq!((run.code, run.stdout.as_str()), (0, told), "{run}");
}

#[test]
#[ignore = "needs age"]
fn the_documented_keys_are_those_of_the_document() {
    let folder = Project::bare();
    let project = project(&[("Loop", &identity(&folder, "key.txt"))]);
    std::fs::copy(folder.path("key.txt"), project.path("key.txt")).unwrap();
    let run = project.run(&["handoff", "ember-ceramics", "--out", "acme.age"]);
    assert_eq!(run.code, 0, "{run}");
    let opened = open(&project, "key.txt", "acme.age");
    let [opened, shown]: [Value; 2] = [opened.stdout.as_slice(), documented("json").as_bytes()]
        .map(|json| serde_json::from_slice(json).unwrap());
    let keys = |document: &Value| -> Vec<String> {
        let inner = |key: &str| document[key].as_object().unwrap().keys().cloned();
        let all = document.as_object().unwrap().keys().cloned();
        all.chain(inner("omnireturns")).chain(inner("omnirps")).collect()
    };
    assert_eq!(keys(&opened), keys(&shown));
    assert_eq!(opened["use"], shown["use"]);
}

#[test]
fn a_file_that_git_would_add_is_warned_of() {
    let project = for_loop();
    project.git(&["init", "--quiet"]);
    let run = project.run(&["handoff", "ember-ceramics", "--out", "one.age"]);
    assert_eq!(run.code, 0, "{run}");
    assert!(run.stderr.contains("Git does not ignore `one.age`"), "{run}");
    let project = project.file(".gitignore", "*.age\n");
    let run = project.run(&["handoff", "ember-ceramics", "--out", "two.age"]);
    assert_eq!(run.code, 0, "{run}");
    assert!(!run.stderr.contains("Git does not ignore"), "{run}");
}

#[test]
fn usage_is_checked() {
    let project = for_loop();
    for arguments in [
        &["handoff"][..],
        &["handoff", "nobody"],
        &["handoff", "ember-ceramics", "--check", "--out", "x.age"],
        &["handoff", "ember-ceramics", "-e", "nowhere"],
    ] {
        let run = project.run(arguments);
        assert_eq!((run.code, run.stdout.as_str()), (64, ""), "{arguments:?}: {run}");
    }
    let invalid = Project::example().file("retailers/x.yaml", "retailer: X\n");
    assert_eq!(invalid.run(&["handoff", "ember-ceramics"]).code, 3);
}

#[test]
fn a_rehearsal_says_that_nothing_is_to_be_stated() {
    let project = crate::recorded::with_production(for_loop());
    let config = std::fs::read_to_string(project.path("reconcile.yaml")).unwrap();
    let real = config.replace("default_environment: sandbox", "default_environment: production");
    let project = project.file("reconcile.yaml", &real);
    let run = project.run(&["handoff", "ember-ceramics", "-e", "sandbox"]);
    assert_eq!(run.code, 0, "{run}");
    assert_snapshot!(run.stdout, @"
    wrote ember-ceramics.age: the keys and the exact name of Ember Ceramics in sandbox
      only for: Loop integrations (age1grsyt5s6…)
      nothing is to be sent: these are keys of the embedded sandbox, whose systems are fictitious
      nothing is to be stated: the files are about another environment
    ");
    let status = ["status", "ember-ceramics", "-e", "sandbox"];
    let next = |project: &Project| {
        let run = project.run(&status);
        assert_eq!(run.code, 0, "{run}");
        // The line before has the days since the last step.
        let (_, next) = run.stdout.split_once("(E2, since").unwrap_or_else(|| panic!("{run}"));
        next.split_once('\n').unwrap().1.to_owned()
    };
    assert_snapshot!(next(&project), @"
        the keys have been handed over; nothing is to be stated: the files are about another environment
    ");
    // Before it is handed over.
    std::fs::remove_dir_all(project.path(".reconcile")).unwrap();
    assert_snapshot!(next(&project), @"
        hand over the keys and the exact name in OmniRPS; nothing is to be stated: the files are about another environment
        $ reconcile handoff ember-ceramics --environment sandbox
    ");
    // In a project of the sandbox it is stated.
    let project = project.file("reconcile.yaml", &config);
    assert_snapshot!(next(&project), @"
        hand over the keys and the exact name in OmniRPS
        $ reconcile handoff ember-ceramics
        $ reconcile attest ember-ceramics keys_supplied
    ");
}

#[test]
fn keys_of_another_environment_are_sent_and_not_stated() {
    let served = crate::served::Served::start();
    let file = std::fs::read_to_string(served.project.path("reconcile.yaml")).unwrap();
    let run = |default: &str| {
        let partner = format!("partner: {{recipients: {{Loop: {LOOP}}}}}\n");
        let production = "  production: {omnirps: {url: 'https://rps.example', key: {env: KEY}}}\n";
        let file = format!("{partner}default_environment: {default}\n{file}{production}");
        std::fs::write(served.project.path("reconcile.yaml"), file).unwrap();
        let run = served.run(&["handoff", "ember-ceramics", "--out", &format!("{default}.age")]);
        assert_eq!(run.code, 0, "{run}");
        let lines =
            run.stdout.lines().filter(|line| line.contains("next: ") || line.contains("nothing"));
        lines.collect::<Vec<_>>().join("\n")
    };
    assert_snapshot!(run("production"), @"
      nothing is to be stated: the files are about another environment
    next: send the file to Loop
    ");
    assert_snapshot!(run("local"), @"
    next: send the file to Loop, then state it: reconcile attest ember-ceramics keys_supplied --by WHO
    ");
}
