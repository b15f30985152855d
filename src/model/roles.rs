//! The roles of a project, in words.

use super::Role;
use super::project::People;

/// The roles of a project, with the partner's name and the people who have them.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Roles<'a> {
    pub partner: &'a str,
    pub people: &'a People,
}

impl<'a> Roles<'a> {
    /// Returns who has a role, unless a retailer's file says otherwise.
    pub(crate) fn person(&self, role: Role) -> Option<&'a str> {
        let People { account_manager, onboarding, support, hub, partner, retailer } = self.people;
        let person = match role {
            Role::AccountManager => account_manager,
            Role::Onboarding => onboarding,
            Role::Hub => hub,
            Role::Support => support,
            Role::Partner => partner,
            Role::Retailer => retailer,
        };
        person.as_deref()
    }

    /// Returns the role in words, with the person's name.
    pub(crate) fn title(&self, role: Role) -> String {
        named(role.title(self.partner), self.person(role))
    }

    /// Returns the role in words for a retailer with a known account manager.
    pub(crate) fn title_for(&self, role: Role, account_manager: Option<&str>) -> String {
        named(role.title(self.partner), self.person_for(role, account_manager))
    }

    /// Returns the short form of a role, for contexts that imply the organization.
    pub(crate) fn short(&self, role: Role) -> &'a str {
        match role {
            Role::AccountManager => "account manager",
            Role::Partner => self.partner,
            _ => role.words(),
        }
    }

    /// Returns the short form with the person's name, for a retailer with a known account
    /// manager.
    pub(crate) fn short_for(&self, role: Role, account_manager: Option<&str>) -> String {
        named(self.short(role), self.person_for(role, account_manager))
    }

    /// Returns several roles in words.
    pub(crate) fn titles_for(&self, roles: &[Role], account_manager: Option<&str>) -> String {
        let titles: Vec<String> =
            roles.iter().map(|role| self.title_for(*role, account_manager)).collect();
        titles.join(" and ")
    }

    /// Returns who has a role for a retailer with a known account manager.
    pub(crate) fn person_for<'b>(
        &'b self,
        role: Role,
        account_manager: Option<&'b str>,
    ) -> Option<&'b str> {
        account_manager.filter(|_| role == Role::AccountManager).or(self.person(role))
    }
}

fn named(title: &str, person: Option<&str>) -> String {
    match person {
        Some(person) if person != title => format!("{title} {person}"),
        _ => title.to_owned(),
    }
}
