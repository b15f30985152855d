//! Words of the commands that hints name.

use std::borrow::Cow;

/// Returns a text as one word of a shell, quoted where it is no plain word.
pub(crate) fn word(text: &str) -> Cow<'_, str> {
    // No shell can carry a NUL byte; a hint that shows one is of no harm.
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
