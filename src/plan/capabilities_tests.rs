//! What is planned where people change a system, where a setting is only observed, and
//! where nobody but people looks.

use crate::model::{Capabilities, ChangedBy, Setting, System};
use crate::testing::{plan_by, shown_by};
use insta::assert_snapshot;

const NEW: &str = "retailer: Acme\njourney: new\nmilestones: {documents_completed: 2026-10-01}\n";
const NOT_REQUIRED: &str = "
retailer: Acme
journey: existing
omnireturns_access: not_required
milestones: {switched_to_loop: 2026-10-12}
";
const BOTH: &str = "
omnirps: [{id: 77, name: Acme}]
omnireturns: [{id: '1042', name: Acme}]
";
const WEBHOOK_RIGHT: &str = "
omnirps:
- id: 77
  name: Acme
  tracking_webhook.url: https://api.loopreturns.com/hook/v1/seko/update
  tracking_webhook.enabled: true
omnireturns: [{id: '1042', name: Acme}]
";

/// People change these systems.
fn by_people(systems: &[System]) -> Capabilities {
    let mut capabilities = Capabilities::default();
    for setting in Setting::ALL.into_iter().filter(|setting| systems.contains(&setting.system())) {
        capabilities.set_changed_by(setting, ChangedBy::Person { note: None });
    }
    capabilities
}

fn with(mut capabilities: Capabilities, setting: Setting, changes: ChangedBy) -> Capabilities {
    capabilities.set_changed_by(setting, changes);
    capabilities
}

#[test]
fn what_people_change_is_a_checklist_with_the_webhook_first() {
    let capabilities = by_people(&System::ALL);
    assert_snapshot!(shown_by(&capabilities, NOT_REQUIRED, BOTH), @r#"
    !! [no-credits]: Acme has switched over and has no tracking webhook, so its customers get no credits
       hint: have it set now

    Acme  retailers/acme.yaml
      ☐ manual, for a person to do
          omnirps.tracking_webhook.url: (unset) → https://api.loopreturns.com/hook/v1/seko/update  N5.2.1, otherwise customers get no credits
          SEKO onboarding: in OmniRPS, tracking webhook settings of the retailer (where exactly is not publicly documented), change `omnirps.tracking_webhook.url` of "Acme" (id 77) from (unset) to https://api.loopreturns.com/hook/v1/seko/update
      ☐ manual, for a person to do
          omnirps.tracking_webhook.enabled: false → true  N5.2.1, otherwise customers get no credits
          SEKO support: in OmniRPS, tracking webhook settings of the retailer (where exactly is not publicly documented), change `omnirps.tracking_webhook.enabled` of "Acme" (id 77) from false to true
      ☐ manual, for a person to do
          omnirps.shopify_integration: enabled → disabled  E6.3, otherwise OmniRPS and Loop can both refund the same return
          SEKO account manager: in OmniRPS, Shopify integration of the retailer (where exactly is not publicly documented), change `omnirps.shopify_integration` of "Acme" (id 77) from enabled to disabled, but only once `omnirps.tracking_webhook.url` and `omnirps.tracking_webhook.enabled` are right
      ☐ manual, for a person to do
          omnirps.track_and_trace_emails: enabled → disabled  E6.4, otherwise customers get e-mails from both SEKO and Loop
          SEKO onboarding: in OmniRPS, Admin > Customer Tracking Alerts > Settings, change `omnirps.track_and_trace_emails` of "Acme" (id 77) from enabled to disabled, but only once `omnirps.tracking_webhook.url` and `omnirps.tracking_webhook.enabled` are right
      ☐ manual, for a person to do
          omnireturns.company: SEKO → Loop  E6.1, otherwise OmniReturns keeps the retailer among those that pay for access
          SEKO onboarding: in OmniReturns admin, Retailers, General info (/admin/retailer/retailer_view), change `omnireturns.company` of "Acme" (id 1042) from SEKO to Loop, but only once `omnirps.tracking_webhook.url` and `omnirps.tracking_webhook.enabled` are right
      ☐ manual, for a person to do
          omnireturns.portal: published → unpublished  E6.2, otherwise customers can return through two portals
          SEKO onboarding: in OmniReturns admin, Retailers, General info (/admin/retailer/retailer_view) (where exactly is not publicly documented), change `omnireturns.portal` of "Acme" (id 1042) from published to unpublished, but only once `omnirps.tracking_webhook.url` and `omnirps.tracking_webhook.enabled` are right

    Plan for test: 0 to create, 0 to update, 6 manual, 0 held, 0 blocked, 0 unchanged.
    "#);
}

#[test]
fn a_manual_step_ends_when_live_shows_the_value() {
    let capabilities = by_people(&System::ALL);
    let live = WEBHOOK_RIGHT.replace(
        "  tracking_webhook.enabled",
        "  shopify_integration: disabled\n  tracking_webhook.enabled",
    );
    assert_snapshot!(shown_by(&capabilities, NOT_REQUIRED, &live), @r#"
    Acme  retailers/acme.yaml
      ☐ manual, for a person to do
          omnirps.track_and_trace_emails: enabled → disabled  E6.4, otherwise customers get e-mails from both SEKO and Loop
          SEKO onboarding: in OmniRPS, Admin > Customer Tracking Alerts > Settings, change `omnirps.track_and_trace_emails` of "Acme" (id 77) from enabled to disabled
      ☐ manual, for a person to do
          omnireturns.company: SEKO → Loop  E6.1, otherwise OmniReturns keeps the retailer among those that pay for access
          SEKO onboarding: in OmniReturns admin, Retailers, General info (/admin/retailer/retailer_view), change `omnireturns.company` of "Acme" (id 1042) from SEKO to Loop
      ☐ manual, for a person to do
          omnireturns.portal: published → unpublished  E6.2, otherwise customers can return through two portals
          SEKO onboarding: in OmniReturns admin, Retailers, General info (/admin/retailer/retailer_view) (where exactly is not publicly documented), change `omnireturns.portal` of "Acme" (id 1042) from published to unpublished

    Plan for test: 0 to create, 0 to update, 3 manual, 0 held, 0 blocked, 0 unchanged.
    "#);
}

#[test]
fn nothing_goes_before_a_webhook_that_people_put_right() {
    let capabilities = by_people(&[System::Omnirps]);
    assert_snapshot!(shown_by(&capabilities, NOT_REQUIRED, BOTH), @r#"
    !! [no-credits]: Acme has switched over and has no tracking webhook, so its customers get no credits
       hint: have it set now

    Acme  retailers/acme.yaml
      ☐ manual, for a person to do
          omnirps.tracking_webhook.url: (unset) → https://api.loopreturns.com/hook/v1/seko/update  N5.2.1, otherwise customers get no credits
          SEKO onboarding: in OmniRPS, tracking webhook settings of the retailer (where exactly is not publicly documented), change `omnirps.tracking_webhook.url` of "Acme" (id 77) from (unset) to https://api.loopreturns.com/hook/v1/seko/update
      ☐ manual, for a person to do
          omnirps.tracking_webhook.enabled: false → true  N5.2.1, otherwise customers get no credits
          SEKO support: in OmniRPS, tracking webhook settings of the retailer (where exactly is not publicly documented), change `omnirps.tracking_webhook.enabled` of "Acme" (id 77) from false to true
      ☐ manual, for a person to do
          omnirps.shopify_integration: enabled → disabled  E6.3, otherwise OmniRPS and Loop can both refund the same return
          SEKO account manager: in OmniRPS, Shopify integration of the retailer (where exactly is not publicly documented), change `omnirps.shopify_integration` of "Acme" (id 77) from enabled to disabled, but only once `omnirps.tracking_webhook.url` and `omnirps.tracking_webhook.enabled` are right
      ☐ manual, for a person to do
          omnirps.track_and_trace_emails: enabled → disabled  E6.4, otherwise customers get e-mails from both SEKO and Loop
          SEKO onboarding: in OmniRPS, Admin > Customer Tracking Alerts > Settings, change `omnirps.track_and_trace_emails` of "Acme" (id 77) from enabled to disabled, but only once `omnirps.tracking_webhook.url` and `omnirps.tracking_webhook.enabled` are right
      ⏸ held until omnirps.tracking_webhook.url is right and omnirps.tracking_webhook.enabled is right
          omnireturns.company: SEKO → Loop  E6.1, otherwise OmniReturns keeps the retailer among those that pay for access
          omnireturns.portal: published → unpublished  E6.2, otherwise customers can return through two portals

    Plan for test: 0 to create, 0 to update, 4 manual, 2 held, 0 blocked, 0 unchanged.
    "#);
    let right = plan_by(&capabilities, NOT_REQUIRED, WEBHOOK_RIGHT);
    let actions: Vec<&str> = right.actions().map(|(_, action)| action.id.as_str()).collect();
    assert_eq!(actions, ["acme/omnireturns/update"]);
}

#[test]
fn switch_offs_in_one_system_wait_for_its_webhook_too() {
    let people = ChangedBy::Person { note: None };
    let capabilities =
        with(Capabilities::default(), Setting::OmnirpsTrackingWebhookEnabled, people);
    let plan = plan_by(&capabilities, NOT_REQUIRED, BOTH);
    let changed: Vec<Setting> = plan
        .actions()
        .flat_map(|(_, action)| action.changes.iter().map(|change| change.setting))
        .collect();
    assert_eq!(changed, [Setting::OmnirpsTrackingWebhookUrl]);
    assert_eq!((plan.summary.manual, plan.summary.held), (1, 4));
}

#[test]
fn a_webhook_that_the_file_leaves_alone_holds_nothing() {
    let capabilities = by_people(&[System::Omnirps]);
    let file = format!(
        "{NOT_REQUIRED}settings: {{omnirps.tracking_webhook: {{manage: false, reason: relays}}}}\n"
    );
    assert!(plan_by(&capabilities, &file, BOTH).has_actions());
}

#[test]
fn people_create_what_a_new_retailer_needs() {
    let capabilities = by_people(&[System::Omnirps]);
    assert_snapshot!(shown_by(&capabilities, NEW, "{}"), @r#"
    Acme  retailers/acme.yaml
      + create in OmniParcel: "Acme"
          omniparcel.account: (unset) → present  N5, otherwise no return label can be made for the retailer
      ☐ manual, for a person to do
          omnirps.retailer: (unset) → present  N5, otherwise no hub can process the retailer's returns
          SEKO onboarding: in OmniRPS, Admin > Manage > Retailer, create "Acme"
      ☐ manual, for a person to do
          omnirps.tracking_webhook.url: (unset) → https://api.loopreturns.com/hook/v1/seko/update  N5.2.1, otherwise customers get no credits
          SEKO onboarding: in OmniRPS, tracking webhook settings of the retailer (where exactly is not publicly documented), set `omnirps.tracking_webhook.url` of the new "Acme" to https://api.loopreturns.com/hook/v1/seko/update
      ☐ manual, for a person to do
          omnirps.tracking_webhook.enabled: (unset) → true  N5.2.1, otherwise customers get no credits
          SEKO support: in OmniRPS, tracking webhook settings of the retailer (where exactly is not publicly documented), set `omnirps.tracking_webhook.enabled` of the new "Acme" to true
      ⏸ held until omnirps.retailer is right
          omnireturns.retailer: (unset) → present  N5, otherwise Loop cannot create return labels
          omnireturns.name: (unset) → Acme  N5, otherwise OmniReturns does not show that the partner serves the retailer
          omnireturns.company: (unset) → Loop  N5, otherwise OmniReturns keeps the retailer among those that pay for access
          omnireturns.portal: (unset) → unpublished  N5, otherwise customers can return through two portals

    Plan for test: 1 to create, 0 to update, 3 manual, 4 held, 0 blocked, 0 unchanged.
    "#);
    let capabilities = by_people(&[System::Omnireturns]);
    assert_snapshot!(shown_by(&capabilities, NEW, "{}"), @r#"
    Acme  retailers/acme.yaml
      + create in OmniParcel: "Acme"
          omniparcel.account: (unset) → present  N5, otherwise no return label can be made for the retailer
      + create in OmniRPS: "Acme"
          omnirps.retailer: (unset) → present  N5, otherwise no hub can process the retailer's returns
          omnirps.tracking_webhook.url: (unset) → https://api.loopreturns.com/hook/v1/seko/update  N5.2.1, otherwise customers get no credits
          omnirps.tracking_webhook.enabled: (unset) → true  N5.2.1, otherwise customers get no credits
      ☐ manual, for a person to do
          omnireturns.retailer: (unset) → present  N5, otherwise Loop cannot create return labels
          SEKO onboarding: in OmniReturns admin, Retailers, General info (/admin/retailer/retailer_view), create "Acme"
      ☐ manual, for a person to do
          omnireturns.company: (unset) → Loop  N5, otherwise OmniReturns keeps the retailer among those that pay for access
          SEKO onboarding: in OmniReturns admin, Retailers, General info (/admin/retailer/retailer_view), set `omnireturns.company` of the new "Acme" to Loop
      ☐ manual, for a person to do
          omnireturns.portal: (unset) → unpublished  N5, otherwise customers can return through two portals
          SEKO onboarding: in OmniReturns admin, Retailers, General info (/admin/retailer/retailer_view) (where exactly is not publicly documented), set `omnireturns.portal` of the new "Acme" to unpublished
      ☐ manual, for a person to do
          omnireturns.omnirps_retailer_id: (unset) → (unset)  N5, otherwise labels and hub processing are not tied to one retailer
          SEKO onboarding: in OmniReturns admin, Retailers, General info (/admin/retailer/retailer_view), set `omnireturns.omnirps_retailer_id` of the new "Acme" to the id that OmniRPS gives it

    Plan for test: 2 to create, 0 to update, 4 manual, 0 held, 0 blocked, 0 unchanged.
    "#);
}

#[test]
fn what_is_observed_is_told_and_never_changed() {
    let capabilities =
        with(Capabilities::default(), Setting::OmnirpsShopifyIntegration, ChangedBy::Nobody);
    assert_snapshot!(shown_by(&capabilities, NOT_REQUIRED, WEBHOOK_RIGHT), @"
    Acme  retailers/acme.yaml
      ~ update in OmniRPS: Acme (id 77)
          omnirps.track_and_trace_emails: enabled → disabled  E6.4, otherwise customers get e-mails from both SEKO and Loop
      ~ update in OmniReturns: Acme (id 1042)
          omnireturns.company: SEKO → Loop  E6.1, otherwise OmniReturns keeps the retailer among those that pay for access
          omnireturns.portal: published → unpublished  E6.2, otherwise customers can return through two portals
      ≠ observed, not changed
          omnirps.shopify_integration: enabled → disabled  E6.3, otherwise OmniRPS and Loop can both refund the same return

    Plan for test: 0 to create, 2 to update, 0 manual, 0 held, 0 blocked, 1 observed, 0 unchanged.
    ");
    // Before the gate opens there is nothing to tell, and nothing before a record exists.
    let early = NOT_REQUIRED.replace("milestones: {switched_to_loop: 2026-10-12}", "");
    assert_eq!(plan_by(&capabilities, &early, WEBHOOK_RIGHT).summary.observed, 0);
    let capabilities =
        with(Capabilities::default(), Setting::OmnirpsTrackingWebhookUrl, ChangedBy::Nobody);
    let plan = plan_by(&capabilities, NEW, "{}");
    assert_eq!((plan.summary.create, plan.summary.observed), (3, 0));
}

#[test]
fn what_nobody_reads_is_done_when_a_milestone_says_so() {
    let capabilities = by_people(&[System::Omniparcel]);
    assert_snapshot!(shown_by(&capabilities, NEW, "unread: [omniparcel]"), @r#"
    Acme  retailers/acme.yaml
      + create in OmniRPS: "Acme"
          omnirps.retailer: (unset) → present  N5, otherwise no hub can process the retailer's returns
          omnirps.tracking_webhook.url: (unset) → https://api.loopreturns.com/hook/v1/seko/update  N5.2.1, otherwise customers get no credits
          omnirps.tracking_webhook.enabled: (unset) → true  N5.2.1, otherwise customers get no credits
      + create in OmniReturns: "Acme"
          omnireturns.retailer: (unset) → present  N5, otherwise Loop cannot create return labels
          omnireturns.name: (unset) → Acme  N5, otherwise OmniReturns does not show that the partner serves the retailer
          omnireturns.company: (unset) → Loop  N5, otherwise OmniReturns keeps the retailer among those that pay for access
          omnireturns.portal: (unset) → unpublished  N5, otherwise customers can return through two portals
          omnireturns.omnirps_retailer_id: (unset) → (the id of the new OmniRPS retailer)  N5, otherwise labels and hub processing are not tied to one retailer
      ☐ manual, for a person to do
          omniparcel.account: (not known) → present  N5, otherwise no return label can be made for the retailer
          SEKO onboarding: in OmniParcel, Manage Users, make sure that "Acme" is there; then pin its id as `ids.omniparcel` or state `keys_supplied` in retailers/acme.yaml

    Plan for test: 2 to create, 0 to update, 1 manual, 0 held, 0 blocked, 0 unchanged.
    "#);
    for closed in ["milestones: {documents_completed: 2026-10-01, keys_supplied: 2026-10-02}\n", ""]
    {
        let ids = if closed.is_empty() { "ids: {omniparcel: 5}\n" } else { "" };
        let stated = "milestones: {documents_completed: 2026-10-01}\n";
        let file = NEW.replace(stated, if closed.is_empty() { stated } else { closed });
        let plan = plan_by(&capabilities, &format!("{file}{ids}"), "unread: [omniparcel]");
        assert_eq!((plan.summary.manual, plan.summary.create), (0, 2), "{closed}{ids}");
        assert_eq!(plan.unknown_systems, [System::Omniparcel]);
        assert!(!plan.is_incomplete());
    }
}

#[test]
fn a_webhook_that_nobody_reads_holds_the_rest_until_a_milestone() {
    let capabilities = by_people(&[System::Omnirps]);
    let live = format!("{BOTH}unread: [omnirps]\n");
    assert_snapshot!(shown_by(&capabilities, NOT_REQUIRED, &live), @r#"
    Acme  retailers/acme.yaml
      ☐ manual, for a person to do
          omnirps.tracking_webhook.url: (not known) → https://api.loopreturns.com/hook/v1/seko/update  N5.2.1, otherwise customers get no credits
          SEKO onboarding: in OmniRPS, tracking webhook settings of the retailer (where exactly is not publicly documented), make sure that `omnirps.tracking_webhook.url` of "Acme" is https://api.loopreturns.com/hook/v1/seko/update; then state `uploads_checked` in retailers/acme.yaml
      ☐ manual, for a person to do
          omnirps.tracking_webhook.enabled: (not known) → true  N5.2.1, otherwise customers get no credits
          SEKO support: in OmniRPS, tracking webhook settings of the retailer (where exactly is not publicly documented), make sure that `omnirps.tracking_webhook.enabled` of "Acme" is true; then state `uploads_checked` in retailers/acme.yaml
      ☐ manual, for a person to do
          omnirps.shopify_integration: (not known) → disabled  E6.3, otherwise OmniRPS and Loop can both refund the same return
          SEKO account manager: in OmniRPS, Shopify integration of the retailer (where exactly is not publicly documented), make sure that `omnirps.shopify_integration` of "Acme" is disabled, but only once `omnirps.tracking_webhook.url` and `omnirps.tracking_webhook.enabled` are right; then state `uploads_checked` in retailers/acme.yaml
      ☐ manual, for a person to do
          omnirps.track_and_trace_emails: (not known) → disabled  E6.4, otherwise customers get e-mails from both SEKO and Loop
          SEKO onboarding: in OmniRPS, Admin > Customer Tracking Alerts > Settings, make sure that `omnirps.track_and_trace_emails` of "Acme" is disabled, but only once `omnirps.tracking_webhook.url` and `omnirps.tracking_webhook.enabled` are right; then state `uploads_checked` in retailers/acme.yaml
      ⏸ held until omnirps.tracking_webhook.url is right and omnirps.tracking_webhook.enabled is right
          omnireturns.company: SEKO → Loop  E6.1, otherwise OmniReturns keeps the retailer among those that pay for access
          omnireturns.portal: published → unpublished  E6.2, otherwise customers can return through two portals

    Plan for test: 0 to create, 0 to update, 4 manual, 2 held, 0 blocked, 0 unchanged.
    "#);
    let closed = NOT_REQUIRED.replace("2026-10-12", "2026-10-12, uploads_checked: 2026-10-13");
    let plan = plan_by(&capabilities, &closed, &live);
    assert_eq!((plan.summary.manual, plan.summary.update), (0, 1));
}

#[test]
fn a_new_account_needs_the_id_that_only_people_know() {
    let capabilities = by_people(&[System::Omnirps]);
    let live = "unread: [omnirps]";
    let plan = plan_by(&capabilities, NEW, live);
    let created: Vec<System> = plan.actions().map(|(_, action)| action.system).collect();
    assert_eq!(created, [System::Omniparcel]);
    let pinned = format!("{NEW}ids: {{omnirps: 77}}\n");
    let plan = plan_by(&capabilities, &pinned, live);
    let created: Vec<System> = plan.actions().map(|(_, action)| action.system).collect();
    assert_eq!(created, [System::Omniparcel, System::Omnireturns]);
}

#[test]
fn a_setting_that_a_system_does_not_tell_is_left_to_people() {
    let note = Some("the contract of OmniReturns does not map `omnireturns.portal`".into());
    let mut capabilities =
        with(Capabilities::default(), Setting::OmnireturnsPortal, ChangedBy::Person { note });
    capabilities.set_unreadable(Setting::OmnireturnsPortal);
    assert_snapshot!(shown_by(&capabilities, NOT_REQUIRED, WEBHOOK_RIGHT), @r#"
    Acme  retailers/acme.yaml
      ~ update in OmniRPS: Acme (id 77)
          omnirps.shopify_integration: enabled → disabled  E6.3, otherwise OmniRPS and Loop can both refund the same return
          omnirps.track_and_trace_emails: enabled → disabled  E6.4, otherwise customers get e-mails from both SEKO and Loop
      ~ update in OmniReturns: Acme (id 1042)
          omnireturns.company: SEKO → Loop  E6.1, otherwise OmniReturns keeps the retailer among those that pay for access
      ☐ manual, for a person to do
          omnireturns.portal: (not known) → unpublished  E6.2, otherwise customers can return through two portals
          SEKO onboarding: in OmniReturns admin, Retailers, General info (/admin/retailer/retailer_view) (where exactly is not publicly documented), make sure that `omnireturns.portal` of "Acme" (id 1042) is unpublished; then state `uploads_checked` in retailers/acme.yaml
          by hand because the contract of OmniReturns does not map `omnireturns.portal`

    Plan for test: 0 to create, 2 to update, 1 manual, 0 held, 0 blocked, 0 unchanged.
    "#);
    let closed = NOT_REQUIRED.replace("2026-10-12", "2026-10-12, uploads_checked: 2026-10-13");
    assert_eq!(plan_by(&capabilities, &closed, WEBHOOK_RIGHT).summary.manual, 0);
}
