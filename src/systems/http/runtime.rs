//! The calls with a retailer's own keys, and the returns that were uploaded with them. The
//! APIs are documented; see `label`.

use super::answer::{Answer, Reply};
use super::client::{Access, Client, Request};
use super::envelope::{Envelope, Verdict};
use super::error::CallError;
use super::read::{array, with_id};
use super::redact::Redactor;
use crate::model::Upload;
use crate::model::contract::{Method, SuccessRule, Uploads};
use crate::model::is_connote;
use crate::verify::{LabelAnswer, UploadAnswer, day};
use jiff::civil::Date;
use reqwest::header::{HeaderName, HeaderValue};
use secrecy::SecretString;
use serde_json::Value as Json;
use url::Url;

/// Where the connote is in a label's response, as documented (see `label`).
const CONNOTE: &str = "/Consignments/0/Connote";

impl Client {
    /// Requests a label, once: a label cannot be revoked, so people decide about a second
    /// attempt. A response with a connote counts as success, whatever its status and
    /// reported errors. With another value in its place, or a tracking number, the result is
    /// unknown. A connote that contains a key is ignored.
    pub(crate) async fn label(
        &self,
        key: &SecretString,
        body: Json,
    ) -> Result<LabelAnswer, CallError> {
        let call = self.contract.label.as_ref().ok_or(CallError::NoCall("label"))?;
        let access = Access {
            is_done: Some(|body| !connotes(body).is_empty() || !tracking_numbers(body).is_empty()),
            ..access(call.url.as_ref(), &call.key_header, key)?
        };
        let success = access.success.clone();
        let request = Request {
            body: Some(body),
            access: Some(access),
            reply: Reply::JudgedByCaller,
            ..Request::new(Method::Post, &call.path)
        };
        let Answer { body, status, .. } = self.send(&request).await?;
        let errors = match Envelope::of(&body, &success).verdict(&success) {
            Verdict::Failure(reason) | Verdict::Unclear(reason) => {
                Some(self.redactor.excerpt(&reason))
            }
            Verdict::Success if (200..300).contains(&status) => None,
            Verdict::Success => Some(format!("HTTP {status}")),
        };
        let found = connotes(&body);
        let connote = found.iter().find(|connote| is_connote(connote)).cloned();
        let connote = connote.ok_or_else(|| {
            let other = found.into_iter().chain(tracking_numbers(&body)).next();
            let but = other.map(|other| format!(", but {}", self.redactor.excerpt(&other)));
            let reported = errors.as_ref().map(|errors| format!(", and it reports: {errors}"));
            let [but, reported] = [but, reported].map(Option::unwrap_or_default);
            CallError::Contract(format!("no connote at `{CONNOTE}`{but}{reported}"))
        })?;
        if self.redactor.holds(&connote) {
            let message = format!("the connote at `{CONNOTE}` holds a key, so it is not shown");
            return Err(CallError::Contract(message));
        }
        Ok(LabelAnswer { connote, errors })
    }

    /// Uploads the line items of a return, once. Only the contract's sign of success
    /// confirms it; a response without the sign is unclear, unless it is a refusal.
    pub(crate) async fn upload(
        &self,
        key: &SecretString,
        name: &str,
        lines: Json,
    ) -> Result<UploadAnswer, CallError> {
        let call = self.contract.upload.as_ref().ok_or(CallError::NoCall("upload"))?;
        // With errors next to a sign of success, the result is unclear.
        let refusal = SuccessRule { errors: None, ..success() };
        let access =
            Access { success: refusal, ..access(call.url.as_ref(), &call.key_header, key)? };
        // Bytes, as the systems store them: the name is compared byte for byte.
        let name = HeaderValue::from_bytes(name.as_bytes()).map_err(|_| {
            CallError::Contract("the name has a character that no header can carry".into())
        })?;
        let sign = call.success.clone().unwrap_or_default();
        let mut request = Request {
            body: Some(lines),
            access: Some(access),
            reply: Reply::JudgedByCaller,
            ..Request::new(Method::Post, &call.path)
        };
        request.headers.insert(header(&call.name_header)?, name);
        let Answer { body, .. } = self.send(&request).await?;
        let errors = SuccessRule { message: None, ..success() };
        Ok(match Envelope::of(&body, &errors).reason() {
            None if Envelope::of(&body, &sign).is_confirmed(&sign) => UploadAnswer::Confirmed,
            reason => UploadAnswer::Unclear(reason.map(|reason| self.redactor.excerpt(&reason))),
        })
    }

    /// Reads a retailer's uploads since a day.
    pub(crate) async fn uploads(&self, id: &str, since: Date) -> Result<Vec<Upload>, CallError> {
        let call = self.contract.uploads.as_ref().ok_or(CallError::NoCall("uploads"))?;
        let path = with_id(&call.path, id).replace("{since}", &since.to_string());
        let answer = self.send_read(&Request::new(Method::Get, &path)).await?;
        let uploads = array(&answer.body, &call.items)?.iter();
        uploads.map(|item| self.upload_in(item, call)).collect()
    }

    /// Parses one upload. Its texts are shown, so keys are removed.
    fn upload_in(&self, item: &Json, call: &Uploads) -> Result<Upload, CallError> {
        let Uploads { path: _, items: _, connote, order, source, received_at, processed_at } = call;
        let redactor = &self.redactor;
        let shown =
            |pointer: &String, show: fn(&Redactor, &str) -> String| match item.pointer(pointer)? {
                Json::String(text) => Some(show(redactor, text)).filter(|text| !text.is_empty()),
                Json::Number(number) => Some(redactor.without_keys(number.to_string())),
                _ => None,
            };
        let text = |pointer: &String| shown(pointer, Redactor::excerpt);
        let needed = |pointer: &String| {
            text(pointer).ok_or_else(|| {
                CallError::Contract(format!("an upload has no value at `{pointer}`"))
            })
        };
        let received = needed(received_at)?;
        if day(&received).is_none() {
            let message =
                format!("an upload has a time at `{received_at}` that does not start with a date");
            return Err(CallError::Contract(message));
        }
        Ok(Upload {
            connote: needed(connote)?,
            order: order.as_ref().and_then(|order| shown(order, Redactor::order)),
            source: source.as_ref().and_then(text),
            received_at: received,
            processed_at: text(processed_at),
        })
    }
}

/// Returns what is in the places of connotes in a label's response: a carrier may answer with
/// consignments that have none.
fn connotes(body: &Json) -> Vec<String> {
    values(list(body, "Consignments"), "Connote")
}

/// Returns the tracking numbers of the packages in a label's response.
fn tracking_numbers(body: &Json) -> Vec<String> {
    values(list(body, "Consignments").flat_map(|of| list(of, "Items")), "TrackingNo")
}

fn list<'a>(of: &'a Json, key: &str) -> impl Iterator<Item = &'a Json> {
    of.get(key).and_then(Json::as_array).into_iter().flatten()
}

/// Returns what records have under a key, unless it is blank.
fn values<'a>(records: impl Iterator<Item = &'a Json>, key: &str) -> Vec<String> {
    let values = records.filter_map(|record| match record.get(key)? {
        Json::Null | Json::Bool(_) => None,
        Json::String(text) => Some(text.trim().to_owned()),
        other => Some(other.to_string()),
    });
    values.filter(|value| !["", "[]", "{}"].contains(&value.as_str())).collect()
}

fn access<'a>(
    base: Option<&'a Url>,
    key_header: &str,
    key: &'a SecretString,
) -> Result<Access<'a>, CallError> {
    Ok(Access { base, header: header(key_header)?, key, success: success(), is_done: None })
}

/// Returns how responses of these calls show success, independently of the admin endpoints.
fn success() -> SuccessRule {
    SuccessRule {
        flag: Some("/Success".into()),
        is: None,
        message: Some("/Message".into()),
        errors: Some("/Errors".into()),
    }
}

fn header(name: &str) -> Result<HeaderName, CallError> {
    let wrong = |_| CallError::Contract(format!("`{name}` is not a valid header name"));
    HeaderName::from_bytes(name.as_bytes()).map_err(wrong)
}
