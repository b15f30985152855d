//! The three systems that a retailer is set up in.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// One of the three systems that `reconcile` manages retailers in.
#[derive(
    Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema,
)]
#[serde(rename_all = "lowercase")]
pub enum System {
    /// The shipping core: rates, labels, tracking.
    Omniparcel,
    /// Hub processing, order data and the tracking webhook.
    Omnirps,
    /// The consumer returns portal and its label API.
    Omnireturns,
}

impl System {
    /// All systems, in the order in which the process sets them up (step N5): OmniReturns
    /// comes last because its record holds the OmniRPS id.
    pub const ALL: [System; 3] = [System::Omniparcel, System::Omnirps, System::Omnireturns];

    /// Returns the key used in files, plans and setting names.
    pub fn key(self) -> &'static str {
        match self {
            System::Omniparcel => "omniparcel",
            System::Omnirps => "omnirps",
            System::Omnireturns => "omnireturns",
        }
    }

    /// Returns the name that people use.
    pub(crate) fn title(self) -> &'static str {
        match self {
            System::Omniparcel => "OmniParcel",
            System::Omnirps => "OmniRPS",
            System::Omnireturns => "OmniReturns",
        }
    }
}

impl std::fmt::Display for System {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(self.title())
    }
}
