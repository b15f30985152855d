//! `reconcile doctor`.

use crate::support::Project;
use insta::assert_snapshot;

/// Replaces the random port of the sandbox.
fn shown(text: &str) -> String {
    let mut shown = String::new();
    for (at, part) in text.split("127.0.0.1:").enumerate() {
        let part =
            if at == 0 { part } else { part.trim_start_matches(|c: char| c.is_ascii_digit()) };
        shown.push_str(if at == 0 { "" } else { "127.0.0.1:[port]" });
        shown.push_str(part);
    }
    shown
}

#[test]
fn a_healthy_environment_is_reported_by_setting() {
    let project = Project::example();
    let run = project.run(&["doctor"]);
    assert_eq!(run.code, 0, "{run}");
    assert_snapshot!(shown(&run.stdout), @"
    Checked sandbox, the embedded sandbox: its systems are fictitious

    OmniParcel  ok, 10 records  http://127.0.0.1:[port]/omniparcel
      omniparcel.account: read over HTTP, created over HTTP

    OmniRPS  ok, 11 records  http://127.0.0.1:[port]/omnirps
      omnirps.retailer: read over HTTP, created over HTTP
      omnirps.tracking_webhook.url: read over HTTP, changed over HTTP
      omnirps.tracking_webhook.enabled: read over HTTP, changed over HTTP
      omnirps.shopify_integration: read over HTTP, changed over HTTP
      omnirps.track_and_trace_emails: read over HTTP, changed over HTTP

    OmniReturns  ok, 10 records  http://127.0.0.1:[port]/omnireturns
      omnireturns.retailer: read over HTTP, created over HTTP
      omnireturns.name: read over HTTP, changed over HTTP
      omnireturns.company: read over HTTP, changed over HTTP
      omnireturns.portal: read over HTTP, changed over HTTP
      omnireturns.omnirps_retailer_id: read over HTTP, changed over HTTP
      omnireturns.emails: read over HTTP, changed manually (SEKO onboarding)
      omnireturns.hubs: read over HTTP, changed manually (SEKO onboarding)

    Run records  ok, on this machine only  `.reconcile`
      journals, leases, test labels in progress, handoffs and notices of drift
    ");
    assert_eq!(project.methods(), ["GET"; 4], "a page of each, and the companies");
}

#[test]
fn all_missing_keys_are_named_at_once() {
    let remote = "\
default_environment: production
environments:
  production:
    omniparcel: {url: http://127.0.0.1:9, key: {env: PARCEL_KEY}}
    omnirps: {url: http://127.0.0.1:9, key: {env: RPS_KEY}, headers: {X-Site: {env: SITE}}}
    omnireturns: {url: http://127.0.0.1:9, key: {file: returns.key}}
";
    let project = Project::example().file("reconcile.yaml", remote);
    let run = project.run_with(&["doctor"], &[("RPS_KEY", "some-key")]);
    assert_eq!((run.code, run.stdout.as_str()), (1, ""), "{run}");
    assert_snapshot!(run.stderr, @"
    error: the key of OmniParcel is in the environment variable `PARCEL_KEY`, which is not set; the header of OmniRPS is in the environment variable `SITE`, which is not set; the key of OmniReturns is in `./returns.key`, which cannot be read: No such file or directory (os error 2)
    hint: set `PARCEL_KEY` and `SITE`, or choose another environment with --environment; create the file, or correct its path in the project file
    ");
}

#[test]
fn a_query_for_uploads_is_checked() {
    let by_hand = "{read: none, write: manual}";
    let sql = "{url: {env: UPLOADS_DB}, uploads: \"select id from returns where retailer = {id} and \
               received_at >= {since}\"}";
    let remote = format!(
        "default_environment: production\nenvironments:\n  production:\n    omniparcel: {by_hand}\n    \
         omnireturns: {by_hand}\n    omnirps: {{read: none, write: manual, sql: {sql}}}\n    \
         limits: {{retries: 0, timeout_seconds: 5}}\n"
    );
    let project = Project::example().file("reconcile.yaml", &remote);
    let unset = project.run(&["doctor"]);
    assert_eq!((unset.code, unset.stdout.as_str()), (1, ""), "{unset}");
    let why = "error: the database URL of OmniRPS is in the environment variable `UPLOADS_DB`";
    assert!(unset.stderr.starts_with(why), "{unset}");
    // A plan needs no uploads.
    assert_eq!(project.run(&["plan", "--only", "granite-gear"]).code, 0);
    let closed = [("UPLOADS_DB", "postgres://ann:secret-word@127.0.0.1:9/uploads")];
    let failed = project.run_with(&["doctor"], &closed);
    assert_eq!(failed.code, 1, "{failed}");
    assert!(failed.stdout.contains("\nOmniRPS  failed: "), "{failed}");
    assert!(failed.stdout.contains("  PostgreSQL on 127.0.0.1:9, uploads\n"), "{failed}");
    assert!(failed.stderr.contains("cannot be used as it is: OmniRPS\n"), "{failed}");
}

#[test]
fn problems_are_reported_with_hints() {
    let project = Project::example().file(
        "faults.yaml",
        "[{system: omnirps, effect: wrong_key}, {system: omnireturns, effect: html}]",
    );
    let run = project.run(&["doctor", "--sandbox-faults", "faults.yaml"]);
    assert_eq!(run.code, 1, "{run}");
    let told: Vec<&str> = run.stdout.lines().filter(|line| !line.contains("read over")).collect();
    assert_snapshot!(shown(&told.join("\n")), @"
    Checked sandbox, the embedded sandbox: its systems are fictitious

    OmniParcel  ok, 10 records  http://127.0.0.1:[port]/omniparcel

    OmniRPS  failed: the key was rejected: Invalid token  http://127.0.0.1:[port]/omnirps
      hint: check the key that the project file names for the system

    OmniReturns  failed: the answer is not JSON (HTTP 200): <html><body><h1>We will be back soon</h1></body></html>  http://127.0.0.1:[port]/omnireturns
      hint: check the system's `url` in the project file

    Run records  ok, on this machine only  `.reconcile`
      journals, leases, test labels in progress, handoffs and notices of drift
    ");
}

#[test]
fn run_records_that_an_apply_cannot_use_are_reported() {
    let store = "hint: check that the store";
    for (broken, is_folder, hint) in [
        ("leases/sandbox.json", false, "hint: wait until no run is in progress, then delete it"),
        ("leases/sandbox.json", true, store),
        ("leases", false, store),
        ("runs", false, store),
        ("records.lock", true, store),
        ("pending", false, store),
    ] {
        let project = Project::example();
        assert_eq!(project.run(&["doctor"]).code, 0);
        let path = project.path(".reconcile").join(broken);
        let _ = std::fs::remove_file(&path).or_else(|_| std::fs::remove_dir_all(&path));
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        match is_folder {
            true => std::fs::create_dir(&path).unwrap(),
            false => std::fs::write(&path, "{").unwrap(),
        }
        let apply = project.run(&["apply", "--yes"]);
        let run = project.run(&["doctor"]);
        assert_eq!((apply.code, run.code), (1, 1), "{broken}: {apply}{run}");
        assert!(run.stdout.contains("Run records  failed: the run records in"), "{run}");
        assert!(run.stdout.contains(hint), "{run}");
        assert!(run.stderr.contains("cannot be used as it is: the run records"), "{run}");
    }
}

/// Nothing is read of a folder that is not there and cannot be created.
#[cfg(unix)]
#[test]
fn without_its_folder_a_shared_store_is_down() {
    let project = Project::example();
    let config = std::fs::read_to_string(project.path("reconcile.yaml")).unwrap();
    let project = project.file("reconcile.yaml", &format!("{config}state: {{folder: shared}}\n"));
    std::os::unix::fs::symlink("nowhere/at/all", project.path("shared")).unwrap();
    let [plan, status] = [&["plan"][..], &["status"]].map(|command| project.run(command));
    assert!(plan.code == 0 && plan.stderr.contains("apply is refused"), "{plan}");
    assert!(status.code == 0 && status.stderr.contains("are left out"), "{status}");
    for command in [
        &["history"][..],
        &["apply", "--yes"],
        &["verify", "kestrel-audio"],
        &["handoff", "ember-ceramics", "--check"],
        &["doctor"],
    ] {
        let run = project.run(command);
        assert_eq!(run.code, 1, "{run}");
        assert!(run.to_string().contains("the run records in `./shared"), "{run}");
    }
}

#[test]
fn a_key_of_handoffs_that_cannot_be_used_is_reported() {
    let project = Project::example();
    let config = std::fs::read_to_string(project.path("reconcile.yaml")).unwrap();
    let state = "state: {folder: shared, handoff_key: {env: HANDOFF}}\n";
    let project = project.file("reconcile.yaml", &format!("{config}{state}"));
    let long = "0123456789abcdef0123456789abcdef";
    for (key, why) in [
        (None, "the environment variable `HANDOFF` is not set"),
        (Some(""), "the environment variable `HANDOFF` is not set"),
        (Some(&long[1..]), "`state.handoff_key` has fewer than 32 characters"),
        (Some(long), ""),
    ] {
        let variables: Vec<(&str, &str)> = key.map(|key| ("HANDOFF", key)).into_iter().collect();
        let run = project.run_with(&["doctor"], &variables);
        assert_eq!(run.code, i32::from(!why.is_empty()), "{key:?}: {run}");
        assert!(run.stdout.contains(why), "{key:?}: {run}");
        let hint = "hint: generate a secret with `openssl rand -hex 32`";
        assert_eq!(run.stdout.contains(hint), !why.is_empty(), "{run}");
    }
    let project = project.file("reconcile.yaml", &format!("{config}state: {{folder: shared}}\n"));
    assert_eq!(project.run(&["doctor"]).code, 0, "only handoffs need it");
}

#[test]
fn a_company_that_does_not_exist_is_reported() {
    let file = "partner: {company: Loop Returns}\n";
    let run = Project::example().file("reconcile.yaml", file).run(&["doctor"]);
    assert_eq!(run.code, 1, "{run}");
    let why = "OmniReturns has no company called \"Loop Returns\" (company-not-found)";
    assert!(run.stdout.contains(why), "{run}");
    assert!(run.stdout.contains("correct `partner.company` in the project file"), "{run}");
    assert!(run.stderr.contains("cannot be used as it is: OmniReturns"), "{run}");
}
