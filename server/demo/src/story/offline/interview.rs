//! The interview record: ten questions, signed by both officers and the person asked.

use serde_json::{Value, json};

use crate::stage::{Member, Stage, Team, add, now_ms, put_on, step, text};
use crate::words::{INTERVIEW, Party, strokes};

/// Writes the record on the second officer's phone, who signs it with the person asked.
///
/// # Errors
/// An internal error, or a refusal.
pub fn hold(stage: &mut Stage, team: &mut Team, case: &str, party: &Party) -> anyhow::Result<String> {
    let began = now_ms();
    let mut ops = vec![
        step("question_asked", Value::Null),
        add("record", "a", "r", None),
        put_on("r", "record_type", "interview"),
        put_on("r", "asked_person", party.person),
        put_on("r", "asked_position", format!("{}法定代表人", party.name)),
        put_on("r", "asked_phone", party.phone),
        put_on("r", "place_text", format!("{}大堂", party.address)),
        put_on("r", "began_at_ms", began),
    ];
    for (place, (question, answer)) in (1..).zip(INTERVIEW) {
        let line = format!("q{place}");
        ops.push(add("line", &format!("{place:02}"), &line, Some("r")));
        ops.push(put_on(&line, "question", question));
        ops.push(put_on(&line, "answer", answer));
    }
    ops.push(put_on("r", "ended_at_ms", now_ms()));
    let saved = team.b.save(case, ops)?;
    let record = text(&saved, "/names/r");
    sign(&mut team.b, case, &record, "interview_record", "officer", None)?;
    sign(&mut team.b, case, &record, "interview_record", "party", Some(1))?;
    stage.account.tell(
        "询问笔录 10 问 10 答，记录人和被询问人签名（笔迹存为证据）。",
        "An interview record of 10 questions, signed by the recorder and the person asked (strokes kept as evidence).",
    );
    Ok(record)
}

/// Signs; with a seed of strokes where a finger does.
///
/// # Errors
/// An internal error, or a refusal.
pub fn sign(
    member: &mut Member,
    case: &str,
    document: &str,
    form: &str,
    role: &str,
    finger: Option<i64>,
) -> anyhow::Result<Value> {
    member.act("sign", signature(case, document, form, role, finger))
}

/// The command that signs.
pub fn signature(case: &str, document: &str, form: &str, role: &str, finger: Option<i64>) -> Value {
    let (manner, value) = match finger {
        Some(seed) => ("strokes", Value::from(strokes(seed))),
        None => ("key", Value::Null),
    };
    json!({
        "case": case, "document": document, "form": form, "version": 1, "role": role, "manner": manner, "value": value,
    })
}
