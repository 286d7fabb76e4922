//! The writer thread: the only thread that commits changes.
//!
//! Promise: queued pushes and pushes that are being checked share a commit, up to [`GROUP_CHANGES`]; a push waits at
//! most [`GROUP_WAIT`] for others. Each push is answered after its commit. A group that fails with an error or a panic
//! is retried push by push, so one push does not fail others, and the thread continues.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::mpsc::{Receiver, RecvTimeoutError, SyncSender, sync_channel};
use std::time::{Duration, Instant};

use sync_core::message::Pushed;
use tokio::sync::{OwnedSemaphorePermit, oneshot};

use super::standing::Register;
use super::{CheckedPush, Shared, commit};
use crate::flow::refusal::{Failure, Refusal};
use crate::metrics;
use crate::store::Store;

/// Most changes that one commit takes, but for a push that has more. Two such groups of the pushes that phones send fit
/// into the room for pushes (`super::ROOM_KIB`): one is stored while the other is checked.
const GROUP_CHANGES: usize = 200;
/// How long a group waits for pushes that are being checked.
const GROUP_WAIT: Duration = Duration::from_millis(5);
/// `ANALYZE` runs when the log reaches this many leaves, and whenever it has grown by [`ANALYZE_FACTOR`] since.
const ANALYZE_FROM: i64 = 256;
const ANALYZE_FACTOR: i64 = 2;

/// Pause after a checkpoint.
const CHECKPOINT_PAUSE: Duration = Duration::from_millis(20);
/// Interval of checkpoints without a commit of this thread: other threads write too.
const CHECKPOINT_INTERVAL: Duration = Duration::from_secs(1);
/// Pause after a failed checkpoint.
const CHECKPOINT_BACK_OFF: Duration = Duration::from_secs(5);

/// A push that waits for its commit.
pub(super) struct Job {
    push: CheckedPush,
    _room: OwnedSemaphorePermit,
    answer: oneshot::Sender<Result<Pushed, Failure>>,
}

impl Job {
    /// With the room that it takes, which is free once it is answered.
    pub(super) fn new(
        push: CheckedPush,
        room: OwnedSemaphorePermit,
        answer: oneshot::Sender<Result<Pushed, Failure>>,
    ) -> Self {
        Self { push, _room: room, answer }
    }
}

/// Commits queued pushes until the queue is closed.
pub(super) fn run(shared: &Shared, jobs: &Receiver<Job>) {
    let (mut register, mut counted) = (Register::default(), ANALYZE_FROM);
    let committed = shared.store.is_embedded().then(|| start_checkpointer(shared.store.clone()));
    serve(jobs, &shared.checking, |pushes| {
        let outcome = commit::commit(shared, &mut register, pushes);
        if let Some(committed) = &committed {
            // Full, it knows already.
            let _ = committed.try_send(());
        }
        if register.log_size() >= counted {
            counted = register.log_size().saturating_mul(ANALYZE_FACTOR);
            analyze(shared.store.clone());
        }
        outcome
    });
}

fn serve(
    jobs: &Receiver<Job>,
    checking: &AtomicUsize,
    mut commit: impl FnMut(&[&CheckedPush]) -> Result<Vec<Pushed>, Failure>,
) {
    while let Ok(first) = jobs.recv() {
        let group = gather(jobs, checking, first);
        let pushes: Vec<&CheckedPush> = group.iter().map(|job| &job.push).collect();
        match timed(&mut commit, &pushes) {
            Ok(answers) => {
                for (job, answer) in group.into_iter().zip(answers) {
                    // A phone that disconnected asks again and gets the same answer.
                    let _ = job.answer.send(Ok(answer));
                }
            }
            Err(failure) if group.len() == 1 => {
                for job in group {
                    let _ = job.answer.send(Err(copy(&failure)));
                }
            }
            Err(failure) => {
                tracing::warn!(pushes = group.len(), ?failure, "group failed; running it again push by push");
                for job in group {
                    let alone = timed(&mut commit, &[&job.push]);
                    let alone = alone.and_then(|mut answers| answers.pop().ok_or(Refusal::Busy.into()));
                    let _ = job.answer.send(alone);
                }
            }
        }
    }
}

/// Commits, and counts it.
fn timed(
    commit: &mut impl FnMut(&[&CheckedPush]) -> Result<Vec<Pushed>, Failure>,
    pushes: &[&CheckedPush],
) -> Result<Vec<Pushed>, Failure> {
    let (begun, size) = (Instant::now(), pushes.iter().map(|push| push.items.len()).sum());
    // There is one writer: a push that causes a panic fails alone, and the thread continues.
    let guarded = catch_unwind(AssertUnwindSafe(|| commit(pushes)));
    let outcome = guarded.unwrap_or_else(|_panic| Err(Failure::broken(std::io::Error::other("commit panicked"))));
    metrics::committed(size, begun.elapsed(), outcome.is_ok());
    for outcome in outcome.iter().flatten().flat_map(|answer| &answer.outcomes) {
        metrics::outcome(outcome.class.code());
    }
    outcome
}

fn copy(failure: &Failure) -> Failure {
    match failure {
        Failure::Refused(refused) => Failure::Refused(refused.clone()),
        Failure::Broken(error) => {
            tracing::error!(%error, source = ?error.source(), "commit failed");
            Failure::broken(std::io::Error::other("commit failed"))
        }
    }
}

/// Takes the queued pushes and waits briefly for those being checked.
fn gather(jobs: &Receiver<Job>, checking: &AtomicUsize, first: Job) -> Vec<Job> {
    let mut changes = first.push.items.len();
    let mut group = vec![first];
    let end = Instant::now() + GROUP_WAIT;
    while changes < GROUP_CHANGES {
        let next = match jobs.try_recv() {
            Ok(job) => Ok(job),
            Err(_empty) if checking.load(Ordering::SeqCst) == 0 => break,
            Err(_empty) => jobs.recv_timeout(end.saturating_duration_since(Instant::now())),
        };
        match next {
            Ok(job) => {
                changes += job.push.items.len();
                group.push(job);
            }
            Err(RecvTimeoutError::Timeout | RecvTimeoutError::Disconnected) => break,
        }
    }
    group
}

/// Starts the checkpointer: a thread that copies committed pages from SQLite's write-ahead log into the database. Send it
/// one message per commit; it stops when the sender is dropped.
fn start_checkpointer(store: Store) -> SyncSender<()> {
    let (committed, commits) = sync_channel(1);
    let checkpointer = move || {
        while commits.recv_timeout(CHECKPOINT_INTERVAL) != Err(RecvTimeoutError::Disconnected) {
            match store.checkpoint() {
                Ok(_) => std::thread::sleep(CHECKPOINT_PAUSE),
                // Not fatal: SQLite checkpoints inside a commit once the log is much larger.
                Err(error) => {
                    tracing::warn!(%error, "the write-ahead log is not copied beside the writer");
                    std::thread::sleep(CHECKPOINT_BACK_OFF);
                }
            }
        }
    };
    if let Err(error) = std::thread::Builder::new().name("checkpoint".to_owned()).spawn(checkpointer) {
        tracing::warn!(%error, "no thread to copy the write-ahead log");
    }
    committed
}

/// Runs `ANALYZE` on a thread of its own, because it takes a second on a large database.
fn analyze(store: Store) {
    let analyze = move || {
        if let Err(error) = store.analyze() {
            tracing::warn!(%error, "ANALYZE failed; autovacuum will run it later");
        }
    };
    if let Err(error) = std::thread::Builder::new().name("analyze".to_owned()).spawn(analyze) {
        tracing::warn!(%error, "no thread for ANALYZE");
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;
    use std::sync::mpsc::{Sender, channel};

    use sync_core::id::{DeviceId, OfficerId};
    use tokio::sync::{Semaphore, oneshot::Receiver as Answer};

    use super::*;
    use crate::flow::ingest::Item;
    use crate::flow::push_sender::PushSender;

    static NOBODY: AtomicUsize = AtomicUsize::new(0);

    /// A push with this many changes by a phone with this number, and its answer.
    fn job(phone: u8, changes: usize) -> (Job, Answer<Result<Pushed, Failure>>) {
        let sender =
            PushSender { device: DeviceId::new([phone; 16]), officer: OfficerId::new([1; 16]), hands_in: false };
        let item = Item::Refused { change: None, code: "unreadable" };
        let push = CheckedPush { sender, leases: Vec::new(), items: vec![item; changes] };
        let room = Arc::new(Semaphore::new(1)).try_acquire_owned().unwrap();
        let (answer, answered) = oneshot::channel();
        (Job::new(push, room, answer), answered)
    }

    fn queue(sizes: &[usize]) -> (Sender<Job>, Receiver<Job>) {
        let (sender, jobs) = channel();
        sizes.iter().for_each(|size| drop(sender.send(job(0, *size).0)));
        (sender, jobs)
    }

    fn gathered(sizes: &[usize]) -> usize {
        let (_sender, jobs) = queue(sizes);
        let first = jobs.recv().unwrap();
        gather(&jobs, &NOBODY, first).len()
    }

    #[test]
    fn a_group_takes_what_is_queued_until_it_has_200_changes() {
        assert_eq!(gathered(&[199, 1, 1]), 2, "full with the second");
        assert_eq!(gathered(&[199, 2, 1]), 2, "one past it, for a push is not cut");
        assert_eq!(gathered(&[198, 1, 1, 1]), 3);
        assert_eq!(gathered(&[200, 1]), 1);
        assert_eq!(gathered(&[300, 1]), 1);
        assert_eq!(gathered(&[1]), 1);
    }

    #[test]
    fn a_group_waits_for_pushes_being_checked_within_a_bound() {
        let (sender, jobs) = queue(&[1]);
        let first = jobs.recv().unwrap();
        let begun = Instant::now();
        // A push is announced as being checked and never arrives.
        assert_eq!(gather(&jobs, &AtomicUsize::new(1), first).len(), 1);
        assert!(begun.elapsed() >= GROUP_WAIT);
        drop(sender);
    }

    /// The outcomes of the pushes of phones 1 to 3, queued together, if the commit does this to phone 2.
    fn outcomes(spoil: fn() -> Result<(), Failure>) -> Vec<bool> {
        let (sender, jobs) = channel();
        let mut answers = Vec::new();
        for phone in 1..=3 {
            let (job, answered) = job(phone, 1);
            sender.send(job).ok().unwrap();
            answers.push(answered);
        }
        drop(sender);
        let (mut groups, spoilt) = (Vec::new(), DeviceId::new([2; 16]));
        serve(&jobs, &NOBODY, |pushes| {
            groups.push(pushes.len());
            if pushes.iter().any(|push| push.sender.device == spoilt) {
                spoil()?;
            }
            Ok(pushes.iter().map(|_| Pushed { outcomes: Vec::new(), receipts: Vec::new() }).collect())
        });
        assert_eq!(groups, [3, 1, 1, 1], "together, then each alone");
        answers.into_iter().map(|answered| answered.blocking_recv().unwrap().is_ok()).collect()
    }

    #[test]
    fn a_push_that_makes_the_writer_panic_fails_alone_and_the_writer_goes_on() {
        assert_eq!(outcomes(|| panic!("on purpose")), [true, false, true]);
    }

    #[test]
    fn a_push_that_fails_fails_alone() {
        assert_eq!(outcomes(|| Err(Failure::broken(std::io::Error::other("on purpose")))), [true, false, true]);
        assert_eq!(outcomes(|| Err(Refusal::Busy.into())), [true, false, true]);
    }
}
