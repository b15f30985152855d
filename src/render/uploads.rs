//! The returns that have arrived, as text.

use super::columns::{self, Column, FIXED};
use super::style::{BLOCKED, FAINT, UPDATE, clean, styled};
use super::wording;
use crate::uploads::{Arrivals, FleetUploads, RetailerUploads, UploadsSummary};
use anstyle::Style;
use std::io::{self, Write};

const COLUMNS: [Column; 5] = [
    Column { least: 12, ..FIXED },
    FIXED,
    FIXED,
    Column { drop: 2, ..FIXED },
    Column { drop: 1, ..FIXED },
];

/// Writes a table, the read errors, and a count line.
pub(crate) fn table(uploads: &FleetUploads, width: usize, out: &mut dyn Write) -> io::Result<()> {
    if !uploads.retailers.is_empty() {
        let head = ["retailer", "returns", "last", "", "since"].map(String::from);
        let rows: Vec<_> = uploads.retailers.iter().map(|of| (row(of), style(of))).collect();
        let rows: Vec<_> = [(head, FAINT)].into_iter().chain(rows).collect();
        columns::write(&rows, &COLUMNS, width, out)?;
        writeln!(out)?;
    }
    // An unavailable system causes the same error for all retailers.
    let mut errors: Vec<_> = uploads.retailers.iter().filter_map(|of| of.error.as_ref()).collect();
    errors.sort();
    errors.dedup();
    for error in errors {
        writeln!(out, "{}", styled(UPDATE, clean(&error.message)))?;
        writeln!(out, "  hint: {}", clean(&error.hint))?;
    }
    let UploadsSummary { retailers, uploads: returns, silent, unknown } = uploads.summary;
    let FleetUploads { environment, as_of, silent_after, .. } = uploads;
    let retailers = wording::counted(retailers, "retailer");
    let returns = wording::counted(returns, "return");
    let days = wording::counted(*silent_after as usize, "day");
    writeln!(
        out,
        "Uploads of {} on {as_of}: {retailers} in use, {returns}, {silent} silent for more than \
         {days}, {unknown} unknown.",
        clean(environment)
    )
}

fn row(of: &RetailerUploads) -> [String; 5] {
    let Arrivals { since, uploads, last, days, silent: _ } = &of.arrivals;
    let silent = of.arrivals.silent_days();
    let last = last.as_deref().map_or("none", |at| at.get(..10).unwrap_or(at));
    let days = match (*days, silent) {
        (_, Some(silent)) => format!("silent for {}", wording::days(silent)),
        (Some(_), None) if of.arrivals.last.is_none() => String::new(),
        (Some(0), None) => wording::days(0),
        (Some(days), None) => format!("{} ago", wording::days(days)),
        (None, None) => "not known".into(),
    };
    let mark = if silent.is_some() { "!! " } else { "" };
    [
        format!("{mark}{}", clean(&of.retailer)),
        uploads.map_or_else(|| "?".into(), |uploads| uploads.to_string()),
        if uploads.is_some() { clean(last) } else { "?".into() },
        days,
        format!("in use since {since}"),
    ]
}

fn style(of: &RetailerUploads) -> Style {
    match of.arrivals.silent {
        Some(true) => BLOCKED,
        Some(false) => Style::new(),
        None => UPDATE,
    }
}
