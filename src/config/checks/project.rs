//! Checks of the project file that involve several of its keys.

use crate::config::finding::{Finding, key, value};
use crate::model::types::{instead_of, one_of, shown};
use crate::model::{ProjectFile, SANDBOX, System};
use std::collections::BTreeMap;

/// No two recipients have the same public key.
pub(super) fn recipients(file: &ProjectFile, findings: &mut Vec<Finding>) {
    let mut owners: BTreeMap<&str, &str> = BTreeMap::new();
    for (name, public_key) in &file.partner.recipients {
        if let Some(owner) = owners.insert(public_key, name) {
            findings.push(
                Finding::error(
                    "duplicate-recipient",
                    value(["partner", "recipients", name]),
                    format!("{} and {} have the same public key", shown(owner), shown(name)),
                    "keep one of the two, or ask for the other one's own key",
                )
                .with(value(["partner", "recipients", owner]), "the same key"),
            );
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
        findings.push(Finding::error(
            "unknown-environment",
            value(["default_environment"]),
            format!("there is no environment {}", shown(name)),
            instead_of(name, &names, || format!("the environments are {}", one_of(&names))),
        ));
    }
}

/// An environment is the embedded sandbox or configures its systems.
pub(super) fn environments(file: &ProjectFile, findings: &mut Vec<Finding>) {
    for (name, environment) in &file.environments {
        let system = System::ALL.into_iter().find(|system| environment.route(*system).is_some());
        match (environment.embedded, system) {
            (true, Some(system)) => findings.push(
                Finding::error(
                    "environment-conflict",
                    key(["environments", name, "embedded"]),
                    format!("{} is embedded and also configures systems", shown(name)),
                    "remove `embedded: true`, or the systems",
                )
                .with(key(["environments", name, system.key()]), "a configured system"),
            ),
            (false, None) => findings.push(Finding::error(
                "environment-conflict",
                key(["environments", name]),
                format!("{} is neither embedded nor has systems", shown(name)),
                "add the systems with their `url` and `key`, or `embedded: true`",
            )),
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
    let mut said = places.into_iter().filter(|(_, is_said)| *is_said).map(|(place, _)| place);
    if let (Some(first), Some(second)) = (said.next(), said.next()) {
        findings.push(
            Finding::error(
                "state-conflict",
                key(["state", second]),
                format!("`state` has both `{first}` and `{second}`"),
                "keep the place where run records are kept",
            )
            .with(key(["state", first]), "the other place"),
        );
    }
}

/// The address of a hub has lines.
pub(super) fn hubs(file: &ProjectFile, findings: &mut Vec<Finding>) {
    for hub in file.partner.hub_addresses.iter().filter(|hub| hub.lines.is_empty()) {
        findings.push(Finding::error(
            "missing-key",
            key(["partner", "hub_addresses"]),
            format!("the address of the hub {} has no `lines`", shown(&hub.name)),
            "add `lines:` with the lines of its address",
        ));
    }
}
