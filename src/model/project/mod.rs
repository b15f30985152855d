//! The project's settings that are not about one retailer: `reconcile.yaml`, checked.

mod file;

pub(crate) use file::{
    EnvironmentFile, People, ProjectFile, RouteFile, S3, SANDBOX, Safety, Sql, State,
};
pub use file::{HubAddress, Limits, Partner};

use super::{Contract, Milestone, ReadBy, Roles, Setting, System, WriteBy};
use std::collections::BTreeMap;
use std::path::PathBuf;
use url::Url;

/// The checked project file, or the defaults where there is none.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Project {
    /// The folder of the project file; `.reconcile/` lies in it.
    pub root: PathBuf,
    pub partner: Partner,
    pub default_environment: String,
    pub environments: BTreeMap<String, Environment>,
    pub safety: Safety,
    /// Where run records are kept.
    pub(crate) state: State,
    pub(crate) people: People,
    /// How many days a stage should take at most, by the milestone that ends it.
    pub(crate) due_days: BTreeMap<Milestone, u32>,
}

impl Project {
    /// How roles are shown.
    pub(crate) fn roles(&self) -> Roles<'_> {
        Roles { partner: &self.partner.name, people: &self.people }
    }
}

/// One set of the three systems.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Environment {
    pub backend: Backend,
    pub limits: Limits,
    /// How those systems are spoken to that do not speak the built-in contract.
    pub(crate) contracts: BTreeMap<System, Contract>,
    /// What a test label is asked for with, in the words of the label API.
    pub label: Option<serde_json::Value>,
}

/// Where an environment's systems are.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Backend {
    /// The sandbox, started in this process for the length of a command.
    Embedded,
    /// Systems of their own. One that is missing is unknown.
    Remote(BTreeMap<System, Route>),
}

/// How one system is read and written.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Route {
    pub read: ReadBy,
    pub write: WriteBy,
    /// Where the system is reached over HTTP.
    pub endpoint: Option<Endpoint>,
    /// Where the system is looked up.
    pub database: Option<Database>,
    /// The settings that are changed by other means than the rest of the system.
    pub settings: BTreeMap<Setting, WriteBy>,
}

/// The database of one system.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Database {
    /// Where the database's URL is kept. It holds a password, so it is a key.
    pub url: KeySource,
    /// A query that gives a row for each record; it is there where the system is read from
    /// the database.
    pub query: Option<String>,
    /// A query that gives the companies of OmniReturns.
    pub companies: Option<String>,
    /// A query that gives the returns that were uploaded to OmniRPS for a retailer, with
    /// `{id}` and `{since}` for its parameters.
    pub uploads: Option<String>,
}

/// Where one system is reached over HTTP.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Endpoint {
    /// The address before the contract's paths; it may have a path of its own.
    pub url: Url,
    pub key: KeySource,
    /// The name of the header that carries the key, where it is not the contract's.
    pub key_header: Option<String>,
    /// Further secret headers, by name.
    pub headers: BTreeMap<String, KeySource>,
}

/// Where a key is kept. The key itself is read as late as possible.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum KeySource {
    /// An environment variable.
    Env(String),
    /// A file, absolute or relative to the project file.
    File(PathBuf),
}
