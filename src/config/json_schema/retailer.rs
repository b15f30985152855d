//! The schema of a retailer file: its format, plus the milestones and settings of the process.

use super::words;
use crate::model::types::{Defs, Format, Scope, TRACKING_WEBHOOK, WEBHOOK_MEMBERS, schema};
use crate::model::{Journey, OverrideKeys, RetailerFile, Setting};
use crate::process::milestones::milestone_rules;
use serde_json::{Map, Value, json};

/// Returns the schema of `retailers/<slug>.yaml`.
pub(crate) fn retailer() -> Value {
    let mut root = schema::<RetailerFile>("Retailer file of reconcile");
    let fact = root["properties"]["milestones"]["additionalProperties"].take();
    root["$defs"]["Milestone"] = fact;
    root["$defs"]["MilestonesOfNew"] = milestones(Journey::New);
    root["$defs"]["MilestonesOfExisting"] = milestones(Journey::EXISTING);
    // The allowed milestones depend on the journey, below.
    let description = root["properties"]["milestones"]["description"].take();
    root["properties"]["milestones"] =
        json!({"description": description, "type": ["object", "null"]});
    root["allOf"] = json!([
        only_for(
            "new",
            json!({
                "milestones": {"$ref": "#/$defs/MilestonesOfNew"},
                "omnireturns_access": false,
            })
        ),
        only_for(
            "existing",
            json!({
                "milestones": {"$ref": "#/$defs/MilestonesOfExisting"},
            })
        ),
    ]);
    let description = root["properties"]["settings"]["description"].take();
    root["properties"]["settings"] = settings(description);
    if let Some(defs) = root["$defs"].as_object_mut() {
        defs.remove("OverrideKeys");
    }
    root
}

fn only_for(journey: &str, properties: Value) -> Value {
    json!({
        "if": {"properties": {"journey": {"const": journey}}, "required": ["journey"]},
        "then": {"properties": properties},
    })
}

fn milestones(journey: Journey) -> Value {
    let properties: Map<String, Value> = milestone_rules(journey)
        .iter()
        .map(|rule| {
            let fact = json!({"description": words::milestone(rule), "$ref": "#/$defs/Milestone"});
            (rule.milestone.key().to_owned(), fact)
        })
        .collect();
    json!({
        "description": "What has happened, and when.",
        "type": ["object", "null"],
        "additionalProperties": false,
        "properties": properties,
    })
}

fn settings(description: Value) -> Value {
    let steps = words::steps();
    let mut properties: Map<String, Value> = Setting::ALL
        .into_iter()
        .map(|setting| {
            let asking = steps.get(&setting).map_or(&[][..], Vec::as_slice);
            let mut schema = override_of(Some(setting), &words::setting(setting, asking));
            let value = words::value(setting.info().kind);
            schema["properties"]["value"]["description"] = value.into();
            (setting.key().to_owned(), schema)
        })
        .collect();
    let whole = "The whole tracking webhook, address and switch: leave it as it is. While it is \
                 wrong, customers get no credits.";
    properties.insert(TRACKING_WEBHOOK.to_owned(), override_of(None, whole));
    let members: Map<String, Value> =
        WEBHOOK_MEMBERS.iter().map(|member| (member.key().to_owned(), false.into())).collect();
    json!({
        "description": description,
        "type": ["object", "null"],
        "additionalProperties": false,
        "properties": properties,
        "dependentSchemas": {TRACKING_WEBHOOK: {"properties": members}},
    })
}

fn override_of(setting: Option<Setting>, description: &str) -> Value {
    let mut defs = Defs::default();
    let scope = Scope { setting, ..Scope::default() };
    let reference = OverrideKeys::schema(scope, &mut defs);
    let mut keywords = defs.inline(reference);
    keywords.insert("description".to_owned(), description.into());
    keywords.into()
}
