//! The project's settings that are not about one retailer: `reconcile.yaml`, checked.

use super::{Contract, ReadBy, Setting, System, WriteBy};
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
}

/// The integration partner whose retailers are onboarded.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Partner {
    pub name: String,
    /// The partner's company in OmniReturns (step E6.1).
    pub company: String,
    /// What step E7.1 adds to an OmniReturns name, without the space before it.
    pub name_suffix: String,
    /// Where OmniRPS reports a return's progress (step N5.2.1).
    pub tracking_webhook_url: String,
    /// The form that the partner sends to a new retailer (step N3).
    pub onboarding_form_url: String,
    /// Who can open what is handed over (steps N6 and E2): age X25519 public keys by name.
    pub recipients: BTreeMap<String, String>,
}

impl Default for Partner {
    /// Returns Loop, with the addresses of the onboarding page (steps N3 and N5.2.1).
    fn default() -> Self {
        Partner {
            name: "Loop".into(),
            company: "Loop".into(),
            name_suffix: "- Loop".into(),
            tracking_webhook_url: "https://api.loopreturns.com/hook/v1/seko/update".into(),
            onboarding_form_url: "https://zfrmz.com/G3SkIjW9RIsg7SYQJaI2".into(),
            // A key that is built in would be that of nobody in particular.
            recipients: BTreeMap::new(),
        }
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
}

/// Where a key is kept. The key itself is read as late as possible.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum KeySource {
    /// An environment variable.
    Env(String),
    /// A file, absolute or relative to the project file.
    File(PathBuf),
}

/// How hard an environment's systems may be pressed; each number is per system.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Limits {
    /// Requests under way at once.
    pub concurrency: u32,
    pub requests_per_second: u32,
    /// How long one request may take.
    pub timeout_seconds: u32,
    /// Tries after the first.
    pub retries: u32,
    /// How long a whole run may take; nothing is sent afterwards.
    pub deadline_seconds: u32,
}

impl Default for Limits {
    /// Returns limits that suit a system without published ones.
    fn default() -> Self {
        Limits {
            concurrency: 16,
            requests_per_second: 50,
            timeout_seconds: 30,
            retries: 5,
            // The length of a CI job that somebody still waits for.
            deadline_seconds: 3600,
        }
    }
}

/// How much one apply may change without `--force`. A limit that is `None` does not
/// apply.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Safety {
    /// The share of the retailers in scope that may have an action; inclusive.
    pub max_changed_retailers_percent: u32,
    /// The shares apply from this many retailers in scope on.
    pub from_retailers: u32,
    pub max_changed_retailers: Option<u32>,
    pub max_unpublished_portals: Option<u32>,
    pub max_unpublished_portals_percent: Option<u32>,
    /// Shopify integrations and Track and Trace e-mails that are switched off.
    pub max_switch_offs: Option<u32>,
    /// The share of the retailers in scope for which something is switched off.
    pub max_switch_offs_percent: Option<u32>,
}

impl Default for Safety {
    fn default() -> Self {
        Safety {
            max_changed_retailers_percent: 30,
            from_retailers: 10,
            max_changed_retailers: None,
            max_unpublished_portals: None,
            max_unpublished_portals_percent: None,
            max_switch_offs: None,
            max_switch_offs_percent: None,
        }
    }
}
