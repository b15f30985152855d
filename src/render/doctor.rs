//! A check-up of an environment, for people to read.

use super::style::{BLOCKED, CREATE, FAINT, HEADING, UPDATE, clean, styled};
use crate::model::{
    Capabilities, ChangedBy, Health, HealthReport, Look, ReadBy, Setting, System, ValueKind,
};
use std::io::{self, Write};
use std::time::Duration;

/// Above this difference of clocks a `Retry-After` that names a time is waited for too
/// long or not at all.
const CLOCKS_APART: Duration = Duration::from_secs(60);

/// Writes how every system does, and how each of its settings is read and changed.
pub(crate) fn checkups(
    environment: &str,
    checkups: &[HealthReport],
    capabilities: &Capabilities,
    out: &mut dyn Write,
) -> io::Result<()> {
    writeln!(out, "Checked {environment}")?;
    for HealthReport { system, looks } in checkups {
        writeln!(out)?;
        for look in looks {
            self::look(*system, look, out)?;
        }
        if looks.is_empty() {
            let nobody = "nothing to check, people do it all";
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

fn look(system: System, look: &Look, out: &mut dyn Write) -> io::Result<()> {
    let Look { place, found } = look;
    let (system, place) = (styled(HEADING, system), styled(FAINT, clean(place)));
    match found {
        Health::Healthy { records, clock_apart } => {
            let well = styled(CREATE, "ok");
            writeln!(out, "{system}  {well}, {records} records  {place}")?;
            if let Some(apart) = clock_apart.filter(|apart| *apart > CLOCKS_APART) {
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
