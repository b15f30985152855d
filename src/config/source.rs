//! Files as they were read: what reading hands to the checks.

use crate::files::input;
use crate::files::links;
use std::collections::BTreeMap;
use std::io;
use std::path::PathBuf;

/// A file as found.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Source {
    /// The path from the current folder, with `/` between its parts.
    pub path: String,
    /// At most one byte more than a file may have; empty if it could not be read.
    pub bytes: Vec<u8>,
    pub(crate) is_link: bool,
    /// Why it could not be read. Boxed, because few files are unread and thousands are held.
    pub(crate) unread: Option<Box<Unreadable>>,
}

impl Source {
    pub fn new(path: String, bytes: Vec<u8>) -> Source {
        Source { path, bytes, is_link: false, unread: None }
    }

    /// Returns the file at a path after reading it.
    pub(super) fn of(path: String, read: Result<Vec<u8>, Unreadable>) -> Source {
        match read {
            Ok(bytes) => Source::new(path, bytes),
            Err(why) => Source { unread: Some(Box::new(why)), ..Source::new(path, Vec::new()) },
        }
    }
}

/// Every file of a run.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Sources {
    /// The folder of the project file, whether there is one or not.
    pub root: PathBuf,
    /// Where the project file is, or would be.
    pub project_file: PathBuf,
    /// The folder of the retailer files.
    pub folder: PathBuf,
    /// The files that all retailers share.
    pub shared: SharedFiles,
    /// The proposed files: the `partner` of their project file is used, and nothing else of them.
    pub proposed: Option<SharedFiles>,
    /// Sorted by path. A folder that could not be read is one of them.
    pub retailers: Vec<Source>,
    /// The files that look like one of these or the project file and are not read, by path.
    pub ignored: BTreeMap<String, Ignored>,
}

impl Sources {
    /// Returns one of the retailer files with the files that all retailers share.
    pub(crate) fn of_one(&self, source: &Source) -> Sources {
        Sources {
            root: self.root.clone(),
            project_file: self.project_file.clone(),
            folder: self.folder.clone(),
            shared: self.shared.clone(),
            proposed: self.proposed.clone(),
            retailers: vec![source.clone()],
            ..Sources::default()
        }
    }

    /// Returns the files with others beside the retailer files.
    pub(crate) fn with(&self, added: impl IntoIterator<Item = Source>) -> Sources {
        let mut sources = self.clone();
        sources.retailers.extend(added);
        sources.retailers.sort_by(|a, b| a.path.cmp(&b.path));
        sources
    }
}

/// The files that all retailers share, as they are in one place.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct SharedFiles {
    pub project: Option<Source>,
    /// The contract files that the project file in use names.
    pub contracts: Files,
    /// The files with the request of a test label that the project file in use names.
    pub labels: Files,
}

/// Why something that looks like a retailer file or the project file is not read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Ignored {
    /// Its name continues after `.yaml` or `.yml`.
    Ending,
    /// It is a link to a folder.
    LinkedFolder,
    /// It is in the folder of the project file, with a name that is not read.
    ProjectFile,
}

/// Why a file could not be read, and what to do about it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Unreadable {
    pub code: &'static str,
    pub why: String,
    pub hint: &'static str,
}

impl Unreadable {
    pub(super) fn leads_out() -> Unreadable {
        Unreadable { code: "link-leads-out", why: links::WHY.to_owned(), hint: links::HINT }
    }

    pub(super) fn not_a_file() -> Unreadable {
        let hint = "replace it by a regular file, or remove it";
        Unreadable { code: "unreadable-file", why: input::NOT_A_FILE.to_owned(), hint }
    }

    pub(super) fn key() -> Unreadable {
        let why = "the project file may name it as a key".to_owned();
        let hint = "keep keys outside of the folder of the retailer files";
        Unreadable { code: "unreadable-file", why, hint }
    }

    pub(super) fn not_text() -> Unreadable {
        let hint = "rename the file, or the folder that it is in";
        Unreadable { code: "unreadable-file", why: "its path is not UTF-8".to_owned(), hint }
    }

    pub(super) fn broken_link() -> Unreadable {
        let why = "it is a broken link".to_owned();
        Unreadable { code: "unreadable-file", why, hint: "correct the link, or remove it" }
    }
}

impl From<io::Error> for Unreadable {
    fn from(error: io::Error) -> Unreadable {
        match error.kind() {
            io::ErrorKind::NotFound => Unreadable::broken_link(),
            io::ErrorKind::InvalidInput => Unreadable::not_a_file(),
            kind => Unreadable {
                code: "unreadable-file",
                why: kind.to_string(),
                hint: "check that you may read it",
            },
        }
    }
}

/// The contract or label files that a project file names, by path as written there.
pub(super) type Files = BTreeMap<String, Source>;

/// Returns a named file, or the code and the reason if it cannot be used.
pub(super) fn source_of<'a>(
    path: &str,
    files: &'a Files,
) -> Result<&'a Source, (&'static str, &'a str)> {
    let source = files.get(path).ok_or(("unreadable-file", "it was not read"))?;
    source.unread.as_ref().map_or(Ok(source), |unread| Err((unread.code, unread.why.as_str())))
}
