//! Refusals in words for people.
//!
//! Promise: a refusal whose text in the table addresses a program has another text here, with what to do.

use crate::flow::refusal::Refusal;

/// Refusals whose table text addresses programs: text for people, with instructions.
const PLAINLY: &[(&[Refusal], &str, &str)] = &[
    (
        &[Refusal::WrongMethod],
        "这个地址不支持此操作。请从导航重新进入。",
        "This address does not support this action. Start again from the navigation.",
    ),
    (
        &[
            Refusal::Malformed,
            Refusal::UnknownField,
            Refusal::WrongContentType,
            Refusal::WrongEncoding,
            Refusal::AmbiguousFraming,
            Refusal::IdempotencyKeyRequired,
            Refusal::IdempotencyKeyReused,
        ],
        "提交的内容不完整，没有办理。请返回上一页，刷新后重新填写。",
        "The form is not complete; nothing was done. Go back, reload the page and fill it in again.",
    ),
    (
        &[Refusal::TooLarge],
        "填写的内容过长，没有办理。请返回上一页，删减后再提交。",
        "The text is too long; nothing was done. Go back, shorten it and send it again.",
    ),
    (
        &[Refusal::NotFound],
        "没有找到这项内容：它可能不存在，或不在您的查阅范围之内。请从导航重新进入。",
        "Not found: it may not exist, or you may not see it. Start again from the navigation.",
    ),
    (
        &[Refusal::WrongCursor, Refusal::CursorUnknown],
        "没有找到这一页，请从列表的第一页重新开始。",
        "This page of the list was not found. Start again from its first page.",
    ),
    (
        &[Refusal::PurposeRequired],
        "监督人员查阅案卷，须先填写查阅目的。",
        "Supervisors must state the purpose for which they read a case.",
    ),
    (
        &[Refusal::PreconditionRequired, Refusal::WeakEntityTag],
        "没有写明您所见的案卷状态。请重新打开案卷，再从案卷进入办理。",
        "The form does not say which state of the case you saw. Open the case again and continue from there.",
    ),
    (
        &[Refusal::Forbidden],
        "您的岗位无权办理此事项。如工作需要，请联系本单位管理员。",
        "Your roles do not permit this. If you need it, ask the administrator of your agency.",
    ),
    (
        &[Refusal::CrossSite],
        "本页面已过期，内容没有提交。请核对后重新提交；如仍不成功，请在浏览器设置中允许本站使用 Cookie。",
        "This page has expired; nothing was done. Read it and send it again; if that fails too, allow cookies for this \
             site in the settings of the browser.",
    ),
    (
        &[Refusal::TusVersion, Refusal::UploadOffset],
        "文件没有接收完整，请重新上传。",
        "The file did not arrive completely: upload it again.",
    ),
];

/// The text of a refusal for people, Chinese and English.
pub fn refusal(refusal: Refusal) -> (&'static str, &'static str) {
    let row = refusal.explain();
    let plainly = PLAINLY.iter().find(|(known, _, _)| known.contains(&refusal));
    plainly.map_or((row.zh, row.en), |(_, zh, en)| (zh, en))
}
