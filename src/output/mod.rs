//! What commands print and write in one of several formats.
//!
//! Enters: a value and the options that choose its format. Leaves: bytes on stdout and in
//! files.

mod apply;
mod board;
mod files;
mod plan;
mod problems;
mod status;

pub(crate) use apply::publish_applied;
pub(crate) use board::Evidence;
use files::write_reports;
pub(crate) use plan::PlanOutput;
pub(crate) use problems::Problems;
pub(crate) use status::StatusOutput;
