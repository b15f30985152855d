//! The handoff of a retailer's keys and exact name to the partner (steps N6 and E2).
//!
//! Enters: a retailer, live, the keys that it was issued, the partner's recipients.
//! Leaves: a file that only the recipients can open, and a record of what was handed
//! over, from which no key can be had.
//!
//! # Design
//!
//! The record shows later whether the keys are still those that were handed over. It
//! keeps HMACs of the keys and not the keys or their hashes, so that somebody who reads
//! the record cannot even try a guess; the HMAC's own key never leaves the state folder.
//! Rejected: to keep the encrypted file itself, which nobody at SEKO can open to compare.

pub(crate) mod deliver;
mod document;
mod fingerprint;
pub(crate) mod issued;
mod record;
pub(crate) mod rules;
mod seal;
pub(crate) mod store;

pub(crate) use document::{Keys, document};
pub(crate) use fingerprint::FingerprintKey;
pub(crate) use record::{Check, Record, Same};
pub(crate) use seal::seal;
