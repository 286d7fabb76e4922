//! The entries of a case are bounded, and a key depends on the number, not on its notation.

use super::*;
use crate::case::fold;
use crate::change::{Change, Clock, Header, NewOp};
use crate::id::{AgencyId, BootId, DeviceId, Epoch, OfficerId, TenantId};
use crate::op::{Act, CaseKind, OpRef, Open};
use crate::sign::SoftwareKey;
use crate::time::Instant;
use crate::value::Value;

/// A case: its opening, and these operations, one change per list.
fn case(lists: Vec<Vec<NewOp>>) -> CaseState {
    let officer = OfficerId::new([1; 16]);
    let open =
        Open { kind: CaseKind::Simple, agency: AgencyId::new([9; 16]), item: "i".into(), officers: vec![officer] };
    let mut changes: Vec<Change> = Vec::new();
    for ops in std::iter::once(vec![NewOp::new(Act::Open(open))]).chain(lists) {
        let (first, last) = (changes.first().map(Change::id), changes.last().map(Change::id));
        let header = Header {
            tenant: TenantId::new([1; 16]),
            device: DeviceId::new([2; 16]),
            epoch: Epoch::new([3; 8]),
            seq: u64::try_from(changes.len()).unwrap() + 1,
            prev: last,
            officer,
            lease: None,
            case: first,
            deps: last.into_iter().collect(),
            clock: Clock {
                wall: Instant::from_ms(0),
                monotonic_ms: 1,
                boot: BootId::new([6; 16]),
                counts_sleep: true,
                anchor: None,
            },
            rules: Digest::new([8; 32]),
            ops: Digest::new([0; 32]),
        };
        changes.push(Change::seal(header, ops, [7; 32], &SoftwareKey::from_secret(&[5; 32]).unwrap()).unwrap());
    }
    fold(changes[0].id(), &changes)
}

fn documents(numbers: impl IntoIterator<Item = String>) -> Vec<NewOp> {
    let mut ops = Vec::new();
    for number in numbers {
        let place = u32::try_from(ops.len()).unwrap();
        ops.push(NewOp::add("document", "a"));
        ops.push(NewOp::put(Some(OpRef::Own(place)), "number", vec![], Value::text(number)));
    }
    ops
}

#[test]
fn each_document_is_an_entry_of_its_number() {
    let state = case(vec![documents(["A〔2026〕1号", "A[2026]01号", "A〔2026〕2号", " "].map(str::to_owned))]);
    let found: Vec<Entry> = entries(&state).into_iter().collect();
    assert_eq!(found.len(), 3, "an empty number is none");
    let keys: BTreeSet<Digest> = found.iter().map(|entry| entry.key).collect();
    assert_eq!(keys.len(), 2);
    assert_eq!(bearers(&state, number_key("A〔2026〕1号")).len(), 2);
    assert_eq!(lookup_keys(&state).len(), 2);
    let uses = number_uses(&state, Beyond::NOTHING);
    assert_eq!(uses.iter().map(|number| (number.here, number.elsewhere)).max(), Some((2, 0)));
    assert_eq!(number_of(&state, number_key("a【2026】 2 号")).as_deref(), Some("A〔2026〕2号"));
    assert_eq!(number_of(&state, number_key("A〔2026〕3号")), None);
}

#[test]
fn so_many_entries_of_a_case_are_kept_and_no_more() {
    for (numbers, kept) in [(MOST_ENTRIES, MOST_ENTRIES), (MOST_ENTRIES + 1, MOST_ENTRIES)] {
        let all: Vec<String> = (1..=numbers).map(|serial| format!("A〔2026〕{serial}号")).collect();
        let state = case(all.chunks(200).map(|some| documents(some.to_vec())).collect());
        assert_eq!((entries(&state).len(), lookup_keys(&state).len()), (kept, kept), "{numbers}");
    }
}

#[test]
fn the_documents_that_ask_after_a_key_are_those_with_its_number_or_its_fine() {
    use crate::law::identity::CreditCode;
    let code = CreditCode::complete("91500237", "MAK3X7Y2").unwrap().as_str().to_owned();
    let put = |place, field: &str, value: Value| NewOp::put(place, field, vec![], value);
    let (party, fined, other) = (Some(OpRef::Own(0)), Some(OpRef::Own(3)), Some(OpRef::Own(6)));
    let state = case(vec![vec![
        NewOp::add("party", "a"),
        put(party, "uscc", Value::text(code)),
        put(party, "name", Value::text("食府")),
        NewOp::add("document", "a"),
        put(fined, "form", Value::text("spot_decision")),
        put(fined, "fine_fen", Value::Int(20_000)),
        NewOp::add("document", "b"),
        put(other, "number", Value::text("A〔2026〕1号")),
        put(None, "violation_date", Value::text("2026-11-23")),
    ]]);
    let opened = state.entities.iter().filter(|(_, entity)| entity.kind == "document".into()).map(|(id, _)| *id);
    let [fined, other] = opened.collect::<Vec<_>>()[..] else { panic!("two documents") };
    let asked = |what| -> Vec<BTreeSet<OpId>> {
        let keys = lookup_keys(&state).into_iter().filter(|(indexed, _)| *indexed == what);
        keys.map(|key| bearing(&state, key)).collect()
    };
    // By the code it is proved, by the name it may be.
    assert_eq!(asked(Indexed::Fine), [BTreeSet::from([fined])]);
    assert_eq!(asked(Indexed::FineWithoutCode), [BTreeSet::from([fined])]);
    assert_eq!(asked(Indexed::Number), [BTreeSet::from([other])]);
    assert!(bearing(&state, number_key("A〔2026〕2号")).is_empty());
}

#[test]
fn a_phone_is_asked_for_its_ranges_only_where_a_document_says_that_its_number_is_of_one() {
    let document = |source: &str| {
        let put = |field: &str, text: &str| NewOp::put(Some(OpRef::Own(0)), field, vec![], Value::text(text));
        vec![NewOp::add("document", "a"), put("number", "A〔2026〕1号"), put("number_source", source)]
    };
    assert!(numbering_phones(&case(vec![document("presealed"), document("")])).is_empty());
    let state = case(vec![document("presealed"), document("block")]);
    let own = state.fields.iter().filter(|field| field.name == names::NUMBER).flat_map(|field| &field.live);
    let newest = own.map(|live| live.op.change).find(|change| {
        let id = OpId { change: *change, index: 0 };
        text(&state, Some(id), &names::NUMBER_SOURCE) == Some("block")
    });
    assert_eq!(numbering_phones(&state), BTreeSet::from([(DeviceId::new([2; 16]), newest.unwrap())]));
}

#[test]
fn a_number_in_what_is_no_document_is_none() {
    let put = |text: &str| NewOp::put(Some(OpRef::Own(0)), "number", vec![], Value::text(text));
    let state = case(vec![
        vec![NewOp::add("evidence", "a"), put("A〔2026〕1号")],
        vec![NewOp::put(None, "number", vec![], Value::text("A〔2026〕2号"))],
        vec![NewOp::add("document", "a"), put("A〔2026〕3号")],
    ]);
    assert_eq!(numbers(&state).map(|(_, number)| number).collect::<Vec<_>>(), ["A〔2026〕3号"]);
}
