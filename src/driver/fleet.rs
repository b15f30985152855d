//! Checks a whole fleet, and sends nothing.

use super::loop_upload;
use super::prepare::beginning;
use super::read_only::drive_read_only;
use crate::exit::Failure;
use crate::identity::Identity;
use crate::matching::match_each;
use crate::model::{Advice, Backend, Live, Retailer, System, Upload};
use crate::process;
use crate::runs::test_run::{TestRunStore, test_run_slugs};
use crate::session::{self, Connection, Session};
use crate::verify::{
    Finding, Proof, Report, Request, TestRun, Verification, VerifyInput, next, provable,
    reads_since,
};
use jiff::civil::Date;
use std::collections::BTreeMap;
use tokio::sync::OnceCell;

/// A retailer that can be checked.
struct Candidate<'a> {
    task: VerifyInput<'a>,
    /// The store of its test run, and the test run; or why they are unknown.
    kept: Result<(TestRunStore, Option<TestRun>), Failure>,
    /// The day from which its returns are read.
    reads_since: Date,
}

impl Candidate<'_> {
    /// Returns the id in OmniRPS, if known.
    fn id(&self) -> Option<String> {
        Some(self.task.identity.record(System::Omnirps).ok()?.id.to_string())
    }
}

/// Checks what the journeys of the retailers in scope require next, as far as nothing must be
/// sent. Returns the reports by the retailers' names, with the updated test runs.
pub(crate) async fn check_fleet<'a>(
    session: &'a Session,
    opened: &Connection,
    live: &'a Live,
) -> Result<Vec<(&'a Retailer, Report, Option<TestRun>)>, Failure> {
    let can_read = opened.reader.can_read_uploads();
    let calls: &[Proof] = if can_read { &[Proof::Uploads] } else { &[] };
    let candidates = candidates(session, live, calls).await?;
    let mut listed = BTreeMap::new();
    if can_read {
        let since = candidates.iter().filter_map(|of| Some((of.id()?, of.reads_since)));
        let concurrency = opened.limits.concurrency as usize;
        listed = opened.reader.uploads_of(&since.collect(), concurrency).await;
    }
    let mut checked = Vec::new();
    for of in candidates {
        let retailer = of.task.retailer;
        let listed = of.id().and_then(|id| listed.get(&id));
        let (report, run) = check(of, listed).await;
        checked.push((retailer, report, run));
    }
    let found = checked.iter().map(|(retailer, report, _)| (*retailer, report));
    loop_upload::record(session, session.environment()?.0, found).await;
    Ok(checked)
}

/// Returns the retailers in scope that can be checked.
async fn candidates<'a>(
    session: &'a Session,
    live: &'a Live,
    calls: &[Proof],
) -> Result<Vec<Candidate<'a>>, Failure> {
    let store = session.store()?;
    let (name, environment) = session.environment()?;
    let partner = &session.project.partner;
    let today = session::today();
    let kept = test_run_slugs(&*store, name).await?;
    let seen = match_each(&session.fleet, partner, live);
    let all_runs = OnceCell::new();
    let mut all = Vec::new();
    for (retailer, seen) in session.fleet.iter().zip(seen) {
        let slug = &retailer.slug;
        let beginning = beginning(retailer);
        let stated = TestRun::stated(retailer, beginning.clone());
        let has_begun = kept.contains(slug) || stated.is_some();
        let can_look = next(retailer).iter().any(|proof| has_begun || !proof.is_of_test());
        if !session.in_scope(retailer) || !can_look {
            continue;
        }
        let open = TestRunStore::open(store.clone(), &session.state_folder(), name, slug);
        let kept = match open {
            // A whole fleet has more test runs than files can be open.
            Ok(of) => load(&of, retailer, &all_runs).await.map(|run| (of.released(), run)),
            Err(failure) => Err(failure),
        };
        let run = kept.as_ref().ok().and_then(|(_, run)| run.clone()).or(stated);
        let proofs = if kept.is_ok() { provable(retailer, run.as_ref()) } else { next(retailer) };
        if proofs.is_empty() {
            continue;
        }
        let request = Request { retailer, proof: None, again: false, since: None };
        let since = request.since(&proofs)?;
        let task = VerifyInput {
            retailer,
            environment: name,
            desired: process::desired(retailer, partner),
            identity: Identity::seen(retailer, live, seen),
            proofs,
            sent: Vec::new(),
            calls: calls.to_vec(),
            again: false,
            is_read_only: true,
            is_embedded: environment.backend == Backend::Embedded,
            label_body: Ok(()),
            since,
            today,
            beginning,
        };
        let reads_since = reads_since(run.as_ref(), since, today);
        all.push(Candidate { task, kept, reads_since });
    }
    all.sort_by(|a, b| a.task.retailer.name.cmp(&b.task.retailer.name));
    Ok(all)
}

async fn load(
    of: &TestRunStore,
    retailer: &Retailer,
    all: &OnceCell<BTreeMap<String, TestRun>>,
) -> Result<Option<TestRun>, Failure> {
    of.load(&retailer.name, all).await?.map(|run| run.of(retailer, false)).transpose()
}

/// Returns the report of one retailer, and its updated test run. A failure for one retailer
/// does not hide the others.
async fn check(
    Candidate { task, kept, reads_since: _ }: Candidate<'_>,
    listed: Option<&Result<Vec<Upload>, Advice>>,
) -> (Report, Option<TestRun>) {
    let (store, run) = match kept {
        Ok(kept) => kept,
        Err(failure) => {
            let of = |proof: &Proof| Some(Finding::failed(*proof, failure.advice.clone()?));
            let findings = task.proofs.iter().filter_map(of).collect();
            return (Report { findings, ..Report::new(task.environment, task.retailer) }, None);
        }
    };
    let mut verification = Verification::new(task, run);
    drive_read_only(&mut verification, &store, listed).await;
    verification.finish()
}
