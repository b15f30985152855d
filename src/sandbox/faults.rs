//! Fault injection between client and system.
//!
//! A rule selects requests and applies an effect to them. Rules come from tests, from YAML
//! or JSON files, and from `POST /_sandbox/faults`.

use crate::model::System;
use schemars::JsonSchema;
use serde::de::{Deserializer, Error, Unexpected};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use std::sync::{Mutex, PoisonError};

/// An ordered list of rules. Every rule that selects a request is applied to it.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(transparent)]
pub struct Faults(pub Vec<Rule>);

/// A fault and the requests that it applies to.
///
/// In YAML: `{system: omnirps, method: PATCH, times: 2, effect: {status: {code: 503}}}`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Rule {
    /// The system that the rule applies to; all systems if absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub system: Option<System>,
    /// The HTTP method that the rule applies to; all methods if absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub method: Option<String>,
    /// A substring of the path and query, relative to the system's URL.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub path: Option<String>,
    /// The number of matching requests to let pass first.
    #[serde(default)]
    pub skip: u64,
    /// The maximum number of requests to apply the effect to; unlimited if absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub times: Option<u64>,
    /// Applies the effect to a random share of the matching requests.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub probability: Option<Probability>,
    /// Whether the system handles the request before a latency, status or HTML effect is
    /// applied; by default a status or page replaces the handling.
    #[serde(default)]
    pub after: bool,
    /// The effect on a selected request.
    // So that YAML uses a key like JSON, and not a tag such as `!latency`.
    #[serde(with = "serde_yaml::with::singleton_map")]
    #[schemars(with = "Effect")]
    pub effect: Effect,
}

impl Rule {
    /// Returns a rule that applies to every request.
    pub fn new(effect: Effect) -> Rule {
        Rule {
            system: None,
            method: None,
            path: None,
            skip: 0,
            times: None,
            probability: None,
            after: false,
            effect,
        }
    }
}

/// A pseudo-random choice, determined by the seed and the number of the matching request.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Probability {
    /// From 0 (never) to 1 (always).
    #[serde(deserialize_with = "chance")]
    #[schemars(range(min = 0, max = 1))]
    pub of: f64,
    /// The seed of the random choice.
    #[serde(default)]
    pub seed: u64,
}

/// The effect of a fault.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
pub enum Effect {
    /// Delays the response.
    Latency {
        /// The delay in milliseconds.
        ms: u64,
    },
    /// Responds with this status and an empty body.
    Status {
        /// The HTTP status.
        #[serde(deserialize_with = "status_code")]
        #[schemars(range(min = 100, max = 999))]
        code: u16,
        /// The seconds for a `Retry-After` header.
        #[serde(default)]
        #[schemars(range(max = u32::MAX))]
        retry_after: Option<u32>,
        /// Whether `Retry-After` is a date instead of seconds.
        #[serde(default)]
        as_date: bool,
    },
    /// Closes the connection without handling the request and without a response.
    DropBefore,
    /// Handles the request, then closes the connection without a response.
    DropAfter,
    /// Responds with status 200 and an HTML page.
    Html,
    /// Sends only the first half of the JSON body.
    Truncate,
    /// Sends valid JSON as `text/html`.
    ContentType,
    /// Responds as if the key were wrong.
    WrongKey,
    /// Limits the page size.
    SmallPages {
        /// The maximum number of records on a page.
        size: u32,
    },
    /// Shifts the list between its first page and the later ones.
    MoveList(ListShift),
    /// Spells booleans differently.
    Booleans(Booleans),
    /// Sends numeric ids as text and textual ids as numbers.
    SwapIds,
    /// Publishes the portal of a new OmniReturns account.
    Published,
    /// Responds with status 500 and the received key in the body.
    EchoKey(Echo),
}

/// Reads the status of a response, which HTTP can only send with three digits.
fn status_code<'de, D: Deserializer<'de>>(deserializer: D) -> Result<u16, D::Error> {
    match u16::deserialize(deserializer)? {
        code @ 100..=999 => Ok(code),
        code => Err(D::Error::invalid_value(
            Unexpected::Unsigned(code.into()),
            &"an HTTP status from 100 to 999",
        )),
    }
}

/// Reads the share of requests that an effect applies to.
fn chance<'de, D: Deserializer<'de>>(deserializer: D) -> Result<f64, D::Error> {
    match f64::deserialize(deserializer)? {
        of if (0.0..=1.0).contains(&of) => Ok(of),
        of => Err(D::Error::invalid_value(Unexpected::Float(of), &"a number from 0 to 1")),
    }
}

/// How a list shifts between pages.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum ListShift {
    /// As if a record had been inserted at the front and the last one removed: one record
    /// repeats, one is missing, and the counts stay the same.
    Inserted,
    /// As if the first record had been removed: one record is missing.
    Removed,
}

/// A spelling of booleans.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub enum Booleans {
    /// The texts `"Y"` and `"N"`.
    #[serde(rename = "YN")]
    YesNo,
    /// The numbers 0 and 1.
    #[serde(rename = "01")]
    Digits,
    /// The texts `"0"` and `"1"`.
    #[serde(rename = "01text")]
    DigitTexts,
    /// The texts `"TRUE"` and `"FALSE"`.
    #[serde(rename = "text")]
    Text,
}

/// The kind of body that contains the key.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Echo {
    Json,
    Html,
}

impl Effect {
    /// Returns the name for the request log: the effect's key in a rule.
    pub(crate) fn name(self) -> String {
        match serde_json::to_value(self) {
            Ok(Value::Object(fields)) => fields.into_iter().map(|(name, _)| name).collect(),
            Ok(Value::String(name)) => name,
            _ => String::new(),
        }
    }
}

/// An effect that applies to a request.
#[derive(Clone, Copy, Debug)]
pub(super) struct AppliedFault {
    pub effect: Effect,
    pub after: bool,
}

/// The active rules, with the number of requests that each has matched and affected.
#[derive(Debug, Default)]
pub(super) struct ActiveFaults {
    rules: Mutex<Vec<CountedRule>>,
}

#[derive(Debug)]
struct CountedRule {
    rule: Rule,
    matched: u64,
    applied: u64,
}

impl ActiveFaults {
    pub(super) fn new(faults: Faults) -> ActiveFaults {
        let book = ActiveFaults::default();
        book.replace(faults);
        book
    }

    /// Replaces the rules and resets their counts.
    pub(super) fn replace(&self, faults: Faults) {
        let counted = |rule| CountedRule { rule, matched: 0, applied: 0 };
        *self.rules.lock().unwrap_or_else(PoisonError::into_inner) =
            faults.0.into_iter().map(counted).collect();
    }

    /// Returns the effects that apply to a request, and updates the counts.
    pub(super) fn apply(&self, system: System, method: &str, path: &str) -> Vec<AppliedFault> {
        let mut rules = self.rules.lock().unwrap_or_else(PoisonError::into_inner);
        let applied = rules.iter_mut().filter_map(|counted| counted.apply(system, method, path));
        applied.collect()
    }

    /// Returns the number of requests that an effect was applied to.
    #[cfg(test)]
    pub(super) fn applied(&self) -> u64 {
        let rules = self.rules.lock().unwrap_or_else(PoisonError::into_inner);
        rules.iter().map(|counted| counted.applied).sum()
    }
}

impl CountedRule {
    fn apply(&mut self, system: System, method: &str, path: &str) -> Option<AppliedFault> {
        let rule = &self.rule;
        let matches = rule.system.is_none_or(|wanted| wanted == system)
            && rule.method.as_deref().is_none_or(|wanted| wanted.eq_ignore_ascii_case(method))
            && rule.path.as_deref().is_none_or(|wanted| path.contains(wanted));
        if !matches {
            return None;
        }
        self.matched += 1;
        let meets = self.matched > rule.skip
            && rule.times.is_none_or(|times| self.applied < times)
            && rule.probability.is_none_or(|chance| chance.hits(self.matched));
        if !meets {
            return None;
        }
        self.applied += 1;
        Some(AppliedFault { effect: rule.effect, after: rule.after })
    }
}

impl Probability {
    /// Returns whether the n-th matching request is selected.
    #[expect(clippy::cast_precision_loss, reason = "53 bits are exact in an f64")]
    fn hits(self, n: u64) -> bool {
        // SplitMix64 (Steele, Lea, Flood 2014): its increment and its two multipliers. It
        // is stateless, so the n-th value does not depend on the ones before it.
        let mut x = self.seed.wrapping_add(n.wrapping_mul(0x9e37_79b9_7f4a_7c15));
        x = (x ^ (x >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        x = (x ^ (x >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        x ^= x >> 31;
        // The upper 53 bits (the precision of an f64) as a fraction of one.
        ((x >> 11) as f64) / ((1_u64 << 53) as f64) < self.of
    }
}
