//! An HTTP client of one system: authentication and limits. `pace` says when its requests start,
//! `answer` judges the responses, and `retry` says when a call is made again.

use super::answer::{Answer, Decode, Expected, Head, Reply, Whole, judge};
use super::error::CallError;
use super::pace::{Pace, Place};
use super::redact::Redactor;
use super::retry::{self, Pauses};
use crate::model::address::is_loopback;
use crate::model::contract::{Method, SuccessRule};
use crate::model::{Company, Contract, Limits, Setting, System};
use crate::systems::addresses::Addresses;
use crate::systems::budget::{MemoryBudget, MemoryShare, within};
use crate::systems::innermost;
use async_trait::async_trait;
use reqwest::header::{HeaderMap, HeaderName, HeaderValue};
use secrecy::{ExposeSecret, SecretString};
use serde_json::Value as Json;
use std::collections::BTreeSet;
use std::num::NonZeroU32;
use std::sync::atomic::{AtomicU32, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, OnceLock, PoisonError};
use std::time::{Duration, Instant};
use tokio::sync::{OnceCell, Semaphore};
use url::Url;
use zeroize::Zeroizing;

/// The number of consecutive failed requests after which a system counts as down, once they have
/// lasted longer than the pauses of a call: more than one call with all its retries, so that one bad
/// record does not stop a run.
const FAILURES_IN_A_ROW: u32 = 40;

/// The pause after a 429 that names none: a rate is usually one per second.
const USUAL_PAUSE: Duration = Duration::from_secs(1);

/// A system that is reached over HTTP.
pub(crate) struct Client {
    pub system: System,
    pub contract: Contract,
    pub(super) connection: ClientConfig,
    pace: Pace,
    slots: Semaphore,
    deadline: Instant,
    /// The number of consecutive requests without a usable response, and when the first one failed.
    failures: Mutex<Option<(u32, Instant)>>,
    /// The number of answered requests that read.
    reads: AtomicU32,
    /// The number of other answered requests.
    writes: AtomicU32,
    /// Checked before each request that writes.
    permit: OnceLock<Arc<dyn Permit>>,
    /// The companies before the first write that names one.
    pub(super) companies_at_write: OnceCell<Option<Vec<Company>>>,
}

/// Refuses a request that writes if its run may no longer write.
#[async_trait]
pub(crate) trait Permit: Send + Sync {
    /// Checks it right before the request leaves. `is_repeated` is whether the action has sent a
    /// write before; the first one directly follows the record of its start.
    async fn confirm(&self, is_repeated: bool) -> Result<(), String>;
}

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
    /// Whether another write of the same action was sent before.
    pub is_repeated: bool,
    pub reply: Reply,
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
            is_repeated: false,
            reply: Reply::Required,
            access: None,
            list_bytes: None,
        }
    }
}

/// The parameters of a client other than its system's contract.
pub(crate) struct ClientConfig {
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
    /// The settings that a create may set and that an update leaves to people, or to nobody.
    pub on_create_only: BTreeSet<Setting>,
}

impl std::ops::Deref for Client {
    type Target = ClientConfig;

    fn deref(&self) -> &ClientConfig {
        &self.connection
    }
}

impl Client {
    /// Returns a client for a system.
    pub(crate) fn new(system: System, contract: Contract, connection: ClientConfig) -> Client {
        let Limits { concurrency, deadline_seconds, .. } = connection.limits;
        Client {
            system,
            contract,
            pace: Pace::new(connection.requests_per_second),
            slots: Semaphore::new(concurrency.max(1) as usize),
            deadline: Instant::now() + Duration::from_secs(deadline_seconds.into()),
            connection,
            failures: Mutex::default(),
            reads: AtomicU32::new(0),
            writes: AtomicU32::new(0),
            permit: OnceLock::new(),
            companies_at_write: OnceCell::new(),
        }
    }

    /// Sets the check before each request that writes.
    pub(crate) fn set_permit(&self, permit: Arc<dyn Permit>) {
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
        let pauses = Pauses::new(self.system, self.limits.retries, &self.reads);
        retry::repeated(pauses, || self.send_for(request, wanted, &self.reads)).await
    }

    /// Returns the pauses of a write that is yet to be made.
    pub(super) fn pauses(&self) -> Pauses<'_> {
        Pauses::new(self.system, self.limits.retries, &self.writes)
    }

    /// Sends a request once.
    pub(crate) async fn send(&self, request: &Request<'_>) -> Result<Answer, CallError> {
        self.send_for(request, &Whole, &self.writes).await
    }

    async fn send_for<D: Decode>(
        &self,
        asked: &Request<'_>,
        wanted: &D,
        answered: &AtomicU32,
    ) -> Result<Answer<D::Body>, CallError> {
        // Closed only when the client is dropped, and then nothing waits here.
        let _slot = self.slots.acquire().await;
        let mut place = self.pace.start(self.deadline).await;
        if let Some(failures) = self.is_down() {
            return Err(CallError::Down(failures));
        }
        if Instant::now() >= self.deadline {
            return Err(CallError::Deadline);
        }
        let request = self.build(asked)?;
        let method = name(asked.method);
        if method != reqwest::Method::GET
            && let Some(permit) = self.permit.get()
        {
            permit.confirm(asked.is_repeated).await.map_err(CallError::NotPermitted)?;
        }
        let started = Instant::now();
        place.mark_sent();
        let answer = self.receive(request, asked, wanted).await;
        self.note(answer.as_ref().err(), &mut place, answered);
        tracing::debug!(
            system = self.system.key(),
            %method,
            path = asked.path,
            outcome = match &answer {
                Ok(_) => "ok".to_owned(),
                Err(error) => error.to_string(),
            },
            milliseconds = started.elapsed().as_millis() as u64,
            "request"
        );
        answer
    }

    /// Returns the number of consecutive failures of a system that is down.
    fn is_down(&self) -> Option<u32> {
        let failures = self.failures.lock().unwrap_or_else(PoisonError::into_inner);
        let (count, since) = (*failures)?;
        let is_tried = since.elapsed() >= retry::longest(self.limits.retries);
        (count >= FAILURES_IN_A_ROW && is_tried).then_some(count)
    }

    /// Notes how a request ended, and pauses if the system asks for it.
    fn note(&self, error: Option<&CallError>, place: &mut Place, answered: &AtomicU32) {
        let mut pause = error.and_then(CallError::retry_after);
        if error.is_some_and(CallError::is_put_off) {
            place.mark_put_off();
            pause = pause.or(Some(USUAL_PAUSE));
        }
        let mut failures = self.failures.lock().unwrap_or_else(PoisonError::into_inner);
        match (error, pause) {
            // A system that asks for a pause is up.
            (_, Some(pause)) => {
                *failures = None;
                self.pace.pause(pause);
            }
            (Some(CallError::Throttled { .. }), None) => *failures = None,
            (Some(error), None) if error.is_transient() => {
                let (count, since) = failures.unwrap_or((0, Instant::now()));
                *failures = Some((count + 1, since));
            }
            _ => {
                *failures = None;
                answered.fetch_add(1, Ordering::Relaxed);
            }
        }
    }

    /// Returns a request with its credentials: the admin's key and fixed headers for admin calls
    /// only, and the secret headers for the system's own address.
    fn build(&self, asked: &Request<'_>) -> Result<reqwest::RequestBuilder, CallError> {
        let Request { method, path, query, body, headers, access, .. } = asked;
        let (base, header, key) = match access {
            None => (&self.base, &self.headers.key, &self.key),
            Some(Access { base, header, key, .. }) => (base.unwrap_or(&self.base), header, *key),
        };
        let mut request = self
            .http
            .client(base)
            .request(name(*method), address(base, path))
            .timeout(Duration::from_secs(self.limits.timeout_seconds.into()));
        if access.is_none() {
            request = request.headers(self.headers.fixed.clone());
        }
        if base == &self.base {
            request = request.headers(self.headers.secret.clone());
        }
        request = request.headers(headers.clone()).header(header.clone(), key_value(key)?);
        if !query.is_empty() {
            request = request.query(query);
        }
        Ok(match body {
            Some(body) => request.json(body),
            None => request,
        })
    }

    /// Fetches a response and judges it.
    async fn receive<D: Decode>(
        &self,
        request: reqwest::RequestBuilder,
        asked: &Request<'_>,
        wanted: &D,
    ) -> Result<Answer<D::Body>, CallError> {
        let response = request.send().await.map_err(|error| self.network(&error))?;
        let head = Head::of(&response);
        let mut body_hold = MemoryShare::new(&self.budget);
        let (mut plain, mut secret) = (Vec::new(), Zeroizing::new(Vec::new()));
        let bytes = if asked.reply == Reply::Secret { &mut secret } else { &mut plain };
        self.body(response, asked.list_bytes, &mut body_hold, bytes).await?;
        let (success, is_done) = match &asked.access {
            None => (&self.contract.success, None),
            Some(Access { success, is_done, .. }) => (success, *is_done),
        };
        let (reply, redactor) = (asked.reply, &self.redactor);
        let expected = Expected { success, is_done, reply, redactor };
        judge(head, bytes, &expected, wanted, MemoryShare::new(&self.budget))
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
        // The connection returns to the pool before the next request, which then needs no other.
        tokio::task::yield_now().await;
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
