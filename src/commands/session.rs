//! What all commands need: the checked files, the scope, the opened environment.

use super::base::Base;
use crate::cli::Global;
use crate::config::{self, Locations, ReadError, Source, Sources};
use crate::diagnostic::{Diagnostics, Severity};
use crate::exit::{Exit, Failure};
use crate::matching::{ReadScope, needs};
use crate::model::{
    Backend, Capabilities, Environment, Limits, Live, Project, Retailer, System, name,
};
use crate::plan::{Plan, PlanInput};
use crate::process;
use crate::render;
use crate::sandbox::{self, Faults, Sandbox, Seed, Storage};
use crate::systems::{self, Purpose, Reader};
use std::collections::BTreeMap;
use std::fs;
use std::io::Write;
use std::path::{Path, PathBuf};

/// Checked files and the options that go with them.
pub(super) struct Session {
    pub global: Global,
    pub project: Project,
    pub fleet: Vec<Retailer>,
    /// The files as they were read.
    pub sources: Sources,
}

/// An environment that is open.
pub(super) struct Connection {
    pub reader: Reader,
    pub limits: Limits,
    sandbox: Option<Sandbox>,
}

impl Session {
    /// Reads and checks all files. Problems go to stderr.
    pub(super) fn load(global: &Global) -> Result<Session, Failure> {
        let (sources, checked) = check(global)?;
        tell_report(global, &checked.report)?;
        if checked.report.has_errors() {
            return Err(Failure::printed(Exit::Invalid));
        }
        let config::Checked { project, retailers: fleet, .. } = checked;
        check_environment(global, &project)?;
        Ok(Session { global: global.clone(), project, fleet, sources })
    }

    /// The folder for what the tool keeps between runs.
    pub(super) fn state_folder(&self) -> PathBuf {
        state_folder(&self.project)
    }

    /// The folder of the journals.
    pub(super) fn runs_folder(&self) -> PathBuf {
        runs_folder(&self.project)
    }

    /// Finds the environment to work on.
    pub(super) fn environment(&self) -> Result<(&str, &Environment), Failure> {
        environment(&self.global, &self.project)
    }

    /// Finds the retailer that a command is about, by name or by slug.
    pub(super) fn find(&self, name: &str) -> Result<&Retailer, Failure> {
        self.check_scope()?;
        let retailer = find(&self.fleet, name)?;
        check_in_scope(&self.global, retailer)?;
        Ok(retailer)
    }

    /// Checks that every `--only` matches.
    pub(super) fn check_scope(&self) -> Result<(), Failure> {
        check_scope(&self.global, &self.fleet)
    }

    /// Refuses to write over the files that the command has read.
    pub(super) fn check_out(&self, out: &Path) -> Result<(), Failure> {
        let Ok(out) = fs::canonicalize(out) else { return Ok(()) };
        let Sources { project, contracts, labels, retailers, .. } = &self.sources;
        let named = contracts.values().chain(labels.values()).flatten();
        let mut read = project.iter().chain(named).chain(retailers);
        match read.find(|read| fs::canonicalize(&read.path).is_ok_and(|read| read == out)) {
            None => Ok(()),
            Some(Source { path, .. }) => Err(Failure::usage(
                format!("`{path}` is one of the files that this reads, and is not overwritten"),
                "name another file to write to",
            )),
        }
    }

    /// Says whether a retailer is among those that the command is for.
    pub(super) fn in_scope(&self, retailer: &Retailer) -> bool {
        in_scope(&self.global, retailer)
    }

    fn is_covered(&self, retailer: &Retailer, base: Option<&Base>) -> bool {
        self.in_scope(retailer) && base.is_none_or(|base| base.has_changed(retailer))
    }

    /// Returns what has to be read for the retailers in scope. A whole fleet needs
    /// everything; a part of it only its own records, where these are pinned.
    pub(super) fn needs(&self, base: Option<&Base>) -> BTreeMap<System, ReadScope> {
        if self.global.only.is_empty() && base.is_none() {
            return System::ALL.map(|system| (system, ReadScope::All)).into();
        }
        let partner = &self.project.partner;
        let in_scope = self.fleet.iter().filter(|retailer| self.is_covered(retailer, base));
        let now = in_scope.map(|retailer| (retailer, process::desired(retailer, partner)));
        let then = base.into_iter().flat_map(Base::changed);
        needs(now.chain(then))
    }

    /// Makes the plan for the retailers in scope; with a base, for those that changed.
    pub(super) fn plan(&self, environment: &str, live: &Live, base: Option<&Base>) -> Plan {
        crate::plan::plan(&PlanInput {
            environment,
            partner: &self.project.partner,
            fleet: &self.fleet,
            in_scope: &|retailer| self.is_covered(retailer, base),
            live,
            capabilities: &self.capabilities(environment),
        })
    }

    /// How the settings of an environment are read and changed.
    pub(super) fn capabilities(&self, environment: &str) -> Capabilities {
        self.project.environments.get(environment).map(systems::capabilities).unwrap_or_default()
    }

    /// Returns the retailers that a plan is made for, with their files.
    pub(super) fn subjects(&self, base: Option<&Base>) -> Vec<(&str, &str)> {
        let covered = self.fleet.iter().filter(|retailer| self.is_covered(retailer, base));
        covered.map(|retailer| (retailer.name.as_str(), retailer.file.as_str())).collect()
    }

    /// Opens an environment; starts the sandbox for an embedded one.
    pub(super) async fn open(&self, environment: &Environment) -> Result<Connection, Failure> {
        self.open_for(environment, Purpose::Settings).await
    }

    /// Opens an environment for a purpose.
    pub(super) async fn open_for(
        &self,
        environment: &Environment,
        purpose: Purpose,
    ) -> Result<Connection, Failure> {
        let limits = environment.limits;
        match &environment.backend {
            Backend::Remote(routes) => {
                let reader = systems::open(environment, routes, purpose)
                    .map_err(|error| Failure::because(&error, error.hint()))?;
                Ok(Connection { reader, limits, sandbox: None })
            }
            Backend::Embedded => {
                let options = sandbox::Options {
                    faults: self.faults()?,
                    state: Storage::File(self.sandbox_file()),
                    ..sandbox::Options::default()
                };
                let sandbox = sandbox::start(options).await.map_err(super::sandbox_failure)?;
                let reader = systems::open_sandbox(&sandbox, limits)
                    .map_err(|error| Failure::because(&error, error.hint()))?;
                Ok(Connection { reader, limits, sandbox: Some(sandbox) })
            }
        }
    }

    /// The file that holds the sandbox's state between runs.
    pub(super) fn sandbox_file(&self) -> PathBuf {
        self.state_folder().join("sandbox.db")
    }

    /// Reads the faults that the sandbox is to show.
    pub(super) fn faults(&self) -> Result<Faults, Failure> {
        let Some(path) = &self.global.sandbox_faults else { return Ok(Faults::default()) };
        let text = super::read_text(path)?;
        serde_yaml::from_str(&text).map_err(|error| {
            Failure::usage(
                format!("`{}` holds no faults: {error}", path.display()),
                "write them as the README's section on rehearsals shows",
            )
        })
    }
}

impl Connection {
    /// Ends what was started for the environment.
    pub(super) async fn close(self) {
        if let Some(sandbox) = self.sandbox {
            sandbox.stop().await;
        }
    }
}

fn state_folder(project: &Project) -> PathBuf {
    match project.root.as_os_str().to_str() {
        Some(".") => PathBuf::from(".reconcile"),
        _ => project.root.join(".reconcile"),
    }
}

/// The folder of a project's journals.
pub(super) fn runs_folder(project: &Project) -> PathBuf {
    state_folder(project).join("runs")
}

/// Returns today's date, by which dates in the files are judged.
pub(super) fn today() -> jiff::civil::Date {
    day(jiff::Timestamp::now())
}

/// Returns the day of a moment, in UTC.
pub(super) fn day(at: jiff::Timestamp) -> jiff::civil::Date {
    at.to_zoned(jiff::tz::TimeZone::UTC).date()
}

/// Reads and checks all files as of today.
pub(super) fn check(global: &Global) -> Result<(Sources, config::Checked), Failure> {
    let locations =
        Locations { project_file: global.config.clone(), retailers: global.retailers.clone() };
    let sources = config::read(&locations).map_err(|error| {
        let exit = match error {
            ReadError::NoRetailers(_) | ReadError::NotAFolder(_) | ReadError::NoProjectFile(_) => {
                Exit::Usage
            }
            ReadError::NotAFile(_) | ReadError::Io { .. } => Exit::Invalid,
        };
        Failure { exit, ..Failure::because(&error, error.hint()) }
    })?;
    let checked = config::check(&sources, today());
    Ok((sources, checked))
}

/// Finds the environment to work on.
pub(super) fn environment<'a>(
    global: &Global,
    project: &'a Project,
) -> Result<(&'a str, &'a Environment), Failure> {
    let name = global.environment.as_ref().unwrap_or(&project.default_environment);
    match project.environments.get_key_value(name) {
        Some((name, environment)) => Ok((name, environment)),
        None => {
            let names: Vec<&str> = project.environments.keys().map(String::as_str).collect();
            Err(Failure::usage(
                format!("there is no environment `{name}`"),
                format!("choose one of {}, or add it to the project file", names.join(", ")),
            ))
        }
    }
}

/// Says whether the project file is without errors, so that it says what there is.
pub(super) fn is_project_sound(sources: &Sources, report: &Diagnostics) -> bool {
    let errors = |project: &Source| report.about(&project.path).has_errors();
    !sources.project.as_ref().is_some_and(errors)
}

/// Checks that an environment which somebody names is there, also where none is used.
pub(super) fn check_environment(global: &Global, project: &Project) -> Result<(), Failure> {
    if global.environment.is_none() { Ok(()) } else { environment(global, project).map(drop) }
}

/// Refuses `--only` beside what says already whom the command is for. The parser of the
/// command line does not see it where it stands before the command.
pub(super) fn refuse_only(global: &Global, is_said: bool, by: &str) -> Result<(), Failure> {
    if is_said && !global.only.is_empty() {
        let message = format!("--only cannot be used with {by}");
        return Err(Failure::usage(message, "leave one of them out"));
    }
    Ok(())
}

/// Checks that every `--only` matches.
pub(super) fn check_scope(global: &Global, fleet: &[Retailer]) -> Result<(), Failure> {
    global.only.iter().try_for_each(|name| find(fleet, name).map(drop))
}

/// Refuses a retailer that is not among those that the command is for.
pub(super) fn check_in_scope(global: &Global, retailer: &Retailer) -> Result<(), Failure> {
    if in_scope(global, retailer) {
        return Ok(());
    }
    Err(Failure::usage(
        format!("{} is not among --only", retailer.name),
        "leave --only out; this is about one retailer anyway",
    ))
}

fn in_scope(global: &Global, retailer: &Retailer) -> bool {
    global.only.is_empty() || global.only.iter().any(|name| is(retailer, name))
}

/// Says whether a retailer is called so: by its name or by its slug.
pub(super) fn is(retailer: &Retailer, name: &str) -> bool {
    retailer.name == name || retailer.slug == name
}

/// Finds one retailer of a fleet by name or by slug.
pub(super) fn find<'a>(fleet: &'a [Retailer], name: &str) -> Result<&'a Retailer, Failure> {
    fleet.iter().find(|retailer| is(retailer, name)).ok_or_else(|| {
        let close = closest(fleet, name);
        Failure::usage(
            format!("no file declares a retailer called `{name}`"),
            close.map_or_else(
                || "give the name in the file, or the file's name without .yaml".into(),
                |close| format!("did you mean `{close}`?"),
            ),
        )
    })
}

fn closest<'a>(fleet: &'a [Retailer], meant: &str) -> Option<&'a str> {
    let names = fleet.iter().flat_map(|retailer| [&retailer.name, &retailer.slug]);
    name::closest(names.map(String::as_str), meant)
}

/// Reads the seed that the sandbox starts from.
pub(super) fn seed(path: Option<&std::path::Path>) -> Result<Seed, Failure> {
    let Some(path) = path else { return Ok(Seed::default()) };
    let text = super::read_text(path)?;
    Seed::from_yaml(&text).map_err(|error| {
        Failure::usage(
            format!("`{}` holds no seed: {error}", path.display()),
            "write it with the names of the admin contract",
        )
    })
}

/// Tells on stderr what is wrong with files; errors alone where somebody wants quiet.
pub(super) fn tell_report(global: &Global, report: &Diagnostics) -> Result<(), Failure> {
    let mut report = report.clone();
    report.diagnostics.retain(|found| !global.quiet || found.severity == Severity::Error);
    render::diagnostics::render(&report, &mut super::stderr(), true).map_err(super::output)
}

/// Tells on stderr what people should know although the command goes on.
pub(super) fn warn(global: &Global, message: &str) {
    if !global.quiet {
        let word = render::style::styled(render::style::UPDATE, "warning");
        // Nobody is left to tell when stderr is closed.
        let _ = writeln!(super::stderr(), "{word}: {}", render::style::clean(message));
    }
}

/// Tells on stderr what went wrong.
pub fn tell(failure: &Failure) {
    let mut stderr = super::stderr();
    let Some(message) = &failure.message else { return };
    let word = render::style::styled(render::style::BLOCKED, "error");
    // Nobody is left to tell when stderr is closed.
    let _ = writeln!(stderr, "{word}: {}", render::style::clean(message));
    if let Some(hint) = &failure.hint {
        let _ = writeln!(stderr, "hint: {}", render::style::clean(hint));
    }
}
