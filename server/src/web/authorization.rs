//! The access token of a request, and how it is presented.
//!
//! Promise: a second `Authorization` header makes the token invalid. Not here: the proof that goes with it (`proof`).

use actix_web::http::header::{AUTHORIZATION, HeaderMap};

use crate::flow::proof::Scheme;

/// The scheme, whose case does not matter (RFC 9110 section 11.1), and the token; none without a readable token.
pub fn token(headers: &HeaderMap) -> Option<(Scheme, &str)> {
    let mut values = headers.get_all(AUTHORIZATION);
    let (Some(value), None) = (values.next(), values.next()) else { return None };
    let (scheme, token) = value.to_str().ok()?.split_once(' ')?;
    let known = [("bearer", Scheme::Bearer), ("dpop", Scheme::Dpop)];
    let (_name, scheme) = known.into_iter().find(|(name, _scheme)| scheme.eq_ignore_ascii_case(name))?;
    Some((scheme, token))
}
