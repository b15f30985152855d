//! What one call of `attest` states, and about which retailers.

use super::{FileEdit, split_words, unknown_milestone};
use crate::exit::Failure;
use crate::model::{Fact, Milestone};
use crate::shell::word;

/// What is stated about each retailer.
pub(crate) struct Statement {
    pub milestones: Vec<Milestone>,
    /// The fact of each milestone; `None` removes the milestones.
    pub fact: Option<Fact>,
    /// Whether the day of the fact is today, because no other was given.
    pub is_today: bool,
    pub account_manager: Option<String>,
    pub replace: bool,
}

impl Statement {
    /// Parses the words of the command line; the retailers come first.
    pub(crate) fn of_words(
        words: &[String],
        (fact, is_today): (Option<Fact>, bool),
        account_manager: Option<String>,
        replace: bool,
    ) -> Result<(&[String], Statement), Failure> {
        let (retailers, milestones) = split_words(words)?;
        if milestones.is_empty() && account_manager.is_none() {
            return Err(match retailers {
                [] | [_] => Failure::usage(
                    "no milestone is named",
                    "name one after the retailer, as in `reconcile attest acme introduced`",
                ),
                [milestone, retailer]
                    if Milestone::ALL.iter().any(|known| known.key() == milestone) =>
                {
                    Failure::usage(
                        format!("`{milestone}` is a milestone, and the retailer comes first"),
                        format!("write `reconcile attest {} {milestone}`", word(retailer)),
                    )
                }
                [.., last] => unknown_milestone(last),
            });
        }
        if retailers.len() > 1 && fact.as_ref().is_some_and(|fact| fact.connote.is_some()) {
            return Err(Failure::usage(
                "--connote is the number of one retailer's label, and several are named",
                "state it for each retailer in a command of its own",
            ));
        }
        if fact.as_ref().is_some_and(|fact| fact.connote.is_some())
            && !milestones.iter().any(|milestone| milestone.may_have_connote())
        {
            return Err(Failure::usage(
                "--connote is for `test_label`, `test_return`, `connote_processed` and \
                 `uploads_checked`",
                "leave it out, or name the milestone that it belongs to",
            ));
        }
        Ok((retailers, Statement { milestones, fact, is_today, account_manager, replace }))
    }

    /// Applies the statement to a file. Returns what the file already stated.
    pub(crate) fn make(&self, edit: &mut FileEdit) -> Result<Vec<String>, Failure> {
        let mut unchanged = Vec::new();
        if let Some(name) = &self.account_manager
            && !edit.name_account_manager(name, self.replace)?
        {
            unchanged.push(format!("has `account_manager: {name}`"));
        }
        let Some(fact) = &self.fact else {
            // A prerequisite is removed after the milestones that need it.
            for &milestone in self.milestones.iter().rev() {
                if !edit.withdraw(milestone)? {
                    unchanged.push(format!("does not state `{milestone}`"));
                }
            }
            return Ok(unchanged);
        };
        for &milestone in &self.milestones {
            let mut fact = fact.clone();
            if self.milestones.len() > 1 && !milestone.has_connote() {
                fact.connote = None;
            }
            if self.is_today {
                fact.on = edit.day_of(milestone, fact.on);
            }
            if !edit.state(milestone, &fact, self.replace)? {
                unchanged.push(format!("has {}", super::file_edit::entry(milestone, &fact)));
            }
        }
        Ok(unchanged)
    }
}
