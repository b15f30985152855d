//! The response envelope, and markers that responses carry internally.

use super::SandboxError;
use super::fields::FieldError;
use axum::body::Body;
use axum::http::{HeaderValue, Response, StatusCode, header};
use axum::response::IntoResponse;
use serde_json::{Value, json};

/// Marks the response to a request that created or changed a record, for the request log.
#[derive(Clone, Copy)]
pub(super) struct RecordChanged;

/// The result of a handler.
pub(super) type HandlerResult = Result<Response<Body>, Rejection>;

/// The response to a request that was not handled successfully.
pub(super) struct Rejection(Box<Response<Body>>);

impl IntoResponse for Rejection {
    fn into_response(self) -> Response<Body> {
        *self.0
    }
}

impl From<Response<Body>> for Rejection {
    fn from(response: Response<Body>) -> Rejection {
        Rejection(Box::new(response))
    }
}

impl From<Vec<FieldError>> for Rejection {
    fn from(problems: Vec<FieldError>) -> Rejection {
        refusal(StatusCode::OK, "The request was not accepted.", &problems).into()
    }
}

impl From<FieldError> for Rejection {
    fn from(problem: FieldError) -> Rejection {
        vec![problem].into()
    }
}

/// The error is the sandbox's own, not the request's.
impl From<SandboxError> for Rejection {
    fn from(error: SandboxError) -> Rejection {
        tracing::warn!("the sandbox could not answer: {}", error.line());
        let message = "The sandbox failed; see its log.";
        refusal(StatusCode::INTERNAL_SERVER_ERROR, message, &[]).into()
    }
}

/// Rejects a request with invalid fields.
pub(super) fn reject_invalid(problems: Vec<FieldError>) -> Result<(), Rejection> {
    if problems.is_empty() { Ok(()) } else { Err(problems.into()) }
}

/// Returns the response to a wrong or missing key. `Success` is text, as public clients
/// report.
pub(super) fn wrong_key() -> Response<Body> {
    json_response(StatusCode::OK, &json!({"Success": "FALSE", "Message": "Invalid token"}))
}

/// Returns a success: the payload's fields merged into the envelope.
pub(super) fn success(payload: Value) -> Response<Body> {
    let mut body = json!({"Success": true, "Message": "", "Errors": []});
    if let (Value::Object(body), Value::Object(payload)) = (&mut body, payload) {
        body.extend(payload);
    }
    json_response(StatusCode::OK, &body)
}

/// Returns a failure. Clients read success from the body, so the status stays 200 wherever
/// the request was understood.
pub(super) fn refusal(
    status: StatusCode,
    message: &str,
    problems: &[FieldError],
) -> Response<Body> {
    let errors: Vec<Value> = problems.iter().map(FieldError::record).collect();
    json_response(status, &json!({"Success": false, "Message": message, "Errors": errors}))
}

pub(super) fn not_found(what: &str) -> Response<Body> {
    refusal(StatusCode::NOT_FOUND, &format!("No such {what}."), &[])
}

/// Sets a record's version as the `ETag` header.
pub(super) fn with_version(mut response: Response<Body>, version: i64) -> Response<Body> {
    if let Ok(tag) = HeaderValue::from_str(&etag(version)) {
        response.headers_mut().insert(header::ETAG, tag);
    }
    response
}

pub(super) fn etag(version: i64) -> String {
    format!("\"v{version}\"")
}

pub(super) fn mark_changed(mut response: Response<Body>) -> Response<Body> {
    response.extensions_mut().insert(RecordChanged);
    response
}

pub(super) fn json_response(status: StatusCode, body: &Value) -> Response<Body> {
    response(status, "application/json; charset=utf-8", body.to_string())
}

pub(super) fn response(
    status: StatusCode,
    content_type: &'static str,
    body: impl Into<Body>,
) -> Response<Body> {
    let mut response = Response::new(body.into());
    *response.status_mut() = status;
    set_content_type(&mut response, content_type);
    response
}

pub(super) fn set_content_type(response: &mut Response<Body>, content_type: &'static str) {
    response.headers_mut().insert(header::CONTENT_TYPE, HeaderValue::from_static(content_type));
}
