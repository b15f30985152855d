//! A retailer as its file declares it: facts, not settings.

use super::keyed::keyed;
use super::types::{Day, Name, RecordId, mapping};
use super::{HubAddress, Milestone, Partner, Setting, System, Value};
use clap::ValueEnum;
use jiff::civil::Date;
use litemap::LiteMap;
use serde::{Deserialize, Serialize};

/// A validated retailer file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Retailer {
    /// The file's name without its extension; unique in a fleet.
    pub slug: String,
    /// The file's path relative to the current folder.
    pub file: String,
    /// The name exactly as entered in OmniRPS.
    pub name: String,
    pub journey: Journey,
    pub account_manager: Option<String>,
    /// When and by whom the access of `journey` was decided, as far as the file says.
    pub decided: Attribution,
    /// The OmniReturns base name, if it differs from `name`.
    pub omnireturns_name: Option<String>,
    /// The pinned record ids.
    pub ids: LiteMap<System, String>,
    /// The hubs that its returns are sent to, if they differ from the partner's.
    pub hub_addresses: Vec<HubAddress>,
    pub milestones: LiteMap<Milestone, Fact>,
    pub overrides: LiteMap<Setting, Override>,
    pub notes: Option<String>,
}

impl Retailer {
    /// Returns a retailer whose file has nothing but a name and a journey.
    pub(crate) fn new(slug: String, file: String, name: String, journey: Journey) -> Retailer {
        Retailer {
            slug,
            file,
            name,
            journey,
            account_manager: None,
            decided: Attribution::default(),
            omnireturns_name: None,
            ids: LiteMap::new(),
            hub_addresses: Vec::new(),
            milestones: LiteMap::new(),
            overrides: LiteMap::new(),
            notes: None,
        }
    }

    /// Returns the name in OmniReturns without the suffix.
    pub(crate) fn omnireturns_base_name(&self) -> &str {
        self.omnireturns_name.as_deref().unwrap_or(&self.name)
    }

    /// Returns the OmniReturns name that the file's `settings` declare instead of the
    /// process's.
    pub(crate) fn overridden_name(&self) -> Option<&str> {
        match self.overrides.get(&Setting::OmnireturnsName)? {
            Override::Value { value: Value::Text(name), .. } => Some(name),
            Override::Value { .. } | Override::Unmanaged { .. } | Override::Acknowledged { .. } => {
                None
            }
        }
    }

    /// Returns the name with which the retailer's record is created.
    pub(crate) fn new_name(&self, system: System) -> &str {
        match system {
            System::Omniparcel | System::Omnirps => &self.name,
            System::Omnireturns => {
                self.overridden_name().unwrap_or_else(|| self.omnireturns_base_name())
            }
        }
    }

    /// Returns the hubs that its returns are sent to, from its own file or the project's.
    pub(crate) fn hubs<'a>(&'a self, partner: &'a Partner) -> &'a [HubAddress] {
        let own = self.hub_addresses.as_slice();
        if own.is_empty() { &partner.hub_addresses } else { own }
    }

    /// Returns whether people have stated the milestone.
    pub(crate) fn reached(&self, milestone: Milestone) -> bool {
        self.milestones.contains_key(&milestone)
    }
}

/// The onboarding journey of a retailer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Journey {
    /// New to SEKO (steps N1 to N10).
    New,
    /// Already served by SEKO (steps E1 to E8); the access is `None` until it is decided
    /// (step E5).
    Existing { omnireturns_access: Option<Access> },
}

impl Journey {
    /// The journey of a retailer that SEKO serves, before its access is decided.
    pub(crate) const EXISTING: Journey = Journey::Existing { omnireturns_access: None };

    /// Both journeys.
    pub(crate) const ALL: [Journey; 2] = [Journey::New, Journey::EXISTING];

    /// Returns the journey without its decision.
    pub(crate) fn kind(self) -> JourneyKind {
        match self {
            Journey::New => JourneyKind::New,
            Journey::Existing { .. } => JourneyKind::Existing,
        }
    }

    /// Returns the word used in files.
    pub(crate) fn key(self) -> &'static str {
        self.kind().key()
    }
}

keyed! {
    /// A journey without its decision.
    #[derive(Serialize, ValueEnum)]
    pub(crate) enum JourneyKind {
        /// SEKO does not serve the retailer yet (steps N1 to N10)
        New = "new" as "New to SEKO",
        /// SEKO serves it already (steps E1 to E8)
        Existing = "existing" as "Already with SEKO",
    }
}

keyed! {
    /// Whether the retailer keeps, and pays for, access to OmniReturns (step E5).
    #[derive(Serialize, Deserialize, ValueEnum)]
    #[value(rename_all = "snake_case")]
    pub enum Access {
        /// It keeps its portal, and its name gets the partner's suffix (E7)
        Required = "required",
        /// It moves under the partner's company, and its portal is unpublished (E6)
        NotRequired = "not_required",
    }
}

/// When and by whom something was decided, as far as it is known.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Attribution {
    pub on: Option<Date>,
    pub by: Option<String>,
}

mapping! {
    /// The day of a milestone, who stated it, and the connote that it is about.
    pub struct Fact {
        /// The day on which it happened, as in 2026-10-12.
        on: Date as Day,
        /// Who stated it.
        by: Option<String> as Option<Name>,
        /// The connote (consignment note number) of the test label or test return.
        connote: Option<String> as Option<RecordId>,
    }
}

/// A deviation from the process that a file declares.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Override {
    /// The setting must have this value instead.
    Value { value: Value, reason: String },
    /// The setting is not managed.
    Unmanaged { reason: String },
    /// The setting is known to differ and is not managed up to and including a day.
    Acknowledged { until: Date, reason: String },
}
