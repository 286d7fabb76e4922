//! Filters of the list and the export of cases, and the purpose of a read.

use serde::Deserialize;
use sync_core::decision::{CaseStatus, Filing};
use sync_core::op::CaseKind;
use utoipa::IntoParams;

use crate::code::ExportFormat;
use crate::text::{Cursor, Day, Id};

/// Filters of the list of cases. A case must match all of them and be in the caller's reach.
#[derive(Debug, Clone, Default, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct CaseQuery {
    /// Status.
    #[param(value_type = Option<CaseStatus>)]
    pub status: Option<String>,
    /// Kind of the case.
    #[param(value_type = Option<CaseKind>)]
    pub kind: Option<String>,
    /// Status of the filing of an inspection without code.
    #[param(value_type = Option<Filing>)]
    pub filing: Option<String>,
    /// Id of an agency. Selects its cases and those of the agencies below it.
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
    /// Words, up to 100 characters with the white space. All of them must occur in the values or numbers of the case.
    /// The search ignores upper and lower case, character width, and every character that is not a letter or digit.
    #[param(max_length = 100, example = "餐饮")]
    pub text: Option<String>,
    /// How many, 1 to 100; 50 where absent.
    #[param(minimum = 1, maximum = 100, default = 50)]
    pub limit: Option<i64>,
    /// The `next_cursor` of the page before.
    #[param(value_type = Option<Cursor>)]
    pub cursor: Option<String>,
    /// Why a supervisor reads the list. It is recorded.
    #[param(max_length = 200, example = "专项监督：价格执法")]
    pub purpose: Option<String>,
}

/// Filters of the export of cases: those of [`CaseQuery`], without pages.
#[derive(Debug, Clone, Default, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct CaseExportQuery {
    /// `csv` or `xlsx`.
    #[param(value_type = ExportFormat)]
    pub format: String,
    /// Status.
    #[param(value_type = Option<CaseStatus>)]
    pub status: Option<String>,
    /// Kind of the case.
    #[param(value_type = Option<CaseKind>)]
    pub kind: Option<String>,
    /// Status of the filing of an inspection without code.
    #[param(value_type = Option<Filing>)]
    pub filing: Option<String>,
    /// Id of an agency. Selects its cases and those of the agencies below it.
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
    /// Words that must all occur in the case, as in the list.
    #[param(max_length = 100, example = "餐饮")]
    pub text: Option<String>,
    /// Why a supervisor exports the list. Required of supervisors. It is recorded.
    #[param(max_length = 200, example = "专项监督：价格执法")]
    pub purpose: Option<String>,
}

/// The purpose of a read. Required of supervisors who do not handle the case. It is recorded for all callers.
#[derive(Debug, Clone, Default, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct PurposeQuery {
    /// 1 to 200 characters.
    #[param(min_length = 1, max_length = 200, example = "专项监督：价格执法")]
    pub purpose: Option<String>,
}
