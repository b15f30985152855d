//! The tool against failing systems, with faults that the sandbox injects.

use crate::support::Project;
use insta::assert_snapshot;

fn rehearse(project: &Project, faults: &str, arguments: &[&str]) -> crate::support::Run {
    std::fs::write(project.path("faults.yaml"), faults).unwrap();
    project.run(&[arguments, &["--sandbox-faults", "faults.yaml"]].concat())
}

#[test]
fn reads_retry_transient_failures() {
    let project = Project::example();
    let clean = project.run(&["plan"]);
    for effect in [
        "{status: {code: 500}}",
        "{status: {code: 429, retry_after: 0}}",
        "{status: {code: 503, retry_after: 0, as_date: true}}",
        "drop_before",
        "drop_after",
        "{latency: {ms: 5}}",
        "truncate",
    ] {
        let faults = format!("[{{times: 2, effect: {effect}}}]");
        let run = rehearse(&project, &faults, &["plan"]);
        if effect == "truncate" {
            assert_eq!(run.code, 1, "{effect}: {run}");
        } else {
            assert_eq!((run.code, &run.stdout), (0, &clean.stdout), "{effect}: {run}");
        }
    }
}

#[test]
fn quirks_of_the_systems_make_no_difference() {
    let project = Project::example();
    let clean = project.run(&["plan"]);
    for effect in [
        "content_type",
        "swap_ids",
        "{booleans: YN}",
        "{booleans: '01'}",
        "{booleans: 01text}",
        "{booleans: text}",
        "{small_pages: {size: 3}}",
    ] {
        let run = rehearse(&project, &format!("[{{effect: {effect}}}]"), &["plan"]);
        assert_eq!((run.code, &run.stdout), (0, &clean.stdout), "{effect}: {run}");
    }
    let moves = "[{times: 2, effect: {small_pages: {size: 3}}}, {path: 'Page=2', times: 2, effect: {small_pages: {size: 3}}}]";
    assert_eq!(rehearse(&project, moves, &["plan"]).stdout, clean.stdout);
}

#[test]
fn an_unreadable_system_is_unknown_and_reports_the_response() {
    let project = Project::example();
    let told = |effect: &str| {
        let faults = format!("[{{system: omnirps, effect: {effect}}}]");
        let run = rehearse(&project, &faults, &["plan", "--json", "--only", "granite-gear"]);
        assert_eq!(run.code, 1, "{run}");
        let plan: serde_json::Value = serde_json::from_str(&run.stdout).unwrap();
        assert_eq!(plan["unknown_systems"], serde_json::json!(["omnirps"]));
        assert_eq!(plan["retailers"][0]["actions"], serde_json::json!([]));
        assert_eq!(plan["retailers"][0]["blocked"][0]["code"], "system-unknown");
        run.stderr
    };
    assert_snapshot!(told("html"), @"
    error: OmniRPS could not be read: the answer is not JSON (HTTP 200): <html><body><h1>We will be back soon</h1></body></html>
    hint: check the system's `url` in the project file
    error: the plan is incomplete for Granite Gear
    hint: run the command again once every system can be read
    ");
    assert_snapshot!(told("wrong_key"), @"
    error: OmniRPS could not be read: the key was rejected: Invalid token
    hint: check the key that the project file names for the system
    error: the plan is incomplete for Granite Gear
    hint: run the command again once every system can be read
    ");
    assert_snapshot!(told("{status: {code: 401}}"), @"
    error: OmniRPS could not be read: the key was rejected: HTTP 401
    hint: check the key that the project file names for the system
    error: the plan is incomplete for Granite Gear
    hint: run the command again once every system can be read
    ");
    assert_snapshot!(told("{status: {code: 404}}"), @"
    error: OmniRPS could not be read: there is no such record or path (HTTP 404)
    hint: check the system's `url` in the project file
    error: the plan is incomplete for Granite Gear
    hint: run the command again once every system can be read
    ");
    assert_snapshot!(told("{status: {code: 500}}"), @"
    error: OmniRPS could not be read: HTTP 500
    hint: wait until the system has recovered
    error: the plan is incomplete for Granite Gear
    hint: run the command again once every system can be read
    ");
    assert_snapshot!(told("{status: {code: 429, retry_after: 3600}}"), @"
    error: OmniRPS could not be read: asks for a pause of 3600 s (HTTP 429), longer than this tool waits
    hint: wait until the system has recovered
    error: the plan is incomplete for Granite Gear
    hint: run the command again once every system can be read
    ");
    let echoed = told("{echo_key: json}");
    assert!(echoed.contains("[redacted]") && !echoed.contains("sandbox-omnirps-key"), "{echoed}");
}

#[test]
fn a_list_that_keeps_moving_is_unknown_and_one_that_settles_is_not() {
    let project = Project::example();
    let clean = project.run(&["plan"]);
    let moving = "{system: omnirps, effect: {small_pages: {size: 3}}}, {system: omnirps, effect: {move_list: inserted}";
    let run = rehearse(&project, &format!("[{moving}}}]"), &["plan", "--only", "granite-gear"]);
    assert_eq!(run.code, 1);
    assert_snapshot!(run.stderr, @"
    error: OmniRPS could not be read: the list changed while it was read, 3 times in a row: it reports 11 records, but returned 10
    hint: run the command again when fewer people work in the system
    error: the plan is incomplete for Granite Gear
    hint: run the command again once every system can be read
    ");
    let settles = rehearse(&project, &format!("[{moving}, times: 4}}]"), &["plan"]);
    assert_eq!(settles.stdout, clean.stdout, "{settles}");
}

#[test]
fn apply_executes_what_does_not_depend_on_an_unknown_system() {
    let project = Project::example();
    let faults = "[{system: omnireturns, effect: html}]";
    let run = rehearse(&project, faults, &["apply", "--yes", "--only", "granite-gear", "-q"]);
    assert_eq!(run.code, 4);
    assert!(
        run.stdout.ends_with("1 applied, 0 already so, 0 failed, 0 skipped, 0 stale.\n"),
        "{run}"
    );
    let run =
        rehearse(&project, "[{effect: html}]", &["apply", "--yes", "--only", "harbor-kids", "-q"]);
    assert_eq!(run.code, 1);
}

#[test]
fn a_write_whose_answer_was_lost_is_not_sent_twice() {
    for effect in ["drop_after", "{status: {code: 500}}, after: true"] {
        let project = Project::example();
        let faults = format!(
            "[{{method: PATCH, times: 1, effect: {effect}}}, {{method: POST, times: 3, effect: {effect}}}]"
        );
        let run = rehearse(&project, &faults, &["apply", "--yes"]);
        assert_eq!(run.code, 5, "{run}");
        assert!(run.stdout.contains("11 applied, 0 already so, 0 failed"), "{effect}: {run}");
        let writes = project.methods().iter().filter(|method| *method != "GET").count();
        assert_eq!(writes, 11, "{effect}: each write was sent once");
        assert_eq!(project.run(&["plan", "--detailed-exitcode"]).code, 0);
    }
}

#[test]
fn a_write_that_did_not_arrive_is_sent_again() {
    for effect in ["drop_before", "{status: {code: 429, retry_after: 0}}", "{status: {code: 503}}"]
    {
        let project = Project::example();
        let faults = format!(
            "[{{method: PATCH, times: 2, effect: {effect}}}, {{method: POST, times: 2, effect: {effect}}}]"
        );
        let run = rehearse(&project, &faults, &["apply", "--yes"]);
        assert!(run.stdout.contains("11 applied, 0 already so, 0 failed"), "{effect}: {run}");
        assert_eq!(project.run(&["plan", "--detailed-exitcode"]).code, 0);
    }
}

#[test]
fn a_failed_action_skips_only_its_dependents() {
    let project = Project::example();
    let faults = "[{system: omnirps, method: POST, effect: {status: {code: 400}}}, {system: omnirps, path: '/508', method: PATCH, effect: wrong_key}]";
    let run = rehearse(&project, faults, &["apply", "--yes", "-q"]);
    assert_eq!(run.code, 4);
    let report: Vec<&str> = run
        .stdout
        .lines()
        .skip_while(|line| !line.starts_with("! ") && !line.starts_with("Applied"))
        .collect();
    assert_snapshot!(report.join("\n"), @r#"
    ! failed Brightwater Swim in OmniRPS (brightwater-swim/omnirps/create): creating "Brightwater Swim" in OmniRPS failed: the answer is not JSON (HTTP 400)
      hint: check the system's `url` in the project file
    ! skipped Brightwater Swim in OmniReturns (brightwater-swim/omnireturns/create): brightwater-swim/omnirps/create did not succeed before it
    ! failed Harbor Kids in OmniRPS (harbor-kids/omnirps/update): updating record 508 in OmniRPS failed: the key was rejected: Invalid token
      hint: check the key that the project file names for the system
    ! skipped Harbor Kids in OmniReturns (harbor-kids/omnireturns/update): harbor-kids/omnirps/update did not succeed before it
    Applied to sandbox: 7 applied, 0 already so, 2 failed, 2 skipped, 0 stale.
    "#);
    let healed = project.run(&["apply", "--yes"]);
    assert!(healed.stdout.contains("4 applied, 0 already so, 0 failed"), "{healed}");
    assert_eq!(project.run(&["plan", "--detailed-exitcode"]).code, 0);
}

#[test]
fn a_system_that_is_down_gets_no_more_requests() {
    const RETAILERS: usize = 45;
    let mut project = Project::empty().file(
        "reconcile.yaml",
        "environments: {sandbox: {embedded: true, limits: {concurrency: 1, retries: 0}}}\n\
         safety: {max_changed_retailers_percent: 100}\n",
    );
    let mut seed = "OmniRPS:\n".to_owned();
    for id in 1..=RETAILERS {
        let file = format!(
            "retailer: Shop {id}\njourney: existing\nmilestones: {{switched_to_loop: 2026-10-12}}\n"
        );
        project = project.file(&format!("retailers/shop-{id}.yaml"), &file);
        seed.push_str(&format!("- {{RetailerId: {id}, RetailerName: Shop {id}}}\n"));
    }
    let project = project.file("seed.yaml", &seed);
    assert_eq!(project.run(&["sandbox", "--reset", "--seed", "seed.yaml"]).code, 0);
    let faults = "[{system: omnirps, path: '/admin/retailers/', effect: drop_before}]";
    let run = rehearse(&project, faults, &["apply", "--yes", "-q"]);
    assert_eq!(run.code, 1, "{run}");
    let down = "is not responding: 40 requests in a row failed, so no more are sent";
    assert_eq!(run.stdout.matches(down).count(), RETAILERS - 40, "{run}");
    let asked = project.run(&["sandbox", "--requests"]).stdout;
    let dropped = asked.lines().filter(|line| line.contains("drop_before")).count();
    assert_eq!(dropped, 40, "{asked}");
}

#[test]
fn a_record_whose_version_is_rejected_is_stale() {
    let project = Project::example();
    let faults = "[{system: omnirps, method: PATCH, effect: {status: {code: 412}}}]";
    let run = rehearse(&project, faults, &["apply", "--yes", "-q", "--only", "granite-gear"]);
    assert_eq!(run.code, 1, "{run}");
    let report: Vec<&str> = run.stdout.lines().skip_while(|line| !line.starts_with("! ")).collect();
    assert_snapshot!(report.join("\n"), @"
    ! stale Granite Gear in OmniRPS (granite-gear/omnirps/update): the system rejects its own version of record 507 as out of date (HTTP 412), so it cannot be updated
      hint: check whether something between this tool and the system, such as a proxy that compresses, changes the ETag of its responses
    ! skipped Granite Gear in OmniReturns (granite-gear/omnireturns/update): granite-gear/omnirps/update did not succeed before it
    Applied to sandbox: 0 applied, 0 already so, 0 failed, 1 skipped, 1 stale.
    ");
    assert_eq!(project.methods().iter().filter(|method| *method == "PATCH").count(), 6);
}

#[test]
fn a_create_whose_system_cannot_be_listed_again_is_told() {
    // The list is read for the plan and before the create; the third time it fails.
    let unlisted = "[{system: omniparcel, path: 'Page=', skip: 2, effect: {status: {code: 400}}}]";
    for (faults, code) in [(unlisted, 4), ("[]", 0)] {
        let file = "retailer: Xeno\njourney: new\nmilestones: {documents_completed: 2026-10-01}\n";
        let project = Project::empty()
            .file("reconcile.yaml", "safety: {max_changed_retailers_percent: 100}\n")
            .file("retailers/xeno.yaml", file);
        let run = rehearse(&project, faults, &["apply", "--yes", "-q"]);
        assert_eq!(run.code, code, "{run}");
        let told: Vec<&str> = run
            .stderr
            .lines()
            .chain(run.stdout.lines())
            .filter(|line| line.starts_with("! "))
            .collect();
        if code == 0 {
            assert!(told.is_empty(), "{run}");
        } else {
            assert_snapshot!(told.join("\n"), @"! twins-unknown: it is unknown whether OmniParcel now has two records with the same name: the answer is not JSON (HTTP 400)");
        }
    }
}

#[test]
fn nothing_is_sent_after_the_deadline() {
    let project = Project::example().file(
        "reconcile.yaml",
        "environments: {sandbox: {embedded: true, limits: {deadline_seconds: 1, retries: 0}}}\n\
         safety: {max_changed_retailers_percent: 100}\n",
    );
    let faults = "[{system: omnirps, method: PATCH, effect: {latency: {ms: 1100}}}]";
    let run = rehearse(&project, faults, &["apply", "--yes", "-q", "--only", "granite-gear"]);
    assert_eq!(run.code, 4, "{run}");
    let report: Vec<&str> = run.stdout.lines().skip_while(|line| !line.starts_with("! ")).collect();
    assert_snapshot!(report.join("\n"), @"
    ! failed Granite Gear in OmniReturns (granite-gear/omnireturns/update): reading record 1007 in OmniReturns failed: the deadline of this run has passed, so nothing more is sent
      hint: run the command again to continue, or raise `limits.deadline_seconds`
    Applied to sandbox: 1 applied, 0 already so, 1 failed, 0 skipped, 0 stale.
    ");
}

#[test]
fn a_run_can_stop_at_its_first_failure() {
    let project = Project::example().file(
        "reconcile.yaml",
        "environments: {sandbox: {embedded: true, limits: {concurrency: 1}}}\n\
         safety: {max_changed_retailers_percent: 100}\n",
    );
    let faults = "[{path: '/503', method: PATCH, effect: wrong_key}]";
    let run = rehearse(&project, faults, &["apply", "--yes", "-q", "--on-error", "abort"]);
    assert_eq!(run.code, 4);
    let last = run.stdout.lines().last().unwrap();
    assert_snapshot!(last, @"Applied to sandbox: 3 applied, 0 already so, 1 failed, 7 skipped, 0 stale.");
    let healed = project.run(&["apply", "--yes", "--on-error", "continue"]);
    assert!(healed.stdout.contains("8 applied"), "{healed}");
}

#[test]
fn a_failed_look_up_fails_one_create_alone() {
    let mut project = Project::example();
    for name in ["Xeno", "Yota", "Zeta"] {
        let file = format!(
            "retailer: {name}\njourney: new\nmilestones: {{documents_completed: 2026-10-01}}\n"
        );
        project = project.file(&format!("retailers/{}.yaml", name.to_lowercase()), &file);
    }
    // The first page is read for the plan, and then before the first create.
    let faults = "[{system: omniparcel, method: GET, path: 'Page=1', skip: 1, times: 6, \
                  effect: {status: {code: 503, retry_after: 0}}}]";
    let only = ["xeno", "yota", "zeta"].map(|name| ["--only", name]).concat();
    let run = rehearse(&project, faults, &[&["apply", "--yes", "--force"], &only[..]].concat());
    assert_eq!(run.code, 4, "{run}");
    let created = |name: &str| {
        run.stdout.contains(&format!("applied: {name} in OmniParcel"))
            || run.stderr.contains(&format!("applied: {name} in OmniParcel"))
    };
    let created = ["Xeno", "Yota", "Zeta"].into_iter().filter(|name| created(name)).count();
    assert_eq!(created, 2, "{run}");
}

#[test]
fn what_stays_in_doubt_because_its_system_is_unread_is_no_success() {
    let new = "retailer: Xeno\njourney: new\nmilestones: {documents_completed: 2026-10-01}\n";
    let project = Project::example().file("retailers/xeno.yaml", new);
    let saved = project.run(&["plan", "--out", "saved.json", "--only", "granite-gear"]);
    assert_eq!(saved.code, 0, "{saved}");
    // The create lands, its answer is lost, and so are the look-ups.
    let lost = "[{system: omniparcel, method: POST, effect: drop_after}, \
                {system: omniparcel, method: GET, skip: 2, effect: {status: {code: 400}}}]";
    assert_eq!(rehearse(&project, lost, &["apply", "--yes", "--only", "xeno"]).code, 4);

    let apply = |faults| rehearse(&project, faults, &["apply", "saved.json", "--yes", "-q"]);
    let down = "[{system: omniparcel, effect: {status: {code: 400}}}]";
    let unread = apply(down);
    assert_eq!(unread.code, 4, "{unread}");
    assert_snapshot!(unread.stderr, @"
    error: OmniParcel could not be read: the answer is not JSON (HTTP 400)
    hint: check the system's `url` in the project file
    error: OmniParcel could not be read, so an earlier change stays in doubt for Xeno
    hint: `reconcile doctor` shows why; run the command again once it can be read
    ");
    assert_eq!(apply(down).code, 1, "nothing was written");
    // A system in which nothing is in doubt, and that the plan does not touch, is not needed.
    assert_eq!(apply("[]").code, 0);
    assert_eq!(apply(down).code, 0);
}
