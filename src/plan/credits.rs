//! The one finding that costs customers money: a live retailer whose tracking webhook is
//! missing, wrong or switched off. Nobody tells the partner about its returns, so nobody
//! is credited (step N5.2.1).

use super::build::Planner;
use super::{Alert, AlertCode};
use crate::matching::Match;
use crate::model::{Milestone, Setting, System, Value};

/// What OmniRPS does to a webhook that does not answer 200 (systems digest, section 5).
const RULE: &str = "OmniRPS tries a delivery that was not answered with 200 again after 60 minutes, \
                    24 hours and 48 hours, then switches the webhook off by itself";

impl Planner<'_> {
    /// Returns the alert, where the retailer is live and its webhook is known to be wrong.
    pub fn no_credits(&self) -> Option<Alert> {
        let Match::Record(record) = self.matches.get(&System::Omnirps)? else { return None };
        let wrong = |setting| {
            let desired = self.wanted.get(setting)?;
            let differs = crate::diff::difference(desired, Some(record), self.matches)?;
            desired.waiting_for.is_empty().then_some(differs.before)
        };
        if !self.retailer.reached(Milestone::Live) {
            return None;
        }
        let url = wrong(Setting::OmnirpsTrackingWebhookUrl);
        let enabled = wrong(Setting::OmnirpsTrackingWebhookEnabled);
        let (what, hint) = match (url, enabled) {
            (Some(Value::Unset), _) => {
                ("has no tracking webhook", "bring this plan about now".to_owned())
            }
            (Some(_), _) => (
                "has a tracking webhook that points elsewhere",
                "find out who changed it, then bring this plan about now".to_owned(),
            ),
            (None, Some(_)) => (
                "has a tracking webhook that is switched off",
                format!("{RULE}: find out why it was not answered, then have it switched on again"),
            ),
            (None, None) => return None,
        };
        Some(Alert {
            code: AlertCode::NoCredits,
            message: format!(
                "{} is live and {what}, so its customers get no credits",
                self.retailer.name
            ),
            hint,
        })
    }
}
