//! `reconcile verify` without a retailer: checks all retailers in scope, and sends nothing.

use crate::attest::{Verified, record_verified};
use crate::cli::{Global, ReportFormat, VerifyArgs};
use crate::driver::{self, TestRunStore, drive_read_only};
use crate::exit::{Exit, Failure};
use crate::identity::Identity;
use crate::matching::match_each;
use crate::model::{Backend, Live, ReadFailure, Retailer, System, Upload};
use crate::process;
use crate::render;
use crate::session::{self, Session};
use crate::systems::Purpose;
use crate::verify::{
    Beginning, Finding, FleetReport, Proof, Report, Request, Task, TestRun, Verification,
    check_recordable, next, provable, reads_since,
};
use jiff::civil::Date;
use std::collections::BTreeMap;

/// A retailer that can be checked.
struct Looked<'a> {
    retailer: &'a Retailer,
    /// The name of the environment, and whether it is the embedded sandbox.
    environment: (&'a str, bool),
    proofs: Vec<Proof>,
    /// The store of its test run, and the test run; or why they are unknown.
    kept: Result<(TestRunStore, Option<TestRun>), Failure>,
    /// The day from which its uploads count.
    since: Option<Date>,
    /// The day from which its returns are read.
    reads_since: Date,
    identity: Identity<'a>,
    beginning: Beginning,
}

impl Looked<'_> {
    /// Returns the id in OmniRPS, if known.
    fn id(&self) -> Option<String> {
        Some(self.identity.record(System::Omnirps).ok()?.id.to_string())
    }
}

/// Checks what the journeys require next, as far as nothing must be sent.
pub(super) async fn run(global: &Global, args: &VerifyArgs) -> Result<Exit, Failure> {
    let session = Session::load(global)?;
    session.check_scope()?;
    let (name, environment) = session.environment()?;
    let in_scope: Vec<&Retailer> =
        session.fleet.iter().filter(|retailer| session.in_scope(retailer)).collect();
    let is_embedded = environment.backend == Backend::Embedded;
    if let (true, true, Some(first)) = (is_embedded, args.record, in_scope.first()) {
        check_recordable(&session.project, first, name)?;
    }
    let opened = session.open_for(environment, Purpose::Probes).await?;
    let mut needs = session.needs(None);
    needs.retain(|system, _| *system == System::Omnirps);
    let live = opened.read_scopes(&needs).await;
    super::tell_unknown(&live);
    let looked = looked(&session, (name, is_embedded), &live).await?;
    let mut calls = Vec::new();
    let mut listed = BTreeMap::new();
    if opened.reader.can_read_uploads() {
        calls.push(Proof::Uploads);
        let since = looked.iter().filter_map(|of| Some((of.id()?, of.reads_since)));
        let concurrency = environment.limits.concurrency as usize;
        listed = opened.reader.uploads_of(&since.collect(), concurrency).await;
    }
    opened.close().await;

    let mut reports = Vec::new();
    let mut recorded: Vec<(&Retailer, Verified)> = Vec::new();
    for of in looked {
        let retailer = of.retailer;
        let listed = of.id().and_then(|id| listed.get(&id));
        let (mut report, run) = verified(&session, of, &calls, listed).await;
        if args.record {
            let (sources, today) = (&session.sources, session::today());
            let verified = record_verified(sources, retailer, &mut report, run.as_ref(), today);
            recorded.push((retailer, verified));
        }
        reports.push(report);
    }
    let fleet = FleetReport::new(name, reports, in_scope.len());
    super::print_text(args.format == ReportFormat::Text, |width, out| match args.format {
        ReportFormat::Text => render::verify::fleet(&fleet, width, out),
        ReportFormat::Json => render::json::write(&fleet, out),
    })?;
    let mut has_failed =
        live.failed().next().is_some() || fleet.retailers.iter().any(Report::has_failed);
    for (retailer, verified) in recorded {
        has_failed |= !verified.refused.is_empty();
        super::verify::tell_recorded(&session, args.format, retailer, &verified)?;
    }
    Ok(if has_failed { Exit::Failed } else { Exit::Done })
}

/// Returns the retailers in scope that can be checked.
async fn looked<'a>(
    session: &'a Session,
    environment: (&'a str, bool),
    live: &'a Live,
) -> Result<Vec<Looked<'a>>, Failure> {
    let store = session.store()?;
    let (name, _) = environment;
    let kept = driver::test_run_slugs(&*store, name).await;
    let kept = kept?;
    let seen = match_each(&session.fleet, &session.project.partner, live);
    let mut all = Vec::new();
    for (retailer, seen) in session.fleet.iter().zip(seen) {
        let slug = &retailer.slug;
        let beginning = driver::beginning(slug);
        let stated = TestRun::stated(retailer, beginning.clone());
        let has_begun = kept.contains(slug) || stated.is_some();
        let can_look = next(retailer).iter().any(|proof| has_begun || !proof.is_of_test());
        if !session.in_scope(retailer) || !can_look {
            continue;
        }
        let open = TestRunStore::open(store.clone(), &session.state_folder(), name, slug);
        let kept = match open {
            Ok(of) => of.load().await.map(|run| (of, run.map(|run| run.with_stated(retailer)))),
            Err(failure) => Err(failure),
        };
        let run = kept.as_ref().ok().and_then(|(_, run)| run.clone()).or(stated);
        let proofs = if kept.is_ok() { provable(retailer, run.as_ref()) } else { next(retailer) };
        if proofs.is_empty() {
            continue;
        }
        let request = Request { retailer, proof: None, again: false, since: None };
        let since = request.since(&proofs)?;
        all.push(Looked {
            retailer,
            environment,
            proofs,
            kept,
            since,
            reads_since: reads_since(run.as_ref(), since, session::today()),
            identity: Identity::seen(retailer, live, seen),
            beginning,
        });
    }
    all.sort_by(|a, b| a.retailer.name.cmp(&b.retailer.name));
    Ok(all)
}

/// Returns the report of one retailer, and its updated test run. A failure for one retailer
/// does not hide the others.
async fn verified(
    session: &Session,
    of: Looked<'_>,
    calls: &[Proof],
    listed: Option<&Result<Vec<Upload>, ReadFailure>>,
) -> (Report, Option<TestRun>) {
    let Looked { retailer, environment, proofs, kept, since, reads_since: _, identity, beginning } =
        of;
    let (environment, is_embedded) = environment;
    let failed = |failure: Failure| {
        let of = |proof: &Proof| Some(Finding::failed(*proof, failure.advice.clone()?));
        let findings = proofs.iter().filter_map(of).collect();
        (Report { findings, ..Report::new(environment, retailer) }, None)
    };
    let (store, run) = match kept {
        Ok(kept) => kept,
        Err(failure) => return failed(failure),
    };
    let task = Task {
        retailer,
        environment,
        desired: process::desired(retailer, &session.project.partner),
        identity,
        proofs: proofs.clone(),
        sent: Vec::new(),
        calls: calls.to_vec(),
        again: false,
        is_read_only: true,
        is_embedded,
        label_body: Ok(()),
        since,
        today: session::today(),
        beginning,
    };
    let mut verification = Verification::new(task, run);
    match drive_read_only(&mut verification, &store, listed).await {
        Ok(()) => verification.finish(),
        Err(failure) => failed(failure),
    }
}
