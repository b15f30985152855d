//! What an apply reads from earlier journals, and how it begins its own.

use super::session::{Session, warn};
use crate::cli::Global;
use crate::exit::Failure;
use crate::model::Live;
use crate::plan::Plan;
use crate::render;
use crate::runs::journal::{
    self, FORMAT_VERSION, Found, Journal, JournalError, JournalEvent, UnresolvedAction,
};
use crate::runs::journal::{RunStarted, RunView, doubt, origin};

/// Finds what earlier runs in an environment left in doubt.
pub(super) fn in_doubt(session: &Session, environment: &str) -> Result<Vec<doubt::Open>, Failure> {
    let mut search = doubt::Search::default();
    for past in journal::past(&session.runs_folder()).map_err(super::history::failure)? {
        let past = journal::read(past).map_err(super::history::failure)?;
        let run = RunView::new(&past);
        if let Some(broken) = &run.broken {
            warn(
                &session.global,
                &format!(
                    "the journal `{}` is broken at line {} ({}), so what that run left in doubt \
                     may not be seen",
                    past.path.display(),
                    broken.line,
                    broken.why
                ),
            );
        }
        if !goes_on(&mut search, &run, environment) {
            break;
        }
    }
    Ok(search.open)
}

/// Takes a run in the environment. Returns whether older ones have to be looked at.
fn goes_on(search: &mut doubt::Search, run: &RunView, environment: &str) -> bool {
    let here = run.started.as_ref().is_some_and(|started| started.environment == environment);
    !here || search.take(run)
}

/// Looks for what is in doubt, and tells on stderr what live holds.
pub(super) fn look(global: &Global, open: &[doubt::Open], live: &Live) -> Vec<UnresolvedAction> {
    let found: Vec<_> = open.iter().map(|open| doubt::look(open, live)).collect();
    if !global.quiet {
        // Nobody is left to tell when stderr is closed.
        let _ = render::history::in_doubt(&found, &mut super::stderr());
    }
    found
}

/// Begins the journal of a run. Without one nothing is written to any system.
pub(super) async fn begin(
    session: &Session,
    plan: &Plan,
    run_id: &str,
    found: Vec<UnresolvedAction>,
) -> Result<Journal, Failure> {
    let started = RunStarted {
        format_version: FORMAT_VERSION.into(),
        run_id: run_id.into(),
        environment: plan.environment.clone(),
        fingerprint: plan.fingerprint.clone(),
        tool_version: env!("CARGO_PKG_VERSION").into(),
        commit: origin::commit(&session.project.root),
        who: origin::who(&session.project.root),
        retailers: plan.retailers.iter().filter(|retailer| !retailer.actions.is_empty()).count(),
        actions: plan.actions().count(),
    };
    let written = async {
        let journal = Journal::create(&session.runs_folder(), started).await?;
        for doubt in found {
            let event = match doubt.found {
                Found::Unknown => JournalEvent::InDoubtUnresolved(doubt),
                Found::There | Found::NotThere | Found::SomethingElse => {
                    JournalEvent::InDoubtResolved(doubt)
                }
            };
            journal.append(event).await?;
        }
        Ok(journal)
    };
    written.await.map_err(|error| failure(&error))
}

/// Says that a journal cannot be written.
pub(super) fn failure(error: &JournalError) -> Failure {
    Failure::because(error, "nothing is written without a journal: make room, or let it be written")
}
