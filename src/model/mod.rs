//! The words of the domain: systems, settings, values, retailers, the project.
//!
//! Plain values without behaviour beyond their own meaning. Nothing here knows YAML
//! names, wire names, colours or steps of the process.

mod capabilities;
pub mod contract;
mod health;
mod live;
pub mod name;
mod project;
mod retailer;
mod role;
pub mod secret;
mod setting;
mod system;
mod upload;
mod value;

pub use capabilities::{Capabilities, ChangedBy, ReadBy, WriteBy};
pub use contract::Contract;
pub use health::{Health, HealthReport, Look};
pub use live::{Company, Id, Live, ReadFailure, Record, SystemReading, SystemState};
pub use project::{
    Backend, Database, Endpoint, Environment, KeySource, Limits, Partner, Project, Route, Safety,
};
pub use retailer::{Access, Fact, Journey, Milestone, Override, Retailer};
pub use role::Role;
pub use setting::{ByHand, Setting, SettingInfo, ValueKind};
pub use system::System;
pub use upload::Upload;
pub use value::Value;
