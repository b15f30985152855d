//! Desired against live: what differs in one record.
//!
//! Pure. Whether a difference may be acted on is decided in [`crate::plan`].

use crate::matching::{Match, Matches};
use crate::model::{Id, Record, Setting, System, Value, name};
use crate::process::{DesiredSetting, DesiredValue};

/// A desired value that live does not have.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Difference<'a> {
    pub desired: &'a DesiredSetting,
    pub before: Value,
    pub after: After,
}

/// The value that a difference leads to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum After {
    Value(Value),
    /// The id of a live record.
    IdOf(Id),
    /// The id of a record that is yet to be created in this system.
    IdOfNew(System),
}

/// Compares one desired value with live.
///
/// `record` is `None` for a record that is to be created. Returns `None` where live is
/// as desired, and where it cannot be said: the record that an id would name is not
/// known, or the system does not tell the setting.
pub(crate) fn difference<'a>(
    desired: &'a DesiredSetting,
    record: Option<&Record>,
    matches: &Matches,
) -> Option<Difference<'a>> {
    let after = after(&desired.value, matches)?;
    let before = match record {
        None => Value::Unset,
        Some(record) => record.value(desired.setting)?,
    };
    let same = match (&after, &desired.value) {
        (After::IdOfNew(_), _) => false,
        (_, DesiredValue::Suffixed { suffix, .. }) => {
            matches!(&before, Value::Text(live) if name::has_suffix(live, suffix))
        }
        (After::Value(value), _) => *value == before,
        (After::IdOf(id), _) => before == Value::text(id.as_str()),
    };
    (!same).then_some(Difference { desired, before, after })
}

/// Returns a desired value in full, or `None` where it hangs on a record that is not
/// known.
pub(crate) fn after(value: &DesiredValue, matches: &Matches) -> Option<After> {
    match value {
        DesiredValue::Value(value) => Some(After::Value(value.clone())),
        DesiredValue::Suffixed { base, suffix } => {
            Some(After::Value(Value::text(name::with_suffix(base, suffix))))
        }
        DesiredValue::IdIn(system) => match matches.get(system)? {
            Match::Record(record) => Some(After::IdOf(record.id.clone())),
            Match::Absent => Some(After::IdOfNew(*system)),
            Match::NotApplicable | Match::Blocked(_) | Match::Deferred(_) | Match::Unknown(_) => {
                None
            }
        },
    }
}

impl After {
    /// Returns the value, which is unset while its record does not exist.
    pub(crate) fn value(&self) -> Value {
        match self {
            After::Value(value) => value.clone(),
            After::IdOf(id) => Value::text(id.as_str()),
            After::IdOfNew(_) => Value::Unset,
        }
    }
}

impl Difference<'_> {
    /// The setting that differs.
    pub(crate) fn setting(&self) -> Setting {
        self.desired.setting
    }
}
