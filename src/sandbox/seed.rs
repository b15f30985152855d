//! The records of a new sandbox.

use super::SandboxError;
use super::omniparcel::Account;
use super::omnireturns::{Company, ReturnsRetailer};
use super::omnirps::{RpsRetailer, Upload};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// The records of a new or reset sandbox, with the contract's field names.
///
/// An omitted field has the default of a new record; omitted ids are assigned in order.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, expecting = "a mapping")]
pub struct Seed {
    /// The companies of OmniReturns.
    #[serde(default, rename = "Companies")]
    pub companies: Vec<Company>,
    /// The accounts of OmniParcel.
    #[serde(default, rename = "OmniParcel")]
    pub omniparcel: Vec<Account>,
    /// The retailers of OmniReturns.
    #[serde(default, rename = "OmniReturns")]
    pub omnireturns: Vec<ReturnsRetailer>,
    /// The retailers of OmniRPS.
    #[serde(default, rename = "OmniRPS")]
    pub omnirps: Vec<RpsRetailer>,
    /// The returns that were uploaded to OmniRPS.
    #[serde(default, rename = "Uploads")]
    pub uploads: Vec<Upload>,
}

impl Seed {
    /// Parses a seed from YAML text.
    pub fn from_yaml(text: &str) -> Result<Seed, SandboxError> {
        serde_yaml::from_str(text).map_err(|source| SandboxError::Seed { source })
    }

    /// Returns a seed without records.
    pub fn empty() -> Seed {
        Seed::from_yaml("{}").expect("every list may be omitted")
    }
}

impl Default for Seed {
    /// Returns the built-in sample.
    fn default() -> Self {
        // A test parses the file, so an invalid one does not pass CI.
        Seed::from_yaml(include_str!("seed.yaml")).expect("the built-in seed is valid")
    }
}
