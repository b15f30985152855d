//! Tests on whole files: the diagnostics and their wording.

mod cases;
mod clashes;
mod codes;
mod contract;
mod files;
mod hostile;
mod json_schema;
mod mistakes;
mod project;
mod project_cases;
mod secrets;
mod snapshots;

use super::{Checked, Source, Sources, check};
use crate::render::diagnostics::render;
use crate::render::wrap::ENDLESS;
use jiff::civil::{Date, date};

/// The date of all tests.
const TODAY: Date = date(2026, 11, 23);

/// A valid file.
const CLEAN: &str = "retailer: Acme Apparel\njourney: existing\n";

fn source(path: &str, bytes: impl AsRef<[u8]>) -> Source {
    Source::new(path.to_owned(), bytes.as_ref().to_owned())
}

/// Checks files given as (path, content): `reconcile.yaml` is the project file, `contracts/`
/// has contract files, and `labels/` label files.
fn checked(files: &[(&str, &str)]) -> Checked {
    let mut sources = Sources { root: ".".into(), ..Sources::default() };
    for (path, content) in files {
        match *path {
            "reconcile.yaml" => sources.shared.project = Some(source(path, content)),
            _ if path.starts_with("contracts/") => {
                sources.shared.contracts.insert((*path).to_owned(), source(path, content));
            }
            _ if path.starts_with("labels/") => {
                sources.shared.labels.insert((*path).to_owned(), source(path, content));
            }
            _ => sources.retailers.push(source(path, content)),
        }
    }
    check(&sources, TODAY)
}

/// Checks one retailer file.
fn checked_one(content: &str) -> Checked {
    checked(&[("retailers/acme-apparel.yaml", content)])
}

fn codes(checked: &Checked) -> Vec<&'static str> {
    checked.report.diagnostics.iter().map(|diagnostic| diagnostic.code).collect()
}

fn rendered(checked: &Checked) -> String {
    let mut out = Vec::new();
    render(&checked.report, ENDLESS, &mut out).unwrap();
    anstream::adapter::strip_str(&String::from_utf8(out).unwrap()).to_string()
}
