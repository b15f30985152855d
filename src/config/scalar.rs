//! The scalars of the files. Nothing is coerced: a number is no text, a word no flag.

use serde::Deserialize;
use serde::de::{self, DeserializeOwned, Deserializer, MapAccess, SeqAccess, Unexpected, Visitor};
use serde::de::{IgnoredAny, value::MapAccessDeserializer};
use std::collections::BTreeMap;
use std::fmt;
use std::marker::PhantomData;

/// What each scalar expects, in the words of messages.
pub(super) const TEXT: &str = "a text";
pub(super) const ID: &str = "an id: a text or a whole number";
pub(super) const FLAG: &str = "`true` or `false`";
pub(super) const DATE: &str = "a date written as YYYY-MM-DD";

/// A text that is not blank.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Text(pub String);

/// A text that may be blank; a check has more to say about it than its type.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct AnyText(pub String);

/// A date as written.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct DateText(pub String);

/// An id: a text that is not blank, or a bare number.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Id(pub String);

/// A YAML boolean.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Flag(pub bool);

/// A value of any type, kept as far as a check needs it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Loose {
    Flag(bool),
    Number(u64),
    Text(String),
    /// Something that no setting takes, in the words of messages.
    Other(&'static str),
}

macro_rules! text_like {
    ($name:ident, $expects:expr, blank: $blank:expr) => {
        impl<'de> Deserialize<'de> for $name {
            fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                struct Read;
                impl Visitor<'_> for Read {
                    type Value = $name;
                    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                        f.write_str($expects)
                    }
                    fn visit_str<E: de::Error>(self, text: &str) -> Result<$name, E> {
                        if !$blank && text.trim().is_empty() {
                            return Err(E::invalid_value(Unexpected::Str(""), &self));
                        }
                        Ok($name(text.to_owned()))
                    }
                }
                deserializer.deserialize_any(Read)
            }
        }
    };
}

text_like!(Text, TEXT, blank: false);
text_like!(AnyText, TEXT, blank: true);
text_like!(DateText, DATE, blank: true);

impl<'de> Deserialize<'de> for Id {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Read;
        impl Visitor<'_> for Read {
            type Value = Id;
            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(ID)
            }
            fn visit_str<E: de::Error>(self, text: &str) -> Result<Id, E> {
                if text.trim().is_empty() {
                    return Err(E::invalid_value(Unexpected::Str(""), &self));
                }
                Ok(Id(text.to_owned()))
            }
            fn visit_u64<E: de::Error>(self, number: u64) -> Result<Id, E> {
                Ok(Id(number.to_string()))
            }
        }
        deserializer.deserialize_any(Read)
    }
}

impl<'de> Deserialize<'de> for Flag {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Read;
        impl Visitor<'_> for Read {
            type Value = Flag;
            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(FLAG)
            }
            fn visit_bool<E: de::Error>(self, flag: bool) -> Result<Flag, E> {
                Ok(Flag(flag))
            }
        }
        deserializer.deserialize_any(Read)
    }
}

impl<'de> Deserialize<'de> for Loose {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Read;
        impl<'de> Visitor<'de> for Read {
            type Value = Loose;
            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a value")
            }
            fn visit_bool<E: de::Error>(self, flag: bool) -> Result<Loose, E> {
                Ok(Loose::Flag(flag))
            }
            fn visit_u64<E: de::Error>(self, number: u64) -> Result<Loose, E> {
                Ok(Loose::Number(number))
            }
            fn visit_i64<E: de::Error>(self, _: i64) -> Result<Loose, E> {
                Ok(Loose::Other("a negative number"))
            }
            fn visit_f64<E: de::Error>(self, _: f64) -> Result<Loose, E> {
                Ok(Loose::Other("a number with a fraction"))
            }
            fn visit_str<E: de::Error>(self, text: &str) -> Result<Loose, E> {
                Ok(Loose::Text(text.to_owned()))
            }
            fn visit_unit<E: de::Error>(self) -> Result<Loose, E> {
                Ok(Loose::Other("nothing"))
            }
            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Loose, A::Error> {
                while map.next_entry::<IgnoredAny, IgnoredAny>()?.is_some() {}
                Ok(Loose::Other("a mapping"))
            }
            fn visit_seq<A: SeqAccess<'de>>(self, mut seq: A) -> Result<Loose, A::Error> {
                while seq.next_element::<IgnoredAny>()?.is_some() {}
                Ok(Loose::Other("a list"))
            }
        }
        deserializer.deserialize_any(Read)
    }
}

/// The keys of a section, for its messages.
pub(super) trait Keys {
    /// What the section is: "a mapping with …".
    const EXPECTS: &'static str;
}

/// A mapping with fixed keys. Absent, `null` and empty are the same.
///
/// Derived structs would also take a list of values in the order of their fields; this
/// wrapper takes mappings only.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Section<T>(pub T);

impl<'de, T: DeserializeOwned + Default + Keys> Deserialize<'de> for Section<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Read<T>(PhantomData<T>);
        impl<'de, T: DeserializeOwned + Default + Keys> Visitor<'de> for Read<T> {
            type Value = Section<T>;
            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(T::EXPECTS)
            }
            fn visit_unit<E: de::Error>(self) -> Result<Section<T>, E> {
                Ok(Section(T::default()))
            }
            fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<Section<T>, A::Error> {
                T::deserialize(MapAccessDeserializer::new(map)).map(Section)
            }
        }
        deserializer.deserialize_any(Read(PhantomData))
    }
}

/// A mapping with free keys, none of them twice. Absent, `null` and empty are the same.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Named<T>(pub BTreeMap<String, T>);

impl<T> Default for Named<T> {
    fn default() -> Self {
        Named(BTreeMap::new())
    }
}

impl<'de, T: Deserialize<'de>> Deserialize<'de> for Named<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Read<T>(PhantomData<T>);
        impl<'de, T: Deserialize<'de>> Visitor<'de> for Read<T> {
            type Value = Named<T>;
            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a mapping")
            }
            fn visit_unit<E: de::Error>(self) -> Result<Named<T>, E> {
                Ok(Named::default())
            }
            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Named<T>, A::Error> {
                let mut entries = BTreeMap::new();
                while let Some((key, entry)) = map.next_entry::<String, T>()? {
                    if entries.insert(key, entry).is_some() {
                        return Err(de::Error::custom("a key occurs twice"));
                    }
                }
                Ok(Named(entries))
            }
        }
        deserializer.deserialize_any(Read(PhantomData))
    }
}
