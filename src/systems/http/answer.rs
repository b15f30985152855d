//! Judges a response: an answer, or why it is unusable.
//!
//! Pure. Enters: a status, headers and bytes. Leaves: the decoded body, or a [`CallError`].

use super::envelope::{Envelope, Verdict};
use super::error::CallError;
use super::pick::{ParseContext, ParseError, TreeSeed};
use super::redact::{LOOKED_AT_BYTES, Redactor};
use super::retry::{MAX_PAUSE, retry_after};
use crate::model::contract::SuccessRule;
use crate::systems::budget::MemoryShare;
use reqwest::StatusCode;
use reqwest::header::{DATE, ETAG};
use serde::de::IgnoredAny;
use serde_json::Value as Json;
use std::time::{Duration, SystemTime};

/// How much of a body is considered for messages: more than the redactor looks at, so that it
/// knows that the body was cut, perhaps in the middle of a key.
const QUOTED_BYTES: usize = LOOKED_AT_BYTES + 4;

/// A byte order mark, which some programs write before JSON (RFC 8259, section 8.1, allows
/// parsers to ignore it).
const BYTE_ORDER_MARK: &[u8] = b"\xef\xbb\xbf";

/// Why JSON cannot be used.
const UNREADABLE: &str = "a value in it cannot be read: half a character, text in a wrong encoding, \
                          a number out of range, or more than 127 lists or objects in each other";

/// Why a response that contains a key is neither a success nor a failure.
const HIDDEN_FLAG: &str =
    "the flag of success is neither true nor false; it is not shown, because it may be a key";

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
pub(super) struct Whole;

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

/// A response without its body.
#[derive(Debug)]
pub(super) struct Head {
    status: StatusCode,
    etag: Option<String>,
    date: Option<SystemTime>,
    retry_after: Option<Duration>,
}

impl Head {
    pub(super) fn of(response: &reqwest::Response) -> Head {
        let header = |name| response.headers().get(name)?.to_str().ok();
        Head {
            status: response.status(),
            etag: header(ETAG).map(str::to_owned),
            date: header(DATE).and_then(|date| httpdate::parse_http_date(date).ok()),
            retry_after: retry_after(response.headers()),
        }
    }
}

/// What a request expects of the body of its response.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Reply {
    /// It may be empty.
    Optional,
    Required,
    /// It contains a key that is not redacted yet, so no error may quote it.
    Secret,
    /// The caller judges one that shows neither success nor failure.
    JudgedByCaller,
}

/// What a request expects of its response.
#[derive(Clone, Copy)]
pub(super) struct Expected<'a> {
    pub success: &'a SuccessRule,
    pub is_done: Option<fn(&Json) -> bool>,
    pub reply: Reply,
    /// Redacts what messages quote.
    pub redactor: &'a Redactor,
}

/// Judges a response. A body that shows that the call took effect decides first, then the
/// status, then the contract's rule of success.
pub(super) fn judge<D: Decode>(
    head: Head,
    bytes: &[u8],
    expected: &Expected<'_>,
    wanted: &D,
    mut hold: MemoryShare,
) -> Result<Answer<D::Body>, CallError> {
    let Head { status, etag, date, retry_after } = head;
    let Expected { success: rule, is_done, reply, redactor } = *expected;
    let is_secret = reply == Reply::Secret;
    let code = status.as_u16();
    let json = bytes.strip_prefix(BYTE_ORDER_MARK).unwrap_or(bytes);
    let text = || String::from_utf8_lossy(&json[..json.len().min(QUOTED_BYTES)]);
    let excerpt = |text: &str| if is_secret { String::new() } else { redactor.excerpt(text) };
    let answer = |body, hold| Answer { body, status: code, etag, date, hold };
    if let Some(is_done) = is_done
        && serde_json::from_slice(json).is_ok_and(|body| is_done(&body))
        && let Ok((_, body)) = wanted.decode(json, rule, &ParseContext::new(&mut hold))
    {
        return Ok(answer(body, hold));
    }
    if let Some(error) = by_status(code, json, retry_after, || excerpt(&text())) {
        return Err(error);
    }
    let has_rule = *rule != SuccessRule::default();
    if status.is_success() && reply == Reply::Optional && (!has_rule || is_empty(json)) {
        return Ok(answer(D::Body::default(), hold));
    }
    let is_rejected = matches!(code, 409 | 422);
    let refused = |reason: String| match is_rejected {
        true => CallError::Rejected(reason),
        false => CallError::Refused(reason),
    };
    // Without a flag for refusals, the status shows them.
    let is_refused = rule.flag.is_none() && status.is_client_error();
    let with_status = |text: &str| {
        let reason = excerpt(text);
        let colon = if reason.is_empty() { "" } else { ": " };
        refused(format!("HTTP {code}{colon}{reason}"))
    };
    // Some systems label JSON as `text/html`, so the label is ignored.
    let (envelope, body) =
        wanted.decode(json, rule, &ParseContext::new(&mut hold)).map_err(|error| match error {
            ParseError::Failed(error) => error.into(),
            ParseError::NotJson if is_refused || is_rejected => with_status(&text()),
            ParseError::NotJson if status.is_success() && is_json(json) => {
                CallError::Contract(UNREADABLE.to_owned())
            }
            ParseError::NotJson => CallError::NotJson { status: code, excerpt: excerpt(&text()) },
        })?;
    match envelope.verdict(rule) {
        // The message for a wrong key, with status 200, in a public client (see
        // `sandbox::answer`).
        Verdict::Failure(reason) if reason.eq_ignore_ascii_case("invalid token") => {
            Err(CallError::KeyRefused(reason))
        }
        Verdict::Failure(_) if is_secret => Err(CallError::Withheld),
        Verdict::Failure(reason) => Err(refused(redactor.excerpt(&reason))),
        Verdict::Unclear(what) if status.is_success() && reply != Reply::JudgedByCaller => {
            let shown = if is_secret { HIDDEN_FLAG.to_owned() } else { redactor.message(&what) };
            Err(CallError::Contract(shown))
        }
        _ if status.is_success() => Ok(answer(body, hold)),
        _ if is_rejected || !envelope.is_confirmed(rule) => {
            Err(with_status(&envelope.reason().unwrap_or_else(|| text().into_owned())))
        }
        _ => Err(CallError::Contract(format!("HTTP {code} with the sign of a success"))),
    }
}

/// Returns the error of a status that decides alone.
fn by_status(
    status: u16,
    json: &[u8],
    retry_after: Option<Duration>,
    excerpt: impl Fn() -> String,
) -> Option<CallError> {
    Some(match (status, retry_after) {
        (408 | 429 | 500..=599, Some(wait)) if wait > MAX_PAUSE => {
            CallError::Throttled { status, wait }
        }
        (408 | 429 | 500..=599, _) => CallError::Server { status, excerpt: excerpt(), retry_after },
        (401 | 403, _) => CallError::KeyRefused(format!("HTTP {status}")),
        // A page of a proxy says nothing about the record.
        (404, _) if !is_empty(json) && !is_json(json) => {
            CallError::NotJson { status, excerpt: excerpt() }
        }
        (404, _) => CallError::NotFound,
        (412, _) => CallError::PreconditionFailed,
        (300..=399, _) => CallError::Redirect(status),
        _ => return None,
    })
}

/// Returns whether a text has the form of JSON, whatever its values are.
fn is_json(json: &[u8]) -> bool {
    serde_json::from_slice::<IgnoredAny>(json).is_ok()
}

fn is_empty(json: &[u8]) -> bool {
    json.iter().all(u8::is_ascii_whitespace)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::systems::budget::MemoryBudget;

    fn judged(code: u16, body: &str, change: impl Fn(&mut Head, &mut Expected<'_>)) -> String {
        let status = StatusCode::from_u16(code).unwrap();
        let mut head = Head { status, etag: None, date: None, retry_after: None };
        let (success, redactor) = (SuccessRule::default(), Redactor::new([]));
        let mut expected = Expected {
            success: &success,
            is_done: None,
            reply: Reply::Required,
            redactor: &redactor,
        };
        change(&mut head, &mut expected);
        let hold = MemoryShare::new(&MemoryBudget::new(1));
        match judge(head, body.as_bytes(), &expected, &Whole, hold) {
            Ok(answer) => answer.body.to_string(),
            Err(error) => format!("{error:?}"),
        }
    }

    #[test]
    fn a_body_that_shows_the_effect_outranks_its_status() {
        let body = r#"{"done":1}"#;
        for code in [200, 401, 404, 429, 500] {
            let is_done = |_: &mut Head, expected: &mut Expected<'_>| {
                expected.is_done = Some(|body| body.get("done").is_some());
            };
            assert_eq!(judged(code, body, is_done), body);
            assert_eq!(judged(code, body, |_, _| ()) == body, code == 200);
        }
    }

    #[test]
    fn a_pause_longer_than_the_longest_is_not_waited_for() {
        let judged = |code, seconds| {
            judged(code, "", |head, _| head.retry_after = Some(Duration::from_secs(seconds)))
        };
        for code in [429, 503] {
            let server =
                format!("Server {{ status: {code}, excerpt: \"\", retry_after: Some(60s) }}");
            assert_eq!(judged(code, 60), server);
            assert_eq!(judged(code, 61), format!("Throttled {{ status: {code}, wait: 61s }}"));
        }
        assert_eq!(judged(401, 61), r#"KeyRefused("HTTP 401")"#);
    }

    #[test]
    fn json_with_a_value_that_cannot_be_read_is_json() {
        let deep = "[".repeat(200) + &"]".repeat(200);
        for value in ["1e400", r#""caf\ud83d""#, deep.as_str()] {
            let body = format!(r#"{{"Id": 5, "Notes": {value}}}"#);
            let judged = judged(200, &body, |_, _| ());
            assert!(judged.starts_with("Contract(\"a value in it cannot be read"), "{judged}");
        }
        assert!(judged(200, r#"{"Id": 5"#, |_, _| ()).starts_with("NotJson"));
    }

    #[test]
    fn a_key_across_the_end_of_what_is_looked_at_is_not_quoted() {
        let key = "rpskey-1234567-abcdefghij";
        let redactor: &Redactor =
            Box::leak(Box::new(Redactor::new([secrecy::SecretString::from(key)])));
        let quoted = |text: &str, before: usize| {
            let body = format!("<html>{}{text} end</html>", " ".repeat(before));
            judged(400, &body, |_, expected| expected.redactor = redactor)
        };
        let last = (64 << 10) - "<html>".len();
        for shown in 1..key.len() + 4 {
            let judged = quoted(key, last - shown);
            assert!(!judged.contains("rps") && judged.contains("[redacted]"), "{shown}: {judged}");
        }
        assert_eq!(quoted("sorry", 9), r#"Refused("HTTP 400: <html> sorry end</html>")"#);
    }

    #[test]
    fn a_secret_response_is_never_quoted() {
        for (code, body) in [(500, "k3y"), (200, "k3y"), (404, "k3y"), (400, r#"{"k":"k3y"}"#)] {
            assert!(judged(code, body, |_, _| ()).contains("k3y"), "{code}");
            let hidden = judged(code, body, |_, expected| expected.reply = Reply::Secret);
            assert!(!hidden.contains("k3y"), "{code}: {hidden}");
        }
    }
}
