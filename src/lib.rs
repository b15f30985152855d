//! `reconcile` brings retailers' live set-up in OmniParcel, OmniReturns and OmniRPS to
//! what YAML files in Git declare.
//!
//! # Data flow
//!
//! ```text
//! retailers/*.yaml ─ config ─► Retailer ─ process ─► DesiredState ┐
//!                                                           ├─ matching, diff, plan ─► Plan ─┬─ render ─► text, JSON, Markdown …
//! OmniParcel  ┐                                             │                                └─ apply ─┬► systems
//! OmniRPS     ├─ systems (read) ──────────────────► Live ───┘                                          └► runs
//! OmniReturns ┘
//! ```
//!
//! `rollback` makes a `Plan` too, from a past run's journal and `Live`.
//! [`mod@import`] works in the other direction: from [`model::Live`] to retailer files.
//! [`mod@config::edit`] writes into a file what people confirm. [`status`] derives from the fleet
//! and its `Plan` who has to do what next. [`verify`] decides each step of a verification, and what
//! it has proven; [`driver`] executes its steps, and plans. [`handoff`] is separate from this: it
//! writes a retailer's keys from the systems to a file that only the partner can open.
//!
//! One direction, no loops: a table in `docs/maintaining.md` says which room uses which. Each stage
//! is a plain function of values. A [`session`] is what a command works with: options, files,
//! an environment. `commands` wires them together and decides nothing.
//!
//! [`authoring`] drafts the file of a new retailer, [`message`] writes the text that a next
//! step needs, and [`uploads`] counts whether returns still arrive.
//!
//! A file states facts about a retailer, and the process derives the settings. To add a
//! setting, touch three places: a row of [`model::Setting`], a line in [`process`] and a field
//! in `systems/http/contract.yaml`. [`mod@model::types`] says how to add a key to a file format.
//!
//! The API of a system is described by data, too: a [`model::Contract`], the built-in one or that
//! of a file which the environment names.
//!
//! # Invariants
//!
//! `tests/tidy.rs` enforces those that can be seen in the source, and
//! `tests/properties` those that can be seen from outside.
//!
//! 1. [`process`], [`matching`], [`diff`], [`mod@plan`], [`explain`], [`status`], [`identity`],
//!    [`verify`], [`rollback`], [`mod@import`], [`mod@config::edit`] and [`render`] are pure: no
//!    network, files, clock, environment or randomness; their maps are ordered, or cannot be
//!    iterated. The same input gives the same bytes.
//! 2. Planning holds a [`systems::Reader`], which cannot write. There is no dry-run
//!    mode of apply.
//! 3. A [`plan::Plan`] holds all that apply needs, and apply makes no choices.
//! 4. A system that was not read is unknown, not empty: nothing is planned for it, and
//!    nothing that depends on it.
//! 5. Only [`systems`] knows wire names (and [`sandbox`], which plays the systems), only
//!    [`render`] knows colours, only [`process`] knows steps.
//! 6. Secrets live in a type that redacts itself, are read as late as possible, and are
//!    in no plan, output, log or journal. Only `handoff` and `verify` fetch a retailer's
//!    keys: `handoff` writes them encrypted; `verify` never outputs them.
//! 7. An action's start is on the disk in the [`runs`] before its request leaves; the same
//!    holds for a test label and a test return, in the test-run record.

mod apply;
mod attest;
mod authoring;
mod cli;
mod codes;
mod commands;
mod completion;
mod config;
mod console;
mod diagnostic;
mod diff;
mod driver;
mod exit;
mod explain;
mod files;
mod git;
mod handoff;
mod identity;
mod import;
mod import_files;
mod interrupt;
mod locate;
mod lookup;
mod matching;
mod message;
mod model;
mod notify;
mod output;
mod parallel;
mod plan;
mod plan_file;
mod process;
mod progress;
mod render;
mod rollback;
mod runs;
pub mod sandbox;
mod scope;
mod session;
mod shell;
mod status;
mod systems;
#[cfg(test)]
mod testing;
#[cfg(test)]
mod tests;
mod uploads;
// The servers of the stores' tests.
#[cfg(test)]
#[path = "../tests/support/databases.rs"]
mod databases;
#[cfg(test)]
#[path = "../tests/support/programs.rs"]
mod programs;
#[cfg(test)]
#[path = "../tests/support/proxy.rs"]
mod proxy;
mod verify;

pub use apply::{ApplyEvent, ApplyReport, EventSink, Stop, apply};
pub use cli::{Cli, Color};
pub use commands::{print_failure, run};
pub use completion::complete;
pub use config::{Checked, Source, Sources, check, edit};
pub use console::stderr;
pub use exit::{Exit, Failure};
pub use import::{Import, ImportInput, import, pin};
pub use model::{
    Attribution, Capabilities, Company, Fact, HubAddress, Id, Journey, Limits, Live, Milestone,
    Partner, Record, Retailer, Setting, SettingValues, System, SystemReading, SystemState, Upload,
    Value, name,
};
pub use plan::{Kind, Plan, PlanInput, plan};
pub use process::milestones::milestone_rules;
pub use systems::sql::{Database, SqlError, Terms, Uploads};
pub use systems::{Reader, Writer, open_sandbox};
