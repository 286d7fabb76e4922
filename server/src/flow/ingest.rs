//! Ingest of changes: checked in parallel, stored by one writer in groups (group commit).
//!
//! Promise: an answer is sent after the commit that it reports. An acknowledged change is in the log; a repeated push
//! gets the same receipts byte for byte and stores nothing. A push that fails does not affect others: a failed group is
//! retried push by push. Not here: the decision about a change (`sync_core::plan`).

mod check;
mod commit;
mod recent;
mod standing;
mod writer;

use std::collections::{BTreeMap, HashMap};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::mpsc::{Sender, channel};
use std::sync::{Arc, RwLock};

use sync_core::change::Change;
use sync_core::id::{ChangeId, Digest, TenantId};
use sync_core::lease::{Lease, SignedLease};
use sync_core::message::Pushed;
use sync_core::sign::PublicKey;
use tokio::sync::{Semaphore, oneshot};

use crate::clock::Clock;
use crate::flow::keys::Keys;
use crate::flow::push_sender::PushSender;
use crate::flow::quota::Quotas;
use crate::flow::refusal::{Failure, Refusal};
use crate::store::Store;
use writer::Job;

/// KiB of pushes that are parsed at the same time, from signature checks to commit; a longer push runs alone. A
/// parsed push needs about five times its bytes, so this bounds memory under load; other pushes wait unparsed.
const ROOM_KIB: u32 = 2 << 10;
/// Size of the cache of leases; the database has all of them.
const REMEMBERED_LEASES: usize = 10_000;

/// A push whose signatures were checked.
#[derive(Debug, Clone)]
struct CheckedPush {
    sender: PushSender,
    leases: Vec<Arc<SignedLease>>,
    items: Vec<Item>,
}

/// One change of a push.
#[derive(Debug, Clone)]
enum Item {
    /// It is not stored; `code` says why.
    Refused { change: Option<ChangeId>, code: &'static str },
    /// The lease that it names is unknown, and so is the key; nothing can be checked.
    NoLease { change: ChangeId, lease: Digest },
    /// The push exceeds the limit of decoded items; the phone must send the change again.
    Later { change: ChangeId },
    /// Its author signed it validly.
    Checked { change: Arc<Change>, lease: Option<Arc<SignedLease>> },
}

/// Ingest of changes. One for each server process.
pub struct Ingest {
    shared: Arc<Shared>,
    queue: Sender<Job>,
    /// KiB of pushes that may still be decoded.
    room: Arc<Semaphore>,
    /// Threads that may still verify signatures: one for each core, so that the first push reaches the writer soon.
    turns: Arc<Semaphore>,
}

/// State shared by the checking threads and the writer.
struct Shared {
    store: Store,
    keys: Keys,
    clock: Clock,
    tenant: TenantId,
    quotas: Arc<Quotas>,
    leases: RwLock<HashMap<Digest, Arc<SignedLease>>>,
    server_keys: RwLock<Vec<PublicKey>>,
    checking: AtomicUsize,
}

impl Ingest {
    /// Starts the writer's thread. It ends when the handle is dropped and the queue is empty.
    ///
    /// # Errors
    /// Where the operating system gives no thread.
    pub fn start(
        store: Store,
        keys: Keys,
        clock: Clock,
        (tenant, quotas): (TenantId, Arc<Quotas>),
    ) -> Result<Self, std::io::Error> {
        let shared = Arc::new(Shared {
            store,
            keys,
            clock,
            tenant,
            quotas,
            leases: RwLock::default(),
            server_keys: RwLock::default(),
            checking: AtomicUsize::new(0),
        });
        let (queue, jobs) = channel();
        let writer = Arc::clone(&shared);
        std::thread::Builder::new().name("ingest".to_owned()).spawn(move || writer::run(&writer, &jobs))?;
        let cores = std::thread::available_parallelism().map_or(1, usize::from);
        let room = Arc::new(Semaphore::new(usize::try_from(ROOM_KIB).unwrap_or(Semaphore::MAX_PERMITS)));
        Ok(Self { shared, queue, room, turns: Arc::new(Semaphore::new(cores)) })
    }

    /// Processes a push, given as its bytes.
    ///
    /// # Errors
    /// [`Refusal::TooMuchToday`]; [`Refusal::Malformed`] where the push as a whole cannot be read; [`Failure`] for an internal error, after
    /// which nothing is known of the outcome and the same push may be sent again.
    pub async fn push(&self, sender: PushSender, body: impl AsRef<[u8]> + Send + 'static) -> Result<Pushed, Failure> {
        let size = u32::try_from(body.as_ref().len().div_ceil(1 << 10)).unwrap_or(u32::MAX).min(ROOM_KIB);
        let room = Arc::clone(&self.room).acquire_many_owned(size).await.map_err(Failure::broken)?;
        let turn = Arc::clone(&self.turns).acquire_owned().await.map_err(Failure::broken)?;
        let shared = Arc::clone(&self.shared);
        let under_way = UnderWay::new(&self.shared);
        let check = move || {
            let _turn = turn;
            check::check(&shared, sender, body.as_ref())
        };
        let push = tokio::task::spawn_blocking(check).await.map_err(Failure::broken)??;
        let (answer, answered) = oneshot::channel();
        let queued = self.queue.send(Job::new(push, room, answer));
        drop(under_way);
        queued.map_err(|_writer_gone| Refusal::Busy)?;
        answered.await.map_err(Failure::broken)?
    }
}

/// Counts a push as being checked, until it is dropped.
struct UnderWay(Arc<Shared>);

impl UnderWay {
    fn new(shared: &Arc<Shared>) -> Self {
        shared.checking.fetch_add(1, Ordering::SeqCst);
        Self(Arc::clone(shared))
    }
}

impl Drop for UnderWay {
    fn drop(&mut self) {
        self.0.checking.fetch_sub(1, Ordering::SeqCst);
    }
}

impl Shared {
    /// A lease by its hash: remembered, or from the database.
    fn lease(&self, hash: &Digest) -> Result<Option<Arc<SignedLease>>, Failure> {
        let remembered = self.remembered(hash);
        if remembered.is_some() {
            return Ok(remembered);
        }
        let bytes = self.store.read_sync(|tx| tx.lease(&self.tenant, hash))?;
        let Some(bytes) = bytes else { return Ok(None) };
        let lease = self.open_lease(&bytes.bytes)?;
        if let Some(lease) = &lease {
            self.remember(lease);
        }
        Ok(lease)
    }

    /// A lease by its hash, if it is cached; then the database has it.
    fn remembered(&self, hash: &Digest) -> Option<Arc<SignedLease>> {
        self.leases.read().ok().and_then(|leases| leases.get(hash).cloned())
    }

    /// A lease by its bytes, if this tenant's server signed it.
    fn open_lease(&self, bytes: &[u8]) -> Result<Option<Arc<SignedLease>>, Failure> {
        // A phone sends its lease with every push: its signature is checked once.
        let known = Lease::claimed_hash(bytes).and_then(|hash| self.remembered(&hash));
        if let Some(lease) = known.filter(|lease| lease.bytes == bytes) {
            return Ok(Some(lease));
        }
        for key in self.server_keys()? {
            if let Ok(lease) = Lease::open(bytes, &key, &crate::flow::keys::FastVerifier) {
                return Ok(Some(Arc::new(lease)));
            }
        }
        Ok(None)
    }

    fn remember(&self, lease: &Arc<SignedLease>) {
        if let Ok(mut leases) = self.leases.write() {
            if leases.len() >= REMEMBERED_LEASES {
                leases.clear();
            }
            leases.insert(lease.hash, Arc::clone(lease));
        }
    }

    /// All public keys of this tenant's server, present and former.
    fn server_keys(&self) -> Result<Vec<PublicKey>, Failure> {
        let remembered = self.server_keys.read().map(|keys| keys.clone()).unwrap_or_default();
        if !remembered.is_empty() {
            return Ok(remembered);
        }
        let rows = self.store.read_sync(|tx| tx.server_keys(&self.tenant))?;
        let keys: Vec<PublicKey> = rows.iter().filter_map(|row| PublicKey::from_slice(&row.public_key)).collect();
        if let Ok(mut remembered) = self.server_keys.write() {
            remembered.clone_from(&keys);
        }
        Ok(keys)
    }
}

/// Changes by case, in the order of arrival.
type ByCase<T> = BTreeMap<sync_core::id::CaseId, Vec<T>>;
