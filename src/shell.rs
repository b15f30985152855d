//! Quoting of words in the commands that hints contain.

use std::borrow::Cow;

/// Returns a text as one shell word, quoted if necessary.
pub(crate) fn word(text: &str) -> Cow<'_, str> {
    // No shell word can contain a NUL byte; in a hint that is harmless.
    shlex::try_quote(text).unwrap_or(Cow::Borrowed(text))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_word_stays_one_word() {
        for (text, expected) in [
            ("TK100200387AU", "TK100200387AU"),
            ("x; touch pwned", "'x; touch pwned'"),
            ("$(id)", "'$(id)'"),
            ("it's", "\"it's\""),
            ("", "''"),
        ] {
            assert_eq!(word(text), expected);
            assert_eq!(shlex::split(&word(text)), Some(vec![text.to_owned()]));
        }
    }
}
