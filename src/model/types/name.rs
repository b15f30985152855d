//! Formats of names: of people, partners, environments, settings, recipients, variables.

use super::{Flaw, Kinds, Raw, Refusal, Scalar, Scope, Text, instead_of, one_of};
use crate::diagnostic::is_invisible;
use crate::model::secret::has_identity;
use crate::model::{Milestone, Setting};
use age::x25519::Recipient;
use serde_json::{Value as Json, json};
use x25519_dalek::x25519;

/// The key for both settings of the tracking webhook.
pub(crate) const TRACKING_WEBHOOK: &str = "omnirps.tracking_webhook";

/// The settings that [`TRACKING_WEBHOOK`] expands to.
pub(crate) const WEBHOOK_MEMBERS: [Setting; 2] =
    [Setting::OmnirpsTrackingWebhookUrl, Setting::OmnirpsTrackingWebhookEnabled];

/// One line without white space at its ends.
pub(crate) const NAME: &str = r"^\S(.*\S)?$";

/// Returns the invisible part of a name or id and a hint, because names are compared byte
/// for byte.
pub(crate) fn invisible_part(name: &str) -> Option<(&'static str, &'static str)> {
    let is_printable = name.bytes().all(|byte| matches!(byte, b' '..=b'~'));
    if is_printable && !name.starts_with(' ') && !name.ends_with(' ') {
        None
    } else if name.contains(['\n', '\r', '\u{2028}', '\u{2029}']) {
        Some(("contains a line break", "write it on one line"))
    } else if name.trim() != name {
        Some(("begins or ends with white space", "delete the white space before or after it"))
    } else if name.contains(is_invisible) {
        Some(("contains an invisible character", "type it instead of pasting it"))
    } else {
        None
    }
}

/// A name on one line, without white space at its ends.
pub(crate) struct Name;

impl Scalar for Name {
    type Output = String;

    const KINDS: Kinds = Kinds::Text;

    const PATTERN: &'static str = NAME;

    fn parse(scope: Scope, raw: Raw<'_>) -> Result<String, Refusal> {
        let name = Text::parse(scope, raw)?;
        match invisible_part(&name) {
            None => Ok(name),
            Some((what, hint)) => Err(Flaw::new("name-white-space", what, hint).into()),
        }
    }
}

fn secret_half() -> Refusal {
    let message = "is a secret key, which a file in Git must not contain";
    let hint = "have a new pair made, because Git keeps this one, and write its public key, which \
                begins with `age1`";
    Flaw::new("literal-key", message, hint).into()
}

/// The name of a recipient of the handoff.
pub(crate) struct RecipientName;

impl Scalar for RecipientName {
    type Output = String;

    const PATTERN: &'static str = NAME;

    fn parse(scope: Scope, raw: Raw<'_>) -> Result<String, Refusal> {
        if has_identity(raw.text()?) { Err(secret_half()) } else { Name::parse(scope, raw) }
    }
}

/// An age X25519 public key: Bech32 of 32 bytes with its checksum, in lower case (age
/// specification, "The X25519 recipient type").
pub(crate) struct RecipientKey;

impl Scalar for RecipientKey {
    type Output = String;

    const EXPECTS: &'static str = "a public key, which begins with `age1`";

    const PATTERN: &'static str = "^age1[02-9ac-hj-np-z]{58}$";

    fn parse(scope: Scope, raw: Raw<'_>) -> Result<String, Refusal> {
        let key = Text::parse(scope, raw)?;
        if has_identity(&key) {
            return Err(secret_half());
        }
        if !key.starts_with("age1") || key.parse::<Recipient>().is_err() || is_low_order(&key) {
            let hint =
                "write the line that `age-keygen` prints as the public key; it begins with `age1`";
            return Err(Flaw::new("bad-recipient", "is not an age X25519 public key", hint).into());
        }
        Ok(key)
    }
}

/// Returns whether a public key is of low order: it yields the same secret, of zeros, with every key
/// (RFC 7748, sections 6.1 and 7), so nothing can be encrypted to it.
fn is_low_order(key: &str) -> bool {
    let point = bech32::decode(key).ok().and_then(|(_, point)| point.try_into().ok());
    point.is_some_and(|point| x25519([1; 32], point) == [0; 32])
}

/// Returns whether a text is a valid name of an environment variable.
pub(crate) fn is_variable_name(text: &str) -> bool {
    !text.starts_with(|c: char| c.is_ascii_digit())
        && !text.is_empty()
        && text.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'_')
}

/// The name of an environment variable.
pub(crate) struct VariableName;

impl Scalar for VariableName {
    type Output = String;

    const PATTERN: &'static str = "^[A-Za-z_][A-Za-z0-9_]*$";

    fn parse(scope: Scope, raw: Raw<'_>) -> Result<String, Refusal> {
        let name = Text::parse(scope, raw)?;
        if is_variable_name(&name) {
            return Ok(name);
        }
        // The name is not repeated, because it may be the key itself.
        let hint = "write letters, digits and `_`, as in `OMNIRPS_ADMIN_KEY`";
        Err(Flaw::wrong("is not a valid name of an environment variable", hint).into())
    }
}

/// Returns the settings that a name expands to.
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

    const EXPECTS: &'static str = "the name of a setting";

    fn parse(scope: Scope, raw: Raw<'_>) -> Result<String, Refusal> {
        let name = raw.text()?;
        let known = setting_names(scope);
        if known.contains(&name) {
            return Ok(name.to_owned());
        }
        let message = match scope.system {
            Some(system) => format!("is not a setting of {system}"),
            None => "is not a known setting".to_owned(),
        };
        let hint = instead_of(name, &known, || format!("the settings are {}", one_of(&known)));
        Err(Flaw::new("unknown-setting", message, hint).into())
    }

    fn below(scope: Scope, name: &String) -> Scope {
        Scope { setting: Setting::from_key(name), ..scope }
    }

    fn json_schema(scope: Scope) -> Json {
        json!({"enum": setting_names(scope)})
    }
}

/// The name of a milestone.
pub(crate) struct MilestoneName;

impl Scalar for MilestoneName {
    type Output = Milestone;

    const EXPECTS: &'static str = "the name of a milestone";

    fn parse(_: Scope, raw: Raw<'_>) -> Result<Milestone, Refusal> {
        let name = raw.text()?;
        let found = Milestone::ALL.into_iter().find(|milestone| milestone.key() == name);
        found.ok_or_else(|| {
            let keys = Milestone::ALL.map(Milestone::key);
            let hint = instead_of(name, &keys, || format!("the milestones are {}", one_of(&keys)));
            Flaw::new("unknown-key", "is not a milestone", hint).into()
        })
    }

    fn json_schema(_: Scope) -> Json {
        json!({"enum": Milestone::ALL.map(Milestone::key)})
    }
}
