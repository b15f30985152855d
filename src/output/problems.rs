//! The problems of all files, in each format.

use super::write_reports;
use crate::cli::{Global, ProblemFormat, ReportFile};
use crate::config::Sources;
use crate::console::{print, print_commands, print_diagnostics};
use crate::diagnostic::Diagnostics;
use crate::exit::Failure;
use crate::render::{self, inert::Inert, validation::Validation, wording::counted, wrap::ENDLESS};
use std::io::{self, Write};

/// What was found in the files.
pub(crate) struct Problems<'a> {
    pub sources: &'a Sources,
    /// How many files were checked.
    pub files: usize,
    pub report: &'a Diagnostics,
}

impl Problems<'_> {
    /// Writes the reports, and prints the problems. As text they go to stderr, and stdout
    /// has their number.
    pub(crate) fn publish(
        &self,
        global: &Global,
        format: ProblemFormat,
        reports: &[ReportFile<ProblemFormat>],
    ) -> Result<(), Failure> {
        write_reports(reports, |format, out| self.show(format, out))?;
        if format == ProblemFormat::Text {
            print_diagnostics(global, self.report);
            return print(|out| counts(self.files, self.report, out));
        }
        print_commands(|out| self.show(format, out))
    }

    fn show(&self, format: ProblemFormat, out: &mut dyn Write) -> io::Result<()> {
        let Problems { sources, files, report } = *self;
        if format == ProblemFormat::Github {
            // Annotations are intentional commands.
            render::github::report(report, out)?;
        }
        let out = &mut Inert::new(out);
        match format {
            ProblemFormat::Text => {
                render::diagnostics::render(report, ENDLESS, out)?;
                counts(files, report, out)
            }
            ProblemFormat::Github => counts(files, report, out),
            ProblemFormat::Sarif => render::sarif::report(report, out),
            ProblemFormat::Json => render::json::write(&Validation::new(files, report), out),
            ProblemFormat::Codequality => {
                render::codequality::report(report, &[&sources.folder, &sources.root], out)
            }
            ProblemFormat::Junit => {
                let contracts = sources.shared.contracts.values();
                let contracts = contracts.filter(|source| source.unread.is_none());
                let files =
                    sources.shared.project.iter().chain(contracts).chain(&sources.retailers);
                let paths = files.map(|source| source.path.as_str()).collect();
                render::junit::problems(&paths, report, out)
            }
        }?;
        out.flush()
    }
}

fn counts(files: usize, report: &Diagnostics, out: &mut dyn Write) -> io::Result<()> {
    let (errors, warnings) = report.counts();
    writeln!(
        out,
        "{} checked: {}, {}",
        counted(files, "file"),
        counted(errors, "error"),
        counted(warnings, "warning")
    )
}
