//! The admin endpoints of the contract, which all three systems share.

use super::answer::{
    etag, failed, invalid, not_found, refusal, success, with_effect, with_version, wrong_key,
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
use axum::routing::get;
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

/// Returns the admin routes of a system, relative to its prefix.
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
            .merge(runtime::omnirps_admin()),
    };
    let admin = admin.layer(middleware::from_fn_with_state(system, check_key));
    match system {
        System::Omniparcel => admin,
        System::Omnireturns => admin.merge(runtime::omnireturns()),
        System::Omnirps => admin.merge(runtime::omnirps()),
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

async fn companies(State(shared): State<Arc<Shared>>) -> Response<Body> {
    match shared.store.companies() {
        Ok(companies) => {
            let companies: Vec<Value> = companies.iter().map(Company::answer).collect();
            success(json!({"Companies": companies}))
        }
        Err(error) => failed(&error),
    }
}

async fn list<R: Record>(
    State(shared): State<Arc<Shared>>,
    Extension(adjust): Extension<HandlingAdjustments>,
    Query(query): Query<BTreeMap<String, String>>,
) -> Response<Body> {
    let mut problems = Vec::new();
    let mut positive = |name: &str, default: u32| match query.get(name).map(|text| text.parse()) {
        None => default,
        Some(Ok(number)) if number > 0 => number,
        Some(_) => {
            let given = Value::from(query.get(name).map_or("", String::as_str));
            problems.push(FieldError::new(name, "has to be a number from 1", "Range", &given));
            default
        }
    };
    let largest = shared.page_size.min(adjust.page_size.unwrap_or(u32::MAX)).max(1);
    let number = positive("Page", 1);
    let size = positive("PageSize", largest).min(largest);
    if !problems.is_empty() {
        return invalid(&problems);
    }
    let mut page = Page { offset: i64::from(number - 1) * i64::from(size), limit: size.into() };
    if number > 1 {
        page.offset += adjust.shift;
    }
    match shared.store.page::<R>(page) {
        Ok((mut records, total)) => {
            if number > 1 && adjust.shift < 0 {
                // Simulates an insertion at the front and a removal at the end: the count
                // stays the same, so only the records reveal it.
                let kept = (total - 1 - page.offset).max(0);
                records.truncate(usize::try_from(kept).unwrap_or(usize::MAX));
            }
            let records: Vec<Value> = records.iter().map(Record::answer).collect();
            let mut payload = json!({"Page": number, "PageSize": size, "Total": total});
            payload[R::NAMES.1] = records.into();
            success(payload)
        }
        Err(error) => failed(&error),
    }
}

async fn read<R: Record>(
    State(shared): State<Arc<Shared>>,
    Path(id): Path<String>,
) -> Response<Body> {
    let Ok(id) = id.parse() else { return not_found(R::NAMES.0) };
    match shared.store.record::<R>(id) {
        Ok(Some((record, version))) => with_version(one::<R>(record.answer()), version),
        Ok(None) => not_found(R::NAMES.0),
        Err(error) => failed(&error),
    }
}

async fn create<R: Record>(
    State(shared): State<Arc<Shared>>,
    Extension(adjust): Extension<HandlingAdjustments>,
    headers: HeaderMap,
    body: Bytes,
) -> Response<Body> {
    let mut fields = match Fields::parse(&body) {
        Ok(fields) => fields,
        Err(problem) => return invalid(&[problem]),
    };
    let mut record = R::create(&mut fields);
    if adjust.published {
        record.publish();
    }
    let problems = fields.into_errors();
    if !problems.is_empty() {
        return invalid(&problems);
    }
    let idempotency_key = headers.get("Idempotency-Key").and_then(|value| value.to_str().ok());
    // Duplicate names are accepted: no source says that the real systems reject them, and
    // tests assert that the reconciler never creates one.
    match shared.store.create(&record, idempotency_key) {
        Ok(Created::New(answer, version)) => with_effect(with_version(one::<R>(answer), version)),
        Ok(Created::Replayed(answer, version)) => with_version(one::<R>(answer), version),
        Ok(Created::Refused(problems)) => invalid(&problems),
        Err(error) => failed(&error),
    }
}

async fn update<R: Record>(
    State(shared): State<Arc<Shared>>,
    Path(id): Path<String>,
    headers: HeaderMap,
    body: Bytes,
) -> Response<Body> {
    let Ok(id) = id.parse() else { return not_found(R::NAMES.0) };
    let fields = match Fields::parse(&body) {
        Ok(fields) => fields,
        Err(problem) => return invalid(&[problem]),
    };
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
    });
    match written {
        Ok(Updated::Done(answer, version)) => with_effect(with_version(one::<R>(answer), version)),
        Ok(Updated::Unchanged(answer, version)) => with_version(one::<R>(answer), version),
        Ok(Updated::Refused(problems)) => invalid(&problems),
        Ok(Updated::VersionMismatch) => refusal(
            StatusCode::PRECONDITION_FAILED,
            "The record has changed since it was read.",
            &[],
        ),
        Ok(Updated::Missing) => not_found(R::NAMES.0),
        Err(error) => failed(&error),
    }
}

fn one<R: Record>(answer: Value) -> Response<Body> {
    success(json!({R::NAMES.0: answer}))
}
