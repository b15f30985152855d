//! Wire values: read tolerantly, written strictly.

use crate::model::{Id, Setting, Value, ValueKind};
use crate::plan::Change;
use serde_json::Value as Json;

/// Reads a boolean in any of the spellings that the systems use: `true`, `"TRUE"`,
/// `"Y"`, `1`, `"1"` and their opposites (systems digest, section 12).
pub fn boolean(value: &Json) -> Option<bool> {
    match value {
        Json::Bool(flag) => Some(*flag),
        Json::Number(number) => match number.as_i64() {
            Some(1) => Some(true),
            Some(0) => Some(false),
            _ => None,
        },
        Json::String(text) => match text.trim().to_ascii_lowercase().as_str() {
            "true" | "y" | "1" => Some(true),
            "false" | "n" | "0" => Some(false),
            _ => None,
        },
        _ => None,
    }
}

/// Reads a setting's value; an error says what was received instead of one.
///
/// An empty text means unset, and so does a field that is missing, except for the
/// switches: a switch that a system does not tell is not known to be off.
pub fn read(setting: Setting, value: Option<&Json>) -> Result<Value, String> {
    let value = value.unwrap_or(&Json::Null);
    let unset = match value {
        Json::Null => true,
        Json::String(text) => text.is_empty(),
        _ => false,
    };
    match setting.info().kind {
        ValueKind::Empty if unset => Ok(Value::none()),
        ValueKind::Switch { .. } if unset => Err("nothing".into()),
        _ if unset => Ok(Value::Unset),
        ValueKind::Present | ValueKind::Text | ValueKind::Url => text(value),
        ValueKind::Id => {
            Id::from_json(value).map(|id| Value::text(id.as_str())).ok_or_else(|| kind_of(value))
        }
        ValueKind::Flag => boolean(value).map(Value::Flag).ok_or_else(|| kind_of(value)),
        ValueKind::Switch { on, off } => boolean(value)
            .map(|flag| Value::text(if flag { on } else { off }))
            .ok_or_else(|| kind_of(value)),
        ValueKind::Empty => list(value),
    }
}

fn text(value: &Json) -> Result<Value, String> {
    match value {
        Json::String(text) => Ok(Value::text(text)),
        Json::Number(number) => Ok(Value::text(number.to_string())),
        other => Err(kind_of(other)),
    }
}

fn list(value: &Json) -> Result<Value, String> {
    let Json::Array(items) = value else {
        return text(value).map(|text| Value::List(vec![text.to_string()]));
    };
    let mut texts = Vec::with_capacity(items.len());
    for item in items {
        match text(item)? {
            Value::Text(text) if text.is_empty() => {}
            text => texts.push(text.to_string()),
        }
    }
    texts.sort();
    Ok(if texts.is_empty() { Value::none() } else { Value::List(texts) })
}

/// Says what a JSON value is without quoting more of it than is safe to print.
pub fn kind_of(value: &Json) -> String {
    match value {
        Json::Null => "null".into(),
        Json::Bool(flag) => flag.to_string(),
        Json::Number(number) => number.to_string(),
        Json::String(_) => "a text that is none of its values".into(),
        Json::Array(_) => "a list".into(),
        Json::Object(_) => "an object".into(),
    }
}

/// Writes what a change leads to: real booleans, ids as the server gave them.
pub fn write(change: &Change) -> Json {
    if let Some(id) = &change.after_id {
        return id.to_json();
    }
    match (&change.after, change.setting.info().kind) {
        (Value::Text(word), ValueKind::Switch { on, .. }) => (word == on).into(),
        (Value::Text(text), _) => text.as_str().into(),
        (Value::Flag(flag), _) => (*flag).into(),
        (Value::List(items), _) => items.clone().into(),
        // An empty text is how the systems say that nothing is set.
        (Value::Unset, ValueKind::Text | ValueKind::Url | ValueKind::Id) => "".into(),
        (Value::Unset, _) => Json::Null,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn booleans_are_read_in_every_spelling() {
        for on in [json!(true), json!("true"), json!("TRUE"), json!("Y"), json!(1), json!("1")] {
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
    fn nothing_is_written_as_an_empty_text() {
        let change = |setting, after| Change {
            setting,
            before: Value::Unset,
            after,
            step: String::new(),
            override_reason: None,
            after_id: None,
            after_from: None,
            origin: None,
            rollback_of: None,
        };
        let url = Setting::OmnirpsTrackingWebhookUrl;
        assert_eq!(write(&change(url, Value::Unset)), json!(""));
        assert_eq!(
            write(&change(url, Value::text("https://x.example/"))),
            json!("https://x.example/")
        );
        let id = Setting::OmnireturnsOmnirpsRetailerId;
        assert_eq!(write(&change(id, Value::Unset)), json!(""));
    }
}
