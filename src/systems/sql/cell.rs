//! Cells whose conversion to JSON does not follow from their type.

use serde_json::Value as Json;

/// Parses a decimal number that is whole.
pub(super) fn whole(text: &str) -> Option<Json> {
    let (whole, rest) = text.split_once('.').unwrap_or((text, ""));
    if rest.bytes().any(|digit| digit != b'0') {
        return None;
    }
    let unsigned = whole.parse::<u64>().map(Json::from);
    unsigned.or_else(|_| whole.parse::<i64>().map(Json::from)).ok()
}

/// Parses a list: a JSON array, or text that contains one. Null entries come from outer
/// joins and are dropped.
pub(super) fn list(cell: Json) -> Json {
    let array = match cell {
        Json::Array(items) => items,
        Json::String(text) => match serde_json::from_str(&text) {
            Ok(Json::Array(items)) => items,
            _ => return Json::String(text),
        },
        other => return other,
    };
    array.into_iter().filter(|item| !item.is_null()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn whole_numbers_are_numbers() {
        for (text, number) in [
            ("7", json!(7)),
            ("7.00", json!(7)),
            ("-7", json!(-7)),
            ("18446744073709551615", json!(u64::MAX)),
        ] {
            assert_eq!(whole(text), Some(number), "{text}");
        }
        for text in ["7.5", "NaN", "", "18446744073709551616"] {
            assert_eq!(whole(text), None, "{text}");
        }
    }

    #[test]
    fn lists_are_arrays_or_texts() {
        assert_eq!(list(json!(["a", null])), json!(["a"]));
        assert_eq!(list(json!("[\"a\", null, \"b\"]")), json!(["a", "b"]));
        assert_eq!(list(json!("[null]")), json!([]));
        assert_eq!(list(json!("[a")), json!("[a"));
        assert_eq!(list(json!("a@x.example")), json!("a@x.example"));
        assert_eq!(list(Json::Null), Json::Null);
    }
}
