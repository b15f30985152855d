//! Encrypts a retailer's keys for the partner, delivers them, and records the handoff.

use super::{FingerprintKey, HandoffRecord, Keys, Same, deliver, document, now, seal, store};
use crate::exit::Failure;
use crate::model::{Partner, Retailer};
use crate::runs::RunStore;
use std::path::Path;

/// A handoff of one retailer's keys.
pub(crate) struct Handoff<'a> {
    pub retailer: &'a Retailer,
    pub partner: &'a Partner,
    pub environment: &'a str,
    pub store: &'a dyn RunStore,
    pub fingerprint_key: &'a FingerprintKey,
    /// The record of the last handoff.
    pub before: Option<&'a HandoffRecord>,
    /// The file to write, or `None` to print.
    pub file: Option<&'a Path>,
}

impl Handoff<'_> {
    /// Hands over keys. Returns the record, and what is the same as in the last handoff, if
    /// there was one and its fingerprints can be compared.
    pub(crate) async fn deliver(
        &self,
        keys: &Keys,
    ) -> Result<(HandoffRecord, Option<Same>), Failure> {
        let Handoff { retailer, partner, environment, store, file, .. } = *self;
        let hubs = retailer.hubs(partner);
        let clear = document(&retailer.name, environment, keys, hubs);
        let sealed = seal(&clear, &partner.recipients).map_err(|error| {
            Failure::because(&error, "correct `partner.recipients` in the project file")
        })?;
        drop(clear);
        let fingerprints = self.fingerprint_key.of(keys);
        let same =
            self.before.and_then(|before| before.compare(&retailer.name, hubs, &fingerprints));
        let record =
            HandoffRecord::new(&retailer.name, now(), &partner.recipients, hubs, fingerprints);
        deliver::deliver(file, &sealed)?;
        if let Err(error) = store::save(store, environment, &retailer.slug, &record).await {
            if error.may_be_written() {
                return Err(self.unknown(&error));
            }
            // A handoff that cannot be recorded is not delivered.
            if let Some(file) = file {
                let _ = std::fs::remove_file(file);
            }
            return Err(error.into());
        }
        Ok((record, same))
    }

    /// Returns the failure of a handoff that was delivered, and may have been recorded. What was
    /// delivered is kept: the record may say that it was.
    fn unknown(&self, error: &store::HandoffStoreError) -> Failure {
        let again = format!("run `reconcile handoff {}` again", self.retailer.slug);
        let reached = "once the run records can be reached";
        let (what, hint) = match self.file {
            Some(file) => (
                format!("`{}` was written", file.display()),
                format!("{reached}, {again} with another --out, and delete this file"),
            ),
            None => (
                "the encrypted keys were printed".to_owned(),
                format!("{reached}, {again} and use its output instead"),
            ),
        };
        let message =
            format!("{what}, and it is unknown whether the handoff was recorded: {error}");
        Failure::failed(message, hint)
    }
}
