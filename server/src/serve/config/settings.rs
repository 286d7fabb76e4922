//! The settings as the server uses them: typed, and checked together.

use std::net::{AddrParseError, SocketAddr};
use std::num::NonZeroU32;
use std::path::PathBuf;
use std::str::FromStr;
use std::time::Duration;

use super::table::KEYS;
use super::{ConfigError, Layers};
use crate::flow::quota::Most;
use crate::flow::stay::Stay;
use crate::store::Used;
use crate::web::cors::{NoOrigin, Origins};
use crate::web::networks::Networks;
use crate::web::rates::PerSecond;
use crate::web::timeouts::Timeouts;

/// Well-known default passwords. They are refused for a database on another machine.
const DEFAULT_SECRETS: [&str; 10] =
    ["", "postgres", "palm", "password", "passwd", "changeme", "change-me", "secret", "admin", "123456"];

/// Everything that is configured.
#[derive(Clone)]
pub struct Settings {
    /// The data directory.
    pub dir: PathBuf,
    /// The database; `palm.db` in `dir` if absent. It may contain a password.
    pub database_url: Option<String>,
    /// Largest number of database connections.
    pub database_connections: u32,
    /// How long a caller waits for one.
    pub database_wait: Duration,
    /// The listen address.
    pub listen: SocketAddr,
    /// The address of the metrics server.
    pub metrics_listen: Option<SocketAddr>,
    /// Whether it may listen on an address other than loopback, where the metrics need no sign-in.
    pub metrics_open: bool,
    /// Certificate chain and key.
    pub tls: Option<(PathBuf, PathBuf)>,
    /// Proxies that may speak plain HTTP to this server.
    pub trusted_proxies: Networks,
    /// Origins whose pages may call the API.
    pub cors_origins: Origins,
    /// The address by which clients reach the installation, without a slash at its end.
    pub public_address: Option<String>,
    /// Whether phones without a request key may enrol and get tokens.
    pub bearer_phones: bool,
    /// How long the server waits for a client.
    pub timeouts: Timeouts,
    /// Requests that one address and one caller may send in a second.
    pub rates: PerSecond,
    /// Daily quotas of one phone.
    pub phone_day: Most,
    /// Retention periods.
    pub stay: Stay,
    /// Largest total of one person's files that no case claims, in bytes.
    pub unclaimed_bytes: i64,
    /// How long running requests have when the server is stopped.
    pub shutdown: Duration,
    /// Directives of `tracing`.
    pub log: String,
}

/// An address with a port; `localhost` is also accepted.
struct Socket(SocketAddr);

impl FromStr for Socket {
    type Err = AddrParseError;

    fn from_str(text: &str) -> Result<Self, AddrParseError> {
        let here = text.strip_prefix("localhost:").map(|port| format!("127.0.0.1:{port}"));
        here.as_deref().unwrap_or(text).parse().map(Self)
    }
}

/// Scheme and host, as browsers write an origin; a slash at the end is left out.
struct PublicAddress(String);

impl FromStr for PublicAddress {
    type Err = NoOrigin;

    fn from_str(text: &str) -> Result<Self, NoOrigin> {
        let text = text.trim().trim_end_matches('/');
        if text.is_empty() || text.contains(',') {
            return Err(NoOrigin);
        }
        text.parse::<Origins>().map(|_one| Self(text.to_owned()))
    }
}

struct Reader<'a>(&'a Layers);

impl Reader<'_> {
    fn text(&self, name: &'static str) -> Option<(String, String)> {
        let key = KEYS.iter().find(|key| key.name == name)?;
        let (value, source) = self.0.get(key);
        value.map(|value| (value.to_owned(), source.to_string()))
    }

    fn maybe<T: FromStr>(&self, name: &'static str, wanted: &'static str) -> Result<Option<T>, ConfigError> {
        let Some((value, place)) = self.text(name) else { return Ok(None) };
        value.trim().parse().map(Some).map_err(|_wrong| ConfigError::Wrong { key: name, place, wanted })
    }

    fn one<T: FromStr>(&self, name: &'static str, wanted: &'static str) -> Result<T, ConfigError> {
        let absent = || ConfigError::Wrong { key: name, place: "default".to_owned(), wanted };
        self.maybe(name, wanted)?.ok_or_else(absent)
    }

    /// A whole number of at least one: a timeout of zero would refuse every request.
    fn number(&self, name: &'static str) -> Result<u32, ConfigError> {
        Ok(self.at_least_one(name)?.get())
    }

    fn at_least_one(&self, name: &'static str) -> Result<NonZeroU32, ConfigError> {
        self.one(name, "a whole number from 1 on")
    }

    fn mebibytes(&self, name: &'static str) -> Result<i64, ConfigError> {
        Ok(i64::from(self.number(name)?) << 20)
    }

    fn seconds(&self, name: &'static str) -> Result<Duration, ConfigError> {
        Ok(Duration::from_secs(self.number(name)?.into()))
    }
}

impl Settings {
    pub(super) fn of(layers: &Layers) -> Result<Self, ConfigError> {
        let read = Reader(layers);
        let settings = Self {
            dir: read.one("dir", "a path")?,
            database_url: read.maybe("database_url", "an address")?,
            database_connections: read.number("database_connections")?,
            database_wait: Duration::from_millis(read.number("database_wait_ms")?.into()),
            listen: read.one::<Socket>("listen", "ADDRESS:PORT")?.0,
            metrics_listen: read.maybe::<Socket>("metrics_listen", "ADDRESS:PORT")?.map(|socket| socket.0),
            metrics_open: read.one("metrics_open", "true or false")?,
            tls: pair(&read)?,
            trusted_proxies: read
                .maybe("trusted_proxy", "addresses or networks, such as 10.0.0.0/8")?
                .unwrap_or_default(),
            cors_origins: read
                .maybe(
                    "cors_origin",
                    "origins as browsers write them, such as https://app.example.org; never * or null",
                )?
                .unwrap_or_default(),
            public_address: read
                .maybe::<PublicAddress>(
                    "public_address",
                    "an address such as https://palm.example.org, without a path",
                )?
                .map(|PublicAddress(address)| address),
            bearer_phones: read.one("bearer_phones", "true or false")?,
            timeouts: Timeouts {
                head: read.seconds("head_timeout_s")?,
                silence: read.seconds("body_silence_s")?,
                whole: read.seconds("request_timeout_s")?,
                idle: read.seconds("keep_alive_s")?,
            },
            rates: PerSecond {
                address: read.at_least_one("address_requests_per_s")?,
                caller: read.at_least_one("caller_requests_per_s")?,
            },
            phone_day: Most(Used {
                bytes: read.mebibytes("phone_day_mib")?,
                operations: read.number("phone_day_operations")?.into(),
                alarms: read.number("phone_day_alarms")?.into(),
                index_rows: read.number("phone_day_index_rows")?.into(),
                upload_bytes: read.mebibytes("phone_day_upload_mib")?,
            }),
            stay: Stay { parked_days: read.number("parked_days")?, unclaimed_days: read.number("unclaimed_days")? },
            unclaimed_bytes: read.mebibytes("unclaimed_mib")?,
            shutdown: read.seconds("shutdown_s")?,
            log: read.one("log", "directives")?,
        };
        settings.is_fit()?;
        Ok(settings)
    }

    fn is_fit(&self) -> Result<(), ConfigError> {
        if let Some(address) = self.metrics_listen.filter(|address| !address.ip().is_loopback())
            && !self.metrics_open
        {
            return Err(ConfigError::OpenMetrics(address));
        }
        if self.database_url.as_deref().is_some_and(has_default_secret) {
            return Err(ConfigError::DefaultSecret);
        }
        let levels = self.log.split(',').map(|part| part.rsplit('=').next().unwrap_or(part).trim());
        let chatty =
            levels.filter_map(|level| ["debug", "trace"].into_iter().find(|known| level.eq_ignore_ascii_case(known)));
        match chatty.into_iter().next() {
            Some(level) if !self.listen.ip().is_loopback() => Err(ConfigError::Debug(level)),
            Some(_) | None => Ok(()),
        }
    }
}

fn pair(read: &Reader<'_>) -> Result<Option<(PathBuf, PathBuf)>, ConfigError> {
    match (read.maybe("tls_cert", "a path")?, read.maybe("tls_key", "a path")?) {
        (Some(certificate), Some(key)) => Ok(Some((certificate, key))),
        (None, None) => Ok(None),
        (Some(_), None) => Err(ConfigError::Incomplete { present: "tls_cert", missing: "tls_key" }),
        (None, Some(_)) => Err(ConfigError::Incomplete { present: "tls_key", missing: "tls_cert" }),
    }
}

/// Whether the URL names a database on another machine with a well-known default password.
fn has_default_secret(url: &str) -> bool {
    let Some((_, rest)) = url.split_once("://") else { return false };
    let authority = rest.split(['/', '?']).next().unwrap_or(rest);
    let Some((person, host)) = authority.rsplit_once('@') else { return false };
    let here = ["localhost", "127.", "[::1]"].iter().any(|name| host.starts_with(name)) || host.is_empty();
    match person.split_once(':') {
        Some((user, password)) => !here && (password == user || DEFAULT_SECRETS.contains(&password)),
        // The credential is not in the URL: for example a certificate or a password file.
        None => false,
    }
}
