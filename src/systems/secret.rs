//! Reads secrets from where the project file says they are.

use crate::files::input;
use crate::model::KeySource;
use secrecy::SecretString;
use std::path::PathBuf;

/// Why a secret cannot be read.
#[derive(Debug, thiserror::Error)]
pub(crate) enum SecretError {
    #[error("the environment variable `{name}` is not set")]
    NotSet { name: String },
    #[error("`{}` cannot be read", path.display())]
    Unreadable { path: PathBuf, source: std::io::Error },
}

/// Reads a secret. One final line end is not part of it, nor is a byte order mark, which some
/// editors write. An empty variable is not set: CI passes an unset one as an empty one.
pub(crate) fn read(source: &KeySource) -> Result<SecretString, SecretError> {
    let mut secret = match source {
        KeySource::Env(name) => {
            let set = std::env::var(name).ok().filter(|secret| !secret.is_empty());
            set.ok_or_else(|| SecretError::NotSet { name: name.clone() })?
        }
        KeySource::File(path) => input::read_text(path, input::MAX_KEY_BYTES)
            .map_err(|source| SecretError::Unreadable { path: path.clone(), source })?,
    };
    if secret.starts_with('\u{feff}') {
        secret.remove(0);
    }
    let line_end = if secret.ends_with("\r\n") { 2 } else { usize::from(secret.ends_with('\n')) };
    secret.truncate(secret.len() - line_end);
    Ok(secret.into())
}

#[cfg(test)]
mod tests {
    use super::*;
    use secrecy::ExposeSecret;

    #[test]
    fn one_final_line_end_is_dropped() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("key");
        for (text, secret) in
            [("a", "a"), ("a\n", "a"), ("a\r\n", "a"), ("a\n\n", "a\n"), ("a\r", "a\r"), ("", "")]
                .into_iter()
                .chain([("\u{feff}a\n", "a"), ("a\u{feff}", "a\u{feff}")])
        {
            std::fs::write(&path, text).unwrap();
            assert_eq!(read(&KeySource::File(path.clone())).unwrap().expose_secret(), secret);
        }
    }
}
