//! The present state of the systems.

use super::{Advice, Setting, System, Value};
use litemap::LiteMap;
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use std::collections::BTreeMap;
use std::str::FromStr;

/// The id of a record, stored as the system returned it, because requests must use the same
/// form.
///
/// Two ids are equal if their texts are.
#[derive(Clone, Debug)]
pub struct Id {
    text: String,
    number: bool,
}

impl Id {
    /// Returns an id that the system returned as text.
    pub fn text(text: impl Into<String>) -> Id {
        Id { text: text.into(), number: false }
    }

    /// Parses an id from JSON, or returns `None` if it is neither a number nor non-empty
    /// text.
    pub fn from_json(value: &serde_json::Value) -> Option<Id> {
        match value {
            serde_json::Value::Number(number) if number.is_u64() => {
                Some(Id { text: number.to_string(), number: true })
            }
            serde_json::Value::String(text) if !text.is_empty() => Some(Id::text(text)),
            _ => None,
        }
    }

    /// Returns the id in the JSON form that the system returned.
    pub fn to_json(&self) -> serde_json::Value {
        match self.text.parse::<u64>() {
            Ok(number) if self.number => number.into(),
            _ => self.text.as_str().into(),
        }
    }

    /// Returns the id as text, whatever its JSON form.
    pub(crate) fn as_str(&self) -> &str {
        &self.text
    }
}

/// Returns the number that is written exactly like this id, without zeros in front.
pub(crate) fn exact_number<N: FromStr + ToString>(id: &str) -> Option<N> {
    id.parse().ok().filter(|number: &N| number.to_string() == id)
}

impl PartialEq for Id {
    fn eq(&self, other: &Self) -> bool {
        self.text == other.text
    }
}

impl Eq for Id {}

impl std::fmt::Display for Id {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.text)
    }
}

impl Serialize for Id {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        self.to_json().serialize(serializer)
    }
}

impl<'de> Deserialize<'de> for Id {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let value = serde_json::Value::deserialize(deserializer)?;
        Id::from_json(&value).ok_or_else(|| serde::de::Error::custom("expected a number or text"))
    }
}

/// The values of a record's settings, sorted by setting.
///
/// A record has at most six, so a vector takes less memory and time than a map.
pub type SettingValues = LiteMap<Setting, Value>;

/// A retailer's record in one system.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Record {
    pub id: Id,
    pub name: String,
    /// Whether the system marks the record as disabled.
    pub disabled: bool,
    /// Whether a key of the record has been issued.
    pub key_issued: bool,
    /// The settings that could be read; a missing one is unknown.
    pub values: SettingValues,
}

impl Record {
    /// Returns the value of a setting. Every record is present.
    pub(crate) fn value(&self, setting: Setting) -> Option<Value> {
        if setting.is_presence() {
            return Some(Value::present());
        }
        self.values.get(&setting).cloned()
    }

    /// Returns whether a person or an integration may already use the record.
    pub(crate) fn may_be_in_use(&self) -> bool {
        let lists = [Setting::OmnireturnsEmails, Setting::OmnireturnsHubs];
        let is_filled = |setting| matches!(self.values.get(&setting), Some(Value::List(_)));
        self.key_issued || lists.into_iter().any(is_filled)
    }
}

/// A company in OmniReturns.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Company {
    pub id: Id,
    pub name: String,
}

/// The records and companies of one system.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct SystemState {
    pub records: Vec<Record>,
    /// The companies, which only OmniReturns has; `None` if they were not read.
    pub companies: Option<Vec<Company>>,
}

/// The result of reading one system. Unless it is observed, the system is unknown, not empty.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum SystemReading {
    Observed(SystemState),
    /// The system could not be read.
    Failed(Advice),
    /// The environment configures the system as not read.
    NotRead,
}

/// Why a system that is not read is unknown.
pub(crate) const NOT_READ: &str = "the environment does not read it";

impl SystemReading {
    /// Returns the state, or why it is unknown.
    pub(crate) fn state(&self) -> Result<&SystemState, Advice> {
        match self {
            SystemReading::Observed(state) => Ok(state),
            SystemReading::Failed(advice) => Err(advice.clone()),
            SystemReading::NotRead => Err(Advice::new(
                NOT_READ,
                "check it in its admin screens, or configure in the project file how it is read",
            )),
        }
    }
}

/// The results of reading every system.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Live {
    systems: BTreeMap<System, SystemReading>,
    rehearses: Option<String>,
}

impl Live {
    /// Combines readings; a system without a reading is unknown.
    pub fn new(mut readings: BTreeMap<System, SystemReading>) -> Live {
        for system in System::ALL {
            readings.entry(system).or_insert_with(|| {
                SystemReading::Failed(Advice::new(
                    "the environment does not name it",
                    "add it to the environment in the project file",
                ))
            });
        }
        Live { systems: readings, rehearses: None }
    }

    /// Notes the environment whose ids the files have, if this is a sandbox beside it.
    pub(crate) fn rehearsing(self, rehearses: Option<String>) -> Live {
        Live { rehearses, ..self }
    }

    /// Returns the environment whose ids the files have, if this is a sandbox beside it.
    pub(crate) fn rehearses(&self) -> Option<&str> {
        self.rehearses.as_deref()
    }

    /// Returns the reading of a system.
    pub fn reading(&self, system: System) -> &SystemReading {
        &self.systems[&system]
    }

    /// Returns the records of a system; none if it is unknown.
    pub(crate) fn records(&self, system: System) -> &[Record] {
        match self.reading(system) {
            SystemReading::Observed(state) => &state.records,
            SystemReading::Failed(_) | SystemReading::NotRead => &[],
        }
    }

    /// Returns the unknown systems.
    pub fn unknown(&self) -> impl Iterator<Item = System> {
        let unknown = self
            .systems
            .iter()
            .filter(|(_, reading)| !matches!(reading, SystemReading::Observed(_)));
        unknown.map(|(system, _)| *system)
    }

    /// Returns the systems whose reading failed, each with the reason.
    pub(crate) fn failed(&self) -> impl Iterator<Item = (System, &Advice)> {
        self.systems.iter().filter_map(|(&system, reading)| match reading {
            SystemReading::Failed(advice) => Some((system, advice)),
            SystemReading::Observed(_) | SystemReading::NotRead => None,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_are_sorted_and_there_is_one_for_a_setting() {
        let (portal, company) = (Setting::OmnireturnsPortal, Setting::OmnireturnsCompany);
        let values: SettingValues =
            [(portal, Value::Unset), (company, Value::Unset), (portal, Value::text("published"))]
                .into_iter()
                .collect();
        let settings: Vec<Setting> = values.iter().map(|(setting, _)| *setting).collect();
        assert_eq!(settings, [company, portal]);
        assert_eq!(values.get(&portal), Some(&Value::text("published")));
        assert_eq!(values.get(&Setting::OmnireturnsHubs), None);
    }
}
