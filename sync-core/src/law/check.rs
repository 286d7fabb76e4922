//! Check results as stored, sent and shown.

use super::rule::{CheckResult, Outcome, Severity};

/// What a rule says of the case (合规提示).
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize)]
pub struct Check {
    /// The rule.
    pub rule: String,
    /// Law and article.
    pub article: String,
    /// What a breach does.
    pub severity: Severity,
    /// The answer.
    pub outcome: Outcome,
    /// For people, in Chinese.
    pub zh: String,
    /// For people, in English.
    pub en: String,
}

impl From<CheckResult> for Check {
    fn from(result: CheckResult) -> Self {
        let CheckResult { rule, article, severity, outcome, stops: _, due: _, zh, en } = result;
        Self { rule: rule.to_owned(), article: article.to_owned(), severity, outcome, zh, en }
    }
}
