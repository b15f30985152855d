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
    let accounts = System::ALL.map(|of| n5(Setting::presence(of), Value::present(), &gate));
    let settings = accounts.into_iter().chain(tracking_webhook(partner, &gate));
    settings.chain(omnireturns(retailer, partner, &gate)).chain(emails_and_hubs()).collect()
}

/// Returns a setting of N5.
fn n5(setting: Setting, value: impl Into<DesiredValue>, gate: &[Precondition]) -> DesiredSetting {
    DesiredSetting::new(setting, &N5, value, gate.to_vec())
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
    let name = Value::text(retailer.omnireturns_base_name().to_owned());
    let company = Value::text(partner.company.clone());
    let set_up = if retailer.reached(Milestone::KeysSupplied) {
        ManagePolicy::OnCreate
    } else {
        ManagePolicy::DuringSetUp
    };
    let managed =
        |managed, setting, value: Value| DesiredSetting { managed, ..n5(setting, value, gate) };
    [
        managed(ManagePolicy::OnCreate, Setting::OmnireturnsName, name),
        managed(set_up, Setting::OmnireturnsCompany, company),
        managed(set_up, Setting::OmnireturnsPortal, Value::text("unpublished")),
        n5(Setting::OmnireturnsOmnirpsRetailerId, DesiredValue::IdIn(System::Omnirps), gate),
    ]
}

/// Returns the settings of N5.2.1: without the webhook, customers get no credits. OmniRPS
/// disables a failing webhook automatically (Tracking Status Webhook API,
/// <https://seko.atlassian.net/wiki/spaces/RSC/pages/2162327828>, seen on 2026-11-27), so
/// its URL and its state are separate settings.
pub(super) fn tracking_webhook(partner: &Partner, gate: &[Precondition]) -> [DesiredSetting; 2] {
    let n5_2_1 =
        |setting, value: Value| DesiredSetting::new(setting, &N5_2_1, value, gate.to_vec());
    let url = Value::text(partner.tracking_webhook_url.clone());
    [
        n5_2_1(Setting::OmnirpsTrackingWebhookUrl, url),
        n5_2_1(Setting::OmnirpsTrackingWebhookEnabled, Value::Flag(true)),
    ]
}

/// Returns the settings of N5.1.1 and N5.1.2. An address may be a person's login, so only a
/// person removes it.
fn emails_and_hubs() -> [DesiredSetting; 2] {
    let by_hand = |setting, step| DesiredSetting {
        managed: ManagePolicy::ByHand,
        ..DesiredSetting::new(setting, step, Value::none(), Vec::new())
    };
    [by_hand(Setting::OmnireturnsEmails, &N5_1_1), by_hand(Setting::OmnireturnsHubs, &N5_1_2)]
}
