//! Macros that define mappings.

/// Defines a mapping with fixed, unique keys.
///
/// Each field is `key: Type as Format`, with `= default` if an absent key has a default
/// that the format does not define. `also` adds keywords to the JSON Schema.
macro_rules! mapping {
    (
        $(#[doc = $about:literal])*
        $(#[derive($derive:ident)])?
        $vis:vis struct $name:ident {
            $(
                $(#[doc = $doc:literal])*
                $key:ident: $type:ty as $format:ty $(= $default:expr)?
            ),* $(,)?
        }
        $(also $also:expr)?
    ) => {
        $(#[doc = $about])*
        #[derive(Clone, Debug, PartialEq, Eq $(, $derive)?)]
        $vis struct $name {
            $($(#[doc = $doc])* $vis $key: $type,)*
        }

        impl $crate::model::types::Differing for $name {
            fn differing(&self, other: &$name) -> Vec<&'static str> {
                let _ = other;
                let keys: &[(&'static str, bool)] =
                    &[$((stringify!($key), self.$key != other.$key)),*];
                keys.iter().filter_map(|(key, differs)| differs.then_some(*key)).collect()
            }
        }

        impl $crate::model::types::Format for $name {
            type Value = $name;

            fn expects() -> String {
                const KEYS: &[&str] = &[$(stringify!($key)),*];
                match KEYS {
                    [first, second, third, _, ..] => {
                        format!("a mapping with `{first}`, `{second}`, `{third}` and so on")
                    }
                    keys => format!("a mapping with {}", $crate::model::types::all_of(keys)),
                }
            }

            fn absent(scope: $crate::model::types::Scope) -> Option<$name> {
                let _ = scope;
                Some($name { $($key: mapping!(@absent scope, $format $(, $default)?)?,)* })
            }

            fn fast<'de, D: serde::Deserializer<'de>>(
                scope: $crate::model::types::Scope,
                from: D,
            ) -> Result<$name, D::Error> {
                struct MappingVisitor($crate::model::types::Scope);
                impl<'de> serde::de::Visitor<'de> for MappingVisitor {
                    type Value = $name;
                    fn expecting(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                        f.write_str("a mapping")
                    }
                    fn visit_unit<E: serde::de::Error>(self) -> Result<$name, E> {
                        <$name as $crate::model::types::Format>::absent(self.0)
                            .ok_or_else(|| E::custom("a required key is missing"))
                    }
                    fn visit_map<A: serde::de::MapAccess<'de>>(
                        self,
                        mut map: A,
                    ) -> Result<$name, A::Error> {
                        let scope = self.0;
                        let _ = scope;
                        $(let mut $key: Option<$type> = None;)*
                        const KEYS: &[&str] = &[$(stringify!($key)),*];
                        while let Some(key) =
                            map.next_key_seed($crate::model::types::OneOf(KEYS))?
                        {
                            match key {
                                $(Some(stringify!($key)) if $key.is_none()
                                    && <$format as $crate::model::types::Format>::is_taken(scope) =>
                                {
                                    let seed =
                                        $crate::model::types::Fast::<Option<$format>>::new(scope);
                                    $key = match map.next_value_seed(seed)? {
                                        Some(value) => Some(value),
                                        None => Some(
                                            mapping!(@absent scope, $format $(, $default)?)
                                                .ok_or_else(|| serde::de::Error::custom("no value"))?,
                                        ),
                                    };
                                })*
                                _ => return Err(serde::de::Error::custom("unknown or repeated")),
                            }
                        }
                        Ok($name {
                            $($key: match $key {
                                Some(value) => value,
                                None => mapping!(@absent scope, $format $(, $default)?)
                                    .ok_or_else(|| serde::de::Error::custom("missing"))?,
                            },)*
                        })
                    }
                }
                from.deserialize_any(MappingVisitor(scope))
            }

            fn slow(
                scope: $crate::model::types::Scope,
                node: &$crate::model::types::Node,
                at: &mut $crate::model::types::Reader<'_>,
            ) -> Option<$name> {
                let is_taken = |key: &str| match key {
                    $(stringify!($key) => <$format as $crate::model::types::Format>::is_taken(scope),)*
                    _ => false,
                };
                let expected = <$name as $crate::model::types::Format>::expects();
                let node = at.mapping(node, &[$(stringify!($key)),*], is_taken, &expected)?;
                let _ = (scope, node);
                $(
                    let absent = mapping!(@absent scope, $format $(, $default)?);
                    let $key =
                        at.field::<$format>(scope, node, stringify!($key), &[$($doc),*], absent);
                )*
                Some($name { $($key: $key?,)* })
            }

            fn schema(
                scope: $crate::model::types::Scope,
                defs: &mut $crate::model::types::Defs,
            ) -> serde_json::Value {
                let section = $crate::model::types::MappingSchema::new(scope, defs);
                $(let section = section.key::<$format>(
                    stringify!($key),
                    &[$($doc),*],
                    mapping!(@default $($default)?),
                );)*
                let also = mapping!(@also scope $(, $also)?);
                section.done(stringify!($name), &[$($about),*], also)
            }
        }
    };
    (@absent $scope:ident, $format:ty) => {
        <$format as $crate::model::types::Format>::absent($scope)
    };
    (@absent $scope:ident, $format:ty, $default:expr) => {
        <$format as $crate::model::types::Format>::of($scope, &serde_json::json!($default))
    };
    (@also $scope:ident) => { serde_json::Value::Null };
    (@also $scope:ident, $also:expr) => { $also($scope) };
    (@default) => { None };
    (@default $default:expr) => { Some(serde_json::json!($default)) };
}

/// Defines a mapping whose other keys depend on the word under one key.
macro_rules! tagged {
    (
        $(#[doc = $about:literal])*
        $vis:vis enum $name:ident by $tag:ident {
            $($word:literal => $variant:ident($of:ty)),* $(,)?
        }
    ) => {
        $(#[doc = $about])*
        #[derive(Clone, Debug, PartialEq, Eq)]
        $vis enum $name {
            $($variant($of),)*
        }

        impl $crate::model::types::Format for $name {
            type Value = $name;

            fn expects() -> String {
                format!("a mapping with `{}` and so on", stringify!($tag))
            }

            fn fast<'de, D: serde::Deserializer<'de>>(
                scope: $crate::model::types::Scope,
                from: D,
            ) -> Result<$name, D::Error> {
                use serde::de::Error;
                let mut value = <serde_yaml::Value as serde::Deserialize>::deserialize(from)?;
                let tag = value.as_mapping_mut().and_then(|keys| keys.remove(stringify!($tag)));
                match tag.as_ref().and_then(serde_yaml::Value::as_str) {
                    $(Some($word) => <$of as $crate::model::types::Format>::fast(scope, value)
                        .map($name::$variant)
                        .map_err(D::Error::custom),)*
                    _ => Err(D::Error::custom("no such word")),
                }
            }

            fn slow(
                scope: $crate::model::types::Scope,
                node: &$crate::model::types::Node,
                at: &mut $crate::model::types::Reader<'_>,
            ) -> Option<$name> {
                use $crate::model::types::{Format, Kind, Node, Refusal, one_of};
                const WORDS: &[&str] = &[$($word),*];
                let Kind::Mapping(entries) = &node.kind else {
                    let hint = "write its keys on lines of their own below it, indented";
                    at.wrong_type(node, &Self::expects(), hint);
                    return None;
                };
                let Some(entry) = node.entry(stringify!($tag)) else {
                    at.missing(stringify!($tag), &[&one_of(WORDS)]);
                    return None;
                };
                let mut others = entries.clone();
                others.retain(|entry| entry.key.as_deref() != Some(stringify!($tag)));
                let others = Node { range: node.range.clone(), kind: Kind::Mapping(others) };
                match &entry.value.kind {
                    $(Kind::Text(word) if word == $word => {
                        <$of as Format>::slow(scope, &others, at).map($name::$variant)
                    })*
                    kind => {
                        let refusal = match kind {
                            Kind::Text(word) => {
                                Refusal::Word { found: word.clone(), allowed: WORDS }
                            }
                            _ => Refusal::Type,
                        };
                        let expected = one_of(WORDS);
                        at.below(entry, |at| {
                            at.refuse(&entry.value, refusal, &expected, "write one of these words");
                        });
                        None
                    }
                }
            }

            fn schema(
                scope: $crate::model::types::Scope,
                defs: &mut $crate::model::types::Defs,
            ) -> serde_json::Value {
                let mut each = Vec::new();
                $({
                    let schema = <$of as $crate::model::types::Format>::schema(scope, defs);
                    let mut schema = serde_json::Value::Object(defs.inline(schema));
                    schema["type"] = "object".into();
                    schema["properties"][stringify!($tag)] = serde_json::json!({"const": $word});
                    if !schema["required"].is_array() {
                        schema["required"] = serde_json::json!([]);
                    }
                    if let Some(required) = schema["required"].as_array_mut() {
                        required.push(stringify!($tag).into());
                    }
                    each.push(schema);
                })*
                let about = [$($about.trim()),*].join(" ");
                let schema = serde_json::json!({"description": about.trim(), "oneOf": each});
                defs.refer(scope, stringify!($name), schema)
            }
        }
    };
}

pub(crate) use {mapping, tagged};
