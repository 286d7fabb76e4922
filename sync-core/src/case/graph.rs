//! Which change builds on which.
//!
//! Promise: parents come before children, in an order that depends only on the set.

use crate::change::Change;
use crate::id::ChangeId;
use std::borrow::Borrow;
use std::collections::{BTreeMap, BTreeSet};

/// The changes of one case, closed under deps, in causal order.
#[derive(Debug)]
pub struct Graph<'a> {
    order: Vec<&'a Change>,
    place: BTreeMap<ChangeId, usize>,
    /// For each place, one bit for each earlier place that it builds on.
    ancestors: Vec<Vec<u64>>,
    waiting: BTreeSet<ChangeId>,
}

impl<'a> Graph<'a> {
    /// Sorts a set. Doubles count once; what misses a dep waits aside.
    pub fn new<C: Borrow<Change> + 'a>(changes: impl IntoIterator<Item = &'a C>) -> Self {
        let changes = changes.into_iter().map(Borrow::borrow);
        let all: BTreeMap<ChangeId, &Change> = changes.map(|change: &Change| (change.id(), change)).collect();
        let mut children: BTreeMap<ChangeId, Vec<ChangeId>> = BTreeMap::new();
        let mut open: BTreeMap<ChangeId, usize> = BTreeMap::new();
        let mut ready = BTreeSet::new();
        for (id, change) in &all {
            let deps = &change.header().deps;
            for dep in deps {
                children.entry(*dep).or_default().push(*id);
            }
            open.insert(*id, deps.len());
            if deps.is_empty() {
                ready.insert(*id);
            }
        }
        let mut graph =
            Self { order: Vec::new(), place: BTreeMap::new(), ancestors: Vec::new(), waiting: BTreeSet::new() };
        while let Some(id) = ready.pop_first() {
            if let Some(change) = all.get(&id) {
                graph.push(change);
            }
            for child in children.get(&id).into_iter().flatten() {
                if let Some(left) = open.get_mut(child) {
                    *left -= 1;
                    if *left == 0 {
                        ready.insert(*child);
                    }
                }
            }
        }
        graph.waiting = all.keys().filter(|id| !graph.place.contains_key(id)).copied().collect();
        graph
    }

    fn push(&mut self, change: &'a Change) {
        let place = self.order.len();
        let mut row = vec![0; place.div_ceil(64)];
        for dep in change.header().deps.iter().filter_map(|dep| self.place.get(dep)) {
            for (word, inherited) in row.iter_mut().zip(self.ancestors.get(*dep).into_iter().flatten()) {
                *word |= inherited;
            }
            if let Some(word) = row.get_mut(dep / 64) {
                *word |= 1 << (dep % 64);
            }
        }
        self.ancestors.push(row);
        self.order.push(change);
        self.place.insert(change.id(), place);
    }

    /// The changes, parents first.
    pub fn order(&self) -> &[&'a Change] {
        &self.order
    }

    /// The change with this id, if it is held and closed.
    pub fn get(&self, id: &ChangeId) -> Option<&'a Change> {
        self.place.get(id).and_then(|place| self.order.get(*place)).copied()
    }

    /// Whether `descendant` builds on `ancestor`. Nothing builds on itself.
    pub fn builds_on(&self, descendant: &ChangeId, ancestor: &ChangeId) -> bool {
        let (Some(later), Some(earlier)) = (self.place.get(descendant), self.place.get(ancestor)) else {
            return false;
        };
        let word = self.ancestors.get(*later).and_then(|row| row.get(earlier / 64));
        word.is_some_and(|word| word & (1 << (earlier % 64)) != 0)
    }

    /// Changes that miss something they build on.
    pub const fn waiting(&self) -> &BTreeSet<ChangeId> {
        &self.waiting
    }

    /// Changes that nothing builds on.
    pub fn heads(&self) -> BTreeSet<ChangeId> {
        let mut heads: BTreeSet<ChangeId> = self.place.keys().copied().collect();
        for dep in self.order.iter().flat_map(|change| &change.header().deps) {
            heads.remove(dep);
        }
        heads
    }
}
