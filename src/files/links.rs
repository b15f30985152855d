//! Restricts the targets of links among the files.
//!
//! Anyone who may open a pull request can commit a link, and diagnostics quote the text of
//! files. So nothing is read through a link that leads out of the repository (or, without one,
//! out of the project's folder), or to private files of Git, this tool or the project.

use super::input::MAX_YAML_BYTES;
use super::nesting::too_deep_at;
use crate::git;
use serde_yaml::Value;
use std::fs;
use std::path::{Component, Path, PathBuf};

/// The problem and the hint.
pub(crate) const WHY: &str = "it is a link to a place where nothing is read";
pub(crate) const HINT: &str = "link to a file of the repository, or of the project file's folder, \
    that is not in `.git` or `.reconcile` and holds no key";

/// The folders that a link may lead into, and their private files.
#[derive(Clone, Debug, Default)]
pub(crate) struct Boundary {
    folders: Vec<PathBuf>,
    keys: Vec<PathBuf>,
    /// Whether a project file cannot be read as YAML. Any file may be a key then.
    are_keys_unknown: bool,
}

impl Boundary {
    /// Creates the boundary for links in a folder of a project.
    pub(crate) fn new(folder: &Path, root: &Path, project: Option<&[u8]>) -> Boundary {
        let folders = match git::top(folder) {
            Some(top) => vec![top],
            None => [folder, root].iter().filter_map(|path| fs::canonicalize(path).ok()).collect(),
        };
        let mut boundary = Boundary { folders, ..Boundary::default() };
        project.into_iter().for_each(|project| boundary.add_keys(root, project));
        boundary
    }

    /// Returns the target of a link, or `None` if it may not be read.
    pub(crate) fn target(&self, link: &Path) -> std::io::Result<Option<PathBuf>> {
        let is_inside =
            |target: &PathBuf| self.folders.iter().any(|folder| target.starts_with(folder));
        let target = match fs::canonicalize(link) {
            Ok(target) => target,
            Err(error) => {
                // Whether there is a file outside is not shown either.
                let target = link.with_file_name(fs::read_link(link)?);
                let there = target.ancestors().find_map(|folder| fs::canonicalize(folder).ok());
                return if there.is_none_or(|folder| is_inside(&folder)) {
                    Err(error)
                } else {
                    Ok(None)
                };
            }
        };
        Ok((is_inside(&target) && self.allows(&target, true)).then_some(target))
    }

    /// Returns whether the content of a file may be shown, which a path leads to directly or
    /// through a link.
    pub(crate) fn allows(&self, target: &Path, is_linked: bool) -> bool {
        !(is_linked && self.are_keys_unknown || self.is_private(target))
    }

    /// Returns whether the content of a file must not be shown, regardless of its path.
    pub(crate) fn is_private(&self, target: &Path) -> bool {
        let folders = self.folders.iter().filter_map(|folder| target.strip_prefix(folder).ok());
        let mut parts = folders.flat_map(Path::components);
        let is_own =
            |part: Component| part.as_os_str() == ".git" || part.as_os_str() == ".reconcile";
        parts.any(is_own) || self.is_key(target)
    }

    /// Returns whether a file is one of the key files.
    pub(crate) fn is_key(&self, target: &Path) -> bool {
        self.keys.iter().any(|key| key == target)
    }

    /// Returns the key files below a folder, as paths that begin with it.
    pub(crate) fn keys_below(&self, folder: &Path) -> Vec<PathBuf> {
        let real = real(folder);
        let below = self.keys.iter().filter_map(|key| key.strip_prefix(&real).ok());
        below.map(|key| folder.join(key)).collect()
    }

    /// Adds the key files of a version of the project file.
    pub(crate) fn add_keys(&mut self, root: &Path, project: &[u8]) {
        match key_files(project) {
            Some(keys) => self.keys.extend(keys.iter().map(|key| real(&root.join(key)))),
            None => self.are_keys_unknown = true,
        }
    }
}

/// Returns whether a path below a folder goes through a link.
pub(crate) fn is_through_link(root: &Path, path: &Path) -> bool {
    let parts = path.ancestors().filter(|part| !part.as_os_str().is_empty());
    parts.map(|part| root.join(part)).any(|part| part.is_symlink())
}

fn real(path: &Path) -> PathBuf {
    fs::canonicalize(path).unwrap_or_else(|_| path.to_owned())
}

/// Returns the files that a project file may name as keys or other secrets: all its texts except
/// the files that are read as YAML. The key that names a secret may be misspelt, or not be set off
/// from its value, as in `{file:keys/a}`, which is a key alone. Returns `None` if the project file
/// is not valid YAML, too large or nested too deeply, or the file of a key is a number or a flag.
fn key_files(project: &[u8]) -> Option<Vec<String>> {
    const SEPARATORS: [char; 5] = [':', '：', '=', ';', ' '];
    fn collect(value: &Value, files: &mut Vec<String>) -> Option<()> {
        match value {
            Value::Mapping(entries) => {
                let is_read = |key: &Value| matches!(key.as_str(), Some("contract" | "label"));
                for (key, value) in entries.iter().filter(|(key, _)| !is_read(key)) {
                    // The value does not show how the name of the file is written.
                    if key == "file" && matches!(value, Value::Number(_) | Value::Bool(_)) {
                        return None;
                    }
                    collect(key, files)?;
                    collect(value, files)?;
                }
            }
            Value::Sequence(values) => values.iter().try_for_each(|value| collect(value, files))?,
            Value::Tagged(tagged) => collect(&tagged.value, files)?,
            Value::String(text) => {
                let split = [text.split_once(SEPARATORS), text.rsplit_once(SEPARATORS)];
                files.extend(split.into_iter().flatten().map(|(_, path)| path.trim().to_owned()));
                files.push(text.clone());
            }
            _ => {}
        }
        Some(())
    }
    if project.len() > MAX_YAML_BYTES || too_deep_at(project).is_some() {
        return None;
    }
    let mut files = Vec::new();
    collect(&serde_yaml::from_slice(project).ok()?, &mut files)?;
    Some(files)
}

#[cfg(all(test, unix))]
mod tests {
    use super::*;
    use std::os::unix::fs::symlink;

    #[test]
    fn links_are_restricted_to_files_of_the_project() {
        let folder = tempfile::tempdir().unwrap();
        let root = folder.path().join("project");
        for name in ["retailers", "shared", ".git", ".reconcile"] {
            fs::create_dir_all(root.join(name)).unwrap();
        }
        let project = b"environments: {p: {omnirps: {key: {file: keys/rps}}}}";
        fs::create_dir(root.join("keys")).unwrap();
        for name in ["shared/a.yaml", ".git/config", ".reconcile/key", "keys/rps", "../out.yaml"] {
            fs::write(root.join(name), "x").unwrap();
        }
        let is_read = |boundary: &Boundary, to: &str| {
            let link = root.join("retailers/link.yaml");
            let _ = fs::remove_file(&link);
            symlink(to, &link).unwrap();
            boundary.target(&link).unwrap().is_some()
        };
        let boundary = Boundary::new(&root.join("retailers"), &root, Some(project));
        assert!(is_read(&boundary, "../shared/a.yaml"));
        for to in
            ["../.git/config", "../.reconcile/key", "../keys/rps", "../../out.yaml", "/none/x"]
        {
            assert!(!is_read(&boundary, to), "{to}");
        }
        // A file that is named as a key in a wrong place is one, and any may be one in a file
        // that is not YAML.
        let deep = format!("a: {}", "[".repeat(60_000));
        let long = format!("a: b{}", " ".repeat(MAX_YAML_BYTES));
        for project in [
            "keys: {rps: keys/rps}",
            "key: {file: [keys/rps]}",
            "key: !file {file: keys/rps}",
            "key: {file:keys/rps}",
            "omnirps: {key:file:keys/rps, url: x}",
            "key: {file= keys/rps}",
            "key: file keys/rps",
            "a: {b",
            "a: 1\na: 2",
            &deep,
            &long,
        ] {
            let boundary = Boundary::new(&root, &root, Some(project.as_bytes()));
            assert!(!is_read(&boundary, "../keys/rps"), "{project}");
            assert!(boundary.allows(&root.join("shared/a.yaml"), false), "{project}");
        }
        for name in ["123", "1.50", "0x1F", "true"] {
            fs::write(root.join(name), "x").unwrap();
            let project = format!("key: {{file: {name}}}");
            let boundary = Boundary::new(&root, &root, Some(project.as_bytes()));
            assert!(!is_read(&boundary, &format!("../{name}")), "{name} is the name of a file");
        }
        let project = "environments: {p: {contract: keys/rps, omnirps: {key: {file:other}}}}";
        let boundary = Boundary::new(&root, &root, Some(project.as_bytes()));
        assert!(is_read(&boundary, "../keys/rps"), "a contract is no key");
        let project = b"environments: {p: {omnirps: {key: {file: keys/rps}}}}";
        // Without a repository the boundary is the project's folder.
        fs::remove_dir_all(root.join(".git")).unwrap();
        let boundary = Boundary::new(&root.join("retailers"), &root, Some(project));
        assert!(is_read(&boundary, "../shared/a.yaml"));
        assert!(!is_read(&boundary, "../../out.yaml"));
        let boundary = Boundary::new(&root, &root, None);
        assert!(boundary.target(&root.join("nothing")).is_err());
        symlink("shared/nothing", root.join("dangling")).unwrap();
        assert!(boundary.target(&root.join("dangling")).is_err());
    }
}
