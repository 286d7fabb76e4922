//! The signed record of a closed case.

use actix_web::http::header::CONTENT_DISPOSITION;
use actix_web::web::Path;
use actix_web::{HttpResponse, get};
use api_spec::case_record::CaseRecord;
use askama::Template;

use super::case::{Purpose, ask_purpose, case_id};
use super::page::{self, Page, Part};
use super::query::PageQuery;
use super::visit::SignedIn;
use super::words;
use crate::flow::case_record;
use crate::view::case_record as shown;
use crate::web::State;
use crate::web::problem::{OK, Problem};

#[derive(Template)]
#[template(path = "case_record.html")]
struct RecordPage {
    page: Page,
    record: CaseRecord,
    back: String,
    file: String,
}

impl RecordPage {
    fn word<'a>(&self, code: &'a str) -> &'a str {
        words::word(self.page.language, code)
    }
}

/// The record as people read it.
#[get("/cases/{id}/record")]
pub async fn read(
    app: State,
    signed: SignedIn,
    path: Path<String>,
    mut params: PageQuery,
) -> Result<HttpResponse, Problem> {
    let query = Purpose::read(&mut params);
    let found = case_record::read(&app, signed.caller.clone(), case_id(&path)?, query.said()).await;
    let (record, key) = match page::outcome(found)? {
        Ok(found) => found,
        Err(refused) => return ask_purpose(&signed, refused),
    };
    let page = Page::within(&signed, Part::Cases, ("案卷记录（结案凭证）", "Case record")).ignoring(&params);
    let (back, file) = (
        format!("/console/cases/{path}{}", query.query()),
        format!("/console/cases/{path}/record/file{}", query.query()),
    );
    page::show(&signed.visit, &RecordPage { page, record: shown::record(record, &key), back, file })
}

/// The record as a file that can be verified.
#[get("/cases/{id}/record/file")]
pub async fn download_record(
    app: State,
    signed: SignedIn,
    path: Path<String>,
    mut params: PageQuery,
) -> Result<HttpResponse, Problem> {
    let query = Purpose::read(&mut params);
    let (record, key) = case_record::read(&app, signed.caller, case_id(&path)?, query.said()).await?;
    Ok(HttpResponse::build(OK)
        .insert_header((CONTENT_DISPOSITION, "attachment; filename=\"case-record.json\""))
        .json(shown::record(record, &key)))
}
