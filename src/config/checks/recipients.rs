//! Checks of the partner's recipients: who can open what is handed over.

use super::names::white_space;
use crate::config::finding::{Finding, key, value};
use crate::config::mask::has_identity;
use crate::config::schema::ProjectFile;
use crate::model::types::shown;
use age::x25519::Recipient;
use std::collections::BTreeMap;

/// What an X25519 public key looks like: Bech32 of 32 bytes with its checksum, in lower
/// case (age specification, "The X25519 recipient type").
pub(crate) const RECIPIENT_PATTERN: &str = "^age1[02-9ac-hj-np-z]{58}$";

/// Every recipient has a name and a public key that can be encrypted to, and no two have
/// the same key.
pub(super) fn recipients(file: &ProjectFile, findings: &mut Vec<Finding>) {
    let mut owners: BTreeMap<&str, &str> = BTreeMap::new();
    for (name, text) in &file.partner.0.recipients.0 {
        let keys = ["partner", "recipients", name];
        findings.extend(white_space(key(keys), name));
        if name.is_empty() {
            findings.push(Finding::error(
                "empty-value",
                key(keys),
                "a recipient has no name",
                "write whose public key it is before the colon",
            ));
        }
        let said = text.0.as_str();
        if has_identity(said) || has_identity(name) {
            findings.push(Finding::error(
                "literal-key",
                value(keys),
                "a secret key is among the recipients; this file is in Git, and a secret key \
                 must not be",
                "have a new pair made, because Git keeps this one, and write its public key, \
                 which begins with `age1`",
            ));
        } else if !said.starts_with("age1") || said.parse::<Recipient>().is_err() {
            findings.push(Finding::error(
                "bad-recipient",
                value(keys),
                format!("the key of {} is no age X25519 public key", shown(name)),
                "write the line that `age-keygen` prints as the public key; it begins with `age1`",
            ));
        } else if let Some(owner) = owners.insert(said, name) {
            findings.push(
                Finding::error(
                    "duplicate-recipient",
                    value(keys),
                    format!("{} and {} have the same public key", shown(owner), shown(name)),
                    "keep one of the two, or ask for the other one's own key",
                )
                .with(value(["partner", "recipients", owner]), "the same key"),
            );
        }
    }
}
