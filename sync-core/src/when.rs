//! When something happened, as far as it can be proven, and which of two events came first.
//!
//! Promise: [`Causes::in_order`] is the only comparison of two times. A change comes after what it builds on, whatever
//! any clock says; changes of one phone are ordered by its chain; otherwise the proven bounds decide, and if these
//! overlap the order is undecided. A wall clock is no part of a time. Not here: computation of bounds
//! (`plan::interval`), the use in rules (`law`).

use crate::code::codes;
use crate::time::Instant;
use std::fmt;
use std::sync::Arc;

/// Tolerance of a wall clock beyond proven bounds.
const WALL_SLACK_MS: u64 = 5 * 60 * 1000;
/// Most marks that describe one moment, over all combinations. If there are more, only the bounds are kept.
const MAX_WAYS: usize = 64;

codes! {
    /// How well a time is proved.
    pub enum Grade {
        /// Measured in the same boot as an anchor, by a clock that counts sleep. The only error is the drift of that
        /// monotonic clock.
        A = "A",
        /// Between what was certainly before it and its receipt.
        B = "B",
        /// The clocks contradict each other or what the server knows, or a person stated it and no clock did.
        C = "C",
    }
}

/// The bounds between which something happened.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Interval {
    /// It did not happen before this.
    pub lower: Instant,
    /// It did not happen after this. [`Interval::OPEN`] if there is no upper bound yet.
    pub upper: Instant,
    /// How well it is proved.
    pub grade: Grade,
}

impl Interval {
    /// The upper bound of an unbounded time.
    pub const OPEN: Instant = Instant::from_ms(i64::MAX);

    /// A moment that is known exactly, such as one that the server's own clock recorded.
    pub const fn exactly(instant: Instant) -> Self {
        Self { lower: instant, upper: instant, grade: Grade::A }
    }

    /// Whether it has an upper bound.
    pub fn is_bounded(&self) -> bool {
        self.upper < Self::OPEN
    }

    /// Whether a wall clock that shows `claimed` contradicts the bounds, that is, lies more than five minutes outside.
    pub const fn contradicts(&self, claimed: Instant) -> bool {
        self.off_by_ms(claimed).unsigned_abs() > WALL_SLACK_MS
    }

    /// Distance of `claimed` from the bounds, in milliseconds: negative before the lower bound, positive after the
    /// upper one.
    pub const fn off_by_ms(&self, claimed: Instant) -> i64 {
        let (claimed, lower, upper) = (claimed.ms(), self.lower.ms(), self.upper.ms());
        if claimed < lower {
            claimed.saturating_sub(lower)
        } else if claimed > upper {
            claimed.saturating_sub(upper)
        } else {
            0
        }
    }
}

impl fmt::Display for Interval {
    /// Local time to the minute: `2026-11-23 14:05`, `2026-11-23 14:05–14:07`, `2026-11-23 14:05 – 2026-11-25 09:00`,
    /// and `2026-11-23 14:05 –` if there is no upper bound.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (from, until) = (self.lower.to_string(), self.upper.to_string());
        if !self.is_bounded() {
            return write!(f, "{from} –");
        }
        if from == until {
            return f.write_str(&from);
        }
        match (self.lower.date() == self.upper.date()).then(|| until.split_once(' ')).flatten() {
            Some((_, time)) => write!(f, "{from}–{time}"),
            None => write!(f, "{from} – {until}"),
        }
    }
}

/// One recorded time: its bounds and, for a change of the case, the position of that change.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Mark {
    /// Its bounds.
    pub interval: Interval,
    /// The place of its change in [`Causes`].
    place: Option<usize>,
}

impl Mark {
    /// A moment recorded by the change at `place`.
    pub const fn at(place: usize, interval: Interval) -> Self {
        Self { interval, place: Some(place) }
    }

    /// A moment that no change of the case recorded.
    pub const fn apart(interval: Interval) -> Self {
        Self { interval, place: None }
    }
}

/// When something happened: the earliest of several records, or the point at which the last of several things was
/// done.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct When {
    /// Several combinations of marks. The time of a combination is its latest mark; the earliest combination counts. No
    /// combination is empty.
    ways: Vec<Vec<Mark>>,
}

impl From<Mark> for When {
    fn from(mark: Mark) -> Self {
        Self { ways: vec![vec![mark]] }
    }
}

impl When {
    /// A time that is known exactly and has no causal order with any change.
    pub fn exactly(instant: Instant) -> Self {
        Mark::apart(Interval::exactly(instant)).into()
    }

    /// A time that a person stated, to the minute. No clock proves it.
    pub fn stated(instant: Instant) -> Self {
        let lower = instant.plus_ms(-instant.ms().rem_euclid(60_000));
        Mark::apart(Interval { lower, upper: lower.plus_ms(59_999), grade: Grade::C }).into()
    }

    /// The earliest of several times. `None` if there is none.
    pub fn earliest(of: impl IntoIterator<Item = Self>) -> Option<Self> {
        let ways: Vec<Vec<Mark>> = of.into_iter().flat_map(|when| when.ways).collect();
        (!ways.is_empty()).then(|| Self { ways }.bounded())
    }

    /// The later of two.
    #[must_use]
    pub fn and(&self, other: &Self) -> Self {
        let (this, that) = (self.clone().bounded(), other.clone().bounded());
        let both = |one: &Vec<Mark>, two: &Vec<Mark>| one.iter().chain(two).copied().collect::<Vec<Mark>>();
        let ways = this.ways.iter().flat_map(|one| that.ways.iter().map(move |two| both(one, two)));
        Self { ways: ways.collect() }.bounded()
    }

    /// When the second of several things was done. `None` if there are fewer than two.
    pub fn second(of: &[Self]) -> Option<Self> {
        if of.len() > MAX_WAYS {
            let second = |bound: fn(&Interval) -> Instant| {
                let mut bounds: Vec<Instant> = of.iter().map(|when| bound(&when.interval())).collect();
                bounds.sort_unstable();
                bounds.get(1).copied()
            };
            let (lower, upper) = (second(|interval| interval.lower)?, second(|interval| interval.upper)?);
            let grade = of.iter().map(|when| when.interval().grade).max()?;
            return Some(Mark::apart(Interval { lower, upper, grade }).into());
        }
        let pairs = of.iter().enumerate().flat_map(|(place, one)| of.iter().skip(place + 1).map(|two| one.and(two)));
        Self::earliest(pairs)
    }

    /// Its bounds.
    pub fn interval(&self) -> Interval {
        let latest = |bound: fn(&Interval) -> Instant| {
            let of_way = |way: &Vec<Mark>| way.iter().map(|mark| bound(&mark.interval)).max();
            self.ways.iter().filter_map(of_way).min().unwrap_or_default()
        };
        let grades = self.ways.iter().flatten().map(|mark| mark.interval.grade);
        let grade = grades.max().unwrap_or(Grade::C);
        Interval { lower: latest(|interval| interval.lower), upper: latest(|interval| interval.upper), grade }
    }

    /// Keeps only the bounds if there are too many combinations.
    fn bounded(self) -> Self {
        let marks: usize = self.ways.iter().map(Vec::len).sum();
        if marks > MAX_WAYS { Mark::apart(self.interval()).into() } else { self }
    }
}

/// The order of two times.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Order {
    /// The first was not after the second.
    Kept,
    /// The first was after the second.
    Reversed,
    /// Neither can be proved.
    Undecided,
}

/// The relation of two marks.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Relation {
    Before,
    Together,
    After,
    Undecided,
}

/// The position of a change in the causal order.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Node {
    /// Places of the changes that it depends on.
    pub builds_on: Vec<usize>,
    /// Number of its phone's chain among those of the case.
    pub chain: usize,
    /// Its place in that chain.
    pub seq: u64,
}

/// The dependencies of a case, and each phone's chain.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Causes {
    nodes: Arc<[Node]>,
}

impl Default for Causes {
    fn default() -> Self {
        Self::new(Vec::new())
    }
}

impl Causes {
    /// The changes of a case, by place.
    pub fn new(nodes: Vec<Node>) -> Self {
        Self { nodes: nodes.into() }
    }

    /// Whether `first` came first. This is the only comparison of two times.
    ///
    /// Everything recorded in one change counts as simultaneous.
    pub fn in_order(&self, first: &When, second: &When) -> Order {
        let kept = |one: Mark, two: Mark| matches!(self.relation(one, two), Relation::Before | Relation::Together);
        let late = |one: Mark, two: Mark| self.relation(one, two) == Relation::After;
        // The time of a combination is its latest mark; the earliest combination counts.
        let way_kept = |a: &[Mark], b: &[Mark]| a.iter().all(|one| b.iter().any(|two| kept(*one, *two)));
        let way_late = |a: &[Mark], b: &[Mark]| a.iter().any(|one| b.iter().all(|two| late(*one, *two)));
        if second.ways.iter().all(|b| first.ways.iter().any(|a| way_kept(a, b))) {
            return Order::Kept;
        }
        if second.ways.iter().any(|b| first.ways.iter().all(|a| way_late(a, b))) {
            return Order::Reversed;
        }
        Order::Undecided
    }

    /// The chain of the phone that recorded a mark; `usize::MAX` for none.
    pub(crate) fn chain(&self, mark: Mark) -> usize {
        self.node(mark).map_or(usize::MAX, |node| node.chain)
    }

    /// Whether `one` precedes `other` in one phone's chain.
    pub(crate) fn is_earlier_in_chain(&self, one: Mark, other: Mark) -> bool {
        let (one, other) = (self.node(one), self.node(other));
        one.zip(other).is_some_and(|(one, other)| one.chain == other.chain && one.seq < other.seq)
    }

    fn node(&self, mark: Mark) -> Option<&Node> {
        self.nodes.get(mark.place?)
    }

    fn relation(&self, one: Mark, two: Mark) -> Relation {
        if let (Some(first), Some(second)) = (one.place, two.place) {
            if first == second {
                return Relation::Together;
            }
            if self.builds_on(second, first) {
                return Relation::Before;
            }
            if self.builds_on(first, second) {
                return Relation::After;
            }
        }
        if self.is_earlier_in_chain(one, two) {
            return Relation::Before;
        }
        if self.is_earlier_in_chain(two, one) {
            return Relation::After;
        }
        let (one, two) = (one.interval, two.interval);
        if one.upper < two.lower {
            Relation::Before
        } else if two.upper < one.lower {
            Relation::After
        } else if one.lower == one.upper && (one.lower, one.upper) == (two.lower, two.upper) {
            Relation::Together
        } else {
            Relation::Undecided
        }
    }

    /// Whether the change at `later` depends on the one at `earlier`, directly or through others.
    fn builds_on(&self, later: usize, earlier: usize) -> bool {
        let (mut seen, mut next) = (vec![false; self.nodes.len()], vec![later]);
        while let Some(node) = next.pop().and_then(|place| self.nodes.get(place)) {
            for place in &node.builds_on {
                if *place == earlier {
                    return true;
                }
                if let Some(seen) = seen.get_mut(*place)
                    && !std::mem::replace(seen, true)
                {
                    next.push(*place);
                }
            }
        }
        false
    }
}

#[cfg(test)]
mod tests;
