//! The lists: each person's steps, oldest first.

use crate::model::{Role, Roles};
use crate::render::style::clean;
use crate::status::{Status, WaitingFor};
use jiff::civil::Date;
use std::collections::BTreeMap;

/// A person with steps to do.
pub(super) struct Person<'a> {
    /// The name, or the role if nobody is named.
    pub name: String,
    /// The person's roles, as text.
    pub roles: String,
    /// Oldest first; steps of unknown age come last.
    pub tasks: Vec<PersonTask<'a>>,
}

/// A person's step for one retailer.
pub(super) struct PersonTask<'a> {
    /// The retailer's index in the status.
    pub at: usize,
    /// Only the first is shown.
    pub waiting: Vec<&'a WaitingFor>,
}

impl PersonTask<'_> {
    /// Returns the day since which it is due, and the number of days.
    pub(super) fn since(&self) -> Option<(Date, i32)> {
        self.waiting.iter().filter_map(|waiting| waiting.since()).min()
    }

    /// Returns by how many days it is overdue.
    pub(super) fn overdue_days(&self) -> Option<i32> {
        self.waiting.iter().filter_map(|waiting| waiting.overdue_days).max()
    }
}

/// Returns all people with steps to do, sorted by first role and name.
pub(super) fn people<'a>(status: &'a Status, roles: Roles<'_>) -> Vec<Person<'a>> {
    let mut found: BTreeMap<String, (Vec<Role>, Vec<PersonTask>)> = BTreeMap::new();
    for (at, retailer) in status.retailers.iter().enumerate() {
        let own = retailer.account_manager.as_deref();
        for waiting in &retailer.waiting_for {
            for role in &waiting.roles {
                let (of, tasks) = found.entry(name(roles, *role, own)).or_default();
                if !of.contains(role) {
                    of.push(*role);
                }
                match tasks.last_mut() {
                    Some(task) if task.at == at => {
                        // One person may have several roles of a task.
                        if !task.waiting.iter().any(|known| std::ptr::eq(*known, waiting)) {
                            task.waiting.push(waiting);
                        }
                    }
                    _ => tasks.push(PersonTask { at, waiting: vec![waiting] }),
                }
            }
        }
    }
    let mut people: Vec<(Role, Person)> = found
        .into_iter()
        .filter_map(|(name, (mut of, mut tasks))| {
            of.sort();
            tasks.sort_by_key(|task| {
                let since = task.since().map(|(on, _)| on);
                (since.is_none(), since, &status.retailers[task.at].retailer)
            });
            let titles = of.iter().map(|role| clean(role.title(roles.partner)));
            let titles: Vec<String> = titles.filter(|title| capitalized(title) != name).collect();
            Some((*of.first()?, Person { name, roles: titles.join(", "), tasks }))
        })
        .collect();
    // Stable: the names are already sorted.
    people.sort_by_key(|(first, _)| *first);
    people.into_iter().map(|(_, person)| person).collect()
}

/// Returns the indexes of the retailers that wait for nobody: open ones and completed ones.
pub(super) fn without(status: &Status) -> (Vec<usize>, Vec<usize>) {
    let retailers = &status.retailers;
    let mut places: Vec<usize> =
        (0..retailers.len()).filter(|at| retailers[*at].waiting_for.is_empty()).collect();
    places.sort_by_key(|at| &retailers[*at].retailer);
    places.into_iter().partition(|at| retailers[*at].done)
}

fn name(roles: Roles<'_>, role: Role, account_manager: Option<&str>) -> String {
    match roles.person_for(role, account_manager) {
        Some(person) => clean(person),
        None => capitalized(&clean(role.title(roles.partner))),
    }
}

/// Capitalizes the first letter.
pub(super) fn capitalized(text: &str) -> String {
    let mut rest = text.chars();
    rest.next().map_or_else(String::new, |first| first.to_uppercase().chain(rest).collect())
}
