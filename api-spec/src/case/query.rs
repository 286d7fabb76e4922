//! Which cases a list, an export or a look asks for, and why.

use serde::Deserialize;
use sync_core::decision::{CaseStatus, Filing};
use sync_core::op::CaseKind;
use utoipa::IntoParams;

use crate::code::ExportFormat;
use crate::text::{Cursor, Day, Id};

/// Which cases. Every part narrows the list; the caller's reach narrows it always.
#[derive(Debug, Clone, Default, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct CaseQuery {
    /// How far it has come.
    #[param(value_type = Option<CaseStatus>)]
    pub status: Option<String>,
    /// What kind of matter it is.
    #[param(value_type = Option<CaseKind>)]
    pub kind: Option<String>,
    /// How far the filing of an inspection without code has come.
    #[param(value_type = Option<Filing>)]
    pub filing: Option<String>,
    /// Id of an agency: its cases and those of the agencies below it.
    #[param(value_type = Option<Id>)]
    pub agency: Option<String>,
    /// Id of an officer who takes part.
    #[param(value_type = Option<Id>)]
    pub officer: Option<String>,
    /// First day on which it was opened, `YYYY-MM-DD` (Asia/Shanghai).
    #[param(value_type = Option<Day>)]
    pub from: Option<String>,
    /// Last day on which it was opened, `YYYY-MM-DD`, included.
    #[param(value_type = Option<Day>)]
    pub to: Option<String>,
    /// Words that all occur in the values or numbers of the case, up to 100 characters with the white space between
    /// them. Case, width and everything but letters and digits does not matter.
    #[param(max_length = 100, example = "餐饮")]
    pub text: Option<String>,
    /// How many, 1 to 100; 50 where absent.
    #[param(minimum = 1, maximum = 100, default = 50)]
    pub limit: Option<i64>,
    /// What the page before gave as `next_cursor`.
    #[param(value_type = Option<Cursor>)]
    pub cursor: Option<String>,
    /// Why a supervisor looks; recorded.
    #[param(max_length = 200, example = "专项监督：价格执法")]
    pub purpose: Option<String>,
}

/// Which cases, as a file. As [`CaseQuery`], without pages.
#[derive(Debug, Clone, Default, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct CaseExportQuery {
    /// `csv` or `xlsx`.
    #[param(value_type = ExportFormat)]
    pub format: String,
    /// How far it has come.
    #[param(value_type = Option<CaseStatus>)]
    pub status: Option<String>,
    /// What kind of matter it is.
    #[param(value_type = Option<CaseKind>)]
    pub kind: Option<String>,
    /// How far the filing of an inspection without code has come.
    #[param(value_type = Option<Filing>)]
    pub filing: Option<String>,
    /// Id of an agency: its cases and those of the agencies below it.
    #[param(value_type = Option<Id>)]
    pub agency: Option<String>,
    /// Id of an officer who takes part.
    #[param(value_type = Option<Id>)]
    pub officer: Option<String>,
    /// First day on which it was opened, `YYYY-MM-DD` (Asia/Shanghai).
    #[param(value_type = Option<Day>)]
    pub from: Option<String>,
    /// Last day on which it was opened, `YYYY-MM-DD`, included.
    #[param(value_type = Option<Day>)]
    pub to: Option<String>,
    /// Words that all occur in the case, as in the list.
    #[param(max_length = 100, example = "餐饮")]
    pub text: Option<String>,
    /// Why a supervisor takes it; required of supervisors, recorded.
    #[param(max_length = 200, example = "专项监督：价格执法")]
    pub purpose: Option<String>,
}

/// Why somebody looks. Required of those who supervise and do not handle the case; recorded for everybody.
#[derive(Debug, Clone, Default, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct PurposeQuery {
    /// 1 to 200 characters.
    #[param(min_length = 1, max_length = 200, example = "专项监督：价格执法")]
    pub purpose: Option<String>,
}
