//! The result of a handoff or of a check of earlier handoffs, as text.

use super::causes::{Cause, Causes};
use super::style::{BLOCKED, CREATE, UPDATE, clean, styled};
use crate::exit::Failure;
use crate::handoff::{Compared, Handoff, HandoffRecord, Same};
use crate::model::{Advice, Fact, Milestone, Retailer};
use crate::shell::{CommandOptions, NOTHING_TO_STATE};
use std::io::{self, Write};

/// The length of the prefix that identifies a public key by eye.
const KEY_SHOWN: usize = 12;

/// Writes what was handed over and the next steps. `same` is what [`Handoff::deliver`] returned.
pub(crate) fn handed_over(
    handoff: &Handoff,
    record: &HandoffRecord,
    same: Option<Same>,
    is_embedded: bool,
    options: &CommandOptions,
    out: &mut dyn Write,
) -> io::Result<()> {
    let Handoff { retailer, partner, environment, before, file, .. } = *handoff;
    let name = clean(&retailer.name);
    let wrote = match file {
        Some(file) => format!("wrote {}", clean(&file.display().to_string())),
        None => "wrote to stdout".into(),
    };
    writeln!(out, "{wrote}: the keys and the exact name of {name} in {}", clean(environment))?;
    let recipients = record.recipients.iter().map(|(name, key)| {
        let key: String = key.chars().take(KEY_SHOWN).collect();
        format!("{} ({key}…)", clean(name))
    });
    writeln!(out, "  only for: {}", recipients.collect::<Vec<_>>().join(", "))?;
    match (before, same) {
        (None, _) => {}
        (Some(before), None) => writeln!(
            out,
            "  they cannot be compared with those of the last handoff, on {}: handoff.key has \
             changed since",
            day(before)
        )?,
        (Some(before), Some(same)) if same.changed().is_empty() => {
            writeln!(out, "  the same as those of the last handoff, on {}", day(before))?;
        }
        (Some(before), Some(same)) => {
            let changed = styled(UPDATE, changed(same));
            writeln!(out, "  {changed} since the last handoff, on {}", day(before))?;
        }
    }
    let send = format!("send the file to {}", clean(&partner.name));
    if is_embedded {
        let why = "these are keys of the embedded sandbox, whose systems are fictitious";
        writeln!(out, "  nothing is to be sent: {why}")?;
    }
    match retailer.milestones.get(&Milestone::KeysSupplied) {
        None if options.is_rehearsal => {
            writeln!(out, "  {NOTHING_TO_STATE}")?;
            if is_embedded { Ok(()) } else { writeln!(out, "next: {send}") }
        }
        None => {
            let (slug, milestone) = (&retailer.slug, Milestone::KeysSupplied);
            let attest = options.add_to(&format!("reconcile attest {slug} {milestone} --by WHO"));
            let send = if is_embedded { String::new() } else { format!("{send}, then ") };
            writeln!(out, "next: {send}state it: {}", clean(&attest))
        }
        Some(_) if is_embedded => Ok(()),
        Some(Fact { on, .. }) => writeln!(
            out,
            "next: {send}; {} states {} since {on} already",
            clean(&retailer.file),
            Milestone::KeysSupplied
        ),
    }
}

/// Writes whether the keys are still those that were handed over.
pub(crate) fn checked(
    retailer: &Retailer,
    record: &HandoffRecord,
    same: Same,
    options: &CommandOptions,
    out: &mut dyn Write,
) -> io::Result<()> {
    let name = clean(&retailer.name);
    let on = day(record);
    if same.changed().is_empty() {
        let still = styled(CREATE, "still the same");
        return writeln!(out, "{name}: handed over on {on}, {still} keys and name");
    }
    writeln!(out, "{name}: {} since it was handed over on {on}", styled(UPDATE, changed(same)))?;
    writeln!(out, "next: hand over again: {}", again(retailer, options))
}

/// Writes a line for each compared retailer, and a count line.
pub(crate) fn checked_fleet(
    environment: &str,
    checked: &[(&Retailer, Compared)],
    (unrecorded, unknown): (usize, usize),
    options: &CommandOptions,
    out: &mut dyn Write,
) -> io::Result<()> {
    let failures = checked.iter().filter_map(|(_, found)| found.as_ref().err());
    let causes = Causes::of(failures.filter_map(cause));
    let (mut same, mut changed, mut failed) = (0, 0, 0);
    for (retailer, found) in checked {
        let Retailer { name, .. } = retailer;
        match found {
            Ok((record, found)) if found.changed().is_empty() => {
                same += 1;
                self::checked(retailer, record, *found, options, out)?;
            }
            Ok((record, found)) => {
                changed += 1;
                let what = styled(UPDATE, self::changed(*found));
                let (name, on, again) = (clean(name), day(record), again(retailer, options));
                writeln!(out, "{name}: {what} since it was handed over on {on}; next: {again}")?;
            }
            Err(failure) => {
                failed += 1;
                let own = cause(failure).filter(|cause| !causes.is_shared(*cause));
                let own = own.map(|(message, hint)| format!(": {message}; {hint}"));
                let what = styled(BLOCKED, "not compared");
                writeln!(out, "{}: {what}{}", clean(name), clean(&own.unwrap_or_default()))?;
            }
        }
    }
    causes.write(out)?;
    let unrecorded = match unrecorded {
        0 => String::new(),
        count => format!("; {count} with `keys_supplied` and no record of a handoff here"),
    };
    let unknown = match unknown {
        0 => String::new(),
        count => format!("; {count} whose record could not be read"),
    };
    let environment = clean(environment);
    writeln!(
        out,
        "Handoffs in {environment}: {same} the same, {changed} changed, {failed} not compared\
         {unrecorded}{unknown}."
    )
}

fn cause(failure: &Failure) -> Option<Cause<'_>> {
    failure.advice.as_ref().map(|Advice { message, hint }| (message.as_str(), hint.as_str()))
}

/// Returns the command that hands over a retailer's keys again.
fn again(retailer: &Retailer, options: &CommandOptions) -> String {
    clean(&options.add_to(&format!("reconcile handoff {}", retailer.slug)))
}

fn changed(same: Same) -> String {
    let changed = same.changed();
    let has = if changed.len() == 1 { "has" } else { "have" };
    format!("{} {has} changed", changed.join(" and "))
}

/// Returns the day of a handoff, in UTC like all days in the files.
fn day(record: &HandoffRecord) -> jiff::civil::Date {
    record.at.to_zoned(jiff::tz::TimeZone::UTC).date()
}
