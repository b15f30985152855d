//! Keeps keys, and the secrets of URLs, out of everything that a server's answer can bring
//! into a message.

use crate::model::address::mask_in_text;
use secrecy::{ExposeSecret, SecretString};
use std::sync::{Arc, PoisonError, RwLock};

/// What stands where a key stood.
const REDACTED: &str = "[redacted]";

/// The longest piece of a body that a message quotes: enough for one error sentence.
const EXCERPT_CHARS: usize = 160;

/// The longest message of a database that is repeated: MariaDB's about wrong syntax say
/// what is wrong after 130 characters.
const MESSAGE_CHARS: usize = 400;

/// Replaces every key of an environment in a text.
#[derive(Clone, Debug, Default)]
pub(crate) struct Redactor {
    keys: Arc<RwLock<Vec<SecretString>>>,
}

impl Redactor {
    /// Returns a redactor for these keys. An empty key is no key.
    pub(crate) fn new(keys: impl IntoIterator<Item = SecretString>) -> Redactor {
        let keys = keys.into_iter().filter(|key| !key.expose_secret().is_empty()).collect();
        Redactor { keys: Arc::new(RwLock::new(keys)) }
    }

    /// Adds a key, for all that share this redactor.
    pub(crate) fn add(&self, key: SecretString) {
        if !key.expose_secret().is_empty() {
            self.keys.write().unwrap_or_else(PoisonError::into_inner).push(key);
        }
    }

    /// Returns the text without any key, also where a server escaped it for JSON, HTML
    /// or a URL.
    pub(crate) fn redact(&self, text: &str) -> String {
        let mut text = text.to_owned();
        for key in self.keys.read().unwrap_or_else(PoisonError::into_inner).iter() {
            for form in forms(key.expose_secret()) {
                text = text.replace(&form, REDACTED);
            }
        }
        text
    }

    /// Returns the start of a body, redacted, on one line, without control characters.
    pub(crate) fn excerpt(&self, body: &str) -> String {
        self.start(body, EXCERPT_CHARS)
    }

    /// Returns a database's message, redacted, on one line, without control characters.
    pub(crate) fn message(&self, text: &str) -> String {
        self.start(text, MESSAGE_CHARS)
    }

    fn start(&self, text: &str, most: usize) -> String {
        let plain = mask_in_text(&self.redact(text));
        let line = plain.split_whitespace().collect::<Vec<_>>().join(" ");
        let mut shown: String = line.chars().filter(|c| !c.is_control()).take(most).collect();
        if shown.chars().count() == most {
            shown.push('…');
        }
        shown
    }
}

/// The spellings of a key that servers echo; the longest first, so that no part of an
/// escaped key is left over.
fn forms(key: &str) -> Vec<String> {
    let json = serde_json::Value::from(key).to_string();
    let html = key
        .replace('&', "&amp;")
        .replace('<', "&lt;")
        .replace('>', "&gt;")
        .replace('"', "&quot;")
        .replace('\'', "&#39;");
    let url: String = url::form_urlencoded::byte_serialize(key.as_bytes()).collect();
    let mut forms = vec![
        key.to_owned(),
        json.trim_matches('"').to_owned(),
        json.trim_matches('"').replace('/', "\\/"),
        html,
        url.replace('+', "%20"),
        url.to_lowercase(),
        url,
    ];
    forms.sort_by_key(|form| std::cmp::Reverse(form.len()));
    forms.dedup();
    forms
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_spelling_of_a_key_is_left() {
        let redactor = Redactor::new([SecretString::from("k<e>y \"1\"/&x")]);
        for echoed in [
            "bad key k<e>y \"1\"/&x!",
            r#"{"key":"k<e>y \"1\"/&x"}"#,
            r#"{"key":"k<e>y \"1\"\/&x"}"#,
            "<p>k&lt;e&gt;y &quot;1&quot;/&amp;x</p>",
            "?token=k%3Ce%3Ey+%221%22%2F%26x",
            "?token=k%3Ce%3Ey%20%221%22%2F%26x",
        ] {
            let shown = redactor.redact(echoed);
            assert!(shown.contains(REDACTED), "{shown}");
            assert!(!shown.contains("k<e>") && !shown.contains("k%3C") && !shown.contains("&lt;e"));
        }
    }

    #[test]
    fn a_key_that_is_added_is_hidden_by_all_who_share_the_redactor() {
        let (one, other) = {
            let redactor = Redactor::new([SecretString::from("s3cret")]);
            (redactor.clone(), redactor)
        };
        one.add(SecretString::from("new-one"));
        one.add(SecretString::from(""));
        assert_eq!(other.redact("s3cret new-one"), "[redacted] [redacted]");
    }

    #[test]
    fn an_excerpt_is_short_and_on_one_line() {
        let redactor = Redactor::new([SecretString::from("s3cret")]);
        let body = format!("<html>\n\x1b[31m s3cret {}", "x".repeat(500));
        let shown = redactor.excerpt(&body);
        assert!(shown.starts_with("<html> [31m [redacted] xxx"), "{shown}");
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
    fn without_keys_nothing_changes() {
        assert_eq!(Redactor::new([SecretString::from("")]).redact("a b"), "a b");
    }
}
