//! Does what a plan or a verification decides: sends requests, waits, and records.
//!
//! Enters: a plan, or what a verification is to prove, and an open environment. Leaves: a
//! report. The plan and the verification make the decisions.

mod apply;
mod fleet;
mod loop_upload;
mod prepare;
mod read_only;
mod verify;

pub(crate) use apply::ApplyRun;
pub(crate) use fleet::check_fleet;
pub(crate) use verify::VerifyRun;
