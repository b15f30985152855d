//! Parsers of the values of options.

use clap::builder::{PathBufValueParser, TypedValueParser};
use std::path::{Path, PathBuf};

/// Parses a folder to write to.
pub(super) fn folder() -> impl TypedValueParser<Value = PathBuf> {
    PathBufValueParser::new().try_map(|path| {
        if path == Path::new("DIR") { Err("it is a placeholder; name a folder") } else { Ok(path) }
    })
}

/// Parses a number of retailers.
pub(super) fn retailers(text: &str) -> Result<usize, &'static str> {
    text.parse().map_err(|_| "write a whole number of retailers")
}

/// Parses a port of this machine.
pub(super) fn port(text: &str) -> Result<u16, &'static str> {
    text.parse().map_err(|_| "write a port, a whole number from 0 to 65535")
}
