//! Daily quotas of a phone: bytes, operations, alarms, index rows, files.
//!
//! Promise: a phone over its quota is told when to retry; nothing is lost, because it keeps everything without a
//! receipt. People are alerted once a day. Counts are kept in memory and written every few seconds, so an honest phone
//! is not slowed down. After a crash the last seconds are not counted, and each server process knows of the others what
//! they wrote. Not here: measuring (each flow reports its use).

use std::collections::HashMap;
use std::sync::{Mutex, MutexGuard, PoisonError};

use sync_core::alarm::AlarmKind;
use sync_core::id::{DeviceId, TenantId};
use sync_core::time::Instant;

use super::refusal::{Failure, Refusal, Refused};
use crate::random;
use crate::store::{AlarmRow, PhoneDay, Store, Used};

/// Longest wait before a phone may ask again, in seconds.
const ASK_AGAIN_S: i64 = 3600;

/// Daily quotas of one phone, from the settings.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Most(pub Used);

impl Default for Most {
    fn default() -> Self {
        Self(Used {
            bytes: 256 << 20,
            operations: 200_000,
            alarms: 1_000,
            index_rows: 3_000_000,
            upload_bytes: 16 << 30,
        })
    }
}

/// Usage of phones, in this process.
#[derive(Debug, Default)]
pub struct Quotas {
    most: Mutex<Most>,
    days: Mutex<HashMap<DeviceId, Day>>,
}

#[derive(Debug, Clone, Copy)]
struct Day {
    begins: Instant,
    known: PhoneDay,
    /// The part that is not written yet.
    unwritten: Used,
}

/// Midnight in Asia/Shanghai before this moment.
fn midnight(now: Instant) -> Instant {
    Instant::start_of(now.date())
}

impl Most {
    /// The exhausted quota, by its stable name.
    fn over(self, used: Used) -> Option<&'static str> {
        let Self(most) = self;
        let each = [
            ("bytes", used.bytes >= most.bytes),
            ("operations", used.operations >= most.operations),
            ("alarms", used.alarms >= most.alarms),
            ("index_rows", used.index_rows >= most.index_rows),
            ("upload_bytes", used.upload_bytes > most.upload_bytes),
        ];
        each.into_iter().find(|(_, over)| *over).map(|(name, _)| name)
    }
}

/// When a phone over its quota may ask again, in seconds: the next day, or in an hour.
fn wait_s(now: Instant) -> u32 {
    let next = midnight(now).plus_ms(24 * 60 * 60 * 1000);
    u32::try_from(((next.ms() - now.ms()) / 1000).clamp(1, ASK_AGAIN_S)).unwrap_or(1)
}

impl Quotas {
    /// Usage counters with these quotas.
    pub fn bound(&self, most: Most) {
        *self.most.lock().unwrap_or_else(PoisonError::into_inner) = most;
    }

    fn over(&self, used: Used) -> Option<&'static str> {
        self.most.lock().unwrap_or_else(PoisonError::into_inner).over(used)
    }

    fn days(&self) -> MutexGuard<'_, HashMap<DeviceId, Day>> {
        self.days.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Counts `more` if the phone is within its quotas. Blocks on the database for the first use of a phone on a day.
    ///
    /// # Errors
    /// [`Refusal::TooMuchToday`] with the time to wait; or an internal error.
    pub fn take(
        &self,
        store: &Store,
        tenant: &TenantId,
        device: DeviceId,
        more: Used,
        now: Instant,
    ) -> Result<(), Failure> {
        let begins = midnight(now);
        let day = self.days().get(&device).copied().filter(|day| day.begins == begins);
        let known = match day {
            Some(day) => day.known,
            None => store.read_sync(|tx| tx.phone_day(tenant, &device, begins))?,
        };
        let mut days = self.days();
        let fresh = Day { begins, known, unwritten: Used::default() };
        let day = days.entry(device).or_insert(fresh);
        if day.begins != begins {
            *day = fresh;
        }
        // A push is accepted if any room was left; only files are checked before they are sent.
        let (used, files) = (day.known.used, Used { upload_bytes: more.upload_bytes, ..Used::default() });
        let Some(what) = self.over(used.plus(files)) else {
            day.known.used = used.plus(more);
            day.unwritten = day.unwritten.plus(more);
            return Ok(());
        };
        let told = day.known.told.is_some();
        drop(days);
        if !told {
            self.tell(store, tenant, device, what, now)?;
        }
        Err(refused(now).into())
    }

    /// Counts usage of a phone.
    pub fn count(&self, device: DeviceId, more: Used, now: Instant) {
        let begins = midnight(now);
        if let Some(day) = self.days().get_mut(&device).filter(|day| day.begins == begins) {
            day.known.used = day.known.used.plus(more);
            day.unwritten = day.unwritten.plus(more);
        }
    }

    /// Writes the usage since the last call, and reads what other processes wrote.
    ///
    /// # Errors
    /// [`Failure`] where a statement fails; what was not written is tried again.
    pub fn write_down(&self, store: &Store, tenant: &TenantId, now: Instant) -> Result<(), Failure> {
        let begins = midnight(now);
        let open: Vec<(DeviceId, Day)> = self
            .days()
            .iter()
            .filter(|(_, day)| day.unwritten != Used::default())
            .map(|(device, day)| (*device, *day))
            .collect();
        for (device, day) in open {
            let known = store.write_sync::<_, Failure>(|tx| {
                tx.add_phone_use(tenant, &device, day.begins, day.unwritten)?;
                Ok(tx.phone_day(tenant, &device, day.begins)?)
            })?;
            if let Some(now) = self.days().get_mut(&device).filter(|now| now.begins == day.begins) {
                let since = minus(now.unwritten, day.unwritten);
                *now = Day {
                    begins: day.begins,
                    known: PhoneDay { used: known.used.plus(since), ..known },
                    unwritten: since,
                };
            }
        }
        self.days().retain(|_, day| day.begins == begins);
        Ok(())
    }

    /// Raises the alarm once a day.
    fn tell(
        &self,
        store: &Store,
        tenant: &TenantId,
        device: DeviceId,
        what: &str,
        now: Instant,
    ) -> Result<(), Failure> {
        self.write_down(store, tenant, now)?;
        let begins = midnight(now);
        let (id, kind, detail) = (random::bytes()?, AlarmKind::OverQuota, what.to_owned());
        let alarm = AlarmRow { id, at: now, kind, device: Some(device), case: None, change: None, detail };
        store.write_sync::<_, Failure>(|tx| {
            // The row must exist even if refused data exhausted the quota.
            tx.add_phone_use(tenant, &device, begins, Used::default())?;
            if tx.tell_phone_use(tenant, &device, begins, now)? {
                tx.add_alarm(tenant, &alarm)?;
            }
            Ok(())
        })?;
        if let Some(day) = self.days().get_mut(&device).filter(|day| day.begins == begins) {
            day.known.told = Some(now);
        }
        Ok(())
    }
}

const fn minus(now: Used, before: Used) -> Used {
    Used {
        bytes: now.bytes - before.bytes,
        operations: now.operations - before.operations,
        alarms: now.alarms - before.alarms,
        index_rows: now.index_rows - before.index_rows,
        upload_bytes: now.upload_bytes - before.upload_bytes,
    }
}

fn refused(now: Instant) -> Refused {
    Refused::from(Refusal::TooMuchToday).after_s(wait_s(now))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::store::tests::postgres_schema;

    const TENANT: TenantId = TenantId::new([1; 16]);
    const PHONE: DeviceId = DeviceId::new([2; 16]);
    /// Midnight in Asia/Shanghai.
    const DAY: Instant = Instant::from_ms(1_795_363_200_000);
    const HOUR_MS: i64 = 3_600_000;

    fn bytes(bytes: i64) -> Used {
        Used { bytes, ..Used::default() }
    }

    fn of_ten_bytes() -> Quotas {
        let quotas = Quotas::default();
        quotas.bound(Most(Used { bytes: 10, operations: 10, alarms: 10, index_rows: 10, upload_bytes: 10 }));
        quotas
    }

    fn on_both(name: &str, promise: impl Fn(&Store)) {
        let directory = tempfile::tempdir().unwrap();
        promise(&Store::open(directory.path().join("t.db").to_str().unwrap()).unwrap());
        if let Some(store) = postgres_schema(name) {
            promise(&store);
        }
    }

    fn is_refused(outcome: Result<(), Failure>) -> bool {
        matches!(outcome, Err(Failure::Refused(refused)) if refused.refusal == Refusal::TooMuchToday)
    }

    #[test]
    fn a_phone_may_ask_again_tomorrow_or_in_an_hour() {
        assert_eq!(wait_s(DAY), 3600);
        assert_eq!(wait_s(DAY.plus_ms(23 * HOUR_MS)), 3600);
        assert_eq!(wait_s(DAY.plus_ms(24 * HOUR_MS - 60_000)), 60);
        assert_eq!(wait_s(DAY.plus_ms(24 * HOUR_MS - 1)), 1);
    }

    #[test]
    fn what_is_used_up_is_refused_until_the_next_day_also_after_a_restart_and_told_once() {
        on_both("quota_day", |store| {
            let quotas = of_ten_bytes();
            let take = |quotas: &Quotas, phone, now| quotas.take(store, &TENANT, phone, bytes(5), now);
            take(&quotas, PHONE, DAY).unwrap();
            take(&quotas, PHONE, DAY).unwrap();
            assert!(is_refused(take(&quotas, PHONE, DAY)), "ten are used");
            assert!(is_refused(take(&quotas, PHONE, DAY.plus_ms(HOUR_MS))));
            take(&quotas, DeviceId::new([3; 16]), DAY).unwrap();
            quotas.write_down(store, &TENANT, DAY).unwrap();
            let restarted = of_ten_bytes();
            assert!(is_refused(take(&restarted, PHONE, DAY.plus_ms(2 * HOUR_MS))));
            take(&restarted, PHONE, DAY.plus_ms(24 * HOUR_MS)).unwrap();
            let alarms = store.read_sync(|tx| tx.alarms(&TENANT, 10)).unwrap();
            assert_eq!(alarms.len(), 1, "{alarms:?}");
            assert_eq!((alarms[0].kind, alarms[0].device), (AlarmKind::OverQuota, Some(PHONE)));
        });
    }

    #[test]
    fn each_bound_counts_alone_and_files_are_asked_for_before_they_come() {
        on_both("quota_each", |store| {
            for (number, more) in (0_u8..).zip([
                Used { operations: 10, ..Used::default() },
                Used { alarms: 10, ..Used::default() },
                Used { index_rows: 10, ..Used::default() },
            ]) {
                let (quotas, phone) = (of_ten_bytes(), DeviceId::new([number; 16]));
                quotas.take(store, &TENANT, phone, bytes(1), DAY).unwrap();
                quotas.count(phone, more, DAY);
                assert!(is_refused(quotas.take(store, &TENANT, phone, bytes(1), DAY)), "{more:?}");
            }
            let file = |upload_bytes| Used { upload_bytes, ..Used::default() };
            let quotas = of_ten_bytes();
            let phone = DeviceId::new([9; 16]);
            quotas.take(store, &TENANT, phone, file(10), DAY).unwrap();
            assert!(is_refused(quotas.take(store, &TENANT, phone, file(1), DAY)));
        });
    }
}
