//! Uses a retailer's own keys like the partner does: requests a label and uploads a return.
//! It writes no settings.

use super::Reader;
use super::http::{CallError, Client, label};
use crate::model::System;
use crate::verify::{LabelAnswer, Proof, UploadAnswer};
use secrecy::SecretString;
use serde_json::Value as Json;
use std::collections::BTreeMap;
use std::sync::Arc;

/// Makes the calls of a verification.
pub(crate) struct Prober {
    clients: Arc<BTreeMap<System, Client>>,
}

impl Prober {
    /// Returns a prober of the systems that a reader reads.
    pub(crate) fn new(reader: &Reader) -> Prober {
        Prober { clients: Arc::clone(&reader.clients) }
    }

    /// Returns whether the contract has the calls that a test label needs.
    pub(crate) fn makes_labels(&self) -> bool {
        let contract = self.clients.get(&System::Omnireturns).map(|client| &client.contract);
        contract.is_some_and(|contract| contract.label.is_some() && contract.key.is_some())
    }

    /// Returns whether the contract has the calls that a test return needs.
    pub(crate) fn uploads_returns(&self) -> bool {
        let contract = self.clients.get(&System::Omnirps).map(|client| &client.contract);
        contract.is_some_and(|contract| contract.upload.is_some() && contract.key.is_some())
    }

    /// Returns the proofs that the environment has calls for.
    pub(crate) fn calls(&self, reader: &Reader) -> Vec<Proof> {
        let has = [
            (Proof::Label, self.makes_labels()),
            (Proof::Return, self.uploads_returns()),
            (Proof::Uploads, reader.can_read_uploads()),
        ];
        has.into_iter().filter(|(_, has)| *has).map(|(proof, _)| proof).collect()
    }

    /// Requests a label with a retailer's OmniReturns key, and returns the response.
    pub(crate) async fn label(
        &self,
        key: &SecretString,
        body: &Json,
        reference: &str,
    ) -> Result<LabelAnswer, CallError> {
        let client = self.clients.get(&System::Omnireturns).ok_or(CallError::NoCall("label"))?;
        client.label(key, label::request(body, reference)).await
    }

    /// Uploads the return of a label with a retailer's OmniRPS key and name.
    pub(crate) async fn upload(
        &self,
        key: &SecretString,
        name: &str,
        body: &Json,
        connote: &str,
        reference: &str,
    ) -> Result<UploadAnswer, CallError> {
        let client = self.clients.get(&System::Omnirps).ok_or(CallError::NoCall("upload"))?;
        client.upload(key, name, label::lines(body, connote, reference)).await
    }
}
