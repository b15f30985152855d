//! Diagnostics as a SARIF 2.1.0 log, for code scanning.
//!
//! The format is <https://docs.oasis-open.org/sarif/sarif/v2.1.0/>, with GitHub's additional
//! requirements: a description and help for each rule, and a location for each result.

use super::style::clean;
use crate::codes::{self, Code};
use crate::diagnostic::{Diagnostic, Diagnostics, Span};
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};
use serde_json::{Value, json};
use std::io::{self, Write};

/// Writes one run with all diagnostics.
pub(crate) fn report(report: &Diagnostics, out: &mut dyn Write) -> io::Result<()> {
    let results: Vec<Value> =
        report.diagnostics.iter().map(|found| result(report, found)).collect();
    let rules: Vec<Value> = codes::in_files().map(rule).collect();
    let log = json!({
        "$schema": "https://json.schemastore.org/sarif-2.1.0.json",
        "version": "2.1.0",
        "runs": [{
            "tool": {"driver": {
                "name": "reconcile",
                "version": env!("CARGO_PKG_VERSION"),
                "rules": rules,
            }},
            // `Diagnostics::line_column` counts the same way.
            "columnKind": "unicodeCodePoints",
            "results": results,
        }],
    });
    super::json::write(&log, out)
}

fn rule(rule: &Code) -> Value {
    let Code { code, found_in: _, meaning, remedy } = rule;
    let (page, anchor) = rule.paragraph();
    let help = format!("{remedy}; see {page}#{anchor} or run `reconcile explain {code}`");
    let mut described = json!({
        "id": code,
        "shortDescription": {"text": meaning},
        "fullDescription": {"text": meaning},
        "help": {"text": help},
    });
    if let Some(url) = rule.url() {
        described["helpUri"] = url.into();
    }
    described
}

fn result(report: &Diagnostics, diagnostic: &Diagnostic) -> Value {
    let Diagnostic { code, severity, message, primary, related, hint } = diagnostic;
    let mut result = json!({
        "ruleId": code,
        "level": severity,
        "message": {"text": format!("{}\nhint: {}", text(message), text(hint))},
        "locations": [{"physicalLocation": place(report, primary)}],
    });
    if let Some(index) = codes::in_files().position(|known| known.code == *code) {
        result["ruleIndex"] = index.into();
    }
    if !related.is_empty() {
        let places = related.iter().enumerate().map(|(id, (span, label))| {
            json!({
                "id": id,
                "message": {"text": text(label)},
                "physicalLocation": place(report, span),
            })
        });
        result["relatedLocations"] = places.collect();
    }
    result
}

fn place(report: &Diagnostics, span: &Span) -> Value {
    let path = report.path(span);
    let (line, column) = report.line_column(span);
    let mut region = json!({"startLine": line, "startColumn": column});
    // A region without an end covers the rest of its line; an empty one has no meaning.
    if !span.range.is_empty() {
        let end = Span { file: span.file, range: span.range.end..span.range.end };
        let (line, column) = report.line_column(&end);
        region["endLine"] = line.into();
        region["endColumn"] = column.into();
    }
    json!({"artifactLocation": {"uri": uri(path)}, "region": region})
}

/// What is encoded in a path: all but the unreserved characters (RFC 3986, section 2.3) and `/`.
const ENCODED: &AsciiSet =
    &NON_ALPHANUMERIC.remove(b'-').remove(b'.').remove(b'_').remove(b'~').remove(b'/');

/// Converts a path to a URI reference, or to a URI if it is absolute.
fn uri(path: &str) -> String {
    let scheme = if path.starts_with('/') {
        "file://"
    } else if cfg!(windows) && path.as_bytes().get(1) == Some(&b':') {
        "file:///"
    } else {
        ""
    };
    format!("{scheme}{}", utf8_percent_encode(path, ENCODED))
}

/// Escapes a text so that viewers do not read `[text](target)` as a link.
fn text(text: &str) -> String {
    clean(text).replace("](", "] (")
}
