//! `reconcile uploads`: whether returns still arrive, for the whole fleet.

use super::session::{self, Session};
use crate::cli::{Global, ReportFormat, UploadsArgs};
use crate::driver::test_runs;
use crate::exit::{Exit, Failure};
use crate::model::System;
use crate::render;
use crate::systems::Purpose;
use crate::uploads::{count, first_days, subjects};

/// Counts the returns of each retailer in scope that is in use. It holds a reader only.
pub(super) async fn run(global: &Global, args: &UploadsArgs) -> Result<Exit, Failure> {
    let session = Session::load(global)?;
    session.check_scope()?;
    let (name, environment) = session.environment()?;
    let opened = session.open_for(environment, Purpose::Probes).await?;
    if !opened.reader.tells_uploads() {
        opened.close().await;
        return Err(Failure::failed(
            format!("the environment `{name}` has no way to read uploads"),
            "add `uploads` to OmniRPS in the contract file, or to its `sql` in the project file",
        ));
    }
    let mut needs = session.needs(None);
    needs.retain(|system, _| *system == System::Omnirps);
    let live = opened.reader.read_what(&needs).await;
    let partner = &session.project.partner;
    let subjects = subjects(&session.fleet, partner, &live, |retailer| session.in_scope(retailer));
    let concurrency = environment.limits.concurrency as usize;
    let read = opened.reader.uploads_of(&first_days(&subjects), concurrency).await;
    opened.close().await;
    let store = session.store()?;
    let runs = test_runs(&*store, name).await.map_err(|error| super::recorded::unusable(&error))?;
    let uploads = count(name, subjects, &read, &runs, args.silent_after, session::today());
    super::print_text(args.format == ReportFormat::Text, |width, out| match args.format {
        ReportFormat::Text => render::uploads::table(&uploads, width, out),
        ReportFormat::Json => render::json::write(&uploads, out),
    })?;
    let summary = &uploads.summary;
    if summary.unknown > 0 {
        let unknown = uploads.retailers.iter().filter(|of| of.error.is_some());
        let names: Vec<&str> = unknown.map(|of| of.retailer.as_str()).collect();
        super::tell(&Failure::failed(
            format!("the returns of {} could not be read", render::names::listed(&names)),
            "the output says why; run the command again once the cause is removed",
        ));
        return Ok(Exit::Failed);
    }
    let fails = !args.fail_on.is_empty() && summary.silent > 0;
    Ok(if fails { Exit::Changes } else { Exit::Done })
}
