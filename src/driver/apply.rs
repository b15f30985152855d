//! Executes a plan under a lease, with a journal of every action.
//!
//! Enters: a plan, an open environment and the lease. Leaves: the report, which the journal
//! confirms.

use crate::apply::saved::Settled;
use crate::apply::{ApplyReport, OnError, StopOnError, apply, exit_code, not_done};
use crate::exit::{Exit, Failure};
use crate::interrupt::Interrupt;
use crate::model::{Advice, Live, System, listed};
use crate::plan::Plan;
use crate::progress::Progress;
use crate::runs::journal::{self, Commit, Found, JournalEvent, RunEnded, UnresolvedAction};
use crate::runs::lease::Lease;
use crate::systems::{self, Reader, Writer};
use std::collections::BTreeSet;
use std::sync::Arc;

/// A run of a plan.
#[derive(Clone, Copy)]
pub(crate) struct ApplyRun<'a> {
    /// The commit that the files are from.
    pub commit: Option<&'a Commit>,
    pub plan: &'a Plan,
    /// The outcomes that are known before anything is sent.
    pub settled: &'a Settled,
    pub reader: &'a Reader,
    pub concurrency: usize,
    pub lease: &'a Lease,
    pub interrupt: &'a Interrupt,
    pub on_error: OnError,
    /// Whether creates have other idempotency keys than in other runs.
    pub has_fresh_keys: bool,
    pub quiet: bool,
}

/// What a run has done.
pub(crate) struct Executed {
    pub report: ApplyReport,
    /// Whether the end of the journal was written.
    recorded: Result<(), Advice>,
}

impl ApplyRun<'_> {
    /// Executes the plan. `found` are the actions of earlier runs, as resolved from live.
    pub(crate) async fn execute(
        &self,
        found: Vec<UnresolvedAction>,
        live: &Live,
    ) -> Result<Executed, Failure> {
        let ApplyRun { plan, lease, interrupt, .. } = *self;
        let run_id = lease.run().run_id.as_str();
        if !plan.has_actions() && found.is_empty() {
            let report = ApplyReport::new(plan, run_id, std::iter::empty());
            return Ok(Executed { report, recorded: Ok(()) });
        }
        let permit = lease.permit();
        let retailers = plan.actions().map(|(retailer, _)| retailer.retailer.as_str());
        interrupt.begin(retailers);
        let failed_systems: BTreeSet<System> = live.failed().map(|(system, _)| system).collect();
        let stays = found.iter().filter(|of| of.found == Found::Unknown).map(|of| &of.action);
        let stays = stays.filter(|action| failed_systems.contains(&action.system));
        let in_doubt = stays.map(|action| action.retailer.clone()).collect();
        let journal = match journal::begin(self.commit, plan, lease, found).await {
            Ok(journal) => journal,
            Err(Advice { message, hint }) => {
                let hint = format!("no changes are made without a journal: {hint}");
                let failure = match permit.is_lost() {
                    true => lost(lease).await,
                    false => Failure::failed(message, hint),
                };
                let report = ApplyReport::new(plan, run_id, std::iter::empty());
                return Err(self.naming(failure, &report));
            }
        };
        let progress = Progress::new(plan, self.quiet);
        let writer = Writer::new(self.reader, &plan.environment);
        let writer = if self.has_fresh_keys { writer.with_fresh_keys(run_id) } else { writer };
        let permit: Arc<dyn systems::Permit> = Arc::new(permit);
        let writer = writer.with_permit(&permit);
        let on_error = StopOnError::new(self.on_error);
        let sinks = (interrupt, (&on_error, (&journal, &progress)));
        let report = apply(plan, self.settled, run_id, &writer, &sinks, self.concurrency).await;
        let report = ApplyReport { failed_systems, in_doubt, ..report };
        progress.finish();
        let interrupted = interrupt.is_stop_requested();
        let ended = JournalEvent::RunEnded(RunEnded { summary: report.summary, interrupted });
        Ok(Executed { report, recorded: journal.append(ended).await })
    }

    /// Returns the exit code, or why the run did not do everything.
    pub(crate) async fn exit_code(
        &self,
        executed: &Executed,
        detailed: bool,
    ) -> Result<Exit, Failure> {
        let Executed { report, recorded } = executed;
        if let Err(error) = recorded {
            let exit = if report.has_written() { Exit::Partly } else { Exit::Failed };
            let hint = "the actions listed as applied are done, and none was sent without a \
                        record; the next run looks up those without a recorded result";
            let failure = Failure { exit, ..Failure::failed(&error.message, hint) };
            return Err(self.naming(failure, report));
        }
        if report.summary.not_done() > 0 && self.lease.permit().check().is_err() {
            return Err(self.naming(lost(self.lease).await, report));
        }
        exit_code(self.plan, report, detailed)
    }

    /// Adds the retailers concerned to the reason of a run that could not go on.
    fn naming(&self, mut failure: Failure, report: &ApplyReport) -> Failure {
        let planned = self.plan.retailers.iter().filter(|of| !of.actions.is_empty());
        let planned: Vec<&str> = planned.map(|of| of.retailer.as_str()).collect();
        let (what, retailers) = match not_done(report) {
            _ if report.actions.is_empty() => ("nothing", planned),
            not_done if not_done.is_empty() => ("everything", planned),
            not_done => ("not everything", not_done),
        };
        if let Some(advice) = failure.advice.as_mut().filter(|_| !retailers.is_empty()) {
            advice.message += &format!("; {what} was applied for {}", listed(&retailers));
        }
        failure
    }
}

/// Returns a failure that names the holder of the lease that the run has lost.
async fn lost(lease: &Lease) -> Failure {
    let permit = lease.permit();
    let slow = if permit.has_only_expired().await {
        "; if this happens again, the store is too slow for `state.lease_seconds`: raise it"
    } else {
        ""
    };
    let hint = format!("the next run performs the remaining actions{slow}");
    let failure = Failure::failed(permit.find_holder().await, hint);
    Failure { exit: Exit::Partly, ..failure }
}
