//! The format of URLs, for all keys that contain one.

use super::{Flaw, Raw, Refusal, Scalar, Scope, Text, texts};
use crate::model::address::is_loopback;
use crate::model::secret::is_whole;
use url::Url;

/// The result of parsing a URL.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Address {
    /// An https URL, or http on this machine.
    Good(Url),
    NoUrl,
    NotHttps,
    /// The URL contains a user or password.
    HasCredentials,
}

/// Parses a URL, more strictly than browsers do.
pub(crate) fn address(text: &str) -> Address {
    let lower = text.to_ascii_lowercase();
    let Some((scheme, rest)) = lower.split_once("://") else { return Address::NoUrl };
    // The URL standard takes the first part of a path for the host where that is missing.
    if text.contains(is_misplaced) || rest.starts_with('/') {
        return Address::NoUrl;
    }
    let Ok(url) = Url::parse(text) else { return Address::NoUrl };
    if !url.username().is_empty() || url.password().is_some() {
        return Address::HasCredentials;
    }
    match scheme {
        _ if url.host().is_none() => Address::NoUrl,
        "https" => Address::Good(url),
        "http" if is_loopback(&url) => Address::Good(url),
        _ => Address::NotHttps,
    }
}

/// Returns whether a character cannot be part of a URL. The URL standard silently drops or corrects
/// these.
fn is_misplaced(c: char) -> bool {
    c.is_whitespace() || c.is_control() || c == '\\'
}

/// Returns which character an address cannot contain, and what to do about it. Other texts are
/// no addresses at all.
fn misplaced(text: &str) -> Option<(&'static str, &'static str)> {
    let c = text.chars().find(|c| is_misplaced(*c))?;
    let is_address = text.trim().to_ascii_lowercase().starts_with("http");
    is_address.then(|| match c {
        '\\' => ("contains a backslash", "write `/` instead"),
        c if c.is_whitespace() && text.trim() != text => {
            ("begins or ends with white space", "remove it")
        }
        c if c.is_whitespace() => ("contains white space", "remove it, or write `%20` for a space"),
        _ => ("contains a control character", "remove it"),
    })
}

/// An approximation of what [`address`] accepts, as the pattern of a JSON Schema.
const ADDRESS_PATTERN: &str = concat!(
    r"^(https://[^\s/?#@\\]+([/?#]\S*)?",
    r"|http://(localhost|127(\.[0-9]+){3}|\[::1\])(:[0-9]+)?([/?#]\S*)?)$",
);

/// A base URL.
pub(crate) struct BaseUrl;

impl Scalar for BaseUrl {
    type Output = Url;

    const PATTERN: &'static str = ADDRESS_PATTERN;

    fn parse(scope: Scope, raw: Raw<'_>) -> Result<Url, Refusal> {
        let text = Text::parse(scope, raw)?;
        let (message, hint) = match address(&text) {
            Address::Good(url) if url.query().is_some() || url.fragment().is_some() => (
                "has a query or fragment, and paths are added to it",
                "remove what follows `?` or `#`",
            ),
            Address::Good(url) => return Ok(url),
            Address::HasCredentials => return Err(credentials().into()),
            Address::NoUrl => misplaced(&text)
                .unwrap_or(("is not a URL", "write the full address, as in `https://host/path`")),
            Address::NotHttps => (
                "is not https, and its key would be sent unencrypted",
                "write `https://`; plain http is for hosts on this machine",
            ),
        };
        Err(Flaw::new("url-not-https", message, hint).into())
    }
}

texts! {
    /// The URL that a tracking webhook posts to. It must not contain a secret: the file is in
    /// Git.
    WebhookUrl like ADDRESS_PATTERN, except |url: &str| flaw(url, "webhook-not-https", false);
    /// The URL of a page that people open.
    PageUrl like ADDRESS_PATTERN, except |url: &str| flaw(url, "url-not-https", true);
}

/// Returns what is wrong with a URL that is kept as it is written.
fn flaw(text: &str, code: &'static str, may_hold_secrets: bool) -> Option<Flaw> {
    Some(match address(text) {
        Address::Good(_) if may_hold_secrets || is_whole(text) => return None,
        Address::Good(_) => Flaw::new(
            "literal-key",
            "holds a key or token, or the asterisks that mask one",
            "remove it; if the address needs one, set it by hand and write `manage: false`",
        ),
        Address::HasCredentials => credentials(),
        Address::NoUrl | Address::NotHttps => {
            let (message, hint) = misplaced(text)
                .unwrap_or(("is not an https URL", "write an address that begins with `https://`"));
            Flaw::new(code, message, hint)
        }
    })
}

/// Returns the flaw of a URL that contains a user or password.
pub(crate) fn credentials() -> Flaw {
    Flaw::new(
        "literal-key",
        "holds a user name or password",
        "remove it, and have a new one issued: Git keeps the old one",
    )
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
        for none in [
            "example.org",
            "https:example.org",
            "https://",
            "https:///a",
            "https://a b/",
            "//x.org",
            "",
        ] {
            assert_eq!(address(none), Address::NoUrl, "{none}");
        }
        for credentials in ["https://me:pw@x.org/", "https://me@x.org", "http://a:b@localhost"] {
            assert_eq!(address(credentials), Address::HasCredentials, "{credentials}");
        }
    }
}
