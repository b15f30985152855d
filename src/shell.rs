//! Words and options of the commands that hints and next steps contain.

use std::borrow::Cow;

/// Returns a text as one shell word, quoted if necessary.
pub(crate) fn word(text: &str) -> Cow<'_, str> {
    // No shell word can contain a NUL byte; in a hint that is harmless.
    shlex::try_quote(text).unwrap_or(Cow::Borrowed(text))
}

/// Why there is nothing to attest where [`CommandOptions::is_rehearsal`].
pub(crate) const NOTHING_TO_STATE: &str =
    "nothing is to be stated: the files are about another environment";

/// The global options with which a command uses the same files and the same environment.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct CommandOptions {
    pub files: String,
    pub environment: String,
    /// Whether the systems are real, so that a test has to be permitted.
    pub is_real: bool,
    /// Whether the files state nothing about the environment, so that no proof can be recorded.
    pub is_rehearsal: bool,
}

impl CommandOptions {
    /// Returns a command with the options that matter to it.
    pub(crate) fn add_to(&self, command: &str) -> String {
        let CommandOptions { files, environment, .. } = self;
        // It uses no environment.
        let needs_none = command.starts_with("reconcile validate");
        let environment = if needs_none { "" } else { environment };
        format!("{command}{files}{environment}")
    }
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

    #[test]
    fn a_command_has_the_environment_if_it_uses_one() {
        let options = CommandOptions {
            files: " --config a.yaml".into(),
            environment: " --environment b".into(),
            ..CommandOptions::default()
        };
        for (command, expected) in [
            ("reconcile validate", "reconcile validate --config a.yaml"),
            ("reconcile attest a live", "reconcile attest a live --config a.yaml --environment b"),
            ("reconcile plan", "reconcile plan --config a.yaml --environment b"),
        ] {
            assert_eq!(options.add_to(command), expected);
        }
        assert_eq!(CommandOptions::default().add_to("reconcile plan"), "reconcile plan");
    }
}
