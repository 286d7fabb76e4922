//! The key under which a client address is counted.

use std::net::IpAddr;

/// An address of IPv4; of IPv6 the /64, for one customer has a whole one. Nothing where the address is not known.
pub fn network(from: Option<IpAddr>) -> Vec<u8> {
    match from.map(|address| address.to_canonical()) {
        None => Vec::new(),
        Some(IpAddr::V4(address)) => address.octets().to_vec(),
        Some(IpAddr::V6(address)) => address.octets().into_iter().take(8).collect(),
    }
}
