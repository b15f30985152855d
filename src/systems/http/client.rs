//! One system over HTTP: authentication, limits, retries of reads, redaction.

use super::envelope::{Verdict, reason, verdict};
use super::error::CallError;
use super::redact::Redactor;
use crate::model::contract::{Method, SuccessRule};
use crate::model::{Contract, Limits, System};
use backon::{ExponentialBuilder, Retryable};
use governor::{DefaultDirectRateLimiter, Quota, RateLimiter};
use reqwest::header::{HeaderMap, HeaderName, HeaderValue};
use secrecy::{ExposeSecret, SecretString};
use serde_json::Value as Json;
use std::num::NonZeroU32;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::{Duration, Instant, SystemTime};
use tokio::sync::Semaphore;
use url::Url;
use zeroize::Zeroizing;

/// The first pause before a retry; doubled each time, with jitter.
const FIRST_PAUSE: Duration = Duration::from_millis(100);

/// The longest pause between two tries, and the longest `Retry-After` that is waited
/// for: a person who watches a plan gives up after about as long.
const LONGEST_PAUSE: Duration = Duration::from_secs(60);

/// The largest body that is read. A page of 200 records is about 100 kB.
const LARGEST_BODY: usize = 32 << 20;

/// How many requests in a row may fail before a system is taken for down: more than one
/// request with all its tries, so that a single bad record does not stop a run.
const FAILURES_IN_A_ROW: u32 = 40;

/// A system that is reached over HTTP.
pub(crate) struct Client {
    pub system: System,
    pub contract: Contract,
    http: reqwest::Client,
    base: Url,
    headers: Headers,
    key: SecretString,
    pub(super) redactor: Redactor,
    limiter: Option<DefaultDirectRateLimiter>,
    slots: Semaphore,
    pub limits: Limits,
    deadline: Instant,
    /// Requests in a row to which the system gave no usable answer.
    failures: AtomicU32,
}

/// The headers of a system.
#[derive(Clone, Debug)]
pub(crate) struct Headers {
    /// Carries the key.
    pub key: HeaderName,
    /// Makes a create that is sent twice count once.
    pub idempotency: HeaderName,
    /// Go with every request.
    pub fixed: HeaderMap,
}

/// A request to a path of the contract.
#[derive(Debug)]
pub(crate) struct Request<'a> {
    pub method: Method,
    pub path: &'a str,
    pub query: Vec<(&'a str, String)>,
    pub body: Option<Json>,
    pub headers: HeaderMap,
    /// Whether the answer has to say more than success; otherwise it may be empty.
    pub wants_body: bool,
    /// Whether the answer holds a key that nobody knows yet: then no error quotes it.
    pub is_secret: bool,
    /// What opens the call, where it is not the admin's key.
    pub access: Option<Access<'a>>,
}

/// What opens a call that a retailer makes.
#[derive(Clone, Debug)]
pub(crate) struct Access<'a> {
    /// The address before the path, where it is not the system's.
    pub base: Option<&'a Url>,
    /// The header that carries the key.
    pub header: HeaderName,
    pub key: &'a SecretString,
    /// How a body tells success from failure.
    pub success: SuccessRule,
}

impl<'a> Request<'a> {
    /// Returns a request without more.
    pub(crate) fn new(method: Method, path: &'a str) -> Request<'a> {
        Request {
            method,
            path,
            query: Vec::new(),
            body: None,
            headers: HeaderMap::new(),
            wants_body: true,
            is_secret: false,
            access: None,
        }
    }
}

/// A successful answer.
#[derive(Debug)]
pub(crate) struct Answer {
    /// `null` where it was empty.
    pub body: Json,
    /// The version of the record that the answer holds.
    pub etag: Option<String>,
    /// How late it is where the answer comes from.
    pub date: Option<SystemTime>,
}

/// What a client needs beside its system's contract.
pub(crate) struct Connection {
    pub http: reqwest::Client,
    pub base: Url,
    pub headers: Headers,
    pub key: SecretString,
    pub redactor: Redactor,
    /// `None` where a system needs no mercy, as in tests on one machine.
    pub requests_per_second: Option<NonZeroU32>,
    pub limits: Limits,
}

impl Client {
    /// Returns a client for a system.
    pub(crate) fn new(system: System, contract: Contract, connection: Connection) -> Client {
        let Connection { http, base, headers, key, redactor, requests_per_second, limits } =
            connection;
        Client {
            system,
            contract,
            http,
            base,
            headers,
            key,
            redactor,
            limiter: requests_per_second.map(|rate| RateLimiter::direct(Quota::per_second(rate))),
            slots: Semaphore::new(limits.concurrency.max(1) as usize),
            limits,
            deadline: Instant::now() + Duration::from_secs(limits.deadline_seconds.into()),
            failures: AtomicU32::new(0),
        }
    }

    /// The address that the contract's paths are added to.
    pub(crate) fn base(&self) -> &Url {
        &self.base
    }

    /// The header that makes a create that is sent twice count once.
    pub(crate) fn idempotency_header(&self) -> HeaderName {
        self.headers.idempotency.clone()
    }

    /// Reads, and tries again while the system is only out of breath.
    pub(crate) async fn ask(&self, request: &Request<'_>) -> Result<Answer, CallError> {
        (|| self.send(request))
            .retry(self.pauses())
            .when(CallError::is_transient)
            .adjust(|error, pause| pause.map(|pause| error.retry_after().unwrap_or(pause)))
            .notify(|error, pause| {
                tracing::info!(system = self.system.key(), %error, ?pause, "trying again");
            })
            .await
    }

    /// The pauses between the tries of one call.
    pub(crate) fn pauses(&self) -> ExponentialBuilder {
        ExponentialBuilder::default()
            .with_min_delay(FIRST_PAUSE)
            .with_max_delay(LONGEST_PAUSE)
            .with_max_times(self.limits.retries as usize)
            .with_jitter()
    }

    /// Sends one request once.
    pub(crate) async fn send(&self, request: &Request<'_>) -> Result<Answer, CallError> {
        // Closed only when the client is dropped, and then nobody waits here.
        let _slot = self.slots.acquire().await;
        if let Some(limiter) = &self.limiter {
            limiter.until_ready().await;
        }
        let failures = self.failures.load(Ordering::Relaxed);
        if failures >= FAILURES_IN_A_ROW {
            return Err(CallError::Down(failures));
        }
        if Instant::now() >= self.deadline {
            return Err(CallError::Deadline);
        }
        let Request { method, path, query, body, headers, wants_body, is_secret, access } = request;
        let method = name(*method);
        // The admin's key and headers go to no call but the admin's.
        let (base, fixed, header, key, success) = match access {
            None => {
                let Headers { key: header, fixed, idempotency: _ } = &self.headers;
                (&self.base, fixed.clone(), header, &self.key, &self.contract.success)
            }
            Some(Access { base, header, key, success }) => {
                (base.unwrap_or(&self.base), HeaderMap::new(), header, *key, success)
            }
        };
        let mut request = self
            .http
            .request(method.clone(), address(base, path))
            .timeout(Duration::from_secs(self.limits.timeout_seconds.into()))
            .headers(fixed)
            .headers(headers.clone())
            .header(header.clone(), key_value(key)?);
        if !query.is_empty() {
            request = request.query(query);
        }
        if let Some(body) = body {
            request = request.json(body);
        }
        let started = Instant::now();
        let answer = self.receive(request, *wants_body, *is_secret, success).await;
        match &answer {
            // A system that asks for mercy is up.
            Err(CallError::Server { status: 429, .. }) => self.failures.store(0, Ordering::Relaxed),
            Err(error) if error.is_transient() => {
                self.failures.fetch_add(1, Ordering::Relaxed);
            }
            _ => self.failures.store(0, Ordering::Relaxed),
        }
        tracing::debug!(
            system = self.system.key(),
            %method,
            path,
            outcome = match &answer {
                Ok(_) => "ok".to_owned(),
                Err(error) => error.to_string(),
            },
            milliseconds = started.elapsed().as_millis() as u64,
            "request"
        );
        answer
    }

    async fn receive(
        &self,
        request: reqwest::RequestBuilder,
        wants_body: bool,
        is_secret: bool,
        rule: &SuccessRule,
    ) -> Result<Answer, CallError> {
        let excerpt = |said: &str| {
            if is_secret { String::new() } else { self.redactor.excerpt(said) }
        };
        let mut response = request.send().await.map_err(|error| self.network(&error))?;
        let status = response.status();
        let retry_after = retry_after(response.headers());
        let etag = response
            .headers()
            .get(reqwest::header::ETAG)
            .and_then(|etag| etag.to_str().ok())
            .map(str::to_owned);
        let date = response
            .headers()
            .get(reqwest::header::DATE)
            .and_then(|date| httpdate::parse_http_date(date.to_str().ok()?).ok());
        let mut bytes = Zeroizing::new(Vec::new());
        while let Some(chunk) = response.chunk().await.map_err(|error| self.network(&error))? {
            bytes.extend_from_slice(&chunk);
            if bytes.len() > LARGEST_BODY {
                return Err(CallError::Contract(format!(
                    "the body is larger than {LARGEST_BODY} bytes"
                )));
            }
        }
        let text = String::from_utf8_lossy(&bytes);
        let code = status.as_u16();
        if status.is_server_error() || code == 429 {
            return Err(match retry_after {
                Some(wait) if wait > LONGEST_PAUSE => CallError::Throttled { status: code, wait },
                _ => CallError::Server { status: code, excerpt: excerpt(&text), retry_after },
            });
        }
        match code {
            401 | 403 => return Err(CallError::KeyRefused(format!("HTTP {code}"))),
            404 => return Err(CallError::NotFound),
            412 => return Err(CallError::PreconditionFailed),
            300..=399 => return Err(CallError::Redirect(code)),
            _ => {}
        }
        let is_told = *rule != SuccessRule::default();
        if status.is_success() && !wants_body && (!is_told || text.trim().is_empty()) {
            return Ok(Answer { body: Json::Null, etag, date });
        }
        // Where no flag tells a refusal, the status does.
        let is_refused = rule.flag.is_none() && status.is_client_error();
        let is_rejected = matches!(code, 409 | 422);
        let refusal = |said: String| match is_rejected {
            true => CallError::Rejected(said),
            false => CallError::Refused(said),
        };
        let refused = |said: &str| {
            let said = excerpt(said);
            let colon = if said.is_empty() { "" } else { ": " };
            refusal(format!("HTTP {code}{colon}{said}"))
        };
        // Some systems label JSON as `text/html`, so the label is of no account.
        let Ok(body) = serde_json::from_slice::<Json>(&bytes) else {
            if is_refused || is_rejected {
                return Err(refused(&text));
            }
            return Err(CallError::NotJson { status: code, excerpt: excerpt(&text) });
        };
        match verdict(&body, rule) {
            // What a wrong key gets, with status 200 (systems digest, section 2).
            Verdict::Failure(said) if said.eq_ignore_ascii_case("invalid token") => {
                Err(CallError::KeyRefused(said))
            }
            Verdict::Failure(_) if is_secret => Err(CallError::Withheld),
            Verdict::Failure(said) => Err(refusal(self.redactor.excerpt(&said))),
            Verdict::Success if status.is_success() => Ok(Answer { body, etag, date }),
            Verdict::Success if is_refused || is_rejected => {
                Err(refused(&reason(&body, rule).unwrap_or_else(|| text.into_owned())))
            }
            Verdict::Success => {
                Err(CallError::Server { status: code, excerpt: excerpt(&text), retry_after: None })
            }
        }
    }

    /// Describes a failed exchange by its deepest cause; the outer layers repeat the URL.
    fn network(&self, error: &reqwest::Error) -> CallError {
        if error.is_timeout() {
            return CallError::Network(format!(
                "timed out after {} s",
                self.limits.timeout_seconds
            ));
        }
        let mut cause: &dyn std::error::Error = error;
        while let Some(source) = cause.source() {
            cause = source;
        }
        let why = self.redactor.excerpt(&cause.to_string());
        if error.is_connect() { CallError::NotConnected(why) } else { CallError::Network(why) }
    }
}

fn address(base: &Url, path: &str) -> Url {
    let mut address = base.clone();
    let (path, query) = path.split_once('?').map_or((path, None), |(p, q)| (p, Some(q)));
    address.set_path(&format!("{}{path}", base.path().trim_end_matches('/')));
    address.set_query(query);
    address
}

fn key_value(key: &SecretString) -> Result<HeaderValue, CallError> {
    let mut value = HeaderValue::from_str(key.expose_secret())
        .map_err(|_| CallError::KeyRefused("it has characters that no header can carry".into()))?;
    value.set_sensitive(true);
    Ok(value)
}

fn name(method: Method) -> reqwest::Method {
    match method {
        Method::Get => reqwest::Method::GET,
        Method::Post => reqwest::Method::POST,
        Method::Put => reqwest::Method::PUT,
        Method::Patch => reqwest::Method::PATCH,
    }
}

/// Reads `Retry-After`: seconds or an HTTP date.
fn retry_after(headers: &HeaderMap) -> Option<Duration> {
    let text = headers.get(reqwest::header::RETRY_AFTER)?.to_str().ok()?.trim();
    if let Ok(seconds) = text.parse() {
        return Some(Duration::from_secs(seconds));
    }
    let until = httpdate::parse_http_date(text).ok()?;
    Some(until.duration_since(SystemTime::now()).unwrap_or_default())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn retry_after_is_seconds_or_a_date() {
        let read = |text: &str| {
            let mut headers = HeaderMap::new();
            headers.insert("retry-after", text.parse().unwrap());
            retry_after(&headers)
        };
        assert_eq!(read("3"), Some(Duration::from_secs(3)));
        assert_eq!(read("Wed, 21 Oct 2015 07:28:00 GMT"), Some(Duration::ZERO));
        assert_eq!(read("soon"), None);
        let later = httpdate::fmt_http_date(SystemTime::now() + Duration::from_secs(100));
        assert!(read(&later).is_some_and(|wait| wait.as_secs() > 90));
    }
}
