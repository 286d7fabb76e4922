//! What the link does to which request: the same seed, the same script.
//!
//! Promise: whatever the seed, every kind of trouble comes once before anything else does, and after a while the
//! link lets things through, so that a story told over it ends.

use std::collections::VecDeque;

/// What happens to one request.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Fate {
    /// It goes through.
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

/// The fates of one link's requests.
#[derive(Debug)]
pub struct Script {
    state: u64,
    pushes: VecDeque<Fate>,
    others: VecDeque<Fate>,
}

/// After the fixed beginning one request in so many has trouble.
const RARE: u64 = 6;

impl Script {
    /// The script of a seed; one of the phones has its first push held back.
    pub fn new(seed: u64, holds: bool) -> Self {
        let mut script = Self { state: seed, pushes: VecDeque::new(), others: VecDeque::new() };
        let mut pushes = vec![Fate::Drop, Fate::Repeat, Fate::CutRequest, Fate::CutAnswer];
        script.shuffle(&mut pushes);
        script.pushes.extend(holds.then_some(Fate::Hold));
        script.pushes.extend(pushes);
        let mut others = vec![Fate::Drop, Fate::Pass, Fate::CutRequest, Fate::Pass, Fate::CutAnswer];
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

    fn shuffle(&mut self, fates: &mut Vec<Fate>) {
        let mut shuffled = Vec::new();
        while !fates.is_empty() {
            let left = u64::try_from(fates.len()).unwrap_or(1);
            let place = usize::try_from(self.draw() % left).unwrap_or(0);
            shuffled.push(fates.swap_remove(place));
        }
        *fates = shuffled;
    }

    /// The fate of the next request.
    pub fn next(&mut self, is_push: bool) -> Fate {
        let queue = if is_push { &mut self.pushes } else { &mut self.others };
        if let Some(fate) = queue.pop_front() {
            return fate;
        }
        match self.draw() % (RARE * 3) {
            0 => Fate::Drop,
            1 => Fate::CutRequest,
            2 => Fate::CutAnswer,
            _ => Fate::Pass,
        }
    }

    /// Plays a fate again that could not come about.
    pub fn again(&mut self, fate: Fate) {
        self.pushes.push_front(fate);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_trouble_comes_whatever_the_seed() {
        for seed in 0..200 {
            let mut script = Script::new(seed, true);
            let fates: Vec<Fate> = (0..5).map(|_| script.next(true)).collect();
            for fate in [Fate::Drop, Fate::Repeat, Fate::Hold, Fate::CutRequest, Fate::CutAnswer] {
                assert!(fates.contains(&fate), "{fate:?} with seed {seed}");
            }
        }
    }

    #[test]
    fn the_same_seed_gives_the_same_script() {
        let fates = |seed| {
            let mut script = Script::new(seed, false);
            (0..50).map(|n| script.next(n % 2 == 0)).collect::<Vec<_>>()
        };
        assert_eq!(fates(7), fates(7));
        assert_ne!(fates(7), fates(8));
    }
}
