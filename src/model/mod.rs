//! The words of the domain: systems, settings, values, retailers, the project.
//!
//! Plain values without behaviour beyond their own meaning. Nothing here knows YAML
//! names, wire names, colours or steps of the process.

mod checkup;
pub mod contract;
mod live;
mod means;
pub mod name;
mod project;
mod retailer;
mod role;
pub mod secret;
mod setting;
mod system;
mod upload;
mod value;

pub use checkup::{Checkup, Health, Look};
pub use contract::Contract;
pub use live::{Company, Holdings, Id, Live, Reading, Record, Unread};
pub use means::{Changes, Means, ReadBy, WriteBy};
pub use project::{
    Backend, Database, Endpoint, Environment, KeySource, Limits, Partner, Project, Route, Safety,
};
pub use retailer::{Access, Fact, Journey, Milestone, Override, Retailer};
pub use role::Role;
pub use setting::{ByHand, Setting, SettingInfo, ValueKind};
pub use system::System;
pub use upload::Upload;
pub use value::Value;
