//! Words for codes.
//!
//! Promise: `known_words` has every word once. A code without a word is shown as it is.

mod qualification;
mod refusal;

use serde_json::Value;
use sync_core::alarm::AlarmKind;
use sync_core::lead::LeadStatus;
use sync_core::op::CaseKind;
use sync_core::read_audit::LookKind;
use sync_core::schema::Kind;
use sync_core::time::Instant;

use crate::web::language::Language;

pub use refusal::refusal;

/// A code, Chinese, English.
type Word = (&'static str, &'static str, &'static str);

fn known_words() -> impl Iterator<Item = &'static Word> {
    WORDS.iter().chain(qualification::WORDS)
}

const WORDS: &[Word] = &[
    // Cases and leads.
    ("open", "办理中", "Open"),
    ("returned", "已退回待补充", "Returned"),
    ("closed", "已结案", "Closed"),
    ("inspection", "行政检查", "Inspection"),
    ("simple", "简易程序", "Summary procedure"),
    ("ordinary", "普通程序", "Ordinary procedure"),
    ("raised", "待答复", "Raised"),
    ("answered", "已答复", "Answered"),
    ("concluded", "已办结", "Concluded"),
    ("procedure", "程序", "Procedure"),
    ("evidence", "证据", "Evidence"),
    ("law", "法律适用", "Application of law"),
    ("discretion", "裁量", "Discretion"),
    ("document", "文书", "Document"),
    ("conduct", "执法行为", "Conduct"),
    ("other", "其他", "Other"),
    // Checks.
    ("block", "阻止", "Blocks"),
    ("warn", "提示", "Warning"),
    ("alarm", "期限提醒", "Alarm"),
    ("info", "说明", "Note"),
    ("satisfied", "符合", "Satisfied"),
    ("breached", "违反", "Breached"),
    ("undecided", "待定", "Undecided"),
    ("not_applicable", "不适用", "Not applicable"),
    // Filings of inspections without code.
    ("due", "待报送备案", "To be filed"),
    ("filed", "已报送待回执", "Filed, to be received"),
    ("received", "已出具回执", "Received"),
    // Changes that need attention.
    ("accepted", "已接收", "Accepted"),
    ("parked", "等待补齐", "Waits for missing content"),
    ("quarantined", "隔离待核", "Quarantined"),
    ("without_effect", "不生效", "Without effect"),
    ("time_not_proved", "时间未证明", "Time not proved"),
    ("outside_lease", "离线许可期外", "Outside the lease"),
    ("chain_gap", "链条缺口", "Gap in the chain"),
    ("fork", "链条分叉", "Fork of the chain"),
    ("number_doubled", "一个文号用于多份文书", "One number on several documents"),
    ("fined_twice", "同一违法行为在两案中被罚款", "One act fined in two cases"),
    ("clock_contradicts", "时钟矛盾", "Clocks contradict"),
    ("own_change_missing", "未接续本机前一变更", "Own change missing"),
    ("handed_over", "当场交付", "Handed over"),
    ("refused_noted", "拒收并注明", "Refused, and noted"),
    ("electronic_confirmed", "电子送达并有确认书", "Electronic, with a confirmation"),
    ("screen", "仅屏幕出示", "Shown on a screen only"),
    ("not_built", "系统尚不支持的案件或文书", "A case or document without procedure here"),
    ("after_closing", "结案后收到", "After the closing"),
    ("after_revocation", "作出时授权已终止", "Made after its author's authority had ended"),
    ("formal_time_not_proved", "正式执法行为，时间未证明", "Formal act whose time is not proved"),
    ("not_a_participant", "作者非本案人员", "By a person who is not an officer of the case"),
    ("other_agency", "涉及其他单位", "Concerns another agency"),
    ("too_many_items", "内容项数超过上限", "More items than a change may have"),
    (
        "outside_full",
        "非本案人员的变更已达上限，新变更留在终端",
        "People who are not officers of the case have reached their limit: new changes stay on their phones",
    ),
    ("case_full", "案卷已达容量上限，新变更留在终端", "The case is full: new changes stay on their phones"),
    ("device_lost", "终端报失，已停用", "A phone was reported lost, and is revoked"),
    ("over_quota", "终端当日用量已达上限", "A phone has reached its daily quota"),
    ("parked_expired", "等待过久的变更已移出，仍在终端", "A change that waited too long was dropped; its phone has it"),
    ("bytes", "同步数据量", "Bytes of changes"),
    ("operations", "操作数", "Operations"),
    ("alarms", "告警数", "Alarms"),
    ("index_rows", "检索文字量", "Text to be searched"),
    ("upload_bytes", "证据文件量", "Bytes of files"),
    ("password_replaced", "运维人员在服务器上重设了密码", "The operator replaced a password on the server's machine"),
    ("evidence_damaged", "证据原始文件被改动或缺失", "A stored file of evidence was altered or removed"),
    ("server_key_replaced", "运维人员更换了服务器密钥", "The operator replaced the server's key"),
    // Account events.
    ("enrolment_code_issued", "签发了终端登记码", "A code for a phone was issued"),
    ("device_enrolled", "登记了终端", "A phone was enrolled"),
    ("device_renamed", "更改了终端名称", "A phone was renamed"),
    ("device_revoked", "停用了终端", "A phone was revoked"),
    ("password_changed", "本人修改了密码", "The password was changed by its owner"),
    ("password_reset_asked", "申请了密码重设", "A password reset was asked for"),
    ("password_reset_confirmed", "确认了密码重设", "A password reset was confirmed"),
    ("password_reset", "本人凭两个重设码设置了新密码", "A new password was chosen with both codes"),
    ("first_administrator", "创建了首个管理员", "The first administrator was created"),
    ("account_opened", "开通了账号", "An account was given"),
    ("one_time_password", "发放了一次性密码", "A one-time password was given"),
    ("account_closed", "关闭了账号", "An account was closed"),
    (
        "refresh_token_copied",
        "登录凭据疑被复制使用，已终止该次登录",
        "A sign-in was ended, because somebody used a copy of its token",
    ),
    ("security_admin_appointed", "任命了安全管理员", "A security administrator was appointed"),
    ("suspend", "暂扣", "Suspended"),
    ("restore", "恢复", "Restored"),
    ("revoke", "吊销", "Revoked"),
    ("cancel", "注销", "Cancelled"),
    ("report_lost", "挂失", "Reported lost"),
    ("renew", "延续", "Renewed"),
    // What records of the register are about.
    ("name", "姓名", "Name"),
    ("kind", "人员类别", "Kind"),
    ("citizen number", "公民身份号码", "Citizen number"),
    ("certificate", "证号", "Certificate"),
    ("category", "执法类别", "Category"),
    ("region", "执法区域", "Region"),
    ("issued on", "发证日期", "Issued on"),
    ("valid until", "有效期至", "Valid until"),
    ("agency", "单位", "Agency"),
    ("role", "角色", "Role"),
    ("roles ended", "终止的角色", "Roles that ended"),
    ("login", "登录名", "Login"),
    ("phones", "停用终端数", "Phones revoked"),
    ("from", "自", "From"),
    ("until", "至", "Until"),
    ("to", "调入", "To"),
    ("basis", "依据", "Basis"),
    ("decided by", "决定机关", "Decided by"),
    ("status", "决定", "Decision"),
    ("deputy", "代理人", "Deputy"),
    ("colleague", "接办人", "Colleague"),
    ("cases handed over", "移交案件数", "Cases handed over"),
    ("sha256", "文件摘要", "Digest of the file"),
    ("new", "新增", "New"),
    ("changed", "变更", "Changed"),
    ("unchanged", "不变", "Unchanged"),
    // Records of the register.
    ("agencies_imported", "导入单位名录", "A list of agencies was imported"),
    ("regions_imported", "导入行政区划", "A list of divisions was imported"),
    ("items_imported", "导入执法事项", "A list of enforcement items was imported"),
    ("demonstration_removed", "移除演示人员", "The made-up people of the trial were removed"),
    ("person_added", "登记人员", "A person was entered"),
    ("person_changed", "变更人员信息", "Data of a person was changed"),
    ("person_transferred", "调动", "A person was transferred"),
    ("person_deactivated", "离岗", "A person was deactivated"),
    ("person_reactivated", "恢复在岗", "A person was brought back"),
    ("deputy_appointed", "安排代理", "A deputy was appointed"),
    ("deputy_ended", "提前结束代理", "Deputising ended early"),
    ("certificate_added", "登记证件", "A certificate was entered"),
    ("certificate_corrected", "更正证件信息", "A certificate was corrected"),
    ("certificate_status", "登记证件状态", "A status of a certificate was entered"),
    ("certificate_source", "登记证件信息来源", "Where the data of a certificate came from"),
    ("certificate_confirmed", "确认证件信息", "The data of a certificate were confirmed"),
    ("roster", "花名册", "Roster"),
    ("provincial_register", "省级行政执法人员数据库", "Provincial register"),
    ("card_seen", "查验原件", "Card seen"),
    ("source", "信息来源", "Source"),
    ("proof", "证明", "Proof"),
    ("issued by", "发证机关", "Issued by"),
    ("role_given", "授予角色", "A role was given"),
    ("role_taken", "收回角色", "A role was taken"),
    ("agency_added", "登记单位", "An agency was entered"),
    ("agency_changed", "修改单位信息", "Data of an agency was changed"),
    ("agency_moved", "调整上级单位", "An agency was moved in the tree"),
    ("agency_closed", "停用单位", "An agency was closed"),
    ("agency_reopened", "重新启用单位", "An agency was opened again"),
    ("mandate_entered", "登记委托或者赋权", "A delegation, or powers, were entered"),
    ("mandate_ended", "终止委托或者赋权", "A delegation, or powers, were ended"),
    ("first_security_admin", "任命首个安全管理员", "The first security administrator was appointed"),
    ("form_opening", "立案（登记）操作不合规则", "Breaks the rule of opening"),
    ("form_no_deps", "未接续任何前序变更", "Builds on no change"),
    ("form_outside_closure", "引用了其未接续的内容", "Names an operation that it does not build on"),
    ("form_target", "所指对象不是案卷内容", "Its target is not an entity"),
    ("form_other_field", "替换了其他字段的内容", "Replaces a value of another field"),
    ("form_shape", "操作要件不全或多余", "A part is missing or superfluous"),
    ("form_detail", "操作细节无法读取", "A detail cannot be read"),
    ("form_not_the_signers", "仅服务器可作的操作", "Only the server may do this"),
    ("form_shown_digest", "签名摘要与所示内容不符", "The signature's digest is not that of what it shows"),
    // Signatures.
    ("officer", "执法人员", "Officer"),
    ("second_officer", "第二执法人员", "Second officer"),
    ("party", "当事人", "Party"),
    ("witness", "见证人", "Witness"),
    ("refusal", "拒签注记", "Note of a refusal"),
    ("key", "数字签名", "Digital signature"),
    ("strokes", "手写签名", "Handwritten"),
    ("ink_photo", "纸质签名照片", "Photographed ink"),
    ("fingerprint", "捺印", "Fingerprint"),
    ("refused", "拒绝签名", "Refused to sign"),
    // Forms.
    ("spot_decision", "当场行政处罚决定书", "Decision on the spot"),
    ("penalty_decision", "行政处罚决定书", "Penalty decision"),
    ("interview_record", "询问笔录", "Interview record"),
    ("scene_record", "现场笔录", "Scene record"),
    ("correction_order", "责令改正通知书", "Order to correct"),
    ("inspection_notice", "行政检查通知书", "Inspection notice"),
    ("interview", "询问笔录", "Interview"),
    ("scene", "现场笔录", "Scene"),
    ("case", "案号", "Case number"),
    ("block_number", "电子文号", "Number block"),
    ("presealed", "预盖章纸质文书", "Pre-sealed paper"),
    ("electronic", "电子印章", "Electronic seal"),
    ("image", "图片", "Picture"),
    ("reduced", "减轻", "Below the range"),
    ("lighter", "从轻", "Lighter"),
    ("standard", "一般", "Standard"),
    ("heavier", "从重", "Heavier"),
    ("between", "有下限和上限", "From a minimum to a maximum"),
    ("up_to", "只有上限", "Up to a maximum"),
    ("multiples", "倍数，有下限和上限", "Multiples, from a minimum to a maximum"),
    ("up_to_multiple", "倍数，只有上限", "Multiples, up to a maximum"),
    ("video", "视频", "Video"),
    ("audio", "录音", "Recording"),
    ("file", "文件", "File"),
    ("captured", "现场采集", "Captured"),
    ("imported", "导入", "Imported"),
    // Sectors, parties, penalties.
    ("market", "市场监管", "Market regulation"),
    ("agriculture", "农业农村", "Agriculture"),
    ("transport", "交通运输", "Transport"),
    ("housing", "住房城乡建设", "Housing"),
    ("emergency", "应急管理", "Emergency management"),
    // Agencies.
    ("government", "人民政府", "People's government"),
    ("department", "政府部门", "Department"),
    ("station", "派出机构", "Station"),
    ("street", "街道办事处", "Street office"),
    ("town", "镇人民政府", "Town government"),
    ("township", "乡人民政府", "Township government"),
    ("justice", "司法行政部门", "Department of justice"),
    ("organisation", "法律、法规授权的组织", "Organisation authorised by law"),
    ("natural_person", "自然人", "Natural person"),
    ("individual_business", "个体工商户", "Individual business"),
    ("company", "企业", "Company"),
    ("other_organisation", "其他组织", "Other organisation"),
    ("warning", "警告", "Warning"),
    ("fine", "罚款", "Fine"),
    // Certificates.
    ("valid", "有效", "Valid"),
    ("suspended", "暂扣", "Suspended"),
    ("cancelled", "注销", "Cancelled"),
    ("revoked", "吊销", "Revoked"),
    ("lost", "挂失", "Reported lost"),
    ("expired", "过期", "Expired"),
    ("none", "尚未生效", "Not yet in force"),
    // Roles.
    ("unit_head", "办案机构负责人", "Head of the handling unit"),
    ("principal_head", "主要负责人", "Principal head"),
    ("other_head", "分管负责人", "Other head"),
    ("legal_reviewer", "法制审核人员", "Legal reviewer"),
    ("case_reviewer", "案件审核人员", "Case reviewer"),
    ("agency_admin", "单位管理员", "Agency administrator"),
    ("department_supervisor", "部门执法监督", "Department supervisor"),
    ("county_supervisor", "县级执法监督", "County supervisor"),
    ("county_leadership", "县领导", "County leadership"),
    ("training_manager", "培训管理员", "Training manager"),
    ("system_admin", "系统管理员", "System administrator"),
    ("security_admin", "安全管理员", "Security administrator"),
    ("audit_admin", "审计管理员", "Audit administrator"),
    // Acts on a field.
    ("put", "填写", "Entered"),
    ("resolve", "处理不一致", "Settled"),
];

/// A code as people read it.
pub fn word(language: Language, code: &str) -> &str {
    let found = known_words().find(|(known, _, _)| *known == code);
    match (found, language) {
        (Some((_, zh, _)), Language::Chinese) => zh,
        (Some((_, _, en)), Language::English) => en,
        (None, _) => code,
    }
}

/// As [`word`], for a kind of case: in an inspection the record of the scene has its own name.
pub fn of_case(language: Language, kind: CaseKind, code: &str) -> &str {
    match (language, kind, code) {
        (Language::Chinese, CaseKind::Inspection, "scene" | "scene_record") => "现场检查笔录",
        _ => word(language, code),
    }
}

/// How the opening of a case of this kind is called: an inspection is registered, a penalty case is opened.
pub fn opened(kind: CaseKind) -> (&'static str, &'static str) {
    if kind == CaseKind::Inspection { ("登记", "Registered") } else { ("立案", "Opened") }
}

/// The status of a lead; closing a lead has another word than closing a case.
pub fn lead_status(language: Language, status: LeadStatus) -> &'static str {
    let code = match status {
        LeadStatus::Raised | LeadStatus::Answered => status.code(),
        LeadStatus::Closed => "concluded",
    };
    word(language, code)
}

/// The kind of an alarm. `refused` and `expired` have other meanings elsewhere.
pub fn alarm(language: Language, kind: AlarmKind) -> &'static str {
    match kind {
        AlarmKind::Refused => either(language, "变更被拒收", "A change was refused"),
        AlarmKind::EnrolmentCodeIssued => either(
            language,
            "运维人员在服务器上签发了终端登记码",
            "The operator issued a code for a phone at the server",
        ),
        AlarmKind::Quarantined
        | AlarmKind::WithoutEffect
        | AlarmKind::TimeNotProved
        | AlarmKind::OutsideLease
        | AlarmKind::ChainGap
        | AlarmKind::Fork
        | AlarmKind::ClockContradicts
        | AlarmKind::OwnChangeMissing
        | AlarmKind::AfterClosing
        | AlarmKind::NotBuilt
        | AlarmKind::ParkedExpired
        | AlarmKind::CaseFull
        | AlarmKind::OutsideFull
        | AlarmKind::OverQuota
        | AlarmKind::DeviceLost
        | AlarmKind::EvidenceDamaged
        | AlarmKind::NumberDoubled
        | AlarmKind::FinedTwice
        | AlarmKind::ServerKeyReplaced
        | AlarmKind::PasswordReplaced
        | AlarmKind::OneTimePassword
        | AlarmKind::AccountClosed
        | AlarmKind::SecurityAdminAppointed
        | AlarmKind::FirstAdministrator => word(language, kind.code()),
    }
}

/// The subject of an audit record.
pub const fn look(language: Language, what: LookKind) -> &'static str {
    match what {
        LookKind::Case => either(language, "案卷", "The file"),
        LookKind::History => either(language, "记录沿革", "History of a field"),
        LookKind::Evidence => either(language, "证据文件", "A file of evidence"),
        LookKind::Record => either(language, "案卷记录", "The case record"),
        LookKind::List => either(language, "案件列表", "List of cases"),
        LookKind::Export => either(language, "导出案件列表", "Export of the list"),
        LookKind::Lead => either(language, "监督事项", "A lead"),
        LookKind::Leads => either(language, "监督事项列表", "List of leads"),
        LookKind::Audit => either(language, "查阅审计", "This audit"),
    }
}

/// One of two texts.
pub const fn either(language: Language, zh: &'static str, en: &'static str) -> &'static str {
    match language {
        Language::Chinese => zh,
        Language::English => en,
    }
}

/// Money in fen as yuan.
pub fn yuan(fen: i64) -> String {
    let sign = if fen < 0 { "−" } else { "" };
    let (whole, part) = (fen.unsigned_abs() / 100, fen.unsigned_abs() % 100);
    format!("¥{sign}{whole}.{part:02}")
}

/// A value as people read it, by the type of its field.
pub fn shown(language: Language, kind: Option<Kind>, value: &Value) -> String {
    match (kind, value) {
        (_, Value::Null) => "—".to_owned(),
        (_, Value::Bool(yes)) => {
            if *yes { either(language, "是", "Yes") } else { either(language, "否", "No") }.to_owned()
        }
        (Some(Kind::Fen), Value::Number(number)) => number.as_i64().map_or_else(|| number.to_string(), yuan),
        (Some(Kind::Instant), Value::Number(number)) => {
            number.as_i64().map_or_else(|| number.to_string(), |ms| Instant::from_ms(ms).to_string())
        }
        (Some(Kind::Code(_) | Kind::Codes(_)), Value::String(code)) => word(language, code).to_owned(),
        (_, Value::Number(number)) => number.to_string(),
        (_, Value::String(text)) => text.clone(),
        (_, Value::Array(items)) => {
            items.iter().map(|item| shown(language, kind, item)).collect::<Vec<_>>().join(either(language, "、", ", "))
        }
        (_, Value::Object(_)) => value.to_string(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::flow::refusal::Refusal;
    use serde_json::json;
    use std::collections::BTreeSet;
    use sync_core::account_event::AccountEventKind;
    use sync_core::certificate::CertificateState;
    use sync_core::decision::CaseStatus;
    use sync_core::law::rule::{Outcome, Severity};
    use sync_core::message::Class;
    use sync_core::plan::{Flag, Quarantine};
    use sync_core::role::Role;
    use sync_core::schema::FIELDS;

    #[test]
    fn every_code_has_one_meaning() {
        let codes: BTreeSet<_> = known_words().map(|(code, _, _)| code).collect();
        assert_eq!(codes.len(), known_words().count());
    }

    /// Words of programs: names of headers and fields, and code.
    const OF_PROGRAMS: [&str; 12] = [
        "`",
        "If-Match",
        "ETag",
        "Idempotency",
        "HEAD",
        "tus",
        "purpose）",
        "接口",
        "字段",
        "游标",
        "请求头",
        "请求内容",
    ];

    #[test]
    fn no_sentence_that_people_read_speaks_to_programs() {
        for known in Refusal::ALL {
            let (zh, en) = refusal(*known);
            for word in OF_PROGRAMS {
                assert!(!zh.contains(word) && !en.contains(word), "{known:?}: {zh} / {en}");
            }
            assert!(zh.ends_with('。') && !zh.contains('_') && !en.contains('_'), "{known:?}: {zh} / {en}");
        }
    }

    /// Every code on a page has a label.
    #[test]
    fn every_code_that_pages_show_has_words_in_both_languages() {
        let flags = Flag::ALL.iter().map(|code| code.code());
        let quarantines = Quarantine::ALL.iter().map(|code| code.code());
        let roles = Role::ALL.iter().map(|code| code.code());
        let classes = Class::ALL.iter().map(|code| code.code());
        let certificates = CertificateState::ALL.iter().map(|code| code.code());
        let cases = CaseStatus::ALL.iter().map(|code| code.code()).chain(CaseKind::ALL.iter().map(|code| code.code()));
        let checks = Outcome::ALL.iter().map(|code| code.code()).chain(Severity::ALL.iter().map(|code| code.code()));
        let events = AccountEventKind::CODES.iter().chain(AlarmKind::CODES).copied();
        let codes = |kind| if let Kind::Code(codes) | Kind::Codes(codes) = kind { codes.to_vec() } else { Vec::new() };
        let values = FIELDS.iter().flat_map(|field| codes(field.kind));
        let all = flags.chain(quarantines).chain(roles).chain(classes).chain(certificates).chain(cases).chain(checks);
        let bare = |code: &&str| code.is_ascii() && known_words().all(|(known, _, _)| known != code);
        let missing: BTreeSet<&str> = all.chain(values).chain(events).filter(bare).collect();
        assert_eq!(missing, BTreeSet::new());
    }

    #[test]
    fn values_are_shown_by_their_type() {
        let zh = |kind, value| shown(Language::Chinese, kind, &value);
        assert_eq!(zh(Some(Kind::Fen), json!(20_005)), "¥200.05");
        assert_eq!(zh(Some(Kind::Instant), json!(1_795_363_200_000_i64)), "2026-11-23 00:00");
        assert_eq!(zh(Some(Kind::Bool), json!(true)), "是");
        assert_eq!(zh(Some(Kind::Codes(&[])), json!(["warning", "fine"])), "警告、罚款");
        assert_eq!(zh(None, json!("<b>")), "<b>");
        assert_eq!(zh(Some(Kind::Int), json!(null)), "—");
        assert_eq!(shown(Language::English, Some(Kind::Bool), &json!(false)), "No");
    }
}
