//! Deletes what has expired: changes parked for too long, unclaimed files, phone usage of past days, old list versions.
//!
//! Promise: one thread per process; concurrent runs of two processes have the effect of one. An expired parked change
//! is reported to people; its phone still has it. A file is deleted only if no stored change names it and no parked
//! change of its officer could name it. Database faults are retried. Not here: effects of changes (`outbox`).

use std::sync::Arc;
use std::sync::mpsc::{Receiver, RecvTimeoutError, Sender, channel};
use std::thread::JoinHandle;
use std::time::Duration;

use sync_core::alarm::AlarmKind;
use sync_core::id::TenantId;
use sync_core::time::Instant;

use super::app::App;
use super::as_of;
use super::quota::Quotas;
use super::refusal::Failure;
use super::register::clerk;
use super::stay::Stay;
use crate::clock::Clock;
use crate::random;
use crate::store::evidence_store::EvidenceStore;
use crate::store::{AlarmRow, ExpiredChange, Store, Tx};

/// Interval at which usage is written.
const EVERY: Duration = Duration::from_secs(10);
/// Number of intervals between two runs that delete expired data.
const TIMES: u32 = 60;
/// Changes, or files, in one transaction.
const AT_ONCE: i64 = 64;
const DAY_MS: i64 = 24 * 60 * 60 * 1000;

/// The thread.
pub struct Housekeeping {
    stop: Sender<()>,
    thread: JoinHandle<()>,
}

/// The parts that the thread uses.
struct House {
    store: Store,
    evidence: EvidenceStore,
    quotas: Arc<Quotas>,
    clock: Clock,
    tenant: TenantId,
    stay: Stay,
}

impl Housekeeping {
    /// Starts the thread.
    ///
    /// # Errors
    /// Where the operating system gives no thread.
    pub fn start(app: &App) -> std::io::Result<Self> {
        let house = House {
            store: app.store.clone(),
            evidence: app.evidence.clone(),
            quotas: Arc::clone(&app.quotas),
            clock: app.clock,
            tenant: app.tenant,
            stay: app.stay,
        };
        let (stop, stopped) = channel();
        let thread = std::thread::Builder::new().name("housekeeping".to_owned());
        Ok(Self { stop, thread: thread.spawn(move || house.keep(&stopped))? })
    }

    /// Writes the remaining usage and ends. Blocks until then.
    pub fn stop(self) {
        // The thread may have ended already.
        let _ = self.stop.send(());
        if self.thread.join().is_err() {
            tracing::error!("housekeeping panicked");
        }
    }
}

impl House {
    fn keep(&self, stopped: &Receiver<()>) {
        for round in 0_u32.. {
            let now = self.clock.now();
            let written = self.quotas.write_down(&self.store, &self.tenant, now);
            let is_due = round.is_multiple_of(TIMES);
            let outcome = written.and_then(|()| as_of::forget(&self.store, &self.tenant, now));
            let outcome = outcome.and_then(|()| if is_due { self.end_what_is_over(now) } else { Ok(()) });
            if let Err(failure) = outcome {
                tracing::warn!(?failure, "housekeeping is postponed");
            }
            match stopped.recv_timeout(EVERY) {
                Err(RecvTimeoutError::Timeout) => {}
                Ok(()) | Err(RecvTimeoutError::Disconnected) => break,
            }
        }
        if let Err(failure) = self.quotas.write_down(&self.store, &self.tenant, self.clock.now()) {
            tracing::warn!(?failure, "the usage of phones in the last seconds was not stored");
        }
    }

    fn end_what_is_over(&self, now: Instant) -> Result<(), Failure> {
        let tenant = &self.tenant;
        let before = |days: u32| now.plus_ms(-DAY_MS * i64::from(days));
        while self.store.write_sync(|tx| expire(tx, tenant, before(self.stay.parked_days), now))? == AT_ONCE {}
        self.store.write_sync::<_, Failure>(|tx| {
            // A change is reported as expired for as long as it was parked.
            tx.drop_expired(tenant, before(self.stay.parked_days))?;
            tx.drop_kept_rosters_before(tenant, now.plus_ms(-clerk::LASTS_MS))?;
            Ok(tx.drop_phone_use_before(tenant, Instant::start_of(before(2).date()))?)
        })?;
        self.forget_unclaimed(before(self.stay.unclaimed_days), now)
    }

    /// Deletes unclaimed uploads, and their bytes unless another person sent the same.
    fn forget_unclaimed(&self, before: Instant, now: Instant) -> Result<(), Failure> {
        let mut after = None;
        loop {
            let old = self.store.read_sync(|tx| tx.uploads_untouched_since(&self.tenant, before, after, AT_ONCE))?;
            let Some((last, touched)) = old.last().map(|(upload, touched)| (upload.id, *touched)) else {
                return Ok(());
            };
            after = Some((touched, last));
            for (upload, _) in old {
                let evidence = &self.evidence;
                let gone = self.store.write_sync::<_, Failure>(|tx| {
                    // A concurrent completion of an upload of the same bytes waits, and then finds them deleted.
                    tx.lock_tenant(&self.tenant, now)?;
                    if tx.is_claimed(&self.tenant, &upload)? {
                        return Ok(false);
                    }
                    if tx.forget_upload(&self.tenant, &upload, now)? {
                        evidence.remove(&upload.digest).map_err(Failure::broken)?;
                    }
                    Ok(true)
                })?;
                if gone {
                    self.evidence.drop_temp(&upload.id).map_err(Failure::broken)?;
                }
            }
        }
    }
}

/// Expires the changes that were parked before that time, and raises alarms; returns their number.
fn expire(tx: &mut Tx<'_>, tenant: &TenantId, before: Instant, now: Instant) -> Result<i64, Failure> {
    let expired = tx.expire_parked(tenant, before, now, AT_ONCE)?;
    for ExpiredChange { change, case, device } in &expired {
        let (id, kind) = (random::bytes()?, AlarmKind::ParkedExpired);
        let detail = kind.code().to_owned();
        let (case, change, device) = (Some(*case), Some(*change), Some(*device));
        tx.add_alarm(tenant, &AlarmRow { id, at: now, kind, device, case, change, detail })?;
    }
    i64::try_from(expired.len()).map_err(Failure::broken)
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use sync_core::id::{DeviceId, Digest, OfficerId};

    use super::*;
    use crate::flow::install;
    use crate::store::UploadRow;
    use crate::store::evidence_store::Finished;
    use crate::store::tests::{postgres_schema, stored};

    const NOW: Instant = Instant::from_ms(1_795_363_200_000);
    const PHONE: DeviceId = DeviceId::new([2; 16]);

    /// Keeps changes for one day, files for two.
    fn on_both(name: &str, promise: impl Fn(&House)) {
        let run = |store: Store, directory: &Path| {
            let tenant = TenantId::new([1; 16]);
            install::create(&store, tenant, NOW).unwrap();
            let (evidence, stay) =
                (EvidenceStore::open(directory).unwrap(), Stay { parked_days: 1, unclaimed_days: 2 });
            promise(&House { store, evidence, quotas: Arc::default(), clock: Clock::system(), tenant, stay });
        };
        let directory = tempfile::tempdir().unwrap();
        run(Store::open(directory.path().join("t.db").to_str().unwrap()).unwrap(), directory.path());
        if let Some(store) = postgres_schema(name) {
            run(store, tempfile::tempdir().unwrap().path());
        }
    }

    #[test]
    fn what_waited_too_long_is_dropped_and_told_once_and_its_phone_is_told_for_as_long_again() {
        on_both("housekeeping_parked", |house| {
            let (change, tenant) = (stored(1).change, house.tenant);
            house.store.write_sync(|tx| tx.park(&tenant, &PHONE, &change, NOW)).unwrap();
            let after = |ms: i64| {
                house.end_what_is_over(NOW.plus_ms(ms)).unwrap();
                house
                    .store
                    .read_sync::<_, crate::store::Error>(|tx| {
                        let waits = tx.parked_in(&tenant, &change.case())?.len();
                        let expired = tx.expired(&tenant, &[change.id()])?.len();
                        Ok((waits, expired, tx.alarms(&tenant, 10)?.len()))
                    })
                    .unwrap()
            };
            assert_eq!(after(DAY_MS), (1, 0, 0), "a day");
            assert_eq!(after(DAY_MS + 1), (0, 1, 1), "and no more");
            assert_eq!(after(2 * DAY_MS + 1), (0, 1, 1), "told once");
            assert_eq!(after(2 * DAY_MS + 2), (0, 0, 1), "forgotten");
        });
    }

    /// An upload of these bytes, whole or begun.
    fn upload(house: &House, id: u8, officer: u8, bytes: &[u8], whole: bool) -> UploadRow {
        let digest = Digest::new(<sha2::Sha256 as sha2::Digest>::digest(bytes).into());
        let (officer, media_type, metadata) = (OfficerId::new([officer; 16]), String::new(), String::new());
        let size = i64::try_from(bytes.len()).unwrap();
        let row =
            UploadRow { id: [id; 16], digest, size, media_type, officer, created: NOW, completed: None, metadata };
        house.store.write_sync(|tx| tx.add_upload(&house.tenant, &row)).unwrap();
        house.evidence.put_temp(&row.id).unwrap();
        house.evidence.append(&row.id, 0, bytes).unwrap();
        if whole {
            let Finished::Stored(blocks) = house.evidence.finish(&row.id, &digest).unwrap() else {
                panic!("not whole")
            };
            house.store.write_sync(|tx| tx.complete_upload(&house.tenant, &row, &blocks, NOW)).unwrap();
            house.evidence.drop_temp(&row.id).unwrap();
            return UploadRow { completed: Some(NOW), ..row };
        }
        row
    }

    #[test]
    fn a_file_that_nobody_claims_goes_and_one_that_is_named_or_may_be_stays() {
        on_both("housekeeping_files", |house| {
            let tenant = house.tenant;
            let gone = upload(house, 1, 1, b"nobody names it", true);
            let begun = upload(house, 2, 1, b"begun", false);
            let named = upload(house, 3, 1, b"a change without effect names it", true);
            let waiting = stored(1).change.header().officer;
            let may_be = upload(house, 4, waiting.bytes()[0], b"its officer has something waiting", true);
            let twice = upload(house, 5, 1, b"two sent it", true);
            let also = upload(house, 6, 6, b"two sent it", true);
            house
                .store
                .write_sync::<_, crate::store::Error>(|tx| {
                    tx.add_named_evidence(&tenant, &[named.digest])?;
                    tx.touch_upload(&tenant, &also.id, NOW.plus_ms(DAY_MS))?;
                    tx.park(&tenant, &PHONE, &stored(1).change, NOW.plus_ms(2 * DAY_MS))
                })
                .unwrap();
            assert_ne!(waiting, gone.officer);
            let there = |upload: &UploadRow| {
                let row = house.store.read_sync(|tx| tx.upload(&tenant, &upload.officer, &upload.id)).unwrap();
                (row.is_some(), house.evidence.is_there(&upload.digest, upload.size.cast_unsigned()).unwrap())
            };
            house.end_what_is_over(NOW.plus_ms(2 * DAY_MS)).unwrap();
            assert_eq!(there(&gone), (true, true), "two days");
            house.end_what_is_over(NOW.plus_ms(2 * DAY_MS + 1)).unwrap();
            assert_eq!(there(&gone), (false, false), "and no more");
            assert_eq!((there(&begun).0, house.evidence.received(&begun.id).unwrap()), (false, None));
            assert_eq!(there(&named), (true, true));
            assert_eq!(there(&may_be), (true, true));
            assert_eq!(
                (there(&twice), there(&also)),
                ((false, true), (true, true)),
                "bytes stay as long as one has them"
            );
            let known = || house.store.read_sync(|tx| tx.evidence_file(&tenant, &gone.digest)).unwrap().is_some();
            assert!(!known(), "no check of the files looks for it");
            assert_eq!(there(&upload(house, 7, 1, b"nobody names it", true)), (true, true), "it may come again");
            assert!(known());
        });
    }
}
