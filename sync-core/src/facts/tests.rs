//! What is read from a case: each field and each step by itself.

use super::*;
use crate::case::fold;
use crate::change::{Change, Clock, Header, NewOp, shown_digest};
use crate::id::{AgencyId, BootId, ChangeId, DeviceId, Digest, Epoch, OfficerId, TenantId};
use crate::law::discretion::FineRange;
use crate::law::facts::{Certificate, Delivery, EvidencePart, NotValid, Penalty, PenaltyDecision};
use crate::money::Fen;
use crate::op::{Act, Assignment, Correction, Number, OpRef, Open, Signature, SignerRole};
use crate::sign::SoftwareKey;
use crate::time::Instant;

mod documents;
mod inspection;

const LI: OfficerId = OfficerId::new([0x11; 16]);
const ZHANG: OfficerId = OfficerId::new([0x22; 16]);
const AGENCY: AgencyId = AgencyId::new([9; 16]);
const PHONE: DeviceId = DeviceId::new([1; 16]);

fn minute(minute: i64) -> Instant {
    Instant::from_ms(1_795_363_200_000 + minute * 60_000)
}

/// A case of two officers, a change a minute.
struct Story(Vec<Change>);

impl Story {
    fn new() -> Self {
        let mut story = Self(Vec::new());
        let open = Open { kind: CaseKind::Simple, agency: AGENCY, item: "i".into(), officers: vec![LI, ZHANG] };
        story.save(vec![NewOp::new(Act::Open(open))]);
        story
    }

    fn save(&mut self, ops: Vec<NewOp>) -> ChangeId {
        self.by(LI, PHONE, ops)
    }

    fn by(&mut self, officer: OfficerId, device: DeviceId, ops: Vec<NewOp>) -> ChangeId {
        let last = self.0.last().map(Change::id);
        let clock =
            Clock { wall: minute(0), monotonic_ms: 1, boot: BootId::new([6; 16]), counts_sleep: true, anchor: None };
        let header = Header {
            tenant: TenantId::new([1; 16]),
            device,
            epoch: Epoch::new([3; 8]),
            seq: u64::try_from(self.0.len()).unwrap() + 1,
            prev: last,
            officer,
            lease: None,
            case: self.0.first().map(Change::id),
            deps: last.into_iter().collect(),
            clock,
            rules: Digest::new([8; 32]),
            ops: Digest::new([0; 32]),
        };
        let change = Change::seal(header, ops, [7; 32], &SoftwareKey::from_secret(&[5; 32]).unwrap()).unwrap();
        let id = change.id();
        self.0.push(change);
        id
    }

    /// What another phone made at the same time as the last change.
    fn beside(&mut self, ops: Vec<NewOp>) {
        let deps = self.0.last().unwrap().header().deps.clone();
        let own = self.by(ZHANG, DeviceId::new([2; 16]), ops.clone());
        let change = self.0.pop().unwrap();
        assert_eq!(change.id(), own);
        let header = Header { deps, ..change.header().clone() };
        self.0.push(Change::seal(header, ops, [7; 32], &SoftwareKey::from_secret(&[5; 32]).unwrap()).unwrap());
    }

    /// An entity with these fields.
    fn entity(&mut self, kind: &str, fields: &[(&str, Value)]) -> OpId {
        let put = |(name, value): &(&str, Value)| NewOp::put(Some(OpRef::Own(0)), *name, vec![], value.clone());
        let ops = std::iter::once(NewOp::add(kind, "a")).chain(fields.iter().map(put)).collect();
        OpId { change: self.save(ops), index: 0 }
    }

    fn step(&mut self, step: &str, target: Option<OpId>, value: Option<Value>) {
        let op = NewOp::new(Act::RecordStep { step: step.into() });
        let op = target.into_iter().fold(op, |op, target| op.on(OpRef::Of(target)));
        self.save(vec![value.into_iter().fold(op, NewOp::with)]);
    }

    fn sign(&mut self, officer: OfficerId, role: SignerRole, document: OpId) {
        self.sign_as("spot_decision", officer, role, document);
    }

    fn sign_as(&mut self, form: &str, officer: OfficerId, role: SignerRole, document: OpId) {
        let (form, manner) = (form.into(), "key".to_owned());
        let signature = Signature { form, version: 1, role, manner, shown: vec![], digest: shown_digest([]) };
        self.by(officer, PHONE, vec![NewOp::new(Act::Sign(signature)).on(OpRef::Of(document))]);
    }

    fn withdraw(&mut self, entity: OpId) {
        self.save(vec![NewOp::new(Act::Withdraw).on(OpRef::Of(entity)).with(Value::text("误作"))]);
    }

    fn state(&self) -> CaseState {
        fold(self.0[0].id(), &self.0)
    }

    fn look<T>(&self, see: impl FnOnce(Seen<'_>) -> T) -> T {
        let (state, roster) = (self.state(), Roster::default());
        let dated = self.0.iter().zip(0..).map(|(change, at)| (change, Interval::exactly(minute(at))));
        see(Seen::at(&state, &Timeline::new(dated), &roster, Interval::exactly(minute(99))))
    }

    fn matters(&self, roster: &Roster) -> Vec<Matter> {
        let state = self.state();
        let dated = self.0.iter().zip(0..).map(|(change, at)| (change, Interval::exactly(minute(at))));
        matters(Seen::at(&state, &Timeline::new(dated), roster, Interval::exactly(minute(99))))
    }

    /// The facts about one decision.
    fn about(&self, document: OpId) -> Facts {
        let mut matters = self.matters(&Roster::default()).into_iter();
        let is = |matter: &Matter| matter.about == About::PenaltyDecision && matter.document == Some(document);
        matters.find(is).unwrap().facts
    }

    fn decision(&self, document: OpId) -> PenaltyDecision {
        self.about(document).decision.unwrap()
    }
}

fn spot() -> Vec<(&'static str, Value)> {
    vec![("form", Value::text("spot_decision")), ("fine_fen", Value::Int(20_000))]
}

#[test]
fn a_value_says_something_unless_it_is_blank_in_any_part() {
    let blank = Value::text(" \u{3000}");
    for value in [Value::text("x"), Value::Int(0), Value::Bool(false), Value::List(vec![Value::text("x")])] {
        assert!(says_something(&value), "{value:?}");
    }
    for value in [
        Value::Null,
        blank.clone(),
        Value::List(vec![]),
        Value::List(vec![Value::text("x"), blank.clone()]),
        Value::List(vec![blank, Value::text("x")]),
    ] {
        assert!(!says_something(&value), "{value:?}");
    }
}

#[test]
fn the_case_as_a_whole_has_its_evidence_its_numbers_and_its_first_party() {
    let mut story = Story::new();
    story.entity("party", &[("party_type", Value::text("company"))]);
    story.entity("evidence", &[("title", Value::text("照片"))]);
    story.entity("document", &[("number", Value::text("A〔2026〕1号"))]);
    let matters = story.matters(&Roster::default());
    let [whole] = matters.iter().filter(|matter| matter.about == About::Case).collect::<Vec<_>>()[..] else { panic!() };
    let Facts { evidence, numbers, party, .. } = &whole.facts;
    assert_eq!(evidence.iter().map(|piece| piece.name.as_str()).collect::<Vec<_>>(), ["照片"]);
    assert_eq!(numbers.iter().map(|number| number.text.as_str()).collect::<Vec<_>>(), ["A〔2026〕1号"]);
    assert_eq!(party.kind, Known::Known(crate::law::facts::PartyType::Company));
}

#[test]
fn a_certificate_of_another_field_does_not_reach_the_case() {
    let (mut story, li, agency) = (Story::new(), LI, AGENCY);
    story.step("entered", None, None);
    for (category, certificate) in
        [("市场监督管理", Certificate::Valid), ("交通运输", Certificate::NotValid(NotValid::OutOfScope))]
    {
        let json = serde_json::json!({
            "region": "500237",
            "agencies": [{"id": agency, "sector": "market"}],
            "officers": [{"officer": {"id": li}, "certificates": [{
                "region": "500237", "category": category,
                "intervals": [{"status": "valid", "from_ms": 0, "until_ms": null}]
            }]}]
        });
        let roster = Roster::from_reference(&json.to_string()).unwrap();
        for matter in story.matters(&roster) {
            let of_li = matter.facts.officers.iter().find(|officer| officer.officer == LI);
            assert_eq!(of_li.map(|officer| officer.certificate), Some(certificate), "{:?}", matter.about);
        }
    }
}

#[test]
fn the_range_of_a_fine_is_read_by_its_kind() {
    let yuan = |yuan: i64| Value::Int(yuan * 100);
    let (base, percent) = (Fen::yuan(1_000), Value::Int);
    let range = |kind: &str| {
        let mut story = Story::new();
        let fields = [
            ("range_kind", Value::text(kind)),
            ("range_min_fen", yuan(100)),
            ("range_max_fen", yuan(500)),
            ("range_base_fen", yuan(1_000)),
            ("range_min_percent", percent(100)),
            ("range_max_percent", percent(500)),
        ];
        let document = story.entity("document", &fields);
        discretion::of(&story.state(), document, None).range
    };
    assert_eq!(range("between"), FineRange::between(Fen::yuan(100), Fen::yuan(500)).ok());
    assert_eq!(range("up_to"), FineRange::up_to(Fen::yuan(500)).ok());
    assert_eq!(range("multiples"), FineRange::multiples(base, Some(100), 500).ok());
    assert_eq!(range("up_to_multiple"), FineRange::multiples(base, None, 500).ok());
    assert_eq!((range("about"), range(" ")), (None, None));
    let all = ["between", "up_to", "multiples", "up_to_multiple"].map(range);
    assert!(all.iter().all(Option::is_some) && all[2] != all[3]);
}

#[test]
fn a_piece_of_evidence_is_confirmed_by_two_people_who_are_named_or_signed_and_did_not_refuse() {
    for (second, lacks) in [(SignerRole::Witness, false), (SignerRole::Party, false), (SignerRole::Refusal, true)] {
        let mut story = Story::new();
        let piece = story.entity("evidence", &[("source", Value::text("店内")), ("taken_by", Value::text("李"))]);
        story.sign(LI, SignerRole::Officer, piece);
        story.sign(ZHANG, second, piece);
        let [entry] = &evidence::all(&story.state())[..] else { panic!() };
        assert_eq!(entry.lacking.contains(&EvidencePart::Signers), lacks, "{second:?}");
    }
    for (named, lacks) in [("李，张", false), ("李", true), ("李、李", true), ("李 张", false)] {
        let mut story = Story::new();
        story.entity("evidence", &[("signers", Value::text(named))]);
        assert_eq!(evidence::all(&story.state())[0].lacking.contains(&EvidencePart::Signers), lacks, "{named}");
    }
}

#[test]
fn each_signed_fine_of_a_case_without_parties_is_one_more() {
    let mut story = Story::new();
    let documents = [(); 3].map(|()| story.entity("document", &spot()));
    let others = |story: &Story| {
        let of_party = story.matters(&Roster::default()).into_iter().filter(|one| one.about == About::PenaltyOnParty);
        of_party.map(|one| one.facts.decision.unwrap().other_fines).collect::<Vec<_>>()
    };
    assert_eq!(others(&story), [0, 0, 0], "drafts");
    story.sign(LI, SignerRole::Officer, documents[0]);
    story.sign(LI, SignerRole::Officer, documents[1]);
    let mut found = others(&story);
    found.sort_unstable();
    assert_eq!(found, [1, 1, 2], "the draft has two signed ones beside it");
}

#[test]
fn notice_and_statement_are_those_of_this_decision_or_of_no_document() {
    let said = || Some(Value::text("拟罚款"));
    let mut story = Story::new();
    let (own, other) = (story.entity("document", &spot()), story.entity("document", &spot()));
    let (record, gone) = (story.entity("record", &[]), story.entity("record", &[]));
    story.withdraw(gone);
    let noticed = |story: &Story| {
        let Facts { notice_given_at, notice_says, .. } = story.about(own);
        (notice_given_at != Happened::NotYet, notice_says == Known::Known(true))
    };
    story.step("penalty_notice", Some(other), said());
    assert_eq!(noticed(&story), (false, false), "of another document");
    for (target, value, expected) in [
        (Some(own), said(), (true, true)),
        (None, said(), (true, true)),
        (Some(record), said(), (true, true)),
        (Some(own), None, (true, false)),
    ] {
        let mut with = Story(story.0.clone());
        with.step("penalty_notice", target, value);
        assert_eq!(noticed(&with), expected, "{target:?}");
    }
    let piece = story.entity("evidence", &[]);
    for (target, value, noted) in [
        (None, said(), true),
        (None, None, false),
        (Some(record), None, true),
        (Some(gone), None, false),
        (Some(piece), None, false),
        (Some(other), said(), false),
    ] {
        let mut with = Story(story.0.clone());
        with.step("statement_heard", target, value);
        assert_eq!(with.about(own).heard_noted == Known::Known(true), noted, "{target:?}");
    }
}

#[test]
fn what_is_reported_archived_or_delivered_of_another_document_is_not_of_this_one() {
    let mut story = Story::new();
    let (own, other) = (story.entity("document", &spot()), story.entity("document", &spot()));
    for step in ["reported_for_record", "archived", "delivered"] {
        story.step(step, Some(other), None);
    }
    let PenaltyDecision { reported_at, archived_at, delivery, .. } = story.decision(own);
    assert_eq!((reported_at, archived_at), (Happened::NotYet, Happened::NotYet));
    assert_eq!(delivery, Known::Known(Delivery::NotYet));
    let PenaltyDecision { reported_at, archived_at, delivery, .. } = story.decision(other);
    assert!(reported_at != Happened::NotYet && archived_at != Happened::NotYet);
    assert_eq!(delivery, Known::Known(Delivery::HandedOver));
    story.step("reported_for_record", None, None);
    assert_ne!(story.decision(own).reported_at, Happened::NotYet, "of no document: of each");
    for (manner, found) in [
        ("refused", Delivery::Refused { noted: false }),
        ("refused_noted", Delivery::Refused { noted: true }),
        ("electronic", Delivery::Electronic { confirmed: false }),
        ("electronic_confirmed", Delivery::Electronic { confirmed: true }),
        ("screen", Delivery::ScreenOnly),
        ("in_person", Delivery::HandedOver),
    ] {
        story.step("delivered", Some(own), Some(Value::text(manner)));
        assert_eq!(story.decision(own).delivery, Known::Known(found), "{manner}");
    }
}

#[test]
fn a_number_that_is_written_counts_before_the_one_that_the_server_gave_to_this_document() {
    let mut story = Story::new();
    let (own, other) = (story.entity("document", &spot()), story.entity("document", &spot()));
    let give = |story: &mut Story, document, serial: u32| {
        let text = format!("A〔2026〕{serial}号");
        let number = Number { form: "spot_decision".into(), year: 2026, serial, text };
        story.by(LI, DeviceId::SERVER, vec![NewOp::new(Act::Number(number)).on(OpRef::Of(document))]);
    };
    give(&mut story, other, 7);
    let number = |story: &Story, document| story.decision(document).form_number;
    assert_eq!((number(&story, own), number(&story, other)), (None, Some("A〔2026〕7号".to_owned())));
    give(&mut story, own, 8);
    assert_eq!(number(&story, own).as_deref(), Some("A〔2026〕8号"));
    let written = NewOp::put(Some(OpRef::Of(own)), "number", vec![], Value::text("A〔2026〕9号"));
    story.save(vec![written]);
    assert_eq!(number(&story, own).as_deref(), Some("A〔2026〕9号"));
}

#[test]
fn each_kind_of_penalty_is_read_by_its_word() {
    let text = |words: &[&str]| Value::List(words.iter().map(|word| Value::text(*word)).collect());
    for (value, penalties) in [
        (Value::text("warning"), vec![Penalty::Warning]),
        (Value::text("fine"), vec![Penalty::Fine]),
        (Value::text("closure"), vec![Penalty::Other]),
        (text(&["warning", "fine", " "]), vec![Penalty::Warning, Penalty::Fine]),
        (Value::text(" "), vec![]),
    ] {
        let mut story = Story::new();
        let fields: Vec<_> = spot().into_iter().chain([("penalty_kind", value.clone())]).collect();
        let document = story.entity("document", &fields);
        assert_eq!(story.decision(document).penalties.into_iter().collect::<Vec<_>>(), penalties, "{value:?}");
    }
}

fn corrected(step: OpId, happened: Option<Instant>) -> NewOp {
    let happened_ms = happened.map(Instant::ms);
    let correction = Correction { step: OpRef::Of(step), kind: Some("certificate_shown".into()), happened_ms };
    NewOp::new(Act::Correct(correction)).with(Value::List(vec![Value::Null, Value::text("记错了")]))
}

#[test]
fn a_step_that_is_corrected_in_two_ways_happened_at_no_known_time() {
    let shown = |story: &Story| story.matters(&Roster::default()).remove(0).facts.certificate_shown_at;
    let mut story = Story::new();
    story.entity("party", &[]);
    assert_eq!(shown(&story), Happened::NotYet);
    story.step("certificate_shown", None, None);
    let step = OpId { change: story.0.last().unwrap().id(), index: 0 };
    assert_eq!(shown(&story), Happened::At(When::from(Mark::at(2, Interval::exactly(minute(2))))));
    story.save(vec![corrected(step, Some(minute(1)))]);
    let Happened::At(stated) = shown(&story) else { panic!("it is stated") };
    assert_eq!(stated.interval().lower, minute(1));
    let mut agreed = Story(story.0.clone());
    agreed.beside(vec![corrected(step, Some(minute(1)))]);
    assert_eq!(shown(&agreed), Happened::At(stated));
    story.beside(vec![corrected(step, Some(minute(0)))]);
    assert_eq!(shown(&story), Happened::Unknown);
    // A time after the correction itself was made is none.
    let mut late = Story::new();
    late.entity("party", &[]);
    late.step("certificate_shown", None, None);
    let step = OpId { change: late.0.last().unwrap().id(), index: 0 };
    late.save(vec![corrected(step, Some(minute(9)))]);
    assert_eq!(shown(&late), Happened::Unknown);
}

#[test]
fn a_statement_that_is_disputed_is_no_later_one() {
    let mut story = Story::new();
    let document = story.entity("document", &spot());
    story.step("penalty_notice", None, Some(Value::text("拟罚款")));
    story.step("statement_heard", None, Some(Value::text("无异议")));
    let heard = OpId { change: story.0.last().unwrap().id(), index: 0 };
    assert!(matches!(story.about(document).heard_at, Happened::At(_)));
    let correct = |at| {
        let happened_ms = Some(minute(at).ms());
        let correction = Correction { step: OpRef::Of(heard), kind: Some("statement_heard".into()), happened_ms };
        NewOp::new(Act::Correct(correction)).with(Value::List(vec![Value::Null, Value::text("记错了")]))
    };
    story.save(vec![correct(2)]);
    story.beside(vec![correct(3)]);
    assert_eq!(story.about(document).heard_at, Happened::Unknown);
}

#[test]
fn a_field_was_written_when_it_got_the_value_that_it_shows_and_a_blank_one_never() {
    let mut story = Story::new();
    let written = |story: &Story| match story.look(|seen| seen.written(&names::INSPECTION_RESULT)) {
        Happened::At(when) => Some(when.interval().lower),
        Happened::NotYet => None,
        Happened::Unknown => panic!("every change has its time"),
    };
    let put = |text: &str| vec![NewOp::put(None, "inspection_result", vec![], Value::text(text))];
    story.save(vec![NewOp::put(None, "title", vec![], Value::text("题"))]);
    assert_eq!(written(&story), None);
    story.save(put("已检查"));
    assert_eq!(written(&story), Some(minute(2)));
    let replaces = vec![OpRef::Of(OpId { change: story.0.last().unwrap().id(), index: 0 })];
    story.save(vec![NewOp { replaces, ..put(" ").remove(0) }]);
    assert_eq!(written(&story), None, "it shows a blank");
}

#[test]
fn the_last_day_of_a_span_is_told_where_it_is_another_than_the_first() {
    let story = Story::new();
    let (state, timeline, roster) = (story.state(), Timeline::default(), Roster::default());
    let days = |lower, upper| {
        let at = Interval { lower, upper, grade: crate::when::Grade::B };
        let facts = matters(Seen::at(&state, &timeline, &roster, at)).remove(0).facts;
        (facts.on, facts.on_at_latest)
    };
    let midnight = Instant::start_of(Date::constant(2026, 11, 24));
    let (before, after) = (midnight.plus_ms(-1), midnight);
    assert_eq!(days(before, before), (before.date(), None));
    assert_eq!(days(before, after), (before.date(), Some(after.date())));
}
