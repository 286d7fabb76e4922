//! The register's records: what was done to people, certificates, accounts and roles, by whom and why.

use actix_web::web::block;
use actix_web::{HttpResponse, get};
use askama::Template;
use serde_json::Value;
use sync_core::id::OfficerId;

use super::page::{self, Page, Part};
use super::query::PageQuery;
use super::visit::SignedIn;
use super::words;
use crate::flow::refusal::Failure;
use crate::flow::register_event::{self, Named};
use crate::store::TimePage;
use crate::view::register_event::file;
use crate::web::State;
use crate::web::download::attachment;
use crate::web::language::Language;
use crate::web::paging::{ROWS, cursor, next};
use crate::web::problem::Problem;

/// A record as the page shows it.
struct Row {
    when: String,
    what: &'static str,
    /// Name and id of the person concerned.
    person: Option<(String, String)>,
    agency: String,
    by: String,
    detail: String,
    reason: String,
}

#[derive(Template)]
#[template(path = "register_events.html")]
struct RegisterEvents {
    page: Page,
    rows: Vec<Row>,
    /// Id of the person whose records these are; empty for all.
    officer: String,
    /// Address of the next page.
    further: Option<String>,
}

fn row(language: Language, named: Named) -> Row {
    let Named { row, actor, officer, agency } = named;
    let machine = words::either(language, "运维人员（服务器上）", "The operator, at the machine");
    Row {
        when: row.at.to_string(),
        what: words::word(language, row.kind.code()),
        person: row.officer.map(|id| (officer.unwrap_or_default(), id.to_string())),
        agency: agency.unwrap_or_default(),
        by: actor.unwrap_or_else(|| machine.to_owned()),
        detail: described(language, &row.detail),
        reason: row.reason,
    }
}

/// The detail of a record in words.
fn described(language: Language, detail: &str) -> String {
    let text = |value: &Value| match value {
        Value::Null => String::new(),
        Value::String(text) => words::word(language, text).to_owned(),
        Value::Array(parts) => {
            let parts = parts.iter().map(|part| part.as_str().map_or_else(|| part.to_string(), str::to_owned));
            parts.map(|part| words::word(language, &part).to_owned()).collect::<Vec<_>>().join(" → ")
        }
        other @ (Value::Bool(_) | Value::Number(_) | Value::Object(_)) => other.to_string(),
    };
    let called = |name: &str| words::word(language, name).to_owned();
    match serde_json::from_str::<Value>(detail) {
        Ok(Value::Object(parts)) => {
            let said =
                parts.iter().map(|(name, value)| (called(name), text(value))).filter(|(_, value)| !value.is_empty());
            said.map(|(name, value)| format!("{name}：{value}")).collect::<Vec<_>>().join("；")
        }
        Ok(Value::Array(changes)) => {
            let change = |change: &Value| {
                let part = |name: &str| text(change.get(name).unwrap_or(&Value::Null));
                format!("{}：{} → {}", part("what"), part("old"), part("new"))
            };
            changes.iter().map(change).collect::<Vec<_>>().join("；")
        }
        Ok(_) | Err(_) => detail.to_owned(),
    }
}

fn officer_of(params: &mut PageQuery) -> Option<OfficerId> {
    params.read("officer", ("人员", "officer"), |text| text.parse().ok())
}

/// A page of the records.
#[get("/register/events")]
pub async fn list(app: State, signed: SignedIn, mut params: PageQuery) -> Result<HttpResponse, Problem> {
    let officer = officer_of(&mut params);
    let after = params.read("cursor", ("页", "page"), |text| cursor(text).ok());
    let wanted = TimePage { after, ..TimePage::newest(ROWS.usual) };
    let (found, more) = register_event::list(&app, signed.caller.clone(), officer, wanted).await?;
    let id = officer.map(|id| id.to_string()).unwrap_or_default();
    let filter = if id.is_empty() { String::new() } else { format!("officer={id}&") };
    let last = found.last().filter(|_| more);
    let further =
        last.map(|last| format!("/console/register/events?{filter}cursor={}", next(last.row.at, &last.row.id)));
    let rows = found.into_iter().map(|named| row(signed.visit.language, named)).collect();
    let page = Page::within(&signed, Part::Officers, ("登记记录", "Records of the register")).ignoring(&params);
    page::show(&signed.visit, &RegisterEvents { page, rows, officer: id, further })
}

/// The records as CSV, for an audit.
#[get("/register/events/export")]
pub async fn export(app: State, signed: SignedIn, mut params: PageQuery) -> Result<HttpResponse, Problem> {
    let officer = officer_of(&mut params);
    let (found, day) = (register_event::all(&app, signed.caller, officer).await?, app.clock.now().date());
    let made = block(move || file(&found, day)).await.map_err(Failure::broken)?.map_err(Failure::broken)?;
    Ok(attachment(made.media_type, made.disposition, made.bytes))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_record_is_told_in_words_and_never_as_json() {
        let zh = |detail| described(Language::Chinese, detail);
        assert_eq!(zh(r#"{"role":"unit_head"}"#), "角色：办案机构负责人");
        assert_eq!(zh(r#"[{"what":"name","old":"甲","new":"乙"}]"#), "姓名：甲 → 乙");
        assert_eq!(zh(r#"{"name":"甲","certificate":null}"#), "姓名：甲");
        assert_eq!(zh(r#"{"valid until":["2026-01-01","2031-01-01"]}"#), "有效期至：2026-01-01 → 2031-01-01");
        assert_eq!(described(Language::English, r#"{"phones":2}"#), "Phones revoked：2");
    }
}
