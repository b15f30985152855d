//! The HTTP server: connections, faults, routing, the request log.

use super::admin::{self, HandlingAdjustments, no_method, no_route};
use super::answer::{RecordChanged, response, wrong_key};
use super::faults::{AppliedFault, Booleans, Echo, Effect, ListShift};
use super::omnirps::format_seconds;
use super::shared::Shared;
use super::{LoggedRequest, control, key_header};
use crate::model::System;
use axum::body::{Body, Bytes, to_bytes};
use axum::extract::State;
use axum::http::{HeaderValue, Request, Response, StatusCode, header};
use axum::middleware::{self, Next};
use axum::serve::ListenerExt;
use futures_util::stream;
use serde_json::{Value, json};
use std::sync::Arc;
use std::time::{Duration, SystemTime};
use tokio::net::TcpListener;
use tokio::sync::watch;

/// How long stopping waits for requests and deliveries under way: longer than any request
/// without an injected delay takes, and short enough for a person at a prompt.
pub(super) const SHUTDOWN_TIMEOUT: Duration = Duration::from_secs(5);

/// The maximum size of a request body. An upload of a thousand line items is about 500 kB.
const LARGEST_BODY: usize = 4 * 1024 * 1024;

/// Closes the connection instead of sending a response.
#[derive(Debug, thiserror::Error)]
#[error("the connection is closed on purpose")]
struct ConnectionClosed;

type Answer = Result<Response<Body>, ConnectionClosed>;

/// Accepts connections until stopped, then waits for those under way.
pub(super) async fn serve(
    listener: TcpListener,
    shared: Arc<Shared>,
    mut stop: watch::Receiver<bool>,
) {
    let mut router = control::routes();
    for system in System::ALL {
        router = router.nest(&format!("/{}", system.key()), admin::routes(system));
    }
    let router = router
        .fallback(no_route)
        .method_not_allowed_fallback(no_method)
        .layer(middleware::from_fn_with_state(Arc::clone(&shared), answer))
        .with_state(shared);
    // Small responses are sent at once. A failure only costs time.
    let listener = listener.tap_io(|stream| drop(stream.set_nodelay(true)));
    let (mut stopped, stopping) = (stop.clone(), async move { drop(stop.changed().await) });
    // An error means that the sandbox was dropped, which stops the server as well.
    let late = async move {
        drop(stopped.changed().await);
        tokio::time::sleep(SHUTDOWN_TIMEOUT).await;
    };
    tokio::select! {
        _ = axum::serve(listener, router).with_graceful_shutdown(stopping) => {}
        () = late => {}
    }
}

/// Answers a request, or closes its connection: a body that fails at once ends the connection
/// before the head of the response is sent.
async fn answer(
    State(shared): State<Arc<Shared>>,
    request: Request<Body>,
    next: Next,
) -> Response<Body> {
    // A separate task, so that a client that disconnects does not cancel the work: a real
    // server would finish it as well.
    let handled = tokio::spawn(handle(request, shared, next)).await;
    handled.unwrap_or(Err(ConnectionClosed)).unwrap_or_else(|closed| {
        Response::new(Body::from_stream(stream::iter([Err::<Bytes, _>(closed)])))
    })
}

async fn handle(request: Request<Body>, shared: Arc<Shared>, next: Next) -> Answer {
    let (parts, body) = request.into_parts();
    // The body is always read to its end: closing a connection with unread bytes resets it,
    // which would be a different fault than the one requested.
    let body = to_bytes(body, LARGEST_BODY).await.map_err(|_| ConnectionClosed)?;
    let request = Request::from_parts(parts, Body::from(body));
    let target = request.uri().path_and_query().map_or("/", |target| target.as_str());
    let Some((system, path)) = split(target) else { return Ok(next.run(request).await) };
    let path = path.to_owned();
    let method = request.method().to_string();
    let key = request
        .headers()
        .get(key_header(system))
        .map(|key| String::from_utf8_lossy(key.as_bytes()).into_owned())
        .unwrap_or_default();
    let applied = shared.faults.apply(system, &method, &path);
    let (answer, is_changed) = match pre_handling_answer(&applied, &key).await {
        Some(answer) => (answer, false),
        None => {
            let response = next.run(with_adjustments(request, &applied)).await;
            let is_changed = response.extensions().get::<RecordChanged>().is_some();
            (apply_post_response(response, &applied).await, is_changed)
        }
    };
    let names: Vec<String> = applied.iter().map(|applied| applied.effect.name()).collect();
    let request = LoggedRequest {
        n: 0,
        at: format_seconds(jiff::Timestamp::now()),
        system: system.key().to_owned(),
        method,
        path: loggable(&path, &key),
        status: answer.as_ref().ok().map(|response| response.status().as_u16()),
        effect: is_changed,
        fault: (!names.is_empty()).then(|| names.join(",")),
    };
    if let Err(error) = shared.store.log_request(&request) {
        // Later requests fail for the same reason, so one warning is enough.
        shared.log_failed.call_once(|| {
            tracing::warn!(
                "requests to the sandbox are not logged: {}; check that the file and its \
                 folder can be written",
                error.line()
            );
        });
    }
    answer
}

/// Splits a request target into the system and the path relative to its URL.
fn split(target: &str) -> Option<(System, &str)> {
    System::ALL.into_iter().find_map(|system| {
        let rest = target.strip_prefix('/')?.strip_prefix(system.key())?;
        rest.starts_with('/').then_some((system, rest))
    })
}

/// Applies pre-handling faults. Returns an answer if one of them replaces the handling.
async fn pre_handling_answer(applied: &[AppliedFault], key: &str) -> Option<Answer> {
    for applied in applied.iter().filter(|applied| !applied.after) {
        if let Effect::Latency { ms } = applied.effect {
            tokio::time::sleep(Duration::from_millis(ms)).await;
        }
    }
    applied.iter().find_map(|applied| match applied.effect {
        Effect::DropBefore => Some(Err(ConnectionClosed)),
        Effect::WrongKey => Some(Ok(wrong_key())),
        Effect::EchoKey(echo) => Some(Ok(echo_response(echo, key))),
        effect if !applied.after => status_or_page(effect).map(Ok),
        _ => None,
    })
}

/// Returns the response of a status or page fault.
fn status_or_page(effect: Effect) -> Option<Response<Body>> {
    match effect {
        Effect::Status { code, retry_after, as_date } => {
            let status = StatusCode::from_u16(code).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
            let mut answer = response(status, "text/plain", "");
            if let Some(seconds) = retry_after {
                let text = if as_date {
                    httpdate::fmt_http_date(SystemTime::now() + Duration::from_secs(seconds.into()))
                } else {
                    seconds.to_string()
                };
                if let Ok(value) = HeaderValue::from_str(&text) {
                    answer.headers_mut().insert(header::RETRY_AFTER, value);
                }
            }
            Some(answer)
        }
        Effect::Html => {
            let page = "<html><body><h1>We will be back soon</h1></body></html>";
            Some(response(StatusCode::OK, "text/html", page))
        }
        _ => None,
    }
}

fn echo_response(echo: Echo, key: &str) -> Response<Body> {
    let status = StatusCode::INTERNAL_SERVER_ERROR;
    let message = format!("unhandled error in session of key {key}");
    match echo {
        Echo::Json => {
            let body = json!({"Success": false, "Message": message, "Errors": []});
            super::answer::json_response(status, &body)
        }
        Echo::Html => response(status, "text/html", format!("<pre>{message}</pre>")),
    }
}

/// Attaches the faults that change how the handlers work.
fn with_adjustments(mut request: Request<Body>, applied: &[AppliedFault]) -> Request<Body> {
    let mut adjust = HandlingAdjustments::default();
    for applied in applied {
        match applied.effect {
            Effect::SmallPages { size } => adjust.page_size = Some(size),
            Effect::MoveList(ListShift::Inserted) => adjust.shift = -1,
            Effect::MoveList(ListShift::Removed) => adjust.shift = 1,
            Effect::Published => adjust.published = true,
            _ => {}
        }
    }
    request.extensions_mut().insert(adjust);
    request
}

/// Applies post-response faults.
async fn apply_post_response(mut answer: Response<Body>, applied: &[AppliedFault]) -> Answer {
    for applied in applied {
        answer = match applied.effect {
            Effect::DropAfter => return Err(ConnectionClosed),
            Effect::Latency { ms } if applied.after => {
                tokio::time::sleep(Duration::from_millis(ms)).await;
                answer
            }
            Effect::Truncate => rewrite(answer, |body| body.slice(..body.len() / 2)).await,
            Effect::ContentType => {
                super::answer::set_content_type(&mut answer, "text/html; charset=UTF-8");
                answer
            }
            Effect::Booleans(spelling) => {
                rewrite(answer, |body| rewrite_scalars(&body, &|_, value| spelling.spell(value)))
                    .await
            }
            Effect::SwapIds => rewrite(answer, |body| rewrite_scalars(&body, &swap_id)).await,
            effect if applied.after => status_or_page(effect).unwrap_or(answer),
            _ => answer,
        };
    }
    Ok(answer)
}

async fn rewrite(answer: Response<Body>, change: impl FnOnce(Bytes) -> Bytes) -> Response<Body> {
    let (mut parts, body) = answer.into_parts();
    // hyper computes the length of the new body.
    parts.headers.remove(header::CONTENT_LENGTH);
    // The body is in memory, so reading it cannot fail.
    let body = to_bytes(body, usize::MAX).await.unwrap_or_default();
    Response::from_parts(parts, Body::from(change(body)))
}

/// Rewrites each scalar of a JSON body. `change` gets the name of the field and its value.
fn rewrite_scalars(body: &Bytes, change: &dyn Fn(&str, &Value) -> Option<Value>) -> Bytes {
    fn walk(name: &str, value: &mut Value, change: &dyn Fn(&str, &Value) -> Option<Value>) {
        match value {
            Value::Object(fields) => {
                fields.iter_mut().for_each(|(name, value)| walk(name, value, change));
            }
            Value::Array(items) => items.iter_mut().for_each(|item| walk(name, item, change)),
            scalar => {
                if let Some(other) = change(name, scalar) {
                    *scalar = other;
                }
            }
        }
    }
    match serde_json::from_slice(body) {
        Ok(mut value) => {
            walk("", &mut value, change);
            value.to_string().into()
        }
        Err(_) => body.clone(),
    }
}

impl Booleans {
    fn spell(self, value: &Value) -> Option<Value> {
        let flag = value.as_bool()?;
        Some(match self {
            Booleans::YesNo => (if flag { "Y" } else { "N" }).into(),
            Booleans::Digits => u8::from(flag).into(),
            Booleans::DigitTexts => u8::from(flag).to_string().into(),
            Booleans::Text => (if flag { "TRUE" } else { "FALSE" }).into(),
        })
    }
}

fn swap_id(name: &str, value: &Value) -> Option<Value> {
    match value {
        Value::Number(id) if name.ends_with("Id") => Some(id.to_string().into()),
        Value::String(id) if name.ends_with("Id") => id.parse::<i64>().ok().map(Value::from),
        _ => None,
    }
}

/// Removes everything that may be a key from a path and query. In the query only the
/// contract's own parameters keep their values.
fn loggable(target: &str, key: &str) -> String {
    let (path, query) = target.split_once('?').map_or((target, None), |(p, q)| (p, Some(q)));
    let path: Vec<&str> = path
        .split('/')
        .map(|segment| {
            let is_key = !key.is_empty() && segment.contains(key);
            if is_key || segment.contains("sandbox-omni") { "[key]" } else { segment }
        })
        .collect();
    let mut text = path.join("/");
    for (n, pair) in query.into_iter().flat_map(|query| query.split('&')).enumerate() {
        let name = pair.split('=').next().unwrap_or_default();
        text.push(if n == 0 { '?' } else { '&' });
        if matches!(name, "Page" | "PageSize" | "Since") && (key.is_empty() || !pair.contains(key))
        {
            text.push_str(pair);
        } else {
            text.push_str("[other]");
        }
    }
    text
}
