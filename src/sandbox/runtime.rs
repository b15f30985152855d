//! The endpoints authenticated with a retailer's own keys, and the processing of returns.
//!
//! The fields of labels are those of the Label Creation API
//! (<https://seko.atlassian.net/wiki/spaces/RSC/pages/2162327847>), the fields of returns
//! those of the Return Upload API
//! (<https://seko.atlassian.net/wiki/spaces/RSC/pages/2162327692>), both seen on
//! 2026-11-27. What these pages do not state (the response to an upload, the effect of a
//! repeated connote) is this project's assumption.

use super::answer::{
    HandlerResult, Rejection, json_response, mark_changed, not_found, refusal, reject_invalid,
    set_content_type, success, wrong_key,
};
use super::fields::{FieldError, Fields};
use super::key_header;
use super::omnireturns::ReturnsRetailer;
use super::omnirps::{RpsRetailer, Upload};
use super::record::Record;
use super::shared::Shared;
use super::webhook::Code;
use crate::model::System;
use axum::body::Bytes;
use axum::extract::{Path, Query, State};
use axum::http::{HeaderMap, StatusCode};
use serde_json::{Value, json};
use sha2::{Digest, Sha256};
use std::collections::BTreeMap;
use std::sync::Arc;

/// A one-page PDF of about 500 bytes with the text SANDBOX LABEL, in base64.
const LABEL_PDF: &str = include_str!("label.pdf.b64");

/// Derives a retailer's key from its id. It is not a secret.
pub(super) fn retailer_key(system: System, id: i64) -> String {
    let digest = Sha256::digest(format!("{} {id}", system.key()));
    let short: String = digest.iter().take(6).map(|byte| format!("{byte:02x}")).collect();
    format!("sandbox-{}-{id}-{short}", system.key())
}

/// Returns the id of the retailer that a key belongs to.
fn key_owner(system: System, given: Option<&[u8]>) -> Option<i64> {
    let given = std::str::from_utf8(given?).ok()?;
    let (id, _) = given.strip_prefix(&format!("sandbox-{}-", system.key()))?.split_once('-')?;
    let id = id.parse().ok()?;
    (retailer_key(system, id) == given).then_some(id)
}

/// Returns the retailer whose own key a request has.
fn authenticate<R: Record>(shared: &Shared, headers: &HeaderMap) -> Result<(i64, R), Rejection> {
    let given = headers.get(key_header(R::SYSTEM)).map(|value| value.as_bytes());
    let id = key_owner(R::SYSTEM, given).ok_or_else(wrong_key)?;
    match shared.store.record::<R>(id)? {
        Some((retailer, _)) if retailer.key_issued() => Ok((id, retailer)),
        _ => Err(wrong_key().into()),
    }
}

pub(super) async fn omnireturns_key(
    State(shared): State<Arc<Shared>>,
    Path(id): Path<String>,
) -> HandlerResult {
    let id = ReturnsRetailer::parse_id(&id)?;
    let issue = |retailer: &mut ReturnsRetailer| {
        let is_new = !std::mem::replace(&mut retailer.key_issued, true);
        is_new.then(Vec::new)
    };
    shared.store.update(id, |_| true, issue)?;
    give_key::<ReturnsRetailer>(&shared, id, "AccessKey")
}

pub(super) async fn omnirps_key(
    State(shared): State<Arc<Shared>>,
    Path(id): Path<String>,
) -> HandlerResult {
    give_key::<RpsRetailer>(&shared, RpsRetailer::parse_id(&id)?, "ApiKey")
}

fn give_key<R: Record>(shared: &Shared, id: i64, field: &str) -> HandlerResult {
    let (retailer, _) = shared.find::<R>(id)?;
    if !retailer.key_issued() {
        return Ok(refusal(StatusCode::OK, "No key has been issued.", &[]));
    }
    Ok(success(json!({field: retailer_key(R::SYSTEM, id)})))
}

/// Creates a label.
pub(super) async fn print_shipment(
    State(shared): State<Arc<Shared>>,
    headers: HeaderMap,
    body: Bytes,
) -> HandlerResult {
    let (id, _) = authenticate::<ReturnsRetailer>(&shared, &headers)?;
    let mut fields = Fields::parse(&body)?;
    for name in
        ["Origin", "Destination", "Packages", "Commodities", "DeliveryReference", "ShipType"]
    {
        fields.require(name);
    }
    for name in ["Origin", "Destination"] {
        if let Some(other) = fields.any(name).filter(|party| !party.is_object()) {
            fields.refuse(name, "must be an object", "Type", &other);
        }
    }
    for name in ["Packages", "Commodities"] {
        match fields.any(name) {
            None => {}
            Some(Value::Array(items)) if !items.is_empty() => {}
            Some(other) => fields.refuse(name, "must be a list of at least one", "Type", &other),
        }
    }
    let reference = fields.nonblank_text("DeliveryReference").unwrap_or_default();
    // The documented maximum length.
    if reference.chars().count() > 1000 {
        fields.refuse("DeliveryReference", "is too long", "Length", &Value::Null);
    }
    if let Some(ship_type) = fields.text("ShipType")
        && ship_type != "INBOUND"
    {
        let given = ship_type.into();
        fields.refuse("ShipType", "must be INBOUND for a return", "Invalid", &given);
    }
    let outputs = fields.texts("Outputs").unwrap_or_else(|| vec!["LABEL_PDF".into()]);
    for output in outputs.iter().filter(|output| !output.starts_with("LABEL_PDF")) {
        let given = output.as_str().into();
        fields.refuse("Outputs", "the sandbox prints PDF labels only", "Invalid", &given);
    }
    // The documented list of fields is incomplete, so an unknown field may be valid.
    reject_invalid(fields.into_known_errors())?;
    let number = shared.store.label(id, &reference)?;
    let mut answer = json_response(StatusCode::OK, &label(id, number, &outputs));
    // A public client reports HTML as the content type of every response
    // (<https://github.com/PostCo/seko_ecom_api>, seen on 2026-11-27).
    set_content_type(&mut answer, "text/html; charset=UTF-8");
    Ok(mark_changed(answer))
}

/// Returns the body of a label's response, which has `Errors` but no `Success`.
fn label(retailer_id: i64, number: i64, outputs: &[String]) -> Value {
    let connote = connote(number);
    let files: BTreeMap<&String, [&str; 1]> =
        outputs.iter().map(|output| (output, [LABEL_PDF.trim_end()])).collect();
    json!({
        "CarrierId": 0,
        "CarrierName": "Sandbox",
        "Message": format!("Connote {connote} created."),
        "Errors": [],
        "SiteId": retailer_id,
        "Downloads": [],
        "Notifications": [],
        "IsFreightForward": false,
        "IsOvernight": false,
        "IsSaturdayDelivery": false,
        "IsRural": false,
        "HasTrackPaks": false,
        "Consignments": [{
            "Connote": connote,
            "TrackingUrl": "",
            "CarrierTrackingUrl": "",
            "Cost": 0,
            "CarrierType": 0,
            "ConsignmentId": number,
            "OutputFiles": files,
            "Items": [{"PartNo": 1, "TrackingNo": connote, "Barcode": connote}],
        }],
    })
}

/// Returns the connote of a label.
pub(super) fn connote(number: i64) -> String {
    format!("SBX{number:08}")
}

/// Accepts uploaded returns.
pub(super) async fn add_returns(
    State(shared): State<Arc<Shared>>,
    headers: HeaderMap,
    body: Bytes,
) -> HandlerResult {
    let (id, retailer) = authenticate::<RpsRetailer>(&shared, &headers)?;
    let name = headers.get("RetailerName").map_or(&b""[..], |value| value.as_bytes());
    // Compares bytes, not text: step N6.2 requires the name "exactly".
    if name != retailer.retailer_name.as_bytes() {
        let given = String::from_utf8_lossy(name).into_owned().into();
        let problem = FieldError::new("RetailerName", "is not the retailer's", "Mismatch", &given);
        return Ok(refusal(StatusCode::OK, "Retailer name does not match.", &[problem]));
    }
    let now = jiff::Timestamp::now();
    let mut uploads: Vec<Upload> = Vec::new();
    for line in read_lines(&body)? {
        let new = Upload::by_api(id, line, now);
        match uploads.iter_mut().find(|upload| upload.consignment_no == new.consignment_no) {
            Some(upload) => upload.lines.extend(new.lines),
            None => uploads.push(new),
        }
    }
    let answer: Vec<Value> = uploads.iter().map(Upload::answer).collect();
    let answer = success(json!({"Uploads": answer}));
    let new = shared.store.receive(uploads)?;
    new.iter().for_each(|upload| shared.emit(Code::ReturnCreated, upload));
    Ok(if new.is_empty() { answer } else { mark_changed(answer) })
}

/// The mandatory text fields of a line item; the two weights are numbers.
const MANDATORY: [&str; 13] = [
    "ConsignmentNo",
    "OrderNumber",
    "Sku",
    "EAN",
    "Reason",
    "ReturnAction",
    "CommodityInfo",
    "CommodityCode",
    "ItemDescription",
    "ItemValue",
    "CustomerName",
    "CustomerEmail",
    "RMA",
];
const OPTIONAL: [&str; 8] =
    ["CHTComment", "SubRetailer", "Building", "Street", "Suburb", "State", "PostCode", "Country"];
const RETURN_ACTIONS: [&str; 3] = ["REFUND", "CREDIT NOTE", "CREDIT NOTE PLUS"];

fn read_lines(body: &[u8]) -> Result<Vec<Value>, Vec<FieldError>> {
    let lines = match serde_json::from_slice(body) {
        Ok(Value::Array(lines)) if !lines.is_empty() => lines,
        _ => {
            let message = "the body must be a JSON list of line items";
            return Err(vec![FieldError::new("", message, "Type", &Value::Null)]);
        }
    };
    let problems: Vec<FieldError> =
        lines.iter().enumerate().flat_map(|(n, line)| check_line(n, line)).collect();
    if problems.is_empty() { Ok(lines) } else { Err(problems) }
}

fn check_line(n: usize, line: &Value) -> Vec<FieldError> {
    let Value::Object(given) = line else {
        return vec![FieldError::new(&format!("[{n}]"), "must be an object", "Type", line)];
    };
    let mut fields = Fields::of(given.clone(), format!("[{n}]."));
    for name in MANDATORY {
        fields.require(name);
        fields.nonblank_text(name);
    }
    if let Some(action) = given.get("ReturnAction").and_then(Value::as_str)
        && !RETURN_ACTIONS.contains(&action)
    {
        let message = "must be REFUND, CREDIT NOTE or CREDIT NOTE PLUS";
        fields.refuse("ReturnAction", message, "Invalid", &action.into());
    }
    for name in OPTIONAL {
        fields.text(name);
    }
    let item = fields.number("ItemWeight");
    let order = fields.number("OrderWeight");
    if item.or(order).is_none() {
        fields.refuse("ItemWeight", "is required without OrderWeight", "Required", &Value::Null);
    }
    fields.into_errors()
}

/// Lists the uploads of a retailer since a day.
pub(super) async fn uploads(
    State(shared): State<Arc<Shared>>,
    Path(id): Path<String>,
    Query(query): Query<BTreeMap<String, String>>,
) -> HandlerResult {
    let since = query.get("Since").map_or("", String::as_str);
    let first = if since.is_empty() { Some(String::new()) } else { day_or_time(since) };
    let first = first.ok_or_else(|| {
        let message = "must be a date such as 2026-10-01";
        FieldError::new("Since", message, "Type", &since.into())
    })?;
    let id = RpsRetailer::parse_id(&id)?;
    shared.find::<RpsRetailer>(id)?;
    let uploads = shared.store.uploads_since(id, &first)?;
    let uploads: Vec<Value> = uploads.iter().map(Upload::answer).collect();
    Ok(success(json!({"Uploads": uploads})))
}

/// Returns a day, or a time in UTC, in the form in which times are stored.
fn day_or_time(text: &str) -> Option<String> {
    let time = text.parse::<jiff::Timestamp>().map(|time| time.to_string());
    time.or_else(|_| text.parse::<jiff::civil::Date>().map(|day| day.to_string())).ok()
}

/// Marks a return as processed, as a hub operator does.
pub(super) async fn process(
    State(shared): State<Arc<Shared>>,
    Path(id): Path<String>,
    body: Bytes,
) -> HandlerResult {
    let id = RpsRetailer::parse_id(&id)?;
    let mut fields = Fields::parse(&body)?;
    fields.require("ConsignmentNo");
    let connote = fields.nonblank_text("ConsignmentNo").unwrap_or_default();
    reject_invalid(fields.into_errors())?;
    let Some((upload, is_new)) = shared.process(id, &connote)? else {
        return Ok(not_found("consignment of this retailer"));
    };
    let answer = success(json!({"Upload": upload.answer()}));
    Ok(if is_new { mark_changed(answer) } else { answer })
}
