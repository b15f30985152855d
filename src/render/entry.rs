//! The wording of an entry that all formats of a plan share.

use crate::model::{Setting, Value};
use crate::plan::{Change, Entry, Origin};
use std::fmt::Display;

/// Returns which step requires an entry, where the difference comes from, and why it is
/// overridden or what it prevents. `escape` makes texts of files and systems safe in the format.
pub(super) fn why<S: Display>(
    entry: &Entry<S>,
    origin: Option<Origin>,
    escape: impl Fn(&str) -> String,
) -> String {
    let Entry { setting, before: _, after: _, step, override_reason, origin: _ } = entry;
    let origin = origin.map(|origin| format!(", {}", origin.as_str())).unwrap_or_default();
    let reason = match (override_reason, Setting::from_key(&setting.to_string())) {
        (Some(reason), _) => format!(", overridden: {}", escape(reason)),
        (None, Some(setting)) => format!(", otherwise {}", setting.info().consequence),
        (None, None) => String::new(),
    };
    format!("{}{origin}{reason}", escape(step))
}

/// Returns the origin in parentheses, if known.
pub(super) fn origin(origin: Option<Origin>) -> String {
    origin.map(|origin| format!(" ({})", origin.as_str())).unwrap_or_default()
}

/// The value of a setting that holds the id of a record, while that record does not exist.
pub(super) const ID_OF_NEW: &str = "(the id of the new OmniRPS retailer)";

/// Returns the live value of an entry.
pub(super) fn before<S>(entry: &Entry<S>, value: impl Fn(&Value) -> String) -> String {
    format!("{}{}", value(&entry.before), entry.before.remark(&entry.after))
}

/// Returns the value after a change, which is unknown while its record does not exist.
pub(super) fn after(change: &Change, value: impl Fn(&Value) -> String) -> String {
    match change.after_from {
        Some(_) => ID_OF_NEW.into(),
        None => value(&change.after),
    }
}
