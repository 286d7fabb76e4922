//! Rosters: a clerk sends a file, sees what its import would do, confirms it with a reason, and sees what was done.
//!
//! Promise: what is imported is the file that was shown, with the outcome that was shown; otherwise the page shows the
//! outcome as it is now. Without a script: sending a file stores it, and the page that follows checks it.

use actix_web::web::{Path, block};
use actix_web::{HttpResponse, get, post};
use askama::Template;
use sync_core::id::{hex, unhex_array};

use super::page::{self, Page, Part};
use super::posted::Posted;
use super::query::PageQuery;
use super::visit::SignedIn;
use super::words::either;
use crate::flow::reason;
use crate::flow::refusal::{Failure, Refusal};
use crate::flow::register::Checked;
use crate::flow::register::clerk::{self, Kept};
use crate::flow::sheet::Wrong;
use crate::flow::sheet::report::{Difference, Line, Outcome, Totals};
use crate::view;
use crate::view::spreadsheet::file::FileKind;
use crate::web::State;
use crate::web::download::attachment;
use crate::web::language::Language;
use crate::web::problem::Problem;

/// Rows of each kind on the page. Who has more faults than that mends their kind first.
const LISTED: usize = 200;
const HERE: &str = "/console/register";

#[derive(Template)]
#[template(path = "register.html")]
struct Register {
    page: Page,
    kept: Option<Shown>,
    done: Option<Totals>,
    reason: String,
    hours: i64,
    mebibytes: usize,
    rows: usize,
}

/// A place, and what is to be said of it.
struct Found {
    place: String,
    /// The sentence in runs; those in Chinese within an English one are marked.
    runs: Vec<(bool, String)>,
}

/// A sentence in English names headings and people as they are written, in Chinese.
fn runs(sentence: &str) -> Vec<(bool, String)> {
    let is_han = |c: char| matches!(c, '\u{2e80}'..='\u{9fff}' | '\u{f900}'..='\u{faff}' | '\u{20000}'..='\u{3ffff}');
    let mut runs: Vec<(bool, String)> = Vec::new();
    for c in sentence.chars() {
        match runs.last_mut() {
            Some((han, run)) if *han == is_han(c) => run.push(c),
            Some(_) | None => runs.push((is_han(c), c.to_string())),
        }
    }
    runs
}

/// A row that cannot be taken.
struct Refused {
    name: String,
    faults: Vec<Found>,
}

/// A row of somebody who is changed: what, was, is.
struct Changed {
    place: String,
    name: String,
    agency: String,
    differences: Vec<(&'static str, String, String)>,
}

/// A row of somebody who is new.
struct Added {
    place: String,
    name: String,
    agency: String,
}

/// A roster that waits, as the page shows it.
struct Shown {
    name: String,
    at: String,
    tag: String,
    totals: Totals,
    importable: bool,
    faults: Vec<Found>,
    notes: Vec<Found>,
    refused: Vec<Refused>,
    changed: Vec<Changed>,
    new: Vec<Added>,
}

impl Shown {
    /// How many refused rows are not listed.
    fn more_refused(&self) -> Option<usize> {
        beyond(self.totals.refused, self.refused.len())
    }

    /// How many changed rows are not listed.
    fn more_changed(&self) -> Option<usize> {
        beyond(self.totals.changed, self.changed.len())
    }

    /// How many new rows are not listed.
    fn more_new(&self) -> Option<usize> {
        beyond(self.totals.new, self.new.len())
    }
}

fn beyond(total: usize, listed: usize) -> Option<usize> {
    total.checked_sub(listed).filter(|more| *more > 0)
}

fn shown(kept: Kept, language: Language) -> Shown {
    let Kept { name, at, checked: Checked { comparison, digest: _, tag } } = kept;
    let found = |Wrong { place, zh, en }: &Wrong| {
        let runs = match language {
            Language::Chinese => vec![(false, zh.clone())],
            Language::English => runs(en),
        };
        Found { place: place.to_string(), runs }
    };
    let (mut refused, mut changed, mut new) = (Vec::new(), Vec::new(), Vec::new());
    for Line { row, name, agency, outcome } in comparison.report.by_need() {
        let (place, name, agency) = (row.to_string(), name.clone(), agency.clone());
        match outcome {
            Outcome::Refused(wrong) if refused.len() < LISTED => {
                refused.push(Refused { name, faults: wrong.iter().map(found).collect() });
            }
            Outcome::Changed(differences) if changed.len() < LISTED => {
                let differs =
                    |Difference { zh, en, old, new }: &Difference| (either(language, zh, en), old.clone(), new.clone());
                changed.push(Changed { place, name, agency, differences: differences.iter().map(differs).collect() });
            }
            Outcome::New if new.len() < LISTED => new.push(Added { place, name, agency }),
            Outcome::Refused(_) | Outcome::Changed(_) | Outcome::New | Outcome::Unchanged => {}
        }
    }
    Shown {
        name,
        at: at.to_string(),
        tag,
        totals: comparison.report.totals(),
        importable: !comparison.report.is_refused(),
        faults: comparison.report.wrong.iter().map(found).collect(),
        notes: comparison.report.notes.iter().take(LISTED).map(found).collect(),
        refused,
        changed,
        new,
    }
}

async fn made(app: &State, signed: &SignedIn) -> Result<Register, Problem> {
    let kept = clerk::kept(app, &signed.caller).await?;
    Ok(Register {
        page: Page::within(signed, Part::Officers, ("执法人员花名册", "The roster")),
        kept: kept.map(|kept| shown(kept, signed.visit.language)),
        done: None,
        reason: String::new(),
        hours: clerk::LASTS_MS / 3_600_000,
        mebibytes: table::limit::FILE >> 20,
        rows: table::limit::ROWS,
    })
}

/// The page: the roster that waits, if there is one, and the form for another.
#[get("/register")]
pub async fn read(app: State, signed: SignedIn, mut params: PageQuery) -> Result<HttpResponse, Problem> {
    let imported = params.read("imported", ("导入记录", "import"), unhex_array::<16>);
    let done = match imported {
        Some(id) => clerk::imported(&app, &signed.caller, id).await?,
        None => None,
    };
    let unsent = signed.unsent(&app).await?;
    let reason = unsent.as_ref().and_then(|unsent| unsent.fields.get("reason").cloned()).unwrap_or_default();
    let made = made(&app, &signed).await?;
    let page = made.page.clone().ignoring(&params).unsent(unsent.as_ref());
    page::show(&signed.visit, &Register { page, done, reason, ..made })
}

/// Takes a file; the page then shows what its import would do.
#[post("/register/file")]
pub async fn take_file(app: State, signed: SignedIn, posted: Posted) -> Result<HttpResponse, Problem> {
    let done = match posted.file() {
        Some(file) if !file.bytes.is_empty() => {
            clerk::keep(&app, &signed.caller, &file.name, file.bytes.to_vec()).await
        }
        Some(_) | None => Err(Refusal::Malformed
            .because("请选择要核对的花名册文件，文件不能为空。", "Choose a file with a roster; it must not be empty.")
            .into()),
    };
    answered(&app, &signed, done.map(|()| HERE.to_owned()), String::new()).await
}

/// Imports the roster that waits.
#[post("/register/import")]
pub async fn import(app: State, signed: SignedIn, posted: Posted) -> Result<HttpResponse, Problem> {
    let tag = posted.raw("outcome").to_owned();
    let done = match posted.text("reason", reason::LONGEST) {
        Ok(reason) => clerk::import_kept(&app, &signed.caller, reason, tag).await,
        Err(refused) => Err(Failure::Refused(refused)),
    };
    let there = done.map(|done| match done.id {
        Some(id) => format!("{HERE}?imported={}", hex(&id)),
        None => HERE.to_owned(),
    });
    answered(&app, &signed, there, posted.typed("reason")).await
}

/// Takes the roster back that waits.
#[post("/register/discard")]
pub async fn discard(app: State, signed: SignedIn, _posted: Posted) -> Result<HttpResponse, Problem> {
    clerk::drop_kept(&app, &signed.caller).await?;
    Ok(page::see(HERE))
}

/// The register as a roster.
#[get("/register/export/{format}")]
pub async fn export(app: State, signed: SignedIn, format: Path<String>) -> Result<HttpResponse, Problem> {
    let kind = FileKind::parse(&format).ok_or(Refusal::NotFound)?;
    let (rows, day) = (clerk::export(&app, &signed.caller).await?, app.clock.now().date());
    let made = block(move || view::register::file(&rows, kind, day)).await.map_err(Failure::broken)?;
    let made = made.map_err(Failure::broken)?;
    Ok(attachment(made.media_type, made.disposition, made.bytes))
}

/// Leads on, or shows the page again with the refusal and the reason that was typed.
async fn answered(
    app: &State,
    signed: &SignedIn,
    done: Result<String, Failure>,
    reason: String,
) -> Result<HttpResponse, Problem> {
    match page::outcome(done)? {
        Ok(there) => Ok(page::see(&there)),
        Err(refused) if refused.refusal == Refusal::Forbidden => Err(refused.into()),
        Err(refused) => {
            let made = made(app, signed).await?;
            let page = made.page.clone().refused(&refused);
            page::again(&signed.visit, &refused, &Register { page, reason, ..made })
        }
    }
}
