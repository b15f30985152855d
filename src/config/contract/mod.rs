//! Contract files: how the systems of a deployment are spoken to where they do not speak
//! the built-in contract.
//!
//! Enters: the text of a contract file, and which file an environment names. Leaves:
//! findings, and a [`Contract`] for each system that the file lists. The built-in
//! contract is such a file, too, and is read here.

mod build;
mod checks;
mod fields;
mod runtime;
mod schema;

pub(super) use checks::{ASK, FIELD_PATTERN, FIRST, PATH_PATTERN, POINTER_PATTERN, check};
pub(super) use fields::{is_listed, is_two_sided, is_written_by_id};
pub(super) use runtime::UPLOADS_PATTERN;
pub(super) use schema::ContractFile;
#[cfg(test)]
pub(super) use schema::{
    RawCompanies, RawContract, RawCreate, RawField, RawKeyCall, RawLabel, RawList, RawPaging,
    RawRead, RawSuccess, RawUpdate, RawUpload, RawUploads,
};

use super::finding::{Finding, Path, Place, key, value};
use super::read::{Source, Unread};
use super::scalar::{Section, Text};
use super::schema::ProjectFile;
use super::words::shown;
use crate::model::{Contract, System};
use std::collections::BTreeMap;

/// The contract files that a project file names, by path as it is written there; an
/// error says what is wrong with a file that cannot be read.
pub(super) type Files = BTreeMap<String, Result<Source, Unread>>;

/// Reads the contracts of a file that has passed its checks. A system whose contract has
/// not is left out.
pub(crate) fn contracts(text: &str) -> BTreeMap<System, Contract> {
    let file: Section<ContractFile> = serde_yaml::from_str(text).unwrap_or_default();
    built(&file.0)
}

/// Builds the contracts of a file.
pub(super) fn built(file: &ContractFile) -> BTreeMap<System, Contract> {
    System::ALL
        .into_iter()
        .filter_map(|system| Some((system, build::contract(system, file.system(system)?)?)))
        .collect()
}

/// Returns the paths of the contract files that a project file names.
pub(super) fn named(project: &ProjectFile) -> Vec<String> {
    let environments = project.environments.0.values();
    environments
        .filter_map(|environment| Some(environment.0.contract.as_ref()?.0.clone()))
        .collect()
}

/// Checks that each environment's contract file was read, and has systems to be for.
pub(super) fn check_names(file: &ProjectFile, files: &Files) -> Vec<Finding> {
    let mut findings = Vec::new();
    for (name, environment) in &file.environments.0 {
        let Some(Text(path)) = &environment.0.contract else { continue };
        if environment.0.embedded.is_some_and(|flag| flag.0) {
            findings.push(
                Finding::error(
                    "environment-conflict",
                    key(["environments", name, "contract"]),
                    format!("{} is embedded and has a contract file", shown(name)),
                    "take out `contract`: the sandbox speaks the built-in contract",
                )
                .with(key(["environments", name, "embedded"]), "embedded"),
            );
        }
        let (code, why) = match files.get(path) {
            Some(Ok(_)) => continue,
            Some(Err(unread)) => (unread.code, unread.why.as_str()),
            None => ("unreadable-file", "it was not read"),
        };
        findings.push(Finding::error(
            code,
            value(["environments", name, "contract"]),
            format!("the contract file {} cannot be used: {why}", shown(path)),
            "correct the path, which begins at the project file's folder, or create the file with \
             `reconcile schema --out DIR`",
        ));
    }
    findings
}

/// A place in a contract file while it is checked.
struct Look<'a> {
    system: System,
    at: Path,
    findings: &'a mut Vec<Finding>,
}

impl Look<'_> {
    fn below(&mut self, key: &str) -> Look<'_> {
        let at = self.path(key);
        Look { system: self.system, at, findings: self.findings }
    }

    fn path(&self, key: &str) -> Path {
        [self.at.as_slice(), &[key.to_owned()]].concat()
    }

    /// Returns the name of a key as messages show it.
    fn name(&self, key: &str) -> String {
        shown(&self.path(key).join("."))
    }

    /// Reports the value of a key; the message goes on after its name.
    fn wrong(&mut self, code: &'static str, key: &str, message: &str, hint: impl Into<String>) {
        let message = format!("{} {message}", self.name(key));
        let place = Place { path: self.path(key), part: super::finding::Part::Value };
        self.findings.push(Finding::error(code, place, message, hint));
    }

    /// Reports a key that has no business here.
    fn strange(&mut self, code: &'static str, key: &str, message: &str, hint: impl Into<String>) {
        let message = format!("{} {message}", self.name(key));
        let place = Place { path: self.path(key), part: super::finding::Part::Key };
        self.findings.push(Finding::error(code, place, message, hint));
    }

    /// Reports a key that is not there.
    fn missing(&mut self, key: &str, hint: &str) {
        let place = Place { path: self.at.clone(), part: super::finding::Part::Key };
        let message = format!("{} has no `{key}`", shown(&self.at.join(".")));
        let finding = Finding::error("missing-key", place, message, hint);
        self.findings.push(finding.for_absent(vec![self.path(key)]));
    }
}
