//! `reconcile history`: past runs, from their journals.

use super::session::Session;
use crate::cli::{Global, HistoryArgs, ReportFormat};
use crate::config;
use crate::exit::{Exit, Failure};
use crate::render;
use crate::runs::journal::{self, ReadError, RunRow, RunView};
use crate::scope;
use schemars::JsonSchema;
use serde::Serialize;
use std::path::Path;

/// What `history --format json` prints.
#[derive(Serialize, JsonSchema)]
#[schemars(deny_unknown_fields)]
pub(super) struct History<'a> {
    /// The version of this form. Minor versions add keys, major ones change them.
    format_version: &'static str,
    /// Every run, where none is named.
    #[serde(skip_serializing_if = "Option::is_none")]
    runs: Option<&'a [RunRow]>,
    /// The run that is named.
    #[serde(skip_serializing_if = "Option::is_none")]
    run: Option<&'a RunView>,
}

/// Lists past runs, or shows one. Retailer files that are invalid are no obstacle.
pub(super) fn run(global: &Global, args: &HistoryArgs) -> Result<Exit, Failure> {
    let (session, report) = Session::read(global)?;
    let folder = session.runs_folder();
    let files = Files { is_valid: session.is_project_valid(&report), session };
    match &args.run {
        Some(name) => show(&files, args.format, &folder, name),
        None => list(&files, args.format, &folder),
    }
}

/// What there is now; what there was is in the runs.
struct Files {
    session: Session,
    /// Whether the project file has no errors.
    is_valid: bool,
}

impl Files {
    /// Refuses an environment and an `--only` that neither the files nor the runs know.
    fn check(&self, runs: &[RunView]) -> Result<(), Failure> {
        let Files { session, is_valid } = self;
        let Session { global, fleet, sources, .. } = session;
        let environment = global.environment.as_ref();
        if *is_valid && !runs.iter().any(|run| environment == run.environment()) {
            session.check_environment()?;
        }
        for name in &global.only {
            if runs.iter().any(|run| run.has(name)) {
                continue;
            }
            // An invalid file declares it all the same.
            scope::find(fleet, name).map(drop).or_else(|unknown| {
                let mut files = sources.retailers.iter();
                let declares = files.any(|source| config::is_called(source, name));
                if declares { Ok(()) } else { Err(unknown) }
            })?;
        }
        Ok(())
    }
}

fn list(files: &Files, format: ReportFormat, folder: &Path) -> Result<Exit, Failure> {
    let global = &files.session.global;
    let past = journal::past(folder).map_err(failure)?.into_iter();
    let past = past.map(|past| journal::read(past).map(|past| RunView::new(&past)));
    let past: Vec<RunView> = past.collect::<Result<_, _>>().map_err(failure)?;
    files.check(&past)?;
    let mut runs = Vec::new();
    for mut run in past {
        narrow(global, &mut run);
        let row = run.row();
        let elsewhere = global.environment.is_some() && global.environment != row.environment;
        if !elsewhere && (global.only.is_empty() || !run.actions.is_empty()) {
            runs.push(row);
        }
    }
    super::print(|out| match format {
        ReportFormat::Text => {
            let narrowed = global.environment.is_some() || !global.only.is_empty();
            render::history::list(&runs, narrowed, out)
        }
        ReportFormat::Json => {
            let runs =
                History { format_version: journal::FORMAT_VERSION, runs: Some(&runs), run: None };
            render::json::write(&runs, out)
        }
    })?;
    Ok(Exit::Done)
}

fn show(files: &Files, format: ReportFormat, folder: &Path, name: &str) -> Result<Exit, Failure> {
    let past = journal::find(folder, name).and_then(journal::read).map_err(failure)?;
    let mut run = RunView::new(&past);
    files.check(std::slice::from_ref(&run))?;
    narrow(&files.session.global, &mut run);
    super::print(|out| match format {
        ReportFormat::Text => render::history::run(&run, out),
        ReportFormat::Json => {
            let run =
                History { format_version: journal::FORMAT_VERSION, runs: None, run: Some(&run) };
            render::json::write(&run, out)
        }
    })?;
    match &run.broken {
        None => Ok(Exit::Done),
        Some(broken) => Err(super::broken(&past.path, broken)),
    }
}

/// Keeps to the retailers in scope. They need no file any more.
pub(super) fn narrow(global: &Global, run: &mut RunView) {
    if !global.only.is_empty() {
        run.keep(|name, slug| global.only.iter().any(|only| only == name || only == slug));
    }
}

/// Says why a journal cannot be read.
pub(super) fn failure(error: ReadError) -> Failure {
    let hint = "`reconcile history` lists the runs; `latest` stands for the newest";
    match error {
        ReadError::None { .. } => Failure::usage(error.to_string(), "there is nothing to show yet"),
        ReadError::Unknown { .. } | ReadError::Ambiguous { .. } => {
            Failure::usage(error.to_string(), hint)
        }
        ReadError::Io { .. } => Failure::because(&error, "check that you may read it"),
    }
}
