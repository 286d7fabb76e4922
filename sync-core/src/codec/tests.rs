use super::*;

fn read_int(bytes: &[u8]) -> Result<i64, CodecError> {
    Reader::whole(bytes, Reader::int)
}

#[test]
fn integers_follow_the_examples_of_rfc_8949_appendix_a() {
    for (value, bytes) in [
        (0, vec![0x00]),
        (23, vec![0x17]),
        (24, vec![0x18, 0x18]),
        (255, vec![0x18, 0xff]),
        (256, vec![0x19, 0x01, 0x00]),
        (1_000_000, vec![0x1a, 0x00, 0x0f, 0x42, 0x40]),
        (1_000_000_000_000, vec![0x1b, 0x00, 0x00, 0x00, 0xe8, 0xd4, 0xa5, 0x10, 0x00]),
        (-1, vec![0x20]),
        (-1000, vec![0x39, 0x03, 0xe7]),
        (i64::MAX, vec![0x1b, 0x7f, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff]),
        (i64::MIN, vec![0x3b, 0x7f, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff]),
    ] {
        assert_eq!(Writer::new().int(value).finish(), bytes, "{value}");
        assert_eq!(read_int(&bytes), Ok(value), "{value}");
    }
}

#[test]
fn what_is_not_deterministic_is_refused() {
    assert_eq!(read_int(&[0x18, 0x17]), Err(CodecError::NotMinimal));
    assert_eq!(read_int(&[0x19, 0x00, 0xff]), Err(CodecError::NotMinimal));
    assert_eq!(read_int(&[0x00, 0x00]), Err(CodecError::Trailing));
    assert_eq!(read_int(&[0x19, 0x01]), Err(CodecError::Truncated));
    assert_eq!(read_int(&[0x1b, 0x80, 0, 0, 0, 0, 0, 0, 0]), Err(CodecError::Expected("an integer of 64 bits")));
    let list = |bytes: &[u8]| Reader::whole(bytes, |r| r.list(Reader::uint));
    assert_eq!(list(&[0x9f, 0x01, 0xff]), Err(CodecError::Unsupported));
    assert_eq!(list(&[0xfb, 0, 0, 0, 0, 0, 0, 0, 0]), Err(CodecError::Unsupported));
    assert_eq!(list(&[0x9b, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff]), Err(CodecError::Truncated));
    let map = |bytes: &[u8]| Reader::whole(bytes, |r| r.uint_map(|_, r| r.uint().map(|_| ())));
    assert_eq!(map(&[0xa2, 0x01, 0x00, 0x02, 0x00]), Ok(()));
    assert_eq!(map(&[0xa2, 0x01, 0x00, 0x01, 0x00]), Err(CodecError::KeyOrder));
    assert_eq!(map(&[0xa2, 0x02, 0x00, 0x01, 0x00]), Err(CodecError::KeyOrder));
}

#[test]
fn depth_32_is_read_and_33_is_not() {
    fn deep(reader: &mut Reader<'_>) -> Result<(), CodecError> {
        match reader.peek()? {
            Kind::Array => reader.list(deep).map(|_| ()),
            Kind::Int | Kind::Bytes | Kind::Text | Kind::Map | Kind::Bool | Kind::Null | Kind::Decimal => reader.null(),
        }
    }
    let nest = |depth: usize| [vec![0x81; depth], vec![0xf6]].concat();
    assert_eq!(Reader::whole(&nest(32), deep), Ok(()));
    assert_eq!(Reader::whole(&nest(33), deep), Err(CodecError::TooDeep));
}

#[test]
fn what_is_passed_over_is_counted_and_ends_at_the_limit() {
    // [1, [-1, h'00', "a"], {1: null}] is nine items, each array and map counting itself.
    let bytes = [0x83, 1, 0x83, 0x20, 0x41, 0, 0x61, b'a', 0xa1, 1, 0xf6];
    let pass = |mut left: usize| Reader::whole(&bytes, |reader| reader.pass(&mut left)).map(|()| left);
    assert_eq!(pass(9), Ok(0));
    assert_eq!(pass(8), Err(CodecError::TooMany));
    // A count that is a lie ends with the bytes, whatever it says.
    let lie = [0x9b, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 1];
    assert_eq!(Reader::whole(&lie, |reader| reader.pass(&mut 100)), Err(CodecError::Truncated));
}

#[test]
fn a_decimal_is_the_tagged_array_of_rfc_8949_and_no_other_tag_is_read() {
    // 273.15, from RFC 8949 §3.4.4.
    let bytes = [0xc4, 0x82, 0x21, 0x19, 0x6a, 0xb3];
    assert_eq!(Writer::new().decimal(27_315, 2).finish(), bytes);
    let read = |bytes: &[u8]| Reader::whole(bytes, Reader::decimal);
    assert_eq!(read(&bytes), Ok((27_315, 2)));
    assert_eq!(Reader::new(&bytes).peek(), Ok(Kind::Decimal));
    for (wrong, error) in [
        (&[0x82, 0x21, 0x05][..], CodecError::Expected("a decimal fraction")),
        (&[0xc4, 0x82, 0x01, 0x05], CodecError::Expected("a decimal fraction")),
        (&[0xc4, 0x82, 0x39, 0x01, 0x00, 0x05], CodecError::Expected("a decimal fraction")),
        (&[0xc4, 0x81, 0x21], CodecError::Expected("an array of the fixed length")),
        (&[0xc4, 0x83, 0x21, 0x05, 0x05], CodecError::Expected("an array of the fixed length")),
        (&[0xc4, 0x82, 0x21, 0x61, b'5'], CodecError::Expected("an integer")),
        (&[0xc5, 0x82, 0x21, 0x05], CodecError::Unsupported),
        (&[0xd8, 0x04, 0x82, 0x21, 0x05], CodecError::NotMinimal),
        (&[0xc4, 0x82, 0x21, 0x38, 0x05], CodecError::NotMinimal),
    ] {
        assert_eq!(read(wrong), Err(error), "{wrong:02x?}");
    }
    for tag in [0xc2, 0xc3, 0xc5, 0xd8] {
        assert_eq!(Reader::new(&[tag, 0x82, 0x21, 0x05]).peek(), Err(CodecError::Unsupported), "{tag:x}");
    }
    // Tag, array and both integers: four items. No other tag is passed over.
    let pass = |bytes: &[u8], mut left: usize| Reader::whole(bytes, |reader| reader.pass(&mut left));
    assert_eq!(pass(&bytes, 4), Ok(()));
    assert_eq!(pass(&bytes, 3), Err(CodecError::TooMany));
    assert_eq!(pass(&[0xc5, 0x82, 0x21, 0x05], 4), Err(CodecError::Unsupported));
    // Its array counts as one where nesting is limited.
    let nest = |depth: usize| [vec![0x81; depth], bytes.to_vec()].concat();
    let deep = |bytes: &[u8]| Reader::whole(bytes, crate::value::Value::read).map(drop);
    assert_eq!(deep(&nest(31)), Ok(()));
    assert_eq!(deep(&nest(32)), Err(CodecError::TooDeep));
}

#[test]
fn an_integer_is_written_in_the_fewest_bytes_that_hold_it() {
    for (least, past) in [
        (&[0x18, 24][..], &[0x18, 23][..]),
        (&[0x19, 0x01, 0x00], &[0x19, 0x00, 0xff]),
        (&[0x1a, 0, 1, 0, 0], &[0x1a, 0, 0, 0xff, 0xff]),
        (&[0x1b, 0, 0, 0, 1, 0, 0, 0, 0], &[0x1b, 0, 0, 0, 0, 0xff, 0xff, 0xff, 0xff]),
    ] {
        assert!(read_int(least).is_ok(), "{least:?}");
        assert_eq!(read_int(past), Err(CodecError::NotMinimal), "{past:?}");
    }
    // The same heads count what a list holds and how long a text is.
    assert_eq!(Reader::whole(&[0x98, 1, 0], |r| r.list(Reader::uint)), Err(CodecError::NotMinimal));
    assert_eq!(Reader::whole(&[0x78, 1, b'a'], |r| r.text().map(str::len)), Err(CodecError::NotMinimal));
    for simple in [&[0xf8, 24][..], &[0xf8, 0xff], &[0xf9, 0, 0]] {
        assert_eq!(Reader::whole(simple, Reader::bool), Err(CodecError::Unsupported), "{simple:?}");
    }
}

#[test]
fn a_set_holds_each_member_once_and_in_order() {
    let set = |bytes: &[u8]| Reader::whole(bytes, |r| r.ascending(Reader::uint));
    assert_eq!(set(&[0x82, 1, 2]), Ok(vec![1, 2]));
    assert_eq!(set(&[0x82, 1, 1]), Err(CodecError::KeyOrder));
    assert_eq!(set(&[0x82, 2, 1]), Err(CodecError::KeyOrder));
}

#[test]
fn an_array_of_a_fixed_length_is_neither_shorter_nor_longer() {
    let two = |bytes: &[u8]| Reader::whole(bytes, |r| r.tuple(2, |r| Ok::<_, CodecError>((r.uint()?, r.uint()?))));
    assert_eq!(two(&[0x82, 1, 2]), Ok((1, 2)));
    let wrong = Err(CodecError::Expected("an array of the fixed length"));
    assert_eq!(two(&[0x81, 1]), wrong);
    assert_eq!(two(&[0x83, 1, 2, 3]), wrong);
}

#[test]
fn the_kind_of_the_next_item_is_told_by_its_first_byte() {
    use crate::value::Value;
    for (byte, kind) in [
        (0x00, Kind::Int),
        (0x20, Kind::Int),
        (0x40, Kind::Bytes),
        (0x60, Kind::Text),
        (0x80, Kind::Array),
        (0xa0, Kind::Map),
        (0xc4, Kind::Decimal),
        (0xf4, Kind::Bool),
        (0xf5, Kind::Bool),
        (0xf6, Kind::Null),
    ] {
        assert_eq!(Reader::new(&[byte]).peek(), Ok(kind), "{byte:x}");
    }
    for byte in [0xc3, 0xc5, 0xe0, 0xf3, 0xf7, 0xf9] {
        assert_eq!(Reader::new(&[byte]).peek(), Err(CodecError::Unsupported), "{byte:x}");
    }
    assert_eq!(Reader::new(&[]).peek(), Err(CodecError::Truncated));
    assert_eq!(Reader::whole(&[0xa0], Value::read), Err(CodecError::Expected("a value")), "a map is none");
}
