//! Starts the journal of a run.

use super::event::{Commit, FORMAT_VERSION, Found, JournalEvent, RunStarted, UnresolvedAction};
use super::origin;
use super::write::Journal;
use crate::model::Advice;
use crate::plan::Plan;
use crate::runs::lease::Lease;

/// Starts the journal of a run. Without a journal, nothing is written to any system.
pub(crate) async fn begin(
    commit: Option<&Commit>,
    plan: &Plan,
    lease: &Lease,
    found: Vec<UnresolvedAction>,
) -> Result<Journal, Advice> {
    let run = lease.run();
    let started = RunStarted {
        format_version: FORMAT_VERSION.into(),
        run_id: run.run_id.clone(),
        environment: plan.environment.clone(),
        fingerprint: plan.fingerprint.clone(),
        tool_version: env!("CARGO_PKG_VERSION").into(),
        commit: commit.cloned(),
        who: lease.who(),
        token: Some(run.token),
        host: Some(origin::host()),
        job: origin::job(),
        retailers: plan.retailers.iter().filter(|retailer| !retailer.actions.is_empty()).count(),
        actions: plan.actions().count(),
    };
    let journal = Journal::new(lease.permit());
    journal.append(JournalEvent::RunStarted(started)).await?;
    for unresolved in found {
        let event = match unresolved.found {
            Found::Unknown => JournalEvent::InDoubtUnresolved(unresolved),
            Found::Applied | Found::NotApplied | Found::Differs => {
                JournalEvent::InDoubtResolved(unresolved)
            }
        };
        journal.append(event).await?;
    }
    Ok(journal)
}
