use super::*;
use sync_core::value::Value;

fn read(line: &str) -> Result<Command, String> {
    Order::read(line).1
}

#[test]
fn every_verb_of_the_contract_is_read() {
    let (case, op) = ("ab".repeat(32), format!("{}.1", "cd".repeat(32)));
    let officer = "01".repeat(16);
    for line in [
        r#"{"id":1,"do":"connect","server":"http://127.0.0.1:1"}"#.to_owned(),
        r#"{"id":1,"do":"connect","server":null}"#.to_owned(),
        r#"{"id":1,"do":"locate","latitude_e7":310747000,"longitude_e7":1098790000,"accuracy_m":8}"#.to_owned(),
        r#"{"id":1,"do":"enrol","login":"a","password":"b","code":"c","label":"d"}"#.to_owned(),
        r#"{"id":1,"do":"lease"}"#.to_owned(),
        r#"{"id":1,"do":"prepare"}"#.to_owned(),
        format!(
            r#"{{"id":1,"do":"open","kind":"inspection","item":"SJ-J-001","officers":["{officer}"],"fields":{{"title":"x"}}}}"#
        ),
        format!(
            r#"{{"id":1,"do":"save","case":"{case}","ops":[{{"add":"party","as":"p"}},{{"put":"name","on":"p","value":"y"}},
            {{"record":"entered"}},{{"invite":"{officer}"}},{{"withdraw":"{op}","reason":"z"}}],"pause":"before_commit"}}"#
        ),
        format!(r#"{{"id":1,"do":"photo","case":"{case}","title":"t","proves":"p","scene":3}}"#),
        format!(
            r#"{{"id":1,"do":"sign","case":"{case}","document":"{op}","form":"f","version":1,"role":"party","manner":"strokes","value":[1,2]}}"#
        ),
        format!(r#"{{"id":1,"do":"deliver","case":"{case}","document":"{op}","manner":"handed_over"}}"#),
        format!(r#"{{"id":1,"do":"resolve","case":"{case}","on":null,"field":"f","value":3,"reason":"r"}}"#),
        format!(r#"{{"id":1,"do":"number","case":"{case}","document":"{op}","form":"spot_decision","year":2026}}"#),
        format!(r#"{{"id":1,"do":"case","case":"{case}"}}"#),
        r#"{"id":1,"do":"cases"}"#.to_owned(),
        format!(r#"{{"id":1,"do":"host","cases":["{case}"]}}"#),
        format!(r#"{{"id":1,"do":"join","address":"127.0.0.1:9","cases":["{case}"]}}"#),
        r#"{"id":1,"do":"sync","rounds":3,"chunk":65536}"#.to_owned(),
        r#"{"id":1,"do":"status"}"#.to_owned(),
    ] {
        assert!(read(&line).is_ok(), "{line}: {:?}", read(&line));
    }
}

#[test]
fn an_unknown_field_or_verb_is_refused_by_name() {
    assert!(read(r#"{"id":1,"do":"lease","now":1}"#).unwrap_err().contains("now"));
    assert!(read(r#"{"id":1,"do":"leese"}"#).unwrap_err().contains("leese"));
    assert!(read(r#"{"id":1,"do":"sync","round":1}"#).unwrap_err().contains("round"));
    assert!(read(r#"{"id":1,"do":"enrol","login":"a"}"#).unwrap_err().contains("password"));
    assert!(read(r#"{"do":"lease"}"#).unwrap_err().contains("id"));
    assert!(read("lease").unwrap_err().contains("JSON"));
}

#[test]
fn an_operation_has_exactly_one_word_and_no_undocumented_field() {
    let ops = |op: &str| read(&format!(r#"{{"id":1,"do":"save","case":"{}","ops":[{op}]}}"#, "ab".repeat(32)));
    assert!(ops(r#"{"put":"a","record":"b","value":1}"#).unwrap_err().contains("exactly one"));
    assert!(ops(r#"{"put":"a","value":1,"replaces":[]}"#).unwrap_err().contains("replaces"));
    assert!(ops(r#"{"put":"a"}"#).unwrap_err().contains("value"));
    let Ok(Command::Save(Save { ops, pause: None, .. })) = ops(r#"{"put":"a","value":null}"#) else { panic!() };
    assert_eq!(ops, [Op::Put(PutOp { put: "a".to_owned(), on: None, value: Given(Value::Null) })]);
}

#[test]
fn the_id_comes_back_even_with_nonsense() {
    assert_eq!(Order::read(r#"{"id":7,"do":"dance"}"#).0, serde_json::json!(7));
    assert_eq!(Order::read("[]").0, Json::Null);
}
