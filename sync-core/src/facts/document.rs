//! The documents of a case: kind, content, signatures.
//!
//! Promise: the kind of a document follows from its content and its signatures, not from the kind of case. A document
//! that states a penalty is a decision, whatever its title. A voided document does not count unless it was delivered.

use super::{Seen, says_something, text};
use crate::case::{CaseState, Signed, Timeline};
use crate::law::facts::{DecisionForm, Doing, Known};
use crate::law::rule::FormalAct;
use crate::law::wording::orders_correction;
use crate::money::Fen;
use crate::op::{OpId, SignerRole};
use crate::schema::{self as names, EntityKind, FormName};
use crate::time::Instant;
use crate::value::Value;
use crate::when::Interval;
use std::collections::{BTreeMap, BTreeSet};

/// A document that is being signed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Signing {
    /// The document.
    pub document: OpId,
    /// The form that the signature names.
    pub form: FormName,
    /// The operations that the document shows.
    pub shown: Vec<OpId>,
}

/// A document of the case.
#[derive(Debug, Clone)]
pub(super) struct Document<'a> {
    pub id: OpId,
    /// Its form, if it is a decision.
    pub decides: Option<DecisionForm>,
    /// Kind of the entity, if the case holds it.
    pub kind: Option<&'a EntityKind>,
    /// The stated form or, without one, the signed form.
    pub form: Option<FormName>,
    /// Its signatures, in causal order.
    pub signatures: Vec<&'a Signed>,
    /// Whether it is being signed.
    pub signing: Option<&'a Signing>,
}

impl Document<'_> {
    /// Whether it is signed or is being signed.
    pub(super) const fn is_signed(&self) -> bool {
        !self.signatures.is_empty() || self.signing.is_some()
    }

    /// The act of the officers that signing it is. A notice is none, because it is made before the officers leave.
    pub(super) fn doing(&self) -> Option<Doing> {
        let is = |form: &FormName| self.form.as_ref() == Some(form);
        if self.decides.is_some() {
            Some(Doing::Deciding)
        } else if is(&names::INTERVIEW_RECORD) || is(&names::SCENE_RECORD) || self.kind == Some(&names::RECORD) {
            Some(Doing::Recording)
        } else if is(&names::INSPECTION_NOTICE) {
            None
        } else {
            Some(Doing::Documenting)
        }
    }

    /// Signatures of officers.
    pub(super) fn by_officers(&self) -> impl Iterator<Item = &Signed> {
        let is_officers = |signed: &&&Signed| matches!(signed.role, SignerRole::Officer | SignerRole::SecondOfficer);
        self.signatures.iter().filter(is_officers).copied()
    }
}

/// Every document of the case, by id.
pub(super) fn all(seen: Seen<'_>) -> Vec<Document<'_>> {
    let Seen { state, signing, .. } = seen;
    let mut signatures: BTreeMap<OpId, Vec<&Signed>> = BTreeMap::new();
    for signed in &state.signatures {
        if let Some(document) = signed.document {
            signatures.entry(document).or_default().push(signed);
        }
    }
    let delivered: BTreeSet<OpId> = state.steps_of(&names::DELIVERED).filter_map(|step| step.target).collect();
    let mut documents = Vec::new();
    for (id, entity) in &state.entities {
        if entity.shell || !entity.withdrawn.is_empty() && !delivered.contains(id) {
            continue;
        }
        let signatures = signatures.remove(id).unwrap_or_default();
        let signing = signing.iter().find(|signing| signing.document == *id);
        if entity.kind == names::DOCUMENT || !signatures.is_empty() || signing.is_some() {
            documents.push(one(state, *id, signatures, signing));
        }
    }
    documents
}

fn one<'a>(state: &'a CaseState, id: OpId, signatures: Vec<&'a Signed>, signing: Option<&'a Signing>) -> Document<'a> {
    let stated = text(state, Some(id), &names::FORM).map(FormName::from);
    let signed_as = signatures.iter().map(|signed| &signed.form).chain(signing.map(|it| &it.form));
    let forms: BTreeSet<&FormName> = stated.iter().chain(signed_as.clone()).collect();
    let penalises = [names::FINE_FEN, names::PENALTY_KIND]
        .iter()
        .any(|name| state.value(Some(id), name).is_some_and(says_something));
    let is_decision = penalises || forms.iter().any(|form| names::DECISIONS.contains(form));
    let spot = forms.len() == 1 && forms.contains(&names::SPOT_DECISION);
    let decides = is_decision.then_some(if spot { DecisionForm::Spot } else { DecisionForm::NotBuilt });
    let form = stated.as_ref().or_else(|| signed_as.clone().next()).cloned();
    let kind = state.entities.get(&id).map(|entity| &entity.kind);
    Document { id, decides, kind, form, signatures, signing }
}

/// Whether this version has a procedure for a document: for its form, and for the form in which it was signed.
pub fn is_built(state: &CaseState, document: OpId) -> bool {
    let signed = state.signatures.iter().filter(|signed| signed.document == Some(document)).collect();
    let built = |form: &FormName| names::BUILT_FORMS.contains(form);
    let document = one(state, document, signed, None);
    document.decides != Some(DecisionForm::NotBuilt) && document.form.as_ref().is_none_or(built)
}

/// The decisions of a case, drafted or signed.
pub fn decisions(state: &CaseState) -> Vec<OpId> {
    deciding(state).into_iter().map(|(document, _)| document).collect()
}

/// The decisions of a case, and whether each is signed.
pub(super) fn deciding(state: &CaseState) -> Vec<(OpId, bool)> {
    let (roster, timeline) = (super::Roster::default(), Timeline::default());
    all(Seen::at(state, &timeline, &roster, Interval::exactly(Instant::from_ms(0))))
        .into_iter()
        .filter(|document| document.decides.is_some())
        .map(|document| (document.id, document.is_signed()))
        .collect()
}

/// The displayed fine of a document.
pub(super) fn fine(state: &CaseState, document: OpId) -> Option<Fen> {
    state.value(Some(document), &names::FINE_FEN).and_then(Value::as_int).and_then(|fen| Fen::new(fen).ok())
}

/// The formal act that signing a document of this form is.
pub fn signing_act(state: &CaseState, signing: &Signing) -> FormalAct {
    let signed = state.signatures.iter().filter(|signed| signed.document == Some(signing.document)).collect();
    match one(state, signing.document, signed, Some(signing)).doing() {
        Some(Doing::Deciding) => FormalAct::SignDecision,
        Some(Doing::Recording) => FormalAct::SignRecord,
        Some(Doing::Entering | Doing::Asking | Doing::Documenting) | None => FormalAct::OtherDocument,
    }
}

/// The formal act that delivering a document is. Without a document, it counts as delivering a decision.
pub fn delivering_act(state: &CaseState, document: Option<OpId>) -> FormalAct {
    let decides = document.is_none_or(|document| decisions(state).contains(&document));
    if decides { FormalAct::Deliver } else { FormalAct::OtherDocument }
}

/// Whether the text of the last order to correct does order a correction.
pub(super) fn correction_text(state: &CaseState) -> Known<bool> {
    let of_form = |entity: &OpId| text(state, Some(*entity), &names::FORM) == Some(names::CORRECTION_ORDER.as_str());
    let mut orders = state.entities_of(&names::DOCUMENT).into_iter().map(|(entity, _)| entity).filter(of_form);
    let order = orders.next_back().and_then(|order| text(state, Some(order), &names::TEXT));
    order.map_or(Known::NotEntered, |text| Known::Known(orders_correction(text)))
}
