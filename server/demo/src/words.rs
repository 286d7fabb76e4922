//! Texts that the officers enter: fields, questions and answers, documents. All persons and businesses are invented.

use serde_json::Value;
use sync_core::law::discretion::Grade;
use sync_core::law::identity::{BadCode, CreditCode};
use sync_core::law::wording::{
    CorrectBy, CorrectionTerms, PaymentTerms, RemedyTerms, correction_order, payment_text, spot_remedy,
};
use sync_core::money::Fen;
use sync_core::time::Date;

use super::stage::{put, put_on};

/// The organ in whose name the station decides.
pub const ORGAN: &str = "巫山县市场监督管理局";
/// The organ of reconsideration (行政复议法 第二十四条).
pub const RECONSIDERATION: &str = "巫山县人民政府";
/// The last remark of the second officer.
pub const REMARK: &str = "后厨通道有杂物，当事人已当场清理。";
/// Words of [`REMARK`], and other words of the same length.
pub const REMARK_WORDS: (&str, &str) = ("通道有杂物", "通道无杂物");

/// A party of this run.
#[derive(Debug, Clone)]
pub struct Party {
    /// Name.
    pub name: String,
    /// `company`, `individual_business`.
    pub kind: &'static str,
    /// Unified social credit code.
    pub code: String,
    /// Address.
    pub address: &'static str,
    /// Legal representative or operator.
    pub person: &'static str,
    /// Telephone.
    pub phone: &'static str,
}

/// Eight characters of a made-up organisation number that differ from run to run.
fn organisation(run: u64, letters: &str) -> String {
    format!("MA{letters}{:04}", run % 10_000)
}

/// The restaurant company.
///
/// # Errors
/// Never for a run below ten thousand.
pub fn restaurant(run: u64) -> Result<Party, BadCode> {
    let name = match run {
        1 => "巫山县神女味道餐饮有限公司".to_owned(),
        _ => format!("巫山县神女味道{run}号店餐饮有限公司"),
    };
    let code = CreditCode::complete("91500237", &organisation(run, "K3"))?.as_str().to_owned();
    let (address, person) = ("重庆市巫山县高唐街道广东中路188号", "谭永红");
    Ok(Party { name, kind: "company", code, address, person, phone: "13900000001" })
}

/// The noodle stall next door.
///
/// # Errors
/// Never for a run below ten thousand.
pub fn noodle_stall(run: u64) -> Result<Party, BadCode> {
    let name = match run {
        1 => "巫山县老码头面馆（个体工商户）".to_owned(),
        _ => format!("巫山县老码头面馆{run}号摊（个体工商户）"),
    };
    let code = CreditCode::complete("92500237", &organisation(run, "W5"))?.as_str().to_owned();
    let (address, person) = ("重庆市巫山县高唐街道广东中路190号", "冉启富");
    Ok(Party { name, kind: "individual_business", code, address, person, phone: "13900000002" })
}

impl Party {
    /// As fields of the entity `on`.
    pub fn fields(&self, on: &str) -> Vec<Value> {
        let Self { name, kind, code, address, person, phone } = self;
        vec![
            put_on(on, "name", name.as_str()),
            put_on(on, "party_type", *kind),
            put_on(on, "uscc", code.as_str()),
            put_on(on, "address", *address),
            put_on(on, "legal_representative", *person),
            put_on(on, "phone", *phone),
        ]
    }

    /// The code with a wrong last character.
    pub fn mistyped_code(&self) -> String {
        let body: String = self.code.chars().take(17).collect();
        let last = if self.code.ends_with('0') { '1' } else { '0' };
        format!("{body}{last}")
    }
}

/// The first officer's findings.
pub fn front_of_house() -> Vec<Value> {
    vec![
        put("shop_name", "神女味道"),
        put("licence_number", "JY25002370012345"),
        put("licence_valid_to", "2029-06-30"),
        put("licence_displayed", true),
        put("business_licence_displayed", true),
        put("scope_matches", true),
        put("business_area_m2", 260),
        put("seats", 86),
        put("menu_count", 112),
        put("menu_priced", false),
        put("unpriced_dishes", 40),
        put("price_board", false),
        put("charged_extra", false),
        put("packaging_fee_told", true),
        put("minimum_charge", false),
        put("corrected_on_site", false),
        put("saving_notice", true),
        put("complaint_phone", true),
        put("place_text", "重庆市巫山县高唐街道广东中路188号大堂"),
        put("inspection_result", "40种菜品未标明价格，未当场改正。"),
    ]
}

/// The second officer's findings.
pub fn kitchen() -> Vec<Value> {
    vec![
        put("staff_count", 14),
        put("health_certificates", 14),
        put("food_safety_officer", "向明英"),
        put("training_records", true),
        put("purchase_records", true),
        put("supplier_licences", true),
        put("expired_food", 0),
        put("labels_complete", true),
        put("additives_recorded", true),
        put("raw_cooked_apart", true),
        put("cold_storage_c", 4),
        put("freezer_c", -18),
        put("samples_kept", true),
        put("tableware_disinfected", true),
        put("pest_control", true),
        put("kitchen_clean", true),
        put("ventilation", true),
        put("waste_contract", true),
        put("gas_alarm", true),
    ]
}

/// The interview: ten questions with their answers.
pub const INTERVIEW: [(&str, &str); 10] = [
    ("我们是巫山县市场监督管理局执法人员，这是我们的行政执法证件，请核对。你是否看清？", "看清了。"),
    ("你有陈述、申辩和申请回避的权利，也有如实回答的义务。你是否申请我们回避？", "不申请。"),
    ("请说明你的身份。", "我叫谭永红，是这家餐饮公司的法定代表人，负责日常经营，联系电话13900000001。"),
    ("店内共有多少种菜品在售？", "菜单上一共112种。"),
    ("经检查有40种菜品没有标明价格，是否属实？", "属实，新菜单上有40种没有标价。"),
    ("为什么没有标价？", "新菜刚上，价格表还没有印好。"),
    ("顾客点这些菜时怎么知道价格？", "由服务员口头告知。"),
    ("是否有顾客投诉过收费？", "没有。"),
    ("能否当场改正？", "今天来不及，价格表要重新印制。"),
    ("以上笔录请你核对，有无遗漏或者差错？", "没有。以上笔录我已看过，与我说的相符。"),
];

/// The question and answer of the supplement.
pub const SUPPLEMENT: (&str, &str) = ("这40种菜品从哪一天开始售卖？", "从上周一开始售卖，到检查时一直没有标价。");

/// The item that is fined: 价格法 第四十二条, which names only a maximum.
const ITEM: &str = "SJ-C-001";
/// Its maximum, in fen.
const MOST_FEN: i64 = 500_000;

/// How and by when to pay a fine.
pub fn payment(fine: i64) -> String {
    payment_text(&PaymentTerms {
        collector: "重庆农村商业银行巫山支行",
        address: "重庆市巫山县高唐街道净坛路100号",
        fine: Fen::new(fine).unwrap_or_default(),
    })
}

/// A decision on the spot.
#[derive(Debug, Clone)]
pub struct SpotDecision<'a> {
    /// The party.
    pub party: &'a Party,
    /// The violation as established.
    pub facts: &'a str,
    /// The fine in fen.
    pub fine: i64,
    /// The printed number of the sealed paper.
    pub number: &'a str,
    /// Its date.
    pub date: Date,
}

impl SpotDecision<'_> {
    /// As fields of the document `on`.
    pub fn fields(&self, on: &str) -> Vec<Value> {
        let Self { party, facts, fine, number, date } = self;
        let remedy = spot_remedy(&RemedyTerms { reconsideration_organ: RECONSIDERATION, internet_channel: None });
        let particulars = format!("{}，统一社会信用代码{}，住所{}", party.name, party.code, party.address);
        let (grade, explanation) = match party.kind {
            "individual_business" => {
                ("reduced", format!("当事人当场改正，涉案金额小，属{}情节。", Grade::Reduced.zh()))
            }
            _ => {
                ("standard", format!("40种菜品未标价，未当场改正，无从轻、从重情节，属{}情节。", Grade::Standard.zh()))
            }
        };
        let basis = "罚款；《中华人民共和国价格法》第四十二条";
        vec![
            put_on(on, "form", "spot_decision"),
            put_on(on, "number", *number),
            put_on(on, "number_source", "presealed"),
            put_on(on, "seal", "presealed"),
            put_on(on, "date", date.to_string()),
            put_on(on, "fine_fen", *fine),
            put_on(on, "penalty_kind", Value::from(vec!["fine"])),
            put_on(on, "facts", *facts),
            put_on(on, "basis", "《中华人民共和国价格法》第十三条第一款、第四十二条"),
            put_on(on, "kind_and_basis", basis),
            put_on(on, "remedy", remedy),
            put_on(on, "remedy_reconsideration_organ", RECONSIDERATION),
            put_on(on, "organ_name", ORGAN),
            put_on(on, "place_text", party.address),
            put_on(on, "payment", payment(*fine)),
            put_on(on, "item", ITEM),
            put_on(on, "range_kind", "up_to"),
            put_on(on, "range_max_fen", MOST_FEN),
            put_on(on, "discretion_grade", grade),
            put_on(on, "discretion_explanation", explanation),
            put_on(on, "party_particulars", particulars),
        ]
    }

    /// The number of the order to correct that goes with it: its own series, the serial of the sheet.
    pub fn correction_number(&self) -> String {
        let serial = self.number.trim_end_matches('号').rsplit('〕').next().unwrap_or_default();
        format!("（巫市监）责改〔{}〕{serial}号", self.date.year())
    }

    /// The text of the order to correct that goes with it; the officer who made it is asked about it.
    pub fn correction(&self, officer: &str) -> String {
        correction_order(&CorrectionTerms {
            number: &self.correction_number(),
            party: &self.party.name,
            violation: self.facts,
            basis: "《中华人民共和国价格法》第十三条第一款",
            measure: "对所售菜品明码标价",
            by: CorrectBy::AtOnce,
            consequence: "《中华人民共和国价格法》第四十二条",
            reconsideration_organ: RECONSIDERATION,
            contact: &format!("{officer}，联系电话：12345"),
            organ: ORGAN,
            on: self.date,
        })
    }
}

/// Strokes of an invented signature of three characters: from x, y to x, y, in hundredths of a millimetre.
const PEN: [[i64; 4]; 16] = [
    [100, 260, 820, 210],
    [460, 30, 440, 960],
    [440, 300, 60, 780],
    [480, 320, 880, 760],
    [1_180, 120, 1_760, 90],
    [1_470, 90, 1_450, 870],
    [1_200, 480, 1_720, 450],
    [1_100, 900, 1_860, 850],
    [2_260, 60, 2_330, 150],
    [2_060, 270, 2_700, 230],
    [2_380, 230, 2_360, 900],
    [2_360, 900, 2_240, 800],
    [2_330, 420, 2_030, 760],
    [2_420, 430, 2_700, 330],
    [2_440, 460, 2_800, 880],
    [2_110, 450, 2_060, 560],
];

/// Strokes of a signature (`sync_core::strokes`), generated from a seed, with small irregularities.
pub fn strokes(seed: i64) -> Vec<i64> {
    const STEPS: i64 = 12;
    let mut numbers = Vec::new();
    for (order, [from_x, from_y, to_x, to_y]) in (0..).zip(PEN) {
        let began = order * 340;
        let tremble = |step: i64, salt: i64| (step * step * 7 + seed * 13 + order * salt) % 23 - 11;
        // Bent a little to the side that it turns to.
        let bend = |step: i64| step * (STEPS - step) * (order % 3 - 1);
        for step in 0..=STEPS {
            let x = 600 + from_x + (to_x - from_x) * step / STEPS + tremble(step, 5) + bend(step);
            let y = 900 + from_y + (to_y - from_y) * step / STEPS + tremble(step, 11) - bend(step);
            numbers.extend([x, y, began + step * 16]);
        }
        numbers.extend([-1, -1, began + (STEPS + 1) * 16]);
    }
    numbers
}

#[cfg(test)]
mod tests {
    use sync_core::strokes::Strokes;

    use super::*;

    #[test]
    fn parties_of_every_run_have_valid_codes_of_their_own() {
        for run in [1, 2, 50, 9_999] {
            let (company, stall) = (restaurant(run).unwrap(), noodle_stall(run).unwrap());
            assert!(CreditCode::parse(&company.code).is_ok() && CreditCode::parse(&stall.code).is_ok());
            assert!(CreditCode::parse(&company.mistyped_code()).is_err());
            assert_ne!(company.code, restaurant(run + 1).map(|party| party.code).unwrap_or_default());
        }
    }

    #[test]
    fn made_up_strokes_are_strokes() {
        for seed in [1, 2, 9_999] {
            let numbers = strokes(seed).into_iter().map(sync_core::value::Value::Int).collect();
            assert_eq!(Strokes::from_value(&sync_core::value::Value::List(numbers)).unwrap().lines().len(), PEN.len());
        }
        assert_ne!(strokes(1), strokes(2));
    }

    #[test]
    fn an_order_to_correct_has_a_number_of_its_own_series() {
        let party = restaurant(1).unwrap();
        let date = Date::constant(2026, 11, 23);
        let decision =
            SpotDecision { party: &party, facts: "事实", fine: 1, number: "巫市监当罚〔2026〕107号", date };
        assert_eq!(decision.correction_number(), "（巫市监）责改〔2026〕107号");
        assert!(decision.correction("李建国").contains("\n（巫市监）责改〔2026〕107号\n"));
    }

    #[test]
    fn the_swapped_words_have_the_same_length_and_occur() {
        assert_eq!(REMARK_WORDS.0.len(), REMARK_WORDS.1.len());
        assert!(REMARK.contains(REMARK_WORDS.0));
    }
}
