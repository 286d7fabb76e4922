//! Texts that the law prescribes: generating and parsing them.
//!
//! Promise: [`read_remedy`], [`orders_correction`] and [`read_payment`] find in the texts of [`spot_remedy`],
//! [`correction_order`] and [`payment_text`] what the rules require, so generated texts pass the rules. The parser
//! knows the forms of the statutes and common variants; a text that it cannot parse counts as missing the required
//! content. Not here: layout, numbering, the rest of the document.

mod channel;
mod correction;
mod lexer;
mod numeral;
mod organ;
mod payment;
mod phrases;
mod remedy;
#[cfg(test)]
mod tests;

use crate::money::Fen;
use crate::time::Date;
use std::fmt::Write as _;

pub use correction::orders_correction;
pub use lexer::{Length, Unit};
pub use organ::is_organ;
pub use payment::{Particular, PaymentFacts, read_payment};
pub use remedy::{Order, RemedyFacts, read_remedy};

/// 行政复议法 第二十条: days to apply for reconsideration.
pub const RECONSIDERATION_DAYS: u16 = 60;
/// 行政诉讼法 第四十五条: days to sue after the reconsideration decision.
pub const SUIT_DAYS: u16 = 15;
/// 行政诉讼法 第四十六条: months to sue without reconsideration.
pub const DIRECT_SUIT_MONTHS: u16 = 6;
/// 行政处罚法 第六十七条: days to pay.
pub const PAYMENT_DAYS: u16 = 15;
/// 行政处罚法 第七十二条: the daily addition to an overdue fine, in percent of the fine.
pub const SURCHARGE_PERCENT: u8 = 3;

/// The contents of the remedy text of an on-the-spot decision.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct RemedyTerms<'a> {
    /// Organ of reconsideration, such as `巫山县人民政府`.
    pub reconsideration_organ: &'a str,
    /// Where to apply online. Required if the decision is served online (行政复议法 第二十二条).
    pub internet_channel: Option<&'a str>,
}

/// The remedy text of an on-the-spot decision: reconsideration must come before a suit, and a suit is possible if no
/// reconsideration decision is made (行政复议法 第二十三条、第三十四条, 行政诉讼法 第四十五条).
pub fn spot_remedy(terms: &RemedyTerms<'_>) -> String {
    let (apply, sue) = (numeral::written(RECONSIDERATION_DAYS), numeral::written(SUIT_DAYS));
    let mut text = format!(
        "如不服本处罚决定，应当自收到本决定书之日起{apply}日内先向{}申请行政复议；对行政复议决定不服的，可以自收到行政复议决定书之日起{sue}日内依法向人民法院提起行政诉讼。行政复议机关决定不予受理、驳回申请或者受理后超过行政复议期限不作答复的，可以自收到决定书之日起或者行政复议期限届满之日起{sue}日内依法向人民法院提起行政诉讼。未经行政复议，不得直接向人民法院提起行政诉讼。",
        terms.reconsideration_organ,
    );
    if let Some(channel) = terms.internet_channel {
        let _ = write!(text, "提交行政复议申请书的互联网渠道：{channel}。");
    }
    text
}

/// The contents of the payment text of a decision.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct PaymentTerms<'a> {
    /// Name of the collecting institution (代收机构), such as `重庆农村商业银行巫山支行`.
    pub collector: &'a str,
    /// Its address.
    pub address: &'a str,
    /// The fine.
    pub fine: Fen,
}

/// How and by when to pay, as 罚款决定与罚款收缴分离实施办法 第七条 requires.
pub fn payment_text(terms: &PaymentTerms<'_>) -> String {
    let PaymentTerms { collector, address, fine } = terms;
    format!(
        "自收到本决定书之日起{}日内，到代收机构{collector}（地址：{address}）或者通过电子支付系统缴纳罚款{fine}元。逾期不缴纳罚款的，每日按罚款数额的百分之{}加处罚款，加处罚款的数额不超出罚款的数额。",
        numeral::written(PAYMENT_DAYS),
        numeral::written(u16::from(SURCHARGE_PERCENT)),
    )
}

/// The date by which the violation must be corrected.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum CorrectBy {
    /// 立即改正.
    AtOnce,
    /// 限期改正: by the end of this day.
    Day(Date),
}

/// The contents of an order to correct.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct CorrectionTerms<'a> {
    /// Its number (文号), such as `（巫市监）责改〔2026〕3号`.
    pub number: &'a str,
    /// Party.
    pub party: &'a str,
    /// What was found, such as `销售的40种菜品未明码标价`.
    pub violation: &'a str,
    /// The provision that was breached, such as `《中华人民共和国价格法》第十三条第一款`.
    pub basis: &'a str,
    /// What to do, such as `对所售菜品明码标价`.
    pub measure: &'a str,
    /// By when.
    pub by: CorrectBy,
    /// The provision that applies if the violation continues, such as `《中华人民共和国价格法》第四十二条`.
    pub consequence: &'a str,
    /// Organ of reconsideration, such as `巫山县人民政府`.
    pub reconsideration_organ: &'a str,
    /// The contact, such as `李建国，联系电话：12345`.
    pub contact: &'a str,
    /// Acting organ.
    pub organ: &'a str,
    /// Date of the order.
    pub on: Date,
}

/// The text of an order to correct (责令改正通知书): number, violation, measure, date, consequence, remedy, contact. The
/// party may choose between reconsideration and suit: 行政复议法 第二十三条 requires reconsideration first only for a penalty
/// that is decided on the spot, and an order to correct is not a penalty (行政处罚法 第九条、第二十八条).
pub fn correction_order(terms: &CorrectionTerms<'_>) -> String {
    let when = match terms.by {
        CorrectBy::AtOnce => "立即改正".to_owned(),
        CorrectBy::Day(day) => format!("于{}前（含当日）改正", zh_date(day)),
    };
    let (apply, sue) = (numeral::written(RECONSIDERATION_DAYS), numeral::written(DIRECT_SUIT_MONTHS));
    let CorrectionTerms { number, party, violation, basis, measure, by: _, consequence, reconsideration_organ, .. } =
        terms;
    format!(
        "责令改正通知书\n{number}\n{party}：\n经查，你（单位）{violation}，违反了{basis}的规定。依据《中华人民共和国行政处罚法》第二十八条第一款，责令你（单位）{when}上述违法行为：{measure}。\n逾期不改正的，依照{consequence}等规定处理。\n如不服本通知，可以自收到本通知书之日起{apply}日内向{reconsideration_organ}申请行政复议，也可以自收到本通知书之日起{sue}个月内依法向人民法院提起行政诉讼。\n联系人：{}\n{}　{}",
        terms.contact,
        terms.organ,
        zh_date(terms.on),
    )
}

/// `2026年11月23日`.
pub fn zh_date(date: Date) -> String {
    format!("{}年{}月{}日", date.year(), date.month(), date.day())
}
