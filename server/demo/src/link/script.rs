//! Schedule of the faults of a link, determined by a seed.
//!
//! Promise: for every seed, each kind of fault occurs once before anything else, and after a while requests get
//! through, so the demonstration ends.

use std::collections::VecDeque;

/// The fault of one request.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PushOutcome {
    /// No fault.
    Pass,
    /// It never reaches the server.
    Drop,
    /// It reaches the server twice; the second answer comes back.
    Repeat,
    /// It waits until a later push of the other phone was delivered.
    Hold,
    /// Half of it reaches the server, then the link breaks.
    CutRequest,
    /// It reaches the server; half of the answer comes back, then the link breaks.
    CutAnswer,
}

/// The outcomes of one link's requests.
#[derive(Debug)]
pub struct Script {
    state: u64,
    pushes: VecDeque<PushOutcome>,
    others: VecDeque<PushOutcome>,
}

/// After the fixed beginning, one request in this many gets a fault.
const RARE: u64 = 6;

impl Script {
    /// The script of a seed; one of the phones has its first push held back.
    pub fn new(seed: u64, holds: bool) -> Self {
        let mut script = Self { state: seed, pushes: VecDeque::new(), others: VecDeque::new() };
        let mut pushes = vec![PushOutcome::Drop, PushOutcome::Repeat, PushOutcome::CutRequest, PushOutcome::CutAnswer];
        script.shuffle(&mut pushes);
        script.pushes.extend(holds.then_some(PushOutcome::Hold));
        script.pushes.extend(pushes);
        let mut others = vec![
            PushOutcome::Drop,
            PushOutcome::Pass,
            PushOutcome::CutRequest,
            PushOutcome::Pass,
            PushOutcome::CutAnswer,
        ];
        script.shuffle(&mut others);
        script.others.extend(others);
        script
    }

    /// A pseudo-random number (SplitMix64); not for secrets.
    fn draw(&mut self) -> u64 {
        self.state = self.state.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mixed = (self.state ^ (self.state >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        let mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^ (mixed >> 31)
    }

    fn shuffle(&mut self, outcomes: &mut Vec<PushOutcome>) {
        let mut shuffled = Vec::new();
        while !outcomes.is_empty() {
            let left = u64::try_from(outcomes.len()).unwrap_or(1);
            let place = usize::try_from(self.draw() % left).unwrap_or(0);
            shuffled.push(outcomes.swap_remove(place));
        }
        *outcomes = shuffled;
    }

    /// The outcome of the next request.
    pub fn next(&mut self, is_push: bool) -> PushOutcome {
        let queue = if is_push { &mut self.pushes } else { &mut self.others };
        if let Some(outcome) = queue.pop_front() {
            return outcome;
        }
        match self.draw() % (RARE * 3) {
            0 => PushOutcome::Drop,
            1 => PushOutcome::CutRequest,
            2 => PushOutcome::CutAnswer,
            _ => PushOutcome::Pass,
        }
    }

    /// Schedules an outcome again that could not happen.
    pub fn again(&mut self, outcome: PushOutcome) {
        self.pushes.push_front(outcome);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_kind_of_fault_occurs_for_every_seed() {
        for seed in 0..200 {
            let mut script = Script::new(seed, true);
            let outcomes: Vec<PushOutcome> = (0..5).map(|_| script.next(true)).collect();
            for outcome in [
                PushOutcome::Drop,
                PushOutcome::Repeat,
                PushOutcome::Hold,
                PushOutcome::CutRequest,
                PushOutcome::CutAnswer,
            ] {
                assert!(outcomes.contains(&outcome), "{outcome:?} with seed {seed}");
            }
        }
    }

    #[test]
    fn the_same_seed_gives_the_same_script() {
        let outcomes = |seed| {
            let mut script = Script::new(seed, false);
            (0..50).map(|n| script.next(n % 2 == 0)).collect::<Vec<_>>()
        };
        assert_eq!(outcomes(7), outcomes(7));
        assert_ne!(outcomes(7), outcomes(8));
    }
}
