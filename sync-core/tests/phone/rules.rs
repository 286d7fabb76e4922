//! Rules on the phone: drafts are saved and flagged, signing is blocked.

use crate::happened::Edit;
use crate::world::{AGENCY, DAY, Phone, TENANT, officer};
use sync_core::device::{Editor, SaveError, Saved, Stop};
use sync_core::id::AgencyId;
use sync_core::law::identity::CreditCode;
use sync_core::law::rule::Outcome;
use sync_core::law::wording::{RemedyTerms, spot_remedy};
use sync_core::op::{CaseKind, OpId, OpRef, Open, SignerRole};
use sync_core::value::Value;

const COUNTY: AgencyId = AgencyId::new([8; 16]);

/// The reference data of a tenant with two officers; the second one's certificate ended today.
pub fn reference(second_until: i64) -> String {
    let officer = |number: u8, until: i64| {
        serde_json::json!({
            "officer": {"id": officer(number), "name": "某", "agency": AGENCY, "helper": false, "active": true},
            "certificates": [{"number": "1", "category": "市场监管", "region": "500237", "intervals": [
                {"status": "valid", "from_ms": DAY - 86_400_000, "until_ms": until, "reason": "", "basis": ""}
            ]}]
        })
    };
    serde_json::json!({
        "tenant": TENANT, "region": "500237", "name": "巫山县", "regions": [], "items": [], "calendars": [],
        "agencies": [
            {"id": AGENCY, "name": "巫山县市场监督管理局", "sector": "market", "reconsideration": COUNTY},
            {"id": COUNTY, "name": "巫山县人民政府", "sector": "other", "reconsideration": null}
        ],
        "officers": [officer(1, DAY + 86_400_000), officer(2, second_until)]
    })
    .to_string()
}

fn code_of(party_type: &str) -> Option<String> {
    let begins = match party_type {
        "company" => "91500237",
        "individual_business" => "92500237",
        _ => return None,
    };
    Some(CreditCode::complete(begins, "MAK3X7Y2").unwrap().as_str().to_owned())
}

/// Names no amount: the tests change the fine.
const PAYMENT: &str = "自收到本决定书之日起十五日内到重庆农村商业银行巫山支行（地址：净坛路100号）缴纳罚款，逾期每日按罚款数额的百分之三加处罚款。";

pub fn draft(editor: &mut Editor, order: &str, fine_fen: i64) -> OpRef {
    let decision = editor.add(None, "document", order);
    let number = format!("（巫市监）当罚〔2026〕纸{}号", order.bytes().map(u32::from).sum::<u32>());
    let remedy = spot_remedy(&RemedyTerms { reconsideration_organ: "巫山县人民政府", internet_channel: None });
    for (field, text) in [
        ("form", "spot_decision"),
        ("number", &number),
        ("number_source", "presealed"),
        ("seal", "presealed"),
        ("penalty_kind", "fine"),
        ("facts", "四十道菜未标价"),
        ("kind_and_basis", "罚款，价格法第四十二条"),
        ("date", "2026-11-23"),
        ("place_text", "高唐街道"),
        ("remedy", &remedy),
        ("organ_name", "巫山县市场监督管理局"),
        ("party_particulars", "某餐馆"),
        ("payment", PAYMENT),
        ("range_kind", "up_to"),
        ("discretion_grade", "standard"),
        ("discretion_explanation", "属一般情节"),
    ] {
        editor.put(Some(decision), field, Value::text(text));
    }
    editor.put(Some(decision), "fine_fen", Value::Int(fine_fen));
    editor.put(Some(decision), "range_max_fen", Value::Int(2 * fine_fen));
    decision
}

pub struct Scene {
    pub phone: Phone,
    pub case: sync_core::id::CaseId,
    pub decision: OpId,
    pub saved: Saved,
}

/// Opens a case of two officers in which the party was shown, told and asked all that comes before the decision.
pub fn opened_on_the_spot(phone: &Phone) -> Editor {
    let officers = vec![officer(1), officer(2)];
    let open = Open { kind: CaseKind::Simple, agency: AGENCY, item: "SJ-C-001".into(), officers };
    let mut editor = phone.device.open_case(open);
    for step in ["certificate_shown", "rights_told", "correction_ordered"] {
        editor.record(step, None, None);
    }
    editor.record("penalty_notice", None, Some(Value::text("拟罚款；四十道菜未标价；价格法第四十二条")));
    editor.record("statement_heard", None, Some(Value::text("无异议")));
    editor
}

/// A decision on the spot that states all it must, with this fine.
pub fn scene(party_type: &str, fine_fen: i64, second_until: i64) -> Scene {
    let mut phone = Phone::new(1);
    phone.device.set_reference(&reference(second_until), Some("\"1\"")).unwrap();
    let mut editor = opened_on_the_spot(&phone);
    let party = editor.add(None, "party", "a");
    editor.put(Some(party), "name", Value::text("某餐馆")).put(Some(party), "party_type", Value::text(party_type));
    if let Some(code) = code_of(party_type) {
        editor.put(Some(party), "uscc", Value::text(code));
    }
    let order = editor.add(None, "document", "a");
    editor.put(Some(order), "form", Value::text("correction_order"));
    editor.put(Some(order), "text", Value::text("责令你单位于三日内改正上述违法行为。"));
    let decision = draft(&mut editor, "b", fine_fen);
    let OpRef::Own(index) = decision else { unreachable!() };
    let saved = phone.save(editor, 1).unwrap();
    Scene { phone, case: saved.case, decision: OpId { change: saved.change, index }, saved }
}

impl Scene {
    pub fn sign(&mut self) -> Result<Saved, Vec<Stop>> {
        self.sign_as(self.decision, "spot_decision")
    }

    pub fn sign_as(&mut self, document: OpId, form: &str) -> Result<Saved, Vec<Stop>> {
        let mut editor = self.phone.edit(self.case);
        assert!(editor.sign(document, form, 1, SignerRole::Officer, "key", None));
        self.stopped(editor)
    }

    pub fn stopped(&mut self, editor: Editor) -> Result<Saved, Vec<Stop>> {
        self.phone.save(editor, 3).map_err(|error| {
            let SaveError::Stopped(stops) = error else { panic!("{error}") };
            stops
        })
    }

    /// What is written on top of the case.
    pub fn write(&mut self, write: impl FnOnce(&mut Editor)) -> Saved {
        let mut editor = self.phone.edit(self.case);
        write(&mut editor);
        self.phone.save(editor, 2).unwrap()
    }

    /// What is written on top of the case, and the entity that it adds first.
    pub fn add(&mut self, write: impl FnOnce(&mut Editor) -> OpRef) -> OpId {
        let mut added = OpRef::Own(0);
        let saved = self.write(|editor| added = write(editor));
        added.resolve(saved.change)
    }
}

pub fn codes(stops: &[Stop]) -> Vec<&str> {
    stops.iter().map(|stop| stop.code.as_str()).collect()
}

pub const LATER: i64 = DAY + 86_400_000;

#[test]
fn article_51_allows_3000_yuan_for_a_company_and_200_for_an_individual_business() {
    for (party, fine) in [("company", 300_000), ("individual_business", 20_000)] {
        let mut scene = scene(party, fine, LATER);
        if let Err(stops) = scene.sign() {
            panic!("{party}: {stops:#?}");
        }
    }
}

#[test]
fn article_51_refuses_the_signature_of_one_fen_more_and_the_draft_is_kept_and_flagged() {
    for (party, fine) in [("company", 300_001), ("individual_business", 20_001)] {
        let mut scene = scene(party, fine, LATER);
        let flagged = scene.saved.checks.iter().find(|check| check.rule == "SPO-01").unwrap();
        assert_eq!((flagged.outcome, flagged.article.as_str()), (Outcome::Breached, "行政处罚法 第五十一条"));
        assert_eq!(scene.phone.device.checks(scene.saved.change).unwrap(), scene.saved.checks);
        let stops = scene.sign().unwrap_err();
        assert_eq!(stops[0].article.as_deref(), Some("行政处罚法 第五十一条"), "{stops:#?}");
        assert_eq!(scene.phone.state(scene.case).signatures.len(), 0);
        // Put right, it can be signed.
        let mut editor = scene.phone.edit(scene.case);
        editor.put(Some(OpRef::Of(scene.decision)), "fine_fen", Value::Int(fine - 1));
        scene.phone.save(editor, 2).unwrap();
        scene.sign().unwrap();
    }
}

#[test]
fn article_42_refuses_when_the_second_officers_certificate_has_ended() {
    // Signed three minutes after the anchor, give or take the drift: a certificate that ended before all of it.
    let earliest = DAY + 3 * 60_000 - 2180;
    let stops = scene("company", 300_000, earliest).sign().unwrap_err();
    let codes: Vec<&str> = stops.iter().map(|stop| stop.code.as_str()).collect();
    assert_eq!(codes, ["OFF-01", "OFF-02"], "{stops:#?}");
    // One that ended within it may have held: nothing is shown, so nothing is stopped.
    assert!(scene("company", 300_000, earliest + 1).sign().is_ok());
}

#[test]
fn a_lawful_draft_behind_it_does_not_carry_a_decision_of_100000_yuan() {
    let mut scene = scene("individual_business", 10_000_000, LATER);
    let lawful = scene.add(|editor| draft(editor, "z", 20_000));
    let stops = scene.sign().unwrap_err();
    assert_eq!(codes(&stops), ["SPO-01"]);
    assert!(stops[0].ops.contains(&scene.decision) && stops[0].zh.contains("100,000元"), "{stops:#?}");
    let checks = scene
        .write(|editor| {
            editor.record("place_seen", None, None);
        })
        .checks;
    let of = |document: OpId| checks.iter().find(|check| check.rule == "SPO-01" && check.document == Some(document));
    assert!(of(lawful).is_none() && of(scene.decision).unwrap().party.is_some(), "{checks:#?}");
    scene.sign_as(lawful, "spot_decision").unwrap();
    assert_eq!(codes(&scene.sign().unwrap_err()), ["SPO-07", "SPO-01"], "both signed");
}

#[test]
fn article_29_stops_the_second_fine_for_one_act_until_one_of_them_is_voided() {
    let mut scene = scene("company", 300_000, LATER);
    let second = scene.add(|editor| draft(editor, "c", 100_000));
    scene.sign().unwrap();
    let stops = scene.sign_as(second, "spot_decision").unwrap_err();
    assert_eq!((codes(&stops), stops[0].article.as_deref()), (vec!["SPO-07"], Some("行政处罚法 第二十九条")));
    let decision = scene.decision;
    scene.write(|editor| {
        let record = editor.add(None, "supplementary_record", "a");
        editor.put(Some(record), "text", Value::text("当事人名称写错，该决定书作废，另行制作"));
        editor.withdraw(OpRef::Of(decision), "当事人名称写错");
    });
    scene.sign_as(second, "spot_decision").unwrap();
}

#[test]
fn two_decisions_signed_in_one_save_are_two_fines() {
    let mut scene = scene("company", 300_000, LATER);
    let second = scene.add(|editor| draft(editor, "c", 100_000));
    let mut editor = scene.phone.edit(scene.case);
    for document in [scene.decision, second] {
        assert!(editor.sign(document, "spot_decision", 1, SignerRole::Officer, "key", None));
    }
    assert_eq!(codes(&scene.stopped(editor).unwrap_err()), ["SPO-07", "SPO-07"]);
}

#[test]
fn a_fine_smuggled_into_another_form_is_a_decision_all_the_same() {
    for form in ["correction_order", "inspection_notice", "scene_record"] {
        let mut scene = scene("individual_business", 10_000_000, LATER);
        let decision = OpRef::Of(scene.decision);
        scene.write(|editor| {
            editor.put(Some(decision), "form", Value::text(form));
        });
        for signed_as in [form, "spot_decision"] {
            assert_eq!(codes(&scene.sign_as(scene.decision, signed_as).unwrap_err()), ["CAS-03"], "{form} {signed_as}");
        }
    }
}

#[test]
fn the_ordinary_procedure_is_refused_when_it_is_saved() {
    let mut phone = Phone::new(1);
    let open = Open { kind: CaseKind::Ordinary, agency: AGENCY, item: "SJ-C-001".into(), officers: vec![officer(1)] };
    let editor = phone.device.open_case(open);
    let Err(SaveError::Stopped(stops)) = phone.save(editor, 1) else { panic!("saved") };
    assert_eq!(codes(&stops), ["kind_not_built"]);
    assert!(stops[0].zh.contains("原有系统"), "says what to do");
    let case = phone.open(&[1]);
    for form in ["penalty_decision", "hearing_notice"] {
        let mut editor = phone.edit(case);
        let document = editor.add(None, "document", "a");
        editor.put(Some(document), "form", Value::text(form));
        let Err(SaveError::Stopped(stops)) = phone.save(editor, 2) else { panic!("saved {form}") };
        assert_eq!(codes(&stops), ["form_not_built"]);
    }
    let mut editor = phone.edit(case);
    let document = editor.add(None, "document", "a");
    editor.put(Some(document), "text", Value::text("没有名称的文书"));
    let saved = phone.save(editor, 2).unwrap();
    let mut editor = phone.edit(case);
    assert!(editor.sign(document.resolve(saved.change), "penalty_decision", 1, SignerRole::Officer, "key", None));
    let Err(SaveError::Stopped(stops)) = phone.save(editor, 3) else { panic!("signed") };
    assert_eq!(codes(&stops), ["form_not_built"]);
    assert_eq!(phone.state(case).entities.len(), 1);
}

#[test]
fn an_opened_case_shows_nothing_breached() {
    let mut phone = Phone::new(1);
    phone.device.set_reference(&reference(LATER), Some("\"1\"")).unwrap();
    for (kind, officers) in [(CaseKind::Inspection, vec![officer(1)]), (CaseKind::Simple, vec![officer(1), officer(2)])]
    {
        let editor = phone.device.open_case(Open { kind, agency: AGENCY, item: "SJ-C-001".into(), officers });
        let saved = phone.save(editor, 1).unwrap();
        assert_eq!(saved.checks, [], "{kind:?}");
    }
}

#[test]
fn a_blank_or_unknown_kind_of_party_stops_the_signature_and_is_named() {
    for blank in ["", " ", "limited_company"] {
        let mut scene = scene(blank, 300_000, LATER);
        let stops = scene.sign().unwrap_err();
        assert_eq!(codes(&stops), ["SPO-01"], "{blank}");
        assert!(stops[0].zh.contains("“当事人类型”") && stops[0].en.contains("“Kind of party”"), "{stops:#?}");
    }
}

#[test]
fn a_code_of_an_individual_business_is_none_of_a_company() {
    let mut scene = scene("company", 300_000, LATER);
    let state = scene.phone.state(scene.case);
    let (party, _) = state.entities_of(&"party".into())[0];
    let code = code_of("individual_business").unwrap();
    scene.write(|editor| {
        editor.put(Some(OpRef::Of(party)), "uscc", Value::text(code));
    });
    let stops = scene.sign().unwrap_err();
    assert_eq!((codes(&stops), stops[0].ops.as_slice()), (vec!["ID-03"], &[party][..]));
}

#[test]
fn each_party_is_judged_and_a_decision_may_name_whom_it_is_made_against() {
    let mut scene = scene("company", 300_000, LATER);
    let second = scene.add(|editor| {
        let party = editor.add(None, "party", "b");
        editor.put(Some(party), "party_type", Value::text("natural_person"));
        party
    });
    let stops = scene.sign().unwrap_err();
    assert_eq!(codes(&stops), ["SPO-01"]);
    assert_eq!(stops[0].ops, [scene.decision, second], "the second party, by name");
    let first = scene.phone.state(scene.case).entities_of(&"party".into())[0].0.to_string();
    let decision = OpRef::Of(scene.decision);
    scene.write(|editor| {
        editor.put(Some(decision), "against", Value::text(first));
    });
    scene.sign().unwrap();
}

#[test]
fn what_was_signed_is_edited_by_a_supplementary_record_only() {
    let mut scene = scene("company", 300_000, LATER);
    scene.sign().unwrap();
    let (case, decision) = (scene.case, scene.decision);
    let on = Some(OpRef::Of(decision));
    let before = scene.phone.device.changes(case).unwrap().len();
    let edits: [(&str, Edit); 2] = [
        ("replaced", |editor, on| {
            editor.put(Some(on), "fine_fen", Value::Int(100));
        }),
        ("voided", |editor, on| {
            editor.withdraw(on, "误作");
        }),
    ];
    for (what, edit) in edits {
        let mut editor = scene.phone.edit(case);
        edit(&mut editor, OpRef::Of(decision));
        let stops = scene.stopped(editor).unwrap_err();
        assert_eq!(codes(&stops), ["value_signed"], "{what}");
        assert_eq!(stops[0].offer, Some("supplementary_record".into()));
        assert!(stops[0].zh.contains("补充笔录"), "{}", stops[0].zh);
    }
    assert_eq!(scene.phone.device.changes(case).unwrap().len(), before, "nothing was saved");
    assert!(
        scene.phone.edit(case).is_signed(on, &"fine_fen".into())
            && !scene.phone.edit(case).is_signed(None, &"title".into())
    );
    scene.write(|editor| {
        let record = editor.add(None, "supplementary_record", "a");
        editor.put(Some(record), "text", Value::text("罚款数额写错，更正为 1 元"));
        editor.put(on, "fine_fen", Value::Int(100));
    });
    let state = scene.phone.state(case);
    assert_eq!(state.value(Some(decision), &"fine_fen".into()), Some(&Value::Int(100)));
    assert_eq!(state.conflicts().count(), 0);
}

#[test]
fn a_resolve_against_a_signed_value_is_refused_and_a_supplementary_record_settles_it() {
    let mut scene = scene("company", 300_000, LATER);
    let on = Some(OpRef::Of(scene.decision));
    let base = scene.phone.edit(scene.case);
    scene.sign().unwrap();
    // Written without having seen the signature, as another phone might.
    let mut other = scene.phone.edit(scene.case);
    let mut late = base;
    late.put(on, "payment", Value::text("二十日内"));
    let beside = late.into_save().ops.pop().unwrap();
    other.op(sync_core::change::NewOp { replaces: vec![], ..beside });
    assert_eq!(codes(&scene.stopped(other).unwrap_err()), ["value_signed"], "nor is it put beside");
    let mut editor = scene.phone.edit(scene.case);
    assert!(!editor.resolve(on, "payment", Value::text("二十日内"), "以后者为准"), "there is nothing to settle yet");
}

#[test]
fn nothing_is_added_to_a_signed_record_but_a_supplement() {
    let mut scene = scene("company", 300_000, LATER);
    let record = scene.add(|editor| {
        let record = editor.add(None, "record", "a");
        editor.put(Some(record), "text", Value::text("店内有四十种菜未标价"));
        record
    });
    scene.sign_as(record, "interview_record").unwrap();
    let mut editor = scene.phone.edit(scene.case);
    editor.add(Some(OpRef::Of(record)), "line", "b");
    assert_eq!(codes(&scene.stopped(editor).unwrap_err()), ["value_signed"]);
    scene.write(|editor| {
        editor.add(Some(OpRef::Of(record)), "supplementary_record", "b");
    });
}

#[test]
fn rights_and_duties_told_are_no_notice_before_a_penalty_and_a_statement_must_be_noted() {
    let mut phone = Phone::new(1);
    phone.device.set_reference(&reference(LATER), Some("\"1\"")).unwrap();
    let officers = vec![officer(1), officer(2)];
    let open = Open { kind: CaseKind::Simple, agency: AGENCY, item: "SJ-C-001".into(), officers };
    let mut editor = phone.device.open_case(open);
    editor.record("rights_told", None, Some(Value::text("告知陈述、申辩和申请回避的权利")));
    editor.record("statement_heard", None, None);
    let party = editor.add(None, "party", "a");
    editor.put(Some(party), "party_type", Value::text("natural_person"));
    let decision = draft(&mut editor, "b", 20_000);
    let saved = phone.save(editor, 1).unwrap();
    let (case, decision) = (saved.case, decision.resolve(saved.change));
    let sign = |phone: &mut Phone| {
        let mut editor = phone.edit(case);
        assert!(editor.sign(decision, "spot_decision", 1, SignerRole::Officer, "key", None));
        match phone.save(editor, 5) {
            Err(SaveError::Stopped(stops)) => stops.into_iter().map(|stop| stop.code).collect(),
            Err(error) => panic!("{error}"),
            Ok(_) => Vec::new(),
        }
    };
    assert_eq!(sign(&mut phone), ["SPO-06", "SPO-06-HEARD", "SPO-06-MKT"]);
    let mut editor = phone.edit(case);
    editor.record("penalty_notice", Some(OpRef::Of(decision)), None);
    editor.record("statement_heard", None, Some(Value::text("无异议")));
    phone.save(editor, 2).unwrap();
    assert_eq!(sign(&mut phone), ["SPO-06"], "what was told is not on record");
    let mut editor = phone.edit(case);
    editor.record("penalty_notice", Some(OpRef::Of(decision)), Some(Value::text("拟罚款二百元……")));
    phone.save(editor, 2).unwrap();
    assert_eq!(sign(&mut phone), [""; 0]);
}
