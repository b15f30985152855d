//! The one finding that costs customers money: a live retailer whose tracking webhook is
//! missing, wrong or switched off. Nobody tells the partner about its returns, so nobody
//! is credited (step N5.2.1).

use super::build::Planner;
use super::{Alert, AlertCode};
use crate::matching::{Match, Matches};
use crate::model::{Milestone, Record, Setting, System, Value};
use crate::process::Wanted;

/// What OmniRPS does to a webhook that does not answer 200 (systems digest, section 5).
pub const RULE: &str = "OmniRPS tries a delivery that was not answered with 200 again after 60 \
                        minutes, 24 hours and 48 hours, then switches the webhook off by itself";

/// What is wrong with a tracking webhook.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fault {
    Missing,
    Elsewhere,
    Off,
}

impl Fault {
    /// What a retailer has whose webhook has this fault.
    pub fn what(self) -> &'static str {
        match self {
            Fault::Missing => "has no tracking webhook",
            Fault::Elsewhere => "has a tracking webhook that points elsewhere",
            Fault::Off => "has a tracking webhook that is switched off",
        }
    }
}

/// Returns what is wrong with the webhook of a record, as far as it is to be right by now
/// and live tells it.
pub fn fault(wanted: &Wanted, record: &Record, matches: &Matches) -> Option<Fault> {
    let wrong = |setting| {
        let desired = wanted.get(setting)?;
        let differs = crate::diff::difference(desired, Some(record), matches)?;
        desired.waiting_for.is_empty().then_some(differs.before)
    };
    let url = wrong(Setting::OmnirpsTrackingWebhookUrl);
    let enabled = wrong(Setting::OmnirpsTrackingWebhookEnabled);
    match (url, enabled) {
        (Some(Value::Unset), _) => Some(Fault::Missing),
        (Some(_), _) => Some(Fault::Elsewhere),
        (None, Some(_)) => Some(Fault::Off),
        (None, None) => None,
    }
}

impl Planner<'_> {
    /// Returns the alert, where the retailer is live and its webhook is known to be wrong.
    pub fn no_credits(&self) -> Option<Alert> {
        let Match::Record(record) = self.matches.get(&System::Omnirps)? else { return None };
        if !self.retailer.reached(Milestone::Live) {
            return None;
        }
        let fault = fault(self.wanted, record, self.matches)?;
        let hint = match fault {
            Fault::Missing => "bring this plan about now".to_owned(),
            Fault::Elsewhere => {
                "find out who changed it, then bring this plan about now".to_owned()
            }
            Fault::Off => {
                format!("{RULE}: find out why it was not answered, then have it switched on again")
            }
        };
        Some(Alert {
            code: AlertCode::NoCredits,
            message: format!(
                "{} is live and {}, so its customers get no credits",
                self.retailer.name,
                fault.what()
            ),
            hint,
        })
    }
}
