//! Compares the answers that phones got with the data of the server.
//!
//! Promise: [`Ledger::holds`] fails if an acknowledged change is missing, duplicated or differs in a byte, if a
//! repeated push gets another answer, or if the log's root is not the root of the leaves in the receipts.

use std::collections::BTreeMap;
use std::time::{Duration, Instant};

use sync_core::change::Change;
use sync_core::id::{CaseId, ChangeId};
use sync_core::log::{Cursor, Frontier, Leaf, LeafClass, leaf_hash};
use sync_core::message::{Class, Pulled, Push, Pushed};
use sync_core::receipt::{Receipt, ReceiptEntry};

use crate::actor::{Phone, Replica};
use crate::http::Answer;

/// The result of a push.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Told {
    /// Acknowledged.
    Stored,
    /// Told to retry.
    Later,
    /// No answer.
    Nothing,
}

/// How long a server may take to recover.
const RECOVERY: Duration = Duration::from_mins(1);

/// The pushes of one phone, with their answers.
#[derive(Debug, Default)]
pub struct Ledger {
    changes: BTreeMap<ChangeId, Change>,
    /// Pushes since the last comparison with the server, with their answers if there were any.
    recent: Vec<(Push, Option<Vec<u8>>)>,
    entries: BTreeMap<u64, ReceiptEntry>,
    heads: Vec<Receipt>,
    replica: Replica,
}

impl Ledger {
    /// A push of new changes.
    pub fn offer(&mut self, phone: &Phone<'_>, changes: Vec<Change>) -> Told {
        let push = phone.push_of(changes.iter().map(Change::to_bytes).collect());
        self.changes.extend(changes.into_iter().map(|change| (change.id(), change)));
        let (told, answer) = match phone.push_call(&push).try_send() {
            Err(_link) => (Told::Nothing, None),
            Ok(answer) if answer.status == 200 => (Told::Stored, Some(answer.body)),
            Ok(answer) => {
                is_told_to_come_again(&answer);
                (Told::Later, None)
            }
        };
        self.recent.push((push, answer));
        told
    }

    /// Number of pushes acknowledged since the last [`Self::holds`].
    pub fn acknowledged(&self) -> usize {
        self.recent.iter().filter(|(_, answer)| answer.is_some()).count()
    }

    /// Pushes the rest, retrying as often as the server asks for it, and checks the server against all its answers.
    pub fn holds(&mut self, phone: &Phone<'_>) {
        self.settle(phone);
        self.is_all_there(phone);
    }

    /// Pushes the rest. For a push that was answered before, the server must give the same answer.
    pub fn settle(&mut self, phone: &Phone<'_>) {
        for (push, told) in std::mem::take(&mut self.recent) {
            let answer = insist(phone, &push);
            if let Some(told) = told {
                assert!(told == answer, "what was acknowledged once is acknowledged in the same bytes");
            }
            let again = phone.push_call(&push).send().expect(200).body;
            assert!(answer == again, "the same push, the same receipts");
            let Pushed { outcomes, receipts } = Pushed::read(&answer).unwrap();
            assert!(outcomes.iter().all(|outcome| outcome.class == Class::Accepted), "{outcomes:?}");
            for bytes in receipts {
                let receipt = phone.open_receipt(&bytes).receipt;
                for entry in &receipt.entries {
                    let known = self.entries.insert(entry.leaf, *entry);
                    assert!(known.is_none_or(|known| known == *entry), "a leaf has one change");
                }
                self.heads.push(receipt);
            }
        }
    }

    /// Adds the settled pushes of another phone of the same officer.
    #[must_use]
    pub fn and(mut self, other: Self) -> Self {
        assert!(other.recent.is_empty(), "settled");
        self.changes.extend(other.changes);
        self.entries.extend(other.entries);
        self.heads.extend(other.heads);
        self
    }

    /// The server has exactly these changes, and its log is one Merkle tree.
    pub fn is_all_there(&mut self, phone: &Phone<'_>) {
        self.pull(phone);
        assert_eq!(self.replica.changes.len(), self.changes.len(), "everything, once");
        for (id, change) in &self.changes {
            assert_eq!(self.replica.changes.get(id).map(Change::to_bytes), Some(change.to_bytes()), "byte for byte");
        }
        self.log_is_one_tree();
    }

    /// Continues pulling; no page may repeat a change.
    fn pull(&mut self, phone: &Phone<'_>) {
        loop {
            let cursor = Some(self.replica.cursor.clone()).filter(|cursor| !cursor.is_empty());
            let page = Pulled::read(&phone.pull(cursor.as_deref(), 500).expect(200).body).unwrap();
            let before = self.replica.changes.len();
            self.replica.take(&page.leases, &page.changes, phone);
            assert_eq!(self.replica.changes.len(), before + page.changes.len(), "nothing twice");
            self.replica.size = Cursor::read(&page.cursor).unwrap().size;
            self.replica.cursor = page.cursor;
            if !page.more {
                return;
            }
        }
    }

    /// The leaves in the receipts, recomputed, have the roots that receipts and cursor name.
    fn log_is_one_tree(&self) {
        let cursor = Cursor::read(&self.replica.cursor).unwrap();
        assert_eq!(cursor.size, u64::try_from(self.entries.len()).unwrap(), "one leaf for each change");
        let (mut frontier, mut roots) = (Frontier::default(), BTreeMap::new());
        let mut last: BTreeMap<CaseId, (u64, u64)> = BTreeMap::new();
        for (index, entry) in &self.entries {
            assert_eq!(*index, frontier.size(), "no leaf is left out");
            let ReceiptEntry { change, counter, received, .. } = *entry;
            let case = self.changes[&change].case();
            let before = last.insert(case, (counter, *index));
            assert_eq!(counter, before.map_or(1, |(counter, _)| counter + 1), "no change of a case is left out");
            let (log_epoch, previous, class) = (cursor.log_epoch, before.map(|(_, leaf)| leaf), LeafClass::Accepted);
            let leaf = Leaf { log_epoch, index: *index, change, case, counter, previous, received, class };
            frontier.push(leaf_hash(&leaf.to_bytes()));
            roots.insert(frontier.size(), frontier.root());
        }
        assert_eq!(roots.get(&cursor.size), Some(&cursor.root).filter(|_| cursor.size > 0), "the root of the log");
        for head in &self.heads {
            assert_eq!(roots.get(&head.size), Some(&head.root), "the root that a receipt names");
        }
    }
}

/// Sends a push until it is accepted, as a phone does.
fn insist(phone: &Phone<'_>, push: &Push) -> Vec<u8> {
    let begun = Instant::now();
    loop {
        let answer = phone.push_call(push).send();
        if answer.status == 200 {
            return answer.body;
        }
        is_told_to_come_again(&answer);
        assert!(begun.elapsed() < RECOVERY, "still {}", answer.text());
        std::thread::sleep(Duration::from_millis(50));
    }
}

fn is_told_to_come_again(answer: &Answer) {
    assert_eq!(answer.status, 503, "{}", answer.text());
    assert!(answer.header("retry-after").parse::<u32>().is_ok(), "{answer:?}");
    assert!(answer.json()["retryable"].as_bool().unwrap(), "{}", answer.text());
}
