//! The JSON Schema of a plan. It is derived from the types, so it is always up to date; only
//! the types with a hand-written JSON form are here.

use crate::model::{Id, Role, Setting, Value};
use crate::process::Precondition;
use schemars::generate::SchemaSettings;
use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use std::borrow::Cow;

/// Returns the schema of a command's JSON output, in draft 2020-12.
pub(crate) fn of<T: JsonSchema>(title: &str) -> serde_json::Value {
    titled::<T>(title, SchemaSettings::draft2020_12().for_serialize())
}

/// Returns the schema of an input file, in draft 2020-12.
pub(crate) fn of_input<T: JsonSchema>(title: &str) -> serde_json::Value {
    titled::<T>(title, SchemaSettings::draft2020_12().for_deserialize())
}

fn titled<T: JsonSchema>(title: &str, settings: SchemaSettings) -> serde_json::Value {
    let mut schema = settings.into_generator().into_root_schema_for::<T>();
    schema.insert("title".into(), format!("{title} of reconcile").into());
    schema.to_value()
}

impl JsonSchema for Role {
    fn schema_name() -> Cow<'static, str> {
        "Role".into()
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        let keys = Role::ALL.map(Role::key);
        json_schema!({"description": "Who acts in the process.", "enum": keys})
    }
}

impl JsonSchema for Value {
    fn schema_name() -> Cow<'static, str> {
        "Value".into()
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({
            "description": "The value of a setting: null if it is unset, a boolean, text, \
                            or a list of texts.",
            "type": ["null", "boolean", "string", "array"],
            "items": {"type": "string"},
        })
    }
}

/// The setting of a [`super::Held`], for the schema only.
pub(crate) struct HeldSetting;

impl JsonSchema for HeldSetting {
    fn schema_name() -> Cow<'static, str> {
        "HeldSetting".into()
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        let mut keys = Setting::ALL.map(Setting::key).to_vec();
        keys.push(Precondition::OmnireturnsAccess.key());
        json_schema!({"description": "What is held.", "enum": keys})
    }
}

impl JsonSchema for Precondition {
    fn schema_name() -> Cow<'static, str> {
        "Waiting".into()
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        let keys: Vec<&str> = Precondition::all().map(Precondition::key).collect();
        let description = "What people have to state, or a setting that they have to put right, \
                           first.";
        json_schema!({"description": description, "enum": keys})
    }
}

impl JsonSchema for Id {
    fn schema_name() -> Cow<'static, str> {
        "Id".into()
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({
            "description": "The id of a record, as its system writes it.",
            "type": ["string", "integer"],
        })
    }
}
