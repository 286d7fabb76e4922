//! The rows of the case schema.

use super::{
    CORRECTION_ORDER, EntityKind, Field, FieldName, INSPECTION_NOTICE, INTERVIEW_RECORD, Kind, Label, PENALTY_DECISION,
    SCENE_RECORD, SPOT_DECISION, StepKind,
};

/// Kinds of entity.
pub const ENTITIES: &[Label<EntityKind>] = &[
    entity("party", "当事人", "Party"),
    entity("evidence", "证据", "Evidence"),
    entity("record", "笔录", "Record"),
    entity("line", "问答", "Question and answer"),
    entity("document", "执法文书", "Document"),
    entity("supplementary_record", "补充笔录", "Supplementary record"),
    entity("form", "检查表", "Checklist"),
    entity("repeat", "重复组", "Round of a repeated group"),
];

/// Steps (程序环节).
pub const STEPS: &[Label<StepKind>] = &[
    step("entered", "进入检查场所", "Entered the premises"),
    step("certificate_shown", "出示执法证件", "Certificates shown"),
    step("rights_told", "告知权利义务（含申请回避）", "Rights and duties told (recusal included)"),
    step("code_shown", "执法码交检查对象扫码核实", "Enforcement code scanned by the party"),
    step("notice_handed", "出具行政检查通知书", "Inspection notice issued"),
    step("enterprise_code_scanned", "扫描企业码", "Enterprise code scanned"),
    step("question_asked", "开始询问", "First question asked"),
    step("penalty_notice", "行政处罚前告知", "Notice before the penalty"),
    step("statement_heard", "听取陈述申辩", "Statement and defence heard"),
    step("statement_waived", "放弃陈述申辩", "Statement and defence waived"),
    step("correction_ordered", "责令改正", "Correction ordered"),
    step("delivered", "送达", "Delivered"),
    step("reported_for_record", "报所属机关备案", "Reported to the organ for the record"),
    step("inspection_filed", "检查情况报司法行政部门备案", "Inspection reported for the record"),
    step("archived", "移交归档", "Handed in for the archive"),
    step("no_code_reason", "无执法码的特殊原因", "Reason for having no enforcement code"),
    step("breach_reason", "违反程序的说明", "Reason for what happened against a rule"),
    step("overrun_reason", "离线许可到期后实施的理由", "Reason for acting after the lease ended"),
    step("landed", "抵岸", "Landed"),
    step("number_voided", "文号作废", "Form number voided"),
    step("place", "所在位置", "Place of the save"),
];

const SECTORS: Kind = Kind::Code(&["market", "agriculture", "transport", "housing", "emergency", "other"]);
const PARTY_TYPES: Kind = Kind::Code(&["natural_person", "individual_business", "company", "other_organisation"]);
const EVIDENCE_KINDS: Kind =
    Kind::Code(&["书证", "物证", "视听资料", "电子数据", "证人证言", "当事人的陈述", "鉴定意见", "勘验笔录、现场笔录"]);
const FORMS: Kind = Kind::Code(&[
    SPOT_DECISION.as_str(),
    PENALTY_DECISION.as_str(),
    INTERVIEW_RECORD.as_str(),
    SCENE_RECORD.as_str(),
    CORRECTION_ORDER.as_str(),
    INSPECTION_NOTICE.as_str(),
]);

/// From a minimum to a maximum, up to a maximum alone, between two multiples, up to a multiple.
const RANGES: Kind = Kind::Code(&["between", "up_to", "multiples", "up_to_multiple"]);
/// 减轻, 从轻, 一般, 从重.
const GRADES: Kind = Kind::Code(&["reduced", "lighter", "standard", "heavier"]);

/// Fields.
pub const FIELDS: &[Field] = &[
    // The case.
    of_case("title", "案件名称", "Title", Kind::Text),
    of_case("sector", "执法领域", "Sector", SECTORS),
    of_case("task_id", "检查任务编号", "Task", Kind::Text),
    of_case("plan_approved_ms", "检查方案批准时间", "Plan approved", Kind::Instant),
    of_case("urgent", "紧急情况", "Urgent", Kind::Bool),
    of_case("on_water", "水上执法", "On the water", Kind::Bool),
    of_case("violation_date", "违法行为发生日期", "Date of the violation", Kind::Date),
    of_case("enforcement_code", "执法码", "Enforcement code", Kind::Text),
    of_case("enterprise_code", "企业码", "Enterprise code", Kind::Text),
    of_case("notice_number", "行政检查通知书文号", "Number of the inspection notice", Kind::Text),
    of_case("address", "检查地址", "Address", Kind::Text),
    of_case("place_text", "地点", "Place", Kind::Text),
    // The inspection of a restaurant.
    of_case("shop_name", "店招名称", "Name on the sign", Kind::Text),
    of_case("licence_number", "食品经营许可证编号", "Food licence number", Kind::Text),
    of_case("licence_valid_to", "食品经营许可证有效期至", "Food licence valid to", Kind::Date),
    of_case("licence_displayed", "许可证公示", "Licence displayed", Kind::Bool),
    of_case("business_licence_displayed", "营业执照公示", "Business licence displayed", Kind::Bool),
    of_case("scope_matches", "经营范围相符", "Within the licensed scope", Kind::Bool),
    of_case("business_area_m2", "经营面积（平方米）", "Floor area (m²)", Kind::Int),
    of_case("seats", "座位数", "Seats", Kind::Int),
    of_case("staff_count", "从业人员数", "Staff", Kind::Int),
    of_case("health_certificates", "有效健康证数", "Valid health certificates", Kind::Int),
    of_case("food_safety_officer", "食品安全员", "Food safety officer", Kind::Text),
    of_case("training_records", "培训记录", "Training records", Kind::Bool),
    of_case("menu_count", "菜品数", "Dishes on the menu", Kind::Int),
    of_case("menu_priced", "菜单明码标价", "Menu priced", Kind::Bool),
    of_case("unpriced_dishes", "未标价菜品数", "Dishes without a price", Kind::Int),
    of_case("price_board", "价格公示牌", "Price board", Kind::Bool),
    of_case("charged_extra", "价外收费", "Charged beyond the price", Kind::Bool),
    of_case("packaging_fee_told", "打包费告知", "Packaging fee told", Kind::Bool),
    of_case("minimum_charge", "最低消费", "Minimum charge", Kind::Bool),
    of_case("corrected_on_site", "当场改正", "Put right at once", Kind::Bool),
    of_case("purchase_records", "进货查验记录", "Purchase records", Kind::Bool),
    of_case("supplier_licences", "供货者资质", "Supplier licences", Kind::Bool),
    of_case("expired_food", "过期食品数", "Expired items", Kind::Int),
    of_case("labels_complete", "标签完整", "Labels complete", Kind::Bool),
    of_case("additives_recorded", "食品添加剂记录", "Additives recorded", Kind::Bool),
    of_case("raw_cooked_apart", "生熟分开", "Raw and cooked apart", Kind::Bool),
    of_case("cold_storage_c", "冷藏温度（摄氏度）", "Cold storage (°C)", Kind::Int),
    of_case("freezer_c", "冷冻温度（摄氏度）", "Freezer (°C)", Kind::Int),
    of_case("samples_kept", "食品留样", "Samples kept", Kind::Bool),
    of_case("tableware_disinfected", "餐具消毒", "Tableware disinfected", Kind::Bool),
    of_case("pest_control", "防蝇防鼠", "Pest control", Kind::Bool),
    of_case("kitchen_clean", "后厨清洁", "Kitchen clean", Kind::Bool),
    of_case("ventilation", "排烟排气", "Ventilation", Kind::Bool),
    of_case("waste_contract", "餐厨垃圾合同", "Kitchen waste contract", Kind::Bool),
    of_case("fire_extinguishers", "灭火器数", "Fire extinguishers", Kind::Int),
    of_case("gas_alarm", "燃气报警器", "Gas alarm", Kind::Bool),
    of_case("saving_notice", "制止餐饮浪费提示", "Notice against food waste", Kind::Bool),
    of_case("complaint_phone", "投诉电话公示", "Complaint number displayed", Kind::Bool),
    of_case("remarks", "备注", "Remarks", Kind::Text),
    of_case("inspection_result", "检查结果", "Result of the inspection", Kind::Text),
    of_case("case_result", "办理结果", "Result of the case", Kind::Text),
    // Parties.
    field("party", "name", "名称", "Name", Kind::Text),
    field("party", "party_type", "当事人类型", "Kind of party", PARTY_TYPES),
    field("party", "uscc", "统一社会信用代码", "Unified social credit code", Kind::Text),
    field("party", "citizen_number", "公民身份号码", "Citizen identity number", Kind::Text),
    field("party", "address", "住所", "Address", Kind::Text),
    field("party", "legal_representative", "法定代表人（负责人、经营者）", "Legal representative", Kind::Text),
    field("party", "phone", "联系电话", "Phone", Kind::Text),
    // Evidence.
    field("evidence", "kind", "证据种类", "Kind of evidence", EVIDENCE_KINDS),
    field("evidence", "digest", "SHA-256 摘要", "SHA-256 digest", Kind::Digest),
    field("evidence", "size", "字节数", "Size in bytes", Kind::Int),
    field("evidence", "media_type", "媒体类型", "Media type", Kind::Text),
    field("evidence", "title", "证据名称", "Title", Kind::Text),
    field("evidence", "taken_at_ms", "取证时间", "Taken at", Kind::Instant),
    field("evidence", "taken_by", "取证人", "Taken by", Kind::Text),
    field("evidence", "signers", "签名确认人", "Signed by", Kind::Text),
    field("evidence", "proves", "证明内容", "What it proves", Kind::Text),
    field("evidence", "source", "来源", "Source", Kind::Code(&["captured", "imported"])),
    // Records and their lines.
    field("record", "record_type", "笔录类型", "Kind of record", Kind::Code(&["interview", "scene"])),
    field("record", "asked_person", "被询问人", "Person asked", Kind::Text),
    field(
        "record",
        "asked_citizen_number",
        "被询问人公民身份号码",
        "Citizen identity number of the person asked",
        Kind::Text,
    ),
    field("record", "asked_position", "被询问人单位和职务", "Employer and position of the person asked", Kind::Text),
    field("record", "asked_phone", "被询问人联系电话", "Telephone of the person asked", Kind::Text),
    field("record", "place_text", "地点", "Place", Kind::Text),
    field("record", "began_at_ms", "开始时间", "Began", Kind::Instant),
    field("record", "ended_at_ms", "结束时间", "Ended", Kind::Instant),
    field("record", "text", "内容", "Text", Kind::Text),
    field("line", "question", "问", "Question", Kind::Text),
    field("line", "answer", "答", "Answer", Kind::Text),
    field("supplementary_record", "text", "补充内容", "Text", Kind::Text),
    field("supplementary_record", "record", "所补充的笔录", "The record it supplements", Kind::Text),
    // Documents.
    field("document", "form", "文书", "Form", FORMS),
    field("document", "against", "所针对的当事人", "Parties it is made against", Kind::Text),
    field("document", "number", "文号", "Number", Kind::Text),
    field("document", "number_source", "文号来源", "Source of the number", Kind::Code(&["block", "presealed"])),
    field("document", "paper_photo", "纸质文书照片摘要", "Digest of the photographed paper", Kind::Digest),
    field("document", "date", "日期", "Date", Kind::Date),
    field("document", "decided_at_ms", "决定时间", "Decided at", Kind::Instant),
    field("document", "fine_fen", "罚款金额", "Fine", Kind::Fen),
    field("document", "penalty_kind", "处罚种类", "Kinds of penalty", Kind::Codes(&["warning", "fine", "other"])),
    field("document", "item", "处罚事项", "Item of the penalty", Kind::Text),
    field("document", "range_kind", "法定罚款幅度的类型", "How the law bounds the fine", RANGES),
    field("document", "range_min_fen", "法定最低罚款", "Least fine of the law", Kind::Fen),
    field("document", "range_max_fen", "法定最高罚款", "Largest fine of the law", Kind::Fen),
    field("document", "range_base_fen", "倍数的基数（货值金额、违法所得）", "Amount that is multiplied", Kind::Fen),
    field("document", "range_min_percent", "最低倍数（百分数，一倍为100）", "Least multiple in percent", Kind::Int),
    field("document", "range_max_percent", "最高倍数（百分数，一倍为100）", "Largest multiple in percent", Kind::Int),
    field("document", "discretion_grade", "裁量档次", "Grade of discretion", GRADES),
    field("document", "discretion_explanation", "裁量说明", "Explanation of the grade", Kind::Text),
    field("document", "deviation_reason", "调整适用的理由", "Reason for deviating", Kind::Text),
    field("document", "deviation_approval", "调整适用的批准", "Approval of the deviation", Kind::Text),
    field("document", "facts", "违法事实", "Violation", Kind::Text),
    field("document", "basis", "法律依据", "Legal basis", Kind::Text),
    field("document", "kind_and_basis", "处罚种类和依据", "Kind and basis of the penalty", Kind::Text),
    field("document", "remedy", "救济途径和期限", "Remedies and their periods", Kind::Text),
    field("document", "remedy_reconsideration_organ", "行政复议机关", "Organ of reconsideration", Kind::Text),
    field("document", "organ_name", "行政机关名称", "Name of the organ", Kind::Text),
    field("document", "place_text", "地点", "Place", Kind::Text),
    field("document", "seal", "印章", "Seal", Kind::Code(&["presealed", "electronic"])),
    field("document", "payment", "缴款途径和期限", "How and by when to pay", Kind::Text),
    field("document", "party_particulars", "当事人基本情况", "Particulars of the party", Kind::Text),
    field("document", "correction_deadline", "改正期限", "Correct by", Kind::Date),
    field("document", "text", "正文", "Body", Kind::Text),
];

const fn entity(name: &'static str, zh: &'static str, en: &'static str) -> Label<EntityKind> {
    Label { name: EntityKind::from_static(name), zh, en }
}

const fn step(name: &'static str, zh: &'static str, en: &'static str) -> Label<StepKind> {
    Label { name: StepKind::from_static(name), zh, en }
}

const fn of_case(name: &'static str, zh: &'static str, en: &'static str, kind: Kind) -> Field {
    Field { entity: None, name: FieldName::from_static(name), zh, en, kind }
}

const fn field(entity: &'static str, name: &'static str, zh: &'static str, en: &'static str, kind: Kind) -> Field {
    Field { entity: Some(EntityKind::from_static(entity)), name: FieldName::from_static(name), zh, en, kind }
}
