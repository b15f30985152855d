//! A check-up of an environment, for people to read.

use super::style::{BLOCKED, CREATE, FAINT, HEADING, UPDATE, clean, styled};
use crate::model::{Checkup, Health, Setting, ValueKind};
use std::io::{self, Write};
use std::time::Duration;

/// Above this difference of clocks a `Retry-After` that names a time is waited for too
/// long or not at all.
const CLOCKS_APART: Duration = Duration::from_secs(60);

/// Writes how every system does, and how each of its settings is read and changed.
pub fn checkups(environment: &str, checkups: &[Checkup], out: &mut dyn Write) -> io::Result<()> {
    writeln!(out, "Checked {environment}")?;
    for Checkup { system, address, found, writes, creates } in checkups {
        writeln!(out)?;
        let address = styled(FAINT, clean(address));
        match found {
            Health::Well { records, clock_apart } => {
                let well = styled(CREATE, "ok");
                writeln!(out, "{}  {well}, {records} records  {address}", styled(HEADING, system))?;
                if let Some(apart) = clock_apart.filter(|apart| *apart > CLOCKS_APART) {
                    let late = format!("! its clock is {} s from this machine's", apart.as_secs());
                    writeln!(out, "  {}", styled(UPDATE, late))?;
                    writeln!(out, "  hint: set the clock that is wrong")?;
                }
            }
            Health::Ill(unread) => {
                let ill = styled(BLOCKED, "failed");
                writeln!(
                    out,
                    "{}  {ill}: {}  {address}",
                    styled(HEADING, system),
                    clean(&unread.why)
                )?;
                writeln!(out, "  hint: {}", clean(&unread.hint))?;
            }
        }
        for setting in Setting::ALL.into_iter().filter(|setting| setting.system() == *system) {
            let how = changed(setting, *writes, *creates);
            writeln!(out, "  {setting}: read over HTTP, {how}")?;
        }
    }
    Ok(())
}

fn changed(setting: Setting, writes: bool, creates: bool) -> String {
    let info = setting.info();
    match info.kind {
        ValueKind::Present if creates => "created over HTTP".into(),
        ValueKind::Empty | ValueKind::Present => {
            format!("changed by people ({})", info.by_hand.role)
        }
        _ if writes => "changed over HTTP".into(),
        _ => format!("changed by people ({})", info.by_hand.role),
    }
}
