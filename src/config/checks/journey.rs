//! Checks of the journey: its access, its milestones, their dates.

use super::Subject;
use super::names::white_space;
use crate::config::finding::{Finding, Place, key, path, value};
use crate::config::schema::{FactKeys, JourneyKind, RawAccess, RawFact};
use crate::model::types::{all_of, instead_of, shown};
use crate::model::{Journey, Milestone};
use crate::process::milestones::{stage, stages};
use jiff::{ToSpan, civil::Date};
use std::collections::BTreeMap;

const NEW: Journey = Journey::New;
const EXISTING: Journey = Journey::Existing { omnireturns_access: None };

fn journey(subject: &Subject<'_>) -> Option<Journey> {
    subject.file.journey.map(|word| match word.0 {
        JourneyKind::New => NEW,
        JourneyKind::Existing => EXISTING,
    })
}

fn word(journey: Journey) -> &'static str {
    match journey {
        Journey::New => "new",
        Journey::Existing { .. } => "existing",
    }
}

/// Step E5 exists for existing retailers only.
pub(super) fn access(subject: &Subject<'_>, findings: &mut Vec<Finding>) {
    if journey(subject) == Some(NEW) && subject.file.omnireturns_access.is_some() {
        findings.push(
            Finding::error(
                "access-on-new",
                key(["omnireturns_access"]),
                "`omnireturns_access` is decided for existing retailers only (step E5)",
                "take the line out, or write `journey: existing`",
            )
            .with(value(["journey"]), "the journey"),
        );
    }
}

/// A decision says what was decided, on a day that has come, by somebody.
pub(super) fn decision(subject: &Subject<'_>, findings: &mut Vec<Finding>) {
    let Some(RawAccess(said)) = &subject.file.omnireturns_access else { return };
    if said.value.is_none() {
        findings.push(
            Finding::error(
                "missing-key",
                key(["omnireturns_access"]),
                "`omnireturns_access` has no `value`",
                "add `value: required` or `value: not_required`",
            )
            .for_absent(vec![path(["omnireturns_access", "value"])]),
        );
    }
    if let Some(on) = &said.on {
        findings.extend(day(subject, value(["omnireturns_access", "on"]), &on.0).err());
    }
    if let Some(by) = &said.by {
        findings.extend(white_space(value(["omnireturns_access", "by"]), &by.0));
    }
}

/// Nobody is live on Loop while it is open what becomes of the OmniReturns account.
pub(super) fn live_while_undecided(subject: &Subject<'_>, findings: &mut Vec<Finding>) {
    let is_live = known(subject).any(|(milestone, _)| milestone == Milestone::Live);
    if journey(subject) == Some(EXISTING) && is_live && subject.file.omnireturns_access.is_none() {
        findings.push(
            Finding::error(
                "live-while-undecided",
                key(["milestones", Milestone::Live.key()]),
                "the retailer is live, and its access to OmniReturns is not decided (E5)",
                "add `omnireturns_access: required` or `omnireturns_access: not_required`",
            )
            .for_absent(vec![path(["omnireturns_access"])])
            .warning(),
        );
    }
}

fn find(name: &str) -> Option<Milestone> {
    Milestone::ALL.into_iter().find(|milestone| milestone.key() == name)
}

/// The milestones of the file that exist, with their facts.
fn known<'a>(subject: &Subject<'a>) -> impl Iterator<Item = (Milestone, &'a RawFact)> {
    subject.file.milestones.0.iter().filter_map(|(name, fact)| Some((find(name)?, fact)))
}

/// A milestone is one of those of the retailer's journey.
pub(super) fn known_milestones(subject: &Subject<'_>, findings: &mut Vec<Finding>) {
    let journey = journey(subject);
    for name in subject.file.milestones.0.keys() {
        let place = key(["milestones", name]);
        let Some(milestone) = find(name) else {
            let keys: Vec<&str> = match journey {
                Some(journey) => {
                    stages(journey).iter().map(|stage| stage.milestone.key()).collect()
                }
                None => Milestone::ALL.iter().map(|milestone| milestone.key()).collect(),
            };
            findings.push(Finding::error(
                "unknown-key",
                place,
                format!("unknown milestone {}", shown(name)),
                instead_of(name, &keys, || format!("the milestones here are {}", all_of(&keys))),
            ));
            continue;
        };
        let Some(journey) = journey else { continue };
        if stage(journey, milestone).is_some() {
            continue;
        }
        let other = if journey == NEW { EXISTING } else { NEW };
        let step = stage(other, milestone).map_or("", |stage| stage.step);
        findings.push(
            Finding::error(
                "foreign-milestone",
                place,
                format!(
                    "`{milestone}` belongs to journey `{}` (step {step}), and this retailer's \
                     journey is `{}`",
                    word(other),
                    word(journey)
                ),
                format!("take the milestone out, or write `journey: {}`", word(other)),
            )
            .with(value(["journey"]), "the journey"),
        );
    }
}

/// Returns the date of a fact and where it stands.
fn date_text<'a>(milestone: &str, fact: &'a RawFact) -> Option<(Place, &'a str)> {
    match fact {
        RawFact::Nothing => None,
        RawFact::Date(date) => Some((value(["milestones", milestone]), &date.0)),
        RawFact::Told(told) => Some((value(["milestones", milestone, "on"]), &told.on.as_ref()?.0)),
    }
}

/// Reads a date written as YYYY-MM-DD and in no other way.
pub(crate) fn parse_date(text: &str) -> Option<Date> {
    let is_shaped = text.len() == 10
        && text.bytes().enumerate().all(|(at, byte)| match at {
            4 | 7 => byte == b'-',
            _ => byte.is_ascii_digit(),
        });
    if is_shaped { text.parse().ok() } else { None }
}

/// A milestone has a date, and the date is a day that has come.
pub(super) fn dates(subject: &Subject<'_>, findings: &mut Vec<Finding>) {
    for (name, fact) in &subject.file.milestones.0 {
        let Some((place, text)) = date_text(name, fact) else {
            findings.push(
                Finding::error(
                    "missing-key",
                    key(["milestones", name]),
                    format!("the milestone {} has no date", shown(name)),
                    "write the day on which it happened, as in `2026-10-12`, or take it out",
                )
                .for_absent(vec![path(["milestones", name, "on"])]),
            );
            continue;
        };
        findings.extend(day(subject, place, text).err());
    }
}

/// Reads a day that has come.
#[expect(clippy::result_large_err, reason = "a finding is made once and moved into a list")]
fn day(subject: &Subject<'_>, place: Place, text: &str) -> Result<Date, Finding> {
    // It is tomorrow already in New Zealand while it is today in UTC.
    let latest = subject.today.saturating_add(1.day());
    match parse_date(text) {
        None => Err(Finding::error(
            "bad-date",
            place,
            format!("{} is no date", shown(text)),
            "write the day as YYYY-MM-DD, as in `2026-10-12`",
        )),
        Some(date) if date > latest => Err(Finding::error(
            "future-date",
            place,
            format!("{date} is in the future; today is {} (UTC)", subject.today),
            "state what happened once it has happened",
        )),
        Some(date) => Ok(date),
    }
}

/// Who states a milestone is a name, and a connote is compared byte for byte.
pub(super) fn statements(subject: &Subject<'_>, findings: &mut Vec<Finding>) {
    for (name, fact) in &subject.file.milestones.0 {
        let RawFact::Told(FactKeys { on: _, by, connote }) = fact else { continue };
        let by = by.as_ref().map(|by| ("by", &by.0));
        let connote = connote.as_ref().map(|connote| ("connote", &connote.0));
        for (key, text) in by.into_iter().chain(connote) {
            findings.extend(white_space(value(["milestones", name, key]), text));
        }
    }
}

/// A milestone comes with those that it needs, and not before them.
pub(super) fn needs(subject: &Subject<'_>, findings: &mut Vec<Finding>) {
    let Some(journey) = journey(subject) else { return };
    let facts: BTreeMap<Milestone, &RawFact> = known(subject).collect();
    let dated = |milestone: Milestone| {
        let (place, text) = date_text(milestone.key(), facts.get(&milestone)?)?;
        Some((place, parse_date(text)?))
    };
    for stage_of in stages(journey).iter().filter(|stage| facts.contains_key(&stage.milestone)) {
        let milestone = stage_of.milestone;
        let missing: Vec<Milestone> =
            stage_of.missing(|needed| facts.contains_key(&needed)).collect();
        if !missing.is_empty() {
            let named: Vec<String> = missing
                .iter()
                .map(|needed| {
                    let step = stage(journey, *needed).map_or("", |stage| stage.step);
                    format!("`{needed}` (step {step})")
                })
                .collect();
            findings.push(
                Finding::error(
                    "missing-milestone",
                    key(["milestones", milestone.key()]),
                    format!("`{milestone}` (step {}) needs {}", stage_of.step, and(&named)),
                    format!("state what it needs, with the dates, or take `{milestone}` out"),
                )
                .for_absent(
                    missing.iter().map(|needed| path(["milestones", needed.key()])).collect(),
                ),
            );
        }
        let Some((place, date)) = dated(milestone) else { continue };
        for needed in stage_of.needs {
            let Some((needed_place, needed_date)) = dated(*needed) else { continue };
            if date < needed_date {
                findings.push(
                    Finding::error(
                        "milestone-order",
                        place.clone(),
                        format!(
                            "`{milestone}` (step {}) is dated {date}, before `{needed}`, which \
                             it needs",
                            stage_of.step
                        ),
                        "correct the date that is wrong",
                    )
                    .with(needed_place, format!("`{needed}` is dated {needed_date}")),
                );
            }
        }
    }
}

fn and(named: &[String]) -> String {
    match named.split_last() {
        Some((last, rest)) if !rest.is_empty() => format!("{} and {last}", rest.join(", ")),
        _ => named.concat(),
    }
}

/// Nobody would notice that returns do not reach OmniRPS (step E8).
pub(super) fn uploads_checked(subject: &Subject<'_>, findings: &mut Vec<Finding>) {
    let facts: BTreeMap<Milestone, &RawFact> = known(subject).collect();
    if journey(subject) == Some(EXISTING)
        && facts.contains_key(&Milestone::Live)
        && !facts.contains_key(&Milestone::UploadsChecked)
    {
        findings.push(
            Finding::error(
                "live-without-uploads-checked",
                key(["milestones", Milestone::Live.key()]),
                "the retailer is live, and nobody has stated that returns arrive in OmniRPS (E8)",
                "check the uploads, then add the milestone `uploads_checked`",
            )
            .for_absent(vec![path(["milestones", Milestone::UploadsChecked.key()])])
            .warning(),
        );
    }
}
