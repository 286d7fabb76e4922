//! The rows. To add a refusal: add a row here and its status in `web/problem.rs`, then regenerate the page with
//! `UPDATE=1`.

use super::Explanation;

macro_rules! refusals {
    ($(
        $(#[$doc:meta])*
        $name:ident = $code:literal, retry: $retry:literal $(, article: $article:literal)?;
        $zh:literal / $en:literal;
        user: $user:literal; operator: $operator:literal;
    )*) => {
        /// Why the server says no. Stable codes: see `docs/refusals.md`.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
        pub enum Refusal { $( $(#[$doc])* $name, )* }

        impl Refusal {
            /// Every refusal, in the order of the table.
            pub const ALL: &'static [Self] = &[ $( Self::$name, )* ];

            /// The row.
            pub const fn explain(self) -> Explanation {
                match self { $( Self::$name => Explanation {
                    code: $code, zh: $zh, en: $en, retryable: $retry, user: $user, operator: $operator,
                    article: refusals!(@article $($article)?),
                }, )* }
            }
        }
    };
    (@article) => { None };
    (@article $article:literal) => { Some($article) };
}

refusals! {
    /// The body is not JSON, or not of the documented shape; the text names the place.
    Malformed = "malformed", retry: false;
    "请求内容不符合接口文档。" / "The request does not have the documented shape.";
    user: "Update the app"; operator: "Compare the app's version with the API document";

    /// The body contains an undocumented field.
    UnknownField = "unknown_field", retry: false;
    "请求含有未定义的字段。" / "The request carries an undocumented field.";
    user: "Update the app"; operator: "Compare the app's version with the API document";

    /// A text holds U+0000.
    UnstorableText = "unstorable_text", retry: false;
    "文字中含有无法保存的字符（U+0000），请删去后再提交。" / "The text holds a character that cannot be stored (U+0000): remove it and send again.";
    user: "Remove the character; it usually comes from a copied text"; operator: "None";

    /// The path takes other methods.
    WrongMethod = "wrong_method", retry: false;
    "该地址不支持此操作。" / "This address does not take this method; `Allow` names those that it takes.";
    user: "Open the page by its link"; operator: "Compare the client with the API document";

    /// The search text has no letter and no digit.
    NothingToSearch = "nothing_to_search", retry: false;
    "请输入要查找的文字或数字。" / "Type letters or digits to search for.";
    user: "Type at least one character that is no punctuation"; operator: "None";

    /// More cases than one file takes.
    ExportTooLarge = "export_too_large", retry: false;
    "符合条件的案件超过一次可导出的数量，请缩小范围后分次导出。" / "More cases fit than one file takes; narrow the list and export it in parts.";
    user: "Narrow the list by days, agency or status"; operator: "None";

    /// The body is longer than this route takes.
    TooLarge = "too_large", retry: false;
    "请求内容超过上限。" / "The request body is over the limit.";
    user: "Send less at once"; operator: "Compare with the limits that `/v1/sync/push` advertises";

    /// Another content type than documented.
    WrongContentType = "wrong_content_type", retry: false;
    "请求的内容类型不受支持。" / "The content type of the request is not supported here.";
    user: "Update the app"; operator: "Look for a proxy that rewrites headers";

    /// A compressed body: inflating it is not offered.
    WrongEncoding = "wrong_encoding", retry: false;
    "不接受压缩的请求内容。" / "Compressed request bodies are not accepted.";
    user: "Update the app"; operator: "Look for a proxy that compresses requests";

    /// Two programs might read differently where this request ends.
    AmbiguousFraming = "ambiguous_framing", retry: false;
    "请求的边界不明确，连接已关闭。" / "Where the request ends is ambiguous; the connection is closed.";
    user: "Update the app"; operator: "Somebody probes for request smuggling, or a proxy is broken";

    /// The head of the request is longer than any may be.
    HeadTooLong = "head_too_long", retry: false;
    "地址或浏览器中保存的本网站数据过长，请缩短地址，或清除本网站的 Cookie 后重试。" / "The address, or what the browser keeps for this site, is too long: shorten the address, or remove this site's cookies, and try again.";
    user: "Remove the cookies of this site"; operator: "Look for a proxy that adds long headers";

    /// The request took too long to arrive or to answer.
    TooSlow = "too_slow", retry: true;
    "请求超时，请稍后重试。" / "The request took too long; try again.";
    user: "Try again on a better network; nothing is lost"; operator: "Look at load and at slow clients";

    /// No such page, or nothing of this id that the caller may see.
    NotFound = "not_found", retry: false;
    "未找到。" / "Not found.";
    user: "Check the id; what is out of reach looks the same"; operator: "None";

    /// No token, or one that is not ours, expired, or of a session that ended.
    Unauthenticated = "unauthenticated", retry: false;
    "请先登录。" / "Sign in first.";
    user: "Sign in again, or let the phone fetch a new token"; operator: "Compare the clocks if it repeats";

    /// Login or password is wrong; which of them is not said.
    WrongPassword = "wrong_password", retry: false;
    "登录名或密码不正确。" / "The login or the password is wrong.";
    user: "Check both"; operator: "Watch for many of these from one address";

    /// Not 8 to 128 characters.
    PasswordLength = "password_length", retry: false;
    "密码须为 8 至 128 个字符。" / "A password has 8 to 128 characters.";
    user: "Choose another"; operator: "None";

    /// Plain HTTP from a peer that is no named proxy.
    UntrustedPeer = "untrusted_peer", retry: false;
    "请通过本单位的网关访问。" / "Come through the gateway.";
    user: "Use the published address"; operator: "Name the proxy with `--trusted-proxy`";

    /// More is asked for at one time than there is room for.
    Busy = "busy", retry: true;
    "服务器繁忙，请稍后重试。" / "The server is busy; try again shortly.";
    user: "Wait and try again; nothing is lost"; operator: "Look at load; add cores or connections if it lasts";

    /// The caller, or their address, has as much on its way at one time as they may.
    TooMuchAtOnce = "too_much_at_once", retry: true;
    "您同时发送或读取的内容过多，请等前一次完成后再试。" / "You send or read too much at one time; wait until the requests before are done.";
    user: "Wait and try again; nothing is lost"; operator: "Somebody sends many large requests at once: look at the proxy's log";

    /// The address or the caller has sent more requests in a short time than one may.
    TooManyRequests = "too_many_requests", retry: true;
    "请求过于频繁，请稍后再试；手机会自动重试。" / "Too many requests in a short time; wait a moment. A phone tries again by itself.";
    user: "Wait as long as `Retry-After` says"; operator: "Many people behind one gateway: raise `address_requests_per_s`. Otherwise look in the proxy's log for who floods it";

    /// The phone is over its daily quota.
    TooMuchToday = "too_much_today", retry: true;
    "该终端今日的用量已达上限，内容仍保存在终端，之后会自动上传。" / "This phone has used up its day; what it holds stays on it and is sent later by itself.";
    user: "Go on working; the phone sends again by itself"; operator: "See the alarm: an honest phone never comes near; raise `phone_day_…` if one does";

    /// More files were sent that no case claims than one person may have.
    UnclaimedFiles = "unclaimed_files", retry: true;
    "您已上传的文件中有过多未被任何案卷引用，请先同步案卷，再上传文件。" / "Too many of your files belong to no case yet: synchronise the cases first, then send files.";
    user: "Synchronise; the files are still on the phone"; operator: "Somebody sends files that no case names; they go after `unclaimed_days`";

    /// The database is not reachable, restarts, or its disk fails.
    DatabaseUnavailable = "database_unavailable", retry: true;
    "数据库暂时无法访问，请稍后重试；已确认的内容不会丢失。" / "The database cannot be reached; try again later. Nothing acknowledged is lost.";
    user: "Go on working; the phone sends again by itself"; operator: "Start the database or mend the way to it; the server recovers by itself";

    /// The database can be read and not written.
    DatabaseReadOnly = "database_read_only", retry: true;
    "数据库目前只读，暂不能保存。" / "The database is read-only at the moment; nothing can be saved.";
    user: "Go on working; the phone sends again by itself"; operator: "Look for a failed-over replica, a read-only mount, or wrong ownership of the file";

    /// The database's disk is full.
    DatabaseFull = "database_full", retry: true;
    "数据库磁盘已满，暂不能保存。" / "The database's disk is full; nothing can be saved.";
    user: "Go on working; the phone sends again by itself"; operator: "Make room; the server recovers by itself";

    /// Too many wrong passwords for this account or from this address; waiting always helps.
    TooManyAttempts = "too_many_attempts", retry: true;
    "登录尝试过于频繁，请稍后再试。" / "Too many attempts to sign in; wait a moment.";
    user: "Wait as long as `Retry-After` says, then try once"; operator: "See `palm_sign_ins_total`; look for somebody who guesses passwords";

    /// One of those that everybody tries first, or made of local words.
    PasswordCommon = "password_common", retry: false;
    "密码过于常见或由本地名称组成，请更换。" / "This password is too common, or made of local words: choose another.";
    user: "Choose one that nobody would guess"; operator: "None";

    /// The caller's roles do not permit this.
    Forbidden = "forbidden", retry: false;
    "您的角色无权进行此操作。" / "Your roles do not permit this.";
    user: "Ask the agency's administrator"; operator: "Check the roles";

    /// The request wants a token bound to an enrolled phone.
    DeviceRequired = "device_required", retry: false;
    "此操作须在已登记的终端上进行。" / "This has to be done from an enrolled phone.";
    user: "Use the enrolled phone"; operator: "None";

    /// A phone's token opens the routes of phones, and no route of a desk.
    NotFromAPhone = "not_from_a_phone", retry: false;
    "终端不能办理此项。请本人用登录名和密码在电脑端登录后办理。" / "A phone cannot do this: sign in yourself, with login and password, at a desk.";
    user: "Sign in at a desk"; operator: "None";

    /// A token for handing in opens pushing and uploading, and nothing that is read.
    HandInOnly = "hand_in_only", retry: false;
    "该令牌只能用于交回记录，不能用于其他操作。" / "This token is for handing in what was recorded, and for nothing else.";
    user: "None: the app hands in by itself"; operator: "None";

    /// The phone's officer does not work here any more.
    OfficerLeft = "officer_left", retry: false;
    "该终端的执法人员已离岗，终端只能交回此前的记录。" / "The officer of this phone has left; the phone can hand in what it recorded before.";
    user: "Let the phone hand in; see the agency's administrator for anything else"; operator: "Check the register";

    /// One person would hold both codes of an action that needs two people.
    SameHand = "same_hand", retry: false;
    "此项须由两个人分别办理：重设密码的一方不得自行确认，也不得同时发放该账号的终端登记码。请由另一名管理员办理，或由本人在其终端上确认。" /
    "This takes two people: who resets a password does not confirm it, and gives no enrolment code for the same account. Ask another administrator, or let the officer confirm it on their phone.";
    user: "Ask another administrator"; operator: "Let an administrator do it in the console";

    /// The reset ended, was used up, or another hand confirmed it.
    ResetNotOpen = "reset_not_open", retry: false;
    "该密码重设已失效、已使用或已由他人确认。请重新申请。" / "This password reset has ended, was used, or was confirmed by somebody else. Ask for a new one.";
    user: "Ask an administrator for a new reset"; operator: "None";

    /// One of the two codes is wrong, or the reset is not confirmed or has ended; which of them is not said.
    WrongResetCode = "wrong_reset_code", retry: false;
    "重设码不正确、尚未确认或已失效。" / "A reset code is wrong, not confirmed yet, or has ended.";
    user: "Check both codes; after five wrong attempts ask for a new reset"; operator: "None";

    /// The phone was revoked.
    DeviceRevoked = "device_revoked", retry: false;
    "该终端已被停用。" / "This phone was revoked.";
    user: "None: the app hands in what it holds; ask the agency's administrator for a new phone"; operator: "See the reason of the revocation";

    /// The signature does not prove possession of the key.
    WrongProof = "wrong_proof", retry: false;
    "终端密钥证明无效。" / "The proof of the phone's key is not valid.";
    user: "Enrol again"; operator: "Check that the app signs the documented message";

    /// Unknown, used or expired; which of them is not said.
    WrongEnrolmentCode = "wrong_enrolment_code", retry: false;
    "登记码无效、已使用或已过期，或不是发给您的。" / "The enrolment code is unknown, used or expired, or was not given to you.";
    user: "Check it; after five wrong codes, or ten minutes, ask for a new one"; operator: "None";

    /// The key is enrolled already.
    KeyEnrolled = "key_enrolled", retry: false;
    "该终端密钥已登记。" / "This key is enrolled already.";
    user: "Use the device id that was given, or make a new key"; operator: "Look for a restored phone backup";

    /// Unknown, used or expired.
    WrongChallenge = "wrong_challenge", retry: true;
    "质询已失效，请重新获取。" / "The challenge is unknown, used or expired; fetch another.";
    user: "Try again"; operator: "None";

    /// The person holds no certificate at all.
    NoCertificate = "no_certificate", retry: false, article: "行政处罚法 第四十二条、第七十六条";
    "未持有行政执法证，不得从事行政执法活动。" / "Without an enforcement certificate nobody may enforce.";
    user: "See the agency's administrator"; operator: "Check the mirrored register";

    /// The certificate has run out.
    CertificateExpired = "certificate_expired", retry: false, article: "行政处罚法 第四十二条、第七十六条";
    "行政执法证已过有效期，不得从事行政执法活动。" / "The enforcement certificate has expired; its holder may not enforce.";
    user: "Renew the certificate before any enforcement"; operator: "Check the mirrored register";

    /// The certificate is suspended, cancelled, revoked or reported lost.
    CertificateNotValid = "certificate_not_valid", retry: false, article: "行政处罚法 第四十二条、第七十六条";
    "行政执法证当前无效（暂扣、注销、吊销或挂失），不得从事行政执法活动。" /
    "The enforcement certificate is suspended, cancelled, revoked or reported lost; its holder may not enforce.";
    user: "See the agency's administrator"; operator: "Check the mirrored register";

    /// Somebody can sign in already: there is a first administrator.
    AlreadyInstalled = "already_installed", retry: false;
    "系统已有账号，不能再创建首个管理员。" / "Somebody can sign in already; there is no first administrator to create.";
    user: "Ask an administrator for an account"; operator: "Use the existing administrator";

    /// Made-up people were to be loaded among real ones.
    PeopleAreReal = "people_are_real", retry: false;
    "系统中已有真实人员，不能载入演示数据；请在另一数据目录中试用。" / "There are real people here: made-up ones are not loaded among them. Use another data directory for trials.";
    user: "Use a trial installation"; operator: "Run `palm seed` or `palm demo` on another data directory and database";

    /// Not the code that the server printed when it started.
    WrongSetupCode = "wrong_setup_code", retry: false;
    "首次设置码不正确。" / "This is not the setup code.";
    user: "Take the code from what the server printed when it started"; operator: "Start the server again: it prints the code while nobody can sign in";

    /// A form that no page of the console made, or that came from another site.
    CrossSite = "cross_site", retry: false;
    "该请求不是由本系统页面发出的，未予处理。请返回页面重新操作。" /
    "This request did not come from a page of this console; nothing was done. Go back and try again.";
    user: "Open the page again and repeat"; operator: "Check that the proxy passes `Host` and `Origin` on unchanged";

    /// The form was issued to another person than the one who is signed in now.
    OtherAccount = "other_account", retry: false;
    "本页打开之后，此浏览器换了账号登录，所填内容没有提交。请退出，用原来的账号登录后继续：所填内容已为原账号保留 24 小时。" /
        "Somebody else signed in in this browser after this page was opened; nothing was done. Sign out and sign in as before: what was typed is kept for that account for 24 hours.";
    user: "Sign in as before and open the page again"; operator: "None";

    /// A cursor that this list did not issue.
    WrongCursor = "wrong_cursor", retry: false;
    "翻页游标无效。" / "The cursor is not one of this list.";
    user: "Start from the first page"; operator: "None";

    /// Too much of the list has changed since its first page was read, or that was more than a day ago.
    CursorExpired = "cursor_expired", retry: false;
    "列表自第一页打开以来变动过多，请从第一页重新开始。" /
    "The list has changed too much since its first page was opened; begin again with the first page.";
    user: "Start from the first page"; operator: "None";

    /// The place in the log is not one of this log: of another epoch, or newer than the log itself.
    CursorUnknown = "cursor_unknown", retry: false;
    "同步位置无法识别，请按案卷逐一核对。" / "The place in the log is not known here; reconcile by heads.";
    user: "None: the app reconciles by itself"; operator: "If many phones say so, the database may have been restored";

    /// Another version of tus than 1.0.0.
    TusVersion = "tus_version", retry: false;
    "仅支持 tus 1.0.0。" / "Only tus 1.0.0 is spoken here.";
    user: "Update the app"; operator: "Look for a proxy that drops `Tus-Resumable`";

    /// The offset differs from the upload's.
    UploadOffset = "upload_offset", retry: true;
    "上传位置与已接收的长度不符，请先用 HEAD 查询。" / "The upload stands elsewhere: ask with HEAD and go on from there.";
    user: "Nothing: the app goes on by itself"; operator: "None";

    /// The bytes do not have the announced digest.
    EvidenceDigestMismatch = "evidence_digest_mismatch", retry: true;
    "收到的文件与声明的摘要不符，未予保存，请重新上传。" / "The file does not have the digest it was announced with; it was dropped and can be sent again.";
    user: "Send it again; the original is still on the phone"; operator: "Look for a proxy that rewrites bodies";

    /// A signed change claims it, but its bytes have not arrived.
    EvidenceMissing = "evidence_missing", retry: true;
    "该证据文件尚未上传。" / "The bytes of this piece of evidence have not arrived yet.";
    user: "Wait until the phone that recorded it is online"; operator: "See which phones have not been seen lately";

    /// The stored bytes are no longer those that were stored.
    EvidenceAltered = "evidence_altered", retry: true;
    "原始文件校验不一致：服务器上的文件已不是当初收到的内容，已另行封存，不予显示；请通知系统管理员。" / "The stored file is no longer what was received: it was set apart and is not shown. Tell the system administrator.";
    user: "Tell the administrator; send the file again if the phone still has it"; operator: "Find out who or what wrote to the data directory; put the file back from a backup: it is taken when it is read next";

    /// The stored file is not there any more.
    EvidenceRemoved = "evidence_removed", retry: true;
    "原始文件缺失：服务器上已找不到当初收到的文件；请通知系统管理员。" / "The stored file is not there any more. Tell the system administrator.";
    user: "Tell the administrator; send the file again if the phone still has it"; operator: "See whether the data directory is complete; put the file back from a backup: it is taken when it is read next";

    /// The requested range lies beyond the end of the file.
    RangeNotSatisfiable = "range_not_satisfiable", retry: false;
    "请求的文件区段超出文件范围。" / "The part of the file that was asked for lies beyond its end.";
    user: "Open the file again"; operator: "None";

    /// A file is written off that has arrived.
    EvidenceArrived = "evidence_arrived", retry: false;
    "该证据文件已收到，无须登记灭失。" / "This file has arrived: there is nothing to write off.";
    user: "Look at the case again"; operator: "None";

    /// A file is written off twice.
    AlreadyWrittenOff = "already_written_off", retry: false;
    "该证据文件已登记灭失。" / "This file was written off already.";
    user: "Look at the case again"; operator: "None";

    /// The disk for evidence is full.
    StorageFull = "storage_full", retry: true;
    "服务器存储空间不足，请稍后重试。" / "The server's disk is full; nothing is lost on the phone.";
    user: "Keep the phone's data and try again later"; operator: "Make room on the data directory's disk";

    /// The disk for evidence fails or takes no writes.
    StorageUnavailable = "storage_unavailable", retry: true;
    "服务器存储暂时无法写入，请稍后重试；手机中的数据不会丢失。" / "The server's disk takes no writes at the moment; nothing is lost on the phone.";
    user: "Keep the phone's data and try again later"; operator: "See the log and the health of the data directory's disk";

    /// A supervisor must state a purpose.
    PurposeRequired = "purpose_required", retry: false;
    "监督人员查阅案卷须填写查阅目的（purpose）。" / "Supervisors say for what purpose they read a case (`purpose`).";
    user: "Say why"; operator: "None";

    /// A command on a case without `If-Match`.
    PreconditionRequired = "precondition_required", retry: false;
    "请在 If-Match 中给出您所见案卷的版本（ETag）。" / "Say in If-Match which state of the case you saw (its ETag).";
    user: "Update the app"; operator: "Look for a proxy that drops `If-Match`";

    /// `If-Match` names weak tags only.
    WeakEntityTag = "weak_entity_tag", retry: false;
    "所给版本标签为弱标签，无法据以判断：多为代理压缩所致。" / "Every tag in If-Match is weak and matches nothing (RFC 9110 section 13.1.1): a proxy that compresses answers weakens them.";
    user: "Tell the operator"; operator: "Switch off compression for `/v1` in the proxy (`gzip off`), or keep entity tags unchanged";

    /// The case or lead changed since the caller looked.
    Stale = "stale", retry: false;
    "内容已有变化，请重新查看后再作决定。" / "It changed since you looked: look again and decide again.";
    user: "Read it again"; operator: "None";

    /// A creating request without an idempotency key.
    IdempotencyKeyRequired = "idempotency_key_required", retry: false;
    "请提供 Idempotency-Key（1 至 64 个字符）。" / "Send an Idempotency-Key of 1 to 64 characters.";
    user: "Update the app"; operator: "None";

    /// The same key came with another request.
    IdempotencyKeyReused = "idempotency_key_reused", retry: false;
    "该 Idempotency-Key 已用于另一请求。" / "This Idempotency-Key was used for another request.";
    user: "Update the app"; operator: "None";

    /// An officer who handles a case does not decide about it.
    OwnCase = "own_case", retry: false;
    "您是本案的办案人员，不得对本案作出登记、退回、认可、结案等决定。" / "You handle this case yourself: somebody else decides about it.";
    user: "Ask another head"; operator: "None";

    /// The case is closed.
    CaseClosed = "case_closed", retry: false;
    "案件已结案。" / "The case is closed.";
    user: "None"; operator: "None";

    /// Fields with several values that differ.
    ConflictOpen = "conflict_open", retry: false;
    "案卷中有不一致的记录，办案人员处理后方可结案。" / "A field has values that differ: the officers settle that before the case is closed.";
    user: "Ask the officers to resolve it"; operator: "None";

    /// Evidence that a signed change claims has not arrived.
    EvidenceIncomplete = "evidence_incomplete", retry: true;
    "有证据文件尚未上传，暂不能结案。" / "Evidence is still to be uploaded: the case cannot be closed yet.";
    user: "Wait until the officers' phones were online; a file that will never arrive is written off by a head, with a reason"; operator: "None";

    /// A returned record is still to be supplemented.
    RecordNotSupplemented = "record_not_supplemented", retry: false;
    "退回的笔录尚未补充，暂不能结案。" / "A record was returned and not supplemented yet.";
    user: "Wait for the supplement"; operator: "None";

    /// A change is excluded until somebody admits or dismisses it.
    ChangeQuarantined = "change_quarantined", retry: false;
    "案卷中有待认可的变更，须先作出认可或不予认可的决定。" / "A change waits to be admitted or dismissed.";
    user: "Decide on the change first"; operator: "None";

    /// No change of this id waits for a decision.
    NotQuarantined = "not_quarantined", retry: false;
    "该变更不在待认可之列，或已作出决定。" / "This change does not wait to be admitted or dismissed.";
    user: "Read the case again"; operator: "None";

    /// A rule of law prevents closing; the refusal names article and text.
    ClosingUnlawful = "closing_unlawful", retry: false;
    "依照法律规定，本案现在不能结案。" / "The law stops the closing of this case as it stands.";
    user: "Put right what the article asks for"; operator: "None";

    /// The case has no such live entity.
    NoSuchTarget = "no_such_target", retry: false;
    "案卷中没有该项内容，或其已作废。" / "The case holds no such entity, or it was voided.";
    user: "Read the case again"; operator: "None";

    /// Nobody signed it as an on-the-spot decision.
    NotASpotDecision = "not_a_spot_decision", retry: false;
    "该文书不是已签名的当场行政处罚决定书。" / "This is not a signed on-the-spot decision.";
    user: "Name the decision"; operator: "None";

    /// This program has no procedure for this kind of case or document.
    NotBuilt = "not_built", retry: false;
    "本系统尚不能办理普通程序的案件和文书，不能作此决定：案件在原有系统办理；误作的文书，请办案人员作废后再试。" / "This program has no ordinary procedure yet, so nothing is decided here: handle the case in the system in place; a document made by mistake is voided by the officers first.";
    user: "Handle the case in the system in place, or have the document voided"; operator: "None";

    /// It was not reported to the organ yet.
    NotReported = "not_reported", retry: false;
    "该决定尚未报备，不能登记：请办案人员先在手机上记录“报所属机关备案”。" / "This decision has not been reported yet, so it is not registered: the officers record the report on the phone first.";
    user: "Ask the officers to report it"; operator: "None";

    /// No result of the case is recorded.
    NoResult = "no_result", retry: false;
    "案卷没有记录办理结果，不能结案：请办案人员填写检查结果或者办理结果，或者完成处罚决定。" / "Nothing on record says how the case ended, so it is not closed: the officers record the result of the inspection or of the case, or complete the decision.";
    user: "Ask the officers to record the result"; operator: "None";

    /// No inspection without code was filed in this case.
    NotFiled = "not_filed", retry: false;
    "本案没有报送司法行政部门的备案，无从出具回执。" / "Nothing was filed with the department of justice in this case, so there is nothing to receive.";
    user: "Wait until the agency files it"; operator: "None";

    /// The filing was received already.
    FilingReceived = "filing_received", retry: false;
    "该备案已收到，无需再次出具回执。" / "This filing was received already.";
    user: "None"; operator: "None";

    /// It is registered already.
    AlreadyRegistered = "already_registered", retry: false;
    "该决定已备案。" / "This decision is registered already.";
    user: "None"; operator: "None";

    /// It was returned and not supplemented yet.
    AlreadyReturned = "already_returned", retry: false;
    "该笔录已退回，尚待补充。" / "This record was returned already and waits for its supplement.";
    user: "Wait for the supplement"; operator: "None";

    /// The lead is not at the step that this answer belongs to.
    LeadNotOpen = "lead_not_open", retry: false;
    "该监督事项当前状态不允许此操作。" / "The supervision lead is not at this step.";
    user: "Read the lead again"; operator: "None";

    /// An internal error; the log holds it under the request id.
    Internal = "internal", retry: true;
    "服务器内部错误，请凭请求编号联系运维人员。" / "Something went wrong; quote the request id to the operator.";
    user: "Try again; nothing acknowledged is lost"; operator: "Search the log for the request id";
}
