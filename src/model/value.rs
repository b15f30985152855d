//! The value of a setting, as written in files.

use super::address::{masked, normal};
use super::secret::HIDDEN;
use serde::{Deserialize, Serialize};
use std::borrow::Cow;

/// The value of one setting, live or desired.
///
/// In JSON an unset value is `null`, a flag a boolean, a list an array of strings and
/// everything else a string.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(untagged, expecting = "not a value of a setting: null, a flag, a text or a list of texts")]
pub enum Value {
    /// The record does not exist, or the field is empty.
    Unset,
    /// `true` or `false`.
    Flag(bool),
    /// Text, a URL, an id, or one word of a fixed set such as `published`.
    Text(Cow<'static, str>),
    /// Several texts, sorted: the e-mail addresses or hubs of a record.
    List(Vec<String>),
}

impl Value {
    /// Returns a text value.
    pub fn text(text: impl Into<Cow<'static, str>>) -> Value {
        Value::Text(text.into())
    }

    /// Returns the value `present`, which means that a record exists.
    pub(crate) fn present() -> Value {
        Value::text("present")
    }

    /// Returns whether the value is this text.
    pub(crate) fn is_text(&self, text: &str) -> bool {
        matches!(self, Value::Text(own) if own == text)
    }

    /// Returns the remark after a live value that looks the same as the desired one: for a URL
    /// that differs only in its hidden parts.
    pub(crate) fn remark(&self, desired: &Value) -> &'static str {
        match (self, desired) {
            (Value::Text(live), Value::Text(desired))
                if live != desired
                    && live.contains(HIDDEN)
                    && normal(live) == normal(&masked(desired)) =>
            {
                " (differs in hidden parts)"
            }
            _ => "",
        }
    }

    /// Returns the value `none`, which means that a list is empty.
    pub fn none() -> Value {
        Value::text("none")
    }
}

impl std::fmt::Display for Value {
    /// Formats the value for people, as in a plan.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Value::Unset => f.write_str("(unset)"),
            Value::Flag(flag) => write!(f, "{flag}"),
            Value::Text(text) => f.write_str(text),
            Value::List(items) => f.write_str(&items.join(", ")),
        }
    }
}
