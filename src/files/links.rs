//! Restricts the targets of links among the files.
//!
//! Anyone who may open a pull request can commit a link, and diagnostics quote the text of
//! files. So nothing is read through a link that leads out of the repository (or, without one,
//! out of the project's folder), or to private files of Git, this tool or the project.

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
}

impl Boundary {
    /// Creates the boundary for links in a folder of a project.
    pub(crate) fn new(folder: &Path, root: &Path, project: Option<&[u8]>) -> Boundary {
        let folders = match git::top(folder) {
            Some(top) => vec![top],
            None => [folder, root].iter().filter_map(|path| fs::canonicalize(path).ok()).collect(),
        };
        let keys = project.map(key_files).unwrap_or_default();
        Boundary { folders, keys: keys.iter().map(|key| real(&root.join(key))).collect() }
    }

    /// Returns the target of a link, or `None` if it may not be read.
    pub(crate) fn target(&self, link: &Path) -> std::io::Result<Option<PathBuf>> {
        let target = fs::canonicalize(link)?;
        let is_inside = self.folders.iter().any(|folder| target.starts_with(folder));
        Ok((is_inside && !self.is_private(&target)).then_some(target))
    }

    /// Returns whether the content of a file must not be shown, regardless of its path.
    pub(crate) fn is_private(&self, target: &Path) -> bool {
        let folders = self.folders.iter().filter_map(|folder| target.strip_prefix(folder).ok());
        let mut parts = folders.flat_map(Path::components);
        let is_own =
            |part: Component| part.as_os_str() == ".git" || part.as_os_str() == ".reconcile";
        parts.any(is_own) || self.keys.iter().any(|key| key == target)
    }

    /// Adds the key files of another version of the project file.
    pub(crate) fn add_keys(&mut self, root: &Path, project: &[u8]) {
        self.keys.extend(key_files(project).iter().map(|key| real(&root.join(key))));
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

/// Returns the files that a project file names as `file`: keys and other secrets.
fn key_files(project: &[u8]) -> Vec<String> {
    fn collect(value: &Value, files: &mut Vec<String>) {
        match value {
            Value::Mapping(entries) => entries.iter().for_each(|(key, value)| match value {
                Value::String(path) if key.as_str() == Some("file") => files.push(path.clone()),
                value => collect(value, files),
            }),
            Value::Sequence(values) => values.iter().for_each(|value| collect(value, files)),
            _ => {}
        }
    }
    let mut files = Vec::new();
    if let Ok(value) = serde_yaml::from_slice::<Value>(project) {
        collect(&value, &mut files);
    }
    files
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
            ["../.git/config", "../.reconcile/key", "../keys/rps", "../../out.yaml", "/etc/passwd"]
        {
            assert!(!is_read(&boundary, to), "{to}");
        }
        // Without a repository the boundary is the project's folder.
        fs::remove_dir_all(root.join(".git")).unwrap();
        let boundary = Boundary::new(&root.join("retailers"), &root, Some(project));
        assert!(is_read(&boundary, "../shared/a.yaml"));
        assert!(!is_read(&boundary, "../../out.yaml"));
        assert!(Boundary::new(&root, &root, None).target(&root.join("nothing")).is_err());
    }
}
