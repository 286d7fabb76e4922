//! The tree of agencies, one agency with its delegations, and the forms that change it.

use actix_web::web::Path;
use actix_web::{HttpResponse, get, post};
use askama::Template;
use sync_core::agency::AgencyKind;
use sync_core::id::{AgencyId, hex};
use sync_core::law::facts::Sector;
use sync_core::organ::{self, Standing};

use super::mandate::{Deed, chosen, deed, new_mandate};
use super::page::{self, Page, Part};
use super::posted::Posted;
use super::visit::SignedIn;
use super::words;
use crate::flow::agency::{self, Act, AgencyData, Detail, LONGEST_NAME, LONGEST_SHORT_NAME};
use crate::flow::mandate;
use crate::flow::reason::LONGEST as LONGEST_REASON;
use crate::flow::refusal::{Failure, Refusal, Refused};
use crate::flow::seen::Seen;
use crate::flow::unsent_form::Fields;
use crate::random;
use crate::store::AgencyRow;
use crate::web::State;
use crate::web::problem::Problem;

/// What can be done to an agency: name in the address, title.
const ACTS: [(&str, &str, &str); 7] = [
    ("add", "新增下级单位", "Enter an agency below it"),
    ("change", "修改单位信息", "Change its data"),
    ("move", "调整上级单位", "Move it in the tree"),
    ("close", "停用单位", "Close it"),
    ("reopen", "重新启用", "Open it again"),
    ("entrust", "登记委托书", "Enter a delegation to it"),
    ("empower", "登记赋权", "Enter powers given to it"),
];

/// An agency in the list of the tree.
struct Twig {
    id: String,
    name: String,
    kind: String,
    active: bool,
    /// How far below the first one.
    depth: usize,
}

#[derive(Template)]
#[template(path = "agencies.html")]
struct Agencies {
    page: Page,
    tree: Vec<Twig>,
    keeps: bool,
}

#[derive(Template)]
#[template(path = "agency.html")]
struct Shown {
    page: Page,
    agency: AgencyRow,
    above: Vec<AgencyRow>,
    below: Vec<AgencyRow>,
    acts_for: String,
    reconsideration: String,
    standing: Standing,
    acts: Vec<(&'static str, &'static str)>,
    /// By which it enforces.
    held: Vec<Deed>,
    /// By which it entrusts others.
    given: Vec<Deed>,
}

#[derive(Template)]
#[template(path = "agency_act.html")]
struct ActForm {
    page: Page,
    act: &'static str,
    title: &'static str,
    id: String,
    name: String,
    /// The state of the agency that the reader saw.
    seen: String,
    key: String,
    values: Fields,
    /// Organs in whose name an agency can act, or that can entrust it: id and name.
    organs: Vec<(String, String)>,
    /// Agencies that may be named for the rest: id and name.
    choices: Vec<(String, String)>,
    /// The catalogue of items, for copying codes from: code and name.
    catalogue: Vec<(String, String)>,
}

impl Shown {
    fn word<'a>(&self, code: &'a str) -> &'a str {
        words::word(self.page.language, code)
    }
}

impl ActForm {
    fn word<'a>(&self, code: &'a str) -> &'a str {
        words::word(self.page.language, code)
    }

    fn value(&self, name: &str) -> &str {
        self.values.get(name).map_or("", String::as_str)
    }

    fn is(&self, name: &str, value: &str) -> bool {
        self.value(name) == value
    }

    fn has_data(&self) -> bool {
        ["add", "change"].contains(&self.act)
    }

    fn has_deed(&self) -> bool {
        ["entrust", "empower"].contains(&self.act)
    }
}

fn agency_id(text: &str) -> Result<AgencyId, Refusal> {
    text.parse().map_err(|_not_an_id| Refusal::NotFound)
}

/// The tree.
#[get("/agencies")]
pub async fn list(app: State, signed: SignedIn) -> Result<HttpResponse, Problem> {
    let rows = agency::tree(&app, signed.caller.clone()).await?;
    let depth = |row: &AgencyRow| row.path.matches('/').count();
    let top = rows.iter().map(depth).min().unwrap_or_default();
    let page = Page::within(&signed, Part::Officers, ("单位", "Agencies"));
    let twig = |row: &AgencyRow| Twig {
        id: row.id.to_string(),
        name: row.name.clone(),
        kind: words::word(signed.visit.language, row.kind.code()).to_owned(),
        active: row.active,
        depth: depth(row).saturating_sub(top).min(5),
    };
    let tree = rows.iter().map(twig).collect();
    page::show(&signed.visit, &Agencies { page, tree, keeps: agency::may_keep(&signed.caller) })
}

/// Whether an act is offered for an agency as it is.
fn is_offered(act: &str, row: &AgencyRow) -> bool {
    let is_township = matches!(row.kind, AgencyKind::Town | AgencyKind::Township | AgencyKind::Street);
    match act {
        "reopen" => !row.active,
        "change" => true,
        "empower" => row.active && is_township,
        "move" => row.active && row.parent.is_some(),
        _ => row.active,
    }
}

/// One agency.
#[get("/agencies/{id}")]
pub async fn read(app: State, signed: SignedIn, path: Path<String>) -> Result<HttpResponse, Problem> {
    let id = agency_id(&path)?;
    let Detail { agency, tag: _, above, below, acts_for, reconsideration, standing, is_in_care } =
        agency::detail(&app, signed.caller.clone(), id).await?;
    let told = mandate::of(&app, signed.caller.clone(), id).await?;
    let (held, given) = told.into_iter().partition::<Vec<_>, _>(|told| told.row.mandate.agency == id);
    let today = app.clock.now().date();
    let deeds = |told: Vec<mandate::Told>| told.into_iter().map(|told| deed(told, today)).collect();
    let page = Page::within(&signed, Part::Officers, (&agency.name, &agency.name));
    let offered = ACTS.iter().filter(|(act, ..)| is_in_care && is_offered(act, &agency));
    let acts = offered.map(|(act, zh, en)| (*act, words::either(signed.visit.language, zh, en))).collect();
    let (held, given) = (deeds(held), deeds(given));
    let shown = Shown { page, agency, above, below, acts_for, reconsideration, standing, acts, held, given };
    page::show(&signed.visit, &shown)
}

async fn form(app: &State, signed: &SignedIn, id: AgencyId, act: &str) -> Result<ActForm, Problem> {
    let (act, zh, en) = *ACTS.iter().find(|(known, ..)| *known == act).ok_or(Refusal::NotFound)?;
    let detail = agency::detail(app, signed.caller.clone(), id).await?;
    if !detail.is_in_care {
        return Err(Refusal::Forbidden.into());
    }
    let (organs, choices) = choices(app, signed, act, &detail).await?;
    let is_deed = ["entrust", "empower"].contains(&act);
    let catalogue = if is_deed { mandate::catalogue(app).await? } else { Vec::new() };
    let organ = |id: Option<AgencyId>| id.map(|id| id.to_string()).unwrap_or_default();
    let row = &detail.agency;
    let mut values = Fields::new();
    if act == "change" {
        values.extend([
            ("agency_name".to_owned(), row.name.clone()),
            ("short_name".to_owned(), row.short_name.clone()),
            ("kind".to_owned(), row.kind.code().to_owned()),
            ("sector".to_owned(), row.sector.clone()),
            ("acts_for".to_owned(), organ(row.acts_for)),
            ("reconsideration".to_owned(), organ(row.reconsideration)),
        ]);
    } else {
        values.extend([("sector".to_owned(), row.sector.clone()), ("kind".to_owned(), "station".to_owned())]);
    }
    Ok(ActForm {
        page: Page::within(signed, Part::Officers, (zh, en)),
        act,
        title: words::either(signed.visit.language, zh, en),
        id: id.to_string(),
        name: row.name.clone(),
        seen: detail.tag,
        key: hex(&random::bytes::<16>().map_err(Failure::from)?),
        values,
        organs,
        choices,
        catalogue,
    })
}

type Choices = Vec<(String, String)>;

/// What the two lists of a form offer: nothing that is refused for what it is, and always what is so today.
async fn choices(app: &State, signed: &SignedIn, act: &str, detail: &Detail) -> Result<(Choices, Choices), Problem> {
    let (row, care) = (&detail.agency, agency::care(&signed.caller)?.to_owned());
    let near = agency::near(app, signed.caller.clone()).await?;
    let is_itself = |one: &AgencyRow| act != "add" && one.id == row.id;
    let is_organ = |one: &AgencyRow| {
        let may_entrust = act != "entrust" || (one.kind != AgencyKind::Organisation && one.path.starts_with(&care));
        one.active && one.acts_for.is_none() && !is_itself(one) && may_entrust
    };
    let is_choice = |one: &AgencyRow| match act {
        "move" => one.path.starts_with(&care) && organ::can_move(&row.node(), &one.node()),
        _ => one.active && !is_itself(one),
    };
    let offered = |fits: &dyn Fn(&AgencyRow) -> bool| -> Choices {
        near.iter().filter(|one| fits(one)).map(|one| (one.id.to_string(), one.name.clone())).collect()
    };
    let (mut organs, mut choices) = (offered(&is_organ), offered(&is_choice));
    if act == "change" {
        let today = [
            (&mut organs, row.acts_for, &detail.acts_for),
            (&mut choices, row.reconsideration, &detail.reconsideration),
        ];
        for (offered, is, name) in today {
            let is = is.map(|id| id.to_string()).filter(|id| !offered.iter().any(|(known, _)| known == id));
            offered.extend(is.map(|id| (id, name.clone())));
        }
    }
    Ok((organs, choices))
}

/// A form.
#[get("/agencies/{id}/act/{act}")]
pub async fn form_page(app: State, signed: SignedIn, path: Path<(String, String)>) -> Result<HttpResponse, Problem> {
    let (id, act) = path.into_inner();
    let mut form = form(&app, &signed, agency_id(&id)?, &act).await?;
    let unsent = signed.unsent(&app).await?;
    form.page = form.page.unsent(unsent.as_ref());
    let kept = unsent.map(|unsent| unsent.fields).unwrap_or_default();
    form.values.extend(kept.into_iter().filter(|(name, _)| !["seen", "key"].contains(&name.as_str())));
    page::show(&signed.visit, &form)
}

/// Does it.
#[post("/agencies/{id}/act/{act}")]
pub async fn run(
    app: State,
    signed: SignedIn,
    path: Path<(String, String)>,
    posted: Posted,
) -> Result<HttpResponse, Problem> {
    let (id, act) = path.into_inner();
    let id = agency_id(&id)?;
    let done = match page::outcome(take(&app, &signed, id, &act, &posted).await)? {
        Ok(there) => return Ok(page::see(&format!("/console/agencies/{there}"))),
        Err(refused) => refused,
    };
    if matches!(done.refusal, Refusal::NotFound | Refusal::Forbidden) {
        return Err(done.into());
    }
    let mut form = form(&app, &signed, id, &act).await?;
    form.page = form.page.refused(&done);
    let typed = posted.kept().into_iter().filter(|(name, _)| !["seen", "key"].contains(&name.as_str()));
    form.values.extend(typed);
    page::again(&signed.visit, &done, &form)
}

/// Does an act; the id of the agency to show then.
async fn take(app: &State, signed: &SignedIn, id: AgencyId, act: &str, posted: &Posted) -> Result<AgencyId, Failure> {
    let (caller, seen) = (signed.caller.clone(), Seen::one(posted.raw("seen").to_owned()));
    let key = Some(posted.raw("key").to_owned()).filter(|key| (1..=64).contains(&key.len()));
    let act = match act {
        "add" => {
            let reason = posted.text("reason", LONGEST_REASON)?;
            return Ok(agency::add(app, caller, id, data(posted)?, (reason, key)).await?.id);
        }
        "entrust" | "empower" => {
            let new = new_mandate(posted, act == "entrust")?;
            let reason = posted.text("reason", LONGEST_REASON)?;
            mandate::enter(app, caller, id, new, (reason, key)).await?;
            return Ok(id);
        }
        "change" => Act::Change(data(posted)?),
        "move" => Act::Move(chosen(posted, "parent")?.ok_or(Refusal::NoSuchAgency)?),
        "close" => Act::Close,
        "reopen" => Act::Reopen,
        _ => return Err(Refusal::NotFound.into()),
    };
    let reason = posted.text("reason", LONGEST_REASON)?;
    Ok(agency::act(app, caller, id, seen, (act, reason)).await?.id)
}

fn data(posted: &Posted) -> Result<AgencyData, Refused> {
    Ok(AgencyData {
        name: posted.text("agency_name", LONGEST_NAME)?,
        short_name: posted.text("short_name", LONGEST_SHORT_NAME)?,
        kind: AgencyKind::parse(posted.raw("kind")).map_err(|_unknown| Refusal::Malformed)?,
        sector: Sector::parse(posted.raw("sector")).map_err(|_unknown| Refusal::Malformed)?,
        acts_for: chosen(posted, "acts_for")?,
        reconsideration: chosen(posted, "reconsideration")?,
    })
}
