//! The errors of a call.

use crate::apply::WriteEffect;
use crate::systems::budget::TooLarge;
use std::time::Duration;

/// Why a call returned no usable response. All texts are redacted.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub(crate) enum CallError {
    #[error("no response: {0}")]
    Network(String),
    /// Nothing was sent, because no connection was possible.
    #[error("no response: {0}")]
    NotConnected(String),
    #[error("HTTP {status}{}", quoted(.excerpt))]
    Server { status: u16, excerpt: String, retry_after: Option<Duration> },
    #[error("asks for a pause of {} s (HTTP {status}), longer than this tool waits", .wait.as_secs())]
    Throttled { status: u16, wait: Duration },
    #[error("the key was rejected: {0}")]
    KeyRefused(String),
    #[error("there is no such record or path (HTTP 404)")]
    NotFound,
    #[error("the record has changed since it was read (HTTP 412)")]
    PreconditionFailed,
    #[error(
        "responds with a redirect (HTTP {0}), which is not followed because it would expose the key"
    )]
    Redirect(u16),
    #[error("the answer is not JSON (HTTP {status}){}", quoted(.excerpt))]
    NotJson { status: u16, excerpt: String },
    #[error("rejected: {0}")]
    Refused(String),
    /// HTTP 409 or 422. A create may already have taken effect in an earlier attempt whose
    /// response was lost.
    #[error("rejected: {0}")]
    Rejected(String),
    #[error("the answer is about another record: asked for {asked}, got {got}")]
    OtherRecord { asked: String, got: String },
    #[error(transparent)]
    TooLarge(#[from] TooLarge),
    #[error("rejected; its message is not shown, because it may contain a key")]
    Withheld,
    #[error("no key has been issued")]
    NoKey,
    #[error("the system returned {0}")]
    NotAKey(&'static str),
    #[error("the contract has no `{0}` call")]
    NoCall(&'static str),
    #[error("is not responding: {0} requests in a row failed, so no more are sent")]
    Down(u32),
    #[error("the deadline of this run has passed, so nothing more is sent")]
    Deadline,
    #[error("it was not sent: {0}")]
    NotPermitted(String),
    /// An earlier attempt may have taken effect.
    #[error("it was not sent again: {0}")]
    NotSentAgain(String),
    #[error(
        "the record has the number {0}, which would be sent back as another one, so nothing was sent"
    )]
    Inexact(String),
    #[error("the record has no place for a value at `{0}`, so nothing was sent")]
    NoPlace(String),
    #[error("the answer does not fit the contract: {0}")]
    Contract(String),
    #[error(
        "the list changed while it was read, {tries} times in a row: it reports {total} records, \
         but returned {distinct}"
    )]
    Moved { tries: usize, total: u64, distinct: usize },
    #[error(
        "the list changed while it was read, {tries} times in a row: it returned a record twice"
    )]
    Shifted { tries: usize },
}

fn quoted(excerpt: &str) -> String {
    if excerpt.is_empty() { String::new() } else { format!(": {excerpt}") }
}

impl CallError {
    /// Returns whether the same call may succeed after a short time.
    pub(crate) fn is_transient(&self) -> bool {
        matches!(
            self,
            CallError::Network(_) | CallError::NotConnected(_) | CallError::Server { .. }
        )
    }

    /// Returns whether the system asks to slow down, and will take the same call soon.
    pub(super) fn is_put_off(&self) -> bool {
        matches!(self, CallError::Server { status: 429, .. })
    }

    /// Returns whether a write may have taken effect nevertheless, including a success with
    /// an invalid body. Of the statuses that ask for a retry, only 429 excludes it.
    pub(crate) fn may_have_happened(&self) -> bool {
        match self {
            CallError::Server { status, .. } | CallError::Throttled { status, .. } => {
                *status != 429
            }
            CallError::NotJson { status, .. } => (200..300).contains(status),
            // The usual answers after a form was accepted; the others repeat the request.
            CallError::Redirect(status) => matches!(status, 302 | 303),
            CallError::Network(_)
            | CallError::NotSentAgain(_)
            | CallError::Contract(_)
            | CallError::OtherRecord { .. }
            | CallError::TooLarge(_) => true,
            _ => false,
        }
    }

    /// Returns whether the answer to a write was lost or unusable, so only a look-up shows
    /// its effect. An answer about another record is neither.
    pub(crate) fn is_lost(&self) -> bool {
        self.may_have_happened() && !matches!(self, CallError::OtherRecord { .. })
    }

    /// Returns the effect of a write that failed.
    pub(crate) fn effect(&self) -> WriteEffect {
        if self.may_have_happened() { WriteEffect::Possible } else { WriteEffect::None }
    }

    /// Returns the error of an attempt after others with this effect.
    pub(crate) fn again(self, effect: WriteEffect) -> CallError {
        match self {
            CallError::NotPermitted(why) if effect.is_possible() => CallError::NotSentAgain(why),
            error => error,
        }
    }

    /// Returns the delay that the system asked for.
    pub(crate) fn retry_after(&self) -> Option<Duration> {
        match self {
            CallError::Server { retry_after, .. } => *retry_after,
            _ => None,
        }
    }

    /// Returns what to do about it; completes "hint: …".
    pub(crate) fn hint(&self) -> &'static str {
        match self {
            CallError::Network(_) | CallError::NotConnected(_) => {
                "check that the system is up and that its `url` in the project file is right"
            }
            CallError::Moved { .. } | CallError::Shifted { .. } => {
                "run the command again when fewer people work in the system"
            }
            CallError::Server { .. } | CallError::Throttled { .. } => {
                "wait until the system has recovered"
            }
            CallError::KeyRefused(_) => "check the key that the project file names for the system",
            CallError::NotFound | CallError::Redirect(_) | CallError::NotJson { .. } => {
                "check the system's `url` in the project file"
            }
            CallError::Down(_) => "run the command again when the system is up",
            CallError::Deadline => {
                "run the command again to continue, or raise `limits.deadline_seconds`"
            }
            CallError::NotPermitted(_) | CallError::NotSentAgain(_) => {
                "run the command again when the other run has ended"
            }
            CallError::Inexact(_) => {
                "make the change in the system by hand; if it accepts single fields, remove \
                 `sends: record` from the contract file"
            }
            CallError::NoPlace(_) => {
                "make the change in the system by hand, or correct the pointer in the contract file"
            }
            CallError::PreconditionFailed => "plan again to see the current values of the record",
            CallError::Refused(_) | CallError::Rejected(_) => {
                "resolve the problem that the system reports"
            }
            CallError::OtherRecord { .. } => {
                "check what is between this tool and the system, such as a proxy; then plan again"
            }
            CallError::TooLarge(_) => TooLarge::hint(),
            CallError::Withheld => "check in the system whether a key has been issued",
            CallError::NotAKey(_) => {
                "ask SEKO to issue a separate key for the retailer, or correct the `key` call in the \
                 contract file"
            }
            CallError::NoKey => "have one issued in the system, then run the command again",
            CallError::NoCall(_) => {
                "add it to the contract file of the environment, or do this by hand"
            }
            CallError::Contract(_) => {
                "the system does not follow the admin contract; see docs/connecting.md on \
                 deployments whose endpoints differ"
            }
        }
    }
}
