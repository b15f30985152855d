//! By which means an environment's settings are read and changed.
//!
//! Reading and writing are chosen separately, so that a team can begin with a database to
//! look things up in and people who change them, and turn on HTTP setting by setting.

use super::{Setting, System, ValueKind};
use std::collections::{BTreeMap, BTreeSet};

/// By which means a system is read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ReadBy {
    Http,
    /// A query of the system's database.
    Sql,
    /// Not at all: people look at the system themselves.
    Nothing,
}

/// By which means a system, or a single setting, is changed.
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
pub enum Changes {
    /// This tool, over HTTP.
    Tool,
    /// People.
    People {
        /// Why not the tool, where nobody chose so.
        note: Option<String>,
    },
    /// Nobody: a difference is only reported.
    Nobody,
}

/// How every setting of an environment is read and changed. The default is HTTP for
/// both, except for what the tool never writes.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Means {
    read: BTreeMap<System, ReadBy>,
    changes: BTreeMap<Setting, Changes>,
    untold: BTreeSet<Setting>,
    carried: BTreeSet<Setting>,
}

impl Means {
    /// Says by which means a system is read.
    pub fn set_read(&mut self, system: System, by: ReadBy) {
        self.read.insert(system, by);
    }

    /// Says who changes a setting.
    pub fn set_changes(&mut self, setting: Setting, changes: Changes) {
        self.changes.insert(setting, changes);
    }

    /// Says that a setting cannot be read although its system can.
    pub fn set_untold(&mut self, setting: Setting) {
        self.untold.insert(setting);
    }

    /// Says that the tool can set a setting when it creates the record, and only then.
    pub fn set_carried(&mut self, setting: Setting) {
        self.carried.insert(setting);
    }

    /// By which means a system is read.
    pub fn read(&self, system: System) -> ReadBy {
        self.read.get(&system).copied().unwrap_or(ReadBy::Http)
    }

    /// Says whether live tells the value of a setting.
    pub fn tells(&self, setting: Setting) -> bool {
        !self.untold.contains(&setting)
    }

    /// Who changes a setting of a record that exists; for the setting that says whether
    /// it does, who creates it.
    pub fn changes(&self, setting: Setting) -> Changes {
        match setting.info().kind {
            // The process leaves these to people everywhere (steps N5.1.1 and N5.1.2).
            ValueKind::Empty if self.changes.get(&setting) != Some(&Changes::Nobody) => {
                Changes::People { note: None }
            }
            _ => self.changes.get(&setting).cloned().unwrap_or(Changes::Tool),
        }
    }

    /// Who sets a setting of a record that is being created by the tool.
    pub fn changes_on_create(&self, setting: Setting) -> Changes {
        if self.carried.contains(&setting) { Changes::Tool } else { self.changes(setting) }
    }
}
