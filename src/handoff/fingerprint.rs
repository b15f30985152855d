//! Fingerprints of keys, which show whether a key has changed without storing it.

use super::document::{IssuedKey, Keys};
use crate::model::System;
use hmac::{Hmac, KeyInit, Mac};
use secrecy::ExposeSecret;
use serde::{Deserialize, Serialize};
use sha2::Sha256;
use zeroize::Zeroizing;

/// The HMAC key of all fingerprints of a project: a random one in the state folder, or derived
/// from the secret that `state.handoff_key` names.
#[derive(Clone, PartialEq, Eq)]
pub(crate) struct FingerprintKey(Zeroizing<[u8; FingerprintKey::BYTES]>);

impl std::fmt::Debug for FingerprintKey {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("FingerprintKey([redacted])")
    }
}

/// The fingerprints of the handed-over keys.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Fingerprints {
    /// Identifies the fingerprint key: fingerprints made with different keys cannot be
    /// compared.
    pub made_with: String,
    pub omnireturns: String,
    pub omnirps: String,
}

impl FingerprintKey {
    /// The output length of HMAC-SHA256; longer keys add nothing (RFC 2104, section 3).
    pub(crate) const BYTES: usize = 32;

    /// Returns a key with these bytes.
    pub(crate) fn new(bytes: Zeroizing<[u8; FingerprintKey::BYTES]>) -> FingerprintKey {
        FingerprintKey(bytes)
    }

    /// Returns the bytes, for storage.
    pub(crate) fn bytes(&self) -> &[u8] {
        &*self.0
    }

    /// Returns the fingerprints of a retailer's keys.
    pub(crate) fn of(&self, keys: &Keys) -> Fingerprints {
        let Keys { omnireturns, omnirps } = keys;
        let of = |system: System, issued: &IssuedKey| {
            let IssuedKey { id, key, usage: _ } = issued;
            self.mac(&[system.key(), id, key.expose_secret()])
        };
        Fingerprints {
            made_with: self.mac(&["fingerprint key"]),
            omnireturns: of(System::Omnireturns, omnireturns),
            omnirps: of(System::Omnirps, omnirps),
        }
    }

    /// Returns the HMAC of texts, each preceded by its length, so that the boundaries are
    /// unambiguous.
    fn mac(&self, texts: &[&str]) -> String {
        let mut mac =
            Hmac::<Sha256>::new_from_slice(&*self.0).expect("an HMAC takes a key of any length");
        for text in texts {
            mac.update(&(text.len() as u64).to_be_bytes());
            mac.update(text.as_bytes());
        }
        mac.finalize().into_bytes().iter().map(|byte| format!("{byte:02x}")).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::systems::keys::Usage;

    fn key(byte: u8) -> FingerprintKey {
        FingerprintKey::new(Zeroizing::new([byte; FingerprintKey::BYTES]))
    }

    fn keys(omnireturns: (&str, &str), omnirps: (&str, &str)) -> Keys {
        let usage = Usage { api: "", key_header: String::new(), name_header: None };
        let issued = |(id, key): (&str, &str)| IssuedKey {
            id: id.into(),
            key: key.into(),
            usage: usage.clone(),
        };
        Keys { omnireturns: issued(omnireturns), omnirps: issued(omnirps) }
    }

    #[test]
    fn a_fingerprint_stands_for_system_record_and_key() {
        let of = |omnireturns, omnirps| key(1).of(&keys(omnireturns, omnirps));
        let first = of(("1", "a"), ("1", "a"));
        assert_eq!(first, of(("1", "a"), ("1", "a")));
        assert_ne!(first.omnireturns, first.omnirps, "the system counts");
        assert_ne!(first.omnirps, of(("1", "a"), ("2", "a")).omnirps, "the record counts");
        assert_ne!(first.omnirps, of(("1", "a"), ("1", "b")).omnirps, "the key counts");
        assert_ne!(
            of(("1", "1a"), ("1", "a")).omnireturns,
            of(("11", "a"), ("1", "a")).omnireturns
        );
        assert_eq!(first.omnireturns, of(("1", "a"), ("2", "b")).omnireturns);
    }

    #[test]
    fn another_fingerprint_key_is_told() {
        let keys = keys(("1", "a"), ("1", "a"));
        let [one, two] = [key(1), key(2)].map(|key| key.of(&keys));
        assert_ne!(one.made_with, two.made_with);
        assert_ne!(one.omnirps, two.omnirps);
        assert_eq!(format!("{:?}", key(1)), "FingerprintKey([redacted])");
    }

    #[test]
    fn it_is_hmac_sha256() {
        // printf '\0\0\0\0\0\0\0\001x' | openssl dgst -sha256 -mac hmac -macopt hexkey:01…01
        let expected = "27862cc3788aaf195c7234f6cfe7c8d5169fe5f4aba46685ec9fe6840275a9cc";
        assert_eq!(key(1).mac(&["x"]), expected);
    }
}
