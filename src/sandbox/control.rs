//! The sandbox's own endpoints. Their requests are not logged and no faults apply to them.

use super::answer::{HandlerResult, json_response, refusal, response, success};
use super::faults::Faults;
use super::fields::FieldError;
use super::shared::Shared;
use super::{key, key_header};
use crate::model::System;
use axum::Router;
use axum::body::{Body, Bytes};
use axum::extract::State;
use axum::http::{Response, StatusCode};
use axum::routing::{get, post};
use serde_json::{Value, json};
use std::fmt::Write as _;
use std::sync::Arc;

/// Returns the routes.
pub(super) fn routes() -> Router<Arc<Shared>> {
    Router::new()
        .route("/", get(about))
        .route("/_sandbox/requests", get(requests))
        .route("/_sandbox/faults", post(faults))
        .route("/_sandbox/reset", post(reset))
}

async fn about(State(shared): State<Arc<Shared>>) -> Response<Body> {
    let mut text = String::from(
        "This is the sandbox of reconcile. It simulates OmniParcel, OmniReturns and\n\
         OmniRPS; its admin contract is this project's own and not SEKO's.\n\n",
    );
    for system in System::ALL {
        let (address, name) = (shared.address, system.key());
        // Writing to a String cannot fail.
        let _ = writeln!(
            text,
            "{:<12} http://{address}/{name:<12} {}: {}",
            system.title(),
            key_header(system),
            key(system)
        );
    }
    text.push_str(
        "\nThe keys are the same in every sandbox and protect nothing.\n\n\
         GET  /_sandbox/requests   the requests so far, as JSON\n\
         POST /_sandbox/faults     a JSON list of faults; replaces the ones before\n\
         POST /_sandbox/reset      puts the seed in place of all records\n",
    );
    response(StatusCode::OK, "text/plain; charset=utf-8", text)
}

async fn requests(State(shared): State<Arc<Shared>>) -> HandlerResult {
    Ok(json_response(StatusCode::OK, &json!(shared.store.requests()?)))
}

async fn faults(State(shared): State<Arc<Shared>>, body: Bytes) -> Response<Body> {
    match serde_json::from_slice::<Faults>(&body) {
        Ok(faults) => {
            shared.faults.replace(faults);
            success(json!({}))
        }
        Err(error) => {
            let problem = FieldError::new("", &error.to_string(), "Invalid", &Value::Null);
            refusal(StatusCode::BAD_REQUEST, "These are not valid faults.", &[problem])
        }
    }
}

async fn reset(State(shared): State<Arc<Shared>>) -> HandlerResult {
    shared.store.reset(&shared.seed)?;
    Ok(success(json!({})))
}
