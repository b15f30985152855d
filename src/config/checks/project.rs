//! Checks of the project file.

use super::names::white_space;
use super::settings::{credentials, secret};
use crate::config::finding::{Finding, Place, key, path, value};
use crate::config::scalar::{Count, Text};
use crate::config::schema::ProjectFile;
use crate::model::System;
use crate::model::secret::is_whole;
use crate::model::types::{Address, address};
use crate::model::types::{instead_of, one_of, shown};
use std::ops::RangeInclusive;

/// Beyond these limits a number is a slip: 256 connections are more than a server grants
/// one client, and ten thousand requests a second more than the three systems serve.
pub(crate) const CONCURRENCY: RangeInclusive<u64> = 1..=256;
pub(crate) const REQUESTS_PER_SECOND: RangeInclusive<u64> = 1..=10_000;
/// Ten minutes: no proxy keeps a request open for longer.
pub(crate) const TIMEOUT_SECONDS: RangeInclusive<u64> = 1..=600;
/// With waiting times that double, the twentieth try is days away.
pub(crate) const RETRIES: RangeInclusive<u64> = 0..=20;
/// A day: whatever takes longer is not one run.
pub(crate) const DEADLINE_SECONDS: RangeInclusive<u64> = 1..=86_400;
pub(crate) const PERCENT: RangeInclusive<u64> = 0..=100;
/// Ten times the largest fleet that the tool is built for.
pub(crate) const RETAILERS: RangeInclusive<u64> = 0..=1_000_000;

/// The name of the environment that always exists.
pub(crate) const SANDBOX: &str = "sandbox";

/// The partner's names have no hidden characters; its addresses are https.
pub(super) fn partner(file: &ProjectFile, findings: &mut Vec<Finding>) {
    let partner = &file.partner.0;
    for (name, text) in [
        ("name", &partner.name),
        ("company", &partner.company),
        ("name_suffix", &partner.name_suffix),
    ] {
        if let Some(text) = text {
            findings.extend(white_space(value(["partner", name]), &text.0));
        }
    }
    for (code, name, text) in [
        ("webhook-not-https", "tracking_webhook_url", &partner.tracking_webhook_url),
        ("url-not-https", "onboarding_form_url", &partner.onboarding_form_url),
    ] {
        let place = value(["partner", name]);
        let Some(Text(text)) = text else { continue };
        match address(text) {
            Address::Good(_) if name == "tracking_webhook_url" && !is_whole(text) => {
                findings.push(secret(place, name));
            }
            Address::Good(_) => {}
            Address::HasCredentials => findings.push(credentials(place, name)),
            Address::NoUrl | Address::NotHttps => findings.push(Finding::error(
                code,
                place,
                format!("`{name}` is not an https URL"),
                "write an address that begins with `https://`",
            )),
        }
    }
}

/// The default environment is one of those defined, or the sandbox.
pub(super) fn default_environment(file: &ProjectFile, findings: &mut Vec<Finding>) {
    let Some(Text(name)) = &file.default_environment else { return };
    let mut names: Vec<&str> = file.environments.0.keys().map(String::as_str).collect();
    if !names.contains(&SANDBOX) {
        names.push(SANDBOX);
    }
    if !names.contains(&name.as_str()) {
        findings.push(
            Finding::error(
                "unknown-environment",
                value(["default_environment"]),
                format!("there is no environment {}", shown(name)),
                instead_of(name, &names, || format!("the environments are {}", one_of(&names))),
            )
            .for_absent(vec![path(["environments", name])]),
        );
    }
}

/// An environment is the embedded sandbox, or it says where its systems are.
pub(super) fn environments(file: &ProjectFile, findings: &mut Vec<Finding>) {
    for (name, environment) in &file.environments.0 {
        let environment = &environment.0;
        let place = key(["environments", name]);
        findings.extend(white_space(place.clone(), name));
        let is_embedded = environment.embedded.is_some_and(|flag| flag.0);
        let system = System::ALL.into_iter().find(|system| environment.route(*system).is_some());
        match (is_embedded, system) {
            (true, Some(system)) => findings.push(
                Finding::error(
                    "environment-conflict",
                    key(["environments", name, "embedded"]),
                    format!("{} is embedded and has systems of its own", shown(name)),
                    "take out `embedded: true`, or the systems",
                )
                .with(key(["environments", name, system.key()]), "a system of its own"),
            ),
            (false, None) => findings.push(
                Finding::error(
                    "environment-conflict",
                    place,
                    format!("{} is neither embedded nor has systems", shown(name)),
                    "add the systems with their `url` and `key`, or `embedded: true`",
                )
                .for_absent(
                    ["embedded", "omniparcel", "omnireturns", "omnirps"]
                        .map(|key| path(["environments", name, key]))
                        .to_vec(),
                ),
            ),
            _ => {}
        }
    }
}

/// Numbers are neither zero where that would stop everything, nor absurd.
pub(super) fn limits(file: &ProjectFile, findings: &mut Vec<Finding>) {
    for (name, environment) in &file.environments.0 {
        let limits = &environment.0.limits.0;
        for (last, count, range) in [
            ("concurrency", limits.concurrency, CONCURRENCY),
            ("requests_per_second", limits.requests_per_second, REQUESTS_PER_SECOND),
            ("timeout_seconds", limits.timeout_seconds, TIMEOUT_SECONDS),
            ("retries", limits.retries, RETRIES),
            ("deadline_seconds", limits.deadline_seconds, DEADLINE_SECONDS),
        ] {
            findings.extend(in_range(
                value(["environments", name, "limits", last]),
                last,
                count,
                &range,
            ));
        }
    }
    let safety = &file.safety.0;
    for (last, count, range) in [
        ("max_changed_retailers_percent", safety.max_changed_retailers_percent, PERCENT),
        ("from_retailers", safety.from_retailers, RETAILERS),
        ("max_changed_retailers", safety.max_changed_retailers, RETAILERS),
        ("max_unpublished_portals", safety.max_unpublished_portals, RETAILERS),
        ("max_unpublished_portals_percent", safety.max_unpublished_portals_percent, PERCENT),
        ("max_switch_offs", safety.max_switch_offs, RETAILERS),
        ("max_switch_offs_percent", safety.max_switch_offs_percent, PERCENT),
    ] {
        findings.extend(in_range(value(["safety", last]), last, count, &range));
    }
}

fn in_range(
    place: Place,
    name: &str,
    count: Option<Count>,
    range: &RangeInclusive<u64>,
) -> Option<Finding> {
    let number = count?.0;
    if number.is_some_and(|number| range.contains(&number)) {
        return None;
    }
    Some(Finding::error(
        "bad-limit",
        place,
        format!("`{name}` is out of range"),
        format!("write a whole number from {} to {}", range.start(), range.end()),
    ))
}
