//! The files of a commit, as a checkout would contain them.
//!
//! Links are followed within the commit, and `git` applies filters and line ends. Only
//! files that differ between the commit and the work tree, or are not checked out, are read
//! from Git; the others are read from disk.

use super::objects::Objects;
use super::{GitError, Repository, command, path};
use std::collections::{BTreeMap, VecDeque};
use std::path::{Component, Path, PathBuf};
use std::{fs, thread};

/// The maximum number of links in one path: as many as Linux follows (path_resolution(7)).
const MAX_LINKS: usize = 40;

/// A commit compared with the work tree.
pub(crate) struct Checkout {
    top: PathBuf,
    commit: String,
    /// The commit's entries that differ from the work tree, by path; `None` means that
    /// there is no file.
    then: BTreeMap<Vec<u8>, Option<Entry>>,
    index: Index,
    /// Readers of link targets, and of files after the filters.
    links: Option<Objects>,
    files: Option<Objects>,
}

/// The entry of a commit at a path.
#[derive(Clone, Debug)]
enum Entry {
    File(String),
    Link(String),
    Submodule,
}

/// What a checkout contains at a path.
enum Place {
    /// The file on disk.
    Now,
    Then(Entry),
    Folder,
    Nothing,
}

/// The content of a file of a checkout.
pub(crate) enum Content {
    /// The same as the file on disk.
    Now(PathBuf),
    Then(Vec<u8>),
}

/// Why a checkout has no file at a path.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Missing {
    Nothing,
    NotAFile,
    /// A link leads to a place from which nothing may be read.
    LeadsOut,
}

/// Selects files of a commit.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum FileSelection {
    All,
    /// The files that differ from those on disk.
    Differing,
}

impl Checkout {
    /// Compares a commit with the work tree.
    pub(crate) fn of(repository: &Repository, commit: &str) -> Result<Checkout, GitError> {
        let (differences, index) = thread::scope(|scope| {
            let index = scope.spawn(|| {
                repository.run(&["-c", "core.fsmonitor=false", "ls-files", "--stage", "-v", "-z"])
            });
            let differences = repository.run(&[
                "-c",
                "core.fsmonitor=false",
                // A file whose time stamp alone changed is not a difference.
                "-c",
                "diff.autoRefreshIndex=true",
                "diff",
                "--raw",
                "-z",
                "--no-abbrev",
                "--no-renames",
                "--no-ext-diff",
                "--no-relative",
                "--ignore-submodules=dirty",
                commit,
                "--",
            ]);
            let index = index.join().unwrap_or_else(|panic| std::panic::resume_unwind(panic));
            (differences, index)
        });
        let (differences, index) = (differences?, Index::new(index?));
        let mut then = BTreeMap::new();
        let mut fields = differences.split(|byte| *byte == 0);
        while let (Some(head), Some(path)) = (fields.next(), fields.next()) {
            // `:<mode then> <mode now> <object then> <object now> <status>`
            let head = String::from_utf8_lossy(head);
            let words: Vec<&str> = head.trim_start_matches(':').split(' ').collect();
            let [mode, _, object, ..] = words.as_slice() else { continue };
            then.insert(path.to_vec(), entry(mode, object));
        }
        let attributes = |path: &Vec<u8>| path.ends_with(b".gitattributes");
        if then.keys().any(attributes) {
            // The same object may be a different file in a checkout.
            then = whole(repository, commit, &index)?;
        }
        let (top, commit) = (repository.top.clone(), commit.to_owned());
        Ok(Checkout { top, commit, then, index, links: None, files: None })
    }

    /// Returns a path relative to the top of the work tree, or `None` if it is outside.
    /// Links below the top are kept, because the commit may have others; those before a `..` are
    /// not, because the commit may lack the folder before it.
    pub(crate) fn below(&self, path: &Path) -> Option<Vec<u8>> {
        let path = without_parents(&std::path::absolute(path).ok()?)?;
        let mut ancestors: Vec<&Path> = path.ancestors().collect();
        ancestors.reverse();
        let is_top = |folder: &&&Path| fs::canonicalize(folder).is_ok_and(|real| real == self.top);
        if let Some(top) = ancestors.iter().find(is_top) {
            return path.strip_prefix(top).ok().map(spelled);
        }
        // The path may lead into the work tree through a link elsewhere.
        let real = match fs::canonicalize(&path) {
            Ok(real) => real,
            Err(_) => fs::canonicalize(path.parent()?).ok()?.join(path.file_name()?),
        };
        real.strip_prefix(&self.top).ok().map(spelled)
    }

    /// Returns the path of a folder of the commit, with links resolved.
    pub(crate) fn folder(&mut self, path: &[u8]) -> Result<Option<Vec<u8>>, GitError> {
        Ok(self.resolve(path)?.ok().map(|(path, _)| path))
    }

    /// Returns the commit's files below a folder whose path has no links.
    pub(crate) fn files(&self, folder: &[u8], which: FileSelection) -> Vec<Vec<u8>> {
        self.below_prefix(&prefix(folder), which).map(<[u8]>::to_vec).collect()
    }

    fn below_prefix(&self, prefix: &[u8], which: FileSelection) -> impl Iterator<Item = &[u8]> {
        let then = self.then.range(prefix.to_vec()..);
        let then = then.take_while(move |(path, _)| path.starts_with(prefix));
        let then = then.filter(|(_, entry)| entry.is_some()).map(|(path, _)| path.as_slice());
        let now = self.index.below(prefix).filter(move |(path, entry)| {
            !self.then.contains_key(*path) && (which == FileSelection::All || !entry.is_on_disk)
        });
        then.chain(now.map(|(path, _)| path))
    }

    /// Returns the submodules below a folder, those of the commit and those of the index.
    pub(crate) fn submodules(&self, folder: &[u8]) -> impl Iterator<Item = &[u8]> {
        let prefix = prefix(folder);
        let is_below = move |path: &&[u8]| path.starts_with(&prefix);
        let then = self.then.iter().filter(|(_, entry)| matches!(entry, Some(Entry::Submodule)));
        let then = then.map(|(path, _)| path.as_slice());
        then.chain(self.index.submodules()).filter(is_below)
    }

    /// Returns whether the commit has a file at a path without links to folders.
    pub(crate) fn has(&self, path: &[u8]) -> bool {
        matches!(self.place(path), Place::Now | Place::Then(_))
    }

    /// Returns whether the commit has a file, or a link to whatever it may be, at a path.
    pub(crate) fn has_entry(&mut self, path: &[u8]) -> Result<bool, GitError> {
        let slash = path.iter().rposition(|byte| *byte == b'/');
        let (folder, name) = path.split_at(slash.map_or(0, |slash| slash + 1));
        let folder = self.folder(folder)?;
        Ok(folder.is_some_and(|folder| self.has(&[&prefix(&folder), name].concat())))
    }

    /// Returns whether a file is deliberately missing from the work tree, as in a sparse
    /// checkout.
    pub(crate) fn is_left_out(&self, path: &[u8]) -> bool {
        self.index.find(path).is_some_and(|entry| entry.is_left_out)
    }

    /// Reads files that may be read directly or through a link. A file longer than `most` bytes may
    /// be truncated to more than that, so that its length shows it.
    pub(crate) fn read(
        &mut self,
        paths: &[Vec<u8>],
        most: usize,
        may_read: &dyn Fn(&Path, bool) -> bool,
    ) -> Result<Vec<Result<Content, Missing>>, GitError> {
        let mut found = Vec::with_capacity(paths.len());
        let mut names = Vec::new();
        for path in paths {
            let place = match self.resolve(path)? {
                Ok((resolved, place)) => {
                    let (is_linked, path) = (resolved != *path, resolved);
                    let real = self.top.join(super::path(&path));
                    match place {
                        _ if !may_read(&real, is_linked) => Err(Missing::LeadsOut),
                        Place::Now => Ok(Some(real)),
                        Place::Then(Entry::File(object)) => {
                            // Attributes and filters depend on the path. A request is one
                            // line.
                            let line = |byte: &u8| if *byte == b'\n' { b'_' } else { *byte };
                            let path: Vec<u8> = path.iter().map(line).collect();
                            names.push([object.as_bytes(), b" ", &path].concat());
                            Ok(None)
                        }
                        Place::Then(_) | Place::Folder => Err(Missing::NotAFile),
                        Place::Nothing => Err(Missing::Nothing),
                    }
                }
                Err(missing) => Err(missing),
            };
            found.push(place);
        }
        let contents = if names.is_empty() { Vec::new() } else { self.filtered(&names, most)? };
        let mut contents = contents.into_iter();
        let mut content = |place: Option<PathBuf>| match place {
            Some(path) => Content::Now(path),
            None => Content::Then(contents.next().unwrap_or_default()),
        };
        Ok(found.into_iter().map(|place| place.map(&mut content)).collect())
    }

    fn filtered(&mut self, names: &[Vec<u8>], most: usize) -> Result<Vec<Vec<u8>>, GitError> {
        let files = match &mut self.files {
            Some(files) => files,
            none => {
                let mut command = command(&self.top, &["cat-file", "--batch", "--filters"]);
                // Supported from git 2.41 on; older versions use the work tree's
                // attributes.
                command.env("GIT_ATTR_SOURCE", &self.commit);
                none.insert(Objects::start(&mut command)?)
            }
        };
        files.read(names, most)
    }

    fn link(&mut self, object: &str) -> Result<Vec<u8>, GitError> {
        let links = match &mut self.links {
            Some(links) => links,
            none => none.insert(Objects::start(&mut command(&self.top, &["cat-file", "--batch"]))?),
        };
        // The maximum length of a path on Linux (limits.h).
        const PATH_MAX: usize = 4096;
        let read = links.read(&[object.as_bytes().to_vec()], PATH_MAX)?;
        Ok(read.into_iter().next().unwrap_or_default())
    }

    /// Resolves the links of a path. A path outside the work tree leads out.
    fn resolve(&mut self, path: &[u8]) -> Result<Result<(Vec<u8>, Place), Missing>, GitError> {
        let mut rest: VecDeque<Vec<u8>> = parts(path).collect();
        let mut done: Vec<Vec<u8>> = Vec::new();
        let mut place = Place::Folder;
        let mut links = 0;
        while let Some(part) = rest.pop_front() {
            match part.as_slice() {
                b"" | b"." => continue,
                b".." => {
                    if done.pop().is_none() {
                        return Ok(Err(Missing::LeadsOut));
                    }
                    place = Place::Folder;
                    continue;
                }
                _ => done.push(part),
            }
            let here = done.join(&b'/');
            place = self.place(&here);
            let target = match &place {
                Place::Then(Entry::Link(object)) => {
                    let object = object.clone();
                    self.link(&object)?
                }
                Place::Now => match fs::read_link(self.top.join(super::path(&here))) {
                    Ok(target) => target.into_os_string().into_encoded_bytes(),
                    Err(_) => continue,
                },
                Place::Nothing => return Ok(Err(Missing::Nothing)),
                Place::Then(_) | Place::Folder => continue,
            };
            links += 1;
            if links > MAX_LINKS {
                return Ok(Err(Missing::Nothing));
            }
            done.pop();
            let target = path_below(&self.top, &target);
            let Some((is_absolute, target)) = target else { return Ok(Err(Missing::LeadsOut)) };
            if is_absolute {
                done.clear();
            }
            place = Place::Folder;
            for part in parts(&target).collect::<Vec<_>>().into_iter().rev() {
                rest.push_front(part);
            }
        }
        Ok(Ok((done.join(&b'/'), place)))
    }

    fn place(&self, path: &[u8]) -> Place {
        match self.then.get(path) {
            Some(Some(entry)) => return Place::Then(entry.clone()),
            Some(None) if !self.has_folder(path) => return Place::Nothing,
            Some(None) => return Place::Folder,
            None => {}
        }
        match self.index.find(path) {
            Some(IndexEntry { is_on_disk: true, .. }) => return Place::Now,
            Some(IndexEntry { mode, object, .. }) => {
                return entry(mode, object).map_or(Place::Nothing, Place::Then);
            }
            None if self.has_folder(path) => return Place::Folder,
            None => {}
        }
        // The content of a submodule belongs to another repository.
        let is_submodule =
            |end: usize| self.index.find(&path[..end]).is_some_and(|entry| entry.mode == SUBMODULE);
        let ends = path.iter().enumerate().filter(|(_, byte)| **byte == b'/').map(|(at, _)| at);
        if ends.into_iter().any(is_submodule) { Place::Now } else { Place::Nothing }
    }

    fn has_folder(&self, path: &[u8]) -> bool {
        self.below_prefix(&[path, b"/"].concat(), FileSelection::All).next().is_some()
    }
}

/// The mode of a submodule in Git.
const SUBMODULE: &str = "160000";

fn entry(mode: &str, object: &str) -> Option<Entry> {
    match mode {
        "000000" => None,
        "120000" => Some(Entry::Link(object.to_owned())),
        SUBMODULE => Some(Entry::Submodule),
        _ => Some(Entry::File(object.to_owned())),
    }
}

/// Returns all entries of a commit, and `None` for files that only the index has.
fn whole(
    repository: &Repository,
    commit: &str,
    index: &Index,
) -> Result<BTreeMap<Vec<u8>, Option<Entry>>, GitError> {
    let now = index.below(b"").filter(|(_, entry)| entry.mode != SUBMODULE);
    let mut then: BTreeMap<Vec<u8>, Option<Entry>> =
        now.map(|(path, _)| (path.to_vec(), None)).collect();
    let listed = repository.run(&["ls-tree", "-r", "-z", "--full-tree", commit])?;
    for line in listed.split(|byte| *byte == 0) {
        // `<mode> <type> <object>TAB<path>`
        let Some(tab) = line.iter().position(|byte| *byte == b'\t') else { continue };
        let head = String::from_utf8_lossy(&line[..tab]);
        let words: Vec<&str> = head.split(' ').collect();
        if let [mode, _, object] = words.as_slice() {
            then.insert(line[tab + 1..].to_vec(), entry(mode, object));
        }
    }
    Ok(then)
}

/// Resolves an absolute path up to its last `..`.
fn without_parents(path: &Path) -> Option<PathBuf> {
    let parts: Vec<Component> = path.components().collect();
    let Some(last) = parts.iter().rposition(|part| *part == Component::ParentDir) else {
        return Some(path.to_owned());
    };
    let (before, after) = parts.split_at(last + 1);
    let before = fs::canonicalize(before.iter().collect::<PathBuf>()).ok()?;
    Some(before.join(after.iter().collect::<PathBuf>()))
}

/// Returns what the paths below a folder begin with.
fn prefix(folder: &[u8]) -> Vec<u8> {
    if folder.is_empty() { Vec::new() } else { [folder, b"/"].concat() }
}

/// Splits a path at its slashes.
fn parts(path: &[u8]) -> impl Iterator<Item = Vec<u8>> {
    path.split(|byte| *byte == b'/').map(<[u8]>::to_vec)
}

/// Returns the target of a link: relative to its folder, or to the top for an absolute one.
fn path_below(top: &Path, target: &[u8]) -> Option<(bool, Vec<u8>)> {
    let target = path(target);
    if !target.is_absolute() {
        return Some((false, target.into_os_string().into_encoded_bytes()));
    }
    let below = target.strip_prefix(top).ok()?;
    Some((true, spelled(below)))
}

/// Returns a path in the form that `git` uses.
fn spelled(path: &Path) -> Vec<u8> {
    let parts = path.components().map(|part| match part {
        Component::CurDir => b".".as_slice(),
        part => part.as_os_str().as_encoded_bytes(),
    });
    parts.collect::<Vec<_>>().join(&b'/')
}

/// The output of `git ls-files --stage -v -z`, sorted by path.
struct Index {
    bytes: Vec<u8>,
    lines: Vec<IndexLine>,
}

/// Where a line of an index is, from its start to its end.
struct IndexLine {
    start: usize,
    /// The position of the tab before the path.
    tab: usize,
    end: usize,
}

struct IndexEntry<'a> {
    mode: &'a str,
    object: &'a str,
    /// Whether `git diff` reads the file on disk.
    is_on_disk: bool,
    is_left_out: bool,
}

impl Index {
    fn new(bytes: Vec<u8>) -> Index {
        let mut lines = Vec::new();
        let mut start = 0;
        for line in bytes.split(|byte| *byte == 0) {
            if let Some(tab) = line.iter().position(|byte| *byte == b'\t') {
                lines.push(IndexLine { start, tab: start + tab, end: start + line.len() });
            }
            start += line.len() + 1;
        }
        Index { bytes, lines }
    }

    fn path(&self, line: &IndexLine) -> &[u8] {
        &self.bytes[line.tab + 1..line.end]
    }

    /// `<tag> <mode> <object> <stage>TAB<path>`
    fn entry(&self, line: &IndexLine) -> IndexEntry<'_> {
        let head = std::str::from_utf8(&self.bytes[line.start..line.tab]).unwrap_or_default();
        let mut words = head.split(' ');
        let mut word = || words.next().unwrap_or_default();
        let (tag, mode, object) = (word(), word(), word());
        // Lower-case tags mark files that `git` was told not to read.
        let is_left_out = tag.eq_ignore_ascii_case("S");
        let is_on_disk = !is_left_out && !tag.chars().all(|letter| letter.is_ascii_lowercase());
        IndexEntry { mode, object, is_on_disk, is_left_out }
    }

    /// Returns the lines from the first one that is not before a path.
    fn from(&self, path: &[u8]) -> &[IndexLine] {
        &self.lines[self.lines.partition_point(|line| self.path(line) < path)..]
    }

    fn find(&self, path: &[u8]) -> Option<IndexEntry<'_>> {
        let line = self.from(path).first()?;
        (self.path(line) == path).then(|| self.entry(line))
    }

    fn submodules(&self) -> impl Iterator<Item = &[u8]> {
        // The mode comes after the tag, which is one letter, and a space.
        let is_submodule = |line: &&IndexLine| {
            self.bytes.get(line.start + 2..line.start + 8) == Some(SUBMODULE.as_bytes())
        };
        self.lines.iter().filter(is_submodule).map(|line| self.path(line))
    }

    fn below(&self, prefix: &[u8]) -> impl Iterator<Item = (&[u8], IndexEntry<'_>)> {
        let lines = self.from(prefix).iter().map(|line| (self.path(line), self.entry(line)));
        lines.take_while(move |(path, _)| path.starts_with(prefix))
    }
}
