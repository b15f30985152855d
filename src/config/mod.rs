//! The files: reads, checks and turns them into the model.
//!
//! [`read()`] takes bytes from the file system; [`check`] is a plain function from bytes to
//! [`Checked`]. One broken file hides no other, and one problem hides no other of its
//! file: every problem of all files is reported in one run. Later, `locate` finds the
//! lines that the entries of a plan are about, and [`edit`] states a milestone.
//!
//! ```text
//! read ─► Sources ─ text ─ parse (schema, checks) ─► fleet ─► build ─► Project, Retailers
//!                     └────────── problems ───────────┴─► assemble ─► Diagnostics
//! ```
//!
//! `contract` has the checks of contract files, and `label` those of label files; both formats
//! are in the model.

mod assemble;
mod build;
mod built_in;
mod checks;
mod contract;
mod cut;
pub mod edit;
mod finding;
mod fleet;
pub(crate) mod json_schema;
mod label;
mod lines;
mod mask;
mod parse;
mod read;
mod shared;
mod source;
mod syntax;
#[cfg(test)]
mod tests;
mod text;
mod tree;
pub(crate) mod yaml;

pub(crate) use built_in::BUILT_IN;
pub(crate) use contract::contracts;
pub(crate) use label::schema as label_schema;
pub(crate) use lines::{Lines, declared_name, is_called, line, place_of_item};
pub(crate) use read::{
    BaseFiles, Locations, ReadError, display, is_key, own_path, place_of, read, read_base,
};
pub(crate) use shared::{in_one_line, shared_changes};
pub(crate) use source::{Ignored, SharedFiles};
pub use source::{Source, Sources};

use crate::diagnostic::{Diagnostic, Diagnostics, SourceFile, Span};
use crate::model::contract::ContractFile;
use crate::model::name::is_reserved_file_name;
use crate::model::types::{Format, shown};
use crate::model::{Project, ProjectFile, Retailer, RetailerFile};
use crate::parallel;
use assemble::File;
use checks::Subject;
use finding::Problem;
use fleet::{FleetFinding, Member};
use jiff::civil::Date;
use parse::{FileKind, Parsed};
use std::collections::BTreeMap;

/// What the files declare, and what is wrong with them.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Checked {
    /// The project; if its file has errors, as much of it as could be used.
    pub project: Project,
    /// The retailers whose files have no error, sorted by name, then by slug.
    pub retailers: Vec<Retailer>,
    pub report: Diagnostics,
    /// The number of files that were checked.
    pub files: usize,
}

/// One file after reading it.
struct Loaded<'a, T> {
    file: File<'a>,
    /// The value, as far as it could be read.
    value: Option<T>,
}

/// Checks every file. The result depends on the arguments alone.
pub fn check(sources: &Sources, today: Date) -> Checked {
    check_beside(sources, Vec::new(), today).0
}

/// Checks files together with the rest of their fleet, which was checked before: no two of
/// them may claim the same. Also returns the rest without those that claim the same as one of the
/// files; they are as wrong as it is.
pub(crate) fn check_beside<'r>(
    sources: &Sources,
    mut rest: Vec<&'r Retailer>,
    today: Date,
) -> (Checked, Vec<&'r Retailer>) {
    let contracts = load_contracts(sources);
    let (project, project_files) = load_project(sources, &contracts);
    let mut loaded = load_retailers(sources, &project.partner.name_suffix, today);
    let (findings, is_invalid) = check_fleet(&loaded, &rest);
    let (is_clashing, is_invalid) = is_invalid.split_at(rest.len());
    let mut is_clashing = is_clashing.iter();
    rest.retain(|_| is_clashing.next() == Some(&false));
    let mut retailers: Vec<Retailer> = Vec::with_capacity(loaded.len());
    let valid = loaded.iter_mut().zip(is_invalid).filter(|(_, is_invalid)| !**is_invalid);
    retailers.extend(valid.filter_map(|(loaded, _)| match loaded.value.take()? {
        Declared::Valid(retailer) => Some(*retailer),
        Declared::Invalid(_) => None,
    }));
    retailers.sort_by(|a, b| (&a.name, &a.slug).cmp(&(&b.name, &b.slug)));

    let files =
        sources.retailers.len() + usize::from(sources.shared.project.is_some()) + contracts.len();
    let retailer_files = loaded.into_iter().map(|loaded| loaded.file).collect();
    let contract_files = contracts.into_values().map(|loaded| loaded.file);
    let ignored = sources.ignored.iter().map(|(path, why)| File::ignored(path, *why));
    let others = project_files.into_iter().chain(contract_files).chain(ignored);
    let report = assemble::report(retailer_files, findings, others);
    (Checked { project, retailers, report, files }, rest)
}

/// Loads the project file. Returns the project, with the partner that an import proposes, and the
/// files of both.
fn load_project<'a>(
    sources: &'a Sources,
    contracts: &BTreeMap<&str, Loaded<'_, ContractFile>>,
) -> (Project, Vec<File<'a>>) {
    let contract_at = |path: &str| contracts.get(path)?.value.as_ref();
    let own = sources.shared.project.as_ref().map(|source| {
        let check = |file: &ProjectFile| {
            let mut findings = checks::project(file);
            findings.extend(contract::check_names(file, &sources.shared.contracts));
            findings.extend(contract::check_headers(file, contract_at));
            findings.extend(label::check(file, &sources.shared.labels));
            findings
        };
        load::<ProjectFile>(source, FileKind::Shared, cut::OF_PROJECT, check)
    });
    let proposed = sources.proposed.as_ref().and_then(|proposed| proposed.project.as_ref());
    let proposed =
        proposed.map(|source| load::<ProjectFile>(source, FileKind::Shared, &[], checks::project));
    let mut declared = own.as_ref().and_then(|loaded| loaded.value.clone()).unwrap_or_default();
    if let Some(proposed) = proposed.as_ref().and_then(|loaded| loaded.value.as_ref()) {
        declared.partner = proposed.partner.clone();
    }
    let mut project = build::project(&sources.root, &declared);
    for (name, environment) in &declared.environments {
        let Some(built) = project.environments.get_mut(name) else { continue };
        let contract = environment.contract.as_deref().and_then(contract_at);
        built.contracts = contract.map(ContractFile::systems).unwrap_or_default();
        built.label = label::body(environment, &sources.shared.labels);
    }
    (project, own.into_iter().chain(proposed).map(|loaded| loaded.file).collect())
}

/// Checks retailer files together with the rest of their fleet. Returns the findings in the files,
/// and whether each retailer of the rest, and then each file, is invalid.
fn check_fleet(
    loaded: &[Loaded<'_, Declared>],
    rest: &[&Retailer],
) -> (Vec<FleetFinding>, Vec<bool>) {
    let files = loaded.iter().map(|loaded| match &loaded.value {
        Some(Declared::Valid(retailer)) => Member::of_retailer(retailer),
        Some(Declared::Invalid(file)) => Member::of_file(slug(loaded.file.path), Some(file)),
        None => Member::of_file(slug(loaded.file.path), None),
    });
    // The rest comes first, so that a clash is a finding in one of the files.
    let members = rest.iter().map(|retailer| Member::of_retailer(retailer)).chain(files);
    let mut findings = fleet::check(&members.collect::<Vec<_>>());

    let has_error =
        |loaded: &Loaded<'_, Declared>| loaded.file.problems.iter().any(Problem::is_error);
    let mut is_invalid = vec![false; rest.len()];
    is_invalid.extend(loaded.iter().map(has_error));
    for found in &mut findings {
        // Neither of two claims is better than the other.
        found.places().for_each(|(member, _)| is_invalid[*member] = true);
        found.related.retain(|((member, _), _)| *member >= rest.len());
    }
    findings.retain(|found| found.primary.0 >= rest.len());
    let in_files = |(member, place)| (member - rest.len(), place);
    (findings.into_iter().map(|found| found.map(in_files)).collect(), is_invalid)
}

/// Loads a file; `texts` are the paths to its texts that a comment may cut short.
fn load<'a, F: Format>(
    source: &'a Source,
    kind: FileKind,
    texts: &[cut::Texts],
    check: impl Fn(&F::Value) -> Vec<finding::Finding>,
) -> Loaded<'a, F::Value> {
    if let Some(unread) = &source.unread {
        let message = format!("the file cannot be read: {}", unread.why);
        let problem = Problem::error(unread.code, 0..0, message, unread.hint);
        return Loaded { file: File::new(&source.path, Ok(""), vec![problem]), value: None };
    }
    let (text, Parsed { value, mut problems }) = match text::decode(&source.bytes) {
        Ok(text) => (Ok(text), parse::parse::<F>(text, kind, check)),
        Err((shown, problems)) => (Err(shown), Parsed { value: None, problems }),
    };
    problems.extend(text.iter().flat_map(|text| cut::problems(text, texts)));
    Loaded { file: File::new(&source.path, text, problems), value }
}

/// Loads the contract files that could be read, by path as the project file writes it.
fn load_contracts(sources: &Sources) -> BTreeMap<&str, Loaded<'_, ContractFile>> {
    let read = sources.shared.contracts.iter().filter(|(_, source)| source.unread.is_none());
    let load = |source| load::<ContractFile>(source, FileKind::Shared, &[], contract::check);
    read.map(|(path, source)| (path.as_str(), load(source))).collect()
}

/// What a retailer file declares.
enum Declared {
    /// It has no error of its own.
    Valid(Box<Retailer>),
    /// What could be read of it.
    Invalid(Box<RetailerFile>),
}

/// Loads the retailer files on all cores; the result is in the order of the sources.
fn load_retailers<'a>(
    sources: &'a Sources,
    suffix: &str,
    today: Date,
) -> Vec<Loaded<'a, Declared>> {
    parallel::map(sources.retailers.iter(), |source| {
        let check = |file: &RetailerFile| checks::retailer(&Subject { file, suffix, today });
        let Loaded { mut file, value } =
            load::<RetailerFile>(source, FileKind::Retailer, cut::OF_RETAILER, check);
        let (path, slug) = (&source.path, slug(&source.path));
        if source.unread.is_none() {
            file.problems.extend(slug_problem(slug));
            file.problems.extend(reserved_problem(slug));
        }
        let value = if file.problems.iter().any(Problem::is_error) {
            value.map(|file| Declared::Invalid(Box::new(file)))
        } else {
            let built = value.and_then(|file| build::retailer(slug, path, file, today));
            built.map(|retailer| Declared::Valid(Box::new(retailer)))
        };
        Loaded { file, value }
    })
}

/// Returns a file's name without its folder and ending.
pub(crate) fn slug(path: &str) -> &str {
    let name = path.rsplit('/').next().unwrap_or(path);
    name.rsplit_once('.').map_or(name, |(stem, _)| stem)
}

/// Returns the error that a folder without retailer files is for commands that are about
/// them: an empty fleet is more often a wrong folder than an empty fleet.
pub(crate) fn no_retailers(sources: &Sources) -> Option<Diagnostics> {
    if !sources.retailers.is_empty() {
        return None;
    }
    let path = display(&sources.folder);
    Some(Diagnostics {
        diagnostics: vec![Diagnostic::error(
            "no-retailers",
            Span { file: 0, range: 0..0 },
            "there is no retailer file here",
            "write one with `reconcile new`, fetch them with `reconcile import`, or run this beside \
             the `retailers` folder, or name it with --retailers",
        )],
        sources: vec![SourceFile { path, text: String::new() }],
    })
}

fn reserved_problem(slug: &str) -> Option<Problem> {
    is_reserved_file_name(slug).then(|| {
        let message = format!("Windows cannot hold a file named {}", shown(slug));
        let hint = "add a word to the file's name, as in `aux-shop.yaml`";
        Problem::warning("reserved-file-name", 0..0, message, hint)
    })
}

fn slug_problem(slug: &str) -> Option<Problem> {
    let is_word = |word: &str| {
        !word.is_empty() && word.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit())
    };
    if slug.split('-').all(is_word) {
        return None;
    }
    let message = format!("the file name {} is not lower-case kebab-case", shown(slug));
    let hint =
        "rename it to lower-case letters and digits joined by `-`, as in `acme-apparel.yaml`";
    Some(Problem::error("bad-slug", 0..0, message, hint))
}
