//! Parses the command line, starts the runtime, turns the outcome into an exit code.

use clap::Parser;
use reconcile::{Cli, Color};

use reconcile::Exit;
use std::process::ExitCode;
use tracing_subscriber::Layer;
use tracing_subscriber::layer::SubscriberExt;
use tracing_subscriber::util::SubscriberInitExt;

/// A plan takes some two hundred allocations per retailer, most of them below `serde_yaml`.
/// Measured on Linux alone, where the machines of CI run it.
#[cfg(target_os = "linux")]
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() -> ExitCode {
    reconcile::complete();
    let cli = match Cli::try_parse() {
        Ok(cli) => cli,
        Err(error) => {
            let exit = if error.use_stderr() { Exit::Usage } else { Exit::Done };
            // There is nothing left to do when the output is closed.
            let _ = error.print();
            return exit.into();
        }
    };
    match cli.global.color {
        Color::Auto => {}
        Color::Always => anstream::ColorChoice::Always.write_global(),
        Color::Never => anstream::ColorChoice::Never.write_global(),
    }
    let level = match (cli.global.quiet, cli.global.verbose) {
        (true, _) => tracing::Level::ERROR,
        (false, 0) => tracing::Level::WARN,
        (false, 1) => tracing::Level::INFO,
        (false, _) => tracing::Level::DEBUG,
    };
    // Only this program's own events: libraries log more than should be shown.
    let own = tracing_subscriber::filter::Targets::new().with_target("reconcile", level);
    let log = tracing_subscriber::fmt::layer()
        .with_writer(reconcile::stderr)
        .with_ansi(false)
        .with_target(false)
        .without_time();
    tracing_subscriber::registry().with(log.with_filter(own)).init();
    let runtime = match tokio::runtime::Runtime::new() {
        Ok(runtime) => runtime,
        Err(error) => {
            reconcile::print_failure(&reconcile::Failure::failed(
                format!("the runtime cannot start: {error}"),
                "check the limits of this machine",
            ));
            return Exit::Failed.into();
        }
    };
    match runtime.block_on(reconcile::run(cli)) {
        Ok(exit) => exit.into(),
        Err(failure) => {
            reconcile::print_failure(&failure);
            failure.exit.into()
        }
    }
}
