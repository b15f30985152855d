//! Results as JUnit XML, which most CI systems show as tests: one case per file or retailer.
//!
//! The format is the common subset of GitLab, Jenkins, Azure Pipelines and Bitbucket:
//! `testsuites`, `testsuite` and `testcase` with `failure`, `error` and `system-out`
//! (<https://github.com/testmoapp/junitxml>, seen on 2026-11-26).

use super::drift::section;
use super::inert;
use super::status;
use super::style::{clean, shorten};
use super::text;
use super::wording::counted;
use crate::diagnostic::{Diagnostic, Diagnostics, Severity};
use crate::plan::origin::Drift;
use crate::plan::{Alert, Origin, Plan, RetailerPlan, Undeclared};
use std::collections::{BTreeMap, BTreeSet};
use std::io::{self, Write};

/// The maximum text of a case, in characters: what a web page shows unfolded.
const MAX_TEXT: usize = 16_000;

/// The name of a retailer, and its file.
pub(crate) type Subject<'a> = (&'a str, &'a str);

/// A test case.
#[derive(Default)]
struct Case {
    name: String,
    class: String,
    /// Why it failed: a summary and the details.
    failure: Option<(String, String)>,
    /// Why it could not be checked.
    error: Option<String>,
    /// Remarks on a case that passed.
    notes: String,
}

/// Writes a case for each file; a file with an error fails.
pub(crate) fn problems(
    files: &BTreeSet<&str>,
    report: &Diagnostics,
    out: &mut dyn Write,
) -> io::Result<()> {
    let mut found: BTreeMap<&str, Vec<&Diagnostic>> =
        files.iter().map(|path| (*path, Vec::new())).collect();
    for diagnostic in &report.diagnostics {
        found.entry(report.path(&diagnostic.primary)).or_default().push(diagnostic);
    }
    let cases = found.into_iter().map(|(path, found)| {
        let lines = |severity| {
            let of = found.iter().filter(|found| found.severity == severity);
            of.map(|found| problem(report, found)).collect::<Vec<_>>().join("\n")
        };
        let errors = found.iter().filter(|found| found.severity == Severity::Error).count();
        Case {
            name: path.into(),
            class: "validate".into(),
            failure: (errors > 0).then(|| (counted(errors, "error"), lines(Severity::Error))),
            notes: lines(Severity::Warning),
            ..Case::default()
        }
    });
    write("reconcile validate", &cases.collect::<Vec<_>>(), out)
}

fn problem(report: &Diagnostics, diagnostic: &Diagnostic) -> String {
    let Diagnostic { code, message, primary, hint, .. } = diagnostic;
    let (line, column) = report.line_column(primary);
    format!("{}:{line}:{column}: {message} [{code}]\n  hint: {hint}", report.path(primary))
}

/// Writes a case for each retailer; a blocked one fails, and so does that of undeclared retailers.
pub(crate) fn plan(
    plan: &Plan,
    subjects: &[Subject],
    undeclared: Option<&[Undeclared]>,
    out: &mut dyn Write,
) -> io::Result<()> {
    let failure = |retailer: &RetailerPlan| {
        let count = retailer.blocked.len();
        (count > 0).then(|| format!("{count} blocked"))
    };
    let undeclared = status::undeclared(undeclared).map(|names| Case {
        name: "undeclared".into(),
        class: "systems".into(),
        failure: Some(("live retailers that no file declares".into(), names)),
        ..Case::default()
    });
    let first = undeclared.into_iter().collect();
    retailers("plan", plan, &plan.retailers, failure, (first, subjects), out)
}

/// Writes a case for each retailer; one that drifted fails.
pub(crate) fn drift(
    plan: &Plan,
    drift: &Drift,
    subjects: &[Subject],
    out: &mut dyn Write,
) -> io::Result<()> {
    let drifted = section(plan, drift, Origin::Drift);
    let failure = |retailer: &RetailerPlan| {
        let why = if retailer.is_unknown() {
            "not known whether live is as declared"
        } else {
            "live is not as declared"
        };
        Some(why.into())
    };
    let invalid = drift.invalid.iter().map(|path| Case {
        name: path.clone(),
        class: "base".into(),
        error: Some("invalid at the base, so what it declared is unknown".into()),
        ..Case::default()
    });
    retailers("drift", plan, &drifted, failure, (invalid.collect(), subjects), out)
}

/// Writes a case for each system that could not be read, then the first cases, then one for each
/// retailer.
fn retailers(
    command: &str,
    plan: &Plan,
    entries: &[RetailerPlan],
    failure: impl Fn(&RetailerPlan) -> Option<String>,
    (first, subjects): (Vec<Case>, &[Subject]),
    out: &mut dyn Write,
) -> io::Result<()> {
    let planned = plan.retailers.iter().map(|it| (&*it.retailer, &*it.file));
    let cases = subjects.iter().copied().chain(planned).map(|(name, file)| {
        ((name, file), Case { name: name.into(), class: file.into(), ..Case::default() })
    });
    let mut cases: BTreeMap<Subject, Case> = cases.collect();
    for retailer in &plan.retailers {
        let Some(case) = cases.get_mut(&(&*retailer.retailer, &*retailer.file)) else { continue };
        case.notes = retailer.alerts.iter().map(alert).collect();
    }
    for retailer in entries {
        let Some(case) = cases.get_mut(&(&*retailer.retailer, &*retailer.file)) else { continue };
        if retailer.has_entries() {
            case.notes.push_str(&text::plain(retailer));
        }
        case.failure = failure(retailer).map(|why| (why, std::mem::take(&mut case.notes)));
    }
    let not_checked: BTreeSet<&str> = plan.not_checked.iter().map(String::as_str).collect();
    for ((name, _), case) in &mut cases {
        if not_checked.contains(name) {
            case.notes.push_str(&text::because_unread(&plan.unread_systems));
        }
    }
    let systems = plan.failed_systems().map(|system| Case {
        name: system.to_string(),
        class: "systems".into(),
        error: Some(format!("{system} could not be read")),
        ..Case::default()
    });
    let cases: Vec<Case> = systems.chain(first).chain(cases.into_values()).collect();
    write(&format!("reconcile {command} {}", plan.environment), &cases, out)
}

/// Returns an alert, which leads every output.
fn alert(Alert { code, message, hint }: &Alert) -> String {
    format!("!! [{}]: {message}\n   hint: {hint}\n", code.key())
}

fn write(name: &str, cases: &[Case], out: &mut dyn Write) -> io::Result<()> {
    let failures = cases.iter().filter(|case| case.failure.is_some()).count();
    let errors = cases.iter().filter(|case| case.error.is_some()).count();
    let counts = format!("tests=\"{}\" failures=\"{failures}\" errors=\"{errors}\"", cases.len());
    writeln!(out, "<?xml version=\"1.0\" encoding=\"UTF-8\"?>")?;
    writeln!(out, "<testsuites name=\"reconcile\" {counts}>")?;
    writeln!(out, "  <testsuite name=\"{}\" {counts} skipped=\"0\">", xml(name))?;
    for Case { name, class, failure, error, notes } in cases {
        write!(out, "    <testcase name=\"{}\" classname=\"{}\"", xml(name), xml(class))?;
        if failure.is_none() && error.is_none() && notes.is_empty() {
            writeln!(out, "/>")?;
            continue;
        }
        writeln!(out, ">")?;
        if let Some((message, text)) = failure {
            let (message, text) = (xml(message), xml(text));
            writeln!(out, "      <failure message=\"{message}\">{text}</failure>")?;
        }
        if let Some(message) = error {
            writeln!(out, "      <error message=\"{}\"/>", xml(message))?;
        }
        if !notes.is_empty() {
            writeln!(out, "      <system-out>{}</system-out>", xml(notes))?;
        }
        writeln!(out, "    </testcase>")?;
    }
    writeln!(out, "  </testsuite>\n</testsuites>")
}

/// Escapes a text for XML: removes invalid characters, and escapes XML syntax and CI runner
/// commands.
fn xml(text: &str) -> String {
    let text =
        shorten(text, MAX_TEXT).replace('\u{fffe}', "\\u{fffe}").replace('\u{ffff}', "\\u{ffff}");
    let escaped = html_escape::encode_double_quoted_attribute(&text);
    let lines = escaped.split('\n').map(|line| inert::escaped(&clean(line), "&#58;", "&#91;"));
    lines.collect::<Vec<_>>().join("\n")
}
