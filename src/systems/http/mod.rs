//! Systems over HTTP. The contract defines a system's calls and field names; `client` sends
//! requests, and `pages`, `read` and `write` use it. No other module knows wire names.

mod body;
mod client;
mod company;
mod envelope;
mod error;
mod forms;
mod keys;
pub(crate) mod label;
mod matched;
mod pages;
mod pick;
mod rate;
mod read;
mod redact;
mod runtime;
#[cfg(test)]
mod tests;
pub(super) mod value;
mod write;

pub(crate) use client::{Client, Connection, Headers, Http, Permit};
pub(crate) use error::CallError;
pub(crate) use redact::Redactor;
