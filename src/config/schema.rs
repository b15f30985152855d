//! The keys of retailer files, as they are written.
//!
//! Every field may be absent here: whether it has to be there is for the checks to say,
//! so that one absent key hides no other problem.

use super::scalar::{AnyText, DateText, Flag, Id, Keys, Loose, Named, Section, Text};
use crate::model::{Access, System};
use serde::Deserialize;
use serde::de::{
    self, Deserializer, MapAccess, Visitor,
    value::{MapAccessDeserializer, StrDeserializer},
};
use std::fmt;

/// `retailers/<slug>.yaml`.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(super) struct RetailerFile {
    pub retailer: Option<Text>,
    pub journey: Option<JourneyWord>,
    pub account_manager: Option<Text>,
    pub omnireturns_access: Option<RawAccess>,
    pub omnireturns: Section<Omnireturns>,
    pub ids: Section<Ids>,
    pub milestones: Named<RawFact>,
    pub settings: Named<Section<RawOverride>>,
    pub notes: Option<Text>,
}

#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(super) struct Omnireturns {
    pub name: Option<Text>,
}

#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(super) struct Ids {
    pub omniparcel: Option<Id>,
    pub omnireturns: Option<Id>,
    pub omnirps: Option<Id>,
}

impl Ids {
    pub(super) fn get(&self, system: System) -> Option<&Id> {
        match system {
            System::Omniparcel => self.omniparcel.as_ref(),
            System::Omnireturns => self.omnireturns.as_ref(),
            System::Omnirps => self.omnirps.as_ref(),
        }
    }
}

#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(super) struct RawOverride {
    pub value: Option<Loose>,
    pub manage: Option<Flag>,
    pub acknowledge: Option<Section<RawAcknowledge>>,
    pub reason: Option<AnyText>,
}

#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(super) struct RawAcknowledge {
    pub until: Option<DateText>,
    pub reason: Option<AnyText>,
}

/// A milestone: a bare date, a mapping, or nothing.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum RawFact {
    Nothing,
    Date(DateText),
    Told(FactKeys),
}

#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(super) struct FactKeys {
    pub on: Option<DateText>,
    pub by: Option<Text>,
    pub connote: Option<Id>,
}

pub(super) const FACT: &str =
    "a date written as YYYY-MM-DD, or a mapping with `on`, `by` and `connote`";

impl<'de> Deserialize<'de> for RawFact {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Read;
        impl<'de> Visitor<'de> for Read {
            type Value = RawFact;
            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(FACT)
            }
            fn visit_unit<E: de::Error>(self) -> Result<RawFact, E> {
                Ok(RawFact::Nothing)
            }
            fn visit_str<E: de::Error>(self, text: &str) -> Result<RawFact, E> {
                Ok(RawFact::Date(DateText(text.to_owned())))
            }
            fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<RawFact, A::Error> {
                FactKeys::deserialize(MapAccessDeserializer::new(map)).map(RawFact::Told)
            }
        }
        deserializer.deserialize_any(Read)
    }
}

/// The decision of step E5: a word, or a mapping.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct RawAccess(pub AccessKeys);

#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(super) struct AccessKeys {
    pub value: Option<AccessWord>,
    pub on: Option<DateText>,
    pub by: Option<Text>,
}

const ACCESS: &str = "`required` or `not_required`, or a mapping with `value`, `on` and `by`";

impl<'de> Deserialize<'de> for RawAccess {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Read;
        impl<'de> Visitor<'de> for Read {
            type Value = RawAccess;
            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(ACCESS)
            }
            fn visit_str<E: de::Error>(self, text: &str) -> Result<RawAccess, E> {
                let value = AccessWord::deserialize(StrDeserializer::<E>::new(text))?;
                Ok(RawAccess(AccessKeys { value: Some(value), ..AccessKeys::default() }))
            }
            fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<RawAccess, A::Error> {
                AccessKeys::deserialize(MapAccessDeserializer::new(map)).map(RawAccess)
            }
        }
        deserializer.deserialize_any(Read)
    }
}

macro_rules! word {
    ($name:ident, $of:ty, $expects:expr, $($word:literal => $meaning:expr),+) => {
        impl<'de> Deserialize<'de> for $name {
            fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                struct Read;
                impl Visitor<'_> for Read {
                    type Value = $name;
                    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                        f.write_str($expects)
                    }
                    fn visit_str<E: de::Error>(self, text: &str) -> Result<$name, E> {
                        match text {
                            $($word => Ok($name($meaning)),)+
                            _ => Err(E::unknown_variant(text, &[$($word),+])),
                        }
                    }
                }
                deserializer.deserialize_any(Read)
            }
        }
    };
}

/// The name of a journey.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct JourneyWord(pub JourneyKind);

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum JourneyKind {
    New,
    Existing,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct AccessWord(pub Access);

word!(JourneyWord, JourneyKind, "`new` or `existing`",
    "new" => JourneyKind::New, "existing" => JourneyKind::Existing);
word!(AccessWord, Access, "`required` or `not_required`",
    "required" => Access::Required, "not_required" => Access::NotRequired);

macro_rules! keys {
    ($($name:ident: $expects:literal,)+) => {
        $(impl Keys for $name { const EXPECTS: &'static str = $expects; })+
    };
}

keys! {
    RetailerFile: "a mapping with `retailer` and `journey`",
    Omnireturns: "a mapping with `name`",
    Ids: "a mapping with `omniparcel`, `omnireturns` and `omnirps`",
    RawOverride: "a mapping with `value` (or `manage: false`) and `reason`",
    RawAcknowledge: "a mapping with `until` and `reason`",
}
