//! Rate limits per address and per caller, for all routes.
//!
//! Promise: token buckets (GCRA) that hold [`BURST_S`] seconds, so an office whose phones reconnect at once behind one
//! gateway is served. A request over the limit is answered 429 with `Retry-After`, after a delay of [`HELD`], so a
//! client that retries at once costs little. Requests from this machine are not limited: they come from the operator,
//! or from a proxy that is not configured and does not name its clients. Each server process counts separately. Not
//! here: sign-in attempts (`flow::attempt`), daily quotas of phones (`flow::quota`), bytes (`bodies`).

use std::hash::Hash;
use std::net::IpAddr;
use std::num::NonZeroU32;
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::Duration;

use governor::clock::{Clock as _, DefaultClock};
use governor::state::keyed::HashMapStateStore;
use governor::{Quota, RateLimiter};

use super::bodies::Owner;
use crate::flow::address::network;

/// Seconds of its rate that a bucket holds.
pub const BURST_S: u32 = 20;
/// Longest delay of a refusal.
pub const HELD: Duration = Duration::from_secs(1);
/// Full buckets are dropped beyond this number.
const KEPT: usize = 16_384;
/// Interval between two checks of the number of buckets, in requests.
const LOOK_EVERY: u32 = 1_024;

/// Requests in a second.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct PerSecond {
    /// From one address; of IPv6 from one /64.
    pub address: NonZeroU32,
    /// Per token or cookie.
    pub caller: NonZeroU32,
}

impl Default for PerSecond {
    fn default() -> Self {
        Self {
            address: NonZeroU32::new(500).unwrap_or(NonZeroU32::MIN),
            caller: NonZeroU32::new(100).unwrap_or(NonZeroU32::MIN),
        }
    }
}

/// Counts of the process.
#[derive(Debug, Clone)]
pub struct Rates(Arc<Counts>);

#[derive(Debug)]
struct Counts {
    addresses: Buckets<Vec<u8>>,
    callers: Buckets<[u8; 32]>,
    requests: AtomicU32,
}

#[derive(Debug)]
struct Buckets<K: Hash + Eq + Clone>(RateLimiter<K, HashMapStateStore<K>, DefaultClock>);

impl<K: Hash + Eq + Clone> Buckets<K> {
    fn new(rate: NonZeroU32) -> Self {
        let burst = rate.saturating_mul(NonZeroU32::new(BURST_S).unwrap_or(NonZeroU32::MIN));
        let quota = Quota::per_second(rate).allow_burst(burst);
        Self(RateLimiter::new(quota, HashMapStateStore::default(), DefaultClock::default()))
    }

    /// Takes a token from the bucket, or returns the time until there is one.
    fn take(&self, key: &K) -> Result<(), Duration> {
        let Self(limiter) = self;
        limiter.check_key(key).map_err(|over| over.wait_time_from(limiter.clock().now()))
    }

    /// Drops full buckets.
    fn retain_recent(&self) {
        if self.0.len() > KEPT {
            self.0.retain_recent();
            self.0.shrink_to_fit();
        }
    }
}

impl Default for Rates {
    fn default() -> Self {
        Self::new(PerSecond::default())
    }
}

impl Rates {
    /// With these rates.
    pub fn new(rates: PerSecond) -> Self {
        let (addresses, callers) = (Buckets::new(rates.address), Buckets::new(rates.caller));
        Self(Arc::new(Counts { addresses, callers, requests: AtomicU32::new(0) }))
    }

    /// Counts a request.
    ///
    /// # Errors
    /// How long to wait, if the address or the caller has sent too many. A request that one bucket refuses takes nothing
    /// from the other.
    pub fn take(&self, (address, caller): &(Option<IpAddr>, Owner)) -> Result<(), Duration> {
        let Self(counts) = self;
        let Some(address) = address.filter(|address| !address.is_loopback()) else { return Ok(()) };
        if counts.requests.fetch_add(1, Ordering::Relaxed).is_multiple_of(LOOK_EVERY) {
            counts.addresses.retain_recent();
            counts.callers.retain_recent();
        }
        if let Owner::Caller(caller) = caller {
            counts.callers.take(caller)?;
        }
        counts.addresses.take(&network(Some(address)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn rates(address: u32, caller: u32) -> Rates {
        let [address, caller] = [address, caller].map(|rate| NonZeroU32::new(rate).unwrap());
        Rates::new(PerSecond { address, caller })
    }

    fn from(address: &str, caller: Option<u8>) -> (Option<IpAddr>, Owner) {
        let caller = caller.map_or(Owner::Nobody, |caller| Owner::Caller([caller; 32]));
        (Some(address.parse().unwrap()), caller)
    }

    #[test]
    fn an_address_has_its_burst_and_one_more_waits_while_another_goes_on() {
        let rates = rates(1, 1_000);
        let one = from("203.0.113.7", None);
        for request in 0..BURST_S {
            assert_eq!(rates.take(&one), Ok(()), "{request}");
        }
        let wait = rates.take(&one).unwrap_err();
        assert!(wait > Duration::ZERO && wait <= Duration::from_secs(1), "{wait:?}");
        assert!(rates.take(&one).unwrap_err() <= wait, "what is refused is not counted");
        assert_eq!(rates.take(&from("203.0.113.8", None)), Ok(()));
    }

    #[test]
    fn a_caller_has_a_burst_of_its_own_whatever_address_it_comes_from() {
        let rates = rates(1_000, 1);
        for request in 0..BURST_S {
            assert_eq!(rates.take(&from(&format!("203.0.113.{request}"), Some(1))), Ok(()));
        }
        assert!(rates.take(&from("203.0.113.99", Some(1))).is_err());
        assert_eq!(rates.take(&from("203.0.113.99", Some(2))), Ok(()));
        assert_eq!(rates.take(&from("203.0.113.99", None)), Ok(()));
    }

    #[test]
    fn a_customer_with_many_addresses_is_one_and_this_machine_is_not_limited() {
        let rates = rates(1, 1);
        for host in 0..BURST_S {
            assert_eq!(rates.take(&from(&format!("2001:db8::{host:x}"), None)), Ok(()));
        }
        assert!(rates.take(&from("2001:db8::ffff", None)).is_err());
        assert_eq!(rates.take(&from("2001:db8:0:1::1", None)), Ok(()), "the next network");
        for local in ["127.0.0.1", "::1"] {
            assert!((0..10 * BURST_S).all(|_| rates.take(&from(local, Some(1))).is_ok()), "{local}");
        }
    }

    #[test]
    fn a_bucket_refills() {
        let rates = rates(50, 1_000);
        let one = from("203.0.113.7", None);
        while rates.take(&one).is_ok() {}
        std::thread::sleep(Duration::from_millis(100));
        assert_eq!(rates.take(&one), Ok(()));
    }
}
