//! A case in which every rule is satisfied; each test breaks one thing.

use crate::id::OfficerId;
use crate::law::calendar::Calendar;
use crate::law::discretion::{FineRange, Grade};
use crate::law::facts::{
    CaseKind, Certificate, DecisionForm, Delivery, Discretion, EvidenceEntry, Facts, Happened, Inspection, Item, Known,
    NumberUse, OfficerPresent, OrganKind, Party, PartyType, Penalty, PenaltyDecision, Seal, Sector,
};
use crate::law::identity::CreditCode;
use crate::law::rule::{CheckResult, FormalAct, Outcome, blocking, evaluate};
use crate::law::table::rules;
use crate::law::wording::{
    PaymentFacts, PaymentTerms, RemedyTerms, payment_text, read_payment, read_remedy, spot_remedy,
};
use crate::money::Fen;
use crate::time::{Date, Instant};

/// Friday; Sunday the 20th is a make-up working day, the 25th to 27th are holidays.
pub const DAY: Date = Date::constant(2026, 9, 18);

pub fn calendar() -> Calendar {
    Calendar::from_json([
        include_str!("../../../../data/holidays/2024.json"),
        include_str!("../../../../data/holidays/2025.json"),
        include_str!("../../../../data/holidays/2026.json"),
    ])
    .unwrap()
}

/// Milliseconds after nine o'clock on [`DAY`].
pub fn nine(ms: i64) -> Instant {
    Instant::start_of(DAY).plus_ms(9 * 60 * 60 * 1000 + ms)
}

pub fn on_day(date: Date) -> Happened {
    Happened::exactly(Instant::start_of(date).plus_ms(1))
}

pub fn officer(n: u8, certificate: Certificate) -> OfficerPresent {
    OfficerPresent { officer: OfficerId::new([n; 16]), certificate, is_helper: false, act: 0, acted: true }
}

/// The restaurant: a company, 40 dishes without a price, 3,000 yuan on the spot.
pub fn restaurant() -> Facts {
    let mut facts = Facts::new(DAY, "500237", Sector::Market, CaseKind::Inspection);
    facts.violation_on = Known::Known(DAY);
    facts.officers = vec![officer(1, Certificate::Valid), officer(2, Certificate::Valid)];
    facts.certificate_shown_at = Happened::exactly(nine(0));
    facts.first_question_at = Happened::exactly(nine(0));
    facts.rights_told_at = Happened::exactly(nine(1_000));
    facts.notice_given_at = Happened::exactly(nine(1_000));
    facts.notice_says = Known::Known(true);
    facts.heard_at = Happened::exactly(nine(2_000));
    facts.heard_noted = Known::Known(true);
    facts.correction_ordered_at = Happened::exactly(nine(3_000));
    facts.correction_text_orders = Known::Known(true);
    facts.party = Party {
        kind: Known::Known(PartyType::Company),
        credit_code: Some(CreditCode::complete("91500237", "MAK3X7Y2").unwrap().as_str().to_owned()),
        citizen_number: None,
    };
    facts.organ_kind = OrganKind::Department;
    facts.reconsideration_organ = Known::Known("巫山县人民政府".to_owned());
    facts.inspection = Some(inspection());
    facts.decision = Some(decision());
    facts.numbers = vec![NumberUse { text: "巫山市监当罚〔2026〕12号".to_owned(), here: 1, elsewhere: 0 }];
    facts.evidence =
        vec![EvidenceEntry { name: "照片1".to_owned(), kind: "电子数据".to_owned(), lacking: vec![] }];
    facts
}

fn inspection() -> Inspection {
    let before = || Happened::exactly(nine(-1));
    Inspection {
        enters_enterprise: Known::Known(true),
        urgent: false,
        plan_approved_at: before(),
        notice_made_at: before(),
        code_obtained_at: before(),
        code_handed_over_at: before(),
        enterprise_code_scanned_at: before(),
        entered_at: Happened::exactly(nine(-1)),
        special_reason: None,
        filed_at: Happened::NotYet,
    }
}

pub const PAYMENT: PaymentTerms<'_> = PaymentTerms {
    collector: "重庆农村商业银行巫山支行",
    address: "重庆市巫山县高唐街道净坛路100号",
    fine: Fen::yuan(3_000),
};

/// What a lawful decision says of paying this fine.
pub fn paying(fine: Fen) -> PaymentFacts {
    read_payment(&payment_text(&PaymentTerms { fine, ..PAYMENT }))
}

fn decision() -> PenaltyDecision {
    let remedy = spot_remedy(&RemedyTerms { reconsideration_organ: "巫山县人民政府", internet_channel: None });
    PenaltyDecision {
        form: DecisionForm::Spot,
        signed_at: Happened::exactly(nine(3_000)),
        first_signed_at: Happened::exactly(nine(3_000)),
        penalties: [Penalty::Fine].into(),
        fine: Some(Fen::yuan(3_000)),
        discretion: Discretion {
            range: Some(FineRange::up_to(Fen::yuan(5_000)).unwrap()),
            grade: Some(Grade::Standard),
            explanation: Some("无从轻、减轻、从重情节，属一般情节，按法定最高罚款的30%至70%确定。".to_owned()),
            ..Discretion::default()
        },
        spot_limit: None,
        item_confirmed: Some(true),
        form_number: Some("巫山市监当罚〔2026〕12号".to_owned()),
        seal: Known::Known(Seal::PreSealedPaper),
        stated: [
            Item::Violation,
            Item::KindAndBasis,
            Item::Amount,
            Item::Time,
            Item::Place,
            Item::Remedy,
            Item::OrganName,
            Item::PartyParticulars,
            Item::Payment,
        ]
        .into(),
        signed_by: [OfficerId::new([1; 16]), OfficerId::new([2; 16])].into(),
        party_signed: true,
        refusal_noted: false,
        number_granted: Known::NotEntered,
        other_fines: 0,
        fined_elsewhere: 0,
        perhaps_fined_elsewhere: 0,
        finishing: false,
        remedy: Known::Known(read_remedy(&remedy)),
        payment: Some(paying(PAYMENT.fine)),
        delivery: Known::Known(Delivery::HandedOver),
        reported_at: Happened::exactly(nine(4_000)),
        archived_at: Happened::exactly(nine(5_000)),
    }
}

/// The restaurant with one thing changed.
pub fn but(change: impl FnOnce(&mut Facts)) -> Facts {
    let mut facts = restaurant();
    change(&mut facts);
    facts
}

/// The restaurant with one thing of the decision changed.
pub fn but_decision(change: impl FnOnce(&mut PenaltyDecision)) -> Facts {
    but(|facts| change(facts.decision.as_mut().unwrap()))
}

/// The restaurant with one thing of the inspection changed.
pub fn but_inspection(change: impl FnOnce(&mut Inspection)) -> Facts {
    but(|facts| change(facts.inspection.as_mut().unwrap()))
}

pub fn result(facts: &Facts, rule: &str) -> CheckResult {
    let found: Vec<_> = evaluate(rules(), facts, &calendar()).into_iter().filter(|r| r.rule == rule).collect();
    assert_eq!(found.len(), 1, "{rule} is judged once");
    found.into_iter().next().unwrap()
}

pub fn outcome(facts: &Facts, rule: &str) -> Outcome {
    result(facts, rule).outcome
}

/// Ids of the rules that stop `act`.
pub fn stopped(facts: &Facts, act: FormalAct) -> Vec<&'static str> {
    blocking(&evaluate(rules(), facts, &calendar()), act).iter().map(|r| r.rule).collect()
}
