//! The checks of one file: tables of functions over the typed value.
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

const RETAILER_CHECKS: &[RetailerCheck] = &[
    required_keys,
    names::no_suffix,
    journey::access,
    journey::live_while_undecided,
    names::odd,
    journey::foreign_milestones,
    journey::dates,
    journey::needs,
    journey::order,
    journey::connotes,
    journey::uploads_checked,
    settings::overrides,
];

type ProjectCheck = fn(&ProjectFile, &mut Vec<Finding>);

const PROJECT_CHECKS: &[ProjectCheck] = &[
    project::recipients,
    project::state,
    names::of_partner,
    project::default_environment,
    project::environments,
    route::routes,
];

/// Runs all checks of a retailer file.
pub(super) fn retailer(subject: &Subject<'_>) -> Vec<Finding> {
    let mut findings = Vec::new();
    RETAILER_CHECKS.iter().for_each(|check| check(subject, &mut findings));
    findings
}

/// Runs all checks of the project file.
pub(super) fn project(file: &ProjectFile) -> Vec<Finding> {
    let mut findings = Vec::new();
    PROJECT_CHECKS.iter().for_each(|check| check(file, &mut findings));
    findings
}

/// A retailer file has a name and a journey.
fn required_keys(subject: &Subject<'_>, findings: &mut Vec<Finding>) {
    let mut require = |name: &str, is_there: bool, hint: &str| {
        if !is_there {
            let message = format!("`{name}` is missing or has no value");
            let finding = Finding::error("missing-key", key([name]), message, hint);
            findings.push(finding.for_absent(vec![path([name])]));
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
