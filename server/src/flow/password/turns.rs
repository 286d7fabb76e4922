//! A semaphore for CPU-bound work.
//!
//! Promise: as many concurrent turns as the machine has cores, and half of them (at least one) per network. Waiting
//! callers of one network do not block callers of another.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

use tokio::sync::{AcquireError, OwnedSemaphorePermit, Semaphore};

/// Networks without waiting callers are dropped beyond this number.
const KEPT: usize = 1_024;

/// See the module.
pub struct Turns {
    all: Arc<Semaphore>,
    /// Turns of one network.
    share: usize,
    networks: Mutex<HashMap<Vec<u8>, Arc<Semaphore>>>,
}

/// A turn, until it is dropped.
#[derive(Debug)]
pub struct Turn {
    _of_all: OwnedSemaphorePermit,
    _of_network: OwnedSemaphorePermit,
}

impl Turns {
    /// A semaphore for this many concurrent turns.
    pub fn new(cores: usize) -> Self {
        let (all, share) = (Arc::new(Semaphore::new(cores.max(1))), (cores / 2).max(1));
        Self { all, share, networks: Mutex::default() }
    }

    /// Waits for a turn: first among those of its network, then among all.
    ///
    /// # Errors
    /// Never, because the semaphores are not closed.
    pub async fn take(&self, network: Vec<u8>) -> Result<Turn, AcquireError> {
        let of_network = self.network(network).acquire_owned().await?;
        let of_all = Arc::clone(&self.all).acquire_owned().await?;
        Ok(Turn { _of_all: of_all, _of_network: of_network })
    }

    fn network(&self, network: Vec<u8>) -> Arc<Semaphore> {
        let mut networks = self.networks.lock().unwrap_or_else(PoisonError::into_inner);
        if networks.len() > KEPT {
            // A waiting or working caller holds the semaphore too.
            networks.retain(|_, semaphore| Arc::strong_count(semaphore) > 1);
        }
        Arc::clone(networks.entry(network).or_insert_with(|| Arc::new(Semaphore::new(self.share))))
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;

    async fn is_free(turns: &Turns, network: u8) -> bool {
        tokio::time::timeout(Duration::from_millis(50), turns.take(vec![network])).await.is_ok()
    }

    #[tokio::test]
    async fn one_network_has_half_of_the_turns_and_another_the_rest() {
        for (cores, share) in [(1, 1), (2, 1), (3, 1), (4, 2), (8, 4)] {
            let turns = Turns::new(cores);
            let mut taken = Vec::new();
            for _ in 0..share {
                taken.push(turns.take(vec![1]).await.unwrap());
            }
            assert!(!is_free(&turns, 1).await, "{cores}: one more");
            assert_eq!(is_free(&turns, 2).await, cores > share, "{cores}");
            drop(taken);
            assert!(is_free(&turns, 1).await && is_free(&turns, 2).await);
        }
    }

    #[tokio::test]
    async fn who_waits_in_one_network_holds_up_nobody_in_another() {
        let turns = Arc::new(Turns::new(2));
        let held = turns.take(vec![1]).await.unwrap();
        let waiting: Vec<_> = (0..100)
            .map(|_| {
                let turns = Arc::clone(&turns);
                tokio::spawn(async move { turns.take(vec![1]).await.map(drop) })
            })
            .collect();
        tokio::task::yield_now().await;
        assert!(is_free(&turns, 2).await);
        drop(held);
        for one in waiting {
            one.await.unwrap().unwrap();
        }
    }

    #[tokio::test]
    async fn networks_of_which_nobody_waits_are_forgotten() {
        let turns = Turns::new(2);
        for network in 0..=KEPT + 1 {
            drop(turns.take(network.to_be_bytes().to_vec()).await.unwrap());
        }
        assert!(turns.networks.lock().unwrap().len() <= 2);
    }
}
