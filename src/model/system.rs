//! The three systems that a retailer is set up in.

use super::keyed::keyed;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

keyed! {
    // In the order in which the process sets them up (step N5): OmniReturns comes last because
    // its record holds the OmniRPS id.
    /// One of the three systems that `reconcile` manages retailers in.
    #[derive(Serialize, Deserialize, JsonSchema)]
    pub enum System {
        /// The shipping core: rates, labels, tracking.
        Omniparcel = "omniparcel",
        /// Hub processing, order data and the tracking webhook.
        Omnirps = "omnirps",
        /// The consumer returns portal and its label API.
        Omnireturns = "omnireturns",
    }
}

impl System {
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
