//! The validated project file, `reconcile.yaml`: settings that are not about one retailer.

mod file;

pub(crate) use file::{
    EnvironmentFile, People, ProjectFile, RouteFile, S3, SANDBOX, Safety, Sql, State,
};
pub use file::{HubAddress, Limits, Partner};

use super::types::KeySource;
use super::{Contract, Milestone, ReadBy, Roles, Setting, System, WriteBy};
use std::collections::BTreeMap;
use std::path::PathBuf;
use url::Url;

/// The validated project file, or the defaults if there is none.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Project {
    /// The folder of the project file, which contains `.reconcile/`.
    pub root: PathBuf,
    pub partner: Partner,
    pub default_environment: String,
    pub environments: BTreeMap<String, Environment>,
    pub safety: Safety,
    /// Where run records are stored.
    pub(crate) state: State,
    pub(crate) people: People,
    /// The maximum number of days to wait for a milestone.
    pub(crate) due_days: BTreeMap<Milestone, u32>,
}

impl Project {
    /// Returns whether an environment is the embedded sandbox.
    pub(crate) fn is_embedded(&self, name: &str) -> bool {
        let environment = self.environments.get(name);
        environment.is_none_or(|environment| environment.backend == Backend::Embedded)
    }

    /// Returns whether the files can state what an environment proves: they state facts about the
    /// default environment's systems. If that is a sandbox, any may be recorded.
    pub(crate) fn can_record(&self, name: &str) -> bool {
        name == self.default_environment || self.is_embedded(&self.default_environment)
    }

    /// Returns the roles with their people.
    pub(crate) fn roles(&self) -> Roles<'_> {
        Roles { partner: &self.partner.name, people: &self.people }
    }
}

/// A set of the three systems; by default the embedded sandbox.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Environment {
    pub backend: Backend,
    pub limits: Limits,
    /// The contracts of systems that do not use the built-in one.
    pub(crate) contracts: BTreeMap<System, Contract>,
    /// The request body of a test label.
    pub label: Option<serde_json::Value>,
}

/// Where an environment's systems are.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum Backend {
    /// The sandbox, started in this process for the duration of a command.
    #[default]
    Embedded,
    /// Separate systems. One that is missing is unknown.
    Remote(BTreeMap<System, Route>),
}

/// How a system is read and changed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Route {
    pub read: ReadBy,
    pub write: WriteBy,
    /// The HTTP address of the system.
    pub endpoint: Option<Endpoint>,
    /// The database of the system. Its query is present if the system is read from it.
    pub database: Option<Sql>,
    /// The settings that are changed differently from the rest of the system.
    pub settings: BTreeMap<Setting, WriteBy>,
}

/// The HTTP address of a system.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Endpoint {
    /// The base URL of the contract's paths; it may have a path of its own.
    pub url: Url,
    pub key: KeySource,
    /// The name of the header that carries the key, if it differs from the contract's.
    pub key_header: Option<String>,
    /// Additional secret headers, by name.
    pub headers: BTreeMap<String, KeySource>,
}
