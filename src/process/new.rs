//! Journey `new`: a retailer that is new to SEKO (steps N1 to N10).
//!
//! Only N5 sets anything up; all other steps are milestones that people state.

use super::{DesiredSetting, DesiredValue, ManagePolicy, Precondition, Step, unless_reached};
use crate::model::{Milestone, Partner, Retailer, Setting, System, Value};

pub(super) const N5: Step = Step { id: "N5", asks: "set up the accounts" };
pub(super) const N5_1_1: Step =
    Step { id: "N5.1.1", asks: "leave e-mail addresses out of OmniReturns" };
pub(super) const N5_1_2: Step = Step { id: "N5.1.2", asks: "leave hubs out of OmniReturns" };
pub(super) const N5_2_1: Step = Step { id: "N5.2.1", asks: "set the tracking webhook" };

/// Returns the preconditions of N5: the completed onboarding documents (N4).
pub(super) fn gate(retailer: &Retailer) -> Vec<Precondition> {
    unless_reached(retailer, Milestone::DocumentsCompleted)
}

/// Returns the desired settings of the journey.
pub(super) fn desired(retailer: &Retailer, partner: &Partner) -> Vec<DesiredSetting> {
    let gate = gate(retailer);
    // In the order of the settings.
    let mut wanted = Vec::with_capacity(Setting::ALL.len());
    wanted.extend([account(Setting::OmniparcelAccount, &gate)]);
    wanted.extend([account(Setting::OmnirpsRetailer, &gate)]);
    wanted.extend(tracking_webhook(partner, &gate));
    wanted.extend([account(Setting::OmnireturnsRetailer, &gate)]);
    wanted.extend(omnireturns(retailer, partner, &gate));
    wanted.extend(emails_and_hubs());
    wanted
}

/// Returns a setting of N5.
fn n5(
    setting: Setting,
    value: DesiredValue,
    managed: ManagePolicy,
    gate: &[Precondition],
) -> DesiredSetting {
    let waiting_for = gate.to_vec();
    DesiredSetting { setting, value, step: &N5, waiting_for, managed, override_reason: None }
}

/// Returns the setting of N5 that an account exists.
fn account(setting: Setting, gate: &[Precondition]) -> DesiredSetting {
    n5(setting, DesiredValue::Value(Value::present()), ManagePolicy::Always, gate)
}

/// Returns the settings of N5 for the account in OmniReturns. Company and portal are managed
/// until the keys are handed over (N6), so that any machine can finish an account whose
/// set-up was interrupted. Afterwards the process does not mention them, so the retailer
/// controls them.
fn omnireturns(
    retailer: &Retailer,
    partner: &Partner,
    gate: &[Precondition],
) -> [DesiredSetting; 4] {
    let text = |text: &str| DesiredValue::Value(Value::text(text.to_owned()));
    let set_up = if retailer.reached(Milestone::KeysSupplied) {
        ManagePolicy::OnCreate
    } else {
        ManagePolicy::DuringSetUp
    };
    [
        n5(
            Setting::OmnireturnsName,
            text(retailer.omnireturns_base_name()),
            ManagePolicy::OnCreate,
            gate,
        ),
        n5(Setting::OmnireturnsCompany, text(&partner.company), set_up, gate),
        n5(
            Setting::OmnireturnsPortal,
            DesiredValue::Value(Value::text("unpublished")),
            set_up,
            gate,
        ),
        n5(
            Setting::OmnireturnsOmnirpsRetailerId,
            DesiredValue::IdIn(System::Omnirps),
            ManagePolicy::Always,
            gate,
        ),
    ]
}

/// Returns the settings of N5.2.1: without the webhook, customers get no credits. OmniRPS
/// disables a failing webhook automatically (Tracking Status Webhook API,
/// <https://seko.atlassian.net/wiki/spaces/RSC/pages/2162327828>, seen on 2026-11-27), so
/// its URL and its state are separate settings.
pub(super) fn tracking_webhook(partner: &Partner, gate: &[Precondition]) -> [DesiredSetting; 2] {
    let n5_2_1 = |setting, value| DesiredSetting {
        setting,
        value: DesiredValue::Value(value),
        step: &N5_2_1,
        waiting_for: gate.to_vec(),
        managed: ManagePolicy::Always,
        override_reason: None,
    };
    [
        n5_2_1(
            Setting::OmnirpsTrackingWebhookUrl,
            Value::text(partner.tracking_webhook_url.clone()),
        ),
        n5_2_1(Setting::OmnirpsTrackingWebhookEnabled, Value::Flag(true)),
    ]
}

/// Returns the settings of N5.1.1 and N5.1.2. An address may be a person's login, so only a
/// person removes it.
fn emails_and_hubs() -> [DesiredSetting; 2] {
    let by_hand = |setting, step: &'static Step| DesiredSetting {
        setting,
        value: DesiredValue::Value(Value::none()),
        step,
        waiting_for: Vec::new(),
        managed: ManagePolicy::ByHand,
        override_reason: None,
    };
    [by_hand(Setting::OmnireturnsEmails, &N5_1_1), by_hand(Setting::OmnireturnsHubs, &N5_1_2)]
}
