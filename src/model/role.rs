//! Who acts in the process.

use serde::{Serialize, Serializer};

/// Somebody who has a part in onboarding a retailer.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Role {
    AccountManager,
    /// SEKO's onboarding team, which also runs this tool.
    Onboarding,
    Hub,
    /// SEKO's support, which alone switches a webhook on again (systems digest, section 5).
    Support,
    /// The integration partner, by the name that the project file gives it.
    Partner,
    Retailer,
}

impl Role {
    /// Every role, in the order in which outputs list them.
    pub const ALL: [Role; 6] = [
        Role::AccountManager,
        Role::Onboarding,
        Role::Hub,
        Role::Support,
        Role::Partner,
        Role::Retailer,
    ];

    /// The key used by programs.
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

    /// The role in words, with the partner's name.
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

    /// The role in short, where it is clear whose roles they are.
    pub(crate) fn short(self, partner: &str) -> &str {
        match self {
            Role::AccountManager => "account manager",
            Role::Onboarding => "onboarding",
            Role::Hub => "hub",
            Role::Support => "support",
            Role::Partner => partner,
            Role::Retailer => "retailer",
        }
    }

    /// Several roles in words.
    pub(crate) fn titles(roles: &[Role], partner: &str) -> String {
        let titles: Vec<&str> = roles.iter().map(|role| role.title(partner)).collect();
        titles.join(" and ")
    }
}

impl Serialize for Role {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.key())
    }
}
