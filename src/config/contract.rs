//! Contract files: which ones the project file names, and the checks that involve several keys
//! of one. Their format is [`crate::model::contract`].

use super::finding::{Finding, Part, Path, Place, key, value};
use super::source::{Files, source_of};
use crate::model::contract::{ContractFile, Method, Paging};
use crate::model::types::{Format, Scope, shown};
use crate::model::{Contract, ProjectFile, Setting, System};
use std::collections::BTreeMap;

/// Returns the contracts of a file that passed its checks.
pub(crate) fn contracts(text: &str) -> BTreeMap<System, Contract> {
    let from = serde_yaml::Deserializer::from_str(text);
    let file = ContractFile::fast(Scope::default(), from);
    file.map(|file| file.systems()).unwrap_or_default()
}

/// Checks that each environment's contract file was read, and that it has systems to apply to.
pub(super) fn check_names(file: &ProjectFile, files: &Files) -> Vec<Finding> {
    let mut findings = Vec::new();
    for (name, environment) in &file.environments {
        let Some(path) = &environment.contract else { continue };
        if environment.embedded {
            let place = |of| key(["environments", name, of]);
            let message = format!("{} is embedded and has a contract file", shown(name));
            let hint = "remove `contract`: the sandbox uses the built-in contract";
            let finding = Finding::error("environment-conflict", place("contract"), message, hint);
            findings.push(finding.with(place("embedded"), "embedded"));
        }
        let Err((code, why)) = source_of(path, files) else { continue };
        let message = format!("the contract file {} cannot be used: {why}", shown(path));
        let hint = "correct the path, which begins at the project file's folder, or create the \
                    file with `reconcile schema --out DIR`";
        let place = value(["environments", name, "contract"]);
        findings.push(Finding::error(code, place, message, hint));
    }
    findings
}

/// Checks the keys of a contract file against each other.
pub(super) fn check(file: &ContractFile) -> Vec<Finding> {
    let mut findings = Vec::new();
    for (system, contract) in file.contracts() {
        agreement(system, contract, &mut findings);
    }
    findings
}

fn agreement(system: System, contract: &Contract, findings: &mut Vec<Finding>) {
    let mut wrong = |code, keys: &[&str], part, message: &str, hint: &str| {
        let path: Path =
            std::iter::once(system.key()).chain(keys.iter().copied()).map(str::to_owned).collect();
        let message = format!("{} {message}", shown(&path.join(".")));
        findings.push(Finding::error(code, Place::new(path, part), message, hint));
    };
    for name in contract.headers.keys() {
        let is_used = |other: &String| other.eq_ignore_ascii_case(name);
        if is_used(&contract.key_header) || is_used(&contract.idempotency_header) {
            let message = "is used for something else in this contract";
            let hint = "remove it from `headers`";
            wrong("wrong-value", &["headers", name], Part::Key, message, hint);
        }
    }
    if !contract.success.is.is_empty() && contract.success.flag.is_none() {
        let hint = "add `flag:`, a pointer to the value that `is` is compared with";
        wrong("missing-key", &["success"], Part::Key, "has no `flag`", hint);
    }
    if let Paging::Cursor(pages) = &contract.list.paging
        && pages.size.is_some() != pages.ask.is_some()
    {
        let missing = if pages.size.is_some() { "ask" } else { "size" };
        let message = format!("has no `{missing}`");
        let hint = format!("add `{missing}:`; `size` and `ask` can only be used together");
        wrong("missing-key", &["list", "paging"], Part::Key, &message, &hint);
    }
    if let Some(read) = &contract.read
        && read.method == Method::Get
        && !read.path.contains("{id}")
    {
        let message = "does not contain the record's id";
        let hint = "write `{id}` where it goes, or `method: POST` to send it in the body";
        wrong("wrong-value", &["read", "path"], Part::Value, message, hint);
    }
    for setting in contract.create.iter().flat_map(|create| &create.carries) {
        if *setting != Setting::OmnireturnsName && !contract.fields.contains_key(setting) {
            let message = format!("lists `{setting}`, which is not in `fields`");
            let hint = "map it in `fields`, or remove it from `carries`";
            wrong("wrong-value", &["create", "carries"], Part::Value, &message, hint);
        }
    }
}
