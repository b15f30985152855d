//! Formats of what a retailer file states: names, ids, values of settings, reasons.

use super::name::{NAME, Name, invisible_part};
use super::{Bool, Flaw, Kinds, Raw, Refusal, Scalar, Scope, Text, WebhookUrl, one_of, shown};
use crate::model::secret::has_identity;
use crate::model::{Setting, Value, ValueKind};
use email_address::{EmailAddress, Options};
use serde_json::{Value as Json, json};

/// The maximum length of a name in bytes: the usual size of a database column for names.
const NAME_BYTES_MAX: usize = 255;

/// A retailer's name. It is compared byte for byte, and must not create a user account.
pub(crate) struct DeclaredName;

impl Scalar for DeclaredName {
    type Output = String;

    const KINDS: Kinds = Kinds::Text;

    fn expects() -> String {
        Name::expects()
    }

    fn parse(scope: Scope, raw: &Raw<'_>) -> Result<String, Refusal> {
        let Raw::Text(name) = raw else { return Err(Refusal::Type) };
        if name.len() > NAME_BYTES_MAX {
            let message = format!("is longer than {NAME_BYTES_MAX} bytes");
            let hint = "write the name alone, and keep remarks in `notes`";
            return Err(Refusal::Flaw(Flaw::wrong(message, hint)));
        }
        if has_email(name) {
            return Err(Refusal::Flaw(Flaw {
                code: "email-in-name",
                message: format!("is {}, which is or contains an e-mail address", shown(name)),
                hint: "write the name alone; in OmniReturns an address would create a user account"
                    .to_owned(),
            }));
        }
        Name::parse(scope, raw)
    }

    fn json_schema(scope: Scope) -> Json {
        Name::json_schema(scope)
    }
}

fn has_email(name: &str) -> bool {
    let options = Options::default().with_required_tld();
    name.contains('@')
        && name
            .split(|c: char| c.is_whitespace() || "<>()[],;\"'".contains(c))
            .map(|word| word.trim_end_matches('.'))
            .any(|word| {
                word.contains('@') && EmailAddress::parse_with_options(word, options).is_ok()
            })
}

/// Returns what is wrong with the text of a milestone, and a hint. A secret key is not
/// repeated.
pub(crate) fn statement_flaw(text: &str) -> Option<(String, &'static str)> {
    if text.trim().is_empty() {
        return Some(("is empty".to_owned(), "leave it out"));
    }
    if has_identity(text) {
        return Some((
            "holds a secret key".to_owned(),
            "have a new pair made, and keep its secret key out of files and commands",
        ));
    }
    invisible_part(text).map(|(what, hint)| (format!("{} {what}", shown(text)), hint))
}

/// An id or consignment note number: text, or a whole number as it is written.
pub(crate) struct RecordId;

impl Scalar for RecordId {
    type Output = String;

    const KINDS: Kinds = Kinds::TextOrDigits;

    const TYPE_HINT: &'static str = "write the id as a whole number, or in quotes";

    fn expects() -> String {
        "an id: a text or a whole number".to_owned()
    }

    fn parse(scope: Scope, raw: &Raw<'_>) -> Result<String, Refusal> {
        match raw {
            Raw::Text(_) => Name::parse(scope, raw),
            Raw::Whole(_, Some(written)) => Ok((*written).to_owned()),
            Raw::Whole(number, None) => Ok(number.to_string()),
            // Beyond 64 bits, or as a spreadsheet shows a long one (`7.01E+09`).
            Raw::Number(Some(written)) if is_digits(written) => Ok((*written).to_owned()),
            Raw::Number(_) | Raw::Flag(_) => Err(Refusal::Type),
        }
    }

    fn json_schema(_: Scope) -> Json {
        json!({"type": ["string", "integer"], "pattern": NAME, "minimum": 0})
    }
}

fn is_digits(written: &str) -> bool {
    let (digits, exponent) = written.split_once(['e', 'E']).unwrap_or((written, "0"));
    let is_exponent = exponent.trim_start_matches('+').bytes().all(|byte| byte.is_ascii_digit());
    let mut digits = digits.bytes();
    is_exponent && digits.all(|byte| byte.is_ascii_digit() || (byte == b'.' && exponent != "0"))
}

/// Why a retailer differs from the process.
pub(crate) struct Reason;

impl Scalar for Reason {
    type Output = String;

    fn expects() -> String {
        Text::expects()
    }

    fn parse(scope: Scope, raw: &Raw<'_>) -> Result<String, Refusal> {
        match raw {
            Raw::Text(text) if text.trim().is_empty() => Err(Refusal::Flaw(Flaw {
                code: "missing-reason",
                message: "is empty".to_owned(),
                hint: "write why this retailer differs; plans show it".to_owned(),
            })),
            _ => Text::parse(scope, raw).map(|reason| reason.trim().to_owned()),
        }
    }

    fn json_schema(scope: Scope) -> Json {
        Text::json_schema(scope)
    }
}

/// `manage: false`; a setting is managed unless a file says so.
pub(crate) struct NotManaged;

impl Scalar for NotManaged {
    type Output = ();

    const TYPE_HINT: &'static str = "write `false`, without quotes";

    fn expects() -> String {
        "`false`".to_owned()
    }

    fn parse(scope: Scope, raw: &Raw<'_>) -> Result<(), Refusal> {
        match Bool::parse(scope, raw)? {
            false => Ok(()),
            true => Err(Refusal::Flaw(Flaw {
                code: "override-conflict",
                message: "is `true`, which it is without an override".to_owned(),
                hint: "write `manage: false`, or take the override out".to_owned(),
            })),
        }
    }

    fn json_schema(_: Scope) -> Json {
        json!({"const": false})
    }
}

/// A value of the setting in the scope.
pub(crate) struct SettingValue;

impl SettingValue {
    /// Returns the accepted values in words, for messages.
    fn takes(kind: ValueKind) -> String {
        match kind {
            ValueKind::Present => "`present`".to_owned(),
            ValueKind::Empty => "`none`".to_owned(),
            ValueKind::Flag => "`true` or `false`, without quotes".to_owned(),
            ValueKind::Switch { on, off } => one_of(&[on, off]),
            ValueKind::Text => "a text, in quotes where it looks like a number".to_owned(),
            ValueKind::Url => "an https URL".to_owned(),
            ValueKind::Id => "the id as a whole number, or in quotes".to_owned(),
        }
    }

    fn describe(raw: &Raw<'_>) -> String {
        match raw {
            Raw::Flag(flag) => format!("`{flag}`"),
            Raw::Whole(..) | Raw::Number(_) => "a number".to_owned(),
            Raw::Text(text) if text.trim().is_empty() => "empty".to_owned(),
            Raw::Text(text) => shown(text),
        }
    }
}

impl Scalar for SettingValue {
    type Output = Value;

    fn expects() -> String {
        "a value of the setting".to_owned()
    }

    fn parse(scope: Scope, raw: &Raw<'_>) -> Result<Value, Refusal> {
        let Some(setting) = scope.setting else {
            let members = super::WEBHOOK_MEMBERS.map(Setting::key);
            let hint = format!("write `manage: false`, or override {}", one_of(&members));
            return Err(Refusal::Flaw(Flaw::wrong("is not taken here", hint)));
        };
        let kind = setting.info().kind;
        let value = match (kind, raw) {
            (ValueKind::Present, Raw::Text("present")) | (ValueKind::Empty, Raw::Text("none")) => {
                Ok(raw)
            }
            (ValueKind::Switch { on, off }, Raw::Text(text)) if *text == on || *text == off => {
                Ok(raw)
            }
            (ValueKind::Flag, Raw::Flag(flag)) => return Ok(Value::Flag(*flag)),
            (ValueKind::Id, Raw::Text(_) | Raw::Whole(..)) => {
                return RecordId::parse(scope, raw).map(Value::text);
            }
            (ValueKind::Text, Raw::Text(_)) => {
                return DeclaredName::parse(scope, raw).map(Value::text);
            }
            (ValueKind::Url, Raw::Text(_)) => {
                return WebhookUrl::parse(scope, raw).map(Value::text);
            }
            _ => Err(()),
        };
        match value {
            Ok(Raw::Text(text)) => Ok(Value::text((*text).to_owned())),
            _ => Err(Refusal::Flaw(Flaw::wrong(
                format!("cannot be {}", Self::describe(raw)),
                format!("write {}", Self::takes(kind)),
            ))),
        }
    }

    fn json_schema(scope: Scope) -> Json {
        match scope.setting.map(|setting| setting.info().kind) {
            // Accepts nothing.
            None => json!({"not": {}}),
            Some(ValueKind::Present) => json!({"const": "present"}),
            Some(ValueKind::Empty) => json!({"const": "none"}),
            Some(ValueKind::Flag) => Bool::json_schema(scope),
            Some(ValueKind::Switch { on, off }) => json!({"enum": [on, off]}),
            Some(ValueKind::Text) => DeclaredName::json_schema(scope),
            Some(ValueKind::Url) => WebhookUrl::json_schema(scope),
            Some(ValueKind::Id) => RecordId::json_schema(scope),
        }
    }
}
