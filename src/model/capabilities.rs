//! How the settings of an environment are read and changed.
//!
//! Reading and writing are configured separately, so that a team can start by reading a
//! database and changing settings by hand, and enable HTTP setting by setting.

use super::{Setting, System, ValueKind};
use std::collections::{BTreeMap, BTreeSet};

/// How a system is read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ReadBy {
    Http,
    /// By a query of the system's database.
    Sql,
    /// Not at all: people look at the system.
    Nothing,
}

/// How a system, or a single setting, is changed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum WriteBy {
    Http,
    /// By people, as the plan's manual steps describe.
    Manual,
    /// Not at all: a difference is reported, never changed.
    Observe,
}

/// Who changes a setting.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum ChangedBy {
    /// This tool, over HTTP.
    Tool,
    /// People.
    Person {
        /// Why the tool cannot do it; `None` if the configuration says so.
        note: Option<String>,
    },
    /// A difference is only reported.
    Nobody,
}

/// How every setting of an environment is read and changed. The default is HTTP for both,
/// except for settings that the tool never writes.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Capabilities {
    pub(crate) read: BTreeMap<System, ReadBy>,
    pub(crate) changes: BTreeMap<Setting, ChangedBy>,
    /// The settings that cannot be read although their system can.
    pub(crate) unreadable: BTreeSet<Setting>,
    /// The settings that the tool can set only when it creates the record.
    pub(crate) settable_on_create: BTreeSet<Setting>,
    /// Whether the returns that arrived in OmniRPS cannot be read.
    pub(crate) no_uploads: bool,
    /// The system whose keys cannot be fetched for a handoff, if there is one.
    pub(crate) no_keys: Option<System>,
}

impl Capabilities {
    /// Returns how a system is read.
    pub(crate) fn read(&self, system: System) -> ReadBy {
        self.read.get(&system).copied().unwrap_or(ReadBy::Http)
    }

    /// Returns whether this tool changes any setting, or creates any record.
    pub(crate) fn can_apply(&self) -> bool {
        let mut settings = Setting::ALL.into_iter();
        settings.any(|setting| self.changed_by_on_create(setting) == ChangedBy::Tool)
    }

    /// Returns whether the value of a setting can be read.
    pub(crate) fn is_readable(&self, setting: Setting) -> bool {
        !self.unreadable.contains(&setting)
    }

    /// Returns who changes a setting of an existing record; for a presence setting, who
    /// creates the record.
    pub(crate) fn changed_by(&self, setting: Setting) -> ChangedBy {
        match setting.info().kind {
            // The process leaves these to people in every environment (steps N5.1.1 and
            // N5.1.2).
            ValueKind::Empty if self.changes.get(&setting) != Some(&ChangedBy::Nobody) => {
                ChangedBy::Person { note: None }
            }
            _ => self.changes.get(&setting).cloned().unwrap_or(ChangedBy::Tool),
        }
    }

    /// Returns who sets a setting of a record that the tool creates.
    pub(crate) fn changed_by_on_create(&self, setting: Setting) -> ChangedBy {
        if self.settable_on_create.contains(&setting) {
            ChangedBy::Tool
        } else {
            self.changed_by(setting)
        }
    }
}
