//! The table of managed settings.
//!
//! Plans, `explain`, manual instructions and checks of overrides all use the rows of this
//! table. What the process does not mention has no row and is never changed.

use super::keyed::keyed;
use super::{Role, System};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

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
pub(crate) struct AdminScreen {
    /// The role that changes it.
    pub role: Role,
    /// The admin screen, as far as public material names it.
    pub screen: &'static str,
    /// Whether public material shows the control itself; otherwise it only suggests the
    /// screen.
    pub seen: bool,
}

impl AdminScreen {
    const fn seen(role: Role, screen: &'static str) -> AdminScreen {
        AdminScreen { role, screen, seen: true }
    }

    const fn suggested(role: Role, screen: &'static str) -> AdminScreen {
        AdminScreen { role, screen, seen: false }
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
    pub by_hand: AdminScreen,
}

/// Defines the table of settings. After a setting's key each row has its system, its kind of values
/// and where a person finds it, then the texts of [`SettingInfo`].
macro_rules! settings {
    ($(
        $variant:ident = $key:literal: $system:ident, $kind:ident $({ $($words:tt)+ })?,
            $known:ident($role:ident, $screen:expr),
            otherwise $consequence:literal, irreversible $irreversible:expr;
    )+) => {
        keyed! {
            /// A managed setting. Its key is the name used in files and plans, `<system>.<setting>`.
            #[derive(Serialize, Deserialize, JsonSchema)]
            pub enum Setting {
                $($variant = $key,)+
            }
        }

        impl Setting {
            /// Returns the setting's row.
            pub(crate) const fn info(self) -> SettingInfo {
                match self {
                    $(Setting::$variant => SettingInfo {
                        system: System::$system,
                        kind: ValueKind::$kind $({ $($words)+ })?,
                        consequence: $consequence,
                        irreversible: $irreversible,
                        by_hand: AdminScreen::$known(Role::$role, $screen),
                    },)+
                }
            }
        }
    };
}

settings! {
    OmniparcelAccount = "omniparcel.account": Omniparcel, Present,
        seen(Onboarding, "OmniParcel, Manage Users"),
        otherwise "no return label can be made for the retailer",
        irreversible Some("an account is never deleted");
    OmnirpsRetailer = "omnirps.retailer": Omnirps, Present,
        seen(Onboarding, "OmniRPS, Admin > Manage > Retailer"),
        otherwise "no hub can process the retailer's returns",
        irreversible Some("a retailer is never deleted");
    OmnirpsTrackingWebhookUrl = "omnirps.tracking_webhook.url": Omnirps, Url,
        suggested(Onboarding, WEBHOOK_SCREEN),
        otherwise "customers get no credits", irreversible None;
    OmnirpsTrackingWebhookEnabled = "omnirps.tracking_webhook.enabled": Omnirps, Flag,
        suggested(Support, WEBHOOK_SCREEN),
        otherwise "customers get no credits", irreversible None;
    OmnirpsShopifyIntegration = "omnirps.shopify_integration": Omnirps,
        Switch { on: "enabled", off: "disabled" },
        suggested(AccountManager, "OmniRPS, Shopify integration of the retailer"),
        otherwise "OmniRPS and Loop can both refund the same return", irreversible None;
    OmnirpsTrackAndTraceEmails = "omnirps.track_and_trace_emails": Omnirps,
        Switch { on: "enabled", off: "disabled" },
        seen(Onboarding, "OmniRPS, Admin > Customer Tracking Alerts > Settings"),
        otherwise "customers get e-mails from both SEKO and Loop",
        irreversible Some("an e-mail that was not sent meanwhile is never sent");
    OmnireturnsRetailer = "omnireturns.retailer": Omnireturns, Present,
        seen(Onboarding, RETAILER_SCREEN),
        otherwise "Loop cannot create return labels",
        irreversible Some("a retailer is never deleted");
    OmnireturnsName = "omnireturns.name": Omnireturns, Text,
        seen(Onboarding, RETAILER_SCREEN),
        otherwise "the account in OmniReturns can be taken for another one", irreversible None;
    OmnireturnsCompany = "omnireturns.company": Omnireturns, Text,
        seen(Onboarding, RETAILER_SCREEN),
        otherwise "OmniReturns keeps the retailer among those that pay for access",
        irreversible None;
    OmnireturnsPortal = "omnireturns.portal": Omnireturns,
        Switch { on: "published", off: "unpublished" },
        suggested(Onboarding, RETAILER_SCREEN),
        otherwise "customers can return through two portals", irreversible None;
    OmnireturnsOmnirpsRetailerId = "omnireturns.omnirps_retailer_id": Omnireturns, Id,
        seen(Onboarding, RETAILER_SCREEN),
        otherwise "labels and hub processing are not tied to one retailer", irreversible None;
    OmnireturnsEmails = "omnireturns.emails": Omnireturns, Empty,
        seen(Onboarding, RETAILER_SCREEN),
        otherwise "a user account exists that Loop's retailers do not need",
        irreversible Some("removing an address deletes its login");
    OmnireturnsHubs = "omnireturns.hubs": Omnireturns, Empty,
        seen(Onboarding, "OmniReturns admin, Retailers, Assign Hubs"),
        otherwise "hubs are set up that labels made through the API do not use",
        irreversible None;
}

const RETAILER_SCREEN: &str =
    "OmniReturns admin, Retailers, General info (/admin/retailer/retailer_view)";

const WEBHOOK_SCREEN: &str = "OmniRPS, tracking webhook settings of the retailer";

impl Setting {
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
