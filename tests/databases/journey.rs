//! The real binary with databases: the same plan as over HTTP, and a journey in which people
//! make all changes.

use crate::databases::{Mariadb, Postgres};
use crate::support::Project;
use rusqlite::Connection;
use rusqlite::types::Value;
use std::path::Path;

const QUERIES: [(&str, &str); 4] = [
    ("omniparcel", include_str!("../../src/systems/sql/examples/omniparcel.sql")),
    ("omnirps", include_str!("../../src/systems/sql/examples/omnirps.sql")),
    ("omnireturns", include_str!("../../src/systems/sql/examples/omnireturns.sql")),
    ("companies", include_str!("../../src/systems/sql/examples/companies.sql")),
];

/// Returns an environment named like the sandbox, read with these queries and written over
/// HTTP.
fn read_with(queries: &[(&str, String)]) -> String {
    let mut text = "environments:\n  sandbox:\n".to_owned();
    let companies = &queries[3].1;
    for (system, query) in &queries[..3] {
        text.push_str(&format!(
            "    {system}:\n      read: sql\n      url: http://127.0.0.1:9\n      key: {{env: KEY}}\n      \
             sql:\n        url: {{env: DATABASE}}\n        query: {}\n",
            serde_json::json!(query)
        ));
        if *system == "omnireturns" {
            text.push_str(&format!("        companies: {}\n", serde_json::json!(companies)));
        }
    }
    text
}

/// Copies the results of the queries from a SQLite file into tables of another database.
fn copy(from: &Connection, quote: char, id: &str, execute: impl Fn(&str)) {
    for (table, query) in QUERIES {
        let mut statement = from.prepare(query).unwrap();
        let columns: Vec<String> =
            statement.column_names().map(|name| format!("{quote}{name}{quote}")).collect();
        let count = columns.len();
        let mut rows = statement.query([]).unwrap();
        execute(&format!("drop table if exists plan_{table}"));
        let mut is_made = false;
        while let Some(row) = rows.next().unwrap() {
            let cells: Vec<Value> = (0..count).map(|at| row.get(at).unwrap()).collect();
            if !is_made {
                let types = columns.iter().zip(&cells).map(|(name, cell)| match cell {
                    Value::Integer(_) if name.contains("id") => format!("{name} {id}"),
                    _ => format!("{name} text"),
                });
                let types: Vec<String> = types.collect();
                execute(&format!("create table plan_{table} ({})", types.join(", ")));
                is_made = true;
            }
            let shown: Vec<String> = cells
                .iter()
                .map(|cell| match cell {
                    Value::Null => "null".to_owned(),
                    Value::Integer(number) => format!("'{number}'"),
                    Value::Text(text) => format!("'{}'", text.replace('\'', "''")),
                    other => panic!("{other:?}"),
                })
                .collect();
            execute(&format!("insert into plan_{table} values ({})", shown.join(", ")));
        }
    }
}

/// Plans the example over HTTP, and from a database: the plans are the same.
fn plan_from(database: impl Fn(&Path) -> String, queries: &[(&str, String)]) {
    let project = Project::example();
    let served = project.run(&["plan", "--format", "json"]);
    assert_eq!(served.code, 0, "{served}");
    assert!(served.stdout.contains("omnireturns.company"), "{served}");
    let url = database(&project.path(".reconcile/sandbox.db"));
    let project = project.file("sql.yaml", &read_with(queries));
    let plan = ["plan", "--format", "json", "--config", "sql.yaml"];
    let run = project.run_with(&plan, &[("DATABASE", &url), ("KEY", "not-used")]);
    assert_eq!((run.code, &run.stdout), (0, &served.stdout), "{run}");
}

#[test]
fn the_plan_is_the_same_over_http_and_from_sqlite() {
    let queries = QUERIES.map(|(system, query)| (system, query.to_owned()));
    plan_from(|file| format!("sqlite://{}", file.display()), &queries);
}

/// Plans from a server, into which the sandbox's state is copied.
fn plan_from_copy(url: String, quote: char, execute: impl Fn(&str)) {
    let queries = QUERIES.map(|(table, _)| (table, format!("select * from plan_{table}")));
    let database = |file: &Path| {
        copy(&Connection::open(file).unwrap(), quote, "bigint", &execute);
        url.clone()
    };
    plan_from(database, &queries);
}

#[test]
#[ignore = "needs PostgreSQL"]
fn the_plan_is_the_same_over_http_and_from_postgresql() {
    let server = Postgres::start();
    plan_from_copy(server.url(), '"', |sql| server.execute(sql));
}

#[test]
#[ignore = "needs MariaDB"]
fn the_plan_is_the_same_over_http_and_from_mariadb() {
    let server = Mariadb::start();
    plan_from_copy(server.url(), '`', |sql| server.execute(sql));
}

/// Returns a database that people query, and a retailer that has not switched over.
fn people() -> (Project, Connection) {
    let project = Project::empty()
        .file(
            "retailers/acme.yaml",
            "retailer: Acme\njourney: existing\nomnireturns_access: not_required\n",
        )
        .file(
            "reconcile.yaml",
            r#"default_environment: production
environments:
  production:
    omniparcel: {read: none}
    omnirps:
      sql:
        url: {env: DATABASE}
        query: >-
          select id, name, webhook as "omnirps.tracking_webhook.url",
          hook_on as "omnirps.tracking_webhook.enabled",
          shopify as "omnirps.shopify_integration",
          emails as "omnirps.track_and_trace_emails" from rps
    omnireturns:
      sql:
        url: {env: DATABASE}
        query: >-
          select id, name, company as "omnireturns.company", portal as "omnireturns.portal",
          rps as "omnireturns.omnirps_retailer_id", null as "omnireturns.emails",
          null as "omnireturns.hubs" from returns
"#,
        );
    let database = Connection::open(project.path("live.db")).unwrap();
    database
        .execute_batch(
            "create table rps (id, name, webhook, hook_on, shopify, emails);
             insert into rps values (77, 'Acme', '', 'N', 'Y', 'Y');
             create table returns (id, name, company, portal, rps);
             insert into returns values ('1042', 'Acme', 'Acme Group', 'Y', 77);",
        )
        .unwrap();
    (project, database)
}

/// Returns the numbers of manual and held entries, and of actions.
fn counts(project: &Project, url: &str) -> (u64, u64, u64) {
    let run = project.run_with(&["plan", "--json"], &[("DATABASE", url)]);
    assert_eq!(run.code, 0, "{run}");
    let plan: serde_json::Value = serde_json::from_str(&run.stdout).unwrap();
    let of = |name: &str| plan["summary"][name].as_u64().unwrap();
    (of("manual"), of("held"), of("create") + of("update"))
}

#[test]
fn people_complete_the_journey_with_a_database() {
    let (project, database) = people();
    let url = format!("sqlite://{}", project.path("live.db").display());
    assert_eq!(counts(&project, &url), (0, 6, 0));
    let run = project.run(&["attest", "acme", "switched_to_loop", "--on", "2026-10-12"]);
    assert_eq!(run.code, 0, "{run}");
    assert_eq!(counts(&project, &url), (6, 0, 0));

    let variables = [("DATABASE", url.as_str())];
    let run = project.run_with(&["plan", "--format", "markdown"], &variables);
    assert_eq!(run.stdout.matches("- [ ] ").count(), 6, "{run}");
    let run = project.run_with(&["doctor"], &variables);
    assert_eq!(run.code, 0, "{run}");
    for line in [
        "OmniParcel  nothing to check: people read and change it",
        "  omniparcel.account: looked up manually, changed manually (SEKO onboarding)",
        "  omnirps.tracking_webhook.enabled: read with SQL, changed manually (SEKO support)",
    ] {
        assert!(run.stdout.contains(line), "{line}\n{run}");
    }
    let run = project.run_with(&["apply", "--yes"], &variables);
    assert_eq!(run.code, 0, "people do it, not the tool: {run}");

    let url_of_loop = "https://api.loopreturns.com/hook/v1/seko/update";
    for (done, left) in [
        (format!("update rps set webhook = '{url_of_loop}'"), 5),
        ("update rps set hook_on = 'Y'".into(), 4),
        ("update rps set shopify = 'N', emails = 'N'".into(), 2),
        ("update returns set company = 'Loop'".into(), 1),
        ("update returns set portal = 'N'".into(), 0),
    ] {
        database.execute_batch(&done).unwrap();
        assert_eq!(counts(&project, &url), (left, 0, 0), "{done}");
    }
    let run = project.run_with(&["plan"], &variables);
    assert_eq!(
        run.stdout,
        "Plan for production: 0 to create, 0 to update, 0 manual, 0 held, 0 blocked, 1 \
         unchanged.\n"
    );
}

#[test]
fn a_retailer_that_keeps_its_access_is_onboarded_by_people_too() {
    let (project, database) = people();
    let url = format!("sqlite://{}", project.path("live.db").display());
    let file = project.path("retailers/acme.yaml");
    let text = std::fs::read_to_string(&file).unwrap();
    let text = text.replace("not_required", "required");
    std::fs::write(&file, format!("{text}milestones: {{switched_to_loop: 2026-10-12}}\n")).unwrap();
    assert_eq!(counts(&project, &url), (4, 0, 0));
    database
        .execute_batch(
            "update rps set webhook = 'https://api.loopreturns.com/hook/v1/seko/update',
             hook_on = 'Y', emails = 'N'",
        )
        .unwrap();
    assert_eq!(counts(&project, &url), (1, 0, 0));
    database.execute_batch("update returns set name = 'Acme - Loop'").unwrap();
    assert_eq!(counts(&project, &url), (0, 0, 0));
}

#[test]
fn the_password_of_a_database_is_in_no_output() {
    let (project, _) = people();
    for url in [
        "postgres://reader:sk_live_Zq9@127.0.0.1:1/live",
        "mysql://reader:sk_live_Zq9@127.0.0.1:1/live",
        "postgres://reader:sk_live_Zq9@127.0.0.1:1/live?password=sk_live_Zq9",
        "sk_live_Zq9",
    ] {
        for command in [["plan", "-vv"], ["doctor", "-vv"], ["drift", "-vv"]] {
            let run = project.run_with(&command, &[("DATABASE", url)]);
            assert_eq!(run.code, 1, "{run}");
            assert!(!run.to_string().contains("sk_live"), "{url}\n{run}");
        }
    }
}
