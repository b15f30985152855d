//! Wire values: parsed leniently, written strictly.

use super::redact::Redactor;
use crate::model::contract::{Field, Words};
use crate::model::{Id, Setting, Value, ValueKind};
use crate::plan::Change;
use crate::systems::addresses::Addresses;
use serde_json::Value as Json;

/// Parses a boolean in any common spelling: `true`, `"TRUE"`, `"Y"`, `"yes"`, `1`, `"1"` and their
/// opposites. Public clients of the systems show more than one of them.
pub(crate) fn boolean(value: &Json) -> Option<bool> {
    match value {
        Json::Bool(flag) => Some(*flag),
        Json::Number(number) => match number.as_i64() {
            Some(1) => Some(true),
            Some(0) => Some(false),
            _ => None,
        },
        Json::String(text) => match text.trim().to_ascii_lowercase().as_str() {
            "true" | "y" | "yes" | "1" => Some(true),
            "false" | "n" | "no" | "0" => Some(false),
            _ => None,
        },
        _ => None,
    }
}

/// Returns whether a value is `null` or empty text, which means that nothing is set.
pub(crate) fn is_unset(value: &Json) -> bool {
    value.is_null() || value == ""
}

/// Parses a setting's value; an error describes what was received instead.
///
/// Empty text means unset. So do `null` and a missing field, except for switches: a switch that
/// a system does not send is not known to be off. URLs are kept in the form that
/// `addresses` returns.
fn read(
    setting: Setting,
    field: &Field,
    value: Option<Json>,
    addresses: &Addresses,
) -> Result<Value, String> {
    let is_sent = value.as_ref().is_some_and(|value| !value.is_null());
    let value = value.unwrap_or_default();
    let unset = is_unset(&value);
    match setting.info().kind {
        ValueKind::Empty if unset => Ok(Value::none()),
        ValueKind::Switch { .. } if !is_sent => Err("nothing".into()),
        _ if unset => Ok(Value::Unset),
        ValueKind::Present | ValueKind::Text => text(value).map(Value::text),
        ValueKind::Url => text(value).map(|url| Value::text(addresses.read(&url))),
        ValueKind::Id => Id::from_json(&value)
            .map(|id| Value::text(id.to_string()))
            .ok_or_else(|| kind_of(&value)),
        ValueKind::Flag => side(field, &value).map(Value::Flag).ok_or_else(|| kind_of(&value)),
        ValueKind::Switch { on, off } => side(field, &value)
            .map(|flag| Value::text(if flag { on } else { off }))
            .ok_or_else(|| kind_of(&value)),
        ValueKind::Empty => list(field, value),
    }
}

/// Parses a setting's value like [`read`], with texts that contain keys replaced. A declared
/// address is not a key, and most records have one.
pub(crate) fn read_without_keys(
    setting: Setting,
    field: &Field,
    value: Option<Json>,
    addresses: &Addresses,
    redactor: &Redactor,
) -> Result<Value, String> {
    let is_url = setting.info().kind == ValueKind::Url;
    Ok(match read(setting, field, value, addresses)? {
        Value::Text(text) if is_url && addresses.declares(&text) => Value::Text(text),
        value => redactor.value_without_keys(value),
    })
}

fn text(value: Json) -> Result<String, String> {
    match value {
        Json::String(text) => Ok(text),
        Json::Number(number) => Ok(number.to_string()),
        other => Err(kind_of(&other)),
    }
}

/// Parses one of two states, in the contract's words if it has some.
fn side(field: &Field, value: &Json) -> Option<bool> {
    let Some(Words { on, off }) = &field.words else { return boolean(value) };
    let text = match value {
        Json::String(text) => text.trim().to_owned(),
        Json::Number(number) => number.to_string(),
        _ => return None,
    };
    match (text.eq_ignore_ascii_case(on), text.eq_ignore_ascii_case(off)) {
        (true, false) => Some(true),
        (false, true) => Some(false),
        _ => None,
    }
}

fn list(field: &Field, value: Json) -> Result<Value, String> {
    let Json::Array(items) = value else {
        return text(value).map(|text| Value::List(vec![text]));
    };
    let mut texts = Vec::with_capacity(items.len());
    for item in items {
        let item = match &field.each {
            None => item,
            Some(each) => item
                .pointer(each)
                .cloned()
                .ok_or_else(|| format!("an item that has no value at `{each}`"))?,
        };
        let text = text(item)?;
        if !text.is_empty() {
            texts.push(text);
        }
    }
    texts.sort();
    Ok(if texts.is_empty() { Value::none() } else { Value::List(texts) })
}

/// Describes a JSON value without quoting more of it than is safe.
pub(crate) fn kind_of(value: &Json) -> String {
    match value {
        Json::Null => "null".into(),
        Json::Bool(flag) => flag.to_string(),
        Json::Number(number) => number.to_string(),
        Json::String(_) => "text that is not one of its values".into(),
        Json::Array(_) => "a list".into(),
        Json::Object(_) => "an object".into(),
    }
}

/// Returns the wire value of a change: real booleans or the contract's words, ids as the
/// server returned them. A field that is read by name is written by name here.
pub(crate) fn write(change: &Change, field: &Field) -> Json {
    let kind = change.setting.info().kind;
    if let (ValueKind::Id, Some(id)) = (kind, &change.after_id) {
        return id.to_json();
    }
    let side = |flag: bool| match &field.words {
        None => flag.into(),
        Some(Words { on, off }) => if flag { on } else { off }.as_str().into(),
    };
    match (&change.after, kind) {
        (Value::Text(word), ValueKind::Switch { on, .. }) => side(word == on),
        (Value::Text(text), _) => text.as_ref().into(),
        (Value::Flag(flag), _) => side(*flag),
        (Value::List(items), _) => items.clone().into(),
        // In these systems, empty text means that nothing is set.
        (Value::Unset, ValueKind::Text | ValueKind::Url | ValueKind::Id) => "".into(),
        (Value::Unset, _) => Json::Null,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn read(setting: Setting, value: Option<&Json>) -> Result<Value, String> {
        super::read(setting, &Field::default(), value.cloned(), &Addresses::default())
    }

    fn change(setting: Setting, after: Value) -> Change {
        Change::new(setting, Value::Unset, after, "")
    }

    #[test]
    fn booleans_are_read_in_every_spelling() {
        for on in [
            json!(true),
            json!("true"),
            json!("TRUE"),
            json!("Yes"),
            json!("Y"),
            json!(1),
            json!("1"),
        ] {
            let read = read(Setting::OmnireturnsPortal, Some(&on));
            assert_eq!(read, Ok(Value::text("published")), "{on}");
        }
        for off in [json!(false), json!("False"), json!("n"), json!(0), json!("0")] {
            let read = read(Setting::OmnirpsTrackingWebhookEnabled, Some(&off));
            assert_eq!(read, Ok(Value::Flag(false)), "{off}");
        }
        for bad in [json!("maybe"), json!(2), json!([]), json!({})] {
            assert!(read(Setting::OmnireturnsPortal, Some(&bad)).is_err(), "{bad}");
        }
    }

    #[test]
    fn a_switch_that_is_not_told_is_not_off() {
        assert!(read(Setting::OmnirpsShopifyIntegration, None).is_err());
        assert!(read(Setting::OmnirpsShopifyIntegration, Some(&Json::Null)).is_err());
        assert_eq!(read(Setting::OmnirpsTrackingWebhookEnabled, None), Ok(Value::Unset));
    }

    #[test]
    fn ids_are_numbers_or_texts_and_empty_means_unset() {
        let id = Setting::OmnireturnsOmnirpsRetailerId;
        assert_eq!(read(id, Some(&json!(77))), Ok(Value::text("77")));
        assert_eq!(read(id, Some(&json!("77"))), Ok(Value::text("77")));
        assert_eq!(read(id, Some(&json!(""))), Ok(Value::Unset));
        assert_eq!(read(id, None), Ok(Value::Unset));
        assert!(read(id, Some(&json!(7.5))).is_err());
    }

    #[test]
    fn an_empty_list_is_none_and_others_are_sorted() {
        let emails = Setting::OmnireturnsEmails;
        for empty in [json!([]), json!([""]), json!(""), Json::Null] {
            assert_eq!(read(emails, Some(&empty)), Ok(Value::none()), "{empty}");
        }
        let two = json!(["b@x.example", "a@x.example"]);
        let sorted = Value::List(vec!["a@x.example".into(), "b@x.example".into()]);
        assert_eq!(read(emails, Some(&two)), Ok(sorted));
    }

    #[test]
    fn a_url_is_read_without_its_secrets() {
        let url = Setting::OmnirpsTrackingWebhookUrl;
        let secret = json!("https://u:pw@x.example/hook?token=abc&shop=acme");
        let masked = Value::text("https://***@x.example/hook?***");
        assert_eq!(read(url, Some(&secret)), Ok(masked));
        let plain = json!("https://x.example/hook");
        assert_eq!(read(url, Some(&plain)), Ok(Value::text("https://x.example/hook")));
        let name = json!("https://u:pw@x.example");
        assert_eq!(
            read(Setting::OmnireturnsName, Some(&name)),
            Ok(Value::text("https://u:pw@x.example"))
        );
    }

    #[test]
    fn an_empty_switch_is_unset() {
        let portal = Setting::OmnireturnsPortal;
        assert_eq!(read(portal, Some(&json!(""))), Ok(Value::Unset));
    }

    #[test]
    fn nothing_is_written_as_an_empty_text() {
        let url = Setting::OmnirpsTrackingWebhookUrl;
        let write = |change| super::write(&change, &Field::default());
        assert_eq!(write(change(url, Value::Unset)), json!(""));
        assert_eq!(
            write(change(url, Value::text("https://x.example/"))),
            json!("https://x.example/")
        );
        let id = Setting::OmnireturnsOmnirpsRetailerId;
        assert_eq!(write(change(id, Value::Unset)), json!(""));
    }

    #[test]
    fn a_system_may_have_its_own_words() {
        let words = Some(Words { on: "active".into(), off: "7".into() });
        let field = Field { words, ..Field::default() };
        let portal = Setting::OmnireturnsPortal;
        let read = |value| super::read(portal, &field, Some(value), &Addresses::default());
        for on in [json!("active"), json!(" Active ")] {
            assert_eq!(read(on), Ok(Value::text("published")));
        }
        for off in [json!("7"), json!(7)] {
            assert_eq!(read(off), Ok(Value::text("unpublished")));
        }
        for bad in [json!("paused"), json!(true), json!("true")] {
            assert!(read(bad.clone()).is_err(), "{bad}");
        }
        let flag = Setting::OmnirpsTrackingWebhookEnabled;
        assert_eq!(write(&change(portal, Value::text("published")), &field), json!("active"));
        assert_eq!(write(&change(portal, Value::text("unpublished")), &field), json!("7"));
        assert_eq!(write(&change(flag, Value::Flag(true)), &field), json!("active"));
    }

    #[test]
    fn the_items_of_a_list_may_be_objects() {
        let field = Field { each: Some("/Email".into()), ..Field::default() };
        let read = |users| {
            super::read(Setting::OmnireturnsEmails, &field, Some(users), &Addresses::default())
        };
        let two = json!([{"Email": "b@x.example", "Id": 1}, {"Email": "a@x.example"}]);
        let sorted = Value::List(vec!["a@x.example".into(), "b@x.example".into()]);
        assert_eq!(read(two), Ok(sorted));
        assert_eq!(read(json!([])), Ok(Value::none()));
        assert_eq!(read(json!(["a"])), Err("an item that has no value at `/Email`".into()));
    }

    #[test]
    fn only_an_id_is_written_as_an_id() {
        let linked = |setting, after| Change {
            after_id: Id::from_json(&json!(7)),
            ..change(setting, Value::text(after))
        };
        let field = Field::default();
        let id = Setting::OmnireturnsOmnirpsRetailerId;
        assert_eq!(write(&linked(id, "7"), &field), json!(7));
        assert_eq!(write(&linked(Setting::OmnireturnsCompany, "Loop"), &field), json!("Loop"));
    }
}
