//! `reconcile validate`: every problem of every file, without any network.

use super::output::write_reports;
use super::session::{check, check_environment, check_scope, tell_report};
use crate::cli::{Global, ProblemFormat, ValidateArgs};
use crate::config::{Checked, Sources};
use crate::exit::{Exit, Failure};
use crate::render::{self, inert::Inert, validation::Validation};
use std::io::{self, Write};

/// Checks all files.
pub(super) fn run(global: &Global, args: &ValidateArgs) -> Result<Exit, Failure> {
    let (sources, checked) = check(global)?;
    write_reports(&args.report, |format, out| show(&sources, &checked, format, out))?;
    if args.format == ProblemFormat::Text {
        tell_report(global, &checked.report)?;
        super::print(|out| counts(&checked, out))?;
    } else {
        super::print_commands(|out| show(&sources, &checked, args.format, out))?;
    }
    if checked.report.has_errors() {
        return Ok(Exit::Invalid);
    }
    check_environment(global, &checked.project)?;
    check_scope(global, &checked.retailers)?;
    Ok(Exit::Done)
}

fn show(
    sources: &Sources,
    checked: &Checked,
    format: ProblemFormat,
    out: &mut dyn Write,
) -> io::Result<()> {
    let Checked { report, files, .. } = checked;
    if format == ProblemFormat::Github {
        // Annotations are commands on purpose.
        render::github::report(report, out)?;
    }
    let out = &mut Inert::new(out);
    match format {
        ProblemFormat::Text => {
            render::diagnostics::render(report, out, true)?;
            counts(checked, out)
        }
        ProblemFormat::Github => counts(checked, out),
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

fn counts(checked: &Checked, out: &mut dyn Write) -> io::Result<()> {
    let files = checked.files;
    let (errors, warnings) = checked.report.counts();
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
