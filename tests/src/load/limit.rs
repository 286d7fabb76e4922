//! Limits of the machine, measured in the same run as the server's figures.
//!
//! Promise: each measurement performs one unavoidable operation of the server and nothing else, with the settings that
//! make the server's commits durable.

use std::path::Path;
use std::sync::Barrier;
use std::sync::mpsc::channel;
use std::time::{Duration, Instant};

use actix_web::{App, HttpResponse, HttpServer, web};
use diesel::connection::SimpleConnection as _;
use diesel::{Connection as _, PgConnection, RunQueryDsl as _, sql_query, sql_types};
use server::flow::keys::{FastVerifier, ServerKey};
use sync_core::sign::{Signer as _, Verifier as _};

use super::wire::{Wire, request};

/// The limits of the machine, per second.
#[derive(Debug, Clone, Copy)]
pub struct Limits {
    /// ES256 signatures checked on one core.
    pub signatures: f64,
    /// Rows of a change's bytes made durable, 500 per commit.
    pub rows: f64,
    /// Requests that a bare route answers.
    pub requests: f64,
}

impl Limits {
    /// The limit that binds first for a stored change.
    pub const fn tighter(&self) -> f64 {
        self.signatures.min(self.rows)
    }

    /// The mean of the values before and after.
    pub fn mean(both: &[Self; 2]) -> Self {
        let mean = |of: fn(&Self) -> f64| f64::midpoint(of(&both[0]), of(&both[1]));
        Self {
            signatures: mean(|limits| limits.signatures),
            rows: mean(|limits| limits.rows),
            requests: mean(|limits| limits.requests),
        }
    }
}

/// Duration of each measurement.
const SAMPLE: Duration = Duration::from_secs(2);
/// Rows of one durable commit.
const ROWS: usize = 500;
/// Clients that insert into PostgreSQL at the same time.
const CLIENTS: usize = 4;

/// Measures every limit: of the database at `address`, or of the embedded database in the server's directory.
pub fn all(directory: &Path, address: Option<&str>, sample: &[u8]) -> Limits {
    Limits {
        // As many bytes as a change's signature covers.
        signatures: signatures(&sample[..400]),
        rows: address.map_or_else(|| sqlite_rows(directory, sample), |address| postgres_rows(address, sample)),
        requests: bare_route(),
    }
}

/// Runs `act`, which does a number of things, for the sampling time; returns things per second.
fn rate(mut act: impl FnMut() -> usize) -> f64 {
    let (started, mut done) = (Instant::now(), 0);
    while started.elapsed() < SAMPLE {
        done += act();
    }
    f64::from(u32::try_from(done).unwrap()) / started.elapsed().as_secs_f64()
}

/// As [`rate`], with concurrent clients, each with state made before the clock starts. All count over the whole time,
/// from the common start to the end of the last.
fn rate_together<T>(clients: usize, make: impl Fn() -> T + Sync, act: impl Fn(&mut T) -> usize + Sync) -> f64 {
    let ready = Barrier::new(clients + 1);
    std::thread::scope(|scope| {
        let client = || {
            let mut own = make();
            ready.wait();
            let (started, mut done) = (Instant::now(), 0);
            while started.elapsed() < SAMPLE {
                done += act(&mut own);
            }
            done
        };
        let clients: Vec<_> = (0..clients).map(|_| scope.spawn(client)).collect();
        ready.wait();
        let started = Instant::now();
        let done: usize = clients.into_iter().map(|client| client.join().unwrap()).sum();
        f64::from(u32::try_from(done).unwrap()) / started.elapsed().as_secs_f64()
    })
}

/// ES256 signatures that one core checks in a second, over messages of this length.
pub fn signatures(message: &[u8]) -> f64 {
    let key = ServerKey::ephemeral().unwrap();
    let signature = key.sign(message).unwrap();
    let public = key.public_key();
    rate(|| {
        assert!((0..100).all(|_| FastVerifier.verify(&public, message, &signature)));
        100
    })
}

/// Rows of these bytes that SQLite makes durable in a second (WAL, `synchronous=FULL`, 500 rows per commit).
pub fn sqlite_rows(directory: &Path, row: &[u8]) -> f64 {
    // On the same disk, and a new file each time: a large one would be another thing.
    let directory = tempfile::tempdir_in(directory).unwrap();
    let mut db = rusqlite::Connection::open(directory.path().join("limit.db")).unwrap();
    db.execute_batch(
        "PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL;
         CREATE TABLE row (id INTEGER NOT NULL PRIMARY KEY, bytes BLOB NOT NULL) STRICT;",
    )
    .unwrap();
    let synchronous: i64 = db.pragma_query_value(None, "synchronous", |row| row.get(0)).unwrap();
    let journal: String = db.pragma_query_value(None, "journal_mode", |row| row.get(0)).unwrap();
    assert_eq!((synchronous, journal.as_str()), (2, "wal"));
    rate(|| {
        let tx = db.transaction().unwrap();
        {
            let mut insert = tx.prepare_cached("INSERT INTO row (bytes) VALUES (?1)").unwrap();
            (0..ROWS).for_each(|_| {
                insert.execute([row]).unwrap();
            });
        }
        tx.commit().unwrap();
        ROWS
    })
}

/// Rows of these bytes that PostgreSQL makes durable in a second: four clients, 500 rows per statement and commit.
pub fn postgres_rows(address: &str, row: &[u8]) -> f64 {
    let mut db = PgConnection::establish(address).unwrap();
    // The settings that make a commit durable.
    for setting in ["fsync", "synchronous_commit"] {
        let query = diesel::select(diesel::dsl::sql::<sql_types::Text>(&format!("current_setting('{setting}')")));
        assert_eq!(query.get_result::<String>(&mut db).unwrap(), "on", "{setting}");
    }
    db.batch_execute("DROP TABLE IF EXISTS palm_limit; CREATE TABLE palm_limit (bytes bytea NOT NULL)").unwrap();
    let values: Vec<String> = (1..=ROWS).map(|place| format!("(${place})")).collect();
    let insert = format!("INSERT INTO palm_limit (bytes) VALUES {}", values.join(","));
    let connect = || PgConnection::establish(address).unwrap();
    let rows = rate_together(CLIENTS, connect, |db| {
        let mut query = sql_query(&insert).into_boxed::<diesel::pg::Pg>();
        for _ in 0..ROWS {
            query = query.bind::<sql_types::Binary, _>(row.to_vec());
        }
        query.execute(db).unwrap()
    });
    db.batch_execute("DROP TABLE palm_limit").unwrap();
    rows
}

/// Requests that a bare route of the framework answers in a second, 32 connections kept, server and clients on this
/// machine.
pub fn bare_route() -> f64 {
    const CONNECTIONS: usize = 32;
    let (told, tells) = channel();
    std::thread::spawn(move || {
        actix_web::rt::System::new().block_on(async move {
            let hello = || async { HttpResponse::Ok().body("hello") };
            let server = HttpServer::new(move || App::new().service(web::resource("/").to(hello)));
            let server = server.workers(2).bind("127.0.0.1:0").unwrap();
            let address = *server.addrs().first().unwrap();
            let server = server.disable_signals().run();
            told.send((address, server.handle())).unwrap();
            server.await.unwrap();
        });
    });
    let (address, handle) = tells.recv().unwrap();
    let ask = request("GET", "/", "", "", &[]);
    let total = rate_together(
        CONNECTIONS,
        || Wire::to(&address.to_string()),
        |wire| {
            assert_eq!(wire.send(&ask).0, 200);
            1
        },
    );
    drop(handle.stop(false));
    total
}
