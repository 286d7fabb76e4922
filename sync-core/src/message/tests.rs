//! What is read is what was written, up to the most changes of a push.

use super::*;

#[test]
fn each_kind_of_what_is_missing_is_read_as_it_was_written() {
    let missing = vec![Missing::Change(ChangeId::new([1; 32])), Missing::Values, Missing::Lease(Digest::new([2; 32]))];
    let outcome = |class: &Class| {
        let (class, missing) = (*class, missing.clone());
        PushOutcome { change: None, class, code: "c".into(), flags: vec!["f".into()], missing }
    };
    let pushed = Pushed { outcomes: Class::ALL.iter().map(outcome).collect(), receipts: vec![vec![7]] };
    let bytes = pushed.to_bytes();
    assert_eq!(Pushed::read(&bytes), Ok(pushed));
    // The values, `[1, null]`, as a kind that there is not.
    let at = bytes.windows(3).position(|window| window == [0x82, 0x01, 0xf6]).unwrap();
    let mut unknown = bytes;
    unknown[at + 1] = 3;
    assert_eq!(Pushed::read(&unknown), Err(CodecError::Expected("what is missing")));
}

#[test]
fn a_push_has_256_changes_and_as_many_leases_and_not_one_more() {
    let read = |leases: usize, changes: usize| {
        Push::read(&Push { leases: vec![Vec::new(); leases], changes: vec![Vec::new(); changes] }.to_bytes())
    };
    let full = read(MAX_BATCH, MAX_BATCH).unwrap();
    assert_eq!((full.leases.len(), full.changes.len(), MAX_BATCH), (256, 256, 256));
    assert_eq!((read(257, 0), read(0, 257)), (Err(MANY), Err(MANY)));
    // What cannot be read at all is not said to be too much.
    let bytes = Push { leases: Vec::new(), changes: vec![vec![7; 9]] }.to_bytes();
    assert_eq!(Push::read(&bytes[..bytes.len() - 1]), Err(CodecError::Truncated));
}
