//! Check results as stored, sent and shown.

use super::rule::{CheckResult, Outcome, Severity};
use crate::op::OpId;

/// What a rule says of the case (合法性校验).
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize)]
pub struct Check {
    /// The rule.
    pub rule: String,
    /// Law and article.
    pub article: String,
    /// The document it speaks of.
    pub document: Option<OpId>,
    /// The party it speaks of.
    pub party: Option<OpId>,
    /// The recorded reason for what happened against the rule.
    pub reason: Option<String>,
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
        let CheckResult {
            rule,
            article,
            severity,
            outcome,
            stops: _,
            document,
            party,
            reason,
            running: _,
            due: _,
            zh,
            en,
        } = result;
        let (rule, article) = (rule.to_owned(), article.to_owned());
        Self { rule, article, document, party, reason, severity, outcome, zh, en }
    }
}
