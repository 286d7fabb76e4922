//! Every change of the register increments its version, on every path. The writer's cache relies on it.

use super::*;

fn version(store: &Store) -> i64 {
    read_tenant(store).register_version
}

/// Each kind of statement on each table of the register is counted once for each row; others are not.
pub(super) fn every_change_of_the_register_is_counted(store: &Store) {
    furnish(store);
    let run = |sql: &str| store.write_sync::<_, Error>(|tx| Ok(tx.db().batch_execute(sql)?)).unwrap();
    let tenant = "(SELECT id FROM tenant)";
    let someone = "(SELECT id FROM officer ORDER BY id LIMIT 1)";
    let counted = [
        (format!("INSERT INTO certificate VALUES ({tenant}, '1', {someone}, 'c', 'r', 'i', 'v', 0)"), 1),
        ("UPDATE certificate SET category = 'd'".to_owned(), 1),
        (format!("INSERT INTO certificate_interval VALUES ({tenant}, '1', 1, 'valid', 1, NULL, '', '', '')"), 1),
        ("UPDATE certificate_interval SET until_ms = 5".to_owned(), 1),
        ("DELETE FROM certificate_interval".to_owned(), 1),
        ("DELETE FROM certificate".to_owned(), 1),
        ("UPDATE device SET revoked_ms = 7, revoked_reason = 'lost'".to_owned(), 1),
        ("DELETE FROM device".to_owned(), 1),
        ("UPDATE officer SET name = name".to_owned(), 2),
        ("DELETE FROM officer".to_owned(), 2),
        ("UPDATE agency SET active = active".to_owned(), 3),
        ("DELETE FROM agency WHERE parent IS NOT NULL".to_owned(), 2),
        ("UPDATE tenant SET locked_ms = 9".to_owned(), 0),
        (format!("INSERT INTO number_series VALUES ({tenant}, 'f', (SELECT id FROM agency), 2026, 1)"), 0),
    ];
    for (sql, rows) in counted {
        let before = version(store);
        run(&sql);
        assert_eq!(version(store) - before, rows, "{sql}");
    }
}

/// A rolled-back change is not counted.
pub(super) fn a_change_of_the_register_that_is_undone_is_not_counted(store: &Store) {
    furnish(store);
    let before = version(store);
    let refused = store.write_sync::<(), Error>(|tx| {
        tx.add_officer(&TENANT, &officer(9, 2))?;
        Err(Error::Inconsistent { what: "on purpose" })
    });
    assert!(refused.is_err());
    assert_eq!(version(store), before);
}
