//! Formats that contain other formats: optional values, lists, mappings with free keys.

use super::{
    Defs, Fast, Flaw, Format, Kind, Node, Raw, ReadKey, Refusal, Scalar, Scope, ValueReader,
};
use serde::de::value::MapAccessDeserializer;
use serde::de::{Deserializer, Error, MapAccess, SeqAccess, Visitor};
use serde_json::{Value as Json, json};
use std::collections::BTreeMap;
use std::fmt;
use std::marker::PhantomData;

impl<F: Format> Format for Option<F> {
    type Value = Option<F::Value>;

    fn expects() -> String {
        F::expects()
    }

    fn absent() -> Option<Self::Value> {
        Some(None)
    }

    fn fast<'de, D: Deserializer<'de>>(scope: Scope, from: D) -> Result<Self::Value, D::Error> {
        struct Read<F>(Scope, PhantomData<F>);
        impl<'de, F: Format> Visitor<'de> for Read<F> {
            type Value = Option<F::Value>;
            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a value or nothing")
            }
            fn visit_none<E: Error>(self) -> Result<Self::Value, E> {
                Ok(None)
            }
            fn visit_unit<E: Error>(self) -> Result<Self::Value, E> {
                Ok(None)
            }
            fn visit_some<D: Deserializer<'de>>(self, from: D) -> Result<Self::Value, D::Error> {
                F::fast(self.0, from).map(Some)
            }
        }
        from.deserialize_option(Read::<F>(scope, PhantomData))
    }

    fn slow(scope: Scope, node: &Node, at: &mut ValueReader<'_>) -> Option<Self::Value> {
        match node.kind {
            Kind::Null => Some(None),
            _ => F::slow(scope, node, at).map(Some),
        }
    }

    fn schema(scope: Scope, defs: &mut Defs) -> Json {
        F::schema(scope, defs)
    }
}

impl<F: Format> Format for Vec<F> {
    type Value = Vec<F::Value>;

    fn expects() -> String {
        "a list".to_owned()
    }

    fn absent() -> Option<Self::Value> {
        Some(Vec::new())
    }

    fn fast<'de, D: Deserializer<'de>>(scope: Scope, from: D) -> Result<Self::Value, D::Error> {
        struct Read<F>(Scope, PhantomData<F>);
        impl<'de, F: Format> Visitor<'de> for Read<F> {
            type Value = Vec<F::Value>;
            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a list")
            }
            fn visit_seq<A: SeqAccess<'de>>(self, mut seq: A) -> Result<Self::Value, A::Error> {
                let mut items = Vec::new();
                while let Some(item) = seq.next_element_seed(Fast::<F>::new(self.0))? {
                    items.push(item);
                }
                Ok(items)
            }
        }
        from.deserialize_any(Read::<F>(scope, PhantomData))
    }

    fn slow(scope: Scope, node: &Node, at: &mut ValueReader<'_>) -> Option<Self::Value> {
        let Kind::Sequence(items) = &node.kind else {
            at.wrong_type(node, &Self::expects(), "write a list, as in `[one, two]`");
            return None;
        };
        let read = |item| at.item(item, |at| F::slow(scope, item, at));
        Some(items.iter().filter_map(read).collect())
    }

    fn schema(scope: Scope, defs: &mut Defs) -> Json {
        json!({"type": ["array", "null"], "items": F::schema(scope, defs)})
    }
}

/// A list with at least one item.
pub(crate) struct AtLeastOne<F>(PhantomData<F>);

impl<F: Format> Format for AtLeastOne<F> {
    type Value = Vec<F::Value>;

    fn expects() -> String {
        Vec::<F>::expects()
    }

    fn fast<'de, D: Deserializer<'de>>(scope: Scope, from: D) -> Result<Self::Value, D::Error> {
        let items = Vec::<F>::fast(scope, from)?;
        if items.is_empty() { Err(D::Error::custom("empty")) } else { Ok(items) }
    }

    fn slow(scope: Scope, node: &Node, at: &mut ValueReader<'_>) -> Option<Self::Value> {
        if matches!(&node.kind, Kind::Sequence(items) if items.is_empty()) {
            at.flaw(node, Flaw::wrong("is an empty list", "list at least one, or remove it"));
            return None;
        }
        Vec::<F>::slow(scope, node, at)
    }

    fn schema(scope: Scope, defs: &mut Defs) -> Json {
        json!({"type": "array", "items": F::schema(scope, defs), "minItems": 1})
    }
}

/// A mapping with free, unique keys and values of one format.
pub(crate) struct StrictMap<K, F>(PhantomData<(K, F)>);

impl<K: Scalar<Output: Ord>, F: Format> Format for StrictMap<K, F> {
    type Value = BTreeMap<K::Output, F::Value>;

    fn expects() -> String {
        "a mapping".to_owned()
    }

    fn absent() -> Option<Self::Value> {
        Some(BTreeMap::new())
    }

    fn fast<'de, D: Deserializer<'de>>(scope: Scope, from: D) -> Result<Self::Value, D::Error> {
        struct Read<K, F>(Scope, PhantomData<(K, F)>);
        impl<'de, K: Scalar<Output: Ord>, F: Format> Visitor<'de> for Read<K, F> {
            type Value = BTreeMap<K::Output, F::Value>;
            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a mapping")
            }
            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Self::Value, A::Error> {
                let mut entries = BTreeMap::new();
                let read = |key: &str| K::parse(self.0, Raw::Text(key)).ok();
                while let Some(key) = map.next_key_seed(ReadKey(read))? {
                    let seed = Fast::<F>::new(K::below(self.0, &key));
                    let value = map.next_value_seed(seed)?;
                    if entries.insert(key, value).is_some() {
                        return Err(Error::custom("repeated"));
                    }
                }
                Ok(entries)
            }
        }
        from.deserialize_any(Read::<K, F>(scope, PhantomData))
    }

    fn slow(scope: Scope, node: &Node, at: &mut ValueReader<'_>) -> Option<Self::Value> {
        let mut values = BTreeMap::new();
        for entry in at.entries(node, &[], &Self::expects())? {
            let name = entry.key.clone().unwrap_or_default();
            at.below(entry, |at| match K::parse(scope, Raw::Text(&name)) {
                Ok(key) => {
                    let scope = K::below(scope, &key);
                    let absent = (entry.value.kind == Kind::Null).then(F::absent);
                    let value = absent.flatten().or_else(|| at.value::<F>(scope, &entry.value));
                    if let Some(value) = value {
                        values.insert(key, value);
                    }
                }
                // The value is the secret.
                Err(Refusal::Flaw(flaw)) if flaw.code == "literal-key" => {
                    at.flaw(&entry.value, flaw);
                }
                Err(Refusal::Flaw(flaw)) => at.key_flaw(flaw),
                Err(_) => at.key_flaw(Flaw::new(
                    "empty-value",
                    "has no name before the colon",
                    "write the name, or remove the line",
                )),
            });
        }
        Some(values)
    }

    fn schema(scope: Scope, defs: &mut Defs) -> Json {
        let mut names = K::json_schema(scope);
        if let Some(names) = names.as_object_mut() {
            names.remove("type");
        }
        json!({
            "type": ["object", "null"],
            "propertyNames": names,
            "additionalProperties": F::schema(scope, defs),
        })
    }
}

/// A single value, or a mapping with more keys.
pub(crate) struct ShortOrLong<S, L>(PhantomData<(S, L)>);

impl<S: Scalar, L: Format<Value: From<S::Output>>> Format for ShortOrLong<S, L> {
    type Value = L::Value;

    fn expects() -> String {
        format!("{}, or {}", <S as Scalar>::expects(), L::expects())
    }

    fn fast<'de, D: Deserializer<'de>>(scope: Scope, from: D) -> Result<L::Value, D::Error> {
        struct Read<S, L>(Scope, PhantomData<(S, L)>);
        impl<'de, S: Scalar, L: Format<Value: From<S::Output>>> Visitor<'de> for Read<S, L> {
            type Value = L::Value;
            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a value or a mapping")
            }
            fn visit_str<E: Error>(self, text: &str) -> Result<L::Value, E> {
                let short = S::parse(self.0, Raw::Text(text));
                short.map(L::Value::from).map_err(|_| E::custom("not taken"))
            }
            fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<L::Value, A::Error> {
                L::fast(self.0, MapAccessDeserializer::new(map))
            }
        }
        from.deserialize_any(Read::<S, L>(scope, PhantomData))
    }

    fn slow(scope: Scope, node: &Node, at: &mut ValueReader<'_>) -> Option<L::Value> {
        match &node.kind {
            Kind::Mapping(_) => L::slow(scope, node, at),
            Kind::Text(_) => S::slow(scope, node, at).map(L::Value::from),
            _ => {
                at.wrong_type(node, &Self::expects(), S::TYPE_HINT);
                None
            }
        }
    }

    fn schema(scope: Scope, defs: &mut Defs) -> Json {
        json!({"anyOf": [S::json_schema(scope), L::schema(scope, defs)]})
    }
}
