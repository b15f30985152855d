//! Checks of the project file.

use super::names::white_space;
use super::settings::credentials;
use super::urls::{Address, address};
use crate::config::finding::{Finding, Place, key, path, value};
use crate::config::mask::is_variable_name;
use crate::config::scalar::{Count, Text};
use crate::config::schema::{ProjectFile, RawKey};
use crate::config::words::{instead_of, one_of, shown};
use crate::model::System;
use std::ops::RangeInclusive;

/// Beyond these limits a number is a slip: 256 connections are more than a server grants
/// one client, and ten thousand requests a second more than the three systems serve.
pub const CONCURRENCY: RangeInclusive<u64> = 1..=256;
pub const REQUESTS_PER_SECOND: RangeInclusive<u64> = 1..=10_000;
/// Ten minutes: no proxy keeps a request open for longer.
pub const TIMEOUT_SECONDS: RangeInclusive<u64> = 1..=600;
/// With waiting times that double, the twentieth try is days away.
pub const RETRIES: RangeInclusive<u64> = 0..=20;
/// A day: whatever takes longer is not one run.
pub const DEADLINE_SECONDS: RangeInclusive<u64> = 1..=86_400;
pub const PERCENT: RangeInclusive<u64> = 0..=100;
/// Ten times the largest fleet that the tool is built for.
pub const RETAILERS: RangeInclusive<u64> = 0..=1_000_000;

/// The name of the environment that always exists.
pub const SANDBOX: &str = "sandbox";

/// The partner's names have no hidden characters; its addresses are https.
pub fn partner(file: &ProjectFile, findings: &mut Vec<Finding>) {
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
        match text.as_ref().map(|text| address(&text.0)) {
            None | Some(Address::Good(_)) => {}
            Some(Address::HasCredentials) => findings.push(credentials(place, name)),
            Some(Address::NoUrl | Address::NotHttps) => findings.push(Finding::error(
                code,
                place,
                format!("`{name}` is not an https URL"),
                "write an address that begins with `https://`",
            )),
        }
    }
}

/// The default environment is one of those defined, or the sandbox.
pub fn default_environment(file: &ProjectFile, findings: &mut Vec<Finding>) {
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
pub fn environments(file: &ProjectFile, findings: &mut Vec<Finding>) {
    for (name, environment) in &file.environments.0 {
        let environment = &environment.0;
        let place = key(["environments", name]);
        findings.extend(white_space(place.clone(), name));
        let is_embedded = environment.embedded.is_some_and(|flag| flag.0);
        let system = System::ALL.into_iter().find(|system| environment.endpoint(*system).is_some());
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

/// A system has a base URL and names the place of its key.
pub fn endpoints(file: &ProjectFile, findings: &mut Vec<Finding>) {
    for (name, environment) in &file.environments.0 {
        for system in System::ALL {
            let Some(endpoint) = environment.0.endpoint(system) else { continue };
            let at = |last: &str| path(["environments", name, system.key(), last]);
            let spot = |last| Place { path: at(last), part: crate::config::finding::Part::Value };
            let missing = |last: &str, hint: &str| {
                Finding::error(
                    "missing-key",
                    key(["environments", name, system.key()]),
                    format!("{system} in {} has no `{last}`", shown(name)),
                    hint,
                )
                .for_absent(vec![at(last)])
            };
            match &endpoint.url {
                None => findings.push(missing("url", "add `url:` with the https address")),
                Some(Text(url)) => findings.extend(base_url(spot("url"), url)),
            }
            match &endpoint.key {
                None => findings.push(missing("key", "add `key: {env: NAME}`")),
                Some(source) => findings.extend(key_source(spot("key"), source)),
            }
            if let Some(Text(header)) = &endpoint.key_header
                && !header.bytes().all(is_header_byte)
            {
                findings.push(Finding::error(
                    "wrong-value",
                    spot("key_header"),
                    "`key_header` is no name of an HTTP header",
                    "write letters, digits and hyphens, as in `X-Api-Key`",
                ));
            }
        }
    }
}

/// What [`is_header_byte`] takes, as the pattern of a JSON Schema.
pub const HEADER_PATTERN: &str = "^[A-Za-z0-9!#$%&'*+.^_`|~-]+$";

/// The characters of a header's name (RFC 9110, section 5.6.2).
fn is_header_byte(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || b"!#$%&'*+-.^_`|~".contains(&byte)
}

fn base_url(place: Place, text: &str) -> Option<Finding> {
    let (message, hint) = match address(text) {
        Address::HasCredentials => return Some(credentials(place, "url")),
        Address::NoUrl => ("`url` is no URL", "write the full address, as in `https://host/path`"),
        Address::NotHttps => (
            "`url` is not https, and its key would travel in the open",
            "write `https://`; plain http is for hosts on this machine",
        ),
        Address::Good(url) if url.query().is_some() || url.fragment().is_some() => (
            "`url` has a query or fragment, and paths are added to it",
            "take out what follows `?` or `#`",
        ),
        Address::Good(_) => return None,
    };
    Some(Finding::error("url-not-https", place, message, hint))
}

fn key_source(place: Place, source: &RawKey) -> Option<Finding> {
    let from = match source {
        RawKey::Literal => {
            return Some(Finding::error(
                "literal-key",
                place,
                "`key` is the key itself; this file is in Git, and a key must not be",
                "write `key: {env: NAME}` or `key: {file: PATH}`, and have a new key issued",
            ));
        }
        RawKey::From(from) => from,
    };
    match (&from.env, &from.file) {
        (Some(Text(name)), None) if is_variable_name(name) => None,
        // The name is not repeated: it may well be the key.
        (Some(_), None) => Some(Finding::error(
            "wrong-value",
            Place { path: [place.path, vec!["env".to_owned()]].concat(), ..place },
            "`env` is no name of an environment variable",
            "write letters, digits and `_`, as in `OMNIRPS_ADMIN_KEY`",
        )),
        (None, Some(_)) => None,
        (Some(_), Some(_)) | (None, None) => Some(
            Finding::error(
                "wrong-value",
                place.clone(),
                "`key` has to name one place where the key is kept",
                "write either `{env: NAME}` or `{file: PATH}`",
            )
            .for_absent(
                ["env", "file"]
                    .map(|last| [place.path.clone(), vec![last.to_owned()]].concat())
                    .to_vec(),
            ),
        ),
    }
}

/// Numbers are neither zero where that would stop everything, nor absurd.
pub fn limits(file: &ProjectFile, findings: &mut Vec<Finding>) {
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
