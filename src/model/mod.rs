//! The domain model: systems, settings, values, retailers, the project.
//!
//! Plain values, and the formats of the files that contain them ([`types`]). This module
//! knows no wire names, colours or steps of the process.

pub(crate) mod address;
mod advice;
mod blocker;
mod capabilities;
mod connote;
pub(crate) mod contract;
mod health;
mod keyed;
mod list;
mod live;
mod milestone;
pub mod name;
mod project;
mod retailer;
mod retailer_file;
mod role;
mod roles;
pub(crate) mod secret;
mod setting;
mod system;
pub(crate) mod types;
mod upload;
mod value;

pub(crate) use advice::Advice;
pub(crate) use blocker::{Blocker, BlockerCode};
pub use capabilities::Capabilities;
pub(crate) use capabilities::{ChangedBy, ReadBy, WriteBy};
pub(crate) use connote::is_connote;
pub(crate) use contract::Contract;
pub(crate) use health::HealthCheck;
pub(crate) use keyed::keyed;
pub(crate) use list::{joined, listed};
pub use live::{Company, Id, Live, Record, SettingValues, SystemReading, SystemState};
pub(crate) use live::{NOT_READ, exact_number};
pub use milestone::Milestone;
pub(crate) use project::{
    Backend, Endpoint, Environment, EnvironmentFile, People, Project, ProjectFile, Route,
    RouteFile, S3, SANDBOX, Safety, Sql, State,
};
pub use project::{HubAddress, Limits, Partner};
pub(crate) use retailer::JourneyKind;
pub(crate) use retailer::{Access, Override};
pub use retailer::{Attribution, Fact, Journey, Retailer};
pub(crate) use retailer_file::{AccessDecision, OverrideKeys, RetailerFile};
pub(crate) use role::Role;
pub(crate) use roles::Roles;
pub use setting::Setting;
pub(crate) use setting::ValueKind;
pub use system::System;
pub(crate) use types::KeySource;
pub use upload::Upload;
pub use value::Value;
