//! Why a retailer's settings are to be as they are: every desired value with the step
//! that it comes from, whether its gate is open, and live beside it.

use crate::diff::{after, difference};
use crate::matching::{Match, match_fleet};
use crate::model::{Capabilities, ChangedBy, Live, Partner, Retailer, Setting, System, Value};
use crate::plan::Unfinished;
use crate::process::{self, DesiredState, ManagePolicy, Precondition};
use serde::Serialize;

/// Everything that is wanted for one retailer, beside live.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub(crate) struct Explanation {
    pub retailer: String,
    pub file: String,
    pub journey: &'static str,
    pub environment: String,
    pub systems: Vec<Found>,
    pub settings: Vec<Row>,
}

/// The retailer's record in one system.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub(crate) struct Found {
    pub system: System,
    pub id: Option<String>,
    pub name: Option<String>,
    /// What there is to say where there is no record.
    pub note: String,
}

/// One setting.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub(crate) struct Row {
    pub setting: Setting,
    /// `None` where the file takes the setting out of management.
    pub desired: Option<Value>,
    /// `None` where live is not known.
    pub live: Option<Value>,
    pub step: &'static str,
    pub asks: &'static str,
    pub state: State,
    pub waiting_for: Vec<Precondition>,
    pub consequence: &'static str,
    #[serde(rename = "override", skip_serializing_if = "Option::is_none")]
    pub override_reason: Option<String>,
}

/// How a setting stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum State {
    /// Live is as desired.
    InSync,
    /// Live differs and the gate is open.
    Differs,
    /// Live differs and the gate is closed.
    Held,
    /// Live differs and a person has to change it.
    Manual,
    /// Live differs, which is only reported.
    Observed,
    /// Set when the record is created, the retailer's own afterwards.
    OnCreate,
    /// The file takes it out of management.
    Unmanaged,
    /// Live is not known.
    Unknown,
}

impl State {
    /// The state in words.
    pub(crate) fn as_str(self) -> &'static str {
        match self {
            State::InSync => "in sync",
            State::Differs => "differs",
            State::Held => "held",
            State::Manual => "manual",
            State::Observed => "observed",
            State::OnCreate => "only set on creation",
            State::Unmanaged => "not managed",
            State::Unknown => "unknown",
        }
    }
}

/// What an explanation is made from.
#[derive(Clone, Copy)]
pub(crate) struct Input<'a> {
    pub retailer: &'a Retailer,
    pub fleet: &'a [Retailer],
    pub partner: &'a Partner,
    pub live: &'a Live,
    pub capabilities: &'a Capabilities,
    pub environment: &'a str,
    pub unfinished: &'a Unfinished,
}

/// Explains one retailer of a fleet.
pub(crate) fn explain(input: &Input) -> Explanation {
    let Input { retailer, fleet, partner, live, capabilities, environment, unfinished } = *input;
    let wanted: Vec<DesiredState> =
        fleet.iter().map(|retailer| process::desired(retailer, partner)).collect();
    let pairs: Vec<(&Retailer, &DesiredState)> = fleet.iter().zip(&wanted).collect();
    let matched = match_fleet(&pairs, partner, live);
    let wanted = process::desired(retailer, partner);
    let nothing = crate::matching::Matches::new();
    let at = fleet.iter().position(|other| other.slug == retailer.slug);
    let matches = at.map_or(&nothing, |at| &matched[at]);

    let systems = matches.iter().filter_map(|(&system, found)| {
        let (record, note) = match found {
            Match::NotApplicable => return None,
            Match::Record(record) => (Some(record), String::new()),
            Match::Absent => (None, "no record yet".into()),
            Match::Blocked(problem) => {
                (None, format!("{}: {}", problem.code.as_str(), problem.message))
            }
            Match::Deferred(problem) => {
                (None, format!("{}; to be settled before the switch-over", problem.message))
            }
            Match::Unknown(unread) if unread.on_purpose => (None, unread.why.clone()),
            Match::Unknown(unread) => (None, format!("could not be read: {}", unread.why)),
        };
        let id = record.map(|record| record.id.to_string());
        Some(Found { system, id, name: record.map(|record| record.name.clone()), note })
    });
    let mut settings: Vec<Row> = wanted
        .settings
        .iter()
        .map(|desired| {
            let setting = desired.setting;
            let record = match matches.get(&setting.system()) {
                Some(Match::Record(record)) => Some(Some(*record)),
                Some(Match::Absent) => Some(None),
                _ => None,
            };
            let live = record.and_then(|record| match record {
                Some(record) => record.value(setting),
                None => Some(Value::Unset),
            });
            let differs =
                record.is_some_and(|record| difference(desired, record, matches).is_some());
            let is_unfinished = unfinished.contains(&(retailer.slug.clone(), setting.system()));
            let state = match (&live, desired.managed) {
                (None, _) => State::Unknown,
                (_, ManagePolicy::OnCreate) if record.flatten().is_some() && !is_unfinished => {
                    State::OnCreate
                }
                _ if !differs => State::InSync,
                _ if !desired.waiting_for.is_empty() => State::Held,
                (_, ManagePolicy::ByHand) => State::Manual,
                _ => match capabilities.changed_by(setting) {
                    ChangedBy::Tool => State::Differs,
                    ChangedBy::Person { .. } => State::Manual,
                    ChangedBy::Nobody => State::Observed,
                },
            };
            let value = after(&desired.value, matches).map_or(Value::Unset, |after| after.value());
            Row {
                setting,
                desired: Some(value),
                live,
                step: desired.step.id,
                asks: desired.step.asks,
                state,
                waiting_for: desired.waiting_for.clone(),
                consequence: setting.info().consequence,
                override_reason: desired.override_reason.clone(),
            }
        })
        .collect();
    for (setting, step, reason) in &wanted.unmanaged {
        let live = match matches.get(&setting.system()) {
            Some(Match::Record(record)) => record.value(*setting),
            _ => None,
        };
        settings.push(Row {
            setting: *setting,
            desired: None,
            live,
            step: step.id,
            asks: step.asks,
            state: State::Unmanaged,
            waiting_for: Vec::new(),
            consequence: setting.info().consequence,
            override_reason: Some(reason.clone()),
        });
    }
    settings.sort_by_key(|row| row.setting);
    Explanation {
        retailer: retailer.name.clone(),
        file: retailer.file.clone(),
        journey: match retailer.journey {
            crate::model::Journey::New => "new",
            crate::model::Journey::Existing { .. } => "existing",
        },
        environment: environment.into(),
        systems: systems.collect(),
        settings,
    }
}
