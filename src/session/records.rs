//! The run records of the project: the lease of an environment, and what earlier runs left
//! unresolved.

use super::{Session, day};
use crate::console::{stderr, warn};
use crate::exit::Failure;
use crate::handoff::HandoffRecord;
use crate::handoff::store::{self, HandoffRecords, HandoffStoreError, KeyPlace};
use crate::model::{Advice, Backend, Environment, Live, Retailer};
use crate::render;
use crate::runs::document::rejects_stale_writes;
use crate::runs::journal::{self, Broken, UnresolvedAction, recovery};
use crate::runs::lease::{self, Lease, LeaseRequest};
use crate::runs::loop_upload::loop_uploads;
use crate::runs::{self, RunStore, test_run};
use crate::status::{HandedOver, JourneyRecords};
use std::collections::BTreeMap;
use std::io::Write;
use std::sync::Arc;
use std::time::Duration;

impl Session {
    /// Returns the environments whose systems are embedded.
    pub(crate) fn embedded_environments(&self) -> impl Iterator<Item = &str> {
        let environments = self.project.environments.iter();
        let embedded = environments.filter(|(_, of)| of.backend == Backend::Embedded);
        embedded.map(|(name, _)| name.as_str())
    }

    /// Removes the records about labels, returns and keys that were in the sandbox's old state.
    pub(crate) async fn forget_embedded_records(&self) -> Result<(), Failure> {
        let store = self.store()?;
        for name in self.embedded_environments() {
            test_run::forget(&*store, name).await?;
            store::forget(&*store, name).await?;
        }
        Ok(())
    }

    /// Acquires the lease of an environment, or reports its holder.
    pub(crate) async fn lease(
        &self,
        store: &Arc<dyn RunStore>,
        environment: &str,
    ) -> Result<Lease, Failure> {
        let lease_seconds = self.project.state.lease_seconds;
        let request = LeaseRequest::here(environment, &self.project.root, lease_seconds);
        let lease = Lease::acquire(Arc::clone(store), request, runs::lease_clock::clock()).await;
        lease.map_err(|refused| refused.advice(environment).into())
    }

    /// Warns once that runs in CI cannot see each other's records, and what follows from it.
    pub(crate) fn warn_if_records_are_local(&self, environment: &Environment, consequence: &str) {
        let is_ci =
            std::env::var("CI").is_ok_and(|ci| ci.eq_ignore_ascii_case("true") || ci == "1");
        let is_real = environment.backend != Backend::Embedded;
        if is_ci && is_real && !self.project.state.is_shared() {
            let message = format!(
                "run records are stored on this machine only, so {consequence}; name a store in the project \
                 file:"
            );
            warn(&self.global, &message);
            if !self.global.quiet {
                // Nothing can be reported if stderr is closed.
                let _ = writeln!(
                    stderr(),
                    "  state:\n    postgres: {{url: {{env: RECONCILE_STATE_URL}}}}"
                );
            }
        }
    }

    /// Warns if the shared run records cannot be read. Read-only commands continue.
    pub(crate) async fn warn_if_store_is_unreachable(&self, environment: &str) {
        /// The time-out of read-only commands.
        const PATIENCE: Duration = Duration::from_secs(5);
        if !self.project.state.is_shared() {
            return;
        }
        let why = match self.store() {
            Ok(store) => {
                match tokio::time::timeout(PATIENCE, lease::find(&*store, environment)).await {
                    Ok(Ok(_)) => return,
                    Ok(Err(error)) => error.to_string(),
                    Err(_) => {
                        format!("the run records in {} cannot be read in time", store.place())
                    }
                }
            }
            Err(failure) => failure.advice.map_or_else(String::new, |advice| advice.message),
        };
        warn(&self.global, &format!("{why}; apply is refused until the run records can be read"));
    }

    /// Reads what an apply to an environment reads first, and fails if the store accepts outdated
    /// writes, or the key of the fingerprints of handoffs is named and cannot be used.
    pub(crate) async fn check_records(&self, environment: &str) -> Result<(), Failure> {
        let store = self.store()?;
        lease::find(&*store, environment).await?;
        store.runs(Some(environment)).await?;
        if !rejects_stale_writes(&*store).await? {
            let hint = "use a store that supports conditional writes";
            return Err(Failure::failed("the store accepted an outdated write", hint));
        }
        match KeyPlace::of(&self.project.state, &self.state_folder()).read() {
            Ok(_) | Err(HandoffStoreError::NotNamed) => Ok(()),
            Err(error) => Err(error.into()),
        }
    }

    /// Finds the unresolved actions of earlier runs in an environment.
    pub(crate) async fn unresolved(
        &self,
        store: &dyn RunStore,
        environment: &str,
    ) -> Result<Vec<recovery::OpenAction>, Failure> {
        let warn_of = |place: &str, Broken { line, why }: &Broken| {
            let message = format!(
                "the journal {place} is broken at line {line} ({why}), so unresolved \
                 actions of that run may be missed"
            );
            warn(&self.global, &message);
        };
        Ok(journal::find_unresolved(store, environment, warn_of).await?)
    }

    /// Resolves the unresolved actions against live, and prints the results to stderr.
    pub(crate) fn resolve(
        &self,
        open: &[recovery::OpenAction],
        live: &Live,
    ) -> Vec<UnresolvedAction> {
        let found: Vec<_> = open.iter().map(|open| recovery::resolve(open, live)).collect();
        if !self.global.quiet {
            // Nothing can be reported if stderr is closed.
            let _ = render::history::in_doubt(&found, &mut stderr());
        }
        found
    }

    /// Returns when keys were handed over, by slug, and the retailers whose partner is known to
    /// upload itself. Unreadable records are omitted, with a warning.
    pub(crate) async fn journey_records(&self, environment: &str) -> JourneyRecords {
        let read = async {
            let store = self.store()?;
            let uploads = loop_uploads(&*store, environment).await?;
            let proven = self.fleet.iter().filter(|of| uploads.contains_key(&of.name));
            Ok::<_, Failure>((store, proven.map(|of| of.slug.clone()).collect()))
        };
        let (store, loop_uploads) = match read.await {
            Ok(read) => read,
            Err(failure) => {
                let why = failure.advice.map_or_else(String::new, |advice| advice.message);
                warn(
                    &self.global,
                    &format!("handoffs and the partner's own uploads are left out: {why}"),
                );
                return JourneyRecords::default();
            }
        };
        let HandoffRecords { by_slug, errors } = store::records(&*store, environment).await;
        for (_, error) in errors {
            let why = Advice::because(&error, error.hint());
            warn(&self.global, &format!("a handoff of keys is left out: {why}"));
        }
        let partner = &self.project.partner;
        let retailers: BTreeMap<&str, &Retailer> =
            self.fleet.iter().map(|retailer| (retailer.slug.as_str(), retailer)).collect();
        let handed_over = |(slug, record): (String, HandoffRecord)| {
            let hubs = retailers.get(slug.as_str()).map(|of| of.hubs(partner));
            let handed = HandedOver {
                on: day(record.at),
                has_other_hubs: hubs.is_some_and(|hubs| record.has_other_hubs(hubs)),
                name: record.retailer,
                checked: record.checked.map(|check| (day(check.at), check.same.changed())),
            };
            (slug, handed)
        };
        let handoffs = by_slug.into_iter().map(handed_over).collect();
        JourneyRecords { handoffs, loop_uploads }
    }
}
