//! The order in which the writers of this process write to SQLite.
//!
//! Promise: writers begin in the order in which they asked, so that a short write waits for one write of each other
//! writer and is not overtaken. SQLite itself has no queue: a writer that finds the database locked sleeps and tries
//! again, and the thread that ingests changes has locked it again by then. Nobody holds a connection while waiting.
//! Not here: writers of other processes, for which SQLite's own lock and timeout hold; PostgreSQL, which has queues.

use std::sync::Arc;
use std::time::Duration;

use parking_lot::{Mutex, MutexGuard};

/// The queue; cloning shares it.
#[derive(Debug, Clone, Default)]
pub(super) struct WriteQueue(Arc<Mutex<()>>);

/// A turn to write; its end gives the turn to the next writer in the queue.
#[derive(Debug)]
pub(super) struct WriteTurn<'a>(Option<MutexGuard<'a, ()>>);

impl WriteQueue {
    /// Waits for a turn, for `longest` at most. None after that: the writer then waits for SQLite's lock like one of
    /// another process, and fails as such.
    pub(super) fn turn(&self, longest: Duration) -> WriteTurn<'_> {
        WriteTurn(self.0.try_lock_for(longest))
    }
}

impl Drop for WriteTurn<'_> {
    fn drop(&mut self) {
        // A plain unlock lets this thread lock again before the next in the queue wakes up.
        if let Some(guard) = self.0.take() {
            MutexGuard::unlock_fair(guard);
        }
    }
}
