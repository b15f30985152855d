//! What a URL has to be, for all the places that hold one.

use std::net::{Ipv4Addr, Ipv6Addr};
use url::{Host, Url};

/// What a text is that stands where a URL belongs.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Address {
    /// https, or http on this machine.
    Good(Url),
    NoUrl,
    NotHttps,
    /// A user or password is part of it.
    HasCredentials,
}

/// Reads a URL, more strictly than browsers do.
pub(crate) fn address(text: &str) -> Address {
    let lower = text.to_ascii_lowercase();
    let Some((scheme, _)) = lower.split_once("://") else { return Address::NoUrl };
    // The URL standard drops or mends these silently.
    if text.contains(|c: char| c.is_whitespace() || c.is_control() || c == '\\') {
        return Address::NoUrl;
    }
    let Ok(url) = Url::parse(text) else { return Address::NoUrl };
    if !url.username().is_empty() || url.password().is_some() {
        return Address::HasCredentials;
    }
    match (scheme, url.host()) {
        (_, None) => Address::NoUrl,
        ("https", _) => Address::Good(url),
        ("http", Some(host)) if is_loopback(&host) => Address::Good(url),
        _ => Address::NotHttps,
    }
}

/// What [`address`] takes, roughly, as the pattern of a JSON Schema.
pub(crate) const ADDRESS_PATTERN: &str = concat!(
    r"^(https://[^\s/?#@\\]+([/?#]\S*)?",
    r"|http://(localhost|127(\.[0-9]+){3}|\[::1\])(:[0-9]+)?([/?#]\S*)?)$",
);

fn is_loopback(host: &Host<&str>) -> bool {
    match host {
        Host::Domain(name) => *name == "localhost",
        Host::Ipv4(address) => Ipv4Addr::is_loopback(address),
        Host::Ipv6(address) => Ipv6Addr::is_loopback(address),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_https_leaves_the_machine() {
        for good in [
            "https://api.example.org/hook?x=1",
            "HTTPS://api.example.org",
            "http://localhost:8080/x",
            "http://127.0.0.1",
            "http://127.8.9.1:1",
            "http://[::1]:1/",
        ] {
            assert!(matches!(address(good), Address::Good(_)), "{good}");
        }
        for plain in ["http://example.org", "http://localhost.example.org", "ftp://x.org/"] {
            assert_eq!(address(plain), Address::NotHttps, "{plain}");
        }
        for none in ["example.org", "https:example.org", "https://", "https://a b/", "//x.org", ""]
        {
            assert_eq!(address(none), Address::NoUrl, "{none}");
        }
        for credentials in ["https://me:pw@x.org/", "https://me@x.org", "http://a:b@localhost"] {
            assert_eq!(address(credentials), Address::HasCredentials, "{credentials}");
        }
    }
}
