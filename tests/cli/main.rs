//! Black-box tests of the real binary: its output and exit codes.

#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

mod apply;
mod attest;
mod by_people;
mod ci_job;
mod contract;
#[path = "../support/databases.rs"]
mod databases;
mod decide;
mod doctor;
mod drift;
mod elsewhere;
#[path = "../../src/systems/http/tests/encodings.rs"]
mod encodings;
mod evidence;
mod explain;
mod faults;
mod files;
mod fleet;
mod git;
mod handed_over;
mod handoff;
mod history;
mod hostile;
mod import;
mod journey;
mod kill;
mod large;
mod manual;
mod means;
mod message;
mod names;
mod new;
mod plan;
mod plan_formats;
mod prepared;
mod production;
#[path = "../support/programs.rs"]
mod programs;
mod proposed;
#[path = "../support/proxy.rs"]
mod proxy;
mod readme;
mod recorded;
mod renamed;
mod resumed;
mod rollback;
mod sandbox;
mod saved;
mod schema;
mod scope;
mod secrets;
mod served;
mod shared;
mod status;
mod status_filters;
mod status_invalid;
mod status_out;
mod suggested;
#[path = "../support/mod.rs"]
mod support;
mod terminal;
mod uploads;
mod usage;
mod validate;
mod verify;
mod walk;
