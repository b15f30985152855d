//! Reading systems from real databases.

#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

mod agreement;
#[path = "../support/databases.rs"]
mod databases;
mod engine;
mod limits;
mod sandbox;
mod secrets;
mod types;
