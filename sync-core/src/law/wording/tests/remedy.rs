//! What is read from a remedy text: one row for each clause that the reading turns on.

use super::*;

/// Why the row is there, the text, and the order that it states.
const ORDERS: &[(&str, &str, Order)] = &[
    ("a suit to which the text only leads", "依法向人民法院提起行政诉讼。", Order::DirectSuit),
    (
        "a heading of the lawful sentence",
        "行政诉讼：对行政复议决定不服的，可以自收到行政复议决定书之日起十五日内向人民法院提起行政诉讼。",
        Order::NotSaid,
    ),
    ("a heading that is the offer", "行政诉讼：自收到本决定书之日起六个月内。", Order::DirectSuit),
    ("a heading before a direct suit", "起诉：可以直接向人民法院提起行政诉讼。", Order::DirectSuit),
    ("a suit with a period alone", "六个月内起诉。", Order::DirectSuit),
    ("a court without the word suit", "不服的，自收到本决定书之日起六个月内到人民法院解决。", Order::DirectSuit),
    (
        "行政强制法 53: the court enforces, by request of the organ",
        "逾期不履行的，可以申请人民法院强制执行。",
        Order::NotSaid,
    ),
    (
        "行政强制法 53: what the party did not do",
        "在六个月内不申请行政复议或者提起行政诉讼，又不履行本决定的，本机关将申请人民法院强制执行。",
        Order::NotSaid,
    ),
    ("a suit while the reconsideration goes on", "复议期间向人民法院起诉，本决定不停止执行。", Order::NotSaid),
    ("what the court refuses", "未先申请行政复议的，人民法院在七日内裁定不予受理。", Order::NotSaid),
    ("a condition behind which nothing is said", "直接向人民法院提起行政诉讼的。", Order::NotSaid),
    ("a condition behind which nothing is read", "直接向人民法院提起行政诉讼的，见背面。", Order::NotSaid),
    ("a comma in brackets ends no clause", "可以（六个月内，节假日顺延）起诉。", Order::DirectSuit),
    ("先 of a payment, and 可以 of the application", "应当先缴纳罚款，可以在六十日内申请行政复议。", Order::NotSaid),
    (
        "a suit beside the application",
        "应当自收到本决定书之日起六十日内先向巫山县人民政府申请行政复议，可以在十五日内起诉。",
        Order::DirectSuit,
    ),
    (
        "行政诉讼法 44: first the application, then the suit",
        "应当先向巫山县人民政府申请行政复议，再向人民法院提起行政诉讼。",
        Order::ReconsiderationFirst,
    ),
    (
        "the penalty and the reconsideration in two clauses",
        "应当先申请行政复议。收到本处罚决定，对行政复议决定不服的，可以向人民法院提起行政诉讼。",
        Order::ReconsiderationFirst,
    ),
    (
        "行政诉讼法 44: the party may choose",
        "起诉或者申请行政复议由你选择，可以自收到本决定书之日起六个月内向人民法院提起行政诉讼。",
        Order::DirectSuit,
    ),
];

#[test]
fn each_clause_of_a_remedy_text_counts_for_the_order_as_it_is_meant() {
    let wrong: Vec<_> = ORDERS
        .iter()
        .filter(|(_, text, order)| read_remedy(text).order != *order)
        .map(|(why, text, _)| (why, read_remedy(text)))
        .collect();
    assert!(wrong.is_empty(), "{wrong:#?}");
}

#[test]
fn a_period_is_that_of_its_noun_or_else_of_the_verb_in_the_same_brackets() {
    let months = |count| Length { count, unit: Unit::Months };
    let (none, sixty, fifteen) = (vec![], vec![Length::days(60)], vec![Length::days(15)]);
    for (text, apply, sue, from_penalty) in [
        ("行政复议期限为六十日。", &sixty, &none, false),
        ("在申请期限内向巫山县人民政府申请行政复议后十五日内起诉。", &none, &fifteen, false),
        ("救济途径（自收到本决定书之日起六十日内向巫山县人民政府申请行政复议）。", &sixty, &none, false),
        ("起诉或者申请行政复议由你选择，可以自收到本决定书之日起六个月内起诉。", &none, &vec![months(6)], true),
        ("起诉，可以自收到行政复议决定书之日起十五日内向人民法院提出。", &none, &fifteen, false),
    ] {
        let said = read_remedy(text);
        let list = |periods: &std::collections::BTreeSet<Length>| periods.iter().copied().collect::<Vec<_>>();
        let found = (list(&said.reconsideration_periods), list(&said.suit_periods), said.suit_counts_from_penalty);
        assert_eq!(found, (apply.clone(), sue.clone(), from_penalty), "{text}");
    }
}

#[test]
fn the_name_of_an_organ_goes_on_behind_a_bracket_and_over_and_and_ends_at_or() {
    for (text, organs) in [
        ("向巫山县人民政府或者重庆市市场监督管理局申请行政复议", &["巫山县人民政府", "重庆市市场监督管理局"][..]),
        ("向巫山县规划和自然资源局申请行政复议", &["巫山县规划和自然资源局"]),
        ("向巫山县人民政府（司法局和办公室）申请行政复议", &["巫山县人民政府"]),
        (
            "向巫山县人民政府（地址：净坛路2号，电话：57600000）行政复议办公室申请行政复议",
            &["巫山县人民政府行政复议办公室"],
        ),
    ] {
        assert_eq!(read_remedy(text).organs.into_iter().collect::<Vec<_>>(), organs, "{text}");
    }
}

#[test]
fn a_period_is_told_in_both_languages_by_its_unit() {
    for (unit, zh, en) in [
        (Unit::Days, "3日", "3 days"),
        (Unit::WorkingDays, "3个工作日", "3 working days"),
        (Unit::Months, "3个月", "3 months"),
        (Unit::Years, "3年", "3 years"),
        (Unit::Contradicting, "3（前后矛盾）", "3 and something else"),
    ] {
        let length = Length { count: 3, unit };
        assert_eq!((length.zh().as_str(), length.en().as_str()), (zh, en));
    }
}
