//! Payment instructions of a decision, item by item.

use super::scene::{PAYMENT, but_decision, outcome, result, stopped};
use crate::law::facts::{Facts, Penalty};
use crate::law::rule::{FormalAct, Outcome};
use crate::law::wording::{payment_text, read_payment};
use crate::money::Fen;

const LAWFUL: &[&str] = &[
    "自收到本决定书之日起15日内将罚款3000元缴至中国农业银行巫山县支行（账号：31540101040012345），逾期不缴纳的，每日按罚款数额的3%加处罚款。",
    "请自收到本决定书之日起十五日内持本决定书到重庆农村商业银行巫山支行（地址：巫山县净坛路100号）缴纳罚款。逾期不缴纳罚款的，依据《行政处罚法》第七十二条，每日按罚款数额的百分之三加处罚款。",
    "自收到本决定书之日起十五日内，到指定银行（中国工商银行巫山支行，地址：广东中路8号）或者通过电子支付系统缴纳罚款３，０００元；逾期不加处罚款。",
    "应于收到本决定书之日起十五日内，凭缴款码通过电子支付系统缴纳罚款人民币叁仟元整，逾期每日按罚款数额的百分之三加处罚款。",
    "罚款由执法人员当场收缴：当事人地处边远，到指定银行缴纳确有困难，经当事人提出。",
];
/// What is lacking, and the text.
const UNLAWFUL: &[(&str, &str)] = &[
    ("代收机构名称", "x"),
    ("代收机构名称", "自收到本决定书之日起十五日内到指定银行或者通过电子支付系统缴纳"),
    (
        "代收机构名称",
        "自收到本决定书之日起十五日内到指定银行（地址：净坛路100号）缴纳罚款3000元，逾期每日按罚款数额的百分之三加处罚款。",
    ),
    (
        "地址",
        "自收到本决定书之日起十五日内到重庆农村商业银行巫山支行缴纳罚款3000元，逾期每日按罚款数额的百分之三加处罚款。",
    ),
    ("期限", "到重庆农村商业银行巫山支行（地址：净坛路100号）缴纳罚款3000元，逾期每日按罚款数额的百分之三加处罚款。"),
    (
        "期限",
        "自收到本决定书之日起十日内到重庆农村商业银行巫山支行（地址：净坛路100号）缴纳罚款3000元，逾期每日按罚款数额的百分之三加处罚款。",
    ),
    (
        "期限",
        "自收到本决定书之日起十六日内到重庆农村商业银行巫山支行（地址：净坛路100号）缴纳罚款3000元，逾期每日按罚款数额的百分之三加处罚款。",
    ),
    (
        "期限",
        "自收到本决定书之日起十五个工作日内到重庆农村商业银行巫山支行（地址：净坛路100号）缴纳罚款3000元，逾期每日按罚款数额的百分之三加处罚款。",
    ),
    ("加处罚款", "自收到本决定书之日起十五日内到重庆农村商业银行巫山支行（地址：净坛路100号）缴纳罚款3000元。"),
    (
        "加处罚款",
        "自收到本决定书之日起十五日内到重庆农村商业银行巫山支行（地址：净坛路100号）缴纳罚款3000元，逾期每日按罚款数额的百分之五加处罚款。",
    ),
    (
        "不一致",
        "自收到本决定书之日起十五日内到重庆农村商业银行巫山支行（地址：净坛路100号）缴纳罚款2000元，逾期每日按罚款数额的百分之三加处罚款。",
    ),
    ("代收机构名称", "罚款由执法人员当场收缴。"),
];

fn paid(text: &str) -> Facts {
    but_decision(|d| d.payment = Some(read_payment(text)))
}

#[test]
fn collection_article_7_takes_every_lawful_payment_text() {
    for text in LAWFUL {
        assert_eq!(outcome(&paid(text), "SPO-02-PAY"), Outcome::Satisfied, "{text}: {:?}", read_payment(text));
    }
    assert_eq!(outcome(&paid(&payment_text(&PAYMENT)), "SPO-02-PAY"), Outcome::Satisfied);
}

#[test]
fn collection_article_7_stops_each_text_that_lacks_something_and_names_it() {
    for (lacks, text) in UNLAWFUL {
        assert_eq!(stopped(&paid(text), FormalAct::SignDecision), ["SPO-02-PAY"], "{text}");
        let said = result(&paid(text), "SPO-02-PAY").zh;
        assert!(said.contains(lacks), "{text}: {said}");
    }
    assert_eq!(stopped(&but_decision(|d| d.payment = None), FormalAct::SignDecision), ["SPO-02-PAY"]);
}

#[test]
fn article_68_lets_a_fine_of_100_yuan_be_collected_on_the_spot_and_one_fen_more_only_for_a_reason() {
    let collected = |fen: i64, text: &str| {
        but_decision(|d| {
            d.fine = Some(Fen::new(fen).unwrap());
            d.payment = Some(read_payment(text));
        })
    };
    assert_eq!(outcome(&collected(10_000, "罚款当场收缴。"), "SPO-02-PAY"), Outcome::Satisfied);
    assert_eq!(outcome(&collected(10_001, "罚款当场收缴。"), "SPO-02-PAY"), Outcome::Breached);
    let reason = "不当场收缴事后难以执行，罚款由执法人员当场收缴。";
    assert_eq!(outcome(&collected(10_001, reason), "SPO-02-PAY"), Outcome::Satisfied, "{:?}", read_payment(reason));
}

#[test]
fn collection_article_7_asks_nothing_of_a_warning() {
    let warning = but_decision(|d| {
        d.penalties = [Penalty::Warning].into();
        d.fine = None;
        d.payment = None;
    });
    assert_eq!(outcome(&warning, "SPO-02-PAY"), Outcome::NotApplicable);
}

#[test]
fn collection_article_7_speaks_of_a_fine_that_is_chosen_or_whose_amount_is_entered() {
    for (penalty, fine) in [(Penalty::Fine, None), (Penalty::Warning, Some(Fen::yuan(1)))] {
        let fined = but_decision(|d| (d.penalties, d.fine, d.payment) = ([penalty].into(), fine, None));
        assert_eq!(outcome(&fined, "SPO-02-PAY"), Outcome::Breached, "{penalty:?}");
    }
}
