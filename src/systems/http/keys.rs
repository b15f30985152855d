//! Fetches the key that a retailer was issued. Only a handoff and a verification ask.

use super::client::{Client, Request};
use super::error::CallError;
use super::read::with_id;
use crate::model::contract::Method;
use secrecy::SecretString;
use serde_json::Value as Json;

impl Client {
    /// Fetches a retailer's key. From then on no message repeats it, and an answer that
    /// is not as expected is quoted nowhere.
    pub(crate) async fn retailer_key(&self, id: &str) -> Result<SecretString, CallError> {
        let call = self.contract.key.as_ref().ok_or(CallError::NoCall("key"))?;
        let path = with_id(&call.path, id);
        let request = Request { is_secret: true, ..Request::new(Method::Get, &path) };
        let mut answer = self.ask(&request).await?;
        match answer.body.pointer_mut(&call.at).map(Json::take) {
            Some(Json::String(key)) if !key.is_empty() => {
                let key = SecretString::from(key);
                self.redactor.add(key.clone());
                Ok(key)
            }
            Some(Json::Null | Json::String(_)) => Err(CallError::NoKey),
            _ => Err(CallError::Contract(format!("no key at `{}`", call.at))),
        }
    }
}
