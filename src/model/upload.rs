//! A return that was uploaded to OmniRPS.

use serde::{Deserialize, Serialize};

/// An uploaded return. Times are texts that begin with the day, as the system wrote them.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Upload {
    pub connote: String,
    pub order: Option<String>,
    /// How the return was created, such as `API`.
    pub source: Option<String>,
    pub received_at: String,
    /// `None` until a hub has processed it.
    pub processed_at: Option<String>,
}
