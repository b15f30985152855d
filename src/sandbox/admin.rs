//! The admin endpoints of the contract, which all three systems share.

use super::answer::{
    HandlerResult, etag, mark_changed, not_found, refusal, reject_invalid, success, with_version,
    wrong_key,
};
use super::fields::{FieldError, Fields};
use super::omniparcel::Account;
use super::omnireturns::{Company, ReturnsRetailer};
use super::omnirps::RpsRetailer;
use super::record::Record;
use super::shared::Shared;
use super::store::{Created, Page, Updated};
use super::{key, key_header, runtime};
use crate::model::System;
use axum::Router;
use axum::body::{Body, Bytes};
use axum::extract::{Extension, Path, Query, Request, State};
use axum::http::{HeaderMap, Response, StatusCode, header};
use axum::middleware::{self, Next};
use axum::routing::{get, post};
use serde_json::{Value, json};
use std::collections::BTreeMap;
use std::sync::Arc;

/// Changes that active faults make to the handling of one request.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct HandlingAdjustments {
    /// A page size below the sandbox's own.
    pub page_size: Option<u32>,
    /// How many records the later pages of a list are shifted by; the sign is the
    /// direction.
    pub shift: i64,
    /// Whether the portal of a new account is published.
    pub published: bool,
}

/// Returns the routes of a system, relative to its prefix: those that require the admin's key, and
/// those for retailers.
pub(super) fn routes(system: System) -> Router<Arc<Shared>> {
    let admin = match system {
        System::Omniparcel => Router::new()
            .route("/admin/accounts", get(list::<Account>).post(create::<Account>))
            .route("/admin/accounts/{id}", get(read::<Account>)),
        System::Omnireturns => Router::new()
            .route("/admin/companies", get(companies))
            .route("/admin/retailers", get(list::<ReturnsRetailer>).post(create::<ReturnsRetailer>))
            .route(
                "/admin/retailers/{id}",
                get(read::<ReturnsRetailer>).patch(update::<ReturnsRetailer>),
            )
            .route("/admin/retailers/{id}/key", get(runtime::omnireturns_key)),
        System::Omnirps => Router::new()
            .route("/admin/retailers", get(list::<RpsRetailer>).post(create::<RpsRetailer>))
            .route("/admin/retailers/{id}", get(read::<RpsRetailer>).patch(update::<RpsRetailer>))
            .route("/admin/retailers/{id}/key", get(runtime::omnirps_key))
            .route("/admin/retailers/{id}/uploads", get(runtime::uploads))
            .route("/admin/retailers/{id}/process", post(runtime::process)),
    };
    let admin = admin.layer(middleware::from_fn_with_state(system, check_key));
    match system {
        System::Omniparcel => admin,
        System::Omnireturns => {
            admin.route("/api/labels/printshipment", post(runtime::print_shipment))
        }
        System::Omnirps => {
            admin.route("/app/return_upload/add_returns", post(runtime::add_returns))
        }
    }
}

/// Responds to an unknown path.
pub(super) async fn no_route() -> Response<Body> {
    not_found("endpoint in the project's contract")
}

/// Responds to a method that the path does not support.
pub(super) async fn no_method() -> Response<Body> {
    refusal(StatusCode::METHOD_NOT_ALLOWED, "This method is not in the contract.", &[])
}

async fn check_key(State(system): State<System>, request: Request, next: Next) -> Response<Body> {
    let given = request.headers().get(key_header(system));
    if given.is_some_and(|given| given.as_bytes() == key(system).as_bytes()) {
        next.run(request).await
    } else {
        wrong_key()
    }
}

async fn companies(State(shared): State<Arc<Shared>>) -> HandlerResult {
    let companies = shared.store.companies()?;
    let companies: Vec<Value> = companies.iter().map(Company::answer).collect();
    Ok(success(json!({"Companies": companies})))
}

async fn list<R: Record>(
    State(shared): State<Arc<Shared>>,
    Extension(adjust): Extension<HandlingAdjustments>,
    Query(query): Query<BTreeMap<String, String>>,
) -> HandlerResult {
    let mut problems = Vec::new();
    let mut positive = |name: &str, default: u32| match query.get(name).map(|text| text.parse()) {
        None => default,
        Some(Ok(number)) if number > 0 => number,
        Some(_) => {
            let given = Value::from(query.get(name).map_or("", String::as_str));
            problems.push(FieldError::new(name, "must be a number from 1", "Range", &given));
            default
        }
    };
    let largest = shared.page_size.min(adjust.page_size.unwrap_or(u32::MAX)).max(1);
    let number = positive("Page", 1);
    let size = positive("PageSize", largest).min(largest);
    reject_invalid(problems)?;
    let mut page = Page { offset: i64::from(number - 1) * i64::from(size), limit: size.into() };
    if number > 1 {
        page.offset += adjust.shift;
    }
    let (mut records, total) = shared.store.page::<R>(page)?;
    if number > 1 && adjust.shift < 0 {
        // Simulates an insertion at the front and a removal at the end: the count stays the
        // same, so only the records reveal it.
        let kept = (total - 1 - page.offset).max(0);
        records.truncate(usize::try_from(kept).unwrap_or(usize::MAX));
    }
    let records: Vec<Value> = records.iter().map(Record::answer).collect();
    let mut payload = json!({"Page": number, "PageSize": size, "Total": total});
    payload[R::NAMES.1] = records.into();
    Ok(success(payload))
}

async fn read<R: Record>(
    State(shared): State<Arc<Shared>>,
    Path(id): Path<String>,
) -> HandlerResult {
    let (record, version) = shared.find::<R>(R::parse_id(&id)?)?;
    Ok(with_version(one::<R>(record.answer()), version))
}

async fn create<R: Record>(
    State(shared): State<Arc<Shared>>,
    Extension(adjust): Extension<HandlingAdjustments>,
    headers: HeaderMap,
    body: Bytes,
) -> HandlerResult {
    let mut fields = Fields::parse(&body)?;
    let mut record = R::create(&mut fields);
    if adjust.published {
        record.publish();
    }
    reject_invalid(fields.into_errors())?;
    let idempotency_key = headers.get("Idempotency-Key").and_then(|value| value.to_str().ok());
    // Duplicate names are accepted: no source says that the real systems reject them, and
    // tests assert that the reconciler never creates one.
    match shared.store.create(&record, idempotency_key)? {
        Created::New(answer, version) => Ok(mark_changed(with_version(one::<R>(answer), version))),
        Created::Replayed(answer, version) => Ok(with_version(one::<R>(answer), version)),
        Created::Refused(problems) => Err(problems.into()),
    }
}

async fn update<R: Record>(
    State(shared): State<Arc<Shared>>,
    Path(id): Path<String>,
    headers: HeaderMap,
    body: Bytes,
) -> HandlerResult {
    let id = R::parse_id(&id)?;
    let fields = Fields::parse(&body)?;
    let wanted = headers.get(header::IF_MATCH).map(|value| value.to_str().unwrap_or_default());
    let allowed = |version| {
        wanted.is_none_or(|wanted| {
            wanted.split(',').map(str::trim).any(|tag| tag == "*" || tag == etag(version))
        })
    };
    let written = shared.store.update(id, allowed, |record: &mut R| {
        if fields.is_empty() {
            return None;
        }
        let mut fields = fields;
        record.change(&mut fields);
        Some(fields.into_errors())
    })?;
    match written {
        Updated::Done(answer, version) => Ok(mark_changed(with_version(one::<R>(answer), version))),
        Updated::Unchanged(answer, version) => Ok(with_version(one::<R>(answer), version)),
        Updated::Refused(problems) => Err(problems.into()),
        Updated::VersionMismatch => {
            let message = "The record has changed since it was read.";
            Ok(refusal(StatusCode::PRECONDITION_FAILED, message, &[]))
        }
        Updated::Missing => Ok(not_found(R::NAMES.0)),
    }
}

fn one<R: Record>(answer: Value) -> Response<Body> {
    success(json!({R::NAMES.0: answer}))
}
