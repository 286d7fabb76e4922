//! Check results as stored, sent and shown.

use super::rule::{CheckResult, Outcome, Severity};

/// What a rule says of the case (合规提示).
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize)]
pub struct Check {
    /// The rule.
    pub rule: String,
    /// Law and article.
    pub article: String,
    /// `block`, `warn`, `alarm`, `info`.
    pub severity: String,
    /// `satisfied`, `breached`, `undecided`, `not_applicable`.
    pub outcome: String,
    /// For people, in Chinese.
    pub zh: String,
    /// For people, in English.
    pub en: String,
}

impl From<CheckResult> for Check {
    fn from(result: CheckResult) -> Self {
        let severity = match result.severity {
            Severity::Block => "block",
            Severity::Warn => "warn",
            Severity::Alarm => "alarm",
            Severity::Info => "info",
        };
        let outcome = match result.outcome {
            Outcome::Satisfied => "satisfied",
            Outcome::Breached => "breached",
            Outcome::Undecided => "undecided",
            Outcome::NotApplicable => "not_applicable",
        };
        Self {
            rule: result.rule.to_owned(),
            article: result.article.to_owned(),
            severity: severity.to_owned(),
            outcome: outcome.to_owned(),
            zh: result.zh,
            en: result.en,
        }
    }
}
