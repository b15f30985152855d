//! Retailers' keys: fetching them for a handoff or a verification, and how they are used.

use super::Reader;
use super::http::{CallError, has_secret};
use super::open::read_key;
use crate::model::contract::Upload;
use crate::model::{Advice, Contract, System};
use secrecy::{ExposeSecret, SecretString};

/// How the partner uses a key issued for a retailer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Usage {
    /// The API that accepts it, by its name in SEKO's documentation.
    pub api: &'static str,
    /// The header that carries it.
    pub key_header: String,
    /// The header that carries the retailer's name, if the API requires it.
    pub name_header: Option<String>,
}

impl Reader {
    /// Fetches the key issued for a retailer, with this id and name, in a system.
    pub(crate) async fn retailer_key(
        &self,
        system: System,
        id: &str,
        name: &str,
    ) -> Result<SecretString, Advice> {
        let Some(client) = self.clients.get(&system) else {
            return Err(Advice::new(
                "the environment does not reach the system over HTTP",
                "hand the keys over by hand, or add the system's `url` and `key`, with `read: \
                 http`, in the project file",
            ));
        };
        let key = client.retailer_key(id, name).await?;
        // Its recipient could read and change every retailer. A key that cannot be read, as in a job
        // that does not have it, cannot be compared.
        let mut others =
            self.other_keys.iter().filter_map(|(of, key)| read_key(*of, "key", key).ok());
        if self.clients.values().any(|client| client.has_admin_secret(&key))
            || others.any(|other| has_secret(key.expose_secret(), other.expose_secret()))
        {
            let own = "one of the environment's own keys, or text that contains one";
            return Err(CallError::NotAKey(own).into());
        }
        Ok(key)
    }

    /// Returns how a key of a system is used, according to its contract, or else the
    /// built-in one.
    pub(crate) fn usage(&self, system: System) -> Usage {
        let built_in = Contract::built_in(system);
        let own = self.clients.get(&system).map(|client| &client.contract);
        let upload = own.and_then(|own| own.upload.as_ref()).or(built_in.upload.as_ref());
        let label = own.and_then(|own| own.label.as_ref()).or(built_in.label.as_ref());
        match (upload, label) {
            (Some(Upload { key_header, name_header, .. }), _) => {
                let api = "OmniRPS Return Upload API";
                let name_header = Some(name_header.clone());
                Usage { api, key_header: key_header.clone(), name_header }
            }
            (None, label) => Usage {
                api: "OmniReturns Label Creation API",
                key_header: label.map_or(&built_in.key_header, |label| &label.key_header).clone(),
                name_header: None,
            },
        }
    }
}
