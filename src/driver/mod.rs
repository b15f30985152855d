//! Executes the steps of a verification: fetches keys, sends requests, waits, and records
//! the test.
//!
//! Enters: a [`Verification`], which decides each step, and an open environment. Leaves:
//! the verification with all its answers. Only this module holds keys; the verification
//! never does.

mod apply;
mod prepare;
mod read_only;
mod store;

pub(crate) use apply::ApplyRun;
pub(crate) use prepare::{beginning, is_on_this_machine, label_body};
pub(crate) use read_only::drive_read_only;
pub(crate) use store::{TestRunStore, forget, loop_uploads, test_run_slugs, test_runs};

use crate::exit::Failure;
use crate::interrupt::Interrupt;
use crate::model::{Advice, System};
use crate::progress::Waiting;
use crate::systems::http::CallError;
use crate::systems::{Prober, Reader};
use crate::verify::{Answer, CallFailure, Step, Verification};
use secrecy::SecretString;
use serde_json::Value as Json;
use std::collections::BTreeMap;
use std::time::{Duration, Instant};

/// The first pause between two polls; it doubles each time. A rehearsal waits no longer.
const FIRST_PAUSE: Duration = Duration::from_millis(250);

/// The longest pause: a hub takes minutes, so half a minute more is negligible.
const LONGEST_PAUSE: Duration = Duration::from_secs(30);

/// What the steps need.
pub(crate) struct Driver<'a> {
    pub reader: &'a Reader,
    pub store: &'a TestRunStore,
    /// The exact name of the retailer.
    pub name: &'a str,
    /// The request body of a label; `null` if there is none.
    pub body: &'a Json,
    /// The maximum time to wait for a hub.
    pub timeout: Duration,
    pub interrupt: &'a Interrupt,
    pub quiet: bool,
}

/// The state of waiting. The time limit counts from its first wait: what the steps before it take
/// is not waiting for a hub.
struct Wait {
    started: Option<Instant>,
    pause: Duration,
    shown: Option<Waiting>,
}

impl Driver<'_> {
    /// Executes steps until the verification has finished.
    pub(crate) async fn drive(
        &self,
        verification: &mut Verification<'_>,
        warn: impl Fn(&str),
    ) -> Result<(), Failure> {
        let prober = Prober::new(self.reader);
        let mut keys: BTreeMap<System, SecretString> = BTreeMap::new();
        let mut wait = Wait { started: None, pause: FIRST_PAUSE, shown: None };
        if self.interrupt.was_asked() {
            verification.stop();
        }
        let mut step = verification.start();
        loop {
            verification.take_warnings().iter().for_each(|warning| warn(warning));
            let answer = match step {
                Step::Finished => break,
                Step::FetchKey { system, id } => {
                    let key = self.reader.retailer_key(system, &id).await;
                    Answer::Key(key.map(|key| drop(keys.insert(system, key))))
                }
                Step::Record(run) => {
                    self.store.replace(run.as_ref()).await?;
                    Answer::Recorded
                }
                Step::MakeLabel { reference } => {
                    let key = key(&keys, System::Omnireturns)?;
                    let made = prober.label(key, self.body, &reference).await;
                    Answer::Label(made.map_err(|error| failure(&error, System::Omnireturns)))
                }
                Step::Upload { connote, reference } => {
                    let key = key(&keys, System::Omnirps)?;
                    let sent = prober.upload(key, self.name, self.body, &connote, &reference).await;
                    Answer::Upload(sent.map_err(|error| failure(&error, System::Omnirps)))
                }
                Step::ListUploads { id, since } => {
                    Answer::Listed(self.reader.uploads(&id, since).await)
                }
                Step::Wait { message } => {
                    Answer::Waited { is_over: self.wait(&mut wait, &message).await }
                }
            };
            if self.interrupt.was_asked() {
                verification.stop();
            }
            step = verification.answered(answer);
        }
        if let Some(shown) = wait.shown {
            shown.end();
        }
        Ok(())
    }

    /// Waits for a pause. Returns whether the time limit has passed or the run was asked to
    /// stop.
    async fn wait(&self, wait: &mut Wait, message: &str) -> bool {
        let waited = wait.started.get_or_insert_with(Instant::now).elapsed();
        let left = self.timeout.saturating_sub(waited);
        if left.is_zero() || self.interrupt.was_asked() {
            return true;
        }
        wait.shown.get_or_insert_with(|| Waiting::begin(message, self.quiet));
        tokio::select! {
            () = tokio::time::sleep(wait.pause.min(left)) => {}
            () = self.interrupt.asked() => {}
        }
        wait.pause = (wait.pause * 2).min(LONGEST_PAUSE);
        false
    }
}

fn key(keys: &BTreeMap<System, SecretString>, system: System) -> Result<&SecretString, Failure> {
    let missing = || Failure::failed(format!("no {system} key was fetched"), "run this again");
    keys.get(&system).ok_or_else(missing)
}

/// Describes the failure of a call that uses a retailer's own key.
fn failure(error: &CallError, system: System) -> CallFailure {
    let hint = match error {
        CallError::KeyRefused(_) => format!(
            "the key that {system} returns for this retailer does not open its own calls: have SEKO \
             issue a new one before it is handed over"
        ),
        CallError::NotFound | CallError::Redirect(_) | CallError::NotJson { .. } => {
            "check the path, and the `url` where there is one, of this call in the contract file"
                .into()
        }
        error => error.hint().into(),
    };
    CallFailure {
        advice: Advice::new(error.to_string(), hint),
        may_have_happened: error.may_have_happened(),
    }
}
