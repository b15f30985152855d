//! The three systems of an environment: opened, read and written.
//!
//! Planning gets a [`Reader`], which has no way to write. Apply gets a [`Writer`], and a
//! verification a [`Prober`].

mod capabilities;
pub(crate) mod http;
pub(crate) mod keys;
mod open;
mod prober;
pub(crate) mod sql;
mod uploads;

use crate::apply::{Outcome, Refusal};
use crate::matching::ReadScope;
use crate::model::name::LookAlikes;
use crate::model::{
    Health, HealthReport, Live, Look, ReadFailure, Record, System, SystemReading, SystemState,
};
use crate::plan::{Action, Kind};
pub(crate) use capabilities::capabilities;
use http::Client;
pub use open::open_sandbox;
pub(crate) use open::{Purpose, http_client, open};
pub(crate) use prober::Prober;
use sql::Database;
use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::{Duration, SystemTime};
use tokio::sync::OnceCell;

/// Reads the systems of an environment. It sends nothing but the calls that the contract
/// has for reading; those of the built-in one are all `GET`.
pub struct Reader {
    sources: BTreeMap<System, Source>,
    clients: Arc<BTreeMap<System, Client>>,
    /// Where uploads are looked up, if that is not over HTTP.
    uploads: Option<sql::Uploads>,
}

/// Where a system is read from.
enum Source {
    Http,
    Sql(Database),
    /// Nobody but people reads it.
    Nothing,
}

impl Reader {
    /// Reads all systems side by side. A system that cannot be read is unknown.
    pub async fn read(&self) -> Live {
        self.read_what(&System::ALL.map(|system| (system, ReadScope::All)).into()).await
    }

    /// Reads what is needed of each system, side by side.
    pub(crate) async fn read_what(&self, needs: &BTreeMap<System, ReadScope>) -> Live {
        let readings = self.sources.iter().map(|(&system, source)| async move {
            let need = needs.get(&system).unwrap_or(&ReadScope::Nothing);
            (system, self.read_one(system, source, need).await)
        });
        Live::new(futures_util::future::join_all(readings).await.into_iter().collect())
    }

    async fn read_one(&self, system: System, source: &Source, need: &ReadScope) -> SystemReading {
        let holdings = match (source, self.clients.get(&system), need) {
            (Source::Nothing, ..) => return SystemReading::Unavailable(ReadFailure::on_purpose()),
            (_, _, ReadScope::Nothing) => Ok(SystemState::default()),
            (Source::Sql(database), client, _) => from_database(database, client).await,
            (Source::Http, None, _) => Err(no_address()),
            (Source::Http, Some(client), ReadScope::Records(ids)) => {
                client.pinned(ids).await.map_err(|error| unread(&error))
            }
            (Source::Http, Some(client), ReadScope::All) => {
                client.holdings().await.map_err(|error| unread(&error))
            }
        };
        holdings.map_or_else(SystemReading::Unavailable, SystemReading::Observed)
    }

    /// Looks at every system with one harmless read of each place that it is reached at,
    /// side by side.
    pub(crate) async fn look(&self) -> Vec<HealthReport> {
        let checkups = self.sources.iter().map(|(&system, source)| async move {
            let mut looks = Vec::new();
            if let Source::Sql(database) = source {
                let found = match database.probe().await {
                    Ok(records) => Health::Healthy { records, clock_apart: None },
                    Err(error) => Health::Unhealthy(unread_sql(&error)),
                };
                looks.push(Look { place: database.address(), found });
            }
            if let Some(client) = self.clients.get(&system) {
                let found = match client.probe().await {
                    Ok(probe) => Health::Healthy {
                        records: probe.records,
                        clock_apart: probe.date.map(apart),
                    },
                    Err(error) => Health::Unhealthy(unread(&error)),
                };
                looks.push(Look { place: client.base().to_string(), found });
            }
            HealthReport { system, looks }
        });
        futures_util::future::join_all(checkups).await
    }
}

fn unread(error: &http::CallError) -> ReadFailure {
    ReadFailure::failed(error.to_string(), error.hint())
}

/// Reads a database. Companies that it does not tell are asked for over HTTP where the
/// system is written to that way: a write names them by id.
async fn from_database(
    database: &Database,
    client: Option<&Client>,
) -> Result<SystemState, ReadFailure> {
    let mut holdings = database.holdings().await.map_err(|error| unread_sql(&error))?;
    if let (None, Some(client)) = (&holdings.companies, client) {
        holdings.companies = client.companies().await.map_err(|error| unread(&error))?;
    }
    Ok(holdings)
}

fn unread_sql(error: &sql::SqlError) -> ReadFailure {
    ReadFailure::failed(error.to_string(), error.hint())
}

fn no_address() -> ReadFailure {
    ReadFailure::failed("the environment gives no address for it", "add its `url` and `key`")
}

/// How far a clock is from this machine's, in either direction.
fn apart(there: SystemTime) -> Duration {
    let here = SystemTime::now();
    here.duration_since(there).unwrap_or_else(|later| later.duration())
}

/// Writes to the systems of an environment.
pub struct Writer {
    clients: Arc<BTreeMap<System, Client>>,
    /// What each system held when the first create was about to be sent.
    before_creating: BTreeMap<System, OnceCell<Result<LookAlikes<Record>, http::CallError>>>,
    run_id: String,
}

impl Writer {
    /// Returns a writer for one run; the run's id goes into idempotency keys.
    pub fn new(reader: &Reader, run_id: &str) -> Writer {
        Writer {
            clients: Arc::clone(&reader.clients),
            before_creating: System::ALL.map(|system| (system, OnceCell::new())).into(),
            run_id: run_id.into(),
        }
    }

    async fn create(&self, client: &Client, action: &Action) -> Outcome {
        let read = || async {
            let records = client.records().await?;
            Ok(LookAlikes::new(records.iter().map(|record| (record.name.as_str(), record.clone()))))
        };
        let held = match self.before_creating[&action.system].get_or_init(read).await {
            Ok(held) => held,
            Err(error) => {
                return Outcome::Failed(Refusal {
                    message: format!(
                        "looking up \"{}\" in {} failed: {error}",
                        action.name, action.system
                    ),
                    hint: error.hint().into(),
                    in_doubt: false,
                });
            }
        };
        if let Some(record) = held.of(&action.name).first() {
            return Outcome::Stale(Refusal {
                message: format!(
                    "{} has \"{}\" (id {}) by now, so \"{}\" is not created",
                    action.system, record.name, record.id, action.name
                ),
                hint: "somebody created it since the plan was made; plan again".into(),
                in_doubt: false,
            });
        }
        let key = crate::apply::idempotency_key(&self.run_id, action);
        client.create(action, key.as_deref().unwrap_or_default()).await
    }
}

impl crate::apply::Write for Writer {
    async fn write(&self, action: &Action) -> Outcome {
        let Some(client) = self.clients.get(&action.system) else {
            return Outcome::Failed(Refusal {
                message: format!("the environment does not write to {} over HTTP", action.system),
                hint: "change it by hand, or say `write: http` in the project file".into(),
                in_doubt: false,
            });
        };
        match (action.kind, &action.target_id) {
            (Kind::Update, Some(id)) => client.update(id, &action.changes).await,
            (Kind::Update, None) => Outcome::Failed(Refusal {
                message: "the plan names no record to update".into(),
                hint: "plan again".into(),
                in_doubt: false,
            }),
            (Kind::Create, _) => self.create(client, action).await,
        }
    }
}
