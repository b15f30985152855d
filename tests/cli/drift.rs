//! `reconcile drift`, and `plan --base`: comparisons with Git.

use crate::support::Project;
use insta::assert_snapshot;
use reconcile::System;
use serde_json::{Value, json};
use std::os::unix::fs::symlink;

/// Returns the example fleet, committed and applied, without the retailer whose name is
/// blocked.
fn settled() -> Project {
    let project = Project::example();
    std::fs::remove_file(project.path("retailers/dune-and-co.yaml")).unwrap();
    project.git(&["init", "--quiet", "--initial-branch", "main"]);
    project.commit("the fleet");
    let apply = project.run(&["apply", "--yes", "--quiet"]);
    assert_eq!(apply.code, 0, "{apply}");
    project
}

fn put(project: &Project, system: System, record: Value) {
    project.store().put(system, &record).unwrap();
}

#[test]
fn a_change_from_branch_to_apply() {
    let project = settled();
    assert_eq!(project.run(&["drift"]).code, 0);

    // A branch states that Lumen has switched over and that Aurora's documents are complete;
    // meanwhile someone publishes Granite's portal.
    project.git(&["checkout", "--quiet", "-b", "lumen-switches"]);
    let file = std::fs::read_to_string(project.path("retailers/lumen-lighting.yaml")).unwrap();
    let project = project.file(
        "retailers/lumen-lighting.yaml",
        &format!("{file}  switched_to_loop: {{on: 2026-11-20, by: loop}}\n"),
    );
    let aurora = std::fs::read_to_string(project.path("retailers/aurora-outdoor.yaml")).unwrap();
    let project = project.file(
        "retailers/aurora-outdoor.yaml",
        &format!("{aurora}  documents_completed: 2026-11-20\n"),
    );
    project.commit("Lumen has switched over, Aurora's documents are in");
    put(&project, System::Omnireturns, json!({"RetailerId": 1007, "PortalPublished": true}));
    let reviewed = project.run(&["plan", "--base", "main", "--json", "--out", "plan.json"]);
    assert_eq!(reviewed.code, 0, "{reviewed}");
    let plan: Value = serde_json::from_str(&reviewed.stdout).unwrap();
    let retailers: Vec<&str> = plan["retailers"]
        .as_array()
        .unwrap()
        .iter()
        .map(|retailer| retailer["retailer"].as_str().unwrap())
        .collect();
    assert_eq!(retailers, ["Aurora Outdoor", "Lumen Lighting"], "only what the branch touches");
    assert!(!reviewed.stdout.contains("\"origin\": \"drift\""), "{reviewed}");

    // After the merge and before the apply, someone changes one of the two records.
    project.git(&["checkout", "--quiet", "main"]);
    project.git(&["merge", "--quiet", "lumen-switches"]);
    put(&project, System::Omnireturns, json!({"RetailerId": 1012, "CompanyId": 2}));
    let apply = project.run(&["apply", "plan.json", "--yes", "--quiet"]);
    assert_eq!(apply.code, 4, "{apply}");
    assert!(apply.stdout.contains("`omnireturns.company` of record 1012 is Nordic Brands"));
    assert!(apply.stdout.contains("4 applied, 0 already so, 0 failed, 0 skipped, 1 stale"));

    let drift = project.run(&["drift"]);
    assert_eq!(drift.code, 2);
    assert_snapshot!(drift.stdout, @"
    Drift: live is not as declared

    Granite Gear  retailers/granite-gear.yaml
      ~ update in OmniReturns: Granite Gear (id 1007)
          omnireturns.portal: published → unpublished  E6.2, otherwise customers can return through two portals

    Lumen Lighting  retailers/lumen-lighting.yaml
      ~ update in OmniReturns: Lumen Lighting (id 1012)
          omnireturns.company: Nordic Brands → Loop  E6.1, otherwise OmniReturns keeps the retailer among those that pay for access
          omnireturns.portal: published → unpublished  E6.2, otherwise customers can return through two portals

    Waiting for people, as `reconcile plan --show held,manual` lists: Ember Ceramics (3 held), Fjord Knitwear (1 held) and Kestrel Audio (2 manual)

    Drift in sandbox: 3 drifted in 2 retailers; 0 pending, 2 manual, 4 held, 6 in sync; 2 undeclared in OmniRPS.
    ");
    assert_eq!(project.run(&["apply", "--yes", "--quiet"]).code, 0);
    assert_eq!(project.run(&["drift"]).code, 0);
}

#[test]
fn drift_and_pending_are_distinguished_in_one_retailer() {
    let project = settled();
    put(&project, System::Omnirps, json!({"RetailerId": 508, "TrackAndTraceEmailsEnabled": true}));
    let file = std::fs::read_to_string(project.path("retailers/harbor-kids.yaml")).unwrap();
    let project = project.file(
        "retailers/harbor-kids.yaml",
        &format!(
            "{file}settings:\n  omnireturns.portal: {{value: unpublished, reason: closes it}}\n"
        ),
    );
    let run = project.run(&["plan", "--base", "HEAD", "--json"]);
    let plan: Value = serde_json::from_str(&run.stdout).unwrap();
    let changes: Vec<(Value, Value)> = plan["retailers"][0]["actions"]
        .as_array()
        .unwrap()
        .iter()
        .flat_map(|action| action["changes"].as_array().unwrap().clone())
        .map(|change| (change["setting"].clone(), change["origin"].clone()))
        .collect();
    assert_eq!(
        changes,
        [
            (json!("omnirps.track_and_trace_emails"), json!("drift")),
            (json!("omnireturns.portal"), json!("pending"))
        ]
    );
    let drift = project.run(&["drift"]);
    assert_eq!(drift.code, 2);
    assert_snapshot!(drift.stdout, @"
    Drift: live is not as declared

    Harbor Kids  retailers/harbor-kids.yaml
      ~ update in OmniRPS: Harbor Kids (id 508)
          omnirps.track_and_trace_emails: enabled → disabled  E7.2, otherwise customers get e-mails from both SEKO and Loop

    Pending: the files have changed since

    Harbor Kids  retailers/harbor-kids.yaml
      ~ update in OmniReturns: Harbor Kids - Loop (id 1008)
          omnireturns.portal: published → unpublished  override, overridden: closes it

    Waiting for people, as `reconcile plan --show held,manual` lists: Aurora Outdoor (8 held), Ember Ceramics (3 held), Fjord Knitwear (1 held), Kestrel Audio (2 manual) and Lumen Lighting (6 held)

    Drift in sandbox: 1 drifted in 1 retailer; 1 pending, 2 manual, 18 held, 5 in sync; 2 undeclared in OmniRPS.
    ");
}

#[test]
fn the_diff_of_drift_names_what_is_no_change_and_sets_pending_changes_apart() {
    let project = settled();
    put(&project, System::Omnirps, json!({"RetailerId": 508, "TrackAndTraceEmailsEnabled": true}));
    put(&project, System::Omnirps, json!({"RetailerName": "Ember Ceramics"}));
    let file = std::fs::read_to_string(project.path("retailers/harbor-kids.yaml")).unwrap();
    let project = project.file(
        "retailers/harbor-kids.yaml",
        &format!(
            "{file}settings:\n  omnireturns.portal: {{value: unpublished, reason: closes it}}\n"
        ),
    );
    let drift = project.run(&["drift", "--format", "diff"]);
    assert_eq!(drift.code, 2, "{drift}");
    assert_snapshot!(drift.stdout, @r#"
    ! blocked in OmniRPS [ambiguous-name] Ember Ceramics: 2 OmniRPS records fit: "Ember Ceramics" (id 505) and "Ember Ceramics" (id 515)
    --- live/harbor-kids/omnirps.yaml
    +++ desired/harbor-kids/omnirps.yaml
    @@ -1 +1 @@
    -omnirps.track_and_trace_emails: enabled
    +omnirps.track_and_trace_emails: disabled
    ! pending: the files have changed since
    --- live/harbor-kids/omnireturns.yaml
    +++ desired/harbor-kids/omnireturns.yaml
    @@ -1 +1 @@
    -omnireturns.portal: published
    +omnireturns.portal: unpublished
    "#);
}

#[test]
fn pending_changes_are_not_drift() {
    let project = settled();
    let file = std::fs::read_to_string(project.path("retailers/harbor-kids.yaml")).unwrap();
    let project = project.file(
        "retailers/harbor-kids.yaml",
        &format!(
            "{file}settings:\n  omnireturns.portal: {{value: unpublished, reason: closes it}}\n"
        ),
    );
    let drift = project.run(&["drift"]);
    assert_eq!(drift.code, 0, "{drift}");
    assert!(drift.stdout.contains("1 pending"), "{drift}");
}

#[test]
fn a_webhook_that_was_switched_off_is_named_before_the_drift() {
    let project = settled();
    let off = json!({"RetailerId": 507, "TrackingWebhook": {"Enabled": false}});
    put(&project, System::Omnirps, off);
    let elsewhere = json!({"RetailerId": 508, "TrackingWebhook": {"Url": "https://other.example/", "Enabled": false}});
    put(&project, System::Omnirps, elsewhere);
    let drift = project.run(&["drift"]);
    assert_eq!(drift.code, 2);
    let off = "Tracking webhook off, so customers get no credits: Granite Gear\n";
    let (before, _) = drift.stdout.split_once("Drift: live is not as declared").unwrap();
    assert!(before.contains(off), "{drift}");
}

#[test]
fn without_git_every_difference_is_drift() {
    let project = Project::example();
    assert_eq!(project.run(&["drift", "--only", "granite-gear"]).code, 2);
    assert_eq!(project.run(&["drift", "--only", "dune-and-co"]).code, 2, "blocked counts");
    assert_eq!(project.run(&["drift", "--only", "lumen-lighting"]).code, 0, "held does not");
    assert_eq!(project.run(&["drift", "--only", "kestrel-audio"]).code, 0, "manual does not");
    let plan = project.run(&["drift", "--only", "granite-gear", "--format", "json"]).stdout;
    assert!(plan.contains("\"origin\": \"drift\"") && !plan.contains("\"origin\": \"pending\""));
}

#[test]
fn an_unknown_system_fails_the_check() {
    let project = settled().file("faults.yaml", "[{system: omnirps, effect: html}]");
    let run = project.run(&["drift", "--sandbox-faults", "faults.yaml"]);
    assert_eq!(run.code, 1, "{run}");
}

#[test]
fn an_acknowledgement_ends_after_its_date() {
    let project = settled();
    put(&project, System::Omnireturns, json!({"RetailerId": 1007, "PortalPublished": true}));
    assert_eq!(project.run(&["drift"]).code, 2);
    let file = std::fs::read_to_string(project.path("retailers/granite-gear.yaml")).unwrap();
    let acknowledged = |until: &str| {
        format!(
            "{file}settings:\n  omnireturns.portal: {{acknowledge: {{until: {until}, reason: sale until then}}}}\n"
        )
    };
    let project = project.file("retailers/granite-gear.yaml", &acknowledged("2999-12-31"));
    project.commit("Granite's portal stays for the sale");
    assert_eq!(project.run(&["drift"]).code, 0);
    let project = project.file("retailers/granite-gear.yaml", &acknowledged("2026-01-31"));
    project.commit("the sale is over");
    assert_eq!(project.run(&["drift"]).code, 2);
}

/// A chat service that records its messages.
pub(crate) struct Chat {
    pub url: String,
    told: std::sync::Arc<std::sync::Mutex<Vec<Value>>>,
    _runtime: tokio::runtime::Runtime,
}

impl Chat {
    pub(crate) fn new() -> Chat {
        let told = std::sync::Arc::<std::sync::Mutex<Vec<Value>>>::default();
        let runtime = tokio::runtime::Runtime::new().unwrap();
        let listener = runtime.block_on(tokio::net::TcpListener::bind("127.0.0.1:0")).unwrap();
        let url = format!("http://{}/hooks/T0/s3cret", listener.local_addr().unwrap());
        let heard = std::sync::Arc::clone(&told);
        let hear = move |body: axum::Json<Value>| async move {
            heard.lock().unwrap().push(body.0);
        };
        let router = axum::Router::new().route("/hooks/T0/s3cret", axum::routing::post(hear));
        runtime.spawn(async move { axum::serve(listener, router).await });
        Chat { url, told, _runtime: runtime }
    }

    fn drift(&self, project: &Project) -> crate::support::Run {
        project.run(&["drift", "--quiet", "--notify", &self.url])
    }

    pub(crate) fn heard(&self) -> Vec<Value> {
        std::mem::take(&mut *self.told.lock().unwrap())
    }
}

#[test]
fn a_chat_is_notified_of_changes() {
    let chat = Chat::new();
    let project = settled();
    chat.drift(&project);
    assert_eq!(chat.heard(), Vec::<Value>::new(), "nothing to tell");
    let off = json!({"RetailerId": 507, "TrackingWebhook": {"Enabled": false}});
    put(&project, System::Omnirps, off);
    chat.drift(&project);
    let heard = chat.heard();
    assert_eq!(heard.len(), 1);
    assert_snapshot!(heard[0]["text"].as_str().unwrap(), @"
    Tracking webhook off, so customers get no credits: Granite Gear
    Drift in sandbox: 1 drifted in 1 retailer; 0 pending, 2 manual, 18 held, 5 in sync.
    - Granite Gear: omnirps.tracking_webhook.enabled is false, not true
    ");
    chat.drift(&project);
    assert_eq!(chat.heard(), Vec::<Value>::new(), "told already today");
    let state = project.path(".reconcile/drift/sandbox.json");
    let yesterday = std::fs::read_to_string(&state).unwrap().replace("\"at\":\"20", "\"at\":\"19");
    std::fs::write(&state, yesterday).unwrap();
    chat.drift(&project);
    assert_eq!(chat.heard().len(), 1, "once a day");
    project.run(&["apply", "--yes"]);
    chat.drift(&project);
    assert_snapshot!(chat.heard()[0]["text"].as_str().unwrap(), @"Drift in sandbox: 0 drifted in 0 retailers; 0 pending, 2 manual, 18 held, 6 in sync.");
}

#[test]
fn a_chat_shows_first_who_gets_no_credits_and_once_for_each_scope() {
    let chat = Chat::new();
    let project = settled();
    put(&project, System::Omnirps, json!({"RetailerId": 507, "TrackingWebhook": {"Url": ""}}));
    for (only, first) in [
        ("granite-gear", "!! Granite Gear has switched over and has no tracking webhook, so its"),
        ("harbor-kids", ""),
        ("granite-gear", ""),
    ] {
        project.run(&["drift", "-q", "--only", only, "--notify", &chat.url]);
        let heard = chat.heard();
        assert_eq!(heard.len(), usize::from(!first.is_empty()), "{only}: {heard:?}");
        for message in heard {
            assert!(message["text"].as_str().unwrap().starts_with(first), "{message}");
        }
    }
}

#[test]
fn drift_is_the_result_where_it_cannot_be_recorded_that_a_chat_was_notified() {
    let chat = Chat::new();
    let project = settled();
    let off = json!({"RetailerId": 507, "TrackingWebhook": {"Enabled": false}});
    put(&project, System::Omnirps, off);
    std::fs::write(project.path(".reconcile/drift"), "not a folder").unwrap();
    let file = std::fs::read_to_string(project.path("reconcile.yaml")).unwrap();
    let elsewhere = format!("{file}state: {{postgres: {{url: {{env: NOWHERE}}}}}}\n");
    for (file, warning) in [
        (&file, "the same message about drift may be sent again: the run records in"),
        (&file, "the same message about drift may be sent again: the run records in"),
        (&elsewhere, "the environment variable `NOWHERE` is not set"),
    ] {
        std::fs::write(project.path("reconcile.yaml"), file).unwrap();
        let run = project.run(&["drift", "--notify", &chat.url]);
        assert_eq!((run.code, chat.heard().len()), (2, 1), "{run}");
        assert!(run.stderr.contains(warning), "{run}");
    }
    let deaf = project.run(&["drift", "--notify", "http://127.0.0.1:9/"]);
    assert_eq!(deaf.code, 1, "the chat itself fails: {deaf}");
}

#[test]
fn the_address_of_the_chat_is_not_shown() {
    let project = settled();
    let off = json!({"RetailerId": 507, "TrackingWebhook": {"Enabled": false}});
    put(&project, System::Omnirps, off);
    for address in ["http://127.0.0.1:9/s3cret", "http://chat.example/s3cret", "s3cret"] {
        let run = project.run(&["drift", "-vv", "--notify", address]);
        assert_eq!(run.code, 1, "{run}");
        assert!(!run.to_string().contains("s3cret"), "{run}");
        assert!(run.stdout.contains("1 drifted"), "the drift is shown all the same: {run}");
    }
}

#[test]
fn a_wrong_address_of_the_chat_is_an_error_without_drift_too() {
    let project = settled();
    let run = project.run(&["drift", "--notify", "http://chat.example/s3cret"]);
    assert_eq!(run.code, 1, "{run}");
    let message = "error: messages about drift cannot be sent: the address is not an https URL\n\
                   hint: check the address that --notify or RECONCILE_NOTIFY_URL names\n";
    assert_eq!(run.stderr, message);
    assert_eq!(project.run(&["drift", "--notify", "http://127.0.0.1:9/"]).code, 0);
}

#[test]
fn an_unknown_base_is_wrong_usage() {
    let project = settled();
    let run = project.run(&["plan", "--base", "no-such-branch"]);
    assert_eq!(run.code, 64);
    assert_snapshot!(run.stderr, @"
    error: `no-such-branch` is not a commit in this repository
    hint: name a branch, a tag or a commit, such as origin/main
    ");
    for reference in
        ["--all", "^HEAD", "HEAD^{tree}", "HEAD~1..HEAD", "HEAD..HEAD", "HEAD...HEAD", ""]
    {
        let run = project.run(&["drift", &format!("--base={reference}")]);
        assert_eq!(run.code, 64, "{reference}: {run}");
        assert!(run.stderr.contains("is not a commit in this repository"), "{run}");
    }
    let outside = Project::example().run(&["plan", "--base", "main"]);
    assert_eq!(outside.code, 64, "{outside}");
}

#[test]
fn a_missing_commit_of_a_shallow_clone_has_a_hint() {
    let project = settled();
    let file = project.file("notes.txt", "x");
    file.commit("one more");
    let clone = Project::bare();
    let from = format!("file://{}", file.path(".").display());
    clone.git(&["clone", "--quiet", "--depth", "1", &from, "."]);
    let run = clone.run(&["plan", "--base", "HEAD~1"]);
    assert_eq!(run.code, 64);
    assert_snapshot!(run.stderr, @"
    error: `HEAD~1` is not a commit in this repository, in a shallow clone
    hint: fetch more of the history: `git fetch --unshallow`, or `fetch-depth: 0` for actions/checkout
    ");
}

#[test]
fn a_branch_that_was_not_fetched_has_the_command_that_fetches_it() {
    let project = settled();
    project.git(&["branch", "review/next"]);
    let clone = Project::bare();
    let from = format!("file://{}", project.path(".").display());
    clone.git(&["clone", "--quiet", "--depth", "1", &from, "."]);
    let plan = || clone.run(&["plan", "--base", "origin/review/next"]);
    let run = plan();
    assert_eq!(run.code, 64, "{run}");
    let command = "git fetch origin review/next:refs/remotes/origin/review/next";
    assert!(run.stderr.ends_with(&format!("\nhint: fetch it: `{command}`\n")), "{run}");
    clone.git(&command.split(' ').skip(1).collect::<Vec<_>>());
    let run = plan();
    assert_eq!(run.code, 0, "{run}");
    let run = clone.run(&["plan", "--base", "upstream/main"]);
    assert!(run.stderr.contains("hint: fetch more of the history"), "no such remote: {run}");
}

#[test]
fn shared_settings_affect_every_retailer() {
    let project = settled();
    let shared = std::fs::read_to_string(project.path("reconcile.yaml")).unwrap();
    let project = project
        .file("reconcile.yaml", &shared.replace("hook/v1/seko/update", "hook/v2/seko/update"));
    let run = project.run(&["plan", "--base", "HEAD", "--json"]);
    let plan: Value = serde_json::from_str(&run.stdout).unwrap();
    assert!(plan["retailers"].as_array().unwrap().len() > 5, "{run}");
    let held = plan["retailers"][0]["held"].as_array().unwrap();
    let origins: Vec<_> = held.iter().map(|held| (&held["setting"], &held["origin"])).collect();
    let url = json!("omnirps.tracking_webhook.url");
    assert!(origins.contains(&(&url, &json!("pending"))), "{origins:?}");
    assert!(origins.iter().all(|(setting, origin)| **setting == url || origin.is_null()));
}

#[test]
fn reads_do_not_grow_with_the_fleet_where_ids_are_pinned() {
    let project = settled();
    let mut file = std::fs::read_to_string(project.path("retailers/granite-gear.yaml")).unwrap();
    file.push_str("ids: {omnirps: 507, omnireturns: 1007}\n");
    let project = project.file("retailers/granite-gear.yaml", &file);
    project.commit("pinned");
    let project = project.file("retailers/granite-gear.yaml", &(file + "notes: changed\n"));
    let before = project.methods().len();
    let run = project.run(&["plan", "--base", "HEAD"]);
    assert_eq!(run.code, 0, "{run}");
    assert_eq!(project.methods().len() - before, 3, "two records and the companies");
}

#[test]
fn drift_is_available_as_the_text_of_an_issue() {
    let project = settled();
    let off = json!({"RetailerId": 507, "TrackingWebhook": {"Enabled": false}});
    put(&project, System::Omnirps, off);
    let run = project.run(&["drift", "--format", "markdown"]);
    assert_eq!(run.code, 2);
    assert_snapshot!(run.stdout, @"
    > **Granite Gear has switched over and has a tracking webhook that is switched off, so its customers get no credits.** (<code>no-credits</code>)<br>What to do: OmniRPS retries a delivery without a 200 response after 60 minutes, 24 hours and 48 hours, then switches the webhook off by itself: find out why it was not answered with 200, then run <code>reconcile apply</code> to switch it on again, with --only for a single retailer; what was processed while it was off is not sent again by itself: ask SEKO support to send it.

    **Tracking webhook off, so customers get no credits:** <code>Granite Gear</code>

    ### Drift in sandbox: 1 drifted in 1 retailer; 0 pending, 2 manual, 18 held, 5 in sync; 2 undeclared in OmniRPS

    <details>
    <summary><b>Granite Gear</b> (<code>retailers/granite-gear.yaml</code>): 1 to update</summary>

    **Update in OmniRPS:** Granite Gear (id <code>507</code>)

    | setting | before | after | why |
    |---|---|---|---|
    | <code>omnirps.tracking&#95;webhook.enabled</code> | <code>false</code> | <code>true</code> | N5.2.1, otherwise customers get no credits |

    </details>
    ");
}

#[test]
fn a_repository_that_git_refuses_is_an_error() {
    let project = settled();
    std::fs::write(project.path(".git/config"), "[broken\n").unwrap();
    let run = project.run(&["drift"]);
    assert_eq!(run.code, 1, "{run}");
    assert!(run.stderr.starts_with("error: `git rev-parse` failed: "), "{run}");
}

#[test]
fn a_project_file_that_is_a_link_to_nothing_at_the_base_is_invalid_there() {
    let project = settled();
    std::fs::create_dir(project.path("conf")).unwrap();
    std::fs::rename(project.path("reconcile.yaml"), project.path("conf/loop.yaml")).unwrap();
    symlink("conf/loop.yaml", project.path("reconcile.yaml")).unwrap();
    project.commit("a link");
    let run = project.run(&["drift"]);
    assert_eq!(run.code, 0, "{run}");
    let project = project.file(".git/info/exclude", "conf/\n");
    project.git(&["rm", "--quiet", "-r", "--cached", "conf"]);
    project.commit("a link to nothing");
    let run = project.run(&["drift"]);
    assert_eq!(run.code, 1, "{run}");
    assert!(run.stderr.contains("invalid at HEAD"), "{run}");
    assert!(run.stderr.contains("the file cannot be read: it is a broken link"), "{run}");
}

#[test]
fn a_project_file_that_is_not_in_the_base_is_named_if_its_partner_counts() {
    const WARNING: &str = "`reconcile.yaml` is not in HEAD, so the default partner counts";
    let project = settled().file(".git/info/exclude", "reconcile.yaml\n");
    let shared = std::fs::read_to_string(project.path("reconcile.yaml")).unwrap();
    let other = shared.replace("hook/v1/seko/update", "hook/v2/seko/update");
    let is_named = |project: &Project| project.run(&["drift"]).stderr.contains(WARNING);
    let project = project.file("reconcile.yaml", &other);
    assert!(!is_named(&project), "it is in the base");
    project.git(&["rm", "--quiet", "--cached", "reconcile.yaml"]);
    project.commit("without a project file");
    assert!(is_named(&project));
    let project = project.file("reconcile.yaml", &shared);
    assert!(!is_named(&project), "it has the default partner");
}

#[test]
fn what_the_project_file_names_need_not_be_in_the_base() {
    let project = settled()
        .file(".git/info/exclude", "label.yaml\n")
        .file("label.yaml", include_str!("../../src/sandbox/label.yaml"));
    let shared = std::fs::read_to_string(project.path("reconcile.yaml")).unwrap();
    let named = |label: &str| {
        let to = format!("embedded: true\n    verify: {{label: {label}}}\n");
        shared.replace("embedded: true\n", &to)
    };
    for (label, expected) in [("label.yaml", 0), ("none.yaml", 1)] {
        let project = &project;
        std::fs::write(project.path("reconcile.yaml"), named(label)).unwrap();
        project.commit("a label");
        std::fs::write(project.path("reconcile.yaml"), named("label.yaml") + "# edited\n").unwrap();
        let run = project.run(&["drift"]);
        assert_eq!(run.code, expected, "{run}");
        assert_eq!(run.stderr.contains("`none.yaml` cannot be used"), expected == 1, "{run}");
    }
}

#[test]
fn a_test_case_says_if_nothing_is_known() {
    let project = Project::example().file("faults.yaml", "[{system: omnirps, effect: wrong_key}]");
    let run = project.run(&["drift", "--sandbox-faults=faults.yaml", "--format=junit"]);
    assert_eq!(run.code, 1, "{run}");
    let failures =
        |message: &str| run.stdout.matches(&format!("<failure message=\"{message}\">")).count();
    assert_eq!(failures("not known whether live is as declared"), 10, "{run}");
    assert_eq!(failures("live is not as declared"), 2, "{run}");
}
