//! The source of a secret: `{env: NAME}` or `{file: PATH}`, never the secret itself.

use super::{
    Defs, Flaw, Format, Kind, Node, Scope, Text, ValueReader, VariableName, mapping, shown,
};
use serde::de::{Deserializer, Error};
use serde_json::{Value as Json, json};
use std::path::PathBuf;

/// Where a key is stored. The key itself is read as late as possible.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum KeySource {
    /// An environment variable.
    Env(String),
    /// A file, absolute or relative to the project file.
    File(PathBuf),
}

mapping! {
    /// The location of the secret: {env: NAME} or {file: PATH}. Never the secret itself: this
    /// file is in Git.
    struct SecretPlace {
        /// The environment variable with the secret.
        env: Option<String> as Option<VariableName>,
        /// The file with the secret, relative to this file.
        file: Option<String> as Option<Text>,
    }
    also |_| json!({"type": "object", "minProperties": 1, "maxProperties": 1})
}

impl SecretPlace {
    fn source(self) -> Option<KeySource> {
        match (self.env, self.file) {
            (Some(name), None) => Some(KeySource::Env(name)),
            (None, Some(path)) => Some(KeySource::File(path.into())),
            _ => None,
        }
    }
}

/// The source of a secret.
pub(crate) struct SecretLocation;

impl Format for SecretLocation {
    type Value = KeySource;

    fn expects() -> String {
        "`{env: NAME}` or `{file: PATH}`".to_owned()
    }

    fn fast<'de, D: Deserializer<'de>>(scope: Scope, from: D) -> Result<KeySource, D::Error> {
        let place = SecretPlace::fast(scope, from)?;
        place.source().ok_or_else(|| D::Error::custom("not one place"))
    }

    fn slow(scope: Scope, node: &Node, at: &mut ValueReader<'_>) -> Option<KeySource> {
        // The key, what is kept there, and what is secret of it.
        let (key, name, what) = match at.path.as_slice() {
            [.., of, header] if of == "headers" => (header.clone(), "header", "key"),
            [.., key] if key == "url" => (key.clone(), "url", "password"),
            [.., key] if key == "handoff_key" => (key.clone(), "handoff_key", "secret"),
            _ => ("key".to_owned(), "key", "key"),
        };
        if let Kind::Flag(_) | Kind::Number(_) | Kind::Text(_) = node.kind {
            let message =
                format!("is a {what} in plain text, which a file in Git must not contain");
            let [env, file] =
                ["env: NAME", "file: PATH"].map(|place| shown(&format!("{key}: {{{place}}}")));
            let hint = format!("write {env} or {file}, and have a new {what} issued");
            at.flaw(node, Flaw::new("literal-key", message, hint));
            return None;
        }
        let before = at.problems.len();
        let source = SecretPlace::slow(scope, node, at)?.source();
        if source.is_none() && at.problems.len() == before {
            let message = format!("must name exactly one place where the {name} is kept");
            at.key_flaw(Flaw::wrong(message, "write either `{env: NAME}` or `{file: PATH}`"));
        }
        source
    }

    fn schema(scope: Scope, defs: &mut Defs) -> Json {
        SecretPlace::schema(scope, defs)
    }
}
