//! Databases that a role may only read, and tables of another version than the program's.

use super::*;

/// The tables as the first version of them has made them.
const FIRST_VERSION: &str = "
create schema reconcile;
create table reconcile.documents (
    key text primary key,
    body bytea not null,
    version bigint not null,
    attempt text not null,
    token bigint,
    modified timestamptz not null default clock_timestamp()
);
create table reconcile.journal (
    run_id text not null,
    first bigint not null,
    environment text not null,
    token bigint not null,
    lines text not null,
    written timestamptz not null default clock_timestamp(),
    primary key (run_id, first)
);
";

const READS: [&[&str]; 4] = [&["plan"], &["status"], &["history"], &["drift"]];

/// A database of its own, with a role that may log in and nothing else.
struct Database {
    owner: String,
    role: String,
}

impl Database {
    fn new(name: &str) -> Database {
        let server = Postgres::start().expect("PostgreSQL");
        let owner = server.fresh(name);
        server.execute(&format!("create role {name}_role login password 'secret'"));
        let role =
            owner.replace(&format!("{USER}:{PASSWORD_IN_URL}"), &format!("{name}_role:secret"));
        Database { owner, role }
    }

    fn execute(&self, sql: &str) {
        Postgres::execute_at(&self.owner, sql);
    }

    fn number(&self, sql: &str) -> i64 {
        Postgres::number_at(&self.owner, sql)
    }
}

fn run(machine: &Project, url: &str, arguments: &[&str]) -> Run {
    machine.run_with(arguments, &[("STATE", url)])
}

fn assert_reads(machine: &Project, url: &str) {
    for arguments in READS {
        let run = run(machine, url, arguments);
        // Drift is found: some retailers are never applied here.
        assert!(run.code == 0 || (run.code == 2 && arguments == ["drift"]), "{arguments:?}: {run}");
        assert!(!run.stderr.contains("run records"), "{arguments:?}: {run}");
    }
}

#[test]
#[ignore = "needs PostgreSQL"]
fn a_role_that_may_only_read_plans_and_applies_nothing() {
    let shared = Shared::start(Kind::Postgres, 0, 60);
    let database = Database::new("rights");
    let machine = shared.machine();
    let apply = [&["apply", "--yes"], &ONLY[..]].concat();
    let assert_refused = |missing: &str| {
        let before = shared.writes();
        let refused = run(&machine, &database.role, &apply);
        assert_eq!((refused.code, shared.writes()), (1, before), "{refused}");
        let place = "the run records in PostgreSQL on 127.0.0.1:";
        assert!(refused.stderr.contains(place) && refused.stderr.contains(missing), "{refused}");
        let hint = "hint: grant the role USAGE on the schema `reconcile`, and SELECT, INSERT and \
                    UPDATE on all its tables";
        assert!(refused.stderr.contains(hint), "{refused}");
    };
    // Without a schema.
    assert_reads(&machine, &database.role);
    assert_refused("permission denied for database rights");
    // With one that the role may not see.
    let done = run(&machine, &database.owner, &["apply", "--yes", "--only", ONLY[1]]);
    assert_eq!(done.code, 0, "{done}");
    let plan = run(&machine, &database.role, &["plan"]);
    assert_eq!(plan.code, 0, "{plan}");
    assert!(plan.stderr.contains("permission denied for schema reconcile"), "{plan}");
    let history = run(&machine, &database.role, &["history"]);
    assert!(
        history.code == 1 && history.stderr.contains("hint: grant the role USAGE"),
        "{history}"
    );
    // With one that it may read.
    database.execute(
        "grant usage on schema reconcile to rights_role;
         grant select on all tables in schema reconcile to rights_role",
    );
    assert_reads(&machine, &database.role);
    let history = run(&machine, &database.role, &["history"]);
    assert!(history.stdout.contains("3 applied"), "{history}");
    assert_refused("permission denied for table documents");
}

#[test]
#[ignore = "needs PostgreSQL"]
fn tables_of_an_earlier_version_are_migrated_and_those_of_a_later_one_refused() {
    let shared = Shared::start(Kind::Postgres, 0, 60);
    let database = Database::new("versions");
    let machine = shared.machine();
    let environment = &shared.environment;
    // What a run of an earlier program has left there.
    let past = Project::example();
    assert_eq!(past.run(&["apply", "--yes", "--only", "granite-gear"]).code, 0);
    let journal = files_below(&past.path(".reconcile/runs")).pop().unwrap();
    let run_id = journal.file_stem().unwrap().to_str().unwrap();
    let lines = std::fs::read_to_string(&journal).unwrap();
    let lease = serde_json::json!({
        "environment": environment, "token": 7, "run_id": run_id, "where": "there",
        "since": "2026-11-26T10:15:00Z", "lease_seconds": 60, "is_held": false, "renewal": "a",
    });
    database.execute(&format!(
        "{FIRST_VERSION}
         insert into reconcile.documents values
         ('leases/{environment}', convert_to($lease${lease}$lease$, 'UTF8'), 3, 'a', 7);
         insert into reconcile.journal values
         ('{run_id}', 1, 'sandbox', 7, $lines${lines}$lines$);
         grant usage on schema reconcile to versions_role;
         grant select, insert, update on all tables in schema reconcile to versions_role"
    ));
    let version = || {
        database.number(
            "select coalesce(max(convert_from(body, 'UTF8')::bigint), 1)
             from reconcile.documents where key = 'schema'",
        )
    };
    let indexes =
        || database.number("select count(*) from pg_indexes where schemaname = 'reconcile'");
    let apply =
        |url: &str, retailer: &str| run(&machine, url, &["apply", "--yes", "--only", retailer]);

    // Reading changes nothing.
    assert_reads(&machine, &database.role);
    let history = run(&machine, &database.role, &["history"]);
    assert!(history.stdout.contains(run_id), "{history}");
    assert_eq!((version(), indexes()), (1, 2));
    // Only the owner can change tables.
    let refused = apply(&database.role, ONLY[1]);
    assert_eq!((refused.code, shared.writes()), (1, 0), "{refused}");
    assert!(refused.stderr.contains("cannot be migrated: must be owner of table"), "{refused}");
    assert!(refused.stderr.contains("as the role that owns the schema `reconcile`"), "{refused}");
    assert_eq!((version(), indexes()), (1, 2));
    // The next apply of the owner does, and whoever comes after finds it done.
    let done = apply(&database.owner, ONLY[1]);
    assert_eq!((done.code, shared.writes()), (0, 3), "{done}");
    assert_eq!((version(), indexes()), (2, 3));
    let done = apply(&database.role, ONLY[3]);
    assert_eq!((done.code, shared.writes()), (0, 5), "{done}");
    let token = format!("select token from reconcile.documents where key = 'leases/{environment}'");
    assert_eq!(database.number(&token), 9, "it goes on from what was there");
    let history = run(&machine, &database.owner, &["history", run_id]);
    assert!(history.code == 0 && history.stdout.contains("is whole"), "{history}");
    assert_eq!(run(&machine, &database.owner, &["history"]).stdout.lines().count(), 4);

    // A later program has migrated them.
    database.execute("update reconcile.documents set body = '3' where key = 'schema'");
    let refused = apply(&database.owner, "cobalt-cycles");
    assert_eq!((refused.code, shared.writes()), (1, 5), "{refused}");
    let why = "its schema has version 3, and this program knows up to 2";
    for refused in [refused, run(&machine, &database.owner, &["history"])] {
        assert_eq!(refused.code, 1, "{refused}");
        assert!(refused.stderr.contains(why), "{refused}");
        assert!(refused.stderr.contains("hint: update reconcile on this machine"), "{refused}");
    }
    for arguments in [["plan"], ["status"]] {
        let run = run(&machine, &database.owner, &arguments);
        assert!(run.code == 0 && run.stderr.contains(why), "{arguments:?}: {run}");
    }
    assert_eq!((version(), indexes(), database.number(&token)), (3, 3, 9));
}
