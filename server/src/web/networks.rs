//! Parses IP addresses and networks in the forms that people and proxies write.
//!
//! Promise: an address may have a port, brackets or quotes; an IPv4 address inside IPv6 is treated as IPv4.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};
use std::str::FromStr;

use ipnet::IpNet;

/// Addresses of proxies: single ones, networks (`10.0.0.0/8`), `localhost`.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Networks(Vec<IpNet>);

/// The text names no address and no network.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("neither an address nor a network")]
pub struct NoNetwork;

impl FromStr for Networks {
    type Err = NoNetwork;

    /// Parses a comma-separated list.
    fn from_str(text: &str) -> Result<Self, NoNetwork> {
        let mut networks = Vec::new();
        for part in text.split(',').map(str::trim).filter(|part| !part.is_empty()) {
            if part.eq_ignore_ascii_case("localhost") {
                networks.push(IpNet::new_assert(Ipv4Addr::new(127, 0, 0, 0).into(), 8));
                networks.push(IpNet::from(IpAddr::V6(Ipv6Addr::LOCALHOST)));
            } else if let Ok(network) = part.parse::<IpNet>() {
                networks.push(network.trunc());
            } else {
                networks.push(parse(part).ok_or(NoNetwork)?.into());
            }
        }
        Ok(Self(networks))
    }
}

impl Networks {
    /// Whether no proxy is named.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Whether the address is in one of the networks.
    pub fn contains(&self, address: IpAddr) -> bool {
        let address = address.to_canonical();
        self.0.iter().any(|network| network.contains(&address))
    }
}

/// An address as proxies write it: `203.0.113.7`, `203.0.113.7:5544`, `2001:db8::1`, `[2001:db8::1]:5544`, quoted or not.
pub fn parse(text: &str) -> Option<IpAddr> {
    let text = text.trim().trim_matches('"');
    let bare = || text.strip_prefix('[').and_then(|rest| rest.strip_suffix(']')).unwrap_or(text).parse().ok();
    let address: Option<IpAddr> = text.parse::<SocketAddr>().ok().map(|socket| socket.ip()).or_else(bare);
    address.map(|address| address.to_canonical())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ip(text: &str) -> IpAddr {
        text.parse().unwrap()
    }

    #[test]
    fn a_network_ends_where_its_mask_says() {
        let networks: Networks = "10.1.2.3/16, 2001:db8::/32,localhost , 192.0.2.1".parse().unwrap();
        let inside = ["10.1.0.0", "10.1.255.255", "2001:db8:ffff::1", "127.0.0.1", "127.9.9.9", "::1", "192.0.2.1"];
        assert!(inside.iter().all(|text| networks.contains(ip(text))));
        assert!(networks.contains(ip("::ffff:10.1.0.1")), "the same address inside IPv6");
        let outside = ["10.0.255.255", "10.2.0.0", "2001:db9::", "128.0.0.0", "::2", "192.0.2.0", "192.0.2.2"];
        assert!(!outside.iter().any(|text| networks.contains(ip(text))));
        for wrong in ["10.0.0.0/33", "example.org", "10.0.0", "/8"] {
            assert!(wrong.parse::<Networks>().is_err(), "{wrong}");
        }
        assert!("".parse::<Networks>().unwrap().is_empty());
    }
}
