//! A case as the API shows it.
//!
//! Promise: state is destructured without `..`, so a new part must be handled here; personal data is masked for readers
//! who do not handle the case.

use std::collections::{BTreeMap, BTreeSet};

use api_spec::case::{self as wire, Label};
use serde::Serialize;
use serde::de::DeserializeOwned;
use sync_core::case::{Author, CaseState, Decision, FieldState, LiveValue, Step, StepCorrection, Timeline};
use sync_core::decision;
use sync_core::id::{ChangeId, Digest, OfficerId};
use sync_core::law::check::Check;
use sync_core::law::rule::CheckResult;
use sync_core::op::{Answers, FormVersion, OpId};
use sync_core::plan::{Grade, Interval};
use sync_core::schema::{self, EntityKind, FieldName, StepKind, named};
use sync_core::time::Instant;
use sync_core::value::Value;

use super::allowance::{Allowance, THING, json_bytes};
use super::author::{author, author_of};
use super::label::{decision_label, field_label, json, label, resolution, said};
use super::{change, elsewhere};
use crate::flow::case::{Detail, History, Write};
use crate::flow::refusal::Failure;
use crate::flow::{judge, mask};
use crate::store::{CaseFileRow, ClaimedFile, Standing};

/// A case as lists show it.
pub fn card(row: CaseFileRow) -> wire::CaseCard {
    let CaseFileRow {
        id,
        case_leaf: _,
        agency,
        agency_path: _,
        item,
        kind,
        status,
        title,
        number,
        opened,
        updated,
        counter,
        last_leaf: _,
        basis: _,
        heads: _,
        conflicts,
        breaches,
        missing_evidence,
        duties,
        filing,
        fold: _,
    } = row;
    wire::CaseCard {
        id: id.to_string(),
        agency: agency.to_string(),
        item,
        kind,
        status,
        title,
        number,
        opened_ms: opened.ms(),
        updated_ms: updated.ms(),
        changes: counter,
        conflicts,
        breaches,
        missing_evidence,
        duties,
        filing,
    }
}

/// The context of a view.
struct View<'a> {
    state: &'a CaseState,
    names: &'a BTreeMap<OfficerId, String>,
    timeline: &'a Timeline,
    /// Whether to mask personal data.
    masks: bool,
    /// The remaining size of the answer.
    room: Allowance,
}

/// One case in its current state.
///
/// # Errors
/// An internal error.
pub fn detail(detail: Detail) -> Result<wire::CaseDetail, Failure> {
    let Detail { access, agency_name, own: _, case, held, names, phones: _, evidence, checks, shared } = detail;
    let state = &case.state;
    let timeline = judge::timeline(&held);
    let (masks, room) = (!access.sees_personal_data(), Allowance::default());
    let view = View { state, names: &names, timeline: &timeline, masks, room };
    let fits = |field: &&FieldState| view.room.takes(field_bytes(field));
    let all: Vec<wire::Field> = state.fields.iter().filter(fits).map(|field| view.field(field)).collect();
    let disputed = state.fields.iter().filter(|field| field.conflict).filter(fits);
    let conflicts = disputed.map(|field| view.field(field)).collect();
    let (own, of_entities): (Vec<_>, Vec<_>) = all.into_iter().partition(|field| field.target.is_none());
    let claiming = claiming(state);
    let evidence: Vec<ClaimedFile> = evidence.into_iter().filter(|_| view.room.takes(0)).collect();
    let missing = evidence.iter().filter(|file| file.is_missing()).map(|file| file.digest.to_string()).collect();
    let evidence = evidence.into_iter().map(|file| view.evidence(&claiming, file)).collect();
    let mut shown = wire::CaseDetail {
        card: card(access.file),
        agency_name,
        basis: state.basis().to_string(),
        heads: state.heads.iter().map(ToString::to_string).collect(),
        fold: state.fold,
        state: state.hash().to_string(),
        opened_by: state.opening.as_ref().map(|opening| view.author(&opening.by, state.id)),
        participants: view.participants(),
        fields: own,
        entities: view.entities(of_entities),
        conflicts,
        steps: view.steps(),
        signatures: view.signatures(),
        decisions: view.decisions(),
        numbers: view.numbers(),
        missing_evidence: missing,
        evidence,
        checks: checks.into_iter().map(check).collect(),
        shared: elsewhere::shared(state, shared, &view.room),
        noted: change::noted(state, &held, &names, view.masks, &view.room),
        unknown: count(state.unknown.len()),
        left_out: 0,
    };
    shown.left_out = view.room.left_out();
    if masks { without_numbers(&shown) } else { Ok(shown) }
}

/// The same with personal data masked in every text of the view.
fn without_numbers<T: Serialize + DeserializeOwned>(shown: &T) -> Result<T, Failure> {
    let hidden = serde_json::to_value(shown).map(|mut json| {
        mask::everywhere(&mut json);
        json
    });
    hidden.and_then(serde_json::from_value).map_err(Failure::broken)
}

/// About how many bytes a field takes.
fn field_bytes(field: &FieldState) -> usize {
    // The first value appears twice: as the field's and as its author's.
    let twice = field.live.first().map_or(0, |live| json_bytes(live.value.as_ref()));
    let live = field.live.iter().map(|live| THING + json_bytes(live.value.as_ref()) + json_bytes(live.reason.as_ref()));
    live.sum::<usize>() + twice
}

/// Approximate bytes of a step with its corrections.
fn step_bytes(step: &Step) -> usize {
    let said = |correction: &StepCorrection| {
        THING + json_bytes(correction.value.as_ref()) + json_bytes(correction.reason.as_ref())
    };
    json_bytes(step.value.as_ref()) + step.corrected.iter().map(said).sum::<usize>()
}

/// The form that an entity answers, if it is a whole one.
fn form_version(answers: Option<&Answers>) -> Option<wire::FormVersion> {
    let Some(Answers::Form(FormVersion { form, version, digest })) = answers else { return None };
    Some(wire::FormVersion { form: form.to_string(), version: *version, digest: digest.to_string() })
}

/// The question that an entity answers, if it is one.
fn question(answers: Option<&Answers>) -> Option<String> {
    let Some(Answers::Question(path)) = answers else { return None };
    Some(path.clone())
}

/// The entities whose fields name a piece of evidence.
fn claiming(state: &CaseState) -> BTreeMap<Digest, BTreeSet<OpId>> {
    let mut claiming: BTreeMap<Digest, BTreeSet<OpId>> = BTreeMap::new();
    for field in &state.fields {
        let digests = field.live.iter().filter_map(|live| live.value.as_ref().and_then(Value::as_digest));
        for digest in digests {
            claiming.entry(digest).or_default().extend(field.target);
        }
    }
    claiming
}

fn count(number: usize) -> u32 {
    u32::try_from(number).unwrap_or(u32::MAX)
}

fn optional(op: Option<OpId>) -> Option<String> {
    op.map(|op| op.to_string())
}

impl View<'_> {
    /// The author of an operation, with the time of its change.
    fn author(&self, by: &Author, change: ChangeId) -> wire::Author {
        // Only held changes are folded, so others have no known time.
        let unknown = Interval { lower: Instant::from_ms(0), upper: Interval::OPEN, grade: Grade::C };
        author(by, self.timeline.interval(change).unwrap_or(unknown), self.names)
    }

    fn entity_kind(&self, target: Option<OpId>) -> Option<&EntityKind> {
        target.and_then(|target| self.state.entities.get(&target)).map(|entity| &entity.kind)
    }

    fn field(&self, field: &FieldState) -> wire::Field {
        let FieldState { target, name, live, conflict } = field;
        let entity = self.entity_kind(*target);
        let masked = self.masks && mask::is_personal(entity, name);
        let live: Vec<_> = live.iter().map(|value| self.live(value, name, masked)).collect();
        wire::Field {
            target: optional(*target),
            name: name.to_string(),
            label: field_label(entity, name),
            value: live.first().map(|value| value.value.clone()).unwrap_or_default(),
            conflict: *conflict,
            masked,
            live,
        }
    }

    fn live(&self, live: &LiveValue, name: &FieldName, masked: bool) -> wire::LiveValue {
        let LiveValue { op, value, by, signed, reason } = live;
        let hidden = value.as_ref().filter(|_| masked).map(|value| mask::mask(name, value));
        wire::LiveValue {
            op: op.to_string(),
            value: json(hidden.as_ref().or(value.as_ref())),
            sealed: value.is_none(),
            by: self.author(by, op.change),
            signed: *signed,
            reason: said(reason.as_ref()),
        }
    }

    fn participants(&self) -> Vec<wire::Participant> {
        let participants = self.state.participants.iter();
        let shown = participants.map(|(officer, participant)| wire::Participant {
            officer: officer.to_string(),
            name: self.names.get(officer).cloned().unwrap_or_default(),
            assigned: participant.assigned,
        });
        shown.collect()
    }

    fn entities(&self, fields: Vec<wire::Field>) -> Vec<wire::Entity> {
        let mut by_target: BTreeMap<String, Vec<wire::Field>> = BTreeMap::new();
        for field in fields {
            by_target.entry(field.target.clone().unwrap_or_default()).or_default().push(field);
        }
        let mut ordered: Vec<_> = self.state.entities.iter().collect();
        ordered.sort_by_key(|(id, entity)| (entity.parent, entity.order.clone(), **id));
        let fits = ordered.into_iter().filter(|(_, entity)| self.room.takes(THING * entity.withdrawn.len()));
        let shown = fits.map(|(id, entity)| wire::Entity {
            id: id.to_string(),
            kind: entity.kind.to_string(),
            label: label(named(schema::ENTITIES, &entity.kind), entity.kind.as_str()),
            parent: optional(entity.parent),
            order: entity.order.clone(),
            form: form_version(entity.answers.as_ref()),
            question: question(entity.answers.as_ref()),
            by: self.author(&entity.by, id.change),
            shell: entity.shell,
            withdrawn: entity
                .withdrawn
                .iter()
                .map(|voided| wire::Withdrawal {
                    by: self.author(&voided.by, voided.op.change),
                    reason: said(voided.reason.as_ref()),
                })
                .collect(),
            fields: by_target.remove(&id.to_string()).unwrap_or_default(),
        });
        shown.collect()
    }

    fn steps(&self) -> Vec<wire::Step> {
        let fits = self.state.steps.iter().filter(|step| self.room.takes(step_bytes(step)));
        let shown = fits.map(|step| wire::Step {
            op: step.op.to_string(),
            kind: step.kind.to_string(),
            label: label(named(schema::STEPS, &step.kind), step.kind.as_str()),
            target: optional(step.target),
            value: json(step.value.as_ref()),
            by: self.author(&step.by, step.op.change),
            corrections: step.corrected.iter().map(|correction| self.correction(correction)).collect(),
        });
        shown.collect()
    }

    fn correction(&self, correction: &StepCorrection) -> wire::StepCorrection {
        let StepCorrection { op, by, kind, target, value, happened_ms, reason, stands } = correction;
        let nothing = || Label { zh: "没有发生".to_owned(), en: "did not happen".to_owned() };
        wire::StepCorrection {
            op: op.to_string(),
            kind: kind.as_ref().map(StepKind::to_string),
            label: kind.as_ref().map_or_else(nothing, |kind| label(named(schema::STEPS, kind), kind.as_str())),
            target: optional(*target),
            value: json(value.as_ref()),
            happened_ms: *happened_ms,
            reason: said(reason.as_ref()),
            by: self.author(by, op.change),
            stands: *stands,
        }
    }

    fn signatures(&self) -> Vec<wire::Signature> {
        let fits = self.state.signatures.iter().filter(|_| self.room.takes(0));
        let shown = fits.map(|signed| wire::Signature {
            op: signed.op.to_string(),
            document: optional(signed.document),
            form: signed.form.to_string(),
            version: signed.version,
            role: signed.role,
            manner: signed.manner.clone(),
            shown: count(signed.shown.len()),
            by: self.author(&signed.by, signed.op.change),
        });
        shown.collect()
    }

    fn decisions(&self) -> Vec<wire::Decision> {
        let bytes = |decision: &Decision| 67 * decision.unseen.len() + json_bytes(decision.value.as_ref());
        let fits = self.state.decisions.iter().filter(|decision| self.room.takes(bytes(decision)));
        let shown = fits.map(|decision| wire::Decision {
            op: decision.op.to_string(),
            decision: decision.decision.clone(),
            label: decision_label(&decision.decision),
            target: optional(decision.target),
            basis: decision.basis.to_string(),
            value: json(match decision.decision.as_str() {
                // The digest is shown with the piece of evidence; here only the reason.
                decision::WRITTEN_OFF => decision.value.as_ref().and_then(Value::as_list).and_then(|said| said.get(1)),
                _ => decision.value.as_ref(),
            }),
            by: self.author(&decision.by, decision.op.change),
            unseen: decision.unseen.iter().map(ToString::to_string).collect(),
        });
        shown.collect()
    }

    fn numbers(&self) -> Vec<wire::GivenNumber> {
        let numbers = self.state.numbers.iter();
        let shown = numbers.filter(|_| self.room.takes(0)).map(|number| wire::GivenNumber {
            target: optional(number.target),
            form: number.form.to_string(),
            text: number.text.clone(),
        });
        shown.collect()
    }

    /// A piece of evidence, with the operations that name its digest.
    fn evidence(&self, claiming: &BTreeMap<Digest, BTreeSet<OpId>>, claimed: ClaimedFile) -> wire::EvidenceItem {
        let ClaimedFile { digest, standing, written_off: _ } = claimed;
        let (file, damage) = match standing {
            Standing::Awaited => (None, None),
            Standing::Arrived(file) => (Some(file), None),
            Standing::Damaged(file, damage) => (Some(file), Some(damage)),
        };
        let of_file = decision::written_off(self.state).filter(|(other, _)| *other == digest);
        let written_off = of_file.map(|(_, decision)| wire::WriteOff {
            op: decision.op.to_string(),
            reason: decision::reason_of_write_off(decision).map(str::to_owned),
            by: self.author(&decision.by, decision.op.change),
        });
        wire::EvidenceItem {
            digest: digest.to_string(),
            entities: claiming.get(&digest).into_iter().flatten().map(ToString::to_string).collect(),
            stored: file.is_some() && damage.is_none(),
            size: file.as_ref().map(|file| file.size),
            stored_ms: file.as_ref().map(|file| file.stored.ms()),
            media_type: file.map(|file| file.media_type),
            damage,
            written_off: written_off.collect(),
        }
    }
}

fn check(result: CheckResult) -> wire::CheckResult {
    let due = result.due.as_ref().map(|due| Label { zh: due.zh.clone(), en: due.en.clone() });
    let Check { rule, article, document, party, reason, severity, outcome, zh, en } = Check::from(result);
    let [document, party] = [document, party].map(optional);
    wire::CheckResult { rule, article, document, party, severity, outcome, reason, due, zh, en }
}

/// Every write to a field.
///
/// # Errors
/// An internal error.
pub fn history(target: Option<OpId>, name: &FieldName, history: History) -> Result<wire::FieldHistory, Failure> {
    let History { access, entity, conflict, writes, names } = history;
    let masks = !access.sees_personal_data();
    let masked = masks && mask::is_personal(entity.as_ref(), name);
    let room = Allowance::default();
    let bytes = |write: &Write| json_bytes(write.stored.change.value(write.op.index)) + 77 * write.replaces.len();
    let fits = writes.into_iter().filter(|write| room.takes(bytes(write)));
    let writes = fits.map(|write| one_write(write, name, masked, &names)).collect();
    let shown = wire::FieldHistory {
        target: optional(target),
        label: field_label(entity.as_ref(), name),
        name: name.to_string(),
        conflict,
        masked,
        writes,
        left_out: room.left_out(),
    };
    if masks { without_numbers(&shown) } else { Ok(shown) }
}

fn one_write(write: Write, name: &FieldName, masked: bool, names: &BTreeMap<OfficerId, String>) -> wire::FieldWrite {
    let Write { op, stored, resolves, replaces, live, without_effect } = write;
    let written = stored.change.value(op.index);
    let (value, reason) = if resolves { resolution(written) } else { (written, None) };
    let hidden = value.filter(|_| masked).map(|value| mask::mask(name, value));
    wire::FieldWrite {
        op: op.to_string(),
        act: if resolves { "resolve" } else { "put" }.to_owned(),
        value: json(hidden.as_ref().or(value)),
        reason: said(reason),
        by: author_of(&stored, names),
        replaces: replaces.iter().map(ToString::to_string).collect(),
        live,
        without_effect,
        received_ms: stored.received.ms(),
    }
}
