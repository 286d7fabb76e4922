//! Acts of administrators on a person: which there are, and the form of each.
//!
//! Promise: a page offers an act only to somebody who may do it; the flow decides in any case.

use sync_core::certificate::CertificateAct;
use sync_core::role::{DEPUTISED, Duty, Giver, Role, is_in_care_of_agency, may_give, may_take};
use sync_core::time::Instant;

use super::field::{Field, Kind, Said, local};
use super::qualification::QualificationAct;
use crate::console::words;
use crate::flow::caller::Caller;
use crate::flow::officer::Detail;
use crate::flow::reason;
use crate::flow::refusal::Refusal;
use crate::flow::unsent_form::Fields;
use crate::store::{AgencyRow, CertificateRow, OfficerRow};
use crate::web::language::Language;

/// An act on a person.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum OfficerAct {
    /// Correct the entry.
    Correct,
    /// Transfer to another agency.
    Transfer,
    /// Deactivate.
    Deactivate,
    /// Bring back.
    Reactivate,
    /// Enter a certificate.
    Certificate,
    /// Correct a certificate.
    CorrectCertificate,
    /// Enter a decision about a certificate.
    Decide,
    /// Enter that the card was seen.
    SeeCard,
    /// Confirm the data of a certificate.
    Confirm,
    /// Give an account.
    Account,
    /// Give another one-time password.
    OneTimePassword,
    /// Close the account.
    CloseAccount,
    /// Give a role.
    GiveRole,
    /// Take a role.
    TakeRole,
    /// Appoint a deputy.
    Deputy,
    /// End a deputising.
    EndDeputy,
    /// Trainings, assessments and exits.
    Qualification(QualificationAct),
}

impl OfficerAct {
    const ALL: [Self; 16] = [
        Self::Correct,
        Self::Transfer,
        Self::Deactivate,
        Self::Reactivate,
        Self::Certificate,
        Self::CorrectCertificate,
        Self::Decide,
        Self::SeeCard,
        Self::Confirm,
        Self::Account,
        Self::OneTimePassword,
        Self::CloseAccount,
        Self::GiveRole,
        Self::TakeRole,
        Self::Deputy,
        Self::EndDeputy,
    ];

    /// The act of an address.
    ///
    /// # Errors
    /// [`Refusal::NotFound`].
    pub fn of(name: &str) -> Result<Self, Refusal> {
        let more = QualificationAct::ALL.map(Self::Qualification);
        Self::ALL.into_iter().chain(more).find(|act| act.said().0 == name).ok_or(Refusal::NotFound)
    }

    /// What people read of it.
    #[expect(clippy::too_many_lines, reason = "a table: one row for each act")]
    pub const fn said(self) -> Said {
        match self {
            Self::Correct => (
                "correct",
                ("更正人员信息", "Correct the entry"),
                (
                    "更正姓名或人员类别；更正前的内容保留在登记记录中。",
                    "Corrects name or kind. What it was stays in the records.",
                ),
            ),
            Self::Transfer => (
                "transfer",
                ("调动", "Transfer"),
                (
                    "原单位的职务和角色随调动终止，执法人员角色、证件、账号和终端随人转移；案件仍属原单位。",
                    "Functions in the old agency end; field role, certificates, account and phones go along. Cases stay with the old agency.",
                ),
            ),
            Self::Deactivate => (
                "deactivate",
                ("办理离岗", "Deactivate"),
                (
                    "立即退出登录，终端停用（已记录的内容仍可上交）；不删除任何记录。",
                    "Signed out at once, phones revoked (they still hand in what they hold). Nothing is deleted.",
                ),
            ),
            Self::Reactivate => (
                "reactivate",
                ("恢复在岗", "Bring back"),
                (
                    "恢复原有账号和角色；终端须重新登记。",
                    "The account and the roles of before are back; a phone is enrolled again.",
                ),
            ),
            Self::Certificate => (
                "certificate",
                ("登记证件", "Enter a certificate"),
                ("按证件原件登记；本系统不签发证件。", "Copy it from the certificate. This system issues none."),
            ),
            Self::CorrectCertificate => (
                "correct-certificate",
                ("更正证件信息", "Correct a certificate"),
                ("只更正录入错误；换发、延续请登记证件状态。", "Only for wrong entries. A renewal is a decision."),
            ),
            Self::Decide => (
                "decide",
                ("登记证件状态", "Enter a decision"),
                (
                    "按发证机关的决定登记，自生效时间起适用；此前的状态保留。",
                    "As the issuing organ decided, in force from then on. What was before stays.",
                ),
            ),
            Self::SeeCard => (
                "see-card",
                ("登记查验原件", "The card was seen"),
                (
                    "写明何时何地查验了证件原件、核对了哪些内容；作为证件信息的来源保留。",
                    "Say when and where the card was seen and what was compared. It is kept as the source of the data.",
                ),
            ),
            Self::Confirm => (
                "confirm-certificate",
                ("确认证件信息", "Confirm the data"),
                (
                    "须由两名管理员分别确认，持证人本人不能确认；确认后本人的终端方可取得核验凭证。更正证件信息后须重新确认。",
                    "Two administrators confirm it, and not the holder; then the holder's phone can get a credential. After a correction it is confirmed again.",
                ),
            ),
            Self::Account => (
                "account",
                ("开通账号", "Give an account"),
                (
                    "生成一次性密码，只显示一次，七日内有效，由您当面交给本人；本人首次登录须设置自己的密码。",
                    "Makes a one-time password, shown once and valid for a week. Hand it over in person; at first sign-in it must be changed.",
                ),
            ),
            Self::OneTimePassword => (
                "one-time-password",
                ("重新发放一次性密码", "Another one-time password"),
                (
                    "仅用于从未登录过或已关闭的账号；已关闭的账号随之重新开通。",
                    "Only for an account that was never used or is closed, which it opens.",
                ),
            ),
            Self::CloseAccount => (
                "close-account",
                ("关闭账号", "Close the account"),
                ("立即退出登录，终端停用；登录名保留。", "Signed out at once, phones revoked. The login stays taken."),
            ),
            Self::GiveRole => (
                "give-role",
                ("授予角色", "Give a role"),
                ("自本人下一次操作起生效。", "In effect with their next request."),
            ),
            Self::TakeRole => (
                "take-role",
                ("收回角色", "Take a role"),
                ("自本人下一次操作起生效。", "In effect with their next request."),
            ),
            Self::Deputy => (
                "deputy",
                ("安排代理", "Appoint a deputy"),
                (
                    "代理人在起止时间内行使该负责人职务，到期自动终止。",
                    "The deputy has the role of the head from then to then; it ends by itself.",
                ),
            ),
            Self::EndDeputy => (
                "end-deputy",
                ("提前结束代理", "End a deputising"),
                ("代理人立即不再行使该职务。", "The deputy no longer has the role."),
            ),
            Self::Qualification(act) => act.said(),
        }
    }

    /// Whether the act makes something, so that the form carries a key.
    pub const fn makes(self) -> bool {
        if let Self::Qualification(act) = self {
            return act.makes();
        }
        matches!(self, Self::Certificate | Self::Account | Self::OneTimePassword | Self::Deputy)
    }

    /// Whether the caller may do it to this person as they are.
    pub fn is_open(self, caller: &Caller, found: &Detail) -> bool {
        let (active, care) = (found.officer.active, is_in_care_of_agency(&found.roles));
        let (closed, one_time) = match &found.account {
            Some(account) => (account.closed.is_some(), account.one_time_until.is_some()),
            None => (false, false),
        };
        let (duty, fits) = match self {
            Self::Correct => (Duty::People, active),
            Self::Transfer | Self::Deactivate => (Duty::People, active && care),
            Self::Reactivate => (Duty::People, !active && care),
            Self::Certificate => (Duty::Certificates, active),
            Self::CorrectCertificate | Self::Decide | Self::SeeCard | Self::Confirm => {
                (Duty::Certificates, !found.certificates.is_empty())
            }
            Self::Account => (Duty::Accounts, active && care && found.account.is_none()),
            Self::OneTimePassword => (Duty::Accounts, active && care && (closed || one_time)),
            Self::CloseAccount => (Duty::Accounts, care && found.account.is_some() && !closed),
            Self::GiveRole => return active && caller.officer != found.officer.id && !given(caller, found).is_empty(),
            Self::TakeRole => return caller.officer != found.officer.id && !taken(caller, found).is_empty(),
            Self::Deputy => (Duty::People, active && !deputised(found).is_empty()),
            Self::Qualification(act) => return act.is_open(caller, found),
            Self::EndDeputy => (Duty::People, found.deputies.iter().any(|one| one.head == found.officer.id)),
        };
        duty.is_of(&caller.roles) && fits && caller.officer != found.officer.id
    }
}

fn giver(caller: &Caller) -> Giver<'_> {
    Giver::Person { roles: &caller.roles, own: false, first: true }
}

fn given(caller: &Caller, found: &Detail) -> Vec<Role> {
    Role::ALL.iter().copied().filter(|role| may_give(giver(caller), *role, &found.roles).is_ok()).collect()
}

fn taken(caller: &Caller, found: &Detail) -> Vec<Role> {
    found.roles.iter().copied().filter(|role| may_take(giver(caller), *role, &found.roles).is_ok()).collect()
}

fn deputised(found: &Detail) -> Vec<Role> {
    found.roles.iter().copied().filter(|role| DEPUTISED.contains(role)).collect()
}

/// What a form is made from.
pub struct Made<'a> {
    /// The reader.
    pub caller: &'a Caller,
    /// The language.
    pub language: Language,
    /// The person.
    pub found: &'a Detail,
    /// Agencies in reach.
    pub agencies: &'a [AgencyRow],
    /// The other people of the person's agency.
    pub colleagues: &'a [OfficerRow],
    /// Number of the certificate that the form is about.
    pub number: &'a str,
    /// What was typed before.
    pub typed: &'a Fields,
    /// Now.
    pub now: Instant,
}

/// Labels of the fields of a certificate.
pub const NUMBER: (&str, &str) = ("证号", "Number");
/// See [`NUMBER`].
pub const CATEGORY: (&str, &str) = ("执法类别", "Category");
/// See [`NUMBER`].
pub const REGION: (&str, &str) = ("执法区域（行政区划代码，空白为本县）", "Region (code; the county where empty)");
/// See [`NUMBER`].
pub const ISSUED: (&str, &str) = ("发证日期", "Issued on");
/// See [`NUMBER`].
pub const UNTIL: (&str, &str) = ("有效期至", "Valid until");
/// See [`NUMBER`].
pub const ISSUED_BY: (&str, &str) = ("发证机关", "Issued by");
/// Labels of what proves where data came from.
pub const PROOF: (&str, &str) = ("查验情况（时间、地点、核对内容）", "What was seen, when and where");
/// See [`PROOF`].
pub const PROOF_DIGEST: (&str, &str) = ("留存影像的 SHA-256（可空白）", "SHA-256 of a kept copy (may be empty)");
/// Labels of times.
pub const FROM_TIME: (&str, &str) = ("自（生效时间）", "From");
/// See [`FROM_TIME`].
pub const UNTIL_TIME: (&str, &str) = ("至", "Until");

/// The fields of a person.
pub fn person_fields(language: Language, name: &str, helper: bool) -> Vec<Field> {
    let kinds = [("officer", "执法人员", "Officer"), ("helper", "执法辅助人员", "Auxiliary")];
    let kinds = kinds.map(|(value, zh, en)| (value.to_owned(), words::either(language, zh, en).to_owned()));
    let kind = if helper { "helper" } else { "officer" };
    let citizen = ("公民身份号码（不公开，可空白）", "Citizen number (not shown, may be empty)");
    vec![
        Field::new("name", ("姓名", "Name"), Kind::Line(50), name),
        Field::new("person_kind", ("人员类别", "Kind"), Kind::Choice(kinds.to_vec()), kind),
        Field::new("citizen_number", citizen, Kind::Line(18), "").optional(),
    ]
}

/// The fields of a certificate, with what the register says.
pub fn certificate_fields(held: Option<&CertificateRow>, optional: bool) -> Vec<Field> {
    let of = |part: fn(&CertificateRow) -> &String| held.map(|row| part(row).clone()).unwrap_or_default();
    let mut fields = Vec::new();
    if held.is_none() {
        fields.push(Field::new("number", NUMBER, Kind::Line(100), ""));
    }
    fields.extend([
        Field::new("category", CATEGORY, Kind::Line(100), of(|row| &row.category)),
        Field::new("region", REGION, Kind::Line(12), of(|row| &row.region)).optional(),
        Field::new("issued_on", ISSUED, Kind::Day, of(|row| &row.issued_on)),
        Field::new("valid_until", UNTIL, Kind::Day, of(|row| &row.valid_until)),
    ]);
    if optional { fields.into_iter().map(Field::optional).collect() } else { fields }
}

impl Made<'_> {
    /// The fields of an act's form.
    pub fn fields(&self, act: OfficerAct) -> Vec<Field> {
        let fields = match act {
            OfficerAct::Correct => person_fields(self.language, &self.found.officer.name, self.found.officer.helper),
            OfficerAct::Transfer => self.transfer(),
            OfficerAct::Certificate => certificate_fields(None, false),
            OfficerAct::CorrectCertificate => {
                let held = self.found.certificates.iter().map(|(row, _)| row).find(|row| row.number == self.number);
                certificate_fields(held, false)
            }
            OfficerAct::Decide => self.decision(),
            OfficerAct::SeeCard => self.card(),
            OfficerAct::Confirm => vec![Field::new("issued_by", ISSUED_BY, Kind::Line(100), "")],
            OfficerAct::Account => vec![Field::new("login", ("登录名", "Login"), Kind::Line(64), "")],
            OfficerAct::GiveRole => vec![self.role(&given(self.caller, self.found))],
            OfficerAct::TakeRole => vec![self.role(&taken(self.caller, self.found))],
            OfficerAct::Deputy => self.deputy(),
            OfficerAct::Qualification(act) => act.fields(self.language, self.colleagues),
            OfficerAct::Deactivate
            | OfficerAct::Reactivate
            | OfficerAct::OneTimePassword
            | OfficerAct::CloseAccount
            | OfficerAct::EndDeputy => Vec::new(),
        };
        filled(fields, self.typed)
    }

    fn role(&self, roles: &[Role]) -> Field {
        let label = |role: &Role| (role.code().to_owned(), words::word(self.language, role.code()).to_owned());
        Field::new("role", ("角色", "Role"), Kind::Choice(roles.iter().map(label).collect()), "")
    }

    fn colleague(&self) -> Vec<(String, String)> {
        self.colleagues.iter().map(|one| (one.id.to_string(), one.name.clone())).collect()
    }

    fn transfer(&self) -> Vec<Field> {
        let there = self.agencies.iter().filter(|agency| agency.active && agency.id != self.found.officer.agency);
        let there = there.map(|agency| (agency.id.to_string(), agency.name.clone())).collect();
        let goes_on = words::either(self.language, "由本人继续办理", "The person goes on with them").to_owned();
        let cases = [vec![(String::new(), goes_on)], self.colleague()].concat();
        let label = ("未结案件（移交后由所选同事参与办理）", "Open cases (or the colleague who takes part in them)");
        vec![
            Field::new("agency", ("调入单位", "New agency"), Kind::Choice(there), ""),
            Field::new("colleague", label, Kind::Choice(cases), ""),
        ]
    }

    fn decision(&self) -> Vec<Field> {
        let acts = CertificateAct::ALL.iter();
        let acts = acts.map(|act| (act.code().to_owned(), words::word(self.language, act.code()).to_owned()));
        let suspended = ("暂扣期满时间（仅暂扣，可空白）", "End of a suspension (may be empty)");
        let renewed = ("新的有效期至（仅延续）", "New last day (a renewal only)");
        vec![
            Field::new("decision", ("决定", "Decision"), Kind::Choice(acts.collect()), ""),
            Field::new("from", FROM_TIME, Kind::Time, local(self.now)),
            Field::new("until", suspended, Kind::Time, "").optional(),
            Field::new("valid_until", renewed, Kind::Day, "").optional(),
            Field::new("basis", ("依据（文书或条款）", "Basis"), Kind::Line(500), ""),
            Field::new("decided_by", ("作出决定的机关", "Organ that decided"), Kind::Line(100), ""),
        ]
    }

    #[expect(clippy::unused_self, reason = "as the other forms")]
    fn card(&self) -> Vec<Field> {
        vec![
            Field::new("proof", PROOF, Kind::Line(reason::LONGEST), ""),
            Field::new("proof_sha256", PROOF_DIGEST, Kind::Line(64), "").optional(),
        ]
    }

    fn deputy(&self) -> Vec<Field> {
        vec![
            self.role(&deputised(self.found)),
            Field::new("deputy", ("代理人", "Deputy"), Kind::Choice(self.colleague()), ""),
            Field::new("from", FROM_TIME, Kind::Time, local(self.now)),
            Field::new("until", UNTIL_TIME, Kind::Time, ""),
        ]
    }
}

/// The fields with what was typed.
pub fn filled(fields: Vec<Field>, typed: &Fields) -> Vec<Field> {
    let one = |field: Field| match typed.get(field.name) {
        Some(value) => Field { value: value.clone(), ..field },
        None => field,
    };
    fields.into_iter().map(one).collect()
}
