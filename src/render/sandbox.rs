//! What the sandbox serves, holds and has done, as text.

use super::style::clean;
use crate::model::{Live, System, SystemReading};
use crate::sandbox::{LoggedRequest, RehearsalResult, SeedCopy};
use std::io::{self, Write};
use std::path::Path;
use url::Url;

/// Writes how a project uses a served sandbox: each system with its address and its key.
pub(crate) fn served(entrances: &[(System, Url, &str)], out: &mut dyn Write) -> io::Result<()> {
    writeln!(
        out,
        "The sandbox is running. It never contacts SEKO or Loop, and its keys are not secret. To \
         use it from a project:"
    )?;
    writeln!(out)?;
    writeln!(out, "environments:")?;
    writeln!(out, "  local:")?;
    for (system, url, _) in entrances {
        let variable = variable(*system);
        writeln!(out, "    {}: {{url: \"{url}\", key: {{env: {variable}}}}}", system.key())?;
    }
    writeln!(out)?;
    for (system, _, key) in entrances {
        writeln!(out, "export {}={key}", variable(*system))?;
    }
    writeln!(out)?;
    writeln!(out, "Press Ctrl-C to end it.")
}

/// Returns the environment variable that holds the key of a system.
fn variable(system: System) -> String {
    format!("SANDBOX_{}_KEY", system.key().to_uppercase())
}

/// Writes what was copied from another environment.
pub(crate) fn copied(
    file: &Path,
    name: &str,
    embedded: &str,
    copy: &SeedCopy,
    live: &Live,
    out: &mut dyn Write,
) -> io::Result<()> {
    let SeedCopy { seed, unknown, .. } = copy;
    let file = clean(&file.display().to_string());
    writeln!(out, "The sandbox in {file} holds a copy of `{name}`:")?;
    for (system, records) in [
        (System::Omniparcel, seed.omniparcel.len()),
        (System::Omnirps, seed.omnirps.len()),
        (System::Omnireturns, seed.omnireturns.len()),
    ] {
        let is_read = matches!(live.reading(system), SystemReading::Observed(_));
        let note = if is_read { "" } else { ", as the environment does not read it" };
        writeln!(out, "  {system}: records: {records}{note}")?;
    }
    if *unknown > 0 {
        writeln!(out, "Settings that are not known have the values of a new record: {unknown}")?;
    }
    writeln!(
        out,
        "Keys and uploads are not copied; e-mail addresses and hidden parts of webhook \
             addresses are placeholders."
    )?;
    writeln!(out, "Rehearse with `reconcile plan -e {embedded}`.")
}

/// Writes what the hub or the partner has done.
pub(crate) fn played(
    played: &RehearsalResult,
    name: &str,
    connote: Option<&String>,
    out: &mut dyn Write,
) -> io::Result<()> {
    let name = clean(name);
    let processed = clean(connote.map_or("", String::as_str));
    match played {
        RehearsalResult::Uploaded { connote } => {
            writeln!(out, "Uploaded the return {connote} of {name}.")
        }
        RehearsalResult::Processed => {
            writeln!(out, "The hub has processed {processed} of {name}.")
        }
        RehearsalResult::Already => {
            writeln!(out, "The hub had already processed {processed} of {name}.")
        }
    }
}

/// Writes a line for a request.
pub(crate) fn request(request: &LoggedRequest, out: &mut dyn Write) -> io::Result<()> {
    let LoggedRequest { n: _, at, system, method, path, status, effect, fault } = request;
    let status = status.map_or_else(|| "dropped".to_owned(), |status| status.to_string());
    let effect = if *effect { " changed" } else { "" };
    let fault = fault.as_ref().map_or_else(String::new, |fault| format!(" ({fault})"));
    writeln!(out, "{at} {method} {system}{path} {status}{effect}{fault}")
}
