//! Obstacles to decisions, each as a sentence.

use super::*;
use crate::case::fold;
use crate::change::{Change, Clock, Header, NewOp, shown_digest};
use crate::id::{AgencyId, BootId, CaseId, ChangeId, DeviceId, Digest, Epoch, OfficerId, TenantId};
use crate::op::{CaseKind, OpRef, Open, Outcome, Signature, SignerRole, VerdictAct};
use crate::schema::{EntityKind, FormName};
use crate::sign::SoftwareKey;
use crate::time::Instant;
use crate::value::Value;

mod evidence;
mod verdict;

const LI: OfficerId = OfficerId::new([0x11; 16]);

/// One case, written by a phone and by the server, each save on top of all before it.
struct Case {
    changes: Vec<Change>,
    seq: u64,
}

impl Case {
    fn new() -> Self {
        let mut case = Self { changes: Vec::new(), seq: 0 };
        let open =
            Open { kind: CaseKind::Inspection, agency: AgencyId::new([9; 16]), item: "i".into(), officers: vec![LI] };
        case.save(DeviceId::new([1; 16]), vec![NewOp::new(Act::Open(open)), result("已检查")]);
        case
    }

    /// A case of which nothing is recorded but its opening.
    fn empty(kind: CaseKind) -> Self {
        let mut case = Self { changes: Vec::new(), seq: 0 };
        let open = Open { kind, agency: AgencyId::new([9; 16]), item: "i".into(), officers: vec![LI] };
        case.save(DeviceId::new([1; 16]), vec![NewOp::new(Act::Open(open))]);
        case
    }

    fn id(&self) -> CaseId {
        self.changes[0].id()
    }

    fn save(&mut self, device: DeviceId, ops: Vec<NewOp>) -> ChangeId {
        let deps: Vec<ChangeId> = self.changes.last().map(Change::id).into_iter().collect();
        self.save_on(deps, device, ops)
    }

    fn save_on(&mut self, deps: Vec<ChangeId>, device: DeviceId, ops: Vec<NewOp>) -> ChangeId {
        self.save_as(LI, deps, device, ops)
    }

    fn save_as(&mut self, officer: OfficerId, deps: Vec<ChangeId>, device: DeviceId, ops: Vec<NewOp>) -> ChangeId {
        self.seq += 1;
        let header = Header {
            tenant: TenantId::new([1; 16]),
            device,
            epoch: Epoch::new([3; 8]),
            seq: self.seq,
            prev: None,
            officer,
            lease: None,
            case: self.changes.first().map(Change::id),
            deps,
            clock: Clock {
                wall: Instant::from_ms(0),
                monotonic_ms: 0,
                boot: BootId::new([6; 16]),
                counts_sleep: true,
                anchor: None,
            },
            rules: Digest::new([8; 32]),
            ops: Digest::new([0; 32]),
        };
        let change = Change::seal(header, ops, [7; 32], &SoftwareKey::from_secret(&[1; 32]).unwrap()).unwrap();
        let id = change.id();
        self.changes.push(change);
        id
    }

    fn phone(&mut self, ops: Vec<NewOp>) -> ChangeId {
        self.save(DeviceId::new([1; 16]), ops)
    }

    fn decide(&mut self, decision: &str, target: Option<OpId>) -> ChangeId {
        let act = Act::Decide { decision: decision.into(), basis: Digest::new([0; 32]) };
        self.save(DeviceId::SERVER, vec![NewOp { target: target.map(OpRef::Of), ..NewOp::new(act) }])
    }

    fn judge(&mut self, change: ChangeId, outcome: Outcome, code: &str, against: &[OpId]) -> OpId {
        let act = Act::Verdict(VerdictAct { change, outcome, code: code.into() });
        let replaces = against.iter().map(|id| OpRef::Of(*id)).collect();
        op(self.save(DeviceId::SERVER, vec![NewOp { replaces, ..NewOp::new(act) }]), 0)
    }

    fn look<T>(&self, see: impl FnOnce(&CaseState, &Graph<'_>) -> T) -> T {
        see(&fold(self.id(), &self.changes), &Graph::new(&self.changes))
    }
}

fn result(text: &str) -> NewOp {
    NewOp::put(None, INSPECTION_RESULT, vec![], Value::text(text))
}

fn sign(form: impl Into<FormName>) -> NewOp {
    NewOp::new(Act::Sign(Signature {
        form: form.into(),
        version: 1,
        role: SignerRole::Officer,
        manner: "key".into(),
        shown: vec![],
        digest: shown_digest([]),
    }))
}

fn add(kind: impl Into<EntityKind>) -> NewOp {
    NewOp::add(kind, "a")
}

fn op(change: ChangeId, index: u32) -> OpId {
    OpId { change, index }
}

#[test]
fn a_returned_record_waits_until_a_supplement_that_saw_the_return_writes_to_it() {
    let mut case = Case::new();
    let record = op(case.phone(vec![add("record")]), 0);
    let other = op(case.phone(vec![add("record")]), 0);
    assert_eq!(case.look(|s, g| may_return(s, g, record)), Ok(()));
    let before = case.changes.last().unwrap().id();
    case.decide(RETURNED, Some(record));
    assert_eq!(case.look(close), BTreeSet::from([Obstacle::NotSupplemented]));
    assert_eq!(case.look(|s, g| may_return(s, g, record)), Err(Obstacle::Returned));
    // Made without having seen the return, so no answer to it.
    case.save_on(vec![before], DeviceId::new([2; 16]), vec![add(SUPPLEMENTARY_RECORD).on(OpRef::Of(record))]);
    assert!(case.look(close).contains(&Obstacle::NotSupplemented));
    let heads = case.look(|s, _| s.heads.iter().copied().collect());
    // About another record.
    case.save_on(heads, DeviceId::new([1; 16]), vec![add(SUPPLEMENTARY_RECORD).on(OpRef::Of(other))]);
    assert!(case.look(close).contains(&Obstacle::NotSupplemented));
    case.phone(vec![add(SUPPLEMENTARY_RECORD), add("line").on(OpRef::Of(record))]);
    assert_eq!(case.look(close), BTreeSet::new());
    assert_eq!(case.look(|s, g| may_return(s, g, record)), Ok(()));
}

#[test]
fn a_supplement_may_name_its_record_in_a_field() {
    let mut case = Case::new();
    let record = op(case.phone(vec![add("record")]), 0);
    case.decide(RETURNED, Some(record));
    let name = NewOp::put(Some(OpRef::Own(0)), SUPPLEMENTED, vec![], Value::text(record.to_string()));
    case.phone(vec![add(SUPPLEMENTARY_RECORD), name]);
    assert_eq!(case.look(close), BTreeSet::new());
}

#[test]
fn a_withdrawn_supplement_is_none() {
    let mut case = Case::new();
    let record = op(case.phone(vec![add("record")]), 0);
    case.decide(RETURNED, Some(record));
    let supplement = op(case.phone(vec![add(SUPPLEMENTARY_RECORD).on(OpRef::Of(record))]), 0);
    case.phone(vec![NewOp::new(Act::Withdraw).on(OpRef::Of(supplement)).with(Value::text("误加"))]);
    assert_eq!(case.look(close), BTreeSet::from([Obstacle::NotSupplemented]));
}

#[test]
fn only_a_signed_on_the_spot_decision_is_registered_and_only_once() {
    let mut case = Case::new();
    let document = op(case.phone(vec![add("document")]), 0);
    assert_eq!(case.look(|s, _| may_register(s, document)), Err(Obstacle::NotASpotDecision));
    case.phone(vec![sign(SPOT_DECISION).on(OpRef::Of(document))]);
    assert_eq!(case.look(|s, _| may_register(s, document)), Err(Obstacle::NotReported), "before it was reported");
    let reported = || NewOp::new(Act::RecordStep { step: REPORTED_FOR_RECORD });
    let other = op(case.phone(vec![add("document")]), 0);
    case.phone(vec![reported().on(OpRef::Of(other))]);
    assert_eq!(case.look(|s, _| may_register(s, document)), Err(Obstacle::NotReported), "another was reported");
    case.phone(vec![reported().on(OpRef::Of(document))]);
    assert_eq!(case.look(|s, _| may_register(s, document)), Ok(()));
    case.decide(CLOSED, None);
    assert_eq!(case.look(|s, _| may_register(s, document)), Ok(()), "closing takes no duty away");
    case.decide(REGISTERED, Some(document));
    assert_eq!(case.look(|s, _| may_register(s, document)), Err(Obstacle::Registered));
    assert_eq!(case.look(|s, _| may_register(s, op(case.id(), 9))), Err(Obstacle::NoSuchTarget));
}

#[test]
fn a_conflict_and_an_earlier_closing_are_obstacles() {
    let mut case = Case::new();
    let base = case.id();
    case.save_on(vec![base], DeviceId::new([1; 16]), vec![NewOp::put(None, "name", vec![], Value::text("一"))]);
    case.save_on(vec![base], DeviceId::new([2; 16]), vec![NewOp::put(None, "name", vec![], Value::text("二"))]);
    assert_eq!(case.look(close), BTreeSet::from([Obstacle::Conflict]));
    case.decide(CLOSED, None);
    assert_eq!(case.look(close), BTreeSet::from([Obstacle::Closed, Obstacle::Conflict]));
}

#[test]
fn nothing_closes_without_a_recorded_result() {
    for kind in [CaseKind::Inspection, CaseKind::Simple] {
        assert_eq!(Case::empty(kind).look(close), BTreeSet::from([Obstacle::NoResult]), "an empty case");
    }
    for (field, text, obstacles) in [
        (INSPECTION_RESULT, " ", BTreeSet::from([Obstacle::NoResult])),
        (INSPECTION_RESULT, "未发现违法行为", BTreeSet::new()),
        (CASE_RESULT, "不予处罚", BTreeSet::new()),
        ("remarks".into(), "未发现违法行为", BTreeSet::from([Obstacle::NoResult])),
    ] {
        let mut case = Case::empty(CaseKind::Simple);
        case.phone(vec![NewOp::put(None, &field, vec![], Value::text(text))]);
        assert_eq!(case.look(close), obstacles, "{field} {text}");
    }
}

#[test]
fn a_case_has_a_result_where_two_officers_signed_its_decision_and_not_where_one_signed_twice() {
    let zhang = OfficerId::new([0x22; 16]);
    let as_role = |role| {
        let NewOp { act: Act::Sign(signature), .. } = sign(SPOT_DECISION) else { panic!() };
        NewOp::new(Act::Sign(Signature { role, ..signature }))
    };
    for (signers, obstacles) in [
        (vec![(LI, SignerRole::Officer), (zhang, SignerRole::SecondOfficer)], BTreeSet::new()),
        (vec![(LI, SignerRole::Officer)], BTreeSet::from([Obstacle::NoResult])),
        (vec![(LI, SignerRole::Officer), (LI, SignerRole::SecondOfficer)], BTreeSet::from([Obstacle::NoResult])),
        (vec![(LI, SignerRole::Officer), (zhang, SignerRole::Party)], BTreeSet::from([Obstacle::NoResult])),
    ] {
        let mut case = Case::empty(CaseKind::Simple);
        case.save(DeviceId::SERVER, vec![NewOp::new(Act::Assign(crate::op::Assignment { officer: zhang }))]);
        let form = NewOp::put(Some(OpRef::Own(0)), "form", vec![], Value::text(SPOT_DECISION));
        let document = op(case.phone(vec![add("document"), form]), 0);
        let other = op(case.phone(vec![add("document")]), 0);
        for (officer, role) in &signers {
            let deps = vec![case.changes.last().unwrap().id()];
            case.save_as(*officer, deps, DeviceId::new([1; 16]), vec![as_role(*role).on(OpRef::Of(document))]);
        }
        // On another document, which decides nothing.
        case.phone(vec![sign("correction_order").on(OpRef::Of(other))]);
        assert_eq!(case.look(close), obstacles, "{signers:?}");
    }
}

#[test]
fn the_status_is_returned_until_the_supplement_and_closed_for_good() {
    let status = |case: &Case| case.look(|s, _| super::status(s, || Graph::new(&case.changes)));
    let mut returned = Case::new();
    let record = op(returned.phone(vec![add("record")]), 0);
    returned.decide(RETURNED, Some(record));
    assert_eq!(status(&returned), CaseStatus::Returned, "the only decision");
    let mut case = Case::new();
    let record = op(case.phone(vec![add("record")]), 0);
    case.decide("noted", None);
    assert_eq!(status(&case), CaseStatus::Open);
    case.decide(RETURNED, Some(record));
    assert_eq!(status(&case), CaseStatus::Returned);
    case.phone(vec![add(SUPPLEMENTARY_RECORD).on(OpRef::Of(record))]);
    assert_eq!(status(&case), CaseStatus::Open);
    case.decide(RETURNED, Some(record));
    case.decide(CLOSED, None);
    assert_eq!(status(&case), CaseStatus::Closed);
}

#[test]
fn what_is_returned_stands_in_an_open_case() {
    let mut case = Case::new();
    let record = op(case.phone(vec![add("record")]), 0);
    assert_eq!(case.look(|s, g| may_return(s, g, op(case.id(), 0))), Err(Obstacle::NoSuchTarget), "the opening");
    let gone = op(case.phone(vec![add("record")]), 0);
    case.phone(vec![NewOp::new(Act::Withdraw).on(OpRef::Of(gone)).with(Value::text("误加"))]);
    assert_eq!(case.look(|s, g| may_return(s, g, gone)), Err(Obstacle::NoSuchTarget), "voided");
    // One that only a change with effect refers to, and that itself has none.
    let excluded = case.phone(vec![add("record")]);
    case.phone(vec![NewOp::put(Some(OpRef::Of(op(excluded, 0))), "content", vec![], Value::text("内容"))]);
    case.judge(excluded, Outcome::Exclude, "after_revocation", &[]);
    assert_eq!(case.look(|s, g| may_return(s, g, op(excluded, 0))), Err(Obstacle::NoSuchTarget), "a shell");
    assert_eq!(case.look(|s, g| may_return(s, g, record)), Ok(()));
    case.decide(CLOSED, None);
    assert_eq!(case.look(|s, g| may_return(s, g, record)), Err(Obstacle::Closed));
}

#[test]
fn what_was_signed_or_registered_of_another_document_or_otherwise_says_nothing_of_this_one() {
    let mut case = Case::new();
    let [order, one, other] = [(); 3].map(|()| op(case.phone(vec![add("document")]), 0));
    let may = |case: &Case, document| case.look(|s, _| may_register(s, document));
    case.phone(vec![sign("correction_order").on(OpRef::Of(order))]);
    case.phone(vec![sign(SPOT_DECISION).on(OpRef::Of(other))]);
    assert_eq!(
        (may(&case, order), may(&case, one)),
        (Err(Obstacle::NotASpotDecision), Err(Obstacle::NotASpotDecision))
    );
    assert_eq!(may(&case, other), Err(Obstacle::NotReported));
    case.phone(vec![sign(SPOT_DECISION).on(OpRef::Of(one))]);
    case.phone(vec![NewOp::new(Act::RecordStep { step: REPORTED_FOR_RECORD })]);
    case.decide(REGISTERED, Some(other));
    case.decide("noted", Some(one));
    assert_eq!((may(&case, one), may(&case, other)), (Ok(()), Err(Obstacle::Registered)));
}

#[test]
fn a_filing_is_due_while_its_rule_runs_then_filed_then_received() {
    let result = |rule, running| CheckResult {
        rule,
        article: "",
        severity: crate::law::rule::Severity::Warn,
        outcome: crate::law::rule::Outcome::Undecided,
        stops: &[],
        document: None,
        party: None,
        reason: None,
        running,
        due: None,
        zh: String::new(),
        en: String::new(),
    };
    let running = [result("INS-05", true), result(FILING_RULE, true)];
    let over = [result("INS-05", true), result(FILING_RULE, false)];
    let mut case = Case::new();
    let filing = |case: &Case, results: &[CheckResult]| case.look(|s, _| super::filing(s, results));
    assert_eq!((filing(&case, &running), filing(&case, &over)), (Some(Filing::Due), None));
    case.phone(vec![NewOp::new(Act::RecordStep { step: INSPECTION_FILED })]);
    case.decide("noted", None);
    assert_eq!((filing(&case, &running), filing(&case, &over)), (Some(Filing::Filed), Some(Filing::Filed)));
    case.decide(FILING_RECEIVED, None);
    assert_eq!(filing(&case, &over), Some(Filing::Received));
}

#[test]
fn a_case_of_the_ordinary_procedure_takes_no_command() {
    let mut case = Case::empty(CaseKind::Ordinary);
    let record = op(case.phone(vec![add("record"), result("x")]), 0);
    let change = case.phone(vec![add("record")]);
    case.judge(change, Outcome::Exclude, "after_revocation", &[]);
    assert_eq!(case.look(|s, g| may_return(s, g, record)), Err(Obstacle::NotBuilt));
    assert_eq!(case.look(|s, _| may_register(s, record)), Err(Obstacle::NotBuilt));
    assert_eq!(case.look(|s, _| may_judge(s, change)), Err(Obstacle::NotBuilt));
    assert_eq!(case.look(|s, _| may_receive_filing(s)), Err(Obstacle::NotBuilt));
    assert!(case.look(close).contains(&Obstacle::NotBuilt));
}

#[test]
fn a_document_of_the_ordinary_procedure_is_neither_registered_nor_closed_over() {
    for (form, penalty, obstacles) in [
        ("spot_decision", false, BTreeSet::new()),
        ("correction_order", false, BTreeSet::new()),
        ("penalty_decision", false, BTreeSet::from([Obstacle::NotBuilt])),
        ("hearing_notice", false, BTreeSet::from([Obstacle::NotBuilt])),
        ("correction_order", true, BTreeSet::from([Obstacle::NotBuilt])),
    ] {
        let mut case = Case::new();
        let on = Some(OpRef::Own(0));
        let mut ops = vec![add("document"), NewOp::put(on, "form", vec![], Value::text(form))];
        ops.extend(penalty.then(|| NewOp::put(on, "fine_fen", vec![], Value::Int(10_000_000))));
        let document = op(case.phone(ops), 0);
        assert_eq!(case.look(close), obstacles, "{form} {penalty}");
        case.phone(vec![sign("penalty_decision").on(OpRef::Of(document))]);
        assert_eq!(case.look(|s, _| may_register(s, document)), Err(Obstacle::NotBuilt), "signed as another form");
        case.phone(vec![NewOp::new(Act::Withdraw).on(OpRef::Of(document)).with(Value::text("误作"))]);
        assert_eq!(case.look(close), BTreeSet::new(), "voided");
    }
}

#[test]
fn a_filing_is_received_once_and_after_it_was_made() {
    let mut case = Case::new();
    assert_eq!(case.look(|s, _| may_receive_filing(s)), Err(Obstacle::NotFiled));
    case.decide(CLOSED, None);
    case.phone(vec![NewOp::new(Act::RecordStep { step: INSPECTION_FILED })]);
    assert_eq!(case.look(|s, _| may_receive_filing(s)), Ok(()), "closing takes no duty away");
    case.decide(FILING_RECEIVED, None);
    assert_eq!(case.look(|s, _| may_receive_filing(s)), Err(Obstacle::FilingReceived));
}
