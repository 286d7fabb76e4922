//! The dependency graph of a case's changes.
//!
//! Promise: topological order, parents first, determined by the set alone. The fold identifies a change by its position
//! in this order, so 32-byte ids are looked up only once.

use crate::change::Change;
use crate::id::ChangeId;
use std::borrow::Borrow;
use std::cmp::Reverse;
use std::collections::{BTreeSet, BinaryHeap};

/// The changes of one case, closed under deps, in causal order.
#[derive(Debug)]
pub struct Graph<'a> {
    order: Vec<&'a Change>,
    /// The position of each change, by id.
    places: Vec<(ChangeId, usize)>,
    /// For each position, one bit for each earlier position that it builds on.
    ancestors: Vec<Vec<u64>>,
    waiting: BTreeSet<ChangeId>,
}

/// Cache of the last look-up. Consecutive operations usually name operations of the same change.
pub(super) type Last = Option<(ChangeId, usize)>;

/// A change that has no position in the order yet.
#[derive(Default)]
struct Pending {
    /// Number of its deps that are not in the order yet.
    open: usize,
    children: Vec<usize>,
    ancestors: Vec<u64>,
    place: Option<usize>,
}

impl Pending {
    /// Records that one of its deps got the position `place`; returns whether it was the last one.
    fn built_on(&mut self, place: usize, ancestors: &[u64]) -> bool {
        let words = place / 64 + 1;
        if self.ancestors.len() < words {
            self.ancestors.resize(words, 0);
        }
        for (word, inherited) in self.ancestors.iter_mut().zip(ancestors) {
            *word |= inherited;
        }
        if let Some(word) = self.ancestors.get_mut(place / 64) {
            *word |= 1 << (place % 64);
        }
        self.open -= 1;
        self.open == 0
    }
}

impl<'a> Graph<'a> {
    /// Sorts a set of changes. Duplicates count once. A change with a missing dep is set aside as waiting.
    pub fn new<C: Borrow<Change> + 'a>(changes: impl IntoIterator<Item = &'a C>) -> Self {
        let changes = changes.into_iter().map(Borrow::borrow);
        let mut all: Vec<(ChangeId, &Change)> = changes.map(|change: &Change| (change.id(), change)).collect();
        all.sort_by_key(|(id, _)| *id);
        all.dedup_by(|later, kept| {
            let double = later.0 == kept.0;
            if double {
                kept.1 = later.1;
            }
            double
        });
        let (mut pending, mut ready) = pending(&all);
        let mut graph = Self {
            order: Vec::with_capacity(all.len()),
            places: Vec::with_capacity(all.len()),
            ancestors: Vec::with_capacity(all.len()),
            waiting: BTreeSet::new(),
        };
        while let Some(Reverse(number)) = ready.pop() {
            let (Some((_, change)), Some(next)) = (all.get(number), pending.get_mut(number)) else { continue };
            let place = graph.order.len();
            next.place = Some(place);
            let (children, ancestors) = (std::mem::take(&mut next.children), std::mem::take(&mut next.ancestors));
            graph.order.push(change);
            for child in children {
                if pending.get_mut(child).is_some_and(|child| child.built_on(place, &ancestors)) {
                    ready.push(Reverse(child));
                }
            }
            graph.ancestors.push(ancestors);
        }
        for ((id, _), pending) in all.iter().zip(pending) {
            match pending.place {
                Some(place) => graph.places.push((*id, place)),
                None => {
                    graph.waiting.insert(*id);
                }
            }
        }
        graph
    }

    /// The changes, parents first.
    pub fn order(&self) -> &[&'a Change] {
        &self.order
    }

    /// Position of the change with this id, if it is in the set with all its ancestors.
    pub(crate) fn place(&self, id: &ChangeId) -> Option<usize> {
        let found = self.places.binary_search_by(|(other, _)| other.cmp(id)).ok()?;
        self.places.get(found).map(|(_, place)| *place)
    }

    /// As [`Graph::place`], with a cache for repeated look-ups of the same change.
    pub(super) fn place_near(&self, id: &ChangeId, last: &mut Last) -> Option<usize> {
        if let Some((_, place)) = last.filter(|(asked, _)| asked == id) {
            return Some(place);
        }
        let place = self.place(id)?;
        *last = Some((*id, place));
        Some(place)
    }

    /// The change with this id, if it is in the set with all its ancestors.
    pub fn get(&self, id: &ChangeId) -> Option<&'a Change> {
        self.order.get(self.place(id)?).copied()
    }

    /// Whether `descendant` builds on `ancestor`. A change does not build on itself.
    pub fn builds_on(&self, descendant: &ChangeId, ancestor: &ChangeId) -> bool {
        let (Some(later), Some(earlier)) = (self.place(descendant), self.place(ancestor)) else { return false };
        self.is_below(earlier, later)
    }

    /// Whether the change at `later` builds on the one at `earlier`.
    pub(crate) fn is_below(&self, earlier: usize, later: usize) -> bool {
        let word = self.ancestors.get(later).and_then(|row| row.get(earlier / 64));
        word.is_some_and(|word| word & (1 << (earlier % 64)) != 0)
    }

    /// These changes with all their ancestors, in causal order: the content of a case record.
    pub fn up_to(&self, heads: &BTreeSet<ChangeId>) -> Vec<&'a Change> {
        let heads: Vec<usize> = heads.iter().filter_map(|head| self.place(head)).collect();
        let is_in = |place: usize| heads.iter().any(|head| *head == place || self.is_below(place, *head));
        self.order.iter().enumerate().filter(|(place, _)| is_in(*place)).map(|(_, change)| *change).collect()
    }

    /// Changes with a missing ancestor.
    pub const fn waiting(&self) -> &BTreeSet<ChangeId> {
        &self.waiting
    }

    /// Changes that no other change builds on, inside the case or outside. Two holders compare them to find missing changes.
    /// A new change of the case builds on [`Graph::heads`] instead.
    pub fn tips(&self) -> BTreeSet<ChangeId> {
        let mut is_tip = vec![true; self.order.len()];
        for dep in self.order.iter().flat_map(|change| &change.header().deps) {
            if let Some(is_tip) = self.place(dep).and_then(|place| is_tip.get_mut(place)) {
                *is_tip = false;
            }
        }
        self.order.iter().zip(is_tip).filter(|(_, is_tip)| *is_tip).map(|(change, _)| change.id()).collect()
    }
}

/// The open deps of each change of a sorted set, and the changes without open deps, the smallest id first.
fn pending(all: &[(ChangeId, &Change)]) -> (Vec<Pending>, BinaryHeap<Reverse<usize>>) {
    let mut pending: Vec<Pending> = std::iter::repeat_with(Pending::default).take(all.len()).collect();
    let mut ready = BinaryHeap::new();
    for (number, (_, change)) in all.iter().enumerate() {
        let deps = &change.header().deps;
        if deps.is_empty() {
            ready.push(Reverse(number));
        }
        for dep in deps {
            let held = all.binary_search_by(|(other, _)| other.cmp(dep));
            if let Some(parent) = held.ok().and_then(|parent| pending.get_mut(parent)) {
                parent.children.push(number);
            }
        }
        if let Some(own) = pending.get_mut(number) {
            own.open = deps.len();
        }
    }
    (pending, ready)
}
