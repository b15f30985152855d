//! The checked files and the options of the command line.

use super::today;
use crate::cli::Global;
use crate::config::{self, Locations, ReadError, SharedFiles, Source, Sources};
use crate::diagnostic::Diagnostics;
use crate::exit::{Exit, Failure, usage_first};
use crate::files;
use crate::model::{Project, Retailer};
use crate::runs::{self, RunStore};
use crate::scope;
use crate::status::{self, NextStep};
use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Arc;

/// What a command line names in addition to the global options.
#[derive(Clone, Default)]
pub(crate) struct Mentioned<'a> {
    pub retailer: Option<&'a str>,
    /// Among which retailers `--only` selects.
    pub selection: Selection,
    /// A reference of Git.
    pub base: Option<&'a str>,
    /// A project file whose partner is used.
    pub partner_from: Option<&'a Path>,
    /// Files to write.
    pub outs: Vec<&'a Path>,
    /// The option to leave out if the environment is not the one that the files are about. `None`
    /// means that nothing from the environment is written into the files.
    pub records: Option<&'a str>,
    /// What else is wrong usage. Other failures count only if the files are valid.
    pub usage: Option<&'a UsageCheck<'a>>,
}

/// A check of a command line.
type UsageCheck<'a> = dyn Fn(&Session) -> Result<(), Failure> + 'a;

/// Among which retailers `--only` selects.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) enum Selection {
    /// Those that a file declares.
    #[default]
    Declared,
    /// Those that a file declares or declared at the base.
    DeclaredOrAtBase,
    /// Others, such as live ones.
    Others,
}

/// Checked files and the options that go with them.
pub(crate) struct Session {
    pub global: Global,
    pub project: Project,
    pub fleet: Vec<Retailer>,
    /// The files as they were read.
    pub sources: Sources,
    /// How many files were checked.
    pub files: usize,
}

impl Session {
    /// Reads and checks all files; errors in them end the command, and so does an empty
    /// fleet. Problems go to stderr.
    ///
    /// They live until the program ends: to drop a large fleet takes longer than to leave it.
    pub(crate) fn load(
        global: &Global,
        mentioned: Mentioned<'_>,
    ) -> Result<&'static Session, Failure> {
        let read = with_retailers(Session::read_at(global, mentioned.partner_from)?);
        Ok(Box::leak(Box::new(Session::checked(read, &mentioned)?)))
    }

    /// Reads and checks all files for a command that needs no retailer.
    pub(crate) fn load_without_retailers(
        global: &Global,
        mentioned: Mentioned<'_>,
    ) -> Result<&'static mut Session, Failure> {
        let read = Session::read_without_retailers(global)?;
        Ok(Box::leak(Box::new(Session::checked(read, &mentioned)?)))
    }

    /// Reads all files for a command about run records. Only the project file, which names the
    /// store, must be valid.
    pub(crate) fn load_project(global: &Global) -> Result<Session, Failure> {
        let (session, report) = Session::read_without_retailers(global)?;
        if session.is_project_valid(&report) {
            return Ok(session);
        }
        session.print_problems(&report, None);
        Err(Failure::printed(Exit::Invalid))
    }

    fn checked(
        (session, report): (Session, Diagnostics),
        mentioned: &Mentioned<'_>,
    ) -> Result<Session, Failure> {
        session.print_problems(&report, mentioned.retailer);
        match session.check_usage(&report, mentioned) {
            Err(failure) if failure.exit == Exit::Usage => Err(failure),
            _ if report.has_errors() => Err(Failure::printed(Exit::Invalid)),
            checked => checked.map(|()| session),
        }
    }

    /// Reads and checks all files as of today. The fleet holds the valid ones; an empty one
    /// is an error.
    pub(crate) fn read(global: &Global) -> Result<(Session, Diagnostics), Failure> {
        Ok(with_retailers(Session::read_without_retailers(global)?))
    }

    /// Reads and checks all files as of today. The fleet holds the valid ones, which may be
    /// none.
    pub(crate) fn read_without_retailers(
        global: &Global,
    ) -> Result<(Session, Diagnostics), Failure> {
        Session::read_at(global, None)
    }

    fn read_at(
        global: &Global,
        partner_from: Option<&Path>,
    ) -> Result<(Session, Diagnostics), Failure> {
        let locations = Locations {
            project_file: global.config.clone(),
            retailers: global.retailers.clone(),
            partner_from: partner_from.map(Path::to_owned),
        };
        let sources = config::read(&locations).map_err(|error| {
            let exit = match error {
                ReadError::NoRetailers(_)
                | ReadError::NotAFolder(_)
                | ReadError::NoProjectFile(_)
                | ReadError::NoProposal(_) => Exit::Usage,
                ReadError::Unreadable { .. } | ReadError::Io { .. } => Exit::Invalid,
            };
            Failure { exit, ..Failure::because(&error, error.hint()) }
        })?;
        let config::Checked { project, retailers: fleet, report, files } =
            config::check(&sources, today());
        let mut global = global.clone();
        scope::prefer_exact(&fleet, &mut global.only);
        Ok((Session { global, project, fleet, sources, files }, report))
    }

    /// Returns the folder for what the tool keeps between runs.
    pub(crate) fn state_folder(&self) -> PathBuf {
        let root = &self.project.root;
        if root == Path::new(".") { ".reconcile".into() } else { root.join(".reconcile") }
    }

    /// Returns the store of the run records. Nothing is connected to yet.
    pub(crate) fn store(&self) -> Result<Arc<dyn RunStore>, Failure> {
        Ok(runs::open(&self.project.state, self.state_folder())?)
    }

    /// Refuses files to write that are inputs of the command, that are named twice, or that cannot
    /// be there.
    pub(super) fn check_outs(&self, outs: &[&Path]) -> Result<(), Failure> {
        let mut places = BTreeSet::new();
        usage_first(outs.iter().map(|out| self.check_out(out, &mut places)))
    }

    /// Checks an output beside those at other places.
    fn check_out(&self, out: &Path, places: &mut BTreeSet<PathBuf>) -> Result<(), Failure> {
        let shown = out.display();
        let cannot = |why: &str| {
            let message = format!("`{shown}` cannot be written: {why}");
            Err(Failure::failed(message, "choose another place"))
        };
        let place = match fs::metadata(out) {
            Ok(there) if there.is_dir() => return cannot("it is a folder"),
            // A pipe or a device takes several.
            Ok(there) if !there.is_file() => return Ok(()),
            Ok(_) => fs::canonicalize(out).ok(),
            Err(_) => match fs::canonicalize(files::folder(out)) {
                Ok(folder) => out.file_name().map(|name| folder.join(name)),
                Err(_) => return cannot("its folder does not exist"),
            },
        };
        let Some(place) = place else { return Ok(()) };
        if let Some(path) = self.input_at(&place) {
            return Err(is_input(path));
        }
        let faults = self.global.sandbox_faults.as_ref();
        if config::is_key(&self.sources, &place)
            || self.is_template(&place)
            || faults.is_some_and(|path| fs::canonicalize(path).is_ok_and(|at| at == place))
        {
            return Err(is_input(&shown.to_string()));
        }
        if !places.insert(place) {
            let message = format!("two outputs would be written to `{shown}`");
            return Err(Failure::usage(message, "name another file for one of them"));
        }
        Ok(())
    }

    /// Returns the file at a canonical path, if the command has read it.
    fn input_at(&self, place: &Path) -> Option<&str> {
        let Sources { shared, proposed, retailers, .. } = &self.sources;
        // The name of a file that is no link is that of its canonical path.
        let may_be =
            |read: &&Source| read.is_link || Path::new(&read.path).file_name() == place.file_name();
        let shared = std::iter::once(shared).chain(proposed).flat_map(
            |SharedFiles { project, contracts, labels }| {
                project.iter().chain(contracts.values()).chain(labels.values())
            },
        );
        let mut read = shared.chain(retailers.iter().filter(may_be));
        let found = read.find(|read| fs::canonicalize(&read.path).is_ok_and(|read| read == place));
        found.map(|read| read.path.as_str())
    }

    /// Returns the bytes of a retailer file.
    pub(crate) fn bytes_of(&self, file: &str) -> Option<&[u8]> {
        let files = &self.sources.retailers;
        let at = files.binary_search_by(|source| source.path.as_str().cmp(file)).ok()?;
        Some(&files[at].bytes)
    }

    /// Returns what comes next for a retailer whose file was written since the files were read,
    /// as far as it shows it.
    pub(crate) fn next(&self, retailer: &Retailer) -> Vec<NextStep> {
        let before = self.fleet.iter().find(|of| of.slug == retailer.slug);
        let with = (&self.command_options(), &self.chosen_capabilities());
        status::next(retailer, before, &self.project, with, today())
    }

    /// The file that holds the sandbox's state between runs.
    pub(crate) fn sandbox_file(&self) -> PathBuf {
        self.state_folder().join("sandbox.db")
    }
}

/// Refuses files to write that are the saved plan which a command reads.
pub(crate) fn check_plan_is_kept<'a>(
    plan_file: &Path,
    mut outs: impl Iterator<Item = &'a Path>,
) -> Result<(), Failure> {
    let place = fs::canonicalize(plan_file).ok();
    let is_it = |out: &Path| place.is_some() && fs::canonicalize(out).ok() == place;
    if outs.any(is_it) { Err(is_input(&plan_file.display().to_string())) } else { Ok(()) }
}

fn is_input(path: &str) -> Failure {
    Failure::usage(
        format!("`{path}` is an input of this command, and is not overwritten"),
        "name another file to write to",
    )
}

/// Adds the error that an empty fleet is.
fn with_retailers((session, mut report): (Session, Diagnostics)) -> (Session, Diagnostics) {
    if let Some(error) = config::no_retailers(&session.sources) {
        report.extend(error);
    }
    (session, report)
}
