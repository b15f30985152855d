//! `reconcile validate`: reports all problems of all files, without network access.

use super::output::write_reports;
use crate::cli::{Global, ProblemFormat, ValidateArgs};
use crate::console::tell_report;
use crate::diagnostic::Diagnostics;
use crate::exit::{Exit, Failure};
use crate::render::{self, inert::Inert, validation::Validation};
use crate::session::Session;
use std::io::{self, Write};

/// Checks all files.
pub(super) fn run(global: &Global, args: &ValidateArgs) -> Result<Exit, Failure> {
    let (session, report) = Session::read(global)?;
    write_reports(&args.report, |format, out| show(&session, &report, format, out))?;
    if args.format == ProblemFormat::Text {
        tell_report(global, &report)?;
        super::print(|out| counts(session.files, &report, out))?;
    } else {
        super::print_commands(|out| show(&session, &report, args.format, out))?;
    }
    if report.has_errors() {
        return Ok(Exit::Invalid);
    }
    session.check_environment()?;
    session.check_scope()?;
    Ok(Exit::Done)
}

fn show(
    session: &Session,
    report: &Diagnostics,
    format: ProblemFormat,
    out: &mut dyn Write,
) -> io::Result<()> {
    let Session { sources, files, .. } = session;
    if format == ProblemFormat::Github {
        // Annotations are intentional commands.
        render::github::report(report, out)?;
    }
    let out = &mut Inert::new(out);
    match format {
        ProblemFormat::Text => {
            render::diagnostics::render(report, out, true)?;
            counts(*files, report, out)
        }
        ProblemFormat::Github => counts(*files, report, out),
        ProblemFormat::Sarif => render::sarif::report(report, out),
        ProblemFormat::Json => render::json::write(&Validation::new(*files, report), out),
        ProblemFormat::Codequality => {
            render::codequality::report(report, &[&sources.folder, &sources.root], out)
        }
        ProblemFormat::Junit => {
            let contracts = sources.contracts.values().filter_map(|source| source.as_ref().ok());
            let files = sources.project.iter().chain(contracts).chain(&sources.retailers);
            let paths = files.map(|source| source.path.as_str()).collect();
            render::junit::problems(&paths, report, out)
        }
    }?;
    out.flush()
}

fn counts(files: usize, report: &Diagnostics, out: &mut dyn Write) -> io::Result<()> {
    let (errors, warnings) = report.counts();
    writeln!(
        out,
        "{files} {} checked: {errors} {}, {warnings} {}",
        plural(files, "file"),
        plural(errors, "error"),
        plural(warnings, "warning")
    )
}

fn plural(count: usize, word: &str) -> String {
    if count == 1 { word.into() } else { format!("{word}s") }
}
