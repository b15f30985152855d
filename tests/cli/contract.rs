//! Systems whose endpoints differ from the built-in contract, described in a contract file.

use crate::elsewhere::{CONTRACT, Elsewhere, KEYS};
use crate::support::{Project, Run};
use insta::assert_snapshot;

/// Returns the example fleet with a contract file.
fn project(elsewhere: &Elsewhere, contract: &str) -> Project {
    let project = Project::example().file("reconcile.yaml", &elsewhere.project());
    std::fs::create_dir(project.path("contracts")).unwrap();
    project.file("contracts/elsewhere.yaml", contract)
}

fn plan(elsewhere: &Elsewhere, contract: &str) -> Run {
    project(elsewhere, contract).run_with(&["plan", "--format", "json"], &KEYS)
}

/// Returns the contract with another list endpoint for accounts.
fn listed(path: &str, items: &str, paging: &str) -> String {
    let lines = CONTRACT.lines().map(|line| {
        if line.contains("/accounts/by-cursor") {
            format!("  list: {{path: /accounts/{path}, items: {items}, paging: {{{paging}}}}}\n")
        } else {
            format!("{line}\n")
        }
    });
    lines.collect()
}

#[test]
fn a_plan_is_independent_of_the_contract() {
    let expected = Project::example().run(&["plan", "--format", "json"]);
    let elsewhere = Elsewhere::start();
    let found = plan(&elsewhere, CONTRACT);
    assert_eq!((found.code, found.stdout.as_str()), (0, expected.stdout.as_str()), "{found}");
    let requests = elsewhere.requests();
    assert!(requests.iter().all(|request| !request.contains("save") && !request.contains("new")));
}

#[test]
fn applied_changes_persist() {
    let elsewhere = Elsewhere::start();
    let project = project(&elsewhere, CONTRACT);
    let run = project.run_with(&["apply", "--yes"], &KEYS);
    assert!(run.stdout.contains("11 applied, 0 already so, 0 failed"), "{run}");
    let writes: Vec<String> = elsewhere.requests();
    let count = |what: &str| writes.iter().filter(|request| request.contains(what)).count();
    assert_eq!(count("PUT /parcel/accounts"), 2);
    assert_eq!(count("POST /rps/new"), 1);
    assert!(count("POST /rps/save") >= 5, "{writes:?}");
    assert_eq!(count("POST /returns/shops"), 1);
    assert!(count("PUT /returns/shop?shop_id=") >= 2, "{writes:?}");

    let again = project.run_with(&["plan", "--detailed-exitcode"], &KEYS);
    assert_eq!(again.code, 0, "{again}");
    let rps = Project::example();
    rps.run(&["apply", "--yes"]);
    let expected = rps.run(&["plan", "--format", "json"]).stdout;
    assert_eq!(project.run_with(&["plan", "--format", "json"], &KEYS).stdout, expected);
}

#[test]
fn every_style_of_paging_reads_the_same_list() {
    let elsewhere = Elsewhere::start();
    let expected = plan(&elsewhere, CONTRACT).stdout;
    for (path, items, paging, requests) in [
        ("whole", "\"\"", "style: none", 1),
        ("by-page", "/data", "style: page, page: p, size: n, ask: 4, first: 0", 4),
        ("by-clamped-page", "/data", "style: page, page: p, size: n, ask: 5", 4),
        ("by-offset", "/data", "style: offset, offset: skip, limit: take, ask: 100", 6),
        (
            "by-cursor",
            "/data",
            "style: cursor, cursor: after, next: /paging/next, size: n, ask: 5",
            2,
        ),
        ("settling", "/data", "style: offset, offset: skip, limit: take, ask: 4", 8),
    ] {
        elsewhere.requests();
        let run = plan(&elsewhere, &listed(path, items, paging));
        assert_eq!((run.code, &run.stdout), (0, &expected), "{path}: {run}");
        let asked = elsewhere.requests();
        let asked = asked.iter().filter(|request| request.contains("/parcel/")).count();
        assert_eq!(asked, requests, "{path}");
    }
}

#[test]
fn an_unreliable_list_is_unknown() {
    let elsewhere = Elsewhere::start();
    let told = |contract: &str| {
        let run = plan(&elsewhere, contract);
        assert_eq!(run.code, 1, "{run}");
        let plan: serde_json::Value = serde_json::from_str(&run.stdout).unwrap();
        assert_eq!(plan["unknown_systems"], serde_json::json!(["omniparcel"]));
        run.stderr
    };
    let offset = "style: offset, offset: skip, limit: take, ask: 4";
    assert_snapshot!(told(&listed("moving", "/data", offset)), @"
    error: OmniParcel could not be read: the list changed while it was read, 3 times in a row: it returned a record twice
    hint: run the command again when fewer people work in the system
    error: the plan is incomplete for Aurora Outdoor, Brightwater Swim, Cobalt Cycles, Dune & Co and Kestrel Audio
    hint: run the command again once every system can be read
    ");
    let cursor = "style: cursor, cursor: after, next: /paging/next";
    assert_snapshot!(told(&listed("circles", "/data", cursor)), @"
    error: OmniParcel could not be read: the answer does not fit the contract: the list does not end: the cursor at `/paging/next` was returned before
    hint: the system does not follow the admin contract; see docs/connecting.md on deployments whose endpoints differ
    error: the plan is incomplete for Aurora Outdoor, Brightwater Swim, Cobalt Cycles, Dune & Co and Kestrel Audio
    hint: run the command again once every system can be read
    ");
    assert_snapshot!(told(&CONTRACT.replace("X-Api-Version", "X-Version")), @"
    error: OmniParcel could not be read: rejected: HTTP 400: say which version
    hint: resolve the problem that the system reports
    error: the plan is incomplete for Aurora Outdoor, Brightwater Swim, Cobalt Cycles, Dune & Co and Kestrel Audio
    hint: run the command again once every system can be read
    ");
    let told_of_ids = told(&CONTRACT.replace("id: /account/number", "id: /account"));
    assert_snapshot!(told_of_ids, @"
    error: OmniParcel could not be read: the answer does not fit the contract: a record has an id at `/account` that is neither text nor a whole number below 2^64
    hint: the system does not follow the admin contract; see docs/connecting.md on deployments whose endpoints differ
    error: the plan is incomplete for Aurora Outdoor, Brightwater Swim, Cobalt Cycles, Dune & Co and Kestrel Audio
    hint: run the command again once every system can be read
    ");
    assert_snapshot!(told(&CONTRACT.replace("/account/number", "/account/id")), @"
    error: OmniParcel could not be read: the answer does not fit the contract: a record has no id at `/account/id`
    hint: the system does not follow the admin contract; see docs/connecting.md on deployments whose endpoints differ
    error: the plan is incomplete for Aurora Outdoor, Brightwater Swim, Cobalt Cycles, Dune & Co and Kestrel Audio
    hint: run the command again once every system can be read
    ");
}

#[test]
fn doctor_uses_the_contract() {
    let elsewhere = Elsewhere::start();
    let run = project(&elsewhere, CONTRACT).run_with(&["doctor"], &KEYS);
    assert_eq!(run.code, 0, "{run}");
    for system in ["OmniParcel  ok, 10 records", "OmniRPS  ok, 11 records"] {
        assert!(run.stdout.contains(system), "{run}");
    }
    let wrong = [("PARCEL_KEY", "Bearer x"), ("RPS_KEY", "wrong"), ("RETURNS_KEY", "wrong")];
    let run = project(&elsewhere, CONTRACT).run_with(&["doctor"], &wrong);
    assert_eq!(run.code, 1, "{run}");
    assert_eq!(run.stdout.matches("the key was rejected").count(), 3, "{run}");
}

#[test]
fn a_missing_contract_file_is_reported_at_the_line_that_names_it() {
    let elsewhere = Elsewhere::start();
    let project = Project::example().file("reconcile.yaml", &elsewhere.project());
    let run = project.run_with(&["plan"], &KEYS);
    assert_eq!(run.code, 3, "{run}");
    assert_snapshot!(run.stderr, @"
    error[unreadable-file]: the contract file `contracts/elsewhere.yaml` cannot be used: it does not exist
      --> reconcile.yaml:15:15
       |
    15 |     contract: contracts/elsewhere.yaml
       |               ^^^^^^^^^^^^^^^^^^^^^^^^
       |
       = hint: correct the path, which begins at the project file's folder, or create the file with `reconcile schema --out DIR`
    ");
    std::fs::create_dir_all(project.path("contracts/elsewhere.yaml")).unwrap();
    let run = project.run(&["validate"]);
    assert!(run.stderr.contains("it is not a regular file"), "{run}");
    assert!(elsewhere.requests().is_empty());
}

#[test]
fn validate_shows_every_mistake_of_a_contract() {
    let elsewhere = Elsewhere::start();
    let broken = "\
omniparcel:
  key_header: Authorization
  list: {path: /accounts, items: /data, paging: {style: cursor, cursor: after}}
  id: account.id
  name: /account/title
omnirps:
  headers: {X-Session-Token: sk_live_Zq9}
  sucess: {flag: /ok}
omnireturns: [
";
    let run = project(&elsewhere, broken).run(&["validate"]);
    assert_eq!(run.code, 3, "{run}");
    assert!(!run.to_string().contains("sk_live_Zq9"));
    assert_snapshot!(run.stderr, @"
    error[yaml-syntax]: this is not valid YAML
     --> contracts/elsewhere.yaml:9:15
      |
    9 | omnireturns: [
      |               ^
      |
      = hint: check the indentation, the colons and the quotes here and on the line above
    ");
    let run = project(&elsewhere, &broken.replace("omnireturns: [\n", "")).run(&["validate"]);
    assert_eq!(run.code, 3, "{run}");
    assert!(!run.to_string().contains("sk_live_Zq9"));
    assert_snapshot!(run.stderr, @r#"
    error[missing-key]: `omniparcel.list.paging` has no `next`
     --> contracts/elsewhere.yaml:3:41
      |
    3 |   list: {path: /accounts, items: /data, paging: {style: cursor, cursor: after}}
      |                                         ^^^^^^
      |
      = hint: add `next:` (a pointer to the cursor of the next page; on the last page it is missing, null or empty)

    error[wrong-value]: `omniparcel.id` is not a JSON pointer
     --> contracts/elsewhere.yaml:4:7
      |
    4 |   id: account.id
      |       ^^^^^^^^^^
      |
      = hint: write a JSON pointer, as in `/Retailer/Name`; `""` is the whole

    error[missing-key]: `omnirps` has no `id`
     --> contracts/elsewhere.yaml:6:1
      |
    6 | omnirps:
      | ^^^^^^^
      |
      = hint: add `id:` (a pointer to a record's id)

    error[missing-key]: `omnirps` has no `key_header`
     --> contracts/elsewhere.yaml:6:1
      |
    6 | omnirps:
      | ^^^^^^^
      |
      = hint: add `key_header:` (the header for the key)

    error[missing-key]: `omnirps` has no `list`
     --> contracts/elsewhere.yaml:6:1
      |
    6 | omnirps:
      | ^^^^^^^
      |
      = hint: add `list:` (the call that lists all records)

    error[missing-key]: `omnirps` has no `name`
     --> contracts/elsewhere.yaml:6:1
      |
    6 | omnirps:
      | ^^^^^^^
      |
      = hint: add `name:` (a pointer to a record's name)

    error[literal-key]: `omnirps.headers.X-Session-Token` holds a key in plain text
     --> contracts/elsewhere.yaml:7:30
      |
    7 |   headers: {X-Session-Token: ***********}
      |                              ^^^^^^^^^^^
      |
      = hint: name its header in `key_header`, say where the key is kept in the project file, and have a new one issued

    error[unknown-key]: unknown key `sucess` in `omnirps`
     --> contracts/elsewhere.yaml:8:3
      |
    8 |   sucess: {flag: /ok}
      |   ^^^^^^
      |
      = hint: did you mean `success`?
    "#);
}
