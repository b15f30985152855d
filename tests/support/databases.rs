//! PostgreSQL and MariaDB servers for tests, one of each per test binary.
//!
//! A server has its data in a temporary folder and listens only on this machine. It ends
//! with the test binary in any case: a shell waits for the end of its input, which comes
//! when the binary is gone.

#![allow(dead_code, reason = "not every test binary uses all of it")]

use crate::programs::find;
use sqlx::{AssertSqlSafe, Connection, MySqlConnection, PgConnection};
use std::fs;
use std::future::Future;
use std::io::{Read, Write};
use std::net::{TcpListener, TcpStream};
use std::os::unix::fs::{MetadataExt, chown};
use std::os::unix::process::CommandExt;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::sync::OnceLock;
use std::time::{Duration, Instant};
use tempfile::TempDir;

/// The superuser of both servers.
pub(crate) const USER: &str = "fleet-admin";

/// Its password, and the password encoded for a URL.
pub(crate) const PASSWORD: &str = "s3cret p@ss/w#rd%";
pub(crate) const PASSWORD_IN_URL: &str = "s3cret%20p%40ss%2Fw%23rd%25";

/// `nobody`, the user of servers that refuse to run as root.
const NOBODY: u32 = 65534;

/// The maximum time for a server to start: many times the usual time on a busy machine.
const START: Duration = Duration::from_secs(120);

/// A running PostgreSQL server.
pub(crate) struct Postgres {
    port: u16,
    _server: Server,
}

/// A running MariaDB server.
pub(crate) struct Mariadb {
    port: u16,
    _server: Server,
}

impl Postgres {
    /// Returns the server of this test binary.
    pub(crate) fn start() -> &'static Postgres {
        static SERVER: OnceLock<Postgres> = OnceLock::new();
        SERVER.get_or_init(Postgres::start_one)
    }

    fn start_one() -> Postgres {
        let postgres = find(&["postgres"]);
        let own = folder();
        let folder = own.path().to_owned();
        let data = folder.join("data").display().to_string();
        let password = folder.join("password");
        fs::write(&password, PASSWORD).unwrap();
        give_away(&password);
        let mut make = unprivileged(&postgres.with_file_name("initdb"), &folder);
        make.args(["--no-sync", "--no-instructions", "--encoding=UTF8", "--locale=C"]).args([
            "--auth=scram-sha-256",
            "--username",
            USER,
            "--pgdata",
            &data,
            "--pwfile",
        ]);
        run(make.arg(&password));
        let port = port(0);
        let mut serve = unprivileged(&postgres, &folder);
        serve.args(["-D", &data, "-p", &port.to_string(), "-h", "127.0.0.1", "-k"]);
        serve.arg(&folder).args(["-c", "fsync=off"]);
        // SIGINT: shut down at once, without waiting for clients.
        let server = Server::start(&serve, own, "INT");
        let postgres = Postgres { port, _server: server };
        wait_until(&folder, || block_on(PgConnection::connect(&postgres.url())).is_ok());
        postgres
    }

    /// Returns its port.
    pub(crate) fn port(&self) -> u16 {
        self.port
    }

    /// Returns the URL with the password.
    pub(crate) fn url(&self) -> String {
        format!("postgres://{USER}:{PASSWORD_IN_URL}@127.0.0.1:{}/postgres", self.port)
    }

    /// Creates a database and returns its URL.
    pub(crate) fn fresh(&self, name: &str) -> String {
        self.execute(&format!("create database {name}"));
        self.url().replace("/postgres", &format!("/{name}"))
    }

    /// Runs statements.
    pub(crate) fn execute(&self, sql: &str) {
        Postgres::execute_at(&self.url(), sql);
    }

    /// Runs statements in the database of this URL.
    pub(crate) fn execute_at(url: &str, sql: &str) {
        block_on(async {
            let mut connection = PgConnection::connect(url).await.unwrap();
            sqlx::raw_sql(AssertSqlSafe(sql)).execute(&mut connection).await.unwrap();
        });
    }

    /// Runs a query that returns one number.
    pub(crate) fn number(&self, sql: &str) -> i64 {
        Postgres::number_at(&self.url(), sql)
    }

    /// Runs a query for one number in the database of this URL.
    pub(crate) fn number_at(url: &str, sql: &str) -> i64 {
        block_on(async {
            let mut connection = PgConnection::connect(url).await.unwrap();
            sqlx::query_scalar(AssertSqlSafe(sql)).fetch_one(&mut connection).await.unwrap()
        })
    }
}

impl Mariadb {
    /// Returns the server of this test binary.
    pub(crate) fn start() -> &'static Mariadb {
        static SERVER: OnceLock<Mariadb> = OnceLock::new();
        SERVER.get_or_init(Mariadb::start_one)
    }

    fn start_one() -> Mariadb {
        let mariadbd = find(&["mariadbd"]);
        let install = find(&["mariadb-install-db"]);
        let own = folder();
        let folder = own.path().to_owned();
        let data = format!("--datadir={}", folder.join("data").display());
        // A starting server clears the temporary tables of its folder, including those of
        // others.
        let own_tables = format!("--tmpdir={}", folder.display());
        let mut make = unprivileged(&install, &folder);
        make.args(["--no-defaults", "--skip-test-db", "--skip-name-resolve", &data, &own_tables]);
        run(make.arg("--auth-root-authentication-method=normal"));
        let port = port(1);
        let socket = folder.join("socket").display().to_string();
        let mut serve = unprivileged(&mariadbd, &folder);
        serve.args(["--no-defaults", &data, "--bind-address=127.0.0.1", "--skip-name-resolve"]);
        serve.args([&format!("--port={port}"), &format!("--socket={socket}")]);
        serve.args(["--innodb-flush-log-at-trx-commit=0", "--skip-ssl", &own_tables]);
        let server = Server::start(&serve, own, "TERM");
        let root = format!("mysql://root@localhost/mysql?socket={socket}");
        wait_until(&folder, || block_on(MySqlConnection::connect(&root)).is_ok());
        let user = format!(
            "create user '{USER}'@'127.0.0.1' identified by '{PASSWORD}';
             grant all on *.* to '{USER}'@'127.0.0.1';
             create database fleet character set utf8mb4"
        );
        block_on(async {
            let mut connection = MySqlConnection::connect(&root).await.unwrap();
            sqlx::raw_sql(AssertSqlSafe(user)).execute(&mut connection).await.unwrap();
        });
        Mariadb { port, _server: server }
    }

    /// Returns the URL with the password.
    pub(crate) fn url(&self) -> String {
        format!("mariadb://{USER}:{PASSWORD_IN_URL}@127.0.0.1:{}/fleet", self.port)
    }

    /// Runs statements.
    pub(crate) fn execute(&self, sql: &str) {
        block_on(async {
            let mut connection = MySqlConnection::connect(&self.url()).await.unwrap();
            sqlx::raw_sql(AssertSqlSafe(sql)).execute(&mut connection).await.unwrap();
        });
    }

    /// Runs a query that returns one number.
    pub(crate) fn number(&self, sql: &str) -> i64 {
        block_on(async {
            let mut connection = MySqlConnection::connect(&self.url()).await.unwrap();
            sqlx::query_scalar(AssertSqlSafe(sql)).fetch_one(&mut connection).await.unwrap()
        })
    }
}

/// A running pgbouncer in front of this test binary's PostgreSQL, in transaction mode.
pub(crate) struct Pooler {
    port: u16,
    _server: Server,
}

impl Pooler {
    /// Returns the pooler of this test binary.
    pub(crate) fn start() -> &'static Pooler {
        static SERVER: OnceLock<Pooler> = OnceLock::new();
        SERVER.get_or_init(Pooler::start_one)
    }

    fn start_one() -> Pooler {
        let program = find(&["pgbouncer"]);
        let postgres = Postgres::start();
        let own = folder();
        let folder = own.path().to_owned();
        let port = port(2);
        let config = folder.join("pgbouncer.ini");
        // Two connections for all clients, so that consecutive statements can use different
        // ones.
        let text = format!(
            "[databases]\npostgres = host=127.0.0.1 port={} user={USER} password='{PASSWORD}'\n\
             [pgbouncer]\nlisten_addr = 127.0.0.1\nlisten_port = {port}\nunix_socket_dir =\n\
             auth_type = any\npool_mode = transaction\ndefault_pool_size = 2\n\
             server_round_robin = 1\n",
            postgres.port
        );
        fs::write(&config, text).unwrap();
        give_away(&config);
        let mut serve = unprivileged(&program, &folder);
        serve.arg(&config);
        let server = Server::start(&serve, own, "INT");
        let pooler = Pooler { port, _server: server };
        wait_until(&folder, || TcpStream::connect(("127.0.0.1", port)).is_ok());
        pooler
    }

    /// Returns the URL of the database behind it.
    pub(crate) fn url(&self) -> String {
        format!("postgres://{USER}@127.0.0.1:{}/postgres", self.port)
    }
}

/// A running S3-compatible server with one bucket.
pub(crate) struct Bucket {
    port: u16,
    _server: Server,
}

impl Bucket {
    /// The name of the bucket.
    pub(crate) const NAME: &str = "records";

    /// Returns the server of this test binary.
    pub(crate) fn start() -> &'static Bucket {
        static SERVER: OnceLock<Bucket> = OnceLock::new();
        SERVER.get_or_init(Bucket::start_one)
    }

    fn start_one() -> Bucket {
        let program = find(&["moto_server"]);
        let own = folder();
        let folder = own.path().to_owned();
        let port = port(3);
        // The program is a script; its first line names the Python that has moto.
        let script = fs::read_to_string(program).unwrap();
        let python = script.lines().next().and_then(|line| line.strip_prefix("#!")).unwrap();
        let wrapper = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/support/s3_server.py");
        let mut serve = Command::new(python.trim());
        serve.args([wrapper, "-H", "127.0.0.1", "-p", &port.to_string()]).current_dir(&folder);
        let server = Server::start(&serve, own, "TERM");
        let make = format!(
            "PUT /{} HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\nContent-Length: 0\r\n\
             Connection: close\r\n\r\n",
            Bucket::NAME
        );
        wait_until(&folder, || {
            let Ok(mut server) = TcpStream::connect(("127.0.0.1", port)) else { return false };
            let mut answer = String::new();
            let made = server.write_all(make.as_bytes()).is_ok()
                && server.read_to_string(&mut answer).is_ok();
            made && answer.starts_with("HTTP/1.1 200")
        });
        Bucket { port, _server: server }
    }

    /// Returns its port.
    pub(crate) fn port(&self) -> u16 {
        self.port
    }
}

/// Blocks on a future, even within an asynchronous test.
pub(crate) fn block_on<T: Send>(future: impl Future<Output = T> + Send) -> T {
    std::thread::scope(|scope| {
        let run = || {
            let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
            runtime.unwrap().block_on(future)
        };
        scope.spawn(run).join().unwrap()
    })
}

/// A server and the shell that ends it.
struct Server(Child);

impl Server {
    /// Starts a server in its own folder. The shell ends it with the signal and removes the
    /// folder.
    fn start(serve: &Command, folder: TempDir, signal: &str) -> Server {
        const SHELL: &str = r#"
            folder=$1 signal=$2; shift 2
            "$@" > "$folder/log" 2>&1 &
            cat > /dev/null
            kill -"$signal" $!
            wait $!
            rm -rf "$folder"
        "#;
        // From here on the shell removes the folder.
        let folder = folder.keep();
        let shell = Command::new("sh")
            .args(["-c", SHELL, "sh"])
            .args([folder.as_os_str(), signal.as_ref(), serve.get_program()])
            .args(serve.get_args())
            .current_dir(&folder)
            .stdin(Stdio::piped())
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            // So that an interrupt of the tests shuts the server down cleanly as well.
            .process_group(0)
            .spawn();
        Server(shell.unwrap())
    }
}

/// Creates a folder for a server.
fn folder() -> TempDir {
    let folder = tempfile::Builder::new().prefix("reconcile-").tempdir().unwrap();
    give_away(folder.path());
    folder
}

/// Changes the owner of a file or folder to the user that servers run as.
fn give_away(path: &Path) {
    if is_root() {
        chown(path, Some(NOBODY), Some(NOBODY)).unwrap();
    }
}

/// Returns whether the tests run as root; then this process's folder belongs to root.
fn is_root() -> bool {
    fs::metadata("/proc/self").is_ok_and(|process| process.uid() == 0)
}

/// Returns a command that root runs as `nobody`.
fn unprivileged(program: &Path, folder: &Path) -> Command {
    let mut command;
    if is_root() {
        command = Command::new("setpriv");
        command.args([format!("--reuid={NOBODY}"), format!("--regid={NOBODY}")]);
        command.args(["--clear-groups", "--"]).arg(program);
    } else {
        command = Command::new(program);
    }
    command.current_dir(folder);
    command
}

fn run(command: &mut Command) {
    let output = command.stdin(Stdio::null()).output().unwrap();
    assert!(output.status.success(), "{command:?}: {output:?}");
}

/// Returns a free port for a server of this process; `server` distinguishes its servers.
///
/// The port is below the ephemeral range, so that no other test takes it before the server
/// does.
fn port(server: u32) -> u16 {
    let first = std::process::id().wrapping_mul(4).wrapping_add(server);
    (0..5_000)
        .map(|next| (10_000 + first.wrapping_add(4 * next) % 20_000) as u16)
        .find(|port| TcpListener::bind(("127.0.0.1", *port)).is_ok())
        .unwrap()
}

fn wait_until(folder: &Path, is_up: impl Fn() -> bool) {
    let start = Instant::now();
    while !is_up() {
        if start.elapsed() > START {
            panic!("{}", fs::read_to_string(folder.join("log")).unwrap_or_default());
        }
        std::thread::sleep(Duration::from_millis(50));
    }
}
