//! Detects secrets in what people write: names of keys, and secrets inside URLs.
//!
//! A file is in Git and must not contain secrets: a user and password before the host of a
//! URL, or a key in its query. The rules for showing a live address are stricter; see
//! [`super::address`].

use super::types::{Entry, Kind, Node};

/// The keys under a secret's name that say where it is stored.
pub(crate) const KEPT_IN: [&str; 2] = ["env", "file"];

/// The prefix of the secret half of an age key pair, in any case (age specification).
pub(crate) const IDENTITY: &str = "AGE-SECRET-KEY-";

/// Returns whether a text contains the secret half of an age key pair.
pub(crate) fn has_identity(text: &str) -> bool {
    text.to_ascii_uppercase().contains(IDENTITY)
}

/// Returns whether the value of a secret's name is the secret itself.
pub(crate) fn is_literal(value: &Node) -> bool {
    match &value.kind {
        Kind::Null => false,
        Kind::Mapping(entries) => !entries
            .iter()
            .all(|entry| entry.key.as_deref().is_some_and(|key| KEPT_IN.contains(&key))),
        _ => true,
    }
}

/// Returns whether a key names a header or a mapping of headers. The headers of a system are
/// secrets, and a key is easily written in place of its header's name.
pub(crate) fn names_header(key: &str) -> bool {
    plain_name(key).ends_with("header")
}

/// The maximum length of a word in the name of a header that is shown, as in
/// `Authentication-Info`. Longer words may be tokens.
const HEADER_WORD: usize = 14;

/// Returns whether a text is the name of a header rather than a token: words of letters.
pub(crate) fn is_header_name(text: &str) -> bool {
    let is_word = |word: &str| {
        (1..=HEADER_WORD).contains(&word.len()) && word.bytes().all(|b| b.is_ascii_alphabetic())
    };
    text.split(['-', '_']).all(is_word)
}

/// What may be written between a key and its value in place of a colon and a space.
pub(crate) const SEPARATORS: [char; 5] = [' ', ':', ';', '=', '：'];

/// The same without the blank: a colon, or by mistake something like it.
pub(crate) const COLONS: &[char] = SEPARATORS.split_at(1).1;

/// Returns the word before a colon: `key`, `"key"` or `key ` alike.
pub(crate) fn name_before(text: &str) -> &str {
    let text = text.trim_end_matches([' ', '"', '\'']);
    let is_other = |c: char| !is_part_of_name(c);
    text.rsplit(is_other).next().unwrap_or_default()
}

/// Returns whether a character can be in the middle of a key's name.
pub(crate) fn is_part_of_name(c: char) -> bool {
    c.is_alphanumeric() || c == '_' || c == '-'
}

/// Returns whether a secret's name and the words after it are another key that lacks its
/// underscores: `key header: X-Api-Key`, or `keys supplied` without a value.
pub(crate) fn is_longer_key(name: &str, words: &str, has_value: bool) -> bool {
    let mut words = words.split(' ');
    match has_value {
        true => words.all(is_header_name),
        false => name.ends_with(['s', 'S']) && words.next().is_some_and(is_header_name),
    }
}

/// Returns whether the value of a key is an address.
pub(crate) fn names_url(key: &str) -> bool {
    let key = key.to_ascii_lowercase();
    key.ends_with("url") || key == "endpoint"
}

/// Returns the key of an entry as it is shown; `above` are the keys that lead to it. Below a
/// secret's name, a key without a value may be the secret: `key: {…}`, or `{X-Header:…}`, which
/// lacks a space.
pub(crate) fn shown_key(above: &[String], entry: &Entry) -> String {
    let is_below_secret = above.iter().any(|key| is_secret_name(key) || names_header(key));
    if is_below_secret && !is_plain_key(entry) {
        return HIDDEN.to_owned();
    }
    without_value(entry.key.as_deref().unwrap_or_default())
}

/// Returns the name of a secret inside a key, and where its value begins there.
pub(crate) fn secret_within(key: &str) -> Option<(&str, usize)> {
    key.match_indices(COLONS).find_map(|(at, separator)| {
        let name = name_before(&key[..at]);
        let start = at + separator.len();
        let has_value = !key[start..].trim_start().is_empty();
        (has_value && is_secret_name(name)).then_some((name, start))
    })
}

/// Returns a key as it is shown: without the secret, the address or the header that it contains
/// because the colon or the space after it is missing.
fn without_value(key: &str) -> String {
    let first = key.match_indices(SEPARATORS).next().filter(|(at, separator)| {
        let (name, rest) = (&key[..*at], key[at + separator.len()..].trim());
        let is_token = names_header(name) && !is_header_name(rest);
        !rest.is_empty()
            && (names_url(name)
                || is_token
                || (rest.contains([':', '/']) && rest.contains(['@', '?', '#'])))
    });
    let first = first.map(|(at, separator)| at + separator.len());
    match secret_within(key).map(|(_, start)| start).or(first) {
        Some(start) => format!("{}{HIDDEN}", &key[..start]),
        None => key.to_owned(),
    }
}

/// Returns a key that occurs twice as it is shown: without what follows a colon in it, or a
/// secret's name and a blank.
pub(crate) fn shown_twice(above: &[String], entry: &Entry) -> String {
    let key = shown_key(above, entry);
    let blank = key.find(' ').filter(|at| is_secret_name(&key[..*at]));
    match key.find(COLONS).or(blank) {
        Some(at) => format!("{}{HIDDEN}", &key[..at]),
        None => key,
    }
}

/// Returns whether the key of an entry below a secret's name is not a secret itself.
pub(crate) fn is_plain_key(entry: &Entry) -> bool {
    entry.key.as_deref().is_some_and(|key| {
        matches!(key, "env" | "file" | "path" | "at")
            || (entry.value.kind != Kind::Null && is_header_name(key))
    })
}

/// The replacement for a secret in outputs.
pub(crate) const HIDDEN: &str = "***";

/// Suffixes of names whose values are secrets, without `_`, `-` and case.
const SECRET_NAMES: [&str; 9] = [
    "key",
    "token",
    "secret",
    "password",
    "passwd",
    "passphrase",
    "username",
    "credential",
    "authorization",
];

/// Further names of secrets in URL queries, as webhook vendors use them.
const SECRET_PARAMETERS: [&str; 7] = ["auth", "hmac", "jwt", "pass", "pwd", "sig", "signature"];

/// Returns whether a key names something that must not be shown.
pub(crate) fn is_secret_name(key: &str) -> bool {
    let plain = plain_name(key);
    SECRET_NAMES.iter().any(|name| plain.ends_with(name))
}

fn plain_name(key: &str) -> String {
    let mut plain: String =
        key.chars().filter(char::is_ascii_alphanumeric).map(|c| c.to_ascii_lowercase()).collect();
    if plain.ends_with('s') {
        plain.pop();
    }
    plain
}

/// Returns whether a URL neither contains a secret nor had one masked.
pub(crate) fn is_whole(url: &str) -> bool {
    !has_secret(url) && !url.contains(HIDDEN)
}

/// Cuts a text at the end of the URL that it begins with.
pub(super) fn until_end(text: &str) -> &str {
    let ends = |c: char| c.is_whitespace() || c.is_control() || "\"'<>`".contains(c);
    &text[..text.find(ends).unwrap_or(text.len())]
}

/// Returns whether a URL contains a secret.
fn has_secret(url: &str) -> bool {
    let is_scheme = |text: &str| text.chars().all(|c| c.is_alphanumeric() || "+-.".contains(c));
    let rest = match url.split_once("://") {
        Some((scheme, rest)) if is_scheme(scheme) => rest,
        _ => url,
    };
    let user = user_length(rest).unwrap_or(0);
    let query = rest[user..].split_once(['?', '#']).map_or("", |(_, query)| query);
    let mut parameters = query.split(['&', ';', '#', '?']);
    let is_secret = |parameter: &str| {
        parameter
            .split_once('=')
            .is_some_and(|(name, value)| !value.is_empty() && names_secret(name))
    };
    user > 0 || parameters.any(is_secret)
}

/// Returns the length of the user and password before a host. A password may contain
/// unescaped characters that would otherwise end the host.
pub(crate) fn user_length(rest: &str) -> Option<usize> {
    let host = &rest[..rest.find(['/', '?', '#', '\\']).unwrap_or(rest.len())];
    let is_port = |text: &str| text.bytes().all(|byte| byte.is_ascii_digit());
    match (host.rfind('@'), host.rsplit_once(':')) {
        (Some(at), _) => Some(at),
        (None, Some((_, port))) if !is_port(port) && !host.ends_with(']') => rest.rfind('@'),
        (None, _) => None,
    }
}

fn names_secret(name: &str) -> bool {
    let plain = plain_name(name);
    is_secret_name(name) || SECRET_PARAMETERS.iter().any(|known| plain_name(known) == plain)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_opens_a_webhook_is_found() {
        for url in [
            "https://u:SECRETPW@old.example/hook?token=SECRETTOK",
            "https://user@x.example/",
            "https://u:p/w@x.example/a",
            "https://u:p@w@x.example/a",
            "https://x.example/a?shop=acme&api_key=abc",
            "https://x.example/a?Sig=abc&v=1",
            "https://x.example/a?pass=abc",
            "https://x.example/a#access_token=abc",
            "u:pw@x.example/a",
            "https://***@x.example/hook",
            "https://x.example/?***",
        ] {
            assert!(!is_whole(url), "{url}");
        }
    }

    #[test]
    fn other_addresses_have_no_secret() {
        for url in [
            "https://api.loopreturns.com/hook/v1/seko/update",
            "https://relay.harborkids.example/seko",
            "https://x.example:8443/hook/@acme",
            "http://[::1]:80/hook/@acme",
            "https://x.example/hook?shop=acme-apparel&region=AU&v=2&id=123456",
            "https://x.example/a/b?c",
            "https://x.example/a?retailer=ACME123&z=9f86d081884c7d65",
            "https://x.example/?token=",
            "not an address",
            "",
        ] {
            assert!(is_whole(url), "{url}");
        }
    }
}
