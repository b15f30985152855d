//! How an environment's settings are read and changed.
//!
//! Reading and writing are chosen separately, so that a team can begin with a database to
//! look things up in and people who change them, and turn on HTTP setting by setting.

use super::{Setting, System, ValueKind};
use std::collections::{BTreeMap, BTreeSet};

/// How a system is read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ReadBy {
    Http,
    /// A query of the system's database.
    Sql,
    /// Not at all: people look at the system themselves.
    Nothing,
}

/// How a system, or a single setting, is changed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum WriteBy {
    Http,
    /// People do it, as the plan's manual steps say.
    Manual,
    /// Nobody does: a difference is reported, never changed.
    Observe,
}

/// Who changes a setting.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum ChangedBy {
    /// This tool, over HTTP.
    Tool,
    /// People.
    Person {
        /// Why not the tool, where nobody chose so.
        note: Option<String>,
    },
    /// Nobody: a difference is only reported.
    Nobody,
}

/// How every setting of an environment is read and changed. The default is HTTP for
/// both, except for what the tool never writes.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Capabilities {
    read: BTreeMap<System, ReadBy>,
    changes: BTreeMap<Setting, ChangedBy>,
    unreadable: BTreeSet<Setting>,
    settable_on_create: BTreeSet<Setting>,
}

impl Capabilities {
    /// Says how a system is read.
    pub(crate) fn set_read(&mut self, system: System, by: ReadBy) {
        self.read.insert(system, by);
    }

    /// Says who changes a setting.
    pub(crate) fn set_changed_by(&mut self, setting: Setting, changes: ChangedBy) {
        self.changes.insert(setting, changes);
    }

    /// Says that a setting cannot be read although its system can.
    pub(crate) fn set_unreadable(&mut self, setting: Setting) {
        self.unreadable.insert(setting);
    }

    /// Says that the tool can set a setting when it creates the record, and only then.
    pub(crate) fn set_settable_on_create(&mut self, setting: Setting) {
        self.settable_on_create.insert(setting);
    }

    /// How a system is read.
    pub(crate) fn read(&self, system: System) -> ReadBy {
        self.read.get(&system).copied().unwrap_or(ReadBy::Http)
    }

    /// Returns whether the value of a setting can be read.
    pub(crate) fn is_readable(&self, setting: Setting) -> bool {
        !self.unreadable.contains(&setting)
    }

    /// Who changes a setting of a record that exists; for the setting that says whether
    /// it does, who creates it.
    pub(crate) fn changed_by(&self, setting: Setting) -> ChangedBy {
        match setting.info().kind {
            // The process leaves these to people everywhere (steps N5.1.1 and N5.1.2).
            ValueKind::Empty if self.changes.get(&setting) != Some(&ChangedBy::Nobody) => {
                ChangedBy::Person { note: None }
            }
            _ => self.changes.get(&setting).cloned().unwrap_or(ChangedBy::Tool),
        }
    }

    /// Who sets a setting of a record that is being created by the tool.
    pub(crate) fn changed_by_on_create(&self, setting: Setting) -> ChangedBy {
        if self.settable_on_create.contains(&setting) {
            ChangedBy::Tool
        } else {
            self.changed_by(setting)
        }
    }
}
