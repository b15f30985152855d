//! Edits of one retailer's file, checked one by one and written together.

use crate::config::edit::{self, NotEditable};
use crate::config::{self, Source, Sources};
use crate::diagnostic::{Diagnostic, Diagnostics, Severity};
use crate::exit::Failure;
use crate::files;
use crate::model::types::all_of;
use crate::model::{
    Access, Attribution, Fact, Journey, Milestone, Partner, Retailer, Setting, listed,
};
use crate::process::milestones::{milestone_rule, milestone_rules};
use crate::process::{self, ManagePolicy};
use jiff::civil::Date;
use std::collections::BTreeSet;
use std::io;

/// A retailer file that is being edited.
pub(crate) struct FileEdit {
    /// The retailer as the file declares it now.
    pub retailer: Retailer,
    /// The file together with the sources that are not retailer files.
    sources: Sources,
    before: Vec<u8>,
    warnings: Diagnostics,
    /// The settings that it asked for and no longer does.
    left: BTreeSet<Setting>,
    today: Date,
}

/// The result of writing the file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Written {
    pub before: String,
    pub after: String,
    /// Warnings about the file in its new state.
    pub warnings: Diagnostics,
    /// What the new state leaves as it is in the systems.
    pub notice: Option<String>,
}

impl FileEdit {
    /// Begins to edit a retailer's file, which was read without errors.
    pub(crate) fn of(
        sources: &Sources,
        retailer: &Retailer,
        today: Date,
    ) -> Result<FileEdit, Failure> {
        let file = &retailer.file;
        let Some(source) = sources.retailers.iter().find(|source| source.path == *file) else {
            return Err(Failure::failed(format!("{file} was not read"), "run this again"));
        };
        let before = source.bytes.clone();
        // Other files cannot contradict a fact of this one.
        let sources = sources.of_one(source);
        let (warnings, left) = (Diagnostics::default(), BTreeSet::new());
        Ok(FileEdit { retailer: retailer.clone(), sources, before, warnings, left, today })
    }

    fn source(&self) -> &Source {
        &self.sources.retailers[0]
    }

    /// Returns the day to state for a milestone of which no person has chosen the day: `on`, or the
    /// day after it if a milestone that comes first is stated then, as it may be in another time
    /// zone.
    pub(crate) fn day_of(&self, milestone: Milestone, on: Date) -> Date {
        let next = on.tomorrow().unwrap_or(on);
        let rules = milestone_rules(self.retailer.journey).iter();
        let mut earlier = rules.take_while(|rule| rule.milestone != milestone);
        let stated = &self.retailer.milestones;
        let is_next = |of| stated.get(of).is_some_and(|fact: &Fact| fact.on == next);
        if earlier.any(|rule| is_next(&rule.milestone)) { next } else { on }
    }

    /// States a milestone. Returns `false` if the file already states it.
    pub(crate) fn state(
        &mut self,
        milestone: Milestone,
        fact: &Fact,
        replace: bool,
    ) -> Result<bool, Failure> {
        match self.retailer.milestones.get(&milestone) {
            Some(stated) if stated == fact => return Ok(false),
            Some(stated) if !replace => {
                let (stated, new) = (entry(milestone, stated), entry(milestone, fact));
                return Err(self.contradiction(&["milestones", milestone.key()], &stated, &new));
            }
            _ => {}
        }
        let after = edit::state(&self.source().bytes, self.retailer.journey, milestone, fact);
        self.take(after, &entry(milestone, fact), Some(milestone))?;
        Ok(true)
    }

    /// Removes a milestone. Returns `false` if the file does not state it.
    pub(crate) fn withdraw(&mut self, milestone: Milestone) -> Result<bool, Failure> {
        if !self.retailer.reached(milestone) {
            return Ok(false);
        }
        let Retailer { slug, file, journey, .. } = &self.retailer;
        // In the order of the process, so those that need another one that is here are found.
        let mut needing = vec![milestone];
        for rule in
            milestone_rules(*journey).iter().filter(|of| self.retailer.reached(of.milestone))
        {
            if rule.needs.iter().any(|needed| needing.contains(needed)) {
                needing.push(rule.milestone);
            }
        }
        let needing: Vec<&str> = needing[1..].iter().map(|needing| needing.key()).collect();
        if !needing.is_empty() {
            let need = if needing.len() == 1 { "needs" } else { "need" };
            return Err(Failure::failed(
                format!(
                    "`{milestone}` cannot be removed from {file}: {} {need} it",
                    all_of(&needing)
                ),
                format!(
                    "remove all that needs it as well: `reconcile attest {slug} {milestone} {} \
                     --undo`",
                    needing.join(" ")
                ),
            ));
        }
        let after = edit::withdraw(&self.source().bytes, milestone);
        self.take(after, &format!("a file without `{milestone}`"), None)?;
        Ok(true)
    }

    /// Sets the account manager. Returns `false` if the file has the same one.
    pub(crate) fn name_account_manager(
        &mut self,
        name: &str,
        replace: bool,
    ) -> Result<bool, Failure> {
        match &self.retailer.account_manager {
            Some(stated) if stated == name => return Ok(false),
            Some(stated) if !replace => {
                let [stated, new] = [stated, name].map(|of| format!("`account_manager: {of}`"));
                return Err(self.contradiction(&["account_manager"], &stated, &new));
            }
            _ => {}
        }
        let after = edit::name_account_manager(&self.source().bytes, name).ok_or(NotEditable {
            key: "account_manager",
            to_do: "write it by hand, on a line of its own".into(),
        });
        self.take(after, &format!("`account_manager: {name}`"), None)?;
        Ok(true)
    }

    /// Decides the access to OmniReturns (step E5). Returns `false` if the file already
    /// states it. Without a day it is today, or the stated one unless that is replaced.
    pub(crate) fn decide(
        &mut self,
        access: Access,
        by: &str,
        on: Option<Date>,
        day: Date,
        replace: bool,
    ) -> Result<bool, Failure> {
        let Retailer { file, name, journey, decided: stated, .. } = &self.retailer;
        let Journey::Existing { omnireturns_access } = *journey else {
            return Err(Failure::failed(
                format!(
                    "{file}: {name} is on journey `new`, and access is decided for retailers that \
                     SEKO serves already (step E5)"
                ),
                "if SEKO already serves the retailer, set `journey: existing` in the file",
            ));
        };
        let is_same = omnireturns_access == Some(access);
        let on = on.or(stated.on.filter(|_| is_same && !replace)).unwrap_or(day);
        let new = Attribution { on: Some(on), by: Some(by.to_owned()) };
        if is_same && *stated == new {
            return Ok(false);
        }
        let shown = |access, decided: &Attribution| {
            format!("`omnireturns_access: {}`", edit::shown_decision(access, decided))
        };
        let adds = is_same
            && stated.on.is_none_or(|day| day == on)
            && stated.by.as_ref().is_none_or(|who| who == by);
        if let (Some(before), false, false) = (omnireturns_access, replace, adds) {
            let (stated, new) = (shown(before, stated), shown(access, &new));
            return Err(self.contradiction(&["omnireturns_access"], &stated, &new));
        }
        let after = edit::decide(&self.source().bytes, access, &new);
        self.take(after, &shown(access, &new), None)?;
        Ok(true)
    }

    /// Removes the decision of step E5. Returns `false` if the file does not state it.
    pub(crate) fn undecide(&mut self) -> Result<bool, Failure> {
        let Journey::Existing { omnireturns_access: Some(_) } = self.retailer.journey else {
            return Ok(false);
        };
        let after = edit::undecide(&self.source().bytes);
        self.take(after, "a file without `omnireturns_access`", None)?;
        Ok(true)
    }

    /// Notes what an apply may have set for a milestone or a decision that no longer holds: a
    /// plan does not show what the file no longer asks for.
    fn leave(&mut self, before: &Retailer) {
        let partner = Partner::default();
        let asked = |of: &Retailer| -> BTreeSet<Setting> {
            let settings = process::desired(of, &partner).settings.into_iter();
            let written = settings.filter(|of| of.managed != ManagePolicy::ByHand);
            written.filter(|of| of.waiting_for.is_empty()).map(|of| of.setting).collect()
        };
        self.left.extend(asked(before));
        let now = asked(&self.retailer);
        self.left.retain(|setting| !now.contains(setting));
    }

    /// Describes what the new state leaves as it is in the systems.
    fn notice(&self) -> Option<String> {
        let settings: Vec<String> = self.left.iter().map(|of| format!("`{of}`")).collect();
        let slug = &self.retailer.slug;
        (!settings.is_empty()).then(|| {
            format!(
                "{} may have been set by an earlier apply, and no plan shows that; `reconcile \
                 history --only {slug}` lists such a run, and `reconcile rollback RUN --only \
                 {slug} --out back.json`, then `reconcile apply back.json`, puts back what it changed",
                listed(&settings)
            )
        })
    }

    /// Checks that the file could be written now, if it has changed.
    fn check_writable(&self) -> Result<(), Failure> {
        let Source { path, bytes, .. } = self.source();
        if *bytes == self.before {
            return Ok(());
        }
        files::check_replaceable(&config::place_of(&self.sources, self.source()), &self.before)
            .map_err(|error| cannot_write(path, &error))
    }

    /// Writes the file if it has changed.
    pub(crate) fn write(self) -> Result<Option<Written>, Failure> {
        let Source { path, bytes, .. } = self.source();
        if *bytes == self.before {
            return Ok(None);
        }
        let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
        let (before, after) = (text(&self.before), text(bytes));
        files::replace(&config::place_of(&self.sources, self.source()), &self.before, &after)
            .map_err(|error| cannot_write(path, &error))?;
        let notice = self.notice();
        Ok(Some(Written { before, after, warnings: self.warnings, notice }))
    }

    /// Accepts an edited text, which states the milestone if there is one, unless a rule of the
    /// process rejects it.
    fn take(
        &mut self,
        after: Result<String, NotEditable>,
        shown: &str,
        milestone: Option<Milestone>,
    ) -> Result<(), Failure> {
        let file = self.retailer.file.clone();
        let after = after.map_err(|by_hand| {
            Failure::failed(format!("{file} was not changed: {by_hand}"), by_hand.to_do)
        })?;
        let mut sources = self.sources.clone();
        sources.retailers[0].bytes = after.into_bytes();
        let mut checked = config::check(&sources, self.today);
        let report = checked.report.about(&file);
        let is_error = |found: &&Diagnostic| found.severity == Severity::Error;
        if let Some(found) = report.diagnostics.iter().find(is_error) {
            return Err(self.refused(found, shown, milestone));
        }
        if let Some(retailer) = checked.retailers.pop() {
            let before = std::mem::replace(&mut self.retailer, retailer);
            // A fact that is added takes nothing back.
            if milestone.is_none() {
                self.leave(&before);
            }
        }
        self.sources = sources;
        self.warnings = report;
        Ok(())
    }

    /// Returns an error for a statement that contradicts the file.
    fn contradiction(&self, path: &[&str], stated: &str, new: &str) -> Failure {
        let file = &self.retailer.file;
        let line = config::line(self.source(), path);
        let place = line.map_or_else(|| file.clone(), |line| format!("{file}:{line}"));
        Failure::failed(
            format!("{place} already states another value: {stated}"),
            format!("pass --replace to change it to {new}"),
        )
    }

    /// Returns all milestones that must be stated before this one can be, in the order of the
    /// process.
    fn missing(&self, milestone: Milestone) -> Vec<Milestone> {
        let mut needed = vec![milestone];
        // Against the order of the process, so what a missing one needs is found, too.
        for rule in milestone_rules(self.retailer.journey).iter().rev() {
            if needed.contains(&rule.milestone) {
                needed.extend(rule.missing(|of| self.retailer.reached(of)));
            }
        }
        needed.retain(|of| *of != milestone);
        needed.sort();
        needed.dedup();
        needed
    }

    /// Returns an error for a diagnostic about the edited file.
    fn refused(&self, found: &Diagnostic, shown: &str, milestone: Option<Milestone>) -> Failure {
        let Retailer { slug, file, journey, .. } = &self.retailer;
        let mut message = format!("{shown} would make {file} invalid: {}", found.message);
        let rule = milestone.and_then(|milestone| milestone_rule(*journey, milestone));
        let hint = match (found.code, rule) {
            ("missing-milestone", Some(rule)) => {
                let missing = self.missing(rule.milestone);
                let has_connote = missing.iter().any(|milestone| milestone.has_connote());
                let missing: Vec<&str> = missing.into_iter().map(Milestone::key).collect();
                let missing = missing.join(" ");
                let connote = if has_connote { " --connote NO" } else { "" };
                format!(
                    "once reached, state what it needs: `reconcile attest {slug} {missing}{connote}`"
                )
            }
            ("foreign-milestone", _) => {
                let known: Vec<&str> =
                    milestone_rules(*journey).iter().map(|rule| rule.milestone.key()).collect();
                format!("choose one of {}", known.join(", "))
            }
            ("milestone-order", _) => {
                message.extend(found.related.iter().map(|(_, label)| format!(": {label}")));
                "give the right day with --on, or correct the other milestone first, with --replace"
                    .into()
            }
            _ => found.hint.clone(),
        };
        Failure::failed(message, hint)
    }
}

/// The retailer that a file declares now, the remarks, and what was written if it has changed.
type Edited<T> = (Retailer, T, Option<Written>);

/// Writes edited files, or none if one of them cannot be written. Returns those that were written,
/// each with its remarks, and why another one could not be written after all.
pub(crate) fn write_all<T>(edits: Vec<(FileEdit, T)>) -> (Vec<Edited<T>>, Result<(), Failure>) {
    let mut written = Vec::new();
    let checked = edits.iter().try_for_each(|(edit, _)| edit.check_writable());
    let done = checked.and_then(|()| {
        edits.into_iter().try_for_each(|(edit, remarks)| {
            let retailer = edit.retailer.clone();
            written.push((retailer, remarks, edit.write()?));
            Ok(())
        })
    });
    (written, done)
}

fn cannot_write(path: &str, error: &io::Error) -> Failure {
    Failure::failed(
        format!("{path} cannot be written: {error}"),
        "check the folder and the file, then run this again",
    )
}

/// Returns the line of a file that states a milestone.
pub(super) fn entry(milestone: Milestone, fact: &Fact) -> String {
    format!("`{milestone}: {}`", edit::shown(fact))
}
