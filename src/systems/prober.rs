//! Uses a retailer's own keys like the partner does: requests a label and uploads a return.
//! It writes no settings.

use super::Reader;
use super::http::{CallError, label};
use crate::model::System;
use crate::verify::{LabelAnswer, UploadAnswer};
use secrecy::SecretString;
use serde_json::Value as Json;

/// Makes the calls of a verification.
pub(crate) struct Prober<'a> {
    reader: &'a Reader,
}

impl Prober<'_> {
    /// Returns a prober of the systems that a reader reads.
    pub(crate) fn new(reader: &Reader) -> Prober<'_> {
        Prober { reader }
    }

    /// Requests a label with a retailer's OmniReturns key, and returns the response.
    pub(crate) async fn label(
        &self,
        key: &SecretString,
        body: &Json,
        reference: &str,
    ) -> Result<LabelAnswer, CallError> {
        let client = self.reader.clients.get(&System::Omnireturns);
        let client = client.ok_or(CallError::NoCall("label"))?;
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
        let client = self.reader.clients.get(&System::Omnirps);
        let client = client.ok_or(CallError::NoCall("upload"))?;
        client.upload(key, name, label::lines(body, connote, reference)).await
    }
}
