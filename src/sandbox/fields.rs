//! Strict parsing of request bodies.
//!
//! The contract is tolerant of what systems respond and strict about what is written to
//! them. Every missing, mistyped or unknown field becomes an error record; all of them are
//! collected.

use serde_json::{Map, Value, json};

/// An entry of a response's `Errors`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct FieldError {
    pub property: String,
    pub message: String,
    pub key: &'static str,
    pub value: String,
}

impl FieldError {
    pub(super) fn new(
        property: &str,
        message: &str,
        key: &'static str,
        value: &Value,
    ) -> FieldError {
        let value = match value {
            Value::String(text) => text.clone(),
            Value::Null => String::new(),
            other => other.to_string(),
        };
        FieldError { property: property.into(), message: message.into(), key, value }
    }

    /// Returns the error in the contract's form, `{Property, Message, Key, Value}`: the
    /// form of OmniParcel's field errors in karrio's connector
    /// (<https://github.com/karrioapi/karrio/tree/main/modules/connectors/seko>, seen on
    /// 2026-11-27).
    pub(super) fn record(&self) -> Value {
        json!({
            "Property": self.property,
            "Message": self.message,
            "Key": self.key,
            "Value": self.value,
        })
    }
}

/// The fields of a JSON object. Each is removed when it is read, so the rest are unknown.
pub(super) struct Fields {
    given: Map<String, Value>,
    /// The prefix of field names in error records, such as `TrackingWebhook.`.
    within: String,
    errors: Vec<FieldError>,
}

impl Fields {
    /// Parses a request body, which must be one object.
    pub(super) fn parse(body: &[u8]) -> Result<Fields, FieldError> {
        match serde_json::from_slice(body) {
            Ok(Value::Object(given)) => Ok(Fields::of(given, String::new())),
            Ok(other) => Err(FieldError::new("", "the body must be an object", "Type", &other)),
            Err(_) => Err(FieldError::new("", "the body is not JSON", "Json", &Value::Null)),
        }
    }

    pub(super) fn of(given: Map<String, Value>, within: String) -> Fields {
        Fields { given, within, errors: Vec::new() }
    }

    pub(super) fn is_empty(&self) -> bool {
        self.given.is_empty()
    }

    /// Adds an error record about a field.
    pub(super) fn refuse(&mut self, name: &str, message: &str, key: &'static str, value: &Value) {
        let property = format!("{}{name}", self.within);
        self.errors.push(FieldError::new(&property, message, key, value));
    }

    /// Adds an error record if the field is absent.
    pub(super) fn require(&mut self, name: &str) {
        if !self.given.contains_key(name) {
            self.refuse(name, "is required", "Required", &Value::Null);
        }
    }

    /// Takes a value of any type.
    pub(super) fn any(&mut self, name: &str) -> Option<Value> {
        self.given.remove(name)
    }

    /// Takes a value that `read` accepts; any other adds an error record with this message.
    fn take<T>(
        &mut self,
        name: &str,
        message: &str,
        read: impl FnOnce(&Value) -> Option<T>,
    ) -> Option<T> {
        let value = self.given.remove(name)?;
        let taken = read(&value);
        if taken.is_none() {
            self.refuse(name, message, "Type", &value);
        }
        taken
    }

    pub(super) fn text(&mut self, name: &str) -> Option<String> {
        self.take(name, "must be text", |value| value.as_str().map(str::to_owned))
    }

    /// Takes text that is not blank.
    pub(super) fn nonblank_text(&mut self, name: &str) -> Option<String> {
        let text = self.text(name)?;
        if text.trim().is_empty() {
            self.refuse(name, "must not be empty", "Required", &Value::Null);
            return None;
        }
        Some(text)
    }

    pub(super) fn bool(&mut self, name: &str) -> Option<bool> {
        self.take(name, "must be true or false", Value::as_bool)
    }

    pub(super) fn number(&mut self, name: &str) -> Option<f64> {
        self.take(name, "must be a number", Value::as_f64)
    }

    /// Takes an id, given as a number or as text. The inner `None` is an unset id.
    pub(super) fn id(&mut self, name: &str) -> Option<Option<i64>> {
        self.take(name, "must be an id", |value| match value {
            Value::Null => Some(None),
            Value::String(text) if text.is_empty() => Some(None),
            Value::String(text) => text.parse().ok().map(Some),
            Value::Number(number) => number.as_i64().map(Some),
            _ => None,
        })
    }

    pub(super) fn texts(&mut self, name: &str) -> Option<Vec<String>> {
        self.take(name, "must be a list of texts", |value| {
            value.as_array()?.iter().map(|item| item.as_str().map(str::to_owned)).collect()
        })
    }

    /// Takes an object and reads its fields with `read`.
    pub(super) fn object(&mut self, name: &str, read: impl FnOnce(&mut Fields)) {
        match self.given.remove(name) {
            None => {}
            Some(Value::Object(given)) => {
                let mut inner = Fields::of(given, format!("{}{name}.", self.within));
                read(&mut inner);
                self.errors.extend(inner.into_errors());
            }
            Some(other) => self.refuse(name, "must be an object", "Type", &other),
        }
    }

    /// Returns all error records, including one for each field that was not read.
    pub(super) fn into_errors(mut self) -> Vec<FieldError> {
        for (name, value) in std::mem::take(&mut self.given) {
            self.refuse(&name, "is unknown or cannot be written", "Unknown", &value);
        }
        self.errors
    }

    /// Returns the error records without those for unknown fields.
    pub(super) fn into_known_errors(self) -> Vec<FieldError> {
        self.errors
    }
}
