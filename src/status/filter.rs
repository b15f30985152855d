//! The filter and the order of the retailers in a status.

use super::build::summary;
use super::{RetailerStatus, Stage, Status};
use crate::exit::Failure;
use crate::model::{Journey, Retailer, Role, Roles, System};
use crate::process::journey::{phases, tasks};

/// The criteria of a filter; an empty one matches all.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Filter {
    /// The person who has the next step or manages the account.
    pub mine: Option<String>,
    pub waits_for: Option<Role>,
    /// A phase of the journey, or a step.
    pub stage: Option<String>,
}

/// The order of the retailers in each journey. The doc comments are the help.
#[derive(Clone, Copy, Debug, PartialEq, Eq, clap::ValueEnum)]
pub(crate) enum Order {
    /// Longest wait first
    Age,
    /// By name
    Name,
}

impl Filter {
    /// Rejects an unknown person.
    pub(crate) fn check_person(&self, fleet: &[Retailer], roles: Roles<'_>) -> Result<(), Failure> {
        if let Some(name) = &self.mine {
            let managers = fleet.iter().filter_map(|retailer| retailer.account_manager.as_deref());
            let people = Role::ALL.into_iter().filter_map(|role| roles.person(role));
            let mut known: Vec<&str> = managers.chain(people).collect();
            known.sort_unstable();
            known.dedup();
            if !known.iter().any(|known| is_same(known, name)) {
                let hint = match known.as_slice() {
                    [] => "name people under `people` in the project file, or as \
                           `account_manager` in retailer files"
                        .into(),
                    known => format!("choose one of {}", known.join(", ")),
                };
                return Err(Failure::usage(format!("nobody is called `{name}`"), hint));
            }
        }
        Ok(())
    }

    /// Rejects an unknown stage.
    pub(crate) fn check_stage(&self) -> Result<(), Failure> {
        if let Some(stage) = &self.stage {
            let phases = Journey::ALL.into_iter().flat_map(phases).map(|phase| phase.key);
            let steps = Journey::ALL.into_iter().flat_map(tasks).map(|task| task.step.id);
            let mut known: Vec<&str> = Vec::new();
            for key in phases.chain(steps) {
                if !known.contains(&key) {
                    known.push(key);
                }
            }
            let mut shown = Journey::ALL.into_iter().flat_map(tasks);
            let is_shown = shown.any(|task| is_same(&title(task.step.id, task.phase.title), stage));
            if !is_shown && !known.iter().any(|known| is_same(known, stage)) {
                return Err(Failure::usage(
                    format!("there is no stage `{stage}`"),
                    format!("choose one of {}", known.join(", ")),
                ));
            }
        }
        Ok(())
    }

    /// Returns whether a retailer matches.
    fn has(&self, retailer: &RetailerStatus) -> bool {
        let Filter { mine, waits_for, stage } = self;
        let is_mine = |name: &String| {
            let next = retailer.waiting_for.iter().flat_map(|waiting| &waiting.people);
            next.chain(&retailer.account_manager).any(|person| is_same(person, name))
        };
        mine.as_ref().is_none_or(is_mine)
            && waits_for.is_none_or(|role| retailer.roles().contains(&role))
            && stage.as_deref().is_none_or(|stage| {
                let Stage { phase, title: of_phase, step } = retailer.stage;
                let is_step = |step| is_same(step, stage) || is_same(&title(step, of_phase), stage);
                is_same(phase, stage) || step.is_some_and(is_step)
            })
    }
}

impl Status {
    /// Keeps only the retailers that match a filter, and sorts them; without an order they stay
    /// sorted by phase and name. The summary counts the remaining ones.
    pub(crate) fn narrow(&mut self, filter: &Filter, order: Option<Order>) {
        if *filter != Filter::default() {
            self.retailers.retain(|retailer| filter.has(retailer));
            self.alerts.retain(|alert| self.retailers.iter().any(|of| of.slug == alert.slug));
            let is_read = self.live_read && !self.unknown_systems.contains(&System::Omnirps);
            self.summary = summary(&self.retailers, is_read);
            self.undeclared = None;
            self.uploads =
                self.uploads.map(|of| super::uploads::sum(&self.retailers, of.silent_after));
        }
        match order {
            None => {}
            Some(Order::Name) => self
                .retailers
                .sort_by(|a, b| (a.journey, &a.retailer).cmp(&(b.journey, &b.retailer))),
            // A step without an age is not overdue.
            Some(Order::Age) => self.retailers.sort_by_key(|retailer| {
                let since = retailer.since();
                (retailer.journey, since.is_none(), since.map(|(on, _)| on))
            }),
        }
    }
}

/// Finds a role by its word, its key in JSON, or the words that outputs show.
pub(crate) fn role(word: &str, roles: Roles<'_>) -> Result<Role, Failure> {
    let named = |names: fn(&Role, Roles) -> [String; 2]| {
        let mut all = Role::ALL.into_iter();
        all.find(|role| names(role, roles).iter().any(|name| is_same(name, word)))
    };
    // The partner may have the name of a role.
    named(|role, _| [role.words().into(), role.key().into()])
        .or_else(|| {
            named(|role, roles| [roles.short(*role).into(), role.title(roles.partner).into()])
        })
        .ok_or_else(|| {
            let words = Role::ALL.map(Role::words).join(", ");
            Failure::usage(format!("there is no role `{word}`"), format!("choose one of {words}"))
        })
}

/// Returns a step and the title of its phase, as the table shows them.
fn title(step: &str, phase: &str) -> String {
    format!("{step} {phase}")
}

/// Compares two names, ignoring case.
fn is_same(one: &str, other: &str) -> bool {
    one.to_lowercase() == other.to_lowercase()
}
