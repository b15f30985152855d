//! Macros that define mappings.

/// Defines a mapping with fixed, unique keys.
///
/// Each field is `key: Type as Format`, with `= default` if an absent key has a default
/// that the format does not define. `#[of(System)]` means that the keys below the field are about
/// a system, and `#[only(System, …)]` that the field exists for these systems alone. `also` adds
/// keywords to the JSON Schema.
macro_rules! mapping {
    (
        $(#[doc = $about:literal])*
        $(#[derive($derive:ident)])?
        $vis:vis struct $name:ident {
            $(
                $(#[doc = $doc:literal])*
                $(#[of($of:ident)])?
                $(#[only($($only:ident),+)])?
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

        const _: () = {
            use $crate::model::types::{
                Defs, Format, MappingSchema, Node, ReadKey, ValueReader, Scope, all_of,
            };
            use serde::de::{Deserializer, Error, MapAccess, Visitor};

            // Few files are compared with another.
            #[allow(dead_code)]
            impl $name {
                /// Returns the keys whose values differ, in the order of the description.
                pub(crate) fn differing(&self, other: &$name) -> Vec<&'static str> {
                    let _ = other;
                    let keys: &[(&'static str, bool)] =
                        &[$((stringify!($key), self.$key != other.$key)),*];
                    keys.iter().filter_map(|(key, differs)| differs.then_some(*key)).collect()
                }
            }

            impl Format for $name {
                type Value = $name;

                const KEYS: &'static [&'static str] = &[$(stringify!($key)),*];

                fn expects() -> String {
                    match Self::KEYS {
                        [first, second, third, _, ..] => {
                            format!("a mapping with keys such as `{first}`, `{second}` and `{third}`")
                        }
                        keys => format!("a mapping with {}", all_of(keys)),
                    }
                }

                fn absent() -> Option<$name> {
                    Some($name { $($key: mapping!(@absent $format $(, $default)?)?,)* })
                }

                fn fast<'de, D: Deserializer<'de>>(
                    scope: Scope,
                    from: D,
                ) -> Result<$name, D::Error> {
                    struct MappingVisitor(Scope);
                    impl<'de> Visitor<'de> for MappingVisitor {
                        type Value = $name;
                        fn expecting(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                            f.write_str("a mapping")
                        }
                        fn visit_unit<E: Error>(self) -> Result<$name, E> {
                            $name::absent().ok_or_else(|| E::custom("missing"))
                        }
                        fn visit_map<A: MapAccess<'de>>(
                            self,
                            mut map: A,
                        ) -> Result<$name, A::Error> {
                            let scope = self.0;
                            let _ = scope;
                            $(let mut $key: Option<$type> = None;)*
                            let own = |key: &str| $name::KEYS.iter().copied().find(|own| *own == key);
                            while let Some(key) = map.next_key_seed(ReadKey(own))? {
                                match key {
                                    $(stringify!($key)
                                        if $key.is_none()
                                            && mapping!(@exists scope $(, $($only),+)?) =>
                                    {
                                        let scope = mapping!(@scope scope $(, $of)?);
                                        let seed = $crate::model::types::Fast::<Option<$format>>::new(scope);
                                        $key = match map.next_value_seed(seed)? {
                                            None => mapping!(@absent $format $(, $default)?),
                                            value => value,
                                        };
                                        if $key.is_none() {
                                            return Err(Error::custom("no value"));
                                        }
                                    })*
                                    _ => return Err(Error::custom("unknown or repeated")),
                                }
                            }
                            Ok($name {
                                $($key: $key
                                    .or_else(|| mapping!(@absent $format $(, $default)?))
                                    .ok_or_else(|| Error::custom("missing"))?,)*
                            })
                        }
                    }
                    from.deserialize_any(MappingVisitor(scope))
                }

                fn slow(scope: Scope, node: &Node, at: &mut ValueReader<'_>) -> Option<$name> {
                    let own: &[(&'static str, bool)] =
                        &[$((stringify!($key), mapping!(@exists scope $(, $($only),+)?))),*];
                    at.mapping(node, own, &$name::expects())?;
                    let _ = scope;
                    $(
                        let mut $key = mapping!(@absent $format $(, $default)?);
                        if mapping!(@exists scope $(, $($only),+)?) {
                            let scope = mapping!(@scope scope $(, $of)?);
                            $key =
                                at.field::<$format>(scope, node, stringify!($key), &[$($doc),*], $key);
                        }
                    )*
                    Some($name { $($key: $key?,)* })
                }

                fn schema(scope: Scope, defs: &mut Defs) -> serde_json::Value {
                    let section = &mut MappingSchema::default();
                    $(if mapping!(@exists scope $(, $($only),+)?) {
                        let of = (mapping!(@scope scope $(, $of)?), &mut *defs);
                        let default = mapping!(@default $($default)?);
                        section.key::<$format>(of, stringify!($key), &[$($doc),*], default);
                    })*
                    let also = mapping!(@also scope $(, $also)?);
                    defs.refer(scope, stringify!($name), section.done(&[$($about),*], also))
                }
            }
        };
    };
    (@exists $scope:ident) => { true };
    (@exists $scope:ident, $($only:ident),+) => {
        matches!($scope.system, Some($($crate::model::System::$only)|+))
    };
    (@scope $scope:ident) => { $scope };
    (@scope $scope:ident, $of:ident) => {
        Scope { system: Some($crate::model::System::$of), ..$scope }
    };
    (@absent $format:ty) => { <$format>::absent() };
    (@absent $format:ty, $default:expr) => { <$format>::of(&serde_json::json!($default)) };
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

        const _: () = {
            use $crate::model::types::{Defs, Format, Kind, Node, ValueReader, Refusal, Scope, one_of};
            use serde::de::{Deserialize, Deserializer, Error};
            use serde_json::{Value as Json, json};

            const TAG: &str = stringify!($tag);
            const WORDS: &[&str] = &[$($word),*];

            impl Format for $name {
                type Value = $name;

                fn expects() -> String {
                    format!("a mapping with keys such as `{TAG}`")
                }

                fn fast<'de, D: Deserializer<'de>>(
                    scope: Scope,
                    from: D,
                ) -> Result<$name, D::Error> {
                    let mut value = serde_yaml::Value::deserialize(from)?;
                    let tag = value.as_mapping_mut().and_then(|keys| keys.remove(TAG));
                    match tag.as_ref().and_then(serde_yaml::Value::as_str) {
                        $(Some($word) => {
                            <$of>::fast(scope, value).map($name::$variant).map_err(D::Error::custom)
                        })*
                        _ => Err(D::Error::custom("no such word")),
                    }
                }

                fn slow(scope: Scope, node: &Node, at: &mut ValueReader<'_>) -> Option<$name> {
                    let mut others = at.entries(node, &[TAG], &Self::expects())?.to_vec();
                    let Some(entry) = node.entry(TAG) else {
                        at.missing(TAG, &[&one_of(WORDS)]);
                        return None;
                    };
                    others.retain(|entry| entry.key.as_deref() != Some(TAG));
                    let others = Node { range: node.range.clone(), kind: Kind::Mapping(others) };
                    let refusal = match &entry.value.kind {
                        $(Kind::Text(word) if word == $word => {
                            return <$of>::slow(scope, &others, at).map($name::$variant);
                        })*
                        Kind::Text(word) => Refusal::Word { found: word.clone(), allowed: WORDS },
                        _ => Refusal::Type,
                    };
                    at.below(entry, |at| {
                        at.refuse(&entry.value, refusal, &one_of(WORDS), "write one of these words");
                    });
                    None
                }

                fn schema(scope: Scope, defs: &mut Defs) -> Json {
                    let mut each = Vec::new();
                    $({
                        let schema = <$of>::schema(scope, defs);
                        let mut schema = Json::Object(defs.inline(schema));
                        schema["type"] = "object".into();
                        schema["properties"][TAG] = json!({"const": $word});
                        if !schema["required"].is_array() {
                            schema["required"] = json!([]);
                        }
                        if let Some(required) = schema["required"].as_array_mut() {
                            required.push(TAG.into());
                        }
                        each.push(schema);
                    })*
                    let about = [$($about.trim()),*].join(" ");
                    let schema = json!({"description": about.trim(), "oneOf": each});
                    defs.refer(scope, stringify!($name), schema)
                }
            }
        };
    };
}

pub(crate) use {mapping, tagged};
