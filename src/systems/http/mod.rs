//! Systems over HTTP. The contract defines a system's calls and field names; `client` sends
//! requests, `answer` judges the responses, and `pages`, `read`, `write` and `create` use them.
//! `pace` limits our own requests; `retry` repeats reads after a lost connection, a 5xx, a 408 or a
//! 429, which may have a `Retry-After`, and `write` and `create` look up what their writes did
//! before they repeat them. No other module knows wire names.

mod answer;
mod body;
mod client;
mod company;
mod create;
mod envelope;
mod error;
mod forms;
mod keys;
pub(crate) mod label;
mod matched;
mod pace;
mod pages;
mod pick;
mod read;
mod redact;
mod retry;
mod runtime;
#[cfg(test)]
mod tests;
pub(super) mod value;
mod write;

pub(crate) use client::{Client, ClientConfig, Headers, Http, Permit};
pub(crate) use error::CallError;
pub(super) use keys::has_secret;
pub(crate) use pages::Probe;
pub(crate) use redact::Redactor;
