//! The caller's phones, and revoking one.

use actix_web::web::Path;
use actix_web::{HttpResponse, get, post};
use askama::Template;
use sync_core::id::{DeviceId, OfficerId};

use super::page::{self, Page, Part};
use super::posted::Posted;
use super::query::PageQuery;
use super::visit::SignedIn;
use super::words;
use crate::flow::refusal::{Failure, Refusal};
use crate::flow::{account_event, device, officer};
use crate::store::{DeviceRow, TimePage};
use crate::web::State;
use crate::web::problem::Problem;

const LONGEST_REASON: usize = 200;
const LONGEST_LABEL: usize = 64;

#[derive(Template)]
#[template(path = "devices.html")]
struct Devices {
    page: Page,
    phones: Vec<DeviceRow>,
    events: Vec<Happened>,
}

#[derive(Template)]
#[template(path = "revoke.html")]
struct Revoke {
    page: Page,
    id: String,
    label: String,
    /// Id of the phone's officer, if that is not the caller.
    officer: String,
    /// That person's name and agency.
    whose: String,
    reason: String,
    /// Whether it is said to be lost.
    lost: bool,
}

#[derive(Template)]
#[template(path = "rename.html")]
struct Rename {
    page: Page,
    id: String,
    label: String,
}

/// An account event, in words.
#[derive(Debug)]
pub struct Happened {
    /// When.
    pub at: String,
    /// The event.
    pub what: String,
    /// By whom.
    pub by: String,
    /// Name of the phone, or the reason.
    pub detail: String,
}

/// How many of the newest events a page shows.
const EVENTS: u32 = 20;

/// Account events of the caller, or of an officer in reach; none for a reader who may not see them.
///
/// # Errors
/// An internal error.
pub async fn happened(
    app: &State,
    signed: &SignedIn,
    whose: Option<OfficerId>,
) -> Result<Option<Vec<Happened>>, Problem> {
    let found = account_event::list(app, signed.caller.clone(), whose, TimePage::newest(EVENTS)).await;
    let Ok((rows, _more)) = page::outcome(found)? else { return Ok(None) };
    let names = officer::names(app, rows.iter().filter_map(|row| row.actor).collect()).await?;
    let (language, machine) = (signed.visit.language, ("运维人员（服务器上）", "The operator, at the machine"));
    let by = |actor: Option<OfficerId>| match actor {
        Some(actor) => names.get(&actor).cloned().unwrap_or_else(|| actor.to_string()),
        None => words::either(language, machine.0, machine.1).to_owned(),
    };
    let shown = rows.into_iter().map(|row| Happened {
        at: row.at.to_string(),
        what: words::word(language, row.kind.code()).to_owned(),
        by: by(row.actor),
        detail: row.detail,
    });
    Ok(Some(shown.collect()))
}

/// The caller's phones.
#[get("/devices")]
pub async fn list(app: State, signed: SignedIn) -> Result<HttpResponse, Problem> {
    let phones = device::list(&app, signed.caller.clone(), None).await?;
    let events = happened(&app, &signed, None).await?.unwrap_or_default();
    let page = Page::within(&signed, Part::Devices, ("我的终端", "My phones"));
    page::show(&signed.visit, &Devices { page, phones, events })
}

fn officer_id(text: &str) -> Result<Option<OfficerId>, Refusal> {
    if text.is_empty() { Ok(None) } else { text.parse().map(Some).map_err(|_not_an_id| Refusal::NotFound) }
}

async fn shown(app: &State, signed: &SignedIn, id: DeviceId, whose: &str) -> Result<Revoke, Problem> {
    let phones = device::list(app, signed.caller.clone(), officer_id(whose)?).await?;
    let phone = phones.into_iter().find(|phone| phone.id == id).ok_or(Refusal::NotFound)?;
    let page = Page::within(signed, Part::Devices, ("停用终端", "Revoke a phone"));
    let (id, officer) = (id.to_string(), whose.to_owned());
    let whose = if phone.officer == signed.caller.officer {
        format!("{} · {}", signed.caller.name, signed.caller.agency_name)
    } else {
        let found = officer::detail(app, signed.caller.clone(), phone.officer).await?;
        format!("{} · {}", found.officer.name, found.agency_name)
    };
    Ok(Revoke { page, id, label: phone.label, officer, whose, reason: String::new(), lost: false })
}

fn device_id(text: &str) -> Result<DeviceId, Refusal> {
    text.parse().map_err(|_not_an_id| Refusal::NotFound)
}

/// The form.
#[get("/devices/{id}/revoke")]
pub async fn revoke_form(
    app: State,
    signed: SignedIn,
    path: Path<String>,
    mut params: PageQuery,
) -> Result<HttpResponse, Problem> {
    let unsent = signed.unsent(&app).await?;
    let of_form = |name: &str| unsent.as_ref().and_then(|unsent| unsent.fields.get(name).cloned());
    let whose =
        params.read("officer", ("人员", "officer"), |text| officer_id(text).ok().map(|_known| text.to_owned()));
    let whose = whose.or_else(|| of_form("officer")).unwrap_or_default();
    let form = shown(&app, &signed, device_id(&path)?, &whose).await?;
    let (page, reason) = (form.page.clone().ignoring(&params).unsent(unsent.as_ref()), of_form("reason"));
    let lost = of_form("lost").is_some_and(|lost| !lost.is_empty());
    page::show(&signed.visit, &Revoke { page, reason: reason.unwrap_or_default(), lost, ..form })
}

/// Revokes it.
#[post("/devices/{id}/revoke")]
pub async fn revoke(app: State, signed: SignedIn, path: Path<String>, posted: Posted) -> Result<HttpResponse, Problem> {
    let (id, whose) = (device_id(&path)?, posted.raw("officer").to_owned());
    let lost = !posted.raw("lost").is_empty();
    let done = match posted.text("reason", LONGEST_REASON) {
        Ok(reason) => device::revoke(&app, signed.caller.clone(), id, device::Revocation { reason, lost }).await,
        Err(refused) => Err(Failure::Refused(refused)),
    };
    match page::outcome(done)? {
        Ok(phone) if phone.officer == signed.caller.officer => Ok(page::see("/console/devices")),
        Ok(phone) => Ok(page::see(&format!("/console/officers/{}", phone.officer))),
        Err(refused) => {
            let form = shown(&app, &signed, id, &whose).await?;
            let reason = posted.typed("reason");
            let form = Revoke { page: form.page.refused(&refused), reason, lost, ..form };
            page::again(&signed.visit, &refused, &form)
        }
    }
}

/// The form for a name of one of the caller's phones.
async fn named(app: &State, signed: &SignedIn, id: DeviceId) -> Result<Rename, Problem> {
    let phones = device::list(app, signed.caller.clone(), None).await?;
    let phone = phones.into_iter().find(|phone| phone.id == id).ok_or(Refusal::NotFound)?;
    let page = Page::within(signed, Part::Devices, ("更改终端名称", "Rename a phone"));
    Ok(Rename { page, id: id.to_string(), label: phone.label })
}

/// The form for another name.
#[get("/devices/{id}/rename")]
pub async fn rename_form(app: State, signed: SignedIn, path: Path<String>) -> Result<HttpResponse, Problem> {
    let unsent = signed.unsent(&app).await?;
    let form = named(&app, &signed, device_id(&path)?).await?;
    let typed = unsent.as_ref().and_then(|unsent| unsent.fields.get("label").cloned());
    let (page, label) = (form.page.clone().unsent(unsent.as_ref()), typed.unwrap_or(form.label));
    page::show(&signed.visit, &Rename { page, label, ..form })
}

/// Gives it the name.
#[post("/devices/{id}/rename")]
pub async fn rename(app: State, signed: SignedIn, path: Path<String>, posted: Posted) -> Result<HttpResponse, Problem> {
    let id = device_id(&path)?;
    let done = match posted.text("label", LONGEST_LABEL) {
        Ok(label) => device::rename(&app, signed.caller.clone(), id, label).await,
        Err(refused) => Err(Failure::Refused(refused)),
    };
    match page::outcome(done)? {
        Ok(_phone) => Ok(page::see("/console/devices")),
        Err(refused) => {
            let form = named(&app, &signed, id).await?;
            let form = Rename { page: form.page.refused(&refused), label: posted.typed("label"), ..form };
            page::again(&signed.visit, &refused, &form)
        }
    }
}
