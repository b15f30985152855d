//! The model built from valid files.

use super::{CLEAN, checked, checked_one, codes};
use crate::model::{
    Access, Backend, Journey, KeySource, Limits, Milestone, Override, Partner, Safety, Setting,
    System, Value,
};
use jiff::civil::date;
use std::path::PathBuf;

#[test]
fn a_retailer_file_becomes_a_retailer() {
    let found = checked_one(
        "\
retailer: H & M
journey: existing
account_manager: Dana Reyes
omnireturns_access: not_required
omnireturns: {name: H & M AU}
ids: {omniparcel: \"0501\", omnirps: 77}
milestones:
  keys_requested: 2026-10-01
  test_label: {on: 2026-10-05, connote: TK100342334NZ}
  switched_to_loop: {on: 2026-10-12, by: loop}
settings:
  omnirps.shopify_integration: {value: enabled, reason: winds down}
  omnirps.tracking_webhook: {manage: false, reason: relays}
  omnireturns.omnirps_retailer_id: {value: 77, reason: moved}
notes: free text
",
    );
    assert_eq!(codes(&found), [""; 0]);
    let [retailer] = found.retailers.as_slice() else { panic!() };
    assert_eq!(retailer.slug, "acme-apparel");
    assert_eq!(retailer.file, "retailers/acme-apparel.yaml");
    assert_eq!(retailer.name, "H & M");
    assert_eq!(
        retailer.journey,
        Journey::Existing { omnireturns_access: Some(Access::NotRequired) }
    );
    assert_eq!(retailer.omnireturns_base_name(), "H & M AU");
    assert_eq!(retailer.ids[&System::Omniparcel], "0501");
    assert_eq!(retailer.ids[&System::Omnirps], "77");
    let label = &retailer.milestones[&Milestone::TestLabel];
    assert_eq!(label.on, date(2026, 10, 5));
    assert_eq!(label.connote.as_deref(), Some("TK100342334NZ"));
    assert_eq!(retailer.milestones[&Milestone::SwitchedToLoop].by.as_deref(), Some("loop"));
    let relays = Override::Unmanaged { reason: "relays".into() };
    assert_eq!(retailer.overrides[&Setting::OmnirpsTrackingWebhookUrl], relays);
    assert_eq!(retailer.overrides[&Setting::OmnirpsTrackingWebhookEnabled], relays);
    assert_eq!(
        retailer.overrides[&Setting::OmnireturnsOmnirpsRetailerId],
        Override::Value { value: Value::text("77"), reason: "moved".into() }
    );
}

#[test]
fn without_a_project_file_the_defaults_hold() {
    for files in [
        vec![("retailers/a.yaml", CLEAN)],
        vec![("retailers/a.yaml", CLEAN), ("reconcile.yaml", "# nothing\n")],
    ] {
        let found = checked(&files);
        assert_eq!(codes(&found), [""; 0]);
        assert_eq!(found.project.partner, Partner::default());
        assert_eq!(found.project.safety, Safety::default());
        assert_eq!(found.project.default_environment, "sandbox");
        let sandbox = &found.project.environments["sandbox"];
        assert_eq!((&sandbox.backend, sandbox.limits), (&Backend::Embedded, Limits::default()));
    }
}

#[test]
fn the_sandbox_stays_beside_other_environments() {
    let found = checked(&[(
        "reconcile.yaml",
        "\
partner:
  name: Rets
  recipients: {Rets' vault: age1grsyt5s65ref6y8qx5pywvpq4hhase0w22uvnwnem8fdchak3adqmql7rp}
environments:
  production:
    omnirps: {url: \"https://rps.example.org/base\", key: {file: keys/rps}, key_header: X-Key}
    limits: {retries: 0}
",
    )]);
    assert_eq!(codes(&found), [""; 0]);
    assert_eq!(found.project.partner.name, "Rets");
    assert_eq!(found.project.partner.company, "Loop");
    let recipients = &found.project.partner.recipients;
    assert_eq!(
        recipients["Rets' vault"],
        "age1grsyt5s65ref6y8qx5pywvpq4hhase0w22uvnwnem8fdchak3adqmql7rp"
    );
    assert_eq!(found.project.environments["sandbox"].backend, Backend::Embedded);
    let production = &found.project.environments["production"];
    assert_eq!(production.limits, Limits { retries: 0, ..Limits::default() });
    let Backend::Remote(systems) = &production.backend else { panic!() };
    let endpoint = systems[&System::Omnirps].endpoint.as_ref().unwrap();
    assert_eq!(endpoint.url.as_str(), "https://rps.example.org/base");
    assert_eq!(endpoint.key, KeySource::File(PathBuf::from("./keys/rps")));
    assert_eq!(endpoint.key_header.as_deref(), Some("X-Key"));
}

#[test]
fn one_broken_file_hides_no_other() {
    let found = checked(&[
        ("retailers/a.yaml", "retailer: [\n"),
        ("retailers/b.yaml", "retailer: Beta\njourney: new\nnotes: 5\nids: {omnirps: 1}\n"),
        ("retailers/c.yaml", "retailer: Gamma\njourney: new\nids: {omnirps: 1}\n"),
        ("retailers/z.yaml", "retailer: Alpha\njourney: new\n"),
        ("retailers/y.yaml", "retailer: Zeta\njourney: new\n"),
    ]);
    assert_eq!(codes(&found), ["yaml-syntax", "wrong-type", "duplicate-id"]);
    let names: Vec<&str> = found.retailers.iter().map(|retailer| retailer.name.as_str()).collect();
    assert_eq!(names, ["Alpha", "Zeta"]);
}
