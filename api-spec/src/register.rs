//! Rosters of enforcement staff (执法人员花名册): what a file would change, and what it changed.

use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use crate::code::{ExportFormat, RosterOutcome};
use crate::text::{Cursor, Digest, Id};

/// Which part of a report.
#[derive(Debug, Clone, Default, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct RosterCheckQuery {
    /// How many lines, 1 to 1,000; 200 where absent.
    #[param(minimum = 1, maximum = 1000, default = 200)]
    pub limit: Option<i64>,
    /// The `next_cursor` of the part before, with the same file.
    #[param(value_type = Option<Cursor>)]
    pub cursor: Option<String>,
}

/// Why.
#[derive(Debug, Clone, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct RosterImportQuery {
    /// The reason, which is kept with every change.
    #[param(min_length = 1, max_length = 500, example = "年度换证登记")]
    pub reason: String,
}

/// Which file.
#[derive(Debug, Clone, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct RosterExportQuery {
    /// File format.
    #[param(value_type = ExportFormat)]
    pub format: String,
}

/// A place in a file, and what is wrong there or was not read.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[schema(example = json!({
    "sheet": "人员", "row": 6, "column": "D", "zh": "“公民身份号码”…，请按身份证重新填写", "en": "…enter it again from the identity card"
}))]
pub struct RosterNote {
    /// The sheet; empty in a CSV file.
    pub sheet: String,
    /// The row, from 1.
    pub row: u32,
    /// Letters of the column; null for the row as a whole.
    pub column: Option<String>,
    /// What is wrong and what to do, in Chinese.
    pub zh: String,
    /// The same in English.
    pub en: String,
}

/// A value that is another now. Citizen numbers are masked.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[schema(example = json!({"zh": "有效期至", "en": "valid until", "old": "2027-02-28", "new": "2032-02-28"}))]
pub struct RosterDifference {
    /// What, in Chinese.
    pub zh: String,
    /// What, in English.
    pub en: String,
    /// The value in the register; empty where there is none.
    pub old: String,
    /// The value in the file.
    pub new: String,
}

/// A row of the file.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[schema(example = json!({
    "sheet": "人员", "row": 6, "name": "李建国", "agency_name": "高唐市场监督管理所", "outcome": "changed",
    "differences": [{"zh": "有效期至", "en": "valid until", "old": "2027-02-28", "new": "2032-02-28"}], "faults": []
}))]
pub struct RosterLine {
    /// The sheet; empty in a CSV file.
    pub sheet: String,
    /// The row, from 1.
    pub row: u32,
    /// The name in it.
    pub name: String,
    /// The agency as the register calls it; empty where the row is refused.
    pub agency_name: String,
    /// What an import does with it.
    #[schema(value_type = RosterOutcome)]
    pub outcome: String,
    /// What is different, of a person in the register.
    pub differences: Vec<RosterDifference>,
    /// What keeps it from being taken.
    pub faults: Vec<RosterNote>,
}

/// How many rows are what.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[schema(example = json!({"new": 3, "changed": 1, "unchanged": 120, "refused": 0}))]
pub struct RosterTotals {
    /// People whom the register does not have.
    pub new: u64,
    /// People with differences.
    pub changed: u64,
    /// Rows without a difference.
    pub unchanged: u64,
    /// Rows that cannot be taken.
    pub refused: u64,
}

/// What an import of a file would do.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct RosterReport {
    /// SHA-256 of the file.
    #[schema(value_type = Digest)]
    pub sha256: String,
    /// Whether it can be imported.
    pub importable: bool,
    /// How many rows are what.
    pub totals: RosterTotals,
    /// What is wrong with the file as a whole.
    pub faults: Vec<RosterNote>,
    /// What was not read, such as columns that nobody asks for; the first hundred.
    pub notes: Vec<RosterNote>,
    /// The rows that need attention: refused ones first, then changed ones, then new ones. Unchanged rows are not listed.
    pub lines: Vec<RosterLine>,
    /// Cursor of the next part; absent on the last.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<Cursor>)]
    pub next_cursor: Option<String>,
}

/// What an import did.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[schema(example = json!({
    "id": "00112233445566778899aabbccddeeff", "totals": {"new": 3, "changed": 1, "unchanged": 120, "refused": 0}
}))]
pub struct RosterImported {
    /// Id of its record; null where nothing was different.
    #[schema(value_type = Option<Id>)]
    pub id: Option<String>,
    /// How many rows were what.
    pub totals: RosterTotals,
}
