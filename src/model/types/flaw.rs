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
    pub(crate) fn new(
        code: &'static str,
        message: impl Into<String>,
        hint: impl Into<String>,
    ) -> Flaw {
        Flaw { code, message: message.into(), hint: hint.into() }
    }

    pub(crate) fn wrong(message: impl Into<String>, hint: impl Into<String>) -> Flaw {
        Flaw::new("wrong-value", message, hint)
    }
}

impl From<Flaw> for Refusal {
    fn from(flaw: Flaw) -> Refusal {
        Refusal::Flaw(flaw)
    }
}
