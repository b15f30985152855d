//! An error message with a hint.

use schemars::JsonSchema;
use serde::Serialize;

/// A message and its hint. Every error shown to a person has both.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, JsonSchema)]
#[schemars(deny_unknown_fields)]
pub struct Advice {
    /// The problem, as a lower-case fragment.
    pub message: String,
    /// What to do about it.
    pub hint: String,
}

impl Advice {
    pub(crate) fn new(message: impl Into<String>, hint: impl Into<String>) -> Advice {
        Advice { message: message.into(), hint: hint.into() }
    }

    /// Returns an advice about an error and its sources.
    pub(crate) fn because(error: &dyn std::error::Error, hint: impl Into<String>) -> Advice {
        let mut message = error.to_string();
        let mut cause = error.source();
        while let Some(source) = cause {
            message.push_str(": ");
            message.push_str(&source.to_string());
            cause = source.source();
        }
        Advice::new(message, hint)
    }
}

/// As one line, for a warning.
impl std::fmt::Display for Advice {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}; {}", self.message, self.hint)
    }
}
