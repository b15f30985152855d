//! A plan or its drift as plain CommonMark, for forges that do not render HTML.
//!
//! # Design
//!
//! Texts from files and systems appear only in fenced code, which has no markup and no
//! mentions; a fence is longer than any run of backticks in its text. So the entries have the
//! same wording as in a terminal.

use super::drift::{self, section};
use super::inert::escaped_len;
use super::markdown::legend;
use super::status;
use super::style::{clean, shorten};
use super::text::{self, totals};
use crate::plan::origin::Drift;
use crate::plan::{Alert, Origin, Plan, RetailerPlan, Undeclared};
use std::io::{self, Write};

/// The maximum length, in characters. Bitbucket accepts 32,768
/// (<https://github.com/jfrog/froggit-go/pull/133>, seen on 2026-11-26); the rest is for what a
/// pipeline adds.
const BUDGET: usize = 32_000;

/// The part that alerts may use, in characters.
const ALERTS_BUDGET: usize = BUDGET / 4;

/// The maximum number of names in a list: names have up to about 100 characters.
const MAX_NAMES: usize = 50;

/// The maximum length of a list of names with its title, in characters.
const MAX_NOTICE: usize = BUDGET / 5;

/// The maximum length of a title, in characters.
const MAX_TITLE: usize = 1_000;

/// Writes the plan. Retailers that do not fit are omitted, those that only wait before others, and
/// the text gives their number.
pub(crate) fn plan(
    plan: &Plan,
    undeclared: Option<&[Undeclared]>,
    out: &mut dyn Write,
) -> io::Result<()> {
    let title = format!("Plan for {}: {}", plan.environment, totals(plan));
    let foot = format!("Fingerprint: `{}`\n", plan.fingerprint);
    let names = status::undeclared(undeclared).map(|names| fenced(&shorten(&names, MAX_NOTICE)));
    let notices = names.unwrap_or_default() + legend(plan);
    write(&title, plan, &plan.retailers, &notices, &foot, out)
}

/// Writes what has drifted.
pub(crate) fn drift(plan: &Plan, drift: &Drift, out: &mut dyn Write) -> io::Result<()> {
    let drifted = section(plan, drift, Origin::Drift);
    let notices = drift::notices_and_removed(drift)
        .map(|(title, names)| shorten(&drift::listed(title, names, MAX_NAMES), MAX_NOTICE));
    let notices: String = notices.map(|notice| fenced(&notice)).collect();
    write(&drift::totals(plan, drift), plan, &drifted, &notices, "", out)
}

fn write(
    title: &str,
    plan: &Plan,
    retailers: &[RetailerPlan],
    legend: &str,
    foot: &str,
    out: &mut dyn Write,
) -> io::Result<()> {
    let mut text = fenced(&shorten(&clean(title), MAX_TITLE));
    text.push_str(&alerts(plan));
    for system in plan.failed_systems() {
        text.push_str(&format!("**{system} could not be read.** Nothing is planned for it.\n\n"));
    }
    text.push_str(legend);
    let left_out = |count| {
        format!(
            "**{count} of {} retailers are left out**, because a comment has a size limit.\n\n",
            retailers.len()
        )
    };
    let room = BUDGET.saturating_sub(escaped_len(&text) + escaped_len(foot));
    let entry = |retailer: &RetailerPlan| fenced(text::plain(retailer).trim_end());
    let (shown, more) = text::fitting(retailers, entry, escaped_len, left_out, room);
    write!(out, "{text}{shown}{more}{foot}")
}

/// Returns as many alerts as fit.
fn alerts(plan: &Plan) -> String {
    let alerts: Vec<String> = plan
        .alerts()
        .map(|Alert { code, message, hint }| {
            format!("!! [{}]: {}\n   hint: {}\n", code.key(), clean(message), clean(hint))
        })
        .collect();
    let mut shown = String::new();
    for (at, alert) in alerts.iter().enumerate() {
        if shown.chars().count() + alert.chars().count() > ALERTS_BUDGET {
            shown.push_str(&format!("and {} more\n", alerts.len() - at));
            break;
        }
        shown.push_str(alert);
    }
    if shown.is_empty() { shown } else { fenced(shown.trim_end()) }
}

/// Formats a text as a fenced code block.
fn fenced(text: &str) -> String {
    let longest = text.split(|c| c != '`').map(str::len).max().unwrap_or(0);
    let fence = "`".repeat(longest.max(2) + 1);
    format!("{fence}\n{text}\n{fence}\n\n")
}
