//! Reads files written by people or other programs.
//!
//! Anything but a regular file is rejected before it is opened: a pipe may block forever, and a
//! device may be endless.

use std::fs::{self, File};
use std::io::{self, Read};
use std::path::Path;

/// The maximum size of a plan, a seed or faults. A plan of 100,000 retailers with an action
/// each has about 100 MB.
pub(crate) const MAX_TEXT_BYTES: usize = 256 * 1024 * 1024;

/// The maximum size of a file of the project: forty times a long retailer file (some 60 lines,
/// 1.5 KB), with room for a project file with dozens of environments.
pub(crate) const MAX_YAML_BYTES: usize = 64 * 1024;

/// The maximum size of a key: several times the longest token that fits into a header.
pub(crate) const MAX_KEY_BYTES: usize = 64 * 1024;

/// Reads a regular file in one pass. For a file longer than `most`, `most + 1` bytes are
/// returned.
pub(crate) fn read(path: &Path, most: usize) -> io::Result<Vec<u8>> {
    if !fs::metadata(path)?.is_file() {
        return Err(io::Error::new(io::ErrorKind::InvalidInput, NOT_A_FILE));
    }
    read_open(&File::open(path)?, most)
}

/// The reason of [`read`] for rejecting a file.
pub(crate) const NOT_A_FILE: &str = "it is not a regular file";

/// Reads an open file from its start, like [`read`]. Data appended meanwhile is not read.
pub(crate) fn read_open(file: &File, most: usize) -> io::Result<Vec<u8>> {
    let metadata = file.metadata()?;
    // It may have been replaced since the check.
    if !metadata.is_file() {
        return Err(io::Error::new(io::ErrorKind::InvalidInput, NOT_A_FILE));
    }
    let length = metadata.len().min(most as u64 + 1);
    let mut bytes = Vec::with_capacity(usize::try_from(length).unwrap_or_default());
    file.take(length).read_to_end(&mut bytes)?;
    Ok(bytes)
}

/// Reads a regular text file, and rejects one longer than `most`.
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
    fn special_files_are_refused_immediately() {
        let folder = tempfile::tempdir().unwrap();
        let pipe = folder.path().join("pipe");
        assert!(std::process::Command::new("mkfifo").arg(&pipe).status().unwrap().success());
        for path in [&pipe, Path::new("/dev/zero"), folder.path()] {
            assert_eq!(read(path, 5).unwrap_err().to_string(), NOT_A_FILE, "{path:?}");
        }
    }
}
