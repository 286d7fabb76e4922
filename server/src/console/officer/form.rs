//! The pages on which an administrator enters a person, and acts on one.
//!
//! Promise: what was typed is shown again where it is refused; a form that is sent twice is executed once; an act on
//! somebody who was changed meanwhile is refused.

use actix_web::web::Path;
use actix_web::{HttpResponse, get, post};
use askama::Template;
use sync_core::certificate::CertificateAct;
use sync_core::id::hex;
use sync_core::role::{Duty, Role};

use super::act::{self, Made, OfficerAct, certificate_fields, filled, person_fields};
use super::field::{self, Field, Kind, chosen};
use super::officer_id;
use super::qualification::OF_ENTRY;
use crate::console::page::{self, Page, Part};
use crate::console::posted::Posted;
use crate::console::query::PageQuery;
use crate::console::visit::SignedIn;
use crate::flow::officer::account::{self, Given};
use crate::flow::officer::certificate::{self, Decided, Written};
use crate::flow::officer::deputy::{self, NewDeputy};
use crate::flow::officer::entry::{self, Correction, NewOfficer};
use crate::flow::officer::transfer::{self, OpenCases};
use crate::flow::officer::verification::{self, CardSeen, Confirmation};
use crate::flow::officer::{self, Act, Detail, presence, role};
use crate::flow::reason;
use crate::flow::refusal::{Failure, Refusal, Refused};
use crate::flow::seen::Seen;
use crate::flow::unsent_form::Fields;
use crate::random;
use crate::web::State;
use crate::web::input;
use crate::web::problem::Problem;

/// Hidden fields of a form: what it is about, what its reader saw, and its key.
const HIDDEN: [&str; 5] = ["version", "key", "of_certificate", "of_deputy", OF_ENTRY];

#[derive(Template)]
#[template(path = "officer_act.html")]
struct Form {
    page: Page,
    /// Name and address of the page above.
    above: (String, String),
    about: String,
    action: String,
    hidden: Vec<(&'static str, String)>,
    fields: Vec<Field>,
    reason: String,
}

#[derive(Template)]
#[template(path = "one_time_password.html")]
struct OneTimePassword {
    page: Page,
    id: String,
    name: String,
    login: String,
    password: String,
    expires: String,
}

impl Form {
    fn label(&self, field: &Field) -> &'static str {
        crate::console::words::either(self.page.language, field.label.0, field.label.1)
    }
}

fn key() -> Result<String, Failure> {
    Ok(hex(&random::bytes::<16>()?))
}

/// What a form shows: posted, or not accepted before, or of the query.
fn typed(posted: &Posted) -> Fields {
    let mut fields = posted.kept();
    // Shown again to the one who typed it, and not stored.
    fields.insert("citizen_number".to_owned(), posted.typed("citizen_number"));
    fields
}

/// The form of an act on this person.
async fn shown(
    app: &State,
    signed: &SignedIn,
    what: OfficerAct,
    found: Detail,
    typed: &Fields,
) -> Result<Form, Problem> {
    let of = |name: &str| typed.get(name).cloned().unwrap_or_default();
    let number = of("of_certificate");
    let agencies = officer::agencies(app, signed.caller.clone()).await?;
    let agencies: Vec<_> = agencies.into_iter().filter(|agency| signed.caller.administers(&agency.path)).collect();
    let colleagues = officer::colleagues(app, signed.caller.clone(), found.officer.id).await?;
    let made = Made {
        caller: &signed.caller,
        language: signed.visit.language,
        found: &found,
        agencies: &agencies,
        colleagues: &colleagues,
        number: &number,
        typed,
        now: app.clock.now(),
    };
    let fields = made.fields(what);
    let (name, title, about) = what.said();
    let page = Page::within(signed, Part::Officers, title);
    let about = page.t(about.0, about.1).to_owned();
    let id = found.officer.id.to_string();
    let version = Some(of("version")).filter(|seen| !seen.is_empty()).unwrap_or_else(|| found.version.to_string());
    let key = match of("key") {
        sent if sent.is_empty() => key()?,
        sent => sent,
    };
    let hidden = HIDDEN.map(|name| match name {
        "version" => (name, version.clone()),
        "key" => (name, key.clone()),
        other => (other, of(other)),
    });
    Ok(Form {
        page,
        above: (found.officer.name, format!("/console/officers/{id}")),
        about,
        action: format!("/console/officers/{id}/act/{name}"),
        hidden: hidden.into_iter().filter(|(_, value)| !value.is_empty()).collect(),
        fields,
        reason: of("reason"),
    })
}

/// The form of an act.
#[get("/officers/{id}/act/{act}")]
pub async fn act_form(
    app: State,
    signed: SignedIn,
    path: Path<(String, String)>,
    params: PageQuery,
) -> Result<HttpResponse, Problem> {
    let (id, what) = path.into_inner();
    let (id, what) = (officer_id(&id)?, OfficerAct::of(&what)?);
    let found = officer::detail(&app, signed.caller.clone(), id).await?;
    if !what.is_open(&signed.caller, &found) {
        return Err(Refusal::Forbidden.into());
    }
    let unsent = signed.unsent(&app).await?;
    let mut typed = unsent.as_ref().map(|unsent| unsent.fields.clone()).unwrap_or_default();
    // The person is shown as they are now, so the form is decided on that.
    typed.remove("version");
    for name in ["of_certificate", "of_deputy", OF_ENTRY] {
        let said = params.plain(name);
        if !said.is_empty() {
            typed.insert(name.to_owned(), said);
        }
    }
    let form = shown(&app, &signed, what, found, &typed).await?;
    let page = form.page.clone().ignoring(&params).unsent(unsent.as_ref());
    page::show(&signed.visit, &Form { page, ..form })
}

/// Executes an act.
#[post("/officers/{id}/act/{act}")]
pub async fn run_act(
    app: State,
    signed: SignedIn,
    path: Path<(String, String)>,
    posted: Posted,
) -> Result<HttpResponse, Problem> {
    let (id, what) = path.into_inner();
    let (id, what) = (officer_id(&id)?, OfficerAct::of(&what)?);
    let done = match posted.text("reason", reason::LONGEST) {
        Err(refused) => Err(Failure::Refused(refused)),
        Ok(reason) => {
            let version = posted.raw("version").parse().map(Seen::one);
            let seen = if what.makes() { Seen::Any } else { version.unwrap_or(Seen::OneOf(Vec::new())) };
            execute(&app, &signed, what, Act { officer: id, seen, reason }, &posted).await
        }
    };
    match page::outcome(done)? {
        Ok(None) => Ok(page::see(&format!("/console/officers/{id}"))),
        Ok(Some(given)) => {
            let name = officer::detail(&app, signed.caller.clone(), id).await?.officer.name;
            let page = Page::within(&signed, Part::Officers, ("一次性密码", "One-time password"));
            let Given { login, password, expires, version: _ } = given;
            let (id, expires) = (id.to_string(), expires.to_string());
            page::show(&signed.visit, &OneTimePassword { page, id, name, login, password, expires })
        }
        Err(refused) => {
            let found = officer::detail(&app, signed.caller.clone(), id).await?;
            let mut typed = typed(&posted);
            if refused.refusal == Refusal::Stale {
                typed.remove("version");
            }
            let form = shown(&app, &signed, what, found, &typed).await?;
            page::again(&signed.visit, &refused, &Form { page: form.page.refused(&refused), ..form })
        }
    }
}

async fn execute(
    app: &State,
    signed: &SignedIn,
    what: OfficerAct,
    act: Act,
    posted: &Posted,
) -> Result<Option<Given>, Failure> {
    let (caller, key) = (signed.caller.clone(), Some(posted.raw("key").to_owned()).filter(|key| !key.is_empty()));
    match what {
        OfficerAct::Account => {
            let login = input::login(posted.raw("login"))?;
            return account::open(app, caller, act, login, key).await.map(Some);
        }
        OfficerAct::OneTimePassword => return account::another(app, caller, act, key).await.map(Some),
        OfficerAct::Correct => entry::correct(app, caller, act, correction(posted)?).await,
        OfficerAct::Transfer => {
            let cases = match posted.raw("colleague") {
                "" => OpenCases::GoOn,
                colleague => OpenCases::HandOver(chosen(colleague)?),
            };
            transfer::transfer(app, caller, act, chosen(posted.raw("agency"))?, cases).await
        }
        OfficerAct::Deactivate => presence::deactivate(app, caller, act).await,
        OfficerAct::Reactivate => presence::reactivate(app, caller, act).await,
        OfficerAct::Certificate => {
            let written = written(posted, &posted.text("number", 100)?)?;
            certificate::add(app, caller, act, written, key).await
        }
        OfficerAct::CorrectCertificate => {
            let written = written(posted, posted.raw("of_certificate"))?;
            certificate::correct(app, caller, act, written).await
        }
        OfficerAct::Decide => certificate::decide(app, caller, act, decided(posted)?).await,
        OfficerAct::SeeCard => verification::see_card(app, caller, act, card_seen(posted)?).await,
        OfficerAct::Confirm => {
            let (number, issued_by) = (posted.raw("of_certificate").to_owned(), posted.text("issued_by", 100)?);
            verification::confirm(app, caller, act, Confirmation { number, issued_by }).await
        }
        OfficerAct::CloseAccount => account::close(app, caller, act).await,
        OfficerAct::GiveRole => role::give(app, caller, act, chosen_role(posted)?).await,
        OfficerAct::TakeRole => role::take(app, caller, act, chosen_role(posted)?).await,
        OfficerAct::Deputy => {
            let new = NewDeputy {
                officer: chosen(posted.raw("deputy"))?,
                role: chosen_role(posted)?,
                from: field::time(posted, "from", act::FROM_TIME)?,
                until: field::time(posted, "until", act::UNTIL_TIME)?,
            };
            deputy::appoint(app, caller, act, new, key).await
        }
        OfficerAct::Qualification(what) => what.execute(app, caller, act, posted, key).await,
        OfficerAct::EndDeputy => {
            let id = input::bytes(posted.raw("of_deputy"), "deputy").map_err(|_not_an_id| Refusal::NotFound)?;
            deputy::end(app, caller, act, id).await
        }
    }
    .map(|_done| None)
}

fn chosen_role(posted: &Posted) -> Result<Role, Refused> {
    chosen(posted.raw("role"))
}

fn correction(posted: &Posted) -> Result<Correction, Refused> {
    let name = Some(posted.text("name", entry::LONGEST_NAME)?);
    let helper = Some(posted.raw("person_kind") == "helper");
    let citizen_number = Some(posted.typed("citizen_number")).filter(|number| !number.is_empty());
    Ok(Correction { name, helper, citizen_number })
}

fn written(posted: &Posted, number: &str) -> Result<Written, Refused> {
    Ok(Written {
        number: number.to_owned(),
        category: posted.text("category", 100)?,
        region: Some(posted.typed("region")).filter(|code| !code.is_empty()),
        issued: field::day(posted, "issued_on", act::ISSUED)?,
        until: field::day(posted, "valid_until", act::UNTIL)?,
    })
}

fn decided(posted: &Posted) -> Result<Decided, Refused> {
    let renewed = match posted.raw("valid_until") {
        "" => None,
        _ => Some(field::day(posted, "valid_until", act::UNTIL)?),
    };
    Ok(Decided {
        number: posted.raw("of_certificate").to_owned(),
        act: chosen::<CertificateAct>(posted.raw("decision"))?,
        from: field::time(posted, "from", act::FROM_TIME)?,
        until: field::optional_time(posted, "until", act::UNTIL_TIME)?,
        valid_until: renewed,
        basis: posted.text("basis", 500)?,
        decided_by: posted.text("decided_by", 100)?,
    })
}

fn not_a_digest() -> Refused {
    let zh = "留存影像的 SHA-256 是 64 位十六进制字符，请核对或者留空。";
    Refusal::Malformed.because(zh, "The SHA-256 of the copy has 64 hexadecimal digits: check it, or leave it empty.")
}

fn card_seen(posted: &Posted) -> Result<CardSeen, Refused> {
    let digest = match posted.raw("proof_sha256").trim() {
        "" => None,
        digest => Some(digest.to_lowercase().parse().map_err(|_not_a_digest| not_a_digest())?),
    };
    let number = posted.raw("of_certificate").to_owned();
    Ok(CardSeen { number, proof: posted.text("proof", reason::LONGEST)?, digest })
}

/// The form in which a person is entered.
async fn new_form(app: &State, signed: &SignedIn, typed: &Fields) -> Result<Form, Problem> {
    signed.caller.must_have(Duty::People)?;
    let page = Page::within(signed, Part::Officers, ("登记人员", "Enter a person"));
    let agencies = officer::agencies(app, signed.caller.clone()).await?;
    let agencies = agencies.into_iter().filter(|agency| agency.active && signed.caller.administers(&agency.path));
    let agencies = agencies.map(|agency| (agency.id.to_string(), agency.name)).collect();
    let own = signed.caller.agency.to_string();
    let mut fields = vec![Field::new("agency", ("工作单位", "Agency"), Kind::Choice(agencies), own)];
    fields.extend(person_fields(signed.visit.language, "", false));
    fields.extend(certificate_fields(None, true));
    let about = page.t(
        "持有行政执法证的，请一并登记证件；没有证件的，证件各项留空。",
        "Enter the certificate too, where there is one; otherwise leave it empty.",
    );
    let key = match typed.get("key") {
        Some(sent) if !sent.is_empty() => sent.clone(),
        Some(_) | None => key()?,
    };
    Ok(Form {
        above: (page.t("全部人员", "Officers").to_owned(), "/console/officers".to_owned()),
        about: about.to_owned(),
        action: "/console/officers/new".to_owned(),
        hidden: vec![("key", key)],
        fields: filled(fields, typed),
        reason: typed.get("reason").cloned().unwrap_or_default(),
        page,
    })
}

/// The page on which a person is entered.
#[get("/officers/new")]
pub async fn enter_page(app: State, signed: SignedIn) -> Result<HttpResponse, Problem> {
    let unsent = signed.unsent(&app).await?;
    let typed = unsent.as_ref().map(|unsent| unsent.fields.clone()).unwrap_or_default();
    let form = new_form(&app, &signed, &typed).await?;
    page::show(&signed.visit, &Form { page: form.page.clone().unsent(unsent.as_ref()), ..form })
}

/// Enters a person.
#[post("/officers/new")]
pub async fn enter(app: State, signed: SignedIn, posted: Posted) -> Result<HttpResponse, Problem> {
    let done = match new_officer(&posted) {
        Err(refused) => Err(Failure::Refused(refused)),
        Ok(new) => entry::enter(&app, signed.caller.clone(), new).await,
    };
    match page::outcome(done)? {
        Ok(found) => Ok(page::see(&format!("/console/officers/{}", found.officer.id))),
        Err(refused) => {
            let form = new_form(&app, &signed, &typed(&posted)).await?;
            page::again(&signed.visit, &refused, &Form { page: form.page.refused(&refused), ..form })
        }
    }
}

fn new_officer(posted: &Posted) -> Result<NewOfficer, Refused> {
    let has_certificate =
        ["number", "category", "issued_on", "valid_until"].iter().any(|name| !posted.typed(name).is_empty());
    let certificate = if has_certificate { Some(written(posted, &posted.text("number", 100)?)?) } else { None };
    let Correction { name, helper, citizen_number } = correction(posted)?;
    Ok(NewOfficer {
        agency: chosen(posted.raw("agency"))?,
        name: name.unwrap_or_default(),
        helper: helper.unwrap_or_default(),
        citizen_number,
        certificate,
        reason: posted.text("reason", reason::LONGEST)?,
        key: Some(posted.raw("key").to_owned()).filter(|key| !key.is_empty()),
    })
}
