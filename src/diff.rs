//! Compares a desired value with live.
//!
//! Pure. [`mod@crate::plan`] decides what to do about a difference.

use crate::matching::{Match, Matches};
use crate::model::{Id, Record, System, Value, name};
use crate::process::{DesiredSetting, DesiredValue};

/// The result of a comparison.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Comparison {
    /// Live is as desired and has this value.
    Same(Value),
    /// The live value, and the desired one.
    Different(Value, After),
    /// The system does not return the setting, or the record whose id is desired is
    /// unknown.
    Unknown,
}

/// The value after a change.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum After {
    Value(Value),
    /// The id of a live record.
    IdOf(Id),
    /// The id of a record that has yet to be created in this system.
    IdOfNew(System),
}

/// Compares a desired value with live; `record` is `None` for a record that has yet to be
/// created.
pub(crate) fn compare(
    desired: &DesiredSetting,
    record: Option<&Record>,
    matches: &Matches,
) -> Comparison {
    let before = match record.map(|record| record.value(desired.setting)) {
        None => Value::Unset,
        Some(Some(value)) => value,
        Some(None) => return Comparison::Unknown,
    };
    let same = match &desired.value {
        DesiredValue::IdIn(system) => {
            matches!(&matches[*system], Match::Record(record) if before.is_text(record.id.as_str()))
        }
        value => value.is_met_by(&before),
    };
    if same {
        return Comparison::Same(before);
    }
    match after(&desired.value, matches) {
        Some(after) => Comparison::Different(before, after),
        None => Comparison::Unknown,
    }
}

/// Resolves a desired value, or returns `None` if it is the id of an unknown record.
pub(crate) fn after(value: &DesiredValue, matches: &Matches) -> Option<After> {
    match value {
        DesiredValue::Value(value) => Some(After::Value(value.clone())),
        DesiredValue::Suffixed { base, suffix } => {
            Some(After::Value(Value::text(name::with_suffix(base, suffix))))
        }
        DesiredValue::IdIn(system) => match &matches[*system] {
            Match::Record(record) => Some(After::IdOf(record.id.clone())),
            Match::Absent => Some(After::IdOfNew(*system)),
            Match::NotApplicable
            | Match::Blocked(_)
            | Match::Deferred(_)
            | Match::Failed(_)
            | Match::NotRead => None,
        },
    }
}

impl After {
    /// Returns the value, which is unset while its record does not exist.
    pub(crate) fn value(&self) -> Value {
        match self {
            After::Value(value) => value.clone(),
            After::IdOf(id) => Value::text(id.to_string()),
            After::IdOfNew(_) => Value::Unset,
        }
    }
}
