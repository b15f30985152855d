//! Reads the files. The only part of the configuration that touches the file system.
//!
//! The retailer files are read on all cores while the others are being found. [`base`] reads the
//! files of a commit.

mod base;

pub(crate) use base::{BaseFiles, read_base};

use super::shared;
use super::source::{Files, Ignored, SharedFiles, Source, Sources, Unreadable};
use crate::files::input;
use crate::files::links::{self, Boundary};
use crate::model::EnvironmentFile;
use crate::parallel;
use std::collections::BTreeMap;
use std::fs;
use std::io;
use std::path::{Component, Path, PathBuf};
use thiserror::Error;
use walkdir::{DirEntry, WalkDir};

/// The paths of the command line.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Locations {
    /// `--config`
    pub project_file: Option<PathBuf>,
    /// `--retailers`
    pub retailers: Option<PathBuf>,
    /// `--partner-from`
    pub partner_from: Option<PathBuf>,
}

impl Locations {
    /// Returns the folder of the retailer files.
    fn retailers_folder(&self) -> PathBuf {
        self.retailers.clone().unwrap_or_else(|| match &self.project_file {
            Some(file) => folder_of(file).join(RETAILERS),
            None => project_above().join(RETAILERS),
        })
    }
}

/// Returns the folder of the project that the current folder is in, as a path that goes up
/// from it; the empty path if the project is here, or nowhere. A project without a project file
/// is above its retailers folder. The search ends at the top of a repository.
fn project_above() -> PathBuf {
    let here = PathBuf::new();
    if Path::new(RETAILERS).exists() || Path::new(PROJECT_FILE).exists() {
        return here;
    }
    let Ok(current) = std::env::current_dir() else { return here };
    let mut up = here.clone();
    let mut without_file = None;
    for folder in current.ancestors() {
        if folder.join(PROJECT_FILE).is_file() && folder.join(RETAILERS).is_dir() {
            return up;
        }
        if folder.join(".git").exists() {
            break;
        }
        up.push("..");
        if without_file.is_none() && folder.ends_with(RETAILERS) {
            without_file = Some(up.clone());
        }
    }
    without_file.unwrap_or(here)
}

/// Why the files could not be read.
#[derive(Debug, Error)]
pub(crate) enum ReadError {
    /// `--retailers` names a folder that does not exist.
    #[error("there is no folder `{0}`")]
    NoRetailers(String),
    #[error("`{0}` is not a folder")]
    NotAFolder(String),
    #[error("there is no project file `{0}`")]
    NoProjectFile(String),
    #[error("there is no project file `{0}`")]
    NoProposal(String),
    #[error("`{path}` cannot be read: {} [{}]", unread.why, unread.code)]
    Unreadable { path: String, unread: Unreadable },
    #[error("cannot read `{path}`")]
    Io { path: String, source: io::Error },
}

impl ReadError {
    /// What to do about it.
    pub(crate) fn hint(&self) -> &'static str {
        match self {
            ReadError::NoRetailers(_) => "correct --retailers, or create the folder",
            ReadError::NotAFolder(_) => "name the folder of the retailer files with --retailers",
            ReadError::NoProjectFile(_) => "correct --config, or leave it out",
            ReadError::NoProposal(_) => "correct --partner-from, or leave it out",
            ReadError::Unreadable { unread, .. } => unread.hint,
            ReadError::Io { .. } => "check that you may read it",
        }
    }
}

/// The default name of the project file.
const PROJECT_FILE: &str = "reconcile.yaml";

/// The default name of the retailers folder.
const RETAILERS: &str = "retailers";

/// Reads the project file, the files that it names and every retailer file.
pub(crate) fn read(locations: &Locations) -> Result<Sources, ReadError> {
    let folder = locations.retailers_folder();
    let project_file = match &locations.project_file {
        Some(file) => file.clone(),
        None => folder_of(&folder).join(PROJECT_FILE),
    };
    let root = or_here(folder_of(&project_file));
    let is_absent = || {
        let found = fs::symlink_metadata(&project_file);
        found.is_err_and(|error| error.kind() == io::ErrorKind::NotFound)
    };
    let project = match read_file(&project_file, &Boundary::new(&root, &root, None)) {
        Err(_) if is_absent() => match locations.project_file {
            Some(_) => return Err(ReadError::NoProjectFile(display(&project_file))),
            None => None,
        },
        read => Some(Source::of(display(&project_file), read)),
    };
    let mut shared = SharedFiles { project, ..SharedFiles::default() };
    let text = shared.project.as_ref().map(naming_keys);
    let boundary = Boundary::new(&root, &root, text);
    [shared.contracts, shared.labels] = named(shared.project.as_ref())
        .map(|named| read_named(named, &root, |path| read_named_file(&root, path, &boundary)));
    let proposed = locations.partner_from.as_deref();
    let proposed = proposed.map(|file| {
        let boundary = Boundary::new(&folder_of(file), &root, text);
        read_proposed(file, &shared, boundary)
    });
    let proposed = proposed.transpose()?;
    let boundary = Boundary::new(&folder, &root, text);
    let (mut retailers, mut ignored) = match read_all(&folder, &root, text, &boundary) {
        // Git keeps no empty folder, and a project may have no file yet.
        Err(ReadError::NoRetailers(_)) if locations.retailers.is_none() => Default::default(),
        read => read?,
    };
    if shared.project.is_none() {
        let nearly = nearly_project_files(&root);
        ignored.extend(nearly.map(|path| (display(&path), Ignored::ProjectFile)));
    }
    retailers.sort_unstable_by(|a, b| a.path.cmp(&b.path));
    Ok(Sources { root, project_file, folder, shared, proposed, retailers, ignored })
}

/// Reads a proposed project file, and relative to it the files that the one in use names: a
/// proposal cannot decide which files are read.
fn read_proposed(
    file: &Path,
    in_use: &SharedFiles,
    mut boundary: Boundary,
) -> Result<SharedFiles, ReadError> {
    let path = display(file);
    let root = folder_of(file);
    let bytes = match read_file(file, &boundary) {
        Ok(bytes) => bytes,
        Err(_) if fs::symlink_metadata(file).is_err() => return Err(ReadError::NoProposal(path)),
        Err(unread) => return Err(ReadError::Unreadable { path, unread }),
    };
    boundary.add_keys(&root, &bytes);
    let [contracts, labels] = [&in_use.contracts, &in_use.labels].map(|files| {
        let names = files.keys().cloned().collect();
        read_named(names, &root, |path| read_named_file(&root, path, &boundary))
    });
    Ok(SharedFiles { project: Some(Source::new(path, bytes)), contracts, labels })
}

/// Returns the text of a project file from which its key files are collected. Which ones one names
/// that cannot be read is unknown, as with a text that is not YAML.
fn naming_keys(project: &Source) -> &[u8] {
    if project.unread.is_some() { b"{" } else { &project.bytes }
}

/// Returns the contract files and the label files that a project file names, as far as it
/// can be understood; its problems are reported when it is checked.
fn named(project: Option<&Source>) -> [Vec<String>; 2] {
    let file = shared::project(project);
    let of = |path: fn(&EnvironmentFile) -> &Option<String>| {
        file.environments.values().filter_map(|environment| path(environment).clone()).collect()
    };
    [of(|environment| &environment.contract), of(|environment| &environment.verify.label)]
}

/// Reads files that the project file names, relative to its folder. One that cannot be read is a
/// problem of the line that names it.
fn read_named(
    named: Vec<String>,
    root: &Path,
    mut read: impl FnMut(&str) -> Result<Vec<u8>, Unreadable>,
) -> Files {
    let source = |name: String| {
        let source = Source::of(display(&root.join(&name)), read(&name));
        (name, source)
    };
    named.into_iter().map(source).collect()
}

fn read_named_file(root: &Path, named: &str, boundary: &Boundary) -> Result<Vec<u8>, Unreadable> {
    let path = permitted(root, Path::new(named), boundary)?;
    input::read(&path, input::MAX_YAML_BYTES).map_err(|error| match error.kind() {
        io::ErrorKind::NotFound => {
            Unreadable { why: "it does not exist".to_owned(), ..Unreadable::from(error) }
        }
        _ => Unreadable::from(error),
    })
}

/// Returns the path of another file or folder of the project, or `None` if there is none. It and
/// the folders on the way to it must not lead out.
pub(crate) fn own_path(sources: &Sources, named: &Path) -> Result<Option<PathBuf>, Unreadable> {
    let root = &sources.root;
    let boundary = own_boundary(sources);
    let parts: Vec<&Path> = named.ancestors().filter(|part| part.file_name().is_some()).collect();
    for part in parts.into_iter().rev() {
        if fs::symlink_metadata(root.join(part))
            .is_err_and(|error| error.kind() == io::ErrorKind::NotFound)
        {
            return Ok(None);
        }
        permitted(root, part, &boundary)?;
    }
    Ok(Some(root.join(named)))
}

/// Returns whether the project file may name a file as a key.
pub(crate) fn is_key(sources: &Sources, target: &Path) -> bool {
    own_boundary(sources).is_key(target)
}

fn own_boundary(Sources { root, shared, .. }: &Sources) -> Boundary {
    Boundary::new(root, root, shared.project.as_ref().map(naming_keys))
}

/// Returns the path of a file or folder of the project, if it may be read.
fn permitted(root: &Path, named: &Path, boundary: &Boundary) -> Result<PathBuf, Unreadable> {
    let path = root.join(named);
    if fs::canonicalize(&path).is_ok_and(|target| boundary.is_private(&target)) {
        return Err(Unreadable::leads_out());
    }
    if links::is_through_link(root, named) {
        target_of(&path, boundary)?;
    }
    Ok(path)
}

/// A retailer file that was found, or a folder that cannot be read.
struct Found {
    path: PathBuf,
    kind: Result<fs::FileType, Unreadable>,
}

impl Found {
    /// Returns what an entry of the folder is, or `None` if it is not read.
    fn of(
        entry: walkdir::Result<DirEntry>,
        folder: &Path,
        ignored: &mut BTreeMap<String, Ignored>,
    ) -> Option<Found> {
        let entry = match entry {
            Ok(entry) => entry,
            Err(error) => {
                let why = error.io_error().map_or(io::ErrorKind::Other, io::Error::kind);
                let why = Unreadable::from(io::Error::from(why));
                return Some(Found::unread(error.path().unwrap_or(folder), why));
            }
        };
        let kind = entry.file_type();
        if kind.is_dir() || entry.depth() == 0 {
            return None;
        }
        if is_yaml(entry.path()) {
            let path = entry.into_path();
            let kind =
                if is_text_below(&path, folder) { Ok(kind) } else { Err(Unreadable::not_text()) };
            return Some(Found { path, kind });
        }
        if entry.path_is_symlink() && entry.path().is_dir() {
            ignored.insert(display(entry.path()), Ignored::LinkedFolder);
        } else if is_nearly_yaml(entry.path()) {
            ignored.insert(display(entry.path()), Ignored::Ending);
        }
        None
    }

    fn unread(folder: &Path, why: Unreadable) -> Found {
        Found { path: folder.to_owned(), kind: Err(why) }
    }

    /// Reads it, unless it is one of the key files below the folder.
    fn read(self, boundary: &Boundary, keys: &[PathBuf]) -> Source {
        let is_link = self.kind.as_ref().is_ok_and(fs::FileType::is_symlink);
        let path = display(&self.path);
        Source { is_link, ..Source::of(path, self.bytes(boundary, keys)) }
    }

    fn bytes(self, boundary: &Boundary, keys: &[PathBuf]) -> Result<Vec<u8>, Unreadable> {
        let kind = self.kind?;
        if keys.contains(&self.path) {
            Err(Unreadable::key())
        } else if kind.is_file() {
            // Its kind was just checked, so it is not asked for again.
            Ok(input::read_open(&fs::File::open(&self.path)?, input::MAX_YAML_BYTES)?)
        } else if kind.is_symlink() {
            read_file(&self.path, boundary)
        } else {
            Err(Unreadable::not_a_file())
        }
    }
}

/// Reads the retailer files in a folder, while the others are being found. Also returns what looks
/// like a retailer file.
fn read_all(
    folder: &Path,
    root: &Path,
    project: Option<&[u8]>,
    boundary: &Boundary,
) -> Result<(Vec<Source>, BTreeMap<String, Ignored>), ReadError> {
    match fs::metadata(folder) {
        Ok(metadata) if metadata.is_dir() => {}
        Ok(_) => return Err(ReadError::NotAFolder(display(folder))),
        Err(error) if error.kind() == io::ErrorKind::NotFound => {
            return Err(ReadError::NoRetailers(display(folder)));
        }
        Err(source) => return Err(ReadError::Io { path: display(folder), source }),
    }
    let mut ignored = BTreeMap::new();
    if folder.is_symlink() {
        // Where the link is decides, and not where it leads to.
        let outside = Boundary::new(&or_here(folder_of(folder)), root, project);
        if let Err(why) = target_of(folder, &outside) {
            return Ok((vec![Found::unread(folder, why).read(boundary, &[])], ignored));
        }
    }
    let entries = WalkDir::new(folder).into_iter().filter_entry(|entry| {
        // The folder itself may have any name: people named it.
        entry.depth() == 0 || !entry.file_name().to_string_lossy().starts_with(['_', '.'])
    });
    let found = entries.filter_map(|entry| Found::of(entry, folder, &mut ignored));
    let keys = boundary.keys_below(folder);
    let read = parallel::map(found, |found| found.read(boundary, &keys));
    Ok((read, ignored))
}

/// Reads a file that may be a link.
fn read_file(path: &Path, boundary: &Boundary) -> Result<Vec<u8>, Unreadable> {
    let target = match fs::symlink_metadata(path) {
        Ok(metadata) if metadata.is_symlink() => target_of(path, boundary)?,
        _ => path.to_owned(),
    };
    Ok(input::read(&target, input::MAX_YAML_BYTES)?)
}

/// Returns the target of a link, if it may be read.
fn target_of(link: &Path, boundary: &Boundary) -> Result<PathBuf, Unreadable> {
    boundary.target(link)?.ok_or_else(Unreadable::leads_out)
}

/// Returns whether the part of a path below a folder is UTF-8. Its text could otherwise not be
/// turned back into the path, nor be found in Git.
fn is_text_below(path: &Path, folder: &Path) -> bool {
    let below = || path.strip_prefix(folder).unwrap_or(path);
    path.to_str().is_some() || below().to_str().is_some()
}

/// Returns whether a path, given below the retailers folder, is one of a retailer file.
fn is_retailer_file(below: &Path) -> bool {
    let hidden = |part: Component| part.as_os_str().to_string_lossy().starts_with(['_', '.']);
    is_yaml(below) && !below.components().any(hidden)
}

fn is_yaml(path: &Path) -> bool {
    path.extension()
        .is_some_and(|end| end.eq_ignore_ascii_case("yaml") || end.eq_ignore_ascii_case("yml"))
}

/// Returns whether a file's name contains the ending of a retailer file and continues, as in
/// `acme.yaml.txt`.
fn is_nearly_yaml(path: &Path) -> bool {
    let name = path.file_name().unwrap_or_default().to_string_lossy().to_ascii_lowercase();
    [".yaml", ".yml"].iter().any(|end| name.contains(end))
}

/// Returns the files of a folder without a project file that were probably meant to be it, such as
/// `reconcile.yml`, `Reconcile.yaml` and `reconcile.yaml.txt`.
fn nearly_project_files(root: &Path) -> impl Iterator<Item = PathBuf> {
    let is_nearly = |path: &PathBuf| {
        let name = path.file_name().unwrap_or_default().to_string_lossy().to_ascii_lowercase();
        let is_copy = ["~", ".bak", ".example", ".orig", ".sample"];
        let is_copy = is_copy.iter().any(|end| name.ends_with(end));
        is_nearly_yaml(path) && name.starts_with("reconcile.y") && !is_copy && path.is_file()
    };
    let entries = fs::read_dir(root).into_iter().flatten().flatten();
    entries.map(|entry| entry.path()).filter(is_nearly)
}

/// Returns the folder that a path lies in, also for `.` and `..`.
fn folder_of(path: &Path) -> PathBuf {
    match path.components().next_back() {
        Some(Component::Normal(_)) => path.parent().map(Path::to_owned).unwrap_or_default(),
        _ => path.join(".."),
    }
}

/// Returns the current folder for the empty path.
fn or_here(folder: PathBuf) -> PathBuf {
    if folder.as_os_str().is_empty() { PathBuf::from(".") } else { folder }
}

/// Returns where a retailer file is. Its path is a text, and the name of the folder may be none.
pub(crate) fn place_of(sources: &Sources, file: &Source) -> PathBuf {
    match file.path.strip_prefix(&display(&sources.folder)) {
        Some(below) => sources.folder.join(below.trim_start_matches('/')),
        // That of the current folder is not part of it.
        None => PathBuf::from(&file.path),
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
