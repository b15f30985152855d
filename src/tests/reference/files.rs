//! The pages of file formats: all keys of all files, from the JSON Schemas.
//!
//! A schema is derived from the single definition of its format, so a page lists exactly the
//! keys that are read.

use super::{Page, anchor, code_list, sentence};
use crate::config::{json_schema, label_schema};
use crate::model::types::{TRACKING_WEBHOOK, schema};
use crate::model::{RetailerFile, Setting, System};
use crate::plan::schema::of_input;
use crate::sandbox::{Faults, Seed};
use serde_json::{Value as Json, json};

pub(super) fn pages() -> Vec<Page> {
    let retailer = schema::<RetailerFile>("Retailer file");
    let seed = of_input::<Seed>("Seed");
    let faults = of_input::<Faults>("Faults");
    let page = |name, title, about: &str, schema: &Json| {
        let intro = format!("{} {}", description(schema), about);
        let mut page = Page::new(name, title, &intro);
        page.section("Keys");
        keys(schema, &mut page);
        page
    };
    vec![
        page(
            "retailer-file.md",
            "Retailer file",
            "`retailers/SLUG.yaml`; [reference.md](../reference.md#the-retailer-file) has examples. \
             `MILESTONE` stands for a [milestone](milestones.md) and `SETTING` for a \
             [setting](settings.md).",
            &retailer,
        ),
        page(
            "project-file.md",
            "Project file",
            "`reconcile.yaml` beside the `retailers` folder; \
             [connecting.md](../connecting.md#real-systems) has examples. `SYSTEM` stands for \
             `omniparcel`, `omnireturns` or `omnirps`, and `NAME` for a name of your choice.",
            &json_schema::project(),
        ),
        page(
            "contract-file.md",
            "Contract file",
            "An environment names it if its endpoints are not those of the built-in contract; \
             [connecting.md](../connecting.md#when-the-endpoints-differ) has an example. `SYSTEM` \
             stands for `omniparcel`, `omnireturns` or `omnirps`, and `SETTING` for a \
             [setting](settings.md).",
            &json_schema::contract(),
        ),
        page(
            "label-file.md",
            "Label file",
            "An environment names it as \
             [`verify.label`](project-file.md#environmentsnameverifylabel); \
             [connecting.md](../connecting.md#the-file-of-a-test-label) has an example.",
            &label_schema(),
        ),
        page(
            "seed-file.md",
            "Seed file",
            "`reconcile sandbox --seed FILE` reads it; see \
             [the sandbox](../connecting.md#the-sandbox-and-rehearsals).",
            &seed,
        ),
        page(
            "faults-file.md",
            "Faults file",
            "`--sandbox-faults FILE` reads it: a list of rules with these keys. \
             [connecting.md](../connecting.md#the-sandbox-and-rehearsals) has an example.",
            &faults,
        ),
    ]
}

/// Whether a key is required.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Need {
    Required,
    Optional,
    /// Required in some alternatives of the mapping.
    Sometimes,
}

/// A key, or several that differ only in the name of a system or setting.
struct Key {
    path: String,
    schema: Json,
    need: Need,
    /// The systems to which it applies, if it is below one.
    systems: Vec<&'static str>,
}

fn keys(root: &Json, page: &mut Page) {
    let mut keys = Vec::new();
    walk(root, root, "", None, &mut keys);
    assert!(keys.len() > 5, "{} has {} keys", page.name, keys.len());
    for key in keys {
        page.name(&key.path);
        let about = about(root, &key.schema);
        assert!(!about.is_empty(), "{}: `{}` has no description", page.name, key.path);
        page.paragraph(&about);
        let values = kind(root, &key.schema);
        let need = match key.need {
            Need::Required => "Required.",
            Need::Optional => "Optional.",
            Need::Sometimes => "Required in some of the alternatives.",
        };
        let default = match &key.schema["default"] {
            Json::Null => String::new(),
            Json::String(text) if text.is_empty() => " Default: empty.".to_owned(),
            Json::Array(items) if items.is_empty() => String::new(),
            default => format!(" Default: `{}`.", shown(default)),
        };
        let only = match key.systems.as_slice() {
            [] => String::new(),
            all if all.len() == System::ALL.len() => String::new(),
            some => format!(" Only for {}.", code_list(some.iter().copied())),
        };
        page.paragraph(&format!("{} {need}{default}{only}", sentence(&values)));
        page.list(choices(root, &key.schema));
    }
}

/// Adds the keys below a place, in the order of the schema.
fn walk(root: &Json, node: &Json, path: &str, system: Option<&'static str>, keys: &mut Vec<Key>) {
    let children = children(root, node);
    let is_system = |name: &str| System::ALL.into_iter().find(|known| known.key() == name);
    let systems = children.iter().filter(|(name, ..)| is_system(name).is_some()).count();
    for (name, mut child, need) in children {
        let known = is_system(&name).filter(|_| systems == System::ALL.len());
        let (segment, system, stands_for) = match known {
            Some(known) if !self::children(root, &child).is_empty() => {
                ("SYSTEM", Some(known.key()), known.to_string())
            }
            _ if is_setting(&name) => ("SETTING", system, name.clone()),
            _ => (name.as_str(), system, String::new()),
        };
        if !stands_for.is_empty() {
            let named = if segment == "SYSTEM" { "the system" } else { segment };
            child["description"] = description(&child).replace(&stands_for, named).into();
        }
        let path = match (path, segment) {
            // A file that is a list as a whole.
            ("", "[]") => String::new(),
            ("", segment) => segment.to_owned(),
            (path, "[]") => format!("{path}[]"),
            (path, segment) => format!("{path}.{segment}"),
        };
        // List items have no entry of their own.
        if segment != "[]" {
            let systems = system.into_iter().collect();
            add(Key { path: path.clone(), schema: child.clone(), need, systems }, keys);
        }
        walk(root, &child, &path, system, keys);
    }
}

fn add(key: Key, keys: &mut Vec<Key>) {
    let Some(known) = keys.iter_mut().find(|known| known.path == key.path) else {
        keys.push(key);
        return;
    };
    if known.need != key.need {
        known.need = Need::Sometimes;
    }
    for system in key.systems {
        if !known.systems.contains(&system) {
            known.systems.push(system);
        }
    }
    // The constants of alternatives, such as those of `style`.
    let Some(word) = key.schema.get("const").cloned() else { return };
    if known.schema["oneOf"].is_null() {
        let first = known.schema.take();
        known.schema = json!({"description": "Selects one of the alternatives.", "oneOf": [first]});
    }
    if let Some(choices) = known.schema["oneOf"].as_array_mut()
        && choices.iter().all(|choice| choice["const"] != word)
    {
        choices.push(key.schema);
    }
}

fn is_setting(name: &str) -> bool {
    name == TRACKING_WEBHOOK || Setting::from_key(name).is_some()
}

/// Returns the children of a place: name, schema, and whether each is required.
fn children(root: &Json, node: &Json) -> Vec<(String, Json, Need)> {
    let node = resolve(root, node);
    let mut found = Vec::new();
    if let Some(properties) = node["properties"].as_object() {
        let required = node["required"].as_array().cloned().unwrap_or_default();
        for (name, child) in properties {
            let is_required = required.iter().any(|key| key == name);
            let need = if is_required { Need::Required } else { Need::Optional };
            found.push((name.clone(), resolve(root, child), need));
        }
        return found;
    }
    if node["additionalProperties"].is_object() {
        let child = resolve(root, &node["additionalProperties"]);
        if !children(root, &child).is_empty() {
            found.push((placeholder(&node).to_owned(), child, Need::Optional));
        }
    }
    if node["items"].is_object() {
        found.push(("[]".to_owned(), resolve(root, &node["items"]), Need::Required));
    }
    let choices: Vec<(&Json, Vec<_>)> =
        alternatives(&node).map(|choice| (choice, children(root, choice))).collect();
    let mappings = choices.iter().filter(|(_, keys)| !keys.is_empty()).count();
    let requiring = |name: &str| {
        let keys = choices.iter().flat_map(|(_, keys)| keys);
        keys.filter(|(key, _, need)| key == name && *need == Need::Required).count()
    };
    for (choice, keys) in &choices {
        for (name, child, need) in keys {
            let mut child = child.clone();
            // The only key of an alternative has the description of the alternative.
            if child["description"].is_null() {
                child["description"] = choice["description"].clone();
            }
            let need = match need {
                Need::Required if requiring(name) == mappings => Need::Required,
                _ if keys.len() == 1 => Need::Optional,
                Need::Required => Need::Sometimes,
                other => *other,
            };
            found.push((name.clone(), child, need));
        }
    }
    found
}

fn alternatives(node: &Json) -> impl Iterator<Item = &Json> {
    let of = |keyword: &str| node[keyword].as_array().into_iter().flatten();
    of("anyOf").chain(of("oneOf"))
}

/// Returns the placeholder for the keys of a mapping with arbitrary keys.
fn placeholder(node: &Json) -> &'static str {
    let names = node["propertyNames"]["enum"].as_array();
    let first = names.and_then(|names| names.first()).and_then(Json::as_str);
    match first {
        Some(name) if is_setting(name) => "SETTING",
        Some(_) => "MILESTONE",
        None => "NAME",
    }
}

/// Resolves the reference of a place; its own keywords take precedence.
fn resolve(root: &Json, node: &Json) -> Json {
    let Some(to) = node["$ref"].as_str() else { return node.clone() };
    let target = root.pointer(to.trim_start_matches('#')).unwrap();
    let mut whole = resolve(root, target);
    for (keyword, value) in node.as_object().unwrap() {
        if keyword != "$ref" {
            whole[keyword] = value.clone();
        }
    }
    whole
}

/// Returns the description of a key, or that of its longest form.
fn about(root: &Json, node: &Json) -> String {
    let own = description(node);
    if !own.is_empty() {
        return own;
    }
    let of = |it: &Json| description(&resolve(root, it));
    alternatives(node).map(of).max_by_key(String::len).unwrap_or_default()
}

fn description(node: &Json) -> String {
    let text = node["description"].as_str().unwrap_or_default();
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// Describes the values of a place.
fn kind(root: &Json, node: &Json) -> String {
    let node = &resolve(root, node);
    if let Some(constant) = node.get("const") {
        return format!("`{}`", shown(constant));
    }
    if let Some(words) = node["enum"].as_array() {
        let words: Vec<String> = words.iter().map(shown).collect();
        if words.iter().all(|word| is_setting(word)) {
            return "the name of a setting".to_owned();
        }
        return format!("one of {}", code_list(words.iter().map(String::as_str)));
    }
    if node["not"] == json!({}) {
        return "a value of the setting".to_owned();
    }
    let types: Vec<&str> = match &node["type"] {
        Json::String(word) => vec![word],
        Json::Array(words) => {
            words.iter().filter_map(Json::as_str).filter(|word| *word != "null").collect()
        }
        _ => Vec::new(),
    };
    match types.as_slice() {
        [] if !choices(root, node).is_empty() => "one of these".to_owned(),
        [] => {
            let mut kinds: Vec<String> = Vec::new();
            for alternative in alternatives(node).filter(|it| it["type"] != "null") {
                let kind = kind(root, alternative);
                if !kinds.contains(&kind) {
                    kinds.push(kind);
                }
            }
            assert!(!kinds.is_empty(), "nothing says what it takes: {node}");
            kinds.join(", or ")
        }
        ["boolean"] => "`true` or `false`".to_owned(),
        ["integer"] => match (node["minimum"].as_u64(), node["maximum"].as_u64()) {
            (Some(least), Some(most)) if node["format"].is_null() => {
                format!("whole number from {least} to {most}")
            }
            _ => "whole number".to_owned(),
        },
        ["number"] => "number".to_owned(),
        ["string"] if node["format"] == "date-time" => {
            "time, as in 2026-10-12T09:30:00Z".to_owned()
        }
        ["string"] => text(node["pattern"].as_str()).to_owned(),
        ["array"] => match &node["items"] {
            items if items.is_object() => format!("list; each item: {}", kind(root, items)),
            _ => "list".to_owned(),
        },
        ["object"] => match &node["additionalProperties"] {
            each if each.is_object() => {
                format!("mapping of names to values; each value: {}", kind(root, each))
            }
            _ => "mapping".to_owned(),
        },
        // An id.
        _ => "whole number, or text".to_owned(),
    }
}

/// Describes a text with this pattern.
fn text(pattern: Option<&str>) -> &'static str {
    let Some(pattern) = pattern else { return "text" };
    let known = [
        ("^[0-9]{4}-", "day, written YYYY-MM-DD"),
        ("^(https://", "URL with https (http only for this machine)"),
        ("^age1", "age public key, `age1…`"),
        ("^[A-Za-z0-9!#", "name of an HTTP header"),
        ("^[A-Za-z_]", "name of an environment variable"),
        ("^(/(", "JSON pointer"),
        ("^(?!//)/", "path that begins with `/`"),
        ("^\\S", "text on one line"),
        ("\\S", "text"),
    ];
    let found = known.iter().find(|(start, _)| pattern.starts_with(start));
    found.unwrap_or_else(|| panic!("no words for the pattern {pattern}")).1
}

/// Returns the alternatives, if each is a constant or a mapping with a single key.
fn choices(root: &Json, node: &Json) -> Vec<String> {
    let node = resolve(root, node);
    if node["properties"].is_object() {
        return Vec::new();
    }
    let of = |choice: &Json| {
        let name = choice["const"].as_str().or_else(|| {
            let keys = choice["properties"].as_object().filter(|keys| keys.len() == 1)?;
            Some(keys.keys().next()?.as_str())
        })?;
        let about = description(choice);
        (!about.is_empty()).then(|| format!("`{name}`: {}", sentence(&about)))
    };
    alternatives(&node).map(of).collect::<Option<Vec<_>>>().unwrap_or_default()
}

fn shown(value: &Json) -> String {
    match value {
        Json::String(text) => text.clone(),
        other => other.to_string(),
    }
}

#[test]
fn a_key_of_any_system_is_listed_once() {
    let pages = pages();
    let project = pages.iter().find(|page| page.name == "project-file.md").unwrap();
    assert!(project.anchors.contains(&anchor("environments.NAME.SYSTEM.key_header")));
    assert!(!project.text.contains("environments.NAME.omnirps"));
    assert!(project.text.contains("Only for `omnirps`."));
    let retailer = pages.iter().find(|page| page.name == "retailer-file.md").unwrap();
    assert!(retailer.anchors.contains(&anchor("settings.SETTING.reason")));
    assert!(retailer.anchors.contains(&anchor("ids.omnirps")));
}
