//! What is wrong with a value.

/// Why a format rejects a value.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Refusal {
    Type,
    Empty,
    /// A word that is not one of those allowed.
    Word {
        found: String,
        allowed: &'static [&'static str],
    },
    Flaw(Flaw),
}

/// What is wrong with a value.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Flaw {
    pub code: &'static str,
    /// Follows the value's name.
    pub message: String,
    pub hint: String,
}

impl Flaw {
    pub(crate) fn wrong(message: impl Into<String>, hint: impl Into<String>) -> Flaw {
        Flaw { code: "wrong-value", message: message.into(), hint: hint.into() }
    }
}
