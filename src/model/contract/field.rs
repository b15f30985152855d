//! The fields of a record: which keys a field has depends on its setting.

use crate::model::types::{
    Defs, Flaw, Format, InnerPointer, Node, Pointer, Raw, Refusal, Scalar, Scope, StrictMap, Text,
    ValueReader, instead_of, mapping, one_of, shown,
};
use crate::model::{Setting, ValueKind};
use serde::de::{Deserializer, Error};
use serde_json::{Map, Value as Json, json};
use std::collections::BTreeMap;

/// The location of a setting in a record.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Field {
    /// The pointer to read from.
    pub at: String,
    /// The pointer to write an id to, for a setting that is read by name.
    pub write_at: Option<String>,
    /// The system's words for a switch or a flag.
    pub words: Option<Words>,
    /// A pointer into each item of a list.
    pub each: Option<String>,
}

/// The system's words for the two states of a switch or a flag.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Words {
    pub on: String,
    pub off: String,
}

mapping! {
    /// The location of a setting in a record.
    struct FieldKeys {
        /// A pointer for reading and writing the setting.
        at: String as InnerPointer,
        /// A pointer for writing the id, if that is a different field.
        write_at: Option<String> as Option<InnerPointer>,
        /// The system's word for the first state of the setting.
        on: Option<String> as Option<Text>,
        /// The system's word for the second state of the setting.
        off: Option<String> as Option<Text>,
        /// A pointer inside each item, if the items are objects rather than texts.
        each: Option<String> as Option<Pointer>,
    }
}

/// Returns why a setting's field cannot have a key, or `None` if it can.
fn why_not_applicable(setting: Setting, key: &str) -> Option<&'static str> {
    let kind = setting.info().kind;
    match key {
        "write_at" if setting != Setting::OmnireturnsCompany && kind != ValueKind::Id => {
            Some("is not written as an id")
        }
        "on" | "off" if !matches!(kind, ValueKind::Flag | ValueKind::Switch { .. }) => {
            Some("does not have two values")
        }
        "each" if kind != ValueKind::Empty => Some("is not a list"),
        _ => None,
    }
}

/// Returns the field, or the invalid key and its flaw.
fn field(setting: Setting, keys: FieldKeys) -> Result<Field, (&'static str, Flaw)> {
    let FieldKeys { at, write_at, on, off, each } = keys;
    for (key, is_there) in [
        ("write_at", write_at.is_some()),
        ("on", on.is_some()),
        ("off", off.is_some()),
        ("each", each.is_some()),
    ] {
        if let (true, Some(why)) = (is_there, why_not_applicable(setting, key)) {
            let message = format!("is not applicable: {} {why}", shown(setting.key()));
            return Err((key, Flaw::wrong(message, "remove it")));
        }
    }
    let words = match (on, off) {
        (None, None) => None,
        (Some(on), Some(off)) if on.trim().eq_ignore_ascii_case(off.trim()) => {
            let hint = "write the system's word for each of the two";
            return Err(("off", Flaw::wrong("is the same word as `on`", hint)));
        }
        (Some(on), Some(off)) => Some(Words { on, off }),
        (on, _) => {
            let missing = if on.is_some() { "off" } else { "on" };
            let hint = format!("add `{missing}:` with the system's word for it");
            return Err(("", Flaw::new("missing-key", format!("has no `{missing}`"), hint)));
        }
    };
    Ok(Field { at, write_at, words, each })
}

/// Returns the settings that are fields of a system's records.
fn settings(scope: Scope) -> Vec<Setting> {
    scope.system.map(Setting::of_records).unwrap_or_default()
}

/// The format of the name of a setting that is a field of the system's records.
pub(super) struct FieldName;

impl Scalar for FieldName {
    type Output = Setting;

    const EXPECTS: &'static str = "the name of a setting";

    fn parse(scope: Scope, raw: Raw<'_>) -> Result<Setting, Refusal> {
        let name = raw.text()?;
        let known = settings(scope);
        let setting = Setting::from_key(name);
        if let Some(setting) = setting.filter(|setting| known.contains(setting)) {
            return Ok(setting);
        }
        let keys: Vec<&str> = known.iter().map(|setting| setting.key()).collect();
        let system = scope.system.map(|system| system.to_string()).unwrap_or_default();
        let or_else = || match keys.as_slice() {
            [] => format!("{system} has no settings to map; remove it"),
            keys => format!("write {}", one_of(keys)),
        };
        let (message, hint) = match setting {
            None => ("is not a setting".to_owned(), instead_of(name, &keys, or_else)),
            Some(setting) if scope.system == Some(setting.system()) => {
                let message = "has no field: a record that is there is present";
                (message.to_owned(), "remove it".to_owned())
            }
            Some(setting) => (format!("is a setting of {}", setting.system()), or_else()),
        };
        Err(Flaw::new("unknown-setting", message, hint).into())
    }

    fn json_schema(scope: Scope) -> Json {
        let keys: Vec<&str> = settings(scope).into_iter().map(Setting::key).collect();
        json!({"enum": keys})
    }
}

/// The format of a record's fields by setting.
pub(super) struct Fields;

impl Format for Fields {
    type Value = BTreeMap<Setting, Field>;

    fn expects() -> String {
        StrictMap::<FieldName, FieldKeys>::expects()
    }

    fn absent() -> Option<Self::Value> {
        Some(BTreeMap::new())
    }

    fn fast<'de, D: Deserializer<'de>>(scope: Scope, from: D) -> Result<Self::Value, D::Error> {
        let of = |(setting, keys)| {
            Ok((setting, field(setting, keys).map_err(|_| Error::custom("wrong"))?))
        };
        StrictMap::<FieldName, FieldKeys>::fast(scope, from)?.into_iter().map(of).collect()
    }

    fn slow(scope: Scope, node: &Node, at: &mut ValueReader<'_>) -> Option<Self::Value> {
        let mut fields = BTreeMap::new();
        for (setting, keys) in StrictMap::<FieldName, FieldKeys>::slow(scope, node, at)? {
            let Some(entry) = node.entry(setting.key()) else { continue };
            at.below(entry, |at| match field(setting, keys) {
                Ok(field) => drop(fields.insert(setting, field)),
                Err((key, flaw)) => match entry.value.entry(key) {
                    Some(wrong) => at.below(wrong, |at| at.key_flaw(flaw)),
                    None => at.key_flaw(flaw),
                },
            });
        }
        Some(fields)
    }

    fn schema(scope: Scope, defs: &mut Defs) -> Json {
        let mut properties = Map::new();
        for setting in settings(scope) {
            let field = FieldKeys::schema(Scope::default(), defs);
            let mut field = Json::Object(defs.inline(field));
            if let Some(keys) = field["properties"].as_object_mut() {
                keys.retain(|key, _| why_not_applicable(setting, key).is_none());
            }
            field["description"] = format!("Where `{setting}` is.").into();
            if why_not_applicable(setting, "on").is_none() {
                field["dependentRequired"] = json!({"on": ["off"], "off": ["on"]});
            }
            properties.insert(setting.key().to_owned(), field);
        }
        json!({
            "type": ["object", "null"],
            "additionalProperties": false,
            "properties": properties,
        })
    }
}
