//! Formats of names: of people, partners, environments, settings, recipients, variables.

use super::{Flaw, Raw, Refusal, Scalar, Scope, all_of, key_instead_of, texts};
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

texts! {
    /// A name on one line, without white space at its ends.
    Name like NAME, except name_flaw;
    /// The name of a recipient of the handoff.
    RecipientName like NAME, except |name: &str| secret_half(name).or_else(|| name_flaw(name));
    /// An age X25519 public key: Bech32 of 32 bytes with its checksum, in lower case (age
    /// specification, "The X25519 recipient type").
    RecipientKey like "^age1[02-9ac-hj-np-z]{58}$",
        except |key: &str| secret_half(key).or_else(|| recipient_flaw(key)),
        expects "a public key, which begins with `age1`";
    /// The name of an environment variable.
    VariableName like "^[A-Za-z_][A-Za-z0-9_]*$", except variable_flaw;
}

pub(super) fn name_flaw(name: &str) -> Option<Flaw> {
    let (what, hint) = invisible_part(name)?;
    Some(Flaw::new("name-white-space", what, hint))
}

fn secret_half(text: &str) -> Option<Flaw> {
    let message = "is a secret key, which a file in Git must not contain";
    let hint = "have a new pair made, because Git keeps this one, and write its public key, which \
                begins with `age1`";
    has_identity(text).then(|| Flaw::new("literal-key", message, hint))
}

fn recipient_flaw(key: &str) -> Option<Flaw> {
    let is_key = key.starts_with("age1") && key.parse::<Recipient>().is_ok() && !is_low_order(key);
    let hint = "write the line that `age-keygen` prints as the public key; it begins with `age1`";
    (!is_key).then(|| Flaw::new("bad-recipient", "is not an age X25519 public key", hint))
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

fn variable_flaw(name: &str) -> Option<Flaw> {
    // The name is not repeated, because it may be the key itself.
    let hint = "write letters, digits and `_`, as in `OMNIRPS_ADMIN_KEY`";
    let message = "is not a valid name of an environment variable";
    (!is_variable_name(name)).then(|| Flaw::wrong(message, hint))
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
        let hint = key_instead_of(name, &known, || format!("choose one of {}", all_of(&known)));
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
            let hint = key_instead_of(name, &keys, || format!("choose one of {}", all_of(&keys)));
            Flaw::new("unknown-key", "is not a milestone", hint).into()
        })
    }

    fn json_schema(_: Scope) -> Json {
        json!({"enum": Milestone::ALL.map(Milestone::key)})
    }
}
