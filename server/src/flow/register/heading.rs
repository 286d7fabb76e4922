//! The columns of a roster, with the names that offices give them.

use table::Heading;

use crate::flow::sheet;

pub(super) const NAME: &str = "name";
pub(super) const AGENCY: &str = "agency";
pub(super) const CITIZEN: &str = "citizen_number";
pub(super) const NUMBER: &str = "certificate";
pub(super) const CATEGORY: &str = "category";
pub(super) const REGION: &str = "region";
pub(super) const ISSUED: &str = "issued_on";
pub(super) const UNTIL: &str = "valid_until";
pub(super) const KIND: &str = "kind";

/// Columns of a roster with their usual names; the first is what an export writes.
const HEADINGS: &[Heading] = &[
    Heading {
        key: NAME,
        names: &["姓名", "人员姓名", "执法人员姓名", "执法人员", "持证人", "持证人姓名", "name"],
        is_required: true,
    },
    Heading {
        key: AGENCY,
        names: &[
            "工作单位",
            "所属单位",
            "所在单位",
            "单位",
            "单位名称",
            "执法单位",
            "执法机关",
            "执法机构",
            "执法主体",
            "所属机构",
            "所在执法机构",
            "部门",
            "agency",
        ],
        is_required: true,
    },
    Heading {
        key: KIND, names: &["人员类别", "人员类型", "人员性质", "身份类别", "kind"], is_required: false
    },
    Heading {
        key: CITIZEN,
        names: &["公民身份号码", "身份证号", "身份证号码", "居民身份证号码", "身份证", "身份号码", "citizen number"],
        is_required: false,
    },
    Heading {
        key: NUMBER,
        names: &[
            "行政执法证号",
            "行政执法证编号",
            "行政执法证件号",
            "行政执法证件编号",
            "执法证号",
            "执法证编号",
            "执法证件号",
            "执法证件编号",
            "证件编号",
            "证件号",
            "证件号码",
            "证号",
            "证书编号",
            "certificate",
        ],
        is_required: false,
    },
    Heading {
        key: CATEGORY, names: &["执法类别", "执法领域", "执法种类", "执法范围", "category"], is_required: false
    },
    Heading {
        key: REGION, names: &["执法区域", "执法地域", "执法辖区", "行政区划代码", "region"], is_required: false
    },
    Heading {
        key: ISSUED,
        names: &["发证日期", "颁证日期", "发证时间", "颁发日期", "领证日期", "签发日期", "证件颁发日期", "issued"],
        is_required: false,
    },
    Heading {
        key: UNTIL,
        names: &[
            "有效期至",
            "证件有效期至",
            "有效期截止",
            "有效期截止日期",
            "有效期止",
            "到期日期",
            "有效截止日期",
            "有效期",
            "有效期限",
            "证件有效期",
            "valid until",
        ],
        is_required: false,
    },
];

/// What a roster is.
pub(super) const ROSTER: sheet::Kind = sheet::Kind { headings: HEADINGS, zh: "花名册", en: "a roster" };

/// The usual names of all columns, in order.
pub fn titles() -> Vec<&'static str> {
    ROSTER.titles()
}
