//! Reads the files. The only part of the configuration that touches the file system.

use super::contract::{self, Files};
use super::label;
use super::parse::{self, Empty};
use super::text::{self, MAX_BYTES};
use crate::model::ProjectFile;
use std::collections::BTreeMap;
use std::fs::{self, File};
use std::io::{self, Read};
use std::path::{Component, Path, PathBuf};
use thiserror::Error;
use walkdir::WalkDir;

/// Where people said that the files are.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Locations {
    /// `--config`
    pub project_file: Option<PathBuf>,
    /// `--retailers`
    pub retailers: Option<PathBuf>,
}

impl Locations {
    /// Returns the folder of the retailer files.
    fn retailers_folder(&self) -> PathBuf {
        self.retailers.clone().unwrap_or_else(|| match &self.project_file {
            Some(file) => folder_of(file).join(RETAILERS),
            None => PathBuf::from(RETAILERS),
        })
    }
}

/// A file as found.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Source {
    /// The path from the current folder, with `/` between its parts.
    pub path: String,
    /// At most one byte more than a file may have.
    pub bytes: Vec<u8>,
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
    pub project: Option<Source>,
    /// The contract files that the project file names.
    pub contracts: Files,
    /// The files with the request of a test label that the project file names.
    pub labels: Files,
    /// Sorted by path.
    pub retailers: Vec<Source>,
    /// Which of these could not be read, by path; they are empty.
    pub unread: BTreeMap<String, Unread>,
}

/// Why a retailer file could not be read, and what to do about it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Unread {
    pub why: String,
    pub hint: &'static str,
}

impl From<ReadError> for Unread {
    fn from(error: ReadError) -> Unread {
        let hint = error.hint();
        let why = match error {
            ReadError::NotAFile(_) => "it is not a regular file".to_owned(),
            ReadError::Io { source, .. } if source.kind() == io::ErrorKind::NotFound => {
                "it is a link to nothing".to_owned()
            }
            ReadError::Io { source, .. } => source.kind().to_string(),
            ReadError::NoRetailers(_) | ReadError::NotAFolder(_) | ReadError::NoProjectFile(_) => {
                error.to_string()
            }
        };
        Unread { why, hint }
    }
}

/// Why the files could not be read.
#[derive(Debug, Error)]
pub enum ReadError {
    #[error("there is no folder `{0}`")]
    NoRetailers(String),
    #[error("`{0}` is not a folder")]
    NotAFolder(String),
    #[error("there is no project file `{0}`")]
    NoProjectFile(String),
    #[error("`{0}` is not a regular file")]
    NotAFile(String),
    #[error("cannot read `{path}`")]
    Io { path: String, source: io::Error },
}

impl ReadError {
    /// What to do about it.
    pub(crate) fn hint(&self) -> &'static str {
        match self {
            ReadError::NoRetailers(_) => {
                "run this beside the `retailers` folder, name it with --retailers, or create it"
            }
            ReadError::NotAFolder(_) => "name the folder of the retailer files with --retailers",
            ReadError::NoProjectFile(_) => "correct --config, or leave it out",
            ReadError::NotAFile(_) => "replace it by one, or take it away",
            // What is not there was found all the same: a link leads to it.
            ReadError::Io { source, .. } if source.kind() == io::ErrorKind::NotFound => {
                "mend the link, or take it away"
            }
            ReadError::Io { .. } => "check that you may read it",
        }
    }
}

/// The name of the project file where nobody says otherwise.
const PROJECT_FILE: &str = "reconcile.yaml";

/// The name of the retailers folder where nobody says otherwise.
const RETAILERS: &str = "retailers";

/// Reads the project file, the contract files that it names and every retailer file.
pub(crate) fn read(locations: &Locations) -> Result<Sources, ReadError> {
    let retailers = locations.retailers_folder();
    let project_file = match &locations.project_file {
        Some(file) => file.clone(),
        None => folder_of(&retailers).join(PROJECT_FILE),
    };
    let project = match fs::metadata(&project_file) {
        Ok(_) => Some(read_file(&project_file)?),
        Err(error) if error.kind() == io::ErrorKind::NotFound => match locations.project_file {
            Some(_) => return Err(ReadError::NoProjectFile(display(&project_file))),
            None if project_file.is_symlink() => {
                return Err(ReadError::Io { path: display(&project_file), source: error });
            }
            None => None,
        },
        Err(source) => return Err(ReadError::Io { path: display(&project_file), source }),
    };
    let root = match folder_of(&project_file) {
        folder if folder.as_os_str().is_empty() => PathBuf::from("."),
        folder => folder,
    };
    let says = project.as_ref().map(parse_roughly).unwrap_or_default();
    let contracts = read_named(&root, contract::named(&says));
    let labels = read_named(&root, label::named(&says));
    let (files, unread) = read_retailers(&retailers)?;
    Ok(Sources {
        root,
        project_file,
        folder: retailers,
        project,
        contracts,
        labels,
        retailers: files,
        unread,
    })
}

/// Returns what a project file says, as far as it can be understood; its problems are told
/// when it is checked.
fn parse_roughly(project: &Source) -> ProjectFile {
    let Ok(text) = text::decode(&project.bytes) else { return ProjectFile::default() };
    parse::read_as::<ProjectFile>(text, Empty::Allowed, |_| Vec::new()).value.unwrap_or_default()
}

/// Reads files that the project file names. One that cannot be read is a problem of the
/// line that names it.
fn read_named(root: &Path, named: Vec<String>) -> Files {
    let read = |path: &str| {
        read_file(&root.join(path)).map_err(|error| match error {
            ReadError::Io { source, .. } if source.kind() == io::ErrorKind::NotFound => {
                "does not exist"
            }
            ReadError::NotAFile(_) => "is not a regular file",
            _ => "cannot be read",
        })
    };
    named
        .into_iter()
        .map(|path| {
            let read = read(&path).map_err(str::to_owned);
            (path, read)
        })
        .collect()
}

/// Reads the retailer files. One that cannot be read is a problem of its own, and hides
/// none of the others.
fn read_retailers(folder: &Path) -> Result<(Vec<Source>, BTreeMap<String, Unread>), ReadError> {
    match fs::metadata(folder) {
        Ok(metadata) if metadata.is_dir() => {}
        Ok(_) => return Err(ReadError::NotAFolder(display(folder))),
        Err(error) if error.kind() == io::ErrorKind::NotFound => {
            return Err(ReadError::NoRetailers(display(folder)));
        }
        Err(source) => return Err(ReadError::Io { path: display(folder), source }),
    }
    let mut sources = Vec::new();
    let mut unread = BTreeMap::new();
    let entries = WalkDir::new(folder).sort_by_file_name().into_iter().filter_entry(|entry| {
        // The folder itself may have any name: people named it.
        entry.depth() == 0 || !entry.file_name().to_string_lossy().starts_with(['_', '.'])
    });
    for entry in entries {
        let entry = entry.map_err(|error| {
            let path = error.path().map_or_else(|| display(folder), display);
            ReadError::Io { path, source: error.into() }
        })?;
        if !entry.file_type().is_dir() && is_yaml(entry.path()) {
            sources.push(read_file(entry.path()).unwrap_or_else(|error| {
                let path = display(entry.path());
                unread.insert(path.clone(), Unread::from(error));
                Source { path, bytes: Vec::new() }
            }));
        }
    }
    sources.sort_by(|a, b| a.path.cmp(&b.path));
    Ok((sources, unread))
}

/// Says whether a path, given below the retailers folder, is one of a retailer file.
pub(crate) fn is_retailer_file(below: &Path) -> bool {
    let hidden = |part: Component| part.as_os_str().to_string_lossy().starts_with(['_', '.']);
    is_yaml(below) && !below.components().any(hidden)
}

fn is_yaml(path: &Path) -> bool {
    path.extension()
        .is_some_and(|end| end.eq_ignore_ascii_case("yaml") || end.eq_ignore_ascii_case("yml"))
}

fn read_file(path: &Path) -> Result<Source, ReadError> {
    let io = |source| ReadError::Io { path: display(path), source };
    // Opening a pipe or a device may wait for ever.
    if !fs::metadata(path).map_err(io)?.is_file() {
        return Err(ReadError::NotAFile(display(path)));
    }
    let mut bytes = Vec::new();
    let limit = MAX_BYTES as u64 + 1;
    File::open(path).and_then(|file| file.take(limit).read_to_end(&mut bytes)).map_err(io)?;
    Ok(Source { path: display(path), bytes })
}

/// Returns the folder that a path lies in, also for `.` and `..`.
fn folder_of(path: &Path) -> PathBuf {
    match path.components().next_back() {
        Some(Component::Normal(_)) => path.parent().map(Path::to_owned).unwrap_or_default(),
        _ => path.join(".."),
    }
}

/// Returns a path as messages show it.
pub(crate) fn display(path: &Path) -> String {
    let shown = path.to_string_lossy();
    let shown = if cfg!(windows) { shown.replace('\\', "/") } else { shown.into_owned() };
    let mut short = shown.as_str();
    while let Some(rest) = short.strip_prefix("./") {
        short = rest.trim_start_matches('/');
    }
    if short.is_empty() { ".".to_owned() } else { short.to_owned() }
}
