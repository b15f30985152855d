//! `reconcile history`: past runs, from their journals.

use super::session;
use crate::cli::{Global, HistoryArgs, ReportFormat};
use crate::exit::{Exit, Failure};
use crate::journal::{self, ReadError, RunRow, RunView};
use crate::render;
use serde::Serialize;
use std::path::Path;

/// What `history --format json` prints.
#[derive(Serialize)]
struct Runs<'a> {
    format_version: &'static str,
    runs: &'a [RunRow],
}

/// What `history RUN --format json` prints.
#[derive(Serialize)]
struct OneRun<'a> {
    format_version: &'static str,
    run: &'a RunView,
}

/// Lists past runs, or shows one. Retailer files that are invalid are no obstacle.
pub fn run(global: &Global, args: &HistoryArgs) -> Result<Exit, Failure> {
    let project = session::check(global)?.1.project;
    let folder = session::runs_folder(&project);
    match &args.run {
        Some(name) => show(global, args.format, &folder, name),
        None => list(global, args.format, &folder),
    }
}

fn list(global: &Global, format: ReportFormat, folder: &Path) -> Result<Exit, Failure> {
    let mut runs = Vec::new();
    for past in journal::past(folder).map_err(failure)? {
        let mut run = RunView::new(&journal::read(past).map_err(failure)?);
        narrow(global, &mut run);
        let row = run.row();
        let elsewhere = global.environment.is_some() && global.environment != row.environment;
        if !elsewhere && (global.only.is_empty() || !run.actions.is_empty()) {
            runs.push(row);
        }
    }
    super::print(|out| match format {
        ReportFormat::Text => render::history::list(&runs, out),
        ReportFormat::Json => {
            let runs = Runs { format_version: journal::FORMAT_VERSION, runs: &runs };
            render::json::write(&runs, out)
        }
    })?;
    Ok(Exit::Done)
}

fn show(global: &Global, format: ReportFormat, folder: &Path, name: &str) -> Result<Exit, Failure> {
    let past = journal::find(folder, name).and_then(journal::read).map_err(failure)?;
    let mut run = RunView::new(&past);
    narrow(global, &mut run);
    super::print(|out| match format {
        ReportFormat::Text => render::history::run(&run, out),
        ReportFormat::Json => {
            let run = OneRun { format_version: journal::FORMAT_VERSION, run: &run };
            render::json::write(&run, out)
        }
    })?;
    match &run.broken {
        None => Ok(Exit::Done),
        Some(broken) => Err(super::broken(&past.path, broken)),
    }
}

/// Keeps to the retailers in scope. They need no file any more.
pub fn narrow(global: &Global, run: &mut RunView) {
    if !global.only.is_empty() {
        run.keep(|name, slug| global.only.iter().any(|only| only == name || only == slug));
    }
}

/// Says why a journal cannot be read.
pub fn failure(error: ReadError) -> Failure {
    let hint = "`reconcile history` lists the runs; `latest` stands for the newest";
    match error {
        ReadError::None { .. } => Failure::usage(error.to_string(), "there is nothing to show yet"),
        ReadError::Unknown { .. } | ReadError::Ambiguous { .. } => {
            Failure::usage(error.to_string(), hint)
        }
        ReadError::Io { .. } => Failure::because(&error, "check that you may read it"),
    }
}
