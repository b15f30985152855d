//! What all commands need: the checked files, the scope, the opened environment.

use super::base::Base;
use crate::cli::Global;
use crate::config::{self, Locations, ReadError, Source, Sources};
use crate::connection;
pub(super) use crate::connection::Connection;
pub(super) use crate::console::{tell, tell_report, warn};
use crate::diagnostic::Diagnostics;
use crate::exit::{Exit, Failure};
use crate::matching::{ReadScope, read_scopes};
use crate::model::{
    Capabilities, Environment, Live, Override, Project, Retailer, Setting, System, Value,
};
use crate::plan::{Plan, PlanInput};
use crate::process;
use crate::render::people::PeopleOf;
use crate::render::text::PlanText;
use crate::runs::{self, RunStore};
use crate::scope;
use crate::status::{self, NextStep};
use crate::systems::{self, Purpose};
use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Arc;

/// Checked files and the options that go with them.
pub(super) struct Session {
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
    pub(super) fn load(global: &Global) -> Result<Session, Failure> {
        Session::checked(global, Session::read(global)?)
    }

    /// Reads and checks all files, with the partner of another project file.
    pub(super) fn load_with_partner(
        global: &Global,
        partner_from: Option<&Path>,
    ) -> Result<Session, Failure> {
        let partner_from = partner_from.map(Path::to_owned);
        let locations = Locations { partner_from, ..locations(global) };
        Session::checked(global, with_retailers(Session::read_at(global, &locations)?))
    }

    /// Reads and checks all files for a command that needs no retailer.
    pub(super) fn load_without_retailers(global: &Global) -> Result<Session, Failure> {
        Session::checked(global, Session::read_without_retailers(global)?)
    }

    fn checked(
        global: &Global,
        (session, report): (Session, Diagnostics),
    ) -> Result<Session, Failure> {
        tell_report(global, &report)?;
        if report.has_errors() {
            return Err(Failure::printed(Exit::Invalid));
        }
        session.check_environment()?;
        Ok(session)
    }

    /// Reads and checks all files as of today. The fleet holds the valid ones; an empty one
    /// is an error.
    pub(super) fn read(global: &Global) -> Result<(Session, Diagnostics), Failure> {
        Ok(with_retailers(Session::read_without_retailers(global)?))
    }

    /// Reads and checks all files as of today. The fleet holds the valid ones, which may be
    /// none.
    pub(super) fn read_without_retailers(
        global: &Global,
    ) -> Result<(Session, Diagnostics), Failure> {
        Session::read_at(global, &locations(global))
    }

    fn read_at(global: &Global, locations: &Locations) -> Result<(Session, Diagnostics), Failure> {
        let sources = config::read(locations).map_err(|error| {
            let exit = match error {
                ReadError::NoRetailers(_)
                | ReadError::NotAFolder(_)
                | ReadError::NoProjectFile(_)
                | ReadError::NoProposal(_) => Exit::Usage,
                ReadError::Unread { .. } | ReadError::Io { .. } => Exit::Invalid,
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
    pub(super) fn state_folder(&self) -> PathBuf {
        let root = &self.project.root;
        if root == Path::new(".") { ".reconcile".into() } else { root.join(".reconcile") }
    }

    /// Returns the store of the run records. Nothing is connected to yet.
    pub(super) fn store(&self) -> Result<Arc<dyn RunStore>, Failure> {
        runs::open(&self.project.state, self.state_folder())
            .map_err(|error| Failure::because(&error, error.hint()))
    }

    /// Finds the environment to work on.
    pub(super) fn environment(&self) -> Result<(&str, &Environment), Failure> {
        let Session { global, project, .. } = self;
        self.named(global.environment.as_ref().unwrap_or(&project.default_environment))
    }

    /// Finds an environment by its name.
    pub(super) fn named(&self, name: &str) -> Result<(&str, &Environment), Failure> {
        let project = &self.project;
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

    /// Rejects an unknown `--environment`, even if unused.
    pub(super) fn check_environment(&self) -> Result<(), Failure> {
        if self.global.environment.is_none() { Ok(()) } else { self.environment().map(drop) }
    }

    /// Returns whether the project file has no errors, so that its environments are known.
    pub(super) fn is_project_valid(&self, report: &Diagnostics) -> bool {
        let errors = |project: &Source| report.about(&project.path).has_errors();
        !self.sources.project.as_ref().is_some_and(errors)
    }

    /// Finds the one retailer that a command is about, by name or by slug.
    pub(super) fn find(&self, word: &str) -> Result<&Retailer, Failure> {
        self.check_scope()?;
        let retailer = scope::find(&self.fleet, word)?;
        self.check_in_scope(retailer)?;
        Ok(retailer)
    }

    /// Finds one retailer where other files may be invalid. Problems of its own file go to
    /// stderr, those of other files do not.
    pub(super) fn find_valid(
        &self,
        report: &Diagnostics,
        name: &str,
    ) -> Result<&Retailer, Failure> {
        let found = scope::find(&self.fleet, name);
        if found.is_ok() {
            return found;
        }
        let mut files = self.sources.retailers.iter();
        let Some(invalid) = files.find(|source| {
            report.about(&source.path).has_errors() && config::is_called(source, name)
        }) else {
            return found;
        };
        tell_report(&self.global, &report.about(&invalid.path))?;
        Err(Failure::printed(Exit::Invalid))
    }

    /// Rejects an `--only` that matches no retailer, or two.
    pub(super) fn check_scope(&self) -> Result<(), Failure> {
        scope::check(&self.fleet, &self.global.only)
    }

    /// Rejects a retailer that `--only` leaves out.
    pub(super) fn check_in_scope(&self, retailer: &Retailer) -> Result<(), Failure> {
        if self.in_scope(retailer) {
            return Ok(());
        }
        Err(Failure::usage(
            format!("{} is not among --only", retailer.name),
            "leave --only out; this is about one retailer anyway",
        ))
    }

    /// Returns whether a retailer is among those that the command is for.
    pub(super) fn in_scope(&self, retailer: &Retailer) -> bool {
        let only = &self.global.only;
        only.is_empty()
            || only.iter().any(|word| scope::covers(word, &retailer.name, &retailer.slug))
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

    /// Returns the bytes of a retailer file.
    pub(super) fn bytes_of(&self, file: &str) -> Option<&[u8]> {
        let files = &self.sources.retailers;
        let at = files.binary_search_by(|source| source.path.as_str().cmp(file)).ok()?;
        Some(&files[at].bytes)
    }

    /// Returns whether a retailer is in scope, and its file differs from the base.
    pub(super) fn is_covered(&self, retailer: &Retailer, base: Option<&Base<'_>>) -> bool {
        self.in_scope(retailer) && base.is_none_or(|base| base.has_changed(retailer))
    }

    /// Returns what has to be read for the retailers in scope. A whole fleet needs
    /// everything; a part of it only its own records, where these are pinned.
    pub(super) fn needs(&self, base: Option<&Base<'_>>) -> BTreeMap<System, ReadScope> {
        if self.global.only.is_empty() && base.is_none() {
            return ReadScope::everything();
        }
        let partner = &self.project.partner;
        let in_scope = self.fleet.iter().filter(|retailer| self.is_covered(retailer, base));
        let now = in_scope.map(|retailer| (retailer, process::desired(retailer, partner)));
        let then = base.into_iter().flat_map(|base| base.changed());
        read_scopes(now.chain(then))
    }

    /// Returns what has to be read for the retailers in scope, now and at a base.
    pub(super) fn needs_beside(&self, base: Option<&Base<'_>>) -> BTreeMap<System, ReadScope> {
        if self.global.only.is_empty() {
            return self.needs(None);
        }
        let partner = &self.project.partner;
        let now = self.fleet.iter().map(|retailer| (retailer, process::desired(retailer, partner)));
        let then = base.into_iter().flat_map(|base| base.declared());
        read_scopes(now.chain(then).filter(|(retailer, _)| self.in_scope(retailer)))
    }

    /// Makes the plan for the retailers in scope; with a base, for those that changed.
    pub(super) fn plan(&self, environment: &str, live: &Live, base: Option<&Base<'_>>) -> Plan {
        let mut plan = crate::plan::plan(&PlanInput {
            environment,
            partner: &self.project.partner,
            fleet: self.fleet.iter().collect(),
            in_scope: &|retailer| self.is_covered(retailer, base),
            live,
            capabilities: &self.capabilities(environment),
            is_whole: self.global.only.is_empty() && base.is_none(),
        });
        plan.note_sources(|file| self.bytes_of(file));
        plan
    }

    /// How the settings of an environment are read and changed.
    pub(super) fn capabilities(&self, environment: &str) -> Capabilities {
        self.project.environments.get(environment).map(systems::capabilities).unwrap_or_default()
    }

    /// Returns the retailers that a plan is made for, with their files.
    pub(super) fn subjects(&self, base: Option<&Base<'_>>) -> Vec<(&str, &str)> {
        let covered = self.fleet.iter().filter(|retailer| self.is_covered(retailer, base));
        covered.map(|retailer| (retailer.name.as_str(), retailer.file.as_str())).collect()
    }

    /// Returns how a plan is shown as text, with the people of the project.
    pub(super) fn plan_text(&self) -> PlanText<'_> {
        let of = self.fleet.iter();
        let managers = of.filter_map(|of| Some((&*of.file, of.account_manager.as_deref()?)));
        let managers = managers.collect();
        let people = Some(PeopleOf { roles: self.project.roles(), managers });
        PlanText { people, ..PlanText::default() }
    }

    /// Returns what comes next for a retailer, as far as the files tell.
    pub(super) fn next(&self, retailer: &Retailer) -> Vec<NextStep> {
        status::next(retailer, &self.project, today())
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
        let faults = self.global.sandbox_faults.as_deref();
        let opened =
            connection::open(environment, purpose, &self.sandbox_file(), faults, self.global.quiet)
                .await?;
        self.declare_addresses(&opened.reader);
        Ok(opened)
    }

    /// Lets the addresses that the files ask for be read as they are.
    fn declare_addresses(&self, reader: &systems::Reader) {
        let overrides = self.fleet.iter().filter_map(|retailer| {
            match retailer.overrides.get(&Setting::OmnirpsTrackingWebhookUrl)? {
                Override::Value { value: Value::Text(address), .. } => Some(address.as_str()),
                _ => None,
            }
        });
        let partner = self.project.partner.tracking_webhook_url.as_str();
        reader.declare_addresses(overrides.chain([partner]));
    }

    /// The file that holds the sandbox's state between runs.
    pub(super) fn sandbox_file(&self) -> PathBuf {
        self.state_folder().join("sandbox.db")
    }
}

/// Adds the error that an empty fleet is.
fn with_retailers((session, mut report): (Session, Diagnostics)) -> (Session, Diagnostics) {
    if let Some(error) = config::no_retailers(&session.sources) {
        report.extend(error);
    }
    (session, report)
}

/// Returns where people say that the files are.
pub(super) fn locations(global: &Global) -> Locations {
    Locations {
        project_file: global.config.clone(),
        retailers: global.retailers.clone(),
        partner_from: None,
    }
}

/// Returns today's date, by which dates in the files are judged.
pub(super) fn today() -> jiff::civil::Date {
    day(jiff::Timestamp::now())
}

/// Returns today's date where the person is who runs the command.
pub(super) fn local_today() -> jiff::civil::Date {
    jiff::Zoned::now().date()
}

/// Returns the day of a moment, in UTC.
pub(super) fn day(at: jiff::Timestamp) -> jiff::civil::Date {
    at.to_zoned(jiff::tz::TimeZone::UTC).date()
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
