//! Entering a person, and correcting what was entered.

use serde_json::json;
use sync_core::id::{AgencyId, OfficerId, TenantId};
use sync_core::law::identity::CitizenNumber;
use sync_core::register_event::RegisterEventKind;
use sync_core::role::Duty;
use table::Cell;

use super::act::{Act, done, sixteen};
use super::certificate::{self, Written};
use super::detail::Detail;
use crate::flow::app::App;
use crate::flow::caller::Caller;
use crate::flow::idempotency::IdempotentRequest;
use crate::flow::mask::middle;
use crate::flow::refusal::{Failure, Refusal, Refused};
use crate::flow::register_event::{self, By};
use crate::random;
use crate::store::{AgencyRow, IdentityRow, OfficerRow, RegisterChanges, Tx};

/// Longest name, in characters.
pub const LONGEST_NAME: usize = 50;

/// A person to be entered.
#[derive(Debug, Clone)]
pub struct NewOfficer {
    /// The agency.
    pub agency: AgencyId,
    /// Name.
    pub name: String,
    /// An auxiliary person.
    pub helper: bool,
    /// GB 11643.
    pub citizen_number: Option<String>,
    /// The certificate, if there is one.
    pub certificate: Option<Written>,
    /// Why.
    pub reason: String,
    /// The idempotency key.
    pub key: Option<String>,
}

/// A name as rosters have it: one kind of middle dot, no blanks between ideographs.
///
/// # Errors
/// [`Refusal::Malformed`] that says what is wrong.
pub fn name(text: &str) -> Result<String, Refused> {
    let cell = Cell::Text(text.into());
    let wrong = |zh: String, en: String| Refusal::Malformed.because(format!("“姓名”{zh}。"), format!("The name {en}."));
    let name = table::name(Some(&cell)).map_err(|fault| wrong(fault.zh(), fault.en()))?;
    let length = name.chars().count();
    if length > LONGEST_NAME {
        let en = format!("may have at most {LONGEST_NAME} characters; it has {length}");
        return Err(wrong(format!("最多 {LONGEST_NAME} 个字，现有 {length} 个"), en));
    }
    Ok(name)
}

/// A citizen number with its check character.
///
/// # Errors
/// [`Refusal::Malformed`]; the number itself is not repeated.
pub fn citizen_number(text: &str) -> Result<String, Refused> {
    let digits = table::code(Some(&Cell::Text(text.into()))).unwrap_or_default();
    let number = CitizenNumber::parse(&digits).map_err(|error| {
        let zh = "公民身份号码不正确：应为 18 位，且出生日期和校验码相符，请核对。";
        Refusal::Malformed.because(zh, format!("The citizen number is wrong: {error}. Check it."))
    })?;
    Ok(number.as_str().to_owned())
}

/// An agency in the caller's subtree that takes people.
pub(super) fn agency(tx: &mut Tx<'_>, tenant: &TenantId, caller: &Caller, id: &AgencyId) -> Result<AgencyRow, Failure> {
    let agency = tx.agency(tenant, id)?.filter(|agency| caller.administers(&agency.path)).ok_or(Refusal::NotFound)?;
    if agency.active { Ok(agency) } else { Err(Refusal::AgencyInactive.into()) }
}

/// Enters a person. A repeated request gets the person that the first one made.
///
/// # Errors
/// [`Refusal::Forbidden`]; [`Refusal::NotFound`] for an agency out of reach; [`Refusal::AgencyInactive`];
/// [`Refusal::Malformed`]; [`Refusal::CitizenNumberTaken`]; [`Refusal::CertificateTaken`]; or an internal error.
pub async fn enter(app: &App, caller: Caller, new: NewOfficer) -> Result<Detail, Failure> {
    caller.must_have(Duty::People)?;
    let (tenant, now) = (app.tenant, app.clock.now());
    let id = OfficerId::new(random::bytes()?);
    let request = request(&caller, &new);
    app.store
        .write(move |tx| {
            tx.lock_tenant(&tenant, now)?;
            if let Some(made) = request.made_before(tx, &tenant)? {
                return Detail::read(tx, &tenant, &caller, OfficerId::new(sixteen(&made)?));
            }
            let agency = agency(tx, &tenant, &caller, &new.agency)?.id;
            let (name, helper) = (name(&new.name)?, new.helper);
            let mut changes = RegisterChanges::default();
            if let Some(number) = new.citizen_number.as_deref().map(citizen_number).transpose()? {
                if tx.officer_of_citizen(&tenant, &number)?.is_some() {
                    return Err(Refusal::CitizenNumberTaken.into());
                }
                changes.identities.push(IdentityRow { officer: id, citizen_number: number });
            }
            if let Some(written) = &new.certificate {
                changes.certificates.push(certificate::new_row(tx, &tenant, id, written)?);
            }
            let by = By { actor: Some(caller.officer), reason: &new.reason };
            let number = changes.certificates.first().map(|(row, _)| row.number.clone());
            let detail = json!({ "name": name, "kind": certificate::kind(helper), "certificate": number });
            let kind = RegisterEventKind::PersonAdded;
            changes.events.push(register_event::record(kind, Some((id, agency)), &detail, by, now)?);
            changes.officers.push(OfficerRow { id, agency, name, helper, active: true, created: now });
            tx.change_register(&tenant, changes)?;
            tx.touch_reference(&tenant)?;
            request.has_made(tx, &tenant, id.bytes(), now)?;
            Detail::read(tx, &tenant, &caller, id)
        })
        .await
}

fn request(caller: &Caller, new: &NewOfficer) -> IdempotentRequest {
    let certificate = new.certificate.as_ref().map(|written| format!("{written:?}")).unwrap_or_default();
    let agency = new.agency.to_string();
    let parts = [
        agency.as_str(),
        &new.name,
        if new.helper { "helper" } else { "" },
        new.citizen_number.as_deref().unwrap_or_default(),
        &certificate,
        &new.reason,
    ];
    IdempotentRequest::new(caller.officer, "officer", new.key.clone(), &parts)
}

/// What is corrected; none stays as it is.
#[derive(Debug, Clone, Default)]
pub struct Correction {
    /// Name.
    pub name: Option<String>,
    /// An auxiliary person.
    pub helper: Option<bool>,
    /// GB 11643.
    pub citizen_number: Option<String>,
}

/// Corrects the entry of a person.
///
/// # Errors
/// [`Refusal::Forbidden`]; [`Refusal::NotFound`]; [`Refusal::OwnEntry`]; [`Refusal::Stale`]; [`Refusal::PersonInactive`];
/// [`Refusal::Malformed`]; [`Refusal::CitizenNumberTaken`]; [`Refusal::NothingChanges`]; or an internal error.
pub async fn correct(app: &App, caller: Caller, act: Act, correction: Correction) -> Result<Detail, Failure> {
    done(app, caller, Duty::People, act, move |tx, begun| {
        begun.must_be_active()?;
        let mut row = begun.person.clone();
        let mut differences = Vec::new();
        let mut differ = |what: &str, old: &str, new: &str| {
            if old != new {
                differences.push(json!({ "what": what, "old": old, "new": new }));
            }
        };
        if let Some(said) = &correction.name {
            row.name = name(said)?;
            differ("name", &begun.person.name, &row.name);
        }
        if let Some(helper) = correction.helper {
            row.helper = helper;
            differ("kind", certificate::kind(begun.person.helper), certificate::kind(helper));
        }
        let mut changes = RegisterChanges::default();
        if let Some(number) = correction.citizen_number.as_deref().map(citizen_number).transpose()? {
            match tx.officer_of_citizen(&begun.tenant, &number)? {
                Some(other) if other != row.id => return Err(Refusal::CitizenNumberTaken.into()),
                Some(_same) => {}
                None => {
                    differ("citizen number", "", &middle(&number, (3, 4)));
                    changes.identities.push(IdentityRow { officer: row.id, citizen_number: number });
                }
            }
        }
        if differences.is_empty() {
            return Err(Refusal::NothingChanges.into());
        }
        changes.moved.push(row);
        tx.change_register(&begun.tenant, changes)?;
        tx.touch_reference(&begun.tenant)?;
        begun.note(tx, RegisterEventKind::PersonChanged, &differences.into())
    })
    .await
}
