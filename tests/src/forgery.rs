//! Changes that no honest phone makes. Each is signed by the phone's own key where stated, so it has exactly one
//! defect.

use sync_core::change::{CHANGE, Change, Header};
use sync_core::codec::Writer;
use sync_core::op::{Op, write_ops};
use sync_core::sign::{Tag, seal};
use sync_core::value::Value;

use crate::actor::Phone;

/// The order of P-256, to compute the other valid signature over the same bytes.
const ORDER: [u8; 32] = [
    0xff, 0xff, 0xff, 0xff, 0x00, 0x00, 0x00, 0x00, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xbc, 0xe6, 0xfa,
    0xad, 0xa7, 0x17, 0x9e, 0x84, 0xf3, 0xb9, 0xca, 0xc2, 0xfc, 0x63, 0x25, 0x51,
];

/// The envelope of a signed header, operations and values.
pub fn envelope(sign1: &[u8], ops: &[u8], values: &[u8]) -> Vec<u8> {
    Writer::new().array(3).bytes(sign1).bytes(ops).bytes(values).finish()
}

/// `change` with the header `payload`, validly signed by `phone`.
pub fn with_header(phone: &Phone<'_>, change: &Change, payload: &[u8]) -> Vec<u8> {
    envelope(&seal(CHANGE, payload, &phone.key).unwrap(), change.ops_bytes(), &change.values_bytes())
}

/// `change` with other operations, which its header names and `phone` validly signs.
pub fn with_ops(phone: &Phone<'_>, change: &Change, ops: &[u8]) -> Vec<u8> {
    let header = Header { ops: Tag("palm/v1/ops").hash(&[ops]), ..change.header().clone() };
    envelope(&seal(CHANGE, &header.to_bytes(), &phone.key).unwrap(), ops, &change.values_bytes())
}

/// `change` with another value for its only operation, to which it is validly committed and signed.
pub fn with_value(phone: &Phone<'_>, change: &Change, value: &Value) -> Vec<u8> {
    let secret = [7; 32];
    let salt = Tag("palm/v1/salt").hash(&[&secret, &0_u32.to_be_bytes()]);
    let commit = Some(Tag("palm/v1/value").hash(&[salt.bytes(), &value.to_bytes()]));
    let ops = write_ops(&[Op { commit, ..change.ops()[0].clone() }]);
    let header = Header { ops: Tag("palm/v1/ops").hash(&[&ops]), ..change.header().clone() };
    let mut values = Writer::new();
    value.write(values.array(2).bytes(&secret).array(1).array(3).uint(0).null());
    envelope(&seal(CHANGE, &header.to_bytes(), &phone.key).unwrap(), &ops, &values.finish())
}

/// Bytes that end in nested lists, with one more list around the innermost `null`.
pub fn one_deeper(bytes: &[u8]) -> Vec<u8> {
    let (last, rest) = bytes.split_last().unwrap();
    assert_eq!(*last, 0xf6, "ends in null");
    [rest, &[0x81, 0xf6]].concat()
}

/// The header with `seq` written in nine bytes where one is enough. Only for a `seq` below 24.
pub fn header_not_minimal(header: &Header) -> Vec<u8> {
    let plain = header.to_bytes();
    let seq = u8::try_from(header.seq).unwrap();
    let epoch = [&[0x04, 0x48][..], header.epoch.bytes()].concat();
    let after_epoch = find(&plain, &epoch) + epoch.len();
    assert_eq!(plain[after_epoch..after_epoch + 2], [0x05, seq]);
    let wide = [0x05, 0x1b, 0, 0, 0, 0, 0, 0, 0, seq];
    [&plain[..after_epoch], &wide, &plain[after_epoch + 2..]].concat()
}

/// The header with its last key twice.
pub fn header_with_key_twice(header: &Header) -> Vec<u8> {
    let mut bytes = header.to_bytes();
    let last = bytes[bytes.len() - 35..].to_vec();
    assert_eq!(last[..3], [0x0d, 0x58, 0x20]);
    bytes[0] += 1;
    bytes.extend(last);
    bytes
}

/// The envelope with the other ES256 signature over the same bytes: (r, n - s) is as good as (r, s).
pub fn with_other_signature(change: &Change) -> Vec<u8> {
    let mut sign1 = change.sign1().to_vec();
    let start = sign1.len() - 32;
    let mut borrow = false;
    for (place, order) in (start..sign1.len()).zip(ORDER).rev() {
        let (once, under) = order.overflowing_sub(sign1[place]);
        let (twice, under_again) = once.overflowing_sub(u8::from(borrow));
        sign1[place] = twice;
        borrow = under || under_again;
    }
    envelope(&sign1, change.ops_bytes(), &change.values_bytes())
}

/// `levels` nested lists.
pub fn nested(levels: usize) -> Value {
    (0..levels).fold(Value::Null, |inner, _| Value::List(vec![inner]))
}

fn find(bytes: &[u8], part: &[u8]) -> usize {
    bytes.windows(part.len()).position(|window| window == part).expect("the part is there")
}
