//! Turns values into output. A renderer computes nothing, and only renderers know
//! colours.

mod alerts;
pub mod attest;
pub mod board;
pub mod diagnostics;
pub mod doctor;
pub mod drift;
pub mod explain;
pub mod github;
pub mod handoff;
pub mod history;
pub mod import;
pub mod json;
pub mod markdown;
pub mod report;
pub mod rollback;
pub mod sarif;
pub mod status;
pub mod style;
#[cfg(test)]
mod tests;
pub mod text;
pub mod unified;
pub mod verify;
