//! Collectors that formats use: the problems of a file, and the definitions of a schema.

use super::wording::{
    all_of, closest_word, did_you_mean, fused, instead_of, is_key_without_space, shown, with_space,
};
use super::{Entry, Flaw, Format, Kind, Node, Refusal, Scope};
use crate::diagnostic::{Problem, first_line};
use crate::model::secret::{
    SEPARATORS, is_literal, is_longer_key, is_secret_name, secret_within, shown_key,
};
use serde_json::{Map, Value as Json, json};
use std::ops::Range;

/// The JSON Schema draft of the schemas.
const DRAFT: &str = "https://json-schema.org/draft/2020-12/schema";

/// Collects the problems of one file.
pub(crate) struct ValueReader<'a> {
    text: &'a str,
    /// The keys that lead to the current value.
    pub(super) path: Vec<String>,
    /// The location of the last key.
    key: Range<usize>,
    /// The paths of values that were already reported as unparsable.
    reported: Vec<Vec<String>>,
    pub problems: Vec<Problem<Range<usize>>>,
    /// The paths of values that are present but could not be parsed.
    pub unreadable: Vec<Vec<String>>,
}

impl<'a> ValueReader<'a> {
    pub(crate) fn new(text: &'a str, reported: Vec<Vec<String>>) -> ValueReader<'a> {
        ValueReader {
            text,
            path: Vec::new(),
            key: 0..0,
            reported,
            problems: Vec::new(),
            unreadable: Vec::new(),
        }
    }

    /// Parses the value of a key.
    pub(crate) fn below<T>(&mut self, entry: &Entry, read: impl FnOnce(&mut Self) -> T) -> T {
        let key = std::mem::replace(&mut self.key, entry.key_range.clone());
        self.path.push(shown_key(&self.path, entry));
        let value = read(self);
        self.path.pop();
        self.key = key;
        value
    }

    /// Parses an item of a list; problems are reported at its location.
    pub(crate) fn item<T>(&mut self, node: &Node, read: impl FnOnce(&mut Self) -> T) -> T {
        let key = std::mem::replace(&mut self.key, node.range.clone());
        let value = read(self);
        self.key = key;
        value
    }

    /// Returns a value as it is written.
    pub(crate) fn written(&self, node: &Node) -> &'a str {
        &self.text[node.range.clone()]
    }

    /// Parses the value of a key, and records its path if that fails.
    pub(crate) fn value<F: Format>(&mut self, scope: Scope, node: &Node) -> Option<F::Value> {
        let value = F::slow(scope, node, self);
        if value.is_none() {
            self.unreadable.push(self.path.clone());
        }
        value
    }

    fn name(&self) -> String {
        shown(&self.path.join("."))
    }

    fn mark(&self, node: &Node) -> Range<usize> {
        if node.is_short() { node.range.clone() } else { self.key.clone() }
    }

    /// Reports a problem; a range of several lines is truncated to the first.
    pub(crate) fn report(
        &mut self,
        code: &'static str,
        range: Range<usize>,
        message: String,
        hint: impl Into<String>,
    ) {
        self.problems.push(Problem::error(code, first_line(self.text, range), message, hint));
    }

    /// Reports a value; the message follows its name.
    pub(crate) fn flaw(&mut self, node: &Node, flaw: Flaw) {
        let message = format!("{} {}", self.name(), flaw.message);
        self.report(flaw.code, self.mark(node), message, flaw.hint);
    }

    /// Reports the key itself; the message follows its name.
    pub(crate) fn key_flaw(&mut self, flaw: Flaw) {
        let message = format!("{} {}", self.name(), flaw.message);
        self.report(flaw.code, self.key.clone(), message, flaw.hint);
    }

    pub(crate) fn wrong_type(&mut self, node: &Node, expected: &str, hint: &str) {
        let name = self.name();
        match node.kind {
            Kind::Null | Kind::Alias => {
                let message = format!("{name} has no value; it must be {expected}");
                let hint = "write the value, or remove the line";
                self.report("missing-key", self.mark(node), message, hint);
            }
            _ => {
                let message = format!("{name} is {}, but must be {expected}", node.what());
                self.report("wrong-type", self.mark(node), message, hint);
            }
        }
    }

    pub(crate) fn refuse(&mut self, node: &Node, refusal: Refusal, expected: &str, hint: &str) {
        match refusal {
            Refusal::Type => self.wrong_type(node, expected, hint),
            Refusal::Empty => {
                let message = format!("{} is empty, but must be {expected}", self.name());
                let hint = "write the value, or remove the line";
                self.report("empty-value", node.range.clone(), message, hint);
            }
            Refusal::Word { found, allowed } => {
                let message = format!("{} cannot be {}", self.name(), shown(&found));
                let hint = instead_of(&found, allowed, || format!("write {expected}"));
                self.report("unknown-value", self.mark(node), message, hint);
            }
            Refusal::Flaw(flaw) => self.flaw(node, flaw),
        }
    }

    /// Returns the entries of a mapping, or reports another type.
    pub(crate) fn entries<'n>(
        &mut self,
        node: &'n Node,
        keys: &[&str],
        expected: &str,
    ) -> Option<&'n [Entry]> {
        let hint = match &node.kind {
            Kind::Mapping(entries) => return Some(entries),
            Kind::Sequence(items) if items.iter().all(|item| !item.entries().is_empty()) => {
                "remove the `- ` before each key".to_owned()
            }
            Kind::Sequence(_) => "write its keys on lines of their own below it, indented".into(),
            Kind::Text(text) if is_key_without_space(text) => {
                "write a space after the colon of each key, as in `key: value`".into()
            }
            _ if keys.contains(&"reason") => {
                format!("write its keys, as in `{{{}: …, reason: \"…\"}}`", keys[0])
            }
            _ => format!("write its keys, as in `{{{}: …}}`", keys.first().unwrap_or(&"NAME")),
        };
        self.wrong_type(node, expected, &hint);
        None
    }

    /// Begins to parse a mapping with fixed keys, and reports unknown ones. Each of `keys` is given
    /// with whether it exists in the scope.
    pub(crate) fn mapping(
        &mut self,
        node: &Node,
        keys: &[(&'static str, bool)],
        expected: &str,
    ) -> Option<()> {
        let taken = keys.iter().filter(|(_, exists)| *exists);
        let taken: Vec<&str> = taken.map(|(key, _)| *key).collect();
        let mut empty: Option<&str> = None;
        for entry in self.entries(node, &taken, expected)? {
            let Some(key) = entry.key.as_deref() else { continue };
            if taken.contains(&key) {
                empty = (entry.value.kind == Kind::Null).then_some(key);
            } else if keys.iter().any(|(known, _)| *known == key) {
                self.below(entry, |at| {
                    let hint = "remove it, or move it to the system that it is about";
                    at.key_flaw(Flaw::new("unknown-key", "does not exist for this system", hint));
                });
            } else {
                self.unknown_key(entry, key, &taken, empty);
            }
        }
        Some(())
    }

    /// Reports an unknown key. `empty` is the key above it, if that has no value.
    fn unknown_key(&mut self, entry: &Entry, key: &str, taken: &[&str], empty: Option<&str>) {
        if let Some(name) = literal_name(entry, key, taken) {
            let is_fused = name.len() < key.len();
            if (is_fused || !is_secret_name(key))
                && let Some(meant) = closest_word(name, taken)
            {
                self.counts_as_present(meant);
            }
            let message = format!("{} holds a key or password in plain text", shown(name));
            let hint = "remove it, and have a new one issued: Git keeps the old one";
            let range = if is_fused { &entry.key_range } else { &entry.value.range };
            return self.report("literal-key", range.clone(), message, hint);
        }
        let place =
            if self.path.is_empty() { String::new() } else { format!(" in {}", self.name()) };
        let message = format!("unknown key {}{place}", shown(&shown_key(&self.path, entry)));
        let hint = if key == "true" && taken.contains(&"on") {
            "write `on`: programs that read YAML 1.1 take `on` for `true` when they save a file"
                .to_owned()
        } else if let Some(known) = fused(key, taken) {
            self.counts_as_present(known);
            with_space(known)
        } else if let Some(meant) = closest_word(key, taken) {
            self.counts_as_present(meant);
            did_you_mean(key, meant)
        } else if let Some(above) = empty {
            format!("indent it if it belongs to `{above}`; the keys here are {}", all_of(taken))
        } else {
            format!("the keys here are {}", all_of(taken))
        };
        self.report("unknown-key", entry.key_range.clone(), message, hint);
    }

    /// Keeps a key from being reported as missing, because it was reported as misspelt.
    fn counts_as_present(&mut self, key: &str) {
        let path = [self.path.as_slice(), &[key.to_owned()]].concat();
        self.reported.push(path.clone());
        self.unreadable.push(path);
    }

    /// Parses the value of one key of a mapping. If that fails, it has been reported and
    /// the key counts as absent.
    pub(crate) fn field<F: Format>(
        &mut self,
        scope: Scope,
        node: &Node,
        key: &'static str,
        doc: &[&str],
        absent: Option<F::Value>,
    ) -> Option<F::Value> {
        match node.entry(key) {
            Some(entry) if absent.is_none() || entry.value.kind != Kind::Null => {
                self.below(entry, |at| at.value::<F>(scope, &entry.value)).or(absent)
            }
            Some(_) => absent,
            None if absent.is_some() => absent,
            None => {
                self.missing(key, doc);
                None
            }
        }
    }

    pub(crate) fn missing(&mut self, key: &str, doc: &[&str]) {
        let is_this = |path: &Vec<String>| {
            path.split_last().is_some_and(|(last, rest)| last == key && *rest == *self.path)
        };
        if self.reported.iter().any(is_this) {
            return;
        }
        let message = match self.path.as_slice() {
            [] => format!("`{key}` is missing or has no value"),
            _ => format!("{} has no `{key}`", self.name()),
        };
        let hint = format!("add `{key}:` ({})", first_sentence(&text_of(doc)));
        self.report("missing-key", self.key.clone(), message, hint);
    }
}

/// Returns the name of a secret whose value is in the entry of an unknown key: below it, or in the
/// key itself, because the colon or the space after it is missing. The name may be misspelt.
fn literal_name<'a>(entry: &Entry, key: &'a str, known: &[&str]) -> Option<&'a str> {
    if let Some((name, _)) = secret_within(key) {
        return Some(name);
    }
    let is_meant = |name: &str| closest_word(name, known).is_some_and(is_secret_name);
    let has_value = entry.value.kind != Kind::Null;
    if let Some((at, separator)) = key.match_indices(SEPARATORS).next() {
        let (name, rest) = (&key[..at], key[at + separator.len()..].trim());
        let is_longer = separator == " " && is_longer_key(name, rest, has_value);
        if !rest.is_empty() && !is_longer && (is_secret_name(name) || is_meant(name)) {
            return Some(name);
        }
    }
    let is_short = entry.value.entries().is_empty();
    let is_secret = is_secret_name(key) || (is_short && is_meant(key));
    (is_secret && is_literal(&entry.value)).then_some(key)
}

/// Returns a doc comment as one line.
fn text_of(doc: &[&str]) -> String {
    doc.iter().map(|line| line.trim()).collect::<Vec<_>>().join(" ").trim().to_owned()
}

/// Returns the first sentence for use inside another: in lower case, without its period.
fn first_sentence(text: &str) -> String {
    let sentence = text.split(". ").next().unwrap_or(text).trim_end_matches('.');
    let mut letters = sentence.chars();
    let first = letters.next().map(|c| c.to_ascii_lowercase());
    first.into_iter().chain(letters).collect()
}

/// The shared definitions of a schema.
#[derive(Default)]
pub(crate) struct Defs(Map<String, Json>);

impl Defs {
    /// Adds a definition and returns a reference to it.
    pub(crate) fn refer(&mut self, scope: Scope, name: &str, part: Json) -> Json {
        let name = match (self.0.get(name), scope.system) {
            (Some(other), Some(system)) if *other != part => format!("{name}_{}", system.key()),
            _ => name.to_owned(),
        };
        self.0.insert(name.clone(), part);
        json!({"$ref": format!("#/$defs/{name}")})
    }

    /// Removes a definition and returns it, for use in place.
    pub(crate) fn inline(&mut self, schema: Json) -> Map<String, Json> {
        let name = schema["$ref"].as_str().and_then(|to| to.strip_prefix("#/$defs/"));
        match name.and_then(|name| self.0.remove(name)).unwrap_or(schema) {
            Json::Object(keywords) => keywords,
            _ => Map::new(),
        }
    }

    pub(crate) fn root(mut self, root: Json, title: &str) -> Json {
        let mut root = self.inline(root);
        root.insert("$schema".to_owned(), DRAFT.into());
        root.insert("title".to_owned(), title.into());
        if !self.0.is_empty() {
            root.insert("$defs".to_owned(), self.0.into());
        }
        root.into()
    }
}

/// Builds the schema of a mapping.
#[derive(Default)]
pub(crate) struct MappingSchema {
    properties: Map<String, Json>,
    required: Vec<&'static str>,
}

impl MappingSchema {
    /// Adds a key, whose value is about what `scope` is about.
    pub(crate) fn key<F: Format>(
        &mut self,
        (scope, defs): (Scope, &mut Defs),
        key: &'static str,
        doc: &[&str],
        default: Option<Json>,
    ) {
        if default.is_none() && F::absent().is_none() {
            self.required.push(key);
        }
        let mut schema = F::schema(scope, defs);
        let doc = text_of(doc);
        if !doc.is_empty() {
            schema["description"] = doc.into();
        }
        if let Some(default) = default {
            schema["default"] = default;
        }
        self.properties.insert(key.to_owned(), schema);
    }

    /// Returns the schema, merged with `also`, which may constrain several keys together.
    pub(crate) fn done(&self, about: &[&str], also: Json) -> Json {
        let mut schema = json!({
            "description": text_of(about),
            "type": "object",
            "additionalProperties": false,
            "properties": self.properties,
        });
        if self.required.is_empty() {
            schema["type"] = json!(["object", "null"]);
        } else {
            schema["required"] = json!(self.required);
        }
        if let Json::Object(also) = also {
            for (keyword, value) in also {
                schema[keyword] = value;
            }
        }
        schema
    }
}
