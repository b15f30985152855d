//! The three systems of an environment: opened, read and written.
//!
//! Planning gets a [`Reader`], which has no way to write. Apply gets a [`Writer`].

pub mod http;
mod open;

use crate::apply::{Outcome, Refusal};
use crate::matching::Need;
use crate::model::name::LookAlikes;
use crate::model::{Checkup, Health, Holdings, Live, Reading, Record, System, Unread};
use crate::plan::{Action, Kind};
use http::Client;
pub use open::{OpenError, http_client, open, open_sandbox};
use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::{Duration, SystemTime};
use tokio::sync::OnceCell;

/// Reads the systems of an environment. It sends nothing but `GET`.
pub struct Reader {
    clients: Arc<BTreeMap<System, Client>>,
}

impl Reader {
    /// Reads all systems side by side. A system that cannot be read is unknown.
    pub async fn read(&self) -> Live {
        self.read_what(&System::ALL.map(|system| (system, Need::All)).into()).await
    }

    /// Reads what is needed of each system, side by side.
    pub async fn read_what(&self, needs: &BTreeMap<System, Need>) -> Live {
        let readings = self.clients.iter().map(|(&system, client)| async move {
            let holdings = match needs.get(&system) {
                None | Some(Need::Nothing) => Ok(Holdings::default()),
                Some(Need::Records(ids)) => client.pinned(ids).await,
                Some(Need::All) => client.holdings().await,
            };
            let reading = match holdings {
                Ok(holdings) => Reading::Known(holdings),
                Err(error) => {
                    Reading::Unknown(Unread { why: error.to_string(), hint: error.hint().into() })
                }
            };
            (system, reading)
        });
        Live::new(futures_util::future::join_all(readings).await.into_iter().collect())
    }
}

impl Reader {
    /// Looks at every system with one harmless read each, side by side.
    pub async fn look(&self) -> Vec<Checkup> {
        let looks = self.clients.iter().map(|(&system, client)| async move {
            let found = match client.probe().await {
                Ok(probe) => {
                    Health::Well { records: probe.records, clock_apart: probe.date.map(apart) }
                }
                Err(error) => {
                    Health::Ill(Unread { why: error.to_string(), hint: error.hint().into() })
                }
            };
            let writes = client.contract.update.is_some();
            let creates = client.contract.create.is_some();
            Checkup { system, address: client.base().to_string(), found, writes, creates }
        });
        futures_util::future::join_all(looks).await
    }
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
                message: format!("the environment does not name {}", action.system),
                hint: "add it to the environment in the project file".into(),
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
