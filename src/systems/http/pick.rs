//! Extracts values from JSON text while it is parsed, and skips the rest.
//!
//! A page is parsed in one pass: the records of its list one after another, each as the
//! values at the contract's pointers, and the page's metadata. Other values are never
//! stored, however much a server sends.

use crate::systems::budget::{MemoryShare, TooLarge};
use serde::de::{DeserializeSeed, Deserializer, IgnoredAny, MapAccess, SeqAccess, Visitor};
use serde_json::{Map, Value as Json};
use std::cell::RefCell;
use std::fmt;

/// The memory of an entry of a list or object, without its texts. While a list grows, its old
/// buffer and a new one of twice the size are in use, and also the buffer before that, until the
/// allocator has released it.
const ENTRY_BYTES: usize = 4 * size_of::<Json>();

/// The additional memory of an object's first entry: a tree node has room for eleven
/// entries of a name and a value.
const NODE_BYTES: usize = 11 * (size_of::<String>() + size_of::<Json>());

/// The pointers of values to extract from a JSON document.
#[derive(Debug, Default)]
pub(crate) struct Pick {
    root: Node,
    size: usize,
}

#[derive(Debug, Default)]
struct Node {
    /// The indexes of the pointers that end here.
    slots: Vec<usize>,
    /// Whether the list of items is here.
    has_items: bool,
    children: Vec<(String, Node)>,
}

impl Pick {
    /// Parses these pointers (RFC 6901). The values are returned in their order.
    pub(crate) fn new<'p>(pointers: impl IntoIterator<Item = &'p str>) -> Pick {
        let mut pick = Pick::default();
        for pointer in pointers {
            let slot = pick.size;
            pick.node(pointer).slots.push(slot);
            pick.size += 1;
        }
        pick
    }

    /// Sets the pointer to the list of items.
    pub(crate) fn with_items(mut self, pointer: &str) -> Pick {
        self.node(pointer).has_items = true;
        self
    }

    fn node(&mut self, pointer: &str) -> &mut Node {
        let mut node = &mut self.root;
        for part in pointer.split('/').skip(1) {
            let name = part.replace("~1", "/").replace("~0", "~");
            let at = node.children.iter().position(|(child, _)| *child == name);
            let at = at.unwrap_or_else(|| {
                node.children.push((name, Node::default()));
                node.children.len() - 1
            });
            node = &mut node.children[at].1;
        }
        node
    }

    /// Returns one empty slot per pointer.
    pub(crate) fn slots(&self) -> Vec<Option<Json>> {
        vec![None; self.size]
    }
}

/// Consumes the items of a list, one by one.
pub(crate) trait Items {
    /// Forgets the items of an earlier list: of two with the same name the last one counts.
    fn restart(&mut self);

    /// Parses the next item; returns `false` at the end of the list.
    fn next<'de, A: SeqAccess<'de>>(&mut self, items: &mut A) -> Result<bool, A::Error>;
}

/// For documents without a list of items.
pub(crate) struct NoItems;

impl Items for NoItems {
    fn restart(&mut self) {}

    fn next<'de, A: SeqAccess<'de>>(&mut self, items: &mut A) -> Result<bool, A::Error> {
        Ok(items.next_element::<IgnoredAny>()?.is_some())
    }
}

/// State shared by all parts of one parse.
pub(crate) struct ParseContext<'h> {
    /// The memory of what is kept.
    pub hold: RefCell<&'h mut MemoryShare>,
    /// Why parsing was abandoned, if not because of the text.
    pub failed: RefCell<Option<TooLarge>>,
}

impl<'h> ParseContext<'h> {
    pub(crate) fn new(hold: &'h mut MemoryShare) -> ParseContext<'h> {
        ParseContext { hold: RefCell::new(hold), failed: RefCell::new(None) }
    }

    /// Counts memory that is kept, or aborts.
    pub(crate) fn count_memory<E: serde::de::Error>(&self, bytes: usize) -> Result<(), E> {
        self.hold.borrow_mut().add(bytes).map_err(|error| {
            *self.failed.borrow_mut() = Some(error);
            E::custom("too large")
        })
    }

    /// Parses a whole text.
    pub(crate) fn read<'de, S: DeserializeSeed<'de>>(
        &self,
        json: &'de [u8],
        seed: S,
    ) -> Result<S::Value, ParseError> {
        let mut deserializer = serde_json::Deserializer::from_slice(json);
        let read = seed.deserialize(&mut deserializer).and_then(|read| {
            deserializer.end()?;
            Ok(read)
        });
        read.map_err(|_| match self.failed.take() {
            Some(error) => ParseError::Failed(error),
            None => ParseError::NotJson,
        })
    }
}

/// Why a text could not be parsed.
#[derive(Debug)]
pub(crate) enum ParseError {
    NotJson,
    Failed(TooLarge),
}

/// Parses a value into the slots of a [`Pick`].
pub(crate) struct PickSeed<'a, 'h, I> {
    node: &'a Node,
    slots: &'a mut [Option<Json>],
    items: &'a mut I,
    context: &'a ParseContext<'h>,
}

impl<'a, 'h, I: Items> PickSeed<'a, 'h, I> {
    /// Parses a whole document. The slots are emptied first.
    pub(crate) fn new(
        pick: &'a Pick,
        slots: &'a mut [Option<Json>],
        items: &'a mut I,
        context: &'a ParseContext<'h>,
    ) -> PickSeed<'a, 'h, I> {
        slots.fill(None);
        PickSeed { node: &pick.root, slots, items, context }
    }

    fn set(self, value: Json) {
        set(self.node, self.slots, value);
    }
}

fn set(node: &Node, slots: &mut [Option<Json>], value: Json) {
    if let Some((last, others)) = node.slots.split_last() {
        for slot in others {
            slots[*slot] = Some(value.clone());
        }
        slots[*last] = Some(value);
    }
}

/// Empties the slots at and below a node: of two values with the same name the last one
/// counts.
fn clear(node: &Node, slots: &mut [Option<Json>]) {
    node.slots.iter().for_each(|slot| slots[*slot] = None);
    node.children.iter().for_each(|(_, child)| clear(child, slots));
}

impl<'de, I: Items> DeserializeSeed<'de> for PickSeed<'_, '_, I> {
    type Value = ();

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<(), D::Error> {
        let Node { slots, has_items, children } = self.node;
        if slots.is_empty() && children.is_empty() && !has_items {
            return deserializer.deserialize_ignored_any(IgnoredAny).map(drop);
        }
        deserializer.deserialize_any(self)
    }
}

/// Implements the visits of all scalars but texts, which take memory of their own.
macro_rules! visit_scalars {
    (|$seed:ident, $value:ident| $visit:expr) => {
        visit_scalars!(
            |$seed, $value| $visit, visit_bool bool, visit_i64 i64, visit_u64 u64, visit_f64 f64
        );

        fn visit_unit<E>(self) -> Result<Self::Value, E> {
            let ($seed, $value) = (self, Json::Null);
            Ok($visit)
        }
    };
    (|$seed:ident, $value:ident| $visit:expr, $($name:ident $kind:ty),*) => {$(
        fn $name<E>(self, scalar: $kind) -> Result<Self::Value, E> {
            let ($seed, $value) = (self, Json::from(scalar));
            Ok($visit)
        }
    )*};
}

impl<'de, I: Items> Visitor<'de> for PickSeed<'_, '_, I> {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("JSON")
    }

    visit_scalars!(|seed, value| seed.set(value));

    fn visit_str<E>(self, text: &str) -> Result<(), E> {
        self.set(text.into());
        Ok(())
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut seq: A) -> Result<(), A::Error> {
        let Node { slots, has_items, children } = self.node;
        if *has_items {
            self.items.restart();
            while self.items.next(&mut seq)? {}
            set(self.node, self.slots, Json::Array(Vec::new()));
            return Ok(());
        }
        if !slots.is_empty() && children.is_empty() {
            let list = TreeSeed(self.context).visit_seq(seq)?;
            self.set(list);
            return Ok(());
        }
        for number in 0_usize.. {
            let name = number.to_string();
            let more = match children.iter().find(|(child, _)| *child == name) {
                None => seq.next_element::<IgnoredAny>()?.is_some(),
                Some((_, node)) => {
                    let (slots, items, context) =
                        (&mut *self.slots, &mut *self.items, self.context);
                    seq.next_element_seed(PickSeed { node, slots, items, context })?.is_some()
                }
            };
            if !more {
                break;
            }
        }
        set(self.node, self.slots, Json::Array(Vec::new()));
        Ok(())
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<(), A::Error> {
        let Node { slots, children, has_items: _ } = self.node;
        if !slots.is_empty() && children.is_empty() {
            let object = TreeSeed(self.context).visit_map(map)?;
            self.set(object);
            return Ok(());
        }
        while let Some(at) = map.next_key_seed(NameSeed(children))? {
            let Some(at) = at else {
                map.next_value::<IgnoredAny>()?;
                continue;
            };
            let node = &children[at].1;
            // A node without children is overwritten.
            if !node.children.is_empty() {
                clear(node, self.slots);
            }
            let (slots, items, context) = (&mut *self.slots, &mut *self.items, self.context);
            map.next_value_seed(PickSeed { node, slots, items, context })?;
        }
        set(self.node, self.slots, Json::Object(Map::new()));
        Ok(())
    }
}

/// Looks up a name among the requested ones, without storing it.
struct NameSeed<'a>(&'a [(String, Node)]);

impl<'de> DeserializeSeed<'de> for NameSeed<'_> {
    type Value = Option<usize>;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Self::Value, D::Error> {
        // Bytes, because a name that is compared with others need not be checked to be UTF-8.
        deserializer.deserialize_bytes(self)
    }
}

impl Visitor<'_> for NameSeed<'_> {
    type Value = Option<usize>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a name")
    }

    fn visit_bytes<E>(self, name: &[u8]) -> Result<Self::Value, E> {
        Ok(self.0.iter().position(|(child, _)| child.as_bytes() == name))
    }
}

/// Parses a whole value and counts its memory.
pub(crate) struct TreeSeed<'a, 'h>(pub &'a ParseContext<'h>);

impl<'de> DeserializeSeed<'de> for TreeSeed<'_, '_> {
    type Value = Json;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Json, D::Error> {
        deserializer.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for TreeSeed<'_, '_> {
    type Value = Json;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("JSON")
    }

    visit_scalars!(|_seed, value| value);

    fn visit_str<E: serde::de::Error>(self, text: &str) -> Result<Json, E> {
        self.0.count_memory(text.len())?;
        Ok(text.into())
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut seq: A) -> Result<Json, A::Error> {
        let mut items = Vec::new();
        while let Some(item) = seq.next_element_seed(TreeSeed(self.0))? {
            self.0.count_memory(ENTRY_BYTES)?;
            items.push(item);
        }
        Ok(Json::Array(items))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Json, A::Error> {
        let mut fields = Map::new();
        while let Some(name) = map.next_key::<String>()? {
            let node = if fields.is_empty() { NODE_BYTES } else { 0 };
            self.0.count_memory(node + ENTRY_BYTES + name.len())?;
            let value = map.next_value_seed(TreeSeed(self.0))?;
            fields.insert(name, value);
        }
        Ok(Json::Object(fields))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::systems::budget::MemoryBudget;
    use serde_json::json;

    fn pick(pointers: &[&str], text: &str) -> Result<Vec<Json>, ParseError> {
        let mut hold = MemoryShare::new(&MemoryBudget::new(1));
        let context = ParseContext::new(&mut hold);
        let pick = Pick::new(pointers.iter().copied());
        let mut slots = pick.slots();
        context.read(text.as_bytes(), PickSeed::new(&pick, &mut slots, &mut NoItems, &context))?;
        Ok(slots.into_iter().map(|slot| slot.unwrap_or(json!("none"))).collect())
    }

    #[test]
    fn values_are_taken_from_their_pointers() {
        let text = r#"{"a": {"b": 1, "c": {"x": []}}, "list": [{"n": "x"}, {"n": "y"}],
                       "a/b": true, "skip": [[[{"a": 1}]]], "emails": ["b", "a"], "-": 7.5}"#;
        let pointers = ["/a/b", "/a", "/list/1/n", "/a~1b", "/emails", "/no", "/a/b", "/-"];
        let expected =
            [json!(1), json!({}), json!("y"), json!(true), json!(["b", "a"]), json!("none")];
        let expected = [&expected[..], &[json!(1), json!(7.5)]].concat();
        assert_eq!(pick(&pointers, text).unwrap(), expected);
        assert_eq!(pick(&[""], "7").unwrap(), [json!(7)]);
    }

    #[test]
    fn of_two_values_under_one_name_the_last_counts() {
        let text = r#"{"a": {"b": 1}, "a": {"c": 2}, "d": 1, "d": null}"#;
        assert_eq!(
            pick(&["/a/b", "/a/c", "/d"], text).unwrap(),
            [json!("none"), json!(2), json!(null)]
        );
    }

    #[test]
    fn what_is_no_json_is_not_read() {
        for text in ["", "{", "{\"a\": 1} x", "<html>", "{\"skip\": [1}"] {
            assert!(matches!(pick(&["/a"], text), Err(ParseError::NotJson)), "{text}");
        }
    }

    #[test]
    fn what_is_kept_is_limited_and_what_is_skipped_is_not() {
        let many = format!("[{}1]", "1,".repeat(20_000));
        let text = format!("{{\"a\": {many}}}");
        assert!(pick(&["/b"], &text).is_ok());
        let Err(ParseError::Failed(error)) = pick(&["/a"], &text) else { panic!("it was read") };
        assert!(error.to_string().contains("max_held_mib"), "{error}");
    }
}
