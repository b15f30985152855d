//! Reads the files of a commit, as far as they differ from those in the work tree.

use super::{
    Boundary, display, input, is_retailer_file, named, naming_keys, read_named, read_named_file,
};
use crate::config::source::{SharedFiles, Source, Sources, Unreadable};
use crate::git::{Checkout, Content, FileSelection, GitError, Missing};
use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

/// The files of a commit, compared with those in the work tree.
pub(crate) struct BaseFiles {
    /// The project file and what it names, and those retailer files that the work tree
    /// does not have as they are here.
    pub sources: Sources,
    /// The project file, and the files that the work tree's names.
    pub shared: SharedFiles,
    /// The retailer files of the work tree that the commit does not have as they are
    /// there, by path.
    pub changed: BTreeSet<String>,
    /// The retailer files that the work tree no longer has, by path. What a sparse checkout
    /// leaves out is not removed.
    pub removed: Vec<String>,
}

/// Reads the files of a commit and compares them with those in the work tree.
pub(crate) fn read_base(checkout: &mut Checkout, now: &Sources) -> Result<BaseFiles, GitError> {
    let text = now.shared.project.as_ref().map(naming_keys);
    let mut boundary = Boundary::new(&now.root, &now.root, text);
    let project = match read_one(checkout, &now.project_file, &boundary)? {
        // One that is outside of the repository has no other version.
        BaseFile::Outside => now.shared.project.clone(),
        BaseFile::Missing if !has(checkout, &now.project_file)? => None,
        found => Some(Source::of(display(&now.project_file), found.read(&now.project_file))),
    };
    if let Some(project) = project.as_ref().filter(|_| project != now.shared.project) {
        boundary.add_keys(&now.root, naming_keys(project));
    }
    let mut failed = None;
    let mut find = |path: &Path| {
        read_one(checkout, path, &boundary).unwrap_or_else(|error| {
            failed.get_or_insert(error);
            BaseFile::Missing
        })
    };
    let mut read = |named: &str| {
        let path = now.root.join(named);
        find(&path).read(&path)
    };
    let [contracts, labels] = [&now.shared.contracts, &now.shared.labels]
        .map(|files| read_named(files.keys().cloned().collect(), &now.root, &mut read));
    let shared = SharedFiles { project: project.clone(), contracts, labels };
    let own = if project == now.shared.project {
        now.shared.clone()
    } else {
        let mut read = |named: &str| {
            let path = now.root.join(named);
            match find(&path) {
                // What is not in Git is as it is now: the base uses none of it but the partner.
                BaseFile::Missing => read_named_file(&now.root, named, &boundary),
                found => found.read(&path),
            }
        };
        let [contracts, labels] =
            self::named(project.as_ref()).map(|named| read_named(named, &now.root, &mut read));
        SharedFiles { project, contracts, labels }
    };
    if let Some(error) = failed {
        return Err(error);
    }
    let mut base = BaseFiles {
        sources: Sources {
            shared: own,
            root: now.root.clone(),
            project_file: now.project_file.clone(),
            folder: now.folder.clone(),
            ..Sources::default()
        },
        shared,
        changed: BTreeSet::new(),
        removed: Vec::new(),
    };
    read_retailers(checkout, now, &boundary, &mut base)?;
    Ok(base)
}

fn read_retailers(
    checkout: &mut Checkout,
    now: &Sources,
    boundary: &Boundary,
    base: &mut BaseFiles,
) -> Result<(), GitError> {
    let shown = display(&now.folder);
    let shown = shown.trim_end_matches('/');
    // The path below the folder, as Git has it.
    let below = |path: &str| {
        let below = if shown == "." { path } else { path.strip_prefix(shown).unwrap_or(path) };
        below.trim_start_matches('/').as_bytes().to_vec()
    };
    let real = fs::canonicalize(&now.folder).ok();
    let real = real.and_then(|folder| checkout.below(&folder));
    let folder = match checkout.below(&now.folder) {
        Some(folder) => checkout.folder(&folder)?,
        None => None,
    };
    let Some(folder) = folder else {
        base.changed = now.retailers.iter().map(|source| source.path.clone()).collect();
        return Ok(());
    };
    let which =
        if real.as_ref() == Some(&folder) { FileSelection::Differing } else { FileSelection::All };
    let full = |below: &[u8]| match folder.as_slice() {
        b"" => below.to_vec(),
        folder => [folder, b"/", below].concat(),
    };
    let start = if folder.is_empty() { 0 } else { folder.len() + 1 };
    let is_read = |path: &&[u8]| {
        let below = String::from_utf8_lossy(&path[start..]);
        is_retailer_file(&Path::new(&*below).join("a.yaml"))
    };
    if let Some(path) = checkout.submodules(&folder).find(is_read) {
        return Err(GitError::Submodule(String::from_utf8_lossy(path).into_owned()));
    }
    let mut files: BTreeSet<Vec<u8>> = checkout
        .files(&folder, which)
        .into_iter()
        .filter(|path| is_retailer_file(Path::new(&*String::from_utf8_lossy(&path[start..]))))
        .collect();
    for source in &now.retailers {
        let path = full(&below(&source.path));
        if files.contains(&path) {
            continue;
        }
        if which == FileSelection::All || !checkout.has(&path) {
            base.changed.insert(source.path.clone());
        } else if source.is_link {
            // What it leads to may differ.
            files.insert(path);
        }
    }
    let files: Vec<Vec<u8>> = files.into_iter().collect();
    let read = checkout
        .read(&files, input::MAX_YAML_BYTES, &|path, is_linked| boundary.allows(path, is_linked))?;
    for (path, read) in files.iter().zip(read) {
        let place = now.folder.join(&*String::from_utf8_lossy(&path[start..]));
        let shown = display(&place);
        let at = now.retailers.binary_search_by(|source| source.path.as_str().cmp(&shown)).ok();
        if let Ok(Content::Now(real)) = &read
            && at.is_some()
            && fs::canonicalize(&place).is_ok_and(|place| place == *real)
        {
            continue;
        }
        let bytes = bytes(read);
        if let (Some(at), Ok(bytes)) = (at, &bytes)
            && now.retailers[at].bytes == *bytes
        {
            continue;
        }
        if at.is_some() {
            base.changed.insert(shown.clone());
        } else if !checkout.is_left_out(path) {
            base.removed.push(shown.clone());
        }
        base.sources.retailers.push(Source::of(shown, bytes));
    }
    base.sources.retailers.sort_by(|a, b| a.path.cmp(&b.path));
    Ok(())
}

/// Returns whether the commit has a file or a link at a path.
fn has(checkout: &mut Checkout, path: &Path) -> Result<bool, GitError> {
    match checkout.below(path) {
        Some(path) => checkout.has_entry(&path),
        None => Ok(false),
    }
}

/// A file as a checkout of the commit would have it.
enum BaseFile {
    /// Its path is outside of the repository.
    Outside,
    /// There is none, or a link to none.
    Missing,
    Unreadable(Unreadable),
    Bytes(Vec<u8>),
}

impl BaseFile {
    /// Returns the bytes. A file outside of the repository has one version alone.
    fn read(self, path: &Path) -> Result<Vec<u8>, Unreadable> {
        match self {
            BaseFile::Outside => Ok(input::read(path, input::MAX_YAML_BYTES)?),
            BaseFile::Missing => Err(Unreadable::broken_link()),
            BaseFile::Unreadable(unread) => Err(unread),
            BaseFile::Bytes(bytes) => Ok(bytes),
        }
    }
}

/// Reads one file of the commit.
fn read_one(
    checkout: &mut Checkout,
    path: &Path,
    boundary: &Boundary,
) -> Result<BaseFile, GitError> {
    let Some(path) = checkout.below(path) else { return Ok(BaseFile::Outside) };
    let read = checkout.read(&[path], input::MAX_YAML_BYTES, &|path, is_linked| {
        boundary.allows(path, is_linked)
    })?;
    Ok(match read.into_iter().next() {
        None | Some(Err(Missing::Nothing)) => BaseFile::Missing,
        Some(read) => bytes(read).map_or_else(BaseFile::Unreadable, BaseFile::Bytes),
    })
}

fn bytes(read: Result<Content, Missing>) -> Result<Vec<u8>, Unreadable> {
    match read {
        Ok(Content::Now(path)) => Ok(input::read(&path, input::MAX_YAML_BYTES)?),
        Ok(Content::Then(bytes)) => Ok(bytes),
        Err(Missing::Nothing) => Err(Unreadable::broken_link()),
        Err(Missing::NotAFile) => Err(Unreadable::not_a_file()),
        Err(Missing::LeadsOut) => Err(Unreadable::leads_out()),
    }
}
