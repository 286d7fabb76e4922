//! The fields of a refused form, shown on a page that does not contain the form, so that the author can copy them.

use super::posted::{TYPED, says_something};
use crate::flow::unsent_form::Fields;
use crate::web::language::Language;

/// See the module.
#[derive(Debug, Clone, Default)]
pub struct Left {
    /// Field name, label, typed text.
    pub typed: Vec<(String, &'static str, String)>,
    /// The other fields of the form.
    pub hidden: Vec<(String, String)>,
    /// Address for sending it again; none if it can only be copied.
    pub action: Option<String>,
}

impl Left {
    /// Fields that the author can only copy.
    pub fn to_copy(fields: &Fields, language: Language) -> Self {
        if !says_something(fields) {
            return Self::default();
        }
        let called = |name: &str| {
            TYPED.iter().find(|(known, _, _)| *known == name).map(|(_, zh, en)| match language {
                Language::Chinese => *zh,
                Language::English => *en,
            })
        };
        let (mut typed, mut hidden) = (Vec::new(), Vec::new());
        for (name, value) in fields {
            match called(name) {
                Some(label) => typed.push((name.clone(), label, value.clone())),
                None => hidden.push((name.clone(), value.clone())),
            }
        }
        Self { typed, hidden, action: None }
    }

    /// Fields that the author can send again.
    #[must_use]
    pub fn sent_again(self, action: &str) -> Self {
        if self.typed.is_empty() { self } else { Self { action: Some(action.to_owned()), ..self } }
    }
}
