//! Pages name the author of an entry and the case that it belongs to.

use sync_core::change::NewOp;
use sync_core::op::{Act, OpId, OpRef};
use sync_core::value::Value;
use tests::actor::{add, random};
use tests::desk::Desk;
use tests::{Phone, on_both_databases};

fn put(on: Option<OpRef>, name: &str, text: &str) -> NewOp {
    NewOp::put(on, name, vec![], Value::text(text))
}

on_both_databases! {
    fn who_recorded_a_group_of_values_is_said_once_and_who_differs_is_said(server) {
        let mut phone = Phone::of(server, "officer-a");
        let mut mate = Phone::of(server, "officer-b");
        let open = phone.open_case(&[mate.officer]);
        let own = |index| Some(OpRef::Own(index));
        let ops = vec![
            add("party"),
            put(own(0), "name", "巫峡面馆"),
            put(own(0), "address", "广东中路188号"),
            put(own(0), "legal_representative", "向明英"),
            add("record"),
            add("line").on(OpRef::Own(4)),
            put(own(5), "question", "为什么没有标价？"),
        ];
        let body = phone.save(Some(open.id()), &[open.id()], ops);
        let of_body = |index| Some(OpRef::Of(OpId { change: body.id(), index }));
        let later = vec![put(of_body(0), "phone", "13800138000"), put(of_body(5), "answer", "没来得及。")];
        let later = mate.save(Some(open.id()), &[body.id()], later);
        phone.push(&[&open, &body]);
        mate.push(&[&later]);
        let page = Desk::of(server, "unit-head").get(&format!("/console/cases/{}", open.id())).expect(200).text();
        let blocks: Vec<&str> = page.split("<article").skip(1).map(|rest| rest.split("</article>").next().unwrap()).collect();
        let [party, record] = blocks.as_slice() else { panic!("{} blocks", blocks.len()) };
        assert_eq!(party.matches("李建国 · ").count(), 1, "above all that came with the party: {party}");
        assert_eq!(party.matches("陈晓梅 · ").count(), 1, "{party}");
        let order = ["李建国 · ", "巫峡面馆</bdi></td>", "广东中路188号", "向明英", "陈晓梅 · ", "13800138000"];
        let places: Vec<usize> = order.map(|text| party.find(text).unwrap_or_else(|| panic!("{text}: {party}"))).to_vec();
        assert!(places.is_sorted(), "each value below who recorded it: {places:?} {party}");
        assert_eq!(party.matches("修改历史").count(), 4, "each leads to its history");
        assert_eq!((record.matches("李建国 · ").count(), record.matches("陈晓梅 · ").count()), (2, 1), "{record}");
    }

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
            assert!(row.contains("登记 20") && !row.contains("<code>"), "{row}");
        }
        // Opened in the same minute, by the same officers, without a party: unless the minute ended, only ids differ.
        let (one, other) = (row(&first), row(&second));
        let told = |row: &str| row.split("class=\"small\">").nth(1).unwrap().to_owned();
        assert_ne!(told(&one), told(&other));
    }

    fn a_head_is_asked_for_what_a_head_can_do_and_no_button_leads_to_an_empty_page(server) {
        let (mut phone, mut mate) = (Phone::of(server, "officer-a"), Phone::of(server, "officer-b"));
        let open = phone.open_case(&[mate.officer]);
        let shown = NewOp::new(Act::RecordStep { step: "certificate_shown".into() });
        let one = phone.save(Some(open.id()), &[open.id()], vec![shown, put(None, "title", "餐饮明码标价检查")]);
        let other = mate.save(Some(open.id()), &[open.id()], vec![put(None, "title", "面馆价格检查")]);
        phone.push(&[&open, &one]);
        mate.push(&[&other]);
        let work = |login: &str| Desk::of(server, login).get("/console/work").expect(200).text();
        assert!(work("officer-a").contains("badge conflict\">记录不一致待处理 1"), "who records settles");
        let head = work("unit-head");
        let row = head.split("<details>").nth(1).and_then(|rest| rest.split("</details>").next());
        let row = row.unwrap_or_else(|| panic!("what waits for others is folded: {head}"));
        assert!(row.contains("另有 1 件目前无需您办理") && row.contains("记录不一致待处理 1"), "{row}");
        assert_eq!(head.matches("记录不一致待处理").count(), 1, "and stands nowhere else: {head}");
        let case = format!("/console/cases/{}", open.id());
        let page = Desk::of(server, "unit-head").get(&case).expect(200).text();
        assert!(!page.contains("/act/return") && !page.contains("/act/register"), "there is nothing to return or register");
        assert!(page.contains("/act/close?"));
        let record = phone.save(Some(open.id()), &[one.id()], vec![add("record")]);
        phone.push(&[&record]);
        let page = Desk::of(server, "unit-head").get(&case).expect(200).text();
        assert!(page.contains("/act/return?") && !page.contains("/act/register"), "{page}");
    }
}
