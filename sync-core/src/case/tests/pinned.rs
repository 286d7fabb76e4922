//! The result of the fold is part of the format: phones and servers of different builds compare state hashes.

use super::history::{Dice, eventful};
use super::*;
use crate::sign::Tag;

/// How often each thing happened in all histories together: one that never does would be pinned by nothing.
#[derive(Debug, Default)]
struct Happened {
    excluded: usize,
    outside: usize,
    without_effect: usize,
    waiting: usize,
    conflicts: usize,
    signed: usize,
    resolved: usize,
    shells: usize,
    withdrawn: usize,
    unseen: usize,
    sealed: usize,
    unknown: usize,
    numbers: usize,
}

impl Happened {
    fn count(&mut self, state: &CaseState) {
        let live = || state.fields.iter().flat_map(|field| &field.live);
        self.excluded += state.excluded.len();
        self.outside += state.outside.len();
        self.without_effect += state.without_effect.len();
        self.waiting += state.waiting.len();
        self.conflicts += state.conflicts().count();
        self.signed += live().filter(|value| value.signed).count();
        self.resolved += live().filter(|value| value.reason.is_some()).count();
        self.shells += state.entities.values().filter(|entity| entity.shell).count();
        self.withdrawn += state.entities.values().map(|entity| entity.withdrawn.len()).sum::<usize>();
        self.unseen += state.decisions.iter().map(|decision| decision.unseen.len()).sum::<usize>();
        self.sealed += state.sealed.len();
        self.unknown += state.unknown.len();
        self.numbers += state.numbers.len();
    }

    fn least(&self) -> usize {
        let Self { excluded, outside, without_effect, waiting, conflicts, signed, resolved, .. } = self;
        let Self { shells, withdrawn, unseen, sealed, unknown, numbers, .. } = self;
        [excluded, outside, without_effect, waiting, conflicts, signed, resolved]
            .into_iter()
            .chain([shells, withdrawn, unseen, sealed, unknown, numbers])
            .min()
            .copied()
            .unwrap()
    }
}

#[test]
fn the_state_of_eventful_histories_never_changes() {
    let (mut all, mut happened) = (Digest::new([0; 32]), Happened::default());
    for seed in 0..300 {
        let mut dice = Dice(seed);
        let length = 2 + dice.below(40);
        let (mut set, case) = eventful(&mut dice, length);
        if seed % 4 == 0 {
            set.remove(dice.below(length));
        }
        dice.shuffle(&mut set);
        let state = fold(case, &set);
        happened.count(&state);
        all = Tag("palm/test").hash(&[all.bytes(), state.hash().bytes(), state.basis().bytes()]);
    }
    assert!(happened.least() > 20, "{happened:?}");
    assert_eq!(all.to_string(), "5741df2d7809723893a10378946be1fd88c977499672e14af548c0bf64b1b222");
}

/// The histories that `tests/vectors/folds.json` holds: short ones, some with a change missing.
fn histories() -> impl Iterator<Item = (Vec<Change>, CaseId)> {
    (1000..1040).map(|seed| {
        let mut dice = Dice(seed);
        let length = 2 + dice.below(16);
        let (mut set, case) = eventful(&mut dice, length);
        if seed % 4 == 0 {
            set.remove(dice.below(length));
        }
        dice.shuffle(&mut set);
        (set, case)
    })
}

/// `UPDATE=1` writes the file, which other implementations read.
#[test]
fn the_folds_of_the_vectors_hold() {
    let mut happened = Happened::default();
    let one = |(set, case): (Vec<Change>, CaseId)| {
        let state = fold(case, &set);
        happened.count(&state);
        let changes: Vec<String> = set.iter().map(|change| crate::id::hex(&change.to_bytes())).collect();
        let tips = Graph::new(&set).tips();
        serde_json::json!({
            "case": case, "changes": changes, "state": serde_json::to_string(&state).unwrap(),
            "hash": state.hash(), "basis": state.basis(), "tips": tips,
        })
    };
    let cases: Vec<_> = histories().map(one).collect();
    assert!(happened.least() > 0, "{happened:?}");
    let about = "Sets of changes of one case, in any order, with what they fold to. Nobody signed these changes.";
    let made = serde_json::to_string_pretty(&serde_json::json!({"about": about, "cases": cases})).unwrap() + "\n";
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/vectors/folds.json");
    if std::env::var_os("UPDATE").is_some() {
        std::fs::write(path, &made).unwrap();
    }
    assert!(std::fs::read_to_string(path).unwrap() == made, "a released format never changes");
}
