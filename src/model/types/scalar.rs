//! Formats of single values. Nothing is coerced: a number is not text, and a word is not a
//! flag.

use super::{Defs, Flaw, Format, Kind, Node, Refusal, Scope, ValueReader, shown};
use crate::model::name::character;
use jiff::civil::Date;
use serde::de::{Deserializer, Error, Visitor};
use serde_json::{Value as Json, json};
use std::fmt;
use std::marker::PhantomData;

/// A single value as it is written.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum Raw<'a> {
    Flag(bool),
    /// A number: its value if that is whole and from 0 to 2⁶⁴ - 1, and its text if known.
    Number(Option<u64>, Option<&'a str>),
    Text(&'a str),
}

impl<'a> Raw<'a> {
    /// Returns the text, or refuses a value of another type.
    pub(crate) fn text(self) -> Result<&'a str, Refusal> {
        match self {
            Raw::Text(text) => Ok(text),
            _ => Err(Refusal::Type),
        }
    }
}

/// The kinds of values that a [`Scalar`] can be.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Kinds {
    Any,
    Text,
    /// A text, or a whole number as it is written.
    TextOrDigits,
}

impl Kinds {
    /// Returns whether a text is certainly one of these kinds, with or without quotes. Without
    /// them, others can be a number, a flag or null.
    fn is_certain(self, text: &str) -> bool {
        let is_digits = || text.bytes().all(|byte| byte.is_ascii_digit());
        let may_be_number = || {
            let starts = |c: char| c.is_ascii_digit() || matches!(c, '+' | '-' | '.');
            text.starts_with(starts) && !text.contains(' ')
        };
        let is_word =
            || ["~", "null", "true", "false"].iter().any(|word| text.eq_ignore_ascii_case(word));
        match self {
            Kinds::Any => true,
            _ if text.is_empty() => false,
            Kinds::TextOrDigits if is_digits() => true,
            Kinds::Text | Kinds::TextOrDigits => !may_be_number() && !is_word(),
        }
    }
}

/// How a single value is written.
pub(crate) trait Scalar {
    /// The type of the parsed value.
    type Output;

    /// What it can be; anything but [`Kinds::Any`] is faster to parse.
    const KINDS: Kinds = Kinds::Any;

    /// The expected value in words, for messages.
    const EXPECTS: &'static str = "text";

    /// How to correct a value of another type.
    const TYPE_HINT: &'static str = "put the value in quotes";

    /// The pattern of a text in the JSON Schema.
    const PATTERN: &'static str = r"\S";

    /// Returns [`Scalar::EXPECTS`], or words that depend on more.
    fn expects() -> String {
        Self::EXPECTS.to_owned()
    }

    fn parse(scope: Scope, raw: Raw<'_>) -> Result<Self::Output, Refusal>;

    /// Returns the scope of the mapping's value under this key.
    fn below(scope: Scope, _: &Self::Output) -> Scope {
        scope
    }

    fn json_schema(_: Scope) -> Json {
        json!({"type": "string", "pattern": Self::PATTERN})
    }
}

impl<S: Scalar> Format for S {
    type Value = S::Output;

    fn expects() -> String {
        <S as Scalar>::expects()
    }

    fn of(json: &Json) -> Option<S::Output> {
        let raw = match json {
            Json::Bool(flag) => Raw::Flag(*flag),
            Json::Number(number) => Raw::Number(number.as_u64(), None),
            Json::String(text) => Raw::Text(text),
            _ => return None,
        };
        S::parse(Scope::default(), raw).ok()
    }

    fn fast<'de, D: Deserializer<'de>>(scope: Scope, from: D) -> Result<S::Output, D::Error> {
        struct Read<S>(Scope, PhantomData<S>);
        impl<S: Scalar> Read<S> {
            fn parse<E: Error>(self, raw: Raw<'_>) -> Result<S::Output, E> {
                S::parse(self.0, raw).map_err(|_| E::custom("not taken"))
            }
        }
        impl<S: Scalar> Visitor<'_> for Read<S> {
            type Value = S::Output;
            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(S::EXPECTS)
            }
            fn visit_bool<E: Error>(self, flag: bool) -> Result<S::Output, E> {
                self.parse(Raw::Flag(flag))
            }
            fn visit_u64<E: Error>(self, number: u64) -> Result<S::Output, E> {
                self.parse(Raw::Number(Some(number), None))
            }
            fn visit_i64<E: Error>(self, _: i64) -> Result<S::Output, E> {
                self.parse(Raw::Number(None, None))
            }
            fn visit_f64<E: Error>(self, _: f64) -> Result<S::Output, E> {
                self.parse(Raw::Number(None, None))
            }
            fn visit_str<E: Error>(self, text: &str) -> Result<S::Output, E> {
                // Whether it is quoted is unknown here, and known to `slow`.
                if !S::KINDS.is_certain(text) {
                    return Err(E::custom("ambiguous"));
                }
                self.parse(Raw::Text(text))
            }
        }
        match S::KINDS {
            Kinds::Any => from.deserialize_any(Read::<S>(scope, PhantomData)),
            Kinds::Text | Kinds::TextOrDigits => {
                from.deserialize_str(Read::<S>(scope, PhantomData))
            }
        }
    }

    fn slow(scope: Scope, node: &Node, at: &mut ValueReader<'_>) -> Option<S::Output> {
        let parsed = match &node.kind {
            Kind::Flag(flag) => S::parse(scope, Raw::Flag(*flag)),
            Kind::Number(number) => S::parse(scope, Raw::Number(*number, Some(at.written(node)))),
            Kind::Text(text) => S::parse(scope, Raw::Text(text)),
            Kind::Null | Kind::Mapping(_) | Kind::Sequence(_) | Kind::Alias => Err(Refusal::Type),
        };
        parsed
            .map_err(|refusal| {
                let is_scalar = !matches!(node.kind, Kind::Mapping(_) | Kind::Sequence(_));
                let hint = if is_scalar { S::TYPE_HINT } else { "write a single value" };
                at.refuse(node, refusal, &<S as Scalar>::expects(), hint);
            })
            .ok()
    }

    fn schema(scope: Scope, _: &mut Defs) -> Json {
        S::json_schema(scope)
    }
}

/// Text that is not blank.
pub(crate) struct Text;

impl Scalar for Text {
    type Output = String;

    const KINDS: Kinds = Kinds::Text;

    fn parse(_: Scope, raw: Raw<'_>) -> Result<String, Refusal> {
        let text = raw.text()?;
        if text.trim().is_empty() { Err(Refusal::Empty) } else { Ok(text.to_owned()) }
    }
}

/// A day, written as YYYY-MM-DD.
pub(crate) struct Day;

impl Scalar for Day {
    type Output = Date;

    const EXPECTS: &'static str = "a date written as YYYY-MM-DD";

    const TYPE_HINT: &'static str = "write the day, as in `2026-10-12`";

    const PATTERN: &'static str = "^[0-9]{4}-(0[1-9]|1[0-2])-(0[1-9]|[12][0-9]|3[01])$";

    fn parse(_: Scope, raw: Raw<'_>) -> Result<Date, Refusal> {
        let text = raw.text()?;
        parse_day(text).ok_or_else(|| {
            let odd = text.chars().find(|c| !c.is_ascii()).map(character);
            let odd = odd.map(|odd| format!(": it contains {odd}")).unwrap_or_default();
            let message = format!("is {}, which is not a date{odd}", shown(text));
            Flaw::new("bad-date", message, day_hint(text)).into()
        })
    }
}

/// Parses a day written as YYYY-MM-DD.
pub(crate) fn parse_day(text: &str) -> Option<Date> {
    if is_shaped_like_day(text) { text.parse().ok() } else { None }
}

fn is_shaped_like_day(text: &str) -> bool {
    text.len() == 10
        && text.bytes().enumerate().all(|(at, byte)| match at {
            4 | 7 => byte == b'-',
            _ => byte.is_ascii_digit(),
        })
}

/// Returns how to correct a text that [`parse_day`] does not take.
pub(crate) fn day_hint(text: &str) -> &'static str {
    if is_shaped_like_day(text) {
        "there is no such day; correct the month or the day"
    } else if parse_day(text.trim_matches(|c: char| !c.is_ascii_digit())).is_some() {
        "write the day alone, as in `2026-10-12`, with nothing before or after it"
    } else {
        "write the day as YYYY-MM-DD, as in `2026-10-12`"
    }
}

/// A YAML boolean.
pub(crate) struct Bool;

impl Scalar for Bool {
    type Output = bool;

    const EXPECTS: &'static str = "`true` or `false`";

    const TYPE_HINT: &'static str = "write `true` or `false`, without quotes";

    fn parse(_: Scope, raw: Raw<'_>) -> Result<bool, Refusal> {
        match raw {
            Raw::Flag(flag) => Ok(flag),
            _ => Err(Refusal::Type),
        }
    }

    fn json_schema(_: Scope) -> Json {
        json!({"type": "boolean"})
    }
}

/// A whole number in a range.
pub(crate) struct Whole<const MIN: u32, const MAX: u32>;

impl<const MIN: u32, const MAX: u32> Scalar for Whole<MIN, MAX> {
    type Output = u32;

    const EXPECTS: &'static str = "a whole number";

    const TYPE_HINT: &'static str = "write a whole number, without quotes or leading zeros";

    fn parse(_: Scope, raw: Raw<'_>) -> Result<u32, Refusal> {
        let number = match raw {
            Raw::Number(number, _) => number.and_then(|number| u32::try_from(number).ok()),
            Raw::Flag(_) | Raw::Text(_) => return Err(Refusal::Type),
        };
        number.filter(|number| (MIN..=MAX).contains(number)).ok_or_else(|| {
            let is_fraction = matches!(raw, Raw::Number(None, Some(written)) if written.contains(['.', 'e', 'E']));
            let message = if is_fraction { "is not written as a whole number" } else { "is out of range" };
            let hint = format!("write a whole number from {MIN} to {MAX}");
            Flaw::new("bad-limit", message, hint).into()
        })
    }

    fn json_schema(_: Scope) -> Json {
        json!({"type": "integer", "minimum": MIN, "maximum": MAX})
    }
}

/// Defines texts that are not blank: each with the pattern of its JSON Schema and with a function
/// that returns what is wrong with a text.
macro_rules! texts {
    ($(
        $(#[doc = $about:literal])*
        $name:ident like $pattern:expr, except $flaw:expr $(, expects $expects:literal)?;
    )+) => {$(
        $(#[doc = $about])*
        pub(crate) struct $name;

        impl $crate::model::types::Scalar for $name {
            type Output = String;

            const KINDS: $crate::model::types::Kinds = $crate::model::types::Kinds::Text;

            $(const EXPECTS: &'static str = $expects;)?

            const PATTERN: &'static str = $pattern;

            fn parse(
                scope: $crate::model::types::Scope,
                raw: $crate::model::types::Raw<'_>,
            ) -> Result<String, $crate::model::types::Refusal> {
                let text = $crate::model::types::Text::parse(scope, raw)?;
                $flaw(&text).map_or(Ok(text), |flaw: $crate::model::types::Flaw| Err(flaw.into()))
            }
        }
    )+};
}

/// Defines a value that is one of a few words.
macro_rules! words {
    (
        $(#[doc = $about:literal])*
        $name:ident: $type:ty { $($word:literal => $value:expr),+ $(,)? }
    ) => {
        $(#[doc = $about])*
        pub(crate) struct $name;

        const _: () = {
            use $crate::model::types::{Kinds, Raw, Refusal, Scalar, Scope, one_of};

            const WORDS: &[&str] = &[$($word),+];

            impl Scalar for $name {
                type Output = $type;

                const KINDS: Kinds = Kinds::Text;

                const TYPE_HINT: &'static str = "write one of these words";

                fn expects() -> String {
                    one_of(WORDS)
                }

                fn parse(_: Scope, raw: Raw<'_>) -> Result<$type, Refusal> {
                    match raw.text()? {
                        $($word => Ok($value),)+
                        text => Err(Refusal::Word { found: text.to_owned(), allowed: WORDS }),
                    }
                }

                fn json_schema(_: Scope) -> serde_json::Value {
                    serde_json::json!({"enum": WORDS})
                }
            }
        };
    };
}

pub(crate) use {texts, words};
