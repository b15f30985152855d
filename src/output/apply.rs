//! The result of an apply, in each format.

use super::write_reports;
use crate::apply::ApplyReport;
use crate::cli::{ReportFile, ReportFormat};
use crate::console::print_report;
use crate::exit::Failure;
use crate::render::{self, inert::Inert};
use std::io::Write;

/// Prints the result of an apply, and writes the reports.
pub(crate) fn publish_applied(
    report: &ApplyReport,
    format: ReportFormat,
    reports: &[ReportFile<ReportFormat>],
) -> Result<(), Failure> {
    let printed = print_report(format, report, |_, out| render::apply::report(report, out));
    let written = write_reports(reports, |format, out| {
        let mut out = Inert::new(out);
        match format {
            ReportFormat::Text => render::apply::report(report, &mut out),
            ReportFormat::Json => render::json::write(report, &mut out),
        }?;
        out.flush()
    });
    printed.and(written)
}
