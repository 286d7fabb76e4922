//! Flow control between a connection and the handler of its requests, so that little is buffered.
//!
//! Promise: a connection reads at most a fixed number of body bytes and one request ahead of its handler. A body that no
//! handler will read is discarded as it arrives. Not here: the total budget (`bodies`).

use std::cell::{Cell, RefCell};
use std::rc::Rc;
use std::task::{Context, Waker};

/// Body bytes that a connection may read ahead of the handler: with the head of a request they fit into a read buffer of
/// 16 KiB.
const BYTES: usize = 14 << 10;
/// Requests that a connection may read ahead of the handler.
const REQUESTS: u64 = 1;

/// Shared between the connection and its handler; cloning shares the state.
#[derive(Debug, Clone, Default)]
pub struct Intake(Rc<Told>);

#[derive(Debug, Default)]
struct Told {
    /// Bytes of bodies that were read.
    read: Cell<u64>,
    /// Requests that were answered.
    answered: Cell<u64>,
    /// Whether further bytes will not be read.
    unread: Cell<bool>,
    /// The connection, while it waits for one of these.
    waiting: RefCell<Option<Waker>>,
}

impl Intake {
    /// Reports that bytes of a body were read.
    pub fn read(&self, bytes: usize) {
        let Self(told) = self;
        told.read.set(told.read.get().saturating_add(u64::try_from(bytes).unwrap_or(u64::MAX)));
        self.wake();
    }

    /// Reports that a request was answered.
    pub fn answered(&self) {
        let Self(told) = self;
        told.answered.set(told.answered.get().saturating_add(1));
        self.wake();
    }

    /// Discards further bytes: the request is answered and the connection ends.
    pub fn drop_rest(&self) {
        self.0.unread.set(true);
        self.wake();
    }

    /// Whether further bytes will not be read.
    pub(super) fn is_unread(&self) -> bool {
        self.0.unread.get()
    }

    /// How many bytes the connection may pass on, after this many body bytes and requests; at zero, the connection is
    /// woken later.
    pub(super) fn room(&self, bytes: u64, requests: u64, context: &Context<'_>) -> Option<usize> {
        let Self(told) = self;
        let ahead = usize::try_from(bytes.saturating_sub(told.read.get())).unwrap_or(usize::MAX);
        let within = requests <= told.answered.get().saturating_add(REQUESTS);
        let room = BYTES.checked_sub(ahead).filter(|room| within && *room > 0);
        if room.is_none() {
            told.waiting.replace(Some(context.waker().clone()));
        }
        room
    }

    fn wake(&self) {
        self.0.waiting.take().into_iter().for_each(Waker::wake);
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;
    use std::sync::atomic::{AtomicU32, Ordering};
    use std::task::Wake;

    use super::*;

    #[derive(Default)]
    struct Woken(AtomicU32);

    impl Wake for Woken {
        fn wake(self: Arc<Self>) {
            self.0.fetch_add(1, Ordering::Relaxed);
        }
    }

    #[test]
    fn a_connection_waits_at_the_bound_and_is_woken_once_when_its_reader_goes_on() {
        let (intake, woken) = (Intake::default(), Arc::new(Woken::default()));
        let waker = Waker::from(Arc::clone(&woken));
        let context = Context::from_waker(&waker);
        let most = u64::try_from(BYTES).unwrap();
        assert_eq!(intake.room(0, REQUESTS, &context), Some(BYTES));
        assert_eq!(intake.room(most - 1, REQUESTS, &context), Some(1));
        intake.read(0);
        assert_eq!(woken.0.load(Ordering::Relaxed), 0, "nobody waited");
        assert_eq!(intake.room(most, REQUESTS, &context), None);
        intake.read(2);
        intake.read(1);
        assert_eq!(woken.0.load(Ordering::Relaxed), 1);
        assert_eq!(intake.room(most, REQUESTS, &context), Some(3));
        assert_eq!(intake.room(3, REQUESTS + 1, &context), None, "one request is not answered, and another has come");
        intake.answered();
        assert_eq!(woken.0.load(Ordering::Relaxed), 2);
        assert_eq!(intake.room(3, REQUESTS + 1, &context), Some(BYTES));
    }

    #[test]
    fn giving_up_the_body_wakes_a_waiting_connection() {
        let (intake, woken) = (Intake::default(), Arc::new(Woken::default()));
        let waker = Waker::from(Arc::clone(&woken));
        assert_eq!(intake.room(0, REQUESTS + 1, &Context::from_waker(&waker)), None);
        assert!(!intake.is_unread());
        intake.drop_rest();
        assert!(intake.is_unread());
        assert_eq!(woken.0.load(Ordering::Relaxed), 1);
    }
}
