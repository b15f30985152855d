//! Addresses of webhooks: which parts may be shown, and when two are equivalent.
//!
//! Anyone who knows the whole address of a webhook can post to it, and its secret can be
//! anywhere: a user and password, a key in the query, a token in the path. So outputs show
//! only scheme, host and the path segments that are plain words; everything else is masked
//! as soon as it is read.

use super::secret::{HIDDEN, until_end, user_length};
use url::{Host, Url};

/// The limits of a path segment that is shown: letters of a word, digits after a word,
/// digits in total. Names and versions stay within them, tokens exceed them.
const LETTERS: usize = 15;
const DIGITS_AFTER_WORD: usize = 4;
const DIGITS: usize = 6;

/// Masks the parts of an address that may be secret. Idempotent.
pub(crate) fn masked(address: &str) -> String {
    let (scheme, rest) = match address.find("//") {
        Some(at) if is_scheme(&address[..at]) => address.split_at(at + 2),
        _ => ("", address),
    };
    let (user, rest) = match user_length(rest) {
        None | Some(0) => ("", rest),
        Some(length) => (HIDDEN, &rest[length..]),
    };
    let (rest, fragment) = split(rest, '#');
    let (rest, query) = split(rest, '?');
    let end = rest.find(['/', '\\']).unwrap_or(rest.len());
    let (host, path) = rest.split_at(end);
    let (at, host) = host.strip_prefix('@').map_or(("", host), |host| ("@", host));
    let is_host = |c: char| c.is_alphanumeric() || "-._:[]*".contains(c);
    // Without a scheme it need not be an address at all.
    let shows_host = if scheme.is_empty() { is_plain(host) } else { host.chars().all(is_host) };
    let host = if host.is_empty() || shows_host { host } else { HIDDEN };
    let path: Vec<&str> = path
        .split('/')
        .map(|segment| if segment.is_empty() || is_plain(segment) { segment } else { HIDDEN })
        .collect();
    format!("{scheme}{user}{at}{host}{}{query}{fragment}", path.join("/"))
}

fn is_scheme(text: &str) -> bool {
    let name = text.strip_suffix(':').unwrap_or(text);
    name.chars().all(|c| c.is_alphanumeric() || "+-.".contains(c))
        && (name.is_empty() || text.ends_with(':'))
}

/// Cuts the text at a mark, and returns the mask for what follows it.
fn split(text: &str, mark: char) -> (&str, String) {
    match text.split_once(mark) {
        None => (text, String::new()),
        Some((before, "")) => (before, mark.to_string()),
        Some((before, _)) => (before, format!("{mark}{HIDDEN}")),
    }
}

/// Returns whether a path segment consists of plain words joined by marks.
fn is_plain(segment: &str) -> bool {
    let is_word = |word: &str| {
        let digits = word.trim_start_matches(|c: char| c.is_ascii_alphabetic());
        let letters = word.len() - digits.len();
        (1..=LETTERS).contains(&letters)
            && digits.len() <= DIGITS_AFTER_WORD
            && digits.bytes().all(|byte| byte.is_ascii_digit())
    };
    segment.split(['-', '_', '.', '~']).all(is_word)
        && segment.bytes().filter(u8::is_ascii_digit).count() <= DIGITS
}

/// Masks the addresses in a text.
pub(crate) fn mask_in_text(text: &str) -> String {
    let mut shown = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(at) = rest.find("://") {
        let is_part = |c: &char| c.is_ascii_alphanumeric() || "+-.".contains(*c);
        let scheme: usize = rest[..at].chars().rev().take_while(is_part).map(char::len_utf8).sum();
        shown.push_str(&rest[..at - scheme]);
        rest = &rest[at - scheme..];
        // Punctuation at the end of a sentence is not part of the address.
        let address = until_end(rest).trim_end_matches(['.', ',', ';', ':', '!', ')', ']', '}']);
        shown.push_str(&masked(address));
        rest = &rest[address.len()..];
    }
    shown.push_str(rest);
    shown
}

/// Returns the normal form that all equivalent addresses share (RFC 3986, sections 6.2.2.1,
/// 6.2.2.2 and 6.2.3): scheme and host in lower case, no default port, a path, percent-encoding
/// only where needed and in upper case. Text that is not an address is returned unchanged.
///
/// URL parsers change more than that: they resolve dots in the path and drop white space.
pub(crate) fn normal(address: &str) -> String {
    let Some((scheme, rest)) = address.split_once("://") else { return address.to_owned() };
    let (authority, rest) = rest.split_at(rest.find(['/', '?', '#']).unwrap_or(rest.len()));
    let (user, host) = authority.split_at(authority.rfind('@').map_or(0, |at| at + 1));
    let (host, port) = match host.rsplit_once(':') {
        Some((host, port)) if port.bytes().all(|byte| byte.is_ascii_digit()) => (host, Some(port)),
        _ => (host, None),
    };
    let is_part = |c: char| c.is_ascii_alphanumeric() || "+-.".contains(c);
    if !scheme.starts_with(|c: char| c.is_ascii_alphabetic())
        || !scheme.chars().all(is_part)
        || host.is_empty()
    {
        return address.to_owned();
    }
    let scheme = scheme.to_ascii_lowercase();
    // An escaped letter first becomes one, and the escapes that remain are in upper case.
    let host = percent_encoding(&percent_encoding(host).to_ascii_lowercase());
    let port = match (scheme.as_str(), port) {
        (_, None | Some("")) | ("https", Some("443")) | ("http", Some("80")) => String::new(),
        (_, Some(port)) => format!(":{port}"),
    };
    let path = if rest.starts_with('/') { "" } else { "/" };
    let (user, rest) = (percent_encoding(user), percent_encoding(rest));
    format!("{scheme}://{user}{host}{port}{path}{rest}")
}

fn percent_encoding(text: &str) -> String {
    let mut normal = String::with_capacity(text.len());
    let mut rest = text;
    while let Some((before, after)) = rest.split_once('%') {
        normal.push_str(before);
        let digits = after.get(..2).filter(|it| it.bytes().all(|b| b.is_ascii_hexdigit()));
        let byte = digits.and_then(|digits| u8::from_str_radix(digits, 16).ok());
        match byte {
            None => normal.push('%'),
            Some(byte) if byte.is_ascii_alphanumeric() || b"-._~".contains(&byte) => {
                normal.push(char::from(byte));
            }
            Some(byte) => normal.push_str(&format!("%{byte:02X}")),
        }
        rest = &after[digits.map_or(0, str::len)..];
    }
    normal.push_str(rest);
    normal
}

/// Returns whether an address is on this machine.
pub(crate) fn is_loopback(url: &Url) -> bool {
    match url.host() {
        Some(Host::Ipv4(address)) => address.is_loopback(),
        Some(Host::Ipv6(address)) => address.is_loopback(),
        Some(Host::Domain(name)) => name.eq_ignore_ascii_case("localhost"),
        None => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_may_be_a_secret_is_hidden() {
        for (address, shown) in [
            (
                "https://u:SECRETPW@old.example/hook?token=SECRET",
                "https://***@old.example/hook?***",
            ),
            ("https://u:p/w@x.example/a", "https://***@x.example/a"),
            ("u:pw@x.example/a", "***@x.example/a"),
            ("//u:pw@x.example/a", "//***@x.example/a"),
            ("https://x.example/a?shop=acme", "https://x.example/a?***"),
            ("https://x.example/a?%74oken=abc#SECRET", "https://x.example/a?***#***"),
            ("https://x.example/#access_token=abc", "https://x.example/#***"),
            (
                "https://x.example/services/T0ABCDEF/B01/xoxb",
                "https://x.example/services/***/B01/xoxb",
            ),
            ("https://x.example/hook/123456789", "https://x.example/hook/***"),
            ("https://x.example/abcdefghijklmnop", "https://x.example/***"),
            ("https://x.example/a12345", "https://x.example/***"),
            ("https://x.example/ab12-cd34-ef56", "https://x.example/ab12-cd34-ef56"),
            ("https://x.example/ab12-cd34-ef567", "https://x.example/***"),
            ("https://x.example/%61", "https://x.example/***"),
            ("https://x.example\\SECRET", "https://x.example***"),
            ("https://x.example;a=SECRET/h", "https://***/h"),
            ("Zx81Qw72Er93-secret-token", "***"),
            ("javascript:Zx81Qw72Er93", "***"),
            ("not a url Zx81Qw72Er93", "***"),
            ("x.example/a", "x.example/a"),
        ] {
            assert_eq!(masked(address), shown);
            assert_eq!(masked(shown), shown, "once is enough");
        }
    }

    #[test]
    fn plain_addresses_are_shown_whole() {
        for address in [
            "https://api.loopreturns.com/hook/v1/seko/update",
            "https://relay.harborkids.example/seko",
            "https://x.example:8443/",
            "http://[::1]:80/my-hook_v2.json/",
            "https://x.example",
            "",
        ] {
            assert_eq!(masked(address), address);
        }
    }

    #[test]
    fn addresses_are_found_in_a_text() {
        let text = "{\"Url\":\"https://u:pw@x.example/?token=a\"} (see https://y.example/c).";
        let shown = "{\"Url\":\"https://***@x.example/?***\"} (see https://y.example/c).";
        assert_eq!(mask_in_text(text), shown);
        assert_eq!(mask_in_text("no address: a://"), "no address: a://");
    }

    #[test]
    fn equivalent_addresses_are_the_same() {
        let same = |a: &str, b: &str| normal(a) == normal(b);
        for other in [
            "HTTPS://X.example/a~b/%C3%A9",
            "https://x.EXAMPLE:443/a~b/%c3%a9",
            "https://x.example:/a%7eb/%C3%A9",
            "https://%78.example/a%7Eb/%C3%A9",
            "https://%58.example/a~b/%C3%A9",
        ] {
            assert!(same("https://x.example/a~b/%C3%A9", other), "{other}");
        }
        for (a, b) in [
            ("https://x.example", "https://x.example/"),
            ("https://x.example:443", "https://x.example/"),
            ("https://x.example?a=b", "https://x.example/?a=%62"),
            ("http://x.example:80/a", "http://x.example:/a"),
            ("https://[::A]:443/a", "https://[::a]/a"),
            ("https://u@X.example/a", "https://u@x.example/a"),
        ] {
            assert!(same(a, b), "{a} and {b}");
        }
        for other in [
            "https://x.example:80/a/b",
            "https://x.example/a//b",
            "https://x.example/a%2Fb",
            "https://u@x.example/a/b",
            "https://x.example/A/b",
            "https://x.example/a/b/",
            "https://x.example/a/b?",
            "https://x.example\\a/b",
            "http://x.example/a/b",
            "http://x.example:443/a/b",
            "https://x.example:0443/a/b",
            "https://x.example:%34%34%33/a/b",
            "https://@x.example/a/b",
            "https://x.example./a/b",
            "https://x.example/a/./b",
            "https://x.example/./a/b",
            "https://x.example/x/../a/b",
            "https://x.example/a/%2E/b",
            "https:x.example/a/b",
            "https:/x.example/a/b",
            "https:///x.example/a/b",
            "//x.example/a/b",
            "x.example/a/b",
            " https://x.example/a/b",
            "https://x.example/a/b ",
            "https://x.example/a/b\n",
            "https://x.example/a/\tb",
            "https://x.ex\tample/a/b",
            "ht\ntps://x.example/a/b",
            "https://x。example/a/b",
            "https://x.exam\u{ad}ple/a/b",
            "https://ｘ.example/a/b",
            "https://x.example%2Fa/b",
        ] {
            assert!(!same("https://x.example/a/b", other), "{other}");
        }
    }
}
