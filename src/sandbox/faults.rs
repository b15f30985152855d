//! Faults: what can go wrong between a client and a system, put in on purpose.
//!
//! A rule says which requests it meets and what happens to them. Rules come from tests,
//! from YAML or JSON, and from `POST /_sandbox/faults`.

use crate::model::System;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use std::sync::{Mutex, PoisonError};

/// The rules of a sandbox; each one that meets a request takes part in it, in order.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(transparent)]
pub struct Faults(pub Vec<Rule>);

/// One fault, and the requests that meet it.
///
/// In YAML: `{system: omnirps, method: PATCH, times: 2, effect: {status: {code: 503}}}`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Rule {
    /// The system whose requests are met; any, where it is left out.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub system: Option<System>,
    /// The HTTP method of the requests; any, where it is left out.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub method: Option<String>,
    /// A part of the path and query below the system's URL.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub path: Option<String>,
    /// How many matching requests are spared first.
    #[serde(default)]
    pub skip: u64,
    /// How many requests are met in all; without it there is no end.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub times: Option<u64>,
    /// Meets only some of the matching requests.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub probability: Option<Probability>,
    /// Whether the system does its work before latency, a status or an HTML page comes;
    /// otherwise a status or a page comes in place of the work.
    #[serde(default)]
    pub after: bool,
    /// What happens to a request that is met.
    // Without this YAML would want a tag, `!latency`, where JSON has an object.
    #[serde(with = "serde_yaml::with::singleton_map")]
    #[schemars(with = "Effect")]
    pub effect: Effect,
}

impl Rule {
    /// Returns a rule that meets every request.
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

/// A chance that is the same for the same seed and number of matching requests.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Probability {
    /// From 0 (never) to 1 (always).
    pub of: f64,
    /// The seed of the random choice.
    #[serde(default)]
    pub seed: u64,
}

/// What happens to a request that meets a fault.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
pub enum Effect {
    /// The answer takes longer.
    Latency {
        /// How much longer, in milliseconds.
        ms: u64,
    },
    /// An empty answer with this status.
    Status {
        /// The HTTP status.
        code: u16,
        /// Seconds for a `Retry-After`.
        #[serde(default)]
        retry_after: Option<u64>,
        /// Whether `Retry-After` gives a date instead of seconds.
        #[serde(default)]
        as_date: bool,
    },
    /// Nothing is done, and the connection is closed without a byte.
    DropBefore,
    /// The work is done, and the connection is closed without a byte.
    DropAfter,
    /// Status 200 with an HTML page.
    Html,
    /// The first half of the JSON body.
    Truncate,
    /// `text/html` on a valid JSON body.
    ContentType,
    /// The answer to a wrong key.
    WrongKey,
    /// Pages no longer than this.
    SmallPages {
        /// How many records a page has at most.
        size: u32,
    },
    /// The list moves between its first page and later ones.
    MoveList(Move),
    /// Booleans in another spelling.
    Booleans(Booleans),
    /// Ids as text instead of numbers, and the other way round.
    SwapIds,
    /// The portal of a new OmniReturns account is published.
    Published,
    /// Status 500 with the received key in the body.
    EchoKey(Echo),
}

/// How a list moves.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Move {
    /// As if a record had come in at the front and the last one gone: one record repeats,
    /// one is missing, and the counts are the same.
    Inserted,
    /// As if the first record had gone: one record is missing.
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

/// In what kind of body a key comes back.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Echo {
    Json,
    Html,
}

impl Effect {
    /// Returns the name that the log shows.
    pub(crate) fn name(self) -> &'static str {
        match self {
            Effect::Latency { .. } => "latency",
            Effect::Status { .. } => "status",
            Effect::DropBefore => "drop_before",
            Effect::DropAfter => "drop_after",
            Effect::Html => "html",
            Effect::Truncate => "truncate",
            Effect::ContentType => "content_type",
            Effect::WrongKey => "wrong_key",
            Effect::SmallPages { .. } => "small_pages",
            Effect::MoveList(_) => "move_list",
            Effect::Booleans(_) => "booleans",
            Effect::SwapIds => "swap_ids",
            Effect::Published => "published",
            Effect::EchoKey(_) => "echo_key",
        }
    }
}

/// An effect that a request has met.
#[derive(Clone, Copy, Debug)]
pub(super) struct Met {
    pub effect: Effect,
    pub after: bool,
}

/// The rules in force, with how often each has matched and been met.
#[derive(Debug, Default)]
pub(super) struct FaultBook {
    rules: Mutex<Vec<Counted>>,
}

#[derive(Debug)]
struct Counted {
    rule: Rule,
    matched: u64,
    met: u64,
}

impl FaultBook {
    pub(super) fn new(faults: Faults) -> FaultBook {
        let book = FaultBook::default();
        book.replace(faults);
        book
    }

    /// Puts other rules in force, with counts from zero.
    pub(super) fn replace(&self, faults: Faults) {
        let counted = |rule| Counted { rule, matched: 0, met: 0 };
        *self.rules.lock().unwrap_or_else(PoisonError::into_inner) =
            faults.0.into_iter().map(counted).collect();
    }

    /// Returns what a request meets, and counts.
    pub(super) fn meet(&self, system: System, method: &str, path: &str) -> Vec<Met> {
        let mut rules = self.rules.lock().unwrap_or_else(PoisonError::into_inner);
        let met = rules.iter_mut().filter_map(|counted| counted.meet(system, method, path));
        met.collect()
    }

    /// Returns how often a request has met a fault.
    #[cfg(test)]
    pub(super) fn met(&self) -> u64 {
        let rules = self.rules.lock().unwrap_or_else(PoisonError::into_inner);
        rules.iter().map(|counted| counted.met).sum()
    }
}

impl Counted {
    fn meet(&mut self, system: System, method: &str, path: &str) -> Option<Met> {
        let rule = &self.rule;
        let matches = rule.system.is_none_or(|wanted| wanted == system)
            && rule.method.as_deref().is_none_or(|wanted| wanted.eq_ignore_ascii_case(method))
            && rule.path.as_deref().is_none_or(|wanted| path.contains(wanted));
        if !matches {
            return None;
        }
        self.matched += 1;
        let meets = self.matched > rule.skip
            && rule.times.is_none_or(|times| self.met < times)
            && rule.probability.is_none_or(|chance| chance.hits(self.matched));
        if !meets {
            return None;
        }
        self.met += 1;
        Some(Met { effect: rule.effect, after: rule.after })
    }
}

impl Probability {
    /// Returns whether the n-th matching request is hit.
    #[expect(clippy::cast_precision_loss, reason = "53 bits fit, and a chance is rough anyway")]
    fn hits(self, n: u64) -> bool {
        // SplitMix64 (Steele, Lea, Flood 2014): its increment and its two multipliers. It
        // needs no state, so the n-th draw can be had without the ones before.
        let mut x = self.seed.wrapping_add(n.wrapping_mul(0x9e37_79b9_7f4a_7c15));
        x = (x ^ (x >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        x = (x ^ (x >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        x ^= x >> 31;
        // The upper 53 bits, the precision of an f64, as a fraction of one.
        ((x >> 11) as f64) / ((1_u64 << 53) as f64) < self.of
    }
}
