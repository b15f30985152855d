//! The three systems of an environment: opening, reading and writing.
//!
//! Planning gets a [`Reader`], which cannot write. Apply gets a [`Writer`], and a
//! verification a [`Prober`].

mod addresses;
mod budget;
mod capabilities;
pub(crate) mod http;
pub(crate) mod keys;
mod open;
mod prober;
pub(crate) mod secret;
pub(crate) mod sql;
mod uploads;

use crate::apply::{self, Outcome, Warning, WriteEffect, WriteFailure, Written};
use crate::matching::{ReadScope, is_renamed};
use crate::model::name::LookAlikes;
use crate::model::{
    Advice, Blocker, Company, HealthCheck, Id, KeySource, Live, Record, System, SystemReading,
    SystemState, listed,
};
use crate::plan::{self, Action, Kind};
use addresses::Addresses;
use budget::MemoryShare;
pub(crate) use capabilities::{calls, capabilities};
pub(crate) use http::Permit;
use http::{Client, Probe};
use jiff::civil::Date;
pub use open::open_sandbox;
pub(crate) use open::{Purpose, any_http_client, http_client, open};
pub(crate) use prober::Prober;
use sql::Database;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, SystemTime};
use tokio::sync::OnceCell;
use tokio::task::JoinSet;

/// Reads the systems of an environment. It sends only the calls that the contract has for
/// reading; those of the built-in contract are all `GET`.
pub struct Reader {
    sources: Arc<BTreeMap<System, Source>>,
    clients: Arc<BTreeMap<System, Client>>,
    /// The database of uploads, if they are not read over HTTP.
    uploads: Option<sql::Uploads>,
    addresses: Addresses,
    /// The keys and secret headers of the systems without a client, and of which system each is.
    other_keys: Vec<(System, KeySource)>,
    /// The environment whose ids the files have, if this is a sandbox beside it.
    pub(crate) rehearses: Option<String>,
}

/// An id that no retailer has: ids are counted from 1.
const NOBODY: &str = "0";

/// Where a system is read from.
enum Source {
    Http,
    Sql(Database),
    /// Only people read it.
    Nothing,
}

impl Reader {
    /// Declares the webhook addresses of the files: only these are read unmasked.
    pub(crate) fn declare_addresses<'a>(&self, addresses: impl IntoIterator<Item = &'a str>) {
        addresses.into_iter().for_each(|address| self.addresses.declare(address));
    }

    /// Reads all systems concurrently. A system that cannot be read is unknown.
    pub async fn read(&self) -> Live {
        self.read_scopes(&ReadScope::everything()).await
    }

    /// Reads what is needed from each system, concurrently and on all cores.
    pub(crate) async fn read_scopes(&self, scopes: &BTreeMap<System, ReadScope>) -> Live {
        let mut tasks = JoinSet::new();
        for &system in self.sources.keys() {
            let (sources, clients) = (Arc::clone(&self.sources), Arc::clone(&self.clients));
            let scope = scopes.get(&system).cloned().unwrap_or(ReadScope::Nothing);
            tasks.spawn(async move {
                (system, read_one(&sources[&system], clients.get(&system), &scope).await)
            });
        }
        // The memory of each system counts until all are read.
        let read = tasks.join_all().await.into_iter();
        let readings = read.map(|(system, read)| match read {
            Ok(Some((state, _held))) => (system, SystemReading::Observed(state)),
            Ok(None) => (system, SystemReading::NotRead),
            Err(advice) => (system, SystemReading::Failed(advice)),
        });
        Live::new(readings.collect()).rehearsing(self.rehearses.clone())
    }

    /// Checks every system with one read of each of its addresses or databases,
    /// concurrently, and whether they have the partner's company. Of a query for uploads, only
    /// those since a day are read.
    pub(crate) async fn check_health(&self, company: &str, since: Date) -> Vec<HealthCheck> {
        let checks = self.sources.iter().map(|(&system, source)| async move {
            let mut checks = Vec::new();
            if let Source::Sql(database) = source {
                let found = database.read_all().await.map_err(Advice::from);
                let found = found.and_then(|SystemState { records, companies }| {
                    check_company(company, companies)?;
                    Ok((records.len() as u64, None))
                });
                checks.push(HealthCheck::new(system, database.address(), found));
            }
            if let Some(client) = self.clients.get(&system) {
                let found = client.probe().await.map_err(Advice::from);
                let found = found.and_then(|Probe { records, companies, date }| {
                    check_company(company, companies)?;
                    Ok((records, date.map(clock_difference)))
                });
                checks.push(HealthCheck::new(system, client.base.to_string(), found));
            }
            if let Some(uploads) = self.uploads.as_ref().filter(|_| system == System::Omnirps) {
                let found = uploads.read(NOBODY, since).await.map_err(Advice::from);
                let place = format!("{}, uploads", uploads.address());
                let check = HealthCheck::new(system, place, found.map(|_| (0, None)));
                checks.push(HealthCheck { records: None, ..check });
            }
            checks
        });
        futures_util::future::join_all(checks).await.into_iter().flatten().collect()
    }
}

/// Checks the partner's company among those of OmniReturns, if they were read.
fn check_company(name: &str, companies: Option<Vec<Company>>) -> Result<(), Advice> {
    let Some(companies) = companies else { return Ok(()) };
    let found = plan::company_named(name, &companies).map(drop);
    found.map_err(|Blocker { code, message, hint, .. }| {
        Advice::new(format!("{message} ({})", code.key()), hint)
    })
}

/// Reads one system; `None` if only people do.
async fn read_one(
    source: &Source,
    client: Option<&Client>,
    scope: &ReadScope,
) -> Result<Option<(SystemState, Option<MemoryShare>)>, Advice> {
    let (state, hold) = match (source, client, scope) {
        (Source::Nothing, ..) => return Ok(None),
        (_, _, ReadScope::Nothing) => return Ok(Some((SystemState::default(), None))),
        (Source::Sql(database), client, _) => {
            let (mut state, hold) = database.read_with_share().await?;
            // Companies that it does not provide are requested over HTTP if the system is
            // written to over HTTP: a write refers to them by id.
            if let (None, Some(client)) = (&state.companies, client) {
                state.companies = client.companies().await?;
            }
            (state, hold)
        }
        (Source::Http, None, _) => return Err(no_address()),
        (Source::Http, Some(client), ReadScope::Records(names)) => {
            let state = client.pinned(&names.keys().cloned().collect()).await?;
            // Whether the retailer of a missing id has another record is seen in the names of all.
            let are_all_there = state.records.len() == names.len();
            if are_all_there && !state.records.iter().any(|record| is_renamed(names, record)) {
                return Ok(Some((state, None)));
            }
            client.read_all().await?
        }
        (Source::Http, Some(client), ReadScope::All) => client.read_all().await?,
    };
    Ok(Some((state, Some(hold))))
}

impl From<http::CallError> for Advice {
    fn from(error: http::CallError) -> Advice {
        Advice::new(error.to_string(), error.hint())
    }
}

impl From<sql::SqlError> for Advice {
    fn from(error: sql::SqlError) -> Advice {
        Advice::new(error.to_string(), error.hint())
    }
}

fn no_address() -> Advice {
    Advice::new("the environment has no address for it", "add its `url` and `key`")
}

/// Returns the message of an error's innermost cause.
pub(crate) fn innermost(error: &dyn std::error::Error) -> String {
    error.source().map_or_else(|| error.to_string(), innermost)
}

/// Returns the absolute difference of a clock from this machine's.
fn clock_difference(there: SystemTime) -> Duration {
    let here = SystemTime::now();
    here.duration_since(there).unwrap_or_else(|later| later.duration())
}

/// Writes to the systems of an environment.
pub struct Writer {
    clients: Arc<BTreeMap<System, Client>>,
    /// The state of each system before the first create.
    before_creating: BTreeMap<System, OnceCell<Result<ExistingRecords, http::CallError>>>,
    /// The names that were sent in creates, with the ids of the records that were confirmed.
    created: Mutex<BTreeMap<(System, String), Option<Id>>>,
    environment: String,
    /// The run whose creates have keys of their own.
    fresh_keys_for: Option<String>,
}

/// The records of a system, by look-alike names.
type ExistingRecords = LookAlikes<Record>;

impl Writer {
    /// Sets the check before each request that writes; if it refuses, the request is not
    /// sent.
    pub(crate) fn with_permit(self, permit: &Arc<dyn Permit>) -> Writer {
        for client in self.clients.values() {
            client.set_permit(Arc::clone(permit));
        }
        self
    }

    /// Returns a writer for one run over an environment.
    pub fn new(reader: &Reader, environment: &str) -> Writer {
        Writer {
            clients: Arc::clone(&reader.clients),
            before_creating: System::ALL.map(|system| (system, OnceCell::new())).into(),
            created: Mutex::default(),
            environment: environment.into(),
            fresh_keys_for: None,
        }
    }

    /// Gives the creates of a run idempotency keys that no other run has.
    pub(crate) fn with_fresh_keys(self, run_id: &str) -> Writer {
        Writer { fresh_keys_for: Some(run_id.to_owned()), ..self }
    }

    async fn create(&self, client: &Client, action: &Action, key: &str) -> Outcome {
        let read = || async {
            let records = match client.records().await {
                // The next create may find the system well again.
                Err(error) if error.is_transient() => return Err(error),
                read => read,
            };
            Ok(records.map(|records| {
                LookAlikes::new(records.iter().map(|record| (record.name.as_str(), record.clone())))
            }))
        };
        let held = self.before_creating[&action.system].get_or_try_init(read).await;
        let held = match held.as_ref().and_then(|held| held.as_ref()) {
            Ok(held) => held,
            Err(error) => {
                let failure = client.failure(format!("looking up \"{}\"", action.name), error);
                return Outcome::Failed(failure.with(WriteEffect::None));
            }
        };
        // A record may look alike in several ways.
        let alike: BTreeMap<&str, &Record> =
            held.of(&action.name).into_iter().map(|record| (record.id.as_str(), record)).collect();
        let alike: Vec<Record> = alike.into_values().cloned().collect();
        if let Some(outcome) = client.find_existing(&alike, action) {
            return outcome;
        }
        let outcome = client.create(action, key).await;
        if outcome.may_have_written() {
            let id = match &outcome {
                Outcome::Applied(Written { id, .. }) => Some(id.clone()),
                _ => None,
            };
            let name = (action.system, action.name.clone());
            self.created.lock().unwrap_or_else(PoisonError::into_inner).insert(name, id);
        }
        outcome
    }

    /// Lists a system again in which records of these names were created, and returns warnings
    /// about duplicates. A system may list a new record late, so the list has to contain those
    /// that were confirmed.
    async fn look_for_twins(
        &self,
        system: System,
        names: &BTreeMap<&str, Option<&Id>>,
    ) -> Vec<Warning> {
        let Some(client) = self.clients.get(&system) else { return Vec::new() };
        let unknown = |because: &str, hint: &str, names: Vec<String>| Warning {
            code: "twins-unknown",
            system,
            message: format!(
                "it is unknown whether {system} now has two records with the same name: {because}"
            ),
            hint: hint.into(),
            names,
        };
        let records = match client.records().await {
            Ok(records) => records,
            Err(error) => {
                let names = names.keys().map(|name| (*name).to_owned()).collect();
                return vec![unknown(&error.to_string(), error.hint(), names)];
            }
        };
        let mut ids: BTreeMap<&str, BTreeSet<&str>> = BTreeMap::new();
        for record in records.iter().filter(|record| names.contains_key(record.name.as_str())) {
            ids.entry(&record.name).or_default().insert(record.id.as_str());
        }
        let mut not_listed = Vec::new();
        for (name, id) in names.iter().filter_map(|(name, id)| Some((*name, (*id)?))) {
            match ids.get_mut(name) {
                Some(ids) => drop(ids.insert(id.as_str())),
                None => not_listed.push((name, id)),
            }
        }
        let twins = ids.into_iter().filter(|(_, ids)| ids.len() > 1);
        let warning = |(name, ids): (&str, BTreeSet<&str>)| Warning {
            code: "twin-created",
            system,
            message: format!(
                "{system} has {} records called \"{name}\" after creating one: {}",
                ids.len(),
                Vec::from_iter(ids).join(", ")
            ),
            hint: "remove all but one, then pin its id in the retailer's file".into(),
            names: vec![name.to_owned()],
        };
        let mut warnings: Vec<Warning> = twins.map(warning).collect();
        if !not_listed.is_empty() {
            let records: Vec<String> =
                not_listed.iter().map(|(name, id)| format!("\"{name}\" (id {id})")).collect();
            warnings.push(unknown(
                &format!("it does not list {} yet", listed(&records)),
                "apply again only when the system lists what was created; until then it is created \
                 again",
                not_listed.iter().map(|(name, _)| (*name).to_owned()).collect(),
            ));
        }
        warnings
    }
}

impl apply::Write for Writer {
    fn idempotency_key(&self, action: &Action) -> Option<String> {
        let run = self.fresh_keys_for.as_deref();
        let key = || apply::idempotency_key(&self.environment, action, run);
        (action.kind == Kind::Create).then(key)
    }

    async fn write(&self, action: &Action, key: Option<&str>) -> Outcome {
        let Some(client) = self.clients.get(&action.system) else {
            return Outcome::Failed(WriteFailure::new(
                format!("the environment does not write to {} over HTTP", action.system),
                "change it by hand, or set `write: http` in the project file",
            ));
        };
        match (action.kind, &action.target_id) {
            (Kind::Update, Some(id)) => client.update(id, &action.name, &action.changes).await,
            (Kind::Update, None) => Outcome::Failed(WriteFailure::new(
                "the plan names no record to update",
                "plan again",
            )),
            (Kind::Create, _) => self.create(client, action, key.unwrap_or_default()).await,
        }
    }

    async fn check_creates(&self) -> Vec<Warning> {
        let created =
            std::mem::take(&mut *self.created.lock().unwrap_or_else(PoisonError::into_inner));
        let mut warnings = Vec::new();
        for system in System::ALL {
            let of_system = created.iter().filter(|((other, _), _)| *other == system);
            let names: BTreeMap<&str, Option<&Id>> =
                of_system.map(|((_, name), id)| (name.as_str(), id.as_ref())).collect();
            if !names.is_empty() {
                warnings.extend(self.look_for_twins(system, &names).await);
            }
        }
        warnings
    }
}
