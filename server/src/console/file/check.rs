//! Results of the rules for a case.

use api_spec::case as wire;
use sync_core::law::rule::{Outcome, Severity};
use sync_core::law::table;

use super::Reader;

/// A rule's answer.
#[derive(Debug)]
pub struct Check {
    /// The answer.
    pub outcome: Outcome,
    /// The severity.
    pub severity: Severity,
    /// The message.
    pub text: String,
    /// The document and the party it speaks of, by their titles.
    pub about: String,
    /// The recorded reason for the breach.
    pub reason: String,
    /// The deadline.
    pub due: String,
    /// Law and article.
    pub article: String,
    /// The words of the article.
    pub quotation: &'static str,
}

impl Reader<'_> {
    /// Check results, breaches first.
    pub fn checks(&self) -> Vec<Check> {
        let place = |outcome: Outcome| match outcome {
            Outcome::Breached => 0,
            Outcome::Undecided => 1,
            Outcome::Satisfied => 2,
            Outcome::NotApplicable => 3,
        };
        let mut checks: Vec<Check> = self.case.checks.iter().map(|check| self.check(check)).collect();
        checks.sort_by_key(|check| place(check.outcome));
        checks
    }

    fn check(&self, check: &wire::CheckResult) -> Check {
        let rule = table::rules().iter().find(|rule| rule.id == check.rule);
        // The article has a line of its own.
        let cited = self.either(&format!("（{}）", check.article), &format!(" ({})", check.article));
        let text = self.either(&check.zh, &check.en);
        let text = text.strip_suffix(cited.as_str()).map(str::to_owned).unwrap_or(text);
        let due = check.due.as_ref().map(|due| self.label(due)).filter(|due| !text.contains(due.as_str()));
        Check {
            outcome: check.outcome,
            severity: check.severity,
            text,
            about: self.about(check),
            reason: check.reason.clone().unwrap_or_default(),
            due: due.unwrap_or_default(),
            article: check.article.clone(),
            quotation: rule.map_or("", |rule| rule.quotation),
        }
    }

    fn about(&self, check: &wire::CheckResult) -> String {
        let subjects = [&check.document, &check.party];
        let titles = subjects.into_iter().flatten().map(|id| self.entity_title(id)).filter(|title| !title.is_empty());
        titles.collect::<Vec<_>>().join(&self.either("；", "; "))
    }
}
