//! A PostgreSQL of a test's own, which the test may kill.

use std::os::unix::fs::PermissionsExt as _;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use diesel::connection::SimpleConnection as _;
use diesel::{Connection as _, PgConnection};
use tempfile::TempDir;

/// A running PostgreSQL with its data in a temporary directory; gone when dropped.
pub struct Cluster {
    directory: TempDir,
    programs: PathBuf,
    port: u16,
}

impl Cluster {
    /// Creates and starts one. `None` if `TEST_POSTGRES_URL` is not set, because tests then do not run on PostgreSQL. With
    /// `CI=true` that is a failure.
    pub fn start() -> Option<Self> {
        let cluster = Self::empty()?;
        cluster.init(&["-A", "trust"]);
        cluster.up();
        Some(cluster)
    }

    /// The same, but it speaks TLS with this certificate and key and nothing else, and `palm` has this password.
    pub fn start_by_tls(certificate: &Path, key: &Path, password: &str) -> Option<Self> {
        let cluster = Self::empty()?;
        let file = cluster.directory.path().join("password");
        std::fs::write(&file, password).unwrap();
        cluster.init(&["-A", "scram-sha-256", "--pwfile", file.to_str().unwrap()]);
        // PostgreSQL looks for them under these names, and wants the key to be its own alone.
        for (from, name) in [(certificate, "server.crt"), (key, "server.key")] {
            let to = cluster.data().join(name);
            std::fs::copy(from, &to).unwrap();
            std::fs::set_permissions(&to, std::fs::Permissions::from_mode(0o600)).unwrap();
            Self::give(&to);
        }
        std::fs::write(cluster.data().join("pg_hba.conf"), "hostssl all all all scram-sha-256\n").unwrap();
        cluster.up();
        Some(cluster)
    }

    fn empty() -> Option<Self> {
        if std::env::var_os("TEST_POSTGRES_URL").is_none() {
            assert!(std::env::var("CI").as_deref() != Ok("true"), "TEST_POSTGRES_URL is not set");
            println!("skipped: TEST_POSTGRES_URL is not set");
            return None;
        }
        let directory = tempfile::tempdir().unwrap();
        let port = std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
        let cluster = Self { directory, programs: programs(), port };
        std::fs::create_dir(cluster.data()).unwrap();
        if is_root() {
            // PostgreSQL refuses root; the directory above is closed to others.
            run(Command::new("chmod").arg("711").arg(cluster.directory.path()));
        }
        Self::give(&cluster.data());
        Some(cluster)
    }

    fn init(&self, how: &[&str]) {
        run(self.command("initdb").args(["-U", "palm", "-E", "UTF8", "--no-locale", "--no-sync"]).args(how));
    }

    /// Gives a file to the user that PostgreSQL runs as.
    fn give(path: &Path) {
        if is_root() {
            run(Command::new("chown").arg("postgres").arg(path));
        }
    }

    /// Starts it and recovers its log.
    pub fn up(&self) {
        let options = format!(
            "-p {} -c listen_addresses=127.0.0.1 -c unix_socket_directories= -c max_connections=50 \
             -c recovery_init_sync_method=syncfs -c ssl={}",
            self.port,
            self.data().join("server.key").exists()
        );
        let log = self.data().join("server.log");
        run(self.command("pg_ctl").args(["-w", "-t", "60", "-o", &options, "-l"]).arg(log).arg("start"));
    }

    /// Kills it, as a power failure would.
    pub fn down(&self) {
        run(self.command("pg_ctl").args(["-m", "immediate", "stop"]));
    }

    /// The port of this machine where it listens.
    pub const fn port(&self) -> u16 {
        self.port
    }

    /// Its address.
    pub fn url(&self) -> String {
        format!("postgres://palm@127.0.0.1:{}/postgres", self.port)
    }

    /// Runs a statement outside any transaction that is read-only.
    pub fn run(&self, sql: &str) {
        let mut db = PgConnection::establish(&self.url()).unwrap();
        db.batch_execute("SET default_transaction_read_only = off").unwrap();
        db.batch_execute(sql).unwrap();
    }

    /// The first files of its write-ahead log, including those that do not exist yet.
    pub fn wal(&self) -> Vec<PathBuf> {
        let directory = self.data().canonicalize().unwrap().join("pg_wal");
        (1..=12).map(|segment| directory.join(format!("00000001{segment:016X}"))).collect()
    }

    /// Its log.
    pub fn log(&self) -> String {
        std::fs::read_to_string(self.data().join("server.log")).unwrap_or_default()
    }

    fn data(&self) -> PathBuf {
        self.directory.path().join("data")
    }

    fn command(&self, program: &str) -> Command {
        let path = self.programs.join(program);
        let mut command = if is_root() {
            let mut command = Command::new("runuser");
            command.args(["-u", "postgres", "--"]).arg(path);
            command
        } else {
            Command::new(path)
        };
        command.current_dir("/").arg("-D").arg(self.data());
        command
    }
}

impl Drop for Cluster {
    fn drop(&mut self) {
        if std::thread::panicking() {
            let log = self.log();
            let lines: Vec<&str> = log.lines().collect();
            println!("PostgreSQL's log:\n{}", lines[lines.len().saturating_sub(30)..].join("\n"));
        }
        drop(self.command("pg_ctl").args(["-m", "immediate", "stop"]).output());
    }
}

fn is_root() -> bool {
    std::env::var_os("USER").is_some_and(|user| user == "root") || Path::new("/root").read_dir().is_ok()
}

/// Directory of `initdb`, which Debian keeps outside of the PATH.
fn programs() -> PathBuf {
    let path = std::env::var_os("PATH").unwrap_or_default();
    let mut places: Vec<PathBuf> = std::env::split_paths(&path).collect();
    places.extend(
        std::fs::read_dir("/usr/lib/postgresql").into_iter().flatten().flatten().map(|at| at.path().join("bin")),
    );
    let found = places.iter().rev().find(|at| at.join("initdb").exists() && at.join("pg_ctl").exists());
    found.cloned().expect("initdb and pg_ctl are needed here: `bash tests/run.sh` installs them")
}

fn run(command: &mut Command) {
    // The server that pg_ctl starts keeps its standard output: it is not waited for.
    let status = command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null()).status();
    assert!(status.is_ok_and(|status| status.success()), "{command:?}");
}
