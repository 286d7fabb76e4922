//! The query string of a page.
//!
//! Promise: unknown parameters and unreadable values are ignored, and the page says which values were ignored. So an
//! address to which another program added parameters still shows the page. If a name occurs twice, the first readable
//! value counts.

use std::convert::Infallible;
use std::future::{Ready, ready};

use actix_web::dev::Payload;
use actix_web::web::Query;
use actix_web::{FromRequest, HttpRequest};
use sync_core::time::Date;

use super::words::either;
use crate::web::input::{self, Lines};
use crate::web::language::Language;

/// See the module.
#[derive(Debug, Clone, Default)]
pub struct PageQuery {
    pairs: Vec<(String, String)>,
    ignored: Vec<(&'static str, &'static str)>,
}

impl PageQuery {
    /// Parses a query string.
    pub fn parse(query: &str) -> Self {
        let pairs = Query::<Vec<(String, String)>>::from_query(query).map(Query::into_inner).unwrap_or_default();
        let said = pairs.into_iter().map(|(name, value)| (name, input::pasted(&value, Lines::One)));
        Self { pairs: said.filter(|(_, value)| !value.is_empty()).collect(), ignored: Vec::new() }
    }

    /// The first value of a name, as one line; empty without one.
    pub fn plain(&self, name: &str) -> String {
        self.pairs.iter().find(|(known, _)| known == name).map(|(_, value)| value.clone()).unwrap_or_default()
    }

    /// The first readable value of a name. `called` is the label reported if it is ignored.
    pub fn read<T>(
        &mut self,
        name: &str,
        called: (&'static str, &'static str),
        parse: impl Fn(&str) -> Option<T>,
    ) -> Option<T> {
        let mut values = self.pairs.iter().filter(|(known, _)| known == name).peekable();
        let said = values.peek().is_some();
        let read = values.find_map(|(_, value)| parse(value));
        if said && read.is_none() {
            self.ignored.push(called);
        }
        read
    }

    /// Reports a further parameter as ignored.
    pub fn ignore(&mut self, called: (&'static str, &'static str)) {
        self.ignored.push(called);
    }

    /// As [`Self::read`], of a few words that are known.
    pub fn one_of(&mut self, name: &str, called: (&'static str, &'static str), known: &[&str]) -> String {
        self.read(name, called, |value| known.contains(&value).then(|| value.to_owned())).unwrap_or_default()
    }

    /// Labels of the ignored parameters.
    pub fn ignored(&self, language: Language) -> Vec<&'static str> {
        self.ignored.iter().map(|(zh, en)| either(language, zh, en)).collect()
    }
}

/// A civil day, if readable.
pub fn day(params: &mut PageQuery, name: &str, called: (&'static str, &'static str)) -> String {
    let day = |text: &str| text.parse::<Date>().ok().filter(|day| day.tomorrow().is_ok()).map(|day| day.to_string());
    params.read(name, called, day).unwrap_or_default()
}

impl FromRequest for PageQuery {
    type Error = Infallible;
    type Future = Ready<Result<Self, Infallible>>;

    fn from_request(request: &HttpRequest, _body: &mut Payload) -> Self::Future {
        ready(Ok(Self::parse(request.query_string())))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const FROM: (&str, &str) = ("立案自", "Opened from");

    #[test]
    fn what_cannot_be_read_is_ignored_and_said() {
        let number = |text: &str| text.parse::<u32>().ok();
        for (query, read, ignored) in [
            ("", None, 0),
            ("other=1&utm_source=x", None, 0),
            ("from=7", Some(7), 0),
            ("from=singlemessage", None, 1),
            ("from=singlemessage&from=7&from=8", Some(7), 0),
            ("from=", None, 0),
            ("from=%20", None, 0),
            ("from=%FF%zz&=&&&%", None, 1),
        ] {
            let mut params = PageQuery::parse(query);
            assert_eq!((params.read("from", FROM, number), params.ignored.len()), (read, ignored), "{query}");
        }
        let mut params = PageQuery::parse("status=open&status=x");
        assert_eq!(params.one_of("status", ("状态", "Status"), &["open"]), "open");
        assert_eq!(params.one_of("status", ("状态", "Status"), &["closed"]), "");
        assert_eq!(params.ignored(Language::English), ["Status"]);
    }
}
