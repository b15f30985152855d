//! Finds and reads the journals of past runs.

use super::chain::{Broken, Chain, Parsed, PastRun, parse};
use super::event::{Found, JournalEvent, UnresolvedAction};
use super::recovery;
use super::view::{RunState, RunView};
use crate::apply::OutcomeKind;
use crate::exit::Failure;
use crate::model::Advice;
use crate::runs::{JournalText, RunStore, StoreError, lease};
use std::collections::{BTreeMap, BTreeSet};

/// The word for the newest run.
const LATEST: &str = "latest";

async fn read(store: &dyn RunStore, run_id: &str) -> Result<PastRun, StoreError> {
    let JournalText { bytes, place, is_locked: running } = store.read(run_id).await?;
    let mut parsed = parse(&bytes);
    if let Some(JournalEvent::RunStarted(started)) = parsed.lines.first().map(|line| &line.event)
        && started.run_id != run_id
    {
        let why = format!("it is the journal of another run, {}", started.run_id);
        parsed = Parsed { lines: Vec::new(), chain: Chain::Broken(Broken { line: 1, why }) };
    }
    Ok(PastRun { run_id: run_id.into(), place, parsed, running })
}

/// Finds what earlier runs in an environment left in doubt, from the newest run back to one
/// that has done the same. `broken` is called for each journal whose chain is broken.
pub(crate) async fn find_unresolved(
    store: &dyn RunStore,
    environment: &str,
    broken: impl Fn(&str, &Broken),
) -> Result<Vec<recovery::OpenAction>, StoreError> {
    let mut search = recovery::UnresolvedSearch::default();
    for run_id in store.runs(Some(environment)).await?.iter().rev() {
        let past = read(store, run_id).await?;
        let run = RunView::new(&past);
        if let Some(why) = &run.broken {
            broken(&past.place, why);
        }
        let here = run.started.as_ref().is_some_and(|started| started.environment == environment);
        if here && !search.add_older_run(&run) {
            break;
        }
    }
    Ok(search.open)
}

/// The journals of a store.
pub(crate) struct Journals<'a> {
    store: &'a dyn RunStore,
    /// The runs that hold a lease.
    running: Vec<String>,
    /// Why leases are damaged, by their keys.
    damaged: BTreeMap<String, StoreError>,
    /// Newest first.
    runs: Vec<String>,
}

impl<'a> Journals<'a> {
    /// Lists the runs of a store.
    pub(crate) async fn open(store: &'a dyn RunStore) -> Result<Journals<'a>, StoreError> {
        let mut runs = store.runs(None).await?;
        runs.reverse();
        let (running, damaged) = lease::running(store).await?;
        Ok(Journals { store, running, damaged, runs })
    }

    /// Returns the ids of all runs, newest first.
    pub(crate) fn runs(&self) -> &[String] {
        &self.runs
    }

    /// Finds a run by its id, by the beginning of its id, or as `latest`.
    pub(crate) fn find(&self, name: &str) -> Result<&str, Failure> {
        let latest = self.runs.first().ok_or_else(|| self.no_run())?;
        if name == LATEST {
            return Ok(latest);
        }
        if let Some(run) = self.runs.iter().find(|run| *run == name) {
            return Ok(run);
        }
        let runs: Vec<&String> = self.runs.iter().filter(|run| run.starts_with(name)).collect();
        let message = match runs.as_slice() {
            [run] => return Ok(run),
            [] => format!("there is no run `{name}`"),
            runs => {
                let ids: Vec<&str> = runs.iter().map(|run| run.as_str()).collect();
                format!("`{name}` is the beginning of {} runs: {}", ids.len(), ids.join(", "))
            }
        };
        Err(Failure::usage(message, "`reconcile history` lists the runs; `latest` is the newest"))
    }

    fn no_run(&self) -> Failure {
        Failure::usage(
            format!("there is no run in {}", self.store.place()),
            "`reconcile apply` records its runs there",
        )
    }

    /// Finds and reads the journal of a run. `latest` is the newest in an environment if one is
    /// given.
    pub(crate) async fn read_run(
        &self,
        name: &str,
        environment: Option<&str>,
    ) -> Result<PastRun, Failure> {
        let run = self.find(name)?;
        let Some(environment) = environment.filter(|_| name == LATEST) else {
            return Ok(self.read(run).await?);
        };
        let runs = self.store.runs(Some(environment)).await?;
        Ok(self.read(runs.last().ok_or_else(|| self.no_run())?).await?)
    }

    /// Reads one journal.
    pub(crate) async fn read(&self, run_id: &str) -> Result<PastRun, StoreError> {
        let past = read(self.store, run_id).await?;
        let running = past.running || self.running.iter().any(|run| run == run_id);
        Ok(PastRun { running, ..past })
    }

    /// Returns why it is unknown whether a run without an end is still in progress.
    pub(crate) fn may_be_running(&self, run: &RunView) -> Option<Advice> {
        let environment = run.environment().filter(|_| run.state == RunState::Crashed)?;
        let damaged = self.damaged.get(&lease::key(environment))?;
        let why = format!("it is unknown whether a run in `{environment}` is still in progress");
        Some(Advice::new(format!("{why}: {damaged}"), damaged.hint()))
    }

    /// Rejects a run that is in progress, or of which that is unknown.
    pub(crate) fn check_ended(&self, run: &RunView) -> Result<(), Advice> {
        if run.state == RunState::Running {
            let why = format!("the run {} is still running", run.run_id);
            return Err(Advice::new(why, "wait until it has ended"));
        }
        self.may_be_running(run).map_or(Ok(()), Err)
    }

    /// Reads all journals, newest first.
    pub(crate) async fn read_all(&self) -> Result<Vec<PastRun>, StoreError> {
        use futures_util::{StreamExt, TryStreamExt};
        // Few enough that a store does not throttle the requests.
        const AT_ONCE: usize = 8;
        let reads = self.runs.iter().map(|run| self.read(run));
        futures_util::stream::iter(reads).buffered(AT_ONCE).try_collect().await
    }

    /// Returns what later runs found of the actions that a run left in doubt. Fails if a journal
    /// that may say so is broken.
    pub(crate) async fn found_later(
        &self,
        run: &RunView,
    ) -> Result<Vec<UnresolvedAction>, Failure> {
        let in_doubt = run.actions.iter().filter(|of| of.outcome == OutcomeKind::InDoubt);
        let mut open: BTreeSet<&str> = in_doubt.map(|action| action.id.as_str()).collect();
        let mut found = Vec::new();
        if open.is_empty() {
            return Ok(found);
        }
        let runs = self.store.runs(run.environment().map(String::as_str)).await?;
        for run_id in runs.iter().filter(|id| **id > run.run_id) {
            let past = read(self.store, run_id).await?;
            let later = RunView::new(&past);
            let is_here = later.environment() == run.environment();
            if let Some(broken) = &later.broken
                && (is_here || later.environment().is_none())
            {
                return Err(broken.failure(&past.place));
            }
            if !is_here {
                continue;
            }
            let (unknown, known): (Vec<_>, Vec<_>) =
                later.in_doubt_before.iter().partition(|before| before.found == Found::Unknown);
            let own = known.into_iter().filter(|before| before.run_id == run.run_id);
            found.extend(own.filter(|before| open.remove(before.action.id.as_str())).cloned());
            // The runs after it have no more to find.
            if open.is_empty() || (later.has_resolved_earlier() && unknown.is_empty()) {
                break;
            }
        }
        Ok(found)
    }
}
