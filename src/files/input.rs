//! Reads files that people or other programs have written.
//!
//! Whatever is not a regular file is refused before it is opened: a pipe may wait for ever,
//! and a device may have no end.

use std::fs::{self, File};
use std::io::{self, Read};
use std::path::Path;

/// The most that is read of a plan, a seed or faults. A plan of 100,000 retailers with an
/// action each has about 100 MB.
pub(crate) const MOST_TEXT: usize = 256 * 1024 * 1024;

/// The most that is read of a key: several times the longest token that a header can carry.
pub(crate) const MOST_KEY: usize = 64 * 1024;

/// Reads a regular file with one read. Of a file that is longer than `most`, one byte more
/// than that is returned.
pub(crate) fn read(path: &Path, most: usize) -> io::Result<Vec<u8>> {
    if !fs::metadata(path)?.is_file() {
        return Err(io::Error::new(io::ErrorKind::InvalidInput, NOT_A_FILE));
    }
    read_open(&File::open(path)?, most)
}

/// Reads a file as [`read`] does that has just been found to be a regular one.
pub(crate) fn read_regular(path: &Path, most: usize) -> io::Result<Vec<u8>> {
    read_open(&File::open(path)?, most)
}

/// What [`read`] refuses.
pub(crate) const NOT_A_FILE: &str = "it is not a regular file";

/// Reads an open file from its start, as [`read`] does. What is added meanwhile is not read.
pub(crate) fn read_open(file: &File, most: usize) -> io::Result<Vec<u8>> {
    let metadata = file.metadata()?;
    // It may have been replaced since it was looked at.
    if !metadata.is_file() {
        return Err(io::Error::new(io::ErrorKind::InvalidInput, NOT_A_FILE));
    }
    let length = metadata.len().min(most as u64 + 1);
    let mut bytes = Vec::with_capacity(usize::try_from(length).unwrap_or_default());
    file.take(length).read_to_end(&mut bytes)?;
    Ok(bytes)
}

/// Reads a regular file of text, and refuses one that is longer than `most`.
pub(crate) fn read_text(path: &Path, most: usize) -> io::Result<String> {
    let bytes = read(path, most)?;
    if bytes.len() > most {
        let message = format!("it is larger than {} KiB", most / 1024);
        return Err(io::Error::new(io::ErrorKind::FileTooLarge, message));
    }
    String::from_utf8(bytes).map_err(|_| {
        io::Error::new(io::ErrorKind::InvalidData, "it is not text in the encoding UTF-8")
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_is_read_up_to_a_byte_more_than_the_limit() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("a");
        fs::write(&path, "12345").unwrap();
        assert_eq!(read(&path, 5).unwrap(), b"12345");
        assert_eq!(read(&path, 3).unwrap(), b"1234");
        assert_eq!(read_text(&path, 5).unwrap(), "12345");
        assert!(read_text(&path, 4).is_err());
        assert_eq!(read(&folder.path().join("b"), 5).unwrap_err().kind(), io::ErrorKind::NotFound);
    }

    #[cfg(target_os = "linux")]
    #[test]
    fn what_is_not_a_file_is_refused_at_once() {
        let folder = tempfile::tempdir().unwrap();
        let pipe = folder.path().join("pipe");
        assert!(std::process::Command::new("mkfifo").arg(&pipe).status().unwrap().success());
        for path in [&pipe, Path::new("/dev/zero"), folder.path()] {
            assert_eq!(read(path, 5).unwrap_err().to_string(), NOT_A_FILE, "{path:?}");
        }
    }
}
