//! Diagnostics as a Code Quality report, which GitLab shows in a merge request.
//!
//! The format is <https://docs.gitlab.com/ci/testing/code_quality/#code-quality-report-format>,
//! seen on 2026-11-26. GitLab compares the fingerprints of two reports to find new problems, so
//! a fingerprint contains neither line numbers nor the location of the checkout.

use super::style::clean;
use crate::diagnostic::{Diagnostic, Diagnostics, Severity};
use crate::plan::fingerprint::sha256;
use serde_json::{Value, json};
use std::collections::BTreeMap;
use std::io::{self, Write};
use std::path::Path;

/// Writes all diagnostics. Paths in fingerprints are relative to `folders`.
pub(crate) fn report(
    report: &Diagnostics,
    folders: &[&Path],
    out: &mut dyn Write,
) -> io::Result<()> {
    let mut seen: BTreeMap<String, usize> = BTreeMap::new();
    let issues = report.diagnostics.iter().map(|diagnostic| {
        let Diagnostic { code, severity, message, primary, related: _, hint } = diagnostic;
        let path = report.path(primary);
        let key = key(report, diagnostic, inside(path, folders));
        let before = seen.entry(key.clone()).or_default();
        let fingerprint = sha256(format!("{key}\0{before}").as_bytes());
        *before += 1;
        json!({
            "description": format!("{}; hint: {}", clean(message), clean(hint)),
            "check_name": code,
            "fingerprint": fingerprint,
            "severity": match severity {
                Severity::Error => "major",
                Severity::Warning => "minor",
            },
            "location": {
                // GitLab rejects a leading `./`.
                "path": path.trim_start_matches("./"),
                "lines": {"begin": report.line_column(primary).0},
            },
        })
    });
    super::json::write(&issues.collect::<Vec<Value>>(), out)
}

/// Returns what identifies a diagnostic across commits: its kind, its file, the text at its
/// position, and the names in its message, but no local paths or days.
fn key(report: &Diagnostics, diagnostic: &Diagnostic, path: &str) -> String {
    let span = &diagnostic.primary;
    let source = report.sources.get(span.file);
    let marked = source.and_then(|source| source.text.get(span.range.clone())).unwrap_or("");
    let quoted = diagnostic.message.split('`').skip(1).step_by(2);
    let names: Vec<&str> = quoted.filter(|name| !name.contains('/')).collect();
    format!("{}\0{path}\0{marked}\0{}", diagnostic.code, names.join("\0"))
}

/// Returns a path relative to one of the folders.
fn inside<'a>(path: &'a str, folders: &[&Path]) -> &'a str {
    let below = folders.iter().find_map(|folder| Path::new(path).strip_prefix(folder).ok());
    below.and_then(Path::to_str).unwrap_or(path)
}
