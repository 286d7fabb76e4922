//! Check results as stored, sent and shown.

use super::rule::{CheckResult, Outcome, Severity};
use crate::op::OpId;

/// The result of checking a case by a rule (合法性校验).
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize)]
pub struct Check {
    /// The rule.
    pub rule: String,
    /// Law and article.
    pub article: String,
    /// The document that it is about.
    pub document: Option<OpId>,
    /// The party that it is about.
    pub party: Option<OpId>,
    /// The recorded reason for the breach of the rule.
    pub reason: Option<String>,
    /// The consequence of a breach.
    pub severity: Severity,
    /// The result.
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
