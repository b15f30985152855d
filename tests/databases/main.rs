//! Reading systems from real databases.

#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

mod agreement;
#[path = "../support/databases.rs"]
mod databases;
mod engine;
mod journey;
mod limits;
#[path = "../support/programs.rs"]
mod programs;
mod sandbox;
mod secrets;
#[path = "../support/mod.rs"]
mod support;
mod types;
mod uploads;
