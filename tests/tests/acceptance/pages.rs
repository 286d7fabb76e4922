//! What pages say of cases: which case is which.

use sync_core::change::NewOp;
use sync_core::op::{Act, OpRef};
use sync_core::value::Value;
use tests::actor::random;
use tests::desk::Desk;
use tests::{Phone, on_both_databases};

fn add(kind: &str) -> NewOp {
    NewOp::new(Act::Add { entity: kind.into(), order: kind.into() })
}

fn put(on: Option<OpRef>, name: &str, text: &str) -> NewOp {
    NewOp::put(on, name, vec![], Value::text(text))
}

on_both_databases! {
    fn cases_of_one_title_are_told_apart_where_they_wait(server) {
        let (mut phone, mate) = (Phone::of(server, "officer-a"), Phone::of(server, "officer-b"));
        let mut open = |party: Option<&str>| {
            let opening = phone.open_case(&[mate.officer]);
            let mut ops = vec![put(None, "title", "餐饮明码标价检查")];
            if let Some(party) = party {
                ops.push(add("party"));
                ops.push(put(Some(OpRef::Own(1)), "name", party));
            }
            // A photograph that has not arrived: the case waits.
            ops.push(NewOp::put(None, "paper_photo", vec![], Value::Bytes(random::<32>().to_vec())));
            let body = phone.save(Some(opening.id()), &[opening.id()], ops);
            phone.push(&[&opening, &body]);
            opening.id().to_string()
        };
        let [noodles, pharmacy, first, second] = [Some("巫峡面馆"), Some("巫峡药店"), None, None].map(&mut open);
        let page = Desk::of(server, "officer-a").get("/console/work").expect(200).text();
        let row = |case: &str| {
            let at = page.find(&format!("/console/cases/{case}\"")).unwrap_or_else(|| panic!("{case} waits: {page}"));
            page[at..].split("</td>").next().unwrap().to_owned()
        };
        for (case, party) in [(&noodles, "巫峡面馆"), (&pharmacy, "巫峡药店")] {
            let row = row(case);
            assert!(row.contains(party) && row.contains("陈晓梅") && !row.contains("李建国"), "{row}");
            assert!(row.contains("立卷 20") && !row.contains("<code>"), "{row}");
        }
        // Opened in the same minute, by the same officers, without a party: unless the minute ended, only ids differ.
        let (one, other) = (row(&first), row(&second));
        let told = |row: &str| row.split("class=\"small\">").nth(1).unwrap().to_owned();
        assert_ne!(told(&one), told(&other));
    }
}
