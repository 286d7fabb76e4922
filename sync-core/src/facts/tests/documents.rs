//! What a document is by its form, its signatures and its kind, and the acts that its signatures are.

use super::*;
use crate::law::facts::{DecisionForm, Doing};
use crate::law::rule::FormalAct;

/// Each document of the case, as what it is made.
fn doing(story: &Story, id: OpId) -> Option<Doing> {
    story.look(|seen| document::all(seen).iter().find(|document| document.id == id).and_then(document::Document::doing))
}

#[test]
fn what_signing_does_depends_on_form_and_kind() {
    for (entity, form, expected) in [
        ("record", "", Some(Doing::Recording)),
        ("record", "note", Some(Doing::Recording)),
        ("document", "interview_record", Some(Doing::Recording)),
        ("document", "scene_record", Some(Doing::Recording)),
        ("document", "inspection_notice", None),
        ("document", "correction_order", Some(Doing::Documenting)),
        ("document", "", Some(Doing::Documenting)),
        ("document", "spot_decision", Some(Doing::Deciding)),
    ] {
        let mut story = Story::new();
        let id = story.entity(entity, &[("form", Value::text(form))]);
        story.sign_as(if form.is_empty() { "note" } else { form }, LI, SignerRole::Officer, id);
        assert_eq!(doing(&story, id), expected, "{entity} {form}");
    }
}

#[test]
fn a_voided_document_is_none_unless_it_was_delivered() {
    let mut story = Story::new();
    let (kept, gone, delivered) =
        (story.entity("document", &spot()), story.entity("document", &spot()), story.entity("document", &spot()));
    story.withdraw(gone);
    story.step("delivered", Some(delivered), None);
    story.withdraw(delivered);
    assert_eq!(std::collections::BTreeSet::from_iter(decisions(&story.state())), [kept, delivered].into());
}

#[test]
fn a_document_is_built_if_its_form_is_and_no_signature_names_another() {
    let mut story = Story::new();
    let fields = |form| vec![("form", Value::text(form))];
    let [order, hearing, blank, signed] = ["correction_order", "hearing_notice", " ", "correction_order"]
        .map(|form| story.entity("document", &fields(form)));
    story.sign_as("penalty_decision", LI, SignerRole::Officer, signed);
    story.sign_as("correction_order", LI, SignerRole::Officer, order);
    let state = story.state();
    assert_eq!([order, hearing, blank, signed].map(|id| is_built(&state, id)), [true, false, true, false]);
    let all =
        story.look(|seen| document::all(seen).iter().map(|one| (one.id, one.decides)).collect::<BTreeMap<_, _>>());
    assert_eq!((all[&order], all[&signed]), (None, Some(DecisionForm::NotBuilt)));
}

#[test]
fn signing_counts_as_what_the_document_was_signed_as_before_and_not_as_another_was() {
    let mut story = Story::new();
    let (own, other, record) =
        (story.entity("document", &[]), story.entity("document", &[]), story.entity("record", &[]));
    let act = |story: &Story, document, form: &str| {
        signing_act(&story.state(), &Signing { document, form: form.into(), shown: Vec::new() })
    };
    assert_eq!(act(&story, own, "spot_decision"), FormalAct::SignDecision);
    assert_eq!(act(&story, record, "note"), FormalAct::SignRecord);
    story.sign_as("spot_decision", LI, SignerRole::Officer, other);
    assert_eq!(
        (act(&story, own, "note"), act(&story, other, "note")),
        (FormalAct::OtherDocument, FormalAct::SignDecision)
    );
    let delivering = |document| delivering_act(&story.state(), document);
    assert_eq!(delivering(None), FormalAct::Deliver, "it may be any");
    assert_eq!((delivering(Some(own)), delivering(Some(other))), (FormalAct::OtherDocument, FormalAct::Deliver));
}

#[test]
fn acts_of_one_kind_of_the_same_officers_are_one_matter_and_of_each_document_its_own() {
    let acts = |story: &Story| {
        let acts = story.matters(&Roster::default()).into_iter().filter(|matter| matter.about == About::OfficerAct);
        acts.map(|matter| (matter.document, matter.facts.doing.unwrap())).collect::<Vec<_>>()
    };
    let mut story = Story::new();
    let documents = [(); 2].map(|()| story.entity("document", &[("form", Value::text("correction_order"))]));
    assert_eq!(acts(&story), []);
    for step in ["entered", "question_asked", "certificate_shown", "question_asked", "entered"] {
        story.step(step, None, None);
    }
    let steps = [(None, Doing::Entering), (None, Doing::Asking)];
    assert_eq!(acts(&story), steps);
    for document in [documents[0], documents[0], documents[1]] {
        story.sign_as("correction_order", LI, SignerRole::Officer, document);
    }
    let signed = documents.map(|document| (Some(document), Doing::Documenting));
    assert_eq!(acts(&story), [steps, signed].concat());
    story.sign_as("correction_order", ZHANG, SignerRole::SecondOfficer, documents[0]);
    assert_eq!(acts(&story).len(), 5, "by another officer");
    story.sign_as("correction_order", ZHANG, SignerRole::Party, documents[1]);
    assert_eq!(acts(&story).len(), 5, "by no officer");
}

#[test]
fn a_decision_applies_the_item_that_it_names_or_that_of_the_case_if_that_is_one_to_fine_by() {
    let range = FineRange::up_to(Fen::yuan(5_000)).ok();
    let mut roster = Roster::default();
    let entry = |range, confirmed| ItemEntry { range, confirmed, ..ItemEntry::default() };
    roster.items.insert("named".into(), entry(None, true));
    let applied = |roster: &Roster, name: Option<&str>| {
        let mut story = Story::new();
        let document =
            story.entity("document", &name.map(|name| ("item", Value::text(name))).into_iter().collect::<Vec<_>>());
        discretion::item(&story.state(), roster, document).map(|item| (item.range, item.confirmed))
    };
    assert_eq!((applied(&roster, Some("named")), applied(&roster, Some("x"))), (Some((None, true)), None));
    assert_eq!(applied(&roster, None), None, "that of the case is unknown");
    roster.items.insert("i".into(), entry(None, false));
    assert_eq!(applied(&roster, None), None, "it provides for no fine");
    roster.items.insert("i".into(), entry(range, false));
    assert_eq!((applied(&roster, None), applied(&roster, Some("x"))), (Some((range, false)), None));
}

/// A case that Li opened alone.
fn alone() -> Story {
    let mut story = Story(Vec::new());
    let open = Open { kind: CaseKind::Simple, agency: AGENCY, item: "i".into(), officers: vec![LI] };
    story.save(vec![NewOp::new(Act::Open(open))]);
    story
}

#[test]
fn those_are_present_at_an_act_who_had_joined_by_then_and_who_did_it_themselves() {
    let mut story = alone();
    story.step("entered", None, None);
    story.by(LI, DeviceId::SERVER, vec![NewOp::new(Act::Assign(crate::op::Assignment { officer: ZHANG }))]);
    story.step("question_asked", None, None);
    let document = story.entity("document", &[("form", Value::text("correction_order"))]);
    story.sign_as("correction_order", ZHANG, SignerRole::Officer, document);
    let mut roster = Roster::default();
    roster.officers.insert(ZHANG, OfficerEntry { is_helper: true, certificates: Vec::new() });
    let acts: Vec<_> = story
        .matters(&roster)
        .into_iter()
        .filter(|matter| matter.about == About::OfficerAct)
        .map(|matter| {
            let facts = matter.facts;
            let there = facts.officers.iter().map(|one| (one.officer, one.acted, one.is_helper)).collect::<Vec<_>>();
            let [act] = &facts.acts[..] else { panic!("one act") };
            (facts.doing.unwrap(), act.what.en, act.during, there)
        })
        .collect();
    let at = |at| Interval::exactly(minute(at));
    assert_eq!(
        acts,
        [
            (Doing::Entering, "entry", at(1), vec![(LI, true, false)]),
            (Doing::Asking, "question", at(3), vec![(LI, true, false), (ZHANG, true, true)]),
            (Doing::Documenting, "signature", at(5), vec![(LI, false, false), (ZHANG, true, true)]),
        ]
    );
    // Who signed before they joined was there all the same.
    let mut early = alone();
    let document = early.entity("document", &[("form", Value::text("correction_order"))]);
    early.save(vec![NewOp::new(Act::Invite(ZHANG))]);
    early.sign_as("correction_order", LI, SignerRole::Officer, document);
    let there = |story: &Story| {
        let acts = story.matters(&Roster::default()).into_iter().find(|matter| matter.about == About::OfficerAct);
        acts.unwrap().facts.officers.into_iter().map(|one| one.officer).collect::<Vec<_>>()
    };
    assert_eq!(there(&early), [LI, ZHANG]);
}

#[test]
fn an_act_is_on_the_day_of_its_interval_and_perhaps_on_the_next() {
    let mut story = Story::new();
    story.step("entered", None, None);
    let state = story.state();
    let midnight = Instant::start_of(Date::constant(2026, 11, 24));
    let days = |lower, upper| {
        let during = Interval { lower, upper, grade: crate::when::Grade::B };
        let timeline = Timeline::new(story.0.iter().map(|change| (change, during)));
        let (roster, now) = (Roster::default(), Interval::exactly(minute(9999)));
        let facts = matters(Seen::at(&state, &timeline, &roster, now)).remove(0).facts;
        assert_eq!(facts.acts[0].during, during);
        (facts.on, facts.on_at_latest)
    };
    let (before, after) = (midnight.plus_ms(-1), midnight);
    assert_eq!(days(before, before), (before.date(), None));
    assert_eq!(days(before, after), (before.date(), Some(after.date())));
}

#[test]
fn a_decision_is_made_against_whom_it_names_or_against_each_of_at_most_sixteen() {
    let addressed = |parties: usize, against: &dyn Fn(&[OpId]) -> Option<Value>| {
        let mut story = Story::new();
        let parties: Vec<OpId> = (0..parties).map(|_| story.entity("party", &[])).collect();
        let against = against(&parties).map(|value| ("against", value));
        let document = story.entity("document", &spot().into_iter().chain(against).collect::<Vec<_>>());
        let matters = story.matters(&Roster::default());
        let of = |about| matters.iter().filter(move |matter| matter.about == about);
        let [whole] = of(About::PenaltyDecision).collect::<Vec<_>>()[..] else { panic!("one decision") };
        assert_eq!((whole.document, whole.party), (Some(document), None));
        let found = of(About::PenaltyOnParty).map(|matter| parties.iter().position(|id| Some(*id) == matter.party));
        let mut found = found.collect::<Vec<_>>();
        found.sort_unstable();
        found
    };
    let nobody = |_: &[OpId]| None;
    assert_eq!((addressed(0, &nobody), addressed(2, &nobody)), (vec![None], vec![Some(0), Some(1)]));
    assert_eq!((addressed(16, &nobody).len(), addressed(17, &nobody)), (16, vec![None]), "too many to be meant");
    let named = |parties: &[OpId]| Some(Value::text(format!(" {} ", parties[1])));
    assert_eq!(addressed(3, &named), [Some(1)]);
    let listed = |parties: &[OpId]| Some(Value::List([2, 0].map(|at| Value::text(parties[at].to_string())).to_vec()));
    assert_eq!(addressed(3, &listed), [Some(0), Some(2)]);
    let blank = |_: &[OpId]| Some(Value::text(" "));
    assert_eq!(addressed(2, &blank), [Some(0), Some(1)]);
    let mut story = Story::new();
    story.entity("document", &spot());
    let matters = story.matters(&Roster::default());
    let on_party = matters.iter().find(|matter| matter.about == About::PenaltyOnParty).unwrap();
    assert_eq!(on_party.facts.party.kind, Known::NotEntered, "nobody is entered");
}

#[test]
fn premises_are_an_enterprises_if_one_party_is_one_and_no_ones_if_all_are_known() {
    let enters = |kinds: &[&str]| {
        let mut story = Story::new();
        story.step("entered", None, None);
        for kind in kinds {
            story.entity("party", &[("party_type", Value::text(*kind))]);
        }
        story.matters(&Roster::default()).remove(0).facts.inspection.unwrap().enters_enterprise
    };
    assert_eq!(enters(&[]), Known::NotEntered);
    assert_eq!(enters(&["natural_person", ""]), Known::NotEntered);
    assert_eq!(enters(&["natural_person"]), Known::Known(false));
    assert_eq!(enters(&["natural_person", "individual_business"]), Known::Known(false));
    assert_eq!(enters(&["natural_person", "", "company"]), Known::Known(true));
}

#[test]
fn who_signed_a_decision_in_which_role_and_when_the_second_officer_did() {
    let mut story = Story::new();
    let (own, other) = (story.entity("document", &spot()), story.entity("document", &spot()));
    let signed = |story: &Story| {
        let PenaltyDecision { signed_by, signed_at, first_signed_at, party_signed, refusal_noted, .. } =
            story.decision(own);
        let at = |happened| match happened {
            Happened::At(when) => Some(when.interval().lower),
            Happened::NotYet => None,
            Happened::Unknown => panic!("every change has its time"),
        };
        (signed_by.len(), at(first_signed_at), at(signed_at), party_signed, refusal_noted)
    };
    story.sign(ZHANG, SignerRole::SecondOfficer, other);
    story.sign(LI, SignerRole::Party, other);
    assert_eq!(signed(&story), (0, None, None, false, false));
    story.sign(LI, SignerRole::Officer, own);
    story.sign(LI, SignerRole::Officer, own);
    assert_eq!(signed(&story), (1, Some(minute(5)), None, false, false), "one officer twice is one");
    story.sign(ZHANG, SignerRole::SecondOfficer, own);
    assert_eq!(signed(&story), (2, Some(minute(5)), Some(minute(7)), false, false));
    let mut refused = Story(story.0.clone());
    refused.sign(LI, SignerRole::Refusal, own);
    assert_eq!(signed(&refused), (2, Some(minute(5)), Some(minute(7)), false, true));
    story.sign(LI, SignerRole::Party, own);
    assert_eq!(signed(&story), (2, Some(minute(5)), Some(minute(7)), true, false));
}

#[test]
fn a_signed_decision_states_what_was_signed_and_a_draft_what_is_written() {
    use crate::law::facts::Item;
    let mut story = Story::new();
    let fields: Vec<_> =
        spot().into_iter().chain([("facts", Value::text("未标价")), ("date", Value::text(" "))]).collect();
    let document = story.entity("document", &fields);
    let stated = |story: &Story| story.decision(document).stated.into_iter().collect::<Vec<_>>();
    assert_eq!(stated(&story), [Item::Violation, Item::Amount]);
    // Signed over the fact alone, which is the fourth operation.
    let shown = OpId { index: 3, ..document };
    let commit = story.0.last().unwrap().ops()[3].commit;
    let digest = shown_digest([(&shown, commit)]);
    let (form, manner, role) = ("spot_decision".into(), "key".into(), SignerRole::Officer);
    let signature = Signature { form, version: 1, role, manner, shown: vec![OpRef::Of(shown)], digest };
    story.save(vec![NewOp::new(Act::Sign(signature)).on(OpRef::Of(document))]);
    assert_eq!(stated(&story), [Item::Violation]);
    let replaced = NewOp::put(Some(OpRef::Of(document)), "facts", vec![OpRef::Of(shown)], Value::text("另写"));
    let mut other = Story(story.0.clone());
    other.save(vec![NewOp::add("supplementary_record", "a"), replaced]);
    assert_eq!(stated(&other), [], "what is displayed now was not signed");
}

#[test]
fn a_decision_is_signed_when_the_second_of_three_officers_signs() {
    let wang = OfficerId::new([0x33; 16]);
    let mut story = Story::new();
    let assign = NewOp::new(Act::Assign(Assignment { officer: wang }));
    story.by(LI, DeviceId::SERVER, vec![assign]);
    let document = story.entity("document", &spot());
    for (at, officer, signed) in [(3, ZHANG, None), (4, LI, Some(4)), (5, wang, Some(4))] {
        story.sign(officer, SignerRole::Officer, document);
        let PenaltyDecision { signed_at, first_signed_at, signed_by, .. } = story.decision(document);
        let lower = |happened: Happened| match happened {
            Happened::At(when) => Some(when.interval().lower),
            Happened::NotYet => None,
            Happened::Unknown => panic!("every change has its time"),
        };
        assert_eq!(signed_by.len(), at - 2);
        assert_eq!((lower(first_signed_at), lower(signed_at)), (Some(minute(3)), signed.map(minute)));
    }
}
