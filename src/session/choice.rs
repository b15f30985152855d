//! What the command line chooses from the files: an environment and retailers.

use super::{Mentioned, Selection, Session};
use crate::cli::Global;
use crate::config::{self, Source};
use crate::console::print_diagnostics;
use crate::diagnostic::Diagnostics;
use crate::exit::{Exit, Failure, usage_first};
use crate::git::Repository;
use crate::model::{Advice, Capabilities, Environment, Retailer, SANDBOX};
use crate::scope;
use crate::shell::{self, CommandOptions};
use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

impl Session {
    /// Finds the environment to work on.
    pub(crate) fn environment(&self) -> Result<(&str, &Environment), Failure> {
        let Session { global, project, .. } = self;
        self.named(global.environment.as_ref().unwrap_or(&project.default_environment))
    }

    /// Returns the options that a suggested command needs.
    pub(crate) fn command_options(&self) -> CommandOptions {
        let Global { config, retailers, environment, .. } = &self.global;
        let option = |name: &str, value: &str| format!(" --{name} {}", shell::word(value));
        let path = |name: &str, path: &Option<PathBuf>| {
            path.as_ref().map_or_else(String::new, |path| option(name, &config::display(path)))
        };
        let is_other = |name: &&String| **name != self.project.default_environment;
        let environment = environment.as_ref().filter(is_other);
        let used = environment.unwrap_or(&self.project.default_environment);
        CommandOptions {
            files: path("config", config) + &path("retailers", retailers),
            environment: environment.map_or_else(String::new, |name| option("environment", name)),
            is_real: !self.project.is_embedded(used),
            is_rehearsal: !self.project.can_record(used),
        }
    }

    /// Returns how the settings of the chosen environment are read and changed.
    pub(crate) fn chosen_capabilities(&self) -> Capabilities {
        self.capabilities(self.environment().map_or("", |(name, _)| name))
    }

    /// Returns the failure that the embedded sandbox does not have a retailer.
    pub(crate) fn not_in_sandbox(&self, name: &str) -> Failure {
        let CommandOptions { environment, is_real, .. } = self.command_options();
        let embedded = self.embedded_environments().next().unwrap_or(SANDBOX);
        // Without it, the commands may address real systems.
        let other = format!(" --environment {}", shell::word(embedded));
        let option = if is_real { other } else { environment };
        Failure::failed(
            format!("OmniRPS in the sandbox has no retailer called `{name}`"),
            format!(
                "see what it has with `reconcile plan{option}`; `reconcile apply{option}` creates new \
                 retailers"
            ),
        )
    }

    /// Refuses to write into files what the environment shows, if they are about another one. The
    /// hint is to leave out the option.
    fn check_recordable(&self, option: &str, retailer: Option<&str>) -> Result<(), Failure> {
        let (name, _) = self.environment()?;
        let Session { project, sources, .. } = self;
        if project.can_record(name) {
            return Ok(());
        }
        let usual = &project.default_environment;
        let retailer = retailer.and_then(|word| scope::find(&self.fleet, word).ok());
        let files = match retailer {
            Some(retailer) => format!("{} states", retailer.file),
            None => {
                let project_file = config::display(&sources.project_file);
                format!("the retailer files of {project_file} state")
            }
        };
        let is = match project.is_embedded(name) {
            true => "is a rehearsal",
            false => "is another environment",
        };
        let instead = match option {
            _ if project.is_embedded(name) => {
                ", or rehearse in a project whose default environment is a sandbox".to_owned()
            }
            "--record" => format!(", or verify in `{usual}`"),
            _ => String::new(),
        };
        Err(Failure::usage(
            format!("{files} facts of the systems in `{usual}`, and `{name}` {is}"),
            format!("leave {option} out{instead}"),
        ))
    }

    /// Finds an environment of real systems by its name.
    pub(crate) fn real(&self, name: &str) -> Result<(&str, &Environment), Failure> {
        let (name, environment) = self.named(name)?;
        if self.project.is_embedded(name) {
            return Err(Failure::usage(
                format!("`{name}` is the sandbox itself, and is not copied into it"),
                "name an environment of real systems; `reconcile sandbox --reset` restores its initial \
                 state",
            ));
        }
        Ok((name, environment))
    }

    /// Finds an environment by its name.
    fn named(&self, name: &str) -> Result<(&str, &Environment), Failure> {
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
    pub(crate) fn check_environment(&self) -> Result<(), Failure> {
        if self.global.environment.is_none() { Ok(()) } else { self.environment().map(drop) }
    }

    /// Rejects wrong usage of the command line, and then outputs that cannot be written. The retailers
    /// of invalid files count as known.
    pub(crate) fn check_usage(
        &self,
        report: &Diagnostics,
        mentioned: &Mentioned<'_>,
    ) -> Result<(), Failure> {
        let Mentioned { retailer, selection: _, base, partner_from: _, outs, records, usage } =
            mentioned;
        let of_project = || {
            if !self.is_project_valid(report) {
                return Ok(());
            }
            self.check_environment()?;
            records.map_or(Ok(()), |option| self.check_recordable(option, *retailer))?;
            usage.map_or(Ok(()), |check| check(self))
        };
        let outs = self.check_outs(outs);
        let has_failed = report.has_errors() || outs.is_err();
        // Otherwise the base is read afterwards.
        let base = base.filter(|_| has_failed);
        let base = base.map(|base| Repository::with_commit(&self.sources.folder, base));
        let base = base.transpose().map(drop).map_err(Failure::from);
        usage_first([of_project(), self.check_words(report, mentioned, has_failed), base, outs])
    }

    /// Rejects retailers of the command line that no file declares. Unless it fails anyway, the command
    /// itself looks up its retailer, and the words that are not of the present files alone.
    fn check_words(
        &self,
        report: &Diagnostics,
        mentioned: &Mentioned<'_>,
        has_failed: bool,
    ) -> Result<(), Failure> {
        let Mentioned { retailer, selection, base, .. } = mentioned;
        let is_empty = self.sources.retailers.is_empty();
        let invalid = self.invalid(report);
        let is_known = |word: &&str| {
            let may_be = |source: &&Source| {
                let (slug, name) = (config::slug(&source.path), config::declared_name(source));
                scope::covers(word, name.as_deref().unwrap_or(slug), slug)
            };
            is_empty && report.has_errors() || invalid.iter().any(may_be)
        };
        let only = self.global.only.iter().map(String::as_str).filter(|word| !is_known(word));
        let only: Vec<String> = only.map(str::to_owned).collect();
        match selection {
            Selection::Declared => scope::check(&self.fleet, &only)?,
            Selection::Others => scope::check_unambiguous(&self.fleet, &only)?,
            Selection::DeclaredOrAtBase if only.is_empty() || !has_failed => {}
            Selection::DeclaredOrAtBase => {
                self.check_drift_scope(self.drift_base(*base)?.as_ref(), &only)?;
            }
        }
        let may_be = |word: &str| invalid.iter().any(|source| config::is_called(source, word));
        match retailer.filter(|word| has_failed && !is_empty && !may_be(word)) {
            Some(word) => self.find(word).map(drop),
            None => Ok(()),
        }
    }

    /// Returns whether the project file has no errors, so its environments are known.
    pub(crate) fn is_project_valid(&self, report: &Diagnostics) -> bool {
        let project = self.sources.shared.project.as_ref();
        !project.is_some_and(|project| report.with_errors().contains(project.path.as_str()))
    }

    /// Returns the retailer files that errors refer to.
    fn invalid(&self, report: &Diagnostics) -> Vec<&Source> {
        let paths = report.with_errors();
        let files = self.sources.retailers.iter();
        files.filter(|source| paths.contains(source.path.as_str())).collect()
    }

    /// Finds the one retailer that a command is about, by name or by slug.
    pub(crate) fn find(&self, word: &str) -> Result<&Retailer, Failure> {
        let retailer = scope::find(&self.fleet, word)?;
        self.check_in_scope(retailer)?;
        Ok(retailer)
    }

    /// Finds one retailer, even if other files are invalid. Problems of its own file go to
    /// stderr, those of other files do not.
    pub(crate) fn find_valid(
        &self,
        report: &Diagnostics,
        name: &str,
    ) -> Result<&Retailer, Failure> {
        let found = scope::find(&self.fleet, name);
        if found.is_ok() {
            return found;
        }
        let mut invalid = self.invalid(report).into_iter();
        let Some(invalid) = invalid.find(|source| config::is_called(source, name)) else {
            return found;
        };
        print_diagnostics(&self.global, &report.about(&invalid.path));
        Err(Failure::printed(Exit::Invalid))
    }

    /// Returns the failure to find a saved plan or a run. If the word is a retailer's name, slug or
    /// file, its hint is the command that takes the retailer.
    pub(crate) fn named_instead(
        &self,
        (what, path): (&str, &Path),
        command: &str,
        failure: Failure,
    ) -> Failure {
        let word = config::display(path);
        let is_meant =
            |of: &&Retailer| of.file == word || !path.exists() && scope::is_named(of, &word);
        let Some(Retailer { name, slug, .. }) = self.fleet.iter().find(is_meant) else {
            return failure;
        };
        let advice = Advice::new(
            format!("`{word}` is not {what}, but the retailer {name}"),
            format!("for this retailer alone, run `reconcile {command} {}`", shell::word(slug)),
        );
        Failure { advice: Some(advice), ..failure }
    }

    /// Prints the problems of the files, without warnings about retailers that the command line
    /// leaves out.
    pub(crate) fn print_problems(&self, report: &Diagnostics, mentioned: Option<&str>) {
        if report.diagnostics.is_empty() {
            return;
        }
        let is_meant = |of: &Retailer| {
            self.in_scope(of) && mentioned.is_none_or(|word| scope::is_named(of, word))
        };
        let left_out = self.fleet.iter().filter(|of| !is_meant(of));
        let left_out: BTreeSet<&str> = left_out.map(|of| of.file.as_str()).collect();
        let mut shown = report.clone();
        shown
            .diagnostics
            .retain(|found| found.is_error() || !left_out.contains(report.path(&found.primary)));
        print_diagnostics(&self.global, &shown);
    }

    /// Rejects an `--only` that matches no retailer, or two.
    pub(crate) fn check_scope(&self) -> Result<(), Failure> {
        scope::check(&self.fleet, &self.global.only)
    }

    /// Rejects a retailer that `--only` leaves out.
    pub(crate) fn check_in_scope(&self, retailer: &Retailer) -> Result<(), Failure> {
        if self.in_scope(retailer) {
            return Ok(());
        }
        Err(Failure::usage(
            format!("{} is excluded by --only", retailer.name),
            "omit --only: the command names its retailer",
        ))
    }

    /// Returns whether a retailer is among those that the command is for.
    pub(crate) fn in_scope(&self, retailer: &Retailer) -> bool {
        let only = &self.global.only;
        only.is_empty()
            || only.iter().any(|word| scope::covers(word, &retailer.name, &retailer.slug))
    }
}

/// Rejects `--only` together with a saved plan, which may be the rest of a name without quotes.
pub(crate) fn reject_plan_file(global: &Global, plan_file: Option<&Path>) -> Result<(), Failure> {
    let (Some(only), Some(path)) = (global.only.last(), plan_file) else { return Ok(()) };
    if path.exists() {
        return reject_only(global, true, "a plan file");
    }
    let path = path.display();
    Err(Failure::usage(
        format!("--only cannot be used with a plan file, which `{path}` is taken for"),
        format!(
            "leave one of them out, or quote a name with spaces: --only {}",
            shell::word(&format!("{only} {path}"))
        ),
    ))
}

/// Rejects `--only` together with another option that selects retailers. The parser of the
/// command line does not see an `--only` before the command.
pub(crate) fn reject_only(global: &Global, is_given: bool, by: &str) -> Result<(), Failure> {
    if is_given && !global.only.is_empty() {
        let message = format!("--only cannot be used with {by}");
        return Err(Failure::usage(message, "leave one of them out"));
    }
    Ok(())
}
