//! `reconcile uploads`: checks whether returns still arrive, for the whole fleet.

use crate::cli::{Global, UploadsArgs};
use crate::console::print_report;
use crate::exit::{Exit, Failure};
use crate::model::System;
use crate::render;
use crate::session::{Mentioned, Session, unread_uploads};
use crate::systems::Purpose;

/// Counts the returns of each retailer in scope that is in use. It only has a reader.
pub(super) async fn run(global: &Global, args: &UploadsArgs) -> Result<Exit, Failure> {
    let session = Session::load(global, Mentioned::default())?;
    let (_, environment) = session.environment()?;
    let opened = session.open_for(environment, Purpose::Probes).await?;
    let mut scopes = session.needed_scopes(None);
    scopes.retain(|system, _| *system == System::Omnirps);
    let live = opened.read_scopes(&scopes).await;
    let uploads = session.count_uploads(&opened.reader, &live, args.silent_after).await;
    opened.close().await;
    let uploads = uploads?;
    print_report(args.format, &uploads, |width, out| render::uploads::table(&uploads, width, out))?;
    if let Some(failure) = unread_uploads(&uploads, "the report shows why") {
        super::print_failure(&failure);
        return Ok(Exit::Failed);
    }
    let fails = !args.fail_on.is_empty() && uploads.summary.silent > 0;
    Ok(if fails { Exit::Changes } else { Exit::Done })
}
