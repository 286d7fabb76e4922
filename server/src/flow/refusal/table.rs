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
        /// Why the server refuses a request. The codes are stable; `docs/refusals.md` lists them.
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
    /// The body is not JSON, or does not have the documented shape. The text names the place.
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

    /// The path does not have this method.
    WrongMethod = "wrong_method", retry: false;
    "该地址不支持此操作。" / "This address does not have this method; `Allow` lists its methods.";
    user: "Open the page by its link"; operator: "Compare the client with the API document";

    /// The search text has no letter and no digit.
    NothingToSearch = "nothing_to_search", retry: false;
    "请输入要查找的文字或数字。" / "Type letters or digits to search for.";
    user: "Type at least one letter or digit"; operator: "None";

    /// More cases match than one file may hold.
    ExportTooLarge = "export_too_large", retry: false;
    "符合条件的案件超过一次可导出的数量，请缩小范围后分次导出。" / "More cases match than one file may hold; narrow the list and export it in parts.";
    user: "Narrow the list by days, agency or status"; operator: "None";

    /// The body is longer than this route accepts.
    TooLarge = "too_large", retry: false;
    "请求内容超过上限。" / "The request body is over the limit.";
    user: "Send less at once"; operator: "Compare with the limits that `/v1/sync/push` advertises";

    /// The content type is not the documented one.
    WrongContentType = "wrong_content_type", retry: false;
    "请求的内容类型不受支持。" / "The content type of the request is not supported here.";
    user: "Update the app"; operator: "Look for a proxy that rewrites headers";

    /// The body is compressed. The server does not decompress request bodies.
    WrongEncoding = "wrong_encoding", retry: false;
    "不接受压缩的请求内容。" / "Compressed request bodies are not accepted.";
    user: "Update the app"; operator: "Look for a proxy that compresses requests";

    /// A proxy and this server could disagree about where this request ends.
    AmbiguousFraming = "ambiguous_framing", retry: false;
    "请求的边界不明确，连接已关闭。" / "The end of the request is ambiguous; the connection is closed.";
    user: "Update the app"; operator: "Look for a client that tries request smuggling, or a broken proxy";

    /// The head of the request is too long.
    HeadTooLong = "head_too_long", retry: false;
    "地址或浏览器中保存的本网站数据过长，请缩短地址，或清除本网站的 Cookie 后重试。" / "The address, or the data that the browser stores for this site, is too long: shorten the address, or remove this site's cookies, and try again.";
    user: "Remove the cookies of this site"; operator: "Look for a proxy that adds long headers";

    /// The request took too long to arrive or to be answered.
    TooSlow = "too_slow", retry: true;
    "请求超时，请稍后重试。" / "The request took too long; try again.";
    user: "Try again on a better network; nothing is lost"; operator: "Look at load and at slow clients";

    /// The path does not exist, or the id does not exist or is out of the caller's reach.
    NotFound = "not_found", retry: false;
    "未找到。" / "Not found.";
    user: "Check the id; the answer is the same for an id that you may not see"; operator: "None";

    /// There is no token, or it is not from this server, has expired, or its session has ended.
    Unauthenticated = "unauthenticated", retry: false;
    "请先登录。" / "Sign in first.";
    user: "Sign in again, or let the phone fetch a new token"; operator: "If it repeats, compare the clocks of phone and server";

    /// The token is bound to a key, and the request does not prove the key.
    DpopRequired = "dpop_required", retry: false;
    "该令牌须与终端的请求密钥一并使用。" / "This token works only together with the request key of its phone.";
    user: "Sign in again"; operator: "If it repeats, somebody may hold a copy of a token: look at the phones of the person";

    /// The proof of the request key is wrong, is about another request, or was used before.
    InvalidDpopProof = "invalid_dpop_proof", retry: false;
    "请求密钥的证明无效或已使用过。" / "The proof of the request key is not valid, or was used before.";
    user: "Try again; if it repeats, sign in again"; operator: "Check that the proxy passes on the host and the scheme that clients use, or set `public_address`";

    /// The proof is not fresh; the answer brings a nonce for the next attempt.
    UseDpopNonce = "use_dpop_nonce", retry: true;
    "请求密钥的证明已过时，请用服务器给出的随机数重试。" / "The proof of the request key is not fresh; repeat it with the nonce of this answer.";
    user: "Nothing: the app repeats the request"; operator: "None";

    /// The phone was enrolled without a request key, and the installation asks for one.
    RequestKeyRequired = "request_key_required", retry: false;
    "该终端没有请求密钥，请重新登记。" / "This phone has no request key; enrol it again.";
    user: "Update the app and enrol the phone again; what it recorded is handed in before"; operator: "`bearer_phones` allows such phones for a while";

    /// Login or password is wrong. The answer does not say which.
    WrongPassword = "wrong_password", retry: false;
    "登录名或密码不正确。" / "The login or the password is wrong.";
    user: "Check both"; operator: "Watch for many of these from one address: somebody may be guessing passwords";

    /// The password does not have 8 to 128 characters.
    PasswordLength = "password_length", retry: false;
    "密码须为 8 至 128 个字符。" / "A password must have 8 to 128 characters.";
    user: "Choose another"; operator: "None";

    /// Plain HTTP from a peer that is not a configured proxy.
    UntrustedPeer = "untrusted_peer", retry: false;
    "请通过本单位的网关访问。" / "Use the gateway of your organisation.";
    user: "Use the published address"; operator: "Add the proxy with `--trusted-proxy`";

    /// The server has no free capacity at the moment.
    Busy = "busy", retry: true;
    "服务器繁忙，请稍后重试。" / "The server is busy; try again shortly.";
    user: "Wait and try again; nothing is lost"; operator: "Look at load; add cores or connections if it lasts";

    /// The caller, or their address, has reached the limit of what may be in progress at one time.
    TooMuchAtOnce = "too_much_at_once", retry: true;
    "您同时发送或读取的内容过多，请等前一次完成后再试。" / "You send or read too much at one time; wait until your earlier requests are done.";
    user: "Wait and try again; nothing is lost"; operator: "Look in the proxy's log for a client that sends many large requests at once";

    /// The address or the caller has sent too many requests in a short time.
    TooManyRequests = "too_many_requests", retry: true;
    "请求过于频繁，请稍后再试；手机会自动重试。" / "Too many requests in a short time; wait a moment. A phone tries again by itself.";
    user: "Wait as long as `Retry-After` says"; operator: "If many people are behind one gateway, raise `address_requests_per_s`. Otherwise look in the proxy's log for the client that sends so many";

    /// The phone has reached a daily quota.
    TooMuchToday = "too_much_today", retry: true;
    "该终端今日的用量已达上限，内容仍保存在终端，之后会自动上传。" / "This phone has reached its limit for today; its data stays on the phone and is sent later automatically.";
    user: "Go on working; the phone sends again by itself"; operator: "Look at the alarm. Normal work stays far below the limit; if it does not, raise `phone_day_…`";

    /// The person has reached the limit of uploaded files that no case claims.
    UnclaimedFiles = "unclaimed_files", retry: true;
    "您已上传的文件中有过多未被任何案卷引用，请先同步案卷，再上传文件。" / "Too many of your files belong to no case yet: synchronise the cases first, then send files.";
    user: "Synchronise; the files are still on the phone"; operator: "Somebody sends files that no case names; the server deletes them after `unclaimed_days`";

    /// The database cannot be reached, is restarting, or its disk fails.
    DatabaseUnavailable = "database_unavailable", retry: true;
    "数据库暂时无法访问，请稍后重试；已确认的内容不会丢失。" / "The database cannot be reached; try again later. Nothing acknowledged is lost.";
    user: "Go on working; the phone sends again by itself"; operator: "Start the database or repair the connection to it; the server recovers by itself";

    /// The database can be read but not written.
    DatabaseReadOnly = "database_read_only", retry: true;
    "数据库目前只读，暂不能保存。" / "The database is read-only at the moment; nothing can be saved.";
    user: "Go on working; the phone sends again by itself"; operator: "Look for a failed-over replica, a read-only mount, or wrong ownership of the file";

    /// The database's disk is full.
    DatabaseFull = "database_full", retry: true;
    "数据库磁盘已满，暂不能保存。" / "The database's disk is full; nothing can be saved.";
    user: "Go on working; the phone sends again by itself"; operator: "Free disk space; the server recovers by itself";

    /// Too many wrong passwords for this account or from this address. The block ends by itself.
    TooManyAttempts = "too_many_attempts", retry: true;
    "登录尝试过于频繁，请稍后再试。" / "Too many attempts to sign in; wait a moment.";
    user: "Wait as long as `Retry-After` says, then try once"; operator: "Look at `palm_sign_ins_total`: somebody may be guessing passwords";

    /// The password is easy to guess: a common one, or made of local words.
    PasswordCommon = "password_common", retry: false;
    "密码过于常见或由本地名称组成，请更换。" / "This password is too common, or made of local words: choose another.";
    user: "Choose one that is hard to guess"; operator: "None";

    /// The caller's roles do not permit this.
    Forbidden = "forbidden", retry: false;
    "您的角色无权进行此操作。" / "Your roles do not permit this.";
    user: "Ask the agency's administrator"; operator: "Check the roles";

    /// The request needs a token that is bound to an enrolled phone.
    DeviceRequired = "device_required", retry: false;
    "此操作须在已登记的终端上进行。" / "This must be done on an enrolled phone.";
    user: "Use the enrolled phone"; operator: "None";

    /// A phone's token does not permit this route. It needs a sign-in with login and password.
    NotFromAPhone = "not_from_a_phone", retry: false;
    "终端不能办理此项。请本人用登录名和密码在电脑端登录后办理。" / "A phone cannot do this: sign in at a computer with your login and password.";
    user: "Sign in at a computer"; operator: "None";

    /// A token for handing in permits pushing and uploading, and no reading.
    HandInOnly = "hand_in_only", retry: false;
    "该令牌只能用于交回记录，不能用于其他操作。" / "This token can only be used to hand in records.";
    user: "None: the app hands the records in by itself"; operator: "None";

    /// The phone's officer no longer works for an agency of this installation.
    OfficerLeft = "officer_left", retry: false;
    "该终端的执法人员已离岗，终端只能交回此前的记录。" / "The officer of this phone has left; the phone can only hand in its earlier records.";
    user: "Let the phone hand in its records; ask the agency's administrator about anything else"; operator: "Check the register";

    /// One person would hold both codes of an action that needs two people.
    SameHand = "same_hand", retry: false;
    "此项须由两个人分别办理：重设密码的一方不得自行确认，也不得同时发放该账号的终端登记码。请由另一名管理员办理，或由本人在其终端上确认。" /
    "This needs two people: the person who resets a password may not confirm the reset, and may not issue an enrolment code for the same account. Ask another administrator, or let the officer confirm it on their phone.";
    user: "Ask another administrator"; operator: "Let an administrator do it in the console";

    /// The password is a one-time password, which permits nothing but choosing another.
    PasswordMustChange = "password_must_change", retry: false;
    "您使用的是一次性密码，请先设置自己的密码，然后重新登录。" / "Your password is a one-time password: choose your own first, then sign in with it.";
    user: "Choose an own password (in an app: `POST /v1/me/password`), then sign in with it"; operator: "None";

    /// The one-time password was not used in time.
    OneTimePasswordExpired = "one_time_password_expired", retry: false;
    "一次性密码已过期，请向本单位管理员重新领取。" / "The one-time password has expired. Ask your agency's administrator for another.";
    user: "Ask the agency's administrator for another"; operator: "None";

    /// Nobody administers themselves.
    OwnEntry = "own_entry", retry: false;
    "不能办理本人的登记、证件、账号和角色，请由另一名管理员办理。" / "Nobody administers their own entry, certificates, account or roles. Ask another administrator.";
    user: "Ask another administrator"; operator: "None";

    /// The person holds a role that the agency's administrator does not give.
    HoldsSpecialRole = "holds_special_role", retry: false;
    "此人担任管理员或监督职务：请先由安全管理员收回该角色，再办理账号、调动或离岗。" / "This person is an administrator or a supervisor. The security administrator takes that role first; then account, transfer and deactivation are yours.";
    user: "Ask the security administrator to take the role first"; operator: "None";

    /// System, security and audit administrator are kept apart.
    RolesKeptApart = "roles_kept_apart", retry: false;
    "系统管理员、安全管理员、审计管理员须由不同的人担任（三员分立）。" / "System, security and audit administrator must be three people.";
    user: "Choose another person, or take the other role first"; operator: "None";

    /// What is asked for is so already.
    NothingChanges = "nothing_changes", retry: false;
    "登记内容与现状相同，没有变化。" / "This is what the register says already: nothing would change.";
    user: "Check what the register says now"; operator: "None";

    /// The person was deactivated.
    PersonInactive = "person_inactive", retry: false;
    "此人已离岗；如已返岗，请先恢复在岗。" / "This person has left. If they are back, reactivate them first.";
    user: "Reactivate the person first"; operator: "None";

    /// The year has an assessment that counts.
    AssessmentTaken = "assessment_taken", retry: false;
    "该年度考核结果已登记；登记有误的，请先撤销原登记。" / "This year has an assessment. If it is wrong, annul it first.";
    user: "Annul the wrong entry first"; operator: "None";

    /// An exit of the person is open.
    ExitOpen = "exit_open", retry: false;
    "此人已有一项退出程序正在进行。" / "An exit of this person is open already.";
    user: "Go on with the open one"; operator: "None";

    /// The person was heard already.
    ExitHeard = "exit_heard", retry: false;
    "本人的陈述、申辩已登记。" / "The hearing of the officer is entered already.";
    user: "Read the person again"; operator: "None";

    /// The person was not heard yet.
    ExitNotHeard = "exit_not_heard", retry: false;
    "作出退出决定前，须先听取本人的陈述、申辩并登记。" / "Before a decision the officer is heard, and the hearing is entered.";
    user: "Have the hearing entered first"; operator: "None";

    /// The exit was decided.
    ExitDecided = "exit_decided", retry: false;
    "该退出程序已作出决定。" / "This exit was decided.";
    user: "None: it is decided"; operator: "None";

    /// Who proposed an exit or heard the officer does not decide about it.
    ExitSamePerson = "exit_same_person", retry: false;
    "提出退出建议或者听取陈述、申辩的人员，不能作出决定，请由另一负责人决定。" / "Who proposed the exit or heard the officer does not decide about it. Another head decides.";
    user: "Ask another head of the organ"; operator: "None";

    /// The agency was deactivated.
    AgencyInactive = "agency_inactive", retry: false;
    "该单位已停用，不能登记人员。" / "This agency was deactivated and takes no people.";
    user: "Choose another agency"; operator: "None";

    /// The login belongs to another account.
    LoginTaken = "login_taken", retry: false;
    "该登录名已被使用，请另选一个。" / "This login is taken. Choose another.";
    user: "Choose another login"; operator: "None";

    /// The person has an account.
    AccountExists = "account_exists", retry: false;
    "此人已有账号：忘记密码的，请办理重设密码；账号已关闭的，请发放新的一次性密码。" / "This person has an account. For a forgotten password ask for a reset; a closed account gets a new one-time password.";
    user: "Reset the password, or give a closed account a new one-time password"; operator: "None";

    /// The person has no account, or it is closed.
    NoAccount = "no_account", retry: false;
    "此人没有可用的账号。" / "This person has no open account.";
    user: "Give the person an account"; operator: "None";

    /// The owner of the account has chosen the password, so it is reset by two people only.
    PasswordIsOwn = "password_is_own", retry: false;
    "此人已设置自己的密码，不能再发放一次性密码；忘记密码的，请由两人办理重设密码。" / "This person has chosen their own password, so there is no one-time password any more. A forgotten password is reset by two people.";
    user: "Ask for a reset of the password"; operator: "None";

    /// The certificate number belongs to somebody already.
    CertificateTaken = "certificate_taken", retry: false;
    "该证号已登记，请核对证号。" / "This certificate number is in the register already: check it.";
    user: "Check the number"; operator: "None";

    /// It was not stated where the data of the certificate came from.
    CertificateWithoutSource = "certificate_without_source", retry: false;
    "该证件尚未登记信息来源：请先登记查验原件的情况，或者从花名册、省级数据库导入。" / "It is not known where the data of this certificate came from: enter that the card was seen, or import a roster or the provincial register.";
    user: "Enter that the card was seen, or import it, then confirm"; operator: "None";

    /// The certificate is valid, and two persons have not confirmed its data.
    CertificateNotVerified = "certificate_not_verified", retry: false;
    "该行政执法证的信息尚未由两名管理员确认，不能签发核验凭证。请本单位管理员核对证件并确认。" / "Two administrators have not confirmed this certificate's data yet, so there is no credential. Ask the agency's administrator to look at the certificate and to confirm it.";
    user: "Ask the agency's administrators to confirm the certificate"; operator: "None";

    /// No public address is configured, so credentials could not name their issuer.
    CredentialsNotOffered = "credentials_not_offered", retry: false;
    "本系统尚未配置对外地址，不能签发和核验凭证。请运维人员设置。" / "This installation has no public address, so it neither issues nor checks credentials. Ask the operator to set it.";
    user: "Ask the operator to set the public address"; operator: "Set `public_address` to the address by which clients reach the installation, and restart";

    /// The client takes no representation that there is.
    NotAcceptable = "not_acceptable", retry: false;
    "请求所接受的格式均不提供。" / "None of the formats that the request accepts is offered.";
    user: "Update the app"; operator: "Compare the client's `Accept` with the API document";

    /// The same person confirmed the data of the certificate before.
    ConfirmedBefore = "confirmed_before", retry: false;
    "您已确认过该证件的信息，须由另一名管理员再次确认。" / "You have confirmed this certificate already. Another administrator confirms it too.";
    user: "Ask another administrator to confirm it"; operator: "None";

    /// The other person who confirmed the certificate named another issuing organ.
    OtherIssuer = "other_issuer", retry: false;
    "另一名管理员确认的发证机关与您填写的不同，请核对证件。" / "The other administrator named another issuing organ: look at the certificate.";
    user: "Compare the issuing organ with the certificate; if the other one was wrong, a third administrator confirms"; operator: "None";

    /// The citizen number belongs to another person.
    CitizenNumberTaken = "citizen_number_taken", retry: false;
    "该公民身份号码已登记给另一人，请核对。" / "This citizen number is another person's in the register: check it.";
    user: "Check the number and whether the person is in the register already"; operator: "None";

    /// The reset has ended, was used, or was confirmed by another person.
    ResetNotOpen = "reset_not_open", retry: false;
    "该密码重设已失效、已使用或已由他人确认。请重新申请。" / "This password reset has ended, was used, or was confirmed by somebody else. Ask for a new one.";
    user: "Ask an administrator for a new reset"; operator: "None";

    /// One of the two codes is wrong, or the reset is not confirmed or has ended. The answer does not say which.
    WrongResetCode = "wrong_reset_code", retry: false;
    "重设码不正确、尚未确认或已失效。" / "A reset code is wrong, or the reset is not confirmed yet or has ended.";
    user: "Check both codes; after five wrong attempts ask for a new reset"; operator: "None";

    /// The phone was revoked.
    DeviceRevoked = "device_revoked", retry: false;
    "该终端已被停用。" / "This phone was revoked.";
    user: "None: the app hands its records in; ask the agency's administrator about a new phone"; operator: "Look at the reason of the revocation";

    /// The signature does not prove that the phone has the key.
    WrongProof = "wrong_proof", retry: false;
    "终端密钥证明无效。" / "The proof of the phone's key is not valid.";
    user: "Enrol again"; operator: "Check that the app signs the documented message";

    /// The code is unknown, used or expired, or was issued to another officer. The answer does not say which.
    WrongEnrolmentCode = "wrong_enrolment_code", retry: false;
    "登记码无效、已使用或已过期，或不是发给您的。" / "The enrolment code is unknown, used or expired, or was not issued to you.";
    user: "Check the code; after five wrong attempts or ten minutes, ask for a new one"; operator: "None";

    /// The key is enrolled already.
    KeyEnrolled = "key_enrolled", retry: false;
    "该终端密钥已登记。" / "This key is enrolled already.";
    user: "Use the device id of the first enrolment, or create a new key"; operator: "Look for a restored phone backup";

    /// The challenge is unknown, used or expired.
    WrongChallenge = "wrong_challenge", retry: true;
    "质询已失效，请重新获取。" / "The challenge is unknown, used or expired; fetch another.";
    user: "Try again"; operator: "None";

    /// The person has no certificate.
    NoCertificate = "no_certificate", retry: false, article: "行政处罚法 第四十二条、第七十六条";
    "未持有行政执法证，不得从事行政执法活动。" / "You have no enforcement certificate and may not enforce.";
    user: "Ask the agency's administrator"; operator: "Check the copied register of certificates";

    /// The certificate has expired.
    CertificateExpired = "certificate_expired", retry: false, article: "行政处罚法 第四十二条、第七十六条";
    "行政执法证已过有效期，不得从事行政执法活动。" / "The enforcement certificate has expired; its holder may not enforce.";
    user: "Renew the certificate before any enforcement"; operator: "Check the copied register of certificates";

    /// The certificate is suspended, cancelled, revoked or reported lost.
    CertificateNotValid = "certificate_not_valid", retry: false, article: "行政处罚法 第四十二条、第七十六条";
    "行政执法证当前无效（暂扣、注销、吊销或挂失），不得从事行政执法活动。" /
    "The enforcement certificate is suspended, cancelled, revoked or reported lost; its holder may not enforce.";
    user: "Ask the agency's administrator"; operator: "Check the copied register of certificates";

    /// An account exists already, so the first administrator cannot be created.
    AlreadyInstalled = "already_installed", retry: false;
    "系统已有账号，不能再创建首个管理员。" / "There are accounts already; a first administrator can no longer be created.";
    user: "Ask an administrator for an account"; operator: "Use the existing administrator";

    /// No county has this code.
    UnknownCounty = "unknown_county", retry: false;
    "没有这个代码的县级行政区：请在列表中选择，或核对六位代码（GB/T 2260）。" / "No county has this code: choose one from the list, or check the six digits (GB/T 2260).";
    user: "Choose the county from the list"; operator: "Give `--county` the six digits of the county (GB/T 2260)";

    /// The county has not been chosen yet.
    NotSetUp = "not_set_up", retry: true;
    "本系统尚未完成首次设置：请先在首次设置页选择所在县并创建首个管理员。" / "This installation has not been set up yet: choose its county and create the first administrator on the page of the first run.";
    user: "Ask the operator to finish the first run"; operator: "Open the address that the server printed (`palm first run: …`), or run `palm admin create-first --county CODE`";

    /// Demonstration data is not loaded into an installation with real people.
    PeopleAreReal = "people_are_real", retry: false;
    "系统中已有真实人员，不能载入演示数据；请在另一数据目录中试用。" / "This installation has real people, so demonstration data cannot be loaded. Use another data directory for a trial.";
    user: "Use a trial installation"; operator: "Run `palm seed` or `palm demo` on another data directory and database";

    /// There are no made-up people to remove.
    NotATrial = "not_a_trial", retry: false;
    "本系统没有演示人员，无须移除。" / "Nobody in this installation is made up; there is nothing to remove.";
    user: "None"; operator: "None";

    /// The code is not the one that the server printed when it started.
    WrongSetupCode = "wrong_setup_code", retry: false;
    "首次设置码不正确。" / "This is not the setup code.";
    user: "Use the code that the server printed when it started"; operator: "Restart the server: it prints the code as long as there is no account";

    /// The form does not come from a page of the console.
    CrossSite = "cross_site", retry: false;
    "该请求不是由本系统页面发出的，未予处理。请返回页面重新操作。" /
    "This request did not come from a page of this console; nothing was done. Go back and try again.";
    user: "Open the page again and repeat"; operator: "Check that the proxy forwards `Host` and `Origin` unchanged";

    /// The page was opened by another person than the one who is signed in now.
    OtherAccount = "other_account", retry: false;
    "本页打开之后，此浏览器换了账号登录，所填内容没有提交。请退出，用原来的账号登录后继续：所填内容已为原账号保留 24 小时。" /
        "Another account signed in in this browser after this page was opened; nothing was done. Sign out and sign in with the former account: your input is kept for it for 24 hours.";
    user: "Sign in with the former account and open the page again"; operator: "None";

    /// This list did not issue the cursor.
    WrongCursor = "wrong_cursor", retry: false;
    "翻页游标无效。" / "The cursor does not belong to this list.";
    user: "Start from the first page"; operator: "None";

    /// The list has changed too much since its first page was read, or that was more than a day ago.
    CursorExpired = "cursor_expired", retry: false;
    "列表自第一页打开以来变动过多，请从第一页重新开始。" /
    "The list has changed too much since its first page was opened; begin again with the first page.";
    user: "Start from the first page"; operator: "None";

    /// The cursor is not a position in this log: it has another epoch, or is newer than the log.
    CursorUnknown = "cursor_unknown", retry: false;
    "同步位置无法识别，请按案卷逐一核对。" / "The cursor is not a position in this log; reconcile by heads.";
    user: "None: the app reconciles by itself"; operator: "If many phones report it, the database may have been restored from a backup";

    /// The request uses a version of tus other than 1.0.0.
    TusVersion = "tus_version", retry: false;
    "仅支持 tus 1.0.0。" / "Only tus 1.0.0 is supported.";
    user: "Update the app"; operator: "Look for a proxy that drops `Tus-Resumable`";

    /// The offset of the piece differs from that of the upload.
    UploadOffset = "upload_offset", retry: true;
    "上传位置与已接收的长度不符，请先用 HEAD 查询。" / "The upload has another offset: ask for it with HEAD and continue from there.";
    user: "None: the app continues by itself"; operator: "None";

    /// The bytes do not have the announced digest.
    EvidenceDigestMismatch = "evidence_digest_mismatch", retry: true;
    "收到的文件与声明的摘要不符，未予保存，请重新上传。" / "The received file does not have the announced digest; it was not stored and can be sent again.";
    user: "Send it again; the original is still on the phone"; operator: "Look for a proxy that rewrites bodies";

    /// A signed change names the file, but its bytes have not arrived.
    EvidenceMissing = "evidence_missing", retry: true;
    "该证据文件尚未上传。" / "The bytes of this piece of evidence have not arrived yet.";
    user: "Wait until the phone that recorded it is online"; operator: "Look for phones that have not connected lately";

    /// The file on disk no longer has the bytes that were received.
    EvidenceAltered = "evidence_altered", retry: true;
    "原始文件校验不一致：服务器上的文件已不是当初收到的内容，已另行封存，不予显示；请通知系统管理员。" / "The stored file differs from what was received: it was moved aside and is not shown. Tell the system administrator.";
    user: "Tell the administrator; send the file again if the phone still has it"; operator: "Find out what wrote to the data directory. Restore the file from a backup: the next read accepts it";

    /// The stored file is missing on disk.
    EvidenceRemoved = "evidence_removed", retry: true;
    "原始文件缺失：服务器上已找不到当初收到的文件；请通知系统管理员。" / "The stored file is missing on the server. Tell the system administrator.";
    user: "Tell the administrator; send the file again if the phone still has it"; operator: "Check whether the data directory is complete. Restore the file from a backup: the next read accepts it";

    /// The requested range lies beyond the end of the file.
    RangeNotSatisfiable = "range_not_satisfiable", retry: false;
    "请求的文件区段超出文件范围。" / "The requested part of the file lies beyond its end.";
    user: "Open the file again"; operator: "None";

    /// The file to be written off has arrived.
    EvidenceArrived = "evidence_arrived", retry: false;
    "该证据文件已收到，无须登记灭失。" / "This file has arrived, so it cannot be written off.";
    user: "Read the case again"; operator: "None";

    /// The file was written off before.
    AlreadyWrittenOff = "already_written_off", retry: false;
    "该证据文件已登记灭失。" / "This file has already been written off.";
    user: "Read the case again"; operator: "None";

    /// The disk for evidence is full.
    StorageFull = "storage_full", retry: true;
    "服务器存储空间不足，请稍后重试。" / "The server's disk is full; try again later. The data stays on the phone.";
    user: "Keep the phone's data and try again later"; operator: "Free space on the disk of the data directory";

    /// The disk for evidence fails or cannot be written.
    StorageUnavailable = "storage_unavailable", retry: true;
    "服务器存储暂时无法写入，请稍后重试；手机中的数据不会丢失。" / "The server's disk cannot be written at the moment; try again later. The data stays on the phone.";
    user: "Keep the phone's data and try again later"; operator: "Look at the log and at the health of the disk of the data directory";

    /// A supervisor must state a purpose.
    PurposeRequired = "purpose_required", retry: false;
    "监督人员查阅案卷须填写查阅目的（purpose）。" / "Supervisors must state the purpose for which they read a case (`purpose`).";
    user: "State the purpose"; operator: "None";

    /// The command on a case has no `If-Match`.
    PreconditionRequired = "precondition_required", retry: false;
    "请在 If-Match 中给出您所见案卷的版本（ETag）。" / "Send the ETag of the case that you saw in If-Match.";
    user: "Update the app"; operator: "Look for a proxy that drops `If-Match`";

    /// `If-Match` has only weak tags.
    WeakEntityTag = "weak_entity_tag", retry: false;
    "所给版本标签为弱标签，无法据以判断：多为代理压缩所致。" / "Every tag in If-Match is weak and matches nothing (RFC 9110 section 13.1.1): a proxy that compresses answers weakens them.";
    user: "Tell the operator"; operator: "Switch off compression for `/v1` in the proxy (`gzip off`), or make it keep entity tags unchanged";

    /// The case or lead has changed since the caller read it.
    Stale = "stale", retry: false;
    "内容已有变化，请重新查看后再作决定。" / "It has changed since you read it: read it again, then decide.";
    user: "Read it again"; operator: "None";

    /// The agency that is named is not among those that the caller may name.
    NoSuchAgency = "no_such_agency", retry: false;
    "没有这个单位，或者它不在您管理的范围内：请重新选择单位。" / "There is no such agency, or it is not among those that you administer: choose another one.";
    user: "Choose the agency again"; operator: "None";

    /// The agency does not fit among the others.
    AgencyMisfit = "agency_misfit", retry: false;
    "单位信息与其他单位冲突，请按提示修改。" / "The agency does not fit among the others: correct what the text names.";
    user: "Correct what the text names"; operator: "None";

    /// People, open cases, agencies or mandates are left in the agency.
    AgencyInUse = "agency_in_use", retry: false;
    "单位还有在岗人员、未结案件、下级单位或者未到期的委托，不能停用。" / "People, open cases, agencies or delegations are left, so the agency cannot be closed.";
    user: "Transfer, close or end what is left, then close the agency"; operator: "None";

    /// The agency was closed.
    AgencyClosed = "agency_closed", retry: false;
    "单位已停用：请先重新启用，或者另选单位。" / "The agency was closed: open it again first, or choose another one.";
    user: "Open the agency again, or choose another one"; operator: "None";

    /// The law does not allow this delegation or these powers.
    MandateUnlawful = "mandate_unlawful", retry: false;
    "委托或者赋权不符合法律规定，请按提示修改。" / "The law does not allow this delegation or these powers: correct what the text names.";
    user: "Correct what the text names"; operator: "None";

    /// The mandate was ended, or the day is not among its days.
    MandateEnded = "mandate_ended", retry: false;
    "委托或者赋权已经终止，或者所填日期不在它的期限内：请核对最后一天。" / "It has ended already, or the day is not within its term: check the last day.";
    user: "Check the last day"; operator: "None";

    /// A roster has a row that cannot be taken.
    RosterRefused = "roster_refused", retry: false;
    "花名册中有不能接受的行，没有导入任何一行：请先核对，按核对结果逐格修改后再导入。" / "A row of the roster cannot be taken, so nothing was imported: check the roster, correct the cells that the check names, and import it again.";
    user: "Check the roster and correct the cells that are named"; operator: "None";

    /// The request creates something and has no idempotency key.
    IdempotencyKeyRequired = "idempotency_key_required", retry: false;
    "请提供 Idempotency-Key（1 至 64 个字符）。" / "Send an Idempotency-Key of 1 to 64 characters.";
    user: "Update the app"; operator: "None";

    /// The key was used for another request before.
    IdempotencyKeyReused = "idempotency_key_reused", retry: false;
    "该 Idempotency-Key 已用于另一请求。" / "This Idempotency-Key was used for another request.";
    user: "Update the app"; operator: "None";

    /// The caller is an officer of the case and may not decide about it.
    OwnCase = "own_case", retry: false;
    "您是本案的办案人员，不得对本案作出登记、退回、认可、结案等决定。" / "You are an officer of this case: another person must decide about it.";
    user: "Ask another head"; operator: "None";

    /// The case is closed.
    CaseClosed = "case_closed", retry: false;
    "案件已结案。" / "The case is closed.";
    user: "None"; operator: "None";

    /// A field has values that differ.
    ConflictOpen = "conflict_open", retry: false;
    "案卷中有不一致的记录，办案人员处理后方可结案。" / "A field has values that differ: the officers must resolve this before the case can be closed.";
    user: "Ask the officers to resolve it"; operator: "None";

    /// An evidence file that a signed change names has not arrived.
    EvidenceIncomplete = "evidence_incomplete", retry: true;
    "有证据文件尚未上传，暂不能结案。" / "Evidence has not been uploaded yet: the case cannot be closed.";
    user: "Wait until the officers' phones are online. A head writes off a file that will never arrive, with a reason"; operator: "None";

    /// A returned record has not been supplemented yet.
    RecordNotSupplemented = "record_not_supplemented", retry: false;
    "退回的笔录尚未补充，暂不能结案。" / "A returned record has not been supplemented yet: the case cannot be closed.";
    user: "Wait for the supplement"; operator: "None";

    /// The case has a quarantined change that was neither admitted nor dismissed.
    ChangeQuarantined = "change_quarantined", retry: false;
    "案卷中有待认可的变更，须先作出认可或不予认可的决定。" / "A quarantined change must be admitted or dismissed first.";
    user: "Decide on the change first"; operator: "None";

    /// The change with this id is not quarantined, or was decided about.
    NotQuarantined = "not_quarantined", retry: false;
    "该变更不在待认可之列，或已作出决定。" / "This change is not quarantined, or a decision about it was made.";
    user: "Read the case again"; operator: "None";

    /// A rule of law prevents closing. The refusal names the article and its text.
    ClosingUnlawful = "closing_unlawful", retry: false;
    "依照法律规定，本案现在不能结案。" / "The law does not permit closing this case in its present state.";
    user: "Correct what the article requires"; operator: "None";

    /// The case has no such entity, or it was voided.
    NoSuchTarget = "no_such_target", retry: false;
    "案卷中没有该项内容，或其已作废。" / "The case has no such entity, or it was voided.";
    user: "Read the case again"; operator: "None";

    /// The document is not an on-the-spot decision, or is not signed.
    NotASpotDecision = "not_a_spot_decision", retry: false;
    "该文书不是已签名的当场行政处罚决定书。" / "This is not a signed on-the-spot decision.";
    user: "Choose a signed on-the-spot decision"; operator: "None";

    /// The program does not have the procedure for this kind of case or document.
    NotBuilt = "not_built", retry: false;
    "本系统尚不能办理普通程序的案件和文书，不能作此决定：案件在原有系统办理；误作的文书，请办案人员作废后再试。" / "This program does not have the ordinary procedure yet, so this decision cannot be made here: handle the case in the existing system. If a document was made by mistake, ask the officers to void it, then try again.";
    user: "Handle the case in the existing system, or ask the officers to void the document"; operator: "None";

    /// The decision was not reported to the organ yet.
    NotReported = "not_reported", retry: false;
    "该决定尚未报备，不能登记：请办案人员先在手机上记录“报所属机关备案”。" / "This decision has not been reported yet and cannot be registered: the officers must first record the report on the phone.";
    user: "Ask the officers to report it"; operator: "None";

    /// The case has no recorded result.
    NoResult = "no_result", retry: false;
    "案卷没有记录办理结果，不能结案：请办案人员填写检查结果或者办理结果，或者完成处罚决定。" / "The case has no recorded result and cannot be closed: the officers must record the result of the inspection or of the case, or complete the decision.";
    user: "Ask the officers to record the result"; operator: "None";

    /// The case has no filing of an inspection without code.
    NotFiled = "not_filed", retry: false;
    "本案没有报送司法行政部门的备案，无从出具回执。" / "This case has no filing with the department of justice, so a receipt cannot be issued.";
    user: "Wait until the agency files it"; operator: "None";

    /// The receipt for the filing was issued before.
    FilingReceived = "filing_received", retry: false;
    "该备案已收到，无需再次出具回执。" / "The receipt for this filing has already been issued.";
    user: "None"; operator: "None";

    /// The decision is registered already.
    AlreadyRegistered = "already_registered", retry: false;
    "该决定已备案。" / "This decision is registered already.";
    user: "None"; operator: "None";

    /// The record was returned and has not been supplemented yet.
    AlreadyReturned = "already_returned", retry: false;
    "该笔录已退回，尚待补充。" / "This record has already been returned and waits for its supplement.";
    user: "Wait for the supplement"; operator: "None";

    /// The lead is at another step.
    LeadNotOpen = "lead_not_open", retry: false;
    "该监督事项当前状态不允许此操作。" / "The supervision lead is at another step, which does not permit this.";
    user: "Read the lead again"; operator: "None";

    /// An internal error. The log has it under the request id.
    Internal = "internal", retry: true;
    "服务器内部错误，请凭请求编号联系运维人员。" / "An internal error occurred; give the request id to the operator.";
    user: "Try again; nothing acknowledged is lost"; operator: "Search the log for the request id";
}
