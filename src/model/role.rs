//! The roles in the process.

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

impl Serialize for Role {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.key())
    }
}
