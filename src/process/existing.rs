//! Journey `existing`: a retailer that SEKO already serves (steps E1 to E8).
//!
//! E4 opens the gate, E5 chooses between the branches E6 and E7. A retailer that keeps its
//! access keeps its portal, its Shopify integration and its company.

use super::{DesiredSetting, DesiredValue, Precondition, Step, Undecided, new, unless_reached};
use crate::model::{Access, Milestone, Partner, Retailer, Setting, Value};
use std::borrow::Cow;

pub(super) const E5: Step =
    Step { id: "E5", asks: "confirm whether the retailer still needs access to OmniReturns" };
pub(super) const E6_1: Step =
    Step { id: "E6.1", asks: "move the retailer under the partner's company" };
pub(super) const E6_2: Step = Step { id: "E6.2", asks: "unpublish the portal" };
pub(super) const E6_3: Step = Step { id: "E6.3", asks: "disable the Shopify integration" };
pub(super) const E6_4: Step = Step { id: "E6.4", asks: "disable Track and Trace e-mails" };
pub(super) const E7_1: Step = Step { id: "E7.1", asks: "add the partner's suffix to the name" };
pub(super) const E7_2: Step = Step { id: "E7.2", asks: "disable Track and Trace e-mails" };

/// Returns the preconditions of E6 and E7: the switch-over (E4) and the decision (E5).
pub(super) fn gate(retailer: &Retailer) -> Vec<Precondition> {
    let mut waiting = switched(retailer);
    if retailer.journey == (crate::model::Journey::Existing { omnireturns_access: None }) {
        waiting.push(Precondition::OmnireturnsAccess);
    }
    waiting
}

fn switched(retailer: &Retailer) -> Vec<Precondition> {
    unless_reached(retailer, Milestone::SwitchedToLoop)
}

/// Returns the decision of E5 if it has not been made.
pub(super) fn undecided(retailer: &Retailer, access: Option<Access>) -> Option<Undecided> {
    match access {
        Some(_) => None,
        None => Some(Undecided { step: &E5, waiting_for: gate(retailer) }),
    }
}

/// Returns whether E6 or E7 changes a setting, so its desired value depends on E5.
pub(super) fn is_undecided(retailer: &Retailer, setting: Setting) -> bool {
    let partner = Partner::default();
    let [without, with] =
        [access_not_required(retailer, &partner), access_required(retailer, &partner)];
    without.iter().chain(&with).any(|desired| desired.setting == setting)
}

/// Returns the desired settings of the journey, as far as they are decided.
///
/// The process lists the webhook for new retailers only, but its reason (without a webhook,
/// no credits) applies from the switch-over on, whatever E5 decides.
pub(super) fn desired(
    retailer: &Retailer,
    partner: &Partner,
    access: Option<Access>,
) -> Vec<DesiredSetting> {
    let mut settings = Vec::from(new::tracking_webhook(partner, &switched(retailer)));
    settings.extend(match access {
        Some(Access::NotRequired) => access_not_required(retailer, partner),
        Some(Access::Required) => access_required(retailer, partner),
        None => Vec::new(),
    });
    settings
}

/// Returns the settings of branch E6.
fn access_not_required(retailer: &Retailer, partner: &Partner) -> Vec<DesiredSetting> {
    vec![
        step(retailer, &E6_1, Setting::OmnireturnsCompany, partner.company.clone()),
        step(retailer, &E6_2, Setting::OmnireturnsPortal, "unpublished"),
        step(retailer, &E6_3, Setting::OmnirpsShopifyIntegration, "disabled"),
        step(retailer, &E6_4, Setting::OmnirpsTrackAndTraceEmails, "disabled"),
    ]
}

/// Returns the settings of branch E7.
fn access_required(retailer: &Retailer, partner: &Partner) -> Vec<DesiredSetting> {
    let suffixed = DesiredSetting {
        value: DesiredValue::Suffixed {
            base: retailer.omnireturns_base_name().into(),
            suffix: partner.name_suffix.clone(),
        },
        ..step(retailer, &E7_1, Setting::OmnireturnsName, "")
    };
    vec![suffixed, step(retailer, &E7_2, Setting::OmnirpsTrackAndTraceEmails, "disabled")]
}

fn step(
    retailer: &Retailer,
    step: &'static Step,
    setting: Setting,
    value: impl Into<Cow<'static, str>>,
) -> DesiredSetting {
    DesiredSetting::new(setting, step, Value::text(value), gate(retailer))
}
