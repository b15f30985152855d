//! Parsers of the values of options.

use clap::builder::{PathBufValueParser, TypedValueParser};
use std::path::{Path, PathBuf};

/// Parses a folder to write to.
pub(super) fn folder() -> impl TypedValueParser<Value = PathBuf> {
    PathBufValueParser::new().try_map(|path| {
        if path == Path::new("DIR") { Err("it is a placeholder; name a folder") } else { Ok(path) }
    })
}
