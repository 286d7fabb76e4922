//! Throttling of password guesses, without locking anybody out.
//!
//! Promise:
//!
//! - An attempt is counted in the database before the password is checked, so concurrent attempts and several server
//!   processes share one count.
//! - After a few free attempts the wait doubles each time, up to one minute for an account and 15 seconds for an
//!   address. A refused attempt is not counted, so waiting always ends.
//! - For an address from which the account signed in before, only the account's own attempts from there count. An
//!   attacker elsewhere, or behind the same gateway, delays neither the account nor the agency.
//! - Phones sign in with their key and are not affected.
//! - An unknown login is counted like a known one, so the delay does not reveal which logins exist.
//! - A stored time that is ahead of the clock by more than the longest wait was written by a wrong clock and is
//!   ignored.

use std::net::IpAddr;

use sync_core::id::{Digest, TenantId};
use sync_core::sign::Tag;
use sync_core::time::Instant;

use super::address::network;
use crate::flow::app::App;
use crate::flow::refusal::{Failure, Refusal};
use crate::store::{AttemptRow, Tx};

const SUBJECT: Tag = Tag("palm/v1/login-subject");
/// Time for which a pair of account and address is known after a success: 30 days.
const KNOWN_MS: i64 = 30 * 24 * 60 * 60 * 1000;
/// Failures are forgotten after this time without an attempt: 15 minutes.
const FORGIVEN_MS: i64 = 15 * 60 * 1000;

/// The number of free attempts, and the longest wait.
#[derive(Debug, Clone, Copy)]
struct Bounds {
    free: i64,
    longest_ms: i64,
}

/// The longest of all waits.
const LONGEST_WAIT_MS: i64 = 60_000;
const OF_ACCOUNT: Bounds = Bounds { free: 5, longest_ms: LONGEST_WAIT_MS };
/// The bounds of an address. The officers of a county share a gateway, so an address has more free attempts and shorter
/// waits.
const OF_ADDRESS: Bounds = Bounds { free: 30, longest_ms: 15_000 };

/// The subject of an attempt, hashed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Attempt {
    account: Digest,
    address: Digest,
    pair: Digest,
}

impl Attempt {
    /// An attempt for `login` from an address.
    pub fn new(login: &str, from: Option<IpAddr>) -> Self {
        let network = network(from);
        Self {
            account: SUBJECT.hash(&[b"account\0", login.as_bytes()]),
            address: SUBJECT.hash(&[b"address\0", &network]),
            pair: SUBJECT.hash(&[b"pair\0", &network, b"\0", login.as_bytes()]),
        }
    }

    /// Counts the attempt, or refuses it.
    ///
    /// # Errors
    /// [`Refusal::TooManyAttempts`] with the seconds to wait, or an internal error.
    pub async fn begin(self, app: &App) -> Result<(), Failure> {
        let (tenant, now) = (app.tenant, app.clock.now());
        // A read first: an attempt that is refused anyway writes nothing.
        app.store.read(move |tx| self.counted(tx, &tenant, now).map(drop)).await?;
        app.store
            .write(move |tx| {
                tx.lock_tenant(&tenant, now)?;
                self.count(tx, &tenant, now)
            })
            .await
    }

    /// The password was right: resets the counts and remembers the pair of account and address.
    ///
    /// # Errors
    /// An internal error.
    pub async fn succeeded(self, app: &App) -> Result<(), Failure> {
        let (tenant, now) = (app.tenant, app.clock.now());
        app.store
            .write(move |tx| {
                tx.lock_tenant(&tenant, now)?;
                self.forgive(tx, &tenant, now)
            })
            .await
    }

    /// The rows that count for this attempt.
    fn counted(self, tx: &mut Tx<'_>, tenant: &TenantId, now: Instant) -> Result<Vec<AttemptRow>, Failure> {
        let pair = standing(tx, tenant, &self.pair, now)?;
        let rows = if is_known(&pair, now) {
            vec![(pair, OF_ACCOUNT)]
        } else {
            let account = standing(tx, tenant, &self.account, now)?;
            vec![(account, OF_ACCOUNT), (standing(tx, tenant, &self.address, now)?, OF_ADDRESS)]
        };
        // Without a wait the attempt is free, even if it was recorded by a clock that was ahead.
        let free_from = |(row, bounds): &(AttemptRow, Bounds)| {
            let wait = wait_ms(row.failures, *bounds);
            (wait > 0).then(|| row.last.plus_ms(wait).ms())
        };
        let wait = rows.iter().filter_map(free_from).max().map_or(0, |free| free.saturating_sub(now.ms()));
        if wait > 0 {
            let seconds = u32::try_from(wait / 1000 + 1).unwrap_or(u32::MAX);
            return Err(crate::flow::refusal::Refused::from(Refusal::TooManyAttempts).after_s(seconds).into());
        }
        Ok(rows.into_iter().map(|(row, _)| row).collect())
    }

    fn count(self, tx: &mut Tx<'_>, tenant: &TenantId, now: Instant) -> Result<(), Failure> {
        tx.forget_attempts(tenant, (now.plus_ms(-KNOWN_MS), now.plus_ms(LONGEST_WAIT_MS)))?;
        for row in self.counted(tx, tenant, now)? {
            tx.set_attempts(tenant, &AttemptRow { failures: row.failures + 1, last: now, ..row })?;
        }
        Ok(())
    }

    fn forgive(self, tx: &mut Tx<'_>, tenant: &TenantId, now: Instant) -> Result<(), Failure> {
        let pair = standing(tx, tenant, &self.pair, now)?;
        tx.set_attempts(tenant, &AttemptRow { failures: 0, last: now, success: Some(now), ..pair })?;
        if is_known(&pair, now) {
            // Nothing else was counted: the counts of other addresses stay.
            return Ok(());
        }
        let account = standing(tx, tenant, &self.account, now)?;
        tx.set_attempts(tenant, &AttemptRow { failures: 0, ..account })?;
        // Resets only this attempt: the owner of one account must not reset the count of guesses at others.
        let address = standing(tx, tenant, &self.address, now)?;
        tx.set_attempts(tenant, &AttemptRow { failures: (address.failures - 1).max(0), ..address })?;
        Ok(())
    }
}

fn is_known(pair: &AttemptRow, now: Instant) -> bool {
    pair.success.is_some_and(|at| at <= now.plus_ms(LONGEST_WAIT_MS) && now < at.plus_ms(KNOWN_MS))
}

fn standing(tx: &mut Tx<'_>, tenant: &TenantId, subject: &Digest, now: Instant) -> Result<AttemptRow, Failure> {
    let fresh = AttemptRow { subject: *subject, failures: 0, last: Instant::from_ms(0), success: None };
    let row = tx.attempts(tenant, subject)?.unwrap_or(fresh);
    let ahead = row.last > now.plus_ms(LONGEST_WAIT_MS);
    let forgiven = ahead || now >= row.last.plus_ms(FORGIVEN_MS);
    Ok(if forgiven { AttemptRow { failures: 0, ..row } } else { row })
}

fn wait_ms(failures: i64, bounds: Bounds) -> i64 {
    let Bounds { free, longest_ms } = bounds;
    if failures < free { 0 } else { (1000 << (failures - free).min(20)).min(longest_ms) }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::flow::install;
    use crate::store::Store;

    const NOON: Instant = Instant::from_ms(1_795_363_200_000);
    const GATEWAY: [u8; 4] = [10, 1, 1, 1];

    fn store() -> (tempfile::TempDir, Store, TenantId) {
        let directory = tempfile::tempdir().unwrap();
        let store = Store::open(&directory.path().join("p.db").display().to_string()).unwrap();
        let tenant = TenantId::new([1; 16]);
        install::create(&store, tenant, NOON).unwrap();
        (directory, store, tenant)
    }

    fn try_at(store: &Store, tenant: &TenantId, login: &str, from: [u8; 4], second: i64) -> Option<u32> {
        let attempt = Attempt::new(login, Some(from.into()));
        let outcome = store.write_sync(|tx| attempt.count(tx, tenant, NOON.plus_ms(second * 1000)));
        match outcome {
            Ok(()) => None,
            Err(Failure::Refused(refused)) => {
                assert_eq!(refused.refusal, Refusal::TooManyAttempts);
                refused.wait_s
            }
            Err(Failure::Broken(error)) => panic!("{error}"),
        }
    }

    fn succeed(store: &Store, tenant: &TenantId, login: &str, from: [u8; 4]) {
        let attempt = Attempt::new(login, Some(from.into()));
        store.write_sync(|tx| attempt.forgive(tx, tenant, NOON)).unwrap();
    }

    #[test]
    fn after_five_free_attempts_each_waits_twice_as_long_and_never_more_than_a_minute() {
        let (_directory, store, tenant) = store();
        for _ in 0..5 {
            assert_eq!(try_at(&store, &tenant, "a", GATEWAY, 0), None);
        }
        let mut second = 0;
        for wait in [1, 2, 4, 8, 16, 32, 60, 60, 60] {
            assert!(try_at(&store, &tenant, "a", GATEWAY, second + wait - 1).is_some(), "{wait}");
            second += wait;
            assert_eq!(try_at(&store, &tenant, "a", GATEWAY, second), None, "{wait}");
        }
        assert_eq!(try_at(&store, &tenant, "a", GATEWAY, second + 15 * 60), None, "forgiven");
        assert_eq!(try_at(&store, &tenant, "a", GATEWAY, second + 15 * 60), None);
    }

    #[test]
    fn who_guesses_elsewhere_does_not_slow_down_who_signed_in_from_here_before() {
        let (_directory, store, tenant) = store();
        succeed(&store, &tenant, "a", GATEWAY);
        for second in 0..500 {
            try_at(&store, &tenant, "a", [203, 0, 113, 9], second);
        }
        assert!(try_at(&store, &tenant, "a", [203, 0, 113, 10], 499).is_some(), "from a third address");
        assert_eq!(try_at(&store, &tenant, "a", GATEWAY, 499), None);
        succeed(&store, &tenant, "a", GATEWAY);
        assert!(try_at(&store, &tenant, "a", [203, 0, 113, 9], 499).is_some(), "the owner's success frees no guesser");
    }

    #[test]
    fn who_guesses_behind_the_agencys_gateway_does_not_lock_the_agency_out() {
        let (_directory, store, tenant) = store();
        succeed(&store, &tenant, "known", GATEWAY);
        for round in 0..200 {
            try_at(&store, &tenant, &format!("guess-{round}"), GATEWAY, round);
        }
        assert_eq!(try_at(&store, &tenant, "known", GATEWAY, 200), None);
        let wait = try_at(&store, &tenant, "new-here", GATEWAY, 200).unwrap_or_default();
        assert!(wait <= 15, "{wait}");
        assert_eq!(try_at(&store, &tenant, "new-here", GATEWAY, 216), None);
    }

    #[test]
    fn guesses_at_many_accounts_from_one_address_are_slowed_down() {
        let (_directory, store, tenant) = store();
        let done = (0..100).filter(|round| try_at(&store, &tenant, &format!("g{round}"), GATEWAY, 0).is_none()).count();
        assert_eq!(done, 30);
        succeed(&store, &tenant, "own", GATEWAY);
        assert!(try_at(&store, &tenant, "g101", GATEWAY, 0).is_none(), "one success takes one attempt back");
        assert!(try_at(&store, &tenant, "g102", GATEWAY, 0).is_some(), "and no more");
    }

    #[test]
    fn what_a_clock_wrote_that_was_a_year_ahead_counts_nothing_once_it_is_right() {
        const YEAR_S: i64 = 365 * 24 * 60 * 60;
        let (_directory, store, tenant) = store();
        let ahead = |second: i64| {
            let attempt = Attempt::new("a", Some(GATEWAY.into()));
            store.write_sync(|tx| attempt.forgive(tx, &tenant, NOON.plus_ms(second * 1000))).unwrap();
            for _ in 0..5 {
                store.write_sync(|tx| attempt.count(tx, &tenant, NOON.plus_ms(second * 1000))).unwrap();
            }
        };
        ahead(YEAR_S);
        // Asked before anything is written, as each attempt is.
        let asked = Attempt::new("a", Some(GATEWAY.into()));
        assert!(store.read_sync(|tx| asked.counted(tx, &tenant, NOON)).is_ok());
        for login in ["a", "another"] {
            for _ in 0..5 {
                assert_eq!(try_at(&store, &tenant, login, GATEWAY, 0), None, "{login}");
            }
            assert_eq!(try_at(&store, &tenant, login, GATEWAY, 0), Some(2), "{login}: counted from now on");
        }
        // As far ahead as the longest wait is the skew of another server's clock, and counts; further is none.
        ahead(1_060);
        assert!(try_at(&store, &tenant, "a", GATEWAY, 1_000).is_some());
        ahead(2_061);
        assert_eq!(try_at(&store, &tenant, "a", GATEWAY, 2_000), None);
    }

    #[test]
    fn a_customer_with_many_addresses_is_one() {
        let of = |text: &str| Attempt::new("a", Some(text.parse().unwrap()));
        assert_eq!(of("2001:db8::1"), of("2001:db8::ffff"));
        assert_ne!(of("2001:db8::1"), of("2001:db8:0:1::1"));
        assert_eq!(of("::ffff:10.1.1.1"), of("10.1.1.1"));
    }
}
