//! Answers of the phone: a result, a refusal for people, or an error.
//!
//! Promise: a refusal by law, store or server is never an `error`, and an error never a `refused`.

use serde_json::{Value as Json, json};
use sync_core::device::{SaveError, Stop, StoreError};

use server::flow::refusal::Refusal;

/// The outcome of a command.
pub(super) type Done = Result<Json, CommandError>;

/// Why a command was not executed.
#[derive(Debug)]
pub(super) enum CommandError {
    /// A refusal by law, store or server.
    Refused(Box<Told>),
    /// The connection broke or there is no network: it is unknown whether the server acted.
    Lost(String),
    /// An internal error, or an invalid command.
    Broken(String),
}

/// A refusal as people read it.
#[derive(Debug)]
pub(super) struct Told {
    /// Stable code.
    pub code: String,
    /// Law and article.
    pub article: Option<String>,
    /// The rule, where one stops the act.
    pub rule: Option<String>,
    /// In Chinese.
    pub zh: String,
    /// In English.
    pub en: String,
    /// Everything that stops a formal act.
    pub stops: Vec<Stop>,
}

impl CommandError {
    /// An internal error.
    pub fn broken(what: impl std::fmt::Display) -> Self {
        Self::Broken(what.to_string())
    }

    /// This phone is not enrolled.
    pub fn not_enrolled() -> Self {
        Self::broken("the phone is not enrolled: send enrol with a one-time code first")
    }

    /// A refusal of this phone's own.
    pub fn refused(code: &str, zh: &str, en: &str) -> Self {
        let (zh, en) = (zh.to_owned(), en.to_owned());
        Self::Refused(Box::new(Told { code: code.to_owned(), article: None, rule: None, zh, en, stops: Vec::new() }))
    }

    /// A problem document of the server (RFC 9457), or its substitute.
    pub fn of_response(status: u16, body: &[u8]) -> Self {
        let Ok(problem) = serde_json::from_slice::<api_spec::problem::Problem>(body) else {
            return Self::Broken(format!("the server answered {status} without a problem document"));
        };
        // The server speaks one language at a time; the other sentence is the one its table has for the code.
        let row = Refusal::ALL.iter().map(|refusal| refusal.explain()).find(|row| row.code == problem.code);
        Self::Refused(Box::new(Told {
            en: row.map_or_else(|| problem.title.clone(), |row| row.en.to_owned()),
            zh: problem.detail,
            code: problem.code,
            article: problem.article,
            rule: None,
            stops: Vec::new(),
        }))
    }
}

impl std::fmt::Display for CommandError {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Refused(told) => write!(f, "{}: {}", told.code, told.en),
            Self::Lost(why) => write!(f, "lost: {why}"),
            Self::Broken(why) => f.write_str(why),
        }
    }
}

impl From<StoreError> for CommandError {
    fn from(error: StoreError) -> Self {
        Self::broken(error)
    }
}

impl From<std::io::Error> for CommandError {
    fn from(error: std::io::Error) -> Self {
        Self::broken(error)
    }
}

impl From<server::random::NoRandomness> for CommandError {
    fn from(error: server::random::NoRandomness) -> Self {
        Self::broken(error)
    }
}

impl From<serde_json::Error> for CommandError {
    fn from(error: serde_json::Error) -> Self {
        Self::broken(error)
    }
}

impl From<SaveError> for CommandError {
    fn from(error: SaveError) -> Self {
        match error {
            SaveError::Stopped(stops) => Self::stopped(stops),
            SaveError::Evidence { why, digest: _ } => Self::Refused(Box::new(Told {
                code: why.code().to_owned(),
                article: None,
                rule: None,
                zh: why.zh().to_owned(),
                en: why.en().to_owned(),
                stops: Vec::new(),
            })),
            SaveError::Store(_)
            | SaveError::Signer(_)
            | SaveError::UnknownCase(_)
            | SaveError::Form(_)
            | SaveError::Unreadable(_)
            | SaveError::Number(_) => Self::broken(error),
        }
    }
}

impl CommandError {
    fn stopped(stops: Vec<Stop>) -> Self {
        let Some(Stop { code, article, zh, en, .. }) = stops.first().cloned() else {
            return Self::broken("the act was stopped without a reason");
        };
        let rule = article.is_some().then(|| code.clone());
        Self::Refused(Box::new(Told { code, article, rule, zh, en, stops }))
    }
}

/// The line that answers the command `id`.
pub(super) fn line(id: &Json, done: Done) -> Json {
    match done {
        Ok(ok) => json!({"id": id, "ok": ok}),
        Err(CommandError::Refused(told)) => {
            let Told { code, article, rule, zh, en, stops } = *told;
            let mut refused = json!({"code": code, "article": article, "rule": rule, "zh": zh, "en": en});
            if let (Some(map), false) = (refused.as_object_mut(), stops.is_empty()) {
                map.insert("stops".to_owned(), json!(stops));
            }
            json!({"id": id, "refused": refused})
        }
        Err(other) => json!({"id": id, "error": other.to_string()}),
    }
}
