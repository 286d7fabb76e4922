//! The one form of a name, and the most operations of a change.

use super::*;
use crate::id::{AgencyId, OfficerId};

#[test]
fn the_name_of_an_operation_is_read_in_its_one_form_only() {
    let change = "ab".repeat(32);
    for index in ["0", "1", "9", "10", "4294967295"] {
        let name = format!("{change}.{index}");
        assert_eq!(name.parse::<OpId>().map(|op| op.to_string()), Ok(name));
    }
    for wrong in ["", "00", "01", "+1", "-1", " 1", "1 ", "1.0", "x", "4294967296"] {
        assert_eq!(format!("{change}.{wrong}").parse::<OpId>(), Err(NotAnOpId), "{wrong}");
    }
    assert_eq!(
        (change.parse::<OpId>(), format!("{}.1", &change[1..]).parse::<OpId>()),
        (Err(NotAnOpId), Err(NotAnOpId))
    );
}

#[test]
fn a_change_has_4096_operations_and_not_one_more() {
    let op = Op {
        act: Act::RecordStep { step: "note".into() },
        target: None,
        field: None,
        replaces: Vec::new(),
        commit: None,
    };
    let read = |count| read_ops(&write_ops(&vec![op.clone(); count])).map(|ops| ops.len());
    assert_eq!(
        (read(0), read(4096), read(4097)),
        (Ok(0), Ok(4096), Err(CodecError::Expected("at most 4096 operations")))
    );
}

#[test]
fn a_reference_is_read_as_it_was_written_and_as_nothing_else() {
    let of = OpRef::Of(OpId { change: ChangeId::new([7; 32]), index: 9 });
    for reference in [OpRef::Own(0), OpRef::Own(u32::MAX), of] {
        assert_eq!(Reader::whole(&reference.to_value().to_bytes(), OpRef::read), Ok(reference));
    }
    for bytes in [&[0x20][..], &[0xf6], &[0x80], &[0x1b, 0, 0, 0, 1, 0, 0, 0, 0]] {
        assert!(Reader::whole(bytes, OpRef::read).is_err(), "{bytes:02x?}");
    }
}

#[test]
fn an_opening_names_its_officers_once_and_in_order() {
    let opened = |officers: &[u8]| {
        let officers = officers.iter().map(|officer| OfficerId::new([*officer; 16])).collect();
        let open = Open { kind: CaseKind::Inspection, agency: AgencyId::new([9; 16]), item: "i".into(), officers };
        let op = Op { act: Act::Open(open), target: None, field: None, replaces: Vec::new(), commit: None };
        let ops = read_ops(&write_ops(&[op])).unwrap();
        matches!(ops[0].act, Act::Open(_))
    };
    assert!(opened(&[]) && opened(&[1]) && opened(&[1, 2]));
    assert!(!opened(&[1, 1]) && !opened(&[2, 1]));
}
