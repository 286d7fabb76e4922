//! Photographs, recordings and other files of a case.

use actix_web::web::Path;
use actix_web::{HttpRequest, HttpResponse, get};
use askama::Template;
use sync_core::decision;
use sync_core::id::Digest;
use sync_core::schema::{DOCUMENT, EVIDENCE};

use super::case::{Purpose, ask_purpose, case_id};
use super::file::{Block, Drawings, Group, Piece, Reader, Shown};
use super::page::{self, Page, Part};
use super::query::PageQuery;
use super::visit::SignedIn;
use crate::flow::command::powers;
use crate::flow::evidence::damage;
use crate::flow::refusal::Refusal;
use crate::flow::{case, evidence as stored, handwriting};
use crate::view;
use crate::web::State;
use crate::web::download::download;
use crate::web::problem::Problem;

#[derive(Template)]
#[template(path = "evidence.html")]
struct Viewer {
    page: Page,
    back: String,
    file: String,
    piece: Piece,
    groups: Vec<Group>,
    /// Address of the form that writes it off, if it is missing and the caller may write it off.
    act: Option<String>,
    /// Whether the picture is shown in its full size, to scroll in.
    zoomed: bool,
    /// Address of the page with the other size.
    zoom: String,
    /// The pieces before and after, as addresses.
    before: Option<String>,
    after: Option<String>,
}

fn digest(text: &str) -> Result<Digest, Refusal> {
    text.parse().map_err(|_not_a_digest| Refusal::NotFound)
}

/// The address of the viewer with the other size: fitted or full.
fn zoom(case: &str, digest: &str, query: &Purpose, zoomed: bool) -> String {
    let mark = if query.query().is_empty() { '?' } else { '&' };
    let closer = if zoomed { String::new() } else { format!("{mark}zoom=1") };
    format!("/console/cases/{case}/evidence/{digest}{}{closer}", query.query())
}

/// One piece with its recorded fields.
#[get("/cases/{id}/evidence/{digest}")]
pub async fn viewer(
    app: State,
    signed: SignedIn,
    path: Path<(String, String)>,
    mut params: PageQuery,
) -> Result<HttpResponse, Problem> {
    let (id, wanted) = path.into_inner();
    let (query, zoomed) = (Purpose::read(&mut params), !params.plain("zoom").is_empty());
    let wanted = digest(&wanted)?;
    let found = case::detail(&app, signed.caller.clone(), case_id(&id)?, query.said()).await;
    let mut found = match page::outcome(found)? {
        Ok(found) => found,
        Err(refused) => return ask_purpose(&signed, refused),
    };
    let case = found.case.state.id;
    if let Some(claimed) = found.evidence.iter_mut().find(|claimed| claimed.digest == wanted) {
        *claimed = damage::examine(&app, case, claimed.clone()).await?;
    }
    let writes_off = powers(&signed.caller, &found.access, found.own).heads && !decision::is_closed(&found.case.state);
    let act = format!("/console/cases/{id}/act/write-off{}", query.query());
    let mark = if query.query().is_empty() { '?' } else { '&' };
    let act = format!("{act}{mark}seen={}&target={wanted}", found.case.state.basis());
    let hands = handwriting::of_case(&app, signed.caller.clone(), &found, Some(wanted), query.said()).await?;
    let (phones, wanted) = (found.phones.clone(), wanted.to_string());
    let whole = view::case::detail(found)?;
    let reader = Reader::new(signed.visit.language, &whole, &phones);
    let place = whole.evidence.iter().position(|piece| piece.digest == wanted).ok_or(Refusal::NotFound)?;
    let item = whole.evidence.get(place).ok_or(Refusal::NotFound)?;
    let own = reader.blocks(&[EVIDENCE, DOCUMENT]).into_iter().filter(|block| item.entities.contains(&block.id));
    let groups = own.flat_map(|Block { by, groups, .. }| {
        // On this page no heading names the author.
        groups.into_iter().map(move |group| if group.by.is_empty() { Group { by: by.clone(), ..group } } else { group })
    });
    let groups = groups.collect();
    let address = |piece: Option<&api_spec::case::EvidenceItem>| {
        piece.map(|piece| format!("/console/cases/{id}/evidence/{}{}", piece.digest, query.query()))
    };
    let shown = Viewer {
        page: Page::within(&signed, Part::Cases, ("证据", "Evidence")).ignoring(&params),
        back: format!("/console/cases/{id}{}", query.query()),
        file: format!("/console/cases/{id}/evidence/{wanted}/file{}", query.query()),
        piece: reader.piece(item, &hands, &Drawings::default()),
        groups,
        act: Some(act).filter(|_| writes_off && item.written_off.is_empty() && !item.stored),
        zoomed,
        zoom: zoom(&id, &wanted, &query, zoomed),
        before: address(place.checked_sub(1).and_then(|place| whole.evidence.get(place))),
        after: address(whole.evidence.get(place + 1)),
    };
    page::show(&signed.visit, &shown)
}

/// The bytes, as the API serves them: an attachment of a harmless type, whole or a range. A page can still embed it
/// as a picture, sound or video.
#[get("/cases/{id}/evidence/{digest}/file")]
pub async fn bytes(
    app: State,
    signed: SignedIn,
    path: Path<(String, String)>,
    mut params: PageQuery,
    request: HttpRequest,
) -> Result<HttpResponse, Problem> {
    let query = Purpose::read(&mut params);
    let (id, wanted) = path.into_inner();
    let (case, wanted) = (case_id(&id)?, digest(&wanted)?);
    let opened = stored::open(&app, signed.caller, case, wanted, query.said()).await?;
    Ok(download(&app, &request, opened).await?)
}
