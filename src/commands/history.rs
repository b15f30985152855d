//! `reconcile history`: past runs, from their journals.

use crate::cli::{Global, HistoryArgs, ReportFormat};
use crate::config;
use crate::console::{print_report, warn};
use crate::exit::{Exit, Failure};
use crate::render::{self, history::History};
use crate::runs::RunStore;
use crate::runs::folder::FolderStore;
use crate::runs::journal::{self, Journals, PastRun, RunView};
use crate::scope;
use crate::session::Session;
use std::collections::BTreeSet;
use std::path::Path;

/// Lists past runs, or shows one. Invalid retailer files are accepted.
pub(super) async fn run(global: &Global, args: &HistoryArgs) -> Result<Exit, Failure> {
    let session = Session::load_project(global)?;
    let store = session.store()?;
    let journals = Journals::open(&*store).await?;
    if let Some(folder) = &args.import {
        return import(&*store, &journals, folder).await;
    }
    match &args.run {
        Some(name) => show(&session, args.format, &journals, name).await,
        None => list(&session, args.format, &journals).await,
    }
}

/// Copies journals into the store. Existing ones are left unchanged; one that was modified is
/// rejected, with all that follow it.
async fn import(
    store: &dyn RunStore,
    journals: &Journals<'_>,
    folder: &Path,
) -> Result<Exit, Failure> {
    let from = FolderStore::runs_in(folder);
    let imported = journal::import(&from, store, journals).await?;
    if imported.found == 0 {
        return Err(Failure::failed(
            format!("there are no run records in `{}`", folder.display()),
            "name the folder that holds the journals (`*.jsonl`), such as `.reconcile/runs`",
        ));
    }
    super::print(|out| {
        writeln!(
            out,
            "Imported {} of {} runs into {}; the others were there already.",
            imported.copied,
            imported.found,
            store.place()
        )
    })?;
    Ok(Exit::Done)
}

/// Rejects an environment and an `--only` that neither the current files nor the runs contain.
fn check(session: &Session, runs: &[RunView]) -> Result<(), Failure> {
    let Session { global, fleet, sources, .. } = session;
    let environment = global.environment.as_ref();
    if !runs.iter().any(|run| environment == run.environment()) {
        session.check_environment()?;
    }
    scope::check_unambiguous(fleet, &global.only)?;
    for name in &global.only {
        if runs.iter().any(|run| run.has(|of, slug| scope::covers(name, of, slug))) {
            continue;
        }
        // An invalid file still declares it.
        scope::check(fleet, std::slice::from_ref(name)).or_else(|unknown| {
            let mut files = sources.retailers.iter();
            let declares = files.any(|source| config::is_called(source, name));
            if declares { Ok(()) } else { Err(unknown) }
        })?;
    }
    Ok(())
}

async fn list(
    session: &Session,
    format: ReportFormat,
    journals: &Journals<'_>,
) -> Result<Exit, Failure> {
    let global = &session.global;
    let past = journals.read_all().await?;
    let past: Vec<RunView> = past.iter().map(RunView::new).collect();
    check(session, &past)?;
    let (mut runs, mut unknown) = (Vec::new(), BTreeSet::new());
    for mut run in past {
        narrow(global, &mut run);
        let row = run.row();
        let elsewhere = global.environment.is_some() && global.environment != row.environment;
        if !elsewhere && (global.only.is_empty() || !run.actions.is_empty()) {
            unknown.extend(journals.may_be_running(&run).map(|why| why.to_string()));
            runs.push(row);
        }
    }
    let narrowed = global.environment.is_some() || !global.only.is_empty();
    print_report(format, &History::of_runs(&runs), |width, out| {
        render::history::list(&runs, narrowed, width, out)
    })?;
    for why in &unknown {
        warn(global, why);
    }
    Ok(Exit::Done)
}

async fn show(
    session: &Session,
    format: ReportFormat,
    journals: &Journals<'_>,
    name: &str,
) -> Result<Exit, Failure> {
    let past = read_run(session, journals, name).await?;
    let mut run = RunView::new(&past);
    check(session, std::slice::from_ref(&run))?;
    narrow(&session.global, &mut run);
    print_report(format, &History::of_run(&run), |_, out| render::history::run(&run, out))?;
    if let Some(why) = journals.may_be_running(&run) {
        warn(&session.global, &why.to_string());
    }
    match &run.broken {
        None => Ok(Exit::Done),
        Some(broken) => Err(broken.failure(&past.place)),
    }
}

/// Reads the journal of a run.
pub(super) async fn read_run(
    session: &Session,
    journals: &Journals<'_>,
    name: &str,
) -> Result<PastRun, Failure> {
    let environment = session.global.environment.as_deref();
    journals.read_run(name, environment).await.map_err(|failure| match failure.exit {
        Exit::Usage => session.named_instead(("a run", Path::new(name)), "history --only", failure),
        _ => failure,
    })
}

/// Keeps only the retailers in scope. They need no file any more.
pub(super) fn narrow(global: &Global, run: &mut RunView) {
    if !global.only.is_empty() {
        run.retain(|name, slug| global.only.iter().any(|only| scope::covers(only, name, slug)));
    }
}
