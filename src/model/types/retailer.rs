//! Formats of what a retailer file states: names, ids, values of settings, reasons.

use super::name::{NAME, Name, invisible_part, name_flaw};
use super::{Bool, Flaw, Kinds, Raw, Refusal, Scalar, Scope, WebhookUrl, one_of, shown, texts};
use crate::model::secret::has_identity;
use crate::model::{Setting, Value, ValueKind};
use email_address::{EmailAddress, Options};
use serde_json::{Value as Json, json};

/// The maximum length of a name in bytes: the usual size of a database column for names.
const MAX_NAME_BYTES: usize = 255;

texts! {
    /// A retailer's name. It is compared byte for byte, and must not create a user account.
    DeclaredName like NAME, except declared_name_flaw;
}

fn declared_name_flaw(name: &str) -> Option<Flaw> {
    if name.len() > MAX_NAME_BYTES {
        let message = format!("is longer than {MAX_NAME_BYTES} bytes");
        return Some(Flaw::wrong(message, "write the name alone, and keep remarks in `notes`"));
    }
    if has_email(name) {
        let message = format!("is {}, which is or contains an e-mail address", shown(name));
        let hint = "write the name alone; in OmniReturns an address would create a user account";
        return Some(Flaw::new("email-in-name", message, hint));
    }
    name_flaw(name)
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

/// An id or connote: text, or a whole number as it is written.
pub(crate) struct RecordId;

impl Scalar for RecordId {
    type Output = String;

    const KINDS: Kinds = Kinds::TextOrDigits;

    const EXPECTS: &'static str = "an id: text or a whole number";

    const TYPE_HINT: &'static str = "write the id as a whole number, or in quotes";

    fn parse(scope: Scope, raw: Raw<'_>) -> Result<String, Refusal> {
        match raw {
            Raw::Text(_) => Name::parse(scope, raw),
            Raw::Number(Some(_), Some(written)) => Ok(written.to_owned()),
            Raw::Number(Some(number), None) => Ok(number.to_string()),
            // Beyond 64 bits, or as a spreadsheet shows a long one (`7.01E+09`).
            Raw::Number(None, Some(written)) if is_whole(written) => Ok(written.to_owned()),
            Raw::Number(None, _) | Raw::Flag(_) => Err(Refusal::Type),
        }
    }

    fn json_schema(_: Scope) -> Json {
        json!({"type": ["string", "integer"], "pattern": NAME, "minimum": 0})
    }
}

/// Returns whether a number is written in digits, perhaps with an exponent.
fn is_whole(written: &str) -> bool {
    let is_digits = |text: &str| text.bytes().all(|byte| byte.is_ascii_digit());
    match written.split_once(['e', 'E']) {
        None => is_digits(written),
        Some((digits, exponent)) => {
            is_digits(&digits.replacen('.', "", 1)) && is_digits(exponent.trim_start_matches('+'))
        }
    }
}

/// Why a retailer differs from the process.
pub(crate) struct Reason;

impl Scalar for Reason {
    type Output = String;

    fn parse(_: Scope, raw: Raw<'_>) -> Result<String, Refusal> {
        let reason = raw.text()?.trim();
        if reason.is_empty() {
            let hint = "write why this retailer differs from the process";
            return Err(Flaw::new("missing-reason", "is empty", hint).into());
        }
        Ok(reason.to_owned())
    }
}

/// `manage: false`; a setting is managed unless a file says so.
pub(crate) struct NotManaged;

impl Scalar for NotManaged {
    type Output = ();

    const EXPECTS: &'static str = "`false`";

    const TYPE_HINT: &'static str = "write `false`, without quotes";

    fn parse(scope: Scope, raw: Raw<'_>) -> Result<(), Refusal> {
        if !Bool::parse(scope, raw)? {
            return Ok(());
        }
        let message = "is `true`, which is the default";
        let hint = "write `manage: false`, or remove the override";
        Err(Flaw::new("override-conflict", message, hint).into())
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
            ValueKind::Text => "text, in quotes if it looks like a number".to_owned(),
            ValueKind::Url => "an https URL".to_owned(),
            ValueKind::Id => "the id as a whole number, or in quotes".to_owned(),
        }
    }

    fn describe(raw: Raw<'_>) -> String {
        match raw {
            Raw::Flag(flag) => format!("`{flag}`"),
            Raw::Number(..) => "a number".to_owned(),
            Raw::Text(text) if text.trim().is_empty() => "empty".to_owned(),
            Raw::Text(text) => shown(text),
        }
    }
}

impl Scalar for SettingValue {
    type Output = Value;

    const EXPECTS: &'static str = "a value of the setting";

    fn parse(scope: Scope, raw: Raw<'_>) -> Result<Value, Refusal> {
        let Some(setting) = scope.setting else {
            let members = super::WEBHOOK_MEMBERS.map(Setting::key);
            let hint = format!("write `manage: false`, or override {}", one_of(&members));
            return Err(Flaw::wrong("is not allowed here", hint).into());
        };
        let kind = setting.info().kind;
        let unfit = || {
            let message = format!("cannot be {}", Self::describe(raw));
            Refusal::from(Flaw::wrong(message, format!("write {}", Self::takes(kind))))
        };
        match (kind, raw) {
            (ValueKind::Present, Raw::Text("present")) => Ok(Value::present()),
            (ValueKind::Empty, Raw::Text("none")) => Ok(Value::none()),
            (ValueKind::Switch { on, off }, Raw::Text(text)) if text == on || text == off => {
                Ok(Value::text(text.to_owned()))
            }
            (ValueKind::Flag, Raw::Flag(flag)) => Ok(Value::Flag(flag)),
            (ValueKind::Id, _) => {
                RecordId::parse(scope, raw).map(Value::text).map_err(|refusal| match refusal {
                    Refusal::Type => unfit(),
                    refusal => refusal,
                })
            }
            (ValueKind::Text, Raw::Text(_)) => DeclaredName::parse(scope, raw).map(Value::text),
            (ValueKind::Url, Raw::Text(_)) => WebhookUrl::parse(scope, raw).map(Value::text),
            _ => Err(unfit()),
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
