//! The standard streams, and files that a command writes in addition to its data.
//!
//! Data goes to stdout; warnings and errors go to stderr. A closed stderr is ignored.

use crate::cli::{Global, ReportFormat};
use crate::diagnostic::Diagnostics;
use crate::exit::Failure;
use crate::files::{self, Readers};
use crate::model::{Advice, Live, System};
use crate::plan::FailOn;
use crate::render;
use crate::render::inert::Inert;
use crate::render::style::{BLOCKED, UPDATE, clean, styled};
use crate::render::wrap::{ENDLESS, Wrap};
use anstream::adapter::strip_bytes;
use anstream::{AutoStream, ColorChoice};
use serde::Serialize;
use std::io::{self, BufRead, IsTerminal, Write};
use std::path::Path;

/// Writes data to stdout, with CI runner commands escaped. A closed pipe, as with `head`, is
/// not an error.
pub(crate) fn print(render: impl FnOnce(&mut dyn Write) -> io::Result<()>) -> Result<(), Failure> {
    print_commands(|out| {
        let mut out = Inert::new(out);
        render(&mut out).and_then(|()| out.flush())
    })
}

/// Writes output to stdout, wrapped at the terminal's width if it is text. Other formats are
/// not wrapped.
pub(crate) fn print_text(
    is_text: bool,
    render: impl FnOnce(usize, &mut dyn Write) -> io::Result<()>,
) -> Result<(), Failure> {
    let width = if is_text { stdout_width() } else { ENDLESS };
    print(|out| {
        let mut out = Wrap::new(out, width);
        render(width, &mut out).and_then(|()| out.flush())
    })
}

/// Returns the width of stdout's terminal, or [`ENDLESS`] if it is not a terminal.
pub(crate) fn stdout_width() -> usize {
    width(&io::stdout())
}

fn width(stream: &impl IsTerminal) -> usize {
    /// The width of terminals that do not report one.
    const USUAL: usize = 80;
    /// In less width, tables and sentences are unreadable.
    const LEAST: usize = 20;
    if !stream.is_terminal() {
        return ENDLESS;
    }
    let columns = std::env::var("COLUMNS").ok().and_then(|columns| columns.parse().ok());
    let of_terminal = || terminal_size::terminal_size().map(|(width, _)| width.0.into());
    columns.or_else(of_terminal).filter(|width| *width > 0).unwrap_or(USUAL).max(LEAST)
}

/// Writes data to stdout that intentionally contains workflow commands.
pub(crate) fn print_commands(
    render: impl FnOnce(&mut dyn Write) -> io::Result<()>,
) -> Result<(), Failure> {
    print_to(Stdout(anstream::stdout()), render)
}

/// Writes JSON to stdout. Its strings are escaped and its lines begin with a bracket, a quotation
/// mark or a number, so nothing in it can be a command or a style.
pub(crate) fn print_json(
    render: impl FnOnce(&mut dyn Write) -> io::Result<()>,
) -> Result<(), Failure> {
    print_to(io::stdout(), render)
}

fn print_to(
    stdout: impl Write,
    render: impl FnOnce(&mut dyn Write) -> io::Result<()>,
) -> Result<(), Failure> {
    // Stdout alone is flushed after every line.
    let mut stdout = io::BufWriter::with_capacity(OUTPUT_BYTES, stdout);
    match render(&mut stdout).and_then(|()| stdout.flush()) {
        Err(error) if error.kind() == io::ErrorKind::BrokenPipe => Ok(()),
        written => written.map_err(output),
    }
}

/// Stdout, which strips styles unless they are wanted.
struct Stdout(AutoStream<io::Stdout>);

impl Write for Stdout {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        // Stripping takes longer than making the text. Each style ends in its line, and whole
        // lines are written.
        if bytes.iter().fold(true, |is_plain, byte| is_plain & !is_stripped(*byte)) {
            self.0.as_inner().write(bytes)
        } else if self.0.current_choice() == ColorChoice::Never {
            // The stream itself would write each piece between two styles.
            let plain = strip_bytes(bytes).into_vec();
            self.0.as_inner().write_all(&plain).map(|()| bytes.len())
        } else {
            self.0.write(bytes)
        }
    }

    fn flush(&mut self) -> io::Result<()> {
        self.0.flush()
    }
}

/// Returns whether a byte may begin what is stripped.
fn is_stripped(byte: u8) -> bool {
    byte < b' ' && byte != b'\n' || byte == 0x7f
}

/// Returns stderr, with CI runner commands escaped.
pub fn stderr() -> impl Write {
    Inert::new(anstream::stderr())
}

/// The buffer size: the capacity of a pipe on Linux.
const OUTPUT_BYTES: usize = 64 * 1024;

/// Writes lines to stderr, wrapped at its terminal's width. Errors are ignored: there is no
/// other stream to report them on.
fn write_stderr(lines: &str) {
    let mut stderr = Wrap::new(stderr(), width(&io::stderr()));
    let _ = stderr.write_all(lines.as_bytes()).and_then(|()| stderr.flush());
}

pub(crate) fn output(error: io::Error) -> Failure {
    Failure::failed(format!("the output cannot be written: {error}"), "check where it goes")
}

pub(crate) fn read_text(path: &Path) -> Result<String, Failure> {
    files::input::read_text(path, files::input::MAX_TEXT_BYTES).map_err(|error| {
        Failure::failed(format!("`{}` cannot be read: {error}", path.display()), "check the path")
    })
}

/// Prints a report as text, wrapped at the terminal's width, or as JSON.
pub(crate) fn print_report(
    format: ReportFormat,
    report: &impl Serialize,
    text: impl FnOnce(usize, &mut dyn Write) -> io::Result<()>,
) -> Result<(), Failure> {
    print_text(format == ReportFormat::Text, |width, out| match format {
        ReportFormat::Text => text(width, out),
        ReportFormat::Json => render::json::write(report, out),
    })
}

/// Writes files to a folder, which is created if missing.
pub(crate) fn write_files(
    folder: &Path,
    files: impl Iterator<Item = (String, String)>,
) -> Result<(), Failure> {
    let cannot = |path: &Path, error: io::Error| {
        let message = format!("`{}` cannot be written: {error}", path.display());
        Failure::failed(message, "choose another folder with --out")
    };
    std::fs::create_dir_all(folder).map_err(|error| cannot(folder, error))?;
    for (name, text) in files {
        let path = folder.join(name);
        let written = files::overwrite(&path, text.as_bytes(), Readers::Usual);
        written.map_err(|error| cannot(&path, error))?;
    }
    Ok(())
}

/// Prints a report of diagnostics to stderr; with `--quiet`, errors only.
pub(crate) fn print_diagnostics(global: &Global, report: &Diagnostics) {
    let mut report = report.clone();
    report.diagnostics.retain(|found| !global.quiet || found.is_error());
    // There is no other stream to report a failure on.
    let width = width(&io::stderr());
    let mut stderr = Wrap::new(stderr(), width);
    let _ = render::diagnostics::render(&report, width, &mut stderr).and_then(|()| stderr.flush());
}

/// Prints a warning to stderr.
pub(crate) fn warn(global: &Global, message: &str) {
    if !global.quiet {
        let word = styled(UPDATE, "warning");
        write_stderr(&format!("{word}: {}\n", clean(message)));
    }
}

/// Warns if an exit code is to depend on what was not looked for: `unread` are the systems that the
/// environment does not read, and `is_sought` is whether undeclared retailers were looked for.
pub(crate) fn warn_if_unsought(
    global: &Global,
    fail_on: &[FailOn],
    unread: &[System],
    is_sought: bool,
) {
    let is_read = !unread.contains(&System::Omnirps);
    for what in [FailOn::NoCredits, FailOn::Undeclared].iter().filter(|what| fail_on.contains(what))
    {
        let (what, why) = match what {
            FailOn::NoCredits if !is_read => ("no-credits", UNREAD),
            FailOn::Undeclared if !is_read => ("undeclared", UNREAD),
            FailOn::Undeclared if !is_sought => (
                "undeclared",
                "undeclared retailers are looked for only where the whole fleet is shown",
            ),
            FailOn::NoCredits | FailOn::Undeclared | FailOn::Blocked => continue,
        };
        warn(global, &format!("--fail-on {what} had no effect: {why}"));
    }
}

/// Why nothing is known of live retailers.
const UNREAD: &str = "the environment does not read OmniRPS";

/// Prints a failure to stderr.
pub fn print_failure(failure: &Failure) {
    let Some(Advice { message, hint }) = &failure.advice else { return };
    let word = styled(BLOCKED, "error");
    write_stderr(&format!("{word}: {}\nhint: {}\n", clean(message), clean(hint)));
}

/// Returns whether a person can be asked.
pub(crate) fn is_terminal() -> bool {
    io::stdin().is_terminal() && io::stderr().is_terminal()
}

/// Asks a person for a text; an empty answer selects the default.
pub(crate) fn ask(question: &str, usual: &str) -> Result<String, Failure> {
    let shown = if usual.is_empty() { String::new() } else { format!(" [{}]", clean(usual)) };
    let Some(answer) = prompt(&format!("{question}{shown}"))? else {
        // Ctrl-D is not an answer and does not accept the default.
        let _ = writeln!(stderr());
        return Err(Failure::failed(
            "nothing was entered, so nothing was written",
            "run the command again, or give the answers as options; --help lists them",
        ));
    };
    let answer = answer.trim_end_matches(['\n', '\r']);
    Ok(if answer.is_empty() { usual.into() } else { answer.to_owned() })
}

/// Asks a person to confirm an apply; only `yes` is accepted. The question ends with the program
/// if nobody waits for the answer.
pub(crate) async fn confirm_apply(environment: String) -> Result<(), Failure> {
    if !io::stdin().is_terminal() {
        return Err(Failure::failed(
            "confirmation needs a terminal, so nothing was applied",
            "review the plan, then run apply with --yes",
        ));
    }
    let (answer, answered) = tokio::sync::oneshot::channel();
    std::thread::spawn(move || {
        let question = format!("Apply this to {environment}? Only `yes` is accepted");
        // Fails if nobody waits.
        let _ = answer.send(prompt(&question));
    });
    let answer = answered.await.unwrap_or(Ok(None))?;
    if answer.is_some_and(|answer| answer.trim() == "yes") {
        return Ok(());
    }
    Err(Failure::failed("nothing was applied", "to apply, run this again and answer `yes`"))
}

/// Reads the answer to a question; `None` is the end of the input.
fn prompt(question: &str) -> Result<Option<String>, Failure> {
    let mut stderr = stderr();
    write!(stderr, "{question}: ").and_then(|()| stderr.flush()).map_err(output)?;
    let mut answer = String::new();
    let length = io::stdin().lock().read_line(&mut answer).map_err(output)?;
    Ok((length > 0).then_some(answer))
}

/// Prints to stderr which systems could not be read.
pub(crate) fn print_failed_reads(live: &Live) {
    for (system, Advice { message, hint }) in live.failed() {
        print_failure(&Failure::failed(format!("{system} could not be read: {message}"), hint));
    }
}
