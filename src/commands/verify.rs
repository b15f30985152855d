//! `reconcile verify`: proves with a test label and a test return that a retailer is set up
//! right, and looks whether its returns arrive and are reported. It writes no settings.

pub(super) mod kept;
mod record;
mod test;
mod wait;

use super::interrupt::Interrupt;
use super::session::{self, Connection, Session, warn};
use crate::cli::{Global, ReportFormat, VerifyArgs};
use crate::exit::{Exit, Failure};
use crate::identity::{self, Fault, Identity};
use crate::model::{Backend, Environment, Milestone, Project, Retailer, System};
use crate::process;
use crate::render;
use crate::systems::{Prober, Purpose};
use crate::verify::{self, Finding, Outcome, Probe, Proof, Report};
use jiff::civil::Date;
use kept::Kept;
use secrecy::SecretString;

/// Proves what the retailer's journey asks for next, or what somebody names.
pub(super) async fn run(global: &Global, args: &VerifyArgs) -> Result<Exit, Failure> {
    let session = Session::load(global)?;
    let retailer = session.find(&args.retailer)?;
    let (name, environment) = session.environment()?;
    let proofs = proofs(retailer, args)?;
    let since = since(retailer, args, &proofs)?;
    let is_embedded = environment.backend == Backend::Embedded;
    if is_embedded && args.record {
        check_record(&session.project, retailer, name)?;
    }
    if proofs.is_empty() {
        let report = Report::new(name, retailer);
        super::print(|out| match args.format {
            ReportFormat::Text => render::verify::nothing(retailer, out),
            ReportFormat::Json => render::json::write(&report, out),
        })?;
        return Ok(Exit::Done);
    }
    let kept = Kept::open(&session.state_folder(), name, &retailer.slug)?;
    let probe = kept.load()?.map(|probe| probe.with_stated(retailer));
    check_again(global, retailer, probe.as_ref(), &proofs, args)?;
    // The limit is for runs that nobody waits for; this one says itself how long it waits.
    let mut environment = environment.clone();
    let patience = u32::try_from(args.timeout.as_secs()).unwrap_or(u32::MAX);
    let limits = &mut environment.limits;
    limits.deadline_seconds = limits.deadline_seconds.saturating_add(patience);

    let interrupt = Interrupt::watch(Exit::Failed);
    let opened = session.open_for(&environment, Purpose::Probes).await?;
    let prober = Prober::new(&opened.reader);
    let calls = prober.calls(&opened.reader);
    let sent = Probe::would_send(fresh(probe.as_ref(), args), retailer, &proofs, &calls);
    if !is_embedded && !args.in_production {
        check_permission(retailer, name, &sent)?;
    }
    let live = opened.reader.read_what(&identity::needs(retailer)).await;
    let mut verified = Verification {
        session: &session,
        retailer,
        environment: &environment,
        args,
        is_embedded,
        identity: Identity::new(retailer, &session.fleet, &session.project.partner, &live),
        prober,
        sent,
        omnirps_key: None,
        opened: &opened,
        kept: &kept,
        probe,
        interrupt: &interrupt,
        today: session::today(),
    };
    let report = verified.prove(name, &proofs, since).await;
    let probe = verified.probe.take();
    opened.close().await;
    finish(session, args, report?, probe.as_ref())
}

/// Records what was proven where somebody asked for it, and shows the report.
fn finish(
    session: Session,
    args: &VerifyArgs,
    mut report: Report,
    probe: Option<&Probe>,
) -> Result<Exit, Failure> {
    let recorded = if args.record {
        record::record(&session, &args.retailer, &mut report, probe)?
    } else {
        record::Recorded::default()
    };
    super::print(|out| match args.format {
        ReportFormat::Text => {
            render::verify::report(&report, out)?;
            recorded.show(out)
        }
        ReportFormat::Json => render::json::write(&report, out),
    })?;
    recorded.tell(&session.global)?;
    let failed = report.has_failed() || recorded.has_failed();
    Ok(if failed { Exit::Failed } else { Exit::Done })
}

/// Returns what is to be proven.
fn proofs(retailer: &Retailer, args: &VerifyArgs) -> Result<Vec<Proof>, Failure> {
    match args.proof {
        Some(proof) if args.again && proof != Proof::Label => Err(Failure::usage(
            format!("--again makes another label, and `{proof}` makes none"),
            format!("write `reconcile verify {} label --again`", retailer.slug),
        )),
        Some(proof) => Ok(vec![proof]),
        None if args.again => Ok(verify::test(retailer.journey).to_vec()),
        None => Ok(verify::next(retailer)),
    }
}

/// Returns the day from which uploads count.
fn since(
    retailer: &Retailer,
    args: &VerifyArgs,
    proofs: &[Proof],
) -> Result<Option<Date>, Failure> {
    if !proofs.contains(&Proof::Uploads) {
        return match args.since {
            None => Ok(None),
            Some(_) => Err(Failure::usage(
                "--since is for uploads, which are not looked at here",
                format!("write `reconcile verify {} uploads --since …`", retailer.slug),
            )),
        };
    }
    let day = |milestone| retailer.milestones.get(&milestone).map(|fact| fact.on);
    let usual = day(Milestone::SwitchedToLoop).or(day(Milestone::Live));
    args.since.or(usual).map(Some).ok_or_else(|| {
        Failure::usage(
            format!("{} does not say since when returns arrive", retailer.file),
            "say it with --since YYYY-MM-DD, or attest the switch-over first",
        )
    })
}

/// Returns the probe to go on with; a new one is begun without it.
fn fresh<'a>(probe: Option<&'a Probe>, args: &VerifyArgs) -> Option<&'a Probe> {
    probe.filter(|_| !args.again)
}

/// Refuses to state what a rehearsal has shown where the files are about real systems: as
/// long as the default environment is a sandbox, they are not.
fn check_record(project: &Project, retailer: &Retailer, name: &str) -> Result<(), Failure> {
    let Project { default_environment: usual, environments, .. } = project;
    if environments.get(usual).is_none_or(|usual| usual.backend == Backend::Embedded) {
        return Ok(());
    }
    Err(Failure::usage(
        format!(
            "{} states facts of the systems in `{usual}`, and `{name}` is a rehearsal",
            retailer.file
        ),
        "leave --record out, or rehearse in a project whose default environment is a sandbox",
    ))
}

/// Names the risk of another label.
fn check_again(
    global: &Global,
    retailer: &Retailer,
    probe: Option<&Probe>,
    proofs: &[Proof],
    args: &VerifyArgs,
) -> Result<(), Failure> {
    if !args.again || !proofs.contains(&Proof::Label) {
        return Ok(());
    }
    let Some(probe) = probe else {
        return Err(Failure::usage(
            format!(
                "there is no earlier test of {} that another label could follow",
                retailer.name
            ),
            "leave --again out",
        ));
    };
    if !probe.is_done(retailer.journey) {
        let (label, made) = match probe.connote() {
            Some(connote) => (format!("the label {connote}"), ""),
            None => ("the label".to_owned(), ", if it was made"),
        };
        let message = format!(
            "{label} with the reference {} stays open{made}: nobody returns it, and it may cost \
             something",
            probe.reference
        );
        warn(global, &message);
    }
    Ok(())
}

/// Refuses to touch real systems that nobody has said may be touched.
fn check_permission(retailer: &Retailer, environment: &str, sent: &[Proof]) -> Result<(), Failure> {
    let what = match (sent.contains(&Proof::Label), sent.contains(&Proof::Return)) {
        (true, true) => "make a real label and upload a real return",
        (true, false) => "make a real label",
        (false, true) => "upload a real return",
        (false, false) => return Ok(()),
    };
    Err(Failure::usage(
        format!("this would {what} for {} in `{environment}`", retailer.name),
        "say --in-production if that is meant, or rehearse with --environment sandbox",
    ))
}

/// Returns what was not begun because somebody stopped the run.
fn stopped(proof: Proof) -> Finding {
    let hint = "run the same command again, it goes on from here";
    Finding::failed(proof, Fault::new("the run was asked to stop before it", hint))
}

/// One verification under way.
struct Verification<'a> {
    session: &'a Session,
    retailer: &'a Retailer,
    environment: &'a Environment,
    args: &'a VerifyArgs,
    is_embedded: bool,
    identity: Identity<'a>,
    prober: Prober,
    /// What the run is going to send.
    sent: Vec<Proof>,
    /// The retailer's OmniRPS key and the id of its record, once it was fetched.
    omnirps_key: Option<(String, SecretString)>,
    opened: &'a Connection,
    kept: &'a Kept,
    probe: Option<Probe>,
    interrupt: &'a Interrupt,
    today: Date,
}

impl Verification<'_> {
    /// Proves one thing after the other. The parts of a test need each other, so the first
    /// that is not proven ends it.
    async fn prove(
        &mut self,
        environment: &str,
        proofs: &[Proof],
        since: Option<Date>,
    ) -> Result<Report, Failure> {
        let mut report = Report::new(environment, self.retailer);
        let fault = self.prepare().await.err();
        for proof in proofs {
            let finding = match (proof, &fault) {
                _ if self.interrupt.was_asked() => stopped(*proof),
                (Proof::Label | Proof::Return, Some(fault)) => {
                    Finding::failed(Proof::Return, fault.clone())
                }
                (Proof::Label, None) => self.label().await?,
                (Proof::Return, None) => self.returned().await?,
                (Proof::Processed, _) => self.processed().await?,
                (Proof::Uploads, _) => self.uploads(since.unwrap_or(self.today)).await,
                (Proof::Webhook, _) => self.webhook(),
            };
            let is_proven = finding.outcome == Outcome::Proven;
            report.findings.push(finding);
            if !is_proven && matches!(proof, Proof::Label | Proof::Return) {
                break;
            }
        }
        let tested = |finding: &Finding| {
            matches!(finding.proof, Proof::Label | Proof::Return | Proof::Processed)
        };
        if report.findings.iter().any(tested) {
            report.reference = self.probe.as_ref().map(|probe| probe.reference.clone());
        }
        Ok(report)
    }

    /// Looks for what would refuse the return, before anything is sent: nothing is made that
    /// the next part is known to refuse.
    async fn prepare(&mut self) -> Result<(), Fault> {
        if self.sent.contains(&Proof::Return) {
            self.identity.exact_omnirps()?;
            verify::carried(self.retailer)?;
            self.omnirps_key = Some(self.key(System::Omnirps).await?);
            if !self.retailer.name.is_ascii() {
                let message = "the name has letters beyond ASCII: it is sent as UTF-8, and whether \
                               the partner does the same is for it to say";
                warn(&self.session.global, message);
            }
        }
        let is_served = !self.is_embedded && self.is_on_this_machine();
        if !self.sent.is_empty() && self.environment.label.is_none() && is_served {
            let message = "the environment names no file with what a test label is asked for with; \
                           its systems are on this machine, so the addresses of the sandbox are \
                           used";
            warn(&self.session.global, message);
        }
        Ok(())
    }

    async fn key(&self, system: System) -> Result<(String, SecretString), Fault> {
        let record = self.identity.record(system)?;
        let name = &self.retailer.name;
        match self.opened.reader.retailer_key(system, record.id.as_str()).await {
            Ok(key) => Ok((record.id.to_string(), key)),
            Err(unread) => Err(Fault::new(
                format!(
                    "the {system} key of {name} (record {}) was not fetched: {}",
                    record.id, unread.why
                ),
                unread.hint,
            )),
        }
    }

    async fn uploads(&self, since: Date) -> Finding {
        if !self.opened.reader.tells_uploads() {
            let what = "look in the database of OmniRPS whether the partner uploads returns";
            return Finding::left_to_people(Proof::Uploads, self.retailer, what);
        }
        let record = match self.identity.record(System::Omnirps) {
            Ok(record) => record,
            Err(fault) => return Finding::failed(Proof::Uploads, fault),
        };
        let tests = Probe::tests(self.retailer, self.probe.as_ref());
        match self.opened.reader.uploads(record.id.as_str(), since).await {
            Ok(uploads) => verify::arrivals(self.retailer, &uploads, &tests, since, self.today),
            Err(unread) => Finding::failed(Proof::Uploads, verify::unread(unread)),
        }
    }

    fn webhook(&self) -> Finding {
        let wanted = process::desired(self.retailer, &self.session.project.partner);
        match self.identity.record(System::Omnirps) {
            Ok(record) => verify::webhook(self.retailer, &wanted, record),
            Err(fault) => Finding::failed(Proof::Webhook, fault),
        }
    }
}
