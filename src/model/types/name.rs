//! Formats of names: of people, partners, environments, settings, recipients, variables.

use super::{Flaw, Raw, Refusal, Scalar, Scope, Text, instead_of, one_of};
use crate::diagnostic::is_invisible;
use crate::model::Setting;
use crate::model::secret::has_identity;
use age::x25519::Recipient;
use serde_json::{Value as Json, json};

/// The key that stands for both settings of the tracking webhook.
pub(crate) const TRACKING_WEBHOOK: &str = "omnirps.tracking_webhook";

/// The settings that [`TRACKING_WEBHOOK`] stands for.
pub(crate) const WEBHOOK_MEMBERS: [Setting; 2] =
    [Setting::OmnirpsTrackingWebhookUrl, Setting::OmnirpsTrackingWebhookEnabled];

/// One line without white space at its ends.
const NAME: &str = r"^\S(.*\S)?$";

/// Returns what of a name or id cannot be seen, and what to do about it: names are compared
/// byte for byte.
pub(crate) fn hidden(name: &str) -> Option<(&'static str, &'static str)> {
    if name.contains(['\n', '\r', '\u{2028}', '\u{2029}']) {
        Some(("contains a line break", "write it on one line"))
    } else if name.trim() != name {
        Some(("begins or ends with white space", "delete the white space before or after it"))
    } else if name.contains(is_invisible) {
        Some(("contains an invisible character", "type it anew instead of pasting it"))
    } else {
        None
    }
}

/// A name on one line, without white space at its ends.
pub(crate) struct Name;

impl Scalar for Name {
    type Output = String;

    fn expects() -> String {
        "a text".to_owned()
    }

    fn parse(scope: Scope, raw: &Raw<'_>) -> Result<String, Refusal> {
        let name = Text::parse(scope, raw)?;
        match hidden(&name) {
            None => Ok(name),
            Some((what, hint)) => Err(Refusal::Flaw(Flaw {
                code: "name-white-space",
                message: what.to_owned(),
                hint: hint.to_owned(),
            })),
        }
    }

    fn json_schema(_: Scope) -> Json {
        json!({"type": "string", "pattern": NAME})
    }
}

fn secret_half() -> Refusal {
    Refusal::Flaw(Flaw {
        code: "literal-key",
        message: "is a secret key; this file is in Git, and a secret key must not be".to_owned(),
        hint: "have a new pair made, because Git keeps this one, and write its public key, which \
               begins with `age1`"
            .to_owned(),
    })
}

/// The name of somebody who can open what is handed over.
pub(crate) struct RecipientName;

impl Scalar for RecipientName {
    type Output = String;

    fn expects() -> String {
        Name::expects()
    }

    fn parse(scope: Scope, raw: &Raw<'_>) -> Result<String, Refusal> {
        match raw {
            Raw::Text(name) if has_identity(name) => Err(secret_half()),
            _ => Name::parse(scope, raw),
        }
    }

    fn json_schema(scope: Scope) -> Json {
        Name::json_schema(scope)
    }
}

/// An age X25519 public key: Bech32 of 32 bytes with its checksum, in lower case (age
/// specification, "The X25519 recipient type").
pub(crate) struct RecipientKey;

impl Scalar for RecipientKey {
    type Output = String;

    fn expects() -> String {
        "a public key, which begins with `age1`".to_owned()
    }

    fn parse(scope: Scope, raw: &Raw<'_>) -> Result<String, Refusal> {
        let key = Text::parse(scope, raw)?;
        if has_identity(&key) {
            return Err(secret_half());
        }
        if !key.starts_with("age1") || key.parse::<Recipient>().is_err() {
            return Err(Refusal::Flaw(Flaw {
                code: "bad-recipient",
                message: "is not an age X25519 public key".to_owned(),
                hint: "write the line that `age-keygen` prints as the public key; it begins with \
                       `age1`"
                    .to_owned(),
            }));
        }
        Ok(key)
    }

    fn json_schema(_: Scope) -> Json {
        json!({"type": "string", "pattern": "^age1[02-9ac-hj-np-z]{58}$"})
    }
}

/// Returns whether a text can be the name of an environment variable.
pub(crate) fn is_variable_name(text: &str) -> bool {
    !text.starts_with(|c: char| c.is_ascii_digit())
        && !text.is_empty()
        && text.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'_')
}

/// The name of an environment variable.
pub(crate) struct VariableName;

impl Scalar for VariableName {
    type Output = String;

    fn expects() -> String {
        "a text".to_owned()
    }

    fn parse(scope: Scope, raw: &Raw<'_>) -> Result<String, Refusal> {
        let name = Text::parse(scope, raw)?;
        if is_variable_name(&name) {
            return Ok(name);
        }
        // The name is not repeated: it may be the key.
        let hint = "write letters, digits and `_`, as in `OMNIRPS_ADMIN_KEY`";
        let message = "is not a valid name of an environment variable";
        Err(Refusal::Flaw(Flaw::wrong(message, hint)))
    }

    fn json_schema(_: Scope) -> Json {
        json!({"type": "string", "pattern": "^[A-Za-z_][A-Za-z0-9_]*$"})
    }
}

/// Returns the settings that a name stands for.
pub(crate) fn named(name: &str) -> Option<Vec<Setting>> {
    match Setting::from_key(name) {
        Some(setting) => Some(vec![setting]),
        None if name == TRACKING_WEBHOOK => Some(WEBHOOK_MEMBERS.to_vec()),
        None => None,
    }
}

/// The name of a setting of the system, or of the whole tracking webhook.
pub(crate) struct SettingName;

fn setting_names(scope: Scope) -> Vec<&'static str> {
    let is_of = |setting: &Setting| scope.system.is_none_or(|system| setting.system() == system);
    let settings: Vec<Setting> = Setting::ALL.into_iter().filter(is_of).collect();
    let has_webhook = settings.contains(&WEBHOOK_MEMBERS[0]);
    let names = settings.into_iter().map(Setting::key);
    names.chain(has_webhook.then_some(TRACKING_WEBHOOK)).collect()
}

impl Scalar for SettingName {
    type Output = String;

    fn expects() -> String {
        "the name of a setting".to_owned()
    }

    fn parse(scope: Scope, raw: &Raw<'_>) -> Result<String, Refusal> {
        let Raw::Text(name) = raw else { return Err(Refusal::Type) };
        let known = setting_names(scope);
        if known.contains(name) {
            return Ok((*name).to_owned());
        }
        let message = match scope.system {
            Some(system) => format!("is not a setting of {system}"),
            None => "is not a known setting".to_owned(),
        };
        let hint = instead_of(name, &known, || format!("the settings are {}", one_of(&known)));
        Err(Refusal::Flaw(Flaw { code: "unknown-setting", message, hint }))
    }

    fn json_schema(scope: Scope) -> Json {
        json!({"enum": setting_names(scope)})
    }
}
