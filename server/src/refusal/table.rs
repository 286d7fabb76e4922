//! The rows. To add a refusal: add a row here and its status in `http/problem.rs`, then `UPDATE=1` the book.

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

    /// The body carries a field nobody documented.
    UnknownField = "unknown_field", retry: false;
    "请求含有未定义的字段。" / "The request carries an undocumented field.";
    user: "Update the app"; operator: "Compare the app's version with the API document";

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

    /// Hashing is at its limit.
    Busy = "busy", retry: true;
    "服务器繁忙，请稍后重试。" / "The server is busy; try again shortly.";
    user: "Wait and try again; nothing is lost"; operator: "Look at load; add cores or connections if it lasts";

    /// The caller's roles do not permit this.
    Forbidden = "forbidden", retry: false;
    "您的角色无权进行此操作。" / "Your roles do not permit this.";
    user: "Ask the agency's administrator"; operator: "Check the roles";

    /// The request wants a token bound to an enrolled phone.
    DeviceRequired = "device_required", retry: false;
    "此操作须在已登记的终端上进行。" / "This has to be done from an enrolled phone.";
    user: "Use the enrolled phone"; operator: "None";

    /// The phone was revoked.
    DeviceRevoked = "device_revoked", retry: false;
    "该终端已被停用。" / "This phone was revoked.";
    user: "Ask the agency's administrator; what it holds can still be handed in"; operator: "See the reason of the revocation";

    /// The signature does not prove possession of the key.
    WrongProof = "wrong_proof", retry: false;
    "终端密钥证明无效。" / "The proof of the phone's key is not valid.";
    user: "Enrol again"; operator: "Check that the app signs the documented message";

    /// Unknown, used or expired; which of them is not said.
    WrongEnrolmentCode = "wrong_enrolment_code", retry: false;
    "登记码无效、已使用或已过期。" / "The enrolment code is unknown, used or expired.";
    user: "Ask for a new code; it lasts ten minutes"; operator: "None";

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

    /// A cursor that this list did not give out.
    WrongCursor = "wrong_cursor", retry: false;
    "翻页游标无效。" / "The cursor is not one of this list.";
    user: "Start from the first page"; operator: "None";

    /// An accident; the log holds it under the request id.
    Internal = "internal", retry: true;
    "服务器内部错误，请凭请求编号联系运维人员。" / "Something went wrong; quote the request id to the operator.";
    user: "Try again; nothing acknowledged is lost"; operator: "Search the log for the request id";
}
