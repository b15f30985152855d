//! `reconcile attest` and `reconcile decide`: write what people confirm and decide into
//! retailer files. No system is read or changed.

use crate::attest::{FileEdit, Statement, closed_unseen, write_all};
use crate::cli::{AttestArgs, DecideArgs, Global, check_texts};
use crate::console::warn;
use crate::exit::{Exit, Failure};
use crate::model::{Fact, Retailer};
use crate::render::attest as show;
use crate::session::{self, Session};

/// States or withdraws milestones of retailers.
pub(super) fn attest(global: &Global, args: &AttestArgs) -> Result<Exit, Failure> {
    let AttestArgs { words, on, by, connote, account_manager, replace, undo } = args;
    check_texts(&[
        ("--by", by.as_deref()),
        ("--connote", connote.as_deref()),
        ("--account-manager", account_manager.as_deref()),
    ])?;
    let fact = Fact {
        on: on.unwrap_or_else(session::local_today),
        by: by.clone(),
        connote: connote.clone(),
    };
    let fact = (!undo).then_some(fact);
    let fact = (fact, on.is_none());
    let (names, statement) = Statement::of_words(words, fact, account_manager.clone(), *replace)?;
    edit(global, names, |edit| statement.make(edit))
}

/// Sets the decision on a retailer's access to OmniReturns.
pub(super) fn decide(global: &Global, args: &DecideArgs) -> Result<Exit, Failure> {
    let DecideArgs { retailer, access, by, on, replace, undo: _ } = args;
    check_texts(&[("--by", by.as_deref())])?;
    edit(global, std::slice::from_ref(retailer), |edit| {
        let Some((access, by)) = access.zip(by.as_ref()) else {
            let unchanged = "does not state `omnireturns_access`".into();
            return Ok(if edit.undecide()? { Vec::new() } else { vec![unchanged] });
        };
        let is_new = edit.decide(access, by, *on, session::local_today(), *replace)?;
        let unchanged = format!("has `omnireturns_access: {}`", access.key());
        Ok(if is_new { Vec::new() } else { vec![unchanged] })
    })
}

/// Edits the files of retailers: all of them, or none if one is rejected or cannot be written.
fn edit(
    global: &Global,
    names: &[String],
    make: impl Fn(&mut FileEdit) -> Result<Vec<String>, Failure>,
) -> Result<Exit, Failure> {
    let (session, report) = Session::read(global)?;
    if session.is_project_valid(&report) {
        session.check_environment()?;
    }
    if session.sources.retailers.is_empty() {
        super::print_diagnostics(global, &report);
        return Err(Failure::printed(Exit::Invalid));
    }
    for name in &global.only {
        session.find_valid(&report, name)?;
    }
    let mut edits: Vec<(FileEdit, (&Retailer, Vec<String>))> = Vec::new();
    for name in names {
        let retailer = session.find_valid(&report, name)?;
        session.check_in_scope(retailer)?;
        if edits.iter().all(|(edit, _)| edit.retailer.slug != retailer.slug) {
            let mut edit = FileEdit::of(&session.sources, retailer, session::today())?;
            let unchanged = make(&mut edit)?;
            edits.push((edit, (retailer, unchanged)));
        }
    }
    // All are written before one is shown, which can fail.
    let (written, done) = write_all(edits);
    for (retailer, (before, unchanged), written) in written {
        let Retailer { file, name, .. } = &retailer;
        super::print(|out| {
            unchanged.iter().try_for_each(|stated| show::unchanged(file, name, stated, out))?;
            match &written {
                Some(written) => show::wrote(file, name, written, out),
                None => Ok(()),
            }
        })?;
        if let Some(written) = written {
            super::print_diagnostics(global, &written.warnings);
            let capabilities = session.chosen_capabilities();
            let closed = closed_unseen(before, &retailer, &session.project.partner, &capabilities);
            written.notice.iter().chain(&closed).for_each(|notice| warn(global, notice));
            super::print(|out| show::next(&session.next(&retailer), out))?;
        }
    }
    done.map(|()| Exit::Done)
}
