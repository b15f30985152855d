//! `reconcile apply` of a saved plan, after the project file, another file or live has changed.

use crate::means::{project, run};
use crate::support::Project;
use insta::assert_snapshot;
use reconcile::System;
use serde_json::json;

const GRANITE: [&str; 2] = ["--only", "granite-gear"];

/// Returns the lines of a report about what was not done, and its last line.
fn not_done(report: &str) -> String {
    let lines = report.lines().filter(|line| line.starts_with("! ") || line.starts_with("Applied"));
    lines.collect::<Vec<_>>().join("\n")
}

/// Adds keys to OmniRPS in the environment `a`.
fn change(project: &Project, more: &str) {
    let file = std::fs::read_to_string(project.path("a.yaml")).unwrap();
    let file = file.replace("{env: OMNIRPS}", &format!("{{env: OMNIRPS}}{more}"));
    std::fs::write(project.path("a.yaml"), file).unwrap();
}

#[test]
fn what_the_tool_must_not_change_any_more_is_not_written() {
    let (project, _runtime) = project("", "");
    let plan = run(&project, &[&["plan", "--out", "plan.json"], &GRANITE[..]].concat());
    assert_eq!(plan.code, 0, "{plan}");
    let before = std::fs::read_to_string(project.path("a.yaml")).unwrap();
    let mut reports = Vec::new();
    for more in [
        ", settings: {omnirps.shopify_integration: observe}",
        ", settings: {omnirps.track_and_trace_emails: manual}",
        ", write: manual",
        ", read: none, write: manual",
    ] {
        change(&project, more);
        let apply = run(&project, &["apply", "plan.json", "--yes"]);
        assert_eq!(apply.code, 1, "{more}: {apply}");
        reports.push(not_done(&apply.stdout));
        std::fs::write(project.path("a.yaml"), &before).unwrap();
    }
    assert_snapshot!(reports.join("\n\n"), @"
    ! stale Granite Gear in OmniRPS (granite-gear/omnirps/update): a.yaml lets the tool only observe `omnirps.shopify_integration`
    ! skipped Granite Gear in OmniReturns (granite-gear/omnireturns/update): granite-gear/omnirps/update did not succeed before it
    Applied to a: 0 applied, 0 already so, 0 failed, 1 skipped, 1 stale.

    ! stale Granite Gear in OmniRPS (granite-gear/omnirps/update): a.yaml leaves `omnirps.track_and_trace_emails` to people
    ! skipped Granite Gear in OmniReturns (granite-gear/omnireturns/update): granite-gear/omnirps/update did not succeed before it
    Applied to a: 0 applied, 0 already so, 0 failed, 1 skipped, 1 stale.

    ! stale Granite Gear in OmniRPS (granite-gear/omnirps/update): a.yaml leaves `omnirps.tracking_webhook.url` to people
    ! skipped Granite Gear in OmniReturns (granite-gear/omnireturns/update): granite-gear/omnirps/update did not succeed before it
    Applied to a: 0 applied, 0 already so, 0 failed, 1 skipped, 1 stale.

    ! stale Granite Gear in OmniRPS (granite-gear/omnirps/update): a.yaml leaves `omnirps.tracking_webhook.url` to people
    ! skipped Granite Gear in OmniReturns (granite-gear/omnireturns/update): granite-gear/omnirps/update did not succeed before it
    Applied to a: 0 applied, 0 already so, 0 failed, 1 skipped, 1 stale.
    ");
    let apply = run(&project, &["apply", "plan.json", "--yes"]);
    assert_eq!(apply.code, 0, "{apply}");
    change(&project, ", settings: {omnirps.shopify_integration: observe}");
    let again = run(&project, &["apply", "plan.json", "--yes"]);
    assert_eq!(again.code, 0, "what is done already is not stale: {again}");
}

#[test]
fn a_rollback_leaves_what_the_tool_must_not_change_any_more() {
    let mut settings = insta::Settings::clone_current();
    settings.add_filter(r"\d{8}T\d{6}\.\d{3}Z-[0-9a-f]+", "[run]");
    let _settings = settings.bind_to_scope();
    let (project, _runtime) = project("", "");
    let apply = run(&project, &[&["apply", "--yes"], &GRANITE[..]].concat());
    assert_eq!(apply.code, 0, "{apply}");
    assert_eq!(run(&project, &["rollback", "latest", "--out", "back.json"]).code, 0);
    let observe = ", settings: {omnirps.tracking_webhook.url: observe, \
        omnirps.shopify_integration: manual}";
    change(&project, observe);
    let rollback = run(&project, &["rollback", "latest"]);
    assert_snapshot!(rollback, @r#"
    exit 0
    --- stdout
    Granite Gear  retailers/granite-gear.yaml
      ~ update in OmniReturns: Granite Gear (id 1007)
          omnireturns.company: Loop → SEKO Retail  rollback of run [run]
          omnireturns.portal: unpublished → published  rollback of run [run]
      ~ update in OmniRPS: Granite Gear (id 507)
          omnirps.track_and_trace_emails: disabled → enabled  rollback of run [run]

    Plan for a: 0 to create, 2 to update, 0 manual, 0 held, 0 blocked, 11 unchanged.
    --- stderr
    cannot be undone: Granite Gear: `omnirps.track_and_trace_emails` is put back, but an e-mail that was not sent meanwhile is never sent
    left unchanged: Granite Gear: `omnirps.tracking_webhook.url` stays https://api.loopreturns.com/hook/v1/seko/update: it is only observed in this environment
    left unchanged: Granite Gear: `omnirps.tracking_webhook.enabled` depends on `omnirps.tracking_webhook.url`, which is not put back
    left unchanged: Granite Gear: `omnirps.shopify_integration` stays disabled: it is left to people; to restore it, SEKO account manager has to set it by hand in OmniRPS, Shopify integration of the retailer
    warning: Granite Gear: the process still requires this, so the next plan shows it as drift, unless you remove switched_to_loop or write in retailers/granite-gear.yaml:
      settings:
        omnireturns.company: {value: "SEKO Retail", reason: "…"}
        omnireturns.portal: {value: published, reason: "…"}
        omnirps.track_and_trace_emails: {value: enabled, reason: "…"}
    next: nothing was changed; save this plan with `--out FILE`, then run `reconcile apply FILE --config a.yaml --environment a`
    "#);
    let apply = run(&project, &["apply", "back.json", "--yes"]);
    assert_eq!(apply.code, 4, "{apply}");
    assert_snapshot!(not_done(&apply.stdout), @"
    ! stale Granite Gear in OmniRPS (granite-gear/omnirps/update): a.yaml lets the tool only observe `omnirps.tracking_webhook.url`
    Applied to a: 1 applied, 0 already so, 0 failed, 0 skipped, 1 stale.
    ");
}

#[test]
fn a_name_that_another_record_has_by_now_is_not_given() {
    let project = Project::example();
    let only = ["--only", "harbor-kids"];
    let twin = |name: &str| json!({"RetailerId": 2001, "RetailerName": name, "CompanyId": 1});
    let put = |name: &str| project.store().put(System::Omnireturns, &twin(name)).unwrap();
    assert_eq!(project.run(&[&["plan", "--out", "plan.json"], &only[..]].concat()).code, 0);
    put("Harbor Kids - Loop");
    let apply = project.run(&["apply", "plan.json", "--yes"]);
    assert_eq!(apply.code, 4, "{apply}");
    assert_snapshot!(not_done(&apply.stdout), @r#"
    ! stale Harbor Kids in OmniReturns (harbor-kids/omnireturns/update): OmniReturns is blocked now: 2 OmniReturns records fit: "Harbor Kids" (id 1008) and "Harbor Kids - Loop" (id 2001)
    Applied to sandbox: 1 applied, 0 already so, 0 failed, 0 skipped, 1 stale.
    "#);
    put("Another");
    assert_eq!(project.run(&["apply", "plan.json", "--yes"]).code, 0);
    assert_eq!(project.run(&["rollback", "latest", "--out", "back.json"]).code, 0);
    put("Harbor Kids");
    let apply = project.run(&["apply", "back.json", "--yes"]);
    assert_eq!(apply.code, 1, "{apply}");
    assert_snapshot!(not_done(&apply.stdout), @r#"
    ! stale Harbor Kids in OmniReturns (harbor-kids/omnireturns/update): "Harbor Kids - Loop" (id 1008) would be called "Harbor Kids", but id 2001 already has that name
    Applied to sandbox: 0 applied, 0 already so, 0 failed, 0 skipped, 1 stale.
    "#);
}

#[test]
fn the_old_way_of_returns_is_not_ended_while_the_webhook_is_off() {
    let project = Project::example();
    let url = "https://api.loopreturns.com/hook/v1/seko/update";
    let webhook = |enabled: bool| {
        let webhook =
            json!({"RetailerId": 507, "TrackingWebhook": {"Url": url, "Enabled": enabled}});
        project.store().put(System::Omnirps, &webhook).unwrap();
    };
    project.run(&["plan"]);
    webhook(true);
    assert_eq!(project.run(&[&["plan", "--out", "plan.json"], &GRANITE[..]].concat()).code, 0);
    webhook(false);
    let apply = project.run(&["apply", "plan.json", "--yes"]);
    assert_eq!(apply.code, 1, "{apply}");
    assert_snapshot!(not_done(&apply.stdout), @"
    ! stale Granite Gear in OmniRPS (granite-gear/omnirps/update): `omnirps.tracking_webhook.enabled` has to be right before `omnirps.shopify_integration` is changed, and the plan does not correct it
    ! skipped Granite Gear in OmniReturns (granite-gear/omnireturns/update): granite-gear/omnirps/update did not succeed before it
    Applied to sandbox: 0 applied, 0 already so, 0 failed, 1 skipped, 1 stale.
    ");
    webhook(true);
    assert_eq!(project.run(&["apply", "plan.json", "--yes"]).code, 0);
}

#[test]
fn a_record_that_another_file_claims_by_now_is_left_alone() {
    let project = Project::example();
    assert_eq!(project.run(&[&["plan", "--out", "plan.json"], &GRANITE[..]].concat()).code, 0);
    let other = "retailer: Garnet\njourney: existing\nids: {omnireturns: \"1007\"}\n";
    let project = project.file("retailers/garnet.yaml", other);
    let apply = project.run(&["apply", "plan.json", "--yes"]);
    assert_eq!(apply.code, 4, "{apply}");
    assert_snapshot!(not_done(&apply.stdout), @r#"
    ! stale Granite Gear in OmniReturns (granite-gear/omnireturns/update): OmniReturns is blocked now: retailers/garnet.yaml and retailers/granite-gear.yaml claim OmniReturns record 1007, "Granite Gear" (pinned in retailers/garnet.yaml)
    Applied to sandbox: 1 applied, 0 already so, 0 failed, 0 skipped, 1 stale.
    "#);
}

#[test]
fn what_an_unread_system_decides_fails() {
    let project = Project::example().file(
        "faults.yaml",
        "- {system: omnirps, path: /admin/retailers, effect: {status: {code: 500}}}\n",
    );
    assert_eq!(project.run(&[&["plan", "--out", "plan.json"], &GRANITE[..]].concat()).code, 0);
    let apply = project.run(&["apply", "plan.json", "--yes", "--sandbox-faults", "faults.yaml"]);
    assert_eq!(apply.code, 1, "{apply}");
    assert_snapshot!(not_done(&apply.stdout), @"
    ! failed Granite Gear in OmniRPS (granite-gear/omnirps/update): OmniRPS could not be read: HTTP 500
    ! skipped Granite Gear in OmniReturns (granite-gear/omnireturns/update): granite-gear/omnirps/update did not succeed before it
    Applied to sandbox: 0 applied, 0 already so, 1 failed, 1 skipped, 0 stale.
    ");
}

#[test]
fn waves_of_a_saved_plan_get_to_its_end() {
    let project = Project::example();
    let only = ["--only", "brightwater-swim", "--only", "granite-gear", "--only", "harbor-kids"];
    assert_eq!(project.run(&[&["plan", "--out", "plan.json"], &only[..]].concat()).code, 0);
    let wave = || project.run(&["apply", "plan.json", "--yes", "--limit", "1"]);
    let mut reports = Vec::new();
    for _ in 0..4 {
        let run = wave();
        assert_eq!(run.code, 0, "{run}");
        let left = run.stderr.lines().filter(|line| line.contains("retailers that remain"));
        reports.extend(run.stdout.lines().last().into_iter().chain(left).map(str::to_owned));
    }
    assert_snapshot!(reports.join("\n"), @"
    Applied to sandbox: 3 applied, 0 already so, 0 failed, 0 skipped, 0 stale.
    warning: retailers that remain: 2; run the command again to continue
    Applied to sandbox: 2 applied, 0 already so, 0 failed, 0 skipped, 0 stale.
    warning: retailers that remain: 1; run the command again to continue
    Applied to sandbox: 2 applied, 0 already so, 0 failed, 0 skipped, 0 stale.
    Applied to sandbox: 0 applied, 0 already so, 0 failed, 0 skipped, 0 stale.
    ");
}

#[test]
fn a_wave_goes_on_after_a_link_to_a_new_record() {
    let linked = "journey: new\nmilestones: {documents_completed: 2026-08-09}\n";
    let project = Project::empty()
        .file("retailers/aaa.yaml", &format!("retailer: Aaa\n{linked}"))
        .file("retailers/bbb.yaml", &format!("retailer: Bbb\n{linked}"))
        .file(
            "seed.yaml",
            "Companies: [{CompanyId: 1, CompanyName: SEKO}, {CompanyId: 7, CompanyName: Loop}]\n\
             OmniReturns: [{RetailerName: Aaa, CompanyId: 1}]\n",
        );
    assert_eq!(project.run(&["sandbox", "--reset", "--seed", "seed.yaml"]).code, 0);
    assert_eq!(project.run(&["plan", "--out", "plan.json"]).code, 0);
    let wave = || project.run(&["apply", "plan.json", "--yes", "--limit", "1"]);
    for is_last in [false, true] {
        let run = wave();
        assert_eq!(run.code, 0, "{run}");
        assert!(run.stdout.contains("3 applied, 0 already so"), "{run}");
        assert_eq!(run.stderr.contains("retailers that remain"), !is_last, "{run}");
    }
}

#[test]
fn a_record_that_another_file_means_is_refused_whatever_is_read() {
    // Read alone, the record that Alpha pins is the only one that Beta can mean.
    let project = Project::empty()
        .file(
            "retailers/alpha.yaml",
            "retailer: Alpha\njourney: existing\nomnireturns_access: not_required\nids: {omnirps: \
             77, omnireturns: 1003}\nmilestones: {switched_to_loop: 2026-08-09}\n",
        )
        .file("retailers/beta.yaml", "retailer: Beta\njourney: existing\n")
        .file(
            "seed.yaml",
            "Companies: [{CompanyId: 1, CompanyName: SEKO}, {CompanyId: 7, CompanyName: Loop}]\n\
             OmniRPS: [{RetailerId: 77, RetailerName: Beta}, {RetailerId: 78, RetailerName: Beta}]\n\
             OmniReturns: [{RetailerId: 1003, RetailerName: Alpha, CompanyId: 1}]\n",
        );
    assert_eq!(project.run(&["sandbox", "--reset", "--seed", "seed.yaml"]).code, 0);
    for only in [&[][..], &["--only", "alpha"]] {
        let plan = project.run(&[&["plan"][..], only].concat());
        assert!(plan.stdout.contains("in OmniRPS [duplicate-claim]"), "{plan}");
        let apply = project.run(&[&["apply", "--yes"][..], only].concat());
        assert_eq!(apply.code, 5, "{apply}");
    }
}

#[test]
fn a_rollback_of_one_system_needs_no_other() {
    let project = Project::empty()
        .file(
            "retailers/alpha.yaml",
            "retailer: Alpha\njourney: existing\nomnireturns_access: not_required\nmilestones: \
             {switched_to_loop: 2026-08-09}\n",
        )
        .file(
            "seed.yaml",
            "Companies: [{CompanyId: 1, CompanyName: SEKO}, {CompanyId: 7, CompanyName: Loop}]\n\
             OmniRPS: [{RetailerName: Alpha, ShopifyIntegrationEnabled: false, \
             TrackAndTraceEmailsEnabled: false, TrackingWebhook: {Enabled: true, Url: \
             'https://api.loopreturns.com/hook/v1/seko/update'}}]\n\
             OmniReturns: [{RetailerName: Alpha, CompanyId: 1}]\n",
        )
        .file("down.yaml", "- {system: omnirps, effect: {status: {code: 400}}}\n");
    assert_eq!(project.run(&["sandbox", "--reset", "--seed", "seed.yaml"]).code, 0);
    let apply = project.run(&["apply", "--yes"]);
    assert!(apply.stdout.contains(": 1 applied"), "{apply}");
    assert_eq!(project.run(&["rollback", "latest", "--out", "back.json"]).code, 0);
    let back = ["--sandbox-faults", "down.yaml", "apply", "back.json", "--yes"];
    let back = project.run(&back);
    assert_eq!((back.code, back.stderr.as_str()), (0, "applied: Alpha in OmniReturns\n"), "{back}");
    assert!(back.stdout.contains(": 1 applied"), "{back}");
}

#[test]
fn a_retailer_that_no_file_declares_any_more_is_named() {
    let project = Project::example();
    let plan = project.run(&[&["plan", "--out", "plan.json"], &GRANITE[..]].concat());
    assert_eq!(plan.code, 0, "{plan}");
    let file = project.path("retailers/granite-gear.yaml");
    let text = std::fs::read_to_string(&file).unwrap();
    std::fs::write(&file, text.replace("retailer: Granite Gear", "retailer: Granite")).unwrap();
    let renamed = project.run(&["apply", "plan.json", "--yes"]).stdout;
    assert!(renamed.contains("granite-gear.yaml has changed since the plan was made"), "{renamed}");
    let moved = project.path("retailers/granite.yaml");
    std::fs::rename(&file, &moved).unwrap();
    std::fs::write(&moved, text.replace("required", "required # x")).unwrap();
    let changed = project.run(&["apply", "plan.json", "--yes"]).stdout;
    assert!(changed.contains("has changed since the plan was made"), "{changed}");
    std::fs::remove_file(moved).unwrap();
    let removed = project.run(&["apply", "plan.json", "--yes"]);
    assert_eq!(removed.code, 1, "{removed}");
    let lines = removed.stdout.lines().skip_while(|line| !line.starts_with("! stale"));
    assert_snapshot!(lines.take(2).collect::<Vec<_>>().join("\n"), @"
    ! stale Granite Gear in OmniRPS (granite-gear/omnirps/update): no file declares the retailer any more; the plan was made from retailers/granite-gear.yaml
      hint: if the file was removed by mistake, put it back; otherwise its changes are not wanted
    ");
}
