//! What is written about an entry: each sentence once.

use super::{BOTH, NEW, NOT_REQUIRED, REQUIRED, WEBHOOK_RIGHT, by_people, changed, only, stating};
use crate::model::{
    Capabilities, ChangedBy, Company, Id, Live, Setting, System, SystemReading, SystemState, Value,
};
use crate::plan::{Blocker, BlockerCode, named_id};
use crate::testing::{plan, plan_by, shown_by};
use insta::assert_snapshot;

/// The other kinds of entry are in the black-box test of `plan`.
#[test]
fn text_shows_reasons_observed_differences_and_warnings() {
    let mut capabilities = changed(&ChangedBy::Nobody, [Setting::OmnirpsShopifyIntegration]);
    let note = Some("the contract of OmniReturns does not map `omnireturns.portal`".into());
    capabilities.changes.insert(Setting::OmnireturnsPortal, ChangedBy::Person { note });
    let more = "settings: {omnirps.track_and_trace_emails: {value: disabled, reason: asked for}}\n";
    let odd = NEW.replace("Acme", "Kid\u{2019}s Bay");
    let shown = shown_by(&capabilities, &format!("{NOT_REQUIRED}{more}---\n{odd}"), BOTH);
    assert_snapshot!(only(&["  !", "  ≠", "      manual", "      omnirps.shop", "      omnirps.track_and"], shown), @"
        omnirps.track_and_trace_emails: enabled → disabled  E6.4, overridden: asked for
        manual because the contract of OmniReturns does not map `omnireturns.portal`
    ≠ observed, not changed
        omnirps.shopify_integration: enabled → disabled  E6.3, otherwise OmniRPS and Loop can both refund the same return
    ! warning[name-not-sendable]: the name has the character `’` (U+2019), which Loop's uploads cannot send, and it cannot be changed in OmniRPS later
        manual because the contract of OmniReturns does not map `omnireturns.portal`
    ");
}

#[test]
fn a_link_that_is_held_names_the_new_record() {
    let early = "retailer: Acme\njourney: new\n";
    let tied = "omnireturns: [{id: 9, name: Acme, omnirps_retailer_id: '78'}]";
    let shown = shown_by(&Capabilities::default(), early, tied);
    let link = "omnireturns.omnirps_retailer_id: 78 → (the id of the new OmniRPS retailer)";
    assert!(shown.contains(link), "{shown}");
}

#[test]
fn a_blocker_says_what_is_wrong_and_what_to_do() {
    let two = BOTH.replace("id: 77", "id: 77, name: Acme}, {id: 78");
    let taken = BOTH.replace("id: 9", "id: 10, name: Acme - Loop}, {id: 9");
    let near = "omnirps: [{id: 77, name: ACME}, {id: 78, name: acme}]";
    let unmanaged = "settings: {omnirps.retailer: {manage: false, reason: by hand}}\n";
    let pinned = format!("{REQUIRED}ids: {{omnireturns: 9}}\n");
    let zenith = NEW.replace("Acme", "Zenith");
    let claim = format!("{NEW}---\n{zenith}omnireturns: {{name: Acme}}\n");
    let asks = "settings: {omnireturns.name: {value: Acme - Loop, reason: why}}\n";
    let apostrophe = REQUIRED.replace("Acme", "O'Neill");
    let cases = [
        (REQUIRED, &*two),
        (&pinned, &taken),
        (REQUIRED, "omnirps: [{id: 77, name: ACME}]"),
        (NEW, near),
        (&pinned, &BOTH.replace("id: 9", "id: 8")),
        (NOT_REQUIRED, "{}"),
        (&format!("{NEW}{unmanaged}"), "{}"),
        (&claim, "omnireturns: [{id: 9, name: Acme}]"),
        (&claim, "{}"),
        (&format!("{REQUIRED}---\n{zenith}ids: {{omnirps: 77}}\n"), BOTH),
        (&format!("{REQUIRED}---\n{zenith}{asks}"), BOTH),
        (NOT_REQUIRED, &format!("{BOTH}companies: {{SEKO: 1}}")),
        (REQUIRED, &BOTH.replace("id: 9, name: Acme", "id: 9, name: Acme-Loop")),
        (NOT_REQUIRED, &BOTH.replace("id: 9, name: Acme", "id: 9, name: Acme-Loop")),
        (REQUIRED, "unknown: [omnirps]\nomnireturns: [{id: 9, name: Acme}]"),
        (&apostrophe, "omnirps: [{id: 77, name: O'NEILL}]"),
    ];
    let first = |(fleet, live)| plan(fleet, live).retailers.remove(0).blocked.remove(0);
    let mut blockers: Vec<Blocker> = cases.map(first).into();
    let company = Setting::OmnireturnsCompany;
    blockers.push(named_id(company, &Value::text("Loop"), &two_companies()).unwrap_err());
    let said = |it: &Blocker| format!("{}: {}; hint: {}", it.code.key(), it.message, it.hint);
    assert_snapshot!(blockers.iter().map(said).collect::<Vec<_>>().join("\n"), @r#"
    ambiguous-name: 2 OmniRPS records fit: "Acme" (id 77) and "Acme" (id 78); changes in OmniReturns wait for this; hint: pin the right one as `ids.omnirps` in retailers/acme.yaml
    ambiguous-name: "Acme" (id 9) would be called "Acme - Loop", but id 10 already has that name; hint: if id 10 is the retailer's, pin it as `ids.omnireturns` in retailers/acme.yaml; otherwise rename it in OmniReturns, or correct the name in the file
    name-near-miss: no OmniRPS record is called "Acme", but "ACME" (id 77) looks like it: character 2 is `C` instead of `c`; hint: if that is the retailer, correct `retailer` in retailers/acme.yaml: OmniRPS refuses uploads under any other name, and nothing can be renamed there
    name-near-miss: no OmniRPS record is called "Acme", but "ACME" (id 77) and "acme" (id 78) look like it: in id 77 character 2 is `C` instead of `c`, in id 78 character 1 is `a` instead of `A`; changes in OmniReturns wait for this; hint: if that is the retailer, correct `retailer` in retailers/acme.yaml: OmniRPS refuses uploads under any other name, and nothing can be renamed there
    id-not-found: no OmniReturns record has the pinned id "9"; hint: correct `ids.omnireturns` in retailers/acme.yaml, or remove it to match by name
    record-not-found: no OmniRPS record is called "Acme"; hint: a retailer on journey `existing` must exist already: correct the name in retailers/acme.yaml, or use journey `new`
    record-not-found: there is no OmniRPS record, and the file takes `omnirps.retailer` out of management; changes in OmniReturns wait for this; hint: create the record by hand, or remove that entry from `settings` in retailers/acme.yaml
    duplicate-claim: retailers/acme.yaml and retailers/zenith.yaml claim OmniReturns record 9; hint: pin `ids.omnireturns` in each file, or correct the name in one of them
    duplicate-claim: retailers/acme.yaml and retailers/zenith.yaml claim a new OmniReturns record with the same name; hint: pin `ids.omnireturns` in each file, or correct the name in one of them
    duplicate-claim: retailers/acme.yaml and retailers/zenith.yaml claim OmniRPS record 77, "Acme" (pinned in retailers/zenith.yaml); changes in OmniReturns wait for this; hint: find out whose record it is, and correct `ids.omnirps` or the name in the other file
    duplicate-claim: retailers/acme.yaml and retailers/zenith.yaml claim the OmniReturns name "Acme - Loop"; hint: give one of them another `omnireturns.name`
    company-not-found: OmniReturns has no company called "Loop"; hint: add the company in OmniReturns (/admin/companies), or correct `partner.company` in the project file
    suffix-variant: the name of OmniReturns record 9 is "Acme-Loop", which ends in a variant of the suffix "- Loop"; hint: rename it in OmniReturns to "Acme - Loop"
    suffix-variant: the name of OmniReturns record 9 is "Acme-Loop", which ends in a variant of the suffix "- Loop"; hint: rename it in OmniReturns to "Acme - Loop", or pin `ids.omnireturns` in retailers/acme.yaml if no suffix is wanted
    system-unknown: OmniRPS could not be read: no response: connection refused; changes in OmniReturns wait for this; hint: check that it is up, then plan again
    name-near-miss: no OmniRPS record is called "O'Neill", but "O'NEILL" (id 77) looks like it: character 4 is `E` instead of `e`; hint: if that is the retailer, correct `retailer` in retailers/o-neill.yaml: OmniRPS refuses uploads under any other name, and nothing can be renamed there
    ambiguous-name: OmniReturns has more than one company called "Loop"; hint: rename all but one of them in OmniReturns
    "#);
    let is_said = |code: &BlockerCode| blockers.iter().any(|it| it.code == *code);
    assert!(BlockerCode::ALL.iter().all(is_said));
}

/// A live state in which two companies have one name.
fn two_companies() -> Live {
    let company = |id: &str| Company { id: Id::text(id), name: "Loop".into() };
    let state = SystemState { records: vec![], companies: Some(vec![company("7"), company("8")]) };
    Live::new([(System::Omnireturns, SystemReading::Observed(state))].into())
}

#[test]
fn an_instruction_names_who_where_and_what() {
    let people = by_people(&System::ALL);
    let instructions = |capabilities: &Capabilities, fleet: &str, live: &str| {
        let manual = plan_by(capabilities, fleet, live).retailers.remove(0).manual;
        manual.into_iter().map(|it| it.instruction).collect::<Vec<_>>().join("\n")
    };
    assert_snapshot!(instructions(&people, NOT_REQUIRED, BOTH), @r#"
    SEKO onboarding: in OmniRPS, tracking webhook settings of the retailer (where exactly is not publicly documented), change `omnirps.tracking_webhook.url` of "Acme" (id 77) from (unset) to https://api.loopreturns.com/hook/v1/seko/update
    SEKO support: in OmniRPS, tracking webhook settings of the retailer (where exactly is not publicly documented), change `omnirps.tracking_webhook.enabled` of "Acme" (id 77) from false to true
    SEKO account manager: in OmniRPS, Shopify integration of the retailer (where exactly is not publicly documented), change `omnirps.shopify_integration` of "Acme" (id 77) from enabled to disabled, but only once `omnirps.tracking_webhook.url` and `omnirps.tracking_webhook.enabled` are right
    SEKO onboarding: in OmniRPS, Admin > Customer Tracking Alerts > Settings, change `omnirps.track_and_trace_emails` of "Acme" (id 77) from enabled to disabled, but only once `omnirps.tracking_webhook.url` and `omnirps.tracking_webhook.enabled` are right
    SEKO onboarding: in OmniReturns admin, Retailers, General info (/admin/retailer/retailer_view), change `omnireturns.company` of "Acme" (id 9) from SEKO to Loop, but only once `omnirps.tracking_webhook.url` and `omnirps.tracking_webhook.enabled` are right
    SEKO onboarding: in OmniReturns admin, Retailers, General info (/admin/retailer/retailer_view) (where exactly is not publicly documented), change `omnireturns.portal` of "Acme" (id 9) from published to unpublished, but only once `omnirps.tracking_webhook.url` and `omnirps.tracking_webhook.enabled` are right
    "#);
    let in_use = "id: 9, emails: [b@acme.example, a@acme.example], company: Loop, portal: unpublished, omnirps_retailer_id: '77'";
    assert_snapshot!(instructions(&people, NEW, &WEBHOOK_RIGHT.replace("id: 9", in_use)), @r#"
    SEKO onboarding: in OmniParcel, Manage Users, create "Acme"
    SEKO onboarding: in OmniReturns admin, Retailers, General info (/admin/retailer/retailer_view), remove b@acme.example, a@acme.example from `omnireturns.emails` of "Acme" (id 9)
    "#);
    let tied = BOTH.replace("id: 9", "id: 9, omnirps_retailer_id: '55', key_issued: true");
    let tied = plan(NEW, &tied).retailers.remove(0).manual.pop().unwrap();
    assert_snapshot!(format!("{}\n{}", tied.instruction, tied.note.unwrap()), @r#"
    SEKO onboarding: in OmniReturns admin, Retailers, General info (/admin/retailer/retailer_view), change `omnireturns.omnirps_retailer_id` of "Acme" (id 9) from 55 to 77, but find out first whose key it has; if another's, pin the right records as `ids.omnireturns` and `ids.omnirps` in retailers/acme.yaml
    the account is tied to the OmniRPS retailer 55, and it may be in use there
    "#);
    let tied = WEBHOOK_RIGHT.replace("id: 9", "id: 9, omnirps_retailer_id: '55'");
    let tied = plan(REQUIRED, &tied).retailers.remove(0).manual.pop().unwrap();
    assert_snapshot!(format!("{}\n{}", tied.instruction, tied.note.unwrap()), @r#"
    SEKO onboarding: in OmniReturns admin, Retailers, General info (/admin/retailer/retailer_view), change `omnireturns.name` of "Acme" (id 9) from Acme to Acme - Loop, but find out first whose account it is; if it is Acme's, pin it as `ids.omnireturns` in retailers/acme.yaml
    the account is tied to the OmniRPS retailer 55, and it may be in use there
    "#);
    let created = by_people(&[System::Omnireturns]);
    assert_snapshot!(instructions(&created, NEW, "{}"), @r#"
    SEKO onboarding: in OmniReturns admin, Retailers, General info (/admin/retailer/retailer_view), create "Acme"
    SEKO onboarding: in OmniReturns admin, Retailers, General info (/admin/retailer/retailer_view), set `omnireturns.company` of the new "Acme" to Loop
    SEKO onboarding: in OmniReturns admin, Retailers, General info (/admin/retailer/retailer_view) (where exactly is not publicly documented), set `omnireturns.portal` of the new "Acme" to unpublished
    SEKO onboarding: in OmniReturns admin, Retailers, General info (/admin/retailer/retailer_view), set `omnireturns.omnirps_retailer_id` of the new "Acme" to the id that OmniRPS assigns
    "#);
    // A milestone must not close what the decision still asks for.
    let undecided = REQUIRED.replace("required", "{value: required, on: 2026-10-20}");
    let late = stating(&undecided, "uploads_checked");
    let undecided = REQUIRED.replace("omnireturns_access: required\n", "");
    let unread = "unread: [omnirps]\nomnireturns: [{id: 9, name: Acme}]";
    let of = [REQUIRED, &undecided, &late].map(|file| instructions(&people, file, unread));
    assert_snapshot!(only(&["SEKO onboarding: in OmniRPS"], of.join("\n")), @r#"
    SEKO onboarding: in OmniRPS, tracking webhook settings of the retailer (where exactly is not publicly documented), make sure that `omnirps.tracking_webhook.url` of "Acme" is https://api.loopreturns.com/hook/v1/seko/update; once all manual steps of the retailer are done, state `uploads_checked` in retailers/acme.yaml
    SEKO onboarding: in OmniRPS, Admin > Customer Tracking Alerts > Settings, make sure that `omnirps.track_and_trace_emails` of "Acme" is disabled, but only once `omnirps.tracking_webhook.url` and `omnirps.tracking_webhook.enabled` are right; once all manual steps of the retailer are done, state `uploads_checked` in retailers/acme.yaml
    SEKO onboarding: in OmniRPS, tracking webhook settings of the retailer (where exactly is not publicly documented), make sure that `omnirps.tracking_webhook.url` of "Acme" is https://api.loopreturns.com/hook/v1/seko/update; once `omnireturns_access` is decided and all manual steps of the retailer are done, state `uploads_checked` in retailers/acme.yaml
    SEKO onboarding: in OmniRPS, Admin > Customer Tracking Alerts > Settings, make sure that `omnirps.track_and_trace_emails` of "Acme" is disabled; once all manual steps of the retailer are done, state `uploads_checked` in retailers/acme.yaml again, as of a day since the decision
    "#);
    let unread = instructions(&people, NEW, "unread: [omnirps, omnireturns]");
    assert_snapshot!(only(&["SEKO support", "SEKO onboarding: in OmniReturns admin, Retailers, General"], unread), @r#"
    SEKO support: in OmniRPS, tracking webhook settings of the retailer (where exactly is not publicly documented), make sure that `omnirps.tracking_webhook.enabled` of "Acme" is true; once all manual steps of the retailer are done, state `keys_supplied` in retailers/acme.yaml
    SEKO onboarding: in OmniReturns admin, Retailers, General info (/admin/retailer/retailer_view), make sure that "Acme" exists, but only once `omnirps.retailer` is right; then pin its id as `ids.omnireturns`, or, once all manual steps of the retailer are done, state `keys_supplied` in retailers/acme.yaml
    SEKO onboarding: in OmniReturns admin, Retailers, General info (/admin/retailer/retailer_view), make sure that `omnireturns.company` of "Acme" is Loop, but only once `omnirps.retailer` is right; once all manual steps of the retailer are done, state `keys_supplied` in retailers/acme.yaml
    SEKO onboarding: in OmniReturns admin, Retailers, General info (/admin/retailer/retailer_view) (where exactly is not publicly documented), make sure that `omnireturns.portal` of "Acme" is unpublished, but only once `omnirps.retailer` is right; once all manual steps of the retailer are done, state `keys_supplied` in retailers/acme.yaml
    SEKO onboarding: in OmniReturns admin, Retailers, General info (/admin/retailer/retailer_view), make sure that `omnireturns.omnirps_retailer_id` of "Acme" is the id that OmniRPS assigns, but only once `omnirps.retailer` is right; once all manual steps of the retailer are done, state `keys_supplied` in retailers/acme.yaml
    SEKO onboarding: in OmniReturns admin, Retailers, General info (/admin/retailer/retailer_view), make sure that `omnireturns.emails` of "Acme" is empty, but only once `omnirps.retailer` is right; once all manual steps of the retailer are done, state `keys_supplied` in retailers/acme.yaml
    "#);
}
