//! Checks of the project file that involve several of its keys.

use crate::config::finding::{Finding, key, value};
use crate::model::types::{all_of, instead_of, shown};
use crate::model::{ProjectFile, SANDBOX, System};
use std::collections::BTreeMap;

/// No two recipients have the same public key.
pub(super) fn recipients(file: &ProjectFile, findings: &mut Vec<Finding>) {
    let mut owners: BTreeMap<&str, &str> = BTreeMap::new();
    for (name, public_key) in &file.partner.recipients {
        if let Some(owner) = owners.insert(public_key, name) {
            let place = |of| value(["partner", "recipients", of]);
            let message = format!("{} and {} have the same public key", shown(owner), shown(name));
            let hint = "remove one of the two, or ask the other recipient for its own key";
            let finding = Finding::error("duplicate-recipient", place(name), message, hint);
            findings.push(finding.with(place(owner), "the same key"));
        }
    }
}

/// The default environment is defined, or is the sandbox.
pub(super) fn default_environment(file: &ProjectFile, findings: &mut Vec<Finding>) {
    let name = file.default_environment.as_str();
    let mut names: Vec<&str> = file.environments.keys().map(String::as_str).collect();
    if !names.contains(&SANDBOX) {
        names.push(SANDBOX);
    }
    if !names.contains(&name) {
        let message = format!("there is no environment {}", shown(name));
        let hint = instead_of(name, &names, || format!("choose one of {}", all_of(&names)));
        let place = value(["default_environment"]);
        findings.push(Finding::error("unknown-environment", place, message, hint));
    }
}

/// An environment is the embedded sandbox or configures its systems.
pub(super) fn environments(file: &ProjectFile, findings: &mut Vec<Finding>) {
    for (name, environment) in &file.environments {
        let system = System::ALL.into_iter().find(|system| environment.route(*system).is_some());
        match (environment.embedded, system) {
            (true, Some(system)) => {
                let place = |of| key(["environments", name, of]);
                let message = format!("{} is embedded and also configures systems", shown(name));
                let hint = "remove `embedded: true`, or the systems";
                let finding =
                    Finding::error("environment-conflict", place("embedded"), message, hint);
                findings.push(finding.with(place(system.key()), "a configured system"));
            }
            (false, None) => {
                let message = format!("{} is neither embedded nor has systems", shown(name));
                let hint = "add the systems with their `url` and `key`, or `embedded: true`";
                let place = key(["environments", name]);
                findings.push(Finding::error("environment-conflict", place, message, hint));
            }
            _ => {}
        }
    }
}

/// Run records have one location.
pub(super) fn state(file: &ProjectFile, findings: &mut Vec<Finding>) {
    let state = &file.state;
    let places = [
        ("postgres", state.postgres.is_some()),
        ("s3", state.s3.is_some()),
        ("folder", state.folder.is_some()),
    ];
    let mut named = places.into_iter().filter(|(_, is_named)| *is_named).map(|(place, _)| place);
    if let (Some(first), Some(second)) = (named.next(), named.next()) {
        let message = format!("`state` has both `{first}` and `{second}`");
        let hint = "remove the one that is not used";
        let finding = Finding::error("state-conflict", key(["state", second]), message, hint);
        findings.push(finding.with(key(["state", first]), "the other place"));
    }
}
