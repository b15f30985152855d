//! The format of URLs, for all keys that contain one.

use super::{Flaw, Raw, Refusal, Scalar, Scope, Text, texts};
use crate::model::address::is_loopback;
use crate::model::secret::is_whole;
use url::Url;

/// Why a text is not a URL that a key of a file may contain.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum UrlFlaw {
    NoUrl,
    NotHttps,
    /// The URL contains a user or password.
    HasCredentials,
}

/// Parses a URL, more strictly than browsers do: an https URL, or http on this machine.
pub(crate) fn address(text: &str) -> Result<Url, UrlFlaw> {
    let lower = text.to_ascii_lowercase();
    let (scheme, rest) = lower.split_once("://").ok_or(UrlFlaw::NoUrl)?;
    // The URL standard takes the first part of a path for the host where that is missing.
    if text.contains(is_misplaced) || rest.starts_with('/') {
        return Err(UrlFlaw::NoUrl);
    }
    let url = Url::parse(text).map_err(|_| UrlFlaw::NoUrl)?;
    if !url.username().is_empty() || url.password().is_some() {
        return Err(UrlFlaw::HasCredentials);
    }
    match scheme {
        _ if url.host().is_none() => Err(UrlFlaw::NoUrl),
        "https" => Ok(url),
        "http" if is_loopback(&url) => Ok(url),
        _ => Err(UrlFlaw::NotHttps),
    }
}

/// Returns whether a character cannot be part of a URL. The URL standard silently drops or corrects
/// these.
fn is_misplaced(c: char) -> bool {
    c.is_whitespace() || c.is_control() || c == '\\'
}

const NO_URL: (&str, &str) = ("is not a URL", "write the full address, as in `https://host/path`");

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
            Ok(url) if url.query().is_some() || url.fragment().is_some() => (
                "has a query or fragment, and paths are added to it",
                "remove what follows `?` or `#`",
            ),
            Ok(url) => return Ok(url),
            Err(UrlFlaw::HasCredentials) => return Err(credentials().into()),
            Err(UrlFlaw::NoUrl) => misplaced(&text).unwrap_or(NO_URL),
            Err(UrlFlaw::NotHttps) => (
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
    WebhookUrl like ADDRESS_PATTERN, except |url: &str| flaw(url, "webhook-not-https").or_else(|| secret(url));
    /// The URL of a page that people open.
    PageUrl like ADDRESS_PATTERN, except |url: &str| flaw(url, "url-not-https");
}

/// Returns what is wrong with a URL that is kept as it is written.
fn flaw(text: &str, code: &'static str) -> Option<Flaw> {
    Some(match address(text).err()? {
        UrlFlaw::HasCredentials => credentials(),
        UrlFlaw::NoUrl | UrlFlaw::NotHttps => {
            let is_https = text.to_ascii_lowercase().starts_with("https://");
            let (message, hint) = misplaced(text).unwrap_or(if is_https {
                NO_URL
            } else {
                ("is not an https URL", "write an address that begins with `https://`")
            });
            Flaw::new(code, message, hint)
        }
    })
}

/// Returns the flaw of a URL that contains a key, or a masked one.
fn secret(url: &str) -> Option<Flaw> {
    (!is_whole(url)).then(|| {
        Flaw::new(
            "literal-key",
            "holds a key or token, or the asterisks that mask one",
            "remove it; if the address needs one, set it by hand and write `manage: false`",
        )
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
            assert!(address(good).is_ok(), "{good}");
        }
        for plain in ["http://example.org", "http://localhost.example.org", "ftp://x.org/"] {
            assert_eq!(address(plain), Err(UrlFlaw::NotHttps), "{plain}");
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
            assert_eq!(address(none), Err(UrlFlaw::NoUrl), "{none}");
        }
        for credentials in ["https://me:pw@x.org/", "https://me@x.org", "http://a:b@localhost"] {
            assert_eq!(address(credentials), Err(UrlFlaw::HasCredentials), "{credentials}");
        }
    }
}
