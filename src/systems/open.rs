//! Opens an environment: reads its keys and builds the HTTP client that all its systems
//! share.

use super::capabilities::{capabilities, needs_http};
use super::http::{Client, ClientConfig, Headers, Http};
use super::secret::{self, SecretError};
use super::sql::{Database, Terms, Uploads, UrlError};
use super::{Reader, Source};
use crate::model::address::is_loopback;
use crate::model::{
    Advice, Capabilities, ChangedBy, Contract, Environment, KeySource, Limits, ReadBy, Route,
    Setting, System, listed,
};
use crate::sandbox::Sandbox;
use reqwest::header::{HeaderMap, HeaderName, HeaderValue};
use secrecy::{ExposeSecret, SecretString};
use std::collections::BTreeMap;
use std::num::NonZeroU32;
use std::path::PathBuf;
use std::sync::Arc;
use url::Url;

/// The minimum length of a key. A shorter one would match unrelated text and could not be
/// redacted.
const SHORTEST_KEY: usize = 4;

/// Why an environment cannot be opened.
#[derive(Debug, thiserror::Error)]
pub enum OpenError {
    #[error("the {what} of {system} is in the environment variable `{name}`, which is not set")]
    KeyVariable { system: System, what: &'static str, name: String },
    #[error("the {what} of {system} is in `{}`, which cannot be read", path.display())]
    KeyFile { system: System, what: &'static str, path: PathBuf, source: std::io::Error },
    #[error("the database URL of {system} cannot be used")]
    Database { system: System, source: UrlError },
    #[error("the {what} of {system} is empty, or has characters that no header can carry")]
    BadKey { system: System, what: &'static str },
    #[error("the {what} of {system} has fewer than {SHORTEST_KEY} characters, so it is not secret")]
    ShortKey { system: System, what: &'static str },
    #[error("`{header}` is not a valid header name, or its value is not valid")]
    BadHeader { header: String },
    #[error("the HTTP client cannot be built")]
    Client(#[source] reqwest::Error),
    #[error("{message}")]
    Several { message: String, hint: String },
}

impl OpenError {
    /// Combines errors, so that one run shows all that is missing.
    fn all(mut errors: Vec<OpenError>) -> Option<OpenError> {
        if errors.len() < 2 {
            return errors.pop();
        }
        let mut variables: Vec<String> = Vec::new();
        for error in &errors {
            if let OpenError::KeyVariable { name, .. } = error {
                let name = format!("`{name}`");
                if !variables.contains(&name) {
                    variables.push(name);
                }
            }
        }
        let mut hints: Vec<String> = Vec::new();
        if !variables.is_empty() {
            let variables = listed(&variables);
            hints
                .push(format!("set {variables}, or choose another environment with --environment"));
        }
        for error in &errors {
            let hint = error.hint();
            if !matches!(error, OpenError::KeyVariable { .. }) && !hints.contains(&hint) {
                hints.push(hint);
            }
        }
        let messages: Vec<String> =
            errors.iter().map(|error| Advice::because(error, "").message).collect();
        Some(OpenError::Several { message: messages.join("; "), hint: hints.join("; ") })
    }

    /// Returns what to do about it.
    pub(crate) fn hint(&self) -> String {
        match self {
            OpenError::Several { hint, .. } => hint.clone(),
            OpenError::KeyVariable { name, .. } => {
                format!("set `{name}`, or choose another environment with --environment")
            }
            OpenError::KeyFile { .. } => {
                "create the file, or correct its path in the project file".into()
            }
            OpenError::Database { source, .. } => source.hint().into(),
            OpenError::BadKey { .. } | OpenError::ShortKey { .. } => {
                "check the key at the location that the project file names".into()
            }
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
    /// To make calls as a retailer, in addition to reading.
    Probes,
    /// To check how settings and uploads are read.
    Checks,
}

/// Opens the systems of a remote environment for the ways in which they are read and
/// written. The key of a system without HTTP is not looked up, except to compare the key of a
/// retailer with it.
pub(crate) fn open(
    environment: &Environment,
    routes: &BTreeMap<System, Route>,
    purpose: Purpose,
) -> Result<Reader, OpenError> {
    let Secrets { endpoints, databases, other_keys } = secrets(environment, routes, purpose)?;
    let rate = NonZeroU32::new(environment.limits.requests_per_second);
    let terms = Terms::new(environment.limits);
    let addresses = terms.addresses.clone();
    let clients =
        build(endpoints, &terms, rate, &environment.contracts, &capabilities(environment))?;
    let mut sources = BTreeMap::new();
    for (&system, route) in routes {
        let configured = route.database.as_ref();
        let query = configured.and_then(|database| Some((database, database.query.clone()?)));
        let source = match (route.read, query) {
            (ReadBy::Sql, Some((configured, query))) => {
                let url = &databases[&system];
                let companies = configured.companies.clone();
                let opened = Database::open(system, url, query, companies, terms.clone());
                Source::Sql(opened.map_err(|source| OpenError::Database { system, source })?)
            }
            (ReadBy::Http, _) => Source::Http,
            (ReadBy::Nothing | ReadBy::Sql, _) => Source::Nothing,
        };
        sources.insert(system, source);
    }
    let (system, mut uploads) = (System::Omnirps, None);
    if purpose != Purpose::Settings
        && let Some(query) =
            routes.get(&system).and_then(|route| route.database.as_ref()?.uploads.clone())
    {
        let opened = Uploads::open(&databases[&system], query, terms);
        uploads = Some(opened.map_err(|source| OpenError::Database { system, source })?);
    }
    let sources = Arc::new(sources);
    Ok(Reader { sources, clients, uploads, addresses, other_keys, rehearses: None })
}

/// The secrets that a purpose needs.
#[derive(Default)]
struct Secrets {
    endpoints: Vec<EndpointSecrets>,
    /// The URLs of the databases.
    databases: BTreeMap<System, SecretString>,
    /// Where the keys and secret headers of the systems without a client are.
    other_keys: Vec<(System, KeySource)>,
}

/// Reads the secrets. The error names all that cannot be read.
fn secrets(
    environment: &Environment,
    routes: &BTreeMap<System, Route>,
    purpose: Purpose,
) -> Result<Secrets, OpenError> {
    let capabilities = capabilities(environment);
    let mut failed = Vec::new();
    let mut or_collect = |read: Result<SecretString, OpenError>| {
        read.unwrap_or_else(|error| {
            failed.push(error);
            SecretString::default()
        })
    };
    let mut secrets = Secrets::default();
    for (&system, route) in routes {
        if let Some(endpoint) = &route.endpoint
            && (purpose == Purpose::Probes || needs_http(&capabilities, system))
        {
            let key = or_collect(read_key(system, "key", &endpoint.key));
            let header = |(name, source): (&String, &KeySource)| {
                (name.clone(), or_collect(read_key(system, "header", source)))
            };
            secrets.endpoints.push(EndpointSecrets {
                system,
                base: endpoint.url.clone(),
                key_header: endpoint.key_header.clone(),
                key,
                headers: endpoint.headers.iter().map(header).collect(),
            });
        } else if let Some(endpoint) = &route.endpoint {
            let keys = endpoint.headers.values().chain([&endpoint.key]);
            secrets.other_keys.extend(keys.map(|key| (system, key.clone())));
        }
        let has_uploads = purpose != Purpose::Settings && system == System::Omnirps;
        if let Some(database) = &route.database
            && (route.read == ReadBy::Sql && database.query.is_some()
                || has_uploads && database.uploads.is_some())
        {
            let url = or_collect(read_secret(system, "database URL", &database.url));
            secrets.databases.insert(system, url);
        }
    }
    OpenError::all(failed).map_or(Ok(secrets), Err)
}

/// Opens the systems of a running sandbox. It is on this machine, so there is no rate
/// limit.
pub fn open_sandbox(sandbox: &Sandbox, limits: Limits) -> Result<Reader, OpenError> {
    let connections = System::ALL.map(|system| EndpointSecrets {
        system,
        base: sandbox.url(system),
        key_header: None,
        key: SecretString::from(crate::sandbox::key(system)),
        headers: Vec::new(),
    });
    let sources = System::ALL.map(|system| (system, Source::Http)).into();
    let terms = Terms::new(limits);
    let clients =
        build(connections.into(), &terms, None, &BTreeMap::new(), &Capabilities::default())?;
    let (sources, addresses, other_keys) = (Arc::new(sources), terms.addresses, Vec::new());
    let (uploads, rehearses) = (None, None);
    Ok(Reader { sources, clients, uploads, addresses, other_keys, rehearses })
}

/// An endpoint with its secrets.
struct EndpointSecrets {
    system: System,
    base: Url,
    key_header: Option<String>,
    key: SecretString,
    headers: Vec<(String, SecretString)>,
}

fn build(
    connections: Vec<EndpointSecrets>,
    terms: &Terms,
    requests_per_second: Option<NonZeroU32>,
    contracts: &BTreeMap<System, Contract>,
    capabilities: &Capabilities,
) -> Result<Arc<BTreeMap<System, Client>>, OpenError> {
    let secrets = |opened: &EndpointSecrets| {
        let headers = opened.headers.iter().map(|(_, value)| value.clone());
        headers.chain([opened.key.clone()]).collect::<Vec<_>>()
    };
    connections.iter().flat_map(secrets).for_each(|key| terms.redactor.add(key));
    let urls = connections.iter().map(|opened| &opened.base);
    let http = http_clients(urls.chain(contracts.values().flat_map(Contract::urls)))?;
    let mut clients = BTreeMap::new();
    for EndpointSecrets { system, base, key_header, key, headers: secret } in connections {
        let contract = contracts.get(&system).unwrap_or_else(|| Contract::built_in(system));
        let key_header = key_header.as_ref().unwrap_or(&contract.key_header);
        let headers = headers(contract, key_header, &secret)?;
        let on_create_only = |setting: &Setting| {
            capabilities.changed_by(*setting) != ChangedBy::Tool
                && capabilities.changed_by_on_create(*setting) == ChangedBy::Tool
        };
        let connection = ClientConfig {
            http: http.clone(),
            base,
            headers,
            key,
            redactor: terms.redactor.clone(),
            requests_per_second,
            limits: terms.limits,
            budget: Arc::clone(&terms.budget),
            addresses: terms.addresses.clone(),
            on_create_only: Setting::ALL.into_iter().filter(on_create_only).collect(),
        };
        clients.insert(system, Client::new(system, contract.clone(), connection));
    }
    Ok(Arc::new(clients))
}

/// Builds the clients for these URLs.
fn http_clients<'a>(urls: impl Iterator<Item = &'a Url>) -> Result<Http, OpenError> {
    let (here, remote): (Vec<&Url>, Vec<&Url>) = urls.partition(|url| is_loopback(url));
    let remote = (!remote.is_empty()).then(|| http_client(&remote)).transpose()?;
    Ok(Http { direct: http_client(&here)?, remote })
}

fn headers(
    contract: &Contract,
    key: &str,
    secrets: &[(String, SecretString)],
) -> Result<Headers, OpenError> {
    let bad = |header: &str| OpenError::BadHeader { header: header.to_owned() };
    let named = |name: &str| HeaderName::from_bytes(name.as_bytes()).map_err(|_| bad(name));
    let value = |name: &str, text: &str| HeaderValue::from_str(text).map_err(|_| bad(name));
    let mut fixed = HeaderMap::new();
    for (name, text) in &contract.headers {
        fixed.insert(named(name)?, value(name, text)?);
    }
    let idempotency = named(&contract.idempotency_header)?;
    let key = named(key)?;
    let mut secret = HeaderMap::new();
    for (name, text) in secrets {
        let mut value = value(name, text.expose_secret())?;
        value.set_sensitive(true);
        secret.insert(named(name)?, value);
    }
    Ok(Headers { key, idempotency, fixed, secret })
}

/// Builds an HTTP client for these URLs alone.
pub(crate) fn http_client(urls: &[&Url]) -> Result<reqwest::Client, OpenError> {
    let mut builder = http_client_builder();
    if urls.iter().all(|url| is_loopback(url)) {
        builder = builder.no_proxy();
    }
    if urls.iter().all(|url| url.scheme() == "http") {
        // No CA store is needed, and a minimal image has none.
        builder = builder.tls_certs_only(std::iter::empty());
    }
    builder.build().map_err(OpenError::Client)
}

/// Builds an HTTP client for any URL.
pub(crate) fn any_http_client() -> Result<reqwest::Client, OpenError> {
    http_client_builder().build().map_err(OpenError::Client)
}

/// Redirects are not followed, because they would receive the key.
fn http_client_builder() -> reqwest::ClientBuilder {
    // Fails if a provider is installed already, which is fine.
    let _ = rustls::crypto::ring::default_provider().install_default();
    reqwest::Client::builder()
        .redirect(reqwest::redirect::Policy::none())
        .retry(reqwest::retry::never())
        .user_agent(concat!("reconcile/", env!("CARGO_PKG_VERSION")))
}

fn read_secret(
    system: System,
    what: &'static str,
    source: &KeySource,
) -> Result<SecretString, OpenError> {
    secret::read(source).map_err(|error| match error {
        SecretError::NotSet { name } => OpenError::KeyVariable { system, what, name },
        SecretError::Unreadable { path, source } => {
            OpenError::KeyFile { system, what, path, source }
        }
    })
}

/// Reads a key, which a header has to be able to carry.
pub(super) fn read_key(
    system: System,
    what: &'static str,
    source: &KeySource,
) -> Result<SecretString, OpenError> {
    let key = read_secret(system, what, source)?;
    let sendable = reqwest::header::HeaderValue::from_str(key.expose_secret()).is_ok();
    if key.expose_secret().is_empty() || !sendable {
        return Err(OpenError::BadKey { system, what });
    }
    if key.expose_secret().len() < SHORTEST_KEY {
        return Err(OpenError::ShortKey { system, what });
    }
    Ok(key)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_reason_of_an_error_is_shown_once() {
        let (system, source) = (System::Omnirps, UrlError::Form);
        let advice = Advice::because(&OpenError::Database { system, source }, "");
        insta::assert_snapshot!(advice.message, @"the database URL of OmniRPS cannot be used: the URL of the database cannot be read");
    }
}
