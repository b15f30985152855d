//! The parts of a test: a label, its return, and the hub's work on it. What was sent is
//! written down before it leaves.

use super::Verification;
use super::wait::{self, Awaited, Waited};
use crate::exit::Failure;
use crate::identity::Fault;
use crate::model::{Backend, Contract, System, Upload};
use crate::progress::Waiting;
use crate::shell::word;
use crate::systems::http::CallError;
use crate::verify::{
    Finding, Label, LabelStep, Probe, ProcessedStep, Proof, Return, ReturnStep, reference, unread,
};
use jiff::civil::Date;
use jiff::{Timestamp, ToSpan};
use serde_json::Value as Json;
use sha2::{Digest, Sha256};

impl Verification<'_> {
    /// Makes a label, or says what became of the one that was made.
    pub(super) async fn label(&mut self) -> Result<Finding, Failure> {
        match Probe::label_step(super::fresh(self.probe.as_ref(), self.args)) {
            LabelStep::Make => self.make_label().await,
            LabelStep::Done { on, connote } => {
                let message = format!("the label {connote} was made on {on}");
                Ok(Finding::proven(Proof::Label, message, on, &connote))
            }
            LabelStep::UnresolvedAction { reference, on } => Ok(Finding::failed(
                Proof::Label,
                Fault::new(
                    format!(
                        "on {on} a label was asked for, and no answer came that says what became of \
                         it"
                    ),
                    self.in_doubt(&reference),
                ),
            )),
        }
    }

    async fn make_label(&mut self) -> Result<Finding, Failure> {
        if !self.prober.makes_labels() {
            let what = "make a test label with the retailer's OmniReturns key";
            return Ok(Finding::left_to_people(Proof::Label, self.retailer, what));
        }
        let asked = match self.body() {
            Ok(body) => self.key(System::Omnireturns).await.map(|key| (body, key)),
            Err(fault) => Err(fault),
        };
        let (body, (id, key)) = match asked {
            Ok(asked) => asked,
            Err(fault) => return Ok(Finding::failed(Proof::Label, fault)),
        };
        let probe = self.begin();
        let before = self.probe.take();
        self.kept.save(&probe)?;
        let reference = probe.reference.clone();
        let answer = self.prober.label(&key, &body, &reference).await;
        let error = match answer {
            Ok(connote) => {
                let label = Label::Made { on: self.today, connote: connote.clone() };
                self.keep(Probe { label, ..probe })?;
                let message = format!("the label {connote} was made");
                return Ok(Finding::proven(Proof::Label, message, self.today, &connote));
            }
            Err(error) => error,
        };
        let name = &self.retailer.name;
        let call = format!("the label of {name} in OmniReturns (record {id})");
        if error.may_have_happened() {
            self.probe = Some(probe);
            let message = format!("no answer came that says what became of {call}: {error}");
            return Ok(Finding::failed(
                Proof::Label,
                Fault::new(message, self.in_doubt(&reference)),
            ));
        }
        self.kept.put_back(before.as_ref())?;
        self.probe = before;
        let message = format!("{call} was not made: {error}");
        let hint = hint(&error, "OmniReturns");
        Ok(Finding::failed(Proof::Label, Fault::new(message, hint)))
    }

    /// Uploads the return, or says what became of the one that was uploaded.
    pub(super) async fn returned(&mut self) -> Result<Finding, Failure> {
        self.go_on();
        match Probe::return_step(self.probe.as_ref()) {
            ReturnStep::NoLabel => Ok(Finding::failed(
                Proof::Return,
                Fault::new(
                    format!("there is no label yet that {} could return", self.retailer.name),
                    format!("make one with `reconcile verify {} label`", self.retailer.slug),
                ),
            )),
            ReturnStep::Done { on, connote } => {
                let message = format!("OmniRPS took the return of {connote} on {on}");
                Ok(Finding::proven(Proof::Return, message, on, &connote))
            }
            ReturnStep::Send { connote } => self.send_return(&connote).await,
            ReturnStep::LookUp { connote } => match self.find(&connote).await {
                Ok(Some(_)) => self.accepted(&connote),
                Ok(None) => self.send_return(&connote).await,
                Err(fault) => Ok(Finding::failed(Proof::Return, fault)),
            },
        }
    }

    async fn send_return(&mut self, connote: &str) -> Result<Finding, Failure> {
        if !self.prober.uploads_returns() {
            let what = format!("upload the return of {connote} with the retailer's OmniRPS key");
            return Ok(Finding::left_to_people(Proof::Return, self.retailer, &what));
        }
        let body = match self.body() {
            Ok(body) => body,
            Err(fault) => return Ok(Finding::failed(Proof::Return, fault)),
        };
        let (Some((id, key)), Some(probe)) = (self.omnirps_key.take(), self.probe.take()) else {
            return Err(Failure::failed("a return was to be sent unprepared", "run this again"));
        };
        let reference = probe.reference.clone();
        self.keep(Probe { returned: Return::Sent { on: self.today }, ..probe.clone() })?;
        let name = &self.retailer.name;
        let answer = self.prober.upload(&key, name, &body, connote, &reference).await;
        let Err(error) = answer else { return self.accepted(connote) };
        let call = format!("the return of {connote} for {name} in OmniRPS (record {id})");
        if !error.may_have_happened() {
            self.keep(Probe { returned: Return::NotSent, ..probe })?;
            let message = format!("{call} was not taken: {error}");
            let hint = hint(&error, "OmniRPS");
            return Ok(Finding::failed(Proof::Return, Fault::new(message, hint)));
        }
        // Its answer was lost; perhaps it was not.
        match self.find(connote).await {
            Ok(Some(_)) => self.accepted(connote),
            Ok(None) => {
                let message = format!("{call} has not arrived: {error}");
                let hint = "run the same command again: it looks once more before it sends";
                Ok(Finding::failed(Proof::Return, Fault::new(message, hint)))
            }
            Err(Fault { message, hint }) => {
                let message = format!("{call} may have arrived: {error}; {message}");
                Ok(Finding::failed(Proof::Return, Fault::new(message, hint)))
            }
        }
    }

    fn accepted(&mut self, connote: &str) -> Result<Finding, Failure> {
        if let Some(probe) = self.probe.take() {
            self.keep(Probe { returned: Return::Accepted { on: self.today }, ..probe })?;
        }
        let message = format!("OmniRPS took the return of {connote}");
        Ok(Finding::proven(Proof::Return, message, self.today, connote))
    }

    /// Waits until a hub has processed the return.
    pub(super) async fn processed(&mut self) -> Result<Finding, Failure> {
        self.go_on();
        let (slug, proof) = (&self.retailer.slug, Proof::Processed);
        let connote = match Probe::processed_step(self.probe.as_ref()) {
            ProcessedStep::Wait { connote } => connote,
            ProcessedStep::Done { on, connote } => {
                let message = format!("a hub processed {connote} on {on}");
                return Ok(Finding::proven(proof, message, on, &connote));
            }
            ProcessedStep::NoReturn => {
                return Ok(Finding::failed(
                    proof,
                    Fault::new(
                        format!("there is no return of {} to process yet", self.retailer.name),
                        format!("upload one with `reconcile verify {slug} return`"),
                    ),
                ));
            }
        };
        if !self.opened.reader.tells_uploads() {
            let what = format!("have a SEKO hub process {connote}");
            return Ok(Finding::left_to_people(proof, self.retailer, &what));
        }
        let id = match self.identity.record(System::Omnirps) {
            Ok(record) => record.id.to_string(),
            Err(fault) => return Ok(Finding::failed(proof, fault)),
        };
        let who = if self.is_embedded {
            let connote = word(&connote);
            format!("play the hub with `reconcile sandbox --process {slug} {connote}`")
        } else {
            format!("a SEKO hub operator has to process {connote} in OmniRPS")
        };
        let message = format!("waiting until a hub has processed {connote}: {who}");
        let begin = || Waiting::begin(&message, self.session.global.quiet);
        let awaited = Awaited {
            id: &id,
            connote: &connote,
            since: self.first_day(),
            // In the embedded sandbox nobody else uploads it.
            may_arrive: !self.is_embedded,
        };
        let reader = &self.opened.reader;
        let waited =
            wait::processed(reader, &awaited, self.args.timeout, self.interrupt, begin).await;
        match waited {
            Waited::Processed(upload) => self.was_processed(&upload),
            Waited::ReadFailure(why) => Ok(Finding::failed(proof, unread(why))),
            Waited::NotYet { is_listed } => {
                let listed = if is_listed { "" } else { ", and OmniRPS does not list it" };
                let message = format!("{connote} is not processed yet{listed}");
                let hint = if is_listed || !self.is_embedded {
                    format!("{who}; run the same command again, it goes on waiting")
                } else {
                    let again = if self.kept.load()?.is_some() { " --again" } else { "" };
                    format!(
                        "that return was uploaded elsewhere; rehearse with another one: `reconcile \
                         verify {slug} label{again}`, then `reconcile verify {slug} return`"
                    )
                };
                Ok(Finding::waiting(proof, &connote, Fault::new(message, hint)))
            }
        }
    }

    fn was_processed(&mut self, upload: &Upload) -> Result<Finding, Failure> {
        let Upload { connote, processed_at, .. } = upload;
        let at = processed_at.as_deref().unwrap_or_default();
        let day = at.get(..10).and_then(|day| day.parse::<Date>().ok());
        // A day that is not told, or is that of another clock, is not one to state.
        let on = day.filter(|day| *day <= self.today).unwrap_or(self.today);
        if let Some(probe) = self.probe.take() {
            self.keep(Probe { processed: Some(on), ..probe })?;
        }
        let message = format!("a hub processed {connote} at {at}");
        Ok(Finding::proven(Proof::Processed, message, on, connote))
    }

    /// Finds an upload by its connote.
    async fn find(&self, connote: &str) -> Result<Option<Upload>, Fault> {
        if !self.opened.reader.tells_uploads() {
            return Err(Fault::new(
                "the contract of this environment has no call that tells",
                format!(
                    "look for {connote} in OmniRPS; if it is there, state it with `reconcile attest {} \
                     test_return --connote {}`, otherwise begin anew with `reconcile verify {} \
                     --again`",
                    self.retailer.slug,
                    word(connote),
                    self.retailer.slug
                ),
            ));
        }
        let record = self.identity.record(System::Omnirps)?;
        let uploads = self.opened.reader.uploads(record.id.as_str(), self.first_day()).await;
        let uploads = uploads.map_err(unread)?;
        Ok(uploads.into_iter().find(|upload| upload.connote == connote))
    }

    /// The body that a label is asked for with.
    fn body(&self) -> Result<Json, Fault> {
        match (&self.environment.label, self.is_on_this_machine()) {
            (Some(body), _) => Ok(body.clone()),
            (None, true) => Ok(crate::sandbox::label_body()),
            (None, false) => Err(Fault::new(
                "the environment does not say what a test label is asked for with",
                "name a file with `verify: {label: FILE}` in the environment; the README's section \
                 on verifying shows one",
            )),
        }
    }

    /// Says whether the systems are for rehearsals: plain HTTP is for this machine alone.
    pub(super) fn is_on_this_machine(&self) -> bool {
        let Backend::Remote(routes) = &self.environment.backend else { return true };
        let systems = routes.values().filter_map(|route| route.endpoint.as_ref());
        let calls = self.environment.contracts.values().flat_map(Contract::urls);
        systems.map(|endpoint| &endpoint.url).chain(calls).all(|url| url.scheme() == "http")
    }

    /// Goes on from what people have stated, where this tool has sent nothing itself.
    fn go_on(&mut self) {
        if self.probe.is_none() {
            let Probe { reference, started_at, .. } = self.begin();
            self.probe = Probe::stated(self.retailer, reference, started_at);
        }
    }

    fn begin(&self) -> Probe {
        let now = Timestamp::now();
        // Unique without a registry: the moment to the nanosecond, and the process.
        let seed = format!("{} {} {}", self.retailer.slug, now.as_nanosecond(), std::process::id());
        let digest = Sha256::digest(seed);
        let short: String = digest.iter().take(4).map(|byte| format!("{byte:02x}")).collect();
        let reference = reference(&self.retailer.slug, &short);
        let started_at = now.strftime("%Y-%m-%dT%H:%M:%SZ").to_string();
        let earlier = Probe::tests(self.retailer, self.probe.as_ref());
        Probe::new(reference, started_at, self.today, earlier)
    }

    /// What to do about a label that may have been made.
    fn in_doubt(&self, reference: &str) -> String {
        format!(
            "look for a label with the reference {reference} in OmniParcel; if it is there, state \
             it with `reconcile attest {} test_label --connote NO`. --again makes another one, and \
             if the first was made it stays open and may cost something",
            self.retailer.slug
        )
    }

    fn keep(&mut self, probe: Probe) -> Result<(), Failure> {
        self.kept.save(&probe)?;
        self.probe = Some(probe);
        Ok(())
    }

    /// The first day on which the return can have arrived; a day earlier, because clocks
    /// and time zones differ.
    fn first_day(&self) -> Date {
        let on = match self.probe.as_ref().map(|probe| &probe.label) {
            Some(Label::Sent { on } | Label::Made { on, .. }) => *on,
            None => self.today,
        };
        on.saturating_sub(1.day())
    }
}

/// What to do about a call that had no effect, which a retailer's own key opened.
fn hint(error: &CallError, system: &str) -> String {
    match error {
        CallError::KeyRefused(_) => format!(
            "the key that {system} tells for this retailer does not open its own calls: have SEKO \
             issue a new one before it is handed over"
        ),
        CallError::NotFound | CallError::Redirect(_) | CallError::NotJson { .. } => {
            "check the path, and the `url` where there is one, of this call in the contract file"
                .into()
        }
        error => error.hint().into(),
    }
}
