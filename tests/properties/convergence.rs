//! Properties of generated fleets against generated live states, over real HTTP: planning
//! writes nothing, a plan after an apply is empty, a second apply writes nothing, and only
//! what the plan shows changes.

use crate::world::{World, called, id, runtime, world};
use proptest::prelude::*;
use reconcile::{Kind, Plan};
use reconcile::{System, name};
use serde_json::Value;
use std::collections::BTreeMap;

/// The fields of a record that the plan changes, in the contract's words.
fn planned_fields(plan: &Plan, system: System, id: &str) -> Vec<&'static str> {
    let actions = plan.actions().map(|(_, action)| action);
    let touched =
        actions.filter(|action| action.system == system && action.target_id.as_deref() == Some(id));
    touched
        .flat_map(|action| &action.changes)
        .flat_map(|change| match change.setting.key() {
            "omnirps.tracking_webhook.url" => vec!["TrackingWebhook.Url"],
            "omnirps.tracking_webhook.enabled" => vec!["TrackingWebhook.Enabled"],
            "omnirps.shopify_integration" => vec!["ShopifyIntegrationEnabled"],
            "omnirps.track_and_trace_emails" => vec!["TrackAndTraceEmailsEnabled"],
            "omnireturns.name" => vec!["RetailerName"],
            "omnireturns.company" => vec!["CompanyId", "CompanyName"],
            "omnireturns.portal" => vec!["PortalPublished"],
            "omnireturns.omnirps_retailer_id" => vec!["OmniRPSRetailerId"],
            other => panic!("nothing else is ever updated: {other}"),
        })
        .collect()
}

/// Returns the fields of a record, with those of its webhook one by one.
fn fields(record: &Value) -> BTreeMap<String, &Value> {
    let mut fields = BTreeMap::new();
    for (field, value) in record.as_object().unwrap() {
        match value.as_object() {
            Some(parts) => {
                fields.extend(parts.iter().map(|(part, of)| (format!("{field}.{part}"), of)));
            }
            None => {
                fields.insert(field.clone(), value);
            }
        }
    }
    fields
}

fn check_effects(
    plan: &Plan,
    before: &BTreeMap<System, Vec<Value>>,
    after: &BTreeMap<System, Vec<Value>>,
) {
    for system in System::ALL {
        let old: BTreeMap<String, &Value> =
            before[&system].iter().map(|record| (id(record), record)).collect();
        let mut created = 0;
        for record in &after[&system] {
            let Some(was) = old.get(&id(record)) else {
                created += 1;
                let folded = name::fold(called(record));
                for other in before[&system].iter() {
                    assert!(!name::fold(called(other)).same_as(&folded), "{record} beside {other}");
                }
                continue;
            };
            let planned = planned_fields(plan, system, &id(record));
            let were = fields(was);
            for (field, value) in fields(record) {
                if !planned.contains(&field.as_str()) {
                    assert_eq!(were[&field], value, "{field} of {record} was not planned");
                }
            }
            if system == System::Omnirps {
                assert_eq!(called(was), called(record), "an OmniRPS name never changes");
            }
        }
        let planned = plan
            .actions()
            .filter(|(_, action)| action.system == system && action.kind == Kind::Create);
        assert_eq!(created, planned.count(), "records created in {system}");
        assert_eq!(after[&system].len(), old.len() + created, "no record of {system} is removed");
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 64, ..ProptestConfig::default() })]

    #[test]
    fn apply_brings_live_to_desired_and_touches_nothing_else((cases, company) in world()) {
        runtime().block_on(async {
            let world = World::new(&cases, company).await;
            let before = world.records();

            let first = world.plan().await;
            prop_assert_eq!(world.writes(), vec![], "planning writes nothing");
            prop_assert_eq!(world.records(), before.clone());
            let mut turned = world.fleet.clone();
            turned.reverse();
            let json = |plan: &Plan| serde_json::to_string(plan).unwrap();
            prop_assert_eq!(json(&world.plan_of(&turned).await), json(&first), "same bytes");

            let report = world.apply(&first).await;
            prop_assert_eq!(report.summary.not_done(), 0, "{:?}", report.actions);
            prop_assert_eq!(report.summary.applied + report.summary.already, first.actions().count());
            check_effects(&first, &before, &world.records());

            let settled = world.records();
            let second = world.plan().await;
            prop_assert_eq!(second.actions().count(), 0, "{:?}", second);
            let writes = world.writes();
            world.apply(&second).await;
            prop_assert_eq!(world.writes(), writes, "a second apply writes nothing");
            prop_assert_eq!(world.records(), settled.clone());

            let again = world.apply(&first).await;
            prop_assert_eq!(again.summary.applied, 0, "{:?}", again.actions);
            prop_assert_eq!(world.records(), settled, "the first plan is never applied twice");
            world.sandbox.stop().await;
            Ok(())
        })?;
    }
}
