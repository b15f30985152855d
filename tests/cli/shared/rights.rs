//! Databases that a role may only read, and tables of another version.

use super::*;

const READS: [&[&str]; 4] = [&["plan"], &["status"], &["history"], &["drift"]];

/// A database of its own, with a role that may log in and nothing else.
struct Database {
    owner: String,
    role: String,
}

impl Database {
    fn new(name: &str) -> Database {
        let server = Postgres::start();
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
fn tables_of_another_version_are_refused() {
    let shared = Shared::start(Kind::Postgres, 0, 60);
    let database = Database::new("versions");
    let machine = shared.machine();
    let apply = |retailer| run(&machine, &database.owner, &["apply", "--yes", "--only", retailer]);
    let done = apply(ONLY[1]);
    assert_eq!((done.code, shared.writes()), (0, 3), "{done}");
    let version = "select convert_from(body, 'UTF8')::bigint
        from reconcile.documents where key = 'schema'";
    assert_eq!(database.number(version), 2);

    // A later program has changed them.
    database.execute("update reconcile.documents set body = '3' where key = 'schema'");
    let refused = apply(ONLY[3]);
    assert_eq!((refused.code, shared.writes()), (1, 3), "{refused}");
    let why = "its schema has version 3, and this program's is 2";
    for refused in [refused, run(&machine, &database.owner, &["history"])] {
        assert_eq!(refused.code, 1, "{refused}");
        assert!(refused.stderr.contains(why), "{refused}");
        assert!(refused.stderr.contains("hint: update reconcile on this machine"), "{refused}");
    }
    for arguments in [["plan"], ["status"]] {
        let run = run(&machine, &database.owner, &arguments);
        assert!(run.code == 0 && run.stderr.contains(why), "{arguments:?}: {run}");
    }
    assert_eq!(database.number(version), 3);
}
