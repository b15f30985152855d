//! `reconcile verify`: proves with a test label and a test return that a retailer is set up
//! correctly, and checks whether its returns arrive and are reported. It writes no settings.
//! Without a retailer it checks all retailers in scope, and sends nothing.

use crate::attest::{Verified, record_verified, unseen};
use crate::cli::{Global, ReportFormat, VerifyArgs};
use crate::console::print_report;
use crate::driver::{VerifyRun, check_fleet};
use crate::exit::{Exit, Failure};
use crate::model::{Retailer, System, listed};
use crate::render;
use crate::scope;
use crate::session::{self, Mentioned, Session};
use crate::systems::Purpose;
use crate::verify::{FleetReport, Proof, Report, Request, TestRun};

/// Proves what the retailer's journey requires next, or what the command line requests.
pub(super) async fn run(global: &Global, args: &VerifyArgs) -> Result<Exit, Failure> {
    args.check()?;
    let VerifyArgs { proof, again, since, timeout, in_production, .. } = *args;
    let word = args.retailer.as_deref();
    let usage = |session: &Session| {
        let found = word.and_then(|word| scope::find(&session.fleet, word).ok());
        let request = found.map(|retailer| Request { retailer, proof, again, since });
        request.map_or(Ok(()), |request| request.since(&request.proofs()).map(drop))
    };
    let records = args.record.then_some("--record");
    let mentioned =
        Mentioned { retailer: word, records, usage: Some(&usage), ..Mentioned::default() };
    let session = Session::load(global, mentioned)?;
    let Some(word) = word else { return run_fleet(session, args).await };
    let retailer = find(session, word)?;
    let request = Request { retailer, proof, again, since };
    let proofs = request.proofs();
    let since = request.since(&proofs)?;
    if proofs.is_empty() {
        let report = Report::new(session.environment()?.0, retailer);
        print_report(args.format, &report, |_, out| render::verify::nothing(retailer, out))?;
        return Ok(Exit::Done);
    }
    let run = VerifyRun { session, request, proofs, since, timeout, in_production };
    let (mut report, kept) = run.execute().await?;
    let verified = record(session, args, retailer, &mut report, kept.as_ref());
    print_report(args.format, &report, |_, out| render::verify::report(&report, out))?;
    print_recorded(session, args.format, retailer, &verified)?;
    done(&[report])?;
    Ok(if verified.refused.is_empty() { Exit::Done } else { Exit::Failed })
}

/// Fails with the retailers whose proofs failed.
fn done(reports: &[Report]) -> Result<(), Failure> {
    let not_proven = reports.iter().filter_map(|report| {
        let proofs: Vec<String> = report.not_proven().collect();
        (!proofs.is_empty()).then(|| format!("{} ({})", report.retailer, proofs.join(", ")))
    });
    let not_proven: Vec<String> = not_proven.collect();
    if not_proven.is_empty() {
        return Ok(());
    }
    Err(Failure::failed(
        format!("not proven for {}", listed(&not_proven)),
        "the report shows why and what to do; run the command again afterwards",
    ))
}

/// Checks what the journeys require next, as far as nothing must be sent.
async fn run_fleet(session: &Session, args: &VerifyArgs) -> Result<Exit, Failure> {
    let (name, environment) = session.environment()?;
    let in_scope = || session.fleet.iter().filter(|retailer| session.in_scope(retailer));
    let opened = session.open_for(environment, Purpose::Probes).await?;
    let mut scopes = session.needed_scopes(None);
    scopes.retain(|system, _| *system == System::Omnirps);
    let live = opened.read_scopes(&scopes).await;
    super::print_failed_reads(&live);
    let checked = check_fleet(session, &opened, &live).await?;
    opened.close().await;

    let mut reports = Vec::new();
    let mut recorded: Vec<(&Retailer, Verified)> = Vec::new();
    for (retailer, mut report, run) in checked {
        recorded.push((retailer, record(session, args, retailer, &mut report, run.as_ref())));
        reports.push(report);
    }
    let fleet = FleetReport::new(name, reports, in_scope().count());
    print_report(args.format, &fleet, |width, out| render::verify::fleet(&fleet, width, out))?;
    let mut has_failed = live.failed().next().is_some();
    for (retailer, verified) in recorded {
        has_failed |= !verified.refused.is_empty();
        print_recorded(session, args.format, retailer, &verified)?;
    }
    done(&fleet.retailers)?;
    Ok(if has_failed { Exit::Failed } else { Exit::Done })
}

/// Finds the retailer. If the word is a proof, the retailer was omitted.
fn find<'a>(session: &'a Session, word: &str) -> Result<&'a Retailer, Failure> {
    let mut found = session.find(word);
    if let Err(Failure { advice: Some(advice), .. }) = &mut found
        && Proof::ALL.iter().any(|proof| proof.key() == word)
    {
        advice.hint = format!(
            "write the retailer before it, as in `reconcile verify RETAILER {word}`; without \
             either, `reconcile verify` checks the whole fleet"
        );
    }
    found
}

/// Records what was proven in the retailer's file, if requested.
fn record(
    session: &Session,
    args: &VerifyArgs,
    retailer: &Retailer,
    report: &mut Report,
    run: Option<&TestRun>,
) -> Verified {
    if !args.record {
        return Verified::default();
    }
    let capabilities = session.capabilities(&report.environment);
    let unseen = unseen(retailer, &session.project.partner, &capabilities);
    record_verified(&session.sources, retailer, &unseen, report, run, session::today())
}

/// Prints the edits to the retailer's file, the next steps, and why something else was not
/// recorded.
fn print_recorded(
    session: &Session,
    format: ReportFormat,
    retailer: &Retailer,
    Verified { written, refused }: &Verified,
) -> Result<(), Failure> {
    if let (Some((written, now)), ReportFormat::Text) = (written, format) {
        super::print(|out| {
            render::attest::wrote(&retailer.file, &retailer.name, written, out)?;
            render::attest::next(&session.next(now), out)
        })?;
    }
    refused.iter().for_each(super::print_failure);
    if let Some((written, _)) = written {
        super::print_diagnostics(&session.global, &written.warnings);
    }
    Ok(())
}
