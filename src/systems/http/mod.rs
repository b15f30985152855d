//! Systems over HTTP. `contract` says what a system's calls and fields are called,
//! `client` sends, `read` and `write` use it; nothing else knows wire names.

mod client;
pub mod contract;
mod envelope;
mod error;
mod read;
mod redact;
mod value;
mod write;

pub use client::{Client, Connection};
pub use error::CallError;
pub use redact::Redactor;
