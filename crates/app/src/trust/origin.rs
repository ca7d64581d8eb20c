//! From where somebody asks.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

/// The most characters of a browser's description that are kept.
const AGENT_CHARACTERS_MAX: usize = 120;

/// From where somebody asks: an address of the network, and what their browser says it is.
#[derive(Clone, PartialEq, Eq, Default)]
pub struct Origin {
    address: Option<IpAddr>,
    agent: String,
}

impl Origin {
    /// A browser or program somewhere on the network.
    #[must_use]
    pub fn new(address: IpAddr, agent: &str) -> Self {
        let fit = agent.chars().filter(|it| !it.is_control());
        Self {
            address: Some(address.to_canonical()),
            agent: fit.take(AGENT_CHARACTERS_MAX).collect(),
        }
    }

    /// The machine itself: a command, or the program by its own.
    #[must_use]
    pub fn machine() -> Self {
        Self::default()
    }

    /// The network, as the audit keeps it: 256 IPv4 addresses, or what one customer of an IPv6
    /// provider has (RFC 6177 speaks of a /48). Empty for the machine itself.
    #[must_use]
    pub fn network(&self) -> String {
        match self.address {
            None => String::new(),
            Some(IpAddr::V4(address)) => {
                let [a, b, c, _] = address.octets();
                format!("{}/24", Ipv4Addr::new(a, b, c, 0))
            }
            Some(IpAddr::V6(address)) => {
                let [a, b, c, ..] = address.segments();
                format!("{}/48", Ipv6Addr::new(a, b, c, 0, 0, 0, 0, 0))
            }
        }
    }

    /// What tries are counted for: one IPv4 address, or one IPv6 network of a household (/64),
    /// within which anybody has as many addresses as they like.
    pub(crate) fn counted(&self) -> String {
        match self.address {
            None => "machine".to_owned(),
            Some(IpAddr::V4(address)) => address.to_string(),
            Some(IpAddr::V6(address)) => {
                let [a, b, c, d, ..] = address.segments();
                Ipv6Addr::new(a, b, c, d, 0, 0, 0, 0).to_string()
            }
        }
    }

    /// What the browser says it is.
    pub(crate) fn agent(&self) -> &str {
        &self.agent
    }
}

/// An address is personal, and does not print.
impl std::fmt::Debug for Origin {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Origin({})", self.network())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_is_kept_as_its_network() {
        let check = |address: &str, network: &str, counted: &str| {
            let address = address.parse().expect("an address");
            let origin = Origin::new(address, "Browser\n1.0");
            assert_eq!(origin.network(), network);
            assert_eq!(origin.counted(), counted);
            assert_eq!(origin.agent(), "Browser1.0");
        };
        check("203.0.113.77", "203.0.113.0/24", "203.0.113.77");
        check("::ffff:203.0.113.77", "203.0.113.0/24", "203.0.113.77");
        check("2001:db8:1:2:3:4:5:6", "2001:db8:1::/48", "2001:db8:1:2::");
        assert_eq!(Origin::machine().network(), "");
    }
}
