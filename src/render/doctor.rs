//! A health report of an environment as text and JSON.

use super::style::{BLOCKED, CREATE, FAINT, HEADING, UPDATE, clean, styled};
use crate::model::{
    Advice, Backend, Capabilities, ChangedBy, Environment, HealthCheck, ReadBy, Setting, System,
    ValueKind,
};
use crate::plan::FORMAT_VERSION;
use schemars::JsonSchema;
use serde::Serialize;
use std::io::{self, Write};

/// The clock difference from which a `Retry-After` date leads to a wrong wait.
const CLOCKS_APART_SECONDS: u64 = 60;

/// The output of `doctor --format json`.
#[derive(Serialize, JsonSchema)]
#[schemars(deny_unknown_fields)]
pub(crate) struct DoctorReport<'a> {
    /// The version of this format. Minor versions add keys, major versions change them.
    format_version: &'static str,
    environment: &'a str,
    /// Whether it is the embedded sandbox, whose systems and records are fictitious.
    embedded: bool,
    /// Each checked place of each system.
    #[serde(rename = "looks")]
    checks: &'a [HealthCheck],
    /// How each setting is read and changed.
    settings: Vec<CheckedSetting>,
    /// Where run records are stored.
    run_records: &'a RunRecordsHealth,
}

/// Where run records are stored, and whether the store is reliable.
#[derive(Serialize, JsonSchema)]
#[schemars(deny_unknown_fields)]
pub(crate) struct RunRecordsHealth {
    place: String,
    /// Whether other machines can use them.
    shared: bool,
    /// Whether the store is usable and rejects outdated writes.
    healthy: bool,
    /// Why it is not healthy, and how to fix it.
    message: Option<String>,
    hint: Option<String>,
}

impl RunRecordsHealth {
    /// Describes a store, and why it cannot be used, if so.
    pub(crate) fn new(place: String, shared: bool, problem: Option<Advice>) -> RunRecordsHealth {
        let healthy = problem.is_none();
        let (message, hint) = problem.map(|Advice { message, hint }| (message, hint)).unzip();
        RunRecordsHealth { place, shared, healthy, message, hint }
    }
}

/// How a setting is read and changed.
#[derive(Serialize, JsonSchema)]
#[schemars(deny_unknown_fields)]
struct CheckedSetting {
    setting: Setting,
    read: &'static str,
    changed: String,
}

impl<'a> DoctorReport<'a> {
    /// Creates the report from the checked systems and their capabilities.
    pub(crate) fn new(
        (name, environment): (&'a str, &Environment),
        checks: &'a [HealthCheck],
        capabilities: &Capabilities,
        run_records: &'a RunRecordsHealth,
    ) -> DoctorReport<'a> {
        let settings = Setting::ALL.into_iter().map(|setting| CheckedSetting {
            setting,
            read: read(setting, capabilities),
            changed: changed(setting, capabilities),
        });
        DoctorReport {
            format_version: FORMAT_VERSION,
            environment: name,
            embedded: environment.backend == Backend::Embedded,
            checks,
            settings: settings.collect(),
            run_records,
        }
    }

    /// Returns what cannot be used.
    pub(crate) fn unhealthy(&self) -> Vec<String> {
        let places = self.checks.iter().filter(|place| !place.healthy);
        let systems = places.map(|place| place.system.to_string());
        let records = (!self.run_records.healthy).then(|| "the run records".to_owned());
        let mut unhealthy: Vec<String> = systems.chain(records).collect();
        unhealthy.dedup();
        unhealthy
    }
}

/// Writes the health of each system with how each of its settings is read and changed, and
/// where run records are stored.
pub(crate) fn text(checked: &DoctorReport, out: &mut dyn Write) -> io::Result<()> {
    let DoctorReport { format_version: _, environment, embedded, checks, settings, run_records } =
        checked;
    let note = if *embedded { ", the embedded sandbox: its systems are fictitious" } else { "" };
    writeln!(out, "Checked {environment}{note}")?;
    for system in System::ALL {
        writeln!(out)?;
        let mut places = checks.iter().filter(|place| place.system == system).peekable();
        if places.peek().is_none() {
            let nobody = "nothing to check: people read and change it";
            writeln!(out, "{}  {nobody}", styled(HEADING, system))?;
        }
        for place in places {
            self::place(place, out)?;
        }
        let of_system = settings.iter().filter(|of| of.setting.system() == system);
        for CheckedSetting { setting, read, changed } in of_system {
            writeln!(out, "  {setting}: {read}, {changed}")?;
        }
    }
    writeln!(out)?;
    records(run_records, out)
}

fn records(records: &RunRecordsHealth, out: &mut dyn Write) -> io::Result<()> {
    let RunRecordsHealth { place, shared, healthy: _, message, hint } = records;
    let state = match message {
        None if *shared => format!("{}, shared; rejects outdated writes", styled(CREATE, "ok")),
        None => format!("{}, on this machine only", styled(CREATE, "ok")),
        Some(message) => format!("{}: {}", styled(BLOCKED, "failed"), clean(message)),
    };
    let place = styled(FAINT, clean(place));
    writeln!(out, "{}  {state}  {place}", styled(HEADING, "Run records"))?;
    if let Some(hint) = hint {
        writeln!(out, "  hint: {}", clean(hint))?;
    }
    writeln!(out, "  journals, leases, test labels in progress, handoffs and notices of drift")
}

fn place(check: &HealthCheck, out: &mut dyn Write) -> io::Result<()> {
    let HealthCheck { system, place, healthy: _, records, clock_apart_seconds, message, hint } =
        check;
    let state = match (records, message) {
        (_, Some(message)) => format!("{}: {}", styled(BLOCKED, "failed"), clean(message)),
        (Some(records), None) => format!("{}, {records} records", styled(CREATE, "ok")),
        (None, None) => styled(CREATE, "ok").to_string(),
    };
    let place = styled(FAINT, clean(place));
    writeln!(out, "{}  {state}  {place}", styled(HEADING, system))?;
    if let Some(apart) = clock_apart_seconds.filter(|apart| *apart >= CLOCKS_APART_SECONDS) {
        let late = format!("! its clock is {apart} s from this machine's");
        writeln!(out, "  {}", styled(UPDATE, late))?;
        writeln!(out, "  hint: set the clock that is wrong")?;
    }
    hint.as_ref().map_or(Ok(()), |hint| writeln!(out, "  hint: {}", clean(hint)))
}

fn read(setting: Setting, capabilities: &Capabilities) -> &'static str {
    match capabilities.read(setting.system()) {
        ReadBy::Http | ReadBy::Sql if !capabilities.is_readable(setting) => "looked up manually",
        ReadBy::Http => "read over HTTP",
        ReadBy::Sql => "read with SQL",
        ReadBy::Nothing => "looked up manually",
    }
}

fn changed(setting: Setting, capabilities: &Capabilities) -> String {
    let info = setting.info();
    match capabilities.changed_by(setting) {
        ChangedBy::Tool if info.kind == ValueKind::Present => "created over HTTP".into(),
        ChangedBy::Tool => "changed over HTTP".into(),
        ChangedBy::Nobody => "only observed, never changed".into(),
        ChangedBy::Person { note: None } => format!("changed manually ({})", info.by_hand.who()),
        ChangedBy::Person { note: Some(note) } => {
            format!("changed manually ({}), because {note}", info.by_hand.who())
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::time::Duration;

    #[test]
    fn a_clock_that_makes_pauses_wrong_is_told() {
        let shown = |apart| {
            let found = Ok((3, Some(Duration::from_secs(apart))));
            let check = HealthCheck::new(System::Omnirps, "http://a.example".into(), found);
            let mut out = Vec::new();
            place(&check, &mut out).unwrap();
            anstream::adapter::strip_str(&String::from_utf8(out).unwrap()).to_string()
        };
        assert_eq!(shown(59), "OmniRPS  ok, 3 records  http://a.example\n");
        insta::assert_snapshot!(shown(60), @"
        OmniRPS  ok, 3 records  http://a.example
          ! its clock is 60 s from this machine's
          hint: set the clock that is wrong
        ");
    }
}
