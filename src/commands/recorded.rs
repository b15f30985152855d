//! What an apply reads from earlier journals, and how it starts its own.

use crate::cli::Global;
use crate::console::warn;
use crate::exit::Failure;
use crate::model::Live;
use crate::plan::Plan;
use crate::render;
use crate::runs::journal::{
    self, Broken, FORMAT_VERSION, Found, Journal, JournalError, JournalEvent, RunStarted,
    UnresolvedAction, doubt, origin,
};
use crate::runs::lease::{self, Asks, Lease};
use crate::runs::{self, RunStore, StoreError};
use crate::session::Session;
use std::io::Write;
use std::sync::Arc;
use std::time::Duration;

/// Acquires the lease of an environment, or reports its holder.
pub(super) async fn lease(
    session: &Session,
    store: &Arc<dyn RunStore>,
    environment: &str,
) -> Result<Lease, Failure> {
    let lease_seconds = session.project.state.lease_seconds;
    let asks = Asks::here(environment, &session.project.root, lease_seconds);
    let lease = Lease::acquire(Arc::clone(store), asks, runs::boot::clock()).await;
    lease.map_err(|refused| refused.advice(environment).into())
}

/// Warns once that runs in CI cannot see each other's records.
pub(super) fn warn_of_lone_runs(session: &Session) {
    let is_ci = std::env::var("CI").is_ok_and(|ci| ci.eq_ignore_ascii_case("true") || ci == "1");
    if is_ci && !session.project.state.is_shared() {
        warn(
            &session.global,
            "this run keeps its records on this machine alone, so another job can apply at the same \
             time and knows nothing of this one; name a store in the project file:",
        );
        if !session.global.quiet {
            // Nothing can be reported if stderr is closed.
            let _ = writeln!(
                super::stderr(),
                "  state:\n    postgres: {{url: {{env: RECONCILE_STATE_URL}}}}"
            );
        }
    }
}

/// Warns if the shared run records cannot be read. Read-only commands continue.
pub(super) async fn warn_of_lost_store(session: &Session, environment: &str) {
    /// The time-out of read-only commands.
    const PATIENCE: Duration = Duration::from_secs(5);
    if !session.project.state.is_shared() {
        return;
    }
    let why = match session.store() {
        Ok(store) => {
            match tokio::time::timeout(PATIENCE, lease::find(&*store, environment)).await {
                Ok(Ok(_)) => return,
                Ok(Err(error)) => error.to_string(),
                Err(_) => format!("the run records in {} cannot be read in time", store.place()),
            }
        }
        Err(failure) => failure.advice.map_or_else(String::new, |advice| advice.message),
    };
    warn(&session.global, &format!("{why}; until they can be, apply is refused"));
}

/// Finds the unresolved actions of earlier runs in an environment.
pub(super) async fn in_doubt(
    session: &Session,
    store: &dyn RunStore,
    environment: &str,
) -> Result<Vec<doubt::Open>, Failure> {
    let warn_of = |place: &str, Broken { line, why }: &Broken| {
        let message = format!(
            "the journal {place} is broken at line {line} ({why}), so what that run left in doubt \
             may not be seen"
        );
        warn(&session.global, &message);
    };
    journal::in_doubt(store, environment, warn_of).await.map_err(|error| unusable(&error))
}

/// Resolves the unresolved actions against live, and prints the results to stderr.
pub(super) fn look(global: &Global, open: &[doubt::Open], live: &Live) -> Vec<UnresolvedAction> {
    let found: Vec<_> = open.iter().map(|open| doubt::look(open, live)).collect();
    if !global.quiet {
        // Nothing can be reported if stderr is closed.
        let _ = render::history::in_doubt(&found, &mut super::stderr());
    }
    found
}

/// Starts the journal of a run. Without one nothing is written to any system.
pub(super) async fn begin(
    session: &Session,
    plan: &Plan,
    store: &Arc<dyn RunStore>,
    lease: &Lease,
    found: Vec<UnresolvedAction>,
) -> Result<Journal, Failure> {
    let run = lease.run();
    let started = RunStarted {
        format_version: FORMAT_VERSION.into(),
        run_id: run.run_id.clone(),
        environment: plan.environment.clone(),
        fingerprint: plan.fingerprint.clone(),
        tool_version: env!("CARGO_PKG_VERSION").into(),
        commit: origin::commit(&session.project.root),
        who: origin::who(&session.project.root),
        token: Some(run.token),
        host: Some(origin::host()),
        job: origin::job(),
        retailers: plan.retailers.iter().filter(|retailer| !retailer.actions.is_empty()).count(),
        actions: plan.actions().count(),
    };
    let journal = Journal::new(Arc::clone(store), run.clone(), lease.permit());
    let written = async {
        journal.append(JournalEvent::RunStarted(started)).await?;
        for doubt in found {
            let event = match doubt.found {
                Found::Unknown => JournalEvent::InDoubtUnresolved(doubt),
                Found::There | Found::NotThere | Found::SomethingElse => {
                    JournalEvent::InDoubtResolved(doubt)
                }
            };
            journal.append(event).await?;
        }
        Ok(())
    };
    written.await.map_err(|error| failure(&error))?;
    Ok(journal)
}

/// Describes why a journal cannot be written.
pub(super) fn failure(error: &JournalError) -> Failure {
    Failure::because(error, "nothing is written without a journal: make room, or let it be written")
}

/// Describes why the end of a journal could not be written, and what is certain nevertheless.
pub(super) fn incomplete(error: &JournalError) -> Failure {
    Failure::because(
        error,
        "what is listed as applied is done, and nothing was sent whose start is not recorded; the \
         next run looks up the actions whose end is not",
    )
}

/// Describes why the store of the run records cannot be used.
pub(super) fn unusable(error: &StoreError) -> Failure {
    Failure::because(error, error.hint())
}
