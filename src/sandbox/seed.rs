//! What a new sandbox holds.

use super::SandboxError;
use super::omniparcel::Account;
use super::omnireturns::{Company, ReturnsRetailer};
use super::omnirps::{RpsRetailer, Upload};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// The records of a new or reset sandbox, in the contract's own names.
///
/// A field that is left out has the value of a newly created record; an id that is left
/// out is given in order.
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
    /// Reads a seed from YAML text.
    pub fn from_yaml(text: &str) -> Result<Seed, SandboxError> {
        serde_yaml::from_str(text).map_err(|source| SandboxError::Seed { source })
    }

    /// Returns a seed without any record.
    pub fn empty() -> Seed {
        Seed {
            companies: Vec::new(),
            omniparcel: Vec::new(),
            omnireturns: Vec::new(),
            omnirps: Vec::new(),
            uploads: Vec::new(),
        }
    }
}

impl Default for Seed {
    /// Returns the sample that is built into the program.
    fn default() -> Self {
        // A test reads the file, and no build without it passes.
        Seed::from_yaml(include_str!("seed.yaml")).expect("the built-in seed is valid")
    }
}
