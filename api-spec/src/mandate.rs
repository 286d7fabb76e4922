//! Delegations (委托书) and powers given to townships (赋权): who may enforce what, in whose name, on which days.

use serde::{Deserialize, Serialize};
use sync_core::mandate::MandateKind;
use utoipa::{IntoParams, ToSchema};

use crate::text::{Day, Id};

/// An item of a mandate.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[schema(example = json!({"code": "SJ-C-001", "name": "未按规定明码标价"}))]
pub struct MandateItem {
    /// Code of the item.
    pub code: String,
    /// Its name; empty where the catalogue has the item no more.
    pub name: String,
}

/// A delegation (行政处罚法第二十条), or powers given to a township or street by a published decision (第二十四条).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Mandate {
    /// Id.
    #[schema(value_type = Id)]
    pub id: String,
    /// `delegation` or `township`.
    pub kind: MandateKind,
    /// Id of the agency that enforces by it.
    #[schema(value_type = Id)]
    pub agency: String,
    /// Name of that agency.
    #[schema(example = "巫山县高唐街道办事处")]
    pub agency_name: String,
    /// Id of the organ that entrusts, in whose name the agency acts; null of a township's powers, which it uses in its own name.
    #[schema(value_type = Option<Id>)]
    pub organ: Option<String>,
    /// Name of the organ; empty without one.
    #[schema(example = "巫山县市场监督管理局")]
    pub organ_name: String,
    /// What may be enforced.
    pub items: Vec<MandateItem>,
    /// What may be done (权限).
    #[schema(example = "警告、通报批评，二千元以下罚款")]
    pub powers: String,
    /// The deed or the decision.
    #[schema(example = "巫市监委〔2026〕1号")]
    pub deed: String,
    /// Where it is published.
    #[schema(example = "巫山县人民政府网站，2026年1月5日")]
    pub published: String,
    /// First day in force.
    #[schema(value_type = Day)]
    pub first_day: String,
    /// Last day in force by the deed; null where it has none.
    #[schema(value_type = Option<Day>)]
    pub last_day: Option<String>,
    /// Last day in force, where it was ended early.
    #[schema(value_type = Option<Day>)]
    pub ended_day: Option<String>,
}

/// The mandates of an agency.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct MandateList {
    /// Those by which it enforces, and those by which it entrusts others; by their first day.
    pub items: Vec<Mandate>,
}

/// A mandate that is entered.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewMandate {
    /// `delegation` or `township`.
    pub kind: MandateKind,
    /// Id of the organ that entrusts; only of a delegation.
    #[serde(default)]
    #[schema(value_type = Id)]
    pub organ: Option<String>,
    /// Codes of the items.
    #[schema(min_items = 1, max_items = 500, example = json!(["SJ-C-001"]))]
    pub items: Vec<String>,
    /// What may be done (权限).
    #[schema(min_length = 1, max_length = 500, example = "警告、通报批评，二千元以下罚款")]
    pub powers: String,
    /// The deed or the decision.
    #[schema(min_length = 1, max_length = 500, example = "巫市监委〔2026〕1号")]
    pub deed: String,
    /// Where it is published.
    #[schema(min_length = 1, max_length = 500, example = "巫山县人民政府网站，2026年1月5日")]
    pub published: String,
    /// First day in force.
    #[schema(value_type = Day, example = "2026-01-05")]
    pub first_day: String,
    /// Last day in force; a delegation has one.
    #[serde(default)]
    #[schema(value_type = Option<Day>, example = "2028-12-31")]
    pub last_day: Option<String>,
    /// Why.
    #[schema(min_length = 1, max_length = 500, example = "签订委托书")]
    pub reason: String,
}

/// The end of a mandate before its term.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct MandateEnd {
    /// Its last day in force; the day before the first, if it never was in force.
    #[schema(value_type = Day, example = "2026-11-30")]
    pub last_day: String,
    /// Why.
    #[schema(min_length = 1, max_length = 500, example = "委托机关收回")]
    pub reason: String,
}

/// On which day.
#[derive(Debug, Clone, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct PowerQuery {
    /// The day; today where absent.
    #[param(value_type = Option<Day>)]
    pub day: Option<String>,
}

/// An item that an agency may enforce by a mandate.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Power {
    /// Code of the item.
    #[schema(example = "SJ-C-001")]
    pub item: String,
    /// Id of the organ in whose name it is enforced: that of the agency itself for a township's own powers.
    #[schema(value_type = Id)]
    pub in_the_name_of: String,
    /// Name of that organ.
    #[schema(example = "巫山县市场监督管理局")]
    pub organ_name: String,
    /// Id of the mandate.
    #[schema(value_type = Id)]
    pub mandate: String,
}

/// What an agency may enforce on a day by its mandates. The powers that the law itself gives an organ are not listed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct PowerList {
    /// The day.
    #[schema(value_type = Day)]
    pub day: String,
    /// Items.
    pub items: Vec<Power>,
}
