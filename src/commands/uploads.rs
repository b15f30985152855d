//! `reconcile uploads`: checks whether returns still arrive, for the whole fleet.

use crate::cli::{Global, ReportFormat, UploadsArgs};
use crate::driver::test_runs;
use crate::exit::{Exit, Failure};
use crate::model::{Live, System, listed};
use crate::progress::while_reading;
use crate::render;
use crate::session::{self, Session};
use crate::systems::{Purpose, Reader};
use crate::uploads::{FleetUploads, count, first_days, subjects};

/// Counts the returns of each retailer in scope that is in use. It only has a reader.
pub(super) async fn run(global: &Global, args: &UploadsArgs) -> Result<Exit, Failure> {
    let session = Session::load(global)?;
    session.check_scope()?;
    let (_, environment) = session.environment()?;
    let opened = session.open_for(environment, Purpose::Probes).await?;
    let mut needs = session.needs(None);
    needs.retain(|system, _| *system == System::Omnirps);
    let live = opened.read_scopes(&needs).await;
    let uploads = counted(&session, &opened.reader, &live, args.silent_after).await;
    opened.close().await;
    let uploads = uploads?;
    super::print_text(args.format == ReportFormat::Text, |width, out| match args.format {
        ReportFormat::Text => render::uploads::table(&uploads, width, out),
        ReportFormat::Json => render::json::write(&uploads, out),
    })?;
    if let Some(failure) = unread(&uploads) {
        super::tell(&failure);
        return Ok(Exit::Failed);
    }
    let fails = !args.fail_on.is_empty() && uploads.summary.silent > 0;
    Ok(if fails { Exit::Changes } else { Exit::Done })
}

/// Reads and counts the returns of the retailers in scope, whose OmniRPS records were read.
pub(super) async fn counted(
    session: &Session,
    reader: &Reader,
    live: &Live,
    silent_after: u32,
) -> Result<FleetUploads, Failure> {
    let (name, environment) = session.environment()?;
    if !reader.can_read_uploads() {
        return Err(Failure::failed(
            format!("the environment `{name}` has no way to read uploads"),
            "add `uploads` to OmniRPS in the contract file, or to its `sql` in the project file",
        ));
    }
    let partner = &session.project.partner;
    let subjects = subjects(&session.fleet, partner, live, |retailer| session.in_scope(retailer));
    let concurrency = environment.limits.concurrency as usize;
    let first_days = first_days(&subjects);
    let reading = reader.uploads_of(&first_days, concurrency);
    let read = while_reading(reading, session.global.quiet).await;
    let store = session.store()?;
    let runs = test_runs(&*store, name).await?;
    Ok(count(name, subjects, &read, &runs, silent_after, session::today()))
}

/// Returns a failure that names the retailers whose returns could not be read, if any.
pub(super) fn unread(uploads: &FleetUploads) -> Option<Failure> {
    let unknown = uploads.retailers.iter().filter(|of| of.error.is_some());
    let names: Vec<&str> = unknown.map(|of| of.retailer.as_str()).collect();
    (!names.is_empty()).then(|| {
        Failure::failed(
            format!("the returns of {} could not be read", listed(&names)),
            "`reconcile uploads` shows why; run the command again once the cause is removed",
        )
    })
}
