//! Upgrading a database of an earlier version keeps all of its data, on both databases.

use sync_core::change::{Change, Clock, Header, NewOp};
use sync_core::id::{BootId, CaseId, ChangeId, Epoch};
use sync_core::op::Act;
use sync_core::plan::Flag;
use sync_core::value::Value;

use super::super::db::Manager;
use super::*;
use crate::flow::keys::ServerKey;

/// Migrations of the version before keys followed the log.
const BEFORE: usize = 7;
const OFFICER: OfficerId = OfficerId::new([4; 16]);
pub(super) const PHONES: [DeviceId; 2] = [DeviceId::new([5; 16]), DeviceId::new([6; 16])];
const PHOTO: Digest = Digest::new([7; 32]);

/// A change of a case, or one that opens its own.
fn change(seq: u64, case: Option<CaseId>) -> Change {
    sealed(seq, case, None, "记录")
}

/// As [`change`], by an author who names this lease and says this.
pub(super) fn sealed(seq: u64, case: Option<CaseId>, lease: Option<Digest>, text: &str) -> Change {
    let header = Header {
        tenant: TENANT,
        device: PHONES[0],
        epoch: Epoch::new([3; 8]),
        seq,
        prev: None,
        officer: OFFICER,
        lease,
        case,
        deps: case.into_iter().collect(),
        clock: Clock { wall: NOW, monotonic_ms: 0, boot: BootId::new([0; 16]), counts_sleep: true, anchor: None },
        rules: Digest::new([0; 32]),
        ops: Digest::new([0; 32]),
    };
    let op = NewOp { act: Act::Put, ..NewOp::put(None, "note", vec![], Value::text(text)) };
    Change::seal(header, vec![op], [9; 32], &ServerKey::ephemeral().unwrap()).unwrap()
}

/// Writes bytes as the database reads them.
struct Sql(fn(&str) -> String);

impl Sql {
    fn bytes(&self, bytes: &[u8]) -> String {
        self.0(&sync_core::id::hex(bytes))
    }

    /// SQL for these changes in the previous version, given with leaf and counter.
    fn changes(&self, changes: &[(&Change, i64, i64)]) -> String {
        let [tenant, officer] = [TENANT.bytes(), OFFICER.bytes()].map(|bytes| self.bytes(bytes));
        let one = |(change, leaf, counter): &(&Change, i64, i64)| {
            let header = change.header();
            let [id, case] = [change.id(), change.case()].map(|id| self.bytes(id.bytes()));
            let [device, epoch] = [self.bytes(header.device.bytes()), self.bytes(header.epoch.bytes())];
            let [sign1, ops] = [change.sign1(), change.ops_bytes()].map(|bytes| self.bytes(bytes));
            format!(
                "INSERT INTO change VALUES ({tenant}, {id}, {case}, {device}, {epoch}, {}, {officer}, NULL, {leaf}, {counter},
                 'accepted', '', 'fork', 1, 2, 'A', 3, {sign1}, {ops});
                 INSERT INTO change_value VALUES ({tenant}, {id}, {});",
                header.seq,
                self.bytes(&change.values_bytes()),
            )
        };
        changes.iter().map(one).collect()
    }

    /// A receipt with this hash for a phone, with its changes.
    fn receipt(&self, hash: u8, phone: DeviceId, covered: &[ChangeId]) -> String {
        let [tenant, phone] = [TENANT.bytes(), phone.bytes()].map(|bytes| self.bytes(bytes));
        let receipt = self.bytes(&[hash; 32]);
        let entry = |id: &ChangeId| {
            format!("INSERT INTO receipt_entry VALUES ({tenant}, {phone}, {}, {receipt});", self.bytes(id.bytes()))
        };
        let bytes = self.bytes(&[hash]);
        let given = format!("INSERT INTO receipt VALUES ({tenant}, {receipt}, {phone}, 1, {bytes});");
        given + &covered.iter().map(entry).collect::<String>()
    }

    /// A projected case with an officer, a piece of evidence and a row of the outbox.
    fn case(&self, id: CaseId, updated_ms: i64) -> String {
        let [tenant, officer] = [TENANT.bytes(), OFFICER.bytes()].map(|bytes| self.bytes(bytes));
        let (id, photo, basis) = (self.bytes(id.bytes()), self.bytes(PHOTO.bytes()), self.bytes(&[8; 32]));
        format!(
            "INSERT INTO case_file VALUES ({tenant}, {id}, {officer}, 'a/', 'i', 'inspection', 'open', 'T{updated_ms}', '',
             1, {updated_ms}, 1, 0, {basis}, {basis}, 0, 0, 0, 'text', 1);
             INSERT INTO case_officer VALUES ({tenant}, {officer}, {id});
             INSERT INTO case_evidence VALUES ({tenant}, {id}, {photo});
             INSERT INTO outbox VALUES ({tenant}, {officer}, 'index_case', {id}, 1, 1, 0);"
        )
    }
}

/// Fills a database of the previous version, and compares what this version reads.
fn keeps_everything(address: &str, sql: &Sql) {
    let mut db = Manager::parse(address).unwrap().of_version(BEFORE);
    let (opened, other) = (change(1, None), change(2, None));
    let [first, second] = [&opened, &other].map(Change::id);
    let later = change(3, Some(first));
    db.batch_execute(&sql.changes(&[(&opened, 0, 1), (&other, 1, 1), (&later, 2, 2)])).unwrap();
    db.batch_execute(&sql.receipt(1, PHONES[0], &[second, first])).unwrap();
    db.batch_execute(&sql.receipt(2, PHONES[0], &[later.id()])).unwrap();
    db.batch_execute(&sql.receipt(3, PHONES[1], &[later.id(), second])).unwrap();
    db.batch_execute(&sql.case(first, 20)).unwrap();
    drop(db);

    let store = Store::open(address).unwrap();
    let read = |look: &dyn Fn(&mut Tx<'_>) -> Result<(), Error>| store.read_sync(look).unwrap();
    read(&|tx| {
        let held = tx.case_changes(&TENANT, &first)?;
        let found: Vec<_> = held.iter().map(|one| (&*one.change, one.leaf, one.case_leaf, one.counter)).collect();
        assert_eq!(found, [(&opened, 0, 0, 1), (&later, 2, 0, 2)]);
        assert!(held.iter().all(|one| one.flags == [Flag::Fork] && (one.lower.ms(), one.upper.ms()) == (1, 2)));
        let held = tx.case_changes(&TENANT, &second)?;
        assert_eq!(held.iter().map(|one| (one.leaf, one.case_leaf)).collect::<Vec<_>>(), [(1, 1)]);
        assert_eq!(tx.places(&TENANT, &[later.id()])?.iter().map(|place| place.leaf).collect::<Vec<_>>(), [2]);
        Ok(())
    });
    read(&|tx| {
        let mut covering = tx.receipts_covering(&TENANT, &PHONES[0], &[0, 1, 2, 3])?;
        covering.sort_unstable();
        assert_eq!(covering, [(0, 0), (1, 0), (2, 2)]);
        let mut covering = tx.receipts_covering(&TENANT, &PHONES[1], &[0, 1, 2])?;
        covering.sort_unstable();
        assert_eq!(covering, [(1, 1), (2, 1)]);
        let receipts = [(0, 0), (0, 2), (0, 1), (1, 1)].map(|(phone, name)| tx.receipt(&TENANT, &PHONES[phone], name));
        assert_eq!(receipts.map(Result::unwrap), [Some(vec![1]), Some(vec![2]), None, Some(vec![3])]);
        Ok(())
    });
    read(&|tx| {
        let file = tx.case_file(&TENANT, &first)?.unwrap();
        assert_eq!((file.case_leaf, file.title.as_str(), file.updated.ms()), (0, "T20", 20));
        assert_eq!(tx.case_file(&TENANT, &second)?, None);
        assert!(tx.takes_part(&TENANT, &first, &OFFICER)? && !tx.takes_part(&TENANT, &second, &OFFICER)?);
        assert_eq!(tx.cases_of(&TENANT, &OFFICER)?, [first]);
        assert_eq!(tx.claimed_evidence(&TENANT, 0)?, [PHOTO]);
        let due = tx.outbox_due(&TENANT, NOW, NOW, 9)?;
        assert_eq!(
            due.iter().map(|row| row.subject).collect::<Vec<_>>(),
            [0, 0, 0],
            "the search and the index of documents are rebuilt"
        );
        Ok(())
    });
    for table in ["change", "receipt"] {
        let emptied = store.write_sync::<_, Error>(|tx| Ok(tx.db().batch_execute(&format!("DELETE FROM {table}"))?));
        assert!(emptied.is_err(), "{table} is permanent");
    }
}

#[test]
fn sqlite_keeps_everything() {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("t.db");
    let address = path.to_str().unwrap();
    keeps_everything(address, &Sql(|hex| format!("x'{hex}'")));
}

#[test]
fn postgres_keeps_everything_and_is_not_emptied() {
    let Some(address) = empty_schema("upgrade") else { return };
    keeps_everything(&address, &Sql(|hex| format!("'\\x{hex}'")));
    let mut db = diesel::PgConnection::establish(&address).unwrap();
    for table in ["change", "leaf", "receipt"] {
        let refused = db.batch_execute(&format!("TRUNCATE {table}")).unwrap_err().to_string();
        assert!(refused.contains("permanent"), "{refused}");
    }
}
