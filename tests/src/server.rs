//! The real binary as a process, with its own database.
//!
//! Promise: when a [`Server`] is dropped, its process has ended and its database is deleted. The log of a server whose
//! test failed is printed; every other log is searched for confidential values.

use std::io::{BufRead as _, BufReader, Write as _};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, ExitStatus, Stdio};
use std::sync::Mutex;
use std::sync::mpsc::channel;
use std::time::{Duration, Instant};

use diesel::connection::SimpleConnection as _;
use diesel::dsl::sql;
use diesel::sql_types::{Array, Integer, Nullable};
use diesel::{Connection as _, PgConnection, RunQueryDsl as _};
use tempfile::TempDir;

use crate::canary;
pub use crate::canary::PASSWORD;
use crate::http::Call;

/// How long a server may take to answer after its start.
const START: Duration = Duration::from_mins(1);

/// A running server.
pub struct Server {
    directory: TempDir,
    schema: Option<Schema>,
    running: Mutex<Option<Running>>,
    settings: Mutex<Vec<(&'static str, String)>>,
    /// Secrets that it issued: tokens, codes.
    confidences: Mutex<Vec<String>>,
}

struct Running {
    process: Child,
    address: String,
    metrics: Option<String>,
}

/// A PostgreSQL schema, dropped with this value.
struct Schema {
    admin: String,
    name: String,
}

impl Server {
    /// A seeded server over an embedded file.
    pub fn on_sqlite() -> Self {
        Self::start(None)
    }

    /// A seeded server over a schema of the PostgreSQL server that `TEST_POSTGRES_URL` names. `None` if the variable is not
    /// set; with `CI=true` that is a failure.
    pub fn on_postgres() -> Option<Self> {
        let Ok(admin) = std::env::var("TEST_POSTGRES_URL") else {
            assert!(std::env::var("CI").as_deref() != Ok("true"), "TEST_POSTGRES_URL is not set");
            println!("skipped: TEST_POSTGRES_URL is not set");
            return None;
        };
        Some(Self::start(Some(Schema::create(admin))))
    }

    /// A seeded server over a schema of the PostgreSQL server at this address.
    pub fn on_postgres_at(admin: String) -> Self {
        Self::start(Some(Schema::create(admin)))
    }

    /// A server over a database of the same kind with nobody but a first administrator, `first-admin`.
    #[must_use]
    pub fn empty_like(&self) -> Self {
        let schema = self.schema.as_ref().map(|schema| Schema::create(schema.admin.clone()));
        let server = Self::new(schema);
        let made = server
            .palm("admin create-first --county 500237 --login first-admin --name 首任管理员")
            .env("PALM_ADMIN_PASSWORD", PASSWORD)
            .output()
            .unwrap();
        assert!(made.status.success(), "create-first: {}", String::from_utf8_lossy(&made.stderr));
        server.start_again();
        server
    }

    fn new(schema: Option<Schema>) -> Self {
        let directory = tempfile::tempdir().unwrap();
        let (settings, confidences) = (Mutex::default(), Mutex::default());
        Self { directory, schema, running: Mutex::new(None), settings, confidences }
    }

    fn start(schema: Option<Schema>) -> Self {
        let server = Self::new(schema);
        let seeded = server.palm("seed").env("PALM_SEED_PASSWORD", PASSWORD).output().unwrap();
        assert!(seeded.status.success(), "seed: {}", String::from_utf8_lossy(&seeded.stderr));
        server.start_again();
        server
    }

    /// An installation of its own in the same database, with a data directory of its own: seeded and running. Its id is the
    /// lowest there can be.
    #[must_use]
    pub fn another_installation(&self) -> Self {
        let embedded = || format!("sqlite:{}", self.directory.path().join("palm.db").display());
        let url = self.postgres_url().unwrap_or_else(embedded);
        let directory = tempfile::tempdir().unwrap();
        std::fs::write(directory.path().join("installation.new"), format!("{:032x}\n", 1)).unwrap();
        let settings = Mutex::new(vec![("PALM_DATABASE_URL", url)]);
        let other =
            Self { directory, schema: None, running: Mutex::default(), settings, confidences: Mutex::default() };
        let seeded = other.palm("seed").env("PALM_SEED_PASSWORD", PASSWORD).output().unwrap();
        assert!(seeded.status.success(), "seed: {}", String::from_utf8_lossy(&seeded.stderr));
        other.start_again();
        other
    }

    /// A server whose first run has not been done, over an embedded file.
    #[must_use]
    pub fn unset_on_sqlite() -> Self {
        Self::unset(None)
    }

    /// As [`Server::unset_on_sqlite`], over PostgreSQL; `None` as with [`Server::on_postgres`].
    #[must_use]
    pub fn unset_on_postgres() -> Option<Self> {
        let admin = std::env::var("TEST_POSTGRES_URL").ok()?;
        Some(Self::unset(Some(Schema::create(admin))))
    }

    fn unset(schema: Option<Schema>) -> Self {
        let server = Self::new(schema);
        server.start_again();
        server
    }

    /// Everything it printed.
    pub fn said_text(&self) -> String {
        std::fs::read_to_string(self.said()).unwrap_or_default()
    }

    /// `palm` with this server's directory and database; the words of the command are separated by a space.
    pub fn palm(&self, command: &str) -> Command {
        let mut palm = Command::new(binary());
        palm.args(command.split(' ')).arg("--dir").arg(self.directory.path()).stdin(Stdio::null());
        palm.env_remove("PALM_DATABASE_URL");
        if let Some(schema) = &self.schema {
            palm.env("PALM_DATABASE_URL", schema.url());
        }
        palm.envs(self.settings.lock().unwrap().iter().map(|(name, value)| (*name, value)));
        palm
    }

    /// Restarts the process, from now on with these variables; the last value of a name counts.
    pub fn start_with(&self, settings: &[(&'static str, &str)]) {
        self.settings.lock().unwrap().extend(settings.iter().map(|(name, value)| (*name, (*value).to_owned())));
        self.start_again();
    }

    /// The address by which its clients ask, if it is configured.
    pub fn public_address(&self) -> Option<String> {
        let settings = self.settings.lock().unwrap();
        let named = settings.iter().rev().find(|(name, _)| *name == "PALM_PUBLIC_ADDRESS");
        named.map(|(_, address)| address.clone())
    }

    /// The address of its database, where that is PostgreSQL.
    pub fn postgres_url(&self) -> Option<String> {
        self.schema.as_ref().map(Schema::url)
    }

    /// Its metrics; requires `PALM_METRICS_LISTEN`.
    pub fn metrics(&self) -> String {
        let address = self.running.lock().unwrap().as_ref().and_then(|running| running.metrics.clone());
        let address = address.expect("PALM_METRICS_LISTEN is set");
        Call::new("GET", &format!("http://{address}/metrics")).send().expect(200).text()
    }

    /// Another process over the same database and keys.
    pub fn beside(&self) -> Beside {
        let mut serve = self.palm("serve");
        let log = std::fs::OpenOptions::new().create(true).append(true).open(self.log()).unwrap();
        let process = serve.args(["--listen", "127.0.0.1:0"]).stdout(Stdio::piped()).stderr(log).spawn();
        let mut process = process.unwrap();
        let mut lines = BufReader::new(process.stdout.take().unwrap()).lines().map_while(Result::ok);
        let address = lines.find_map(|line| line.strip_prefix("palm listening on ").map(str::to_owned));
        Beside { process, address: address.expect("the second server listens") }
    }

    /// The processes of PostgreSQL that serve it now.
    pub fn database_processes(&self) -> Vec<u32> {
        let schema = self.schema.as_ref().expect("PostgreSQL");
        let mut db = PgConnection::establish(&schema.admin).unwrap();
        let ours = format!("(SELECT array_agg(pid) FROM pg_stat_activity WHERE application_name = '{}')", schema.name);
        let found: Option<Vec<i32>> =
            diesel::select(sql::<Nullable<Array<Integer>>>(&ours)).get_result(&mut db).unwrap();
        found.into_iter().flatten().map(i32::cast_unsigned).collect()
    }

    /// Ends the sessions of its database, as a restart of PostgreSQL does.
    pub fn end_database_sessions(&self) {
        let schema = self.schema.as_ref().expect("PostgreSQL");
        // Sessions of this schema alone: other tests use the same database.
        let ours = format!("query LIKE '%{}%' OR application_name = '{}'", schema.name, schema.name);
        let end = format!(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE pid <> pg_backend_pid() AND ({ours})"
        );
        schema.run(&end).unwrap();
    }

    /// Does something while another program holds the lock that every write needs.
    pub fn while_locked(&self, then: impl FnOnce()) {
        if let Some(schema) = &self.schema {
            let mut other = PgConnection::establish(&schema.url()).unwrap();
            other.batch_execute("BEGIN; LOCK TABLE tenant IN ACCESS EXCLUSIVE MODE").unwrap();
            then();
            other.batch_execute("ROLLBACK").unwrap();
        } else {
            let other = rusqlite::Connection::open(self.directory.path().join("palm.db")).unwrap();
            other.busy_timeout(START).unwrap();
            other.execute_batch("BEGIN IMMEDIATE").unwrap();
            then();
            other.execute_batch("ROLLBACK").unwrap();
        }
    }

    /// The whole text of its log.
    pub fn log_text(&self) -> String {
        std::fs::read_to_string(self.log()).unwrap_or_default()
    }

    /// Restarts the process with this certificate and key. Does not wait until it is ready, because this client has no TLS.
    pub fn start_by_tls(&self, chain: &Path, key: &Path) {
        let paths = [chain, key].map(|path| path.to_str().unwrap().to_owned());
        let [chain, key] = paths;
        self.settings.lock().unwrap().extend([("PALM_TLS_CERT", chain), ("PALM_TLS_KEY", key)]);
        self.launch();
    }

    /// Restarts the process over the same directory and database, at a new address.
    pub fn start_again(&self) {
        self.launch();
        let deadline = Instant::now() + START;
        loop {
            match self.call("GET", "/readyz").try_send() {
                Ok(answer) if answer.status == 200 => return,
                other => assert!(Instant::now() < deadline, "not ready: {other:?}\n{}", self.log_tail()),
            }
            std::thread::sleep(Duration::from_millis(20));
        }
    }

    fn launch(&self) {
        self.kill();
        let log = std::fs::OpenOptions::new().create(true).append(true).open(self.log()).unwrap();
        let mut serve = self.palm("serve");
        let mut process = serve.args(["--listen", "127.0.0.1:0"]).stdout(Stdio::piped()).stderr(log).spawn().unwrap();
        let lines = BufReader::new(process.stdout.take().unwrap()).lines();
        let (told, tells) = channel();
        let mut said = std::fs::OpenOptions::new().create(true).append(true).open(self.said()).unwrap();
        std::thread::spawn(move || {
            let mut metrics = None;
            for line in lines.map_while(Result::ok) {
                drop(writeln!(said, "{line}"));
                if let Some(address) = line.strip_prefix("palm metrics on ") {
                    metrics = Some(address.to_owned());
                }
                if let Some(address) = line.strip_prefix("palm listening on ") {
                    let _ = told.send((address.to_owned(), metrics.clone()));
                }
            }
        });
        let addresses = tells.recv_timeout(START);
        let (address, metrics) = addresses.unwrap_or_else(|_| panic!("the server did not start:\n{}", self.log_tail()));
        *self.running.lock().unwrap() = Some(Running { process, address, metrics });
    }

    /// Kills the process (SIGKILL), as a power failure would.
    pub fn kill(&self) {
        if let Some(mut running) = self.running.lock().unwrap().take() {
            running.process.kill().unwrap();
            running.process.wait().unwrap();
        }
    }

    /// Ends the process as an operator does (SIGTERM). Returns its exit code, or `None` if it had to be killed after a
    /// minute.
    pub fn stop(&self) -> Option<i32> {
        let pid = self.pid().to_string();
        assert!(Command::new("kill").args(["-TERM", &pid]).status().unwrap().success());
        let begun = Instant::now();
        while begun.elapsed() < START {
            if let Some(ended) = self.ended() {
                return ended.code();
            }
            std::thread::sleep(Duration::from_millis(5));
        }
        self.kill();
        None
    }

    fn ended(&self) -> Option<ExitStatus> {
        let mut running = self.running.lock().unwrap();
        running.as_mut().expect("the server runs").process.try_wait().unwrap()
    }

    /// Its current address.
    pub fn address(&self) -> String {
        self.running.lock().unwrap().as_ref().expect("the server runs").address.clone()
    }

    /// A request to it.
    pub fn call(&self, method: &str, path: &str) -> Call {
        Call::new(method, &format!("http://{}{path}", self.address()))
    }

    /// Its process id, to read its resource usage from the kernel.
    pub fn pid(&self) -> u32 {
        self.running.lock().unwrap().as_ref().expect("the server runs").process.id()
    }

    /// Its data directory.
    pub fn directory(&self) -> &Path {
        self.directory.path()
    }

    fn log(&self) -> PathBuf {
        self.directory.path().join("serve.log")
    }

    /// Its standard output.
    fn said(&self) -> PathBuf {
        self.directory.path().join("serve.said")
    }

    /// Adds a text that must not occur in its log.
    pub fn confides(&self, secret: &str) {
        self.confidences.lock().unwrap().push(secret.to_owned());
    }

    /// Fails if a confidential value occurs in the log or on standard output. Called when a server ends.
    pub fn has_kept_confidences(&self) {
        let confidences = self.confidences.lock().unwrap();
        for path in [self.log(), self.said()] {
            let text =
                std::fs::read(&path).map(|bytes| String::from_utf8_lossy(&bytes).into_owned()).unwrap_or_default();
            let found = canary::found_in(&text, &confidences);
            assert!(found.is_empty(), "personal data or secrets in {}: {found:?}", path.display());
        }
    }

    /// The last lines of its log.
    pub fn log_tail(&self) -> String {
        let log = std::fs::read_to_string(self.log()).unwrap_or_default();
        let lines: Vec<&str> = log.lines().collect();
        lines[lines.len().saturating_sub(20)..].join("\n")
    }
}

/// A second process over the database of a [`Server`].
pub struct Beside {
    process: Child,
    address: String,
}

impl Beside {
    /// Its address.
    pub fn address(&self) -> &str {
        &self.address
    }
}

impl Drop for Beside {
    fn drop(&mut self) {
        drop(self.process.kill());
        drop(self.process.wait());
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        self.kill();
        if std::thread::panicking() {
            println!("the server's log:\n{}", self.log_tail());
        } else {
            self.has_kept_confidences();
        }
    }
}

impl Schema {
    fn create(admin: String) -> Self {
        let random: [u8; 8] = server::random::bytes().unwrap();
        let schema = Self { admin, name: format!("acceptance_{}", sync_core::id::hex(&random)) };
        schema.run(&format!("CREATE SCHEMA {}", schema.name)).expect("TEST_POSTGRES_URL: create a schema");
        schema
    }

    fn run(&self, sql: &str) -> Result<(), Box<dyn std::error::Error>> {
        let mut db = PgConnection::establish(&self.admin)?;
        Ok(db.batch_execute(&format!("SET client_min_messages = warning; {sql}"))?)
    }

    fn url(&self) -> String {
        let mark = if self.admin.contains('?') { '&' } else { '?' };
        format!("{}{mark}application_name={}&options=-csearch_path%3D{}", self.admin, self.name, self.name)
    }
}

impl Drop for Schema {
    fn drop(&mut self) {
        if let Err(error) = self.run(&format!("DROP SCHEMA {} CASCADE", self.name)) {
            println!("schema {} stays behind: {error}", self.name);
        }
    }
}

/// Quotas for a phone that sends months of data in a minute.
pub const LONG_DAY: [(&str, &str); 3] = [
    ("PALM_PHONE_DAY_MIB", "1000000"),
    ("PALM_PHONE_DAY_OPERATIONS", "4000000000"),
    ("PALM_PHONE_DAY_INDEX_ROWS", "4000000000"),
];

/// The `palm` that is tested: `PALM_BIN`, or the one beside this test program.
pub fn binary() -> PathBuf {
    if let Some(path) = std::env::var_os("PALM_BIN") {
        return path.into();
    }
    // A test program is one directory below; the load generator is beside it.
    let tests = std::env::current_exe().unwrap();
    let beside = tests.ancestors().skip(1).take(2).map(|directory| directory.join("palm"));
    let palm = beside.reduce(|near, far| if near.exists() { near } else { far }).unwrap();
    assert!(palm.exists(), "{} is missing: build it with `cargo build -p palm`, or set PALM_BIN", palm.display());
    palm
}

/// The root of the source tree.
pub fn sources() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap().to_owned()
}
