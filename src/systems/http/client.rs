//! An HTTP client of one system: authentication, limits, retries of reads, redaction.

use super::envelope::{Envelope, Verdict};
use super::error::CallError;
use super::pick::{ParseContext, ParseError, TreeSeed};
use super::rate::RateLimit;
use super::redact::Redactor;
use crate::model::address::is_loopback;
use crate::model::contract::{Method, SuccessRule};
use crate::model::{Company, Contract, Limits, System};
use crate::systems::addresses::Addresses;
use crate::systems::budget::{MemoryBudget, MemoryShare, within};
use crate::systems::innermost;
use backon::{ExponentialBuilder, Retryable};
use reqwest::header::{HeaderMap, HeaderName, HeaderValue};
use secrecy::{ExposeSecret, SecretString};
use serde::de::IgnoredAny;
use serde_json::Value as Json;
use std::num::NonZeroU32;
use std::sync::atomic::{AtomicU32, AtomicUsize, Ordering};
use std::sync::{Arc, OnceLock};
use std::time::{Duration, Instant, SystemTime};
use tokio::sync::{OnceCell, Semaphore};
use url::Url;
use zeroize::Zeroizing;

/// The first pause before a retry; it doubles each time, with jitter.
const FIRST_PAUSE: Duration = Duration::from_millis(100);

/// The longest pause between two attempts, and the longest `Retry-After` that is honoured:
/// a person who watches a plan gives up after about as long.
const LONGEST_PAUSE: Duration = Duration::from_secs(60);

/// How much of a body is considered for messages: more than the longest message shows, in
/// any encoding.
const QUOTED_BYTES: usize = 64 << 10;

/// A byte order mark, which some programs write before JSON (RFC 8259, section 8.1, allows
/// parsers to ignore it).
const BYTE_ORDER_MARK: &[u8] = b"\xef\xbb\xbf";

/// The number of consecutive failed requests after which a system counts as down: more than
/// one request with all its retries, so that one bad record does not stop a run.
const FAILURES_IN_A_ROW: u32 = 40;

/// A system that is reached over HTTP.
pub(crate) struct Client {
    pub system: System,
    pub contract: Contract,
    connection: Connection,
    rate: Option<RateLimit>,
    slots: Semaphore,
    deadline: Instant,
    /// The number of consecutive requests without a usable response.
    failures: AtomicU32,
    /// Checked before each request that writes.
    permit: OnceLock<Permit>,
    /// The companies before the first write that names one.
    pub(super) companies_at_write: OnceCell<Option<Vec<Company>>>,
}

/// Refuses a request that writes if its run may no longer write.
pub(crate) type Permit = Arc<dyn Fn() -> Result<(), String> + Send + Sync>;

/// The headers of a system.
#[derive(Clone, Debug)]
pub(crate) struct Headers {
    /// Carries the key.
    pub key: HeaderName,
    /// Makes a repeated create take effect only once.
    pub idempotency: HeaderName,
    /// Sent with every admin request.
    pub fixed: HeaderMap,
    /// Additional secrets that the system's address requires of every caller.
    pub secret: HeaderMap,
}

/// The HTTP clients of an environment: requests to this machine never use a proxy.
#[derive(Clone, Debug)]
pub(crate) struct Http {
    pub direct: reqwest::Client,
    /// For other machines, if there are any.
    pub remote: Option<reqwest::Client>,
}

impl Http {
    fn client(&self, url: &Url) -> &reqwest::Client {
        match &self.remote {
            Some(remote) if !is_loopback(url) => remote,
            _ => &self.direct,
        }
    }
}

/// A request to a path of the contract.
#[derive(Debug)]
pub(crate) struct Request<'a> {
    pub method: Method,
    pub path: &'a str,
    pub query: Vec<(&'a str, String)>,
    pub body: Option<Json>,
    pub headers: HeaderMap,
    /// Whether the response needs a body; otherwise it may be empty.
    pub wants_body: bool,
    /// Whether the response contains a key that is not redacted yet, so no error may
    /// quote it.
    pub is_secret: bool,
    /// The credentials of a retailer; `None` uses the admin's key.
    pub access: Option<Access<'a>>,
    /// The total size of all pages of a list so far.
    pub list_bytes: Option<&'a AtomicUsize>,
}

/// The credentials for a call as a retailer.
#[derive(Clone, Debug)]
pub(crate) struct Access<'a> {
    /// The base URL, if it differs from the system's.
    pub base: Option<&'a Url>,
    /// The header that carries the key.
    pub header: HeaderName,
    pub key: &'a SecretString,
    /// How a body shows success or failure.
    pub success: SuccessRule,
    /// Recognizes a body that shows that the call took effect, whatever else it reports.
    pub is_done: Option<fn(&Json) -> bool>,
}

impl<'a> Request<'a> {
    /// Returns a request without options.
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
            list_bytes: None,
        }
    }
}

/// A successful response.
#[derive(Debug)]
pub(crate) struct Answer<B = Json> {
    /// `null` if it was empty.
    pub body: B,
    pub status: u16,
    /// The version of the record in the response.
    pub etag: Option<String>,
    /// The server's time.
    pub date: Option<SystemTime>,
    /// The memory that the body occupies.
    pub hold: MemoryShare,
}

/// Extracts the requested parts from a response's JSON.
pub(super) trait Decode {
    type Body: Default;

    /// Returns the envelope and the requested parts.
    fn decode(
        &self,
        json: &[u8],
        rule: &SuccessRule,
        context: &ParseContext<'_>,
    ) -> Result<(Envelope, Self::Body), ParseError>;
}

/// Extracts everything.
struct Whole;

impl Decode for Whole {
    type Body = Json;

    fn decode(
        &self,
        json: &[u8],
        rule: &SuccessRule,
        context: &ParseContext<'_>,
    ) -> Result<(Envelope, Json), ParseError> {
        let body = context.read(json, TreeSeed(context))?;
        Ok((Envelope::of(&body, rule), body))
    }
}

/// The parameters of a client other than its system's contract.
pub(crate) struct Connection {
    pub http: Http,
    /// The base URL of the contract's paths.
    pub base: Url,
    pub headers: Headers,
    pub key: SecretString,
    pub redactor: Redactor,
    /// `None` if the system needs no rate limit, as in tests on one machine.
    pub requests_per_second: Option<NonZeroU32>,
    pub limits: Limits,
    pub budget: Arc<MemoryBudget>,
    pub addresses: Addresses,
}

impl std::ops::Deref for Client {
    type Target = Connection;

    fn deref(&self) -> &Connection {
        &self.connection
    }
}

impl Client {
    /// Returns a client for a system.
    pub(crate) fn new(system: System, contract: Contract, connection: Connection) -> Client {
        let Limits { concurrency, deadline_seconds, .. } = connection.limits;
        Client {
            system,
            contract,
            rate: connection.requests_per_second.map(RateLimit::per_second),
            slots: Semaphore::new(concurrency.max(1) as usize),
            deadline: Instant::now() + Duration::from_secs(deadline_seconds.into()),
            connection,
            failures: AtomicU32::new(0),
            permit: OnceLock::new(),
            companies_at_write: OnceCell::new(),
        }
    }

    /// Sets the check before each request that writes.
    pub(crate) fn set_permit(&self, permit: Permit) {
        // A client writes for one run only.
        let _ = self.permit.set(permit);
    }

    /// Returns the admin's secrets: the key, and the values of the secret headers.
    pub(super) fn secrets(&self) -> impl Iterator<Item = &str> {
        let headers = self.headers.secret.values().filter_map(|value| value.to_str().ok());
        headers.chain([self.key.expose_secret()])
    }

    /// Sends a read, retrying transient errors.
    pub(crate) async fn send_read(&self, request: &Request<'_>) -> Result<Answer, CallError> {
        self.send_read_for(request, &Whole).await
    }

    /// Sends a read and extracts parts of the response, retrying transient errors.
    pub(super) async fn send_read_for<D: Decode>(
        &self,
        request: &Request<'_>,
        wanted: &D,
    ) -> Result<Answer<D::Body>, CallError> {
        (|| self.send_for(request, wanted))
            .retry(self.pauses())
            .when(CallError::is_transient)
            .adjust(|error, pause| pause.map(|pause| error.retry_after().unwrap_or(pause)))
            .notify(|error, pause| {
                tracing::info!(system = self.system.key(), %error, ?pause, "trying again");
            })
            .await
    }

    /// Returns the pauses between the attempts of a call.
    pub(crate) fn pauses(&self) -> ExponentialBuilder {
        ExponentialBuilder::default()
            .with_min_delay(FIRST_PAUSE)
            .with_max_delay(LONGEST_PAUSE)
            .with_max_times(self.limits.retries as usize)
            .with_jitter()
    }

    /// Sends a request once.
    pub(crate) async fn send(&self, request: &Request<'_>) -> Result<Answer, CallError> {
        self.send_for(request, &Whole).await
    }

    async fn send_for<D: Decode>(
        &self,
        asked: &Request<'_>,
        wanted: &D,
    ) -> Result<Answer<D::Body>, CallError> {
        // Closed only when the client is dropped, and then nothing waits here.
        let _slot = self.slots.acquire().await;
        if let Some(rate) = &self.rate {
            rate.wait().await;
        }
        let failures = self.failures.load(Ordering::Relaxed);
        if failures >= FAILURES_IN_A_ROW {
            return Err(CallError::Down(failures));
        }
        if Instant::now() >= self.deadline {
            return Err(CallError::Deadline);
        }
        let Request { method, path, query, body, headers, access, .. } = asked;
        let method = name(*method);
        // The admin's key and headers are sent only with admin calls.
        let (base, fixed, header, key, success, is_done) = match access {
            None => {
                let Headers { key: header, fixed, .. } = &self.headers;
                (&self.base, fixed.clone(), header, &self.key, &self.contract.success, None)
            }
            Some(Access { base, header, key, success, is_done }) => {
                (base.unwrap_or(&self.base), HeaderMap::new(), header, *key, success, *is_done)
            }
        };
        let mut request = self
            .http
            .client(base)
            .request(method.clone(), address(base, path))
            .timeout(Duration::from_secs(self.limits.timeout_seconds.into()))
            .headers(fixed)
            .headers(if base == &self.base {
                self.headers.secret.clone()
            } else {
                HeaderMap::new()
            })
            .headers(headers.clone())
            .header(header.clone(), key_value(key)?);
        if !query.is_empty() {
            request = request.query(query);
        }
        if let Some(body) = body {
            request = request.json(body);
        }
        if method != reqwest::Method::GET
            && let Some(permit) = self.permit.get()
        {
            permit().map_err(CallError::NotPermitted)?;
        }
        let started = Instant::now();
        let answer = self.receive(request, asked, success, is_done, wanted).await;
        match &answer {
            // A system that asks to slow down is up.
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

    async fn receive<D: Decode>(
        &self,
        request: reqwest::RequestBuilder,
        asked: &Request<'_>,
        rule: &SuccessRule,
        is_done: Option<fn(&Json) -> bool>,
        wanted: &D,
    ) -> Result<Answer<D::Body>, CallError> {
        let is_secret = asked.is_secret;
        let excerpt =
            |text: &str| if is_secret { String::new() } else { self.redactor.excerpt(text) };
        let response = request.send().await.map_err(|error| self.network(&error))?;
        let status = response.status();
        let retry_after = retry_after(response.headers());
        let header = |name| response.headers().get(name)?.to_str().ok();
        let etag = header(reqwest::header::ETAG).map(str::to_owned);
        let date = header(reqwest::header::DATE).and_then(|it| httpdate::parse_http_date(it).ok());
        let mut body_hold = MemoryShare::new(&self.budget);
        let (mut plain, mut secret) = (Vec::new(), Zeroizing::new(Vec::new()));
        let bytes = if is_secret { &mut secret } else { &mut plain };
        self.body(response, asked.list_bytes, &mut body_hold, bytes).await?;
        let json = bytes.strip_prefix(BYTE_ORDER_MARK).unwrap_or(bytes);
        let text = || String::from_utf8_lossy(&json[..json.len().min(QUOTED_BYTES)]);
        let code = status.as_u16();
        let mut hold = MemoryShare::new(&self.budget);
        if let Some(is_done) = is_done
            && serde_json::from_slice(json).is_ok_and(|body| is_done(&body))
            && let Ok((_, body)) = wanted.decode(json, rule, &ParseContext::new(&mut hold))
        {
            return Ok(Answer { body, status: code, etag, date, hold });
        }
        if status.is_server_error() || code == 429 {
            return Err(match retry_after {
                Some(wait) if wait > LONGEST_PAUSE => CallError::Throttled { status: code, wait },
                _ => CallError::Server { status: code, excerpt: excerpt(&text()), retry_after },
            });
        }
        let is_empty = json.iter().all(u8::is_ascii_whitespace);
        match code {
            401 | 403 => return Err(CallError::KeyRefused(format!("HTTP {code}"))),
            // A page of a proxy says nothing about the record.
            404 if is_empty || serde_json::from_slice::<IgnoredAny>(json).is_ok() => {
                return Err(CallError::NotFound);
            }
            404 => return Err(CallError::NotJson { status: code, excerpt: excerpt(&text()) }),
            412 => return Err(CallError::PreconditionFailed),
            300..=399 => return Err(CallError::Redirect(code)),
            _ => {}
        }
        let has_rule = *rule != SuccessRule::default();
        if status.is_success() && !asked.wants_body && (!has_rule || is_empty) {
            return Ok(Answer { body: D::Body::default(), status: code, etag, date, hold });
        }
        let is_rejected = matches!(code, 409 | 422);
        let refused = |reason: String| match is_rejected {
            true => CallError::Rejected(reason),
            false => CallError::Refused(reason),
        };
        // Without a flag for refusals, the status shows them.
        let is_refused = rule.flag.is_none() && status.is_client_error();
        let by_status = |text: &str| {
            let reason = excerpt(text);
            let colon = if reason.is_empty() { "" } else { ": " };
            refused(format!("HTTP {code}{colon}{reason}"))
        };
        // Some systems label JSON as `text/html`, so the label is ignored.
        let (envelope, body) = match wanted.decode(json, rule, &ParseContext::new(&mut hold)) {
            Ok(decoded) => decoded,
            Err(ParseError::Failed(error)) => return Err(error.into()),
            Err(ParseError::NotJson) if is_refused || is_rejected => {
                return Err(by_status(&text()));
            }
            Err(ParseError::NotJson) => {
                return Err(CallError::NotJson { status: code, excerpt: excerpt(&text()) });
            }
        };
        match envelope.verdict(rule) {
            // The message for a wrong key, with status 200, in a public client (see
            // `sandbox::answer`).
            Verdict::Failure(reason) if reason.eq_ignore_ascii_case("invalid token") => {
                Err(CallError::KeyRefused(reason))
            }
            Verdict::Failure(_) if is_secret => Err(CallError::Withheld),
            Verdict::Failure(reason) => Err(refused(self.redactor.excerpt(&reason))),
            Verdict::Success if status.is_success() => {
                Ok(Answer { body, status: code, etag, date, hold })
            }
            Verdict::Success if is_rejected || !envelope.is_confirmed(rule) => {
                Err(by_status(&envelope.reason().unwrap_or_else(|| text().into_owned())))
            }
            Verdict::Success => {
                Err(CallError::Contract(format!("HTTP {code} with the sign of a success")))
            }
        }
    }

    /// Reads a body, decompressed, within the limits.
    async fn body(
        &self,
        mut response: reqwest::Response,
        list_bytes: Option<&AtomicUsize>,
        hold: &mut MemoryShare,
        bytes: &mut Vec<u8>,
    ) -> Result<(), CallError> {
        let Limits { max_body_mib, max_list_mib, .. } = self.limits;
        while let Some(chunk) = response.chunk().await.map_err(|error| self.network(&error))? {
            hold.add(chunk.len())?;
            within(
                bytes.len() + chunk.len(),
                "the body of one answer",
                "max_body_mib",
                max_body_mib,
            )?;
            if let Some(list_bytes) = list_bytes {
                let all = list_bytes.fetch_add(chunk.len(), Ordering::Relaxed) + chunk.len();
                within(all, "the list", "max_list_mib", max_list_mib)?;
            }
            bytes.extend_from_slice(&chunk);
        }
        Ok(())
    }

    /// Describes a failed exchange by its innermost cause; the outer errors repeat the URL.
    fn network(&self, error: &reqwest::Error) -> CallError {
        if error.is_timeout() {
            return CallError::Network(format!(
                "timed out after {} s",
                self.limits.timeout_seconds
            ));
        }
        let why = self.redactor.excerpt(&innermost(error));
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

/// Parses `Retry-After`: seconds or an HTTP date.
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
