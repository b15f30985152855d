//! The checks of one file: tables of named functions over the typed value.
//!
//! A check gets whatever could be read of a file, so it does not rely on other checks. It
//! refers to places by path and does not use the text.

mod journey;
mod names;
mod project;
mod route;
mod settings;

use super::finding::{Finding, key, path};
use crate::model::{ProjectFile, RetailerFile};
use jiff::civil::Date;

/// The input of a check of a retailer file.
pub(super) struct Subject<'a> {
    pub file: &'a RetailerFile,
    /// The partner's suffix of OmniReturns names.
    pub suffix: &'a str,
    /// Today in UTC.
    pub today: Date,
}

type RetailerCheck = fn(&Subject<'_>, &mut Vec<Finding>);

const RETAILER_CHECKS: &[(&str, RetailerCheck)] = &[
    ("required keys are there", required_keys),
    ("no name has the suffix yet", names::no_suffix),
    ("access is a question of existing retailers", journey::access),
    ("access is decided before the end", journey::live_while_undecided),
    ("names can be sent, and are spelt as meant", names::odd),
    ("milestones belong to the journey", journey::foreign_milestones),
    ("dates are days that have come", journey::dates),
    ("milestones have what they need", journey::needs),
    ("milestones come in the order of the process", journey::order),
    ("connotes look like connotes, and are the same ones", journey::connotes),
    ("uploads are checked before the end", journey::uploads_checked),
    ("overrides say one thing, with a reason", settings::overrides),
];

type ProjectCheck = fn(&ProjectFile, &mut Vec<Finding>);

const PROJECT_CHECKS: &[(&str, ProjectCheck)] = &[
    ("recipients have public keys of their own", project::recipients),
    ("run records are kept in one place", project::state),
    ("the addresses of hubs have lines", project::hubs),
    ("the default environment exists", project::default_environment),
    ("an environment is embedded or has systems", project::environments),
    ("systems can be read and changed as they say", route::routes),
];

/// Runs all checks of a retailer file.
pub(super) fn retailer(subject: &Subject<'_>) -> Vec<Finding> {
    let mut findings = Vec::new();
    for (_, check) in RETAILER_CHECKS {
        check(subject, &mut findings);
    }
    findings
}

/// Runs all checks of the project file.
pub(super) fn project(file: &ProjectFile) -> Vec<Finding> {
    let mut findings = Vec::new();
    for (_, check) in PROJECT_CHECKS {
        check(file, &mut findings);
    }
    findings
}

fn required_keys(subject: &Subject<'_>, findings: &mut Vec<Finding>) {
    let mut require = |name: &str, is_there: bool, hint: &str| {
        if !is_there {
            findings.push(
                Finding::error(
                    "missing-key",
                    key([name]),
                    format!("`{name}` is missing or has no value"),
                    hint,
                )
                .for_absent(vec![path([name])]),
            );
        }
    };
    require(
        "retailer",
        subject.file.retailer.is_some(),
        "add `retailer:` with the name exactly as entered in OmniRPS",
    );
    require(
        "journey",
        subject.file.journey.is_some(),
        "add `journey: new` for a retailer new to SEKO, or `journey: existing`",
    );
}
