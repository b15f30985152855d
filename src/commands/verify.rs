//! `reconcile verify`: proves with a test label and a test return that a retailer is set up
//! correctly, and checks whether its returns arrive and are reported. It writes no settings.

use super::verify_fleet;
use crate::attest::{Verified, record_verified};
use crate::cli::{Global, ReportFormat, VerifyArgs};
use crate::console::warn;
use crate::driver::{self, Driver, TestRunStore};
use crate::exit::{Exit, Failure};
use crate::identity::{self, Identity};
use crate::interrupt::Interrupt;
use crate::model::{Backend, Environment, Retailer};
use crate::process;
use crate::render;
use crate::session::{self, Session};
use crate::systems::{Prober, Purpose};
use crate::verify::{Proof, Report, Request, Task, TestRun, Verification, check_recordable};
use serde_json::Value as Json;

/// Proves what the retailer's journey requires next, or what the command line requests.
pub(super) async fn run(global: &Global, args: &VerifyArgs) -> Result<Exit, Failure> {
    let Some(word) = &args.retailer else { return verify_fleet::run(global, args).await };
    let session = Session::load(global)?;
    let retailer = find(&session, word)?;
    let (name, environment) = session.environment()?;
    let VerifyArgs { proof, again, since, .. } = *args;
    let request = Request { retailer, proof, again, since };
    let proofs = request.proofs()?;
    let since = request.since(&proofs)?;
    let is_embedded = environment.backend == Backend::Embedded;
    if is_embedded && args.record {
        check_recordable(&session.project, retailer, name)?;
    }
    if proofs.is_empty() {
        let report = Report::new(name, retailer);
        super::print(|out| match args.format {
            ReportFormat::Text => render::verify::nothing(retailer, out),
            ReportFormat::Json => render::json::write(&report, out),
        })?;
        return Ok(Exit::Done);
    }
    let local = session.state_folder();
    let store = TestRunStore::open(session.store()?, &local, name, &retailer.slug)?;
    let kept = store.load().await?.map(|run| run.with_stated(retailer));
    if let Some(warning) = request.check_again(kept.as_ref(), &proofs)? {
        warn(global, &warning);
    }
    // The limit is for unattended runs; this one has its own time-out.
    let mut environment = environment.clone();
    let patience = u32::try_from(args.timeout.as_secs()).unwrap_or(u32::MAX);
    let limits = &mut environment.limits;
    limits.deadline_seconds = limits.deadline_seconds.saturating_add(patience);

    let interrupt = Interrupt::watch(Exit::Failed);
    let opened = session.open_for(&environment, Purpose::Probes).await?;
    let calls = Prober::new(&opened.reader).calls(&opened.reader);
    let sent = TestRun::would_send(kept.as_ref().filter(|_| !again), retailer, &proofs, &calls);
    if !is_embedded && !args.in_production {
        request.check_permission(name, &sent)?;
    }
    let body = driver::label_body(&environment);
    if !sent.is_empty() {
        warn_sample(global, &environment);
    }
    let live = opened.read_scopes(&identity::read_scopes(retailer)).await;
    let partner = &session.project.partner;
    let task = Task {
        retailer,
        environment: name,
        desired: process::desired(retailer, partner),
        identity: Identity::new(retailer, &session.fleet, partner, &live),
        proofs,
        sent,
        calls,
        again,
        is_read_only: false,
        is_embedded,
        label_body: body.clone().map(drop),
        since,
        today: session::today(),
        beginning: driver::beginning(&retailer.slug),
    };
    let mut verification = Verification::new(task, kept);
    let driver = Driver {
        reader: &opened.reader,
        store: &store,
        name: &retailer.name,
        body: &body.unwrap_or(Json::Null),
        timeout: args.timeout,
        interrupt: &interrupt,
        quiet: global.quiet,
    };
    let driven = driver.drive(&mut verification, |message| warn(global, message)).await;
    let (report, kept) = verification.finish();
    opened.close().await;
    driven.and_then(|()| finish(&session, args, retailer, report, kept.as_ref()))
}

/// Finds the retailer. If the word is a proof, the retailer was omitted.
fn find<'a>(session: &'a Session, word: &str) -> Result<&'a Retailer, Failure> {
    let mut found = session.find(word);
    if let Err(Failure { advice: Some(advice), .. }) = &mut found
        && Proof::ALL.iter().any(|proof| proof.key() == word)
    {
        advice.hint = format!(
            "write the retailer before it, as in `reconcile verify RETAILER {word}`; without \
             either, `reconcile verify` looks at the whole fleet"
        );
    }
    found
}

/// Warns that a served sandbox gets the sample addresses of the embedded one.
fn warn_sample(global: &Global, environment: &Environment) {
    let is_served = environment.backend != Backend::Embedded;
    if is_served && environment.label.is_none() && driver::is_on_this_machine(environment) {
        warn(
            global,
            "the environment names no file with what a test label is asked for with; its systems \
             are on this machine, so the addresses of the sandbox are used",
        );
    }
}

/// Prints the report, and records what was proven if requested.
fn finish(
    session: &Session,
    args: &VerifyArgs,
    retailer: &Retailer,
    mut report: Report,
    run: Option<&TestRun>,
) -> Result<Exit, Failure> {
    let verified = if args.record {
        record_verified(&session.sources, retailer, &mut report, run, session::today())
    } else {
        Verified::default()
    };
    super::print(|out| match args.format {
        ReportFormat::Text => render::verify::report(&report, out),
        ReportFormat::Json => render::json::write(&report, out),
    })?;
    tell_recorded(session, args.format, retailer, &verified)?;
    let failed = report.has_failed() || !verified.refused.is_empty();
    Ok(if failed { Exit::Failed } else { Exit::Done })
}

/// Prints the edits to the retailer's file, the next steps, and why something else was not
/// recorded.
pub(super) fn tell_recorded(
    session: &Session,
    format: ReportFormat,
    retailer: &Retailer,
    verified: &Verified,
) -> Result<(), Failure> {
    let Verified { written, refused } = verified;
    if let (Some((written, now)), ReportFormat::Text) = (written, format) {
        super::print(|out| {
            render::attest::wrote(&retailer.file, &retailer.name, written, out)?;
            render::attest::next(&session.next(now), out)
        })?;
    }
    refused.iter().for_each(super::tell);
    if let Some((written, _)) = written {
        super::tell_report(&session.global, &written.warnings)?;
    }
    Ok(())
}
