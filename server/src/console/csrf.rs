//! Forms that nobody else can send.
//!
//! Promise: a request that changes something comes from this origin, as the browser itself says (`Sec-Fetch-Site`,
//! `Origin`), and carries the token that only a page for this browser could hold: a hash of a secret cookie. Either
//! alone would do; both are asked for.

use std::collections::BTreeMap;
use std::pin::Pin;

use actix_web::dev::Payload;
use actix_web::error::UrlencodedError;
use actix_web::web::Form;
use actix_web::{FromRequest, HttpRequest};
use subtle::ConstantTimeEq as _;

use super::visit::Visit;
use crate::flow::refusal::{Refusal, Refused};
use crate::web::input::{self, of_payload};
use crate::web::problem::{Problem, of_framework};

/// Name of the field that carries the token.
pub const FIELD: &str = "csrf";

/// The fields of a form that a page of this console made for this browser.
#[derive(Debug)]
pub struct Posted {
    fields: BTreeMap<String, String>,
}

impl Posted {
    /// A field as sent; empty where it is missing.
    pub fn raw(&self, name: &str) -> &str {
        self.fields.get(name).map_or("", String::as_str)
    }

    /// A text of 1 to `most` characters in one line.
    ///
    /// # Errors
    /// [`Refusal::Malformed`] that names the field.
    pub fn text(&self, name: &str, most: usize) -> Result<String, Refused> {
        let one_line = self.raw(name).split_whitespace().collect::<Vec<_>>().join(" ");
        typed(&one_line, most, name)?;
        input::text(one_line, most, name)
    }

    /// Prose of 1 to `most` characters in several lines.
    ///
    /// # Errors
    /// [`Refusal::Malformed`] that names the field.
    pub fn prose(&self, name: &str, most: usize) -> Result<String, Refused> {
        let prose = self.raw(name).replace("\r\n", "\n").trim().to_owned();
        typed(&prose, most, name)?;
        input::prose(prose, most, name)
    }

    /// As [`Posted::prose`], where nothing may be said.
    ///
    /// # Errors
    /// As [`Posted::prose`].
    pub fn optional(&self, name: &str, most: usize) -> Result<Option<String>, Refused> {
        if self.raw(name).trim().is_empty() { Ok(None) } else { self.prose(name, most).map(Some) }
    }

    fn open(pairs: Vec<(String, String)>, expected: &str) -> Result<Self, Refusal> {
        let mut fields = BTreeMap::new();
        for (name, value) in pairs {
            if fields.insert(name, value).is_some() {
                return Err(Refusal::Malformed);
            }
        }
        let sent = fields.remove(FIELD).unwrap_or_default();
        let ours = bool::from(sent.as_bytes().ct_eq(expected.as_bytes()));
        if ours { Ok(Self { fields }) } else { Err(Refusal::CrossSite) }
    }
}

/// What the forms call their fields.
const CALLED: [(&str, &str, &str); 4] = [
    ("name", "姓名", "Name"),
    ("login", "登录名", "Login"),
    ("reason", "事由", "Reason"),
    ("text", "内容", "In words"),
];

/// Says in the words of the form what is missing or too long.
fn typed(text: &str, most: usize, name: &str) -> Result<(), Refused> {
    let (_, zh, en) = CALLED.iter().find(|(known, _, _)| *known == name).copied().unwrap_or((name, name, name));
    let length = text.chars().count();
    if length == 0 {
        return Err(Refusal::Malformed.because(format!("请填写“{zh}”。"), format!("“{en}” is still to be filled in.")));
    }
    if length > most {
        let (zh, en) = (
            format!("“{zh}”最多 {most} 个字，现有 {length} 个。"),
            format!("“{en}” holds at most {most} characters; there are {length}."),
        );
        return Err(Refusal::Malformed.because(zh, en));
    }
    Ok(())
}

/// Why a form could not be read.
fn of_form(error: &actix_web::Error) -> Refusal {
    match error.as_error::<UrlencodedError>() {
        Some(UrlencodedError::Payload(error)) => of_payload(error),
        Some(_) | None => of_framework(error.as_response_error()),
    }
}

impl FromRequest for Posted {
    type Error = Problem;
    type Future = Pin<Box<dyn Future<Output = Result<Self, Problem>>>>;

    fn from_request(request: &HttpRequest, body: &mut Payload) -> Self::Future {
        let visit = Visit::of(request);
        let form = Form::<Vec<(String, String)>>::from_request(request, body);
        Box::pin(async move {
            let expected = visit?.csrf();
            let form = form.await.map_err(|error| Problem::from(of_form(&error)))?;
            Ok(Self::open(form.into_inner(), &expected)?)
        })
    }
}

#[cfg(test)]
mod tests {
    use super::super::visit::form_token as token;
    use super::*;

    #[test]
    fn a_form_without_the_token_of_this_browser_is_refused() {
        let expected = token("secret");
        assert_ne!(expected, token("another"));
        assert_ne!(expected, crate::flow::device::hash_of("secret").to_string());
        let form = |csrf: &str| vec![("reason".to_owned(), "是".to_owned()), (FIELD.to_owned(), csrf.to_owned())];
        let posted = Posted::open(form(&expected), &expected).unwrap();
        assert_eq!((posted.raw("reason"), posted.raw(FIELD)), ("是", ""));
        for wrong in ["", "00", &token("another")] {
            assert_eq!(Posted::open(form(wrong), &expected).err(), Some(Refusal::CrossSite), "{wrong}");
        }
        assert_eq!(Posted::open(Vec::new(), &expected).err(), Some(Refusal::CrossSite));
        let twice = [form(&expected), form(&expected)].concat();
        assert_eq!(Posted::open(twice, &expected).err(), Some(Refusal::Malformed));
    }

    #[test]
    fn a_broken_line_is_a_space_and_nothing_said_is_nothing() {
        let secret = token("s");
        let pairs = [("note", " 甲\r\n乙 "), ("empty", "  "), (FIELD, &secret)];
        let pairs = pairs.map(|(name, value)| (name.to_owned(), value.to_owned())).to_vec();
        let posted = Posted::open(pairs, &secret).unwrap();
        assert_eq!(posted.text("note", 10).unwrap(), "甲 乙");
        assert_eq!(posted.prose("note", 10).unwrap(), "甲\n乙");
        assert_eq!(posted.optional("empty", 10).unwrap(), None);
        assert!(posted.text("empty", 10).is_err() && posted.text("note", 2).is_err());
    }
}
