//! The schema of a retailer file.

use super::words;
use super::{DRAFT, NAME_PATTERN, date, id, mapping, name, section, text, url, with};
use crate::config::checks::{TRACKING_WEBHOOK, WEBHOOK_MEMBERS};
use crate::model::{Journey, Setting, System, ValueKind};
use crate::process::milestones::stages;
use serde_json::{Map, Value, json};

/// Returns the schema of `retailers/<slug>.yaml`.
pub(crate) fn retailer() -> Value {
    let file = mapping(
        "One retailer: the facts that people know about it. `reconcile` derives its settings in \
         OmniParcel, OmniReturns and OmniRPS from them.",
        json!({
            "retailer": name(
                "The retailer's name exactly as it is, or will be, entered in OmniRPS. Loop's \
                 uploads are refused when it differs by one character."
            ),
            "journey": journey(),
            "account_manager": text("The account manager at SEKO (step N1)."),
            "omnireturns_access": access(),
            "omnireturns": section(
                "What is different about the retailer in OmniReturns.",
                json!({"name": name(
                    "The retailer's name in OmniReturns where it is not the one in `retailer`, \
                     without the partner's suffix (step E7.1 adds that)."
                )}),
            ),
            "ids": ids(),
            // Which milestones there are depends on the journey, below.
            "milestones": {
                "description": "What has happened, and when: a line for each step that people \
                                have reached. Write `journey` first.",
                "type": ["object", "null"],
            },
            "settings": settings(),
            "notes": text("Free text for people."),
        }),
    );
    with(
        file,
        json!({
            "$schema": DRAFT,
            "title": "Retailer file of reconcile",
            "required": ["retailer", "journey"],
            "allOf": [
                only_for("new", json!({
                    "milestones": {"$ref": "#/$defs/milestones_of_new"},
                    "omnireturns_access": false,
                })),
                only_for("existing", json!({
                    "milestones": {"$ref": "#/$defs/milestones_of_existing"},
                })),
            ],
            "$defs": {
                "fact": fact(),
                "milestones_of_new": milestones(Journey::New),
                "milestones_of_existing":
                    milestones(Journey::Existing { omnireturns_access: None }),
            },
        }),
    )
}

fn only_for(journey: &str, properties: Value) -> Value {
    json!({
        "if": {"properties": {"journey": {"const": journey}}, "required": ["journey"]},
        "then": {"properties": properties},
    })
}

fn journey() -> Value {
    json!({
        "description": "Which way the retailer takes to Loop. new: SEKO does not serve it yet \
                        (steps N1 to N10). existing: SEKO serves it already (steps E1 to E8).",
        "enum": ["new", "existing"],
    })
}

fn access() -> Value {
    let word = json!({"enum": ["required", "not_required"]});
    let told = mapping(
        "The decision, with its day and who made it.",
        json!({
            "value": with(word.clone(), json!({"description": "What was decided."})),
            "on": date("The day on which it was decided, as in 2026-10-12."),
            "by": name("Who decided it."),
        }),
    );
    json!({
        "description": "Whether an existing retailer still needs, and pays for, OmniReturns \
                        (step E5). required: it keeps its portal and gets the suffix (E7). \
                        not_required: it moves under the partner's company and its portal is \
                        unpublished (E6). Leave the line out until it is decided.",
        "anyOf": [word, with(told, json!({"required": ["value"]}))],
    })
}

fn ids() -> Value {
    let properties: Map<String, Value> = System::ALL
        .into_iter()
        .map(|system| (system.key().to_owned(), id(&format!("The id of its record in {system}."))))
        .collect();
    section(
        "The ids of the retailer's records, where they are known. An id finds a record whatever \
         its name is.",
        properties.into(),
    )
}

/// A milestone: a date, or more than that.
fn fact() -> Value {
    let day = "The day on which it happened, as in 2026-10-12.";
    let told = mapping(
        "The day, with who stated it or which connote it was.",
        json!({
            "on": date(day),
            "by": name("Who stated it."),
            "connote": with(
                id("The consignment note number of the test label or test return."),
                json!({"pattern": NAME_PATTERN}),
            ),
        }),
    );
    json!({"anyOf": [date(day), with(told, json!({"required": ["on"]}))]})
}

fn milestones(journey: Journey) -> Value {
    let properties: Map<String, Value> = stages(journey)
        .iter()
        .map(|stage| {
            let fact = json!({"description": words::milestone(stage), "$ref": "#/$defs/fact"});
            (stage.milestone.key().to_owned(), fact)
        })
        .collect();
    section("What has happened, and when.", properties.into())
}

fn settings() -> Value {
    let steps = words::steps();
    let mut properties: Map<String, Value> = Setting::ALL
        .into_iter()
        .map(|setting| {
            let asking = steps.get(&setting).map_or(&[][..], Vec::as_slice);
            let description = words::setting(setting, asking);
            (setting.key().to_owned(), setting_override(&description, setting.info().kind))
        })
        .collect();
    let whole = "The whole tracking webhook, address and switch: leave it as it is. While it is \
                 wrong, customers get no credits.";
    let properties_of_whole =
        json!({"manage": manage(), "acknowledge": acknowledge(), "reason": reason()});
    let one_of = json!([{"required": ["manage", "reason"]}, {"required": ["acknowledge"]}]);
    properties.insert(
        TRACKING_WEBHOOK.to_owned(),
        with(mapping(whole, properties_of_whole), json!({"oneOf": one_of})),
    );
    let members: Map<String, Value> =
        WEBHOOK_MEMBERS.iter().map(|member| (member.key().to_owned(), false.into())).collect();
    let settings = section(
        "Where this retailer differs from the process: another value, or none of the tool's \
         business. Each needs a reason, which plans show.",
        properties.into(),
    );
    with(settings, json!({"dependentSchemas": {TRACKING_WEBHOOK: {"properties": members}}}))
}

fn setting_override(description: &str, kind: ValueKind) -> Value {
    let properties = json!({
        "value": value(kind),
        "manage": manage(),
        "acknowledge": acknowledge(),
        "reason": reason(),
    });
    let one_of = json!([
        {"required": ["value", "reason"]},
        {"required": ["manage", "reason"]},
        {"required": ["acknowledge"]},
    ]);
    with(mapping(description, properties), json!({"oneOf": one_of}))
}

fn acknowledge() -> Value {
    let acknowledge = mapping(
        "The setting is known to differ, and is left as it is up to and including a day.",
        json!({
            "until": date("The last day, as in 2026-12-31. Afterwards the setting counts again."),
            "reason": reason(),
        }),
    );
    with(acknowledge, json!({"required": ["until", "reason"]}))
}

fn value(kind: ValueKind) -> Value {
    let description = words::value(kind);
    match kind {
        ValueKind::Present => json!({"description": description, "const": "present"}),
        ValueKind::Empty => json!({"description": description, "const": "none"}),
        ValueKind::Flag => json!({"description": description, "type": "boolean"}),
        ValueKind::Switch { on, off } => json!({"description": description, "enum": [on, off]}),
        ValueKind::Text => text(description),
        ValueKind::Url => url(description),
        ValueKind::Id => id(description),
    }
}

fn manage() -> Value {
    json!({
        "description": "`false`: the setting is left as it is, and no plan mentions it.",
        "const": false,
    })
}

fn reason() -> Value {
    text("Why this retailer differs. Plans show it.")
}
