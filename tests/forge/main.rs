//! What forges and their CI systems make of the output.

#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

mod commands;
mod formats;
mod schemas;
#[path = "../support/mod.rs"]
mod support;
