//! Whether a text names an internet channel (行政复议法 第二十二条第二款).

/// What such a channel is called.
const PLACES: [&str; 9] = ["平台", "网站", "小程序", "公众号", "系统", "邮箱", "网址", "APP", "网页"];
const ON_THE_NET: [&str; 9] = ["互联网", "网上", "网络", "线上", "在线", "电子邮箱", "小程序", "公众号", "电子邮件"];
/// What says that there is none, or not which.
const NONE: [&str; 9] = ["暂无", "未开通", "暂未", "另行", "没有", "无。", "尚未", "待定", "不提供"];

/// Whether the [`super::lexer::plain`] text names one: an address, or a name behind `：`, `为` or in quotation marks.
pub(super) fn names_channel(text: &str) -> bool {
    text.split(['。', '；']).any(|sentence| {
        let net = ON_THE_NET.iter().any(|word| sentence.contains(word));
        let none = NONE.iter().any(|word| sentence.contains(word));
        has_address(sentence) && (net || sentence.contains("复议")) || net && !none && named(sentence)
    })
}

fn has_address(sentence: &str) -> bool {
    let lower = sentence.to_ascii_lowercase();
    [".gov.cn", ".cn", ".com", ".gov"].iter().any(|end| {
        lower
            .match_indices(end)
            .any(|(at, _)| lower.get(..at).is_some_and(|host| host.ends_with(|c: char| c.is_ascii_alphanumeric())))
    })
}

fn named(sentence: &str) -> bool {
    let behind = sentence.split_once('：').or_else(|| sentence.split_once('为')).map(|(_, name)| name);
    let quoted = ['“', '「', '『', '"', '《'].iter().find_map(|mark| sentence.split_once(*mark)).map(|(_, name)| name);
    [behind, quoted]
        .into_iter()
        .flatten()
        .any(|name| PLACES.iter().any(|place| name.find(place).is_some_and(|at| at > 0)))
}
