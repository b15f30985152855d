//! Writes the proofs of a verification into the retailer's file.

use super::{FileEdit, Written};
use crate::config::Sources;
use crate::exit::Failure;
use crate::model::types::all_of;
use crate::model::{
    Access, Advice, Capabilities, ChangedBy, Fact, Journey, Milestone, Partner, ReadBy, Retailer,
    Setting, listed,
};
use crate::process::{self, DesiredSetting, ManagePolicy};
use crate::shell::word;
use crate::verify::{Proven, Report, TestRun};
use jiff::civil::Date;

/// The result of recording milestones.
#[derive(Default)]
pub(crate) struct Verified {
    /// The written file and the retailer that it declares now.
    pub written: Option<(Written, Retailer)>,
    pub refused: Vec<Failure>,
}

/// States every milestone that the report proves. One that cannot be stated does not
/// prevent the others. `unseen` has the settings that only people can see.
pub(crate) fn record_verified(
    sources: &Sources,
    retailer: &Retailer,
    unseen: &[Setting],
    report: &mut Report,
    run: Option<&TestRun>,
    today: Date,
) -> Verified {
    let mut verified = Verified::default();
    let mut edit = match FileEdit::of(sources, retailer, today) {
        Ok(edit) => edit,
        Err(failure) => {
            verified.refused.push(failure);
            return verified;
        }
    };
    let mut recorded = Vec::new();
    for proven in report.findings.iter().filter_map(|finding| finding.proven.as_ref()) {
        let Some((milestone, fact)) = statement(retailer, proven) else { continue };
        // People may have stated it with a name. And uploads are checked once, while the
        // latest upload changes every day.
        let stated = retailer.milestones.get(&milestone);
        let is_checked = milestone == Milestone::UploadsChecked;
        if stated.is_some_and(|stated| is_checked || stated.connote == fact.connote) {
            recorded.push(milestone);
            continue;
        }
        let closes = unseen.iter().filter(|setting| !process::is_closed(retailer, **setting));
        let closes: Vec<&str> = closes.map(|setting| setting.key()).collect();
        if is_checked && !closes.is_empty() {
            verified.refused.push(closes_unseen(retailer, &closes));
            continue;
        }
        if milestone == Milestone::ConnoteProcessed
            && let Some(failure) = other_test(retailer, &fact, run)
        {
            verified.refused.push(failure);
            continue;
        }
        let fact = Fact { on: edit.day_of(milestone, fact.on), ..fact };
        match edit.state(milestone, &fact, false) {
            Ok(_) => recorded.push(milestone),
            Err(Failure { exit, advice: Some(Advice { message, .. }) }) if stated.is_some() => {
                let hint = format!("run {} to state it again", replace(retailer, milestone, &fact));
                let advice = Some(Advice { message, hint });
                verified.refused.push(Failure { exit, advice });
            }
            Err(failure) => verified.refused.push(failure),
        }
    }
    let now = edit.retailer.clone();
    match edit.write() {
        Ok(written) => {
            verified.written = written.map(|written| (written, now));
            report.recorded.extend(recorded);
        }
        Err(failure) => verified.refused.push(failure),
    }
    verified
}

/// Returns the settings of the journey that only people can see in an environment. Before the
/// decision of step E5 they are those of either decision.
pub(crate) fn unseen(
    retailer: &Retailer,
    partner: &Partner,
    capabilities: &Capabilities,
) -> Vec<Setting> {
    let decided = match retailer.journey {
        Journey::New | Journey::Existing { omnireturns_access: Some(_) } => vec![retailer.journey],
        Journey::Existing { omnireturns_access: None } => [Access::Required, Access::NotRequired]
            .map(|access| Journey::Existing { omnireturns_access: Some(access) })
            .into(),
    };
    let settings = decided.into_iter().flat_map(|journey| {
        process::desired(&Retailer { journey, ..retailer.clone() }, partner).settings
    });
    // Whoever creates a record also names it, and a pinned one exists.
    let is_asked = |desired: &DesiredSetting| {
        let is_pinned = retailer.ids.contains_key(&desired.setting.system());
        desired.managed != ManagePolicy::OnCreate && !(desired.setting.is_presence() && is_pinned)
    };
    let asked = settings.filter(is_asked);
    let mut unseen: Vec<Setting> = asked.map(|desired| desired.setting).collect();
    unseen.retain(|setting| {
        let is_read = capabilities.read(setting.system()) != ReadBy::Nothing;
        let is_seen = is_read && capabilities.is_readable(*setting);
        !is_seen && capabilities.changed_by(*setting) != ChangedBy::Nobody
    });
    unseen.sort();
    unseen.dedup();
    unseen
}

/// Describes which settings that only people can see an edited file marks as checked, and `before`
/// does not.
pub(crate) fn closed_unseen(
    before: &Retailer,
    retailer: &Retailer,
    partner: &Partner,
    capabilities: &Capabilities,
) -> Option<String> {
    let mut closed = unseen(before, partner, capabilities);
    let desired = process::desired(retailer, partner);
    closed.retain(|of| {
        let is_new = !process::is_closed(before, *of) && process::is_closed(retailer, *of);
        is_new && desired.get(*of).is_some()
    });
    let milestone = process::closed_by(retailer, *closed.first()?)?;
    let keys: Vec<&str> = closed.iter().map(|setting| setting.key()).collect();
    let Retailer { name, slug, .. } = retailer;
    Some(format!(
        "`{milestone}` marks {} of {name} as checked, which only people can see; if one of them is \
         not right yet, take it back with `reconcile attest {slug} {milestone} --undo`",
        all_of(&keys)
    ))
}

/// Refuses to close settings that only people can see.
fn closes_unseen(Retailer { file, slug, .. }: &Retailer, unseen: &[&str]) -> Failure {
    let milestone = Milestone::UploadsChecked;
    Failure::failed(
        format!(
            "`{milestone}` was not written to {file}: it would also mark {} as checked, which only \
             people can see",
            listed(unseen)
        ),
        format!("check them, then run `reconcile attest {slug} {milestone}`"),
    )
}

/// Returns what the file may state about a proof.
fn statement(retailer: &Retailer, proven: &Proven) -> Option<(Milestone, Fact)> {
    Some((proven.proof().milestone(retailer.journey)?, proven.fact()?))
}

/// Rejects a processed return that is not the one that the file states.
fn other_test(retailer: &Retailer, fact: &Fact, run: Option<&TestRun>) -> Option<Failure> {
    let stated = retailer.milestones.get(&Milestone::TestReturn)?.connote.as_deref()?;
    let processed = fact.connote.as_deref().filter(|processed| *processed != stated)?;
    let otherwise = run.map(|run| run.contradictions(retailer)).unwrap_or_default();
    let commands: Vec<String> = otherwise
        .iter()
        .filter_map(|proven| statement(retailer, proven))
        .map(|(milestone, fact)| replace(retailer, milestone, &fact))
        .collect();
    Some(Failure::failed(
        format!(
            "{} states the test return {stated}, but a hub has processed {processed}",
            retailer.file
        ),
        format!("state the newer test first with {}, then run this again", commands.join(" and ")),
    ))
}

/// Returns the command that replaces a stated milestone.
fn replace(retailer: &Retailer, milestone: Milestone, fact: &Fact) -> String {
    let Fact { on, by: _, connote } = fact;
    let connote = connote.as_deref().map(|connote| format!(" --connote {}", word(connote)));
    let (slug, connote) = (&retailer.slug, connote.unwrap_or_default());
    format!("`reconcile attest {slug} {milestone} --on {on}{connote} --replace`")
}
