//! The roles in the process.

use super::project::People;
use serde::{Serialize, Serializer};

/// A person or team with a part in onboarding a retailer.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Role {
    AccountManager,
    /// SEKO's onboarding team, which also runs this tool.
    Onboarding,
    Hub,
    /// SEKO's support, the only role that can enable a disabled webhook (Tracking Status
    /// Webhook API, <https://seko.atlassian.net/wiki/spaces/RSC/pages/2162327828>, seen on
    /// 2026-11-27).
    Support,
    /// The integration partner, shown under its name in the project file.
    Partner,
    Retailer,
}

impl Role {
    /// All roles, in the order in which outputs list them.
    pub const ALL: [Role; 6] = [
        Role::AccountManager,
        Role::Onboarding,
        Role::Hub,
        Role::Support,
        Role::Partner,
        Role::Retailer,
    ];

    /// Returns the key for programs.
    pub(crate) fn key(self) -> &'static str {
        match self {
            Role::AccountManager => "seko_account_manager",
            Role::Onboarding => "seko_onboarding",
            Role::Hub => "seko_hub",
            Role::Support => "seko_support",
            Role::Partner => "partner",
            Role::Retailer => "retailer",
        }
    }

    /// Returns the word used on the command line and under `people` in the project file.
    pub(crate) fn word(self) -> &'static str {
        match self {
            Role::AccountManager => "account_manager",
            Role::Onboarding => "onboarding",
            Role::Hub => "hub",
            Role::Support => "support",
            Role::Partner => "partner",
            Role::Retailer => "retailer",
        }
    }

    /// Returns the role in words, with the partner's name.
    pub(crate) fn title(self, partner: &str) -> &str {
        match self {
            Role::AccountManager => "SEKO account manager",
            Role::Onboarding => "SEKO onboarding",
            Role::Hub => "SEKO hub",
            Role::Support => "SEKO support",
            Role::Partner => partner,
            Role::Retailer => "the retailer",
        }
    }
}

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
            _ => role.word(),
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

impl Serialize for Role {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.key())
    }
}
