//! Whether a text orders a correction (行政处罚法 第二十八条: 责令当事人改正或者限期改正).

use super::lexer::{Lexeme, Phrases, What, plain};
use std::sync::LazyLock;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Word {
    /// 责令.
    Order,
    /// What makes of the order a recital, a threat or a denial: 将, 可以, 未, 已.
    Bare,
    /// 改正.
    Correct,
    /// 限期, which wants a day or a period.
    InTime,
    /// A time without a number: 立即.
    AtOnce,
    /// A cited provision: 规定, 依据.
    Recital,
}

static PHRASES: LazyLock<Phrases<Word>> = LazyLock::new(|| {
    Phrases::new(&[
        (Some(Word::Order), &["责令", "责成"]),
        (
            Some(Word::Bare),
            &[
                "不予责令",
                "不再责令",
                "不责令",
                "未责令",
                "无需责令",
                "无须责令",
                "免予责令",
                "免于责令",
                "将责令",
                "可以责令",
                "可责令",
                "应当责令",
                "应责令",
                "拟责令",
                "已责令",
                "已经责令",
                "曾责令",
                "建议责令",
                "将依法责令",
                "可以依法责令",
                "应当依法责令",
                "暂不责令",
                "没有责令",
                "并未责令",
                "未予责令",
                "不必责令",
                "将被责令",
                "可能被责令",
                "会责令",
                "需责令",
            ],
        ),
        (
            Some(Word::Correct),
            &[
                "改正",
                "整改",
                "纠正",
                "更正",
                "停止违法行为",
                "停止上述违法行为",
                "停止该违法行为",
                "停止侵害",
                "立即停止违法行为",
            ],
        ),
        (Some(Word::InTime), &["限期", "期限内", "在规定期限内", "按期"]),
        (Some(Word::AtOnce), &["立即", "当场", "即时", "马上", "即刻", "随即"]),
        (Some(Word::Recital), &["的规定责令", "规定的责令"]),
        (
            None,
            &[
                "无法改正",
                "不能改正",
                "拒不改正",
                "逾期不改正",
                "逾期未改正",
                "未改正",
                "不改正",
                "已改正",
                "已经改正",
                "责令停产停业",
                "责令关闭",
            ],
        ),
    ])
});

/// Whether a text orders a correction: now, or within a period that it names.
pub fn orders_correction(text: &str) -> bool {
    let text = plain(text);
    let words = PHRASES.read(&text);
    words.split(|word| word.what == What::Stop).any(orders)
}

/// 责令 that is an order, and 改正 behind it; 限期 only with its period.
fn orders(sentence: &[Lexeme<Word>]) -> bool {
    let ordered = |at: usize| {
        let behind = sentence.get(at..).unwrap_or_default();
        let Some(correct) = behind.iter().position(|one| one.is(Word::Correct)) else { return false };
        let dated = behind.iter().any(|one| matches!(one.what, What::Length(_) | What::Date));
        let limited = behind.get(..correct).unwrap_or_default().iter().any(|one| one.is(Word::InTime));
        !limited || dated
    };
    (0..sentence.len()).any(|at| sentence.get(at).is_some_and(|one| one.is(Word::Order)) && ordered(at))
}
