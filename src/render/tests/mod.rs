//! Tests of the formats with one plan that has every kind of entry.

mod github;
mod junit;
mod lists;
mod markdown;
mod sarif;

use crate::plan::{Origin, Plan};
use crate::testing;

/// Acme is switched over and overrides a setting, Birch is created, Cedar is not switched over,
/// Dune has a manual step, and Elm's name is a near match.
const FLEET: &str = "
retailer: Acme
journey: existing
omnireturns_access: not_required
ids: {omnirps: 77}
milestones: {switched_to_loop: 2026-10-12}
settings:
  omnirps.shopify_integration: {value: enabled, reason: winds down its own store until March}
---
retailer: Birch
journey: new
milestones: {documents_completed: 2026-10-01}
---
retailer: Cedar
journey: existing
milestones:
  keys_requested: 2026-10-01
---
retailer: Dune
journey: new
milestones: {documents_completed: 2026-10-01}
ids:
  omnireturns: 9
---
retailer: Elm
journey: existing
";

const LIVE: &str = "
omnirps:
- {id: 77, name: Acme, shopify_integration: disabled, track_and_trace_emails: disabled, tracking_webhook.url: 'https://relay.acme.example/seko'}
- {id: 79, name: Cedar}
- {id: 80, name: Dune, tracking_webhook.url: 'https://api.loopreturns.com/hook/v1/seko/update', tracking_webhook.enabled: true}
- {id: 81, name: ELM}
omnireturns:
- {id: '1042', name: Acme, portal: unpublished}
- {id: 8, name: Cedar}
- {id: 9, name: Dune, omnirps_retailer_id: '80', emails: [ops@dune.example]}
- {id: 10, name: Elm}
unknown: [omniparcel]
";

/// Returns the plan of the fleet, compared with a base.
fn every_kind() -> Plan {
    let mut plan = testing::plan(FLEET, LIVE);
    let acme = &mut plan.retailers[0].actions[0].changes;
    acme[0].origin = Some(Origin::Drift);
    for change in &mut acme[1..] {
        change.origin = Some(Origin::Pending);
    }
    for held in &mut plan.retailers[2].held {
        held.origin = Some(Origin::Pending);
    }
    plan.retailers[3].manual[0].origin = Some(Origin::Drift);
    plan
}

/// Returns the output of a renderer.
fn written(render: impl FnOnce(&mut dyn std::io::Write) -> std::io::Result<()>) -> String {
    let mut out = Vec::new();
    render(&mut out).unwrap();
    String::from_utf8(out).unwrap()
}
