//! What is set up until when, and which live retailers no file declares.

use crate::testing::{plan, shown};
use insta::assert_snapshot;

const NEW: &str = "retailer: Acme\njourney: new\nmilestones: {documents_completed: 2026-10-01}\n";

#[test]
fn new_is_set_up_until_its_keys_are_handed_over() {
    let live = "
omniparcel: [{id: 1, name: Acme}]
omnirps: [{id: 77, name: Acme, tracking_webhook.url: 'https://api.loopreturns.com/hook/v1/seko/update', tracking_webhook.enabled: true}]
omnireturns: [{id: 9, name: Acme - Loop, omnirps_retailer_id: '77', company: Other, portal: published}]
";
    assert_snapshot!(shown(NEW, live), @"
    Acme  retailers/acme.yaml
      ~ update in OmniReturns: Acme - Loop (id 9)
          omnireturns.company: Other → Loop  N5, otherwise OmniReturns keeps the retailer among those that pay for access
          omnireturns.portal: published → unpublished  N5, otherwise customers can return through two portals

    Plan for test: 0 to create, 1 to update, 0 manual, 0 held, 0 blocked, 0 unchanged.
    ");
    let handed_over = NEW.replace("2026-10-01}", "2026-10-01, keys_supplied: 2026-10-02}");
    assert_snapshot!(shown(&handed_over, live), @"Plan for test: 0 to create, 0 to update, 0 manual, 0 held, 0 blocked, 1 unchanged.");
    let manual = |more: &str| {
        let in_use = live.replace("portal: published", &format!("portal: published, {more}"));
        let manual = plan(NEW, &in_use).retailers.remove(0).manual;
        manual.into_iter().map(|entry| entry.setting.key()).collect::<Vec<_>>()
    };
    let both = ["omnireturns.company", "omnireturns.portal"];
    assert_eq!(manual("key_issued: true"), both);
    assert_eq!(manual("hubs: [Auckland]"), [&both[..], &["omnireturns.hubs"]].concat());
    assert_eq!(manual("emails: [a@b.example]"), [&both[..], &["omnireturns.emails"]].concat());
}

#[test]
fn live_retailers_without_a_file_are_undeclared() {
    let undeclared = |live: &str| {
        let undeclared = plan(NEW, live).undeclared?;
        Some(undeclared.into_iter().map(|retailer| retailer.name).collect::<Vec<_>>())
    };
    let others = "{id: 5, name: Zed}, {id: 4, name: Beta}, {id: 6, name: Off, disabled: true}";
    let of = |own: &str| undeclared(&format!("omnirps: [{{id: 77, name: {own}}}, {others}]"));
    assert_eq!(of("Acme").unwrap(), ["Beta", "Zed"]);
    assert_eq!(of("ACME").unwrap(), ["Beta", "Zed"], "a look-alike is blocked, not undeclared");
    assert_eq!(undeclared("omnirps: []").unwrap(), Vec::<String>::new());
    assert_eq!(undeclared("unknown: [omnirps]"), None, "unknown is not empty");
}
