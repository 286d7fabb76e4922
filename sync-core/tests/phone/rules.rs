//! The law on the phone: drafts are saved and flagged, signing waits.

use crate::world::{AGENCY, DAY, Phone, TENANT, officer};
use sync_core::device::{SaveError, Saved, Stop};
use sync_core::id::AgencyId;
use sync_core::law::rule::Outcome;
use sync_core::law::wording::{RemedyTerms, spot_remedy};
use sync_core::op::{CaseKind, OpId, OpRef, Open, SignerRole};
use sync_core::value::Value;

const COUNTY: AgencyId = AgencyId::new([8; 16]);

/// The reference data of a tenant with two officers; the second one's certificate ended today.
fn reference(second_until: i64) -> String {
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

struct Scene {
    phone: Phone,
    case: sync_core::id::CaseId,
    decision: OpId,
    saved: Saved,
}

/// A decision on the spot that states all it must, with this fine.
/// Names no amount: the tests change the fine.
const PAYMENT: &str = "自收到本决定书之日起十五日内到重庆农村商业银行巫山支行（地址：净坛路100号）缴纳罚款，逾期每日按罚款数额的百分之三加处罚款。";

fn scene(party_type: &str, fine_fen: i64, second_until: i64) -> Scene {
    let mut phone = Phone::new(1);
    phone.device.set_reference(&reference(second_until), Some("\"1\"")).unwrap();
    let officers = vec![officer(1), officer(2)];
    let open = Open { kind: CaseKind::Simple, agency: AGENCY, item: "SJ-C-001".into(), officers };
    let mut editor = phone.device.open_case(open);
    for step in ["certificate_shown", "rights_told", "statement_heard", "correction_ordered"] {
        editor.record(step, None, None);
    }
    let party = editor.add(None, "party", "a");
    editor.put(Some(party), "name", Value::text("某餐馆")).put(Some(party), "party_type", Value::text(party_type));
    let order = editor.add(None, "document", "a");
    editor.put(Some(order), "form", Value::text("correction_order"));
    editor.put(Some(order), "text", Value::text("责令你单位于三日内改正上述违法行为。"));
    let decision = editor.add(None, "document", "b");
    let remedy = spot_remedy(&RemedyTerms { reconsideration_organ: "巫山县人民政府", internet_channel: None });
    for (field, text) in [
        ("form", "spot_decision"),
        ("number", "0001"),
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
        ("discretion_grade", if fine_fen < 90_000 { "reduced" } else { "standard" }),
        ("discretion_explanation", if fine_fen < 90_000 { "属减轻情节" } else { "属一般情节" }),
    ] {
        editor.put(Some(decision), field, Value::text(text));
    }
    editor.put(Some(decision), "fine_fen", Value::Int(fine_fen));
    editor.put(Some(decision), "range_max_fen", Value::Int(900_000));
    let OpRef::Own(index) = decision else { unreachable!() };
    let saved = phone.save(editor, 1).unwrap();
    Scene { phone, case: saved.case, decision: OpId { change: saved.change, index }, saved }
}

impl Scene {
    fn sign(&mut self) -> Result<Saved, Vec<Stop>> {
        let mut editor = self.phone.edit(self.case);
        assert!(editor.sign(self.decision, "spot_decision", 1, SignerRole::Officer, "key", None));
        self.phone.save(editor, 3).map_err(|error| {
            let SaveError::Stopped(stops) = error else { panic!("{error}") };
            stops
        })
    }
}

const LATER: i64 = DAY + 86_400_000;

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
