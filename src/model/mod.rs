//! The words of the domain: systems, settings, values, retailers, the project.
//!
//! Plain values without behaviour beyond their own meaning. Nothing here knows YAML
//! names, wire names, colours or steps of the process.

mod checkup;
mod live;
pub mod name;
mod project;
mod retailer;
mod setting;
mod system;
mod value;

pub use checkup::{Checkup, Health};
pub use live::{Company, Holdings, Id, Live, Reading, Record, Unread};
pub use project::{Backend, Endpoint, Environment, KeySource, Limits, Partner, Project, Safety};
pub use retailer::{Access, Fact, Journey, Milestone, Override, Retailer};
pub use setting::{ByHand, Setting, SettingInfo, ValueKind};
pub use system::System;
pub use value::Value;
