//! Label files: the request body of a test label, in the fields of the Label Creation API
//! (<https://seko.atlassian.net/wiki/spaces/RSC/pages/2162327847>, seen on 2026-11-27).
//!
//! Enters: the file that an environment names, and its text. Leaves: findings at the line that
//! names it, and the body as written. Only the fields that the label and its return require are
//! checked: the API accepts more, and so does the file.

use super::cut;
use super::finding::{Finding, value};
use super::source::{Files, source_of};
use super::syntax;
use super::text;
use super::tree::{Kind, Node};
use crate::diagnostic::line_column;
use crate::model::types::{one_of, shown};
use crate::model::{EnvironmentFile, ProjectFile};
use serde_json::{Value as Json, json};

/// The actions of the Return Upload API
/// (<https://seko.atlassian.net/wiki/spaces/RSC/pages/2162327692>, seen on 2026-11-27).
const RETURN_ACTIONS: [&str; 3] = ["REFUND", "CREDIT NOTE", "CREDIT NOTE PLUS"];

/// The required fields of the two parties and their addresses.
const OF_ORIGIN: [&str; 2] = ["Name", "Email"];
const OF_DESTINATION: [&str; 1] = ["Name"];
const OF_ADDRESS: [&str; 2] = ["StreetAddress", "CountryCode"];

/// The required fields of a commodity, for the label and for the line item of the return.
const OF_COMMODITY: [&str; 7] =
    ["Description", "SKU", "Reason", "ReturnAction", "CommodityCode", "UnitValue", "UnitKg"];

/// The keys of an address that the check knows, and what they hold.
const ADDRESS: [(&str, &str); 5] = [
    ("StreetAddress", "The street and the number."),
    ("Suburb", "The suburb, or the city."),
    ("City", "The city, or the state."),
    ("PostCode", "The postcode, in quotes."),
    ("CountryCode", "The country in two letters, as in NZ."),
];

/// The keys of the two parties.
const PARTY: [(&str, &str); 4] = [
    ("Name", "The name on the label."),
    ("ContactPerson", "The contact for the carrier."),
    ("Email", "The e-mail address of the contact."),
    ("PhoneNumber", "The telephone number, in quotes."),
];

/// The keys of a package.
const PACKAGE: [(&str, &str); 6] = [
    ("Name", "The name of the package."),
    ("Height", "The height."),
    ("Length", "The length."),
    ("Width", "The width."),
    ("Kg", "The weight in kilograms."),
    ("Type", "The kind of package, as in Box, Carton or Satchel."),
];

/// The keys of a commodity.
const COMMODITY: [(&str, &str); 11] = [
    ("Description", "The description of the item."),
    ("Units", "The number of units."),
    ("UnitValue", "The value of one unit."),
    ("UnitKg", "The weight of one unit, in kilograms."),
    ("Currency", "The currency of the value, as in NZD."),
    ("Country", "The country of the item, in two letters."),
    ("ItemNo", "The item number, in quotes if it looks like a number."),
    ("SKU", "The stock-keeping unit, in quotes if it looks like a number."),
    ("Reason", "The reason for the return."),
    ("ReturnAction", "The action that the retailer must take."),
    ("CommodityCode", "The customs tariff code, in quotes."),
];

/// Returns the body in an environment's label file.
pub(super) fn body(environment: &EnvironmentFile, files: &Files) -> Option<Json> {
    let path = environment.verify.label.as_ref()?;
    serde_yaml::from_str(text::decode(&source_of(path, files).ok()?.bytes).ok()?).ok()
}

/// Checks that each environment's label file was read and is complete.
pub(super) fn check(file: &ProjectFile, files: &Files) -> Vec<Finding> {
    let mut findings = Vec::new();
    for (name, environment) in &file.environments {
        let Some(path) = &environment.verify.label else { continue };
        let place = || value(["environments", name, "verify", "label"]);
        let wrong = |code, why: &str, hint| {
            Finding::error(code, place(), format!("the label file {} {why}", shown(path)), hint)
        };
        match source_of(path, files).map(|source| text::decode(&source.bytes)) {
            Ok(Ok(text)) => {
                let problems = problems(text);
                findings.extend(problems.iter().map(|problem| wrong("bad-label", problem, HINT)));
                findings.extend(cut::problems(text, cut::OF_LABEL).into_iter().map(|cut| {
                    let (line, _) = line_column(text, cut.primary.start);
                    let (path, why) = (shown(path), cut.message);
                    let message = format!("the label file {path}, line {line}: {why}");
                    Finding::warning(cut.code, place(), message, cut.hint)
                }));
            }
            Ok(Err((_, problems))) => findings.extend(problems.first().map(|problem| {
                wrong(problem.code, &format!("cannot be used: {}", problem.message), HINT)
            })),
            Err((code, why)) => {
                let hint = "correct the path, which begins at the project file's folder";
                findings.push(wrong(code, &format!("cannot be used: {why}"), hint));
            }
        }
    }
    findings
}

/// Returns the schema of a label file, for editors: the fields that the check knows. The label
/// API accepts more keys.
pub(crate) fn schema() -> Json {
    let party = |about: &str, required: &[&str]| {
        let required = [required, &["Address"]].concat();
        let mut party = object(about, &PARTY, &required);
        party["properties"]["Address"] = object("The postal address.", &ADDRESS, &OF_ADDRESS);
        party
    };
    let package = object("One package.", &PACKAGE, &[]);
    let mut commodity = object("One item of the return.", &COMMODITY, &OF_COMMODITY);
    commodity["properties"]["ReturnAction"]["enum"] = json!(RETURN_ACTIONS);
    let list = |about: &str, items: Json| json!({"description": about, "type": "array", "minItems": 1, "items": items});
    json!({
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "Label file of reconcile",
        "description": "The request body of a test label, in the fields of the label API. Additional \
                        keys are sent unchanged; the reference and the fields that make it a return \
                        label are filled in.",
        "type": "object",
        "required": ["Origin", "Destination", "Packages", "Commodities"],
        "properties": {
            "Origin": party("The customer who sends the return.", &OF_ORIGIN),
            "Destination": party("The hub that receives it.", &OF_DESTINATION),
            "Packages": list("The packages.", package),
            "Commodities": list("The items of the return.", commodity),
            "Outputs": {
                "description": "The output formats of the label.",
                "type": "array",
                "items": {"type": "string"},
                "default": ["LABEL_PDF"],
            },
        },
    })
}

/// Returns the schema of a mapping with text values, or numbers if the API accepts them.
fn object(about: &str, keys: &[(&str, &str)], required: &[&str]) -> Json {
    let key = |&(key, about): &(&str, &str)| {
        let kind = if NUMBERS.contains(&key) { "number" } else { "string" };
        (key.to_owned(), json!({"description": about, "type": kind}))
    };
    let properties: serde_json::Map<String, Json> = keys.iter().map(key).collect();
    json!({
        "description": about,
        "type": "object",
        "required": required,
        "properties": properties,
    })
}

const HINT: &str = "write it as docs/connecting.md shows";

/// Returns the problems of a label file's text.
fn problems(text: &str) -> Vec<String> {
    // JSON would take the last of two equal keys.
    let body = serde_yaml::from_str::<serde_yaml::Value>(text);
    let body: Json = match body.and_then(serde_yaml::from_value) {
        Ok(body) => body,
        Err(error) => {
            return vec![match syntax::read(text) {
                Ok(_) => format!("is not YAML: {error}"),
                Err(problem) => {
                    let (line, _) = line_column(text, problem.primary.start);
                    format!("is not YAML in line {line}: {}; {}", problem.message, problem.hint)
                }
            }];
        }
    };
    if !body.is_object() {
        return vec!["is not a mapping".to_owned()];
    }
    let mut problems = Vec::new();
    for (party, parts) in [("Origin", &OF_ORIGIN[..]), ("Destination", &OF_DESTINATION)] {
        mapping(&body, party, parts, &mut problems);
        let address = format!("{party}.Address");
        mapping(&body, &address, &OF_ADDRESS, &mut problems);
    }
    list(&body, "Packages", &[], &mut problems);
    list(&body, "Commodities", &OF_COMMODITY, &mut problems);
    for action in items(&body, "Commodities").filter_map(|item| item.get("ReturnAction")) {
        if action.as_str().is_some_and(|action| !RETURN_ACTIONS.contains(&action)) {
            let actions = one_of(&RETURN_ACTIONS);
            problems.push(format!("has a `ReturnAction` that is not one of {actions}"));
        }
    }
    for item in items(&body, "Packages").chain(items(&body, "Commodities")) {
        let found = NUMBERS.iter().filter_map(|key| Some((key, item.get(key)?)));
        let wrong = found.filter(|(_, value)| !value.is_null() && !value.is_number());
        problems.extend(wrong.map(|(key, _)| format!("has a `{key}` that is not a number")));
    }
    if let Some(tree) = Node::read(text) {
        not_texts(text, None, &tree, &mut problems);
    }
    problems
}

/// Returns whether the API expects a text as the value of a key, although some look like numbers.
fn is_text(key: &str) -> bool {
    let mut known = [&PARTY[..], &ADDRESS, &PACKAGE, &COMMODITY].into_iter().flatten();
    key == "Id" || !NUMBERS.contains(&key) && known.any(|(known, _)| *known == key)
}

/// Keys with numeric values, for which `10.00` equals `10`.
const NUMBERS: [&str; 7] = ["Height", "Length", "Width", "Kg", "Units", "UnitValue", "UnitKg"];

/// Finds what is not a text where the API expects one, and numbers that would be sent as a
/// different text than written.
fn not_texts(text: &str, key: Option<&str>, node: &Node, problems: &mut Vec<String>) {
    match &node.kind {
        Kind::Mapping(entries) => {
            for entry in entries {
                not_texts(text, entry.key.as_deref(), &entry.value, problems);
            }
        }
        Kind::Sequence(items) => items.iter().for_each(|item| not_texts(text, key, item, problems)),
        Kind::Number(_) | Kind::Flag(_) => {
            let written = &text[node.range.clone()];
            let is_bool = matches!(node.kind, Kind::Flag(_));
            let is_plain = written.bytes().all(|byte| byte.is_ascii_digit() || byte == b'.');
            let sent = serde_json::from_str::<Json>(written).map(|value| value.to_string());
            let is_sent_so = sent.is_ok_and(|sent| sent == written);
            let is_number = key.is_some_and(|key| NUMBERS.contains(&key));
            if key.is_some_and(is_text) || !(is_bool || is_sent_so || is_plain && is_number) {
                let (line, _) = line_column(text, node.range.start);
                let key = shown(key.unwrap_or_default());
                let (what, written) = (node.what(), shown(written));
                problems.push(format!(
                    "has {written} as {key} in line {line}, which is read as {what}: put it in quotes",
                ));
            }
        }
        _ => {}
    }
}

fn items<'a>(body: &'a Json, key: &str) -> impl Iterator<Item = &'a Json> {
    body.get(key).and_then(Json::as_array).into_iter().flatten()
}

fn mapping(body: &Json, path: &str, parts: &[&str], problems: &mut Vec<String>) {
    match body.pointer(&format!("/{}", path.replace('.', "/"))) {
        Some(found) if found.is_object() => {
            let missing = parts.iter().filter(|part| is_missing(found, part));
            problems.extend(missing.map(|part| format!("has no `{path}.{part}`")));
        }
        // The missing parent is reported itself.
        None if path.split_once('.').is_some_and(|(parent, _)| body.get(parent).is_none()) => {}
        None => problems.push(format!("has no `{path}`")),
        Some(_) => problems.push(format!("has a `{path}` that is not a mapping")),
    }
}

fn list(body: &Json, key: &str, parts: &[&str], problems: &mut Vec<String>) {
    match body.get(key) {
        None => problems.push(format!("has no `{key}`")),
        Some(Json::Array(items)) if !items.is_empty() && items.iter().all(Json::is_object) => {
            for (number, item) in (1..).zip(items) {
                let missing = parts.iter().filter(|part| is_missing(item, part));
                problems.extend(missing.map(|part| format!("has no `{part}` in {key} {number}")));
            }
        }
        Some(_) => problems.push(format!("has `{key}` that is not a list of mappings")),
    }
}

fn is_missing(item: &Json, part: &str) -> bool {
    match item.get(part) {
        None | Some(Json::Null) => true,
        Some(Json::String(text)) => text.trim().is_empty(),
        Some(_) => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const WHOLE: &str = "\
Origin: {Name: Ann, Email: ann@x.example, Address: {StreetAddress: 1 Way, CountryCode: NZ}}
Destination: {Name: Hub, Address: {StreetAddress: 2 Way, CountryCode: NZ}}
Packages: [{Kg: 1}]
Commodities:
  - {Description: d, SKU: s, Reason: r, ReturnAction: REFUND, CommodityCode: '6', UnitValue: 1,
     UnitKg: 0.5}
";

    fn told(from: &str, to: &str) -> String {
        assert!(WHOLE.contains(from), "{from}");
        problems(&WHOLE.replace(from, to)).join("\n")
    }

    #[test]
    fn a_complete_file_is_accepted_with_additional_keys() {
        assert_eq!(problems(WHOLE), [""; 0]);
        assert_eq!(told("UnitValue: 1", "UnitValue: 1.50"), "");
        assert_eq!(told("Packages:", "Carrier: NZ Post\nPackages:"), "");
    }

    #[test]
    fn wrong_types_and_duplicate_keys_are_named() {
        for (from, to, expected) in [
            ("Kg: 1", "Kg: heavy", "has a `Kg` that is not a number"),
            ("UnitValue: 1", "UnitValue: 1, Units: many", "has a `Units` that is not a number"),
            ("Email: ann@x.example", "Email: 5", "has `5` as `Email` in line 1, which is read as"),
            ("SKU: s", "SKU: s, ItemNo: true", "has `true` as `ItemNo` in line 5, which is read"),
            ("SKU: s", "SKU: s, SKU: t", "is not YAML: "),
            ("Packages:", "Carrier: A\nCarrier: B\nPackages:", "is not YAML: "),
        ] {
            let told = told(from, to);
            assert!(told.starts_with(expected) && !told.contains('\n'), "{told}");
        }
        assert_eq!(told("Packages:", "Signature: true\nFloor: 3\nPackages:"), "");
    }

    #[test]
    fn missing_fields_are_named() {
        insta::assert_snapshot!(told("Email: ann@x.example, ", ""), @"has no `Origin.Email`");
        insta::assert_snapshot!(told("StreetAddress: 2 Way", "StreetAddress: ' '"), @"has no `Destination.Address.StreetAddress`");
        insta::assert_snapshot!(told("Destination: {", "Destin: {"), @"has no `Destination`");
        insta::assert_snapshot!(told("Name: Hub, Address", "Name: Hub, Adress"), @"has no `Destination.Address`");
        insta::assert_snapshot!(told("Name: Hub, Address: {StreetAddress: 2 Way, CountryCode: NZ}", "Name: Hub, Address: x"), @"has a `Destination.Address` that is not a mapping");
        insta::assert_snapshot!(told("[{Kg: 1}]", "[]"), @"has `Packages` that is not a list of mappings");
        insta::assert_snapshot!(told("SKU: s, ", ""), @"has no `SKU` in Commodities 1");
        insta::assert_snapshot!(told("REFUND", "MONEY"), @"has a `ReturnAction` that is not one of `REFUND`, `CREDIT NOTE` or `CREDIT NOTE PLUS`");
        insta::assert_snapshot!(told("UnitKg: 0.5", "UnitKg: '0.5'"), @"has a `UnitKg` that is not a number");
        insta::assert_snapshot!(told("CommodityCode: '6'", "CommodityCode: 6109.10"), @"has `6109.10` as `CommodityCode` in line 5, which is read as a number: put it in quotes");
        insta::assert_snapshot!(told("SKU: s", "SKU: 12E4"), @"has `12E4` as `SKU` in line 5, which is read as a number: put it in quotes");
        insta::assert_snapshot!(told("SKU: s", "SKU: s, ItemNo: 0x1F"), @"has `0x1F` as `ItemNo` in line 5, which is read as a number: put it in quotes");
        insta::assert_snapshot!(told("UnitValue: 1", "UnitValue: 1e2"), @"has `1e2` as `UnitValue` in line 5, which is read as a number: put it in quotes");
        insta::assert_snapshot!(told("Name: Ann", r#"Name: "\ud83d\ude00""#), @r"is not YAML in line 1: an escape stands for no character; write the character itself; YAML does not know JSON's pairs of escapes, as in `\ud83d\ude00`");
        insta::assert_snapshot!(problems("- a").join("\n"), @"is not a mapping");
        insta::assert_snapshot!(problems("a: [").join("\n"), @"is not YAML in line 1: this is not valid YAML; check the indentation, the colons and the quotes here and on the line above");
    }
}
