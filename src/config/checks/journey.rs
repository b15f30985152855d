//! Checks of the journey: its access, its milestones, their dates and connotes.

use super::Subject;
use crate::config::finding::{Finding, Place, key, path, value};
use crate::model::types::shown;
use crate::model::{Journey, Milestone, is_connote, joined};
use crate::process::milestones::{milestone_rule, milestone_rules};
use jiff::civil::Date;

/// Step E5 exists for existing retailers only.
pub(super) fn access(subject: &Subject<'_>, findings: &mut Vec<Finding>) {
    if subject.file.journey == Some(Journey::New) && subject.file.omnireturns_access.is_some() {
        let finding = Finding::error(
            "access-on-new",
            key(["omnireturns_access"]),
            "`omnireturns_access` is decided for existing retailers only (step E5)",
            "remove the line, or write `journey: existing`",
        );
        findings.push(finding.with(value(["journey"]), "the journey"));
    }
}

/// A retailer goes live only after the decision on its OmniReturns account.
pub(super) fn live_while_undecided(subject: &Subject<'_>, findings: &mut Vec<Finding>) {
    let file = subject.file;
    let is_live = file.milestones.contains_key(&Milestone::Live);
    if file.journey == Some(Journey::EXISTING) && is_live && file.omnireturns_access.is_none() {
        let finding = Finding::warning(
            "live-while-undecided",
            key(["milestones", Milestone::Live.key()]),
            "the retailer is live, and its access to OmniReturns is not decided (E5)",
            "add `omnireturns_access: required` or `omnireturns_access: not_required`",
        );
        findings.push(finding.for_absent(vec![path(["omnireturns_access"])]));
    }
}

/// A milestone belongs to the retailer's journey.
pub(super) fn foreign_milestones(subject: &Subject<'_>, findings: &mut Vec<Finding>) {
    let Some(journey) = subject.file.journey else { return };
    for milestone in subject.file.milestones.keys().copied() {
        if milestone_rule(journey, milestone).is_some() {
            continue;
        }
        let other = if journey == Journey::New { Journey::EXISTING } else { Journey::New };
        let step = milestone_rule(other, milestone).map_or("", |rule| rule.step);
        let (own, other) = (journey.key(), other.key());
        let finding = Finding::error(
            "foreign-milestone",
            key(["milestones", milestone.key()]),
            format!(
                "`{milestone}` belongs to journey `{other}` (step {step}), and this retailer's \
                 journey is `{own}`"
            ),
            format!("take the milestone out, or write `journey: {other}`"),
        );
        findings.push(finding.with(value(["journey"]), "the journey"));
    }
}

fn place_of_date(milestone: Milestone) -> Place {
    value(["milestones", milestone.key(), "on"])
}

/// The first valid year of a milestone: the onboarding page is newer.
const MIN_YEAR: i16 = 2000;

/// Dates are not in the future.
pub(super) fn dates(subject: &Subject<'_>, findings: &mut Vec<Finding>) {
    // New Zealand is up to one day ahead of UTC.
    let latest = subject.today.tomorrow().unwrap_or(subject.today);
    let mut check = |date: Date, place: &dyn Fn() -> Place| {
        if date > latest {
            let message = format!("{date} is in the future; today is {} (UTC)", subject.today);
            let hint =
                "state only what has happened; if the file has the day already, edit its line";
            findings.push(Finding::error("future-date", place(), message, hint));
        } else if date.year() < MIN_YEAR {
            let message = format!("{date} is implausibly early");
            findings.push(Finding::warning("odd-date", place(), message, "correct the year"));
        }
    };
    for (milestone, fact) in &subject.file.milestones {
        check(fact.on, &|| place_of_date(*milestone));
    }
    if let Some(on) = subject.file.omnireturns_access.as_ref().and_then(|decision| decision.on) {
        check(on, &|| value(["omnireturns_access", "on"]));
    }
}

/// A milestone has the milestones that it requires, and is not before them.
pub(super) fn needs(subject: &Subject<'_>, findings: &mut Vec<Finding>) {
    let Some(journey) = subject.file.journey else { return };
    let facts = &subject.file.milestones;
    for rule in milestone_rules(journey) {
        let milestone = rule.milestone;
        let Some(fact) = facts.get(&milestone) else { continue };
        let missing: Vec<Milestone> = rule.missing(|needed| facts.contains_key(&needed)).collect();
        if !missing.is_empty() {
            let named = missing.iter().map(|needed| {
                let step = milestone_rule(journey, *needed).map_or("", |rule| rule.step);
                format!("`{needed}` (step {step})")
            });
            let named = joined(&named.collect::<Vec<_>>(), "and");
            let finding = Finding::error(
                "missing-milestone",
                key(["milestones", milestone.key()]),
                format!("`{milestone}` (step {}) needs {named}", rule.step),
                format!("state what it needs, with the dates, or take `{milestone}` out"),
            );
            let absent = missing.iter().map(|needed| path(["milestones", needed.key()]));
            findings.push(finding.for_absent(absent.collect()));
        }
        for needed in rule.needs {
            let Some(before) = facts.get(needed) else { continue };
            if fact.on < before.on {
                let message = format!(
                    "`{milestone}` (step {}) is dated {}, before `{needed}`, which it needs",
                    rule.step, fact.on
                );
                let (place, hint) = (place_of_date(milestone), "correct the date that is wrong");
                let other = format!("`{needed}` is dated {}", before.on);
                let finding = Finding::error("milestone-order", place, message, hint);
                findings.push(finding.with(place_of_date(*needed), other));
            }
        }
    }
}

/// Milestones are reached in the order of the process. People do take steps early, so this is a
/// warning.
pub(super) fn order(subject: &Subject<'_>, findings: &mut Vec<Finding>) {
    let Some(journey) = subject.file.journey else { return };
    let facts = &subject.file.milestones;
    let rules = milestone_rules(journey);
    for (at, rule) in rules.iter().enumerate() {
        let milestone = rule.milestone;
        let Some(fact) = facts.get(&milestone) else { continue };
        let earlier = rules[..at].iter().filter(|earlier| {
            // If one milestone requires the other, that is already an error; what different people
            // do alike in one step has no order.
            let is_beside = earlier.step == rule.step && earlier.asks == rule.asks;
            !is_beside && !rule.needs.contains(&earlier.milestone)
        });
        let dated = earlier.filter_map(|earlier| {
            let (before, fact) = facts.get_key_value(&earlier.milestone)?;
            Some((fact.on, *before))
        });
        let Some((on, before)) = dated.max().filter(|(on, _)| fact.on < *on) else { continue };
        let message = format!(
            "`{milestone}` (step {}) is dated {}, before `{before}`, which comes first",
            rule.step, fact.on
        );
        let (place, hint) = (place_of_date(milestone), "correct the date that is wrong, if one is");
        let finding = Finding::warning("odd-order", place, message, hint);
        findings.push(finding.with(place_of_date(before), format!("`{before}` is dated {on}")));
    }
}

/// A connote is well-formed, and the hub processed the one that was uploaded.
pub(super) fn connotes(subject: &Subject<'_>, findings: &mut Vec<Finding>) {
    let facts = &subject.file.milestones;
    let connote = |milestone: Milestone| facts.get(&milestone)?.connote.as_deref();
    let place = |milestone: Milestone| value(["milestones", milestone.key(), "connote"]);
    for milestone in facts.keys().copied() {
        let odd = connote(milestone).filter(|connote| !is_connote(connote));
        findings.extend(odd.map(|odd| {
            let message = format!("{} does not look like a connote", shown(odd));
            let hint = "copy it from the label; a spreadsheet may have changed it";
            Finding::warning("odd-connote", place(milestone), message, hint)
        }));
    }
    for milestone in facts.keys().copied().filter(|milestone| !milestone.may_have_connote()) {
        findings.extend(connote(milestone).map(|_| {
            let message = format!("`{milestone}` is about no label, and has a connote");
            let hint = "move the connote to the milestone of its label or return, or remove it";
            Finding::warning("odd-connote", place(milestone), message, hint)
        }));
    }
    let (returned, processed) = (Milestone::TestReturn, Milestone::ConnoteProcessed);
    if let (Some(sent), Some(seen)) = (connote(returned), connote(processed))
        && sent != seen
    {
        let message = format!("{} was processed, and {} was uploaded", shown(seen), shown(sent));
        let hint = "correct the one that is wrong, or upload a return for the other";
        let finding = Finding::warning("other-connote", place(processed), message, hint);
        findings.push(finding.with(place(returned), "the test return"));
    }
}

/// Until step E8 nothing proves that returns reach OmniRPS.
pub(super) fn uploads_checked(subject: &Subject<'_>, findings: &mut Vec<Finding>) {
    let facts = &subject.file.milestones;
    if subject.file.journey == Some(Journey::EXISTING)
        && facts.contains_key(&Milestone::Live)
        && !facts.contains_key(&Milestone::UploadsChecked)
    {
        let finding = Finding::warning(
            "live-without-uploads-checked",
            key(["milestones", Milestone::Live.key()]),
            "the retailer is live, and nobody has stated that returns arrive in OmniRPS (E8)",
            "check the uploads, then add the milestone `uploads_checked`",
        );
        let uploads_checked = path(["milestones", Milestone::UploadsChecked.key()]);
        findings.push(finding.for_absent(vec![uploads_checked]));
    }
}
