//! Nonces of proofs: times that this installation vouches for.
//!
//! Promise: a nonce is a time with an HMAC, so there is no table of nonces. A nonce of this process is accepted by this
//! process only, which remembers in memory which proofs used it; a restart ends it. If requests of one client reach
//! several processes, they get shared nonces, and the proofs with these are stored in the database. So nothing is
//! written as long as one process serves a client, and a proof is used once in any case. The memory is bounded: if it is
//! full or the clock goes back, all nonces of this process end, and clients ask for another. Not here: the database
//! (`flow::proof`).

use std::collections::HashMap;
use std::sync::{Mutex, MutexGuard, PoisonError};

use aws_lc_rs::hmac::{self, HMAC_SHA256};
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use sync_core::id::Digest;
use sync_core::time::Instant;

use crate::flow::keys::Keys;
use crate::random;

/// How long a nonce lasts.
pub const LIFETIME_MS: i64 = 2 * 60 * 1000;
/// How far the clocks of two processes may differ.
const SKEW_MS: i64 = 30 * 1000;
/// How long nonces are shared after a nonce of another process was seen.
const SHARED_MS: i64 = 10 * 60 * 1000;
/// Most proofs in memory: about 5 MiB.
const MOST: usize = 1 << 16;
/// Bytes of a nonce before its HMAC: time, process, round.
const BODY: usize = 20;
/// The process of a shared nonce.
const SHARED: [u8; 12] = [0; 12];

/// Makes nonces and remembers which proofs used them.
pub struct Nonces {
    key: hmac::Key,
    process: [u8; 8],
    memory: Mutex<Memory>,
}

impl std::fmt::Debug for Nonces {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Nonces")
    }
}

#[derive(Debug)]
struct Memory {
    /// Nonces of earlier rounds have ended.
    round: u32,
    /// Proofs that were used, each with the time of its nonce.
    used: HashMap<[u8; 16], Instant>,
    /// The latest time seen.
    latest: Instant,
    /// Until when nonces are shared.
    shared_until: Instant,
}

/// What a nonce is worth.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Life {
    /// It is fresh, and the proof is marked as used.
    Marked,
    /// It is fresh, and the proof must be stored until it expires.
    Shared {
        /// When that is.
        expires: Instant,
    },
    /// The proof was used before.
    Used,
    /// It is not fresh, or not a nonce of this process.
    Stale,
}

impl Nonces {
    /// The nonces of a process that starts.
    ///
    /// # Errors
    /// [`random::NoRandomness`].
    pub fn new(keys: &Keys, now: Instant) -> Result<Self, random::NoRandomness> {
        let key = hmac::Key::new(HMAC_SHA256, &keys.secret("palm/v1/proof-nonce"));
        Ok(Self::with(key, random::bytes()?, now))
    }

    fn with(key: hmac::Key, process: [u8; 8], now: Instant) -> Self {
        let memory = Memory { round: 0, used: HashMap::new(), latest: now, shared_until: now };
        Self { key, process, memory: Mutex::new(memory) }
    }

    fn memory(&self) -> MutexGuard<'_, Memory> {
        self.memory.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// A nonce for the next request.
    pub fn next(&self, now: Instant) -> String {
        let mut memory = self.memory();
        memory.look_at_clock(now);
        if memory.is_shared(now) { self.seal(now, SHARED) } else { self.seal(now, self.maker(memory.round)) }
    }

    /// Who a nonce of this process and round is from.
    fn maker(&self, round: u32) -> [u8; 12] {
        let mut maker = [0; 12];
        maker.iter_mut().zip(self.process.into_iter().chain(round.to_be_bytes())).for_each(|(to, from)| *to = from);
        maker
    }

    fn seal(&self, at: Instant, maker: [u8; 12]) -> String {
        let mut bytes = at.ms().to_be_bytes().to_vec();
        bytes.extend(maker);
        let tag = hmac::sign(&self.key, &bytes);
        bytes.extend_from_slice(tag.as_ref());
        URL_SAFE_NO_PAD.encode(bytes)
    }

    /// Time and maker of a nonce of this installation.
    fn open(&self, nonce: &str) -> Option<(Instant, [u8; 12])> {
        let bytes = URL_SAFE_NO_PAD.decode(nonce).ok()?;
        let (body, tag) = bytes.split_at_checked(BODY)?;
        hmac::verify(&self.key, body, tag).ok()?;
        let (at, maker) = body.split_at_checked(8)?;
        Some((Instant::from_ms(i64::from_be_bytes(at.try_into().ok()?)), maker.try_into().ok()?))
    }

    /// Uses a nonce for the proof with this hash.
    pub fn use_once(&self, nonce: &str, proof: &Digest, now: Instant) -> Life {
        let Some((at, maker)) = self.open(nonce) else { return Life::Stale };
        let mut memory = self.memory();
        memory.look_at_clock(now);
        if !(-SKEW_MS..=LIFETIME_MS).contains(&now.ms().saturating_sub(at.ms())) {
            return Life::Stale;
        }
        if maker == SHARED {
            return Life::Shared { expires: at.plus_ms(LIFETIME_MS + 1) };
        }
        if maker.starts_with(&self.process) {
            return if maker == self.maker(memory.round) { memory.mark(proof, at, now) } else { Life::Stale };
        }
        // This client's requests reach several processes, or the process was restarted.
        memory.shared_until = now.plus_ms(SHARED_MS);
        Life::Stale
    }
}

impl Memory {
    /// Ends all nonces when the clock has gone back: what was forgotten as expired would be fresh again.
    fn look_at_clock(&mut self, now: Instant) {
        if self.latest.ms().saturating_sub(now.ms()) > SKEW_MS {
            self.begin_round();
            self.latest = now;
        }
        self.latest = self.latest.max(now);
    }

    fn begin_round(&mut self) {
        self.round = self.round.wrapping_add(1);
        self.used.clear();
    }

    fn is_shared(&self, now: Instant) -> bool {
        now < self.shared_until && self.shared_until <= now.plus_ms(SHARED_MS + SKEW_MS)
    }

    fn mark(&mut self, proof: &Digest, at: Instant, now: Instant) -> Life {
        let (short, _rest) = proof.bytes().split_at(16);
        let Ok(short) = <[u8; 16]>::try_from(short) else { return Life::Stale };
        if self.used.contains_key(&short) {
            return Life::Used;
        }
        if self.used.len() >= MOST {
            self.used.retain(|_proof, at| at.plus_ms(LIFETIME_MS) >= now);
        }
        if self.used.len() >= MOST {
            self.begin_round();
            return Life::Stale;
        }
        self.used.insert(short, at);
        Life::Marked
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOW: Instant = Instant::from_ms(1_795_363_200_000);

    fn process(of: u8) -> Nonces {
        Nonces::with(hmac::Key::new(HMAC_SHA256, &[7; 32]), [of; 8], NOW)
    }

    fn proof(number: u64) -> Digest {
        let mut bytes = [0; 32];
        bytes[..8].copy_from_slice(&number.to_be_bytes());
        Digest::new(bytes)
    }

    #[test]
    fn a_nonce_lasts_two_minutes_and_carries_many_proofs_each_once() {
        let nonces = process(1);
        let nonce = nonces.next(NOW);
        for (number, after_ms, life) in [
            (1, 0, Life::Marked),
            (1, 0, Life::Used),
            (2, LIFETIME_MS, Life::Marked),
            (1, LIFETIME_MS, Life::Used),
            (3, LIFETIME_MS + 1, Life::Stale),
            (1, LIFETIME_MS + 1, Life::Stale),
        ] {
            assert_eq!(nonces.use_once(&nonce, &proof(number), NOW.plus_ms(after_ms)), life, "{number} {after_ms}");
        }
    }

    #[test]
    fn a_nonce_that_was_altered_or_is_of_another_key_is_stale() {
        let nonces = process(1);
        let nonce = nonces.next(NOW);
        for place in 0..nonce.len() {
            let mut altered: Vec<char> = nonce.chars().collect();
            altered[place] = if altered[place] == 'A' { 'B' } else { 'A' };
            let altered: String = altered.into_iter().collect();
            assert_eq!(nonces.use_once(&altered, &proof(1), NOW), Life::Stale, "{place}");
        }
        let other = Nonces::with(hmac::Key::new(HMAC_SHA256, &[8; 32]), [1; 8], NOW);
        for strange in ["", "A", "nonce", &nonce[1..], &other.next(NOW)] {
            assert_eq!(nonces.use_once(strange, &proof(1), NOW), Life::Stale, "{strange}");
        }
        assert_eq!(nonces.use_once(&nonce, &proof(1), NOW), Life::Marked);
    }

    #[test]
    fn a_nonce_of_another_process_is_answered_by_one_that_both_accept() {
        let (one, two) = (process(1), process(2));
        let of_one = one.next(NOW);
        assert_eq!(two.use_once(&of_one, &proof(1), NOW), Life::Stale);
        let shared = two.next(NOW);
        let expires = NOW.plus_ms(LIFETIME_MS + 1);
        for process in [&one, &two] {
            assert_eq!(process.use_once(&shared, &proof(1), NOW), Life::Shared { expires });
        }
        assert_eq!(one.use_once(&of_one, &proof(1), NOW), Life::Marked, "it never saw a nonce of the other");
        let later = NOW.plus_ms(SHARED_MS);
        assert_eq!(
            one.use_once(&two.next(later.plus_ms(-1)), &proof(2), later),
            Life::Shared { expires: later.plus_ms(LIFETIME_MS) }
        );
        assert_eq!(two.use_once(&two.next(later), &proof(3), later), Life::Marked, "by itself again");
    }

    #[test]
    fn a_restart_and_a_clock_that_goes_back_end_all_nonces() {
        let before = process(1);
        let nonce = before.next(NOW);
        assert_eq!(process(2).use_once(&nonce, &proof(1), NOW), Life::Stale, "a process that has just started");
        assert_eq!(before.use_once(&nonce, &proof(1), NOW), Life::Marked);
        assert_eq!(before.use_once(&nonce, &proof(1), NOW.plus_ms(3_600_000)), Life::Stale);
        assert_eq!(before.use_once(&nonce, &proof(1), NOW), Life::Stale, "the clock went an hour back");
        assert_eq!(before.use_once(&before.next(NOW), &proof(1), NOW), Life::Marked, "a new nonce is a new proof");
    }

    #[test]
    fn what_is_remembered_stays_bounded() {
        let nonces = process(1);
        let (old, nonce) = (nonces.next(NOW), nonces.next(NOW.plus_ms(1)));
        for number in 0..u64::try_from(MOST).unwrap() {
            assert_eq!(nonces.use_once(&nonce, &proof(number), NOW.plus_ms(1)), Life::Marked);
        }
        assert_eq!(nonces.use_once(&nonce, &proof(u64::MAX), NOW.plus_ms(1)), Life::Stale, "full");
        assert_eq!(nonces.memory().used.len(), 0);
        for ended in [&old, &nonce] {
            assert_eq!(nonces.use_once(ended, &proof(7), NOW.plus_ms(1)), Life::Stale, "used once at most");
        }
        let nonce = nonces.next(NOW.plus_ms(1));
        assert_eq!(nonces.use_once(&nonce, &proof(7), NOW.plus_ms(1)), Life::Marked);
    }

    #[test]
    fn expired_proofs_make_room() {
        let nonces = process(1);
        let nonce = nonces.next(NOW);
        for number in 0..u64::try_from(MOST).unwrap() {
            assert_eq!(nonces.use_once(&nonce, &proof(number), NOW), Life::Marked);
        }
        let later = NOW.plus_ms(LIFETIME_MS + 1);
        assert_eq!(nonces.use_once(&nonces.next(later), &proof(u64::MAX), later), Life::Marked);
        assert_eq!(nonces.memory().used.len(), 1);
    }
}
