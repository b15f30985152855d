//! Retailers' keys: fetched for a handoff or a verification, and what they are for.

use super::Reader;
use crate::model::{System, Unread};
use secrecy::SecretString;

/// How the partner uses a key that a retailer was issued.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Usage {
    /// The API that takes it.
    pub api: &'static str,
    /// The header that carries it.
    pub key_header: &'static str,
    /// The header that carries the retailer's name beside it.
    pub name_header: Option<&'static str>,
}

/// SEKO's "OmniReturns Label Creation API".
pub const OMNIRETURNS: Usage =
    Usage { api: "OmniReturns Label Creation API", key_header: "access_key", name_header: None };

/// SEKO's "OmniRPS Return Upload API". Its public documentation does not spell the
/// headers: the key's is that of its sibling, the Order Upload API, and the name's is this
/// project's assumption.
pub const OMNIRPS: Usage = Usage {
    api: "OmniRPS Return Upload API",
    key_header: "Token",
    name_header: Some("RetailerName"),
};

impl Reader {
    /// Fetches the key that a retailer was issued in a system.
    pub async fn retailer_key(&self, system: System, id: &str) -> Result<SecretString, Unread> {
        let Some(client) = self.clients.get(&system) else {
            return Err(Unread::failed(
                "the environment does not reach the system over HTTP",
                "hand the keys over by hand, or add the system's `url` and `key`, with `read: \
                 http`, in the project file",
            ));
        };
        client.retailer_key(id).await.map_err(|error| super::unread(&error))
    }
}
