//! The table of managed settings.
//!
//! Plans, `explain`, manual instructions and checks of overrides all use the rows of this
//! table. What the process does not mention has no row and is never changed.

use super::keyed::keyed;
use super::{Role, System};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

keyed! {
    /// A managed setting. Its key is the name used in files and plans, `<system>.<setting>`.
    #[derive(Serialize, Deserialize, JsonSchema)]
    pub enum Setting by key {
        OmniparcelAccount = "omniparcel.account",
        OmnirpsRetailer = "omnirps.retailer",
        OmnirpsTrackingWebhookUrl = "omnirps.tracking_webhook.url",
        OmnirpsTrackingWebhookEnabled = "omnirps.tracking_webhook.enabled",
        OmnirpsShopifyIntegration = "omnirps.shopify_integration",
        OmnirpsTrackAndTraceEmails = "omnirps.track_and_trace_emails",
        OmnireturnsRetailer = "omnireturns.retailer",
        OmnireturnsName = "omnireturns.name",
        OmnireturnsCompany = "omnireturns.company",
        OmnireturnsPortal = "omnireturns.portal",
        OmnireturnsOmnirpsRetailerId = "omnireturns.omnirps_retailer_id",
        OmnireturnsEmails = "omnireturns.emails",
        OmnireturnsHubs = "omnireturns.hubs",
    }
}

/// The kind of values of a setting.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum ValueKind {
    /// `present`: the record exists.
    Present,
    /// Any text.
    Text,
    /// An https URL.
    Url,
    /// The id of a record in another system.
    Id,
    /// `true` or `false`.
    Flag,
    /// One of two words; systems represent the first as true.
    Switch { on: &'static str, off: &'static str },
    /// `none`: a list that must remain empty.
    Empty,
}

/// Where a person finds a setting, and which role changes it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct ByHand {
    /// The role that changes it.
    pub role: Role,
    /// The admin screen, as far as public material names it.
    pub screen: &'static str,
    /// Whether public material shows the control itself; otherwise it only suggests the
    /// screen.
    pub seen: bool,
}

impl ByHand {
    const fn seen(role: Role, screen: &'static str) -> ByHand {
        ByHand { role, screen, seen: true }
    }

    const fn suggested(role: Role, screen: &'static str) -> ByHand {
        ByHand { role, screen, seen: false }
    }

    /// Returns the role in words.
    pub(crate) fn who(&self) -> &'static str {
        self.role.title("the partner")
    }
}

/// One row of the table.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct SettingInfo {
    pub system: System,
    pub kind: ValueKind,
    /// The effect on customers or people while the value is wrong; completes "otherwise …".
    pub consequence: &'static str,
    /// Why a change cannot be undone, or `None` if writing the old value restores
    /// everything.
    pub irreversible: Option<&'static str>,
    pub by_hand: ByHand,
}

const OMNIRETURNS_RETAILER: ByHand = ByHand::seen(
    Role::Onboarding,
    "OmniReturns admin, Retailers, General info (/admin/retailer/retailer_view)",
);

const WEBHOOK_SCREEN: &str = "OmniRPS, tracking webhook settings of the retailer";

impl Setting {
    /// Returns the setting's row.
    pub(crate) const fn info(self) -> SettingInfo {
        match self {
            Setting::OmniparcelAccount => SettingInfo {
                system: System::Omniparcel,
                kind: ValueKind::Present,
                consequence: "no return label can be made for the retailer",
                irreversible: Some("an account is never deleted"),
                by_hand: ByHand::seen(Role::Onboarding, "OmniParcel, Manage Users"),
            },
            Setting::OmnirpsRetailer => SettingInfo {
                system: System::Omnirps,
                kind: ValueKind::Present,
                consequence: "no hub can process the retailer's returns",
                irreversible: Some("a retailer is never deleted"),
                by_hand: ByHand::seen(Role::Onboarding, "OmniRPS, Admin > Manage > Retailer"),
            },
            Setting::OmnirpsTrackingWebhookUrl => SettingInfo {
                system: System::Omnirps,
                kind: ValueKind::Url,
                consequence: "customers get no credits",
                irreversible: None,
                by_hand: ByHand::suggested(Role::Onboarding, WEBHOOK_SCREEN),
            },
            Setting::OmnirpsTrackingWebhookEnabled => SettingInfo {
                system: System::Omnirps,
                kind: ValueKind::Flag,
                consequence: "customers get no credits",
                irreversible: None,
                by_hand: ByHand::suggested(Role::Support, WEBHOOK_SCREEN),
            },
            Setting::OmnirpsShopifyIntegration => SettingInfo {
                system: System::Omnirps,
                kind: ValueKind::Switch { on: "enabled", off: "disabled" },
                consequence: "OmniRPS and Loop can both refund the same return",
                irreversible: None,
                by_hand: ByHand::suggested(
                    Role::AccountManager,
                    "OmniRPS, Shopify integration of the retailer",
                ),
            },
            Setting::OmnirpsTrackAndTraceEmails => SettingInfo {
                system: System::Omnirps,
                kind: ValueKind::Switch { on: "enabled", off: "disabled" },
                consequence: "customers get e-mails from both SEKO and Loop",
                irreversible: Some("an e-mail that was not sent meanwhile is never sent"),
                by_hand: ByHand::seen(
                    Role::Onboarding,
                    "OmniRPS, Admin > Customer Tracking Alerts > Settings",
                ),
            },
            Setting::OmnireturnsRetailer => SettingInfo {
                system: System::Omnireturns,
                kind: ValueKind::Present,
                consequence: "Loop cannot create return labels",
                irreversible: Some("a retailer is never deleted"),
                by_hand: OMNIRETURNS_RETAILER,
            },
            Setting::OmnireturnsName => SettingInfo {
                system: System::Omnireturns,
                kind: ValueKind::Text,
                consequence: "the account in OmniReturns can be taken for another one",
                irreversible: None,
                by_hand: OMNIRETURNS_RETAILER,
            },
            Setting::OmnireturnsCompany => SettingInfo {
                system: System::Omnireturns,
                kind: ValueKind::Text,
                consequence: "OmniReturns keeps the retailer among those that pay for access",
                irreversible: None,
                by_hand: OMNIRETURNS_RETAILER,
            },
            Setting::OmnireturnsPortal => SettingInfo {
                system: System::Omnireturns,
                kind: ValueKind::Switch { on: "published", off: "unpublished" },
                consequence: "customers can return through two portals",
                irreversible: None,
                by_hand: ByHand { seen: false, ..OMNIRETURNS_RETAILER },
            },
            Setting::OmnireturnsOmnirpsRetailerId => SettingInfo {
                system: System::Omnireturns,
                kind: ValueKind::Id,
                consequence: "labels and hub processing are not tied to one retailer",
                irreversible: None,
                by_hand: OMNIRETURNS_RETAILER,
            },
            Setting::OmnireturnsEmails => SettingInfo {
                system: System::Omnireturns,
                kind: ValueKind::Empty,
                consequence: "a user account exists that Loop's retailers do not need",
                irreversible: Some("removing an address deletes its login"),
                by_hand: OMNIRETURNS_RETAILER,
            },
            Setting::OmnireturnsHubs => SettingInfo {
                system: System::Omnireturns,
                kind: ValueKind::Empty,
                consequence: "hubs are set up that labels made through the API do not use",
                irreversible: None,
                by_hand: ByHand::seen(
                    Role::Onboarding,
                    "OmniReturns admin, Retailers, Assign Hubs",
                ),
            },
        }
    }

    /// Returns the system that holds the setting.
    pub(crate) fn system(self) -> System {
        self.info().system
    }

    /// Finds a setting by its key.
    pub(crate) fn from_key(key: &str) -> Option<Setting> {
        Setting::ALL.into_iter().find(|setting| setting.key() == key)
    }

    /// Returns whether the setting represents the existence of its system's record.
    pub(crate) fn is_presence(self) -> bool {
        self == Setting::presence(self.system())
    }

    /// Returns the settings that a system's records hold: all but presence.
    pub(crate) fn of_records(system: System) -> Vec<Setting> {
        let is_held = |setting: &Setting| setting.system() == system && !setting.is_presence();
        Setting::ALL.into_iter().filter(is_held).collect()
    }

    /// Returns the setting that represents the existence of the system's record.
    pub(crate) fn presence(system: System) -> Setting {
        match system {
            System::Omniparcel => Setting::OmniparcelAccount,
            System::Omnirps => Setting::OmnirpsRetailer,
            System::Omnireturns => Setting::OmnireturnsRetailer,
        }
    }
}

impl std::fmt::Display for Setting {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(self.key())
    }
}
