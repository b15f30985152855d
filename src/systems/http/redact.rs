//! Makes text from a server safe to show: decoded, without invisible characters, without
//! keys and secrets of URLs, on one line, short.
//!
//! This is the only way for server text into messages. Texts of records stay unchanged,
//! because they are compared byte for byte. A value that contains a key is replaced, and an id or
//! a name that does makes its system unknown ([`Redactor::holds`]).

use super::forms::{FEWEST, Secret, decode, decode_masked, holds};
use crate::model::Value;
use crate::model::address::mask_in_text;
use crate::verify::{is_reference, reference};
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use secrecy::{ExposeSecret, SecretString};
use serde_json::Number;
use std::ops::Range;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, PoisonError, RwLock, RwLockReadGuard, RwLockWriteGuard};

/// The replacement for a key.
pub(crate) const REDACTED: &str = "[redacted]";

/// The maximum length of a quoted body: enough for one error sentence.
const EXCERPT_CHARS: usize = 160;

/// The maximum length of a quoted database message: MariaDB's syntax errors state the
/// problem after 130 characters.
const MESSAGE_CHARS: usize = 400;

/// How much of a text is processed: far more than is shown, in any encoding.
pub(super) const LOOKED_AT_BYTES: usize = 64 << 10;

/// Keeps the keys of an environment out of outputs.
#[derive(Clone)]
pub(crate) struct Redactor {
    secrets: Arc<RwLock<Vec<Secret>>>,
    /// The length of the shortest form of a key. Most texts are shorter, and asking for the keys
    /// themselves would make the threads wait for each other.
    shortest: Arc<AtomicUsize>,
    /// Texts that are hidden in messages but may occur in records.
    phrases: Arc<RwLock<Vec<Secret>>>,
}

impl Default for Redactor {
    fn default() -> Redactor {
        let shortest = Arc::new(AtomicUsize::new(usize::MAX));
        Redactor { secrets: Arc::default(), shortest, phrases: Arc::default() }
    }
}

impl Redactor {
    /// Returns a redactor for these keys. Empty keys are ignored.
    pub(crate) fn new(keys: impl IntoIterator<Item = SecretString>) -> Redactor {
        let redactor = Redactor::default();
        keys.into_iter().for_each(|key| redactor.add(key));
        redactor
    }

    /// Adds the keys and phrases of another redactor.
    pub(crate) fn absorb(&self, other: &Redactor) {
        let (keys, phrases) = (read(&other.secrets).clone(), read(&other.phrases).clone());
        keys.into_iter().for_each(|key| self.keep(key));
        write(&self.phrases).extend(phrases);
    }

    /// Adds a key for all clones of this redactor.
    pub(crate) fn add(&self, key: SecretString) {
        self.push(&key);
        let text = key.expose_secret();
        // With a space as forms and queries encode it, and decoded: a key that looks encoded
        // may come back so. Digits may come back as a number.
        let forms = [text.replace(' ', "+"), decode(text)].into_iter().chain(as_number(text));
        let forms = forms.chain(credentials(text));
        for form in forms.map(SecretString::from) {
            if form.expose_secret() != text {
                self.push(&form);
            }
        }
    }

    /// Adds a text that is redacted only exactly as it is, such as a quoted user name. A
    /// record may contain it.
    pub(crate) fn add_phrase(&self, phrase: &SecretString) {
        write(&self.phrases).push(Secret::phrase(phrase));
    }

    fn push(&self, key: &SecretString) {
        if !key.expose_secret().is_empty() {
            self.keep(Secret::key(key));
        }
    }

    fn keep(&self, key: Secret) {
        self.shortest.fetch_min(key.shortest(), Ordering::Relaxed);
        write(&self.secrets).push(key);
    }

    /// Returns a text unchanged, or a replacement if it contains a key.
    pub(crate) fn without_keys(&self, text: String) -> String {
        if self.holds(&text) { REDACTED.into() } else { text }
    }

    /// Returns the value of a setting, with texts that contain keys replaced.
    pub(crate) fn value_without_keys(&self, value: Value) -> Value {
        match value {
            Value::Text(text) if self.holds(&text) => Value::text(REDACTED),
            Value::List(texts) => {
                Value::List(texts.into_iter().map(|text| self.without_keys(text)).collect())
            }
            Value::Unset | Value::Flag(_) | Value::Text(_) => value,
        }
    }

    /// Returns whether a key is in a text, in any form.
    pub(crate) fn holds(&self, text: &str) -> bool {
        text.len() >= self.shortest.load(Ordering::Relaxed) && holds(text, &read(&self.secrets))
    }

    /// Returns the start of a body in the form shown in messages.
    pub(crate) fn excerpt(&self, body: &str) -> String {
        self.shown(body, EXCERPT_CHARS)
    }

    /// Returns an upload's order number in the form shown in messages. That of a test of this tool
    /// stays recognizable, even if a key is in it.
    pub(crate) fn order(&self, order: &str) -> String {
        let shown = self.excerpt(order);
        let is_hidden = is_reference(order.trim()) && !is_reference(&shown);
        if is_hidden { reference(REDACTED, REDACTED) } else { shown }
    }

    /// Returns a longer text, such as a database's message, in the form shown in messages.
    pub(crate) fn message(&self, text: &str) -> String {
        self.shown(text, MESSAGE_CHARS)
    }

    fn shown(&self, text: &str, most: usize) -> String {
        let start = &text[..text.floor_char_boundary(LOOKED_AT_BYTES)];
        let secrets = &*read(&self.secrets);
        let phrases = read(&self.phrases);
        // Keys first: of an address that is one, nothing is left to be masked.
        let masked = |text: &str| mask_in_text(&redact(text, secrets.iter().chain(phrases.iter())));
        let plain =
            decode_masked(start, |text| if text.contains("://") { masked(&text) } else { text });
        let mut shown = masked(&plain);
        if holds(&shown, secrets) {
            let word = |word| if holds(word, secrets) { REDACTED } else { word };
            shown = shown.split(' ').map(word).collect::<Vec<_>>().join(" ");
        }
        if holds(&shown, secrets) {
            return REDACTED.to_owned();
        }
        // The text may have been cut in the middle of a key, which must not be within what is shown.
        if start.len() < text.len() && shown.chars().count() <= 2 * most {
            return REDACTED.to_owned();
        }
        if let Some((end, _)) = shown.char_indices().nth(most) {
            shown.truncate(end);
            shown.push('…');
        }
        shown
    }
}

fn read<T>(secrets: &RwLock<T>) -> RwLockReadGuard<'_, T> {
    secrets.read().unwrap_or_else(PoisonError::into_inner)
}

fn write<T>(secrets: &RwLock<T>) -> RwLockWriteGuard<'_, T> {
    secrets.write().unwrap_or_else(PoisonError::into_inner)
}

/// Returns a key of digits as it is after it was read as a number: without leading zeros, and
/// rounded if it is large. A form that is too short would match unrelated text.
fn as_number(key: &str) -> Option<String> {
    let number: Number = serde_json::from_str(key.trim_start_matches('0')).ok()?;
    Some(number.to_string()).filter(|form| form.len() >= FEWEST)
}

/// Returns the parts of a key that are secret by themselves: what follows its scheme, and the
/// user's name and password that `Basic` encodes. A part that is too short would match unrelated
/// text.
fn credentials(key: &str) -> impl Iterator<Item = String> {
    let token = Some(without_scheme(key)).filter(|token| *token != key);
    let decoded = token.and_then(|token| STANDARD.decode(token).ok());
    let user = decoded.and_then(|bytes| String::from_utf8(bytes).ok());
    let password = user.as_ref().and_then(|user| Some(user.split_once(':')?.1.to_owned()));
    let parts = [token.map(str::to_owned), user, password].into_iter().flatten();
    parts.filter(|part| part.len() >= FEWEST)
}

/// Returns a key of the `Authorization` header without its scheme, or any other as it is.
pub(super) fn without_scheme(key: &str) -> &str {
    let is_scheme = |word: &str| {
        ["bearer", "basic", "token"].iter().any(|scheme| word.eq_ignore_ascii_case(scheme))
    };
    match key.trim().split_once(' ') {
        Some((scheme, rest)) if is_scheme(scheme) => rest.trim(),
        _ => key.trim(),
    }
}

/// Replaces the keys in a text in one pass, and leaves what was replaced before.
fn redact<'a>(text: &str, secrets: impl Iterator<Item = &'a Secret> + Clone) -> String {
    let parts = text.split(REDACTED).map(|part| redact_part(part, secrets.clone()));
    parts.collect::<Vec<_>>().join(REDACTED)
}

fn redact_part<'a>(text: &str, secrets: impl Iterator<Item = &'a Secret>) -> String {
    let lower = text.to_ascii_lowercase();
    let mut found: Vec<Range<usize>> = Vec::new();
    for secret in secrets {
        let secret = secret.text.expose_secret().to_ascii_lowercase();
        found.extend(lower.match_indices(&secret).map(|(at, key)| at..at + key.len()));
    }
    found.sort_by_key(|range| (range.start, std::cmp::Reverse(range.end)));
    let mut shown = String::with_capacity(text.len());
    let mut done = 0;
    for Range { start, end } in found {
        if start >= done {
            shown.push_str(&text[done..start]);
            shown.push_str(REDACTED);
        }
        done = done.max(end);
    }
    shown.push_str(&text[done..]);
    shown
}

#[cfg(test)]
mod tests {
    use super::super::tests::encodings::encodings;
    use super::*;
    use serde_json::json;

    fn redactor(key: &str) -> Redactor {
        Redactor::new([SecretString::from(key)])
    }

    #[test]
    fn no_spelling_of_a_key_is_left() {
        let redactor = redactor("k<e>y \"1\"/&x");
        for echoed in [
            "bad key k<e>y \"1\"/&x!",
            r#"{"key":"k<e>y \"1\"/&x"}"#,
            r#"{"key":"k<e>y \"1\"\/&x"}"#,
            "<p>k&lt;e&gt;y &quot;1&quot;/&amp;x</p>",
            "?token=k%3Ce%3Ey+%221%22%2F%26x",
            "token=k%3Ce%3Ey%20%221%22%2F%26x",
        ] {
            let shown = redactor.excerpt(echoed);
            assert!(shown.contains(REDACTED) || shown.contains("***"), "{shown}");
            assert!(!shown.contains("k<e>") && !shown.contains("k%3C") && !shown.contains("&lt;e"));
        }
    }

    #[test]
    fn no_encoding_of_a_key_is_left() {
        let key = "s3cret-value&more";
        let redactor = redactor(key);
        let encodings = encodings(key);
        assert!(encodings.len() > 25);
        for (name, encoded) in encodings {
            assert!(redactor.holds(&encoded), "{name}: {encoded:?}");
            for body in [
                format!("session of {encoded} ended"),
                json!({"Message": format!("no such key: {encoded}"), "Code": 7}).to_string(),
                format!("<html><p title=\"{encoded}\">Sorry</p></html>"),
            ] {
                let shown = redactor.excerpt(&body);
                assert!(!redactor.holds(&shown), "{name}: {shown}");
                assert!(!shown.contains(&encoded) && shown.contains(REDACTED), "{name}: {shown}");
            }
        }
    }

    #[test]
    fn a_key_is_hidden_without_its_scheme() {
        for (key, echoed) in [
            ("Bearer s3cret-value", "token s3cret-value may not write"),
            ("token s3cret-value", "czNjcmV0LXZhbHVl"),
            ("Basic YW5uOnMzY3JldC12YWx1ZQ==", "wrong password s3cret-value for ann"),
            ("Basic YW5uOnMzY3JldC12YWx1ZQ==", "ann:s3cret-value"),
        ] {
            assert!(redactor(key).holds(echoed), "{key}: {echoed}");
        }
        let redactor = redactor("Basic YW5uOng=");
        assert!(!redactor.holds("x of Bearer and Basic"), "a part that is too short is left");
    }

    #[test]
    fn what_is_no_key_is_left() {
        let redactor = redactor("s3cret-value&more");
        for text in ["Acme & Co", "record 1007 is taken", "{\"Success\":false,\"Errors\":[]}"] {
            assert!(!redactor.holds(text));
            assert_eq!(redactor.excerpt(text), text);
        }
    }

    #[test]
    fn a_key_that_is_added_is_hidden_by_all_who_share_the_redactor() {
        let (one, other) = {
            let redactor = redactor("s3cret");
            (redactor.clone(), redactor)
        };
        one.add(SecretString::from("new-one"));
        one.add(SecretString::from(""));
        assert_eq!(other.excerpt("s3cret new-one"), "[redacted] [redacted]");
    }

    #[test]
    fn an_excerpt_is_short_and_on_one_line() {
        let body = format!("<html>\n\x1b[31m s3cret {}", "x".repeat(500));
        let shown = redactor("s3cret").excerpt(&body);
        assert!(shown.starts_with("<html> [redacted] xxx"), "{shown}");
        assert_eq!(shown.chars().count(), EXCERPT_CHARS + 1);
    }

    #[test]
    fn an_excerpt_has_no_secret_of_a_url_in_it() {
        let redactor = Redactor::default();
        let body =
            r#"{"Url":"https:\/\/u:pw@x.example\/a?token=abc","Now":"https://u:pw@x.example"}"#;
        let shown = redactor.excerpt(body);
        assert!(!shown.contains("pw") && !shown.contains("abc"), "{shown}");
        assert_eq!(redactor.message("no host https://x.example/a"), "no host https://x.example/a");
    }

    #[test]
    fn an_encoded_character_in_an_address_does_not_end_it() {
        let redactor = redactor("s3cret-value");
        for (text, shown) in [
            ("x https://h/in?a=b%20c&token=S y", "x https://h/in?*** y"),
            ("x https:\\/\\/h\\/in?a=b%20c&token=S y", "x https://h/in?*** y"),
            ("x https://u:p%22w@h/in y", "x https://***@h/in y"),
            ("x https://u:p&quot;w@h/in y", "x https://***@h/in y"),
            ("x https://h/in?a=b&#32;c&amp;token=S y", "x https://h/in?***#*** y"),
            ("x https%3A%2F%2Fh%2Fin%3Fa=b%2520c%26token=S y", "x https://h/in?*** y"),
            ("x https://h/in?a=%3Cb%3E&k=s3cret-value%20S y", "x https://h/in?*** y"),
            // What is not an address is decoded.
            ("a%20b &quot;c&quot; https://h/in d%20e", "a b \"c\" https://h/in d e"),
            ("<p>https://h/in</p>&lt;", "<p>https://h/in</p><"),
        ] {
            assert_eq!(redactor.excerpt(text), shown, "{text}");
        }
    }

    #[test]
    fn what_is_redacted_is_not_redacted_again() {
        let redactor = Redactor::new(["d", "redacted", "edac"].map(SecretString::from));
        assert_eq!(
            redact("bad redacted", read(&redactor.secrets).iter()),
            "ba[redacted] [redacted]"
        );
        let shown = redact("bad [redacted]", read(&redactor.secrets).iter());
        assert_eq!(shown, "ba[redacted] [redacted]");
    }

    #[test]
    fn half_a_key_at_the_end_of_what_is_looked_at_is_not_shown() {
        let body = format!("{}s3cret-value", "\u{ad}".repeat((LOOKED_AT_BYTES - 6) / 2));
        assert_eq!(redactor("s3cret-value").excerpt(&body), REDACTED);
        // What is redacted before it makes the text shorter.
        let key = "a-key-of-the-admin-that-is-long".repeat(6);
        let body = format!("{key} {}{}", " ".repeat(LOOKED_AT_BYTES - key.len() - 7), &key);
        assert_eq!(redactor(&key).excerpt(&body), REDACTED);
        let long = "x ".repeat(LOOKED_AT_BYTES);
        assert!(redactor("s3cret-value").excerpt(&long).starts_with("x x x"));
    }

    #[test]
    fn without_keys_texts_are_shown() {
        assert_eq!(redactor("").excerpt("a b"), "a b");
        assert!(!redactor("").holds("a b") && !Redactor::default().holds("a b"));
    }
}
