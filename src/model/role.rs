//! The roles in the process.

use super::keyed::keyed;
use serde::Serialize;

keyed! {
    /// A person or team with a part in onboarding a retailer, in the order in which outputs list
    /// them. Its words are those on the command line and under `people` in the project file.
    #[derive(Serialize)]
    pub enum Role {
        AccountManager = "seko_account_manager" as "account_manager",
        /// SEKO's onboarding team, which also runs this tool.
        Onboarding = "seko_onboarding" as "onboarding",
        Hub = "seko_hub" as "hub",
        /// SEKO's support, the only role that can enable a disabled webhook (Tracking Status
        /// Webhook API, <https://seko.atlassian.net/wiki/spaces/RSC/pages/2162327828>, seen on
        /// 2026-11-27).
        Support = "seko_support" as "support",
        /// The integration partner, shown under its name in the project file.
        Partner = "partner" as "partner",
        Retailer = "retailer" as "retailer",
    }
}

impl Role {
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
