//! Worker of the outbox: deferred effects of changes.
//!
//! Promise:
//!
//! - The effect of a row and the deletion of the row are one transaction, so a crash leaves the row to be processed
//!   again; each effect is idempotent.
//! - One process at a time works on a database: the holder of the turn keeps it for `TURN_MS`, and each commit takes
//!   the next step of the turn that its read saw. Two processes whose clocks differ may both believe that they hold it
//!   and still do no harm.
//! - A row that keeps failing is retried with back-off and blocks no other row.
//! - A turn or wait that is longer than the maximum was written by a wrong clock and counts as ended.
//! - Database faults are retried.
//! - While changes are being stored, the steps are five seconds apart, so ingest has priority.
//!
//! Not here: writing rows (done by their cause), and the order across kinds.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use std::sync::mpsc::{Receiver, RecvTimeoutError, Sender, channel};
use std::thread::JoinHandle;
use std::time::Duration;

use sync_core::id::TenantId;
use sync_core::time::Instant;

use super::loaded::{Cases, LARGEST};
use super::quota::Quotas;
use super::recorder::SYSTEM;
use super::search::index;
use super::{double, projection};
use crate::clock::Clock;
use crate::flow::app::App;
use crate::flow::refusal::Failure;
use crate::random;
use crate::store::{CaseFileRow, OutboxKind, OutboxRow, OutboxTurn, Store, Tx, Used};

/// How long the holder of the turn keeps it after its last step.
const TURN_MS: i64 = 15_000;
/// Rows in one step.
const ROWS: i64 = 256;
/// Interval of the checks whether changes are arriving.
const BREATH: Duration = Duration::from_millis(30);
/// How long a step waits for a moment without arriving changes.
const GIVE_WAY: Duration = Duration::from_secs(5);
/// Interval between two polls of an empty outbox.
const IDLE: Duration = Duration::from_millis(250);
/// Interval between two polls while another process has the turn.
const OTHERS: Duration = Duration::from_secs(1);
/// First and longest interval between attempts while the database has a fault.
const BACK_OFF: (Duration, Duration) = (Duration::from_millis(500), Duration::from_secs(30));
/// First wait of a row that failed. It doubles each time, up to an hour and a half.
const POSTPONED_MS: i64 = 5_000;
const DOUBLED_AT_MOST: i64 = 10;
const LONGEST_MS: i64 = POSTPONED_MS << DOUBLED_AT_MOST;

/// The worker of this process. Dropping it does not stop its thread; [`Worker::stop`] does.
pub struct Worker {
    stop: Sender<()>,
    thread: JoinHandle<()>,
}

impl Worker {
    /// Starts the thread.
    ///
    /// # Errors
    /// Where the operating system gives no thread or no random bytes.
    pub fn start(app: &App) -> std::io::Result<Self> {
        let holder = random::bytes().map_err(std::io::Error::other)?;
        let (store, cases, quotas) = (app.store.clone(), Arc::clone(&app.cases), Arc::clone(&app.quotas));
        let bench = Bench { store, cases, quotas, clock: app.clock, tenant: app.tenant, holder };
        let (stop, stopped) = channel();
        let thread = std::thread::Builder::new().name("outbox".to_owned()).spawn(move || work(&bench, &stopped))?;
        Ok(Self { stop, thread })
    }

    /// Stops the thread after its present step, and releases the turn. Blocks until then.
    pub fn stop(self) {
        // The thread may have ended already.
        let _ = self.stop.send(());
        if self.thread.join().is_err() {
            tracing::error!("the outbox worker panicked");
        }
    }
}

struct Bench {
    store: Store,
    cases: Arc<Cases>,
    quotas: Arc<Quotas>,
    clock: Clock,
    tenant: TenantId,
    holder: [u8; 16],
}

/// The result of one step.
enum Progress {
    /// Rows are done.
    Done,
    /// Nothing is due.
    Nothing,
    /// Another process has the turn.
    NotOurs,
}

fn work(bench: &Bench, stopped: &Receiver<()>) {
    let (mut rows, mut back_off) = (ROWS, BACK_OFF.0);
    loop {
        let outcome = step(bench, rows);
        let pause = match &outcome {
            Ok(Progress::Done) => BREATH,
            Ok(Progress::Nothing) => IDLE,
            Ok(Progress::NotOurs) => OTHERS,
            Err(_) => back_off,
        };
        match outcome {
            Ok(_) => (rows, back_off) = (ROWS, BACK_OFF.0),
            // A database fault, which passes.
            Err(Failure::Refused(_)) => back_off = (back_off * 2).min(BACK_OFF.1),
            // One of the rows fails: process them one by one.
            Err(Failure::Broken(_)) if rows > 1 => rows = 1,
            Err(Failure::Broken(error)) => {
                tracing::error!(%error, source = ?error.source(), "a row of the outbox failed and is postponed");
                if let Err(failure) = postpone_first(bench) {
                    tracing::warn!(?failure, "the outbox is retried later");
                }
            }
        }
        if is_stopped(bench, stopped, pause) {
            break;
        }
    }
    let left = bench.store.write_sync(|tx| tx.leave_outbox_turn(&bench.tenant, &bench.holder));
    if let Err(error) = left {
        tracing::warn!(%error, "the turn could not be released; it ends by itself");
    }
}

/// Waits until the next step is due, giving way to ingest; returns whether the worker is stopped.
fn is_stopped(bench: &Bench, stopped: &Receiver<()>, pause: Duration) -> bool {
    let begun = std::time::Instant::now();
    loop {
        let seen = bench.store.turns_of_the_writer();
        let writes = !seen.is_multiple_of(2);
        match stopped.recv_timeout(pause) {
            Err(RecvTimeoutError::Timeout) => {}
            Ok(()) | Err(RecvTimeoutError::Disconnected) => return true,
        }
        let quiet = !writes && bench.store.turns_of_the_writer() == seen;
        if quiet || begun.elapsed() >= GIVE_WAY {
            return false;
        }
    }
}

/// One poll and, if rows are due and the turn is ours, one commit.
fn step(bench: &Bench, limit: i64) -> Result<Progress, Failure> {
    let (tenant, now) = (bench.tenant, bench.clock.now());
    // Reads and computes outside of the write transaction, so that other writers wait as briefly as possible.
    let seen = bench.store.read_sync::<_, Failure>(|tx| {
        let rows = tx.outbox_due(&tenant, now, now.plus_ms(LONGEST_MS), limit)?;
        if rows.is_empty() {
            return Ok(None);
        }
        let turn = tx.outbox_turn(&tenant)?;
        if turn.is_some_and(|turn| turn.holder != bench.holder && lasts(&turn, now)) {
            return Ok(Some((turn, rows, None)));
        }
        let prepared = prepare(tx, bench, &rows)?;
        Ok(Some((turn, rows, Some(prepared))))
    })?;
    let Some((turn, rows, prepared)) = seen else { return Ok(Progress::Nothing) };
    let Some(prepared) = prepared else { return Ok(Progress::NotOurs) };
    let until = now.plus_ms(TURN_MS);
    let (committed, raised) = bench.store.write_sync::<_, Failure>(|tx| {
        if !tx.take_outbox_turn(&tenant, turn.map(|turn| turn.turn), &bench.holder, until)? {
            return Ok((false, Vec::new()));
        }
        let mut raised = Vec::new();
        for work in prepared {
            match work {
                Prepared::Index(rows) => index::apply(tx, &tenant, rows)?,
                Prepared::Texts(texts) => {
                    // Cases in lists are replaced only under the lock on the tenant's row (`store::case_past`).
                    tx.lock_tenant(&tenant, now)?;
                    for (file, text) in texts {
                        tx.put_case_text(&tenant, &file, &text)?;
                    }
                }
                Prepared::Documents(compared) => raised = double::apply(tx, &tenant, compared, now)?,
            }
        }
        tx.drop_outbox(&tenant, &rows.iter().map(|row| row.id).collect::<Vec<_>>())?;
        Ok((true, raised))
    })?;
    for (phone, alarms) in raised {
        bench.quotas.count(phone, Used { alarms, ..Used::default() }, now);
    }
    Ok(if committed { Progress::Done } else { Progress::NotOurs })
}

/// The computed effects of the rows of a kind.
enum Prepared {
    Index(index::Prepared),
    Texts(Vec<(CaseFileRow, String)>),
    Documents(Vec<double::Compared>),
}

/// Whether the holder still has the turn.
fn lasts(turn: &OutboxTurn, now: Instant) -> bool {
    turn.until > now && turn.until <= now.plus_ms(TURN_MS)
}

/// Prepares the rows of each kind with the handler of the kind. A subject that is named twice is prepared once.
fn prepare(tx: &mut Tx<'_>, bench: &Bench, rows: &[OutboxRow]) -> Result<Vec<Prepared>, Failure> {
    let tenant = &bench.tenant;
    let mut kinds: BTreeMap<OutboxKind, BTreeSet<i64>> = BTreeMap::new();
    for row in rows {
        kinds.entry(row.kind).or_default().insert(row.subject);
    }
    let mut prepared = Vec::new();
    for (kind, subjects) in kinds {
        let work = match kind {
            OutboxKind::IndexCase => Prepared::Index(index::prepare(tx, tenant, &subjects)?),
            OutboxKind::TextOfCase => {
                let _room = bench.cases.room(SYSTEM, LARGEST)?;
                Prepared::Texts(projection::texts(tx, tenant, &subjects)?)
            }
            OutboxKind::DocumentsOfCase => {
                let _room = bench.cases.room(SYSTEM, LARGEST)?;
                Prepared::Documents(double::prepare(tx, tenant, &subjects)?)
            }
        };
        prepared.push(work);
    }
    Ok(prepared)
}

/// Postpones the row that failed.
fn postpone_first(bench: &Bench) -> Result<(), Failure> {
    let (tenant, now) = (bench.tenant, bench.clock.now());
    bench.store.write_sync(|tx| {
        for row in tx.outbox_due(&tenant, now, now.plus_ms(LONGEST_MS), 1)? {
            let wait = POSTPONED_MS << row.failures.clamp(0, DOUBLED_AT_MOST);
            tx.postpone_outbox(&tenant, &row.id, now.plus_ms(wait))?;
        }
        Ok(())
    })
}

/// The number of open rows, and the age of the oldest in seconds.
///
/// # Errors
/// [`Failure`] where the statement fails.
pub async fn open(app: &App) -> Result<(i64, i64), Failure> {
    let (tenant, now) = (app.tenant, app.clock.now());
    let age = move |since: Instant| ((now.ms() - since.ms()) / 1000).max(0);
    app.store
        .read(move |tx| {
            let (open, oldest) = tx.outbox_open(&tenant)?;
            Ok((open, oldest.map_or(0, age)))
        })
        .await
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_turn_that_lasts_longer_than_any_has_ended() {
        let lasts = |until| {
            let turn = OutboxTurn { holder: [1; 16], until: Instant::from_ms(until), turn: 1 };
            lasts(&turn, Instant::from_ms(1_000))
        };
        assert!(!lasts(0) && !lasts(1_000));
        assert!(lasts(1_001) && lasts(1_000 + TURN_MS));
        assert!(!lasts(1_001 + TURN_MS) && !lasts(i64::MAX));
    }
}
