//! A health report of an environment as text and JSON.

use super::style::{BLOCKED, CREATE, FAINT, HEADING, UPDATE, clean, styled};
use crate::model::{
    Capabilities, ChangedBy, Health, HealthCheck, HealthReport, ReadBy, Setting, System, ValueKind,
};
use crate::plan::FORMAT_VERSION;
use crate::runs::StoreError;
use schemars::JsonSchema;
use serde::Serialize;
use std::io::{self, Write};
use std::time::Duration;

/// The clock difference above which a `Retry-After` date leads to a wrong wait.
const CLOCKS_APART: Duration = Duration::from_secs(60);

/// The output of `doctor --format json`.
#[derive(Serialize, JsonSchema)]
#[schemars(deny_unknown_fields)]
pub(crate) struct Checked<'a> {
    /// The version of this format. Minor versions add keys, major versions change them.
    format_version: &'static str,
    environment: &'a str,
    /// Each checked place of each system.
    looks: Vec<CheckedPlace<'a>>,
    /// How each setting is read and changed.
    settings: Vec<CheckedSetting>,
    /// Where run records are stored.
    run_records: &'a Records,
}

/// Where run records are stored, and whether the store is reliable.
#[derive(Serialize, JsonSchema)]
#[schemars(deny_unknown_fields)]
pub(crate) struct Records {
    place: String,
    /// Whether other machines can use them.
    shared: bool,
    /// Whether a shared store is usable and rejects outdated writes.
    pub healthy: bool,
    /// Why it is not healthy, and how to fix it.
    message: Option<String>,
    hint: Option<&'static str>,
}

impl Records {
    /// Describes a store; `refuses` is `None` if the store is not shared.
    pub(crate) fn new(place: String, refuses: Option<Result<bool, StoreError>>) -> Records {
        let shared = refuses.is_some();
        let (message, hint) = match refuses {
            None | Some(Ok(true)) => (None, None),
            Some(Ok(false)) => (
                Some("a stale write was not refused".to_owned()),
                Some("use a store that supports conditional writes"),
            ),
            Some(Err(error)) => (Some(error.to_string()), Some(error.hint())),
        };
        Records { place, shared, healthy: message.is_none(), message, hint }
    }
}

/// The result of checking one place.
#[derive(Serialize, JsonSchema)]
#[schemars(deny_unknown_fields)]
struct CheckedPlace<'a> {
    system: System,
    /// The address, or the kind of database.
    place: &'a str,
    healthy: bool,
    /// The number of records; null if the system is not healthy.
    records: Option<u64>,
    /// The clock difference to this machine in seconds, if known.
    clock_apart_seconds: Option<u64>,
    /// Why it is not healthy, and how to fix it.
    message: Option<&'a str>,
    hint: Option<&'a str>,
}

/// How a setting is read and changed.
#[derive(Serialize, JsonSchema)]
#[schemars(deny_unknown_fields)]
struct CheckedSetting {
    setting: Setting,
    read: &'static str,
    changed: String,
}

impl<'a> Checked<'a> {
    /// Creates the report from the checked systems and their capabilities.
    pub(crate) fn new(
        environment: &'a str,
        checkups: &'a [HealthReport],
        capabilities: &Capabilities,
        run_records: &'a Records,
    ) -> Checked<'a> {
        let looks = checkups.iter().flat_map(|HealthReport { system, checks: looks }| {
            looks.iter().map(|HealthCheck { place, found }| {
                let (records, apart, unread) = match found {
                    Health::Healthy { records, clock_difference } => {
                        (Some(*records), *clock_difference, None)
                    }
                    Health::Unhealthy(unread) => (None, None, Some(unread)),
                };
                CheckedPlace {
                    system: *system,
                    place,
                    healthy: unread.is_none(),
                    records,
                    clock_apart_seconds: apart.map(|apart| apart.as_secs()),
                    message: unread.map(|unread| unread.why.as_str()),
                    hint: unread.map(|unread| unread.hint.as_ref()),
                }
            })
        });
        let settings = Setting::ALL.into_iter().map(|setting| CheckedSetting {
            setting,
            read: read(setting, capabilities),
            changed: changed(setting, capabilities),
        });
        Checked {
            format_version: FORMAT_VERSION,
            environment,
            looks: looks.collect(),
            settings: settings.collect(),
            run_records,
        }
    }
}

/// Writes the health of each system, and how each of its settings is read and changed.
pub(crate) fn checkups(
    environment: &str,
    checkups: &[HealthReport],
    capabilities: &Capabilities,
    out: &mut dyn Write,
) -> io::Result<()> {
    writeln!(out, "Checked {environment}")?;
    for HealthReport { system, checks: looks } in checkups {
        writeln!(out)?;
        for look in looks {
            self::look(*system, look, out)?;
        }
        if looks.is_empty() {
            let nobody = "nothing to check: people read and change it";
            writeln!(out, "{}  {nobody}", styled(HEADING, system))?;
        }
        for setting in Setting::ALL.into_iter().filter(|setting| setting.system() == *system) {
            writeln!(
                out,
                "  {setting}: {}, {}",
                read(setting, capabilities),
                changed(setting, capabilities)
            )?;
        }
    }
    Ok(())
}

/// Writes where run records are stored, and whether the store is reliable.
pub(crate) fn records(records: &Records, out: &mut dyn Write) -> io::Result<()> {
    let place = styled(FAINT, clean(&records.place));
    let heading = styled(HEADING, "Run records");
    writeln!(out)?;
    match &records.message {
        None if records.shared => {
            let well = styled(CREATE, "ok");
            writeln!(out, "{heading}  {well}, shared; a stale write is refused  {place}")?;
        }
        None => {
            let well = styled(CREATE, "ok");
            writeln!(out, "{heading}  {well}, on this machine alone  {place}")?;
        }
        Some(message) => {
            writeln!(out, "{heading}  {}: {}  {place}", styled(BLOCKED, "failed"), clean(message))?;
        }
    }
    if let Some(hint) = records.hint {
        writeln!(out, "  hint: {hint}")?;
    }
    writeln!(out, "  journals, leases, test labels in progress, handovers and notices of drift")
}

fn look(system: System, look: &HealthCheck, out: &mut dyn Write) -> io::Result<()> {
    let HealthCheck { place, found } = look;
    let (system, place) = (styled(HEADING, system), styled(FAINT, clean(place)));
    match found {
        Health::Healthy { records, clock_difference } => {
            let well = styled(CREATE, "ok");
            writeln!(out, "{system}  {well}, {records} records  {place}")?;
            if let Some(apart) = clock_difference.filter(|apart| *apart > CLOCKS_APART) {
                let late = format!("! its clock is {} s from this machine's", apart.as_secs());
                writeln!(out, "  {}", styled(UPDATE, late))?;
                writeln!(out, "  hint: set the clock that is wrong")?;
            }
        }
        Health::Unhealthy(unread) => {
            let ill = styled(BLOCKED, "failed");
            writeln!(out, "{system}  {ill}: {}  {place}", clean(&unread.why))?;
            writeln!(out, "  hint: {}", clean(&unread.hint))?;
        }
    }
    Ok(())
}

fn read(setting: Setting, capabilities: &Capabilities) -> &'static str {
    match capabilities.read(setting.system()) {
        ReadBy::Http | ReadBy::Sql if !capabilities.is_readable(setting) => "looked up by people",
        ReadBy::Http => "read over HTTP",
        ReadBy::Sql => "read with SQL",
        ReadBy::Nothing => "looked up by people",
    }
}

fn changed(setting: Setting, capabilities: &Capabilities) -> String {
    let info = setting.info();
    match capabilities.changed_by(setting) {
        ChangedBy::Tool if info.kind == ValueKind::Present => "created over HTTP".into(),
        ChangedBy::Tool => "changed over HTTP".into(),
        ChangedBy::Nobody => "changed by nobody, only observed".into(),
        ChangedBy::Person { note: None } => format!("changed by people ({})", info.by_hand.who()),
        ChangedBy::Person { note: Some(note) } => {
            format!("changed by people ({}), because {note}", info.by_hand.who())
        }
    }
}
