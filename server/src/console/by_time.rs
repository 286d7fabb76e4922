//! Lists sorted by time, in either direction; the column header switches the direction.

use super::query::PageQuery;
use crate::store::TimeOrder;
use crate::web::language::Language;

/// The order parameter for the oldest first.
const OLDEST: &str = "oldest";

/// The order that a query asks for.
pub fn order(params: &mut PageQuery) -> TimeOrder {
    match params.one_of("sort", ("排序", "order"), &[OLDEST]).as_str() {
        OLDEST => TimeOrder::Oldest,
        _ => TimeOrder::Newest,
    }
}

/// The order parameter; empty for the newest first.
pub const fn code(order: TimeOrder) -> &'static str {
    match order {
        TimeOrder::Newest => "",
        TimeOrder::Oldest => OLDEST,
    }
}

/// The order as a query parameter, with a trailing separator.
pub fn said(order: TimeOrder) -> String {
    match order {
        TimeOrder::Newest => String::new(),
        TimeOrder::Oldest => format!("sort={OLDEST}&"),
    }
}

/// The column of the time.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Column {
    /// For `aria-sort`.
    pub sorted: &'static str,
    /// The sign that shows the order.
    pub arrow: &'static str,
    /// Address of the list in the other order.
    pub address: String,
    order: TimeOrder,
}

impl Column {
    /// For the list at `path` with the query `said`.
    pub fn new(order: TimeOrder, path: &str, filters: &str) -> Self {
        let (sorted, arrow, other) = match order {
            TimeOrder::Newest => ("descending", "↓", TimeOrder::Oldest),
            TimeOrder::Oldest => ("ascending", "↑", TimeOrder::Newest),
        };
        let address = format!("{path}?{filters}{}", said(other)).trim_end_matches(['?', '&']).to_owned();
        Self { sorted, arrow, address, order }
    }

    /// The order, in words.
    pub fn says(&self, language: impl std::borrow::Borrow<Language>) -> &'static str {
        match (*language.borrow(), self.order) {
            (Language::Chinese, TimeOrder::Newest) => "最新的在前",
            (Language::English, TimeOrder::Newest) => "the newest first",
            (Language::Chinese, TimeOrder::Oldest) => "最早的在前",
            (Language::English, TimeOrder::Oldest) => "the oldest first",
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_head_of_the_column_leads_to_the_other_order_and_back() {
        let mut params = PageQuery::parse("");
        let column = Column::new(order(&mut params), "/l", "status=raised&");
        assert_eq!((column.sorted, column.address.as_str()), ("descending", "/l?status=raised&sort=oldest"));
        let mut params = PageQuery::parse("status=raised&sort=oldest");
        let column = Column::new(order(&mut params), "/l", "");
        assert_eq!((column.sorted, column.address.as_str()), ("ascending", "/l"));
        assert_eq!(column.says(Language::English), "the oldest first");
    }
}
