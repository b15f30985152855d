//! The command line. The doc comments here are the help.

pub(crate) mod manual;
mod onboarding;
mod values;

pub(crate) use onboarding::*;

use crate::apply::OnError;
use crate::exit::Exit;
use crate::model::types::{day_hint, parse_day};
use crate::plan::{FailOn, wave::Wave};

use clap::builder::{OsStringValueParser, PathBufValueParser, TypedValueParser};
use clap::{Args, Parser, Subcommand, ValueEnum};
use jiff::civil::Date;
use secrecy::SecretString;
use std::path::{Path, PathBuf};

/// Plans and applies retailers' set-up in OmniParcel, OmniReturns and OmniRPS.
///
/// Each retailer is one YAML file that states facts: its journey, its milestones, its
/// decisions. `reconcile` derives the settings from them by the onboarding process,
/// compares them with the live systems and shows or makes the changes.
#[derive(Debug, Parser)]
#[command(name = "reconcile", version, max_term_width = 100, after_help = exit_codes())]
pub struct Cli {
    #[command(flatten)]
    pub global: Global,
    #[command(subcommand)]
    pub(crate) command: Command,
}

/// Returns what each exit code means.
fn exit_codes() -> String {
    let line = |exit: Exit| format!("\n  {:<3} {}", exit.code(), exit.meaning());
    format!("Exit codes:{}", Exit::ALL.map(line).concat())
}

/// Options that every command takes, before or after its name.
#[derive(Clone, Debug, Args)]
#[command(next_help_heading = "Global options")]
pub struct Global {
    /// Use this project file instead of the reconcile.yaml beside the retailers folder
    #[arg(long, global = true, value_name = "FILE")]
    pub config: Option<PathBuf>,
    /// Read retailer files from this folder
    #[arg(long, global = true, value_name = "DIR")]
    pub retailers: Option<PathBuf>,
    /// Use this environment instead of the project file's default
    #[arg(short, long, global = true, value_name = "NAME")]
    pub environment: Option<String>,
    /// Only this retailer, by name, slug or pattern (`*` any text, `?` any one character); may be
    /// given several times
    #[arg(long, global = true, value_name = "RETAILER|SLUG")]
    pub only: Vec<String>,
    /// When to use colours
    #[arg(long, global = true, value_name = "WHEN", default_value = "auto")]
    pub color: Color,
    /// Log more to stderr (-v: each retry, -vv: each request)
    #[arg(short, long, global = true, action = clap::ArgAction::Count)]
    pub verbose: u8,
    /// Log only errors to stderr
    #[arg(short, long, global = true, conflicts_with = "verbose")]
    pub quiet: bool,
    /// Inject the faults of this file into the embedded sandbox
    #[arg(long, global = true, value_name = "FILE", env = "RECONCILE_SANDBOX_FAULTS")]
    #[arg(value_parser = OsStringValueParser::new().map(PathBuf::from))]
    pub sandbox_faults: Option<PathBuf>,
}

/// When output is coloured.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum Color {
    Auto,
    Always,
    Never,
}

#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// Check all files and report every problem; touches no network
    Validate(ValidateArgs),
    /// Show the changes that would make the systems match the files; changes no system
    Plan(PlanArgs),
    /// Plan, ask, and make the changes; or apply a saved plan
    Apply(ApplyArgs),
    /// Check that every system of an environment answers, with one read each
    Doctor(DoctorArgs),
    /// Show live settings that differ from the files; exits with 2 if there are any
    Drift(DriftArgs),
    /// Write retailer files for live retailers that no file declares
    ///
    /// If the default environment is not embedded, the files are about its systems, and any other
    /// environment is refused.
    Import(ImportArgs),
    /// Create a retailer file, after checking the files and the systems for similar names
    ///
    /// Prompts for missing values on a terminal only. If OmniRPS has exactly that name, the file
    /// gets journey `existing` and the ids; `--journey new` overrides this, with a warning. It
    /// refuses a name that a file has already or that looks like another one in the files or the
    /// systems, warns about a name that differs from a file's in punctuation alone, and never
    /// overwrites a file. If the systems cannot be read, it writes the file and warns. If the default
    /// environment is not embedded, the files are about its systems, and any other one is refused.
    New(NewArgs),
    /// Show where each retailer is in its journey, and who has to do what next
    Status(StatusArgs),
    /// Show how many returns have arrived from each retailer in use, and who is silent
    #[command(after_help = UPLOADS_CODES)]
    Uploads(UploadsArgs),
    /// State in retailers' files that milestones have been reached; touches no network
    #[command(after_help = MILESTONES)]
    Attest(AttestArgs),
    /// Write into a retailer's file whether it keeps its access to OmniReturns (step E5)
    Decide(DecideArgs),
    /// Print the text that a retailer's next step needs, to be pasted into an e-mail
    ///
    /// Nothing is sent. A file `templates/KIND.txt` beside the project file replaces a text.
    Message(MessageArgs),
    /// Prove with a test label and a test return that a retailer is set up correctly
    ///
    /// Without a retailer it checks the whole fleet, or what --only selects: the state of tests
    /// that are under way and, for retailers in use, whether returns arrive and whether the
    /// tracking webhook is right. It then sends nothing, in any environment, and counts the tests
    /// that have not begun.
    #[command(after_help = VERIFY_CODES)]
    Verify(VerifyArgs),
    /// Encrypt a retailer's keys and exact name for the partner, or check for changes
    ///
    /// Reads the retailer's OmniReturns and OmniRPS records, fetches the keys that were issued
    /// for them, and writes an age file that only the recipients in the project file can open.
    /// The keys are shown nowhere else.
    ///
    /// It refuses when a record is missing, in doubt or could not be read; when the name in
    /// OmniRPS is not the declared one, byte for byte; when a key was not issued or cannot be
    /// fetched over HTTP; when the project file names no recipient; when an `existing` retailer
    /// has not asked for its keys (keys_requested); and when the output file exists.
    ///
    /// It exits with 0 when the keys are handed over or, with --check, still the same; with 1 when
    /// it refuses or they are not; with 3 when the files are invalid. --check without a retailer
    /// compares the keys of every retailer with a recorded handoff, one per line, and exits with 1
    /// when the keys of one have changed or cannot be compared.
    Handoff(HandoffArgs),
    /// Show a retailer's desired and live values with their steps, or explain a code
    Explain(ExplainArgs),
    /// List past runs; or show one and verify its journal
    History(HistoryArgs),
    /// End the lease of a run that is known to be dead; it can start nothing more
    Unlock(UnlockArgs),
    /// Plan to put back what a run changed; `reconcile apply` then applies the saved plan
    Rollback(RollbackArgs),
    /// Serve the sandbox: OmniParcel, OmniReturns and OmniRPS over HTTP on this machine
    Sandbox(SandboxArgs),
    /// Print the JSON Schema of a file or of what a command prints, for editors and programs
    Schema(SchemaArgs),
    /// Print a shell completion script
    Completions(CompletionsArgs),
    /// Print the manual page
    Man(ManArgs),
}

impl Command {
    /// Returns the retailers that are plain arguments and limit the scope.
    pub(crate) fn plain_retailers(&self) -> Vec<String> {
        match self {
            Command::Validate(args) => args.names.clone(),
            Command::Plan(args) => args.names.clone(),
            Command::Drift(args) => args.names.clone(),
            Command::Status(args) => args.names.clone(),
            Command::Uploads(args) => args.names.clone(),
            _ => Vec::new(),
        }
    }
}

/// The arguments of `validate`.
#[derive(Clone, Debug, Args)]
pub(crate) struct ValidateArgs {
    /// Only these retailers, as with --only
    #[arg(value_name = "RETAILER")]
    pub names: Vec<String>,
    /// How to show the problems
    #[arg(long, value_name = "FORMAT", default_value = "text")]
    pub format: ProblemFormat,
    /// Also write this format to a file; may be given several times
    #[arg(long, value_name = "FORMAT=FILE", value_parser = report::<ProblemFormat>)]
    pub report: Vec<ReportFile<ProblemFormat>>,
}

/// How problems are shown.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum ProblemFormat {
    /// For people, on stderr
    Text,
    /// GitHub workflow commands that annotate the lines of the files
    Github,
    /// A SARIF 2.1.0 log, for code scanning
    Sarif,
    /// For programs
    Json,
    /// JUnit XML, a test case per file
    Junit,
    /// A GitLab Code Quality report
    Codequality,
}

/// The arguments of `plan`.
#[derive(Clone, Debug, Args)]
pub(crate) struct PlanArgs {
    /// Only these retailers, as with --only
    #[arg(value_name = "RETAILER")]
    pub names: Vec<String>,
    /// How to show the plan
    #[arg(long, value_name = "FORMAT", default_value = "text")]
    pub format: PlanFormat,
    /// The same as --format json
    #[arg(long, conflicts_with = "format")]
    pub json: bool,
    /// Cover only retailers whose files have changed since this Git commit, and mark each
    /// difference as pending (from the files) or drift (already different live)
    #[arg(long, value_name = "GIT_REF")]
    pub base: Option<String>,
    /// Plan with the `partner` of this proposed project file. Its other keys are not used, but
    /// those that differ are named
    #[arg(long, value_name = "FILE")]
    pub partner_from: Option<PathBuf>,
    /// Also save the plan as JSON, for `reconcile apply FILE`; not to stdout, where --format
    /// json prints the same
    #[arg(long, value_name = "FILE", value_parser = saved())]
    pub out: Option<PathBuf>,
    /// Also write this format to a file; may be given several times
    #[arg(long, value_name = "FORMAT=FILE", value_parser = report::<PlanFormat>)]
    pub report: Vec<ReportFile<PlanFormat>>,
    /// In text, list these parts of a large plan instead of counting them: held, manual,
    /// unchanged, separated by commas; or show this saved plan instead of making one (write
    /// `./held` for a file named `held`)
    #[arg(long, value_name = "PARTS|FILE", value_parser = show())]
    pub show: Vec<Show>,
    /// Exit with 2 when there is something to apply
    #[arg(long)]
    pub detailed_exitcode: bool,
    /// Also exit with 2 if any of these is found; several are separated by commas
    #[arg(long, value_name = "WHAT", value_delimiter = ',')]
    pub fail_on: Vec<FailOn>,
}

/// What `plan --show` takes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Show {
    Parts(Vec<PlanPart>),
    Saved(PathBuf),
}

impl Show {
    /// Returns whether a part of the plan is asked for.
    pub(crate) fn has(&self, part: PlanPart) -> bool {
        matches!(self, Show::Parts(parts) if parts.contains(&part))
    }
}

/// A part of a plan that text only counts for a large fleet.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum PlanPart {
    /// Retailers with changes that are held
    Held,
    /// Retailers with manual steps
    Manual,
    /// Retailers with nothing to do
    Unchanged,
}

/// Parses the value of `--show`; a listed word takes precedence over a file of that name.
fn show() -> impl TypedValueParser<Value = Show> {
    PathBufValueParser::new().map(|path| {
        let words = path.to_str().map(|text| text.split(','));
        let parts = words.and_then(|words| {
            words.map(|word| PlanPart::from_str(word, false).ok()).collect::<Option<Vec<_>>>()
        });
        parts.map_or(Show::Saved(path), Show::Parts)
    })
}

fn saved() -> impl TypedValueParser<Value = PathBuf> {
    PathBufValueParser::new().try_map(|path| match path.to_str() {
        Some("-") => {
            Err("the plan is shown on stdout; --format json shows there what would be saved")
        }
        Some("FILE") => Err("it is a placeholder; name a file, as in plan.json"),
        _ => Ok(path),
    })
}

/// How a plan is shown.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum PlanFormat {
    /// For people
    Text,
    /// A unified diff of each record, live against desired, as YAML
    Diff,
    /// For programs
    Json,
    /// A comment for a pull request, and the checklist for people
    Markdown,
    /// The same without HTML, in at most 32,000 characters, for forges that show none
    Commonmark,
    /// GitHub workflow commands that annotate the lines of the files
    Github,
    /// JUnit XML, a test case per retailer
    Junit,
}

/// An output that goes to a file beside the one on stdout.
#[derive(Clone, Debug)]
pub(crate) struct ReportFile<F> {
    pub format: F,
    pub path: PathBuf,
}

/// Returns where reports go.
pub(crate) fn paths<F>(reports: &[ReportFile<F>]) -> impl Iterator<Item = &Path> {
    reports.iter().map(|report| report.path.as_path())
}

fn report<F: ValueEnum>(text: &str) -> Result<ReportFile<F>, String> {
    let (format, path) = text.split_once('=').ok_or("write FORMAT=FILE, as in json=out.json")?;
    if path.is_empty() || path == "-" {
        return Err("name a file after the `=`; stdout is for --format".into());
    }
    match F::from_str(format, false) {
        Ok(format) => Ok(ReportFile { format, path: path.into() }),
        Err(_) => {
            let known: Vec<String> = F::value_variants()
                .iter()
                .filter_map(|format| Some(format.to_possible_value()?.get_name().to_owned()))
                .collect();
            Err(format!("there is no format `{format}`; choose one of {}", known.join(", ")))
        }
    }
}

/// The arguments of `drift`.
#[derive(Clone, Debug, Args)]
pub(crate) struct DriftArgs {
    /// Only these retailers, as with --only
    #[arg(value_name = "RETAILER")]
    pub names: Vec<String>,
    /// How to show the drift
    #[arg(long, value_name = "FORMAT", default_value = "text")]
    pub format: PlanFormat,
    /// The same as --format json
    #[arg(long, conflicts_with = "format")]
    pub json: bool,
    /// Compare with what the files declared at this Git commit [default: HEAD]
    #[arg(long, value_name = "GIT_REF")]
    pub base: Option<String>,
    /// Also write this format to a file; may be given several times
    #[arg(long, value_name = "FORMAT=FILE", value_parser = report::<PlanFormat>)]
    pub report: Vec<ReportFile<PlanFormat>>,
    /// Post a message to this Slack-compatible webhook when the drift has changed, or
    /// once a day
    #[arg(long, value_name = "URL", env = "RECONCILE_NOTIFY_URL", hide_env_values = true)]
    pub notify: Option<SecretString>,
}

/// The arguments of `apply`.
#[derive(Clone, Debug, Args)]
pub(crate) struct ApplyArgs {
    /// Apply this saved plan, exactly as it was reviewed
    #[arg(value_name = "PLAN_FILE")]
    pub plan_file: Option<PathBuf>,
    /// Apply only the retailers whose files differ from the merge base of HEAD and this Git commit
    #[arg(long, value_name = "GIT_REF", conflicts_with = "plan_file")]
    pub base: Option<String>,
    /// Skip the confirmation prompt
    #[arg(short, long, visible_alias = "auto-approve")]
    pub yes: bool,
    /// Ignore the safety limits
    #[arg(long)]
    pub force: bool,
    /// Apply only the first part of the plan: this share of the retailers, such as 10%
    #[arg(long, value_name = "PERCENT", conflicts_with = "limit")]
    pub wave: Option<Wave>,
    /// Apply only the first part of the plan: this many retailers
    #[arg(long, value_name = "N", value_parser = values::retailers)]
    pub limit: Option<usize>,
    /// Whether to continue with other retailers when an action fails
    #[arg(long, value_name = "WHAT", default_value = "continue")]
    pub on_error: OnError,
    /// Send creates under new idempotency keys, for a system that repeats an earlier answer even
    /// after the record was deleted or the cause of a rejection was removed
    #[arg(long)]
    pub fresh_idempotency_keys: bool,
    /// How to show what was done
    #[arg(long, value_name = "FORMAT", default_value = "text")]
    pub format: ReportFormat,
    /// Also write this format to a file; may be given several times
    #[arg(long, value_name = "FORMAT=FILE", value_parser = report::<ReportFormat>)]
    pub report: Vec<ReportFile<ReportFormat>>,
    /// Refuse unless the plan has this fingerprint
    #[arg(long, value_name = "FINGERPRINT")]
    pub expect_digest: Option<String>,
    /// Exit with 2 when something was applied
    #[arg(long)]
    pub detailed_exitcode: bool,
}

/// How a report or an explanation is shown.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum ReportFormat {
    /// For people
    Text,
    /// For programs
    Json,
}

/// The arguments of `doctor`.
#[derive(Clone, Debug, Args)]
pub(crate) struct DoctorArgs {
    /// How to show it
    #[arg(long, value_name = "FORMAT", default_value = "text")]
    pub format: ReportFormat,
}

/// The arguments of `import`.
#[derive(Clone, Debug, Args)]
pub(crate) struct ImportArgs {
    /// Only these, by OmniRPS name or id
    #[arg(value_name = "RETAILER")]
    pub names: Vec<String>,
    /// Also add the ids of live records to existing files
    #[arg(long)]
    pub pin: bool,
    /// Show what would be written, and write nothing
    #[arg(long = "dry-run")]
    pub is_dry: bool,
}

fn day(text: &str) -> Result<Date, &'static str> {
    parse_day(text).ok_or_else(|| day_hint(text))
}

/// The arguments of `explain`.
#[derive(Clone, Debug, Args)]
pub(crate) struct ExplainArgs {
    /// The retailer, by name or by slug; or the code of a message, such as name-near-miss
    #[arg(value_name = "RETAILER|CODE")]
    pub retailer: String,
    /// How to show it
    #[arg(long, value_name = "FORMAT", default_value = "text")]
    pub format: ReportFormat,
}

/// The arguments of `history`.
#[derive(Clone, Debug, Args)]
pub(crate) struct HistoryArgs {
    /// Show this run: its id, the beginning of its id, or `latest`
    #[arg(value_name = "RUN")]
    pub run: Option<String>,
    /// How to show it
    #[arg(long, value_name = "FORMAT", default_value = "text")]
    pub format: ReportFormat,
    /// Copy the journals of this folder, such as .reconcile/runs, into the store
    #[arg(long, value_name = "DIR", conflicts_with_all = ["run", "format"])]
    pub import: Option<PathBuf>,
}

/// The arguments of `unlock`.
#[derive(Clone, Debug, Args)]
pub(crate) struct UnlockArgs {
    /// The id of the run; a refused apply prints it
    pub run: String,
}

/// The arguments of `rollback`.
#[derive(Clone, Debug, Args)]
pub(crate) struct RollbackArgs {
    /// The run: its id, the beginning of its id, or `latest`
    pub run: String,
    /// How to show the plan
    #[arg(long, value_name = "FORMAT", default_value = "text")]
    pub format: PlanFormat,
    /// Also save the plan as JSON, for `reconcile apply FILE`; not to stdout, where --format
    /// json prints the same
    #[arg(long, value_name = "FILE", value_parser = saved())]
    pub out: Option<PathBuf>,
}

/// The arguments of `sandbox`.
#[derive(Clone, Debug, Args)]
pub(crate) struct SandboxArgs {
    /// Listen on this port of the loopback address; 0 chooses a free one
    #[arg(long, default_value_t = 0, value_parser = values::port)]
    pub port: u16,
    /// Restore the initial state and exit
    #[arg(long)]
    pub reset: bool,
    /// Use this seed file instead of the example fleet's live state, with --reset or as long as the
    /// sandbox has no records
    #[arg(long, value_name = "FILE")]
    pub seed: Option<PathBuf>,
    /// Replace the sandbox's records with a copy of this environment's (names, ids, settings and
    /// companies, without keys, e-mail addresses and uploads) and exit
    #[arg(
        long,
        value_name = "ENVIRONMENT",
        conflicts_with_all = ["reset", "seed", "requests", "process", "upload", "port"]
    )]
    pub seed_from: Option<String>,
    /// Print the requests that the sandbox has served, one per line, and exit
    #[arg(long, conflicts_with = "reset")]
    pub requests: bool,
    /// Simulate the hub: process a return of a retailer, by name or by slug, and exit
    #[arg(
        long,
        num_args = 2,
        value_names = ["RETAILER", "CONNOTE"],
        conflicts_with_all = ["reset", "requests"]
    )]
    pub process: Option<Vec<String>>,
    /// Simulate the partner: upload a return of a retailer, by name or by slug, and exit
    #[arg(long, value_name = "RETAILER", conflicts_with_all = ["reset", "requests", "process"])]
    pub upload: Option<String>,
}

/// The arguments of `schema`.
#[derive(Clone, Debug, Args)]
pub(crate) struct SchemaArgs {
    /// What to describe
    #[arg(default_value = "retailer", value_name = "WHAT")]
    pub of: SchemaOf,
    /// Write all schemas to this folder instead, as WHAT.schema.json, and the built-in
    /// contract as contract.yaml
    #[arg(long, value_name = "DIR", conflicts_with = "of", value_parser = values::folder())]
    pub out: Option<PathBuf>,
}

/// The document to describe.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum SchemaOf {
    /// A retailer file
    Retailer,
    /// The project file, reconcile.yaml
    Project,
    /// A contract file, which an environment names if its endpoints differ
    Contract,
    /// A label file, which an environment names for verify
    Label,
    /// The seed of the sandbox, which sandbox --seed reads
    Seed,
    /// The faults of the sandbox, which --sandbox-faults reads
    Faults,
    /// What plan --format json prints and plan --out saves
    Plan,
    /// What drift --format json prints
    Drift,
    /// What apply --format json prints
    Apply,
    /// What validate --format json prints
    Validate,
    /// What status --format json prints
    Status,
    /// What explain --format json prints
    Explain,
    /// What verify --format json prints
    Verify,
    /// What history --format json prints
    History,
    /// What doctor --format json prints
    Doctor,
    /// What uploads --format json prints
    Uploads,
}

/// The arguments of `completions`.
#[derive(Clone, Debug, Args)]
pub(crate) struct CompletionsArgs {
    /// The shell
    pub shell: clap_complete::Shell,
}

/// The arguments of `man`.
#[derive(Clone, Debug, Args)]
pub(crate) struct ManArgs {
    /// Write a page for each command to this folder instead
    #[arg(long, value_name = "DIR")]
    pub out: Option<PathBuf>,
}
