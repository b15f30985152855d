//! Executes the steps of one retailer's verification: fetches keys, sends requests, waits, and
//! records the test.
//!
//! Enters: what is to be proven. Leaves: the report and the test run. Only this module holds
//! keys; the [`Verification`], which decides each step, never does.

use super::loop_upload;
use super::prepare::{beginning, is_on_this_machine, label_body};
use crate::console::warn;
use crate::exit::{Exit, Failure};
use crate::identity::{self, Identity};
use crate::interrupt::Interrupt;
use crate::model::{Advice, Backend, System};
use crate::process;
use crate::progress::waiting;
use crate::runs::test_run::TestRunStore;
use crate::session::{self, Session};
use crate::systems::http::CallError;
use crate::systems::{self, Prober, Purpose, Reader};
use crate::verify::{
    Answer, CallFailure, Proof, Report, Request, Step, TestRun, Verification, VerifyInput,
};
use indicatif::ProgressBar;
use jiff::civil::Date;
use secrecy::SecretString;
use serde_json::Value as Json;
use std::collections::BTreeMap;
use std::time::{Duration, Instant};
use tokio::sync::OnceCell;

/// The first pause between two polls; it doubles each time. A rehearsal waits no longer.
const FIRST_PAUSE: Duration = Duration::from_millis(250);

/// The longest pause: a hub takes minutes, so half a minute more is negligible.
const MAX_PAUSE: Duration = Duration::from_secs(30);

/// A verification of one retailer.
pub(crate) struct VerifyRun<'a> {
    pub session: &'a Session,
    pub request: Request<'a>,
    pub proofs: Vec<Proof>,
    /// The day from which its uploads count.
    pub since: Option<Date>,
    /// The maximum time to wait for a hub.
    pub timeout: Duration,
    /// Whether real labels and returns may be sent.
    pub in_production: bool,
}

impl VerifyRun<'_> {
    /// Runs the requested proofs, as far as possible now.
    pub(crate) async fn execute(self) -> Result<(Report, Option<TestRun>), Failure> {
        let VerifyRun { session, request, proofs, since, timeout, in_production } = self;
        let Request { retailer, again, .. } = request;
        let (name, environment) = session.environment()?;
        let is_embedded = environment.backend == Backend::Embedded;
        let warn = |message: &str| warn(&session.global, message);
        let local = session.state_folder();
        let store = TestRunStore::open(session.store()?, &local, name, &retailer.slug)?;
        let kept = store.load(&retailer.name, &OnceCell::new()).await?;
        let kept = kept.map(|run| run.of(retailer, again)).transpose()?;
        request.check_again(kept.as_ref(), &proofs)?.iter().for_each(|warning| warn(warning));
        // The limit is for unattended runs; this one has its own time-out.
        let mut environment = environment.clone();
        let patience = u32::try_from(timeout.as_secs()).unwrap_or(u32::MAX);
        let limits = &mut environment.limits;
        limits.deadline_seconds = limits.deadline_seconds.saturating_add(patience);

        let interrupt = Interrupt::watch(Exit::Failed);
        interrupt.begin(std::iter::once(retailer.name.as_str()));
        let calls = systems::calls(&environment);
        let sent =
            TestRun::proofs_to_send(kept.as_ref().filter(|_| !again), retailer, &proofs, &calls);
        if kept.is_none() && sent.contains(&Proof::Label) {
            store.check_no_other(|slug| session.fleet.iter().any(|of| of.slug == slug)).await?;
        }
        if !is_embedded && !in_production {
            request.check_permission(name, &sent)?;
        }
        let opened = session.open_for(&environment, Purpose::Probes).await?;
        if !sent.is_empty() {
            let so = "a later job does not know of this test and sends another one";
            session.warn_if_records_are_local(&environment, so);
        }
        let body = label_body(&environment);
        let has_sample = environment.label.is_none() && is_on_this_machine(&environment);
        if !sent.is_empty() && !is_embedded && has_sample {
            warn(
                "the environment names no file with the request of a test label; its systems are on \
                 this machine, so the addresses of the sandbox are used",
            );
        }
        let live = opened.read_scopes(&identity::read_scopes(retailer)).await;
        let partner = &session.project.partner;
        let task = VerifyInput {
            retailer,
            environment: name,
            desired: process::desired(retailer, partner),
            identity: Identity::new(retailer, &session.fleet, partner, &live),
            proofs,
            sent,
            calls,
            again,
            is_read_only: false,
            is_embedded,
            label_body: body.clone().map(drop),
            since,
            today: session::today(),
            beginning: beginning(retailer),
        };
        let mut verification = Verification::new(task, kept);
        let driver = Driver {
            reader: &opened.reader,
            store: &store,
            name: &retailer.name,
            body: &body.unwrap_or(Json::Null),
            timeout,
            interrupt: &interrupt,
            quiet: session.global.quiet,
        };
        let driven = driver.drive(&mut verification, warn).await;
        opened.close().await;
        driven?;
        let (report, run) = verification.finish();
        loop_upload::record(session, name, std::iter::once((retailer, &report))).await;
        Ok((report, run))
    }
}

/// What the steps need.
struct Driver<'a> {
    reader: &'a Reader,
    store: &'a TestRunStore,
    /// The exact name of the retailer.
    name: &'a str,
    /// The request body of a label; `null` if there is none.
    body: &'a Json,
    timeout: Duration,
    interrupt: &'a Interrupt,
    quiet: bool,
}

/// The state of waiting. The time limit starts with the first wait, so that earlier steps do not
/// count.
struct Wait {
    started: Option<Instant>,
    pause: Duration,
    shown: Option<ProgressBar>,
}

impl Driver<'_> {
    /// Executes steps until the verification has finished.
    async fn drive(
        &self,
        verification: &mut Verification<'_>,
        warn: impl Fn(&str),
    ) -> Result<(), Failure> {
        let prober = Prober::new(self.reader);
        let mut keys: BTreeMap<System, SecretString> = BTreeMap::new();
        let mut wait = Wait { started: None, pause: FIRST_PAUSE, shown: None };
        if self.interrupt.is_stop_requested() {
            verification.stop();
        }
        let mut step = verification.start();
        loop {
            verification.take_warnings().iter().for_each(|warning| warn(warning));
            let answer = match step {
                Step::Finished => break,
                Step::FetchKey { system, id } => {
                    let key = self.reader.retailer_key(system, &id, self.name).await;
                    Answer::Key(key.map(|key| drop(keys.insert(system, key))))
                }
                Step::Record(run) => Answer::Recorded(self.store.replace(run.as_ref()).await),
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
            if self.interrupt.is_stop_requested() {
                verification.stop();
            }
            step = verification.answered(answer);
        }
        if let Some(shown) = wait.shown {
            shown.finish_and_clear();
        }
        Ok(())
    }

    /// Waits for a pause. Returns whether the time limit has passed or the run was asked to
    /// stop.
    async fn wait(&self, wait: &mut Wait, message: &str) -> bool {
        let waited = wait.started.get_or_insert_with(Instant::now).elapsed();
        let left = self.timeout.saturating_sub(waited);
        if left.is_zero() || self.interrupt.is_stop_requested() {
            return true;
        }
        wait.shown.get_or_insert_with(|| waiting(message, self.quiet));
        tokio::select! {
            () = tokio::time::sleep(wait.pause.min(left)) => {}
            () = self.interrupt.until_stop_requested() => {}
        }
        wait.pause = (wait.pause * 2).min(MAX_PAUSE);
        false
    }
}

fn key(keys: &BTreeMap<System, SecretString>, system: System) -> Result<&SecretString, Failure> {
    let missing =
        || Failure::failed(format!("no {system} key was fetched"), "run the command again");
    keys.get(&system).ok_or_else(missing)
}

/// Describes the failure of a call that uses a retailer's own key.
fn failure(error: &CallError, system: System) -> CallFailure {
    let hint = match error {
        CallError::KeyRefused(_) => format!(
            "{system} rejects the key that it returned for this retailer: ask SEKO to issue a new \
             one before it is handed over"
        ),
        CallError::NotFound | CallError::Redirect(_) | CallError::NotJson { .. } => {
            "check the path of this call in the contract file, and its `url` if it has one".into()
        }
        error => error.hint().into(),
    };
    CallFailure {
        advice: Advice::new(error.to_string(), hint),
        may_have_happened: error.may_have_happened(),
    }
}
