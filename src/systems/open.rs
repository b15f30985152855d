//! Opens an environment: reads its keys, builds the client that all its systems share.

use super::addresses::Addresses;
use super::budget::Budget;
use super::capabilities::{capabilities, needs_http};
use super::http::{Client, Connection, Headers, Redactor};
use super::sql::{Database, Uploads, UrlError};
use super::{Reader, Source};
use crate::model::{self, Contract, Environment, KeySource, Limits, ReadBy, Route, System};
use crate::sandbox::Sandbox;
use reqwest::header::{HeaderMap, HeaderName, HeaderValue};
use secrecy::{ExposeSecret, SecretString};
use std::collections::BTreeMap;
use std::num::NonZeroU32;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;
use url::Url;

/// Why an environment cannot be opened.
#[derive(Debug, thiserror::Error)]
pub enum OpenError {
    #[error("the {what} of {system} is in the environment variable `{name}`, which is not set")]
    KeyVariable { system: System, what: &'static str, name: String },
    #[error("the {what} of {system} is in `{}`, which cannot be read", path.display())]
    KeyFile { system: System, what: &'static str, path: PathBuf, source: std::io::Error },
    #[error("the database URL of {system} cannot be used: {source}")]
    Database { system: System, source: UrlError },
    #[error("the key of {system} is empty, or has characters that no header can carry")]
    BadKey { system: System },
    #[error("`{header}` is no name of a header, or its value is none")]
    BadHeader { header: String },
    #[error("the HTTP client cannot be built")]
    Client(#[source] reqwest::Error),
}

impl OpenError {
    /// What to do about it.
    pub(crate) fn hint(&self) -> String {
        match self {
            OpenError::KeyVariable { name, .. } => {
                format!("set `{name}`, or choose another environment with --environment")
            }
            OpenError::KeyFile { .. } => {
                "create the file, or correct its path in the project file".into()
            }
            OpenError::Database { source, .. } => source.hint().into(),
            OpenError::BadKey { .. } => "look at the key where the project file says it is".into(),
            OpenError::BadHeader { .. } => {
                "correct it in the project file, or in the contract file that it names".into()
            }
            OpenError::Client(_) => {
                "install the system's CA certificates (the package ca-certificates)".into()
            }
        }
    }
}

/// What systems are opened for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Purpose {
    /// To read and write settings.
    Settings,
    /// To make calls as a retailer, beside reading.
    Probes,
}

/// Opens the systems of a remote environment, each in the way it is read and
/// written by. The key of a system that nothing goes to over HTTP is not looked for.
pub(crate) fn open(
    environment: &Environment,
    routes: &BTreeMap<System, Route>,
    purpose: Purpose,
) -> Result<Reader, OpenError> {
    let capabilities = capabilities(environment);
    let mut connections = Vec::new();
    for (&system, route) in routes {
        if let Some(endpoint) = &route.endpoint
            && (purpose == Purpose::Probes || needs_http(&capabilities, system))
        {
            let key = read_key(system, &endpoint.key)?;
            connections.push((system, endpoint.url.clone(), endpoint.key_header.clone(), key));
        }
    }
    let rate = NonZeroU32::new(environment.limits.requests_per_second);
    let addresses = Addresses::default();
    let clients = build(connections, environment.limits, rate, &environment.contracts, &addresses)?;
    let mut sources = BTreeMap::new();
    for (&system, route) in routes {
        let source = match (route.read, &route.database) {
            (ReadBy::Sql, Some(said)) => match &said.query {
                Some(query) => Source::Sql(database(
                    system,
                    said,
                    query.clone(),
                    environment.limits,
                    &addresses,
                )?),
                None => Source::Nothing,
            },
            (ReadBy::Http, _) => Source::Http,
            (ReadBy::Nothing | ReadBy::Sql, _) => Source::Nothing,
        };
        sources.insert(system, source);
    }
    let uploads = match purpose {
        Purpose::Settings => None,
        Purpose::Probes => uploads(routes, environment.limits)?,
    };
    Ok(Reader { sources: Arc::new(sources), clients, uploads, addresses })
}

/// Opens the database that tells of uploads, where there is a query for them.
fn uploads(routes: &BTreeMap<System, Route>, limits: Limits) -> Result<Option<Uploads>, OpenError> {
    let system = System::Omnirps;
    let said = routes.get(&system).and_then(|route| route.database.as_ref());
    let Some((said, query)) = said.and_then(|said| Some((said, said.uploads.clone()?))) else {
        return Ok(None);
    };
    let url = read_secret(system, "database URL", &said.url)?;
    let opened = Uploads::open(&url, query, timeout(limits));
    opened.map(Some).map_err(|source| OpenError::Database { system, source })
}

/// Opens the systems of a running sandbox. It is on this machine, so its rate is free.
pub fn open_sandbox(sandbox: &Sandbox, limits: Limits) -> Result<Reader, OpenError> {
    let connections = System::ALL.map(|system| {
        let key = SecretString::from(crate::sandbox::key(system));
        (system, sandbox.url(system), None, key)
    });
    let sources = System::ALL.map(|system| (system, Source::Http)).into();
    let addresses = Addresses::default();
    let clients = build(connections.into(), limits, None, &BTreeMap::new(), &addresses)?;
    Ok(Reader { sources: Arc::new(sources), clients, uploads: None, addresses })
}

fn build(
    connections: Vec<(System, Url, Option<String>, SecretString)>,
    limits: Limits,
    requests_per_second: Option<NonZeroU32>,
    contracts: &BTreeMap<System, Contract>,
    addresses: &Addresses,
) -> Result<Arc<BTreeMap<System, Client>>, OpenError> {
    let redactor = Redactor::new(connections.iter().map(|(_, _, _, key)| key.clone()));
    let urls = connections.iter().map(|(_, url, _, _)| url);
    let http = http_client(urls.chain(contracts.values().flat_map(Contract::urls)))?;
    let budget = Budget::new(limits.max_held_mib);
    let mut clients = BTreeMap::new();
    for (system, base, key_header, key) in connections {
        let contract =
            contracts.get(&system).cloned().unwrap_or_else(|| Contract::built_in(system));
        let headers = headers(&contract, key_header.as_ref().unwrap_or(&contract.key_header))?;
        let redactor = redactor.clone();
        let connection = Connection {
            http: http.clone(),
            base,
            headers,
            key,
            redactor,
            requests_per_second,
            limits,
            budget: Arc::clone(&budget),
            addresses: addresses.clone(),
        };
        clients.insert(system, Client::new(system, contract, connection));
    }
    Ok(Arc::new(clients))
}

fn headers(contract: &Contract, key: &str) -> Result<Headers, OpenError> {
    let bad = |header: &str| OpenError::BadHeader { header: header.to_owned() };
    let named = |name: &str| HeaderName::from_bytes(name.as_bytes()).map_err(|_| bad(name));
    let mut fixed = HeaderMap::new();
    for (name, value) in &contract.headers {
        fixed.insert(named(name)?, HeaderValue::from_str(value).map_err(|_| bad(name))?);
    }
    Ok(Headers { key: named(key)?, idempotency: named(&contract.idempotency_header)?, fixed })
}

/// Builds the one client of an environment. Redirects are not followed: they would take
/// the key along.
pub(crate) fn http_client<'a>(
    urls: impl Iterator<Item = &'a Url>,
) -> Result<reqwest::Client, OpenError> {
    // A second installation is refused and of no account.
    let _ = rustls::crypto::ring::default_provider().install_default();
    let mut builder = reqwest::Client::builder()
        .redirect(reqwest::redirect::Policy::none())
        .retry(reqwest::retry::never())
        .user_agent(concat!("reconcile/", env!("CARGO_PKG_VERSION")));
    let mut urls = urls.peekable();
    if urls.peek().is_some() && urls.all(|url| url.scheme() == "http") {
        // Plain HTTP is for loopback hosts: no proxy, and no CA store is needed.
        builder = builder.no_proxy().tls_certs_only(std::iter::empty());
    }
    builder.build().map_err(OpenError::Client)
}

fn database(
    system: System,
    said: &model::Database,
    query: String,
    limits: Limits,
    addresses: &Addresses,
) -> Result<Database, OpenError> {
    let url = read_secret(system, "database URL", &said.url)?;
    Database::open_with(system, &url, query, said.companies.clone(), timeout(limits), addresses)
        .map_err(|source| OpenError::Database { system, source })
}

fn timeout(limits: Limits) -> Duration {
    Duration::from_secs(limits.timeout_seconds.into())
}

fn read_secret(
    system: System,
    what: &'static str,
    source: &KeySource,
) -> Result<SecretString, OpenError> {
    let secret = match source {
        KeySource::Env(name) => std::env::var(name).map_err(|_| OpenError::KeyVariable {
            system,
            what,
            name: name.clone(),
        })?,
        KeySource::File(path) => {
            let text = std::fs::read_to_string(path).map_err(|source| OpenError::KeyFile {
                system,
                what,
                path: path.clone(),
                source,
            })?;
            let text = text.strip_suffix('\n').unwrap_or(&text);
            text.strip_suffix('\r').unwrap_or(text).to_owned()
        }
    };
    Ok(SecretString::from(secret))
}

fn read_key(system: System, source: &KeySource) -> Result<SecretString, OpenError> {
    let key = read_secret(system, "key", source)?;
    let sendable = reqwest::header::HeaderValue::from_str(key.expose_secret()).is_ok();
    if key.expose_secret().is_empty() || !sendable {
        return Err(OpenError::BadKey { system });
    }
    Ok(key)
}
