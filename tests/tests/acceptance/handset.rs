//! Two phones with their real stores over faulty links: in the end both show the same case.

use sync_core::id::{CaseId, OfficerId};
use sync_core::op::{CaseKind, Open};
use sync_core::value::Value;
use tests::handset::Handset;
use tests::{Phone, Server, on_both_databases};

const SAVES: u32 = 12;

fn write(handset: &mut Handset<'_>, case: CaseId, field: &str, text: &str) {
    let mut editor = handset.device.edit(case).unwrap().unwrap();
    editor.put(None, field, Value::text(text));
    let _ = handset.save(editor.into_save());
}

fn opened(handset: &mut Handset<'_>, with: OfficerId) -> CaseId {
    let identity = *handset.device.identity();
    let mut officers = vec![identity.officer, with];
    officers.sort_unstable();
    let open = Open { kind: CaseKind::Inspection, agency: identity.agency, item: "SJ-C-001".to_owned(), officers };
    let editor = handset.device.open_case(open);
    handset.save(editor.into_save())
}

fn run(server: &Server, seed: u64) {
    let mut a = Handset::new(Phone::of(server, "officer-a"), seed);
    let mut b = Handset::new(Phone::of(server, "officer-b"), !seed);
    let case = opened(&mut a, b.device.identity().officer);
    a.synchronise();
    b.synchronise();
    for round in 0..SAVES {
        // Their own fields, and one that both write.
        write(&mut a, case, &format!("of_a_{round}"), "甲");
        write(&mut b, case, &format!("of_b_{round}"), "乙");
        write(&mut a, case, "dishes_without_price", &format!("{round} 甲"));
        write(&mut b, case, "dishes_without_price", &format!("{round} 乙"));
        match round % 3 {
            0 => a.synchronise(),
            1 => b.synchronise(),
            _ => {}
        }
    }
    a.synchronise();
    b.synchronise();
    a.synchronise();
    let reader = Phone::of(server, "officer-a").pull_all(500);
    assert_eq!(reader.size, u64::from(1 + 4 * SAVES), "seed {seed}: nothing lost, nothing twice");
    let (at_a, at_b) = (a.device.case(case).unwrap().unwrap(), b.device.case(case).unwrap().unwrap());
    assert_eq!((at_a.hash(), at_b.hash()), (reader.case(case).hash(), reader.case(case).hash()), "seed {seed}");
    assert!(at_a.field(None, &"dishes_without_price".into()).unwrap().conflict, "both last words stand");
    for change in reader.changes.keys() {
        assert!(a.device.is_acknowledged(*change).unwrap() || b.device.is_acknowledged(*change).unwrap());
    }
    for faults in [a.faults, b.faults] {
        assert!(faults.lost > 0 && faults.cut > 0 && faults.repeated > 0, "seed {seed}: {faults:?}");
    }
}

on_both_databases! {
    fn two_stores_converge_over_links_that_lose_cut_and_repeat(server) {
        run(server, 1);
    }

    fn two_stores_converge_over_other_links_too(server) {
        run(server, 2);
    }
}
