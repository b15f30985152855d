//! The handoff of a retailer's keys and exact name to the partner (steps N6 and E2).
//!
//! Enters: a retailer, live, its issued keys, the partner's recipients. Leaves: a file that
//! only the recipients can decrypt, and a record of the handoff that does not reveal the
//! keys.
//!
//! # Design
//!
//! The record shows later whether the keys have changed, and the addresses beside them. It
//! holds HMACs of the keys, neither the keys nor their hashes, so that a reader of the record
//! cannot test guesses; the HMAC's own key is in no record. Rejected: storing the encrypted
//! file itself, which nobody at SEKO can decrypt for a comparison.

mod check;
pub(crate) mod deliver;
mod document;
mod fingerprint;
mod hand_over;
pub(crate) mod issued;
mod record;
pub(crate) mod rules;
mod seal;
pub(crate) mod store;

pub(crate) use check::{Checker, Compared};
pub(crate) use document::{Keys, document};
pub(crate) use fingerprint::FingerprintKey;
pub(crate) use hand_over::Handoff;
pub(crate) use record::{Check, HandoffRecord, Same};
pub(crate) use seal::seal;

use record::now;
