//! The generated pages of `docs/reference`.
//!
//! Enters: the program's own tables and formats. Leaves: one page for each kind of name, and a
//! test that the files are up to date.
//!
//! # Anchors
//!
//! Each name is a heading, because heading anchors are what GitHub, GitLab and Bitbucket have
//! in common: Bitbucket shows `<a id>` as text
//! (<https://bitbucket.org/tutorials/markdowndemo/overview>, seen on 2026-11-27). GitHub and
//! GitLab derive the same anchor, in lower case and without punctuation, unless hyphens are
//! adjacent, which GitLab merges (<https://gitlab.com/gitlab-org/gitlab/-/issues/440733>, seen
//! on 2026-11-27), or two headings of a page are equal. [`Page`] rejects both.

mod codes;
mod commands;
mod exits;
mod files;
mod milestones;
mod settings;

use std::collections::BTreeSet;
use std::fmt::Write as _;
use std::path::{Path, PathBuf};

/// The environment variable that makes the test write the pages.
const UPDATE: &str = "UPDATE_REFERENCE";

/// The command that rewrites the pages.
const COMMAND: &str = "UPDATE_REFERENCE=1 cargo test --lib reference";

/// The Markdown of a page.
struct Page {
    name: &'static str,
    text: String,
    anchors: BTreeSet<String>,
}

impl Page {
    fn new(name: &'static str, title: &str, about: &str) -> Page {
        // An unused link definition: a comment that all forges hide.
        let text = format!(
            "[//]: # (Generated from the program's tables. Do not edit. To rewrite: {COMMAND})\n\n\
             # {title}\n\n{about}\n"
        );
        Page { name, text, anchors: BTreeSet::new() }
    }

    /// Starts a section of several names.
    fn section(&mut self, title: &str) {
        self.heading("##", title);
    }

    /// Starts the entry of a name.
    fn name(&mut self, name: &str) {
        self.heading("###", &format!("`{name}`"));
    }

    fn heading(&mut self, level: &str, title: &str) {
        let anchor = anchor(title);
        assert!(!anchor.contains("--"), "{}: #{anchor} differs between forges", self.name);
        assert!(self.anchors.insert(anchor), "{}: `{title}` is there twice", self.name);
        let _ = write!(self.text, "\n{level} {title}\n");
    }

    /// Adds a paragraph.
    fn paragraph(&mut self, text: &str) {
        let _ = write!(self.text, "\n{}\n", text.trim());
    }

    /// Adds a list.
    fn list(&mut self, items: impl IntoIterator<Item = String>) {
        let items: String = items.into_iter().map(|item| format!("- {item}\n")).collect();
        if !items.is_empty() {
            let _ = write!(self.text, "\n{items}");
        }
    }
}

/// Returns the anchor of a heading.
fn anchor(heading: &str) -> String {
    let kept = |character: &char| character.is_alphanumeric() || " -_".contains(*character);
    heading.to_lowercase().chars().filter(kept).collect::<String>().replace(' ', "-")
}

/// Formats a text as a sentence: with a capital letter and a period.
fn sentence(text: &str) -> String {
    let mut letters = text.trim_end_matches('.').chars();
    let first = letters.next().map(|letter| letter.to_uppercase().to_string());
    let stop = if text.ends_with(['?', '!']) { "" } else { "." };
    format!("{}{}{stop}", first.unwrap_or_default(), letters.as_str())
}

/// Formats words as code, joined.
fn code_list<'a>(words: impl IntoIterator<Item = &'a str>) -> String {
    words.into_iter().map(|word| format!("`{word}`")).collect::<Vec<_>>().join(", ")
}

fn pages() -> Vec<Page> {
    let mut pages =
        vec![settings::page(), milestones::page(), codes::page(), exits::page(), commands::page()];
    pages.extend(files::pages());
    pages
}

fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/reference")
}

#[test]
fn the_reference_is_current() {
    let mut outdated = Vec::new();
    for page in pages() {
        let path = folder().join(page.name);
        if std::env::var_os(UPDATE).is_some() {
            std::fs::write(&path, &page.text).unwrap();
        }
        // A checkout on Windows may have other line ends.
        let written = std::fs::read_to_string(&path).unwrap_or_default().replace("\r\n", "\n");
        if written != page.text {
            outdated.push(page.name);
        }
    }
    assert!(outdated.is_empty(), "{outdated:?} are not current; rewrite them with `{COMMAND}`");
}

#[test]
fn every_page_is_in_the_index() {
    let index = std::fs::read_to_string(folder().with_extension("md")).unwrap();
    for entry in std::fs::read_dir(folder()).unwrap() {
        let name = entry.unwrap().file_name().into_string().unwrap();
        assert!(index.contains(&format!("(reference/{name})")), "docs/reference.md lacks {name}");
    }
}

#[test]
fn every_code_has_the_anchor_that_it_points_to() {
    let page = codes::page();
    for code in crate::codes::CODES {
        let (path, anchor) = code.paragraph();
        assert_eq!(path, format!("docs/reference/{}", page.name));
        assert!(page.anchors.contains(anchor), "{anchor}");
    }
}

#[test]
fn every_variable_that_the_program_reads_is_in_the_reference() {
    let text = std::fs::read_to_string(folder().join("environment.md")).unwrap();
    let mut names = BTreeSet::new();
    for entry in walkdir::WalkDir::new(Path::new(env!("CARGO_MANIFEST_DIR")).join("src")) {
        let path = entry.unwrap().into_path();
        let is_source = path.extension().is_some_and(|extension| extension == "rs");
        if !is_source || path.components().any(|part| part.as_os_str() == "tests") {
            continue;
        }
        let source = std::fs::read_to_string(path).unwrap();
        for mark in ["var(\"", "var_os(\"", "variable(\"", "env = \"", "named(\""] {
            let quoted = source.split(mark).skip(1).filter_map(|rest| rest.split('"').next());
            let is_name = |name: &&str| {
                name.len() > 1 && name.bytes().all(|byte| byte.is_ascii_uppercase() || byte == b'_')
            };
            names.extend(quoted.filter(is_name).map(str::to_owned));
        }
    }
    assert!(names.contains("RECONCILE_NOTIFY_URL") && names.len() > 8, "{names:?}");
    for name in names {
        assert!(text.contains(&format!("`{name}`")), "docs/reference/environment.md lacks {name}");
    }
}
