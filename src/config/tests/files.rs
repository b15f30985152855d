//! Finding and reading the files.

use crate::config::source::Unreadable;
use crate::config::{Locations, ReadError, Sources, check, no_retailers, read};
use crate::diagnostic::Severity;
use std::fs;
use std::path::Path;
use tempfile::TempDir;

fn folder(files: &[&str]) -> TempDir {
    let folder = TempDir::new().unwrap();
    for file in files {
        let path = folder.path().join(file);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, file).unwrap();
    }
    folder
}

fn at(folder: &Path, project_file: Option<&str>, retailers: Option<&str>) -> Locations {
    Locations {
        project_file: project_file.map(|path| folder.join(path)),
        retailers: retailers.map(|path| folder.join(path)),
        ..Locations::default()
    }
}

fn unread(sources: &Sources) -> Vec<&Unreadable> {
    sources.retailers.iter().filter_map(|source| source.unread.as_deref()).collect()
}

#[test]
fn retailer_files_are_found_sorted_and_hidden_ones_ignored() {
    let folder = folder(&[
        "fleet/b.yaml",
        "fleet/a/z.yml",
        "fleet/_draft.yaml",
        "fleet/_drafts/c.yaml",
        "fleet/.git/d.yaml",
        "fleet/README.md",
        "reconcile.yaml",
    ]);
    let sources = read(&at(folder.path(), None, Some("fleet"))).unwrap();
    let found: Vec<&[u8]> =
        sources.retailers.iter().map(|source| source.bytes.as_slice()).collect();
    assert_eq!(found, [b"fleet/a/z.yml".as_slice(), b"fleet/b.yaml"]);
    assert_eq!(sources.root, folder.path());
    assert!(sources.shared.project.is_some());
}

#[test]
fn each_location_follows_from_the_other() {
    let folder = folder(&["one/other.yaml", "one/retailers/a.yaml", "two/retailers/b.yaml"]);
    let sources = read(&at(folder.path(), Some("one/other.yaml"), None)).unwrap();
    assert_eq!(sources.retailers.len(), 1);
    assert_eq!(sources.shared.project.unwrap().bytes, b"one/other.yaml");
    let sources = read(&at(folder.path(), None, Some("two/retailers/"))).unwrap();
    assert_eq!(sources.root, folder.path().join("two"));
    assert!(sources.shared.project.is_none());
}

#[test]
fn missing_files_are_errors_with_hints() {
    let folder = folder(&["retailers/a.yaml", "file"]);
    let error = |project, retailers| read(&at(folder.path(), project, retailers)).unwrap_err();
    let missing = error(None, Some("none"));
    assert!(matches!(missing, ReadError::NoRetailers(_)));
    assert!(missing.hint().contains("--retailers"));
    assert!(matches!(error(None, Some("file")), ReadError::NotAFolder(_)));
    assert!(matches!(error(Some("none.yaml"), Some("retailers")), ReadError::NoProjectFile(_)));
}

#[cfg(unix)]
#[test]
fn links_are_followed_to_regular_files_only() {
    use std::os::unix::fs::symlink;
    let folder = folder(&["a.txt", "retailers/b.yaml"]);
    let retailers = folder.path().join("retailers");
    symlink(folder.path().join("a.txt"), retailers.join("a.yaml")).unwrap();
    let sources = read(&at(folder.path(), None, Some("retailers"))).unwrap();
    assert_eq!(sources.retailers.len(), 2);
    assert!(unread(&sources).is_empty());
    std::fs::create_dir(folder.path().join("b")).unwrap();
    symlink("../b", retailers.join("c.yaml")).unwrap();
    symlink("nothing", retailers.join("d.yaml")).unwrap();
    let sources = read(&at(folder.path(), None, Some("retailers"))).unwrap();
    let read: Vec<(&str, usize)> = sources
        .retailers
        .iter()
        .map(|source| (source.path.rsplit('/').next().unwrap(), source.bytes.len()))
        .collect();
    assert_eq!(read, [("a.yaml", 5), ("b.yaml", 16), ("c.yaml", 0), ("d.yaml", 0)]);
    let why: Vec<&str> = unread(&sources).iter().map(|unread| unread.why.as_str()).collect();
    assert_eq!(why, ["it is not a regular file", "it is a broken link"]);
}

// Other systems refuse such names.
#[cfg(target_os = "linux")]
#[test]
fn a_path_that_is_not_text_is_an_error_below_the_folder_alone() {
    use std::ffi::OsStr;
    use std::os::unix::ffi::OsStrExt;
    let top = folder(&[]);
    let retailers = top.path().join(OsStr::from_bytes(b"\xfc")).join("retailers");
    fs::create_dir_all(retailers.join(OsStr::from_bytes(b"\xfc"))).unwrap();
    let unread = || {
        let locations = Locations { retailers: Some(retailers.clone()), ..Locations::default() };
        let sources = read(&locations).unwrap();
        let unread = unread(&sources).into_iter();
        unread.map(|unread| (unread.code, unread.why.clone())).collect::<Vec<_>>()
    };
    fs::write(retailers.join("a.yaml"), "").unwrap();
    fs::write(retailers.join(OsStr::from_bytes(b"\xfc/a.txt")), "").unwrap();
    assert_eq!(unread(), []);
    fs::write(retailers.join(OsStr::from_bytes(b"\xfc/a.yaml")), "").unwrap();
    assert_eq!(unread(), [("unreadable-file", "its path is not UTF-8".to_owned())]);
}

#[cfg(unix)]
#[test]
fn the_folder_may_be_a_link_within_the_project() {
    use std::os::unix::fs::symlink;
    let folder = folder(&["project/all/a.yaml", "out/b.yaml"]);
    let project = folder.path().join("project");
    symlink("all", project.join("inside")).unwrap();
    symlink("../out", project.join("outside")).unwrap();
    let sources = read(&at(&project, None, Some("inside"))).unwrap();
    assert_eq!((sources.retailers.len(), sources.ignored.len()), (1, 0));
    let sources = read(&at(&project, None, Some("outside"))).unwrap();
    let codes: Vec<&str> = unread(&sources).iter().map(|unread| unread.code).collect();
    assert_eq!((codes, sources.retailers.len()), (vec!["link-leads-out"], 1));
}

#[test]
fn what_looks_like_a_retailer_file_and_is_not_read_is_a_warning() {
    let clean = "retailer: Acme\njourney: new\n";
    let folder = folder(&[]);
    let retailers = folder.path().join("retailers");
    fs::create_dir(&retailers).unwrap();
    for file in ["acme.yaml", "b.yml.txt", "c.YAML~", "notes.txt", "_d.yaml.bak"] {
        fs::write(retailers.join(file), clean).unwrap();
    }
    for file in ["reconcile.yml", "Reconcile.yaml", "reconcile.yaml.txt", "other.yaml"] {
        fs::write(folder.path().join(file), "").unwrap();
    }
    #[cfg(unix)]
    std::os::unix::fs::symlink(folder.path(), retailers.join("more")).unwrap();
    let sources = read(&at(folder.path(), None, Some("retailers"))).unwrap();
    assert!(no_retailers(&sources).is_none());
    let report = check(&sources, super::TODAY).report;
    let found: Vec<(&str, Severity, &str)> = report
        .diagnostics
        .iter()
        .map(|found| {
            let path = report.path(&found.primary).rsplit('/').next().unwrap();
            (found.code, found.severity, path)
        })
        .collect();
    let expected =
        ["Reconcile.yaml", "reconcile.yaml.txt", "reconcile.yml", "b.yml.txt", "c.YAML~", "more"];
    let expected = &expected[..if cfg!(unix) { 6 } else { 5 }];
    let expected: Vec<_> =
        expected.iter().map(|path| ("unread-file", Severity::Warning, *path)).collect();
    assert_eq!(found, expected);
    fs::write(folder.path().join("reconcile.yaml"), "").unwrap();
    let sources = read(&at(folder.path(), None, Some("retailers"))).unwrap();
    assert_eq!(sources.ignored.len(), expected.len() - 3, "the project file has its name");
}

#[test]
fn a_folder_without_retailer_files_is_an_error() {
    let folder = folder(&["retailers/README.md", "retailers/_draft.yaml"]);
    let sources = read(&at(folder.path(), None, Some("retailers"))).unwrap();
    let report = no_retailers(&sources).unwrap();
    assert_eq!(report.diagnostics[0].code, "no-retailers");
    assert!(report.path(&report.diagnostics[0].primary).ends_with("retailers"));
}
