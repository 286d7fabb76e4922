//! Handwritten signatures on pages: drawn from the stored bytes that the signature names, without other content of the
//! file.

use sync_core::change::{NewOp, shown_digest};
use sync_core::id::{CaseId, ChangeId};
use sync_core::op::{Act, OpRef, Signature, SignerRole};
use sync_core::value::Value;
use tests::actor::add;
use tests::desk::Desk;
use tests::{Phone, Server, on_both_databases};

use crate::evidence::{digest, upload};

/// Two strokes, the second a dot.
const STROKES: [i64; 12] = [600, 900, 0, 1_600, 1_000, 9, -1, -1, 10, 700, 1_100, 20];
/// Bytes that would run if a page took them for a drawing.
const HOSTILE: &[u8] = b"<svg onload=alert('hand')><path d='M0 0'/></svg>";

fn list(numbers: &[i64]) -> Value {
    Value::List(numbers.iter().copied().map(Value::Int).collect())
}

fn sign(value: Option<Value>) -> NewOp {
    let signature = Signature {
        form: "interview_record".into(),
        version: 1,
        role: SignerRole::Party,
        manner: "strokes".into(),
        shown: Vec::new(),
        digest: shown_digest([]),
    };
    NewOp { value, ..NewOp::new(Act::Sign(signature)).on(OpRef::Own(0)) }
}

/// A case whose record is signed by hand with each of these values, and that claims these files as evidence.
fn signed(phone: &mut Phone<'_>, values: Vec<Option<Value>>, files: &[&[u8]]) -> CaseId {
    let open = phone.open_case(&[]);
    let mut ops = vec![add("record")];
    ops.extend(values.into_iter().map(sign));
    for file in files {
        let entity = u32::try_from(ops.len()).unwrap();
        ops.push(add("evidence"));
        ops.push(NewOp::put(Some(OpRef::Own(entity)), "digest", vec![], digest(file).into()));
    }
    let change = phone.save(Some(open.id()), &[open.id()], ops);
    let answer = phone.push(&[&open, &change]);
    assert!(
        answer.outcomes.iter().all(|outcome| outcome.class == sync_core::message::Class::Accepted),
        "{:?}",
        answer.outcomes
    );
    open.id()
}

fn page(server: &Server, path: &str) -> String {
    let answer = Desk::of(server, "unit-head").get(path).expect(200);
    assert!(!answer.header("content-security-policy").contains("unsafe"));
    let text = answer.text();
    assert!(!text.contains("onload") && !text.contains("alert("), "nothing of a file but numbers: {text}");
    text
}

on_both_databases! {
    fn strokes_are_drawn_where_they_were_signed_once_their_bytes_have_arrived(server) {
        let mut phone = Phone::of(server, "officer-a");
        let bytes = list(&STROKES).to_bytes();
        let by_digest = list(&[100, 100, 0, 200, 300, 5]).to_bytes();
        let values = vec![Some(list(&STROKES)), Some(digest(&by_digest).into())];
        let case = format!("/console/cases/{}", signed(&mut phone, values, &[&bytes, &by_digest]));
        let before = page(server, &case);
        assert_eq!((before.matches("<svg").count(), before.matches("笔迹尚未上传").count()), (0, 2), "{before}");
        upload(&phone, &bytes);
        upload(&phone, &by_digest);
        let drawn = page(server, &case);
        // Each beside its signature and among the evidence.
        assert_eq!(drawn.matches("<svg class=\"hand\" role=\"img\"").count(), 4, "{drawn}");
        assert_eq!(drawn.matches("<path d=\"M600 900L1600 1000\"/><path d=\"M700 1100L700 1100\"/>").count(), 2);
        assert_eq!(drawn.matches("<path d=\"M100 100L200 300\"/>").count(), 2);
        let viewer = page(server, &format!("{case}/evidence/{}", digest(&bytes)));
        assert!(viewer.contains("<path d=\"M600 900L1600 1000\"/>") && !viewer.contains("M100 100"), "{viewer}");
    }

    fn what_is_no_strokes_is_said_in_words_and_never_drawn(server) {
        let mut phone = Phone::of(server, "officer-a");
        let outside = list(&[0, 0, 0, 30_001, 0, 1]);
        let trailing = [list(&STROKES).to_bytes(), b"<svg>".to_vec()].concat();
        let values = vec![
            None,
            Some(Value::text("<svg onload=alert(1)>")),
            Some(outside.clone()),
            Some(digest(HOSTILE).into()),
            Some(digest(&trailing).into()),
            Some(digest(b"a file that the case does not claim").into()),
        ];
        let files: [&[u8]; 3] = [&outside.to_bytes(), HOSTILE, &trailing];
        let case = format!("/console/cases/{}", signed(&mut phone, values, &files));
        files.iter().for_each(|file| upload(&phone, file));
        let text = page(server, &case);
        let signatures = text.split("id=\"signatures\"").nth(1).unwrap().split("</section>").next().unwrap();
        let told = ["未保存笔迹", "笔迹无法读取", "笔迹尚未上传"].map(|words| signatures.matches(words).count());
        assert_eq!(told, [1, 4, 1], "{signatures}");
        assert!(!text.contains("<svg") && !text.contains("&#60;svg"), "{text}");
        let viewer = page(server, &format!("{case}/evidence/{}", digest(HOSTILE)));
        assert!(viewer.contains("笔迹无法读取") && !viewer.contains("<svg"), "{viewer}");
    }

    fn a_field_may_name_a_file_as_strokes_and_another_file_is_not_read(server) {
        let mut phone = Phone::of(server, "officer-a");
        let (bytes, other) = (list(&STROKES).to_bytes(), list(&[1, 1, 1]).to_bytes());
        let case = signed(&mut phone, vec![], &[&bytes, &other]);
        let heads: Vec<ChangeId> = phone.pull_all(500).case(case).heads.into_iter().collect();
        let put = NewOp::put(None, "strokes", vec![], digest(&bytes).into());
        let named = phone.save(Some(case), &heads, vec![put]);
        phone.push(&[&named]);
        [&bytes, &other].into_iter().for_each(|file| upload(&phone, file));
        let text = page(server, &format!("/console/cases/{case}"));
        assert_eq!(text.matches("<svg").count(), 1, "{text}");
        assert!(text.contains("M600 900"), "{text}");
    }
}
