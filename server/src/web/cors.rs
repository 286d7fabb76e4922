//! Allows pages of configured other origins to call the API (CORS, Fetch standard §3.2).
//!
//! Promise: an origin that does not equal a configured one byte for byte gets no permission, and no origin gets one outside
//! the API. Cookies are never accepted (`Access-Control-Allow-Credentials` is never sent): a page sends its token itself.
//! Pages may send and read the headers that the API document names.
//!
//! Why not `actix-cors`: it runs before the middleware. So its preflights would not count for the rate limits and would
//! have no request id, and it adds nothing to an answer that ends a request outside its handler, such as a timeout.

use std::collections::BTreeSet;
use std::str::FromStr;

use actix_web::dev::ServiceRequest;
use actix_web::http::Method;
use actix_web::http::header::{self, HeaderMap, HeaderName, HeaderValue};
use utoipa::openapi::path::ParameterIn;
use utoipa::openapi::{OpenApi, RefOr};

/// How long a browser may keep the answer to a preflight, in seconds.
const MAX_AGE_S: &str = "600";
/// Request headers that the document does not list for each route.
const REQUEST_HEADERS: [&str; 4] = ["accept-language", "authorization", "content-type", "dpop"];

/// Origins as browsers write them, such as `https://app.example.org` or `http://127.0.0.1:5173`.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Origins(Vec<String>);

/// The text is not an origin as browsers write it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("no origin")]
pub struct NoOrigin;

impl FromStr for Origins {
    type Err = NoOrigin;

    /// Parses a comma-separated list. `*`, `null`, paths and default ports are refused, because browsers never send an
    /// origin with them.
    fn from_str(text: &str) -> Result<Self, NoOrigin> {
        let parts = text.split(',').map(str::trim).filter(|part| !part.is_empty());
        let origins = parts.map(|part| if is_origin(part) { Ok(part.to_owned()) } else { Err(NoOrigin) });
        origins.collect::<Result<_, _>>().map(Self)
    }
}

/// Whether it is scheme, host and a port other than the scheme's own, in lower case (RFC 6454 §6.2).
fn is_origin(text: &str) -> bool {
    let Some((scheme, authority)) = text.split_once("://") else { return false };
    let own_port = match scheme {
        "https" => "443",
        "http" => "80",
        _ => return false,
    };
    let (host, port) = match authority.rsplit_once(':') {
        Some((host, port)) if !port.ends_with(']') => (host, Some(port)),
        Some(_) | None => (authority, None),
    };
    let is_number = |port: &str| port.parse::<u16>().is_ok_and(|number| number > 0 && number.to_string() == port);
    let is_name = |host: &str| {
        let plain = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || matches!(c, '-' | '_');
        host.split('.').all(|label| !label.is_empty() && label.chars().all(plain))
    };
    let is_address = |host: &str| {
        let inside = host.strip_prefix('[').and_then(|rest| rest.strip_suffix(']'));
        inside.is_some_and(|inside| {
            inside.parse::<std::net::Ipv6Addr>().is_ok_and(|address| address.to_string() == inside)
        })
    };
    port.is_none_or(|port| is_number(port) && port != own_port) && (is_name(host) || is_address(host))
}

/// The permitted origins, and the headers that they may send and read.
#[derive(Debug, Clone, Default)]
pub struct Cors {
    origins: Origins,
    allowed: String,
    exposed: String,
}

impl Cors {
    /// Permits these origins, with the headers that the document names.
    pub fn of(origins: Origins, document: &OpenApi) -> Self {
        let (mut allowed, mut exposed) = (BTreeSet::from(REQUEST_HEADERS.map(str::to_owned)), BTreeSet::new());
        let items = document.paths.paths.values();
        let operations = items.flat_map(|item| {
            [&item.get, &item.head, &item.post, &item.put, &item.patch, &item.delete, &item.options]
                .into_iter()
                .flatten()
        });
        let mut of_response = |response: &RefOr<utoipa::openapi::Response>| {
            if let RefOr::T(response) = response {
                exposed.extend(response.headers.keys().map(|name| name.to_ascii_lowercase()));
            }
        };
        for operation in operations {
            for parameter in operation.parameters.iter().flatten() {
                if let RefOr::T(parameter) = parameter
                    && parameter.parameter_in == ParameterIn::Header
                {
                    allowed.insert(parameter.name.to_ascii_lowercase());
                }
            }
            operation.responses.responses.values().for_each(&mut of_response);
        }
        document.components.iter().flat_map(|components| components.responses.values()).for_each(&mut of_response);
        let list = |names: BTreeSet<String>| names.into_iter().collect::<Vec<_>>().join(", ");
        Self { origins, allowed: list(allowed), exposed: list(exposed) }
    }

    /// The permission for this request's origin.
    pub fn answer(&self, path: &str, headers: &HeaderMap) -> Cross {
        if self.origins.0.is_empty() || !is_of_the_api(path) {
            return Cross::default();
        }
        let origin = headers.get(header::ORIGIN).filter(|origin| {
            headers.get_all(header::ORIGIN).count() == 1
                && self.origins.0.iter().any(|named| origin.as_bytes() == named.as_bytes())
        });
        Cross { varies: true, allowed: origin.cloned().zip(HeaderValue::from_str(&self.exposed).ok()) }
    }

    /// Headers of the answer to a preflight of a configured origin; `allow` are the methods of the path. None if the request
    /// is no such preflight.
    pub fn preflight(
        &self,
        request: &ServiceRequest,
        cross: &Cross,
        allow: Option<&str>,
    ) -> Option<[(HeaderName, String); 3]> {
        let asked = request.headers().contains_key(header::ACCESS_CONTROL_REQUEST_METHOD);
        if request.method() != Method::OPTIONS || !asked || cross.allowed.is_none() {
            return None;
        }
        Some([
            (header::ACCESS_CONTROL_ALLOW_METHODS, allow?.to_owned()),
            (header::ACCESS_CONTROL_ALLOW_HEADERS, self.allowed.clone()),
            (header::ACCESS_CONTROL_MAX_AGE, MAX_AGE_S.to_owned()),
        ])
    }
}

/// The console answers no other origin.
fn is_of_the_api(path: &str) -> bool {
    path.starts_with("/v1/") || ["/openapi.json", "/healthz", "/readyz"].contains(&path)
}

/// The CORS headers of an answer.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Cross {
    /// Whether the answer depends on the origin: caches must know.
    varies: bool,
    /// The origin that may read the answer, and the headers that it may read.
    allowed: Option<(HeaderValue, HeaderValue)>,
}

impl Cross {
    /// Adds the headers.
    pub fn say(&self, headers: &mut HeaderMap) {
        const ORIGIN: HeaderValue = HeaderValue::from_static("Origin");
        if self.varies && !headers.get_all(header::VARY).any(|value| value == ORIGIN) {
            headers.append(header::VARY, ORIGIN);
        }
        if let Some((origin, exposed)) = &self.allowed {
            let mut put = |name: HeaderName, value: &HeaderValue| drop(headers.insert(name, value.clone()));
            put(header::ACCESS_CONTROL_ALLOW_ORIGIN, origin);
            put(header::ACCESS_CONTROL_EXPOSE_HEADERS, exposed);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_origin_is_named_as_browsers_write_it_or_not_at_all() {
        for right in [
            "https://app.example.org",
            "http://127.0.0.1:5173",
            "http://localhost:1",
            "https://[2001:db8::1]:65535",
            "https://a",
        ] {
            assert_eq!(right.parse::<Origins>(), Ok(Origins(vec![right.to_owned()])), "{right}");
        }
        for wrong in [
            "*",
            "null",
            "app.example.org",
            "https://",
            "https://*.example.org",
            "https://app.example.org/",
            "https://App.example.org",
            "HTTPS://app.example.org",
            "https://app.example.org:443",
            "http://app.example.org:80",
            "http://app.example.org:",
            "http://app.example.org:0",
            "http://app.example.org:065",
            "http://app.example.org:65536",
            "https://user@app.example.org",
            "https://app.example.org?",
            "https://app..example.org",
            "https://[2001:DB8::1]",
            "file:///x",
            "https://a, *",
        ] {
            assert_eq!(wrong.parse::<Origins>(), Err(NoOrigin), "{wrong}");
        }
        let two = "https://a.example, http://b.example:8081 ,".parse::<Origins>().unwrap();
        assert_eq!(two.0, ["https://a.example", "http://b.example:8081"]);
        assert_eq!("".parse::<Origins>(), Ok(Origins::default()));
    }
}
