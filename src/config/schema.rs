//! The keys of retailer and project files, as they are written.
//!
//! Every field may be absent here: whether it has to be there is for the checks to say,
//! so that one absent key hides no other problem.

use super::scalar::{AnyText, Count, DateText, Flag, Id, Keys, Loose, Named, Section, Text};
use crate::model::{Access, ReadBy, System, WriteBy};
use serde::Deserialize;
use serde::de::{self, Deserializer, MapAccess, Visitor, value::MapAccessDeserializer};
use std::collections::BTreeMap;
use std::fmt;

/// `retailers/<slug>.yaml`.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(super) struct RetailerFile {
    pub retailer: Option<Text>,
    pub journey: Option<JourneyWord>,
    pub account_manager: Option<Text>,
    pub omnireturns_access: Option<AccessWord>,
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

/// By which means a system is read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct ReadWord(pub ReadBy);

/// By which means a system is changed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct WriteWord(pub WriteBy);

/// By which means one setting is changed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct SettingWord(pub WriteBy);

word!(JourneyWord, JourneyKind, "`new` or `existing`",
    "new" => JourneyKind::New, "existing" => JourneyKind::Existing);
word!(AccessWord, Access, "`required` or `not_required`",
    "required" => Access::Required, "not_required" => Access::NotRequired);
word!(ReadWord, ReadBy, "`http`, `sql` or `none`",
    "http" => ReadBy::Http, "sql" => ReadBy::Sql, "none" => ReadBy::Nothing);
word!(WriteWord, WriteBy, "`http` or `manual`",
    "http" => WriteBy::Http, "manual" => WriteBy::Manual);
word!(SettingWord, WriteBy, "`http`, `manual` or `observe`",
    "http" => WriteBy::Http, "manual" => WriteBy::Manual, "observe" => WriteBy::Observe);

/// `reconcile.yaml`.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(super) struct ProjectFile {
    pub partner: Section<RawPartner>,
    pub default_environment: Option<Text>,
    pub environments: Named<Section<RawEnvironment>>,
    pub safety: Section<RawSafety>,
}

#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(super) struct RawPartner {
    pub name: Option<Text>,
    pub company: Option<Text>,
    pub name_suffix: Option<Text>,
    pub tracking_webhook_url: Option<Text>,
    pub onboarding_form_url: Option<Text>,
    pub recipients: Recipients,
}

/// Who can open what is handed over: public keys by name.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Recipients(pub BTreeMap<String, Text>);

pub(super) const RECIPIENTS: &str = "a mapping of names to public keys";

impl<'de> Deserialize<'de> for Recipients {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Read;
        impl<'de> Visitor<'de> for Read {
            type Value = Recipients;
            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(RECIPIENTS)
            }
            fn visit_unit<E: de::Error>(self) -> Result<Recipients, E> {
                Ok(Recipients::default())
            }
            fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<Recipients, A::Error> {
                let Named(keys) = Named::deserialize(MapAccessDeserializer::new(map))?;
                Ok(Recipients(keys))
            }
        }
        deserializer.deserialize_any(Read)
    }
}

#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(super) struct RawEnvironment {
    pub embedded: Option<Flag>,
    pub omniparcel: Option<Section<RawRoute>>,
    pub omnireturns: Option<Section<RawRoute>>,
    pub omnirps: Option<Section<RawRoute>>,
    pub contract: Option<Text>,
    pub verify: Section<RawVerify>,
    pub limits: Section<RawLimits>,
}

#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(super) struct RawVerify {
    pub label: Option<Text>,
}

impl RawEnvironment {
    pub(super) fn route(&self, system: System) -> Option<&RawRoute> {
        let section = match system {
            System::Omniparcel => &self.omniparcel,
            System::Omnireturns => &self.omnireturns,
            System::Omnirps => &self.omnirps,
        };
        section.as_ref().map(|section| &section.0)
    }
}

#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(super) struct RawRoute {
    pub read: Option<ReadWord>,
    pub write: Option<WriteWord>,
    pub url: Option<Text>,
    pub key: Option<RawKey>,
    pub key_header: Option<Text>,
    pub sql: Option<Section<RawSql>>,
    pub settings: Named<SettingWord>,
}

impl RawRoute {
    /// By which means the system is read; `None` where nothing says so.
    pub(super) fn read(&self) -> Option<ReadBy> {
        let usual = match (&self.url, &self.sql) {
            (Some(_), _) => Some(ReadBy::Http),
            (None, Some(_)) => Some(ReadBy::Sql),
            (None, None) => None,
        };
        self.read.map(|word| word.0).or(usual)
    }

    /// By which means the system is changed.
    pub(super) fn write(&self) -> WriteBy {
        let usual = if self.url.is_some() { WriteBy::Http } else { WriteBy::Manual };
        self.write.map_or(usual, |word| word.0)
    }

    /// Says whether anything goes over HTTP.
    pub(super) fn needs_http(&self) -> bool {
        self.read() == Some(ReadBy::Http)
            || self.write() == WriteBy::Http
            || self.settings.0.values().any(|word| word.0 == WriteBy::Http)
    }
}

#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(super) struct RawSql {
    pub url: Option<RawKey>,
    pub query: Option<Text>,
    pub companies: Option<Text>,
    pub uploads: Option<Text>,
}

/// Where a key is kept. A literal one is not even held in memory.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum RawKey {
    Literal,
    From(KeyFrom),
}

#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(super) struct KeyFrom {
    pub env: Option<Text>,
    pub file: Option<Text>,
}

pub(super) const KEY_FROM: &str = "`{env: NAME}` or `{file: PATH}`";

impl<'de> Deserialize<'de> for RawKey {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Read;
        impl<'de> Visitor<'de> for Read {
            type Value = RawKey;
            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(KEY_FROM)
            }
            fn visit_str<E: de::Error>(self, _: &str) -> Result<RawKey, E> {
                Ok(RawKey::Literal)
            }
            fn visit_u64<E: de::Error>(self, _: u64) -> Result<RawKey, E> {
                Ok(RawKey::Literal)
            }
            fn visit_i64<E: de::Error>(self, _: i64) -> Result<RawKey, E> {
                Ok(RawKey::Literal)
            }
            fn visit_f64<E: de::Error>(self, _: f64) -> Result<RawKey, E> {
                Ok(RawKey::Literal)
            }
            fn visit_bool<E: de::Error>(self, _: bool) -> Result<RawKey, E> {
                Ok(RawKey::Literal)
            }
            fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<RawKey, A::Error> {
                KeyFrom::deserialize(MapAccessDeserializer::new(map)).map(RawKey::From)
            }
        }
        deserializer.deserialize_any(Read)
    }
}

#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(super) struct RawLimits {
    pub concurrency: Option<Count>,
    pub requests_per_second: Option<Count>,
    pub timeout_seconds: Option<Count>,
    pub retries: Option<Count>,
    pub deadline_seconds: Option<Count>,
}

#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(super) struct RawSafety {
    pub max_changed_retailers_percent: Option<Count>,
    pub from_retailers: Option<Count>,
    pub max_changed_retailers: Option<Count>,
    pub max_unpublished_portals: Option<Count>,
    pub max_unpublished_portals_percent: Option<Count>,
    pub max_switch_offs: Option<Count>,
    pub max_switch_offs_percent: Option<Count>,
}

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
    ProjectFile: "a mapping with `partner`, `environments` and so on",
    RawPartner: "a mapping with `name`, `company` and so on",
    RawEnvironment: "a mapping with `embedded: true`, or with the systems",
    RawVerify: "a mapping with `label`",
    RawRoute: "a mapping with `url` and `key`, or with `sql`",
    RawSql: "a mapping with `url` and `query`",
    RawLimits: "a mapping with `concurrency` and so on",
    RawSafety: "a mapping with `max_changed_retailers_percent` and so on",
}
