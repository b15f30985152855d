//! Finds the lines of the files that a plan's entries are about, for annotations.
//!
//! Enters: a plan and the files that it was made from. Leaves: the same plan with lines. This
//! is a separate stage because positions require a second, slower parse: only files with such
//! an entry are parsed again, and only for formats that use lines.

use crate::config::{Lines, Sources};
use crate::model::System;
use crate::plan::Plan;
use crate::process::Precondition;
use std::collections::BTreeMap;

/// Returns the plan with the line of each held, manual and blocked entry.
pub(crate) fn locate(mut plan: Plan, sources: &Sources) -> Plan {
    let files: BTreeMap<&str, &[u8]> = sources
        .retailers
        .iter()
        .map(|source| (source.path.as_str(), source.bytes.as_slice()))
        .collect();
    for retailer in &mut plan.retailers {
        if retailer.held.is_empty() && retailer.manual.is_empty() && retailer.blocked.is_empty() {
            continue;
        }
        let Some(lines) = files.get(retailer.file.as_str()).and_then(|bytes| Lines::read(bytes))
        else {
            continue;
        };
        for entry in &mut retailer.held {
            entry.line = of_gate(&lines, entry.waiting_for.last());
        }
        for entry in &mut retailer.manual {
            entry.line = of_record(&lines, entry.setting.system());
        }
        for problem in &mut retailer.blocked {
            problem.line = of_record(&lines, problem.system);
        }
    }
    plan
}

/// Returns the line where people will state a precondition. A missing key is inserted below its
/// nearest existing parent.
fn of_gate(lines: &Lines, waiting: Option<&Precondition>) -> Option<usize> {
    match waiting {
        Some(Precondition::OmnireturnsAccess) => {
            lines.first(&[&["omnireturns_access"], &["journey"]])
        }
        Some(Precondition::Setting(setting)) => of_record(lines, setting.system()),
        Some(Precondition::Milestone(_)) | None => lines.first(&[&["milestones"], &["journey"]]),
    }
}

/// Returns the line that identifies the live record: its id, or the name.
fn of_record(lines: &Lines, system: System) -> Option<usize> {
    let id = ["ids", system.key()];
    match system {
        System::Omnireturns => lines.first(&[&id, &["omnireturns", "name"], &["retailer"]]),
        System::Omniparcel | System::Omnirps => lines.first(&[&id, &["retailer"]]),
    }
}

#[cfg(test)]
#[path = "locate_tests.rs"]
mod tests;
