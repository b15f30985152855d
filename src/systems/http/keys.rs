//! Fetches the key issued for a retailer. Only handoff and verification use it.

use super::answer::Reply;
use super::client::{Client, Request};
use super::error::CallError;
use super::forms::{Secret, holds};
use super::read::with_id;
use super::redact::without_scheme;
use crate::model::contract::Method;
use secrecy::{ExposeSecret, SecretString};
use serde_json::{Map, Value as Json};
use std::ops::RangeInclusive;

/// The characters that user interfaces show instead of a secret: asterisks and bullets.
const MASKS: [char; 8] = ['*', '•', '●', '∙', '⋅', '·', '⁎', '＊'];

/// This many of them in a row are a mask.
const MIN_MASK_LENGTH: usize = 4;

/// A secret of this length is not a part of another key by chance: 16 letters and digits have more
/// than 80 bits.
const MIN_UNIQUE_LENGTH: usize = 16;

/// The lengths of a word in a message about a key, from `none` to `unauthenticated` and a little
/// more.
const WORD_LENGTHS: RangeInclusive<usize> = 4..=20;

impl Client {
    /// Fetches a retailer's key. From then on no message repeats it, and an unexpected
    /// response is not quoted.
    pub(crate) async fn retailer_key(
        &self,
        id: &str,
        name: &str,
    ) -> Result<SecretString, CallError> {
        let call = self.contract.key.as_ref().ok_or(CallError::NoCall("key"))?;
        let path = with_id(&call.path, id);
        let request = Request { reply: Reply::Secret, ..Request::new(Method::Get, &path) };
        let mut answer = self.send_read(&request).await?;
        match answer.body.pointer_mut(&call.at).map(Json::take) {
            Some(Json::String(key)) if !key.is_empty() => match wrong(&key, [id, name]) {
                None => {
                    let key = SecretString::from(key);
                    self.redactor.add(key.clone());
                    Ok(key)
                }
                Some(what) => Err(CallError::NotAKey(what)),
            },
            Some(Json::Null | Json::String(_)) => Err(CallError::NoKey),
            _ => Err(CallError::Contract(format!("no key at `{}`", call.at))),
        }
    }

    /// Returns whether a text is one of the admin's secrets, or contains one, even encoded. A
    /// short one must be a word of the text: a retailer's key may begin with it by chance.
    pub(crate) fn has_admin_secret(&self, text: &SecretString) -> bool {
        self.secrets().any(|own| has_secret(text.expose_secret(), own))
    }
}

/// Returns whether a text is a secret, or contains it, as [`Client::has_admin_secret`] does, with or
/// without its scheme (`Bearer`).
pub(crate) fn has_secret(text: &str, secret: &str) -> bool {
    let secret = without_scheme(secret);
    let forms = [Secret::key(&secret.into())];
    let is_end = |c: char| c.is_whitespace() || "\"'`:,;<>()[]{}".contains(c);
    // Some of them are also characters of keys.
    let is_separator = |c: char| is_end(c) || "=/?&#|@".contains(c);
    let is_secret = |word: &str| word == secret || (!word.contains(secret) && holds(word, &forms));
    text.trim() == secret
        || (secret.len() >= MIN_UNIQUE_LENGTH && text.contains(secret))
        || text.split(is_end).any(is_secret)
        || text.split(is_separator).any(|word| word == secret)
}

/// Describes a text that is not a key of the retailer with this id and name, without showing it;
/// returns `None` if it may be one.
fn wrong(text: &str, own: [&str; 2]) -> Option<&'static str> {
    let trimmed = text.trim();
    let key = without_scheme(text);
    let is_word = |word: &&str| key.eq_ignore_ascii_case(word);
    let mut masked = 0;
    let is_masked = text.chars().any(|c| {
        masked = if MASKS.contains(&c) { masked + 1 } else { 0 };
        masked >= MIN_MASK_LENGTH
    });
    if trimmed.is_empty() {
        Some("only spaces")
    } else if ["null", "none", "nil", "undefined", "n/a", "true", "false", "bearer"]
        .iter()
        .any(is_word)
    {
        Some("a placeholder, such as `null`")
    } else if is_masked {
        Some("a masked key: four or more asterisks or bullets in a row")
    } else if trimmed.starts_with('<') || text.to_ascii_lowercase().contains("<html") {
        Some("an HTML page, not a key")
    } else if !text.bytes().all(|byte| byte.is_ascii_graphic() || byte == b' ') {
        Some("text with a character that no header can carry")
    } else if trimmed != text {
        Some("text with leading or trailing spaces, which HTTP headers drop")
    } else if own.iter().any(|own| key.eq_ignore_ascii_case(own)) {
        Some("the retailer's own name or id, not a key")
    } else if key.contains(' ') || (key != text && is_of_message(key)) {
        Some("text with spaces, such as a message")
    } else if serde_json::from_str::<Map<String, Json>>(key).is_ok() || key.contains("://") {
        Some("JSON or a URL, not a key")
    } else if key.bytes().all(|byte| key.starts_with(char::from(byte))) {
        Some("one character that is repeated, which may be a mask")
    } else {
        None
    }
}

/// Returns whether what follows a scheme belongs to a message, as in `Token expired`: keys of this
/// length have digits or letters of both cases.
fn is_of_message(text: &str) -> bool {
    let has = |is: fn(&u8) -> bool| text.bytes().skip(1).any(|byte| is(&byte));
    WORD_LENGTHS.contains(&text.len())
        && !text.contains(|c: char| c.is_ascii_digit())
        && !(has(u8::is_ascii_lowercase) && has(u8::is_ascii_uppercase))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_secret_is_found_as_a_word() {
        let key = "s3cret-key";
        for (text, secret) in [
            ("s3cret-key", key),
            (" s3cret-key ", key),
            ("Bearer s3cret-key", key),
            ("\"s3cret-key\"", key),
            ("Token: s3cret-key", key),
            ("czNjcmV0LWtleQ==", key),
            ("token=s3cret-key", key),
            ("https://x.example/?key=s3cret-key&v=1", key),
            ("a/s3cret-key", key),
            ("xs3cret-key-of-the-admin-1", "s3cret-key-of-the-admin"),
            ("s3cret-key", "Bearer s3cret-key"),
            ("Token s3cret-key", "Bearer s3cret-key"),
        ] {
            assert!(has_secret(text, secret), "{text}");
        }
        for text in ["s3cret-key-77", "s3cret", "Bearer", "of another"] {
            assert!(!has_secret(text, "Bearer s3cret-key"), "{text}");
        }
    }

    #[test]
    fn what_is_not_a_key_is_described() {
        let wrong = |text: &str| wrong(text, ["500123", "Patagonia"]);
        for key in [
            "k3y",
            "Bearer abc",
            "a*b**c***def",
            "zq9-KEY==",
            "n/access",
            "aab{\"}<aaa",
            "Token 9944b09199c62bcf9418ad846dd0e4bbdfc6ee4b",
            "Basic dXNlcjpwYXNz",
            "Bearer kLmNoPqRsTuVwXyZ",
            "Bearer abcdefghijklmnopqrstuvwxyz",
            "bearer sk-live-9",
        ] {
            assert_eq!(wrong(key), None, "{key}");
        }
        for (text, what) in [
            (" ", "only spaces"),
            ("\u{a0}\u{2003}", "only spaces"),
            ("NULL", "a placeholder"),
            (" null ", "a placeholder"),
            ("********", "a masked key"),
            ("sk-****", "a masked key"),
            ("••••9f3a", "a masked key"),
            ("●●●●", "a masked key"),
            ("<html><body>Sign in", "an HTML page"),
            (" <!doctype html>", "an HTML page"),
            ("one\ntwo", "text with a character"),
            ("key\n", "text with a character"),
            ("key\0", "text with a character"),
            ("a\tb", "text with a character"),
            ("kl\u{fc}cke", "text with a character"),
            ("k\u{200b}ey", "text with a character"),
            (" key", "text with leading or trailing spaces"),
            ("Invalid token", "text with spaces"),
            ("not issued", "text with spaces"),
            ("Error: no key has been issued", "text with spaces"),
            ("Bearer not issued", "text with spaces"),
            ("Token expired", "text with spaces"),
            ("Token missing", "text with spaces"),
            ("token required.", "text with spaces"),
            ("TOKEN INVALID", "text with spaces"),
            ("Token NOT_ISSUED", "text with spaces"),
            ("Basic authentication", "text with spaces"),
            ("Bearer Unauthorized", "text with spaces"),
            ("xxxxxxxx", "one character"),
            ("########", "one character"),
            ("-", "one character"),
            ("0", "one character"),
            ("true", "a placeholder"),
            ("Bearer null", "a placeholder"),
            ("Bearer", "a placeholder"),
            ("Bearer 500123", "the retailer's own name or id"),
            ("....", "one character"),
            ("500123", "the retailer's own name or id"),
            ("patagonia", "the retailer's own name or id"),
            ("{\"key\":\"k3yk3y\"}", "JSON or a URL"),
            ("https://x.example/k3yk3y", "JSON or a URL"),
        ] {
            assert!(wrong(text).is_some_and(|found| found.starts_with(what)), "{text:?}");
        }
    }
}
